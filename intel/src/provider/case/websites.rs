//! Web sites: what they show, and what they are about.
//!
//! People write a site with `www.` and without it, and so do the records of a graph, so both are one site here.

use std::collections::HashMap;

use crate::{
    observable::HostName,
    record::{WebsiteCategory, WebsiteContacts},
};

/// The web sites of a case.
#[derive(Debug, Default)]
pub(super) struct Websites(HashMap<HostName, Website>);

/// A web site.
#[derive(Debug)]
pub(super) struct Website {
    pub(super) contacts: WebsiteContacts,
    pub(super) categories: Vec<WebsiteCategory>,
}

impl Websites {
    /// Adds a site; gives `false` if it was there already.
    pub(super) fn add(&mut self, host: &HostName, site: Website) -> bool {
        self.0.insert(without_www(host), site).is_none()
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// The site of a host.
    pub(super) fn of(&self, host: &HostName) -> Option<&Website> {
        self.0.get(&without_www(host))
    }

    /// Whether it is known of any site what it is about.
    pub(super) fn have_categories(&self) -> bool {
        self.0.values().any(|site| !site.categories.is_empty())
    }
}

/// `shop.example` for `www.shop.example`.
fn without_www(host: &HostName) -> HostName {
    let bare = host.as_str().strip_prefix("www.").filter(|rest| rest.contains('.'));
    bare.and_then(|rest| HostName::parse(rest).ok()).unwrap_or_else(|| host.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_site_is_the_same_with_www_and_without() {
        let host = |text: &str| HostName::parse(text).unwrap();
        for (name, bare) in [
            ("www.shop.example", "shop.example"),
            ("shop.example", "shop.example"),
            ("www.example", "www.example"),
            ("wwww.shop.example", "wwww.shop.example"),
        ] {
            assert_eq!(without_www(&host(name)), host(bare), "{name}");
        }
    }
}
