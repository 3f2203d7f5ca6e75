//! The link between what was asked about and one result, as an event.
//!
//! The link always runs from the input to the result. One that should point the other way says so in a property, as
//! the peer's does: ends that are swapped *and* marked as reversed would point forwards again.

use jiff::Timestamp;
use serde::Serialize;

use super::{Event, WireProperty, freeze};
use crate::entity::{LabelVisibility, LineStyle, Link, LinkDirection, Property};

#[derive(Serialize)]
struct Payload<'a> {
    link: WireLink<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct WireLink<'a> {
    id: &'a str,
    source_id: &'a str,
    target_id: &'a str,
    properties: Vec<WireProperty>,
}

/// The addition of a link under a new id, between the input's id and the result's.
#[must_use]
pub fn link(link: &Link, id: &str, input: &str, result: &str, at: Timestamp) -> Event {
    let wire = WireLink { id, source_id: input, target_id: result, properties: properties(link) };
    freeze(at, "LINK", Payload { link: wire })
}

fn properties(link: &Link) -> Vec<WireProperty> {
    let mut properties = Vec::new();
    let mut put = |property: Property| properties.push(WireProperty::of_link(&property));
    if let Some(colour) = link.colour {
        put(Property::loose("maltego.link.color", "Colour", colour));
    }
    if link.style != LineStyle::Normal {
        put(Property::loose("maltego.link.style", "Style", i64::from(link.style.number())));
    }
    if let Some(thickness) = link.thickness {
        // Clients of this dialect draw widths of 1 to 4.
        put(Property::loose("maltego.link.thickness", "Thickness", i64::from(thickness.clamp(1, 4))));
    }
    if let Some(label) = &link.label {
        put(Property::loose("maltego.link.label", "Label", label.as_str()));
    }
    match link.label_visibility {
        LabelVisibility::ClientOption => {}
        LabelVisibility::Show => put(Property::loose("maltego.link.show-label", "Show label", 1_i64)),
        LabelVisibility::Hide => put(Property::loose("maltego.link.show-label", "Show label", 2_i64)),
    }
    match link.direction {
        LinkDirection::InputToOutput => {}
        LinkDirection::OutputToInput => put(Property::loose("maltego.link.is_reversed", "Reversed", true)),
        // No client of this dialect is known to draw two arrow heads, but the analyst can read the property.
        LinkDirection::Bidirectional => put(Property::loose("maltego.link.direction", "Direction", "bidirectional")),
    }
    for property in &link.properties {
        if !properties.iter().any(|known| known.name == property.name) {
            properties.push(WireProperty::of_link(property));
        }
    }
    properties
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json};

    use super::*;
    use crate::value::Colour;

    fn rendered(result: &Link) -> Json {
        let event = link(result, "2h7rezgizk7pi", "0", "2gi1ram9j6ri1", Timestamp::UNIX_EPOCH);
        serde_json::from_str(event.as_str()).unwrap()
    }

    #[test]
    fn a_plain_link_has_no_properties() {
        assert_eq!(
            rendered(&Link::default()),
            json!({"timestamp": "1970-01-01 00:00:00.000000", "data": {"eventType": "ADD", "inputType": "LINK", "link": {
                "id": "2h7rezgizk7pi", "sourceId": "0", "targetId": "2gi1ram9j6ri1", "properties": []
            }}})
        );
    }

    #[test]
    fn looks_are_properties() {
        let mut link = Link::labelled("made by");
        link.colour = Some(Colour::new(0, 255, 0));
        link.style = LineStyle::Dashed;
        link.thickness = Some(9);
        link.label_visibility = LabelVisibility::Hide;
        link.properties = vec![
            Property::loose("seen", "Seen", 2_i64),
            Property::loose("maltego.link.label", "Label", "the field wins"),
        ];
        assert_eq!(
            rendered(&link)["data"]["link"]["properties"],
            json!([
                {"name": "maltego.link.color", "value": "#00ff00", "type": "STRING", "displayName": "Colour"},
                {"name": "maltego.link.style", "value": 1, "type": "INT", "displayName": "Style"},
                {"name": "maltego.link.thickness", "value": 4, "type": "INT", "displayName": "Thickness"},
                {"name": "maltego.link.label", "value": "made by", "type": "STRING", "displayName": "Label"},
                {"name": "maltego.link.show-label", "value": 2, "type": "INT", "displayName": "Show label"},
                {"name": "seen", "value": 2, "type": "INT", "displayName": "Seen"}
            ])
        );
    }

    #[test]
    fn a_reversed_link_keeps_its_ends() {
        let event = rendered(&Link { direction: LinkDirection::OutputToInput, ..Link::default() });
        let link = &event["data"]["link"];
        assert_eq!((&link["sourceId"], &link["targetId"]), (&json!("0"), &json!("2gi1ram9j6ri1")));
        assert_eq!(
            link["properties"],
            json!([{"name": "maltego.link.is_reversed", "value": true, "type": "BOOLEAN", "displayName": "Reversed"}])
        );
    }

    #[test]
    fn both_directions_are_at_least_said() {
        let event = rendered(&Link { direction: LinkDirection::Bidirectional, ..Link::default() });
        assert_eq!(event["data"]["link"]["properties"][0]["value"], json!("bidirectional"));
    }
}
