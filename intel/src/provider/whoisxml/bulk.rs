//! Bulk WHOIS API: the current records of many domains and addresses as one job.
//!
//! A list is handed in, the vendor works on it, and the records are fetched when it is done. A domain costs what it
//! costs alone. What has to be watched is the rate: five requests a second, and whoever is faster is shut out for thirty
//! seconds, together with every address that is used meanwhile. So requests are spaced evenly instead of being let
//! through five at once, and after a refusal nothing is sent for a little longer than the vendor shuts people out.
//!
//! Being shut out may come as a 429 or as a 403, which everywhere else is about the key or the credits. A 403 is about
//! these only where its words say so and a job is handed in: whoever asks after a job has had both accepted before.
//!
//! How far a job is comes with the records, so the question for it asks for one record only, as the vendor advises.
//! Records carry the name they were asked by, in any case; names that the vendor does not take come back as a list of
//! their own. What a row without a record means is in its `whoisRecordStatus`: 0 done, 1 and 2 incomplete or missing, 3
//! still being fetched.

use std::{collections::HashMap, net::IpAddr, time::Duration};

use serde_json::{Value, json};
use url::Url;

use super::{Service, WhoisXml, failure, failure::Failure, key::Key, rows, values, whois};
use crate::{
    answer::Page,
    error::ProviderError,
    lookup::{Lookup, WhoisSubject},
    provider::{Batch, BatchReading, BatchStep, BatchTerms, Offer, Provider, Rate, lenient::Node},
    upstream::{HttpRequest, HttpResponse},
};

/// How long nothing is sent after a refusal: a second longer than the vendor shuts people out.
const SHUT_OUT: Duration = Duration::from_secs(31);

/// The statuses of rows without a record.
const WITHOUT_RECORD: [i64; 2] = [1, 2];
const IN_PROGRESS: i64 = 3;

impl Batch for WhoisXml {
    fn terms(&self, lookup: &Lookup) -> Option<BatchTerms> {
        let bulk = &self.settings.bulk;
        subject(lookup).filter(|_| bulk.enabled)?;
        let alone = self.offer(lookup)?;
        let rates = &self.settings.rates;
        let even = Duration::from_secs(1) / rates.bulk_whois.max(1);
        let expected = usize::try_from(bulk.expected_seconds).unwrap_or(usize::MAX);
        let one_by_one = usize::try_from(rates.whois.max(1)).unwrap_or(usize::MAX);
        Some(BatchTerms {
            offer: Offer {
                endpoint: Service::BulkWhois.endpoint(),
                price: self.settings.prices.bulk_whois,
                rate: Some(Rate { requests: 1, per: even }),
                ..alone
            },
            window: Duration::from_millis(bulk.window_milliseconds),
            longest_window: Duration::from_millis(bulk.longest_window_milliseconds),
            worth_above: expected.saturating_mul(one_by_one),
            largest: bulk.largest_job,
            shortest_poll: Duration::from_millis(bulk.shortest_poll_milliseconds),
            longest_poll: Duration::from_millis(bulk.longest_poll_milliseconds),
            job_time: Duration::from_secs(bulk.job_seconds),
        })
    }

    fn call(&self, lookups: &[Lookup], step: &BatchStep) -> Result<HttpRequest, ProviderError> {
        self.key.check()?;
        let base = &self.settings.base_urls.bulk_whois;
        Ok(match step {
            BatchStep::Submit => {
                let names: Vec<String> = lookups.iter().filter_map(subject).collect();
                request(base, "bulkWhois", &self.key, json!({ "domains": names }))
            }
            BatchStep::Poll { job } => records(base, &self.key, job, 0, 1),
            BatchStep::Fetch { job, from } => {
                records(base, &self.key, job, *from, self.settings.bulk.records_per_request.max(1))
            }
        })
    }

    fn read(
        &self,
        lookups: &[Lookup],
        step: &BatchStep,
        response: &HttpResponse,
    ) -> Result<BatchReading, ProviderError> {
        let body = failure::answer(response, &self.key).map_err(|failure| refused(failure, step))?;
        let body = Node::new(&body);
        match step {
            BatchStep::Submit => submitted(lookups, body),
            BatchStep::Poll { .. } => progress(lookups, body),
            BatchStep::Fetch { .. } => answers(lookups, body),
        }
    }
}

/// What a lookup is about, where it can be a part of a job: the service takes domains and addresses.
fn subject(lookup: &Lookup) -> Option<String> {
    match lookup {
        Lookup::WhoisCurrent { subject: WhoisSubject::Domain(domain) } => Some(domain.to_string()),
        Lookup::WhoisCurrent { subject: WhoisSubject::Address(address) } => Some(address.to_string()),
        _ => None,
    }
}

