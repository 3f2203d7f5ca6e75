//! WhoisXML API about sites, reputations, threats and mailboxes.

#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "helpers of tests may be as blunt as tests: a panic here is a failed test"
)]

mod vendor;

use http::Method;
use intel::{
    Lookup, Page, Provider, ProviderError, Record, Step, Total,
    lookup::{HostOrAddress, Indicator},
    observable::EmailAddress,
    record::{Described, MailboxCheck, Reputation, ReputationWarning, Threat, WebsiteCategory, WebsiteContacts},
};
use serde_json::{Value, json};
use vendor::{FIRST, address, after, block, host, moment, provider, read, recording, request, text};

fn reputation() -> Lookup {
    Lookup::Reputation { subject: HostOrAddress::Host(host("example.com")) }
}

fn threats(indicator: Indicator) -> Lookup {
    Lookup::Threats { indicator }
}

fn threats_of_host() -> Lookup {
    threats(Indicator::Host(host("example.com")))
}

fn contacts() -> Lookup {
    Lookup::WebsiteContacts { host: host("www.example.com") }
}

fn categories() -> Lookup {
    Lookup::WebsiteCategories { host: host("www.example.com") }
}

fn mailbox() -> EmailAddress {
    EmailAddress::parse("Info@example.com").expect("a mailbox")
}

fn verification() -> Lookup {
    Lookup::EmailVerification { email: mailbox() }
}

fn nothing() -> Page {
    Page { total: Some(Total::Exactly(0)), ..Page::default() }
}

fn one(record: Record) -> Page {
    Page { records: vec![record], total: Some(Total::Exactly(1)), ..Page::default() }
}

fn is_malformed(lookup: &Lookup, body: &Value) {
    let error = read(lookup, &FIRST, body).expect_err("no page");
    assert!(matches!(error, ProviderError::Malformed { .. }), "{body} {error:?}");
}

// --- requests -------------------------------------------------------------------------------------------------------

#[test]
fn each_question_is_asked_by_get() {
    let reputation_url = "https://domain-reputation.whoisxmlapi.com/api/v2";
    let threats_url = "https://threat-intelligence.whoisxmlapi.com/api/v1";
    let url = url::Url::parse("https://www.example.com/a?b=c&d=%20").expect("a URL");
    for (lookup, url) in [
        (reputation(), format!("{reputation_url}?domainName=example.com&mode=fast&outputFormat=JSON")),
        (
            Lookup::Reputation { subject: HostOrAddress::Address(address("192.0.2.1")) },
            format!("{reputation_url}?domainName=192.0.2.1&mode=fast&outputFormat=JSON"),
        ),
        (threats_of_host(), format!("{threats_url}?ioc=example.com&size=100&outputFormat=JSON")),
        (
            threats(Indicator::Address(address("2001:db8::1"))),
            format!("{threats_url}?ioc=2001%3Adb8%3A%3A1&size=100&outputFormat=JSON"),
        ),
        (
            threats(Indicator::Netblock(block("192.0.2.0 - 192.0.2.255"))),
            format!("{threats_url}?ioc=192.0.2.0%2F24&size=100&outputFormat=JSON"),
        ),
        (
            threats(Indicator::Url(url)),
            format!(
                "{threats_url}?ioc=https%3A%2F%2Fwww.example.com%2Fa%3Fb%3Dc%26d%3D%2520&size=100&outputFormat=JSON"
            ),
        ),
        (
            threats(Indicator::Hash("D41D8CD98F00B204E9800998ECF8427E".to_owned())),
            format!("{threats_url}?ioc=d41d8cd98f00b204e9800998ecf8427e&size=100&outputFormat=JSON"),
        ),
        (
            contacts(),
            "https://website-contacts.whoisxmlapi.com/api/v1?domainName=www.example.com&outputFormat=JSON".to_owned(),
        ),
        (
            categories(),
            "https://website-categorization.whoisxmlapi.com/api/v3?domainName=www.example.com&outputFormat=JSON"
                .to_owned(),
        ),
        (
            verification(),
            "https://emailverification.whoisxmlapi.com/api/v2?emailAddress=Info%40example.com&outputFormat=JSON"
                .to_owned(),
        ),
    ] {
        let request = request(&lookup, &FIRST);
        assert_eq!((request.method, request.url.as_str(), request.body), (Method::GET, url.as_str(), None));
    }
}

