//! Rule: a special-use name never leaves the machine.

use std::sync::Arc;

use async_trait::async_trait;

use super::{Ask, Question, route::Route};
use crate::{answer::Answer, error::AskError, provider::Exposure};

/// Refuses what must not be asked, before anything else happens.
#[derive(Debug)]
pub(super) struct Policy {
    next: Arc<Route>,
}

impl Policy {
    pub(super) fn new(next: Arc<Route>) -> Self {
        Self { next }
    }
}

#[async_trait]
impl Ask for Policy {
    async fn ask(&self, question: &Question) -> Result<Answer, AskError> {
        let stays_here = self.next.exposure(&question.lookup).is_none_or(|exposure| exposure == Exposure::Local);
        match question.lookup.special_use() {
            Some(name) if !stays_here => Err(AskError::SpecialUse { name }),
            _ => self.next.ask(question).await,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Bench, count, history_of};
    use crate::error::AskError;

    #[tokio::test(start_paused = true)]
    async fn a_special_use_name_reaches_no_socket() {
        for name in ["hidden.onion", "eepsite.i2p", "printer.local", "box.home.arpa", "app.internal"] {
            let bench = Bench::new();
            let outcome = bench.ask(history_of(name)).await;
            assert!(matches!(outcome, Err(AskError::SpecialUse { .. })), "{name}: {outcome:?}");
            assert_eq!(bench.transport.sent(), 0, "{name}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn documentation_names_are_ordinary() {
        let bench = Bench::new();
        bench.transport.push_ok(&count(0));
        assert!(bench.ask(history_of("cmt-net.example")).await.is_ok());
    }
}
