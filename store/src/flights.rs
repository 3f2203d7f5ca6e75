//! Flights: the same question asked by many in many processes is asked upstream once.
//!
//! Answers, claims and the spend book each know one thing; this is the order in which they are used, in which every step
//! may be the last one before the process dies:
//!
//! 1. Look whether there is a fresh answer.
//! 2. Claim the question. If somebody holds it, wait for their answer or for the end of their claim, and begin again. If
//!    an earlier purchase of it is unknown, say so instead: nobody has to wait for their turn to be refused.
//! 3. Look once more: between the first look and the claim another flight may just have landed.
//! 4. Write the purchase down ([`crate::spending::Spending::intend`]), then send the request.
//! 5. In one transaction: keep the answer, settle the purchase as charged, give the claim back ([`Flights::land`]).
//!
//! Died before 4, nothing was bought, and the next one begins at 2 when the claim lapses. Died between 4 and 5, the
//! purchase is unknown and its repetition is refused. There is no moment in which the purchase is settled and its answer
//! is not there.

use std::time::Duration;

use intel::credits::Credits;
use jiff::Timestamp;
use thiserror::Error;
use tokio::time::Instant;

use crate::{
    Name, StoreError,
    answers::{self, AnswerError, AnswerId, Answers, KeptAnswer, NewAnswer},
    claims::{self, Claim, Claiming, Claims},
    spending::{self, Purchase, PurchaseId, SpendError, Spending, State, Unknown},
};

/// The first pause before somebody who waits looks again; each is twice as long as the one before ...
const FIRST_PAUSE: Duration = Duration::from_millis(20);

/// ... up to this one.
const LONGEST_PAUSE: Duration = Duration::from_millis(500);

/// What came of boarding a flight.
#[derive(Debug)]
pub enum Boarded {
    /// There is a fresh answer.
    Answered(KeptAnswer),
    /// The question is ours: ask it, then land or release the claim.
    Pilot(Claim),
    /// Nobody knows how an earlier purchase of the same ended, and it may not be repeated without a person saying so.
    Unresolved(Box<Purchase>),
    /// The time is up, and somebody else still holds the question.
    TimeIsUp {
        /// Until when they hold it unless they renew it.
        until: Timestamp,
    },
}

/// Who boards, and for how long.
#[derive(Debug, Clone)]
pub struct Boarding {
    /// The question.
    pub key: String,
    /// The case for which it is asked.
    pub case: Option<Name>,
    /// A word for the log, for example the machine and the process.
    pub owner: String,
    /// For how long a claim lasts unless it is renewed.
    pub lease: Duration,
    /// How long to wait for somebody else.
    pub deadline: Instant,
    /// What to do if an earlier purchase of the same has an unknown outcome.
    pub unknown: Unknown,
}

/// What a flight brings when it lands.
#[derive(Debug)]
pub struct Landing {
    /// The claim under which it flew.
    pub claim: Claim,
    /// The answer.
    pub answer: NewAnswer,
    /// The purchase and what it cost, if it was one.
    pub purchase: Option<(PurchaseId, Credits)>,
}

/// What can go wrong with a flight.
#[derive(Debug, Error)]
pub enum FlightError {
    /// With its answer.
    #[error(transparent)]
    Answer(#[from] AnswerError),
    /// With its purchase.
    #[error(transparent)]
    Spend(#[from] SpendError),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl FlightError {
    /// What an analyst reads: plain words and the next step.
    #[must_use]
    pub fn analyst_message(&self) -> String {
        match self {
            Self::Answer(error) => error.analyst_message(),
            Self::Spend(error) => error.analyst_message(),
            Self::Store(error) => error.analyst_message(),
        }
    }
}

impl From<rusqlite::Error> for FlightError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Store(error.into())
    }
}

/// Flights over one database.
#[derive(Debug, Clone)]
pub struct Flights {
    answers: Answers,
    claims: Claims,
    spending: Spending,
}

impl Flights {
    /// Flights with these answers, claims and spend book, all in the same database.
    #[must_use]
    pub fn new(answers: Answers, claims: Claims, spending: Spending) -> Self {
        Self { answers, claims, spending }
    }

