//! What is kept: one database in the data folder, behind the desk's own words.
//!
//! The desk knows three seams (who keeps proof, who remembers answers, who writes purchases down) and nothing of files. The
//! crate `store` knows tables and nothing of the desk's layers. Here the two meet, each seam a file of its own. The server,
//! `run` and `local` open the same database as processes of their own.

mod book;
mod memory;

use std::{path::Path, sync::Arc};

use intel::{Clock, desk::DeskStores};
use store::{
    Database, StoreError, answers::Answers, cases::Cases, claims::Claims, ledger::Ledger, members::Members,
    spending::Spending, tokens::Tokens,
};

pub use self::book::Book;
use self::memory::AnswerMemory;
use crate::config::Config;

/// The name of the ledger's signing key in the data folder.
pub const LEDGER_KEY: &str = "ledger-key.pem";

/// Everything that is kept. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Stores {
    /// The file.
    pub database: Database,
    /// What sources said.
    pub ledger: Ledger,
    /// Answers that outlive the process.
    pub answers: Answers,
    /// What was paid.
    pub spending: Spending,
    /// Investigations.
    pub cases: Cases,
    /// Who uses the server.
    pub members: Members,
    /// What lets them in.
    pub tokens: Tokens,
    /// Whether what sources say is kept as proof.
    pub keeps_proof: bool,
    clock: Arc<dyn Clock>,
}

impl Stores {
    /// Opens what is kept in a folder; makes it where it is missing.
    ///
    /// # Errors
    /// When the file or the ledger's key cannot be used.
    pub async fn open(config: &Config, folder: &Path, clock: Arc<dyn Clock>) -> anyhow::Result<Self> {
        let database = Database::open(folder).await.map_err(|error| advised(&error))?;
        Self::over(database, config, folder, clock)
    }

    /// The same for reading only.
    ///
    /// # Errors
    /// As [`Stores::open`]; when there is nothing yet.
    pub async fn open_read_only(config: &Config, folder: &Path, clock: Arc<dyn Clock>) -> anyhow::Result<Self> {
        let database = Database::open_read_only(folder).await.map_err(|error| advised(&error))?;
        Self::over(database, config, folder, clock)
    }

    fn over(database: Database, config: &Config, folder: &Path, clock: Arc<dyn Clock>) -> anyhow::Result<Self> {
        let ledger = Ledger::new(database.clone(), Arc::clone(&clock), env!("CARGO_PKG_VERSION"));
        let ledger = match key(&folder.join(LEDGER_KEY))? {
            Some(key) => ledger.signed_by(key),
            None => ledger,
        };
        Ok(Self {
            ledger,
            answers: Answers::new(database.clone(), Arc::clone(&clock), config.keep.answer_limits()),
            spending: Spending::new(database.clone(), Arc::clone(&clock)),
            cases: Cases::new(database.clone(), Arc::clone(&clock)),
            members: Members::new(database.clone(), Arc::clone(&clock)),
            tokens: Tokens::new(database.clone(), Arc::clone(&clock)),
            keeps_proof: config.keep.ledger,
            database,
            clock,
        })
    }

    /// The desk's seams.
    #[must_use]
    pub fn for_desk(&self, config: &Config) -> DeskStores {
        let claims = Claims::new(self.database.clone(), Arc::clone(&self.clock));
        let book = Book::new(self.spending.clone(), claims, config.allowances.limits());
        DeskStores {
            witness: self.keeps_proof.then(|| Arc::new(self.ledger.clone()) as Arc<dyn intel::desk::Witness>),
            memory: Some(Arc::new(AnswerMemory::new(self.answers.clone()))),
            book: Some(Arc::new(book)),
        }
    }
}

/// The ledger's key, if there is one.
fn key(path: &Path) -> anyhow::Result<Option<store::ledger::SigningKey>> {
    match std::fs::read_to_string(path) {
        Ok(text) => match store::ledger::SigningKey::from_pem(&text) {
            Ok(key) => Ok(Some(key)),
            Err(error) => Err(anyhow::anyhow!("{}: {}", path.display(), error.analyst_message())),
        },
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(anyhow::anyhow!("{} cannot be read: {error}", path.display())),
    }
}

/// A failure of the database with its advice, for whoever starts the program.
fn advised(error: &StoreError) -> anyhow::Error {
    anyhow::anyhow!("{} ({error})", error.analyst_message())
}
