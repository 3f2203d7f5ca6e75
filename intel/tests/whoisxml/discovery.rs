//! Domains & Subdomains Discovery API.

use jiff::civil::date;

use crate::support::*;

fn patterns(include: &[&str], exclude: &[&str]) -> NamePatterns {
    let owned = |list: &[&str]| list.iter().map(|text| (*text).to_owned()).collect();
    NamePatterns { include: owned(include), exclude: owned(exclude) }
}

fn asking(domains: NamePatterns, subdomains: NamePatterns) -> Lookup {
    Lookup::Discovery { query: DiscoveryQuery { domains, subdomains, since: None } }
}

#[test]
fn only_the_lists_with_something_in_them_are_sent() {
    let none = NamePatterns::default;
    let since = DiscoveryQuery { since: Some(date(2024, 1, 5)), ..DiscoveryQuery::domains_like(" *Example.* ") };
    for (lookup, body) in [
        (discovery(), json!({"domains": {"include": ["*example*"]}})),
        (
            Lookup::Discovery { query: since },
            json!({"domains": {"include": ["*example.*"]}, "sinceDate": "2024-01-05"}),
        ),
        (
            asking(none(), patterns(&["login*"], &["*test*", "*dev"])),
            json!({"subdomains": {"include": ["login*"], "exclude": ["*test*", "*dev"]}}),
        ),
        (
            asking(patterns(&["a", "b", "c", "d"], &[]), patterns(&[], &["e", "f", "g", "h"])),
            json!({"domains": {"include": ["a", "b", "c", "d"]}, "subdomains": {"exclude": ["e", "f", "g", "h"]}}),
        ),
    ] {
        let request = request(&lookup, &FIRST);
        assert_eq!(request.method, Method::POST);
        assert_eq!(request.url.as_str(), "https://domains-subdomains-discovery.whoisxmlapi.com/api/v1");
        let mut expected = body;
        expected["outputFormat"] = json!("JSON");
        assert_eq!(body_of(&request), expected);
    }
}

#[test]
fn the_price_depends_on_the_question() {
    let some = || patterns(&["*example*"], &[]);
    let settings: WhoisXmlSettings =
        toml::from_str("prices.discovery = 3\nprices.discovery_subdomains = 20").expect("TOML");
    let configured = WhoisXml::new(SecretString::from(KEY), &settings);
    for (lookup, price, configured_price) in [
        (asking(some(), NamePatterns::default()), 1, 3),
        (asking(NamePatterns::default(), some()), 10, 20),
        (asking(some(), some()), 11, 23),
        (asking(some(), patterns(&[], &["*test*"])), 11, 23),
    ] {
        assert_eq!(provider().offer(&lookup).expect("an offer").price, Credits(price));
        assert_eq!(configured.offer(&lookup).expect("an offer").price, Credits(configured_price));
    }
}

#[test]
fn a_question_that_the_service_does_not_take_is_not_sent() {
    let none = NamePatterns::default;
    for (domains, subdomains) in [
        (none(), none()),
        (patterns(&[], &["*example*"]), none()),
        (none(), patterns(&[], &["*example*"])),
        (patterns(&["a", "b", "c", "d", "e"], &[]), none()),
        (patterns(&["a"], &["a", "b", "c", "d", "e"]), none()),
        (patterns(&["ex*mple"], &[]), none()),
        (patterns(&["**example"], &[]), none()),
        (patterns(&["*"], &[]), none()),
        (patterns(&["**"], &[]), none()),
        (patterns(&["example", " "], &[]), none()),
        (patterns(&["example"], &["x*y"]), none()),
        (patterns(&["two words"], &[]), none()),
        (patterns(&["example"], &[]), patterns(&["x*y*z"], &[])),
    ] {
        let lookup = asking(domains, subdomains);
        let error = provider().call(&lookup, &FIRST).expect_err("no call");
        assert!(matches!(error, ProviderError::InvalidInput { .. }), "{lookup:?} {error:?}");
    }
}

#[test]
fn a_recorded_answer_is_read() {
    let Some(body) = fixture("domains_subdomains_discovery.json") else { return };
    assert_eq!(
        provider().read(&discovery(), &FIRST, &response(200, body)).expect("a page"),
        Page {
            records: vec![sighting("aws.amazon.fr", None, None), sighting("aws.amazon.org", None, None)],
            next: None,
            total: Some(Total::Exactly(2)),
            notes: vec![],
            source: None,
        }
    );
}

#[test]
fn rows_may_be_texts_or_objects_and_the_cap_is_at_least() {
    let body = json!({"domainsCount": "10000", "domainsList": [
        "www.example.com", {"domainName": "EXAMPLE.net."}, {"name": "example.org", "firstSeen": 1_586_736_000},
        {"domain": {"odd": 1}}, null, 7, "two words"]});
    let page = read(&discovery(), &FIRST, &body).expect("a page");
    assert_eq!(names(&page), ["www.example.com", "example.net", "example.org"]);
    assert_eq!((page.total, page.next), (Some(Total::AtLeast(10_000)), None));
    assert_eq!(
        page.notes,
        ["4 rows of the answer are not host names and were left out.", "The source announced 10000 names and sent 7.",]
    );
    let uncounted = read(&discovery(), &FIRST, &json!({"domainsList": ["example.com"]})).expect("a page");
    assert_eq!((uncounted.total, uncounted.notes), (Some(Total::Exactly(1)), vec![]));
}
