//! Reverse DNS API, version 1: the names whose TXT, CNAME or SOA record holds a value, or which match a pattern.
//!
//! An answer has up to 1,000 records and no cursor: whoever wants the others has to ask a narrower question, and a full
//! answer says so. Rows are a name, the record's value in the presentation form of zone files (RFC 1035 §5.1) and when
//! it was seen. A value that does not read as a record of the type leaves the name and its times, which are worth
//! having: recorded SOA values lack the mailbox, for example.

use serde_json::{Value, json};
use url::Url;

use super::{dns_lookup, key::Key, rows, single_page};
use crate::{
    answer::{Page, Total},
    error::ProviderError,
    lookup::{ReverseDnsTerm, ReverseDnsType},
    provider::{Step, lenient::Node},
    record::{DnsData, DnsRecord, Record, Sighting},
    upstream::HttpRequest,
};

/// The most records in an answer.
const LIMIT: u64 = 1_000;

/// The most terms in a question.
const MOST_TERMS: usize = 4;

/// The shortest term the vendor's client accepts, in characters.
const SHORTEST_TERM: usize = 3;

pub(super) fn request(
    base: &Url,
    key: &Key,
    record_type: ReverseDnsType,
    terms: &[ReverseDnsTerm],
    step: &Step,
) -> Result<HttpRequest, ProviderError> {
    single_page(step)?;
    if !(1..=MOST_TERMS).contains(&terms.len()) {
        let reason = format!("it looks for records by one to {MOST_TERMS} conditions at a time.");
        return Err(ProviderError::InvalidInput { reason });
    }
    let terms = terms.iter().map(term).collect::<Result<Vec<Value>, _>>()?;
    let body = json!({
        "recordType": record_type.as_str(),
        "limit": LIMIT,
        "terms": terms,
        "outputFormat": "JSON",
    });
    Ok(HttpRequest::post_json(base.clone(), &body).with_secret(key.in_body()))
}

fn term(term: &ReverseDnsTerm) -> Result<Value, ProviderError> {
    let text = term.text.trim();
    if text.chars().nth(SHORTEST_TERM - 1).is_none() {
        return Err(ProviderError::InvalidInput {
            reason: format!("it looks for texts of at least {SHORTEST_TERM} characters."),
        });
    }
    let field = if term.on_name { "domain" } else { "value" };
    Ok(json!({ "field": field, "term": text, "exclude": term.exclude }))
}

pub(super) fn read(record_type: ReverseDnsType, step: &Step, body: &Value) -> Result<Page, ProviderError> {
    single_page(step)?;
    let body = Node::new(body);
    let size = body.get("size").count();
    let list = match (rows::list(body.get("result")), size) {
        (Some(list), _) => list,
        (None, Some(0)) => &[],
        (None, Some(size)) => return Err(ProviderError::malformed(format!("{size} rows announced and none sent"))),
        (None, None) => return Err(ProviderError::malformed("neither result nor size nor an error")),
    };
    let mut records = Vec::new();
    let mut without_value = 0;
    for row in list.iter().map(Node::new) {
        let Some(Sighting { name, first_seen, last_seen, .. }) = rows::sighting(row) else { continue };
        records.push(match data(record_type, row.get("value")) {
            Some(data) => {
                Record::Dns(DnsRecord { owner: name, data, ttl: None, first_seen, last_seen, security: None })
            }
            None => {
                without_value += 1;
                Record::Sighting(Sighting { name, first_seen, last_seen, registrar: None })
            }
        });
    }
    let sent = list.len() as u64;
    let count = size.map_or(sent, |size| size.max(sent));
    let mut notes = Vec::new();
    if count >= LIMIT {
        notes.push(format!(
            "The source sends {LIMIT} records at most and no further page. To see the others, ask for a longer text, or \
             add a condition that leaves out what is already known."
        ));
    } else if count > sent {
        notes.push(format!("The source announced {count} records and sent {sent}."));
    }
    notes.extend(without_value_note(without_value, record_type));
    notes.extend(rows::left_out_note(list.len() - records.len(), "is not a host name", "are not host names"));
    let total = if count >= LIMIT { Total::AtLeast(count) } else { Total::Exactly(count) };
    Ok(Page { records, next: None, total: Some(total), notes, ..Page::default() })
}

fn without_value_note(count: usize, record_type: ReverseDnsType) -> Option<String> {
    let record_type = record_type.as_str().to_ascii_uppercase();
    match count {
        0 => None,
        1 => Some(format!("1 row has a value that does not read as a {record_type} record; its name is kept.")),
        _ => Some(format!("{count} rows have values that do not read as {record_type} records; their names are kept.")),
    }
}

fn data(record_type: ReverseDnsType, value: Node<'_>) -> Option<DnsData> {
    match record_type {
        ReverseDnsType::Txt => text(value).map(DnsData::Text),
        ReverseDnsType::Cname => value.items().next()?.text().and_then(|name| rows::host(&name)).map(DnsData::Alias),
        ReverseDnsType::Soa => start_of_authority(&value.items().next()?.text()?),
    }
}

