//! Tokens: what lets a member in.
//!
//! A token is `nh-`, a public number of 16 hexadecimal digits, a hyphen, and 256 random bits as 64 hexadecimal digits:
//! safe in a path and in a header, easy to find by programs that look for leaked secrets. The whole text is shown once.
//! What is stored is its number and its hash, and a fast hash is right for it: there is nothing to guess.
//!
//! A presented token is looked up by its public number, and then its hash is compared in constant time. So the index
//! that finds the row works on what is no secret, and where there is no such number a comparison is made all the same:
//! how long an answer takes says nothing about a secret. Every look-up reads the database and nothing is remembered in
//! between; a token or a member revoked by one process is refused by every other one from the next request on.

mod secret;

use std::sync::Arc;

use intel::clock::Clock;
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, named_params, params};
use thiserror::Error;

pub use secret::TokenSecret;

use crate::{
    Database, Migration, Name, StoreError, column,
    members::{self, MemberError, Role},
};

pub(crate) const MIGRATIONS: &[Migration] = &[Migration {
    name: "tokens/tokens",
    sql: "CREATE TABLE tokens (
              id TEXT NOT NULL PRIMARY KEY,
              hash BLOB NOT NULL CHECK (length(hash) = 32),  -- BLAKE3 of the whole token
              member TEXT NOT NULL,
              name TEXT NOT NULL,
              default_case TEXT,
              issued INTEGER NOT NULL,  -- this and all times: milliseconds since 1970, UTC
              expires INTEGER,
              revoked INTEGER
          ) STRICT, WITHOUT ROWID;
          CREATE INDEX tokens_by_member ON tokens (member)",
}];

/// What a new token is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewToken {
    /// Whom it lets in.
    pub member: Name,
    /// What people call it, for example the machine it is used on.
    pub name: Name,
    /// The case that its questions belong to if they do not say otherwise.
    pub default_case: Option<Name>,
    /// When it ends; `None` if it must be revoked.
    pub expires: Option<Timestamp>,
}

/// A token as it is listed: everything but what would let somebody in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// Its public number.
    pub id: String,
    /// What it is for.
    pub terms: NewToken,
    /// When it was made.
    pub issued: Timestamp,
    /// When it was revoked.
    pub revoked: Option<Timestamp>,
}

/// Who has been let in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Admission {
    /// The member.
    pub member: Name,
    /// What the member may do.
    pub role: Role,
    /// The public number of the token.
    pub token: String,
    /// The case that questions belong to if they do not say otherwise.
    pub default_case: Option<Name>,
}

/// Why somebody was not let in. All but the first are told only to whoever presented the right secret.
#[derive(Debug, Error)]
pub enum Denied {
    /// No token looks like this, or its secret is another.
    #[error("unknown token")]
    Unknown,
    /// The token has come to its end.
    #[error("token {id} expired at {since}")]
    Expired {
        /// Its public number.
        id: String,
        /// When.
        since: Timestamp,
    },
    /// The token or its member has been revoked.
    #[error("token {id} or its member is revoked")]
    Revoked {
        /// Its public number.
        id: String,
    },
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Denied {
    /// What an analyst reads: plain words and the next step.
    #[must_use]
    pub fn analyst_message(&self) -> String {
        match self {
            Self::Unknown => "This server does not know the token in your address. Please check that it was copied \
                              completely, or ask whoever looks after the server for a new one."
                .to_owned(),
            Self::Expired { since, .. } => format!(
                "Your token ended on {}. Please ask whoever looks after the server for a new one.",
                since.strftime("%Y-%m-%d")
            ),
            Self::Revoked { .. } => "Your token was withdrawn. Please ask whoever looks after the server.".to_owned(),
            Self::Store(error) => error.analyst_message(),
        }
    }
}

impl From<rusqlite::Error> for Denied {
    fn from(error: rusqlite::Error) -> Self {
        Self::Store(error.into())
    }
}

/// All tokens.
#[derive(Debug, Clone)]
pub struct Tokens {
    database: Database,
    clock: Arc<dyn Clock>,
}

impl Tokens {
    /// The tokens in this database.
    #[must_use]
    pub fn new(database: Database, clock: Arc<dyn Clock>) -> Self {
        Self { database, clock }
    }

