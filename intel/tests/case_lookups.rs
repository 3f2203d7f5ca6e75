//! Promise: every lookup is answered from the facts of a case, and an empty answer says why it is empty.

#![expect(clippy::unwrap_used, clippy::panic, reason = "the helpers of a test are test code too")]

mod case_support;

use std::net::IpAddr;

use case_support::{
    ask, day, email, first_page, host, mailbox, names, note, organization, person, sightings, small_case, whois,
};
use intel::{
    DnsRecord, Lookup, LookupKind, Page, Provider, ProviderError, Record, ReverseWhoisTerm, Scope, Step, Total,
    lookup::{
        AddressFamily, ContactField, ContactRole, DateRange, DiscoveryQuery, FieldTerm, HostOrAddress, Indicator,
        NamePatterns, NetworkSubject, PostalAddress, ReverseDnsTerm, ReverseDnsType, WhoisDates, WhoisField,
        WhoisSubject,
    },
    observable::{AutonomousSystem, Netblock, OrganizationName},
    provider::case::CaseProvider,
    record::{
        Certificate, Described, DnsData, IpLocation, MailboxCheck, Network, NetworkContact, Reputation,
        ReputationWarning, Routing, Threat, WebsiteCategory, WebsiteContacts,
    },
};

/// A bakery that was given up and a kiosk that is still there, at two hosting companies.
const STREET: &str = r#"
{"record": "whois", "domain": "bakery.example", "observed": "2019-02-01", "created": "2018-01-10", "updated": "2019-01-09", "expires": "2020-01-10", "registrar": "Stamp Names", "name_servers": ["ns1.host.example"], "statuses": ["ok"], "registrant": {"name": "Ola Brisk", "street": "1 Mill Lane", "city": "Saltwick", "postal_code": "00100", "country": "Northmark", "country_code": "ZZ", "email": "ola@post.example", "phone": "+1.5555550160"}}
{"record": "whois", "domain": "kiosk.example", "observed": "2019-03-01", "created": "2019-02-20", "updated": "2019-02-20", "expires": "2020-02-20", "registrar": "Stamp Names", "registrant": {"name": "Ola Brisk", "city": "Eastmere"}, "technical": {"name": "Tin Desk", "email": "desk@host.example"}}
{"record": "whois", "domain": "kiosk.example", "observed": "2021-03-01", "created": "2019-02-20", "updated": "2021-02-19", "expires": "2022-02-20", "registrar": {"name": "Inkwell Domains", "iana_id": "9991"}, "registrant": {"organization": "Kiosk Eastmere Ltd", "city": "Eastmere"}}
{"record": "dns", "name": "bakery.example", "type": "A", "value": "192.0.2.10", "first_seen": "2018-01-11", "last_seen": "2019-06-30"}
{"record": "dns", "name": "bakery.example", "type": "A", "value": "198.51.100.10", "first_seen": "2019-07-01", "last_seen": "2019-09-30"}
{"record": "dns", "name": "bakery.example", "type": "A", "value": "192.0.2.10", "first_seen": "2019-10-01", "last_seen": "2019-12-31"}
{"record": "dns", "name": "bakery.example", "type": "MX", "value": "10 mail.host.example", "first_seen": "2018-01-11", "last_seen": "2019-12-31"}
{"record": "dns", "name": "bakery.example", "type": "TXT", "value": "v=spf1 include:host.example -all", "first_seen": "2018-01-11", "last_seen": "2019-12-31"}
{"record": "dns", "name": "bakery.example", "type": "SOA", "value": "ns1.host.example street\\.desk.host.example 2018011101", "first_seen": "2018-01-11", "last_seen": "2019-12-31"}
{"record": "dns", "name": "kiosk.example", "type": "A", "value": "192.0.2.10", "first_seen": "2019-02-21", "last_seen": "2021-05-01"}
{"record": "dns", "name": "kiosk.example", "type": "AAAA", "value": "2001:db8:5::10", "first_seen": "2020-01-01", "last_seen": "2021-05-01"}
{"record": "dns", "name": "kiosk.example", "type": "MX", "value": "20 mail.host.example", "first_seen": "2019-02-21", "last_seen": "2021-05-01"}
{"record": "dns", "name": "kiosk.example", "type": "TXT", "value": "Stamp-Verification=4711", "first_seen": "2019-02-21", "last_seen": "2021-05-01"}
{"record": "dns", "name": "www.kiosk.example", "type": "CNAME", "value": "edge.crowd.example", "first_seen": "2020-06-01", "last_seen": "2021-05-01"}
{"record": "dns", "name": "shop.kiosk.example", "type": "CNAME", "value": "shops.crowd.example", "first_seen": "2021-02-01", "last_seen": "2021-05-01"}
{"record": "network", "network": "192.0.2.0/24", "name": "HOST-NET", "organization": "Host Street Ltd", "country_code": "zz", "city": "Saltwick", "as": 64500, "as_name": "HOST-AS", "abuse_email": "abuse@host.example"}
{"record": "network", "network": "192.0.2.0 - 192.0.2.15", "name": "HOST-RACK-1", "organization": "Rack One", "as": 64500, "as_name": "HOST-AS"}
{"record": "network", "network": "2001:db8:5::/48", "name": "HOST-SIX", "organization": "HOST STREET LIMITED", "country_code": "ZZ"}
{"record": "certificate", "names": ["kiosk.example", "*.kiosk.example"], "issuer": "Letters Authority R1", "serial": "0a:1b:2c", "not_before": "2021-01-01", "not_after": "2021-06-30", "fingerprint": "9C9C9C9C9C9C9C9C9C9C9C9C9C9C9C9C9C9C9C9C9C9C9C9C9C9C9C9C9C9C9C9C"}
{"record": "certificate", "names": ["www.kiosk.example"], "subject": "Kiosk", "issuer": "Letters Authority R1", "serial": "0A1B2D", "not_before": "2021-03-01", "not_after": "2021-08-30"}
"#;

