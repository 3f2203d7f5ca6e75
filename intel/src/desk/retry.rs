//! Rule: transient failures are tried again; a purchase whose outcome is unknown never is.
//!
//! Between tries it waits longer and longer, with jitter so that many askers do not come back in step. A wait that the
//! source asked for wins over our own. No wait goes past the asker's deadline. A purchase is tried again only where the
//! source certainly did not act on it (no connection, too many requests); after anything else it may have been charged.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use backon::{ExponentialBuilder, Retryable};

use super::{
    exchange::{Exchange, Reading, Trade},
    measure,
};
use crate::{clock::Clock, error::ProviderError};

/// How failures are tried again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RetrySettings {
    /// The first wait.
    pub shortest_wait: Duration,
    /// No wait of our own is longer; a source may ask for more.
    pub longest_wait: Duration,
    /// How many times a failed request is sent again.
    pub retries: usize,
    /// Fixes the jitter, for tests.
    pub jitter_seed: Option<u64>,
}

impl Default for RetrySettings {
    fn default() -> Self {
        Self {
            shortest_wait: Duration::from_secs(1),
            longest_wait: Duration::from_secs(8),
            retries: 4,
            jitter_seed: None,
        }
    }
}

/// Tries again.
#[derive(Debug)]
pub(super) struct Retry {
    next: Box<dyn Trade>,
    settings: RetrySettings,
    clock: Arc<dyn Clock>,
}

impl Retry {
    pub(super) fn new(next: impl Trade + 'static, settings: RetrySettings, clock: Arc<dyn Clock>) -> Self {
        Self { next: Box::new(next), settings, clock }
    }

    fn back_off(&self) -> ExponentialBuilder {
        let back_off = ExponentialBuilder::new()
            .with_min_delay(self.settings.shortest_wait)
            .with_max_delay(self.settings.longest_wait)
            .with_max_times(self.settings.retries)
            .with_jitter();
        match self.settings.jitter_seed {
            Some(seed) => back_off.with_jitter_seed(seed),
            None => back_off,
        }
    }
}

#[async_trait]
impl Trade for Retry {
    async fn trade(&self, exchange: &Exchange) -> Result<Reading, ProviderError> {
        let purchase = exchange.is_purchase();
        let service = exchange.service();
        (|| self.next.trade(exchange))
            .retry(self.back_off())
            .when(|error| error.is_transient() && (!purchase || error.certainly_not_acted_on()))
            .adjust(|error, ours| {
                let wait = match error {
                    ProviderError::RateLimited { wait: Some(asked) } => {
                        Some(ours.map_or(*asked, |ours| ours.max(*asked)))
                    }
                    _ => ours,
                };
                // `None` from the back-off means that the tries are used up; a wait past the deadline helps nobody.
                ours.and(wait).filter(|wait| self.clock.instant() + *wait < exchange.deadline)
            })
            .notify(|error, wait| {
                measure::asked_again(service.provider);
                tracing::info!(
                    provider = service.provider,
                    endpoint = %service.endpoint,
                    %error,
                    wait_ms = u64::try_from(wait.as_millis()).unwrap_or(u64::MAX),
                    "trying again"
                );
            })
            .await
            .map_err(|error| match error {
                error if purchase && error.is_transient() && !error.certainly_not_acted_on() => {
                    ProviderError::PurchaseUnknown { cause: Box::new(error) }
                }
                error => error,
            })
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::time::Instant;

    use super::super::testing::{Bench, count, domains_behind, history_of, names};
    use crate::error::{AskError, ProviderError};

    fn broken() -> ProviderError {
        ProviderError::Broken { detail: "connection reset".to_owned() }
    }

    #[tokio::test(start_paused = true)]
    async fn a_free_question_is_tried_again_after_a_wait() {
        let bench = Bench::new();
        bench.transport.push_error(broken());
        bench.transport.push_error(ProviderError::upstream(Some(503), "busy"));
        bench.transport.push_ok(&count(0));
        let started = Instant::now();
        bench.ask(history_of("cmt-net.example")).await.unwrap();
        assert_eq!(bench.transport.sent(), 3);
        let waited = started.elapsed();
        assert!(waited >= Duration::from_secs(3) && waited < Duration::from_secs(8), "{waited:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_wait_that_the_source_asks_for_is_kept() {
        let bench = Bench::new();
        bench.transport.push_error(ProviderError::RateLimited { wait: Some(Duration::from_secs(11)) });
        bench.transport.push_ok(&names(1));
        let started = Instant::now();
        bench.ask(domains_behind("ns1.host.example")).await.unwrap();
        assert!(started.elapsed() >= Duration::from_secs(11));
        assert_eq!(bench.transport.sent(), 2);
    }

    #[tokio::test(start_paused = true)]
    async fn a_purchase_whose_outcome_is_unknown_is_never_repeated() {
        for cause in [
            broken(),
            ProviderError::Timeout { after: Duration::from_secs(30) },
            ProviderError::upstream(Some(500), "oops"),
        ] {
            let bench = Bench::new();
            bench.transport.push_error(cause.clone());
            let outcome = bench.ask(domains_behind("ns1.host.example")).await;
            let Err(AskError::Provider { error: ProviderError::PurchaseUnknown { cause: told }, .. }) = outcome else {
                panic!("{outcome:?}");
            };
            assert_eq!(*told, cause);
            assert_eq!(bench.transport.sent(), 1);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_purchase_that_was_certainly_not_made_is_tried_again() {
        let bench = Bench::new();
        bench.transport.push_error(ProviderError::Unreachable { detail: "refused".to_owned() });
        bench.transport.push_ok(&names(1));
        assert!(bench.ask(domains_behind("ns1.host.example")).await.is_ok());
        assert_eq!(bench.transport.sent(), 2);
    }

    #[tokio::test(start_paused = true)]
    async fn a_wait_past_the_deadline_is_not_begun() {
        let bench = Bench::new();
        bench.transport.push_error(ProviderError::RateLimited { wait: Some(Duration::from_secs(600)) });
        let started = Instant::now();
        let outcome = bench.ask_within(domains_behind("ns1.host.example"), Duration::from_secs(20)).await;
        assert!(
            matches!(outcome, Err(AskError::Provider { error: ProviderError::RateLimited { .. }, .. })),
            "{outcome:?}"
        );
        assert_eq!(started.elapsed(), Duration::ZERO);
    }

    #[tokio::test(start_paused = true)]
    async fn refusals_are_final() {
        let bench = Bench::new();
        bench.transport.push_error(ProviderError::InvalidInput { reason: "no such term".to_owned() });
        bench.ask(history_of("cmt-net.example")).await.unwrap_err();
        assert_eq!(bench.transport.sent(), 1);
    }
}
