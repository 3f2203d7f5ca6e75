//! WhoisXML API as a test asks it: a provider with a key, requests, responses, recordings, and odd values to put into
//! good answers.

#![allow(dead_code, reason = "each test file is a crate of its own and uses a part of this")]

#[path = "../../../tests/support/recorded.rs"]
mod recorded;

use std::net::IpAddr;

use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use intel::{
    Cursor, HttpRequest, HttpResponse, Lookup, Moment, Page, Provider, ProviderError, Step,
    observable::{AutonomousSystem, HostName, Netblock},
    provider::{
        Call,
        whoisxml::{WhoisXml, WhoisXmlSettings},
    },
};
use proptest::prelude::*;
use secrecy::SecretString;
use serde_json::{Map, Value, json};

pub(crate) const KEY: &str = "at_0123456789abcdefghijklmnopqrs";
pub(crate) const FIRST: Step = Step::Page(None);

pub(crate) fn provider() -> WhoisXml {
    WhoisXml::new(SecretString::from(KEY), &WhoisXmlSettings::default())
}

pub(crate) fn host(text: &str) -> HostName {
    HostName::parse(text).expect("a host name")
}

pub(crate) fn address(text: &str) -> IpAddr {
    text.parse().expect("an address")
}

pub(crate) fn block(text: &str) -> Netblock {
    Netblock::parse(text).expect("a network")
}

pub(crate) fn system(number: &str) -> AutonomousSystem {
    AutonomousSystem::parse(number).expect("an AS number")
}

pub(crate) fn moment(text: &str) -> Option<Moment> {
    Some(text.parse().expect("a moment"))
}

pub(crate) fn text(text: &str) -> Option<String> {
    Some(text.to_owned())
}

pub(crate) fn after(cursor: &str) -> Step {
    Step::Page(Some(Cursor(cursor.to_owned())))
}

pub(crate) fn response(status: u16, body: impl Into<Bytes>) -> HttpResponse {
    let status = StatusCode::from_u16(status).expect("a status");
    HttpResponse { status, headers: HeaderMap::new(), body: body.into() }
}

pub(crate) fn read(lookup: &Lookup, step: &Step, body: &Value) -> Result<Page, ProviderError> {
    provider().read(lookup, step, &response(200, body.to_string()))
}

pub(crate) fn request(lookup: &Lookup, step: &Step) -> HttpRequest {
    match provider().call(lookup, step).expect("a call") {
        Call::Http(request) => *request,
        call => panic!("something else than one request: {call:?}"),
    }
}

/// A recorded answer, or nothing where there are no recordings. What the tests expect of it is taken from the recording
/// itself, field by field, so that nothing of it stands here.
pub(crate) fn recording(name: &str) -> Option<Value> {
    let folder = recorded::folder(concat!(env!("CARGO_MANIFEST_DIR"), "/.."), "whoisxml")?;
    let body = std::fs::read(folder.join(name)).expect(name);
    Some(serde_json::from_slice(&body).expect("JSON"))
}

/// The text in a recording, `None` for an empty one.
pub(crate) fn recorded_text(value: &Value) -> Option<String> {
    value.as_str().filter(|text| !text.is_empty()).map(str::to_owned)
}

/// The texts of a recorded list.
pub(crate) fn recorded_texts(value: &Value) -> Vec<String> {
    value.as_array().into_iter().flatten().filter_map(recorded_text).collect()
}

// --- odd values -----------------------------------------------------------------------------------------------------

/// The same document with every scalar changed and every field renamed.
pub(crate) fn changed(value: &Value, scalar: &impl Fn(&Value) -> Value, name: &impl Fn(&str) -> String) -> Value {
    match value {
        Value::Array(items) => items.iter().map(|item| changed(item, scalar, name)).collect(),
        Value::Object(fields) => {
            let fields = fields.iter().map(|(field, value)| (name(field), changed(value, scalar, name)));
            Value::Object(fields.collect::<Map<String, Value>>())
        }
        other => scalar(other),
    }
}

/// The number of values in a document.
pub(crate) fn size(value: &Value) -> usize {
    1 + match value {
        Value::Array(items) => items.iter().map(size).sum(),
        Value::Object(fields) => fields.values().map(size).sum(),
        _ => 0,
    }
}

/// Puts another value in the place of one, counted in the order of reading.
pub(crate) fn replace(value: &mut Value, place: &mut usize, with: &Value) {
    if *place == 0 {
        *value = with.clone();
    }
    *place = place.wrapping_sub(1);
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| replace(item, place, with)),
        Value::Object(fields) => fields.values_mut().for_each(|field| replace(field, place, with)),
        _ => {}
    }
}

pub(crate) fn odd_value() -> impl Strategy<Value = Value> {
    let odd_texts = vec!["", " ", "-", "\u{0}", "AS", "/", "::/0", "0 - 1", "inf", "1e400", "0000-00-00", "a@b@c", "@"];
    prop_oneof![
        Just(json!(null)),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<u128>().prop_map(|number| json!(number.to_string())),
        ".{0,30}".prop_map(Value::from),
        prop::sample::select(odd_texts).prop_map(Value::from),
        Just(json!([])),
        Just(json!({})),
        Just(json!(["a", null, {"b": 1}, ["c"]])),
        Just(json!({"email": {"email": "ann@example.org"}, "code": {"code": 7}})),
    ]
}

/// Any JSON value, some of whose fields have the names of the answers.
pub(crate) fn any_value(names: Vec<String>) -> impl Strategy<Value = Value> {
    let name = prop_oneof![4 => prop::sample::select(names), 1 => ".{0,12}"];
    odd_value().prop_recursive(4, 48, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::btree_map(name.clone(), inner, 0..6)
                .prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

/// Every name of a field in a document.
pub(crate) fn names_in(value: &Value, names: &mut Vec<String>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| names_in(item, names)),
        Value::Object(fields) => fields.iter().for_each(|(name, value)| {
            names.push(name.clone());
            names_in(value, names);
        }),
        _ => {}
    }
}

pub(crate) fn steps() -> impl Strategy<Value = Step> {
    prop_oneof![Just(Step::Preview), Just(FIRST), ".{0,10}".prop_map(|cursor| after(&cursor))]
}
