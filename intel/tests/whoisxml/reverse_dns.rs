//! Reverse DNS API.

use crate::support::*;

fn term(on_name: bool, text: &str, exclude: bool) -> ReverseDnsTerm {
    ReverseDnsTerm { on_name, text: text.to_owned(), exclude }
}

fn asking(terms: Vec<ReverseDnsTerm>) -> Lookup {
    Lookup::ReverseDns { record_type: ReverseDnsType::Txt, terms }
}

fn txt() -> Lookup {
    reverse_dns(ReverseDnsType::Txt, "site-verification=*")
}

fn dns_record(owner: &str, data: DnsData, first_seen: Option<Moment>, last_seen: Option<Moment>) -> Record {
    Record::Dns(DnsRecord { owner: host(owner), data, ttl: None, first_seen, last_seen, security: None })
}

#[test]
fn records_are_asked_for_by_their_conditions() {
    for (record_type, word) in
        [(ReverseDnsType::Txt, "txt"), (ReverseDnsType::Cname, "cname"), (ReverseDnsType::Soa, "soa")]
    {
        let terms = vec![
            term(false, " *verification=Ab* ", false),
            term(true, "*.example.com", false),
            term(false, "*old*", true),
            term(true, "test*", true),
        ];
        let request = request(&Lookup::ReverseDns { record_type, terms }, &FIRST);
        assert_eq!(
            (&request.method, request.url.as_str()),
            (&Method::POST, "https://reverse-dns.whoisxmlapi.com/api/v1")
        );
        assert_eq!(
            body_of(&request),
            json!({"recordType": word, "limit": 1000, "outputFormat": "JSON", "terms": [
                {"field": "value", "term": "*verification=Ab*", "exclude": false},
                {"field": "domain", "term": "*.example.com", "exclude": false},
                {"field": "value", "term": "*old*", "exclude": true},
                {"field": "domain", "term": "test*", "exclude": true}]})
        );
    }
}

#[test]
fn a_question_that_the_service_does_not_take_is_not_sent() {
    let good = || term(false, "example", false);
    for terms in [
        vec![],
        vec![good(), good(), good(), good(), good()],
        vec![term(false, "", false)],
        vec![term(false, " xy ", false)],
        vec![good(), term(true, "ab", true)],
    ] {
        let error = provider().call(&asking(terms.clone()), &FIRST).expect_err("no call");
        assert!(matches!(error, ProviderError::InvalidInput { .. }), "{terms:?} {error:?}");
    }
    assert!(provider().call(&asking(vec![term(false, "\u{e9}\u{e9}\u{e9}", false)]), &FIRST).is_ok());
}

#[test]
fn recorded_answers_are_read() {
    let (Some(rows), Some(empty)) = (fixture("reverse_dns.json"), fixture("reverse_dns_empty.json")) else { return };
    let row = |seen| sighting("abc", Moment::from_epoch_seconds(seen), Moment::from_epoch_seconds(seen));
    let page = provider().read(&by_soa(), &FIRST, &response(200, rows)).expect("a page");
    assert_eq!(page.records, [row(1_634_338_366), row(1_634_348_416)]);
    assert_eq!((page.total, page.next), (Some(Total::Exactly(2)), None));
    // The recorded values lack the mailbox, so they are no SOA records.
    assert_eq!(page.notes, ["2 rows have values that do not read as SOA records; their names are kept."]);
    for lookup in [by_soa(), txt()] {
        let page = provider().read(&lookup, &FIRST, &response(200, empty.clone())).expect("a page");
        assert_eq!(page, Page { total: Some(Total::Exactly(0)), ..Page::default() });
    }
}

