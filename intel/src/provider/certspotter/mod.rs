//! Cert Spotter: the certificates that public logs hold (RFC 9162), of those that have not run out.
//!
//! `[{"id": "7", "tbs_sha256", "cert_sha256", "dns_names": […], "not_before", "not_after", "revoked", "issuer": {…}}]`, a page
//! at a time, each after the last `id` of the one before; an empty list is the end. A certificate is logged twice, as a
//! promise and as what was issued; what was signed (`tbs`) is the same in both and tells them apart from others.
//!
//! Without a key it answers ten questions an hour about a whole domain; with one, more. What it answers about too many is
//! "wait", with how long.

use std::{collections::HashSet, time::Duration};

use base64::Engine as _;
use http::header::AUTHORIZATION;
use secrecy::{ExposeSecret, SecretString};
use url::Url;

use super::{
    Call, Cursor, Exposure, Offer, Provider, Rate, Step,
    lenient::{self, Node},
    names::{certified, names_below},
    stated_wait,
};
use crate::{
    answer::{Page, Total},
    credits::Credits,
    error::ProviderError,
    lookup::{Lookup, LookupKind},
    observable::HostName,
    record::{Certificate, Record},
    upstream::{HttpRequest, HttpResponse, Secret},
};

/// How long the service is left alone that says "too often" and not how long.
const UNSTATED_WAIT: Duration = Duration::from_secs(6 * 60);

/// How Cert Spotter is asked.
#[derive(Debug, Clone)]
pub struct CertSpotterSettings {
    /// Where it is, `https://api.certspotter.com/`.
    pub base_url: Url,
    /// The key, where there is one.
    pub key: Option<SecretString>,
    /// The rate of questions about whole domains.
    pub rate: Rate,
}

impl CertSpotterSettings {
    /// Without a key, at this place.
    #[must_use]
    pub const fn at(base_url: Url) -> Self {
        Self { base_url, key: None, rate: Rate { requests: 10, per: Duration::from_secs(60 * 60) } }
    }
}

/// Asks Cert Spotter.
#[derive(Debug)]
pub struct CertSpotter {
    settings: CertSpotterSettings,
}

impl CertSpotter {
    /// A provider with these settings.
    #[must_use]
    pub const fn new(settings: CertSpotterSettings) -> Self {
        Self { settings }
    }

    fn request(&self, domain: &HostName, after: Option<&Cursor>) -> HttpRequest {
        let mut url = self.settings.base_url.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().extend(["v1", "issuances"]);
        }
        url.query_pairs_mut()
            .append_pair("domain", domain.as_str())
            .append_pair("include_subdomains", "true")
            .append_pair("expand", "dns_names")
            .append_pair("expand", "issuer");
        if let Some(Cursor(after)) = after {
            url.query_pairs_mut().append_pair("after", after);
        }
        let request = HttpRequest::get(url);
        match &self.settings.key {
            Some(key) => {
                // The key is the user of a basic authentication without a password (RFC 7617).
                let pair = base64::engine::general_purpose::STANDARD.encode(format!("{}:", key.expose_secret()));
                request.with_secret(Secret::Header(AUTHORIZATION, format!("Basic {pair}").into()))
            }
            None => request,
        }
    }
}

fn domain(lookup: &Lookup) -> Option<&HostName> {
    match lookup {
        Lookup::Subdomains { domain } | Lookup::IssuedCertificates { domain } => Some(domain),
        _ => None,
    }
}

