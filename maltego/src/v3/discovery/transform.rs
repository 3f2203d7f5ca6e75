//! The list of transforms, made from the catalogue.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value as Json;

use super::OAuthService;
use crate::{
    entity_types::EntityType,
    setting::{SettingDefinition, SettingKind, Settings},
    transform::{InputKind, TransformDefinition},
    v3::negotiate::Need,
};

/// Who publishes transforms: what all definitions of one server share.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Publisher {
    /// The first part of every transform's full name, without a dot at its end.
    pub namespace: String,
    /// A person or address.
    pub author: Option<String>,
    /// An organisation.
    pub owner: Option<String>,
    /// The version of the whole.
    pub version: Option<String>,
    /// A page that says under which terms results may be used.
    pub disclaimer: Option<String>,
}

impl Publisher {
    /// The full name of a transform or of another thing of the namespace.
    #[must_use]
    pub fn full_name(&self, name: &str) -> String {
        format!("{}.{name}", self.namespace)
    }
}

/// The answer to the request for all transforms.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Transforms {
    /// The transforms that this client may see.
    pub transforms: Vec<Transform>,
    /// The services that they sign in with, the same as in the assets.
    pub oauth: Vec<OAuthService>,
}

/// A transform as clients see it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Transform {
    /// The full name.
    pub name: String,
    /// The text in the menu.
    pub display_name: String,
    /// What it does.
    pub description: String,
    /// See [`Publisher::author`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub author: Option<String>,
    /// See [`Publisher::owner`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// See [`Publisher::disclaimer`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disclaimer: Option<String>,
    /// See [`Publisher::version`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// The names of its sets.
    pub sets: Vec<String>,
    /// What it takes.
    pub input: Signature,
    /// What it returns.
    pub output: Signature,
    /// Always 0, no limit.
    pub max_entity_input_count: u32,
    /// Always 0, no limit.
    pub max_entity_output_count: u32,
    /// What can be set.
    pub transform_settings: Vec<Setting>,
    /// Anything else, for people.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub metadata: BTreeMap<String, String>,
    /// The name of the service that it signs in with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub authenticator: Option<String>,
    /// What it needs of its client.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub transform_capabilities: Vec<Need>,
}

impl Transform {
    /// The document of a transform, with what it needs of its client.
    #[must_use]
    pub fn new(definition: &TransformDefinition, publisher: &Publisher, needs: &[Need]) -> Self {
        let input = match definition.input_kind {
            InputKind::Single => SignatureKind::Entity,
            InputKind::List => SignatureKind::Entities,
        };
        let setting = |setting: &&SettingDefinition| Setting::new(setting, &publisher.namespace, definition.name);
        Self {
            name: publisher.full_name(definition.name),
            display_name: definition.display_name.to_owned(),
            description: definition.description.to_owned(),
            author: publisher.author.clone(),
            owner: publisher.owner.clone(),
            disclaimer: publisher.disclaimer.clone(),
            version: publisher.version.clone(),
            sets: Some(definition.set.to_owned()).filter(|set| !set.is_empty()).into_iter().collect(),
            input: Signature::new(input, definition.inputs),
            output: Signature::new(SignatureKind::Entities, definition.outputs),
            max_entity_input_count: 0,
            max_entity_output_count: 0,
            transform_settings: definition.settings.iter().map(setting).collect(),
            metadata: BTreeMap::new(),
            authenticator: None,
            transform_capabilities: needs.to_vec(),
        }
    }
}

/// One side of a transform.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Signature {
    /// How many.
    #[serde(rename = "type")]
    pub kind: SignatureKind,
    /// The names of the types.
    pub type_ids: Vec<&'static str>,
    /// The version of each type; types have none here, which the map says with nulls.
    pub type_versions: BTreeMap<&'static str, Option<String>>,
}

impl Signature {
    fn new(kind: SignatureKind, types: &[&'static EntityType]) -> Self {
        Self {
            kind,
            type_ids: types.iter().map(|entity_type| entity_type.name).collect(),
            type_versions: types.iter().map(|entity_type| (entity_type.name, None)).collect(),
        }
    }
}

/// How many entities one side of a transform holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum SignatureKind {
    /// One, input only: the client's selection makes as many executions.
    Entity,
    /// Any number.
    Entities,
}

/// A setting as clients see it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Setting {
    /// The wire name, see [`setting_name`].
    pub name: String,
    /// The label.
    pub display_name: String,
    /// `string`, `int` or `boolean`.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// The value that a missing setting has, as JSON of its type.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default_value: Option<Json>,
    /// Always true: a client must not refuse to run because a setting is empty, since only the transform knows whether
    /// it can do without, and says so in words.
    pub optional: bool,
    /// Whether the client asks before every run.
    pub popup: bool,
    /// Whether one value holds for the whole server.
    pub is_global: bool,
    /// Whether the client keeps it secret.
    pub auth: bool,
}

