//! The ledger: what sources said, in a form that nobody can change unnoticed.
//!
//! "How do you know?" is asked years later. So each exchange whose answer reaches a graph is an entry: what was asked, of
//! whom, when, what it cost, and the bytes that came, by their digest. Each entry is tied to the one before by a digest, so
//! that none can be changed, left out or put in between without breaking every later one; and signed checkpoints say that
//! the chain was like this at that time.
//!
//! **Two levels.** The chain is made of *links*, one short line each: the number, the digest of the link before, and the
//! digest of the entry's *content*. A content is a line of JSON. So a part of the ledger can be given away with the links of
//! all of it and the contents of that part, and what has to be forgotten (an investigation that is deleted, bodies that are
//! too old) can go while the chain still proves the rest.
//!
//! ```text
//! link 7 = "7 <SHA-256 of link 6> <SHA-256 of content 7>"
//! ```
//!
//! **Durable before shown.** [`Ledger::keep`] returns when the entry is on the disk. Several processes write to one ledger;
//! the number and the digest before are read in the same transaction in which the entry is written.
//!
//! What a link or a checkpoint proves is that somebody with the key has not changed it since. Who has the key and the file
//! can write another ledger from the start; a time stamp of an authority (RFC 3161) on a checkpoint, or the head's digest
//! in somebody else's notebook, is what shows that.

mod archive;
mod chain;
mod content;
mod diary;
mod digest;
mod error;
mod key;
mod retention;
mod search;
#[cfg(test)]
mod tests;
pub mod time_stamp;
mod verify;

use std::sync::Arc;

use async_trait::async_trait;
use intel::{
    EvidenceId,
    clock::Clock,
    desk::{StoreFailure, Witness},
    evidence::Observation,
};
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, named_params, params};

pub use archive::{ArchiveCheck, Selection, check_archive};
pub use content::{Content, Exchange, RunNote, Sent};
pub use diary::Diary;
pub use digest::Digest;
pub use error::LedgerError;
pub use key::{PublicKey, SigningKey};
pub use retention::Retired;
pub(crate) use retention::forget_case;
pub use search::Search;
pub use verify::{Broken, Verification};

use crate::{Database, Migration, StoreError, column};
use chain::Link;

pub(crate) const MIGRATIONS: &[Migration] = &[Migration {
    name: "ledger/ledger",
    sql: "CREATE TABLE ledger_bodies (
              digest BLOB NOT NULL PRIMARY KEY CHECK (length(digest) = 32),
              length INTEGER NOT NULL,  -- before it was compressed
              packed BLOB,              -- Zstandard; NULL: it was removed
              removed INTEGER           -- this and all times: milliseconds since 1970, UTC
          ) STRICT;
          CREATE TABLE ledger_entries (
              number INTEGER PRIMARY KEY,
              previous BLOB NOT NULL CHECK (length(previous) = 32),
              content BLOB NOT NULL CHECK (length(content) = 32),  -- digest of the text
              text TEXT,                -- NULL: it was removed
              removed INTEGER,
              body BLOB REFERENCES ledger_bodies (digest),
              kind TEXT NOT NULL,       -- this and what follows repeat the text, to be found by
              time INTEGER NOT NULL,
              provider TEXT,
              question TEXT,
              case_name TEXT,
              member TEXT,
              run TEXT
          ) STRICT;
          CREATE INDEX ledger_entries_by_case ON ledger_entries (case_name, number) WHERE case_name IS NOT NULL;
          CREATE INDEX ledger_entries_by_body ON ledger_entries (body) WHERE body IS NOT NULL;
          CREATE INDEX ledger_entries_by_time ON ledger_entries (time);
          CREATE TABLE ledger_checkpoints (
              number INTEGER PRIMARY KEY,
              entry INTEGER NOT NULL,
              text TEXT NOT NULL,
              signature BLOB NOT NULL,
              public_key BLOB NOT NULL,
              time_stamp BLOB           -- a response of RFC 3161
          ) STRICT",
}];

