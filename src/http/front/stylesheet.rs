//! The one stylesheet of all pages, in the program itself.
//!
//! Its address holds a hash of its content, so that browsers may keep it for good and still see a new one at once.

use std::sync::LazyLock;

use axum::{
    extract::Path,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};

/// The route; the parameter is the file's name.
pub(super) const PATH: &str = "/styles/{file}";

const STYLESHEET: &str = include_str!("../../../web/styles/pages.css");

/// The file's name with the hash of its content.
static FILE: LazyLock<String> = LazyLock::new(|| {
    let hash = blake3::hash(STYLESHEET.as_bytes()).to_hex();
    format!("pages-{}.css", hash.get(..16).unwrap_or_default())
});

/// The address for a page of a site below a path.
pub(super) fn address(path: &str) -> String {
    format!("{path}/styles/{}", *FILE)
}

pub(super) async fn serve(Path(file): Path<String>) -> Response {
    if file != *FILE {
        return (StatusCode::NOT_FOUND, "Not found.\n").into_response();
    }
    let headers = [
        (header::CONTENT_TYPE, "text/css; charset=utf-8"),
        (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (headers, STYLESHEET).into_response()
}
