//! WhoisXML API about networks and places: IP Netblocks and IP Geolocation.

#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "helpers of tests may be as blunt as tests: a panic here is a failed test"
)]

mod vendor;

use http::Method;
use intel::{
    Cursor, Lookup, Network, Page, Provider, ProviderError, Record, Step, Total,
    lookup::NetworkSubject,
    observable::{Netblock, OrganizationName},
    record::{IpLocation, NetworkContact, Routing},
};
use serde_json::{Value, json};
use vendor::{FIRST, address, after, block, host, moment, provider, read, recording, request, system, text};

fn location(text: &str) -> Lookup {
    Lookup::IpLocation { address: address(text) }
}

fn owner(text: &str) -> Lookup {
    Lookup::IpOwner { subject: NetworkSubject::Address(address(text)) }
}

fn owner_of_block(text: &str) -> Lookup {
    Lookup::IpOwner { subject: NetworkSubject::Netblock(block(text)) }
}

fn owner_of_system(number: &str) -> Lookup {
    Lookup::IpOwner { subject: NetworkSubject::AutonomousSystem(system(number)) }
}

fn organization(name: &str) -> Lookup {
    Lookup::IpOwner { subject: NetworkSubject::Organization(OrganizationName::parse(name).expect("a name")) }
}

fn networks(page: &Page) -> Vec<&Network> {
    page.records
        .iter()
        .map(|record| if let Record::Network(network) = record { &**network } else { panic!("{record:?}") })
        .collect()
}

fn blocks(page: &Page) -> Vec<String> {
    networks(page).iter().map(|network| network.block.to_string()).collect()
}

fn place(page: &Page) -> &IpLocation {
    match page.records.as_slice() {
        [Record::Location(location)] => location,
        records => panic!("{records:?}"),
    }
}

fn nothing() -> Page {
    Page { total: Some(Total::Exactly(0)), ..Page::default() }
}

/// A page of networks with these fields beside the list.
fn page_of(inetnums: &Value, next: &Value) -> Value {
    let count = inetnums.as_array().map_or(0, Vec::len);
    json!({"search": "192.0.2.1", "result": {"count": count, "limit": 100, "from": null, "next": next,
           "inetnums": inetnums}})
}

// --- requests -------------------------------------------------------------------------------------------------------

#[test]
fn each_subject_has_its_own_parameters() {
    let netblocks = "https://ip-netblocks.whoisxmlapi.com/api/v2";
    let geolocation = "https://ip-geolocation.whoisxmlapi.com/api/v1";
    let rest = "&reverseIp=1&outputFormat=JSON";
    for (lookup, step, url) in [
        (location("192.0.2.10"), FIRST, format!("{geolocation}?ipAddress=192.0.2.10{rest}")),
        (location("2001:db8::10"), FIRST, format!("{geolocation}?ipAddress=2001%3Adb8%3A%3A10{rest}")),
        (owner("192.0.2.1"), FIRST, format!("{netblocks}?ip=192.0.2.1&limit=100&outputFormat=JSON")),
        (owner("2001:db8::1"), FIRST, format!("{netblocks}?ip=2001%3Adb8%3A%3A1&limit=100&outputFormat=JSON")),
        (
            owner_of_block("192.0.2.0/24"),
            FIRST,
            format!("{netblocks}?ip=192.0.2.0&mask=24&limit=100&outputFormat=JSON"),
        ),
        (
            owner_of_block("192.0.2.0-192.0.2.255"),
            FIRST,
            format!("{netblocks}?ip=192.0.2.0&mask=24&limit=100&outputFormat=JSON"),
        ),
        (
            owner_of_block("2001:db8::/32"),
            FIRST,
            format!("{netblocks}?ip=2001%3Adb8%3A%3A&mask=32&limit=100&outputFormat=JSON"),
        ),
        (owner_of_block("192.0.2.1-192.0.2.6"), FIRST, format!("{netblocks}?ip=192.0.2.1&limit=100&outputFormat=JSON")),
        (owner_of_system("64500"), FIRST, format!("{netblocks}?asn=64500&limit=100&outputFormat=JSON")),
        (
            owner_of_system("64500"),
            after("192.0.2.0 - 192.0.2.255"),
            format!("{netblocks}?asn=64500&limit=100&from=192.0.2.0+-+192.0.2.255&outputFormat=JSON"),
        ),
        (organization("Example & Org"), FIRST, format!("{netblocks}?org=Example+%26+Org&limit=1000&outputFormat=JSON")),
    ] {
        let request = request(&lookup, &step);
        assert_eq!((request.method, request.url.as_str(), request.body), (Method::GET, url.as_str(), None));
    }
}

