//! The transform application: the door for classic clients that come without a distribution server.
//!
//! One address with commands in the query: `_TRANSFORMS` lists, `_CONFIG` gives the configuration archive, `_RUN` runs.
//! A run is the same as at `/run/<name>`, message for message.

use axum::{
    Extension, Router,
    body::Bytes,
    extract::{Query, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
    routing::get,
};
use maltego::trx::write_transform_list;
use serde::Deserialize;

use super::{Doors, trx, v3::document};
use crate::{execution::Whom, install::PUBLISHER};

/// The command in the query. Clients add parameters of their own, which are ignored.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Command {
    #[serde(rename = "Command")]
    command: String,
    #[serde(rename = "TransformToRun")]
    transform: String,
}

pub(super) fn routes() -> Router<Doors> {
    let door = || get(ask).post(run);
    Router::new().route("/runner", door()).route("/runner/", door())
}

async fn ask(State(doors): State<Doors>, Query(command): Query<Command>, headers: HeaderMap) -> Response {
    match command.command.as_str() {
        "_TRANSFORMS" => {
            let list = write_transform_list(&doors.app.catalogue.listings(), &PUBLISHER);
            document::tagged(&headers, "text/xml; charset=utf-8", list)
        }
        "_CONFIG" => configuration(&doors, &headers),
        "_RUN" => trx::exists(&doors, &command.transform),
        _ => unknown(),
    }
}

async fn run(
    State(doors): State<Doors>,
    Query(command): Query<Command>,
    whom: Option<Extension<Whom>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    match command.command.as_str() {
        "_RUN" => trx::run_named(&doors, &command.transform, &trx::of(whom), &headers, &body).await,
        _ => unknown(),
    }
}

/// What a client imports after discovery: sets, machines, and entity types where there are any.
fn configuration(doors: &Doors, headers: &HeaderMap) -> Response {
    match doors.installer.paired_configuration() {
        Ok(archive) => document::tagged(headers, "application/octet-stream", archive),
        Err(error) => {
            // An empty answer means that there is nothing to pair with; discovery itself is not spoilt by it.
            tracing::error!(%error, "the paired configuration cannot be made");
            StatusCode::OK.into_response()
        }
    }
}

fn unknown() -> Response {
    (StatusCode::NOT_FOUND, "The commands are _TRANSFORMS, _CONFIG and _RUN.\n").into_response()
}
