//! How far a job is that many questions wait for.

use std::sync::Arc;

use tokio::sync::watch;

/// How far a job is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct JobState {
    /// How many questions the source has worked off.
    pub done: u64,
    /// How many there are.
    pub total: u64,
}

/// Who is told how far a job is. By default nobody.
#[derive(Debug, Clone, Default)]
pub struct JobProgress(Option<Arc<watch::Sender<Option<JobState>>>>);

impl JobProgress {
    /// One that somebody listens to. Only the newest state is kept.
    #[must_use]
    pub fn channel() -> (Self, watch::Receiver<Option<JobState>>) {
        let (sender, receiver) = watch::channel(None);
        (Self(Some(Arc::new(sender))), receiver)
    }

    pub(super) fn report(&self, state: JobState) {
        if let Some(sender) = &self.0 {
            sender.send_replace(Some(state));
        }
    }
}
