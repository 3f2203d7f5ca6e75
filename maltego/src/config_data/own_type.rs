//! An entity type of our own, as data.

use serde::Deserialize;

use crate::{
    entity::{MatchingRule, Overlay, OverlayKind, OverlayPosition},
    entity_types::EntityType,
    value::ValueType,
};

/// An entity type that no standard type can stand in for.
///
/// It owns its texts, unlike [`EntityType`], which is part of the program. Where transforms need the static form of an
/// own type, [`OwnType::differences`] keeps the two from drifting apart.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OwnType {
    /// The full name, for example `namehound.Registrar`.
    pub name: String,
    /// The name people read.
    pub display_name: String,
    /// The same for several of them.
    pub display_name_plural: String,
    /// What it is, one sentence.
    pub description: String,
    /// Why no standard type fits, for the people who keep the folder. Never leaves the program.
    pub rationale: String,
    /// The palette group.
    pub category: String,
    /// The direct parent's full name; `None` is the root.
    pub parent: Option<String>,
    /// The name of its drawing.
    pub icon: String,
    /// The property that holds the value, own or inherited.
    pub value_property: String,
    /// The property shown on the node, own or inherited; `None` shows the value.
    pub display_property: Option<String>,
    /// Whether users may drag it from the palette.
    pub in_palette: bool,
    /// Its own properties; inherited ones are not repeated.
    #[serde(default)]
    pub properties: Vec<OwnProperty>,
    /// Marks on the node, at most one a position.
    #[serde(default, deserialize_with = "overlays")]
    pub overlays: Vec<Overlay>,
}

/// A property of an own type.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OwnProperty {
    /// The wire name.
    pub name: String,
    /// The label.
    pub display_name: String,
    /// What it says, for the tooltip.
    #[serde(default)]
    pub description: String,
    /// The type of its value, or of the members of its list.
    #[serde(rename = "type", deserialize_with = "value_type")]
    pub value_type: ValueType,
    /// Whether the value is a list.
    #[serde(default)]
    pub list: bool,
    /// Whether it decides about merging. Loose unless it says otherwise.
    #[serde(default, deserialize_with = "matching_rule")]
    pub matching: MatchingRule,
    /// Whether the property view leaves it out.
    #[serde(default)]
    pub hidden: bool,
    /// What a node from the palette starts with.
    pub sample: Option<String>,
}

impl OwnType {
    /// A property of its own by name.
    #[must_use]
    pub fn property(&self, name: &str) -> Option<&OwnProperty> {
        self.properties.iter().find(|property| property.name == name)
    }

    /// In what the program's static form of this type differs from the data, one sentence each. Labels and rules of
    /// properties count, pictures and texts that only the data has do not.
    #[must_use]
    pub fn differences(&self, declared: &EntityType) -> Vec<String> {
        let mut found = Vec::new();
        let mut compare = |what: &str, data: &str, program: &str| {
            if data != program {
                found.push(format!("{what}: the data say {data:?}, the program says {program:?}"));
            }
        };
        compare("name", &self.name, declared.name);
        compare("display name", &self.display_name, declared.display_name);
        compare("parent", self.parent.as_deref().unwrap_or_default(), declared.parent.map_or("", |parent| parent.name));
        compare("value property", &self.value_property, declared.value_property);
        for own in &self.properties {
            let Some(known) = declared.properties.iter().find(|known| known.name == own.name) else {
                compare("property", &own.name, "");
                continue;
            };
            compare(&format!("label of {}", own.name), &own.display_name, known.display_name);
            let data = format!("{:?} list={} {:?}", own.value_type, own.list, own.matching);
            let program = format!("{:?} list={} {:?}", known.value_type, known.list, known.matching_rule);
            compare(&format!("kind of {}", own.name), &data, &program);
        }
        for known in declared.properties.iter().filter(|known| self.property(known.name).is_none()) {
            compare("property", "", known.name);
        }
        found
    }

