//! The doors for Maltego.
//!
//! One door per dialect ([`trx`]), and what stands around all of them: who may come in, how large and how slow a request
//! may be, what happens when too many come at once, and an answer in the right form when something breaks.
//!
//! The token in a path is taken out before anything else sees the request, so it can appear neither in a route nor in a
//! log line.

mod front;
mod guard;
mod patience;
mod server;
mod trx;

use std::{sync::Arc, time::Duration};

use axum::{
    Router,
    extract::DefaultBodyLimit,
    http::{Request, Response},
};
use maltego::trx::Bounds;
use tokio::sync::Semaphore;
use tower::ServiceBuilder;
use tower_http::{
    ServiceBuilderExt,
    catch_panic::CatchPanicLayer,
    limit::RequestBodyLimitLayer,
    request_id::MakeRequestUuid,
    trace::{DefaultOnFailure, TraceLayer},
};
use tracing::Span;

pub use server::{ListenError, Server, Stopper};

use crate::{app::App, auth::Tokens, config::ServerSection};

/// What the doors share.
#[derive(Debug, Clone)]
pub(crate) struct Doors {
    app: App,
    tokens: Arc<Tokens>,
    bounds: Bounds,
    /// One permit a run; when none is left further runs are told to come back.
    runs: Arc<Semaphore>,
    max_runs: usize,
}

/// The router with everything around it, ready to be served.
pub fn router(app: App, tokens: Tokens, section: &ServerSection) -> Router {
    let bounds = section.request.bounds();
    let body_limit = bounds.body;
    let doors = Doors {
        app,
        tokens: Arc::new(tokens),
        bounds,
        runs: Arc::new(Semaphore::new(section.max_runs)),
        max_runs: section.max_runs,
    };
    let routes = Router::new()
        .merge(trx::routes())
        .layer(axum::middleware::from_fn_with_state(doors.clone(), guard::admit))
        .merge(front::routes())
        .with_state(doors.clone());
    let around = ServiceBuilder::new()
        .set_x_request_id(MakeRequestUuid)
        .layer(
            TraceLayer::new_for_http()
                .make_span_with(span)
                .on_request(())
                .on_response(|response: &Response<_>, took: Duration, _: &Span| {
                    tracing::debug!(
                        status = response.status().as_u16(),
                        milliseconds = u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
                        "answered"
                    );
                })
                .on_failure(DefaultOnFailure::new().level(tracing::Level::WARN)),
        )
        .propagate_x_request_id()
        .layer(CatchPanicLayer::custom(front::panicked))
        .layer(axum::middleware::from_fn_with_state(Duration::from_secs(section.request.read_seconds), patience::limit))
        // Two limits on purpose: this one refuses a stated length before a byte is read, axum's own counts what an
        // extractor really reads.
        .layer(RequestBodyLimitLayer::new(body_limit))
        .layer(DefaultBodyLimit::max(body_limit));
    let served = Router::new().fallback_service(routes.layer(around));
    // Taking the token out of the path must come before routing, so it wraps the whole router.
    Router::new().fallback_service(ServiceBuilder::new().map_request(guard::take_token).service(served))
}

/// A span that knows the route, never the path: a path may hold a token.
fn span<B>(request: &Request<B>) -> Span {
    let id = request.headers().get("x-request-id").and_then(|id| id.to_str().ok()).unwrap_or_default();
    tracing::info_span!("request", method = %request.method(), id)
}
