//! Rule: "bad key or no credits?" is answered, not guessed.
//!
//! Some sources refuse access with one code for both. Where they have a free balance service, that tells them apart: a
//! key it refuses is bad; a good key with an empty pool is out of credits; a good key with credits, or without a pool for
//! the service, has a plan that does not include it.

use async_trait::async_trait;

use super::exchange::{Exchange, Purpose, Reading, Trade};
use crate::{credits::Credits, error::ProviderError};

/// Splits refusals.
#[derive(Debug)]
pub(super) struct Diagnose {
    next: Box<dyn Trade>,
}

impl Diagnose {
    pub(super) fn new(next: impl Trade + 'static) -> Self {
        Self { next: Box::new(next) }
    }

    async fn diagnose(&self, exchange: &Exchange) -> ProviderError {
        let Some(request) = exchange.provider.balance_call() else {
            return ProviderError::AccessRefused;
        };
        let inquiry = Exchange { purpose: Purpose::Balance, request: request.into(), ..exchange.clone() };
        match self.next.trade(&inquiry).await {
            Ok(Reading::Balance(Some(Credits::FREE))) => ProviderError::NoCredits,
            Ok(Reading::Balance(_)) => ProviderError::PlanForbids,
            Err(ProviderError::BadKey | ProviderError::AccessRefused) => ProviderError::BadKey,
            // The balance service is down as well: say what is known, which is not more than before.
            Ok(Reading::Page(_) | Reading::Batch(_) | Reading::Heard(_)) | Err(_) => ProviderError::AccessRefused,
        }
    }
}

#[async_trait]
impl Trade for Diagnose {
    async fn trade(&self, exchange: &Exchange) -> Result<Reading, ProviderError> {
        match self.next.trade(exchange).await {
            Err(ProviderError::AccessRefused) => Err(self.diagnose(exchange).await),
            outcome => outcome,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Bench, balance, domains_behind};
    use crate::error::{AskError, ProviderError};

    async fn diagnosis(balance: Result<&str, ProviderError>) -> ProviderError {
        let bench = Bench::new();
        bench.transport.push_error(ProviderError::AccessRefused);
        match balance {
            Ok(body) => bench.transport.push_ok(body),
            Err(error) => bench.transport.push_error(error),
        }
        match bench.ask(domains_behind("ns1.host.example")).await {
            Err(AskError::Provider { error, .. }) => error,
            other => panic!("{other:?}"),
        }
    }

    #[tokio::test(start_paused = true)]
    async fn the_balance_tells_the_reasons_apart() {
        assert_eq!(diagnosis(Err(ProviderError::AccessRefused)).await, ProviderError::BadKey);
        assert_eq!(diagnosis(Ok(&balance(Some(0)))).await, ProviderError::NoCredits);
        assert_eq!(diagnosis(Ok(&balance(Some(480)))).await, ProviderError::PlanForbids);
        assert_eq!(diagnosis(Ok(&balance(None))).await, ProviderError::PlanForbids);
        assert_eq!(diagnosis(Err(ProviderError::malformed("?"))).await, ProviderError::AccessRefused);
    }
}