fn request(base: &Url, path: &str, key: &Key, mut body: Value) -> HttpRequest {
    let mut url = base.clone();
    let folder = base.path().trim_end_matches('/');
    url.set_path(&format!("{folder}/{path}"));
    if let Some(fields) = body.as_object_mut() {
        fields.insert("outputFormat".to_owned(), json!("JSON"));
    }
    HttpRequest::post_json(url, &body).with_secret(key.in_body())
}

/// The vendor counts records from 1.
fn records(base: &Url, key: &Key, job: &str, from: u64, most: usize) -> HttpRequest {
    let body = json!({ "requestId": job, "startIndex": from.saturating_add(1), "maxRecords": most });
    request(base, "getRecords", key, body)
}

/// What a failure is here. Whoever sends too many requests is shut out for a while, and so may be whoever is forbidden
/// to go on.
fn refused(failure: Failure, step: &BatchStep) -> ProviderError {
    let of_the_account = *step == BatchStep::Submit && failure.is_about_the_account();
    let is_shut_out = failure.status() == Some(403) && !of_the_account;
    match ProviderError::from(failure) {
        ProviderError::RateLimited { wait } => {
            ProviderError::RateLimited { wait: Some(wait.map_or(SHUT_OUT, |wait| wait.max(SHUT_OUT))) }
        }
        ProviderError::AccessRefused | ProviderError::Upstream { .. } if is_shut_out => {
            ProviderError::RateLimited { wait: Some(SHUT_OUT) }
        }
        other => other,
    }
}

fn submitted(lookups: &[Lookup], body: Node<'_>) -> Result<BatchReading, ProviderError> {
    let job = body.get("requestId").text().ok_or_else(|| ProviderError::malformed("a job without requestId"))?;
    let positions = positions(lookups);
    let refused = body.get("invalidDomains").items().filter_map(Node::text);
    let refused = refused.filter_map(|name| positions.get(&folded(&name)).copied()).collect();
    Ok(BatchReading::Submitted { job, refused })
}

fn progress(lookups: &[Lookup], body: Node<'_>) -> Result<BatchReading, ProviderError> {
    let count = |name: &str| body.get(name).count();
    let (total, done, left) = (count("totalRecords"), count("recordsProcessed"), count("recordsLeft"));
    let (done, total) = match (total, done, left) {
        // What is left decides; the other two counts are for people.
        (_, done, Some(0)) => {
            let all = total.or(done).unwrap_or(lookups.len() as u64);
            (all, all)
        }
        (total, done, Some(left)) => {
            let total = total.unwrap_or_else(|| done.unwrap_or_default().saturating_add(left)).max(left);
            (total - left, total)
        }
        // Nothing of nothing: the job has not begun.
        (Some(0), Some(0), None) => (0, lookups.len() as u64),
        (Some(total), Some(done), None) => (done.min(total), total),
        _ => return Err(ProviderError::malformed("neither recordsLeft nor recordsProcessed nor an error")),
    };
    Ok(BatchReading::Progress { done, total })
}

fn answers(lookups: &[Lookup], body: Node<'_>) -> Result<BatchReading, ProviderError> {
    let positions = positions(lookups);
    let rows = match values::table(body.get("whoisRecords")) {
        Some(rows) => rows,
        None if body.get("noDataAvailable").boolean() == Some(true) => Vec::new(),
        None => return Err(ProviderError::malformed("neither whoisRecords nor an error")),
    };
    let pages = rows.iter().filter_map(|row| {
        let name = row.get("domainName").text().or_else(|| row.get("whoisRecord").get("domainName").text())?;
        let name = folded(&name);
        Some((*positions.get(&name)?, page(*row, &name)))
    });
    Ok(BatchReading::Answers { pages: pages.collect(), rows: rows.len() as u64 })
}

fn page(row: Node<'_>, asked: &str) -> Result<Page, ProviderError> {
    let record = row.get("whoisRecord");
    let note = match row.get("whoisRecordStatus").integer() {
        _ if !record.is_blank() => return whois::page(record, asked),
        Some(IN_PROGRESS) => "The source had not finished this record.",
        Some(status) if WITHOUT_RECORD.contains(&status) => "The source marks this record as incomplete or missing.",
        _ => return whois::page(record, asked),
    };
    Ok(Page { notes: vec![note.to_owned()], ..Page::default() })
}

/// Lookups by what they are about, whose texts are folded already.
fn positions(lookups: &[Lookup]) -> HashMap<String, usize> {
    lookups.iter().enumerate().filter_map(|(position, lookup)| Some((subject(lookup)?, position))).collect()
}

/// Names come back in any case, as U-labels, with a trailing dot, and addresses in any of their spellings.
fn folded(name: &str) -> String {
    let name = name.trim();
    if let Ok(address) = name.parse::<IpAddr>() {
        return address.to_string();
    }
    rows::host(name).map_or_else(|| name.to_lowercase(), |host| host.to_string())
}
