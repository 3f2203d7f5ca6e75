//! WHOIS API: the record as it is now, of a domain, of an address, or of a mailbox's domain.
//!
//! Asked by POST, since that is where the documentation has the key outside the URL. Three things are asked for
//! although two of them are defaults: no raw texts (every field that is shown has been read from them already), no
//! addresses of the domain (the service would resolve the name, and its name servers would see that), no second look
//! behind a privacy service.
//!
//! *Nothing found* is a record with a code in `dataError`, either the record's own or in the registry's half:
//!
//! | code | meaning |
//! |---|---|
//! | `MISSING_WHOIS_DATA` | not registered, or no record: an empty page, unless the other half says something |
//! | `INCOMPLETE_DATA`, `NO_DATA`, `INVALID_TLD`, `MASKED_WHOIS_DATA` and others | fields may be there all the same: the page has them, and says so |
//!
//! The record of an address is that of a network: the registrant is whoever holds it, often only in the registry's half.
//! More specific networks stand in `subRecords`, each of which becomes a record of its own.

use serde_json::{Value, json};
use url::Url;

use super::{key::Key, single_page, whois_record};
use crate::{
    answer::{Page, Total},
    error::ProviderError,
    lookup::WhoisSubject,
    provider::{Step, lenient::Node},
    record::{Contact, Record, WhoisRecord},
    upstream::HttpRequest,
};

/// The code that says that there is no record, as [`code`] writes it.
const MISSING: &str = "missing whois data";

/// How much of an unknown code is shown, in characters.
const EXCERPT: usize = 60;

pub(super) fn request(
    base: &Url,
    key: &Key,
    subject: &WhoisSubject,
    step: &Step,
) -> Result<HttpRequest, ProviderError> {
    single_page(step)?;
    let name = match subject {
        WhoisSubject::Domain(domain) => domain.to_string(),
        WhoisSubject::Address(address) => address.to_string(),
        WhoisSubject::Email(email) => email.folded(),
    };
    // The default format of this service is XML.
    let body = json!({
        "domainName": name,
        "outputFormat": "JSON",
        "ip": 0,
        "ignoreRawTexts": 1,
        "checkProxyData": 0,
    });
    Ok(HttpRequest::post_json(base.clone(), &body).with_secret(key.in_body()))
}

pub(super) fn read(subject: &WhoisSubject, step: &Step, body: &Value) -> Result<Page, ProviderError> {
    single_page(step)?;
    let record = Node::new(body).get("WhoisRecord");
    if record.is_null() {
        return Err(ProviderError::malformed("neither WhoisRecord nor an error"));
    }
    let asked = match subject {
        WhoisSubject::Domain(domain) => domain.to_string(),
        WhoisSubject::Address(address) => address.to_string(),
        WhoisSubject::Email(email) => email.domain().to_string(),
    };
    page(record, &asked)
}

/// The page in a record: the object under `WhoisRecord`, or under `whoisRecord` in bulk answers. `asked` is what a
/// record without a name is about.
pub(super) fn page(record: Node<'_>, asked: &str) -> Result<Page, ProviderError> {
    // A list of one is the thing itself.
    let record = record.items().next().filter(|_| !record.is_object()).unwrap_or(record);
    if !record.is_object() {
        return Err(ProviderError::malformed("the WHOIS record is not an object"));
    }
    let registry = record.get("registryData");
    let codes = [code(record), code(registry)];
    let missing = codes.iter().flatten().any(|code| code == MISSING);
    let missing_everywhere = codes.iter().all(|code| code.as_deref() == Some(MISSING));
    if missing_everywhere {
        return Ok(Page { total: Some(Total::Exactly(0)), ..Page::default() });
    }
    let mut records: Vec<WhoisRecord> = whois_record::read(record, asked).into_iter().collect();
    let observed = records.first().and_then(|record| record.observed);
    for part in [record, registry].iter().flat_map(|half| half.get("subRecords").items()) {
        let Some(mut part) = whois_record::read(part, asked) else { continue };
        part.observed = part.observed.or(observed);
        if !records.iter().any(|known| known.same_state(&part)) {
            records.push(part);
        }
    }
    // A time and a server alone are no record where none is to be had, and no news beside others.
    if missing || records.len() > 1 {
        records.retain(says_something);
    }
    // Whoever holds the network is what an address is asked about for.
    records.sort_by_key(|record| record.registrant == Contact::default());
    for record in &mut records {
        if let Some((_, domain)) = record.domain.rsplit_once('@') {
            record.domain = domain.to_owned();
        }
    }
    let mut notes: Vec<String> = Vec::new();
    for note in codes.iter().flatten().filter_map(|code| note(code, !records.is_empty())) {
        if !notes.contains(&note) {
            notes.push(note);
        }
    }
    if records.is_empty() && codes == [None, None] {
        notes.push("The source sent a record with nothing in it.".to_owned());
    }
    let total = Some(Total::Exactly(records.len() as u64));
    Ok(Page {
        records: records.into_iter().map(|record| Record::Whois(Box::new(record))).collect(),
        next: None,
        total,
        notes,
        ..Page::default()
    })
}

/// The code in `dataError` as lower-case words. It has been written with and without underscores inside words.
fn code(half: Node<'_>) -> Option<String> {
    let text = half.get("dataError").text()?;
    let words: String = text.chars().map(|c| if c.is_alphanumeric() { c } else { ' ' }).collect();
    let words = words.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
    (!words.is_empty()).then_some(words)
}

/// Whether a record says more than when and where it was looked for.
fn says_something(record: &WhoisRecord) -> bool {
    let bare = WhoisRecord {
        domain: record.domain.clone(),
        observed: record.observed,
        whois_server: record.whois_server.clone(),
        ..WhoisRecord::default()
    };
    *record != bare
}

/// What is to be said about a code; nothing where an empty page says it.
fn note(code: &str, has_records: bool) -> Option<String> {
    Some(match code {
        MISSING if has_records => {
            "The source found only one of the two records that registry and registrar keep (missing WHOIS data)."
                .to_owned()
        }
        MISSING => return None,
        "incomplete data" | "in complete data" => {
            "The source says that this record is incomplete (incomplete data).".to_owned()
        }
        "no data" => "The source says that the registry gave no data (no data).".to_owned(),
        "invalid tld" => "The source does not know where to look for names of this top level (invalid TLD).".to_owned(),
        "masked whois data" => "The source says that the registry masks this record (masked WHOIS data).".to_owned(),
        other => {
            let words: String = other.chars().take(EXCERPT).collect();
            format!("The source marks this record as faulty ({words}).")
        }
    })
}
