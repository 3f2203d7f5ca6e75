//! Answers that outlive the process, for the desk.
//!
//! An answer is kept as JSON with everything the desk knows of it; its source, age and price stand beside it, so that
//! whoever looks into the file need not read the JSON.

use async_trait::async_trait;
use intel::{
    clock::later,
    desk::{Kept, Memory, StoreFailure},
};
use jiff::Timestamp;
use store::{
    Name,
    answers::{AnswerError, Answers, NewAnswer, Origin},
};

/// Remembers answers in the database.
#[derive(Debug, Clone)]
pub(super) struct AnswerMemory {
    answers: Answers,
}

impl AnswerMemory {
    pub(super) const fn new(answers: Answers) -> Self {
        Self { answers }
    }

    async fn put(&self, key: &str, kept: &Kept, case: Option<Name>) -> Result<(), StoreFailure> {
        let provenance = &kept.answer.provenance;
        let value = serde_json::to_vec(kept).map_err(|error| StoreFailure {
            advice: "An answer could not be remembered. Please tell whoever looks after the server.".to_owned(),
            detail: format!("an answer cannot be written as JSON: {error}"),
        })?;
        let answer = NewAnswer {
            key: key.to_owned(),
            value,
            origin: Origin {
                source: provenance.source.clone(),
                retrieved: provenance.retrieved,
                price: provenance.paid,
                evidence: provenance.evidence.iter().map(|id| id.0.clone()).collect(),
            },
            fresh_until: at_most(kept.fresh_until),
            case,
        };
        self.answers.put(answer).await.map(|_| ()).map_err(|error| failure(&error))
    }
}

/// Times beyond what a column holds are the last one that it does.
fn at_most(time: Timestamp) -> Timestamp {
    let a_thousand_years = std::time::Duration::from_secs(1000 * 365 * 24 * 60 * 60);
    time.min(later(Timestamp::UNIX_EPOCH, a_thousand_years))
}

fn failure(error: &AnswerError) -> StoreFailure {
    StoreFailure { advice: error.analyst_message(), detail: error.to_string() }
}

/// A value that an older or newer program wrote and this one cannot read is as good as none: it is asked for again.
fn read(value: &[u8]) -> Option<Kept> {
    serde_json::from_slice(value)
        .inspect_err(|error| tracing::warn!(%error, "a remembered answer cannot be read and is asked for again"))
        .ok()
}

fn name(case: &str) -> Result<Name, StoreFailure> {
    Name::parse(case).map_err(|error| StoreFailure { advice: error.analyst_message(), detail: error.to_string() })
}

#[async_trait]
impl Memory for AnswerMemory {
    async fn recall(&self, key: &str) -> Result<Option<Kept>, StoreFailure> {
        let found = self.answers.get(key, None).await.map_err(|error| failure(&error))?;
        Ok(found.and_then(|found| read(&found.value)))
    }

    async fn keep(&self, key: &str, kept: &Kept) -> Result<(), StoreFailure> {
        self.put(key, kept, None).await
    }

    async fn recall_for_case(&self, case: &str, key: &str) -> Result<Option<Kept>, StoreFailure> {
        let found = self.answers.get_for_case(&name(case)?, key).await.map_err(|error| failure(&error))?;
        Ok(found.and_then(|found| read(&found.value)))
    }

    async fn keep_for_case(&self, case: &str, key: &str, kept: &Kept) -> Result<(), StoreFailure> {
        let case = name(case)?;
        // What is current already is only noted as seen; anything else is kept for the case.
        let current = self.answers.get(key, Some(&case)).await.map_err(|error| failure(&error))?;
        let is_it = current.and_then(|current| read(&current.value)).is_some_and(|current| {
            current.answer.page == kept.answer.page
                && current.answer.provenance.retrieved == kept.answer.provenance.retrieved
        });
        if is_it { Ok(()) } else { self.put(key, kept, Some(case)).await }
    }
}
