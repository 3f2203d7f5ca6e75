//! Promise: a client that talked to the vendor's old transform server can talk to this one, and where the two differ
//! this one does better.
//!
//! Every recorded request is sent byte for byte to a running server with transforms of the same names, and what the
//! answer means is compared line by line with what the recorded answer meant (see `support::meaning`). The table holds
//! every line that differs and says why ours is better. It is checked both ways: a difference that no row claims fails,
//! and so does a row that claims a difference which is not there.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a failed unwrap in a test is a failed test, which is the point"
)]

mod support;

use std::{collections::BTreeMap, fs, path::Path};

use namehound::config::Config;
use support::{
    Running, meaning, purpose,
    raw::{self, Message},
    recorded,
};

/// Lines that only one of the two servers has, in each of these cases.
struct Row {
    cases: &'static [u8],
    theirs: &'static [&'static str],
    ours: &'static [&'static str],
    better: &'static str,
}

const fn row(
    cases: &'static [u8],
    theirs: &'static [&'static str],
    ours: &'static [&'static str],
    better: &'static str,
) -> Row {
    Row { cases, theirs, ours, better }
}

const HTML: &[&str] = &["type: text/html; charset=utf-8"];
const PLAIN: &[&str] = &["type: text/plain; charset=utf-8"];
const XML: &[&str] = &["type: text/xml; charset=utf-8"];
const FAILED: &[&str] = &["status: 500", "page: 500 Internal Server Error"];
const SHRUG: &str =
    "message 1: PartialError An exception occurred with the transform. Check the logs for more details.";

