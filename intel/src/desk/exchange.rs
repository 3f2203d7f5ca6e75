//! One exchange with a source: what the layers below [`carry`](super::carry) pass along.

use std::{fmt::Debug, sync::Arc};

use async_trait::async_trait;
use tokio::time::Instant;

use super::{Asker, witness::Trail};
use crate::{
    answer::Page,
    credits::Credits,
    error::ProviderError,
    lookup::Lookup,
    provider::{BatchReading, BatchStep, Offer, Provider, Rate, Step},
    upstream::{Request, Response},
};

/// A request with everything the layers need to know about it.
#[derive(Debug, Clone)]
pub(super) struct Exchange {
    pub(super) provider: Arc<dyn Provider>,
    pub(super) offer: Offer,
    pub(super) lookup: Lookup,
    pub(super) purpose: Purpose,
    pub(super) request: Request,
    pub(super) deadline: Instant,
    pub(super) asker: Asker,
    /// Where the kept exchanges are noted.
    pub(super) trail: Trail,
}

/// What the response is for, and so how it is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Purpose {
    /// A step of a lookup.
    Step {
        step: Step,
        /// Whether carrying it out costs credits.
        purchase: bool,
    },
    /// A step of a job for many lookups, of which that of the exchange is the first.
    Batch { step: BatchStep, lookups: Arc<[Lookup]> },
    /// A part of a conversation.
    Inquiry {
        /// Whose rate and failures it counts towards.
        service: Arc<str>,
        rate: Option<Rate>,
        one_at_a_time: bool,
        /// Whether the conversation as a whole costs credits.
        purchase: bool,
    },
    /// The account's balance.
    Balance,
}

/// A response that the provider has read.
#[derive(Debug, Clone)]
pub(super) enum Reading {
    Page(Page),
    Batch(BatchReading),
    /// The response to an inquiry, which its conversation reads.
    Heard(Response),
    Balance(Option<Credits>),
}

impl Exchange {
    pub(super) fn is_purchase(&self) -> bool {
        match &self.purpose {
            Purpose::Step { purchase, .. } | Purpose::Inquiry { purchase, .. } => *purchase,
            // Handing a job in is what is paid for; asking after it and fetching it costs nothing.
            Purpose::Batch { step, .. } => *step == BatchStep::Submit && !self.offer.price.is_free(),
            Purpose::Balance => false,
        }
    }

    /// What rates and failures are counted by: one service of one provider, or one server that it asks.
    pub(super) fn service(&self) -> Service {
        let endpoint = match &self.purpose {
            Purpose::Step { .. } | Purpose::Batch { .. } => self.offer.endpoint.into(),
            Purpose::Inquiry { service, .. } => Arc::clone(service),
            Purpose::Balance => "balance".into(),
        };
        Service { provider: self.provider.name(), endpoint }
    }

    /// The rate of that service.
    pub(super) fn rate(&self) -> Option<Rate> {
        match &self.purpose {
            Purpose::Inquiry { rate, .. } => *rate,
            _ => self.offer.rate,
        }
    }

    /// Whether that service takes one request at a time.
    pub(super) fn one_at_a_time(&self) -> bool {
        matches!(self.purpose, Purpose::Inquiry { one_at_a_time: true, .. })
    }
}

/// One service of one provider.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Service {
    pub(super) provider: &'static str,
    pub(super) endpoint: Arc<str>,
}

/// A layer below [`carry`](super::carry).
#[async_trait]
pub(super) trait Trade: Debug + Send + Sync {
    async fn trade(&self, exchange: &Exchange) -> Result<Reading, ProviderError>;
}
