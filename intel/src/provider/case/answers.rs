//! What cases answer to a lookup, and how the answers of several become one.
//!
//! Each case answers by itself, so that it is known whose records an answer is made of. Then they are put together: names
//! that several have become one sighting, other records are sorted again, and a fact that several tell is told once.

use std::{
    cmp::{Ordering, Reverse},
    collections::BTreeMap,
    sync::Arc,
};

use super::{names::Target, networks::specificity, span::Span, store::Case};
use crate::{
    lookup::{Lookup, WhoisSubject},
    moment::Moment,
    observable::{EmailAddress, HostName},
    record::{DnsRecord, Record, Sighting, Threat},
};

/// All records of an answer, in their order.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) records: Vec<Record>,
    /// The cases that have any of them.
    pub(super) holders: Vec<Arc<Case>>,
}

/// Asks every case.
pub(super) fn find(cases: &[Arc<Case>], lookup: &Lookup) -> Found {
    let mut parts: Vec<(&Arc<Case>, Vec<Record>)> =
        cases.iter().map(|case| (case, records(case, lookup))).filter(|(_, records)| !records.is_empty()).collect();
    // A domain has one current state, an address one place, a name one reputation, a mailbox one check: of several cases
    // that know it, one is believed, the one that looked last.
    let one_is_believed = matches!(
        lookup,
        Lookup::WhoisCurrent { .. }
            | Lookup::IpLocation { .. }
            | Lookup::Reputation { .. }
            | Lookup::EmailVerification { .. }
    );
    if one_is_believed {
        parts.sort_by_key(|(_, records)| Reverse(records.first().and_then(observed)));
        parts.truncate(1);
    }
    let holders = parts.iter().map(|(case, _)| Arc::clone(case)).collect();
    let records = match parts.as_mut_slice() {
        [] => Vec::new(),
        [(_, only)] => std::mem::take(only),
        _ => together(lookup, parts.into_iter().flat_map(|(_, records)| records).collect()),
    };
    Found { records, holders }
}

/// What one case says.
fn records(case: &Case, lookup: &Lookup) -> Vec<Record> {
    let Case { registrations, names, networks, certificates, assessments, websites, .. } = case;
    match lookup {
        Lookup::WhoisCurrent { subject } => {
            let record = match subject {
                WhoisSubject::Domain(domain) => registrations.current(domain).cloned(),
                WhoisSubject::Email(email) => registrations.current(&domain_of(email)).cloned(),
                WhoisSubject::Address(address) => networks.whois_of(*address),
            };
            record.into_iter().map(|record| Record::Whois(Box::new(record))).collect()
        }
        Lookup::WhoisHistory { domain } => {
            sorted(registrations.of(domain).map(|record| Record::Whois(Box::new(record.clone()))))
        }
        Lookup::ReverseWhois { term, scope, dates } => {
            let mut found = sightings(registrations.with(term, *scope, dates));
            for record in &mut found {
                if let Record::Sighting(sighting) = record {
                    let newest = registrations.of(&sighting.name).next();
                    let registrar = newest.and_then(|record| record.registrar.as_ref());
                    sighting.registrar = registrar.and_then(|registrar| registrar.name.clone());
                }
            }
            found
        }
        Lookup::ReverseNs { name_server } => pointing(case, &Target::NameServer(name_server.clone())),
        Lookup::ReverseMx { mail_server } => pointing(case, &Target::MailServer(mail_server.clone())),
        Lookup::ReverseIp { address } => pointing(case, &Target::Address(*address)),
        Lookup::ReverseDns { record_type, terms } => {
            sorted(names.matching(*record_type, terms).into_iter().map(|record| Record::Dns(record.clone())))
        }
        Lookup::Subdomains { domain } => sightings(owned(names.below(domain))),
        Lookup::Discovery { query } => sightings(case.names_like(query)),
        Lookup::DnsRecords { host } => sorted(names.of(host).map(|record| Record::Dns(record.clone()))),
        Lookup::DnsHistory { host, family } => {
            sorted(names.addresses_of(host, *family).map(|record| Record::Dns(record.clone())))
        }
        Lookup::AddressHistory { address } => {
            sorted(owned(names.names_of(*address)).map(|(name, seen)| Record::Sighting(seen.sighting(name))))
        }
        Lookup::Certificates { host } => {
            sorted(certificates.of(host).map(|certificate| Record::Certificate(Box::new(certificate.clone()))))
        }
        Lookup::IssuedCertificates { domain } => {
            sorted(certificates.below(domain).map(|certificate| Record::Certificate(Box::new(certificate.clone()))))
        }
        // A case has no format for these.
        Lookup::Pointers { .. } | Lookup::NameServerRegistration { .. } | Lookup::RegistryContact { .. } => Vec::new(),
        Lookup::IpOwner { subject } => {
            sorted(networks.of(subject).into_iter().map(|network| Record::Network(Box::new(network.clone()))))
        }
        Lookup::IpLocation { address } => {
            networks.location_of(*address).into_iter().map(|location| Record::Location(Box::new(location))).collect()
        }
        Lookup::Reputation { subject } => {
            assessments.reputation_of(subject).into_iter().cloned().map(Record::Reputation).collect()
        }
        Lookup::Threats { indicator } => sorted(assessments.threats_of(indicator).cloned().map(Record::Threat)),
        Lookup::WebsiteContacts { host } => {
            let site = websites.of(host).into_iter();
            site.map(|site| Record::WebsiteContacts(Box::new(site.contacts.clone()))).collect()
        }
        Lookup::WebsiteCategories { host } => {
            let categories = websites.of(host).into_iter().flat_map(|site| site.categories.clone());
            sorted(categories.map(Record::WebsiteCategory))
        }
        Lookup::EmailVerification { email } => {
            assessments.mailbox(email).into_iter().cloned().map(Record::Mailbox).collect()
        }
    }
}

