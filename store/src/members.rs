//! Members: the people and programs that use a server, and what each may do.
//!
//! A member is a name and a role. Names are never deleted and never given twice, since the spend book and the proof of
//! old answers name them; a member who has left is *revoked*. What lets a member in is a token (see [`crate::tokens`]);
//! whoever is revoked has no valid token from that moment on, in every process, because nothing about members is
//! remembered outside the database.

use std::{fmt, str::FromStr, sync::Arc};

use intel::clock::Clock;
use jiff::Timestamp;
use rusqlite::{
    Connection, OptionalExtension, Row, params,
    types::{FromSql, FromSqlError, FromSqlResult, ValueRef},
};
use thiserror::Error;

use crate::{Database, Migration, Name, StoreError, column};

pub(crate) const MIGRATIONS: &[Migration] = &[Migration {
    name: "members/members",
    sql: "CREATE TABLE members (
              name TEXT NOT NULL PRIMARY KEY,
              role TEXT NOT NULL CHECK (role IN ('admin', 'member', 'guest')),
              added INTEGER NOT NULL,  -- this and all times: milliseconds since 1970, UTC
              revoked INTEGER
          ) STRICT, WITHOUT ROWID",
}];

/// What a member may do; the program decides what follows from it. Ordered: an admin may do what a member may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// A visitor, for example a seat in a workshop.
    Guest,
    /// Somebody of the team.
    Member,
    /// Somebody who also looks after members, cases and limits.
    Admin,
}

impl Role {
    /// The word used in commands, tables and messages.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Guest => "guest",
            Self::Member => "member",
            Self::Admin => "admin",
        }
    }
}

/// A text that is no role.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("a role is one of admin, member and guest")]
pub struct UnknownRole;

impl FromStr for Role {
    type Err = UnknownRole;

    fn from_str(text: &str) -> Result<Self, UnknownRole> {
        [Self::Guest, Self::Member, Self::Admin].into_iter().find(|role| role.as_str() == text).ok_or(UnknownRole)
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromSql for Role {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        value.as_str()?.parse().map_err(|error| FromSqlError::Other(Box::<UnknownRole>::new(error)))
    }
}

/// Somebody who uses the server, or did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// The member's name.
    pub name: Name,
    /// What the member may do.
    pub role: Role,
    /// Since when.
    pub added: Timestamp,
    /// Until when; `None` for a member of today.
    pub revoked: Option<Timestamp>,
}

/// What can go wrong with members and their tokens.
#[derive(Debug, Error)]
pub enum MemberError {
    /// There is no such member.
    #[error("there is no member {name}")]
    NoSuchMember {
        /// The name that was given.
        name: Name,
    },
    /// Somebody has that name, or had it.
    #[error("the name {name} is taken by a member")]
    NameTaken {
        /// The name that was given.
        name: Name,
    },
    /// The member has been revoked.
    #[error("member {name} is revoked since {since}")]
    Revoked {
        /// The member.
        name: Name,
        /// Since when.
        since: Timestamp,
    },
    /// There is no such token.
    #[error("there is no token {id}")]
    NoSuchToken {
        /// The public part that was given.
        id: String,
    },
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl MemberError {
    /// What an analyst reads: plain words and the next step.
    #[must_use]
    pub fn analyst_message(&self) -> String {
        match self {
            Self::NoSuchMember { name } => format!("There is no member \"{name}\". Please check the name."),
            Self::NameTaken { name } => format!(
                "There is or was a member \"{name}\" already, and names are not used twice. Please choose another name."
            ),
            Self::Revoked { name, since } => format!(
                "The member \"{name}\" was revoked on {}. Please ask whoever looks after the server.",
                since.strftime("%Y-%m-%d")
            ),
            Self::NoSuchToken { .. } => {
                "There is no such token. Please check its number in the list of tokens.".to_owned()
            }
            Self::Store(error) => error.analyst_message(),
        }
    }
}

impl From<rusqlite::Error> for MemberError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Store(error.into())
    }
}

/// All members.
#[derive(Debug, Clone)]
pub struct Members {
    database: Database,
    clock: Arc<dyn Clock>,
}

impl Members {
    /// The members in this database.
    #[must_use]
    pub fn new(database: Database, clock: Arc<dyn Clock>) -> Self {
        Self { database, clock }
    }

