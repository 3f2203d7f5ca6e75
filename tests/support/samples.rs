//! What the bundled cases have an answer to, by transform and entity type: see `tests/samples.toml`.

use std::{collections::BTreeMap, path::Path};

use serde::Deserialize;

/// The table.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Samples {
    types: BTreeMap<String, Sample>,
    transforms: BTreeMap<String, BTreeMap<String, String>>,
    without_answer: BTreeMap<String, Vec<String>>,
}

/// A value with properties.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sample {
    pub value: String,
    #[serde(default)]
    pub properties: BTreeMap<String, String>,
}

impl Samples {
    pub fn load() -> Self {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/samples.toml");
        toml::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
    }

    /// The sample for a transform on a type.
    pub fn of(&self, transform: &str, entity_type: &str) -> Sample {
        let own = self.transforms.get(transform).and_then(|types| types.get(entity_type));
        match own {
            Some(value) => Sample { value: value.clone(), properties: BTreeMap::new() },
            None => self
                .types
                .get(entity_type)
                .unwrap_or_else(|| panic!("{transform} takes {entity_type}: add a sample of it to tests/samples.toml"))
                .clone(),
        }
    }

    /// Whether the bundled cases have an answer.
    pub fn is_answered(&self, transform: &str, entity_type: &str) -> bool {
        !self.without_answer.get(transform).is_some_and(|types| types.iter().any(|known| known == entity_type))
    }
}
