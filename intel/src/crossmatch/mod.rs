//! What do these domains have in common?
//!
//! Twelve shops look unrelated: twelve addresses, three owners. One mailbox stands in the WHOIS history of all twelve,
//! and that is the answer. Finding it by hand means opening twelve histories and comparing every field with every other;
//! here it is one question, in four steps:
//!
//! ```text
//! collect   asks the desk for everything about each domain that can be compared (DomainFacts)
//! compare   finds the values that at least two domains hold, with their dates (Shared): no clock, no network
//! measure   asks how many domains in the world hold a value, where that is free or cheap
//! report    puts it together, with what was left out and what failed (Report)
//! ```
//!
//! A value is compared in its folded form and shown as it was most often found. It comes with everybody who shares it,
//! when each of them did, and whether they did at the same time: a name server that one domain left a year before the
//! other came joins nothing, and neither does one that a domain had before it was registered anew (see [`crate::eras`]).
//! So each sharer says whether any other one held the value on the same day. Two rules keep strangers apart. *Noise* (redaction markers, privacy services, fillers) is
//! never a shared value, but is counted, so that "9 of 12 hide behind one service" is said and not lost. And *common*
//! values (a registrar, a content network, the mailbox of a hoster) stay in the list with their reason, at its end; see
//! [`rarity`] for the rule of the score.

pub mod collect;
pub(crate) mod evidence;
pub mod facts;
pub mod measure;
pub mod overlap;
pub mod rarity;
pub mod report;
mod surroundings;
pub mod value;

#[cfg(test)]
mod tests;

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet},
};

pub use collect::{Collected, Depth, Estimate, Failure, Plan, Progress, collect, quote};
pub use facts::{AddressNetwork, DomainFacts, Fact};
pub use measure::{Measured, Measuring, measure};
pub use overlap::{Overlap, Span};
pub use rarity::{COMMON_BELOW, Common};
pub use report::{HEADER, Report};
pub use value::{Place, SharedKind};

use serde::{Serialize, Serializer};

use crate::{
    eras::Lapse,
    lookup::{DateRange, PostalAddress},
    noise::NoiseKind,
    observable::HostName,
};
use evidence::{Evidence, Matter};
use surroundings::Surroundings;

/// A value that at least two domains hold. Serialized, it is part of the contract of [`Report`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Shared {
    /// How much the value tells, from 0 (nothing) to 100, see [`rarity`].
    pub score: u8,
    /// What kind of value it is.
    pub kind: SharedKind,
    /// The value as it was most often found.
    pub value: String,
    /// Why it joins strangers as well; `None` if it tells something.
    pub common: Option<Common>,
    /// Who shares it, by name.
    pub sharers: Vec<Sharer>,
    /// Whether they shared it at the same time.
    pub overlap: Overlap,
    /// How many domains in the world are known with the value, where that was counted.
    pub population: Option<u64>,
    /// The form for comparison.
    #[serde(skip)]
    key: String,
    /// What the lists and the surroundings say, whatever the count.
    #[serde(skip)]
    known: Option<Common>,
    /// The parts of a postal address.
    #[serde(skip)]
    postal: Option<PostalAddress>,
}

/// A domain that holds a shared value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Sharer {
    /// The domain.
    #[serde(serialize_with = "as_text")]
    pub domain: HostName,
    /// When it held the value, in order, without overlaps. Empty when no source says.
    pub spans: Vec<Span>,
    /// Whether it also holds the value in a record without dates.
    pub undated: bool,
    /// Whether it held the value on the same day as at least one other sharer; `None` if the dates do not tell.
    pub at_the_same_time: Option<bool>,
    /// When the domain was registered anew after it had last held the value: whoever has it now need not be whoever had it
    /// then.
    pub registered_anew: Option<jiff::civil::Date>,
    /// Where the value stood.
    pub places: Vec<Place>,
    /// Who says so.
    pub sources: Vec<String>,
    /// When the last of them was asked.
    pub retrieved: Option<jiff::Timestamp>,
}

/// Noise that was left out: who hides behind what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Hidden {
    /// What kind of noise: `redacted`, `privacy-service` or `placeholder`.
    #[serde(serialize_with = "noise_kind")]
    pub kind: NoiseKind,
    /// The privacy service; `None` for markers and fillers.
    pub service: Option<String>,
    /// Whose contacts it stands in.
    #[serde(serialize_with = "as_texts")]
    pub domains: Vec<HostName>,
}

