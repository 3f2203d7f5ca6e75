//! Rule: an answer that is still fresh is given again, for free; a failure is never remembered.
//!
//! How long an answer stays fresh depends on how fast the truth behind it moves, and nothing found is believed for a
//! shorter time than something found. Age is judged by the clock that the desk was given; the moka cache below bounds
//! memory and throws out what has not been used.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use async_trait::async_trait;
use jiff::Timestamp;
use moka::future::Cache as Moka;

use super::{
    Fetch, Reach, Routed,
    measure::{self, Origin},
    memory::{Kept, Memory},
};
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
pub struct FreshFor([Duration; LookupKind::ALL.len()]);

impl FreshFor {
    /// For how long an answer to this kind of lookup is fresh.
    #[must_use]
    pub fn kind(&self, kind: LookupKind) -> Duration {
        let place = LookupKind::ALL.iter().position(|known| *known == kind);
        place.and_then(|place| self.0.get(place)).copied().unwrap_or_default()
    }

    /// The same with another time for one kind.
    #[must_use]
    pub fn with(mut self, kind: LookupKind, fresh: Duration) -> Self {
        for (known, place) in LookupKind::ALL.iter().zip(&mut self.0) {
            if *known == kind {
                *place = fresh;
            }
        }
        self
    }
}

/// As long as it takes until the truth behind the answer has probably moved.
impl Default for FreshFor {
    fn default() -> Self {
        Self(LookupKind::ALL.map(|kind| match kind {
            // Histories grow at their end only.
            LookupKind::WhoisHistory | LookupKind::DnsHistory | LookupKind::AddressHistory => DAY.saturating_mul(7),
            // Networks change hands seldom.
            LookupKind::IpOwner
            | LookupKind::IpLocation
            | LookupKind::NameServerRegistration
            | LookupKind::RegistryContact => DAY.saturating_mul(7),
            // The live DNS moves by the minute.
            LookupKind::DnsRecords | LookupKind::Pointers => MINUTE.saturating_mul(10),
            // Collected data and indexes are rebuilt about daily.
            LookupKind::WhoisCurrent
            | LookupKind::ReverseWhois
            | LookupKind::ReverseNs
            | LookupKind::ReverseMx
            | LookupKind::ReverseIp
            | LookupKind::ReverseDns
            | LookupKind::Subdomains
            | LookupKind::Discovery
            | LookupKind::Certificates
            | LookupKind::IssuedCertificates
            | LookupKind::Reputation
            | LookupKind::Threats
            | LookupKind::WebsiteContacts
            | LookupKind::WebsiteCategories
            | LookupKind::EmailVerification => DAY,
        }))
    }
}

const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(60 * 60);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

impl Default for CacheSettings {
    fn default() -> Self {
        Self {
            fresh: FreshFor::default(),
            negative: HOUR,
            preview: MINUTE.saturating_mul(15),
            memory: 256 * 1024 * 1024,
        }
    }
}

/// Remembered answers. Two layers of the desk share one.
#[derive(Debug)]
pub struct AnswerCache {
    answers: Moka<String, Kept>,
    /// What is remembered beyond the life of the process.
    memory: Option<Arc<dyn Memory>>,
    settings: CacheSettings,
    clock: Arc<dyn Clock>,
}

impl AnswerCache {
    /// An empty cache.
    #[must_use]
    pub fn new(settings: CacheSettings, memory: Option<Arc<dyn Memory>>, clock: Arc<dyn Clock>) -> Self {
        let answers = Moka::builder()
            .max_capacity(settings.memory)
            .weigher(|key: &String, remembered: &Kept| {
                let records: usize = remembered.answer.records().iter().map(weight).sum();
                u32::try_from(key.len() + 256 + records).unwrap_or(u32::MAX)
            })
            .build();
        Self { answers, memory, settings, clock }
    }

    /// A remembered answer that may still be given.
    pub(super) async fn recall(&self, key: &str) -> Result<Option<Answer>, AskError> {
        Ok(self.fresh(key, self.clock.now()).await?.map(given_again))
    }

    /// The answer to a question, if it has been remembered since: by this process or another.
    pub(super) async fn look_again(&self, routed: &Routed, since: Timestamp) -> Result<Option<Answer>, AskError> {
        let found = self.fresh(&routed.key(), self.clock.now()).await?;
        let wanted_anew = routed.question.context.reach == Reach::Refresh;
        let found = found.filter(|answer| !wanted_anew || answer.provenance.retrieved >= since);
        Ok(found.map(given_again))
    }

    async fn fresh(&self, key: &str, now: Timestamp) -> Result<Option<Answer>, AskError> {
        if let Some(kept) = self.answers.get(key).await {
            if kept.fresh_until > now {
                measure::answered(Origin::Memory);
                return Ok(Some(kept.answer));
            }
            self.answers.invalidate(key).await;
        }
        let Some(memory) = &self.memory else { return Ok(None) };
        let kept = memory.recall(key).await.map_err(AskError::Store)?;
        let Some(kept) = kept.filter(|kept| kept.fresh_until > now) else { return Ok(None) };
        measure::answered(Origin::Store);
        self.answers.insert(key.to_owned(), kept.clone()).await;
        Ok(Some(kept.answer))
    }

