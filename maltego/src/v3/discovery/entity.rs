//! Definitions of entity types.
//!
//! Only a server's own types belong into the assets. The vendor's are known to every client, and sending them again
//! may override what the client knows better.
//!
//! A type inherits fields from its parents, which every client follows by itself. So a definition names its direct
//! parent and lists its own fields, but repeats which property is the value.

use serde::Serialize;
use serde_json::Value as Json;

use crate::{
    entity::{OverlayKind, OverlayPosition},
    entity_types::{EntityType, PropertyDefinition},
    v3::{
        event::{matching_rule, overlay_kind, position},
        negotiate::ProtocolVersion,
        value::declared_type,
    },
};

/// The order of types that are never guessed from pasted text before others.
const LAST: u32 = 2_147_483_647;

/// A type as clients see it. Members that [`EntityDefinition::new`] does not ask for may be set afterwards.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct EntityDefinition {
    /// The type's name.
    pub id: String,
    /// The name for people.
    pub display_name: String,
    /// The name for several of them.
    pub display_name_plural: String,
    /// The name of an icon of the assets, or of one that the client brings.
    pub icon_resource: String,
    /// The property that replaces the type's name below a node; needs protocol 3.3.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub variant_label_property: Option<String>,
    /// The property that names another icon; needs protocol 3.3.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub variant_icon_property: Option<String>,
    /// What it is.
    pub description: String,
    /// Its group in the palette.
    pub category: String,
    /// Whether it is in the palette.
    pub visible: bool,
    /// Whether a user may put it on the graph.
    pub allowed_root: bool,
    /// Which type is tried first on pasted text, the lowest first.
    pub conversion_order: u32,
    /// The direct parents.
    pub base_entities: Vec<String>,
    /// Marks on every node of the type.
    pub overlays: Vec<OverlayDefinition>,
    /// The properties.
    pub properties: EntityProperties,
    /// How pasted text becomes such an entity.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub regex_converter: Option<RegexConverter>,
    /// What the node's menu offers.
    pub actions: Vec<Action>,
}

/// The properties of a type.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct EntityProperties {
    /// The property that is the value.
    pub value: String,
    /// The property that the node shows.
    pub display_value: String,
    /// The property that holds the address of a picture.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image_overlay: Option<String>,
    /// The type's own properties.
    pub fields: Vec<Field>,
}

/// A property of a type.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Field {
    /// The wire name.
    pub name: String,
    /// `strict` or `loose`.
    pub matching_rule: &'static str,
    /// The type's name; of a list, that of its members.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// The label.
    pub display_name: String,
    /// Whether it may be empty.
    pub nullable: bool,
    /// Whether the client hides it.
    pub hidden: bool,
    /// Whether a user may not change it.
    pub readonly: bool,
    /// What it is.
    pub description: String,
    /// Whether it is a list.
    pub is_array: bool,
    /// An example.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sample_value: Option<Json>,
    /// The value of a new entity, or the expression of a computed property.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default_value: Option<Json>,
    /// `maltego.replace` for a property that the client computes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub evaluator: Option<String>,
}

/// A mark on every node of a type.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct OverlayDefinition {
    /// The property that it shows.
    pub property_name: String,
    /// Where it sits.
    pub position: &'static str,
    /// How the property is understood.
    #[serde(rename = "type")]
    pub kind: &'static str,
}

impl OverlayDefinition {
    /// A mark.
    #[must_use]
    pub fn new(property: impl Into<String>, at: OverlayPosition, kind: OverlayKind) -> Self {
        Self { property_name: property.into(), position: position(at), kind: overlay_kind(kind) }
    }
}

/// How pasted text becomes an entity.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RegexConverter {
    /// The expression, in the client's dialect (Java).
    pub regex: String,
    /// The property for each group of the expression.
    pub groups: Vec<String>,
}

/// An entry in a node's menu.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Action {
    /// Its name.
    pub name: String,
    /// Its text.
    pub display_name: String,
    /// An address, which may contain `$property(name)`.
    pub config: String,
    /// What is done with it.
    #[serde(rename = "type")]
    pub kind: ActionKind,
}

/// What an [`Action`] does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum ActionKind {
    /// Opens the client's own browser.
    #[serde(rename = "maltego.spec.action.type.browser")]
    Browser,
    /// Opens the user's browser.
    #[serde(rename = "maltego.spec.action.type.browse-url")]
    BrowseUrl,
}

