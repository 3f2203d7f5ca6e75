//! The data diary: what was asked, of whom, when, what it cost and what came of it, for people who were not there.
//!
//! Runs come with what they said, so with what was left out and why; under each stand the exchanges with sources that it
//! led to. Exchanges of no run stand by themselves. Whatever a source or an analyst wrote is text here, in every form: it
//! becomes neither markup nor a link nor a formula.

use std::collections::{BTreeMap, BTreeSet};

use intel::Credits;
use jiff::Timestamp;

use super::{Content, Digest, Entry, Exchange, Ledger, LedgerError, RunNote, archive::Selection, stored_body};

/// A diary in three forms.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diary {
    /// One page.
    pub html: String,
    /// The same as Markdown.
    pub markdown: String,
    /// A table of the exchanges.
    pub csv: String,
}

impl Ledger {
    /// The diary of a selection.
    ///
    /// # Errors
    /// [`LedgerError::Nothing`]; a failure of the database.
    pub async fn diary(&self, selection: Selection) -> Result<Diary, LedgerError> {
        let entries = self.selected(&selection).await?;
        let made = self.clock.now();
        self.database
            .read(move |connection| {
                let mut there = BTreeSet::new();
                for entry in &entries {
                    let Some(Content::Exchange(exchange)) = &entry.content else { continue };
                    let digest = exchange.body.sha256;
                    if stored_body(connection, &digest)?.is_some_and(|body| body.packed.is_some()) {
                        there.insert(digest);
                    }
                }
                Ok(write(&entries, &there, made))
            })
            .await
    }
}

