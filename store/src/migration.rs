//! How tables come to be, and change.
//!
//! Each module of the crate has its own ordered list of migrations. A migration has a name that nothing else has, and the
//! names of those that ran stand in a table. So two modules that grow at the same time need not agree on numbers, and a
//! name in the table that the program does not know says that a newer program has been here.
//!
//! A migration that has been released is never changed; a correction is another migration.

use std::collections::BTreeSet;

use rusqlite::{Connection, TransactionBehavior};

use crate::StoreError;

/// Marks the file as ours, in the header field that SQLite keeps for that purpose: "NHND".
const APPLICATION_ID: i64 = 0x4e48_4e44;

/// One change to the tables.
#[derive(Debug, Clone, Copy)]
pub struct Migration {
    /// Its name, unique in the crate: the module, a slash, what it does, as in `ledger/entries`.
    pub(crate) name: &'static str,
    /// The statements.
    pub(crate) sql: &'static str,
}

/// Refuses files of other programs and of newer versions of this one.
///
/// # Errors
/// [`StoreError::Foreign`], [`StoreError::Newer`], and what SQLite says about the file.
pub(crate) fn check(connection: &Connection, lists: &[&[Migration]]) -> Result<(), StoreError> {
    let application: i64 = connection.query_row("PRAGMA application_id", [], |row| row.get(0))?;
    let tables: i64 = connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    if application != APPLICATION_ID && (application != 0 || tables != 0) {
        return Err(StoreError::Foreign);
    }
    let known: BTreeSet<&str> = lists.iter().copied().flatten().map(|migration| migration.name).collect();
    match applied(connection)?.into_iter().find(|name| !known.contains(name.as_str())) {
        Some(migration) => Err(StoreError::Newer { migration }),
        None => Ok(()),
    }
}

/// Runs what has not run yet. Several processes may do so at once: the second finds everything done.
///
/// # Errors
/// As [`check`].
pub(crate) fn run(connection: &mut Connection, lists: &[&[Migration]]) -> Result<(), StoreError> {
    check(connection, lists)?;
    if connection.table_exists(None, "migrations")? && pending(&applied(connection)?, lists).next().is_none() {
        return Ok(());
    }
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    check(&transaction, lists)?;
    transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
    transaction.execute_batch(
        "CREATE TABLE IF NOT EXISTS migrations (name TEXT NOT NULL PRIMARY KEY, applied TEXT NOT NULL) STRICT",
    )?;
    let done = applied(&transaction)?;
    for migration in pending(&done, lists) {
        transaction.execute_batch(migration.sql)?;
        transaction.execute(
            "INSERT INTO migrations (name, applied) VALUES (?1, strftime('%Y-%m-%dT%H:%M:%SZ', 'now'))",
            [migration.name],
        )?;
    }
    transaction.commit()?;
    Ok(())
}

/// Refuses tables that would have to be changed first, for readers who may not change them.
///
/// # Errors
/// [`StoreError::ReadOnly`] if a migration has not run.
pub(crate) fn require(connection: &Connection, lists: &[&[Migration]]) -> Result<(), StoreError> {
    match pending(&applied(connection)?, lists).next() {
        Some(_) => Err(StoreError::ReadOnly),
        None => Ok(()),
    }
}

fn pending<'a>(done: &'a BTreeSet<String>, lists: &'a [&[Migration]]) -> impl Iterator<Item = &'a Migration> {
    lists.iter().copied().flatten().filter(|migration| !done.contains(migration.name))
}

/// The names of the migrations that ran; none if there is no table yet.
fn applied(connection: &Connection) -> Result<BTreeSet<String>, StoreError> {
    if !connection.table_exists(None, "migrations")? {
        return Ok(BTreeSet::new());
    }
    let mut statement = connection.prepare("SELECT name FROM migrations")?;
    let names = statement.query_map([], |row| row.get(0))?;
    Ok(names.collect::<Result<_, _>>()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIRST: Migration = Migration { name: "a/first", sql: "CREATE TABLE a (x INTEGER) STRICT" };
    const SECOND: Migration = Migration { name: "a/second", sql: "ALTER TABLE a ADD COLUMN y INTEGER" };
    const OTHER: Migration = Migration { name: "b/first", sql: "CREATE TABLE b (x INTEGER) STRICT" };

    #[test]
    fn lists_grow_independently_and_each_migration_runs_once() {
        let mut connection = Connection::open_in_memory().unwrap();
        run(&mut connection, &[&[FIRST]]).unwrap();
        run(&mut connection, &[&[OTHER], &[FIRST]]).unwrap();
        run(&mut connection, &[&[FIRST, SECOND], &[OTHER]]).unwrap();
        run(&mut connection, &[&[FIRST, SECOND], &[OTHER]]).unwrap();
        connection.execute("INSERT INTO a (x, y) VALUES (1, 2)", []).unwrap();
        connection.execute("INSERT INTO b (x) VALUES (1)", []).unwrap();
    }

    #[test]
    fn a_file_of_a_newer_program_is_refused_by_name() {
        let mut connection = Connection::open_in_memory().unwrap();
        run(&mut connection, &[&[FIRST, SECOND]]).unwrap();
        let error = run(&mut connection, &[&[FIRST]]).unwrap_err();
        assert!(matches!(&error, StoreError::Newer { migration } if migration == "a/second"), "{error}");
    }

    #[test]
    fn a_file_of_another_program_is_refused_and_not_touched() {
        let mut connection = Connection::open_in_memory().unwrap();
        connection.execute_batch("CREATE TABLE theirs (x INTEGER)").unwrap();
        assert!(matches!(run(&mut connection, &[&[FIRST]]), Err(StoreError::Foreign)));
        assert!(!connection.table_exists(None, "migrations").unwrap());
    }

    #[test]
    fn a_migration_that_fails_leaves_nothing_behind() {
        let mut connection = Connection::open_in_memory().unwrap();
        let bad = Migration { name: "a/bad", sql: "CREATE TABLE c (x INTEGER); CREATE TABLE nonsense (" };
        assert!(run(&mut connection, &[&[FIRST, bad]]).is_err());
        assert!(!connection.table_exists(None, "a").unwrap());
        run(&mut connection, &[&[FIRST]]).unwrap();
    }

    #[test]
    fn names_are_unique() {
        let names: Vec<&str> = crate::MIGRATIONS.iter().copied().flatten().map(|migration| migration.name).collect();
        assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len());
    }
}
