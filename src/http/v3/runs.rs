//! Starting, polling, answering, cancelling and deleting runs.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use axum::{
    Json,
    body::Bytes,
    extract::{ConnectInfo, Extension, Path, Query, State},
    http::{HeaderMap, HeaderValue, StatusCode, header as names},
    response::{IntoResponse, Response},
};
use maltego::{
    Limits, Settings,
    v3::{
        negotiate::Capability,
        request::{GraphError, RequestError, RunRequest, matching_inputs},
        run::{ENTITIES_ADDED_HEADER, Page, RUN_DURATION_HEADER, RUN_STATE_HEADER, RunSnapshot, RunState, RunSummary},
    },
};
use serde::Deserialize;
use transforms::NAMESPACE;

use super::{Speaker, discovery, header, refuse};
use crate::{
    execution::Whom,
    http::{Doors, guard::Identity},
    runs::{Answered, Run, Snapshot, Start, User},
};

/// What a poll asks for.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Poll {
    event_pointer: Option<String>,
    event_limit: Option<String>,
}

/// How a run is deleted.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Deletion {
    /// Whether the user pressed stop.
    #[serde(rename = "Cancelled")]
    cancelled: Option<String>,
}

pub(super) async fn start(
    State(doors): State<Doors>,
    Path(id): Path<String>,
    Speaker(client): Speaker,
    (identity, whom): (Option<Extension<Identity>>, Option<Extension<Whom>>),
    peer: Option<Extension<ConnectInfo<SocketAddr>>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let Some(declaration) = discovery::find(&doors, &id) else { return discovery::unknown_transform() };
    let Some(transform) = doors.app.catalogue.find(declaration.definition.name) else {
        return discovery::unknown_transform();
    };
    if !is_json(&headers) {
        return refuse(StatusCode::UNPROCESSABLE_ENTITY, "The body should be JSON (Content-Type: application/json)");
    }
    let request = match RunRequest::read(&body, &doors.request_bounds) {
        Ok(request) => request,
        Err(error) => return refuse_request(&error),
    };
    let inputs = matching_inputs(&request, &declaration.definition);
    if inputs.is_empty() {
        return refuse_request(&RequestError::Graph(GraphError::NothingMatches));
    }
    let inputs = inputs.into_iter().map(|(id, input)| (id.to_owned(), input.into_owned())).collect();
    let limits = Limits::from_wire(request.limit, None, doors.app.default_limit);
    let start = Start {
        transform: Arc::clone(transform),
        name: id,
        inputs,
        settings: Settings::from_wire(request.settings, NAMESPACE, declaration.definition.name),
        limit: limits.soft.min(doors.app.max_limit),
        user: user(identity, peer),
        whom: crate::http::trx::of(whom),
        can_prompt: client.can(Capability::PromptBase) && client.can(Capability::ChoiceControlType),
    };
    match doors.runs.start(&doors.app, start) {
        Ok(run) => {
            // The answer tells of the moment of starting, whatever has happened since.
            let snapshot = RunSnapshot {
                run_id: &run.id,
                state: RunState::Initialized,
                started: run.started,
                updated: run.started,
                events: &[],
                entities: 0,
            };
            with_state((StatusCode::CREATED, Json(snapshot.started())).into_response(), RunState::Initialized)
        }
        Err(refused) => {
            let detail = format!(
                "You have {} unfinished runs on this server, which is as many as one user may have. Wait for one to end",
                refused.most
            );
            let mut response = refuse(StatusCode::TOO_MANY_REQUESTS, detail);
            response.headers_mut().insert(names::RETRY_AFTER, HeaderValue::from_static("2"));
            response
        }
    }
}

pub(super) async fn results(
    State(doors): State<Doors>,
    Path((id, run_id)): Path<(String, String)>,
    Query(poll): Query<Poll>,
) -> Response {
    let run = match known(&doors, &id, &run_id, RunState::TimedOut) {
        Ok(run) => run,
        Err(missing) => return missing.into_response(),
    };
    let page = match Page::read(poll.event_pointer.as_deref(), poll.event_limit.as_deref(), doors.page_size) {
        Ok(page) => page,
        Err(malformed) => return (StatusCode::UNPROCESSABLE_ENTITY, Json(malformed)).into_response(),
    };
    let deadline = tokio::time::Instant::now() + doors.hold;
    let seen = run.log.look_beyond(page.pointer, deadline, SETTLE).await;
    let snapshot = RunSnapshot {
        run_id: &run.id,
        state: seen.state,
        started: run.started,
        updated: seen.updated,
        events: &seen.events,
        entities: seen.entities,
    };
    let response = Json(snapshot.page(page)).into_response();
    with_duration(with_state(response, seen.state), run.duration(seen.ended))
}

