//! Rule: a source that keeps failing is left alone for a while.
//!
//! Counted per service of a provider. After so many failures in a row the breaker opens and questions fail at once; when
//! the rest is over a single question is let through, and its outcome decides. Refusals (a bad key, no credits, too many
//! requests) are answers of a healthy source and do not count.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use tokio::time::Instant;

use super::{
    exchange::{Exchange, Reading, Service, Trade},
    measure,
};
use crate::{clock::Clock, error::ProviderError};

/// When a failing source is left alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BreakerSettings {
    /// How many failures in a row open the breaker.
    pub failures: u32,
    /// The first rest. Each further one is twice as long, up to [`BreakerSettings::longest_rest`].
    pub rest: Duration,
    /// The longest rest.
    pub longest_rest: Duration,
}

impl Default for BreakerSettings {
    fn default() -> Self {
        Self { failures: 5, rest: Duration::from_secs(30), longest_rest: Duration::from_secs(300) }
    }
}

#[derive(Debug, Clone, Copy, Default)]
struct Health {
    failures_in_a_row: u32,
    /// How often in a row the breaker has opened.
    rests: u32,
    resting_until: Option<Instant>,
    /// A single question is finding out whether the source is back.
    trial: bool,
}

/// Guards against failing sources.
#[derive(Debug)]
pub(super) struct Breaker {
    next: Box<dyn Trade>,
    settings: BreakerSettings,
    clock: Arc<dyn Clock>,
    services: Mutex<HashMap<Service, Health>>,
}

impl Breaker {
    pub(super) fn new(next: impl Trade + 'static, settings: BreakerSettings, clock: Arc<dyn Clock>) -> Self {
        Self { next: Box::new(next), settings, clock, services: Mutex::default() }
    }

    fn with_health<T>(&self, service: &Service, change: impl FnOnce(&mut Health) -> T) -> T {
        let mut services = self.services.lock().unwrap_or_else(PoisonError::into_inner);
        match services.get_mut(service) {
            Some(health) => change(health),
            None => change(services.entry(service.clone()).or_default()),
        }
    }

    fn admit(&self, service: &Service) -> Result<Admission<'_>, ProviderError> {
        let now = self.clock.instant();
        self.with_health(service, |health| match health.resting_until {
            Some(until) if now < until => Err(ProviderError::Resting { retry_in: until - now }),
            Some(_) if health.trial => Err(ProviderError::Resting { retry_in: self.settings.rest }),
            Some(_) => {
                health.trial = true;
                Ok(true)
            }
            None => Ok(false),
        })
        .map(|trial| Admission { breaker: self, service: service.clone(), trial })
    }

    fn record(&self, service: &Service, outcome: &Result<Reading, ProviderError>) {
        let now = self.clock.instant();
        let failed = matches!(outcome, Err(error) if counts_as_failure(error));
        self.with_health(service, |health| {
            if !failed {
                *health = Health::default();
                return;
            }
            health.failures_in_a_row = health.failures_in_a_row.saturating_add(1);
            if health.failures_in_a_row >= self.settings.failures {
                let rest = self.settings.rest.saturating_mul(1 << health.rests.min(16)).min(self.settings.longest_rest);
                health.rests = health.rests.saturating_add(1);
                health.resting_until = Some(now + rest);
                measure::left_alone(service.provider);
                tracing::warn!(
                    provider = service.provider,
                    endpoint = %service.endpoint,
                    rest_seconds = rest.as_secs(),
                    "source keeps failing and is left alone"
                );
            }
        });
    }
}

/// Whether an outcome speaks against the source's health.
fn counts_as_failure(error: &ProviderError) -> bool {
    match error {
        ProviderError::PurchaseUnknown { cause } => counts_as_failure(cause),
        ProviderError::RateLimited { .. } => false,
        error => error.is_transient(),
    }
}

/// Leave to ask. A trial that is dropped without an outcome (the asker hung up) leaves the place to the next one.
struct Admission<'a> {
    breaker: &'a Breaker,
    service: Service,
    trial: bool,
}

impl Drop for Admission<'_> {
    fn drop(&mut self) {
        if self.trial {
            self.breaker.with_health(&self.service, |health| health.trial = false);
        }
    }
}

#[async_trait]
impl Trade for Breaker {
    async fn trade(&self, exchange: &Exchange) -> Result<Reading, ProviderError> {
        let service = exchange.service();
        let admission = self.admit(&service)?;
        let outcome = self.next.trade(exchange).await;
        self.record(&service, &outcome);
        drop(admission);
        outcome
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::super::testing::{Bench, domains_behind, names};
    use super::BreakerSettings;
    use crate::error::{AskError, ProviderError};

    fn server(number: usize) -> crate::lookup::Lookup {
        domains_behind(&format!("ns{number}.host.example"))
    }

    fn broken() -> ProviderError {
        ProviderError::upstream(Some(502), "bad gateway")
    }

    #[tokio::test(start_paused = true)]
    async fn repeated_failures_open_the_breaker_and_a_good_answer_closes_it() {
        let bench = Bench::new();
        let settings = BreakerSettings::default();
        for number in 0..settings.failures as usize {
            bench.transport.push_error(broken());
            bench.ask(server(number)).await.unwrap_err();
        }
        let sent = bench.transport.sent();
        let resting = bench.ask(server(90)).await.unwrap_err();
        assert!(matches!(&resting, AskError::Provider { error: ProviderError::Resting { .. }, .. }), "{resting:?}");
        assert_eq!(bench.transport.sent(), sent, "a resting source is not asked");

        tokio::time::advance(settings.rest).await;
        bench.transport.push_ok(&names(1));
        assert!(bench.ask(server(91)).await.is_ok());
        bench.transport.push_ok(&names(1));
        assert!(bench.ask(server(92)).await.is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn a_failed_trial_rests_longer() {
        let bench = Bench::new();
        let settings = BreakerSettings::default();
        for number in 0..settings.failures as usize {
            bench.transport.push_error(broken());
            bench.ask(server(number)).await.unwrap_err();
        }
        tokio::time::advance(settings.rest).await;
        bench.transport.push_error(broken());
        bench.ask(server(50)).await.unwrap_err();
        tokio::time::advance(settings.rest + Duration::from_secs(1)).await;
        let still = bench.ask(server(51)).await.unwrap_err();
        assert!(matches!(still, AskError::Provider { error: ProviderError::Resting { .. }, .. }), "{still:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn refusals_do_not_count() {
        let bench = Bench::new();
        for number in 0..20 {
            bench.transport.push_error(ProviderError::NoCredits);
            bench.ask(server(number)).await.unwrap_err();
        }
        bench.transport.push_ok(&names(1));
        assert!(bench.ask(server(99)).await.is_ok());
    }
}
