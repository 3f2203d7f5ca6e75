//! What questions would cost, before any of them is asked.
//!
//! A selection of five hundred domains is five hundred small purchases, each below any limit. Whoever asks them all at
//! once needs one price for all, so that one decision can be made about it. What is remembered costs nothing, what never
//! leaves the machine neither, and what is asked twice is paid for once.

use std::collections::HashSet;

use super::{Context, Desk, Question, Routed, policy};
use crate::{credits::Credits, lookup::Lookup, provider::Step};

/// The price of asking several questions, first pages only.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Quote {
    /// Who would be asked, as people know them, each once.
    pub sources: Vec<String>,
    /// How many of the questions would have to be bought.
    pub purchases: u64,
    /// What they would cost together.
    pub price: Credits,
}

impl Desk {
    /// What the first pages of these lookups would cost now. Questions that nobody answers, or that are refused before
    /// anybody is asked, cost nothing.
    pub async fn quote(&self, lookups: &[Lookup], context: &Context) -> Quote {
        let mut quote = Quote::default();
        let mut purchases = HashSet::new();
        for lookup in lookups.iter().flat_map(|lookup| self.route.parts(lookup, context)) {
            if policy::refusal(&self.route, &lookup).is_some() {
                continue;
            }
            let question = Question { lookup, step: Step::Page(None), context: context.clone() };
            for routed in self.route.certain(&question) {
                let source = routed.provider.source();
                if !quote.sources.iter().any(|known| known == source) {
                    quote.sources.push(source.to_owned());
                }
                if routed.is_purchase() && purchases.insert(routed.key()) && !self.is_remembered(&routed).await {
                    quote.purchases += 1;
                    quote.price = quote.price + routed.offer.price;
                }
            }
        }
        quote
    }

    async fn is_remembered(&self, routed: &Routed) -> bool {
        matches!(self.store.recall(&routed.key()).await, Ok(Some(_)))
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::testing::{Bench, domains_behind, names},
        *,
    };
    use crate::error::AskError;

    #[tokio::test(start_paused = true)]
    async fn what_is_remembered_costs_nothing() {
        let bench = Bench::new();
        let servers = ["ns1.host.example", "ns2.host.example", "ns3.host.example"].map(domains_behind);
        let quote = bench.quote(&servers).await;
        assert_eq!((quote.purchases, quote.price, quote.sources), (3, Credits(3), vec!["Test Source".to_owned()]));
        bench.transport.push_ok(&names(1));
        bench.ask(domains_behind("ns2.host.example")).await.unwrap();
        assert_eq!(bench.quote(&servers).await.price, Credits(2));
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_asked_twice_is_paid_for_once() {
        let bench = Bench::new();
        let quote = bench.quote(&[domains_behind("ns1.host.example"), domains_behind("NS1.host.example.")]).await;
        assert_eq!((quote.purchases, quote.price), (1, Credits(1)));
    }

    #[tokio::test(start_paused = true)]
    async fn what_never_leaves_the_machine_costs_nothing() {
        let bench = Bench::new();
        let local = Lookup::ReverseIp { address: "192.168.0.1".parse().unwrap() };
        let quote = bench.quote(&[domains_behind("hidden.onion"), local.clone()]).await;
        assert_eq!(quote, Quote::default());
        assert!(matches!(bench.ask(local).await, Err(AskError::LocalAddress { .. })));
        assert_eq!(bench.transport.sent(), 0);
    }
}
