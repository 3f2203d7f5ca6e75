//! The addresses that the front page shows.

use secrecy::{ExposeSecret, SecretString};

/// How the asker came in, which decides what an address must hold.
#[derive(Debug, Clone)]
pub(super) enum Access {
    /// Nobody needs a token.
    Open,
    /// With a token in the path: addresses carry it on.
    TokenInPath(SecretString),
    /// With a token in a header: it is not repeated in a page.
    TokenInHeader,
}

/// What somebody who copies an address should know first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Caution {
    /// Nothing.
    Nothing,
    /// The server does not know its own address, so addresses are paths only.
    NoAddress,
    /// The address is not encrypted, which current clients refuse.
    NotEncrypted,
}

/// The addresses, each complete where the server knows its own. They may hold a token, so they do not print.
pub(super) struct Links {
    /// Where clients begin.
    pub(super) seed: String,
    /// The configuration archive.
    pub(super) archive: String,
    /// The tables for distribution servers: the transforms, and their settings.
    pub(super) tables: [String; 2],
    /// What to know about them.
    pub(super) caution: Caution,
    /// How the asker came in.
    pub(super) access: Access,
}

impl Links {
    pub(super) fn new(public_base: Option<&str>, access: Access) -> Self {
        let base = public_base.unwrap_or_default();
        let token = match &access {
            Access::TokenInPath(token) => format!("/t/{}", token.expose_secret()),
            Access::Open | Access::TokenInHeader => String::new(),
        };
        let caution = match public_base {
            None => Caution::NoAddress,
            Some(base) if base.get(..8).is_some_and(|scheme| scheme.eq_ignore_ascii_case("https://")) => {
                Caution::Nothing
            }
            Some(_) => Caution::NotEncrypted,
        };
        Self {
            seed: format!("{base}{token}/seed"),
            archive: format!("{base}{token}/maltego/namehound.mtz"),
            tables: ["transforms", "settings"].map(|table| format!("{base}{token}/maltego/{table}.csv")),
            caution,
            access,
        }
    }
}

/// The path that stands before every path of this server: proxies may put it below another site.
pub(super) fn path_of(public_base: Option<&str>) -> String {
    public_base
        .and_then(|base| url::Url::parse(base).ok())
        .map(|url| url.path().trim_end_matches('/').to_owned())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_carry_the_token_of_the_path_and_no_other() {
        let links = Links::new(Some("https://hub.example"), Access::TokenInPath("abc".into()));
        assert_eq!(links.seed, "https://hub.example/t/abc/seed");
        assert_eq!(links.archive, "https://hub.example/t/abc/maltego/namehound.mtz");
        assert_eq!(links.tables[0], "https://hub.example/t/abc/maltego/transforms.csv");
        assert_eq!(links.tables[1], "https://hub.example/t/abc/maltego/settings.csv");
        assert_eq!(links.caution, Caution::Nothing);
        assert_eq!(Links::new(Some("https://hub.example"), Access::TokenInHeader).seed, "https://hub.example/seed");
        let unknown = Links::new(None, Access::TokenInPath("abc".into()));
        assert_eq!((unknown.seed.as_str(), unknown.caution), ("/t/abc/seed", Caution::NoAddress));
        assert_eq!(Links::new(Some("http://127.0.0.1:8080"), Access::Open).caution, Caution::NotEncrypted);
    }

    #[test]
    fn a_site_below_a_path_keeps_its_path() {
        assert_eq!(path_of(Some("https://hub.example/namehound/")), "/namehound");
        assert_eq!(path_of(Some("https://hub.example")), "");
        assert_eq!(path_of(None), "");
    }
}
