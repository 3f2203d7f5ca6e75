//! The assets beside entity types: icons, machines, sets and sign-in services.

use base64::{Engine, engine::general_purpose::STANDARD};
use serde::Serialize;

use super::{EntityDefinition, Publisher};
use crate::{transform::TransformDefinition, v3::negotiate::Need};

/// All assets in one document. Each member is also a document of its own, a bare list.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Assets {
    /// The server's own types.
    pub entities: Vec<EntityDefinition>,
    /// Their icons.
    pub icons: Vec<Icon>,
    /// Machines.
    pub machines: Vec<Machine>,
    /// Transform sets.
    pub transform_sets: Vec<TransformSet>,
    /// Sign-in services; the transform list has the same under another spelling.
    #[serde(rename = "oAuthService")]
    pub oauth_services: Vec<OAuthService>,
}

/// A service that users sign in with through their client. None is offered, so no value of this type exists; the lists
/// that would hold them are empty and must be sent all the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum OAuthService {}

/// A picture in several sizes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Icon {
    /// The name that definitions use.
    pub name: String,
    /// `png`.
    pub format: &'static str,
    /// Its group.
    pub category: String,
    /// The version of the picture.
    pub version: String,
    /// The sizes; the peer sends 16, 24, 32, 48 and 96.
    pub data: Vec<IconImage>,
}

/// One size of an [`Icon`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct IconImage {
    /// Width and height in pixels.
    pub size: u32,
    /// The file in base64, without line breaks.
    pub blob: String,
}

impl Icon {
    /// An icon from PNG files with their sizes in pixels.
    #[must_use]
    pub fn png<'a>(
        name: impl Into<String>,
        category: impl Into<String>,
        files: impl IntoIterator<Item = (u32, &'a [u8])>,
    ) -> Self {
        Self {
            name: name.into(),
            format: "png",
            category: category.into(),
            version: "1.0.0".to_owned(),
            data: files.into_iter().map(|(size, file)| IconImage { size, blob: STANDARD.encode(file) }).collect(),
        }
    }
}

/// A machine: a script that runs transforms.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Machine {
    /// Its full name.
    pub name: String,
    /// Whether it stands among the favourites.
    pub favorite: bool,
    /// Whether it can be started.
    pub enabled: bool,
    /// Whether users may not change it.
    pub read_only: bool,
    /// The script.
    pub code: String,
    /// What it needs of its client.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub machine_capabilities: Vec<Need>,
    /// What the script mentions, for clients that ask with `include_refs=true`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refs: Option<MachineReferences>,
}

impl Machine {
    /// A machine that can be started and not be changed.
    #[must_use]
    pub fn new(name: impl Into<String>, code: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            favorite: false,
            enabled: true,
            read_only: true,
            code: code.into(),
            machine_capabilities: Vec::new(),
            refs: None,
        }
    }
}

/// What a machine's script mentions.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct MachineReferences {
    /// Full names of transforms.
    pub transforms: Vec<String>,
    /// Names of entity types.
    pub entities: Vec<String>,
    /// Whether the script computes names, so that the lists may lack some.
    pub indeterminate: bool,
}

/// A named group of transforms.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TransformSet {
    /// Its name, the one that transforms name.
    pub name: String,
    /// What it is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Full names of transforms.
    pub transforms: Vec<String>,
}

/// The sets that transforms name, in the order of their first transforms and without descriptions.
#[must_use]
pub fn transform_sets<'a>(
    definitions: impl IntoIterator<Item = &'a TransformDefinition>,
    publisher: &Publisher,
) -> Vec<TransformSet> {
    let mut sets: Vec<TransformSet> = Vec::new();
    for definition in definitions.into_iter().filter(|definition| !definition.set.is_empty()) {
        let full_name = publisher.full_name(definition.name);
        match sets.iter_mut().find(|set| set.name == definition.set) {
            Some(set) => set.transforms.push(full_name),
            None => sets.push(TransformSet {
                name: definition.set.to_owned(),
                description: None,
                transforms: vec![full_name],
            }),
        }
    }
    sets
}

#[cfg(test)]
mod tests {
    use serde_json::{json, to_value};

    use super::*;
    use crate::{
        entity_types::{DOMAIN, EntityType},
        transform::InputKind,
    };

    static TYPES: [&EntityType; 1] = [&DOMAIN];

    fn definition(name: &'static str, set: &'static str) -> TransformDefinition {
        TransformDefinition {
            name,
            display_name: name,
            description: "",
            inputs: &TYPES,
            input_kind: InputKind::Single,
            outputs: &TYPES,
            set,
            settings: &[],
        }
    }

    #[test]
    fn empty_assets_have_every_list() {
        assert_eq!(
            to_value(Assets::default()).unwrap(),
            json!({"entities": [], "icons": [], "machines": [], "transformSets": [], "oAuthService": []})
        );
    }

    #[test]
    fn an_icon_carries_its_files_in_base64() {
        let icon = Icon::png("names.Seal", "Names", [(16, b"\x89PNG".as_slice()), (32, b"".as_slice())]);
        assert_eq!(
            to_value(icon).unwrap(),
            json!({
                "name": "names.Seal", "format": "png", "category": "Names", "version": "1.0.0",
                "data": [{"size": 16, "blob": "iVBORw=="}, {"size": 32, "blob": ""}]
            })
        );
    }

    #[test]
    fn a_machine_says_what_it_needs_only_if_it_needs_something() {
        let plain = Machine::new("names.machine.sweep", "machine(\"names.machine.sweep\") {}");
        assert_eq!(
            to_value(&plain).unwrap(),
            json!({
                "name": "names.machine.sweep", "favorite": false, "enabled": true, "readOnly": true,
                "code": "machine(\"names.machine.sweep\") {}"
            })
        );
        let asking = Machine {
            machine_capabilities: vec![Need::Prompts],
            refs: Some(MachineReferences { transforms: vec!["names.a".to_owned()], ..Default::default() }),
            ..plain
        };
        let asking = to_value(asking).unwrap();
        assert_eq!(asking["machineCapabilities"], json!(["interactive"]));
        assert_eq!(asking["refs"], json!({"transforms": ["names.a"], "entities": [], "indeterminate": false}));
    }

    #[test]
    fn sets_are_gathered_from_their_transforms() {
        let definitions = [definition("a", "One"), definition("b", "Two"), definition("c", "One"), definition("d", "")];
        let publisher = Publisher { namespace: "names".to_owned(), ..Publisher::default() };
        assert_eq!(
            to_value(transform_sets(&definitions, &publisher)).unwrap(),
            json!([
                {"name": "One", "transforms": ["names.a", "names.c"]}, {"name": "Two", "transforms": ["names.b"]}
            ])
        );
    }
}
