//! Pages of names that are continued by name. The vendor's reverse services for name servers, mail servers and
//! addresses all answer in this form.
//!
//! A page has up to 300 rows and no total. If it is full, the last name of it is where the next one starts. The first
//! page has to be asked for as `from=1`: without that the vendor sends any 300 rows. A page that ends where it was told
//! to start would be followed by itself for ever, and each time would cost a credit: there the paging ends, and the
//! answer says so.

use serde_json::Value;
use url::Url;

use super::{key::Key, rows, with_query};
use crate::{
    answer::{Page, Total},
    error::ProviderError,
    provider::{Cursor, Step, lenient::Node},
    upstream::HttpRequest,
};

/// A full page.
const PAGE: u64 = 300;

/// Where the first page starts.
const FIRST: &str = "1";

/// Asks for a page of the names behind `subject`, which the service takes as the parameter `ns`, `mx` or `ip`.
pub(super) fn request(
    base: &Url,
    key: &Key,
    parameter: &str,
    subject: &str,
    step: &Step,
) -> Result<HttpRequest, ProviderError> {
    let query = [(parameter, subject), ("from", from(step)?), ("outputFormat", "JSON")];
    Ok(HttpRequest::get(with_query(base, &query)).with_secret(key.in_query()))
}

/// The value of `from` for a step.
fn from(step: &Step) -> Result<&str, ProviderError> {
    match step {
        Step::Preview => Err(super::no_preview()),
        Step::Page(None) => Ok(FIRST),
        Step::Page(Some(Cursor(cursor))) => Ok(cursor),
    }
}

pub(super) fn read(step: &Step, body: &Value) -> Result<Page, ProviderError> {
    let from = from(step)?;
    let body = Node::new(body);
    let size = body.get("size").count();
    let list = match (rows::list(body.get("result")), size) {
        (Some(list), _) => list,
        (None, Some(0)) => &[],
        (None, Some(size)) => return Err(ProviderError::malformed(format!("{size} rows announced and none sent"))),
        (None, None) => return Err(ProviderError::malformed("neither result nor size nor an error")),
    };
    let rows::Rows { records, mut notes } = rows::sightings(list);
    let sent = list.len() as u64;
    let full = size.unwrap_or_default().max(sent) >= PAGE;
    let next = if full { next(from, list, &mut notes) } else { None };
    let total = match step {
        Step::Page(None) if full => Some(Total::AtLeast(sent)),
        Step::Page(None) => Some(Total::Exactly(sent)),
        _ => None,
    };
    Ok(Page { records, next, total, notes, ..Page::default() })
}

fn next(from: &str, list: &[Value], notes: &mut Vec<String>) -> Option<Cursor> {
    let plain = |name: &str| name.trim_end_matches('.').to_lowercase();
    let Some(last) = list.iter().rev().find_map(|row| rows::name(Node::new(row))) else {
        notes.push("The page is full, but names nothing to continue from, so paging ended here.".to_owned());
        return None;
    };
    if plain(&last) == plain(from) {
        notes.push("The page ends with the name it was to start from, so paging ended here.".to_owned());
        return None;
    }
    Some(Cursor(last))
}
