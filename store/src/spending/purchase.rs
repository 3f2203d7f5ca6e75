//! A purchase as it stands in the book.

use std::fmt;

use intel::credits::Credits;
use jiff::Timestamp;
use rusqlite::{
    Connection, OptionalExtension, Row, ToSql,
    types::{FromSql, FromSqlResult, ToSqlOutput, ValueRef},
};

use crate::{Name, claims, column};

/// The number of a purchase in the book.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PurchaseId(pub i64);

impl fmt::Display for PurchaseId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl ToSql for PurchaseId {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(self.0.into())
    }
}

impl FromSql for PurchaseId {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        value.as_i64().map(Self)
    }
}

/// On whose account something is bought.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Buyer {
    /// The member who asked.
    pub member: Option<Name>,
    /// The case it is for.
    pub case: Option<Name>,
    /// The run of a transform it belongs to.
    pub run: Option<String>,
}

/// How a purchase stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Somebody is buying at this moment.
    UnderWay {
        /// Until when, unless it is renewed.
        until: Timestamp,
    },
    /// Nobody knows whether it was charged.
    Unknown,
    /// It was charged.
    Charged,
    /// It was not charged.
    NotCharged,
}

/// A purchase as it stands in the book.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Purchase {
    /// Its number.
    pub id: PurchaseId,
    /// The question.
    pub key: String,
    /// The provider, by the name used in the configuration.
    pub provider: String,
    /// The provider's service.
    pub service: String,
    /// What it might cost at most when it was intended.
    pub price: Credits,
    /// What it did cost, once that is known.
    pub paid: Option<Credits>,
    /// On whose account.
    pub buyer: Buyer,
    /// When it was written down, just before the request left.
    pub intended: Timestamp,
    /// How it stands.
    pub state: State,
    /// When it was settled.
    pub settled: Option<Timestamp>,
    /// The evidence of what came of it.
    pub evidence: Option<String>,
    /// Why it was not charged, or why nobody knows.
    pub reason: Option<String>,
    /// The purchase that somebody allowed although nobody knows how this one ended.
    pub repeated_by: Option<PurchaseId>,
}

/// One purchase.
pub(super) fn get(connection: &Connection, id: PurchaseId, now: Timestamp) -> rusqlite::Result<Option<Purchase>> {
    connection
        .prepare_cached("SELECT * FROM purchases WHERE id = ?1")?
        .query_row([id], |row| read(connection, row, now))
        .optional()
}

/// Purchases of one question, or of all, that nobody has settled, oldest first.
pub(super) fn unsettled(connection: &Connection, key: Option<&str>, now: Timestamp) -> rusqlite::Result<Vec<Purchase>> {
    match key {
        Some(key) => connection
            .prepare_cached("SELECT * FROM purchases WHERE key = ?1 AND outcome IS NULL ORDER BY id")?
            .query_map([key], |row| read(connection, row, now))?
            .collect(),
        None => connection
            .prepare_cached("SELECT * FROM purchases WHERE outcome IS NULL ORDER BY id")?
            .query_map([], |row| read(connection, row, now))?
            .collect(),
    }
}

fn read(connection: &Connection, row: &Row<'_>, now: Timestamp) -> rusqlite::Result<Purchase> {
    Ok(Purchase {
        id: row.get("id")?,
        key: row.get("key")?,
        provider: row.get("provider")?,
        service: row.get("service")?,
        price: column::credits(row, "price")?,
        paid: column::optional_credits(row, "paid")?,
        buyer: Buyer { member: row.get("member")?, case: row.get("case_name")?, run: row.get("run")? },
        intended: column::time(row, "intended")?,
        state: state(connection, row, now)?,
        settled: column::optional_time(row, "settled")?,
        evidence: row.get("evidence")?,
        reason: row.get("reason")?,
        repeated_by: row.get("repeated_by")?,
    })
}

/// Nothing has to happen for a purchase to become unknown: it is so as soon as nothing keeps it under way.
fn state(connection: &Connection, row: &Row<'_>, now: Timestamp) -> rusqlite::Result<State> {
    let outcome: Option<String> = row.get("outcome")?;
    Ok(match outcome.as_deref() {
        Some("charged") => State::Charged,
        Some(_) => State::NotCharged,
        None => {
            let until = match row.get("claim")? {
                Some(number) => claims::alive(connection, number, now)?,
                None => column::optional_time(row, "until")?.filter(|until| *until > now),
            };
            until.map_or(State::Unknown, |until| State::UnderWay { until })
        }
    })
}
