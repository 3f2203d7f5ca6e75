//! The ledger from outside: what is kept, what is found, and what is noticed.

use std::{collections::BTreeSet, process::Command, sync::Arc, time::Duration};

use bytes::Bytes;
use intel::{
    Credits,
    desk::Asker,
    evidence::Observation,
    upstream::{HttpRequest, Request, Secret, WhoisRequest},
};
use rusqlite::Connection;

use super::*;
use crate::{
    cases::CaseTerms,
    testing::{Bench, name},
};

fn observation(question: &str, body: &str) -> Observation {
    let url = "https://api.vendor.example/v1?q=shop.example".parse().unwrap();
    Observation {
        provider: "vendor",
        service: "reverse-whois".to_owned(),
        question: question.to_owned(),
        request: HttpRequest::get(url).with_secret(Secret::Query("apiKey", "sesame".into())).into(),
        status: Some(200),
        headers: vec![("content-type".to_owned(), "application/json".to_owned())],
        body: Bytes::from(body.to_owned()),
        started: "2026-11-02T09:30:00.123456Z".parse().unwrap(),
        duration: Duration::from_millis(321),
        price: Credits(50),
        outcome: "3 records".to_owned(),
        asker: Asker::default(),
    }
}

fn in_case(question: &str, body: &str, case: &str) -> Observation {
    let asker = Asker { case: Some(case.into()), run: Some("run-1".into()), member: Some("ada".into()) };
    Observation { asker, ..observation(question, body) }
}

fn ledger(bench: &Bench) -> Ledger {
    Ledger::new(bench.database.clone(), bench.clock(), "0.1.0")
}

fn signed(bench: &Bench) -> Ledger {
    ledger(bench).signed_by(SigningKey::from_seed(&[7; 32]).unwrap())
}

/// Changes the file behind the ledger's back.
fn tamper(bench: &Bench, sql: &str) {
    let connection = Connection::open(bench.folder().join(crate::FILE_NAME)).unwrap();
    connection.pragma_update(None, "foreign_keys", false).unwrap();
    connection.execute_batch(sql).unwrap();
}

#[tokio::test]
async fn what_was_kept_is_found_again_and_no_secret_is_in_it() {
    let bench = Bench::new().await;
    let ledger = ledger(&bench);
    let first = ledger.keep(observation("reverse_whois email a@b.example", "{\"a\": 1}")).await.unwrap();
    let whois = WhoisRequest {
        server: "whois.nic.example".to_owned(),
        port: 43,
        query: "shop.example".to_owned(),
        guarded: false,
    };
    let second = Observation { request: Request::Whois(whois), ..observation("whois_current shop.example", "text") };
    ledger.keep(second).await.unwrap();
    let note = RunNote {
        inputs: vec![("maltego.Domain".to_owned(), "shop.example".to_owned())],
        messages: vec!["2 left out as noise.".to_owned()],
        ..RunNote::begun("run-1", "domain_to_whois", "2026-11-02T09:30:00Z".parse().unwrap())
    };
    ledger.note(note).await.unwrap();

    let entry = ledger.get(&first.0).await.unwrap().unwrap();
    assert_eq!((entry.number, entry.id()), (1, first.clone()));
    assert_eq!(ledger.body(&entry).await.unwrap().as_deref(), Some(b"{\"a\": 1}".as_slice()));
    assert!(!entry.text.unwrap().contains("sesame"));
    for other in ["", "1", "1-", "1-0000000000000000", "x-1", &first.0.replace("1-", "2-")] {
        assert_eq!(ledger.get(other).await.unwrap(), None, "{other}");
    }
    let found = |text: &str| ledger.search(Search { text: Some(text.to_owned()), ..Search::default() });
    assert_eq!(found("B.EXAMPLE").await.unwrap().len(), 1);
    assert_eq!(found("shop").await.unwrap().len(), 2);
    assert_eq!(found("%").await.unwrap().len(), 0, "signs are looked for as they are");
    assert_eq!(ledger.size().await.unwrap().entries, 3);
    let said = ledger.verify().await.unwrap();
    assert_eq!((said.entries, said.bodies, said.broken), (3, 2, None));
}

