//! How large a request may be.
//!
//! Each bound stops a different kind of hostile body: a long one, a deep one, one that is all markup, one that makes
//! tables large, one that makes a single string large. The defaults are far above anything a client sends, whose
//! largest known messages carry a WHOIS record: a hundred properties, one of them a few tens of kilobytes.

use std::fmt;

use super::ReadError;

/// How large a request may be, in every direction. A count that *equals* its bound is still accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// Bytes of the body, before it is decoded. 1 MiB.
    pub body: usize,
    /// Elements inside one another, counting the document element. A request needs 6; 32.
    pub depth: usize,
    /// Elements altogether. 10,000.
    pub elements: usize,
    /// Properties and settings together, repeated names counted each time. 2,000.
    pub fields: usize,
    /// Attributes of one element, namespace declarations counted. 32.
    pub attributes: usize,
    /// Bytes, as UTF-8, of one value: of the entity, a property, a setting, or any attribute. 256 KiB.
    pub text_length: usize,
}

impl Default for Bounds {
    fn default() -> Self {
        Self { body: 1024 * 1024, depth: 32, elements: 10_000, fields: 2_000, attributes: 32, text_length: 256 * 1024 }
    }
}

impl Bounds {
    /// # Errors
    /// When the count is above the bound.
    pub(super) fn check(&self, bound: Bound, count: usize) -> Result<(), ReadError> {
        let limit = match bound {
            Bound::Body => self.body,
            Bound::Depth => self.depth,
            Bound::Elements => self.elements,
            Bound::Fields => self.fields,
            Bound::Attributes => self.attributes,
            Bound::TextLength => self.text_length,
        };
        if count > limit { Err(ReadError::TooLarge { bound, limit }) } else { Ok(()) }
    }
}

/// Which of the [`Bounds`] a request went beyond. Displays as what is counted, in the plural.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Bound {
    /// [`Bounds::body`].
    Body,
    /// [`Bounds::depth`].
    Depth,
    /// [`Bounds::elements`].
    Elements,
    /// [`Bounds::fields`].
    Fields,
    /// [`Bounds::attributes`].
    Attributes,
    /// [`Bounds::text_length`].
    TextLength,
}

impl fmt::Display for Bound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Body => "bytes",
            Self::Depth => "elements inside one another",
            Self::Elements => "elements",
            Self::Fields => "properties and settings",
            Self::Attributes => "attributes on one element",
            Self::TextLength => "bytes in one value",
        })
    }
}