impl EntityDefinition {
    /// The definition of a type with its plural, its icon, its palette group and what it is.
    #[must_use]
    pub fn new(
        entity_type: &EntityType,
        display_name_plural: impl Into<String>,
        icon_resource: impl Into<String>,
        category: impl Into<String>,
        description: impl Into<String>,
    ) -> Self {
        let value = entity_type.value_property.to_owned();
        let field = |property: &PropertyDefinition| Field::new(property, entity_type);
        Self {
            id: entity_type.name.to_owned(),
            display_name: entity_type.display_name.to_owned(),
            display_name_plural: display_name_plural.into(),
            icon_resource: icon_resource.into(),
            variant_label_property: None,
            variant_icon_property: None,
            description: description.into(),
            category: category.into(),
            visible: true,
            allowed_root: true,
            conversion_order: LAST,
            base_entities: entity_type.parent.map(|parent| parent.name.to_owned()).into_iter().collect(),
            overlays: Vec::new(),
            properties: EntityProperties {
                display_value: value.clone(),
                value,
                image_overlay: None,
                fields: entity_type.properties.iter().map(field).collect(),
            },
            regex_converter: None,
            actions: Vec::new(),
        }
    }

    /// The definition as clients of a protocol version may get it: before 3.3 nothing varies.
    #[must_use]
    pub fn for_protocol(mut self, protocol: ProtocolVersion) -> Self {
        if protocol < ProtocolVersion::V3_3 {
            self.variant_label_property = None;
            self.variant_icon_property = None;
        }
        self
    }
}

impl Field {
    /// A declared property. The value of a type whose client assembles it cannot be edited.
    fn new(property: &PropertyDefinition, owner: &EntityType) -> Self {
        Self {
            name: property.name.to_owned(),
            matching_rule: matching_rule(property.matching_rule),
            kind: declared_type(property.value_type),
            display_name: property.display_name.to_owned(),
            nullable: true,
            hidden: false,
            readonly: owner.calculated && property.name == owner.value_property,
            description: String::new(),
            is_array: property.list,
            sample_value: None,
            default_value: None,
            evaluator: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{json, to_value};

    use super::*;
    use crate::entity_types::{DNS_NAME, LOCATION, WEBSITE};

    #[test]
    fn a_type_lists_its_own_fields_and_its_direct_parent() {
        let mut definition = EntityDefinition::new(&WEBSITE, "Websites", "WorldWideWeb", "Infrastructure", "A host");
        definition.overlays = vec![OverlayDefinition::new("ports", OverlayPosition::NorthWest, OverlayKind::Text)];
        definition.actions = vec![Action {
            name: "open".to_owned(),
            display_name: "Open".to_owned(),
            config: "https://$property(fqdn)".to_owned(),
            kind: ActionKind::Browser,
        }];
        definition.regex_converter =
            Some(RegexConverter { regex: "(www[.].+)".to_owned(), groups: vec!["fqdn".to_owned()] });
        let field = |name: &str, rule: &str, kind: &str, label: &str, array: bool| {
            json!({
                "name": name, "matchingRule": rule, "type": kind, "displayName": label, "nullable": true,
                "hidden": false, "readonly": false, "description": "", "isArray": array
            })
        };
        assert_eq!(
            to_value(definition).unwrap(),
            json!({
                "id": "maltego.Website", "displayName": "Website", "displayNamePlural": "Websites",
                "iconResource": "WorldWideWeb", "description": "A host", "category": "Infrastructure",
                "visible": true, "allowedRoot": true, "conversionOrder": 2147483647,
                "baseEntities": ["maltego.DNSName"],
                "overlays": [{"propertyName": "ports", "position": "NW", "type": "text"}],
                "properties": {"value": "fqdn", "displayValue": "fqdn", "fields": [
                    field("fqdn", "strict", "STRING", "Website", false),
                    field("website.ssl-enabled", "loose", "BOOLEAN", "SSL Enabled", false),
                    field("ports", "loose", "INT", "Ports", true)
                ]},
                "regexConverter": {"regex": "(www[.].+)", "groups": ["fqdn"]},
                "actions": [{
                    "name": "open", "displayName": "Open", "config": "https://$property(fqdn)",
                    "type": "maltego.spec.action.type.browser"
                }]
            })
        );
    }

    #[test]
    fn an_assembled_value_cannot_be_edited() {
        let definition = EntityDefinition::new(&LOCATION, "Locations", "Earth", "Places", "");
        let readonly: Vec<_> = definition
            .properties
            .fields
            .iter()
            .filter(|field| field.readonly)
            .map(|field| field.name.as_str())
            .collect();
        assert_eq!(readonly, ["location.name"]);
    }

    #[test]
    fn variants_are_for_3_3_only() {
        let definition = EntityDefinition {
            variant_label_property: Some("kind".to_owned()),
            ..EntityDefinition::new(&DNS_NAME, "DNS names", "DNS", "Infrastructure", "")
        };
        assert!(definition.clone().for_protocol(ProtocolVersion::V3_3).variant_label_property.is_some());
        assert!(definition.for_protocol(ProtocolVersion::V3_2).variant_label_property.is_none());
    }
}
