//! Recorded requests of the classic dialect, and what the vendor's old server made of them.
//!
//! Every recorded body goes through our reader, and the table below says what must come out. Most bodies were sent to a
//! transform that echoes what it was given, so the recordings also show how the old server understood them: where ours
//! understands the same, a row says nothing; where it does not, the row says why that is better, and the test fails if
//! a row claims a difference that is not there.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of a test fail by panicking and say aloud what was skipped"
)]

mod support {
    pub(crate) mod tree;
}
#[path = "../../tests/support/recorded.rs"]
mod recorded;

use std::{collections::BTreeMap, fs, path::Path};

use maltego::trx::{Bounds, ReadError, Request, read_request};
use support::tree::Node;

struct Case {
    number: u8,
    outcome: Outcome,
    /// Why ours is better, where it differs from the recorded answer.
    better: Option<&'static str>,
}

enum Outcome {
    Understood(Understood),
    Refused(ReadError),
}

struct Understood {
    type_name: &'static str,
    base_types: &'static [&'static str],
    value: &'static str,
    weight: i64,
    soft_limit: Option<usize>,
    hard_limit: Option<usize>,
    properties: &'static [(&'static str, &'static str)],
    settings: &'static [(&'static str, &'static str)],
}

/// The usual request: one phrase, nothing else, twelve results wanted.
const PHRASE: Understood = Understood {
    type_name: "maltego.Phrase",
    base_types: &[],
    value: "Ada",
    weight: 0,
    soft_limit: Some(12),
    hard_limit: Some(12),
    properties: &[],
    settings: &[],
};

const DOMAIN: Understood = Understood { type_name: "maltego.Domain", value: "example.com", ..PHRASE };

const fn same(number: u8, understood: Understood) -> Case {
    Case { number, outcome: Outcome::Understood(understood), better: None }
}

const fn better(number: u8, understood: Understood, reason: &'static str) -> Case {
    Case { number, outcome: Outcome::Understood(understood), better: Some(reason) }
}

const fn refused(number: u8, error: ReadError) -> Case {
    Case { number, outcome: Outcome::Refused(error), better: None }
}

const NUMBER_OF_NO_LIMIT: &str = "a limit that cannot be read is not a limit of nought, which would ask for no results; \
                                  the server's default holds";

#[rustfmt::skip]
const CASES: &[Case] = &[
    // Routes: what matters to them is the path. Those that carry a body carry the usual one.
    refused(1, ReadError::Empty),
    same(2, PHRASE),
    refused(3, ReadError::Empty),
    refused(4, ReadError::Empty),
    refused(5, ReadError::Empty),
    same(6, PHRASE),
    same(7, PHRASE),
    refused(8, ReadError::Empty),
    refused(9, ReadError::Empty),
    refused(10, ReadError::Empty),
    same(11, PHRASE),
    refused(12, ReadError::Empty),
    refused(13, ReadError::Empty),
    refused(14, ReadError::Empty),
    same(15, PHRASE),
    same(16, PHRASE),
    same(20, PHRASE),
    same(21, PHRASE),
    same(22, Understood {
        type_name: "maltego.Website",
        base_types: &["maltego.DNSName"],
        value: "www.example.com",
        weight: 87,
        soft_limit: Some(50),
        hard_limit: Some(256),
        properties: &[
            ("fqdn", "www.example.com"), ("website.ssl-enabled", "true"), ("ports", "80,443"), ("custom", "x"),
            ("empty", ""),
        ],
        settings: &[("depth", "4"), ("global#api_key", "secret-1"), ("blank", "")],
    }),
    better(23, Understood {
        properties: &[("fqdn", "example.com"), ("whois", "Registrar: X"), ("whois-info", "Registrar: X")],
        ..DOMAIN
    }, "the short type name becomes the full one, so that a transform knows one spelling only"),
    same(24, Understood {
        value: "b\u{fc}cher \u{5c71}\u{7530} \u{1F600}",
        properties: &[("text", "\u{e9}\u{df}")],
        ..PHRASE
    }),
    better(25, Understood { value: "a < b & c", properties: &[("text", "x < y")], ..PHRASE },
        "a CDATA section is text; the old server loses it"),
    same(26, Understood { value: "a < b & c \u{e9}\nend", ..PHRASE }),
    same(27, Understood { value: "first", ..PHRASE }),
    better(28, Understood { soft_limit: None, hard_limit: None, ..PHRASE },
        "a request without limits can be answered; the old server fails"),
    better(29, Understood { value: "x", ..PHRASE }, "a request without a weight can be answered; the old server fails"),
    better(30, Understood { value: "", ..PHRASE },
        "a missing value is an empty one, and the transform can say what it needs; the old server fails"),
    same(31, Understood { value: "", ..PHRASE }),
    refused(32, ReadError::MissingEntity),
    refused(33, ReadError::MissingType),
    same(34, PHRASE),
    better(35, Understood { soft_limit: None, ..PHRASE }, NUMBER_OF_NO_LIMIT),
    refused(36, ReadError::Malformed { position: 22 }),
    refused(37, ReadError::Malformed { position: 0 }),
    Case {
        number: 38,
        outcome: Outcome::Refused(ReadError::Empty),
        better: Some("an empty body is refused in words; the old server runs the transform on nothing and it fails"),
    },
    better(39, PHRASE, "the message is complete, whatever the header calls it; the old server does not see the body"),
    same(40, PHRASE),
    same(41, PHRASE),
    same(42, PHRASE),
    same(43, Understood { value: "b\u{fc}cher", ..PHRASE }),
    Case {
        number: 44,
        outcome: Outcome::Refused(ReadError::DocumentType),
        better: Some("document types are refused; the old server expands their entities, which invites bombs"),
    },
    same(45, Understood { properties: &[("text", "two")], ..PHRASE }),
    same(46, Understood { value: "  padded  ", properties: &[("text", "  t  ")], ..PHRASE }),
    refused(47, ReadError::NotARequest),
    better(48, Understood { value: "x", ..PHRASE }, "an empty weight weighs nothing; the old server fails"),
    better(49, Understood { soft_limit: None, ..PHRASE }, NUMBER_OF_NO_LIMIT),
    same(50, DOMAIN),
    same(51, DOMAIN),
    same(52, PHRASE),
    same(53, PHRASE),
    same(54, PHRASE),
    same(55, PHRASE),
    same(56, PHRASE),
    same(57, PHRASE),
    same(58, DOMAIN),
    same(60, Understood { value: "b\u{fc}cher", ..PHRASE }),
    better(61, Understood { value: "ab", ..PHRASE }, "text goes on after a comment; the old server loses the rest"),
    same(62, PHRASE),
    better(63, PHRASE, "a prefix does not change what an element is; the old server finds nothing and fails"),
    better(64, Understood { value: "", ..PHRASE },
        "an unknown element is skipped and the value is missing, so empty; the old server fails"),
    refused(65, ReadError::ForbiddenCharacter { code_point: 1, position: 96 }),
    same(66, Understood {
        type_name: "maltego.MyPerson",
        base_types: &["maltego.Person"],
        value: "Ada L",
        properties: &[("firstname", "Ada"), ("lastname", "L"), ("person.firstnames", "Ada"), ("person.lastname", "L")],
        ..PHRASE
    }),
];

