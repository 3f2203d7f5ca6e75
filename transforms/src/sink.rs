//! Where results go.

use async_trait::async_trait;
use intel::{Credits, Total};
use maltego::{Entity, Link, Message};

/// Where a transform puts what it finds. Each dialect has its own.
#[async_trait]
pub trait Sink: Send {
    /// How many more entities are wanted.
    fn room(&self) -> usize;

    /// Adds an entity with its link to the input. Beyond [`Sink::room`] it is dropped.
    fn add(&mut self, entity: Entity);

    /// Adds an entity that belongs to some members of the selection only, by their positions. A sink with a single input
    /// adds it as it is.
    fn add_for(&mut self, entity: Entity, _inputs: &[usize]) {
        self.add(entity);
    }

    /// Adds an entity that belongs to some members of the selection, to each in its own way. A sink with a single input
    /// adds it with the first link.
    fn add_linked(&mut self, entity: Entity, links: Vec<(usize, Link)>) {
        match links.into_iter().next() {
            Some((_, link)) => self.add(entity.linked_by(link)),
            None => self.add(entity),
        }
    }

    /// Says something to the analyst.
    fn say(&mut self, message: Message);

    /// Reports how far long work has come. Most sinks need not show it.
    fn progress(&mut self, _progress: Progress) {}

    /// Asks whether something may be bought. A sink that cannot ask says so, and the run ends with the price.
    async fn consent(&mut self, _purchase: &Purchase) -> Consent {
        Consent::CannotAsk
    }
}

/// How far long work has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Records read so far.
    pub done: u64,
    /// Records in all, where the source says.
    pub total: Option<Total>,
}

/// A purchase that needs somebody's decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Purchase {
    /// Who sells.
    pub source: String,
    /// How many records it would bring.
    pub count: Option<Total>,
    /// What it would cost.
    pub price: Credits,
}

/// The decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Consent {
    /// Buy.
    Buy,
    /// Do not buy; the count is enough.
    Decline,
    /// This dialect cannot ask.
    CannotAsk,
}

/// Collects everything: for dialects that answer in one message.
#[derive(Debug)]
pub struct Collector {
    limit: usize,
    /// What was found, at most the limit.
    pub entities: Vec<Entity>,
    /// What was said.
    pub messages: Vec<Message>,
}

impl Collector {
    /// A collector that wants so many entities.
    #[must_use]
    pub fn new(limit: usize) -> Self {
        Self { limit, entities: Vec::new(), messages: Vec::new() }
    }
}

#[async_trait]
impl Sink for Collector {
    fn room(&self) -> usize {
        self.limit.saturating_sub(self.entities.len())
    }

    fn add(&mut self, entity: Entity) {
        if self.room() > 0 {
            self.entities.push(entity);
        }
    }

    fn say(&mut self, message: Message) {
        self.messages.push(message);
    }
}
