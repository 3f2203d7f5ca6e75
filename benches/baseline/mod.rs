//! The least that any server of the classic dialect has to do: read the request, render the results.
//!
//! What Namehound needs above that is the price of everything between the two: authentication, limits, logging, the
//! deadline, the desk. Both sides render the very same 100 entities, which a real run made.

#![allow(dead_code, unreachable_pub, reason = "the bench and the example each use a part of this")]

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use intel::{
    HttpRequest, HttpResponse, ProviderError, SystemClock,
    desk::Transport,
    provider::whoisxml::{WhoisXml, WhoisXmlSettings},
};
use maltego::{
    Entity, Input, Message, Settings, entity_types,
    trx::{Bounds, read_request, write_response},
};
use namehound::{app::App, config::Config, execution, stores::Stores};
use serde_json::json;
use transforms::{Catalogue, Collector};

/// How many entities an answer has.
pub const ENTITIES: usize = 100;

/// The request that both sides get.
pub const REQUEST: &str = include_str!("../request.xml");

/// What the data vendor answers to the question in the request.
pub fn vendor_page() -> String {
    let rows: Vec<_> = (0..ENTITIES)
        .map(|row| json!({ "name": format!("d{row:03}.example"), "first_seen": 1_530_901_800, "last_visit": 1_640_000_000 }))
        .collect();
    json!({ "result": rows, "current_page": "1", "size": ENTITIES }).to_string()
}

/// A network that answers everything at once with the vendor's page.
#[derive(Debug)]
struct VendorAtHand(Bytes);

#[async_trait]
impl Transport for VendorAtHand {
    async fn send(&self, _: &HttpRequest, _: Duration) -> Result<HttpResponse, ProviderError> {
        Ok(HttpResponse { status: StatusCode::OK, headers: HeaderMap::new(), body: self.0.clone() })
    }
}

/// The real application with that network behind it.
pub fn app(config: &Config) -> App {
    let provider = WhoisXml::new("at_key".to_owned().into(), &WhoisXmlSettings::default());
    let transport = VendorAtHand(vendor_page().into());
    App::assemble(Catalogue::standard(), vec![Arc::new(provider)], Arc::new(transport), Arc::new(SystemClock), config)
}

/// The same with everything that a server keeps: the ledger, answers in the database, the spend book.
pub async fn keeping_app(config: &Config, folder: &std::path::Path) -> App {
    let provider = WhoisXml::new("at_key".to_owned().into(), &WhoisXmlSettings::default());
    let transport = Arc::new(VendorAtHand(vendor_page().into()));
    let clock: Arc<dyn intel::Clock> = Arc::new(SystemClock);
    #[expect(clippy::expect_used, reason = "without a database there is nothing to measure")]
    let stores = Stores::open(config, folder, Arc::clone(&clock)).await.expect("a database");
    let for_desk = stores.for_desk(config);
    let providers: Vec<Arc<dyn intel::Provider>> = vec![Arc::new(provider)];
    let app = App::assemble_with(Catalogue::standard(), providers, transport, clock, config, for_desk);
    App { stores: Some(stores), ..app }
}

/// What a run of the request finds and says, once the answer is remembered.
pub async fn results() -> (Vec<Entity>, Vec<Message>) {
    let app = app(&Config::default());
    let transform = app.catalogue.find("ns_to_domains").cloned();
    let mut found = Collector::new(usize::MAX);
    if let Some(transform) = transform {
        for _ in 0..2 {
            found = Collector::new(usize::MAX);
            let input = Input::new(&entity_types::NS_RECORD, "ns1.host.example");
            execution::execute(&app, &transform, input, Settings::default(), &execution::Whom::default(), &mut found)
                .await;
        }
    }
    assert_eq!(found.entities.len(), ENTITIES, "a measurement of something else would say nothing");
    (found.entities, found.messages)
}

#[derive(Debug, Clone)]
struct Results(Arc<(Vec<Entity>, Vec<Message>)>);

/// A server that does the least, at `/run/baseline`; it also plays the vendor, so that a load generator can measure a
/// Namehound that asks this one.
pub fn router(results: (Vec<Entity>, Vec<Message>)) -> Router {
    let page = vendor_page();
    Router::new().route("/run/baseline", post(run)).with_state(Results(Arc::new(results))).route(
        "/reverse-ns.whoisxmlapi.com/api/v1",
        get(move || async move { ([(header::CONTENT_TYPE, "application/json")], page) }),
    )
}

async fn run(State(Results(results)): State<Results>, body: Bytes) -> Response {
    match read_request(&body, None, &Bounds::default()) {
        Ok(_) => ([(header::CONTENT_TYPE, "text/xml; charset=utf-8")], write_response(&results.0, &results.1))
            .into_response(),
        Err(error) => (StatusCode::BAD_REQUEST, error.to_string()).into_response(),
    }
}