#[test]
fn what_the_services_do_not_have_is_not_asked_for() {
    for (lookup, step) in [
        (location("192.0.2.10"), Step::Preview),
        (location("192.0.2.10"), after("x")),
        (owner("192.0.2.1"), Step::Preview),
        (organization("Example Org"), Step::Preview),
        (organization("Example Org"), after("x")),
    ] {
        let error = provider().call(&lookup, &step).expect_err("no call");
        assert!(matches!(error, ProviderError::InvalidInput { .. }), "{error:?}");
        let error = read(&lookup, &step, &page_of(&json!([]), &json!(null))).expect_err("no page");
        assert!(matches!(error, ProviderError::InvalidInput { .. }), "{error:?}");
    }
}

// --- networks -------------------------------------------------------------------------------------------------------

#[test]
fn recorded_networks_are_read() {
    let Some(body) = recording("ip_netblocks_v2.json") else { return };
    let page = read(&owner("192.0.2.1"), &FIRST, &body).expect("a page");
    let rows = body["result"]["inetnums"].as_array().expect("rows");
    assert_eq!((page.next.as_ref(), page.total), (None, Some(Total::Exactly(rows.len() as u64))));
    assert_eq!(page.notes, [""; 0]);
    assert_eq!(networks(&page).len(), rows.len());
    // The recording is in order already.
    for (network, row) in networks(&page).into_iter().zip(rows) {
        let field = |name: &str| vendor::recorded_text(&row[name]);
        assert_eq!(network.block, block(&field("inetnum").expect("a range")));
        assert_eq!((&network.name, &network.handle), (&field("netname"), &field("nethandle")));
        assert_eq!((&network.country_code, &network.city), (&field("country"), &field("city")));
        assert_eq!(network.registry, field("source"));
        assert_eq!(network.updated, moment(&field("modified").expect("a time")));
        assert_eq!(network.descriptions, vendor::recorded_texts(&row["description"]));
        assert_eq!(network.maintainers, [vendor::recorded_text(&row["mntBy"][0]["mntner"]).expect("a maintainer")]);
        let routing = row["as"].as_object().map(|announcer| Routing {
            system: system(&announcer["asn"].to_string()),
            name: vendor::recorded_text(&announcer["name"]),
            route: Some(block(announcer["route"].as_str().expect("a route"))),
            url: vendor::recorded_text(&announcer["domain"]),
            kind: vendor::recorded_text(&announcer["type"]),
        });
        assert_eq!(network.routing, routing);
        for (contacts, name) in [
            (&network.abuse, "abuseContact"),
            (&network.administrative, "adminContact"),
            (&network.technical, "techContact"),
        ] {
            let rows = row[name].as_array().expect("contacts");
            let expected: Vec<NetworkContact> = rows.iter().map(recorded_contact).collect();
            assert_eq!(contacts, &expected, "{name}");
        }
        let organization = row["org"].is_object().then(|| recorded_contact(&row["org"]));
        assert_eq!(network.organization, organization);
    }
    // One contact has a number of zeros and a country that is none.
    let abuse = &networks(&page)[0].abuse[0];
    assert_eq!((&abuse.phone, &abuse.country_code), (&None, &None));
    assert!(abuse.handle.is_some() && abuse.role.is_some() && !abuse.emails.is_empty());
}

fn recorded_contact(row: &Value) -> NetworkContact {
    let field = |name: &str| vendor::recorded_text(&row[name]);
    NetworkContact {
        handle: field("id").or(field("org")),
        name: field("person").or(field("name")),
        role: field("role"),
        emails: field("email").into_iter().collect(),
        phone: field("phone").filter(|phone| !phone.contains("000000000")),
        address: vendor::recorded_texts(&row["address"]),
        city: field("city"),
        postal_code: field("postalCode"),
        country_code: field("country").filter(|code| code != "ZZ"),
    }
}

