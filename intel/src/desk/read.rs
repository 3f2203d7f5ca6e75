//! Rule: what came back is understood by the provider and by nobody else.
//!
//! The innermost layer: the transport sends, the provider reads. A purchase is given the transport's full time even when
//! the asker has less, since breaking it off would leave its outcome unknown.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use bytes::Bytes;

use super::{
    exchange::{Exchange, Purpose, Reading, Trade},
    measure,
    transport::Transport,
    witness::Witness,
};
use crate::{
    clock::Clock,
    credits::Credits,
    error::ProviderError,
    evidence::Observation,
    provider::BatchStep,
    upstream::{Request, Response, Secret},
};

/// Sends and reads.
#[derive(Debug)]
pub(super) struct Read {
    transport: Arc<dyn Transport>,
    witness: Option<Arc<dyn Witness>>,
    clock: Arc<dyn Clock>,
}

impl Read {
    pub(super) fn new(transport: Arc<dyn Transport>, witness: Option<Arc<dyn Witness>>, clock: Arc<dyn Clock>) -> Self {
        Self { transport, witness, clock }
    }
}

impl Read {
    async fn send(&self, request: &Request, at_most: Duration) -> Result<Response, ProviderError> {
        match request {
            Request::Http(request) => self.transport.send(request, at_most).await.map(Response::Http),
            Request::Whois(request) => self.transport.whois(request, at_most).await.map(Response::Whois),
            Request::Dns(request) => self.transport.dns(request, at_most).await.map(Response::Dns),
        }
    }
}

/// The HTTP status of a response, where it has one.
fn status(response: &Result<Response, ProviderError>) -> Option<u16> {
    match response {
        Ok(Response::Http(response)) => Some(response.status.as_u16()),
        _ => None,
    }
}

/// Has the provider read a response for what it was asked for.
fn understand(exchange: &Exchange, response: Response) -> Result<Reading, ProviderError> {
    let provider = &exchange.provider;
    match (&exchange.purpose, &response) {
        (Purpose::Inquiry { .. }, _) => {
            provider.judge(&exchange.request, &response)?;
            Ok(Reading::Heard(response))
        }
        (Purpose::Step { step, .. }, Response::Http(response)) => {
            provider.read(&exchange.lookup, step, response).map(Reading::Page)
        }
        (Purpose::Batch { step, lookups }, Response::Http(response)) => match provider.batch() {
            Some(batch) => batch.read(lookups, step, response).map(Reading::Batch),
            None => Err(ProviderError::malformed("a source without jobs was asked about one")),
        },
        (Purpose::Balance, Response::Http(response)) => {
            provider.read_balance(&exchange.lookup, response).map(Reading::Balance)
        }
        (Purpose::Step { .. } | Purpose::Batch { .. } | Purpose::Balance, _) => {
            Err(ProviderError::malformed("the response is not of the protocol that was spoken"))
        }
    }
}

/// The headers that say something about an answer (RFC 9110 §8, RFC 9111 §5); others are about the way it came.
const TELLING_HEADERS: [&str; 8] =
    ["content-type", "date", "age", "etag", "last-modified", "cache-control", "expires", "retry-after"];

/// The status and the telling headers of a response.
fn reported(response: &Response) -> (Option<u16>, Vec<(String, String)>) {
    let Response::Http(response) = response else { return (None, Vec::new()) };
    let header = |name: &&str| {
        let value = response.headers.get(*name)?.to_str().ok()?;
        Some(((*name).to_owned(), value.to_owned()))
    };
    (Some(response.status.as_u16()), TELLING_HEADERS.iter().filter_map(header).collect())
}

/// Whether an exchange can be a part of what somebody is shown. Failures that may pass are asked again; how far a job is
/// and how many credits are left say nothing about anybody.
fn is_worth_keeping(exchange: &Exchange, reading: &Result<Reading, ProviderError>) -> bool {
    let about_the_question = match &exchange.purpose {
        Purpose::Step { .. } | Purpose::Inquiry { .. } => true,
        Purpose::Batch { step, .. } => matches!(step, BatchStep::Fetch { .. }),
        Purpose::Balance => false,
    };
    about_the_question && reading.as_ref().err().is_none_or(|error| !error.is_transient())
}

