//! Running one transform to its end, whatever happens.
//!
//! A run ends in results, in messages, or in both: a transform that panics, runs out of time or cannot read a setting
//! still gives what it had found and says in plain words what happened. Doors only decide how that looks on the wire.

use std::{panic::AssertUnwindSafe, sync::Arc, time::Duration};

use futures_util::FutureExt;
use maltego::{Input, Message, MessageKind, Settings};
use tokio::time::Instant;
use transforms::{NoiseMarker, Run, RunError, Sink, Transform};

use crate::{
    app::App,
    telemetry::{self, ActiveRun},
};

/// What is left for a transform to say why it ended, after its own time is over.
const GRACE: Duration = Duration::from_secs(1);

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
    sink: &mut dyn Sink,
) -> Ending {
    let deadline = Instant::now() + app.run_time;
    match prepare(app, vec![input], settings, deadline) {
        Ok(run) => drive(transform, &run, deadline, sink).await,
        Err(error) => fail(transform.declaration().definition.name, &error, sink),
    }
}

/// A run on a selection.
///
/// # Errors
/// When a money setting cannot be read.
pub fn prepare(app: &App, inputs: Vec<Input>, settings: Settings, deadline: Instant) -> Result<Run, RunError> {
    let run = Run::new(inputs, settings, app.desk.clone(), Arc::clone(&app.clock), deadline)?;
    Ok(run.judging_by(app.judge.clone(), app.noise_limit))
}

/// Drives a prepared run to its end.
pub async fn drive(transform: &Arc<dyn Transform>, run: &Run, deadline: Instant, sink: &mut dyn Sink) -> Ending {
    let name = transform.declaration().definition.name;
    let started = Instant::now();
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
    telemetry::run_ended(name, ending, started.elapsed());
    tracing::info!(
        transform = name,
        ending = ?ending,
        credits = run.spent().0,
        milliseconds = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX),
        "run ended"
    );
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
