//! WhoisXML API as the desk sees it: every request to the byte, every recorded answer to the value, and every way in
//! which an answer can be odd.

#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "helpers of tests may be as blunt as tests: a panic here is a failed test"
)]

#[path = "../../tests/support/recorded.rs"]
mod recorded;

use std::{net::IpAddr, time::Duration};

use bytes::Bytes;
use http::{HeaderMap, Method, StatusCode};
use intel::{
    Contact, Credits, Cursor, DnsRecord, Exposure, HttpRequest, HttpResponse, Lookup, Moment, Page, Provider,
    ProviderError, Record, Registrar, ReverseWhoisTerm, Scope, Sighting, Step, Total, WhoisRecord,
    observable::{EmailAddress, HostName, OrganizationName, PersonName, PhoneNumber},
    provider::{
        Call, Rate,
        whoisxml::{WhoisXml, WhoisXmlSettings},
    },
    record::DnsData,
    upstream::Secret,
};
use proptest::prelude::*;
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};

const KEY: &str = "at_0123456789abcdefghijklmnopqrs";
const FIRST: Step = Step::Page(None);

fn provider() -> WhoisXml {
    WhoisXml::new(SecretString::from(format!(" {KEY}\n")), &WhoisXmlSettings::default())
}

fn host(text: &str) -> HostName {
    HostName::parse(text).expect("a host name")
}

fn after(cursor: &str) -> Step {
    Step::Page(Some(Cursor(cursor.to_owned())))
}

fn history() -> Lookup {
    Lookup::WhoisHistory { domain: host("example.com") }
}

fn reverse_whois(term: ReverseWhoisTerm) -> Lookup {
    Lookup::ReverseWhois { term, scope: Scope::Historic }
}

fn by_email() -> Lookup {
    reverse_whois(ReverseWhoisTerm::Email(EmailAddress::parse("Ann@Example.org").expect("a mailbox")))
}

fn reverse_ns() -> Lookup {
    Lookup::ReverseNs { name_server: host("ns1.example.net") }
}

fn subdomains() -> Lookup {
    Lookup::Subdomains { domain: host("example.com") }
}

fn dns() -> Lookup {
    Lookup::DnsRecords { host: host("www.example.com") }
}

fn every_lookup() -> [Lookup; 5] {
    [history(), by_email(), reverse_ns(), subdomains(), dns()]
}

fn response(status: u16, body: impl Into<Bytes>) -> HttpResponse {
    let status = StatusCode::from_u16(status).expect("a status");
    HttpResponse { status, headers: HeaderMap::new(), body: body.into() }
}

fn read(lookup: &Lookup, step: &Step, body: &Value) -> Result<Page, ProviderError> {
    provider().read(lookup, step, &response(200, body.to_string()))
}

fn request(lookup: &Lookup, step: &Step) -> HttpRequest {
    match provider().call(lookup, step).expect("a call") {
        Call::Http(request) => *request,
        Call::Known(page) => panic!("a page without a request: {page:?}"),
    }
}

fn body_of(request: &HttpRequest) -> Value {
    serde_json::from_slice(request.body.as_ref().expect("a body")).expect("JSON")
}

fn moment(text: &str) -> Option<Moment> {
    Some(text.parse().expect("a moment"))
}

fn sighting(name: &str, first_seen: Option<Moment>, last_seen: Option<Moment>) -> Record {
    Record::Sighting(Sighting { name: host(name), first_seen, last_seen })
}

fn names(page: &Page) -> Vec<&str> {
    page.records
        .iter()
        .map(|record| if let Record::Sighting(row) = record { row.name.as_str() } else { panic!("{record:?}") })
        .collect()
}

fn whois(page: &Page) -> Vec<&WhoisRecord> {
    page.records
        .iter()
        .map(|record| if let Record::Whois(whois) = record { &**whois } else { panic!("no WHOIS record: {record:?}") })
        .collect()
}

/// A recorded answer, or nothing where there are no recordings.
fn fixture(name: &str) -> Option<Bytes> {
    let folder = recorded::folder(concat!(env!("CARGO_MANIFEST_DIR"), "/.."), "whoisxml")?;
    Some(std::fs::read(folder.join(name)).expect(name).into())
}

// --- terms and requests ---------------------------------------------------------------------------------------------

#[test]
fn the_terms_are_the_vendors_unless_configured() {
    let offers = every_lookup().map(|lookup| provider().offer(&lookup).expect("an offer"));
    let terms = offers.map(|offer| (offer.endpoint, offer.price.0, offer.free_preview, offer.exposure));
    assert_eq!(
        terms,
        [
            ("whois-history", 50, true, Exposure::ThirdParty),
            ("reverse-whois", 50, true, Exposure::ThirdParty),
            ("reverse-ns", 1, false, Exposure::ThirdParty),
            ("subdomains", 10, false, Exposure::ThirdParty),
            ("dns-lookup", 1, false, Exposure::Infrastructure),
        ]
    );
    assert!(offers.iter().all(|offer| offer.rate == Some(Rate::per_second(30))));

    let settings: WhoisXmlSettings = toml::from_str("prices.reverse_whois = 1\nrates.reverse_whois = 5").expect("TOML");
    let offer = WhoisXml::new(SecretString::from(KEY), &settings).offer(&by_email()).expect("an offer");
    assert_eq!((offer.price, offer.rate), (Credits(1), Some(Rate::per_second(5))));
    assert_eq!((provider().name(), provider().source()), ("whoisxml", "WhoisXML API"));
}

#[test]
fn history_is_asked_for_by_post() {
    for (step, mode) in [(Step::Preview, "preview"), (FIRST, "purchase")] {
        let request = request(&history(), &step);
        assert_eq!(request.method, Method::POST);
        assert_eq!(request.url.as_str(), "https://whois-history.whoisxmlapi.com/api/v1");
        assert_eq!(body_of(&request), json!({"domainName": "example.com", "mode": mode, "outputFormat": "JSON"}));
        assert_eq!(request.headers.get("content-type").expect("a type"), "application/json");
    }
}

