//! The things that can be asked about, normalised.
//!
//! People paste what they have: a defanged link from a report, a mailbox with `[at]`, a domain with a trailing dot or
//! in its own script. Each type here reads all of that into one form, so that the same thing asked twice is the same
//! question. Reading never loses: a text that is not of the type is an error that says what is wrong with it.

mod contact;
mod host;
mod network;
mod refang;
mod special_use;

use std::fmt;

use thiserror::Error;

pub use contact::{EmailAddress, OrganizationName, PersonName, PhoneNumber};
pub use host::HostName;
pub use network::{AutonomousSystem, Netblock};
pub use refang::refang;
pub use special_use::{SpecialUse, SpecialUseKind};

/// A text that is not an observable of the wanted type. The message is for the analyst.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("\"{text}\" is not {expected}: {reason}")]
pub struct ObservableError {
    /// The text, shortened.
    pub text: String,
    /// What was wanted, with its article: `a domain name`.
    pub expected: &'static str,
    /// Why it is not.
    pub reason: &'static str,
}

impl ObservableError {
    pub(crate) fn new(text: &str, expected: &'static str, reason: &'static str) -> Self {
        let text = text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).take(80).collect();
        Self { text, expected, reason }
    }
}

/// Anything that can be asked about.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Observable {
    /// A registrable domain: exactly one label below a public suffix.
    Domain(HostName),
    /// Any other host name.
    Host(HostName),
    /// A mailbox.
    Email(EmailAddress),
    /// A phone number.
    Phone(PhoneNumber),
    /// A person.
    Person(PersonName),
    /// An organisation.
    Organization(OrganizationName),
    /// A single address.
    Ip(std::net::IpAddr),
    /// A network.
    Netblock(Netblock),
    /// An autonomous system.
    AutonomousSystem(AutonomousSystem),
    /// A web address.
    Url(url::Url),
    /// Any other text.
    Phrase(String),
}

impl Observable {
    /// Guesses what a pasted text is. Names of people and organisations cannot be told from other text, so they are
    /// [`Observable::Phrase`].
    #[must_use]
    pub fn guess(text: &str) -> Self {
        let text = refang(text);
        let text = text.trim();
        if let Ok(address) = text.trim_matches(['[', ']']).parse() {
            return Self::Ip(address);
        }
        if let Ok(system) = AutonomousSystem::parse(text)
            && text.get(..2).is_some_and(|head| head.eq_ignore_ascii_case("as"))
        {
            return Self::AutonomousSystem(system);
        }
        if let Ok(block) = Netblock::parse(text) {
            return Self::Netblock(block);
        }
        if let Ok(email) = EmailAddress::parse(text) {
            return Self::Email(email);
        }
        if text.contains("://")
            && let Ok(url) = url::Url::parse(text)
        {
            return Self::Url(url);
        }
        if let Ok(host) = HostName::parse(text)
            && host.as_str().contains('.')
        {
            return if host.registrable().as_ref() == Some(&host) { Self::Domain(host) } else { Self::Host(host) };
        }
        if text.starts_with('+')
            && let Ok(phone) = PhoneNumber::parse(text)
        {
            return Self::Phone(phone);
        }
        Self::Phrase(text.to_owned())
    }
}

impl fmt::Display for Observable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Domain(host) | Self::Host(host) => host.fmt(f),
            Self::Email(email) => f.write_str(email.as_str()),
            Self::Phone(phone) => f.write_str(phone.as_str()),
            Self::Person(person) => f.write_str(person.as_str()),
            Self::Organization(organization) => f.write_str(organization.as_str()),
            Self::Ip(address) => address.fmt(f),
            Self::Netblock(block) => block.fmt(f),
            Self::AutonomousSystem(system) => system.fmt(f),
            Self::Url(url) => url.fmt(f),
            Self::Phrase(text) => f.write_str(text),
        }
    }
}
