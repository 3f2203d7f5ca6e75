//! Rule: a page becomes an answer only together with its provenance.
//!
//! Asks the provider how to carry out a step, has it carried out, and guards against a source whose cursor does not
//! move: such a page ends the list instead of repeating it for ever.

use std::sync::Arc;

use async_trait::async_trait;

use super::{
    Fetch, Routed,
    exchange::{Exchange, Purpose, Reading, Trade},
};
use crate::{
    answer::{Answer, Page, Provenance},
    clock::Clock,
    credits::Credits,
    error::{AskError, ProviderError},
    provider::{Call, Step},
};

/// Turns a question into a call and a page into an answer.
#[derive(Debug)]
pub(super) struct Carry {
    next: Box<dyn Trade>,
    clock: Arc<dyn Clock>,
}

impl Carry {
    pub(super) fn new(next: impl Trade + 'static, clock: Arc<dyn Clock>) -> Self {
        Self { next: Box::new(next), clock }
    }

    async fn page(&self, routed: &Routed) -> Result<Page, ProviderError> {
        let question = &routed.question;
        let request = match routed.provider.call(&question.lookup, &question.step)? {
            Call::Known(page) => return Ok(page),
            Call::Http(request) => *request,
        };
        let exchange = Exchange {
            provider: Arc::clone(&routed.provider),
            offer: routed.offer,
            lookup: question.lookup.clone(),
            purpose: Purpose::Step { step: question.step.clone(), purchase: routed.is_purchase() },
            request,
            deadline: question.context.deadline,
        };
        match self.next.trade(&exchange).await? {
            Reading::Page(page) => Ok(page),
            Reading::Balance(_) => Err(ProviderError::malformed("a balance was read where a page was asked for")),
        }
    }
}

#[async_trait]
impl Fetch for Carry {
    async fn fetch(&self, routed: &Routed) -> Result<Answer, AskError> {
        let mut page = self.page(routed).await.map_err(|error| routed.failed(error))?;
        if let Step::Page(Some(asked)) = &routed.question.step
            && page.next.as_ref() == Some(asked)
        {
            page.next = None;
            page.notes.push(format!(
                "{} gave the same page position twice, so the list ends here.",
                routed.provider.source()
            ));
        }
        let provenance = Provenance {
            source: routed.provider.source().to_owned(),
            retrieved: self.clock.now(),
            paid: if routed.is_purchase() { routed.offer.price } else { Credits::FREE },
            cached: false,
        };
        Ok(Answer { page: Arc::new(page), provenance })
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Bench, START, domains_behind, names_then};

    #[tokio::test(start_paused = true)]
    async fn a_page_carries_its_provenance() {
        let bench = Bench::new();
        bench.transport.push_ok(&names_then(2, None));
        let answer = bench.ask(domains_behind("ns1.host.example")).await.unwrap();
        assert_eq!(answer.provenance.source, "Test Source");
        assert_eq!(answer.provenance.retrieved.to_string(), START);
    }

    #[tokio::test(start_paused = true)]
    async fn a_cursor_that_does_not_move_ends_the_list() {
        let bench = Bench::new();
        bench.transport.push_ok(&names_then(2, Some("d1.example")));
        bench.transport.push_ok(&names_then(2, Some("d1.example")));
        let mut walk = bench.walk(domains_behind("ns1.host.example"));
        let mut pages = 0;
        let mut notes = Vec::new();
        while let Some(answer) = walk.next().await {
            pages += 1;
            notes.extend(answer.unwrap().page.notes.iter().cloned());
        }
        assert_eq!(pages, 2);
        assert_eq!(notes, ["Test Source gave the same page position twice, so the list ends here."]);
    }
}
