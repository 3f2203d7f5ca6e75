//! Whose was the domain, and when?
//!
//! A WHOIS history is a row of snapshots. What an investigator needs from it are *eras*: stretches of time in which the
//! domain belonged to one owner, with what stood in its records then, and with a sentence for each change that says what
//! speaks for it. That somebody owned a name in 2015 says nothing about whoever registered it anew in 2019, so the
//! boundaries matter as much as what lies between them.
//!
//! # The rule
//!
//! Records are put in the order of the days on which they were seen; a record that does not say when it was seen counts
//! for the day of its last change, and one that says neither belongs to no era. The records of one day are one state
//! (the module `state` says which record speaks for the day). Each state either continues the era before it or begins a
//! new one. The first row that holds decides; *before* is the era so far, *next* the state that is looked at:
//!
//! | | what holds | what it means |
//! |---|---|---|
//! | 1 | next says that the domain was registered after before was last seen (or on that very day, if before was registered earlier) | a new era, [`ReRegistration`](BoundaryKind::ReRegistration), whoever the owner is |
//! | 2 | next does not say since when it is registered, the last known term of before ran out more than 80 days earlier, and next does not name the same owner | a new era, [`Gap`](BoundaryKind::Gap) |
//! | 3 | next does not say since when it is registered, no known term reaches to within 80 days of it, and nobody looked for more than two years | a new era, [`Gap`](BoundaryKind::Gap), even if the owner is the same |
//! | 4 | both name an owner, and not the same one | a new era, [`OwnerChange`](BoundaryKind::OwnerChange) |
//! | 5 | next hides or does not state the owner | the same era: somebody who hides is not somebody else. The stretch is marked, [`Hidden`] |
//! | 6 | both name the same owner, or before never named one | the same era, whatever became of registrar, name servers and contacts |
//!
//! When two records name the same owner is a table in the module `holder`. Dates of registration count only where they are
//! believed: see the module `created` for slips, dates after the record itself, and dates that stand for a year. A record
//! that is an old copy (last changed before what an earlier one says) belongs to the era of its day and changes nothing.
//! A long time without records inside an era is told as a silence: the later record's own date of registration says that
//! the registration went on.
//!
//! # Two kinds of dates
//!
//! *Observed* is from the first record of an era to its last; nothing else has been seen. *Possible* is as far as the era
//! can have reached: from the day of registration, or the day after the earlier owner was last named, until the day
//! before the next registration, or before the record changed or was seen with another owner. Observed eras never
//! overlap. Possible ones may, where the owner changed while nobody looked.

mod created;
mod fold;
mod held;
mod holder;
mod lapse;
mod state;

#[cfg(test)]
mod tests;

use jiff::civil::Date;

pub use held::Held;
pub use holder::Owner;
pub use lapse::{Lapse, without_lapses};

use crate::{
    crossmatch::{SharedKind, Span, evidence::ValueReader},
    record::{DnsRecord, WhoisRecord},
};
use fold::Draft;
use holder::Holder;

/// A domain's history, folded.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Eras {
    /// The eras, the earliest first.
    pub eras: Vec<Era>,
    /// The places, in the history, of the records that no day is known for. They belong to no era.
    pub undated: Vec<usize>,
    /// What was not believed and why, in words.
    pub doubts: Vec<String>,
}

/// A stretch of time in which the domain belonged to one owner.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Era {
    /// The owner; `None` if no record of the era names one.
    pub owner: Option<Owner>,
    /// What parts it from the era before.
    pub begin: Boundary,
    /// From its first record to its last.
    pub observed: Span,
    /// As far as it can have reached.
    pub possible: Possible,
    /// When its records name the owner, in order.
    pub named: Vec<Span>,
    /// When they do not.
    pub hidden: Vec<Hidden>,
    /// Since when the domain is registered, as the last record that is believed says.
    pub created: Option<Date>,
    /// Until when the registration is paid, as the last record that says it does.
    pub expires: Option<Date>,
    /// More than two years between two records, from the one to the other.
    pub silences: Vec<Span>,
    /// What stood in the records, and what was seen in the DNS at the time.
    pub held: Vec<Held>,
    /// The places of its records in the history, in the order of time.
    pub records: Vec<usize>,
    /// The place of the record that speaks for it: the last that names the owner, or else the last of all.
    pub representative: usize,
}

