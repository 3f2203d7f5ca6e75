//! Rule: what came back is understood by the provider and by nobody else.
//!
//! The innermost layer: the transport sends, the provider reads. A purchase is given the transport's full time even when
//! the asker has less, since breaking it off would leave its outcome unknown.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;

use super::{
    exchange::{Exchange, Purpose, Reading, Trade},
    transport::Transport,
};
use crate::{clock::Clock, error::ProviderError};

/// Sends and reads.
#[derive(Debug)]
pub(super) struct Read {
    transport: Arc<dyn Transport>,
    clock: Arc<dyn Clock>,
}

impl Read {
    pub(super) fn new(transport: Arc<dyn Transport>, clock: Arc<dyn Clock>) -> Self {
        Self { transport, clock }
    }
}

#[async_trait]
impl Trade for Read {
    async fn trade(&self, exchange: &Exchange) -> Result<Reading, ProviderError> {
        let time_left = exchange.deadline.saturating_duration_since(self.clock.instant());
        let at_most = if exchange.is_purchase() { Duration::MAX } else { time_left };
        let service = exchange.service();
        let started = self.clock.instant();
        let response = self.transport.send(&exchange.request, at_most).await;
        tracing::debug!(
            provider = service.provider,
            endpoint = service.endpoint,
            purchase = exchange.is_purchase(),
            status = response.as_ref().ok().map(|response| response.status.as_u16()),
            milliseconds = u64::try_from((self.clock.instant() - started).as_millis()).unwrap_or(u64::MAX),
            "asked upstream"
        );
        let response = response?;
        let reading = match &exchange.purpose {
            Purpose::Step { step, .. } => exchange.provider.read(&exchange.lookup, step, &response).map(Reading::Page),
            Purpose::Balance => exchange.provider.read_balance(&exchange.lookup, &response).map(Reading::Balance),
        };
        if let Err(error @ ProviderError::Malformed { .. }) = &reading {
            tracing::warn!(provider = service.provider, endpoint = service.endpoint, %error, "answer not understood");
        }
        reading
    }
}
