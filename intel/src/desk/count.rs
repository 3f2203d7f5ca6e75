//! How many results a lookup has, for as little as possible.
//!
//! Where a source counts for free, that is asked. Where it does not, the first page is asked for, since its size and
//! whether there is another one are all that can be known; it costs what it costs, and is remembered for whoever wants
//! the results afterwards.

use super::{Context, Desk, Question};
use crate::{
    answer::{Answer, Total},
    error::AskError,
    lookup::Lookup,
    provider::Step,
};

/// The size of an answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Count {
    /// How many results there are. Where a source is asked several questions whose answers may overlap, their largest
    /// count is a number that there are at least.
    pub total: Total,
    /// What was asked for to know it: previews without records, or first pages with some. Never empty.
    pub answers: Vec<Answer>,
}

impl Desk {
    /// Whether [`Desk::count`] costs nothing for this lookup. Not so where nobody answers it.
    #[must_use]
    pub fn counts_for_free(&self, lookup: &Lookup, context: &Context) -> bool {
        self.route.counts_for_free(lookup, context)
    }

    /// Counts the results of a lookup.
    ///
    /// # Errors
    /// See [`AskError`]. No results are an answer.
    pub async fn count(&self, lookup: &Lookup, context: &Context) -> Result<Count, AskError> {
        let step = if self.route.previews(lookup, context) { Step::Preview } else { Step::Page(None) };
        let mut answers = Vec::new();
        let mut totals = Vec::new();
        for lookup in self.route.parts(lookup, context) {
            let answer = self.ask(&Question { lookup, step: step.clone(), context: context.clone() }).await?;
            totals.push(answer.total());
            answers.push(answer);
        }
        Ok(Count { total: together(&totals), answers })
    }
}

impl Answer {
    /// How many results the question has, as far as this page tells.
    #[must_use]
    pub fn total(&self) -> Total {
        let sent = self.records().len() as u64;
        match (self.page.total, self.next()) {
            (Some(total), _) => total,
            (None, None) => Total::Exactly(sent),
            (None, Some(_)) => Total::AtLeast(sent),
        }
    }
}

/// The count of answers that may overlap.
fn together(totals: &[Total]) -> Total {
    // An empty page with another one behind it is not nothing.
    let mut some = totals.iter().filter(|total| **total != Total::Exactly(0));
    match (some.next(), some.next()) {
        (None, _) => Total::Exactly(0),
        (Some(only), None) => *only,
        (Some(_), Some(_)) => Total::AtLeast(totals.iter().map(|total| total.count()).max().unwrap_or_default()),
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::testing::{Bench, count, domains_behind, history_of, names_then},
        *,
    };
    use crate::credits::Credits;

    #[tokio::test(start_paused = true)]
    async fn a_free_count_is_free() {
        let bench = Bench::new();
        bench.transport.push_ok(&count(41));
        let counted = bench.count(&history_of("cmt-net.example")).await.unwrap();
        assert_eq!((counted.total, bench.spent()), (Total::Exactly(41), Credits::FREE));
    }

    #[tokio::test(start_paused = true)]
    async fn without_a_free_count_the_first_page_is_bought_once() {
        let bench = Bench::new();
        bench.transport.push_ok(&names_then(3, Some("d2.example")));
        let counted = bench.count(&domains_behind("ns1.host.example")).await.unwrap();
        assert_eq!((counted.total, bench.spent()), (Total::AtLeast(3), Credits(1)));
        let page = bench.ask(domains_behind("ns1.host.example")).await.unwrap();
        assert!(page.provenance.cached);
        assert_eq!(bench.transport.sent(), 1);
    }

    #[test]
    fn answers_that_may_overlap_are_at_least_the_largest() {
        use Total::{AtLeast, Exactly};
        for (totals, expected) in [
            (vec![Exactly(0), Exactly(7), Exactly(0)], Exactly(7)),
            (vec![Exactly(0), AtLeast(7)], AtLeast(7)),
            (vec![Exactly(5), Exactly(7)], AtLeast(7)),
            (vec![Exactly(0), Exactly(0)], Exactly(0)),
            (vec![AtLeast(0)], AtLeast(0)),
            (vec![Exactly(5), AtLeast(0)], AtLeast(5)),
            (vec![], Exactly(0)),
        ] {
            assert_eq!(together(&totals), expected, "{totals:?}");
        }
    }
}
