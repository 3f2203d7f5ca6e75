//! Contact cards: jCard (RFC 7095) and JSContact (RFC 9553).
//!
//! Hardly two registries fill a card alike. An organisation is a text or a list, a number is a text or an address of the
//! `tel` scheme with the extension at its end, a postal address has seven parts, one label, or both with the parts blank,
//! and any value may be null. So a card is brought into the form that it should have before the library reads it, and an
//! odd property costs that property only.

use icann_rdap_common::{
    contact::{Contact as Card, PostalAddress},
    response::Entity,
};
use serde_json::{Value, json};

use crate::{noise, noise::Sieve, provider::lenient::Node, record::Contact, record::NetworkContact};

/// The properties whose values have parts that mean something by their place.
const STRUCTURED: [&str; 2] = ["adr", "n"];

/// The card of an entity.
#[derive(Debug)]
pub(super) struct Found(Card);

/// Reads the card of an entity, of whichever kind it is.
pub(super) fn read(entity: Node<'_>) -> Option<Found> {
    let jcard = entity.get("vcardArray").rows().and_then(|rows| Card::from_vcard(&tidy(rows)));
    let card = jcard.or_else(|| {
        let card = entity.get("jscontact_card").value();
        let alone = json!({"objectClassName": "entity", "jscontact_card": card});
        serde_json::from_value::<Entity>(alone).ok()?.contact()
    });
    card.map(Found)
}

/// The card with every value in its usual form.
fn tidy(rows: &[Value]) -> Vec<Value> {
    let mut rows = rows.to_vec();
    if let Some(Value::Array(properties)) = rows.get_mut(1) {
        for property in properties {
            if let Value::Array(parts) = property {
                tidy_property(parts);
            }
        }
    }
    rows
}

fn tidy_property(parts: &mut Vec<Value>) {
    let name = parts.first().and_then(Value::as_str).unwrap_or_default().to_ascii_lowercase();
    let values: Vec<Value> = parts.drain(3.min(parts.len())..).collect();
    if STRUCTURED.contains(&name.as_str()) {
        parts.extend(values.into_iter().map(structured));
        return;
    }
    // Several values are one property's (RFC 7095 §3.3.1.3); the first of them is the name or the number.
    let separator = if name == "org" { ", " } else { "\n" };
    let texts: Vec<String> = values.iter().flat_map(|value| Node::new(value).items().filter_map(Node::text)).collect();
    let whole = if name == "org" { texts.join(separator) } else { texts.into_iter().next().unwrap_or_default() };
    if !whole.is_empty() {
        parts.push(Value::String(whole));
    }
}

/// Seven parts, each a text or a list of texts. Blank ones stay, since their place counts.
fn structured(value: Value) -> Value {
    match value {
        Value::Array(parts) => Value::Array(
            parts
                .iter()
                .map(|part| match part {
                    Value::Array(lines) => Value::Array(
                        lines.iter().filter_map(|line| Node::new(line).text().map(Value::String)).collect(),
                    ),
                    part => Value::String(Node::new(part).text().unwrap_or_default()),
                })
                .collect(),
        ),
        other => other,
    }
}

impl Found {
    fn is_organization(&self) -> bool {
        self.0.kind().is_some_and(|kind| ["org", "organization"].iter().any(|word| kind.eq_ignore_ascii_case(word)))
    }

    /// Whether the card is a person's, by what it says itself.
    fn is_person(&self) -> bool {
        self.0.kind().is_some_and(|kind| kind.eq_ignore_ascii_case("individual"))
    }

    /// The formatted name.
    pub(super) fn name(&self) -> Option<String> {
        stated(self.0.full_name())
    }

    /// The organisation: a property of its own, or the name of a card that is an organisation's.
    pub(super) fn organization(&self) -> Option<String> {
        let property = self.0.organization_names().iter().find_map(|name| stated(Some(name)));
        property.or_else(|| self.name().filter(|_| self.is_organization()))
    }

    /// The person's name, or whatever stands in its place.
    fn person(&self) -> Option<String> {
        let organization = self.organization();
        self.name().filter(|name| !(self.is_organization() && organization.as_deref() == Some(name)))
    }

    /// Its mailboxes.
    pub(super) fn emails(&self) -> Vec<String> {
        self.0.emails().iter().filter_map(|email| stated(Some(email.email()))).map(without_scheme).collect()
    }

    /// Where it can be written to instead of a mailbox.
    pub(super) fn contact_uri(&self) -> Option<String> {
        self.0.contact_uris().iter().find_map(|uri| stated(Some(uri)))
    }

