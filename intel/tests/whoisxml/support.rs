//! What every file here needs: a provider, questions, a good answer to each of them, and a way through the pages.

use std::collections::BTreeSet;

pub(crate) use bytes::Bytes;
pub(crate) use http::{HeaderMap, Method, StatusCode};
pub(crate) use intel::{
    Contact, Credits, Cursor, DnsRecord, Exposure, HttpRequest, HttpResponse, Lookup, Moment, Page, Provider,
    ProviderError, Record, Registrar, ReverseWhoisTerm, Scope, Sighting, Step, Total, WhoisRecord,
    lookup::{AddressFamily, DiscoveryQuery, NamePatterns, ReverseDnsTerm, ReverseDnsType, WhoisSubject},
    observable::{EmailAddress, HostName, OrganizationName, PersonName, PhoneNumber},
    provider::{
        Call, Rate,
        whoisxml::{WhoisXml, WhoisXmlSettings},
    },
    record::{Certificate, DnsData},
    upstream::Secret,
};
pub(crate) use secrecy::{ExposeSecret, SecretString};
pub(crate) use serde_json::{Value, json};

use crate::recorded;

pub(crate) const KEY: &str = "at_0123456789abcdefghijklmnopqrs";
pub(crate) const FIRST: Step = Step::Page(None);

pub(crate) fn provider() -> WhoisXml {
    WhoisXml::new(SecretString::from(format!(" {KEY}\n")), &WhoisXmlSettings::default())
}

pub(crate) fn host(text: &str) -> HostName {
    HostName::parse(text).expect("a host name")
}

pub(crate) fn after(cursor: &str) -> Step {
    Step::Page(Some(Cursor(cursor.to_owned())))
}

pub(crate) fn history() -> Lookup {
    Lookup::WhoisHistory { domain: host("example.com") }
}

pub(crate) fn reverse_whois(term: ReverseWhoisTerm) -> Lookup {
    Lookup::reverse_whois(term, Scope::Historic)
}

pub(crate) fn by_email() -> Lookup {
    reverse_whois(ReverseWhoisTerm::Email(EmailAddress::parse("Ann@Example.org").expect("a mailbox")))
}

pub(crate) fn reverse_ns() -> Lookup {
    Lookup::ReverseNs { name_server: host("ns1.example.net") }
}

pub(crate) fn subdomains() -> Lookup {
    Lookup::Subdomains { domain: host("example.com") }
}

pub(crate) fn dns() -> Lookup {
    Lookup::DnsRecords { host: host("www.example.com") }
}

pub(crate) fn reverse_mx() -> Lookup {
    Lookup::ReverseMx { mail_server: host("mx.example.net") }
}

pub(crate) fn reverse_ip() -> Lookup {
    Lookup::ReverseIp { address: "192.0.2.10".parse().expect("an address") }
}

pub(crate) fn whois_of_domain() -> Lookup {
    Lookup::WhoisCurrent { subject: WhoisSubject::Domain(host("example.com")) }
}

pub(crate) fn whois_of_address() -> Lookup {
    Lookup::WhoisCurrent { subject: WhoisSubject::Address("192.0.2.10".parse().expect("an address")) }
}

pub(crate) fn whois_of_mailbox() -> Lookup {
    let email = EmailAddress::parse("Ann@Example.org").expect("a mailbox");
    Lookup::WhoisCurrent { subject: WhoisSubject::Email(email) }
}

pub(crate) fn reverse_dns(record_type: ReverseDnsType, text: &str) -> Lookup {
    Lookup::ReverseDns { record_type, terms: vec![ReverseDnsTerm::value(text)] }
}

pub(crate) fn by_soa() -> Lookup {
    reverse_dns(ReverseDnsType::Soa, "ns1.example.net*")
}

pub(crate) fn dns_history() -> Lookup {
    Lookup::DnsHistory { host: host("example.com"), family: Some(AddressFamily::V4) }
}

pub(crate) fn address_history() -> Lookup {
    Lookup::AddressHistory { address: "192.0.2.10".parse().expect("an address") }
}

pub(crate) fn discovery() -> Lookup {
    Lookup::Discovery { query: DiscoveryQuery::domains_like("*example*") }
}

pub(crate) fn certificates() -> Lookup {
    Lookup::Certificates { host: host("www.example.com") }
}

