//! DNS sightings, indexed by the name that has the record and by what it points to.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, HashMap, HashSet},
    net::IpAddr,
};

use super::{pattern::Pattern, span::Span};
use crate::{
    lookup::{AddressFamily, ReverseDnsTerm, ReverseDnsType},
    moment::Moment,
    observable::HostName,
    record::{DnsData, DnsRecord, DnsRecordType},
};

/// The DNS records of a case.
#[derive(Debug, Default)]
pub(super) struct Names {
    /// By the name with its labels reversed, so that everything below a name lies together.
    names: BTreeMap<String, DnsName>,
    /// Which names point to something, and when that was seen.
    pointing: HashMap<Target, BTreeMap<HostName, Span>>,
    /// Every name that a record points to.
    targets: HashSet<HostName>,
}

/// What a name can be found by.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Target {
    Address(IpAddr),
    NameServer(HostName),
    MailServer(HostName),
}

#[derive(Debug)]
struct DnsName {
    name: HostName,
    /// In the order of [`DnsRecordType`], then the most recently seen first, then as in the files.
    records: Vec<DnsRecord>,
    seen: Span,
}

impl Names {
    pub(super) fn new(records: Vec<DnsRecord>) -> Self {
        let mut names = Self::default();
        for record in records {
            names.add(record);
        }
        for name in names.names.values_mut() {
            name.records.sort_by_key(|record| (record.data.record_type(), Reverse(record.last_seen)));
        }
        names
    }

    fn add(&mut self, record: DnsRecord) {
        let seen = span(&record);
        if let Some(target) = Target::of(&record.data) {
            self.pointing.entry(target).or_default().entry(record.owner.clone()).or_default().widen(seen);
        }
        self.targets.extend(named(&record.data).cloned());
        let name = self.names.entry(reversed(&record.owner)).or_insert_with(|| DnsName {
            name: record.owner.clone(),
            records: Vec::new(),
            seen: Span::default(),
        });
        name.seen.widen(seen);
        name.records.push(record);
    }

    /// How many records there are.
    pub(super) fn records(&self) -> usize {
        self.names.values().map(|name| name.records.len()).sum()
    }

    /// Whether the name has a record, stands above a name with one, or is what a record points to.
    pub(super) fn know(&self, name: &HostName) -> bool {
        self.names.contains_key(&reversed(name))
            || self.targets.contains(name)
            || self.names_below(name).next().is_some()
    }

    /// The names with any record, and when any of them was seen.
    pub(super) fn seen(&self) -> impl Iterator<Item = (&HostName, Span)> {
        self.names.values().map(|name| (&name.name, name.seen))
    }

    /// The names below a domain that have any record, and when any of them was seen.
    pub(super) fn below(&self, domain: &HostName) -> impl Iterator<Item = (&HostName, Span)> {
        self.names_below(domain).map(|name| (&name.name, name.seen))
    }

