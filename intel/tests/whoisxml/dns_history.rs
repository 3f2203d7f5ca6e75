//! DNS Chronicle API, both directions.

use std::net::IpAddr;

use crate::support::*;

fn address(text: &str) -> IpAddr {
    text.parse().expect("an address")
}

/// Records of `example.com`, from address, first and last day.
fn runs(runs: &[(&str, Option<&str>, Option<&str>)]) -> Vec<Record> {
    let day = |day: Option<&str>| day.and_then(moment);
    let record = |&(text, first, last): &(&str, Option<&str>, Option<&str>)| {
        let data = DnsData::Address(address(text));
        Record::Dns(DnsRecord {
            owner: host("example.com"),
            data,
            ttl: None,
            first_seen: day(first),
            last_seen: day(last),
            security: None,
        })
    };
    runs.iter().map(record).collect()
}

fn snapshots(records: Value) -> Page {
    read(&dns_history(), &FIRST, &json!({"result": {"records": records}})).expect("a page")
}

#[test]
fn each_direction_and_family_is_asked_for() {
    let of = |family| Lookup::DnsHistory { host: host("example.com"), family };
    let reverse = |text| Lookup::AddressHistory { address: address(text) };
    for (lookup, question) in [
        (of(Some(AddressFamily::V4)), json!({"searchType": "forward", "recordType": "a", "domainName": "example.com"})),
        (
            of(Some(AddressFamily::V6)),
            json!({"searchType": "forward", "recordType": "aaaa", "domainName": "example.com"}),
        ),
        (of(None), json!({"searchType": "forward", "recordType": "a", "domainName": "example.com"})),
        (reverse("192.0.2.10"), json!({"searchType": "reverse", "recordType": "a", "ipAddress": "192.0.2.10"})),
        (reverse("2001:db8::10"), json!({"searchType": "reverse", "recordType": "aaaa", "ipAddress": "2001:db8::10"})),
    ] {
        for (step, cursor) in [
            (FIRST, None),
            (after("{\"date\":\"2024-01-15\",\"id\":[1,null]}"), Some(json!({"date": "2024-01-15", "id": [1, null]}))),
            (after("\"opaque\""), Some(json!("opaque"))),
            (after("17"), Some(json!(17))),
            (after("no JSON"), Some(json!("no JSON"))),
        ] {
            let request = request(&lookup, &step);
            assert_eq!(
                (&request.method, request.url.as_str()),
                (&Method::POST, "https://dns-history.whoisxmlapi.com/api/v1")
            );
            let mut expected = question.clone();
            expected["limit"] = json!(10_000);
            expected["outputFormat"] = json!("JSON");
            if let Some(cursor) = cursor {
                expected["after"] = cursor;
            }
            assert_eq!(body_of(&request), expected);
        }
    }
}

#[test]
fn both_families_are_two_questions() {
    let both = Lookup::DnsHistory { host: host("example.com"), family: None };
    let families: Vec<_> = AddressFamily::ALL.into_iter().map(Some).collect();
    let asked: Vec<_> = provider()
        .parts(&both)
        .into_iter()
        .map(|part| if let Lookup::DnsHistory { family, .. } = part { family } else { panic!("{part:?}") })
        .collect();
    assert_eq!(asked, families);
}

#[test]
fn snapshots_are_folded_and_gaps_stay_visible() {
    let page = snapshots(json!([
        {"date": "2023-01-01", "ips": [{"ip": "192.0.2.10"}, {"ip": "192.0.2.11", "wildcard": null}]},
        {"date": "2023-02-01", "ips": [{"ip": "192.0.2.10"}]},
        {"date": "2023-03-01", "ips": [{"ip": "192.0.2.10"}, {"ip": "192.0.2.11"}]},
        {"date": "2023-04-01", "ips": [{"ip": "192.0.2.11"}, {"ip": "2001:db8:0:0:0:0:0:10"}]},
    ]));
    assert_eq!(
        page.records,
        runs(&[
            ("192.0.2.10", Some("2023-01-01"), Some("2023-03-01")),
            ("192.0.2.11", Some("2023-01-01"), Some("2023-01-01")),
            ("192.0.2.11", Some("2023-03-01"), Some("2023-04-01")),
            ("2001:db8::10", Some("2023-04-01"), Some("2023-04-01")),
        ])
    );
    assert_eq!((page.total, page.next, page.notes), (Some(Total::Exactly(4)), None, vec![]));
}

