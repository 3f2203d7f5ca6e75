//! The spend book: every purchase is written down before its request leaves.
//!
//! Money is spent in the moment in which a request reaches a vendor, and everything can fail after that moment. So a
//! purchase begins as a row, made durable before anything is sent ([`Spending::intend`]). Afterwards somebody says how it
//! ended: [charged](Spending::charged), or [called off](Spending::not_charged) when it is certain that the vendor took
//! nothing. If nobody does, because the process died or the answer never came, the outcome is *unknown*, and that is a
//! result of its own: it counts as spent, it is shown to whoever asks the same question again, and it is never repeated
//! unless a person says so.
//!
//! Limits are checked in the same transaction that writes the row, and SQLite lets one process write at a time. Whoever
//! comes second sees what the first has set aside, so any number of askers in any number of processes spend no more
//! together than one alone could.
//!
//! Rows are never deleted, and name members and cases by names that are never given again. When a case is deleted, its rows
//! lose their questions and keep their prices.

mod balance;
mod error;
mod limits;
mod purchase;
mod report;

use std::{sync::Arc, time::Duration};

use intel::{
    clock::{Clock, later},
    credits::Credits,
};
use jiff::Timestamp;
use rusqlite::{Connection, named_params, params};

pub use balance::{Balance, Reconciliation};
pub use error::{OverLimit, Refusal, SpendError};
pub use limits::{Allowance, Limit, Period, Remaining, Scope};
pub use purchase::{Buyer, Purchase, PurchaseId, State};
pub use report::{Line, ReportBy};

use crate::{
    Database, Migration, Name, StoreError, cases,
    claims::{self, Claim},
    column,
    members::{self, MemberError},
};

pub(crate) const MIGRATIONS: &[Migration] = &[
    Migration {
        name: "spending/purchases",
        sql: "CREATE TABLE purchases (
                  id INTEGER PRIMARY KEY AUTOINCREMENT,
                  key TEXT NOT NULL,          -- the question
                  provider TEXT NOT NULL,
                  service TEXT NOT NULL,
                  price INTEGER NOT NULL CHECK (price >= 0),  -- what it may cost at most, in credits
                  paid INTEGER CHECK (paid >= 0),             -- what it did cost
                  member TEXT,
                  case_name TEXT,
                  run TEXT,
                  intended INTEGER NOT NULL,  -- this and all times: milliseconds since 1970, UTC
                  claim INTEGER,              -- under way while this claim lives ...
                  until INTEGER,              -- ... or, without a claim, until then
                  outcome TEXT CHECK (outcome IN ('charged', 'not-charged')),  -- NULL: under way or unknown
                  settled INTEGER,
                  evidence TEXT,
                  reason TEXT,
                  repeated_by INTEGER,        -- the purchase that somebody allowed although this one is unknown
                  counts INTEGER NOT NULL GENERATED ALWAYS AS
                      (CASE WHEN outcome = 'not-charged' THEN 0 ELSE coalesce(paid, price) END) VIRTUAL
              ) STRICT;
              CREATE INDEX purchases_by_time ON purchases (intended, counts);
              CREATE INDEX purchases_by_run ON purchases (run, intended, counts) WHERE run IS NOT NULL;
              CREATE INDEX purchases_by_case ON purchases (case_name, intended, counts) WHERE case_name IS NOT NULL;
              CREATE INDEX purchases_by_member ON purchases (member, intended, counts) WHERE member IS NOT NULL;
              CREATE INDEX purchases_by_provider ON purchases (provider, intended, counts);
              CREATE INDEX purchases_unsettled ON purchases (key) WHERE outcome IS NULL",
    },
    balance::MIGRATION,
];

/// A purchase that somebody is about to make.
#[derive(Debug, Clone)]
pub struct Intent {
    /// The question.
    pub key: String,
    /// The provider, by the name used in the configuration.
    pub provider: String,
    /// The provider's service, for example `reverse-whois`.
    pub service: String,
    /// What it may cost at most: so much is set aside.
    pub price: Credits,
    /// On whose account.
    pub buyer: Buyer,
    /// What may be spent. The budget of the buyer's case is added to these.
    pub limits: Vec<Limit>,
    /// For how long it is under way.
    pub hold: Hold,
    /// What to do if an earlier purchase of the same has an unknown outcome.
    pub unknown: Unknown,
}

/// For how long a purchase is under way rather than unknown.
#[derive(Debug, Clone)]
pub enum Hold {
    /// As long as this claim lives. The purchase is refused if it does not live any more.
    Claim(Claim),
    /// For a fixed time.
    For(Duration),
}

/// What to do if an earlier purchase of the same has an unknown outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unknown {
    /// Refuse: it may have been charged already.
    Refuse,
    /// Buy all the same, because a person who was told has said so.
    BuyAgain,
}