    /// Its web site.
    pub(super) fn url(&self) -> Option<String> {
        self.0.urls().iter().find_map(|url| stated(Some(url)))
    }

    /// Number and extension of the phone, or of the fax.
    fn number(&self, is_fax: bool) -> (Option<String>, Option<String>) {
        let has_fax = |features: &[String]| features.iter().any(|feature| feature.eq_ignore_ascii_case("fax"));
        let phone = self.0.phones().iter().find(|phone| has_fax(phone.features()) == is_fax);
        let Some(text) = phone.and_then(|phone| stated(Some(phone.phone()))) else { return (None, None) };
        let text = without_scheme(text);
        let mut parts = text.split(';');
        let number = stated(parts.next());
        let extension = parts.find_map(|part| part.strip_prefix("ext=")).and_then(|text| stated(Some(text)));
        (number, extension)
    }

    fn address(&self) -> Option<&PostalAddress> {
        self.0.postal_addresses().first()
    }

    /// As a contact of a domain, without what says nothing about anybody.
    pub(super) fn contact(&self) -> Contact {
        let mut sieve = Sieve::new(noise::judge);
        // The organisation first: if both name a privacy service, it has the name that the service goes by.
        let organization = sieve.pass(self.organization());
        let name = sieve.pass(self.person());
        if sieve.saw_a_service() {
            return sieve.verdict();
        }
        let place = Place::of(self.address());
        let (phone, phone_extension) = self.number(false);
        let (fax, fax_extension) = self.number(true);
        let phone = sieve.pass(phone);
        let fax = sieve.pass(fax);
        let lines: Vec<String> = place.lines.into_iter().filter_map(|line| sieve.pass(Some(line))).collect();
        Contact {
            name,
            organization,
            street: (!lines.is_empty()).then(|| lines.join(", ")),
            city: sieve.pass(place.city),
            state: sieve.pass(place.state),
            postal_code: sieve.pass(place.postal_code),
            country: sieve.pass(place.country),
            country_code: place.country_code,
            email: sieve.pass(self.emails().into_iter().next()),
            phone_extension: phone_extension.filter(|_| phone.is_some()),
            phone,
            fax_extension: fax_extension.filter(|_| fax.is_some()),
            fax,
            ..sieve.verdict()
        }
    }

    /// As a contact of a network.
    pub(super) fn network_contact(&self, handle: Option<String>) -> NetworkContact {
        let place = Place::of(self.address());
        let name = self.name().or_else(|| self.organization());
        NetworkContact {
            handle,
            role: name.clone().filter(|_| !self.is_person()),
            name,
            emails: self.emails(),
            phone: self.number(false).0,
            address: place.lines,
            city: place.city,
            postal_code: place.postal_code,
            country_code: place.country_code,
        }
    }
}

/// A postal address.
#[derive(Debug, Default)]
struct Place {
    lines: Vec<String>,
    city: Option<String>,
    state: Option<String>,
    postal_code: Option<String>,
    country: Option<String>,
    country_code: Option<String>,
}

impl Place {
    fn of(address: Option<&PostalAddress>) -> Self {
        let Some(address) = address else { return Self::default() };
        let texts = |list: Option<&Vec<String>>| -> Vec<String> {
            list.into_iter().flatten().flat_map(|text| text.lines()).filter_map(|line| stated(Some(line))).collect()
        };
        let mut lines = texts(address.street_parts.as_ref());
        let country = stated(address.country_name.as_deref());
        let code_of = |text: &str| {
            let is_code = text.len() == 2 && text.chars().all(|c| c.is_ascii_alphabetic());
            is_code.then(|| text.to_ascii_uppercase())
        };
        let country_code = address.country_code.as_deref().map(str::trim).and_then(code_of);
        let place = Self {
            city: stated(address.locality.as_deref()),
            state: stated(address.region_name.as_deref()).or_else(|| stated(address.region_code.as_deref())),
            postal_code: stated(address.postal_code.as_deref()),
            country_code: country_code.or_else(|| country.as_deref().and_then(code_of)),
            country: country.filter(|country| code_of(country).is_none()),
            lines: Vec::new(),
        };
        // Nobody can tell which line of a label is the city.
        if lines.is_empty() && place.city.is_none() {
            lines = texts(address.full_address.clone().map(|label| vec![label.replace("\\n", "\n")]).as_ref());
        }
        Self { lines, ..place }
    }
}

fn stated(text: Option<&str>) -> Option<String> {
    text.map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned)
}

