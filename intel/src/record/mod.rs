//! Typed facts, the matter that answers are made of.
//!
//! Records keep what the source said. An unknown field is `None`, never an empty text or a marker such as `REDACTED`:
//! providers blank those out, since a marker that reaches a graph becomes a node that joins millions of strangers.

mod assessment;
mod certificate;
mod dns;
mod network;
mod website;
mod whois;

pub use assessment::{MailboxCheck, Reputation, ReputationWarning, Threat};
pub use certificate::Certificate;
pub use dns::{DnsData, DnsRecord, DnsRecordType, Pointer};
pub use network::{IpLocation, Network, NetworkContact, Routing, SystemRegistration};
pub use website::{Described, WebsiteCategory, WebsiteContacts};
pub use whois::{Contact, Registrar, WhoisRecord};

use serde::{Deserialize, Serialize};

use crate::{moment::Moment, observable::HostName};

/// One fact.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Record {
    /// A WHOIS record at one time.
    Whois(Box<WhoisRecord>),
    /// A name and when it was seen.
    Sighting(Sighting),
    /// A DNS resource record.
    Dns(DnsRecord),
    /// The name that an address has by its owner.
    Pointer(Pointer),
    /// A network and who holds it.
    Network(Box<Network>),
    /// An autonomous system and who holds it.
    System(Box<SystemRegistration>),
    /// A contact of a registry.
    Contact(Box<NetworkContact>),
    /// Where an address is.
    Location(Box<IpLocation>),
    /// A certificate.
    Certificate(Box<Certificate>),
    /// How trustworthy something is.
    Reputation(Reputation),
    /// What something is accused of.
    Threat(Threat),
    /// What a web site says about who is behind it.
    WebsiteContacts(Box<WebsiteContacts>),
    /// What a web site is about.
    WebsiteCategory(WebsiteCategory),
    /// What is known about a mailbox.
    Mailbox(MailboxCheck),
}

/// A name that was seen somewhere, for example behind a name server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sighting {
    /// The name.
    pub name: HostName,
    /// When the source first saw it there.
    pub first_seen: Option<Moment>,
    /// When the source last saw it there.
    pub last_seen: Option<Moment>,
    /// The registrar of its domain, where the source says that along with the name.
    pub registrar: Option<String>,
}
