//! Answers that outlive the process.
//!
//! A bought answer is worth keeping: it need not be bought again, and years later somebody may ask what was known then. So
//! an answer stays after it has gone stale. It is given as "as of" where the source cannot be asked, and it is what the
//! replay of a case shows.
//!
//! For each question there is one *current* answer, the last one that came. A case remembers, for each question, the answer
//! that it saw last; an answer that some case has seen is kept as long as the case is, also when a newer one is current.
//! Everything else may be thrown away, and is, when it is too old or there is too much ([`Answers::prune`]).
//!
//! What is inside an answer is not known here: it is bytes, compressed, with its provenance beside it.

mod error;
mod keep;

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use intel::{clock::Clock, credits::Credits};
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, named_params, params};

pub use error::AnswerError;
pub use keep::{Pruned, Usage};

pub(crate) use keep::let_go;

use crate::{Database, Migration, Name, StoreError, cases, column};

pub(crate) const MIGRATIONS: &[Migration] = &[Migration {
    name: "answers/answers",
    sql: "CREATE TABLE answers (
              id INTEGER PRIMARY KEY AUTOINCREMENT,
              key TEXT NOT NULL,
              current INTEGER NOT NULL CHECK (current IN (0, 1)),
              source TEXT NOT NULL,
              retrieved INTEGER NOT NULL,    -- this and all times: milliseconds since 1970, UTC
              fresh_until INTEGER NOT NULL,
              price INTEGER NOT NULL CHECK (price >= 0),
              evidence TEXT NOT NULL,        -- a JSON array of ids
              size INTEGER NOT NULL,         -- what the row takes, in bytes, approximately
              length INTEGER NOT NULL,       -- of the value before it was compressed
              value BLOB NOT NULL            -- Zstandard
          ) STRICT;
          CREATE UNIQUE INDEX answers_current ON answers (key) WHERE current = 1;
          CREATE INDEX answers_replaced ON answers (key) WHERE current = 0;
          CREATE INDEX answers_by_size ON answers (size);
          CREATE INDEX answers_by_age ON answers (retrieved);
          CREATE TABLE case_answers (
              case_name TEXT NOT NULL,
              key TEXT NOT NULL,
              answer INTEGER NOT NULL REFERENCES answers (id),
              PRIMARY KEY (case_name, key)
          ) STRICT, WITHOUT ROWID;
          CREATE INDEX case_answers_by_answer ON case_answers (answer)",
}];

/// How hard values are compressed: Zstandard's own default. Harder takes longer and saves little on texts this short.
const LEVEL: i32 = 3;

/// What a row takes beside its value and its question, in bytes, approximately.
const ROW: usize = 256;

/// How much is kept, and for how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AnswerLimits {
    /// All answers together, in bytes on the disk (approximate).
    pub bytes: u64,
    /// The largest single value, in bytes before it is compressed.
    pub value: usize,
    /// For how long an answer that no case has seen is kept after it was retrieved.
    pub keep_for: Duration,
}

impl Default for AnswerLimits {
    /// Two gibibytes, values of 32 mebibytes, a year.
    fn default() -> Self {
        Self {
            bytes: 2 * 1024 * 1024 * 1024,
            value: 32 * 1024 * 1024,
            keep_for: Duration::from_secs(365 * 24 * 60 * 60),
        }
    }
}

/// Where an answer came from, when, and what it cost then.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// The source as people know it.
    pub source: String,
    /// When the source was asked.
    pub retrieved: Timestamp,
    /// What was paid for it then.
    pub price: Credits,
    /// The ids of the evidence of it.
    pub evidence: Vec<String>,
}

/// An answer to be kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewAnswer {
    /// The question, with whoever was asked.
    pub key: String,
    /// The answer, opaque.
    pub value: Vec<u8>,
    /// Where it came from.
    pub origin: Origin,
    /// Until when it is given without asking again.
    pub fresh_until: Timestamp,
    /// The case that sees it.
    pub case: Option<Name>,
}

/// The number of a kept answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AnswerId(pub i64);

/// An answer that was kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptAnswer {
    /// Its number.
    pub id: AnswerId,
    /// The answer, opaque, as it was given.
    pub value: Vec<u8>,
    /// Where it came from.
    pub origin: Origin,
    /// Until when it is given without asking again.
    pub fresh_until: Timestamp,
}

impl KeptAnswer {
    /// Whether it may be given without asking again. If not, it is still true as of when it was retrieved.
    #[must_use]
    pub fn is_fresh(&self, now: Timestamp) -> bool {
        now < self.fresh_until
    }
}

/// All kept answers.
#[derive(Debug, Clone)]
pub struct Answers {
    database: Database,
    clock: Arc<dyn Clock>,
    limits: AnswerLimits,
    /// Bytes put since this process pruned last.
    grown: Arc<AtomicU64>,
}

