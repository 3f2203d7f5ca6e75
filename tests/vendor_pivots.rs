//! Promise: every transform that asks the vendor makes of its answer what it is there for: entities of the right type,
//! the facts on them, the proof of each, and a sentence about the price. Whether there is a recording of the answer or
//! only the vendor's word for its shape, both are run.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a failed unwrap in a test is a failed test, which is the point"
)]

mod support;

use std::{collections::BTreeSet, path::Path};

use axum::response::Response;
use intel::{Provider as _, provider::whoisxml::WhoisXml};
use maltego::InputKind;
use namehound::config::Config;
use serde_json::{Value, json};
use support::{
    KEY, Running, Upstream,
    client::{Found, Reply, Request},
    recorded, run,
    upstream::{Asked, file, json as answer},
    v3, vendor, vendor_config,
};
use transforms::Catalogue;

/// What a transform makes of the vendor's answer about its sample.
struct Expected {
    transform: &'static str,
    /// Type and value of each entity, in order.
    entities: &'static [(&'static str, &'static str)],
    /// Facts: which entity has which property with which value.
    facts: &'static [(&'static str, &'static str, &'static str)],
    /// What is said, in order, nothing else.
    said: &'static [&'static str],
}

const fn expected(
    transform: &'static str,
    entities: &'static [(&'static str, &'static str)],
    facts: &'static [(&'static str, &'static str, &'static str)],
    said: &'static [&'static str],
) -> Expected {
    Expected { transform, entities, facts, said }
}

type Entities = &'static [(&'static str, &'static str)];
type Facts = &'static [(&'static str, &'static str, &'static str)];

const ONE: &[&str] = &["1 credit spent at WhoisXML API."];
const TEN: &[&str] = &["10 credits spent at WhoisXML API."];
const FIFTY: &[&str] = &["50 credits spent at WhoisXML API."];

const REVERSE_WHOIS: Entities = &[("maltego.Domain", "cmt.example"), ("maltego.Domain", "turq-host.example")];
const REVERSE_WHOIS_HISTORY: Facts = &[
    ("cmt.example", "namehound.first_seen", "2016-03-01 18:52:41.000 +0000"),
    ("cmt.example", "namehound.last_seen", "2021-01-10 18:52:41.000 +0000"),
    ("cmt.example", "namehound.observed", "2021-01-10 18:52:41.000 +0000"),
    ("cmt.example", "link#maltego.link.label", "WHOIS history (2016\u{2013}2021)"),
    ("turq-host.example", "link#last_seen", "2019-10-27 00:00:00.000 +0000"),
];
const REVERSE_WHOIS_TODAY: Facts = &[
    ("cmt.example", "namehound.last_seen", "2021-01-10 18:52:41.000 +0000"),
    ("cmt.example", "link#maltego.link.label", "WHOIS (2016\u{2013}2021)"),
];
/// Texts as numbers and numbers as texts are the same moments.
const BEHIND: Entities = &[("maltego.Domain", "cmt.example"), ("maltego.DNSName", "mail.turq-host.example")];
const SEEN_BEHIND: Facts = &[
    ("cmt.example", "namehound.first_seen", "2018-07-06 18:30:00.000 +0000"),
    ("cmt.example", "namehound.last_seen", "2021-06-01 00:00:00.000 +0000"),
    ("mail.turq-host.example", "namehound.first_seen", "2018-07-01 23:18:11.000 +0000"),
    ("mail.turq-host.example", "link#last_seen", "2018-07-09 02:26:50.000 +0000"),
];
const OWNER: Entities = &[("maltego.Organization", "Example Transit")];
const OWNER_FACTS: Facts = &[
    ("Example Transit", "namehound.network.handle", "ORG-EX1"),
    ("Example Transit", "namehound.network.country", "US"),
    ("Example Transit", "namehound.network.address", "1 Example Street"),
    ("Example Transit", "link#maltego.link.label", "holds 192.0.2.0/24"),
];
const NETBLOCK: Entities = &[("maltego.Netblock", "192.0.2.0-192.0.2.255")];
const NETBLOCK_FACTS: Facts = &[
    ("192.0.2.0-192.0.2.255", "namehound.network.name", "EXAMPLE-NET"),
    ("192.0.2.0-192.0.2.255", "namehound.network.owner", "Example Transit"),
    ("192.0.2.0-192.0.2.255", "namehound.network.registry", "ARIN"),
    ("192.0.2.0-192.0.2.255", "namehound.network.route", "192.0.2.0/24"),
    ("192.0.2.0-192.0.2.255", "namehound.network.updated", "2020-07-15 13:10:57.000 +0000"),
];
const RECORD: &str = "velani0.example 2024-09-01";
const RECORD_FACTS: Facts = &[
    (RECORD, "domainName", "velani0.example"),
    (RECORD, "creationDate", "2014-01-01T00:00:00Z"),
    (RECORD, "updatedDate", "2024-08-14T07:01:34Z"),
    (RECORD, "registryExpiryDate", "2025-08-13T04:00:00Z"),
    (RECORD, "registrar", "Example Registrar, Inc."),
    (RECORD, "registrarIanaId", "9999"),
    (RECORD, "registrarAbuseContactEmail", "abuse@registrar.example"),
    (RECORD, "registrarWhoisServer", "whois.registrar.example"),
    (RECORD, "domainStatus", "clientTransferProhibited"),
    (RECORD, "nameservers", "ns1.host.example"),
    (RECORD, "registrantName", "Dara Velani"),
    (RECORD, "registrantOrganization", "Compute Make Tomorrow"),
    (RECORD, "registrantEmail", "dara.velani@mail.example"),
    (RECORD, "registrantPhone", "15555550142"),
    (RECORD, "registrantStreet", "1 Example Street"),
    (RECORD, "registrantCity", "Exampleton"),
    (RECORD, "registrantStateProvince", "CA"),
    (RECORD, "registrantPostalCode", "94043"),
    (RECORD, "registrantCountry", "UNITED STATES"),
    (RECORD, "registrantCountryCode", "US"),
    (RECORD, "namehound.observed", "2024-09-01 10:00:00.000 +0000"),
];
const ERA: &str = "velani0.example 2016\u{2013}2019: Compute Make Tomorrow";
const BOTH_YEARS: &str = "registrant 2016\u{2013}2019";
const VERIFICATION: &str = "google-site-verification=abcdefghijklmnopqrstuvwxyz0123456789A000000";

