use proptest::prelude::*;

use super::*;
use crate::observable::Netblock;

const ABOUT: &str = "format = 1\nname = \"try\"\ntitle = \"T\"\nsummary = \"S\"\nas_of = 2021-05-12\n";
const RECORD: &str = r#"{"record": "dns", "name": "a.example", "type": "A", "value": "192.0.2.1"}"#;

fn read_case(about: &str, records: &str, limits: Limits) -> Result<Draft, CaseErrors> {
    let files = [(CASE_FILE.to_owned(), about.into()), ("r.jsonl".to_owned(), records.into())];
    read(files, limits, Problems::default())
}

fn messages(about: &str, records: &str) -> Vec<String> {
    read_case(about, records, Limits::STANDARD).unwrap_err().errors.iter().map(ToString::to_string).collect()
}

#[test]
fn a_wrong_record_is_told_with_its_place_and_the_right_form() {
    for (line, expected) in [
        (
            r#"{"record": "whois", "domain": "a.example", "observed": "1st May"}"#,
            "r.jsonl, line 1, field \"observed\": not a date (2019-10-28) or an instant (2019-10-28T09:30:00Z). Write \
             for example \"observed\": \"2011-03-08\".",
        ),
        (
            r#"{"record": "whois", "domain": "a.example", "observed": "2020-01-01", "registrent": {}}"#,
            "r.jsonl, line 1, field \"registrent\": there is no such field; did you mean \"registrant\"?",
        ),
        (
            r#"{"record": "whois", "domain": "a.example", "observed": "2020-01-01", "registrant": {"organisation": "A"}}"#,
            "r.jsonl, line 1, field \"registrant.organisation\": there is no such field; did you mean \"organization\"?",
        ),
        (
            r#"{"record": "dns", "name": "a.example", "type": "A", "value": "192.0.2.1", "zzz": 1}"#,
            "r.jsonl, line 1, field \"zzz\": there is no such field; the names known here are first_seen, last_seen, \
             name, record, ttl, type, value.",
        ),
        (
            r#"{"record": "whois", "domain": "a.example"}"#,
            "r.jsonl, line 1, field \"observed\": this field is missing. Write for example \"observed\": \"2011-03-08\".",
        ),
        (
            r#"{"record": "whois", "domain": "www.a.example", "observed": "2020-01-01"}"#,
            "r.jsonl, line 1, field \"domain\": \"www.a.example\" lies below a registered domain, and WHOIS is asked \
             about that one. Write \"domain\": \"a.example\".",
        ),
        (
            r#"{"record": "whois", "domain": "https://a.example/", "observed": "2020-01-01"}"#,
            "r.jsonl, line 1, field \"domain\": \"https://a.example/\" is not a plain name: write it without scheme, \
             path, port, user or *. Write for example \"domain\": \"cmt-net.example\".",
        ),
        (
            r#"{"record": "whois", "domain": "a.onion", "observed": "2020-01-01"}"#,
            "r.jsonl, line 1, field \"domain\": \"a.onion\" is a special-use name, which Namehound never looks up. Use a \
             name that ends in .example.",
        ),
        (
            r#"{"record": "whois", "domain": "a.example", "observed": "2021-05-13"}"#,
            "r.jsonl, line 1, field \"observed\": 2021-05-13 is after the day on which the case plays (as_of = \
             2021-05-12 in case.toml).",
        ),
        (
            r#"{"record": "whois", "domain": "a.example", "observed": "2020-01-01", "registrar": 9}"#,
            "r.jsonl, line 1, field \"registrar\": invalid type: integer `9`, expected the registrar's name in quotes, \
             or an object. Write for example \"registrar\": \"Brightlabel Names\".",
        ),
        (
            r#"{"record": "whois", "domain": "a.example", "observed": "2020-01-01", "registrar": {"iana_id": 9}}"#,
            "r.jsonl, line 1, field \"registrar.iana_id\": invalid type: integer `9`, expected a string. Write for \
             example \"iana_id\": \"9990\".",
        ),
        (
            r#"{"record": "whois", "domain": "a.example", "observed": "2020-01-01", "registrant": {"email": ""}}"#,
            "r.jsonl, line 1, field \"registrant.email\": it is empty: write a text, or leave the field out. Write for \
             example \"email\": \"dara.velani@mail.example\".",
        ),
        (
            r#"{"record": "whois", "domain": "a.example", "observed": "2020-01-01", "name_servers": "ns1.b.example"}"#,
            "r.jsonl, line 1, field \"name_servers\": invalid type: string \"ns1.b.example\", expected a sequence. Write \
             for example \"name_servers\": [\"ns1.tala-host.example\"].",
        ),
        (
            r#"{"record": "dns", "name": "a.example", "type": "mx", "value": "10 b.example"}"#,
            "r.jsonl, line 1, field \"type\": unknown variant `mx`, expected one of `A`, `AAAA`, `CNAME`, `NS`, `MX`, \
             `SOA`, `TXT`, `CAA`. Write for example \"type\": \"A\".",
        ),
        (
            r#"{"record": "dns", "name": "a.example", "type": "MX", "value": "b.example"}"#,
            "r.jsonl, line 1, field \"value\": \"b.example\" is not a preference and a mail server. Write for example \
             \"value\": \"10 mail.shop.example\" in a record of type MX.",
        ),
        (
            r#"{"record": "dns", "name": "a.example", "type": "A", "value": "192.0.2.1", "first_seen": "2020-01-02", "last_seen": "2020-01-01"}"#,
            "r.jsonl, line 1, field \"last_seen\": 2020-01-01 is before 2020-01-02: the two dates are the wrong way \
             round.",
        ),
        (
            r#"{"record": "dns", "name": "a.example", "name": "b.example", "type": "A", "value": "192.0.2.1"}"#,
            "r.jsonl, line 1: duplicate field `name`.",
        ),
        (
            r#"{"record": "who", "domain": "a.example"}"#,
            "r.jsonl, line 1, field \"record\": \"who\" is no kind of record; did you mean \"whois\"?",
        ),
        (
            r#"{"domain": "a.example"}"#,
            "r.jsonl, line 1, field \"record\": this field is missing. Write \"record\": \"whois\", \"dns\", \
             \"network\", \"certificate\", \"reputation\", \"threat\", \"website\" or \"mailbox\".",
        ),
        (
            r#"{"record": "dns", "name": "a.example""#,
            "r.jsonl, line 1: this is not JSON at column 37: EOF while parsing an object. A record is one object on one \
             line.",
        ),
        (
            r#"{"record": "network", "network": "10.0.0.0/8"}"#,
            "r.jsonl, line 1, field \"network\": \"10.0.0.0/8\" is a private or otherwise local network, which Namehound \
             never asks about: use 192.0.2.0/24, 198.51.100.0/24, 203.0.113.0/24 or 2001:db8::/32. Write for example \
             \"network\": \"192.0.2.0/24\".",
        ),
        (
            r#"{"record": "network", "network": "192.0.2.0/24", "as_name": "TALA-AS"}"#,
            "r.jsonl, line 1, field \"as_name\": \"TALA-AS\" is the name of a number that is missing: write \"as\" too.",
        ),
        (
            r#"{"record": "network", "network": "192.0.2.0/24", "as": "64500"}"#,
            "r.jsonl, line 1, field \"as\": invalid type: string \"64500\", expected u32. Write for example \"as\": 64500.",
        ),
        (
            r#"{"record": "certificate", "names": ["*.a.example"], "issuer": "R1", "serial": "0A", "not_before": "2020-04-01", "not_after": "2020-01-01"}"#,
            "r.jsonl, line 1, field \"not_after\": 2020-01-01 is before 2020-04-01: the two dates are the wrong way round.",
        ),
        (
            r#"{"record": "certificate", "names": ["a.example", "b.*.example"], "issuer": "R1", "serial": "0A", "not_before": "2020-01-01", "not_after": "2020-04-01"}"#,
            "r.jsonl, line 1, field \"names[2]\": \"b.*.example\" is not a plain name: write it without scheme, path, port, \
             user or *.",
        ),
        (
            r#"{"record": "certificate", "names": [], "issuer": "R1", "serial": "0A", "not_before": "2020-01-01", "not_after": "2020-04-01"}"#,
            "r.jsonl, line 1, field \"names\": a certificate is good for at least one name.",
        ),
        (
            r#"{"record": "certificate", "names": ["a.example"], "issuer": "R1", "serial": "0A", "not_before": "2021-05-13", "not_after": "2021-06-01"}"#,
            "r.jsonl, line 1, field \"not_before\": 2021-05-13 is after the day on which the case plays (as_of = \
             2021-05-12 in case.toml).",
        ),
        (
            r#"{"record": "reputation", "subject": "a.example", "score": 101}"#,
            "r.jsonl, line 1, field \"score\": 101 is not a score, a number from 0 (bad) to 100 (good). Write for example \
             \"score\": 12.5.",
        ),
        (
            r#"{"record": "reputation", "subject": "a.example"}"#,
            "r.jsonl, line 1, field \"score\": this field is missing. Write for example \"score\": 12.5.",
        ),
        (
            r#"{"record": "reputation", "subject": "192.168.1.1", "score": 1}"#,
            "r.jsonl, line 1, field \"subject\": \"192.168.1.1\" is a private or otherwise local address, which Namehound \
             never asks about: use 192.0.2.0/24, 198.51.100.0/24, 203.0.113.0/24 or 2001:db8::/32. Write for example \
             \"subject\": \"velani.example\".",
        ),
        (
            r#"{"record": "threat", "indicator": "shop", "threat": "phishing"}"#,
            "r.jsonl, line 1, field \"indicator\": \"shop\" has no dot: write the whole name. Write for example \
             \"indicator\": \"velani.example\".",
        ),
        (
            r#"{"record": "threat", "indicator": "https://a.onion/x", "threat": "phishing"}"#,
            "r.jsonl, line 1, field \"indicator\": \"a.onion\" is a special-use name, which Namehound never looks up. Use \
             a name that ends in .example.",
        ),
        (
            r#"{"record": "threat", "indicator": "ftp://a.example/x", "threat": "phishing"}"#,
            "r.jsonl, line 1, field \"indicator\": \"ftp://a.example/x\" is not a web address: begin it with https:// or \
             http://. Write for example \"indicator\": \"velani.example\".",
        ),
        (
            r#"{"record": "threat", "indicator": "a.example", "threat": "phishing", "first_seen": "2021-05-02", "last_seen": "2021-05-01"}"#,
            "r.jsonl, line 1, field \"last_seen\": 2021-05-01 is before 2021-05-02: the two dates are the wrong way round.",
        ),
        (
            r#"{"record": "website", "site": "a.example", "emails": ["Jo <jo@a.example>"]}"#,
            "r.jsonl, line 1, field \"emails[1]\": \"Jo <jo@a.example>\" is not a plain mailbox: write it without a name, \
             brackets or mailto:.",
        ),
        (
            r#"{"record": "website", "site": "a.example", "profiles": ["social.example/a"]}"#,
            "r.jsonl, line 1, field \"profiles[1]\": \"social.example/a\" is not a web address: begin it with https:// or \
             http://.",
        ),
        (
            r#"{"record": "mailbox", "email": "jo@a.example", "deliverable": "yes"}"#,
            "r.jsonl, line 1, field \"deliverable\": invalid type: string \"yes\", expected a boolean. Write for example \
             \"deliverable\": true.",
        ),
        (
            r#"{"record": "mailbox", "email": "jo@a.example", "checked": "2021-05-13"}"#,
            "r.jsonl, line 1, field \"checked\": 2021-05-13 is after the day on which the case plays (as_of = \
             2021-05-12 in case.toml).",
        ),
        (
            "[]",
            "r.jsonl, line 1: a record is one object in braces. Begin the line with {\"record\": \"whois\", or \
             another kind of record.",
        ),
    ] {
        assert_eq!(messages(ABOUT, line), [expected], "{line}");
    }
}

