//! Questions.
//!
//! A lookup is one question about one observable, the same whoever answers it. Two lookups that mean the same have the
//! same [`Lookup::key`], which is what caching and coalescing go by.

mod discovery;
mod kind;
mod reverse_whois;

use std::net::IpAddr;

pub use discovery::{DiscoveryQuery, NamePatterns};
pub use kind::LookupKind;
pub use reverse_whois::{
    ContactField, ContactRole, DateRange, FieldTerm, PostalAddress, ReverseWhoisTerm, Scope, WhoisDates, WhoisField,
};

use crate::observable::{
    AutonomousSystem, EmailAddress, HostName, Netblock, OrganizationName, SpecialUse, is_public_address,
};

/// One question.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Lookup {
    /// The WHOIS record as it is now.
    WhoisCurrent {
        /// What the record is about.
        subject: WhoisSubject,
    },
    /// Every known past registration state of a domain.
    WhoisHistory {
        /// The registrable domain.
        domain: HostName,
    },
    /// The domains whose WHOIS record holds a value.
    ReverseWhois {
        /// What to look for.
        term: ReverseWhoisTerm,
        /// In which records.
        scope: Scope,
        /// Of which dates.
        dates: WhoisDates,
    },
    /// The domains that a name server serves or served.
    ReverseNs {
        /// The name server.
        name_server: HostName,
    },
    /// The domains whose mail a server takes or took.
    ReverseMx {
        /// The mail server.
        mail_server: HostName,
    },
    /// The names that point or pointed to an address.
    ReverseIp {
        /// The address.
        address: IpAddr,
    },
    /// The names whose TXT, CNAME or SOA record holds a value.
    ReverseDns {
        /// The type of record.
        record_type: ReverseDnsType,
        /// Conditions, one to four, all of which must hold.
        terms: Vec<ReverseDnsTerm>,
    },
    /// The known names below a domain.
    Subdomains {
        /// The domain.
        domain: HostName,
    },
    /// Names like a pattern, wherever they are.
    Discovery {
        /// The patterns.
        query: DiscoveryQuery,
    },
    /// The DNS records of a name, all types of [`DnsRecordType`](crate::DnsRecordType).
    DnsRecords {
        /// The name.
        host: HostName,
    },
    /// The addresses that a name had over time.
    DnsHistory {
        /// The name.
        host: HostName,
        /// Only one family; `None` for both.
        family: Option<AddressFamily>,
    },
    /// The names that an address had over time, day by day.
    AddressHistory {
        /// The address.
        address: IpAddr,
    },
    /// The certificates that a host shows.
    Certificates {
        /// The host.
        host: HostName,
    },
    /// The certificates that were issued for a domain and the names below it, by the public logs (RFC 9162).
    IssuedCertificates {
        /// The domain.
        domain: HostName,
    },
    /// The names that the owner of an address gave it (PTR records, RFC 1035 §3.5).
    Pointers {
        /// The address, or a small network all of whose addresses are asked about.
        block: Netblock,
    },
    /// What a registry knows about a name server: its addresses, and who registered it.
    NameServerRegistration {
        /// The name server.
        name_server: HostName,
    },
    /// What a registry knows about one of its contacts.
    RegistryContact {
        /// The registry's key for it, for example `ORG-EX1-RIPE`.
        handle: String,
    },
    /// Who holds an address, a network or an AS number.
    IpOwner {
        /// What is held.
        subject: NetworkSubject,
    },
    /// Where an address is.
    IpLocation {
        /// The address.
        address: IpAddr,
    },
    /// How trustworthy a name or address is, with reasons.
    Reputation {
        /// The name or address.
        subject: HostOrAddress,
    },
    /// What a name, address or URL is accused of.
    Threats {
        /// The indicator as it is looked for.
        indicator: Indicator,
    },
    /// The contacts that a web site shows.
    WebsiteContacts {
        /// The site.
        host: HostName,
    },
    /// What a web site is about.
    WebsiteCategories {
        /// The site.
        host: HostName,
    },
    /// Whether a mailbox exists and what kind it is.
    EmailVerification {
        /// The mailbox.
        email: EmailAddress,
    },
}