impl Shared {
    /// The form in which the value is compared.
    #[must_use]
    pub fn key(&self) -> &str {
        &self.key
    }

    /// The first day on which any of the sharers held it.
    #[must_use]
    pub fn first(&self) -> Option<jiff::civil::Date> {
        self.sharers.iter().flat_map(|sharer| &sharer.spans).map(|span| span.first).min()
    }

    /// The sharers that are known to have held it at another time than every other one.
    pub fn apart(&self) -> impl Iterator<Item = &Sharer> {
        self.sharers.iter().filter(|sharer| sharer.at_the_same_time == Some(false))
    }

    /// The last day on which any of the sharers held it.
    #[must_use]
    pub fn last(&self) -> Option<jiff::civil::Date> {
        self.sharers.iter().flat_map(|sharer| &sharer.spans).map(|span| span.last).max()
    }
}

impl Sharer {
    /// Whether two sharers held the value on the same day; `None` if no source dates it for one of them.
    #[must_use]
    pub fn overlaps(&self, other: &Self) -> Option<bool> {
        if self.spans.is_empty() || other.spans.is_empty() {
            return None;
        }
        Some(self.spans.iter().any(|span| other.spans.iter().any(|theirs| span.common(*theirs).is_some())))
    }
}

impl Hidden {
    /// `9 of 12 hide behind Example Privacy`.
    #[must_use]
    pub fn in_words(&self, of: usize) -> String {
        let count = self.domains.len();
        match (&self.service, self.kind) {
            (Some(service), _) => {
                let hide = if count == 1 { "hides" } else { "hide" };
                format!("{count} of {of} {hide} behind {service}")
            }
            (None, NoiseKind::Placeholder) => format!("{count} of {of} had fillers in place of values"),
            (None, _) => format!("{count} of {of} had values redacted"),
        }
    }
}

/// The values that at least two of the domains hold, the most telling first; within a score those with the most sharers,
/// then by kind and value. The order of the facts does not matter, and a domain that is given twice counts once.
///
/// With a window only what is dated counts, and only as far as it lies within.
#[must_use]
pub fn compare(facts: &[DomainFacts], window: Option<DateRange>) -> Vec<Shared> {
    let surroundings = Surroundings::of(facts);
    let lapses = evidence::lapses(facts);
    let mut found: BTreeMap<(SharedKind, String), BTreeMap<HostName, Vec<Evidence>>> = BTreeMap::new();
    for (domain, evidence) in evidence::within(facts, &lapses, window) {
        if let Matter::Value { kind, ref key } = evidence.matter {
            found.entry((kind, key.clone())).or_default().entry(domain.clone()).or_default().push(evidence);
        }
    }
    found.retain(|_, holders| holders.len() > 1);
    let mut shared: Vec<Shared> = found
        .into_iter()
        .map(|((kind, key), holders)| put_together(kind, key, &holders, &surroundings, &lapses))
        .collect();
    sort(&mut shared);
    shared
}

/// The noise in the domains' contacts, what most of them hide behind first.
#[must_use]
pub fn hidden(facts: &[DomainFacts], window: Option<DateRange>) -> Vec<Hidden> {
    let mut found: BTreeMap<(&str, Option<String>), Hidden> = BTreeMap::new();
    for (domain, evidence) in evidence::within(facts, &evidence::lapses(facts), window) {
        let Matter::Noise { kind, service } = evidence.matter else { continue };
        // One service writes itself in several ways; the shortest is the plainest.
        let folded = service.as_deref().map(evidence::folded_service);
        let service = folded.as_deref().and_then(evidence::shown_service).or(service);
        let hidden = found.entry((kind.as_str(), folded)).or_insert_with(|| Hidden {
            kind,
            service: service.clone(),
            domains: Vec::new(),
        });
        let length = |service: &Option<String>| service.as_deref().map(str::len);
        if (length(&service), &service) < (length(&hidden.service), &hidden.service) {
            hidden.service = service;
        }
        // The evidence comes domain by domain.
        if hidden.domains.last() != Some(domain) {
            hidden.domains.push(domain.clone());
        }
    }
    let mut hidden: Vec<Hidden> = found.into_values().collect();
    hidden.sort_by_key(|hidden| Reverse(hidden.domains.len()));
    hidden
}

