//! Where a transform's findings become events.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use intel::{Clock, Total};
use maltego::{
    Entity, Link, Message,
    v3::{
        event::{self, Answer, ChoiceControl, ChoiceOption, ChoicePrompt},
        run,
    },
};
use transforms::{Consent, Purchase, Sink};

use super::Log;

/// What the sinks of one run share.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) log: Arc<Log>,
    pub(super) clock: Arc<dyn Clock>,
    /// Whether the client can show questions, and how long it may take to answer one.
    pub(super) prompts: Option<Duration>,
    /// Only one question at a time: its answer may settle the next.
    pub(super) asking: tokio::sync::Mutex<()>,
    /// Somebody said no: the same question is not asked for every input of the selection.
    pub(super) declined: AtomicBool,
    /// Somebody said yes.
    pub(super) agreed: AtomicBool,
}

/// Writes one execution's findings into the run's log, linked to the inputs they belong to.
#[derive(Debug)]
pub(super) struct RunSink {
    shared: Arc<Shared>,
    /// The ids of the inputs; a single one except for a transform that takes lists.
    inputs: Vec<String>,
    /// Whose findings these are, where a run has several inputs.
    prefix: Option<String>,
    room: usize,
}

impl RunSink {
    pub(super) fn new(shared: Arc<Shared>, inputs: Vec<String>, prefix: Option<String>, room: usize) -> Self {
        Self { shared, inputs, prefix, room }
    }

    /// Writes an entity with its links to inputs.
    fn put(&mut self, entity: &Entity, links: &[(String, &Link)]) {
        if self.room() == 0 {
            return;
        }
        let now = self.shared.clock.now();
        let id = run::graph_id(rand::random());
        // An entity without a value is an anonymous dot that merges with every other one.
        let Some(added) = event::entity(entity, &id, now) else { return };
        let links =
            links.iter().map(|(input, link)| event::link(link, &run::graph_id(rand::random()), input, &id, now));
        let events = std::iter::once(added).chain(links).collect();
        if self.shared.log.add(now, entity, events) {
            self.room -= 1;
        }
    }

    /// The id of a member of the selection.
    fn input(&self, position: usize) -> Option<String> {
        self.inputs.get(position).cloned()
    }
}

#[async_trait]
impl Sink for RunSink {
    fn room(&self) -> usize {
        if self.shared.log.is_full() { 0 } else { self.room }
    }

    fn add(&mut self, entity: Entity) {
        let links: Vec<_> = self.inputs.iter().map(|input| (input.clone(), &entity.link)).collect();
        self.put(&entity, &links);
    }

    fn add_for(&mut self, entity: Entity, inputs: &[usize]) {
        let links: Vec<_> = inputs.iter().filter_map(|position| Some((self.input(*position)?, &entity.link))).collect();
        self.put(&entity, &links);
    }

    fn add_linked(&mut self, entity: Entity, links: Vec<(usize, Link)>) {
        let links: Vec<_> = links.iter().filter_map(|(position, link)| Some((self.input(*position)?, link))).collect();
        self.put(&entity, &links);
    }

    fn say(&mut self, message: Message) {
        let message = match &self.prefix {
            Some(prefix) => Message::new(message.kind, format!("{prefix}: {}", message.text)),
            None => message,
        };
        self.shared.log.say(self.shared.clock.now(), &message);
    }

    async fn consent(&mut self, purchase: &Purchase) -> Consent {
        let Some(patience) = self.shared.prompts else { return Consent::CannotAsk };
        let _turn = self.shared.asking.lock().await;
        if self.shared.agreed.load(Ordering::Acquire) {
            return Consent::Buy;
        }
        if self.shared.declined.load(Ordering::Acquire) {
            return Consent::Decline;
        }
        let id = run::run_id(rand::random());
        let answer = self.shared.log.ask(self.shared.clock.now(), id, question(purchase, patience));
        // The client counts the same time; a little more lets its "timed out" arrive.
        match tokio::time::timeout(patience + Duration::from_secs(5), answer).await {
            Ok(Ok(Answer::Chosen(choice))) if choice == BUY => {
                self.shared.agreed.store(true, Ordering::Release);
                Consent::Buy
            }
            _ => {
                self.shared.declined.store(true, Ordering::Release);
                Consent::Decline
            }
        }
    }
}

const BUY: &str = "buy";

fn question(purchase: &Purchase, patience: Duration) -> ChoicePrompt {
    let count = match purchase.count {
        Some(Total::Exactly(1)) => "1 result".to_owned(),
        Some(Total::Exactly(count)) => format!("{count} results"),
        Some(Total::AtLeast(count)) => format!("{count} results or more"),
        None => "an unknown number of results".to_owned(),
    };
    ChoicePrompt {
        message: format!("{} has {count}. Buying them costs about {}.", purchase.source, purchase.price),
        options: vec![ChoiceOption::new(BUY, "Buy"), ChoiceOption::new("count", "Show the count only")],
        default: Some("count".to_owned()),
        timeout: u32::try_from(patience.as_secs()).ok(),
        control: Some(ChoiceControl::Radio { label: Some("Spend credits?".to_owned()) }),
    }
}
