//! The data that makes a server more than its transforms: own entity types, icons, transform sets and machines.
//!
//! All of it is text in a folder, so that somebody who writes no Rust can add a machine or correct a description.
//! This module reads that text. It is pure: it takes file contents and returns typed data, or *every* mistake it
//! found, each with its file, because whoever edits data wants the whole list at once.
//!
//! What is expected where (paths are relative to the folder, anything else is ignored):
//!
//! | path | content |
//! |---|---|
//! | `entities/<any>.toml` | one [`OwnType`] |
//! | `icons/<Name>.svg` | an [`IconSource`]; types refer to it by `<Name>` |
//! | `sets.toml` | the [`SetDescription`]s, in `[[set]]` tables |
//! | `machines/<any>.machine` | a [`MachineTemplate`] |

mod machine;
mod own_type;

use std::fmt;

use serde::Deserialize;
use thiserror::Error;

pub use machine::{Machine, MachineTemplate, UnresolvedMachine};
pub(crate) use own_type::is_resource_name;
pub use own_type::{OwnProperty, OwnType};

use crate::entity_types;

/// One file of the folder.
#[derive(Debug, Clone, Copy)]
pub struct ConfigFile<'a> {
    /// Its path relative to the folder, parts separated by `/`.
    pub path: &'a str,
    /// Its text.
    pub content: &'a str,
}

/// Everything that the folder says, each list sorted by name.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ConfigData {
    /// Own entity types.
    pub types: Vec<OwnType>,
    /// Drawings, still to be rasterised.
    pub icons: Vec<IconSource>,
    /// Transform sets with their descriptions. Who belongs to a set is the catalogue's business.
    pub sets: Vec<SetDescription>,
    /// Machines with placeholders where transform ids will stand.
    pub machines: Vec<MachineTemplate>,
}

/// A drawing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IconSource {
    /// The name that types refer to.
    pub name: String,
    /// The drawing as SVG text.
    pub svg: String,
}

/// A transform set as users see it in their list of sets.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetDescription {
    /// The name, equal to [`TransformDefinition::set`](crate::TransformDefinition::set) of its members.
    pub name: String,
    /// What its members have in common.
    pub description: String,
}

/// One mistake in one file.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{path}: {problem}")]
pub struct ConfigError {
    /// The file.
    pub path: String,
    /// What is wrong, in words.
    pub problem: String,
}

/// Every mistake that was found.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub struct ConfigErrors(pub Vec<ConfigError>);

/// One mistake a line.
impl fmt::Display for ConfigErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, error) in self.0.iter().enumerate() {
            if index > 0 {
                writeln!(f)?;
            }
            write!(f, "{error}")?;
        }
        Ok(())
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct SetFile {
    set: Vec<SetDescription>,
}

