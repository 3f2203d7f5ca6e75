//! Claims: of all processes that share a data folder, one asks a question at a time.
//!
//! Whoever is about to ask a source claims the question first. A claim is a lease: it ends at a time, so a process that
//! dies holds nobody up for long, and whoever needs longer renews it. Each claim has a number that is never given again,
//! and everything done under a claim names the number: somebody who was asleep and whose claim has meanwhile gone to
//! another cannot renew or release what is not theirs any more.
//!
//! A purchase under way is tied to its claim (see [`crate::spending`]). While the claim lives the purchase is under way;
//! once the claim is released or has lapsed and the purchase was neither charged nor called off, its outcome is unknown,
//! and it is never repeated by itself.

use std::{sync::Arc, time::Duration};

use intel::clock::{Clock, later};
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};
use thiserror::Error;

use crate::{Database, Migration, StoreError, column};

pub(crate) const MIGRATIONS: &[Migration] = &[Migration {
    name: "claims/claims",
    sql: "CREATE TABLE claims (
              number INTEGER PRIMARY KEY AUTOINCREMENT,  -- never given again
              key TEXT NOT NULL UNIQUE,
              owner TEXT NOT NULL,
              until INTEGER NOT NULL                     -- milliseconds since 1970, UTC
          ) STRICT",
}];

/// The right to ask one question, for a while.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// The question.
    pub key: String,
    /// The number of the claim.
    pub number: i64,
    /// Until when it lasts unless it is renewed.
    pub until: Timestamp,
}

/// What came of an attempt to claim.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Claiming {
    /// The question is ours. Look once more whether it has been answered meanwhile, then ask.
    Claimed(Claim),
    /// Somebody else is asking it.
    HeldBy {
        /// Who, as they called themselves: for the log.
        owner: String,
        /// Until when they hold it unless they renew it.
        until: Timestamp,
    },
}

/// What can go wrong with a claim.
#[derive(Debug, Error)]
pub enum ClaimError {
    /// It has lapsed or was released, and the question may be somebody else's by now.
    #[error("the claim has lapsed")]
    Lost,
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl ClaimError {
    /// What an analyst reads: plain words and the next step.
    #[must_use]
    pub fn analyst_message(&self) -> String {
        match self {
            Self::Lost => "Namehound was held up for too long and has stopped asking. Please try again.".to_owned(),
            Self::Store(error) => error.analyst_message(),
        }
    }
}

impl From<rusqlite::Error> for ClaimError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Store(error.into())
    }
}

/// All claims.
#[derive(Debug, Clone)]
pub struct Claims {
    database: Database,
    clock: Arc<dyn Clock>,
}

impl Claims {
    /// The claims in this database.
    #[must_use]
    pub fn new(database: Database, clock: Arc<dyn Clock>) -> Self {
        Self { database, clock }
    }

    /// Claims a question for the length of a lease, unless somebody holds it. The owner is a word for the log, for
    /// example the machine and the process.
    ///
    /// # Errors
    /// A failure of the database.
    pub async fn claim(&self, key: &str, owner: &str, lease: Duration) -> Result<Claiming, StoreError> {
        let (key, owner, clock) = (key.to_owned(), owner.to_owned(), Arc::clone(&self.clock));
        // Nobody needs a claim after a loss of power. Its number may then be given again, but whatever names a number
        // is written durably, and the number with it.
        self.database.write_forgettable(move |connection| Ok(claim(connection, key, owner, clock.now(), lease)?)).await
    }

    /// Until when somebody holds a question; `None` if nobody does.
    ///
    /// # Errors
    /// A failure of the database.
    pub async fn held_until(&self, key: &str) -> Result<Option<Timestamp>, StoreError> {
        let (key, now) = (key.to_owned(), self.clock.now());
        self.database
            .read(move |connection| {
                let mut statement =
                    connection.prepare_cached("SELECT until FROM claims WHERE key = ?1 AND until > ?2")?;
                let until = statement.query_row(params![key, column::from_time(now)], |row| column::time(row, 0));
                Ok(until.optional()?)
            })
            .await
    }

    /// Makes a claim last for the length of a lease from now on.
    ///
    /// # Errors
    /// [`ClaimError::Lost`]; a failure of the database.
    pub async fn renew(&self, claim: &Claim, lease: Duration) -> Result<Claim, ClaimError> {
        let (claim, clock) = (claim.clone(), Arc::clone(&self.clock));
        self.database
            .write_forgettable(move |connection| {
                let now = clock.now();
                let until = later(now, lease);
                let mut statement = connection
                    .prepare_cached("UPDATE claims SET until = max(until, ?3) WHERE number = ?1 AND until > ?2")?;
                let renewed =
                    statement.execute(params![claim.number, column::from_time(now), column::from_time(until)])?;
                if renewed == 0 {
                    return Err(ClaimError::Lost);
                }
                Ok(Claim { until: until.max(claim.until), ..claim })
            })
            .await
    }

    /// Gives a claim back. One that is lost already is not missed.
    ///
    /// # Errors
    /// A failure of the database.
    pub async fn release(&self, claim: &Claim) -> Result<(), StoreError> {
        let number = claim.number;
        self.database.write_forgettable(move |connection| Ok(release(connection, number)?)).await
    }

