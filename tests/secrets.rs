//! Promise: the vendor's key leaves this machine in requests to the vendor and is seen nowhere else: in no answer of any
//! transform or door, in no line of the log however much is logged, in nothing that the commands print, and in no type's
//! debug output, also where the vendor sends the key back.

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

use axum::response::{IntoResponse, Response};
use namehound::config::Config;
use serde_json::{Value, json};
use support::{
    KEY, Running, Upstream,
    client::post_with,
    program::Machine,
    upstream::{Asked, json as answer, status},
    v3, vendor, vendor_config,
};

/// How an upstream answers.
type Echo = fn(&Asked) -> Response;

/// The ways in which the vendor, or a gateway on the way to it, may repeat what it was asked with.
fn echoes() -> Vec<(&'static str, Echo)> {
    vec![
        ("nothing repeated", |asked| answer(vendor::answer(asked))),
        ("a refusal", |_| status(403, json!({ "code": 403, "messages": format!("Key {KEY} is wrong.") }).to_string())),
        ("an invalid question", |_| {
            status(422, json!({ "code": 422, "messages": { "odd": format!("in apiKey={KEY}") } }).to_string())
        }),
        ("an old error in a good status", |_| {
            answer(json!({ "ErrorMessage": { "errorCode": "WHOIS_01", "msg": format!("apiKey={KEY} and so on") } }))
        }),
        ("a gateway's page", |_| status(502, format!("<html>GET /?apiKey={KEY} failed</html>"))),
        ("a page in a good status", |_| status(200, format!("<html>GET /?apiKey={KEY} failed</html>"))),
        ("broken JSON", |_| status(200, format!("{{\"apiKey\": \"{KEY}\", oops"))),
        ("words", |_| status(200, format!("internal error for apiKey={KEY}"))),
        ("another answer", |_| answer(json!({ "apiKey": KEY }))),
        ("too many requests", |_| {
            (axum::http::StatusCode::TOO_MANY_REQUESTS, [("x-key", KEY)], format!("slow down, {KEY}")).into_response()
        }),
        ("a redirection", |_| {
            (axum::http::StatusCode::FOUND, [("location", format!("/?apiKey={KEY}"))], "").into_response()
        }),
    ]
}

fn config(upstream: &Upstream) -> Config {
    let mut config = vendor_config(upstream);
    config.providers.whoisxml.bulk.enabled = false;
    config.breaker.failures = u32::MAX;
    config.retry.retries = 0;
    config
}

/// Whether the request brought the key, which is the one place where it belongs.
fn brought_the_key(asked: &Asked) -> bool {
    let in_query = asked.query.contains(&format!("apiKey={KEY}"));
    let in_header = asked.headers.get("x-authentication-token").is_some_and(|value| value == KEY);
    in_query || in_header || asked.json()["apiKey"] == KEY
}

#[tokio::test]
async fn no_answer_holds_the_key_whatever_the_vendor_repeats() {
    for (name, echo) in echoes() {
        let upstream = Upstream::start(echo).await;
        let server = Running::start(config(&upstream));
        let (client, json_client) = (reqwest::Client::new(), v3::http(false));
        for pivot in vendor::PIVOTS {
            // Every service, each once: the others of a family ask the same ones.
            let reply = post_with(&client, &server.url(&format!("/run/{}", pivot.transform)), &pivot.request(0)).await;
            assert_eq!(reply.status, 200, "{name}: {}", pivot.transform);
            assert!(!reply.body.contains(KEY), "{name}: {}: {}", pivot.transform, reply.body);
        }
        for transform in ["ns_to_domains", "email_to_domains", "domain_to_whois", "domain_to_certificates"] {
            let path = v3::start(&server, &json_client, transform, &vendor::pivot_of(transform).run(1)).await;
            let run = v3::drain(&server, &json_client, &path, None).await;
            assert!(!Value::from(run.events).to_string().contains(KEY), "{name}: {transform}");
        }
        assert!(upstream.asked().iter().all(brought_the_key), "{name}: asked without the key");
        assert!(!upstream.asked().is_empty(), "{name}");
    }
    // The samples reach every service; a bulk job is only worth it for many.
    let upstream = Upstream::start(|asked| answer(vendor::answer(asked))).await;
    let server = Running::start(config(&upstream));
    for pivot in vendor::PIVOTS {
        support::run(&server, pivot.transform, &pivot.request(0)).await;
    }
    let services: BTreeSet<_> = upstream.asked().iter().map(vendor::service).collect();
    let all = intel::provider::whoisxml::Service::ALL.iter().map(|service| service.endpoint());
    assert_eq!(services, all.filter(|name| !["bulk-whois", "balance"].contains(name)).collect());
}

