//! What goes out to a source and what comes back, before anybody has understood it.
//!
//! Sources speak three protocols: HTTP, WHOIS (RFC 3912) and DNS. [`Request`] and [`Response`] are what all layers pass
//! along, whichever it is, so that pacing, retries and proof are the same for all three.
//!
//! Secrets are kept apart from the rest of a request until the transport sends it, and they are types that do not
//! print: a request can be logged, hashed or shown in full without giving a key away.

use std::fmt;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use url::Url;

/// A request to a source.
#[derive(Debug, Clone)]
pub enum Request {
    /// Over HTTP.
    Http(Box<HttpRequest>),
    /// To a WHOIS server.
    Whois(WhoisRequest),
    /// To the configured DNS resolvers.
    Dns(DnsRequest),
}

/// A whole response of a source, bounded in size.
#[derive(Debug, Clone)]
pub enum Response {
    /// Over HTTP.
    Http(HttpResponse),
    /// From a WHOIS server.
    Whois(WhoisResponse),
    /// From a DNS resolver.
    Dns(DnsResponse),
}

impl Response {
    /// The bytes that came, without status and headers.
    #[must_use]
    pub const fn body(&self) -> &Bytes {
        match self {
            Self::Http(response) => &response.body,
            Self::Whois(response) => &response.body,
            Self::Dns(response) => &response.message,
        }
    }
}

impl From<HttpRequest> for Request {
    fn from(request: HttpRequest) -> Self {
        Self::Http(Box::new(request))
    }
}

/// A query to a WHOIS server (RFC 3912 §2).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct WhoisRequest {
    /// The server's host name or address.
    pub server: String,
    /// The port, 43 unless somebody says otherwise.
    pub port: u16,
    /// The query line without its line end. Control characters are never sent.
    pub query: String,
    /// Whether the server's name came out of somebody's answer rather than out of our own table or the configuration. Such
    /// a query is sent to public addresses only.
    pub guarded: bool,
}

/// Everything that a WHOIS server sent until it closed the connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WhoisResponse {
    /// The bytes, in the server's own character set.
    pub body: Bytes,
}

/// A question to the configured DNS resolvers.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct DnsRequest {
    /// The name in presentation form, A-labels, without the final dot: `_dmarc.shop.example`, `1.2.0.192.in-addr.arpa`.
    pub name: String,
    /// The type of record.
    pub record_type: DnsQueryType,
}

/// A type of record that resolvers are asked for (RFC 1035 §3.2.2, RFC 3596, RFC 8659).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DnsQueryType {
    /// An IPv4 address.
    A,
    /// An IPv6 address.
    Aaaa,
    /// An alias.
    Cname,
    /// A name server.
    Ns,
    /// A mail server.
    Mx,
    /// The start of a zone.
    Soa,
    /// Text.
    Txt,
    /// Which certificate authorities may issue.
    Caa,
    /// The name of an address.
    Ptr,
}

impl DnsQueryType {
    /// The presentation form, for example `AAAA`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::A => "A",
            Self::Aaaa => "AAAA",
            Self::Cname => "CNAME",
            Self::Ns => "NS",
            Self::Mx => "MX",
            Self::Soa => "SOA",
            Self::Txt => "TXT",
            Self::Caa => "CAA",
            Self::Ptr => "PTR",
        }
    }
}

/// The answer of a DNS resolver. That a name does not exist, or has no such records, is an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DnsResponse {
    /// The message in wire format (RFC 1035 §4).
    pub message: Bytes,
    /// What DNSSEC validation said.
    pub security: DnsSecurity,
}

/// What DNSSEC validation said about an answer (RFC 4035 §4.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum DnsSecurity {
    /// Signed, and every signature is good.
    Secure,
    /// The zone is provably not signed.
    Insecure,
    /// Signed, and a signature is bad or missing.
    Bogus,
    /// It cannot be told.
    Indeterminate,
    /// Nobody looked.
    Unchecked,
}

impl DnsSecurity {
    /// The word used in properties.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Secure => "secure",
            Self::Insecure => "insecure",
            Self::Bogus => "bogus",
            Self::Indeterminate => "indeterminate",
            Self::Unchecked => "unchecked",
        }
    }
}

/// A request to an HTTP source.
#[derive(Clone)]
pub struct HttpRequest {
    /// The method.
    pub method: Method,
    /// The URL without secrets.
    pub url: Url,
    /// Headers without secrets.
    pub headers: HeaderMap,
    /// The body without secrets.
    pub body: Option<Bytes>,
    /// Where the key goes, if the source wants one.
    pub secret: Option<Secret>,
    /// Whether the address came out of somebody's answer rather than out of the configuration. Such a request is sent to
    /// public addresses only.
    pub guarded: bool,
}

/// A key and the place in the request where the source expects it.
#[derive(Clone)]
pub enum Secret {
    /// A header of its own: the better place, it keeps the key out of URLs.
    Header(HeaderName, SecretString),
    /// A field of the JSON object that is the body, for sources that document no header: it stays out of URLs, too.
    Field(&'static str, SecretString),
    /// A query parameter, for sources that take nothing else.
    Query(&'static str, SecretString),
}

impl Secret {
    /// The key itself, for whoever has to send it or to keep it from being kept.
    pub(crate) fn expose(&self) -> &str {
        let (Self::Header(_, secret) | Self::Field(_, secret) | Self::Query(_, secret)) = self;
        secret.expose_secret()
    }
}

impl HttpRequest {
    /// A GET request.
    #[must_use]
    pub fn get(url: Url) -> Self {
        Self { method: Method::GET, url, headers: HeaderMap::new(), body: None, secret: None, guarded: false }
    }

    /// A POST request with a JSON body.
    #[must_use]
    pub fn post_json(url: Url, body: &serde_json::Value) -> Self {
        let mut headers = HeaderMap::new();
        headers.insert(http::header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        let body = Some(Bytes::from(body.to_string()));
        Self { method: Method::POST, url, headers, body, secret: None, guarded: false }
    }

    /// Says that the address came out of somebody's answer.
    #[must_use]
    pub fn guarded(mut self) -> Self {
        self.guarded = true;
        self
    }

    /// Adds the key.
    #[must_use]
    pub fn with_secret(mut self, secret: Secret) -> Self {
        self.secret = Some(secret);
        self
    }
}

/// Method and URL; neither headers nor body nor secret.
impl fmt::Debug for HttpRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.method, self.url)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Header(name, _) => write!(f, "header {name}"),
            Self::Field(name, _) => write!(f, "body field {name}"),
            Self::Query(name, _) => write!(f, "query parameter {name}"),
        }
    }
}

/// A whole response from an HTTP source, its body decoded (gzip and the like) and bounded in size.
#[derive(Debug, Clone)]
pub struct HttpResponse {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
}
