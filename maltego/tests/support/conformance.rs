//! What a client may rely on in an answer, as a check on the tree.

#![expect(clippy::panic, reason = "a test helper fails by panicking")]

use std::collections::HashSet;

use super::tree::Node;

/// Element, its attributes (all of them required unless a `?` follows), its children, whether it may hold text.
type Rule = (&'static str, &'static [&'static str], &'static [&'static str], bool);

const RULES: &[Rule] = &[
    ("MaltegoMessage", &[], &["MaltegoTransformResponseMessage", "MaltegoTransformExceptionMessage"], false),
    ("MaltegoTransformResponseMessage", &[], &["Entities", "UIMessages"], false),
    ("Entities", &[], &["Entity"], false),
    ("Entity", &["Type"], &["Value", "Weight", "DisplayInformation", "AdditionalFields", "Overlays", "IconURL"], false),
    ("Value", &[], &[], true),
    ("Weight", &[], &[], true),
    ("DisplayInformation", &[], &["Label"], false),
    ("Label", &["Name", "Type"], &[], true),
    ("AdditionalFields", &[], &["Field"], false),
    ("Field", &["Name", "DisplayName", "MatchingRule"], &[], true),
    ("Overlays", &[], &["Overlay"], false),
    ("Overlay", &["propertyName", "position", "type"], &[], false),
    ("IconURL", &[], &[], true),
    ("UIMessages", &[], &["UIMessage"], false),
    ("UIMessage", &["MessageType"], &[], true),
    ("MaltegoTransformExceptionMessage", &[], &["Exceptions"], false),
    ("Exceptions", &[], &["Exception"], false),
    ("Exception", &["code?"], &[], true),
];

/// Elements whose text is what they are for.
const NEVER_BLANK: &[&str] = &["Value", "Weight", "IconURL", "UIMessage", "Exception"];

/// Panics where an answer breaks a rule of the dialect.
pub(crate) fn assert_conforms(message: &Node) {
    assert_eq!(message.name, "MaltegoMessage");
    assert_eq!(message.children.len(), 1);
    check(message);
}

fn check(node: &Node) {
    let (name, attributes, children, text) =
        RULES.iter().find(|(name, ..)| *name == node.name).unwrap_or_else(|| panic!("unknown element {}", node.name));
    for attribute in *attributes {
        match attribute.strip_suffix('?') {
            Some(optional) => assert_ne!(node.attributes.get(optional).map(String::as_str), Some("")),
            None => assert!(!node.attribute(attribute).trim().is_empty(), "blank {attribute} on {name}"),
        }
    }
    for attribute in node.attributes.keys() {
        assert!(
            attributes.iter().any(|known| known.trim_end_matches('?') == attribute),
            "attribute {attribute} on {name}"
        );
    }
    assert!(*text || node.text.is_empty(), "text in {name}");
    assert!(!NEVER_BLANK.contains(name) || !node.text.trim().is_empty(), "blank {name}");

    let order: Vec<Option<usize>> =
        node.children.iter().map(|child| children.iter().position(|known| *known == child.name)).collect();
    assert!(order.is_sorted() && !order.contains(&None), "children of {name}: {node:?}");
    match *name {
        "AdditionalFields" => assert_unique(node, "Name"),
        "Overlays" => assert_unique(node, "position"),
        "Entity" => assert_eq!(node.children.first().map(|child| child.name.as_str()), Some("Value")),
        _ => (),
    }
    node.children.iter().for_each(check);
}

fn assert_unique(node: &Node, attribute: &str) {
    let mut seen = HashSet::new();
    for child in &node.children {
        assert!(seen.insert(child.attribute(attribute)), "{attribute} twice in {node:?}");
    }
}
