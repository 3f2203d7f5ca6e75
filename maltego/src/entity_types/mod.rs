//! The entity type catalogue: what is true of a type wherever it appears.
//!
//! Both dialects need to know which property is *the* value of a type, how its properties are labelled and which of
//! them decide whether two nodes are the same. Writing that into each transform would let two transforms disagree,
//! and disagreeing nodes never merge. So it stands here once, as data.

mod standard;

pub use standard::*;

use crate::{entity::MatchingRule, value::ValueType};

/// A property that a type declares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PropertyDefinition {
    /// The wire name.
    pub name: &'static str,
    /// The label.
    pub display_name: &'static str,
    /// The type of its value, or of the members of its list.
    pub value_type: ValueType,
    /// Whether the value is a list.
    pub list: bool,
    /// Whether it decides about merging.
    pub matching_rule: MatchingRule,
}

/// An entity type.
#[derive(Debug, PartialEq, Eq)]
pub struct EntityType {
    /// The full name, for example `maltego.Domain`. Compared exactly.
    pub name: &'static str,
    /// The name people read.
    pub display_name: &'static str,
    /// The type it inherits from; `None` is the root.
    pub parent: Option<&'static EntityType>,
    /// The short name that clients of the second protocol generation use.
    pub old_name: Option<&'static str>,
    /// The property that holds the value, its own or an inherited one.
    pub value_property: &'static str,
    /// Whether the client assembles the value from other properties.
    pub calculated: bool,
    /// Its own properties; inherited ones are found through [`EntityType::property`].
    pub properties: &'static [PropertyDefinition],
}

impl EntityType {
    /// A declared property, own or inherited.
    #[must_use]
    pub fn property(&self, name: &str) -> Option<&'static PropertyDefinition> {
        self.lineage().find_map(|entity_type| entity_type.properties.iter().find(|property| property.name == name))
    }

    /// The definition of the value property.
    #[must_use]
    pub fn value_definition(&self) -> Option<&'static PropertyDefinition> {
        self.property(self.value_property)
    }

    /// Whether this is the other type or inherits from it.
    #[must_use]
    pub fn is_a(&self, other: &EntityType) -> bool {
        self.name == other.name || self.lineage().any(|ancestor| ancestor.name == other.name)
    }

    /// The type itself as far as properties go, then its parents, nearest first.
    fn lineage(&self) -> impl Iterator<Item = LineageStep> + use<> {
        let own = LineageStep { name: self.name, properties: self.properties };
        std::iter::once(own).chain(
            std::iter::successors(self.parent, |ancestor| ancestor.parent)
                .map(|ancestor| LineageStep { name: ancestor.name, properties: ancestor.properties }),
        )
    }
}

struct LineageStep {
    name: &'static str,
    properties: &'static [PropertyDefinition],
}

/// A known type by its exact full name.
#[must_use]
pub fn by_name(name: &str) -> Option<&'static EntityType> {
    standard::ALL.iter().copied().find(|known| known.name == name)
}

/// A known type by the short name of old clients, ignoring case (`NSrecord` and `NSRecord` both occur). A short name
/// that equals the last part of a full name counts as well.
#[must_use]
pub fn by_old_name(name: &str) -> Option<&'static EntityType> {
    standard::ALL
        .iter()
        .copied()
        .find(|known| known.old_name.is_some_and(|old| old.eq_ignore_ascii_case(name)))
        .or_else(|| {
            standard::ALL
                .iter()
                .copied()
                .find(|known| known.name.strip_prefix("maltego.").is_some_and(|short| short.eq_ignore_ascii_case(name)))
        })
}

/// Every type of the catalogue.
#[must_use]
pub fn all() -> &'static [&'static EntityType] {
    standard::ALL
}

const fn text(name: &'static str, display_name: &'static str) -> PropertyDefinition {
    typed(name, display_name, ValueType::Text)
}

const fn integer(name: &'static str, display_name: &'static str) -> PropertyDefinition {
    typed(name, display_name, ValueType::Integer)
}

const fn typed(name: &'static str, display_name: &'static str, value_type: ValueType) -> PropertyDefinition {
    PropertyDefinition { name, display_name, value_type, list: false, matching_rule: MatchingRule::Loose }
}

const fn list(member: PropertyDefinition) -> PropertyDefinition {
    PropertyDefinition { list: true, ..member }
}

const fn strict(property: PropertyDefinition) -> PropertyDefinition {
    PropertyDefinition { matching_rule: MatchingRule::Strict, ..property }
}

const fn loose(property: PropertyDefinition) -> PropertyDefinition {
    property
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_property_is_declared_and_every_name_is_unique() {
        for (index, known) in all().iter().enumerate() {
            assert!(known.value_definition().is_some(), "{} declares no {}", known.name, known.value_property);
            assert!(all().iter().skip(index + 1).all(|other| other.name != known.name), "{} twice", known.name);
        }
    }

    #[test]
    fn inheritance_is_followed() {
        assert!(NS_RECORD.is_a(&DNS_NAME));
        assert!(!DOMAIN.is_a(&DNS_NAME));
        assert_eq!(NS_RECORD.value_definition().map(|property| property.matching_rule), Some(MatchingRule::Strict));
        assert!(EMAIL_ADDRESS.property("is_partial").is_some());
    }

    #[test]
    fn short_names_are_found_in_any_case() {
        assert_eq!(by_old_name("NSrecord").map(|found| found.name), Some("maltego.NSRecord"));
        assert_eq!(by_old_name("nsrecord").map(|found| found.name), Some("maltego.NSRecord"));
        assert_eq!(by_old_name("IPAddress").map(|found| found.name), Some("maltego.IPv4Address"));
        assert_eq!(by_old_name("WHOISRecord").map(|found| found.name), Some("maltego.WHOISRecord"));
        assert!(by_old_name("Nonsense").is_none());
    }
}
