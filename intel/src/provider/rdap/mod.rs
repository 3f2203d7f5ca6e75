//! RDAP: what registries say of domains, networks, name servers and contacts (RFC 9082, RFC 9083), free of charge.
//!
//! Nobody knows everything, and nobody has to be known beforehand: IANA publishes which registry's server knows what
//! (RFC 9224), the registry of a domain points to the registrar that knows its owner, and a regional registry sends on to
//! the one that really holds an address. A question is therefore a conversation: perhaps the list of servers, then the
//! registry, then perhaps the registrar, each in a line of its own and at most so often a second.
//!
//! **Merging.** Of a domain the registry's word holds for dates, statuses and name servers, the registrar's for contacts.
//! If the registrar's server does not answer, the registry's part is shown and the failure is told.
//!
//! **Trust.** Where a link or a redirect leads is somebody's text. It is followed over HTTPS, to public addresses
//! ([`guarded`](crate::upstream::HttpRequest::guarded)), a few times, and never to where the question has been before.
//!
//! **What is kept back.** An answer that lists its redactions (RFC 9537) is taken by its word, field by field; older ones
//! are known by their remarks and their markers. Redacted contacts are flagged, and a note says what was kept back.
//!
//! The exposure is `third-party`: the target's own machines see nothing.

mod card;
mod conversation;
mod domain;
mod entities;
mod lists;
mod network;
mod reach;
mod redaction;
mod target;

use std::{collections::BTreeMap, path::PathBuf, sync::Arc, time::Duration};

use serde_json::Value;
use url::Url;

use self::{conversation::Talk, lists::Lists, target::Target};
use super::{Call, Exposure, Offer, Provider, Rate, Step, lenient, stated_wait};
use crate::{
    answer::Page,
    clock::Clock,
    credits::Credits,
    error::ProviderError,
    lookup::{Lookup, LookupKind},
    upstream::{HttpResponse, Request, Response},
};

/// How long a server is left alone that says "too often" and not how long. Limits are not published.
const UNSTATED_WAIT: Duration = Duration::from_secs(60);

/// How RDAP servers are asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RdapSettings {
    /// Where the lists of servers are, `https://data.iana.org/rdap/` unless there is a copy.
    pub lists: Url,
    /// Where servers really are, by their host name in lower case. For gateways and for tests.
    pub servers: BTreeMap<String, Url>,
    /// How many questions a second each server gets.
    pub rate: u32,
    /// The folder in which the lists are kept between starts.
    pub folder: Option<PathBuf>,
}

impl RdapSettings {
    /// The usual settings, with the lists at this place.
    #[must_use]
    pub const fn with_lists_at(lists: Url) -> Self {
        Self { lists, servers: BTreeMap::new(), rate: 1, folder: None }
    }

    const fn rate(&self) -> Rate {
        Rate::per_second(if self.rate == 0 { 1 } else { self.rate })
    }
}

/// Asks RDAP servers.
#[derive(Debug)]
pub struct Rdap {
    settings: Arc<RdapSettings>,
    lists: Arc<Lists>,
    clock: Arc<dyn Clock>,
}

impl Rdap {
    /// A provider with these settings. The clock says how old a list is and when a state was seen.
    #[must_use]
    pub fn new(settings: RdapSettings, clock: Arc<dyn Clock>) -> Self {
        let lists = Arc::new(Lists::new(settings.folder.clone()));
        Self { settings: Arc::new(settings), lists, clock }
    }
}

impl Provider for Rdap {
    fn name(&self) -> &'static str {
        "rdap"
    }

    fn source(&self) -> &str {
        "RDAP"
    }

    fn lookups(&self) -> &'static [LookupKind] {
        &[
            LookupKind::WhoisCurrent,
            LookupKind::IpOwner,
            LookupKind::NameServerRegistration,
            LookupKind::RegistryContact,
        ]
    }

    fn offer(&self, lookup: &Lookup) -> Option<Offer> {
        Target::of(lookup).map(|_| Offer {
            endpoint: "rdap",
            exposure: Exposure::ThirdParty,
            price: Credits::FREE,
            free_preview: false,
            rate: None,
        })
    }

    fn call(&self, lookup: &Lookup, step: &Step) -> Result<Call, ProviderError> {
        if *step != Step::Page(None) {
            return Ok(Call::Known(Page::default()));
        }
        let Some(target) = Target::of(lookup) else {
            let reason = "RDAP knows domains, networks, name servers and registries' contacts only".to_owned();
            return Err(ProviderError::InvalidInput { reason });
        };
        let talk = Talk::new(target, Arc::clone(&self.settings), Arc::clone(&self.lists), self.clock.now());
        Ok(Call::Converse(Box::new(talk)))
    }

    fn judge(&self, _request: &Request, response: &Response) -> Result<(), ProviderError> {
        match response {
            Response::Http(response) => judge(response),
            Response::Whois(_) | Response::Dns(_) => Err(ProviderError::malformed("the response is not of RDAP")),
        }
    }
}

