//! Promise: whatever a source does, the analyst reads what happened and the server goes on.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::cast_possible_truncation,
    reason = "a failed unwrap in a test is a failed test, which is the point"
)]

mod support;

use std::time::Duration;

use axum::{
    body::{Body, Bytes},
    response::{IntoResponse, Response},
};
use futures_util::{StreamExt as _, stream};
use namehound::config::Config;
use serde_json::{Value, json};
use support::{
    Running, Upstream, assert_healthy,
    client::{Reply, Request},
    raw_upstream::{Act, RawUpstream, gzip_bomb},
    run,
    upstream::{json as answer, status},
    vendor_config, vendor_config_at,
};

const MEBIBYTE: usize = 1024 * 1024;
const UNKNOWN: &str = "It may have been charged, so it was not asked again";

/// A page of reverse NS: one credit, so asking for it is a purchase.
async fn buy(server: &Running) -> Reply {
    run(server, "ns_to_domains", &Request::new("maltego.NSRecord", "ns1.host.example")).await
}

/// A WHOIS history, which begins with a free preview.
async fn preview(server: &Running, domain: &str) -> Reply {
    run(server, "domain_to_whois_history", &Request::new("maltego.Domain", domain)).await
}

fn page() -> Value {
    json!({ "result": [{ "name": "cmt.example", "first_seen": 1, "last_visit": 2 }], "size": 1 })
}

fn empty_preview() -> Value {
    json!({ "recordsCount": 0 })
}

fn assert_says(reply: &Reply, kind: &str, words: &str) {
    assert!(reply.says(kind, words), "not {kind} \"{words}\": {:?}", reply.messages);
    assert!(reply.entities.is_empty(), "{:?}", reply.entities);
}

/// Short times, and no second tries: for what must fail at once.
fn once(mut config: Config) -> Config {
    config.upstream.total_seconds = 1;
    config.upstream.body_bytes = MEBIBYTE;
    config.retry.retries = 0;
    config
}

#[tokio::test]
async fn a_stated_wait_is_kept_and_then_the_answer_comes() {
    let upstream = RawUpstream::start(|number| match number {
        0 => vec![Act::head("429 Too Many Requests", "Retry-After: 1\r\nConnection: close\r\n", 0)],
        _ => Act::json(&page().to_string()),
    })
    .await;
    let server = Running::start(vendor_config_at(upstream.url()));
    let reply = buy(&server).await;
    assert_eq!(reply.values(), ["cmt.example"], "{:?}", reply.messages);
    let asked = upstream.asked();
    assert_eq!(asked.len(), 2);
    assert!(asked[1] - asked[0] >= Duration::from_secs(1), "asked again after {:?}", asked[1] - asked[0]);
}