impl Provider for CertSpotter {
    fn name(&self) -> &'static str {
        "certspotter"
    }

    fn source(&self) -> &str {
        "Cert Spotter"
    }

    fn lookups(&self) -> &'static [LookupKind] {
        &[LookupKind::Subdomains, LookupKind::IssuedCertificates]
    }

    fn offer(&self, lookup: &Lookup) -> Option<Offer> {
        domain(lookup).map(|_| Offer {
            endpoint: "issuances",
            exposure: Exposure::ThirdParty,
            price: Credits::FREE,
            free_preview: false,
            rate: Some(self.settings.rate),
        })
    }

    fn call(&self, lookup: &Lookup, step: &Step) -> Result<Call, ProviderError> {
        let Some(domain) = domain(lookup) else {
            return Err(ProviderError::InvalidInput { reason: "Cert Spotter knows certificates only".to_owned() });
        };
        Ok(match step {
            Step::Preview => Call::Known(Page::default()),
            Step::Page(after) => Call::Http(Box::new(self.request(domain, after.as_ref()))),
        })
    }

    fn read(&self, lookup: &Lookup, step: &Step, response: &HttpResponse) -> Result<Page, ProviderError> {
        let status = response.status.as_u16();
        match status {
            429 => return Err(ProviderError::RateLimited { wait: Some(stated_wait(response, UNSTATED_WAIT)) }),
            401 | 403 if self.settings.key.is_some() => return Err(ProviderError::BadKey),
            _ if !response.status.is_success() => {
                return Err(ProviderError::upstream(Some(status), &String::from_utf8_lossy(&response.body)));
            }
            _ => {}
        }
        let value = lenient::parse(&response.body).map_err(|error| ProviderError::malformed(error.to_string()))?;
        let Some(rows) = Node::new(&value).rows() else {
            return Err(ProviderError::malformed("something else than a list of certificates"));
        };
        let (certificates, left_out) = certificates(rows.iter().map(Node::new));
        let last = rows.last().and_then(|row| Node::new(row).get("id").text());
        let mut notes = Vec::new();
        if matches!(step, Step::Page(None)) {
            notes.push("Cert Spotter lists certificates that have not run out.".to_owned());
        }
        if left_out > 0 {
            notes.push(format!("{left_out} entries in certificates are no host names and were left out."));
        }
        let records: Vec<Record> = match lookup {
            Lookup::Subdomains { domain } => {
                names_below(&certificates, domain).into_iter().map(Record::Sighting).collect()
            }
            _ => certificates.into_iter().map(|found| Record::Certificate(Box::new(found))).collect(),
        };
        let total = matches!(step, Step::Page(None)).then(|| match last {
            Some(_) => Total::AtLeast(records.len() as u64),
            None => Total::Exactly(0),
        });
        Ok(Page { records, next: last.map(Cursor), total, notes, ..Page::default() })
    }
}

