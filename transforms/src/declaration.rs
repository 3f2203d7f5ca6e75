//! What is said about a transform, once.

use intel::{Exposure, LookupKind};
use maltego::TransformDefinition;

/// Everything about a transform but its code.
#[derive(Debug, Clone, Copy)]
pub struct Declaration {
    /// What clients see.
    pub definition: TransformDefinition,
    /// The lookups it asks; empty for a transform that only reads its input.
    pub lookups: &'static [LookupKind],
    /// Who may learn of the question, at most.
    pub exposure: Exposure,
    /// What a run may cost.
    pub price_class: PriceClass,
}

/// What a run may cost, roughly: enough to decide whether to click.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PriceClass {
    /// Nothing.
    Free,
    /// A few credits: about one a page of results.
    Small,
    /// Tens of credits.
    Large,
}

impl PriceClass {
    /// The word used on pages and in tables.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Free => "free",
            Self::Small => "small",
            Self::Large => "large",
        }
    }
}
