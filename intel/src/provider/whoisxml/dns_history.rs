//! DNS Chronicle API, version 1: which addresses a name had over time, and which names an address had.
//!
//! The forward answer is a list of dated snapshots, each with every address that the name had then:
//! `{"result": {"count": 1, "records": [{"date": "2023-05-01", "ips": [{"ip": "192.0.2.10", "wildcard": null}]}]}}`.
//! They are folded into one record for each address and each unbroken run of snapshots it was in. An address that is missing
//! from a snapshot in between gets a second record for its second run: it went away and came back, and one record from
//! the first date to the last would deny that.
//!
//! Three things about this service are not documented, and this file does not depend on them:
//!
//! * The shape of the reverse answer. Whatever row comes, its names are found by the fields that hold them.
//! * Where the next page is named. The documentation calls it the *pagination object of the response*, to be sent back
//!   as `after`. Both `next` and `after`, inside `result` or beside it, are looked at; whatever JSON stands there is the
//!   cursor, kept as compact text and sent back as it was.
//! * What `count` counts.

use std::{cmp::Ordering, collections::HashMap, net::IpAddr};

use serde_json::{Value, json};
use url::Url;

use super::{key::Key, names_no_page, rows};
use crate::{
    answer::{Page, Total},
    error::ProviderError,
    lookup::AddressFamily,
    moment::Moment,
    observable::HostName,
    provider::{Cursor, Step, lenient::Node},
    record::{DnsData, DnsRecord, Record, Sighting},
    upstream::HttpRequest,
};

/// The most rows in a page.
const LIMIT: u64 = 10_000;

/// The spellings of the fields that hold the day of a snapshot, and the two times of a row that is none.
const DATE: [&str; 3] = ["date", "day", "snapshotDate"];
const FIRST_SEEN: [&str; 2] = ["first_seen", "firstSeen"];
const LAST_SEEN: [&str; 4] = ["last_visit", "last_seen", "lastSeen", "lastVisit"];

/// Words that the fields which hold a name have in their names.
const NAME_FIELDS: [&str; 4] = ["domain", "name", "host", "fqdn"];

/// Asks which addresses a name had, of one family. The service takes one at a time; both are two questions, and whoever
/// asks without a family here gets the older one.
pub(super) fn request(
    base: &Url,
    key: &Key,
    host: &HostName,
    family: Option<AddressFamily>,
    step: &Step,
) -> Result<HttpRequest, ProviderError> {
    let record_type = family.unwrap_or(AddressFamily::V4).record_type();
    post(base, key, json!({ "searchType": "forward", "recordType": record_type, "domainName": host.as_str() }), step)
}

/// Asks which names an address had.
pub(super) fn reverse_request(
    base: &Url,
    key: &Key,
    address: IpAddr,
    step: &Step,
) -> Result<HttpRequest, ProviderError> {
    let family = if address.is_ipv4() { AddressFamily::V4 } else { AddressFamily::V6 };
    let question =
        json!({ "searchType": "reverse", "recordType": family.record_type(), "ipAddress": address.to_string() });
    post(base, key, question, step)
}

fn post(base: &Url, key: &Key, mut body: Value, step: &Step) -> Result<HttpRequest, ProviderError> {
    let cursor = cursor(step)?;
    if let Some(fields) = body.as_object_mut() {
        fields.insert("limit".to_owned(), json!(LIMIT));
        fields.insert("outputFormat".to_owned(), json!("JSON"));
        fields.extend(cursor.map(|cursor| ("after".to_owned(), cursor)));
    }
    Ok(HttpRequest::post_json(base.clone(), &body).with_secret(key.in_body()))
}

/// The cursor of a step as the vendor sent it.
fn cursor(step: &Step) -> Result<Option<Value>, ProviderError> {
    match step {
        Step::Preview => Err(super::no_preview()),
        Step::Page(cursor) => Ok(cursor
            .as_ref()
            .map(|Cursor(text)| serde_json::from_str(text).unwrap_or_else(|_| Value::from(text.as_str())))),
    }
}

