//! The door for the JSON dialect.
//!
//! Documents first ([`discovery`]), then runs ([`runs`]): the client asks what there is, starts a run, polls it and reads
//! its events. Every path exists twice, as it is and below `/api/v3` for older clients. What stands around the routes
//! ([`cross_origin`], [`document`]) is there for the browser client: it may only read answers, errors included, that name
//! its origin.

pub(super) mod cross_origin;
pub(super) mod discovery;
pub(super) mod document;
mod runs;

use axum::{
    Json, Router,
    extract::{FromRequestParts, Request},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, request::Parts},
    middleware::Next,
    response::{IntoResponse, Response},
    routing::{get, post},
};
use maltego::v3::{
    negotiate::{
        CAPABILITIES_HEADER, CLIENT_VERSION_HEADER, Capability, Client, ClientHeaders, IDENTIFIER_HEADER,
        PROTOCOL_HEADER,
    },
    problem::Refusal,
};

use super::Doors;

/// What this server can do of what the dialect knows.
const CAPABILITIES: &[Capability] =
    &[Capability::PromptBase, Capability::ChoiceControlType, Capability::MultiChoiceControls];

pub(super) fn routes() -> Router<Doors> {
    let all = || {
        Router::new()
            .route("/status", get(discovery::status))
            .route("/hub_item", get(discovery::hub_item))
            .route("/.well-known/supported_capabilities", get(discovery::capabilities))
            .route("/transforms", get(discovery::transforms))
            .route("/transforms/{id}", get(discovery::transform))
            .route("/assets", get(discovery::assets))
            .route("/assets/entities", get(discovery::entities))
            .route("/assets/icons", get(discovery::icons))
            .route("/assets/machines", get(discovery::machines))
            .route("/assets/sets", get(discovery::sets))
            .route("/assets/oauthservice", get(discovery::oauth))
            .route("/transforms/{id}/run", post(runs::start))
            .route("/transforms/{id}/run/{run}", axum::routing::delete(runs::delete))
            .route("/transforms/{id}/run/{run}/results", get(runs::results))
            .route("/transforms/{id}/run/{run}/status", get(runs::results))
            .route("/transforms/{id}/run/{run}/cancel", post(runs::cancel))
            .route("/transforms/{id}/run/{run}/prompts/{prompt}", post(runs::answer))
    };
    let older = all().route("/", get(discovery::status)).fallback(not_found);
    all().nest("/api/v3", older).layer(axum::middleware::from_fn(name_the_protocol))
}

async fn not_found() -> Response {
    refuse(StatusCode::NOT_FOUND, "There is nothing at this address")
}

/// Every answer names the version of the dialect it is in.
async fn name_the_protocol(request: Request, next: Next) -> Response {
    let client = client(request.headers());
    let mut response = next.run(request).await;
    let version = HeaderValue::from_static(client.protocol.as_str());
    response.headers_mut().entry(PROTOCOL_HEADER).or_insert(version);
    response
}

/// What the client says about itself.
pub(super) fn client(headers: &HeaderMap) -> Client {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    Client::read(&ClientHeaders {
        user_agent: text("user-agent"),
        protocol: text(PROTOCOL_HEADER),
        capabilities: text(CAPABILITIES_HEADER),
        identifier: text(IDENTIFIER_HEADER),
        version: text(CLIENT_VERSION_HEADER),
    })
}

/// [`client`] as an extractor.
pub(super) struct Speaker(pub(super) Client);

impl<S: Send + Sync> FromRequestParts<S> for Speaker {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        Ok(Self(client(&parts.headers)))
    }
}

/// An error with one sentence.
fn refuse(status: StatusCode, detail: impl Into<String>) -> Response {
    (status, Json(Refusal::new(detail))).into_response()
}

/// A header whose value is made by us: letters, digits and JSON text in ASCII.
fn header(name: &'static str, value: &str) -> Option<(HeaderName, HeaderValue)> {
    Some((HeaderName::from_static(name), HeaderValue::from_str(value).ok()?))
}
