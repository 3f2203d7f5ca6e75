//! SSL Certificates API, version 1: the certificates that a host shows.
//!
//! The vendor's documentation has this shape, of which no answer is recorded:
//! `{"auditCreated": …, "domain": …, "certificates": [{"chainHierarchy": "end-user", "validationType": …,
//! "validFrom": …, "validTo": …, "serialNumber": …, "subject": {"commonName": …}, "issuer": {…},
//! "extensions": {"subjectAlternativeNames": {"dnsNames": […]}}}]}`. Uncertain are the names of the fields inside
//! `extensions`, whether dates are always written as `2022-01-17 03:05:49 UTC`, which other words than `end-user` are in
//! use, and what a host without certificates looks like. So subject and issuer may be objects or distinguished names in
//! one text, alternative names are looked for in every place and form they are known from elsewhere, and dates in the
//! form that OpenSSL prints are read, too.
//!
//! The service visits the host unless it did so a short time ago; the time of that visit is when each certificate was
//! last seen. Certificates of the authorities above the host's own are kept and marked as such.

use jiff::fmt::strtime;
use serde_json::Value;
use url::Url;

use super::{key::Key, rows, single_page, with_query};
use crate::{
    answer::{Page, Total},
    error::ProviderError,
    moment::Moment,
    observable::HostName,
    provider::{Step, lenient::Node},
    record::{Certificate, Record},
    upstream::HttpRequest,
};

/// Where the list of certificates may stand.
const LISTS: [&str; 5] = ["certificates", "result", "results", "certificate", "data"];

/// Where alternative names may stand inside a certificate, inside its extensions and inside each other.
const NAME_PLACES: [&str; 11] = [
    "subjectAlternativeNames",
    "subjectAlternativeName",
    "subjectAltNames",
    "subjectAltName",
    "alternativeNames",
    "altNames",
    "san",
    "sans",
    "dnsNames",
    "dnsName",
    "dns",
];

/// The form of dates that OpenSSL prints, blanks made single and the zone taken off.
const OPENSSL_DATE: &str = "%b %d %H:%M:%S %Y";

pub(super) fn request(base: &Url, key: &Key, host: &HostName, step: &Step) -> Result<HttpRequest, ProviderError> {
    single_page(step)?;
    let query = [("domainName", host.as_str()), ("outputFormat", "JSON")];
    Ok(HttpRequest::get(with_query(base, &query)).with_secret(key.in_query()))
}

pub(super) fn read(step: &Step, body: &Value) -> Result<Page, ProviderError> {
    single_page(step)?;
    let body = Node::new(body);
    let is_certificate = |node: Node<'_>| !node.first(&["serialNumber", "serial", "validTo", "notAfter"]).is_blank();
    // The list, perhaps inside an object that is called `result`.
    let list = body.first(&LISTS);
    let inner = LISTS.iter().map(|name| list.get(name)).find(|inner| !inner.is_null());
    let list = inner.filter(|_| !is_certificate(list)).unwrap_or(list);
    let list: Vec<Node<'_>> = match list.rows() {
        Some(rows) => rows.iter().map(Node::new).collect(),
        None if is_certificate(list) => vec![list],
        // Numbered rather than listed.
        None if list.is_object() => list.fields().map(|(_, field)| field).collect(),
        None if is_certificate(body) => vec![body],
        None if !list.is_null() => return Err(ProviderError::malformed("certificates is not a list")),
        // What the answer is about, and no certificate with it.
        None if !body.first(&["domain", "domainName", "ip", "auditCreated"]).is_blank() => Vec::new(),
        None if LISTS.iter().any(|name| body.get(name).rows().is_some()) => Vec::new(),
        None => return Err(ProviderError::malformed("neither certificates nor what they are of nor an error")),
    };
    let seen = body.first(&["auditCreated", "auditUpdated"]).moment();
    let records: Vec<Record> = list
        .iter()
        .enumerate()
        .filter_map(|(place, node)| certificate(*node, place, seen))
        .map(|certificate| Record::Certificate(Box::new(certificate)))
        .collect();
    let notes =
        rows::left_out_note(list.len() - records.len(), "is no readable certificate", "are no readable certificates");
    let total = Some(Total::Exactly(list.len() as u64));
    Ok(Page { records, next: None, total, notes: notes.into_iter().collect(), ..Page::default() })
}

/// A certificate; `None` if nothing is known of it.
fn certificate(node: Node<'_>, place: usize, seen: Option<Moment>) -> Option<Certificate> {
    let [subject, issuer] = ["subject", "issuer"].map(|name| node.get(name));
    let validity = node.get("validity");
    let date = |names: &[&str], short: &str| {
        date(node.first(names)).or_else(|| date(validity.first(&[names, &[short]].concat())))
    };
    let fingerprint =
        node.first(&["fingerprintSha256", "sha256Fingerprint", "fingerprint256", "sha256", "fingerprint"]);
    let known = Certificate {
        subject: part(subject, COMMON_NAME),
        names: names(node),
        issuer: part(issuer, COMMON_NAME).or_else(|| part(issuer, ORGANIZATION)),
        serial: serial(node.first(&["serialNumber", "serial"])),
        not_before: date(&["validFrom", "notBefore", "valid_from", "not_before"], "from"),
        not_after: date(&["validTo", "notAfter", "valid_to", "not_after", "validUntil"], "to"),
        fingerprint: sha256(fingerprint),
        organization: part(subject, ORGANIZATION),
        country_code: part(subject, COUNTRY).map(|code| code.to_ascii_uppercase()).filter(|code| is_country_code(code)),
        validation: node.first(&["validationType", "validation"]).text(),
        ..Certificate::default()
    };
    if known == Certificate::default() {
        return None;
    }
    Some(Certificate { end_entity: is_end_entity(node, place), last_seen: seen, ..known })
}

