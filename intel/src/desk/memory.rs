//! What is remembered beyond the life of the process.
//!
//! The desk's own cache lives in memory and is bounded. Behind it may stand a durable one, which other processes share:
//! what was bought once is free for everybody until somebody asks for it anew. It also knows which investigation was told
//! what, so that one can be gone through again without asking anybody.

use std::fmt::Debug;

use async_trait::async_trait;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::witness::StoreFailure;
use crate::answer::Answer;

/// An answer with how long it may be given again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Kept {
    /// The answer.
    pub answer: Answer,
    /// Until when it is fresh. What was paid for stays so.
    pub fresh_until: Timestamp,
}

/// Remembers answers beyond the life of the process.
#[async_trait]
pub trait Memory: Debug + Send + Sync {
    /// What is remembered under a key, fresh or not.
    ///
    /// # Errors
    /// When the store cannot be read.
    async fn recall(&self, key: &str) -> Result<Option<Kept>, StoreFailure>;

    /// Remembers an answer and returns when that is durable.
    ///
    /// # Errors
    /// When the store cannot be written.
    async fn keep(&self, key: &str, kept: &Kept) -> Result<(), StoreFailure>;

    /// What an investigation was last told under a key.
    ///
    /// # Errors
    /// When the store cannot be read.
    async fn recall_for_case(&self, case: &str, key: &str) -> Result<Option<Kept>, StoreFailure>;

    /// Remembers that an investigation was told this.
    ///
    /// # Errors
    /// When the store cannot be written, or the investigation is closed.
    async fn keep_for_case(&self, case: &str, key: &str, kept: &Kept) -> Result<(), StoreFailure>;
}
