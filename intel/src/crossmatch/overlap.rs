//! Stretches of time, and who shared something when.
//!
//! Sources date what they saw to the day or to the instant; to compare them, the day is enough. A span is the time for
//! which there is evidence, not the time for which something was so: a record that was seen once, on the first of March,
//! is evidence for that day alone.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::Serialize;

use crate::{lookup::DateRange, moment::Moment};

/// From one day to another, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[non_exhaustive]
pub struct Span {
    /// The first day of the evidence.
    pub first: Date,
    /// The last day of the evidence.
    pub last: Date,
}

impl Span {
    /// From one day to another, in whichever order they are given.
    #[must_use]
    pub fn new(one: Date, other: Date) -> Self {
        Self { first: one.min(other), last: one.max(other) }
    }

    /// What a source says with a first and a last sighting. If it says one of them, that is the one day for which there
    /// is evidence; if none, there is no span.
    #[must_use]
    pub fn seen(first: Option<Moment>, last: Option<Moment>) -> Option<Self> {
        let first_or_last = first.or(last)?.day();
        Some(Self::new(first_or_last, last.map_or(first_or_last, |last| last.day())))
    }

    /// The days in both.
    #[must_use]
    pub fn common(self, other: Self) -> Option<Self> {
        let (first, last) = (self.first.max(other.first), self.last.min(other.last));
        (first <= last).then_some(Self { first, last })
    }

    /// The part that lies within a window.
    #[must_use]
    pub fn within(self, window: DateRange) -> Option<Self> {
        let first = window.from.map_or(self.first, |from| from.max(self.first));
        let last = window.to.map_or(self.last, |to| to.min(self.last));
        (first <= last).then_some(Self { first, last })
    }

    fn days(self) -> i32 {
        (self.last - self.first).get_days()
    }
}

/// `2019-03-01 to 2021-05-12`, or the day alone.
impl std::fmt::Display for Span {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.first == self.last { self.first.fmt(f) } else { write!(f, "{} to {}", self.first, self.last) }
    }
}

/// Spans in order, those that touch or overlap put together.
#[must_use]
pub fn merged(spans: impl IntoIterator<Item = Span>) -> Vec<Span> {
    let mut spans: Vec<Span> = spans.into_iter().collect();
    spans.sort_unstable();
    let mut merged: Vec<Span> = Vec::with_capacity(spans.len());
    for span in spans {
        match merged.last_mut() {
            Some(before) if span.first <= before.last.tomorrow().unwrap_or(before.last) => {
                before.last = before.last.max(span.last);
            }
            _ => merged.push(span),
        }
    }
    merged
}

/// How many shared something at the same time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Overlap {
    /// The most that shared it on one day; 0 if nothing is dated.
    pub most_at_once: usize,
    /// The longest time in which so many did, of equally long ones the earliest; `None` if fewer than two ever did.
    pub during: Option<Span>,
    /// Whether these were all sharers.
    pub all: bool,
    /// How many sharers no source gives a date for.
    pub undated: usize,
}

impl Overlap {
    /// Sweeps over the days on which somebody began or ended. Each sharer's spans are in order and do not overlap, as
    /// [`merged`] makes them.
    #[must_use]
    pub fn of(sharers: &[&[Span]]) -> Self {
        let mut days: BTreeMap<Date, (usize, usize)> = BTreeMap::new();
        for span in sharers.iter().copied().flatten() {
            days.entry(span.first).or_default().0 += 1;
            days.entry(span.last).or_default().1 += 1;
        }
        let (mut most, mut now) = (0, 0_usize);
        let mut since: Option<Date> = None;
        let mut longest: Option<Span> = None;
        for (day, (begun, ended)) in days {
            now += begun;
            if now > most {
                (most, since, longest) = (now, Some(day), None);
            } else if now == most && begun > 0 {
                since = since.or(Some(day));
            }
            if ended > 0 {
                // Only while as many as ever are there does a time stand open.
                if let Some(first) = since.take() {
                    let span = Span { first, last: day };
                    if longest.is_none_or(|longest| span.days() > longest.days()) {
                        longest = Some(span);
                    }
                }
                now = now.saturating_sub(ended);
            }
        }
        let undated = sharers.iter().filter(|spans| spans.is_empty()).count();
        Self {
            most_at_once: most,
            during: longest.filter(|_| most > 1),
            all: most > 1 && most == sharers.len(),
            undated,
        }
    }