const EXPECTED: &[Expected] = &[
    expected("domain_to_whois", &[("maltego.WHOISRecord", RECORD)], RECORD_FACTS, ONE),
    expected("domains_to_whois", &[("maltego.WHOISRecord", RECORD)], RECORD_FACTS, ONE),
    expected(
        "ip_to_whois",
        &[("maltego.WHOISRecord", "192.0.2.10 2024-09-01")],
        &[("192.0.2.10 2024-09-01", "registrantOrganization", "Compute Make Tomorrow")],
        ONE,
    ),
    expected(
        "domain_to_whois_comparison",
        &[("maltego.WHOISRecord", "velani0.example (sources compared)")],
        &[(
            "velani0.example (sources compared)",
            "namehound.compared",
            "WhoisXML API; WhoisXML API, history 2019-09-01",
        )],
        &[
            "The sources differ. Updated: 2024-08-14T07:01:34Z (WhoisXML API); 2019-08-14T07:04:41Z (WhoisXML API, \
             history 2019-09-01).",
            "The sources differ. Registrant's name: Dara Velani (WhoisXML API); M. Zargan (WhoisXML API, history \
             2019-09-01).",
            "The sources differ. Registrant's phone: 15555550142 (WhoisXML API); 15555550143 (WhoisXML API, history \
             2019-09-01).",
            "51 credits spent at WhoisXML API.",
        ],
    ),
    expected(
        "domain_to_whois_history",
        &[("maltego.WHOISRecord", "velani0.example 2019-09-01"), ("maltego.WHOISRecord", "velani0.example 2016-09-01")],
        &[
            ("velani0.example 2019-09-01", "registrantName", "M. Zargan"),
            ("velani0.example 2019-09-01", "registrantPhone", "15555550143"),
            ("velani0.example 2019-09-01", "domainStatus", "clientTransferProhibited"),
            ("velani0.example 2016-09-01", "registrantName", "Dara Velani"),
            ("velani0.example 2016-09-01", "namehound.observed", "2016-09-01 00:12:00.000 +0000"),
        ],
        FIFTY,
    ),
    expected(
        "domain_to_ownership_eras",
        &[("maltego.WHOISRecord", ERA)],
        &[
            (ERA, "domainName", "velani0.example"),
            // The firm stayed, and somebody else wrote for it.
            (ERA, "registrantName", "M. Zargan"),
            (ERA, "namehound.era.from", "2016-09-01"),
            (ERA, "namehound.era.until", "2019-09-01"),
            (
                ERA,
                "namehound.era.addresses",
                "192.0.2.10 (2023), outside the time of the records,2001:db8::10 (2023), outside the time of the \
                 records,198.51.100.7 (2024), outside the time of the records",
            ),
            (ERA, "link#maltego.link.label", "owner 2016\u{2013}2019"),
        ],
        &["50 credits spent at WhoisXML API.", "20 credits spent on addresses at WhoisXML API."],
    ),
    expected(
        "domain_to_historic_persons",
        &[("maltego.Person", "M. Zargan"), ("maltego.Person", "Dara Velani")],
        &[
            ("Dara Velani", "person.lastname", "Velani"),
            ("Dara Velani", "namehound.last_seen", "2016-09-01 00:12:00.000 +0000"),
        ],
        FIFTY,
    ),
    expected(
        "domain_to_historic_organizations",
        &[("maltego.Organization", "Compute Make Tomorrow")],
        &[("Compute Make Tomorrow", "link#maltego.link.label", BOTH_YEARS)],
        FIFTY,
    ),
    expected(
        "domain_to_historic_emails",
        &[("maltego.EmailAddress", "dara.velani@mail.example")],
        &[("dara.velani@mail.example", "link#maltego.link.label", BOTH_YEARS)],
        FIFTY,
    ),
    expected(
        "domain_to_historic_phones",
        &[("maltego.PhoneNumber", "15555550143"), ("maltego.PhoneNumber", "15555550142")],
        &[("15555550142", "namehound.first_seen", "2016-09-01 00:12:00.000 +0000")],
        FIFTY,
    ),
    expected(
        "domain_to_historic_addresses",
        &[("maltego.Location", "Exampleton, UNITED STATES")],
        &[
            ("Exampleton, UNITED STATES", "streetaddress", "1 Example Street"),
            ("Exampleton, UNITED STATES", "location.areacode", "94043"),
        ],
        FIFTY,
    ),
    expected(
        "domain_to_historic_name_servers",
        &[("maltego.NSRecord", "ns1.host.example")],
        &[("ns1.host.example", "link#maltego.link.label", "name server 2016\u{2013}2019")],
        FIFTY,
    ),
    expected(
        "domain_to_historic_registrars",
        &[("namehound.Registrar", "Example Registrar, Inc.")],
        &[("Example Registrar, Inc.", "link#maltego.link.label", "registrar 2016\u{2013}2019")],
        FIFTY,
    ),
    expected(
        "email_to_verification",
        &[("maltego.EmailAddress", "dara.velani0@mail.example"), ("maltego.MXRecord", "mx.mail.example")],
        &[
            ("dara.velani0@mail.example", "namehound.mailbox.deliverable", "true"),
            ("dara.velani0@mail.example", "namehound.mailbox.disposable", "false"),
            ("dara.velani0@mail.example", "namehound.mailbox.verdict", "takes mail, free provider"),
            ("dara.velani0@mail.example", "namehound.observed", "2024-01-02 00:00:00.000 +0000"),
        ],
        &["dara.velani0@mail.example: takes mail, free provider.", "1 credit spent at WhoisXML API."],
    ),
    expected("email_to_domains", REVERSE_WHOIS, REVERSE_WHOIS_HISTORY, FIFTY),
    expected("email_to_current_domains", REVERSE_WHOIS, REVERSE_WHOIS_TODAY, FIFTY),
    expected(
        "email_to_domain_count",
        &[("namehound.Summary", "domains with \"dara.velani0@mail.example\" in their WHOIS history")],
        &[
            (
                "domains with \"dara.velani0@mail.example\" in their WHOIS history",
                "namehound.summary.price",
                "50 credits a page at WhoisXML API",
            ),
            ("domains with \"dara.velani0@mail.example\" in their WHOIS history", "namehound.summary.count", "2"),
            ("domains with \"dara.velani0@mail.example\" in their WHOIS history", "namehound.summary.exact", "true"),
        ],
        &["WhoisXML API: 2 domains with \"dara.velani0@mail.example\" in their WHOIS history."],
    ),
    expected("phone_to_domains", REVERSE_WHOIS, REVERSE_WHOIS_HISTORY, &["150 credits spent at WhoisXML API."]),
    expected("phone_to_current_domains", REVERSE_WHOIS, REVERSE_WHOIS_TODAY, &["150 credits spent at WhoisXML API."]),
    expected(
        "phone_to_domain_count",
        &[("namehound.Summary", "domains with \"+1 555 555 0100\" in their WHOIS history")],
        &[
            ("domains with \"+1 555 555 0100\" in their WHOIS history", "namehound.summary.count", "2"),
            // Three spellings have two results each, which may be the same two or not.
            ("domains with \"+1 555 555 0100\" in their WHOIS history", "namehound.summary.exact", "false"),
        ],
        &["WhoisXML API: at least 2 domains with \"+1 555 555 0100\" in their WHOIS history."],
    ),
    expected("person_to_domains", REVERSE_WHOIS, REVERSE_WHOIS_HISTORY, FIFTY),
    expected("person_to_current_domains", REVERSE_WHOIS, REVERSE_WHOIS_TODAY, FIFTY),
    expected(
        "person_to_domain_count",
        &[("namehound.Summary", "domains with \"Velani Number0\" in their WHOIS history")],
        &[("domains with \"Velani Number0\" in their WHOIS history", "namehound.summary.count", "2")],
        &["WhoisXML API: 2 domains with \"Velani Number0\" in their WHOIS history."],
    ),
    expected("organization_to_domains", REVERSE_WHOIS, REVERSE_WHOIS_HISTORY, FIFTY),
    expected("organization_to_current_domains", REVERSE_WHOIS, REVERSE_WHOIS_TODAY, FIFTY),
    expected(
        "organization_to_domain_count",
        &[("namehound.Summary", "domains with \"Velani Number0\" in their WHOIS history")],
        &[("domains with \"Velani Number0\" in their WHOIS history", "namehound.summary.count", "2")],
        &["WhoisXML API: 2 domains with \"Velani Number0\" in their WHOIS history."],
    ),
    expected("location_to_domains", REVERSE_WHOIS, REVERSE_WHOIS_HISTORY, FIFTY),
    expected("location_to_current_domains", REVERSE_WHOIS, REVERSE_WHOIS_TODAY, FIFTY),
    expected(
        "location_to_domain_count",
        &[("namehound.Summary", "domains with \"0 Example Street, Exampleton, United States\" in their WHOIS history")],
        &[(
            "domains with \"0 Example Street, Exampleton, United States\" in their WHOIS history",
            "namehound.summary.count",
            "2",
        )],
        &["WhoisXML API: 2 domains with \"0 Example Street, Exampleton, United States\" in their WHOIS history."],
    ),
    expected("phrase_to_domains", REVERSE_WHOIS, REVERSE_WHOIS_HISTORY, FIFTY),
    expected("phrase_to_current_domains", REVERSE_WHOIS, REVERSE_WHOIS_TODAY, FIFTY),
    expected(
        "phrase_to_domain_count",
        &[("namehound.Summary", "domains with \"Velani Number0\" in their WHOIS history")],
        &[("domains with \"Velani Number0\" in their WHOIS history", "namehound.summary.count", "2")],
        &["WhoisXML API: 2 domains with \"Velani Number0\" in their WHOIS history."],
    ),
    expected("ns_to_domains", BEHIND, SEEN_BEHIND, ONE),
    expected(
        "ns_to_domain_count",
        &[("namehound.Summary", "domains behind ns0.host.example")],
        &[
            ("domains behind ns0.host.example", "namehound.summary.count", "2"),
            ("domains behind ns0.host.example", "namehound.summary.exact", "true"),
            (
                "domains behind ns0.host.example",
                "namehound.summary.buckets",
                "top level .example: 2,first seen in 2018: 2",
            ),
        ],
        &["WhoisXML API: 2 domains behind ns0.host.example.", "1 credit spent at WhoisXML API."],
    ),
    expected("mx_to_domains", BEHIND, SEEN_BEHIND, ONE),
    expected(
        "mx_to_domain_count",
        &[("namehound.Summary", "domains whose mail goes to ns0.host.example")],
        &[("domains whose mail goes to ns0.host.example", "namehound.summary.count", "2")],
        &["WhoisXML API: 2 domains whose mail goes to ns0.host.example.", "1 credit spent at WhoisXML API."],
    ),
    expected("ip_to_domains", BEHIND, SEEN_BEHIND, ONE),
    expected(
        "ip_to_domain_count",
        &[("namehound.Summary", "names at 192.0.2.10")],
        &[("names at 192.0.2.10", "namehound.summary.count", "2")],
        &["WhoisXML API: 2 names at 192.0.2.10.", "1 credit spent at WhoisXML API."],
    ),
    expected(
        "domain_to_similar_names",
        &[("maltego.Domain", "velani-shop.example"), ("maltego.Domain", "the-velani.example")],
        &[("velani-shop.example", "link#maltego.link.label", "similar name")],
        ONE,
    ),
    expected(
        "domain_to_subdomains",
        &[("maltego.DNSName", "www.velani0.example"), ("maltego.DNSName", "webmail.velani0.example")],
        &[("www.velani0.example", "namehound.first_seen", "2020-04-13 00:00:00.000 +0000")],
        TEN,
    ),
    expected(
        "domain_to_dns_records",
        &[
            ("maltego.IPv4Address", "192.0.2.10"),
            ("maltego.IPv6Address", "2001:db8::10"),
            ("maltego.NSRecord", "ns1.host.example"),
            ("maltego.MXRecord", "mx.mail.example"),
            ("maltego.DNSName", "shops.velani0.example"),
            ("maltego.EmailAddress", "hostmaster@velani0.example"),
            ("maltego.Phrase", VERIFICATION),
            ("maltego.Phrase", "0 issue \"ca.example\""),
        ],
        &[
            ("192.0.2.10", "link#ttl", "300"),
            ("192.0.2.10", "namehound.observed", "2024-01-01 00:00:00.000 +0000"),
            ("mx.mail.example", "mxrecord.priority", "10"),
            ("hostmaster@velani0.example", "namehound.soa.primary", "ns1.host.example"),
            ("hostmaster@velani0.example", "namehound.soa.serial", "2024010101"),
        ],
        ONE,
    ),
    expected("domain_to_ipv4_addresses", &[("maltego.IPv4Address", "192.0.2.10")], &[], ONE),
    expected("domain_to_ipv6_addresses", &[("maltego.IPv6Address", "2001:db8::10")], &[], ONE),
    expected("domain_to_name_servers", &[("maltego.NSRecord", "ns1.host.example")], &[], ONE),
    expected(
        "domain_to_mail_servers",
        &[("maltego.MXRecord", "mx.mail.example")],
        &[("mx.mail.example", "mxrecord.priority", "10")],
        ONE,
    ),
    expected("domain_to_txt_records", &[("maltego.Phrase", VERIFICATION)], &[], ONE),
    expected(
        "domain_to_soa",
        &[("maltego.NSRecord", "ns1.host.example"), ("maltego.EmailAddress", "hostmaster@velani0.example")],
        &[("hostmaster@velani0.example", "namehound.soa.serial", "2024010101")],
        ONE,
    ),
    expected("domain_to_aliases", &[("maltego.DNSName", "shops.velani0.example")], &[], ONE),
    expected(
        "domain_to_certificate_authorities",
        &[("maltego.Organization", "ca.example")],
        &[("ca.example", "link#maltego.link.label", "CAA: may issue (2024)")],
        ONE,
    ),
    expected(
        "domain_to_mail_senders",
        &[],
        &[],
        &["1 credit spent at WhoisXML API.", "velani0.example has no SPF policy."],
    ),
    expected(
        "domain_to_ip_history",
        &[
            ("maltego.IPv4Address", "192.0.2.10"),
            ("maltego.IPv4Address", "198.51.100.7"),
            ("maltego.IPv6Address", "2001:db8::10"),
        ],
        &[("198.51.100.7", "namehound.first_seen", "2024-01-15"), ("192.0.2.10", "namehound.last_seen", "2023-05-01")],
        &["20 credits spent at WhoisXML API."],
    ),
    expected(
        "ip_to_historic_domains",
        &[("maltego.Domain", "cmt.example")],
        &[("cmt.example", "link#maltego.link.label", "A (2023)")],
        TEN,
    ),
    expected(
        "domain_to_txt_neighbours",
        &[("maltego.Domain", "turq-host.example")],
        &[("turq-host.example", "namehound.last_seen", "2024-10-07 16:06:32.000 +0000")],
        &["2 credits spent at WhoisXML API."],
    ),
    expected(
        "domain_to_soa_neighbours",
        &[("maltego.Domain", "turq-host.example")],
        &[(
            "turq-host.example",
            "link#maltego.link.label",
            "same SOA mailbox: hostmaster@velani0.example (2023\u{2013}2024)",
        )],
        &["2 credits spent at WhoisXML API."],
    ),
    expected(
        "domain_to_cname_neighbours",
        &[("maltego.Domain", "turq-host.example")],
        &[(
            "turq-host.example",
            "link#maltego.link.label",
            "alias of it, also an alias of shops.velani0.example (2023\u{2013}2024)",
        )],
        &["3 credits spent at WhoisXML API."],
    ),
    expected(
        "domain_to_certificates",
        &[("maltego.X509Certificate", "velani0.example")],
        &[
            ("velani0.example", "serial", "0A1B2C"),
            ("velani0.example", "issuer", "Example Trust R3"),
            ("velani0.example", "validTo", "2024-03-01T00:00:00Z"),
            ("velani0.example", "san", "velani0.example,*.turq-host.example"),
            ("velani0.example", "namehound.observed", "2024-01-01 00:00:00.000 +0000"),
        ],
        ONE,
    ),
    expected(
        "domain_to_certificate_names",
        &[("maltego.Domain", "turq-host.example")],
        &[("turq-host.example", "namehound.certificate.serial", "0A1B2C")],
        &[
            "1 credit spent at WhoisXML API.",
            "Wildcards stand for any name below theirs and are shown as that name: *.turq-host.example.",
        ],
    ),
    expected("ip_to_network_owner", OWNER, OWNER_FACTS, ONE),
    expected("ip_to_netblocks", NETBLOCK, NETBLOCK_FACTS, ONE),
    expected(
        "ip_to_as",
        &[("maltego.AS", "64500")],
        &[("64500", "namehound.as.name", "EXAMPLE-AS"), ("64500", "namehound.as.url", "https://as.example")],
        ONE,
    ),
    expected(
        "ip_to_network_contacts",
        &[
            ("maltego.Organization", "Example Transit"),
            ("maltego.EmailAddress", "noc@net.example"),
            ("maltego.PhoneNumber", "+1 555 555 0151"),
            ("maltego.EmailAddress", "abuse@net.example"),
            ("maltego.PhoneNumber", "+1 555 555 0150"),
        ],
        &[("abuse@net.example", "link#maltego.link.label", "abuse contact of 192.0.2.0/24: Abuse desk")],
        ONE,
    ),
    expected("as_to_owner", OWNER, OWNER_FACTS, ONE),
    expected("as_to_netblocks", NETBLOCK, NETBLOCK_FACTS, ONE),
    expected(
        "as_to_contacts",
        &[
            ("maltego.Organization", "Example Transit"),
            ("maltego.EmailAddress", "noc@net.example"),
            ("maltego.PhoneNumber", "+1 555 555 0151"),
            ("maltego.EmailAddress", "abuse@net.example"),
            ("maltego.PhoneNumber", "+1 555 555 0150"),
        ],
        &[("abuse@net.example", "link#maltego.link.label", "abuse contact of 192.0.2.0/24: Abuse desk")],
        ONE,
    ),
    expected(
        "ip_to_location",
        &[("maltego.Location", "Exampleton, US")],
        &[
            ("Exampleton, US", "latitude", "37.5"),
            ("Exampleton, US", "longitude", "-122.25"),
            ("Exampleton, US", "location.area", "California"),
            ("Exampleton, US", "namehound.location.as", "AS64500 EXAMPLE-AS"),
        ],
        ONE,
    ),
    expected(
        "netblock_to_domains",
        BEHIND,
        SEEN_BEHIND,
        &["2 credits spent at WhoisXML API.", "Names were found at 2 of the 2 addresses."],
    ),
    expected(
        "domain_to_website_contacts",
        &[
            ("maltego.Company", "Compute Make Tomorrow"),
            ("maltego.EmailAddress", "office@cmt.example"),
            ("maltego.PhoneNumber", "+1 555 555 0142"),
            ("maltego.Location", "1 Example Street, Exampleton, CA 94043, USA"),
            ("maltego.URL", "https://social.example/cmt"),
        ],
        &[
            ("office@cmt.example", "link#maltego.link.label", "e-mail on the site: Support"),
            ("https://social.example/cmt", "title", "linkedIn"),
        ],
        ONE,
    ),
    expected(
        "domain_to_website_categories",
        &[("maltego.Tag", "Computer and Internet Info")],
        &[
            ("Computer and Internet Info", "namehound.category.confidence", "0.85"),
            ("Computer and Internet Info", "namehound.category.id", "5"),
        ],
        ONE,
    ),
    expected(
        "domain_to_reputation",
        &[("maltego.Domain", "velani0.example"), ("maltego.Tag", "Listed as dangerous")],
        &[
            ("velani0.example", "namehound.reputation.score", "41.25"),
            ("Listed as dangerous", "namehound.reputation.code", "4001"),
            ("Listed as dangerous", "namehound.reputation.test", "Malware databases check"),
        ],
        ONE,
    ),
    expected(
        "domain_to_threats",
        &[("maltego.Tag", "phishing")],
        &[("phishing", "namehound.last_seen", "2023-03-28 10:40:00.000 +0000")],
        ONE,
    ),
];