#[test]
fn reverse_whois_searches_each_term_in_its_own_way() {
    let advanced = |field: &str, term: &str, exact: bool| json!({"advancedSearchTerms": [{"field": field, "term": term, "exactMatch": exact, "exclude": false}]});
    let basic = |term: &str| json!({"basicSearchTerms": {"include": [term]}});
    let email = EmailAddress::parse("Ann@Example.org").expect("a mailbox");
    let phone = PhoneNumber::parse("+1 (555) 555-0100").expect("a number");
    let person = PersonName::parse("Ann Example").expect("a name");
    let organization = OrganizationName::parse("Example Org").expect("a name");
    for (term, search) in [
        (ReverseWhoisTerm::Email(email), advanced("Email", "ann@example.org", true)),
        (ReverseWhoisTerm::Phone(phone), basic("15555550100")),
        (ReverseWhoisTerm::Person(person), advanced("RegistrantContact.Name", "Ann Example", false)),
        (
            ReverseWhoisTerm::Organization(organization),
            advanced("RegistrantContact.Organization", "Example Org", false),
        ),
        (ReverseWhoisTerm::Text(" 1 Example Street ".to_owned()), basic("1 Example Street")),
    ] {
        for (scope, word) in [(Scope::Current, "current"), (Scope::Historic, "historic")] {
            for (step, mode, cursor) in [
                (Step::Preview, "preview", None),
                (FIRST, "purchase", None),
                (after("1234567890"), "purchase", Some(json!(1_234_567_890))),
                (after("opaque"), "purchase", Some(json!("opaque"))),
            ] {
                let request = request(&Lookup::ReverseWhois { term: term.clone(), scope }, &step);
                assert_eq!(request.method, Method::POST);
                assert_eq!(request.url.as_str(), "https://reverse-whois.whoisxmlapi.com/api/v2");
                let mut expected = json!({
                    "searchType": word, "mode": mode, "punycode": true, "includeAuditDates": true,
                    "responseFormat": "json"
                });
                let fields = expected.as_object_mut().expect("an object");
                fields.extend(search.as_object().expect("an object").clone());
                fields.extend(cursor.map(|cursor| ("searchAfter".to_owned(), cursor)));
                assert_eq!(body_of(&request), expected);
            }
        }
    }
}

#[test]
fn a_term_that_is_too_short_is_not_sent() {
    for text in ["", " ", " x "] {
        let error = provider().call(&reverse_whois(ReverseWhoisTerm::Text(text.to_owned())), &FIRST).expect_err(text);
        assert!(matches!(error, ProviderError::InvalidInput { .. }), "{error:?}");
    }
    assert!(provider().call(&reverse_whois(ReverseWhoisTerm::Text("\u{e9}\u{e9}".to_owned())), &FIRST).is_ok());
}

#[test]
fn the_other_questions_are_asked_by_get() {
    let ns = "https://reverse-ns.whoisxmlapi.com/api/v1?ns=ns1.example.net";
    for (lookup, step, url) in [
        (reverse_ns(), FIRST, format!("{ns}&from=1&outputFormat=JSON")),
        (reverse_ns(), after("last.example.com"), format!("{ns}&from=last.example.com&outputFormat=JSON")),
        (reverse_ns(), after("a&b=c"), format!("{ns}&from=a%26b%3Dc&outputFormat=JSON")),
        (
            subdomains(),
            FIRST,
            "https://subdomains.whoisxmlapi.com/api/v1?domainName=example.com&outputFormat=JSON".to_owned(),
        ),
        (
            dns(),
            FIRST,
            "https://www.whoisxmlapi.com/whoisserver/DNSService?domainName=www.example.com&type=_all&outputFormat=JSON"
                .to_owned(),
        ),
    ] {
        let request = request(&lookup, &step);
        assert_eq!((request.method, request.url.as_str(), request.body), (Method::GET, url.as_str(), None));
    }
    let balance = provider().balance_call().expect("a request");
    assert_eq!(
        (balance.method, balance.url.as_str()),
        (Method::GET, "https://user.whoisxmlapi.com/user-service/account-balance?outputFormat=JSON")
    );
}

#[test]
fn an_address_can_be_configured() {
    let settings: WhoisXmlSettings =
        toml::from_str("base_urls.subdomains = 'http://127.0.0.1:9/relay?vendor=x'").expect("TOML");
    let call = WhoisXml::new(SecretString::from(KEY), &settings).call(&subdomains(), &FIRST).expect("a call");
    let Call::Http(request) = call else { panic!("no request") };
    assert_eq!(request.url.as_str(), "http://127.0.0.1:9/relay?vendor=x&domainName=example.com&outputFormat=JSON");
}

#[test]
fn what_a_service_does_not_have_is_not_asked_for() {
    for (lookup, step) in [
        (reverse_ns(), Step::Preview),
        (subdomains(), Step::Preview),
        (dns(), Step::Preview),
        (history(), after("x")),
        (subdomains(), after("x")),
        (dns(), after("x")),
    ] {
        let error = provider().call(&lookup, &step).expect_err("no call");
        assert!(matches!(error, ProviderError::InvalidInput { .. }), "{error:?}");
    }
}

#[test]
fn the_key_is_trimmed_and_stands_where_the_service_takes_it() {
    for (lookup, in_header) in
        [(history(), true), (by_email(), true), (reverse_ns(), false), (subdomains(), false), (dns(), false)]
    {
        match request(&lookup, &FIRST).secret.expect("a key") {
            Secret::Header(name, key) => {
                assert!(in_header, "{lookup:?}");
                assert_eq!((name.as_str(), key.expose_secret()), ("x-authentication-token", KEY));
            }
            Secret::Query(name, key) => {
                assert!(!in_header, "{lookup:?}");
                assert_eq!((name, key.expose_secret()), ("apiKey", KEY));
            }
        }
    }
    assert!(matches!(provider().balance_call().and_then(|call| call.secret), Some(Secret::Query("apiKey", _))));
}

