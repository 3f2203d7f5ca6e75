//! The rules of a case.

use std::collections::BTreeSet;

use intel::{credits::Credits, provider::Exposure};

/// The rules of a case. The default is careful about who learns of a question and leaves the rest open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseTerms {
    /// How visible its questions may be at most.
    pub ceiling: Exposure,
    /// The providers that may be asked, by the names used in the configuration; `None` for all.
    pub providers: Option<BTreeSet<String>>,
    /// What may be spent on it in all, in credits; `None` for as much as other limits allow.
    pub budget: Option<Credits>,
    /// For how many days it is kept after its seal, or after the last work in it; `None` until somebody deletes it.
    pub retention_days: Option<u32>,
}

impl Default for CaseTerms {
    fn default() -> Self {
        Self { ceiling: Exposure::ThirdParty, providers: None, budget: None, retention_days: None }
    }
}

impl CaseTerms {
    /// The providers as a JSON array. A set of texts always can be one; if it could not, nobody would be allowed.
    pub(super) fn providers_column(&self) -> Option<String> {
        self.providers.as_ref().map(|providers| serde_json::to_string(providers).unwrap_or_else(|_| "[]".to_owned()))
    }
}

/// Reads the column back. What cannot be read allows nobody, rather than everybody.
pub(super) fn providers(column: Option<String>) -> Option<BTreeSet<String>> {
    column.map(|text| serde_json::from_str(&text).unwrap_or_default())
}

/// Reads an exposure's word. The table holds no other; if it did, the most careful one would be right.
pub(super) fn exposure(word: &str) -> Exposure {
    [Exposure::Touch, Exposure::Infrastructure, Exposure::ThirdParty]
        .into_iter()
        .find(|exposure| exposure.as_str() == word)
        .unwrap_or(Exposure::Local)
}
