//! Website Categorization API, version 3: what a web site is about.
//!
//! Uncertain: the vendor's client for Go sends the site as `domainName`, other pages of the vendor name the parameter
//! `url`. The client's is used. Whether category numbers are numbers or texts in version 3 is seen in one recording only.
//!
//! A category is an object of number, name and confidence. In version 2 it was a pair of such objects, a general
//! category (`tier1`) and a special one (`tier2`), with texts for numbers, and before that a text; all of these are
//! read.

use serde_json::Value;
use url::Url;

use super::{key::Key, rows, single_page, values, with_query};
use crate::{
    answer::{Page, Total},
    error::ProviderError,
    observable::HostName,
    provider::{Step, lenient::Node},
    record::{Record, WebsiteCategory},
    upstream::HttpRequest,
};

/// The parameter that takes the site.
const SITE: &str = "domainName";

pub(super) fn request(base: &Url, key: &Key, host: &HostName, step: &Step) -> Result<HttpRequest, ProviderError> {
    single_page(step)?;
    let query = [(SITE, host.as_str()), ("outputFormat", "JSON")];
    Ok(HttpRequest::get(with_query(base, &query)).with_secret(key.in_query()))
}

pub(super) fn read(step: &Step, body: &Value) -> Result<Page, ProviderError> {
    single_page(step)?;
    let body = Node::new(body);
    let responded = body.get("websiteResponded").boolean();
    let list = body.get("categories");
    let is_answer = responded.is_some() || !body.get("domainName").is_blank();
    let list: Vec<Node<'_>> = match values::table(list) {
        Some(rows) => rows,
        None if list.as_str().is_some() => list.items().collect(),
        None if list.is_null() && is_answer => Vec::new(),
        None => return Err(ProviderError::malformed("neither categories nor an error")),
    };
    let mut categories: Vec<WebsiteCategory> = Vec::new();
    let mut left_out = 0;
    for row in list {
        let read = read_row(row);
        left_out += usize::from(read.is_empty());
        for category in read {
            // Several special categories share their general one.
            if !categories.iter().any(|known| known.id == category.id && known.name == category.name) {
                categories.push(category);
            }
        }
    }
    let mut notes: Vec<String> =
        rows::left_out_note(left_out, "is no category", "are no categories").into_iter().collect();
    if responded == Some(false) {
        notes.push("The web site did not answer when the source visited it.".to_owned());
    }
    let total = Some(Total::Exactly((categories.len() + left_out) as u64));
    Ok(Page {
        records: categories.into_iter().map(Record::WebsiteCategory).collect(),
        next: None,
        total,
        notes,
        ..Page::default()
    })
}

/// The categories of a row: one, or a general and a special one.
fn read_row(row: Node<'_>) -> Vec<WebsiteCategory> {
    let tiers: Vec<Node<'_>> = ["tier1", "tier2"].iter().map(|tier| row.get(tier)).collect();
    if tiers.iter().any(|tier| !tier.is_blank()) {
        return tiers.into_iter().filter_map(category).collect();
    }
    category(row).into_iter().collect()
}

fn category(node: Node<'_>) -> Option<WebsiteCategory> {
    if !node.is_object() {
        return node.as_str().and_then(|_| node.text()).map(|name| WebsiteCategory { name, ..Default::default() });
    }
    Some(WebsiteCategory {
        id: node.get("id").count(),
        name: node.first(&["name", "category"]).text()?,
        confidence: values::decimal(node.get("confidence")).filter(|confidence| (0.0..=1.0).contains(confidence)),
    })
}