#[test]
fn every_recorded_request_is_understood_as_the_table_says() {
    let Some(recordings) = recordings() else { return };
    let numbers: Vec<u8> = recordings.iter().map(|recording| recording.number).collect();
    let listed: Vec<u8> = CASES.iter().map(|case| case.number).collect();
    assert_eq!(numbers, listed, "the table and the recordings differ");

    for (recording, case) in recordings.iter().zip(CASES) {
        let number = case.number;
        match (&case.outcome, recording.read()) {
            (Outcome::Understood(expected), Ok(request)) => assert_understood(number, expected, &request),
            (Outcome::Refused(expected), Err(error)) => assert_eq!(&error, expected, "case {number}"),
            (_, other) => panic!("case {number}: {other:?}"),
        }
    }
}

#[test]
fn the_old_server_agrees_except_where_the_table_says_why_not() {
    let Some(recordings) = recordings() else { return };
    let mut compared = 0;
    for (recording, case) in recordings.iter().zip(CASES) {
        let agreement = match (recording.old_server(), recording.read()) {
            (OldServer::NotTold, _) => {
                assert_eq!(case.better, None, "case {}: nothing to compare with", case.number);
                continue;
            }
            (OldServer::Failed, Err(_)) => true,
            (OldServer::Understood(echo), Ok(request)) => echo == Echo::of(&request),
            _ => false,
        };
        assert_eq!(agreement, case.better.is_none(), "case {}: agreement {agreement}", case.number);
        compared += 1;
    }
    assert_eq!(compared, 35, "the number of requests that were echoed");
}

fn assert_understood(number: u8, expected: &Understood, request: &Request) {
    let owned = |pairs: &[(&str, &str)]| -> Vec<(String, String)> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    };
    let input = &request.input;
    let properties: Vec<(String, String)> =
        input.properties.iter().map(|property| (property.name.clone(), property.value.clone())).collect();
    assert_eq!(input.type_name, expected.type_name, "case {number}");
    assert_eq!(input.base_types, expected.base_types, "case {number}");
    assert_eq!(input.value, expected.value, "case {number}");
    assert_eq!(input.weight, expected.weight, "case {number}");
    assert_eq!(properties, owned(expected.properties), "case {number}");
    assert_eq!(request.settings, owned(expected.settings), "case {number}");
    assert_eq!(request.soft_limit, expected.soft_limit, "case {number}");
    assert_eq!(request.hard_limit, expected.hard_limit, "case {number}");
}

/// One recorded exchange.
struct Recording {
    number: u8,
    target: String,
    charset: Option<String>,
    body: Vec<u8>,
    status: u16,
    answer: String,
}

/// What a recorded answer tells about how its request was understood.
enum OldServer {
    /// The transform that ran does not echo, or none ran.
    NotTold,
    /// It could not read the request.
    Failed,
    /// It read nothing and ran the transform all the same.
    RanOnNothing,
    /// It could, and this is how.
    Understood(Echo),
}

