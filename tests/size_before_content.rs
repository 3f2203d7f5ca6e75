//! Promise: the size of an answer is told before its content is bought or drawn. What has more results than there is room
//! for begins with how many there are, what costs more than a run may spend is its size and price, a count of a reverse
//! WHOIS buys nothing, and what would match strangers is not even counted.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a failed unwrap in a test is a failed test, which is the point"
)]

mod support;

use std::collections::BTreeSet;

use serde_json::{Value, json};
use support::{
    Running, Upstream,
    client::{Found, Reply, Request},
    run,
    upstream::json as answer,
    v3, vendor, vendor_config,
};
use transforms::Catalogue;

const DAY: i64 = 24 * 60 * 60;
/// 2019-01-01 00:00 UTC.
const BEGIN: i64 = 1_546_300_800;

/// A row of a name server's page: the name and the days, counted from 2019, between which it was seen.
#[derive(Debug, Clone)]
struct Row {
    name: String,
    seen: Option<(i64, i64)>,
}

impl Row {
    fn json(&self) -> Value {
        let epoch = |day: i64| BEGIN + day * DAY + 3600;
        match self.seen {
            Some((first, last)) => json!({ "name": self.name, "first_seen": epoch(first), "last_visit": epoch(last) }),
            None => json!({ "name": self.name, "first_seen": 0, "last_visit": null }),
        }
    }

    /// What the documentation orders by: last seen lately, seen for long, registered, by name.
    fn relevance(&self) -> impl Ord + use<> {
        let (last, days) = self.seen.map_or((i64::MIN, 0), |(first, last)| (last, last - first));
        (std::cmp::Reverse(last), std::cmp::Reverse(days), self.name.matches('.').count(), self.name.clone())
    }
}

/// Three hundred rows in no order that means anything, with every tie that the order has to break.
fn rows() -> Vec<Row> {
    (0..300)
        .map(|number: i64| {
            let last = 400 + (number * 37) % 10;
            let seen = (number % 11 != 0).then_some((last - (number * 13) % 5 * 50, last));
            let below = if number % 3 == 0 { "www." } else { "" };
            Row { name: format!("{below}d{:03}.example", (number * 7) % 300), seen }
        })
        .collect()
}

async fn name_server() -> Upstream {
    Upstream::start(|asked| {
        let first = asked.query.contains("from=1&") || asked.query.ends_with("from=1");
        let rows: Vec<Value> = match first {
            true => rows().iter().map(Row::json).collect(),
            false => vec![json!({ "name": "later.example", "first_seen": 1, "last_visit": 2 })],
        };
        answer(json!({ "result": rows, "current_page": "1", "size": rows.len() }))
    })
    .await
}

fn most_relevant(count: usize) -> Vec<String> {
    let mut rows = rows();
    rows.sort_by_key(Row::relevance);
    rows.into_iter().take(count).map(|row| row.name).collect()
}

#[tokio::test]
async fn more_than_there_is_room_for_begins_with_its_size() {
    let upstream = name_server().await;
    let server = Running::start(vendor_config(&upstream));
    let request = Request::new("maltego.NSRecord", "ns1.host.example").limit(50);
    let reply = run(&server, "ns_to_domains", &request).await;
    assert_eq!((reply.entities.len(), upstream.asked().len()), (50, 1), "{:?}", reply.messages);
    let Found { entity_type, value, fields } = &reply.entities[0];
    assert_eq!((&**entity_type, &**value), ("namehound.Summary", "domains behind ns1.host.example"));
    assert_eq!(fields["namehound.summary.count"], "300");
    assert_eq!(fields["namehound.summary.exact"], "false", "there is a further page");
    assert_eq!(fields["namehound.summary.label"], "at least 300 domains behind ns1.host.example");
    let buckets = &fields["namehound.summary.buckets"];
    let dated = |year: i64| {
        let of_year = |first: i64| (first >= 365) == (year == 2020);
        rows().iter().filter_map(|row| row.seen).filter(|(first, _)| of_year(*first)).count()
    };
    for part in [
        "of the 300 that were read:".to_owned(),
        "top level .example: 300".to_owned(),
        format!("first seen in 2019: {}", dated(2019)),
        format!("first seen in 2020: {}", dated(2020)),
    ] {
        assert!(buckets.contains(&part), "{part} of {buckets}");
    }
    assert_eq!(fields["namehound.source"], "WhoisXML API");
    assert!(fields.contains_key("namehound.retrieved"));

    assert_eq!(reply.values()[1..], most_relevant(49));
    let is_name = |found: &Found| ["maltego.Domain", "maltego.DNSName"].contains(&&*found.entity_type);
    assert!(reply.entities[1..].iter().all(is_name));
    let told = "49 of at least 300 shown (soft limit): the domains behind ns1.host.example that were seen most recently \
                and for the longest. Raise the limit to see more.";
    assert!(reply.says("Inform", told), "{:?}", reply.messages);
    assert!(reply.says("Inform", "1 credit spent at WhoisXML API."), "{:?}", reply.messages);
}

