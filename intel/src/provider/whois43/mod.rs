//! WHOIS servers on port 43 (RFC 3912): what a registry says, and what the registrar adds.
//!
//! There is no one server. The registry of a top-level domain has one, by a table or by asking IANA; where it keeps only
//! the registration and not the owner (a *thin* registry), it names the registrar's server, which is asked next. Both
//! answers become one record: dates, statuses and name servers from the registry, contacts from whoever has them. If the
//! registrar's server does not answer, what the registry says is shown and the failure is told.
//!
//! Servers are slow to answer and quick to take offence. Each is asked one question a second at most and one at a time;
//! what reads like "too often" counts as such, with the wait that the text names, and so does an answer of no bytes at
//! all.
//!
//! A referral is somebody's text. It is followed once, to a server that has not been asked, and only to a public
//! address (see [`guarded`](crate::upstream::WhoisRequest::guarded)). The exposure is `third-party`: the domain's own servers see nothing.

mod servers;
mod talk;

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use self::talk::Talk;
use super::{Call, Exposure, Offer, Provider, Rate, Step};
use crate::{
    answer::Page,
    clock::Clock,
    credits::Credits,
    error::ProviderError,
    lookup::{Lookup, LookupKind, WhoisSubject},
    upstream::{Request, Response},
    whois_text::{Class, Origin, decode, parse},
};

/// How long a server is left alone that says "too often" and not how long.
const UNSTATED_WAIT: Duration = Duration::from_secs(60);

/// How WHOIS servers are asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Whois43Settings {
    /// Where servers really are, by their name in lower case: `host`, `host:port`. For relays and for tests.
    pub servers: BTreeMap<String, String>,
    /// How many questions a second each server gets.
    pub rate: u32,
}

impl Default for Whois43Settings {
    fn default() -> Self {
        Self { servers: BTreeMap::new(), rate: 1 }
    }
}

/// Asks WHOIS servers.
#[derive(Debug)]
pub struct Whois43 {
    settings: Arc<Whois43Settings>,
    clock: Arc<dyn Clock>,
}

impl Whois43 {
    /// A provider with these settings. The clock says when a state was seen.
    #[must_use]
    pub fn new(settings: Whois43Settings, clock: Arc<dyn Clock>) -> Self {
        Self { settings: Arc::new(settings), clock }
    }
}

impl Provider for Whois43 {
    fn name(&self) -> &'static str {
        "whois43"
    }

    fn source(&self) -> &str {
        "WHOIS"
    }

    fn lookups(&self) -> &'static [LookupKind] {
        &[LookupKind::WhoisCurrent]
    }

    fn offer(&self, lookup: &Lookup) -> Option<Offer> {
        matches!(lookup, Lookup::WhoisCurrent { subject: WhoisSubject::Domain(_) }).then_some(Offer {
            endpoint: "port-43",
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
        match lookup {
            Lookup::WhoisCurrent { subject: WhoisSubject::Domain(domain) } => {
                let talk = Talk::new(domain.clone(), Arc::clone(&self.settings), self.clock.now());
                Ok(Call::Converse(Box::new(talk)))
            }
            _ => Err(ProviderError::InvalidInput { reason: "WHOIS servers are asked about domains only".to_owned() }),
        }
    }

    fn judge(&self, request: &Request, response: &Response) -> Result<(), ProviderError> {
        let (Request::Whois(request), Response::Whois(response)) = (request, response) else { return Ok(()) };
        // Some servers close at once when they have had enough.
        if response.body.iter().all(u8::is_ascii_whitespace) {
            return Err(ProviderError::RateLimited { wait: Some(UNSTATED_WAIT) });
        }
        if response.body.trim_ascii_start().starts_with(b"<") {
            return Err(ProviderError::malformed("a web page where a WHOIS server should be"));
        }
        let server = self.settings.name_of(request);
        let text = decode(&response.body, Some(&server));
        let parsed = parse(&text, &Origin { server: Some(&server), domain: None });
        match parsed.class {
            Class::Throttled => Err(ProviderError::RateLimited { wait: Some(parsed.wait.unwrap_or(UNSTATED_WAIT)) }),
            _ => Ok(()),
        }
    }
}

impl Whois43Settings {
    /// The rate of each server.
    const fn rate(&self) -> Rate {
        Rate::per_second(if self.rate == 0 { 1 } else { self.rate })
    }

    /// Where a server is: host and port, and whether the settings say so.
    fn place(&self, server: &str) -> (String, u16, bool) {
        match self.servers.get(server) {
            None => (server.to_owned(), 43, false),
            Some(place) => match place.rsplit_once(':').and_then(|(host, port)| Some((host, port.parse().ok()?))) {
                Some((host, port)) => (host.trim_matches(['[', ']']).to_owned(), port, true),
                None => (place.clone(), 43, true),
            },
        }
    }

    /// The server that a request was meant for, by the name it goes by.
    fn name_of(&self, request: &crate::upstream::WhoisRequest) -> String {
        let is_place = |server: &&String| {
            let (host, port, _) = self.place(server);
            host == request.server && port == request.port
        };
        self.servers.keys().find(is_place).cloned().unwrap_or_else(|| request.server.clone())
    }
}
