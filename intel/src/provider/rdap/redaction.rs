//! What an answer says that it keeps back.
//!
//! A list of redactions (RFC 9537 §4.2) names each field by a registered name or by a description (`Registrant Email`),
//! with how and why. Which contact is meant is the first word of that. Servers that are older put a remark on the contact
//! itself.

use crate::{
    noise,
    provider::lenient::Node,
    record::{Contact, WhoisRecord},
};

/// The most fields that a note names.
const MOST_NAMED: usize = 6;

/// Flags the contacts of which something was kept back, and says what that was.
pub(super) fn apply(object: Node<'_>, server: &str, record: &mut WhoisRecord) -> Option<String> {
    let mut fields: Vec<String> = Vec::new();
    let mut reasons: Vec<String> = Vec::new();
    for row in object.get("redacted").items() {
        let Some(field) = described(row.get("name")) else { continue };
        if let Some(contact) = contact_of(&field, record) {
            contact.redacted = true;
        }
        if let Some(reason) = described(row.get("reason")).filter(|reason| !reasons.contains(reason)) {
            reasons.push(reason);
        }
        if !fields.contains(&field) {
            fields.push(field);
        }
    }
    if fields.is_empty() {
        return None;
    }
    let more = fields.len().saturating_sub(MOST_NAMED);
    fields.truncate(MOST_NAMED);
    let mut note = format!("{server} says that it keeps back: {}", fields.join(", "));
    if more > 0 {
        note.push_str(&format!(" and {more} more"));
    }
    if !reasons.is_empty() {
        note.push_str(&format!(" ({})", reasons.join("; ")));
    }
    note.push('.');
    Some(note)
}

/// Whether the remarks of an entity say that something was kept back.
pub(super) fn is_remarked(entity: Node<'_>) -> bool {
    ["remarks", "notices"].iter().flat_map(|name| entity.get(name).items()).any(|remark| {
        let (title, kind) = (remark.get("title").text(), remark.get("type").text());
        noise::redaction_remark(title.as_deref(), kind.as_deref()).is_some()
    })
}

/// A registered name, or a description (RFC 9537 §4.2).
fn described(node: Node<'_>) -> Option<String> {
    node.first(&["type", "description"]).text().or_else(|| node.text())
}

fn contact_of<'a>(field: &str, record: &'a mut WhoisRecord) -> Option<&'a mut Contact> {
    let word = field.split_whitespace().next().unwrap_or_default().to_lowercase();
    match word.as_str() {
        "registrant" => Some(&mut record.registrant),
        "admin" | "administrative" => Some(&mut record.administrative),
        "tech" | "technical" => Some(&mut record.technical),
        "billing" => Some(&mut record.billing),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_contacts_that_are_named_are_flagged_and_the_fields_told() {
        let mut record = WhoisRecord::default();
        let object = json!({"redacted": [
            {"name": {"type": "Registrant Email"}, "method": "removal", "reason": {"description": "Server policy"}},
            {"name": {"description": "Tech Name"}, "method": "emptyValue", "reason": {"type": "Server policy"}},
            {"name": {"type": "Registry Domain ID"}}, {"name": {}}, "garbage", null
        ]});
        let note = apply(Node::new(&object), "rdap.registry.example", &mut record).unwrap();
        assert_eq!(
            note,
            "rdap.registry.example says that it keeps back: Registrant Email, Tech Name, Registry Domain ID (Server \
             policy)."
        );
        assert!(record.registrant.redacted && record.technical.redacted && !record.administrative.redacted);
        for object in [json!({}), json!({"redacted": "yes"}), json!({"redacted": []}), json!(null)] {
            assert_eq!(apply(Node::new(&object), "x", &mut record), None, "{object}");
        }
    }

    #[test]
    fn older_servers_say_it_in_a_remark() {
        let is_remarked = |entity: serde_json::Value| super::is_remarked(Node::new(&entity));
        assert!(is_remarked(json!({"remarks": [{"title": "REDACTED FOR PRIVACY", "description": ["x"]}]})));
        assert!(is_remarked(json!({"remarks": {"type": "object redacted due to authorization"}})));
        assert!(!is_remarked(json!({"remarks": [{"title": "Terms"}, null, "x"]})));
    }
}
