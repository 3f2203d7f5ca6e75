//! Passive DNS in the Common Output Format, as CIRCL and compatible servers give it.
//!
//! One JSON object a line: who (`rrname`), what (`rrtype`, a word or a number), to where (`rdata`, a text or a list), from
//! when to when, seen by sensors or found in zones. A question is a name or an address, and the answer holds what the name
//! pointed to as well as what pointed to it, so one answer serves several pivots.
//!
//! Collected data is about the past: it is never taken for what the live DNS says.
//!
//! **Never active.** The service looks a name up in the live DNS unless it is told not to; each question tells it so.
//!
//! Pages have a cursor in a header of the answer; its absence is the end. Errors stand in a header beside an answer that
//! may be cut short, and the page says so.

mod rows;

use std::{net::IpAddr, time::Duration};

use base64::Engine as _;
use http::{HeaderName, HeaderValue, header::AUTHORIZATION};
use secrecy::{ExposeSecret, SecretString};
use url::Url;

use self::rows::Rows;
use super::{Call, Cursor, Exposure, Offer, Provider, Rate, Step, stated_wait};
use crate::{
    answer::{Page, Total},
    credits::Credits,
    error::ProviderError,
    lookup::{AddressFamily, Lookup, LookupKind, ReverseDnsTerm, ReverseDnsType},
    observable::HostName,
    upstream::{HttpRequest, HttpResponse, Secret},
};

/// How long the service is left alone that says "too often" and not how long.
const UNSTATED_WAIT: Duration = Duration::from_secs(60);

/// How many rows a page has.
const PAGE: &str = "1000";

/// How a server of passive DNS is asked.
#[derive(Debug, Clone)]
pub struct CirclSettings {
    /// Where it is, up to where the name is put: `https://www.circl.lu/pdns/query/`.
    pub base_url: Url,
    /// The user, where it wants one.
    pub user: Option<String>,
    /// The user's password.
    pub password: Option<SecretString>,
    /// The rate of questions.
    pub rate: Rate,
}

impl CirclSettings {
    /// The usual rate, at this place, without a user.
    #[must_use]
    pub const fn at(base_url: Url) -> Self {
        Self { base_url, user: None, password: None, rate: Rate::per_second(2) }
    }
}

/// Asks a server of passive DNS.
#[derive(Debug)]
pub struct Circl {
    settings: CirclSettings,
}

/// What of an answer is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Wanted {
    /// The addresses of a name.
    Addresses(HostName, Option<AddressFamily>),
    /// The names of an address.
    NamesOf(IpAddr),
    /// The names that have a record of this type which leads to a name.
    LeadingTo(HostName, &'static str),
}

impl Wanted {
    fn of(lookup: &Lookup) -> Option<Self> {
        Some(match lookup {
            Lookup::DnsHistory { host, family } => Self::Addresses(host.clone(), *family),
            Lookup::AddressHistory { address } | Lookup::ReverseIp { address } => Self::NamesOf(*address),
            Lookup::ReverseNs { name_server } => Self::LeadingTo(name_server.clone(), "NS"),
            Lookup::ReverseMx { mail_server } => Self::LeadingTo(mail_server.clone(), "MX"),
            Lookup::ReverseDns { record_type: ReverseDnsType::Cname, terms } => match terms.as_slice() {
                // Patterns are nothing that it could look for.
                [ReverseDnsTerm { on_name: false, exclude: false, text }] if !text.contains('*') => {
                    Self::LeadingTo(HostName::parse(text).ok()?, "CNAME")
                }
                _ => return None,
            },
            _ => return None,
        })
    }

    fn question(&self) -> String {
        match self {
            Self::Addresses(host, _) | Self::LeadingTo(host, _) => host.to_string(),
            Self::NamesOf(address) => address.to_string(),
        }
    }

    /// The type of record that is enough to be sent.
    fn filter(&self) -> Option<&'static str> {
        match self {
            Self::Addresses(_, Some(AddressFamily::V4)) => Some("A"),
            Self::Addresses(_, Some(AddressFamily::V6)) => Some("AAAA"),
            Self::Addresses(_, None) | Self::NamesOf(_) => None,
            Self::LeadingTo(_, record_type) => Some(record_type),
        }
    }
}

