//! One row of what a classic server offers.
//!
//! The classic dialect gives a transform exactly one input type. A definition with three input types is therefore
//! three transforms there, each under a server-side name of its own. Who chooses those names is the caller (the same
//! names are its routes), so a listing carries all three parts.

use crate::{entity_types::EntityType, transform::TransformDefinition};

/// What the client puts before the names of remote transforms.
pub const REMOTE_PREFIX: &str = "paterva.v2.";

/// A transform on one of its input types, under its server-side name.
#[derive(Debug, Clone, Copy)]
pub struct Listing<'a> {
    /// What the transform is.
    pub definition: &'a TransformDefinition,
    /// The one input type of this listing.
    pub input: &'a EntityType,
    /// The server-side name, unique within a server.
    pub name: &'a str,
}

impl Listing<'_> {
    /// The id under which clients know the transform once they have discovered it.
    #[must_use]
    pub fn remote_id(&self) -> String {
        format!("{REMOTE_PREFIX}{}", self.name)
    }

    /// Whether this is the listing for the definition's first input type, the one that a machine means when it names
    /// the transform.
    pub(crate) fn is_main(&self) -> bool {
        self.definition.inputs.first().is_none_or(|first| first.name == self.input.name)
    }
}

/// Who offers the transforms, in the words that clients show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Publisher<'a> {
    /// The organisation behind the server.
    pub owner: &'a str,
    /// Usually `Name <mail>`.
    pub author: &'a str,
    /// What the user must accept, or empty.
    pub disclaimer: &'a str,
    /// The version of the software, free text.
    pub version: &'a str,
}