    /// Adds a member.
    ///
    /// # Errors
    /// [`MemberError::NameTaken`], also by a revoked member; a failure of the database.
    pub async fn add(&self, name: Name, role: Role) -> Result<Member, MemberError> {
        let now = self.clock.now();
        self.database
            .write(move |connection| {
                let added = connection.execute(
                    "INSERT INTO members (name, role, added) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING",
                    params![name, role.as_str(), column::from_time(now)],
                )?;
                if added == 0 {
                    return Err(MemberError::NameTaken { name });
                }
                known(connection, &name)
            })
            .await
    }

    /// All members by name, the revoked ones as well.
    ///
    /// # Errors
    /// A failure of the database.
    pub async fn list(&self) -> Result<Vec<Member>, StoreError> {
        self.database
            .read(|connection| {
                let mut statement = connection.prepare("SELECT * FROM members ORDER BY name")?;
                let members = statement.query_map([], member)?;
                Ok(members.collect::<Result<_, _>>()?)
            })
            .await
    }

    /// Revokes a member: none of their tokens lets anybody in any more. Doing so twice changes nothing.
    ///
    /// # Errors
    /// [`MemberError::NoSuchMember`]; a failure of the database.
    pub async fn revoke(&self, name: &Name) -> Result<Member, MemberError> {
        let (name, now) = (name.clone(), self.clock.now());
        self.database
            .write(move |connection| {
                connection.execute(
                    "UPDATE members SET revoked = ?2 WHERE name = ?1 AND revoked IS NULL",
                    params![name, column::from_time(now)],
                )?;
                known(connection, &name)
            })
            .await
    }
}

/// A member of today.
pub(crate) fn active(connection: &Connection, name: &Name) -> Result<Member, MemberError> {
    let member = known(connection, name)?;
    match member.revoked {
        Some(since) => Err(MemberError::Revoked { name: name.clone(), since }),
        None => Ok(member),
    }
}

/// A member of today or of the past.
pub(crate) fn known(connection: &Connection, name: &Name) -> Result<Member, MemberError> {
    let mut statement = connection.prepare_cached("SELECT * FROM members WHERE name = ?1")?;
    let found = statement.query_row([name], member).optional()?;
    found.ok_or_else(|| MemberError::NoSuchMember { name: name.clone() })
}

fn member(row: &Row<'_>) -> rusqlite::Result<Member> {
    Ok(Member {
        name: row.get("name")?,
        role: row.get("role")?,
        added: column::time(row, "added")?,
        revoked: column::optional_time(row, "revoked")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Bench, name};

    #[tokio::test]
    async fn a_name_is_given_once_even_after_its_member_has_left() {
        let bench = Bench::new().await;
        let members = bench.members();
        let added = members.add(name("ana"), Role::Member).await.unwrap();
        assert_eq!((added.role, added.added, added.revoked), (Role::Member, bench.clock.now(), None));
        bench.clock.pass(1000);
        let revoked = members.revoke(&name("ana")).await.unwrap();
        bench.clock.pass(1000);
        assert_eq!(members.revoke(&name("ana")).await.unwrap(), revoked, "the first time counts");
        let again = members.add(name("ana"), Role::Admin).await.unwrap_err();
        assert!(matches!(again, MemberError::NameTaken { .. }), "{again}");
        members.add(name("abe"), Role::Guest).await.unwrap();
        let listed = members.list().await.unwrap();
        let listed: Vec<_> = listed.iter().map(|member| (member.name.as_str(), member.revoked.is_some())).collect();
        assert_eq!(listed, [("abe", false), ("ana", true)]);
    }

    #[tokio::test]
    async fn nobody_who_is_unknown_can_be_revoked() {
        let error = Bench::new().await.members().revoke(&name("nobody")).await.unwrap_err();
        assert!(matches!(error, MemberError::NoSuchMember { .. }), "{error}");
        assert!(error.analyst_message().contains("\"nobody\""));
    }

    #[test]
    fn roles_are_ordered_and_read_back() {
        assert!(Role::Guest < Role::Member && Role::Member < Role::Admin);
        for role in [Role::Guest, Role::Member, Role::Admin] {
            assert_eq!(role.to_string().parse(), Ok(role));
        }
        assert_eq!("root".parse::<Role>(), Err(UnknownRole));
    }
}
