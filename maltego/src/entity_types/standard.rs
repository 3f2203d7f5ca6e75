//! The vendor's standard entity types, as far as domain intelligence meets them.
//!
//! Names, parents, value properties, labels and matching rules are the facts of the vendor's current standard entity
//! package; the short `old_name`s are those that clients of the second protocol generation send. A type that is not
//! here is still accepted as input: it is simply unknown.

use super::{EntityType, integer, list, loose, strict, text, typed};
use crate::value::ValueType;

/// Any text.
pub static PHRASE: EntityType = EntityType {
    name: "maltego.Phrase",
    display_name: "Phrase",
    parent: None,
    old_name: Some("Phrase"),
    value_property: "text",
    calculated: false,
    properties: &[strict(text("text", "Text"))],
};

/// A registrable domain.
pub static DOMAIN: EntityType = EntityType {
    name: "maltego.Domain",
    display_name: "Domain",
    parent: None,
    old_name: Some("Domain"),
    value_property: "fqdn",
    calculated: false,
    properties: &[strict(text("fqdn", "Domain Name")), loose(text("whois-info", "WHOIS Info"))],
};

/// A host name.
pub static DNS_NAME: EntityType = EntityType {
    name: "maltego.DNSName",
    display_name: "DNS name",
    parent: None,
    old_name: Some("DNSName"),
    value_property: "fqdn",
    calculated: false,
    properties: &[strict(text("fqdn", "DNS Name"))],
};

/// A host that serves web pages.
pub static WEBSITE: EntityType = EntityType {
    name: "maltego.Website",
    display_name: "Website",
    parent: Some(&DNS_NAME),
    old_name: Some("Website"),
    value_property: "fqdn",
    calculated: false,
    properties: &[
        strict(text("fqdn", "Website")),
        loose(typed("website.ssl-enabled", "SSL Enabled", ValueType::Boolean)),
        loose(list(integer("ports", "Ports"))),
    ],
};

/// A name server.
pub static NS_RECORD: EntityType = EntityType {
    name: "maltego.NSRecord",
    display_name: "NS record",
    parent: Some(&DNS_NAME),
    old_name: Some("NSrecord"),
    value_property: "fqdn",
    calculated: false,
    properties: &[strict(text("fqdn", "NS Record"))],
};

/// A mail server.
pub static MX_RECORD: EntityType = EntityType {
    name: "maltego.MXRecord",
    display_name: "MX record",
    parent: Some(&DNS_NAME),
    old_name: Some("MXrecord"),
    value_property: "fqdn",
    calculated: false,
    properties: &[strict(text("fqdn", "MX Record")), loose(integer("mxrecord.priority", "Priority"))],
};

/// A host name with its IPv4 address.
pub static A_RECORD: EntityType = EntityType {
    name: "maltego.ARecord",
    display_name: "A record",
    parent: Some(&DNS_NAME),
    old_name: None,
    value_property: "fqdn",
    calculated: false,
    properties: &[strict(text("ipv4-address", "IPv4 Address")), loose(integer("time-to-live", "Time to Live (TTL)"))],
};

/// A host name with its IPv6 address.
pub static AAAA_RECORD: EntityType = EntityType {
    name: "maltego.AAAARecord",
    display_name: "AAAA record",
    parent: Some(&DNS_NAME),
    old_name: None,
    value_property: "fqdn",
    calculated: false,
    properties: &[strict(text("ipv6-address", "IPv6 Address")), loose(integer("time-to-live", "Time to Live (TTL)"))],
};

/// An IPv4 address.
pub static IPV4_ADDRESS: EntityType = EntityType {
    name: "maltego.IPv4Address",
    display_name: "IPv4 address",
    parent: None,
    old_name: Some("IPAddress"),
    value_property: "ipv4-address",
    calculated: false,
    properties: &[
        strict(text("ipv4-address", "IP Address")),
        loose(typed("ipaddress.internal", "Internal", ValueType::Boolean)),
    ],
};