#[test]
fn every_field_of_a_network_is_read() {
    let contact = json!({"id": "EX1", "person": "Ann Example", "role": "",
        "email": "ann@example.net\nbob@example.net\n",
                         "phone": "+1 555 555 0100", "country": "us", "city": "Reston",
                         "address": ["1 Example Street", "", "Floor 2"]});
    let body = page_of(
        &json!([{
            "inetnum": "192.0.2.0 - 192.0.2.255", "netname": "EXAMPLE-NET", "nethandle": "NET-192-0-2-0-1",
            "description": ["Example network", "-----"], "modified": "2020-07-15T13:10:57Z", "country": "US",
            "city": "Reston", "as": {"asn": "AS64500", "name": "EXAMPLE-AS", "route": "192.0.2.0/24",
            "domain": "https://example.net", "type": "Content"}, "parent": "",
            "abuseContact": [{"id": "AB1", "role": "ABUSE", "email": "abuse@example.net", "phone": "+000000000"}],
            "adminContact": [contact], "techContact": contact,
            "org": {"org": "ORG-EX1", "name": "Example Org", "email": "org@example.net", "phone": "+1 555 555 0101",
                    "country": "US", "city": "Reston", "postalCode": 20190, "address": "1 Example Street\nFloor 2"},
            "mntBy": [{"mntner": "MNT-EX", "email": "a@example.net\nb@example.net"}, "MNT-EY", {"mntner": ""}],
            "mntLower": [{"mntner": "MNT-EZ"}], "remarks": ["Any remark"], "source": "ARIN"
        }]),
        &json!(null),
    );
    let ann = NetworkContact {
        handle: text("EX1"),
        name: text("Ann Example"),
        role: None,
        emails: vec!["ann@example.net".to_owned(), "bob@example.net".to_owned()],
        phone: text("+1 555 555 0100"),
        address: vec!["1 Example Street".to_owned(), "Floor 2".to_owned()],
        city: text("Reston"),
        postal_code: None,
        country_code: text("US"),
    };
    let expected = Network {
        name: text("EXAMPLE-NET"),
        handle: text("NET-192-0-2-0-1"),
        descriptions: vec!["Example network".to_owned()],
        country_code: text("US"),
        city: text("Reston"),
        updated: moment("2020-07-15T13:10:57Z"),
        routing: Some(Routing {
            system: system("64500"),
            name: text("EXAMPLE-AS"),
            route: Some(block("192.0.2.0/24")),
            url: text("https://example.net"),
            kind: text("Content"),
        }),
        organization: Some(NetworkContact {
            handle: text("ORG-EX1"),
            name: text("Example Org"),
            emails: vec!["org@example.net".to_owned()],
            phone: text("+1 555 555 0101"),
            address: vec!["1 Example Street".to_owned(), "Floor 2".to_owned()],
            postal_code: text("20190"),
            city: text("Reston"),
            country_code: text("US"),
            role: None,
        }),
        abuse: vec![NetworkContact {
            handle: text("AB1"),
            role: text("ABUSE"),
            emails: vec!["abuse@example.net".to_owned()],
            ..NetworkContact::default()
        }],
        administrative: vec![ann.clone()],
        technical: vec![ann],
        maintainers: vec!["MNT-EX".to_owned(), "MNT-EY".to_owned()],
        registry: text("ARIN"),
        ..Network::of(block("192.0.2.0/24"))
    };
    let page = read(&owner("192.0.2.1"), &FIRST, &body).expect("a page");
    assert_eq!(networks(&page), [&expected]);
    assert_eq!((page.next, page.total, page.notes), (None, Some(Total::Exactly(1)), vec![]));
}

