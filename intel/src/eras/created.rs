//! Which dates of registration can be believed.
//!
//! A domain that is registered anew has a new date of registration, and it never gets the old one back. So over the years
//! the dates can only grow, and a date that is followed by an earlier one is wrong somewhere: a vendor's slip, a registrar
//! that takes the day of a transfer for that of the registration. The dates that are believed are the longest row of
//! records in which the date never goes back; of equally long rows the one with the fewest different dates, since it
//! invents the fewest registrations. Before that,
//!
//! * a date after the day on which the record was seen is put aside, a day's grace given to the time zones;
//! * the first of January is read as the day that another record has in that year: some sources know the year alone.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet},
};

use jiff::civil::Date;

/// What became of a record's date of registration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Created {
    /// The record has none.
    Unknown,
    /// It is believed.
    Believed(Date),
    /// It lies after the record itself.
    InTheFuture(Date),
    /// Other records contradict it.
    Contradicted(Date),
}

impl Created {
    pub(super) fn believed(self) -> Option<Date> {
        match self {
            Self::Believed(date) => Some(date),
            _ => None,
        }
    }
}

/// Judges the dates of records, given as the day on which each was seen and its date of registration, in the order of
/// these days.
pub(super) fn judge(records: &[(Date, Option<Date>)]) -> Vec<Created> {
    let is_possible = |seen: Date, created: Date| created <= seen.tomorrow().unwrap_or(seen);
    let possible = records.iter().filter_map(|(seen, created)| created.filter(|created| is_possible(*seen, *created)));
    let precise: BTreeSet<Date> = possible.filter(|created| !may_be_a_year(*created)).collect();
    // The last day of its year that is known by then.
    let refined = |seen: Date, created: Date| {
        let of_year = precise.range(created..).take_while(|known| known.year() == created.year());
        let known = of_year.filter(|known| may_be_a_year(created) && is_possible(seen, **known));
        known.last().copied().unwrap_or(created)
    };
    // Contradicted until it turns out to be in the row.
    let mut verdicts: Vec<Created> = records
        .iter()
        .map(|(seen, created)| match *created {
            None => Created::Unknown,
            Some(created) if !is_possible(*seen, created) => Created::InTheFuture(created),
            Some(created) => Created::Contradicted(refined(*seen, created)),
        })
        .collect();
    let candidates: Vec<(usize, Date)> = verdicts
        .iter()
        .enumerate()
        .filter_map(|(position, verdict)| match verdict {
            Created::Contradicted(created) => Some((position, *created)),
            _ => None,
        })
        .collect();
    for position in longest_growing(&candidates) {
        if let Some(verdict) = verdicts.get_mut(position)
            && let Created::Contradicted(created) = *verdict
        {
            *verdict = Created::Believed(created);
        }
    }
    verdicts
}

/// Whether a date may stand for its whole year.
pub(super) fn may_be_a_year(date: Date) -> bool {
    date.month() == 1 && date.day() == 1
}

/// How good a row is: its length, then how few different dates it has, then how late it ends.
type Worth = (usize, Reverse<usize>, usize);

/// The positions of the longest row whose dates never go back.
///
/// For each date the best row that ends in it is kept, and in a tree of prefixes the best that ends in any earlier date
/// or the same; so a history of any length is read in little more than one pass.
fn longest_growing(dated: &[(usize, Date)]) -> Vec<usize> {
    let dates: BTreeSet<Date> = dated.iter().map(|(_, date)| *date).collect();
    let ranks: BTreeMap<Date, usize> = dates.into_iter().zip(1..).collect();
    let mut same: BTreeMap<Date, Worth> = BTreeMap::new();
    let mut before: Vec<Option<Worth>> = vec![None; ranks.len() + 1];
    let mut previous: Vec<Option<usize>> = Vec::with_capacity(dated.len());
    let mut best: Option<Worth> = None;
    for (index, (_, date)) in dated.iter().enumerate() {
        let rank = ranks.get(date).copied().unwrap_or_default();
        let earlier = best_up_to(&before, rank.saturating_sub(1));
        let after_earlier = earlier.map_or(((1, Reverse(1), index), None), |(length, Reverse(kinds), end)| {
            ((length + 1, Reverse(kinds + 1), index), Some(end))
        });
        let after_same = same.get(date).map(|(length, kinds, end)| ((length + 1, *kinds, index), Some(*end)));
        let (worth, came_from) =
            after_same.into_iter().chain([after_earlier]).max_by_key(|(worth, _)| *worth).unwrap_or(after_earlier);
        previous.push(came_from);
        let known = same.entry(*date).or_insert(worth);
        *known = worth.max(*known);
        put(&mut before, rank, worth);
        best = best.max(Some(worth));
    }
    let mut row = Vec::new();
    let mut end = best.map(|(_, _, end)| end);
    while let Some(index) = end {
        row.extend(dated.get(index).map(|(position, _)| *position));
        end = previous.get(index).copied().flatten();
    }
    row
}

