//! The network, as an argument.
//!
//! [`Transport`] sends one request and returns one bounded response. [`HttpTransport`] does so over the internet;
//! offline modes and tests put something else in its place and nothing above notices.
//!
//! Names are resolved by hickory in this process, never by the C library, and special-use names are refused there once
//! more: a redirect or a typo in a base URL must not leak them either. Redirects are not followed: a source's API does
//! not redirect, and a key in a header must not be carried to wherever somebody points.

use std::{
    fmt::Debug,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    time::Duration,
};

use async_trait::async_trait;
use bytes::{Bytes, BytesMut};
use futures_util::StreamExt;
use hickory_resolver::TokioResolver;
use http::HeaderValue;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use secrecy::ExposeSecret;
use thiserror::Error;
use url::Url;

use crate::{
    error::ProviderError,
    observable::{HostName, is_public_address},
    upstream::{DnsRequest, DnsResponse, HttpRequest, HttpResponse, Secret, WhoisRequest, WhoisResponse},
};

/// Sends requests.
#[async_trait]
pub trait Transport: Debug + Send + Sync {
    /// Sends one request and reads the whole response, within the transport's own time limit and `at_most`.
    ///
    /// # Errors
    /// [`ProviderError::Unreachable`] when nothing was sent, [`ProviderError::Broken`], [`ProviderError::Timeout`] or
    /// [`ProviderError::TooLarge`] afterwards. A status of 400 or 500 is a response.
    async fn send(&self, request: &HttpRequest, at_most: Duration) -> Result<HttpResponse, ProviderError>;

    /// Sends one query to a WHOIS server and reads until it closes the connection.
    ///
    /// # Errors
    /// As [`Transport::send`]; [`ProviderError::Unreachable`] from a transport that does not speak WHOIS.
    async fn whois(&self, _request: &WhoisRequest, _at_most: Duration) -> Result<WhoisResponse, ProviderError> {
        Err(ProviderError::Unreachable { detail: "WHOIS is not spoken here".to_owned() })
    }

    /// Asks the configured DNS resolvers one question.
    ///
    /// # Errors
    /// As [`Transport::send`]; [`ProviderError::Unreachable`] from a transport that does not speak DNS. That a name does
    /// not exist is an answer; that the resolver refused or failed is [`ProviderError::Upstream`].
    async fn dns(&self, _request: &DnsRequest, _at_most: Duration) -> Result<DnsResponse, ProviderError> {
        Err(ProviderError::Unreachable { detail: "DNS is not spoken here".to_owned() })
    }
}

/// How requests leave this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TransportSettings {
    /// An origin that gets every request, with the original host as the first path segment: an egress gateway.
    pub gateway: Option<Url>,
    /// An HTTP or SOCKS5 proxy (`http://…`, `socks5h://…`). With `socks5h` the proxy resolves names.
    pub proxy: Option<Url>,
    /// How long making a connection may take.
    pub connect_timeout: Duration,
    /// How long a whole exchange may take.
    pub total_timeout: Duration,
    /// The largest response body that is read, in bytes after decompression.
    pub body_limit: usize,
}

impl Default for TransportSettings {
    fn default() -> Self {
        Self {
            gateway: None,
            proxy: None,
            connect_timeout: Duration::from_secs(10),
            total_timeout: Duration::from_secs(30),
            body_limit: 64 * 1024 * 1024,
        }
    }
}

/// Settings that no transport can be made from.
#[derive(Debug, Error)]
#[error("the upstream settings cannot be used: {reason}")]
pub struct TransportError {
    pub(super) reason: String,
}

/// HTTP over the internet: rustls, HTTP/2 where the source speaks it, compressed bodies, optional proxy or gateway.
#[derive(Debug, Clone)]
pub struct HttpTransport {
    client: reqwest::Client,
    /// Sends what somebody's answer asked for: to public addresses only.
    guarded: reqwest::Client,
    settings: TransportSettings,
}

impl HttpTransport {
    /// A transport with these settings.
    ///
    /// # Errors
    /// When the proxy cannot be used or the TLS library finds no certificates.
    pub fn new(settings: TransportSettings) -> Result<Self, TransportError> {
        let resolver = SystemResolver::from_system();
        let guarded = client(&settings, PublicOnly(resolver.clone()))?;
        Ok(Self { client: client(&settings, resolver)?, guarded, settings })
    }

    /// Refuses to send what somebody's answer asked for to a place inside this network.
    ///
    /// # Errors
    /// [`ProviderError::InvalidInput`]
    fn check(&self, request: &HttpRequest) -> Result<(), ProviderError> {
        // The gateway is the only place that anything is sent to.
        if !request.guarded || self.settings.gateway.is_some() || is_public_place(&request.url) {
            return Ok(());
        }
        Err(ProviderError::InvalidInput { reason: format!("{NOT_PUBLIC}, so nothing was sent to it.") })
    }

    fn url(&self, request: &HttpRequest) -> Url {
        let mut url = match &self.settings.gateway {
            Some(gateway) => through_gateway(gateway, &request.url),
            None => request.url.clone(),
        };
        if let Some(Secret::Query(name, secret)) = &request.secret {
            url.query_pairs_mut().append_pair(name, secret.expose_secret());
        }
        url
    }