/// An IPv6 address.
pub static IPV6_ADDRESS: EntityType = EntityType {
    name: "maltego.IPv6Address",
    display_name: "IPv6 address",
    parent: None,
    old_name: None,
    value_property: "ipv6-address",
    calculated: false,
    properties: &[
        strict(text("ipv6-address", "IP Address")),
        loose(typed("ipaddress.internal", "Internal", ValueType::Boolean)),
    ],
};

/// A range of IPv4 addresses, `first-last`.
pub static NETBLOCK: EntityType = EntityType {
    name: "maltego.Netblock",
    display_name: "Netblock",
    parent: None,
    old_name: Some("Netblock"),
    value_property: "ipv4-range",
    calculated: false,
    properties: &[loose(text("ipv4-range", "IP Range"))],
};

/// A network in prefix form.
pub static CIDR: EntityType = EntityType {
    name: "maltego.CIDR",
    display_name: "CIDR",
    parent: None,
    old_name: None,
    value_property: "cidr",
    calculated: false,
    properties: &[strict(text("cidr", "CIDR Range"))],
};

/// An autonomous system, digits only.
pub static AS: EntityType = EntityType {
    name: "maltego.AS",
    display_name: "AS",
    parent: None,
    old_name: Some("AS"),
    value_property: "as.number",
    calculated: false,
    properties: &[strict(text("as.number", "AS Number"))],
};

/// A web address.
pub static URL: EntityType = EntityType {
    name: "maltego.URL",
    display_name: "URL",
    parent: None,
    old_name: Some("URL"),
    value_property: "url",
    calculated: false,
    properties: &[
        loose(text("short-title", "Short title")),
        strict(typed("url", "URL", ValueType::Url)),
        loose(text("title", "Title")),
    ],
};

