//! `namehound config`: write, show, check.

use std::{io::Write as _, path::PathBuf, process::ExitCode};

use anyhow::Context as _;

use super::{Shared, out};
use crate::{app::App, auth::Tokens, config, doctor};

/// What to do with the configuration.
#[derive(Debug, clap::Subcommand)]
pub(super) enum ConfigCommand {
    /// Write a commented configuration file with every key and its default
    Init {
        /// Where to write it
        #[arg(default_value = config::FILE_NAME)]
        file: PathBuf,
    },
    /// Print the configuration that is in force, without secrets
    Show,
    /// Read the configuration and everything it names, and say what is wrong
    Check,
}

pub(super) fn config(shared: &Shared, command: &ConfigCommand) -> anyhow::Result<ExitCode> {
    match command {
        ConfigCommand::Init { file } => {
            // An existing file may hold somebody's keys, so it is never overwritten.
            let mut options = std::fs::OpenOptions::new();
            options.write(true).create_new(true);
            #[cfg(unix)]
            std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
            let mut created = options.open(file).with_context(|| format!("{} cannot be written", file.display()))?;
            created.write_all(config::TEMPLATE.as_bytes()).context("the file cannot be written")?;
            out!("Wrote {}. Take the \"# \" away in front of what you change.", file.display());
        }
        ConfigCommand::Show => out!("{}", shared.load()?.to_toml()?.trim_end_matches('\n')),
        ConfigCommand::Check => {
            let mut config = shared.load()?;
            Tokens::parse(&config.auth.tokens)?;
            let app = App::new(&config)?;
            super::tls::check(&mut config, &shared.data_dir(), app.clock.now())?;
            match shared.sources().file {
                Some(file) => out!("{} can be used.", file.display()),
                None => out!("There is no configuration file; the defaults and the environment can be used."),
            }
            out!("Questions are answered by: {}.", app.sources);
            if config.noise.warning_lists.is_some() {
                out!("Warning lists: {}", doctor::storage::told(&app.judge, &app.list_problems));
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}
