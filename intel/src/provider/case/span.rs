//! From when to when something was seen.

use jiff::civil::Date;

use crate::{moment::Moment, observable::HostName, record::Sighting};

/// The first and the last time something was seen, where they are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Span {
    first: Option<Moment>,
    last: Option<Moment>,
}

impl Span {
    pub(super) fn new(first: Option<Moment>, last: Option<Moment>) -> Self {
        Self { first, last }
    }

    /// Grows to hold another span. An unknown end is no end: it never makes a known one unknown.
    pub(super) fn widen(&mut self, other: Self) {
        self.first = self.first.into_iter().chain(other.first).min();
        self.last = self.last.into_iter().chain(other.last).max();
    }

    /// Whether it is known to begin on a day or later.
    pub(super) fn begins_on_or_after(&self, day: Date) -> bool {
        self.first.is_some_and(|first| first.day() >= day)
    }

    /// Whether it is known to begin after a day.
    pub(super) fn begins_after(&self, day: Moment) -> bool {
        self.first.is_some_and(|first| first.day() > day.day())
    }

    /// Whether it is known to end before another one begins.
    pub(super) fn ends_before(&self, other: Self) -> bool {
        matches!((self.last, other.first), (Some(last), Some(first)) if last.day() < first.day())
    }

    pub(super) fn sighting(self, name: HostName) -> Sighting {
        Sighting { name, first_seen: self.first, last_seen: self.last, registrar: None }
    }
}
