//! Promise: each transform reads what the vendor really sends, buys only what may be bought, and says what it cost.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a failed unwrap in a test is a failed test, which is the point"
)]

mod support;

use serde_json::json;
use support::{
    KEY, Running, Upstream,
    client::Request,
    post, recorded,
    upstream::{file, json as answer, status},
    vendor_config,
};

fn history(record: serde_json::Value) -> serde_json::Value {
    json!({ "recordsCount": 1, "records": [record] })
}

async fn started(
    respond: impl Fn(&support::upstream::Asked) -> axum::response::Response + Send + Sync + 'static,
) -> (Upstream, Running) {
    let upstream = Upstream::start(respond).await;
    let server = Running::start(vendor_config(&upstream));
    (upstream, server)
}

#[tokio::test]
async fn recorded_shapes_become_entities() {
    let Some(folder) = recorded("whoisxml") else { return };
    let (upstream, server) = started(move |asked| match (asked.host.as_str(), asked.mode().as_deref()) {
        ("whois-history.whoisxmlapi.com", Some("preview")) => answer(json!({ "recordsCount": 1 })),
        ("whois-history.whoisxmlapi.com", _) => file(&folder.join("whois_history_record_field_names.json")),
        ("reverse-whois.whoisxmlapi.com", Some("preview")) => answer(json!({ "domainsCount": 2 })),
        ("reverse-whois.whoisxmlapi.com", _) => file(&folder.join("reverse_whois_with_dates.json")),
        ("reverse-ns.whoisxmlapi.com", _) => file(&folder.join("reverse_ns.json")),
        ("subdomains.whoisxmlapi.com", _) => file(&folder.join("subdomains_lookup.json")),
        ("www.whoisxmlapi.com", _) => file(&folder.join("dns_lookup.json")),
        other => panic!("nobody should ask {other:?}"),
    })
    .await;

    let reply = post(&server.url("/run/domain_to_whois_history"), &Request::new("maltego.Domain", "cmt.example")).await;
    assert_eq!(reply.entities.len(), 1, "{:?}", reply.messages);
    let record = &reply.entities[0].fields;
    assert_eq!(record["registrantName"], "registrantContact");
    assert_eq!(record["registrar"], "registrarName");
    assert_eq!(record["creationDate"], "2020-04-25T17:25:00Z");
    assert!(reply.says("Inform", "50 credits spent at WhoisXML API"), "{:?}", reply.messages);

    for (transform, request) in [
        ("email_to_domains", Request::new("maltego.EmailAddress", "a@mail.example")),
        ("phone_to_domains", Request::new("maltego.PhoneNumber", "+1.5555550142")),
        ("person_to_domains", Request::new("maltego.Person", "Dara Velani").setting("scope", "current")),
        ("organization_to_domains", Request::new("maltego.Company", "Compute Make Tomorrow")),
    ] {
        let reply = post(&server.url(&format!("/run/{transform}")), &request).await;
        assert_eq!(reply.values(), ["airbnb.app", "airbnbhost.app"], "{transform}: {:?}", reply.messages);
        assert!(reply.entities[0].fields["namehound.first_seen"].starts_with("2021-01-10"), "{transform}");
    }
    let scopes: Vec<_> = upstream
        .asked()
        .iter()
        .filter(|asked| asked.host.starts_with("reverse-whois"))
        .map(|asked| asked.json()["searchType"].as_str().unwrap().to_owned())
        .collect();
    // A count and a page each; of the phone number three counts, one for each spelling, and the two pages that a run may
    // buy without asking.
    let asked = |scope: &str, times| std::iter::repeat_n(scope.to_owned(), times);
    let expected: Vec<_> = asked("historic", 2 + 5).chain(asked("current", 2)).chain(asked("historic", 2)).collect();
    assert_eq!(scopes, expected);

    let reply = post(&server.url("/run/ns_to_domains"), &Request::new("maltego.NSRecord", "ns1.host.example")).await;
    assert_eq!(
        reply.values(),
        ["mabizsolution.com", "jakafajnadomena.pl", "teenchallengetm.ro", "chu.com.br", "improveshoppingcart.com"]
    );
    assert!(reply.entities[2].fields["namehound.last_seen"].starts_with("2018-07-09"), "{:?}", reply.entities[2]);
    let reply = post(&server.url("/run/domain_to_subdomains"), &Request::new("maltego.Domain", "cmt.example")).await;
    assert!(!reply.entities.is_empty(), "{:?}", reply.messages);
    let reply = post(&server.url("/run/domain_to_dns_records"), &Request::new("maltego.Domain", "cmt.example")).await;
    assert!(reply.entities.iter().any(|entity| entity.entity_type == "maltego.NSRecord"), "{:?}", reply.messages);
}

