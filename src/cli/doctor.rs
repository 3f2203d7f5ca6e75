//! `namehound doctor`: why does it not work?

use std::process::ExitCode;

use anyhow::Context as _;
use intel::{
    SystemClock,
    desk::{HttpTransport, Transport},
};
use serde_json::json;

use super::{Shared, in_one_breath, out};
use crate::{
    config::Config,
    doctor::{Examination, Report, ThisMachine, Verdict, examine},
};

/// How to look, and how to tell.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Nothing costs credits: vendors are asked for the balance alone. No part of a key or a token is ever shown.
Exit code 0 if nothing is wrong, 1 otherwise.")]
pub(super) struct DoctorArguments {
    /// Ask nobody outside this machine
    #[arg(long)]
    offline: bool,
    /// The form of the findings
    #[arg(long, value_enum, default_value_t = DoctorFormat::Text)]
    format: DoctorFormat,
}

/// The form of the findings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum DoctorFormat {
    /// Lines for people
    Text,
    /// One JSON document
    Json,
}

pub(super) fn doctor(shared: &Shared, arguments: &DoctorArguments) -> anyhow::Result<ExitCode> {
    let loaded = shared.load().map_err(|error| in_one_breath(&error));
    let upstream = match &loaded {
        _ if arguments.offline => Err("this was asked for without the network (--offline)".to_owned()),
        Ok(config) => transport(config).map_err(|error| in_one_breath(&error)),
        Err(_) => Err("there is no configuration to go by".to_owned()),
    };
    let (sources, data_dir) = (shared.sources(), shared.data_dir());
    let examination = Examination {
        sources: &sources,
        config: loaded.as_ref().map_err(String::as_str),
        data_dir: &data_dir,
        clock: &SystemClock,
        surroundings: &ThisMachine::with_data_dir(&data_dir),
        upstream: upstream.as_ref().map(|transport| transport as &dyn Transport).map_err(String::as_str),
    };
    let runtime = tokio::runtime::Runtime::new().context("the runtime cannot be started")?;
    let report = runtime.block_on(examine(&examination));
    match arguments.format {
        DoctorFormat::Text => out!("{}", text(&report)),
        DoctorFormat::Json => out!("{:#}", json(&report)),
    }
    Ok(if report.is_well() { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

fn transport(config: &Config) -> anyhow::Result<HttpTransport> {
    Ok(HttpTransport::new(config.upstream.settings()?)?)
}

/// A line for each finding, and under it what to do.
fn text(report: &Report) -> String {
    let mut lines = Vec::new();
    for finding in &report.findings {
        let mark = match finding.verdict {
            Verdict::Good => "✓",
            Verdict::Skipped => "-",
            Verdict::Warning => "!",
            Verdict::Problem => "✗",
        };
        lines.push(format!("{mark} {:13}  {}", finding.check, finding.what));
        for (position, line) in finding.next_step.iter().flat_map(|step| step.lines()).enumerate() {
            let arrow = if position == 0 { "→" } else { " " };
            lines.push(format!("{:15}  {arrow} {line}", ""));
        }
    }
    lines.push(String::new());
    lines.push(match (report.count(Verdict::Problem), report.count(Verdict::Warning)) {
        (0, 0) => "Nothing is wrong.".to_owned(),
        (0, warnings) => format!("Nothing is wrong; {} to know.", things(warnings)),
        (problems, 0) => format!("{} wrong.", are(problems)),
        (problems, warnings) => format!("{} wrong, and {} to know.", are(problems), things(warnings)),
    });
    if let Some(seed) = &report.seed_url {
        lines.push(format!("Seed URL, to paste into Maltego: {seed}"));
        if seed.contains("<token>") {
            lines.push("In the place of <token> stands what \"namehound token new\" showed.".to_owned());
        }
    }
    lines.join("\n")
}

fn things(count: usize) -> String {
    if count == 1 { "1 thing".to_owned() } else { format!("{count} things") }
}

fn are(count: usize) -> String {
    if count == 1 { "1 thing is".to_owned() } else { format!("{count} things are") }
}

fn json(report: &Report) -> serde_json::Value {
    json!({ "well": report.is_well(), "findings": report.findings, "seed_url": report.seed_url })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::{Check, Finding};

    #[test]
    fn a_finding_is_a_line_with_what_to_do_under_it() {
        let report = Report {
            findings: vec![
                Finding { check: Check::Port, verdict: Verdict::Good, what: "It is free.".to_owned(), next_step: None },
                Finding {
                    check: Check::PublicUrl,
                    verdict: Verdict::Problem,
                    what: "None is set.".to_owned(),
                    next_step: Some("Write:\n[server]".to_owned()),
                },
            ],
            seed_url: Some("https://hub.example/t/<token>/seed".to_owned()),
        };
        let expected = "\
✓ port           It is free.
✗ public URL     None is set.
                 → Write:
                   [server]

1 thing is wrong.
Seed URL, to paste into Maltego: https://hub.example/t/<token>/seed
In the place of <token> stands what \"namehound token new\" showed.";
        assert_eq!(text(&report), expected);
    }
}
