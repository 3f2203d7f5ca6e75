//! What a check found.

use std::fmt;

use serde::Serialize;

/// What was looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Check {
    /// The configuration file and the environment.
    Configuration,
    /// The vendors' keys, as they are written.
    ApiKey,
    /// The vendors' balances.
    Credits,
    /// This machine's clock.
    Clock,
    /// The workshop cases.
    Cases,
    /// The team's warning lists.
    WarningLists,
    /// Who may use the server.
    Access,
    /// The port to listen on.
    Port,
    /// The address under which clients reach the server.
    PublicUrl,
    /// The seed document at that address.
    Seed,
    /// The folder for everything that is kept.
    DataFolder,
    /// The certificates in the data folder.
    Certificates,
}

impl fmt::Display for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Configuration => "configuration",
            Self::ApiKey => "API key",
            Self::Credits => "credits",
            Self::Clock => "clock",
            Self::Cases => "cases",
            Self::WarningLists => "warning lists",
            Self::Access => "access",
            Self::Port => "port",
            Self::PublicUrl => "public URL",
            Self::Seed => "seed",
            Self::DataFolder => "data folder",
            Self::Certificates => "certificates",
        })
    }
}

/// How it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// As it should be.
    Good,
    /// It could not be looked at, or there is nothing to look at.
    Skipped,
    /// It works, but not for everybody or not for long.
    Warning,
    /// It does not work.
    Problem,
}

/// What a check found. Neither text holds any part of a key or a token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What was looked at.
    pub check: Check,
    /// How it is.
    pub verdict: Verdict,
    /// What was found, in one or two sentences on one line.
    pub what: String,
    /// What to do about it; what is to be pasted or typed stands in it literally and may take several lines.
    pub next_step: Option<String>,
}

impl Finding {
    /// It is as it should be.
    pub(super) fn good(check: Check, what: impl Into<String>) -> Self {
        Self { check, verdict: Verdict::Good, what: what.into(), next_step: None }
    }

    /// It was not looked at.
    pub(super) fn skipped(check: Check, what: impl Into<String>) -> Self {
        Self { check, verdict: Verdict::Skipped, what: what.into(), next_step: None }
    }

    /// It works for now.
    pub(super) fn warning(check: Check, what: impl Into<String>, next_step: impl Into<String>) -> Self {
        Self { check, verdict: Verdict::Warning, what: what.into(), next_step: Some(next_step.into()) }
    }

    /// It does not work.
    pub(super) fn problem(check: Check, what: impl Into<String>, next_step: impl Into<String>) -> Self {
        Self { check, verdict: Verdict::Problem, what: what.into(), next_step: Some(next_step.into()) }
    }
}

/// Everything that was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Report {
    /// The findings, in the order of the checks.
    pub findings: Vec<Finding>,
    /// What to paste into Maltego, where the server's address is known. On a server with tokens the token's place is
    /// marked: only hashes of tokens are known.
    pub seed_url: Option<String>,
}

impl Report {
    /// Whether nothing is wrong. Warnings are not wrong.
    #[must_use]
    pub fn is_well(&self) -> bool {
        self.count(Verdict::Problem) == 0
    }

    /// How many findings have a verdict.
    #[must_use]
    pub fn count(&self, verdict: Verdict) -> usize {
        self.findings.iter().filter(|finding| finding.verdict == verdict).count()
    }
}
