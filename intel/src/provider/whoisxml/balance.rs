//! The account balance service: free, and the only way to tell a bad key from an empty account.
//!
//! The account has a pool of credits per product. Products without a subscription are absent, which is not the same as
//! an empty pool.

use serde_json::Value;
use url::Url;

use super::{Service, key::Key, with_query};
use crate::{credits::Credits, error::ProviderError, provider::lenient::Node, upstream::HttpRequest};

pub(super) fn request(base: &Url, key: &Key) -> HttpRequest {
    HttpRequest::get(with_query(base, &[("outputFormat", "JSON")])).with_secret(key.in_query())
}

/// The number of the product whose credits pay for a service, as the vendor's own clients number them. 14 is the Domain
/// Research Suite, whose credits pay for most of what searches. The number of threat intelligence is not known.
pub(super) const fn pool(service: Service) -> Option<i64> {
    Some(match service {
        Service::WhoisCurrent | Service::BulkWhois => 1,
        Service::EmailVerification => 7,
        Service::IpGeolocation => 8,
        Service::WhoisHistory
        | Service::ReverseWhois
        | Service::ReverseNs
        | Service::ReverseMx
        | Service::ReverseIp
        | Service::ReverseDns
        | Service::DnsHistory
        | Service::Subdomains
        | Service::Discovery => 14,
        Service::DomainReputation => 20,
        Service::WebsiteCategorization => 21,
        Service::IpNetblocks => 23,
        Service::DnsLookup => 26,
        Service::WebsiteContacts => 29,
        Service::SslCertificates => 61,
        Service::ThreatIntelligence | Service::Balance => return None,
    })
}

/// The credits of a pool; several entries for one product add up.
pub(super) fn read(pool: i64, body: &Value) -> Result<Option<Credits>, ProviderError> {
    let data = Node::new(body).get("data");
    if data.is_null() {
        return Err(ProviderError::malformed("neither data nor an error"));
    }
    let number =
        |entry: Node<'_>| entry.get("product_id").integer().or_else(|| entry.get("product").get("id").integer());
    let entries = data.items().filter(|entry| number(*entry) == Some(pool));
    // An account can be overdrawn; there is nothing left to spend then.
    let credits =
        |entry: Node<'_>| entry.get("credits").integer().map(|credits| Credits(credits.max(0).unsigned_abs()));
    let amounts = entries.map(credits).collect::<Option<Vec<Credits>>>();
    let amounts = amounts.ok_or_else(|| ProviderError::malformed(format!("product {pool} without credits")))?;
    Ok((!amounts.is_empty()).then(|| amounts.into_iter().sum()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_service_has_its_pool() {
        let pools = Service::ALL.map(|service| (service.endpoint(), pool(service)));
        assert_eq!(
            pools,
            [
                ("whois", Some(1)),
                ("bulk-whois", Some(1)),
                ("whois-history", Some(14)),
                ("reverse-whois", Some(14)),
                ("reverse-ns", Some(14)),
                ("reverse-mx", Some(14)),
                ("reverse-ip", Some(14)),
                ("reverse-dns", Some(14)),
                ("dns-history", Some(14)),
                ("subdomains", Some(14)),
                ("discovery", Some(14)),
                ("dns-lookup", Some(26)),
                ("ip-geolocation", Some(8)),
                ("ip-netblocks", Some(23)),
                ("domain-reputation", Some(20)),
                // No source tells the number of this product.
                ("threat-intelligence", None),
                ("website-contacts", Some(29)),
                ("website-categorization", Some(21)),
                ("email-verification", Some(7)),
                ("ssl-certificates", Some(61)),
                // It costs nothing.
                ("balance", None),
            ]
        );
    }

    #[test]
    fn credits_are_read_in_every_shape() {
        for (data, credits) in [
            (json!([{"product_id": 23, "product": {"id": 23, "name": "IP Netblocks API"}, "credits": 500}]), Some(500)),
            (json!([{"product_id": "23", "product": null, "credits": "500"}]), Some(500)),
            (json!([{"product_id": 23, "credits": 500.0}]), Some(500)),
            (json!([{"product": {"id": "23"}, "credits": " 500 "}]), Some(500)),
            (json!([{"PRODUCT_ID": 23, "Credits": 500}]), Some(500)),
            (json!([{"product_id": "", "product": {"id": 23}, "credits": 500}]), Some(500)),
            (json!([{"product_id": 23, "credits": 200}, {"product_id": 23, "credits": "300"}]), Some(500)),
            (json!({"product_id": 23, "credits": 500}), Some(500)),
            (json!([{"product_id": 23, "credits": 0}]), Some(0)),
            (json!([{"product_id": 23, "credits": -5}]), Some(0)),
            (json!([{"product_id": 23, "credits": 5}, {"product_id": 23, "credits": -5}]), Some(5)),
            (json!([null, 7, "text", {}, {"product_id": 23, "credits": 5}]), Some(5)),
            (json!([{"product_id": 230, "credits": 500}, {"product_id": 2, "credits": 500}]), None),
            (json!([{"product_id": null, "product": "IP Netblocks API", "credits": 500}]), None),
            (json!([]), None),
            (json!(""), None),
        ] {
            assert_eq!(read(23, &json!({ "data": data })), Ok(credits.map(Credits)), "{data}");
        }
        let most = json!({"product_id": 23, "credits": i64::MAX});
        let summed = read(23, &json!({ "data": [most, most, most, most] }));
        assert_eq!(summed, Ok(Some(Credits(u64::MAX))), "a sum too large for the type is the largest");
    }

    #[test]
    fn a_pool_without_a_readable_amount_is_malformed() {
        for body in [
            json!({}),
            json!({"data": null}),
            json!({"data": [{"product_id": 23}]}),
            json!({"data": [{"product_id": 23, "credits": null}]}),
            json!({"data": [{"product_id": 23, "credits": "many"}]}),
            json!({"data": [{"product_id": 23, "credits": 5}, {"product_id": 23, "credits": {"left": 5}}]}),
        ] {
            assert!(matches!(read(23, &body), Err(ProviderError::Malformed { .. })), "{body}");
        }
    }
}