    /// The names with a record that points to something, and when it was seen.
    pub(super) fn pointing_to<'a>(&'a self, target: &Target) -> impl Iterator<Item = (&'a HostName, Span)> + use<'a> {
        self.pointing.get(target).into_iter().flatten().map(|(name, seen)| (name, *seen))
    }

    /// The records of exactly this name.
    pub(super) fn of(&self, host: &HostName) -> impl Iterator<Item = &DnsRecord> {
        self.names.get(&reversed(host)).into_iter().flat_map(|name| &name.records)
    }

    /// The address records of exactly this name.
    pub(super) fn addresses_of(
        &self,
        host: &HostName,
        family: Option<AddressFamily>,
    ) -> impl Iterator<Item = &DnsRecord> {
        self.of(host).filter(move |record| match record.data.record_type() {
            DnsRecordType::A => family.is_none_or(|family| family == AddressFamily::V4),
            DnsRecordType::Aaaa => family.is_none_or(|family| family == AddressFamily::V6),
            _ => false,
        })
    }

    /// The mail servers that a name had on a day, the preferred first; without a day, those that it had at last. The day
    /// on which a server was last seen is not the day on which it was given up: that is known only when another one was
    /// first seen later.
    pub(super) fn mail_servers_of(&self, domain: &HostName, day: Option<Moment>) -> Vec<HostName> {
        let is_there = |seen: Span| day.is_none_or(|day| !seen.begins_after(day));
        let servers: Vec<_> = self
            .of(domain)
            .filter_map(|record| match &record.data {
                DnsData::MailServer { preference, exchange } => Some((*preference, exchange, span(record))),
                _ => None,
            })
            .filter(|(_, _, seen)| is_there(*seen))
            .collect();
        let is_given_up = |seen: Span| servers.iter().any(|(_, _, other)| seen.ends_before(*other));
        let mut kept: Vec<_> = servers.iter().filter(|(_, _, seen)| !is_given_up(*seen)).collect();
        kept.sort_by_key(|(preference, exchange, _)| (*preference, *exchange));
        let mut exchanges: Vec<HostName> = kept.into_iter().map(|(_, exchange, _)| (*exchange).clone()).collect();
        exchanges.dedup();
        exchanges
    }

    /// The names that an address had: a name that left it and came back is there twice.
    pub(super) fn names_of(&self, address: IpAddr) -> impl Iterator<Item = (&HostName, Span)> {
        let holders = self.pointing_to(&Target::Address(address)).flat_map(|(name, _)| self.of(name));
        let held = holders.filter(move |record| record.data == DnsData::Address(address));
        held.map(|record| (&record.owner, span(record)))
    }

    /// The records of a type for which all conditions hold.
    pub(super) fn matching(&self, record_type: ReverseDnsType, terms: &[ReverseDnsTerm]) -> Vec<&DnsRecord> {
        let terms: Vec<_> = terms.iter().map(|term| (term, Pattern::new(&term.text))).collect();
        let wanted = match record_type {
            ReverseDnsType::Txt => DnsRecordType::Txt,
            ReverseDnsType::Cname => DnsRecordType::Cname,
            ReverseDnsType::Soa => DnsRecordType::Soa,
        };
        let holds = |record: &DnsRecord, term: &ReverseDnsTerm, pattern: &Pattern| {
            let found = if term.on_name {
                pattern.matches(record.owner.as_str())
            } else {
                values_of(&record.data).iter().any(|value| pattern.matches(value))
            };
            found != term.exclude
        };
        let records = self.names.values().flat_map(|name| &name.records);
        records
            .filter(|record| record.data.record_type() == wanted)
            .filter(|record| terms.iter().all(|(term, pattern)| holds(record, term, pattern)))
            .collect()
    }

    fn names_below(&self, domain: &HostName) -> impl Iterator<Item = &DnsName> {
        let prefix = reversed(domain) + ".";
        self.names.range(prefix.clone()..).take_while(move |(key, _)| key.starts_with(&prefix)).map(|(_, name)| name)
    }
}

impl Target {
    fn of(data: &DnsData) -> Option<Self> {
        match data {
            DnsData::Address(address) => Some(Self::Address(*address)),
            DnsData::NameServer(server) => Some(Self::NameServer(server.clone())),
            DnsData::MailServer { exchange, .. } => Some(Self::MailServer(exchange.clone())),
            DnsData::Alias(_)
            | DnsData::StartOfAuthority { .. }
            | DnsData::Text(_)
            | DnsData::CertificationAuthority { .. } => None,
        }
    }
}

fn span(record: &DnsRecord) -> Span {
    Span::new(record.first_seen, record.last_seen)
}

/// `webmail.velani.example` as `example.velani.webmail`.
fn reversed(name: &HostName) -> String {
    name.as_str().rsplit('.').collect::<Vec<_>>().join(".")
}

/// The name in the data.
fn named(data: &DnsData) -> Option<&HostName> {
    match data {
        DnsData::Alias(name)
        | DnsData::NameServer(name)
        | DnsData::MailServer { exchange: name, .. }
        | DnsData::StartOfAuthority { primary: name, .. } => Some(name),
        DnsData::Address(_) | DnsData::Text(_) | DnsData::CertificationAuthority { .. } => None,
    }
}

/// The texts that a search by value is held against. Those who search write names with the dot at their end or without,
/// and look for a start of authority by its whole value, as it stands in a zone file, or by the server or the mailbox in
/// it.
fn values_of(data: &DnsData) -> Vec<String> {
    match data {
        DnsData::Text(text) => vec![text.clone()],
        DnsData::Alias(name) => vec![name.to_string(), format!("{name}.")],
        DnsData::StartOfAuthority { primary, mailbox, serial } => {
            // RFC 1035 §8: the at sign becomes a dot, and dots before it are escaped.
            let (local, domain) = mailbox.split_once('@').unwrap_or((mailbox, ""));
            let written = format!("{}.{domain}", local.replace('.', "\\."));
            let whole = format!("{primary}. {written}. {serial}");
            vec![whole, primary.to_string(), format!("{primary}."), mailbox.clone(), written]
        }
        DnsData::Address(_)
        | DnsData::NameServer(_)
        | DnsData::MailServer { .. }
        | DnsData::CertificationAuthority { .. } => Vec::new(),
    }
}
