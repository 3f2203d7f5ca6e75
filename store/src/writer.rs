//! One thread that writes, and many who wait for it.
//!
//! SQLite has one writer at a time, and making a commit durable costs a wait for the disk. So writes queue up for one
//! thread with its own connection. It takes everything that waits into one transaction, commits once, and only then
//! tells everybody: under load many writes share one wait, and nobody is told "done" before it is on the disk.
//!
//! Within the shared transaction each piece of work has a savepoint, so one that fails takes nothing else with it. Only
//! if SQLite gives the whole transaction up (the disk is full) does everybody in it fail, with the same error.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    thread,
};

use rusqlite::{Connection, Transaction, TransactionBehavior};
use tokio::sync::{mpsc, oneshot};

use crate::StoreError;

/// How many pieces of work share a transaction at most.
const BATCH: usize = 256;

/// How many pieces of work may wait; whoever comes then waits for a place to wait.
const QUEUE: usize = 1024;

/// Tells whoever waits how it went: to be called with the fate of the transaction.
type Acknowledge = Box<dyn FnOnce(Result<(), &StoreError>) + Send>;

type Work = dyn FnOnce(Result<&Connection, &StoreError>) -> Done + Send;

/// One piece of work: to be run inside a savepoint, or to be told why it cannot run.
pub(crate) struct Job {
    work: Box<Work>,
    durability: Durability,
}

/// What came of the work, before the commit.
struct Done {
    keep: bool,
    acknowledge: Acknowledge,
}

/// How safe a write must be before it counts as done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Durability {
    /// Survives the loss of power.
    Full,
    /// Survives the end of the process; the last moments before a loss of power may be gone, but never half a write.
    Process,
}

/// Starts the thread. It ends when the sender and all its clones are gone and everything in the queue is done.
pub(crate) fn start(connection: Connection) -> Result<mpsc::Sender<Job>, StoreError> {
    let (sender, receiver) = mpsc::channel(QUEUE);
    thread::Builder::new().name("store-writer".to_owned()).spawn(move || serve(connection, receiver))?;
    Ok(sender)
}

/// Hands work to the thread and waits until it is durable. Work that has been handed in is done even if nobody waits
/// any more.
pub(crate) async fn submit<T, E, F>(queue: &mpsc::Sender<Job>, durability: Durability, work: F) -> Result<T, E>
where
    F: FnOnce(&Connection) -> Result<T, E> + Send + 'static,
    T: Send + 'static,
    E: From<StoreError> + Send + 'static,
{
    let (sender, receiver) = oneshot::channel();
    let work = Box::new(move |connection: Result<&Connection, &StoreError>| {
        let outcome = match connection {
            Ok(connection) => {
                catch_unwind(AssertUnwindSafe(|| work(connection))).unwrap_or_else(|_| Err(StoreError::Stopped.into()))
            }
            Err(error) => Err(error.again().into()),
        };
        let keep = outcome.is_ok();
        let acknowledge: Acknowledge = Box::new(move |fate| {
            // Whoever asked may have given up; the work is done all the same.
            let _ = sender.send(match fate {
                Ok(()) => outcome,
                Err(error) => outcome.and_then(|_| Err(error.again().into())),
            });
        });
        Done { keep, acknowledge }
    });
    queue.send(Job { work, durability }).await.map_err(|_| StoreError::Stopped)?;
    receiver.await.map_err(|_| StoreError::Stopped)?
}

fn serve(mut connection: Connection, mut queue: mpsc::Receiver<Job>) {
    let mut batch = Vec::new();
    let mut synchronous = None;
    while let Some(first) = queue.blocking_recv() {
        batch.push(first);
        while batch.len() < BATCH {
            let Ok(next) = queue.try_recv() else { break };
            batch.push(next);
        }
        let durability = if batch.iter().any(|job| job.durability == Durability::Full) {
            Durability::Full
        } else {
            Durability::Process
        };
        if synchronous != Some(durability) {
            let value = if durability == Durability::Full { "full" } else { "normal" };
            // A connection starts with "full", the safe one, so a failure here costs time and not proof.
            synchronous = connection.pragma_update(None, "synchronous", value).ok().map(|()| durability);
        }
        run(&mut connection, std::mem::take(&mut batch));
    }
}

fn run(connection: &mut Connection, batch: Vec<Job>) {
    let mut transaction = match connection.transaction_with_behavior(TransactionBehavior::Immediate) {
        Ok(transaction) => transaction,
        Err(error) => {
            let error = StoreError::from(error);
            return batch.into_iter().for_each(|job| job.refuse(&error));
        }
    };
    let mut acknowledgements = Vec::with_capacity(batch.len());
    let mut given_up: Option<StoreError> = None;
    for job in batch {
        match &given_up {
            Some(error) => job.refuse(error),
            None => {
                let (acknowledge, failure) = step(&mut transaction, job);
                acknowledgements.extend(acknowledge);
                given_up = failure;
            }
        }
    }
    let fate = match given_up {
        // Dropping the transaction rolls back what SQLite has not rolled back itself.
        Some(error) => Err(error),
        None => transaction.commit().map_err(StoreError::from),
    };
    for acknowledge in acknowledgements {
        acknowledge(fate.as_ref().map(|&()| ()));
    }
}

/// Runs one job in a savepoint. The second result says that the whole transaction is lost.
fn step(transaction: &mut Transaction<'_>, job: Job) -> (Option<Acknowledge>, Option<StoreError>) {
    let savepoint = match transaction.savepoint() {
        Ok(savepoint) => savepoint,
        Err(error) => {
            let error = StoreError::from(error);
            job.refuse(&error);
            return (None, Some(error));
        }
    };
    let done = (job.work)(Ok(&savepoint));
    // Full disks and failing ones make SQLite roll back the transaction by itself.
    let lost = savepoint.is_autocommit();
    let ended = if lost {
        Ok(())
    } else if done.keep {
        savepoint.commit()
    } else {
        savepoint.finish()
    };
    let failure = match ended {
        Err(error) => Some(StoreError::from(error)),
        Ok(()) if lost => Some(StoreError::Disk { detail: "the shared transaction was rolled back".to_owned() }),
        Ok(()) => None,
    };
    (Some(done.acknowledge), failure)
}

impl Job {
    /// Tells whoever waits that the work was not even begun.
    fn refuse(self, error: &StoreError) {
        let done = (self.work)(Err(error));
        (done.acknowledge)(Err(error));
    }
}
