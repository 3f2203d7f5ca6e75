//! `namehound crossmatch`: what a list of domains has in common.

use std::{
    io::{IsTerminal, Read as _},
    path::Path,
    process::ExitCode,
    sync::Arc,
    time::Duration,
};

use anyhow::{Context as _, bail};
use indicatif::{ProgressBar, ProgressStyle};
use intel::{
    Credits, LookupKind, Moment,
    crossmatch::{self, Depth, HEADER, Measuring, Plan, Report},
    desk::{Context, RunBudget},
    lookup::DateRange,
    observable::HostName,
};
use jiff::civil::Date;
use tokio::time::Instant;

use super::{Shared, note, out};
use crate::{app::App, logging, present};

/// The largest list that is read, in bytes.
const LARGEST_LIST: u64 = 4 * 1024 * 1024;

/// What to compare.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  namehound crossmatch shops.txt
  namehound crossmatch shops.txt --from 2018-01-01 --to 2019-12-31
  namehound crossmatch one.example two.example --format json
  cut -d, -f1 export.csv | namehound crossmatch - --format csv > shared.csv

A list has one domain a line; empty lines and lines that begin with # are skipped. The most telling values come first: a
mailbox that only these domains have says more than a registrar that millions have. Results go to stdout, messages and
progress to stderr.")]
pub(super) struct CrossmatchArguments {
    /// Files with domains, - for stdin, or the domains themselves
    #[arg(value_name = "FILE|-|DOMAIN", required = true)]
    lists: Vec<String>,
    /// Only what was so on this day or later counts
    #[arg(long, value_name = "DAY", value_parser = day)]
    from: Option<Date>,
    /// Only what was so on this day or earlier counts
    #[arg(long, value_name = "DAY", value_parser = day)]
    to: Option<Date>,
    /// How much of the past is looked at
    #[arg(long, value_enum, default_value_t = DepthArgument::Historic)]
    depth: DepthArgument,
    /// A kind of question not to ask (may be given more than once), for example certificates
    #[arg(long, value_name = "LOOKUP", value_parser = kind)]
    without: Vec<LookupKind>,
    /// What may be spent without asking, in the vendor's credits
    #[arg(long, value_name = "CREDITS", default_value_t = 100)]
    max_credits: u64,
    /// Buy even if it costs more than that
    #[arg(long)]
    confirm_purchase: bool,
    /// The form of the results
    #[arg(long, value_enum, default_value_t = CrossmatchFormat::Table)]
    format: CrossmatchFormat,
}

/// How much of the past is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum DepthArgument {
    /// Everything that was ever so
    Historic,
    /// Only what is so now, which costs less
    Current,
}

/// The form of the results.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum CrossmatchFormat {
    /// Aligned columns for people
    Table,
    /// Comma-separated values, one row a shared value
    Csv,
    /// One JSON document with everything, dates and places included
    Json,
}

fn day(text: &str) -> Result<Date, String> {
    match text.parse::<Moment>() {
        Ok(moment) => Ok(moment.day()),
        Err(_) => Err("write a day such as 2019-01-01".to_owned()),
    }
}

fn kind(text: &str) -> Result<LookupKind, String> {
    let wanted = text.trim().to_lowercase().replace('-', "_");
    let asked = || Depth::Historic.kinds().iter().chain(Depth::Current.kinds());
    asked().copied().find(|kind| kind.as_str() == wanted).ok_or_else(|| {
        let mut known: Vec<_> = asked().map(|kind| kind.as_str()).collect();
        known.sort_unstable();
        known.dedup();
        format!("it is one of {}", known.join(", "))
    })
}

