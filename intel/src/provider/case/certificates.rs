//! Certificates, by the names they are good for.

use std::cmp::Reverse;

use crate::{observable::HostName, record::Certificate};

/// The certificates of a case, the one that became good last first.
#[derive(Debug)]
pub(super) struct Certificates(Vec<Certificate>);

impl Certificates {
    pub(super) fn new(mut certificates: Vec<Certificate>) -> Self {
        certificates.sort_by_key(|certificate| Reverse(certificate.not_before));
        Self(certificates)
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// The certificates that are good for a host.
    pub(super) fn of(&self, host: &HostName) -> impl Iterator<Item = &Certificate> {
        self.0.iter().filter(move |certificate| certificate.names.iter().any(|name| is_for(name, host)))
    }
}

impl Certificates {
    /// The certificates that are good for a domain or any name below it.
    pub(super) fn below(&self, domain: &HostName) -> impl Iterator<Item = &Certificate> {
        self.0.iter().filter(move |certificate| certificate.names.iter().any(|name| is_at_or_below(name, domain)))
    }
}

fn is_at_or_below(name: &str, domain: &HostName) -> bool {
    let rest = name.strip_suffix(domain.as_str());
    rest.is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

/// Whether a name in a certificate stands for a host: it is the host's, or a star takes the place of the host's first
/// label and of no more than that (RFC 9525 §6.3).
fn is_for(name: &str, host: &HostName) -> bool {
    match name.strip_prefix("*.") {
        Some(parent) => host.as_str().split_once('.').is_some_and(|(_, above)| above == parent),
        None => name == host.as_str(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn below_goes_by_whole_labels() {
        for (name, expected) in
            [("shop.example", true), ("*.shop.example", true), ("a.b.shop.example", true), ("eshop.example", false)]
        {
            assert_eq!(is_at_or_below(name, &HostName::parse("shop.example").unwrap()), expected, "{name}");
        }
    }

    #[test]
    fn a_star_stands_for_one_label() {
        for (name, host, expected) in [
            ("shop.example", "shop.example", true),
            ("shop.example", "www.shop.example", false),
            ("*.shop.example", "www.shop.example", true),
            ("*.shop.example", "shop.example", false),
            ("*.shop.example", "a.www.shop.example", false),
        ] {
            assert_eq!(is_for(name, &HostName::parse(host).unwrap()), expected, "{name} {host}");
        }
    }
}
