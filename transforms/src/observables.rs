//! From the entity that was clicked to the observable that is asked about.
//!
//! The value is what people see and type, so it comes first; some types keep their value in parts, and a client may send
//! only those.

use std::net::IpAddr;

use intel::{
    lookup::{HostOrAddress, Indicator, NetworkSubject, PostalAddress},
    observable::{
        AutonomousSystem, EmailAddress, HostName, Netblock, Observable, ObservableError, OrganizationName, PersonName,
        PhoneNumber, parse_address,
    },
};
use maltego::{Input, entity_types};
use url::Url;

use crate::error::RunError;

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

/// The address of an IPv4Address or IPv6Address.
pub(crate) fn ip_address(input: &Input) -> Result<IpAddr, ObservableError> {
    parse_address(text(input, &["ipv4-address", "ipv6-address"]))
}

/// The text of a Phrase or an Alias.
pub(crate) fn phrase(input: &Input) -> Result<String, RunError> {
    let phrase = text(input, &["text", "alias"]).split_whitespace().collect::<Vec<_>>().join(" ");
    match phrase.chars().filter(|c| c.is_alphanumeric()).nth(1) {
        Some(_) => Ok(phrase),
        None => Err(RunError::Unusable {
            reason: "it has fewer than two letters or digits, which stand in every record".to_owned(),
        }),
    }
}

/// The postal address of a Location. Its name is put together by the client, so the parts come first; of a name without
/// parts, the last part is the country and the one before it the city.
pub(crate) fn address(input: &Input) -> Result<PostalAddress, RunError> {
    let part = |name| input.property(name).map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned);
    let mut address = PostalAddress {
        street: part("streetaddress"),
        city: part("city"),
        postal_code: part("location.areacode"),
        country: part("country"),
    };
    if address == PostalAddress::default() {
        let mut parts: Vec<String> = text(input, &["location.name"])
            .split(',')
            .map(str::trim)
            .filter(|part| !part.is_empty())
            .map(str::to_owned)
            .collect();
        address.country = if parts.len() > 1 { parts.pop() } else { None };
        address.city = parts.pop();
        address.street = (!parts.is_empty()).then(|| parts.join(", "));
    }
    if address.street.is_none() && address.city.is_none() && address.postal_code.is_none() {
        let reason = "it names no street, city or postal code, and a country alone matches millions of domains";
        return Err(RunError::Unusable { reason: reason.to_owned() });
    }
    Ok(address)
}

/// The network of a Netblock or CIDR.
pub(crate) fn netblock(input: &Input) -> Result<Netblock, ObservableError> {
    Netblock::parse(text(input, &["ipv4-range", "cidr"]))
}

/// What networks are looked up by: an AS, a network or an address, by the entity's type. Where that is not known, what
/// looks like a network is one.
pub(crate) fn network(input: &Input) -> Result<NetworkSubject, ObservableError> {
    if input.is_a(&entity_types::AS) {
        return autonomous_system(input).map(NetworkSubject::AutonomousSystem);
    }
    let is_network = input.is_a(&entity_types::NETBLOCK) || input.is_a(&entity_types::CIDR);
    match netblock(input) {
        Ok(block) => Ok(NetworkSubject::Netblock(block)),
        Err(error) if is_network => Err(error),
        Err(_) => ip_address(input).map(NetworkSubject::Address),
    }
}

/// The number of an AS.
pub(crate) fn autonomous_system(input: &Input) -> Result<AutonomousSystem, ObservableError> {
    AutonomousSystem::parse(text(input, &["as.number"]))
}

/// The address of an IPv4Address or IPv6Address, the name of anything else.
pub(crate) fn host_or_address(input: &Input) -> Result<HostOrAddress, ObservableError> {
    match is_address(input) {
        true => ip_address(input).map(HostOrAddress::Address),
        false => host(input).map(HostOrAddress::Host),
    }
}

/// What threat intelligence is looked up by.
pub(crate) fn indicator(input: &Input) -> Result<Indicator, ObservableError> {
    if input.is_a(&entity_types::URL) {
        return url(input).map(Indicator::Url);
    }
    if input.is_a(&entity_types::HASH) {
        return hash(input).map(Indicator::Hash);
    }
    if input.is_a(&entity_types::NETBLOCK) || input.is_a(&entity_types::CIDR) {
        return netblock(input).map(Indicator::Netblock);
    }
    match is_address(input) {
        true => ip_address(input).map(Indicator::Address),
        false => host(input).map(Indicator::Host),
    }
}

fn is_address(input: &Input) -> bool {
    input.is_a(&entity_types::IPV4_ADDRESS) || input.is_a(&entity_types::IPV6_ADDRESS)
}

/// The web address of a URL. The value that people see may be its title, so the property comes first.
pub(crate) fn url(input: &Input) -> Result<Url, ObservableError> {
    let text = input.property("url").map(str::trim).filter(|text| !text.is_empty()).unwrap_or(input.value.trim());
    match Observable::guess(text) {
        Observable::Url(url) => Ok(url),
        _ => Err(unreadable(text, "a web address", "it does not begin with a scheme such as https://")),
    }
}

