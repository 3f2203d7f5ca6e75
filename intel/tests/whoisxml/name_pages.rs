//! Reverse NS, MX and IP APIs, which answer in pages continued by name.

use crate::support::*;

#[test]
fn recorded_reverse_ns_is_read() {
    let Some(body) = fixture("reverse_ns.json") else { return };
    let row = |name, first, last| sighting(name, Moment::from_epoch_seconds(first), Moment::from_epoch_seconds(last));
    assert_eq!(
        provider().read(&reverse_ns(), &FIRST, &response(200, body)).expect("a page"),
        Page {
            records: vec![
                row("mabizsolution.com", 1_530_901_800, 1_530_901_800),
                row("jakafajnadomena.pl", 1_530_905_127, 1_530_905_127),
                row("teenchallengetm.ro", 1_530_487_091, 1_531_103_210),
                row("chu.com.br", 1_530_907_559, 1_530_907_559),
                row("improveshoppingcart.com", 1_530_497_143, 1_531_114_542),
            ],
            next: None,
            total: Some(Total::Exactly(5)),
            notes: vec![],
            source: None,
        }
    );
}

#[test]
fn a_full_page_of_reverse_ns_goes_on_from_its_last_name() {
    let page = read(&reverse_ns(), &FIRST, &full_page()).expect("a page");
    assert_eq!(page.records.len(), 300);
    assert_eq!(page.next, Some(Cursor("d299.example".to_owned())));
    assert_eq!((page.total, page.notes), (Some(Total::AtLeast(300)), vec![]));
    let (first, last) = (Moment::from_epoch_seconds(1_530_901_800), Moment::from_epoch_seconds(1_530_901_801));
    assert_eq!(page.records[0], sighting("d000.example", first, last));

    let page = read(&reverse_ns(), &after("c999.example"), &full_page()).expect("a page");
    assert_eq!((page.next, page.total), (Some(Cursor("d299.example".to_owned())), None));

    let mut short = full_page();
    short["result"].as_array_mut().expect("rows").pop();
    short["size"] = json!("299");
    let page = read(&reverse_ns(), &FIRST, &short).expect("a page");
    assert_eq!((page.next, page.total), (None, Some(Total::Exactly(299))));
}

#[test]
fn a_page_that_ends_where_it_began_ends_the_paging() {
    for from in ["d299.example", "D299.example."] {
        let page = read(&reverse_ns(), &after(from), &full_page()).expect("a page");
        assert_eq!((page.records.len(), page.next), (300, None));
        assert_eq!(page.notes, ["The page ends with the name it was to start from, so paging ended here."]);
    }
    let rows = vec![json!(null); 300];
    let page = read(&reverse_ns(), &FIRST, &json!({"result": rows, "size": 300})).expect("a page");
    assert_eq!(page.next, None);
    assert_eq!(
        page.notes,
        [
            "300 rows of the answer are not host names and were left out.",
            "The page is full, but names nothing to continue from, so paging ended here.",
        ]
    );
}

#[test]
fn epochs_may_be_anything() {
    let body = json!({"result": [
        {"name": "a.example", "first_seen": null, "last_visit": ""},
        {"name": "b.example", "first_seen": 0, "last_visit": {"odd": 1}},
        {"NAME": "c.example", "First_Seen": 1_530_901_800.9, "last_visit": "1530901800000"},
    ], "size": 3});
    let page = read(&reverse_ns(), &FIRST, &body).expect("a page");
    let seen = Moment::from_epoch_seconds(1_530_901_800);
    assert_eq!(
        page.records,
        [sighting("a.example", None, None), sighting("b.example", None, None), sighting("c.example", seen, seen)]
    );
}

