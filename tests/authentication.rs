//! Promise: nobody gets in without a token where tokens are configured, and no token is ever seen but by its bearer.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a failed unwrap in a test is a failed test, which is the point"
)]

mod support;

use std::net::SocketAddr;

use namehound::{
    app::App,
    auth::NewToken,
    config::Config,
    http::{ListenError, Server},
};
use support::{
    Running, bundled_config,
    client::{self, Request},
    purpose, raw,
    raw::{Message, request},
};

fn token(seed: u8) -> NewToken {
    NewToken::from_random([seed; 32])
}

/// A server that lets in the bearers of these.
fn guarded(tokens: &[&NewToken]) -> Running {
    let mut config = Config::default();
    config.auth.tokens = tokens.iter().map(|token| token.hash.clone()).collect();
    Running::with_catalogue(purpose::catalogue(), config)
}

/// Asks for a greeting at a path with these headers.
async fn ask(address: SocketAddr, path: &str, headers: &[&str]) -> Message {
    let body = Request::new("maltego.Phrase", "Ada").message();
    request(address, "POST", path, headers, body.as_bytes()).await
}

fn is_greeted(answer: &Message) -> bool {
    let reply = client::read(answer.status(), answer.text().to_owned());
    reply.status == 200 && reply.values() == ["Greetings, Ada"]
}

fn assert_refused(answer: &Message, what: &str) {
    assert_eq!(answer.status(), 401, "{what}");
    assert_eq!(answer.header("www-authenticate"), Some("Bearer"), "{what}");
    assert_eq!(answer.header("content-type"), Some("text/plain; charset=utf-8"), "{what}");
    assert!(answer.text().contains("/t/<token>/run/<transform>"), "{what}: {}", answer.text());
}

#[tokio::test]
async fn a_token_lets_in_by_path_and_by_header() {
    let good = token(1);
    let server = guarded(&[&good]);
    let text = good.reveal();
    for path in ["run/greet_person", "run/greet_person/", "run/namehound.GreetPerson?Command=_RUN"] {
        assert!(is_greeted(&ask(server.address, &format!("/t/{text}/{path}"), &[]).await), "{path}");
    }
    for scheme in ["Bearer", "bearer", "BEARER"] {
        let header = format!("Authorization: {scheme} {text}");
        assert!(is_greeted(&ask(server.address, "/run/greet_person", &[&header]).await), "{scheme}");
    }
    let exists = request(server.address, "GET", &format!("/t/{text}/run/greet_person"), &[], b"").await;
    assert_eq!(exists.status(), 200);
}

#[tokio::test]
async fn a_missing_or_wrong_token_lets_nobody_in() {
    let (good, other) = (token(1), token(2));
    let server = guarded(&[&good]);
    let text = good.reveal();
    assert_refused(&ask(server.address, "/run/greet_person", &[]).await, "none");
    let almost = [
        other.reveal().to_owned(),
        good.hash.clone(),
        good.hash.trim_start_matches("blake3:").to_owned(),
        text[..63].to_owned(),
        format!("{text}0"),
        format!("%20{text}"),
        "0".repeat(64),
        "x".repeat(4000),
        "..".to_owned(),
    ];
    for wrong in &almost {
        assert_refused(&ask(server.address, &format!("/t/{wrong}/run/greet_person"), &[]).await, wrong);
        let header = format!("Authorization: Bearer {wrong}");
        assert_refused(&ask(server.address, "/run/greet_person", &[&header]).await, wrong);
    }
    for header in [
        format!("Authorization: Basic {text}"),
        format!("Authorization: {text}"),
        "Authorization: Bearer".to_owned(),
        "Authorization: Bearer \u{e9}".to_owned(),
        format!("X-Token: {text}"),
        format!("Cookie: token={text}"),
    ] {
        assert_refused(&ask(server.address, "/run/greet_person", &[&header]).await, &header);
    }
    let in_query = format!("/run/greet_person?token={text}");
    assert_refused(&ask(server.address, &in_query, &[]).await, "in the query");
}

#[tokio::test]
async fn a_stranger_learns_nothing_of_what_there_is() {
    let server = guarded(&[&token(1)]);
    for (method, path) in [
        ("GET", "/run/greet_person"),
        ("GET", "/run/no_such_transform"),
        ("POST", "/run/no_such_transform"),
        ("HEAD", "/run/greet_person"),
        ("OPTIONS", "/run/greet_person"),
        ("DELETE", "/run/greet_person"),
        ("GET", "/t/wrong/run/greet_person"),
    ] {
        let answer = request(server.address, method, path, &[], b"").await;
        assert_eq!(answer.status(), 401, "{method} {path}");
    }
    for path in ["/", "/health"] {
        assert_eq!(request(server.address, "GET", path, &[], b"").await.status(), 200, "{path} is for everybody");
    }
}

