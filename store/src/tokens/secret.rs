//! The text of a token: made once, shown once, and from then on only compared.

use std::fmt;

use secrecy::{ExposeSecret, SecretString};
use subtle::ConstantTimeEq;

/// What every token begins with.
const PREFIX: &str = "nh-";

/// Length of the public number, in hexadecimal digits.
const ID_DIGITS: usize = 16;

/// A new token, for the one time it is shown.
pub struct TokenSecret {
    id: String,
    text: SecretString,
}

impl fmt::Debug for TokenSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "token {}", self.id)
    }
}

impl TokenSecret {
    /// How many random bytes a token is made of: 8 for its public number and 32 for its secret.
    pub const RANDOM_BYTES: usize = 40;

    /// Random bytes from the operating system.
    ///
    /// # Errors
    /// When the operating system gives none.
    pub fn random_bytes() -> Result<[u8; Self::RANDOM_BYTES], getrandom::Error> {
        let mut bytes = [0; Self::RANDOM_BYTES];
        getrandom::fill(&mut bytes)?;
        Ok(bytes)
    }

    /// The token, for the one time it is shown.
    #[must_use]
    pub fn reveal(&self) -> &str {
        self.text.expose_secret()
    }

    /// Its public number.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    pub(super) fn from_random(bytes: [u8; Self::RANDOM_BYTES]) -> Self {
        let digits: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        let (id, secret) = digits.split_at_checked(ID_DIGITS).unwrap_or_default();
        Self { id: id.to_owned(), text: format!("{PREFIX}{id}-{secret}").into() }
    }

    pub(super) fn hash(&self) -> [u8; 32] {
        hash(self.reveal())
    }
}

/// What somebody presented: the public number it claims, and the hash of all of it.
pub(super) struct Presented {
    id: String,
    hash: [u8; 32],
}

impl Presented {
    /// Reads a presented token. What is no token at all has a number that no token has.
    pub(super) fn read(text: &str) -> Self {
        let id = text.strip_prefix(PREFIX).and_then(|rest| rest.get(..ID_DIGITS)).unwrap_or_default();
        Self { id: id.to_owned(), hash: hash(text) }
    }

    pub(super) fn id(&self) -> &str {
        &self.id
    }

    /// Whether the stored hash is that of the presented text, in constant time.
    pub(super) fn matches(&self, stored: &[u8; 32]) -> bool {
        self.hash.ct_eq(stored).into()
    }
}

fn hash(text: &str) -> [u8; 32] {
    *blake3::hash(text.as_bytes()).as_bytes()
}
