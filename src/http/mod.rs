//! The doors for Maltego.
//!
//! One door per dialect (`trx`), one for the files that users import (`maltego`), and what stands around all of them:
//! who may come in, how large and how slow a request may be, what happens when too many come at once, and an answer in
//! the right form when something breaks.
//!
//! The token in a path is taken out before anything else sees the request, so it can appear neither in a route nor in a
//! log line.

pub mod base_url;
mod evidence;
mod files;
mod front;
mod guard;
mod operations;
mod patience;
mod runner;
mod seed;
mod server;
mod trx;
mod v3;

use std::{net::SocketAddr, sync::Arc, time::Duration};

use axum::{
    Router,
    extract::DefaultBodyLimit,
    http::{Extensions, Request, Response},
    middleware::from_fn_with_state,
};
use jiff::Timestamp;
use maltego::{trx::Bounds, v3::request};
use secrecy::ExposeSecret;
use tokio::sync::Semaphore;
use tower::ServiceBuilder;
use tower_http::{
    ServiceBuilderExt,
    catch_panic::CatchPanicLayer,
    compression::{CompressionLayer, predicate::SizeAbove},
    limit::RequestBodyLimitLayer,
    request_id::MakeRequestUuid,
    trace::{DefaultOnFailure, TraceLayer},
};
use tracing::Span;

pub use server::{ListenError, Server, Stopper};

use self::{
    base_url::{BaseUrlError, base_url},
    v3::{
        cross_origin::{self, AllowedOrigins},
        document::COMPRESSED_FROM,
    },
};
use crate::{app::App, auth::Tokens, config::Config, install::Installer, runs::Runs, telemetry};

/// What the doors share.
#[derive(Debug, Clone)]
pub(crate) struct Doors {
    app: App,
    gate: Arc<guard::Gate>,
    bounds: Bounds,
    /// One permit a classic run; when none is left further runs are told to come back.
    permits: Arc<Semaphore>,
    max_runs: usize,
    /// Makes what users import.
    installer: Arc<Installer>,
    /// The name that clients show for this server.
    server_name: Arc<str>,
    /// The base of every URL written for clients, where it is known.
    base_url: Result<String, BaseUrlError>,
    started: Timestamp,
    runs: Runs,
    request_bounds: request::Bounds,
    page_size: usize,
    /// How long a poll that would bring nothing is held open.
    hold: Duration,
}

impl Doors {
    /// The base of every URL that is written for whoever sent this request. Who came with a token in the path gets
    /// addresses with that token in them; a token that opens nothing is never repeated.
    fn base_for(&self, request: &Extensions) -> Result<String, BaseUrlError> {
        let base = self.base_url.as_ref().map_err(Clone::clone)?;
        let token = guard::token_path(request);
        Ok(format!("{base}{}", token.expose_secret()))
    }
}

/// The router with everything around it, ready to be served from an address. It wants to know who asks: serve it with
/// `into_make_service_with_connect_info::<SocketAddr>()`.
pub fn router(app: App, tokens: Tokens, config: &Config, installer: Installer, bound: SocketAddr) -> Router {
    let (section, v3) = (&config.server, &config.v3);
    let bounds = section.request.bounds();
    let body_limit = bounds.body;
    let doors = Doors {
        gate: Arc::new(guard::Gate::new(tokens, app.stores.clone(), app.oidc.clone(), &config.members)),
        bounds,
        permits: Arc::new(Semaphore::new(section.max_runs)),
        max_runs: section.max_runs,
        installer: Arc::new(installer),
        server_name: Arc::from(section.name.as_str()),
        base_url: base_url(section.public_url.as_deref(), section.scheme(), Some(bound)),
        started: app.clock.now(),
        runs: Runs::new(v3.run_settings(), Arc::clone(&app.clock)),
        request_bounds: request::Bounds::default(),
        page_size: v3.page_size.max(1),
        hold: Duration::from_millis(v3.hold_milliseconds),
        app,
    };
    let origins = AllowedOrigins::new(&v3.allowed_origins);
    let classic = Router::new()
        .merge(trx::routes())
        .merge(runner::routes())
        .merge(files::routes())
        .merge(evidence::routes())
        .merge(operations::guarded())
        .layer(from_fn_with_state(doors.clone(), guard::admit));
    let v3 = Router::new().merge(v3::routes()).merge(seed::routes()).layer(
        // Outermost first: answers of the guard must be readable for the browser client as well.
        ServiceBuilder::new()
            .layer(CompressionLayer::new().gzip(true).compress_when(SizeAbove::new(COMPRESSED_FROM)))
            .layer(from_fn_with_state(doors.clone(), guard::admit_v3)),
    );
    let routes = Router::new()
        .merge(classic)
        .merge(v3)
        .merge(operations::open())
        .merge(front::routes())
        .layer(from_fn_with_state(doors.clone(), guard::identify))
        .with_state(doors);
    let cross_origin = ServiceBuilder::new()
        .map_request(cross_origin::disguise)
        .layer(origins.layer())
        .map_request(cross_origin::unmask)
        .layer(from_fn_with_state(origins, cross_origin::refuse_foreign));
    let around = ServiceBuilder::new()
        .set_x_request_id(MakeRequestUuid)
        .layer(
            TraceLayer::new_for_http()
                .make_span_with(span)
                .on_request(())
                .on_response(|response: &Response<_>, took: Duration, _: &Span| {
                    telemetry::request_answered(response.status().as_u16(), took);
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
    // Outside of everything that may refuse or break: the browser client must be able to read that as well.
    let served = Router::new().fallback_service(routes.layer(around)).layer(cross_origin);
    // Taking the token out of the path must come before routing, so it wraps the whole router.
    Router::new().fallback_service(ServiceBuilder::new().map_request(guard::take_token).service(served))
}

/// A span that knows the route, never the path: a path may hold a token.
fn span<B>(request: &Request<B>) -> Span {
    let id = request.headers().get("x-request-id").and_then(|id| id.to_str().ok()).unwrap_or_default();
    tracing::info_span!("request", method = %request.method(), id)
}