/// One by one, however many come at once.
fn config(upstream: &Upstream) -> Config {
    let mut config = vendor_config(upstream);
    config.providers.whoisxml.bulk.enabled = false;
    config
}

async fn vendor_double() -> Upstream {
    Upstream::start(|asked| answer(vendor::answer(asked))).await
}

/// Insists on the proof: who says so, when it was so as far as anybody knows, and when it was asked.
fn assert_proven(transform: &str, entity: &Found) {
    let property = |name: &str| entity.fields.get(name).unwrap_or_else(|| panic!("{transform}: {entity:?}: {name}"));
    assert_eq!(property("namehound.source"), "WhoisXML API", "{transform}");
    assert!(!property("namehound.observed").is_empty(), "{transform}");
    let today = jiff::Timestamp::now().strftime("%Y-%m-%d").to_string();
    let yesterday = (jiff::Timestamp::now() - jiff::SignedDuration::from_hours(1)).strftime("%Y-%m-%d").to_string();
    let retrieved = property("namehound.retrieved");
    assert!(retrieved.starts_with(&today) || retrieved.starts_with(&yesterday), "{transform}: {retrieved}");
}

#[test]
fn no_transform_that_can_ask_the_vendor_is_forgotten() {
    let config = Config::default();
    let vendor = WhoisXml::new(KEY.into(), &config.providers.whoisxml.settings());
    let answered = vendor.lookups();
    let asking: BTreeSet<&str> = Catalogue::standard()
        .declarations()
        .filter(|declaration| declaration.lookups.iter().any(|kind| answered.contains(kind)))
        .map(|declaration| declaration.definition.name)
        .collect();
    let sampled: BTreeSet<&str> = vendor::PIVOTS.iter().map(|pivot| pivot.transform).collect();
    let expected: BTreeSet<&str> = EXPECTED.iter().map(|expected| expected.transform).collect();
    assert_eq!(sampled, expected, "a sample without a result, or the other way round");
    // A comparison needs a selection; it has a test of its own below.
    let selection: BTreeSet<&str> = ["domains_to_shared_values"].into();
    assert_eq!(asking.difference(&sampled).copied().collect::<BTreeSet<_>>(), selection, "without a sample");
    assert!(sampled.is_subset(&asking));
    for pivot in vendor::PIVOTS {
        let catalogue = Catalogue::standard();
        let definition = &catalogue.find(pivot.transform).unwrap().declaration().definition;
        assert!(definition.inputs.iter().any(|input| input.name == pivot.entity_type), "{}", pivot.transform);
    }
}