    async fn exchange(&self, request: &HttpRequest, timeout: Duration) -> Result<HttpResponse, ProviderError> {
        self.check(request)?;
        let client = if request.guarded && self.settings.gateway.is_none() { &self.guarded } else { &self.client };
        let mut outgoing =
            client.request(request.method.clone(), self.url(request)).headers(request.headers.clone()).timeout(timeout);
        if let Some(Secret::Header(name, secret)) = &request.secret {
            let mut value = HeaderValue::from_str(secret.expose_secret()).map_err(|_| ProviderError::BadKey)?;
            value.set_sensitive(true);
            outgoing = outgoing.header(name.clone(), value);
        }
        if let Some(body) = outgoing_body(request) {
            outgoing = outgoing.body(body);
        }
        let response = outgoing.send().await.map_err(|error| failure(&error, timeout))?;
        let (status, headers) = (response.status(), response.headers().clone());
        let body = self.body(response, timeout).await?;
        Ok(HttpResponse { status, headers, body })
    }

    /// Reads the body up to the limit. Decoded bytes are counted, so a small body that unpacks into a huge one is
    /// stopped as well.
    async fn body(&self, response: reqwest::Response, timeout: Duration) -> Result<Bytes, ProviderError> {
        let limit = self.settings.body_limit;
        let too_large = ProviderError::TooLarge { limit };
        if response.content_length().is_some_and(|length| usize::try_from(length).is_ok_and(|length| length > limit)) {
            return Err(too_large);
        }
        let mut body = BytesMut::new();
        let mut chunks = response.bytes_stream();
        while let Some(chunk) = chunks.next().await {
            let chunk = chunk.map_err(|error| failure(&error, timeout))?;
            if body.len() + chunk.len() > limit {
                return Err(too_large);
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body.freeze())
    }
}

#[async_trait]
impl Transport for HttpTransport {
    async fn send(&self, request: &HttpRequest, at_most: Duration) -> Result<HttpResponse, ProviderError> {
        self.exchange(request, self.settings.total_timeout.min(at_most)).await
    }
}

/// Why an address out of an answer is not asked.
const NOT_PUBLIC: &str = "the address of that server is not a public one";

fn client(settings: &TransportSettings, resolver: impl Resolve + 'static) -> Result<reqwest::Client, TransportError> {
    let reason = |error: reqwest::Error| TransportError { reason: error.without_url().to_string() };
    let builder = reqwest::Client::builder()
        .user_agent(concat!("namehound/", env!("CARGO_PKG_VERSION")))
        .connect_timeout(settings.connect_timeout)
        .redirect(reqwest::redirect::Policy::none())
        // Attempts are counted and paced by the desk.
        .retry(reqwest::retry::never())
        .dns_resolver(resolver);
    let builder = match &settings.proxy {
        Some(proxy) => builder.proxy(reqwest::Proxy::all(proxy.clone()).map_err(reason)?),
        None => builder.no_proxy(),
    };
    builder.build().map_err(reason)
}

/// Whether a URL may lead to a public place, as far as its text says: an address is one or is not, and what a name points
/// to is the resolver's to judge, or the proxy's.
fn is_public_place(url: &Url) -> bool {
    match url.host() {
        Some(url::Host::Ipv4(address)) => is_public_address(address.into()),
        Some(url::Host::Ipv6(address)) => is_public_address(address.into()),
        Some(url::Host::Domain(name)) => HostName::parse(name).is_ok_and(|name| name.special_use().is_none()),
        None => false,
    }
}

/// The request's URL at the gateway: `https://api.vendor.example/v1?x` becomes `<gateway>/api.vendor.example/v1?x`.
fn through_gateway(gateway: &Url, original: &Url) -> Url {
    let mut url = gateway.clone();
    let host = original.host_str().unwrap_or_default();
    let host = original.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"));
    let base = gateway.path().trim_end_matches('/');
    url.set_path(&format!("{base}/{host}{}", original.path()));
    url.set_query(original.query());
    url
}

/// What a failed request means. The URL is cut from the details, since a key may be in it.
fn failure(error: &reqwest::Error, timeout: Duration) -> ProviderError {
    let detail = || {
        let mut text = String::new();
        let mut cause: Option<&dyn std::error::Error> = std::error::Error::source(error);
        while let Some(inner) = cause {
            if !text.is_empty() {
                text.push_str(": ");
            }
            text.push_str(&inner.to_string());
            cause = inner.source();
        }
        if text.is_empty() { "no further detail".to_owned() } else { text }
    };
    if error.is_connect() || error.is_dns() || error.is_builder() {
        ProviderError::Unreachable { detail: detail() }
    } else if error.is_timeout() {
        ProviderError::Timeout { after: timeout }
    } else {
        ProviderError::Broken { detail: detail() }
    }
}

/// Resolves names with the system's resolver configuration, in this process.
#[derive(Clone)]
pub(super) struct SystemResolver {
    resolver: Option<TokioResolver>,
}

impl SystemResolver {
    pub(super) fn from_system() -> Self {
        let resolver = TokioResolver::builder_tokio().and_then(|builder| builder.build());
        if let Err(error) = &resolver {
            tracing::warn!(%error, "the system's resolver configuration cannot be read: only addresses will work");
        }
        Self { resolver: resolver.ok() }
    }