#[tokio::test]
async fn a_count_of_zero_is_never_bought() {
    let (upstream, server) = started(|_| answer(json!({ "recordsCount": 0, "domainsCount": 0 }))).await;
    let reply = post(&server.url("/run/domain_to_whois_history"), &Request::new("maltego.Domain", "cmt.example")).await;
    assert!(reply.entities.is_empty());
    assert!(reply.says("Inform", "WhoisXML API has nothing on"), "{:?}", reply.messages);
    assert_eq!((upstream.count("preview"), upstream.count("purchase")), (1, 0));
}

#[tokio::test]
async fn over_the_limit_the_price_is_told_and_confirming_buys() {
    let (upstream, server) = started(|asked| match asked.mode().as_deref() {
        Some("preview") => answer(json!({ "domainsCount": 41 })),
        _ => answer(json!({ "domainsCount": 1, "domainsList": ["cmt.example"], "nextPageSearchAfter": null })),
    })
    .await;
    let request = || Request::new("maltego.EmailAddress", "a@mail.example").setting("max_credits_per_run", "10");
    let reply = post(&server.url("/run/email_to_domains"), &request()).await;
    assert_eq!(reply.entities.len(), 1, "what is known of an answer that nobody has paid for: {:?}", reply.values());
    let size = &reply.entities[0];
    assert_eq!((&*size.entity_type, &*size.fields["namehound.summary.count"]), ("namehound.Summary", "41"));
    assert_eq!(size.fields["namehound.summary.price"], "50 credits a page at WhoisXML API");
    for part in ["41 results", "50 credits", "confirm_purchase"] {
        assert!(reply.says("Inform", part), "{part}: {:?}", reply.messages);
    }
    assert_eq!((upstream.count("preview"), upstream.count("purchase")), (1, 0));

    let reply = post(&server.url("/run/email_to_domains"), &request().setting("confirm_purchase", "true")).await;
    assert_eq!(reply.values(), ["cmt.example"]);
    assert!(reply.says("Inform", "50 credits spent"), "{:?}", reply.messages);
    assert_eq!((upstream.count("preview"), upstream.count("purchase")), (1, 1), "the count was remembered");
}

#[tokio::test]
async fn a_bought_answer_is_free_afterwards_and_says_as_of() {
    let (upstream, server) = started(|_| {
        answer(json!({ "result": [{ "name": "cmt.example", "first_seen": 1, "last_visit": 2 }], "size": 1 }))
    })
    .await;
    let request = Request::new("maltego.NSRecord", "ns1.host.example");
    let first = post(&server.url("/run/ns_to_domains"), &request).await;
    let second = post(&server.url("/run/ns_to_domains"), &request).await;
    assert_eq!(first.entities, second.entities);
    assert!(first.says("Inform", "1 credit spent") && !first.says("Inform", "As of"));
    assert!(second.says("Inform", "As of") && !second.says("Inform", "spent at"), "{:?}", second.messages);
    assert_eq!(upstream.asked().len(), 1);
}

