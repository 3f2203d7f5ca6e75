//! What stood in an era: registrars, name servers, addresses, contacts, each with its times.
//!
//! WHOIS records are snapshots, so a value's time in them is a run of consecutive ones, as
//! [`crossmatch`](crate::crossmatch) counts it. DNS sightings are stretches, and one of them may reach over several eras:
//! each era gets the part that lies in the time in which it can have been.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use super::{Possible, state::State};
use crate::{
    crossmatch::{
        Place, SharedKind, Span,
        evidence::{Mention, ValueReader, mentions_of_dns},
        overlap::merged,
    },
    record::DnsRecord,
};

/// A value in an era.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Held {
    /// What kind of value it is.
    pub kind: SharedKind,
    /// The value in its newest spelling.
    pub value: String,
    /// Where it stood.
    pub places: Vec<Place>,
    /// When, in order, without overlaps.
    pub spans: Vec<Span>,
    /// Whether it was held on a day between the era's first and last record; if not, it may have been another owner's.
    pub certain: bool,
}

/// A value that is being gathered.
#[derive(Default)]
struct Gathered {
    text: String,
    places: BTreeSet<Place>,
    spans: Vec<Span>,
    /// The last snapshot that holds it, and the run that this one ends.
    run: Option<(usize, Span)>,
}

/// Everything that an era's records and the sightings in its time hold, by kind and in the order of time.
pub(super) fn held<'a>(
    states: &[State<'a>],
    reader: &mut ValueReader<'a>,
    sightings: &[Mention],
    observed: Span,
    possible: Possible,
) -> Vec<Held> {
    let mut gathered: BTreeMap<(SharedKind, String), Gathered> = BTreeMap::new();
    let snapshots = states.iter().filter(|state| state.records.iter().any(|dated| !dated.is_copy));
    for (index, state) in snapshots.enumerate() {
        for dated in state.records.iter().filter(|dated| !dated.is_copy) {
            for mention in reader.registration(dated.record) {
                let known = gathered.entry((mention.kind, mention.key)).or_default();
                known.text = mention.text;
                known.places.insert(mention.place);
                known.snapshot(index, state.day);
            }
        }
    }
    for mention in sightings {
        let Some(span) = mention.span.and_then(|span| possible.part_of(span)) else { continue };
        let known = gathered.entry((mention.kind, mention.key.clone())).or_default();
        if known.text.is_empty() {
            known.text.clone_from(&mention.text);
        }
        known.places.insert(mention.place);
        known.spans.push(span);
    }
    let mut held: Vec<Held> = gathered.into_iter().map(|((kind, _), known)| known.held(kind, observed)).collect();
    held.sort_by(|one, other| {
        let first = |held: &Held| held.spans.first().map(|span| span.first);
        one.kind.cmp(&other.kind).then_with(|| first(one).cmp(&first(other))).then_with(|| one.value.cmp(&other.value))
    });
    held
}

/// The values in DNS sightings. What no source dates belongs to no era.
pub(super) fn sightings<'a>(records: impl IntoIterator<Item = &'a DnsRecord>) -> Vec<Mention> {
    records.into_iter().flat_map(mentions_of_dns).filter(|mention| mention.span.is_some()).collect()
}

impl Gathered {
    fn snapshot(&mut self, index: usize, day: Date) {
        match &mut self.run {
            Some((last, span)) if index <= *last + 1 => {
                *last = index;
                span.last = day;
            }
            run => {
                self.spans.extend(run.take().map(|(_, span)| span));
                *run = Some((index, Span::new(day, day)));
            }
        }
    }

    fn held(self, kind: SharedKind, observed: Span) -> Held {
        let spans = merged(self.spans.into_iter().chain(self.run.map(|(_, span)| span)));
        let certain = spans.iter().any(|span| span.common(observed).is_some());
        Held { kind, value: self.text, places: self.places.into_iter().collect(), spans, certain }
    }
}
