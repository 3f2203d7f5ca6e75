//! The doors for whoever runs the server: is it alive, is it ready, what are its numbers?
//!
//! Anybody may ask whether it is alive or ready; the answer is one word and names no source. The numbers say how much is
//! asked and spent, so they stand behind the same authentication as runs.

use axum::{
    Json, Router,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use serde_json::json;

use super::Doors;
use crate::telemetry;

/// What everybody may ask.
pub(super) fn open() -> Router<Doors> {
    Router::new().route("/health", get(health)).route("/ready", get(ready))
}

/// What only those may ask who may run transforms.
pub(super) fn guarded() -> Router<Doors> {
    Router::new().route("/metrics", get(metrics))
}

/// Whether the process is alive; it says nothing about sources.
async fn health() -> Response {
    ([(header::CACHE_CONTROL, "no-store")], Json(json!({ "status": "ok" }))).into_response()
}

/// Whether runs can be answered: there is somebody to ask, and there is room for one more run.
async fn ready(State(doors): State<Doors>) -> Response {
    let has_sources = doors.app.has_sources();
    let has_room = doors.permits.available_permits() > 0;
    let (status, word) = match (has_sources, has_room) {
        (false, _) => (StatusCode::SERVICE_UNAVAILABLE, "no source is configured"),
        (true, false) => (StatusCode::SERVICE_UNAVAILABLE, "busy"),
        (true, true) => (StatusCode::OK, "ready"),
    };
    (status, [(header::CACHE_CONTROL, "no-store")], Json(json!({ "status": word }))).into_response()
}

async fn metrics() -> Response {
    match telemetry::collector() {
        Some(collector) => {
            let headers = [
                (header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8"),
                (header::CACHE_CONTROL, "no-store"),
            ];
            (headers, collector.render()).into_response()
        }
        None => (StatusCode::NOT_FOUND, "No numbers are collected here.\n").into_response(),
    }
}
