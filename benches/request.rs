//! How long one request takes from the router's door and back, beside the least that any server would have to do.
//!
//! Without sockets, so that what is measured is ours. How to compare over HTTP stands in `benches/README.md`.

mod baseline;

use std::{net::SocketAddr, sync::Arc};

use axum::{
    Router,
    body::Body,
    http::{Request, header},
};
use criterion::{Criterion, criterion_group, criterion_main};
use namehound::{auth::Tokens, config::Config, http, install::Installer};
use tokio::runtime::Runtime;
use tower::ServiceExt as _;

/// Sends the request and reads the whole answer.
async fn ask(router: &Router, path: &'static str) -> usize {
    let request = Request::post(path).header(header::CONTENT_TYPE, "text/xml").body(Body::from(baseline::REQUEST));
    let Ok(request) = request else { return 0 };
    let Ok(response) = router.clone().oneshot(request).await;
    axum::body::to_bytes(response.into_body(), usize::MAX).await.map_or(0, |body| body.len())
}

#[expect(clippy::expect_used, reason = "without a runtime and a server there is nothing to measure")]
fn request(criterion: &mut Criterion) {
    let runtime = Runtime::new().expect("a runtime");
    let config = Config::default();
    // The router starts a task that forgets old runs.
    let _inside = runtime.enter();
    let app = baseline::app(&config);
    let installer = Installer::shipped(Arc::clone(&app.catalogue)).expect("the shipped data");
    let bound = SocketAddr::from(([127, 0, 0, 1], 8080));
    let namehound = http::router(app, Tokens::default(), &config, installer, bound);
    let least = baseline::router(runtime.block_on(baseline::results()));
    let folder = std::env::temp_dir().join(format!("namehound-bench-{}", std::process::id()));
    let keeping = runtime.block_on(baseline::keeping_app(&config, &folder));
    let installer = Installer::shipped(Arc::clone(&keeping.catalogue)).expect("the shipped data");
    let keeping = http::router(keeping, Tokens::default(), &config, installer, bound);
    let (_, kept) = runtime
        .block_on(async { (ask(&keeping, "/run/ns_to_domains").await, ask(&keeping, "/run/ns_to_domains").await) });

    // The first request asks the vendor's double; from then on the answer is remembered.
    let (first, cached) = runtime
        .block_on(async { (ask(&namehound, "/run/ns_to_domains").await, ask(&namehound, "/run/ns_to_domains").await) });
    let bare = runtime.block_on(ask(&least, "/run/baseline"));
    // A benchmark of an error would look splendid.
    assert!(kept > cached, "{kept} bytes with the names of the evidence, {cached} without");
    assert!(first > 10_000 && cached == bare, "{first} bytes, then {cached}, and {bare} at the least");

    let mut group = criterion.benchmark_group("request");
    group.bench_function("namehound, cached answer with 100 entities", |bencher| {
        bencher.iter(|| runtime.block_on(ask(&namehound, "/run/ns_to_domains")));
    });
    group.bench_function("namehound, the same with ledger and database", |bencher| {
        bencher.iter(|| runtime.block_on(ask(&keeping, "/run/ns_to_domains")));
    });
    group.bench_function("baseline, read and render 100 entities", |bencher| {
        bencher.iter(|| runtime.block_on(ask(&least, "/run/baseline")));
    });
    group.finish();
    let _left_behind = std::fs::remove_dir_all(folder);
}

criterion_group!(requests, request);
criterion_main!(requests);
