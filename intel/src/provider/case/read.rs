//! From files to checked facts.
//!
//! Files come from outside and may be anything: the wrong encoding, one line of a gigabyte, random bytes. Everything is
//! bounded, nothing panics, and whatever is wrong is collected rather than fatal.

use jiff::civil::Date;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{
    case_file::case_file,
    contact::contact,
    diagnose::{diagnose, nearest},
    dns_value,
    format::{CaseFile, ContactLine, DnsLine, Name, RECORD_SHAPE, RecordLine, RegistrarField, WhoisLine},
    problem::{CaseErrors, Problems},
};
use crate::{
    moment::Moment,
    observable::HostName,
    record::{Contact, DnsRecord, Registrar, WhoisRecord},
};

/// The file that makes a folder a case.
pub(super) const CASE_FILE: &str = "case.toml";

/// How much of a case is read. Generous for anything written or recorded for a workshop, small enough that a wrong
/// folder cannot fill the memory.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    /// Bytes of one file.
    pub(super) file_bytes: usize,
    /// Bytes of one line of a record file.
    pub(super) line_bytes: usize,
    /// Records of the whole case.
    pub(super) records: usize,
    /// Record files.
    pub(super) files: usize,
    /// Bytes of all files of a folder.
    pub(super) folder_bytes: usize,
}

impl Limits {
    pub(super) const STANDARD: Self = Self {
        file_bytes: 32 * 1024 * 1024,
        line_bytes: 64 * 1024,
        records: 200_000,
        files: 1_000,
        folder_bytes: 128 * 1024 * 1024,
    };
}

/// A case's files, read and checked but not yet indexed.
#[derive(Debug)]
pub(super) struct Draft {
    pub(super) about: CaseFile,
    /// In the order of files (by path) and lines.
    pub(super) whois: Vec<(HostName, WhoisRecord)>,
    /// In the order of files (by path) and lines.
    pub(super) dns: Vec<DnsRecord>,
}

/// Whether a file of this name holds records. Windows likes to write `.JSONL`.
pub(super) fn is_record_file(path: &str) -> bool {
    path.to_lowercase().ends_with(".jsonl")
}

/// Why a file that is not read was probably meant to be.
pub(super) fn looks_misnamed(path: &str) -> Option<&'static str> {
    let name = path.rsplit('/').next().unwrap_or(path).to_lowercase();
    let misspelt_case_file = name == CASE_FILE && !path.ends_with(CASE_FILE);
    if misspelt_case_file || name == "case.toml.txt" || name == "case.tml" {
        Some("a case's own file is called exactly case.toml: rename it.")
    } else if [".jsonl.txt", ".json", ".ndjson"].iter().any(|ending| name.ends_with(ending)) {
        Some("record files end in .jsonl: rename it, or move it out of the case's folder.")
    } else {
        None
    }
}

/// Reads a case from its files, given as relative paths with `/` and contents, in any order.
pub(super) fn read(
    files: impl IntoIterator<Item = (String, Vec<u8>)>,
    limits: Limits,
    mut problems: Problems,
) -> Result<Draft, CaseErrors> {
    let mut files: Vec<(String, Vec<u8>)> = files.into_iter().collect();
    files.sort();
    let about = match files.iter().find(|(path, _)| path == CASE_FILE) {
        Some((_, content)) if content.len() > limits.file_bytes => {
            problems.push(CASE_FILE, None, None, too_large(limits));
            None
        }
        Some((_, content)) => case_file(content, &mut problems),
        None => {
            problems.push(CASE_FILE, None, None, "a case needs this file: it names the case and the day it plays on.");
            None
        }
    };
    let mut records = Records { as_of: about.as_ref().map(|about| about.as_of.0), ..Records::default() };
    let mut record_files = 0;
    for (path, content) in &files {
        if let Some(reason) = looks_misnamed(path) {
            problems.push(path, None, None, reason);
        } else if is_record_file(path) {
            record_files += 1;
            if record_files > limits.files {
                problems.push(path, None, None, format!("a case has at most {} record files.", limits.files));
                break;
            }
            records.read_file(path, content, limits, &mut problems);
        }
    }
    if record_files == 0 {
        problems.push(CASE_FILE, None, None, "no record file (*.jsonl) is beside it, so the case has no answers.");
    }
    problems.unless_any(about.map(|about| Draft { about, whois: records.whois, dns: records.dns }))
}

fn too_large(limits: Limits) -> String {
    format!("the file is larger than {} bytes, the most that is read: split it.", limits.file_bytes)
}