#[tokio::test]
async fn each_of_several_tokens_lets_in_and_no_other() {
    let tokens: Vec<_> = (1..=5).map(token).collect();
    let server = guarded(&tokens.iter().collect::<Vec<_>>());
    for token in &tokens {
        assert!(is_greeted(&ask(server.address, &format!("/t/{}/run/greet_person", token.reveal()), &[]).await));
    }
    assert_refused(&ask(server.address, &format!("/t/{}/run/greet_person", token(6).reveal()), &[]).await, "a sixth");
}

#[tokio::test]
async fn without_tokens_a_path_with_one_leads_nowhere() {
    let server = Running::with_catalogue(purpose::catalogue(), Config::default());
    assert!(is_greeted(&ask(server.address, "/run/greet_person", &[]).await));
    for path in ["/t/x/run/greet_person", "/t/x/run/greet_person/", "/t/x/run/nobody", "/t//run/greet_person"] {
        assert_eq!(ask(server.address, path, &[]).await.status(), 404, "{path}");
    }
}

fn unprotected(listen: &str) -> ListenError {
    let mut config = bundled_config();
    config.server.listen = listen.to_owned();
    Server::bind(App::new(&config).unwrap(), &config).unwrap_err()
}

/// The text between two others.
fn between<'a>(text: &'a str, before: &str, after: &str) -> &'a str {
    text.split_once(before).unwrap_or_else(|| panic!("no {before:?} in {text}")).1.split(after).next().unwrap()
}

#[tokio::test]
async fn an_open_address_without_tokens_is_refused_with_the_way_out() {
    for listen in ["0.0.0.0:8080", "[::]:8080", "192.0.2.1:8080"] {
        let error = unprotected(listen);
        assert!(matches!(error, ListenError::Unprotected { .. }), "{listen}: {error}");
        let told = error.to_string();
        for part in [listen, "127.0.0.1", "namehound.toml", "[auth]\ntokens = [\"blake3:", ":8080/t/<token>/run/"] {
            assert!(told.contains(part), "{part}: {told}");
        }
    }
    let told = unprotected("0.0.0.0:0").to_string();
    let (hash, token) = (between(&told, "tokens = [\"", "\"]"), between(&told, "only now: ", "\n"));
    assert_ne!(between(&unprotected("0.0.0.0:0").to_string(), "only now: ", "\n"), token, "each one is new");

    let written = format!("[auth]\ntokens = [\"{hash}\"]\n");
    let config: Config = toml::from_str(&written).unwrap();
    let server = Running::with_catalogue(purpose::catalogue(), config.clone());
    assert!(is_greeted(&ask(server.address, &format!("/t/{token}/run/greet_person"), &[]).await));
    assert_refused(&ask(server.address, "/run/greet_person", &[]).await, "none");

    let mut open = config;
    open.server.listen = "0.0.0.0:0".to_owned();
    assert!(Server::bind(App::new(&open).unwrap(), &open).is_ok(), "with a token any address will do");
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn no_token_is_ever_logged_or_sent_back() {
    let (good, wrong) = (token(1), token(2));
    for filter in ["debug", "trace"] {
        let machine = support::program::Machine::new()
            .with("NAMEHOUND_AUTH__TOKENS", &good.hash)
            .with("NAMEHOUND_LOG__FILTER", filter);
        let serving = machine.serve(&["serve", "--listen", "127.0.0.1:0"]);
        let mut answers = String::new();
        for token in [good.reveal(), wrong.reveal()] {
            for path in ["run/domain_to_subdomains", "run/nobody", "nowhere", "", "health", "run/%FF", "t/t/t"] {
                let in_path = ask(serving.address(), &format!("/t/{token}/{path}"), &[]).await;
                let header = format!("Authorization: Bearer {token}");
                let in_header = ask(serving.address(), &format!("/{path}"), &[&header]).await;
                for answer in [in_path, in_header] {
                    answers.push_str(&format!("{:?} {}\n", answer.headers, answer.text()));
                }
            }
            let broken = format!("GET /t/{token}/run/x HTTP/1.1\r\nno header at all\r\n\r\n");
            answers.push_str(&raw::send(serving.address(), broken.as_bytes()).await.first_line);
        }
        let (code, log) = serving.end("TERM");
        assert_eq!(code, Some(0));
        assert!(log.contains("DEBUG"), "nothing was logged: {log}");
        for (place, text) in [("an answer", &answers), ("the log", &log)] {
            for token in [&good, &wrong] {
                assert!(!text.contains(token.reveal()), "a token is in {place} at {filter}: {text}");
            }
        }
    }
}