#[test]
fn there_is_one_page_and_no_preview() {
    for lookup in [reputation(), threats_of_host(), contacts(), categories(), verification()] {
        for step in [Step::Preview, after("x")] {
            let error = provider().call(&lookup, &step).expect_err("no call");
            assert!(matches!(error, ProviderError::InvalidInput { .. }), "{error:?}");
            let error = read(&lookup, &step, &json!({"mode": "fast"})).expect_err("no page");
            assert!(matches!(error, ProviderError::InvalidInput { .. }), "{error:?}");
        }
    }
}

#[test]
fn threats_of_a_range_that_is_no_prefix_are_not_asked_for() {
    let lookup = threats(Indicator::Netblock(block("192.0.2.1-192.0.2.6")));
    let error = provider().call(&lookup, &FIRST).expect_err("no call");
    let reason = "it knows networks by prefix, and 192.0.2.1-192.0.2.6 is none. Ask about its parts one by one.";
    assert_eq!(error, ProviderError::InvalidInput { reason: reason.to_owned() });
}

// --- reputation -----------------------------------------------------------------------------------------------------

#[test]
fn a_recorded_reputation_of_version_1_is_read() {
    let Some(body) = recording("domain_reputation_v1.json") else { return };
    let mut warnings = Vec::new();
    for test in body["testResults"].as_array().expect("tests") {
        let pairs =
            test["warnings"].as_array().expect("texts").iter().zip(test["warningCodes"].as_array().expect("codes"));
        warnings.extend(pairs.map(|(warning, code)| ReputationWarning {
            test: vendor::recorded_text(&test["test"]),
            text: vendor::recorded_text(warning).expect("a text"),
            code: Some(code.to_string()),
        }));
    }
    assert!(warnings.len() > body["testResults"].as_array().expect("tests").len(), "a test has several warnings");
    let expected = Reputation { score: body["reputationScore"].as_f64(), warnings };
    assert!(expected.score.is_some());
    assert_eq!(read(&reputation(), &FIRST, &body).expect("a page"), one(Record::Reputation(expected)));
}

fn warning(test: Option<&str>, text: &str, code: Option<&str>) -> ReputationWarning {
    ReputationWarning { test: test.map(str::to_owned), text: text.to_owned(), code: code.map(str::to_owned) }
}

#[test]
fn warnings_are_read_in_the_shapes_of_both_versions() {
    let body = json!({"mode": "fast", "reputationScore": "91.16", "testResults": [
        {"test": "Malware databases check", "testCode": 82,
         "warnings": [{"warningDescription": "Listed", "warningCode": 4001}, {"warningDescription": "Twice",
         "warningCode": "4002"}]},
        {"test": "Mail servers check", "warnings": ["No SPF", null, "No DMARC"], "warningCodes": [5015, 0, "5016"]},
        {"test": "Short codes", "warnings": ["a", "b"], "warningCodes": 1},
        {"test": "Mixed", "warnings": ["c", {"description": "d"}], "warningCodes": [2, 3]},
        {"test": "Alone", "warnings": "e", "warningCodes": null},
        {"test": "Only a code", "warnings": [{"warningCode": 7}]},
        {"test": null, "warnings": [{"warningDescription": "No name"}]},
        {"test": "Passed", "warnings": []}, {"test": "Passed too"}, {"test": "Odd", "warnings": [{}, {"odd": 1}, true]},
        null, "odd",
    ]});
    let page = read(&reputation(), &FIRST, &body).expect("a page");
    let expected = Reputation {
        score: Some(91.16),
        warnings: vec![
            warning(Some("Malware databases check"), "Listed", Some("4001")),
            warning(Some("Malware databases check"), "Twice", Some("4002")),
            warning(Some("Mail servers check"), "No SPF", Some("5015")),
            // The code without a text stands beside nothing that could be shown.
            warning(Some("Mail servers check"), "Warning 0", Some("0")),
            warning(Some("Mail servers check"), "No DMARC", Some("5016")),
            warning(Some("Short codes"), "a", Some("1")),
            warning(Some("Short codes"), "b", None),
            warning(Some("Mixed"), "c", Some("2")),
            warning(Some("Mixed"), "d", Some("3")),
            warning(Some("Alone"), "e", None),
            warning(Some("Only a code"), "Warning 7", Some("7")),
            warning(None, "No name", None),
        ],
    };
    assert_eq!(page.records, [Record::Reputation(expected)]);
    assert_eq!(page.notes, ["3 rows of the answer are no readable warnings and were left out."]);
}