/// The registered domain of a mailbox: WHOIS is asked about that one.
pub(super) fn domain_of(email: &EmailAddress) -> HostName {
    email.domain().registry_domain().unwrap_or_else(|| email.domain().clone())
}

fn pointing(case: &Case, target: &Target) -> Vec<Record> {
    sightings(owned(case.names.pointing_to(target)))
}

fn owned<'a>(found: impl Iterator<Item = (&'a HostName, Span)>) -> impl Iterator<Item = (HostName, Span)> {
    found.map(|(name, seen)| (name.clone(), seen))
}

/// By name, each once.
fn sightings(found: impl IntoIterator<Item = (HostName, Span)>) -> Vec<Record> {
    let mut names: BTreeMap<HostName, Span> = BTreeMap::new();
    for (name, seen) in found {
        names.entry(name).or_default().widen(seen);
    }
    names.into_iter().map(|(name, seen)| Record::Sighting(seen.sighting(name))).collect()
}

/// The records of several cases as those of one.
fn together(lookup: &Lookup, records: Vec<Record>) -> Vec<Record> {
    // The history of an address is a list of stays; everywhere else a name stands once.
    if matches!(lookup, Lookup::AddressHistory { .. }) {
        return sorted(records);
    }
    let mut spans = Vec::new();
    let mut registrars = BTreeMap::new();
    let mut others = Vec::new();
    for record in records {
        match record {
            Record::Sighting(Sighting { name, first_seen, last_seen, registrar }) => {
                registrars.extend(registrar.map(|registrar| (name.clone(), registrar)));
                spans.push((name, Span::new(first_seen, last_seen)));
            }
            other => others.push(other),
        }
    }
    let mut records = sightings(spans);
    for record in &mut records {
        if let Record::Sighting(sighting) = record {
            sighting.registrar = registrars.remove(&sighting.name);
        }
    }
    records.extend(sorted(others));
    records
}

/// In the order of answers, each once; what has no order stays as it stands in the files.
fn sorted(records: impl IntoIterator<Item = Record>) -> Vec<Record> {
    let mut records: Vec<Record> = records.into_iter().collect();
    records.sort_by(compare);
    records.dedup();
    records
}

fn compare(one: &Record, other: &Record) -> Ordering {
    match (one, other) {
        // The newest first.
        (Record::Whois(one), Record::Whois(other)) => other.observed.cmp(&one.observed),
        (Record::Certificate(one), Record::Certificate(other)) => other.not_before.cmp(&one.not_before),
        (Record::Sighting(one), Record::Sighting(other)) => {
            other.last_seen.cmp(&one.last_seen).then_with(|| one.name.cmp(&other.name))
        }
        // By name and type, then the newest first.
        (Record::Dns(one), Record::Dns(other)) => {
            let key = |record: &DnsRecord| (record.data.record_type(), Reverse(record.last_seen));
            one.owner.cmp(&other.owner).then_with(|| key(one).cmp(&key(other)))
        }
        // The most specific first.
        (Record::Network(one), Record::Network(other)) => specificity(&one.block).cmp(&specificity(&other.block)),
        // The most recently seen first.
        (Record::Threat(one), Record::Threat(other)) => {
            let key = |threat: &Threat| (threat.indicator.clone(), threat.threat.clone());
            other.last_seen.cmp(&one.last_seen).then_with(|| key(one).cmp(&key(other)))
        }
        // By name.
        (Record::WebsiteCategory(one), Record::WebsiteCategory(other)) => one.name.cmp(&other.name),
        _ => Ordering::Equal,
    }
}

fn observed(record: &Record) -> Option<Moment> {
    match record {
        Record::Whois(record) => record.observed,
        Record::Mailbox(check) => check.checked,
        _ => None,
    }
}