/// How hard bodies are compressed: Zstandard's own default.
const LEVEL: i32 = 3;

/// Bodies up to this size, in bytes, are compressed where they are; larger ones on a thread that may take its time.
const SMALL_BODY: usize = 32 * 1024;

/// How many entries there are from one signed checkpoint to the next.
const CHECKPOINT_EVERY: u64 = 256;

/// The ledger.
#[derive(Debug, Clone)]
pub struct Ledger {
    database: Database,
    clock: Arc<dyn Clock>,
    key: Option<Arc<SigningKey>>,
    version: Arc<str>,
}

/// An entry as it is kept.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// Its number: 1, 2, 3 …
    pub number: u64,
    /// The digest of its content.
    pub digest: Digest,
    /// The content, exactly as it was digested; `None` where it was removed.
    pub text: Option<String>,
    /// What the text says.
    pub content: Option<Content>,
}

impl Entry {
    /// The name under which it is found: its number and the beginning of its digest, so that the name of one ledger's
    /// entry finds nothing in another.
    #[must_use]
    pub fn id(&self) -> EvidenceId {
        id(self.number, &self.digest)
    }
}

/// A signed statement of what the chain was at a time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// Its number.
    pub number: u64,
    /// The last entry that it covers.
    pub entry: u64,
    /// What is signed.
    pub text: String,
    /// The signature (Ed25519, RFC 8032).
    pub signature: Vec<u8>,
    /// The key that it is good for.
    pub public_key: PublicKey,
    /// What a time-stamping authority said of it (RFC 3161).
    pub time_stamp: Option<Vec<u8>>,
}

/// How large a ledger is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Size {
    /// Entries.
    pub entries: u64,
    /// Bodies that are there, each once.
    pub bodies: u64,
    /// What the bodies take on the disk, in bytes.
    pub bytes: u64,
}

impl Ledger {
    /// The ledger in this database. The version is that of the program that writes.
    #[must_use]
    pub fn new(database: Database, clock: Arc<dyn Clock>, version: &str) -> Self {
        Self { database, clock, key: None, version: version.into() }
    }

    /// The same, with a key that checkpoints are signed with.
    #[must_use]
    pub fn signed_by(self, key: SigningKey) -> Self {
        Self { key: Some(Arc::new(key)), ..self }
    }

    /// Keeps an exchange. When this returns, the entry survives the loss of power.
    ///
    /// # Errors
    /// A failure of the database: nothing was kept.
    pub async fn keep(&self, observation: Observation) -> Result<EvidenceId, StoreError> {
        let (exchange, body) = Exchange::of(observation, &self.version);
        let packed = pack(body).await?;
        let draft = Draft::new(Content::Exchange(exchange), Some(packed));
        let ledger = self.clone();
        self.database.write(move |connection| ledger.append(connection, &draft)).await
    }

    /// Notes a run: what was asked of us, and what we said to it. The last notes before a loss of power may be gone; what
    /// sources said never is.
    ///
    /// # Errors
    /// A failure of the database.
    pub async fn note(&self, note: RunNote) -> Result<EvidenceId, StoreError> {
        let draft = Draft::new(Content::Run(note.written_by(&self.version)), None);
        let ledger = self.clone();
        self.database.write_forgettable(move |connection| ledger.append(connection, &draft)).await
    }

    /// An entry by its name. `None` if there is none, or the name is another ledger's.
    ///
    /// # Errors
    /// A failure of the database.
    pub async fn get(&self, id: &str) -> Result<Option<Entry>, StoreError> {
        let Some((number, start)) = id.trim().split_once('-') else { return Ok(None) };
        let (Ok(number), start) = (number.parse::<u64>(), start.to_owned()) else { return Ok(None) };
        let found = self.database.read(move |connection| entry_at(connection, number)).await?;
        Ok(found.filter(|entry| start.len() >= SHORTEST_START && entry.digest.to_string().starts_with(&start)))
    }