#[test]
fn the_addresses_are_read_from_whatever_says_them_exactly() {
    let mapped = |last: u32| (0xffff_0000_0000_u64 | u64::from(last)).to_string();
    let (first, last) = (mapped(0xc000_0200), mapped(0xc000_02ff));
    let six = |text: &str| u128::from(text.parse::<std::net::Ipv6Addr>().expect("an address")).to_string();
    let (six_first, six_last) = (six("2001:db8::"), six("2001:db8:ffff:ffff:ffff:ffff:ffff:ffff"));
    for (row, read_as) in [
        (json!({"inetnum": "192.0.2.0 - 192.0.2.255"}), "192.0.2.0/24"),
        (json!({"INETNUM": "192.0.2.0-192.0.2.255"}), "192.0.2.0/24"),
        (json!({"inetnum": "192.0.2.0/24"}), "192.0.2.0/24"),
        (json!({"inetnum": "192.0.2.1"}), "192.0.2.1/32"),
        (json!({"inetnum": "192.0.2.1 - 192.0.2.6"}), "192.0.2.1-192.0.2.6"),
        (json!({"inetnum": "::ffff:192.0.2.0 - ::ffff:192.0.2.255"}), "192.0.2.0/24"),
        (json!({"inetnum": "2001:DB8::/32"}), "2001:db8::/32"),
        (json!({"inetnum": "2001:db8:: - 2001:db8:ffff:ffff:ffff:ffff:ffff:ffff"}), "2001:db8::/32"),
        (json!("192.0.2.0 - 192.0.2.255"), "192.0.2.0/24"),
        (json!({"inetnumFirstString": first, "inetnumLastString": last}), "192.0.2.0/24"),
        (json!({"inetnum": "", "inetnumFirstString": first, "inetnumLastString": last}), "192.0.2.0/24"),
        (json!({"inetnum": {"odd": 1}, "inetnumFirstString": first, "inetnumLastString": last}), "192.0.2.0/24"),
        (json!({"inetnumFirst": 281_473_902_969_344_u64, "inetnumLast": 281_473_902_969_599_u64}), "192.0.2.0/24"),
        (json!({"inetnumFirst": 281_473_902_969_344.0, "inetnumLast": 281_473_902_969_599.0}), "192.0.2.0/24"),
        (json!({"inetnumFirst": first, "inetnumLastString": last}), "192.0.2.0/24"),
        (json!({"inetnumFirst": 3_221_225_984_u32, "inetnumLast": "3221226239"}), "192.0.2.0/24"),
        (
            json!({"inetnumFirst": 4.254e37, "inetnumLast": 4.255e37, "inetnumFirstString": six_first,
                   "inetnumLastString": six_last}),
            "2001:db8::/32",
        ),
    ] {
        let page = read(&owner("192.0.2.1"), &FIRST, &page_of(&json!([row]), &json!(null))).expect("a page");
        assert_eq!(blocks(&page), [read_as], "{row}");
        assert_eq!(page.notes, [""; 0], "{row}");
    }
}

#[test]
fn what_does_not_say_its_addresses_exactly_is_left_out_and_counted() {
    for row in [
        json!(null),
        json!({}),
        json!(7),
        json!([]),
        json!({"netname": "EXAMPLE-NET"}),
        json!({"inetnum": "somewhere"}),
        json!({"inetnum": "192.0.2.9 - 192.0.2.1"}),
        json!({"inetnumFirst": 4.254e37, "inetnumLast": 4.255e37}),
        json!({"inetnumFirst": 0, "inetnumLast": 0}),
        json!({"inetnumFirst": -1, "inetnumLast": 5}),
        json!({"inetnumFirstString": "281473902969344"}),
        json!({"inetnumFirstString": "281473902969599", "inetnumLastString": "281473902969344"}),
        json!({"inetnumFirstString": "1".repeat(60), "inetnumLastString": "2".repeat(60)}),
    ] {
        let rows = json!([row, {"inetnum": "192.0.2.0/24"}]);
        let page = read(&owner("192.0.2.1"), &FIRST, &page_of(&rows, &json!(null))).expect("a page");
        assert_eq!(blocks(&page), ["192.0.2.0/24"], "{row}");
        assert_eq!(page.total, Some(Total::Exactly(2)));
        assert_eq!(page.notes, ["1 row of the answer is no network and was left out."], "{row}");
    }
}

#[test]
fn the_smallest_network_comes_first_and_equals_keep_their_order() {
    let rows = json!([
        {"inetnum": "0.0.0.0 - 255.255.255.255"}, {"inetnum": "192.0.2.0/24", "netname": "FIRST"},
        {"inetnum": "192.0.2.0 - 192.0.2.7"}, {"inetnum": "2001:db8::/32"}, {"inetnum": "192.0.2.0/24",
        "netname": "SECOND"},
        {"inetnum": "::/0"}, {"inetnum": "192.0.2.1 - 192.0.2.6"},
    ]);
    let page = read(&owner("192.0.2.1"), &FIRST, &page_of(&rows, &json!(null))).expect("a page");
    assert_eq!(
        blocks(&page),
        ["192.0.2.1-192.0.2.6", "192.0.2.0/29", "192.0.2.0/24", "192.0.2.0/24", "0.0.0.0/0", "2001:db8::/32", "::/0"]
    );
    assert_eq!(
        (networks(&page)[2].name.as_deref(), networks(&page)[3].name.as_deref()),
        (Some("FIRST"), Some("SECOND"))
    );
}

