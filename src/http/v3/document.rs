//! Documents that clients fetch again and again: a strong `ETag`, and 304 for who has it already.

use axum::{
    body::Bytes,
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use maltego::v3::negotiate::VARY;
use serde::Serialize;

/// From this size on an answer is compressed where the client takes it, in bytes.
pub(in crate::http) const COMPRESSED_FROM: u64 = 512;

/// A JSON document for a client with these request headers.
pub(in crate::http) fn json(request: &HeaderMap, document: &impl Serialize) -> Response {
    match serde_json::to_vec(document) {
        Ok(body) => {
            let mut response = tagged(request, "application/json", body);
            if let Ok(vary) = HeaderValue::from_str(&VARY.join(", ")) {
                response.headers_mut().insert(header::VARY, vary);
            }
            response
        }
        Err(error) => {
            // Our documents are plain structs; only a fault of ours could bring us here.
            tracing::error!(%error, "a document cannot be written");
            super::refuse(StatusCode::INTERNAL_SERVER_ERROR, "This document cannot be written at the moment")
        }
    }
}

/// A document of any type with its tag, or 304.
pub(in crate::http) fn tagged(request: &HeaderMap, content_type: &'static str, body: impl Into<Bytes>) -> Response {
    let body = body.into();
    let tag = tag(request, &body);
    let known = request
        .get_all(header::IF_NONE_MATCH)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|known| known.trim() == "*" || known.trim().trim_start_matches("W/") == tag);
    let headers: [(HeaderName, String); 2] = [(header::ETAG, tag), (header::CACHE_CONTROL, "no-cache".to_owned())];
    if known {
        return (StatusCode::NOT_MODIFIED, headers).into_response();
    }
    (headers, [(header::CONTENT_TYPE, content_type)], body).into_response()
}

/// The tag of a body. A compressed body is another representation, and a strong tag must tell them apart (RFC 9110
/// §8.8.1).
fn tag(request: &HeaderMap, body: &[u8]) -> String {
    let compressed = u64::try_from(body.len()).unwrap_or(u64::MAX) >= COMPRESSED_FROM
        && request
            .get_all(header::ACCEPT_ENCODING)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(','))
            .any(|coding| matches!(coding.split(';').next().map(str::trim), Some("gzip" | "*")));
    let suffix = if compressed { "-gzip" } else { "" };
    format!("\"{}{suffix}\"", blake3::hash(body).to_hex().chars().take(32).collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(name: HeaderName, value: &str) -> HeaderMap {
        HeaderMap::from_iter([(name, HeaderValue::from_str(value).unwrap())])
    }

    #[test]
    fn a_document_that_is_known_is_not_sent_again() {
        let body = vec![b'x'; 2000];
        let plain = tag(&HeaderMap::new(), &body);
        let packed = tag(&headers(header::ACCEPT_ENCODING, "br, gzip;q=0.8"), &body);
        assert_ne!(plain, packed);
        assert!(plain.starts_with('"') && plain.ends_with('"'));
        for known in [plain.as_str(), &format!("\"other\", {plain}"), "*"] {
            let response = tagged(&headers(header::IF_NONE_MATCH, known), "text/plain", body.clone());
            assert_eq!(response.status(), StatusCode::NOT_MODIFIED, "{known}");
        }
        let response = tagged(&headers(header::IF_NONE_MATCH, "\"other\""), "text/plain", body);
        assert_eq!(response.status(), StatusCode::OK);
    }
}