/// The spend book.
#[derive(Debug, Clone)]
pub struct Spending {
    database: Database,
    clock: Arc<dyn Clock>,
}

impl Spending {
    /// The spend book in this database.
    #[must_use]
    pub fn new(database: Database, clock: Arc<dyn Clock>) -> Self {
        Self { database, clock }
    }

    /// Writes a purchase down before it is made, if every limit allows it. When this returns, the row survives the loss
    /// of power, and the request may leave.
    ///
    /// Whoever stops waiting for this does not stop the row from being written, and a purchase that nobody settles is
    /// unknown. So call it from a task that nobody cancels, as purchases are made in.
    ///
    /// # Errors
    /// Every [`Refusal`]; a failure of the database, after which nothing may be bought.
    pub async fn intend(&self, intent: Intent) -> Result<PurchaseId, SpendError> {
        let clock = Arc::clone(&self.clock);
        self.database.write(move |connection| intend(connection, &intent, clock.now())).await
    }

    /// Settles a purchase: it was charged. Says what it really cost and which evidence shows what came of it. Settling
    /// an unknown one is how it becomes known; doing the same twice changes nothing.
    ///
    /// # Errors
    /// [`SpendError::NoSuchPurchase`], [`SpendError::Settled`]; a failure of the database.
    pub async fn charged(&self, id: PurchaseId, paid: Credits, evidence: Option<String>) -> Result<(), SpendError> {
        let now = self.clock.now();
        self.database.write(move |connection| charged(connection, id, paid, evidence, now)).await
    }

    /// Settles a purchase: it is certain that nothing was charged. What was set aside is free again.
    ///
    /// # Errors
    /// [`SpendError::NoSuchPurchase`], [`SpendError::Settled`]; a failure of the database.
    pub async fn not_charged(&self, id: PurchaseId, why: &str) -> Result<(), SpendError> {
        let (why, now) = (why.to_owned(), self.clock.now());
        self.database
            .write(move |connection| {
                let settled = connection.execute(
                    "UPDATE purchases SET outcome = 'not-charged', paid = 0, reason = ?2, settled = ?3
                     WHERE id = ?1 AND outcome IS NULL",
                    params![id, why, column::from_time(now)],
                )?;
                if settled == 1 { Ok(()) } else { settled_as(connection, id, State::NotCharged, now) }
            })
            .await
    }

    /// Says that nobody knows how a purchase ended, for example because the answer did not come in time. It is unknown
    /// from now on rather than when its claim lapses.
    ///
    /// # Errors
    /// [`SpendError::NoSuchPurchase`]; a failure of the database.
    pub async fn lost(&self, id: PurchaseId, why: &str) -> Result<(), SpendError> {
        let (why, now) = (why.to_owned(), self.clock.now());
        self.database
            .write(move |connection| {
                connection.execute(
                    "UPDATE purchases SET claim = NULL, until = NULL, reason = ?2 WHERE id = ?1 AND outcome IS NULL",
                    params![id, why],
                )?;
                purchase::get(connection, id, now)?.map(|_| ()).ok_or(SpendError::NoSuchPurchase { id })
            })
            .await
    }

    /// One purchase.
    ///
    /// # Errors
    /// [`SpendError::NoSuchPurchase`]; a failure of the database.
    pub async fn purchase(&self, id: PurchaseId) -> Result<Purchase, SpendError> {
        let now = self.clock.now();
        self.database
            .read(move |connection| purchase::get(connection, id, now)?.ok_or(SpendError::NoSuchPurchase { id }))
            .await
    }

    /// Purchases of one question, or of all, that nobody has settled: under way or unknown, oldest first.
    ///
    /// # Errors
    /// A failure of the database.
    pub async fn unresolved(&self, key: Option<&str>) -> Result<Vec<Purchase>, StoreError> {
        let (key, now) = (key.map(str::to_owned), self.clock.now());
        self.database.read(move |connection| Ok(purchase::unsettled(connection, key.as_deref(), now)?)).await
    }

    /// What a buyer may still spend with a provider within these limits and the budget of the case.
    ///
    /// # Errors
    /// A failure of the database.
    pub async fn allowance(&self, limits: Vec<Limit>, buyer: Buyer, provider: &str) -> Result<Allowance, StoreError> {
        let (provider, now) = (provider.to_owned(), self.clock.now());
        self.database
            .read(move |connection| {
                let budget = match &buyer.case {
                    Some(name) => cases::budget(connection, name)?,
                    None => None,
                };
                Ok(limits::allowance(connection, &with_budget(&limits, budget), &buyer, &provider, now)?)
            })
            .await
    }
}

fn with_budget(limits: &[Limit], budget: Option<Credits>) -> Vec<Limit> {
    let budget = budget.map(|credits| Limit { scope: Scope::Case, period: Period::Ever, credits });
    limits.iter().copied().chain(budget).collect()
}

