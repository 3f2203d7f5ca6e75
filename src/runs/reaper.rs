//! Forgetting: runs that nobody polls are stopped, ended runs that nobody fetches are dropped.

use std::sync::{Arc, Weak};

use tokio::time::Instant;

use super::store::{Run, Shelf};

/// Looks at all runs several times in each retention period, for as long as the shelf exists.
pub(super) async fn forget_old_runs(shelf: Weak<Shelf>) {
    loop {
        let Some(retention) = shelf.upgrade().map(|shelf| shelf.settings.retention) else { return };
        tokio::time::sleep(retention / 4).await;
        let Some(shelf) = shelf.upgrade() else { return };
        let old: Vec<Arc<Run>> = shelf
            .lock()
            .values()
            .filter(|run| Instant::now().saturating_duration_since(run.log.touched()) > retention)
            .cloned()
            .collect();
        for run in old {
            if run.log.is_final() {
                shelf.lock().remove(&run.id);
            } else if !run.log.waits_for_an_answer() {
                run.abandon(shelf.clock.now());
            }
        }
    }
}