#[tokio::test]
async fn every_transform_makes_the_right_entities_of_the_vendors_answer() {
    let upstream = vendor_double().await;
    let catalogue = Catalogue::standard();
    for Expected { transform, entities, facts, said } in EXPECTED {
        // A server of its own each, or the second of two equal questions would be answered from memory.
        let server = Running::start(config(&upstream));
        let reply = run(&server, transform, &vendor::pivot_of(transform).request(0)).await;
        let found: Vec<_> = reply.entities.iter().map(|entity| (&*entity.entity_type, &*entity.value)).collect();
        assert_eq!(&found, entities, "{transform}: {:?}", reply.messages);
        let outputs = catalogue.find(transform).unwrap().declaration().definition.outputs;
        for entity in &reply.entities {
            assert_proven(transform, entity);
            assert!(outputs.iter().any(|output| output.name == entity.entity_type), "{transform}: {entity:?}");
        }
        for (value, property, expected) in *facts {
            let entity = reply.entities.iter().find(|entity| entity.value == *value).unwrap();
            assert_eq!(entity.fields.get(*property).map(String::as_str), Some(*expected), "{transform}: {property}");
        }
        let told: Vec<_> = reply.messages.iter().map(|(kind, text)| (&**kind, &**text)).collect();
        assert_eq!(told, said.iter().map(|text| ("Inform", *text)).collect::<Vec<_>>(), "{transform}");
        assert!(!reply.body.contains(KEY), "{transform}");
    }
}

