//! Gathering before showing: where several facts are one entity, or several questions one answer.
//!
//! [`walk`](crate::walk) shows a list as it comes, which is right where each record is a result. An address that a name
//! had twice is two records and one node, and so is a mailbox that two networks name; Maltego would merge the nodes and
//! keep the link of whichever came last. So here findings are gathered first: equal entities become one, whose link
//! carries every label and every stretch of time.
//!
//! [`gather`] asks one question, page after page until there is no more room. [`gather_each`] asks many, a few at a
//! time and the first page of each, after one decision about what all of them cost together.
//!
//! What was found before an error is shown all the same.

use std::{
    collections::{HashMap, HashSet},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use futures_util::{StreamExt as _, stream};
use intel::{Answer, AskError, Lookup, Moment, Page, Provenance, ProviderError, Record, Total};
use maltego::{Entity, Link, MatchingRule, Message, MessageKind};

use crate::{
    consent::{agree_on_uncounted, is_agreed_to},
    entities::{Gap, complete, known_stretch, with_proof, with_seen, with_years, years},
    error::RunError,
    run::Run,
    sink::{Progress, Sink},
    walk::{Shown, Story, cut_short, tell_remembered},
};

/// How many questions are under way at once. The desk keeps to each source's rate; this bounds what is bought in vain
/// when a run ends early.
const AT_ONCE: usize = 8;

/// How many labels a link shows, and how many names a sentence: enough to recognise, short enough to read.
const SHOWN: usize = 5;

/// A fact on its way to the graph: an entity without its proof, and what stands on its link.
#[derive(Debug)]
pub(crate) struct Finding {
    entity: Entity,
    label: String,
    first_seen: Option<Moment>,
    last_seen: Option<Moment>,
}

impl Finding {
    /// A finding of unknown time. The entity's own link keeps its style and properties; its label is this one.
    pub(crate) fn new(entity: Entity, label: impl Into<String>) -> Self {
        Self { entity, label: label.into(), first_seen: None, last_seen: None }
    }

    /// When the source first and last saw it.
    pub(crate) fn seen(self, first_seen: Option<Moment>, last_seen: Option<Moment>) -> Self {
        Self { first_seen, last_seen, ..self }
    }

    /// What makes two findings the same node: type, value and every strict property.
    fn identity(&self) -> String {
        let strict = self.entity.properties.iter().filter(|property| property.matching_rule == MatchingRule::Strict);
        let mut strict: Vec<_> = strict.map(|property| (&property.name, &property.value)).collect();
        strict.sort_by_key(|(name, _)| *name);
        format!("{} {:?} {strict:?}", self.entity.entity_type.name, self.entity.value)
    }
}

/// What came of a question, for the sentences that only its asker can say.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Gathered {
    /// Records that the source gave.
    pub(crate) records: u64,
    /// Different entities found in them, whether there was room for them or not.
    pub(crate) found: usize,
    /// Questions asked that had at least one record.
    pub(crate) answered: usize,
}

/// One of several questions.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    /// The question.
    pub(crate) lookup: Lookup,
    /// What it is about, in a word: `192.0.2.1`.
    pub(crate) subject: String,
}

/// Asks one question and shows what `findings` makes of each page's records.
///
/// `what` completes the sentence "… knows no ‹what›".
pub(crate) async fn gather(
    run: &Run,
    sink: &mut dyn Sink,
    lookup: Lookup,
    what: &str,
    mut findings: impl FnMut(&[Record]) -> Vec<Finding> + Send,
) -> Result<Gathered, RunError> {
    let mut heap = Heap::with_room(sink.room());
    let mut walk = run.desk.walk(lookup, run.context());
    let mut outcome = Ok(());
    while let Some(next) = walk.next().await {
        match next {
            Ok(answer) => {
                heap.take(&answer, findings(answer.records()));
                sink.progress(Progress { done: heap.records, total: answer.page.total });
                if heap.is_full() {
                    break;
                }
            }
            Err(error) if is_agreed_to(run, sink, &error).await => {}
            Err(error) => {
                outcome = Err(error.into());
                break;
            }
        }
    }
    heap.unread = heap.is_full() && walk.has_more();
    let gathered = heap.pour(run, sink, what);
    outcome.map(|()| gathered)
}

