//! WHOIS History API, version 1: every past registration state of a domain that the vendor kept.
//!
//! The preview is free and says how many records there are; the purchase brings all of them at once, for one price,
//! in no promised order. They are sorted newest first here. Equal neighbours are not folded: that is a matter of how a
//! timeline is shown.

use serde_json::{Value, json};
use url::Url;

use super::{counted, key::Key, rows, single_page, whois_record};
use crate::{
    answer::Page,
    error::ProviderError,
    moment::Moment,
    observable::HostName,
    provider::{Step, lenient::Node},
    record::{Record, WhoisRecord},
    upstream::HttpRequest,
};

/// A POST, since the header with the key is documented for that.
pub(super) fn request(base: &Url, key: &Key, domain: &HostName, step: &Step) -> Result<HttpRequest, ProviderError> {
    let mode = match step {
        Step::Preview => "preview",
        page => single_page(page).map(|()| "purchase")?,
    };
    let body = json!({ "domainName": domain.as_str(), "mode": mode, "outputFormat": "JSON" });
    Ok(HttpRequest::post_json(base.clone(), &body).with_secret(key.in_header()))
}

pub(super) fn read(domain: &HostName, step: &Step, body: &Value) -> Result<Page, ProviderError> {
    let body = Node::new(body);
    let announced = body.get("recordsCount").count();
    let list = rows::list(body.get("records"));
    if *step == Step::Preview {
        let count = announced.or_else(|| list.map(|list| list.len() as u64));
        let count = count.ok_or_else(|| ProviderError::malformed("a preview without recordsCount"))?;
        return Ok(Page { total: Some(counted(count)), ..Page::default() });
    }
    single_page(step)?;
    let list = match (list, announced) {
        (Some(list), _) => list,
        (None, Some(0)) => &[],
        (None, Some(count)) => {
            return Err(ProviderError::malformed(format!("{count} records announced and none sent")));
        }
        (None, None) => return Err(ProviderError::malformed("neither records nor recordsCount nor an error")),
    };
    let mut records: Vec<WhoisRecord> =
        list.iter().filter_map(|row| whois_record::read(Node::new(row), domain.as_str())).collect();
    records.sort_by_key(|record| std::cmp::Reverse(newest(record)));
    let sent = list.len() as u64;
    let total = announced.map_or(sent, |announced| announced.max(sent));
    let mut notes = Vec::new();
    if total > sent {
        notes.push(format!("The source announced {total} records and sent {sent}."));
    }
    notes.extend(rows::left_out_note(list.len() - records.len(), "holds no WHOIS record", "hold no WHOIS record"));
    Ok(Page {
        records: records.into_iter().map(|record| Record::Whois(Box::new(record))).collect(),
        total: Some(counted(total)),
        notes,
        ..Page::default()
    })
}

/// What a record is sorted by: when it was observed, else when the registration changed, else when it began.
fn newest(record: &WhoisRecord) -> Option<Moment> {
    record.observed.or(record.updated).or(record.created)
}