/// What a WHOIS record is about.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum WhoisSubject {
    /// A registered domain.
    Domain(HostName),
    /// An address.
    Address(IpAddr),
    /// The domain of a mailbox.
    Email(EmailAddress),
}

/// A name or an address.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum HostOrAddress {
    /// A name.
    Host(HostName),
    /// An address.
    Address(IpAddr),
}

/// What networks can be looked up by.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum NetworkSubject {
    /// The networks an address is in.
    Address(IpAddr),
    /// A network.
    Netblock(Netblock),
    /// The networks of an AS number.
    AutonomousSystem(AutonomousSystem),
    /// The networks of an organisation.
    Organization(OrganizationName),
}

/// What threat intelligence can be looked up by.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Indicator {
    /// A name.
    Host(HostName),
    /// An address.
    Address(IpAddr),
    /// A network.
    Netblock(Netblock),
    /// A web address.
    Url(url::Url),
    /// A file's digest in hexadecimal digits.
    Hash(String),
}

/// A family of addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AddressFamily {
    /// IPv4.
    V4,
    /// IPv6.
    V6,
}

impl AddressFamily {
    /// Both.
    pub const ALL: [Self; 2] = [Self::V4, Self::V6];

    /// The name of the DNS record type that holds such addresses, in small letters.
    #[must_use]
    pub const fn record_type(self) -> &'static str {
        match self {
            Self::V4 => "a",
            Self::V6 => "aaaa",
        }
    }
}

/// The record types that can be searched by their value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ReverseDnsType {
    /// Text: verification codes, SPF policies.
    Txt,
    /// Aliases.
    Cname,
    /// Starts of authority: primary server and responsible mailbox.
    Soa,
}

impl ReverseDnsType {
    /// The name in small letters.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Txt => "txt",
            Self::Cname => "cname",
            Self::Soa => "soa",
        }
    }
}

/// A condition on a record. The text may have `*` for any run of characters, at either end.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ReverseDnsTerm {
    /// Whether the owner name is looked at, rather than the value.
    pub on_name: bool,
    /// The text.
    pub text: String,
    /// Whether records that match are left out, rather than found.
    pub exclude: bool,
}

impl ReverseDnsTerm {
    /// A value to find.
    #[must_use]
    pub fn value(text: impl Into<String>) -> Self {
        Self { on_name: false, text: text.into(), exclude: false }
    }
}

impl Lookup {
    /// A reverse WHOIS lookup in records of any date.
    #[must_use]
    pub fn reverse_whois(term: ReverseWhoisTerm, scope: Scope) -> Self {
        Self::ReverseWhois { term, scope, dates: WhoisDates::default() }
    }

    /// The kind of question.
    #[must_use]
    pub const fn kind(&self) -> LookupKind {
        match self {
            Self::WhoisCurrent { .. } => LookupKind::WhoisCurrent,
            Self::WhoisHistory { .. } => LookupKind::WhoisHistory,
            Self::ReverseWhois { .. } => LookupKind::ReverseWhois,
            Self::ReverseNs { .. } => LookupKind::ReverseNs,
            Self::ReverseMx { .. } => LookupKind::ReverseMx,
            Self::ReverseIp { .. } => LookupKind::ReverseIp,
            Self::ReverseDns { .. } => LookupKind::ReverseDns,
            Self::Subdomains { .. } => LookupKind::Subdomains,
            Self::Discovery { .. } => LookupKind::Discovery,
            Self::DnsRecords { .. } => LookupKind::DnsRecords,
            Self::DnsHistory { .. } => LookupKind::DnsHistory,
            Self::AddressHistory { .. } => LookupKind::AddressHistory,
            Self::Certificates { .. } => LookupKind::Certificates,
            Self::IssuedCertificates { .. } => LookupKind::IssuedCertificates,
            Self::Pointers { .. } => LookupKind::Pointers,
            Self::NameServerRegistration { .. } => LookupKind::NameServerRegistration,
            Self::RegistryContact { .. } => LookupKind::RegistryContact,
            Self::IpOwner { .. } => LookupKind::IpOwner,
            Self::IpLocation { .. } => LookupKind::IpLocation,
            Self::Reputation { .. } => LookupKind::Reputation,
            Self::Threats { .. } => LookupKind::Threats,
            Self::WebsiteContacts { .. } => LookupKind::WebsiteContacts,
            Self::WebsiteCategories { .. } => LookupKind::WebsiteCategories,
            Self::EmailVerification { .. } => LookupKind::EmailVerification,
        }
    }