/// Editors on Windows put a mark before UTF-8, and some write UTF-16.
pub(super) fn without_mark(content: &[u8]) -> Result<&[u8], &'static str> {
    match content {
        [0xef, 0xbb, 0xbf, rest @ ..] => Ok(rest),
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => Err("the file is UTF-16: save it as UTF-8."),
        _ => Ok(content),
    }
}

/// Reads an object into its shape. When something is wrong with it: every finding, and the object without its bad
/// fields if it can do without them.
pub(super) fn read_object<T: DeserializeOwned>(
    shape: &Value,
    value: Value,
) -> (Option<T>, Vec<(Option<String>, String)>) {
    let attempt = |value: Value| T::deserialize(value).map(drop).map_err(|error| error.to_string());
    let reason = match T::deserialize(&value) {
        Ok(read) => return (Some(read), Vec::new()),
        Err(error) => error.to_string(),
    };
    let diagnosis = diagnose(shape, &value, &attempt);
    let mut findings: Vec<_> =
        diagnosis.findings.into_iter().map(|finding| (Some(finding.field), finding.message)).collect();
    if findings.is_empty() {
        findings.push((None, format!("{reason}.")));
    }
    (diagnosis.repaired.and_then(|repaired| T::deserialize(repaired).ok()), findings)
}

/// The records of a case while its files are read.
#[derive(Debug, Default)]
struct Records {
    as_of: Option<Date>,
    whois: Vec<(HostName, WhoisRecord)>,
    dns: Vec<DnsRecord>,
}

impl Records {
    fn read_file(&mut self, path: &str, content: &[u8], limits: Limits, problems: &mut Problems) {
        if content.len() > limits.file_bytes {
            problems.push(path, None, None, too_large(limits));
            return;
        }
        let content = match without_mark(content) {
            Ok(content) => content,
            Err(reason) => {
                problems.push(path, None, None, reason);
                return;
            }
        };
        for (index, line) in content.split(|byte| *byte == b'\n').enumerate() {
            let number = index + 1;
            let enough = problems.is_full();
            let mut report = |field: Option<&str>, message: String| problems.push(path, Some(number), field, message);
            if line.len() > limits.line_bytes {
                report(None, format!("the line is longer than {} bytes, the most that is read.", limits.line_bytes));
                continue;
            }
            let Ok(line) = str::from_utf8(line) else {
                report(None, "the line is not UTF-8: save the file as UTF-8.".to_owned());
                continue;
            };
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            if self.whois.len() + self.dns.len() >= limits.records {
                report(None, format!("a case has at most {} records; the rest is not read.", limits.records));
                return;
            }
            match record(line, enough, &mut report) {
                Some(RecordLine::Whois(line)) => self.whois.push(self.whois(*line, &mut report)),
                Some(RecordLine::Dns(line)) => self.dns.extend(self.dns(line, &mut report)),
                None => {}
            }
        }
    }

    fn whois(&self, line: WhoisLine, report: &mut dyn FnMut(Option<&str>, String)) -> (HostName, WhoisRecord) {
        let Name(domain) = line.domain;
        askable("domain", &domain, report);
        if let Some(registrable) = domain.registrable()
            && registrable != domain
        {
            let message = format!(
                "\"{domain}\" lies below a registered domain, and WHOIS is asked about that one. Write \"domain\": \
                 \"{registrable}\"."
            );
            report(Some("domain"), message);
        }
        self.not_after_as_of("observed", Some(line.observed), report);
        in_order(("created", line.created), ("expires", line.expires), report);
        let filled = |contact_line: Option<ContactLine>| contact_line.map(contact).unwrap_or_default();
        let record = WhoisRecord {
            domain: domain.to_string(),
            observed: Some(line.observed),
            created: line.created,
            updated: line.updated,
            expires: line.expires,
            registrar: line.registrar.map(registrar),
            whois_server: None,
            name_servers: line.name_servers.into_iter().map(|name| name.0.to_string()).collect(),
            statuses: line.statuses.into_iter().map(|status| status.0).collect(),
            registrant: filled(line.registrant),
            administrative: filled(line.administrative),
            technical: filled(line.technical),
            billing: filled(line.billing),
            zone: Contact::default(),
            raw_text: None,
        };
        (domain, record)
    }

