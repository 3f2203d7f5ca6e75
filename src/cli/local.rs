//! `namehound local`: one transform, started by a client on its own machine.
//!
//! The client appends the entity's value and its properties to the command line and reads one message from stdout. It
//! shows nothing but a generic failure for a program that ends badly or prints anything else, so whatever happens here is
//! a message inside a good answer: an unknown transform, a broken configuration, no value at all. The exit status is
//! always 0.
//!
//! stderr is for lines that the client may show: `%` and a number for progress, `D:` for debug messages, and log lines.
//! There is no channel for settings, so they come from the environment, `NAMEHOUND_SETTING_SCOPE=current`; and none for
//! limits, so the configured one holds. A client that cancels ends the process by signal, which needs no help from us:
//! nothing is written before the answer is whole.

use std::{ffi::OsString, io::Write as _, process::ExitCode, sync::Arc};

use maltego::{Entity, Input, Message, MessageKind, Settings, local, transform::fold_name, trx};
use transforms::{Catalogue, Collector, Progress, Sink, Transform};

use super::{Shared, in_one_breath, run};
use crate::{
    app::App,
    execution::{self, Whom},
    logging,
};

/// What stands before a setting's name in the environment.
const SETTING_PREFIX: &str = "NAMEHOUND_SETTING_";

/// What a client appends to the command.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
This is what a Maltego client on this machine starts; \"namehound export local-mtz\" tells it how. Settings come from the
environment, for example NAMEHOUND_SETTING_SCOPE=current. The answer is one message on stdout, whatever happens.")]
pub(super) struct LocalArguments {
    /// The transform, the value to run it on, its properties as name=value#name=value; anything more is ignored
    // All in one list: values are anybody's text, and once the first argument is read nothing is a flag any more.
    #[arg(value_names = ["TRANSFORM", "VALUE", "PROPERTIES"], num_args = 0.., trailing_var_arg = true, allow_hyphen_values = true)]
    arguments: Vec<OsString>,
}

pub(super) fn local(shared: &Shared, arguments: &LocalArguments) -> ExitCode {
    let mut sink = LocalSink { collector: Collector::new(0), percent: 0 };
    if let Err(error) = answer(shared, arguments, &mut sink) {
        sink.say(Message::new(MessageKind::FatalError, in_one_breath(&error)));
    }
    let message = trx::write_response(&sink.collector.entities, &sink.collector.messages);
    let mut stdout = std::io::stdout();
    let _closed_pipe = stdout.write_all(message.as_bytes()).and_then(|()| stdout.flush());
    ExitCode::SUCCESS
}

fn answer(shared: &Shared, arguments: &LocalArguments, sink: &mut LocalSink) -> anyhow::Result<()> {
    let texts: Vec<_> = arguments.arguments.iter().map(|argument| argument.to_string_lossy()).collect();
    let mut config = shared.load()?;
    // The client shows stderr to the analyst, who reads the messages anyway.
    if config.log == crate::config::LogSection::default() {
        config.log.filter = "error".to_owned();
    }
    logging::start(&config.log)?;
    logging::panics_by_place_only();
    let runtime = tokio::runtime::Runtime::new()?;
    let app = runtime.block_on(App::open(&config, &shared.data_dir()))?;
    sink.collector = Collector::new(app.default_limit.min(app.max_limit));
    let Some((name, rest)) = texts.split_first() else {
        sink.fail("No transform was named. Import the archive that \"namehound export local-mtz\" writes.");
        return Ok(());
    };
    let Some(transform) = app.catalogue.find(name) else {
        sink.fail(format!("Nothing was run: {}", run::unknown(&app.catalogue, name)));
        return Ok(());
    };
    let Some(input) = local::read_arguments(input_type(&app.catalogue, transform, name), rest) else {
        sink.fail(format!("No value was given to {name}: there is nothing to ask about."));
        return Ok(());
    };
    runtime.block_on(run_it(&app, transform, input, sink));
    Ok(())
}

async fn run_it(app: &App, transform: &Arc<dyn Transform>, input: Input, sink: &mut LocalSink) {
    let mut settings = Settings::default();
    for setting in transform.declaration().definition.settings {
        if let Some(value) = std::env::var_os(format!("{SETTING_PREFIX}{}", setting.name.to_uppercase())) {
            settings.put(setting.name, value.to_string_lossy());
        }
    }
    execution::execute(app, transform, input, settings, &Whom::default(), sink).await;
}

/// The type that the name stands for: in the classic dialect a transform with several input types has a name for each.
fn input_type(catalogue: &Catalogue, transform: &Arc<dyn Transform>, name: &str) -> &'static str {
    let listings = catalogue.listings();
    let folded = fold_name(name.rsplit('.').next().unwrap_or(name).trim());
    let listed = listings.iter().find(|listing| fold_name(listing.name) == folded);
    let definition = &transform.declaration().definition;
    definition
        .inputs
        .iter()
        .find(|input| listed.is_some_and(|listing| listing.input.name == input.name))
        .or(definition.inputs.first())
        .map_or("", |input| input.name)
}

/// A collector that tells stderr how far it is.
struct LocalSink {
    collector: Collector,
    percent: u8,
}

impl LocalSink {
    fn fail(&mut self, text: impl Into<String>) {
        self.say(Message::new(MessageKind::PartialError, text));
    }
}

#[async_trait::async_trait]
impl Sink for LocalSink {
    fn room(&self) -> usize {
        self.collector.room()
    }

    fn add(&mut self, entity: Entity) {
        self.collector.add(entity);
    }

    fn say(&mut self, message: Message) {
        if message.kind == MessageKind::Debug {
            tell(&local::debug_line(&message.text));
        }
        self.collector.say(message);
    }

    fn progress(&mut self, progress: Progress) {
        let Some(total) = progress.total.map(|total| total.count()).filter(|total| *total > 0) else { return };
        let percent = progress.done.saturating_mul(100).checked_div(total).unwrap_or_default().min(100);
        let percent = u8::try_from(percent).unwrap_or(100);
        if percent > self.percent {
            self.percent = percent;
            tell(&local::progress_line(percent));
        }
    }
}

fn tell(line: &str) {
    let _closed_pipe = std::io::stderr().write_all(line.as_bytes());
}
