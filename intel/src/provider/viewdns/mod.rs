//! ViewDNS: neighbours at an address, domains of name and mail servers, reverse WHOIS and the addresses of a name over
//! time.
//!
//! `{"query": {…}, "response": {"domains": [{"name": "a.example", "last_resolved": "2024-01-02"}]}}`; counts are texts. A page
//! is followed by another one while it is full, and how many there are in all is not always said. Failures come with a
//! status of success: as a bare text about the limit, or as `response.error`.
//!
//! A key is needed. What a question costs is a matter of the account's plan and not counted here.

use std::time::Duration;

use secrecy::SecretString;
use serde_json::Value;
use url::Url;

use super::{
    Call, Cursor, Exposure, Offer, Provider, Rate, Step,
    lenient::{self, Node},
    names::host,
    stated_wait,
};
use crate::{
    answer::{Page, Total},
    credits::Credits,
    error::ProviderError,
    lookup::{AddressFamily, Lookup, LookupKind, ReverseWhoisTerm, Scope, WhoisDates},
    record::{DnsData, DnsRecord, Record, Sighting},
    upstream::{HttpRequest, HttpResponse, Secret},
};

/// How long the service is left alone that says "too often" and not how long.
const UNSTATED_WAIT: Duration = Duration::from_secs(60);

/// The most pages of one question.
const MOST_PAGES: u64 = 100;

/// How ViewDNS is asked.
#[derive(Debug, Clone)]
pub struct ViewDnsSettings {
    /// Where it is, `https://api.viewdns.info/`.
    pub base_url: Url,
    /// The key.
    pub key: SecretString,
    /// The rate of questions.
    pub rate: Rate,
}

/// Asks ViewDNS.
#[derive(Debug)]
pub struct ViewDns {
    settings: ViewDnsSettings,
}

/// A service with its question.
struct Service {
    name: &'static str,
    parameter: &'static str,
    question: String,
    /// The list in the answer.
    list: &'static str,
    /// How many rows a full page has; `None` where there is one page only.
    page: Option<u64>,
}

impl Service {
    fn of(lookup: &Lookup) -> Option<Self> {
        let domains =
            |name, parameter, question| Self { name, parameter, question, list: "domains", page: Some(10_000) };
        Some(match lookup {
            Lookup::ReverseIp { address } => domains("reverseip", "host", address.to_string()),
            Lookup::ReverseNs { name_server } => domains("reversens", "ns", name_server.to_string()),
            Lookup::ReverseMx { mail_server } => domains("reversemx", "mx", mail_server.to_string()),
            Lookup::ReverseWhois { term, scope: Scope::Current, dates } if *dates == WhoisDates::default() => Self {
                name: "reversewhois",
                parameter: "q",
                question: match term {
                    ReverseWhoisTerm::Email(email) => email.folded(),
                    ReverseWhoisTerm::Person(name) => name.as_str().to_owned(),
                    ReverseWhoisTerm::Organization(name) => name.as_str().to_owned(),
                    // It documents names and mailboxes only.
                    _ => return None,
                },
                list: "matches",
                page: Some(1_000),
            },
            Lookup::DnsHistory { host, family: None | Some(AddressFamily::V4) } => {
                Self { name: "iphistory", parameter: "domain", question: host.to_string(), list: "records", page: None }
            }
            _ => return None,
        })
    }
}

impl ViewDns {
    /// A provider with these settings.
    #[must_use]
    pub const fn new(settings: ViewDnsSettings) -> Self {
        Self { settings }
    }
}

