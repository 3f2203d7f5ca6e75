//! `namehound run`: the same transforms without a server.

use std::{io::IsTerminal, process::ExitCode, time::Duration};

use anyhow::{Context as _, bail};
use indicatif::{ProgressBar, ProgressStyle};
use maltego::{Entity, EntityType, Input, Message, Settings, entity_types};
use transforms::{Catalogue, Collector, Progress, Sink};

use super::{Shared, note, out};
use crate::{
    app::App,
    execution::{self, Ending, Whom},
    logging,
    present::{self, Format},
};

/// What to run.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  namehound run domain_to_whois_history cmt-net.example
  namehound run person_to_domains \"Dara Velani\" --set scope=current
  namehound run ns_to_domains ns17.tala-host.example --limit 500 --format csv > domains.csv
  namehound run whois_record_to_contacts x --property registrantEmail=dara.velani@mail.example

Results go to stdout, messages and progress to stderr.")]
pub(super) struct RunArguments {
    /// The transform, as "namehound transforms" lists it
    transform: String,
    /// The value to run it on
    value: String,
    /// A setting of the transform (may be given more than once)
    #[arg(long = "set", value_name = "NAME=VALUE", value_parser = pair)]
    settings: Vec<(String, String)>,
    /// A property of the input entity (may be given more than once)
    #[arg(long = "property", value_name = "NAME=VALUE", value_parser = pair)]
    properties: Vec<(String, String)>,
    /// The type of the input entity [default: the transform's first input type]
    #[arg(long = "type", value_name = "TYPE")]
    entity_type: Option<String>,
    /// How many results to show at most [default: as configured]
    #[arg(long, value_name = "COUNT")]
    limit: Option<usize>,
    /// The form of the results
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
}

fn pair(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.trim().is_empty() => Ok((name.trim().to_owned(), value.to_owned())),
        _ => Err("write NAME=VALUE".to_owned()),
    }
}

pub(super) fn run(shared: &Shared, arguments: &RunArguments) -> anyhow::Result<ExitCode> {
    let mut config = shared.load()?;
    // A person at a terminal reads the messages; the log would say the same once more.
    if config.log == crate::config::LogSection::default() {
        config.log.filter = "error".to_owned();
    }
    logging::start(&config.log)?;
    logging::panics_by_place_only();
    let runtime = tokio::runtime::Runtime::new().context("the runtime cannot be started")?;
    let app = runtime.block_on(App::open(&config, &shared.data_dir()))?;
    let transform =
        app.catalogue.find(&arguments.transform).with_context(|| unknown(&app.catalogue, &arguments.transform))?;
    let definition = &transform.declaration().definition;
    let known: Vec<_> = definition.settings.iter().map(|setting| setting.name).collect();
    let settings = Settings::from_wire(arguments.settings.clone(), transforms::NAMESPACE, definition.name);
    if let Some(name) = settings.names().find(|name| !known.contains(name)) {
        let known = if known.is_empty() { "it has none".to_owned() } else { format!("it has {}", known.join(", ")) };
        bail!("{} has no setting \"{name}\": {known}", definition.name);
    }
    let mut input = Input::new(input_type(arguments, definition.inputs)?, arguments.value.clone());
    for (name, value) in &arguments.properties {
        input.put(name.as_str(), value.as_str());
    }
    let limit = arguments.limit.unwrap_or(app.default_limit).min(app.max_limit);
    let mut terminal = Terminal::new(limit);
    let nobody = Whom::default();
    let ending = runtime.block_on(async {
        tokio::select! {
            ending = execution::execute(&app, transform, input, settings, &nobody, &mut terminal) => Some(ending),
            _ = tokio::signal::ctrl_c() => None,
        }
    });
    let collected = terminal.finish();
    out!("{}", present::entities(&collected.entities, &collected.messages, arguments.format)?.trim_end_matches('\n'));
    if !arguments.format.carries_messages() {
        for message in &collected.messages {
            note!("{}", message.text);
        }
    }
    Ok(match ending {
        Some(Ending::Complete) => ExitCode::SUCCESS,
        Some(Ending::Failed) => ExitCode::from(1),
        None => {
            note!("Stopped; what was found before is shown.");
            ExitCode::from(130)
        }
    })
}

fn input_type(arguments: &RunArguments, inputs: &[&'static EntityType]) -> anyhow::Result<&'static EntityType> {
    match &arguments.entity_type {
        Some(name) => entity_types::by_name(name)
            .or_else(|| entity_types::by_old_name(name))
            .with_context(|| format!("there is no entity type \"{name}\"; write for example maltego.Domain")),
        None => inputs.first().copied().context("this transform declares no input type"),
    }
}

/// Says that there is no such transform, with the nearest one.
pub(super) fn unknown(catalogue: &Catalogue, name: &str) -> String {
    match catalogue.nearest(name, strsim::jaro_winkler) {
        Some(near) => format!("there is no transform \"{name}\"; did you mean {near}?"),
        None => format!("there is no transform \"{name}\"; \"namehound transforms\" lists them"),
    }
}

/// A collector with a progress line.
struct Terminal {
    collector: Collector,
    line: ProgressBar,
}

impl Terminal {
    fn new(limit: usize) -> Self {
        let line = if std::io::stderr().is_terminal() { ProgressBar::new_spinner() } else { ProgressBar::hidden() };
        if let Ok(style) = ProgressStyle::with_template("{spinner} {elapsed} {msg}") {
            line.set_style(style);
        }
        line.set_message("asking");
        line.enable_steady_tick(Duration::from_millis(120));
        Self { collector: Collector::new(limit), line }
    }

    fn finish(self) -> Collector {
        self.line.finish_and_clear();
        self.collector
    }
}

#[async_trait::async_trait]
impl Sink for Terminal {
    fn room(&self) -> usize {
        self.collector.room()
    }

    fn add(&mut self, entity: Entity) {
        self.collector.add(entity);
    }

    fn say(&mut self, message: Message) {
        self.collector.say(message);
    }

    fn progress(&mut self, progress: Progress) {
        self.line.set_message(match progress.total {
            Some(total) => format!("{} of {} read", progress.done, total.count()),
            None => format!("{} read", progress.done),
        });
    }
}