    /// The canonical form: equal for questions that mean the same, different otherwise.
    #[must_use]
    pub fn key(&self) -> String {
        format!("{} {}", self.kind(), self.subject_key())
    }

    fn subject_key(&self) -> String {
        match self {
            Self::WhoisCurrent { subject } => match subject {
                WhoisSubject::Domain(domain) => domain.to_string(),
                WhoisSubject::Address(address) => address.to_string(),
                WhoisSubject::Email(email) => email.folded(),
            },
            Self::WhoisHistory { domain: host }
            | Self::Subdomains { domain: host }
            | Self::ReverseNs { name_server: host }
            | Self::ReverseMx { mail_server: host }
            | Self::DnsRecords { host }
            | Self::Certificates { host }
            | Self::IssuedCertificates { domain: host }
            | Self::NameServerRegistration { name_server: host }
            | Self::WebsiteContacts { host }
            | Self::WebsiteCategories { host } => host.to_string(),
            Self::Pointers { block } => block.to_string(),
            Self::RegistryContact { handle } => handle.to_uppercase(),
            Self::ReverseIp { address } | Self::AddressHistory { address } | Self::IpLocation { address } => {
                address.to_string()
            }
            Self::ReverseWhois { term, scope, dates } => {
                let (field, text) = term.key();
                let WhoisDates { created, updated, expires } = dates;
                let dates = if *dates == WhoisDates::default() {
                    String::new()
                } else {
                    format!(" created {created} updated {updated} expires {expires}")
                };
                format!("{} {field} {text}{dates}", scope.as_str())
            }
            Self::ReverseDns { record_type, terms } => {
                let mut terms: Vec<_> =
                    terms.iter().map(|term| (term.on_name, term.exclude, term.text.to_lowercase())).collect();
                terms.sort_unstable();
                format!("{} {terms:?}", record_type.as_str())
            }
            Self::Discovery { query } => query.key(),
            Self::DnsHistory { host, family } => match family {
                Some(family) => format!("{host} {}", family.record_type()),
                None => host.to_string(),
            },
            Self::IpOwner { subject } => match subject {
                NetworkSubject::Address(address) => address.to_string(),
                NetworkSubject::Netblock(block) => block.to_string(),
                NetworkSubject::AutonomousSystem(system) => system.to_string(),
                NetworkSubject::Organization(organization) => format!("organization {}", organization.folded()),
            },
            Self::Reputation { subject } => match subject {
                HostOrAddress::Host(host) => host.to_string(),
                HostOrAddress::Address(address) => address.to_string(),
            },
            Self::Threats { indicator } => indicator.to_string(),
            Self::EmailVerification { email } => email.folded(),
        }
    }

    /// The special-use name in the question, if there is one: such a question never leaves the machine.
    #[must_use]
    pub fn special_use(&self) -> Option<SpecialUse> {
        self.host()?.special_use()
    }

    /// The private, loopback or otherwise local address in the question, if there is one: it means another host in every
    /// network, so such a question never leaves the machine either.
    #[must_use]
    pub fn local_address(&self) -> Option<IpAddr> {
        let (first, last) = self.addresses()?;
        [first, last].into_iter().find(|address| !is_public_address(*address))
    }

