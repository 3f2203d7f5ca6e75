//! crt.sh, asked through the desk: a server on loopback with all of its moods.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "the helpers of a test are test code too"
)]

#[path = "../../tests/support/recorded.rs"]
mod recorded;

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{
    Router,
    extract::{Query, State},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use intel::{
    Answer, AskError, Credits, Lookup, Record, SystemClock, Total,
    desk::{Context, Desk, DeskSettings, HttpTransport, Question, RetrySettings, RunBudget, TransportSettings},
    observable::HostName,
    provider::{
        Rate, Step,
        crtsh::{CrtSh, CrtShSettings},
    },
    record::Certificate,
};
use serde_json::json;
use tokio::time::Instant;

type Answers = fn(&str, usize) -> Response;

/// A server that answers by the pattern that is asked for and by how often it was asked before.
struct Upstream {
    desk: Desk,
    asked: Arc<Mutex<Vec<String>>>,
}

async fn serve(answers: Answers) -> Upstream {
    let asked: Arc<Mutex<Vec<String>>> = Arc::default();
    let handler = move |State(asked): State<Arc<Mutex<Vec<String>>>>, Query(query): Query<HashMap<String, String>>| async move {
        assert_eq!((query["output"].as_str(), query["deduplicate"].as_str()), ("json", "Y"));
        let mut asked = asked.lock().unwrap();
        asked.push(query["q"].clone());
        answers(&query["q"], asked.len())
    };
    let router = Router::new().fallback(handler).with_state(Arc::clone(&asked));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap()).parse().unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await });
    let rate = Rate { requests: 1000, per: Duration::from_secs(1) };
    let provider = CrtSh::new(CrtShSettings { rate, ..CrtShSettings::at(url) });
    let transport = TransportSettings {
        total_timeout: Duration::from_millis(400),
        body_limit: 256 * 1024,
        ..TransportSettings::default()
    };
    let retry = RetrySettings {
        shortest_wait: Duration::from_millis(1),
        longest_wait: Duration::from_millis(2),
        retries: 2,
        jitter_seed: Some(1),
    };
    let settings = DeskSettings { retry, ..DeskSettings::default() };
    let transport = Arc::new(HttpTransport::new(transport).unwrap());
    Upstream { desk: Desk::new(vec![Arc::new(provider)], transport, Arc::new(SystemClock), &settings), asked }
}

impl Upstream {
    async fn ask(&self, lookup: Lookup) -> Result<Answer, AskError> {
        let budget = Arc::new(RunBudget::new(Credits::FREE, false));
        let context = Context::new(Instant::now() + Duration::from_secs(5), budget);
        self.desk.ask(&Question { lookup, step: Step::Page(None), context }).await
    }

    fn asked(&self) -> Vec<String> {
        let mut asked = self.asked.lock().unwrap().clone();
        asked.sort();
        asked
    }
}

fn domain() -> HostName {
    HostName::parse("shop.example").unwrap()
}

fn names() -> Lookup {
    Lookup::Subdomains { domain: domain() }
}

fn issued() -> Lookup {
    Lookup::IssuedCertificates { domain: domain() }
}

fn json_of(value: &serde_json::Value) -> Response {
    ([(header::CONTENT_TYPE, "application/json")], value.to_string()).into_response()
}

fn good(pattern: &str, _: usize) -> Response {
    let row = |names: &str, serial: &str, from: &str| {
        json!({
            "issuer_ca_id": 1, "issuer_name": "C=ZZ, O=Letters Authority, CN=Letters R1", "common_name": "shop.example",
            "name_value": names, "id": 5, "entry_timestamp": format!("{from}T01:02:03.456"),
            "not_before": format!("{from}T00:00:00"), "not_after": "2025-01-01T00:00:00", "serial_number": serial
        })
    };
    json_of(&match pattern {
        "shop.example" => json!([row("shop.example", "0a", "2024-01-01")]),
        "%.shop.example" => json!([
            row("www.shop.example\n*.pages.shop.example\nowner@shop.example\nshop.example.other.example", "0b", "2024-03-01"),
            // The promise and what was issued.
            row("www.shop.example", "0B", "2024-03-02"),
            row("www.shop.example\nshop.example", "0a", "2024-01-01"),
            // An old row, with less in it and other things.
            {"issuer_name": null, "name_value": "Old.Shop.example", "id": "7", "not_before": "2015-02-03T00:00:00",
             "not_after": null, "entry_timestamp": null},
        ]),
        other => panic!("{other}"),
    })
}

