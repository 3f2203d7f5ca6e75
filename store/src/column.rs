//! How times and credits look in a column.
//!
//! Times are whole milliseconds since 1970 in UTC, so that SQLite compares and indexes them as numbers and its own date
//! functions read them after a division. Credits are whole numbers far below SQLite's largest one, so that sums of them
//! cannot overflow.

use intel::credits::Credits;
use jiff::Timestamp;
use rusqlite::{Row, RowIndex};

/// The highest price that is kept; nothing that can be bought costs nearly as much.
const MOST: u64 = 1 << 50;

/// A time for a column.
pub(crate) fn from_time(time: Timestamp) -> i64 {
    time.as_millisecond()
}

/// A time from a column; what lies beyond all times is the last one.
pub(crate) fn to_time(milliseconds: i64) -> Timestamp {
    let beyond = if milliseconds < 0 { Timestamp::MIN } else { Timestamp::MAX };
    Timestamp::from_millisecond(milliseconds).unwrap_or(beyond)
}

/// Reads a time.
pub(crate) fn time(row: &Row<'_>, column: impl RowIndex) -> rusqlite::Result<Timestamp> {
    row.get(column).map(to_time)
}

/// Reads a time that may be missing.
pub(crate) fn optional_time(row: &Row<'_>, column: impl RowIndex) -> rusqlite::Result<Option<Timestamp>> {
    Ok(row.get::<_, Option<i64>>(column)?.map(to_time))
}

/// Credits for a column.
pub(crate) fn from_credits(credits: Credits) -> i64 {
    i64::try_from(credits.0.min(MOST)).unwrap_or(i64::MAX)
}

/// Reads credits; a negative number, which no code of ours writes, counts as nothing.
pub(crate) fn credits(row: &Row<'_>, column: impl RowIndex) -> rusqlite::Result<Credits> {
    row.get::<_, i64>(column).map(to_credits)
}

/// Reads credits that may be missing.
pub(crate) fn optional_credits(row: &Row<'_>, column: impl RowIndex) -> rusqlite::Result<Option<Credits>> {
    Ok(row.get::<_, Option<i64>>(column)?.map(to_credits))
}

fn to_credits(number: i64) -> Credits {
    Credits(u64::try_from(number).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_and_credits_come_back_and_extremes_stay_in_range() {
        let time: Timestamp = "2026-11-02T09:30:00.123Z".parse().unwrap();
        assert_eq!(to_time(from_time(time)), time);
        assert_eq!((to_time(i64::MAX), to_time(i64::MIN)), (Timestamp::MAX, Timestamp::MIN));
        assert_eq!(to_credits(from_credits(Credits(50))), Credits(50));
        assert!(from_credits(Credits(u64::MAX)).checked_mul(4096).is_some());
        assert_eq!(to_credits(-1), Credits::FREE);
    }
}