    async fn remember(&self, routed: &Routed, answer: &Answer) -> Result<(), AskError> {
        let fresh = self.settings.fresh.kind(routed.question.lookup.kind());
        let fresh = match routed.question.step {
            Step::Preview => self.settings.preview,
            Step::Page(_) if answer.records().is_empty() => self.settings.negative.min(fresh),
            Step::Page(_) => fresh,
        };
        let fresh_until = if routed.is_purchase() {
            // What was paid for is not paid for again, until somebody asks for that.
            Timestamp::MAX
        } else {
            later(answer.provenance.retrieved, fresh)
        };
        let kept = Kept { answer: answer.clone(), fresh_until };
        if let Some(memory) = &self.memory {
            memory.keep(&routed.key(), &kept).await.map_err(AskError::Store)?;
        }
        self.answers.insert(routed.key(), kept).await;
        Ok(())
    }
}

/// A remembered answer costs nothing and says that it is one.
fn given_again(answer: Answer) -> Answer {
    let provenance = Provenance { paid: Credits::FREE, cached: true, ..answer.provenance };
    Answer { provenance, ..answer }
}

/// The approximate size of a record in memory, in bytes.
fn weight(record: &Record) -> usize {
    match record {
        Record::Whois(record) => 2048 + record.raw_text.as_ref().map_or(0, String::len),
        Record::Sighting(sighting) => 96 + sighting.name.as_str().len(),
        Record::Pointer(pointer) => 96 + pointer.name.as_str().len(),
        Record::Dns(_) | Record::Reputation(_) | Record::Threat(_) | Record::WebsiteCategory(_) => 256,
        Record::Network(_) | Record::System(_) | Record::WebsiteContacts(_) => 2048,
        Record::Location(_) | Record::Mailbox(_) | Record::Contact(_) => 512,
        Record::Certificate(certificate) => 512 + certificate.names.len().saturating_mul(48),
    }
}

/// Answers from memory where it can.
#[derive(Debug)]
pub(super) struct Cache {
    store: Arc<AnswerCache>,
    /// Whether this layer remembers what comes from below, rather than only looking.
    remembers: bool,
    next: Box<dyn Fetch>,
}

impl Cache {
    /// The layer that everybody passes first.
    pub(super) fn first_look(store: Arc<AnswerCache>, next: impl Fetch + 'static) -> Self {
        Self { store, remembers: false, next: Box::new(next) }
    }

    /// The layer inside the flight, which remembers what the flight brings.
    pub(super) fn second_look(store: Arc<AnswerCache>, next: impl Fetch + 'static) -> Self {
        Self { store, remembers: true, next: Box::new(next) }
    }
}

#[async_trait]
impl Fetch for Cache {
    async fn fetch(&self, routed: &Routed) -> Result<Answer, AskError> {
        // What is on this machine already is not worth remembering a second time.
        if routed.offer.exposure == Exposure::Local {
            return self.next.fetch(routed).await;
        }
        if routed.question.context.reach != Reach::Refresh
            && let Some(answer) = self.store.recall(&routed.key()).await?
        {
            return Ok(answer);
        }
        let answer = self.next.fetch(routed).await?;
        if self.remembers && !answer.provenance.cached {
            measure::answered(Origin::Source);
            measure::spent(routed.provider.name(), answer.provenance.paid);
            self.store.remember(routed, &answer).await?;
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

    use super::super::testing::{Bench, domains_behind, names, records_of};
    use super::CacheSettings;
    use crate::{credits::Credits, error::ProviderError, lookup::LookupKind};

    #[tokio::test(start_paused = true)]
    async fn what_was_bought_is_given_again_for_free_however_old_it_is() {
        let bench = Bench::new();
        bench.transport.push_ok(&names(3));
        let bought = bench.ask(domains_behind("ns1.host.example")).await.unwrap();
        assert_eq!((bought.provenance.paid, bought.provenance.cached), (Credits(1), false));

        // What was paid for is not paid for again because time has passed.
        tokio::time::advance(Duration::from_secs(400 * 24 * 60 * 60)).await;
        let again = bench.ask(domains_behind("ns1.host.example")).await.unwrap();
        assert_eq!((again.provenance.paid, again.provenance.cached), (Credits::FREE, true));
        assert_eq!(again.provenance.retrieved, bought.provenance.retrieved);
        assert_eq!(bench.transport.sent(), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn a_free_answer_is_fresh_for_a_time_and_nothing_found_for_a_shorter_one() {
        let fresh = CacheSettings::default().fresh.kind(LookupKind::DnsRecords);
        for (found, believed) in [(3, fresh), (0, CacheSettings::default().negative.min(fresh))] {
            let bench = Bench::new();
            let lookup = || records_of("shop.example");
            bench.transport.push_ok(&names(found));
            bench.ask(lookup()).await.unwrap();
            tokio::time::advance(believed - Duration::from_secs(1)).await;
            assert!(bench.ask(lookup()).await.unwrap().provenance.cached);
            tokio::time::advance(Duration::from_secs(1)).await;
            bench.transport.push_ok(&names(4));
            let later = bench.ask(lookup()).await.unwrap();
            assert_eq!((later.records().len(), later.provenance.cached), (4, false));
        }
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