fn street() -> CaseProvider {
    CaseProvider::new(vec![small_case("street", "2021-05-12", STREET)])
}

fn address(text: &str) -> IpAddr {
    text.parse().unwrap()
}

fn current(subject: WhoisSubject) -> Lookup {
    Lookup::WhoisCurrent { subject }
}

fn owner(subject: NetworkSubject) -> Lookup {
    Lookup::IpOwner { subject }
}

fn dns(page: &Page) -> Vec<DnsRecord> {
    page.records
        .iter()
        .map(|record| match record {
            Record::Dns(record) => record.clone(),
            other => panic!("not a DNS record: {other:?}"),
        })
        .collect()
}

fn networks(page: &Page) -> Vec<Network> {
    page.records
        .iter()
        .map(|record| match record {
            Record::Network(network) => (**network).clone(),
            other => panic!("not a network: {other:?}"),
        })
        .collect()
}

fn network_names(page: &Page) -> Vec<String> {
    networks(page).into_iter().filter_map(|network| network.name).collect()
}

#[test]
fn the_current_record_is_the_newest_of_a_domain_that_is_still_registered() {
    for subject in
        [WhoisSubject::Domain(host("kiosk.example")), WhoisSubject::Email(mailbox("hello@www.kiosk.example"))]
    {
        let records = whois(&first_page(&street(), &current(subject)));
        let [record] = records.as_slice() else { panic!("{records:?}") };
        assert_eq!((record.domain.as_str(), record.observed), ("kiosk.example", day("2021-03-01")));
        assert_eq!(record.registrant.organization.as_deref(), Some("Kiosk Eastmere Ltd"));
    }
}

#[test]
fn a_domain_that_ran_out_has_no_current_record_and_that_is_said() {
    let ran_out = "\"bakery.example\" ran out on 2020-01-10, before the day on which the case street plays (2021-05-12), \
                   so it has no current WHOIS record. Its WHOIS history says who had it.";
    for subject in [WhoisSubject::Domain(host("bakery.example")), WhoisSubject::Email(mailbox("x@bakery.example"))] {
        assert_eq!(note(&street(), &current(subject)), ran_out);
    }
    let never = current(WhoisSubject::Domain(host("stranger.example")));
    assert_eq!(note(&street(), &never), "\"stranger.example\" is not in the case street.");
    let server = current(WhoisSubject::Domain(host("mail.host.example")));
    assert_eq!(note(&street(), &server), "\"mail.host.example\" is in the case street, but without a WHOIS record.");
}

#[test]
fn the_whois_record_of_an_address_is_that_of_its_network() {
    let records = whois(&first_page(&street(), &current(WhoisSubject::Address(address("192.0.2.200")))));
    let [record] = records.as_slice() else { panic!("{records:?}") };
    assert_eq!((record.domain.as_str(), record.observed), ("192.0.2.200", None));
    let registrant = &record.registrant;
    assert_eq!(registrant.organization.as_deref(), Some("Host Street Ltd"));
    assert_eq!((registrant.city.as_deref(), registrant.country_code.as_deref()), (Some("Saltwick"), Some("ZZ")));
    let nowhere = current(WhoisSubject::Address(address("203.0.113.1")));
    assert_eq!(note(&street(), &nowhere), "203.0.113.1 is in no network of the case street.");
}

#[test]
fn the_names_of_an_address_are_those_that_ever_pointed_to_it() {
    let provider = street();
    let page = first_page(&provider, &Lookup::ReverseIp { address: address("192.0.2.10") });
    assert_eq!(names(&page), ["bakery.example", "kiosk.example"]);
    let bakery = sightings(&page).remove(0);
    assert_eq!((bakery.first_seen, bakery.last_seen), (day("2018-01-11"), day("2019-12-31")));
    let page = first_page(&provider, &Lookup::ReverseIp { address: address("2001:db8:5::10") });
    assert_eq!(names(&page), ["kiosk.example"]);
    let nobody = Lookup::ReverseIp { address: address("192.0.2.11") };
    assert_eq!(note(&provider, &nobody), "No name in the case street points or pointed to 192.0.2.11.");
}

#[test]
fn the_history_of_an_address_tells_every_stay_the_latest_first() {
    let page = first_page(&street(), &Lookup::AddressHistory { address: address("192.0.2.10") });
    let stays: Vec<_> =
        sightings(&page).into_iter().map(|stay| (stay.name.to_string(), stay.first_seen, stay.last_seen)).collect();
    let stay = |name: &str, first, last| (name.to_owned(), day(first), day(last));
    assert_eq!(
        stays,
        [
            stay("kiosk.example", "2019-02-21", "2021-05-01"),
            stay("bakery.example", "2019-10-01", "2019-12-31"),
            stay("bakery.example", "2018-01-11", "2019-06-30"),
        ]
    );
    let nobody = Lookup::AddressHistory { address: address("203.0.113.9") };
    assert_eq!(note(&street(), &nobody), "No name in the case street points or pointed to 203.0.113.9.");
}

