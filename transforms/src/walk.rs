//! Walking through an answer page by page, and the sentences that belong to it.
//!
//! Truncation, absence, a remembered answer and a purchase are four different things, and an analyst who quotes a graph
//! has to know which it was. So every walk ends by saying what was shown, of how many, and why the rest is missing.

use intel::{Lookup, Provenance, Record, Total};
use maltego::Message;

use crate::{
    consent::is_agreed_to,
    error::RunError,
    run::Run,
    sink::{Progress, Sink},
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
            Err(error) if is_agreed_to(run, sink, &error).await => continue,
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

/// What became of a page's records.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Shown {
    /// Entities added.
    pub(crate) entities: u64,
    /// Entities that would have been added with more room.
    pub(crate) cut: u64,
}

/// What has happened on a walk, and the sentences that tell it.
#[derive(Debug, Default)]
pub(crate) struct Story {
    received: u64,
    shown: u64,
    cut: u64,
    total: Option<Total>,
    provenance: Option<Provenance>,
    notes: Vec<String>,
}

impl Story {
    pub(crate) fn add(&mut self, page: &intel::Page, provenance: &Provenance, shown: Shown) {
        self.received += page.records.len() as u64;
        self.shown += shown.entities;
        self.cut += shown.cut;
        self.total = self.total.or(page.total);
        for note in &page.notes {
            if !self.notes.contains(note) {
                self.notes.push(note.clone());
            }
        }
        self.provenance.get_or_insert_with(|| provenance.clone());
    }

    /// How many results there are in all, as the first page that said it had it.
    pub(crate) fn total(&self) -> Option<Total> {
        self.total
    }

    /// How many there are in all, as far as anybody knows, after so many were read. Never less than that.
    pub(crate) fn in_all(&self, read: u64, more: bool) -> Total {
        match self.total {
            Some(Total::Exactly(total)) if !more => Total::Exactly(total.max(read)),
            Some(Total::Exactly(total)) if total > read => Total::Exactly(total),
            Some(total) => Total::AtLeast(total.count().max(read)),
            None if more => Total::AtLeast(read),
            None => Total::Exactly(read),
        }
    }

    fn tell(self, run: &Run, sink: &mut dyn Sink, question: &str, more: bool) {
        let Some(provenance) = &self.provenance else { return };
        let source = &provenance.source;
        if self.received == 0 && self.notes.is_empty() {
            sink.say(Message::inform(format!("{source} has nothing on {question}.")));
        }
        self.tell_notes(sink);
        if self.cut > 0 || (more && sink.room() == 0) {
            // Of what was not read it is only known that it is there.
            let read = if more && self.cut == 0 { self.shown + 1 } else { self.shown + self.cut };
            sink.say(cut_short(self.shown, self.in_all(read, more)));
        }
        self.tell_costs(run, sink);
    }

    /// The sentences about an answer of names, `names` of which were read.
    pub(crate) fn tell_of_names(self, run: &Run, sink: &mut dyn Sink, what: &str, names: u64) {
        let Some(provenance) = &self.provenance else { return };
        if names == 0 && self.notes.is_empty() {
            sink.say(Message::inform(format!("{} knows no {what}.", provenance.source)));
        }
        self.tell_notes(sink);
        self.tell_costs(run, sink);
    }

    fn tell_notes(&self, sink: &mut dyn Sink) {
        for note in &self.notes {
            sink.say(Message::inform(note.as_str()));
        }
    }

    /// Whether anything was remembered, and what was spent.
    pub(crate) fn tell_costs(&self, run: &Run, sink: &mut dyn Sink) {
        let Some(provenance) = &self.provenance else { return };
        let source = &provenance.source;
        if provenance.cached {
            sink.say(Message::inform(format!(
                "As of {} UTC: {source} was asked then and the answer was remembered; nothing was spent now.",
                provenance.retrieved.strftime("%Y-%m-%d %H:%M")
            )));
        }
        tell_spent(run, sink, source);
    }
}

/// What the run has spent so far, if anything.
pub(crate) fn tell_spent(run: &Run, sink: &mut dyn Sink, source: &str) {
    let spent = run.spent();
    if !spent.is_free() {
        sink.say(Message::inform(format!("{spent} spent at {source}.")));
    }
}

/// How many of several answers were remembered, if any.
pub(crate) fn tell_remembered(sink: &mut dyn Sink, remembered: u64, answers: u64) {
    if remembered > 0 {
        sink.say(Message::inform(format!(
            "{remembered} of {answers} answers were remembered; nothing was spent on them now."
        )));
    }
}

/// The sentence about results of which only some are shown.
pub(crate) fn cut_short(shown: u64, total: Total) -> Message {
    let (shown, total) = (thousands(shown), in_words(total));
    Message::inform(format!("{shown} of {total} shown (soft limit): raise the limit to see more."))
}

/// `41,322`, or `at least 300`.
pub(crate) fn in_words(total: Total) -> String {
    match total {
        Total::Exactly(count) => thousands(count),
        Total::AtLeast(count) => format!("at least {}", thousands(count)),
    }
}

/// `41,322`.
pub(crate) fn thousands(number: u64) -> String {
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
    use super::*;

    #[test]
    fn numbers_are_grouped_by_thousands() {
        for (number, text) in [(0, "0"), (999, "999"), (1000, "1,000"), (41_322, "41,322"), (1_234_567, "1,234,567")] {
            assert_eq!(thousands(number), text);
        }
    }
    #[test]
    fn a_total_is_never_less_than_what_was_read() {
        for (announced, read, more, expected) in [
            (Some(Total::Exactly(79)), 79, false, Total::Exactly(79)),
            (Some(Total::Exactly(41_322)), 500, true, Total::Exactly(41_322)),
            (Some(Total::Exactly(2)), 500, true, Total::AtLeast(500)),
            (Some(Total::AtLeast(300)), 600, true, Total::AtLeast(600)),
            (None, 300, true, Total::AtLeast(300)),
            (None, 7, false, Total::Exactly(7)),
        ] {
            let story = Story { total: announced, ..Story::default() };
            assert_eq!(story.in_all(read, more), expected);
        }
    }
}