#[test]
fn the_key_shows_nowhere() {
    let mut requests: Vec<HttpRequest> = every_lookup().iter().map(|lookup| request(lookup, &FIRST)).collect();
    requests.extend([history(), by_email()].iter().map(|lookup| request(lookup, &Step::Preview)));
    requests.extend(provider().balance_call());
    assert_eq!(requests.len(), 8);
    for request in requests {
        let body = String::from_utf8(request.body.clone().unwrap_or_default().to_vec()).expect("text");
        let shown = format!("{request:?} {} {:?} {body} {:?}", request.url, request.headers, request.secret);
        assert!(!shown.contains(KEY), "{shown}");
    }
    assert!(!format!("{:?}", provider()).contains(KEY));
}

#[test]
fn what_cannot_be_a_key_is_not_sent() {
    for key in ["", " \n", "two words", "a\nb", "schl\u{fc}ssel"] {
        let provider = WhoisXml::new(SecretString::from(key), &WhoisXmlSettings::default());
        assert_eq!(provider.call(&history(), &FIRST).expect_err(key), ProviderError::BadKey);
        assert!(provider.balance_call().is_none());
    }
}

// --- recorded answers -----------------------------------------------------------------------------------------------

#[test]
fn recorded_history_is_read() {
    let Some(body) = fixture("whois_history_record_field_names.json") else { return };
    let page = provider().read(&history(), &FIRST, &response(200, body)).expect("a page");
    let text = |text: &str| Some(text.to_owned());
    let contact = |name: &str| Contact { name: text(name), ..Contact::default() };
    assert_eq!(
        page,
        Page {
            records: vec![Record::Whois(Box::new(WhoisRecord {
                domain: "domainname".to_owned(),
                observed: moment("2020-04-25T17:25:49Z"),
                created: moment("2020-04-25T17:25:00Z"),
                updated: moment("2020-04-25T17:25:01Z"),
                expires: moment("2020-04-25T17:25:02Z"),
                registrar: Some(Registrar { name: text("registrarName"), ..Registrar::default() }),
                whois_server: text("whoisServer"),
                name_servers: vec!["nameservers".to_owned()],
                statuses: vec!["status".to_owned()],
                registrant: contact("registrantContact"),
                administrative: contact("administrativeContact"),
                technical: contact("technicalContact"),
                billing: contact("billingContact"),
                zone: contact("zoneContact"),
                raw_text: None,
            }))],
            next: None,
            total: Some(Total::Exactly(1)),
            notes: vec![],
        }
    );
}

#[test]
fn records_of_the_other_services_shape_are_read_too() {
    let (Some(current), Some(bulk)) = (fixture("whois_cnn.com.json"), fixture("bulk_records.json")) else { return };
    let current: Value = serde_json::from_slice(&current).expect("JSON");
    let bulk: Value = serde_json::from_slice(&bulk).expect("JSON");
    let body = json!({"recordsCount": 2, "records": [bulk["whoisRecords"][0]["whoisRecord"], current["WhoisRecord"]]});
    let page = read(&history(), &FIRST, &body).expect("a page");
    let records = whois(&page);
    let text = |text: &str| Some(text.to_owned());

    let cnn = records.iter().find(|record| record.domain == "cnn.com").expect("a record");
    assert_eq!(cnn.observed, moment("2018-02-01T03:20:33Z"));
    assert_eq!(cnn.created, moment("1993-09-22T04:00:00Z"));
    assert_eq!(cnn.updated, moment("2017-02-15T16:01:26Z"));
    assert_eq!(cnn.expires, moment("2018-09-21T04:00:00Z"));
    assert_eq!(
        cnn.registrar,
        Some(Registrar {
            name: text("CSC CORPORATE DOMAINS, INC."),
            iana_id: text("299"),
            url: text("www.cscprotectsbrands.com"),
            abuse_email: text("domainabuse@cscglobal.com"),
        })
    );
    assert_eq!(cnn.whois_server, text("whois.corporatedomains.com"));
    assert_eq!(
        cnn.name_servers,
        ["ns-47.awsdns-05.com", "ns-576.awsdns-08.net", "ns-1086.awsdns-07.org", "ns-1630.awsdns-11.co.uk"]
    );
    assert_eq!(
        cnn.statuses,
        ["clientTransferProhibited", "serverDeleteProhibited", "serverTransferProhibited", "serverUpdateProhibited"]
    );
    let owner = Contact {
        name: text("Domain Name Manager"),
        organization: text("Turner Broadcasting System, Inc."),
        street: text("One CNN Center"),
        city: text("Atlanta"),
        state: text("GA"),
        postal_code: text("30303"),
        country: text("UNITED STATES"),
        email: text("tmgroup@turner.com"),
        phone: text("14048275000"),
        fax: text("14048271995"),
        ..Contact::default()
    };
    let technical = Contact {
        name: text("TBS Server Operations"),
        email: text("hostmaster@turner.com"),
        fax: text("14048271593"),
        ..owner.clone()
    };
    assert_eq!((&cnn.registrant, &cnn.administrative, &cnn.technical), (&owner, &owner, &technical));
    assert_eq!((&cnn.billing, &cnn.zone, &cnn.raw_text), (&Contact::default(), &Contact::default(), &None));

    let foo = records.iter().find(|record| record.domain == "foo.bar").expect("a record");
    assert_eq!(foo.observed, None);
    assert_eq!(foo.created, moment("1997-09-15T07:00:00Z"));
    assert_eq!(foo.updated, moment("2019-09-09T15:39:04Z"));
    assert_eq!(foo.expires, moment("2028-09-13T07:00:00Z"));
    assert_eq!(foo.name_servers, ["ns1.foo.bar"]);
    assert_eq!(foo.statuses, ["clientUpdateProhibited"]);
    assert_eq!(foo.registrant.state, text("CA"));
    assert_eq!(foo.registrant.country, text("UNITED STATES"));
    let registrar = foo.registrar.as_ref().expect("a registrar");
    assert_eq!((&registrar.iana_id, &registrar.abuse_email), (&text("111111111111111"), &text("foo@bar.baz")));
}

