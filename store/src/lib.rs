//! Proof and money: what must survive the process.
//!
//! Most of what Namehound knows may be forgotten: an answer can be asked for again. Some of it may not. What a source
//! really said, at the moment when it said it, is the proof under a graph; what was paid and to whose account it goes is
//! money. Both live here, in one embedded database, one file in the data folder, which the server and the commands on
//! the same machine share (see [`database`]).
//!
//! Each module owns its tables and its list of migrations, and none reads the tables of another. The crate knows the
//! words of `intel` and nothing of HTTP or Maltego.

pub mod answers;
pub mod cases;
pub mod claims;
mod column;
pub mod database;
mod error;
pub mod flights;
pub mod ledger;
pub mod members;
mod migration;
mod name;
pub mod spending;
#[cfg(test)]
mod testing;
pub mod tokens;
mod writer;

pub use cases::CaseRefusal;
pub use database::{Database, FILE_NAME};
pub use error::StoreError;
pub use migration::Migration;
pub use name::{Name, NameError};

/// The lists of all modules. Order matters within a list and not between them.
const MIGRATIONS: &[&[Migration]] = &[
    answers::MIGRATIONS,
    cases::MIGRATIONS,
    claims::MIGRATIONS,
    ledger::MIGRATIONS,
    members::MIGRATIONS,
    spending::MIGRATIONS,
    tokens::MIGRATIONS,
];
