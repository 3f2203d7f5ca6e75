//! What can go wrong with the ledger, in two messages each.

use thiserror::Error;

use crate::StoreError;

/// What can go wrong with the ledger.
#[derive(Debug, Error)]
pub enum LedgerError {
    /// The signing key cannot be read or made.
    #[error("the ledger's key cannot be used")]
    Key,
    /// Nothing is selected.
    #[error("no entry is selected")]
    Nothing,
    /// The archive cannot be written or read.
    #[error("the archive: {0}")]
    Archive(String),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl LedgerError {
    /// What somebody at a terminal reads: plain words and the next step.
    #[must_use]
    pub fn analyst_message(&self) -> String {
        match self {
            Self::Key => {
                "The ledger's key cannot be used. \"namehound ledger init\" makes one; if there was one before, \
                          restore its file from a copy."
                    .to_owned()
            }
            Self::Nothing => "Nothing in the ledger matches, so there is nothing to export.".to_owned(),
            Self::Archive(why) => format!("The archive cannot be used: {why}."),
            Self::Store(error) => error.analyst_message(),
        }
    }
}

impl From<rusqlite::Error> for LedgerError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Store(error.into())
    }
}
