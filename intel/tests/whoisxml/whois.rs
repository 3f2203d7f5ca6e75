//! WHOIS API: the record as it is now.

use crate::support::*;

fn organizations(page: &Page) -> Vec<Option<&str>> {
    whois(page).iter().map(|record| record.registrant.organization.as_deref()).collect()
}

#[test]
fn the_record_is_asked_for_by_post() {
    for (lookup, name) in [
        (whois_of_domain(), "example.com"),
        (whois_of_address(), "192.0.2.10"),
        (
            Lookup::WhoisCurrent { subject: WhoisSubject::Address("2001:db8::10".parse().expect("an address")) },
            "2001:db8::10",
        ),
        (whois_of_mailbox(), "ann@example.org"),
    ] {
        let request = request(&lookup, &FIRST);
        assert_eq!(request.method, Method::POST);
        assert_eq!(request.url.as_str(), "https://www.whoisxmlapi.com/whoisserver/WhoisService");
        assert_eq!(request.headers.get("content-type").expect("a type"), "application/json");
        assert_eq!(
            body_of(&request),
            json!({"domainName": name, "outputFormat": "JSON", "ip": 0, "ignoreRawTexts": 1, "checkProxyData": 0})
        );
    }
}

#[test]
fn a_recorded_record_is_read() {
    let Some(body) = fixture("whois_cnn.com.json") else { return };
    let lookup = Lookup::WhoisCurrent { subject: WhoisSubject::Domain(host("cnn.com")) };
    let page = provider().read(&lookup, &FIRST, &response(200, body.clone())).expect("a page");
    assert_eq!((page.total, &page.next, &page.notes), (Some(Total::Exactly(1)), &None, &vec![]));
    let [record] = whois(&page)[..] else { panic!("{page:?}") };
    assert_eq!(record.domain, "cnn.com");
    assert_eq!(record.observed, moment("2018-02-01T03:20:33Z"));
    assert_eq!(record.created, moment("1993-09-22T04:00:00Z"));
    assert_eq!(record.updated, moment("2017-02-15T16:01:26Z"));
    assert_eq!(record.expires, moment("2018-09-21T04:00:00Z"));
    let registrar = record.registrar.as_ref().expect("a registrar");
    assert_eq!(registrar.name.as_deref(), Some("CSC CORPORATE DOMAINS, INC."));
    assert_eq!(registrar.abuse_email.as_deref(), Some("domainabuse@cscglobal.com"));
    assert_eq!((record.name_servers.len(), record.statuses.len()), (4, 4));
    assert_eq!(record.registrant.organization.as_deref(), Some("Turner Broadcasting System, Inc."));
    assert_eq!(record.technical.name.as_deref(), Some("TBS Server Operations"));
    assert_eq!(record.raw_text, None);

    // The same record is what the other services have of this domain.
    let record: Value = serde_json::from_slice(&body).expect("JSON");
    let history = json!({"recordsCount": 1, "records": [record["WhoisRecord"]]});
    assert_eq!(read(&history_of("cnn.com"), &FIRST, &history).expect("a page").records, page.records);
}

fn history_of(domain: &str) -> Lookup {
    Lookup::WhoisHistory { domain: host(domain) }
}

#[test]
fn recorded_records_of_bulk_answers_have_the_same_shape() {
    let Some(body) = fixture("bulk_records.json") else { return };
    let bulk: Value = serde_json::from_slice(&body).expect("JSON");
    let page = read(&whois_of_domain(), &FIRST, &json!({"whoisRecord": bulk["whoisRecords"][0]["whoisRecord"]}));
    let page = page.expect("a page");
    let [record] = whois(&page)[..] else { panic!("{page:?}") };
    assert_eq!((record.domain.as_str(), &record.name_servers[..]), ("foo.bar", &["ns1.foo.bar".to_owned()][..]));
    assert_eq!(record.expires, moment("2028-09-13T07:00:00Z"));
}

#[test]
fn no_record_is_an_empty_page() {
    let audit = json!({"createdDate": "2024-09-01 10:00:00 UTC", "updatedDate": "2024-09-01 10:00:00 UTC"});
    for record in [
        json!({"dataError": "MISSING_WHOIS_DATA"}),
        json!({"domainName": "example.com", "dataError": "missing_whois_data", "audit": audit, "parseCode": 0}),
        json!({"domainName": "example.com", "audit": audit, "registryData": {"dataError": "MISSING_WHOIS_DATA",
            "whoisServer": "whois.registry.example", "audit": audit}}),
        json!({"domainName": "example.com", "dataError": "MISSING_WHOIS_DATA", "audit": audit,
            "registryData": {"dataError": " MISSING WHOIS DATA ", "audit": audit, "status": "leftover"}}),
        json!({"dataError": "MISSING_WHOIS_DATA", "registryData": null, "registrant": {}, "nameServers": null}),
    ] {
        let page = read(&whois_of_domain(), &FIRST, &json!({"WhoisRecord": record})).expect("a page");
        assert_eq!(page, Page { total: Some(Total::Exactly(0)), ..Page::default() }, "{record}");
    }
}

#[test]
fn half_a_record_is_kept_and_said_to_be_one() {
    let one_half =
        "The source found only one of the two records that registry and registrar keep (missing WHOIS data).";
    for record in [
        json!({"dataError": "MISSING_WHOIS_DATA", "registryData": {"registrant": {"organization": "Example Org"}}}),
        json!({"registrant": {"organization": "Example Org"}, "registryData": {"dataError": "MISSING_WHOIS_DATA"}}),
    ] {
        let page = read(&whois_of_domain(), &FIRST, &json!({"WhoisRecord": record})).expect("a page");
        assert_eq!(organizations(&page), [Some("Example Org")]);
        assert_eq!(page.notes, [one_half], "{record}");
    }
}

