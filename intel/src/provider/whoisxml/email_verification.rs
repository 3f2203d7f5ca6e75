//! Email Verification API, version 2: whether a mailbox exists and what kind it is.
//!
//! The service connects to the mail server of the domain and begins to hand over a message, unless it has done so a
//! short time ago. Truth values are texts, and a check that could not be made is null: that is unknown and not *no*.

use serde_json::Value;
use url::Url;

use super::{key::Key, rows, single_page, with_query};
use crate::{
    answer::{Page, Total},
    error::ProviderError,
    observable::{EmailAddress, HostName},
    provider::{Step, lenient::Node},
    record::{MailboxCheck, Record},
    upstream::HttpRequest,
};

/// The fields that only an answer of this service has.
const CHECKS: [&str; 6] = ["formatCheck", "dnsCheck", "smtpCheck", "catchAllCheck", "freeCheck", "disposableCheck"];

pub(super) fn request(base: &Url, key: &Key, email: &EmailAddress, step: &Step) -> Result<HttpRequest, ProviderError> {
    single_page(step)?;
    let query = [("emailAddress", email.as_str()), ("outputFormat", "JSON")];
    Ok(HttpRequest::get(with_query(base, &query)).with_secret(key.in_query()))
}

pub(super) fn read(email: &EmailAddress, step: &Step, body: &Value) -> Result<Page, ProviderError> {
    single_page(step)?;
    let body = Node::new(body);
    let checks = CHECKS.map(|name| body.get(name));
    if checks.iter().all(|check| check.is_blank()) && body.first(&["emailAddress", "mxRecords", "audit"]).is_blank() {
        return Err(ProviderError::malformed("no check of a mailbox and no error"));
    }
    let [well_formed, domain_resolves, deliverable, catch_all, free, disposable] = checks.map(Node::boolean);
    let servers: Vec<Option<HostName>> = body.get("mxRecords").items().flat_map(mail_servers).collect();
    let left_out = servers.iter().filter(|server| server.is_none()).count();
    let audit = body.get("audit");
    let checked = ["auditUpdatedDate", "updatedDate", "auditCreatedDate", "createdDate"];
    let record = MailboxCheck {
        email: email.clone(),
        well_formed,
        domain_resolves,
        deliverable,
        catch_all,
        free,
        disposable,
        mail_servers: servers.into_iter().flatten().collect(),
        checked: checked.iter().find_map(|name| audit.get(name).moment()).or_else(|| audit.moment()),
    };
    let notes = rows::left_out_note(left_out, "is no mail server", "are no mail servers");
    Ok(Page {
        records: vec![Record::Mailbox(record)],
        next: None,
        total: Some(Total::Exactly(1)),
        notes: notes.into_iter().collect(),
        ..Page::default()
    })
}

/// The mail servers in a row, `None` for what is no name: a text with one or several, also with the preference before
/// it as in a zone file, or an object that has one.
fn mail_servers(row: Node<'_>) -> Vec<Option<HostName>> {
    if row.is_blank() {
        return Vec::new();
    }
    let Some(text) = row.text().or_else(|| row.first(&["exchange", "target", "host", "name"]).text()) else {
        return vec![None];
    };
    let servers = text.split([',', ';', '\n']).map(str::trim).filter(|server| !server.is_empty());
    let name = |server: &str| match server.split_once(char::is_whitespace) {
        Some((preference, name)) if preference.parse::<u16>().is_ok() => rows::host(name.trim()),
        _ => rows::host(server),
    };
    servers.map(name).collect()
}
