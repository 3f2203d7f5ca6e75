//! Promise: five hundred domains asked about at once are one bulk job, everybody gets the right answer, and whoever gives
//! up changes nothing for the rest.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a failed unwrap in a test is a failed test, which is the point"
)]

mod support;

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use axum::response::Response;
use namehound::config::Config;
use serde_json::{Value, json};
use support::{
    KEY, Running, Upstream,
    client::{Reply, Request, post_with},
    post,
    upstream::{Asked, json as answer, status},
    v3, vendor_config,
};

const DOMAINS: usize = 500;

fn domain(number: usize) -> String {
    format!("shop{number:03}.example")
}

fn owner(domain: &str) -> String {
    format!("Owner of {domain}")
}

fn record(domain: &str) -> Value {
    json!({
        "domainName": domain,
        "createdDateNormalized": "2014-01-01 00:00:00 UTC",
        "audit": { "updatedDate": "2024-01-01 00:00:00 UTC" },
        "nameServers": { "hostNames": [{ "numeric": false, "str": "ns1.host.example" }] },
        "registrant": { "name": owner(domain) },
    })
}

/// The vendor's bulk service, as its documentation and recordings tell, with a job that takes so many questions after it.
#[derive(Clone)]
struct Vendor {
    jobs: Arc<Mutex<Vec<Vec<String>>>>,
    polls_until_done: usize,
    polls: Arc<AtomicUsize>,
}

impl Vendor {
    fn new(polls_until_done: usize) -> Self {
        Self { jobs: Arc::default(), polls_until_done, polls: Arc::default() }
    }

    fn answer(&self, asked: &Asked) -> Response {
        let body = asked.json();
        assert_eq!((asked.method.as_str(), body["apiKey"].as_str()), ("POST", Some(KEY)), "{}", asked.path);
        match asked.path.as_str() {
            "/BulkWhoisLookup/bulkServices/bulkWhois" => {
                let names: Vec<String> = serde_json::from_value(body["domains"].clone()).unwrap();
                let invalid: Vec<&String> = names.iter().filter(|name| name.starts_with("bad")).collect();
                let reply = json!({
                    "noDataAvailable": false, "message": "OK", "messageCode": 200, "invalidDomains": invalid,
                    "requestId": "12345678-1234-1234-1234-123456789012", "whoisRecords": [], "domains": [],
                });
                self.jobs.lock().unwrap().push(names);
                answer(reply)
            }
            "/BulkWhoisLookup/bulkServices/getRecords" => {
                let names = self.jobs.lock().unwrap().last().unwrap().clone();
                let total = names.len();
                let polled = self.polls.fetch_add(1, Ordering::AcqRel) + 1;
                let left = if polled > self.polls_until_done { 0 } else { total / 2 };
                let start = body["startIndex"].as_u64().unwrap() as usize - 1;
                let most = body["maxRecords"].as_u64().unwrap() as usize;
                // Backwards and in capitals: nothing is promised about either.
                let rows: Vec<Value> = names
                    .iter()
                    .rev()
                    .enumerate()
                    .skip(start)
                    .take(most)
                    .filter(|_| left == 0)
                    .map(|(index, name)| {
                        json!({
                            "index": index + 1, "domainName": name.to_uppercase(), "domainStatus": "I",
                            "whoisRecordStatus": 0, "domainFetchedTime": "1642158864782", "whoisRecord": record(name),
                        })
                    })
                    .collect();
                answer(json!({
                    "noDataAvailable": false, "requestId": body["requestId"], "totalRecords": total.to_string(),
                    "recordsLeft": left, "recordsProcessed": total - left, "whoisRecords": rows,
                }))
            }
            other => panic!("nobody should ask {other}"),
        }
    }
}

/// Short waits between questions after a job.
fn config(upstream: &Upstream) -> Config {
    let mut config = vendor_config(upstream);
    config.providers.whoisxml.bulk.shortest_poll_milliseconds = 100;
    config.providers.whoisxml.bulk.longest_poll_milliseconds = 400;
    config
}

fn ask(server: &Running, client: &reqwest::Client, number: usize) -> tokio::task::JoinHandle<Reply> {
    let (url, client, domain) = (server.url("/run/domain_to_whois"), client.clone(), domain(number));
    tokio::spawn(async move {
        // Spread over two seconds, as a client does that sends a selection.
        tokio::time::sleep(Duration::from_millis(4 * number as u64)).await;
        post_with(&client, &url, &Request::new("maltego.Domain", &domain)).await
    })
}

