//! A part of the ledger to give away: readable by anybody, checkable without this program.
//!
//! The archive holds the contents and bodies that were chosen, the links of the whole stretch from the first of them to a
//! checkpoint behind the last, the checkpoints with their signatures, a diary for people, and a script that checks all of it
//! with tools that every system has. Links say nothing of what was asked, so those of entries that were not chosen give
//! nothing away.
//!
//! It is a zip file, uncompressed and the same bytes each time for the same contents. So a check can make it anew out of
//! what it holds and compare: no bit of the container itself can differ unnoticed either.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::{Cursor, Read as _, Write as _},
};

use jiff::Timestamp;
use rusqlite::Connection;
use zip::{CompressionMethod, DateTime, ZipArchive, ZipWriter, write::SimpleFileOptions};

use super::{
    Checkpoint, Content, Digest, Entry, Ledger, LedgerError, PublicKey, Search,
    chain::{Follower, Link},
    checkpoints, diary, is_statement_of, link, number, stored_body, unpack,
};

/// The script that checks an archive.
const SCRIPT: &str = include_str!("verify.sh");

/// What stands in the archive for people.
const READ_ME: &str = include_str!("verify.md");

/// The most files that an archive may have to be checked.
const MOST_FILES: usize = 2_000_000;

/// The largest file in it, in bytes.
const LARGEST_FILE: u64 = 512 * 1024 * 1024;

/// Which entries. The default is all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Selection {
    /// Those of an investigation.
    pub case: Option<String>,
    /// Not before this time.
    pub since: Option<Timestamp>,
    /// Before this time.
    pub until: Option<Timestamp>,
    /// Those with these names.
    pub ids: Vec<String>,
}

/// What came of checking an archive.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ArchiveCheck {
    /// How many entries it holds.
    pub entries: u64,
    /// How many bodies.
    pub bodies: u64,
    /// How many checkpoints with good signatures.
    pub checkpoints: u64,
    /// The key that they are signed with, by its fingerprint.
    pub key: Option<Digest>,
    /// What is wrong first.
    pub broken: Option<String>,
}

type Files = BTreeMap<String, Vec<u8>>;

impl Ledger {
    /// The entries of a selection, the oldest first.
    ///
    /// # Errors
    /// [`LedgerError::Nothing`]; a failure of the database.
    pub(super) async fn selected(&self, selection: &Selection) -> Result<Vec<Entry>, LedgerError> {
        let search = Search {
            case: selection.case.clone(),
            since: selection.since,
            until: selection.until,
            ..Search::default()
        };
        let mut entries = self.search(search).await?;
        if !selection.ids.is_empty() {
            entries.retain(|entry| selection.ids.contains(&entry.id().0));
        }
        entries.reverse();
        if entries.is_empty() { Err(LedgerError::Nothing) } else { Ok(entries) }
    }

    /// Writes an archive. With a key, what the chain is now is signed first, so that every entry in it is covered.
    ///
    /// # Errors
    /// [`LedgerError::Nothing`], [`LedgerError::Archive`]; a failure of the database.
    pub async fn export(&self, selection: Selection) -> Result<Vec<u8>, LedgerError> {
        if !self.database.is_read_only() {
            self.checkpoint().await?;
        }
        let entries = self.selected(&selection).await?;
        let made = self.clock.now();
        self.database.read(move |connection| files(connection, &entries, made)).await.and_then(|files| pack(&files))
    }
}

