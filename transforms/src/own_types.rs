//! Entity types of our own, as transforms make them.
//!
//! What they are, how they look and why no standard type would do stands in `maltego-config/entities`; here is the part
//! of it that code needs. A test of the program holds the two together.

use maltego::{EntityType, MatchingRule, ValueType, entity_types, entity_types::PropertyDefinition};

/// A company that registers domains for others, kept apart from owners.
pub static REGISTRAR: EntityType = EntityType {
    name: "namehound.Registrar",
    display_name: "Registrar",
    parent: Some(&entity_types::ORGANIZATION),
    old_name: None,
    value_property: "title",
    calculated: false,
    properties: &[
        loose("namehound.registrar.iana", "IANA number", ValueType::Integer),
        loose("namehound.registrar.country", "Country code", ValueType::Text),
        loose("namehound.registrar.url", "Site", ValueType::Url),
        loose("namehound.registrar.abuse-email", "Abuse mailbox", ValueType::Text),
        loose("namehound.registrar.abuse-phone", "Abuse phone", ValueType::Text),
    ],
};

/// How many results a question has, without the results.
pub static SUMMARY: EntityType = EntityType {
    name: "namehound.Summary",
    display_name: "Summary",
    parent: None,
    old_name: None,
    value_property: "namehound.summary.question",
    calculated: false,
    properties: &[
        PropertyDefinition {
            matching_rule: MatchingRule::Strict,
            ..loose("namehound.summary.question", "Question", ValueType::Text)
        },
        loose("namehound.summary.label", "Label", ValueType::Text),
        loose("namehound.summary.count", "Count", ValueType::Integer),
        loose("namehound.summary.exact", "Exact", ValueType::Boolean),
        PropertyDefinition { list: true, ..loose("namehound.summary.buckets", "Buckets", ValueType::Text) },
        loose("namehound.summary.first-seen", "First seen", ValueType::Date),
        loose("namehound.summary.last-seen", "Last seen", ValueType::Date),
        loose("namehound.summary.price", "Price of the results", ValueType::Text),
    ],
};

/// Every type above.
pub static ALL: &[&EntityType] = &[&REGISTRAR, &SUMMARY];

const fn loose(name: &'static str, display_name: &'static str, value_type: ValueType) -> PropertyDefinition {
    PropertyDefinition { name, display_name, value_type, list: false, matching_rule: MatchingRule::Loose }
}