#[test]
fn mail_servers_and_addresses_are_asked_for_in_the_same_way() {
    let v6 = Lookup::ReverseIp { address: "2001:db8::10".parse().expect("an address") };
    for (lookup, step, url) in [
        (reverse_mx(), FIRST, "https://reverse-mx.whoisxmlapi.com/api/v1?mx=mx.example.net&from=1&outputFormat=JSON"),
        (
            reverse_mx(),
            after("last.example.com"),
            "https://reverse-mx.whoisxmlapi.com/api/v1?mx=mx.example.net&from=last.example.com&outputFormat=JSON",
        ),
        (reverse_ip(), FIRST, "https://reverse-ip.whoisxmlapi.com/api/v1?ip=192.0.2.10&from=1&outputFormat=JSON"),
        (
            reverse_ip(),
            after("a&b=c"),
            "https://reverse-ip.whoisxmlapi.com/api/v1?ip=192.0.2.10&from=a%26b%3Dc&outputFormat=JSON",
        ),
        (v6, FIRST, "https://reverse-ip.whoisxmlapi.com/api/v1?ip=2001%3Adb8%3A%3A10&from=1&outputFormat=JSON"),
    ] {
        let request = request(&lookup, &step);
        assert_eq!((request.method, request.url.as_str(), request.body), (Method::GET, url, None));
    }
}

#[test]
fn recorded_reverse_mx_and_reverse_ip_are_read() {
    let (Some(mail), Some(address)) = (fixture("reverse_mx.json"), fixture("reverse_ip.json")) else { return };
    for (lookup, body, expected) in [
        (
            reverse_mx(),
            mail,
            ["mabizsolution.com", "jakafajnadomena.pl", "teenchallengetm.ro", "chu.com.br", "improveshoppingcart.com"],
        ),
        (reverse_ip(), address, ["cms.dlcra.rec1.net", "crpa.rec1.net", "dlcra.org", "dlcra.rec1.net", "gojmba.com"]),
    ] {
        let page = provider().read(&lookup, &FIRST, &response(200, body)).expect("a page");
        assert_eq!(names(&page), expected);
        assert_eq!((page.next, page.total, page.notes), (None, Some(Total::Exactly(5)), vec![]));
        let Record::Sighting(third) = &page.records[2] else { panic!("{lookup:?}") };
        assert_eq!(third.first_seen, Moment::from_epoch_seconds(1_530_487_091));
        assert_eq!(third.last_seen, Moment::from_epoch_seconds(1_531_103_210));
    }
}

#[test]
fn more_than_one_page_is_asked_for_from_name_to_name() {
    for lookup in [reverse_ns(), reverse_mx(), reverse_ip()] {
        let all: Vec<String> = (0..650).map(|number| format!("d{number:03}.example")).collect();
        let pages = every_page(&lookup, |request| {
            let from = parameter(request, "from").expect("a start");
            // What comes after the name, 300 at most.
            let rows: Vec<Value> = all
                .iter()
                .filter(|name| from == "1" || **name > from)
                .take(300)
                .map(|name| json!({"name": name}))
                .collect();
            json!({"size": rows.len(), "result": rows})
        });
        let seen: Vec<&str> = pages.iter().flat_map(names).collect();
        assert_eq!((pages.len(), seen), (3, all.iter().map(String::as_str).collect()));
        let totals: Vec<_> = pages.iter().map(|page| page.total).collect();
        assert_eq!(totals, [Some(Total::AtLeast(300)), None, None]);
    }
}

#[test]
fn a_source_that_only_ever_sends_its_first_page_is_asked_twice_and_no_more() {
    for lookup in [reverse_ns(), reverse_mx(), reverse_ip()] {
        let pages = every_page(&lookup, |_| full_page());
        assert_eq!(pages.len(), 2);
        assert_eq!(pages[1].notes, ["The page ends with the name it was to start from, so paging ended here."]);
    }
}

#[test]
fn odd_rows_of_mail_servers_and_addresses_are_counted() {
    for lookup in [reverse_mx(), reverse_ip()] {
        let body = json!({"Result": [
            "example.com", {"Name": "cms.EXAMPLE.net."}, {"domain": "example.org", "lastSeen": 1_530_901_800},
            {"name": "*.wild.example", "wildcard": true}, {"name": 7}, {"name": ["x", "y"]}, null, {}, {"name": "192.0.2.1"}],
            "size": "9", "current_page": null});
        let page = read(&lookup, &FIRST, &body).expect("a page");
        assert_eq!(names(&page), ["example.com", "cms.example.net", "example.org", "wild.example"]);
        assert_eq!(page.notes, ["5 rows of the answer are not host names and were left out."]);
        assert_eq!(page.total, Some(Total::Exactly(9)));
    }
}