#[test]
fn the_history_of_a_name_tells_its_addresses_by_family() {
    let provider = street();
    let history = |name: &str, family| Lookup::DnsHistory { host: host(name), family };
    let told = |name, family| -> Vec<_> {
        dns(&first_page(&provider, &history(name, family)))
            .into_iter()
            .map(|record| match record.data {
                DnsData::Address(address) => (address.to_string(), record.first_seen),
                other => panic!("{other:?}"),
            })
            .collect()
    };
    let seen = |address: &str, first| (address.to_owned(), day(first));
    assert_eq!(
        told("bakery.example", None),
        [seen("192.0.2.10", "2019-10-01"), seen("198.51.100.10", "2019-07-01"), seen("192.0.2.10", "2018-01-11")]
    );
    let (four, six) = (seen("192.0.2.10", "2019-02-21"), seen("2001:db8:5::10", "2020-01-01"));
    assert_eq!(told("kiosk.example", None), [four.clone(), six.clone()]);
    assert_eq!(told("kiosk.example", Some(AddressFamily::V4)), [four]);
    assert_eq!(told("kiosk.example", Some(AddressFamily::V6)), [six]);
    for (name, family, expected) in [
        ("bakery.example", Some(AddressFamily::V6), "is in the case street, but without an IPv6 address."),
        ("www.kiosk.example", Some(AddressFamily::V4), "is in the case street, but without an IPv4 address."),
        ("www.kiosk.example", None, "is in the case street, but without an address."),
        ("stranger.example", None, "is not in the case street."),
    ] {
        assert_eq!(note(&provider, &history(name, family)), format!("\"{name}\" {expected}"));
    }
}

#[test]
fn a_mail_server_leads_to_the_domains_whose_mail_it_takes() {
    let provider = street();
    let mail_server = |name: &str| Lookup::ReverseMx { mail_server: host(name) };
    assert_eq!(names(&first_page(&provider, &mail_server("mail.host.example"))), ["bakery.example", "kiosk.example"]);
    assert_eq!(
        note(&provider, &mail_server("kiosk.example")),
        "\"kiosk.example\" is in the case street, but not as a mail server of any domain."
    );
}

#[test]
fn records_are_found_by_their_value_or_their_name_with_stars() {
    let provider = street();
    let found = |record_type, terms: Vec<ReverseDnsTerm>| -> Vec<String> {
        let page = first_page(&provider, &Lookup::ReverseDns { record_type, terms });
        dns(&page).into_iter().map(|record| record.owner.to_string()).collect()
    };
    let value = ReverseDnsTerm::value;
    let term = |text: &str, on_name, exclude| ReverseDnsTerm { on_name, text: text.to_owned(), exclude };
    let (txt, cname, soa) = (ReverseDnsType::Txt, ReverseDnsType::Cname, ReverseDnsType::Soa);
    for (record_type, terms, expected) in [
        (txt, vec![value("stamp-verification=4711")], vec!["kiosk.example"]),
        (txt, vec![value("stamp-verification")], vec![]),
        (txt, vec![value("*include:host.example*")], vec!["bakery.example"]),
        (txt, vec![value("*")], vec!["bakery.example", "kiosk.example"]),
        (txt, vec![value("*"), term("*spf1*", false, true)], vec!["kiosk.example"]),
        (txt, vec![value("*"), term("kiosk*", true, true)], vec!["bakery.example"]),
        (cname, vec![value("edge.crowd.example")], vec!["www.kiosk.example"]),
        (cname, vec![value("*.crowd.example.")], vec!["www.kiosk.example", "shop.kiosk.example"]),
        (cname, vec![value("*crowd*"), term("shop.*", true, false)], vec!["shop.kiosk.example"]),
        (soa, vec![value("street.desk@host.example")], vec!["bakery.example"]),
        (soa, vec![value("ns1.host.example")], vec!["bakery.example"]),
        (soa, vec![value(r"*street\.desk.host.example*")], vec!["bakery.example"]),
        (soa, vec![value(r"ns1.host.example. street\.desk.host.example. *")], vec!["bakery.example"]),
    ] {
        let mut expected: Vec<String> = expected.into_iter().map(str::to_owned).collect();
        expected.sort();
        assert_eq!(found(record_type, terms.clone()), expected, "{terms:?}");
    }
    let nothing = Lookup::ReverseDns { record_type: soa, terms: vec![value("nobody@host.example")] };
    assert_eq!(note(&provider, &nothing), "No SOA record in the case street fits.");
}

#[test]
fn names_are_found_by_patterns_on_the_domain_and_on_what_is_below() {
    let provider = street();
    let patterns = |include: &[&str], exclude: &[&str]| NamePatterns {
        include: include.iter().map(|text| (*text).to_owned()).collect(),
        exclude: exclude.iter().map(|text| (*text).to_owned()).collect(),
    };
    let none = NamePatterns::default;
    let query = |domains, subdomains| DiscoveryQuery { domains, subdomains, since: None };
    for (query, expected) in [
        (DiscoveryQuery::domains_like("*k*"), vec!["bakery.example", "kiosk.example"]),
        (DiscoveryQuery::domains_like("kiosk.example"), vec!["kiosk.example"]),
        (DiscoveryQuery::domains_like("kiosk"), vec![]),
        (query(patterns(&["*k*"], &["bak*"]), none()), vec!["kiosk.example"]),
        (query(none(), patterns(&["*"], &[])), vec!["shop.kiosk.example", "www.kiosk.example"]),
        (query(patterns(&["kiosk*"], &[]), patterns(&["*w*"], &[])), vec!["www.kiosk.example"]),
        (query(patterns(&["bakery*"], &[]), patterns(&["*"], &[])), vec![]),
    ] {
        let page = first_page(&provider, &Lookup::Discovery { query: query.clone() });
        assert_eq!(names(&page), expected, "{query:?}");
    }
    let since = |day: &str| DiscoveryQuery {
        since: Some(day.parse().unwrap()),
        ..query(patterns(&["kiosk*"], &[]), patterns(&["*"], &[]))
    };
    let page = first_page(&provider, &Lookup::Discovery { query: since("2021-02-01") });
    assert_eq!(names(&page), ["shop.kiosk.example"]);
    let later = Lookup::Discovery { query: since("2021-02-02") };
    assert_eq!(note(&provider, &later), "No name in the case street fits.");
}

