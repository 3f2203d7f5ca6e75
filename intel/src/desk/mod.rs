//! The desk: the one way to ask anything.
//!
//! A question passes through layers, each of which is one small file with one rule. Nobody above the desk knows that a
//! source has a rate limit or that an answer was bought yesterday; nobody below it knows that there is a budget.
//!
//! ```text
//! policy      special-use names never leave the machine
//! route       which sources answer this kind of question, in which order; who steps in for whom
//! replay      an investigation that is gone through again is told what it was told, and nobody is asked
//! cache       an answer that is still fresh is given again, for free; what was bought stays so
//! budget      preview first, buy only what may be bought
//! coalesce    the same question asked by many at once is asked upstream once
//! one buyer   of several processes about to buy the same, one does
//! cache       a second look, inside the flight: what a flight just brought is not fetched again
//! book        a purchase is written down before it is made
//! gather      questions that come close together go to the source as one job, where that is worth it
//! carry       question -> call, page -> answer with its provenance
//! diagnose    "bad key or no credits?" is split by the source's free balance service
//! breaker     a source that keeps failing is left alone for a while
//! retry       transient failures are tried again; a purchase whose outcome is unknown never is
//! throttle    each attempt keeps to the documented rate, and everybody waits when a source says "wait"
//! read        transport, then the provider reads the response; its bytes are kept before anybody sees it
//! ```
//!
//! The budget stands above coalescing because consent is personal: of two people who ask the same question one may be
//! allowed to buy and the other not. Throttle stands below retry because every attempt counts for the source, not
//! every question.
//!
//! The unit of asking is one page (see [`crate::answer`]); [`Desk::walk`] strings pages together.

mod asker;
mod book;
mod breaker;
mod budget;
mod cache;
mod carry;
mod coalesce;
mod count;
mod diagnose;
mod dns_servers;
pub mod dns_transport;
mod exchange;
mod gather;
mod job;
mod measure;
mod memory;
pub mod network;
mod permit;
mod policy;
mod quote;
mod read;
mod replay;
mod retry;
mod route;
mod routing;
mod throttle;
pub mod transport;
mod walk;
pub mod whois_transport;
mod witness;

#[cfg(test)]
mod test_stores;
#[cfg(test)]
mod testing;

use std::{fmt::Debug, sync::Arc};

use async_trait::async_trait;
use tokio::time::Instant;

pub use asker::{Asker, Reach};
pub use book::{Allowance, Claim, Purchase, PurchaseId, PurchaseOutcome, Refusal, SpendBook};
pub use breaker::BreakerSettings;
pub use budget::RunBudget;
pub use cache::{AnswerCache, CacheSettings, FreshFor};
pub use count::Count;
pub use dns_transport::{DnsTransport, DnsTransportSettings};
pub use job::{JobProgress, JobState};
pub use memory::{Kept, Memory};
pub use network::NetworkTransport;
pub use permit::Permit;
pub use quote::Quote;
pub use retry::RetrySettings;
pub use routing::{KindRoute, RouteMode, Routing};
pub use transport::{HttpTransport, Transport, TransportSettings};
pub use walk::Walk;
pub use whois_transport::{HostResolver, SystemHosts, WhoisTransport, WhoisTransportSettings};
pub use witness::{StoreFailure, Witness};

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
    /// Who is told how far a job is that the question became a part of.
    pub progress: JobProgress,
    /// Who may be asked.
    pub permit: Permit,
    /// On whose behalf.
    pub asker: Asker,
    /// Where the answer may come from.
    pub reach: Reach,
}

impl Context {
    /// Asked by nobody in particular, who may ask everybody.
    #[must_use]
    pub fn new(deadline: Instant, budget: Arc<RunBudget>) -> Self {
        Self {
            deadline,
            budget,
            progress: JobProgress::default(),
            permit: Permit::default(),
            asker: Asker::default(),
            reach: Reach::default(),
        }
    }
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
    /// Who is asked for which kind of question.
    pub routing: Routing,
}