    /// Steps 1 to 3: a fresh answer, or the right to ask. The right is given without waiting if nobody holds it. Whoever
    /// stops waiting in just that moment leaves a claim that lapses by itself, so a short lease that is renewed (see
    /// [`Claims::holding`]) is better than a long one.
    ///
    /// # Errors
    /// [`FlightError::Answer`] if the case takes nothing; a failure of the database.
    pub async fn board(&self, boarding: &Boarding) -> Result<Boarded, FlightError> {
        let Boarding { key, owner, lease, deadline, .. } = boarding;
        let mut pause = FIRST_PAUSE;
        loop {
            if let Some(answer) = self.fresh(boarding).await? {
                return Ok(Boarded::Answered(answer));
            }
            // Looking first is cheap: all who wait look, and only when the question is free do they try to write.
            let held = match self.claims.held_until(key).await? {
                Some(until) => until,
                None => {
                    if let Some(purchase) = self.in_the_way(boarding).await? {
                        return Ok(Boarded::Unresolved(Box::new(purchase)));
                    }
                    match self.claims.claim(key, owner, *lease).await? {
                        Claiming::Claimed(claim) => return self.second_look(boarding, claim).await,
                        Claiming::HeldBy { until, .. } => until,
                    }
                }
            };
            if Instant::now() >= *deadline {
                return Ok(Boarded::TimeIsUp { until: held });
            }
            tokio::time::sleep_until((Instant::now() + pause).min(*deadline)).await;
            pause = pause.saturating_mul(2).min(LONGEST_PAUSE);
        }
    }

    /// Step 5: everything that a flight brings, or nothing of it. If the case has been sealed while the flight was under
    /// way, the answer is kept without it: it was paid for.
    ///
    /// # Errors
    /// [`AnswerError::TooLarge`] and [`SpendError::Settled`]; a failure of the database. Nothing has been settled then.
    pub async fn land(&self, landing: Landing) -> Result<AnswerId, FlightError> {
        let Landing { claim, answer, purchase } = landing;
        let mut packed = self.answers.pack(answer).await?;
        let clock = self.answers.clock();
        let id = self
            .answers
            .database()
            .write(move |connection| -> Result<AnswerId, FlightError> {
                let now = clock.now();
                if let Some(case) = &packed.answer.case
                    && !crate::cases::is_writable(connection, case)?
                {
                    packed.answer.case = None;
                }
                let evidence = packed.answer.origin.evidence.first().cloned();
                let id = answers::put(connection, &packed, now)?;
                if let Some((purchase, paid)) = purchase {
                    spending::charged(connection, purchase, paid, evidence, now)?;
                }
                claims::release(connection, claim.number)?;
                Ok(id)
            })
            .await?;
        self.answers.prune_if_grown().await?;
        Ok(id)
    }

    /// Instead of step 5: the flight brings nothing. A purchase that was written down for it has to be settled first; one
    /// that is not is unknown from now on.
    ///
    /// # Errors
    /// A failure of the database.
    pub async fn abandon(&self, claim: &Claim) -> Result<(), StoreError> {
        self.claims.release(claim).await
    }

    async fn second_look(&self, boarding: &Boarding, claim: Claim) -> Result<Boarded, FlightError> {
        let looked = self.fresh(boarding).await;
        if !matches!(looked, Ok(None)) {
            self.claims.release(&claim).await?;
        }
        Ok(looked?.map_or(Boarded::Pilot(claim), Boarded::Answered))
    }

    /// An unknown purchase that forbids another one. One that is still under way will be known soon, or unknown.
    async fn in_the_way(&self, boarding: &Boarding) -> Result<Option<Purchase>, StoreError> {
        if boarding.unknown == Unknown::BuyAgain {
            return Ok(None);
        }
        let unresolved = self.spending.unresolved(Some(&boarding.key)).await?;
        Ok(unresolved.into_iter().find(|purchase| purchase.state == State::Unknown && purchase.repeated_by.is_none()))
    }

    async fn fresh(&self, boarding: &Boarding) -> Result<Option<KeptAnswer>, AnswerError> {
        let answer = self.answers.get(&boarding.key, boarding.case.as_ref()).await?;
        Ok(answer.filter(|answer| answer.is_fresh(self.answers.clock().now())))
    }
}

#[cfg(test)]
mod tests;
