//! DNS resource records.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use crate::{moment::Moment, observable::HostName, upstream::DnsSecurity};

/// A DNS resource record.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DnsRecord {
    /// The owner name.
    pub owner: HostName,
    /// The data.
    pub data: DnsData,
    /// Time to live in seconds, where the source says it.
    pub ttl: Option<u32>,
    /// When the source first saw it.
    pub first_seen: Option<Moment>,
    /// When the source last saw it.
    pub last_seen: Option<Moment>,
    /// What DNSSEC validation said about the answer it stood in; `None` from sources that do not say.
    pub security: Option<DnsSecurity>,
}

/// The name that the owner of an address gave it (PTR record, RFC 1035 §3.5).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pointer {
    /// The address.
    pub address: IpAddr,
    /// The name. Whoever holds the address may write anything here, also somebody else's name.
    pub name: HostName,
    /// Whether the name's own records point back to the address; `None` where nobody could tell.
    pub confirmed: Option<bool>,
    /// Time to live in seconds, where the source says it.
    pub ttl: Option<u32>,
    /// What DNSSEC validation said about the answer; `None` from sources that do not say.
    pub security: Option<DnsSecurity>,
}

/// A record type that the lookups ask for (RFC 1035 §3.2.2, RFC 3596, RFC 8659).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum DnsRecordType {
    /// An IPv4 address.
    A,
    /// An IPv6 address.
    Aaaa,
    /// An alias.
    Cname,
    /// A name server.
    Ns,
    /// A mail server.
    Mx,
    /// The start of a zone.
    Soa,
    /// Text.
    Txt,
    /// Which certificate authorities may issue.
    Caa,
}

/// The data of a [`DnsRecord`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum DnsData {
    /// The address of an A or AAAA record.
    Address(IpAddr),
    /// The target of a CNAME record.
    Alias(HostName),
    /// The target of an NS record.
    NameServer(HostName),
    /// The target of an MX record.
    MailServer {
        /// Lower is tried first.
        preference: u16,
        /// The mail server.
        exchange: HostName,
    },
    /// A start of authority.
    StartOfAuthority {
        /// The primary name server.
        primary: HostName,
        /// The responsible mailbox in mailbox form (`hostmaster@example.net`), RFC 1035 §8.
        mailbox: String,
        /// The zone's serial number.
        serial: u32,
    },
    /// The joined strings of a TXT record.
    Text(String),
    /// A certification authority authorisation.
    CertificationAuthority {
        /// The critical flag and reserved bits.
        flags: u8,
        /// `issue`, `issuewild` or `iodef`.
        tag: String,
        /// The value.
        value: String,
    },
}

impl DnsData {
    /// The type of record this is the data of.
    #[must_use]
    pub fn record_type(&self) -> DnsRecordType {
        match self {
            Self::Address(IpAddr::V4(_)) => DnsRecordType::A,
            Self::Address(IpAddr::V6(_)) => DnsRecordType::Aaaa,
            Self::Alias(_) => DnsRecordType::Cname,
            Self::NameServer(_) => DnsRecordType::Ns,
            Self::MailServer { .. } => DnsRecordType::Mx,
            Self::StartOfAuthority { .. } => DnsRecordType::Soa,
            Self::Text(_) => DnsRecordType::Txt,
            Self::CertificationAuthority { .. } => DnsRecordType::Caa,
        }
    }
}

impl DnsRecordType {
    /// Every type, in the order answers are shown.
    pub const ALL: [Self; 8] = [Self::A, Self::Aaaa, Self::Cname, Self::Ns, Self::Mx, Self::Soa, Self::Txt, Self::Caa];

    /// The presentation form, for example `AAAA`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::A => "A",
            Self::Aaaa => "AAAA",
            Self::Cname => "CNAME",
            Self::Ns => "NS",
            Self::Mx => "MX",
            Self::Soa => "SOA",
            Self::Txt => "TXT",
            Self::Caa => "CAA",
        }
    }
}
