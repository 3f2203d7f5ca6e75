//! The account balance service.

use crate::support::*;

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
