//! Promise: one seed for every client, documents that are fetched once, and a browser client that can read everything.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a failed unwrap in a test is a failed test, which is the point"
)]

mod support;

use reqwest::{Client, Method, Response, StatusCode};
use serde_json::Value;
use support::{Running, bundled_config};

const BROWSER: &str = "https://app.maltego.com";

async fn get(server: &Running, path: &str, headers: &[(&str, &str)]) -> Response {
    ask(server, Method::GET, path, headers).await
}

async fn ask(server: &Running, method: Method, path: &str, headers: &[(&str, &str)]) -> Response {
    // Without this the client unpacks silently and hides the header.
    let client = Client::builder().no_gzip().build().unwrap();
    let mut request = client.request(method, server.url(path));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.send().await.unwrap()
}

#[tokio::test]
async fn the_seed_speaks_to_everybody() {
    let server = Running::start(bundled_config());
    let json = get(&server, "/seed", &[("accept", "application/json")]).await;
    assert!(json.headers()["vary"].to_str().unwrap().contains("Accept"));
    let seed: Value = json.json().await.unwrap();
    let application = &seed["TransformApplications"][0];
    assert_eq!(application["V3URL"], server.url(""));
    assert_eq!(application["URL"], server.url("/runner"));

    for (path, headers) in [("/seed", vec![("accept", "text/xml")]), ("/seed/classic", vec![("accept", "*/*")])] {
        let xml = get(&server, path, &headers).await;
        assert_eq!(xml.headers()["content-type"], "text/xml; charset=utf-8");
        let text = xml.text().await.unwrap();
        assert!(text.contains("MaltegoTransformDiscoveryMessage") && text.contains(&server.url("/runner")), "{text}");
    }
    let list = get(&server, "/runner?Command=_TRANSFORMS", &[]).await.text().await.unwrap();
    assert!(list.contains("TransformName=\"ns_to_domains_dnsname\""), "{list}");
    assert_eq!(get(&server, "/runner?Command=_ENTITIES", &[]).await.status(), StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn the_seed_never_repeats_what_the_host_header_says() {
    let server = Running::start(bundled_config());
    let seed = get(&server, "/seed", &[("accept", "application/json"), ("host", "evil.example")]).await;
    assert!(!seed.text().await.unwrap().contains("evil.example"));
    let mut config = bundled_config();
    config.server.public_url = Some("https://hub.example/".to_owned());
    let server = Running::start(config);
    let seed: Value = get(&server, "/seed", &[("accept", "application/json")]).await.json().await.unwrap();
    assert_eq!(seed["TransformApplications"][0]["V3URL"], "https://hub.example");
}

#[tokio::test]
async fn a_token_in_the_path_travels_with_the_seed() {
    let new = namehound::auth::NewToken::from_random([3; 32]);
    let mut config = bundled_config();
    config.auth.tokens = vec![new.hash.clone()];
    let server = Running::start(config);
    let refused = get(&server, "/seed", &[("accept", "application/json")]).await;
    assert_eq!(refused.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(refused.headers()["content-type"], "application/problem+json");
    let path = format!("/t/{}/seed", new.reveal());
    let seed: Value = get(&server, &path, &[("accept", "application/json")]).await.json().await.unwrap();
    let base = seed["TransformApplications"][0]["V3URL"].as_str().unwrap().to_owned();
    assert_eq!(base, server.url(&format!("/t/{}", new.reveal())));
    let transforms = Client::new().get(format!("{base}/transforms")).send().await.unwrap();
    assert_eq!(transforms.status(), StatusCode::OK);
    let bearer = format!("Bearer {}", new.reveal());
    assert_eq!(get(&server, "/transforms", &[("authorization", &bearer)]).await.status(), StatusCode::OK);
    assert_eq!(get(&server, "/transforms", &[("authorization", "Bearer x")]).await.status(), StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn documents_are_tagged_compressed_and_the_same_under_both_paths() {
    let server = Running::start(bundled_config());
    for path in ["/transforms", "/assets", "/assets/sets", "/hub_item", "/.well-known/supported_capabilities"] {
        let first = get(&server, path, &[]).await;
        let tag = first.headers()["etag"].to_str().unwrap().to_owned();
        assert!(tag.starts_with('"'), "{tag}");
        assert_eq!(first.headers()["maltego-protocol-version"], "3.3");
        let body = first.text().await.unwrap();
        assert_eq!(get(&server, &format!("/api/v3{path}"), &[]).await.text().await.unwrap(), body);
        let known = get(&server, path, &[("if-none-match", &tag)]).await;
        assert_eq!((known.status(), known.text().await.unwrap().len()), (StatusCode::NOT_MODIFIED, 0));
        let head = ask(&server, Method::HEAD, path, &[]).await;
        assert_eq!(head.status(), StatusCode::OK);
    }
    let packed = get(&server, "/transforms", &[("accept-encoding", "gzip")]).await;
    assert_eq!(packed.headers()["content-encoding"], "gzip");
    assert!(packed.headers()["etag"].to_str().unwrap().ends_with("-gzip\""));
    for refusing in ["identity;q=0", "identity;q=0, *;q=0"] {
        let response = get(&server, "/run/ns_to_domains", &[("accept-encoding", refusing)]).await;
        assert_eq!(response.status(), StatusCode::OK, "classic answers do not negotiate codings");
    }
    let filtered: Value = get(&server, "/transforms?capabilities=interactive,unknown", &[]).await.json().await.unwrap();
    assert_eq!(filtered["transforms"], serde_json::json!([]));
}

#[tokio::test]
async fn versions_are_negotiated_and_never_fail() {
    let server = Running::start(bundled_config());
    for (asked, spoken) in [("3.1", "3.1"), ("3.2", "3.2"), ("3.3", "3.3"), ("9.9", "3.3"), ("abc", "3.3")] {
        let options = ask(&server, Method::OPTIONS, "/seed", &[("maltego-protocol-version", asked)]).await;
        assert_eq!(options.headers()["maltego-protocol-version"], spoken);
        assert_eq!(options.headers()["v3-page-size"], "1000");
        assert_eq!(options.text().await.unwrap(), "null");
        let document = get(&server, "/transforms", &[("maltego-protocol-version", asked)]).await;
        assert_eq!(document.headers()["maltego-protocol-version"], spoken);
    }
}

#[tokio::test]
async fn a_preflight_is_answered_for_the_browser_client_only() {
    let server = Running::start(bundled_config());
    let preflight = |origin: &'static str| {
        let headers = vec![
            ("origin", origin),
            ("access-control-request-method", "POST"),
            ("access-control-request-headers", "content-type,maltego-client-capabilities"),
            ("access-control-request-private-network", "true"),
        ];
        let server = &server;
        async move { ask(server, Method::OPTIONS, "/transforms/namehound.ns_to_domains/run", &headers).await }
    };
    let allowed = preflight(BROWSER).await;
    let headers = allowed.headers();
    assert!(allowed.status().is_success());
    assert_eq!(headers["access-control-allow-origin"], BROWSER);
    assert_eq!(headers["access-control-allow-credentials"], "true");
    assert_eq!(headers["access-control-allow-private-network"], "true");
    assert!(headers["access-control-allow-headers"].to_str().unwrap().contains("maltego-client-capabilities"));
    assert!(!preflight("https://foreign.example").await.headers().contains_key("access-control-allow-origin"));
}

#[tokio::test]
async fn every_answer_names_the_allowed_origin_errors_included() {
    let new = namehound::auth::NewToken::from_random([3; 32]);
    let mut config = bundled_config();
    config.auth.tokens = vec![new.hash.clone()];
    let locked = Running::start(config);
    let open = Running::start(bundled_config());
    for (server, path, status) in [
        (&open, "/transforms", 200),
        (&open, "/no/such/path", 404),
        (&open, "/transforms/namehound.ns_to_domains/run/x/results", 404),
        (&locked, "/transforms", 401),
    ] {
        let response = get(server, path, &[("origin", BROWSER)]).await;
        assert_eq!(response.status(), status, "{path}");
        assert_eq!(response.headers()["access-control-allow-origin"], BROWSER, "{path}");
        let exposed = response.headers()["access-control-expose-headers"].to_str().unwrap().to_owned();
        assert!(exposed.contains("maltego-run-state"), "{exposed}");
    }
    // What is refused before any door sees it can be read as well.
    let huge = Client::new()
        .post(open.url("/transforms/namehound.ns_to_domains/run"))
        .header("origin", BROWSER)
        .body(vec![b' '; 2 << 20]);
    let refused = huge.send().await.unwrap();
    assert_eq!(
        (refused.status().as_u16(), &refused.headers()["access-control-allow-origin"]),
        (413, &BROWSER.parse().unwrap())
    );
    // A plain OPTIONS with an origin is still the seed's own question.
    let options = ask(&open, Method::OPTIONS, "/seed", &[("origin", BROWSER)]).await;
    assert_eq!(options.headers()["v3-page-size"], "1000");
    assert_eq!(options.headers()["access-control-allow-origin"], BROWSER);
}

#[tokio::test]
async fn a_page_of_a_foreign_origin_cannot_start_anything() {
    let server = Running::start(bundled_config());
    for path in ["/transforms/namehound.ns_to_domains/run", "/run/ns_to_domains"] {
        let response = ask(&server, Method::POST, path, &[("origin", "https://foreign.example")]).await;
        assert_eq!(response.status(), StatusCode::FORBIDDEN, "{path}");
    }
}
