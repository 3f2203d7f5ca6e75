//! The account's key and the three places it may stand in.
//!
//! One key opens every service. Some of them take it as a header, which keeps it out of URLs and so out of the logs of
//! every proxy on the way; others are documented to take it as a field of the body, which does the same; the rest take
//! it in the query only. Whichever it is, it leaves through [`HttpRequest::secret`](crate::upstream::HttpRequest) alone.

use http::HeaderName;
use secrecy::{ExposeSecret, SecretString};

use crate::{error::ProviderError, upstream::Secret};

#[derive(Debug)]
pub(super) struct Key(SecretString);

impl Key {
    /// Surrounding blanks are no part of a key: they come from files that end with a line break.
    pub(super) fn new(key: &SecretString) -> Self {
        Self(SecretString::from(key.expose_secret().trim()))
    }

    /// Keys are visible ASCII in one piece. The vendor's own clients expect `at_` and 29 letters or digits, which is
    /// not required here, since accounts with other forms exist.
    pub(super) fn check(&self) -> Result<(), ProviderError> {
        let key = self.0.expose_secret();
        if key.is_empty() || !key.chars().all(|c| c.is_ascii_graphic()) { Err(ProviderError::BadKey) } else { Ok(()) }
    }

    pub(super) fn in_header(&self) -> Secret {
        Secret::Header(HeaderName::from_static("x-authentication-token"), self.0.clone())
    }

    pub(super) fn in_body(&self) -> Secret {
        Secret::Field("apiKey", self.0.clone())
    }

    pub(super) fn in_query(&self) -> Secret {
        Secret::Query("apiKey", self.0.clone())
    }

    /// Takes the key out of what the vendor said: a gateway's error page may repeat the address that was asked for.
    pub(super) fn cut_from(&self, text: &str) -> String {
        match self.0.expose_secret() {
            "" => text.to_owned(),
            key => text.replace(key, "[key]"),
        }
    }
}
