//! `namehound health`: is the server alive? One line and an exit code, for containers and monitors.

use std::{net::SocketAddr, process::ExitCode};

use anyhow::Context as _;
use url::Url;

use super::{Shared, in_one_breath, out};
use crate::doctor::{OwnAddresses, ThisMachine, is_alive};

/// Whom to ask.
#[derive(Debug, clap::Args)]
pub(super) struct HealthArguments {
    /// The server's address [default: the one it listens on by the configuration]
    #[arg(long, value_name = "URL")]
    url: Option<String>,
}

/// Exit code 1 for whatever keeps the answer from being yes: container engines reserve 2.
pub(super) fn health(shared: &Shared, arguments: &HealthArguments) -> ExitCode {
    match ask(shared, arguments) {
        Ok(url) => {
            out!("{url} is well.");
            ExitCode::SUCCESS
        }
        Err(error) => {
            out!("{}", in_one_breath(&error));
            ExitCode::from(1)
        }
    }
}

/// The address that answered.
fn ask(shared: &Shared, arguments: &HealthArguments) -> anyhow::Result<Url> {
    let (urls, at) = match &arguments.url {
        Some(url) => (vec![read(url)?], None),
        None => own(shared)?,
    };
    let machine = ThisMachine::with_data_dir(&shared.data_dir());
    let runtime = tokio::runtime::Runtime::new().context("the runtime cannot be started")?;
    let mut failures: Vec<String> = Vec::new();
    let mut last = None;
    for url in urls {
        match runtime.block_on(is_alive(&machine, &url, at)) {
            Ok(()) => return Ok(url),
            // A port where nobody is refuses every scheme in the same words.
            Err(error) if last.as_ref() == Some(&error) => {}
            Err(error) => {
                failures.push(format!("{url} is not well: {error}"));
                last = Some(error);
            }
        }
    }
    anyhow::bail!(failures.join("; "))
}

fn read(url: &str) -> anyhow::Result<Url> {
    let parsed = Url::parse(url).ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
    parsed.with_context(|| format!("\"{url}\" is no address that begins with http:// or https://"))
}

fn own(shared: &Shared) -> anyhow::Result<(Vec<Url>, Option<SocketAddr>)> {
    let config = shared.load()?;
    let own = OwnAddresses::of(&config, &shared.data_dir())
        .with_context(|| format!("\"{}\" is no address that a server listens on", config.server.listen))?;
    Ok((own.urls.clone(), Some(own.here())))
}