#[test]
fn a_domain_like_a_pattern_was_seen_when_it_or_anything_below_it_was() {
    let page = first_page(&street(), &Lookup::Discovery { query: DiscoveryQuery::domains_like("kiosk*") });
    let kiosk = sightings(&page).remove(0);
    assert_eq!((kiosk.first_seen, kiosk.last_seen), (day("2019-02-21"), day("2021-05-01")));
}

#[test]
fn the_networks_around_an_address_come_most_specific_first() {
    let provider = street();
    let page = first_page(&provider, &owner(NetworkSubject::Address(address("192.0.2.10"))));
    assert_eq!(network_names(&page), ["HOST-RACK-1", "HOST-NET"]);
    let name = |name: &str| Some(name.to_owned());
    let system = AutonomousSystem::parse("64500").unwrap();
    let expected = Network {
        name: name("HOST-NET"),
        country_code: name("ZZ"),
        city: name("Saltwick"),
        routing: Some(Routing { system, name: name("HOST-AS"), route: None, url: None, kind: None }),
        organization: Some(NetworkContact { name: name("Host Street Ltd"), ..NetworkContact::default() }),
        abuse: vec![NetworkContact { emails: vec!["abuse@host.example".to_owned()], ..NetworkContact::default() }],
        ..Network::of(Netblock::parse("192.0.2.0/24").unwrap())
    };
    assert_eq!(networks(&page)[1], expected);
}

#[test]
fn networks_are_found_by_block_system_and_organisation() {
    let provider = street();
    let block = |text: &str| NetworkSubject::Netblock(Netblock::parse(text).unwrap());
    let system = |text: &str| NetworkSubject::AutonomousSystem(AutonomousSystem::parse(text).unwrap());
    let organization = |text: &str| NetworkSubject::Organization(OrganizationName::parse(text).unwrap());
    for (subject, expected) in [
        // Within, exactly, around.
        (block("192.0.2.4/30"), vec!["HOST-RACK-1", "HOST-NET"]),
        (block("192.0.2.128/25"), vec!["HOST-NET"]),
        (block("192.0.0.0/16"), vec!["HOST-RACK-1", "HOST-NET"]),
        (block("2001:db8::/32"), vec!["HOST-SIX"]),
        (system("AS64500"), vec!["HOST-RACK-1", "HOST-NET"]),
        (organization("host street"), vec!["HOST-NET", "HOST-SIX"]),
    ] {
        assert_eq!(network_names(&first_page(&provider, &owner(subject.clone()))), expected, "{subject:?}");
    }
    for (subject, expected) in [
        (NetworkSubject::Address(address("203.0.113.1")), "203.0.113.1 is in no network of the case street."),
        (block("203.0.113.0/24"), "No network in the case street has addresses of 203.0.113.0-203.0.113.255."),
        (system("64501"), "AS64501 announces no network in the case street."),
        (organization("Rack Two"), "\"Rack Two\" holds no network in the case street."),
    ] {
        assert_eq!(note(&provider, &owner(subject)), expected);
    }
}

#[test]
fn an_address_is_where_the_most_specific_network_that_says_so_is() {
    let provider = street();
    let page = first_page(&provider, &Lookup::IpLocation { address: address("192.0.2.10") });
    let [Record::Location(location)] = page.records.as_slice() else { panic!("{:?}", page.records) };
    let IpLocation { address: of, country_code, city, routing, provider: company, .. } = (**location).clone();
    assert_eq!((of, country_code.as_deref(), city.as_deref()), (address("192.0.2.10"), Some("ZZ"), Some("Saltwick")));
    // The rack says nothing about its place, so the network around it does.
    assert_eq!(company.as_deref(), Some("Host Street Ltd"));
    assert_eq!(routing.unwrap().system.to_string(), "AS64500");
    let nowhere = Lookup::IpLocation { address: address("203.0.113.1") };
    assert_eq!(note(&provider, &nowhere), "203.0.113.1 is in no network of the case street.");
    let placeless = r#"{"record": "network", "network": "203.0.113.0/24", "name": "QUIET-NET"}"#;
    let placeless = CaseProvider::new(vec![small_case("quiet", "2021-05-12", placeless)]);
    assert_eq!(
        note(&placeless, &nowhere),
        "203.0.113.1 is in a network of the case quiet, but nothing says where that is."
    );
}

#[test]
fn certificates_are_found_by_their_names_the_newest_first() {
    let provider = street();
    let certificates = |name: &str| -> Vec<Certificate> {
        first_page(&provider, &Lookup::Certificates { host: host(name) })
            .records
            .into_iter()
            .map(|record| match record {
                Record::Certificate(certificate) => *certificate,
                other => panic!("{other:?}"),
            })
            .collect()
    };
    let found = certificates("www.kiosk.example");
    let serials: Vec<_> = found.iter().map(|certificate| certificate.serial.as_deref()).collect();
    assert_eq!(serials, [Some("0A1B2D"), Some("0A1B2C")]);
    assert_eq!(found[0].subject.as_deref(), Some("Kiosk"));
    let expected = Certificate {
        subject: Some("kiosk.example".to_owned()),
        names: vec!["kiosk.example".to_owned(), "*.kiosk.example".to_owned()],
        issuer: Some("Letters Authority R1".to_owned()),
        serial: Some("0A1B2C".to_owned()),
        not_before: day("2021-01-01"),
        not_after: day("2021-06-30"),
        fingerprint: Some("9c".repeat(32)),
        end_entity: true,
        ..Certificate::default()
    };
    assert_eq!(found[1], expected);
    assert_eq!(certificates("kiosk.example"), [expected]);
    let without = Lookup::Certificates { host: host("bakery.example") };
    assert_eq!(note(&provider, &without), "\"bakery.example\" is in the case street, but without a certificate.");
    // A name that only a certificate has is in the case.
    let lookup = Lookup::DnsRecords { host: host("old.kiosk.example") };
    assert_eq!(note(&provider, &lookup), "\"old.kiosk.example\" is in the case street, but without a DNS record.");
}

