//! Workshop cases: a closed world in a folder.
//!
//! Thirty laptops on a bad network have to show the same graph on the same slide, this year and next year. A *case*
//! makes that possible: a folder that a trainer writes by hand (see `cases/README.md`), with every fact that
//! participants may find. While a case is loaded, [`CaseProvider`] answers every lookup from it, without a network,
//! and says of everything else that it is not in the case, so that a workshop never leads to strangers.
//!
//! A case holds only two kinds of facts, WHOIS snapshots and DNS sightings. All answers are derived from those:
//!
//! | lookup | answer |
//! |---|---|
//! | `WhoisHistory` | the domain's snapshots, newest first |
//! | `ReverseWhois`, historic | the domains with any matching snapshot; seen from the first to the last that matches |
//! | `ReverseWhois`, current | the same, by the newest snapshot of domains that are registered on the case's day |
//! | `ReverseNs` | the names with an NS record to the server |
//! | `Subdomains` | the names below the domain with any DNS record |
//! | `DnsRecords` | the records of the name |
//!
//! Answers come in a fixed order: sightings by name, snapshots of the same time as they stand in the files (these by
//! path), DNS records by type, then the most recently seen first. Asked twice, a case says the same twice.
//!
//! Reverse WHOIS compares whole values: mailboxes without regard to case, phone numbers by their digits, names of
//! people and organisations in their folded form, each in the field that is meant for it and in any contact. Free text
//! is looked for anywhere in any field. Noise is never matched, as it is never in a contact (see [`crate::noise`]).

mod case_file;
mod contact;
mod diagnose;
mod dns_value;
mod folder;
mod format;
mod problem;
mod read;
mod span;
mod store;

use std::{cmp::Reverse, collections::BTreeMap, sync::Arc};

pub use format::{FORMATS, case_schema, record_schema};
pub use problem::{CaseError, CaseErrors};
pub use store::{About, Case, Exercise, Size};

use crate::{
    answer::{Page, Total},
    credits::Credits,
    error::ProviderError,
    lookup::{Lookup, LookupKind, ReverseWhoisTerm, Scope},
    noise,
    observable::HostName,
    provider::{Call, Cursor, Exposure, Offer, Provider, Step},
    record::{DnsRecord, Record, WhoisRecord},
    upstream::HttpResponse,
};
use span::Span;

/// How many records a page has. Small enough that a case can show what paging looks like.
const PAGE_SIZE: usize = 500;

/// Answers every lookup from cases, and from nothing else.
#[derive(Debug)]
pub struct CaseProvider {
    cases: Vec<Arc<Case>>,
    source: String,
}

impl CaseProvider {
    /// A provider over cases. The facts of several are put together as if they stood in one; each keeps its own day
    /// for what is current. Without any case it offers nothing.
    #[must_use]
    pub fn new(cases: Vec<Arc<Case>>) -> Self {
        let source = in_words(&cases);
        Self { cases, source }
    }

    /// All records of an answer, in their order.
    fn records(&self, lookup: &Lookup) -> Vec<Record> {
        let cases = || self.cases.iter();
        match lookup {
            Lookup::WhoisHistory { domain } => {
                let mut snapshots: Vec<&WhoisRecord> = cases().flat_map(|case| case.snapshots(domain)).collect();
                snapshots.sort_by_key(|snapshot| Reverse(snapshot.observed));
                // Several cases may tell of the same fact.
                snapshots.dedup();
                snapshots.into_iter().map(|snapshot| Record::Whois(Box::new(snapshot.clone()))).collect()
            }
            Lookup::ReverseWhois { term, scope } => {
                sightings(cases().flat_map(|case| case.registered_with(term, *scope)))
            }
            Lookup::ReverseNs { name_server } => sightings(owned(cases().flat_map(|case| case.served_by(name_server)))),
            Lookup::Subdomains { domain } => sightings(owned(cases().flat_map(|case| case.below(domain)))),
            Lookup::DnsRecords { host } => {
                let mut records: Vec<&DnsRecord> = cases().flat_map(|case| case.dns_records(host)).collect();
                records.sort_by_key(|record| (record.data.record_type(), Reverse(record.last_seen)));
                records.dedup();
                records.into_iter().map(|record| Record::Dns(record.clone())).collect()
            }
        }
    }

    /// Why an answer is empty.
    fn absence(&self, lookup: &Lookup) -> String {
        match lookup {
            Lookup::WhoisHistory { domain } => self.absent_name(domain, "without a WHOIS record"),
            Lookup::ReverseNs { name_server } => self.absent_name(name_server, "not as a name server of any domain"),
            Lookup::Subdomains { domain } => self.absent_name(domain, "without any name below it"),
            Lookup::DnsRecords { host } => self.absent_name(host, "without a DNS record"),
            Lookup::ReverseWhois { term, scope } => self.absent_term(term, *scope),
        }
    }