#[tokio::test]
async fn a_comparison_asks_about_each_domain_and_draws_what_they_share() {
    let upstream = vendor_double().await;
    let server = Running::start(config(&upstream));
    let client = v3::http(false);
    let inputs = (0..2).map(|i| v3::entity(&format!("in{i}"), "maltego.Domain", "fqdn", &format!("velani{i}.example")));
    let settings = [("namehound.domains_to_shared_values.confirm_purchase", "true")];
    let body = v3::request(inputs.collect(), &settings, 500);
    let path = v3::start(&server, &client, "domains_to_shared_values", &body).await;
    let run = v3::drain(&server, &client, &path, None).await;
    assert_eq!(run.state, "COMPLETED", "{:?}", run.messages());
    let types: BTreeSet<&str> = run.entities().iter().map(|entity| entity["type"].as_str().unwrap()).collect();
    for wanted in ["maltego.EmailAddress", "maltego.PhoneNumber", "maltego.Person", "maltego.X509Certificate"] {
        assert!(types.contains(wanted), "{wanted} of {types:?}: {:?}", run.messages());
    }
    for entity in run.entities() {
        let of_it = run.links().into_iter().filter(|link| link["targetId"] == entity["id"]).count();
        assert_eq!(of_it, 2, "shared by both: {entity}");
    }
    let kind = Catalogue::standard().find("domains_to_shared_values").unwrap().declaration().definition.input_kind;
    assert_eq!(kind, InputKind::List);
    // Classic clients send one, and are told where several can be compared.
    let request = Request::new("maltego.Domain", "velani0.example");
    let reply = support::run(&server, "domains_to_shared_values", &request).await;
    assert!(reply.says("PartialError", "one domain has nothing to be compared with"), "{:?}", reply.messages);
}