    /// The addresses of a name. The error says why there are none.
    pub(super) async fn addresses(&self, host: &HostName) -> Result<Vec<IpAddr>, String> {
        if host.as_str() == "localhost" {
            return Ok(vec![Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()]);
        }
        if let Some(special) = host.special_use() {
            return Err(format!("special-use name ({special}) is not resolved"));
        }
        let resolver = self.resolver.as_ref().ok_or("no resolver is configured on this machine")?;
        let found = resolver.lookup_ip(format!("{host}.")).await.map_err(|error| error.to_string())?;
        Ok(found.iter().collect())
    }
}

impl Resolve for SystemResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let resolver = self.clone();
        Box::pin(async move {
            let host = HostName::parse(name.as_str())?;
            let addresses = resolver.addresses(&host).await?;
            Ok(Box::new(addresses.into_iter().map(|address| SocketAddr::new(address, 0))) as Addrs)
        })
    }
}

/// Resolves names to public addresses only.
#[derive(Clone)]
struct PublicOnly(SystemResolver);

impl Resolve for PublicOnly {
    fn resolve(&self, name: Name) -> Resolving {
        let resolver = self.0.clone();
        Box::pin(async move {
            let host = HostName::parse(name.as_str())?;
            let mut addresses = resolver.addresses(&host).await?;
            addresses.retain(|address| is_public_address(*address));
            if addresses.is_empty() {
                return Err(NOT_PUBLIC.into());
            }
            Ok(Box::new(addresses.into_iter().map(|address| SocketAddr::new(address, 0))) as Addrs)
        })
    }
}

/// The body as it is sent, with the key in it where that is the place for keys. A body that is no JSON object has no
/// such place: it is sent as it is, and the source will say that the key is missing.
fn outgoing_body(request: &HttpRequest) -> Option<Bytes> {
    let body = request.body.as_ref()?;
    let Some(Secret::Field(name, secret)) = &request.secret else { return Some(body.clone()) };
    let with_key = serde_json::from_slice::<serde_json::Map<String, serde_json::Value>>(body).and_then(|mut fields| {
        fields.insert((*name).to_owned(), secret.expose_secret().into());
        serde_json::to_vec(&fields)
    });
    Some(with_key.map_or_else(|_| body.clone(), Bytes::from))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_gateway_gets_the_original_host_as_its_first_path_segment() {
        let original = Url::parse("https://whois-history.vendor.example/api/v1?domainName=a.example").unwrap();
        for (gateway, expected) in [
            ("http://127.0.0.1:9000", "http://127.0.0.1:9000/whois-history.vendor.example/api/v1?domainName=a.example"),
            (
                "http://gate.example/out/",
                "http://gate.example/out/whois-history.vendor.example/api/v1?domainName=a.example",
            ),
        ] {
            assert_eq!(through_gateway(&Url::parse(gateway).unwrap(), &original).as_str(), expected);
        }
    }

    #[test]
    fn a_key_that_belongs_into_the_body_is_put_there_when_it_is_sent() {
        let url = Url::parse("https://vendor.example/api").unwrap();
        let request = HttpRequest::post_json(url, &serde_json::json!({"domainName": "cmt-net.example"}))
            .with_secret(Secret::Field("apiKey", "at_secret".into()));
        assert!(!format!("{request:?} {:?} {:?}", request.secret, request.body).contains("at_secret"));
        let sent: serde_json::Value = serde_json::from_slice(&outgoing_body(&request).unwrap()).unwrap();
        assert_eq!(sent, serde_json::json!({"domainName": "cmt-net.example", "apiKey": "at_secret"}));

        let no_object = HttpRequest { body: Some(Bytes::from_static(b"text")), ..request };
        assert_eq!(outgoing_body(&no_object).as_deref(), Some(b"text".as_slice()));
    }

    #[tokio::test]
    async fn what_an_answer_asked_for_goes_to_public_places_only() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let transport = HttpTransport::new(TransportSettings::default()).unwrap();
        for place in
            ["127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "10.0.0.1", "printer.local", "db.internal"]
        {
            let url = Url::parse(&format!("http://{place}:{port}/domain/shop.example")).unwrap();
            let outcome = transport.send(&HttpRequest::get(url).guarded(), Duration::from_secs(5)).await;
            let refused = matches!(&outcome, Err(ProviderError::InvalidInput { reason }) if reason.contains("public"));
            assert!(refused, "{place}: {outcome:?}");
        }
        let connected = tokio::time::timeout(Duration::from_millis(50), listener.accept()).await;
        assert!(connected.is_err(), "nobody was connected to");
    }

    #[test]
    fn a_request_prints_without_its_key() {
        let request = HttpRequest::get(Url::parse("https://vendor.example/api").unwrap())
            .with_secret(Secret::Query("apiKey", "at_secret".into()));
        assert!(!format!("{request:?}").contains("at_secret"));
    }
}
