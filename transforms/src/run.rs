//! One run of one transform.

use std::{fmt::Debug, sync::Arc};

use async_trait::async_trait;
use intel::{
    Clock, Credits,
    desk::{Asker, Context, Desk, Permit, Reach, RunBudget},
    noise::Judge,
};
use maltego::{Input, Settings};
use tokio::time::Instant;

use crate::{declaration::Declaration, error::RunError, noise::NOISE_LIMIT, settings, sink::Sink};

/// A transform.
#[async_trait]
pub trait Transform: Debug + Send + Sync {
    /// What is said about it.
    fn declaration(&self) -> &'static Declaration;

    /// Runs it. What was put into the sink before an error stays there.
    ///
    /// # Errors
    /// See [`RunError`]. Nothing found is a message in the sink, not an error.
    async fn run(&self, run: &Run, sink: &mut dyn Sink) -> Result<(), RunError>;
}

/// What a run works with.
#[derive(Debug, Clone)]
pub struct Run {
    /// What was selected: one entity, except for a transform that takes lists. Never empty.
    inputs: Vec<Input>,
    /// The settings that came with it.
    pub settings: Settings,
    /// The desk.
    pub desk: Desk,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// Who judges what is noise. The shipped lists alone, unless [`Run::judging_by`] says otherwise.
    pub judge: Judge,
    /// More noise of one kind than this becomes one entity.
    pub noise_limit: usize,
    context: Context,
}

impl Run {
    /// A run on a selection that ends at the deadline. What it may spend is read from its settings.
    ///
    /// # Errors
    /// When a money setting cannot be read: guessing there could cost somebody.
    pub fn new(
        inputs: Vec<Input>,
        settings: Settings,
        desk: Desk,
        clock: Arc<dyn Clock>,
        deadline: Instant,
    ) -> Result<Self, RunError> {
        let limit = settings.integer(&settings::MAX_CREDITS_PER_RUN)?.unwrap_or_default();
        let confirmed = settings.boolean(&settings::CONFIRM_PURCHASE)?.unwrap_or_default();
        let budget = Arc::new(RunBudget::new(Credits(limit), confirmed));
        let mut context = Context::new(deadline, budget);
        context.reach = if settings.boolean(&settings::REPLAY)?.unwrap_or_default() {
            Reach::Replay
        } else if settings.boolean(&settings::REFRESH)?.unwrap_or_default() {
            Reach::Refresh
        } else {
            Reach::Usual
        };
        let judge = Judge::built_in();
        Ok(Self { inputs, settings, desk, clock, judge, noise_limit: NOISE_LIMIT, context })
    }

    /// The same run with another judge and another limit for noise of one kind.
    #[must_use]
    pub fn judging_by(self, judge: Judge, noise_limit: usize) -> Self {
        Self { judge, noise_limit, ..self }
    }

    /// The same run on behalf of somebody, within what their investigation allows.
    #[must_use]
    pub fn asked_by(self, asker: Asker, permit: Permit) -> Self {
        Self { context: Context { asker, permit, ..self.context }, ..self }
    }

    /// The same run on another input: what it may spend and has spent, and its deadline, are shared. So a selection of
    /// many is one run with one budget.
    #[must_use]
    pub fn on(&self, input: Input) -> Self {
        Self { inputs: vec![input], ..self.clone() }
    }

    /// The entity that was clicked; of a selection the first.
    #[must_use]
    pub fn input(&self) -> &Input {
        static NOTHING: Input = Input::nothing();
        self.inputs.first().unwrap_or(&NOTHING)
    }

    /// The whole selection.
    #[must_use]
    pub fn inputs(&self) -> &[Input] {
        &self.inputs
    }

    /// On whose behalf and until when the desk is asked.
    #[must_use]
    pub fn context(&self) -> Context {
        self.context.clone()
    }

    /// What has been spent so far.
    #[must_use]
    pub fn spent(&self) -> Credits {
        self.context.budget.spent()
    }

    /// Lets the run exceed its limit from now on, after somebody said so.
    pub(crate) fn confirm(&self) {
        self.context.budget.confirm();
    }
}
