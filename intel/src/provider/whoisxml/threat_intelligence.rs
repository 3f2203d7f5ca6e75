//! Threat Intelligence API, version 1: what a name, an address, a network, a web address or a file is accused of.
//!
//! The price grows with the number of results asked for, one credit for each hundred, and there is no cursor. So a
//! hundred are asked for, and the page says how many more the source has. The names of the fields are those that users
//! of the service report; the vendor's page shows none, so other likely names are read as well.

use serde_json::Value;
use url::Url;

use super::{counted, key::Key, rows, single_page, values, with_query};
use crate::{
    answer::{Page, Total},
    error::ProviderError,
    lookup::Indicator,
    provider::{Step, lenient::Node},
    record::{Record, Threat},
    upstream::HttpRequest,
};

/// How many results are asked for: as many as one credit buys.
const SIZE: u64 = 100;

pub(super) fn request(base: &Url, key: &Key, indicator: &Indicator, step: &Step) -> Result<HttpRequest, ProviderError> {
    single_page(step)?;
    if let Indicator::Netblock(block) = indicator
        && block.cidr().is_none()
    {
        return Err(ProviderError::InvalidInput {
            reason: format!("it knows networks by prefix, and {block} is none. Ask about its parts one by one."),
        });
    }
    let (indicator, size) = (indicator.to_string(), SIZE.to_string());
    let query = [("ioc", indicator.as_str()), ("size", size.as_str()), ("outputFormat", "JSON")];
    Ok(HttpRequest::get(with_query(base, &query)).with_secret(key.in_query()))
}

pub(super) fn read(indicator: &Indicator, step: &Step, body: &Value) -> Result<Page, ProviderError> {
    single_page(step)?;
    let body = Node::new(body);
    let announced = body.get("total").count();
    let list = ["results", "result"].iter().find_map(|name| values::table(body.get(name)));
    let list = match (list, announced) {
        (Some(list), _) => list,
        (None, Some(0)) => Vec::new(),
        (None, Some(count)) => {
            return Err(ProviderError::malformed(format!("{count} threats announced and none sent")));
        }
        (None, None) => return Err(ProviderError::malformed("neither results nor total nor an error")),
    };
    let mut records = Vec::new();
    let mut left_out = 0;
    for row in &list {
        let threats = threats(*row, indicator);
        left_out += usize::from(threats.is_empty());
        records.extend(threats.into_iter().map(Record::Threat));
    }
    let sent = list.len() as u64;
    let total = match announced {
        None if sent >= SIZE => Total::AtLeast(sent),
        announced => counted(announced.map_or(sent, |announced| announced.max(sent))),
    };
    let mut notes: Vec<String> =
        rows::left_out_note(left_out, "is no readable threat", "are no readable threats").into_iter().collect();
    if total.count() > sent {
        notes.push(format!("The source announced {} threats and sent {sent}.", total.count()));
    }
    Ok(Page { records, next: None, total: Some(total), notes, ..Page::default() })
}

/// The accusations in a row: one, or several about the same indicator.
fn threats(row: Node<'_>, asked: &Indicator) -> Vec<Threat> {
    let indicator = row.first(&["value", "ioc", "indicator"]).text().unwrap_or_else(|| asked.to_string());
    let accusations = row.first(&["threatType", "threat", "threatTypes"]).items().filter_map(values::said);
    accusations
        .map(|threat| Threat {
            indicator: indicator.clone(),
            indicator_kind: row.first(&["iocType", "indicatorType"]).text(),
            threat,
            first_seen: row.get("firstSeen").moment(),
            last_seen: row.get("lastSeen").moment(),
        })
        .collect()
}
