//! What can go wrong with kept answers, in two messages each.

use thiserror::Error;

use super::AnswerId;
use crate::{CaseRefusal, StoreError, cases::CaseError};

/// What can go wrong with kept answers.
#[derive(Debug, Error)]
pub enum AnswerError {
    /// The answer is larger than one may be.
    #[error("an answer of {size} bytes is not kept, at most {limit} are")]
    TooLarge {
        /// How large it is.
        size: usize,
        /// How large it may be.
        limit: usize,
    },
    /// What is in the file is not what was put into it.
    #[error("kept answer {} is damaged", id.0)]
    Damaged {
        /// Which.
        id: AnswerId,
    },
    /// The case takes nothing.
    #[error(transparent)]
    Case(#[from] CaseRefusal),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl AnswerError {
    /// What an analyst reads: plain words and the next step.
    #[must_use]
    pub fn analyst_message(&self) -> String {
        match self {
            Self::TooLarge { .. } => "This answer is too large to be kept, so it will be asked for again next time. \
                                      Please tell whoever looks after the server."
                .to_owned(),
            Self::Damaged { .. } => {
                "A kept answer is damaged. Please ask for a fresh one, and tell whoever looks after \
                                     the server."
                    .to_owned()
            }
            Self::Case(refusal) => refusal.analyst_message(),
            Self::Store(error) => error.analyst_message(),
        }
    }
}

impl From<rusqlite::Error> for AnswerError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Store(error.into())
    }
}

impl From<CaseError> for AnswerError {
    fn from(error: CaseError) -> Self {
        match error {
            CaseError::Refused(refusal) => refusal.into(),
            CaseError::Store(error) => error.into(),
        }
    }
}
