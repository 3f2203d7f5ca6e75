//! The address under which clients reach the server: what seeds and archives tell them.

use std::net::{IpAddr, ToSocketAddrs};

use url::{Host, Url};

use super::{
    finding::{Check, Finding},
    surroundings::Surroundings,
};
use crate::config::Config;

const CHECK: Check = Check::PublicUrl;

/// What to paste where the address is missing or wrong.
const PASTE: &str = "Put the address that clients use into the configuration:\n[server]\npublic_url = \
                     \"https://<name of this server>\"";

/// What makes certificates.
const ENCRYPT: &str = "Run \"namehound tls init\" to make certificates for this server, or put a web server with TLS in \
                       front of it.";

/// The address as it is written.
pub(super) fn judge(config: &Config) -> Vec<Finding> {
    let section = &config.server;
    let only_here = || {
        let address = section.listen.to_socket_addrs().ok().and_then(|mut addresses| addresses.next());
        address.is_some_and(|address| address.ip().is_loopback())
    };
    let Some(text) = written(section.public_url.as_deref()) else {
        return vec![if only_here() {
            Finding::warning(
                CHECK,
                "None is set, so clients are told the address that the server listens on. That does for classic clients \
                 on this machine; current ones take a seed from https alone.",
                format!("{ENCRYPT} Then set public_url in the section [server] to the address that begins with https."),
            )
        } else {
            Finding::problem(CHECK, "None is set, so seeds and archives cannot say where this server is.", PASTE)
        }];
    };
    let Some(url) = parse(text) else {
        return vec![Finding::problem(CHECK, "It is no address that begins with https:// or http://.", PASTE)];
    };
    let mut findings = Vec::new();
    if !url.username().is_empty() || url.password().is_some() {
        findings.push(Finding::problem(
            CHECK,
            "It holds a user name or a password, which every client would see.",
            PASTE,
        ));
        return findings;
    }
    if url.query().is_some() || url.fragment().is_some() {
        findings.push(Finding::problem(
            CHECK,
            "It has something behind a \"?\" or a \"#\", where paths are added.",
            PASTE,
        ));
    }
    if url.scheme() == "http" {
        let what = format!("{url} begins with http. Current clients take a seed from https alone.");
        findings.push(Finding::warning(CHECK, what, ENCRYPT));
    }
    if !is_for_others(text) && (!only_here() || !config.auth.tokens.is_empty()) {
        findings.push(Finding::warning(
            CHECK,
            format!(
                "{url} is the name that every machine has for itself: other machines would look for the server there."
            ),
            PASTE,
        ));
    }
    if findings.is_empty() {
        findings.push(Finding::good(CHECK, format!("{url} can be given to clients.")));
    }
    findings
}

/// Whether the host name leads anywhere; nothing to say about addresses and about what is no URL.
pub(super) async fn resolves(surroundings: &dyn Surroundings, public_url: Option<&str>) -> Option<Finding> {
    let url = parse(written(public_url)?)?;
    let Some(Host::Domain(host)) = url.host() else { return None };
    let problem = |detail: &str| {
        Finding::problem(
            CHECK,
            format!("The name {host} does not lead anywhere from this machine: {detail}."),
            "Add the name to your DNS, or to the hosts file of every machine that uses it, or write the server's \
             address in the place of the name.",
        )
    };
    Some(match surroundings.resolve(host).await {
        Ok(addresses) => match addresses.as_slice() {
            [] => problem("it has no addresses"),
            addresses => {
                let addresses: Vec<_> = addresses.iter().map(IpAddr::to_string).collect();
                Finding::good(CHECK, format!("The name {host} leads to {}.", addresses.join(", ")))
            }
        },
        Err(error) => problem(&error.to_string()),
    })
}

/// What to paste into Maltego.
pub(super) fn seed(base: &str, with_token: bool) -> String {
    if with_token { format!("{base}/t/<token>/seed") } else { format!("{base}/seed") }
}

/// The host that a certificate has to name.
pub(super) fn tls_host(public_url: Option<&str>) -> Option<String> {
    let url = parse(written(public_url)?)?;
    match url.host()? {
        Host::Domain(host) => Some(host.to_owned()),
        Host::Ipv4(address) => Some(address.to_string()),
        Host::Ipv6(address) => Some(address.to_string()),
    }
}

/// Whether machines other than this one could mean this server by it.
pub(super) fn is_for_others(public_url: &str) -> bool {
    let Some(url) = parse(public_url) else { return false };
    match url.host() {
        Some(Host::Domain(host)) => host != "localhost" && !host.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => !address.is_loopback(),
        Some(Host::Ipv6(address)) => !address.is_loopback(),
        None => false,
    }
}

fn written(public_url: Option<&str>) -> Option<&str> {
    public_url.map(str::trim).filter(|url| !url.is_empty())
}

fn parse(text: &str) -> Option<Url> {
    Url::parse(text.trim()).ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
}

#[cfg(test)]
mod tests {
    use super::{super::finding::Verdict, *};

    #[test]
    fn the_address_must_be_one_that_clients_can_use() {
        for (listen, public_url, verdict, told) in [
            ("0.0.0.0:8080", Some("https://hub.example"), Verdict::Good, "can be given"),
            ("127.0.0.1:8080", Some("https://hub.example/namehound"), Verdict::Good, "can be given"),
            ("127.0.0.1:8080", Some("https://localhost:8443"), Verdict::Good, "can be given"),
            ("0.0.0.0:8080", Some("https://localhost:8443"), Verdict::Warning, "for itself"),
            ("0.0.0.0:8080", Some("https://127.0.0.1"), Verdict::Warning, "for itself"),
            ("0.0.0.0:8080", Some("http://hub.example"), Verdict::Warning, "https alone"),
            ("127.0.0.1:8080", None, Verdict::Warning, "https alone"),
            ("0.0.0.0:8080", None, Verdict::Problem, "None is set"),
            ("0.0.0.0:8080", Some(" "), Verdict::Problem, "None is set"),
            ("0.0.0.0:8080", Some("hub.example"), Verdict::Problem, "no address"),
            ("0.0.0.0:8080", Some("ftp://hub.example"), Verdict::Problem, "no address"),
            ("0.0.0.0:8080", Some("https://me:secret@hub.example"), Verdict::Problem, "password"),
            ("0.0.0.0:8080", Some("https://hub.example/?a=b"), Verdict::Problem, "paths are added"),
        ] {
            let mut config = Config::default();
            config.server.listen = listen.to_owned();
            config.server.public_url = public_url.map(str::to_owned);
            let findings = judge(&config);
            assert_eq!(findings.len(), 1, "{findings:?}");
            assert_eq!(findings[0].verdict, verdict, "{findings:?}");
            assert!(findings[0].what.contains(told), "{findings:?}");
            assert!(!format!("{findings:?}").contains("secret"));
        }
    }

    #[test]
    fn the_seed_marks_the_place_of_a_token_that_nobody_knows() {
        assert_eq!(seed("https://hub.example", false), "https://hub.example/seed");
        assert_eq!(seed("https://hub.example", true), "https://hub.example/t/<token>/seed");
    }
}
