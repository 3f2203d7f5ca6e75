//! Names that have no meaning in the public DNS and must never leave the machine.
//!
//! Asking a resolver or a vendor about an onion address tells them which hidden service somebody investigates. The
//! names are those of the IANA registry of special-use domain names (RFC 6761 and later documents) that a public
//! resolver cannot answer. The documentation names of RFC 2606 (`.example`) are *not* here: they are harmless, and
//! workshop cases are made of them.

use std::fmt;

/// A special-use name and its kind.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct SpecialUse {
    /// The name in question.
    pub name: String,
    /// Why it is special.
    pub kind: SpecialUseKind,
}

/// Why a name is special.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SpecialUseKind {
    /// A Tor hidden service (`.onion`, RFC 7686).
    Onion,
    /// An I2P service (`.i2p`).
    I2p,
    /// Another name outside the DNS (`.alt`, RFC 9476).
    Alternative,
    /// Link-local multicast DNS (`.local`, RFC 6762).
    MulticastDns,
    /// This machine (`localhost`, RFC 6761).
    Localhost,
    /// A private network (`.internal`, `home.arpa` of RFC 8375).
    Private,
    /// Never valid (`.invalid`, `.test`, RFC 6761).
    NeverValid,
}

impl SpecialUse {
    /// What the analyst reads.
    #[must_use]
    pub fn analyst_message(&self) -> String {
        format!("{} is a special-use name: it is never sent to a resolver or a data vendor.", self.name)
    }
}

impl fmt::Display for SpecialUse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.kind)
    }
}

/// The kind of a normalised name, `None` for an ordinary one.
pub(super) fn kind_of(name: &str) -> Option<SpecialUseKind> {
    let ends = |suffix: &str| name == suffix || name.strip_suffix(suffix).is_some_and(|head| head.ends_with('.'));
    [
        ("onion", SpecialUseKind::Onion),
        ("i2p", SpecialUseKind::I2p),
        ("alt", SpecialUseKind::Alternative),
        ("local", SpecialUseKind::MulticastDns),
        ("localhost", SpecialUseKind::Localhost),
        ("internal", SpecialUseKind::Private),
        ("home.arpa", SpecialUseKind::Private),
        ("invalid", SpecialUseKind::NeverValid),
        ("test", SpecialUseKind::NeverValid),
    ]
    .into_iter()
    .find_map(|(suffix, kind)| ends(suffix).then_some(kind))
}
