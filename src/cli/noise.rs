//! `namehound noise`: what joins strangers, and why. Nobody is asked.
//!
//! JSON is one object a value and line. The fields are a contract:
//!
//! | field | meaning |
//! |---|---|
//! | `value` | the value as it was given |
//! | `noise` | whether there is any verdict |
//! | `verdicts[]` | the surest first: `kind`, `confidence` (`certain`, `likely`, `possible`), `reason`, `source` |
//! | `verdicts[].source` | what the verdict goes by: `list`, `origin`, `date` (`null` for a rule) |

use std::{
    io::{Read as _, Write as _},
    process::ExitCode,
};

use intel::noise::Verdict;
use serde_json::{Value, json};

use super::{Shared, note, out};
use crate::present;

/// The most that is read from stdin, in bytes.
const LONGEST_INPUT: u64 = 16 * 1024 * 1024;

/// What to judge.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  namehound noise \"Domains By Proxy, LLC\" ns1.sedoparking.com 104.16.1.1
  namehound noise --format json hostmaster@shop.example
  namehound noise - < values.txt

A value may be a name of a person or organisation, a mailbox, a phone number, a host name, an address or an AS number
(AS13335). Nothing is asked over the network: the lists that ship with the program decide, and those of the folder that
the configuration names as warning_lists in the section [noise].

\"certain\" is everybody's or nobody's, \"likely\" is shared by many, \"possible\" may well be one customer's own.")]
pub(super) struct NoiseArguments {
    /// The values; - for one a line on stdin
    #[arg(value_name = "VALUE", required = true)]
    values: Vec<String>,
    /// The form of the results
    #[arg(long, value_enum, default_value_t = NoiseFormat::Table)]
    format: NoiseFormat,
}

/// The form of the results.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum NoiseFormat {
    /// Aligned columns for people
    Table,
    /// One JSON object a line for each value
    Json,
}

pub(super) fn noise(shared: &Shared, arguments: &NoiseArguments) -> anyhow::Result<ExitCode> {
    let (judge, problems) = shared.load()?.noise.judge();
    for problem in &problems {
        note!("namehound: {problem}");
    }
    let mut rows = vec![["Value", "Noise", "Confidence", "Why", "By"].map(str::to_owned).to_vec()];
    for value in values(arguments)? {
        let verdicts = judge.verdicts_on_text(&value);
        match arguments.format {
            NoiseFormat::Json => out!("{}", line(&value, &verdicts)),
            NoiseFormat::Table => rows.extend(rows_of(&value, &verdicts)),
        }
    }
    if arguments.format == NoiseFormat::Table {
        out!("{}", present::rows_as_table(&rows).trim_end_matches('\n'));
    }
    let _closed_pipe = std::io::stdout().flush();
    Ok(ExitCode::SUCCESS)
}

fn values(arguments: &NoiseArguments) -> anyhow::Result<Vec<String>> {
    let mut values = Vec::new();
    for value in &arguments.values {
        if value == "-" {
            let mut bytes = Vec::new();
            std::io::stdin().take(LONGEST_INPUT).read_to_end(&mut bytes)?;
            let text = String::from_utf8_lossy(&bytes);
            values.extend(text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned));
        } else {
            values.push(value.clone());
        }
    }
    Ok(values)
}

fn line(value: &str, verdicts: &[Verdict]) -> Value {
    let verdict = |verdict: &Verdict| {
        json!({
            "kind": verdict.kind.as_str(),
            "confidence": verdict.confidence.as_str(),
            "reason": verdict.reason,
            "source": {
                "list": verdict.basis.list,
                "origin": verdict.basis.origin,
                "date": verdict.basis.date,
            },
        })
    };
    json!({
        "value": value,
        "noise": !verdicts.is_empty(),
        "verdicts": verdicts.iter().map(verdict).collect::<Vec<_>>(),
    })
}

fn rows_of(value: &str, verdicts: &[Verdict]) -> Vec<Vec<String>> {
    if verdicts.is_empty() {
        let texts = [value, "no", "", "no list and no rule knows it", ""];
        return vec![texts.map(str::to_owned).to_vec()];
    }
    let row = |(number, verdict): (usize, &Verdict)| {
        vec![
            if number == 0 { value.to_owned() } else { String::new() },
            verdict.kind.to_string(),
            verdict.confidence.to_string(),
            verdict.reason.clone(),
            verdict.basis.to_string(),
        ]
    };
    verdicts.iter().enumerate().map(row).collect()
}