pub(super) fn read(host: &HostName, step: &Step, body: &Value) -> Result<Page, ProviderError> {
    let answer = answer(step, body)?;
    let (intervals, unreadable) = fold(&answer.rows);
    let records: Vec<Record> = intervals
        .into_iter()
        .map(|Interval { address, first_seen, last_seen, .. }| {
            let data = DnsData::Address(address);
            Record::Dns(DnsRecord { owner: host.clone(), data, ttl: None, first_seen, last_seen, security: None })
        })
        .collect();
    let mut page = answer.into_page(step, records);
    if page.next.is_some() {
        page.notes.push("An address at the edge of this page may go on in the next one.".to_owned());
    }
    page.notes.extend(rows::left_out_note(unreadable, "holds no address", "hold no addresses"));
    Ok(page)
}

pub(super) fn read_reverse(step: &Step, body: &Value) -> Result<Page, ProviderError> {
    let answer = answer(step, body)?;
    let mut sightings: Vec<Sighting> = Vec::new();
    let mut places = HashMap::new();
    let mut unreadable = 0;
    for row in &answer.rows {
        let [date, first, last] = [&DATE[..], &FIRST_SEEN, &LAST_SEEN].map(|names| row.first(names).moment());
        let mut names = Vec::new();
        collect_names(*row, true, &mut names);
        unreadable += usize::from(names.is_empty());
        for name in names {
            let place = *places.entry(name.clone()).or_insert(sightings.len());
            if place == sightings.len() {
                sightings.push(Sighting { name, first_seen: None, last_seen: None, registrar: None });
            }
            if let Some(known) = sightings.get_mut(place) {
                known.first_seen = [known.first_seen, first.or(date)].into_iter().flatten().min();
                known.last_seen = [known.last_seen, last.or(date)].into_iter().flatten().max();
            }
        }
    }
    let mut page = answer.into_page(step, sightings.into_iter().map(Record::Sighting).collect());
    page.notes.extend(rows::left_out_note(unreadable, "holds no host name", "hold no host names"));
    Ok(page)
}

/// What both directions have in common.
struct Answer<'a> {
    rows: Vec<Node<'a>>,
    announced: Option<u64>,
    next: Option<Cursor>,
    notes: Vec<String>,
}

fn answer<'a>(step: &Step, body: &'a Value) -> Result<Answer<'a>, ProviderError> {
    let asked = cursor(step)?;
    let body = Node::new(body);
    let result = body.get("result");
    let announced = [result, body].iter().find_map(|place| place.first(&["count", "size"]).count());
    // The rows may stand in `result` itself: so they do in the older service at the same address.
    let inner = result.get("records");
    let list = if result.is_object() || !inner.is_null() { inner } else { result };
    let rows: Vec<Node<'a>> = match (list.rows(), announced) {
        (Some(list), _) => list.iter().map(Node::new).collect(),
        (None, _) if list.is_object() => vec![list],
        (None, Some(0)) => Vec::new(),
        (None, Some(count)) => {
            return Err(ProviderError::malformed(format!("{count} records announced and none sent")));
        }
        // An empty result beside nothing else is an empty answer; anything else is none.
        (None, None) if result.is_object() && result.is_blank() => Vec::new(),
        (None, None) => return Err(ProviderError::malformed("neither records nor count nor an error")),
    };
    let mut notes = Vec::new();
    let offered = next(body);
    let next = match offered {
        Some(next) if asked.as_ref() == Some(next) => {
            notes.push("The source offers the same page again as its next one, so paging ended here.".to_owned());
            None
        }
        Some(_) if rows.is_empty() => {
            notes.push("The source offers a further page after an empty one, so paging ended here.".to_owned());
            None
        }
        offered => offered.map(|next| Cursor(next.to_string())),
    };
    Ok(Answer { rows, announced, next, notes })
}

/// The cursor in an answer. `after` is looked at last, since it may be a copy of what was asked.
fn next(body: Node<'_>) -> Option<&Value> {
    let result = body.get("result");
    // A truth value says whether there is one and not where.
    let offers = |node: &Node<'_>| !names_no_page(*node) && !node.value().is_boolean();
    [result.get("next"), body.get("next"), result.get("after"), body.get("after")]
        .into_iter()
        .find(offers)
        .map(Node::value)
}

impl Answer<'_> {
    fn into_page(self, step: &Step, records: Vec<Record>) -> Page {
        let Self { rows, announced, next, mut notes } = self;
        let sent = rows.len() as u64;
        let known = records.len() as u64;
        let is_first = matches!(step, Step::Page(None));
        let full = sent >= LIMIT && next.is_none();
        if full {
            notes.push(format!("The source sends {LIMIT} rows at most and names no further page: there may be more."));
        }
        if let Some(count) = announced.filter(|count| is_first && next.is_none() && !full && *count > sent) {
            notes.push(format!("The source announced {count} rows and sent {sent}."));
        }
        let total = match (is_first, next.is_some() || full) {
            (true, true) => Some(Total::AtLeast(known)),
            (true, false) => Some(Total::Exactly(known)),
            (false, _) => None,
        };
        Page { records, next, total, notes, ..Page::default() }
    }
}