#[tokio::test]
async fn the_json_dialect_gets_the_size_first_too() {
    let upstream = name_server().await;
    let server = Running::start(vendor_config(&upstream));
    let client = v3::http(false);
    let input = v3::entity("in0", "maltego.NSRecord", "fqdn", "ns1.host.example");
    let path = v3::start(&server, &client, "ns_to_domains", &v3::request(vec![input], &[], 50)).await;
    let run = v3::drain(&server, &client, &path, None).await;
    let entities = run.entities();
    assert_eq!((run.state.as_str(), entities.len(), upstream.asked().len()), ("COMPLETED", 50, 1));
    let property = |entity: &Value, name: &str| {
        let properties = entity["properties"].as_array().unwrap();
        properties.iter().find(|property| property["name"] == name).unwrap_or_else(|| panic!("{name}"))["value"].clone()
    };
    assert_eq!(entities[0]["type"], "namehound.Summary");
    assert_eq!(property(entities[0], "namehound.summary.count").to_string().trim_matches('"'), "300");
    assert_eq!(property(entities[0], "namehound.summary.exact").to_string().trim_matches('"'), "false");
    let names: Vec<_> = entities[1..].iter().map(|entity| property(entity, "fqdn")).collect();
    assert_eq!(names, most_relevant(49));
    assert!(run.says("INFO", "49 of at least 300 shown (soft limit)"), "{:?}", run.messages());
    assert!(run.links().iter().all(|link| link["sourceId"] == "in0"));
}

#[tokio::test]
async fn what_fits_is_shown_as_the_source_has_it_without_a_size() {
    let upstream = name_server().await;
    let server = Running::start(vendor_config(&upstream));
    let reply = run(&server, "ns_to_domains", &Request::new("maltego.NSRecord", "ns1.host.example").limit(301)).await;
    let names: Vec<_> = rows().into_iter().map(|row| row.name).chain(["later.example".to_owned()]).collect();
    assert_eq!(reply.values(), names);
    assert!(!reply.says("Inform", "soft limit"), "{:?}", reply.messages);
    assert_eq!(upstream.asked().len(), 2);
}

/// A reverse WHOIS that would bring 41,322 domains.
async fn huge() -> Upstream {
    Upstream::start(|asked| {
        assert_eq!(asked.mode().as_deref(), Some("preview"), "nothing may be bought");
        answer(json!({ "domainsCount": 41_322 }))
    })
    .await
}

fn assert_is_the_price(found: &Found) {
    assert_eq!(found.entity_type, "namehound.Summary");
    assert_eq!(found.fields["namehound.summary.count"], "41322");
    // The vendor is documented to count no further than 10,000, so a larger number is what there is at least.
    assert_eq!(found.fields["namehound.summary.exact"], "false");
    // A phone number has it in each of its spellings.
    let price = &found.fields["namehound.summary.price"];
    assert!(price.starts_with("50 credits a page at WhoisXML API"), "{price}");
    assert!(found.fields["namehound.summary.label"].contains("41,322"), "{found:?}");
}

#[tokio::test]
async fn without_consent_there_is_the_size_and_the_price_and_nothing_is_bought() {
    let upstream = huge().await;
    let server = Running::start(vendor_config(&upstream));
    let request = vendor::pivot_of("email_to_domains");
    let request = Request::new(request.entity_type, "desk@mail.example").setting("max_credits_per_run", "10").limit(50);
    let reply = run(&server, "email_to_domains", &request).await;
    assert_eq!(reply.entities.len(), 1, "{:?}", reply.messages);
    assert_is_the_price(&reply.entities[0]);
    for part in ["41322 results", "50 credits", "Nothing was bought", "confirm_purchase"] {
        assert!(reply.says("Inform", part), "{part}: {:?}", reply.messages);
    }
    assert_eq!((upstream.count("preview"), upstream.count("purchase")), (1, 0));

    // Whoever is asked and declines gets the same.
    for (prompts, choice) in [(true, Some("count")), (false, None)] {
        let upstream = huge().await;
        let server = Running::start(vendor_config(&upstream));
        let client = v3::http(prompts);
        let input = v3::entity("in0", "maltego.EmailAddress", "email", "desk@mail.example");
        let settings = [("namehound.email_to_domains.max_credits_per_run", "10")];
        let path = v3::start(&server, &client, "email_to_domains", &v3::request(vec![input], &settings, 50)).await;
        let run = v3::drain(&server, &client, &path, choice).await;
        assert_eq!(run.entities().len(), 1, "{:?}", run.messages());
        let text = run.entities()[0].to_string();
        assert!(text.contains("namehound.Summary") && text.contains("41322") && text.contains("50 credits a page"));
        assert_eq!((upstream.count("preview"), upstream.count("purchase")), (1, 0));
    }
}

