//! Why something is not bought, in two messages each.

use intel::credits::Credits;
use thiserror::Error;

use super::{Period, Purchase, PurchaseId, Remaining, Scope, State};
use crate::{CaseRefusal, Name, StoreError, cases::CaseError};

/// A purchase that a limit does not allow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OverLimit {
    /// The limit, with what is left of it and when it starts anew.
    pub remaining: Remaining,
    /// What the purchase may cost.
    pub price: Credits,
}

/// Why something is not bought.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Refusal {
    /// It would cost more than a limit leaves.
    #[error(
        "{} would exceed the limit {} {} of {}: {} left",
        .0.price,
        .0.remaining.limit.scope.as_str(),
        .0.remaining.limit.period.as_str(),
        .0.remaining.limit.credits,
        .0.remaining.left
    )]
    OverLimit(OverLimit),
    /// The same is being bought, or was and nobody knows how that ended.
    #[error("purchase {} of the same question is not settled: {:?}", .purchase.id, .purchase.state)]
    Unresolved {
        /// The earlier purchase.
        purchase: Box<Purchase>,
    },
    /// The claim under which it was to be bought has lapsed.
    #[error("the claim has lapsed")]
    ClaimLost,
    /// The case does not allow it.
    #[error(transparent)]
    Case(#[from] CaseRefusal),
    /// The member has left.
    #[error("member {name} is revoked")]
    MemberRevoked {
        /// Who.
        name: Name,
    },
}

impl Refusal {
    /// What an analyst reads: plain words and the next step.
    #[must_use]
    pub fn analyst_message(&self) -> String {
        match self {
            Self::OverLimit(over) => over.analyst_message(),
            Self::Unresolved { purchase } => unresolved_message(purchase),
            Self::ClaimLost => {
                "Namehound was held up for too long, so nothing was bought. Please try again.".to_owned()
            }
            Self::Case(refusal) => refusal.analyst_message(),
            Self::MemberRevoked { name } => format!(
                "The member \"{name}\" has been withdrawn, so nothing was bought. Please ask whoever looks after the \
                 server."
            ),
        }
    }
}

impl OverLimit {
    fn analyst_message(&self) -> String {
        let Remaining { limit, whose, left, resets, .. } = &self.remaining;
        let whose = whose.as_deref().unwrap_or_default();
        let (account, raise) = match limit.scope {
            Scope::Run => ("this run".to_owned(), "allow it more"),
            Scope::Case => (format!("the case \"{whose}\""), "ask whoever looks after the case for a larger budget"),
            Scope::Member => (format!("the member \"{whose}\""), "ask whoever looks after the server for more"),
            Scope::Provider => (format!("\"{whose}\""), "ask whoever looks after the server for more"),
            Scope::Everyone => ("this server".to_owned(), "ask whoever looks after the server for more"),
        };
        let period = match limit.period {
            Period::Day => " today",
            Period::Month => " this month",
            Period::Ever => "",
        };
        let next = match resets {
            Some(time) => format!("Please wait until {} UTC, or {raise}.", time.strftime("%Y-%m-%d %H:%M")),
            None => format!("Please {raise}."),
        };
        format!(
            "This may cost {}, and {account} has {left} of {} left{period}. Nothing was bought. {next}",
            self.price, limit.credits
        )
    }
}

fn unresolved_message(purchase: &Purchase) -> String {
    let Purchase { id, price, intended, state, .. } = purchase;
    let when = intended.strftime("%Y-%m-%d %H:%M");
    match state {
        State::UnderWay { .. } => {
            "The same question is being bought at this moment. Nothing was bought twice. Please try again in a moment."
                .to_owned()
        }
        _ => format!(
            "The same question was bought on {when} UTC for {price}, and nobody knows whether it was charged, since its \
             answer never came. Nothing was bought again. Please look at the vendor's account and settle purchase {id}, \
             or confirm that it may be bought once more."
        ),
    }
}

/// What can go wrong with the spend book.
#[derive(Debug, Error)]
pub enum SpendError {
    /// It is not bought.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// There is no such purchase.
    #[error("there is no purchase {id}")]
    NoSuchPurchase {
        /// The number that was given.
        id: PurchaseId,
    },
    /// The purchase has been settled in another way.
    #[error("purchase {id} is settled already: {state:?}")]
    Settled {
        /// Which.
        id: PurchaseId,
        /// How.
        state: State,
    },
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl SpendError {
    /// What an analyst reads: plain words and the next step.
    #[must_use]
    pub fn analyst_message(&self) -> String {
        match self {
            Self::Refused(refusal) => refusal.analyst_message(),
            Self::NoSuchPurchase { id } => {
                format!("There is no purchase {id}. Please check its number in the list of purchases.")
            }
            Self::Settled { id, state } => format!(
                "Purchase {id} has been settled as {} already and stays so.",
                if *state == State::Charged { "charged" } else { "not charged" }
            ),
            Self::Store(error) => error.analyst_message(),
        }
    }
}

impl From<rusqlite::Error> for SpendError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Store(error.into())
    }
}

impl From<CaseRefusal> for SpendError {
    fn from(refusal: CaseRefusal) -> Self {
        Self::Refused(refusal.into())
    }
}

impl From<CaseError> for SpendError {
    fn from(error: CaseError) -> Self {
        match error {
            CaseError::Refused(refusal) => refusal.into(),
            CaseError::Store(error) => error.into(),
        }
    }
}