pub(super) fn crossmatch(shared: &Shared, arguments: &CrossmatchArguments) -> anyhow::Result<ExitCode> {
    let domains = domains(&arguments.lists)?;
    if domains.len() < 2 {
        bail!("there is nothing to compare: name at least two domains");
    }
    let window = DateRange { from: arguments.from, to: arguments.to };
    if let (Some(from), Some(to)) = (window.from, window.to)
        && from > to
    {
        bail!("no day is both after {from} and before {to}");
    }
    let mut config = shared.load()?;
    // A person at a terminal reads the messages; the log would say the same once more.
    if config.log == crate::config::LogSection::default() {
        config.log.filter = "error".to_owned();
    }
    logging::start(&config.log)?;
    logging::panics_by_place_only();
    let runtime = tokio::runtime::Runtime::new().context("the runtime cannot be started")?;
    let app = runtime.block_on(App::open(&config, &shared.data_dir()))?;
    let depth = match arguments.depth {
        DepthArgument::Historic => Depth::Historic,
        DepthArgument::Current => Depth::Current,
    };
    let plan = arguments.without.iter().fold(Plan::new(depth), |plan, kind| plan.without(*kind));
    let budget = RunBudget::new(Credits(arguments.max_credits), arguments.confirm_purchase);
    let context = Context::new(
        // Whoever waits at a terminal can stop it; no proxy cuts it off.
        Instant::now() + Duration::from_secs(config.v3.run_seconds.max(config.server.run_seconds)),
        Arc::new(budget),
    );
    let outcome = runtime.block_on(async {
        tokio::select! {
            report = compare(&app, &domains, &plan, &context, window) => report.map(Some),
            _ = tokio::signal::ctrl_c() => Ok(None),
        }
    })?;
    let Some(report) = outcome else {
        note!("Stopped. What was answered before is lost; nothing more was asked.");
        return Ok(ExitCode::from(130));
    };
    match arguments.format {
        CrossmatchFormat::Table => out!("{}", present::rows_as_table(&short_rows(&report)).trim_end_matches('\n')),
        CrossmatchFormat::Csv => out!("{}", present::rows_as_csv(&rows(&report))?.trim_end_matches('\n')),
        CrossmatchFormat::Json => out!("{}", serde_json::to_string_pretty(&report)?),
    }
    tell(&report, arguments.format);
    let answered = !report.sources.is_empty() || report.failures.is_empty();
    Ok(if answered { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

async fn compare(
    app: &App,
    domains: &[HostName],
    plan: &Plan,
    context: &Context,
    window: DateRange,
) -> anyhow::Result<Report> {
    let estimate = crossmatch::quote(&app.desk, domains, plan, context).await;
    if !context.budget.allows(estimate.domains.price) {
        bail!(
            "asking all of this at {} costs about {}, and --max-credits allows {}. Nothing was asked. Add \
             --confirm-purchase to go on, leave out the dearest part (--without whois_history), or compare only what is \
             so today (--depth current)",
            estimate.domains.sources.join(", "),
            estimate.domains.price,
            context.budget.limit()
        );
    }
    let line = progress_line();
    let mut show = |progress: crossmatch::Progress| {
        line.set_length(progress.total as u64);
        line.set_position(progress.done as u64);
    };
    let collected = crossmatch::collect(&app.desk, domains, plan, context, &mut show).await;
    let mut report = Report::new(collected, Some(window));
    line.set_message("counting who else has it");
    let measured = crossmatch::measure(&app.desk, &mut report.shared, Measuring::default(), context).await;
    report.add_measured(measured);
    line.finish_and_clear();
    Ok(report)
}

fn progress_line() -> ProgressBar {
    let line = if std::io::stderr().is_terminal() { ProgressBar::new(0) } else { ProgressBar::hidden() };
    if let Ok(style) = ProgressStyle::with_template("{spinner} {elapsed} {pos} of {len} questions answered {msg}") {
        line.set_style(style);
    }
    line.enable_steady_tick(Duration::from_millis(120));
    line
}

/// The domains of all lists, each once, in order.
fn domains(lists: &[String]) -> anyhow::Result<Vec<HostName>> {
    let mut domains = Vec::new();
    let mut add = |domain: HostName| {
        if !domains.contains(&domain) {
            domains.push(domain);
        }
    };
    for list in lists {
        let text = if list == "-" {
            text_of(std::io::stdin(), "stdin")?
        } else if Path::new(list).exists() {
            text_of(std::fs::File::open(list).with_context(|| format!("{list} cannot be opened"))?, list)?
        } else {
            match HostName::parse(list) {
                Ok(domain) if domain.as_str().contains('.') => {
                    add(domain);
                    continue;
                }
                _ => bail!("there is no file \"{list}\", and it is no domain either"),
            }
        };
        for (number, line) in text.lines().enumerate() {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let domain = HostName::parse(line).with_context(|| format!("line {} of {list}", number + 1))?;
            // The head of a column, most often: it would be asked about like any other name.
            if !domain.as_str().contains('.') {
                bail!("line {} of {list}: \"{line}\" is no domain", number + 1);
            }
            add(domain);
        }
    }
    Ok(domains)
}

/// A whole list as text.
fn text_of(list: impl std::io::Read, name: &str) -> anyhow::Result<String> {
    let mut text = String::new();
    list.take(LARGEST_LIST + 1).read_to_string(&mut text).with_context(|| format!("{name} is no text"))?;
    if text.len() as u64 > LARGEST_LIST {
        bail!("{name} has more than {} MiB, which no list of domains needs", LARGEST_LIST / 1024 / 1024);
    }
    Ok(text)
}

fn rows(report: &Report) -> Vec<Vec<String>> {
    let header = HEADER.map(str::to_owned).to_vec();
    std::iter::once(header).chain(report.rows().into_iter().map(Vec::from)).collect()
}

/// The columns that fit a terminal: of many domains the first few, and no sources. Who held a value at another time than
/// everybody else stands with the overlap.
fn short_rows(report: &Report) -> Vec<Vec<String>> {
    let wanted = ["score", "kind", "value", "sharers", "first", "last", "overlap", "verdict", "domains"];
    let header = wanted.map(str::to_owned).to_vec();
    let rows = report.rows().into_iter().map(|row| {
        let cell = |name: &str| HEADER.iter().position(|known| *known == name).and_then(|place| row.get(place));
        wanted
            .iter()
            .map(|name| {
                let text = cell(name).cloned().unwrap_or_default();
                match *name {
                    "domains" => few(&text),
                    "overlap" => with_apart(text, cell("apart"), cell("domains")),
                    _ => text,
                }
            })
            .collect()
    });
    std::iter::once(header).chain(rows).collect()
}

/// `at most 2 at once, 2015-06-01 to 2016-01-01; c.example not at the same time`.
fn with_apart(overlap: String, apart: Option<&String>, domains: Option<&String>) -> String {
    match apart {
        // Where it is so of all of them, the overlap says it.
        Some(apart) if !apart.is_empty() && Some(apart) != domains => {
            format!("{overlap}; {} not at the same time", few(apart))
        }
        _ => overlap,
    }
}

/// `a b c and 9 more`.
fn few(domains: &str) -> String {
    let domains: Vec<&str> = domains.split(' ').collect();
    let shown = domains.iter().take(3).copied().collect::<Vec<_>>().join(" ");
    match domains.len().saturating_sub(3) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

/// What belongs to the results and stands in none of them. JSON has all of it.
fn tell(report: &Report, format: CrossmatchFormat) {
    if format == CrossmatchFormat::Json {
        return;
    }
    if report.shared.is_empty() && !report.sources.is_empty() {
        note!("No two of the {} domains share anything that was found.", report.domains.len());
    }
    for hidden in &report.hidden {
        note!("{}.", hidden.in_words(report.domains.len()));
    }
    for text in &report.notes {
        note!("{text}");
    }
    for cut in &report.cut {
        note!("{}: only a part of {} was read.", cut.subject, cut.kind.in_words());
    }
    if !report.unanswered.is_empty() {
        let kinds: Vec<_> = report.unanswered.iter().map(|kind| kind.in_words()).collect();
        note!("No source is configured for {}: what stands there was not compared.", kinds.join(", "));
    }
    for failure in &report.failures {
        note!("{}, {}: {}", failure.subject, failure.kind.in_words(), failure.error.analyst_message());
    }
    if !report.spent.is_free() {
        note!("{} spent at {}.", report.spent, report.sources.join(", "));
    }
}
