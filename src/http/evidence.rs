//! What a source said, by the name that stands on an entity.
//!
//! `/evidence/<id>` is a page for people: who was asked what, when, what it cost, and the digest by which nobody can change
//! it unnoticed. `/evidence/<id>/content` is the entry exactly as it is digested, `/evidence/<id>/body` the bytes that came.
//! All of it is shown to those who may run transforms, and nothing of it is executed: a page that a source sent is text.

use axum::{
    Router,
    extract::{Path, State},
    http::{HeaderValue, StatusCode, header},
    response::{Html, IntoResponse, Response},
    routing::get,
};
use store::ledger::{Content, Entry, Sent};

use super::Doors;

pub(super) fn routes() -> Router<Doors> {
    Router::new()
        .route("/evidence/{id}", get(page))
        .route("/evidence/{id}/content", get(content))
        .route("/evidence/{id}/body", get(body))
}

/// What such a page may do: look.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; \
                      frame-ancestors 'none'; sandbox";

/// The headers of everything here.
fn guarded(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    response
}

async fn found(doors: &Doors, id: &str) -> Result<Entry, Response> {
    let Some(stores) = &doors.app.stores else {
        return Err((StatusCode::NOT_FOUND, "This server keeps no evidence.\n").into_response());
    };
    match stores.ledger.get(id).await {
        Ok(Some(entry)) => Ok(entry),
        Ok(None) => {
            Err((StatusCode::NOT_FOUND, "There is no such evidence in this server's ledger.\n").into_response())
        }
        Err(error) => {
            tracing::error!(%error, "the ledger cannot be read");
            Err((StatusCode::INTERNAL_SERVER_ERROR, format!("{}\n", error.analyst_message())).into_response())
        }
    }
}

async fn page(State(doors): State<Doors>, Path(id): Path<String>) -> Response {
    guarded(match found(&doors, &id).await {
        Ok(entry) => Html(shown(&entry)).into_response(),
        Err(response) => response,
    })
}

async fn content(State(doors): State<Doors>, Path(id): Path<String>) -> Response {
    guarded(match found(&doors, &id).await {
        Ok(Entry { text: Some(text), .. }) => {
            ([(header::CONTENT_TYPE, "application/json; charset=utf-8")], text).into_response()
        }
        Ok(_) => (StatusCode::GONE, "This content was removed; its digest is kept.\n").into_response(),
        Err(response) => response,
    })
}

async fn body(State(doors): State<Doors>, Path(id): Path<String>) -> Response {
    let entry = match found(&doors, &id).await {
        Ok(entry) => entry,
        Err(response) => return guarded(response),
    };
    let body = match &doors.app.stores {
        Some(stores) => stores.ledger.body(&entry).await,
        None => Ok(None),
    };
    guarded(match body {
        Ok(Some(bytes)) => {
            // Whatever it is, a browser saves it and does not run it.
            let disposition = format!("attachment; filename=\"evidence-{}.bin\"", entry.number);
            (
                [
                    (header::CONTENT_TYPE, "application/octet-stream".to_owned()),
                    (header::CONTENT_DISPOSITION, disposition),
                ],
                bytes,
            )
                .into_response()
        }
        Ok(None) => (StatusCode::GONE, "These bytes are not kept, or no more; their digest is.\n").into_response(),
        Err(error) => {
            tracing::error!(%error, "the body of an entry cannot be read");
            (StatusCode::INTERNAL_SERVER_ERROR, format!("{}\n", error.analyst_message())).into_response()
        }
    })
}

/// The page of an entry.
fn shown(entry: &Entry) -> String {
    let mut rows: Vec<(&str, String)> = vec![("Evidence", entry.id().to_string())];
    match &entry.content {
        Some(Content::Exchange(exchange)) => {
            rows.push(("Asked", exchange.time.to_string()));
            rows.push(("Source", format!("{} ({})", exchange.provider, exchange.service)));
            rows.push(("Question", exchange.question.clone()));
            rows.push(("Sent", sent(&exchange.request)));
            rows.push(("Answer", exchange.outcome.clone()));
            rows.extend(exchange.status.map(|status| ("HTTP status", status.to_string())));
            rows.push(("Cost", exchange.price.to_string()));
            rows.push(("Bytes", format!("{} bytes, SHA-256 {}", exchange.body.bytes, exchange.body.sha256)));
            rows.extend(exchange.case.clone().map(|case| ("Case", case)));
            rows.extend(exchange.member.clone().map(|member| ("Member", member)));
            rows.push(("Program", format!("Namehound {}", exchange.version)));
        }
        Some(Content::Run(note)) => {
            let inputs: Vec<String> = note.inputs.iter().map(|(kind, value)| format!("{value} ({kind})")).collect();
            rows.push(("Run", note.time.to_string()));
            rows.push(("Transform", note.transform.clone()));
            rows.push(("On", inputs.join(", ")));
            rows.push(("Results", note.entities.to_string()));
            rows.push(("Said", note.messages.join("\n")));
        }
        None => rows.push(("Content", "It was removed; its digest is kept.".to_owned())),
    }
    rows.push(("Content's SHA-256", entry.digest.to_string()));
    let rows: String = rows
        .into_iter()
        .map(|(name, value)| format!("<tr><th>{}</th><td>{}</td></tr>\n", escaped(name), escaped(&value)))
        .collect();
    let id = escaped(&entry.id().to_string());
    format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>Evidence {id}</title>\n<style>body{{font:16px \
         sans-serif;margin:2em;max-width:60em}}th{{text-align:left;vertical-align:top;padding:.3em 1.5em .3em 0;\
         white-space:nowrap}}td{{white-space:pre-wrap;overflow-wrap:anywhere}}</style></head>\n<body><h1>Evidence \
         {id}</h1>\n<table>\n{rows}</table>\n<p><a href=\"{id}/content\">The entry as it is digested</a> · <a \
         href=\"{id}/body\">The bytes that came</a></p></body></html>\n"
    )
}

fn sent(request: &Sent) -> String {
    match request {
        Sent::Http { method, url, body, .. } => match body {
            Some(body) => format!("{method} {url}\n{body}"),
            None => format!("{method} {url}"),
        },
        Sent::Whois { server, port, query } => format!("{query}\nto {server}, port {port}"),
        Sent::Dns { name, record_type } => format!("{record_type} records of {name}, over the DNS"),
    }
}

/// Text that is only text in HTML.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}
