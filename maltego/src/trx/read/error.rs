//! Why a request could not be read.

use thiserror::Error;

use super::Bound;

/// Why a request could not be read, in words that may be shown to the analyst.
///
/// Nothing of the request is repeated: it may hold keys and personal data, and this text goes into logs and answers.
/// Positions are offsets in bytes into the body as UTF-8.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ReadError {
    /// Nothing came, or only blanks.
    #[error("The request is not there: its body is empty")]
    Empty,
    /// One of the [`Bounds`](super::Bounds) was crossed.
    #[error("The request is not accepted: it has more than {limit} {bound}")]
    TooLarge {
        /// What there was too much of.
        bound: Bound,
        /// How much would have been accepted.
        limit: usize,
    },
    /// The declared encoding is not one of the WHATWG Encoding Standard.
    #[error("The request is not readable: its character encoding is unknown here")]
    UnknownEncoding,
    /// The bytes do not fit the encoding.
    #[error("The request is not readable: it is not valid {encoding}")]
    Undecodable {
        /// The encoding's usual name.
        encoding: &'static str,
    },
    /// A character, plain or as a reference, that XML 1.0 cannot carry.
    #[error("The request is not XML: the character U+{code_point:04X} near byte {position} is not allowed")]
    ForbiddenCharacter {
        /// The character's number.
        code_point: u32,
        /// Where.
        position: u64,
    },
    /// The body is not well-formed XML, or ends too early.
    #[error("The request is not well-formed XML, or not complete: see byte {position}")]
    Malformed {
        /// Where reading stopped.
        position: u64,
    },
    /// A document type declaration: no client sends one, and it is what entity attacks are made of.
    #[error("The request is not accepted: it declares a document type")]
    DocumentType,
    /// A reference to an entity other than the five that XML defines.
    #[error("The request is not accepted: it refers to an entity that XML does not define, near byte {position}")]
    UnknownReference {
        /// Where.
        position: u64,
    },
    /// XML, but not a Maltego message with a transform request in it.
    #[error("The request is not a Maltego transform request")]
    NotARequest,
    /// A message with more than one request in it.
    #[error("The request is not clear: it holds more than one transform request")]
    SeveralRequests,
    /// A request without an entity.
    #[error("The request is not complete: it holds no entity to run on")]
    MissingEntity,
    /// An entity without a type.
    #[error("The request is not complete: its entity has no type")]
    MissingType,
}