/// The best of all ranks from 1 to this one (a Fenwick tree of maxima).
fn best_up_to(tree: &[Option<Worth>], mut rank: usize) -> Option<Worth> {
    let mut best = None;
    while rank > 0 {
        best = best.max(tree.get(rank).copied().flatten());
        rank &= rank - 1;
    }
    best
}

fn put(tree: &mut [Option<Worth>], mut rank: usize, worth: Worth) {
    while rank > 0
        && let Some(known) = tree.get_mut(rank)
    {
        *known = (*known).max(Some(worth));
        rank += rank & rank.wrapping_neg();
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn day(text: &str) -> Date {
        text.parse().unwrap()
    }

    /// The dates that are believed, where each record is seen on the first of July of its year.
    fn believed(records: &[(i16, &str)]) -> Vec<bool> {
        let records: Vec<_> = records
            .iter()
            .map(|(year, created)| (Date::constant(*year, 7, 1), (!created.is_empty()).then(|| day(created))))
            .collect();
        judge(&records).into_iter().map(|verdict| verdict.believed().is_some()).collect()
    }

    #[test]
    fn dates_that_only_grow_are_believed() {
        assert_eq!(
            believed(&[(2010, "2009-03-01"), (2012, "2009-03-01"), (2014, ""), (2016, "2015-03-01")]),
            [true, true, false, true]
        );
    }

    #[test]
    fn a_date_that_is_taken_back_is_a_slip() {
        assert_eq!(
            believed(&[(2010, "2009-03-01"), (2012, "2011-03-01"), (2014, "2009-03-01")]),
            [true, false, true],
            "of two equally long rows the one that invents no registration"
        );
        assert_eq!(
            believed(&[(2010, "2009-03-01"), (2012, "2011-03-01"), (2013, "2011-03-01"), (2014, "2009-03-01")]),
            [true, true, true, false],
            "three against one"
        );
        assert_eq!(believed(&[(2010, "2009-12-01"), (2012, "2009-03-01"), (2014, "2009-03-01")]), [false, true, true]);
    }

    #[test]
    fn nothing_is_registered_after_it_was_seen() {
        let judged = |created: &str| judge(&[(day("2012-07-01"), Some(day(created)))]);
        assert_eq!(judged("2012-07-02"), [Created::Believed(day("2012-07-02"))]);
        assert_eq!(judged("2012-07-03"), [Created::InTheFuture(day("2012-07-03"))]);
    }

    #[test]
    fn a_year_gives_way_to_a_day_in_it() {
        let judged = judge(&[
            (day("2012-07-01"), Some(day("2011-01-01"))),
            (day("2013-07-01"), Some(day("2011-05-06"))),
            (day("2014-07-01"), Some(day("2011-01-01"))),
        ]);
        assert_eq!(judged, [Created::Believed(day("2011-05-06")); 3]);
        assert_eq!(believed(&[(2012, "2011-01-01"), (2013, "2011-01-01")]), [true, true], "nobody knows better");
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn no_longer_row_exists(numbers in proptest::collection::vec(0_i8..6, 0..9)) {
            let dated: Vec<(usize, Date)> =
                numbers.iter().enumerate().map(|(place, number)| (place, Date::constant(2000, 2, number + 1))).collect();
            let mut row = longest_growing(&dated);
            row.reverse();
            prop_assert!(row.is_sorted());
            let values = |places: &[usize]| places.iter().map(|place| numbers[*place]).collect::<Vec<_>>();
            prop_assert!(values(&row).is_sorted());
            let kinds = |places: &[usize]| values(places).into_iter().collect::<BTreeSet<_>>().len();
            for choice in 0..(1_u32 << numbers.len()) {
                let places: Vec<usize> = (0..numbers.len()).filter(|place| choice & (1 << place) != 0).collect();
                if values(&places).is_sorted() {
                    prop_assert!((places.len(), Reverse(kinds(&places))) <= (row.len(), Reverse(kinds(&row))));
                }
            }
        }
    }
}
