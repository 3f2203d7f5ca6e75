//! Terms, addresses and the key: what holds for the requests of every service.

use crate::support::*;

#[test]
fn the_terms_are_the_vendors_unless_configured() {
    let vendor = Exposure::ThirdParty;
    for (lookup, endpoint, price, free_preview, exposure, rate) in [
        (history(), "whois-history", 50, true, vendor, 30),
        (by_email(), "reverse-whois", 50, true, vendor, 30),
        (reverse_ns(), "reverse-ns", 1, false, vendor, 30),
        (reverse_mx(), "reverse-mx", 1, false, vendor, 30),
        (reverse_ip(), "reverse-ip", 1, false, vendor, 30),
        (subdomains(), "subdomains", 10, false, vendor, 30),
        (dns(), "dns-lookup", 1, false, Exposure::Infrastructure, 30),
        (whois_of_domain(), "whois", 1, false, vendor, 50),
        (by_soa(), "reverse-dns", 1, false, vendor, 30),
        (dns_history(), "dns-history", 10, false, vendor, 10),
        (address_history(), "dns-history", 10, false, vendor, 10),
        (discovery(), "discovery", 1, false, vendor, 30),
        (certificates(), "ssl-certificates", 1, false, Exposure::Touch, 30),
    ] {
        let offer = provider().offer(&lookup).expect("an offer");
        let terms = (offer.endpoint, offer.price, offer.free_preview, offer.exposure, offer.rate);
        assert_eq!(terms, (endpoint, Credits(price), free_preview, exposure, Some(Rate::per_second(rate))));
    }

    let settings: WhoisXmlSettings = toml::from_str("prices.reverse_whois = 1\nrates.reverse_whois = 5").expect("TOML");
    let offer = WhoisXml::new(SecretString::from(KEY), &settings).offer(&by_email()).expect("an offer");
    assert_eq!((offer.price, offer.rate), (Credits(1), Some(Rate::per_second(5))));
    assert_eq!((provider().name(), provider().source()), ("whoisxml", "WhoisXML API"));
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
        (whois_of_domain(), Step::Preview),
        (by_soa(), Step::Preview),
        (dns_history(), Step::Preview),
        (address_history(), Step::Preview),
        (discovery(), Step::Preview),
        (certificates(), Step::Preview),
        (history(), after("x")),
        (subdomains(), after("x")),
        (dns(), after("x")),
        (whois_of_domain(), after("x")),
        (by_soa(), after("x")),
        (discovery(), after("x")),
        (certificates(), after("x")),
    ] {
        let error = provider().call(&lookup, &step).expect_err("no call");
        assert!(matches!(error, ProviderError::InvalidInput { .. }), "{error:?}");
        // Nor is an answer to it read as one to something else.
        let (_, body) = good_answers().into_iter().find(|(other, _)| *other == lookup).expect("an answer");
        let error = read(&lookup, &step, &body).expect_err("no page");
        assert!(matches!(error, ProviderError::InvalidInput { .. }), "{error:?}");
    }
}

#[test]
fn the_key_is_trimmed_and_stands_where_the_service_takes_it() {
    for (lookups, place) in [
        (vec![history(), by_email()], "header x-authentication-token"),
        (
            vec![
                whois_of_domain(),
                whois_of_address(),
                whois_of_mailbox(),
                by_soa(),
                dns_history(),
                address_history(),
                discovery(),
            ],
            "body field apiKey",
        ),
        (vec![reverse_ns(), reverse_mx(), reverse_ip(), subdomains(), dns(), certificates()], "query parameter apiKey"),
    ] {
        for lookup in lookups {
            let secret = request(&lookup, &FIRST).secret.expect("a key");
            assert_eq!(format!("{secret:?}"), place, "{lookup:?}");
            let (Secret::Header(_, key) | Secret::Field(_, key) | Secret::Query(_, key)) = secret;
            assert_eq!(key.expose_secret(), KEY);
        }
    }
    assert!(matches!(provider().balance_call().and_then(|call| call.secret), Some(Secret::Query("apiKey", _))));
}

#[test]
fn the_key_shows_nowhere() {
    let mut requests: Vec<HttpRequest> = every_lookup().iter().map(|lookup| request(lookup, &FIRST)).collect();
    requests.extend([history(), by_email()].iter().map(|lookup| request(lookup, &Step::Preview)));
    requests.extend(provider().balance_call());
    assert_eq!(requests.len(), every_lookup().len() + 3);
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