#[test]
fn one_odd_field_costs_no_other() {
    let rows = json!([{
        "inetnum": "192.0.2.0/24", "netname": {"odd": 1}, "nethandle": true, "description": "one line",
        "modified": "soon",
        "country": "ZZ", "city": ["Reston", "Herndon"], "as": {"asn": null, "name": "EXAMPLE-AS"},
        "abuseContact": "abuse@example.net",
        "adminContact": [null, {}, "Ann Example", {"email": ["ann@example.net", "ANN@example.net"]}, {"id": "-"}],
        "techContact": 7, "org": "Example Org", "mntBy": "MNT-EX", "source": 7
    }]);
    let page = read(&owner("192.0.2.1"), &FIRST, &page_of(&rows, &json!(null))).expect("a page");
    let expected = Network {
        descriptions: vec!["one line".to_owned()],
        abuse: vec![NetworkContact { emails: vec!["abuse@example.net".to_owned()], ..NetworkContact::default() }],
        administrative: vec![
            NetworkContact { name: text("Ann Example"), ..NetworkContact::default() },
            NetworkContact { emails: vec!["ann@example.net".to_owned()], ..NetworkContact::default() },
        ],
        technical: vec![NetworkContact { name: text("7"), ..NetworkContact::default() }],
        organization: Some(NetworkContact { name: text("Example Org"), ..NetworkContact::default() }),
        maintainers: vec!["MNT-EX".to_owned()],
        registry: text("7"),
        ..Network::of(block("192.0.2.0/24"))
    };
    assert_eq!(networks(&page), [&expected]);
}

#[test]
fn networks_go_on_while_the_cursor_moves() {
    let lookup = owner_of_system("64500");
    let row = |number: u32| json!({"inetnum": format!("198.51.100.{number}/32")});
    let rows = |from: u32, to: u32| Value::from((from..to).map(row).collect::<Vec<_>>());
    let page = read(&lookup, &FIRST, &page_of(&rows(0, 100), &json!("198.51.100.99 - 198.51.100.99"))).expect("a page");
    assert_eq!(page.records.len(), 100);
    assert_eq!((page.total, page.notes), (Some(Total::AtLeast(100)), vec![]));
    let next = page.next.expect("a further page");
    assert_eq!(next, Cursor("198.51.100.99 - 198.51.100.99".to_owned()));
    let step = Step::Page(Some(next));
    assert!(request(&lookup, &step).url.as_str().contains("&from=198.51.100.99+-+198.51.100.99&"));

    let page = read(&lookup, &step, &page_of(&rows(100, 200), &json!("198.51.100.199/32"))).expect("a page");
    assert_eq!((page.records.len(), page.total), (100, None));
    let step = Step::Page(page.next);
    assert_eq!(step, after("198.51.100.199/32"));

    let page = read(&lookup, &step, &page_of(&rows(200, 210), &json!(null))).expect("a page");
    assert_eq!((page.records.len(), page.next, page.total, page.notes), (10, None, None, vec![]));

    for (next, cursor) in [
        (json!(281_473_902_969_344_u64), Some("281473902969344")),
        (json!("42540766411282592856903984951653826560"), Some("42540766411282592856903984951653826560")),
        (json!(" x "), Some("x")),
        (json!(""), None),
        (json!(0), None),
        (json!("0"), None),
        (json!(false), None),
        (json!([]), None),
        (json!({}), None),
    ] {
        let page = read(&lookup, &FIRST, &page_of(&rows(0, 1), &next)).expect("a page");
        assert_eq!(page.next, cursor.map(|cursor| Cursor(cursor.to_owned())), "{next}");
        assert_eq!(page.notes, [""; 0], "{next}");
    }
}

