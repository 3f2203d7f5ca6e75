//! What may come instead of a good answer of WhoisXML API, for each of the services about networks, places, sites,
//! threats and mailboxes: every documented failure, the same answer in odd types and names, and anything at all.

#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "helpers of tests may be as blunt as tests: a panic here is a failed test"
)]

mod vendor;

use std::time::Duration;

use intel::{
    Credits, Exposure, Lookup, Page, Provider, ProviderError,
    lookup::{HostOrAddress, Indicator, NetworkSubject},
    observable::{EmailAddress, OrganizationName},
    provider::Rate,
    upstream::Secret,
};
use proptest::prelude::*;
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use vendor::{
    FIRST, KEY, address, any_value, block, changed, host, names_in, odd_value, provider, read, recording, replace,
    request, response, size, steps, system,
};

/// Each service with a good answer of it.
fn good_answers() -> Vec<(Lookup, Value)> {
    let owner = |subject| Lookup::IpOwner { subject };
    let announcer = json!({"asn": 64500, "name": "EXAMPLE-AS", "route": "192.0.2.0/24", "domain": "https://example.net",
                           "type": "Content"});
    let contact = json!({"id": "EX1", "person": "Ann Example", "email": "ann@example.net\nbob@example.net",
                         "phone": "+1 555 555 0100", "country": "US", "city": "Reston",
                         "address": ["1 Example Street"]});
    let networks = json!({"search": "192.0.2.1", "result": {"count": 2, "limit": 100, "from": null,
        "next": "192.0.2.0/24",
        "inetnums": [
            {"inetnum": "192.0.2.0 - 192.0.2.255", "netname": "EXAMPLE-NET", "nethandle": "NET-1",
             "description": ["Example network"], "modified": "2020-07-15T13:10:57Z", "country": "US", "city": "Reston",
             "as": announcer, "abuseContact": [contact], "adminContact": [contact], "techContact": [contact],
             "org": {"org": "ORG-EX1", "name": "Example Org", "email": "org@example.net", "postalCode": "20190"},
             "mntBy": [{"mntner": "MNT-EX", "email": "a@example.net"}], "source": "ARIN"},
            {"inetnumFirst": 281_473_902_969_344_u64, "inetnumLast": 281_473_902_969_599_u64,
             "inetnumFirstString": "281473902969344", "inetnumLastString": "281473902969599"}]}});
    let organization = OrganizationName::parse("Example Org").expect("a name");
    let site = host("www.example.com");
    vec![
        (owner(NetworkSubject::Address(address("192.0.2.1"))), networks.clone()),
        (owner(NetworkSubject::Netblock(block("192.0.2.1-192.0.2.6"))), networks.clone()),
        (owner(NetworkSubject::AutonomousSystem(system("64500"))), networks.clone()),
        (owner(NetworkSubject::Organization(organization)), networks),
        (
            Lookup::IpLocation { address: address("192.0.2.10") },
            json!({"ip": "192.0.2.10", "location": {"country": "US", "region": "California", "city": "Mountain View",
                   "lat": 37.5, "lng": -122.25, "postalCode": "94043", "timezone": "-07:00"},
                   "domains": ["example.com"], "as": announcer, "isp": "Example ISP", "connectionType": "cable"}),
        ),
        (
            Lookup::Reputation { subject: HostOrAddress::Host(host("example.com")) },
            json!({"mode": "fast", "reputationScore": 91.25, "testResults": [
                {"test": "Malware", "testCode": 82, "warnings": [{"warningDescription": "Listed",
                "warningCode": 4001}]},
                {"test": "Mail", "testCode": 80, "warnings": ["No SPF", "No DMARC"], "warningCodes": [5015, 5016]}]}),
        ),
        (
            Lookup::Threats { indicator: Indicator::Host(host("example.com")) },
            json!({"total": 300, "results": [{"value": "example.com", "iocType": "domain", "threatType": "malware",
                   "firstSeen": 1_678_372_385, "lastSeen": 1_678_372_386}]}),
        ),
        (
            Lookup::WebsiteContacts { host: site.clone() },
            json!({"domainName": "example.com", "websiteResponded": true,
                   "meta": {"title": "Example", "description": "An example"}, "countryCode": "US",
                   "companyNames": ["Example Org"], "emails": [{"email": "info@example.com", "description": "Support"}],
                   "phones": [{"phoneNumber": "+1 555 555 0100", "description": "Desk", "callHours": ""}],
                   "postalAddresses": ["1 Example Street, Reston"],
                   "socialLinks": {"facebook": "https://social.example/f", "twitter": ""}}),
        ),
        (
            Lookup::WebsiteCategories { host: site },
            json!({"domainName": "example.com", "websiteResponded": true, "categories": [
                {"confidence": 0.75, "id": 5, "name": "News"},
                {"tier1": {"confidence": 0.5, "id": 6, "name": "Sports"}, "tier2": {"id": 7, "name": "Chess"}}]}),
        ),
        (
            Lookup::EmailVerification { email: EmailAddress::parse("info@example.com").expect("a mailbox") },
            json!({"emailAddress": "info@example.com", "formatCheck": "true", "smtpCheck": "true", "dnsCheck": "true",
                   "freeCheck": "false", "disposableCheck": "false", "catchAllCheck": null,
                   "mxRecords": ["mx.example.com"],
                   "audit": {"auditCreatedDate": "2024-01-01 00:00:00 UTC",
                   "auditUpdatedDate": "2024-01-01 00:00:00 UTC"}}),
        ),
    ]
}

