//! One file that several processes share.
//!
//! The server, `namehound run` and the transforms that a client on the same machine starts all use the same data folder,
//! at the same time. SQLite's write-ahead log lets every process read while one writes; who wants to write waits for a
//! while, and a write transaction takes the right to write at its very start (`BEGIN IMMEDIATE`), so that what it has
//! read is still true when it writes.
//!
//! Within a process, reading happens on blocking threads with a few connections, and writing on one thread of its own
//! that commits many pieces of work at once (see `writer`). A write that has been reported as done survives the loss of
//! power.
//!
//! Folder and file are for their owner only: what is kept here says what people asked about.

use std::{
    fmt, fs, io,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    thread,
    time::Duration,
};

use rusqlite::{Connection, OpenFlags, config::DbConfig, limits::Limit};
use tokio::sync::{Semaphore, mpsc};

use crate::{
    MIGRATIONS, StoreError, migration,
    writer::{self, Durability, Job},
};

/// The name of the file in the data folder.
pub const FILE_NAME: &str = "namehound.sqlite3";

/// How long a statement waits for another process.
const PATIENCE: Duration = Duration::from_secs(10);

/// How often opening is tried again while another process holds the file, and the pause between: switching a new file
/// to the write-ahead log is the one step for which SQLite does not wait by itself.
const ATTEMPTS: u32 = 100;
const PAUSE: Duration = Duration::from_millis(20);

/// How many connections read at once.
const READERS: usize = 4;

/// How many pages are copied at once. All of them: a copy that pauses begins anew whenever somebody writes.
const PAGES_AT_ONCE: i32 = i32::MAX;

/// The largest value and the largest row SQLite may handle, in bytes.
const LARGEST_VALUE: i32 = 256 * 1024 * 1024;

/// The database: a handle that is cheap to clone.
#[derive(Clone)]
pub struct Database {
    shared: Arc<Shared>,
}

struct Shared {
    path: PathBuf,
    access: Access,
    /// Connections nobody reads with at the moment.
    idle: Mutex<Vec<Connection>>,
    /// A permit for each connection there may be.
    readers: Arc<Semaphore>,
    /// None if the database was opened for reading only.
    writer: Option<mpsc::Sender<Job>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Access {
    ReadWrite,
    ReadOnly,
    /// For read-only only, and nothing may be written beside it either: nobody else has it open.
    Immutable,
}

impl Database {
    /// Opens the database in a folder; makes both where they are missing and brings tables up to date.
    ///
    /// # Errors
    /// Every [`StoreError`] that says why a file cannot be used.
    pub async fn open(folder: impl Into<PathBuf>) -> Result<Self, StoreError> {
        let folder = folder.into();
        blocking(move || Self::open_now(&folder)).await
    }

    /// Opens the database in a folder for reading only: on a read-only disk, or to look at evidence without touching it.
    ///
    /// # Errors
    /// [`StoreError::CannotOpen`] if there is none, and as [`Database::open`]. Tables of an older version are refused
    /// as [`StoreError::ReadOnly`], since they would have to be changed first.
    pub async fn open_read_only(folder: impl Into<PathBuf>) -> Result<Self, StoreError> {
        let folder = folder.into();
        blocking(move || Self::open_read_only_now(&folder)).await
    }

    /// Where the file is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.shared.path
    }

    /// Whether it was opened for reading only.
    #[must_use]
    pub fn is_read_only(&self) -> bool {
        self.shared.writer.is_none()
    }