#[test]
fn a_cursor_that_does_not_move_ends_the_paging() {
    let lookup = owner("192.0.2.1");
    let rows = json!([{"inetnum": "192.0.2.0/24"}]);
    let again = "The source offers the same page again as its next one, so paging ended here.";
    for (from, next) in [
        ("192.0.2.0 - 192.0.2.255", json!("192.0.2.0 - 192.0.2.255")),
        ("192.0.2.0 - 192.0.2.255", json!("192.0.2.0-192.0.2.255 ")),
        ("192.0.2.0 - 192.0.2.255", json!("192.0.2.0/24")),
        ("2001:DB8::/32", json!("2001:db8::/32")),
        ("7", json!(7)),
    ] {
        let page = read(&lookup, &after(from), &page_of(&rows, &next)).expect("a page");
        assert_eq!((page.records.len(), page.next, page.notes), (1, None, vec![again.to_owned()]), "{next}");
    }
    for step in [FIRST, after("x")] {
        let page = read(&lookup, &step, &page_of(&json!([]), &json!("y"))).expect("a page");
        assert_eq!(page.next, None);
        assert_eq!(page.notes, ["The source offers a further page after an empty one, so paging ended here."]);
    }
    for next in [json!(4.254e37), json!({"from": "x"}), json!(["x", "y"]), json!(true), json!(0.5)] {
        let page = read(&lookup, &FIRST, &page_of(&rows, &next)).expect("a page");
        if next.is_f64() && next.as_f64() < Some(1.0) {
            // A fraction is cut off, and zero is the end.
            assert_eq!((page.next, page.notes), (None, vec![]), "{next}");
            continue;
        }
        assert_eq!((page.next, page.total), (None, Some(Total::AtLeast(1))), "{next}");
        assert_eq!(
            page.notes,
            ["The source offers a further page in a form that is not understood, so paging ended here."],
            "{next}"
        );
    }
}

#[test]
fn an_organisation_has_one_page() {
    let row = |number: usize| json!({"inetnum": format!("198.51.{}.{}/32", number / 256, number % 256)});
    let rows = |count: usize| Value::from((0..count).map(row).collect::<Vec<_>>());
    let more = "There may be more: the source sends one page of an organisation's networks.";
    for (count, next, total, notes) in [
        (3, json!(null), Total::Exactly(3), vec![]),
        (3, json!("198.51.0.2/32"), Total::AtLeast(3), vec![more]),
        (1000, json!(null), Total::AtLeast(1000), vec![more]),
    ] {
        let page = read(&organization("Example Org"), &FIRST, &page_of(&rows(count), &next)).expect("a page");
        assert_eq!((page.records.len(), page.next, page.total), (count, None, Some(total)));
        assert_eq!(page.notes, notes);
    }
}

#[test]
fn a_range_that_is_no_prefix_says_what_was_asked_for() {
    let body = page_of(&json!([{"inetnum": "192.0.2.0/24"}]), &json!(null));
    let page = read(&owner_of_block("192.0.2.1-192.0.2.6"), &FIRST, &body).expect("a page");
    assert_eq!(
        page.notes,
        ["The range is no single prefix, so the networks of its first address, 192.0.2.1, were asked for."]
    );
    let page = read(&owner_of_block("192.0.2.0/25"), &FIRST, &body).expect("a page");
    assert_eq!(page.notes, [""; 0]);
}

#[test]
fn the_count_is_said_where_it_is_more_than_what_came() {
    let body = |count: Value, next: Value| json!({"search": "x", "result": {"count": count, "next": next, "inetnums": [{"inetnum": "192.0.2.0/24"}]}});
    let page = read(&owner("192.0.2.1"), &FIRST, &body(json!("3"), json!(null))).expect("a page");
    assert_eq!(page.total, Some(Total::Exactly(3)));
    assert_eq!(page.notes, ["The source announced 3 networks and sent 1."]);
    let page = read(&owner("192.0.2.1"), &FIRST, &body(json!(3), json!("x"))).expect("a page");
    assert_eq!((page.total, page.notes), (Some(Total::AtLeast(3)), vec![]));
    let page = read(&owner("192.0.2.1"), &FIRST, &body(json!(-1), json!(null))).expect("a page");
    assert_eq!((page.total, page.notes), (Some(Total::Exactly(1)), vec![]));
}