#[test]
fn a_score_outside_its_scale_is_unknown() {
    for (score, read_as) in [
        (json!(0), Some(0.0)),
        (json!(100), Some(100.0)),
        (json!("55.5"), Some(55.5)),
        (json!(100.01), None),
        (json!(-1), None),
        (json!("high"), None),
        (json!({"score": 50}), None),
        (json!(true), None),
    ] {
        let page = read(&reputation(), &FIRST, &json!({"reputationScore": score, "testResults": []})).expect("a page");
        assert_eq!(page, one(Record::Reputation(Reputation { score: read_as, warnings: vec![] })), "{score}");
    }
}

#[test]
fn a_single_test_may_stand_in_the_lists_place() {
    let body =
        json!({"reputationScore": 50, "testResults": {"test": "Alone", "warnings": "Listed", "warningCodes": 7}});
    let expected = Reputation { score: Some(50.0), warnings: vec![warning(Some("Alone"), "Listed", Some("7"))] };
    assert_eq!(read(&reputation(), &FIRST, &body).expect("a page"), one(Record::Reputation(expected)));
}

#[test]
fn a_reputation_that_is_not_known_is_no_error() {
    for body in [json!({"mode": "fast"}), json!({"mode": "fast", "reputationScore": null, "testResults": null})] {
        assert_eq!(read(&reputation(), &FIRST, &body).expect("a page"), nothing(), "{body}");
    }
    is_malformed(&reputation(), &json!({"score": 50}));
}

// --- threats --------------------------------------------------------------------------------------------------------

fn threat(indicator: &str, kind: Option<&str>, threat: &str) -> Threat {
    Threat {
        indicator: indicator.to_owned(),
        indicator_kind: kind.map(str::to_owned),
        threat: threat.to_owned(),
        first_seen: None,
        last_seen: None,
    }
}

#[test]
fn threats_are_read_under_every_likely_name() {
    let body = json!({"total": 6, "results": [
        {"value": "example.com", "iocType": "domain", "threatType": "malware", "firstSeen": 1_678_372_385,
        "lastSeen": "1678372386"},
        {"ioc": "https://example.com/x", "IOCType": "url", "ThreatType": "phishing",
        "firstSeen": "2023-03-09T14:33:05Z", "lastSeen": null},
        {"threatType": "spam", "firstSeen": 0, "lastSeen": {"odd": 1}},
        {"value": "example.com", "threatType": ["botnet", "c2"]},
        {"value": "example.com", "threatType": ""},
        "phishing",
    ]});
    let page = read(&threats_of_host(), &FIRST, &body).expect("a page");
    let dated = |threat, first: &str, last: Option<&str>| Threat {
        first_seen: moment(first),
        last_seen: last.and_then(moment),
        ..threat
    };
    let expected = [
        dated(threat("example.com", Some("domain"), "malware"), "2023-03-09T14:33:05Z", Some("2023-03-09T14:33:06Z")),
        dated(threat("https://example.com/x", Some("url"), "phishing"), "2023-03-09T14:33:05Z", None),
        threat("example.com", None, "spam"),
        threat("example.com", None, "botnet"),
        threat("example.com", None, "c2"),
    ];
    assert_eq!(page.records, expected.map(Record::Threat));
    assert_eq!((page.next, page.total), (None, Some(Total::Exactly(6))));
    assert_eq!(page.notes, ["2 rows of the answer are no readable threats and were left out."]);
}