    /// Reads on a blocking thread. Everything the closure reads belongs to one moment. It runs to its end even if
    /// nobody waits for it any more.
    ///
    /// # Errors
    /// What the closure returns; [`StoreError`] if there is no connection or the closure panics.
    pub async fn read<T, E, F>(&self, work: F) -> Result<T, E>
    where
        F: FnOnce(&Connection) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let shared = Arc::clone(&self.shared);
        let permit = Arc::clone(&shared.readers).acquire_owned().await.map_err(|_| StoreError::Stopped)?;
        blocking(move || {
            let _permit = permit;
            let mut connection = match shared.idle().pop() {
                Some(connection) => connection,
                None => connect(
                    &shared.path,
                    match shared.access {
                        Access::ReadWrite => Access::ReadOnly,
                        access => access,
                    },
                )?,
            };
            let transaction = connection.transaction().map_err(StoreError::from)?;
            let outcome = work(&transaction);
            // Nothing was written, so there is nothing to commit.
            drop(transaction);
            shared.idle().push(connection);
            outcome
        })
        .await
    }

    /// Writes: all of what the closure does or, if it returns an error, nothing. When this returns, the write survives
    /// the loss of power. The closure runs to its end even if nobody waits for it any more. It shares a transaction
    /// with other writes of this process and must not begin or end one.
    ///
    /// # Errors
    /// What the closure returns; [`StoreError`] if nothing could be written.
    pub async fn write<T, E, F>(&self, work: F) -> Result<T, E>
    where
        F: FnOnce(&Connection) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let writer = self.shared.writer.as_ref().ok_or(StoreError::ReadOnly)?;
        writer::submit(writer, Durability::Full, work).await
    }

    /// As [`Database::write`], for what may be forgotten: it survives the end of the process, but the last moments
    /// before a loss of power may be gone. Saves a wait for the disk.
    ///
    /// # Errors
    /// As [`Database::write`].
    pub async fn write_forgettable<T, E, F>(&self, work: F) -> Result<T, E>
    where
        F: FnOnce(&Connection) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let writer = self.shared.writer.as_ref().ok_or(StoreError::ReadOnly)?;
        writer::submit(writer, Durability::Process, work).await
    }

    /// Copies all of it, as it is at one moment, into a new file. Others may go on reading and writing.
    ///
    /// # Errors
    /// As [`Database::open`]; a failure of either disk.
    pub async fn copy_to(&self, file: PathBuf) -> Result<(), StoreError> {
        let from = self.shared.path.clone();
        blocking(move || {
            let source = connect(&from, Access::ReadOnly)?;
            let folder = file.parent().unwrap_or(Path::new("."));
            make(folder, &file)?;
            let mut target = Connection::open(&file)?;
            let backup = rusqlite::backup::Backup::new(&source, &mut target)?;
            backup.run_to_completion(PAGES_AT_ONCE, Duration::ZERO, None)?;
            Ok(())
        })
        .await
    }

    fn open_now(folder: &Path) -> Result<Self, StoreError> {
        let path = folder.join(FILE_NAME);
        make(folder, &path)?;
        let mut connection = patiently(|| {
            let connection = connect(&path, Access::ReadWrite)?;
            migration::check(&connection, MIGRATIONS)?;
            let mode: String = connection.pragma_update_and_check(None, "journal_mode", "wal", |row| row.get(0))?;
            if mode != "wal" {
                return Err(StoreError::ReadOnly);
            }
            Ok(connection)
        })?;
        migration::run(&mut connection, MIGRATIONS)?;
        let writer = writer::start(connection)?;
        Ok(Self::new(path, Access::ReadWrite, Some(writer)))
    }

    fn open_read_only_now(folder: &Path) -> Result<Self, StoreError> {
        let path = folder.join(FILE_NAME);
        let open = |access| {
            let connection = connect(&path, access)?;
            migration::check(&connection, MIGRATIONS)?;
            migration::require(&connection, MIGRATIONS)?;
            Ok(access)
        };
        let access = match patiently(|| open(Access::ReadOnly)) {
            // The files beside a database in this mode cannot be made on a read-only disk. If there is no log with
            // something in it, the file alone is the whole truth.
            Err(StoreError::CannotOpen { .. } | StoreError::ReadOnly) if path.exists() && !has_log(&path) => {
                open(Access::Immutable)?
            }
            access => access?,
        };
        Ok(Self::new(path, access, None))
    }

    fn new(path: PathBuf, access: Access, writer: Option<mpsc::Sender<Job>>) -> Self {
        let readers = Arc::new(Semaphore::new(READERS));
        Self { shared: Arc::new(Shared { path, access, idle: Mutex::default(), readers, writer }) }
    }
}

impl fmt::Debug for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Database").field("path", &self.shared.path).field("access", &self.shared.access).finish()
    }
}

