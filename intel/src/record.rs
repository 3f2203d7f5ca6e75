//! Typed facts, the matter that answers are made of.
//!
//! Records keep what the source said. An unknown field is `None`, never an empty text or a marker such as `REDACTED`:
//! providers blank those out, since a marker that reaches a graph becomes a node that joins millions of strangers.

use std::net::IpAddr;

use crate::{moment::Moment, observable::HostName};

/// One fact.
#[derive(Debug, Clone, PartialEq)]
pub enum Record {
    /// A WHOIS record at one time.
    Whois(Box<WhoisRecord>),
    /// A name and when it was seen.
    Sighting(Sighting),
    /// A DNS resource record.
    Dns(DnsRecord),
}

/// A domain's registration as one source saw it at one time.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct WhoisRecord {
    /// The domain as the source wrote it, lower-cased, without a trailing dot.
    pub domain: String,
    /// When the source observed this state; not when it was fetched.
    pub observed: Option<Moment>,
    /// When the domain was registered.
    pub created: Option<Moment>,
    /// When the registration last changed.
    pub updated: Option<Moment>,
    /// When the registration runs out.
    pub expires: Option<Moment>,
    /// The registrar.
    pub registrar: Option<Registrar>,
    /// The WHOIS server that answered.
    pub whois_server: Option<String>,
    /// Name servers, lower-cased, without trailing dots, in the source's order.
    pub name_servers: Vec<String>,
    /// EPP status words without their explanatory URLs.
    pub statuses: Vec<String>,
    /// The registrant.
    pub registrant: Contact,
    /// The administrative contact.
    pub administrative: Contact,
    /// The technical contact.
    pub technical: Contact,
    /// The billing contact.
    pub billing: Contact,
    /// The zone contact.
    pub zone: Contact,
    /// The raw text, where the source gave it and it was asked for.
    pub raw_text: Option<String>,
}

impl WhoisRecord {
    /// Whether two records say the same about the registration, whenever they were observed and however their raw
    /// text was laid out. Neighbours that do are one state of a timeline.
    #[must_use]
    pub fn same_state(&self, other: &Self) -> bool {
        let state = |record: &Self| Self { observed: None, raw_text: None, ..record.clone() };
        state(self) == state(other)
    }
}

/// Who registered a domain on the owner's behalf.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Registrar {
    /// The name.
    pub name: Option<String>,
    /// The number IANA gave it.
    pub iana_id: Option<String>,
    /// Its web site.
    pub url: Option<String>,
    /// Its mailbox for complaints.
    pub abuse_email: Option<String>,
}

/// One contact of a WHOIS record. Every unknown field is `None`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Contact {
    /// A person's name, or whatever the registrant wrote there.
    pub name: Option<String>,
    /// The organisation.
    pub organization: Option<String>,
    /// Street lines, joined by `, `.
    pub street: Option<String>,
    /// The city.
    pub city: Option<String>,
    /// State or province.
    pub state: Option<String>,
    /// The postal code.
    pub postal_code: Option<String>,
    /// The country's name as the source wrote it.
    pub country: Option<String>,
    /// The two-letter country code (ISO 3166-1), upper case.
    pub country_code: Option<String>,
    /// The mailbox.
    pub email: Option<String>,
    /// The phone number as the source wrote it.
    pub phone: Option<String>,
    /// Its extension.
    pub phone_extension: Option<String>,
    /// The fax number as the source wrote it.
    pub fax: Option<String>,
    /// Its extension.
    pub fax_extension: Option<String>,
    /// A privacy or proxy service that stands in the owner's place, by the name it gives itself. What it put into the
    /// other fields is blanked out.
    pub privacy_service: Option<String>,
    /// Whether at least one field was redacted by the registry or the registrar.
    pub redacted: bool,
}

/// A name that was seen somewhere, for example behind a name server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sighting {
    /// The name.
    pub name: HostName,
    /// When the source first saw it there.
    pub first_seen: Option<Moment>,
    /// When the source last saw it there.
    pub last_seen: Option<Moment>,
}

/// A DNS resource record.
#[derive(Debug, Clone, PartialEq)]
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
}

/// A record type that the lookups ask for (RFC 1035 §3.2.2, RFC 3596, RFC 8659).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
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
#[derive(Debug, Clone, PartialEq, Eq)]
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
