//! Time as an argument.
//!
//! Two clocks matter. *What time is it in the world* decides how old an answer is; *how much time has passed* decides
//! waits, deadlines and rates. [`SystemClock`] reads the first from the operating system and the second from tokio,
//! so a test with tokio's paused time moves the second at will; [`ManualClock`] derives both from tokio, so a test
//! moves both together and never sleeps.

use std::{fmt::Debug, time::Duration};

use jiff::Timestamp;
use tokio::time::Instant;

/// Tells the time.
pub trait Clock: Debug + Send + Sync {
    /// The time in the world, UTC.
    fn now(&self) -> Timestamp;

    /// A monotonic instant for waits and deadlines. Waiting itself is `tokio::time`, which tests can pause.
    fn instant(&self) -> Instant {
        Instant::now()
    }
}

/// The operating system's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
}

/// A clock that starts at a given time and moves only as tokio's clock does. Under `start_paused` it moves when the
/// test says so.
#[derive(Debug, Clone, Copy)]
pub struct ManualClock {
    start: Timestamp,
    origin: Instant,
}

impl ManualClock {
    /// A clock that shows `start` now. Call it inside a tokio runtime whose time is paused.
    #[must_use]
    pub fn starting_at(start: Timestamp) -> Self {
        Self { start, origin: Instant::now() }
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        let passed = Instant::now().saturating_duration_since(self.origin);
        later(self.start, passed)
    }
}

/// A time plus a duration, staying at the last representable time instead of overflowing.
#[must_use]
pub fn later(time: Timestamp, by: Duration) -> Timestamp {
    time.checked_add(by).unwrap_or(Timestamp::MAX)
}
