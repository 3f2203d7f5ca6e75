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

use super::{
    Asker, Context, Count, Desk, DeskSettings, DeskStores, Question, Quote, Reach, RetrySettings, RunBudget, Transport,
    Walk, test_stores::TestStores,
};
use crate::{
    answer::{Answer, Page, Total},
    clock::ManualClock,
    credits::Credits,
    error::{AskError, ProviderError},
    lookup::{Lookup, LookupKind, WhoisSubject},
    observable::HostName,
    provider::{Batch, BatchReading, BatchStep, BatchTerms, Call, Cursor, Exposure, Offer, Provider, Rate, Step},
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

/// A free question.
pub(super) fn records_of(host: &str) -> Lookup {
    Lookup::DnsRecords { host: HostName::parse(host).unwrap() }
}

pub(super) fn whois_of(number: usize) -> Lookup {
    let domain = HostName::parse(&format!("shop{number}.example")).unwrap();
    Lookup::WhoisCurrent { subject: WhoisSubject::Domain(domain) }
}

pub(super) fn batch_submitted() -> String {
    json!({ "job": "7" }).to_string()
}

pub(super) fn batch_progress(done: u64, total: u64) -> String {
    json!({ "done": done, "total": total }).to_string()
}

/// Positions of lookups, and how many records each gets.
pub(super) fn batch_answers(rows: &[(usize, usize)]) -> String {
    json!({ "rows": rows }).to_string()
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
    pub(super) desk: Desk,
    pub(super) budget: Arc<RunBudget>,
}

impl Bench {
    pub(super) fn new() -> Self {
        Self::with_budget(RunBudget::new(Credits(1000), false))
    }

    pub(super) fn with_budget(budget: RunBudget) -> Self {
        Self::over(TestProvider { bulk_price: Credits(1) }, budget, DeskStores::default())
    }

    /// A run that may spend as much as it likes, where a question in a job costs this.
    pub(super) fn with_bulk_price(bulk_price: Credits) -> Self {
        Self::over(TestProvider { bulk_price }, RunBudget::new(Credits::FREE, true), DeskStores::default())
    }

    /// A desk that writes down what must not be lost.
    pub(super) fn with_stores(stores: &Arc<TestStores>) -> Self {
        Self::over(TestProvider { bulk_price: Credits(1) }, RunBudget::new(Credits(1000), false), stores.all())
    }

    fn over(provider: TestProvider, budget: RunBudget, stores: DeskStores) -> Self {
        let transport = Arc::new(TestTransport::default());
        let clock = Arc::new(ManualClock::starting_at(START.parse().unwrap()));
        let settings = DeskSettings {
            retry: RetrySettings { jitter_seed: Some(7), ..RetrySettings::default() },
            ..DeskSettings::default()
        };
        let providers: Vec<Arc<dyn Provider>> = vec![Arc::new(provider)];
        let desk = Desk::with_stores(providers, Arc::clone(&transport) as Arc<dyn Transport>, clock, &settings, stores);
        Self { transport, desk, budget: Arc::new(budget) }
    }

    fn context(&self, time: Duration) -> Context {
        Context::new(Instant::now() + time, Arc::clone(&self.budget))
    }

    pub(super) async fn ask(&self, lookup: Lookup) -> Result<Answer, AskError> {
        self.ask_within(lookup, Duration::from_secs(120)).await
    }

    pub(super) async fn ask_within(&self, lookup: Lookup, time: Duration) -> Result<Answer, AskError> {
        self.desk.ask(&Question { lookup, step: Step::Page(None), context: self.context(time) }).await
    }

    pub(super) async fn ask_as(&self, lookup: Lookup, asker: Asker, reach: Reach) -> Result<Answer, AskError> {
        let context = Context { asker, reach, ..self.context(Duration::from_secs(120)) };
        self.desk.ask(&Question { lookup, step: Step::Page(None), context }).await
    }

    pub(super) fn walk(&self, lookup: Lookup) -> Walk {
        self.desk.walk(lookup, self.context(Duration::from_secs(120)))
    }

    pub(super) async fn count(&self, lookup: &Lookup) -> Result<Count, AskError> {
        self.desk.count(lookup, &self.context(Duration::from_secs(120))).await
    }

    pub(super) async fn quote(&self, lookups: &[Lookup]) -> Quote {
        self.desk.quote(lookups, &self.context(Duration::from_secs(120))).await
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
struct TestProvider {
    bulk_price: Credits,
}

impl Provider for TestProvider {
    fn name(&self) -> &'static str {
        "test"
    }

    fn source(&self) -> &str {
        "Test Source"
    }

    fn lookups(&self) -> &'static [LookupKind] {
        &[
            LookupKind::WhoisCurrent,
            LookupKind::WhoisHistory,
            LookupKind::ReverseNs,
            LookupKind::ReverseIp,
            LookupKind::IpOwner,
            LookupKind::DnsRecords,
        ]
    }

    fn offer(&self, lookup: &Lookup) -> Option<Offer> {
        let (endpoint, price, free_preview) = match lookup.kind() {
            LookupKind::WhoisHistory => ("whois-history", Credits(50), true),
            LookupKind::WhoisCurrent => ("whois", Credits(1), false),
            LookupKind::ReverseNs | LookupKind::ReverseIp | LookupKind::IpOwner => ("reverse-ns", Credits(1), false),
            LookupKind::DnsRecords => ("dns", Credits::FREE, false),
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
        let records = body["names"].as_array().into_iter().flatten().map(|name| seen(name.as_str().unwrap()));
        Ok(Page {
            records: records.collect(),
            next: body["next"].as_str().map(|next| Cursor(next.to_owned())),
            total: body["count"].as_u64().map(Total::Exactly),
            ..Page::default()
        })
    }

    fn batch(&self) -> Option<&dyn Batch> {
        Some(self)
    }

    fn balance_call(&self) -> Option<HttpRequest> {
        Some(HttpRequest::get(Url::parse("https://test.example/balance").unwrap()))
    }

    fn read_balance(&self, _: &Lookup, response: &HttpResponse) -> Result<Option<Credits>, ProviderError> {
        let body: Value = serde_json::from_slice(&response.body).unwrap();
        Ok(body["credits"].as_u64().map(Credits))
    }
}

fn seen(name: &str) -> Record {
    Record::Sighting(Sighting {
        name: HostName::parse(name).unwrap(),
        first_seen: None,
        last_seen: None,
        registrar: None,
    })
}

/// More than five current WHOIS records are a job.
impl Batch for TestProvider {
    fn terms(&self, lookup: &Lookup) -> Option<BatchTerms> {
        let offer = Offer { endpoint: "bulk", price: self.bulk_price, ..self.offer(lookup)? };
        (lookup.kind() == LookupKind::WhoisCurrent).then_some(BatchTerms {
            offer,
            window: Duration::from_millis(100),
            longest_window: Duration::from_secs(1),
            worth_above: 5,
            largest: 1000,
            shortest_poll: Duration::from_secs(2),
            longest_poll: Duration::from_secs(30),
            job_time: Duration::from_secs(600),
        })
    }

    fn call(&self, _: &[Lookup], _: &BatchStep) -> Result<HttpRequest, ProviderError> {
        Ok(HttpRequest::get(Url::parse("https://test.example/bulk").unwrap()))
    }

    fn read(&self, _: &[Lookup], step: &BatchStep, response: &HttpResponse) -> Result<BatchReading, ProviderError> {
        let body: Value = serde_json::from_slice(&response.body).unwrap();
        let number = |value: &Value| value.as_u64().unwrap();
        Ok(match step {
            BatchStep::Submit => {
                BatchReading::Submitted { job: body["job"].as_str().unwrap().to_owned(), refused: Vec::new() }
            }
            BatchStep::Poll { .. } => {
                BatchReading::Progress { done: number(&body["done"]), total: number(&body["total"]) }
            }
            BatchStep::Fetch { .. } => {
                let rows = body["rows"].as_array().unwrap();
                let page = |row: &Value| {
                    let records = (0..number(&row[1])).map(|record| seen(&format!("d{record}.example"))).collect();
                    let position = usize::try_from(number(&row[0])).unwrap();
                    (position, Ok(Page { records, ..Page::default() }))
                };
                BatchReading::Answers { pages: rows.iter().map(page).collect(), rows: rows.len() as u64 }
            }
        })
    }
}
