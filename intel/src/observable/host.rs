//! Host names and domains.

use std::fmt;

use super::{ObservableError, SpecialUse, refang, special_use};

/// A host name in its one normal form: A-labels (RFC 5890), lower case, no trailing dot, at most 253 octets with labels
/// of 1 to 63 (RFC 1035 §2.3.4). Underscores are allowed: DNS owner names have them.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HostName(String);

impl HostName {
    /// Reads what people paste: defanged, with scheme, path, port, user, wildcard label or trailing dot, in any case, as
    /// A-labels or U-labels.
    ///
    /// # Errors
    /// When no host name is in the text.
    pub fn parse(text: &str) -> Result<Self, ObservableError> {
        let error = |reason| ObservableError::new(text, "a host name", reason);
        let plain = refang(text.trim());
        let plain = plain.split_once("://").map_or(plain.as_str(), |(_, rest)| rest);
        let plain = plain.split(['/', '?', '#']).next().unwrap_or_default();
        let plain = plain.rsplit('@').next().unwrap_or_default();
        let plain = plain.split(':').next().unwrap_or_default();
        let plain = plain.strip_prefix("*.").unwrap_or(plain);
        let plain = plain.strip_suffix('.').unwrap_or(plain);
        let ascii = idna::domain_to_ascii(plain).map_err(|_| error("it has characters that names cannot have"))?;
        if ascii.is_empty() {
            return Err(error("nothing is left of it"));
        }
        if ascii.len() > 253 {
            return Err(error("it is longer than 253 octets"));
        }
        if ascii.split('.').any(|label| label.is_empty() || label.len() > 63) {
            return Err(error("a label is empty or longer than 63 octets"));
        }
        if ascii.parse::<std::net::IpAddr>().is_ok() {
            return Err(error("it is an address"));
        }
        Ok(Self(ascii))
    }

    /// The normal form.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The form for people, in the name's own script.
    #[must_use]
    pub fn unicode(&self) -> String {
        idna::domain_to_unicode(&self.0).0
    }

    /// The registrable domain: one label below the public suffix, `None` for a suffix itself. Names under a top level
    /// that the public suffix list does not know count as registrable below that level.
    #[must_use]
    pub fn registrable(&self) -> Option<Self> {
        psl::domain_str(&self.0).map(|domain| Self(domain.to_owned()))
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
}

impl fmt::Display for HostName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