#[test]
fn recorded_reverse_whois_is_read_in_both_shapes() {
    let (Some(plain), Some(dated)) = (fixture("reverse_whois.json"), fixture("reverse_whois_with_dates.json")) else {
        return;
    };
    for (body, seen) in [(plain, None), (dated, moment("2021-01-10T18:52:41Z"))] {
        assert_eq!(
            provider().read(&by_email(), &FIRST, &response(200, body)).expect("a page"),
            Page {
                records: vec![sighting("airbnb.app", seen, seen), sighting("airbnbhost.app", seen, seen)],
                next: None,
                total: Some(Total::Exactly(2)),
                notes: vec![],
            }
        );
    }
}

#[test]
fn recorded_reverse_ns_is_read() {
    let Some(body) = fixture("reverse_ns.json") else { return };
    let row = |name, first, last| sighting(name, Moment::from_epoch_seconds(first), Moment::from_epoch_seconds(last));
    assert_eq!(
        provider().read(&reverse_ns(), &FIRST, &response(200, body)).expect("a page"),
        Page {
            records: vec![
                row("mabizsolution.com", 1_530_901_800, 1_530_901_800),
                row("jakafajnadomena.pl", 1_530_905_127, 1_530_905_127),
                row("teenchallengetm.ro", 1_530_487_091, 1_531_103_210),
                row("chu.com.br", 1_530_907_559, 1_530_907_559),
                row("improveshoppingcart.com", 1_530_497_143, 1_531_114_542),
            ],
            next: None,
            total: Some(Total::Exactly(5)),
            notes: vec![],
        }
    );
}

#[test]
fn recorded_subdomains_are_read() {
    let Some(body) = fixture("subdomains_lookup.json") else { return };
    let row = |name, first, last| sighting(name, Moment::from_epoch_seconds(first), Moment::from_epoch_seconds(last));
    assert_eq!(
        provider().read(&subdomains(), &FIRST, &response(200, body)).expect("a page"),
        Page {
            records: vec![
                row("alt1.smtp.gmail.com", 1_571_374_592, 1_592_164_815),
                row("alt118.gmail.com", 1_553_876_927, 1_592_164_709),
                row("imap.gmail.com", 1_571_394_086, 1_595_857_361),
                row("mta-sts.gmail.com", 1_571_402_941, 1_592_203_333),
                row("pop.gmail.com", 1_571_399_508, 1_595_857_437),
                row("smtp-relay.gmail.com", 1_571_375_257, 1_595_857_445),
                row("smtp.gmail.com", 1_571_375_229, 1_595_526_061),
                row("www.gmail.com", 1_586_736_000, 1_595_857_483),
            ],
            next: None,
            total: Some(Total::Exactly(8)),
            notes: vec![],
        }
    );
}

#[test]
fn recorded_dns_records_are_read() {
    let Some(body) = fixture("dns_lookup.json") else { return };
    let lookup = Lookup::DnsRecords { host: host("youtube.com") };
    let record = |ttl, data| {
        Record::Dns(DnsRecord {
            owner: host("youtube.com"),
            data,
            ttl: Some(ttl),
            first_seen: None,
            last_seen: moment("2021-10-19T17:08:42Z"),
        })
    };
    let address = |text: &str| DnsData::Address(text.parse::<IpAddr>().expect("an address"));
    let text = |text: &str| DnsData::Text(text.to_owned());
    let issuer = DnsData::CertificationAuthority { flags: 0, tag: "issue".to_owned(), value: "pki.goog".to_owned() };
    let authority = DnsData::StartOfAuthority {
        primary: host("ns1.google.com"),
        mailbox: "dns-admin@google.com".to_owned(),
        serial: 403_904_664,
    };
    assert_eq!(
        provider().read(&lookup, &FIRST, &response(200, body)).expect("a page"),
        Page {
            records: vec![
                record(3600, text("google-site-verification=QtQWEwHWM8tHiJ4s-jJWzEQrD_fF3")),
                record(3600, text("v=spf1 include:google.com mx -all")),
                record(300, address("142.250.68.78")),
                record(21600, issuer),
                record(21600, DnsData::NameServer(host("ns2.google.com"))),
                record(21600, DnsData::NameServer(host("ns1.google.com"))),
                record(21600, DnsData::NameServer(host("ns3.google.com"))),
                record(9, authority),
                record(259, address("2607:f8b0:4007:811::200e")),
                record(300, DnsData::MailServer { preference: 11, exchange: host("smtp.google.com") }),
            ],
            next: None,
            total: Some(Total::Exactly(10)),
            notes: vec![],
        }
    );
}

#[test]
fn recorded_errors_are_told_apart() {
    let (Some(refused), Some(bulk), Some(nothing)) =
        (fixture("error_403.json"), fixture("bulk_error.json"), fixture("dns_lookup_error_no_record.json"))
    else {
        return;
    };
    for lookup in every_lookup() {
        for status in [200, 403] {
            let error = provider().read(&lookup, &FIRST, &response(status, refused.clone())).expect_err("an error");
            assert_eq!(error, ProviderError::AccessRefused);
        }
        let error = provider().read(&lookup, &FIRST, &response(417, bulk.clone())).expect_err("an error");
        assert_eq!(error, ProviderError::InvalidInput { reason: "Domain list can not be empty!".to_owned() });
    }
    for status in [200, 404] {
        let page = provider().read(&dns(), &FIRST, &response(status, nothing.clone())).expect("no error");
        assert_eq!(page, Page { total: Some(Total::Exactly(0)), ..Page::default() });
    }
    let error = provider().read(&history(), &FIRST, &response(200, nothing)).expect_err("an error elsewhere");
    assert!(matches!(error, ProviderError::InvalidInput { .. }), "{error:?}");
}

// --- odd answers ----------------------------------------------------------------------------------------------------

