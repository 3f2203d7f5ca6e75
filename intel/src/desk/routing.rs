//! Which sources are asked for a kind of question, in which order, and how they stand to each other.
//!
//! The default routes follow two thoughts. What somebody pays for is asked first where it is the fuller answer, and a
//! free source stands behind it. And sources that each know a part (collected host names, networks without a key) are all
//! asked. A fallback never changes the meaning of a question: certificates that were issued are another kind of lookup
//! than certificates that a host shows, and collected data never stands in for the live DNS.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::lookup::LookupKind;

/// How several sources for one kind of question stand to each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(rename_all = "lowercase")]
pub enum RouteMode {
    /// Only the first one that answers such questions is asked.
    First,
    /// The next one is asked when the one before fails or has nothing.
    #[default]
    Fallback,
    /// All are asked, and each value says whose it is.
    All,
}

/// The route of one kind of question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KindRoute {
    /// How the sources stand to each other.
    pub mode: RouteMode,
    /// The names of the providers, in the order in which they are asked. Others are not.
    pub providers: Vec<String>,
}

/// The routes of all kinds of question.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Routing(BTreeMap<LookupKind, KindRoute>);

impl KindRoute {
    /// The route of a kind of question where nobody configured one.
    #[must_use]
    pub fn default_for(kind: LookupKind) -> Self {
        let (mode, providers) = default_route(kind);
        Self { mode, providers: providers.iter().map(|name| (*name).to_owned()).collect() }
    }
}

impl Routing {
    /// The default routes, but for these kinds.
    #[must_use]
    pub const fn new(configured: BTreeMap<LookupKind, KindRoute>) -> Self {
        Self(configured)
    }

    /// How the sources of a kind of question stand to each other.
    #[must_use]
    pub fn mode(&self, kind: LookupKind) -> RouteMode {
        self.0.get(&kind).map_or_else(|| default_route(kind).0, |route| route.mode)
    }

    /// The place of a provider in the order of a kind of question; `None` where it is not to be asked. A provider that
    /// the default routes do not know comes last.
    pub(super) fn place(&self, kind: LookupKind, provider: &str) -> Option<usize> {
        match self.0.get(&kind) {
            Some(route) => route.providers.iter().position(|name| name == provider),
            None => {
                let order = default_route(kind).1;
                Some(order.iter().position(|name| *name == provider).unwrap_or(order.len()))
            }
        }
    }
}

/// The route of a kind of question where nobody configured one.
const fn default_route(kind: LookupKind) -> (RouteMode, &'static [&'static str]) {
    use RouteMode::{All, Fallback};
    match kind {
        LookupKind::WhoisCurrent => (Fallback, &["whoisxml", "rdap", "whois43"]),
        LookupKind::DnsRecords => (Fallback, &["dns", "whoisxml"]),
        LookupKind::Pointers => (Fallback, &["dns"]),
        LookupKind::IssuedCertificates => (All, &["certspotter", "crtsh"]),
        LookupKind::NameServerRegistration => (Fallback, &["rdap"]),
        LookupKind::RegistryContact => (Fallback, &["rdap"]),
        LookupKind::Subdomains => (All, &["whoisxml", "certspotter", "crtsh", "hackertarget"]),
        LookupKind::IpOwner => (All, &["whoisxml", "rdap", "mmdb", "cymru"]),
        LookupKind::IpLocation => (Fallback, &["mmdb", "whoisxml"]),
        LookupKind::DnsHistory => (Fallback, &["whoisxml", "circl", "viewdns"]),
        LookupKind::AddressHistory | LookupKind::ReverseDns => (Fallback, &["whoisxml", "circl"]),
        LookupKind::ReverseNs | LookupKind::ReverseIp => (Fallback, &["whoisxml", "circl", "viewdns", "hackertarget"]),
        LookupKind::ReverseMx => (Fallback, &["whoisxml", "circl", "viewdns"]),
        LookupKind::ReverseWhois => (Fallback, &["whoisxml", "viewdns"]),
        LookupKind::WhoisHistory
        | LookupKind::Discovery
        | LookupKind::Certificates
        | LookupKind::Reputation
        | LookupKind::Threats
        | LookupKind::WebsiteContacts
        | LookupKind::WebsiteCategories
        | LookupKind::EmailVerification => (Fallback, &["whoisxml"]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_configured_route_is_the_whole_route() {
        let route = KindRoute { mode: RouteMode::First, providers: vec!["whois43".to_owned(), "rdap".to_owned()] };
        let routing = Routing::new([(LookupKind::WhoisCurrent, route)].into());
        let place = |provider| routing.place(LookupKind::WhoisCurrent, provider);
        assert_eq!((place("whois43"), place("rdap"), place("whoisxml")), (Some(0), Some(1), None));
        assert_eq!(routing.mode(LookupKind::WhoisCurrent), RouteMode::First);
    }

    #[test]
    fn a_provider_that_no_default_route_knows_comes_last() {
        let routing = Routing::default();
        let place = |provider| routing.place(LookupKind::WhoisCurrent, provider).unwrap();
        assert!(place("whoisxml") < place("rdap") && place("whois43") < place("archive"));
    }
}
