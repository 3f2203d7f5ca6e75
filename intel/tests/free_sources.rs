//! The sources of names and certificates that answer over HTTP, asked through the desk: a server on loopback that looks at
//! what arrives.

#![expect(clippy::unwrap_used, clippy::panic, reason = "the helpers of a test are test code too")]

#[path = "../../tests/support/recorded.rs"]
mod recorded;

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{
    Router,
    extract::{Request, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
};
use intel::{
    AskError, Credits, Lookup, Provider, ProviderError, Record, Scope, SystemClock,
    desk::{Context, Desk, DeskSettings, HttpTransport, RetrySettings, RunBudget, TransportSettings},
    lookup::{AddressFamily, ReverseWhoisTerm},
    observable::{EmailAddress, HostName},
    provider::{
        Rate,
        certspotter::{CertSpotter, CertSpotterSettings},
        circl::{Circl, CirclSettings},
        hackertarget::{HackerTarget, HackerTargetSettings},
        viewdns::{ViewDns, ViewDnsSettings},
    },
};
use serde_json::json;
use tokio::time::Instant;

/// What a server answers to an address (path and query) with these headers, at the how-manieth time.
type Answers = fn(&str, &HeaderMap, usize) -> Response;

/// The addresses and headers that were asked for.
type Asked = Arc<Mutex<Vec<(String, HeaderMap)>>>;

struct Upstream {
    base: String,
    asked: Asked,
}

async fn serve(answers: Answers) -> Upstream {
    let asked = Asked::default();
    let handler = move |State(asked): State<Asked>, request: Request| async move {
        let address = request.uri().to_string();
        let headers = request.headers().clone();
        let count = {
            let mut asked = asked.lock().unwrap();
            asked.push((address.clone(), headers.clone()));
            asked.len()
        };
        answers(&address, &headers, count)
    };
    let router = Router::new().fallback(handler).with_state(Arc::clone(&asked));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}/", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await });
    Upstream { base, asked }
}

/// Walks a lookup to its end: the records, in one word each, and the notes.
async fn walk(provider: impl Provider + 'static, lookup: Lookup) -> Result<(Vec<String>, Vec<String>), AskError> {
    let transport = TransportSettings { total_timeout: Duration::from_millis(400), ..TransportSettings::default() };
    let retry = RetrySettings {
        shortest_wait: Duration::from_millis(1),
        longest_wait: Duration::from_millis(2),
        retries: 1,
        jitter_seed: Some(1),
    };
    let settings = DeskSettings { retry, ..DeskSettings::default() };
    let transport = Arc::new(HttpTransport::new(transport).unwrap());
    let desk = Desk::new(vec![Arc::new(provider)], transport, Arc::new(SystemClock), &settings);
    let budget = Arc::new(RunBudget::new(Credits::FREE, false));
    let context = Context::new(Instant::now() + Duration::from_secs(5), budget);
    let mut walk = desk.walk(lookup, context);
    let (mut records, mut notes) = (Vec::new(), Vec::new());
    while let Some(answer) = walk.next().await {
        let answer = answer?;
        records.extend(answer.records().iter().map(shown));
        notes.extend(answer.page.notes.iter().cloned());
    }
    Ok((records, notes))
}

fn shown(record: &Record) -> String {
    match record {
        Record::Sighting(sighting) => sighting.name.to_string(),
        Record::Dns(record) => format!("{:?}", record.data),
        Record::Certificate(certificate) => certificate.names.join(" "),
        other => panic!("{other:?}"),
    }
}

fn host(text: &str) -> HostName {
    HostName::parse(text).unwrap()
}

fn fast() -> Rate {
    Rate { requests: 1000, per: Duration::from_secs(1) }
}

fn cert_spotter(upstream: &Upstream) -> CertSpotter {
    let settings = CertSpotterSettings::at(upstream.base.parse().unwrap());
    CertSpotter::new(CertSpotterSettings { key: Some("sesame".into()), rate: fast(), ..settings })
}

#[tokio::test]
async fn cert_spotter_is_walked_page_by_page_with_the_key_in_a_header() {
    let upstream = serve(|address, headers, _| {
        // "sesame:" in Base64.
        assert_eq!(headers["authorization"], "Basic c2VzYW1lOg==");
        let row = |id: &str, name: &str| json!({"id": id, "tbs_sha256": id, "dns_names": [name], "not_before": "2026-01-02T00:00:00Z"});
        let rows = match address.split("after=").nth(1) {
            None => json!([row("1", "www.shop.example"), row("2", "mail.shop.example")]),
            Some("2") => json!([row("3", "*.pages.shop.example")]),
            Some("3") => json!([]),
            Some(other) => panic!("{other}"),
        };
        axum::Json(rows).into_response()
    })
    .await;
    let names = walk(cert_spotter(&upstream), Lookup::Subdomains { domain: host("shop.example") }).await.unwrap();
    assert_eq!(names.0, ["mail.shop.example", "www.shop.example", "pages.shop.example"]);
    assert_eq!(names.1, ["Cert Spotter lists certificates that have not run out."]);
    assert_eq!(upstream.asked.lock().unwrap().len(), 3);
    let certificates =
        walk(cert_spotter(&upstream), Lookup::IssuedCertificates { domain: host("shop.example") }).await.unwrap();
    assert_eq!(certificates.0.len(), 3);
}

#[tokio::test]
async fn cert_spotter_is_given_time_when_it_asks_for_it() {
    let upstream = serve(|_, _, count| match count {
        1 => (StatusCode::TOO_MANY_REQUESTS, [("retry-after", "0")], "{}").into_response(),
        _ => axum::Json(json!([])).into_response(),
    })
    .await;
    let nothing = walk(cert_spotter(&upstream), Lookup::Subdomains { domain: host("shop.example") }).await.unwrap();
    assert!(nothing.0.is_empty());
    assert_eq!(upstream.asked.lock().unwrap().len(), 2);
}