#[test]
fn no_networks_are_no_error_and_no_answer_is_malformed() {
    for body in [
        json!({"search": "192.0.2.1", "result": {"count": 0, "inetnums": []}}),
        json!({"search": "192.0.2.1", "result": {"count": "0", "inetnums": null}}),
        json!({"search": "192.0.2.1", "result": {"inetnums": {}}}),
        json!({"search": "192.0.2.1", "result": {"inetnums": ""}}),
        json!({"search": "192.0.2.1", "result": null}),
        json!({"search": "192.0.2.1", "result": {}, "error": ""}),
    ] {
        assert_eq!(read(&owner("192.0.2.1"), &FIRST, &body).expect("a page"), nothing(), "{body}");
    }
    for body in [
        json!({"result": {"count": 3}}),
        json!({"search": "192.0.2.1", "result": {"count": 3, "inetnums": null}}),
        json!({"search": "192.0.2.1", "result": {"inetnums": 7}}),
        json!({"search": "192.0.2.1", "result": {"inetnums": "text"}}),
        json!({"search": "192.0.2.1", "result": "text"}),
        json!({"result": null}),
    ] {
        let error = read(&owner("192.0.2.1"), &FIRST, &body).expect_err("no page");
        assert!(matches!(error, ProviderError::Malformed { .. }), "{body} {error:?}");
    }
    let single = json!({"search": "x", "result": {"inetnums": {"inetnum": "192.0.2.0/24"}}});
    assert_eq!(blocks(&read(&owner("192.0.2.1"), &FIRST, &single).expect("a page")), ["192.0.2.0/24"]);
}

// --- places ---------------------------------------------------------------------------------------------------------

fn located() -> Value {
    json!({"ip": "192.0.2.10", "location": {"country": "US", "region": "California", "city": "Mountain View",
           "lat": 37.40599, "lng": -122.078514, "postalCode": "94043", "timezone": "-07:00", "geonameId": 5_375_480},
           "domains": ["example.com", "www.example.com"],
           "as": {"asn": 64500, "name": "EXAMPLE-AS", "route": "192.0.2.0/24", "domain": "https://example.net",
                  "type": "Content"},
           "isp": "Example ISP", "connectionType": ""})
}

#[test]
fn a_place_is_read_with_all_its_fields() {
    let page = read(&location("192.0.2.10"), &FIRST, &located()).expect("a page");
    let expected = IpLocation {
        address: address("192.0.2.10"),
        country_code: text("US"),
        region: text("California"),
        city: text("Mountain View"),
        postal_code: text("94043"),
        latitude: Some(37.40599),
        longitude: Some(-122.078_514),
        time_zone: text("-07:00"),
        routing: Some(Routing {
            system: system("64500"),
            name: text("EXAMPLE-AS"),
            route: Some(block("192.0.2.0/24")),
            url: text("https://example.net"),
            kind: text("Content"),
        }),
        provider: text("Example ISP"),
        connection: None,
        names: vec![host("example.com"), host("www.example.com")],
    };
    assert_eq!(
        page,
        Page { records: vec![Record::Location(Box::new(expected))], total: Some(Total::Exactly(1)), ..Page::default() }
    );
}

#[test]
fn a_place_of_an_ipv6_address_is_read_in_any_spelling_of_it() {
    for spelling in ["2001:db8::10", "2001:0DB8:0:0:0:0:0:0010"] {
        let mut body = located();
        body["ip"] = json!(spelling);
        let page = read(&location("2001:db8::10"), &FIRST, &body).expect("a page");
        assert_eq!(place(&page).address, address("2001:db8::10"));
    }
    for unknown in [json!(null), json!(""), json!("unknown"), json!(7)] {
        let mut body = located();
        body["ip"] = unknown;
        let page = read(&location("2001:db8::10"), &FIRST, &body).expect("a page");
        assert_eq!(place(&page).address, address("2001:db8::10"));
    }
    let mut body = located();
    body["ip"] = json!("::ffff:192.0.2.10");
    assert_eq!(place(&read(&location("192.0.2.10"), &FIRST, &body).expect("a page")).address, address("192.0.2.10"));
}

#[test]
fn a_place_of_another_address_is_not_taken_for_the_answer() {
    let page = read(&location("192.0.2.11"), &FIRST, &located()).expect("a page");
    assert_eq!((page.records.len(), page.total), (0, Some(Total::Exactly(0))));
    assert_eq!(page.notes, ["The source answered about 192.0.2.10, which was not asked for, so that was left out."]);
}