/// The files of an archive.
fn files(connection: &Connection, entries: &[Entry], made: Timestamp) -> Result<Files, LedgerError> {
    let (Some(first), Some(last)) = (entries.first(), entries.last()) else { return Err(LedgerError::Nothing) };
    let mut files = Files::new();
    let mut bodies: BTreeSet<Digest> = BTreeSet::new();
    for entry in entries {
        let Some(text) = &entry.text else { continue };
        files.insert(format!("entries/{:08}.json", entry.number), text.clone().into_bytes());
        let Some(Content::Exchange(exchange)) = &entry.content else { continue };
        let digest = exchange.body.sha256;
        if bodies.contains(&digest) {
            continue;
        }
        if let Some(packed) = stored_body(connection, &digest)?.and_then(|body| body.packed) {
            files.insert(format!("bodies/{digest}.zst"), packed);
            bodies.insert(digest);
        }
    }
    let covering = checkpoints(connection, first.number)?;
    let end = covering.iter().map(|checkpoint| checkpoint.entry).filter(|entry| *entry >= last.number).min();
    let end = end.unwrap_or(last.number);
    let mut chain = String::new();
    let mut statement = connection.prepare(
        "SELECT number, previous, content FROM ledger_entries WHERE number BETWEEN ?1 AND ?2 ORDER BY number",
    )?;
    let links = statement.query_map([number(first.number), number(end)], link)?;
    for link in links {
        chain.push_str(&format!("{}\n", link?));
    }
    files.insert("chain.txt".to_owned(), chain.into_bytes());
    for checkpoint in covering.iter().filter(|checkpoint| checkpoint.entry <= end) {
        let Checkpoint { number, text, signature, public_key, time_stamp, .. } = checkpoint;
        files.insert(format!("checkpoints/{number:08}.txt"), text.clone().into_bytes());
        files.insert(format!("checkpoints/{number:08}.sig"), signature.clone());
        files.insert("ledger-key.pub.pem".to_owned(), public_key.to_pem().into_bytes());
        if let Some(stamp) = time_stamp {
            files.insert(format!("checkpoints/{number:08}.tsr"), stamp.clone());
        }
    }
    let diary = diary::write(entries, &bodies, made);
    files.insert("diary.html".to_owned(), diary.html.into_bytes());
    files.insert("diary.md".to_owned(), diary.markdown.into_bytes());
    files.insert("entries.csv".to_owned(), diary.csv.into_bytes());
    files.insert("verify.sh".to_owned(), SCRIPT.as_bytes().to_vec());
    files.insert("VERIFY.md".to_owned(), READ_ME.as_bytes().to_vec());
    let sums: String = files.iter().map(|(name, bytes)| format!("{}  {name}\n", Digest::of(bytes))).collect();
    files.insert("SHA256SUMS".to_owned(), sums.into_bytes());
    Ok(files)
}

/// The bytes of an archive: the same for the same files.
fn pack(files: &Files) -> Result<Vec<u8>, LedgerError> {
    let failed = |error: &dyn std::fmt::Display| LedgerError::Archive(error.to_string());
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Stored)
        .last_modified_time(DateTime::default())
        .unix_permissions(0o644);
    for (name, bytes) in files {
        writer.start_file(name.as_str(), options).map_err(|error| failed(&error))?;
        writer.write_all(bytes).map_err(|error| failed(&error))?;
    }
    writer.finish().map(Cursor::into_inner).map_err(|error| failed(&error))
}

/// Checks an archive: every file, every link, every signature, and the container.
#[must_use]
pub fn check_archive(bytes: &[u8]) -> ArchiveCheck {
    let mut check = ArchiveCheck::default();
    check.broken = checked(bytes, &mut check).err();
    check
}