    fn absent_name(&self, name: &HostName, missing: &str) -> String {
        let knowing: Vec<_> = self.cases.iter().filter(|case| case.knows(name)).cloned().collect();
        match (knowing.as_slice(), self.cases.len()) {
            ([], 1) => format!("\"{name}\" is not in the {}.", self.source),
            ([], _) => format!("\"{name}\" is in none of the {}.", self.source),
            _ => format!("\"{name}\" is in the {}, but {missing}.", in_words(&knowing)),
        }
    }

    fn absent_term(&self, term: &ReverseWhoisTerm, scope: Scope) -> String {
        let text = term.as_text().trim();
        if let Some(noise) = noise::judge(text) {
            return format!("\"{text}\" says nothing about anybody ({}), so nothing can be found by it.", noise.reason);
        }
        if scope == Scope::Current {
            let earlier = self.records(&Lookup::ReverseWhois { term: term.clone(), scope: Scope::Historic }).len();
            if earlier > 0 {
                let domains = if earlier == 1 { "1 domain".to_owned() } else { format!("{earlier} domains") };
                return format!(
                    "\"{text}\" is in no current WHOIS record of the {}. Earlier records of {domains} have it: set the \
                     scope to historic to see them.",
                    self.source
                );
            }
        }
        format!("\"{text}\" is in no WHOIS record of the {}.", self.source)
    }
}

impl Provider for CaseProvider {
    fn name(&self) -> &'static str {
        "case"
    }

    fn source(&self) -> &str {
        &self.source
    }

    fn lookups(&self) -> &'static [LookupKind] {
        &LookupKind::ALL
    }

    fn offer(&self, _lookup: &Lookup) -> Option<Offer> {
        (!self.cases.is_empty()).then_some(Offer {
            endpoint: "case",
            exposure: Exposure::Local,
            price: Credits::FREE,
            free_preview: true,
            rate: None,
        })
    }

    fn call(&self, lookup: &Lookup, step: &Step) -> Result<Call, ProviderError> {
        if let Lookup::ReverseWhois { term, .. } = lookup
            && term.as_text().trim().is_empty()
        {
            return Err(ProviderError::InvalidInput { reason: "the text to look for is empty".to_owned() });
        }
        let records = self.records(lookup);
        let count = records.len();
        let start = match step {
            Step::Preview | Step::Page(None) => 0,
            Step::Page(Some(cursor)) => start_of(cursor, count)?,
        };
        let size = if *step == Step::Preview { 0 } else { PAGE_SIZE };
        let end = start.saturating_add(size);
        let mut notes = Vec::new();
        if count == 0 {
            notes.push(self.absence(lookup));
        } else if self.cases.len() > 1 && start == 0 {
            notes.push(format!("Searched the {}.", self.source));
        }
        Ok(Call::Known(Page {
            records: records.into_iter().skip(start).take(size).collect(),
            next: (size > 0 && end < count).then(|| Cursor(end.to_string())),
            total: Some(Total::Exactly(count as u64)),
            notes,
        }))
    }

    fn read(&self, _lookup: &Lookup, _step: &Step, _response: &HttpResponse) -> Result<Page, ProviderError> {
        Err(ProviderError::malformed("a case answers by itself: nothing is sent, so no response can be its answer"))
    }
}

/// A cursor is the number of records before the page.
fn start_of(cursor: &Cursor, count: usize) -> Result<usize, ProviderError> {
    let start = cursor.0.parse().ok().filter(|start| *start < count);
    start.ok_or_else(|| ProviderError::InvalidInput { reason: "there is no such page in this case".to_owned() })
}

/// `case a`, `cases a and b`, `cases a, b and c`.
fn in_words(cases: &[Arc<Case>]) -> String {
    let names: Vec<&str> = cases.iter().map(|case| case.about().name.as_str()).collect();
    match names.as_slice() {
        [] => "no case".to_owned(),
        [only] => format!("case {only}"),
        [others @ .., last] => format!("cases {} and {last}", others.join(", ")),
    }
}

fn owned<'a>(found: impl Iterator<Item = (&'a HostName, Span)>) -> impl Iterator<Item = (HostName, Span)> {
    found.map(|(name, seen)| (name.clone(), seen))
}

/// By name, each once.
fn sightings(found: impl Iterator<Item = (HostName, Span)>) -> Vec<Record> {
    let mut names: BTreeMap<HostName, Span> = BTreeMap::new();
    for (name, seen) in found {
        names.entry(name).or_default().widen(seen);
    }
    names.into_iter().map(|(name, seen)| Record::Sighting(seen.sighting(name))).collect()
}