impl ConfigData {
    /// Reads the folder's files, in any order.
    ///
    /// # Errors
    /// All mistakes of all files: text that cannot be read, names that occur twice, references to types, properties
    /// or icons that do not exist, machines that use more of the script language than is known to be safe.
    pub fn load<'a>(files: impl IntoIterator<Item = ConfigFile<'a>>) -> Result<Self, ConfigErrors> {
        let mut data = Self::default();
        let mut errors = Vec::new();
        let mut type_paths = Vec::new();
        for ConfigFile { path, content } in files {
            let mut report = |problem: String| errors.push(ConfigError { path: path.to_owned(), problem });
            match path.split_once('/').unwrap_or(("", path)) {
                ("entities", name) if name.ends_with(".toml") => match toml::from_str::<OwnType>(content) {
                    Ok(own) => {
                        type_paths.push((own.name.clone(), path));
                        data.types.push(own);
                    }
                    Err(error) => report(error.to_string()),
                },
                ("icons", name) => {
                    if let Some(name) = name.strip_suffix(".svg") {
                        data.icons.push(IconSource { name: name.to_owned(), svg: content.to_owned() });
                    }
                }
                ("machines", name) if name.ends_with(".machine") => match MachineTemplate::parse(content) {
                    Ok(machine) => data.machines.push(machine),
                    Err(problems) => problems.into_iter().for_each(report),
                },
                ("", "sets.toml") => match toml::from_str::<SetFile>(content) {
                    Ok(file) => data.sets.extend(file.set),
                    Err(error) => report(error.to_string()),
                },
                _ => {}
            }
        }
        data.types.sort_by(|a, b| a.name.cmp(&b.name));
        data.icons.sort_by(|a, b| a.name.cmp(&b.name));
        data.sets.sort_by(|a, b| a.name.cmp(&b.name));
        data.machines.sort_by(|a, b| a.id().cmp(b.id()));
        for own in &data.types {
            let path = type_paths.iter().find(|(name, _)| *name == own.name).map_or("entities", |(_, path)| *path);
            let problems = data.problems_of(own);
            errors.extend(problems.into_iter().map(|problem| ConfigError { path: path.to_owned(), problem }));
        }
        errors.extend(repeated("entities", data.types.iter().map(|own| own.name.as_str())));
        errors.extend(repeated("icons", data.icons.iter().map(|icon| icon.name.as_str())));
        errors.extend(repeated("sets.toml", data.sets.iter().map(|set| set.name.as_str())));
        errors.extend(repeated("machines", data.machines.iter().map(MachineTemplate::id)));
        if errors.is_empty() { Ok(data) } else { Err(ConfigErrors(errors)) }
    }

    /// A set's description, empty for a set that nobody described.
    #[must_use]
    pub fn set_description(&self, name: &str) -> &str {
        self.sets.iter().find(|set| set.name == name).map_or("", |set| set.description.as_str())
    }

    /// What is wrong with a type, alone and among the others.
    fn problems_of(&self, own: &OwnType) -> Vec<String> {
        let mut problems = own.own_problems();
        if let Some(parent) = &own.parent
            && self.lineage(parent).is_none()
        {
            problems.push(format!("the parent {parent} is unknown, or a type is its own ancestor"));
        }
        let mut properties = vec![("value_property", own.value_property.as_str())];
        properties.extend(own.display_property.as_deref().map(|name| ("display_property", name)));
        properties.extend(own.overlays.iter().map(|overlay| ("an overlay", overlay.property.as_str())));
        for (who, name) in properties {
            if !self.declares(own, name) {
                problems.push(format!("{who} names {name}, which neither the type nor a parent declares"));
            }
        }
        if !self.icons.iter().any(|icon| icon.name == own.icon) {
            problems.push(format!("there is no drawing icons/{}.svg", own.icon));
        }
        problems
    }

    /// Whether the type or one of its parents declares the property.
    fn declares(&self, own: &OwnType, property: &str) -> bool {
        let in_own = |candidate: &OwnType| candidate.properties.iter().any(|declared| declared.name == property);
        if in_own(own) {
            return true;
        }
        let ancestors = own.parent.as_deref().and_then(|parent| self.lineage(parent));
        ancestors.is_some_and(|(own_ancestors, standard)| {
            own_ancestors.into_iter().any(in_own) || standard.is_some_and(|known| known.property(property).is_some())
        })
    }

    /// The own types from this one upwards and the standard type they end in, if any; `None` for an unknown name and
    /// for a circle.
    fn lineage(&self, name: &str) -> Option<(Vec<&OwnType>, Option<&'static entity_types::EntityType>)> {
        let mut own_types: Vec<&OwnType> = Vec::new();
        let mut next = Some(name);
        while let Some(name) = next {
            if let Some(standard) = entity_types::by_name(name) {
                return Some((own_types, Some(standard)));
            }
            let own = self.types.iter().find(|own| own.name == name)?;
            if own_types.iter().any(|seen| seen.name == own.name) {
                return None;
            }
            own_types.push(own);
            next = own.parent.as_deref();
        }
        Some((own_types, None))
    }
}

/// Names that occur twice in a sorted list.
fn repeated<'a>(path: &str, sorted: impl Iterator<Item = &'a str>) -> Vec<ConfigError> {
    let mut before = None;
    let mut errors = Vec::new();
    for name in sorted {
        if before.replace(name) == Some(name) {
            errors.push(ConfigError { path: path.to_owned(), problem: format!("{name} is there twice") });
        }
    }
    errors
}
