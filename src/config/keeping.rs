//! The sections about what is kept and what may be spent.

use std::time::Duration;

use intel::Credits;
use serde::{Deserialize, Serialize};
use store::{
    answers::AnswerLimits,
    spending::{Limit, Period, Scope},
};

/// What is kept in the data folder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct KeepSection {
    /// Whether anything is kept at all: answers, proof, purchases.
    pub enabled: bool,
    /// Whether what sources say is kept as proof.
    pub ledger: bool,
    /// How many bytes of answers are kept at most.
    pub answer_bytes: u64,
    /// For how many days an answer is kept that no case has seen.
    pub answer_days: u64,
    /// For how many days the bytes that sources sent are kept; unset: always. Their digests stay in any case.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body_days: Option<u32>,
}

impl Default for KeepSection {
    fn default() -> Self {
        let limits = AnswerLimits::default();
        Self {
            enabled: true,
            ledger: true,
            answer_bytes: limits.bytes,
            answer_days: limits.keep_for.as_secs() / (24 * 60 * 60),
            body_days: None,
        }
    }
}

impl KeepSection {
    /// How much is kept, and for how long.
    #[must_use]
    pub fn answer_limits(&self) -> AnswerLimits {
        AnswerLimits {
            bytes: self.answer_bytes,
            keep_for: Duration::from_secs(self.answer_days.saturating_mul(24 * 60 * 60)),
            ..AnswerLimits::default()
        }
    }
}

/// What may be spent, in credits. What is not said is not limited here.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AllowancesSection {
    /// By one run of a transform.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub per_run: Option<u64>,
    /// By everybody together in a day (UTC).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub per_day: Option<u64>,
    /// By everybody together in a month (UTC).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub per_month: Option<u64>,
    /// By one member in a day.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub per_member_and_day: Option<u64>,
    /// For one case, ever. A case may have a smaller budget of its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub per_case: Option<u64>,
    /// With one source in a day.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub per_provider_and_day: Option<u64>,
}

impl AllowancesSection {
    /// The limits of the spend book.
    #[must_use]
    pub fn limits(&self) -> Vec<Limit> {
        [
            (self.per_run, Scope::Run, Period::Ever),
            (self.per_day, Scope::Everyone, Period::Day),
            (self.per_month, Scope::Everyone, Period::Month),
            (self.per_member_and_day, Scope::Member, Period::Day),
            (self.per_case, Scope::Case, Period::Ever),
            (self.per_provider_and_day, Scope::Provider, Period::Day),
        ]
        .into_iter()
        .filter_map(|(credits, scope, period)| Some(Limit { scope, period, credits: Credits(credits?) }))
        .collect()
    }
}

/// How much members may ask of the server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct MembersSection {
    /// How many requests a minute one member may make.
    pub requests_per_minute: u32,
    /// How many requests of one member are worked on at once.
    pub requests_at_once: usize,
    /// How many wrong tokens a minute are looked at from one address before it has to wait.
    pub wrong_tokens_per_minute: u32,
}

impl Default for MembersSection {
    fn default() -> Self {
        Self { requests_per_minute: 6000, requests_at_once: 600, wrong_tokens_per_minute: 30 }
    }
}
