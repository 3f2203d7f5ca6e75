//! The key that checkpoints are signed with (Ed25519, RFC 8032), and its public half, in the forms that `openssl` reads.

use std::fmt;

use aws_lc_rs::{
    encoding::AsDer,
    signature::{ED25519, Ed25519KeyPair, KeyPair as _, UnparsedPublicKey},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};

use super::{Digest, LedgerError};

/// What stands before the 32 bytes of a public key to make it a SubjectPublicKeyInfo (RFC 8410 §4).
const PUBLIC_KEY_HEADER: [u8; 12] = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];

/// A key to sign with. It does not print.
pub struct SigningKey(Ed25519KeyPair);

/// Its public half.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicKey(Vec<u8>);

impl SigningKey {
    /// A key from 32 random bytes.
    ///
    /// # Errors
    /// [`LedgerError::Key`] if the library refuses them.
    pub fn from_seed(seed: &[u8; 32]) -> Result<Self, LedgerError> {
        Ed25519KeyPair::from_seed_unchecked(seed).map(Self).map_err(|_| LedgerError::Key)
    }

    /// Reads a key from its PEM text (PKCS #8, RFC 5958).
    ///
    /// # Errors
    /// [`LedgerError::Key`]
    pub fn from_pem(text: &str) -> Result<Self, LedgerError> {
        let der = from_pem(text, "PRIVATE KEY").ok_or(LedgerError::Key)?;
        Ed25519KeyPair::from_pkcs8_maybe_unchecked(&der).map(Self).map_err(|_| LedgerError::Key)
    }

    /// The PEM text of the key.
    ///
    /// # Errors
    /// [`LedgerError::Key`] if the library cannot write it.
    pub fn to_pem(&self) -> Result<String, LedgerError> {
        let der: aws_lc_rs::encoding::Pkcs8V1Der<'static> = self.0.as_der().map_err(|_| LedgerError::Key)?;
        Ok(to_pem(der.as_ref(), "PRIVATE KEY"))
    }

    /// Its public half.
    #[must_use]
    pub fn public_key(&self) -> PublicKey {
        PublicKey(self.0.public_key().as_ref().to_vec())
    }

    pub(super) fn sign(&self, bytes: &[u8]) -> Vec<u8> {
        self.0.sign(bytes).as_ref().to_vec()
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey({})", self.public_key().fingerprint())
    }
}

impl PublicKey {
    pub(super) const fn from_bytes(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    pub(super) fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Reads a public key from its PEM text (RFC 8410).
    #[must_use]
    pub fn from_pem(text: &str) -> Option<Self> {
        let der = from_pem(text, "PUBLIC KEY")?;
        let key = der.strip_prefix(PUBLIC_KEY_HEADER.as_slice())?;
        (key.len() == 32).then(|| Self(key.to_vec()))
    }

    /// The PEM text of the key.
    #[must_use]
    pub fn to_pem(&self) -> String {
        to_pem(&[PUBLIC_KEY_HEADER.as_slice(), &self.0].concat(), "PUBLIC KEY")
    }

    /// What people compare: the digest of the key's 32 bytes.
    #[must_use]
    pub fn fingerprint(&self) -> Digest {
        Digest::of(&self.0)
    }

    /// Whether a signature is this key's.
    #[must_use]
    pub fn verifies(&self, bytes: &[u8], signature: &[u8]) -> bool {
        UnparsedPublicKey::new(&ED25519, &self.0).verify(bytes, signature).is_ok()
    }
}

/// RFC 7468: lines of 64 characters between two that say what it is.
fn to_pem(der: &[u8], label: &str) -> String {
    let encoded = STANDARD.encode(der);
    let mut text = format!("-----BEGIN {label}-----\n");
    for (at, c) in encoded.chars().enumerate() {
        if at > 0 && at % 64 == 0 {
            text.push('\n');
        }
        text.push(c);
    }
    text.push_str(&format!("\n-----END {label}-----\n"));
    text
}

fn from_pem(text: &str, label: &str) -> Option<Vec<u8>> {
    let (_, rest) = text.split_once(&format!("-----BEGIN {label}-----"))?;
    let (encoded, _) = rest.split_once(&format!("-----END {label}-----"))?;
    let encoded: String = encoded.chars().filter(|c| !c.is_whitespace()).collect();
    STANDARD.decode(encoded).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_reads_itself_and_its_signatures_are_its_own() {
        let key = SigningKey::from_seed(&[7; 32]).unwrap();
        let again = SigningKey::from_pem(&key.to_pem().unwrap()).unwrap();
        assert_eq!(again.public_key(), key.public_key());
        let public = PublicKey::from_pem(&key.public_key().to_pem()).unwrap();
        let signature = key.sign(b"text");
        assert!(public.verifies(b"text", &signature));
        assert!(!public.verifies(b"texT", &signature));
        let other = SigningKey::from_seed(&[8; 32]).unwrap();
        assert!(!other.public_key().verifies(b"text", &signature));
        assert!(!format!("{key:?}").contains("PRIVATE"));
        for text in ["", "-----BEGIN PRIVATE KEY-----\n!\n-----END PRIVATE KEY-----", &public.to_pem()] {
            assert!(SigningKey::from_pem(text).is_err(), "{text}");
        }
    }
}