#[test]
fn a_second_record_where_only_one_can_be_believed_is_told() {
    for (first, second, expected) in [
        (
            r#"{"record": "reputation", "subject": "a.example", "score": 1}"#,
            r#"{"record": "reputation", "subject": "A.example", "score": 2}"#,
            "r.jsonl, line 2, field \"subject\": \"a.example\" has a record of this kind already: put everything into \
             one reputation record.",
        ),
        (
            r#"{"record": "website", "site": "a.example", "title": "A"}"#,
            r#"{"record": "website", "site": "www.a.example", "categories": ["B"]}"#,
            "r.jsonl, line 2, field \"site\": \"www.a.example\" has a record of this kind already: put everything into \
             one website record.",
        ),
        (
            r#"{"record": "mailbox", "email": "jo@a.example", "free": true}"#,
            r#"{"record": "mailbox", "email": "Jo@A.example", "free": false}"#,
            "r.jsonl, line 2, field \"email\": \"Jo@a.example\" has a record of this kind already: put everything into \
             one mailbox record.",
        ),
    ] {
        assert_eq!(messages(ABOUT, &format!("{first}\n{second}\n")), [expected]);
    }
    let threat = r#"{"record": "threat", "indicator": "a.example", "threat": "phishing"}"#;
    let read = read_case(ABOUT, &format!("{threat}\n{threat}\n"), Limits::STANDARD).unwrap();
    assert_eq!(read.assessments.threats(), 2, "anybody may be accused more than once");
}