/// The digits of a Hash: those of an MD5, SHA-1 or SHA-2 digest (RFC 1321, RFC 6234), in small letters.
pub(crate) fn hash(input: &Input) -> Result<String, ObservableError> {
    let text = text(input, &["properties.hash"]);
    if !text.bytes().all(|octet| octet.is_ascii_hexdigit()) {
        return Err(unreadable(text, "a digest", "it has characters that are no hexadecimal digits"));
    }
    match text.len() {
        32 | 40 | 56 | 64 | 96 | 128 => Ok(text.to_ascii_lowercase()),
        _ => Err(unreadable(text, "a digest", "it is not as long as an MD5, SHA-1 or SHA-2 digest")),
    }
}

fn unreadable(text: &str, expected: &'static str, reason: &'static str) -> ObservableError {
    let text = text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).take(80).collect();
    ObservableError { text, expected, reason }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_read_from_its_parts_or_from_its_name() {
        let place = |value: &str, parts: &[(&str, &str)]| {
            let mut input = Input::new(&entity_types::LOCATION, value.to_owned());
            for (name, text) in parts {
                input.put(*name, *text);
            }
            address(&input).map(|address| (address.street, address.city, address.country))
        };
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(
            place("Port Marlow", &[("city", "Port Marlow"), ("streetaddress", "14 Lantern Row"), ("country", " ")]),
            Ok((some("14 Lantern Row"), some("Port Marlow"), None))
        );
        assert_eq!(
            place("14 Lantern Row, Port Marlow, Northmark", &[]),
            Ok((some("14 Lantern Row"), some("Port Marlow"), some("Northmark")))
        );
        assert_eq!(place("Port Marlow", &[]), Ok((None, some("Port Marlow"), None)));
        assert!(place("", &[("country", "Northmark")]).is_err());
        assert!(place(" , ", &[]).is_err());
    }

    #[test]
    fn a_phrase_says_something() {
        let phrase = |text: &str| phrase(&Input::new(&entity_types::PHRASE, text.to_owned()));
        assert_eq!(phrase("  Harbour \n Lights "), Ok("Harbour Lights".to_owned()));
        assert!(phrase("x").is_err());
        assert!(phrase("- !").is_err());
    }

    #[test]
    fn networks_are_read_by_the_type_of_the_entity() {
        let read = |entity_type, value: &str| {
            network(&Input::new(entity_type, value)).map(|subject| match subject {
                NetworkSubject::Address(address) => format!("address {address}"),
                NetworkSubject::Netblock(block) => format!("network {block}"),
                NetworkSubject::AutonomousSystem(system) => system.to_string(),
                NetworkSubject::Organization(organization) => organization.to_string(),
            })
        };
        assert_eq!(read(&entity_types::IPV4_ADDRESS, "192.0.2.1").unwrap(), "address 192.0.2.1");
        assert_eq!(read(&entity_types::IPV6_ADDRESS, "2001:DB8::1").unwrap(), "address 2001:db8::1");
        assert_eq!(read(&entity_types::NETBLOCK, "192.0.2.0-192.0.2.255").unwrap(), "network 192.0.2.0/24");
        assert_eq!(read(&entity_types::CIDR, "2001:db8::/32").unwrap(), "network 2001:db8::/32");
        assert_eq!(read(&entity_types::AS, "64500").unwrap(), "AS64500");
        assert!(read(&entity_types::NETBLOCK, "192.0.2.1").is_err());
        assert!(read(&entity_types::AS, "sixty-four").is_err());
    }

    #[test]
    fn indicators_are_read_by_the_type_of_the_entity() {
        let read = |entity_type, value: &str| indicator(&Input::new(entity_type, value)).map(|read| read.to_string());
        assert_eq!(read(&entity_types::DOMAIN, "Phish.example.").unwrap(), "phish.example");
        assert_eq!(read(&entity_types::URL, "hxxps://phish[.]example/login").unwrap(), "https://phish.example/login");
        let digest = "D41D8CD98F00B204E9800998ECF8427E";
        assert_eq!(read(&entity_types::HASH, digest).unwrap(), digest.to_lowercase());
        for (entity_type, value) in [
            (&entity_types::URL, "no address at all"),
            (&entity_types::HASH, "d41d8cd98f"),
            (&entity_types::HASH, "zz1d8cd98f00b204e9800998ecf8427e"),
            (&entity_types::IPV4_ADDRESS, "phish.example"),
        ] {
            assert!(read(entity_type, value).is_err(), "{value}");
        }
    }

    #[test]
    fn a_url_that_shows_its_title_is_asked_about_by_its_address() {
        let mut input = Input::new(&entity_types::URL, "Sign in");
        input.put("url", "https://phish.example/login");
        assert_eq!(url(&input).unwrap().as_str(), "https://phish.example/login");
    }
}