impl Answers {
    /// The answers in this database.
    #[must_use]
    pub fn new(database: Database, clock: Arc<dyn Clock>, limits: AnswerLimits) -> Self {
        Self { database, clock, limits, grown: Arc::default() }
    }

    /// Keeps an answer; it is the current one for its question from now on. From time to time this prunes as well, so
    /// that the limit of size holds, give or take a sixteenth, even if nobody calls [`Answers::prune`].
    ///
    /// # Errors
    /// [`AnswerError::TooLarge`]; [`AnswerError::Case`] if the case takes nothing; a failure of the database.
    pub async fn put(&self, answer: NewAnswer) -> Result<AnswerId, AnswerError> {
        let packed = self.pack(answer).await?;
        let clock = Arc::clone(&self.clock);
        let id = self.database.write(move |connection| put(connection, &packed, clock.now())).await?;
        self.prune_if_grown().await?;
        Ok(id)
    }

    /// The current answer to a question, fresh or not. A case that is named has seen it from now on.
    ///
    /// # Errors
    /// [`AnswerError::Case`] if the case takes nothing (a sealed one is read with [`Answers::get_for_case`]);
    /// [`AnswerError::Damaged`]; a failure of the database.
    pub async fn get(&self, key: &str, case: Option<&Name>) -> Result<Option<KeptAnswer>, AnswerError> {
        let (question, case) = (key.to_owned(), case.cloned());
        let found = self
            .database
            .read(move |connection| -> Result<_, AnswerError> {
                let Some(answer) = current(connection, &question)? else { return Ok(None) };
                let unseen = match case {
                    Some(case) if seen(connection, &case, &question)? != Some(answer.id) => Some(case),
                    _ => None,
                };
                Ok(Some((answer, unseen)))
            })
            .await?;
        let Some((answer, unseen)) = found else { return Ok(None) };
        let Some(case) = unseen else { return Ok(Some(answer)) };
        let (question, clock) = (key.to_owned(), Arc::clone(&self.clock));
        // It may have been replaced or thrown away since; what the case is said to have seen is what it gets.
        self.database
            .write(move |connection| {
                let answer = current(connection, &question)?;
                if let Some(answer) = &answer {
                    see(connection, &case, &question, answer.id, clock.now())?;
                }
                Ok(answer)
            })
            .await
    }

    /// The answer to a question that a case saw last, however old, and whatever has become current since.
    ///
    /// # Errors
    /// [`AnswerError::Damaged`]; a failure of the database.
    pub async fn get_for_case(&self, case: &Name, key: &str) -> Result<Option<KeptAnswer>, AnswerError> {
        let (case, key) = (case.clone(), key.to_owned());
        self.database
            .read(move |connection| {
                connection
                    .prepare_cached(
                        "SELECT answers.* FROM case_answers JOIN answers ON answers.id = case_answers.answer
                         WHERE case_answers.case_name = ?1 AND case_answers.key = ?2",
                    )?
                    .query_row(params![case, key], |row| Ok(kept(row)))
                    .optional()?
                    .transpose()
            })
            .await
    }

    /// Makes the current answer to a question stale, so that the source is asked again. Until that has succeeded, it is
    /// still there as of when it was retrieved. Says whether there was one.
    ///
    /// # Errors
    /// A failure of the database.
    pub async fn refresh(&self, key: &str) -> Result<bool, StoreError> {
        let (key, now) = (key.to_owned(), self.clock.now());
        self.database
            .write(move |connection| {
                let stale = connection.execute(
                    "UPDATE answers SET fresh_until = min(fresh_until, ?2) WHERE key = ?1 AND current = 1",
                    params![key, column::from_time(now)],
                )?;
                Ok(stale > 0)
            })
            .await
    }

    /// Forgets the answers to a question. What a case has seen stays with the case and is no longer given to others.
    /// Says whether there was a current one.
    ///
    /// # Errors
    /// A failure of the database.
    pub async fn forget(&self, key: &str) -> Result<bool, StoreError> {
        let key = key.to_owned();
        self.database
            .write(move |connection| {
                let forgotten = replace(connection, &key)?;
                keep::drop_replaced(connection, &key)?;
                Ok(forgotten)
            })
            .await
    }

    /// Prunes if this process has added much since it pruned last.
    pub(crate) async fn prune_if_grown(&self) -> Result<(), StoreError> {
        if self.grown.load(Ordering::Relaxed) > self.limits.bytes / 16 {
            self.prune().await?;
        }
        Ok(())
    }

    pub(crate) const fn database(&self) -> &Database {
        &self.database
    }

    pub(crate) fn clock(&self) -> Arc<dyn Clock> {
        Arc::clone(&self.clock)
    }