/// Asks each question for its first page and shows what `findings` makes of the records. What all of them cost together
/// is decided about before the first is asked.
///
/// A question that its source fails to answer does not end the others, unless all would fail alike.
pub(crate) async fn gather_each(
    run: &Run,
    sink: &mut dyn Sink,
    asked: &[Asked],
    what: &str,
    mut findings: impl FnMut(&Asked, &[Record]) -> Vec<Finding> + Send,
) -> Result<Gathered, RunError> {
    consent_to_all(run, sink, asked).await?;
    let mut heap = Heap::with_room(sink.room());
    let full = AtomicBool::new(heap.is_full());
    let questions: Vec<_> = asked.iter().map(|asked| first_page(run, asked, &full)).collect();
    let mut replies = stream::iter(questions).buffered(AT_ONCE);
    let (mut done, mut cut_short, mut failed) = (0, Vec::new(), Vec::new());
    let mut outcome = Ok(());
    while let Some(reply) = replies.next().await {
        done += 1;
        match reply {
            None => heap.unread = true,
            Some(Reply { asked, answer: Ok(answer), more }) => {
                heap.take(&answer, findings(asked, answer.records()));
                full.store(heap.is_full(), Ordering::Relaxed);
                if more {
                    cut_short.push(asked.subject.clone());
                }
            }
            Some(Reply { asked, answer: Err(error), .. }) if concerns_one_question(&error) => {
                failed.push((asked.subject.clone(), error));
            }
            Some(Reply { answer: Err(error), .. }) => {
                outcome = Err(error.into());
                break;
            }
        }
        sink.progress(Progress { done, total: Some(Total::Exactly(asked.len() as u64)) });
    }
    drop(replies);
    // Where nothing but failures came, the first of them is what happened.
    if heap.answers.is_empty() && outcome.is_ok() && !failed.is_empty() {
        let (_, error) = failed.swap_remove(0);
        return Err(error.into());
    }
    let gathered = heap.pour(run, sink, what);
    if !cut_short.is_empty() {
        let of = enumerated(&cut_short);
        sink.say(Message::inform(format!("There is more than one page of results for {of}: the first was read.")));
    }
    if let Some((_, error)) = failed.first() {
        let subjects: Vec<String> = failed.iter().map(|(subject, _)| subject.clone()).collect();
        let text = format!("No answer about {}. {}", enumerated(&subjects), error.analyst_message());
        sink.say(Message::new(MessageKind::PartialError, text));
    }
    outcome.map(|()| gathered)
}

/// Asks one question to its end and shows and says nothing: for facts that only lead to a question.
pub(crate) async fn ask(run: &Run, sink: &mut dyn Sink, lookup: Lookup) -> Result<Vec<Answer>, RunError> {
    let mut walk = run.desk.walk(lookup, run.context());
    let mut answers = Vec::new();
    while let Some(next) = walk.next().await {
        match next {
            Ok(answer) => answers.push(answer),
            Err(error) if is_agreed_to(run, sink, &error).await => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(answers)
}

/// `a, b and 3 more`.
pub(crate) fn enumerated(texts: &[String]) -> String {
    let shown = texts.iter().take(SHOWN).map(String::as_str).collect::<Vec<_>>().join(", ");
    match texts.len().saturating_sub(SHOWN) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

/// What became of one of several questions.
struct Reply<'a> {
    asked: &'a Asked,
    answer: Result<Answer, AskError>,
    /// Whether there are further pages.
    more: bool,
}

/// The first page, `None` once there is no room for what it would bring.
async fn first_page<'a>(run: &Run, asked: &'a Asked, full: &AtomicBool) -> Option<Reply<'a>> {
    if full.load(Ordering::Relaxed) {
        return None;
    }
    let mut walk = run.desk.walk(asked.lookup.clone(), run.context());
    let answer = walk.next().await?;
    Some(Reply { asked, more: answer.is_ok() && walk.has_more(), answer })
}

/// One decision about all first pages together: many small purchases, each below any limit, are one large one.
async fn consent_to_all(run: &Run, sink: &mut dyn Sink, asked: &[Asked]) -> Result<(), RunError> {
    let lookups: Vec<Lookup> = asked.iter().map(|asked| asked.lookup.clone()).collect();
    let quote = run.desk.quote(&lookups, &run.context()).await;
    agree_on_uncounted(run, sink, &quote).await
}

/// Whether the other questions may fare better.
fn concerns_one_question(error: &AskError) -> bool {
    let AskError::Provider { error, .. } = error else { return false };
    error.is_transient()
        || matches!(
            error,
            ProviderError::Malformed { .. }
                | ProviderError::TooLarge { .. }
                | ProviderError::InvalidInput { .. }
                | ProviderError::PurchaseUnknown { .. }
        )
}

/// One entity with everything that was found about it.
struct Pile {
    entity: Entity,
    labels: Vec<String>,
    stretches: Vec<(Moment, Moment)>,
    provenance: Provenance,
}

impl Pile {
    fn new(finding: Finding, provenance: &Provenance) -> Self {
        Self {
            labels: vec![finding.label],
            stretches: known_stretch(finding.first_seen, finding.last_seen).into_iter().collect(),
            entity: finding.entity,
            provenance: provenance.clone(),
        }
    }

