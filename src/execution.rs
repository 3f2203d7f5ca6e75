//! Running one transform to its end, whatever happens.
//!
//! A run ends in results, in messages, or in both: a transform that panics, runs out of time or cannot read a setting
//! still gives what it had found and says in plain words what happened. Doors only decide how that looks on the wire.

use std::{panic::AssertUnwindSafe, sync::Arc, time::Duration};

use async_trait::async_trait;
use futures_util::FutureExt;
use intel::desk::{Asker, Permit};
use maltego::{Entity, Input, Link, Message, MessageKind, Settings};
use store::{CaseRefusal, Name, cases::CaseTerms, ledger::RunNote};
use tokio::time::Instant;
use transforms::{Consent, NoiseMarker, Progress, Purchase, Run, RunError, Sink, Transform, settings};

use crate::{
    app::App,
    telemetry::{self, ActiveRun},
};

/// What is left for a transform to say why it ended, after its own time is over.
const GRACE: Duration = Duration::from_secs(1);

/// The most messages of a run that the ledger notes.
const MOST_NOTED: usize = 50;

/// On whose behalf something is run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Whom {
    /// The member.
    pub member: Option<Arc<str>>,
    /// The investigation, where the run's settings name no other.
    pub case: Option<Arc<str>>,
    /// Whether nothing may be bought.
    pub is_guest: bool,
}

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// As it should: with results, with nothing found, or with a question that somebody has to decide.
    Complete,
    /// With an error that the messages tell.
    Failed,
}

/// Runs a transform on one entity, within the time that the server gives one run. What it found and said is in the sink
/// afterwards.
pub async fn execute(
    app: &App,
    transform: &Arc<dyn Transform>,
    input: Input,
    settings: Settings,
    whom: &Whom,
    sink: &mut dyn Sink,
) -> Ending {
    let deadline = Instant::now() + app.run_time;
    match prepare(app, vec![input], settings, deadline, whom).await {
        Ok(run) => drive(app, transform, &run, deadline, sink).await,
        Err(message) => {
            sink.say(message);
            Ending::Failed
        }
    }
}

/// A run on a selection.
///
/// # Errors
/// With what to tell the analyst: a setting cannot be read, or the investigation does not allow it.
pub async fn prepare(
    app: &App,
    inputs: Vec<Input>,
    settings: Settings,
    deadline: Instant,
    whom: &Whom,
) -> Result<Run, Message> {
    let named = settings.text(&settings::CASE).map(str::trim).filter(|name| !name.is_empty()).map(Arc::from);
    let is_replay = settings.boolean(&settings::REPLAY).ok().flatten().unwrap_or_default();
    let run = Run::new(inputs, settings, app.desk.clone(), Arc::clone(&app.clock), deadline)
        .map_err(|error| error.message())?;
    let mut permit = Permit { may_buy: !whom.is_guest, ..Permit::default() };
    let mut case = None;
    if let Some(named) = named.or_else(|| whom.case.clone()) {
        let (name, terms) = investigation(app, &named, is_replay).await.map_err(refused)?;
        permit.ceiling = terms.ceiling;
        permit.providers = terms.providers.map(|providers| providers.into_iter().collect());
        case = Some(Arc::from(name.as_str()));
    } else if is_replay {
        return Err(refused("To go through a case again, name it in the setting \"case\".".to_owned()));
    }
    let id = uuid::Uuid::new_v4().simple().to_string();
    let asker = Asker { member: whom.member.clone(), case, run: Some(id.into()) };
    Ok(run.judging_by(app.judge.clone(), app.noise_limit).asked_by(asker, permit))
}

fn refused(text: String) -> Message {
    Message::new(MessageKind::PartialError, text)
}

/// The investigation of a name and its rules. One that is sealed is only gone through again.
async fn investigation(app: &App, named: &str, is_replay: bool) -> Result<(Name, CaseTerms), String> {
    let Some(stores) = &app.stores else {
        return Err("This server keeps nothing, so it has no cases. Leave the setting \"case\" empty.".to_owned());
    };
    let name = Name::parse(named).map_err(|error| error.analyst_message())?;
    let case = stores.cases.get(&name).await.map_err(|error| error.analyst_message())?;
    match case.sealed {
        Some(since) if !is_replay => Err(CaseRefusal::Sealed { name, since }.analyst_message()),
        _ => Ok((name, case.terms)),
    }
}

