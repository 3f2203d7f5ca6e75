//! What is counted: where answers came from, how sources fared, how long anybody waited, what was spent.
//!
//! Numbers go through the [`metrics`] facade and cost nothing where nobody collects them. They have the fewest labels
//! that answer a question, and never an observable: who is asked about is the analyst's business. A provider is named, a
//! server is not, since there are as many servers as registries.
//!
//! | name | labels | |
//! |---|---|---|
//! | `namehound_answers_total` | `origin` | answers by where they came from: `memory`, `store`, `flight` (asked for by somebody else at the same time), `source` |
//! | `namehound_upstream_requests_total` | `provider`, `outcome` | requests that were sent, and what came of them |
//! | `namehound_upstream_seconds` | `provider` | from sending a request to having read the response |
//! | `namehound_upstream_wait_seconds` | `provider` | how long a request waited for its turn |
//! | `namehound_upstream_retries_total` | `provider` | requests that were sent again |
//! | `namehound_upstream_rests_total` | `provider` | how often a failing source was left alone |
//! | `namehound_credits_spent_total` | `provider` | what answers cost, in credits |

use std::time::Duration;

use metrics::{counter, histogram};

use crate::{credits::Credits, error::ProviderError};

/// Where an answer came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Origin {
    /// The memory of the process.
    Memory,
    /// What is kept beyond it.
    Store,
    /// Somebody else was asking at the same time.
    Flight,
    /// The source.
    Source,
}

pub(super) fn answered(origin: Origin) {
    let origin = match origin {
        Origin::Memory => "memory",
        Origin::Store => "store",
        Origin::Flight => "flight",
        Origin::Source => "source",
    };
    counter!("namehound_answers_total", "origin" => origin).increment(1);
}

pub(super) fn asked<T>(provider: &'static str, took: Duration, outcome: &Result<T, ProviderError>) {
    let word = outcome.as_ref().err().map_or("answered", outcome_of);
    counter!("namehound_upstream_requests_total", "provider" => provider, "outcome" => word).increment(1);
    histogram!("namehound_upstream_seconds", "provider" => provider).record(took);
}

pub(super) fn waited(provider: &'static str, wait: Duration) {
    histogram!("namehound_upstream_wait_seconds", "provider" => provider).record(wait);
}

pub(super) fn asked_again(provider: &'static str) {
    counter!("namehound_upstream_retries_total", "provider" => provider).increment(1);
}

pub(super) fn left_alone(provider: &'static str) {
    counter!("namehound_upstream_rests_total", "provider" => provider).increment(1);
}

pub(super) fn spent(provider: &'static str, credits: Credits) {
    if !credits.is_free() {
        counter!("namehound_credits_spent_total", "provider" => provider).increment(credits.0);
    }
}

const fn outcome_of(error: &ProviderError) -> &'static str {
    match error {
        ProviderError::BadKey | ProviderError::AccessRefused => "access-refused",
        ProviderError::NoCredits => "no-credits",
        ProviderError::PlanForbids => "plan-forbids",
        ProviderError::RateLimited { .. } => "rate-limited",
        ProviderError::InvalidInput { .. } => "invalid-input",
        ProviderError::Upstream { .. } => "upstream-failure",
        ProviderError::Unreachable { .. } => "unreachable",
        ProviderError::Broken { .. } => "broken",
        ProviderError::Timeout { .. } => "timeout",
        ProviderError::TooLarge { .. } => "too-large",
        ProviderError::Malformed { .. } => "malformed",
        ProviderError::Resting { .. } => "resting",
        ProviderError::Crowded { .. } => "crowded",
        ProviderError::NotKept(_) => "not-kept",
        ProviderError::PurchaseUnknown { .. } => "purchase-unknown",
    }
}