/// Every kind of question of this half of the services, and a good answer to it.
pub(crate) fn good_answers() -> Vec<(Lookup, Value)> {
    let contact = json!({"name": "Ann Example", "organization": "Example Org", "street": "1 Example Street",
        "city": "Reston", "postalCode": "20190", "country": "UNITED STATES", "email": "ann@example.org",
        "telephone": "15555550100"});
    let record = json!({"domainName": "example.com", "nameServers": {"hostNames": ["ns1.example.net"], "rawText": "x"},
        "status": "ok clientHold", "registrant": contact, "customField1Name": "RegistrarContactEmail",
        "customField1Value": "abuse@registrar.example", "registrarIANAID": 9999,
        "createdDateNormalized": "1995-08-14 04:00:00 UTC", "registryData": {"registrant": contact, "dataError": null}});
    let network = json!({"domainName": "192.0.2.10", "audit": {"updatedDate": "2020-12-19 15:23:42 UTC"},
        "registryData": {"registrant": {"organization": "Example Network Org"}, "status": "ASSIGNED PA"},
        "subRecords": [{"registrant": {"organization": "Example Customer Org"}}]});
    vec![
        (
            history(),
            json!({"recordsCount": 2, "records": [
                {"domainName": "example.com", "createdDateISO8601": "1995-08-14T04:00:00+00:00",
                 "expiresDateRaw": "2020-08-13", "audit": {"createdDate": "2019-09-01T00:12:00+00:00"},
                 "nameServers": ["NS1.EXAMPLE.NET"], "registrarName": "Example Registrar",
                 "status": ["ok (https://www.icann.org/epp#ok)"], "registrantContact": contact},
                record]}),
        ),
        (
            by_email(),
            json!({"nextPageSearchAfter": 9, "domainsCount": 10_000, "domainsList": ["example.net",
                {"domainName": "example.com", "audit": {"createdDate": "2021-01-10T18:52:41+00:00"}}]}),
        ),
        (reverse_ns(), full_page()),
        (
            reverse_mx(),
            json!({"current_page": "0", "size": 1, "result": [
            {"name": "example.com", "first_seen": 1_697_884_697, "last_visit": 1_725_045_259, "wildcard": null}]}),
        ),
        (
            reverse_ip(),
            json!({"current_page": 1, "size": 2, "result": [
            {"name": "cms.example.net", "first_seen": "1530901800", "last_visit": "1530901801"},
            {"name": "example.com", "first_seen": 1_530_487_091, "last_visit": 1_531_103_210}]}),
        ),
        (
            subdomains(),
            json!({"search": "example.com", "result": {"count": 1, "records": [
                {"domain": "www.example.com", "firstSeen": 1_586_736_000, "lastSeen": 1_595_857_483}]}}),
        ),
        (
            dns(),
            json!({"DNSData": {"domainName": "example.com", "audit": {"createdDate": "2024-01-01 00:00:00 UTC"},
            "dnsRecords": [
                {"type": 1, "dnsType": "A", "name": "example.com.", "ttl": 300, "address": "192.0.2.10"},
                {"type": 15, "dnsType": "MX", "name": "example.com.", "target": "mx.example.net.", "priority": 10},
                {"type": 6, "dnsType": "SOA", "name": "example.com.", "admin": "hostmaster.example.net.",
                 "host": "ns1.example.net.", "serial": 2_024_010_101},
                {"type": 16, "dnsType": "TXT", "name": "example.com.", "strings": ["v=spf1 -all"]},
                {"type": 257, "dnsType": "CAA", "name": "example.com.", "flags": 0, "tag": "issue", "value": ";"}
            ]}}),
        ),
        (whois_of_domain(), json!({"WhoisRecord": record})),
        (whois_of_address(), json!({"WhoisRecord": network})),
        (whois_of_mailbox(), json!({"WhoisRecord": record})),
        (
            by_soa(),
            json!({"size": 2, "result": [
                {"name": "example.com", "value": "ns1.example.net. hostmaster.example.net. 2024010101 900 900 1800 60",
                 "first_seen": 1_697_553_732, "last_visit": 1_728_317_192, "active": true, "wildcard": null},
                {"name": "example.org", "value": "ns1.example.net 1634338343 1800 900 604800 86400",
                 "first_seen": 1_634_338_366, "last_visit": 1_634_338_366}]}),
        ),
        (
            reverse_dns(ReverseDnsType::Txt, "site-verification=*"),
            json!({"size": 1, "result": [{"name": "example.com", "value": "\"site-verification=example\"",
                "first_seen": 1_697_553_732, "last_visit": 1_728_317_192}]}),
        ),
        (dns_history(), chronicle()),
        (
            address_history(),
            json!({"result": {"count": 1, "records": [
                {"date": "2023-05-01", "domains": [{"domain": "example.com"}, "www.example.com"]}], "next": null}}),
        ),
        (discovery(), json!({"domainsCount": 2, "domainsList": ["www.example.com", {"domainName": "example.net"}]})),
        (certificates(), chain()),
    ]
}

/// A full page of reverse NS.
pub(crate) fn full_page() -> Value {
    let row = |number: u32| json!({"name": format!("d{number:03}.example"), "first_seen": 1_530_901_800, "last_visit": "1530901801"});
    json!({"result": (0..300).map(row).collect::<Vec<_>>(), "current_page": 1, "size": 300})
}

