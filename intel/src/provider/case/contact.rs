//! Contacts of WHOIS records, with noise taken out of them.
//!
//! A trainer writes what the record showed, markers included: noise is part of what participants have to learn. It is
//! judged by the same rules as the answer of a vendor, so a case behaves like the world does.

use super::{fields::Text, format::ContactLine};
use crate::{
    noise::{self, Sieve},
    record::Contact,
};

/// Reads a contact.
pub(super) fn contact(line: ContactLine) -> Contact {
    let mut sieve = Sieve::new(noise::judge);
    let mut field = |field: Option<Text>| sieve.pass(field.map(|text| text.0));
    // The organisation first: if both name a privacy service, it has the name that the service goes by.
    let organization = field(line.organization);
    let name = field(line.name);
    if sieve.saw_a_service() {
        return sieve.verdict();
    }
    let mut field = |field: Option<Text>| sieve.pass(field.map(|text| text.0));
    let contact = Contact {
        name,
        organization,
        street: field(line.street),
        city: field(line.city),
        state: field(line.state),
        postal_code: field(line.postal_code),
        country: field(line.country),
        country_code: field(line.country_code).map(|code| code.to_uppercase()),
        email: field(line.email),
        phone: field(line.phone),
        fax: field(line.fax),
        ..Contact::default()
    };
    let Contact { privacy_service, redacted, .. } = sieve.verdict();
    Contact { privacy_service, redacted, ..contact }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Option<Text> {
        Some(Text(text.to_owned()))
    }

    #[test]
    fn a_marker_becomes_an_unknown_field_and_the_rest_stays() {
        let line =
            ContactLine { name: text("REDACTED FOR PRIVACY"), city: text("Port Marlow"), ..ContactLine::default() };
        let contact = contact(line);
        assert_eq!(contact.name, None);
        assert_eq!(contact.city.as_deref(), Some("Port Marlow"));
        assert!(contact.redacted);
    }

    #[test]
    fn a_contact_without_markers_is_kept_as_written() {
        let line = ContactLine { name: text("Dara Velani"), country_code: text("zz"), ..ContactLine::default() };
        let expected =
            Contact { name: Some("Dara Velani".to_owned()), country_code: Some("ZZ".to_owned()), ..Contact::default() };
        assert_eq!(contact(line), expected);
    }
}