#[test]
fn coordinates_of_nowhere_are_unknown() {
    let with = |country: Value, latitude: Value, longitude: Value| {
        let body = json!({"ip": "192.0.2.10", "location": {"country": country, "lat": latitude, "lng": longitude}});
        let page = read(&location("192.0.2.10"), &FIRST, &body).expect("a page");
        place(&page).latitude.zip(place(&page).longitude)
    };
    for (country, latitude, longitude, known) in [
        (json!(""), json!(0), json!(0), None),
        (json!(null), json!(0.0), json!("0"), None),
        (json!("ZZ"), json!(0), json!(0), None),
        (json!("GB"), json!(51.4778), json!(0), Some((51.4778, 0.0))),
        (json!(""), json!(0), json!(9.45), Some((0.0, 9.45))),
        (json!("US"), json!("37.5"), json!("-122.25"), Some((37.5, -122.25))),
        (json!("US"), json!(91), json!(0), None),
        (json!("US"), json!(0), json!(-181), None),
        (json!("US"), json!(37.5), json!(null), None),
        (json!("US"), json!(""), json!(-122.25), None),
        (json!("US"), json!("NaN"), json!("inf"), None),
        (json!("US"), json!({"odd": 1}), json!([1]), None),
    ] {
        assert_eq!(
            with(country.clone(), latitude.clone(), longitude.clone()),
            known,
            "{country} {latitude} {longitude}"
        );
    }
}

#[test]
fn odd_fields_of_a_place_are_unknown_and_names_are_counted() {
    let body = json!({"ip": "192.0.2.10", "location": {"country": "USA", "region": null, "city": "-",
        "postalCode": 94043},
                      "domains": ["example.com", "", null, "two words", {"name": "www.example.net"}, 7],
                      "as": null, "isp": {"name": "x"}, "connectionType": "cable"});
    let page = read(&location("192.0.2.10"), &FIRST, &body).expect("a page");
    let expected = IpLocation {
        address: address("192.0.2.10"),
        country_code: None,
        region: None,
        city: None,
        postal_code: text("94043"),
        latitude: None,
        longitude: None,
        time_zone: None,
        routing: None,
        provider: None,
        connection: text("cable"),
        names: vec![host("example.com"), host("www.example.net")],
    };
    assert_eq!(*place(&page), expected);
    assert_eq!(page.notes, ["2 rows of the answer are not host names and were left out."]);

    for (field, value) in [("domains", json!("example.com")), ("as", json!("AS64500 Example")), ("isp", json!("X ISP"))]
    {
        let body = json!({"ip": "192.0.2.10", field: value});
        let page = read(&location("192.0.2.10"), &FIRST, &body).expect("a page");
        let found = place(&page);
        assert_eq!(found.names.len() + usize::from(found.routing.is_some()) + usize::from(found.provider.is_some()), 1);
    }
}

#[test]
fn an_address_of_which_nothing_is_known_is_no_error() {
    for body in [
        json!({"ip": "192.0.2.10"}),
        json!({"ip": "192.0.2.10", "location": null, "domains": [], "as": {}, "isp": "", "connectionType": ""}),
    ] {
        assert_eq!(read(&location("192.0.2.10"), &FIRST, &body).expect("a page"), nothing(), "{body}");
    }
    for body in [json!({"location": null}), json!({"address": "192.0.2.10"})] {
        let error = read(&location("192.0.2.10"), &FIRST, &body).expect_err("no page");
        assert!(matches!(error, ProviderError::Malformed { .. }), "{body} {error:?}");
    }
}

#[test]
fn a_private_address_is_an_invalid_question() {
    let words = "The IP address belongs to a private range.";
    for (status, body) in [
        (422, json!({"code": 422, "error": words})),
        (200, json!({"code": 422, "error": words})),
        (422, json!({"code": 422, "messages": words})),
        (422, json!({"error": words})),
    ] {
        let answer = vendor::response(status, body.to_string());
        let error = provider().read(&location("192.0.2.10"), &FIRST, &answer).expect_err("no page");
        assert_eq!(error, ProviderError::InvalidInput { reason: words.to_owned() }, "{body}");
    }
}

#[test]
fn a_network_can_be_asked_about_by_its_ends() {
    let range = Netblock::from_range(address("192.0.2.0"), address("192.0.2.127")).expect("a network");
    let request = request(&Lookup::IpOwner { subject: NetworkSubject::Netblock(range) }, &FIRST);
    assert_eq!(request.url.query(), Some("ip=192.0.2.0&mask=25&limit=100&outputFormat=JSON"));
}