fn assert_right(reply: &Reply, domain: &str) {
    assert_eq!(reply.entities.len(), 1, "{domain}: {:?}", reply.messages);
    assert_eq!(reply.entities[0].fields["domainName"], domain);
    assert_eq!(reply.entities[0].fields["registrantName"], owner(domain));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn five_hundred_requests_within_two_seconds_are_one_job_and_each_gets_its_own_answer() {
    let vendor = Vendor::new(1);
    let jobs = Arc::clone(&vendor.jobs);
    let upstream = Upstream::start(move |asked| vendor.answer(asked)).await;
    let server = Running::start(config(&upstream));
    let client = reqwest::Client::new();
    let askers: Vec<_> = (0..DOMAINS).map(|number| ask(&server, &client, number)).collect();
    let gives_up = |number: usize| number % 50 == 7;
    for (number, asker) in askers.iter().enumerate().filter(|(number, _)| gives_up(*number)) {
        let asker = asker.abort_handle();
        tokio::spawn(async move {
            // After it was sent, before the job is done.
            tokio::time::sleep(Duration::from_millis(4 * number as u64 + 60)).await;
            asker.abort();
        });
    }
    let mut answered = 0;
    for (number, asker) in askers.into_iter().enumerate() {
        match asker.await {
            Ok(reply) => {
                assert_right(&reply, &domain(number));
                answered += 1;
            }
            Err(stopped) => assert!(stopped.is_cancelled() && gives_up(number)),
        }
    }
    assert_eq!(answered, DOMAINS - 10);
    let handed_in: Vec<usize> = jobs.lock().unwrap().iter().map(Vec::len).collect();
    assert_eq!(handed_in, [DOMAINS], "one job, with those in it who gave up");
    // One job, two questions after it, one fetch of all records.
    assert_eq!(upstream.asked().len(), 4);

    // What was paid for is remembered, also for those who gave up.
    let reply = post(&server.url("/run/domain_to_whois"), &Request::new("maltego.Domain", &domain(7))).await;
    assert_right(&reply, &domain(7));
    assert!(reply.says("Inform", "As of"), "{:?}", reply.messages);
    assert_eq!(upstream.asked().len(), 4);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_selection_in_one_run_is_one_job_as_well() {
    let vendor = Vendor::new(0);
    let jobs = Arc::clone(&vendor.jobs);
    let upstream = Upstream::start(move |asked| vendor.answer(asked)).await;
    let server = Running::start(config(&upstream));
    let client = v3::http(false);
    let entities = (0..DOMAINS)
        .map(|number| v3::entity(&format!("e{number}"), "maltego.Domain", "fqdn", &domain(number)))
        .collect();
    let body = v3::request(entities, &[("namehound.domain_to_whois.confirm_purchase", "true")], 10);
    let path = v3::start(&server, &client, "domain_to_whois", &body).await;
    let run = v3::drain(&server, &client, &path, None).await;
    assert_eq!((run.state.as_str(), run.entities().len()), ("COMPLETED", DOMAINS), "{:?}", run.messages());
    assert_eq!(jobs.lock().unwrap().iter().map(Vec::len).collect::<Vec<_>>(), [DOMAINS]);
}

#[tokio::test]
async fn a_few_are_asked_one_by_one() {
    let upstream = Upstream::start(|asked| {
        assert!(asked.path.ends_with("/WhoisService"), "{}", asked.path);
        let query: std::collections::HashMap<_, _> =
            url::form_urlencoded::parse(asked.query.as_bytes()).into_owned().collect();
        let name = query.get("domainName").cloned().or_else(|| asked.json()["domainName"].as_str().map(str::to_owned));
        answer(json!({ "WhoisRecord": record(&name.unwrap()) }))
    })
    .await;
    let server = Running::start(config(&upstream));
    let client = reqwest::Client::new();
    let askers: Vec<_> = (0..5).map(|number| ask(&server, &client, number)).collect();
    for (number, asker) in askers.into_iter().enumerate() {
        assert_right(&asker.await.unwrap(), &domain(number));
    }
    assert_eq!(upstream.asked().len(), 5);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_name_that_the_vendor_does_not_take_fails_alone() {
    let vendor = Vendor::new(0);
    let upstream = Upstream::start(move |asked| vendor.answer(asked)).await;
    let mut config = config(&upstream);
    config.providers.whoisxml.bulk.expected_seconds = 0;
    let server = Running::start(config);
    let url = server.url("/run/domain_to_whois");
    let asked = |domain: &'static str| {
        let url = url.clone();
        tokio::spawn(async move { post(&url, &Request::new("maltego.Domain", domain)).await })
    };
    let (good, bad) = (asked("shop001.example"), asked("bad.example"));
    assert_right(&good.await.unwrap(), "shop001.example");
    let bad = bad.await.unwrap();
    assert!(bad.says("PartialError", "does not take this"), "{:?}", bad.messages);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refusal_for_being_too_fast_is_waited_out() {
    let vendor = Vendor::new(0);
    let upstream = Upstream::start(move |asked| vendor.answer(asked)).await;
    let mut config = config(&upstream);
    config.providers.whoisxml.bulk.expected_seconds = 0;
    config.server.run_seconds = 2;
    let server = Running::start(config);
    upstream.next(status(429, r#"{"message":"Too many requests","messageCode":429}"#));
    let reply = post(&server.url("/run/domain_to_whois"), &Request::new("maltego.Domain", "shop001.example")).await;
    assert!(reply.entities.is_empty(), "{:?}", reply.entities);
    // Nothing is sent for half a minute, longer than this run has; it does not hammer on the door.
    assert_eq!(upstream.asked().len(), 1);
    assert!(!reply.body.contains(KEY));
}
