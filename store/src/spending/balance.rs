//! Measured balances: what the vendor says is left, against what the book says was spent.
//!
//! Vendors sell pools of credits, and several services may draw on one pool. Where a vendor's balance service is free it
//! is asked now and then and what it says is written down. Between two measurements the pool falls by what was spent;
//! where the book knows of less, somebody else uses the same account or the price list is wrong, and where it knows of
//! more, something was not charged or a purchase was still on its way. The comparison says which, it does not judge.

use intel::credits::Credits;
use jiff::Timestamp;
use rusqlite::params;

use super::Spending;
use crate::{Migration, StoreError, column};

pub(super) const MIGRATION: Migration = Migration {
    name: "spending/balances",
    sql: "CREATE TABLE balances (
              id INTEGER PRIMARY KEY,
              provider TEXT NOT NULL,
              pool TEXT NOT NULL,
              credits INTEGER NOT NULL CHECK (credits >= 0),
              measured INTEGER NOT NULL  -- milliseconds since 1970, UTC
          ) STRICT;
          CREATE INDEX balances_by_pool ON balances (provider, pool, measured)",
};

/// What a vendor said was left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Balance {
    /// How much.
    pub credits: Credits,
    /// When.
    pub measured: Timestamp,
}

/// The last two balances of a pool against the book.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reconciliation {
    /// The balance before.
    pub before: Balance,
    /// The balance after.
    pub after: Balance,
    /// What the book says was charged for purchases intended in between.
    pub charged: Credits,
    /// What purchases in between may have cost that are under way or unknown.
    pub unsettled: Credits,
}

impl Reconciliation {
    /// By how much the pool fell; negative if credits were added.
    #[must_use]
    pub const fn fell_by(&self) -> i64 {
        self.before.credits.0.cast_signed().saturating_sub(self.after.credits.0.cast_signed())
    }

    /// By how much the pool fell beyond what the book knows to be charged. Between zero and
    /// [`unsettled`](Self::unsettled) it is explained by purchases with an unknown outcome; above that, somebody else
    /// spends from the account; below zero, the vendor charged less than the book says or credits were added.
    #[must_use]
    pub const fn unexplained(&self) -> i64 {
        self.fell_by().saturating_sub(self.charged.0.cast_signed())
    }
}

impl Spending {
    /// Writes down what a vendor says is left in a pool.
    ///
    /// # Errors
    /// A failure of the database.
    pub async fn record_balance(&self, provider: &str, pool: &str, credits: Credits) -> Result<Balance, StoreError> {
        let (provider, pool, now) = (provider.to_owned(), pool.to_owned(), self.clock.now());
        self.database
            .write(move |connection| {
                connection.execute(
                    "INSERT INTO balances (provider, pool, credits, measured) VALUES (?1, ?2, ?3, ?4)",
                    params![provider, pool, column::from_credits(credits), column::from_time(now)],
                )?;
                Ok(Balance { credits, measured: now })
            })
            .await
    }

    /// The last balance of a pool; `None` if it was never measured.
    ///
    /// # Errors
    /// A failure of the database.
    pub async fn balance(&self, provider: &str, pool: &str) -> Result<Option<Balance>, StoreError> {
        let (provider, pool) = (provider.to_owned(), pool.to_owned());
        self.database.read(move |connection| Ok(last(connection, &provider, &pool, 1)?.pop())).await
    }

    /// Compares the last two balances of a pool with the book. `services` are those that draw on the pool; none stands
    /// for all of the provider's. `None` until there are two measurements.
    ///
    /// # Errors
    /// A failure of the database.
    pub async fn reconcile(
        &self,
        provider: &str,
        pool: &str,
        services: &[&str],
    ) -> Result<Option<Reconciliation>, StoreError> {
        let (provider, pool) = (provider.to_owned(), pool.to_owned());
        let services = serde_json::Value::from(services).to_string();
        self.database
            .read(move |connection| {
                let balances = last(connection, &provider, &pool, 2)?;
                let [after, before] = balances.as_slice() else { return Ok(None) };
                let (charged, unsettled) = connection.query_row(
                    "SELECT coalesce(sum(counts) FILTER (WHERE outcome IS NOT NULL), 0),
                            coalesce(sum(counts) FILTER (WHERE outcome IS NULL), 0)
                     FROM purchases
                     WHERE provider = ?1 AND intended >= ?2 AND intended < ?3
                       AND (?4 = '[]' OR service IN (SELECT value FROM json_each(?4)))",
                    params![provider, column::from_time(before.measured), column::from_time(after.measured), services],
                    |row| Ok((column::credits(row, 0)?, column::credits(row, 1)?)),
                )?;
                Ok(Some(Reconciliation { before: *before, after: *after, charged, unsettled }))
            })
            .await
    }
}

/// The last balances of a pool, the newest first.
fn last(connection: &rusqlite::Connection, provider: &str, pool: &str, count: u32) -> rusqlite::Result<Vec<Balance>> {
    connection
        .prepare_cached(
            "SELECT credits, measured FROM balances WHERE provider = ?1 AND pool = ?2
             ORDER BY measured DESC, id DESC LIMIT ?3",
        )?
        .query_map(params![provider, pool, count], |row| {
            Ok(Balance { credits: column::credits(row, 0)?, measured: column::time(row, 1)? })
        })?
        .collect()
}
