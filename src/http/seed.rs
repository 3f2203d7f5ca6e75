//! The one address that users paste, whatever their client speaks.
//!
//! `GET /seed` answers with the JSON seed or with the classic discovery message. Whoever shows any sign of the JSON
//! dialect, or accepts JSON, gets JSON; whoever names XML and not JSON gets XML; so does whoever says nothing at all,
//! since clients of the JSON dialect are known to say what they accept. `/seed/classic` is always XML.

use axum::{
    Router,
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use maltego::{
    trx::{Application, write_seed},
    v3::{
        discovery::{self, Seed},
        negotiate::{PAGE_SIZE_HEADER, PROTOCOL_HEADER},
    },
};

use crate::install;

use super::{
    Doors,
    v3::{self, document},
};

pub(super) fn routes() -> Router<Doors> {
    Router::new()
        .route("/seed", get(seed).options(negotiate))
        .route("/seed/", get(seed).options(negotiate))
        .route("/seed/classic", get(classic))
}

async fn seed(State(doors): State<Doors>, request: Request) -> Response {
    let headers = request.headers();
    let base = match doors.base_for(request.extensions()) {
        Ok(base) => base,
        Err(unknown) => return unknown.into_response(),
    };
    let mut response = if wants_json(headers) {
        let seed = Seed {
            applications: vec![discovery::Application {
                name: doors.server_name.to_string(),
                require_api_key: false,
                classic_url: format!("{base}/runner"),
                base_url: base,
                version: install::VERSION.to_owned(),
                disclaimer: None,
            }],
        };
        let mut response = document::json(headers, &seed);
        let version = HeaderValue::from_static(v3::client(headers).protocol.as_str());
        response.headers_mut().insert(PROTOCOL_HEADER, version);
        response
    } else {
        classic_seed(&doors, headers, &base)
    };
    response
        .headers_mut()
        .insert(header::VARY, HeaderValue::from_static("Accept, Maltego-Protocol-Version, User-Agent"));
    response
}

async fn classic(State(doors): State<Doors>, request: Request) -> Response {
    match doors.base_for(request.extensions()) {
        Ok(base) => classic_seed(&doors, request.headers(), &base),
        Err(unknown) => unknown.into_response(),
    }
}

fn classic_seed(doors: &Doors, headers: &HeaderMap, base: &str) -> Response {
    let url = format!("{base}/runner");
    let message = write_seed(&doors.server_name, &[Application { name: &doors.server_name, url: &url }]);
    document::tagged(headers, "text/xml; charset=utf-8", message)
}

/// `OPTIONS` that is no preflight: which version shall we speak, and how long are your pages?
async fn negotiate(State(doors): State<Doors>, method: Method, headers: HeaderMap) -> Response {
    debug_assert_eq!(method, Method::OPTIONS);
    let mut response = (StatusCode::OK, [(header::CONTENT_TYPE, "application/json")], "null").into_response();
    let version = HeaderValue::from_static(v3::client(&headers).protocol.as_str());
    response.headers_mut().insert(PROTOCOL_HEADER, version);
    response.headers_mut().insert(PAGE_SIZE_HEADER, HeaderValue::from(doors.page_size));
    response
}

fn wants_json(headers: &HeaderMap) -> bool {
    if !v3::client(headers).silent {
        return true;
    }
    let accepted: Vec<&str> = headers
        .get_all(header::ACCEPT)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(|range| range.split(';').next().unwrap_or_default().trim())
        .collect();
    let names = |wanted: &[&str]| accepted.iter().any(|range| wanted.contains(range));
    if names(&["application/json"]) {
        return true;
    }
    !accepted.is_empty() && !names(&["text/xml", "application/xml"])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_unless_the_client_names_xml_or_says_nothing() {
        for (name, value, json) in [
            ("accept", "application/json", true),
            ("accept", "text/xml, application/json;q=0.1", true),
            ("accept", "*/*", true),
            ("accept", "text/html, image/gif, */*; q=.2", true),
            ("accept", "text/xml", false),
            ("accept", "application/xml;q=0.9, */*;q=0.1", false),
            ("maltego-protocol-version", "3.1", true),
            ("user-agent", "Maltego Desktop/4.9.0 (x; y; z; 1)", true),
            ("user-agent", "Java/1.8.0", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(name, HeaderValue::from_static(value));
            assert_eq!(wants_json(&headers), json, "{name}: {value}");
        }
        assert!(!wants_json(&HeaderMap::new()));
    }
}