#[test]
fn previews_count_and_the_cap_is_at_least() {
    for (count, total) in [
        (json!(0), Total::Exactly(0)),
        (json!(7), Total::Exactly(7)),
        (json!("7"), Total::Exactly(7)),
        (json!(7.0), Total::Exactly(7)),
        (json!(9_999), Total::Exactly(9_999)),
        (json!(10_000), Total::AtLeast(10_000)),
    ] {
        for (lookup, field) in [(history(), "recordsCount"), (by_email(), "domainsCount")] {
            let page = read(&lookup, &Step::Preview, &json!({ field: count })).expect("a page");
            assert_eq!(page, Page { total: Some(total), ..Page::default() });
        }
    }
    for lookup in [history(), by_email()] {
        let error = read(&lookup, &Step::Preview, &json!({"somethingElse": 7})).expect_err("no count");
        assert!(matches!(error, ProviderError::Malformed { .. }), "{error:?}");
    }
}

#[test]
fn history_is_sorted_newest_first_and_not_folded() {
    let body = json!({"recordsCount": "6", "records": [
        {"domainName": "example.com", "status": ["undated"]},
        {"domainName": "example.com", "status": ["b"], "audit": {"updatedDate": "2018-06-17 11:23:51.000 UTC"}},
        {"domainName": "example.com", "status": ["d"], "createdDateISO8601": "1995-08-14T04:00:00+00:00"},
        {"domainName": "example.com", "status": ["a"], "audit": {"updatedDate": "2020-04-25T17:25:49+00:00"}},
        {"domainName": "example.com", "status": ["c"], "updatedDateISO8601": "2017-01-01T00:00:00+00:00"},
        {"domainName": "example.com", "status": ["a"], "audit": {"updatedDate": "2020-04-25T17:25:49+00:00"}},
    ]});
    let page = read(&history(), &FIRST, &body).expect("a page");
    let statuses: Vec<&str> = whois(&page).iter().map(|record| record.statuses[0].as_str()).collect();
    assert_eq!(statuses, ["a", "a", "b", "c", "d", "undated"]);
    assert_eq!(whois(&page)[2].observed, moment("2018-06-17T11:23:51Z"));
    assert_eq!((page.total, page.notes), (Some(Total::Exactly(6)), vec![]));
}

#[test]
fn history_marks_what_is_redacted_and_drops_the_raw_text() {
    let body = json!({"recordsCount": 1, "records": [{
        "domainName": "example.com",
        "registrantContact": {"name": "REDACTED FOR PRIVACY", "organization": "Example Org", "email": ""},
        "rawText": "Registrant: Ann Example",
    }]});
    let page = read(&history(), &FIRST, &body).expect("a page");
    let registrant = Contact { organization: Some("Example Org".to_owned()), redacted: true, ..Contact::default() };
    let expected = WhoisRecord { domain: "example.com".to_owned(), registrant, ..WhoisRecord::default() };
    assert_eq!(whois(&page), [&expected]);
}

#[test]
fn one_odd_record_costs_no_other() {
    let body = json!({"recordsCount": 5, "records": [
        null, "text", {}, {"domainName": {"odd": true}, "status": ["ok"], "registrantContact": "odd", "audit": 7,
        "nameServers": {"odd": 1}, "registrarName": ["odd"], "createdDateISO8601": {"date": "2020-01-01"}},
    ]});
    let page = read(&history(), &FIRST, &body).expect("a page");
    let expected =
        WhoisRecord { domain: "example.com".to_owned(), statuses: vec!["ok".to_owned()], ..WhoisRecord::default() };
    assert_eq!(whois(&page), [&expected]);
    assert_eq!(page.total, Some(Total::Exactly(5)));
    assert_eq!(
        page.notes,
        ["The source announced 5 records and sent 4.", "3 rows of the answer hold no WHOIS record and were left out.",]
    );
}

#[test]
fn an_empty_page_is_not_an_error() {
    for (lookup, body) in [
        (history(), json!({"recordsCount": 0, "records": []})),
        (history(), json!({"recordsCount": 0})),
        (history(), json!({"recordsCount": "0", "records": null})),
        (by_email(), json!({"domainsCount": 0, "domainsList": [], "nextPageSearchAfter": null})),
        (by_email(), json!({"domainsCount": 0, "domainsList": null})),
        (reverse_ns(), json!({"result": [], "current_page": "0", "size": 0})),
        (reverse_ns(), json!({"result": null, "size": "0"})),
        (reverse_ns(), json!({"result": {}})),
        (subdomains(), json!({"search": "example.com", "result": {"count": 0, "records": []}})),
        (subdomains(), json!({"search": "example.com", "result": {"count": "0"}})),
        (subdomains(), json!({"search": "example.com", "result": null})),
        (dns(), json!({"DNSData": {"dnsRecords": []}})),
        (dns(), json!({"DNSData": {"dnsRecords": null}})),
        (dns(), json!({"DNSData": {}})),
    ] {
        let page = read(&lookup, &FIRST, &body).expect("a page");
        assert_eq!(page, Page { total: Some(Total::Exactly(0)), ..Page::default() }, "{body}");
    }
}

#[test]
fn an_answer_with_nothing_known_in_it_is_malformed() {
    for (lookup, body) in [
        (history(), json!({"recordsCount": 7})),
        (history(), json!({"recordsCount": 7, "records": {"0": {}}})),
        (by_email(), json!({"domainsCount": 7})),
        (by_email(), json!({"domainsList": "example.com"})),
        (reverse_ns(), json!({"size": 7})),
        (reverse_ns(), json!({"result": 7})),
        (subdomains(), json!({"result": {"count": 7}})),
        (subdomains(), json!({"result": 7})),
        (dns(), json!({"DNSData": null})),
        (dns(), json!({"DNSData": {"dnsRecords": 7}})),
    ] {
        let error = read(&lookup, &FIRST, &body).expect_err("an error");
        assert!(matches!(error, ProviderError::Malformed { .. }), "{body} {error:?}");
    }
    for lookup in every_lookup() {
        for body in [json!({}), json!({"hello": "world"}), json!([]), json!(null), json!("text")] {
            let error = read(&lookup, &FIRST, &body).expect_err("an error");
            assert!(matches!(error, ProviderError::Malformed { .. }), "{lookup:?} {body} {error:?}");
        }
        for body in ["", "{\"result\":[{\"name\":\"exam", "{\"recordsCount\":7,\"records\":[", "not JSON"] {
            let error = provider().read(&lookup, &FIRST, &response(200, body)).expect_err("an error");
            assert!(matches!(error, ProviderError::Malformed { .. }), "{lookup:?} {body} {error:?}");
        }
        let page = "<html><body>Oops</body></html>";
        let error = provider().read(&lookup, &FIRST, &response(200, page)).expect_err("an error");
        assert_eq!(error, ProviderError::upstream(Some(200), page));
    }
}

