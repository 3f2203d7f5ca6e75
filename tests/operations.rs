//! What whoever runs the server can ask it: is it ready, and what are its numbers?

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a failed unwrap in a test is a failed test, which is the point"
)]

mod support;

use namehound::config::Config;
use support::{
    KEY, Running, Upstream, bundled_config, client::Request, post, purpose, run, upstream::json as answer, vendor,
    vendor_config,
};

async fn numbers(server: &Running) -> String {
    let answer = reqwest::get(server.url("/metrics")).await.unwrap();
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.headers()["content-type"], "text/plain; version=0.0.4; charset=utf-8");
    answer.text().await.unwrap()
}

/// The value of the one line that begins with these labels; zero where there is none yet.
fn value(numbers: &str, line: &str) -> f64 {
    let found = numbers.lines().find_map(|known| known.strip_prefix(line)?.strip_prefix(' '));
    found.map_or(0.0, |number| number.parse().unwrap())
}

#[tokio::test]
async fn runs_purchases_and_remembered_answers_are_counted_and_nobody_is_named() {
    let upstream = Upstream::start(|asked| answer(vendor::answer(asked))).await;
    let server = Running::start(vendor_config(&upstream));
    let request = Request::new("maltego.NSRecord", "ns1.counted-host.example").field("confirm_purchase", "true");
    let before = numbers(&server).await;
    run(&server, "ns_to_domains", &request).await;
    run(&server, "ns_to_domains", &request).await;
    let after = numbers(&server).await;
    let grown = |line: &str| value(&after, line) - value(&before, line);
    assert!(grown("namehound_runs_total{transform=\"ns_to_domains\",ending=\"complete\"}") >= 2.0, "{after}");
    assert!(grown("namehound_upstream_requests_total{provider=\"whoisxml\",outcome=\"answered\"}") >= 1.0, "{after}");
    assert!(grown("namehound_credits_spent_total{provider=\"whoisxml\"}") >= 1.0, "{after}");
    assert!(grown("namehound_answers_total{origin=\"memory\"}") >= 1.0, "{after}");
    assert!(grown("namehound_requests_total{status=\"200\"}") >= 2.0, "{after}");
    for name in
        ["namehound_run_seconds_bucket", "namehound_upstream_seconds_bucket", "namehound_upstream_wait_seconds_bucket"]
    {
        assert!(after.contains(name), "{name}: {after}");
    }
    for secret in ["counted-host", KEY] {
        assert!(!after.contains(secret), "{secret}: {after}");
    }
}

#[tokio::test]
async fn numbers_are_for_those_who_may_run_transforms() {
    let token = namehound::auth::NewToken::from_random([7; 32]);
    let mut config = bundled_config();
    config.auth.tokens = vec![token.hash.clone()];
    let server = Running::start(config);
    assert_eq!(reqwest::get(server.url("/metrics")).await.unwrap().status(), 401);
    assert_eq!(reqwest::get(server.url("/t/wrong/metrics")).await.unwrap().status(), 401);
    let url = server.url(&format!("/t/{}/metrics", token.reveal()));
    let answer = reqwest::get(url).await.unwrap();
    assert_eq!(answer.status(), 200);
    assert!(!answer.text().await.unwrap().contains(token.reveal()));
    // Whether it is ready is for everybody, as whether it is alive.
    assert_eq!(reqwest::get(server.url("/ready")).await.unwrap().status(), 200);
}

#[tokio::test]
async fn a_server_that_can_ask_nobody_is_alive_and_not_ready() {
    let server = Running::with_catalogue(purpose::catalogue(), Config::default());
    assert_eq!(reqwest::get(server.url("/health")).await.unwrap().status(), 200);
    let answer = reqwest::get(server.url("/ready")).await.unwrap();
    assert_eq!(answer.status(), 503);
    assert_eq!(answer.text().await.unwrap(), "{\"status\":\"no source is configured\"}");
    let server = Running::start(bundled_config());
    let answer = reqwest::get(server.url("/ready")).await.unwrap();
    assert_eq!((answer.status().as_u16(), answer.text().await.unwrap().as_str()), (200, "{\"status\":\"ready\"}"));
    let reply = post(&server.url("/run/domain_to_whois"), &Request::new("maltego.Domain", "velani.example")).await;
    assert_eq!(reply.status, 200);
}