#[test]
fn an_indicator_is_read_as_what_it_is() {
    let digest = "D41D8CD98F00B204E9800998ECF8427E";
    for (written, kind, normal) in [
        ("Shop.example.", "domain", "shop.example"),
        ("192.0.2.1", "ipv4", "192.0.2.1"),
        ("::ffff:192.0.2.1", "ipv4", "192.0.2.1"),
        ("2001:DB8::1", "ipv6", "2001:db8::1"),
        ("192.0.2.0 - 192.0.2.255", "network", "192.0.2.0/24"),
        ("192.0.2.0/24", "network", "192.0.2.0/24"),
        ("https://Shop.example", "url", "https://shop.example/"),
        ("http://[2001:db8::1]:8080/x", "url", "http://[2001:db8::1]:8080/x"),
        (digest, "hash", &digest.to_lowercase()),
    ] {
        let line = serde_json::json!({"record": "threat", "indicator": written, "threat": "phishing"}).to_string();
        let draft = read_case(ABOUT, &line, Limits::STANDARD).unwrap_or_else(|errors| panic!("{errors}"));
        let asked = [
            HostName::parse(normal).ok().map(Indicator::Host),
            normal.parse().ok().map(Indicator::Address),
            Netblock::parse(normal).ok().map(Indicator::Netblock),
            url::Url::parse(normal).ok().map(Indicator::Url),
            Some(Indicator::Hash(normal.to_owned())),
        ];
        let threats: Vec<_> = asked.iter().flatten().flat_map(|asked| draft.assessments.threats_of(asked)).collect();
        let [threat] = threats.as_slice() else { panic!("{written}: {threats:?}") };
        assert_eq!((threat.indicator_kind.as_deref(), threat.indicator.as_str()), (Some(kind), normal), "{written}");
    }
}

