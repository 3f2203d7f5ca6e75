//! Promise: the JSON dialect streams, asks, stops, bounds itself and forgets.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a failed unwrap in a test is a failed test, which is the point"
)]

mod support;

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use axum::body::Body;
use futures_util::stream;
use maltego::{Entity, InputKind, Link, TransformDefinition, entity_types};
use namehound::config::Config;
use serde_json::{Value, json};
use support::{
    Running, Upstream, bundled_config,
    upstream::{json as answer, status},
    v3::{drain, entity, http, poll, request, start},
    vendor_config,
};
use transforms::{Catalogue, Declaration, PriceClass, Run, RunError, Sink, Transform};

fn reverse_ns(name: &str, next: bool) -> Value {
    let rows: Vec<_> = (0..if next { 300 } else { 7 })
        .map(|row| json!({ "name": format!("{name}{row:03}.example"), "first_seen": 1, "last_visit": 2 }))
        .collect();
    json!({ "result": rows, "current_page": "1", "size": rows.len() })
}

/// Waits until something holds; fails after a generous time.
async fn until(holds: impl Fn() -> bool) {
    for _ in 0..500 {
        if holds() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("it never came to hold");
}

fn domains(count: usize) -> Vec<Value> {
    (0..count).map(|i| entity(&format!("in{i}"), "maltego.Domain", "fqdn", &format!("cmt{i}.example"))).collect()
}

#[tokio::test]
async fn a_run_answered_from_the_case_is_complete_at_the_first_poll() {
    let server = Running::start(bundled_config());
    let client = http(false);
    let body = request(vec![entity("in0", "maltego.Domain", "fqdn", "cmt-net.example")], &[], 50);
    let path = start(&server, &client, "domain_to_whois_history", &body).await;
    let run = drain(&server, &client, &path, None).await;
    assert_eq!((run.state.as_str(), run.entities().len(), run.polls), ("COMPLETED", 9, 1));
    assert!(run.links().iter().all(|link| link["sourceId"] == "in0"));
    // Reading consumes nothing, and what was read never changes.
    assert_eq!(poll(&server, &client, &path, 0).await["events"], json!(run.events));
    let summary: Value = client.delete(server.url(&path)).send().await.unwrap().json().await.unwrap();
    assert_eq!(summary["entities"]["added"], json!({ "maltego.WHOISRecord": 9 }));
    assert_eq!(client.get(server.url(&format!("{path}/results"))).send().await.unwrap().status(), 404);
}

#[tokio::test]
async fn results_of_one_input_appear_while_another_is_still_on_its_way() {
    let upstream = Upstream::start(|asked| {
        let page = reverse_ns("a", false).to_string();
        if asked.query.contains("ns=ns1.host.example") {
            return status(200, page);
        }
        let late = stream::once(async move {
            tokio::time::sleep(Duration::from_secs(2)).await;
            Ok::<_, std::io::Error>(page)
        });
        status(200, Body::from_stream(late))
    })
    .await;
    let server = Running::start(vendor_config(&upstream));
    let client = http(false);
    let inputs = (1..=2).map(|i| entity(&format!("in{i}"), "maltego.NSRecord", "fqdn", &format!("ns{i}.host.example")));
    let path = start(&server, &client, "ns_to_domains", &request(inputs.collect(), &[], 1000)).await;
    let first = poll(&server, &client, &path, 0).await;
    assert_eq!((&first["state"], first["atomicEntityCount"].as_u64()), (&json!("RUNNING"), Some(7)), "{first}");
    let run = drain(&server, &client, &path, None).await;
    assert_eq!((run.state.as_str(), run.entities().len()), ("COMPLETED", 14));
}

#[tokio::test]
async fn a_poll_that_would_bring_nothing_is_held_until_something_happens() {
    let upstream = Upstream::start(|_| answer(reverse_ns("a", false))).await;
    upstream.delay(Duration::from_millis(500));
    let mut config = vendor_config(&upstream);
    config.v3.hold_milliseconds = 20_000;
    let server = Running::start(config);
    let client = http(false);
    let body = request(vec![entity("in0", "maltego.NSRecord", "fqdn", "ns1.host.example")], &[], 50);
    let path = start(&server, &client, "ns_to_domains", &body).await;
    let begun = std::time::Instant::now();
    let run = drain(&server, &client, &path, None).await;
    assert_eq!((run.entities().len(), run.polls), (7, 1), "one held poll brings everything");
    assert!(begun.elapsed() < Duration::from_secs(10), "the poll was not held to its end");
}

#[tokio::test]
async fn pages_are_as_large_as_announced_and_as_small_as_asked() {
    let mut config = bundled_config();
    config.v3.page_size = 40;
    let server = Running::start(config);
    let client = http(false);
    let options = client.request(reqwest::Method::OPTIONS, server.url("/seed")).send().await.unwrap();
    assert_eq!(options.headers()["v3-page-size"], "40");
    let body = request(vec![entity("in0", "maltego.NSRecord", "fqdn", "ns17.tala-host.example")], &[], 100);
    let path = start(&server, &client, "ns_to_domains", &body).await;
    drain(&server, &client, &path, None).await;
    assert_eq!(poll(&server, &client, &path, 0).await["events"].as_array().unwrap().len(), 40);
    let asked: Value = client
        .get(server.url(&format!("{path}/results?eventPointer=3&eventLimit=7")))
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    assert_eq!((asked["result"]["events"].as_array().unwrap().len(), &asked["result"]["eventPointer"]), (7, &json!(3)));
}

#[tokio::test]
async fn each_input_of_a_selection_gets_its_own_results_and_the_budget_is_one() {
    let upstream = Upstream::start(|asked| {
        let domain = url::form_urlencoded::parse(asked.query.as_bytes())
            .find(|(name, _)| name == "domainName")
            .unwrap()
            .1
            .into_owned();
        answer(json!({ "search": domain, "result": { "count": 1, "records": [
            { "domain": format!("www.{domain}"), "firstSeen": 1, "lastSeen": 2 }] } }))
    })
    .await;
    let server = Running::start(vendor_config(&upstream));
    let client = http(false);
    // Each lookup costs 10 credits, and the run may spend 30.
    let body = request(domains(5), &[("global#namehound.max_credits_per_run", "30")], 12);
    let path = start(&server, &client, "domain_to_subdomains", &body).await;
    let run = drain(&server, &client, &path, None).await;
    let (sizes, names): (Vec<_>, Vec<_>) =
        run.entities().into_iter().partition(|entity| entity["type"] == "namehound.Summary");
    assert_eq!((run.state.as_str(), names.len(), upstream.asked().len()), ("COMPLETED", 3, 3));
    assert_eq!(sizes.len(), 2, "what the other two would cost");
    let is_a_name = |link: &&Value| names.iter().any(|entity| entity["id"] == link["targetId"]);
    for link in run.links().into_iter().filter(is_a_name) {
        let target = run.entities().into_iter().find(|entity| entity["id"] == link["targetId"]).unwrap();
        let number = link["sourceId"].as_str().unwrap().trim_start_matches("in");
        let value = target["properties"].as_array().unwrap().iter().find(|p| p["name"] == "fqdn").unwrap();
        assert_eq!(value["value"], format!("www.cmt{number}.example"));
    }
    assert!(run.says("INFO", "confirm_purchase"), "{:?}", run.messages());
}

#[tokio::test]
async fn a_purchase_over_the_limit_is_asked_about_once_and_bought_or_not() {
    for (choice, bought) in [("buy", 3), ("count", 0)] {
        let upstream = Upstream::start(|asked| match asked.mode().as_deref() {
            Some("preview") => answer(json!({ "domainsCount": 41 })),
            _ => answer(json!({ "domainsCount": 1, "domainsList": ["cmt.example"] })),
        })
        .await;
        let server = Running::start(vendor_config(&upstream));
        let client = http(true);
        let mailboxes =
            (0..3).map(|i| entity(&format!("in{i}"), "maltego.EmailAddress", "email", &format!("a{i}@mail.example")));
        let body = request(mailboxes.collect(), &[("namehound.email_to_domains.max_credits_per_run", "10")], 12);
        let path = start(&server, &client, "email_to_domains", &body).await;
        let run = drain(&server, &client, &path, Some(choice)).await;
        let questions: Vec<_> =
            run.events.iter().filter(|event| event["data"]["inputType"] == "CHOICE_PROMPT").collect();
        assert_eq!(questions.len(), 1, "one question settles the whole run");
        let asked = questions[0]["data"]["message"].as_str().unwrap();
        assert!(asked.contains("41 results") && asked.contains("50 credits"), "{asked}");
        // What was not bought is there as a size with a price.
        let kind = if bought == 0 { "namehound.Summary" } else { "maltego.Domain" };
        assert!(run.entities().iter().all(|entity| entity["type"] == kind), "{choice}");
        assert_eq!((run.entities().len(), upstream.count("purchase")), (3, bought), "{choice}");
        assert_eq!(run.state, "COMPLETED");
        // An answered question is closed, an unknown one does not exist.
        let url = server.url(&format!("{path}/prompts/{}", questions[0]["data"]["id"].as_str().unwrap()));
        let again = json!({ "reason": "CANCELLED", "result": {} });
        assert!(matches!(client.post(url).json(&again).send().await.unwrap().status().as_u16(), 404 | 409));
        let unknown = client.post(server.url(&format!("{path}/prompts/nothing"))).json(&again).send().await.unwrap();
        assert_eq!(unknown.status(), 404);
    }
}

#[tokio::test]
async fn without_questions_the_price_is_told_and_the_setting_named() {
    let upstream = Upstream::start(|_| answer(json!({ "domainsCount": 41 }))).await;
    let server = Running::start(vendor_config(&upstream));
    let client = http(false);
    let body = request(
        vec![entity("in0", "maltego.EmailAddress", "email", "a@mail.example")],
        &[("namehound.email_to_domains.max_credits_per_run", "10")],
        12,
    );
    let path = start(&server, &client, "email_to_domains", &body).await;
    let run = drain(&server, &client, &path, None).await;
    assert!(run.says("INFO", "41 results") && run.says("INFO", "confirm_purchase"), "{:?}", run.messages());
    assert_eq!(upstream.count("purchase"), 0);
}

#[tokio::test]
async fn cancelling_stops_the_work_and_keeps_what_was_found() {
    let upstream = Upstream::start(|_| answer(json!({ "domainsCount": 0 }))).await;
    upstream.delay(Duration::from_secs(60));
    let server = Running::start(vendor_config(&upstream));
    let client = http(false);
    let body = request(vec![entity("in0", "maltego.EmailAddress", "email", "a@mail.example")], &[], 12);
    let path = start(&server, &client, "email_to_domains", &body).await;
    assert_eq!(poll(&server, &client, &path, 0).await["state"], "RUNNING");
    let summary: Value = client.post(server.url(&format!("{path}/cancel"))).send().await.unwrap().json().await.unwrap();
    assert_eq!(summary["state"], "CANCELED");
    assert_eq!(poll(&server, &client, &path, 0).await["state"], "CANCELED");
    until(|| upstream.given_up() == 1).await;
    let deleted = client.delete(server.url(&format!("{path}?Cancelled=true"))).send().await.unwrap();
    assert_eq!(
        (deleted.status().as_u16(), deleted.headers()["maltego-run-state"].to_str().unwrap()),
        (200, "CANCELED")
    );
    assert_eq!(client.delete(server.url(&path)).send().await.unwrap().status(), 404);
}

#[tokio::test]
async fn a_run_that_nobody_polls_is_stopped_and_then_forgotten() {
    let upstream = Upstream::start(|_| answer(json!({ "domainsCount": 0 }))).await;
    upstream.delay(Duration::from_secs(60));
    let mut config = vendor_config(&upstream);
    config.v3.retention_seconds = 1;
    let server = Running::start(config);
    let client = http(false);
    let body = request(vec![entity("in0", "maltego.EmailAddress", "email", "a@mail.example")], &[], 12);
    let path = start(&server, &client, "email_to_domains", &body).await;
    tokio::time::sleep(Duration::from_millis(1700)).await;
    let seen = poll(&server, &client, &path, 0).await;
    assert_eq!(seen["state"], "FAILED");
    let last = seen["events"].as_array().unwrap().last().unwrap();
    assert_eq!(last["data"]["statusMessage"]["type"], "WARNING");
    until(|| upstream.given_up() == 1).await;
    tokio::time::sleep(Duration::from_millis(1700)).await;
    let gone = client.get(server.url(&format!("{path}/results"))).send().await.unwrap();
    assert_eq!((gone.status().as_u16(), gone.headers()["maltego-run-state"].to_str().unwrap()), (404, "TIMED_OUT"));
}

#[tokio::test]
async fn too_many_unfinished_runs_are_told_to_wait() {
    let upstream = Upstream::start(|_| answer(json!({ "domainsCount": 0 }))).await;
    upstream.delay(Duration::from_secs(60));
    let mut config = vendor_config(&upstream);
    config.v3.runs_per_user = 2;
    let server = Running::start(config);
    let client = http(false);
    let body = |i: usize| {
        request(vec![entity("in0", "maltego.EmailAddress", "email", &format!("a{i}@mail.example"))], &[], 12)
    };
    let first = start(&server, &client, "email_to_domains", &body(0)).await;
    start(&server, &client, "email_to_domains", &body(1)).await;
    let url = server.url("/transforms/namehound.email_to_domains/run");
    let refused = client.post(&url).json(&body(2)).send().await.unwrap();
    assert_eq!(refused.status(), 429);
    assert!(refused.headers().contains_key("retry-after"));
    client.post(server.url(&format!("{first}/cancel"))).send().await.unwrap();
    assert_eq!(client.post(&url).json(&body(2)).send().await.unwrap().status(), 201);
}

#[tokio::test]
async fn a_failed_run_explains_itself_together_with_its_state() {
    let server = Running::start(bundled_config());
    let client = http(false);
    let body = request(vec![entity("in0", "maltego.EmailAddress", "email", "nobody")], &[], 12);
    let path = start(&server, &client, "email_to_domains", &body).await;
    let run = drain(&server, &client, &path, None).await;
    assert_eq!(run.state, "FAILED");
    assert!(run.says("WARNING", "is not an e-mail address"), "{:?}", run.messages());

    // One good input among bad ones is a result, and the message names the bad one.
    let inputs = vec![
        entity("in0", "maltego.EmailAddress", "email", "nobody"),
        entity("in1", "maltego.EmailAddress", "email", "dara.velani@mail.example"),
    ];
    let path = start(&server, &client, "email_to_domains", &request(inputs, &[], 12)).await;
    let run = drain(&server, &client, &path, None).await;
    assert_eq!((run.state.as_str(), run.entities().len()), ("COMPLETED", 6));
    assert!(run.says("WARNING", "nobody: "), "{:?}", run.messages());
}

#[tokio::test]
async fn bad_requests_get_the_dialects_own_errors_without_an_echo() {
    let server = Running::start(bundled_config());
    let client = http(false);
    let url = server.url("/transforms/namehound.email_to_domains/run");
    let post = |body: &str, content_type: &str| {
        client.post(&url).header("content-type", content_type.to_owned()).body(body.to_owned()).send()
    };
    for (body, content_type, status) in [
        ("{bad json: my-secret-value", "application/json", 422),
        ("{\"input\": {\"graph\": {\"entities\": \"my-secret-value\"}}}", "application/json", 422),
        ("{}", "text/plain", 422),
    ] {
        let response = post(body, content_type).await.unwrap();
        assert_eq!(response.status(), status, "{body}");
        assert!(!response.text().await.unwrap().contains("my-secret-value"));
    }
    let wrong_type = request(vec![entity("in0", "maltego.Location", "location.name", "x")], &[], 12);
    let response = client.post(&url).json(&wrong_type).send().await.unwrap();
    assert_eq!(response.status(), 400);
    assert!(response.json::<Value>().await.unwrap()["detail"].is_string());
    for path in ["/transforms/namehound.nothing", "/transforms/nothing/run/x/results", "/no/such/path"] {
        let response = client.get(server.url(path)).send().await.unwrap();
        assert_eq!(response.status(), 404);
        assert!(response.json::<Value>().await.unwrap()["detail"].is_string(), "{path}");
    }
}

/// Says what a whole selection has in common, and what belongs to its first member only.
#[derive(Debug)]
struct Together;

static TOGETHER: Declaration = Declaration {
    definition: TransformDefinition {
        name: "domains_to_shared",
        display_name: "To Shared [test]",
        description: "Counts the selection.",
        inputs: &[&entity_types::DOMAIN],
        input_kind: InputKind::List,
        outputs: &[&entity_types::PHRASE],
        set: "Test",
        settings: &[],
    },
    lookups: &[],
    exposure: intel::Exposure::Local,
    price_class: PriceClass::Free,
};

#[async_trait]
impl Transform for Together {
    fn declaration(&self) -> &'static Declaration {
        &TOGETHER
    }

    async fn run(&self, run: &Run, sink: &mut dyn Sink) -> Result<(), RunError> {
        let count = Entity::new(&entity_types::PHRASE, format!("{} domains", run.inputs().len()));
        sink.add(count.linked_by(Link::labelled("selected")));
        sink.add_for(Entity::new(&entity_types::PHRASE, "only the first"), &[0]);
        Ok(())
    }
}

#[tokio::test]
async fn a_list_transform_gets_the_whole_selection_here_and_its_one_input_in_the_classic_dialect() {
    let catalogue = || Catalogue::new(vec![Arc::new(Together)]);
    let server = Running::with_catalogue(catalogue(), Config::default());
    let client = http(false);
    let path = start(&server, &client, "domains_to_shared", &request(domains(3), &[], 12)).await;
    let run = drain(&server, &client, &path, None).await;
    let shared = run.entities()[0]["id"].clone();
    let only = run.entities()[1]["id"].clone();
    let sources = |target: &Value| -> Vec<String> {
        run.links()
            .iter()
            .filter(|link| link["targetId"] == *target)
            .map(|link| link["sourceId"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(sources(&shared), ["in0", "in1", "in2"]);
    assert_eq!(sources(&only), ["in0"]);
    let classic = support::post(
        &server.url("/run/domains_to_shared"),
        &support::client::Request::new("maltego.Domain", "cmt.example"),
    )
    .await;
    assert_eq!(classic.values(), ["1 domains", "only the first"]);
}
