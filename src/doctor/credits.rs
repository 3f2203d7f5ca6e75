//! What the vendors say to the key: is it good, and how much can still be asked?
//!
//! The balance is free to ask, and it is the one answer that tells a bad key from an empty account.

use std::net::{IpAddr, Ipv4Addr};

use intel::{
    Credits, HttpResponse, Lookup, LookupKind, Provider, ProviderError, ReverseWhoisTerm, Scope,
    lookup::{DiscoveryQuery, HostOrAddress, Indicator, NetworkSubject, ReverseDnsTerm, ReverseDnsType, WhoisSubject},
    observable::{EmailAddress, HostName, Netblock},
};

use super::finding::{Check, Finding};

const CHECK: Check = Check::Credits;

/// No balance was asked for, and why.
pub(super) fn not_asked(reason: &str) -> Finding {
    Finding::skipped(CHECK, format!("Not asked: {reason}."))
}

/// A finding for each pool of credits, or one for what went wrong.
pub(super) fn judge(vendor: &dyn Provider, answer: &Result<HttpResponse, ProviderError>) -> Vec<Finding> {
    let source = vendor.source();
    let response = match answer {
        Ok(response) => response,
        Err(error) => return vec![failed(source, error, None)],
    };
    // Kinds that are paid alike: what is left for them, and the dearest page among them.
    let mut pools: Vec<(Option<Credits>, Credits, Vec<&'static str>)> = Vec::new();
    for lookup in vendor.lookups().iter().filter_map(|kind| question(*kind)) {
        let left = match vendor.read_balance(&lookup, response) {
            Ok(left) => left,
            // Which pool pays for this kind is not known.
            Err(ProviderError::InvalidInput { .. }) => continue,
            Err(error) => return vec![failed(source, &error, Some(response))],
        };
        let price = vendor.offer(&lookup).map_or(Credits::FREE, |offer| offer.price);
        let words = lookup.kind().in_words();
        match pools.iter_mut().find(|(known, _, _)| *known == left) {
            Some((_, dearest, kinds)) => {
                *dearest = price.max(*dearest);
                kinds.push(words);
            }
            None => pools.push((left, price, vec![words])),
        }
    }
    pools.into_iter().map(|(left, dearest, kinds)| pool(source, left, dearest, &kinds.join(", "))).collect()
}

fn pool(source: &str, left: Option<Credits>, dearest: Credits, kinds: &str) -> Finding {
    match left {
        None => Finding::warning(
            CHECK,
            format!("{source}: the key is good, but the account's plan does not include {kinds}."),
            "Add these services to the plan on the vendor's account page, or leave the transforms that need them alone.",
        ),
        Some(Credits::FREE) => Finding::problem(
            CHECK,
            format!("{source}: the key is good, but no credits are left for {kinds}."),
            "Top up the account on the vendor's page. Remembered answers and workshop cases still work.",
        ),
        Some(left) if left < dearest => Finding::warning(
            CHECK,
            format!("{source}: {left} left for {kinds}, and a page costs up to {dearest}."),
            "Top up the account on the vendor's page.",
        ),
        Some(left) => Finding::good(CHECK, format!("{source}: the key is good; {left} left for {kinds}.")),
    }
}

/// Why there is no balance.
fn failed(source: &str, error: &ProviderError, response: Option<&HttpResponse>) -> Finding {
    let status = response.map(|response| format!(" (status {})", response.status.as_u16())).unwrap_or_default();
    match error {
        ProviderError::BadKey | ProviderError::AccessRefused => Finding::problem(
            CHECK,
            format!("{source} does not accept the key{status}."),
            "Copy the key again from the vendor's account page. If it was renewed there, the old one is void.",
        ),
        ProviderError::Unreachable { .. } | ProviderError::Broken { .. } | ProviderError::Timeout { .. } => {
            Finding::problem(
                CHECK,
                format!("{source} cannot be reached from this machine: {}.", briefly(error)),
                "Is this machine online? If it reaches the internet only through a proxy, put this into the \
                 configuration:\n[upstream]\nproxy = \"http://<proxy>:<port>\"\nTo leave the network out of this, add \
                 --offline.",
            )
        }
        ProviderError::RateLimited { .. } => Finding::warning(
            CHECK,
            format!("{source} is busy and does not tell the balance now."),
            "Run this again in a minute.",
        ),
        ProviderError::Upstream { status: Some(500..), .. } => Finding::warning(
            CHECK,
            format!("{source} failed on its side{status}."),
            "Nothing is to be done here. Run this again later.",
        ),
        other => Finding::problem(
            CHECK,
            format!("{source} answered something that is no balance{status}: {other}."),
            "Something between this machine and the vendor may be answering in its place: a proxy, a gateway, or the \
             login page of a network. Open the vendor's site from this machine and see.",
        ),
    }
}

/// The cause that a person can do something about. Libraries tell the whole way to it, and name servers even twice.
fn briefly(error: &ProviderError) -> String {
    match error {
        ProviderError::Unreachable { detail } if detail.contains("dns error") => {
            "its name cannot be resolved".to_owned()
        }
        ProviderError::Unreachable { detail } | ProviderError::Broken { detail } => {
            detail.rsplit(": ").next().unwrap_or(detail).to_owned()
        }
        other => other.to_string(),
    }
}

/// Some question of a kind: which one does not matter for what it costs.
pub(super) fn question(kind: LookupKind) -> Option<Lookup> {
    let host = || HostName::parse("example.com").ok();
    let address = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1));
    Some(match kind {
        LookupKind::WhoisCurrent => Lookup::WhoisCurrent { subject: WhoisSubject::Domain(host()?) },
        LookupKind::WhoisHistory => Lookup::WhoisHistory { domain: host()? },
        LookupKind::ReverseWhois => {
            Lookup::reverse_whois(ReverseWhoisTerm::Text("example".to_owned()), Scope::Historic)
        }
        LookupKind::ReverseNs => Lookup::ReverseNs { name_server: host()? },
        LookupKind::ReverseMx => Lookup::ReverseMx { mail_server: host()? },
        LookupKind::ReverseIp => Lookup::ReverseIp { address },
        LookupKind::ReverseDns => {
            Lookup::ReverseDns { record_type: ReverseDnsType::Txt, terms: vec![ReverseDnsTerm::value("example")] }
        }
        LookupKind::Subdomains => Lookup::Subdomains { domain: host()? },
        LookupKind::Discovery => Lookup::Discovery { query: DiscoveryQuery::domains_like("example*") },
        LookupKind::DnsRecords => Lookup::DnsRecords { host: host()? },
        LookupKind::DnsHistory => Lookup::DnsHistory { host: host()?, family: None },
        LookupKind::AddressHistory => Lookup::AddressHistory { address },
        LookupKind::Certificates => Lookup::Certificates { host: host()? },
        LookupKind::IssuedCertificates => Lookup::IssuedCertificates { domain: host()? },
        LookupKind::Pointers => Lookup::Pointers { block: Netblock::parse("192.0.2.1/32").ok()? },
        LookupKind::NameServerRegistration => Lookup::NameServerRegistration { name_server: host()? },
        LookupKind::RegistryContact => Lookup::RegistryContact { handle: "ORG-EX1-TEST".to_owned() },
        LookupKind::IpOwner => Lookup::IpOwner { subject: NetworkSubject::Address(address) },
        LookupKind::IpLocation => Lookup::IpLocation { address },
        LookupKind::Reputation => Lookup::Reputation { subject: HostOrAddress::Host(host()?) },
        LookupKind::Threats => Lookup::Threats { indicator: Indicator::Host(host()?) },
        LookupKind::WebsiteContacts => Lookup::WebsiteContacts { host: host()? },
        LookupKind::WebsiteCategories => Lookup::WebsiteCategories { host: host()? },
        LookupKind::EmailVerification => {
            Lookup::EmailVerification { email: EmailAddress::parse("hostmaster@example.com").ok()? }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::{super::finding::Verdict, *};

    #[test]
    fn there_is_a_question_of_every_kind() {
        for kind in LookupKind::ALL {
            assert_eq!(question(kind).map(|lookup| lookup.kind()), Some(kind));
        }
    }

    #[test]
    fn what_is_left_is_compared_with_what_a_page_costs() {
        for (left, verdict) in [
            (None, Verdict::Warning),
            (Some(0), Verdict::Problem),
            (Some(49), Verdict::Warning),
            (Some(50), Verdict::Good),
        ] {
            let finding = pool("Vendor", left.map(Credits), Credits(50), "reverse NS");
            assert_eq!(finding.verdict, verdict, "{finding:?}");
            assert!(finding.what.contains("reverse NS"));
        }
    }

    #[test]
    fn a_failure_is_told_apart_by_whose_it_is() {
        for (error, verdict, told) in [
            (ProviderError::BadKey, Verdict::Problem, "does not accept the key"),
            (ProviderError::Unreachable { detail: "tcp: refused".to_owned() }, Verdict::Problem, "machine: refused."),
            (ProviderError::Unreachable { detail: "dns error: ?: ?".to_owned() }, Verdict::Problem, "be resolved"),
            (ProviderError::RateLimited { wait: None }, Verdict::Warning, "busy"),
            (ProviderError::upstream(Some(503), "down"), Verdict::Warning, "on its side"),
            (ProviderError::upstream(Some(200), "<html>"), Verdict::Problem, "no balance"),
            (ProviderError::malformed("?"), Verdict::Problem, "no balance"),
        ] {
            let finding = failed("Vendor", &error, None);
            assert_eq!(finding.verdict, verdict, "{finding:?}");
            assert!(finding.what.contains(told) && finding.next_step.is_some(), "{finding:?}");
        }
    }
}
