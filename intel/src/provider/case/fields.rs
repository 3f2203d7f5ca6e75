//! The values of fields that have a rule of their own: what a trainer may write there, and what the schema says of it.
//!
//! The readers of [`crate::observable`] forgive whatever people paste into a search box. In a file that somebody writes
//! once and others read, the same liberties would hide slips, so everything here is plainly written or refused with a
//! reason.

use std::{borrow::Cow, net::IpAddr};

use jiff::civil::Date;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, de};
use url::Url;

use crate::{
    lookup::{HostOrAddress, Indicator},
    moment::Moment,
    observable::{EmailAddress, HostName, Netblock, PhoneNumber, is_public_address},
};

/// A text that says something: trimmed and not empty. A field without a value is left out, so that an empty text can
/// only be an oversight.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Text(pub(super) String);

impl Text {
    pub(super) fn new(text: &str) -> Result<Self, &'static str> {
        match text.trim() {
            "" => Err("it is empty: write a text, or leave the field out"),
            text => Ok(Self(text.to_owned())),
        }
    }
}

/// A host name, plainly written. [`HostName::parse`] forgives whatever people paste into a search box; in a file a
/// scheme, a path or a wildcard is a mistake, and a name without a dot is one too.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Name(pub(super) HostName);

impl Name {
    pub(super) fn new(text: &str) -> Result<Self, String> {
        let text = text.trim();
        if text.contains(['/', '@', ':', '*', '?', '#']) || text.contains(char::is_whitespace) {
            return Err(format!("{text:?} is not a plain name: write it without scheme, path, port, user or *"));
        }
        let name = HostName::parse(text).map_err(|error| error.to_string())?;
        if !name.as_str().chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.')) {
            return Err(format!("{text:?} has characters that names cannot have"));
        }
        if !name.as_str().contains('.') {
            return Err(format!("{text:?} has no dot: write the whole name"));
        }
        Ok(Self(name))
    }
}

/// A name in a certificate: a plain one, or one with a star in place of its first label.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct CertificateName(pub(super) String);

impl CertificateName {
    fn new(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let (star, name) = text.strip_prefix("*.").map_or(("", text), |name| ("*.", name));
        Name::new(name).map(|Name(name)| Self(format!("{star}{name}")))
    }
}

/// A network that somebody can be asked about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Block(pub(super) Netblock);

impl Block {
    fn new(text: &str) -> Result<Self, String> {
        let block = Netblock::parse(text).map_err(|error| error.to_string())?;
        if !block.is_public() {
            return Err(local(text, "network"));
        }
        Ok(Self(block))
    }
}

/// What is wrong with an address or a network that means something else to everybody.
fn local(text: &str, what: &str) -> String {
    format!(
        "{text:?} is a private or otherwise local {what}, which Namehound never asks about: use 192.0.2.0/24, \
         198.51.100.0/24, 203.0.113.0/24 or 2001:db8::/32"
    )
}

/// The address in a text, if it is one, and whether somebody can be asked about it.
fn address(text: &str) -> Option<Result<IpAddr, String>> {
    let address = text.parse::<IpAddr>().ok()?.to_canonical();
    Some(if is_public_address(address) { Ok(address) } else { Err(local(text, "address")) })
}

/// A name or an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Subject(pub(super) HostOrAddress);

impl Subject {
    fn new(text: &str) -> Result<Self, String> {
        match address(text.trim()) {
            Some(address) => address.map(|address| Self(HostOrAddress::Address(address))),
            None => Name::new(text).map(|Name(name)| Self(HostOrAddress::Host(name))),
        }
    }
}

/// What can be accused of something: a name, an address, a network, a web address or the digest of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Accused(pub(super) Indicator);

impl Accused {
    fn new(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let indicator = if is_digest(text) {
            Indicator::Hash(text.to_ascii_lowercase())
        } else if text.contains("://") {
            Indicator::Url(WebAddress::new(text)?.0)
        } else if let Some(address) = address(text) {
            Indicator::Address(address?)
        } else if Netblock::parse(text).is_ok() {
            Indicator::Netblock(Block::new(text)?.0)
        } else {
            Indicator::Host(Name::new(text)?.0)
        };
        Ok(Self(indicator))
    }
}

/// Whether a text is as long as an MD5, SHA-1 or SHA-2 digest (RFC 1321, RFC 6234) and made of its digits.
fn is_digest(text: &str) -> bool {
    matches!(text.len(), 32 | 40 | 56 | 64 | 96 | 128) && text.bytes().all(|octet| octet.is_ascii_hexdigit())
}

/// The address of something on the web.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct WebAddress(pub(super) Url);

impl WebAddress {
    fn new(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let wrong = || format!("{text:?} is not a web address: begin it with https:// or http://");
        let url = Url::parse(text).map_err(|_| wrong())?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(wrong());
        }
        let host = url.host_str().ok_or_else(wrong)?;
        match address(host.trim_start_matches('[').trim_end_matches(']')) {
            Some(address) => address.map(|_| ())?,
            None => Name::new(host).map(|_| ())?,
        }
        Ok(Self(url))
    }
}

/// A mailbox, written without a name beside it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Mailbox(pub(super) EmailAddress);

