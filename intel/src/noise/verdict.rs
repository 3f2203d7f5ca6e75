//! What a judgement says: which kind of noise, why, how sure, and by what.
//!
//! One type for contacts and for infrastructure, so that whoever marks a node, leaves a value out of a search or explains
//! a score reads the same four things. The words of the kinds are a contract: they stand in properties of graphs.

use std::{fmt, sync::Arc};

use serde::{Deserialize, Serialize};

/// What kind of noise a value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NoiseKind {
    /// A registry or registrar wrote a marker in the value's place.
    Redacted,
    /// A privacy or proxy service stands in the owner's place.
    PrivacyService,
    /// A filler that means unknown: `N/A`, `-`, all zeros.
    Placeholder,
    /// The registrar stands in a contact of its customer.
    RegistrarContact,
    /// A content network or a shield against attacks, behind which sites hide their own address.
    ContentNetwork,
    /// A site builder or shop system that serves all its customers from the same addresses.
    SiteBuilder,
    /// A hosting company or a DNS service.
    Hoster,
    /// The servers that a registrar gives to everybody who brings none.
    Registrar,
    /// A service that shows advertisements on domains that are for sale or have run out.
    Parking,
    /// Servers of those who took malicious domains over.
    Sinkhole,
    /// A service that takes or sends mail for very many domains.
    MailService,
    /// The domain of a provider that gives mailboxes to anybody. Its mailboxes are somebody's own.
    FreeMail,
    /// A mailbox that is open for minutes, or to everybody.
    DisposableMail,
    /// A mailbox that is a desk and not a person: `hostmaster`, `abuse`.
    RoleMailbox,
    /// A name that is a desk and not a person: *Domain Administrator*.
    Role,
    /// A domain below which anybody gets a name for a changing address.
    DynamicDns,
    /// An address that means another host in every network.
    LocalNetwork,
    /// A name that the public DNS cannot answer.
    SpecialUse,
    /// A registry that gives addresses out and does not use them.
    Registry,
    /// A value that very many have, as its number or its nature tells.
    Common,
    /// A value on a list that the team keeps.
    WarningList,
}

impl NoiseKind {
    /// Every kind.
    pub const ALL: [Self; 21] = [
        Self::Redacted,
        Self::PrivacyService,
        Self::Placeholder,
        Self::RegistrarContact,
        Self::ContentNetwork,
        Self::SiteBuilder,
        Self::Hoster,
        Self::Registrar,
        Self::Parking,
        Self::Sinkhole,
        Self::MailService,
        Self::FreeMail,
        Self::DisposableMail,
        Self::RoleMailbox,
        Self::Role,
        Self::DynamicDns,
        Self::LocalNetwork,
        Self::SpecialUse,
        Self::Registry,
        Self::Common,
        Self::WarningList,
    ];

    /// The word used in logs, lists and properties.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Redacted => "redacted",
            Self::PrivacyService => "privacy-service",
            Self::Placeholder => "placeholder",
            Self::RegistrarContact => "registrar-contact",
            Self::ContentNetwork => "content-network",
            Self::SiteBuilder => "site-builder",
            Self::Hoster => "hoster",
            Self::Registrar => "registrar",
            Self::Parking => "parking",
            Self::Sinkhole => "sinkhole",
            Self::MailService => "mail-service",
            Self::FreeMail => "free-mail",
            Self::DisposableMail => "disposable-mail",
            Self::RoleMailbox => "role-mailbox",
            Self::Role => "role",
            Self::DynamicDns => "dynamic-dns",
            Self::LocalNetwork => "local-network",
            Self::SpecialUse => "special-use",
            Self::Registry => "registry",
            Self::Common => "common",
            Self::WarningList => "warning-list",
        }
    }

    /// The kind with its article, for sentences.
    #[must_use]
    pub const fn in_words(self) -> &'static str {
        match self {
            Self::Redacted => "a redaction marker",
            Self::PrivacyService => "a privacy service",
            Self::Placeholder => "a filler",
            Self::RegistrarContact => "a contact of the registrar",
            Self::ContentNetwork => "a content network",
            Self::SiteBuilder => "a site builder",
            Self::Hoster => "a large hoster",
            Self::Registrar => "a registrar's own servers",
            Self::Parking => "a parking service",
            Self::Sinkhole => "a sinkhole",
            Self::MailService => "a mail service",
            Self::FreeMail => "a provider of mailboxes for anybody",
            Self::DisposableMail => "a disposable mailbox",
            Self::RoleMailbox => "a mailbox of a desk, not of a person",
            Self::Role => "a desk, not a person",
            Self::DynamicDns => "a dynamic DNS service",
            Self::LocalNetwork => "a local network",
            Self::SpecialUse => "a name outside the public DNS",
            Self::Registry => "a registry",
            Self::Common => "a value that strangers share",
            Self::WarningList => "an entry of a warning list",
        }
    }

    /// Why such a value cannot be asked about.
    pub(crate) const fn why_not(self) -> &'static str {
        match self {
            Self::Redacted => {
                "it is a redaction marker, written in place of the value in millions of records; searching for it would \
                 join strangers"
            }
            Self::PrivacyService => {
                "it is a privacy service, which stands in place of many owners; searching for it would join strangers"
            }
            Self::Placeholder => "it is a filler that means unknown; searching for it would join strangers",
            _ => "it belongs to very many; searching for it would join strangers",
        }
    }
}