impl Provider for ViewDns {
    fn name(&self) -> &'static str {
        "viewdns"
    }

    fn source(&self) -> &str {
        "ViewDNS"
    }

    fn lookups(&self) -> &'static [LookupKind] {
        &[
            LookupKind::ReverseIp,
            LookupKind::ReverseNs,
            LookupKind::ReverseMx,
            LookupKind::ReverseWhois,
            LookupKind::DnsHistory,
        ]
    }

    fn offer(&self, lookup: &Lookup) -> Option<Offer> {
        Service::of(lookup).map(|service| Offer {
            endpoint: service.name,
            exposure: Exposure::ThirdParty,
            price: Credits::FREE,
            free_preview: false,
            rate: Some(self.settings.rate),
        })
    }

    fn call(&self, lookup: &Lookup, step: &Step) -> Result<Call, ProviderError> {
        let Some(service) = Service::of(lookup) else {
            return Err(ProviderError::InvalidInput { reason: "it has no service for that".to_owned() });
        };
        let Step::Page(cursor) = step else { return Ok(Call::Known(Page::default())) };
        let mut url = self.settings.base_url.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().extend([service.name, ""]);
        }
        url.query_pairs_mut().append_pair(service.parameter, &service.question).append_pair("output", "json");
        if service.page.is_some() {
            url.query_pairs_mut().append_pair("page", &number(cursor.as_ref()).to_string());
        }
        let key = Secret::Query("apikey", self.settings.key.clone());
        Ok(Call::Http(Box::new(HttpRequest::get(url).with_secret(key))))
    }

    fn read(&self, lookup: &Lookup, step: &Step, response: &HttpResponse) -> Result<Page, ProviderError> {
        let (Some(service), Step::Page(cursor)) = (Service::of(lookup), step) else {
            return Err(ProviderError::malformed("an answer to what was not asked"));
        };
        let value = value(response)?;
        let said = Node::new(&value).get("response");
        if let Some(error) = said.first(&["error", "message"]).text() {
            return if means_nothing(&error) { Ok(nothing()) } else { Err(failure(&error)) };
        }
        let Some(rows) = said.get(service.list).rows() else {
            return if said.is_object() { Ok(nothing()) } else { Err(ProviderError::malformed("no answer in it")) };
        };
        let records: Vec<Record> = rows.iter().filter_map(|row| record(lookup, Node::new(row))).collect();
        let left_out = rows.len() - records.len();
        let notes = (left_out > 0).then(|| format!("{left_out} rows of the answer cannot be read and were left out."));
        let page = number(cursor.as_ref());
        let stated_pages = said.first(&["total_pages", "pages"]).count();
        let goes_on = service.page.is_some_and(|full| rows.len() as u64 >= full)
            || stated_pages.is_some_and(|pages| pages > page && !rows.is_empty());
        let next = (goes_on && page < MOST_PAGES).then(|| Cursor((page + 1).to_string()));
        let stated = said.first(&["domain_count", "result_count", "record_count"]).count();
        let sent = rows.len() as u64;
        let total = cursor.is_none().then(|| match (stated, next.is_some()) {
            (Some(count), _) if count >= sent => Total::Exactly(count),
            (_, true) => Total::AtLeast(sent),
            (_, false) => Total::Exactly(sent),
        });
        Ok(Page { records, next, total, notes: notes.into_iter().collect(), ..Page::default() })
    }
}

/// The number of a page.
fn number(cursor: Option<&Cursor>) -> u64 {
    cursor.and_then(|Cursor(number)| number.parse().ok()).unwrap_or(1)
}

fn nothing() -> Page {
    Page { total: Some(Total::Exactly(0)), ..Page::default() }
}

fn value(response: &HttpResponse) -> Result<Value, ProviderError> {
    let status = response.status.as_u16();
    let text = String::from_utf8_lossy(&response.body);
    match status {
        429 => return Err(ProviderError::RateLimited { wait: Some(stated_wait(response, UNSTATED_WAIT)) }),
        401 | 403 => return Err(ProviderError::BadKey),
        _ if !response.status.is_success() => return Err(ProviderError::upstream(Some(status), &text)),
        _ => {}
    }
    // A text of its own where JSON was asked for.
    if !text.trim_start().starts_with(['{', '[', '\u{feff}']) && text.len() < 1000 {
        return Err(failure(&text));
    }
    lenient::parse(&response.body).map_err(|error| ProviderError::malformed(error.to_string()))
}

/// What an error in words means.
fn failure(said: &str) -> ProviderError {
    let said = said.to_lowercase();
    if said.contains("limit") || said.contains("credit") {
        ProviderError::NoCredits
    } else if said.contains("key") {
        ProviderError::BadKey
    } else if said.contains("invalid") || said.contains("not a valid") {
        ProviderError::InvalidInput { reason: "it does not accept the question".to_owned() }
    } else {
        ProviderError::upstream(None, &said)
    }
}

fn means_nothing(said: &str) -> bool {
    let said = said.to_lowercase();
    ["no results", "no domains", "no records", "not found", "no data"].iter().any(|words| said.contains(words))
}

