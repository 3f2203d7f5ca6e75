//! crt.sh: the certificates that public logs hold (RFC 9162), free of charge and often out of breath.
//!
//! Two questions find everything about a domain, one for its own name and one for every name below it; what both bring is
//! shown once. A certificate is logged twice, as a promise and as what was issued, and counts once, by its issuer and
//! serial number.
//!
//! The service has its ways: it is slow, it says 404 where it means that it has no time, sends a page of HTML where JSON
//! should be, and writes times without their zone (UTC). So anything but a list is a failure that is tried again, and if
//! one of the two questions has no answer, the other's is shown and the rest is said to be missing.
//!
//! A name in a certificate was certified, not seen in the DNS. It is given as a name below the domain all the same, with
//! the days on which certificates for it began, and a name behind a star (`*.shop.example`) without the star.

mod rows;

use std::time::Duration;

use url::Url;

use self::rows::Rows;
use super::{
    Call, Conversation, Exposure, Heard, Inquiry, Offer, Provider, Rate, Step, Turn, names::names_below, stated_wait,
};
use crate::{
    answer::{Page, Total},
    credits::Credits,
    error::ProviderError,
    lookup::{Lookup, LookupKind},
    observable::HostName,
    record::Record,
    upstream::{HttpRequest, Request, Response},
};

/// How long the service is left alone that says "too often" and not how long.
const UNSTATED_WAIT: Duration = Duration::from_secs(30);

/// How crt.sh is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CrtShSettings {
    /// Where it is.
    pub base_url: Url,
    /// The rate of questions.
    pub rate: Rate,
}

impl CrtShSettings {
    /// The usual rate, at this place.
    #[must_use]
    pub const fn at(base_url: Url) -> Self {
        Self { base_url, rate: Rate { requests: 1, per: Duration::from_secs(2) } }
    }
}

/// Asks crt.sh.
#[derive(Debug)]
pub struct CrtSh {
    settings: CrtShSettings,
}

impl CrtSh {
    /// A provider with these settings.
    #[must_use]
    pub const fn new(settings: CrtShSettings) -> Self {
        Self { settings }
    }

    fn inquiry(&self, pattern: &str) -> Inquiry {
        let mut url = self.settings.base_url.clone();
        url.query_pairs_mut().append_pair("q", pattern).append_pair("output", "json").append_pair("deduplicate", "Y");
        Inquiry {
            request: HttpRequest::get(url).into(),
            service: "crt.sh".into(),
            rate: Some(self.settings.rate),
            one_at_a_time: true,
        }
    }
}

impl Provider for CrtSh {
    fn name(&self) -> &'static str {
        "crtsh"
    }

    fn source(&self) -> &str {
        "crt.sh"
    }

    fn lookups(&self) -> &'static [LookupKind] {
        &[LookupKind::Subdomains, LookupKind::IssuedCertificates]
    }

    fn offer(&self, lookup: &Lookup) -> Option<Offer> {
        matches!(lookup, Lookup::Subdomains { .. } | Lookup::IssuedCertificates { .. }).then_some(Offer {
            endpoint: "crt.sh",
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
        let below = |domain: &HostName| self.inquiry(&format!("%.{domain}"));
        let (domain, questions, wanted) = match lookup {
            Lookup::Subdomains { domain } => (domain, vec![below(domain)], Wanted::Names),
            Lookup::IssuedCertificates { domain } => {
                (domain, vec![self.inquiry(domain.as_str()), below(domain)], Wanted::Certificates)
            }
            _ => return Err(ProviderError::InvalidInput { reason: "crt.sh knows certificates only".to_owned() }),
        };
        Ok(Call::Converse(Box::new(Talk { domain: domain.clone(), questions, wanted })))
    }

    fn judge(&self, _request: &Request, response: &Response) -> Result<(), ProviderError> {
        let Response::Http(response) = response else { return Ok(()) };
        let status = response.status.as_u16();
        if status == 429 {
            return Err(ProviderError::RateLimited { wait: Some(stated_wait(response, UNSTATED_WAIT)) });
        }
        if !response.status.is_success() {
            let said = String::from_utf8_lossy(&response.body);
            return Err(ProviderError::upstream(Some(status), &said));
        }
        // An error page with a status of success.
        if response.body.trim_ascii_start().starts_with(b"<") {
            return Err(ProviderError::upstream(Some(status), "a web page where a list should be"));
        }
        Ok(())
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wanted {
    Names,
    Certificates,
}

/// Asks all questions at once, or rather lets them queue.
#[derive(Debug)]
struct Talk {
    domain: HostName,
    questions: Vec<Inquiry>,
    wanted: Wanted,
}

impl Conversation for Talk {
    fn go_on(&mut self, heard: Vec<Heard>) -> Result<Turn, ProviderError> {
        if heard.is_empty() {
            return Ok(Turn::Ask(std::mem::take(&mut self.questions)));
        }
        let (mut rows, mut failures) = (Rows::default(), Vec::new());
        for heard in &heard {
            match body(heard).and_then(|body| rows.read(body)) {
                Ok(()) => {}
                Err(error) => failures.push(error),
            }
        }
        let mut notes = Vec::new();
        if failures.len() == heard.len() {
            return Err(failures.swap_remove(0));
        }
        if let Some(failure) = failures.first() {
            notes.push(format!("crt.sh answered a part of the question only ({failure}): there may be more."));
        }
        if rows.left_out > 0 {
            let count = rows.left_out;
            notes.push(format!("{count} entries in certificates are no host names and were left out."));
        }
        let records: Vec<Record> = match self.wanted {
            Wanted::Certificates => {
                rows.certificates().into_iter().map(|found| Record::Certificate(Box::new(found))).collect()
            }
            Wanted::Names => {
                names_below(&rows.certificates(), &self.domain).into_iter().map(Record::Sighting).collect()
            }
        };
        let count = records.len() as u64;
        let total = if failures.is_empty() { Total::Exactly(count) } else { Total::AtLeast(count) };
        Ok(Turn::Done(Page { records, total: Some(total), notes, ..Page::default() }))
    }
}

fn body(heard: &Heard) -> Result<&[u8], ProviderError> {
    match &heard.outcome {
        Ok(response) => Ok(response.body()),
        Err(error) => Err(error.clone()),
    }
}
