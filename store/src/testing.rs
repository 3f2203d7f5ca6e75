//! What the tests of this crate share: a database in a folder of its own and a clock that moves by hand.

use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use intel::{
    clock::{Clock, later},
    credits::Credits,
};
use jiff::Timestamp;

use crate::{
    Database, Name,
    answers::{AnswerLimits, Answers, NewAnswer, Origin},
    cases::Cases,
    claims::Claims,
    members::Members,
    spending::{Buyer, Hold, Intent, Spending, Unknown},
    tokens::Tokens,
};

/// A clock that a test moves by hand. It starts on 2 November 2026, half past nine in the morning, UTC.
#[derive(Debug, Clone)]
pub(crate) struct HandClock(Arc<AtomicI64>);

impl HandClock {
    /// Lets so many milliseconds pass.
    pub(crate) fn pass(&self, milliseconds: i64) {
        self.0.fetch_add(milliseconds, Ordering::SeqCst);
    }

    /// Goes to a time.
    pub(crate) fn set(&self, time: &str) {
        self.0.store(time.parse::<Timestamp>().unwrap().as_millisecond(), Ordering::SeqCst);
    }
}

impl Clock for HandClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millisecond(self.0.load(Ordering::SeqCst)).unwrap()
    }
}

/// A database with a clock.
pub(crate) struct Bench {
    pub(crate) database: Database,
    pub(crate) clock: HandClock,
    folder: tempfile::TempDir,
}

impl Bench {
    pub(crate) async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let database = Database::open(folder.path()).await.unwrap();
        let clock = HandClock(Arc::default());
        clock.set("2026-11-02T09:30:00Z");
        Self { database, clock, folder }
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// A second handle with connections of its own, as another process has.
    pub(crate) async fn open_again(&self) -> Database {
        Database::open(self.folder.path()).await.unwrap()
    }

    pub(crate) fn clock(&self) -> Arc<dyn Clock> {
        Arc::new(self.clock.clone())
    }

    pub(crate) fn answers(&self) -> Answers {
        self.answers_within(AnswerLimits::default())
    }

    pub(crate) fn answers_within(&self, limits: AnswerLimits) -> Answers {
        Answers::new(self.database.clone(), self.clock(), limits)
    }

    pub(crate) fn cases(&self) -> Cases {
        Cases::new(self.database.clone(), self.clock())
    }

    pub(crate) fn claims(&self) -> Claims {
        Claims::new(self.database.clone(), self.clock())
    }

    pub(crate) fn members(&self) -> Members {
        Members::new(self.database.clone(), self.clock())
    }

    pub(crate) fn spending(&self) -> Spending {
        Spending::new(self.database.clone(), self.clock())
    }

    pub(crate) fn tokens(&self) -> Tokens {
        Tokens::new(self.database.clone(), self.clock())
    }
}

/// A name that is known to be one.
pub(crate) fn name(text: &str) -> Name {
    Name::parse(text).unwrap()
}

/// An answer that is fresh for an hour.
pub(crate) fn answer(key: &str, value: &str, case: Option<&Name>) -> NewAnswer {
    let retrieved: Timestamp = "2026-11-02T09:30:00Z".parse().unwrap();
    NewAnswer {
        key: key.to_owned(),
        value: value.as_bytes().to_vec(),
        origin: Origin {
            source: "A source".to_owned(),
            retrieved,
            price: Credits::FREE,
            evidence: vec!["evidence-1".to_owned()],
        },
        fresh_until: later(retrieved, Duration::from_secs(60 * 60)),
        case: case.cloned(),
    }
}

/// A purchase that is under way for a minute, on nobody's account and without limits.
pub(crate) fn intent(key: &str, price: u64) -> Intent {
    Intent {
        key: key.to_owned(),
        provider: "whoisxml".to_owned(),
        service: "reverse-whois".to_owned(),
        price: Credits(price),
        buyer: Buyer::default(),
        limits: Vec::new(),
        hold: Hold::For(Duration::from_secs(60)),
        unknown: Unknown::Refuse,
    }
}
