//! The kinds of values that domains can share, and the places where they stand.

use serde::Serialize;

/// What kind of value is shared. In the order of how much each tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SharedKind {
    /// A mailbox.
    Email,
    /// A phone or fax number.
    Phone,
    /// A certificate.
    Certificate,
    /// A verification token, tracking number or signing key of a TXT record, or an account of a CAA record.
    TextIdentifier,
    /// An organisation.
    Organization,
    /// A person.
    Person,
    /// A postal address.
    Address,
    /// An IP address.
    IpAddress,
    /// The target of an alias.
    Alias,
    /// A mail server.
    MailServer,
    /// A name server.
    NameServer,
    /// A name or network that may send mail for the domain.
    MailSender,
    /// A network.
    Network,
    /// A registrar.
    Registrar,
}

impl SharedKind {
    /// Every kind.
    pub const ALL: [Self; 14] = [
        Self::Email,
        Self::Phone,
        Self::Certificate,
        Self::TextIdentifier,
        Self::Organization,
        Self::Person,
        Self::Address,
        Self::IpAddress,
        Self::Alias,
        Self::MailServer,
        Self::NameServer,
        Self::MailSender,
        Self::Network,
        Self::Registrar,
    ];

    /// The name used in sentences and tables.
    #[must_use]
    pub const fn in_words(self) -> &'static str {
        match self {
            Self::Email => "mailbox",
            Self::Phone => "phone number",
            Self::Certificate => "certificate",
            Self::TextIdentifier => "TXT identifier",
            Self::Organization => "organisation",
            Self::Person => "person",
            Self::Address => "postal address",
            Self::IpAddress => "IP address",
            Self::Alias => "alias target",
            Self::MailServer => "mail server",
            Self::NameServer => "name server",
            Self::MailSender => "allowed mail sender",
            Self::Network => "network",
            Self::Registrar => "registrar",
        }
    }
}

/// Where a value stood.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// The owner in a WHOIS record.
    Registrant,
    /// The administrative contact.
    Administrative,
    /// The technical contact.
    Technical,
    /// The billing contact.
    Billing,
    /// The zone contact.
    Zone,
    /// The registrar's mailbox for complaints.
    RegistrarAbuse,
    /// The registration itself: registrar and name servers of a WHOIS record.
    Registration,
    /// An A or AAAA record.
    AddressRecord,
    /// A CNAME record.
    AliasRecord,
    /// An NS record.
    NameServerRecord,
    /// An MX record.
    MailServerRecord,
    /// A SOA record.
    AuthorityRecord,
    /// A TXT record.
    TextRecord,
    /// A CAA record.
    CertificationAuthorityRecord,
    /// A certificate.
    Certificate,
    /// The registry of networks.
    NetworkRegistry,
}

impl Place {
    /// The name used in sentences and tables.
    #[must_use]
    pub const fn in_words(self) -> &'static str {
        match self {
            Self::Registrant => "registrant",
            Self::Administrative => "administrative contact",
            Self::Technical => "technical contact",
            Self::Billing => "billing contact",
            Self::Zone => "zone contact",
            Self::RegistrarAbuse => "registrar's abuse contact",
            Self::Registration => "WHOIS record",
            Self::AddressRecord => "address record",
            Self::AliasRecord => "CNAME record",
            Self::NameServerRecord => "NS record",
            Self::MailServerRecord => "MX record",
            Self::AuthorityRecord => "SOA record",
            Self::TextRecord => "TXT record",
            Self::CertificationAuthorityRecord => "CAA record",
            Self::Certificate => "certificate",
            Self::NetworkRegistry => "network registry",
        }
    }

    /// Whether whoever runs the name servers writes themselves there, rather than the owner.
    pub(super) const fn is_operators(self) -> bool {
        matches!(self, Self::Technical | Self::Zone | Self::RegistrarAbuse | Self::AuthorityRecord)
    }
}