/// How long a poll that has found something is held for more.
const SETTLE: Duration = Duration::from_millis(40);

pub(super) async fn cancel(State(doors): State<Doors>, Path((id, run_id)): Path<(String, String)>) -> Response {
    match known(&doors, &id, &run_id, RunState::Failed) {
        Ok(run) => {
            run.cancel(doors.app.clock.now());
            summary(&run, &run.log.look(), RunState::Cancelled)
        }
        Err(missing) => missing.into_response(),
    }
}

pub(super) async fn delete(
    State(doors): State<Doors>,
    Path((id, run_id)): Path<(String, String)>,
    Query(deletion): Query<Deletion>,
) -> Response {
    match known(&doors, &id, &run_id, RunState::Failed) {
        Ok(run) => {
            run.cancel(doors.app.clock.now());
            doors.runs.remove(&run.id);
            let seen = run.log.look();
            let pressed_stop = deletion.cancelled.is_some_and(|text| text.eq_ignore_ascii_case("true"));
            summary(&run, &seen, if pressed_stop { RunState::Cancelled } else { seen.state })
        }
        Err(missing) => missing.into_response(),
    }
}

pub(super) async fn answer(
    State(doors): State<Doors>,
    Path((id, run_id, prompt)): Path<(String, String, String)>,
    body: Bytes,
) -> Response {
    let run = match known(&doors, &id, &run_id, RunState::Failed) {
        Ok(run) => run,
        Err(missing) => return missing.into_response(),
    };
    if run.log.look().state == RunState::TimedOut {
        return refuse(StatusCode::GONE, "This run has timed out");
    }
    match run.log.answer(doors.app.clock.now(), &prompt, &body) {
        Answered::Taken => with_state(StatusCode::NO_CONTENT.into_response(), run.log.look().state),
        Answered::Unknown => refuse(StatusCode::NOT_FOUND, "This run asks no such question"),
        Answered::Closed => refuse(StatusCode::CONFLICT, "This question was answered already"),
        Answered::Malformed(malformed) => (StatusCode::UNPROCESSABLE_ENTITY, Json(malformed)).into_response(),
    }
}

/// A run of a transform.
///
/// A run that is unknown was most likely forgotten, which the header says in the words that clients know: `gone`.
fn known(doors: &Doors, transform: &str, run: &str, gone: RunState) -> Result<Arc<Run>, Missing> {
    if discovery::find(doors, transform).is_none() {
        return Err(Missing::Transform);
    }
    doors.runs.find(run, transform).ok_or(Missing::Run { gone })
}

/// What an address names and this server does not have.
#[derive(Debug, Clone, Copy)]
enum Missing {
    Transform,
    Run { gone: RunState },
}

impl IntoResponse for Missing {
    fn into_response(self) -> Response {
        match self {
            Self::Transform => discovery::unknown_transform(),
            Self::Run { gone } => {
                with_state(refuse(StatusCode::NOT_FOUND, "There is no such run, or it was forgotten"), gone)
            }
        }
    }
}

fn summary(run: &Run, seen: &Snapshot, state: RunState) -> Response {
    let duration = run.duration(seen.ended);
    let milliseconds = u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
    let summary = RunSummary::new(&run.id, state, milliseconds, &seen.added);
    let added = summary.entities_added_header();
    let mut response = with_duration(with_state(Json(&summary).into_response(), state), duration);
    response.headers_mut().extend(header(ENTITIES_ADDED_HEADER, &added));
    response
}

fn with_state(mut response: Response, state: RunState) -> Response {
    response.headers_mut().extend(header(RUN_STATE_HEADER, state.header()));
    response.headers_mut().insert(names::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

fn with_duration(mut response: Response, duration: Duration) -> Response {
    response.headers_mut().extend(header(RUN_DURATION_HEADER, &duration.as_millis().to_string()));
    response
}

fn refuse_request(error: &RequestError) -> Response {
    let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::BAD_REQUEST);
    tracing::info!(status = status.as_u16(), "run request refused");
    (status, Json(error)).into_response()
}

fn is_json(headers: &HeaderMap) -> bool {
    let content_type = headers.get(names::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    essence == "application/json" || (essence.starts_with("application/") && essence.ends_with("+json"))
}

/// Whom a run counts for: the token it came with, else the address it came from.
fn user(identity: Option<Extension<Identity>>, peer: Option<Extension<ConnectInfo<SocketAddr>>>) -> User {
    User(match (identity, peer) {
        (Some(Extension(identity)), _) => identity.to_string(),
        (None, Some(Extension(ConnectInfo(address)))) => address.ip().to_string(),
        (None, None) => "somebody".to_owned(),
    })
}
