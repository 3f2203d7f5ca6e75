//! Host names and domains.

use std::{
    fmt,
    net::{Ipv4Addr, Ipv6Addr},
};

use serde::{Deserialize, Serialize};

use super::{ObservableError, SpecialUse, SpecialUseKind, pasted, special_use};

/// A host name in its one normal form: A-labels (RFC 5890), lower case, no trailing dot, at most 253 octets with labels
/// of 1 to 63 (RFC 1035 §2.3.4), and not all digits at the end (RFC 3696 §2), which is how addresses look.
///
/// Labels are made of letters, digits, hyphens and underscores. Underscores are allowed because DNS owner names have
/// them (`_dmarc`). So are hyphens at the ends of labels, against RFC 952: the DNS itself does not mind (RFC 2181 §11),
/// such names exist below domains that hand out names to customers, and a name that was seen must not be lost.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct HostName(String);

impl From<HostName> for String {
    fn from(host: HostName) -> Self {
        host.0
    }
}

impl TryFrom<String> for HostName {
    type Error = ObservableError;

    fn try_from(text: String) -> Result<Self, ObservableError> {
        Self::parse(&text)
    }
}

impl HostName {
    /// Reads what people paste: defanged, with scheme, path, port, user, wildcard label or trailing dot, in any case, as
    /// A-labels or U-labels.
    ///
    /// # Errors
    /// When no host name is in the text.
    pub fn parse(text: &str) -> Result<Self, ObservableError> {
        let error = |reason| ObservableError::new(text, "a host name", reason);
        if text.len() > pasted::LONGEST {
            return Err(error("it is too long for one"));
        }
        let plain = pasted::plain(text);
        let (host, _) = split_port(authority(&plain)).map_err(error)?;
        Self::normalise(host).map_err(error)
    }

    /// Reads a name alone: no scheme, path, port or user.
    pub(super) fn normalise(name: &str) -> Result<Self, &'static str> {
        let mut name = name.trim_matches('.');
        while let Some(below) = name.strip_prefix("*.") {
            name = below;
        }
        if name.is_empty() {
            return Err("nothing is left of it");
        }
        if name.parse::<Ipv4Addr>().is_ok() || name.parse::<Ipv6Addr>().is_ok() {
            return Err("it is an address, not a name");
        }
        let ascii = match idna::domain_to_ascii(name) {
            Ok(ascii) => ascii,
            // Labels that begin with xn-- and do not decode are registered and seen nevertheless.
            Err(_) if name.is_ascii() => name.to_ascii_lowercase(),
            Err(_) => return Err("it has characters that names cannot have"),
        };
        // Mapping may leave dots at the ends that were no dots before.
        let ascii = ascii.trim_matches('.');
        if let Some(reason) = fault(ascii) {
            return Err(reason);
        }
        Ok(Self(ascii.to_owned()))
    }

    /// The normal form.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The form for people, in the name's own script; the normal form where a label does not decode.
    #[must_use]
    pub fn unicode(&self) -> String {
        match idna::domain_to_unicode(&self.0) {
            (unicode, Ok(())) => unicode,
            (_, Err(_)) => self.0.clone(),
        }
    }

    /// The registrable domain: one label below the public suffix, `None` for a suffix itself. Names under a top level
    /// that the public suffix list does not know count as registrable below that level.
    ///
    /// Suffixes are also those of companies that hand out names (`github.io`). For the name that a registry knows, see
    /// [`HostName::registry_domain`].
    #[must_use]
    pub fn registrable(&self) -> Option<Self> {
        psl::domain_str(&self.0).map(|domain| Self(domain.to_owned()))
    }

    /// The name that was registered with a registry and has a WHOIS record: one label below the registry's suffix, so
    /// `github.io` for `somebody.github.io`, where [`HostName::registrable`] is `somebody.github.io`. `None` for a
    /// registry's suffix.
    #[must_use]
    pub fn registry_domain(&self) -> Option<Self> {
        let mut name = self.0.as_str();
        loop {
            let suffix = psl::suffix(name.as_bytes())?;
            let start = self.0.len().checked_sub(suffix.as_bytes().len())?;
            let (above, tail) = self.0.split_at_checked(start)?;
            if suffix.typ() != Some(psl::Type::Private) {
                let label = above.strip_suffix('.')?.rsplit('.').next()?;
                return Some(Self(format!("{label}.{tail}")));
            }
            // A company's suffix lies below a registry's: go up from it.
            (_, name) = tail.split_once('.')?;
        }
    }

    /// Whether this is the other name or lies below it.
    #[must_use]
    pub fn is_within(&self, other: &Self) -> bool {
        self == other || self.0.strip_suffix(other.as_str()).is_some_and(|head| head.ends_with('.'))
    }

    /// What is special about the name, if anything is.
    #[must_use]
    pub fn special_use(&self) -> Option<SpecialUse> {
        special_use::kind_of(&self.0).map(|kind| SpecialUse { name: self.0.clone(), kind })
    }

    /// Whether the name ends in a suffix that exists, be it in the public DNS, be it reserved.
    pub(super) fn has_known_suffix(&self) -> bool {
        ends_in_known_suffix(&self.0)
    }
}

