//! Rule: an answer that is still fresh is given again, for free; a failure is never remembered.
//!
//! How long an answer stays fresh depends on how fast the truth behind it moves, and nothing found is believed for a
//! shorter time than something found. Age is judged by the clock that the desk was given; the moka cache below bounds
//! memory and throws out what has not been used.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use async_trait::async_trait;
use jiff::Timestamp;
use moka::future::Cache as Moka;

use super::{Fetch, Routed};
use crate::{
    answer::{Answer, Provenance},
    clock::{Clock, later},
    credits::Credits,
    error::AskError,
    lookup::LookupKind,
    provider::{Exposure, Step},
    record::Record,
};

/// How long answers are remembered, and how many.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CacheSettings {
    /// For how long an answer with records is fresh, by kind of lookup.
    pub fresh: FreshFor,
    /// For how long an answer without records is fresh, if that is shorter.
    pub negative: Duration,
    /// For how long a preview's count is fresh.
    pub preview: Duration,
    /// Memory for answers, in bytes (approximate).
    pub memory: u64,
}

/// For how long answers are fresh, by kind of lookup.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FreshFor {
    /// Histories grow at their end only.
    pub whois_history: Duration,
    /// Reverse WHOIS indexes are rebuilt about daily.
    pub reverse_whois: Duration,
    /// Reverse name server indexes are rebuilt about daily.
    pub reverse_ns: Duration,
    /// Subdomain collections grow daily.
    pub subdomains: Duration,
    /// The live DNS moves by the minute.
    pub dns_records: Duration,
}

impl FreshFor {
    fn kind(&self, kind: LookupKind) -> Duration {
        match kind {
            LookupKind::WhoisHistory => self.whois_history,
            LookupKind::ReverseWhois => self.reverse_whois,
            LookupKind::ReverseNs => self.reverse_ns,
            LookupKind::Subdomains => self.subdomains,
            LookupKind::DnsRecords => self.dns_records,
        }
    }
}

const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(60 * 60);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

impl Default for CacheSettings {
    fn default() -> Self {
        Self {
            fresh: FreshFor {
                whois_history: DAY.saturating_mul(7),
                reverse_whois: DAY,
                reverse_ns: DAY,
                subdomains: DAY,
                dns_records: MINUTE.saturating_mul(10),
            },
            negative: HOUR,
            preview: MINUTE.saturating_mul(15),
            memory: 256 * 1024 * 1024,
        }
    }
}

/// Remembered answers. Two layers of the desk share one.
#[derive(Debug)]
pub struct AnswerCache {
    answers: Moka<String, Remembered>,
    settings: CacheSettings,
    clock: Arc<dyn Clock>,
}

#[derive(Debug, Clone)]
struct Remembered {
    answer: Answer,
    fresh_until: Timestamp,
}

impl AnswerCache {
    /// An empty cache.
    #[must_use]
    pub fn new(settings: CacheSettings, clock: Arc<dyn Clock>) -> Self {
        let answers = Moka::builder()
            .max_capacity(settings.memory)
            .weigher(|key: &String, remembered: &Remembered| {
                let records: usize = remembered.answer.records().iter().map(weight).sum();
                u32::try_from(key.len() + 256 + records).unwrap_or(u32::MAX)
            })
            .build();
        Self { answers, settings, clock }
    }

    async fn recall(&self, key: &str) -> Option<Answer> {
        let remembered = self.answers.get(key).await?;
        if remembered.fresh_until <= self.clock.now() {
            self.answers.invalidate(key).await;
            return None;
        }
        let provenance = Provenance { paid: Credits::FREE, cached: true, ..remembered.answer.provenance };
        Some(Answer { provenance, ..remembered.answer })
    }

    async fn remember(&self, key: String, kind: LookupKind, step: &Step, answer: &Answer) {
        let fresh = self.settings.fresh.kind(kind);
        let fresh = match step {
            Step::Preview => self.settings.preview,
            Step::Page(_) if answer.records().is_empty() => self.settings.negative.min(fresh),
            Step::Page(_) => fresh,
        };
        let fresh_until = later(answer.provenance.retrieved, fresh);
        self.answers.insert(key, Remembered { answer: answer.clone(), fresh_until }).await;
    }
}

