//! What the desk costs above the source it asks: a remembered answer, a fresh one, and one that many ask for at once.
//!
//! The network is a double that answers at once, so a fresh answer is the price of all layers and of reading a page of
//! 100 rows.

use std::{
    hint::black_box,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use bytes::Bytes;
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use futures_util::future::join_all;
use http::{HeaderMap, StatusCode};
use intel::{
    Answer, AskError, Credits, HttpRequest, HttpResponse, Lookup, ProviderError, Step, SystemClock,
    desk::{Context, Desk, DeskSettings, Question, RunBudget, Transport},
    observable::HostName,
    provider::whoisxml::{Prices, Rates, WhoisXml, WhoisXmlSettings},
};
use serde_json::json;
use tokio::{runtime::Runtime, time::Instant};

const ROWS: usize = 100;
const ASKERS: [usize; 2] = [8, 64];

/// Answers at once, and counts how often it was asked.
#[derive(Debug)]
struct AtHand {
    page: Bytes,
    asked: AtomicU64,
}

#[async_trait]
impl Transport for AtHand {
    async fn send(&self, _: &HttpRequest, _: Duration) -> Result<HttpResponse, ProviderError> {
        self.asked.fetch_add(1, Ordering::Relaxed);
        // A network never answers in the same breath: without this nobody would ever join a question under way.
        tokio::task::yield_now().await;
        Ok(HttpResponse { status: StatusCode::OK, headers: HeaderMap::new(), body: self.page.clone() })
    }
}

fn at_hand() -> Arc<AtHand> {
    let rows: Vec<_> = (0..ROWS)
        .map(|row| json!({ "name": format!("d{row}.example"), "first_seen": 1_530_901_800, "last_visit": 1_640_000_000 }))
        .collect();
    let page = json!({ "result": rows, "current_page": "1", "size": ROWS }).to_string().into();
    Arc::new(AtHand { page, asked: AtomicU64::default() })
}

fn desk(transport: &Arc<AtHand>) -> Desk {
    let settings = WhoisXmlSettings {
        // No waiting for turns: the rate is the vendor's, not ours.
        rates: Rates { reverse_ns: 10_000_000, ..Rates::default() },
        prices: Prices { reverse_ns: Credits(1), ..Prices::default() },
        ..WhoisXmlSettings::default()
    };
    let provider = WhoisXml::new("at_key".to_owned().into(), &settings);
    let transport: Arc<dyn Transport> = Arc::clone(transport) as Arc<dyn Transport>;
    Desk::new(vec![Arc::new(provider)], transport, Arc::new(SystemClock), &DeskSettings::default())
}

#[expect(clippy::expect_used, reason = "every name here is one")]
fn question(number: u64) -> Question {
    let name_server = HostName::parse(&format!("ns{number}.host.example")).expect("a host name");
    let context = Context::new(Instant::now() + Duration::from_secs(60), Arc::new(RunBudget::new(Credits::FREE, true)));
    Question { lookup: Lookup::ReverseNs { name_server }, step: Step::Page(None), context }
}

/// A benchmark of an error would look splendid.
fn rows(answer: &Result<Answer, AskError>) -> usize {
    let rows = answer.as_ref().map_or(0, |answer| answer.records().len());
    assert_eq!(rows, ROWS, "{answer:?}");
    rows
}

#[expect(clippy::expect_used, reason = "without a runtime there is nothing to measure")]
fn ask(criterion: &mut Criterion) {
    let runtime = Runtime::new().expect("a runtime");
    let transport = at_hand();
    let desk = desk(&transport);
    let mut group = criterion.benchmark_group("desk");

    let known = question(0);
    rows(&runtime.block_on(desk.ask(&known)));
    group.bench_function("cached", |bencher| {
        bencher.iter(|| runtime.block_on(async { rows(&desk.ask(black_box(&known)).await) }));
    });
    assert_eq!(transport.asked.load(Ordering::Relaxed), 1, "a remembered answer is not asked for");

    let mut number = 0;
    group.bench_function("fresh", |bencher| {
        bencher.iter(|| {
            number += 1;
            runtime.block_on(async { rows(&desk.ask(&question(number)).await) })
        });
    });

    for askers in ASKERS {
        group.throughput(Throughput::Elements(askers as u64));
        let before = (transport.asked.load(Ordering::Relaxed), number);
        group.bench_with_input(BenchmarkId::new("coalesced", askers), &askers, |bencher, askers| {
            bencher.iter(|| {
                number += 1;
                let questions: Vec<_> = (0..*askers).map(|_| question(number)).collect();
                let answers = runtime.block_on(join_all(questions.iter().map(|question| desk.ask(question))));
                answers.iter().map(rows).sum::<usize>()
            });
        });
        let asked = transport.asked.load(Ordering::Relaxed) - before.0;
        assert_eq!(asked, number - before.1, "each question is asked once, however many ask it");
    }
    group.finish();
}

criterion_group!(desks, ask);
criterion_main!(desks);