impl Setting {
    fn new(definition: &SettingDefinition, namespace: &str, transform: &str) -> Self {
        // The reader of sent values reads defaults too, so that one text cannot mean two things. A default that it
        // cannot read is a mistake in the catalogue, and is better not offered than offered with the wrong type.
        let nothing_sent = Settings::default();
        let (kind, default_value) = match definition.kind {
            SettingKind::Text | SettingKind::Choice => ("string", definition.default.map(Json::from)),
            SettingKind::Integer => ("int", nothing_sent.integer(definition).ok().flatten().map(Json::from)),
            SettingKind::Boolean => ("boolean", nothing_sent.boolean(definition).ok().flatten().map(Json::from)),
        };
        Self {
            name: setting_name(definition, namespace, transform),
            display_name: definition.display_name.to_owned(),
            kind,
            default_value,
            optional: true,
            popup: definition.popup,
            is_global: definition.global,
            auth: definition.secret,
        }
    }
}

/// A setting's name on the wire: `namespace.transform.name`, or `global#namespace.name` where one value holds for all.
#[must_use]
pub fn setting_name(definition: &SettingDefinition, namespace: &str, transform: &str) -> String {
    let name = definition.name;
    if definition.global { format!("global#{namespace}.{name}") } else { format!("{namespace}.{transform}.{name}") }
}

#[cfg(test)]
mod tests {
    use serde_json::{json, to_value};

    use super::*;
    use crate::entity_types::{DOMAIN, EMAIL_ADDRESS, PERSON};

    const fn setting(name: &'static str, kind: SettingKind, default: Option<&'static str>) -> SettingDefinition {
        SettingDefinition {
            name,
            display_name: name,
            description: "",
            kind,
            choices: &["historic", "current"],
            default,
            popup: false,
            global: false,
            secret: false,
        }
    }

    static SCOPE: SettingDefinition =
        SettingDefinition { popup: true, ..setting("scope", SettingKind::Choice, Some("historic")) };
    static MOST: SettingDefinition = setting("most", SettingKind::Integer, Some("25"));
    static STRICT: SettingDefinition = setting("strict", SettingKind::Boolean, Some("yes"));
    static BROKEN: SettingDefinition = setting("broken", SettingKind::Integer, Some("many"));
    static KEY: SettingDefinition =
        SettingDefinition { global: true, secret: true, ..setting("key", SettingKind::Text, None) };

    static DEFINITION: TransformDefinition = TransformDefinition {
        name: "email_to_domains",
        display_name: "To Domains [reverse WHOIS]",
        description: "Domains registered with this address.",
        inputs: &[&EMAIL_ADDRESS, &PERSON],
        input_kind: InputKind::Single,
        outputs: &[&DOMAIN],
        set: "Registration",
        settings: &[&SCOPE, &MOST, &STRICT, &BROKEN, &KEY],
    };

    #[test]
    fn a_definition_becomes_one_document() {
        let publisher = Publisher {
            namespace: "names".to_owned(),
            author: Some("dev@transforms.example".to_owned()),
            version: Some("1.2.3".to_owned()),
            ..Publisher::default()
        };
        assert_eq!(
            to_value(Transform::new(&DEFINITION, &publisher, &[Need::Prompts])).unwrap(),
            json!({
                "name": "names.email_to_domains", "displayName": "To Domains [reverse WHOIS]",
                "description": "Domains registered with this address.", "author": "dev@transforms.example",
                "version": "1.2.3", "sets": ["Registration"],
                "input": {
                    "type": "ENTITY", "typeIds": ["maltego.EmailAddress", "maltego.Person"],
                    "typeVersions": {"maltego.EmailAddress": null, "maltego.Person": null}
                },
                "output": {
                    "type": "ENTITIES", "typeIds": ["maltego.Domain"], "typeVersions": {"maltego.Domain": null}
                },
                "maxEntityInputCount": 0, "maxEntityOutputCount": 0,
                "transformSettings": [
                    {"name": "names.email_to_domains.scope", "displayName": "scope", "type": "string",
                     "defaultValue": "historic", "optional": true, "popup": true, "isGlobal": false, "auth": false},
                    {"name": "names.email_to_domains.most", "displayName": "most", "type": "int", "defaultValue": 25,
                     "optional": true, "popup": false, "isGlobal": false, "auth": false},
                    {"name": "names.email_to_domains.strict", "displayName": "strict", "type": "boolean",
                     "defaultValue": true, "optional": true, "popup": false, "isGlobal": false, "auth": false},
                    {"name": "names.email_to_domains.broken", "displayName": "broken", "type": "int",
                     "optional": true, "popup": false, "isGlobal": false, "auth": false},
                    {"name": "global#names.key", "displayName": "key", "type": "string", "optional": true,
                     "popup": false, "isGlobal": true, "auth": true}
                ],
                "transformCapabilities": ["interactive"]
            })
        );
    }

    #[test]
    fn a_list_transform_takes_the_selection_at_once() {
        let definition = TransformDefinition { input_kind: InputKind::List, set: "", settings: &[], ..DEFINITION };
        let document = Transform::new(&definition, &Publisher::default(), &[]);
        assert_eq!(document.input.kind, SignatureKind::Entities);
        assert!(document.sets.is_empty() && document.transform_capabilities.is_empty());
    }

    #[test]
    fn the_wire_name_of_a_setting_leads_back_to_it() {
        for definition in DEFINITION.settings {
            let wire = setting_name(definition, "names", DEFINITION.name);
            let settings = Settings::from_wire([(wire, "1")], "names", DEFINITION.name);
            assert_eq!(settings.names().collect::<Vec<_>>(), [definition.name]);
        }
    }
}
