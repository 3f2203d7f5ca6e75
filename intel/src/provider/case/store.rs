//! A loaded case: its facts, ordered and indexed.
//!
//! Every answer is derived from two kinds of facts, WHOIS snapshots and DNS sightings, so a case cannot contradict
//! itself: there is no second list of "the domains behind this name server" to forget. Indexes are built once; only a
//! free text search looks at every snapshot.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    path::Path,
};

use jiff::civil::Date;

use super::{
    folder::read_folder,
    problem::{CaseErrors, Problems},
    read::{self, Draft, Limits},
    span::Span,
};
use crate::{
    lookup::{ReverseWhoisTerm, Scope},
    observable::{EmailAddress, HostName, OrganizationName, PersonName, PhoneNumber},
    record::{Contact, DnsData, DnsRecord, WhoisRecord},
};

/// A named, closed world: what it does not hold does not exist.
#[derive(Debug)]
pub struct Case {
    about: About,
    /// Newest first; of equal age in the order of files and lines.
    registrations: BTreeMap<HostName, Vec<Snapshot>>,
    /// Which snapshots hold a value, as positions in [`Case::registrations`].
    holders: HashMap<Value, BTreeMap<HostName, Vec<usize>>>,
    /// By the name with its labels reversed, so that everything below a name lies together.
    names: BTreeMap<String, DnsName>,
    served: HashMap<HostName, BTreeMap<HostName, Span>>,
    /// Names that only occur as the target of a record.
    targets: HashSet<HostName>,
}

/// What `case.toml` says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct About {
    /// The short name: small letters, digits and hyphens.
    pub name: String,
    /// The title for people.
    pub title: String,
    /// What it is about.
    pub summary: String,
    /// The day on which it plays.
    pub as_of: Date,
    /// The language of the texts, a tag of BCP 47.
    pub language: Option<String>,
    /// Who wrote it.
    pub author: Option<String>,
    /// The terms of use.
    pub licence: Option<String>,
    /// What participants are asked, in order.
    pub exercises: Vec<Exercise>,
}

/// A question to the participants of a workshop.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exercise {
    /// The question.
    pub question: String,
    /// The answer, for the trainer.
    pub answer: Option<String>,
}

/// How much a case holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    /// Domains with at least one WHOIS snapshot.
    pub domains: usize,
    /// WHOIS snapshots.
    pub whois_records: usize,
    /// DNS records.
    pub dns_records: usize,
}

/// A value of a contact, in the form for comparison.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Value {
    Email(String),
    Phone(String),
    Person(String),
    Organization(String),
}

#[derive(Debug)]
struct Snapshot {
    record: WhoisRecord,
    /// All text fields in lower case, a line each.
    text: String,
}

#[derive(Debug)]
struct DnsName {
    name: HostName,
    /// In the order of [`crate::DnsRecordType`], then the most recently seen first, then as in the files.
    records: Vec<DnsRecord>,
    seen: Span,
}

impl Case {
    /// Reads a case from its files: paths relative to its folder, with `/`, and contents, in any order. Files that are
    /// neither `case.toml` nor `*.jsonl` are left alone.
    ///
    /// # Errors
    /// Everything that is wrong with the case.
    pub fn from_files(files: impl IntoIterator<Item = (String, Vec<u8>)>) -> Result<Self, CaseErrors> {
        read::read(files, Limits::STANDARD, Problems::default()).map(Self::from_draft)
    }

    /// Reads a case from its folder, also from folders below it. Hidden files and folders are left alone.
    ///
    /// # Errors
    /// Everything that is wrong with the case, including files that cannot be read.
    pub fn from_folder(folder: &Path) -> Result<Self, CaseErrors> {
        let (files, problems) = read_folder(folder)?;
        read::read(files, Limits::STANDARD, problems).map(Self::from_draft)
    }

    /// What `case.toml` says.
    #[must_use]
    pub fn about(&self) -> &About {
        &self.about
    }

    /// How much it holds.
    #[must_use]
    pub fn size(&self) -> Size {
        Size {
            domains: self.registrations.len(),
            whois_records: self.registrations.values().map(Vec::len).sum(),
            dns_records: self.names.values().map(|name| name.records.len()).sum(),
        }
    }