#[test]
fn the_order_of_snapshots_does_not_count_and_equal_dates_are_one() {
    let page = snapshots(json!([
        {"date": "2023-03-01", "ips": ["192.0.2.10"]},
        {"date": "2023-01-01", "ips": ["192.0.2.10"]},
        {"date": "2023-02-01", "ips": ["192.0.2.11"]},
        {"date": "2023-02-01", "ips": ["192.0.2.10", "192.0.2.10"]},
    ]));
    assert_eq!(
        page.records,
        runs(&[
            ("192.0.2.10", Some("2023-01-01"), Some("2023-03-01")),
            ("192.0.2.11", Some("2023-02-01"), Some("2023-02-01")),
        ])
    );
}

#[test]
fn a_day_without_addresses_is_a_gap() {
    let page = snapshots(json!([
        {"date": "2023-01-01", "ips": ["192.0.2.10"]}, {"date": "2023-02-01", "ips": []},
        {"date": "2023-03-01", "ips": ["192.0.2.10"]},
    ]));
    let (first, last) = (Some("2023-01-01"), Some("2023-03-01"));
    assert_eq!(page.records, runs(&[("192.0.2.10", first, first), ("192.0.2.10", last, last)]));
    assert_eq!(page.notes, [""; 0]);
}

#[test]
fn rows_may_have_any_shape_as_long_as_addresses_are_in_them() {
    let day = Some("2023-05-01");
    for row in [
        json!({"date": "2023-05-01", "ips": [{"ip": "192.0.2.10", "wildcard": false}]}),
        json!({"Date": "2023-05-01", "IPs": [{"IP": " 192.0.2.10 "}]}),
        json!({"date": "2023-05-01", "ips": ["192.0.2.10", null, "odd", 7, {}]}),
        json!({"date": "2023-05-01", "ips": {"ip": "192.0.2.10"}}),
        json!({"date": "2023-05-01", "ips": "192.0.2.10"}),
        json!({"date": "2023-05-01", "ip": "192.0.2.10"}),
        json!({"date": "2023-05-01", "addresses": [["192.0.2.10"]]}),
        json!({"date": "2023-05-01", "ips": ["::ffff:192.0.2.10"]}),
    ] {
        for records in [json!([row]), row.clone()] {
            let page = snapshots(records);
            assert_eq!(page.records, runs(&[("192.0.2.10", day, day)]), "{row}");
            assert_eq!(page.notes, [""; 0], "{row}");
        }
    }
}

#[test]
fn rows_that_say_from_when_to_when_are_taken_at_their_word() {
    let page = snapshots(json!([
        {"ip": "192.0.2.10", "firstSeen": "2021-01-01", "lastSeen": "2023-01-01"},
        {"ip": "192.0.2.10", "last_seen": "2024-01-01"},
        {"date": "2020-01-01", "ips": ["192.0.2.10"]},
    ]));
    assert_eq!(
        page.records,
        runs(&[
            ("192.0.2.10", Some("2020-01-01"), Some("2020-01-01")),
            ("192.0.2.10", Some("2021-01-01"), Some("2023-01-01")),
            ("192.0.2.10", None, Some("2024-01-01")),
        ])
    );
}

