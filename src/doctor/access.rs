//! Who may use the server.

use std::net::ToSocketAddrs;

use super::{
    finding::{Check, Finding},
    public_url,
};
use crate::{auth::Tokens, config::Config};

const CHECK: Check = Check::Access;

/// Whether everybody who can reach the server needs a token where that matters.
pub(super) fn access(config: &Config) -> Finding {
    let next_step = "Run \"namehound token new\" and put the line with the hash that it prints into the configuration.";
    let tokens = match Tokens::parse(&config.auth.tokens) {
        Ok(tokens) => tokens,
        Err(error) => return Finding::problem(CHECK, format!("{error}."), next_step),
    };
    if !tokens.is_open() {
        return Finding::good(CHECK, format!("{} in the configuration; nobody gets in without one.", count(config)));
    }
    let address = config.server.listen.to_socket_addrs().ok().and_then(|mut addresses| addresses.next());
    if address.is_some_and(|address| !address.ip().is_loopback()) {
        return Finding::problem(
            CHECK,
            "Other machines can reach the server, and nothing says who may use it: it will refuse to start.",
            next_step,
        );
    }
    if config.server.public_url.as_deref().is_some_and(public_url::is_for_others) {
        return Finding::warning(
            CHECK,
            "The public URL invites other machines, and nobody needs a token: whoever knows it can spend your credits.",
            next_step,
        );
    }
    Finding::good(CHECK, "Nobody needs a token: only this machine can reach the server.")
}

fn count(config: &Config) -> String {
    match config.auth.tokens.len() {
        1 => "1 token is".to_owned(),
        count => format!("{count} tokens are"),
    }
}

#[cfg(test)]
mod tests {
    use super::{super::finding::Verdict, *};
    use crate::auth::NewToken;

    #[test]
    fn whoever_can_reach_the_server_needs_a_token() {
        let hash = NewToken::from_random([7; 32]).hash;
        for (listen, public_url, tokens, verdict) in [
            ("127.0.0.1:8080", None, vec![], Verdict::Good),
            ("127.0.0.1:8080", Some("http://localhost:8080"), vec![], Verdict::Good),
            ("127.0.0.1:8080", Some("https://hub.example"), vec![], Verdict::Warning),
            ("0.0.0.0:8080", None, vec![], Verdict::Problem),
            ("0.0.0.0:8080", None, vec![hash.clone()], Verdict::Good),
            ("127.0.0.1:8080", None, vec!["blake3:abc".to_owned()], Verdict::Problem),
        ] {
            let mut config = Config::default();
            config.server.listen = listen.to_owned();
            config.server.public_url = public_url.map(str::to_owned);
            config.auth.tokens = tokens;
            let finding = access(&config);
            assert_eq!(finding.verdict, verdict, "{listen} {public_url:?} {finding:?}");
            assert!(!format!("{finding:?}").contains(&hash));
        }
    }
}