    /// The bytes that belong to an entry; `None` where there are none, or no more.
    ///
    /// # Errors
    /// A failure of the database; [`StoreError::Corrupt`] if the bytes are not those that came.
    pub async fn body(&self, entry: &Entry) -> Result<Option<Vec<u8>>, StoreError> {
        let Some(Content::Exchange(exchange)) = &entry.content else { return Ok(None) };
        let digest = exchange.body.sha256;
        self.database
            .read(move |connection| {
                let Some(body) = stored_body(connection, &digest)? else { return Ok(None) };
                let Some(packed) = body.packed else { return Ok(None) };
                let bytes = unpack(&packed, body.length).filter(|bytes| Digest::of(bytes) == digest);
                let detail = || format!("the body {digest} is not the one that was kept");
                bytes.map(Some).ok_or_else(|| StoreError::Corrupt { detail: detail() })
            })
            .await
    }

    /// The last entry's number and the digest of its link: whoever writes these two down elsewhere can show later that
    /// nothing up to there was changed.
    ///
    /// # Errors
    /// A failure of the database.
    pub async fn head(&self) -> Result<Option<(u64, Digest)>, StoreError> {
        self.database.read(|connection| Ok(head(connection)?.map(|link| (link.number, link.digest())))).await
    }

    /// Signs what the chain is now. `None` without a key, without an entry, or if that is signed already.
    ///
    /// # Errors
    /// A failure of the database.
    pub async fn checkpoint(&self) -> Result<Option<Checkpoint>, StoreError> {
        let ledger = self.clone();
        self.database
            .write(move |connection| {
                let Some(link) = head(connection)? else { return Ok(None) };
                let last = last_checkpoint(connection)?;
                if last.as_ref().is_some_and(|last| last.entry >= link.number) {
                    return Ok(None);
                }
                ledger.sign(connection, &link)
            })
            .await
    }

    /// The checkpoints from one entry on, the oldest first.
    ///
    /// # Errors
    /// A failure of the database.
    pub async fn checkpoints(&self, from_entry: u64) -> Result<Vec<Checkpoint>, StoreError> {
        self.database.read(move |connection| Ok(checkpoints(connection, from_entry)?)).await
    }

    /// Adds what a time-stamping authority said of a checkpoint.
    ///
    /// # Errors
    /// A failure of the database.
    pub async fn stamp(&self, checkpoint: u64, response: Vec<u8>) -> Result<(), StoreError> {
        self.database
            .write(move |connection| {
                let number = number(checkpoint);
                connection.execute(
                    "UPDATE ledger_checkpoints SET time_stamp = ?2 WHERE number = ?1 AND time_stamp IS NULL",
                    params![number, response],
                )?;
                Ok(())
            })
            .await
    }

    /// How large it is.
    ///
    /// # Errors
    /// A failure of the database.
    pub async fn size(&self) -> Result<Size, StoreError> {
        self.database
            .read(|connection| {
                let entries: i64 =
                    connection
                        .query_row("SELECT coalesce(max(number), 0) FROM ledger_entries", [], |row| row.get(0))?;
                let (bodies, bytes): (i64, i64) = connection.query_row(
                    "SELECT count(packed), coalesce(sum(length(packed)), 0) FROM ledger_bodies",
                    [],
                    |row| Ok((row.get(0)?, row.get(1)?)),
                )?;
                Ok(Size { entries: entries.unsigned_abs(), bodies: bodies.unsigned_abs(), bytes: bytes.unsigned_abs() })
            })
            .await
    }

