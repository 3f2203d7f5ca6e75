//! `namehound ledger`: the proof of what sources said.

use std::{
    io::Write as _,
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::{Context as _, bail};
use jiff::{Timestamp, civil::Date, tz::TimeZone};
use store::ledger::{Content, Digest, Entry, Search, Selection, SigningKey, check_archive};

use super::{
    Shared, note, out,
    stores::{Opened, advised, look, open},
};
use crate::stores::LEDGER_KEY;

/// What to do with the ledger.
#[derive(Debug, clap::Subcommand)]
pub(super) enum LedgerCommand {
    /// Make the key that checkpoints are signed with
    Init,
    /// Check all of the ledger, or an archive, without any network
    Verify {
        /// An archive that "ledger export" or "case export" wrote
        #[arg(value_name = "ARCHIVE")]
        archive: Option<PathBuf>,
    },
    /// Sign what the ledger is now
    Checkpoint,
    /// Show an entry
    Show {
        /// Its name, as it stands on an entity (namehound.evidence)
        id: String,
        /// Write the bytes that the source sent instead
        #[arg(long)]
        body: bool,
    },
    /// Find entries, the newest first
    Search {
        /// A part of a question, a transform or its input
        text: Option<String>,
        #[command(flatten)]
        which: Which,
        /// At most so many
        #[arg(long, default_value_t = 50, value_name = "N")]
        limit: usize,
    },
    /// Write an archive with entries, what sources sent, a diary, and what proves them
    Export {
        #[command(flatten)]
        which: Which,
        /// The file to write
        #[arg(long, short, value_name = "FILE")]
        out: PathBuf,
    },
    /// Write the diary alone
    Diary {
        #[command(flatten)]
        which: Which,
        /// html, markdown or csv
        #[arg(long, default_value = "markdown", value_parser = ["html", "markdown", "csv"])]
        format: String,
    },
    /// Remove the bytes that sources sent before a day; their digests stay
    Retire {
        /// The day
        #[arg(long, value_name = "YYYY-MM-DD")]
        before: Date,
    },
}

/// Which entries.
#[derive(Debug, Clone, clap::Args)]
pub(super) struct Which {
    /// Those of an investigation
    #[arg(long = "of-case", value_name = "NAME")]
    case: Option<String>,
    /// Those that a member asked for
    #[arg(long, value_name = "NAME")]
    member: Option<String>,
    /// Those of a source
    #[arg(long, value_name = "NAME")]
    provider: Option<String>,
    /// From this day on (UTC)
    #[arg(long, value_name = "YYYY-MM-DD")]
    since: Option<Date>,
    /// Before this day (UTC)
    #[arg(long, value_name = "YYYY-MM-DD")]
    until: Option<Date>,
}

impl Which {
    fn selection(&self) -> Selection {
        Selection {
            case: self.case.clone(),
            since: self.since.and_then(midnight),
            until: self.until.and_then(midnight),
            ids: Vec::new(),
        }
    }
}

fn midnight(day: Date) -> Option<Timestamp> {
    day.to_zoned(TimeZone::UTC).ok().map(|zoned| zoned.timestamp())
}

pub(super) fn ledger(shared: &Shared, command: &LedgerCommand) -> anyhow::Result<ExitCode> {
    match command {
        LedgerCommand::Init => init(shared),
        LedgerCommand::Verify { archive: Some(file) } => verify_archive(file),
        LedgerCommand::Verify { archive: None } => verify(&look(shared)?),
        LedgerCommand::Checkpoint => checkpoint(&open(shared)?),
        LedgerCommand::Show { id, body } => show(&look(shared)?, id, *body),
        LedgerCommand::Search { text, which, limit } => search(&look(shared)?, text.as_deref(), which, *limit),
        LedgerCommand::Export { which, out } => {
            if which.member.is_some() || which.provider.is_some() {
                bail!("an archive holds whole stretches or investigations: use --of-case, --since and --until");
            }
            export(&open(shared)?, which.selection(), out)
        }
        LedgerCommand::Diary { which, format } => {
            let opened = look(shared)?;
            let diary = opened.runtime.block_on(opened.stores.ledger.diary(which.selection()));
            let diary = diary.map_err(|error| advised(error.analyst_message()))?;
            let text = match format.as_str() {
                "html" => diary.html,
                "csv" => diary.csv,
                _ => diary.markdown,
            };
            out!("{}", text.trim_end());
            Ok(ExitCode::SUCCESS)
        }
        LedgerCommand::Retire { before } => {
            let opened = open(shared)?;
            let before = midnight(*before).context("there is no such day")?;
            let retired = opened.runtime.block_on(opened.stores.ledger.retire_bodies(before));
            let retired = retired.map_err(|error| advised(error.analyst_message()))?;
            out!("The bytes of {} answers were removed; their digests stay.", retired.bodies);
            Ok(ExitCode::SUCCESS)
        }
    }
}

fn init(shared: &Shared) -> anyhow::Result<ExitCode> {
    let folder = shared.data_dir();
    let file = folder.join(LEDGER_KEY);
    if file.exists() {
        bail!("{} is there already; a ledger keeps its key", file.display());
    }
    let mut seed = [0; 32];
    getrandom::fill(&mut seed).context("no random numbers from the operating system")?;
    let key = SigningKey::from_seed(&seed).map_err(|error| advised(error.analyst_message()))?;
    let pem = key.to_pem().map_err(|error| advised(error.analyst_message()))?;
    std::fs::create_dir_all(&folder).with_context(|| format!("{} cannot be made", folder.display()))?;
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let written = options.open(&file).and_then(|mut file| file.write_all(pem.as_bytes()));
    written.with_context(|| format!("{} cannot be written", file.display()))?;
    out!("The key is in {}. Keep a copy of it where nobody else comes.", file.display());
    out!("Its fingerprint, to be written down elsewhere: {}", key.public_key().fingerprint());
    let opened = open(shared)?;
    let head = opened.runtime.block_on(opened.stores.ledger.checkpoint());
    if let Some(checkpoint) = head.map_err(|error| advised(error.analyst_message()))? {
        out!("What is in the ledger already is signed, up to entry {}.", checkpoint.entry);
    }
    Ok(ExitCode::SUCCESS)
}

fn verify(opened: &Opened) -> anyhow::Result<ExitCode> {
    let said = opened.runtime.block_on(opened.stores.ledger.verify());
    let said = said.map_err(|error| advised(error.analyst_message()))?;
    if let Some(broken) = said.broken {
        match broken.entry {
            Some(entry) => out!("BROKEN at entry {entry}: {}.", broken.what),
            None => out!("BROKEN: {}.", broken.what),
        }
        return Ok(ExitCode::from(1));
    }
    out!("{} entries and {} bodies are what they were.", said.entries, said.bodies);
    if said.removed_contents + said.removed_bodies > 0 {
        let (contents, bodies) = (said.removed_contents, said.removed_bodies);
        out!("{contents} contents and {bodies} bodies were removed; their digests are in the chain.");
    }
    match said.keys.as_slice() {
        [] => out!("Nothing is signed: \"namehound ledger init\" makes a key."),
        keys => {
            let keys: Vec<String> = keys.iter().map(Digest::to_string).collect();
            out!("{} checkpoints are signed by the key {}.", said.checkpoints, keys.join(", "));
            out!("{} have a time stamp. {} entries came after the last one.", said.time_stamps, said.unsigned);
        }
    }
    if let Some((number, digest)) = said.head {
        out!("The head is entry {number}, link {digest}.");
    }
    Ok(ExitCode::SUCCESS)
}

fn verify_archive(file: &Path) -> anyhow::Result<ExitCode> {
    let bytes = std::fs::read(file).with_context(|| format!("{} cannot be read", file.display()))?;
    let said = check_archive(&bytes);
    if let Some(broken) = said.broken {
        out!("BROKEN: {broken}.");
        return Ok(ExitCode::from(1));
    }
    out!("{} entries and {} bodies are what was exported.", said.entries, said.bodies);
    match said.key {
        Some(key) => out!("{} checkpoints are signed by the key {key}.", said.checkpoints),
        None => out!("Nothing is signed: the ledger has no key."),
    }
    Ok(ExitCode::SUCCESS)
}

fn checkpoint(opened: &Opened) -> anyhow::Result<ExitCode> {
    let made = opened.runtime.block_on(opened.stores.ledger.checkpoint());
    match made.map_err(|error| advised(error.analyst_message()))? {
        Some(checkpoint) => out!("{}", checkpoint.text.trim_end()),
        None => out!("There is nothing new to sign, or no key (namehound ledger init)."),
    }
    Ok(ExitCode::SUCCESS)
}

fn show(opened: &Opened, id: &str, body: bool) -> anyhow::Result<ExitCode> {
    let found = opened.runtime.block_on(opened.stores.ledger.get(id));
    let found = found.map_err(|error| advised(error.analyst_message()))?;
    let entry = found.with_context(|| format!("there is no evidence \"{id}\" in this ledger"))?;
    if body {
        let bytes = opened.runtime.block_on(opened.stores.ledger.body(&entry));
        let bytes = bytes.map_err(|error| advised(error.analyst_message()))?;
        let bytes = bytes.context("these bytes are not kept, or no more; their digest is")?;
        let mut stdout = std::io::stdout();
        let _closed_pipe = stdout.write_all(&bytes).and_then(|()| stdout.flush());
        return Ok(ExitCode::SUCCESS);
    }
    match &entry.text {
        Some(text) => out!("{}", pretty(text)),
        None => note!("Its content was removed."),
    }
    out!("SHA-256 of the content: {}", entry.digest);
    Ok(ExitCode::SUCCESS)
}

fn pretty(text: &str) -> String {
    let value = serde_json::from_str::<serde_json::Value>(text);
    value.and_then(|value| serde_json::to_string_pretty(&value)).unwrap_or_else(|_| text.to_owned())
}

fn search(opened: &Opened, text: Option<&str>, which: &Which, limit: usize) -> anyhow::Result<ExitCode> {
    let search = Search {
        text: text.map(str::to_owned),
        case: which.case.clone(),
        member: which.member.clone(),
        provider: which.provider.clone(),
        since: which.since.and_then(midnight),
        until: which.until.and_then(midnight),
        limit,
    };
    let found = opened.runtime.block_on(opened.stores.ledger.search(search));
    let found = found.map_err(|error| advised(error.analyst_message()))?;
    if found.is_empty() {
        note!("Nothing in the ledger matches.");
    }
    found.iter().for_each(|entry| out!("{}", line(entry)));
    Ok(ExitCode::SUCCESS)
}

fn line(entry: &Entry) -> String {
    match &entry.content {
        Some(content @ Content::Exchange(exchange)) => format!(
            "{}\t{}\t{}\t{}\t{}",
            entry.id(),
            content.time().strftime("%Y-%m-%d %H:%M:%S"),
            exchange.provider,
            exchange.question,
            exchange.outcome
        ),
        Some(content @ Content::Run(note)) => format!(
            "{}\t{}\trun\t{}\t{} results",
            entry.id(),
            content.time().strftime("%Y-%m-%d %H:%M:%S"),
            content.question(),
            note.entities
        ),
        None => format!("{}\tremoved", entry.id()),
    }
}

/// Writes an archive, and beside it its digest in the form that `sha256sum -c` reads.
pub(super) fn export(opened: &Opened, selection: Selection, file: &Path) -> anyhow::Result<ExitCode> {
    let archive = opened.runtime.block_on(opened.stores.ledger.export(selection));
    let archive = archive.map_err(|error| advised(error.analyst_message()))?;
    std::fs::write(file, &archive).with_context(|| format!("{} cannot be written", file.display()))?;
    let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let mut sums = file.as_os_str().to_owned();
    sums.push(".sha256");
    std::fs::write(&sums, format!("{}  {name}\n", Digest::of(&archive)))
        .with_context(|| format!("{} cannot be written", Path::new(&sums).display()))?;
    let said = check_archive(&archive);
    out!("{}: {} entries, {} bodies, {} checkpoints.", file.display(), said.entries, said.bodies, said.checkpoints);
    out!("SHA-256 {} (also in {}.sha256)", Digest::of(&archive), name);
    Ok(ExitCode::SUCCESS)
}
