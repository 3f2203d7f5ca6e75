//! Rule: each attempt keeps to the documented rate, and everybody waits when a source says "wait".
//!
//! Per service of a provider there is one line of askers, served in order. Whoever is at its head waits for the rate
//! limiter; whoever would still be waiting at the deadline is told how long the line is instead of being let down later.
//! When a source answers "too many requests", the whole line pauses: otherwise each asker would have to be told in turn.

use std::{
    collections::HashMap,
    num::NonZeroU32,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use governor::{
    Quota, RateLimiter,
    clock::Clock as GovernorClock,
    middleware::NoOpMiddleware,
    nanos::Nanos,
    state::{InMemoryState, NotKeyed},
};
use tokio::time::Instant;

use super::{
    exchange::{Exchange, Reading, Service, Trade},
    measure,
};
use crate::{clock::Clock, error::ProviderError, provider::Rate};

/// The shortest pause after "too many requests" without a stated wait.
const UNSTATED_PAUSE: Duration = Duration::from_secs(1);

/// Keeps to rates.
#[derive(Debug)]
pub(super) struct Throttle {
    next: Box<dyn Trade>,
    clock: Arc<dyn Clock>,
    lines: Mutex<HashMap<Service, Arc<Line>>>,
}

/// The askers of one service.
#[derive(Debug)]
struct Line {
    limiter: Option<RateLimiter<NotKeyed, InMemoryState, Ticks, NoOpMiddleware<Nanos>>>,
    clock: Ticks,
    /// Held by whoever is at the head of the line; tokio's mutex lets waiters in in order.
    head: tokio::sync::Mutex<()>,
    paused_until: Mutex<Option<Instant>>,
}

/// The desk's clock in the rate limiter's units: nanoseconds since the line was opened.
#[derive(Debug, Clone)]
struct Ticks {
    clock: Arc<dyn Clock>,
    origin: Instant,
}

impl GovernorClock for Ticks {
    type Instant = Nanos;

    fn now(&self) -> Nanos {
        Nanos::from(self.clock.instant().saturating_duration_since(self.origin))
    }
}

impl Throttle {
    pub(super) fn new(next: impl Trade + 'static, clock: Arc<dyn Clock>) -> Self {
        Self { next: Box::new(next), clock, lines: Mutex::default() }
    }

    fn line(&self, service: Service, rate: Option<Rate>) -> Arc<Line> {
        let mut lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(lines.entry(service).or_insert_with(|| Arc::new(Line::new(rate, Arc::clone(&self.clock)))))
    }
}

impl Line {
    fn new(rate: Option<Rate>, clock: Arc<dyn Clock>) -> Self {
        let clock = Ticks { origin: clock.instant(), clock };
        let limiter = rate.and_then(quota).map(|quota| RateLimiter::direct_with_clock(quota, clock.clone()));
        Self { limiter, clock, head: tokio::sync::Mutex::default(), paused_until: Mutex::default() }
    }

    /// Waits for a turn. Whoever keeps what is returned keeps everybody else of the line waiting.
    async fn turn(&self, deadline: Instant) -> Result<tokio::sync::MutexGuard<'_, ()>, ProviderError> {
        let now = || self.clock.clock.instant();
        let too_late = |wait: Duration| ProviderError::Crowded { wait };
        let started = now();
        let head = tokio::time::timeout_at(deadline, self.head.lock())
            .await
            .map_err(|_| too_late(deadline.saturating_duration_since(started)))?;
        loop {
            let wait = match self.pause(now()) {
                Some(wait) => wait,
                None => match self.limiter.as_ref().map(RateLimiter::check) {
                    None | Some(Ok(())) => return Ok(head),
                    Some(Err(not_until)) => not_until.wait_time_from(self.clock.now()),
                },
            };
            if now() + wait >= deadline {
                return Err(too_late(wait));
            }
            tokio::time::sleep(wait).await;
        }
    }

    fn pause(&self, now: Instant) -> Option<Duration> {
        let until = (*self.paused_until.lock().unwrap_or_else(PoisonError::into_inner))?;
        until.checked_duration_since(now).filter(|left| !left.is_zero())
    }

    fn pause_for(&self, wait: Duration) {
        let until = self.clock.clock.instant() + wait;
        let mut paused = self.paused_until.lock().unwrap_or_else(PoisonError::into_inner);
        *paused = Some(paused.map_or(until, |earlier| earlier.max(until)));
    }
}