#[rustfmt::skip]
const ROWS: &[Row] = &[
    // What an answer is called.
    row(&[1, 2, 3, 4, 5, 6, 10, 12, 13, 14, 32, 33, 36, 37, 38, 44, 47, 65], HTML, PLAIN,
        "a sentence is not called a page, so nothing in it can ever be read as markup"),
    row(&[11, 15, 16, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 34, 35, 39, 40, 41, 42, 43, 45, 46, 48, 49, 50,
          51, 52, 53, 54, 55, 56, 57, 58, 60, 61, 62, 63, 64, 66], HTML, XML,
        "a message is called what it is; a browser or proxy that believes the type does no harm to it"),
    row(&[9], HTML, &[], "there is no body, so nothing to name the type of"),
    row(&[7, 8], &["type: text/html; charset=utf-8", "page: 405 Method Not Allowed"], &[],
        "the status and the Allow header say it all; a page is for people, and none is looking"),

    // Sentences for people.
    row(&[1, 2], &["text: You have reached a Maltego Transform Server."],
        &["text: Namehound <version>, a Maltego transform server for domain intelligence. Transforms answer at \
           /run/<name>."],
        "it says which server it is and where to go on"),
    row(&[3, 4], &["text: Transform found with name 'greetperson', you will need to send a POST request to run it."],
        &["text: greet_person (To Phrase [test]) is here: POST a transform request to run it."],
        "it gives the transform's own name and title and not what was typed"),
    row(&[5, 6], &["text: No transform found with the name 'nosuch'."],
        &["text: There is no such transform on this server."],
        "what was sent is not sent back: it could be anything"),
    row(&[12, 13, 14], &["page: 404 Not Found"], &["text: Not found."], "the same without a page around it"),

    // Names.
    row(&[15], &["status: 404", "text: No transform found with the name 'trx_legacy_ok'."],
        &["status: 200", "1 is maltego.Phrase: legacy Ada", "1 weight: 100"],
        "people write names with underscores, hyphens or neither, and all of them mean the same transform"),
    row(&[22], &["1 field setting.global#api_key: 'secret-1' (strict, \"global#api_key\")"],
        &["1 field setting.api_key: 'secret-1' (strict, \"api_key\")"],
        "how a setting travels is the door's business: a transform knows it by one name"),
    row(&[23], &["1 field type: Domain (loose, \"Type\")"], &["1 field type: maltego.Domain (loose, \"Type\")"],
        "the short type name of old clients becomes the full one, so that a transform knows one spelling only"),

    // Results.
    row(&[11, 15, 16, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 34, 35, 39, 40, 41, 42, 43, 45, 46, 48, 49,
          55, 57, 58, 60, 61, 62, 63, 64, 66], &[], &["1 repeats its value as text"],
        "the value is also sent as the property that holds it, with its label and merge rule, so that clients that go \
         by properties see it"),

    // Requests that can be understood and that the old server does not understand, or not in full.
    row(&[28, 29, 30, 48, 63, 64], FAILED, &["status: 200"],
        "what a message leaves out has a plain meaning, and neither a prefix nor an unknown element changes the rest"),
    row(&[39], &[SHRUG], &[], "the message is complete, whatever the header calls it, so it is run"),
    row(&[28, 29, 30, 39, 48, 63, 64], &[], &["1 field type: maltego.Phrase (loose, \"Type\")",
        "1 field genealogy: [maltego.Phrase] (loose, \"Genealogy\")", "1 field weight:  (loose, \"Weight\")",
        "1 weight: 100"], "so the transform sees the entity"),
    row(&[28, 39, 63], &[], &["1 is maltego.Phrase: value='Ada'"], "and its value"),
    row(&[29, 48], &[], &["1 is maltego.Phrase: value='x'"], "and its value"),
    row(&[30, 64], &[], &["1 is maltego.Phrase: value=None"],
        "and no value where none was sent: the transform can say what it needs"),
    row(&[29, 30, 39, 48, 63, 64], &[], &["1 field slider: 12 (loose, \"Slider\")"], "and the limit"),
    row(&[28], &[], &["1 field slider: 256 (loose, \"Slider\")"], "and the server's own limit where none was sent"),
    row(&[35, 49], &["1 field slider:  (loose, \"Slider\")"], &["1 field slider: 12 (loose, \"Slider\")"],
        "a limit that cannot be read is not a wish for no results: the other limit of the message holds"),
    row(&[25], &["1 is maltego.Phrase: value=None", "1 field prop.text: None (strict, \"text\")"],
        &["1 is maltego.Phrase: value='a < b & c'", "1 field prop.text: 'x < y' (strict, \"text\")"],
        "a CDATA section is text"),
    row(&[61], &["1 is maltego.Phrase: value='a'"], &["1 is maltego.Phrase: value='ab'"],
        "text goes on after a comment"),

    row(&[50], &[], &["3 field namehound.noise: role-mailbox (loose, \"Noise\")",
        "3 field namehound.noise_confidence: likely (loose, \"How sure that is\")",
        "3 field namehound.noise_reason: a mailbox of a desk, not of a person: hostmaster (loose, \"Why it is noise\")",
        "3 field namehound.noise_source: role-mailboxes (2026-11): RFC 2142 (loose, \"By which list\")",
        "3 link#maltego.link.color: #9e9e9e", "3 link#maltego.link.style: 1", "3 overlay NW: text namehound.noise"],
        "what joins strangers is marked as such"),

    // Requests that cannot be understood.
    row(&[32, 33, 36, 37, 47, 65], FAILED, &["status: 400"],
        "whoever sent it has to change it, and the status says so; nothing is wrong with the server"),
    row(&[32], &[], &["text: The request is not complete: it holds no entity to run on"], "it says what is missing"),
    row(&[33], &[], &["text: The request is not complete: its entity has no type"], "it says what is missing"),
    row(&[36], &[], &["text: The request is not well-formed XML, or not complete: see byte 22"], "it says where"),
    row(&[37], &[], &["text: The request is not well-formed XML, or not complete: see byte 0"], "it says where"),
    row(&[47], &[], &["text: The request is not a Maltego transform request"], "it says what is wrong"),
    row(&[65], &[], &["text: The request is not XML: the character U+0001 near byte 96 is not allowed"],
        "it says what is wrong and where"),
    row(&[38], &["status: 200", SHRUG], &["status: 400", "text: The request is not there: its body is empty"],
        "nothing is not run: the old server runs the transform on it, which fails, and says to look into a log"),
    row(&[44], &["status: 200", "1 is maltego.Phrase: value='expanded'", "1 weight: 100",
        "1 field type: maltego.Phrase (loose, \"Type\")", "1 field genealogy: [maltego.Phrase] (loose, \"Genealogy\")",
        "1 field slider: 12 (loose, \"Slider\")", "1 field weight:  (loose, \"Weight\")"],
        &["status: 400", "text: The request is not accepted: it declares a document type"],
        "no client sends a document type, and entity bombs are made of them"),

    // Runs that fail.
    row(&[53], &[SHRUG],
        &["message 1: PartialError Something went wrong inside this server. Its log says what; please tell whoever \
           runs it."],
        "the analyst, who sees no log, is told whom to tell"),
    row(&[55], &[SHRUG], &["1 is maltego.Phrase: a\u{fffd}b\u{fffd}c", "1 weight: 100"],
        "a character that XML cannot carry is replaced; the old server gives up the whole answer for it"),
    row(&[56], &["exception 1: first problem", "exception 2: second <problem>"],
        &["message 1: PartialError first problem", "message 2: PartialError second <problem>"],
        "clients show an exception in a dialog and throw the results away; a message stands beside them"),
];

