//! Listening, and stopping well.

use std::{
    io,
    net::{SocketAddr, TcpListener, ToSocketAddrs},
    time::Duration,
};

use axum_server::Handle;
use hyper_util::rt::TokioTimer;
use thiserror::Error;

use crate::{
    app::App,
    auth::{NewToken, TokenHashError, Tokens},
    config::Config,
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
         now: {token}\nClients then use http://<this machine>:{port}/t/<token>/run/<transform>",
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
    address: SocketAddr,
    read_timeout: Duration,
    grace: Duration,
}

impl Server {
    /// Takes the port.
    ///
    /// # Errors
    /// See [`ListenError`].
    pub fn bind(app: App, config: &Config) -> Result<Self, ListenError> {
        let section = &config.server;
        let no_address = || ListenError::Address { listen: section.listen.clone() };
        let address = section.listen.to_socket_addrs().map_err(|_| no_address())?.next().ok_or_else(no_address)?;
        let tokens = Tokens::parse(&config.auth.tokens)?;
        if !address.ip().is_loopback() && tokens.is_open() {
            let new = NewToken::generate().map_err(|error| ListenError::Randomness { detail: error.to_string() })?;
            let token = new.reveal().to_owned();
            return Err(ListenError::Unprotected { address, port: address.port(), token, hash: new.hash });
        }
        let bind = |error| ListenError::Bind { address, error };
        let listener = TcpListener::bind(address).map_err(bind)?;
        listener.set_nonblocking(true).map_err(bind)?;
        let address = listener.local_addr().map_err(bind)?;
        Ok(Self {
            listener,
            router: super::router(app, tokens, section),
            handle: Handle::new(),
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
        // HTTP/1.1 only: to tell it from HTTP/2 the library would wait for a first byte, and no timeout covers that wait,
        // so a client that connects and says nothing would keep its place for ever.
        let mut server = axum_server::from_tcp(self.listener)?.handle(self.handle).http1_only();
        // hyper has no clock of its own: without the timer the timeout would do nothing.
        server.http_builder().http1().timer(TokioTimer::new()).header_read_timeout(self.read_timeout);
        server.serve(self.router.into_make_service()).await
    }
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
