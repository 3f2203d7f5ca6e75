//! Whether the ledger is what it was.
//!
//! Every link, every content and every body is digested anew; the columns that entries are found by are compared with what
//! the contents say; every checkpoint's signature is checked, and that it states the link that is there. Nothing outside
//! the file is needed.

use std::collections::{BTreeSet, HashMap};

use rusqlite::Connection;

use super::{
    Content, Digest, Ledger, PublicKey,
    chain::{Follower, Link},
    checkpoints, is_statement_of, stored_body, unpack,
};
use crate::{StoreError, column};

/// What a check came to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Verification {
    /// How many entries there are.
    pub entries: u64,
    /// Of how many the content was removed.
    pub removed_contents: u64,
    /// How many bodies are there.
    pub bodies: u64,
    /// How many were removed.
    pub removed_bodies: u64,
    /// How many signed checkpoints are good.
    pub checkpoints: u64,
    /// How many of them have a time stamp.
    pub time_stamps: u64,
    /// The keys that they are signed with, by their fingerprints.
    pub keys: Vec<Digest>,
    /// How many entries come after the last checkpoint.
    pub unsigned: u64,
    /// The last entry and the digest of its link.
    pub head: Option<(u64, Digest)>,
    /// The first entry that is not what it was.
    pub broken: Option<Broken>,
}

/// What is wrong, and where first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broken {
    /// The entry; `None` if a checkpoint is broken that belongs to none.
    pub entry: Option<u64>,
    /// What is wrong with it.
    pub what: String,
}

impl Ledger {
    /// Checks all of it.
    ///
    /// # Errors
    /// A failure of the database; what is wrong with the ledger itself is no error but what it says.
    pub async fn verify(&self) -> Result<Verification, StoreError> {
        self.database.read(verify).await
    }
}

fn verify(connection: &Connection) -> Result<Verification, StoreError> {
    let mut found = Verification::default();
    let mut follower = Follower::default();
    let mut links: HashMap<u64, Digest> = HashMap::new();
    let wanted: BTreeSet<u64> = checkpoints(connection, 0)?.iter().map(|checkpoint| checkpoint.entry).collect();
    let mut statement = connection.prepare(
        "SELECT number, previous, content, text, removed, body, kind, time, provider, question, case_name, member, run
         FROM ledger_entries ORDER BY number",
    )?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let number = row.get::<_, i64>(0)?.unsigned_abs();
        let outcome = (|| -> rusqlite::Result<Result<Seen, String>> {
            let link = Link { number, previous: row.get(1)?, content: row.get(2)? };
            if found.entries == 0 && number != 1 {
                return Ok(Err("entry 1 is missing before it".to_owned()));
            }
            if let Err(what) = follower.take(link) {
                return Ok(Err(what));
            }
            let body: Option<Digest> = row.get(5)?;
            let Some(text) = row.get::<_, Option<String>>(3)? else {
                let is_marked = row.get::<_, Option<i64>>(4)?.is_some();
                let gone = || Err("its content is gone and was not removed by us".to_owned());
                return Ok(if is_marked { Ok(Seen { body: None, has_content: false }) } else { gone() });
            };
            if Digest::of(text.as_bytes()) != link.content {
                return Ok(Err("its content was changed".to_owned()));
            }
            let Some(content) = Content::read(&text) else {
                // A later program's: it is what it was, whatever it says.
                return Ok(Ok(Seen { body, has_content: true }));
            };
            let expected = match &content {
                Content::Exchange(exchange) => Some(exchange.body.sha256),
                Content::Run(_) => None,
            };
            let repeats = body == expected
                && row.get::<_, String>(6)? == content.kind()
                && column::time(row, 7)? == column::to_time(column::from_time(content.time()))
                && row.get::<_, Option<String>>(8)?.as_deref() == content.provider()
                && row.get::<_, Option<String>>(9)?.as_deref() == Some(content.question().as_str())
                && row.get::<_, Option<String>>(10)?.as_deref() == content.case()
                && row.get::<_, Option<String>>(11)?.as_deref() == content.member()
                && row.get::<_, Option<String>>(12)?.as_deref() == content.run();
            Ok(if repeats {
                Ok(Seen { body, has_content: true })
            } else {
                Err("what it is found by is not what it says".to_owned())
            })
        })();
        let outcome = match outcome {
            Ok(Ok(seen)) => check_body(connection, seen, &mut found)?,
            Ok(Err(what)) => Err(what),
            Err(_) => Err("it cannot be read".to_owned()),
        };
        found.entries += 1;
        if let Err(what) = outcome {
            found.broken = Some(Broken { entry: Some(number), what });
            return Ok(found);
        }
        if let Some(link) = follower.last().filter(|link| wanted.contains(&link.number)) {
            links.insert(link.number, link.digest());
        }
    }
    found.head = follower.last().map(|link| (link.number, link.digest()));
    (found.bodies, found.removed_bodies) = count_bodies(connection)?;
    check_signatures(connection, &links, &mut found)?;
    Ok(found)
}

/// What was seen of an entry.
struct Seen {
    body: Option<Digest>,
    has_content: bool,
}

fn check_body(connection: &Connection, seen: Seen, found: &mut Verification) -> Result<Result<(), String>, StoreError> {
    if !seen.has_content {
        found.removed_contents += 1;
    }
    let Some(digest) = seen.body else { return Ok(Ok(())) };
    let Some(body) = stored_body(connection, &digest)? else {
        return Ok(Err("its body is gone and was not removed by us".to_owned()));
    };
    Ok(match body.packed {
        None if body.is_marked_removed => Ok(()),
        None => Err("its body is gone and was not removed by us".to_owned()),
        Some(packed) => match unpack(&packed, body.length) {
            Some(bytes) if Digest::of(&bytes) == digest => Ok(()),
            _ => Err("its body was changed".to_owned()),
        },
    })
}

fn count_bodies(connection: &Connection) -> Result<(u64, u64), StoreError> {
    let counted =
        connection.query_row("SELECT count(packed), count(*) - count(packed) FROM ledger_bodies", [], |row| {
            Ok((row.get::<_, i64>(0)?.unsigned_abs(), row.get::<_, i64>(1)?.unsigned_abs()))
        })?;
    Ok(counted)
}

fn check_signatures(
    connection: &Connection,
    links: &HashMap<u64, Digest>,
    found: &mut Verification,
) -> Result<(), StoreError> {
    let mut covered = 0;
    for checkpoint in checkpoints(connection, 0)? {
        let broken = |what: &str| {
            Some(Broken { entry: Some(checkpoint.entry), what: format!("checkpoint {} {what}", checkpoint.number) })
        };
        if !checkpoint.public_key.verifies(checkpoint.text.as_bytes(), &checkpoint.signature) {
            found.broken = broken("has a signature that is not good");
            return Ok(());
        }
        let Some(link) = links.get(&checkpoint.entry) else {
            found.broken = broken("covers an entry that is not there: the end of the ledger was cut off");
            return Ok(());
        };
        if !is_statement_of(&checkpoint.text, checkpoint.entry, link) {
            found.broken = broken("states another chain than the one that is there");
            return Ok(());
        }
        found.checkpoints += 1;
        found.time_stamps += u64::from(checkpoint.time_stamp.is_some());
        covered = covered.max(checkpoint.entry);
        let key: Digest = PublicKey::fingerprint(&checkpoint.public_key);
        if !found.keys.contains(&key) {
            found.keys.push(key);
        }
    }
    found.unsigned = found.entries.saturating_sub(covered);
    Ok(())
}