#[test]
fn a_wrong_case_file_is_told_with_its_place_and_the_right_form() {
    let exercise = format!("{ABOUT}\n[[exercises]]\nquestion = \"Q\"\n\n[[exercises]]\nanswr = \"A\"\n");
    for (about, expected) in [
        (
            ABOUT.replace("format = 1", "format = 2"),
            vec![
                "case.toml, line 1, field \"format\": the format 2 is not known; this version of Namehound reads format 1.",
            ],
        ),
        (
            ABOUT.replace("\"try\"", "\"Try it\""),
            vec![
                "case.toml, line 2, field \"name\": \"Try it\" is not a case's name: use up to 64 small letters, digits and \
              hyphens. Write for example \"name\": \"leaked-episode\".",
            ],
        ),
        (
            ABOUT.replace("2021-05-12", "\"May 2021\""),
            vec![
                "case.toml, line 5, field \"as_of\": \"May 2021\" is not a day: write year-month-day. Write for example \
              \"as_of\": \"2021-05-12\".",
            ],
        ),
        (
            ABOUT.replace("format = 1\n", ""),
            vec!["case.toml, field \"format\": this field is missing. Write for example \"format\": 1."],
        ),
        (
            exercise,
            vec![
                "case.toml, line 11, field \"exercises[2].answr\": there is no such field; did you mean \"answer\"?",
                "case.toml, line 10, field \"exercises[2].question\": this field is missing. Write for example \
                 \"question\": \"Who registered cmt-net.example?\".",
            ],
        ),
        (
            ABOUT.replace("title", "titel"),
            vec![
                "case.toml, line 3, field \"titel\": there is no such field; did you mean \"title\"?",
                "case.toml, field \"title\": this field is missing. Write for example \"title\": \"The leaked episode\".",
            ],
        ),
    ] {
        assert_eq!(messages(&about, RECORD), expected, "{about}");
    }
    let syntax = messages("format = 1\nname = try\n", RECORD);
    assert!(syntax[0].starts_with("case.toml, line 2: this is not TOML: "), "{syntax:?}");
}

