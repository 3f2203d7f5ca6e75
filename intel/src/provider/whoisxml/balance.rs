//! The account balance service: free, and the only way to tell a bad key from an empty account.
//!
//! The account has a pool of credits per product. Products without a subscription are absent, which is not the same as
//! an empty pool.

use serde_json::Value;
use url::Url;

use super::{key::Key, with_query};
use crate::{
    credits::Credits, error::ProviderError, lookup::LookupKind, provider::lenient::Node, upstream::HttpRequest,
};

pub(super) fn request(base: &Url, key: &Key) -> HttpRequest {
    HttpRequest::get(with_query(base, &[("outputFormat", "JSON")])).with_secret(key.in_query())
}

/// The number of the product whose credits pay for a lookup: 14 is the Domain Research Suite, 26 the DNS lookup.
pub(super) const fn pool(kind: LookupKind) -> i64 {
    match kind {
        LookupKind::WhoisHistory | LookupKind::ReverseWhois | LookupKind::ReverseNs | LookupKind::Subdomains => 14,
        LookupKind::DnsRecords => 26,
    }
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