impl Shared {
    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<Connection>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Runs on a thread that may block; a panic there is an error here.
async fn blocking<T, E, F>(work: F) -> Result<T, E>
where
    F: FnOnce() -> Result<T, E> + Send + 'static,
    T: Send + 'static,
    E: From<StoreError> + Send + 'static,
{
    tokio::task::spawn_blocking(work).await.map_err(|_| StoreError::Stopped)?
}

/// Tries again for a while as long as another process has the file.
fn patiently<T>(mut attempt: impl FnMut() -> Result<T, StoreError>) -> Result<T, StoreError> {
    for _ in 1..ATTEMPTS {
        match attempt() {
            Err(StoreError::Locked) => thread::sleep(PAUSE),
            outcome => return outcome,
        }
    }
    attempt()
}

/// Makes the folder and an empty file, for their owner only. What is there already keeps its permissions.
fn make(folder: &Path, path: &Path) -> Result<(), StoreError> {
    let cannot = |path: &Path, error: &io::Error| match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => StoreError::Full,
        io::ErrorKind::ReadOnlyFilesystem => StoreError::ReadOnly,
        _ => StoreError::CannotOpen { path: path.to_owned(), detail: error.to_string() },
    };
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    let mut options = fs::OpenOptions::new();
    options.read(true).append(true).create(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
        builder.mode(0o700);
        // SQLite gives the files it makes beside this one the same permissions.
        options.mode(0o600);
    }
    builder.create(folder).map_err(|error| cannot(folder, &error))?;
    if !path.exists() {
        options.open(path).map_err(|error| cannot(path, &error))?;
    }
    Ok(())
}

/// Whether there is a write-ahead log with something in it.
fn has_log(path: &Path) -> bool {
    let mut log = path.as_os_str().to_owned();
    log.push("-wal");
    fs::metadata(log).is_ok_and(|log| log.len() > 0)
}

/// Opens a connection and sets it up.
fn connect(path: &Path, access: Access) -> Result<Connection, StoreError> {
    let threads = OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let opened = match access {
        Access::ReadWrite => Connection::open_with_flags(path, threads | OpenFlags::SQLITE_OPEN_READ_WRITE),
        Access::ReadOnly => Connection::open_with_flags(path, threads | OpenFlags::SQLITE_OPEN_READ_ONLY),
        Access::Immutable => Connection::open_with_flags(
            format!("file:{}?immutable=1", uri_path(path)),
            threads | OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI,
        ),
    };
    let prepare = |connection: &Connection| -> rusqlite::Result<()> {
        connection.busy_timeout(PATIENCE)?;
        // The file may have been written by anybody: nothing in its schema may do more than hold data.
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
        connection.set_limit(Limit::SQLITE_LIMIT_LENGTH, LARGEST_VALUE)?;
        connection.set_limit(Limit::SQLITE_LIMIT_ATTACHED, 0)?;
        connection.pragma_update(None, "cell_size_check", true)?;
        connection.pragma_update(None, "foreign_keys", true)?;
        if access == Access::ReadWrite {
            connection.pragma_update(None, "synchronous", "full")?;
        }
        Ok(())
    };
    opened.and_then(|connection| prepare(&connection).map(|()| connection)).map_err(|error| {
        match StoreError::from(error) {
            StoreError::CannotOpen { detail, .. } => StoreError::CannotOpen { path: path.to_owned(), detail },
            error => error,
        }
    })
}

