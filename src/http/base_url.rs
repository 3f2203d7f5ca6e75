//! Under which address clients reach this server.
//!
//! Seeds and archives carry the server's own address. It is configured, or it is the loopback address the server listens
//! on. It is never taken from the request: a `Host` header says whatever the sender likes, and a seed that repeats it
//! would send analysts elsewhere.

use axum::{
    http::StatusCode,
    response::{IntoResponse, Response},
};

use super::guard::PathToken;
use crate::config::ServerSection;

/// The address under which clients reach this server, if it is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct BaseUrl(Option<String>);

impl BaseUrl {
    pub(super) fn new(section: &ServerSection) -> Self {
        let configured = section.public_url.as_deref().map(|url| url.trim().trim_end_matches('/'));
        let listen = || {
            let address: std::net::SocketAddr = section.listen.parse().ok()?;
            address.ip().is_loopback().then(|| format!("http://{address}"))
        };
        Self(configured.filter(|url| !url.is_empty()).map(str::to_owned).or_else(listen))
    }

    /// The address for somebody who came with this token in the path: what they are given carries it as well.
    pub(super) fn for_token(&self, token: Option<&PathToken>) -> Result<String, UnknownAddress> {
        let base = self.0.as_deref().ok_or(UnknownAddress)?;
        Ok(match token {
            Some(token) => format!("{base}{}", token.path()),
            None => base.to_owned(),
        })
    }
}

/// Nobody has said under which address clients reach this server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct UnknownAddress;

impl IntoResponse for UnknownAddress {
    fn into_response(self) -> Response {
        (
            StatusCode::SERVICE_UNAVAILABLE,
            "This server does not know the address under which clients reach it. Whoever runs it has to set public_url \
             in the section [server] of its configuration.\n",
        )
            .into_response()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn base(listen: &str, public_url: Option<&str>) -> Option<String> {
        let section = ServerSection {
            listen: listen.to_owned(),
            public_url: public_url.map(str::to_owned),
            ..ServerSection::default()
        };
        BaseUrl::new(&section).for_token(None).ok()
    }

    #[test]
    fn configured_wins_loopback_is_known_and_anything_else_is_not() {
        let hub = Some("https://hub.example".to_owned());
        assert_eq!(base("127.0.0.1:8080", Some("https://hub.example/")), hub);
        assert_eq!(base("0.0.0.0:8080", Some(" https://hub.example ")), hub);
        assert_eq!(base("127.0.0.1:8080", None).as_deref(), Some("http://127.0.0.1:8080"));
        assert_eq!(base("[::1]:8080", None).as_deref(), Some("http://[::1]:8080"));
        assert_eq!(base("0.0.0.0:8080", None), None);
        assert_eq!(base("127.0.0.1:8080", Some("  ")).as_deref(), Some("http://127.0.0.1:8080"));
    }
}
