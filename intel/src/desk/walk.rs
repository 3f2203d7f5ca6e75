//! Page after page of one lookup.

use std::{collections::HashSet, sync::Arc};

use super::{Ask, Context, Question};
use crate::{
    answer::Answer,
    error::AskError,
    lookup::Lookup,
    provider::{Cursor, Step},
};

/// Walks through the pages of a lookup. Each page is asked for only when it is wanted, so stopping early costs nothing.
#[derive(Debug)]
pub struct Walk {
    desk: Arc<dyn Ask>,
    lookup: Lookup,
    context: Context,
    next: Option<Step>,
    seen: HashSet<Cursor>,
}

impl Walk {
    pub(super) fn new(desk: Arc<dyn Ask>, lookup: Lookup, context: Context) -> Self {
        Self { desk, lookup, context, next: Some(Step::Page(None)), seen: HashSet::new() }
    }

    /// The next page, `None` after the last one. After an error the walk stands where it was: asking again repeats the
    /// page that failed.
    pub async fn next(&mut self) -> Option<Result<Answer, AskError>> {
        let step = self.next.clone()?;
        let question = Question { lookup: self.lookup.clone(), step, context: self.context.clone() };
        let answer = match self.desk.ask(&question).await {
            Ok(answer) => answer,
            Err(error) => return Some(Err(error)),
        };
        // A source whose cursors go round in a circle would otherwise be walked for ever.
        self.next = answer
            .next()
            .filter(|cursor| self.seen.insert((*cursor).clone()))
            .map(|cursor| Step::Page(Some(cursor.clone())));
        Some(Ok(answer))
    }

    /// Whether the source has more pages than have been walked.
    #[must_use]
    pub fn has_more(&self) -> bool {
        self.next.is_some()
    }
}
