//! HackerTarget: host names, neighbours at an address, and domains of a name server, as lines of text.
//!
//! Failures come with a status of success and in words, so a body is looked at for those first. A line counts only if it is
//! a host name, alone or with an address after a comma; whatever else stands there is left out and told.
//!
//! Without a key it answers some fifty questions a day for each address that asks, which is not announced beforehand: what
//! is used up is known by its words.

use std::time::Duration;

use secrecy::SecretString;
use url::Url;

use super::{Call, Exposure, Offer, Provider, Rate, Step, names::host, stated_wait};
use crate::{
    answer::{Page, Total},
    credits::Credits,
    error::ProviderError,
    lookup::{Lookup, LookupKind},
    record::{Record, Sighting},
    upstream::{HttpRequest, HttpResponse, Secret},
};

/// How long it is left alone when the day's questions are used up. When its day begins is not said.
const USED_UP_WAIT: Duration = Duration::from_secs(60 * 60);

/// How HackerTarget is asked.
#[derive(Debug, Clone)]
pub struct HackerTargetSettings {
    /// Where it is, `https://api.hackertarget.com/`.
    pub base_url: Url,
    /// The key, where there is one.
    pub key: Option<SecretString>,
    /// The rate of questions.
    pub rate: Rate,
}

impl HackerTargetSettings {
    /// Without a key, at this place.
    #[must_use]
    pub const fn at(base_url: Url) -> Self {
        Self { base_url, key: None, rate: Rate::per_second(2) }
    }
}

/// Asks HackerTarget.
#[derive(Debug)]
pub struct HackerTarget {
    settings: HackerTargetSettings,
}

impl HackerTarget {
    /// A provider with these settings.
    #[must_use]
    pub const fn new(settings: HackerTargetSettings) -> Self {
        Self { settings }
    }
}

/// The tool and the question for a lookup.
fn question(lookup: &Lookup) -> Option<(&'static str, String)> {
    Some(match lookup {
        Lookup::Subdomains { domain } => ("hostsearch", domain.to_string()),
        Lookup::ReverseIp { address } => ("reverseiplookup", address.to_string()),
        Lookup::ReverseNs { name_server } => ("findshareddns", name_server.to_string()),
        _ => return None,
    })
}

