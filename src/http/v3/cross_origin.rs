//! The browser client lives on a page of another origin, so every answer must say whether that page may read it.
//!
//! Preflights and headers are the library's work (Fetch standard, CORS protocol; Private Network Access). Two things are
//! added here. A plain `OPTIONS` that is no preflight is a question of the dialect's own (version and page size), which
//! the library would answer itself; it is carried past it. And a request that changes something and comes from a page
//! that is not allowed is refused, not merely left unreadable.

use axum::{
    extract::{Request, State},
    http::{HeaderName, HeaderValue, Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use maltego::v3::{
    negotiate::{CAPABILITIES_HEADER, CLIENT_VERSION_HEADER, IDENTIFIER_HEADER, PAGE_SIZE_HEADER, PROTOCOL_HEADER},
    run::{ENTITIES_ADDED_HEADER, RUN_DURATION_HEADER, RUN_STATE_HEADER},
};
use tower_http::cors::{AllowOrigin, AllowPrivateNetwork, CorsLayer};

/// Which pages may use this server.
#[derive(Debug, Clone)]
pub(in crate::http) struct AllowedOrigins(Vec<HeaderValue>);

impl AllowedOrigins {
    /// Origins as configured; what cannot be a header value cannot be an origin either.
    pub(in crate::http) fn new(origins: &[String]) -> Self {
        Self(origins.iter().filter_map(|origin| HeaderValue::from_str(origin.trim_end_matches('/')).ok()).collect())
    }

    /// The layer that answers preflights and marks answers.
    pub(in crate::http) fn layer(&self) -> CorsLayer {
        const REQUEST_HEADERS: [&str; 10] = [
            "content-type",
            "authorization",
            CAPABILITIES_HEADER,
            IDENTIFIER_HEADER,
            CLIENT_VERSION_HEADER,
            PROTOCOL_HEADER,
            "maltego-api-key",
            "maltego-identity-authorization",
            "maltego-upstream-identity-method",
            "traceparent",
        ];
        const ANSWER_HEADERS: [&str; 7] = [
            PROTOCOL_HEADER,
            RUN_STATE_HEADER,
            RUN_DURATION_HEADER,
            ENTITIES_ADDED_HEADER,
            PAGE_SIZE_HEADER,
            "maltego-transform-supported-oauth-formats",
            "retry-after",
        ];
        CorsLayer::new()
            .allow_origin(AllowOrigin::list(self.0.clone()))
            .allow_credentials(true)
            .allow_methods([Method::GET, Method::POST, Method::DELETE, Method::OPTIONS])
            .allow_headers(REQUEST_HEADERS.map(HeaderName::from_static))
            .expose_headers(ANSWER_HEADERS.map(HeaderName::from_static))
            .allow_private_network(AllowPrivateNetwork::yes())
            .max_age(std::time::Duration::from_secs(600))
    }

    fn allows(&self, origin: &HeaderValue) -> bool {
        self.0.contains(origin)
    }
}

/// Marks a plain `OPTIONS` on its way past the library.
#[derive(Debug, Clone, Copy)]
struct PlainOptions;

/// Before the library: disguises a plain `OPTIONS`.
pub(in crate::http) fn disguise<B>(mut request: axum::http::Request<B>) -> axum::http::Request<B> {
    let preflight = request.headers().contains_key(header::ACCESS_CONTROL_REQUEST_METHOD);
    if request.method() == Method::OPTIONS && !preflight {
        *request.method_mut() = Method::GET;
        request.extensions_mut().insert(PlainOptions);
    }
    request
}

/// After the library: undoes the disguise.
pub(in crate::http) fn unmask<B>(mut request: axum::http::Request<B>) -> axum::http::Request<B> {
    if request.extensions_mut().remove::<PlainOptions>().is_some() {
        *request.method_mut() = Method::OPTIONS;
    }
    request
}

/// Refuses requests that change something and come from a page that is not allowed.
pub(in crate::http) async fn refuse_foreign(
    State(allowed): State<AllowedOrigins>,
    request: Request,
    next: Next,
) -> Response {
    let changes = !matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    match request.headers().get(header::ORIGIN) {
        Some(origin) if changes && !allowed.allows(origin) => {
            (StatusCode::FORBIDDEN, "Pages of this origin may not use this server.\n").into_response()
        }
        _ => next.run(request).await,
    }
}
