//! One result as an event.

use std::borrow::Cow;

use jiff::Timestamp;
use serde::Serialize;

use super::{Event, WireProperty, freeze, sanitise};
use crate::{
    entity::{DisplayContent, Entity, MatchingRule, OverlayKind, OverlayPosition, Property},
    v3::value::is_blank,
};

/// The property by which one entity gets a picture of its own. The client fetches it.
pub const ICON_PROPERTY: &str = "reserved-entity-icon-overlay-url";

/// The label of [`ICON_PROPERTY`], the one that clients know.
const ICON_DISPLAY_NAME: &str = "Image";

#[derive(Serialize)]
struct Payload<'a> {
    entity: WireEntity<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct WireEntity<'a> {
    id: &'a str,
    #[serde(rename = "type")]
    type_name: &'static str,
    value_ref: &'static str,
    weight: u32,
    properties: Vec<WireProperty>,
    display_information: Vec<WireDisplayInformation<'a>>,
    overlays: Vec<WireOverlay>,
    #[serde(skip_serializing_if = "Option::is_none")]
    bookmark: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<&'a str>,
}

#[derive(Serialize)]
struct WireDisplayInformation<'a> {
    name: &'a str,
    value: Cow<'a, str>,
    #[serde(rename = "type")]
    media_type: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct WireOverlay {
    property_name: String,
    position: &'static str,
    #[serde(rename = "type")]
    kind: &'static str,
}

/// The addition of a result under a new id, or nothing if its value is blank: a blank node says nothing, and two
/// blank nodes merge.
///
/// HTML is sanitised; plain text is sent as it is.
#[must_use]
pub fn entity(entity: &Entity, id: &str, at: Timestamp) -> Option<Event> {
    if is_blank(&entity.value) {
        return None;
    }
    let mut properties = properties(entity);
    let overlays = overlays(entity, &mut properties);
    let wire = WireEntity {
        id,
        type_name: entity.entity_type.name,
        value_ref: entity.entity_type.value_property,
        weight: entity.weight,
        properties,
        display_information: display_information(entity),
        overlays,
        bookmark: entity.bookmark.map(|bookmark| bookmark.number()),
        note: entity.note.as_deref(),
    };
    Some(freeze(at, "ENTITY", Payload { entity: wire }))
}

/// The value property first, then the others. A name stands in a message once.
fn properties(entity: &Entity) -> Vec<WireProperty> {
    let value_property = entity.entity_type.value_property;
    let declared = entity.entity_type.value_definition();
    let value = Property {
        name: value_property.to_owned(),
        display_name: declared.map_or(value_property, |declared| declared.display_name).to_owned(),
        value: entity.value.clone(),
        matching_rule: declared.map_or(MatchingRule::Strict, |declared| declared.matching_rule),
    };
    let mut properties = vec![WireProperty::of_entity(&value, declared)];
    for property in entity.properties.iter().filter(|property| property.name != value_property) {
        properties.push(WireProperty::of_entity(property, entity.entity_type.property(&property.name)));
    }
    if let Some(url) = entity.icon_url.as_deref().filter(|_| entity.property(ICON_PROPERTY).is_none()) {
        properties.push(WireProperty::of_entity(&Property::loose(ICON_PROPERTY, ICON_DISPLAY_NAME, url), None));
    }
    properties
}

/// Overlays name a property here. One that holds its text itself gets a property to hold it; one that names a property
/// which its type declares and nobody has set has nothing to show and is left out.
fn overlays(entity: &Entity, properties: &mut Vec<WireProperty>) -> Vec<WireOverlay> {
    let mut overlays = Vec::with_capacity(entity.overlays.len());
    for overlay in &entity.overlays {
        let position = position(overlay.position);
        let sent = properties.iter().any(|property| property.name == overlay.property);
        let property_name = if sent {
            overlay.property.clone()
        } else if entity.entity_type.property(&overlay.property).is_some() || overlay.property.trim().is_empty() {
            continue;
        } else {
            let name = format!("overlay.literal.{position}");
            let literal = Property::loose(name.as_str(), "Overlay", overlay.property.as_str());
            properties.push(WireProperty::of_entity(&literal, None));
            name
        };
        overlays.push(WireOverlay { property_name, position, kind: overlay_kind(overlay.kind) });
    }
    overlays
}

fn display_information(entity: &Entity) -> Vec<WireDisplayInformation<'_>> {
    entity
        .display_information
        .iter()
        .map(|block| {
            let (value, media_type) = match &block.content {
                DisplayContent::Html(html) => (Cow::Owned(sanitise(html)), "text/html"),
                DisplayContent::Text(text) => (Cow::Borrowed(text.as_str()), "text/plain"),
            };
            WireDisplayInformation { name: &block.heading, value, media_type }
        })
        .collect()
}

/// The position's name, in events and in definitions.
pub(in crate::v3) const fn position(position: OverlayPosition) -> &'static str {
    match position {
        OverlayPosition::North => "N",
        OverlayPosition::South => "S",
        OverlayPosition::West => "W",
        OverlayPosition::NorthWest => "NW",
        OverlayPosition::SouthWest => "SW",
        OverlayPosition::Centre => "C",
    }
}

