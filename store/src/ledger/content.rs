//! What an entry says: an exchange with a source, or a run.
//!
//! A content is one line of JSON with its fields in a fixed order, kept exactly as it was digested. Fields may be added
//! later; whoever reads an older content finds them missing.

use std::time::Duration;

use intel::{credits::Credits, evidence::Observation, upstream::Request};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Digest;

/// The form of contents that is written.
const FORMAT: u32 = 1;

/// A body of a request up to this many bytes is kept as it is; of a longer one, its digest.
const LONGEST_REQUEST_BODY: usize = 16 * 1024;

/// What an entry says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Content {
    /// A source was asked and answered.
    Exchange(Exchange),
    /// A transform was run.
    Run(RunNote),
}

/// A source was asked and answered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Exchange {
    /// The form of this content.
    pub format: u32,
    /// When the request was sent, UTC.
    pub time: Timestamp,
    /// How long the answer took, in milliseconds.
    pub milliseconds: u64,
    /// The provider, by the name used in the configuration.
    pub provider: String,
    /// Its service, or the server.
    pub service: String,
    /// The question that this is a part of the answer to.
    pub question: String,
    /// What was sent, without secrets.
    pub request: Sent,
    /// The HTTP status.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// The headers that say something about the answer.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub headers: Vec<(String, String)>,
    /// The bytes that came.
    pub body: BodyDigest,
    /// What it cost, in credits, by the price list.
    pub price: Credits,
    /// What it was understood to say.
    pub outcome: String,
    /// The member who asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub member: Option<String>,
    /// The investigation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub case: Option<String>,
    /// The run of a transform.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run: Option<String>,
    /// The version of the program that asked and understood.
    pub version: String,
}

/// The bytes that came, by their digest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct BodyDigest {
    /// SHA-256.
    pub sha256: Digest,
    /// How many.
    pub bytes: u64,
}

/// What was sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "protocol", rename_all = "kebab-case")]
pub enum Sent {
    /// Over HTTP.
    Http {
        /// The method.
        method: String,
        /// The URL without secrets.
        url: String,
        /// Headers without secrets.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        headers: Vec<(String, String)>,
        /// The body without secrets.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        body: Option<String>,
        /// The digest of a body that is too long to be kept here.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        body_sha256: Option<Digest>,
    },
    /// To a WHOIS server (RFC 3912).
    Whois {
        /// The server.
        server: String,
        /// Its port.
        port: u16,
        /// The line.
        query: String,
    },
    /// To a DNS resolver.
    Dns {
        /// The name.
        name: String,
        /// The type of record.
        record_type: String,
    },
}

/// A transform was run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RunNote {
    /// The form of this content.
    pub format: u32,
    /// When it began, UTC.
    pub time: Timestamp,
    /// How long it took, in milliseconds.
    pub milliseconds: u64,
    /// The transform.
    pub transform: String,
    /// The entities that it was run on: type and value.
    pub inputs: Vec<(String, String)>,
    /// How many entities it gave.
    pub entities: u64,
    /// What it said, with what was left out and why.
    pub messages: Vec<String>,
    /// What it spent, in credits.
    pub spent: Credits,
    /// How it ended.
    pub ending: String,
    /// The member who asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub member: Option<String>,
    /// The investigation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub case: Option<String>,
    /// The run.
    pub run: String,
    /// The version of the program.
    pub version: String,
}

impl RunNote {
    /// A run that began at a time, of which nothing else is known yet.
    #[must_use]
    pub fn begun(run: impl Into<String>, transform: impl Into<String>, time: Timestamp) -> Self {
        Self {
            format: FORMAT,
            time,
            milliseconds: 0,
            transform: transform.into(),
            inputs: Vec::new(),
            entities: 0,
            messages: Vec::new(),
            spent: Credits::FREE,
            ending: String::new(),
            member: None,
            case: None,
            run: run.into(),
            version: String::new(),
        }
    }