#[test]
fn more_threats_than_were_sent_are_told() {
    let row = json!({"value": "example.com", "threatType": "spam"});
    let body = json!({"total": "250", "results": vec![row.clone(); 100]});
    let page = read(&threats_of_host(), &FIRST, &body).expect("a page");
    assert_eq!((page.records.len(), page.next, page.total), (100, None, Some(Total::Exactly(250))));
    assert_eq!(page.notes, ["The source announced 250 threats and sent 100."]);
    let page = read(&threats_of_host(), &FIRST, &json!({"results": vec![row.clone(); 100]})).expect("a page");
    assert_eq!((page.total, page.notes), (Some(Total::AtLeast(100)), vec![]));
    let page = read(&threats_of_host(), &FIRST, &json!({"total": 0, "results": row})).expect("a page");
    assert_eq!((page.records.len(), page.total), (1, Some(Total::Exactly(1))));
}

#[test]
fn no_threats_are_no_error_and_no_answer_is_malformed() {
    for body in [
        json!({"total": 0, "results": []}),
        json!({"total": "0"}),
        json!({"results": []}),
        json!({"total": 0, "results": null}),
        json!({"result": ""}),
    ] {
        assert_eq!(read(&threats_of_host(), &FIRST, &body).expect("a page"), nothing(), "{body}");
    }
    for body in
        [json!({"total": 7}), json!({"total": 7, "results": "x"}), json!({"results": 7}), json!({"total": null})]
    {
        is_malformed(&threats_of_host(), &body);
    }
}

// --- contacts -------------------------------------------------------------------------------------------------------

fn described(value: &str, description: Option<&str>) -> Described {
    Described { value: value.to_owned(), description: description.map(str::to_owned) }
}

#[test]
fn recorded_contacts_are_read() {
    let Some(body) = recording("website_contacts.json") else { return };
    let list = |field: &str, value: &str| -> Vec<Described> {
        let rows = body[field].as_array().expect("rows").iter();
        let row = |row: &Value| {
            let value = vendor::recorded_text(&row[value])?;
            Some(Described { value, description: vendor::recorded_text(&row["description"]) })
        };
        rows.filter_map(row).collect()
    };
    let links = body["socialLinks"].as_object().expect("links");
    let profiles = links.iter().filter_map(|(network, link)| {
        Some(Described { value: vendor::recorded_text(link)?, description: Some(network.clone()) })
    });
    let expected = WebsiteContacts {
        site: vendor::recorded_text(&body["domainName"]).expect("a name"),
        responded: body["websiteResponded"].as_bool(),
        title: vendor::recorded_text(&body["meta"]["title"]),
        description: vendor::recorded_text(&body["meta"]["description"]),
        country_code: vendor::recorded_text(&body["countryCode"]),
        companies: vendor::recorded_texts(&body["companyNames"]),
        emails: list("emails", "email"),
        phones: list("phones", "phoneNumber"),
        addresses: vendor::recorded_texts(&body["postalAddresses"]),
        profiles: profiles.collect(),
    };
    let full = [expected.emails.len(), expected.phones.len(), expected.profiles.len(), expected.companies.len()];
    assert!(full.iter().all(|count| *count > 1) && expected.profiles.len() < links.len(), "{expected:?}");
    let page = read(&contacts(), &FIRST, &body).expect("a page");
    assert_eq!(page, one(Record::WebsiteContacts(Box::new(expected))));
}