fn checked(bytes: &[u8], check: &mut ArchiveCheck) -> Result<(), String> {
    let files = unpacked(bytes)?;
    check_sums(&files)?;
    let text = |name: &str| files.get(name).and_then(|bytes| std::str::from_utf8(bytes).ok());
    let mut links: BTreeMap<u64, Link> = BTreeMap::new();
    let mut follower = Follower::default();
    for line in text("chain.txt").ok_or("chain.txt is missing")?.lines() {
        let link = Link::read(line).ok_or("chain.txt holds something that is no link")?;
        follower.take(link).map_err(|what| format!("entry {}: {what}", link.number))?;
        links.insert(link.number, link);
    }
    for (name, bytes) in &files {
        if let Some(number) = name.strip_prefix("entries/").and_then(|name| name.strip_suffix(".json")) {
            let link = number.parse().ok().and_then(|number: u64| links.get(&number));
            if link.is_none_or(|link| link.content != Digest::of(bytes)) {
                return Err(format!("entry {number} was changed"));
            }
            check.entries += 1;
        } else if let Some(digest) = name.strip_prefix("bodies/").and_then(|name| name.strip_suffix(".zst")) {
            let size = zstd::bulk::Decompressor::upper_bound(bytes).unwrap_or(usize::MAX);
            let whole = unpack(bytes, size);
            if whole.is_none_or(|whole| Digest::of(&whole).to_string() != digest) {
                return Err(format!("body {digest} was changed"));
            }
            check.bodies += 1;
        } else if let Some(number) = name.strip_prefix("checkpoints/").and_then(|name| name.strip_suffix(".txt")) {
            check_signature(&files, number, bytes, &links)?;
            check.checkpoints += 1;
        }
    }
    check.key = text("ledger-key.pub.pem").and_then(PublicKey::from_pem).map(|key| key.fingerprint());
    // Nothing but what the files say may be in the container.
    match pack(&files) {
        Ok(again) if again == bytes => Ok(()),
        _ => Err("the archive's container was changed".to_owned()),
    }
}

fn unpacked(bytes: &[u8]) -> Result<Files, String> {
    let mut archive =
        ZipArchive::new(Cursor::new(bytes)).map_err(|_| "it is no archive, or a damaged one".to_owned())?;
    if archive.len() > MOST_FILES {
        return Err("it has too many files".to_owned());
    }
    let mut files = Files::new();
    for at in 0..archive.len() {
        let file = archive.by_index(at).map_err(|_| "a file in it is damaged".to_owned())?;
        let name = file.name().map_err(|_| "a file in it has no readable name".to_owned())?.to_string();
        let mut content = Vec::new();
        let read = file.take(LARGEST_FILE + 1).read_to_end(&mut content);
        if read.is_err() || content.len() as u64 > LARGEST_FILE {
            return Err(format!("{name} is damaged or too large"));
        }
        if files.insert(name.clone(), content).is_some() {
            return Err(format!("{name} is in it twice"));
        }
    }
    Ok(files)
}

fn check_sums(files: &Files) -> Result<(), String> {
    let listed = files.get("SHA256SUMS").ok_or("SHA256SUMS is missing")?;
    let expected: String = files
        .iter()
        .filter(|(name, _)| *name != "SHA256SUMS")
        .map(|(name, bytes)| format!("{}  {name}\n", Digest::of(bytes)))
        .collect();
    if listed == expected.as_bytes() {
        return Ok(());
    }
    let listed = String::from_utf8_lossy(listed).into_owned();
    let changed = expected.lines().find(|line| !listed.lines().any(|known| known == *line));
    let name = changed.and_then(|line| line.split_once("  ")).map_or("a file", |(_, name)| name);
    Err(format!("{name} is not the one that was exported"))
}

fn check_signature(files: &Files, number: &str, text: &[u8], links: &BTreeMap<u64, Link>) -> Result<(), String> {
    let pem = files.get("ledger-key.pub.pem").and_then(|bytes| std::str::from_utf8(bytes).ok());
    let key = pem.and_then(PublicKey::from_pem).ok_or("the key of the checkpoints is missing")?;
    let signature = files.get(&format!("checkpoints/{number}.sig")).ok_or("a signature is missing")?;
    if !key.verifies(text, signature) {
        return Err(format!("checkpoint {number} has a signature that is not good"));
    }
    let stated = std::str::from_utf8(text).unwrap_or_default();
    let entry = stated.lines().nth(1).and_then(|line| line.strip_prefix("entry ")?.parse::<u64>().ok());
    let link = entry.and_then(|entry| links.get(&entry));
    if link.is_some_and(|link| is_statement_of(stated, link.number, &link.digest())) {
        return Ok(());
    }
    Err(format!("checkpoint {number} states another chain"))
}