#[tokio::test]
async fn counts_of_a_reverse_whois_buy_nothing() {
    let upstream = huge().await;
    let counts: Vec<_> = vendor::PIVOTS.iter().filter(|pivot| pivot.transform.ends_with("_to_domain_count")).collect();
    let mut counted = 0;
    for pivot in counts {
        let lookups = Catalogue::standard().find(pivot.transform).unwrap().declaration().lookups;
        if lookups != [intel::LookupKind::ReverseWhois] {
            continue;
        }
        counted += 1;
        let server = Running::start(vendor_config(&upstream));
        for scope in ["historic", "current"] {
            let request = Request::new(pivot.entity_type, &(pivot.value)(0)).setting("scope", scope);
            let reply = run(&server, pivot.transform, &request).await;
            assert_eq!(reply.entities.len(), 1, "{}: {:?}", pivot.transform, reply.messages);
            assert_is_the_price(&reply.entities[0]);
            assert!(!reply.says("Inform", "spent"), "{:?}", reply.messages);
            let asked = upstream.asked().pop().unwrap().json();
            assert_eq!(
                (&asked["mode"], &asked["searchType"]),
                (&json!("preview"), &json!(scope)),
                "{}",
                pivot.transform
            );
        }
    }
    assert_eq!(counted, 6, "mailbox, phone, person, organisation, place, text");
    assert_eq!(upstream.count("purchase"), 0);
}

#[tokio::test]
async fn a_count_that_is_not_free_is_the_first_page_and_is_not_bought_again() {
    let upstream = name_server().await;
    let server = Running::start(vendor_config(&upstream));
    let request = Request::new("maltego.NSRecord", "ns1.host.example").limit(50);
    let count = run(&server, "ns_to_domain_count", &request).await;
    assert_eq!(count.entities.len(), 1, "{:?}", count.messages);
    assert_eq!(count.entities[0].fields["namehound.summary.count"], "300");
    assert_eq!(count.entities[0].fields["namehound.summary.exact"], "false");
    assert!(count.says("Inform", "1 credit spent at WhoisXML API."), "{:?}", count.messages);
    let names = run(&server, "ns_to_domains", &request).await;
    assert_eq!((names.entities.len(), upstream.asked().len()), (50, 1));
    assert!(!names.says("Inform", "spent at") && names.says("Inform", "nothing was spent now"), "{:?}", names.messages);
}