impl Mailbox {
    fn new(text: &str) -> Result<Self, String> {
        let text = text.trim();
        if text.contains([':', '<', '>', '(', ')', '[', ']']) || text.contains(char::is_whitespace) {
            return Err(format!("{text:?} is not a plain mailbox: write it without a name, brackets or mailto:"));
        }
        EmailAddress::parse(text).map(Self).map_err(|error| error.to_string())
    }
}

/// A phone number in any spelling.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Phone(pub(super) String);

impl Phone {
    fn new(text: &str) -> Result<Self, String> {
        PhoneNumber::parse(text).map(|_| Self(text.trim().to_owned())).map_err(|error| error.to_string())
    }
}

/// How far something is trusted, from 0 (not at all) to 100.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Score(pub(super) f64);

impl<'de> Deserialize<'de> for Score {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let score = f64::deserialize(deserializer)?;
        if (0.0..=100.0).contains(&score) {
            Ok(Self(score))
        } else {
            Err(de::Error::custom(format!("{score} is not a score, a number from 0 (bad) to 100 (good)")))
        }
    }
}

impl JsonSchema for Score {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Score".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "number", "minimum": 0, "maximum": 100 })
    }
}

/// Hexadecimal digits in capitals; colons and blanks between them are left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Hexadecimal(pub(super) String);

impl Hexadecimal {
    fn new(text: &str) -> Result<Self, String> {
        let digits: String = text.chars().filter(|c| *c != ':' && !c.is_whitespace()).collect();
        if digits.is_empty() || !digits.chars().all(|c| c.is_ascii_hexdigit()) {
            return Err(format!("{text:?} is not a number in hexadecimal digits"));
        }
        Ok(Self(digits.to_ascii_uppercase()))
    }
}

/// A SHA-256 digest in small hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fingerprint(pub(super) String);

impl Fingerprint {
    fn new(text: &str) -> Result<Self, String> {
        let Hexadecimal(digits) = Hexadecimal::new(text)?;
        if digits.len() != 64 {
            return Err(format!("{text:?} is not a SHA-256 digest, which has 64 hexadecimal digits"));
        }
        Ok(Self(digits.to_ascii_lowercase()))
    }
}

/// The name of a case: small letters, digits and hyphens, so that it can be a folder, an argument and a source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct CaseName(pub(super) String);

impl CaseName {
    const PATTERN: &'static str = "^[a-z0-9][a-z0-9-]{0,63}$";

    fn new(text: &str) -> Result<Self, String> {
        let letters = text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
        if letters && !text.is_empty() && text.len() <= 64 && !text.starts_with('-') {
            Ok(Self(text.to_owned()))
        } else {
            Err(format!("{text:?} is not a case's name: use up to 64 small letters, digits and hyphens"))
        }
    }
}

/// A calendar day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Day(pub(super) Date);

impl Day {
    fn new(text: &str) -> Result<Self, String> {
        match text.trim().parse() {
            Ok(Moment::Day(day)) => Ok(Self(day)),
            _ => Err(format!("{text:?} is not a day: write year-month-day")),
        }
    }
}

/// Reading and describing a text with a rule of its own.
macro_rules! text_field {
    ($type:ident, $name:literal, $schema:tt) => {
        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                Self::new(&String::deserialize(deserializer)?).map_err(de::Error::custom)
            }
        }

        impl JsonSchema for $type {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> Cow<'static, str> {
                $name.into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!($schema)
            }
        }
    };
}

text_field!(Text, "Text", { "type": "string", "pattern": "\\S" });
text_field!(Name, "Name", { "type": "string", "pattern": "^[^\\s/@:*?#]+\\.[^\\s/@:*?#]+$" });
text_field!(CertificateName, "CertificateName", {
    "type": "string", "pattern": "^([*][.])?[^\\s/@:*?#]+\\.[^\\s/@:*?#]+$"
});
text_field!(Block, "Block", { "type": "string", "pattern": "^[0-9A-Fa-f.:]+( *[/-] *[0-9A-Fa-f.:]+)$" });
text_field!(Hexadecimal, "Hexadecimal", { "type": "string", "pattern": "^[0-9A-Fa-f][0-9A-Fa-f: ]*$" });
text_field!(Fingerprint, "Fingerprint", { "type": "string", "pattern": "^([0-9A-Fa-f]{2}[: ]?){32}$" });
text_field!(CaseName, "CaseName", { "type": "string", "pattern": Self::PATTERN });
text_field!(Day, "Day", { "type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$" });
text_field!(Subject, "Subject", { "type": "string", "pattern": "^[^\\s/@*?#]+[.:][^\\s/@*?#]+$" });
text_field!(Accused, "Accused", {
    "type": "string", "pattern": "^(\\S+[.:/]\\S+( *- *\\S+)?|[0-9A-Fa-f]{32,128})$"
});
text_field!(WebAddress, "WebAddress", { "type": "string", "pattern": "^https?://[^\\s/]+\\S*$" });
text_field!(Mailbox, "Mailbox", { "type": "string", "pattern": "^[^\\s@<>()]+@[^\\s@<>()]+\\.[^\\s@<>()]+$" });
text_field!(Phone, "Phone", { "type": "string", "pattern": "[0-9].*[0-9]" });