impl Circl {
    /// A provider with these settings.
    #[must_use]
    pub const fn new(settings: CirclSettings) -> Self {
        Self { settings }
    }

    fn request(&self, wanted: &Wanted, cursor: Option<&Cursor>) -> HttpRequest {
        let mut url = self.settings.base_url.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().push(&wanted.question());
        }
        let mut request = HttpRequest::get(url);
        let mut say = |name: &'static str, value: &str| {
            if let Ok(value) = HeaderValue::from_str(value) {
                request.headers.insert(HeaderName::from_static(name), value);
            }
        };
        say("dribble-disable-active-query", "1");
        say("dribble-paginate-count", PAGE);
        if let Some(record_type) = wanted.filter() {
            say("dribble-filter-rrtype", record_type);
        }
        if let Some(Cursor(cursor)) = cursor {
            say("dribble-paginate-cursor", cursor);
        }
        let (Some(user), Some(password)) = (&self.settings.user, &self.settings.password) else { return request };
        let pair = format!("{user}:{}", password.expose_secret());
        let pair = base64::engine::general_purpose::STANDARD.encode(pair);
        request.with_secret(Secret::Header(AUTHORIZATION, format!("Basic {pair}").into()))
    }
}

impl Provider for Circl {
    fn name(&self) -> &'static str {
        "circl"
    }

    fn source(&self) -> &str {
        "CIRCL Passive DNS"
    }

    fn lookups(&self) -> &'static [LookupKind] {
        &[
            LookupKind::DnsHistory,
            LookupKind::AddressHistory,
            LookupKind::ReverseIp,
            LookupKind::ReverseNs,
            LookupKind::ReverseMx,
            LookupKind::ReverseDns,
        ]
    }

    fn offer(&self, lookup: &Lookup) -> Option<Offer> {
        Wanted::of(lookup).map(|_| Offer {
            endpoint: "pdns",
            exposure: Exposure::ThirdParty,
            price: Credits::FREE,
            free_preview: false,
            rate: Some(self.settings.rate),
        })
    }

    fn call(&self, lookup: &Lookup, step: &Step) -> Result<Call, ProviderError> {
        let Some(wanted) = Wanted::of(lookup) else {
            let reason = "it looks for whole names and addresses, in DNS records only".to_owned();
            return Err(ProviderError::InvalidInput { reason });
        };
        Ok(match step {
            Step::Preview => Call::Known(Page::default()),
            Step::Page(cursor) => Call::Http(Box::new(self.request(&wanted, cursor.as_ref()))),
        })
    }

    fn read(&self, lookup: &Lookup, step: &Step, response: &HttpResponse) -> Result<Page, ProviderError> {
        let Some(wanted) = Wanted::of(lookup) else {
            return Err(ProviderError::malformed("an answer to what was not asked"));
        };
        let status = response.status.as_u16();
        match status {
            404 => return Ok(Page { total: Some(Total::Exactly(0)), ..Page::default() }),
            401 => return Err(ProviderError::BadKey),
            403 => return Err(ProviderError::PlanForbids),
            429 => return Err(ProviderError::RateLimited { wait: Some(stated_wait(response, UNSTATED_WAIT)) }),
            _ if !response.status.is_success() => {
                return Err(ProviderError::upstream(Some(status), &String::from_utf8_lossy(&response.body)));
            }
            _ => {}
        }
        if response.body.trim_ascii_start().starts_with(b"<") {
            return Err(ProviderError::malformed("a web page where rows should be"));
        }
        let header = |name: &str| response.headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim);
        let rows = Rows::read(&response.body);
        if rows.is_empty() && rows.left_out > 0 {
            return Err(ProviderError::malformed("no row can be read"));
        }
        let mut notes = Vec::new();
        if rows.left_out > 0 {
            notes.push(format!("{} rows of the answer cannot be read and were left out.", rows.left_out));
        }
        if header("x-dribble-errors").is_some_and(|errors| !["", "{}", "[]", "null"].contains(&errors)) {
            notes.push("The server had an error on the way: there may be more.".to_owned());
        }
        let next =
            header("x-dribble-cursor").filter(|cursor| !cursor.is_empty()).map(|cursor| Cursor(cursor.to_owned()));
        let records = match &wanted {
            Wanted::Addresses(host, family) => rows.addresses_of(host, *family),
            Wanted::NamesOf(address) => rows.names_of(*address),
            Wanted::LeadingTo(host, record_type) => rows.leading_to(host, record_type),
        };
        let count = records.len() as u64;
        let total = matches!(step, Step::Page(None)).then(|| match next {
            Some(_) => Total::AtLeast(count),
            None => Total::Exactly(count),
        });
        Ok(Page { records, next, total, notes, ..Page::default() })
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use http::{HeaderMap, StatusCode};

    use super::*;

    fn provider() -> Circl {
        let settings = CirclSettings::at("https://pdns.example/query/".parse().unwrap());
        Circl::new(CirclSettings { user: Some("desk".to_owned()), password: Some("sesame".into()), ..settings })
    }

    fn history() -> Lookup {
        Lookup::DnsHistory { host: HostName::parse("shop.example").unwrap(), family: None }
    }

    fn response(status: u16, body: &str, headers: &[(&'static str, &'static str)]) -> HttpResponse {
        let headers: HeaderMap = headers
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)))
            .collect();
        HttpResponse { status: StatusCode::from_u16(status).unwrap(), headers, body: Bytes::from(body.to_owned()) }
    }

    fn read(response: &HttpResponse) -> Result<Page, ProviderError> {
        provider().read(&history(), &Step::Page(None), response)
    }

    #[test]
    fn every_question_says_that_nothing_must_be_looked_up() {
        for step in [Step::Page(None), Step::Page(Some(Cursor("40".to_owned())))] {
            let Call::Http(request) = provider().call(&history(), &step).unwrap() else { panic!() };
            assert_eq!(request.headers["dribble-disable-active-query"], "1");
            assert_eq!(request.url.as_str(), "https://pdns.example/query/shop.example");
            assert!(!format!("{request:?} {:?} {:?}", request.headers, request.secret).contains("sesame"));
            let cursor = request.headers.get("dribble-paginate-cursor").map(|value| value.to_str().unwrap());
            assert_eq!(cursor, (step != Step::Page(None)).then_some("40"));
        }
    }

    #[test]
    fn a_cursor_is_a_further_page_and_errors_are_told() {
        let row = r#"{"rrname":"shop.example","rrtype":"A","rdata":"192.0.2.7","time_first":1577836800,"time_last":1609459200}"#;
        let page = read(&response(200, row, &[("x-dribble-cursor", "40")])).unwrap();
        assert_eq!((page.next, page.total), (Some(Cursor("40".to_owned())), Some(Total::AtLeast(1))));
        let page = read(&response(200, row, &[("x-dribble-errors", "{\"a\": 1}")])).unwrap();
        assert_eq!((page.next, page.total), (None, Some(Total::Exactly(1))));
        assert!(page.notes[0].contains("there may be more"), "{:?}", page.notes);
        let page = read(&response(200, "", &[])).unwrap();
        assert_eq!(page.total, Some(Total::Exactly(0)));
    }

    #[test]
    fn failures_are_told_apart() {
        let told = |status, body| read(&response(status, body, &[])).unwrap_err();
        assert!(matches!(told(401, ""), ProviderError::BadKey));
        assert!(matches!(told(403, ""), ProviderError::PlanForbids));
        assert!(matches!(told(429, ""), ProviderError::RateLimited { wait: Some(UNSTATED_WAIT) }));
        assert!(matches!(told(502, ""), ProviderError::Upstream { .. }));
        assert!(matches!(told(200, "<html>"), ProviderError::Malformed { .. }));
        assert!(matches!(told(200, "hello"), ProviderError::Malformed { .. }));
        assert!(read(&response(404, "", &[])).is_ok());
    }

    #[test]
    fn patterns_are_not_asked() {
        let reverse = |text: &str| Lookup::ReverseDns {
            record_type: ReverseDnsType::Cname,
            terms: vec![ReverseDnsTerm::value(text)],
        };
        assert!(provider().offer(&reverse("pages.host.example")).is_some());
        assert!(provider().offer(&reverse("*host.example")).is_none());
        assert!(provider().offer(&Lookup::Subdomains { domain: HostName::parse("a.example").unwrap() }).is_none());
    }
}
