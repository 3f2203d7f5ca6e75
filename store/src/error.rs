//! What can go wrong with a file, in two messages each.
//!
//! [`Display`](std::fmt::Display) is for the log and [`StoreError::analyst_message`] for whoever waits for an answer: a
//! full disk is not the analyst's doing, but it is the analyst who can tell somebody. Neither says what was asked about:
//! statements are written in the code and values are bound, so SQLite's own messages hold none.

use std::{io, path::PathBuf};

use rusqlite::{ErrorCode, ffi};
use thiserror::Error;

/// What went wrong with the database.
#[derive(Debug, Error)]
pub enum StoreError {
    /// No room is left on the disk, or as much has been stored as the file may hold.
    #[error("the disk is full")]
    Full,
    /// The file or its disk may only be read.
    #[error("the database cannot be written: read-only file or disk")]
    ReadOnly,
    /// Another process held the file for longer than we wait.
    #[error("the database is locked by another process")]
    Locked,
    /// The file is something else than an SQLite database.
    #[error("the file is not a database")]
    NotADatabase,
    /// It is a database, of another program.
    #[error("the database belongs to another program")]
    Foreign,
    /// The file is damaged.
    #[error("the database is damaged: {detail}")]
    Corrupt {
        /// What SQLite says.
        detail: String,
    },
    /// A newer program has been here and has changed the tables in a way that this one does not know.
    #[error("the database was changed by a newer program (migration {migration:?})")]
    Newer {
        /// The first migration that this program does not know.
        migration: String,
    },
    /// The folder or the file cannot be made or opened.
    #[error("cannot open {}: {detail}", path.display())]
    CannotOpen {
        /// Which.
        path: PathBuf,
        /// Why.
        detail: String,
    },
    /// The disk failed while it was read or written.
    #[error("input or output failed: {detail}")]
    Disk {
        /// What the system says.
        detail: String,
    },
    /// The thread that writes is gone, or a thread that read has died.
    #[error("the database's thread has stopped")]
    Stopped,
    /// Anything else SQLite says: a mistake in a statement of ours.
    #[error("the database refused a statement: {0}")]
    Statement(rusqlite::Error),
}

impl StoreError {
    /// What an analyst reads: plain words and the next step.
    #[must_use]
    pub fn analyst_message(&self) -> String {
        match self {
            Self::Full => "The disk of the Namehound server is full, so nothing new can be kept. Please tell whoever \
                           looks after the server; nothing that was stored before is lost."
                .to_owned(),
            Self::ReadOnly => "Namehound may not write into its data folder, so nothing new can be kept. Please tell \
                               whoever looks after the server."
                .to_owned(),
            Self::Locked => {
                "Namehound's data file is busy with another program. Please try again in a moment.".to_owned()
            }
            Self::NotADatabase | Self::Foreign => {
                "Namehound's data file is not one that Namehound has written. Please \
                                                   tell whoever looks after the server to check the data folder."
                    .to_owned()
            }
            Self::Corrupt { .. } => "Namehound's data file is damaged. Please tell whoever looks after the server: it \
                                     has to be restored from a copy."
                .to_owned(),
            Self::Newer { .. } => {
                "Namehound's data file was written by a newer Namehound. Please update this one.".to_owned()
            }
            Self::CannotOpen { .. } => "Namehound cannot open its data folder. Please tell whoever looks after the \
                                        server."
                .to_owned(),
            Self::Disk { .. } => {
                "The disk of the Namehound server failed. Please tell whoever looks after the server; \
                                  the log says more."
                    .to_owned()
            }
            Self::Stopped | Self::Statement(_) => "Namehound could not use its data file. Please try again, and tell \
                                                   whoever looks after the server if it stays so; the log says more."
                .to_owned(),
        }
    }

    /// Whether the same attempt may succeed a moment later without anybody doing anything.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        matches!(self, Self::Locked)
    }

    /// The same error once more, for everybody whose work shared the transaction that failed.
    pub(crate) fn again(&self) -> Self {
        match self {
            Self::Full => Self::Full,
            Self::ReadOnly => Self::ReadOnly,
            Self::Locked => Self::Locked,
            Self::NotADatabase => Self::NotADatabase,
            Self::Foreign => Self::Foreign,
            Self::Corrupt { detail } => Self::Corrupt { detail: detail.clone() },
            Self::Newer { migration } => Self::Newer { migration: migration.clone() },
            Self::CannotOpen { path, detail } => Self::CannotOpen { path: path.clone(), detail: detail.clone() },
            Self::Disk { detail } => Self::Disk { detail: detail.clone() },
            Self::Stopped => Self::Stopped,
            Self::Statement(error) => Self::Disk { detail: error.to_string() },
        }
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        let rusqlite::Error::SqliteFailure(failure, _) = &error else { return Self::Statement(error) };
        let detail = error.to_string();
        // A shared-memory file that cannot grow has no room to grow into; SQLite calls that an I/O error.
        if failure.extended_code == ffi::SQLITE_IOERR_SHMSIZE {
            return Self::Full;
        }
        match failure.code {
            ErrorCode::DiskFull => Self::Full,
            ErrorCode::ReadOnly => Self::ReadOnly,
            ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => Self::Locked,
            ErrorCode::NotADatabase => Self::NotADatabase,
            ErrorCode::DatabaseCorrupt => Self::Corrupt { detail },
            ErrorCode::SystemIoFailure => Self::Disk { detail },
            ErrorCode::CannotOpen | ErrorCode::PermissionDenied => Self::CannotOpen { path: PathBuf::new(), detail },
            _ => Self::Statement(error),
        }
    }
}

impl From<io::Error> for StoreError {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::Full,
            io::ErrorKind::ReadOnlyFilesystem => Self::ReadOnly,
            _ => Self::Disk { detail: error.to_string() },
        }
    }
}