/// Where the desk writes down what must not be lost. Each may be missing: then nothing is kept beyond the process.
#[derive(Debug, Clone, Default)]
pub struct DeskStores {
    /// Who keeps what sources say.
    pub witness: Option<Arc<dyn Witness>>,
    /// Who remembers answers.
    pub memory: Option<Arc<dyn Memory>>,
    /// Who writes purchases down.
    pub book: Option<Arc<dyn SpendBook>>,
}

/// Somebody who can be asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Respondent {
    /// The provider's name in settings.
    pub provider: &'static str,
    /// The source as people know it.
    pub source: String,
}

/// The one way to ask anything.
#[derive(Debug, Clone)]
pub struct Desk {
    route: Arc<route::Route>,
    store: Arc<AnswerCache>,
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
        Self::with_stores(providers, transport, clock, settings, DeskStores::default())
    }

    /// A desk that also writes down what must not be lost.
    #[must_use]
    pub fn with_stores(
        providers: Vec<Arc<dyn Provider>>,
        transport: Arc<dyn Transport>,
        clock: Arc<dyn Clock>,
        settings: &DeskSettings,
        stores: DeskStores,
    ) -> Self {
        let DeskStores { witness, memory, book } = stores;
        let read = read::Read::new(transport, witness, Arc::clone(&clock));
        let throttle = throttle::Throttle::new(read, Arc::clone(&clock));
        let retry = retry::Retry::new(throttle, settings.retry, Arc::clone(&clock));
        let breaker = breaker::Breaker::new(retry, settings.breaker, Arc::clone(&clock));
        let diagnose = diagnose::Diagnose::new(breaker);
        let trades: Arc<dyn exchange::Trade> = Arc::new(diagnose);
        let carry = carry::Carry::new(Arc::clone(&trades), Arc::clone(&clock));
        let gather = gather::Gather::new(carry, trades, Arc::clone(&clock));

        let store = Arc::new(AnswerCache::new(settings.cache, memory.clone(), Arc::clone(&clock)));
        let bookkeeper = book::Bookkeeper::new(gather, book.clone());
        let recall = cache::Cache::second_look(Arc::clone(&store), bookkeeper);
        let one_buyer = book::OneBuyer::new(recall, book, Arc::clone(&store), Arc::clone(&clock));
        let coalesce = coalesce::Coalesce::new(one_buyer);
        let budget = budget::Budget::new(coalesce);
        let cache = cache::Cache::first_look(Arc::clone(&store), budget);
        let replay = replay::Replay::new(cache, memory);

        let route = Arc::new(route::Route::new(providers, settings.routing.clone(), replay));
        Self { route, store }
    }

    /// Answers one step of a lookup: the first page that any source of its route has.
    ///
    /// # Errors
    /// See [`AskError`]. Nothing found is an answer.
    pub async fn ask(&self, question: &Question) -> Result<Answer, AskError> {
        let Question { lookup, step, context } = question.clone();
        let kind = lookup.kind();
        let mut walk = Walk::new(Arc::clone(&self.route), lookup, step, context);
        walk.next().await.unwrap_or(Err(AskError::NoSource { kind }))
    }

    /// Answers a lookup page by page.
    #[must_use]
    pub fn walk(&self, lookup: Lookup, context: Context) -> Walk {
        Walk::new(Arc::clone(&self.route), lookup, Step::Page(None), context)
    }

    /// Everybody who would answer this lookup and may be asked, whatever the mode of its route, in its order: for
    /// whoever wants to hear each of them (see [`Permit::only`]).
    #[must_use]
    pub fn respondents(&self, lookup: &Lookup, permit: &Permit) -> Vec<Respondent> {
        self.route.respondents(lookup, permit)
    }

    /// How the sources of a kind of lookup stand to each other.
    #[must_use]
    pub fn mode(&self, kind: LookupKind) -> RouteMode {
        self.route.mode(kind)
    }

    /// The providers that answer a kind of lookup, in the order they are asked, by the name people know.
    #[must_use]
    pub fn sources(&self, kind: LookupKind) -> Vec<String> {
        self.route.sources(kind)
    }
}