fn reverse(term: ReverseWhoisTerm, dates: WhoisDates) -> Lookup {
    Lookup::ReverseWhois { term, scope: Scope::Historic, dates }
}

fn domains(provider: &CaseProvider, term: ReverseWhoisTerm) -> Vec<String> {
    names(&first_page(provider, &reverse(term, WhoisDates::default())))
}

#[test]
fn a_postal_address_is_found_by_the_parts_that_are_given() {
    let provider = street();
    let text = |text: &str| Some(text.to_owned());
    let place = PostalAddress::default;
    for (wanted, expected) in [
        (PostalAddress { street: text("mill lane"), ..place() }, vec!["bakery.example"]),
        (PostalAddress { city: text("Eastmere"), ..place() }, vec!["kiosk.example"]),
        (PostalAddress { street: text("1 Mill Lane"), city: text("Saltwick"), ..place() }, vec!["bakery.example"]),
        (PostalAddress { street: text("1 Mill Lane"), city: text("Eastmere"), ..place() }, vec![]),
        (PostalAddress { postal_code: text("00100"), country: text("northmark"), ..place() }, vec!["bakery.example"]),
    ] {
        assert_eq!(domains(&provider, ReverseWhoisTerm::Address(wanted.clone())), expected, "{wanted:?}");
    }
}

#[test]
fn words_are_found_anywhere_and_kept_out() {
    let provider = street();
    let words = |include: &[&str], exclude: &[&str]| ReverseWhoisTerm::Words {
        include: include.iter().map(|word| (*word).to_owned()).collect(),
        exclude: exclude.iter().map(|word| (*word).to_owned()).collect(),
    };
    assert_eq!(domains(&provider, words(&["stamp", "brisk"], &[])), ["bakery.example", "kiosk.example"]);
    assert_eq!(domains(&provider, words(&["stamp", "Brisk"], &["EASTMERE"])), ["bakery.example"]);
    assert_eq!(domains(&provider, words(&["stamp", "ltd"], &[])), Vec::<String>::new());
    assert_eq!(
        note(&provider, &reverse(words(&["stamp"], &["names"]), WhoisDates::default())),
        "\"stamp -names\" is in no WHOIS record of the case street."
    );
}

#[test]
fn fields_are_compared_each_by_itself_in_part_or_exactly() {
    let provider = street();
    let field = |field, text: &str, exact, exclude| FieldTerm { field, text: text.to_owned(), exact, exclude };
    let city = WhoisField::Contact(ContactRole::Registrant, ContactField::City);
    let technician = WhoisField::Contact(ContactRole::Technical, ContactField::Name);
    for (terms, expected) in [
        (vec![field(city, "east", false, false)], vec!["kiosk.example"]),
        (vec![field(city, "east", true, false)], vec![]),
        (vec![field(city, "eastmere", true, false)], vec!["kiosk.example"]),
        (vec![field(technician, "Ola Brisk", true, false)], vec![]),
        (vec![field(technician, "Tin Desk", true, false)], vec!["kiosk.example"]),
        (vec![field(WhoisField::RegistrarName, "stamp", false, false)], vec!["bakery.example", "kiosk.example"]),
        (
            vec![field(WhoisField::RegistrarName, "stamp", false, false), field(city, "eastmere", true, true)],
            vec!["bakery.example"],
        ),
        (vec![field(WhoisField::NameServers, "host.example", false, false)], vec!["bakery.example"]),
        (vec![field(WhoisField::Status, "ok", true, false)], vec!["bakery.example"]),
        (vec![field(WhoisField::Email, "host.example", false, false)], vec!["kiosk.example"]),
        (vec![field(WhoisField::DomainName, "bak", false, false)], vec!["bakery.example"]),
    ] {
        assert_eq!(domains(&provider, ReverseWhoisTerm::Fields(terms.clone())), expected, "{terms:?}");
    }
    let nobody = ReverseWhoisTerm::Fields(vec![field(city, "Port Marlow", true, false)]);
    assert_eq!(
        note(&provider, &reverse(nobody, WhoisDates::default())),
        "RegistrantContact.City = \"Port Marlow\" is in no WHOIS record of the case street."
    );
}

#[test]
fn dates_limit_the_records_that_are_searched_and_an_empty_answer_says_so() {
    let provider = street();
    let range = |from: Option<&str>, to: Option<&str>| {
        let date = |text: &str| text.parse().unwrap();
        DateRange { from: from.map(date), to: to.map(date) }
    };
    let dates = WhoisDates::default;
    let both = vec!["bakery.example", "kiosk.example"];
    for (dates, expected) in [
        (WhoisDates { created: range(None, Some("2018-12-31")), ..dates() }, vec!["bakery.example"]),
        (WhoisDates { created: range(Some("2018-01-10"), None), ..dates() }, both.clone()),
        (WhoisDates { updated: range(Some("2019-01-10"), Some("2019-12-31")), ..dates() }, vec!["kiosk.example"]),
        (WhoisDates { expires: range(Some("2020-01-10"), Some("2020-01-10")), ..dates() }, vec!["bakery.example"]),
    ] {
        let page = first_page(&provider, &reverse(person("Ola Brisk"), dates.clone()));
        assert_eq!(names(&page), expected, "{dates:?}");
    }
    let before = WhoisDates { updated: range(None, Some("2018-12-31")), ..dates() };
    assert_eq!(
        note(&provider, &reverse(person("Ola Brisk"), before)),
        "\"Ola Brisk\" is in no WHOIS record of the case street within the given dates. Without them, it is in records of \
         2 domains."
    );
}