    /// Makes a token out of random bytes, see [`TokenSecret::random_bytes`]. The secret is only here, once.
    ///
    /// # Errors
    /// [`MemberError::NoSuchMember`], [`MemberError::Revoked`]; a failure of the database.
    pub async fn issue(
        &self,
        token: NewToken,
        random: [u8; TokenSecret::RANDOM_BYTES],
    ) -> Result<(Token, TokenSecret), MemberError> {
        let (secret, now) = (TokenSecret::from_random(random), self.clock.now());
        let (id, hash) = (secret.id().to_owned(), secret.hash());
        let token = self
            .database
            .write(move |connection| {
                members::active(connection, &token.member)?;
                connection.execute(
                    "INSERT INTO tokens (id, hash, member, name, default_case, issued, expires)
                     VALUES (:id, :hash, :member, :name, :default_case, :issued, :expires)",
                    named_params! {
                        ":id": id,
                        ":hash": hash,
                        ":member": token.member,
                        ":name": token.name,
                        ":default_case": token.default_case,
                        ":issued": column::from_time(now),
                        ":expires": token.expires.map(column::from_time),
                    },
                )?;
                existing(connection, &id)
            })
            .await?;
        Ok((token, secret))
    }

    /// All tokens, or those of one member, in the order in which they were made; expired and revoked ones as well.
    ///
    /// # Errors
    /// A failure of the database.
    pub async fn list(&self, member: Option<&Name>) -> Result<Vec<Token>, StoreError> {
        let member = member.cloned();
        self.database
            .read(move |connection| {
                let mut statement =
                    connection.prepare("SELECT * FROM tokens WHERE ?1 IS NULL OR member = ?1 ORDER BY issued, id")?;
                let tokens = statement.query_map([member], token)?;
                Ok(tokens.collect::<Result<_, _>>()?)
            })
            .await
    }

    /// Revokes a token by its public number. Doing so twice changes nothing.
    ///
    /// # Errors
    /// [`MemberError::NoSuchToken`]; a failure of the database.
    pub async fn revoke(&self, id: &str) -> Result<Token, MemberError> {
        let (id, now) = (id.to_owned(), self.clock.now());
        self.database
            .write(move |connection| {
                connection.execute(
                    "UPDATE tokens SET revoked = ?2 WHERE id = ?1 AND revoked IS NULL",
                    params![id, column::from_time(now)],
                )?;
                existing(connection, &id)
            })
            .await
    }

    /// Whom a presented token lets in.
    ///
    /// # Errors
    /// See [`Denied`].
    pub async fn admit(&self, presented: &str) -> Result<Admission, Denied> {
        let (presented, now) = (secret::Presented::read(presented), self.clock.now());
        self.database.read(move |connection| admit(connection, &presented, now)).await
    }

    /// Whether there is any token at all. A server without one is open to whoever reaches it.
    ///
    /// # Errors
    /// A failure of the database.
    pub async fn any(&self) -> Result<bool, StoreError> {
        self.database
            .read(|connection| Ok(connection.query_row("SELECT EXISTS (SELECT 1 FROM tokens)", [], |row| row.get(0))?))
            .await
    }
}

fn admit(connection: &Connection, presented: &secret::Presented, now: Timestamp) -> Result<Admission, Denied> {
    let mut statement = connection.prepare_cached("SELECT * FROM tokens WHERE id = ?1")?;
    let found =
        statement.query_row([presented.id()], |row| Ok((row.get::<_, [u8; 32]>("hash")?, token(row)?))).optional()?;
    let (hash, found) = found.map_or(([0; 32], None), |(hash, token)| (hash, Some(token)));
    let matches = presented.matches(&hash);
    let Some(token) = found.filter(|_| matches) else { return Err(Denied::Unknown) };
    if token.revoked.is_some() {
        return Err(Denied::Revoked { id: token.id });
    }
    let member = match members::active(connection, &token.terms.member) {
        Ok(member) => member,
        Err(MemberError::Store(error)) => return Err(error.into()),
        Err(_) => return Err(Denied::Revoked { id: token.id }),
    };
    if let Some(since) = token.terms.expires.filter(|expires| *expires <= now) {
        return Err(Denied::Expired { id: token.id, since });
    }
    Ok(Admission { member: member.name, role: member.role, token: token.id, default_case: token.terms.default_case })
}

fn existing(connection: &Connection, id: &str) -> Result<Token, MemberError> {
    let mut statement = connection.prepare_cached("SELECT * FROM tokens WHERE id = ?1")?;
    let found = statement.query_row([id], token).optional()?;
    found.ok_or_else(|| MemberError::NoSuchToken { id: id.to_owned() })
}

fn token(row: &Row<'_>) -> rusqlite::Result<Token> {
    Ok(Token {
        id: row.get("id")?,
        terms: NewToken {
            member: row.get("member")?,
            name: row.get("name")?,
            default_case: row.get("default_case")?,
            expires: column::optional_time(row, "expires")?,
        },
        issued: column::time(row, "issued")?,
        revoked: column::optional_time(row, "revoked")?,
    })
}

#[cfg(test)]
mod tests;
