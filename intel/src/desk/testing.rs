//! Doubles for the layers' tests: a provider with a trivial format and a transport that answers from a queue.

use std::{
    collections::VecDeque,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use serde_json::{Value, json};
use tokio::time::Instant;
use url::Url;

use super::{Ask, Context, Desk, DeskSettings, Question, RetrySettings, RunBudget, Transport, Walk};
use crate::{
    answer::{Answer, Page, Total},
    clock::ManualClock,
    credits::Credits,
    error::{AskError, ProviderError},
    lookup::{Lookup, LookupKind},
    observable::HostName,
    provider::{Call, Cursor, Exposure, Offer, Provider, Rate, Step},
    record::{Record, Sighting},
    upstream::{HttpRequest, HttpResponse},
};

pub(super) const START: &str = "2024-02-29T12:00:00Z";
pub(super) const TEST_RATE: Rate = Rate { requests: 10, per: Duration::from_secs(1) };

pub(super) fn history_of(domain: &str) -> Lookup {
    Lookup::WhoisHistory { domain: HostName::parse(domain).unwrap() }
}

pub(super) fn domains_behind(name_server: &str) -> Lookup {
    Lookup::ReverseNs { name_server: HostName::parse(name_server).unwrap() }
}

pub(super) fn count(records: u64) -> String {
    json!({ "count": records }).to_string()
}

pub(super) fn names(records: usize) -> String {
    names_then(records, None)
}

pub(super) fn names_then(records: usize, next: Option<&str>) -> String {
    let names: Vec<_> = (0..records).map(|number| format!("d{number}.example")).collect();
    json!({ "names": names, "next": next }).to_string()
}

pub(super) fn balance(credits: Option<u64>) -> String {
    json!({ "credits": credits }).to_string()
}

/// A desk with doubles around it.
#[derive(Debug)]
pub(super) struct Bench {
    pub(super) transport: Arc<TestTransport>,
    desk: Desk,
    budget: Arc<RunBudget>,
}

impl Bench {
    pub(super) fn new() -> Self {
        Self::with_budget(RunBudget::new(Credits(1000), false))
    }

    pub(super) fn with_budget(budget: RunBudget) -> Self {
        let transport = Arc::new(TestTransport::default());
        let clock = Arc::new(ManualClock::starting_at(START.parse().unwrap()));
        let settings = DeskSettings {
            retry: RetrySettings { jitter_seed: Some(7), ..RetrySettings::default() },
            ..DeskSettings::default()
        };
        let desk =
            Desk::new(vec![Arc::new(TestProvider)], Arc::clone(&transport) as Arc<dyn Transport>, clock, &settings);
        Self { transport, desk, budget: Arc::new(budget) }
    }

    fn context(&self, time: Duration) -> Context {
        Context { deadline: Instant::now() + time, budget: Arc::clone(&self.budget) }
    }

    pub(super) async fn ask(&self, lookup: Lookup) -> Result<Answer, AskError> {
        self.ask_within(lookup, Duration::from_secs(120)).await
    }

    pub(super) async fn ask_within(&self, lookup: Lookup, time: Duration) -> Result<Answer, AskError> {
        self.desk.ask(&Question { lookup, step: Step::Page(None), context: self.context(time) }).await
    }

    pub(super) fn walk(&self, lookup: Lookup) -> Walk {
        self.desk.walk(lookup, self.context(Duration::from_secs(120)))
    }

    pub(super) fn spent(&self) -> Credits {
        self.budget.spent()
    }
}

/// Answers from a queue and remembers when it was asked.
#[derive(Debug, Default)]
pub(super) struct TestTransport {
    queue: Mutex<VecDeque<Result<HttpResponse, ProviderError>>>,
    sent: Mutex<Vec<Instant>>,
    finished: AtomicUsize,
    delay: Mutex<Duration>,
}

impl TestTransport {
    pub(super) fn push_ok(&self, body: &str) {
        let body = Bytes::from(body.to_owned());
        let response = HttpResponse { status: StatusCode::OK, headers: HeaderMap::new(), body };
        self.queue.lock().unwrap().push_back(Ok(response));
    }

    pub(super) fn push_error(&self, error: ProviderError) {
        self.queue.lock().unwrap().push_back(Err(error));
    }

    pub(super) fn answer_after(&self, delay: Duration) {
        *self.delay.lock().unwrap() = delay;
    }

    pub(super) fn sent(&self) -> usize {
        self.sent.lock().unwrap().len()
    }

    pub(super) fn sent_before(&self, instant: Instant) -> usize {
        self.sent.lock().unwrap().iter().filter(|sent| **sent < instant).count()
    }

    pub(super) fn finished(&self) -> usize {
        self.finished.load(Ordering::Relaxed)
    }
}

#[async_trait]
impl Transport for TestTransport {
    async fn send(&self, _: &HttpRequest, _: Duration) -> Result<HttpResponse, ProviderError> {
        self.sent.lock().unwrap().push(Instant::now());
        let delay = *self.delay.lock().unwrap();
        if !delay.is_zero() {
            tokio::time::sleep(delay).await;
        }
        self.finished.fetch_add(1, Ordering::Relaxed);
        self.queue.lock().unwrap().pop_front().expect("a response was queued for every request")
    }
}

/// WHOIS history costs 50 and has a preview, reverse NS costs 1 and has none.
#[derive(Debug)]
struct TestProvider;

impl Provider for TestProvider {
    fn name(&self) -> &'static str {
        "test"
    }

    fn source(&self) -> &str {
        "Test Source"
    }

    fn lookups(&self) -> &'static [LookupKind] {
        &[LookupKind::WhoisHistory, LookupKind::ReverseNs]
    }

    fn offer(&self, lookup: &Lookup) -> Option<Offer> {
        let (endpoint, price, free_preview) = match lookup.kind() {
            LookupKind::WhoisHistory => ("whois-history", Credits(50), true),
            LookupKind::ReverseNs => ("reverse-ns", Credits(1), false),
            _ => return None,
        };
        Some(Offer { endpoint, exposure: Exposure::ThirdParty, price, free_preview, rate: Some(TEST_RATE) })
    }

    fn call(&self, lookup: &Lookup, _: &Step) -> Result<Call, ProviderError> {
        let mut url = Url::parse("https://test.example/").unwrap();
        url.set_query(Some(&lookup.key()));
        Ok(Call::Http(Box::new(HttpRequest::get(url))))
    }

    fn read(&self, _: &Lookup, _: &Step, response: &HttpResponse) -> Result<Page, ProviderError> {
        let body: Value =
            serde_json::from_slice(&response.body).map_err(|error| ProviderError::malformed(error.to_string()))?;
        let records = body["names"].as_array().into_iter().flatten().map(|name| {
            let name = HostName::parse(name.as_str().unwrap()).unwrap();
            Record::Sighting(Sighting { name, first_seen: None, last_seen: None })
        });
        Ok(Page {
            records: records.collect(),
            next: body["next"].as_str().map(|next| Cursor(next.to_owned())),
            total: body["count"].as_u64().map(Total::Exactly),
            notes: Vec::new(),
        })
    }

    fn balance_call(&self) -> Option<HttpRequest> {
        Some(HttpRequest::get(Url::parse("https://test.example/balance").unwrap()))
    }

    fn read_balance(&self, _: &Lookup, response: &HttpResponse) -> Result<Option<Credits>, ProviderError> {
        let body: Value = serde_json::from_slice(&response.body).unwrap();
        Ok(body["credits"].as_u64().map(Credits))
    }
}