#[test]
fn rows_that_are_no_host_names_are_counted() {
    let rows = json!([
        "example.com", "EXAMPLE.net.", "m\u{fc}ller.example", {"domainName": "example.org"}, {"domain": "example.edu"},
        "", "192.0.2.1", "two words", "ann@example.com", "https://example.com/", "a..b", null, true,
        {"domainName": null}, {"audit": {}}, ["example.com"],
    ]);
    let page = read(&by_email(), &FIRST, &json!({"domainsCount": 16, "domainsList": rows})).expect("a page");
    assert_eq!(names(&page), ["example.com", "example.net", "xn--mller-kva.example", "example.org", "example.edu"]);
    assert_eq!(page.total, Some(Total::Exactly(16)));
    assert_eq!(page.notes, ["11 rows of the answer are not host names and were left out."]);

    let body = json!({"result": [{"name": "a..b"}, {"name": "example.com"}], "size": 2});
    let page = read(&reverse_ns(), &FIRST, &body).expect("a page");
    assert_eq!(names(&page), ["example.com"]);
    assert_eq!(page.notes, ["1 row of the answer is not a host name and was left out."]);
}

#[test]
fn reverse_whois_goes_on_while_the_cursor_moves() {
    let body = |next: &Value| {
        json!({"nextPageSearchAfter": next, "domainsCount": 10_000, "domainsList": [
            {"domainName": "example.com", "audit": {"createdDate": "2021-01-10T18:52:41+00:00", "updatedDate": null}}
        ]})
    };
    let page = read(&by_email(), &FIRST, &body(&json!(1_234_567_890))).expect("a page");
    assert_eq!(page.next, Some(Cursor("1234567890".to_owned())));
    assert_eq!((page.total, page.notes), (Some(Total::AtLeast(10_000)), vec![]));
    assert_eq!(page.records, [sighting("example.com", moment("2021-01-10T18:52:41Z"), None)]);

    for (next, step, cursor) in [
        (json!("1234567890"), FIRST, Some("1234567890")),
        (json!(1_234_567_890.0), FIRST, Some("1234567890")),
        (json!(2), after("1"), Some("2")),
        (json!(null), after("1"), None),
        (json!(0), after("1"), None),
        (json!("0"), after("1"), None),
        (json!(""), after("1"), None),
    ] {
        let page = read(&by_email(), &step, &body(&next)).expect("a page");
        assert_eq!(page.next, cursor.map(|cursor| Cursor(cursor.to_owned())), "{next}");
        assert_eq!(page.notes, [""; 0], "{next}");
    }
}

#[test]
fn a_cursor_that_does_not_move_ends_the_paging() {
    let body = json!({"nextPageSearchAfter": 7, "domainsCount": 3, "domainsList": ["example.com"]});
    let page = read(&by_email(), &after("7"), &body).expect("a page");
    assert_eq!((page.next, page.total), (None, Some(Total::AtLeast(3))));
    assert_eq!(page.notes, ["The source offers the same page again as its next one, so paging ended here."]);

    let body = json!({"nextPageSearchAfter": 8, "domainsCount": 10_000, "domainsList": []});
    let page = read(&by_email(), &after("7"), &body).expect("a page");
    assert_eq!(page.next, None);
    assert_eq!(page.notes, ["The source offers a further page after an empty one, so paging ended here."]);
}

/// A full page of reverse NS.
fn full_page() -> Value {
    let row = |number: u32| json!({"name": format!("d{number:03}.example"), "first_seen": 1_530_901_800, "last_visit": "1530901801"});
    json!({"result": (0..300).map(row).collect::<Vec<_>>(), "current_page": 1, "size": 300})
}

#[test]
fn a_full_page_of_reverse_ns_goes_on_from_its_last_name() {
    let page = read(&reverse_ns(), &FIRST, &full_page()).expect("a page");
    assert_eq!(page.records.len(), 300);
    assert_eq!(page.next, Some(Cursor("d299.example".to_owned())));
    assert_eq!((page.total, page.notes), (Some(Total::AtLeast(300)), vec![]));
    let (first, last) = (Moment::from_epoch_seconds(1_530_901_800), Moment::from_epoch_seconds(1_530_901_801));
    assert_eq!(page.records[0], sighting("d000.example", first, last));

    let page = read(&reverse_ns(), &after("c999.example"), &full_page()).expect("a page");
    assert_eq!((page.next, page.total), (Some(Cursor("d299.example".to_owned())), None));

    let mut short = full_page();
    short["result"].as_array_mut().expect("rows").pop();
    short["size"] = json!("299");
    let page = read(&reverse_ns(), &FIRST, &short).expect("a page");
    assert_eq!((page.next, page.total), (None, Some(Total::Exactly(299))));
}

#[test]
fn a_page_that_ends_where_it_began_ends_the_paging() {
    for from in ["d299.example", "D299.example."] {
        let page = read(&reverse_ns(), &after(from), &full_page()).expect("a page");
        assert_eq!((page.records.len(), page.next), (300, None));
        assert_eq!(page.notes, ["The page ends with the name it was to start from, so paging ended here."]);
    }
    let rows = vec![json!(null); 300];
    let page = read(&reverse_ns(), &FIRST, &json!({"result": rows, "size": 300})).expect("a page");
    assert_eq!(page.next, None);
    assert_eq!(
        page.notes,
        [
            "300 rows of the answer are not host names and were left out.",
            "The page is full, but names nothing to continue from, so paging ended here.",
        ]
    );
}

