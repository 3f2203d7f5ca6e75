//! Runs of the JSON dialect: started, polled, answered, cancelled, forgotten.
//!
//! A client starts a run and gets its id at once; the work goes on in a task of its own and writes into the run's
//! [`Log`], which pollers read. Three rules keep this honest:
//!
//! * **The log only grows.** Events are rendered once, when they happen, and never change. State and events are
//!   published under one lock, so no client can see a final state before the message that explains it.
//! * **Nobody works for nobody.** A run that is cancelled, deleted or no longer polled stops its work, down to the
//!   upstream question (a purchase under way is the one exception, see the desk).
//! * **Everything is bounded.** Bytes per run, runs per user, and the time a finished run is kept.

mod log;
mod reaper;
mod sink;
mod store;

pub use log::{Answered, Log, Snapshot};
pub use store::{Refused, Run, Runs, Start, User};

use std::time::Duration;

/// How runs behave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RunSettings {
    /// How long one run may take.
    pub run_time: Duration,
    /// How long a run is kept after the last poll, and how long it goes on without one.
    pub retention: Duration,
    /// How many unfinished runs one user may have.
    pub per_user: usize,
    /// How many bytes of events one run may hold.
    pub bytes: usize,
    /// How long a question to the user waits for its answer.
    pub prompt_time: Duration,
    /// How many inputs of one run are worked on at once.
    pub parallel: usize,
}