    /// `all 12 at once, 2019-03-01 to 2021-05-12`; `at most 3 at once, …`; `never at the same time`; `dates unknown`.
    #[must_use]
    pub fn in_words(&self, sharers: usize) -> String {
        let dated = sharers.saturating_sub(self.undated);
        let during = self.during.map(|during| format!(", {during}")).unwrap_or_default();
        let words = match self.most_at_once {
            _ if dated < 2 => return "dates unknown".to_owned(),
            0 | 1 => "never at the same time".to_owned(),
            2 if self.all => format!("both at once{during}"),
            most if self.all => format!("all {most} at once{during}"),
            most if most == dated => format!("{most} at once{during}"),
            most => format!("at most {most} at once{during}"),
        };
        if self.undated == 0 { words } else { format!("{words} ({} without dates)", self.undated) }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn span(text: &str) -> Span {
        let (first, last) = text.split_once("..").unwrap();
        Span::new(first.parse().unwrap(), last.parse().unwrap())
    }

    fn overlap(sharers: &[&[&str]]) -> (Overlap, String) {
        let spans: Vec<Vec<Span>> = sharers.iter().map(|spans| merged(spans.iter().map(|text| span(text)))).collect();
        let overlap = Overlap::of(&spans.iter().map(Vec::as_slice).collect::<Vec<_>>());
        (overlap, overlap.in_words(sharers.len()))
    }

    #[test]
    fn sharing_at_the_same_time_is_told_from_sharing_one_after_the_other() {
        for (sharers, words) in [
            (
                &[&["2019-01-01..2021-05-12"][..], &["2019-03-01..2022-01-01"], &["2018-01-01..2021-06-01"]][..],
                "all 3 at once, 2019-03-01 to 2021-05-12",
            ),
            (&[&["2019-01-01..2019-12-31"], &["2020-01-01..2020-12-31"]], "never at the same time"),
            (&[&["2019-01-01..2020-01-01"], &["2020-01-01..2020-12-31"]], "both at once, 2020-01-01"),
            (
                &[&["2019-01-01..2019-12-31"], &["2019-06-01..2020-06-01"], &["2020-03-01..2020-12-31"]],
                "at most 2 at once, 2019-06-01 to 2019-12-31",
            ),
            (
                &[&["2010-01-01..2010-02-01", "2012-01-01..2012-06-01"], &["2010-01-15..2013-01-01"]],
                "both at once, 2012-01-01 to 2012-06-01",
            ),
            (
                &[&["2019-01-01..2019-12-31"], &["2019-06-01..2020-06-01"], &[]],
                "2 at once, 2019-06-01 to 2019-12-31 (1 without dates)",
            ),
            (&[&["2019-01-01..2019-12-31"], &[]], "dates unknown"),
            (&[&[], &[]], "dates unknown"),
        ] {
            assert_eq!(overlap(sharers).1, words, "{sharers:?}");
        }
    }

    #[test]
    fn the_time_of_the_most_begins_when_the_last_one_came() {
        let (found, _) = overlap(&[
            &["2010-01-01..2020-01-01"],
            &["2011-01-01..2019-01-01"],
            &["2012-01-01..2013-01-01", "2014-01-01..2016-01-01"],
        ]);
        assert_eq!((found.most_at_once, found.all), (3, true));
        assert_eq!(found.during, Some(span("2014-01-01..2016-01-01")));
    }

    #[test]
    fn spans_that_touch_are_one() {
        let spans =
            ["2020-01-01..2020-01-31", "2020-02-01..2020-02-10", "2020-02-12..2020-02-13", "2020-01-05..2020-01-06"];
        assert_eq!(merged(spans.map(span)), [span("2020-01-01..2020-02-10"), span("2020-02-12..2020-02-13")]);
    }

    #[test]
    fn one_sighting_is_evidence_for_its_day() {
        let moment = |text: &str| Some(text.parse::<Moment>().unwrap());
        assert_eq!(Span::seen(moment("2020-01-01"), None), Some(span("2020-01-01..2020-01-01")));
        assert_eq!(Span::seen(None, moment("2020-01-01T12:00:00Z")), Some(span("2020-01-01..2020-01-01")));
        assert_eq!(Span::seen(moment("2020-01-02"), moment("2020-01-01")), Some(span("2020-01-01..2020-01-02")));
        assert_eq!(Span::seen(None, None), None);
    }

    #[test]
    fn a_window_cuts_spans() {
        let window = |from: Option<&str>, to: Option<&str>| DateRange {
            from: from.map(|day| day.parse().unwrap()),
            to: to.map(|day| day.parse().unwrap()),
        };
        let whole = span("2019-01-01..2020-12-31");
        assert_eq!(whole.within(window(Some("2020-01-01"), None)), Some(span("2020-01-01..2020-12-31")));
        assert_eq!(whole.within(window(None, Some("2019-01-01"))), Some(span("2019-01-01..2019-01-01")));
        assert_eq!(whole.within(window(None, Some("2018-12-31"))), None);
    }

    fn spans() -> impl Strategy<Value = Vec<Span>> {
        let day = |offset: i32| Date::constant(2020, 1, 1).saturating_add(jiff::Span::new().days(offset));
        let one = (0_i32..60, 0_i32..20).prop_map(move |(first, days)| Span::new(day(first), day(first + days)));
        proptest::collection::vec(one, 0..4)
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn the_sweep_counts_what_counting_day_by_day_counts(sharers in proptest::collection::vec(spans(), 0..6)) {
            let sharers: Vec<Vec<Span>> = sharers.into_iter().map(merged).collect();
            let found = Overlap::of(&sharers.iter().map(Vec::as_slice).collect::<Vec<_>>());
            let on = |day: Date| {
                let holds = |spans: &&Vec<Span>| spans.iter().any(|span| span.first <= day && day <= span.last);
                sharers.iter().filter(holds).count()
            };
            let days: Vec<Date> = Date::constant(2020, 1, 1).series(jiff::Span::new().days(1)).take(90).collect();
            let most = days.iter().map(|day| on(*day)).max().unwrap();
            prop_assert_eq!(found.most_at_once, most);
            if let Some(during) = found.during {
                for day in days.iter().filter(|day| during.first <= **day && **day <= during.last) {
                    prop_assert_eq!(on(*day), most);
                }
            } else {
                prop_assert!(most < 2);
            }
        }
    }
}