#[tokio::test]
async fn several_writers_make_one_chain_whatever_the_clock_does() {
    let bench = Bench::new().await;
    let other = Ledger::new(bench.open_again().await, bench.clock(), "0.1.0");
    let ledgers = [signed(&bench), other];
    let mut tasks = Vec::new();
    for at in 0..300 {
        let ledger = ledgers[at % 2].clone();
        tasks.push(tokio::spawn(async move {
            ledger.keep(observation(&format!("q {at}"), &format!("{at}"))).await.unwrap()
        }));
        if at == 150 {
            bench.clock.set("2020-01-01T00:00:00Z");
        }
    }
    let mut ids = BTreeSet::new();
    for task in tasks {
        ids.insert(task.await.unwrap().0);
    }
    let said = ledgers[0].verify().await.unwrap();
    assert_eq!((ids.len(), said.entries, said.broken.clone()), (300, 300, None));
    assert_eq!(ledgers[0].head().await.unwrap(), said.head);
}

#[tokio::test]
async fn every_change_behind_its_back_is_noticed_and_the_first_place_named() {
    for (sql, place, word) in [
        ("UPDATE ledger_entries SET text = replace(text, '50', '51') WHERE number = 3", Some(3), "content was changed"),
        ("UPDATE ledger_entries SET content = zeroblob(32) WHERE number = 3", Some(3), "content was changed"),
        ("UPDATE ledger_entries SET previous = zeroblob(32) WHERE number = 3", Some(3), "does not follow"),
        ("UPDATE ledger_entries SET question = 'x' WHERE number = 3", Some(3), "found by"),
        ("UPDATE ledger_entries SET time = time + 1000 WHERE number = 3", Some(3), "found by"),
        ("UPDATE ledger_entries SET text = NULL WHERE number = 3", Some(3), "not removed by us"),
        ("DELETE FROM ledger_entries WHERE number = 3", Some(4), "entry 3 is missing"),
        ("DELETE FROM ledger_entries WHERE number = 1", Some(2), "entry 1 is missing"),
        ("DELETE FROM ledger_entries WHERE number = 6", Some(6), "cut off"),
        (
            "DELETE FROM ledger_bodies WHERE digest = (SELECT body FROM ledger_entries WHERE number = 3)",
            Some(3),
            "body is gone",
        ),
        ("UPDATE ledger_bodies SET packed = NULL", Some(1), "not removed by us"),
        (
            "UPDATE ledger_bodies SET packed = (SELECT packed FROM ledger_bodies ORDER BY length DESC LIMIT 1)",
            None,
            "body was changed",
        ),
        ("UPDATE ledger_checkpoints SET text = replace(text, 'entry 6', 'entry 5'), entry = 5", Some(5), "not good"),
        ("UPDATE ledger_checkpoints SET signature = zeroblob(64)", Some(6), "not good"),
    ] {
        let bench = Bench::new().await;
        let ledger = signed(&bench);
        for at in 0..6 {
            ledger.keep(observation(&format!("q {at}"), &"x".repeat(at + 1))).await.unwrap();
        }
        ledger.checkpoint().await.unwrap().unwrap();
        assert_eq!(ledger.checkpoint().await.unwrap(), None, "it is signed already");
        assert_eq!(ledger.verify().await.unwrap().broken, None);
        tamper(&bench, sql);
        let broken = ledger.verify().await.unwrap().broken.unwrap_or_else(|| panic!("{sql}"));
        assert!(broken.what.contains(word), "{sql}: {broken:?}");
        if place.is_some() {
            assert_eq!(broken.entry, place, "{sql}: {broken:?}");
        }
    }
}

#[tokio::test]
async fn what_is_forgotten_leaves_a_chain_that_holds() {
    let bench = Bench::new().await;
    let ledger = signed(&bench);
    bench.cases().create(name("cmt"), CaseTerms::default()).await.unwrap();
    ledger.keep(in_case("q 1", "only of the case", "cmt")).await.unwrap();
    ledger.keep(in_case("q 2", "of both", "cmt")).await.unwrap();
    let kept = ledger.keep(observation("q 3", "of both")).await.unwrap();
    bench.cases().delete(&name("cmt"), crate::cases::Delete::OnlyOpen).await.unwrap();
    let said = ledger.verify().await.unwrap();
    assert_eq!((said.broken.clone(), said.removed_contents, said.removed_bodies, said.bodies), (None, 2, 1, 1));
    let entry = ledger.get(&kept.0).await.unwrap().unwrap();
    assert_eq!(ledger.body(&entry).await.unwrap().as_deref(), Some(b"of both".as_slice()));
    let retired = ledger.retire_bodies("2027-01-01T00:00:00Z".parse().unwrap()).await.unwrap();
    assert_eq!(retired.bodies, 1);
    assert_eq!(ledger.body(&entry).await.unwrap(), None);
    assert_eq!(ledger.verify().await.unwrap().broken, None);
    // The same bytes once more are here once more.
    let again = ledger.keep(observation("q 4", "of both")).await.unwrap();
    let entry = ledger.get(&again.0).await.unwrap().unwrap();
    assert!(ledger.body(&entry).await.unwrap().is_some());
    assert_eq!(ledger.verify().await.unwrap().broken, None);
}

