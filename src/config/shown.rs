//! How values are shown that may hold a secret inside: a URL may name a user and a password.

use intel::provider::whoisxml::BaseUrls;
use serde::{Serialize, Serializer};
use url::Url;

/// A URL from the configuration, without user and password.
pub(super) fn url<S: Serializer>(text: &Option<String>, serializer: S) -> Result<S::Ok, S::Error> {
    let shown = text.as_deref().map(|text| match Url::parse(text.trim()) {
        Ok(url) => without_user(&url).to_string(),
        // It cannot be told which part of it would be the password.
        Err(_) => "(not a URL)".to_owned(),
    });
    shown.serialize(serializer)
}

/// Addresses of services, without users and passwords.
pub(super) fn base_urls<S: Serializer>(urls: &BaseUrls, serializer: S) -> Result<S::Ok, S::Error> {
    urls.map(without_user).serialize(serializer)
}

fn without_user(url: &Url) -> Url {
    let mut shown = url.clone();
    if !url.username().is_empty() || url.password().is_some() {
        // Only URLs without a host refuse this, and those hold no user.
        let _refused = shown.set_username("***").and_then(|()| shown.set_password(None));
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn user_and_password_are_not_shown() {
        for (given, shown) in [
            ("http://proxy.example:3128", "http://proxy.example:3128/"),
            ("http://ada:pass%2Fword@proxy.example:3128/x?y", "http://***@proxy.example:3128/x?y"),
            ("socks5h://token@127.0.0.1:9050", "socks5h://***@127.0.0.1:9050"),
            ("https://relay.example/a@b", "https://relay.example/a@b"),
            ("http://ada:pass/word@proxy.example", "(not a URL)"),
        ] {
            let text = url(&Some(given.to_owned()), serde_json::value::Serializer).unwrap();
            assert_eq!(text, shown, "{given}");
        }
        assert_eq!(url(&None, serde_json::value::Serializer).unwrap(), serde_json::Value::Null);
    }
}