/// One WHOIS record at one time; its property names are listed in the vendor's standard package.
pub static WHOIS_RECORD: EntityType = EntityType {
    name: "maltego.WHOISRecord",
    display_name: "WHOIS record",
    parent: None,
    old_name: None,
    value_property: "name",
    calculated: false,
    properties: &[
        loose(text("name", "Name")),
        loose(text("whoisInfo", "WHOIS Info")),
        loose(text("registryDomainId", "Registry Domain ID")),
        loose(text("domainName", "Domain Name")),
        loose(text("creationDate", "Created Date")),
        loose(text("registryExpiryDate", "Registry Expiry Date")),
        loose(text("updatedDate", "Updated Date")),
        loose(text("transferDate", "Transfer Date")),
        loose(text("nameservers", "Nameservers")),
        loose(text("nameserverIpAddresses", "Name Server IP Addresses")),
        loose(text("maintainer", "Mantainer")),
        loose(text("createdBy", "Created By")),
        loose(text("updatedBy", "Updated By")),
        loose(text("dnssec", "DNSSEC")),
        loose(text("domainStatus", "Domain Status")),
        loose(text("ensAuthId", "ENS AuthId")),
        loose(text("registryRegistrantId", "Registry Registrant ID")),
        loose(text("registrantName", "Registrant Name")),
        loose(text("registrantOrganization", "Registrant Organization")),
        loose(text("registrantAddress", "Registrant Address")),
        loose(text("registrantStreet", "Registrant Street")),
        loose(text("registrantCity", "Registrant City")),
        loose(text("registrantStateProvince", "Registrant State/Province")),
        loose(text("registrantCountry", "Registrant Country")),
        loose(text("registrantCountryCode", "Registrant Country Code")),
        loose(text("registrantPostalCode", "Registrant Postal Code")),
        loose(text("registrantPhone", "Registrant Phone")),
        loose(text("registrantPhoneExt", "Registrant Phone Ext")),
        loose(text("registrantFax", "Registrant Fax")),
        loose(text("registrantFaxExt", "Registrant Fax Ext")),
        loose(text("registrantEmail", "Registrant Email")),
        loose(text("adminId", "Admin ID")),
        loose(text("registryAdminId", "Admin ID")),
        loose(text("adminName", "Admin Name")),
        loose(text("adminOrganization", "Admin Organization")),
        loose(text("adminAddress", "Admin Address")),
        loose(text("adminStreet", "Admin Street")),
        loose(text("adminCity", "Admin City")),
        loose(text("adminStateProvince", "Admin State/Province")),
        loose(text("adminCountry", "Admin Country")),
        loose(text("adminCountryCode", "Admin Country Code")),
        loose(text("adminPostalCode", "Admin Postal Code")),
        loose(text("adminPhone", "Admin Phone")),
        loose(text("adminPhoneExt", "Admin Phone Ext")),
        loose(text("adminFax", "Admin Fax")),
        loose(text("adminFaxExt", "Admin Fax Ext")),
        loose(text("adminEmail", "Admin Email")),
        loose(text("registryTechId", "Tech ID")),
        loose(text("techName", "Tech Name")),
        loose(text("techOrganization", "Tech Organization")),
        loose(text("techAddress", "Tech Address")),
        loose(text("techCity", "Tech City")),
        loose(text("techStateProvince", "Tech State/Province")),
        loose(text("techCountry", "Tech Country")),
        loose(text("techPostalCode", "Tech Postal Code")),
        loose(text("techPhone", "Tech Phone")),
        loose(text("techPhoneExt", "Tech Phone Ext")),
        loose(text("techFax", "Tech Fax")),
        loose(text("techFaxExt", "Tech Fax Ext")),
        loose(text("techEmail", "Tech Email")),
        loose(text("registrarId", "Registrar ID")),
        loose(text("registrarIanaId", "Registrar IANA ID")),
        loose(text("registrar", "Registrar")),
        loose(text("registrarRegistrationExpirationDate", "Registrar Registration Expiration Date")),
        loose(text("registrarUrl", "Registrar URL")),
        loose(text("registrarWhoisServer", "Registrar WHOIS Server")),
        loose(text("registrarStatus", "Registrar Status")),
        loose(text("registrarAddress", "Registrar Address")),
        loose(text("registrarCity", "Registrar City")),
        loose(text("registrarStateProvince", "Registrar State/Province")),
        loose(text("registrarCountry", "Registrar Country")),
        loose(text("registrarPostalCode", "Registrar Postal Code")),
        loose(text("registrarPhone", "Registrar Phone")),
        loose(text("registrarFax", "Registrar Fax")),
        loose(text("registrarFaxExt", "Registrar Fax Ext")),
        loose(text("registrarEmail", "Registrar Email")),
        loose(text("registrarAbuseContactEmail", "Registrar Abuse Contact Email")),
        loose(text("registrarAbuseContactPhone", "Registrar Abuse Contact Phone")),
        loose(text("sponsoringRegistrar", "Sponsoring Registrar")),
        loose(text("entityVersion", "Maltego Entity Version")),
    ],
};

/// A certificate.
pub static X509_CERTIFICATE: EntityType = EntityType {
    name: "maltego.X509Certificate",
    display_name: "X.509 certificate",
    parent: None,
    old_name: None,
    value_property: "subject",
    calculated: false,
    properties: &[
        loose(text("subject", "Subject")),
        loose(text("issuer", "Issuer")),
        loose(text("subjectDN", "Subject DN")),
        loose(text("issuerDN", "Issuer DN")),
        loose(text("ski", "SKI")),
        loose(text("aki", "AKI")),
        strict(text("serial", "Serial")),
        loose(list(text("san", "SAN"))),
        loose(list(text("usage", "Usage"))),
        loose(text("issuanceId", "Issuance ID")),
        loose(text("validFrom", "Valid From")),
        loose(text("validTo", "Valid Until")),
        loose(text("country", "Country")),
        loose(text("organization", "Organization")),
    ],
};