    /// Whether the question is about a name, an address or a number that is reserved for documentation and belongs to
    /// nobody: `.example` (RFC 6761 §6.5), RFC 5737, RFC 3849, RFC 5398.
    #[must_use]
    pub fn is_about_documentation(&self) -> bool {
        if let Some(host) = self.host() {
            return host.as_str() == "example" || host.as_str().ends_with(".example");
        }
        if let Self::IpOwner { subject: NetworkSubject::AutonomousSystem(system) } = self {
            return matches!(system.number(), 64_496..=64_511 | 65_536..=65_551);
        }
        if let Self::ReverseDns { terms, .. } = self {
            return terms.iter().any(|term| !term.exclude && names_documentation(&term.text));
        }
        self.addresses().is_some_and(|(first, last)| is_documentation(first) && is_documentation(last))
    }

    /// The first and the last address that the question is about.
    fn addresses(&self) -> Option<(IpAddr, IpAddr)> {
        let address = match self {
            Self::WhoisCurrent { subject: WhoisSubject::Address(address) }
            | Self::ReverseIp { address }
            | Self::AddressHistory { address }
            | Self::IpLocation { address }
            | Self::IpOwner { subject: NetworkSubject::Address(address) }
            | Self::Reputation { subject: HostOrAddress::Address(address) }
            | Self::Threats { indicator: Indicator::Address(address) } => *address,
            Self::IpOwner { subject: NetworkSubject::Netblock(block) }
            | Self::Pointers { block }
            | Self::Threats { indicator: Indicator::Netblock(block) } => return Some((block.first(), block.last())),
            Self::Threats { indicator: Indicator::Url(url) } => match url.host()? {
                url::Host::Ipv4(address) => IpAddr::V4(address),
                url::Host::Ipv6(address) => IpAddr::V6(address).to_canonical(),
                url::Host::Domain(_) => return None,
            },
            _ => return None,
        };
        Some((address, address))
    }

    /// The host name that the question is about or tells of.
    fn host(&self) -> Option<HostName> {
        match self {
            Self::WhoisCurrent { subject: WhoisSubject::Domain(host) }
            | Self::WhoisHistory { domain: host }
            | Self::Subdomains { domain: host }
            | Self::ReverseNs { name_server: host }
            | Self::ReverseMx { mail_server: host }
            | Self::DnsRecords { host }
            | Self::DnsHistory { host, .. }
            | Self::Certificates { host }
            | Self::IssuedCertificates { domain: host }
            | Self::NameServerRegistration { name_server: host }
            | Self::WebsiteContacts { host }
            | Self::WebsiteCategories { host }
            | Self::Reputation { subject: HostOrAddress::Host(host) }
            | Self::Threats { indicator: Indicator::Host(host) } => Some(host.clone()),
            Self::WhoisCurrent { subject: WhoisSubject::Email(email) } | Self::EmailVerification { email } => {
                Some(email.domain().clone())
            }
            Self::ReverseWhois { term, .. } => term.host().cloned(),
            Self::Threats { indicator: Indicator::Url(url) } => HostName::parse(url.host_str()?).ok(),
            _ => None,
        }
    }
}

/// Whether a name below `.example` stands in a text.
fn names_documentation(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    text.match_indices(".example").any(|(start, found)| {
        let after = text.get(start + found.len()..).and_then(|rest| rest.chars().next());
        after.is_none_or(|c| !c.is_ascii_alphanumeric() && c != '-' && c != '.')
    })
}

/// Whether an address is reserved for documentation (RFC 5737, RFC 3849).
fn is_documentation(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => address.is_documentation(),
        IpAddr::V6(address) => matches!(address.segments(), [0x2001, 0x0db8, ..]),
    }
}

impl std::fmt::Display for Indicator {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Host(host) => host.fmt(f),
            Self::Address(address) => address.fmt(f),
            Self::Netblock(block) => block.fmt(f),
            Self::Url(url) => url.fmt(f),
            Self::Hash(digits) => f.write_str(&digits.to_lowercase()),
        }
    }
}
