//! Cases: named investigations with rules of their own.
//!
//! A case says how visible its questions may be, who may be asked, what may be spent and for how long its answers are
//! kept. While it is open, people work in it. *Sealing* ends that: a sealed case can be read, replayed and exported, and
//! nothing can be added to it or bought for it any more, so that what an editor or a lawyer was shown stays what it is.
//!
//! Retention counts from the seal or, while a case is open, from the last work in it: nobody's case vanishes while they
//! are in the middle of it. A deleted case leaves its name behind, which is never given again: the spend book and printed
//! reports name it, and they would otherwise speak of two cases at once.

mod refusal;
mod terms;

use std::sync::Arc;

use intel::{clock::Clock, credits::Credits, provider::Exposure};
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, named_params, params};
use thiserror::Error;

pub use refusal::CaseRefusal;
pub use terms::CaseTerms;

use crate::{Database, Migration, Name, StoreError, answers, column, ledger, spending};

pub(crate) const MIGRATIONS: &[Migration] = &[Migration {
    name: "cases/cases",
    sql: "CREATE TABLE cases (
              name TEXT NOT NULL PRIMARY KEY,
              ceiling TEXT NOT NULL CHECK (ceiling IN ('local', 'third-party', 'infrastructure', 'touch')),
              providers TEXT,            -- a JSON array of names; NULL: all
              budget INTEGER CHECK (budget >= 0),
              retention_days INTEGER CHECK (retention_days >= 0),
              created INTEGER NOT NULL,  -- this and all times: milliseconds since 1970, UTC
              worked INTEGER NOT NULL,
              sealed INTEGER,
              deleted INTEGER
          ) STRICT, WITHOUT ROWID",
}];

const DAY_IN_MILLISECONDS: i64 = 24 * 60 * 60 * 1000;

/// A case that exists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Case {
    /// Its name.
    pub name: Name,
    /// Its rules.
    pub terms: CaseTerms,
    /// When it was made.
    pub created: Timestamp,
    /// When somebody last added an answer or bought something.
    pub worked: Timestamp,
    /// When it was sealed; `None` while it is open.
    pub sealed: Option<Timestamp>,
}

impl Case {
    /// When its retention ends; `None` if it is kept until somebody deletes it.
    #[must_use]
    pub fn expires(&self) -> Option<Timestamp> {
        let days = i64::from(self.terms.retention_days?);
        let from = column::from_time(self.sealed.unwrap_or(self.worked));
        Some(column::to_time(from.saturating_add(days.saturating_mul(DAY_IN_MILLISECONDS))))
    }

    /// Whether a question with this exposure may go to this provider.
    ///
    /// # Errors
    /// [`CaseRefusal::Sealed`], [`CaseRefusal::TooExposed`] or [`CaseRefusal::ProviderNotAllowed`].
    pub fn allows(&self, exposure: Exposure, provider: &str) -> Result<(), CaseRefusal> {
        self.refuse_sealed()?;
        if exposure > self.terms.ceiling {
            let (name, ceiling) = (self.name.clone(), self.terms.ceiling);
            return Err(CaseRefusal::TooExposed { name, ceiling, exposure });
        }
        self.allows_provider(provider)
    }

    /// Whether this provider may be asked at all.
    pub(crate) fn allows_provider(&self, provider: &str) -> Result<(), CaseRefusal> {
        if self.terms.providers.as_ref().is_some_and(|allowed| !allowed.contains(provider)) {
            return Err(CaseRefusal::ProviderNotAllowed { name: self.name.clone(), provider: provider.to_owned() });
        }
        Ok(())
    }

    fn refuse_sealed(&self) -> Result<(), CaseRefusal> {
        match self.sealed {
            Some(since) => Err(CaseRefusal::Sealed { name: self.name.clone(), since }),
            None => Ok(()),
        }
    }
}

/// What can go wrong with a case.
#[derive(Debug, Error)]
pub enum CaseError {
    /// The case or its rules forbid it.
    #[error(transparent)]
    Refused(#[from] CaseRefusal),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl CaseError {
    /// What an analyst reads: plain words and the next step.
    #[must_use]
    pub fn analyst_message(&self) -> String {
        match self {
            Self::Refused(refusal) => refusal.analyst_message(),
            Self::Store(error) => error.analyst_message(),
        }
    }
}

impl From<rusqlite::Error> for CaseError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Store(error.into())
    }
}

