//! The front door: is anybody there, and is it well?

use std::any::Any;

use axum::{
    Json, Router,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
    routing::{any, get},
};
use serde_json::json;

use super::Doors;

pub(super) fn routes() -> Router<Doors> {
    Router::new()
        .route("/", get(greet).post(greet))
        .route("/health", get(health))
        .fallback(any(|| async { (StatusCode::NOT_FOUND, "Not found.\n") }))
}

async fn greet() -> &'static str {
    concat!(
        "Namehound ",
        env!("CARGO_PKG_VERSION"),
        ", a Maltego transform server for domain intelligence. Transforms answer at /run/<name>.\n"
    )
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