/// Abstract base.
pub static IDENTIFIER: EntityType = EntityType {
    name: "maltego.Identifier",
    display_name: "Identifier",
    parent: None,
    old_name: None,
    value_property: "is_partial",
    calculated: false,
    properties: &[loose(typed("is_partial", "Is Partial", ValueType::Boolean))],
};

/// Abstract base of mailboxes, phone numbers and aliases.
pub static ONLINE_IDENTIFIER: EntityType = EntityType {
    name: "maltego.OnlineIdentifier",
    display_name: "Online identifier",
    parent: Some(&IDENTIFIER),
    old_name: None,
    value_property: "is_partial",
    calculated: false,
    properties: &[],
};

/// A person; the full name is assembled by the client from its parts.
pub static PERSON: EntityType = EntityType {
    name: "maltego.Person",
    display_name: "Person",
    parent: None,
    old_name: Some("Person"),
    value_property: "person.fullname",
    calculated: true,
    properties: &[
        loose(text("person.fullname", "Full Name")),
        loose(text("person.firstnames", "First Names")),
        loose(text("person.lastname", "Surname")),
    ],
};

/// A mailbox.
pub static EMAIL_ADDRESS: EntityType = EntityType {
    name: "maltego.EmailAddress",
    display_name: "E-mail address",
    parent: Some(&ONLINE_IDENTIFIER),
    old_name: Some("EmailAddress"),
    value_property: "email",
    calculated: false,
    properties: &[strict(text("email", "Email Address"))],
};

/// A phone number; assembled by the client from its parts where they are given.
pub static PHONE_NUMBER: EntityType = EntityType {
    name: "maltego.PhoneNumber",
    display_name: "Phone number",
    parent: Some(&ONLINE_IDENTIFIER),
    old_name: Some("PhoneNumber"),
    value_property: "phonenumber",
    calculated: true,
    properties: &[
        strict(text("phonenumber", "Phone Number")),
        loose(text("phonenumber.countrycode", "Country Code")),
        loose(text("phonenumber.citycode", "City Code")),
        loose(text("phonenumber.areacode", "Area Code")),
        loose(text("phonenumber.lastnumbers", "Last Digits")),
    ],
};

/// A nickname.
pub static ALIAS: EntityType = EntityType {
    name: "maltego.Alias",
    display_name: "Alias",
    parent: Some(&ONLINE_IDENTIFIER),
    old_name: Some("Alias"),
    value_property: "alias",
    calculated: false,
    properties: &[strict(text("alias", "Alias"))],
};

/// A name of unknown kind.
pub static NAME: EntityType = EntityType {
    name: "maltego.Name",
    display_name: "Name",
    parent: Some(&ONLINE_IDENTIFIER),
    old_name: None,
    value_property: "name",
    calculated: false,
    properties: &[loose(text("name", "Name"))],
};

/// An organisation.
pub static ORGANIZATION: EntityType = EntityType {
    name: "maltego.Organization",
    display_name: "Organization",
    parent: None,
    old_name: None,
    value_property: "title",
    calculated: false,
    properties: &[strict(text("title", "Name"))],
};

/// A company.
pub static COMPANY: EntityType = EntityType {
    name: "maltego.Company",
    display_name: "Company",
    parent: Some(&ORGANIZATION),
    old_name: None,
    value_property: "title",
    calculated: false,
    properties: &[strict(text("title", "Name"))],
};

/// An internet service provider.
pub static ISP: EntityType = EntityType {
    name: "maltego.ISP",
    display_name: "ISP",
    parent: Some(&COMPANY),
    old_name: None,
    value_property: "title",
    calculated: false,
    properties: &[],
};