/// Puts one value together.
fn put_together(
    kind: SharedKind,
    key: String,
    holders: &BTreeMap<HostName, Vec<Evidence>>,
    surroundings: &Surroundings,
    lapses: &BTreeMap<&HostName, Vec<Lapse>>,
) -> Shared {
    let lapses = |domain: &HostName| lapses.get(domain).map(Vec::as_slice).unwrap_or_default();
    let mut sharers: Vec<Sharer> =
        holders.iter().map(|(domain, evidence)| sharer(domain, evidence, lapses(domain))).collect();
    compare_times(&mut sharers);
    let spans: Vec<&[Span]> = sharers.iter().map(|sharer| sharer.spans.as_slice()).collect();
    let overlap = Overlap::of(&spans);
    let all: Vec<&Evidence> = holders.values().flatten().collect();
    let value = most_often(holders);
    let postal = all.iter().filter(|evidence| evidence.text == value).find_map(|evidence| evidence.postal.clone());
    let mut shared = Shared {
        score: 0,
        kind,
        value,
        postal,
        common: None,
        overlap,
        // A certificate counts its own population: the names that it is good for.
        population: all.iter().filter_map(|evidence| evidence.population).max(),
        known: surroundings.known(kind, &key, &all),
        sharers,
        key,
    };
    rarity::judge(&mut shared);
    shared
}

fn sharer(domain: &HostName, evidence: &[Evidence], lapses: &[Lapse]) -> Sharer {
    let places: BTreeSet<Place> = evidence.iter().map(|evidence| evidence.place).collect();
    let sources: BTreeSet<&str> = evidence.iter().map(|evidence| &*evidence.origin.source).collect();
    let spans = overlap::merged(evidence.iter().filter_map(|evidence| evidence.span));
    let undated = evidence.iter().any(|evidence| evidence.span.is_none());
    // What stands in a record without a date may be as new as any.
    let last = spans.last().filter(|_| !undated).map(|span| span.last);
    let anew = lapses.iter().filter(|lapse| lapse.anew).map(|lapse| lapse.until);
    Sharer {
        domain: domain.clone(),
        registered_anew: last.and_then(|last| anew.filter(|day| *day > last).min()),
        at_the_same_time: None,
        spans,
        undated,
        places: places.into_iter().collect(),
        sources: sources.into_iter().map(str::to_owned).collect(),
        retrieved: evidence.iter().filter_map(|evidence| evidence.origin.retrieved).max(),
    }
}

/// Finds out for each sharer whether another one held the value on the same day.
fn compare_times(sharers: &mut [Sharer]) {
    let verdict = |(position, sharer): (usize, &Sharer)| {
        let mut is_known = true;
        for (other_position, other) in sharers.iter().enumerate() {
            match sharer.overlaps(other) {
                _ if other_position == position => {}
                Some(true) => return Some(true),
                Some(false) => is_known &= !other.undated,
                None => is_known = false,
            }
        }
        (is_known && !sharer.undated).then_some(false)
    };
    let verdicts: Vec<Option<bool>> = sharers.iter().enumerate().map(verdict).collect();
    for (sharer, verdict) in sharers.iter_mut().zip(verdicts) {
        sharer.at_the_same_time = verdict;
    }
}

/// The spelling that most domains have; of several the first in the order of texts.
fn most_often(holders: &BTreeMap<HostName, Vec<Evidence>>) -> String {
    let mut spellings: BTreeMap<&str, usize> = BTreeMap::new();
    for evidence in holders.values() {
        let texts: BTreeSet<&str> = evidence.iter().map(|evidence| evidence.text.as_str()).collect();
        for text in texts {
            *spellings.entry(text).or_default() += 1;
        }
    }
    let most = spellings.values().copied().max().unwrap_or_default();
    let text = spellings.into_iter().find(|(_, count)| *count == most).map(|(text, _)| text);
    text.unwrap_or_default().to_owned()
}

/// The order of reports.
pub(crate) fn sort(shared: &mut [Shared]) {
    shared.sort_by(|one, other| {
        let by_score = other.score.cmp(&one.score);
        by_score
            .then_with(|| other.sharers.len().cmp(&one.sharers.len()))
            .then_with(|| one.kind.cmp(&other.kind))
            .then_with(|| one.key.cmp(&other.key))
    });
}

/// Serializes a name as its text.
fn as_text<S: Serializer>(value: &HostName, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(value)
}

/// Serializes names as their texts.
fn as_texts<S: Serializer>(values: &[HostName], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(values.iter().map(HostName::as_str))
}

fn noise_kind<S: Serializer>(kind: &NoiseKind, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(kind.as_str())
}
