//! Names of people and organisations.
//!
//! A name is kept as it was given, for search and display, and compared in a folded form, since WHOIS data spells one
//! name in many ways. A redaction marker or a privacy service is not a name: a reverse WHOIS search for one matches
//! millions of strangers' domains, so reading it is an error here, before any question can be built from it.

use std::fmt;

use super::{ObservableError, legal_form, pasted};
use crate::noise;

/// The longest name, in octets. Registries allow 255 characters (RFC 5733 §4, `postalLineType`).
const LONGEST: usize = 1024;

/// A person's name.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct PersonName(String);

/// An organisation's name.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct OrganizationName(String);

impl PersonName {
    /// Reads a name; blanks around it go, and several within become one.
    ///
    /// # Errors
    /// When fewer than two letters or digits are in it, or when it is noise (see [`crate::noise`]).
    pub fn parse(text: &str) -> Result<Self, ObservableError> {
        read(text).map(Self).map_err(|reason| ObservableError::new(text, "a person's name", reason))
    }

    /// The name as given.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The form for comparison: case, blanks and punctuation do not matter.
    #[must_use]
    pub fn folded(&self) -> String {
        fold(&self.0)
    }
}

impl OrganizationName {
    /// Reads a name; blanks around it go, and several within become one.
    ///
    /// # Errors
    /// When fewer than two letters or digits are in it, or when it is noise (see [`crate::noise`]).
    pub fn parse(text: &str) -> Result<Self, ObservableError> {
        read(text).map(Self).map_err(|reason| ObservableError::new(text, "an organisation's name", reason))
    }

    /// The name as given.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The form for comparison: case, blanks and punctuation do not matter, nor does the legal form (`Ltd`, `GmbH`). A
    /// name that is nothing but a legal form keeps it.
    #[must_use]
    pub fn folded(&self) -> String {
        legal_form::without(&fold(&self.0))
    }
}

impl fmt::Display for PersonName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for OrganizationName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn read(text: &str) -> Result<String, &'static str> {
    if text.len() > LONGEST {
        return Err("it is too long for one");
    }
    let spaced: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let visible = pasted::without_invisible(&spaced);
    let name = visible.split_whitespace().collect::<Vec<_>>().join(" ");
    if let Some(noise) = noise::judge(&name) {
        return Err(noise.kind.why_not());
    }
    if name.chars().filter(|c| c.is_alphanumeric()).take(2).count() < 2 {
        return Err("it has fewer than two letters");
    }
    Ok(name)
}

/// Folds case and takes punctuation away. Full stops and apostrophes stand within words and vanish (`S.A.`, `O'Hara`);
/// other punctuation stands between words and becomes a blank (`Acme,Inc`, `Doe-Roe`).
fn fold(name: &str) -> String {
    // Upper case first: it is what makes ß and ss, or the two small sigmas, the same.
    let folded: String = name
        .to_uppercase()
        .to_lowercase()
        .chars()
        .filter(|c| !matches!(c, '.' | '\'' | '\u{2019}' | '\u{2018}' | '`' | '\u{b4}' | '\u{2bc}'))
        .map(|c| if is_punctuation(c) { ' ' } else { c })
        .collect();
    folded.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Punctuation of the scripts that WHOIS data has. Marks that letters are composed of are none.
fn is_punctuation(c: char) -> bool {
    c.is_ascii_punctuation()
        || matches!(
            c,
            '\u{a1}' | '\u{a7}' | '\u{ab}' | '\u{b6}' | '\u{b7}' | '\u{bb}' | '\u{bf}'
                | '\u{2010}'..='\u{2027}'
                | '\u{2030}'..='\u{205e}'
                | '\u{3000}'..='\u{3003}'
                | '\u{3008}'..='\u{3011}'
                | '\u{3014}'..='\u{301f}'
                | '\u{30fb}'
                | '\u{ff01}'..='\u{ff0f}'
                | '\u{ff1a}'..='\u{ff20}'
                | '\u{ff3b}'..='\u{ff40}'
                | '\u{ff5b}'..='\u{ff65}'
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_keeps_its_spelling_but_not_its_blanks() {
        assert_eq!(PersonName::parse("  Jo \t\u{a0} van  Doe\n").unwrap().as_str(), "Jo van Doe");
        assert_eq!(OrganizationName::parse("Acme,\r\n Inc.").unwrap().as_str(), "Acme, Inc.");
        assert_eq!(PersonName::parse("J\u{200b}o").unwrap().as_str(), "Jo");
    }

    #[test]
    fn people_are_compared_without_case_blanks_and_punctuation() {
        let folded = |text| PersonName::parse(text).unwrap().folded();
        assert_eq!(folded("Jo O'Hara"), "jo ohara");
        assert_eq!(folded("JO O\u{2019}HARA"), "jo ohara");
        assert_eq!(folded("Doe,Jo"), "doe jo");
        assert_eq!(folded("J. Doe-Roe"), "j doe roe");
        assert_eq!(folded("Stra\u{df}er"), folded("STRASSER"));
        assert_eq!(
            folded("\u{3a3}\u{3af}\u{3c3}\u{3c5}\u{3c6}\u{3bf}\u{3c2}"),
            folded("\u{3a3}\u{38a}\u{3a3}\u{3a5}\u{3a6}\u{39f}\u{3a3}")
        );
    }

    #[test]
    fn organisations_are_compared_without_their_legal_form() {
        let folded = |text| OrganizationName::parse(text).unwrap().folded();
        for spelling in ["Acme Networks", "ACME NETWORKS, LTD.", "Acme Networks Limited", "acme networks  ltd"] {
            assert_eq!(folded(spelling), "acme networks", "{spelling}");
        }
        assert_eq!(folded("Private Limited"), "private limited");
    }

    #[test]
    fn noise_is_no_name_and_the_analyst_reads_why() {
        for (text, word) in [
            ("REDACTED FOR PRIVACY", "redaction marker"),
            ("Domains By Proxy, LLC", "privacy service"),
            ("N/A", "filler"),
            ("***", "redaction marker"),
        ] {
            assert!(PersonName::parse(text).unwrap_err().reason.contains(word), "{text}");
            let error = OrganizationName::parse(text).unwrap_err();
            assert!(error.reason.contains(word), "{text}");
            assert!(error.to_string().contains("not an organisation's name"), "{error}");
        }
    }

    #[test]
    fn a_single_letter_is_no_name() {
        for text in ["A", "a.", "!?"] {
            assert!(PersonName::parse(text).is_err(), "{text}");
        }
        assert!(PersonName::parse("\u{674e}\u{660e}").is_ok());
        assert!(OrganizationName::parse("3M").is_ok());
    }
}