#[tokio::test]
async fn every_spelling_of_a_phone_number_is_counted_and_bought_only_where_there_is_something() {
    const SPELLINGS: [&str; 3] = ["15555550142", "+1.5555550142", "+15555550142"];
    let upstream = Upstream::start(|asked| {
        let body = asked.json();
        let spelling = body["basicSearchTerms"]["include"][0].as_str().unwrap();
        let domain = |name: &str, first: &str, last: &str| {
            json!({ "domainName": name, "audit": { "createdDate": first, "updatedDate": last } })
        };
        let domains = match spelling {
            "15555550142" => vec![
                domain("cmt.example", "2016-03-01T00:00:00+00:00", "2018-01-01T00:00:00+00:00"),
                domain("turq-host.example", "2017-01-01T00:00:00+00:00", "2017-02-01T00:00:00+00:00"),
            ],
            "+1.5555550142" => vec![],
            "+15555550142" => vec![
                domain("velani.example", "2020-01-01T00:00:00+00:00", "2020-02-01T00:00:00+00:00"),
                domain("CMT.example", "2017-03-01T00:00:00+00:00", "2021-01-01T00:00:00+00:00"),
            ],
            other => panic!("nobody writes {other}"),
        };
        match asked.mode().as_deref() {
            Some("preview") => answer(json!({ "domainsCount": domains.len() })),
            _ => answer(json!({ "domainsCount": domains.len(), "domainsList": domains })),
        }
    })
    .await;
    let server = Running::start(vendor_config(&upstream));
    let reply = run(&server, "phone_to_domains", &Request::new("maltego.PhoneNumber", "+1 (555) 555-0142")).await;
    assert_eq!(reply.values(), ["cmt.example", "turq-host.example", "velani.example"], "{:?}", reply.messages);
    // Seen from the first time in either spelling to the last.
    let fields = &reply.entities[0].fields;
    assert!(fields["namehound.first_seen"].starts_with("2016-03-01"), "{fields:?}");
    assert!(fields["namehound.last_seen"].starts_with("2021-01-01"), "{fields:?}");
    let asked = |mode: &str| -> Vec<String> {
        let of_mode = upstream.asked().into_iter().filter(|asked| asked.mode().as_deref() == Some(mode));
        of_mode.map(|asked| asked.json()["basicSearchTerms"]["include"][0].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(asked("preview"), SPELLINGS);
    assert_eq!(asked("purchase"), [SPELLINGS[0], SPELLINGS[2]]);
    assert!(reply.says("Inform", "100 credits spent at WhoisXML API."), "{:?}", reply.messages);

    let count = run(&server, "phone_to_domain_count", &Request::new("maltego.PhoneNumber", "1.555.555.0142")).await;
    assert_eq!(count.entities[0].fields["namehound.summary.count"], "2", "at least as many as either has");
    assert_eq!(count.entities[0].fields["namehound.summary.exact"], "false");
    assert_eq!(asked("preview").len(), 3, "the counts were remembered");
}

/// Values that stand for nobody, as entities: by their value, or only by the parts that it is put together from.
fn noise() -> Vec<(&'static str, Request)> {
    let of = |entity_type: &str, value: &str| Request::new(entity_type, value);
    vec![
        ("email", of("maltego.EmailAddress", "REDACTED FOR PRIVACY")),
        ("email", of("maltego.EmailAddress", "Please query the RDDS service of the Registrar of Record")),
        ("email", of("maltego.EmailAddress", "").field("email", "REDACTED FOR PRIVACY")),
        ("phone", of("maltego.PhoneNumber", "+1.0000000000")),
        ("phone", of("maltego.PhoneNumber", "").field("phonenumber", "+1.0000000000")),
        ("phone", of("maltego.PhoneNumber", "REDACTED FOR PRIVACY")),
        ("person", of("maltego.Person", "Registration Private")),
        ("person", of("maltego.Person", "Redacted for Privacy Purposes")),
        ("person", of("maltego.Person", "").field("person.fullname", "REDACTED FOR PRIVACY")),
        (
            "person",
            of("maltego.Person", "").field("person.firstnames", "REDACTED").field("person.lastname", "FOR PRIVACY"),
        ),
        ("organization", of("maltego.Organization", "Domains By Proxy, LLC")),
        ("organization", of("maltego.Organization", "Data Protected")),
        ("organization", of("maltego.Organization", "").field("title", "Whois Privacy Service")),
        ("location", of("maltego.Location", "REDACTED FOR PRIVACY")),
        ("location", of("maltego.Location", "REDACTED FOR PRIVACY, REDACTED FOR PRIVACY")),
        ("location", of("maltego.Location", "REDACTED FOR PRIVACY, UNITED STATES")),
        (
            "location",
            of("maltego.Location", "REDACTED FOR PRIVACY, US")
                .field("streetaddress", "REDACTED FOR PRIVACY")
                .field("city", "REDACTED FOR PRIVACY")
                .field("country", "US"),
        ),
        ("phrase", of("maltego.Phrase", "GDPR Masked")),
        ("phrase", of("maltego.Phrase", "").field("text", "REDACTED FOR PRIVACY")),
        ("phrase", of("maltego.Alias", "Withheld for Privacy Purposes")),
    ]
}

#[tokio::test]
async fn values_of_privacy_services_are_not_asked_about() {
    let upstream = Upstream::start(|asked| panic!("nobody should ask {}: {}", asked.path, asked.json())).await;
    let server = Running::start(vendor_config(&upstream));
    let mut covered = BTreeSet::new();
    for (input, request) in noise() {
        for wanted in ["domains", "current_domains", "domain_count"] {
            let transform = format!("{input}_to_{wanted}");
            let request = request.clone().setting("confirm_purchase", "true");
            let Reply { entities, messages, .. } = run(&server, &transform, &request).await;
            assert!(entities.is_empty(), "{transform}: {request:?}");
            let [(kind, text)] = messages.as_slice() else { panic!("{transform}: {request:?}: {messages:?}") };
            assert_eq!(kind, "Inform", "{transform}: {text}");
            assert!(text.starts_with("This was not searched for: "), "{transform}: {text}");
            assert!(text.contains("strangers"), "{transform}: {text}");
            covered.insert(transform);
        }
    }
    assert_eq!(upstream.asked().len(), 0);
    let catalogue = Catalogue::standard();
    let reverse_whois = catalogue
        .declarations()
        .filter(|declaration| declaration.lookups == [intel::LookupKind::ReverseWhois])
        .map(|declaration| declaration.definition.name.to_owned());
    assert_eq!(covered, reverse_whois.collect());
}
