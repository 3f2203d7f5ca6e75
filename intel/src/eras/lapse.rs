//! Times in which a domain was nobody's, as far as anybody can tell.
//!
//! A value that stands in the last record of one registration and in the first of the next was not held in between. So
//! whoever compares domains must not bridge that time: not between two WHOIS records, and not within a stretch of DNS
//! sightings, of which a source tells the first and the last only.

use jiff::civil::Date;

use super::{BoundaryKind, fold::Draft};
use crate::crossmatch::Span;

/// A time between two eras in which the registration is not known to have gone on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Lapse {
    /// The last day on which the earlier registration was seen, or until which it was paid.
    pub after: Date,
    /// The first day of what came next: that of the new registration, or that of the next record.
    pub until: Date,
    /// Whether the domain is known to have been registered anew, and not only unobserved.
    pub anew: bool,
    /// The days of the records on both sides.
    records: (Date, Date),
}

impl Lapse {
    pub(super) fn between(earlier: &Draft<'_>, later: &Draft<'_>) -> Option<Self> {
        let (until, anew) = match later.boundary.kind {
            // A year stands for a day in it that nobody knows, and time zones may differ by a day.
            BoundaryKind::ReRegistration { created, .. } => (created.clamp(earlier.last, later.first), true),
            BoundaryKind::Gap => (later.first, false),
            BoundaryKind::Beginning | BoundaryKind::OwnerChange => return None,
        };
        let paid = earlier.expires.map_or(earlier.last, |expires| expires.max(earlier.last));
        Some(Self { after: paid.min(until), until, anew, records: (earlier.last, later.first) })
    }

    /// Whether it lies between two WHOIS records, given the days of them.
    #[must_use]
    pub fn parts(&self, one: Date, other: Date) -> bool {
        one <= self.records.0 && self.records.1 <= other
    }

    /// A stretch of time without the lapse. What was seen at its ends was seen there, whatever lies in between; and what
    /// was only seen before the domain was registered anew is left as it is.
    #[must_use]
    pub fn cut(&self, span: Span) -> Vec<Span> {
        if span.first >= self.until || span.last < self.until {
            return vec![span];
        }
        let before = Span::new(span.first, self.after.max(span.first));
        vec![before, Span::new(self.until, span.last)]
    }
}

/// A stretch of time without any of the lapses in which the domain was registered anew. That nobody looked for a while
/// cuts nothing here: somebody else may have.
#[must_use]
pub fn without_lapses(span: Span, lapses: &[Lapse]) -> Vec<Span> {
    lapses
        .iter()
        .filter(|lapse| lapse.anew)
        .fold(vec![span], |spans, lapse| spans.into_iter().flat_map(|span| lapse.cut(span)).collect())
}
