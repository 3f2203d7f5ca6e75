//! One contact of a WHOIS record, in the words of every endpoint that has contacts.
//!
//! The services spell the same fields differently (`street` here, `street1` to `street4` there), and more than half of
//! the values say nothing about anybody. Each is judged by [`noise`](crate::noise) before it can become part of an
//! answer.

use crate::{
    noise::{Sieve, Verdict},
    provider::lenient::Node,
    record::Contact,
};

/// Reads a contact. Anything that is no object is an empty contact.
pub(super) fn read(contact: Node<'_>, judge: impl Fn(&str) -> Option<Verdict>) -> Contact {
    let mut sieve = Sieve::new(judge);
    // The organisation first: if both name a privacy service, it has the name that the service goes by.
    let organization = sieve.pass(contact.first(&["organization", "organisation"]).text());
    let name = sieve.pass(contact.get("name").text());
    if sieve.saw_a_service() {
        return sieve.verdict();
    }
    let mut field = |names: &[&str]| sieve.pass(contact.first(names).text());
    let city = field(&["city"]);
    let state = field(&["state"]);
    let postal_code = field(&["postalCode"]);
    let country = field(&["country"]);
    let country_code = field(&["countryCode"]).map(|code| code.to_ascii_uppercase());
    let email = field(&["email"]);
    let phone = field(&["telephone", "phone"]);
    let phone_extension = field(&["telephoneExt", "phoneExt"]);
    let fax = field(&["fax"]);
    let fax_extension = field(&["faxExt"]);
    let street: Vec<String> = street_lines(contact).into_iter().filter_map(|line| sieve.pass(Some(line))).collect();
    Contact {
        name,
        organization,
        street: (!street.is_empty()).then(|| street.join(", ")),
        city,
        state,
        postal_code,
        country,
        country_code: country_code.filter(|code| code.len() == 2 && code.chars().all(|c| c.is_ascii_uppercase())),
        email,
        phone,
        phone_extension,
        fax,
        fax_extension,
        ..sieve.verdict()
    }
}

/// The lines of `street` (one text with line breaks, or a list) and of `street1` to `street4`.
fn street_lines(contact: Node<'_>) -> Vec<String> {
    ["street", "street1", "street2", "street3", "street4"]
        .iter()
        .flat_map(|name| contact.get(name).items())
        .filter_map(Node::text)
        .flat_map(|text| text.lines().map(|line| line.trim().to_owned()).collect::<Vec<_>>())
        .filter(|line| !line.is_empty())
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::noise::{Confidence, NoiseKind};

    /// A judge that knows one text of each kind.
    fn judge(text: &str) -> Option<Verdict> {
        let kind = match text {
            "REDACTED" => NoiseKind::Redacted,
            "Veil Privacy, Inc." | "x1@veil.example" => NoiseKind::PrivacyService,
            "N/A" | "-" => NoiseKind::Placeholder,
            _ => return None,
        };
        Some(Verdict::by_rule(kind, "of the test", Confidence::Certain, "a rule", "a test"))
    }

    fn contact(value: &Value) -> Contact {
        read(Node::new(value), judge)
    }

    #[test]
    fn every_field_is_read() {
        let read = contact(&json!({
            "name": " Ann Example ", "organization": "Example Org", "street1": "1 Example Street", "street2": "",
            "street4": "Floor 2", "city": "Reston", "state": "VA", "postalCode": 20190, "country": "UNITED STATES",
            "countryCode": "us", "email": "ann@example.org", "telephone": 15_555_550_100_u64, "telephoneExt": "7",
            "fax": "15555550101", "faxExt": 8, "rawText": "…", "unparsable": ""
        }));
        let text = |text: &str| Some(text.to_owned());
        assert_eq!(
            read,
            Contact {
                name: text("Ann Example"),
                organization: text("Example Org"),
                street: text("1 Example Street, Floor 2"),
                city: text("Reston"),
                state: text("VA"),
                postal_code: text("20190"),
                country: text("UNITED STATES"),
                country_code: text("US"),
                email: text("ann@example.org"),
                phone: text("15555550100"),
                phone_extension: text("7"),
                fax: text("15555550101"),
                fax_extension: text("8"),
                privacy_service: None,
                redacted: false,
            }
        );
    }

    #[test]
    fn the_other_spellings_of_a_street_are_read() {
        for street in
            [json!({"street": "1 Example Street\nFloor 2"}), json!({"STREET": ["1 Example Street", "Floor 2"]})]
        {
            assert_eq!(contact(&street).street.as_deref(), Some("1 Example Street, Floor 2"), "{street}");
        }
    }

    #[test]
    fn a_redacted_field_is_blank_and_sets_the_flag() {
        let read = contact(&json!({"name": "REDACTED", "organization": "Example Org", "street": "REDACTED"}));
        assert_eq!(
            read,
            Contact { organization: Some("Example Org".to_owned()), redacted: true, ..Contact::default() }
        );
    }

    #[test]
    fn fillers_are_blank_and_set_no_flag() {
        assert_eq!(contact(&json!({"name": "N/A", "fax": "-"})), Contact::default());
    }

    #[test]
    fn a_privacy_service_takes_the_whole_contact() {
        let service = Some("Veil Privacy, Inc.".to_owned());
        for value in [
            json!({"organization": "Veil Privacy, Inc.", "name": "Ann Example", "city": "Reston", "email": "a@b.example"}),
            json!({"name": "Veil Privacy, Inc.", "telephone": "15555550100"}),
        ] {
            let expected = Contact { privacy_service: service.clone(), ..Contact::default() };
            assert_eq!(contact(&value), expected, "{value}");
        }
        let both = contact(&json!({"organization": "Veil Privacy, Inc.", "name": "REDACTED"}));
        assert_eq!(both, Contact { privacy_service: service, redacted: true, ..Contact::default() });
    }

    #[test]
    fn a_relaying_mailbox_goes_alone() {
        let read = contact(&json!({"name": "Ann Example", "email": "x1@veil.example"}));
        assert_eq!(
            read,
            Contact {
                name: Some("Ann Example".to_owned()),
                privacy_service: Some("veil.example".to_owned()),
                ..Contact::default()
            }
        );
    }

    #[test]
    fn an_odd_field_is_unknown_and_costs_no_other() {
        let read = contact(&json!({
            "name": {"first": "Ann"}, "city": null, "state": true, "email": ["a@b.example", "c@d.example"], "countryCode": "USA",
            "country": "UNITED STATES"
        }));
        assert_eq!(read, Contact { country: Some("UNITED STATES".to_owned()), ..Contact::default() });
        for value in [json!(null), json!([]), json!("text"), json!(7)] {
            assert_eq!(contact(&value), Contact::default(), "{value}");
        }
    }
}
