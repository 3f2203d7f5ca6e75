//! From files to checked facts.
//!
//! Files come from outside and may be anything: the wrong encoding, one line of a gigabyte, random bytes. Everything is
//! bounded, nothing panics, and whatever is wrong is collected rather than fatal.

use jiff::civil::Date;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{
    assessments::Assessments,
    case_file::case_file,
    contact::contact,
    diagnose::{diagnose, nearest},
    dns_value,
    fields::{Accused, Mailbox, Name, Subject, Text},
    format::{
        CaseFile, CertificateLine, ContactLine, DnsLine, MailboxLine, NetworkLine, RECORD_KINDS, RECORD_SHAPE,
        RecordLine, RegistrarField, ReputationLine, ThreatLine, WebsiteLine, WhoisLine,
    },
    problem::{CaseErrors, Problems},
    websites::{Website, Websites},
};
use crate::{
    lookup::{HostOrAddress, Indicator},
    moment::Moment,
    observable::{AutonomousSystem, HostName},
    record::{
        Certificate, Contact, Described, DnsRecord, MailboxCheck, Network, NetworkContact, Registrar, Reputation,
        ReputationWarning, Routing, Threat, WebsiteCategory, WebsiteContacts, WhoisRecord,
    },
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
    /// In the order of files (by path) and lines.
    pub(super) networks: Vec<Network>,
    /// In the order of files (by path) and lines.
    pub(super) certificates: Vec<Certificate>,
    pub(super) assessments: Assessments,
    pub(super) websites: Websites,
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
    let Records { whois, dns, networks, certificates, assessments, websites, .. } = records;
    problems.unless_any(about.map(|about| Draft { about, whois, dns, networks, certificates, assessments, websites }))
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
    networks: Vec<Network>,
    certificates: Vec<Certificate>,
    assessments: Assessments,
    websites: Websites,
}

impl Records {
    fn count(&self) -> usize {
        let assessed = self.assessments.reputations() + self.assessments.threats() + self.assessments.mailboxes();
        let certified = self.certificates.len();
        self.whois.len() + self.dns.len() + self.networks.len() + certified + assessed + self.websites.len()
    }

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
            if self.count() >= limits.records {
                report(None, format!("a case has at most {} records; the rest is not read.", limits.records));
                return;
            }
            match record(line, enough, &mut report) {
                Some(RecordLine::Whois(line)) => self.whois.push(self.whois(*line, &mut report)),
                Some(RecordLine::Dns(line)) => self.dns.extend(self.dns(line, &mut report)),
                Some(RecordLine::Network(line)) => self.networks.push(network(line, &mut report)),
                Some(RecordLine::Certificate(line)) => {
                    self.certificates.push(self.certificate(line, &mut report));
                }
                Some(RecordLine::Reputation(line)) => self.reputation(line, &mut report),
                Some(RecordLine::Threat(line)) => self.threat(line, &mut report),
                Some(RecordLine::Website(line)) => self.website(line, &mut report),
                Some(RecordLine::Mailbox(line)) => self.mailbox(line, &mut report),
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
        Some(DnsRecord {
            owner,
            data,
            ttl: line.ttl,
            first_seen: line.first_seen,
            last_seen: line.last_seen,
            security: None,
        })
    }

    fn certificate(&self, line: CertificateLine, report: &mut dyn FnMut(Option<&str>, String)) -> Certificate {
        self.not_after_as_of("not_before", Some(line.not_before), report);
        in_order(("not_before", Some(line.not_before)), ("not_after", Some(line.not_after)), report);
        let names: Vec<String> = line.names.into_iter().map(|name| name.0).collect();
        let Some(first) = names.first() else {
            report(Some("names"), "a certificate is good for at least one name.".to_owned());
            return Certificate::default();
        };
        Certificate {
            subject: line.subject.map(|text| text.0).or_else(|| Some(first.clone())),
            names,
            issuer: Some(line.issuer.0),
            serial: Some(line.serial.0),
            not_before: Some(line.not_before),
            not_after: Some(line.not_after),
            fingerprint: line.fingerprint.map(|digest| digest.0),
            end_entity: true,
            ..Certificate::default()
        }
    }

    fn reputation(&mut self, line: ReputationLine, report: &mut dyn FnMut(Option<&str>, String)) {
        let Subject(subject) = line.subject;
        let shown = match &subject {
            HostOrAddress::Host(name) => {
                askable("subject", name, report);
                name.to_string()
            }
            HostOrAddress::Address(address) => address.to_string(),
        };
        let warning = |text: Text| ReputationWarning { text: text.0, ..ReputationWarning::default() };
        let reputation =
            Reputation { score: Some(line.score.0), warnings: line.warnings.into_iter().map(warning).collect() };
        if !self.assessments.add_reputation(subject, reputation) {
            report(Some("subject"), there_already(&shown, "reputation"));
        }
    }

