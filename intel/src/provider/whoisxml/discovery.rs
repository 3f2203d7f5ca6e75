//! Domains & Subdomains Discovery API, version 1: names like a pattern, wherever they are registered.
//!
//! Patterns on domains are cheap, patterns on the labels below them dear, and a question with both costs the sum; so
//! the price depends on the question. The vendor takes up to four patterns to find and four to leave out in each of the
//! two lists, with `*` for any run of characters at either end.

use serde_json::{Map, Value, json};
use url::Url;

use super::{Prices, counted, key::Key, rows, single_page};
use crate::{
    answer::Page,
    credits::Credits,
    error::ProviderError,
    lookup::{DiscoveryQuery, NamePatterns},
    provider::{Step, lenient::Node},
    upstream::HttpRequest,
};

/// The most patterns in a list.
const MOST_PATTERNS: usize = 4;

/// What a question costs. Vendor documentation: 1 credit for domains, 10 for subdomains, 11 for both.
pub(super) fn price(prices: &Prices, query: &DiscoveryQuery) -> Credits {
    match (query.domains.is_empty(), query.subdomains.is_empty()) {
        (_, true) => prices.discovery,
        (true, false) => prices.discovery_subdomains,
        (false, false) => prices.discovery + prices.discovery_subdomains,
    }
}

pub(super) fn request(
    base: &Url,
    key: &Key,
    query: &DiscoveryQuery,
    step: &Step,
) -> Result<HttpRequest, ProviderError> {
    single_page(step)?;
    let DiscoveryQuery { domains, subdomains, since } = query;
    if domains.include.is_empty() && subdomains.include.is_empty() {
        return Err(ProviderError::InvalidInput { reason: "it needs at least one pattern to look for.".to_owned() });
    }
    let mut body = Map::new();
    for (name, list) in [("domains", domains), ("subdomains", subdomains)] {
        if !list.is_empty() {
            body.insert(name.to_owned(), patterns(list)?);
        }
    }
    if let Some(day) = since {
        body.insert("sinceDate".to_owned(), json!(day.to_string()));
    }
    body.insert("outputFormat".to_owned(), json!("JSON"));
    Ok(HttpRequest::post_json(base.clone(), &Value::Object(body)).with_secret(key.in_body()))
}

/// The two lists, the empty one left out.
fn patterns(list: &NamePatterns) -> Result<Value, ProviderError> {
    let mut lists = Map::new();
    for (name, patterns) in [("include", &list.include), ("exclude", &list.exclude)] {
        if patterns.len() > MOST_PATTERNS {
            let reason = format!("it takes up to {MOST_PATTERNS} patterns of a kind at a time.");
            return Err(ProviderError::InvalidInput { reason });
        }
        if !patterns.is_empty() {
            let patterns = patterns.iter().map(|text| pattern(text)).collect::<Result<Vec<String>, _>>()?;
            lists.insert(name.to_owned(), json!(patterns));
        }
    }
    Ok(Value::Object(lists))
}

/// A pattern in lower case, which says something and has wildcards at its ends only.
fn pattern(text: &str) -> Result<String, ProviderError> {
    let pattern = text.trim().to_lowercase();
    let inner = pattern.strip_prefix('*').unwrap_or(&pattern);
    let inner = inner.strip_suffix('*').unwrap_or(inner);
    let reason = if inner.trim().is_empty() {
        "a pattern has to say something besides the wildcard *."
    } else if inner.contains('*') {
        "a wildcard * can stand at either end of a pattern and nowhere else."
    } else if inner.contains(char::is_whitespace) {
        "names have no blanks, so neither can a pattern."
    } else {
        return Ok(pattern);
    };
    Err(ProviderError::InvalidInput { reason: reason.to_owned() })
}

pub(super) fn read(step: &Step, body: &Value) -> Result<Page, ProviderError> {
    single_page(step)?;
    let body = Node::new(body);
    let announced = body.get("domainsCount").count();
    let list = match (rows::list(body.get("domainsList")), announced) {
        (Some(list), _) => list,
        (None, Some(0)) => &[],
        (None, Some(count)) => {
            return Err(ProviderError::malformed(format!("{count} names announced and none sent")));
        }
        (None, None) => return Err(ProviderError::malformed("neither domainsList nor domainsCount nor an error")),
    };
    let rows::Rows { records, mut notes } = rows::sightings(list);
    let sent = list.len() as u64;
    let total = announced.map_or(sent, |announced| announced.max(sent));
    if total > sent {
        notes.push(format!("The source announced {total} names and sent {sent}."));
    }
    Ok(Page { records, next: None, total: Some(counted(total)), notes, ..Page::default() })
}