impl fmt::Display for HostName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Whether a dotted name in lower case ends in a suffix of the public suffix list, in `.example` (RFC 6761 §6.5) or in a
/// special-use name. The name may have U-labels.
pub(super) fn ends_in_known_suffix(name: &str) -> bool {
    psl::suffix(name.as_bytes()).is_some_and(|suffix| suffix.is_known())
        || name.ends_with(".example")
        || special_use::kind_of(name).is_some_and(|kind| kind != SpecialUseKind::SingleLabel)
}

/// The scheme of a web address, if the text begins with one (RFC 3986 §3.1).
pub(super) fn scheme(text: &str) -> Option<(&str, &str)> {
    let (scheme, rest) = text.split_once("://")?;
    let is_scheme = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'));
    is_scheme.then_some((scheme, rest))
}

/// Host and port: without scheme, path, query, fragment and user (RFC 3986 §3.2).
pub(super) fn authority(text: &str) -> &str {
    let rest = scheme(text).map_or_else(|| text.strip_prefix("//").unwrap_or(text), |(_, rest)| rest);
    let rest = rest.split(['/', '?', '#']).next().unwrap_or_default();
    rest.rsplit('@').next().unwrap_or_default()
}

/// Splits off a port; an IPv6 address keeps its brackets.
pub(super) fn split_port(authority: &str) -> Result<(&str, Option<u16>), &'static str> {
    if authority.parse::<Ipv6Addr>().is_ok() || authority.ends_with(']') {
        return Ok((authority, None));
    }
    match authority.rsplit_once(':') {
        None => Ok((authority, None)),
        Some((host, "")) => Ok((host, None)),
        Some((host, port)) => match port.parse() {
            Ok(number) if port.bytes().all(|octet| octet.is_ascii_digit()) => Ok((host, Some(number))),
            _ => Err("what follows the colon is not a port"),
        },
    }
}

/// What is wrong with a mapped name, if anything is.
fn fault(ascii: &str) -> Option<&'static str> {
    if ascii.is_empty() {
        return Some("nothing is left of it");
    }
    if ascii.len() > 253 {
        return Some("it is longer than 253 octets");
    }
    if ascii.contains(char::is_whitespace) {
        return Some("it has a blank in it");
    }
    if ascii.starts_with('[') {
        return Some("it is an address, not a name");
    }
    if ascii.contains(':') {
        return Some("it has a colon that starts no port");
    }
    for label in ascii.split('.') {
        if label.is_empty() {
            return Some("it has two dots in a row");
        }
        if label.len() > 63 {
            return Some("a label is longer than 63 octets");
        }
        if !label.bytes().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, b'-' | b'_')) {
            return Some("it has a character that names cannot have");
        }
    }
    let last = ascii.rsplit('.').next().unwrap_or_default();
    if is_number(last) {
        return Some("it ends in a number, as addresses do and names do not");
    }
    None
}

/// Whether programs may take the last label for a part of an IPv4 address: digits, or hexadecimal with `0x` (the WHATWG
/// URL Standard, "ends in a number").
fn is_number(label: &str) -> bool {
    label.bytes().all(|c| c.is_ascii_digit())
        || label.strip_prefix("0x").is_some_and(|digits| digits.bytes().all(|c| c.is_ascii_hexdigit()))
}