#[tokio::test]
async fn no_door_and_no_debug_output_shows_the_key() {
    let upstream = Upstream::start(|asked| answer(vendor::answer(asked))).await;
    let config = config(&upstream);
    assert!(!format!("{config:?} {config:#?}").contains(KEY));
    assert!(!toml::to_string(&config).unwrap().contains(KEY));
    let app = namehound::app::App::new(&config).unwrap();
    assert!(!format!("{:?}", app.desk).contains(KEY));

    let server = Running::start(config);
    let client = v3::http(false);
    for path in [
        "/",
        "/seed",
        "/seed/classic",
        "/transforms",
        "/transforms/namehound.ns_to_domains",
        "/health",
        "/maltego/namehound.mtz",
        "/maltego/settings.csv",
        "/no/such/page",
    ] {
        let response = client.get(server.url(path)).header("accept", "text/html, */*").send().await.unwrap();
        let headers = format!("{:?}", response.headers());
        let body = response.bytes().await.unwrap();
        let found = body.windows(KEY.len()).any(|window| window == KEY.as_bytes());
        assert!(!found && !headers.contains(KEY), "{path}");
    }
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_line_of_the_log_and_nothing_that_is_printed_holds_the_key() {
    for (name, echo) in echoes() {
        let upstream = Upstream::start(echo).await;
        let machine = Machine::new()
            .with("NAMEHOUND_PROVIDERS__WHOISXML__API_KEY", KEY)
            .with("NAMEHOUND_PROVIDERS__WHOISXML__BULK__ENABLED", "false")
            .with("NAMEHOUND_UPSTREAM__GATEWAY", &upstream.url())
            .with("NAMEHOUND_CASES__LOAD", "none")
            .with("NAMEHOUND_RETRY__RETRIES", "0")
            // Everything that any part of the program would ever say.
            .with("NAMEHOUND_LOG__FILTER", "trace");
        let serving = machine.serve(&["serve", "--listen", "127.0.0.1:0"]);
        let client = reqwest::Client::new();
        for transform in ["ns_to_domains", "email_to_domains", "domain_to_whois", "domain_to_dns_records"] {
            let url = serving.url(&format!("/run/{transform}"));
            let reply = post_with(&client, &url, &vendor::pivot_of(transform).request(0)).await;
            assert!(!reply.body.contains(KEY), "{name}: {transform}");
        }
        assert!(!upstream.asked().is_empty(), "{name}");
        assert!(!serving.said.join("\n").contains(KEY), "{name}");
        let (_, log) = serving.end("TERM");
        assert!(log.contains("run ended"), "{name}: nothing was logged: {log}");
        let line = log.lines().find(|line| line.contains(KEY));
        assert_eq!(line, None, "{name}");

        // At the terminal, where results and messages are printed.
        let done = machine.run(&["run", "ns_to_domains", "ns1.host.example", "--format", "json"]);
        assert!(!done.out.contains(KEY) && !done.err.contains(KEY), "{name}: {}", done.err);
    }
    let machine = Machine::new().with("NAMEHOUND_PROVIDERS__WHOISXML__API_KEY", KEY);
    for command in [&["config", "show"][..], &["config", "check"]] {
        let done = machine.run(command);
        assert!(!done.out.contains(KEY) && !done.err.contains(KEY), "{command:?}: {}{}", done.out, done.err);
    }
}