#[test]
fn of_what_a_case_leaves_out_it_says_that_it_holds_nothing() {
    let provider = street();
    let kiosk = || host("kiosk.example");
    let mut kinds = Vec::new();
    for (lookup, subject) in [
        (Lookup::Reputation { subject: HostOrAddress::Host(kiosk()) }, "reputation"),
        (Lookup::Threats { indicator: Indicator::Host(kiosk()) }, "threat intelligence"),
        (Lookup::WebsiteContacts { host: kiosk() }, "web site contacts"),
        (Lookup::WebsiteCategories { host: kiosk() }, "web site categories"),
        (Lookup::EmailVerification { email: mailbox("ola@post.example") }, "e-mail verification"),
    ] {
        assert_eq!(note(&provider, &lookup), format!("The case street holds nothing on {subject}."));
        kinds.push(lookup.kind());
    }
    assert_eq!(provider.lookups(), LookupKind::ALL, "a case answers everything, so that nothing leaves the machine");
    let two = CaseProvider::new(vec![small_case("a", "2021-05-12", STREET), small_case("b", "2021-05-12", STREET)]);
    let lookup = Lookup::WebsiteContacts { host: kiosk() };
    assert_eq!(note(&two, &lookup), "The cases a and b hold nothing on web site contacts.");
}

/// What others think of the street.
const TALK: &str = r#"
{"record": "dns", "name": "post.example", "type": "MX", "value": "20 mx2.post.example", "first_seen": "2019-01-01", "last_seen": "2021-05-01"}
{"record": "dns", "name": "post.example", "type": "MX", "value": "10 mx1.post.example", "first_seen": "2019-01-01", "last_seen": "2021-05-01"}
{"record": "dns", "name": "post.example", "type": "MX", "value": "5 old.post.example", "first_seen": "2015-01-01", "last_seen": "2018-12-31"}
{"record": "dns", "name": "post.example", "type": "MX", "value": "1 new.post.example", "first_seen": "2021-05-10", "last_seen": "2021-05-11"}
{"record": "reputation", "subject": "kiosk.example", "score": 12.5, "warnings": ["listed for phishing", "young domain"]}
{"record": "reputation", "subject": "192.0.2.10", "score": 40}
{"record": "threat", "indicator": "kiosk.example", "threat": "phishing", "first_seen": "2021-01-02", "last_seen": "2021-04-02"}
{"record": "threat", "indicator": "pay.kiosk.example", "threat": "malware", "last_seen": "2021-05-02"}
{"record": "threat", "indicator": "192.0.2.0/24", "threat": "spam"}
{"record": "threat", "indicator": "https://kiosk.example/pay", "threat": "fraud"}
{"record": "website", "site": "kiosk.example", "title": "Kiosk", "companies": ["Kiosk Eastmere Ltd"], "emails": ["hello@kiosk.example"], "phones": ["+1 555 555 0161"], "addresses": ["1 Mill Lane, Eastmere"], "profiles": ["https://social.example/kiosk"], "categories": ["Sweets", "Newspapers"]}
{"record": "website", "site": "www.lantern.example"}
{"record": "mailbox", "email": "Ola@post.example", "deliverable": true, "disposable": false, "free": true, "catch_all": false, "checked": "2021-05-03"}
{"record": "mailbox", "email": "x@nowhere.example", "deliverable": false}
"#;

fn talk() -> CaseProvider {
    CaseProvider::new(vec![small_case("talk", "2021-05-12", TALK)])
}

fn reputation_of(name: &str) -> Lookup {
    Lookup::Reputation { subject: HostOrAddress::Host(host(name)) }
}

fn accused(name: &str) -> Lookup {
    Lookup::Threats { indicator: Indicator::Host(host(name)) }
}

#[test]
fn a_reputation_is_that_of_exactly_the_subject() {
    let provider = talk();
    let warning = |text: &str| ReputationWarning { text: text.to_owned(), ..ReputationWarning::default() };
    let expected =
        Reputation { score: Some(12.5), warnings: vec![warning("listed for phishing"), warning("young domain")] };
    assert_eq!(first_page(&provider, &reputation_of("kiosk.example")).records, [Record::Reputation(expected)]);
    let of_address = |text: &str| Lookup::Reputation { subject: HostOrAddress::Address(address(text)) };
    let expected = Reputation { score: Some(40.0), warnings: Vec::new() };
    assert_eq!(first_page(&provider, &of_address("192.0.2.10")).records, [Record::Reputation(expected)]);
    for (lookup, expected) in [
        (reputation_of("pay.kiosk.example"), "\"pay.kiosk.example\" is in the case talk, but without a reputation."),
        (reputation_of("stranger.example"), "\"stranger.example\" is not in the case talk."),
        (of_address("192.0.2.11"), "192.0.2.11 has no reputation in the case talk."),
    ] {
        assert_eq!(note(&provider, &lookup), expected);
    }
}