/// A page of DNS history with a page after it.
pub(crate) fn chronicle() -> Value {
    json!({"result": {"count": 2, "next": {"date": "2024-01-15", "id": "opaque"}, "records": [
        {"date": "2023-05-01", "ips": [{"ip": "192.0.2.10", "wildcard": null}, {"ip": "192.0.2.11", "wildcard": null}]},
        {"date": "2024-01-15", "ips": [{"ip": "198.51.100.7", "wildcard": false}]}]}})
}

/// The certificate of a host and that of its authority.
pub(crate) fn chain() -> Value {
    json!({"auditCreated": "2022-02-16 07:29:50 UTC", "domain": "www.example.com", "ip": "192.0.2.10", "port": 443,
        "certificates": [
            {"chainHierarchy": "end-user", "validationType": "organization", "validFrom": "2022-01-17 03:05:49 UTC",
             "validTo": "2022-04-11 03:05:48 UTC", "serialNumber": "d4:7f:65:8b:00:01", "signatureAlgorithm": "SHA256-RSA",
             "subject": {"commonName": "www.example.com", "organization": "Example Org", "country": "us"},
             "issuer": {"country": "US", "organization": "Example Trust", "commonName": "Example CA 1"},
             "extensions": {"subjectAlternativeNames": {"dnsNames": ["WWW.example.com", "*.example.com"]}},
             "publicKey": {"type": "ECDSA", "bits": 256}, "pemRaw": "…"},
            {"chainHierarchy": "intermediate", "validFrom": "2020-08-13 00:00:42 UTC", "serialNumber": "02:03",
             "subject": {"commonName": "Example CA 1"}, "issuer": {"organization": "Example Trust"}}]})
}

pub(crate) fn every_lookup() -> Vec<Lookup> {
    good_answers().into_iter().map(|(lookup, _)| lookup).collect()
}

/// Follows the cursors to the end, as somebody who wants everything does. `upstream` answers requests; asking it for the
/// same twice would be paying twice.
pub(crate) fn every_page(lookup: &Lookup, mut upstream: impl FnMut(&HttpRequest) -> Value) -> Vec<Page> {
    let (mut pages, mut step, mut asked) = (Vec::new(), FIRST, BTreeSet::new());
    loop {
        let request = request(lookup, &step);
        let question = format!("{request:?} {:?}", request.body);
        assert!(asked.insert(question.clone()), "asked twice: {question}");
        let page = read(lookup, &step, &upstream(&request)).expect("a page");
        let next = page.next.clone();
        pages.push(page);
        match next {
            Some(cursor) => step = Step::Page(Some(cursor)),
            None => return pages,
        }
    }
}

/// The value of a query parameter.
pub(crate) fn parameter(request: &HttpRequest, name: &str) -> Option<String> {
    request.url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
}

pub(crate) fn response(status: u16, body: impl Into<Bytes>) -> HttpResponse {
    let status = StatusCode::from_u16(status).expect("a status");
    HttpResponse { status, headers: HeaderMap::new(), body: body.into() }
}

pub(crate) fn read(lookup: &Lookup, step: &Step, body: &Value) -> Result<Page, ProviderError> {
    provider().read(lookup, step, &response(200, body.to_string()))
}

pub(crate) fn request(lookup: &Lookup, step: &Step) -> HttpRequest {
    match provider().call(lookup, step).expect("a call") {
        Call::Http(request) => *request,
        call => panic!("something else than one request: {call:?}"),
    }
}

pub(crate) fn body_of(request: &HttpRequest) -> Value {
    serde_json::from_slice(request.body.as_ref().expect("a body")).expect("JSON")
}

pub(crate) fn moment(text: &str) -> Option<Moment> {
    Some(text.parse().expect("a moment"))
}

pub(crate) fn sighting(name: &str, first_seen: Option<Moment>, last_seen: Option<Moment>) -> Record {
    Record::Sighting(Sighting { name: host(name), first_seen, last_seen, registrar: None })
}

pub(crate) fn names(page: &Page) -> Vec<&str> {
    page.records
        .iter()
        .map(|record| if let Record::Sighting(row) = record { row.name.as_str() } else { panic!("{record:?}") })
        .collect()
}

pub(crate) fn whois(page: &Page) -> Vec<&WhoisRecord> {
    page.records
        .iter()
        .map(|record| if let Record::Whois(whois) = record { &**whois } else { panic!("no WHOIS record: {record:?}") })
        .collect()
}

/// A recorded answer, or nothing where there are no recordings.
pub(crate) fn fixture(name: &str) -> Option<Bytes> {
    let folder = recorded::folder(concat!(env!("CARGO_MANIFEST_DIR"), "/.."), "whoisxml")?;
    Some(std::fs::read(folder.join(name)).expect(name).into())
}