#[test]
fn undated_addresses_follow_and_rows_without_addresses_are_counted() {
    let page = snapshots(json!([
        {"ips": ["192.0.2.12", "192.0.2.10"]}, {"date": "odd", "ips": ["192.0.2.12"]}, "192.0.2.13",
        {"date": "2023-01-01", "ips": ["192.0.2.10"]}, {"date": 1_675_209_600, "ips": ["192.0.2.10"]},
        null, {"date": "2023-01-01"}, {"date": "2023-01-01", "ips": "none"}, {"ips": []},
    ]));
    assert_eq!(
        page.records,
        runs(&[
            ("192.0.2.10", Some("2023-01-01"), Some("2023-02-01T00:00:00Z")),
            ("192.0.2.12", None, None),
            ("192.0.2.13", None, None),
        ])
    );
    assert_eq!(page.notes, ["4 rows of the answer hold no addresses and were left out."]);
}

#[test]
fn a_next_page_is_asked_for_with_what_the_source_sent() {
    let cursor = json!({"date": "2024-01-15", "id": ["x", 7, null, {"nested": true}]});
    let row = json!({"date": "2023-05-01", "ips": ["192.0.2.10"], "domains": ["example.com"]});
    for body in [
        json!({"result": {"records": [row], "next": cursor}}),
        json!({"result": {"records": [row], "after": cursor, "next": null}}),
        json!({"result": {"records": [row], "NEXT": cursor}, "after": "what was asked"}),
        json!({"result": {"records": [row]}, "next": cursor}),
        json!({"result": {"records": [row]}, "After": cursor}),
    ] {
        for lookup in [dns_history(), address_history()] {
            let page = read(&lookup, &FIRST, &body).expect("a page");
            assert_eq!(page.total, Some(Total::AtLeast(1)));
            let step = Step::Page(page.next);
            assert_eq!(body_of(&request(&lookup, &step))["after"], cursor, "{body}");

            // The same again would be the same page again.
            let page = read(&lookup, &step, &body).expect("a page");
            assert_eq!((page.records.len(), page.next), (1, None));
            assert!(page.notes[0].starts_with("The source offers the same page again"), "{:?}", page.notes);
        }
    }
    for value in [json!("opaque"), json!(17), json!([1, "x"]), json!("{\"a\":1}"), json!("17"), json!(-1.5)] {
        let page = read(&dns_history(), &FIRST, &json!({"result": {"records": [row], "next": value}})).expect("a page");
        assert_eq!(body_of(&request(&dns_history(), &Step::Page(page.next)))["after"], value);
    }
    for nothing in
        [json!(null), json!(""), json!([]), json!({}), json!(false), json!(true), json!(0), json!("0"), json!("null")]
    {
        let page =
            read(&dns_history(), &FIRST, &json!({"result": {"records": [row], "next": nothing}})).expect("a page");
        assert_eq!((page.next, page.total), (None, Some(Total::Exactly(1))), "{nothing}");
    }
}

#[test]
fn an_empty_page_with_a_cursor_ends_the_paging() {
    for lookup in [dns_history(), address_history()] {
        for step in [FIRST, after("\"x\"")] {
            let page = read(&lookup, &step, &json!({"result": {"records": [], "next": "y"}})).expect("a page");
            assert_eq!((page.records.len(), page.next), (0, None));
            assert_eq!(page.notes, ["The source offers a further page after an empty one, so paging ended here."]);
        }
    }
}

#[test]
fn every_page_is_asked_for_once() {
    for (lookup, field) in [(dns_history(), "ips"), (address_history(), "domains")] {
        let pages = every_page(&lookup, |request| {
            let page = body_of(request)["after"]["page"].as_u64().unwrap_or(0);
            let value = if field == "ips" { format!("192.0.2.{page}") } else { format!("d{page}.example") };
            let next = if page < 4 { json!({"page": page + 1}) } else { json!(null) };
            json!({"result": {"records": [{"date": "2023-05-01", field: [value]}], "next": next}})
        });
        assert_eq!(pages.len(), 5);
        assert_eq!(pages.iter().map(|page| page.records.len()).sum::<usize>(), 5);
        let totals: Vec<_> = pages.iter().map(|page| page.total).collect();
        assert_eq!(totals, [Some(Total::AtLeast(1)), None, None, None, None]);
    }
    let page = read(&dns_history(), &FIRST, &chronicle()).expect("a page");
    assert_eq!(page.notes, ["An address at the edge of this page may go on in the next one."]);
}

