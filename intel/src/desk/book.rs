//! Rule: a purchase is written down before it is made, and made by one at a time, whoever else is about to.
//!
//! A process can die between asking and hearing. So the intention is durable before the request leaves, and what became of
//! it is added afterwards: charged, not charged, or unknown. What is unknown counts as spent and is never repeated unless
//! somebody says so. Limits (per day, case, member, provider) are checked in the same moment in which the intention is
//! written, so that two processes cannot overspend together.
//!
//! And where several processes share a book, only one of them buys an answer: the others wait for it to be remembered.

use std::{fmt::Debug, sync::Arc, time::Duration};

use async_trait::async_trait;
use jiff::Timestamp;

use super::{Asker, Fetch, Routed, cache::AnswerCache, witness::StoreFailure};
use crate::{
    answer::Answer,
    clock::Clock,
    credits::Credits,
    error::{AskError, ProviderError},
    evidence::EvidenceId,
};

/// Writes purchases down.
#[async_trait]
pub trait SpendBook: Debug + Send + Sync {
    /// Writes down that something is about to be bought, and returns when that is durable.
    ///
    /// # Errors
    /// When it must not be bought, or cannot be written down.
    async fn intend(&self, purchase: &Purchase) -> Result<PurchaseId, Refusal>;

    /// Writes down what became of a purchase.
    ///
    /// # Errors
    /// When it cannot be written down: the purchase stays unknown.
    async fn settle(&self, id: &PurchaseId, outcome: &PurchaseOutcome) -> Result<(), StoreFailure>;

    /// Takes the sole right to buy the answer to a question, for a while.
    ///
    /// # Errors
    /// When the store cannot be written.
    async fn claim(&self, key: &str, holder: &str, lease: Duration) -> Result<Claim, StoreFailure>;

    /// Gives it back.
    ///
    /// # Errors
    /// When the store cannot be written: the claim lapses by itself.
    async fn release(&self, key: &str, holder: &str) -> Result<(), StoreFailure>;
}

/// Something that is about to be bought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Purchase {
    /// The question, in canonical form, with the provider's name.
    pub key: String,
    /// The provider's name.
    pub provider: &'static str,
    /// Its service.
    pub service: &'static str,
    /// What it is expected to cost.
    pub price: Credits,
    /// Who asks.
    pub asker: Asker,
    /// Whether somebody agreed to this purchase, knowing that it may have been paid before.
    pub confirmed: bool,
}

/// The name of a purchase in the book.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PurchaseId(pub String);

/// What became of a purchase.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PurchaseOutcome {
    /// It was charged.
    Charged {
        /// What it cost.
        price: Credits,
        /// The exchanges that it was made in.
        evidence: Vec<EvidenceId>,
    },
    /// It certainly was not charged.
    NotCharged {
        /// Why.
        reason: String,
    },
    /// Nobody knows.
    Unknown {
        /// What happened.
        reason: String,
    },
}

/// Why something is not bought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// A limit would be exceeded.
    Limit(Allowance),
    /// It was about to be bought before, and nobody knows whether it was charged.
    Unresolved {
        /// When that was.
        since: Timestamp,
        /// What it would have cost.
        price: Credits,
    },
    /// The book cannot be written.
    Store(StoreFailure),
}

/// A limit that is reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Allowance {
    /// Whose limit it is, in words that complete "the allowance of …": `this day`, `the case "cmt"`.
    pub of: String,
    /// The limit.
    pub limit: Credits,
    /// What is left of it.
    pub left: Credits,
    /// When there is more again, if that is by itself.
    pub resets: Option<Timestamp>,
}

/// Who may buy an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Claim {
    /// Whoever asked.
    Ours,
    /// Somebody else, until then at the longest.
    Theirs {
        /// When their claim lapses if they do not renew it.
        until: Timestamp,
    },
}

/// How long a claim holds without being renewed.
const LEASE: Duration = Duration::from_secs(30);

/// How long to wait before looking again whether somebody else's purchase has come.
const LOOK_AGAIN: Duration = Duration::from_millis(100);

/// Lets one at a time buy an answer. Stands above the second look into the cache, so that what somebody else just bought
/// is found there.
#[derive(Debug)]
pub(super) struct OneBuyer {
    next: Box<dyn Fetch>,
    book: Option<Arc<dyn SpendBook>>,
    cache: Arc<AnswerCache>,
    clock: Arc<dyn Clock>,
    holder: String,
}

impl OneBuyer {
    pub(super) fn new(
        next: impl Fetch + 'static,
        book: Option<Arc<dyn SpendBook>>,
        cache: Arc<AnswerCache>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        let holder = format!("{:032x}", rand::random::<u128>());
        Self { next: Box::new(next), book, cache, clock, holder }
    }
}

