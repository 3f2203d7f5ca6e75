//! Rule: the first provider that answers a kind of question is asked.
//!
//! A loaded case comes first in the list and offers every lookup, so with a case nothing ever leaves the machine.

use std::sync::Arc;

use async_trait::async_trait;

use super::{Ask, Fetch, Question, Routed};
use crate::{
    answer::Answer,
    error::AskError,
    lookup::{Lookup, LookupKind},
    provider::{Exposure, Provider},
};

/// Chooses who answers.
#[derive(Debug)]
pub(super) struct Route {
    providers: Vec<Arc<dyn Provider>>,
    next: Box<dyn Fetch>,
}

impl Route {
    pub(super) fn new(providers: Vec<Arc<dyn Provider>>, next: impl Fetch + 'static) -> Self {
        Self { providers, next: Box::new(next) }
    }

    /// Who learns of this question; `None` when nobody would be asked.
    pub(super) fn exposure(&self, lookup: &Lookup) -> Option<Exposure> {
        self.providers.iter().find_map(|provider| provider.offer(lookup)).map(|offer| offer.exposure)
    }

    pub(super) fn sources(&self, kind: LookupKind) -> Vec<String> {
        self.providers
            .iter()
            .filter(|provider| provider.lookups().contains(&kind))
            .map(|provider| provider.source().to_owned())
            .collect()
    }
}

#[async_trait]
impl Ask for Route {
    async fn ask(&self, question: &Question) -> Result<Answer, AskError> {
        let chosen = self.providers.iter().find_map(|provider| Some((provider, provider.offer(&question.lookup)?)));
        let Some((provider, offer)) = chosen else {
            return Err(AskError::NoSource { kind: question.lookup.kind() });
        };
        let routed = Routed { question: question.clone(), provider: Arc::clone(provider), offer };
        self.next.fetch(&routed).await
    }
}
