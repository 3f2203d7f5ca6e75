//! Workshop cases: a closed world in a folder.
//!
//! Thirty laptops on a bad network have to show the same graph on the same slide, this year and next year. A *case*
//! makes that possible: a folder that a trainer writes by hand (see `cases/README.md`), with every fact that
//! participants may find. While a case is loaded, [`CaseProvider`] answers every lookup from it, without a network,
//! and says of everything else that it is not in the case, so that a workshop never leads to strangers.
//!
//! A case holds eight kinds of facts: WHOIS snapshots, DNS sightings, networks, certificates, reputations, accusations,
//! web sites and checked mailboxes. All answers are derived from those:
//!
//! | lookup | answer |
//! |---|---|
//! | `WhoisCurrent` | of a domain or the domain of a mailbox: the newest snapshot, if it is registered on the case's day; of an address: the holder of the most specific network around it |
//! | `WhoisHistory` | the domain's snapshots, newest first |
//! | `ReverseWhois`, historic | the domains with any matching snapshot; seen from the first to the last that matches |
//! | `ReverseWhois`, current | the same, by the newest snapshot of domains that are registered on the case's day |
//! | `ReverseNs`, `ReverseMx`, `ReverseIp` | the names with an NS, MX, A or AAAA record to the server or address |
//! | `ReverseDns` | the TXT, CNAME or SOA records for which all conditions hold |
//! | `Subdomains` | the names below the domain with any DNS record |
//! | `Discovery` | the names that match, of all that have a WHOIS snapshot or a DNS record |
//! | `DnsRecords`, `DnsHistory` | the records of the name; only those with addresses |
//! | `AddressHistory` | the stays of names at the address, the most recently seen first |
//! | `Certificates` | the certificates with a name that stands for the host |
//! | `IpOwner` | the networks around an address, around and in a network, of an AS number or an organisation |
//! | `IpLocation` | the place of the most specific network around the address that says one |
//! | `Reputation` | the reputation of exactly this name or address |
//! | `Threats` | the accusations of exactly this indicator, and of a name above it; not of a network around an address |
//! | `WebsiteContacts`, `WebsiteCategories` | what the site shows and what it is about, with `www.` or without |
//! | `EmailVerification` | what is known about the mailbox, with the mail servers that its domain had when it was tried |
//!
//! Answers come in a fixed order: sightings by name, snapshots of the same time as they stand in the files (these by
//! path), DNS records by name and type, then the most recently seen first, networks by size, accusations the most recently
//! seen first, categories by name. Asked twice, a case says the same twice.
//!
//! Reverse WHOIS compares whole values: mailboxes without regard to case, phone numbers by their digits, names of
//! people and organisations in their folded form, each in the field that is meant for it and in any contact. Free text
//! is looked for anywhere in any field. Noise is never matched, as it is never in a contact (see [`crate::noise`]).

mod absence;
mod answers;
mod assessments;
mod case_file;
mod certificates;
mod contact;
mod diagnose;
mod dns_value;
mod fields;
mod folder;
mod format;
mod names;
mod networks;
mod pattern;
mod problem;
mod read;
mod registrations;
mod span;
mod store;
mod term;
mod websites;

use std::sync::Arc;

pub use format::{FORMATS, case_schema, record_schema};
pub use problem::{CaseError, CaseErrors};
pub use store::{About, Case, Exercise, Size};

use crate::{
    answer::{Page, Total},
    credits::Credits,
    error::ProviderError,
    lookup::{Lookup, LookupKind},
    provider::{Call, Cursor, Exposure, Offer, Provider, Step},
};
use answers::{Found, find};

/// How many records a page has. Small enough that a case can show what paging looks like.
const PAGE_SIZE: usize = 500;

/// Answers every lookup from cases, and from nothing else.
#[derive(Debug)]
pub struct CaseProvider {
    cases: Vec<Arc<Case>>,
    source: String,
    /// Whether questions that the cases have nothing on are left to others.
    beside_others: bool,
}

impl CaseProvider {
    /// A provider over cases. The facts of several are put together as if they stood in one; each keeps its own day
    /// for what is current, and answers say in which cases they were found. Without any case it offers nothing.
    #[must_use]
    pub fn new(cases: Vec<Arc<Case>>) -> Self {
        let source = in_words(&cases);
        Self { cases, source, beside_others: false }
    }

    /// A provider over cases that are there to be tried out, beside sources that know the world: it answers what the
    /// cases have something on, and whatever is asked of names and addresses that are reserved for stories
    /// (RFC 6761 §6.5, RFC 5737, RFC 3849); everything else is left to the others. What it answers, nobody else is asked.
    #[must_use]
    pub fn beside_others(cases: Vec<Arc<Case>>) -> Self {
        Self { beside_others: true, ..Self::new(cases) }
    }

    /// Whether this lookup is for the cases.
    fn is_ours(&self, lookup: &Lookup) -> bool {
        !self.cases.is_empty()
            && (!self.beside_others || lookup.is_about_documentation() || !find(&self.cases, lookup).records.is_empty())
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

    fn offer(&self, lookup: &Lookup) -> Option<Offer> {
        self.is_ours(lookup).then_some(Offer {
            endpoint: "case",
            exposure: Exposure::Local,
            price: Credits::FREE,
            free_preview: true,
            rate: None,
        })
    }

    fn call(&self, lookup: &Lookup, step: &Step) -> Result<Call, ProviderError> {
        if let Some(reason) = asks_for_nothing(lookup) {
            return Err(ProviderError::InvalidInput { reason: reason.to_owned() });
        }
        let Found { records, holders } = find(&self.cases, lookup);
        let count = records.len();
        let start = match step {
            Step::Preview | Step::Page(None) => 0,
            Step::Page(Some(cursor)) => start_of(cursor, count)?,
        };
        let size = if *step == Step::Preview { 0 } else { PAGE_SIZE };
        let end = start.saturating_add(size);
        Ok(Call::Known(Page {
            records: records.into_iter().skip(start).take(size).collect(),
            next: (size > 0 && end < count).then(|| Cursor(end.to_string())),
            total: Some(Total::Exactly(count as u64)),
            notes: if count == 0 { vec![self.absence(lookup)] } else { Vec::new() },
            source: (count > 0).then(|| in_words(&holders)),
        }))
    }

    fn is_closed_world(&self) -> bool {
        true
    }
}

/// Why a question cannot be answered: without a condition, every record would be an answer.
fn asks_for_nothing(lookup: &Lookup) -> Option<&'static str> {
    match lookup {
        Lookup::ReverseWhois { term, .. } if term.as_text().trim().is_empty() => Some("the text to look for is empty"),
        Lookup::ReverseDns { terms, .. } if terms.is_empty() => Some("there is no text to look for"),
        Lookup::Discovery { query } if query.domains.include.is_empty() && query.subdomains.include.is_empty() => {
            Some("there is no pattern to look for")
        }
        _ => None,
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