#[test]
fn a_full_page_without_a_cursor_may_not_be_all() {
    let rows: Vec<Value> = (0..10_000).map(|row| json!(format!("d{row}.example"))).collect();
    let page = read(&address_history(), &FIRST, &json!({"result": {"records": rows}})).expect("a page");
    assert_eq!((page.total, page.next), (Some(Total::AtLeast(10_000)), None));
    assert_eq!(page.notes, ["The source sends 10000 rows at most and names no further page: there may be more."]);
    let body = json!({"result": {"count": 5, "records": [{"date": "2023-05-01", "ips": ["192.0.2.10"]}]}});
    let page = read(&dns_history(), &FIRST, &body).expect("a page");
    assert_eq!((page.total, page.records.len()), (Some(Total::Exactly(1)), 1));
    assert_eq!(page.notes, ["The source announced 5 rows and sent 1."]);
}

#[test]
fn names_of_an_address_are_found_in_any_shape() {
    let day = moment("2023-05-01");
    let both = || vec![sighting("example.com", day, day), sighting("www.example.com", day, day)];
    for rows in [
        json!([{"date": "2023-05-01", "domains": ["example.com", "www.example.com"]}]),
        json!([{"date": "2023-05-01", "domains": [{"domain": "EXAMPLE.com."}, {"name": "www.example.com", "wildcard": null}]}]),
        json!([{"date": "2023-05-01", "domain": "example.com"}, {"date": "2023-05-01", "name": "www.example.com"}]),
        json!([{"date": "2023-05-01", "ip": "192.0.2.10", "hosts": [["example.com"], {"hostName": "www.example.com"}]}]),
        json!({"date": "2023-05-01", "DOMAINS": {"domainName": ["example.com", "www.example.com"]}}),
        json!([{"date": "2023-05-01", "dates": ["2023-05-01"], "found": ["example.com", ["www.example.com"]]}]),
        json!([{"date": "2023-05-01", "more": {"fqdn": "example.com", "names": "www.example.com", "type": "forward"}}]),
    ] {
        let page = read(&address_history(), &FIRST, &json!({"result": {"records": rows}})).expect("a page");
        assert_eq!(page.records, both(), "{rows}");
        assert_eq!((page.total, page.notes), (Some(Total::Exactly(2)), vec![]), "{rows}");
    }
}

#[test]
fn a_name_on_several_days_is_one_sighting() {
    let body = json!({"result": {"records": [
        {"date": "2023-05-01", "domains": ["example.com"]}, {"date": "2021-05-01", "domains": ["example.com"]},
        {"domains": ["example.com", "undated.example"]}, "bare.example", {"date": "2022-05-01", "domains": ["example.com"]},
        {"name": "row.example", "first_seen": "1530901800", "last_visit": 1_531_103_210},
        null, 7, {"date": "2020-05-01"}, {"domains": ["192.0.2.1", "two words"]}]}});
    let page = read(&address_history(), &FIRST, &body).expect("a page");
    let seconds = Moment::from_epoch_seconds;
    assert_eq!(
        page.records,
        [
            sighting("example.com", moment("2021-05-01"), moment("2023-05-01")),
            sighting("undated.example", None, None),
            sighting("bare.example", None, None),
            sighting("row.example", seconds(1_530_901_800), seconds(1_531_103_210)),
        ]
    );
    assert_eq!(page.notes, ["4 rows of the answer hold no host names and were left out."]);
}

#[test]
fn the_older_answer_at_this_address_is_read_too() {
    let Some(body) = fixture("reverse_ip.json") else { return };
    let page = provider().read(&address_history(), &FIRST, &response(200, body.clone())).expect("a page");
    let other = provider().read(&reverse_ip(), &FIRST, &response(200, body)).expect("a page");
    assert_eq!((page.records, page.total), (other.records, Some(Total::Exactly(5))));
}
