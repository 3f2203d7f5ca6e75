//! What a reverse WHOIS lookup looks for.
//!
//! Most questions name one thing that somebody clicked: a mailbox, a number, a name. These are terms of their own, since
//! each source knows best where it keeps such a thing and in which spelling. The others say for themselves which field
//! must or must not hold which text, or which words must or must not occur anywhere.

use std::fmt;

use jiff::civil::Date;

use crate::observable::{EmailAddress, HostName, OrganizationName, PersonName, PhoneNumber};

/// What a reverse WHOIS lookup looks for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum ReverseWhoisTerm {
    /// A mailbox, in any contact, compared exactly.
    Email(EmailAddress),
    /// A phone number, in any spelling.
    Phone(PhoneNumber),
    /// A phone number in one spelling, literally: what a source makes of [`ReverseWhoisTerm::Phone`] when it has to be
    /// asked for each spelling by itself.
    PhoneSpelling(String),
    /// A person's name.
    Person(PersonName),
    /// An organisation's name.
    Organization(OrganizationName),
    /// A postal address: a street, a city or both.
    Address(PostalAddress),
    /// Any text in any field.
    Text(String),
    /// Words in any field: all of the first list and none of the second.
    Words {
        /// What the record must hold.
        include: Vec<String>,
        /// What it must not hold.
        exclude: Vec<String>,
    },
    /// Conditions on single fields, all of which must hold.
    Fields(Vec<FieldTerm>),
}

/// A postal address to look for. At least one part says something.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct PostalAddress {
    /// Street and number.
    pub street: Option<String>,
    /// The city.
    pub city: Option<String>,
    /// The postal code.
    pub postal_code: Option<String>,
    /// The country's English name.
    pub country: Option<String>,
}

/// A condition on one field of a WHOIS record.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct FieldTerm {
    /// The field.
    pub field: WhoisField,
    /// What to look for in it.
    pub text: String,
    /// Whether the whole field has to be this text, rather than hold it.
    pub exact: bool,
    /// Whether records that match are left out, rather than found.
    pub exclude: bool,
}

/// A field of a WHOIS record that can be searched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum WhoisField {
    /// The domain itself.
    DomainName,
    /// Its name servers.
    NameServers,
    /// The WHOIS server that answered.
    WhoisServer,
    /// The status words.
    Status,
    /// The registrar's name.
    RegistrarName,
    /// The mailbox of any contact.
    Email,
    /// A field of one contact.
    Contact(ContactRole, ContactField),
}

/// The part that a contact plays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ContactRole {
    /// The owner.
    Registrant,
    /// The administrative contact.
    Administrative,
    /// The billing contact.
    Billing,
    /// The technical contact.
    Technical,
}

/// A field of a contact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "each is the field of that name")]
pub enum ContactField {
    City,
    Country,
    Email,
    Fax,
    FaxExtension,
    Name,
    Organization,
    PostalCode,
    State,
    StreetAddress,
    Telephone,
    TelephoneExtension,
}

/// Which WHOIS records a reverse lookup searches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Scope {
    /// Only what is registered now.
    Current,
    /// Now or at any time before.
    Historic,
}

/// Limits on the dates of the records that a reverse lookup searches; without any, all are searched.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct WhoisDates {
    /// When the domain was registered.
    pub created: DateRange,
    /// When the registration last changed.
    pub updated: DateRange,
    /// When the registration runs out.
    pub expires: DateRange,
}

/// From one day to another, both included; an open end is no limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct DateRange {
    /// The first day.
    pub from: Option<Date>,
    /// The last day.
    pub to: Option<Date>,
}

impl DateRange {
    /// Whether a day lies within.
    #[must_use]
    pub fn contains(&self, day: Date) -> bool {
        self.from.is_none_or(|from| from <= day) && self.to.is_none_or(|to| day <= to)
    }

    /// Whether it limits nothing.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.from.is_none() && self.to.is_none()
    }
}

/// `2019-10-28..2021-05-12`, an open end left out.
impl fmt::Display for DateRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let day = |day: Option<Date>| day.map(|day| day.to_string()).unwrap_or_default();
        write!(f, "{}..{}", day(self.from), day(self.to))
    }
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

