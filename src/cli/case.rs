//! `namehound case`: investigations and their rules.

use std::{path::PathBuf, process::ExitCode};

use intel::{Credits, Exposure};
use store::{
    Name,
    cases::{Case, CaseTerms, Delete},
    ledger::Selection,
};

use super::{
    Shared, ledger, out,
    stores::{Opened, advised, look, open},
};

/// What to do with investigations.
#[derive(Debug, clap::Subcommand)]
pub(super) enum CaseCommand {
    /// Make an investigation; runs belong to it that name it in the setting "case"
    New {
        /// The name: letters, digits and hyphens
        name: Name,
        #[command(flatten)]
        terms: Terms,
    },
    /// List the investigations
    List,
    /// Change the rules of an investigation
    Set {
        /// The name
        name: Name,
        #[command(flatten)]
        terms: Terms,
    },
    /// Make an investigation read only: it can be gone through again, and nothing can be added
    Seal {
        /// The name
        name: Name,
    },
    /// Delete an investigation with what it was told; the ledger's digests stay
    Delete {
        /// The name
        name: Name,
        /// Also a sealed one
        #[arg(long)]
        even_sealed: bool,
    },
    /// Write an archive with everything that an investigation was told, and with what proves it
    Export {
        /// The name
        name: Name,
        /// The file to write [default: NAME.zip]
        #[arg(long, short, value_name = "FILE")]
        out: Option<PathBuf>,
    },
}

/// The rules of an investigation.
#[derive(Debug, clap::Args)]
pub(super) struct Terms {
    /// Who may learn of its questions at most: local, third-party, infrastructure (the target's name servers) or touch (the
    /// target itself)
    #[arg(long, default_value = "third-party", value_parser = exposure)]
    ceiling: Exposure,
    /// Only these sources may be asked (may be given more than once)
    #[arg(long = "provider", value_name = "NAME", value_parser = provider)]
    providers: Vec<String>,
    /// How many credits may be spent on it in all
    #[arg(long, value_name = "CREDITS")]
    budget: Option<u64>,
    /// For how many days it is kept after its seal, or after the last work in it
    #[arg(long, value_name = "DAYS")]
    keep_days: Option<u32>,
}

impl Terms {
    fn terms(&self) -> CaseTerms {
        CaseTerms {
            ceiling: self.ceiling,
            providers: (!self.providers.is_empty()).then(|| self.providers.iter().cloned().collect()),
            budget: self.budget.map(Credits),
            retention_days: self.keep_days,
        }
    }
}

fn exposure(text: &str) -> Result<Exposure, String> {
    [Exposure::Local, Exposure::ThirdParty, Exposure::Infrastructure, Exposure::Touch]
        .into_iter()
        .find(|exposure| exposure.as_str() == text)
        .ok_or_else(|| "it is one of local, third-party, infrastructure, touch".to_owned())
}

fn provider(text: &str) -> Result<String, String> {
    let known = intel::provider::NAMES;
    known.contains(&text).then(|| text.to_owned()).ok_or_else(|| format!("the sources are {}", known.join(", ")))
}

pub(super) fn case(shared: &Shared, command: &CaseCommand) -> anyhow::Result<ExitCode> {
    let opened = match command {
        CaseCommand::List => look(shared)?,
        _ => open(shared)?,
    };
    let Opened { runtime, stores, .. } = &opened;
    let failed = |error: store::cases::CaseError| advised(error.analyst_message());
    match command {
        CaseCommand::New { name, terms } => {
            let case = runtime.block_on(stores.cases.create(name.clone(), terms.terms())).map_err(failed)?;
            out!("{}", line(&case));
            out!("Put its name into the setting \"case\" of a transform, or into a token (--default-case).");
        }
        CaseCommand::List => {
            let cases = runtime.block_on(stores.cases.list()).map_err(|error| advised(error.analyst_message()))?;
            if cases.is_empty() {
                out!("There are no investigations. Make one: namehound case new NAME");
            }
            cases.iter().for_each(|case| out!("{}", line(case)));
        }
        CaseCommand::Set { name, terms } => {
            let case = runtime.block_on(stores.cases.set_terms(name, terms.terms())).map_err(failed)?;
            out!("{}", line(&case));
        }
        CaseCommand::Seal { name } => {
            let case = runtime.block_on(stores.cases.seal(name)).map_err(failed)?;
            out!("{}", line(&case));
        }
        CaseCommand::Delete { name, even_sealed } => {
            let how = if *even_sealed { Delete::EvenSealed } else { Delete::OnlyOpen };
            runtime.block_on(stores.cases.delete(name, how)).map_err(failed)?;
            out!("{name} is deleted; what was paid for it stays in the books, and the ledger's digests stay.");
        }
        CaseCommand::Export { name, out } => {
            runtime.block_on(stores.cases.get(name)).map_err(failed)?;
            let selection = Selection { case: Some(name.to_string()), ..Selection::default() };
            let file = out.clone().unwrap_or_else(|| PathBuf::from(format!("{name}.zip")));
            ledger::export(&opened, selection, &file)?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn line(case: &Case) -> String {
    let CaseTerms { ceiling, providers, budget, retention_days } = &case.terms;
    let mut line = format!("{}\tup to {}", case.name, ceiling.as_str());
    if let Some(providers) = providers {
        line.push_str(&format!("\tonly {}", providers.iter().cloned().collect::<Vec<_>>().join(", ")));
    }
    if let Some(budget) = budget {
        line.push_str(&format!("\tbudget {budget}"));
    }
    if let Some(days) = retention_days {
        line.push_str(&format!("\tkept for {days} days"));
    }
    if let Some(sealed) = case.sealed {
        line.push_str(&format!("\tsealed {}", sealed.strftime("%Y-%m-%d")));
    }
    line
}