fn certificates(answer: &Answer) -> Vec<&Certificate> {
    let mut found = Vec::new();
    for record in answer.records() {
        let Record::Certificate(certificate) = record else { panic!("{record:?}") };
        found.push(certificate.as_ref());
    }
    found
}

#[tokio::test]
async fn names_are_those_below_the_domain_without_stars_mailboxes_and_namesakes() {
    let upstream = serve(good).await;
    let answer = upstream.ask(names()).await.unwrap();
    let found: Vec<String> = answer
        .records()
        .iter()
        .map(|record| match record {
            Record::Sighting(sighting) => {
                let days = [sighting.first_seen, sighting.last_seen].map(|day| day.unwrap().day().to_string());
                format!("{} {} {}", sighting.name, days[0], days[1])
            }
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(
        found,
        [
            "old.shop.example 2015-02-03 2015-02-03",
            "pages.shop.example 2024-03-01 2024-03-01",
            "www.shop.example 2024-01-01 2024-03-01"
        ]
    );
    assert_eq!(upstream.asked(), ["%.shop.example"]);
    assert_eq!(answer.page.notes, ["1 entries in certificates are no host names and were left out."]);
    assert_eq!(answer.provenance.source, "crt.sh");
}

#[tokio::test]
async fn a_certificate_counts_once_however_often_it_is_found() {
    let upstream = serve(good).await;
    let answer = upstream.ask(issued()).await.unwrap();
    let found = certificates(&answer);
    let serials: Vec<Option<&str>> = found.iter().map(|certificate| certificate.serial.as_deref()).collect();
    assert_eq!(serials, [Some("0B"), Some("0A"), None]);
    let second = found[1];
    assert_eq!(second.names, ["shop.example", "www.shop.example"]);
    assert_eq!(second.issuer.as_deref(), Some("Letters R1"));
    assert_eq!(second.not_before.unwrap().to_string(), "2024-01-01T00:00:00Z");
    assert!(second.end_entity);
    // A star stays a star in the certificate.
    assert!(found[0].names.contains(&"*.pages.shop.example".to_owned()), "{:?}", found[0].names);
    assert_eq!(answer.page.total, Some(Total::Exactly(3)));
    assert_eq!(upstream.asked(), ["%.shop.example", "shop.example"]);
    assert!(upstream.ask(issued()).await.unwrap().provenance.cached);
}

#[tokio::test]
async fn nothing_is_an_answer() {
    let upstream = serve(|_, _| json_of(&json!([]))).await;
    let answer = upstream.ask(names()).await.unwrap();
    assert_eq!((answer.records().len(), answer.page.total), (0, Some(Total::Exactly(0))));
}

#[tokio::test]
async fn overload_in_all_its_forms_is_tried_again() {
    for (answers, what) in [
        (
            (|q, n| if n == 1 { (StatusCode::NOT_FOUND, "not found").into_response() } else { good(q, n) }) as Answers,
            "404",
        ),
        (|q, n| if n == 1 { StatusCode::BAD_GATEWAY.into_response() } else { good(q, n) }, "502"),
        (
            |q, n| if n == 1 { "<html><title>crt.sh | ERROR!</title></html>".into_response() } else { good(q, n) },
            "html",
        ),
        (
            |q, n| {
                let busy = (StatusCode::TOO_MANY_REQUESTS, [(header::RETRY_AFTER, "0")], "").into_response();
                if n == 1 { busy } else { good(q, n) }
            },
            "429",
        ),
    ] {
        let upstream = serve(answers).await;
        assert_eq!(upstream.ask(names()).await.unwrap().records().len(), 3, "{what}");
        assert_eq!(upstream.asked().len(), 2, "{what}");
    }
}

#[tokio::test]
async fn half_an_answer_is_shown_and_said_to_be_half() {
    let upstream = serve(|pattern, number| match pattern {
        "shop.example" => good(pattern, number),
        _ => (StatusCode::SERVICE_UNAVAILABLE, "later").into_response(),
    })
    .await;
    let answer = upstream.ask(issued()).await.unwrap();
    assert_eq!(certificates(&answer).len(), 1);
    assert_eq!(answer.page.total, Some(Total::AtLeast(1)));
    assert!(
        answer.page.notes.iter().any(|note| note.contains("a part of the question only")),
        "{:?}",
        answer.page.notes
    );
}

#[tokio::test]
async fn what_is_no_list_of_certificates_is_an_error() {
    for (answers, expected) in [
        ((|_, _| json_of(&json!({"error": "no"}))) as Answers, "Malformed"),
        (|_, _| "[{\"name_value\": \"a.sh".into_response(), "Malformed"),
        (|_, _| "".into_response(), "Upstream"),
        (|_, _| "<html></html>".into_response(), "Upstream"),
        (
            |_, _| (StatusCode::TOO_MANY_REQUESTS, [(header::RETRY_AFTER, "700")], "").into_response(),
            "RateLimited { wait: Some(700s) }",
        ),
        (|_, _| vec![b'['; 1024 * 1024].into_response(), "TooLarge"),
    ] {
        let outcome = serve(answers).await.ask(names()).await;
        let Err(AskError::Provider { error, .. }) = outcome else { panic!("{expected}: {outcome:?}") };
        assert!(format!("{error:?}").starts_with(expected), "{expected}: {error:?}");
    }
    // Rows of any shape never break anything.
    let odd = |_: &str, _: usize| {
        json_of(
            &json!([null, 7, "x", [], {}, {"name_value": 7}, {"name_value": null, "serial_number": 12, "issuer_name": []},
            {"name_value": "ok.shop.example", "not_before": "yesterday", "entry_timestamp": {}}]),
        )
    };
    let answer = serve(odd).await.ask(names()).await.unwrap();
    assert_eq!(answer.records().len(), 1);
}

#[tokio::test]
async fn special_names_are_not_asked_about() {
    let upstream = serve(good).await;
    for name in ["hidden.onion", "printer.local"] {
        let outcome = upstream.ask(Lookup::Subdomains { domain: HostName::parse(name).unwrap() }).await;
        assert!(matches!(outcome, Err(AskError::SpecialUse { .. })), "{outcome:?}");
    }
    assert!(upstream.asked().is_empty());
}

#[tokio::test]
async fn the_recorded_shape_is_read() {
    let Some(folder) = recorded::folder(concat!(env!("CARGO_MANIFEST_DIR"), "/.."), "crtsh") else { return };
    static BODY: Mutex<Vec<u8>> = Mutex::new(Vec::new());
    let file = std::fs::read_dir(folder).unwrap().next().unwrap().unwrap().path();
    let body = std::fs::read(file).unwrap();
    let rows = serde_json::from_slice::<Vec<serde_json::Value>>(&body).unwrap().len();
    *BODY.lock().unwrap() = body;
    let upstream = serve(|_, _| BODY.lock().unwrap().clone().into_response()).await;
    let answer = upstream.ask(Lookup::IssuedCertificates { domain: HostName::parse("crt.sh").unwrap() }).await.unwrap();
    let found = certificates(&answer);
    assert!(!found.is_empty() && found.len() <= rows, "{} of {rows}", found.len());
    assert!(found.iter().all(|certificate| certificate.not_before.is_some() && certificate.issuer.is_some()));
    assert!(found.iter().all(|certificate| !certificate.names.is_empty()));
}