    fn add(&mut self, finding: Finding, provenance: &Provenance) {
        self.provenance.join(provenance);
        if !self.labels.contains(&finding.label) {
            self.labels.push(finding.label);
        }
        self.stretches.extend(known_stretch(finding.first_seen, finding.last_seen));
        complete(&mut self.entity, &finding.entity);
    }

    fn entity(mut self) -> Entity {
        let first_seen = self.stretches.iter().map(|(first, _)| *first).min();
        let last_seen = self.stretches.iter().map(|(_, last)| *last).max();
        let label = with_years(&enumerated(&self.labels), years(self.stretches, Gap::NextYear));
        let link = Link { label: Some(label), ..std::mem::take(&mut self.entity.link) };
        with_proof(with_seen(self.entity, first_seen, last_seen, link), &self.provenance, last_seen)
    }
}

/// Everything that was found, and what has to be said about it.
#[derive(Default)]
struct Heap {
    room: usize,
    piles: Vec<Pile>,
    positions: HashMap<String, usize>,
    /// What there was no room for.
    left_out: HashSet<String>,
    /// Whether something was not even asked for, since there was no room.
    unread: bool,
    records: u64,
    answered: usize,
    answers: Vec<(Arc<Page>, Provenance)>,
}

impl Heap {
    fn with_room(room: usize) -> Self {
        Self { room, ..Self::default() }
    }

    fn is_full(&self) -> bool {
        self.piles.len() >= self.room
    }

    fn take(&mut self, answer: &Answer, findings: Vec<Finding>) {
        self.records += answer.records().len() as u64;
        self.answered += usize::from(!answer.records().is_empty());
        self.answers.push((Arc::clone(&answer.page), answer.provenance.clone()));
        for finding in findings {
            self.put(finding, &answer.provenance);
        }
    }

    fn put(&mut self, finding: Finding, provenance: &Provenance) {
        let identity = finding.identity();
        let is_full = self.is_full();
        match self.positions.get(&identity).and_then(|position| self.piles.get_mut(*position)) {
            Some(pile) => pile.add(finding, provenance),
            None if is_full => {
                self.left_out.insert(identity);
            }
            None => {
                self.positions.insert(identity, self.piles.len());
                self.piles.push(Pile::new(finding, provenance));
            }
        }
    }

    /// Shows everything and says what has to be said.
    fn pour(self, run: &Run, sink: &mut dyn Sink, what: &str) -> Gathered {
        let shown = self.piles.len();
        let gathered = Gathered { records: self.records, found: shown + self.left_out.len(), answered: self.answered };
        self.piles.into_iter().for_each(|pile| sink.add(pile.entity()));
        // Of several answers, one that was not remembered tells of all of them; else the oldest does.
        let Some((_, provenance)) = self.answers.iter().min_by_key(|(_, said)| (said.cached, said.retrieved)) else {
            // Without an answer there is nothing to say: the error says it.
            return gathered;
        };
        let mut story = Story::default();
        self.answers.iter().for_each(|(page, _)| story.add(page, provenance, Shown::default()));
        if self.unread || !self.left_out.is_empty() {
            // Of what was not read it is only known that it is there.
            let found = gathered.found.max(shown + usize::from(self.unread)) as u64;
            let total = if self.unread { Total::AtLeast(found) } else { Total::Exactly(found) };
            sink.say(cut_short(shown as u64, total));
        }
        if !provenance.cached {
            let remembered = self.answers.iter().filter(|(_, said)| said.cached).count();
            tell_remembered(sink, remembered as u64, self.answers.len() as u64);
        }
        story.tell_of_names(run, sink, what, self.records);
        gathered
    }
}

#[cfg(test)]
mod tests {
    use maltego::entity_types;

    use super::*;

    #[test]
    fn long_lists_are_cut_and_say_so() {
        let texts: Vec<String> = (1..=7).map(|number| number.to_string()).collect();
        assert_eq!(enumerated(&texts), "1, 2, 3, 4, 5 and 2 more");
        assert_eq!(enumerated(&texts[..2]), "1, 2");
        assert_eq!(enumerated(&[]), "");
    }

    #[test]
    fn what_maltego_would_merge_is_one_and_what_it_keeps_apart_is_not() {
        let certificate = |serial: &str| {
            let entity = Entity::new(&entity_types::X509_CERTIFICATE, "cmt-net.example").with("serial", serial);
            Finding::new(entity.with("issuer", "Example Trust"), "certificate").identity()
        };
        assert_eq!(certificate("01"), certificate("01"));
        assert_ne!(certificate("01"), certificate("02"));
        let loose = |note: &str| {
            let entity = Entity::new(&entity_types::DOMAIN, "cmt-net.example").with_dynamic("note", "Note", note);
            Finding::new(entity, note).identity()
        };
        assert_eq!(loose("a"), loose("b"));
    }
}