#[test]
fn the_other_codes_keep_the_fields_and_are_said_in_words() {
    for (code, note) in [
        (json!("INCOMPLETE_DATA"), "The source says that this record is incomplete (incomplete data)."),
        (json!("IN_COMPLETE_DATA"), "The source says that this record is incomplete (incomplete data)."),
        (json!("NO_DATA"), "The source says that the registry gave no data (no data)."),
        (json!("INVALID_TLD"), "The source does not know where to look for names of this top level (invalid TLD)."),
        (json!("MASKED_WHOIS_DATA"), "The source says that the registry masks this record (masked WHOIS data)."),
        (json!("BRAND_NEW_TROUBLE"), "The source marks this record as faulty (brand new trouble)."),
        (json!(7), "The source marks this record as faulty (7)."),
    ] {
        for inside in [false, true] {
            let mut record = json!({"registrant": {"organization": "Example Org"}});
            let half = if inside { &mut record["registryData"] } else { &mut record };
            half["dataError"] = code.clone();
            let page = read(&whois_of_domain(), &FIRST, &json!({"WhoisRecord": record})).expect("a page");
            assert_eq!((organizations(&page), &page.notes[..]), (vec![Some("Example Org")], &[note.to_owned()][..]));

            let page = read(&whois_of_domain(), &FIRST, &json!({"WhoisRecord": {"dataError": code}})).expect("a page");
            assert_eq!((page.total, &page.notes[..]), (Some(Total::Exactly(0)), &[note.to_owned()][..]));
        }
    }
    let both = json!({"dataError": "NO_DATA", "registryData": {"dataError": "NO_DATA", "status": "ok"}});
    let page = read(&whois_of_domain(), &FIRST, &json!({"WhoisRecord": both})).expect("a page");
    assert_eq!((page.records.len(), page.notes.len()), (1, 1));
    for no_code in [json!(null), json!(""), json!(false), json!({}), json!(" _ ")] {
        let record = json!({"registrant": {"organization": "Example Org"}, "dataError": no_code});
        let page = read(&whois_of_domain(), &FIRST, &json!({"WhoisRecord": record})).expect("a page");
        assert_eq!((page.records.len(), page.notes), (1, vec![]), "{no_code}");
    }
}

#[test]
fn a_record_with_nothing_in_it_is_said_to_be_empty() {
    for record in [json!({}), json!({"domainName": "example.com"}), json!({"registrant": "odd", "status": {}})] {
        let page = read(&whois_of_domain(), &FIRST, &json!({"WhoisRecord": record})).expect("a page");
        assert_eq!((page.total, page.records.len()), (Some(Total::Exactly(0)), 0), "{record}");
        assert_eq!(page.notes, ["The source sent a record with nothing in it."], "{record}");
    }
}

#[test]
fn the_registrant_of_an_address_is_whoever_holds_the_network() {
    let customer =
        json!({"registrant": {"organization": "Example Customer Org"}, "createdDate": "2014-03-14T00:00:00Z"});
    let body = json!({"WhoisRecord": {
        "domainName": "192.0.2.10", "parseCode": 8, "registrarName": "ORG-EX1-RIPE",
        "audit": {"updatedDate": "2020-12-19 15:23:42 UTC"},
        "registryData": {"createdDate": "2019-02-08T15:42:24Z", "status": "ASSIGNED PA", "domainName": "192.0.2.10",
            "registrant": {"organization": "Example Network Org", "countryCode": "SC"}, "subRecords": [customer]},
        "subRecords": [customer, {}, null, "odd"]}});
    let page = read(&whois_of_address(), &FIRST, &body).expect("a page");
    assert_eq!(organizations(&page), [Some("Example Network Org"), Some("Example Customer Org")]);
    assert_eq!((page.total, page.notes.len()), (Some(Total::Exactly(2)), 0));
    let records = whois(&page);
    assert!(records.iter().all(|record| record.domain == "192.0.2.10"));
    assert!(records.iter().all(|record| record.observed == moment("2020-12-19T15:23:42Z")));
    assert_eq!(records[0].created, moment("2019-02-08T15:42:24Z"));
    assert_eq!(records[1].created, moment("2014-03-14T00:00:00Z"));
}

#[test]
fn a_holder_that_stands_in_a_part_only_comes_first() {
    for (record, expected) in [
        (
            json!({"audit": {"updatedDate": "2020-12-19 15:23:42 UTC"},
                "subRecords": [{"registrant": {"organization": "Example Org"}}]}),
            vec![Some("Example Org")],
        ),
        (
            json!({"status": "ALLOCATED", "subRecords": {"registrant": {"organization": "Example Org"}}}),
            vec![Some("Example Org"), None],
        ),
    ] {
        let page = read(&whois_of_address(), &FIRST, &json!({"WhoisRecord": record})).expect("a page");
        assert_eq!(organizations(&page), expected, "{record}");
    }
}

#[test]
fn the_record_of_a_mailbox_is_that_of_its_domain() {
    for name in [json!("ann@example.org"), json!("example.org"), json!(null)] {
        let body = json!({"WhoisRecord": {"domainName": name, "status": "ok"}});
        let page = read(&whois_of_mailbox(), &FIRST, &body).expect("a page");
        assert_eq!(whois(&page)[0].domain, "example.org", "{name}");
    }
}

#[test]
fn one_record_in_a_list_is_that_record() {
    let record = json!({"registrant": {"organization": "Example Org"}});
    let page = read(&whois_of_domain(), &FIRST, &json!({"WhoisRecord": [record]})).expect("a page");
    assert_eq!(organizations(&page), [Some("Example Org")]);
}
