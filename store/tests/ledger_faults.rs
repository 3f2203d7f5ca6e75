//! The promise: whatever ends a process that writes, at whichever moment, the ledger holds everything that was reported as
//! kept, and its chain is whole.
//!
//! The test starts its own program again as the processes that write: with a role in the environment, the test named `child`
//! writes as fast as it can and says each name on its standard output as soon as it is kept.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    missing_docs,
    reason = "tests may be blunt, and the child speaks to its parent on its standard output"
)]

use std::{
    io::{BufRead as _, BufReader, Write as _},
    path::Path,
    process::{Child, Command, Stdio},
    sync::Arc,
    time::Duration,
};

use bytes::Bytes;
use intel::{Credits, SystemClock, desk::Asker, evidence::Observation, upstream::HttpRequest};
use store::{
    Database,
    ledger::{Ledger, SigningKey},
};

const FOLDER: &str = "STORE_TEST_LEDGER";

/// How many times writers are killed. Set to 500 for the whole promise; fewer show the same in less time.
fn cycles() -> u64 {
    std::env::var("NAMEHOUND_KILL_CYCLES").ok().and_then(|text| text.parse().ok()).unwrap_or(60)
}

fn observation(question: String, body: String) -> Observation {
    Observation {
        provider: "vendor",
        service: "page".to_owned(),
        question,
        request: HttpRequest::get("https://vendor.example/".parse().unwrap()).into(),
        status: Some(200),
        headers: Vec::new(),
        body: Bytes::from(body),
        started: "2026-11-02T09:30:00Z".parse().unwrap(),
        duration: Duration::from_millis(5),
        price: Credits::FREE,
        outcome: "1 record".to_owned(),
        asker: Asker::default(),
    }
}

async fn ledger(folder: &Path) -> Ledger {
    let database = Database::open(folder).await.unwrap();
    Ledger::new(database, Arc::new(SystemClock), "0.1.0").signed_by(SigningKey::from_seed(&[7; 32]).unwrap())
}

/// Not a test of its own: what a writing process does.
#[tokio::test]
async fn child() {
    let Some(folder) = std::env::var_os(FOLDER) else { return };
    let ledger = ledger(Path::new(&folder)).await;
    let process = std::process::id();
    let mut writers = Vec::new();
    for writer in 0..6 {
        let ledger = ledger.clone();
        writers.push(tokio::spawn(async move {
            for at in 0..100_000 {
                let text = format!("{process} {writer} {at}");
                let Ok(id) = ledger.keep(observation(text.clone(), text)).await else { return };
                // One write, so that a line is whole or not there.
                let line = format!("\nkept {id}\n");
                if std::io::stdout().write_all(line.as_bytes()).and_then(|()| std::io::stdout().flush()).is_err() {
                    return;
                }
            }
        }));
    }
    for writer in writers {
        writer.await.unwrap();
    }
}

fn start(folder: &Path) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["child", "--exact", "--nocapture", "--test-threads=1"])
        .env(FOLDER, folder)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// What a child said before it ended.
fn said(child: &mut Child) -> Vec<String> {
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    lines.map_while(Result::ok).filter_map(|line| line.strip_prefix("kept ").map(str::to_owned)).collect()
}

async fn check(folder: &Path, shown: &[String]) -> u64 {
    let ledger = ledger(folder).await;
    let said = ledger.verify().await.unwrap();
    assert_eq!(said.broken, None);
    for id in shown {
        let entry = ledger.get(id).await.unwrap().unwrap_or_else(|| panic!("{id} was kept and is not there"));
        assert!(ledger.body(&entry).await.unwrap().is_some(), "{id}");
    }
    said.entries
}

#[tokio::test]
async fn two_writers_killed_again_and_again_lose_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let mut all = 0;
    for cycle in 0..cycles() {
        let mut children = [start(folder.path()), start(folder.path())];
        // Long enough to open and to write, different each time.
        std::thread::sleep(Duration::from_millis(60 + (cycle * 37) % 90));
        let mut shown = Vec::new();
        for child in &mut children {
            child.kill().unwrap();
        }
        for child in &mut children {
            shown.extend(said(child));
            child.wait().unwrap();
        }
        all += shown.len();
        // The whole of a long ledger is verified now and then, what was just shown each time.
        if cycle % 10 == 9 || cycle + 1 == cycles() {
            check(folder.path(), &shown).await;
        } else {
            let ledger = ledger(folder.path()).await;
            for id in &shown {
                assert!(ledger.get(id).await.unwrap().is_some(), "{id} was kept and is not there");
            }
        }
    }
    assert!(all > 100, "only {all} entries were kept before a kill");
}

/// A limit on the size of files makes writing fail in the middle, as a full disk does.
#[cfg(unix)]
#[tokio::test]
async fn a_disk_that_is_full_stops_the_writer_and_loses_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let program = std::env::current_exe().unwrap();
    let script = "trap '' XFSZ; ulimit -f 800; exec \"$0\" child --exact --nocapture --test-threads=1";
    let mut child = Command::new("sh")
        .args(["-c", script])
        .arg(&program)
        .env(FOLDER, folder.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let shown = said(&mut child);
    child.wait().unwrap();
    assert!(!shown.is_empty() && shown.len() < 100_000);
    let entries = check(folder.path(), &shown).await;
    // And with room again it goes on.
    ledger(folder.path()).await.keep(observation("after".to_owned(), "after".to_owned())).await.unwrap();
    assert_eq!(check(folder.path(), &shown).await, entries + 1);
}

#[tokio::test]
async fn what_may_only_be_read_is_read_and_not_written() {
    let folder = tempfile::tempdir().unwrap();
    let id = ledger(folder.path()).await.keep(observation("q".to_owned(), "b".to_owned())).await.unwrap();
    let database = Database::open_read_only(folder.path()).await.unwrap();
    let read_only = Ledger::new(database, Arc::new(SystemClock), "0.1.0");
    assert!(read_only.get(&id.0).await.unwrap().is_some());
    assert_eq!(read_only.verify().await.unwrap().broken, None);
    let refused = read_only.keep(observation("q".to_owned(), "b".to_owned())).await;
    assert!(matches!(refused, Err(store::StoreError::ReadOnly)), "{refused:?}");
}