/// The approximate size of a record in memory, in bytes.
fn weight(record: &Record) -> usize {
    match record {
        Record::Whois(record) => 2048 + record.raw_text.as_ref().map_or(0, String::len),
        Record::Sighting(sighting) => 96 + sighting.name.as_str().len(),
        Record::Dns(_) => 256,
    }
}

/// Answers from memory where it can.
#[derive(Debug)]
pub(super) struct Cache {
    store: Arc<AnswerCache>,
    next: Box<dyn Fetch>,
}

impl Cache {
    pub(super) fn new(store: Arc<AnswerCache>, next: impl Fetch + 'static) -> Self {
        Self { store, next: Box::new(next) }
    }
}

#[async_trait]
impl Fetch for Cache {
    async fn fetch(&self, routed: &Routed) -> Result<Answer, AskError> {
        // What is on this machine already is not worth remembering a second time.
        if routed.offer.exposure == Exposure::Local {
            return self.next.fetch(routed).await;
        }
        let key = routed.key();
        if let Some(answer) = self.store.recall(&key).await {
            return Ok(answer);
        }
        let answer = self.next.fetch(routed).await?;
        if !answer.provenance.cached {
            self.store.remember(key, routed.question.lookup.kind(), &routed.question.step, &answer).await;
        }
        Ok(answer)
    }
}

/// How long each kind of answer is fresh, for generated pages.
impl CacheSettings {
    /// The fresh time of every lookup kind.
    #[must_use]
    pub fn table(&self) -> BTreeMap<LookupKind, Duration> {
        LookupKind::ALL.into_iter().map(|kind| (kind, self.fresh.kind(kind))).collect()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::super::testing::{Bench, domains_behind, names};
    use super::CacheSettings;
    use crate::{credits::Credits, error::ProviderError};

    #[tokio::test(start_paused = true)]
    async fn a_fresh_answer_is_given_again_for_free_and_an_old_one_is_not() {
        let bench = Bench::new();
        bench.transport.push_ok(&names(3));
        let bought = bench.ask(domains_behind("ns1.host.example")).await.unwrap();
        assert_eq!((bought.provenance.paid, bought.provenance.cached), (Credits(1), false));

        tokio::time::advance(CacheSettings::default().fresh.reverse_ns - Duration::from_secs(1)).await;
        let again = bench.ask(domains_behind("ns1.host.example")).await.unwrap();
        assert_eq!((again.provenance.paid, again.provenance.cached), (Credits::FREE, true));
        assert_eq!(again.provenance.retrieved, bought.provenance.retrieved);
        assert_eq!(bench.transport.sent(), 1);

        tokio::time::advance(Duration::from_secs(1)).await;
        bench.transport.push_ok(&names(4));
        let later = bench.ask(domains_behind("ns1.host.example")).await.unwrap();
        assert_eq!((later.records().len(), later.provenance.cached), (4, false));
    }

    #[tokio::test(start_paused = true)]
    async fn nothing_found_is_believed_for_a_shorter_time() {
        let bench = Bench::new();
        bench.transport.push_ok(&names(0));
        assert!(bench.ask(domains_behind("ns1.host.example")).await.unwrap().records().is_empty());
        tokio::time::advance(CacheSettings::default().negative).await;
        bench.transport.push_ok(&names(1));
        assert_eq!(bench.ask(domains_behind("ns1.host.example")).await.unwrap().records().len(), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn a_failure_is_never_remembered() {
        let bench = Bench::new();
        bench.transport.push_error(ProviderError::BadKey);
        assert!(bench.ask(domains_behind("ns1.host.example")).await.is_err());
        bench.transport.push_ok(&names(1));
        assert!(bench.ask(domains_behind("ns1.host.example")).await.is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn different_questions_do_not_share_answers() {
        let bench = Bench::new();
        bench.transport.push_ok(&names(1));
        bench.transport.push_ok(&names(2));
        assert_eq!(bench.ask(domains_behind("ns1.host.example")).await.unwrap().records().len(), 1);
        assert_eq!(bench.ask(domains_behind("ns2.host.example")).await.unwrap().records().len(), 2);
    }
}
