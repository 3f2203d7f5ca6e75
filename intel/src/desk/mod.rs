//! The desk: the one way to ask anything.
//!
//! A question passes through layers, each of which is one small file with one rule. Nobody above the desk knows that a
//! source has a rate limit or that an answer was bought yesterday; nobody below it knows that there is a budget.
//!
//! ```text
//! policy      special-use names never leave the machine
//! route       which source answers this kind of question
//! cache       an answer that is still fresh is given again, for free
//! budget      preview first, buy only what may be bought
//! coalesce    the same question asked by many at once is asked upstream once
//! cache       a second look, inside the flight: what a flight just brought is not fetched again
//! carry       question -> call, page -> answer with its provenance
//! diagnose    "bad key or no credits?" is split by the source's free balance service
//! breaker     a source that keeps failing is left alone for a while
//! retry       transient failures are tried again; a purchase whose outcome is unknown never is
//! throttle    each attempt keeps to the documented rate, and everybody waits when a source says "wait"
//! read        transport, then the provider reads the response
//! ```
//!
//! The budget stands above coalescing because consent is personal: of two people who ask the same question one may be
//! allowed to buy and the other not. Throttle stands below retry because every attempt counts for the source, not
//! every question.
//!
//! The unit of asking is one page (see [`crate::answer`]); [`Desk::walk`] strings pages together.

mod breaker;
mod budget;
mod cache;
mod carry;
mod coalesce;
mod diagnose;
mod exchange;
mod policy;
mod read;
mod retry;
mod route;
mod throttle;
pub mod transport;
mod walk;

#[cfg(test)]
mod testing;

use std::{fmt::Debug, sync::Arc};

use async_trait::async_trait;
use tokio::time::Instant;

pub use breaker::BreakerSettings;
pub use budget::RunBudget;
pub use cache::{AnswerCache, CacheSettings, FreshFor};
pub use retry::RetrySettings;
pub use transport::{HttpTransport, Transport, TransportSettings};
pub use walk::Walk;

use crate::{
    answer::Answer,
    clock::Clock,
    error::AskError,
    lookup::{Lookup, LookupKind},
    provider::{Offer, Provider, Step},
};

/// One question on its way through the desk.
#[derive(Debug, Clone)]
pub struct Question {
    /// What is asked.
    pub lookup: Lookup,
    /// Which part of it.
    pub step: Step,
    /// On whose behalf and until when.
    pub context: Context,
}

/// On whose behalf a question is asked, and until when.
#[derive(Debug, Clone)]
pub struct Context {
    /// When the asker stops waiting.
    pub deadline: Instant,
    /// What this run may spend and has spent.
    pub budget: Arc<RunBudget>,
}

/// Something that can be asked. The desk is one, and so is every layer above the route.
#[async_trait]
pub trait Ask: Debug + Send + Sync {
    /// Answers one step of a lookup.
    ///
    /// # Errors
    /// See [`AskError`]. Nothing found is an answer.
    async fn ask(&self, question: &Question) -> Result<Answer, AskError>;
}

/// A question that knows who will answer it, and on which terms.
#[derive(Debug, Clone)]
struct Routed {
    question: Question,
    provider: Arc<dyn Provider>,
    offer: Offer,
}

impl Routed {
    /// The same question for another step.
    fn with_step(&self, step: Step) -> Self {
        let question = Question { step, ..self.question.clone() };
        Self { question, ..self.clone() }
    }

    /// Whether carrying this out costs credits.
    fn is_purchase(&self) -> bool {
        !self.offer.price.is_free() && matches!(self.question.step, Step::Page(_))
    }

    /// What equal questions have in common.
    fn key(&self) -> String {
        let lookup = self.question.lookup.key();
        let provider = self.provider.name();
        match &self.question.step {
            Step::Preview => format!("{provider} preview {lookup}"),
            Step::Page(None) => format!("{provider} page {lookup}"),
            Step::Page(Some(cursor)) => format!("{provider} page {lookup} from {}", cursor.0),
        }
    }

    /// A provider's failure with the name of its source.
    fn failed(&self, error: crate::error::ProviderError) -> AskError {
        AskError::Provider { source_name: self.provider.source().to_owned(), error }
    }
}

/// A layer below the route.
#[async_trait]
trait Fetch: Debug + Send + Sync {
    async fn fetch(&self, routed: &Routed) -> Result<Answer, AskError>;
}

/// How a desk behaves; every part has a sensible default.
#[derive(Debug, Clone, Default)]
pub struct DeskSettings {
    /// How long answers are remembered, and how many.
    pub cache: CacheSettings,
    /// How failures are tried again.
    pub retry: RetrySettings,
    /// When a failing source is left alone.
    pub breaker: BreakerSettings,
}

/// The one way to ask anything.
#[derive(Debug, Clone)]
pub struct Desk {
    layers: Arc<dyn Ask>,
    route: Arc<route::Route>,
}

impl Desk {
    /// A desk that asks these providers, in this order, over this transport.
    #[must_use]
    pub fn new(
        providers: Vec<Arc<dyn Provider>>,
        transport: Arc<dyn Transport>,
        clock: Arc<dyn Clock>,
        settings: &DeskSettings,
    ) -> Self {
        let read = read::Read::new(transport, Arc::clone(&clock));
        let throttle = throttle::Throttle::new(read, Arc::clone(&clock));
        let retry = retry::Retry::new(throttle, settings.retry, Arc::clone(&clock));
        let breaker = breaker::Breaker::new(retry, settings.breaker, Arc::clone(&clock));
        let diagnose = diagnose::Diagnose::new(breaker);
        let carry = carry::Carry::new(diagnose, Arc::clone(&clock));

        let store = Arc::new(AnswerCache::new(settings.cache, Arc::clone(&clock)));
        let recall = cache::Cache::new(Arc::clone(&store), carry);
        let coalesce = coalesce::Coalesce::new(recall);
        let budget = budget::Budget::new(coalesce);
        let cache = cache::Cache::new(store, budget);

        let route = Arc::new(route::Route::new(providers, cache));
        let layers: Arc<dyn Ask> = Arc::new(policy::Policy::new(Arc::clone(&route)));
        Self { layers, route }
    }

    /// Answers a lookup page by page.
    #[must_use]
    pub fn walk(&self, lookup: Lookup, context: Context) -> Walk {
        Walk::new(Arc::clone(&self.layers), lookup, context)
    }

    /// The providers that answer a kind of lookup, in the order they are asked, by the name people know.
    #[must_use]
    pub fn sources(&self, kind: LookupKind) -> Vec<String> {
        self.route.sources(kind)
    }
}

#[async_trait]
impl Ask for Desk {
    async fn ask(&self, question: &Question) -> Result<Answer, AskError> {
        self.layers.ask(question).await
    }
}