/// The strings of a TXT record joined: one text, a list of them, or texts of quoted strings (RFC 1035 §5.1).
fn text(value: Node<'_>) -> Option<String> {
    let unquoted = |text: &str| quoted_strings(text).unwrap_or_else(|| text.to_owned());
    let parts = value.items().filter_map(|part| part.as_str().map(unquoted).or_else(|| part.text()));
    let joined = parts.collect::<String>().trim().to_owned();
    (!joined.is_empty()).then_some(joined)
}

/// What stands inside the quotes of a text that is nothing but quoted strings, `\"` and `\059` resolved.
fn quoted_strings(text: &str) -> Option<String> {
    let mut joined = Vec::new();
    let mut rest = text.trim().bytes();
    while let Some(first) = rest.find(|byte| !byte.is_ascii_whitespace()) {
        if first != b'"' {
            return None;
        }
        loop {
            match rest.next()? {
                b'"' => break,
                b'\\' => joined.push(escaped(&mut rest)?),
                byte => joined.push(byte),
            }
        }
    }
    (!joined.is_empty()).then(|| String::from_utf8_lossy(&joined).into_owned())
}

/// The byte after a backslash: three digits for its number, or any other for itself.
fn escaped(rest: &mut impl Iterator<Item = u8>) -> Option<u8> {
    let first = rest.next()?;
    let mut number = match first {
        b'0'..=b'9' => u16::from(first - b'0'),
        other => return Some(other),
    };
    for _ in 0..2 {
        let digit = rest.next().filter(u8::is_ascii_digit)?;
        number = number * 10 + u16::from(digit - b'0');
    }
    u8::try_from(number).ok()
}

/// Primary server, mailbox and serial number; the four times after them do not count here.
fn start_of_authority(value: &str) -> Option<DnsData> {
    let mut words = value.split_whitespace();
    let primary = rows::host(words.next()?)?;
    // Where the mailbox is left out, the serial number stands in its place, and digits are no mailbox.
    let mailbox = words.next().filter(|word| word.parse::<u64>().is_err()).and_then(dns_lookup::mailbox)?;
    let serial = words.next()?.parse().ok()?;
    Some(DnsData::StartOfAuthority { primary, mailbox, serial })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_are_taken_off_and_strings_joined() {
        for (value, expected) in [
            (json!("v=spf1 -all"), Some("v=spf1 -all")),
            (json!(" v=spf1 -all "), Some("v=spf1 -all")),
            (json!("\"v=spf1 -all\""), Some("v=spf1 -all")),
            (json!("\"v=spf1 \" \"-all\""), Some("v=spf1 -all")),
            (json!("\"a \\\"b\\\" c\""), Some("a \"b\" c")),
            (json!("\"left open"), Some("\"left open")),
            (json!("a \"quoted\" word"), Some("a \"quoted\" word")),
            (json!("\"quoted\" and more"), Some("\"quoted\" and more")),
            (json!(["v=spf1 ", "-all"]), Some("v=spf1 -all")),
            (json!("\"a\\059 \\195\\169\""), Some("a; \u{e9}")),
            (json!("\"a\\25\""), Some("\"a\\25\"")),
            (json!(["\"v=spf1 \"", "\"-all\""]), Some("v=spf1 -all")),
            (json!(12345), Some("12345")),
            (json!("\"\""), Some("\"\"")),
            (json!(""), None),
            (json!(null), None),
            (json!({"odd": true}), None),
        ] {
            assert_eq!(text(Node::new(&value)).as_deref(), expected, "{value}");
        }
    }

    #[test]
    fn a_start_of_authority_needs_its_first_three_parts() {
        for value in [
            "",
            "ns1.example.net.",
            "ns1.example.net. hostmaster.example.net.",
            "ns1.example.net. 2024010101 900 900 1800 60",
            "ns1.example.net. hostmaster 2024010101 900 900 1800 60",
            "ns1.example.net. hostmaster.example.net. soon 900 900 1800 60",
            "ns1.example.net. hostmaster.example.net. 99999999999 900 900 1800 60",
            "192.0.2.1 hostmaster.example.net. 1 900 900 1800 60",
        ] {
            assert_eq!(start_of_authority(value), None, "{value}");
        }
        let expected = DnsData::StartOfAuthority {
            primary: rows::host("ns1.example.net").unwrap(),
            mailbox: "first.last@example.net".to_owned(),
            serial: 1,
        };
        for value in
            ["ns1.example.net. first\\.last.example.net. 1 900 900 1800 60", "NS1.example.net first.last@example.net 1"]
        {
            assert_eq!(start_of_authority(value), Some(expected.clone()), "{value}");
        }
    }
}