/// The certificates of rows, each once, and how many entries in them are no host names.
fn certificates<'a>(rows: impl Iterator<Item = Node<'a>>) -> (Vec<Certificate>, usize) {
    let (mut found, mut seen, mut left_out) = (Vec::new(), HashSet::new(), 0);
    for row in rows {
        if let Some(signed) = row.get("tbs_sha256").text()
            && !seen.insert(signed)
        {
            continue;
        }
        let mut names = Vec::new();
        for text in row.get("dns_names").items().filter_map(Node::text) {
            match certified(&text) {
                Some(name) if names.contains(&name) => {}
                Some(name) => names.push(name),
                None => left_out += 1,
            }
        }
        let issuer = row.get("issuer");
        found.push(Certificate {
            subject: names.first().cloned(),
            issuer: issuer.first(&["friendly_name", "name"]).text().or_else(|| issuer.text()),
            not_before: row.get("not_before").moment(),
            not_after: row.get("not_after").moment(),
            fingerprint: row.get("cert_sha256").text().map(|digest| digest.to_ascii_lowercase()),
            names,
            end_entity: true,
            ..Certificate::default()
        });
    }
    (found, left_out)
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use http::{HeaderMap, StatusCode};
    use serde_json::{Value, json};

    use super::*;

    fn provider(key: Option<&str>) -> CertSpotter {
        let settings = CertSpotterSettings::at("https://api.example/".parse().unwrap());
        CertSpotter::new(CertSpotterSettings { key: key.map(Into::into), ..settings })
    }

    fn lookup(is_names: bool) -> Lookup {
        let domain = HostName::parse("shop.example").unwrap();
        if is_names { Lookup::Subdomains { domain } } else { Lookup::IssuedCertificates { domain } }
    }

    fn read(lookup: &Lookup, step: &Step, status: u16, body: &Value) -> Result<Page, ProviderError> {
        let response = HttpResponse {
            status: StatusCode::from_u16(status).unwrap(),
            headers: HeaderMap::new(),
            body: Bytes::from(body.to_string()),
        };
        provider(Some("k")).read(lookup, step, &response)
    }

    fn rows() -> Value {
        let row = |id: Value, tbs: &str, names: Value| {
            json!({"id": id, "tbs_sha256": tbs, "cert_sha256": "AB01", "dns_names": names,
                   "not_before": "2026-01-02T00:00:00Z", "not_after": "2026-04-02T00:00:00-00:00",
                   "issuer": {"friendly_name": "Letters", "name": "C=ZZ, O=Letters"}})
        };
        json!([
            row(json!("5"), "t1", json!(["shop.example", "*.Pages.shop.example", "owner@shop.example"])),
            row(json!(6), "t1", json!(["shop.example"])),
            row(json!(7), "t2", json!("www.shop.example")),
            {"id": "8", "dns_names": null}, "garbage"
        ])
    }

    #[test]
    fn pages_follow_the_last_id_until_one_is_empty() {
        let first = read(&lookup(false), &Step::Page(None), 200, &rows()).unwrap();
        // The last row is none and has no id.
        assert_eq!(first.next, None);
        let mut listed = rows();
        listed.as_array_mut().unwrap().pop();
        let first = read(&lookup(false), &Step::Page(None), 200, &listed).unwrap();
        assert_eq!((first.records.len(), first.next.clone()), (3, Some(Cursor("8".to_owned()))));
        assert_eq!(first.total, Some(Total::AtLeast(3)));
        let Call::Http(request) = provider(None).call(&lookup(false), &Step::Page(first.next)).unwrap() else {
            panic!()
        };
        assert!(request.url.as_str().ends_with("&after=8"), "{}", request.url);
        let last = read(&lookup(false), &Step::Page(Some(Cursor("8".to_owned()))), 200, &json!([])).unwrap();
        assert_eq!((last.records.len(), last.next, last.total), (0, None, None));
        let nothing = read(&lookup(false), &Step::Page(None), 200, &json!([])).unwrap();
        assert_eq!(nothing.total, Some(Total::Exactly(0)));
    }

    #[test]
    fn names_are_those_below_the_domain() {
        let page = read(&lookup(true), &Step::Page(None), 200, &rows()).unwrap();
        let names: Vec<String> = page
            .records
            .iter()
            .map(|record| match record {
                Record::Sighting(sighting) => sighting.name.to_string(),
                other => panic!("{other:?}"),
            })
            .collect();
        assert_eq!(names, ["pages.shop.example", "www.shop.example"]);
        assert!(page.notes.iter().any(|note| note.starts_with("1 entries")), "{:?}", page.notes);
    }

    #[test]
    fn failures_are_told_apart_and_the_key_stays_out_of_the_address() {
        let told = |status, body| read(&lookup(true), &Step::Page(None), status, &body).unwrap_err();
        assert!(matches!(told(429, json!({})), ProviderError::RateLimited { wait: Some(UNSTATED_WAIT) }));
        assert!(matches!(told(403, json!({})), ProviderError::BadKey));
        assert!(matches!(told(500, json!({})), ProviderError::Upstream { .. }));
        assert!(matches!(told(200, json!({"code": "x"})), ProviderError::Malformed { .. }));
        let Call::Http(request) = provider(Some("sesame")).call(&lookup(true), &Step::Page(None)).unwrap() else {
            panic!()
        };
        assert!(!format!("{request:?} {:?}", request.secret).contains("sesame"));
        assert_eq!(
            request.url.as_str(),
            "https://api.example/v1/issuances?domain=shop.example&include_subdomains=true&expand=dns_names&expand=issuer"
        );
    }
}