#[tokio::test]
async fn pages_are_fetched_only_as_far_as_wanted() {
    let page = |from: usize, rows: usize| {
        let rows: Vec<_> = (from..from + rows)
            .map(|row| json!({ "name": format!("d{row:05}.example"), "first_seen": "1530901800", "last_visit": 1_530_901_801 }))
            .collect();
        json!({ "result": rows, "current_page": "1", "size": rows.len() })
    };
    let (upstream, server) = started(move |asked| {
        let from = url::form_urlencoded::parse(asked.query.as_bytes())
            .find(|(name, _)| name == "from")
            .map(|(_, from)| from.into_owned())
            .unwrap();
        answer(match from.as_str() {
            "1" => page(0, 300),
            "d00299.example" => page(300, 300),
            "d00599.example" => page(600, 7),
            other => panic!("{other}"),
        })
    })
    .await;
    let request = |limit| Request::new("maltego.NSRecord", "ns1.host.example").limit(limit);
    let reply = post(&server.url("/run/ns_to_domains"), &request(12)).await;
    assert_eq!((reply.entities.len(), upstream.asked().len()), (12, 1));
    assert_eq!(reply.entities[0].entity_type, "namehound.Summary");
    assert!(reply.says("Inform", "11 of at least 300 shown (soft limit)"), "{:?}", reply.messages);

    let reply = post(&server.url("/run/ns_to_domains"), &request(10_000)).await;
    assert_eq!((reply.entities.len(), upstream.asked().len()), (607, 3), "the first page was not bought again");
    assert!(!reply.says("Inform", "soft limit"), "{:?}", reply.messages);
}

#[tokio::test]
async fn both_record_shapes_and_odd_fields_are_read() {
    let (_upstream, server) = started(|asked| match asked.mode().as_deref() {
        Some("preview") => answer(json!({ "recordsCount": "1" })),
        _ => answer(history(json!({
            "domainName": "CMT.example",
            "createdDateISO8601": null,
            "createdDateNormalized": "2014-01-01 00:00:00 UTC",
            "audit": { "updatedDate": "2018-06-17 11:23:51.000 UTC" },
            "nameServers": { "hostNames": ["NS1.HOST.example.", { "str": "ns2.host.example" }] },
            "status": "clientHold https://icann.org/epp#clientHold",
            "registrant": { "name": "Dara Velani", "email": "REDACTED FOR PRIVACY", "street1": "1 Example Street" },
            "registrarName": 17,
        }))),
    })
    .await;
    let reply = post(&server.url("/run/domain_to_whois_history"), &Request::new("maltego.Domain", "cmt.example")).await;
    let fields = &reply.entities[0].fields;
    assert_eq!(fields["nameservers"], "ns1.host.example, ns2.host.example");
    assert_eq!(fields["domainStatus"], "clientHold");
    assert_eq!(fields["registrantName"], "Dara Velani");
    assert!(!fields.contains_key("registrantEmail"));
    assert_eq!(fields["namehound.noise"], "registrant: redacted");
    assert!(fields["namehound.observed"].starts_with("2018-06-17 11:23:51"), "{fields:?}");
}

#[tokio::test]
async fn the_key_is_sent_to_the_vendor_and_seen_nowhere_else() {
    let (upstream, server) = started(|_| status(500, "at_secret_key_of_the_tests_000000 went wrong")).await;
    for (transform, request) in [
        ("ns_to_domains", Request::new("maltego.NSRecord", "ns1.host.example")),
        ("domain_to_whois_history", Request::new("maltego.Domain", "cmt.example")),
    ] {
        let reply = post(&server.url(&format!("/run/{transform}")), &request).await;
        assert!(!reply.body.contains(KEY), "{}", reply.body);
    }
    let asked = upstream.asked();
    assert!(asked.iter().all(|asked| asked.query.contains(KEY) || asked.headers.values().any(|value| value == KEY)));
    assert!(asked.iter().any(|asked| asked.headers.get("x-authentication-token").is_some_and(|value| value == KEY)));
}
