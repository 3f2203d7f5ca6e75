//! Subdomains Lookup API, version 1: the known names below a domain, all at once.
//!
//! The vendor states that an answer has up to 10,000 names, so that many means *at least*.

use serde_json::Value;
use url::Url;

use super::{counted, key::Key, rows, single_page, with_query};
use crate::{
    answer::Page,
    error::ProviderError,
    observable::HostName,
    provider::{Step, lenient::Node},
    upstream::HttpRequest,
};

pub(super) fn request(base: &Url, key: &Key, domain: &HostName, step: &Step) -> Result<HttpRequest, ProviderError> {
    single_page(step)?;
    let query = [("domainName", domain.as_str()), ("outputFormat", "JSON")];
    Ok(HttpRequest::get(with_query(base, &query)).with_secret(key.in_query()))
}

pub(super) fn read(step: &Step, body: &Value) -> Result<Page, ProviderError> {
    single_page(step)?;
    let body = Node::new(body);
    let result = body.get("result");
    let announced = result.get("count").count();
    let list = match (rows::list(result.get("records")), announced) {
        (Some(list), _) => list,
        (None, Some(0)) => &[],
        (None, Some(count)) => {
            return Err(ProviderError::malformed(format!("{count} names announced and none sent")));
        }
        // An empty result next to the question it answers.
        (None, None) if result.is_blank() && !body.get("search").is_blank() => &[],
        (None, None) => return Err(ProviderError::malformed("neither records nor count nor an error")),
    };
    let rows::Rows { records, mut notes } = rows::sightings(list);
    let sent = list.len() as u64;
    let total = announced.map_or(sent, |announced| announced.max(sent));
    if total > sent {
        notes.push(format!("The source announced {total} names and sent {sent}."));
    }
    Ok(Page { records, next: None, total: Some(counted(total)), notes, ..Page::default() })
}
