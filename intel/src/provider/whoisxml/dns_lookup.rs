//! DNS Lookup API: the records of a name, as a resolver of the vendor finds them.
//!
//! The vendor resolves on request, so the name servers of the target see a question, though not from us: the exposure
//! is that of a direct DNS lookup, and the vendor learns of it besides.
//!
//! Names come with a trailing dot, IPv6 addresses uncompressed and the mailbox of a SOA record as a domain name
//! (RFC 1035 §8). *Unable to retrieve dns record* is an error in shape and an empty answer in meaning. Records of types
//! that no [`DnsData`] stands for are left out and counted.

use std::net::IpAddr;

use serde_json::Value;
use url::Url;

use super::{key::Key, rows, single_page, values, with_query};
use crate::{
    answer::{Page, Total},
    error::ProviderError,
    observable::HostName,
    provider::{Step, lenient::Node},
    record::{DnsData, DnsRecord, Record},
    upstream::HttpRequest,
};

/// How the vendor begins to say that a name has no records, in lower case.
pub(super) const NOTHING_FOUND: &str = "unable to retrieve dns record";

pub(super) fn request(base: &Url, key: &Key, host: &HostName, step: &Step) -> Result<HttpRequest, ProviderError> {
    single_page(step)?;
    let query = [("domainName", host.as_str()), ("type", "_all"), ("outputFormat", "JSON")];
    Ok(HttpRequest::get(with_query(base, &query)).with_secret(key.in_query()))
}

/// The answer that no records were found.
pub(super) fn nothing_found() -> Page {
    Page { total: Some(Total::Exactly(0)), ..Page::default() }
}

pub(super) fn read(host: &HostName, step: &Step, body: &Value) -> Result<Page, ProviderError> {
    single_page(step)?;
    let data = Node::new(body).get("DNSData");
    let data = data.items().next().filter(|_| !data.is_object()).unwrap_or(data);
    if !data.is_object() {
        return Err(ProviderError::malformed("neither DNSData nor an error"));
    }
    let list = data.get("dnsRecords");
    let list = match values::table(list) {
        Some(list) => list,
        None if list.is_null() => Vec::new(),
        None => return Err(ProviderError::malformed("dnsRecords is not a list")),
    };
    // A lookup is made once, at the time the audit names: that is when each record was last seen.
    let seen = ["updatedDate", "createdDate"].iter().find_map(|name| data.get("audit").get(name).moment());
    let mut records = Vec::new();
    let (mut unreadable, mut other_types) = (0, Vec::new());
    for row in list.iter().copied() {
        let record_type = record_type(row);
        match record_type.as_deref().map(|record_type| read_data(row, record_type)) {
            Some(Data::Known(data)) => records.push(Record::Dns(DnsRecord {
                owner: row.get("name").text().and_then(|name| rows::host(&name)).unwrap_or_else(|| host.clone()),
                data,
                ttl: row.get("ttl").count().and_then(|ttl| u32::try_from(ttl).ok()),
                first_seen: None,
                last_seen: seen,
                security: None,
            })),
            Some(Data::OtherType) => other_types.extend(record_type),
            Some(Data::Unreadable) | None => unreadable += 1,
        }
    }
    let total = Some(Total::Exactly(list.len() as u64));
    let notes = [
        rows::left_out_note(unreadable, "is no readable DNS record", "are no readable DNS records"),
        other_types_note(other_types),
    ];
    Ok(Page { records, next: None, total, notes: notes.into_iter().flatten().collect(), ..Page::default() })
}

/// The type by its name, or by its number where the name is missing (IANA, DNS parameters).
fn record_type(row: Node<'_>) -> Option<String> {
    let by_number = || {
        row.first(&["type", "rRsetType"]).integer().map(|number| match number {
            1 => "A".to_owned(),
            2 => "NS".to_owned(),
            5 => "CNAME".to_owned(),
            6 => "SOA".to_owned(),
            15 => "MX".to_owned(),
            16 => "TXT".to_owned(),
            28 => "AAAA".to_owned(),
            257 => "CAA".to_owned(),
            other => format!("TYPE{other}"),
        })
    };
    row.get("dnsType").text().map(|name| name.to_ascii_uppercase()).or_else(by_number)
}

enum Data {
    Known(DnsData),
    OtherType,
    Unreadable,
}

fn read_data(row: Node<'_>, record_type: &str) -> Data {
    let host = |names: &[&str]| row.first(names).text().and_then(|name| rows::host(&name));
    let target = || host(&["target", "additionalName"]);
    let read = match record_type {
        "A" | "AAAA" => row.get("address").text().and_then(|text| text.parse::<IpAddr>().ok()).map(DnsData::Address),
        "CNAME" => target().map(DnsData::Alias),
        "NS" => target().map(DnsData::NameServer),
        "MX" => mail_server(row, target()),
        "SOA" => start_of_authority(row, host(&["host"])),
        "TXT" => {
            let strings: Vec<&str> = row.get("strings").items().filter_map(Node::as_str).collect();
            (!strings.is_empty()).then(|| DnsData::Text(strings.concat()))
        }
        "CAA" => authorisation(row),
        _ => return Data::OtherType,
    };
    read.map_or(Data::Unreadable, Data::Known)
}

fn mail_server(row: Node<'_>, exchange: Option<HostName>) -> Option<DnsData> {
    let preference = row.get("priority").integer().and_then(|number| u16::try_from(number).ok())?;
    Some(DnsData::MailServer { preference, exchange: exchange? })
}

fn start_of_authority(row: Node<'_>, primary: Option<HostName>) -> Option<DnsData> {
    let serial = row.get("serial").integer().and_then(|number| u32::try_from(number).ok())?;
    Some(DnsData::StartOfAuthority { primary: primary?, mailbox: mailbox(&row.get("admin").text()?)?, serial })
}

fn authorisation(row: Node<'_>) -> Option<DnsData> {
    let flags = row.get("flags").integer().and_then(|number| u8::try_from(number).ok())?;
    let tag = row.get("tag").text()?;
    Some(DnsData::CertificationAuthority { flags, tag, value: row.get("value").text().unwrap_or_default() })
}

/// A mailbox from its domain form: the first dot without a backslash before it stands for the `@`.
pub(super) fn mailbox(name: &str) -> Option<String> {
    let name = name.strip_suffix('.').unwrap_or(name);
    if name.contains('@') {
        return Some(name.to_lowercase());
    }
    let mut local = String::new();
    let mut rest = name.chars();
    while let Some(c) = rest.next() {
        match c {
            '\\' => local.extend(rest.next()),
            '.' => {
                let domain = rest.as_str();
                let whole = !local.is_empty() && !domain.is_empty();
                return whole.then(|| format!("{local}@{domain}").to_lowercase());
            }
            c => local.push(c),
        }
    }
    None
}

fn other_types_note(mut types: Vec<String>) -> Option<String> {
    let count = types.len();
    types.sort_unstable();
    types.dedup();
    let types = types.join(", ");
    match count {
        0 => None,
        1 => Some(format!("1 record of another type ({types}) was left out.")),
        _ => Some(format!("{count} records of other types ({types}) were left out.")),
    }
}