/// Whether a sealed case may be deleted, too. A seal is often there because somebody relies on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delete {
    /// Only an open case; a sealed one is refused.
    OnlyOpen,
    /// A sealed case as well: somebody said so.
    EvenSealed,
}

/// All cases.
#[derive(Debug, Clone)]
pub struct Cases {
    database: Database,
    clock: Arc<dyn Clock>,
}

impl Cases {
    /// The cases in this database.
    #[must_use]
    pub fn new(database: Database, clock: Arc<dyn Clock>) -> Self {
        Self { database, clock }
    }

    /// Makes a case.
    ///
    /// # Errors
    /// [`CaseRefusal::NameTaken`], also by a deleted case; a failure of the database.
    pub async fn create(&self, name: Name, terms: CaseTerms) -> Result<Case, CaseError> {
        let now = self.clock.now();
        self.database.write(move |connection| create(connection, name, &terms, now)).await
    }

    /// A case that has not been deleted.
    ///
    /// # Errors
    /// [`CaseRefusal::NoSuchCase`]; a failure of the database.
    pub async fn get(&self, name: &Name) -> Result<Case, CaseError> {
        let name = name.clone();
        self.database.read(move |connection| existing(connection, &name)).await
    }

    /// All cases that have not been deleted, by name.
    ///
    /// # Errors
    /// A failure of the database.
    pub async fn list(&self) -> Result<Vec<Case>, StoreError> {
        self.database
            .read(|connection| {
                let mut statement = connection.prepare("SELECT * FROM cases WHERE deleted IS NULL ORDER BY name")?;
                let cases = statement.query_map([], case)?;
                Ok(cases.collect::<Result<_, _>>()?)
            })
            .await
    }

    /// Gives an open case other rules, for example a larger budget.
    ///
    /// # Errors
    /// [`CaseRefusal::NoSuchCase`], [`CaseRefusal::Sealed`]; a failure of the database.
    pub async fn set_terms(&self, name: &Name, terms: CaseTerms) -> Result<Case, CaseError> {
        let name = name.clone();
        self.database
            .write(move |connection| {
                writable(connection, &name)?;
                connection.execute(
                    "UPDATE cases SET ceiling = :ceiling, providers = :providers, budget = :budget,
                     retention_days = :retention_days WHERE name = :name",
                    named_params! {
                        ":ceiling": terms.ceiling.as_str(),
                        ":providers": terms.providers_column(),
                        ":budget": terms.budget.map(column::from_credits),
                        ":retention_days": terms.retention_days,
                        ":name": name,
                    },
                )?;
                existing(connection, &name)
            })
            .await
    }

    /// Seals a case: from now on it is read only. Sealing a sealed case changes nothing, not even the time of the seal.
    ///
    /// # Errors
    /// [`CaseRefusal::NoSuchCase`]; a failure of the database.
    pub async fn seal(&self, name: &Name) -> Result<Case, CaseError> {
        let (name, now) = (name.clone(), self.clock.now());
        self.database
            .write(move |connection| {
                connection.execute(
                    "UPDATE cases SET sealed = ?2 WHERE name = ?1 AND sealed IS NULL AND deleted IS NULL",
                    params![name, column::from_time(now)],
                )?;
                existing(connection, &name)
            })
            .await
    }

    /// Deletes a case and lets go of the answers that were kept for it. What was bought for it stays in the spend book,
    /// without the questions.
    ///
    /// # Errors
    /// [`CaseRefusal::NoSuchCase`], [`CaseRefusal::Sealed`] if that was not allowed for; a failure of the database.
    pub async fn delete(&self, name: &Name, sealed: Delete) -> Result<(), CaseError> {
        let (name, now) = (name.clone(), self.clock.now());
        self.database
            .write(move |connection| {
                let case = existing(connection, &name)?;
                if sealed == Delete::OnlyOpen {
                    case.refuse_sealed()?;
                }
                Ok(delete(connection, &name, now)?)
            })
            .await
    }

