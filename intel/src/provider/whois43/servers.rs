//! Which server knows a domain, and how it wants to be asked.
//!
//! The table is data (`servers.tsv`). Most servers take the bare name; those that would answer something else to it have
//! their form here.

use std::{collections::HashMap, sync::LazyLock};

use crate::observable::HostName;

/// Who knows which server a top-level domain has.
pub(super) const IANA: &str = "whois.iana.org";

static TABLE: LazyLock<HashMap<&'static str, &'static str>> = LazyLock::new(|| {
    let lines = include_str!("servers.tsv").lines().filter(|line| !line.starts_with('#'));
    lines.filter_map(|line| line.split_once('\t')).map(|(ending, server)| (ending.trim(), server.trim())).collect()
});

/// The server for a domain, by its longest known ending.
pub(super) fn server_of(domain: &HostName) -> Option<&'static str> {
    let mut rest = domain.as_str();
    while let Some((_, ending)) = rest.split_once('.') {
        if let Some(server) = TABLE.get(ending) {
            return Some(server);
        }
        rest = ending;
    }
    None
}

/// The query for a domain as a server wants it.
pub(super) fn query(server: &str, domain: &str) -> String {
    match server {
        // Without these it answers for people who cannot read IDNA, and leaves out what it has.
        "whois.denic.de" => format!("-T dn,ace {domain}"),
        "whois.punktum.dk" => format!("--show-handles {domain}"),
        // In English.
        "whois.jprs.jp" => format!("{domain}/e"),
        // Otherwise name servers that begin with the name match as well.
        "whois.verisign-grs.com" | "ccwhois.verisign-grs.com" => format!("domain {domain}"),
        _ => domain.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn server(domain: &str) -> Option<&'static str> {
        server_of(&HostName::parse(domain).unwrap())
    }

    #[test]
    fn the_longest_ending_decides() {
        for (domain, expected) in [
            ("shop.com", Some("whois.verisign-grs.com")),
            ("shop.co.uk", Some("whois.nic.uk")),
            ("shop.co.za", Some("whois.registry.net.za")),
            ("xn--e1afmkfd.xn--p1ai", Some("whois.tcinet.ru")),
            ("shop.example", None),
            ("com", None),
        ] {
            assert_eq!(server(domain), expected, "{domain}");
        }
    }

    #[test]
    fn every_line_of_the_table_is_an_ending_and_a_server() {
        let lines: Vec<&str> = include_str!("servers.tsv").lines().filter(|line| !line.starts_with('#')).collect();
        assert_eq!(TABLE.len(), lines.len(), "an ending stands there twice, or a line has no tab");
        for (ending, server) in TABLE.iter() {
            assert!(HostName::parse(ending).is_ok_and(|name| name.as_str() == *ending), "{ending}");
            let server = HostName::parse(server).unwrap();
            assert!(server.special_use().is_none() && server.as_str().contains('.'), "{server}");
        }
    }

    #[test]
    fn servers_are_asked_in_their_own_way() {
        assert_eq!(query("whois.denic.de", "shop.de"), "-T dn,ace shop.de");
        assert_eq!(query("whois.jprs.jp", "shop.jp"), "shop.jp/e");
        assert_eq!(query("whois.nic.uk", "shop.co.uk"), "shop.co.uk");
    }
}