async fn archive_of(bench: &Bench) -> Vec<u8> {
    let ledger = signed(bench);
    ledger.keep(observation("other", "not chosen")).await.unwrap();
    ledger.keep(in_case("=HYPERLINK(\"x\") <script>alert(1)</script> `[a](b)`", "body one", "cmt")).await.unwrap();
    ledger.keep(observation("other", "not chosen either")).await.unwrap();
    ledger.keep(in_case("q 2", "body two", "cmt")).await.unwrap();
    let note = RunNote {
        inputs: vec![("maltego.Domain".to_owned(), "shop.example".to_owned())],
        messages: vec!["2 left out as noise: privacy services.".to_owned()],
        case: Some("cmt".to_owned()),
        ..RunNote::begun("run-1", "domain_to_whois", "2026-11-02T09:30:00Z".parse().unwrap())
    };
    ledger.note(note).await.unwrap();
    ledger.keep(observation("other", "after")).await.unwrap();
    ledger.export(Selection { case: Some("cmt".to_owned()), ..Selection::default() }).await.unwrap()
}

#[tokio::test]
async fn an_archive_holds_what_was_chosen_and_nothing_else() {
    let bench = Bench::new().await;
    let archive = archive_of(&bench).await;
    let check = check_archive(&archive);
    assert_eq!((check.entries, check.bodies, check.checkpoints, check.broken), (3, 2, 1, None));
    assert!(check.key.is_some());
    let text = String::from_utf8_lossy(&archive);
    assert!(!text.contains("not chosen"));
    assert!(text.contains("2 left out as noise: privacy services."), "the diary says what was left out");
    let diary = signed(&bench).diary(Selection::default()).await.unwrap();
    assert!(!diary.html.contains("<script>alert") && diary.html.contains("&lt;script&gt;alert"));
    let line = diary.markdown.lines().find(|line| line.contains("<script>")).unwrap();
    assert!(line.starts_with("### `` =HYPERLINK") || line.starts_with("## `` =HYPERLINK"), "{line}");
    assert!(text.contains("\"'=HYPERLINK("), "no formula in the table");
    assert_eq!(
        archive,
        signed(&bench).export(Selection { case: Some("cmt".to_owned()), ..Selection::default() }).await.unwrap()
    );
    let nothing = signed(&bench).export(Selection { case: Some("none".to_owned()), ..Selection::default() }).await;
    assert!(matches!(nothing, Err(LedgerError::Nothing)));
}

#[tokio::test]
async fn any_single_flipped_bit_of_an_archive_is_found() {
    let bench = Bench::new().await;
    let archive = Arc::new(archive_of(&bench).await);
    // Every bit would take minutes in a debug build; every seventh meets every byte's neighbourhood.
    let flips: Vec<usize> = (0..archive.len() * 8).step_by(7).collect();
    let mut tasks = Vec::new();
    for part in flips.chunks(flips.len().div_ceil(4)) {
        let (part, archive) = (part.to_vec(), Arc::clone(&archive));
        tasks.push(std::thread::spawn(move || {
            let mut bytes = archive.to_vec();
            for bit in part {
                bytes[bit / 8] ^= 1 << (bit % 8);
                assert!(check_archive(&bytes).broken.is_some(), "bit {bit}");
                bytes[bit / 8] ^= 1 << (bit % 8);
            }
        }));
    }
    tasks.into_iter().for_each(|task| task.join().unwrap());
    for garbage in [&b""[..], b"PK", &archive[..archive.len() / 2], &archive[1..]] {
        assert!(check_archive(garbage).broken.is_some());
    }
}

/// Unpacks an archive and has its own script check it, with nothing of this program.
fn script_says(archive: &[u8], change: impl Fn(&std::path::Path)) -> bool {
    let folder = tempfile::tempdir().unwrap();
    zip::ZipArchive::new(std::io::Cursor::new(archive)).unwrap().extract(folder.path()).unwrap();
    change(folder.path());
    Command::new("sh").arg("verify.sh").current_dir(folder.path()).output().unwrap().status.success()
}

