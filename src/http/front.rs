//! The front door: is anybody there, and is it well?

use std::any::Any;

use axum::{
    Json, Router,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
    routing::{any, get},
};
use maltego::v3::problem::Refusal;
use serde_json::json;

use super::{Doors, v3};

pub(super) fn routes() -> Router<Doors> {
    Router::new().route("/", get(greet).post(greet)).route("/health", get(health)).fallback(any(nothing_here))
}

async fn greet() -> &'static str {
    concat!(
        "Namehound ",
        env!("CARGO_PKG_VERSION"),
        ", a Maltego transform server for domain intelligence. Transforms answer at /run/<name>.\n"
    )
}

/// Nothing is here, in the form that the client reads.
async fn nothing_here(headers: HeaderMap) -> Response {
    let accepts_json = headers
        .get(header::ACCEPT)
        .and_then(|accept| accept.to_str().ok())
        .is_some_and(|accept| accept.contains("application/json"));
    if accepts_json || !v3::client(&headers).silent {
        return (StatusCode::NOT_FOUND, Json(Refusal::new("Not Found"))).into_response();
    }
    (StatusCode::NOT_FOUND, "Not found.\n").into_response()
}

/// Whether the process is alive; it says nothing about sources.
async fn health() -> Response {
    ([(header::CACHE_CONTROL, "no-store")], Json(json!({ "status": "ok" }))).into_response()
}

/// The answer when a handler panicked. What it panicked about is for the log only.
pub(super) fn panicked(_what: Box<dyn Any + Send + 'static>) -> Response {
    tracing::error!("a request handler panicked");
    (StatusCode::INTERNAL_SERVER_ERROR, "Something went wrong inside this server. Its log says what.\n").into_response()
}