/// The spellings of a part of a distinguished name: as fields of an object, and as in a text (RFC 4514 §3).
type Spellings = &'static [&'static str];
const COMMON_NAME: Spellings = &["commonName", "CN", "common_name"];
const ORGANIZATION: Spellings = &["organization", "O", "organizationName", "organisation"];
const COUNTRY: Spellings = &["countryCode", "country", "C", "countryName"];

/// A part of a distinguished name, from an object or from a text. A text without an equals sign is a common name.
fn part(name: Node<'_>, spellings: Spellings) -> Option<String> {
    let name = name.items().next()?;
    if name.is_object() {
        // Several values of one part come as a list.
        return name.first(spellings).items().find_map(Node::text);
    }
    let text = name.text()?;
    if !text.contains('=') {
        return (spellings == COMMON_NAME).then_some(text);
    }
    // `CN=example.com, O="Example, Inc."`, or with slashes: `/C=US/CN=example.com`.
    let separators: &[char] = if text.starts_with('/') { &['/'] } else { &[',', ';'] };
    let mut quoted = false;
    let parts = text.split(|c: char| {
        quoted ^= c == '"';
        !quoted && separators.contains(&c)
    });
    parts.filter_map(|part| part.split_once('=')).find_map(|(name, value)| {
        let value = value.trim().trim_matches('"').trim();
        let wanted = spellings.iter().any(|spelling| spelling.eq_ignore_ascii_case(name.trim()));
        (wanted && !value.is_empty()).then(|| value.to_owned())
    })
}

/// The alternative names, wherever they stand.
fn names(node: Node<'_>) -> Vec<String> {
    let mut names = Vec::new();
    for place in [node, node.get("extensions")] {
        for name in NAME_PLACES {
            collect_names(place.get(name), &mut names);
        }
    }
    names
}

fn collect_names(node: Node<'_>, names: &mut Vec<String>) {
    if node.is_object() {
        for place in NAME_PLACES.iter().chain(&["value", "name", "values"]) {
            collect_names(node.get(place), names);
        }
    } else if node.rows().is_some() {
        // The parser bounds how deep a document is.
        node.items().for_each(|item| collect_names(item, names));
    } else if let Some(text) = node.as_str() {
        // OpenSSL prints `DNS:example.com, DNS:www.example.com, IP Address:192.0.2.1`.
        for word in text.split([',', ';', '\n']).map(str::trim) {
            let name = word.split_once(':').map_or(word, |(kind, name)| {
                if kind.trim().to_ascii_lowercase().starts_with("dns") { name.trim() } else { "" }
            });
            let name = match (rows::host(name), name.starts_with("*.")) {
                (Some(host), true) => format!("*.{host}"),
                (Some(host), false) => host.to_string(),
                (None, _) => continue,
            };
            if !names.contains(&name) {
                names.push(name);
            }
        }
    }
}

/// A serial number as hexadecimal digits. Texts are written in these, with separators; numbers are decimal.
fn serial(node: Node<'_>) -> Option<String> {
    let Some(text) = node.as_str() else {
        return node.integer().filter(|number| *number > 0).map(|number| format!("{number:X}"));
    };
    hexadecimal(text).map(|digits| digits.to_ascii_uppercase())
}

fn sha256(node: Node<'_>) -> Option<String> {
    let text = if node.is_object() { node.first(&["sha256", "SHA-256"]) } else { node };
    hexadecimal(text.as_str()?).map(|digits| digits.to_ascii_lowercase()).filter(|digits| digits.len() == 64)
}

/// Hexadecimal digits without separators; `None` if there is anything else.
fn hexadecimal(text: &str) -> Option<String> {
    let text = text.trim();
    let text = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")).unwrap_or(text);
    let digits: String = text.chars().filter(|c| !c.is_whitespace() && !":-".contains(*c)).collect();
    (!digits.is_empty() && digits.chars().all(|c| c.is_ascii_hexdigit())).then_some(digits)
}

fn is_country_code(code: &str) -> bool {
    code.len() == 2 && code.chars().all(|c| c.is_ascii_uppercase())
}

/// A moment in any form, and as OpenSSL prints it: `Jan  7 03:05:49 2022 GMT`.
fn date(node: Node<'_>) -> Option<Moment> {
    node.moment().or_else(|| {
        let text = node.text()?;
        let words: Vec<&str> = text.split_whitespace().filter(|word| !["GMT", "UTC"].contains(word)).collect();
        let parts = strtime::parse(OPENSSL_DATE, words.join(" ")).ok()?;
        let instant = parts.to_datetime().ok()?.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp();
        Some(Moment::Instant(instant))
    })
}

/// Whether it is the host's own. Where the source does not say so, the first one is: hosts send theirs first (RFC 8446
/// §4.4.2).
fn is_end_entity(node: Node<'_>, place: usize) -> bool {
    match node.first(&["chainHierarchy", "hierarchy"]).text() {
        Some(word) => ["end", "leaf", "server", "host"].iter().any(|own| word.to_lowercase().starts_with(own)),
        None => place == 0,
    }
}