    fn threat(&mut self, line: ThreatLine, report: &mut dyn FnMut(Option<&str>, String)) {
        let Accused(indicator) = line.indicator;
        let kind = match &indicator {
            Indicator::Host(name) => {
                askable("indicator", name, report);
                "domain"
            }
            Indicator::Url(url) => {
                if let Some(name) = url.host_str().and_then(|host| HostName::parse(host).ok()) {
                    askable("indicator", &name, report);
                }
                "url"
            }
            Indicator::Address(address) if address.is_ipv4() => "ipv4",
            Indicator::Address(_) => "ipv6",
            Indicator::Netblock(_) => "network",
            Indicator::Hash(_) => "hash",
        };
        self.not_after_as_of("first_seen", line.first_seen, report);
        self.not_after_as_of("last_seen", line.last_seen, report);
        in_order(("first_seen", line.first_seen), ("last_seen", line.last_seen), report);
        let threat = Threat {
            indicator: indicator.to_string(),
            indicator_kind: Some(kind.to_owned()),
            threat: line.threat.0,
            first_seen: line.first_seen,
            last_seen: line.last_seen,
        };
        self.assessments.add_threat(indicator, threat);
    }

    fn website(&mut self, line: WebsiteLine, report: &mut dyn FnMut(Option<&str>, String)) {
        let Name(site) = line.site;
        askable("site", &site, report);
        let texts = |texts: Vec<Text>| texts.into_iter().map(|text| text.0);
        let plain = |value: String| Described { value, description: None };
        let contacts = WebsiteContacts {
            site: site.to_string(),
            responded: Some(true),
            title: line.title.map(|text| text.0),
            companies: texts(line.companies).collect(),
            emails: line.emails.into_iter().map(|email| plain(email.0.to_string())).collect(),
            phones: line.phones.into_iter().map(|phone| plain(phone.0)).collect(),
            addresses: texts(line.addresses).collect(),
            profiles: line.profiles.into_iter().map(|profile| plain(profile.0.to_string())).collect(),
            ..WebsiteContacts::default()
        };
        let category = |name| WebsiteCategory { name, ..WebsiteCategory::default() };
        let categories = texts(line.categories).map(category).collect();
        if !self.websites.add(&site, Website { contacts, categories }) {
            report(Some("site"), there_already(site.as_str(), "website"));
        }
    }

    fn mailbox(&mut self, line: MailboxLine, report: &mut dyn FnMut(Option<&str>, String)) {
        let Mailbox(email) = line.email;
        askable("email", email.domain(), report);
        self.not_after_as_of("checked", line.checked, report);
        let shown = email.to_string();
        let check = MailboxCheck {
            email,
            well_formed: Some(true),
            domain_resolves: None,
            deliverable: line.deliverable,
            catch_all: line.catch_all,
            free: line.free,
            disposable: line.disposable,
            mail_servers: Vec::new(),
            checked: line.checked,
        };
        if !self.assessments.add_mailbox(check) {
            report(Some("email"), there_already(&shown, "mailbox"));
        }
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

fn network(line: NetworkLine, report: &mut dyn FnMut(Option<&str>, String)) -> Network {
    if let (None, Some(name)) = (line.system, &line.as_name) {
        report(Some("as_name"), format!("{:?} is the name of a number that is missing: write \"as\" too.", name.0));
    }
    let as_name = line.as_name.map(|text| text.0);
    // Every number of 32 bits is one.
    let system = line.system.and_then(|number| AutonomousSystem::parse(&number.to_string()).ok());
    let routing = system.map(|system| Routing { system, name: as_name, route: None, url: None, kind: None });
    let contact = |name, emails| NetworkContact { name, emails, ..NetworkContact::default() };
    Network {
        name: line.name.map(|text| text.0),
        country_code: line.country_code.map(|code| code.0.to_uppercase()),
        city: line.city.map(|text| text.0),
        routing,
        organization: line.organization.map(|name| contact(Some(name.0), Vec::new())),
        abuse: line.abuse_email.map(|email| contact(None, vec![email.0])).into_iter().collect(),
        ..Network::of(line.network.0)
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

/// A second record where only one can be believed.
fn there_already(subject: &str, kind: &str) -> String {
    format!("\"{subject}\" has a record of this kind already: put everything into one {kind} record.")
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
        let message =
            "a record is one object in braces. Begin the line with {\"record\": \"whois\", or another kind of record.";
        report(None, message.to_owned());
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
                format!("{kind:?} is no kind of record; {}", nearest(kind, RECORD_KINDS.into_iter()))
            }
            Some(_) => format!("write \"record\": {}.", kinds()),
            None => format!("this field is missing. Write \"record\": {}.", kinds()),
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

/// `"whois", "dns" or "network"`, with all kinds.
fn kinds() -> String {
    let quoted = RECORD_KINDS.map(|kind| format!("{kind:?}"));
    match quoted.as_slice() {
        [others @ .., last] => format!("{} or {last}", others.join(", ")),
        [] => String::new(),
    }
}

#[cfg(test)]
#[path = "read_tests.rs"]
mod tests;