#[test]
fn epochs_may_be_anything() {
    let body = json!({"result": [
        {"name": "a.example", "first_seen": null, "last_visit": ""},
        {"name": "b.example", "first_seen": 0, "last_visit": {"odd": 1}},
        {"NAME": "c.example", "First_Seen": 1_530_901_800.9, "last_visit": "1530901800000"},
    ], "size": 3});
    let page = read(&reverse_ns(), &FIRST, &body).expect("a page");
    let seen = Moment::from_epoch_seconds(1_530_901_800);
    assert_eq!(
        page.records,
        [sighting("a.example", None, None), sighting("b.example", None, None), sighting("c.example", seen, seen)]
    );
}

#[test]
fn subdomains_beyond_the_cap_or_the_rows_are_said() {
    let body =
        json!({"search": "example.com", "result": {"count": 10_000, "records": [{"domain": "www.example.com"}]}});
    let page = read(&subdomains(), &FIRST, &body).expect("a page");
    assert_eq!(page.total, Some(Total::AtLeast(10_000)));
    assert_eq!(page.notes, ["The source announced 10000 names and sent 1."]);
}

#[test]
fn odd_dns_records_are_counted_and_cost_no_other() {
    let body = json!({"DNSData": {"audit": null, "dnsRecords": [
        {"dnsType": "a", "name": "WWW.example.com.", "ttl": "300", "address": "192.0.2.1"},
        {"type": "28", "name": null, "ttl": -1, "address": "2001:db8:0:0:0:0:0:10"},
        {"dnsType": "CNAME", "name": "www.example.com.", "alias": "www.example.com.", "target": "host.example.net."},
        {"dnsType": "MX", "name": "example.com.", "priority": "10", "target": "mx.example.net."},
        {"dnsType": "TXT", "name": "example.com.", "strings": ["v=spf1 ", "-all"]},
        {"dnsType": "TXT", "name": "example.com.", "strings": "one"},
        {"dnsType": "SOA", "name": "example.com.", "host": "ns1.example.net.", "admin": "first\\.last.example.net.",
         "serial": "2024010101"},
        {"dnsType": "SRV", "name": "_sip._tcp.example.com.", "target": "sip.example.net."},
        {"type": 12, "name": "example.com.", "target": "x.example.net."},
        {"dnsType": "A", "name": "example.com.", "address": "not an address"},
        {"dnsType": "MX", "name": "example.com.", "priority": 0, "target": "."},
        {"dnsType": {"odd": true}}, null, "text",
    ]}});
    let page = read(&dns(), &FIRST, &body).expect("a page");
    let record = |owner: &str, ttl, data| {
        Record::Dns(DnsRecord { owner: host(owner), data, ttl, first_seen: None, last_seen: None })
    };
    let address = |text: &str| DnsData::Address(text.parse().expect("an address"));
    let authority = DnsData::StartOfAuthority {
        primary: host("ns1.example.net"),
        mailbox: "first.last@example.net".to_owned(),
        serial: 2_024_010_101,
    };
    assert_eq!(
        page.records,
        [
            record("www.example.com", Some(300), address("192.0.2.1")),
            record("www.example.com", None, address("2001:db8::10")),
            record("www.example.com", None, DnsData::Alias(host("host.example.net"))),
            record("example.com", None, DnsData::MailServer { preference: 10, exchange: host("mx.example.net") }),
            record("example.com", None, DnsData::Text("v=spf1 -all".to_owned())),
            record("example.com", None, DnsData::Text("one".to_owned())),
            record("example.com", None, authority),
        ]
    );
    assert_eq!(page.total, Some(Total::Exactly(14)));
    assert_eq!(
        page.notes,
        [
            "5 rows of the answer are no readable DNS records and were left out.",
            "2 records of other types (SRV, TYPE12) were left out.",
        ]
    );
}

