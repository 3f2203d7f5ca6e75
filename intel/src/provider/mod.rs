//! Sources.
//!
//! A provider is small on purpose. It says which lookups it answers and on which terms, turns a question into an
//! upstream request, and reads the upstream's response into records or one of the typed errors. It neither sends
//! anything nor remembers anything: caching, money, pacing, retries and sockets belong to the desk, the same for all.

mod batch;
pub mod case;
pub mod certspotter;
pub mod circl;
mod conversation;
pub mod crtsh;
pub mod cymru;
pub mod dns;
pub mod hackertarget;
pub mod lenient;
pub mod mmdb;
mod names;
pub mod rdap;
pub mod viewdns;
pub mod whois43;
pub mod whoisxml;

use std::{fmt::Debug, time::Duration};

pub use batch::{Batch, BatchReading, BatchStep, BatchTerms};
pub use conversation::{Conversation, Heard, Inquiry, Turn};

use serde::{Deserialize, Serialize};

use crate::{
    answer::Page,
    credits::Credits,
    error::ProviderError,
    lookup::{Lookup, LookupKind},
    upstream::{HttpRequest, HttpResponse, Request, Response},
};

/// The names of all sources that ship, as settings and routes write them.
pub const NAMES: [&str; 12] = [
    "case",
    "whoisxml",
    "rdap",
    "whois43",
    "dns",
    "crtsh",
    "certspotter",
    "circl",
    "cymru",
    "mmdb",
    "hackertarget",
    "viewdns",
];

/// Who learns of a question, from nobody to the target itself. Ordered: a case's ceiling is a comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Exposure {
    /// Nobody outside this machine.
    Local,
    /// A data vendor sees it.
    ThirdParty,
    /// The target's name servers see it.
    Infrastructure,
    /// The target's own host sees it.
    Touch,
}

impl Exposure {
    /// The word used in settings, pages and messages.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Local => "local",
            Self::ThirdParty => "third-party",
            Self::Infrastructure => "infrastructure",
            Self::Touch => "touch",
        }
    }

    /// Who learns of it, in words that complete "known to …".
    #[must_use]
    pub const fn in_words(self) -> &'static str {
        match self {
            Self::Local => "nobody outside this machine",
            Self::ThirdParty => "a data source that is not the target's",
            Self::Infrastructure => "the target's own name servers",
            Self::Touch => "the target's own machines",
        }
    }
}

/// Where a page starts, in the provider's own terms; opaque to everybody else.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Cursor(pub String);

/// Which part of a lookup is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Step {
    /// Only how many records there would be, for free. Only where [`Offer::free_preview`] says so.
    Preview,
    /// The page at a cursor; `None` is the first.
    Page(Option<Cursor>),
}

/// The terms on which a provider answers a lookup.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Offer {
    /// The upstream service, for rates and failures: `reverse-ns` may be down while `reverse-whois` is not.
    pub endpoint: &'static str,
    /// Who learns of the question.
    pub exposure: Exposure,
    /// What each page costs.
    pub price: Credits,
    /// Whether [`Step::Preview`] gives the count for nothing.
    pub free_preview: bool,
    /// The documented rate; `None` for sources on this machine.
    pub rate: Option<Rate>,
}

/// A rate of requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Rate {
    /// How many requests are allowed within the period, at once or spread out. Zero counts as one.
    pub requests: u32,
    /// The period.
    pub per: Duration,
}

impl Rate {
    /// So many requests a second.
    #[must_use]
    pub const fn per_second(requests: u32) -> Self {
        Self { requests, per: Duration::from_secs(1) }
    }
}

/// How a step is carried out.
#[derive(Debug)]
pub enum Call {
    /// Send this and give the response to [`Provider::read`].
    Http(Box<HttpRequest>),
    /// Several exchanges, of which each depends on what came before.
    Converse(Box<dyn Conversation>),
    /// Nothing has to be sent: the provider holds the answer itself.
    Known(Page),
}

/// A source that can answer some lookups.
pub trait Provider: Debug + Send + Sync {
    /// The name used in configuration, keys and logs, for example `whoisxml`.
    fn name(&self) -> &'static str;

