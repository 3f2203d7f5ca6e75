//! `namehound whois-parse`: WHOIS texts into records, without a network.
//!
//! JSON is one object a file and line, whatever is in the file: a file that cannot be read is an object of the class
//! `error`, and the others still come. The fields are a contract:
//!
//! | field | meaning |
//! |---|---|
//! | `file` | the file as it was named |
//! | `class` | `registered`, `available`, `reserved`, `throttled`, `error` or `unknown` |
//! | `record` | `null` unless registered, see [`record`] |

use std::{
    io::{Read as _, Write as _},
    process::ExitCode,
};

use intel::{
    Contact, Moment, WhoisRecord,
    whois_text::{self, Class, Origin, Parsed, Written},
};
use serde_json::{Map, Value, json};

use super::{note, out};
use crate::present;

/// The largest text that is read, in bytes. Registries send a few kilobytes.
const LARGEST_TEXT: u64 = 16 * 1024 * 1024;

/// What to read.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  namehound whois-parse shop.txt
  whois shop.example | namehound whois-parse -
  namehound whois-parse --format json answers/*.txt > records.jsonl
  namehound whois-parse --server whois.nic.uk --format json shop.txt

Nothing is asked over the network: this reads what a WHOIS server on port 43 has answered. The server's name chooses the
rules; without it, the text's own marks do.")]
pub(super) struct WhoisParseArguments {
    /// Files with WHOIS texts, one text each; - for stdin
    #[arg(value_name = "FILE", required = true)]
    files: Vec<String>,
    /// The server that answered, for example whois.nic.uk
    #[arg(long, value_name = "HOST")]
    server: Option<String>,
    /// The form of the results
    #[arg(long, value_enum, default_value_t = WhoisFormat::Table)]
    format: WhoisFormat,
}

/// The form of the results.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum WhoisFormat {
    /// Fields and values for people, one text after the other
    Table,
    /// One JSON object a line for each text
    Json,
}

pub(super) fn whois_parse(arguments: &WhoisParseArguments) -> ExitCode {
    let server = arguments.server.as_deref().map(|server| server.trim().trim_end_matches('.').to_lowercase());
    let mut unreadable = false;
    for file in &arguments.files {
        let parsed = match read(file) {
            Ok(bytes) => {
                let text = whois_text::decode(&bytes, server.as_deref());
                Some(whois_text::parse(&text, &Origin { server: server.as_deref(), domain: None }))
            }
            Err(error) => {
                note!("namehound: {file}: {error}");
                unreadable = true;
                None
            }
        };
        match arguments.format {
            WhoisFormat::Json => out!("{}", line(file, parsed.as_ref())),
            WhoisFormat::Table => out!("{}", table(file, parsed.as_ref())),
        }
    }
    let _closed_pipe = std::io::stdout().flush();
    if unreadable { ExitCode::from(1) } else { ExitCode::SUCCESS }
}

fn read(file: &str) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    if file == "-" {
        std::io::stdin().take(LARGEST_TEXT).read_to_end(&mut bytes)?;
    } else {
        std::fs::File::open(file)?.take(LARGEST_TEXT).read_to_end(&mut bytes)?;
    }
    Ok(bytes)
}

/// The JSON object of a file.
fn line(file: &str, parsed: Option<&Parsed>) -> Value {
    let class = parsed.map_or(Class::Error, |parsed| parsed.class);
    let record = parsed.and_then(|parsed| Some(record(parsed.record.as_ref()?, &parsed.written, &parsed.unparsed)));
    json!({ "file": file, "class": class.as_str(), "record": record })
}

/// A record: `domain`, `registrar` (`name`, `iana_id`, `url`, `abuse_email`), `created`, `updated`, `expires` (a day, or
/// an instant in RFC 3339), `name_servers`, `statuses`, `contacts` (`registrant`, `admin`, `tech`, `billing`, each with
/// `name`, `organization`, `email`, `phone`, `street`, `city`, `state`, `postal_code`, `country`), and `unparsed`, the
/// lines that no rule reads. What is not known is `null`; a contact of which nothing is known is left out. Privacy services
/// stand in the contacts as the text names them, redaction marks do not.
fn record(record: &WhoisRecord, written: &Written, unparsed: &str) -> Value {
    let registrar = record.registrar.clone().unwrap_or_default();
    let roles = [
        ("registrant", &written.registrant),
        ("admin", &written.administrative),
        ("tech", &written.technical),
        ("billing", &written.billing),
    ];
    let contacts: Map<String, Value> = roles
        .into_iter()
        .filter(|(_, contact)| **contact != Contact { redacted: contact.redacted, ..Contact::default() })
        .map(|(role, known)| (role.to_owned(), contact(known)))
        .collect();
    json!({
        "domain": record.domain,
        "registrar": {
            "name": registrar.name,
            "iana_id": registrar.iana_id,
            "url": registrar.url,
            "abuse_email": registrar.abuse_email,
        },
        "created": date(record.created),
        "updated": date(record.updated),
        "expires": date(record.expires),
        "name_servers": record.name_servers,
        "statuses": record.statuses,
        "contacts": contacts,
        "unparsed": unparsed,
    })
}

fn contacts(record: &WhoisRecord) -> [(&'static str, &Contact); 4] {
    [
        ("registrant", &record.registrant),
        ("admin", &record.administrative),
        ("tech", &record.technical),
        ("billing", &record.billing),
    ]
}

fn contact(contact: &Contact) -> Value {
    json!({
        "name": contact.name,
        "organization": contact.organization,
        "email": contact.email,
        "phone": contact.phone,
        "street": contact.street,
        "city": contact.city,
        "state": contact.state,
        "postal_code": contact.postal_code,
        "country": contact.country.as_ref().or(contact.country_code.as_ref()),
    })
}

fn date(moment: Option<Moment>) -> Option<String> {
    moment.map(|moment| moment.to_string())
}

/// What is known, a line each.
fn table(file: &str, parsed: Option<&Parsed>) -> String {
    let class = parsed.map_or(Class::Error, |parsed| parsed.class);
    let mut rows = vec![vec![file.to_owned(), class.as_str().to_owned()]];
    let mut add = |name: &str, value: Option<String>| {
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            rows.push(vec![format!("  {name}"), value]);
        }
    };
    if let Some(wait) = parsed.and_then(|parsed| parsed.wait) {
        add("wait", Some(format!("{} s", wait.as_secs())));
    }
    if let Some(record) = parsed.and_then(|parsed| parsed.record.as_ref()) {
        let registrar = record.registrar.clone().unwrap_or_default();
        add("domain", Some(record.domain.clone()));
        add("registrar", registrar.name);
        add("created", date(record.created));
        add("updated", date(record.updated));
        add("expires", date(record.expires));
        add("name servers", Some(record.name_servers.join(", ")));
        add("statuses", Some(record.statuses.join(", ")));
        for (role, contact) in contacts(record) {
            let parts = [
                &contact.name,
                &contact.organization,
                &contact.email,
                &contact.phone,
                &contact.street,
                &contact.postal_code,
                &contact.city,
                &contact.state,
                &contact.country,
            ];
            add(role, Some(parts.into_iter().flatten().cloned().collect::<Vec<_>>().join(", ")));
            add(&format!("{role} hidden by"), contact.privacy_service.clone());
        }
    }
    let lines = parsed.map_or(0, |parsed| parsed.unparsed.lines().count());
    if lines > 0 && class == Class::Registered {
        add("not read", Some(format!("{lines} lines (--format json shows them)")));
    }
    present::rows_as_table(&rows)
}
