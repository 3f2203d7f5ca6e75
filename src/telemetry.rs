//! Numbers for whoever runs the server, in the text format of Prometheus.
//!
//! The desk counts what it does (see `intel::desk`), the doors count requests, and the runs count themselves; all of it
//! goes through one facade and is collected here, once for the process. No number has an observable, a member's name or
//! a token in it.
//!
//! | name | labels | |
//! |---|---|---|
//! | `namehound_requests_total` | `status` | requests to this server |
//! | `namehound_request_seconds` | | from a request to the beginning of its answer |
//! | `namehound_runs_total` | `transform`, `ending` | runs of transforms that ended |
//! | `namehound_run_seconds` | `transform` | how long they took |
//! | `namehound_runs_active` | | runs under way |
//! | `namehound_ledger_entries`, `namehound_ledger_body_bytes` | | how large the ledger is |
//! | `namehound_purchases_unsettled` | | purchases under way, or with an unknown outcome |
//! | `namehound_credits_left` | `provider`, `pays` | what a vendor says is left, by a kind of question that it pays for |

use std::{sync::OnceLock, time::Duration};

use metrics::{counter, gauge, histogram};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};

use crate::execution::Ending;

/// The bounds of what takes seconds: from an answer out of memory to a job that somebody waits for.
const SECONDS: [f64; 12] = [0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 15.0, 60.0, 300.0];

/// How often samples that nobody has asked for are put into their buckets.
const UPKEEP: Duration = Duration::from_secs(30);

/// Begins to collect. What was counted before is lost, so it comes first.
///
/// There is one collector for the process, as the facade wants it; asking again gives the same one. `None` where somebody
/// else has installed a collector: then numbers go there.
pub fn collector() -> Option<&'static PrometheusHandle> {
    static COLLECTOR: OnceLock<Option<PrometheusHandle>> = OnceLock::new();
    COLLECTOR
        .get_or_init(|| {
            let builder =
                PrometheusBuilder::new().set_buckets_for_metric(Matcher::Suffix("seconds".to_owned()), &SECONDS);
            match builder.and_then(PrometheusBuilder::install_recorder) {
                Ok(handle) => Some(handle),
                Err(error) => {
                    tracing::warn!(%error, "no numbers are collected");
                    None
                }
            }
        })
        .as_ref()
}

/// Keeps what is collected small while nobody asks for it. Runs until it is dropped.
pub(crate) async fn keep_small() {
    let Some(collector) = collector() else { return };
    let mut interval = tokio::time::interval(UPKEEP);
    loop {
        interval.tick().await;
        collector.run_upkeep();
    }
}

/// A request was answered.
pub(crate) fn request_answered(status: u16, took: Duration) {
    counter!("namehound_requests_total", "status" => status.to_string()).increment(1);
    histogram!("namehound_request_seconds").record(took);
}

/// A run that is under way; counted until it is dropped.
pub(crate) struct ActiveRun(());

impl ActiveRun {
    pub(crate) fn begin() -> Self {
        gauge!("namehound_runs_active").increment(1);
        Self(())
    }
}

impl Drop for ActiveRun {
    fn drop(&mut self) {
        gauge!("namehound_runs_active").decrement(1);
    }
}

/// A run ended.
pub(crate) fn run_ended(transform: &'static str, ending: Ending, took: Duration) {
    let ending = match ending {
        Ending::Complete => "complete",
        Ending::Failed => "failed",
    };
    counter!("namehound_runs_total", "transform" => transform, "ending" => ending).increment(1);
    histogram!("namehound_run_seconds", "transform" => transform).record(took);
}
