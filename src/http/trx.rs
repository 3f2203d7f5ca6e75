//! The door for the classic dialect.
//!
//! `POST /run/<name>` runs a transform, `GET` says that it exists: distribution servers check that way. Whatever happens
//! inside a run is a message inside a good answer, since clients show nothing but a generic failure for any other
//! status; only a request that is not one gets a 4xx.

use axum::{
    Extension, Router,
    body::Bytes,
    extract::{Path, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use maltego::{
    Limits, Message, MessageKind, Settings,
    trx::{self, ReadError},
};
use transforms::{Collector, NAMESPACE};

use super::Doors;
use crate::execution::{self, Whom};

pub(super) fn routes() -> Router<Doors> {
    let door = || get(greet).post(run).options(options);
    Router::new().route("/run/{name}", door()).route("/run/{name}/", door())
}

async fn greet(State(doors): State<Doors>, Path(name): Path<String>) -> Response {
    exists(&doors, &name)
}

/// Says that a transform exists.
pub(super) fn exists(doors: &Doors, name: &str) -> Response {
    match doors.app.catalogue.find(name) {
        Some(transform) => {
            let definition = &transform.declaration().definition;
            format!("{} ({}) is here: POST a transform request to run it.\n", definition.name, definition.display_name)
                .into_response()
        }
        None => unknown(),
    }
}

async fn options() -> Response {
    (StatusCode::OK, [(header::ALLOW, "GET, HEAD, POST, OPTIONS")]).into_response()
}

async fn run(
    State(doors): State<Doors>,
    Path(name): Path<String>,
    whom: Option<Extension<Whom>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    run_named(&doors, &name, &of(whom), &headers, &body).await
}

/// On whose behalf a request came; where nobody needs a token, on nobody's.
pub(super) fn of(whom: Option<Extension<Whom>>) -> Whom {
    whom.map(|Extension(whom)| whom).unwrap_or_default()
}

/// Runs a transform by its name.
pub(super) async fn run_named(doors: &Doors, name: &str, whom: &Whom, headers: &HeaderMap, body: &[u8]) -> Response {
    let Some(transform) = doors.app.catalogue.find(name) else { return unknown() };
    let Ok(_permit) = doors.permits.try_acquire() else { return busy(doors.max_runs) };
    let request = match trx::read_request(body, charset(headers), &doors.bounds) {
        Ok(request) => request,
        Err(error) => return refuse(&error),
    };
    let definition = &transform.declaration().definition;
    let settings = Settings::from_wire(request.settings, NAMESPACE, definition.name);
    let limits = Limits::from_wire(request.soft_limit, request.hard_limit, doors.app.default_limit);
    let mut collector = Collector::new(limits.soft.min(doors.app.max_limit));
    execution::execute(&doors.app, transform, request.input, settings, whom, &mut collector).await;
    xml(trx::write_response(&collector.entities, &collector.messages))
}

fn xml(message: String) -> Response {
    ([(header::CONTENT_TYPE, "text/xml; charset=utf-8"), (header::CACHE_CONTROL, "no-store")], message).into_response()
}

fn unknown() -> Response {
    (StatusCode::NOT_FOUND, "There is no such transform on this server.\n").into_response()
}

fn refuse(error: &ReadError) -> Response {
    let status = match error {
        ReadError::TooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
        _ => StatusCode::BAD_REQUEST,
    };
    tracing::info!(%error, "request refused");
    (status, format!("{error}\n")).into_response()
}

fn busy(max_runs: usize) -> Response {
    tracing::warn!(max_runs, "too many runs at once");
    let text = format!(
        "This server is working on {max_runs} runs already, which is all it does at once. Run the transform again in a \
         few seconds."
    );
    xml(trx::write_response(&[], &[Message::new(MessageKind::PartialError, text)]))
}

/// The charset parameter of the content type, for bodies that do not say it themselves.
fn charset(headers: &HeaderMap) -> Option<&str> {
    let content_type = headers.get(header::CONTENT_TYPE)?.to_str().ok()?;
    content_type
        .split(';')
        .skip(1)
        .filter_map(|parameter| parameter.split_once('='))
        .find(|(name, _)| name.trim().eq_ignore_ascii_case("charset"))
        .map(|(_, value)| value.trim().trim_matches('"'))
}