/// A place; its name is assembled by the client from city and country.
pub static LOCATION: EntityType = EntityType {
    name: "maltego.Location",
    display_name: "Location",
    parent: None,
    old_name: Some("Location"),
    value_property: "location.name",
    calculated: true,
    properties: &[
        strict(text("location.name", "Name")),
        strict(text("country", "Country")),
        strict(text("city", "City")),
        strict(text("streetaddress", "Street Address")),
        strict(text("location.area", "Area")),
        strict(text("location.areacode", "Area Code")),
        strict(text("countrycode", "Country Code")),
        strict(typed("longitude", "Longitude", ValueType::Double)),
        strict(typed("latitude", "Latitude", ValueType::Double)),
    ],
};

/// A city.
pub static CITY: EntityType = EntityType {
    name: "maltego.City",
    display_name: "City",
    parent: Some(&LOCATION),
    old_name: None,
    value_property: "location.name",
    calculated: true,
    properties: &[],
};

/// A country.
pub static COUNTRY: EntityType = EntityType {
    name: "maltego.Country",
    display_name: "Country",
    parent: Some(&LOCATION),
    old_name: None,
    value_property: "location.name",
    calculated: true,
    properties: &[loose(text("country", "Country")), loose(text("city", "City"))],
};

/// A day or an instant; assembled by the client from its parts where they are given.
pub static DATE_TIME: EntityType = EntityType {
    name: "maltego.DateTime",
    display_name: "Date and time",
    parent: None,
    old_name: None,
    value_property: "datetime",
    calculated: true,
    properties: &[
        loose(text("datetime", "Datetime")),
        loose(text("date", "Date")),
        loose(text("month", "Month")),
        loose(text("day", "Day")),
        loose(text("year", "Year")),
        loose(text("time", "Time")),
        loose(text("hour", "Hour")),
        loose(text("minute", "Minute")),
        loose(text("second", "Second")),
        loose(text("offset", "UTC Offset")),
        loose(text("display", "Display")),
    ],
};

/// A tag.
pub static TAG: EntityType = EntityType {
    name: "maltego.Tag",
    display_name: "Tag",
    parent: Some(&PHRASE),
    old_name: None,
    value_property: "text",
    calculated: false,
    properties: &[],
};

/// An identifier such as a tracking code.
pub static UNIQUE_IDENTIFIER: EntityType = EntityType {
    name: "maltego.UniqueIdentifier",
    display_name: "Unique identifier",
    parent: None,
    old_name: None,
    value_property: "properties.uniqueidentifier",
    calculated: false,
    properties: &[
        strict(text("properties.uniqueidentifier", "UniqueIdentifier")),
        loose(text("identifierType", "Identifier Type")),
    ],
};

/// A digest.
pub static HASH: EntityType = EntityType {
    name: "maltego.Hash",
    display_name: "Hash",
    parent: None,
    old_name: None,
    value_property: "properties.hash",
    calculated: false,
    properties: &[strict(text("properties.hash", "Hash")), loose(text("hash_type", "Hash Type"))],
};

/// Every type above.
pub(super) static ALL: &[&EntityType] = &[
    &PHRASE,
    &DOMAIN,
    &DNS_NAME,
    &WEBSITE,
    &NS_RECORD,
    &MX_RECORD,
    &A_RECORD,
    &AAAA_RECORD,
    &IPV4_ADDRESS,
    &IPV6_ADDRESS,
    &NETBLOCK,
    &CIDR,
    &AS,
    &URL,
    &WHOIS_RECORD,
    &X509_CERTIFICATE,
    &IDENTIFIER,
    &ONLINE_IDENTIFIER,
    &PERSON,
    &EMAIL_ADDRESS,
    &PHONE_NUMBER,
    &ALIAS,
    &NAME,
    &ORGANIZATION,
    &COMPANY,
    &ISP,
    &LOCATION,
    &CITY,
    &COUNTRY,
    &DATE_TIME,
    &TAG,
    &UNIQUE_IDENTIFIER,
    &HASH,
];