/// Drives a prepared run to its end, and notes it in the ledger.
pub async fn drive(
    app: &App,
    transform: &Arc<dyn Transform>,
    run: &Run,
    deadline: Instant,
    sink: &mut dyn Sink,
) -> Ending {
    let name = transform.declaration().definition.name;
    let (began, started) = (app.clock.now(), Instant::now());
    let mut recorder = Recorder { sink, entities: 0, messages: Vec::new() };
    let ending = driven(transform, run, deadline, &mut recorder).await;
    let Recorder { entities, messages, .. } = recorder;
    telemetry::run_ended(name, ending, started.elapsed());
    let context = run.context();
    if let Some(stores) = app.stores.as_ref().filter(|stores| stores.keeps_proof) {
        let text = |text: &Option<Arc<str>>| text.as_deref().map(str::to_owned);
        let id = context.asker.run.as_deref().unwrap_or_default();
        let inputs = run.inputs().iter().map(|input| (input.type_name.clone(), input.value.clone()));
        let note = RunNote {
            milliseconds: milliseconds(started.elapsed()),
            inputs: inputs.collect(),
            entities,
            messages,
            spent: run.spent(),
            ending: format!("{ending:?}").to_lowercase(),
            member: text(&context.asker.member),
            case: text(&context.asker.case),
            ..RunNote::begun(id, name, began)
        };
        if let Err(error) = stores.ledger.note(note).await {
            tracing::warn!(%error, "a run could not be noted in the ledger");
        }
    }
    tracing::info!(
        transform = name,
        ending = ?ending,
        credits = run.spent().0,
        milliseconds = milliseconds(started.elapsed()),
        "run ended"
    );
    ending
}

fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

/// Passes everything on, and remembers what was said.
struct Recorder<'a> {
    sink: &'a mut dyn Sink,
    entities: u64,
    messages: Vec<String>,
}

#[async_trait]
impl Sink for Recorder<'_> {
    fn room(&self) -> usize {
        self.sink.room()
    }

    fn add(&mut self, entity: Entity) {
        self.entities += u64::from(self.sink.room() > 0);
        self.sink.add(entity);
    }

    fn add_for(&mut self, entity: Entity, inputs: &[usize]) {
        self.entities += u64::from(self.sink.room() > 0);
        self.sink.add_for(entity, inputs);
    }

    fn add_linked(&mut self, entity: Entity, links: Vec<(usize, Link)>) {
        self.entities += u64::from(self.sink.room() > 0);
        self.sink.add_linked(entity, links);
    }

    fn say(&mut self, message: Message) {
        if message.kind != MessageKind::Debug && self.messages.len() < MOST_NOTED {
            self.messages.push(message.text.clone());
        }
        self.sink.say(message);
    }

    fn progress(&mut self, progress: Progress) {
        self.sink.progress(progress);
    }

    async fn consent(&mut self, purchase: &Purchase) -> Consent {
        self.sink.consent(purchase).await
    }
}

async fn driven(transform: &Arc<dyn Transform>, run: &Run, deadline: Instant, sink: &mut dyn Sink) -> Ending {
    let name = transform.declaration().definition.name;
    let active = ActiveRun::begin();
    let mut marker = NoiseMarker::new(transform.declaration(), run, sink);
    let work = AssertUnwindSafe(transform.run(run, &mut marker)).catch_unwind();
    let outcome = tokio::time::timeout_at(deadline + GRACE, work).await;
    marker.finish();
    let ending = match outcome {
        Ok(Ok(Ok(()))) => Ending::Complete,
        Ok(Ok(Err(error))) => fail(name, &error, sink),
        Ok(Err(_panic)) => {
            tracing::error!(transform = name, "transform panicked");
            sink.say(Message::new(
                MessageKind::PartialError,
                "Something went wrong inside this server. What was found before is shown; please tell whoever runs it.",
            ));
            Ending::Failed
        }
        Err(_elapsed) => fail(name, &RunError::Ask(intel::AskError::Deadline), sink),
    };
    drop(active);
    ending
}

fn fail(name: &str, error: &RunError, sink: &mut dyn Sink) -> Ending {
    sink.say(error.message());
    if error.is_failure() {
        tracing::warn!(transform = name, %error, "run failed");
        Ending::Failed
    } else {
        Ending::Complete
    }
}
