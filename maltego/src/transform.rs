//! What a server offers: one transform as every face of the catalogue needs it.
//!
//! A definition says nothing of how the transform works. Discovery documents, configuration archives, distribution
//! tables and pages are all rendered from it, so it is written once.

use crate::{entity_types::EntityType, setting::SettingDefinition};

/// What one run of a transform takes in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum InputKind {
    /// One entity; a selection of many makes many executions.
    Single,
    /// The whole selection at once where the dialect can do that, one by one otherwise.
    List,
}

/// One transform, as clients see it.
#[derive(Debug, Clone, Copy)]
pub struct TransformDefinition {
    /// The long-lived name, `<input>_to_<result>`: graphs and machines store it.
    pub name: &'static str,
    /// The menu text, for example `To Domains [reverse WHOIS]`.
    pub display_name: &'static str,
    /// What it does and whom it asks, in one or two sentences.
    pub description: &'static str,
    /// The types it may be run on. A type that inherits from one of these counts as well.
    pub inputs: &'static [&'static EntityType],
    /// One input or the whole selection.
    pub input_kind: InputKind,
    /// Every type a result can have.
    pub outputs: &'static [&'static EntityType],
    /// The transform set it belongs to.
    pub set: &'static str,
    /// The settings it reads.
    pub settings: &'static [&'static SettingDefinition],
}

/// A transform name as it is compared: lower case, without `_` and `-`. This letters-only form is also what
/// distribution tables carry, since not every server accepts other characters.
#[must_use]
pub fn fold_name(name: &str) -> String {
    name.chars().filter(|c| !matches!(c, '_' | '-')).flat_map(char::to_lowercase).collect()
}
