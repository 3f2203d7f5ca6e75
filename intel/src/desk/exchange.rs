//! One exchange with a source: what the layers below [`carry`](super::carry) pass along.

use std::{fmt::Debug, sync::Arc};

use async_trait::async_trait;
use tokio::time::Instant;

use crate::{
    answer::Page,
    credits::Credits,
    error::ProviderError,
    lookup::Lookup,
    provider::{Offer, Provider, Step},
    upstream::HttpRequest,
};

/// A request with everything the layers need to know about it.
#[derive(Debug, Clone)]
pub(super) struct Exchange {
    pub(super) provider: Arc<dyn Provider>,
    pub(super) offer: Offer,
    pub(super) lookup: Lookup,
    pub(super) purpose: Purpose,
    pub(super) request: HttpRequest,
    pub(super) deadline: Instant,
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
    /// The account's balance.
    Balance,
}

/// A response that the provider has read.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Reading {
    Page(Page),
    Balance(Option<Credits>),
}

impl Exchange {
    pub(super) fn is_purchase(&self) -> bool {
        matches!(self.purpose, Purpose::Step { purchase: true, .. })
    }

    /// What rates and failures are counted by: one service of one provider.
    pub(super) fn service(&self) -> Service {
        let endpoint = match self.purpose {
            Purpose::Step { .. } => self.offer.endpoint,
            Purpose::Balance => "balance",
        };
        Service { provider: self.provider.name(), endpoint }
    }
}

/// One service of one provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Service {
    pub(super) provider: &'static str,
    pub(super) endpoint: &'static str,
}

/// A layer below [`carry`](super::carry).
#[async_trait]
pub(super) trait Trade: Debug + Send + Sync {
    async fn trade(&self, exchange: &Exchange) -> Result<Reading, ProviderError>;
}
