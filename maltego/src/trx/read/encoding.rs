//! From bytes to text.
//!
//! Clients send UTF-8 without saying so. Old tools and hand-written scripts send other things and mostly say so in the
//! XML declaration; some platforms write UTF-16 with a byte order mark whenever they are asked for "Unicode". The order
//! in which the signs are believed is that of XML 1.0, appendix F: the mark, the declaration, what came from outside,
//! UTF-8. Decoding is strict: a byte that does not fit is an error, since a replaced character in an e-mail address
//! would be asked about as if the analyst had typed it.

use std::borrow::Cow;

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};
use quick_xml::{events::Event, reader::Reader};

use super::ReadError;

/// How far an XML declaration may reach.
const DECLARATION_LENGTH: usize = 512;

/// The body as text, without byte order mark.
pub(super) fn decode<'a>(body: &'a [u8], declared_charset: Option<&str>) -> Result<Cow<'a, str>, ReadError> {
    let (encoding, body) = match Encoding::for_bom(body) {
        Some((encoding, length)) => (encoding, body.get(length..).unwrap_or_default()),
        None => (declared_encoding(body, declared_charset)?, body),
    };
    encoding
        .decode_without_bom_handling_and_without_replacement(body)
        .ok_or(ReadError::Undecodable { encoding: encoding.name() })
}

fn declared_encoding(body: &[u8], declared_charset: Option<&str>) -> Result<&'static Encoding, ReadError> {
    if let Some(label) = declaration_label(body)? {
        let encoding = Encoding::for_label(label.as_bytes()).ok_or(ReadError::UnknownEncoding)?;
        // A declaration that can be read byte by byte is not in UTF-16, whatever it says. Programs that convert a
        // UTF-16 document to UTF-8 and forget the declaration make such bodies.
        return Ok(if encoding == UTF_16LE || encoding == UTF_16BE { UTF_8 } else { encoding });
    }
    match declared_charset.map(str::trim).filter(|label| !label.is_empty()) {
        Some(label) => Encoding::for_label(label.as_bytes()).ok_or(ReadError::UnknownEncoding),
        None => Ok(UTF_8),
    }
}

/// The encoding that the XML declaration names, if there is a declaration that names one.
fn declaration_label(body: &[u8]) -> Result<Option<String>, ReadError> {
    if !body.starts_with(b"<?xml") {
        return Ok(None);
    }
    let start = body.get(..DECLARATION_LENGTH).unwrap_or(body);
    let Some(declaration) = start.split_inclusive(|byte| *byte == b'>').next() else { return Ok(None) };
    let Ok(declaration) = std::str::from_utf8(declaration) else { return Ok(None) };
    match Reader::from_str(declaration).read_event() {
        Ok(Event::Decl(declaration)) => match declaration.encoding() {
            Some(Ok(label)) => Ok(Some(label.into_owned())),
            Some(Err(_)) => Err(ReadError::Malformed { position: 0 }),
            None => Ok(None),
        },
        // Not a declaration after all; the parser will say what is wrong with it.
        _ => Ok(None),
    }
}
