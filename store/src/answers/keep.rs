//! What is kept and what is thrown away.
//!
//! An answer that a case has seen is kept as long as the case. Of all others, those that are too old go; and while there
//! is too much, those go first that are missed least: stale ones before fresh ones, free ones before bought ones, old ones
//! before new ones. Each step is a small piece of work of its own, so that nobody who writes waits for long.

use std::sync::atomic::Ordering;

use jiff::Timestamp;
use rusqlite::{Connection, params};

use super::Answers;
use crate::{Name, StoreError, column};

/// No value is larger than this, whatever the limits say: SQLite's own bound for a row in this database.
pub(super) const LARGEST: usize = 256 * 1024 * 1024;

/// How many answers are thrown away in one step.
const SLICE: u32 = 256;

/// That no case has seen the answer.
macro_rules! unseen {
    () => {
        "NOT EXISTS (SELECT 1 FROM case_answers WHERE case_answers.answer = answers.id)"
    };
}

/// What was thrown away.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Pruned {
    /// How many answers.
    pub answers: u64,
    /// How many bytes, approximately.
    pub bytes: u64,
}

/// How much is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Usage {
    /// How many answers.
    pub answers: u64,
    /// How many bytes, approximately.
    pub bytes: u64,
}

impl Answers {
    /// How much is kept.
    ///
    /// # Errors
    /// A failure of the database.
    pub async fn usage(&self) -> Result<Usage, StoreError> {
        self.database.read(|connection| Ok(usage(connection)?)).await
    }

    /// Throws away what is too old and what is too much. Answers that a case has seen stay, so if cases alone are above
    /// the limit, the limit does not hold.
    ///
    /// # Errors
    /// A failure of the database; what was thrown away until then is gone.
    pub async fn prune(&self) -> Result<Pruned, StoreError> {
        self.grown.store(0, Ordering::Relaxed);
        let now = self.clock.now();
        let oldest = now.checked_sub(self.limits.keep_for).unwrap_or(Timestamp::MIN);
        let limit = self.limits.bytes;
        let mut pruned = Pruned::default();
        loop {
            let step = self.database.write_forgettable(move |connection| drop_old(connection, oldest)).await?;
            if step.answers == 0 {
                break;
            }
            pruned.add(step);
        }
        loop {
            let step = self.database.write_forgettable(move |connection| drop_most(connection, limit, now)).await?;
            if step.answers == 0 {
                return Ok(pruned);
            }
            pruned.add(step);
        }
    }
}

impl Pruned {
    fn add(&mut self, step: Self) {
        self.answers = self.answers.saturating_add(step.answers);
        self.bytes = self.bytes.saturating_add(step.bytes);
    }
}

fn usage(connection: &Connection) -> rusqlite::Result<Usage> {
    connection.prepare_cached("SELECT count(*), coalesce(sum(size), 0) FROM answers")?.query_row([], |row| {
        Ok(Usage { answers: row.get::<_, i64>(0)?.unsigned_abs(), bytes: row.get::<_, i64>(1)?.unsigned_abs() })
    })
}

/// Drops a slice of what was retrieved before a time.
fn drop_old(connection: &Connection, oldest: Timestamp) -> Result<Pruned, StoreError> {
    let mut statement = connection.prepare_cached(concat!(
        "SELECT id, size FROM answers WHERE retrieved < ?1 AND ",
        unseen!(),
        " ORDER BY retrieved LIMIT ?2"
    ))?;
    let found: Vec<(i64, i64)> = statement
        .query_map(params![column::from_time(oldest), SLICE], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<Result<_, _>>()?;
    drop_these(connection, found)
}

/// Drops a slice of what is missed least, if there is too much and as far as it is.
fn drop_most(connection: &Connection, limit: u64, now: Timestamp) -> Result<Pruned, StoreError> {
    let mut too_much = usage(connection)?.bytes.saturating_sub(limit);
    if too_much == 0 {
        return Ok(Pruned::default());
    }
    let mut statement = connection.prepare_cached(concat!(
        "SELECT id, size FROM answers WHERE ",
        unseen!(),
        " ORDER BY fresh_until > ?1, price > 0, retrieved LIMIT ?2"
    ))?;
    let candidates = statement
        .query_map(params![column::from_time(now), SLICE], |row| Ok((row.get(0)?, row.get::<_, i64>(1)?)))?
        .collect::<Result<Vec<(i64, i64)>, _>>()?;
    let found = candidates
        .into_iter()
        .take_while(|(_, size)| {
            let wanted = too_much > 0;
            too_much = too_much.saturating_sub(size.unsigned_abs());
            wanted
        })
        .collect();
    drop_these(connection, found)
}

fn drop_these(connection: &Connection, found: Vec<(i64, i64)>) -> Result<Pruned, StoreError> {
    let mut pruned = Pruned::default();
    let mut statement = connection.prepare_cached("DELETE FROM answers WHERE id = ?1")?;
    for (id, size) in found {
        statement.execute([id])?;
        pruned.add(Pruned { answers: 1, bytes: size.unsigned_abs() });
    }
    Ok(pruned)
}

/// Drops the answers of the past to a question that no case has seen.
pub(super) fn drop_replaced(connection: &Connection, key: &str) -> rusqlite::Result<()> {
    connection
        .prepare_cached(concat!("DELETE FROM answers WHERE key = ?1 AND current = 0 AND ", unseen!()))?
        .execute([key])?;
    Ok(())
}

/// Forgets what a case has seen. Answers of the past that nobody else has seen go with it; current ones stay until they
/// are pruned.
pub(crate) fn let_go(connection: &Connection, case: &Name) -> rusqlite::Result<()> {
    connection.execute("DELETE FROM case_answers WHERE case_name = ?1", [case])?;
    connection.execute(concat!("DELETE FROM answers WHERE current = 0 AND ", unseen!()), [])?;
    Ok(())
}
