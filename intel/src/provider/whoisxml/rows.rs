//! Rows of names: what most of the vendor's services answer with.
//!
//! A row is a name, alone or in an object, with or without the two times it was seen between, and each service has its
//! own words for these three things. A row whose name is no host name is left out and counted, and the count becomes a
//! sentence that the analyst reads.

use serde_json::Value;

use crate::{
    provider::lenient::Node,
    record::{Record, Sighting},
};

pub(super) use crate::provider::names::host;

/// The sightings in the rows, and what is to be said about rows that are none.
pub(super) struct Rows {
    pub(super) records: Vec<Record>,
    pub(super) notes: Vec<String>,
}

/// Reads rows that are texts or objects with one of these names for the name.
pub(super) fn sightings(rows: &[Value]) -> Rows {
    let records: Vec<Record> = rows.iter().filter_map(|row| sighting(Node::new(row))).map(Record::Sighting).collect();
    let left_out = rows.len() - records.len();
    let notes = left_out_note(left_out, "is not a host name", "are not host names").into_iter().collect();
    Rows { records, notes }
}

/// The rows in a place: a list, or the only row itself, which as a text has to be a name with a dot. `None` if neither is
/// there.
pub(super) fn list(node: Node<'_>) -> Option<&[Value]> {
    let is_row = match node.as_str() {
        Some(text) => text.contains('.') && host(text.trim()).is_some(),
        None => node.is_object() && name(node).is_some(),
    };
    node.rows().or_else(|| is_row.then(|| std::slice::from_ref(node.value())))
}

/// The name in a row, as the vendor wrote it.
pub(super) fn name(row: Node<'_>) -> Option<String> {
    row.text().or_else(|| row.first(&["name", "domainName", "domain"]).text())
}

/// The name in a row and when it was seen.
pub(super) fn sighting(row: Node<'_>) -> Option<Sighting> {
    let audit = row.get("audit");
    let moment = |names: &[&str], audited: &str| row.first(names).moment().or_else(|| audit.get(audited).moment());
    Some(Sighting {
        name: host(&name(row)?)?,
        first_seen: moment(&["first_seen", "firstSeen"], "createdDate"),
        last_seen: moment(&["last_visit", "last_seen", "lastSeen", "lastVisit"], "updatedDate"),
        registrar: row.first(&["registrarName", "registrar"]).text(),
    })
}

/// The sentence about rows that were left out, if there were any.
pub(super) fn left_out_note(count: usize, one_is: &str, several_are: &str) -> Option<String> {
    match count {
        0 => None,
        1 => Some(format!("1 row of the answer {one_is} and was left out.")),
        _ => Some(format!("{count} rows of the answer {several_are} and were left out.")),
    }
}
