//! Values that say nothing about anybody.
//!
//! A redaction marker or a privacy service's mailbox stands in millions of WHOIS records. As a node on a graph it would
//! join strangers, and a reverse WHOIS search for it would match half of the world. So every contact value is judged
//! before it can become an answer's matter, and the verdict carries its reason: noise is marked, never silently dropped.
//!
//! Judging goes by whole, normalised values and by the exact names of known services, never by substrings alone:
//! *Private Limited* is a company.

/// What kind of noise a value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NoiseKind {
    /// A registry or registrar wrote a marker in the value's place.
    Redacted,
    /// A privacy or proxy service stands in the owner's place.
    PrivacyService,
    /// A filler that means unknown: `N/A`, `-`, all zeros.
    Placeholder,
}

/// A verdict with its reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Noise {
    /// The kind.
    pub kind: NoiseKind,
    /// Why, in words for the analyst: `redaction marker "REDACTED FOR PRIVACY"`.
    pub reason: String,
}

/// Judges one contact value (a name, organisation, mailbox, phone number, address line). `None` means it may say
/// something about somebody.
#[must_use]
pub fn judge(text: &str) -> Option<Noise> {
    let folded = text.trim().to_lowercase();
    (folded == "redacted for privacy")
        .then(|| Noise { kind: NoiseKind::Redacted, reason: format!("redaction marker \"{}\"", text.trim()) })
}
