//! What has to be forgotten, without breaking the chain.
//!
//! Bodies that are too old go, and with an investigation that is deleted its contents and bodies; digests stay, and what
//! was removed is marked as removed. A body that another entry still needs stays, too.

use jiff::Timestamp;
use rusqlite::{Connection, params};

use super::Ledger;
use crate::{Name, StoreError, column};

/// What was removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Retired {
    /// Bodies.
    pub bodies: u64,
    /// Contents.
    pub contents: u64,
}

impl Ledger {
    /// Removes the bodies of which every entry is older than a time.
    ///
    /// # Errors
    /// A failure of the database.
    pub async fn retire_bodies(&self, before: Timestamp) -> Result<Retired, StoreError> {
        let now = self.clock.now();
        self.database
            .write(move |connection| {
                let bodies = connection.execute(
                    "UPDATE ledger_bodies SET packed = NULL, removed = ?2
                     WHERE packed IS NOT NULL
                       AND NOT EXISTS (SELECT 1 FROM ledger_entries
                                       WHERE body = ledger_bodies.digest AND time >= ?1)",
                    params![column::from_time(before), column::from_time(now)],
                )?;
                Ok(Retired { bodies: bodies as u64, contents: 0 })
            })
            .await
    }
}

/// Removes what an investigation was told, inside a larger piece of work.
pub(crate) fn forget_case(connection: &Connection, case: &Name, now: Timestamp) -> rusqlite::Result<Retired> {
    let bodies = connection.execute(
        "UPDATE ledger_bodies SET packed = NULL, removed = ?2
         WHERE packed IS NOT NULL
           AND digest IN (SELECT body FROM ledger_entries WHERE case_name = ?1 AND body IS NOT NULL)
           AND NOT EXISTS (SELECT 1 FROM ledger_entries
                           WHERE body = ledger_bodies.digest AND case_name IS NOT ?1)",
        params![case, column::from_time(now)],
    )?;
    let contents = connection.execute(
        "UPDATE ledger_entries SET text = NULL, removed = ?2, question = NULL, member = NULL, run = NULL
         WHERE case_name = ?1 AND text IS NOT NULL",
        params![case, column::from_time(now)],
    )?;
    Ok(Retired { bodies: bodies as u64, contents: contents as u64 })
}
