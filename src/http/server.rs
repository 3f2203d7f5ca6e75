//! Listening, and stopping well.

use std::{
    io,
    net::{SocketAddr, TcpListener, ToSocketAddrs},
    sync::Arc,
    time::Duration,
};

use axum_server::Handle;
use hyper_util::{
    rt::{TokioExecutor, TokioTimer},
    server::conn::auto::Builder,
};
use thiserror::Error;
use tokio_util::task::AbortOnDropHandle;

use maltego::config_data::ConfigErrors;

use super::base_url::{BaseUrlError, Scheme, base_url};
use crate::{
    app::App,
    auth::{NewToken, TokenHashError, Tokens},
    config::{Config, ConfigError},
    install::Installer,
    telemetry,
    tls::{Acceptor, Live, PemError},
};

/// Why the server does not start. Displays with the next step.
#[derive(Debug, Error)]
pub enum ListenError {
    /// The address is none.
    #[error("\"{listen}\" is no address to listen on; write for example 127.0.0.1:8080")]
    Address {
        /// What was given.
        listen: String,
    },
    /// An address that others can reach, and no token.
    #[error(
        "{address} can be reached from other machines, and nothing says who may use this server.\nEither listen on \
         127.0.0.1, or put this into {}:\n\n[auth]\ntokens = [\"{hash}\"]\n\nThe token that belongs to it, shown only \
         now: {token}\nClients then use {scheme}://<this machine>:{port}/t/<token>/run/<transform>",
        crate::config::FILE_NAME
    )]
    Unprotected {
        /// The address.
        address: SocketAddr,
        /// Its port.
        port: u16,
        /// A fresh token.
        token: String,
        /// Its hash.
        hash: String,
        /// `http` or `https`.
        scheme: Scheme,
    },
    /// The operating system gives no randomness for a token.
    #[error("no random numbers from the operating system: {detail}")]
    Randomness {
        /// Why.
        detail: String,
    },
    /// A stored token hash cannot be read.
    #[error(transparent)]
    Tokens(#[from] TokenHashError),
    /// The configured public URL cannot be used.
    #[error(transparent)]
    PublicUrl(BaseUrlError),
    /// The data that this program ships has mistakes.
    #[error("the data for clients has mistakes:\n{0}")]
    Data(#[from] ConfigErrors),
    /// HTTPS is wanted, but no certificate is named.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The certificate cannot be served with.
    #[error(transparent)]
    Certificate(#[from] PemError),
    /// The port cannot be had.
    #[error("cannot listen on {address}: {error}. Is another server running there? Use --listen with another port.")]
    Bind {
        /// The address.
        address: SocketAddr,
        /// Why.
        error: io::Error,
    },
}

/// A server that has its port and is ready to serve.
#[derive(Debug)]
pub struct Server {
    listener: TcpListener,
    router: axum::Router,
    handle: Handle<SocketAddr>,
    live: Option<Live>,
    address: SocketAddr,
    read_timeout: Duration,
    grace: Duration,
}

impl Server {
    /// Takes the port. What is worrying about the certificate of an HTTPS server goes to the log.
    ///
    /// # Errors
    /// See [`ListenError`].
    pub fn bind(app: App, config: &Config) -> Result<Self, ListenError> {
        // What is counted before anybody collects is lost.
        _ = telemetry::collector();
        let section = &config.server;
        let no_address = || ListenError::Address { listen: section.listen.clone() };
        let address = section.listen.to_socket_addrs().map_err(|_| no_address())?.next().ok_or_else(no_address)?;
        let tokens = Tokens::parse(&config.auth.tokens)?;
        let files = section.tls.files()?;
        let scheme = section.scheme();
        if !address.ip().is_loopback() && tokens.is_open() {
            let new = NewToken::generate().map_err(|error| ListenError::Randomness { detail: error.to_string() })?;
            let token = new.reveal().to_owned();
            return Err(ListenError::Unprotected { address, port: address.port(), token, hash: new.hash, scheme });
        }
        let live = files.map(|files| Live::open(files, Arc::clone(&app.clock))).transpose()?;
        if let Some(live) = &live {
            for concern in live.certificate().concerns(app.clock.now(), section.public_url.as_deref()) {
                tracing::warn!("{concern}");
            }
        }
        if let Err(error @ BaseUrlError::Unusable) =
            base_url(section.public_url.as_deref(), section.scheme(), Some(address))
        {
            return Err(ListenError::PublicUrl(error));
        }
        let installer = Installer::shipped(Arc::clone(&app.catalogue))?;
        let bind = |error| ListenError::Bind { address, error };
        let listener = TcpListener::bind(address).map_err(bind)?;
        listener.set_nonblocking(true).map_err(bind)?;
        let address = listener.local_addr().map_err(bind)?;
        Ok(Self {
            listener,
            router: super::router(app, tokens, config, installer, address),
            handle: Handle::new(),
            live,
            address,
            read_timeout: Duration::from_secs(section.request.read_seconds),
            grace: Duration::from_secs(section.shutdown_seconds),
        })
    }

    /// The address it listens on, with the real port where 0 was asked for.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where it listens, as a link: `https://127.0.0.1:8080`.
    #[must_use]
    pub fn url(&self) -> String {
        let scheme = if self.live.is_some() { Scheme::Https } else { Scheme::Http };
        format!("{scheme}://{}", self.address)
    }

    /// The certificate of an HTTPS server.
    #[must_use]
    pub fn live_certificate(&self) -> Option<Live> {
        self.live.clone()
    }

    /// Something that stops the server from elsewhere.
    #[must_use]
    pub fn stopper(&self) -> Stopper {
        Stopper { handle: self.handle.clone(), grace: self.grace }
    }

    /// Serves until it is stopped and the runs under way are finished.
    ///
    /// # Errors
    /// When the listener breaks.
    pub async fn serve(self) -> io::Result<()> {
        let service = self.router.into_make_service_with_connect_info::<SocketAddr>();
        let _upkeep = AbortOnDropHandle::new(tokio::spawn(telemetry::keep_small()));
        let server = axum_server::from_tcp(self.listener)?.handle(self.handle);
        match self.live {
            None => {
                // HTTP/1.1 only: to tell it from HTTP/2 the library would wait for a first byte, and no timeout covers
                // that wait, so a client that connects and says nothing would keep its place for ever. Behind TLS the
                // handshake has its own time limit, and clients of HTTP/2 there agree on it beforehand.
                let mut plain = server.http1_only();
                limit(plain.http_builder(), self.read_timeout);
                plain.serve(service).await
            }
            Some(live) => {
                let mut encrypted = server.acceptor(Acceptor::new(&live));
                limit(encrypted.http_builder(), self.read_timeout);
                tokio::select! {
                    served = encrypted.serve(service) => served,
                    never = live.watch() => match never {},
                }
            }
        }
    }
}

/// Sets how long a connection may be silent. hyper has no clock of its own: without the timers the timeouts would do
/// nothing.
fn limit(http: &mut Builder<TokioExecutor>, read_timeout: Duration) {
    http.http1().timer(TokioTimer::new()).header_read_timeout(read_timeout);
    http.http2().timer(TokioTimer::new()).keep_alive_interval(read_timeout).keep_alive_timeout(read_timeout);
}

/// Stops a server.
#[derive(Debug, Clone)]
pub struct Stopper {
    handle: Handle<SocketAddr>,
    grace: Duration,
}

impl Stopper {
    /// Takes no more connections; runs under way may finish within the configured time.
    pub fn stop(&self) {
        self.handle.graceful_shutdown(Some(self.grace));
    }
}