    /// Whether the name occurs anywhere in the case: registered, resolved, above or below such a name, or as the
    /// target of a record.
    #[must_use]
    pub fn knows(&self, name: &HostName) -> bool {
        self.registrations.contains_key(name)
            || self.names.contains_key(&reversed(name))
            || self.targets.contains(name)
            || self.names_below(name).next().is_some()
    }

    /// A domain's snapshots, newest first.
    pub(super) fn snapshots(&self, domain: &HostName) -> impl Iterator<Item = &WhoisRecord> {
        self.registrations.get(domain).into_iter().flatten().map(|snapshot| &snapshot.record)
    }

    /// The domains with a matching snapshot, and from when to when it matched.
    pub(super) fn registered_with(&self, term: &ReverseWhoisTerm, scope: Scope) -> BTreeMap<HostName, Span> {
        match value_of(term) {
            Ok(value) => {
                let holders = self.holders.get(&value).into_iter().flatten();
                self.matching(holders.map(|(domain, positions)| (domain, positions.as_slice())), scope)
            }
            Err(text) => {
                let holding: Vec<_> = self
                    .registrations
                    .iter()
                    .map(|(domain, snapshots)| {
                        let holds = |(_, snapshot): &(usize, &Snapshot)| snapshot.text.contains(&text);
                        let positions: Vec<usize> =
                            snapshots.iter().enumerate().filter(holds).map(|(position, _)| position).collect();
                        (domain, positions)
                    })
                    .collect();
                self.matching(holding.iter().map(|(domain, positions)| (*domain, positions.as_slice())), scope)
            }
        }
    }

    /// The names with an NS record to a server, and when it was seen.
    pub(super) fn served_by(&self, name_server: &HostName) -> impl Iterator<Item = (&HostName, Span)> {
        self.served.get(name_server).into_iter().flatten().map(|(name, seen)| (name, *seen))
    }

    /// The names below a domain that have any DNS record, and when any of them was seen.
    pub(super) fn below(&self, domain: &HostName) -> impl Iterator<Item = (&HostName, Span)> {
        self.names_below(domain).map(|name| (&name.name, name.seen))
    }

    /// The DNS records of exactly this name.
    pub(super) fn dns_records(&self, host: &HostName) -> impl Iterator<Item = &DnsRecord> {
        self.names.get(&reversed(host)).into_iter().flat_map(|name| &name.records)
    }

    fn names_below(&self, domain: &HostName) -> impl Iterator<Item = &DnsName> {
        let prefix = reversed(domain) + ".";
        self.names.range(prefix.clone()..).take_while(move |(key, _)| key.starts_with(&prefix)).map(|(_, name)| name)
    }