    /// Ties an entry to the last one, and signs where a checkpoint is due.
    fn append(&self, connection: &Connection, draft: &Draft) -> Result<EvidenceId, StoreError> {
        let link = match head(connection)? {
            Some(last) => Link { number: last.number + 1, previous: last.digest(), content: draft.digest },
            None => Link { number: 1, previous: Digest::ZERO, content: draft.digest },
        };
        if let Some(body) = &draft.body {
            // The same bytes may have come before; if they were removed since, they are here again.
            connection
                .prepare_cached(
                    "INSERT INTO ledger_bodies (digest, length, packed) VALUES (?1, ?2, ?3)
                     ON CONFLICT (digest) DO UPDATE SET packed = excluded.packed, removed = NULL WHERE packed IS NULL",
                )?
                .execute(params![body.digest, length(body.length), body.packed])?;
        }
        let (content, text) = (&draft.content, &draft.text);
        connection
            .prepare_cached(
                "INSERT INTO ledger_entries
                     (number, previous, content, text, body, kind, time, provider, question, case_name, member, run)
                 VALUES (:number, :previous, :content, :text, :body, :kind, :time, :provider, :question, :case, :member,
                         :run)",
            )?
            .execute(named_params! {
                ":number": number(link.number),
                ":previous": link.previous,
                ":content": link.content,
                ":text": text,
                ":body": draft.body.as_ref().map(|body| body.digest),
                ":kind": content.kind(),
                ":time": column::from_time(content.time()),
                ":provider": content.provider(),
                ":question": content.question(),
                ":case": content.case(),
                ":member": content.member(),
                ":run": content.run(),
            })?;
        if link.number.is_multiple_of(CHECKPOINT_EVERY) {
            self.sign(connection, &link)?;
        }
        Ok(id(link.number, &link.content))
    }

    fn sign(&self, connection: &Connection, link: &Link) -> Result<Option<Checkpoint>, StoreError> {
        let Some(key) = &self.key else { return Ok(None) };
        let public_key = key.public_key();
        let text = statement(link, self.clock.now(), &public_key);
        let signature = key.sign(text.as_bytes());
        connection
            .prepare_cached(
                "INSERT INTO ledger_checkpoints (entry, text, signature, public_key) VALUES (?1, ?2, ?3, ?4)",
            )?
            .execute(params![number(link.number), text, signature, public_key.as_bytes()])?;
        let checkpoint = connection.last_insert_rowid().unsigned_abs();
        Ok(Some(Checkpoint { number: checkpoint, entry: link.number, text, signature, public_key, time_stamp: None }))
    }
}

/// What a checkpoint states.
fn statement(link: &Link, now: Timestamp, key: &PublicKey) -> String {
    format!(
        "namehound ledger checkpoint 1\nentry {}\nlink {}\ntime {now}\nkey {}\n",
        link.number,
        link.digest(),
        key.fingerprint()
    )
}

/// Whether a checkpoint's text states exactly this entry and this link.
fn is_statement_of(text: &str, entry: u64, link: &Digest) -> bool {
    let mut lines = text.lines();
    lines.next() == Some("namehound ledger checkpoint 1")
        && lines.next() == Some(format!("entry {entry}").as_str())
        && lines.next() == Some(format!("link {link}").as_str())
}

/// How much of a digest a name has.
const START: usize = 16;

/// How much of it is enough to find an entry.
const SHORTEST_START: usize = 8;

fn id(number: u64, digest: &Digest) -> EvidenceId {
    EvidenceId(format!("{number}-{}", digest.to_string().get(..START).unwrap_or_default()))
}