fn every_lookup() -> Vec<Lookup> {
    good_answers().into_iter().map(|(lookup, _)| lookup).collect()
}

fn fails(lookup: &Lookup, status: u16, body: impl Into<bytes::Bytes>) -> ProviderError {
    provider().read(lookup, &FIRST, &response(status, body)).expect_err("a failure")
}

fn invalid(reason: &str) -> ProviderError {
    ProviderError::InvalidInput { reason: reason.to_owned() }
}

// --- terms and secrets ----------------------------------------------------------------------------------------------

#[test]
fn the_terms_are_the_vendors() {
    let mut terms: Vec<_> = every_lookup()
        .iter()
        .map(|lookup| {
            let offer = provider().offer(lookup).expect("an offer");
            assert_eq!((offer.free_preview, offer.rate), (false, Some(Rate::per_second(30))), "{lookup:?}");
            (offer.endpoint, offer.price, offer.exposure)
        })
        .collect();
    terms.dedup();
    let credit = Credits(1);
    assert_eq!(
        terms,
        [
            ("ip-netblocks", credit, Exposure::ThirdParty),
            ("ip-geolocation", credit, Exposure::ThirdParty),
            ("domain-reputation", credit, Exposure::ThirdParty),
            ("threat-intelligence", credit, Exposure::ThirdParty),
            ("website-contacts", credit, Exposure::Touch),
            ("website-categorization", credit, Exposure::Touch),
            ("email-verification", credit, Exposure::Touch),
        ]
    );
}

#[test]
fn the_key_goes_beside_the_request_and_shows_nowhere() {
    for lookup in every_lookup() {
        let request = request(&lookup, &FIRST);
        let shown = format!("{request:?} {} {:?} {:?}", request.url, request.headers, request.secret);
        assert!(!shown.contains(KEY), "{shown}");
        match request.secret {
            Some(Secret::Query("apiKey", key)) => assert_eq!(key.expose_secret(), KEY),
            other => panic!("{other:?}"),
        }
        for (status, body) in [
            (422, json!({"code": 422, "messages": format!("{KEY} is odd")}).to_string()),
            (422, json!({"code": 422, "messages": {"field": [format!("{KEY} is odd")]}}).to_string()),
            (200, json!({"ErrorMessage": {"Error": format!("{KEY} is odd")}}).to_string()),
            (200, json!({"error": format!("{KEY} is odd")}).to_string()),
            (502, format!("<html>GET /api/v1?apiKey={KEY} failed</html>")),
            (500, KEY.to_owned()),
            (200, format!("{{\"{KEY}\": 7}}")),
            (200, format!("{{\"{KEY}")),
            (200, KEY.to_owned()),
        ] {
            let error = fails(&lookup, status, body);
            let shown = format!("{error:?} {error} {}", error.analyst_message("WhoisXML API"));
            assert!(!shown.contains(KEY), "{shown}");
        }
    }
}