#[test]
fn rate_limits_carry_their_wait() {
    let mut limited = response(429, r#"{"code":429,"messages":"Too many requests"}"#);
    limited.headers.insert("retry-after", http::HeaderValue::from_static("31"));
    for lookup in every_lookup() {
        let error = provider().read(&lookup, &FIRST, &limited).expect_err("an error");
        assert_eq!(error, ProviderError::RateLimited { wait: Some(Duration::from_secs(31)) });
    }
}

// --- balance --------------------------------------------------------------------------------------------------------

fn balance(lookup: &Lookup, status: u16, body: &str) -> Result<Option<Credits>, ProviderError> {
    provider().read_balance(lookup, &response(status, body.to_owned()))
}

#[test]
fn each_lookup_has_its_pool() {
    let body = json!({"data": [
        {"product_id": 1, "product": {"id": 1, "name": "WHOIS API"}, "credits": 500},
        {"product_id": "14", "product": {"id": 14, "name": "Domain Research Suite"}, "credits": "480"},
        {"product_id": null, "product": {"id": 26, "name": "DNS Lookup API"}, "credits": 0.0},
        {"product_id": 14, "credits": 20},
        null, "text",
    ]})
    .to_string();
    for lookup in [history(), by_email(), reverse_ns(), subdomains()] {
        assert_eq!(balance(&lookup, 200, &body), Ok(Some(Credits(500))));
    }
    assert_eq!(balance(&dns(), 200, &body), Ok(Some(Credits(0))));
}

#[test]
fn a_product_that_is_not_subscribed_has_no_pool() {
    for body in [
        r#"{"data":[]}"#,
        r#"{"data":{}}"#,
        r#"{"data":[{"product_id":1,"credits":500}]}"#,
        r#"{"data":{"product_id":1,"credits":500}}"#,
    ] {
        assert_eq!(balance(&history(), 200, body), Ok(None), "{body}");
    }
    let overdrawn = r#"{"data":{"product_id":14,"credits":-3}}"#;
    assert_eq!(balance(&history(), 200, overdrawn), Ok(Some(Credits(0))));
}

#[test]
fn a_refused_balance_is_a_bad_key() {
    let refused = r#"{"code":403,"messages":"Access restricted. Check credits balance or enter the correct API key."}"#;
    for (status, body) in [(401, ""), (403, "{}"), (403, refused), (200, refused)] {
        assert_eq!(balance(&history(), status, body), Err(ProviderError::BadKey), "{status} {body}");
    }
    assert_eq!(balance(&history(), 429, ""), Err(ProviderError::RateLimited { wait: None }));
    assert_eq!(balance(&history(), 503, "down"), Err(ProviderError::upstream(Some(503), "down")));
    let page = "<html>blocked</html>";
    assert_eq!(balance(&history(), 403, page), Err(ProviderError::upstream(Some(403), page)));
    for body in ["{}", r#"{"data":null}"#, r#"{"data":[{"product_id":14,"credits":null}]}"#, "[]", ""] {
        assert!(matches!(balance(&history(), 200, body), Err(ProviderError::Malformed { .. })), "{body}");
    }
}

// --- whatever may come ----------------------------------------------------------------------------------------------

/// A good answer of each service.
fn good_answers() -> Vec<(Lookup, Value)> {
    let contact = json!({"name": "Ann Example", "organization": "Example Org", "street": "1 Example Street",
        "city": "Reston", "postalCode": "20190", "country": "UNITED STATES", "email": "ann@example.org",
        "telephone": "15555550100"});
    vec![
        (
            history(),
            json!({"recordsCount": 2, "records": [
                {"domainName": "example.com", "createdDateISO8601": "1995-08-14T04:00:00+00:00",
                 "expiresDateRaw": "2020-08-13", "audit": {"createdDate": "2019-09-01T00:12:00+00:00"},
                 "nameServers": ["NS1.EXAMPLE.NET"], "registrarName": "Example Registrar",
                 "status": ["ok (https://www.icann.org/epp#ok)"], "registrantContact": contact},
                {"domainName": "example.com", "nameServers": {"hostNames": ["ns1.example.net"], "rawText": "x"},
                 "status": "ok clientHold", "registrant": contact, "customField1Name": "RegistrarContactEmail",
                 "customField1Value": "abuse@registrar.example", "registryData": {"registrant": contact}}]}),
        ),
        (
            by_email(),
            json!({"nextPageSearchAfter": 9, "domainsCount": 10_000, "domainsList": ["example.net",
                {"domainName": "example.com", "audit": {"createdDate": "2021-01-10T18:52:41+00:00"}}]}),
        ),
        (reverse_ns(), full_page()),
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
    ]
}

/// The number of values in a document.
fn size(value: &Value) -> usize {
    1 + match value {
        Value::Array(items) => items.iter().map(size).sum(),
        Value::Object(fields) => fields.values().map(size).sum(),
        _ => 0,
    }
}

/// Puts another value in the place of one, counted in the order of reading.
fn replace(value: &mut Value, place: &mut usize, with: &Value) {
    if *place == 0 {
        *value = with.clone();
    }
    *place = place.wrapping_sub(1);
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| replace(item, place, with)),
        Value::Object(fields) => fields.values_mut().for_each(|field| replace(field, place, with)),
        _ => {}
    }
}

fn odd_value() -> impl Strategy<Value = Value> {
    let odd_texts = vec!["", "\\", ".", "a\\.b.c", "\u{0}", "http://", "(", "0000-00-00", "\u{130}http://"];
    prop_oneof![
        Just(json!(null)),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<i64>().prop_map(|number| json!(number.to_string())),
        ".{0,30}".prop_map(Value::from),
        prop::sample::select(odd_texts).prop_map(Value::from),
        Just(json!([])),
        Just(json!({})),
        Just(json!(["a", null, {"b": 1}])),
        Just(json!({"str": "ns1.example.net", "error": {"code": "x"}})),
    ]
}

fn steps() -> impl Strategy<Value = Step> {
    prop_oneof![Just(Step::Preview), Just(FIRST), ".{0,10}".prop_map(|cursor| after(&cursor))]
}

/// Whether this is something that reading can end in: not a failure that only a transport or the desk can see.
fn is_a_reading(result: &Result<Page, ProviderError>) -> bool {
    !matches!(
        result,
        Err(ProviderError::Unreachable { .. }
            | ProviderError::Broken { .. }
            | ProviderError::Timeout { .. }
            | ProviderError::TooLarge { .. }
            | ProviderError::Resting { .. }
            | ProviderError::PurchaseUnknown { .. })
    )
}

proptest! {
    #[test]
    fn no_mutated_answer_panics(
        which in 0_usize..5,
        changes in prop::collection::vec((any::<prop::sample::Index>(), odd_value()), 1..6),
        step in steps(),
    ) {
        let (lookup, mut body) = good_answers().swap_remove(which);
        for (index, value) in changes {
            let mut place = index.index(size(&body));
            replace(&mut body, &mut place, &value);
        }
        let result = read(&lookup, &step, &body);
        prop_assert!(is_a_reading(&result), "{result:?}");
        let _ = provider().read_balance(&lookup, &response(200, body.to_string()));
    }

    #[test]
    fn no_row_is_lost_for_an_odd_time(row in 0_usize..300, value in odd_value()) {
        let mut body = full_page();
        body["result"][row]["first_seen"] = value;
        let page = read(&reverse_ns(), &FIRST, &body).expect("a page");
        prop_assert_eq!(page.records.len(), 300);
    }

    #[test]
    fn no_bytes_panic(
        which in 0_usize..5,
        status in prop::sample::select(vec![200_u16, 204, 302, 400, 401, 403, 404, 417, 422, 429, 500, 503]),
        body in prop::collection::vec(any::<u8>(), 0..200),
        step in steps(),
    ) {
        let lookup = &every_lookup()[which];
        let result = provider().read(lookup, &step, &response(status, body.clone()));
        prop_assert!(is_a_reading(&result) && result.is_err(), "{result:?}");
        prop_assert!(provider().read_balance(lookup, &response(status, body)).is_err());
    }

    #[test]
    fn a_cut_answer_is_malformed(which in 0_usize..5, cut in any::<prop::sample::Index>()) {
        let (lookup, body) = good_answers().swap_remove(which);
        let text = body.to_string();
        let part = text.as_bytes()[..cut.index(text.len())].to_vec();
        let result = provider().read(&lookup, &FIRST, &response(200, part));
        prop_assert!(matches!(result, Err(ProviderError::Malformed { .. })), "{result:?}");
    }
}