/// What a response was understood to say.
fn outcome(reading: &Result<Reading, ProviderError>) -> String {
    match reading {
        Ok(Reading::Page(page)) => match (page.records.len(), page.total) {
            (0, None) => "nothing found".to_owned(),
            (records, None) => format!("{records} records"),
            (records, Some(total)) => format!("{records} records of {}", total.count()),
        },
        Ok(Reading::Batch(_)) => "a part of a job".to_owned(),
        Ok(Reading::Heard(_)) => "a part of an answer".to_owned(),
        Ok(Reading::Balance(_)) => "a balance".to_owned(),
        Err(error) => error.to_string(),
    }
}

/// The bytes without the key that they may repeat.
fn without_key(request: &Request, body: Bytes) -> Bytes {
    let Request::Http(request) = request else { return body };
    let Some(secret) = request.secret.as_ref().map(Secret::expose).filter(|secret| !secret.is_empty()) else {
        return body;
    };
    blotted(&body, secret.as_bytes()).unwrap_or(body)
}

/// The bytes with every occurrence of a secret blotted out; `None` if there is none.
fn blotted(body: &[u8], secret: &[u8]) -> Option<Bytes> {
    let mut rest = body;
    let mut clean = Vec::with_capacity(body.len());
    let mut found = false;
    while let Some((first, tail)) = rest.split_first() {
        match rest.strip_prefix(secret) {
            Some(after) => {
                clean.extend_from_slice(b"***");
                rest = after;
                found = true;
            }
            None => {
                clean.push(*first);
                rest = tail;
            }
        }
    }
    found.then(|| Bytes::from(clean))
}

#[async_trait]
impl Trade for Read {
    async fn trade(&self, exchange: &Exchange) -> Result<Reading, ProviderError> {
        let time_left = exchange.deadline.saturating_duration_since(self.clock.instant());
        let at_most = if exchange.is_purchase() { Duration::MAX } else { time_left };
        let service = exchange.service();
        let (started, sent_at) = (self.clock.instant(), self.clock.now());
        let response = self.send(&exchange.request, at_most).await;
        tracing::debug!(
            provider = service.provider,
            endpoint = %service.endpoint,
            purchase = exchange.is_purchase(),
            status = status(&response),
            milliseconds = u64::try_from((self.clock.instant() - started).as_millis()).unwrap_or(u64::MAX),
            "asked upstream"
        );
        let took = || self.clock.instant() - started;
        let response =
            response.inspect_err(|error| measure::asked::<()>(service.provider, took(), &Err(error.clone())))?;
        let kept = self.witness.is_some().then(|| (response.body().clone(), reported(&response)));
        let reading = understand(exchange, response);
        measure::asked(service.provider, took(), &reading);
        if let Err(error @ ProviderError::Malformed { .. }) = &reading {
            tracing::warn!(provider = service.provider, endpoint = %service.endpoint, %error, "answer not understood");
        }
        if let (Some(witness), Some((body, reported))) = (&self.witness, kept)
            && is_worth_keeping(exchange, &reading)
        {
            let observation = Observation {
                provider: service.provider,
                service: service.endpoint.to_string(),
                question: exchange.lookup.key(),
                request: exchange.request.clone(),
                status: reported.0,
                headers: reported.1,
                body: without_key(&exchange.request, body),
                started: sent_at,
                duration: self.clock.instant() - started,
                price: if exchange.is_purchase() { exchange.offer.price } else { Credits::FREE },
                outcome: outcome(&reading),
                asker: exchange.asker.clone(),
            };
            exchange.trail.add(witness.keep(observation).await.map_err(ProviderError::NotKept)?);
        }
        reading
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_that_an_answer_repeats_is_blotted_out() {
        let clean = blotted(b"bad key at_123, at_123!", b"at_123");
        assert_eq!(clean.as_deref(), Some(b"bad key ***, ***!".as_slice()));
        assert_eq!(blotted(b"fine", b"at_123"), None);
    }
}
