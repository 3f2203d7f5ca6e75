//! Who spent what: the book added up.

use intel::credits::Credits;
use jiff::Timestamp;
use rusqlite::params;

use super::Spending;
use crate::{StoreError, column};

/// What the lines of a report stand for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ReportBy {
    /// Members.
    Member,
    /// Cases.
    Case,
    /// Providers.
    Provider,
    /// Services of providers, as `provider/service`.
    Service,
    /// Days in UTC, as `2026-11-02`.
    Day,
}

impl ReportBy {
    const fn expression(self) -> &'static str {
        match self {
            Self::Member => "member",
            Self::Case => "case_name",
            Self::Provider => "provider",
            Self::Service => "provider || '/' || service",
            Self::Day => "date(intended / 1000, 'unixepoch')",
        }
    }
}

/// One line of a report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// What it stands for; `None` for purchases without a member or a case.
    pub name: Option<String>,
    /// How many purchases were charged.
    pub purchases: u64,
    /// What they cost.
    pub charged: Credits,
    /// How many are under way or unknown.
    pub unsettled_purchases: u64,
    /// What those may cost.
    pub unsettled: Credits,
}

impl Spending {
    /// Adds up purchases that were intended in a stretch of time, its end excluded. Lines are ordered by name; what was
    /// not charged does not appear.
    ///
    /// # Errors
    /// A failure of the database.
    pub async fn report(&self, by: ReportBy, from: Timestamp, to: Timestamp) -> Result<Vec<Line>, StoreError> {
        self.database
            .read(move |connection| {
                // The expression is one of the words above and nothing else.
                let mut statement = connection.prepare_cached(&format!(
                    "SELECT {} AS name,
                            count(outcome) AS purchases,
                            coalesce(sum(counts) FILTER (WHERE outcome IS NOT NULL), 0) AS charged,
                            count(*) - count(outcome) AS unsettled_purchases,
                            coalesce(sum(counts) FILTER (WHERE outcome IS NULL), 0) AS unsettled
                     FROM purchases
                     WHERE intended >= ?1 AND intended < ?2 AND outcome IS NOT 'not-charged'
                     GROUP BY 1 ORDER BY 1",
                    by.expression()
                ))?;
                let lines = statement.query_map(params![column::from_time(from), column::from_time(to)], |row| {
                    Ok(Line {
                        name: row.get("name")?,
                        purchases: row.get::<_, i64>("purchases")?.unsigned_abs(),
                        charged: column::credits(row, "charged")?,
                        unsettled_purchases: row.get::<_, i64>("unsettled_purchases")?.unsigned_abs(),
                        unsettled: column::credits(row, "unsettled")?,
                    })
                })?;
                Ok(lines.collect::<Result<_, _>>()?)
            })
            .await
    }
}
