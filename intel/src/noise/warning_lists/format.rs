//! What a list file says (`schema.json` of the MISP project's warning lists).

use serde::Deserialize;

/// A file.
#[derive(Debug, Deserialize)]
pub(super) struct ListFile {
    pub(super) name: String,
    #[serde(default)]
    pub(super) description: String,
    /// A number in the schema, and most often a date: `20221024`.
    #[serde(default)]
    pub(super) version: serde_json::Value,
    /// What the entries are compared with. Read as text so that a type of a later version is told and not a parse error.
    #[serde(rename = "type")]
    pub(super) kind: String,
    #[serde(default)]
    pub(super) matching_attributes: Vec<String>,
    pub(super) list: Vec<String>,
}

/// How entries are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Comparison {
    String,
    Substring,
    Hostname,
    Cidr,
    Regex,
}

impl Comparison {
    pub(super) fn named(name: &str) -> Option<Self> {
        Some(match name {
            "string" => Self::String,
            "substring" => Self::Substring,
            "hostname" => Self::Hostname,
            "cidr" => Self::Cidr,
            "regex" => Self::Regex,
            _ => return None,
        })
    }
}

/// The sorts of value that a list may be compared to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Applies(u8);

impl Applies {
    pub(super) const NOTHING: Self = Self(0);
    pub(super) const HOST: Self = Self(1);
    pub(super) const ADDRESS: Self = Self(1 << 1);
    pub(super) const MAILBOX: Self = Self(1 << 2);
    pub(super) const PHONE: Self = Self(1 << 3);
    pub(super) const NAME: Self = Self(1 << 4);
    pub(super) const SYSTEM: Self = Self(1 << 5);
    const ANYTHING: Self = Self(u8::MAX);

    pub(super) const fn includes(self, sort: Self) -> bool {
        self.0 & sort.0 != 0
    }

    const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// What a list's attributes mean here. A list without attributes may be compared to anything; one whose attributes are
    /// all of other things (hashes, file names) to nothing.
    pub(super) fn of(attributes: &[String]) -> Self {
        if attributes.is_empty() {
            return Self::ANYTHING;
        }
        attributes.iter().fold(Self::NOTHING, |applies, attribute| applies.and(Self::of_one(attribute)))
    }

    /// The names are those of attribute types in MISP.
    fn of_one(attribute: &str) -> Self {
        match attribute {
            "domain" | "hostname" | "hostname|port" | "url" | "uri" | "link" => Self::HOST,
            "domain|ip" => Self::HOST.and(Self::ADDRESS),
            "ip-src" | "ip-dst" | "ip-src|port" | "ip-dst|port" | "ip" => Self::ADDRESS,
            "email"
            | "email-src"
            | "email-dst"
            | "email-reply-to"
            | "target-email"
            | "whois-registrant-email"
            | "dns-soa-email" => Self::MAILBOX,
            "phone-number" | "whois-registrant-phone" => Self::PHONE,
            "whois-registrant-name" | "whois-registrant-org" | "text" => Self::NAME,
            "AS" => Self::SYSTEM,
            _ => Self::NOTHING,
        }
    }
}