/// The kind's name, in events and in definitions.
pub(in crate::v3) const fn overlay_kind(kind: OverlayKind) -> &'static str {
    match kind {
        OverlayKind::Image => "image",
        OverlayKind::Colour => "color",
        OverlayKind::Text => "text",
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json};

    use super::*;
    use crate::{
        entity::{Bookmark, DisplayInformation, Overlay},
        entity_types::{AS, DOMAIN, EMAIL_ADDRESS, PHRASE},
        value::{Colour, Value},
    };

    fn rendered(result: &Entity) -> Json {
        let at: Timestamp = "2026-11-21T04:06:41.81159Z".parse().unwrap();
        serde_json::from_str(entity(result, "2gi1ram9j6ri1", at).unwrap().as_str()).unwrap()
    }

    fn names(event: &Json) -> Vec<&str> {
        let properties = event["data"]["entity"]["properties"].as_array().unwrap();
        properties.iter().map(|property| property["name"].as_str().unwrap()).collect()
    }

    #[test]
    fn a_plain_result_has_the_declared_value_property() {
        assert_eq!(
            rendered(&Entity::new(&DOMAIN, "host.example")),
            json!({"timestamp": "2026-11-21 04:06:41.811590", "data": {"eventType": "ADD", "inputType": "ENTITY",
                "entity": {
                    "id": "2gi1ram9j6ri1", "type": "maltego.Domain", "valueRef": "fqdn", "weight": 100,
                    "properties": [{
                        "name": "fqdn", "value": "host.example", "type": "STRING", "displayName": "Domain Name",
                        "matchingRule": "strict"
                    }],
                    "displayInformation": [], "overlays": []
                }
            }})
        );
    }

    #[test]
    fn everything_on_one_entity() {
        let mut result = Entity::new(&DOMAIN, "host.example")
            .with("whois-info", "registered")
            .with_dynamic("source.colour", "Colour", Colour::new(255, 0, 16))
            .with_dynamic("seen.count", "Times seen", 3_i64);
        result.weight = 250;
        result.bookmark = Some(Bookmark::Red);
        result.note = Some("First line\nSecond line".to_owned());
        result.icon_url = Some("https://icons.example/i.png".to_owned());
        result.overlays = vec![
            Overlay { property: "source.colour".into(), position: OverlayPosition::North, kind: OverlayKind::Colour },
            Overlay { property: "DE".into(), position: OverlayPosition::NorthWest, kind: OverlayKind::Image },
        ];
        result.display_information = vec![
            DisplayInformation { heading: "Plain".into(), content: DisplayContent::Text("x < y & z".into()) },
            DisplayInformation {
                heading: "Rich".into(),
                content: DisplayContent::Html("<b onclick=\"x()\">bold</b><script>x()</script>".into()),
            },
        ];
        let event = rendered(&result);
        let sent = &event["data"]["entity"];
        assert_eq!(
            names(&event),
            ["fqdn", "whois-info", "source.colour", "seen.count", ICON_PROPERTY, "overlay.literal.NW"]
        );
        assert_eq!(
            sent["properties"][2],
            json!({"name": "source.colour", "value": "#ff0010", "type": "STRING", "displayName": "Colour",
                "matchingRule": "loose"})
        );
        assert_eq!((&sent["properties"][3]["type"], &sent["properties"][3]["value"]), (&json!("INT"), &json!(3)));
        assert_eq!(sent["properties"][4]["displayName"], json!("Image"));
        assert_eq!((&sent["weight"], &sent["bookmark"]), (&json!(250), &json!(4)));
        assert_eq!(sent["note"], json!("First line\nSecond line"));
        assert_eq!(
            sent["overlays"],
            json!([
                {"propertyName": "source.colour", "position": "N", "type": "color"},
                {"propertyName": "overlay.literal.NW", "position": "NW", "type": "image"}
            ])
        );
        assert_eq!(
            sent["displayInformation"],
            json!([
                {"name": "Plain", "value": "x < y & z", "type": "text/plain"},
                {"name": "Rich", "value": "<b>bold</b>", "type": "text/html"}
            ])
        );
    }

    #[test]
    fn a_blank_value_is_not_sent() {
        for value in [Value::from(""), Value::from(" \t\r\n"), Value::List(Vec::new()), Value::Double(f64::NAN)] {
            assert!(entity(&Entity::new(&PHRASE, value), "1", Timestamp::UNIX_EPOCH).is_none());
        }
        assert!(entity(&Entity::new(&PHRASE, "0"), "1", Timestamp::UNIX_EPOCH).is_some());
    }

    #[test]
    fn a_name_stands_in_the_message_once() {
        let result = Entity::new(&PHRASE, "shown").with("text", "hidden").with_dynamic(ICON_PROPERTY, "Image", "a");
        let event = rendered(&Entity { icon_url: Some("b".to_owned()), ..result });
        assert_eq!(names(&event), ["text", ICON_PROPERTY]);
        assert_eq!(event["data"]["entity"]["properties"][0]["value"], json!("shown"));
    }

    #[test]
    fn a_number_for_a_text_property_is_text() {
        let event = rendered(&Entity::new(&AS, 64500_i64));
        assert_eq!(event["data"]["entity"]["properties"][0]["value"], json!("64500"));
        assert_eq!(event["data"]["entity"]["properties"][0]["type"], json!("STRING"));
    }

    #[test]
    fn an_overlay_of_an_unset_property_is_left_out() {
        let mut result = Entity::new(&EMAIL_ADDRESS, "mail@host.example");
        result.overlays =
            vec![Overlay { property: "is_partial".into(), position: OverlayPosition::West, kind: OverlayKind::Text }];
        assert_eq!(rendered(&result)["data"]["entity"]["overlays"], json!([]));
    }
}
