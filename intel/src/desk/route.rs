//! Rule: a question goes to the sources of its route, in their order.
//!
//! What the order is and how the sources stand to each other is configuration (see [`super::routing`]). A closed world,
//! such as a loaded workshop case, comes before all others and leaves nobody else to be asked, so with a case nothing ever
//! leaves the machine.

use std::sync::Arc;

use super::{
    Context, Fetch, Question, Routed,
    routing::{RouteMode, Routing},
};
use crate::{
    answer::Answer,
    error::AskError,
    lookup::{Lookup, LookupKind},
    provider::{Exposure, Offer, Provider, Step},
};

/// Chooses who answers.
#[derive(Debug)]
pub(super) struct Route {
    providers: Vec<Arc<dyn Provider>>,
    routing: Routing,
    next: Box<dyn Fetch>,
}

/// Who is asked a question, in this order.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) mode: RouteMode,
    pub(super) stops: Vec<Stop>,
    /// Who would be asked, if the asker's permit allowed it.
    pub(super) barred: Vec<Barred>,
}

/// One source and its terms for the question.
#[derive(Debug, Clone)]
pub(super) struct Stop {
    pub(super) provider: Arc<dyn Provider>,
    pub(super) offer: Offer,
}

/// A source that may not be asked.
#[derive(Debug, Clone)]
pub(super) struct Barred {
    pub(super) source: String,
    pub(super) exposure: Exposure,
}

impl Route {
    pub(super) fn new(providers: Vec<Arc<dyn Provider>>, routing: Routing, next: impl Fetch + 'static) -> Self {
        Self { providers, routing, next: Box::new(next) }
    }

    /// Who is asked a question.
    pub(super) fn plan(&self, lookup: &Lookup, permit: &super::Permit) -> Plan {
        let kind = lookup.kind();
        let mut stops = self.stops(lookup);
        let mut barred = Vec::new();
        stops.retain(|stop| {
            let allowed = permit.allows(stop.provider.name(), stop.offer.exposure);
            if !allowed {
                let source = stop.provider.source().to_owned();
                barred.push(Barred { source, exposure: stop.offer.exposure });
            }
            allowed
        });
        let mode = self.routing.mode(kind);
        if mode == RouteMode::First {
            stops.truncate(1);
        }
        Plan { mode, stops, barred }
    }

    /// Everybody who answers the question, whatever the mode of its route, in its order.
    fn stops(&self, lookup: &Lookup) -> Vec<Stop> {
        let kind = lookup.kind();
        let mut stops = Vec::new();
        for provider in &self.providers {
            let closed = provider.is_closed_world();
            // A closed world needs no place on any route.
            let place = if closed { Some(0) } else { self.routing.place(kind, provider.name()).map(|place| place + 1) };
            let (Some(place), Some(offer)) = (place, provider.offer(lookup)) else { continue };
            let stop = Stop { provider: Arc::clone(provider), offer };
            if closed {
                return vec![stop];
            }
            stops.push((place, stop));
        }
        stops.sort_by_key(|(place, _)| *place);
        stops.into_iter().map(|(_, stop)| stop).collect()
    }

    /// Everybody who answers the question and may be asked.
    pub(super) fn respondents(&self, lookup: &Lookup, permit: &super::Permit) -> Vec<super::Respondent> {
        let stops = self.stops(lookup).into_iter();
        stops
            .filter(|stop| permit.allows(stop.provider.name(), stop.offer.exposure))
            .map(|Stop { provider, .. }| super::Respondent {
                provider: provider.name(),
                source: provider.source().to_owned(),
            })
            .collect()
    }

    /// How the sources of a kind of lookup stand to each other.
    pub(super) fn mode(&self, kind: LookupKind) -> RouteMode {
        self.routing.mode(kind)
    }

    /// Who learns of this question at most; `None` when nobody would be asked.
    pub(super) fn exposure(&self, lookup: &Lookup) -> Option<Exposure> {
        self.stops(lookup).iter().map(|stop| stop.offer.exposure).max()
    }

    /// The first stop of a question.
    fn first(&self, lookup: &Lookup, context: &Context) -> Option<Stop> {
        self.plan(lookup, &context.permit).stops.into_iter().next()
    }

    /// Whether the count of a lookup is free.
    pub(super) fn previews(&self, lookup: &Lookup, context: &Context) -> bool {
        self.first(lookup, context).is_some_and(|stop| stop.offer.free_preview)
    }

    /// Whether the count of a lookup costs nothing, be it by a preview, be it because the answer is free.
    pub(super) fn counts_for_free(&self, lookup: &Lookup, context: &Context) -> bool {
        self.first(lookup, context).is_some_and(|stop| stop.offer.free_preview || stop.offer.price.is_free())
    }

    /// The questions that the first source has to be asked for a lookup.
    pub(super) fn parts(&self, lookup: &Lookup, context: &Context) -> Vec<Lookup> {
        self.first(lookup, context).map_or_else(|| vec![lookup.clone()], |stop| stop.provider.parts(lookup))
    }

    /// The question with everybody who will be asked for certain: all of them where all are asked, else the first.
    pub(super) fn certain(&self, question: &Question) -> Vec<Routed> {
        let Plan { mode, mut stops, .. } = self.plan(&question.lookup, &question.context.permit);
        if mode != RouteMode::All {
            stops.truncate(1);
        }
        stops
            .into_iter()
            .map(|Stop { provider, offer }| Routed { question: question.clone(), provider, offer })
            .collect()
    }

    /// Asks one of the sources.
    ///
    /// # Errors
    /// See [`AskError`].
    pub(super) async fn fetch(
        &self,
        stop: &Stop,
        lookup: Lookup,
        step: Step,
        context: &Context,
    ) -> Result<Answer, AskError> {
        let question = Question { lookup, step, context: context.clone() };
        let routed = Routed { question, provider: Arc::clone(&stop.provider), offer: stop.offer };
        self.next.fetch(&routed).await
    }

    pub(super) fn sources(&self, kind: LookupKind) -> Vec<String> {
        self.providers
            .iter()
            .filter(|provider| provider.lookups().contains(&kind))
            .filter(|provider| provider.is_closed_world() || self.routing.place(kind, provider.name()).is_some())
            .map(|provider| provider.source().to_owned())
            .collect()
    }
}
