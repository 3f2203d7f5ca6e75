//! Walking through an answer page by page, and the sentences that belong to it.
//!
//! Truncation, absence, a remembered answer and a purchase are four different things, and an analyst who quotes a graph
//! has to know which it was. So every walk ends by saying what was shown, of how many, and why the rest is missing.

use intel::{AskError, Lookup, Provenance, Record, Total};
use maltego::Message;

use crate::{
    entities::sighting_entity,
    error::RunError,
    run::Run,
    sink::{Consent, Progress, Purchase, Sink},
};

/// Walks a lookup and hands each page's records to `show` until the sink is full or the source has no more. `show` adds
/// entities and says how many of the records became one (several records may make one entity).
///
/// `question` completes the sentence "… has nothing on ‹question›".
pub(crate) async fn walk(
    run: &Run,
    sink: &mut dyn Sink,
    lookup: Lookup,
    question: &str,
    mut show: impl FnMut(&[Record], &Provenance, &mut dyn Sink) -> Shown + Send,
) -> Result<(), RunError> {
    let mut walk = run.desk.walk(lookup, run.context());
    let mut story = Story::default();
    while let Some(outcome) = walk.next().await {
        let answer = match outcome {
            Ok(answer) => answer,
            Err(AskError::NeedsConsent { source_name, count, price, .. })
                if sink.consent(&Purchase { source: source_name.clone(), count, price }).await == Consent::Buy =>
            {
                run.confirm();
                continue;
            }
            Err(error) => {
                story.tell(run, sink, question, walk.has_more());
                return Err(error.into());
            }
        };
        let shown = show(answer.records(), &answer.provenance, sink);
        story.add(&answer.page, &answer.provenance, shown);
        sink.progress(Progress { done: story.received, total: story.total });
        if sink.room() == 0 {
            break;
        }
    }
    story.tell(run, sink, question, walk.has_more());
    Ok(())
}

/// Shows sightings as Domains and DNSNames with the time they were seen, linked with a label.
pub(crate) fn sightings(label: &'static str) -> impl FnMut(&[Record], &Provenance, &mut dyn Sink) -> Shown + Send {
    move |records, provenance, sink| {
        let mut shown = Shown::default();
        for record in records {
            let Record::Sighting(sighting) = record else { continue };
            if sink.room() == 0 {
                shown.cut += 1;
                continue;
            }
            sink.add(sighting_entity(sighting, provenance, label));
            shown.entities += 1;
        }
        shown
    }
}

/// What became of a page's records.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Shown {
    /// Entities added.
    pub(crate) entities: u64,
    /// Entities that would have been added with more room.
    pub(crate) cut: u64,
}

#[derive(Debug, Default)]
struct Story {
    received: u64,
    shown: u64,
    cut: u64,
    total: Option<Total>,
    provenance: Option<Provenance>,
    notes: Vec<String>,
}

impl Story {
    fn add(&mut self, page: &intel::Page, provenance: &Provenance, shown: Shown) {
        self.received += page.records.len() as u64;
        self.shown += shown.entities;
        self.cut += shown.cut;
        self.total = self.total.or(page.total);
        self.notes.extend(page.notes.iter().cloned());
        self.provenance.get_or_insert_with(|| provenance.clone());
    }

    fn tell(self, run: &Run, sink: &mut dyn Sink, question: &str, more: bool) {
        let Some(provenance) = self.provenance else { return };
        let source = &provenance.source;
        if self.received == 0 && self.notes.is_empty() {
            sink.say(Message::inform(format!("{source} has nothing on {question}.")));
        }
        for note in self.notes {
            sink.say(Message::inform(note));
        }
        if self.cut > 0 || (more && sink.room() == 0) {
            let at_least = self.shown + self.cut;
            let total = match self.total {
                Some(Total::Exactly(total)) if !more && total >= at_least => thousands(at_least.max(total)),
                Some(Total::Exactly(total)) => thousands(total.max(at_least)),
                Some(Total::AtLeast(total)) => format!("at least {}", thousands(total.max(at_least))),
                None if more => format!("at least {}", thousands(at_least.max(self.shown + 1))),
                None => thousands(at_least),
            };
            sink.say(Message::inform(format!(
                "{} of {total} shown (soft limit): raise the limit to see more.",
                thousands(self.shown)
            )));
        }
        if provenance.cached {
            sink.say(Message::inform(format!(
                "As of {} UTC: {source} was asked then and the answer was remembered; nothing was spent now.",
                provenance.retrieved.strftime("%Y-%m-%d %H:%M")
            )));
        }
        let spent = run.spent();
        if !spent.is_free() {
            sink.say(Message::inform(format!("{spent} spent at {source}.")));
        }
    }
}

/// `41,322`.
fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

#[cfg(test)]
mod tests {
    use super::thousands;

    #[test]
    fn numbers_are_grouped_by_thousands() {
        for (number, text) in [(0, "0"), (999, "999"), (1000, "1,000"), (41_322, "41,322"), (1_234_567, "1,234,567")] {
            assert_eq!(thousands(number), text);
        }
    }
}