/// What parts an era from the one before.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Boundary {
    /// The kind.
    pub kind: BoundaryKind,
    /// Whether the owner is the same on both sides; `None` if one of them is not known.
    pub same_owner: Option<bool>,
    /// The last day on which the era before was seen.
    pub after: Option<Date>,
    /// What speaks for it, as half a sentence.
    pub words: String,
}

/// The kinds of boundaries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum BoundaryKind {
    /// There is no era before.
    Beginning,
    /// The same registration went to another owner.
    OwnerChange,
    /// The domain was registered anew.
    ReRegistration {
        /// When.
        created: Date,
        /// Whether that was about when a name that is not renewed is let go, so that somebody may have waited for it.
        caught: bool,
    },
    /// Nobody can say whether the registration went on.
    Gap,
}

impl BoundaryKind {
    /// The word used in tables and properties.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Beginning => "beginning",
            Self::OwnerChange => "owner change",
            Self::ReRegistration { caught: false, .. } => "re-registration",
            Self::ReRegistration { caught: true, .. } => "re-registration (perhaps a drop-catch)",
            Self::Gap => "gap",
        }
    }
}

/// As far as an era can have reached. An end that nothing bounds is `None`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Possible {
    /// The earliest first day.
    pub from: Option<Date>,
    /// The latest last day.
    pub until: Option<Date>,
}

impl Possible {
    /// The part of a stretch of time that lies within.
    #[must_use]
    pub fn part_of(&self, span: Span) -> Option<Span> {
        let first = self.from.map_or(span.first, |from| from.max(span.first));
        let last = self.until.map_or(span.last, |until| until.min(span.last));
        (first <= last).then(|| Span::new(first, last))
    }
}

/// A stretch of an era in which the owner is not named.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Hidden {
    /// From the first such record to the last.
    pub span: Span,
    /// Behind what, in words: `the privacy service "…"`, `a redaction`, `no owner in the record`.
    pub behind: String,
    /// Where in the era it is.
    pub place: HiddenPlace,
}

/// Where in an era the owner is not named.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum HiddenPlace {
    /// Before the owner is named for the first time: it may have been somebody else.
    Before,
    /// Between two records that name the same owner.
    Between,
    /// After the owner was named for the last time: it may be somebody else by now.
    After,
    /// The owner is never named.
    Throughout,
}

impl Eras {
    /// Folds a history, in whichever order it comes, with what is known of the domain's DNS. What is still so is so until
    /// `as_of`, if that is given.
    #[must_use]
    pub fn of<'a>(
        history: impl IntoIterator<Item = &'a WhoisRecord>,
        dns: impl IntoIterator<Item = &'a DnsRecord>,
        as_of: Option<Date>,
    ) -> Self {
        let days = state::days(history);
        let drafts = fold::fold(days.states);
        let sightings = held::sightings(dns);
        let mut reader = ValueReader::default();
        let reaches: Vec<Possible> = (0..drafts.len()).map(|place| reach(&drafts, place, as_of)).collect();
        let eras = drafts.into_iter().zip(reaches).map(|(draft, possible)| {
            let observed = Span::new(draft.first, draft.last);
            let held = held::held(&draft.states, &mut reader, &sightings, observed, possible);
            let (named, hidden) = named_and_hidden(&draft);
            Era {
                observed,
                possible,
                named,
                hidden,
                held,
                created: draft.created,
                expires: draft.expires,
                silences: silences(&draft),
                representative: representative(&draft),
                records: draft.states.iter().flat_map(|state| &state.records).map(|dated| dated.place).collect(),
                owner: draft.owner,
                begin: draft.boundary,
            }
        });
        Self { eras: eras.collect(), undated: days.undated, doubts: days.doubts }
    }
}

impl Era {
    /// The owner's name, or that none is named.
    #[must_use]
    pub fn owner_in_words(&self) -> String {
        self.owner.as_ref().map_or_else(|| "owner not named".to_owned(), Owner::in_words)
    }

    /// What it holds of one kind, in the order of time.
    pub fn of_kind(&self, kind: SharedKind) -> impl Iterator<Item = &Held> {
        self.held.iter().filter(move |held| held.kind == kind)
    }
}

