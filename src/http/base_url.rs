//! The address under which clients reach this server.
//!
//! Files and documents that clients keep must name the server as *they* see it, and only whoever runs it knows that: in
//! front of it there may be a proxy, another port, another name. So the configured public URL decides. A server that only
//! this machine can reach needs none, since its clients see the address it listens on.
//!
//! The `Host` header is not asked. It is whatever a client writes, and what is written into an archive sends other
//! people's clients there.

use std::{fmt, net::SocketAddr};

use axum::{
    http::StatusCode,
    response::{IntoResponse, Response},
};
use thiserror::Error;
use url::Url;

/// Why the address is not known. Displays with the next step.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum BaseUrlError {
    /// The configured one is no URL that clients could use.
    #[error(
        "server.public_url cannot be used: it should be the http or https address of this server without a question \
         mark or a user name, for example https://hub.example"
    )]
    Unusable,
    /// None is configured, and other machines can reach this server under an address it cannot know.
    #[error(
        "This server does not know under which address its clients reach it. Set public_url in the section [server] of \
         its configuration, for example https://hub.example, and start it again."
    )]
    Unknown,
}

/// How the server itself is reached, without a proxy in front.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scheme {
    /// In the clear.
    Http,
    /// With a certificate.
    Https,
}

impl fmt::Display for Scheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Http => "http",
            Self::Https => "https",
        })
    }
}

/// What whoever asked is told. The server lives; it just cannot say where.
impl IntoResponse for BaseUrlError {
    fn into_response(self) -> Response {
        (StatusCode::SERVICE_UNAVAILABLE, format!("{self}\n")).into_response()
    }
}

/// The base of every URL that is written for clients, without a slash at its end: the configured one, or the address
/// the server listens on if only this machine can reach it.
///
/// # Errors
/// [`BaseUrlError`]
pub fn base_url(configured: Option<&str>, scheme: Scheme, bound: Option<SocketAddr>) -> Result<String, BaseUrlError> {
    if let Some(text) = configured.map(str::trim).filter(|text| !text.is_empty()) {
        return usable(text).then(|| text.trim_end_matches('/').to_owned()).ok_or(BaseUrlError::Unusable);
    }
    bound
        .filter(|address| address.ip().is_loopback() && address.port() != 0)
        .map(|address| format!("{scheme}://{address}"))
        .ok_or(BaseUrlError::Unknown)
}

fn usable(text: &str) -> bool {
    Url::parse(text).is_ok_and(|url| {
        matches!(url.scheme(), "http" | "https")
            && url.has_host()
            && url.query().is_none()
            && url.fragment().is_none()
            && url.username().is_empty()
            && url.password().is_none()
    }) && !text.contains(|c: char| c.is_whitespace() || c.is_control())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> Option<SocketAddr> {
        Some(text.parse().unwrap())
    }

    #[test]
    fn the_configured_address_wins() {
        for bound in [None, address("127.0.0.1:8080"), address("0.0.0.0:8080")] {
            for (configured, expected) in [
                ("https://hub.example", "https://hub.example"),
                (" https://hub.example/ ", "https://hub.example"),
                ("http://hub.example:8080/namehound//", "http://hub.example:8080/namehound"),
                ("https://[2001:db8::1]:8443", "https://[2001:db8::1]:8443"),
            ] {
                assert_eq!(base_url(Some(configured), Scheme::Http, bound).as_deref(), Ok(expected));
            }
        }
    }

    #[test]
    fn without_one_a_loopback_address_is_its_own() {
        for (bound, expected) in [("127.0.0.1:8080", "http://127.0.0.1:8080"), ("[::1]:80", "http://[::1]:80")] {
            assert_eq!(base_url(None, Scheme::Http, address(bound)).as_deref(), Ok(expected));
            let secure = expected.replace("http:", "https:");
            assert_eq!(base_url(None, Scheme::Https, address(bound)), Ok(secure));
            assert_eq!(base_url(Some("  "), Scheme::Http, address(bound)).as_deref(), Ok(expected));
        }
    }

    #[test]
    fn what_others_reach_is_not_guessed() {
        for bound in
            [None, address("0.0.0.0:8080"), address("192.0.2.7:80"), address("[::]:80"), address("127.0.0.1:0")]
        {
            assert_eq!(base_url(None, Scheme::Http, bound), Err(BaseUrlError::Unknown), "{bound:?}");
        }
    }

    #[test]
    fn what_clients_could_not_use_is_refused() {
        for text in [
            "hub.example",
            "ftp://hub.example",
            "https://",
            "https://hub.example/?a=1",
            "https://hub.example/#x",
            "https://somebody@hub.example",
            "https://hub.example/a b",
            "https://hub.\nexample",
        ] {
            assert_eq!(
                base_url(Some(text), Scheme::Http, address("127.0.0.1:8080")),
                Err(BaseUrlError::Unusable),
                "{text}"
            );
        }
    }
}
