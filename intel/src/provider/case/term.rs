//! What a reverse WHOIS term means in a case.
//!
//! Mailboxes, numbers and names are compared as whole values in the field that is meant for them, and are indexed. The
//! other terms look at every snapshot: an address at the parts of each contact, words at the whole text, conditions at
//! the fields they name. Texts are compared without regard to case.

use crate::{
    lookup::{ContactField, ContactRole, FieldTerm, PostalAddress, ReverseWhoisTerm, WhoisDates, WhoisField},
    moment::Moment,
    observable::{EmailAddress, OrganizationName, PersonName, PhoneNumber},
    record::{Contact, WhoisRecord},
};

/// A value of a contact, in the form for comparison.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Value {
    Email(String),
    Phone(String),
    Person(String),
    Organization(String),
}

/// How a term is looked for.
#[derive(Debug)]
pub(super) enum Search<'a> {
    /// In the index.
    Value(Value),
    /// In the text of every snapshot: all of the first and none of the second, in lower case.
    Words(Vec<String>, Vec<String>),
    /// In the contacts of every snapshot.
    Address(&'a PostalAddress),
    /// In the fields of every snapshot.
    Fields(&'a [FieldTerm]),
}

impl<'a> Search<'a> {
    pub(super) fn new(term: &'a ReverseWhoisTerm) -> Self {
        match term {
            ReverseWhoisTerm::Email(email) => Self::Value(Value::Email(email.folded())),
            ReverseWhoisTerm::Phone(phone) => Self::Value(Value::Phone(phone.digits().to_owned())),
            ReverseWhoisTerm::Person(person) => Self::Value(Value::Person(person.folded())),
            ReverseWhoisTerm::Organization(organization) => Self::Value(Value::Organization(organization.folded())),
            ReverseWhoisTerm::Text(text) | ReverseWhoisTerm::PhoneSpelling(text) => {
                Self::Words(vec![folded(text)], Vec::new())
            }
            ReverseWhoisTerm::Words { include, exclude } => {
                let folded = |words: &[String]| words.iter().map(|word| folded(word)).collect();
                Self::Words(folded(include), folded(exclude))
            }
            ReverseWhoisTerm::Address(address) => Self::Address(address),
            ReverseWhoisTerm::Fields(terms) => Self::Fields(terms),
        }
    }

    /// Whether a snapshot matches; `text` is all of it in lower case.
    pub(super) fn matches(&self, record: &WhoisRecord, text: &str) -> bool {
        match self {
            Self::Value(value) => contacts(record).into_iter().flat_map(values_in).any(|held| held == *value),
            Self::Words(include, exclude) => {
                let holds = |word: &String| text.contains(word.as_str());
                include.iter().all(holds) && !exclude.iter().any(holds)
            }
            Self::Address(address) => contacts(record).into_iter().any(|contact| at_address(contact, address)),
            Self::Fields(terms) => terms.iter().all(|term| field_matches(record, term)),
        }
    }
}

/// Whether a snapshot's dates are within limits. A date that is not known is within no limits.
pub(super) fn dated(record: &WhoisRecord, dates: &WhoisDates) -> bool {
    let WhoisDates { created, updated, expires } = dates;
    let within = |date: Option<Moment>, range: &crate::lookup::DateRange| {
        range.is_open() || date.is_some_and(|date| range.contains(date.day()))
    };
    within(record.created, created) && within(record.updated, updated) && within(record.expires, expires)
}

fn at_address(contact: &Contact, wanted: &PostalAddress) -> bool {
    let holds = |field: &Option<String>, wanted: &Option<String>| {
        wanted
            .as_deref()
            .is_none_or(|wanted| field.as_deref().is_some_and(|field| folded(field).contains(&folded(wanted))))
    };
    holds(&contact.street, &wanted.street)
        && holds(&contact.city, &wanted.city)
        && holds(&contact.postal_code, &wanted.postal_code)
        && holds(&contact.country, &wanted.country)
}

fn field_matches(record: &WhoisRecord, term: &FieldTerm) -> bool {
    let wanted = folded(&term.text);
    let fits = |text: &str| {
        let text = folded(text);
        if term.exact { text == wanted } else { text.contains(&wanted) }
    };
    let found = match term.field {
        WhoisField::DomainName => fits(&record.domain),
        WhoisField::NameServers => record.name_servers.iter().any(|server| fits(server)),
        WhoisField::WhoisServer => record.whois_server.as_deref().is_some_and(fits),
        WhoisField::Status => record.statuses.iter().any(|status| fits(status)),
        WhoisField::RegistrarName => {
            record.registrar.as_ref().and_then(|registrar| registrar.name.as_deref()).is_some_and(fits)
        }
        WhoisField::Email => contacts(record).into_iter().filter_map(|contact| contact.email.as_deref()).any(fits),
        WhoisField::Contact(role, field) => contact_field(contact_of(record, role), field).is_some_and(fits),
    };
    found != term.exclude
}

fn contact_of(record: &WhoisRecord, role: ContactRole) -> &Contact {
    match role {
        ContactRole::Registrant => &record.registrant,
        ContactRole::Administrative => &record.administrative,
        ContactRole::Billing => &record.billing,
        ContactRole::Technical => &record.technical,
    }
}

fn contact_field(contact: &Contact, field: ContactField) -> Option<&str> {
    match field {
        ContactField::City => &contact.city,
        ContactField::Country => &contact.country,
        ContactField::Email => &contact.email,
        ContactField::Fax => &contact.fax,
        ContactField::FaxExtension => &contact.fax_extension,
        ContactField::Name => &contact.name,
        ContactField::Organization => &contact.organization,
        ContactField::PostalCode => &contact.postal_code,
        ContactField::State => &contact.state,
        ContactField::StreetAddress => &contact.street,
        ContactField::Telephone => &contact.phone,
        ContactField::TelephoneExtension => &contact.phone_extension,
    }
    .as_deref()
}

pub(super) fn contacts(record: &WhoisRecord) -> [&Contact; 5] {
    [&record.registrant, &record.administrative, &record.technical, &record.billing, &record.zone]
}

/// What a contact can be found by. A field that cannot be read as what it should be is only found by its text.
pub(super) fn values_in(contact: &Contact) -> impl Iterator<Item = Value> {
    let email = contact.email.as_deref().and_then(|text| EmailAddress::parse(text).ok());
    let phone = contact.phone.as_deref().and_then(|text| PhoneNumber::parse(text).ok());
    let person = contact.name.as_deref().and_then(|text| PersonName::parse(text).ok());
    let organization = contact.organization.as_deref().and_then(|text| OrganizationName::parse(text).ok());
    [
        email.map(|email| Value::Email(email.folded())),
        phone.map(|phone| Value::Phone(phone.digits().to_owned())),
        person.map(|person| Value::Person(person.folded())),
        organization.map(|organization| Value::Organization(organization.folded())),
    ]
    .into_iter()
    .flatten()
}

fn folded(text: &str) -> String {
    text.trim().to_lowercase()
}