    /// Deletes the cases whose retention has ended, sealed or not, and tells their names, so that what else was kept for
    /// them can be deleted as well.
    ///
    /// # Errors
    /// A failure of the database.
    pub async fn expire(&self) -> Result<Vec<Name>, StoreError> {
        let now = self.clock.now();
        self.database
            .write(move |connection| {
                let names: Vec<Name> = {
                    let mut statement = connection.prepare(
                        "SELECT name FROM cases WHERE deleted IS NULL AND retention_days IS NOT NULL
                         AND coalesce(sealed, worked) + retention_days * ?2 <= ?1 ORDER BY name",
                    )?;
                    let names = statement
                        .query_map(params![column::from_time(now), DAY_IN_MILLISECONDS], |row| row.get("name"))?;
                    names.collect::<Result<_, _>>()?
                };
                for name in &names {
                    delete(connection, name, now)?;
                }
                Ok(names)
            })
            .await
    }
}

/// The case, unless nothing may be added to it.
pub(crate) fn writable(connection: &Connection, name: &Name) -> Result<Case, CaseError> {
    let case = existing(connection, name)?;
    case.refuse_sealed()?;
    Ok(case)
}

/// Whether something may be added to a case.
pub(crate) fn is_writable(connection: &Connection, name: &Name) -> Result<bool, StoreError> {
    match writable(connection, name) {
        Ok(_) => Ok(true),
        Err(CaseError::Refused(_)) => Ok(false),
        Err(CaseError::Store(error)) => Err(error),
    }
}

/// The budget of a case; none if there is no such case.
pub(crate) fn budget(connection: &Connection, name: &Name) -> Result<Option<Credits>, StoreError> {
    match existing(connection, name) {
        Ok(case) => Ok(case.terms.budget),
        Err(CaseError::Refused(_)) => Ok(None),
        Err(CaseError::Store(error)) => Err(error),
    }
}

/// Notes that somebody has worked in a case.
pub(crate) fn touch(connection: &Connection, name: &Name, now: Timestamp) -> rusqlite::Result<()> {
    connection
        .prepare_cached("UPDATE cases SET worked = max(worked, ?2) WHERE name = ?1")?
        .execute(params![name, column::from_time(now)])?;
    Ok(())
}

fn create(connection: &Connection, name: Name, terms: &CaseTerms, now: Timestamp) -> Result<Case, CaseError> {
    let made = connection.execute(
        "INSERT INTO cases (name, ceiling, providers, budget, retention_days, created, worked)
         VALUES (:name, :ceiling, :providers, :budget, :retention_days, :now, :now) ON CONFLICT DO NOTHING",
        named_params! {
            ":name": name,
            ":ceiling": terms.ceiling.as_str(),
            ":providers": terms.providers_column(),
            ":budget": terms.budget.map(column::from_credits),
            ":retention_days": terms.retention_days,
            ":now": column::from_time(now),
        },
    )?;
    if made == 0 {
        return Err(CaseRefusal::NameTaken { name }.into());
    }
    existing(connection, &name)
}

fn existing(connection: &Connection, name: &Name) -> Result<Case, CaseError> {
    let mut statement = connection.prepare_cached("SELECT * FROM cases WHERE name = ?1 AND deleted IS NULL")?;
    let found = statement.query_row([name], case).optional()?;
    Ok(found.ok_or_else(|| CaseRefusal::NoSuchCase { name: name.clone() })?)
}

fn delete(connection: &Connection, name: &Name, now: Timestamp) -> Result<(), StoreError> {
    answers::let_go(connection, name)?;
    ledger::forget_case(connection, name, now)?;
    spending::forget_questions(connection, name)?;
    connection.execute("UPDATE cases SET deleted = ?2 WHERE name = ?1", params![name, column::from_time(now)])?;
    Ok(())
}

fn case(row: &Row<'_>) -> rusqlite::Result<Case> {
    Ok(Case {
        name: row.get("name")?,
        terms: CaseTerms {
            ceiling: terms::exposure(&row.get::<_, String>("ceiling")?),
            providers: terms::providers(row.get("providers")?),
            budget: column::optional_credits(row, "budget")?,
            retention_days: row.get("retention_days")?,
        },
        created: column::time(row, "created")?,
        worked: column::time(row, "worked")?,
        sealed: column::optional_time(row, "sealed")?,
    })
}

#[cfg(test)]
mod tests;
