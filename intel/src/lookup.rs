//! Questions.
//!
//! A lookup is one question about one observable, the same whoever answers it. Two lookups that mean the same have the
//! same [`Lookup::key`], which is what caching and coalescing go by.

use std::fmt;

use crate::observable::{EmailAddress, HostName, OrganizationName, PersonName, PhoneNumber, SpecialUse};

/// One question.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Lookup {
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
    },
    /// The domains that a name server serves or served.
    ReverseNs {
        /// The name server.
        name_server: HostName,
    },
    /// The known names below a domain.
    Subdomains {
        /// The domain.
        domain: HostName,
    },
    /// The DNS records of a name, all types of [`DnsRecordType`](crate::DnsRecordType).
    DnsRecords {
        /// The name.
        host: HostName,
    },
}

/// A lookup without its observable: what providers offer and routes are configured for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LookupKind {
    /// [`Lookup::WhoisHistory`].
    WhoisHistory,
    /// [`Lookup::ReverseWhois`].
    ReverseWhois,
    /// [`Lookup::ReverseNs`].
    ReverseNs,
    /// [`Lookup::Subdomains`].
    Subdomains,
    /// [`Lookup::DnsRecords`].
    DnsRecords,
}

/// What a reverse WHOIS lookup looks for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum ReverseWhoisTerm {
    /// A mailbox, in any contact, compared exactly.
    Email(EmailAddress),
    /// A phone number, in any spelling.
    Phone(PhoneNumber),
    /// A person's name.
    Person(PersonName),
    /// An organisation's name.
    Organization(OrganizationName),
    /// Any text in any field.
    Text(String),
}

/// Which WHOIS records a reverse lookup searches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Scope {
    /// Only what is registered now.
    Current,
    /// Now or at any time before.
    Historic,
}

impl Scope {
    /// The word used in settings and messages.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Current => "current",
            Self::Historic => "historic",
        }
    }
}

impl LookupKind {
    /// Every kind.
    pub const ALL: [Self; 5] =
        [Self::WhoisHistory, Self::ReverseWhois, Self::ReverseNs, Self::Subdomains, Self::DnsRecords];

    /// The name used in configuration, logs and keys.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::WhoisHistory => "whois_history",
            Self::ReverseWhois => "reverse_whois",
            Self::ReverseNs => "reverse_ns",
            Self::Subdomains => "subdomains",
            Self::DnsRecords => "dns_records",
        }
    }

    /// The name used in sentences.
    #[must_use]
    pub const fn in_words(self) -> &'static str {
        match self {
            Self::WhoisHistory => "WHOIS history",
            Self::ReverseWhois => "reverse WHOIS",
            Self::ReverseNs => "reverse NS",
            Self::Subdomains => "subdomains",
            Self::DnsRecords => "DNS records",
        }
    }
}

impl fmt::Display for LookupKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Lookup {
    /// The kind of question.
    #[must_use]
    pub const fn kind(&self) -> LookupKind {
        match self {
            Self::WhoisHistory { .. } => LookupKind::WhoisHistory,
            Self::ReverseWhois { .. } => LookupKind::ReverseWhois,
            Self::ReverseNs { .. } => LookupKind::ReverseNs,
            Self::Subdomains { .. } => LookupKind::Subdomains,
            Self::DnsRecords { .. } => LookupKind::DnsRecords,
        }
    }

    /// The canonical form: equal for questions that mean the same, different otherwise.
    #[must_use]
    pub fn key(&self) -> String {
        let kind = self.kind();
        match self {
            Self::WhoisHistory { domain } | Self::Subdomains { domain } => format!("{kind} {domain}"),
            Self::ReverseNs { name_server } => format!("{kind} {name_server}"),
            Self::DnsRecords { host } => format!("{kind} {host}"),
            Self::ReverseWhois { term, scope } => {
                let (field, text) = term.key();
                format!("{kind} {} {field} {text}", scope.as_str())
            }
        }
    }

    /// The special-use name in the question, if there is one: such a question never leaves the machine.
    #[must_use]
    pub fn special_use(&self) -> Option<SpecialUse> {
        match self {
            Self::WhoisHistory { domain: host }
            | Self::Subdomains { domain: host }
            | Self::ReverseNs { name_server: host }
            | Self::DnsRecords { host } => host.special_use(),
            Self::ReverseWhois { term: ReverseWhoisTerm::Email(email), .. } => email.domain().special_use(),
            Self::ReverseWhois { .. } => None,
        }
    }
}

impl ReverseWhoisTerm {
    /// What is looked for, in the spelling that is shown to people.
    #[must_use]
    pub fn as_text(&self) -> &str {
        match self {
            Self::Email(email) => email.as_str(),
            Self::Phone(phone) => phone.as_str(),
            Self::Person(person) => person.as_str(),
            Self::Organization(organization) => organization.as_str(),
            Self::Text(text) => text,
        }
    }

    fn key(&self) -> (&'static str, String) {
        match self {
            Self::Email(email) => ("email", email.folded()),
            Self::Phone(phone) => ("phone", phone.digits().to_owned()),
            Self::Person(person) => ("person", person.folded()),
            Self::Organization(organization) => ("organization", organization.folded()),
            Self::Text(text) => ("text", text.trim().to_lowercase()),
        }
    }
}