impl Provider for HackerTarget {
    fn name(&self) -> &'static str {
        "hackertarget"
    }

    fn source(&self) -> &str {
        "HackerTarget"
    }

    fn lookups(&self) -> &'static [LookupKind] {
        &[LookupKind::Subdomains, LookupKind::ReverseIp, LookupKind::ReverseNs]
    }

    fn offer(&self, lookup: &Lookup) -> Option<Offer> {
        question(lookup).map(|_| Offer {
            // All tools share one allowance.
            endpoint: "tools",
            exposure: Exposure::ThirdParty,
            price: Credits::FREE,
            free_preview: false,
            rate: Some(self.settings.rate),
        })
    }

    fn call(&self, lookup: &Lookup, step: &Step) -> Result<Call, ProviderError> {
        let Some((tool, question)) = question(lookup) else {
            return Err(ProviderError::InvalidInput { reason: "it has no tool for that".to_owned() });
        };
        if *step != Step::Page(None) {
            return Ok(Call::Known(Page::default()));
        }
        let mut url = self.settings.base_url.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().extend([tool, ""]);
        }
        url.query_pairs_mut().append_pair("q", &question);
        let request = HttpRequest::get(url);
        Ok(Call::Http(Box::new(match &self.settings.key {
            Some(key) => request.with_secret(Secret::Query("apikey", key.clone())),
            None => request,
        })))
    }

    fn read(&self, lookup: &Lookup, _step: &Step, response: &HttpResponse) -> Result<Page, ProviderError> {
        let text = String::from_utf8_lossy(&response.body);
        let said = text.trim().to_lowercase();
        if said.contains("api count exceeded") || response.status.as_u16() == 429 {
            return Err(match self.settings.key {
                Some(_) => ProviderError::NoCredits,
                None => ProviderError::RateLimited { wait: Some(stated_wait(response, USED_UP_WAIT)) },
            });
        }
        if !response.status.is_success() {
            return Err(ProviderError::upstream(Some(response.status.as_u16()), &text));
        }
        if said.starts_with("error") || said.starts_with("input is invalid") {
            return Err(if said.contains("key") {
                ProviderError::BadKey
            } else {
                ProviderError::InvalidInput { reason: "it does not accept the question".to_owned() }
            });
        }
        if said.starts_with('<') {
            return Err(ProviderError::malformed("a web page where lines should be"));
        }
        if said.is_empty() || said.starts_with("no ") {
            return Ok(Page { total: Some(Total::Exactly(0)), ..Page::default() });
        }
        let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
        let names: Vec<_> = lines.iter().filter_map(|line| host(line.split(',').next()?.trim())).collect();
        let left_out = lines.len() - names.len();
        if names.is_empty() {
            return Err(ProviderError::malformed("no line is a host name"));
        }
        let is_wanted = |name: &crate::observable::HostName| match lookup {
            Lookup::Subdomains { domain } => name != domain && name.is_within(domain),
            _ => true,
        };
        let mut records: Vec<Record> = Vec::new();
        for name in names.into_iter().filter(is_wanted) {
            let record = Record::Sighting(Sighting { name, first_seen: None, last_seen: None, registrar: None });
            if !records.contains(&record) {
                records.push(record);
            }
        }
        let notes =
            (left_out > 0).then(|| format!("{left_out} lines of the answer are no host names and were left out."));
        let total = Some(Total::Exactly(records.len() as u64));
        Ok(Page { records, total, notes: notes.into_iter().collect(), ..Page::default() })
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use http::{HeaderMap, StatusCode};

    use super::*;
    use crate::observable::HostName;

    fn provider(key: Option<&str>) -> HackerTarget {
        let settings = HackerTargetSettings::at("https://api.example/".parse().unwrap());
        HackerTarget::new(HackerTargetSettings { key: key.map(Into::into), ..settings })
    }

    fn names() -> Lookup {
        Lookup::Subdomains { domain: HostName::parse("shop.example").unwrap() }
    }

    fn read(key: Option<&str>, status: u16, body: &str) -> Result<Page, ProviderError> {
        let response = HttpResponse {
            status: StatusCode::from_u16(status).unwrap(),
            headers: HeaderMap::new(),
            body: Bytes::from(body.to_owned()),
        };
        provider(key).read(&names(), &Step::Page(None), &response)
    }

    #[test]
    fn lines_are_names_with_or_without_an_address() {
        let page = read(
            None,
            200,
            "www.shop.example,192.0.2.7\nshop.example,192.0.2.7\r\nWWW.shop.example\nother.example\nsee our offers!\n",
        )
        .unwrap();
        assert_eq!(page.total, Some(Total::Exactly(1)));
        assert_eq!(page.notes, ["1 lines of the answer are no host names and were left out."]);
        assert_eq!(read(None, 200, "No records found").unwrap().total, Some(Total::Exactly(0)));
        assert_eq!(read(None, 200, "").unwrap().total, Some(Total::Exactly(0)));
    }

    #[test]
    fn failures_are_words_in_an_answer() {
        let told = |key, status, body| read(key, status, body).unwrap_err();
        let used_up = "API count exceeded - Increase Quota with Membership";
        assert!(matches!(told(None, 200, used_up), ProviderError::RateLimited { wait: Some(USED_UP_WAIT) }));
        assert!(matches!(told(Some("k"), 200, used_up), ProviderError::NoCredits));
        assert!(matches!(told(None, 200, "error check your search parameter"), ProviderError::InvalidInput { .. }));
        assert!(matches!(told(Some("k"), 200, "error invalid key"), ProviderError::BadKey));
        assert!(matches!(told(None, 200, "<html>"), ProviderError::Malformed { .. }));
        assert!(matches!(told(None, 200, "see our offers!"), ProviderError::Malformed { .. }));
        assert!(matches!(told(None, 502, ""), ProviderError::Upstream { .. }));
    }

    #[test]
    fn the_key_is_no_part_of_the_address() {
        let Call::Http(request) = provider(Some("sesame")).call(&names(), &Step::Page(None)).unwrap() else { panic!() };
        assert_eq!(request.url.as_str(), "https://api.example/hostsearch/?q=shop.example");
        assert!(!format!("{request:?} {:?}", request.secret).contains("sesame"));
    }
}
