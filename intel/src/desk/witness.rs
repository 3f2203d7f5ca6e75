//! Who keeps what sources say.
//!
//! Rule: an answer is shown only after its bytes are kept. So a witness that cannot keep them makes the question fail, and
//! what fails is not shown.

use std::{
    fmt::Debug,
    sync::{Arc, Mutex, PoisonError},
};

use async_trait::async_trait;
use thiserror::Error;

use crate::evidence::{EvidenceId, Observation};

/// Keeps exchanges with sources.
#[async_trait]
pub trait Witness: Debug + Send + Sync {
    /// Keeps one exchange and returns when it is durable.
    ///
    /// # Errors
    /// When it could not be kept.
    async fn keep(&self, observation: Observation) -> Result<EvidenceId, StoreFailure>;
}

/// Something could not be written down or read.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{detail}")]
pub struct StoreFailure {
    /// What the analyst reads: what is wrong and what to do.
    pub advice: String,
    /// What the operator reads.
    pub detail: String,
}

/// The names under which the exchanges of one question were kept.
#[derive(Debug, Clone, Default)]
pub(super) struct Trail(Arc<Mutex<Vec<EvidenceId>>>);

impl Trail {
    pub(super) fn add(&self, id: EvidenceId) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(id);
    }

    pub(super) fn ids(&self) -> Vec<EvidenceId> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
