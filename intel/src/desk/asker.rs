//! On whose behalf a question is asked, and how.

use std::sync::Arc;

/// Who asks, in which investigation. Nothing of this reaches a source.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Asker {
    /// The member of the team, by name.
    pub member: Option<Arc<str>>,
    /// The investigation that the answers belong to, by name.
    pub case: Option<Arc<str>>,
    /// The run of a transform.
    pub run: Option<Arc<str>>,
}

/// Where an answer may come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Reach {
    /// From memory where it is remembered, else from the source.
    #[default]
    Usual,
    /// From the source, even where it is remembered.
    Refresh,
    /// Only from what the asker's investigation has been told before. Nobody is asked.
    Replay,
}
