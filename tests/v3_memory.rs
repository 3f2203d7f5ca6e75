//! Promise: runs are forgotten. However many there were, deleted or abandoned, memory is where it was.
//!
//! A thousand runs show a leak; the environment variable `NAMEHOUND_MEMORY_RUNS` asks for more, for a figure to quote.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::print_stdout,
    reason = "a failed unwrap in a test is a failed test, which is the point; the figure is meant to be read"
)]
#![cfg(target_os = "linux")]

mod support;

use std::{sync::Arc, time::Duration};

use support::{
    Running, bundled_config,
    v3::{drain, entity, http, request, start},
};

/// Resident memory of this process, in KiB (proc(5), `VmRSS` of `/proc/self/status`).
fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

/// Every third run is deleted after it was read, every third is deleted unread, every third is abandoned.
async fn runs(server: &Arc<Running>, count: usize) {
    let workers: Vec<_> = (0..16)
        .map(|worker| {
            let server = Arc::clone(server);
            tokio::spawn(async move {
                let client = http(false);
                let body = request(vec![entity("in0", "maltego.NSRecord", "fqdn", "ns17.tala-host.example")], &[], 79);
                for number in (worker..count).step_by(16) {
                    let path = start(&server, &client, "ns_to_domains", &body).await;
                    if number % 3 == 0 {
                        assert_eq!(drain(&server, &client, &path, None).await.entities().len(), 79);
                    }
                    if number % 3 < 2 {
                        let deleted = client.delete(server.url(&path)).send().await.unwrap();
                        assert_eq!(deleted.status(), 200);
                    }
                }
            })
        })
        .collect();
    for worker in workers {
        worker.await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn many_runs_leave_memory_flat() {
    let asked = std::env::var("NAMEHOUND_MEMORY_RUNS").ok().and_then(|text| text.parse().ok());
    let count: usize = asked.unwrap_or(1_000);
    let mut config = bundled_config();
    config.v3.retention_seconds = 1;
    config.v3.runs_per_user = 100_000;
    config.log.filter = "off".to_owned();
    let server = Arc::new(Running::start(config));
    let settle = || tokio::time::sleep(Duration::from_millis(2500));
    runs(&server, 300).await;
    settle().await;
    let before = resident();
    runs(&server, count).await;
    settle().await;
    let after = resident();
    println!("resident memory before {count} runs: {before} KiB, after: {after} KiB");
    // One abandoned run of 79 results holds about 100 KiB of events: keeping the abandoned third would show.
    assert!(after < before + 16 * 1024, "memory grew from {before} KiB to {after} KiB");
}
