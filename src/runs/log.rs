//! What happened in one run, in the order in which it happened.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Mutex, MutexGuard, PoisonError},
};

use jiff::Timestamp;
use maltego::v3::{
    event::{self, Event},
    event::{Answer, ChoicePrompt},
    run::RunState,
};
use maltego::{Entity, Message, MessageKind};
use tokio::{
    sync::{oneshot, watch},
    time::Instant,
};

/// What happened in one run.
#[derive(Debug)]
pub struct Log {
    inner: Mutex<Inner>,
    /// Counts changes, so that a poller can wait for the next one.
    changes: watch::Sender<u64>,
    most_bytes: usize,
}

#[derive(Debug)]
struct Inner {
    state: RunState,
    events: Vec<Event>,
    entities: u64,
    added: BTreeMap<String, u64>,
    bytes: usize,
    updated: Timestamp,
    /// When somebody last looked, or something last happened.
    touched: Instant,
    ended: Option<Instant>,
    prompts: HashMap<String, Prompt>,
}

#[derive(Debug)]
struct Prompt {
    question: ChoicePrompt,
    /// Gone once it is answered.
    answer: Option<oneshot::Sender<Answer>>,
}

/// A run at one moment.
#[derive(Debug, Clone)]
pub struct Snapshot {
    /// Its state.
    pub state: RunState,
    /// All its events so far; cloning one is cheap.
    pub events: Vec<Event>,
    /// Entities added so far.
    pub entities: u64,
    /// Entities added so far, by type.
    pub added: BTreeMap<String, u64>,
    /// When it last changed.
    pub updated: Timestamp,
    /// When it ended, if it has.
    pub ended: Option<Instant>,
}

/// What became of an answer to a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answered {
    /// The run goes on with it.
    Taken,
    /// There is no such question.
    Unknown,
    /// It was answered before, or nobody waits for it any more.
    Closed,
    /// It is not an answer to this question.
    Malformed(maltego::v3::problem::Malformed),
}

