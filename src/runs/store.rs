//! All runs of this server.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError, atomic::AtomicBool},
    time::Duration,
};

use futures_util::StreamExt;
use intel::Clock;
use jiff::Timestamp;
use maltego::{Input, InputKind, Message, MessageKind, Settings, v3::run};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tracing::Instrument;
use transforms::Transform;

use super::{
    Log, RunSettings, reaper,
    sink::{RunSink, Shared},
};
use crate::{
    app::App,
    execution::{self, Ending, Whom},
};

/// Who runs belong to, for limits: a token's hash or an address, never shown.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct User(pub String);

/// One run.
#[derive(Debug)]
pub struct Run {
    /// Its id, unguessable: without authentication it is all that protects the run.
    pub id: String,
    /// The transform's full name.
    pub transform: String,
    /// When it started.
    pub started: Timestamp,
    /// When it started, for durations.
    pub started_at: Instant,
    /// What happened in it.
    pub log: Arc<Log>,
    user: User,
    stop: CancellationToken,
}

impl Run {
    /// How long it took, or has taken so far.
    #[must_use]
    pub fn duration(&self, ended: Option<Instant>) -> Duration {
        ended.unwrap_or_else(Instant::now).saturating_duration_since(self.started_at)
    }

    /// Stops the work and ends the run as cancelled, unless it has ended already.
    pub fn cancel(&self, now: Timestamp) {
        self.log.end(now, run::RunState::Cancelled, None);
        self.stop.cancel();
    }

    /// Stops the work and ends the run because nobody polls it.
    pub(super) fn abandon(&self, now: Timestamp) {
        if self.log.end(now, run::RunState::TimedOut, Some(&super::log::abandoned())) {
            tracing::info!(transform = %self.transform, "run abandoned");
        }
        self.stop.cancel();
    }
}

/// What to run.
#[derive(Debug)]
pub struct Start {
    /// The transform.
    pub transform: Arc<dyn Transform>,
    /// Its full name.
    pub name: String,
    /// The selected entities with their ids.
    pub inputs: Vec<(String, Input)>,
    /// The settings.
    pub settings: Settings,
    /// How many results each input may have.
    pub limit: usize,
    /// Whose run it is, for limits.
    pub user: User,
    /// On whose behalf.
    pub whom: Whom,
    /// Whether the client can show questions.
    pub can_prompt: bool,
}

/// Too many unfinished runs of one user.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refused {
    /// How many are allowed.
    pub most: usize,
}

/// All runs of this server. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Runs {
    shelf: Arc<Shelf>,
}

#[derive(Debug)]
pub(super) struct Shelf {
    runs: Mutex<HashMap<String, Arc<Run>>>,
    pub(super) settings: RunSettings,
    pub(super) clock: Arc<dyn Clock>,
}

impl Shelf {
    pub(super) fn lock(&self) -> MutexGuard<'_, HashMap<String, Arc<Run>>> {
        self.runs.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A shelf that nobody can reach any more stops its work.
impl Drop for Shelf {
    fn drop(&mut self) {
        for run in self.lock().values() {
            run.stop.cancel();
        }
    }
}

impl Runs {
    /// No runs yet. Call it inside the runtime: it starts the task that forgets old runs.
    #[must_use]
    pub fn new(settings: RunSettings, clock: Arc<dyn Clock>) -> Self {
        let shelf = Arc::new(Shelf { runs: Mutex::default(), settings, clock });
        tokio::spawn(reaper::forget_old_runs(Arc::downgrade(&shelf)));
        Self { shelf }
    }

    /// How many runs are kept.
    #[must_use]
    pub fn count(&self) -> usize {
        self.shelf.lock().len()
    }

    /// A run by its id and transform.
    #[must_use]
    pub fn find(&self, id: &str, transform: &str) -> Option<Arc<Run>> {
        self.shelf.lock().get(id).filter(|run| run.transform == transform).cloned()
    }

    /// Forgets a run.
    pub fn remove(&self, id: &str) {
        self.shelf.lock().remove(id);
    }

    /// Starts a run; the work goes on in a task of its own.
    ///
    /// # Errors
    /// When the user has too many unfinished runs.
    pub fn start(&self, app: &App, start: Start) -> Result<Arc<Run>, Refused> {
        let settings = self.shelf.settings;
        let now = app.clock.now();
        let run = Arc::new(Run {
            id: run::run_id(rand::random()),
            transform: start.name.clone(),
            started: now,
            started_at: Instant::now(),
            log: Arc::new(Log::new(now, settings.bytes)),
            user: start.user.clone(),
            stop: CancellationToken::new(),
        });
        {
            let mut runs = self.shelf.lock();
            let unfinished = runs.values().filter(|known| known.user == start.user && !known.log.is_final()).count();
            if unfinished >= settings.per_user {
                return Err(Refused { most: settings.per_user });
            }
            runs.insert(run.id.clone(), Arc::clone(&run));
        }
        let (app, log, stop) = (app.clone(), Arc::clone(&run.log), run.stop.clone());
        tokio::spawn(
            async move {
                tokio::select! {
                    () = stop.cancelled() => {}
                    () = work(&app, &log, start, settings) => {}
                }
            }
            .in_current_span(),
        );
        Ok(run)
    }
}

async fn work(app: &App, log: &Arc<Log>, start: Start, settings: RunSettings) {
    log.begin(app.clock.now());
    let shared = Arc::new(Shared {
        log: Arc::clone(log),
        clock: Arc::clone(&app.clock),
        prompts: start.can_prompt.then_some(settings.prompt_time),
        asking: tokio::sync::Mutex::default(),
        declined: AtomicBool::new(false),
        agreed: AtomicBool::new(false),
    });
    let deadline = Instant::now() + settings.run_time;
    let (ids, inputs): (Vec<String>, Vec<Input>) = start.inputs.into_iter().unzip();
    let run = match execution::prepare(app, inputs.clone(), start.settings, deadline, &start.whom).await {
        Ok(run) => run,
        Err(message) => {
            log.end(app.clock.now(), run::RunState::Failed, Some(&as_error(message)));
            return;
        }
    };
    let transform = &start.transform;
    let failed = match transform.declaration().definition.input_kind {
        InputKind::List => {
            let mut sink = RunSink::new(shared, ids, None, start.limit.saturating_mul(inputs.len().max(1)));
            vec![execution::drive(app, transform, &run, deadline, &mut sink).await == Ending::Failed]
        }
        InputKind::Single => {
            let several = inputs.len() > 1;
            let executions = ids.into_iter().zip(inputs).map(|(id, input)| {
                let prefix = several.then(|| input.value.clone());
                let run = run.on(input);
                let mut sink = RunSink::new(Arc::clone(&shared), vec![id], prefix, start.limit);
                async move { execution::drive(app, transform, &run, deadline, &mut sink).await == Ending::Failed }
            });
            futures_util::stream::iter(executions).buffer_unordered(settings.parallel.max(1)).collect().await
        }
    };
    if log.is_full() {
        let text = "This run holds as much as one run may; further results were left out. Run it on fewer entities.";
        log.say(app.clock.now(), &Message::new(MessageKind::PartialError, text));
    }
    // A part that worked is a result; the messages say which input failed.
    let all_failed = !failed.is_empty() && failed.iter().all(|failed| *failed);
    let state = if all_failed { run::RunState::Failed } else { run::RunState::Completed };
    log.end(app.clock.now(), state, None);
}

/// A failed run needs an error that explains it, so what would be a warning elsewhere is one here.
fn as_error(message: Message) -> Message {
    Message::new(MessageKind::FatalError, message.text)
}
