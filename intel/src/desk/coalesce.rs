//! Rule: the same question asked by many at once is asked upstream once.
//!
//! The first asker starts a *flight* in a task of its own, later ones wait for the same flight. An asker who gives up or
//! hangs up does not disturb the others. When the last one has left, the flight is stopped, unless it is a purchase: a
//! purchase under way is finished, so that what was paid for is at least remembered.

use std::{
    collections::{HashMap, hash_map::Entry},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
};

use async_trait::async_trait;
use futures_util::{
    FutureExt,
    future::{BoxFuture, Shared},
};
use tokio_util::sync::CancellationToken;
use tracing::Instrument;

use super::{
    Fetch, Routed,
    measure::{self, Origin},
};
use crate::{
    answer::{Answer, Provenance},
    credits::Credits,
    error::AskError,
    provider::Exposure,
};

type Outcome = Result<Answer, AskError>;

/// Joins equal questions.
#[derive(Debug)]
pub(super) struct Coalesce {
    next: Arc<dyn Fetch>,
    flights: Arc<Flights>,
}

#[derive(Debug, Default)]
struct Flights(Mutex<HashMap<String, Flight>>);

#[derive(Debug, Clone)]
struct Flight {
    outcome: Shared<BoxFuture<'static, Outcome>>,
    waiting: Arc<AtomicUsize>,
    abandoned: CancellationToken,
}

impl Coalesce {
    pub(super) fn new(next: impl Fetch + 'static) -> Self {
        Self { next: Arc::new(next), flights: Arc::new(Flights::default()) }
    }

    /// Joins the flight for a question, or starts it. The flag says whether it was started.
    fn board(&self, key: &str, routed: &Routed) -> (Boarded, bool) {
        let mut flights = self.flights.lock();
        match flights.entry(key.to_owned()) {
            Entry::Occupied(flight) => (Boarded::new(flight.get().clone(), routed), false),
            Entry::Vacant(place) => {
                let flight = self.depart(key.to_owned(), routed.clone());
                (Boarded::new(place.insert(flight).clone(), routed), true)
            }
        }
    }

    fn depart(&self, key: String, routed: Routed) -> Flight {
        let (next, flights) = (Arc::clone(&self.next), Arc::clone(&self.flights));
        let abandoned = CancellationToken::new();
        let stopped = abandoned.clone();
        let task = tokio::spawn(
            async move {
                let outcome = tokio::select! {
                    outcome = next.fetch(&routed) => outcome,
                    () = stopped.cancelled() => Err(AskError::Deadline),
                };
                flights.lock().remove(&key);
                outcome
            }
            .in_current_span(),
        );
        // A flight can only fail to land when the runtime is shutting down or the provider panicked. Both are reported
        // as a broken source rather than passed on, since every waiter would panic in turn.
        let outcome =
            async move { task.await.unwrap_or_else(|error| Err(AskError::Crashed { detail: error.to_string() })) };
        Flight { outcome: outcome.boxed().shared(), waiting: Arc::default(), abandoned }
    }
}