/// Lines by case: what only they have, what only we have.
type Differences = BTreeMap<u8, (Vec<String>, Vec<String>)>;

#[tokio::test]
async fn every_answer_means_the_same_or_the_table_says_why_ours_is_better() {
    let Some(folder) = recorded("../reference/trx-traffic") else { return };
    let server = Running::with_catalogue(purpose::catalogue(), Config::default());
    let mut found = Differences::new();
    for request in requests(&folder) {
        let name = request.file_name().unwrap().to_str().unwrap();
        let number = name.split('-').next().unwrap().parse().unwrap();
        let recorded = fs::read(request.with_file_name(name.replace(".request.", ".response."))).unwrap();
        let theirs = meaning::lines(&Message::parse(&recorded));
        let sent = closing(&off_our_own_paths(&fs::read(&request).unwrap()));
        let ours = meaning::lines(&raw::send(server.address, &sent).await);
        let only = |these: &std::collections::BTreeSet<String>, those| these.difference(those).cloned().collect();
        found.insert(number, (only(&theirs, &ours), only(&ours, &theirs)));
    }
    assert_eq!(found.len(), 62, "the number of recorded exchanges");

    let mut claimed: Differences = found.keys().map(|number| (*number, Default::default())).collect();
    for row in ROWS {
        assert!(!row.better.is_empty());
        for number in row.cases {
            let lines = claimed.get_mut(number).unwrap_or_else(|| panic!("case {number} was not recorded"));
            lines.0.extend(row.theirs.iter().map(|line| (*line).to_owned()));
            lines.1.extend(row.ours.iter().map(|line| (*line).to_owned()));
        }
    }
    for (number, found) in found {
        let claimed = claimed.get_mut(&number).unwrap();
        claimed.0.sort();
        claimed.1.sort();
        assert_eq!(*claimed, found, "case {number}: the table (left) and the servers (right) differ");
    }
}

fn requests(folder: &Path) -> Vec<std::path::PathBuf> {
    let mut files: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.to_str().unwrap().ends_with(".request.http"))
        .collect();
    files.sort();
    files
}

/// The same request, moved off a path that means something here and nothing on the old server: `/seed` is this server's
/// list of transforms, so the case about a path that does not exist has to name another one.
fn off_our_own_paths(request: &[u8]) -> Vec<u8> {
    match request.strip_prefix(b"GET /seed ") {
        Some(rest) => [b"GET /nowhere ", rest].concat(),
        None => request.to_vec(),
    }
}

/// The same request with one more header, so that the end of the answer is the end of the connection.
fn closing(request: &[u8]) -> Vec<u8> {
    let first_line = request.windows(2).position(|window| window == b"\r\n").unwrap() + 2;
    [&request[..first_line], b"Connection: close\r\n", &request[first_line..]].concat()
}