/// The recorded answer of a service, `None` where there is none of it.
fn recording(asked: &Asked) -> Option<&'static str> {
    Some(match vendor::service(asked) {
        "whois" => "whois_cnn.com.json",
        "whois-history" => "whois_history_record_field_names.json",
        "reverse-whois" => "reverse_whois_with_dates.json",
        "reverse-ns" => "reverse_ns.json",
        "reverse-mx" => "reverse_mx.json",
        "reverse-ip" => "reverse_ip.json",
        "reverse-dns" => "reverse_dns.json",
        "subdomains" => "subdomains_lookup.json",
        "discovery" => "domains_subdomains_discovery.json",
        "dns-lookup" => "dns_lookup.json",
        "ip-netblocks" => "ip_netblocks_v2.json",
        "domain-reputation" => "domain_reputation_v1.json",
        "website-contacts" => "website_contacts.json",
        "website-categorization" => "website_categorization_v3.json",
        _ => return None,
    })
}

fn respond(folder: &Path, asked: &Asked) -> Response {
    match recording(asked) {
        Some(name) if asked.mode().as_deref() != Some("preview") => file(&folder.join(name)),
        _ => answer(vendor::answer(asked)),
    }
}

/// The texts at a path of field names in a document, every item of lists on the way.
fn texts(document: &Value, path: &[&str]) -> Vec<String> {
    match (document, path) {
        (Value::Array(items), _) => items.iter().flat_map(|item| texts(item, path)).collect(),
        (Value::String(text), []) => vec![text.clone()],
        (other, [first, rest @ ..]) => texts(&other[*first], rest),
        _ => Vec::new(),
    }
}