impl Flights {
    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<String, Flight>> {
        // The map is only ever inserted into and removed from: a panic elsewhere leaves nothing half done in it.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A place in a flight; leaving it as the last one stops the flight.
struct Boarded {
    flight: Flight,
    is_purchase: bool,
}

impl Boarded {
    fn new(flight: Flight, routed: &Routed) -> Self {
        flight.waiting.fetch_add(1, Ordering::AcqRel);
        Self { flight, is_purchase: routed.is_purchase() }
    }
}

impl Drop for Boarded {
    fn drop(&mut self) {
        if self.flight.waiting.fetch_sub(1, Ordering::AcqRel) == 1 && !self.is_purchase {
            self.flight.abandoned.cancel();
        }
    }
}

#[async_trait]
impl Fetch for Coalesce {
    async fn fetch(&self, routed: &Routed) -> Outcome {
        // A source on this machine answers at once and for free: there is nothing to join.
        if routed.offer.exposure == Exposure::Local {
            return self.next.fetch(routed).await;
        }
        let key = routed.key();
        let deadline = routed.question.context.deadline;
        loop {
            let (place, started) = self.board(&key, routed);
            let outcome = tokio::time::timeout_at(deadline, place.flight.outcome.clone())
                .await
                .unwrap_or(Err(AskError::Deadline));
            match outcome {
                // The flight ended with the time of whoever started it, or was stopped in the moment we joined it.
                // We still have time, so we start our own.
                Err(AskError::Deadline) if !started && tokio::time::Instant::now() < deadline => {
                    drop(place);
                    tokio::task::yield_now().await;
                }
                Ok(answer) if !started => {
                    measure::answered(Origin::Flight);
                    let provenance = Provenance { paid: Credits::FREE, ..answer.provenance };
                    return Ok(Answer { provenance, ..answer });
                }
                outcome => return outcome,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{sync::Arc, time::Duration};

    use super::super::testing::{Bench, count, domains_behind, history_of, names};
    use crate::{credits::Credits, desk::RunBudget, error::AskError};

    #[tokio::test(start_paused = true)]
    async fn two_hundred_askers_cost_one_preview_and_one_purchase() {
        // Each asker sets the price aside before joining the purchase, so one shared run budget must allow for all.
        let bench = Arc::new(Bench::with_budget(RunBudget::new(Credits::FREE, true)));
        bench.transport.answer_after(Duration::from_millis(300));
        bench.transport.push_ok(&count(2));
        bench.transport.push_ok(&names(2));
        let askers: Vec<_> = (0..200)
            .map(|_| {
                let bench = Arc::clone(&bench);
                tokio::spawn(async move { bench.ask(history_of("cmt-net.example")).await })
            })
            .collect();
        let mut paid = Credits::FREE;
        for asker in askers {
            let answer = asker.await.unwrap().unwrap();
            assert_eq!(answer.records().len(), 2);
            paid = paid + answer.provenance.paid;
        }
        assert_eq!(bench.transport.sent(), 2);
        assert_eq!(paid, Credits(50), "exactly one asker paid");
    }

    #[tokio::test(start_paused = true)]
    async fn the_first_asker_hanging_up_does_not_disturb_the_others() {
        let bench = Arc::new(Bench::new());
        bench.transport.answer_after(Duration::from_secs(2));
        bench.transport.push_ok(&names(3));
        let first = tokio::spawn({
            let bench = Arc::clone(&bench);
            async move { bench.ask(domains_behind("ns1.host.example")).await }
        });
        tokio::time::sleep(Duration::from_millis(100)).await;
        let second = tokio::spawn({
            let bench = Arc::clone(&bench);
            async move { bench.ask(domains_behind("ns1.host.example")).await }
        });
        tokio::time::sleep(Duration::from_millis(100)).await;
        first.abort();
        assert_eq!(second.await.unwrap().unwrap().records().len(), 3);
        assert_eq!(bench.transport.sent(), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn a_purchase_that_everybody_left_is_finished_and_remembered() {
        let bench = Arc::new(Bench::new());
        bench.transport.answer_after(Duration::from_secs(2));
        bench.transport.push_ok(&names(3));
        let only = tokio::spawn({
            let bench = Arc::clone(&bench);
            async move { bench.ask(domains_behind("ns1.host.example")).await }
        });
        tokio::time::sleep(Duration::from_millis(100)).await;
        only.abort();
        tokio::time::sleep(Duration::from_secs(3)).await;
        let later = bench.ask(domains_behind("ns1.host.example")).await.unwrap();
        assert!(later.provenance.cached);
        assert_eq!(bench.transport.sent(), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn a_free_question_that_everybody_left_is_stopped() {
        let bench = Arc::new(Bench::new());
        bench.transport.answer_after(Duration::from_secs(2));
        bench.transport.push_ok(&count(3));
        let only = tokio::spawn({
            let bench = Arc::clone(&bench);
            async move { bench.ask(history_of("cmt-net.example")).await }
        });
        tokio::time::sleep(Duration::from_millis(100)).await;
        only.abort();
        tokio::time::sleep(Duration::from_secs(3)).await;
        assert_eq!((bench.transport.sent(), bench.transport.finished()), (1, 0));
    }

    #[tokio::test(start_paused = true)]
    async fn everybody_waits_only_as_long_as_they_have_time() {
        let bench = Arc::new(Bench::new());
        bench.transport.answer_after(Duration::from_secs(20));
        bench.transport.push_ok(&names(1));
        let hurried = bench.ask_within(domains_behind("ns1.host.example"), Duration::from_secs(1)).await;
        assert_eq!(hurried.unwrap_err(), AskError::Deadline);
    }
}
