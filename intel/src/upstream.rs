//! What goes out to a source and what comes back, before anybody has understood it.
//!
//! Secrets are kept apart from the rest of a request until the transport sends it, and they are types that do not
//! print: a request can be logged, hashed or shown in full without giving a key away.

use std::fmt;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use secrecy::SecretString;
use url::Url;

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
}

/// A key and the place in the request where the source expects it.
#[derive(Clone)]
pub enum Secret {
    /// A header of its own: the better place, it keeps the key out of URLs.
    Header(HeaderName, SecretString),
    /// A query parameter, for sources that take nothing else.
    Query(&'static str, SecretString),
}

impl HttpRequest {
    /// A GET request.
    #[must_use]
    pub fn get(url: Url) -> Self {
        Self { method: Method::GET, url, headers: HeaderMap::new(), body: None, secret: None }
    }

    /// A POST request with a JSON body.
    #[must_use]
    pub fn post_json(url: Url, body: &serde_json::Value) -> Self {
        let mut headers = HeaderMap::new();
        headers.insert(http::header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        Self { method: Method::POST, url, headers, body: Some(Bytes::from(body.to_string())), secret: None }
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