impl PostalAddress {
    /// The parts that say something, in the order in which an address is written.
    pub fn parts(&self) -> impl Iterator<Item = &str> {
        [&self.street, &self.postal_code, &self.city, &self.country].into_iter().flatten().map(String::as_str)
    }
}

/// The parts joined by commas.
impl fmt::Display for PostalAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.parts().collect::<Vec<_>>().join(", "))
    }
}

impl WhoisField {
    /// The name that documentation and messages use, for example `RegistrantContact.Telephone`: the vendor's own names,
    /// which people find in its manual.
    #[must_use]
    pub fn name(self) -> String {
        match self {
            Self::DomainName => "DomainName".to_owned(),
            Self::NameServers => "NameServers".to_owned(),
            Self::WhoisServer => "WhoisServer".to_owned(),
            Self::Status => "Status".to_owned(),
            Self::RegistrarName => "RegistrarName".to_owned(),
            Self::Email => "Email".to_owned(),
            Self::Contact(role, field) => format!("{}.{field:?}", role.name()),
        }
    }
}

impl ContactRole {
    /// Every role.
    pub const ALL: [Self; 4] = [Self::Registrant, Self::Administrative, Self::Billing, Self::Technical];

    const fn name(self) -> &'static str {
        match self {
            Self::Registrant => "RegistrantContact",
            Self::Administrative => "AdminContact",
            Self::Billing => "BillingContact",
            Self::Technical => "TechContact",
        }
    }
}

impl ReverseWhoisTerm {
    /// What is looked for, in the spelling that is shown to people.
    #[must_use]
    pub fn as_text(&self) -> String {
        match self {
            Self::Email(email) => email.as_str().to_owned(),
            Self::Phone(phone) => phone.as_str().to_owned(),
            Self::Person(person) => person.as_str().to_owned(),
            Self::Organization(organization) => organization.as_str().to_owned(),
            Self::Address(address) => address.to_string(),
            Self::PhoneSpelling(text) | Self::Text(text) => text.clone(),
            Self::Words { include, exclude } => {
                let without = exclude.iter().map(|word| format!("-{word}"));
                include.iter().cloned().chain(without).collect::<Vec<_>>().join(" ")
            }
            Self::Fields(terms) => terms.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "),
        }
    }

    /// The kind of term and the text it is compared by: equal for terms that mean the same.
    pub(super) fn key(&self) -> (&'static str, String) {
        let folded = |text: &str| text.trim().to_lowercase();
        let sorted = |words: &[String]| {
            let mut words: Vec<String> = words.iter().map(|word| folded(word)).collect();
            words.sort_unstable();
            words.dedup();
            words
        };
        match self {
            Self::Email(email) => ("email", email.folded()),
            Self::Phone(phone) => ("phone", phone.digits().to_owned()),
            Self::PhoneSpelling(text) => ("phone-spelling", text.clone()),
            Self::Person(person) => ("person", person.folded()),
            Self::Organization(organization) => ("organization", organization.folded()),
            Self::Address(address) => {
                let PostalAddress { street, city, postal_code, country } = address;
                let parts = [street, city, postal_code, country].map(|part| part.as_deref().map(folded));
                ("address", format!("{parts:?}"))
            }
            Self::Text(text) => ("text", folded(text)),
            Self::Words { include, exclude } => {
                ("words", format!("{:?} without {:?}", sorted(include), sorted(exclude)))
            }
            Self::Fields(terms) => {
                let mut terms: Vec<String> = terms.iter().map(|term| folded(&term.to_string())).collect();
                terms.sort_unstable();
                ("fields", format!("{terms:?}"))
            }
        }
    }

    /// The host name whose owner would be told by the question, if there is one.
    pub(super) fn host(&self) -> Option<&HostName> {
        match self {
            Self::Email(email) => Some(email.domain()),
            _ => None,
        }
    }
}

/// `RegistrantContact.City = "Port Marlow"`; `~` for a field that holds the text, with a `!` before it for a field that
/// must not.
impl fmt::Display for FieldTerm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let not = if self.exclude { "!" } else { "" };
        let sign = if self.exact { "=" } else { "~" };
        write!(f, "{} {not}{sign} {:?}", self.field.name(), self.text)
    }
}