fn read(folder: &Path, name: &str) -> Value {
    serde_json::from_slice(&std::fs::read(folder.join(name)).unwrap()).unwrap()
}

/// Entities of a type, by value, sorted.
fn of_type(reply: &Reply, entity_type: &str) -> Vec<String> {
    let mut values: Vec<_> = reply.entities.iter().filter(|e| e.entity_type == entity_type).collect();
    values.sort_by(|one, other| one.value.cmp(&other.value));
    values.into_iter().map(|entity| entity.value.clone()).collect()
}

fn sorted(mut texts: Vec<String>) -> Vec<String> {
    texts.sort();
    texts.dedup();
    texts
}

#[tokio::test]
async fn recorded_answers_become_entities_too() {
    let Some(folder) = recorded("whoisxml") else { return };
    let upstream = {
        let folder = folder.clone();
        Upstream::start(move |asked| respond(&folder, asked)).await
    };
    let answered = |transform: &'static str| {
        let server = Running::start(config(&upstream));
        async move {
            let reply = run(&server, transform, &vendor::pivot_of(transform).request(0)).await;
            reply.entities.iter().for_each(|entity| assert_proven(transform, entity));
            let failed = reply.messages.iter().any(|(kind, _)| kind != "Inform");
            assert!(!failed && !reply.body.contains(KEY), "{transform}: {:?}", reply.messages);
            reply
        }
    };

    // Names, as they stand in the recordings.
    for (transform, name, path) in [
        ("email_to_domains", "reverse_whois_with_dates.json", &["domainsList", "domainName"][..]),
        ("phrase_to_current_domains", "reverse_whois_with_dates.json", &["domainsList", "domainName"]),
        ("ns_to_domains", "reverse_ns.json", &["result", "name"]),
        ("mx_to_domains", "reverse_mx.json", &["result", "name"]),
        ("ip_to_domains", "reverse_ip.json", &["result", "name"]),
        ("netblock_to_domains", "reverse_ip.json", &["result", "name"]),
        ("domain_to_subdomains", "subdomains_lookup.json", &["result", "records", "domain"]),
        ("domain_to_similar_names", "domains_subdomains_discovery.json", &["domainsList"]),
    ] {
        let reply = answered(transform).await;
        let names = texts(&read(&folder, name), path);
        assert!(!names.is_empty());
        let values = reply.values().into_iter().map(str::to_owned).collect();
        assert_eq!(sorted(values), sorted(names), "{transform}: {:?}", reply.messages);
    }

    // WHOIS: the contacts, dates and servers of the record.
    let reply = answered("domain_to_whois").await;
    let record = &read(&folder, "whois_cnn.com.json")["WhoisRecord"];
    let fields = &reply.entities[0].fields;
    assert_eq!(fields["domainName"], texts(record, &["domainName"])[0].to_lowercase());
    for (property, path) in [
        ("registrantOrganization", &["registrant", "organization"][..]),
        ("registrantEmail", &["registrant", "email"]),
        ("registrantPhone", &["registrant", "telephone"]),
        ("adminEmail", &["administrativeContact", "email"]),
        ("techPhone", &["technicalContact", "telephone"]),
        ("registrar", &["registrarName"]),
        ("registrarIanaId", &["registrarIANAID"]),
    ] {
        assert_eq!(fields.get(property), texts(record, path).first(), "{property}");
    }
    let servers = texts(record, &["nameServers", "hostNames"]);
    assert_eq!(fields["nameservers"], servers.join(", ").to_lowercase());

    // WHOIS history: the placeholders of a client's own test.
    let reply = answered("domain_to_whois_history").await;
    let fields = &reply.entities[0].fields;
    for (property, value) in [
        ("registrantName", "registrantContact"),
        ("adminName", "administrativeContact"),
        ("techName", "technicalContact"),
        ("billingName", "billingContact"),
        ("registrar", "registrarName"),
        ("creationDate", "2020-04-25T17:25:00Z"),
    ] {
        assert_eq!(fields[property], value, "{property}");
    }

    // DNS: one entity for each record, names without their dots, addresses in their short form.
    let reply = answered("domain_to_dns_records").await;
    let records = read(&folder, "dns_lookup.json")["DNSData"]["dnsRecords"].clone();
    assert_eq!(reply.entities.len(), records.as_array().unwrap().len());
    let of = |kind: &str| -> Vec<Value> {
        records.as_array().unwrap().iter().filter(|record| record["dnsType"] == kind).cloned().collect()
    };
    let targets = |kind: &str| {
        let targets = of(kind).iter().flat_map(|record| texts(record, &["target"])).collect::<Vec<_>>();
        sorted(targets.into_iter().map(|name| name.trim_end_matches('.').to_owned()).collect())
    };
    assert_eq!(of_type(&reply, "maltego.NSRecord"), targets("NS"));
    assert_eq!(of_type(&reply, "maltego.MXRecord"), targets("MX"));
    let short = |record: &Value| record["address"].as_str().unwrap().parse::<std::net::IpAddr>().unwrap().to_string();
    assert_eq!(of_type(&reply, "maltego.IPv4Address"), of("A").iter().map(short).collect::<Vec<_>>());
    assert_eq!(of_type(&reply, "maltego.IPv6Address"), of("AAAA").iter().map(short).collect::<Vec<_>>());
    let phrases = of_type(&reply, "maltego.Phrase");
    assert!(of("TXT").iter().flat_map(|record| texts(record, &["strings"])).all(|text| phrases.contains(&text)));

    // Networks: each with its name, from the smallest outward.
    let reply = answered("ip_to_netblocks").await;
    let networks = read(&folder, "ip_netblocks_v2.json")["result"]["inetnums"].clone();
    let names: Vec<_> = reply.entities.iter().map(|entity| entity.fields["namehound.network.name"].clone()).collect();
    assert_eq!(names, texts(&networks, &["netname"]));
    let reply = answered("ip_to_as").await;
    assert_eq!(reply.values(), [networks[0]["as"]["asn"].to_string()]);
    let reply = answered("ip_to_network_contacts").await;
    let emails = of_type(&reply, "maltego.EmailAddress");
    for role in ["abuseContact", "adminContact", "techContact", "org"] {
        for email in texts(&networks[0], &[role, "email"]) {
            assert!(emails.contains(&email), "{role}");
        }
    }
    assert!(!answered("ip_to_network_owner").await.entities.is_empty());

    // Reputation in the older form, whose warnings are texts.
    let reply = answered("domain_to_reputation").await;
    let reputation = read(&folder, "domain_reputation_v1.json");
    assert_eq!(reply.entities[0].fields["namehound.reputation.score"], reputation["reputationScore"].to_string());
    assert_eq!(of_type(&reply, "maltego.Tag"), sorted(texts(&reputation, &["testResults", "warnings"])));

    // Web sites.
    let reply = answered("domain_to_website_contacts").await;
    let site = read(&folder, "website_contacts.json");
    assert_eq!(of_type(&reply, "maltego.EmailAddress"), sorted(texts(&site, &["emails", "email"])));
    assert_eq!(of_type(&reply, "maltego.PhoneNumber"), sorted(texts(&site, &["phones", "phoneNumber"])));
    assert_eq!(of_type(&reply, "maltego.Company"), sorted(texts(&site, &["companyNames"])));
    assert_eq!(of_type(&reply, "maltego.Location"), sorted(texts(&site, &["postalAddresses"])));
    let profiles = site["socialLinks"].as_object().unwrap().values().filter_map(Value::as_str);
    let profiles = profiles.filter(|link| !link.is_empty()).map(str::to_owned).collect();
    assert_eq!(of_type(&reply, "maltego.URL"), sorted(profiles));
    let reply = answered("domain_to_website_categories").await;
    let site = read(&folder, "website_categorization_v3.json");
    assert_eq!(of_type(&reply, "maltego.Tag"), sorted(texts(&site, &["categories", "name"])));
}