/// A path as SQLite's file addresses want it: what has a meaning in them is escaped.
fn uri_path(path: &Path) -> String {
    path.to_string_lossy().replace('%', "%25").replace('?', "%3f").replace('#', "%23")
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn count(database: &Database) -> Result<i64, StoreError> {
        database
            .read(|connection| Ok(connection.query_row("SELECT count(*) FROM migrations", [], |row| row.get(0))?))
            .await
    }

    async fn scratch(database: &Database) {
        database
            .write(|transaction| {
                Ok::<_, StoreError>(transaction.execute_batch("CREATE TABLE scratch (x INTEGER) STRICT")?)
            })
            .await
            .unwrap();
    }

    async fn insert(database: &Database, value: i64) -> Result<usize, StoreError> {
        database.write(move |transaction| Ok(transaction.execute("INSERT INTO scratch VALUES (?1)", [value])?)).await
    }

    async fn sum(database: &Database) -> i64 {
        let sum = database.read(|connection| -> Result<i64, StoreError> {
            Ok(connection.query_row("SELECT coalesce(sum(x), 0) FROM scratch", [], |row| row.get(0))?)
        });
        sum.await.unwrap()
    }

    #[tokio::test]
    async fn a_second_handle_sees_what_the_first_has_written() {
        let folder = tempfile::tempdir().unwrap();
        let first = Database::open(folder.path().join("data")).await.unwrap();
        scratch(&first).await;
        insert(&first, 7).await.unwrap();
        let second = Database::open(folder.path().join("data")).await.unwrap();
        assert_eq!(sum(&second).await, 7);
        let third = Database::open_read_only(folder.path().join("data")).await.unwrap();
        assert_eq!(sum(&third).await, 7);
        assert!(matches!(insert(&third, 1).await, Err(StoreError::ReadOnly)));
    }

    #[tokio::test]
    async fn a_failed_write_and_a_panic_leave_nothing_and_take_nothing_with_them() {
        let folder = tempfile::tempdir().unwrap();
        let database = Database::open(folder.path()).await.unwrap();
        scratch(&database).await;
        let fails = database.write(|transaction| -> Result<(), StoreError> {
            transaction.execute("INSERT INTO scratch VALUES (1)", [])?;
            Err(StoreError::Locked)
        });
        let panics = database.write(|transaction| -> Result<(), StoreError> {
            transaction.execute("INSERT INTO scratch VALUES (10)", [])?;
            panic!("a test panics")
        });
        let (failed, panicked, kept) = tokio::join!(fails, panics, insert(&database, 100));
        assert!(matches!(failed, Err(StoreError::Locked)));
        assert!(matches!(panicked, Err(StoreError::Stopped)));
        kept.unwrap();
        assert_eq!(sum(&database).await, 100);
    }

    #[tokio::test]
    async fn a_reader_that_panics_does_not_use_up_the_connections() {
        let folder = tempfile::tempdir().unwrap();
        let database = Database::open(folder.path()).await.unwrap();
        for _ in 0..2 * READERS {
            let read = database.read(|_| -> Result<(), StoreError> { panic!("a test panics") });
            assert!(matches!(read.await, Err(StoreError::Stopped)));
        }
        count(&database).await.unwrap();
    }

    #[tokio::test]
    async fn work_whose_asker_gave_up_is_done_all_the_same() {
        let folder = tempfile::tempdir().unwrap();
        let database = Database::open(folder.path()).await.unwrap();
        scratch(&database).await;
        {
            let mut write = std::pin::pin!(insert(&database, 5));
            // Polled once, it has been handed in.
            assert!(futures_poll_once(write.as_mut()).await);
        }
        insert(&database, 1).await.unwrap();
        assert_eq!(sum(&database).await, 6);
    }

    async fn futures_poll_once<F: Future>(mut future: std::pin::Pin<&mut F>) -> bool {
        std::future::poll_fn(|context| std::task::Poll::Ready(future.as_mut().poll(context).is_pending())).await
    }

    #[tokio::test]
    async fn what_is_no_database_is_said_to_be_none() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(FILE_NAME), "a letter that somebody saved under this name ".repeat(100)).unwrap();
        assert!(matches!(Database::open(folder.path()).await, Err(StoreError::NotADatabase)));
        assert!(matches!(Database::open_read_only(folder.path()).await, Err(StoreError::NotADatabase)));
    }

    #[tokio::test]
    async fn a_folder_that_cannot_be_made_is_named() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("file"), "").unwrap();
        let error = Database::open(folder.path().join("file/data")).await.unwrap_err();
        assert!(error.to_string().contains("file/data"), "{error}");
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn folder_and_files_are_for_their_owner_only() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("deep/data");
        let _database = Database::open(&data).await.unwrap();
        assert_eq!(fs::metadata(&data).unwrap().permissions().mode() & 0o777, 0o700);
        for file in fs::read_dir(&data).unwrap() {
            let file = file.unwrap();
            assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600, "{:?}", file.path());
        }
    }
}