#[test]
fn values_become_records_of_the_type_that_was_asked_for() {
    let seen = (Moment::from_epoch_seconds(1_697_553_732), Moment::from_epoch_seconds(1_728_317_192));
    let row = |value: Value| {
        json!({"result": [{"name": "WWW.example.com.", "value": value, "first_seen": "1697553732",
            "last_visit": 1_728_317_192, "active": true, "wildcard": null}], "size": 1})
    };
    let text = |text: &str| DnsData::Text(text.to_owned());
    let authority = DnsData::StartOfAuthority {
        primary: host("ns1.example.net"),
        mailbox: "dns.admin@example.net".to_owned(),
        serial: 658_337_085,
    };
    let soa = json!("ns1.example.net. dns\\.admin.example.net. 658337085 900 900 1800 60");
    for (record_type, value, data) in [
        (ReverseDnsType::Txt, json!("v=spf1 include:example.net -all"), text("v=spf1 include:example.net -all")),
        (ReverseDnsType::Txt, json!("\"v=spf1 \" \"-all\""), text("v=spf1 -all")),
        (ReverseDnsType::Txt, json!(["v=spf1 ", "-all"]), text("v=spf1 -all")),
        (ReverseDnsType::Txt, json!(12345), text("12345")),
        (ReverseDnsType::Cname, json!("Host.Example.NET."), DnsData::Alias(host("host.example.net"))),
        (ReverseDnsType::Cname, json!(["host.example.net"]), DnsData::Alias(host("host.example.net"))),
        (ReverseDnsType::Soa, soa.clone(), authority.clone()),
        (ReverseDnsType::Soa, json!([soa]), authority),
    ] {
        let page = read(&reverse_dns(record_type, "example"), &FIRST, &row(value.clone())).expect("a page");
        assert_eq!(page.records, [dns_record("www.example.com", data, seen.0, seen.1)], "{value}");
        assert_eq!((page.total, page.notes), (Some(Total::Exactly(1)), vec![]), "{value}");
    }
    for (record_type, value) in [
        (ReverseDnsType::Txt, json!(null)),
        (ReverseDnsType::Txt, json!({"odd": "value"})),
        (ReverseDnsType::Cname, json!("two words")),
        (ReverseDnsType::Cname, json!("192.0.2.1")),
        (ReverseDnsType::Soa, json!("ns1.example.net. 658337085 900 900 1800 60")),
        (ReverseDnsType::Soa, json!({"primary": "ns1.example.net"})),
        (ReverseDnsType::Soa, json!(7)),
    ] {
        let page = read(&reverse_dns(record_type, "example"), &FIRST, &row(value.clone())).expect("a page");
        assert_eq!(page.records, [sighting("www.example.com", seen.0, seen.1)], "{value}");
        assert_eq!(page.notes.len(), 1, "{value}");
    }
}

#[test]
fn rows_without_a_name_are_left_out() {
    let body = json!({"size": 5, "result": [
        {"name": "a..b", "value": "x"}, {"value": "x"}, null, "example.com", {"name": "example.org", "value": "x"}]});
    let page = read(&txt(), &FIRST, &body).expect("a page");
    let text = DnsData::Text("x".to_owned());
    assert_eq!(page.records, [sighting("example.com", None, None), dns_record("example.org", text, None, None)]);
    assert_eq!(
        page.notes,
        [
            "1 row has a value that does not read as a TXT record; its name is kept.",
            "3 rows of the answer are not host names and were left out.",
        ]
    );
}

#[test]
fn a_full_answer_says_how_to_narrow_the_question() {
    let answer = |rows: usize, size: Value| {
        let rows: Vec<Value> = (0..rows).map(|row| json!({"name": format!("d{row}.example"), "value": "x"})).collect();
        read(&txt(), &FIRST, &json!({"result": rows, "size": size})).expect("a page")
    };
    for full in
        [answer(1000, json!(1000)), answer(1000, json!(null)), answer(1000, json!("1000")), answer(999, json!(1000))]
    {
        assert_eq!((full.total, full.next), (Some(Total::AtLeast(1000)), None));
        let [note] = &full.notes[..] else { panic!("{:?}", full.notes) };
        assert!(
            note.starts_with("The source sends 1000 records at most") && note.contains("add a condition"),
            "{note}"
        );
    }
    let page = answer(999, json!(999));
    assert_eq!((page.total, page.notes), (Some(Total::Exactly(999)), vec![]));
    let page = answer(2, json!(5));
    assert_eq!(page.total, Some(Total::Exactly(5)));
    assert_eq!(page.notes, ["The source announced 5 records and sent 2."]);
}
