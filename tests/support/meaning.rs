//! What an answer means to a client, as a set of lines: two answers mean the same if their lines are the same, and
//! where they differ the lines say in what.
//!
//! Not part of the meaning: the order of attributes and elements, line breaks between them, headers that every server
//! sends in its own way, and the labels of fields that stand for link, star and note.

use std::collections::BTreeSet;

use maltego::entity_types;

use super::{raw::Message, tree::Node};

/// The lines of an answer.
pub fn lines(answer: &Message) -> BTreeSet<String> {
    let mut lines = BTreeSet::from([format!("status: {}", answer.status())]);
    if let Some(kind) = answer.header("content-type") {
        lines.insert(format!("type: {kind}"));
    }
    if let Some(allow) = answer.header("allow") {
        let methods: BTreeSet<_> = allow.split(',').map(str::trim).collect();
        lines.insert(format!("allow: {}", methods.into_iter().collect::<Vec<_>>().join(", ")));
    }
    let text = answer.text().trim();
    if text.starts_with("<MaltegoMessage") {
        message(&Node::parse(text), &mut lines);
    } else if let Some((_, rest)) = text.split_once("<title>") {
        lines.insert(format!("page: {}", rest.split('<').next().unwrap()));
    } else if !text.is_empty() {
        lines.insert(format!("text: {}", text.replace(env!("CARGO_PKG_VERSION"), "<version>")));
    }
    lines
}

fn message(message: &Node, lines: &mut BTreeSet<String>) {
    for part in message.children.iter().flat_map(|response| &response.children) {
        for (position, node) in part.children.iter().enumerate() {
            let number = position + 1;
            match part.name.as_str() {
                "Entities" => entity(&number.to_string(), node, lines),
                "UIMessages" => {
                    lines.insert(format!("message {number}: {} {}", node.attribute("MessageType"), node.text));
                }
                "Exceptions" => {
                    lines.insert(format!("exception {number}: {}", node.text));
                }
                other => panic!("{other} has no meaning"),
            }
        }
    }
}

fn entity(number: &str, entity: &Node, lines: &mut BTreeSet<String>) {
    let type_name = entity.attribute("Type");
    let value = entity.child("Value").text.as_str();
    let mut put = |line: String| {
        assert!(lines.insert(format!("{number} {line}")), "twice: {number} {line}");
    };
    put(format!("is {type_name}: {value}"));
    for part in &entity.children {
        match part.name.as_str() {
            "Value" => {}
            "Weight" => put(format!("weight: {}", part.text)),
            "IconURL" => put(format!("icon: {}", part.text)),
            "DisplayInformation" => {
                for label in &part.children {
                    put(format!("detail {} ({}): {}", label.attribute("Name"), label.attribute("Type"), label.text));
                }
            }
            "AdditionalFields" => part.children.iter().for_each(|node| put(field(type_name, value, node))),
            "Overlays" => {
                for overlay in &part.children {
                    let [position, kind, property] = ["position", "type", "propertyName"].map(|a| overlay.attribute(a));
                    put(format!("overlay {position}: {kind} {property}"));
                }
            }
            other => panic!("{other} has no meaning"),
        }
    }
}

fn field(type_name: &str, value: &str, field: &Node) -> String {
    let (name, text) = (field.attribute("Name"), field.text.as_str());
    if name.starts_with("link#maltego.") || matches!(name, "bookmark#" | "notes#") {
        return format!("{name}: {}", if text.starts_with('#') { text.to_lowercase() } else { text.to_owned() });
    }
    let repeats = entity_types::by_name(type_name).is_some_and(|known| known.value_property == name);
    if repeats && text == value {
        return format!("repeats its value as {name}");
    }
    // The old server knows the short names of types as well, and an empty list where nothing was said.
    let ancestry: Vec<_> = text.split("'Name': '").skip(1).filter_map(|rest| rest.split('\'').next()).collect();
    let text = match name {
        "genealogy" if ancestry.is_empty() => "[maltego.Phrase]".to_owned(),
        "genealogy" => format!("[{}]", ancestry.join(", ")),
        _ => text.to_owned(),
    };
    format!("field {name}: {text} ({}, \"{}\")", field.attribute("MatchingRule"), field.attribute("DisplayName"))
}