#[tokio::test]
async fn recorded_answers_that_are_empty_or_errors_are_told() {
    let Some(folder) = recorded("whoisxml") else { return };
    for (transform, name, kind, told) in [
        (
            "domain_to_dns_records",
            "dns_lookup_error_no_record.json",
            "Inform",
            "WhoisXML API has nothing on DNS records",
        ),
        ("ns_to_domains", "error_403.json", "PartialError", "the account's plan does not include this service"),
        ("domain_to_whois", "bulk_error.json", "PartialError", "WhoisXML API cannot be asked this"),
    ] {
        let path = folder.join(name);
        let upstream = Upstream::start(move |asked| match vendor::service(asked) {
            "balance" => answer(vendor::answer(asked)),
            _ => file(&path),
        })
        .await;
        let server = Running::start(config(&upstream));
        let reply = run(&server, transform, &vendor::pivot_of(transform).request(0)).await;
        assert!(reply.entities.is_empty(), "{transform}: {:?}", reply.values());
        assert!(reply.says(kind, told), "{transform}: {:?}", reply.messages);
    }
}

#[tokio::test]
async fn a_recorded_bulk_answer_reaches_whoever_asked_about_its_domain() {
    let Some(folder) = recorded("whoisxml") else { return };
    let records = read(&folder, "bulk_records.json");
    let domain = texts(&records, &["whoisRecords", "domainName"]).remove(0);
    let upstream = Upstream::start(move |asked| match asked.path.rsplit('/').next().unwrap() {
        "bulkWhois" => {
            // The recorded job refuses the very domain that the recorded records are about.
            let mut job = read(&folder, "bulk_create.json");
            job["invalidDomains"] = json!([]);
            answer(job)
        }
        "getRecords" => file(&folder.join("bulk_records.json")),
        other => panic!("nobody should ask {other}"),
    })
    .await;
    let mut config = vendor_config(&upstream);
    config.providers.whoisxml.bulk.expected_seconds = 0;
    config.providers.whoisxml.bulk.shortest_poll_milliseconds = 20;
    let server = Running::start(config);
    let reply = run(&server, "domain_to_whois", &Request::new("maltego.Domain", &domain)).await;
    assert_eq!(reply.entities.len(), 1, "{:?}", reply.messages);
    let record = &records["whoisRecords"][0]["whoisRecord"];
    let fields = &reply.entities[0].fields;
    for (property, path) in [
        ("nameservers", &["nameServers", "hostNames", "str"][..]),
        ("registrantOrganization", &["registrant", "organization"]),
        ("registrar", &["registrarName"]),
    ] {
        assert_eq!(fields[property], texts(record, path)[0], "{property}");
    }
}
