//! `namehound token`: who may use the server.

use std::process::ExitCode;

use anyhow::Context as _;

use super::out;
use crate::auth::NewToken;

/// What to do with tokens.
#[derive(Debug, clap::Subcommand)]
pub(super) enum TokenCommand {
    /// Make a token; it is shown once, its hash goes into the configuration
    New,
}

pub(super) fn token(command: &TokenCommand) -> anyhow::Result<ExitCode> {
    match command {
        TokenCommand::New => {
            let new = NewToken::generate().context("no random numbers from the operating system")?;
            out!("The token, shown only now:\n  {}\n", new.reveal());
            out!("Put its hash into the configuration:\n  [auth]\n  tokens = [\"{}\"]\n", new.hash);
            out!(
                "Maltego takes it in the address, https://<server>/t/<token>/seed; other programs may send it as a bearer header."
            );
        }
    }
    Ok(ExitCode::SUCCESS)
}
