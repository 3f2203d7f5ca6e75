//! Where one era ends and the next begins.
//!
//! The rule is the table in the head of [the module](super): each row is asked in its order, and the first that holds
//! decides.

use jiff::civil::Date;

use super::{
    Boundary, BoundaryKind,
    created::may_be_a_year,
    holder::{Holder, Owner},
    state::State,
};

/// Longer than this without a record, nobody can say that a registration went on: it may have run out and been renewed by
/// somebody else, since the shortest term is a year.
pub(super) const SILENCE_DAYS: i32 = 730;

/// How long after its term a registration may still be its owner's: the grace of 45 days for renewals, the 30 days of
/// redemption, and the 5 days before deletion that ICANN's contracts allow (see RFC 3915 for the periods).
pub(super) const RELEASE_DAYS: i32 = 80;

/// When names that were not renewed are let go: redemption and deletion alone, or with all of the grace, and a few days
/// for those who run it.
const CAUGHT_DAYS: std::ops::RangeInclusive<i32> = 30..=90;

/// States that belong together, and what parts them from those before.
#[derive(Debug)]
pub(super) struct Draft<'a> {
    pub(super) boundary: Boundary,
    pub(super) states: Vec<State<'a>>,
    /// Who it is, as far as any state names them.
    pub(super) owner: Option<Owner>,
    /// The last day on which the owner was named.
    pub(super) named: Option<Date>,
    /// When the registration began, as the last state that says it does.
    pub(super) created: Option<Date>,
    /// Until when it is known to be paid.
    pub(super) expires: Option<Date>,
    pub(super) first: Date,
    pub(super) last: Date,
}

/// Folds states, in the order of their days, into drafts of eras.
pub(super) fn fold(states: Vec<State<'_>>) -> Vec<Draft<'_>> {
    let mut drafts: Vec<Draft<'_>> = Vec::new();
    for state in states {
        let boundary = match drafts.last() {
            None => Some(Boundary::beginning()),
            Some(draft) => draft.boundary_to(&state),
        };
        match (boundary, drafts.last_mut()) {
            (None, Some(draft)) => draft.take(state),
            (boundary, _) => drafts.push(Draft::new(boundary.unwrap_or_else(Boundary::beginning), state)),
        }
    }
    drafts
}

impl<'a> Draft<'a> {
    fn new(boundary: Boundary, state: State<'a>) -> Self {
        let (first, last) = (state.day, state.day);
        let mut draft =
            Self { boundary, states: Vec::new(), owner: None, named: None, created: None, expires: None, first, last };
        draft.take(state);
        draft
    }

    fn take(&mut self, state: State<'a>) {
        self.last = state.day;
        self.created = state.created.or(self.created);
        self.expires = state.expires.or(self.expires);
        match (&state.holder, &mut self.owner) {
            (Some(Holder::Named(owner)), Some(known)) => {
                known.learn(owner);
                self.named = Some(state.day);
            }
            (Some(Holder::Named(owner)), None) => {
                self.owner = Some(owner.clone());
                self.named = Some(state.day);
            }
            (Some(holder), Some(known)) if holder.confirms(known) => self.named = Some(state.day),
            _ => {}
        }
        self.states.push(state);
    }

    /// What parts a later state from this era; `None` if it belongs to it.
    fn boundary_to(&self, state: &State<'_>) -> Option<Boundary> {
        let next = match &state.holder {
            Some(Holder::Named(owner)) => Some(owner),
            _ => None,
        };
        let same_owner = self.owner.as_ref().zip(next).map(|(owner, next)| owner.is_same(next));
        let boundary = |kind, words| Some(Boundary { kind, same_owner, after: Some(self.last), words });
        if let Some(created) = state.created.filter(|created| self.is_anew(*created)) {
            let caught = self.is_caught(created);
            return boundary(BoundaryKind::ReRegistration { created, caught }, self.anew_in_words(created, caught));
        }
        if let Some(words) = self.gap_in_words(state, same_owner) {
            return boundary(BoundaryKind::Gap, words);
        }
        let (Some(owner), Some(next), Some(false)) = (&self.owner, next, same_owner) else { return None };
        boundary(BoundaryKind::OwnerChange, self.change_in_words(owner, next, state))
    }

    /// Whether a registration began after this one was last seen. On the same day counts if this one is known to be
    /// another, and so does the same year if that is all that is known.
    fn is_anew(&self, created: Date) -> bool {
        let is_another = self.created.is_some_and(|known| known < created);
        let in_same_year = may_be_a_year(created)
            && created.year() == self.last.year()
            && self.created.is_some_and(|known| known.year() < created.year());
        created > self.last || (created == self.last && is_another) || in_same_year
    }

    /// The end of the last known term, if it tells anything: a registration that was seen after it had been renewed.
    fn term(&self) -> Option<Date> {
        self.expires.filter(|expires| *expires >= self.last)
    }

    fn is_caught(&self, created: Date) -> bool {
        self.term().is_some_and(|term| CAUGHT_DAYS.contains(&days(term, created)))
    }

    fn anew_in_words(&self, created: Date, caught: bool) -> String {
        let year = if may_be_a_year(created) { " (which may stand for the year)" } else { "" };
        let known = self.created.map(|known| format!(" of the registration of {known}")).unwrap_or_default();
        let term = self.term().map(|term| match days(term, created) {
            later if later > 0 => format!("; the last known term had run out on {term}, {} before", counted(later)),
            _ => format!("; the last known term would have run until {term}"),
        });
        let caught = if caught { ", about when a name that is not renewed is let go" } else { "" };
        format!(
            "registered anew on {created}{year}, after the record of {}{known}{}{caught}",
            self.last,
            term.unwrap_or_default()
        )
    }

    /// Why nobody can say that the registration went on until this state.
    fn gap_in_words(&self, state: &State<'_>, same_owner: Option<bool>) -> Option<String> {
        // The record itself says that its registration is older than the silence.
        if state.created.is_some() {
            return None;
        }
        let silence = days(self.last, state.day);
        let is_same = same_owner == Some(true);
        let seen = format!("no record from {} to {} ({})", self.last, state.day, counted(silence));
        let unsaid = "the later record does not say since when it is registered";
        match self.term() {
            Some(term) if days(term, state.day) <= RELEASE_DAYS => None,
            Some(term) if !is_same => Some(format!("{seen}; the last known term ran out on {term}, and {unsaid}")),
            _ if silence > SILENCE_DAYS => Some(format!("{seen}, and {unsaid}")),
            _ => None,
        }
    }

    fn change_in_words(&self, owner: &Owner, next: &Owner, state: &State<'_>) -> String {
        let named = self.named.unwrap_or(self.last);
        let created = self.created.map(|created| format!(", in the registration of {created}")).unwrap_or_default();
        let changed = state.updated.filter(|updated| *updated > self.last);
        let changed = changed.map(|changed| format!("; the record was changed on {changed}")).unwrap_or_default();
        let hidden = if named < self.last { "; in between the owner was not named" } else { "" };
        format!("{} until {named}, {} from {}{created}{changed}{hidden}", owner.in_words(), next.in_words(), state.day)
    }
}

impl Boundary {
    /// Before the first era.
    pub(super) fn beginning() -> Self {
        let words = "nothing earlier is known".to_owned();
        Self { kind: BoundaryKind::Beginning, same_owner: None, after: None, words }
    }
}

/// From one day to another.
pub(super) fn days(from: Date, to: Date) -> i32 {
    (to - from).get_days()
}

/// `1 day`, `71 days`.
pub(super) fn counted(days: i32) -> String {
    if days == 1 { "1 day".to_owned() } else { format!("{days} days") }
}