    pub(super) fn written_by(self, version: &str) -> Self {
        Self { version: version.to_owned(), ..self }
    }
}

impl Exchange {
    /// What an observation says, and its bytes.
    pub(super) fn of(observation: Observation, version: &str) -> (Self, bytes::Bytes) {
        let text = |text: &Option<std::sync::Arc<str>>| text.as_deref().map(str::to_owned);
        let Observation { asker, body, .. } = &observation;
        let exchange = Self {
            format: FORMAT,
            time: observation.started,
            milliseconds: milliseconds(observation.duration),
            provider: observation.provider.to_owned(),
            service: observation.service.clone(),
            question: observation.question.clone(),
            request: sent(&observation.request),
            status: observation.status,
            headers: observation.headers.clone(),
            body: BodyDigest { sha256: Digest::of(body), bytes: body.len() as u64 },
            price: observation.price,
            outcome: observation.outcome.clone(),
            member: text(&asker.member),
            case: text(&asker.case),
            run: text(&asker.run),
            version: version.to_owned(),
        };
        (exchange, observation.body)
    }
}

fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

fn sent(request: &Request) -> Sent {
    match request {
        Request::Http(request) => {
            let headers = request.headers.iter();
            let (body, body_sha256) = match &request.body {
                None => (None, None),
                Some(bytes) => match std::str::from_utf8(bytes) {
                    Ok(text) if text.len() <= LONGEST_REQUEST_BODY => (Some(text.to_owned()), None),
                    _ => (None, Some(Digest::of(bytes))),
                },
            };
            Sent::Http {
                method: request.method.to_string(),
                url: request.url.to_string(),
                headers: headers
                    .map(|(name, value)| (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
                    .collect(),
                body,
                body_sha256,
            }
        }
        Request::Whois(request) => {
            Sent::Whois { server: request.server.clone(), port: request.port, query: request.query.clone() }
        }
        Request::Dns(request) => {
            Sent::Dns { name: request.name.clone(), record_type: request.record_type.as_str().to_owned() }
        }
    }
}

impl Content {
    /// The line of JSON. Such values always can be one; if one could not, the entry would say nothing and still be tied.
    pub(super) fn text(&self) -> String {
        serde_json::to_string(self).unwrap_or_else(|_| "{}".to_owned())
    }

    /// Reads a line; `None` if a later program wrote it in a form that is not known here.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }

    /// The word for its kind.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Exchange(_) => "exchange",
            Self::Run(_) => "run",
        }
    }

    /// When it happened.
    #[must_use]
    pub const fn time(&self) -> Timestamp {
        match self {
            Self::Exchange(exchange) => exchange.time,
            Self::Run(note) => note.time,
        }
    }

    /// The provider; for a run none.
    #[must_use]
    pub fn provider(&self) -> Option<&str> {
        match self {
            Self::Exchange(exchange) => Some(&exchange.provider),
            Self::Run(_) => None,
        }
    }

    /// The question; for a run, the transform and its first input.
    #[must_use]
    pub fn question(&self) -> String {
        match self {
            Self::Exchange(exchange) => exchange.question.clone(),
            Self::Run(note) => {
                let first = note.inputs.first().map(|(_, value)| value.as_str()).unwrap_or_default();
                format!("{} {first}", note.transform)
            }
        }
    }

    /// The investigation.
    #[must_use]
    pub fn case(&self) -> Option<&str> {
        match self {
            Self::Exchange(exchange) => exchange.case.as_deref(),
            Self::Run(note) => note.case.as_deref(),
        }
    }

    /// The member who asked.
    #[must_use]
    pub fn member(&self) -> Option<&str> {
        match self {
            Self::Exchange(exchange) => exchange.member.as_deref(),
            Self::Run(note) => note.member.as_deref(),
        }
    }

    /// The run.
    #[must_use]
    pub fn run(&self) -> Option<&str> {
        match self {
            Self::Exchange(exchange) => exchange.run.as_deref(),
            Self::Run(note) => Some(&note.run),
        }
    }
}
