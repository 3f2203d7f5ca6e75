//! What sources think of something: reputations, accusations, verified mailboxes.

use serde::{Deserialize, Serialize};

use crate::{
    moment::Moment,
    observable::{EmailAddress, HostName},
};

/// How trustworthy a name or address is.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Reputation {
    /// From 0 (bad) to 100 (good).
    pub score: Option<f64>,
    /// What the source found fault with.
    pub warnings: Vec<ReputationWarning>,
}

/// One fault that a source found.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ReputationWarning {
    /// The test that found it.
    pub test: Option<String>,
    /// What it found.
    pub text: String,
    /// The source's number for it.
    pub code: Option<String>,
}

/// What a name, address, URL or file is accused of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Threat {
    /// The indicator as the source wrote it.
    pub indicator: String,
    /// What the indicator is, in the source's words: `domain`, `ipv4`, `url`.
    pub indicator_kind: Option<String>,
    /// The accusation, in the source's words: `phishing`, `malware`, `botnet`.
    pub threat: String,
    /// When the source first saw it.
    pub first_seen: Option<Moment>,
    /// When the source last saw it.
    pub last_seen: Option<Moment>,
}

/// What is known about a mailbox. Every unknown answer is `None`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MailboxCheck {
    /// The mailbox.
    pub email: EmailAddress,
    /// Whether it is written correctly.
    pub well_formed: Option<bool>,
    /// Whether its domain can take mail.
    pub domain_resolves: Option<bool>,
    /// Whether the mail server takes mail for it.
    pub deliverable: Option<bool>,
    /// Whether the mail server takes mail for any name.
    pub catch_all: Option<bool>,
    /// Whether the domain gives mailboxes to anybody.
    pub free: Option<bool>,
    /// Whether the domain gives throw-away mailboxes.
    pub disposable: Option<bool>,
    /// The domain's mail servers.
    pub mail_servers: Vec<HostName>,
    /// When the source looked.
    pub checked: Option<Moment>,
}
