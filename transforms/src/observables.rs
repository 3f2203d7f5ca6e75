//! From the entity that was clicked to the observable that is asked about.
//!
//! The value is what people see and type, so it comes first; some types keep their value in parts, and a client may send
//! only those.

use intel::observable::{EmailAddress, HostName, ObservableError, OrganizationName, PersonName, PhoneNumber};
use maltego::Input;

/// The value, or the first of these properties that is not blank.
fn text<'a>(input: &'a Input, properties: &[&str]) -> &'a str {
    std::iter::once(input.value.as_str())
        .chain(properties.iter().filter_map(|name| input.property(name)))
        .map(str::trim)
        .find(|text| !text.is_empty())
        .unwrap_or_default()
}

/// The host name of a Domain, DNSName, Website, name server or mail server.
pub(crate) fn host(input: &Input) -> Result<HostName, ObservableError> {
    HostName::parse(text(input, &["fqdn"]))
}

/// The mailbox of an EmailAddress.
pub(crate) fn email(input: &Input) -> Result<EmailAddress, ObservableError> {
    EmailAddress::parse(text(input, &["email"]))
}

/// The number of a PhoneNumber, also from its parts.
pub(crate) fn phone(input: &Input) -> Result<PhoneNumber, ObservableError> {
    let parts = ["countrycode", "citycode", "areacode", "lastnumbers"]
        .map(|part| input.property(&format!("phonenumber.{part}")).unwrap_or_default().trim());
    match text(input, &["phonenumber"]) {
        "" => PhoneNumber::parse(&parts.join(" ")),
        whole => PhoneNumber::parse(whole),
    }
}

/// The name of a Person, also from its parts.
pub(crate) fn person(input: &Input) -> Result<PersonName, ObservableError> {
    let parts = ["person.firstnames", "person.lastname"].map(|part| input.property(part).unwrap_or_default().trim());
    match text(input, &["person.fullname"]) {
        "" => PersonName::parse(&parts.join(" ")),
        whole => PersonName::parse(whole),
    }
}

/// The name of an Organization or Company.
pub(crate) fn organization(input: &Input) -> Result<OrganizationName, ObservableError> {
    OrganizationName::parse(text(input, &["title"]))
}