    fn dns(&self, line: DnsLine, report: &mut dyn FnMut(Option<&str>, String)) -> Option<DnsRecord> {
        let Name(owner) = line.name;
        askable("name", &owner, report);
        self.not_after_as_of("first_seen", line.first_seen, report);
        self.not_after_as_of("last_seen", line.last_seen, report);
        in_order(("first_seen", line.first_seen), ("last_seen", line.last_seen), report);
        let data = dns_value::parse(line.record_type.into(), &line.value.0)
            .map_err(|message| report(Some("value"), message))
            .ok()?;
        Some(DnsRecord { owner, data, ttl: line.ttl, first_seen: line.first_seen, last_seen: line.last_seen })
    }

    /// On the day a case plays, nobody has seen the day after.
    fn not_after_as_of(&self, field: &str, seen: Option<Moment>, report: &mut dyn FnMut(Option<&str>, String)) {
        if let (Some(seen), Some(as_of)) = (seen, self.as_of)
            && seen.day() > as_of
        {
            let message = format!("{seen} is after the day on which the case plays (as_of = {as_of} in case.toml).");
            report(Some(field), message);
        }
    }
}

/// Special-use names are never asked about, so a record of one could never be an answer.
fn askable(field: &str, name: &HostName, report: &mut dyn FnMut(Option<&str>, String)) {
    if name.special_use().is_some() {
        let message = format!(
            "\"{name}\" is a special-use name, which Namehound never looks up. Use a name that ends in .example."
        );
        report(Some(field), message);
    }
}

fn in_order(
    (_, earlier): (&str, Option<Moment>),
    (later_field, later): (&str, Option<Moment>),
    report: &mut dyn FnMut(Option<&str>, String),
) {
    if let (Some(earlier), Some(later)) = (earlier, later)
        && later.day() < earlier.day()
    {
        report(Some(later_field), format!("{later} is before {earlier}: the two dates are the wrong way round."));
    }
}

fn registrar(field: RegistrarField) -> Registrar {
    match field {
        RegistrarField::Name(name) => Registrar { name: Some(name.0), ..Registrar::default() },
        RegistrarField::Details(line) => Registrar {
            name: line.name.map(|text| text.0),
            iana_id: line.iana_id.map(|text| text.0),
            url: line.url.map(|text| text.0),
            abuse_email: line.abuse_email.map(|text| text.0),
        },
    }
}

/// Reads one line. What is wrong with it is reported, without examining it further if `enough` has been reported
/// already; `None` when nothing can be done with the rest.
fn record(line: &str, enough: bool, report: &mut dyn FnMut(Option<&str>, String)) -> Option<RecordLine> {
    const KINDS: [&str; 2] = ["whois", "dns"];
    let reason = match serde_json::from_str(line) {
        Ok(record) => return Some(record),
        Err(error) => error,
    };
    if enough {
        report(None, reason.to_string());
        return None;
    }
    let value: Value = match serde_json::from_str(line) {
        Ok(value) => value,
        Err(error) => {
            let text = error.to_string();
            let text = text.rsplit_once(" at line ").map_or(text.as_str(), |(text, _)| text);
            let column = error.column();
            report(None, format!("this is not JSON at column {column}: {text}. A record is one object on one line."));
            return None;
        }
    };
    let Some(object) = value.as_object() else {
        report(
            None,
            "a record is one object in braces. Begin the line with {\"record\": \"whois\", or {\"record\": \
                      \"dns\","
                .to_owned(),
        );
        return None;
    };
    let kind = object.get("record").and_then(Value::as_str);
    let shape = kind.and_then(|kind| {
        let is_kind = |shape: &&Value| shape.pointer("/properties/record/const").and_then(Value::as_str) == Some(kind);
        RECORD_SHAPE.get("oneOf")?.as_array()?.iter().find(is_kind)
    });
    let Some(shape) = shape else {
        let message = match object.get("record") {
            Some(Value::String(kind)) => {
                format!("{kind:?} is no kind of record; {}", nearest(kind, KINDS.into_iter()))
            }
            Some(_) => "write \"record\": \"whois\" or \"record\": \"dns\".".to_owned(),
            None => "this field is missing. Write \"record\": \"whois\" or \"record\": \"dns\".".to_owned(),
        };
        report(Some("record"), message);
        return None;
    };
    let (read, findings) = read_object::<RecordLine>(shape, value);
    // A field given twice is gone from the value that the fields were tried in.
    if findings.is_empty() {
        report(None, reason.to_string().split(" at line ").next().unwrap_or_default().to_owned() + ".");
    }
    for (field, message) in findings {
        report(field.as_deref(), message);
    }
    read
}

#[cfg(test)]
#[path = "read_tests.rs"]
mod tests;
