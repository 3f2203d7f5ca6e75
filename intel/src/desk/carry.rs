//! Rule: a page becomes an answer only together with its provenance.
//!
//! Asks the provider how to carry out a step, has it carried out, and guards against a source whose cursor does not
//! move: such a page ends the list instead of repeating it for ever.

use std::sync::Arc;

use async_trait::async_trait;
use futures_util::future::join_all;

use super::{
    Fetch, Routed,
    exchange::{Exchange, Purpose, Reading, Trade},
    witness::Trail,
};
use crate::{
    answer::{Answer, Page, Provenance},
    clock::Clock,
    credits::Credits,
    error::{AskError, ProviderError},
    provider::{Call, Conversation, Heard, Inquiry, Step, Turn},
    upstream::Request,
};

/// The most turns of a conversation; whoever needs more is being sent round in circles.
const MOST_TURNS: usize = 16;

/// Turns a question into a call and a page into an answer.
#[derive(Debug)]
pub(super) struct Carry {
    next: Arc<dyn Trade>,
    clock: Arc<dyn Clock>,
}

impl Carry {
    pub(super) fn new(next: Arc<dyn Trade>, clock: Arc<dyn Clock>) -> Self {
        Self { next, clock }
    }

    async fn page(&self, routed: &Routed, trail: &Trail) -> Result<Page, ProviderError> {
        let question = &routed.question;
        let request = match routed.provider.call(&question.lookup, &question.step)? {
            Call::Known(page) => return Ok(page),
            Call::Converse(conversation) => return self.converse(routed, conversation, trail).await,
            Call::Http(request) => Request::Http(request),
        };
        let purpose = Purpose::Step { step: question.step.clone(), purchase: routed.is_purchase() };
        match self.next.trade(&exchange(routed, request, purpose, trail)).await? {
            Reading::Page(page) => Ok(page),
            Reading::Balance(_) | Reading::Batch(_) | Reading::Heard(_) => {
                Err(ProviderError::malformed("something else was read where a page was asked for"))
            }
        }
    }

    /// Carries a conversation through to its page.
    async fn converse(
        &self,
        routed: &Routed,
        mut conversation: Box<dyn Conversation>,
        trail: &Trail,
    ) -> Result<Page, ProviderError> {
        let mut heard = Vec::new();
        for _ in 0..MOST_TURNS {
            match conversation.go_on(heard)? {
                Turn::Done(page) => return Ok(page),
                Turn::Ask(inquiries) => {
                    heard = join_all(inquiries.into_iter().map(|inquiry| self.inquire(routed, inquiry, trail))).await;
                }
            }
        }
        Err(ProviderError::malformed("the source passes the question on without end"))
    }

    async fn inquire(&self, routed: &Routed, inquiry: Inquiry, trail: &Trail) -> Heard {
        let Inquiry { request, service, rate, one_at_a_time } = inquiry;
        let purpose = Purpose::Inquiry { service, rate, one_at_a_time, purchase: routed.is_purchase() };
        let outcome = match self.next.trade(&exchange(routed, request.clone(), purpose, trail)).await {
            Ok(Reading::Heard(response)) => Ok(response),
            Ok(Reading::Page(_) | Reading::Batch(_) | Reading::Balance(_)) => {
                Err(ProviderError::malformed("something else was read where a response was asked for"))
            }
            Err(error) => Err(error),
        };
        Heard { request, outcome }
    }
}

fn exchange(routed: &Routed, request: Request, purpose: Purpose, trail: &Trail) -> Exchange {
    Exchange {
        provider: Arc::clone(&routed.provider),
        offer: routed.offer,
        lookup: routed.question.lookup.clone(),
        purpose,
        request,
        deadline: routed.question.context.deadline,
        asker: routed.question.context.asker.clone(),
        trail: trail.clone(),
    }
}

#[async_trait]
impl Fetch for Carry {
    async fn fetch(&self, routed: &Routed) -> Result<Answer, AskError> {
        let trail = Trail::default();
        let mut page = self.page(routed, &trail).await.map_err(|error| routed.failed(error))?;
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
            source: page.source.clone().unwrap_or_else(|| routed.provider.source().to_owned()),
            retrieved: self.clock.now(),
            paid: if routed.is_purchase() { routed.offer.price } else { Credits::FREE },
            cached: false,
            evidence: trail.ids(),
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