#[test]
fn contacts_are_read_from_texts_and_objects_alike() {
    let body = json!({"domainName": "example.com", "websiteResponded": "true", "meta": {"title": " Example ",
        "description": ""},
        "countryCode": "us", "companyNames": ["Example Org", "", "N/A", {"name": "Example Holding"}, "Example Org"],
        "emails": ["info@example.com", {"email": "", "description": "Support"}, {"email": "press@example.com",
        "description": "Press"},
                   "a@example.com, b@example.com", null, "REDACTED"],
        "phones": ["+1 555 555 0100", 15_555_550_101_u64, {"phoneNumber": 15_555_550_102_u64, "description": "Desk",
        "callHours": "9-17"},
                   {"phoneNumber": "+000000000"}, {"phoneNumber": null}],
        "postalAddresses": ["1 Example Street\nReston, VA", {"street": "2 Example Street", "city": "Reston",
        "country": "US"}, ""],
        "socialLinks": {"facebook": "https://social.example/f", "linkedIn": "",
        "mastodon": ["https://social.example/m"], "x": null}});
    let expected = WebsiteContacts {
        site: "example.com".to_owned(),
        responded: Some(true),
        title: text("Example"),
        description: None,
        country_code: text("US"),
        companies: vec!["Example Org".to_owned(), "Example Holding".to_owned()],
        emails: vec![
            described("info@example.com", None),
            described("press@example.com", Some("Press")),
            described("a@example.com", None),
            described("b@example.com", None),
        ],
        phones: vec![
            described("+1 555 555 0100", None),
            described("15555550101", None),
            described("15555550102", Some("Desk")),
        ],
        addresses: vec!["1 Example Street, Reston, VA".to_owned(), "2 Example Street, Reston, US".to_owned()],
        profiles: vec![
            described("https://social.example/f", Some("facebook")),
            described("https://social.example/m", Some("mastodon")),
        ],
    };
    let page = read(&contacts(), &FIRST, &body).expect("a page");
    assert_eq!(page, one(Record::WebsiteContacts(Box::new(expected))));
}

#[test]
fn contacts_that_cannot_be_read_are_counted() {
    let body = json!({"emails": ["nobody", {"odd": 1}, 7], "phones": ["call us", true], "companyNames": [["x", "y"], true],
                      "postalAddresses": [true], "socialLinks": ["https://social.example/f", {"odd": 1},
                      {"url": "https://social.example/g", "name": "g"}],
                      "meta": "text", "countryCode": 7, "websiteResponded": "perhaps"});
    let page = read(&contacts(), &FIRST, &body).expect("a page");
    let expected = WebsiteContacts {
        site: "www.example.com".to_owned(),
        profiles: vec![described("https://social.example/f", None), described("https://social.example/g", Some("g"))],
        ..WebsiteContacts::default()
    };
    assert_eq!(page.records, [Record::WebsiteContacts(Box::new(expected))]);
    assert_eq!(page.notes, ["9 rows of the answer are no readable contacts and were left out."]);
}

#[test]
fn a_site_without_contacts_is_still_told_about() {
    let silent = json!({"domainName": "example.com", "websiteResponded": false, "meta": {"title": "",
        "description": ""},
        "countryCode": "", "companyNames": [], "emails": [], "phones": [], "postalAddresses": [],
        "socialLinks": {"facebook": "", "instagram": "", "linkedIn": "", "twitter": ""}});
    let expected =
        WebsiteContacts { site: "example.com".to_owned(), responded: Some(false), ..WebsiteContacts::default() };
    let page = read(&contacts(), &FIRST, &silent).expect("a page");
    assert_eq!(page, one(Record::WebsiteContacts(Box::new(expected))));
    for body in [json!({"domain": "example.com"}), json!({"emails": null, "meta": null})] {
        is_malformed(&contacts(), &body);
    }
}

// --- categories -----------------------------------------------------------------------------------------------------

fn category(id: Option<u64>, name: &str, confidence: Option<f64>) -> Record {
    Record::WebsiteCategory(WebsiteCategory { id, name: name.to_owned(), confidence })
}

#[test]
fn recorded_categories_are_read() {
    let Some(body) = recording("website_categorization_v3.json") else { return };
    let rows = body["categories"].as_array().expect("rows");
    let expected: Vec<Record> = rows
        .iter()
        .map(|row| category(row["id"].as_u64(), row["name"].as_str().expect("a name"), row["confidence"].as_f64()))
        .collect();
    let page = read(&categories(), &FIRST, &body).expect("a page");
    assert_eq!(page.records, expected);
    assert_eq!((page.next, page.total, page.notes), (None, Some(Total::Exactly(rows.len() as u64)), vec![]));
}

