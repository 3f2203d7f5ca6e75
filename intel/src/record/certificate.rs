//! Certificates, as far as they tell who stands behind a name.

use serde::{Deserialize, Serialize};

use crate::moment::Moment;

/// A certificate (RFC 5280).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Certificate {
    /// The subject's common name.
    pub subject: Option<String>,
    /// The names it is good for (subject alternative names, RFC 5280 §4.2.1.6), wildcards kept, lower-cased.
    pub names: Vec<String>,
    /// Who issued it, by common name or organisation.
    pub issuer: Option<String>,
    /// The serial number as hexadecimal digits, upper case, without separators.
    pub serial: Option<String>,
    /// From when it is good.
    pub not_before: Option<Moment>,
    /// Until when it is good.
    pub not_after: Option<Moment>,
    /// The SHA-256 digest of the certificate, hexadecimal digits, lower case.
    pub fingerprint: Option<String>,
    /// The subject's organisation.
    pub organization: Option<String>,
    /// The subject's country code.
    pub country_code: Option<String>,
    /// How the issuer checked the subject, in the source's words (`DV`, `OV`, `EV`).
    pub validation: Option<String>,
    /// Whether it is the host's own, rather than one of the authorities above it.
    pub end_entity: bool,
    /// When the source first saw it.
    pub first_seen: Option<Moment>,
    /// When the source last saw it.
    pub last_seen: Option<Moment>,
}

impl Certificate {
    /// What makes two certificates the same one: the fingerprint, else issuer and serial number (RFC 5280 §4.1.2.2).
    #[must_use]
    pub fn identity(&self) -> Option<String> {
        let issued = || Some(format!("{} {}", self.issuer.as_deref().unwrap_or_default(), self.serial.as_ref()?));
        self.fingerprint.clone().or_else(issued)
    }
}