fn has_tools() -> bool {
    let has = |tool: &str, argument: &str| {
        Command::new(tool).arg(argument).output().is_ok_and(|output| output.status.success())
    };
    let all = has("sha256sum", "--version") && has("zstd", "--version") && has("openssl", "version");
    assert!(all || std::env::var_os("CI").is_none(), "CI must have sha256sum, zstd and openssl");
    if !all {
        // Not by a macro: the test harness would swallow it, since the test passes.
        let _closed_pipe =
            std::io::Write::write_all(&mut std::io::stderr(), b"skipped: sha256sum, zstd or openssl is missing\n");
    }
    all
}

#[tokio::test]
async fn standard_tools_alone_check_an_archive() {
    if !has_tools() {
        return;
    }
    let bench = Bench::new().await;
    let archive = archive_of(&bench).await;
    assert!(script_says(&archive, |_| {}));
    let first = |folder: &std::path::Path, part: &str| {
        let mut files: Vec<_> =
            std::fs::read_dir(folder.join(part)).unwrap().map(|file| file.unwrap().path()).collect();
        files.sort();
        files.remove(0)
    };
    let flip = |file: &std::path::Path| {
        let mut bytes = std::fs::read(file).unwrap();
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        std::fs::write(file, bytes).unwrap();
    };
    // The list of digests is brought in line each time, so that what is behind it has to notice.
    let relist = |folder: &std::path::Path| {
        let script = "find . -type f ! -name SHA256SUMS | sed 's|^./||' | LC_ALL=C sort | xargs sha256sum > SHA256SUMS";
        assert!(Command::new("sh").args(["-c", script]).current_dir(folder).output().unwrap().status.success());
    };
    assert!(script_says(&archive, relist), "the list itself may be made anew");
    for part in ["entries", "bodies"] {
        assert!(
            !script_says(&archive, |folder| {
                flip(&first(folder, part));
                relist(folder);
            }),
            "{part}"
        );
    }
    assert!(!script_says(&archive, |folder| flip(&folder.join("diary.html"))));
    assert!(!script_says(&archive, |folder| {
        flip(&folder.join("chain.txt"));
        relist(folder);
    }));
    assert!(!script_says(&archive, |folder| {
        let text = first(folder, "checkpoints").with_extension("txt");
        flip(&text);
        relist(folder);
    }));
}

#[tokio::test]
async fn a_time_stamp_of_an_authority_is_taken_and_checked_with_openssl() {
    if !has_tools() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let configuration = "[req]\ndistinguished_name=dn\nx509_extensions=ext\nprompt=no\n[dn]\nCN=Test TSA\n[ext]\n\
                         extendedKeyUsage=critical,timeStamping\n[tsa]\ndefault_tsa=one\n[one]\nserial=./serial\n\
                         signer_cert=./tsa.pem\nsigner_key=./tsa.key\nsigner_digest=sha256\ndefault_policy=1.2.3.4.1\n\
                         digests=sha256\n";
    std::fs::write(folder.path().join("tsa.cnf"), configuration).unwrap();
    std::fs::write(folder.path().join("serial"), "01\n").unwrap();
    let openssl = |arguments: &[&str]| {
        let output = Command::new("openssl").args(arguments).current_dir(folder.path()).output().unwrap();
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    };
    openssl(&[
        "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "tsa.key", "-out", "tsa.pem", "-config", "tsa.cnf",
        "-days", "2",
    ]);
    let bench = Bench::new().await;
    let ledger = signed(&bench);
    ledger.keep(observation("q", "b")).await.unwrap();
    let checkpoint = ledger.checkpoint().await.unwrap().unwrap();
    std::fs::write(folder.path().join("request.tsq"), time_stamp::request(&checkpoint.text)).unwrap();
    openssl(&["ts", "-reply", "-config", "tsa.cnf", "-queryfile", "request.tsq", "-out", "reply.tsr"]);
    let reply = std::fs::read(folder.path().join("reply.tsr")).unwrap();
    assert!(time_stamp::is_granted(&reply, &checkpoint.text));
    assert!(!time_stamp::is_granted(&reply, "another text"));
    ledger.stamp(checkpoint.number, reply).await.unwrap();
    assert_eq!(ledger.verify().await.unwrap().time_stamps, 1);
    std::fs::write(folder.path().join("checkpoint.txt"), &checkpoint.text).unwrap();
    openssl(&["ts", "-verify", "-data", "checkpoint.txt", "-in", "reply.tsr", "-CAfile", "tsa.pem"]);
}