    fn matching<'a>(
        &'a self,
        holders: impl Iterator<Item = (&'a HostName, &'a [usize])>,
        scope: Scope,
    ) -> BTreeMap<HostName, Span> {
        let mut found = BTreeMap::new();
        for (domain, positions) in holders {
            let Some(snapshots) = self.registrations.get(domain) else { continue };
            let positions = match scope {
                Scope::Historic => positions,
                Scope::Current if self.is_registered(snapshots) => positions
                    .split_first()
                    .filter(|(newest, _)| **newest == 0)
                    .map_or(&[][..], |(first, _)| std::slice::from_ref(first)),
                Scope::Current => &[],
            };
            for snapshot in positions.iter().filter_map(|position| snapshots.get(*position)) {
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
        expires.is_none_or(|expires| expires.day() >= self.about.as_of)
    }

    fn from_draft(draft: Draft) -> Self {
        let Draft { about, whois, dns } = draft;
        let text = |text: super::format::Text| text.0;
        let about = About {
            name: about.name.0,
            title: about.title.0,
            summary: about.summary.0,
            as_of: about.as_of.0,
            language: about.language.map(text),
            author: about.author.map(text),
            licence: about.licence.map(text),
            exercises: about
                .exercises
                .into_iter()
                .map(|line| Exercise { question: line.question.0, answer: line.answer.map(text) })
                .collect(),
        };
        let mut case = Self {
            about,
            registrations: BTreeMap::new(),
            holders: HashMap::new(),
            names: BTreeMap::new(),
            served: HashMap::new(),
            targets: HashSet::new(),
        };
        for (domain, record) in whois {
            let text = searchable_text(&record);
            case.registrations.entry(domain).or_default().push(Snapshot { record, text });
        }
        case.index_registrations();
        for record in dns {
            case.add_dns(record);
        }
        for name in case.names.values_mut() {
            name.records.sort_by_key(|record| (record.data.record_type(), std::cmp::Reverse(record.last_seen)));
        }
        case
    }

    fn index_registrations(&mut self) {
        for (domain, snapshots) in &mut self.registrations {
            snapshots.sort_by_key(|snapshot| std::cmp::Reverse(snapshot.record.observed));
            for (position, snapshot) in snapshots.iter().enumerate() {
                let values: HashSet<Value> = contacts(&snapshot.record).into_iter().flat_map(values_in).collect();
                for value in values {
                    let positions = self.holders.entry(value).or_default().entry(domain.clone()).or_default();
                    positions.push(position);
                }
                let servers = snapshot.record.name_servers.iter();
                self.targets.extend(servers.filter_map(|server| HostName::parse(server).ok()));
            }
        }
    }

    fn add_dns(&mut self, record: DnsRecord) {
        let seen = Span::new(record.first_seen, record.last_seen);
        if let DnsData::NameServer(server) = &record.data {
            let served = self.served.entry(server.clone()).or_default();
            served.entry(record.owner.clone()).or_default().widen(seen);
        }
        self.targets.extend(target(&record.data).cloned());
        let name = self.names.entry(reversed(&record.owner)).or_insert_with(|| DnsName {
            name: record.owner.clone(),
            records: Vec::new(),
            seen: Span::default(),
        });
        name.seen.widen(seen);
        name.records.push(record);
    }
}

/// `webmail.velani.example` as `example.velani.webmail`.
fn reversed(name: &HostName) -> String {
    name.as_str().rsplit('.').collect::<Vec<_>>().join(".")
}

fn target(data: &DnsData) -> Option<&HostName> {
    match data {
        DnsData::Alias(name)
        | DnsData::NameServer(name)
        | DnsData::MailServer { exchange: name, .. }
        | DnsData::StartOfAuthority { primary: name, .. } => Some(name),
        DnsData::Address(_) | DnsData::Text(_) | DnsData::CertificationAuthority { .. } => None,
    }
}

fn contacts(record: &WhoisRecord) -> [&Contact; 5] {
    [&record.registrant, &record.administrative, &record.technical, &record.billing, &record.zone]
}

/// What a contact can be found by. A field that cannot be read as what it should be is only found by its text.
fn values_in(contact: &Contact) -> impl Iterator<Item = Value> {
    let email = contact.email.as_deref().and_then(|text| EmailAddress::parse(text).ok());
    let phone = contact.phone.as_deref().and_then(|text| PhoneNumber::parse(text).ok());
    let person = contact.name.as_deref().and_then(|text| PersonName::parse(text).ok());
    let organization = contact.organization.as_deref().and_then(|text| OrganizationName::parse(text).ok());
    [
        email.map(|email| Value::Email(email.folded())),
        phone.map(|phone| Value::Phone(phone.digits().to_owned())),
        person.map(|person| Value::Person(person.folded())),
        organization.map(|organization| Value::Organization(organization.folded())),
    ]
    .into_iter()
    .flatten()
}

/// The indexed value a term looks for, or else the text in lower case.
fn value_of(term: &ReverseWhoisTerm) -> Result<Value, String> {
    match term {
        ReverseWhoisTerm::Email(email) => Ok(Value::Email(email.folded())),
        ReverseWhoisTerm::Phone(phone) => Ok(Value::Phone(phone.digits().to_owned())),
        ReverseWhoisTerm::Person(person) => Ok(Value::Person(person.folded())),
        ReverseWhoisTerm::Organization(organization) => Ok(Value::Organization(organization.folded())),
        ReverseWhoisTerm::Text(text) => Err(text.trim().to_lowercase()),
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
