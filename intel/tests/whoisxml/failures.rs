//! Failures, told apart from answers in the same way for every service; empty answers; answers that are none.

use std::time::Duration;

use crate::support::*;

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
        (reverse_mx(), json!({"result": [], "size": 0})),
        (reverse_ip(), json!({"size": 0})),
        (whois_of_domain(), json!({"WhoisRecord": {"dataError": "MISSING_WHOIS_DATA"}})),
        (by_soa(), json!({"result": [], "size": 0})),
        (by_soa(), json!({"size": "0"})),
        (dns_history(), json!({"result": {"count": 0, "records": []}})),
        (dns_history(), json!({"result": {"count": "0", "records": null}})),
        (dns_history(), json!({"result": {"records": {}}})),
        (dns_history(), json!({"result": {}})),
        (address_history(), json!({"result": {"count": 0, "records": [], "next": null, "after": ""}})),
        (address_history(), json!({"result": [], "size": 0})),
        (discovery(), json!({"domainsCount": 0, "domainsList": []})),
        (discovery(), json!({"domainsCount": 0})),
        (certificates(), json!({"domain": "www.example.com", "certificates": []})),
        (certificates(), json!({"domain": "www.example.com", "certificates": null})),
        (certificates(), json!({"certificates": []})),
        (certificates(), json!({"result": {"certificates": []}})),
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
        (by_email(), json!({"domainsList": "no names"})),
        (reverse_ns(), json!({"size": 7})),
        (reverse_ns(), json!({"result": 7})),
        (subdomains(), json!({"result": {"count": 7}})),
        (subdomains(), json!({"result": 7})),
        (dns(), json!({"DNSData": null})),
        (dns(), json!({"DNSData": {"dnsRecords": 7}})),
        (whois_of_domain(), json!({"WhoisRecord": null})),
        (whois_of_domain(), json!({"WhoisRecord": "example.com"})),
        (whois_of_domain(), json!({"WhoisRecord": []})),
        (by_soa(), json!({"size": 7})),
        (by_soa(), json!({"result": "no names"})),
        (dns_history(), json!({"result": {"count": 7}})),
        (dns_history(), json!({"result": 7})),
        (dns_history(), json!({"result": {"records": "2023-05-01"}})),
        (address_history(), json!({"result": null})),
        (discovery(), json!({"domainsCount": 7})),
        (discovery(), json!({"domainsList": "nothing"})),
        (certificates(), json!({"certificates": 7})),
        (certificates(), json!({"result": "example.com"})),
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
fn every_family_of_errors_is_understood_from_every_service() {
    let refused = "Access restricted. Check credits balance or enter the correct API key.";
    let other_refusal = "Check the DRS credits balance or enter the correct API key.";
    let invalid = |reason: &str| ProviderError::InvalidInput { reason: reason.to_owned() };
    let busy = ProviderError::RateLimited { wait: None };
    let gateway = "<html><body>Oops, an error in the gateway has occurred.</body></html>";
    for lookup in every_lookup() {
        for (status, body, expected) in [
            (403, json!({"code": 403, "messages": refused}), ProviderError::AccessRefused),
            (403, json!({"code": 403, "messages": other_refusal}), ProviderError::AccessRefused),
            (200, json!({"code": "403", "messages": [refused]}), ProviderError::AccessRefused),
            (403, json!({"code": 403, "error": refused}), ProviderError::AccessRefused),
            (401, json!({"messages": "Unauthorized"}), ProviderError::AccessRefused),
            (402, json!({"code": 402, "messages": "No credits left."}), ProviderError::NoCredits),
            (403, json!({"code": 403, "messages": "Unknown API key"}), ProviderError::BadKey),
            (422, json!({"code": 422, "messages": "Input correct domain."}), invalid("Input correct domain.")),
            (
                422,
                json!({"code": 422, "messages": {"limit": ["Too large."], "terms": "Missing."}}),
                invalid("limit: Too large.; terms: Missing."),
            ),
            (400, json!({"code": 400, "messages": ["One.", "Two."]}), invalid("One.; Two.")),
            (422, json!({"code": 422, "messages": {"apiKey": ["Wrong format."]}}), ProviderError::BadKey),
            (422, json!({"code": 422, "error": "Private address."}), invalid("Private address.")),
            (
                200,
                json!({"ErrorMessage": {"errorCode": "WHOIS_01", "msg": "The parameter domainName is missing."}}),
                invalid("The parameter domainName is missing. (WHOIS_01)"),
            ),
            (200, json!({"ErrorMessage": {"msg": "Not a domain."}}), invalid("Not a domain.")),
            (200, json!({"errormessage": {"Error": "Not a mailbox."}}), invalid("Not a mailbox.")),
            (
                200,
                json!({"ErrorMessage": {"errorCode": "AUTHENTICATE_03", "msg": "ApiKey authenticate failed"}}),
                ProviderError::BadKey,
            ),
            (417, json!({"message": "List is empty!", "messageCode": 417}), invalid("List is empty!")),
            (200, json!({"message": "List is empty!", "messageCode": 417}), invalid("List is empty!")),
            (429, json!({"code": 429, "messages": "Too many requests"}), busy.clone()),
            (200, json!({"code": 429, "messages": "Too many requests"}), busy.clone()),
            (503, json!({"code": 503, "messages": "Down"}), ProviderError::upstream(Some(503), "Down")),
        ] {
            let error = provider().read(&lookup, &FIRST, &response(status, body.to_string())).expect_err("an error");
            assert_eq!(error, expected, "{lookup:?} {status} {body}");
        }
        for status in [200, 403, 500, 502] {
            let error = provider().read(&lookup, &FIRST, &response(status, gateway)).expect_err("an error");
            assert_eq!(error, ProviderError::upstream(Some(status), gateway), "{lookup:?} {status}");
        }
    }
}

#[test]
fn no_error_repeats_the_key() {
    for lookup in every_lookup() {
        for (status, body) in [
            (502, format!("<html>GET /api/v1?apiKey={KEY} failed</html>")),
            (422, json!({"code": 422, "messages": format!("{KEY} is odd")}).to_string()),
            (422, json!({"code": 422, "messages": {"apiKey": KEY, "limit": KEY}}).to_string()),
            (200, json!({"ErrorMessage": {"msg": format!("{KEY} is odd")}}).to_string()),
            (500, KEY.to_owned()),
            (200, KEY.to_owned()),
            (200, json!({"result": KEY, "WhoisRecord": KEY, "certificates": KEY, "domainsList": KEY}).to_string()),
        ] {
            let error = provider().read(&lookup, &FIRST, &response(status, body.clone())).expect_err("an error");
            let shown = format!("{error:?} {error} {}", error.analyst_message("WhoisXML API"));
            assert!(!shown.contains(KEY), "{lookup:?} {body} {shown}");
        }
    }
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