    /// The source as people know it, for example `WhoisXML API` or `case leaked-episode`.
    fn source(&self) -> &str;

    /// The kinds of lookup this provider answers at least some of.
    fn lookups(&self) -> &'static [LookupKind];

    /// The terms for this lookup; `None` if this provider does not answer it.
    fn offer(&self, lookup: &Lookup) -> Option<Offer>;

    /// Whether nobody else is to be asked about what this source answers, even where it has nothing: a workshop case is
    /// the whole world of its exercise.
    fn is_closed_world(&self) -> bool {
        false
    }

    /// The questions that this source has to be asked one after the other to answer the lookup in full; most often the
    /// lookup itself. Their answers may overlap.
    fn parts(&self, lookup: &Lookup) -> Vec<Lookup> {
        vec![lookup.clone()]
    }

    /// How to carry out a step.
    ///
    /// # Errors
    /// [`ProviderError::InvalidInput`] when this source cannot be asked about this observable.
    fn call(&self, lookup: &Lookup, step: &Step) -> Result<Call, ProviderError>;

    /// Reads the response to a [`Call::Http`].
    ///
    /// # Errors
    /// Whatever the response says went wrong, or [`ProviderError::Malformed`]. Nothing found is not an error.
    fn read(&self, _lookup: &Lookup, _step: &Step, _response: &HttpResponse) -> Result<Page, ProviderError> {
        Err(ProviderError::malformed("this source is not asked in single exchanges"))
    }

    /// Whether the response to an inquiry of a conversation is an answer at all, rather than "too many requests" or a
    /// gateway's error page. Failures that are told here are tried again where that may help.
    ///
    /// # Errors
    /// What the response says went wrong. "Not found" is an answer.
    fn judge(&self, _request: &Request, _response: &Response) -> Result<(), ProviderError> {
        Ok(())
    }

    /// How many lookups are answered as one job, where the source can do that.
    fn batch(&self) -> Option<&dyn Batch> {
        None
    }

    /// A free request that tells how many credits are left, where the source has one.
    fn balance_call(&self) -> Option<HttpRequest> {
        None
    }

    /// Reads the response to [`Provider::balance_call`] for the pool that pays for a lookup: `Some(credits)`, or `None`
    /// when the account has no such pool.
    ///
    /// # Errors
    /// As [`Provider::read`]; [`ProviderError::BadKey`] when the source does not know the key.
    fn read_balance(&self, _lookup: &Lookup, _response: &HttpResponse) -> Result<Option<Credits>, ProviderError> {
        Err(ProviderError::malformed("this source has no balance service"))
    }
}

/// The longest wait of a source that is passed on.
const LONGEST_WAIT: Duration = Duration::from_secs(60 * 60);

/// The wait that a source asks for in seconds (RFC 9110 §10.2.3), or else the usual one.
fn stated_wait(response: &HttpResponse, usual: Duration) -> Duration {
    let stated = response.headers.get(http::header::RETRY_AFTER).and_then(|value| value.to_str().ok());
    let stated = stated.and_then(|seconds| seconds.trim().parse().ok()).map(Duration::from_secs);
    stated.unwrap_or(usual).min(LONGEST_WAIT)
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, HeaderValue, StatusCode, header};

    use super::*;

    #[test]
    fn a_source_is_left_alone_for_as_long_as_it_says() {
        let usual = Duration::from_secs(60);
        let mut busy = HttpResponse {
            status: StatusCode::TOO_MANY_REQUESTS,
            headers: HeaderMap::new(),
            body: bytes::Bytes::new(),
        };
        for (stated, expected) in [(None, 60), (Some(" 7 "), 7), (Some("7777777"), 3600), (Some("soon"), 60)] {
            busy.headers.clear();
            busy.headers.extend(stated.map(|stated| (header::RETRY_AFTER, HeaderValue::from_static(stated))));
            assert_eq!(stated_wait(&busy, usual), Duration::from_secs(expected), "{stated:?}");
        }
    }
}