/// A quota that allows the whole number of requests at once and then refills evenly. `None` for a period of zero.
fn quota(rate: Rate) -> Option<Quota> {
    let requests = NonZeroU32::new(rate.requests).unwrap_or(NonZeroU32::MIN);
    Some(Quota::with_period(rate.per / requests.get())?.allow_burst(requests))
}

#[async_trait]
impl Trade for Throttle {
    async fn trade(&self, exchange: &Exchange) -> Result<Reading, ProviderError> {
        let line = self.line(exchange.service(), exchange.rate());
        let arrived = self.clock.instant();
        let head = line.turn(exchange.deadline).await?;
        measure::waited(exchange.provider.name(), self.clock.instant().saturating_duration_since(arrived));
        let alone = exchange.one_at_a_time().then_some(head);
        let outcome = self.next.trade(exchange).await;
        drop(alone);
        if let Err(ProviderError::RateLimited { wait }) = &outcome {
            line.pause_for(wait.unwrap_or(UNSTATED_PAUSE));
        }
        outcome
    }
}

#[cfg(test)]
mod tests {
    use std::{sync::Arc, time::Duration};

    use tokio::time::Instant;

    use super::super::testing::{Bench, TEST_RATE, domains_behind, names};
    use crate::error::{AskError, ProviderError};

    fn server(number: u32) -> crate::lookup::Lookup {
        domains_behind(&format!("ns{number}.host.example"))
    }

    #[tokio::test(start_paused = true)]
    async fn more_than_the_rate_allows_waits_and_does_not_fail() {
        let bench = Arc::new(Bench::new());
        let asked = TEST_RATE.requests * 3;
        for _ in 0..asked {
            bench.transport.push_ok(&names(1));
        }
        let started = Instant::now();
        let askers: Vec<_> = (0..asked)
            .map(|number| {
                let bench = Arc::clone(&bench);
                tokio::spawn(async move { bench.ask(server(number)).await })
            })
            .collect();
        for asker in askers {
            asker.await.unwrap().unwrap();
        }
        let took = started.elapsed();
        assert!(took >= TEST_RATE.per * 2 && took < TEST_RATE.per * 3, "{took:?}");
        let within_first_period = bench.transport.sent_before(started + TEST_RATE.per / 2);
        assert!(within_first_period <= (TEST_RATE.requests * 3 / 2) as usize, "{within_first_period}");
    }

    #[tokio::test(start_paused = true)]
    async fn an_asker_who_would_wait_too_long_is_told_at_once() {
        let bench = Bench::new();
        for number in 0..TEST_RATE.requests {
            bench.transport.push_ok(&names(1));
            bench.ask(server(number)).await.unwrap();
        }
        let before = Instant::now();
        let outcome = bench.ask_within(server(99), Duration::from_millis(20)).await;
        assert!(matches!(outcome, Err(AskError::Provider { error: ProviderError::Crowded { .. }, .. })), "{outcome:?}");
        assert_eq!(before.elapsed(), Duration::ZERO);
    }

    #[tokio::test(start_paused = true)]
    async fn everybody_waits_when_the_source_says_wait() {
        let bench = Bench::new();
        bench.transport.push_error(ProviderError::RateLimited { wait: Some(Duration::from_secs(700)) });
        bench.ask_within(server(1), Duration::from_secs(60)).await.unwrap_err();
        let sent = bench.transport.sent();
        bench.ask_within(server(2), Duration::from_secs(60)).await.unwrap_err();
        assert_eq!(bench.transport.sent(), sent, "the second asker was sent during the pause");
    }
}
