//! What was asked about: the entity under the analyst's cursor, as a client sent it.
//!
//! An input is not an [`Entity`](crate::Entity): its type may be one that nobody here has heard of, its value may be
//! empty, and all of it is text from outside. What can be known is its type name, the parents the client claims for
//! it, and its properties.

use crate::entity_types::{self, EntityType};

/// A property of an input, text as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InputProperty {
    /// The wire name.
    pub name: String,
    /// The value as text; a list is joined by commas, the classic form.
    pub value: String,
}

/// The entity that a transform runs on.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Input {
    /// The type name with its namespace, old short names already resolved.
    pub type_name: String,
    /// Parents as the client claims them, nearest first. A hint, never an authority.
    pub base_types: Vec<String>,
    /// The value property's text, blanks kept.
    pub value: String,
    /// Properties in the order they came; of a repeated name the last one is kept.
    pub properties: Vec<InputProperty>,
    /// Relative importance; absent or unreadable weights are 0, as the old server reads them.
    pub weight: i64,
}

impl Input {
    /// No entity: no type, no value, no properties.
    #[must_use]
    pub const fn nothing() -> Self {
        Self {
            type_name: String::new(),
            base_types: Vec::new(),
            value: String::new(),
            properties: Vec::new(),
            weight: 0,
        }
    }

    /// An input of a known type with just a value.
    #[must_use]
    pub fn new(entity_type: &EntityType, value: impl Into<String>) -> Self {
        Self { type_name: entity_type.name.to_owned(), value: value.into(), ..Self::default() }
    }

    /// A property's text, or `None` where the client did not send it. An empty text was sent.
    #[must_use]
    pub fn property(&self, name: &str) -> Option<&str> {
        self.properties.iter().find(|property| property.name == name).map(|property| property.value.as_str())
    }

    /// Sets a property, replacing one of the same name.
    pub fn put(&mut self, name: impl Into<String>, value: impl Into<String>) {
        let (name, value) = (name.into(), value.into());
        match self.properties.iter_mut().find(|known| known.name == name) {
            Some(known) => known.value = value,
            None => self.properties.push(InputProperty { name, value }),
        }
    }

    /// Whether this is of the type or of one that inherits from it: by our own table where the type is known there,
    /// by the client's word otherwise.
    #[must_use]
    pub fn is_a(&self, entity_type: &EntityType) -> bool {
        if let Some(known) = entity_types::by_name(&self.type_name) {
            return known.is_a(entity_type);
        }
        self.base_types.iter().any(|base| match entity_types::by_name(base) {
            Some(known) => known.is_a(entity_type),
            None => base == entity_type.name,
        })
    }
}

/// How many results the user asked for with the slider.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The number asked for.
    pub soft: usize,
    /// The number that must not be exceeded; never below [`Limits::soft`].
    pub hard: usize,
}

impl Limits {
    /// Limits from what a client sent. Missing, zero and unreadable values are `None` and take the default.
    ///
    /// A hard limit below the soft one wins, since it is the one that must not be exceeded.
    #[must_use]
    pub fn from_wire(soft: Option<usize>, hard: Option<usize>, default: usize) -> Self {
        let soft = soft.filter(|count| *count > 0);
        let hard = hard.filter(|count| *count > 0);
        let soft = soft.or(hard).unwrap_or(default);
        let hard = hard.unwrap_or(soft);
        Self { soft: soft.min(hard), hard }
    }
}
