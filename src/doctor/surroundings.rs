//! This machine as an argument: its ports, its names and the server on it.
//!
//! Questions to vendors go over the configured transport, through proxies and gateways. Questions to one's own server
//! must not: they go straight to it, names are resolved as other programs on this machine resolve them (a hub may well
//! be called `namehound.internal`, which no vendor must ever be asked about), and certificates of the server's own
//! authority are good.

use std::{
    fmt::Debug,
    io,
    net::{IpAddr, SocketAddr, TcpListener},
    path::Path,
    time::Duration,
};

use async_trait::async_trait;
use reqwest::{Certificate, Client, header};
use thiserror::Error;
use url::{Host, Url};

use super::TLS_FOLDER;

/// How long one question to one's own server may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// How much of an answer is read, in bytes.
const MOST: usize = 64 * 1024;

/// This machine.
#[async_trait]
pub trait Surroundings: Debug + Send + Sync {
    /// Asks a server, at the given address if there is one and otherwise wherever the URL's host is. Redirects are
    /// answers.
    ///
    /// # Errors
    /// When there is no answer.
    async fn get(&self, url: &Url, at: Option<SocketAddr>) -> Result<Reply, Unreachable>;

    /// The addresses of a host name.
    ///
    /// # Errors
    /// When it has none, or none can be found out.
    async fn resolve(&self, host: &str) -> io::Result<Vec<IpAddr>>;

    /// Whether a server could listen here.
    ///
    /// # Errors
    /// When it could not.
    fn try_port(&self, address: SocketAddr) -> io::Result<()>;
}

/// A server's answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// The status.
    pub status: u16,
    /// The content type, if there is one that can be read.
    pub content_type: Option<String>,
    /// The beginning of the body.
    pub body: String,
}

/// There is no answer.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{detail}")]
pub struct Unreachable {
    /// Why, without the address that was asked.
    pub detail: String,
}

/// The machine that this program runs on.
#[derive(Debug, Clone, Default)]
pub struct ThisMachine {
    /// Authorities that are trusted beside the system's.
    authorities: Vec<Certificate>,
}

impl ThisMachine {
    /// A machine that trusts the authority in `tls/ca.pem` of the data folder, if there is one. A file that cannot be
    /// read counts as none: the check of the certificates tells about it.
    #[must_use]
    pub fn with_data_dir(data_dir: &Path) -> Self {
        let authorities = std::fs::read(data_dir.join(TLS_FOLDER).join("ca.pem"))
            .ok()
            .and_then(|pem| Certificate::from_pem_bundle(&pem).ok())
            .unwrap_or_default();
        Self { authorities }
    }

    fn client(&self, url: &Url, at: Option<SocketAddr>) -> reqwest::Result<Client> {
        let mut builder = Client::builder()
            .user_agent(concat!("namehound/", env!("CARGO_PKG_VERSION")))
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(PATIENCE)
            .tls_certs_merge(self.authorities.iter().cloned());
        if let (Some(address), Some(Host::Domain(host))) = (at, url.host()) {
            builder = builder.resolve(host, address);
        }
        builder.build()
    }
}

#[async_trait]
impl Surroundings for ThisMachine {
    async fn get(&self, url: &Url, at: Option<SocketAddr>) -> Result<Reply, Unreachable> {
        let client = self.client(url, at).map_err(unreachable)?;
        let accept = "text/plain, application/json;q=0.9, application/xml;q=0.8";
        let mut response = client.get(url.clone()).header(header::ACCEPT, accept).send().await.map_err(unreachable)?;
        let content_type =
            response.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).map(str::to_owned);
        let status = response.status().as_u16();
        let mut body = Vec::new();
        while body.len() < MOST
            && let Some(chunk) = response.chunk().await.map_err(unreachable)?
        {
            body.extend_from_slice(&chunk);
        }
        body.truncate(MOST);
        Ok(Reply { status, content_type, body: String::from_utf8_lossy(&body).into_owned() })
    }

    async fn resolve(&self, host: &str) -> io::Result<Vec<IpAddr>> {
        Ok(tokio::net::lookup_host((host, 0)).await?.map(|address| address.ip()).collect())
    }

    fn try_port(&self, address: SocketAddr) -> io::Result<()> {
        TcpListener::bind(address).map(drop)
    }
}

/// The innermost cause, which is the one that a person can do something about.
#[expect(clippy::needless_pass_by_value, reason = "used with map_err")]
fn unreachable(error: reqwest::Error) -> Unreachable {
    let mut cause: &dyn std::error::Error = &error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    let timed_out = error.is_timeout();
    let detail = match std::error::Error::source(&error) {
        _ if timed_out => format!("no answer within {} seconds", PATIENCE.as_secs()),
        Some(_) => cause.to_string(),
        None => "no further detail".to_owned(),
    };
    Unreachable { detail }
}