fn record(lookup: &Lookup, row: Node<'_>) -> Option<Record> {
    if let Lookup::DnsHistory { host, .. } = lookup {
        let address = row.first(&["ip", "address"]).text()?.parse().ok()?;
        return Some(Record::Dns(DnsRecord {
            owner: host.clone(),
            data: DnsData::Address(address),
            ttl: None,
            first_seen: None,
            last_seen: row.first(&["lastseen", "last_seen"]).moment(),
            security: None,
        }));
    }
    let name = row.text().or_else(|| row.first(&["name", "domain"]).text())?;
    Some(Record::Sighting(Sighting {
        name: host(&name)?,
        first_seen: row.first(&["first_seen", "firstseen"]).moment(),
        last_seen: row.first(&["last_resolved", "last_seen", "lastseen"]).moment(),
        registrar: row.get("registrar").text(),
    }))
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use http::{HeaderMap, StatusCode};
    use serde_json::json;

    use super::*;
    use crate::observable::{EmailAddress, HostName};

    fn provider() -> ViewDns {
        ViewDns::new(ViewDnsSettings {
            base_url: "https://api.example/".parse().unwrap(),
            key: "sesame".into(),
            rate: Rate::per_second(1),
        })
    }

    fn neighbours() -> Lookup {
        Lookup::ReverseIp { address: "192.0.2.7".parse().unwrap() }
    }

    fn read(lookup: &Lookup, cursor: Option<&str>, body: &str) -> Result<Page, ProviderError> {
        let response =
            HttpResponse { status: StatusCode::OK, headers: HeaderMap::new(), body: Bytes::from(body.to_owned()) };
        provider().read(lookup, &Step::Page(cursor.map(|cursor| Cursor(cursor.to_owned()))), &response)
    }

    #[test]
    fn rows_are_read_and_a_full_page_is_followed_by_another() {
        let body = json!({"query": {"tool": "x"}, "response": {"domain_count": "2", "domains": [
            {"name": "a.example", "last_resolved": "2024-01-02"}, "b.example"]}});
        let page = read(&neighbours(), None, &body.to_string()).unwrap();
        assert_eq!((page.records.len(), page.next, page.total), (2, None, Some(Total::Exactly(2))));
        let names: Vec<Value> = (0..1000).map(|number| json!({"domain": format!("d{number}.example")})).collect();
        let email = ReverseWhoisTerm::Email(EmailAddress::parse("a@b.example").unwrap());
        let full = json!({"response": {"matches": names}}).to_string();
        let lookup = Lookup::reverse_whois(email, Scope::Current);
        let page = read(&lookup, Some("3"), &full).unwrap();
        assert_eq!((page.next, page.total), (Some(Cursor("4".to_owned())), None));
        assert_eq!(read(&lookup, Some("100"), &full).unwrap().next, None, "somewhere it ends");
        let history = Lookup::DnsHistory { host: HostName::parse("a.example").unwrap(), family: None };
        let body = json!({"response": {"records": [{"ip": "192.0.2.9", "lastseen": "2024-01-02"}, {"ip": "x"}]}});
        let page = read(&history, None, &body.to_string()).unwrap();
        assert_eq!((page.records.len(), page.notes.len()), (1, 1));
    }

    #[test]
    fn failures_are_words_in_an_answer() {
        let told = |body: &str| read(&neighbours(), None, body).unwrap_err();
        assert!(matches!(told("Query limit reached for the supplied API key."), ProviderError::NoCredits));
        assert!(matches!(told(r#"{"response": {"error": "Invalid API key"}}"#), ProviderError::BadKey));
        assert!(matches!(told(r#"{"response": {"error": "invalid host"}}"#), ProviderError::InvalidInput { .. }));
        assert!(matches!(told(r#"{"response": 7}"#), ProviderError::Malformed { .. }));
        assert!(matches!(told("{"), ProviderError::Malformed { .. }));
        assert!(matches!(told("<html>busy</html>"), ProviderError::Upstream { .. }));
        let nothing = read(&neighbours(), None, r#"{"response": {"error": "No results found"}}"#).unwrap();
        assert_eq!(nothing.total, Some(Total::Exactly(0)));
    }

    #[test]
    fn the_key_is_no_part_of_the_address() {
        let Call::Http(request) = provider().call(&neighbours(), &Step::Page(None)).unwrap() else { panic!() };
        assert_eq!(request.url.as_str(), "https://api.example/reverseip/?host=192.0.2.7&output=json&page=1");
        assert!(!format!("{request:?} {:?}", request.secret).contains("sesame"));
    }
}