    /// Does something that may take longer than a lease, and renews the claim meanwhile. A claim that cannot be renewed
    /// does not stop the work: if it is a purchase, it has been sent and its answer is still wanted.
    pub async fn holding<F: Future>(&self, claim: &Claim, lease: Duration, work: F) -> F::Output {
        let mut work = std::pin::pin!(work);
        let pause = (lease / 3).max(Duration::from_millis(1));
        loop {
            tokio::select! {
                outcome = &mut work => return outcome,
                () = tokio::time::sleep(pause) => {
                    // The renewal must not hold the work up, so both go on together.
                    tokio::select! {
                        outcome = &mut work => return outcome,
                        renewed = self.renew(claim, lease) => if let Err(error) = renewed {
                            tracing::warn!(%error, claim = claim.number, "a claim could not be renewed");
                        },
                    }
                }
            }
        }
    }
}

fn claim(
    connection: &Connection,
    key: String,
    owner: String,
    now: Timestamp,
    lease: Duration,
) -> rusqlite::Result<Claiming> {
    // There are never many: each is a question that is being asked at this moment, or was when a process died.
    connection.prepare_cached("DELETE FROM claims WHERE until <= ?1")?.execute([column::from_time(now)])?;
    let held = connection
        .prepare_cached("SELECT owner, until FROM claims WHERE key = ?1")?
        .query_row([&key], |row| Ok(Claiming::HeldBy { owner: row.get(0)?, until: column::time(row, 1)? }))
        .optional()?;
    if let Some(held) = held {
        return Ok(held);
    }
    let until = later(now, lease);
    connection.prepare_cached("INSERT INTO claims (key, owner, until) VALUES (?1, ?2, ?3)")?.execute(params![
        key,
        owner,
        column::from_time(until)
    ])?;
    Ok(Claiming::Claimed(Claim { key, number: connection.last_insert_rowid(), until }))
}

/// Until when a claim lasts; `None` if it has lapsed or was released.
pub(crate) fn alive(connection: &Connection, number: i64, now: Timestamp) -> rusqlite::Result<Option<Timestamp>> {
    connection
        .prepare_cached("SELECT until FROM claims WHERE number = ?1 AND until > ?2")?
        .query_row(params![number, column::from_time(now)], |row| column::time(row, 0))
        .optional()
}

/// Gives a claim back, inside a larger piece of work.
pub(crate) fn release(connection: &Connection, number: i64) -> rusqlite::Result<()> {
    connection.prepare_cached("DELETE FROM claims WHERE number = ?1")?.execute([number])?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Bench;

    const LEASE: Duration = Duration::from_secs(30);

    async fn claimed(claims: &Claims, key: &str) -> Claim {
        match claims.claim(key, "one", LEASE).await.unwrap() {
            Claiming::Claimed(claim) => claim,
            held @ Claiming::HeldBy { .. } => panic!("{held:?}"),
        }
    }

    #[tokio::test]
    async fn a_question_is_claimed_once_across_handles() {
        let bench = Bench::new().await;
        let claim = claimed(&bench.claims(), "key").await;
        let elsewhere = Claims::new(bench.open_again().await, bench.clock());
        let held = Claiming::HeldBy { owner: "one".to_owned(), until: claim.until };
        assert_eq!(elsewhere.claim("key", "two", LEASE).await.unwrap(), held);
        assert_eq!(elsewhere.held_until("key").await.unwrap(), Some(claim.until));
        claimed(&elsewhere, "another key").await;

        bench.claims().release(&claim).await.unwrap();
        assert_eq!(elsewhere.held_until("key").await.unwrap(), None);
        assert_ne!(claimed(&elsewhere, "key").await.number, claim.number);
    }

    #[tokio::test]
    async fn a_lapsed_claim_goes_to_the_next_and_its_old_owner_cannot_touch_it() {
        let bench = Bench::new().await;
        let claims = bench.claims();
        let first = claimed(&claims, "key").await;
        bench.clock.pass(30_000);
        assert!(matches!(claims.renew(&first, LEASE).await, Err(ClaimError::Lost)), "lapsed, though nobody took it");
        let second = claimed(&claims, "key").await;
        assert!(second.number > first.number);
        assert!(matches!(claims.renew(&first, LEASE).await, Err(ClaimError::Lost)));
        claims.release(&first).await.unwrap();
        assert_eq!(claims.held_until("key").await.unwrap(), Some(second.until));
    }

    #[tokio::test]
    async fn a_renewed_claim_lasts_longer_and_a_short_renewal_does_not_shorten_it() {
        let bench = Bench::new().await;
        let claims = bench.claims();
        let claim = claimed(&claims, "key").await;
        bench.clock.pass(20_000);
        let renewed = claims.renew(&claim, LEASE).await.unwrap();
        assert_eq!(renewed.until, later(claim.until, Duration::from_secs(20)));
        claims.renew(&renewed, Duration::from_secs(1)).await.unwrap();
        bench.clock.pass(29_999);
        assert!(claims.held_until("key").await.unwrap().is_some());
        bench.clock.pass(1);
        assert!(claims.held_until("key").await.unwrap().is_none());
    }

    #[tokio::test]
    async fn work_that_outlasts_its_lease_keeps_the_claim() {
        let bench = Bench::new().await;
        let claims = bench.claims();
        let lease = Duration::from_millis(30);
        let Claiming::Claimed(claim) = claims.claim("key", "one", lease).await.unwrap() else { panic!("held") };
        let (watched, clock) = (claims.clone(), bench.clock.clone());
        let until = claim.until;
        // The work ends when it sees that the claim has been renewed; a claim that is not would keep it waiting.
        let work = async move {
            clock.pass(20);
            loop {
                match watched.held_until("key").await.unwrap() {
                    Some(renewed) if renewed > until => return "done",
                    _ => tokio::task::yield_now().await,
                }
            }
        };
        assert_eq!(claims.holding(&claim, lease, work).await, "done");
    }
}