impl fmt::Display for NoiseKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// How sure a verdict is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Confidence {
    /// It may well be one customer's or one person's own.
    Possible,
    /// It is shared, though not by all who could be meant.
    Likely,
    /// It is everybody's, or nobody's.
    Certain,
}

impl Confidence {
    /// The word used in properties.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Possible => "possible",
            Self::Likely => "likely",
            Self::Certain => "certain",
        }
    }
}

impl fmt::Display for Confidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// What a judgement goes by: a list, or a rule.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct Basis {
    /// The list or the rule: `name-servers`, `RFC 6761`.
    pub list: String,
    /// Where its entries come from.
    pub origin: String,
    /// As of when they hold, as the list states it (`2026-11`, a version number); `None` for a rule.
    pub date: Option<String>,
}

impl Basis {
    /// A rule, with where it stands.
    pub(crate) fn rule(rule: impl Into<String>, origin: impl Into<String>) -> Arc<Self> {
        Arc::new(Self { list: rule.into(), origin: origin.into(), date: None })
    }
}

impl fmt::Display for Basis {
    /// `name-servers (2026-11): public documentation`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.date {
            Some(date) => write!(f, "{} ({date}): {}", self.list, self.origin),
            None => write!(f, "{}: {}", self.list, self.origin),
        }
    }
}

/// A judgement with its reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Verdict {
    /// The kind.
    pub kind: NoiseKind,
    /// Why, in words for the analyst: `redaction marker "REDACTED FOR PRIVACY"`, `a content network: Cloudflare`.
    pub reason: String,
    /// How sure that is.
    pub confidence: Confidence,
    /// By what.
    pub basis: Arc<Basis>,
}

impl Verdict {
    /// A verdict.
    pub(crate) fn new(kind: NoiseKind, reason: impl Into<String>, confidence: Confidence, basis: &Arc<Basis>) -> Self {
        Self { kind, reason: reason.into(), confidence, basis: Arc::clone(basis) }
    }

    /// A verdict that goes by a rule and not by a list.
    #[must_use]
    pub fn by_rule(
        kind: NoiseKind,
        reason: impl Into<String>,
        confidence: Confidence,
        rule: impl Into<String>,
        origin: impl Into<String>,
    ) -> Self {
        Self::new(kind, reason, confidence, &Basis::rule(rule, origin))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_have_one_word_everywhere() {
        let mut seen = std::collections::HashSet::new();
        for kind in NoiseKind::ALL {
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.as_str());
            assert!(seen.insert(kind.as_str()), "{kind}");
            assert!(!kind.in_words().is_empty() && !kind.why_not().is_empty());
        }
        for confidence in [Confidence::Possible, Confidence::Likely, Confidence::Certain] {
            assert_eq!(serde_json::to_value(confidence).unwrap(), confidence.as_str());
        }
        assert!(Confidence::Possible < Confidence::Likely && Confidence::Likely < Confidence::Certain);
    }
}
