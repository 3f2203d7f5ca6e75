//! The floor of a whole request: a bare axum handler that reads the request and renders the same hundred entities, and
//! does nothing else.
//!
//! Compare a load generator's figure for this with its figure for the real server's cached answer, in one run on one
//! machine (see benches/README.md):
//!
//! ```sh
//! cargo run --release --example baseline -- 127.0.0.1:8090
//! ```

use axum::{Router, body::Bytes, http::header, response::IntoResponse, routing::post};
use jiff::Timestamp;
use maltego::{
    Entity, Link, Message, Property, entity_types,
    trx::{Bounds, read_request, write_response},
};

/// The entity that `ns_to_domains` makes of one row.
fn entity(number: usize, retrieved: Timestamp) -> Entity {
    let seen = Timestamp::UNIX_EPOCH;
    let mut link = Link::labelled("name server (2018\u{2013}2023)");
    link.properties.push(Property::loose("first_seen", "First seen", seen));
    link.properties.push(Property::loose("last_seen", "Last seen", seen));
    Entity::new(&entity_types::DOMAIN, format!("d{number:05}.example"))
        .with_dynamic("namehound.first_seen", "First seen", seen)
        .with_dynamic("namehound.last_seen", "Last seen", seen)
        .with_dynamic("namehound.source", "Source", "WhoisXML API")
        .with_dynamic("namehound.observed", "Observed", seen)
        .with_dynamic("namehound.retrieved", "Retrieved", retrieved)
        .linked_by(link)
}

async fn answer(body: Bytes) -> impl IntoResponse {
    let count = match read_request(&body, None, &Bounds::default()) {
        Ok(request) => request.soft_limit.unwrap_or(100).min(100),
        Err(_) => 0,
    };
    let retrieved = Timestamp::now();
    let entities: Vec<Entity> = (0..count).map(|number| entity(number, retrieved)).collect();
    let message = Message::inform("As of 2026-01-01 00:00 UTC: the answer was remembered; nothing was spent now.");
    ([(header::CONTENT_TYPE, "text/xml; charset=utf-8")], write_response(&entities, &[message]))
}

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let address = std::env::args().nth(1).unwrap_or_else(|| "127.0.0.1:8090".to_owned());
    let listener = tokio::net::TcpListener::bind(address).await?;
    axum::serve(listener, Router::new().route("/run/ns_to_domains", post(answer))).await
}
