//! WHOIS over the internet: one line out, text back, until the server closes (RFC 3912 §2).
//!
//! The protocol has no length, no status and no end mark, so the bounds are ours: how long a connection may take to make,
//! how long a whole exchange may take however slowly it drips, how many bytes are read.
//!
//! **Where a query may go.** The name of the next server often stands in somebody's answer, and whoever registers a name
//! may have a say in that. Such a request is [guarded](WhoisRequest::guarded) and goes to public addresses only, also
//! where a public name points to a private address. A name that the public DNS cannot answer is never resolved. Neither
//! is a query with a control character in it ever sent: a line end would make two queries of one.
//!
//! **What counts as an answer.** The closing of the connection ends the text, whichever way the server does it: some
//! reset it once they have said everything. A text that came before a reset counts if it is not empty and its last line
//! is whole; else the connection broke. A server that falls silent without closing has not answered in time.
//!
//! **Through a proxy.** A SOCKS5 proxy carries WHOIS. With `socks5h` the proxy resolves names, since resolving them here
//! would tell the network what the proxy is there to hide; what a guarded name points to is then the proxy's to judge.
//! Other proxies do not carry WHOIS, and it does not go past them.

use std::{
    fmt::Debug,
    io,
    net::{IpAddr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use async_trait::async_trait;
use bytes::{Bytes, BytesMut};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::{Instant, timeout, timeout_at},
};
use tokio_socks::{TargetAddr, tcp::Socks5Stream};
use url::Url;

use super::transport::{SystemResolver, Transport};
use crate::{
    error::ProviderError,
    observable::{HostName, is_public_address},
    upstream::{HttpRequest, HttpResponse, WhoisRequest, WhoisResponse},
};

/// The longest query that is sent, in bytes: a name has at most 253, and no server wants many flags before it.
const LONGEST_QUERY: usize = 512;

/// Finds the addresses of servers.
#[async_trait]
pub trait HostResolver: Debug + Send + Sync {
    /// The addresses of a name, best first.
    ///
    /// # Errors
    /// Why there are none, for the log.
    async fn addresses(&self, host: &HostName) -> Result<Vec<IpAddr>, String>;
}

/// Resolves names with the system's resolver configuration, in this process.
#[derive(Clone)]
pub struct SystemHosts(SystemResolver);

impl SystemHosts {
    /// Reads the system's resolver configuration.
    #[must_use]
    pub fn from_system() -> Self {
        Self(SystemResolver::from_system())
    }
}

impl Debug for SystemHosts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SystemHosts")
    }
}

#[async_trait]
impl HostResolver for SystemHosts {
    async fn addresses(&self, host: &HostName) -> Result<Vec<IpAddr>, String> {
        self.0.addresses(host).await
    }
}

/// How WHOIS queries leave this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WhoisTransportSettings {
    /// A SOCKS5 proxy (`socks5://…`, `socks5h://…`), with user and password where it wants them. No other kind of proxy
    /// carries WHOIS: with one configured, every query fails.
    pub proxy: Option<Url>,
    /// How long making a connection may take, all addresses of the server together.
    pub connect_timeout: Duration,
    /// How long a whole exchange may take.
    pub total_timeout: Duration,
    /// The largest answer that is read, in bytes.
    pub body_limit: usize,
}

impl Default for WhoisTransportSettings {
    fn default() -> Self {
        Self {
            proxy: None,
            connect_timeout: Duration::from_secs(10),
            total_timeout: Duration::from_secs(30),
            body_limit: 1024 * 1024,
        }
    }
}

/// Asks WHOIS servers.
#[derive(Debug, Clone)]
pub struct WhoisTransport {
    settings: WhoisTransportSettings,
    resolver: Arc<dyn HostResolver>,
}

impl WhoisTransport {
    /// A transport with these settings that resolves names as the system does.
    #[must_use]
    pub fn new(settings: WhoisTransportSettings) -> Self {
        Self::with_resolver(settings, Arc::new(SystemHosts::from_system()))
    }

    /// A transport that resolves names in another way.
    #[must_use]
    pub fn with_resolver(settings: WhoisTransportSettings, resolver: Arc<dyn HostResolver>) -> Self {
        Self { settings, resolver }
    }

    async fn connect(&self, request: &WhoisRequest) -> Result<TcpStream, ProviderError> {
        let server = Server::of(request)?;
        match &self.settings.proxy {
            None => self.connect_to_any(&self.addresses(&server, request).await?).await,
            Some(proxy) => self.connect_through(proxy, server, request).await,
        }
    }

    async fn connect_to_any(&self, addresses: &[SocketAddr]) -> Result<TcpStream, ProviderError> {
        let mut detail = "the name has no addresses".to_owned();
        for address in addresses {
            match TcpStream::connect(address).await {
                Ok(stream) => return Ok(stream),
                Err(error) => detail = error.kind().to_string(),
            }
        }
        Err(unreachable(detail))
    }

    /// Where a server is, without the places that the request must not reach.
    async fn addresses(&self, server: &Server, request: &WhoisRequest) -> Result<Vec<SocketAddr>, ProviderError> {
        let addresses = match server {
            Server::Address(address) => vec![*address],
            Server::Name(name) => {
                let found = self.resolver.addresses(name).await.map_err(unreachable)?;
                let allowed: Vec<IpAddr> =
                    found.iter().copied().filter(|address| !request.guarded || is_public_address(*address)).collect();
                if allowed.is_empty() && !found.is_empty() {
                    return Err(not_public());
                }
                allowed
            }
        };
        Ok(addresses.into_iter().map(|address| SocketAddr::new(address, request.port)).collect())
    }

