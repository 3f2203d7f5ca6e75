//! Domain Reputation API, version 2: how trustworthy a name or an address is, with the faults that tests found.
//!
//! `mode=fast` asks for the tests that need no connection to the site. In version 2 a warning is an object of text and
//! code; version 1 sent the texts alone and their codes in a list beside them. Both are read, also mixed, since a relay
//! may still speak version 1. Tests that found nothing say nothing.

use serde_json::Value;
use url::Url;

use super::{key::Key, rows, single_page, values, with_query};
use crate::{
    answer::{Page, Total},
    error::ProviderError,
    lookup::HostOrAddress,
    provider::{Step, lenient::Node},
    record::{Record, Reputation, ReputationWarning},
    upstream::HttpRequest,
};

/// The service takes addresses as the parameter for names.
pub(super) fn request(
    base: &Url,
    key: &Key,
    subject: &HostOrAddress,
    step: &Step,
) -> Result<HttpRequest, ProviderError> {
    single_page(step)?;
    let name = match subject {
        HostOrAddress::Host(host) => host.to_string(),
        HostOrAddress::Address(address) => address.to_string(),
    };
    let query = [("domainName", name.as_str()), ("mode", "fast"), ("outputFormat", "JSON")];
    Ok(HttpRequest::get(with_query(base, &query)).with_secret(key.in_query()))
}

pub(super) fn read(step: &Step, body: &Value) -> Result<Page, ProviderError> {
    single_page(step)?;
    let body = Node::new(body);
    let stated = body.get("reputationScore");
    let tests = body.get("testResults");
    if stated.is_blank() && tests.is_null() {
        // Told apart from an answer of another kind by the mode, which every answer repeats.
        return match body.get("mode").is_blank() {
            true => Err(ProviderError::malformed("neither reputationScore nor testResults nor an error")),
            false => Ok(Page { total: Some(Total::Exactly(0)), ..Page::default() }),
        };
    }
    let mut warnings = Vec::new();
    let mut unreadable = 0;
    for test in tests.items() {
        if test.is_object() {
            unreadable += read_test(test, &mut warnings);
        } else if !test.is_blank() {
            unreadable += 1;
        }
    }
    // Outside its own scale a score says nothing, not even in which direction.
    let score = values::decimal(stated).filter(|score| (0.0..=100.0).contains(score));
    let notes = rows::left_out_note(unreadable, "is no readable warning", "are no readable warnings");
    Ok(Page {
        records: vec![Record::Reputation(Reputation { score, warnings })],
        next: None,
        total: Some(Total::Exactly(1)),
        notes: notes.into_iter().collect(),
        ..Page::default()
    })
}

/// Adds the warnings of a test; how many of them were not readable.
fn read_test(test: Node<'_>, warnings: &mut Vec<ReputationWarning>) -> usize {
    let name = test.first(&["test", "testName"]).text();
    let mut codes = test.get("warningCodes").items();
    let mut unreadable = 0;
    for warning in test.get("warnings").items() {
        let beside = codes.next().and_then(Node::text);
        let (text, code) = if warning.is_object() {
            let code = warning.first(&["warningCode", "code"]).text();
            (warning.first(&["warningDescription", "description", "warning"]).text(), code.or(beside))
        } else {
            (warning.text(), beside)
        };
        // A code alone still tells that something is wrong, and the vendor's list says what.
        let text = text.or_else(|| code.as_ref().map(|code| format!("Warning {code}")));
        match text {
            Some(text) => warnings.push(ReputationWarning { test: name.clone(), text, code }),
            None if warning.is_blank() => {}
            None => unreadable += 1,
        }
    }
    unreadable
}
