//! WHOIS records and their contacts.

use serde::{Deserialize, Serialize};

use crate::moment::Moment;

/// A domain's registration as one source saw it at one time.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct WhoisRecord {
    /// The domain as the source wrote it, lower-cased, without a trailing dot.
    pub domain: String,
    /// When the source observed this state; not when it was fetched.
    pub observed: Option<Moment>,
    /// When the domain was registered.
    pub created: Option<Moment>,
    /// When the registration last changed.
    pub updated: Option<Moment>,
    /// When the registration runs out.
    pub expires: Option<Moment>,
    /// The registrar.
    pub registrar: Option<Registrar>,
    /// The WHOIS server that answered.
    pub whois_server: Option<String>,
    /// Name servers, lower-cased, without trailing dots, in the source's order.
    pub name_servers: Vec<String>,
    /// EPP status words without their explanatory URLs.
    pub statuses: Vec<String>,
    /// The registrant.
    pub registrant: Contact,
    /// The administrative contact.
    pub administrative: Contact,
    /// The technical contact.
    pub technical: Contact,
    /// The billing contact.
    pub billing: Contact,
    /// The zone contact.
    pub zone: Contact,
    /// The raw text, where the source gave it and it was asked for.
    pub raw_text: Option<String>,
}

impl WhoisRecord {
    /// Whether two records say the same about the registration, whenever they were observed and however their raw
    /// text was laid out. Neighbours that do are one state of a timeline.
    #[must_use]
    pub fn same_state(&self, other: &Self) -> bool {
        let state = |record: &Self| Self { observed: None, raw_text: None, ..record.clone() };
        state(self) == state(other)
    }
}

/// Who registered a domain on the owner's behalf.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Registrar {
    /// The name.
    pub name: Option<String>,
    /// The number IANA gave it.
    pub iana_id: Option<String>,
    /// Its web site.
    pub url: Option<String>,
    /// Its mailbox for complaints.
    pub abuse_email: Option<String>,
}

/// One contact of a WHOIS record. Every unknown field is `None`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Contact {
    /// A person's name, or whatever the registrant wrote there.
    pub name: Option<String>,
    /// The organisation.
    pub organization: Option<String>,
    /// Street lines, joined by `, `.
    pub street: Option<String>,
    /// The city.
    pub city: Option<String>,
    /// State or province.
    pub state: Option<String>,
    /// The postal code.
    pub postal_code: Option<String>,
    /// The country's name as the source wrote it.
    pub country: Option<String>,
    /// The two-letter country code (ISO 3166-1), upper case.
    pub country_code: Option<String>,
    /// The mailbox.
    pub email: Option<String>,
    /// The phone number as the source wrote it.
    pub phone: Option<String>,
    /// Its extension.
    pub phone_extension: Option<String>,
    /// The fax number as the source wrote it.
    pub fax: Option<String>,
    /// Its extension.
    pub fax_extension: Option<String>,
    /// A privacy or proxy service that stands in the owner's place, by the name it gives itself. What it put into the
    /// other fields is blanked out.
    pub privacy_service: Option<String>,
    /// Whether at least one field was redacted by the registry or the registrar.
    pub redacted: bool,
}
