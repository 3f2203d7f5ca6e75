//! Limits: how much whom, in which time.
//!
//! A limit has a scope (whose spending counts), a period (since when it counts) and a number of credits. What counts is
//! the real price of what was charged and the highest price of what is under way or unknown. Periods are those of the
//! calendar in UTC, so everybody sees the same day end at the same moment, wherever they and the server are.

use intel::credits::Credits;
use jiff::{Timestamp, civil::Date, tz::TimeZone};
use rusqlite::{Connection, params};

use super::Buyer;
use crate::column;

/// Whose spending a limit counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Scope {
    /// That of one run of a transform.
    Run,
    /// That for one case.
    Case,
    /// That of one member.
    Member,
    /// That with one provider.
    Provider,
    /// Everything.
    Everyone,
}

impl Scope {
    /// The word used in the configuration and in the log.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Run => "run",
            Self::Case => "case",
            Self::Member => "member",
            Self::Provider => "provider",
            Self::Everyone => "everyone",
        }
    }

    /// Adds up what counts, since a time.
    const fn statement(self) -> &'static str {
        match self {
            Self::Run => "SELECT coalesce(sum(counts), 0) FROM purchases WHERE run = ?1 AND intended >= ?2",
            Self::Case => "SELECT coalesce(sum(counts), 0) FROM purchases WHERE case_name = ?1 AND intended >= ?2",
            Self::Member => "SELECT coalesce(sum(counts), 0) FROM purchases WHERE member = ?1 AND intended >= ?2",
            Self::Provider => "SELECT coalesce(sum(counts), 0) FROM purchases WHERE provider = ?1 AND intended >= ?2",
            Self::Everyone => "SELECT coalesce(sum(counts), 0) FROM purchases WHERE ?1 IS NULL AND intended >= ?2",
        }
    }

    /// Whose account it is; `None` if this scope does not concern the buyer at all.
    #[expect(clippy::option_option, reason = "the inner one is the name, which everyone together does not have")]
    fn account(self, buyer: &Buyer, provider: &str) -> Option<Option<String>> {
        match self {
            Self::Run => buyer.run.clone().map(Some),
            Self::Case => buyer.case.as_ref().map(|name| Some(name.to_string())),
            Self::Member => buyer.member.as_ref().map(|name| Some(name.to_string())),
            Self::Provider => Some(Some(provider.to_owned())),
            Self::Everyone => Some(None),
        }
    }
}

/// Since when a limit counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Period {
    /// Since midnight, UTC.
    Day,
    /// Since the first of the month, UTC.
    Month,
    /// Always.
    Ever,
}

impl Period {
    /// The word used in the configuration and in the log.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Month => "month",
            Self::Ever => "ever",
        }
    }

    /// When the period that holds this time began.
    #[must_use]
    pub fn began(self, now: Timestamp) -> Timestamp {
        let today = now.to_zoned(TimeZone::UTC).date();
        match self {
            Self::Day => midnight(today),
            Self::Month => midnight(today.first_of_month()),
            Self::Ever => Some(Timestamp::MIN),
        }
        .unwrap_or(Timestamp::MIN)
    }

    /// When the next one begins; `None` if never.
    #[must_use]
    pub fn ends(self, now: Timestamp) -> Option<Timestamp> {
        let today = now.to_zoned(TimeZone::UTC).date();
        match self {
            Self::Day => midnight(today.tomorrow().ok()?),
            Self::Month => midnight(today.last_of_month().tomorrow().ok()?),
            Self::Ever => None,
        }
    }
}

fn midnight(date: Date) -> Option<Timestamp> {
    date.to_zoned(TimeZone::UTC).ok().map(|midnight| midnight.timestamp())
}

/// One limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Limit {
    /// Whose spending counts.
    pub scope: Scope,
    /// Since when.
    pub period: Period,
    /// How much.
    pub credits: Credits,
}

/// What is left of a limit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remaining {
    /// The limit.
    pub limit: Limit,
    /// The run, case, member or provider that it counts for.
    pub whose: Option<String>,
    /// What has been spent of it, what is under way or unknown included.
    pub spent: Credits,
    /// What is left of it.
    pub left: Credits,
    /// When it starts anew; `None` if never.
    pub resets: Option<Timestamp>,
}

/// What is left of all limits that concern a buyer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Allowance(pub Vec<Remaining>);

impl Allowance {
    /// The limit that leaves the least; of two that leave the same, the one that lasts longer. `None` without limits.
    #[must_use]
    pub fn tightest(&self) -> Option<&Remaining> {
        self.0
            .iter()
            .min_by_key(|remaining| (remaining.left, std::cmp::Reverse(remaining.resets.unwrap_or(Timestamp::MAX))))
    }

    /// What may be spent; `None` for as much as one likes.
    #[must_use]
    pub fn left(&self) -> Option<Credits> {
        self.tightest().map(|remaining| remaining.left)
    }
}

/// What is left of these limits for a buyer. A limit on something the buyer does not have (a run, a case) is left out.
pub(super) fn allowance(
    connection: &Connection,
    limits: &[Limit],
    buyer: &Buyer,
    provider: &str,
    now: Timestamp,
) -> rusqlite::Result<Allowance> {
    let mut all = Vec::with_capacity(limits.len());
    for limit in limits {
        let Some(whose) = limit.scope.account(buyer, provider) else { continue };
        let since = column::from_time(limit.period.began(now));
        let mut statement = connection.prepare_cached(limit.scope.statement())?;
        let spent = statement.query_row(params![whose, since], |row| column::credits(row, 0))?;
        let left = Credits(limit.credits.0.saturating_sub(spent.0));
        all.push(Remaining { limit: *limit, whose, spent, left, resets: limit.period.ends(now) });
    }
    Ok(Allowance(all))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_months_are_those_of_utc() {
        let now: Timestamp = "2026-11-30T23:30:00-05:00".parse().unwrap();
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        assert_eq!(Period::Day.began(now), at("2026-12-01T00:00:00Z"));
        assert_eq!(Period::Day.ends(now), Some(at("2026-12-02T00:00:00Z")));
        assert_eq!(Period::Month.began(now), at("2026-12-01T00:00:00Z"));
        assert_eq!(Period::Month.ends(now), Some(at("2027-01-01T00:00:00Z")));
        assert_eq!((Period::Ever.began(now), Period::Ever.ends(now)), (Timestamp::MIN, None));
        assert_eq!(Period::Day.ends(Timestamp::MAX), None);
    }
}