#[test]
fn categories_are_read_in_the_shapes_of_every_version() {
    for (list, expected) in [
        (json!([{"id": "5", "name": "News", "confidence": "0.85"}]), vec![category(Some(5), "News", Some(0.85))]),
        (json!({"id": 5, "name": "News", "confidence": 1}), vec![category(Some(5), "News", Some(1.0))]),
        (json!([{"Id": 5, "NAME": "News", "confidence": 85}]), vec![category(Some(5), "News", None)]),
        (json!([{"id": "IAB12", "name": "News", "confidence": -0.1}]), vec![category(None, "News", None)]),
        (json!(["News", " Sports "]), vec![category(None, "News", None), category(None, "Sports", None)]),
        (json!("News"), vec![category(None, "News", None)]),
        (
            json!([
                {"tier1": {"id": "IAB12", "name": "News", "confidence": 0.9}, "tier2": {"id": "13", "name": "Weather",
                "confidence": 0.8}},
                {"tier1": {"id": "IAB12", "name": "News", "confidence": 0.7}, "tier2": null},
                {"tier1": "News", "tier2": {"name": "Local"}},
            ]),
            vec![
                category(None, "News", Some(0.9)),
                category(Some(13), "Weather", Some(0.8)),
                category(None, "Local", None),
            ],
        ),
        (json!({"tier1": {"name": "News"}, "tier2": {}}), vec![category(None, "News", None)]),
    ] {
        let page =
            read(&categories(), &FIRST, &json!({"domainName": "example.com", "categories": list})).expect("a page");
        assert_eq!(page.records, expected, "{list}");
        assert_eq!((page.total, page.notes), (Some(Total::Exactly(expected.len() as u64)), vec![]), "{list}");
    }
}

#[test]
fn odd_categories_are_counted_and_a_silent_site_is_told() {
    let body = json!({"websiteResponded": "false", "categories": [null, 7, {}, {"id": 5}, {"tier1": {"id": 1}},
        {"name": "News"}]});
    let page = read(&categories(), &FIRST, &body).expect("a page");
    assert_eq!(page.records, [category(None, "News", None)]);
    assert_eq!(page.total, Some(Total::Exactly(6)));
    assert_eq!(
        page.notes,
        [
            "5 rows of the answer are no categories and were left out.",
            "The web site did not answer when the source visited it."
        ]
    );
}

#[test]
fn no_categories_are_no_error_and_no_answer_is_malformed() {
    for body in [
        json!({"domainName": "example.com", "categories": [], "websiteResponded": true}),
        json!({"domainName": "example.com", "categories": null}),
        json!({"websiteResponded": true}),
        json!({"categories": ""}),
        json!({"categories": {}}),
    ] {
        assert_eq!(read(&categories(), &FIRST, &body).expect("a page"), nothing(), "{body}");
    }
    for body in
        [json!({"categories": 7, "domainName": "example.com"}), json!({"categories": null}), json!({"tiers": []})]
    {
        is_malformed(&categories(), &body);
    }
}

// --- mailboxes ------------------------------------------------------------------------------------------------------

fn verified() -> Value {
    json!({"username": "info", "domain": "example.com", "emailAddress": "info@example.com", "formatCheck": "true",
           "smtpCheck": "false", "dnsCheck": "true", "freeCheck": "false", "disposableCheck": null,
           "catchAllCheck": "null", "mxRecords": ["mx1.example.com", "MX2.example.com."],
           "audit": {"auditCreatedDate": "2024-01-01 00:00:00 UTC", "auditUpdatedDate": "2024-02-01 10:20:30 UTC"}})
}

fn unknown() -> MailboxCheck {
    MailboxCheck {
        email: mailbox(),
        well_formed: None,
        domain_resolves: None,
        deliverable: None,
        catch_all: None,
        free: None,
        disposable: None,
        mail_servers: vec![],
        checked: None,
    }
}