#[test]
fn everything_that_is_wrong_is_told_at_once_in_the_order_of_files_and_lines() {
    let about = ABOUT.replace("title = \"T\"", "title = 5");
    let dns = "# a comment\n\nnot json\n{\"record\": \"dns\", \"name\": \"nodot\", \"type\": \"A\", \"value\": \
               \"192.0.2.1\", \"ttl\": \"long\", \"seen\": 1}\n";
    let whois = r#"{"record": "whois", "domain": "a.example", "observed": "2022-01-01", "created": "soon", "expires": "2020-01-01"}"#;
    let files = [
        ("whois.jsonl".to_owned(), format!("{RECORD}\r\n{whois}\r\n").into_bytes()),
        ("dns.jsonl".to_owned(), dns.into()),
        (CASE_FILE.to_owned(), about.into_bytes()),
    ];
    let errors = read(files, Limits::STANDARD, Problems::default()).unwrap_err();
    let places: Vec<_> =
        errors.errors.iter().map(|error| (error.file.as_str(), error.line, error.field.as_deref())).collect();
    // Without a good case.toml there is no as_of, so nothing is said about what was observed after it.
    assert_eq!(
        places,
        [
            ("case.toml", Some(3), Some("title")),
            ("dns.jsonl", Some(3), None),
            ("dns.jsonl", Some(4), Some("name")),
            ("dns.jsonl", Some(4), Some("seen")),
            ("dns.jsonl", Some(4), Some("ttl")),
            ("whois.jsonl", Some(2), Some("created")),
        ]
    );
    assert!(
        errors.to_string().starts_with("the case cannot be loaded, 6 things are wrong with it:\n  case.toml, line 3")
    );
}

#[test]
fn a_field_that_cannot_be_read_does_not_hide_what_is_wrong_with_the_others() {
    let line = r#"{"record": "dns", "name": "a.example", "type": "AAAA", "value": "192.0.2.1", "ttl": -1, "last_seen": "2030-01-01"}"#;
    let fields: Vec<_> = read_case(ABOUT, line, Limits::STANDARD)
        .unwrap_err()
        .errors
        .into_iter()
        .map(|error| error.field.unwrap_or_default())
        .collect();
    assert_eq!(fields, ["ttl", "last_seen", "value"]);
}

#[test]
fn files_as_editors_on_windows_write_them_are_read() {
    let about = format!("\u{feff}{}", ABOUT.replace('\n', "\r\n"));
    let records = format!("\u{feff}# records\r\n\r\n{RECORD}\r\n");
    assert_eq!(read_case(&about, &records, Limits::STANDARD).unwrap().dns.len(), 1);
}

#[test]
fn other_encodings_and_missing_or_misnamed_files_are_told() {
    let about = || (CASE_FILE.to_owned(), ABOUT.into());
    let record = |path: &str| (path.to_owned(), RECORD.into());
    let utf_16 = b"\xff\xfe{\0".to_vec();
    for (files, expected) in [
        (vec![about()], "case.toml: no record file (*.jsonl) is beside it, so the case has no answers."),
        (vec![record("r.jsonl")], "case.toml: a case needs this file: it names the case and the day it plays on."),
        (
            vec![about(), record("r.jsonl"), record("x.json")],
            "x.json: record files end in .jsonl: rename it, or move it out of the case's folder.",
        ),
        (
            vec![about(), record("r.jsonl"), record("case.toml.txt")],
            "case.toml.txt: a case's own file is called exactly case.toml: rename it.",
        ),
        (
            vec![about(), ("r.jsonl".to_owned(), b"\xff".to_vec())],
            "r.jsonl, line 1: the line is not UTF-8: save the file as UTF-8.",
        ),
        (vec![about(), ("r.jsonl".to_owned(), utf_16)], "r.jsonl: the file is UTF-16: save it as UTF-8."),
        (
            vec![(CASE_FILE.to_owned(), b"\xff".to_vec()), record("r.jsonl")],
            "case.toml: the file is not UTF-8: save it as UTF-8.",
        ),
    ] {
        let errors = read(files, Limits::STANDARD, Problems::default()).unwrap_err();
        assert_eq!(errors.errors.iter().map(ToString::to_string).collect::<Vec<_>>(), [expected]);
    }
    assert!(read([about(), record("r.JSONL"), record("notes.md")], Limits::STANDARD, Problems::default()).is_ok());
}