    /// What is wrong with the type by itself.
    pub(super) fn own_problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        if !is_type_name(&self.name) {
            problems.push(format!("the name {:?} is not of the form namespace.Type", self.name));
        }
        if self.name.starts_with("maltego.") {
            problems.push("the namespace maltego belongs to the vendor".to_owned());
        }
        if !is_resource_name(&self.icon) {
            problems
                .push(format!("the icon name {:?} has more than letters and digits, or ends in a digit", self.icon));
        }
        for (index, property) in self.properties.iter().enumerate() {
            if !property.name.starts_with(|c: char| c.is_ascii_alphanumeric())
                || !property.name.chars().all(is_name_character)
            {
                problems.push(format!("the property name {:?} has more than letters, digits and . _ -", property.name));
            }
            if self.properties.iter().skip(index + 1).any(|other| other.name == property.name) {
                problems.push(format!("the property {} is there twice", property.name));
            }
            if property.list && matches!(property.value_type, ValueType::DateTime | ValueType::DateRange) {
                problems
                    .push(format!("the property {} is a list of a type that clients know no lists of", property.name));
            }
            if let Some(sample) = &property.sample
                && !fits(property.value_type, sample)
            {
                problems.push(format!("the sample of {} does not fit its type", property.name));
            }
        }
        for (index, overlay) in self.overlays.iter().enumerate() {
            if self.overlays.iter().skip(index + 1).any(|other| other.position == overlay.position) {
                problems.push(format!("there are two overlays at {:?}", overlay.position));
            }
        }
        problems
    }
}

fn is_name_character(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-')
}

fn is_type_name(name: &str) -> bool {
    name.split_once('.').is_some_and(|(namespace, rest)| !namespace.is_empty() && !rest.is_empty())
        && name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.ends_with(|c: char| c.is_ascii_alphanumeric())
        && name.chars().all(is_name_character)
}

/// Whether a name can be an icon's. A client finds the sizes by digits behind the name, so it must not end in one.
pub(crate) fn is_resource_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.ends_with(|c: char| c.is_ascii_alphabetic())
        && name.chars().all(|c| c.is_ascii_alphanumeric())
}

/// Whether a sample can be read as its type; lists are not looked into.
fn fits(value_type: ValueType, sample: &str) -> bool {
    match value_type {
        ValueType::Integer => sample.parse::<i64>().is_ok(),
        ValueType::Double => sample.parse::<f64>().is_ok_and(f64::is_finite),
        ValueType::Boolean => matches!(sample, "true" | "false"),
        ValueType::Date => sample.parse::<jiff::civil::Date>().is_ok(),
        ValueType::Text | ValueType::DateTime | ValueType::DateRange | ValueType::Url | ValueType::Colour => true,
    }
}

fn value_type<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<ValueType, D::Error> {
    #[derive(Deserialize)]
    #[serde(rename_all = "snake_case")]
    enum Word {
        Text,
        Integer,
        Double,
        Boolean,
        Date,
        DateTime,
        DateRange,
        Url,
        Colour,
    }
    Ok(match Word::deserialize(deserializer)? {
        Word::Text => ValueType::Text,
        Word::Integer => ValueType::Integer,
        Word::Double => ValueType::Double,
        Word::Boolean => ValueType::Boolean,
        Word::Date => ValueType::Date,
        Word::DateTime => ValueType::DateTime,
        Word::DateRange => ValueType::DateRange,
        Word::Url => ValueType::Url,
        Word::Colour => ValueType::Colour,
    })
}

fn matching_rule<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<MatchingRule, D::Error> {
    #[derive(Deserialize)]
    #[serde(rename_all = "snake_case")]
    enum Word {
        Strict,
        Loose,
    }
    Ok(match Word::deserialize(deserializer)? {
        Word::Strict => MatchingRule::Strict,
        Word::Loose => MatchingRule::Loose,
    })
}

fn overlays<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Vec<Overlay>, D::Error> {
    #[derive(Deserialize)]
    #[serde(rename_all = "snake_case")]
    enum Position {
        North,
        South,
        West,
        NorthWest,
        SouthWest,
        Centre,
    }
    #[derive(Deserialize)]
    #[serde(rename_all = "snake_case")]
    enum Kind {
        Image,
        Colour,
        Text,
    }
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Table {
        property: String,
        position: Position,
        kind: Kind,
    }
    let tables = Vec::<Table>::deserialize(deserializer)?;
    Ok(tables
        .into_iter()
        .map(|table| Overlay {
            property: table.property,
            position: match table.position {
                Position::North => OverlayPosition::North,
                Position::South => OverlayPosition::South,
                Position::West => OverlayPosition::West,
                Position::NorthWest => OverlayPosition::NorthWest,
                Position::SouthWest => OverlayPosition::SouthWest,
                Position::Centre => OverlayPosition::Centre,
            },
            kind: match table.kind {
                Kind::Image => OverlayKind::Image,
                Kind::Colour => OverlayKind::Colour,
                Kind::Text => OverlayKind::Text,
            },
        })
        .collect())
}