/// A number for a column.
fn number(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn length(length: usize) -> i64 {
    i64::try_from(length).unwrap_or(i64::MAX)
}

/// An entry on its way into the ledger.
struct Draft {
    content: Content,
    text: String,
    digest: Digest,
    body: Option<Packed>,
}

impl Draft {
    fn new(content: Content, body: Option<Packed>) -> Self {
        let text = content.text();
        Self { digest: Digest::of(text.as_bytes()), text, content, body }
    }
}

/// A body that was compressed.
struct Packed {
    digest: Digest,
    length: usize,
    packed: Vec<u8>,
}

async fn pack(body: bytes::Bytes) -> Result<Packed, StoreError> {
    let is_small = body.len() <= SMALL_BODY;
    let work = move || -> Result<Packed, StoreError> {
        let packed = zstd::bulk::compress(&body, LEVEL)?;
        Ok(Packed { digest: Digest::of(&body), length: body.len(), packed })
    };
    if is_small { work() } else { tokio::task::spawn_blocking(work).await.map_err(|_| StoreError::Stopped)? }
}

/// A body as it is stored.
struct StoredBody {
    length: usize,
    packed: Option<Vec<u8>>,
    is_marked_removed: bool,
}

fn stored_body(connection: &Connection, digest: &Digest) -> Result<Option<StoredBody>, StoreError> {
    let found = connection
        .prepare_cached("SELECT length, packed, removed FROM ledger_bodies WHERE digest = ?1")?
        .query_row([digest], |row| {
            Ok(StoredBody {
                length: usize::try_from(row.get::<_, i64>(0)?).unwrap_or_default(),
                packed: row.get(1)?,
                is_marked_removed: row.get::<_, Option<i64>>(2)?.is_some(),
            })
        })
        .optional()?;
    Ok(found)
}

/// The largest body that is unpacked, in bytes; sources' answers are bounded far below it.
const LARGEST_BODY: usize = 256 * 1024 * 1024;

fn unpack(packed: &[u8], length: usize) -> Option<Vec<u8>> {
    if length > LARGEST_BODY {
        return None;
    }
    zstd::bulk::decompress(packed, length).ok()
}

fn head(connection: &Connection) -> Result<Option<Link>, StoreError> {
    let found = connection
        .prepare_cached("SELECT number, previous, content FROM ledger_entries ORDER BY number DESC LIMIT 1")?
        .query_row([], link)
        .optional()?;
    Ok(found)
}

fn link(row: &Row<'_>) -> rusqlite::Result<Link> {
    Ok(Link { number: row.get::<_, i64>(0)?.unsigned_abs(), previous: row.get(1)?, content: row.get(2)? })
}

fn entry_at(connection: &Connection, at: u64) -> Result<Option<Entry>, StoreError> {
    let found = connection
        .prepare_cached("SELECT number, content, text FROM ledger_entries WHERE number = ?1")?
        .query_row([number(at)], entry)
        .optional()?;
    Ok(found)
}

fn entry(row: &Row<'_>) -> rusqlite::Result<Entry> {
    let text: Option<String> = row.get("text")?;
    Ok(Entry {
        number: row.get::<_, i64>("number")?.unsigned_abs(),
        digest: row.get("content")?,
        content: text.as_deref().and_then(Content::read),
        text,
    })
}

fn last_checkpoint(connection: &Connection) -> rusqlite::Result<Option<Checkpoint>> {
    connection
        .prepare_cached("SELECT * FROM ledger_checkpoints ORDER BY entry DESC, number DESC LIMIT 1")?
        .query_row([], checkpoint)
        .optional()
}

fn checkpoints(connection: &Connection, from_entry: u64) -> rusqlite::Result<Vec<Checkpoint>> {
    connection
        .prepare_cached("SELECT * FROM ledger_checkpoints WHERE entry >= ?1 ORDER BY number")?
        .query_map([number(from_entry)], checkpoint)?
        .collect()
}

fn checkpoint(row: &Row<'_>) -> rusqlite::Result<Checkpoint> {
    Ok(Checkpoint {
        number: row.get::<_, i64>("number")?.unsigned_abs(),
        entry: row.get::<_, i64>("entry")?.unsigned_abs(),
        text: row.get("text")?,
        signature: row.get("signature")?,
        public_key: PublicKey::from_bytes(row.get("public_key")?),
        time_stamp: row.get("time_stamp")?,
    })
}

#[async_trait]
impl Witness for Ledger {
    async fn keep(&self, observation: Observation) -> Result<EvidenceId, StoreFailure> {
        Self::keep(self, observation)
            .await
            .map_err(|error| StoreFailure { advice: error.analyst_message(), detail: error.to_string() })
    }
}
