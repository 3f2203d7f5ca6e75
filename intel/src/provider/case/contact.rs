//! Contacts of WHOIS records, with noise taken out of them.
//!
//! A trainer writes what the record showed, markers included: noise is part of what participants have to learn. It is
//! judged by the same rules as the answer of a vendor, so a case behaves like the world does.

use super::format::{ContactLine, Text};
use crate::{
    noise::{self, NoiseKind},
    observable::EmailAddress,
    record::Contact,
};

/// Reads a contact: redaction markers and placeholders become unknown fields; a privacy service is named apart.
///
/// Whose name or organisation is a privacy service has nothing of the owner's in the other fields either: they are
/// the service's address and phone. Where only the mailbox is a service's, the other fields stay.
pub(super) fn contact(line: ContactLine) -> Contact {
    let service_of =
        |field: &Option<Text>| field.as_ref().filter(|text| is_service(&text.0)).map(|text| text.0.clone());
    if let Some(service) = service_of(&line.organization).or_else(|| service_of(&line.name)) {
        return Contact { privacy_service: Some(service), redacted: redacts(&line), ..Contact::default() };
    }
    let privacy_service = service_of(&line.email).map(|mailbox| match EmailAddress::parse(&mailbox) {
        Ok(parsed) => parsed.domain().to_string(),
        Err(_) => mailbox,
    });
    let redacted = redacts(&line);
    let signal = |field: Option<Text>| field.map(|text| text.0).filter(|text| noise::judge(text).is_none());
    Contact {
        name: signal(line.name),
        organization: signal(line.organization),
        street: signal(line.street),
        city: signal(line.city),
        state: signal(line.state),
        postal_code: signal(line.postal_code),
        country: signal(line.country),
        country_code: signal(line.country_code).map(|code| code.to_uppercase()),
        email: signal(line.email),
        phone: signal(line.phone),
        fax: signal(line.fax),
        privacy_service,
        redacted,
        ..Contact::default()
    }
}

fn is_service(text: &str) -> bool {
    noise::judge(text).is_some_and(|noise| noise.kind == NoiseKind::PrivacyService)
}

fn redacts(line: &ContactLine) -> bool {
    [
        &line.name,
        &line.organization,
        &line.street,
        &line.city,
        &line.state,
        &line.postal_code,
        &line.country,
        &line.country_code,
        &line.email,
        &line.phone,
        &line.fax,
    ]
    .into_iter()
    .flatten()
    .any(|text| noise::judge(&text.0).is_some_and(|noise| noise.kind == NoiseKind::Redacted))
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
