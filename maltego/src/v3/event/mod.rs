//! Events: what a run says, one thing at a time.
//!
//! A client reads events by position and may read them again. So an event is rendered the moment it happens, with the
//! time it happened, and kept as text from then on: whatever becomes of the entity it was made from, the event stays
//! what it was.
//!
//! The client of this dialect draws only what it is told. A result is therefore two events, the entity and the link
//! from the entity that was asked about, in that order and with nothing between them.

mod entity;
mod html;
mod link;
mod prompt;

use std::sync::Arc;

use jiff::Timestamp;
use serde::{Serialize, Serializer};
use serde_json::value::RawValue;

use super::{run::RunState, time::serialise_body_time};
use crate::{
    entity::{MatchingRule, Property},
    entity_types::PropertyDefinition,
    message::{Message, MessageKind},
    v3::value::wire_value,
};

pub use entity::{ICON_PROPERTY, entity};
pub(super) use entity::{overlay_kind, position};
pub use html::sanitise;
pub use link::link;
pub use prompt::{Answer, ChoiceControl, ChoiceOption, ChoicePrompt};

/// One event, rendered. Cloning it shares the text.
#[derive(Debug, Clone)]
pub struct Event(Arc<RawValue>);

impl Event {
    /// The JSON text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.get()
    }
}

/// The text as it is. This works with `serde_json`'s serialisers only, the one format there is here.
impl Serialize for Event {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

#[derive(Serialize)]
struct Envelope<T> {
    #[serde(serialize_with = "serialise_body_time")]
    timestamp: Timestamp,
    data: EventData<T>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct EventData<T> {
    event_type: &'static str,
    input_type: &'static str,
    #[serde(flatten)]
    payload: T,
}

/// Renders an addition. What has been sent is never changed or taken back.
fn freeze<T: Serialize>(at: Timestamp, input_type: &'static str, payload: T) -> Event {
    let envelope = Envelope { timestamp: at, data: EventData { event_type: "ADD", input_type, payload } };
    #[expect(
        clippy::expect_used,
        reason = "serialising fails for maps with keys that are no text and for types that say so; events consist of \
                  texts, numbers, lists and fixed members, whatever the data"
    )]
    let json = serde_json::value::to_raw_value(&envelope).expect("an event is texts, numbers and lists");
    Event(Arc::from(json))
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct StatusMessagePayload<'a> {
    status_message: StatusMessage<'a>,
}

#[derive(Serialize)]
struct StatusMessage<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    state: &'static str,
    text: &'a str,
    code: i32,
    progress: f64,
}

/// A message, with the state of its run at the time it was written; an error that ends a run carries the final state.
/// Unlike an answer's body it says `TIMED_OUT` where that is so.
#[must_use]
pub fn message(message: &Message, state: RunState, at: Timestamp) -> Event {
    let kind = match message.kind {
        MessageKind::Inform => "INFO",
        MessageKind::Debug => "DEBUG",
        MessageKind::PartialError => "WARNING",
        MessageKind::FatalError => "ERROR",
    };
    let status_message = StatusMessage { kind, state: state.header(), text: &message.text, code: 0, progress: 0.0 };
    freeze(at, "STATUS_MESSAGE", StatusMessagePayload { status_message })
}

/// A property of an entity or of a link on the wire.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct WireProperty {
    name: String,
    value: serde_json::Value,
    #[serde(rename = "type")]
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    display_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    matching_rule: Option<&'static str>,
}

impl WireProperty {
    /// An entity's property. What its type declares decides about the type on the wire.
    fn of_entity(property: &Property, declared: Option<&PropertyDefinition>) -> Self {
        let value = wire_value(&property.value, declared);
        Self {
            name: property.name.clone(),
            value: value.json,
            kind: value.kind,
            display_name: Some(property.display_name.clone()),
            matching_rule: Some(matching_rule(property.matching_rule)),
        }
    }

    /// A link's property: links do not merge, so it has no rule.
    fn of_link(property: &Property) -> Self {
        Self { matching_rule: None, ..Self::of_entity(property, None) }
    }
}

/// The name of a matching rule, in events and in definitions.
pub(super) const fn matching_rule(rule: MatchingRule) -> &'static str {
    match rule {
        MatchingRule::Strict => "strict",
        MatchingRule::Loose => "loose",
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn messages_carry_their_kind_and_the_state_of_the_run() {
        let at: Timestamp = "2026-11-21T04:06:40.718642Z".parse().unwrap();
        for (kind, name) in [
            (MessageKind::Inform, "INFO"),
            (MessageKind::Debug, "DEBUG"),
            (MessageKind::PartialError, "WARNING"),
            (MessageKind::FatalError, "ERROR"),
        ] {
            let event = message(&Message::new(kind, "The source said \"no\"\n"), RunState::TimedOut, at);
            assert_eq!(
                serde_json::from_str::<Value>(event.as_str()).unwrap(),
                json!({"timestamp": "2026-11-21 04:06:40.718642", "data": {
                    "eventType": "ADD", "inputType": "STATUS_MESSAGE", "statusMessage": {
                        "type": name, "state": "TIMED_OUT", "text": "The source said \"no\"\n", "code": 0,
                        "progress": 0.0
                    }
                }})
            );
        }
    }

    #[test]
    fn an_event_is_embedded_without_being_read_again() {
        let event = message(&Message::inform("ü"), RunState::Running, Timestamp::UNIX_EPOCH);
        assert_eq!(serde_json::to_string(&[&event]).unwrap(), format!("[{}]", event.as_str()));
        assert!(event.as_str().contains('ü'), "text is not escaped without need");
    }
}