#[test]
fn every_bound_is_told() {
    let standard = Limits::STANDARD;
    let three = format!("{RECORD}\n{RECORD}\n{RECORD}\n");
    for (limits, expected) in [
        (Limits { records: 2, ..standard }, "r.jsonl, line 3: a case has at most 2 records; the rest is not read."),
        (
            Limits { file_bytes: 200, ..standard },
            "r.jsonl: the file is larger than 200 bytes, the most that is read: split it.",
        ),
        (Limits { files: 0, ..standard }, "r.jsonl: a case has at most 0 record files."),
    ] {
        let errors = read_case(ABOUT, &three, limits).unwrap_err();
        assert_eq!(errors.errors.iter().map(ToString::to_string).collect::<Vec<_>>(), [expected]);
    }
    let limits = Limits { line_bytes: 20, ..standard };
    let errors = read_case(ABOUT, &three, limits).unwrap_err();
    assert_eq!(errors.errors.len(), 3);
    assert_eq!(errors.errors[0].message, "the line is longer than 20 bytes, the most that is read.");
    assert!(read_case(ABOUT, &three, Limits { records: 3, ..standard }).is_ok());
}

#[test]
fn many_problems_are_counted_and_long_ones_cut() {
    let line = format!("{{\"record\": \"dns\", \"{}\": 1}}\n", "x".repeat(5000));
    let errors = read_case(ABOUT, &line.repeat(200), Limits::STANDARD).unwrap_err();
    assert_eq!((errors.errors.len(), errors.left_out), (100, 175));
    let long = errors.to_string();
    assert!(long.chars().count() < 60_000 && long.ends_with("and 175 more"), "{}", long.len());
}

#[test]
fn every_example_in_the_schemas_is_right_itself() {
    let mut tried = 0;
    let shapes = RECORD_SHAPE["oneOf"].as_array().unwrap();
    for shape in shapes {
        let mut record = serde_json::Map::new();
        for (key, property) in shape["properties"].as_object().unwrap() {
            let example = property.get("const").unwrap_or_else(|| &property["examples"][0]);
            record.insert(key.clone(), example.clone());
            tried += 1;
        }
        let line = Value::Object(record).to_string();
        let read = read_case(ABOUT, &line, Limits::STANDARD);
        assert!(read.is_ok(), "{line}: {read:?}");
    }
    assert_eq!(tried, 37 + 4 + 5 + 9 + 7);
}

proptest! {
    #[test]
    fn random_bytes_never_panic(about in any::<Vec<u8>>(), records in any::<Vec<u8>>()) {
        let files = [(CASE_FILE.to_owned(), about), ("r.jsonl".to_owned(), records.clone())];
        let _ = read(files, Limits::STANDARD, Problems::default());
        let files = [(CASE_FILE.to_owned(), ABOUT.into()), ("r.jsonl".to_owned(), records)];
        let _ = read(files, Limits::STANDARD, Problems::default());
    }

    #[test]
    fn random_fields_never_panic(field in "[a-z_]{1,12}|name|type|value|ttl", value in "\\PC{0,40}", kind in "A|MX|SOA|TXT|CAA|NS") {
        let mut line = serde_json::json!({"record": "dns", "name": "a.example", "type": kind, "value": value});
        line[field] = value.into();
        let _ = read_case(ABOUT, &line.to_string(), Limits::STANDARD);
    }
}
