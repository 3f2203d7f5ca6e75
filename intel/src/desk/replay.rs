//! Rule: an investigation is told everything it was told before, when it is gone through again, and nobody is asked.
//!
//! What an investigation is told is remembered as its own, however it came about: asked, bought, or remembered from
//! somebody else. In a replay that is all there is.

use std::sync::Arc;

use async_trait::async_trait;
use jiff::Timestamp;

use super::{
    Fetch, Reach, Routed,
    memory::{Kept, Memory},
};
use crate::{
    answer::{Answer, Provenance},
    credits::Credits,
    error::AskError,
    provider::Exposure,
};

/// Remembers for investigations, and answers from that in a replay.
#[derive(Debug)]
pub(super) struct Replay {
    next: Box<dyn Fetch>,
    memory: Option<Arc<dyn Memory>>,
}

impl Replay {
    pub(super) fn new(next: impl Fetch + 'static, memory: Option<Arc<dyn Memory>>) -> Self {
        Self { next: Box::new(next), memory }
    }
}

#[async_trait]
impl Fetch for Replay {
    async fn fetch(&self, routed: &Routed) -> Result<Answer, AskError> {
        let context = &routed.question.context;
        // What is on this machine is the same every time.
        if routed.offer.exposure == Exposure::Local {
            return self.next.fetch(routed).await;
        }
        let key = routed.key();
        let case = context.asker.case.as_deref().zip(self.memory.as_ref());
        if context.reach == Reach::Replay {
            let told = match case {
                Some((case, memory)) => memory.recall_for_case(case, &key).await.map_err(AskError::Store)?,
                None => None,
            };
            let Kept { answer, .. } = told.ok_or_else(|| AskError::NotTold {
                source_name: routed.provider.source().to_owned(),
                case: context.asker.case.as_deref().unwrap_or_default().to_owned(),
            })?;
            let provenance = Provenance { paid: Credits::FREE, cached: true, ..answer.provenance };
            return Ok(Answer { provenance, ..answer });
        }
        let answer = self.next.fetch(routed).await?;
        if let Some((case, memory)) = case {
            let kept = Kept { answer: answer.clone(), fresh_until: Timestamp::MAX };
            memory.keep_for_case(case, &key, &kept).await.map_err(AskError::Store)?;
        }
        Ok(answer)
    }
}