    async fn connect_through(
        &self,
        proxy: &Url,
        server: Server,
        request: &WhoisRequest,
    ) -> Result<TcpStream, ProviderError> {
        let proxy_resolves = match proxy.scheme() {
            "socks5h" => true,
            "socks5" => false,
            _ => return Err(unreachable("the configured proxy does not carry WHOIS")),
        };
        let targets = match &server {
            Server::Name(name) if proxy_resolves => {
                vec![TargetAddr::Domain(name.as_str().to_owned().into(), request.port)]
            }
            _ => self.addresses(&server, request).await?.into_iter().map(TargetAddr::Ip).collect(),
        };
        let mut detail = "the name has no addresses".to_owned();
        for target in targets {
            let socket = self.connect_to_any(&self.proxy_addresses(proxy).await?).await?;
            let made = match (proxy.username(), proxy.password()) {
                ("", None) => Socks5Stream::connect_with_socket(socket, target).await,
                (user, password) => {
                    let password = password.unwrap_or_default();
                    Socks5Stream::connect_with_password_and_socket(socket, target, user, password).await
                }
            };
            match made {
                Ok(stream) => return Ok(stream.into_inner()),
                Err(error) => detail = format!("through the proxy: {error}"),
            }
        }
        Err(unreachable(detail))
    }

    /// The proxy is the operator's own choice, wherever it stands.
    async fn proxy_addresses(&self, proxy: &Url) -> Result<Vec<SocketAddr>, ProviderError> {
        let port = proxy.port().unwrap_or(1080);
        let host = proxy.host_str().unwrap_or_default();
        let bare = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(host);
        if let Ok(address) = bare.parse::<IpAddr>() {
            return Ok(vec![SocketAddr::new(address, port)]);
        }
        let name = HostName::parse(host).map_err(|_| unreachable("the proxy has no usable host name"))?;
        let found = self.resolver.addresses(&name).await.map_err(unreachable)?;
        Ok(found.into_iter().map(|address| SocketAddr::new(address, port)).collect())
    }

    /// Reads until the server closes.
    async fn read(&self, stream: &mut TcpStream) -> Result<Bytes, ProviderError> {
        let limit = self.settings.body_limit;
        let mut body = BytesMut::new();
        loop {
            match stream.read_buf(&mut body).await {
                Ok(0) => return Ok(body.freeze()),
                Ok(_) if body.len() > limit => return Err(ProviderError::TooLarge { limit }),
                Ok(_) => {}
                Err(error) if error.kind() == io::ErrorKind::ConnectionReset && body.ends_with(b"\n") => {
                    return Ok(body.freeze());
                }
                Err(error) => return Err(ProviderError::Broken { detail: error.kind().to_string() }),
            }
        }
    }
}

#[async_trait]
impl Transport for WhoisTransport {
    async fn send(&self, _: &HttpRequest, _: Duration) -> Result<HttpResponse, ProviderError> {
        Err(unreachable("HTTP is not spoken here"))
    }

    async fn whois(&self, request: &WhoisRequest, at_most: Duration) -> Result<WhoisResponse, ProviderError> {
        let line = line(&request.query)?;
        let total = self.settings.total_timeout.min(at_most);
        let deadline = Instant::now() + total;
        let connecting = self.settings.connect_timeout.min(total);
        let mut stream = timeout(connecting, self.connect(request))
            .await
            .map_err(|_| unreachable(format!("no connection within {connecting:?}")))??;
        let exchange = async {
            // A server that refuses by closing may have done so already; what it said is still there to be read.
            let written = stream.write_all(line.as_bytes()).await;
            let body = self.read(&mut stream).await?;
            match written {
                Err(error) if body.is_empty() => Err(ProviderError::Broken { detail: error.kind().to_string() }),
                _ => Ok(WhoisResponse { body }),
            }
        };
        timeout_at(deadline, exchange).await.map_err(|_| ProviderError::Timeout { after: total })?
    }
}

/// A server that may be connected to.
#[derive(Debug)]
enum Server {
    Name(HostName),
    Address(IpAddr),
}

impl Server {
    fn of(request: &WhoisRequest) -> Result<Self, ProviderError> {
        if let Ok(address) = request.server.parse::<IpAddr>() {
            let allowed = !request.guarded || is_public_address(address);
            return if allowed { Ok(Self::Address(address)) } else { Err(not_public()) };
        }
        let name = HostName::parse(&request.server).map_err(|_| unreachable("the server has no usable host name"))?;
        match name.special_use() {
            // Somebody's own machine, if they say so themselves.
            Some(_) if name.as_str() == "localhost" && !request.guarded => Ok(Self::Name(name)),
            Some(_) => Err(not_public()),
            None => Ok(Self::Name(name)),
        }
    }
}

/// The line that is sent.
fn line(query: &str) -> Result<String, ProviderError> {
    let reason = if query.chars().any(char::is_control) {
        "a query must not have control characters"
    } else if query.trim().is_empty() {
        "a query must not be empty"
    } else if query.len() > LONGEST_QUERY {
        "the query is too long for a WHOIS server"
    } else {
        return Ok(format!("{query}\r\n"));
    };
    Err(ProviderError::InvalidInput { reason: reason.to_owned() })
}

/// Nothing is gained by trying that again.
fn not_public() -> ProviderError {
    let reason = "the address of that WHOIS server is not a public one, so nothing was sent to it.".to_owned();
    ProviderError::InvalidInput { reason }
}

fn unreachable(detail: impl Into<String>) -> ProviderError {
    ProviderError::Unreachable { detail: detail.into() }
}