#[test]
fn a_verified_mailbox_is_read_and_null_is_unknown() {
    let expected = MailboxCheck {
        well_formed: Some(true),
        domain_resolves: Some(true),
        deliverable: Some(false),
        free: Some(false),
        mail_servers: vec![host("mx1.example.com"), host("mx2.example.com")],
        checked: moment("2024-02-01T10:20:30Z"),
        ..unknown()
    };
    let page = read(&verification(), &FIRST, &verified()).expect("a page");
    assert_eq!(page, one(Record::Mailbox(expected)));
}

#[test]
fn odd_fields_of_a_mailbox_are_unknown_and_servers_are_counted() {
    let body = json!({"formatCheck": true, "smtpCheck": 1, "dnsCheck": "0", "catchAllCheck": "maybe",
        "freeCheck": {"odd": 1},
                      "disposableCheck": [], "audit": {"auditCreatedDate": "2024-01-01 00:00:00 UTC",
                      "auditUpdatedDate": ""},
                      "mxRecords": ["10 mx1.example.com.", {"target": "mx2.example.com", "priority": 10}, ".", "",
                      null, true]});
    let page = read(&verification(), &FIRST, &body).expect("a page");
    let expected = MailboxCheck {
        well_formed: Some(true),
        deliverable: Some(true),
        domain_resolves: Some(false),
        mail_servers: vec![host("mx1.example.com"), host("mx2.example.com")],
        checked: moment("2024-01-01T00:00:00Z"),
        ..unknown()
    };
    assert_eq!(page.records, [Record::Mailbox(expected)]);
    assert_eq!(page.notes, ["2 rows of the answer are no mail servers and were left out."]);
    let several = json!({"formatCheck": "true", "mxRecords": "10 mx1.example.com, mx2.example.com.\n",
                         "audit": "2024-01-01 00:00:00 UTC"});
    let page = read(&verification(), &FIRST, &several).expect("a page");
    let expected = MailboxCheck {
        well_formed: Some(true),
        mail_servers: vec![host("mx1.example.com"), host("mx2.example.com")],
        checked: moment("2024-01-01T00:00:00Z"),
        ..unknown()
    };
    assert_eq!(page, one(Record::Mailbox(expected)));
    for single in [json!("mx1.example.com"), json!({"exchange": "mx1.example.com"})] {
        let page =
            read(&verification(), &FIRST, &json!({"formatCheck": "false", "mxRecords": single})).expect("a page");
        let expected =
            MailboxCheck { well_formed: Some(false), mail_servers: vec![host("mx1.example.com")], ..unknown() };
        assert_eq!(page, one(Record::Mailbox(expected)));
    }
}

#[test]
fn a_mailbox_of_which_nothing_could_be_checked_is_told_as_such() {
    let body = json!({"emailAddress": "info@example.com", "formatCheck": null, "smtpCheck": null, "audit": null});
    let page = read(&verification(), &FIRST, &body).expect("a page");
    assert_eq!(page, one(Record::Mailbox(unknown())));
    for body in [json!({"email": "info@example.com"}), json!({"formatCheck": null, "mxRecords": []})] {
        is_malformed(&verification(), &body);
    }
}

#[test]
fn what_is_no_mailbox_to_the_source_is_an_invalid_question() {
    let words = "The emailAddress parameter must hold a mailbox.";
    for (status, body) in [
        (200, json!({"ErrorMessage": {"Error": words}})),
        (400, json!({"ErrorMessage": {"Error": words}})),
        (422, json!({"ErrorMessage": [{"Error": words}]})),
        (422, json!({"code": 422, "messages": words})),
    ] {
        let answer = vendor::response(status, body.to_string());
        match provider().read(&verification(), &FIRST, &answer) {
            Err(ProviderError::InvalidInput { reason }) => assert!(reason.contains(words), "{reason}"),
            other => panic!("{body} {other:?}"),
        }
    }
}