#[test]
fn accusations_are_those_of_the_indicator_and_of_names_above_it_the_latest_first() {
    let provider = talk();
    let threats = |lookup: &Lookup| -> Vec<Threat> {
        first_page(&provider, lookup)
            .records
            .into_iter()
            .map(|record| match record {
                Record::Threat(threat) => threat,
                other => panic!("{other:?}"),
            })
            .collect()
    };
    let phishing = Threat {
        indicator: "kiosk.example".to_owned(),
        indicator_kind: Some("domain".to_owned()),
        threat: "phishing".to_owned(),
        first_seen: day("2021-01-02"),
        last_seen: day("2021-04-02"),
    };
    assert_eq!(threats(&accused("kiosk.example")), std::slice::from_ref(&phishing));
    let below = threats(&accused("pay.kiosk.example"));
    assert_eq!((below[0].threat.as_str(), &below[1..]), ("malware", &[phishing][..]));

    let of = |indicator| Lookup::Threats { indicator };
    let block = |text: &str| of(Indicator::Netblock(Netblock::parse(text).unwrap()));
    let url = |text: &str| of(Indicator::Url(url::Url::parse(text).unwrap()));
    assert_eq!(threats(&block("192.0.2.0-192.0.2.255"))[0].indicator, "192.0.2.0/24");
    assert_eq!(threats(&url("https://KIOSK.example/pay"))[0].threat, "fraud");
    for (lookup, expected) in [
        (accused("lantern.example"), "\"lantern.example\" is in the case talk, but not accused of anything."),
        (accused("stranger.example"), "\"stranger.example\" is not in the case talk."),
        (of(Indicator::Address(address("192.0.2.10"))), "192.0.2.10 is not accused of anything in the case talk."),
        (block("192.0.2.0/25"), "192.0.2.0/25 is not accused of anything in the case talk."),
        (url("https://kiosk.example/"), "https://kiosk.example/ is not accused of anything in the case talk."),
    ] {
        assert_eq!(note(&provider, &lookup), expected);
    }
}

#[test]
fn a_web_site_tells_what_it_shows_and_what_it_is_about() {
    let provider = talk();
    let plain = |value: &str| vec![Described { value: value.to_owned(), description: None }];
    let expected = WebsiteContacts {
        site: "kiosk.example".to_owned(),
        responded: Some(true),
        title: Some("Kiosk".to_owned()),
        companies: vec!["Kiosk Eastmere Ltd".to_owned()],
        emails: plain("hello@kiosk.example"),
        phones: plain("+1 555 555 0161"),
        addresses: vec!["1 Mill Lane, Eastmere".to_owned()],
        profiles: plain("https://social.example/kiosk"),
        ..WebsiteContacts::default()
    };
    for name in ["kiosk.example", "www.kiosk.example"] {
        let page = first_page(&provider, &Lookup::WebsiteContacts { host: host(name) });
        assert_eq!(page.records, [Record::WebsiteContacts(Box::new(expected.clone()))], "{name}");
        let page = first_page(&provider, &Lookup::WebsiteCategories { host: host(name) });
        let category =
            |name: &str| Record::WebsiteCategory(WebsiteCategory { name: name.to_owned(), ..Default::default() });
        assert_eq!(page.records, [category("Newspapers"), category("Sweets")], "{name}");
    }
    // A site that shows nothing was seen all the same.
    let bare = first_page(&provider, &Lookup::WebsiteContacts { host: host("lantern.example") });
    let [Record::WebsiteContacts(site)] = bare.records.as_slice() else { panic!("{:?}", bare.records) };
    assert_eq!((site.site.as_str(), site.emails.as_slice()), ("www.lantern.example", &[][..]));
    for (lookup, expected) in [
        (
            Lookup::WebsiteCategories { host: host("lantern.example") },
            "\"lantern.example\" is in the case talk, but nothing says what its web site is about.",
        ),
        (
            Lookup::WebsiteContacts { host: host("post.example") },
            "\"post.example\" is in the case talk, but nothing says what its web site shows.",
        ),
        (Lookup::WebsiteContacts { host: host("stranger.example") }, "\"stranger.example\" is not in the case talk."),
    ] {
        assert_eq!(note(&provider, &lookup), expected);
    }
}

#[test]
fn a_mailbox_is_checked_with_the_mail_servers_that_its_domain_had_that_day() {
    let provider = talk();
    let verify = |email: &str| Lookup::EmailVerification { email: mailbox(email) };
    let expected = MailboxCheck {
        email: mailbox("Ola@post.example"),
        well_formed: Some(true),
        domain_resolves: Some(true),
        deliverable: Some(true),
        catch_all: Some(false),
        free: Some(true),
        disposable: Some(false),
        mail_servers: vec![host("mx1.post.example"), host("mx2.post.example")],
        checked: day("2021-05-03"),
    };
    assert_eq!(first_page(&provider, &verify("ola@post.example")).records, [Record::Mailbox(expected)]);
    let page = first_page(&provider, &verify("x@nowhere.example"));
    let [Record::Mailbox(check)] = page.records.as_slice() else { panic!("{:?}", page.records) };
    assert_eq!((check.deliverable, check.domain_resolves, check.free), (Some(false), None, None));
    assert_eq!((check.mail_servers.len(), check.checked), (0, None));
    assert_eq!(
        note(&provider, &verify("ola@nowhere.example")),
        "Nothing in the case talk says whether \"ola@nowhere.example\" takes mail."
    );
    // Its domain occurs in the case, if only there.
    assert_eq!(
        note(&provider, &Lookup::DnsRecords { host: host("nowhere.example") }),
        "\"nowhere.example\" is in the case talk, but without a DNS record."
    );
}

