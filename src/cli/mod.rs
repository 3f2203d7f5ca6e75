//! The terminal.
//!
//! What a command promises goes to stdout, everything else to stderr, so that output can be piped. Exit codes: 0 done,
//! 1 the question could not be answered, 2 the command or the configuration is wrong.

mod backup;
mod case;
mod config;
mod crossmatch;
mod doctor;
mod export;
mod health;
mod ledger;
mod local;
mod member;
mod noise;
mod run;
mod serve;
mod spend;
mod stores;
mod tls;
mod token;
mod transforms;
mod whois_parse;

use std::{path::PathBuf, process::ExitCode};

use clap::{CommandFactory, Parser, Subcommand};

use crate::config::{Config, Sources};

/// Writes to stdout. A closed pipe (`namehound transforms | head`) is not an error worth a message.
macro_rules! out {
    ($($text:tt)*) => {{
        use std::io::Write as _;
        let _closed_pipe = writeln!(std::io::stdout(), $($text)*);
    }};
}

/// Writes to stderr.
macro_rules! note {
    ($($text:tt)*) => {{
        use std::io::Write as _;
        let _closed_pipe = writeln!(std::io::stderr(), $($text)*);
    }};
}

pub(crate) use {note, out};

const EXAMPLES: &str = "\
Examples:
  namehound
      Start the server on 127.0.0.1:8080. Without an API key it answers from the bundled workshop cases.
  namehound run domain_to_whois_history cmt-net.example
      Ask one question here, without a server.
  namehound run person_to_domains \"Dara Velani\" --set scope=current --format json
  namehound crossmatch shops.txt
      Find out what the domains in a list have in common.
  namehound transforms
      List what can be asked.
  namehound config init
      Write a commented configuration file to put an API key into.

Documentation: README.md";

/// A Maltego transform server for domain intelligence.
#[derive(Debug, Parser)]
#[command(name = "namehound", version, about, after_help = EXAMPLES)]
struct Arguments {
    #[command(flatten)]
    shared: Shared,
    #[command(flatten)]
    serve: serve::ServeArguments,
    #[command(subcommand)]
    command: Option<Command>,
}

/// What every command understands.
#[derive(Debug, clap::Args)]
pub(crate) struct Shared {
    /// The configuration file [default: namehound.toml here or in the data folder, if there is one]
    #[arg(long, value_name = "FILE", env = "NAMEHOUND_CONFIG", global = true)]
    config: Option<PathBuf>,
    /// The folder for everything Namehound keeps [default: .namehound in your home folder]
    #[arg(long, value_name = "DIR", env = "NAMEHOUND_DATA_DIR", global = true)]
    data_dir: Option<PathBuf>,
    /// A workshop case to answer from, a folder or the name of a bundled one (may be given more than once); "none" loads no
    /// case
    #[arg(long = "case", value_name = "DIR", global = true)]
    cases: Vec<String>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Start the server (the default)
    Serve(serve::ServeArguments),
    /// Run one transform here, without a server
    Run(run::RunArguments),
    /// Find out what a list of domains has in common
    Crossmatch(crossmatch::CrossmatchArguments),
    /// Read WHOIS texts that a server on port 43 has answered
    WhoisParse(whois_parse::WhoisParseArguments),
    /// Judge values: what joins strangers, and why
    Noise(noise::NoiseArguments),
    /// Write what clients and distribution servers import
    #[command(subcommand)]
    Export(export::ExportCommand),
    /// Answer a client on this machine that starts this program for one entity
    Local(local::LocalArguments),
    /// List the transforms
    Transforms(transforms::TransformsArguments),
    /// Write, show or check the configuration
    #[command(subcommand)]
    Config(config::ConfigCommand),
    /// Make, list and withdraw tokens of people who may use the server
    #[command(subcommand)]
    Token(token::TokenCommand),
    /// Add, list and withdraw people who may use the server
    #[command(subcommand)]
    Member(member::MemberCommand),
    /// Make, seal, export and delete investigations
    #[command(subcommand)]
    Case(case::CaseCommand),
    /// Check, search and export the proof of what sources said
    #[command(subcommand)]
    Ledger(ledger::LedgerCommand),
    /// Add up what was spent
    #[command(subcommand)]
    Spend(spend::SpendCommand),
    /// Copy what is kept into a folder, also while the server runs
    Backup(backup::BackupArguments),
    /// Bring a backup back into an empty data folder
    Restore(backup::RestoreArguments),
    /// Make a certificate for HTTPS
    #[command(subcommand)]
    Tls(tls::TlsCommand),
    /// Find out why it does not work, and what to do
    Doctor(doctor::DoctorArguments),
    /// Ask the running server whether it is alive
    Health(health::HealthArguments),
    /// Print completions for a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
}