/// The times in which a domain was nobody's, or nobody knows whose, in order.
#[must_use]
pub fn lapses<'a>(history: impl IntoIterator<Item = &'a WhoisRecord>) -> Vec<Lapse> {
    let drafts = fold::fold(state::days(history).states);
    drafts.iter().zip(drafts.iter().skip(1)).filter_map(|(earlier, later)| Lapse::between(earlier, later)).collect()
}

/// As far as one of the eras can have reached.
fn reach(drafts: &[Draft<'_>], place: usize, as_of: Option<Date>) -> Possible {
    let Some(draft) = drafts.get(place) else { return Possible { from: None, until: None } };
    let before = place.checked_sub(1).and_then(|place| drafts.get(place));
    let from = match (draft.boundary.kind, before) {
        (BoundaryKind::ReRegistration { created, .. }, _) => Some(created),
        (BoundaryKind::OwnerChange, Some(before)) => before.named.or(Some(before.last)).map(next_day),
        (BoundaryKind::Gap, Some(before)) => Some(next_day(before.last)),
        (BoundaryKind::Beginning | BoundaryKind::OwnerChange | BoundaryKind::Gap, _) => draft.created,
    };
    let until = match drafts.get(place + 1) {
        Some(next) => Some(match next.boundary.kind {
            BoundaryKind::ReRegistration { created, .. } => day_before(created),
            // The first record of another owner may say since when it has been as it is.
            BoundaryKind::OwnerChange => {
                let changed = next.states.first().and_then(|state| state.updated);
                day_before(changed.filter(|changed| *changed > draft.last).unwrap_or(next.first))
            }
            BoundaryKind::Beginning | BoundaryKind::Gap => day_before(next.first),
        }),
        None => as_of.or(draft.expires),
    };
    // Whatever the dates say, it was seen when it was seen.
    Possible { from: from.map(|from| from.min(draft.first)), until: until.map(|until| until.max(draft.last)) }
}

fn next_day(day: Date) -> Date {
    day.tomorrow().unwrap_or(day)
}

fn day_before(day: Date) -> Date {
    day.yesterday().unwrap_or(day)
}

/// When the owner is named, and when not.
fn named_and_hidden(draft: &Draft<'_>) -> (Vec<Span>, Vec<Hidden>) {
    let mut runs: Vec<(Option<&str>, Span)> = Vec::new();
    for state in &draft.states {
        let Some(holder) = &state.holder else { continue };
        let is_confirmed = draft.owner.as_ref().is_some_and(|owner| holder.confirms(owner));
        let behind = if is_confirmed { None } else { holder.behind() };
        match runs.last_mut() {
            Some((known, span)) if *known == behind => span.last = state.day,
            _ => runs.push((behind, Span::new(state.day, state.day))),
        }
    }
    let is_named = |(behind, _): &(Option<&str>, Span)| behind.is_none();
    let (first, last) = (runs.iter().position(is_named), runs.iter().rposition(is_named));
    let place = |position: usize| match (first, last) {
        (Some(first), _) if position < first => HiddenPlace::Before,
        (_, Some(last)) if position > last => HiddenPlace::After,
        (Some(_), Some(_)) => HiddenPlace::Between,
        _ => HiddenPlace::Throughout,
    };
    let mut named = Vec::new();
    let mut hidden = Vec::new();
    for (position, (behind, span)) in runs.into_iter().enumerate() {
        match behind {
            None => named.push(span),
            Some(behind) => hidden.push(Hidden { span, behind: behind.to_owned(), place: place(position) }),
        }
    }
    (named, hidden)
}

/// The place of the record that says most.
fn representative(draft: &Draft<'_>) -> usize {
    let records = || draft.states.iter().flat_map(|state| &state.records).rev();
    let names = |dated: &&state::Dated<'_>| matches!(Holder::of(&dated.record.registrant), Holder::Named(_));
    let current = || records().filter(|dated| !dated.is_copy);
    let best = current().find(names).or_else(|| current().next()).or_else(|| records().next());
    best.map(|dated| dated.place).unwrap_or_default()
}

/// The long times without a record.
fn silences(draft: &Draft<'_>) -> Vec<Span> {
    let pairs = draft.states.iter().zip(draft.states.iter().skip(1));
    pairs
        .filter(|(one, next)| fold::days(one.day, next.day) > fold::SILENCE_DAYS)
        .map(|(one, next)| Span::new(one.day, next.day))
        .collect()
}