impl Log {
    /// An empty log of a run that was just started.
    #[must_use]
    pub fn new(now: Timestamp, most_bytes: usize) -> Self {
        let inner = Inner {
            state: RunState::Initialized,
            events: Vec::new(),
            entities: 0,
            added: BTreeMap::new(),
            bytes: 0,
            updated: now,
            touched: Instant::now(),
            ended: None,
            prompts: HashMap::new(),
        };
        Self { inner: Mutex::new(inner), changes: watch::Sender::new(0), most_bytes }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        // Every change below is complete before the lock is given back, so a panic elsewhere leaves nothing half done.
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn change<T>(&self, now: Timestamp, change: impl FnOnce(&mut Inner) -> T) -> T {
        let outcome = {
            let mut inner = self.lock();
            inner.updated = now;
            inner.touched = Instant::now();
            change(&mut inner)
        };
        self.changes.send_modify(|count| *count = count.wrapping_add(1));
        outcome
    }

    /// The work begins.
    pub fn begin(&self, now: Timestamp) {
        self.change(now, |inner| {
            if inner.state == RunState::Initialized {
                inner.state = RunState::Running;
            }
        });
    }

    /// Adds an entity with its links. Both become visible at once. Whether it was added: a final run takes nothing, and
    /// neither does a full one.
    pub fn add(&self, now: Timestamp, entity: &Entity, events: Vec<Event>) -> bool {
        let size: usize = events.iter().map(|event| event.as_str().len()).sum();
        self.change(now, |inner| {
            if inner.state.is_final() || inner.bytes + size > self.most_bytes {
                return false;
            }
            inner.bytes += size;
            inner.events.extend(events);
            inner.entities += 1;
            *inner.added.entry(entity.entity_type.name.to_owned()).or_default() += 1;
            true
        })
    }

    /// Whether there is no room left for entities.
    #[must_use]
    pub fn is_full(&self) -> bool {
        // Room for the messages that explain it is always left.
        self.lock().bytes >= self.most_bytes.saturating_sub(self.most_bytes / 16)
    }

    /// Says something. Messages are few and short, so they are not bounded by the run's bytes.
    pub fn say(&self, now: Timestamp, message: &Message) {
        self.change(now, |inner| {
            if !inner.state.is_final() {
                let event = event::message(message, inner.state, now);
                inner.events.push(event);
            }
        });
    }

    /// Ends the run, with a last message that becomes visible together with the state. A run ends once: whether this was
    /// the end.
    pub fn end(&self, now: Timestamp, state: RunState, message: Option<&Message>) -> bool {
        self.change(now, |inner| {
            if inner.state.is_final() {
                return false;
            }
            if let Some(message) = message {
                inner.events.push(event::message(message, state, now));
            }
            inner.state = state;
            inner.ended = Some(Instant::now());
            inner.prompts.clear();
            true
        })
    }

    /// Asks the user. The answer comes through the channel; it closes without one when the run ends.
    pub fn ask(&self, now: Timestamp, id: String, question: ChoicePrompt) -> oneshot::Receiver<Answer> {
        let (sender, receiver) = oneshot::channel();
        self.change(now, |inner| {
            if !inner.state.is_final() {
                inner.events.push(question.event(&id, now));
                inner.prompts.insert(id, Prompt { question, answer: Some(sender) });
            }
        });
        receiver
    }

    /// Takes an answer to a question.
    pub fn answer(&self, now: Timestamp, id: &str, body: &[u8]) -> Answered {
        self.change(now, |inner| {
            let Some(prompt) = inner.prompts.get_mut(id) else { return Answered::Unknown };
            if prompt.answer.is_none() {
                return Answered::Closed;
            }
            match prompt.question.read_answer(body) {
                Err(malformed) => Answered::Malformed(malformed),
                Ok(answer) => match prompt.answer.take().map(|sender| sender.send(answer)) {
                    Some(Ok(())) => Answered::Taken,
                    _ => Answered::Closed,
                },
            }
        })
    }

    /// Whether a question waits for its answer: such a run is not idle.
    #[must_use]
    pub fn waits_for_an_answer(&self) -> bool {
        self.lock().prompts.values().any(|prompt| prompt.answer.as_ref().is_some_and(|sender| !sender.is_closed()))
    }

    /// When somebody last looked, or something last happened.
    #[must_use]
    pub fn touched(&self) -> Instant {
        self.lock().touched
    }

    /// Whether the run has ended.
    #[must_use]
    pub fn is_final(&self) -> bool {
        self.lock().state.is_final()
    }

    /// The run as it is now. Looking counts as interest.
    #[must_use]
    pub fn look(&self) -> Snapshot {
        let mut inner = self.lock();
        inner.touched = Instant::now();
        Snapshot {
            state: inner.state,
            events: inner.events.clone(),
            entities: inner.entities,
            added: inner.added.clone(),
            updated: inner.updated,
            ended: inner.ended,
        }
    }

    /// The run once there is something behind the pointer or it has ended, at the latest at the deadline.
    ///
    /// A client pauses about a second between polls, so what comes a moment after the first event would cost it a whole
    /// pause. Therefore a poll that has found something is held for `settle` more, or until the run ends.
    pub async fn look_beyond(&self, pointer: usize, deadline: Instant, settle: std::time::Duration) -> Snapshot {
        let mut changes = self.changes.subscribe();
        let mut deadline = deadline;
        let mut settling = false;
        loop {
            changes.mark_unchanged();
            let (is_final, has_news) = {
                let inner = self.lock();
                (inner.state.is_final(), inner.events.len() > pointer)
            };
            if is_final {
                break;
            }
            if has_news && !settling {
                settling = true;
                deadline = deadline.min(Instant::now() + settle);
            }
            if tokio::time::timeout_at(deadline, changes.changed()).await.is_err() {
                break;
            }
        }
        self.look()
    }
}

/// The message of a run that nobody polls.
#[must_use]
pub(super) fn abandoned() -> Message {
    Message::new(
        MessageKind::PartialError,
        "Nobody has asked for the results of this run for a while, so it was stopped.",
    )
}