#[tokio::test]
async fn too_many_requests_without_a_wait_is_tried_again() {
    let upstream = Upstream::start(|_| answer(page())).await;
    upstream.next(status(429, r#"{"code": 429, "messages": "Too many requests"}"#));
    let server = Running::start(vendor_config(&upstream));
    assert_eq!(buy(&server).await.values(), ["cmt.example"]);
    assert_eq!(upstream.asked().len(), 2);
}

#[tokio::test]
async fn too_many_requests_for_ever_says_how_long_to_wait() {
    for (wait, words) in [(Some("90"), "asks to wait 90 seconds"), (None, "Run the transform again in a minute")] {
        let upstream = Upstream::start(move |_| match wait {
            Some(wait) => (axum::http::StatusCode::TOO_MANY_REQUESTS, [("retry-after", wait)], "").into_response(),
            None => status(429, ""),
        })
        .await;
        let server = Running::start(once(vendor_config(&upstream)));
        let reply = buy(&server).await;
        assert_says(&reply, "PartialError", words);
        assert!(!reply.says("PartialError", "charged"), "nothing was sold: {:?}", reply.messages);
        assert_healthy(&server).await;
    }
}

#[tokio::test]
async fn a_refusal_is_told_apart_by_the_balance() {
    let refused = || {
        status(
            403,
            r#"{"code": 403, "messages": "Access restricted. Check credits balance or enter the correct API key."}"#,
        )
    };
    let pool = |credits: i64| answer(json!({ "data": [{ "product_id": 14, "credits": credits }] }));
    type Balance = Box<dyn Fn() -> Response + Send + Sync>;
    let cases: [(Balance, &str, &str); 5] = [
        (Box::new(refused), "FatalError", "does not accept the API key"),
        (Box::new(move || pool(0)), "PartialError", "out of credits"),
        (Box::new(move || pool(480)), "PartialError", "the account's plan does not include this service"),
        (Box::new(|| answer(json!({ "data": [] }))), "PartialError", "plan does not include this service"),
        (Box::new(|| status(500, "")), "PartialError", "the API key may be wrong, or the credits used up"),
    ];
    for (balance, kind, words) in cases {
        let upstream = Upstream::start(move |asked| match asked.host.as_str() {
            "user.whoisxmlapi.com" => balance(),
            _ => refused(),
        })
        .await;
        let server = Running::start(once(vendor_config(&upstream)));
        let reply = buy(&server).await;
        assert_says(&reply, kind, words);
        let hosts: Vec<_> = upstream.asked().into_iter().map(|asked| asked.host).collect();
        assert_eq!(hosts, ["reverse-ns.whoisxmlapi.com", "user.whoisxmlapi.com"]);
        assert_healthy(&server).await;
    }
}

/// Answers that are none, sent to a purchase: each with what must be said about it.
fn bad_answers() -> Vec<(&'static str, Response, &'static str)> {
    let large = || vec![b' '; MEBIBYTE + MEBIBYTE / 2];
    let chunked = stream::iter(large().chunks(64 * 1024).map(Bytes::copy_from_slice).collect::<Vec<_>>());
    let gzipped = |body: Vec<u8>| ([("content-encoding", "gzip"), ("content-type", "application/json")], body);
    let too_large = "sent an answer of more than 1 MiB";
    let not_understood = "sent an answer that cannot be understood";
    let is_invalid = "cannot be asked this: ns: must be a host name";
    vec![
        ("status 500", status(500, "oops"), UNKNOWN),
        ("status 503 with JSON", status(503, r#"{"code": 503, "messages": "down for maintenance"}"#), UNKNOWN),
        ("a failure in a good status", answer(json!({ "code": 500, "messages": "Internal error" })), UNKNOWN),
        (
            "a refusal in a good status",
            answer(json!({ "code": 422, "messages": { "ns": "must be a host name" } })),
            is_invalid,
        ),
        (
            "an old refusal in a good status",
            answer(json!({ "ErrorMessage": { "errorCode": "API_KEY_03", "msg": "ApiKey authenticate failed" } })),
            "does not accept the API key",
        ),
        ("a page", status(200, "<!doctype html><html><title>Welcome</title></html>"), UNKNOWN),
        ("truncated JSON", status(200, r#"{"result": [{"name": "cmt.exam"#), not_understood),
        ("malformed JSON", status(200, r#"{"result": [oops]}"#), not_understood),
        ("other JSON", status(200, "[1, 2, 3]"), not_understood),
        ("no body", status(200, ""), not_understood),
        ("announced rows that are not there", answer(json!({ "size": 3 })), not_understood),
        ("a large body with its length", status(200, large()), too_large),
        ("a large body in chunks", status(200, Body::from_stream(chunked.map(Ok::<_, std::io::Error>))), too_large),
        ("a gzip bomb", gzipped(gzip_bomb(16 * MEBIBYTE)).into_response(), too_large),
        ("broken gzip", gzipped(b"this was never packed".to_vec()).into_response(), UNKNOWN),
    ]
}

#[tokio::test]
async fn a_bad_answer_to_a_purchase_is_told_and_never_asked_for_again() {
    for (name, bad, words) in bad_answers() {
        let upstream = Upstream::start(|_| answer(page())).await;
        let mut config = vendor_config(&upstream);
        config.upstream.body_bytes = MEBIBYTE;
        let server = Running::start(config);
        upstream.next(bad);
        let reply = buy(&server).await;
        let kind = if words.contains("API key") { "FatalError" } else { "PartialError" };
        assert!(reply.says(kind, words), "{name}: {:?}", reply.messages);
        assert!(reply.entities.is_empty(), "{name}");
        assert_eq!(upstream.asked().len(), 1, "{name}: nothing may be bought twice unasked");
        assert_healthy(&server).await;
        let next = buy(&server).await;
        assert_eq!(next.values(), ["cmt.example"], "{name}: {:?}", next.messages);
    }
}

/// The bomb has to be a good one, or the test above would be about broken gzip.
#[tokio::test]
async fn the_gzip_bomb_unpacks() {
    let upstream = Upstream::start(|_| ([("content-encoding", "gzip")], gzip_bomb(MEBIBYTE)).into_response()).await;
    let mut unpacked = reqwest::get(upstream.url()).await.unwrap();
    let mut length = 0;
    while let Ok(Some(chunk)) = unpacked.chunk().await {
        assert!(chunk.iter().all(|byte| *byte == 0));
        length += chunk.len();
    }
    assert!(length > MEBIBYTE / 2, "{length}");
    assert!(gzip_bomb(MEBIBYTE).len() < MEBIBYTE / 100);
}

#[tokio::test]
async fn what_costs_nothing_is_tried_again_before_it_is_told() {
    for (name, code, body) in [("status 500", 500, "oops"), ("a page", 200, "<html>Welcome</html>")] {
        let upstream = Upstream::start(move |_| status(code, body)).await;
        let mut config = vendor_config(&upstream);
        config.retry.retries = 2;
        let server = Running::start(config);
        let reply = preview(&server, "cmt.example").await;
        assert!(reply.says("PartialError", "failed on its side"), "{name}: {:?}", reply.messages);
        assert_eq!(upstream.asked().len(), 3, "{name}");
        assert_healthy(&server).await;
    }
    let upstream = Upstream::start(|_| answer(empty_preview())).await;
    upstream.next(status(502, "<html>Bad gateway</html>"));
    upstream.next(status(500, ""));
    let server = Running::start(vendor_config(&upstream));
    assert_says(&preview(&server, "cmt.example").await, "Inform", "WhoisXML API has nothing on");
}

#[tokio::test]
async fn nobody_listening_is_told_and_nothing_was_charged() {
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let server = Running::start(vendor_config_at(format!("http://{free}")));
    let reply = buy(&server).await;
    assert_says(&reply, "PartialError", "WhoisXML API cannot be reached from this server");
    assert!(!reply.says("PartialError", "charged"));
    assert_healthy(&server).await;
}

/// Ways for an answer to break off or never to end, all below HTTP.
fn broken_answers() -> Vec<(&'static str, Vec<Act>, &'static str)> {
    let json = "Content-Type: application/json\r\n";
    let begun = |length| vec![Act::head("200 OK", json, length), Act::Send(br#"{"result": ["#.to_vec())];
    let with = |mut acts: Vec<Act>, last: &[Act]| {
        acts.extend_from_slice(last);
        acts
    };
    let too_late = "did not answer within 1 second";
    vec![
        ("reset before the answer", vec![Act::Reset], "broke off its answer"),
        ("closed before the answer", vec![], "broke off its answer"),
        ("reset in the middle", with(begun(4000), &[Act::Reset]), "broke off its answer"),
        ("closed in the middle", begun(4000), "broke off its answer"),
        ("something else than HTTP", vec![Act::Send(b"SSH-2.0-OpenSSH\r\n".to_vec())], "broke off its answer"),
        ("a drip", with(begun(4000), &[Act::Drip(Duration::from_millis(100))]), too_late),
        ("silence", vec![Act::Hang], too_late),
        ("silence in the middle", with(begun(4000), &[Act::Hang]), too_late),
    ]
}

#[tokio::test]
async fn an_answer_that_breaks_off_or_never_ends_is_told() {
    let tests = broken_answers().into_iter().map(|(name, acts, words)| async move {
        let upstream = {
            let acts = acts.clone();
            RawUpstream::start(move |number| match number {
                0 => acts.clone(),
                _ => Act::json(&empty_preview().to_string()),
            })
            .await
        };
        let server = Running::start(once(vendor_config_at(upstream.url())));
        let reply = preview(&server, "cmt.example").await;
        assert!(reply.says("PartialError", words), "{name}, free: {:?}", reply.messages);
        assert_healthy(&server).await;
        assert_says(&preview(&server, "cmt.example").await, "Inform", "has nothing on");

        let upstream = RawUpstream::start(move |number| match number {
            0 => acts.clone(),
            _ => Act::json(&page().to_string()),
        })
        .await;
        let mut config = once(vendor_config_at(upstream.url()));
        config.retry.retries = 3;
        let server = Running::start(config);
        let reply = buy(&server).await;
        assert!(reply.says("PartialError", UNKNOWN), "{name}, bought: {:?}", reply.messages);
        assert_eq!(upstream.asked().len(), 1, "{name}: nothing may be bought twice unasked");
        assert_healthy(&server).await;
        assert_eq!(buy(&server).await.values(), ["cmt.example"], "{name}");
    });
    futures_util::future::join_all(tests).await;
}

#[tokio::test]
async fn a_source_that_dies_and_comes_back_is_asked_again() {
    let upstream = RawUpstream::start(|_| vec![Act::Hang]).await;
    let address = upstream.address();
    let server = Running::start(vendor_config_at(upstream.url()));
    let killer = async {
        upstream.wait_for(1).await;
        upstream.kill().await;
    };
    let (reply, ()) = tokio::join!(buy(&server), killer);
    assert_says(&reply, "PartialError", UNKNOWN);
    assert_healthy(&server).await;
    let _again = RawUpstream::start_at(address, |_| Act::json(&page().to_string())).await;
    assert_eq!(buy(&server).await.values(), ["cmt.example"]);
}

#[tokio::test]
async fn a_source_that_keeps_failing_is_left_alone_and_the_others_are_not() {
    let upstream = Upstream::start(|asked| match asked.host.as_str() {
        "reverse-ns.whoisxmlapi.com" => answer(page()),
        _ => status(500, ""),
    })
    .await;
    let mut config = once(vendor_config(&upstream));
    config.breaker.failures = 3;
    config.breaker.rest_seconds = 90;
    let server = Running::start(config);
    for number in 0..3 {
        assert_says(&preview(&server, &format!("d{number}.example")).await, "PartialError", "failed on its side");
    }
    let reply = preview(&server, "d3.example").await;
    assert_says(&reply, "PartialError", "failed several times in a row and is left alone for 90 seconds");
    assert_eq!(upstream.asked().len(), 3, "nothing more arrives there");
    assert_eq!(buy(&server).await.values(), ["cmt.example"], "another service of the same source");
    assert_healthy(&server).await;
}

#[tokio::test]
async fn a_run_over_its_time_shows_what_it_had_found() {
    let rows = |from: usize| -> Vec<Value> {
        (from..from + 300)
            .map(|row| json!({ "name": format!("d{row:05}.example"), "first_seen": 1, "last_visit": 2 }))
            .collect()
    };
    let upstream = Upstream::start(move |asked| {
        let from = |name: &str| asked.query.contains(&format!("from={name}&"));
        let rows = match () {
            () if from("1") => rows(0),
            () if from("d00299.example") => rows(300),
            () => return status(200, Body::from_stream(stream::pending::<Result<Bytes, std::io::Error>>())),
        };
        answer(json!({ "result": rows, "size": 300 }))
    })
    .await;
    let mut config = vendor_config(&upstream);
    config.server.run_seconds = 2;
    let server = Running::start(config);
    let reply = buy(&server).await;
    assert!(reply.says("PartialError", "took longer than a run may take"), "{:?}", reply.messages);
    assert_eq!(reply.entities.len(), 600);
    assert_eq!(upstream.asked().len(), 3);
    assert_healthy(&server).await;

    let again = run(&server, "ns_to_domains", &Request::new("maltego.NSRecord", "ns1.host.example").limit(300)).await;
    assert_eq!((again.entities.len(), upstream.asked().len()), (300, 3), "what was found is remembered");
    assert!(again.says("Inform", "As of"), "{:?}", again.messages);
}
