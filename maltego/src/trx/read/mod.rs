//! Request messages, from bytes to what was asked.
//!
//! Reading happens in three steps, each in a module of its own: bytes become text (`encoding`), text becomes the parts
//! of a request (`document`), and names that only old clients use become today's (`old_names`).
//!
//! **Tolerant about content.** Elements are known by their local names, so a default namespace or a prefix does no
//! harm. What the message does not say has a plain meaning: no `Value` is an empty value, no `Weight` is 0, no `Limits`
//! is "the server decides". Unknown elements are skipped. Text is joined from plain text, CDATA sections and
//! references, with comments in between, and its blanks are kept.
//!
//! **Strict about form.** The XML library accepts more than XML: it leaves open elements at the end, several document
//! elements, text around them and references to control characters to its caller. All of these are errors here, as are
//! document types, entities that XML does not define itself, and anything beyond the [`Bounds`].

mod bounds;
mod document;
mod encoding;
mod error;
mod old_names;

pub use bounds::{Bound, Bounds};
pub use error::ReadError;

use crate::{
    entity_types,
    input::{Input, InputProperty},
};
use document::Document;

/// What a client asked for.
#[derive(Clone, PartialEq, Eq)]
pub struct Request {
    /// The entity to run on: the first one, since a classic client sends one.
    pub input: Input,
    /// Transform settings under their wire names, in the order they came; of a repeated name the last value is kept.
    /// [`Settings::from_wire`](crate::Settings::from_wire) makes local names of them.
    pub settings: Vec<(String, String)>,
    /// How many results the slider asks for. `None` where the message gives no usable number: none at all, something
    /// else than a number, zero or less. [`Limits::from_wire`](crate::Limits::from_wire) fills in the default.
    pub soft_limit: Option<usize>,
    /// How many results must not be exceeded, with the same meaning of `None`.
    pub hard_limit: Option<usize>,
}

/// Settings may carry keys and tokens, so only their names are printed.
impl std::fmt::Debug for Request {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let settings: Vec<&str> = self.settings.iter().map(|(name, _)| name.as_str()).collect();
        f.debug_struct("Request")
            .field("input", &self.input)
            .field("settings", &settings)
            .field("soft_limit", &self.soft_limit)
            .field("hard_limit", &self.hard_limit)
            .finish()
    }
}

/// Reads a request message.
///
/// `declared_charset` is the charset that came with the body, for example the parameter of an HTTP `Content-Type`. It
/// counts only where the body does not speak for itself: a byte order mark comes first, then the encoding of the XML
/// declaration, then this, then UTF-8. `ISO-8859-1` (and `US-ASCII`) is read as windows-1252, as every browser does:
/// the two differ only in bytes that Latin-1 gives to control characters, which nobody means.
///
/// An old short type name (`Domain`) becomes the full one: by the `OldName` that the message's genealogy gives, else by
/// our own catalogue, else it stays as it is. Old property names get a copy under today's name where that one is
/// missing.
///
/// # Errors
/// When the body is not a complete request message within the bounds; see [`ReadError`].
pub fn read_request(body: &[u8], declared_charset: Option<&str>, bounds: &Bounds) -> Result<Request, ReadError> {
    bounds.check(Bound::Body, body.len())?;
    let text = encoding::decode(body, declared_charset)?;
    if text.trim().is_empty() {
        return Err(ReadError::Empty);
    }
    let Document { entity, settings, soft_limit, hard_limit } = document::parse(&text, bounds)?;
    let entity = entity.ok_or(ReadError::MissingEntity)?;
    let sent_type = entity.type_name.trim();
    if sent_type.is_empty() {
        return Err(ReadError::MissingType);
    }

    let type_name = full_type_name(sent_type, &entity.genealogy);
    let base_types = entity.genealogy.into_iter().map(|step| step.name).filter(|name| *name != type_name).collect();
    let mut input = Input {
        type_name,
        base_types,
        value: entity.value.unwrap_or_default(),
        properties: entity.properties.pairs.into_iter().map(|(name, value)| InputProperty { name, value }).collect(),
        weight: entity.weight.and_then(|weight| weight.trim().parse().ok()).unwrap_or(0),
    };
    old_names::add_current_names(&mut input);
    Ok(Request { input, settings: settings.pairs, soft_limit: limit(soft_limit), hard_limit: limit(hard_limit) })
}

fn full_type_name(sent: &str, genealogy: &[document::GenealogyStep]) -> String {
    if genealogy.iter().any(|step| step.name == sent) || entity_types::by_name(sent).is_some() {
        return sent.to_owned();
    }
    let renamed = genealogy
        .iter()
        .find(|step| step.old_name.as_deref().is_some_and(|old_name| old_name.eq_ignore_ascii_case(sent)))
        .map(|step| step.name.as_str());
    renamed.or_else(|| entity_types::by_old_name(sent).map(|known| known.name)).unwrap_or(sent).to_owned()
}

fn limit(sent: Option<String>) -> Option<usize> {
    sent?.trim().parse().ok().filter(|count| *count > 0)
}