fn intend(connection: &Connection, intent: &Intent, now: Timestamp) -> Result<PurchaseId, SpendError> {
    let Intent { key, provider, service, price, buyer, .. } = intent;
    let budget = match &buyer.case {
        Some(name) => {
            let case = cases::writable(connection, name)?;
            case.allows_provider(provider)?;
            case.terms.budget
        }
        None => None,
    };
    refuse_revoked(connection, buyer)?;
    let (claim, until) = match &intent.hold {
        Hold::Claim(claim) => {
            claims::alive(connection, claim.number, now)?.ok_or(Refusal::ClaimLost)?;
            (Some(claim.number), None)
        }
        Hold::For(time) => (None, Some(later(now, *time))),
    };
    let earlier = purchase::unsettled(connection, Some(key), now)?;
    // One under way is never bought beside, whoever allowed what.
    let blocking = earlier.iter().find(|purchase| matches!(purchase.state, State::UnderWay { .. })).or_else(|| {
        earlier.iter().find(|purchase| purchase.repeated_by.is_none() && intent.unknown == Unknown::Refuse)
    });
    if let Some(purchase) = blocking {
        return Err(Refusal::Unresolved { purchase: Box::new(purchase.clone()) }.into());
    }
    let limits = with_budget(&intent.limits, budget);
    let allowance = limits::allowance(connection, &limits, buyer, provider, now)?;
    if let Some(remaining) = allowance.tightest().filter(|remaining| remaining.left < *price) {
        return Err(Refusal::OverLimit(OverLimit { remaining: remaining.clone(), price: *price }).into());
    }
    connection
        .prepare_cached(
            "INSERT INTO purchases (key, provider, service, price, member, case_name, run, intended, claim, until)
             VALUES (:key, :provider, :service, :price, :member, :case, :run, :intended, :claim, :until)",
        )?
        .execute(named_params! {
            ":key": key,
            ":provider": provider,
            ":service": service,
            ":price": column::from_credits(*price),
            ":member": buyer.member,
            ":case": buyer.case,
            ":run": buyer.run,
            ":intended": column::from_time(now),
            ":claim": claim,
            ":until": until.map(column::from_time),
        })?;
    let id = PurchaseId(connection.last_insert_rowid());
    for unknown in earlier.iter().filter(|purchase| purchase.repeated_by.is_none()) {
        connection.execute("UPDATE purchases SET repeated_by = ?2 WHERE id = ?1", params![unknown.id, id])?;
    }
    if let Some(name) = &buyer.case {
        cases::touch(connection, name, now)?;
    }
    Ok(id)
}

/// Refuses somebody who has left in the middle of a run. Who is not in the list of members pays by other rules.
fn refuse_revoked(connection: &Connection, buyer: &Buyer) -> Result<(), SpendError> {
    let Some(name) = &buyer.member else { return Ok(()) };
    match members::active(connection, name) {
        Err(MemberError::Revoked { name, .. }) => Err(Refusal::MemberRevoked { name }.into()),
        Err(MemberError::Store(error)) => Err(error.into()),
        _ => Ok(()),
    }
}

/// Forgets what was asked for a case that is deleted; what was paid for it stays. A purchase that nobody has settled keeps
/// its question, since somebody may still have to ask the vendor about it.
pub(crate) fn forget_questions(connection: &Connection, case: &Name) -> rusqlite::Result<()> {
    connection.execute("UPDATE purchases SET key = '' WHERE case_name = ?1 AND outcome IS NOT NULL", [case]).map(|_| ())
}

/// Settles a purchase as charged, inside a larger piece of work.
pub(crate) fn charged(
    connection: &Connection,
    id: PurchaseId,
    paid: Credits,
    evidence: Option<String>,
    now: Timestamp,
) -> Result<(), SpendError> {
    let settled = connection
        .prepare_cached(
            "UPDATE purchases SET outcome = 'charged', paid = ?2, evidence = ?3, settled = ?4
             WHERE id = ?1 AND outcome IS NULL",
        )?
        .execute(params![id, column::from_credits(paid), evidence, column::from_time(now)])?;
    if settled == 1 { Ok(()) } else { settled_as(connection, id, State::Charged, now) }
}

/// Whether a purchase that is settled already was settled like this.
fn settled_as(connection: &Connection, id: PurchaseId, state: State, now: Timestamp) -> Result<(), SpendError> {
    match purchase::get(connection, id, now)? {
        None => Err(SpendError::NoSuchPurchase { id }),
        Some(purchase) if purchase.state == state => Ok(()),
        Some(purchase) => Err(SpendError::Settled { id, state: purchase.state }),
    }
}

#[cfg(test)]
mod tests;
