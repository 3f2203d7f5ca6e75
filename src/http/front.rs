//! The front door: what this server is, how to connect a client, and whether it is well.
//!
//! Somebody who opens the server's address in a browser should leave it with a working Maltego: the page names the
//! sources, gives the addresses to paste and lists every transform, generated from the catalogue. Programs that ask for
//! the same address get one line of text.
//!
//! The page is rendered here from templates in `web/`, with one stylesheet and no script, so the browser can be told to
//! run and load nothing else. It holds the asker's token wherever it shows an address; hence it is never stored by
//! anybody on the way, and no link on it tells its own address to where it leads.

mod accept;
mod links;
mod page;
mod stylesheet;

use std::any::Any;

use axum::{
    Json, Router,
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{Html, IntoResponse, Response},
    routing::{any, get},
};
use maltego::v3::problem::Refusal;

use self::{
    links::{Access, Links},
    page::{FrontPage, LockedPage},
};
use super::{Doors, guard, v3};

/// What a browser may do with a page: show it, with our stylesheet and images that stand in it.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self' data:; base-uri 'none'; \
                                       form-action 'none'; frame-ancestors 'none'";

/// The line for everything that is no browser.
const GREETING: &str = concat!(
    "Namehound ",
    env!("CARGO_PKG_VERSION"),
    ", a Maltego transform server for domain intelligence. Transforms answer at /run/<name>.\n"
);

pub(super) fn routes() -> Router<Doors> {
    Router::new()
        .route("/", get(greet).post(greet))
        .route(stylesheet::PATH, get(stylesheet::serve))
        .fallback(any(nothing_here))
}

async fn greet(State(doors): State<Doors>, request: Request) -> Response {
    let access = match guard::of(&request) {
        guard::Standing::Open => Some(Access::Open),
        guard::Standing::Admitted { in_path: Some(token), .. } => Some(Access::TokenInPath(token.0)),
        guard::Standing::Admitted { in_path: None, .. } => Some(Access::TokenInHeader),
        guard::Standing::NoToken => None,
        guard::Standing::Waiting => {
            return guard::too_many("Too many wrong tokens came from this address. Wait a minute.\n");
        }
        guard::Standing::WrongToken | guard::Standing::Expired | guard::Standing::Unavailable => {
            return around(StatusCode::UNAUTHORIZED, refused(&doors, request.headers()));
        }
        guard::Standing::Nowhere => return (StatusCode::NOT_FOUND, "Not found.\n").into_response(),
    };
    let base = doors.base_url.as_deref().ok();
    let response = if !accept::prefers_html(request.headers()) {
        GREETING.into_response()
    } else if let Some(access) = access {
        let links = Links::new(base, access);
        html(&FrontPage::new(&doors.server_name, &doors.app, &links, base))
    } else {
        html(&LockedPage::new(&doors.server_name, base, false))
    };
    around(StatusCode::OK, response)
}

fn refused(doors: &Doors, headers: &HeaderMap) -> Response {
    let response = if accept::prefers_html(headers) {
        html(&LockedPage::new(&doors.server_name, doors.base_url.as_deref().ok(), true))
    } else {
        "This server does not know that token.\n".into_response()
    };
    ([(header::WWW_AUTHENTICATE, "Bearer")], response).into_response()
}

fn html(page: &impl askama::Template) -> Response {
    match page.render() {
        Ok(text) => Html(text).into_response(),
        Err(error) => {
            tracing::error!(%error, "a page could not be rendered");
            (StatusCode::INTERNAL_SERVER_ERROR, "This page cannot be shown. The server's log says why.\n")
                .into_response()
        }
    }
}

/// A page with its status, unless it could not be made, and with what browsers and caches have to know.
fn around(status: StatusCode, mut response: Response) -> Response {
    if response.status().is_success() {
        *response.status_mut() = status;
    }
    let headers = response.headers_mut();
    for (name, value) in [
        (header::VARY, "Accept"),
        (header::CACHE_CONTROL, "no-store"),
        (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
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

/// The answer when a handler panicked. What it panicked about is for the log only.
pub(super) fn panicked(_what: Box<dyn Any + Send + 'static>) -> Response {
    tracing::error!("a request handler panicked");
    (StatusCode::INTERNAL_SERVER_ERROR, "Something went wrong inside this server. Its log says what.\n").into_response()
}