/// A value without `tel:` or `mailto:` before it.
fn without_scheme(text: String) -> String {
    for scheme in ["tel:", "mailto:"] {
        if text.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme)) {
            return text.get(scheme.len()..).unwrap_or_default().to_owned();
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn card(properties: &Value) -> Found {
        read(Node::new(&json!({"vcardArray": ["vcard", properties]}))).unwrap()
    }

    fn text(text: &str) -> Option<String> {
        Some(text.to_owned())
    }

    #[test]
    fn a_card_as_it_should_be_is_read_whole() {
        let found = card(&json!([
            ["version", {}, "text", "4.0"],
            ["fn", {}, "text", "Dara Velani"],
            ["org", {"type": "work"}, "text", "Tala Trading"],
            ["adr", {"cc": "zz"}, "text", ["", "Floor 2", "1 Quay Street", "Port Marlow", "North Shore", "1000", ""]],
            ["tel", {"type": "voice"}, "uri", "tel:+1.5555550142;ext=7"],
            ["tel", {"type": ["work", "fax"]}, "text", "+1.5555550143"],
            ["email", {}, "text", "dara@tala.example"]
        ]));
        assert_eq!(
            found.contact(),
            Contact {
                name: text("Dara Velani"),
                organization: text("Tala Trading"),
                street: text("Floor 2, 1 Quay Street"),
                city: text("Port Marlow"),
                state: text("North Shore"),
                postal_code: text("1000"),
                country_code: text("ZZ"),
                email: text("dara@tala.example"),
                phone: text("+1.5555550142"),
                phone_extension: text("7"),
                fax: text("+1.5555550143"),
                ..Contact::default()
            }
        );
    }

    #[test]
    fn odd_values_are_brought_into_form() {
        let found = card(&json!([
            ["fn", {}, "text", ["Tala Trading"]],
            ["kind", {}, "text", "Org"],
            ["org", {}, "text", ["Tala Trading", "Domains"]],
            ["adr", {"label": "1 Quay Street\\nPort Marlow"}, "text", ["", "", null, "", "", 1000, "ZZ"]],
            ["tel", {}, "text", 15_555_550_142_u64],
            ["email", {}, "text", "mailto:desk@tala.example", "second@tala.example"],
            "garbage", [], ["title"], [7, {}, "text", "x"], ["note", {}, "text", {"a": 1}]
        ]));
        let contact = found.contact();
        assert_eq!(contact.organization, text("Tala Trading, Domains"));
        assert_eq!((contact.name, contact.phone), (text("Tala Trading"), text("15555550142")));
        assert_eq!((contact.email, contact.postal_code), (text("desk@tala.example"), text("1000")));
        assert_eq!((contact.street, contact.country_code), (text("1 Quay Street, Port Marlow"), text("ZZ")));
    }

    #[test]
    fn the_name_of_an_organisations_card_is_its_organisation() {
        let found = card(&json!([["fn", {}, "text", "Tala Trading"], ["kind", {}, "text", "org"]]));
        let contact = found.contact();
        assert_eq!((contact.name, contact.organization), (None, text("Tala Trading")));
        let found = card(&json!([["fn", {}, "text", "Dara Velani"], ["kind", {}, "text", "individual"]]));
        assert_eq!(found.network_contact(None).role, None);
        let found = card(&json!([["fn", {}, "text", "Abuse Desk"], ["kind", {}, "text", "group"]]));
        assert_eq!(found.network_contact(text("AD-1")).role, text("Abuse Desk"));
    }

    #[test]
    fn markers_and_services_are_taken_out() {
        let found = card(&json!([
            ["fn", {}, "text", "REDACTED FOR PRIVACY"],
            ["email", {}, "text", ""],
            ["tel", {}, "uri", "tel:"],
            ["adr", {}, "text", ["", "", "REDACTED FOR PRIVACY", "Port Marlow", "", "", ""]]
        ]));
        assert_eq!(found.contact(), Contact { city: text("Port Marlow"), redacted: true, ..Contact::default() });
    }

    #[test]
    fn a_jscontact_card_is_read_where_there_is_no_other() {
        let entity = json!({"jscontact_card": {
            "@type": "Card", "version": "1.0", "name": {"full": "Dara Velani"},
            "emails": {"email": {"address": "dara@tala.example"}}
        }});
        let contact = read(Node::new(&entity)).unwrap().contact();
        assert_eq!((contact.name, contact.email), (text("Dara Velani"), text("dara@tala.example")));
        for entity in [json!({}), json!({"vcardArray": "x"}), json!({"vcardArray": ["vcard"]}), json!(null)] {
            assert!(read(Node::new(&entity)).is_none(), "{entity}");
        }
    }
}