/// Whether a response is an answer: an object, a list of servers, "not found", or where to go instead.
fn judge(response: &HttpResponse) -> Result<(), ProviderError> {
    let status = response.status.as_u16();
    let said = || String::from_utf8_lossy(&response.body).into_owned();
    match status {
        300..=399 => return Ok(()),
        404 => return Ok(()),
        429 => return Err(ProviderError::RateLimited { wait: Some(stated_wait(response, UNSTATED_WAIT)) }),
        400 | 422 => {
            return Err(ProviderError::InvalidInput { reason: "the server does not accept the question".to_owned() });
        }
        401 | 403 => {
            return Err(ProviderError::InvalidInput { reason: "the server refuses to answer".to_owned() });
        }
        405 | 501 => {
            return Err(ProviderError::InvalidInput { reason: "the server does not answer such questions".to_owned() });
        }
        200..=299 => {}
        _ => return Err(ProviderError::upstream(Some(status), &said())),
    }
    if response.body.trim_ascii().is_empty() {
        return Err(ProviderError::upstream(Some(status), "an empty answer"));
    }
    if response.body.trim_ascii_start().starts_with(b"<") {
        return Err(ProviderError::malformed("a web page where an RDAP answer should be"));
    }
    let value = lenient::parse(&response.body).map_err(|error| ProviderError::malformed(error.to_string()))?;
    match error_code(&value) {
        None | Some(404) => Ok(()),
        Some(429) => Err(ProviderError::RateLimited { wait: Some(stated_wait(response, UNSTATED_WAIT)) }),
        Some(code) => Err(ProviderError::upstream(u16::try_from(code).ok(), &said())),
    }
}

/// The code of an error object (RFC 9083 §6), which some servers send with a status of success.
fn error_code(value: &Value) -> Option<u64> {
    let node = lenient::Node::new(value);
    node.get("objectClassName").is_null().then(|| node.get("errorCode").count()).flatten()
}

/// Whether a response says that there is no such object here.
fn is_not_found(response: &HttpResponse) -> bool {
    response.status.as_u16() == 404 || lenient::parse(&response.body).is_ok_and(|value| error_code(&value) == Some(404))
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use http::{HeaderMap, StatusCode};

    use super::*;

    fn response(status: u16, body: &str) -> HttpResponse {
        HttpResponse {
            status: StatusCode::from_u16(status).unwrap(),
            headers: HeaderMap::new(),
            body: Bytes::from(body.to_owned()),
        }
    }

    #[test]
    fn answers_are_told_from_failures() {
        for (status, body, expected) in [
            (200, r#"{"objectClassName": "domain"}"#, "fine"),
            (200, r#"{"errorCode": 404, "title": "not here"}"#, "fine"),
            (404, "<html>", "fine"),
            (302, "", "fine"),
            (429, "", "rate"),
            (200, r#"{"errorCode": "429"}"#, "rate"),
            (200, r#"{"errorCode": 500, "title": "oh"}"#, "upstream"),
            (503, "<html>", "upstream"),
            (200, "", "upstream"),
            (200, "<html></html>", "malformed"),
            (200, "{\n<html>\n", "malformed"),
            (400, "{}", "input"),
            (403, "{}", "input"),
            (501, "{}", "input"),
        ] {
            let told = match judge(&response(status, body)) {
                Ok(()) => "fine",
                Err(ProviderError::RateLimited { .. }) => "rate",
                Err(ProviderError::Upstream { .. }) => "upstream",
                Err(ProviderError::Malformed { .. }) => "malformed",
                Err(ProviderError::InvalidInput { .. }) => "input",
                Err(other) => panic!("{other}"),
            };
            assert_eq!(told, expected, "{status} {body}");
        }
    }
}