fn circl(upstream: &Upstream) -> Circl {
    let settings = CirclSettings::at(format!("{}pdns/query/", upstream.base).parse().unwrap());
    Circl::new(CirclSettings {
        user: Some("desk".to_owned()),
        password: Some("sesame".into()),
        rate: fast(),
        ..settings
    })
}

#[tokio::test]
async fn passive_dns_is_walked_page_by_page_and_never_looks_anything_up() {
    let upstream = serve(|address, headers, _| {
        assert_eq!(
            (address, &headers["dribble-disable-active-query"]),
            ("/pdns/query/ns1.host.example", &"1".parse().unwrap())
        );
        // "desk:sesame" in Base64.
        assert_eq!(headers["authorization"], "Basic ZGVzazpzZXNhbWU=");
        let row = |name: &str| format!("{{\"rrname\":\"{name}\",\"rrtype\":\"NS\",\"rdata\":\"ns1.host.example\"}}\n");
        match headers.get("dribble-paginate-cursor").map(|cursor| cursor.to_str().unwrap()) {
            None => ([("x-dribble-cursor", "9")], row("a.example") + &row("b.example")).into_response(),
            Some("9") => row("c.example").into_response(),
            Some(other) => panic!("{other}"),
        }
    })
    .await;
    let found = walk(circl(&upstream), Lookup::ReverseNs { name_server: host("ns1.host.example") }).await.unwrap();
    assert_eq!(found.0, ["a.example", "b.example", "c.example"]);
}

#[tokio::test]
async fn a_cursor_that_does_not_move_ends_the_walk() {
    let upstream = serve(|_, _, _| {
        let row = "{\"rrname\":\"a.example\",\"rrtype\":\"NS\",\"rdata\":\"ns1.host.example\"}\n";
        ([("x-dribble-cursor", "9")], row).into_response()
    })
    .await;
    walk(circl(&upstream), Lookup::ReverseNs { name_server: host("ns1.host.example") }).await.unwrap();
    assert_eq!(upstream.asked.lock().unwrap().len(), 2);
}

#[tokio::test]
async fn recorded_passive_dns_is_read() {
    let Some(folder) = recorded::folder(concat!(env!("CARGO_MANIFEST_DIR"), "/.."), "circl") else { return };
    static BODY: Mutex<String> = Mutex::new(String::new());
    *BODY.lock().unwrap() = std::fs::read_to_string(folder.join("pdns_www.circl.lu.jsonl")).unwrap();
    let upstream = serve(|_, _, _| {
        let body = BODY.lock().unwrap().clone();
        ([("content-type", "text/html")], body).into_response()
    })
    .await;
    let name = host("www.circl.lu");
    let found =
        walk(circl(&upstream), Lookup::DnsHistory { host: name, family: Some(AddressFamily::V4) }).await.unwrap();
    assert_eq!(found.0, ["Address(194.154.205.24)"]);
}

#[tokio::test]
async fn hacker_targets_refusals_are_words() {
    let upstream = serve(|address, _, _| match address {
        "/hostsearch/?q=shop.example&apikey=sesame" => {
            "www.shop.example,192.0.2.7\nshop.example,192.0.2.7".into_response()
        }
        "/reverseiplookup/?q=192.0.2.7&apikey=sesame" => "a.example\nb.example".into_response(),
        "/findshareddns/?q=ns1.host.example&apikey=sesame" => {
            "API count exceeded - Increase Quota with Membership".into_response()
        }
        other => panic!("{other}"),
    })
    .await;
    let provider = || {
        let settings = HackerTargetSettings::at(upstream.base.parse().unwrap());
        HackerTarget::new(HackerTargetSettings { key: Some("sesame".into()), rate: fast(), ..settings })
    };
    let names = walk(provider(), Lookup::Subdomains { domain: host("shop.example") }).await.unwrap();
    assert_eq!(names.0, ["www.shop.example"]);
    let address = "192.0.2.7".parse().unwrap();
    assert_eq!(walk(provider(), Lookup::ReverseIp { address }).await.unwrap().0, ["a.example", "b.example"]);
    let error = walk(provider(), Lookup::ReverseNs { name_server: host("ns1.host.example") }).await.unwrap_err();
    assert!(matches!(error, AskError::Provider { error: ProviderError::NoCredits, .. }), "{error}");
    assert!(!format!("{error} {error:?} {}", error.analyst_message()).contains("sesame"));
}

#[tokio::test]
async fn view_dns_is_walked_while_its_pages_are_full() {
    let upstream = serve(|address, _, _| {
        assert!(address.starts_with("/reversewhois/?q=dara%40tala.example&output=json&page="), "{address}");
        assert!(address.ends_with("&apikey=sesame"), "{address}");
        let page = |from: usize, count: usize| {
            let rows: Vec<_> =
                (from..from + count).map(|number| json!({"domain": format!("d{number}.example")})).collect();
            axum::Json(json!({"query": {}, "response": {"result_count": "1003", "matches": rows}})).into_response()
        };
        if address.contains("page=1&") { page(0, 1000) } else { page(1000, 3) }
    })
    .await;
    let provider =
        ViewDns::new(ViewDnsSettings { base_url: upstream.base.parse().unwrap(), key: "sesame".into(), rate: fast() });
    let term = ReverseWhoisTerm::Email(EmailAddress::parse("dara@tala.example").unwrap());
    let found = walk(provider, Lookup::reverse_whois(term, Scope::Current)).await.unwrap();
    assert_eq!(found.0.len(), 1003);
    assert_eq!(upstream.asked.lock().unwrap().len(), 2);
}
