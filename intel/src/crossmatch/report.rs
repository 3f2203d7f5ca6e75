//! What the domains have in common, as one answer.
//!
//! Serialized as JSON, the report is a contract: fields are added, but neither renamed nor taken away.
//!
//! | field | meaning |
//! |---|---|
//! | `domains` | the domains that were compared, by name |
//! | `window` | `{"from": "2019-01-01", "to": null}`, or `null` if any date counted |
//! | `shared` | the values, the most telling first, see [`Shared`] |
//! | `shared[].score` | 0 to 100, see [`rarity`](super::rarity) |
//! | `shared[].kind` | `email`, `phone`, `name_server`, …, see [`SharedKind`](super::SharedKind) |
//! | `shared[].value` | the value as it was most often found |
//! | `shared[].common` | `{"reason": …, "confidence": "certain"}` if strangers have it as well, else `null` |
//! | `shared[].sharers[]` | `domain`, `spans` (`first`, `last`), `undated`, `places`, `sources`, `retrieved` |
//! | `shared[].sharers[].at_the_same_time` | whether another sharer held it on the same day; `null` if the dates do not tell |
//! | `shared[].sharers[].registered_anew` | when the domain was registered anew after it last held it, or `null` |
//! | `shared[].overlap` | `most_at_once`, `during` (`first`, `last`), `all`, `undated` |
//! | `shared[].population` | how many domains in the world have it, where that was counted |
//! | `hidden[]` | noise that was left out: `kind`, `service`, `domains` |
//! | `failures[]` | questions that failed: `subject`, `lookup`, `message` |
//! | `unanswered[]` | kinds of questions that no source answers |
//! | `cut[]` | what was not read to its end: `subject`, `lookup` |
//! | `sources[]` | who was asked |
//! | `spent` | what it has cost, in credits |
//! | `notes[]` | what the sources said about their answers |

use std::collections::BTreeSet;

use jiff::civil::Date;
use serde::{Serialize, Serializer};

use super::{Collected, DomainFacts, Failure, Hidden, Measured, Shared, collect::Cut, compare, hidden};
use crate::{
    credits::Credits,
    lookup::{DateRange, LookupKind},
    observable::HostName,
};

/// What the domains have in common.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct Report {
    /// The domains that were compared, by name.
    #[serde(serialize_with = "super::as_texts")]
    pub domains: Vec<HostName>,
    /// The time that counted; `None` for any.
    #[serde(serialize_with = "window")]
    pub window: Option<DateRange>,
    /// What they share, the most telling first.
    pub shared: Vec<Shared>,
    /// Noise that was left out.
    pub hidden: Vec<Hidden>,
    /// Questions that failed.
    pub failures: Vec<Failure>,
    /// Kinds of questions that no source answers.
    pub unanswered: Vec<LookupKind>,
    /// What was not read to its end.
    pub cut: Vec<Cut>,
    /// Who was asked, by name.
    pub sources: Vec<String>,
    /// What it has cost.
    pub spent: Credits,
    /// What the sources said about their answers.
    pub notes: Vec<String>,
}

/// The columns of [`Report::rows`].
pub const HEADER: [&str; 12] = [
    "score",
    "kind",
    "value",
    "verdict",
    "sharers",
    "domains",
    "first",
    "last",
    "overlap",
    "population",
    "sources",
    "apart",
];

impl Report {
    /// Compares what was collected.
    #[must_use]
    pub fn new(collected: Collected, window: Option<DateRange>) -> Self {
        let Collected { facts, failures, unanswered, cut, sources, spent, notes, .. } = collected;
        Self { failures, unanswered, cut, spent, notes, sources, ..Self::of_facts(&facts, window) }
    }

    /// Compares facts that were not asked for.
    #[must_use]
    pub fn of_facts(facts: &[DomainFacts], window: Option<DateRange>) -> Self {
        let domains: BTreeSet<&HostName> = facts.iter().map(|facts| &facts.domain).collect();
        let sources: BTreeSet<String> = facts.iter().flat_map(DomainFacts::sources).collect();
        Self {
            domains: domains.into_iter().cloned().collect(),
            window: window.filter(|window| !window.is_open()),
            shared: compare(facts, window),
            hidden: hidden(facts, window),
            failures: Vec::new(),
            unanswered: Vec::new(),
            cut: Vec::new(),
            sources: sources.into_iter().collect(),
            spent: Credits::FREE,
            notes: Vec::new(),
        }
    }

    /// Takes in what counting has cost and who counted; the counts themselves are in the shared values.
    pub fn add_measured(&mut self, measured: Measured) {
        self.spent = self.spent + measured.spent;
        self.failures.extend(measured.failures);
        self.sources.extend(measured.sources);
        self.sources.sort_unstable();
        self.sources.dedup();
    }

    /// The values that tell something.
    pub fn telling(&self) -> impl Iterator<Item = &Shared> {
        self.shared.iter().filter(|shared| shared.common.is_none())
    }

    /// The values that join strangers as well.
    pub fn common(&self) -> impl Iterator<Item = &Shared> {
        self.shared.iter().filter(|shared| shared.common.is_some())
    }

    /// The shared values as rows of a table, in their order, see [`HEADER`]. Lists within a cell are joined by blanks
    /// (domains) or semicolons (sources); what is not known is empty. `apart` are the domains that held it at another time
    /// than every other one.
    #[must_use]
    pub fn rows(&self) -> Vec<[String; HEADER.len()]> {
        self.shared.iter().map(row).collect()
    }
}

impl Shared {
    /// `telling`, or `common: ` with the reason.
    #[must_use]
    pub fn verdict(&self) -> String {
        self.common.as_ref().map_or_else(|| "telling".to_owned(), |common| format!("common: {}", common.reason))
    }

    /// Who says so, each once, by name.
    #[must_use]
    pub fn sources(&self) -> Vec<&str> {
        let sources: BTreeSet<&str> =
            self.sharers.iter().flat_map(|sharer| &sharer.sources).map(String::as_str).collect();
        sources.into_iter().collect()
    }
}

fn row(shared: &Shared) -> [String; HEADER.len()] {
    let day = |day: Option<Date>| day.map(|day| day.to_string()).unwrap_or_default();
    let domains: Vec<&str> = shared.sharers.iter().map(|sharer| sharer.domain.as_str()).collect();
    let apart: Vec<&str> = shared.apart().map(|sharer| sharer.domain.as_str()).collect();
    [
        shared.score.to_string(),
        shared.kind.in_words().to_owned(),
        shared.value.clone(),
        shared.verdict(),
        shared.sharers.len().to_string(),
        domains.join(" "),
        day(shared.first()),
        day(shared.last()),
        shared.overlap.in_words(shared.sharers.len()),
        shared.population.map(|population| population.to_string()).unwrap_or_default(),
        shared.sources().join("; "),
        apart.join(" "),
    ]
}

/// Serializes a window as an object.
fn window<S: Serializer>(window: &Option<DateRange>, serializer: S) -> Result<S::Ok, S::Error> {
    #[derive(Serialize)]
    struct Window {
        from: Option<Date>,
        to: Option<Date>,
    }
    window.map(|window| Window { from: window.from, to: window.to }).serialize(serializer)
}
