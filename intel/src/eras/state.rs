//! From records to days: what is known of a domain on each day that anybody looked.
//!
//! Sources overlap. One day may have been seen by several, and a source may hand out an old copy of a record long after
//! the record changed. So the records of a day are one state: the last of them that names an owner says who it is. And
//! what a record says about the owner counts only if the record is not older than one that was seen before: a record
//! that was last changed in 2015, and is seen after one that was changed in 2016, is a copy from 2015.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::{
    created::{self, Created},
    holder::Holder,
};
use crate::record::WhoisRecord;

/// A record with the day for which it is evidence, and its place in the history.
#[derive(Debug, Clone, Copy)]
pub(super) struct Dated<'a> {
    pub(super) place: usize,
    pub(super) day: Date,
    pub(super) record: &'a WhoisRecord,
    /// Whether it is an old copy of the record, so that nothing in it is of its day.
    pub(super) is_copy: bool,
}

/// What is known on one day.
#[derive(Debug)]
pub(super) struct State<'a> {
    pub(super) day: Date,
    pub(super) records: Vec<Dated<'a>>,
    /// What the day's records say about the owner; `None` if all of them are old copies.
    pub(super) holder: Option<Holder>,
    /// When the registration began, where that is believed.
    pub(super) created: Option<Date>,
    /// When the record was last changed.
    pub(super) updated: Option<Date>,
    /// Until when the registration is paid.
    pub(super) expires: Option<Date>,
}

/// A history in order.
#[derive(Debug, Default)]
pub(super) struct Days<'a> {
    pub(super) states: Vec<State<'a>>,
    /// The places of records for which no day is known.
    pub(super) undated: Vec<usize>,
    /// What was not believed, in words.
    pub(super) doubts: Vec<String>,
}

/// The day for which a record is evidence: that on which it was seen, or else that of its last change, since what it says
/// was so from then on.
fn day(record: &WhoisRecord) -> Option<Date> {
    record.observed.or(record.updated).map(|moment| moment.day())
}

/// What decides the order of two records, whatever order they come in.
fn order(dated: &Dated<'_>) -> impl Ord + use<> {
    let WhoisRecord { observed, created, updated, expires, registrant, .. } = dated.record;
    let seen = observed.or(*updated);
    let texts = [&registrant.organization, &registrant.name, &registrant.email, &registrant.privacy_service];
    (dated.day, *updated, seen, *created, *expires, texts.map(Clone::clone), registrant.redacted)
}

/// Puts a history in order.
pub(super) fn days<'a>(history: impl IntoIterator<Item = &'a WhoisRecord>) -> Days<'a> {
    let mut days = Days::default();
    let mut dated = Vec::new();
    for (place, record) in history.into_iter().enumerate() {
        match day(record) {
            Some(day) => dated.push(Dated { place, day, record, is_copy: false }),
            None => days.undated.push(place),
        }
    }
    dated.sort_by_cached_key(order);
    let dates: Vec<(Date, Option<Date>)> =
        dated.iter().map(|dated| (dated.day, dated.record.created.map(|moment| moment.day()))).collect();
    let mut slips: BTreeMap<(Date, &str), u64> = BTreeMap::new();
    let mut latest_change = None;
    for (dated, created) in dated.into_iter().zip(created::judge(&dates)) {
        match created {
            Created::InTheFuture(date) => *slips.entry((date, "which is after the record itself")).or_default() += 1,
            Created::Contradicted(date) => *slips.entry((date, "which other records contradict")).or_default() += 1,
            Created::Believed(_) | Created::Unknown => {}
        }
        let changed = change(dated.record, dated.day);
        let is_copy = changed.zip(latest_change).is_some_and(|(changed, latest)| changed < latest);
        if is_copy {
            days.doubt_copy(&dated, changed, latest_change);
        }
        days.take(Dated { is_copy, ..dated }, created.believed(), changed);
        latest_change = latest_change.max(changed);
    }
    for ((date, why), count) in slips {
        let say = if count == 1 { "record says" } else { "records say" };
        days.doubts.push(format!("{count} {say} that the domain was registered on {date}, {why}: not believed"));
    }
    days
}

/// When a record was last changed, unless that is after it was seen.
fn change(record: &WhoisRecord, seen: Date) -> Option<Date> {
    record.updated.map(|moment| moment.day()).filter(|updated| *updated <= seen)
}

impl<'a> Days<'a> {
    /// Takes in the next record.
    fn take(&mut self, dated: Dated<'a>, created: Option<Date>, changed: Option<Date>) {
        if self.states.last().is_none_or(|state| state.day != dated.day) {
            let (holder, created, updated, expires) = (None, None, None, None);
            self.states.push(State { day: dated.day, records: Vec::new(), holder, created, updated, expires });
        }
        let Some(state) = self.states.last_mut() else { return };
        state.records.push(dated);
        if dated.is_copy {
            return;
        }
        let holder = Holder::of(&dated.record.registrant);
        // Of one day's records the last one that says something says it.
        let says_less = match (&state.holder, &holder) {
            (None, _) | (_, Holder::Named(_)) | (Some(Holder::NotStated), _) => false,
            (Some(Holder::Hidden { .. }), Holder::Hidden { .. }) => false,
            (Some(Holder::Named(_) | Holder::Hidden { .. }), _) => true,
        };
        if !says_less {
            if let (Some(Holder::Named(earlier)), Holder::Named(later)) = (&state.holder, &holder)
                && !earlier.is_same(later)
            {
                let (day, earlier, later) = (state.day, earlier.in_words(), later.in_words());
                self.doubts
                    .push(format!("records of {day} name {earlier} and {later}: the day is counted as {later}'s"));
            }
            state.holder = Some(holder);
        }
        state.created = created.or(state.created);
        state.updated = changed.or(state.updated);
        state.expires = dated.record.expires.map(|moment| moment.day()).or(state.expires);
    }

    /// Says of an old copy that it was not believed, if it names another owner than the records before it.
    fn doubt_copy(&mut self, dated: &Dated<'_>, changed: Option<Date>, latest: Option<Date>) {
        let Holder::Named(owner) = Holder::of(&dated.record.registrant) else { return };
        let known = self.states.iter().rev().find_map(|state| match &state.holder {
            Some(Holder::Named(known)) => Some(known),
            _ => None,
        });
        if let (Some(changed), Some(latest)) = (changed, latest)
            && known.is_none_or(|known| !known.is_same(&owner))
        {
            self.doubts.push(format!(
                "the record of {} that names {} was last changed on {changed}, before a record that was seen earlier \
                 ({latest}): taken for an old copy",
                dated.day,
                owner.in_words()
            ));
        }
    }
}
