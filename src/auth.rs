//! Who may use the server.
//!
//! The classic protocol has no authentication at all: whoever can reach a transform's URL can run it. So a secret goes
//! into the path (`/t/<token>/run/…`), or into a bearer header for clients that can send one. Tokens are random 256-bit
//! values; only their hashes are stored, and a fast hash is right for them: there is nothing to guess. Comparing takes
//! the same time whatever was presented.

use std::fmt;

use secrecy::{ExposeSecret, SecretString};
use subtle::{Choice, ConstantTimeEq};
use thiserror::Error;

/// What stands before a stored hash, naming the function.
const PREFIX: &str = "blake3:";

/// Hashes of the tokens that let somebody in.
#[derive(Clone, Default)]
pub struct Tokens(Vec<blake3::Hash>);

impl fmt::Debug for Tokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} tokens", self.0.len())
    }
}

/// A stored hash that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error(
    "auth.tokens: entry {position} is not a token's hash; it should be {PREFIX} and 64 hexadecimal digits, as \
     \"namehound token new\" prints it (the token itself does not belong here)"
)]
pub struct TokenHashError {
    /// Which entry, from 1.
    pub position: usize,
}

impl Tokens {
    /// Reads stored hashes.
    ///
    /// # Errors
    /// When one of them is not of the form `blake3:<64 hexadecimal digits>`.
    pub fn parse(hashes: &[String]) -> Result<Self, TokenHashError> {
        hashes
            .iter()
            .enumerate()
            .map(|(index, text)| {
                text.trim()
                    .strip_prefix(PREFIX)
                    .and_then(|hex| blake3::Hash::from_hex(hex).ok())
                    .ok_or(TokenHashError { position: index + 1 })
            })
            .collect::<Result<_, _>>()
            .map(Self)
    }

    /// Whether nobody needs a token.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether a presented token is one of these. Every stored hash is compared, whichever matches.
    #[must_use]
    pub fn admit(&self, presented: &str) -> bool {
        let presented = blake3::hash(presented.as_bytes());
        let admitted = self
            .0
            .iter()
            .fold(Choice::from(0), |admitted, known| admitted | known.as_bytes().ct_eq(presented.as_bytes()));
        admitted.into()
    }
}

/// A new token and the hash to store.
#[derive(Debug)]
pub struct NewToken {
    /// The token, shown once.
    pub token: SecretString,
    /// Its hash, for the configuration.
    pub hash: String,
}

impl NewToken {
    /// Makes a token of 256 random bits, 64 hexadecimal digits: safe in paths and headers.
    #[must_use]
    pub fn from_random(bytes: [u8; 32]) -> Self {
        let token: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        let hash = format!("{PREFIX}{}", blake3::hash(token.as_bytes()).to_hex());
        Self { token: token.into(), hash }
    }

    /// Makes a token from the operating system's randomness.
    ///
    /// # Errors
    /// When the operating system gives none.
    pub fn generate() -> Result<Self, getrandom::Error> {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes)?;
        Ok(Self::from_random(bytes))
    }

    /// The token, for the one time it is shown.
    #[must_use]
    pub fn reveal(&self) -> &str {
        self.token.expose_secret()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_token_itself_is_admitted() {
        let new = NewToken::from_random([7; 32]);
        let tokens = Tokens::parse(&[NewToken::from_random([9; 32]).hash, new.hash.clone()]).unwrap();
        assert!(tokens.admit(new.reveal()));
        for wrong in ["", "0707", &new.hash, &new.reveal().to_uppercase(), &format!("{} ", new.reveal())] {
            assert!(!tokens.admit(wrong) || wrong == new.reveal(), "{wrong}");
        }
        assert!(!Tokens::default().admit(""));
    }

    #[test]
    fn a_token_in_the_place_of_its_hash_is_refused_without_being_shown() {
        let new = NewToken::from_random([7; 32]);
        let error = Tokens::parse(&[new.hash.clone(), new.reveal().to_owned()]).unwrap_err();
        assert_eq!(error.position, 2);
        assert!(!error.to_string().contains(new.reveal()));
        assert!(!format!("{new:?}").contains(new.reveal()));
    }
}