#[test]
fn of_several_cases_that_assess_the_same_one_is_believed_and_what_both_say_is_said_once() {
    let other = r#"
{"record": "reputation", "subject": "kiosk.example", "score": 90}
{"record": "threat", "indicator": "kiosk.example", "threat": "phishing", "first_seen": "2021-01-02", "last_seen": "2021-04-02"}
{"record": "threat", "indicator": "kiosk.example", "threat": "fraud", "last_seen": "2021-04-02"}
{"record": "website", "site": "kiosk.example", "title": "Kiosk and more", "categories": ["Newspapers", "Toys"]}
{"record": "mailbox", "email": "ola@post.example", "deliverable": false, "checked": "2021-05-04"}
"#;
    let provider =
        CaseProvider::new(vec![small_case("talk", "2021-05-12", TALK), small_case("more", "2021-05-12", other)]);
    let records = |lookup: &Lookup| first_page(&provider, lookup).records;
    let page = first_page(&provider, &reputation_of("kiosk.example"));
    let [Record::Reputation(reputation)] = page.records.as_slice() else { panic!("{:?}", page.records) };
    assert_eq!((reputation.score, page.source.as_deref()), (Some(12.5), Some("case talk")));
    let threats = records(&accused("kiosk.example"));
    assert_eq!(threats.len(), 2, "{threats:?}");
    let categories = records(&Lookup::WebsiteCategories { host: host("kiosk.example") });
    assert_eq!(categories.len(), 3, "{categories:?}");
    assert_eq!(records(&Lookup::WebsiteContacts { host: host("kiosk.example") }).len(), 2);
    let page = first_page(&provider, &Lookup::EmailVerification { email: mailbox("ola@post.example") });
    let [Record::Mailbox(check)] = page.records.as_slice() else { panic!("{:?}", page.records) };
    assert_eq!((check.deliverable, page.source.as_deref()), (Some(false), Some("case more")), "the later check");
    // The other case has no DNS record, so its check has no mail server.
    assert_eq!(check.mail_servers, []);
    assert_eq!(note(&provider, &accused("tin.example")), "\"tin.example\" is in none of the cases talk and more.");
}

#[test]
fn a_question_without_a_condition_is_refused() {
    let provider = street();
    for lookup in [
        Lookup::ReverseDns { record_type: ReverseDnsType::Txt, terms: Vec::new() },
        Lookup::Discovery { query: DiscoveryQuery::default() },
    ] {
        let outcome = provider.call(&lookup, &Step::Page(None));
        assert!(matches!(outcome, Err(ProviderError::InvalidInput { .. })), "{lookup:?}: {outcome:?}");
    }
}

#[test]
fn an_answer_names_the_cases_that_it_is_made_of() {
    let other = r#"
{"record": "whois", "domain": "lantern.example", "observed": "2021-01-01", "registrant": {"name": "Ola Brisk"}}
{"record": "whois", "domain": "kiosk.example", "observed": "2021-04-01", "expires": "2022-02-20"}
{"record": "dns", "name": "lantern.example", "type": "A", "value": "192.0.2.10", "last_seen": "2021-04-01"}
{"record": "network", "network": "192.0.2.0/28", "name": "OTHER-RACK", "city": "Elsewhere"}
"#;
    let provider =
        CaseProvider::new(vec![small_case("street", "2021-05-12", STREET), small_case("other", "2021-05-12", other)]);
    assert_eq!(provider.source(), "cases street and other");
    let ask_first = |lookup: &Lookup| first_page(&provider, lookup);
    let source = |lookup: &Lookup| ask_first(lookup).source;
    let of = |name: &str| Some(name.to_owned());

    assert_eq!(source(&Lookup::WhoisHistory { domain: host("bakery.example") }), of("case street"));
    assert_eq!(source(&Lookup::WhoisHistory { domain: host("lantern.example") }), of("case other"));
    let everybody = Lookup::reverse_whois(person("Ola Brisk"), Scope::Historic);
    assert_eq!(names(&ask_first(&everybody)), ["bakery.example", "kiosk.example", "lantern.example"]);
    assert_eq!((source(&everybody), ask_first(&everybody).notes), (of("cases street and other"), Vec::new()));
    assert_eq!(ask(&provider, &everybody, &Step::Preview).source, of("cases street and other"));

    // The newest record is the current one, wherever it stands.
    let now = ask_first(&current(WhoisSubject::Domain(host("kiosk.example"))));
    assert_eq!((whois(&now).len(), whois(&now)[0].observed, now.source), (1, day("2021-04-01"), of("case other")));
    let place = ask_first(&Lookup::IpLocation { address: address("192.0.2.10") });
    assert_eq!((place.total, place.source), (Some(Total::Exactly(1)), of("case street")));

    let networks = ask_first(&owner(NetworkSubject::Address(address("192.0.2.10"))));
    assert_eq!(network_names(&networks), ["HOST-RACK-1", "OTHER-RACK", "HOST-NET"]);
    let stays = ask_first(&Lookup::AddressHistory { address: address("192.0.2.10") });
    assert_eq!(names(&stays), ["kiosk.example", "lantern.example", "bakery.example", "bakery.example"]);

    let nobody = ask_first(&Lookup::reverse_whois(email("nobody@post.example"), Scope::Historic));
    assert_eq!(nobody.source, None);
    assert_eq!(nobody.notes, ["\"nobody@post.example\" is in no WHOIS record of the cases street and other."]);
    let company = ask_first(&Lookup::reverse_whois(organization("Kiosk Eastmere"), Scope::Current));
    assert_eq!((names(&company), company.source), (vec!["kiosk.example".to_owned()], of("case street")));
}