#[test]
fn each_service_has_its_credits_in_the_balance() {
    let pools = [23, 8, 20, 29, 21, 7].map(|product| json!({"product_id": product, "credits": 100 + product}));
    let body = json!({ "data": pools }).to_string();
    let mut left: Vec<_> =
        every_lookup().iter().map(|lookup| provider().read_balance(lookup, &response(200, body.clone()))).collect();
    left.dedup();
    let unknown = invalid("which of the account's credits pay for this service is not known.");
    let pool = |credits| Ok(Some(Credits(credits)));
    assert_eq!(left, [pool(123), pool(108), pool(120), Err(unknown), pool(129), pool(121), pool(107)]);
    for (lookup, _) in good_answers().iter().filter(|(lookup, _)| !matches!(lookup, Lookup::Threats { .. })) {
        assert_eq!(provider().read_balance(lookup, &response(200, r#"{"data":[]}"#)), Ok(None));
        for (status, body) in [(401, ""), (403, ""), (403, "{}"), (403, r#"{"code":403,"error":"Access restricted."}"#)]
        {
            assert_eq!(provider().read_balance(lookup, &response(status, body)), Err(ProviderError::BadKey), "{body}");
        }
    }
}

// --- failures -------------------------------------------------------------------------------------------------------

#[test]
fn every_documented_failure_is_told_apart() {
    let refused = "Access restricted. Check credits balance or enter the correct API key.";
    let page = "<!DOCTYPE html><html><body>Oops, an error in the gateway has occurred.</body></html>";
    let cases: Vec<(u16, String, ProviderError)> = vec![
        (403, json!({"code": 403, "messages": refused}).to_string(), ProviderError::AccessRefused),
        (200, json!({"code": 403, "messages": refused}).to_string(), ProviderError::AccessRefused),
        (403, json!({"code": 403, "error": refused}).to_string(), ProviderError::AccessRefused),
        (200, json!({"code": "403", "error": refused}).to_string(), ProviderError::AccessRefused),
        (200, json!({"error": refused}).to_string(), ProviderError::AccessRefused),
        (401, json!({"code": 401, "messages": "The API key is not valid."}).to_string(), ProviderError::BadKey),
        (401, json!({"code": 401, "error": "The API key is not valid."}).to_string(), ProviderError::BadKey),
        (402, json!({"code": 402, "messages": "Insufficient credits."}).to_string(), ProviderError::NoCredits),
        (422, json!({"code": 422, "messages": {"apiKey": ["Is wrong."]}}).to_string(), ProviderError::BadKey),
        (
            200,
            json!({"ErrorMessage": {"errorCode": "AUTHENTICATE_03", "msg": "ApiKey authenticate failed"}}).to_string(),
            ProviderError::BadKey,
        ),
        (422, json!({"code": 422, "messages": "Is wrong."}).to_string(), invalid("Is wrong.")),
        (422, json!({"code": 422, "messages": ["Is wrong.", "Is odd."]}).to_string(), invalid("Is wrong.; Is odd.")),
        (422, json!({"code": 422, "messages": {"ip": ["Is wrong."]}}).to_string(), invalid("ip: Is wrong.")),
        (400, json!({"CODE": 400, "Messages": "Is wrong."}).to_string(), invalid("Is wrong.")),
        (422, json!({"code": 422, "error": "Is wrong."}).to_string(), invalid("Is wrong.")),
        (200, json!({"search": "x", "error": "Is wrong."}).to_string(), invalid("Is wrong.")),
        (422, json!({"error": {"code": 422, "message": "Is wrong."}}).to_string(), invalid("Is wrong.")),
        (200, json!({"ErrorMessage": {"Error": "Is wrong."}}).to_string(), invalid("Is wrong.")),
        (400, json!({"ErrorMessage": {"Error": "Is wrong."}}).to_string(), invalid("Is wrong.")),
        (422, json!({"ErrorMessage": "Is wrong."}).to_string(), invalid("Is wrong.")),
        (200, page.to_owned(), ProviderError::upstream(Some(200), page)),
        (403, page.to_owned(), ProviderError::upstream(Some(403), page)),
        (502, page.to_owned(), ProviderError::upstream(Some(502), page)),
        (
            500,
            json!({"code": 500, "messages": "Internal error."}).to_string(),
            ProviderError::upstream(Some(500), "Internal error."),
        ),
        (200, json!({"code": 503, "error": "Down."}).to_string(), ProviderError::upstream(Some(503), "Down.")),
        (503, String::new(), ProviderError::upstream(Some(503), "")),
        (200, json!({"code": 429, "messages": "Too many."}).to_string(), ProviderError::RateLimited { wait: None }),
        (429, String::new(), ProviderError::RateLimited { wait: None }),
    ];
    for lookup in every_lookup() {
        for (status, body, expected) in &cases {
            assert_eq!(fails(&lookup, *status, body.clone()), *expected, "{lookup:?} {status} {body}");
        }
        let mut limited = response(429, "{}");
        limited.headers.insert("retry-after", http::HeaderValue::from_static("31"));
        let error = provider().read(&lookup, &FIRST, &limited).expect_err("a failure");
        assert_eq!(error, ProviderError::RateLimited { wait: Some(Duration::from_secs(31)) });
    }
}

#[test]
fn the_recorded_refusal_is_ambiguous() {
    let Some(refused) = recording("error_403.json") else { return };
    for lookup in every_lookup() {
        for status in [200, 403] {
            assert_eq!(fails(&lookup, status, refused.to_string()), ProviderError::AccessRefused);
        }
    }
}

#[test]
fn what_is_no_answer_is_malformed() {
    for lookup in every_lookup() {
        for body in
            ["{}", "{\"hello\":\"world\"}", "[]", "[{}]", "null", "7", "\"text\"", "", " ", "hello", "{\"result\":{"]
        {
            let error = fails(&lookup, 200, body);
            assert!(matches!(error, ProviderError::Malformed { .. }), "{lookup:?} {body} {error:?}");
        }
    }
}

// --- the same answer in another dress -------------------------------------------------------------------------------

/// What is read of each good answer after a change to it.
fn read_changed(change: impl Fn(&Value) -> Value) -> Vec<(Page, Page)> {
    let pages = good_answers().into_iter().map(|(lookup, body)| {
        let plain = read(&lookup, &FIRST, &body).expect("a page");
        assert!(!plain.records.is_empty(), "{body}");
        (plain, read(&lookup, &FIRST, &change(&body)).expect("a page"))
    });
    pages.collect()
}

#[test]
fn names_of_fields_may_be_in_any_case() {
    for name in [str::to_uppercase, str::to_lowercase] {
        for (plain, read) in read_changed(|body| changed(body, &Value::clone, &name)) {
            // The names of social networks are themselves data.
            let shown = |page: &Page| format!("{page:?}").to_lowercase();
            assert_eq!(shown(&plain), shown(&read));
        }
    }
}

#[test]
fn numbers_and_truth_values_may_be_texts() {
    let quoted = |value: &Value| match value {
        Value::Number(_) | Value::Bool(_) => json!(format!(" {value} ")),
        other => other.clone(),
    };
    for (plain, read) in read_changed(|body| changed(body, &quoted, &str::to_owned)) {
        assert_eq!(plain, read);
    }
}

#[test]
fn integers_may_have_gone_through_a_floating_point_variable() {
    let float = |value: &Value| value.as_i64().map_or_else(|| value.clone(), |number| json!(number as f64));
    for (plain, read) in read_changed(|body| changed(body, &float, &str::to_owned)) {
        assert_eq!(plain, read);
    }
}

#[test]
fn texts_that_are_numbers_may_be_numbers() {
    let number = |value: &Value| {
        value.as_str().and_then(|text| text.parse::<u64>().ok()).map_or_else(|| value.clone(), |number| json!(number))
    };
    for (plain, read) in read_changed(|body| changed(body, &number, &str::to_owned)) {
        assert_eq!(plain, read);
    }
}

#[test]
fn texts_may_have_blanks_around_them() {
    let padded = |value: &Value| value.as_str().map_or_else(|| value.clone(), |text| json!(format!(" {text}\t")));
    for (plain, read) in read_changed(|body| changed(body, &padded, &str::to_owned)) {
        assert_eq!(plain, read);
    }
}

#[test]
fn empty_texts_may_be_null() {
    let null = |value: &Value| if value == "" { Value::Null } else { value.clone() };
    for (plain, read) in read_changed(|body| changed(body, &null, &str::to_owned)) {
        assert_eq!(plain, read);
    }
}

#[test]
fn a_byte_order_mark_and_unknown_fields_do_not_matter() {
    for (lookup, body) in good_answers() {
        let plain = read(&lookup, &FIRST, &body).expect("a page");
        let marked = [b"\xef\xbb\xbf", body.to_string().as_bytes()].concat();
        assert_eq!(provider().read(&lookup, &FIRST, &response(200, marked)), Ok(plain.clone()));
        let mut more = body.clone();
        let fields = more.as_object_mut().expect("an object");
        fields.insert("code".to_owned(), json!(200));
        fields.insert("messages".to_owned(), json!(""));
        fields.insert("error".to_owned(), json!(null));
        fields.insert("brandNew".to_owned(), json!({"deep": [1, 2, {"er": null}]}));
        assert_eq!(read(&lookup, &FIRST, &more), Ok(plain));
    }
}

#[test]
fn a_broken_byte_costs_one_character() {
    for (lookup, body) in good_answers() {
        // A letter in Latin-1, as a relay without a notion of UTF-8 sends it.
        let broken: Vec<u8> = body
            .to_string()
            .replace("Example", "Ex\u{7f}mple")
            .bytes()
            .map(|byte| if byte == 0x7f { 0xfc } else { byte })
            .collect();
        let plain = read(&lookup, &FIRST, &body).expect("a page");
        let page = provider().read(&lookup, &FIRST, &response(200, broken)).expect("a page");
        assert_eq!(page.records.len(), plain.records.len());
    }
}

// --- whatever may come ----------------------------------------------------------------------------------------------

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

fn names() -> Vec<String> {
    let mut names = Vec::new();
    good_answers().iter().for_each(|(_, body)| names_in(body, &mut names));
    names
}

proptest! {
    #[test]
    fn no_mutated_answer_panics_or_loses_the_cursor_guard(
        which in 0_usize..10,
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
        if let (Ok(page), intel::Step::Page(from)) = (&result, &step) {
            prop_assert!(page.next.is_none() || page.next != *from, "{page:?}");
        }
    }

    #[test]
    fn no_json_panics(which in 0_usize..10, body in any_value(names()), step in steps()) {
        let lookup = &every_lookup()[which];
        let result = read(lookup, &step, &body);
        prop_assert!(is_a_reading(&result), "{result:?}");
    }

    #[test]
    fn no_bytes_panic(
        which in 0_usize..10,
        status in prop::sample::select(vec![200_u16, 204, 302, 400, 401, 403, 404, 417, 422, 429, 500, 503]),
        body in prop::collection::vec(any::<u8>(), 0..200),
        step in steps(),
    ) {
        let result = provider().read(&every_lookup()[which], &step, &response(status, body));
        prop_assert!(is_a_reading(&result) && result.is_err(), "{result:?}");
    }

    #[test]
    fn a_cut_answer_is_malformed(which in 0_usize..10, cut in any::<prop::sample::Index>()) {
        let (lookup, body) = good_answers().swap_remove(which);
        let text = body.to_string();
        let part = text.as_bytes()[..cut.index(text.len())].to_vec();
        let result = provider().read(&lookup, &FIRST, &response(200, part));
        prop_assert!(matches!(result, Err(ProviderError::Malformed { .. })), "{result:?}");
    }

    #[test]
    fn no_network_is_lost_for_an_odd_field_beside_its_addresses(
        index in any::<prop::sample::Index>(),
        value in odd_value(),
    ) {
        let (lookup, mut body) = good_answers().swap_remove(0);
        let row = &mut body["result"]["inetnums"][0];
        let fields = row.as_object_mut().expect("a row");
        let name = index.get(&fields.keys().filter(|name| *name != "inetnum").cloned().collect::<Vec<_>>()).clone();
        fields.insert(name, value);
        let page = read(&lookup, &FIRST, &body).expect("a page");
        prop_assert_eq!(page.records.len(), 2);
    }
}