    /// Compresses an answer, on a thread that may take its time.
    pub(crate) async fn pack(&self, answer: NewAnswer) -> Result<Packed, AnswerError> {
        if answer.value.len() > self.limits.value {
            return Err(AnswerError::TooLarge { size: answer.value.len(), limit: self.limits.value });
        }
        let packed = tokio::task::spawn_blocking(move || -> Result<Packed, StoreError> {
            let value = zstd::bulk::compress(&answer.value, LEVEL)?;
            Ok(Packed { length: answer.value.len(), value, answer: NewAnswer { value: Vec::new(), ..answer } })
        })
        .await
        .map_err(|_| StoreError::Stopped)??;
        self.grown.fetch_add(u64::try_from(packed.size()).unwrap_or(u64::MAX), Ordering::Relaxed);
        Ok(packed)
    }
}

/// An answer whose value has been compressed.
pub(crate) struct Packed {
    pub(crate) answer: NewAnswer,
    value: Vec<u8>,
    length: usize,
}

impl Packed {
    fn size(&self) -> usize {
        self.value.len() + self.answer.key.len() + ROW
    }
}

/// Keeps an answer, inside a larger piece of work.
pub(crate) fn put(connection: &Connection, packed: &Packed, now: Timestamp) -> Result<AnswerId, AnswerError> {
    let NewAnswer { key, origin, fresh_until, case, .. } = &packed.answer;
    replace(connection, key)?;
    connection
        .prepare_cached(
            "INSERT INTO answers (key, current, source, retrieved, fresh_until, price, evidence, size, length, value)
             VALUES (:key, 1, :source, :retrieved, :fresh_until, :price, :evidence, :size, :length, :value)",
        )?
        .execute(named_params! {
            ":key": key,
            ":source": origin.source,
            ":retrieved": column::from_time(origin.retrieved),
            ":fresh_until": column::from_time(*fresh_until),
            ":price": column::from_credits(origin.price),
            ":evidence": serde_json::Value::from(origin.evidence.as_slice()).to_string(),
            ":size": i64::try_from(packed.size()).unwrap_or(i64::MAX),
            ":length": i64::try_from(packed.length).unwrap_or(i64::MAX),
            ":value": packed.value,
        })?;
    let id = AnswerId(connection.last_insert_rowid());
    if let Some(case) = case {
        see(connection, case, key, id, now)?;
    }
    keep::drop_replaced(connection, key)?;
    Ok(id)
}

/// Makes the current answer to a question one of the past. Says whether there was one.
fn replace(connection: &Connection, key: &str) -> rusqlite::Result<bool> {
    let replaced =
        connection.prepare_cached("UPDATE answers SET current = 0 WHERE key = ?1 AND current = 1")?.execute([key])?;
    Ok(replaced > 0)
}

/// Notes that a case has seen an answer.
fn see(connection: &Connection, case: &Name, key: &str, answer: AnswerId, now: Timestamp) -> Result<(), AnswerError> {
    cases::writable(connection, case)?;
    connection
        .prepare_cached("INSERT OR REPLACE INTO case_answers (case_name, key, answer) VALUES (?1, ?2, ?3)")?
        .execute(params![case, key, answer.0])?;
    cases::touch(connection, case, now)?;
    Ok(())
}

/// Which answer a case has seen last.
fn seen(connection: &Connection, case: &Name, key: &str) -> rusqlite::Result<Option<AnswerId>> {
    connection
        .prepare_cached("SELECT answer FROM case_answers WHERE case_name = ?1 AND key = ?2")?
        .query_row(params![case, key], |row| row.get(0).map(AnswerId))
        .optional()
}

fn current(connection: &Connection, key: &str) -> Result<Option<KeptAnswer>, AnswerError> {
    connection
        .prepare_cached("SELECT * FROM answers WHERE key = ?1 AND current = 1")?
        .query_row([key], |row| Ok(kept(row)))
        .optional()?
        .transpose()
}

fn kept(row: &Row<'_>) -> Result<KeptAnswer, AnswerError> {
    let id = AnswerId(row.get("id")?);
    let damaged = || AnswerError::Damaged { id };
    let length: i64 = row.get("length")?;
    // The length was checked when the answer was put; a file that somebody has changed must not make us fill the memory.
    let length = usize::try_from(length).ok().filter(|length| *length <= keep::LARGEST).ok_or_else(damaged)?;
    let packed = row.get_ref("value")?.as_blob().map_err(|_| damaged())?;
    let value = zstd::bulk::decompress(packed, length).map_err(|_| damaged())?;
    if value.len() != length {
        return Err(damaged());
    }
    Ok(KeptAnswer {
        id,
        value,
        origin: Origin {
            source: row.get("source")?,
            retrieved: column::time(row, "retrieved")?,
            price: column::credits(row, "price")?,
            evidence: serde_json::from_str(&row.get::<_, String>("evidence")?).map_err(|_| damaged())?,
        },
        fresh_until: column::time(row, "fresh_until")?,
    })
}

#[cfg(test)]
mod tests;
