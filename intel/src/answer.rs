//! Answers: records with their proof and their completeness.
//!
//! Sources answer in pages. The unit of asking is therefore one page, and each page is one [`Answer`] with its own
//! provenance: it was fetched at one time, from one source, for one price. Whoever wants more asks for
//! [`Answer::next`]. So a page that was bought once is never bought again because somebody wanted the page after it,
//! and results can be shown while later pages are still on their way.

use std::sync::Arc;

use jiff::Timestamp;

use serde::{Deserialize, Serialize};

use crate::{credits::Credits, evidence::EvidenceId, provider::Cursor, record::Record};

/// What a provider reads from one upstream response.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Page {
    /// The records, in the source's order.
    pub records: Vec<Record>,
    /// Where the next page starts; `None` at the end.
    pub next: Option<Cursor>,
    /// How many records there are in all, where the source says so.
    pub total: Option<Total>,
    /// What the analyst should know about this page, in whole sentences.
    pub notes: Vec<String>,
    /// Whose records these are, where the provider puts several sources together; `None` for the provider's own.
    pub source: Option<String>,
}

/// How many records a question has in all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Total {
    /// The source counted them.
    Exactly(u64),
    /// There are at least so many: the source stops counting, or there is a further page.
    AtLeast(u64),
}

impl Total {
    /// The number, exact or not.
    #[must_use]
    pub const fn count(self) -> u64 {
        match self {
            Self::Exactly(count) | Self::AtLeast(count) => count,
        }
    }
}

/// One page of an answer with its proof.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Answer {
    /// What the source said.
    pub page: Arc<Page>,
    /// Where it came from.
    pub provenance: Provenance,
}

/// Where an answer came from, when, and what it cost.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Provenance {
    /// The source as people know it, for example `WhoisXML API`.
    pub source: String,
    /// When the source was asked. For a cached answer: when it was asked then.
    pub retrieved: Timestamp,
    /// What this asking cost. A cached answer, or one that somebody else was just buying, costs nothing.
    pub paid: Credits,
    /// Whether it was remembered rather than asked for.
    pub cached: bool,
    /// The exchanges with the source that it was read from, where they are kept.
    #[serde(default)]
    pub evidence: Vec<EvidenceId>,
}

impl Provenance {
    /// A source that was asked at a time, for nothing.
    #[must_use]
    pub fn of(source: impl Into<String>, retrieved: Timestamp) -> Self {
        Self { source: source.into(), retrieved, paid: Credits::FREE, cached: false, evidence: Vec::new() }
    }

    /// The provenance of something that another answer says as well: both sources are named, and the older asking is the
    /// one that both can vouch for.
    pub fn join(&mut self, other: &Self) {
        if !self.source.split(SEPARATOR).any(|known| known == other.source) {
            self.source.push_str(SEPARATOR);
            self.source.push_str(&other.source);
        }
        self.retrieved = self.retrieved.min(other.retrieved);
        self.cached |= other.cached;
        for id in &other.evidence {
            if !self.evidence.contains(id) {
                self.evidence.push(id.clone());
            }
        }
    }
}

/// What stands between the sources of something that several say.
const SEPARATOR: &str = "; ";

impl Answer {
    /// The records of this page.
    #[must_use]
    pub fn records(&self) -> &[Record] {
        &self.page.records
    }

    /// Where the next page starts.
    #[must_use]
    pub fn next(&self) -> Option<&Cursor> {
        self.page.next.as_ref()
    }
}