/// A request as the echoing transform saw it.
#[derive(Debug, PartialEq, Eq)]
struct Echo {
    type_name: String,
    /// The type itself and its parents; just the type where the message has no genealogy.
    genealogy: Vec<String>,
    value: String,
    weight: i64,
    soft_limit: Option<usize>,
    properties: BTreeMap<String, String>,
    settings: BTreeMap<String, String>,
}

impl Echo {
    /// The transform returns one phrase with a field for each thing it saw, in Python's notation. A number that is
    /// nought is written as nothing.
    fn read(entity: &Node) -> Self {
        let fields: Vec<(&str, &str)> = entity
            .child("AdditionalFields")
            .children
            .iter()
            .map(|field| (field.attribute("Name"), field.text.as_str()))
            .collect();
        let field = |name: &str| fields.iter().find(|(known, _)| *known == name).unwrap().1;
        let with_prefix = |prefix: &str| {
            fields
                .iter()
                .filter_map(|(name, text)| Some((name.strip_prefix(prefix)?.to_owned(), python_text(text))))
                .collect()
        };
        let genealogy: Vec<String> = field("genealogy")
            .split("'Name': '")
            .skip(1)
            .map(|rest| rest.split('\'').next().unwrap().to_owned())
            .collect();
        let number = |text: &str| if text.is_empty() { 0 } else { text.parse::<usize>().unwrap() };
        Self {
            type_name: field("type").to_owned(),
            genealogy: if genealogy.is_empty() { vec![field("type").to_owned()] } else { genealogy },
            value: python_text(entity.child("Value").text.strip_prefix("value=").unwrap()),
            weight: i64::try_from(number(field("weight"))).unwrap(),
            soft_limit: Some(number(field("slider"))),
            properties: with_prefix("prop."),
            settings: with_prefix("setting."),
        }
    }

    fn of(request: &Request) -> Self {
        let input = &request.input;
        Self {
            type_name: input.type_name.clone(),
            genealogy: std::iter::once(&input.type_name).chain(&input.base_types).cloned().collect(),
            value: input.value.clone(),
            weight: input.weight,
            soft_limit: request.soft_limit,
            properties: input
                .properties
                .iter()
                .map(|property| (property.name.clone(), property.value.clone()))
                .collect(),
            settings: request.settings.iter().cloned().collect(),
        }
    }
}

/// Python's way to print a text. No value and an empty text are the same to us.
fn python_text(printed: &str) -> String {
    if printed == "None" {
        return String::new();
    }
    let inner = printed.get(1..printed.len() - 1).unwrap();
    inner.replace("\\n", "\n").replace("\\'", "'").replace("\\\\", "\\")
}

impl Recording {
    fn read(&self) -> Result<Request, ReadError> {
        read_request(&self.body, self.charset.as_deref(), &Bounds::default())
    }

    fn old_server(&self) -> OldServer {
        match self.status {
            _ if self.target != "POST /run/echorequest HTTP/1.1" => OldServer::NotTold,
            200 => {
                let message = Node::parse(&self.answer);
                let entities = message.child("MaltegoTransformResponseMessage").child("Entities");
                entities
                    .children
                    .first()
                    .map_or(OldServer::RanOnNothing, |entity| OldServer::Understood(Echo::read(entity)))
            }
            _ => OldServer::Failed,
        }
    }

    fn load(request: &Path) -> Self {
        let name = request.file_name().unwrap().to_str().unwrap();
        let (head, body) = exchange(request);
        let answer = request.with_file_name(name.replace(".request.", ".response."));
        let (answer_head, answer) = exchange(&answer);
        let charset = head.lines().find_map(|line| line.strip_prefix("Content-Type:")?.split_once("charset="));
        Self {
            number: name.split('-').next().unwrap().parse().unwrap(),
            target: head.lines().next().unwrap().to_owned(),
            charset: charset.map(|(_, charset)| charset.trim().to_owned()),
            body,
            status: answer_head.split(' ').nth(1).unwrap().parse().unwrap(),
            answer: String::from_utf8(answer).unwrap(),
        }
    }
}

/// Head and body of a raw HTTP message.
fn exchange(file: &Path) -> (String, Vec<u8>) {
    let bytes = fs::read(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    let end = bytes.windows(4).position(|window| window == b"\r\n\r\n").unwrap();
    (String::from_utf8(bytes[..end].to_vec()).unwrap(), bytes[end + 4..].to_vec())
}

/// Every recorded exchange in the order of its number, or `None` where there are no recordings on this machine.
fn recordings() -> Option<Vec<Recording>> {
    let folder = recorded::folder(concat!(env!("CARGO_MANIFEST_DIR"), "/.."), "../reference/trx-traffic")?;
    let mut recordings: Vec<Recording> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.to_str().is_some_and(|path| path.ends_with(".request.http")))
        .map(|path| Recording::load(&path))
        .collect();
    recordings.sort_by_key(|recording| recording.number);
    Some(recordings)
}