/// A line of the diary: a heading, and facts under it.
struct Item {
    heading: String,
    facts: Vec<(&'static str, String)>,
}

/// Writes a diary of entries, the oldest first. `there` says which bodies are still kept.
pub(super) fn write(entries: &[Entry], there: &BTreeSet<Digest>, made: Timestamp) -> Diary {
    let mut of_runs: BTreeMap<&str, Vec<(&Entry, &Exchange)>> = BTreeMap::new();
    let noted: BTreeSet<&str> = entries
        .iter()
        .filter_map(|entry| match &entry.content {
            Some(Content::Run(note)) => Some(note.run.as_str()),
            _ => None,
        })
        .collect();
    let mut exchanges: Vec<(&Entry, &Exchange)> = Vec::new();
    for entry in entries {
        if let Some(Content::Exchange(exchange)) = &entry.content {
            exchanges.push((entry, exchange));
            if let Some(run) = exchange.run.as_deref().filter(|run| noted.contains(run)) {
                of_runs.entry(run).or_default().push((entry, exchange));
            }
        }
    }
    let mut items = Vec::new();
    for entry in entries {
        match &entry.content {
            Some(Content::Run(note)) => {
                items.push((0, run(entry, note)));
                for (entry, exchange) in of_runs.remove(note.run.as_str()).unwrap_or_default() {
                    items.push((1, asked(entry, exchange, there)));
                }
            }
            Some(Content::Exchange(exchange)) => {
                if exchange.run.as_deref().is_none_or(|run| !noted.contains(run)) {
                    items.push((0, asked(entry, exchange, there)));
                }
            }
            None => items.push((0, gone(entry))),
        }
    }
    let summary = summary(entries, &exchanges, made);
    Diary { html: html(&summary, &items), markdown: markdown(&summary, &items), csv: csv(&exchanges) }
}

fn summary(entries: &[Entry], exchanges: &[(&Entry, &Exchange)], made: Timestamp) -> Vec<(&'static str, String)> {
    let sources: BTreeSet<&str> = exchanges.iter().map(|(_, exchange)| exchange.provider.as_str()).collect();
    let spent: Credits = exchanges.iter().map(|(_, exchange)| exchange.price).sum();
    let times = || entries.iter().filter_map(|entry| entry.content.as_ref().map(Content::time));
    let mut facts = vec![("Entries", entries.len().to_string()), ("Questions to sources", exchanges.len().to_string())];
    facts.push(("Sources", sources.into_iter().collect::<Vec<_>>().join(", ")));
    facts.push(("Cost", spent.to_string()));
    facts.extend(times().min().map(|time| ("From", shown(time))));
    facts.extend(times().max().map(|time| ("To", shown(time))));
    facts.push(("Written", shown(made)));
    facts
}

fn shown(time: Timestamp) -> String {
    time.strftime("%Y-%m-%d %H:%M:%S UTC").to_string()
}

fn run(entry: &Entry, note: &RunNote) -> Item {
    let inputs: Vec<&str> = note.inputs.iter().map(|(_, value)| value.as_str()).collect();
    let mut facts = vec![
        ("Time", shown(note.time)),
        ("Results", note.entities.to_string()),
        ("Ended", note.ending.clone()),
        ("Cost", note.spent.to_string()),
    ];
    facts.extend(note.case.clone().map(|case| ("Case", case)));
    facts.extend(note.member.clone().map(|member| ("Member", member)));
    facts.extend(note.messages.iter().map(|message| ("Said", message.clone())));
    facts.push(("Evidence", entry.id().to_string()));
    Item { heading: format!("{} on {}", note.transform, inputs.join(", ")), facts }
}

fn asked(entry: &Entry, exchange: &Exchange, there: &BTreeSet<Digest>) -> Item {
    let kept = if there.contains(&exchange.body.sha256) { "kept" } else { "no longer kept" };
    let mut facts = vec![
        ("Source", format!("{} ({})", exchange.provider, exchange.service)),
        ("Time", shown(exchange.time)),
        ("Answer", exchange.outcome.clone()),
        ("Cost", exchange.price.to_string()),
        ("Bytes", format!("{} bytes, {kept}, SHA-256 {}", exchange.body.bytes, exchange.body.sha256)),
    ];
    facts.extend(exchange.case.clone().map(|case| ("Case", case)));
    facts.extend(exchange.member.clone().map(|member| ("Member", member)));
    facts.push(("Evidence", entry.id().to_string()));
    Item { heading: exchange.question.clone(), facts }
}

fn gone(entry: &Entry) -> Item {
    let facts = vec![("Evidence", entry.id().to_string())];
    Item { heading: "An entry whose content was removed; its digest is kept".to_owned(), facts }
}

fn html(summary: &[(&'static str, String)], items: &[(usize, Item)]) -> String {
    let facts = |facts: &[(&'static str, String)]| -> String {
        facts
            .iter()
            .map(|(name, value)| format!("<tr><th>{}</th><td>{}</td></tr>\n", escaped(name), escaped(value)))
            .collect()
    };
    let mut page = String::from(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta http-equiv=\"Content-Security-Policy\" \
         content=\"default-src 'none'; style-src 'unsafe-inline'\">\n<title>Data diary</title>\n<style>\nbody { font: 16px \
         sans-serif; margin: 2em; max-width: 60em }\nth { text-align: left; vertical-align: top; padding: .2em 1.5em .2em 0; \
         white-space: nowrap; font-weight: normal; color: #555 }\ntd { white-space: pre-wrap; overflow-wrap: anywhere }\n\
         section section { margin-left: 2em; border-left: 3px solid #ccc; padding-left: 1em }\n</style>\n</head>\n<body>\n\
         <h1>Data diary</h1>\n",
    );
    page.push_str(&format!("<table>\n{}</table>\n", facts(summary)));
    let mut open = false;
    for (depth, item) in items {
        if *depth == 0 {
            if open {
                page.push_str("</section>\n");
            }
            open = true;
            page.push_str("<section>\n");
        } else {
            page.push_str("<section>\n");
        }
        let level = if *depth == 0 { "h2" } else { "h3" };
        page.push_str(&format!(
            "<{level}>{}</{level}>\n<table>\n{}</table>\n",
            escaped(&item.heading),
            facts(&item.facts)
        ));
        if *depth > 0 {
            page.push_str("</section>\n");
        }
    }
    if open {
        page.push_str("</section>\n");
    }
    page.push_str("</body>\n</html>\n");
    page
}

/// Text that is only text in HTML.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

fn markdown(summary: &[(&'static str, String)], items: &[(usize, Item)]) -> String {
    let fact = |indent: &str, (name, value): &(&'static str, String)| format!("{indent}- {name}: {}\n", code(value));
    let mut text = String::from("# Data diary\n\n");
    text.extend(summary.iter().map(|pair| fact("", pair)));
    for (depth, item) in items {
        let level = if *depth == 0 { "##" } else { "###" };
        text.push_str(&format!("\n{level} {}\n\n", code(&item.heading)));
        text.extend(item.facts.iter().map(|pair| fact("", pair)));
    }
    text
}

/// A code span (CommonMark §6.1), in which nothing means anything: its fence is longer than any run of backticks in it.
fn code(text: &str) -> String {
    let line: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let longest = line.split(|c| c != '`').map(str::len).max().unwrap_or_default();
    let fence = "`".repeat(longest + 1);
    // A blank next to the fence is taken away again by readers, and keeps backticks at the ends apart from it.
    format!("{fence} {line} {fence}")
}

fn csv(exchanges: &[(&Entry, &Exchange)]) -> String {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let header = [
        "evidence", "time", "provider", "service", "question", "outcome", "credits", "bytes", "sha256", "case",
        "member",
    ];
    // Memory does not fail.
    let _unfailing = writer.write_record(header);
    for (entry, exchange) in exchanges {
        let cells = [
            entry.id().to_string(),
            exchange.time.to_string(),
            exchange.provider.clone(),
            exchange.service.clone(),
            exchange.question.clone(),
            exchange.outcome.clone(),
            exchange.price.0.to_string(),
            exchange.body.bytes.to_string(),
            exchange.body.sha256.to_string(),
            exchange.case.clone().unwrap_or_default(),
            exchange.member.clone().unwrap_or_default(),
        ];
        let _unfailing = writer.write_record(cells.map(|cell| no_formula(&cell)));
    }
    String::from_utf8(writer.into_inner().unwrap_or_default()).unwrap_or_default()
}

/// A cell that spreadsheets take for text.
fn no_formula(cell: &str) -> String {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{cell}") } else { cell.to_owned() }
}