/// An address and an unbroken run of snapshots that it was in.
struct Interval {
    address: IpAddr,
    first_seen: Option<Moment>,
    last_seen: Option<Moment>,
    /// The number of the last snapshot of the run.
    last_snapshot: usize,
}

/// Folds dated snapshots into runs, in the order in which they begin, and counts the rows without addresses. Addresses
/// in undated rows follow, unless they are in a dated one; rows that say themselves from when to when come last.
fn fold(rows: &[Node<'_>]) -> (Vec<Interval>, usize) {
    let mut unreadable = 0;
    let mut snapshots: Vec<(Option<Moment>, Vec<IpAddr>)> = Vec::new();
    let mut told: Vec<Interval> = Vec::new();
    for row in rows {
        let [date, first_seen, last_seen] = [&DATE[..], &FIRST_SEEN, &LAST_SEEN].map(|names| row.first(names).moment());
        let mut addresses = Vec::new();
        collect_addresses(*row, &mut addresses);
        if date.is_none() && (first_seen.is_some() || last_seen.is_some()) && !addresses.is_empty() {
            let interval = |address| Interval { address, first_seen, last_seen, last_snapshot: 0 };
            told.extend(addresses.into_iter().map(interval));
            continue;
        }
        // A dated list without anything in it is a snapshot all the same: the name had no address then.
        let says_none = date.is_some() && row.get("ips").rows().is_some_and(<[Value]>::is_empty);
        if addresses.is_empty() && !says_none {
            unreadable += 1;
        } else {
            snapshots.push((date, addresses));
        }
    }
    // Undated rows last; rows of one date next to each other, to be taken as one.
    snapshots.sort_by(|(one, _), (other, _)| match (one, other) {
        (Some(one), Some(other)) => one.cmp(other),
        (one, other) => other.is_some().cmp(&one.is_some()),
    });
    let mut intervals: Vec<Interval> = Vec::new();
    let mut runs: HashMap<IpAddr, usize> = HashMap::new();
    let (mut number, mut previous) = (0, None);
    for (date, addresses) in snapshots {
        if date.is_none() || date.cmp(&previous) != Ordering::Equal {
            number += 1;
        }
        previous = date;
        for address in addresses {
            let run = runs.get(&address).and_then(|place| intervals.get_mut(*place));
            match run {
                Some(run) if date.is_none() || number - run.last_snapshot <= 1 => {
                    run.last_snapshot = number;
                    run.last_seen = date.or(run.last_seen);
                }
                _ => {
                    runs.insert(address, intervals.len());
                    intervals.push(Interval { address, first_seen: date, last_seen: date, last_snapshot: number });
                }
            }
        }
    }
    intervals.extend(told);
    (intervals, unreadable)
}

/// Every text in a row that is an address.
fn collect_addresses(node: Node<'_>, addresses: &mut Vec<IpAddr>) {
    // The parser bounds how deep a document is.
    if node.is_object() {
        node.fields().for_each(|(_, field)| collect_addresses(field, addresses));
    } else if node.rows().is_some() {
        node.items().for_each(|item| collect_addresses(item, addresses));
    } else {
        addresses.extend(node.as_str().and_then(|text| text.trim().parse().ok()).map(|ip: IpAddr| ip.to_canonical()));
    }
}

/// Every text in a row that is a host name and stands where names stand: alone, or in a field that is called after what
/// it holds. In other lists only texts with a dot are names, since a date would pass for one as well.
fn collect_names(node: Node<'_>, may_be_a_name: bool, names: &mut Vec<HostName>) {
    if node.is_object() {
        for (field, inner) in node.fields() {
            let field = field.to_lowercase();
            collect_names(inner, NAME_FIELDS.iter().any(|word| field.contains(word)), names);
        }
    } else if node.rows().is_some() {
        for item in node.items() {
            collect_names(item, may_be_a_name || item.as_str().is_some_and(|text| text.contains('.')), names);
        }
    } else if may_be_a_name {
        names.extend(node.text().and_then(|text| rows::host(&text)));
    }
}
