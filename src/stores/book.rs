//! The spend book, for the desk.
//!
//! A purchase is under way as long as its buyer holds the claim to the question, so that of a process that dies it is known
//! at once that nobody knows how its purchase ended.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use intel::desk::{Allowance, Claim, Purchase, PurchaseId, PurchaseOutcome, Refusal, SpendBook, StoreFailure};
use store::{
    Name, StoreError,
    claims::{self, Claiming, Claims},
    spending::{self, Buyer, Hold, Intent, Limit, OverLimit, Scope, SpendError, Spending, Unknown},
};

/// How long a purchase is under way whose buyer holds no claim.
const HOLD: Duration = Duration::from_secs(120);

/// Writes purchases down in the database.
#[derive(Debug)]
pub struct Book {
    spending: Spending,
    claims: Claims,
    limits: Vec<Limit>,
    /// The claims that this process holds, by their questions.
    held: Mutex<HashMap<String, claims::Claim>>,
}

impl Book {
    /// A book with these limits for everybody.
    #[must_use]
    pub fn new(spending: Spending, claims: Claims, limits: Vec<Limit>) -> Self {
        Self { spending, claims, limits, held: Mutex::default() }
    }

    fn held(&self) -> std::sync::MutexGuard<'_, HashMap<String, claims::Claim>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn failed(error: &StoreError) -> StoreFailure {
    StoreFailure { advice: error.analyst_message(), detail: error.to_string() }
}

fn spend_failed(error: &SpendError) -> StoreFailure {
    StoreFailure { advice: error.analyst_message(), detail: error.to_string() }
}

/// A name that came from the database or the configuration; one that cannot be a name stands for nobody.
fn name(text: Option<&std::sync::Arc<str>>) -> Option<Name> {
    text.and_then(|text| Name::parse(text).ok())
}

fn refusal(error: SpendError) -> Refusal {
    match error {
        SpendError::Refused(spending::Refusal::OverLimit(over)) => Refusal::Limit(allowance(&over)),
        SpendError::Refused(spending::Refusal::Unresolved { purchase }) => {
            Refusal::Unresolved { since: purchase.intended, price: purchase.price }
        }
        other => Refusal::Store(spend_failed(&other)),
    }
}

fn allowance(over: &OverLimit) -> Allowance {
    let remaining = &over.remaining;
    let whose = remaining.whose.as_deref().unwrap_or_default();
    let of = match remaining.limit.scope {
        Scope::Run => "this run".to_owned(),
        Scope::Case => format!("the case \"{whose}\""),
        Scope::Member => format!("the member \"{whose}\""),
        Scope::Provider => format!("the source \"{whose}\""),
        Scope::Everyone => "this server".to_owned(),
    };
    Allowance { of, limit: remaining.limit.credits, left: remaining.left, resets: remaining.resets }
}

#[async_trait]
impl SpendBook for Book {
    async fn intend(&self, purchase: &Purchase) -> Result<PurchaseId, Refusal> {
        let hold = self.held().get(&purchase.key).cloned().map_or(Hold::For(HOLD), Hold::Claim);
        let intent = Intent {
            key: purchase.key.clone(),
            provider: purchase.provider.to_owned(),
            service: purchase.service.to_owned(),
            price: purchase.price,
            buyer: Buyer {
                member: name(purchase.asker.member.as_ref()),
                case: name(purchase.asker.case.as_ref()),
                run: purchase.asker.run.as_deref().map(str::to_owned),
            },
            limits: self.limits.clone(),
            hold,
            unknown: if purchase.confirmed { Unknown::BuyAgain } else { Unknown::Refuse },
        };
        self.spending.intend(intent).await.map(|id| PurchaseId(id.to_string())).map_err(refusal)
    }

    async fn settle(&self, id: &PurchaseId, outcome: &PurchaseOutcome) -> Result<(), StoreFailure> {
        let Ok(id) = id.0.parse().map(spending::PurchaseId) else {
            return Err(StoreFailure {
                advice: "A purchase could not be written down. Please tell whoever looks after the server.".to_owned(),
                detail: format!("{} is no number of a purchase", id.0),
            });
        };
        let settled = match outcome {
            PurchaseOutcome::Charged { price, evidence } => {
                let evidence: Vec<&str> = evidence.iter().map(|id| id.0.as_str()).collect();
                let evidence = (!evidence.is_empty()).then(|| evidence.join(", "));
                self.spending.charged(id, *price, evidence).await
            }
            PurchaseOutcome::NotCharged { reason } => self.spending.not_charged(id, reason).await,
            PurchaseOutcome::Unknown { reason } => self.spending.lost(id, reason).await,
        };
        settled.map_err(|error| spend_failed(&error))
    }

    async fn claim(&self, key: &str, holder: &str, lease: Duration) -> Result<Claim, StoreFailure> {
        let known = self.held().get(key).cloned();
        if let Some(known) = known {
            // The same process asks again: it renews.
            if let Ok(renewed) = self.claims.renew(&known, lease).await {
                self.held().insert(key.to_owned(), renewed);
                return Ok(Claim::Ours);
            }
            self.held().remove(key);
        }
        match self.claims.claim(key, holder, lease).await.map_err(|error| failed(&error))? {
            Claiming::Claimed(claim) => {
                self.held().insert(key.to_owned(), claim);
                Ok(Claim::Ours)
            }
            Claiming::HeldBy { until, .. } => Ok(Claim::Theirs { until }),
        }
    }

    async fn release(&self, key: &str, _holder: &str) -> Result<(), StoreFailure> {
        let known = self.held().remove(key);
        match known {
            Some(claim) => self.claims.release(&claim).await.map_err(|error| failed(&error)),
            None => Ok(()),
        }
    }
}