impl Shared {
    /// The data folder: given, or `.namehound` in the home folder.
    fn data_dir(&self) -> PathBuf {
        self.data_dir
            .clone()
            .or_else(|| std::env::home_dir().map(|home| home.join(".namehound")))
            .unwrap_or_else(|| PathBuf::from(".namehound"))
    }

    fn sources(&self) -> Sources {
        Sources::of_process(self.config.as_deref(), &self.data_dir())
    }

    /// The configuration with these flags on top.
    fn load(&self) -> anyhow::Result<Config> {
        let mut config = Config::load(&self.sources())?;
        if !self.cases.is_empty() {
            config.cases.load.clone_from(&self.cases);
        }
        Ok(config)
    }
}

/// Runs the program with the process's arguments.
#[must_use]
pub fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            let _closed_pipe = error.print();
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2));
        }
    };
    // One crypto provider is linked; installing it by name keeps it so if a dependency ever brings another.
    let _already_installed = rustls::crypto::aws_lc_rs::default_provider().install_default();
    match dispatch(arguments) {
        Ok(code) => code,
        Err(error) => {
            note!("namehound: {}", in_one_breath(&error));
            ExitCode::from(2)
        }
    }
}

fn dispatch(arguments: Arguments) -> anyhow::Result<ExitCode> {
    let shared = arguments.shared;
    match arguments.command {
        None => serve::serve(&shared, &arguments.serve),
        Some(Command::Serve(own)) => serve::serve(&shared, &own.over(arguments.serve)),
        Some(Command::Run(own)) => run::run(&shared, &own),
        Some(Command::Crossmatch(own)) => crossmatch::crossmatch(&shared, &own),
        Some(Command::WhoisParse(own)) => Ok(whois_parse::whois_parse(&own)),
        Some(Command::Noise(own)) => noise::noise(&shared, &own),
        Some(Command::Export(own)) => export::export(&shared, &own),
        Some(Command::Local(own)) => Ok(local::local(&shared, &own)),
        Some(Command::Transforms(own)) => Ok(transforms::list(&own)),
        Some(Command::Config(own)) => config::config(&shared, &own),
        Some(Command::Token(own)) => token::token(&shared, &own),
        Some(Command::Member(own)) => member::member(&shared, &own),
        Some(Command::Case(own)) => case::case(&shared, &own),
        Some(Command::Ledger(own)) => ledger::ledger(&shared, &own),
        Some(Command::Spend(own)) => spend::spend(&shared, &own),
        Some(Command::Backup(own)) => backup::backup(&shared, &own),
        Some(Command::Restore(own)) => backup::restore(&shared, &own),
        Some(Command::Tls(own)) => tls::tls(&shared, &own),
        Some(Command::Doctor(own)) => doctor::doctor(&shared, &own),
        Some(Command::Health(own)) => Ok(health::health(&shared, &own)),
        Some(Command::Completions { shell }) => {
            clap_complete::generate(shell, &mut Arguments::command(), "namehound", &mut std::io::stdout());
            Ok(ExitCode::SUCCESS)
        }
    }
}

/// An error with its causes, joined by colons, leaving out causes that the text already tells.
fn in_one_breath(error: &anyhow::Error) -> String {
    let mut text = error.to_string();
    for cause in error.chain().skip(1).map(ToString::to_string) {
        if !text.contains(&cause) {
            text = format!("{text}: {cause}");
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_well_formed() {
        Arguments::command().debug_assert();
    }
}
