//! WHOIS snapshots, indexed by the domain and by what their contacts hold.
//!
//! Indexes are built once; only a search for text, an address or single fields looks at every snapshot.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, HashMap, HashSet},
};

use jiff::civil::Date;

use super::{
    span::Span,
    term::{self, Search, Value, contacts, values_in},
};
use crate::{
    lookup::{ReverseWhoisTerm, Scope, WhoisDates},
    observable::HostName,
    record::WhoisRecord,
};

/// The WHOIS snapshots of a case.
#[derive(Debug)]
pub(super) struct Registrations {
    /// The day on which the case plays.
    as_of: Date,
    /// Newest first; of equal age in the order of files and lines.
    snapshots: BTreeMap<HostName, Vec<Snapshot>>,
    /// Which snapshots hold a value, as positions in [`Registrations::snapshots`].
    holders: HashMap<Value, BTreeMap<HostName, Vec<usize>>>,
    /// The name servers that snapshots name.
    name_servers: HashSet<HostName>,
}

#[derive(Debug)]
struct Snapshot {
    record: WhoisRecord,
    /// All text fields in lower case, a line each.
    text: String,
}

impl Registrations {
    pub(super) fn new(as_of: Date, records: Vec<(HostName, WhoisRecord)>) -> Self {
        let mut snapshots: BTreeMap<HostName, Vec<Snapshot>> = BTreeMap::new();
        for (domain, record) in records {
            let text = searchable_text(&record);
            snapshots.entry(domain).or_default().push(Snapshot { record, text });
        }
        for snapshots in snapshots.values_mut() {
            snapshots.sort_by_key(|snapshot| Reverse(snapshot.record.observed));
        }
        let mut registrations = Self { as_of, snapshots, holders: HashMap::new(), name_servers: HashSet::new() };
        registrations.index();
        registrations
    }

    fn index(&mut self) {
        for (domain, snapshots) in &self.snapshots {
            for (position, snapshot) in snapshots.iter().enumerate() {
                let values: HashSet<Value> = contacts(&snapshot.record).into_iter().flat_map(values_in).collect();
                for value in values {
                    let positions = self.holders.entry(value).or_default().entry(domain.clone()).or_default();
                    positions.push(position);
                }
                let servers = snapshot.record.name_servers.iter();
                self.name_servers.extend(servers.filter_map(|server| HostName::parse(server).ok()));
            }
        }
    }

    /// How many domains have a snapshot.
    pub(super) fn domains(&self) -> usize {
        self.snapshots.len()
    }

    /// How many snapshots there are.
    pub(super) fn records(&self) -> usize {
        self.snapshots.values().map(Vec::len).sum()
    }

    /// Whether the name is a domain with a snapshot, or a name server in one.
    pub(super) fn know(&self, name: &HostName) -> bool {
        self.snapshots.contains_key(name) || self.name_servers.contains(name)
    }

    /// The domains, and from when to when each was seen.
    pub(super) fn seen(&self) -> impl Iterator<Item = (&HostName, Span)> {
        self.snapshots.iter().map(|(domain, snapshots)| {
            let mut seen = Span::default();
            for snapshot in snapshots {
                seen.widen(Span::new(snapshot.record.observed, snapshot.record.observed));
            }
            (domain, seen)
        })
    }

    /// A domain's snapshots, newest first.
    pub(super) fn of(&self, domain: &HostName) -> impl Iterator<Item = &WhoisRecord> {
        self.snapshots.get(domain).into_iter().flatten().map(|snapshot| &snapshot.record)
    }

    /// A domain's newest snapshot, if it was still registered on the case's day.
    pub(super) fn current(&self, domain: &HostName) -> Option<&WhoisRecord> {
        let snapshots = self.snapshots.get(domain).filter(|snapshots| self.is_registered(snapshots))?;
        snapshots.first().map(|newest| &newest.record)
    }

    /// The domains with a matching snapshot, and from when to when it matched.
    pub(super) fn with(&self, term: &ReverseWhoisTerm, scope: Scope, dates: &WhoisDates) -> BTreeMap<HostName, Span> {
        let search = Search::new(term);
        let matches = |snapshot: &Snapshot| term::dated(&snapshot.record, dates);
        if let Search::Value(value) = &search {
            let holders = self.holders.get(value).into_iter().flatten();
            return self.matching(holders.map(|(domain, positions)| (domain, positions.as_slice())), scope, matches);
        }
        let holding: Vec<_> = self
            .snapshots
            .iter()
            .map(|(domain, snapshots)| {
                let holds = |(_, snapshot): &(usize, &Snapshot)| search.matches(&snapshot.record, &snapshot.text);
                let positions: Vec<usize> =
                    snapshots.iter().enumerate().filter(holds).map(|(position, _)| position).collect();
                (domain, positions)
            })
            .collect();
        self.matching(holding.iter().map(|(domain, positions)| (*domain, positions.as_slice())), scope, matches)
    }

    fn matching<'a>(
        &'a self,
        holders: impl Iterator<Item = (&'a HostName, &'a [usize])>,
        scope: Scope,
        wanted: impl Fn(&Snapshot) -> bool,
    ) -> BTreeMap<HostName, Span> {
        let mut found = BTreeMap::new();
        for (domain, positions) in holders {
            let Some(snapshots) = self.snapshots.get(domain) else { continue };
            let positions = match scope {
                Scope::Historic => positions,
                Scope::Current if self.is_registered(snapshots) => positions
                    .split_first()
                    .filter(|(newest, _)| **newest == 0)
                    .map_or(&[][..], |(first, _)| std::slice::from_ref(first)),
                Scope::Current => &[],
            };
            let snapshots = positions.iter().filter_map(|position| snapshots.get(*position));
            for snapshot in snapshots.filter(|snapshot| wanted(snapshot)) {
                let observed = snapshot.record.observed;
                found.entry(domain.clone()).or_insert_with(Span::default).widen(Span::new(observed, observed));
            }
        }
        found
    }

    /// Whether a domain was still registered on the case's day. A newest snapshot without an expiry date counts as
    /// registered: nothing says that it ended.
    fn is_registered(&self, snapshots: &[Snapshot]) -> bool {
        let expires = snapshots.first().and_then(|newest| newest.record.expires);
        expires.is_none_or(|expires| expires.day() >= self.as_of)
    }
}

/// Noise is not in it: contacts have already lost theirs, and the name of a privacy service is left out.
fn searchable_text(record: &WhoisRecord) -> String {
    let registrar = record.registrar.as_ref().map(|registrar| {
        [&registrar.name, &registrar.iana_id, &registrar.url, &registrar.abuse_email].into_iter().flatten()
    });
    let contacts = contacts(record).into_iter().flat_map(|contact| {
        [
            &contact.name,
            &contact.organization,
            &contact.street,
            &contact.city,
            &contact.state,
            &contact.postal_code,
            &contact.country,
            &contact.country_code,
            &contact.email,
            &contact.phone,
            &contact.fax,
        ]
        .into_iter()
        .flatten()
    });
    let mut lines: Vec<&str> = vec![&record.domain];
    lines.extend(registrar.into_iter().flatten().map(String::as_str));
    lines.extend(record.name_servers.iter().chain(&record.statuses).chain(contacts).map(String::as_str));
    lines.join("\n").to_lowercase()
}
