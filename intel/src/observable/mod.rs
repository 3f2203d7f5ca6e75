//! The things that can be asked about, normalised.
//!
//! People paste what they have: a defanged link from a report, a mailbox with `[at]`, a domain with a trailing dot or
//! in its own script. Each type here reads all of that into one form, so that the same thing asked twice is the same
//! question. Reading never loses: a text that is not of the type is an error that says what is wrong with it.
//!
//! Whoever knows what a text is calls that type's `parse`, which forgives much. [`Observable::guess`] does not know, so
//! it forgives less: an ordinary word must not become a domain that is then sold to somebody.

mod address;
mod email;
mod host;
pub(crate) mod legal_form;
mod name;
mod network;
mod pasted;
mod phone;
mod refang;
mod special_use;

use std::{fmt, net::IpAddr};

use thiserror::Error;

pub use address::{is_public_address, parse_address};
pub use email::EmailAddress;
pub use host::HostName;
pub use name::{OrganizationName, PersonName};
pub use network::{AutonomousSystem, Netblock};
pub use phone::PhoneNumber;
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
    Ip(IpAddr),
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
    /// [`Observable::Phrase`], which is the text as given, trimmed.
    ///
    /// Three things count as too little evidence: bare numbers (an AS number needs its `AS`, a phone number its `+`,
    /// `00` or `tel:`), names without a dot, and names under a top level that nobody knows (`Mr.Smith`, `report.pdf`)
    /// unless they were defanged or come with a wildcard or a port. `.example` is known. A path without a scheme is no
    /// web address yet, so of `cmt-net.example/x` the name remains.
    #[must_use]
    pub fn guess(text: &str) -> Self {
        let phrase = || Self::Phrase(text.trim().to_owned());
        if text.len() > pasted::LONGEST {
            return phrase();
        }
        let plain = pasted::plain(text);
        let known = Self::web_address(&plain)
            .or_else(|| Self::network(&plain))
            .or_else(|| EmailAddress::parse(&plain).ok().map(Self::Email))
            .or_else(|| Self::phone(&plain))
            .or_else(|| Self::name(&plain, &pasted::narrow(text)));
        known.unwrap_or_else(phrase)
    }

    fn web_address(plain: &str) -> Option<Self> {
        host::scheme(plain)?;
        let url = url::Url::parse(plain).ok()?;
        url.has_host().then_some(Self::Url(url))
    }

    fn network(plain: &str) -> Option<Self> {
        if host::scheme(plain).is_some() || plain.contains('@') {
            return None;
        }
        if let Ok(address) = parse_address(plain) {
            return Some(Self::Ip(address));
        }
        if let Ok(block) = Netblock::parse(plain) {
            return Some(Self::Netblock(block));
        }
        AutonomousSystem::digits(plain)?;
        AutonomousSystem::parse(plain).ok().map(Self::AutonomousSystem)
    }

    fn phone(plain: &str) -> Option<Self> {
        let is_marked = plain.starts_with('+')
            || plain.starts_with("00")
            || plain.starts_with("(+")
            || plain.get(..4).is_some_and(|head| head.eq_ignore_ascii_case("tel:"));
        is_marked.then(|| PhoneNumber::parse(plain).ok().map(Self::Phone)).flatten()
    }

    fn name(plain: &str, given: &str) -> Option<Self> {
        if plain.contains(char::is_whitespace) || host::scheme(plain).is_some() || plain.contains('@') {
            return None;
        }
        let host = HostName::parse(plain).ok()?;
        let is_deliberate = refang(given) != given
            || plain.starts_with("*.")
            || host::split_port(host::authority(plain)).is_ok_and(|(_, port)| port.is_some());
        if !host.as_str().contains('.') || !(is_deliberate || host.has_known_suffix()) {
            return None;
        }
        let is_domain = [host.registrable(), host.registry_domain()].contains(&Some(host.clone()));
        Some(if is_domain { Self::Domain(host) } else { Self::Host(host) })
    }
}

impl fmt::Display for Observable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Domain(host) | Self::Host(host) => host.fmt(f),
            Self::Email(email) => email.fmt(f),
            Self::Phone(phone) => phone.fmt(f),
            Self::Person(person) => person.fmt(f),
            Self::Organization(organization) => organization.fmt(f),
            Self::Ip(address) => address.fmt(f),
            Self::Netblock(block) => block.fmt(f),
            Self::AutonomousSystem(system) => system.fmt(f),
            Self::Url(url) => url.fmt(f),
            Self::Phrase(text) => f.write_str(text),
        }
    }
}