#[async_trait]
impl Fetch for OneBuyer {
    async fn fetch(&self, routed: &Routed) -> Result<Answer, AskError> {
        let Some(book) = self.book.as_ref().filter(|_| routed.is_purchase()) else {
            return self.next.fetch(routed).await;
        };
        let key = routed.key();
        let asked_at = self.clock.now();
        loop {
            match book.claim(&key, &self.holder, LEASE).await.map_err(AskError::Store)? {
                Claim::Ours => break,
                Claim::Theirs { .. } => {
                    if self.clock.instant() + LOOK_AGAIN >= routed.question.context.deadline {
                        return Err(AskError::Deadline);
                    }
                    tokio::time::sleep(LOOK_AGAIN).await;
                    if let Some(answer) = self.cache.look_again(routed, asked_at).await? {
                        return Ok(answer);
                    }
                }
            }
        }
        let renewal = renewing(Arc::clone(book), key.clone(), self.holder.clone());
        let outcome = tokio::select! {
            outcome = self.next.fetch(routed) => outcome,
            () = renewal => Err(AskError::Deadline),
        };
        if let Err(failure) = book.release(&key, &self.holder).await {
            tracing::warn!(%failure, "a claim could not be given back and lapses by itself");
        }
        outcome
    }
}

/// Keeps a claim alive for as long as it is awaited; never ends by itself.
async fn renewing(book: Arc<dyn SpendBook>, key: String, holder: String) {
    loop {
        tokio::time::sleep(LEASE / 3).await;
        if let Err(failure) = book.claim(&key, &holder, LEASE).await {
            tracing::warn!(%failure, "a claim could not be renewed");
        }
    }
}

/// Writes purchases down before and after they are made.
#[derive(Debug)]
pub(super) struct Bookkeeper {
    next: Box<dyn Fetch>,
    book: Option<Arc<dyn SpendBook>>,
}

impl Bookkeeper {
    pub(super) fn new(next: impl Fetch + 'static, book: Option<Arc<dyn SpendBook>>) -> Self {
        Self { next: Box::new(next), book }
    }
}

#[async_trait]
impl Fetch for Bookkeeper {
    async fn fetch(&self, routed: &Routed) -> Result<Answer, AskError> {
        let Some(book) = self.book.as_ref().filter(|_| routed.is_purchase()) else {
            return self.next.fetch(routed).await;
        };
        let purchase = Purchase {
            key: routed.key(),
            provider: routed.provider.name(),
            service: routed.offer.endpoint,
            price: routed.offer.price,
            asker: routed.question.context.asker.clone(),
            confirmed: routed.question.context.budget.is_confirmed(),
        };
        let id = book.intend(&purchase).await.map_err(|refusal| match refusal {
            Refusal::Limit(allowance) => AskError::Allowance {
                source_name: routed.provider.source().to_owned(),
                price: purchase.price,
                allowance: Box::new(allowance),
            },
            Refusal::Unresolved { since, price } => {
                AskError::Unresolved { source_name: routed.provider.source().to_owned(), since, price }
            }
            Refusal::Store(failure) => AskError::Store(failure),
        })?;
        let outcome = self.next.fetch(routed).await;
        if let Err(failure) = book.settle(&id, &became(&outcome)).await {
            // The intention stands in the book, so the purchase is not forgotten: it counts as unknown.
            tracing::error!(%failure, "what became of a purchase could not be written down");
        }
        outcome
    }
}

/// What became of a purchase, as far as its outcome tells.
fn became(outcome: &Result<Answer, AskError>) -> PurchaseOutcome {
    match outcome {
        Ok(answer) => {
            PurchaseOutcome::Charged { price: answer.provenance.paid, evidence: answer.provenance.evidence.clone() }
        }
        // It was answered and could not be kept or understood: whoever answers, charges.
        Err(AskError::Provider {
            error:
                error @ (ProviderError::Malformed { .. } | ProviderError::TooLarge { .. } | ProviderError::NotKept(_)),
            ..
        }) => PurchaseOutcome::Unknown { reason: error.to_string() },
        Err(AskError::Provider { error: error @ ProviderError::PurchaseUnknown { .. }, .. }) => {
            PurchaseOutcome::Unknown { reason: error.to_string() }
        }
        Err(error @ (AskError::Provider { .. } | AskError::NeedsConsent { .. })) => {
            PurchaseOutcome::NotCharged { reason: error.to_string() }
        }
        Err(error) => PurchaseOutcome::Unknown { reason: error.to_string() },
    }
}
