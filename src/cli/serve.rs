//! `namehound serve`.

use std::process::ExitCode;

use anyhow::Context as _;

use super::{Shared, note, out};
use crate::{app::App, config::Config, http::Server, logging};

/// How to serve.
#[derive(Debug, Default, clap::Args)]
pub(super) struct ServeArguments {
    /// The address and port to listen on [default: 127.0.0.1:8080]
    #[arg(long, value_name = "ADDRESS:PORT")]
    listen: Option<String>,
}

impl ServeArguments {
    /// These, and where they say nothing the ones given before the subcommand.
    pub(super) fn over(self, earlier: Self) -> Self {
        Self { listen: self.listen.or(earlier.listen) }
    }
}

pub(super) fn serve(shared: &Shared, arguments: &ServeArguments) -> anyhow::Result<ExitCode> {
    let mut config = shared.load()?;
    if let Some(listen) = &arguments.listen {
        config.server.listen.clone_from(listen);
    }
    logging::start(&config.log)?;
    let runtime = tokio::runtime::Runtime::new().context("the runtime cannot be started")?;
    runtime.block_on(until_stopped(&config))
}

async fn until_stopped(config: &Config) -> anyhow::Result<ExitCode> {
    let app = App::new(config)?;
    announce_sources(config, &app);
    let server = Server::bind(app, config)?;
    // Before anybody can read the address: whoever reads it may stop the server the moment after.
    let mut signals = StopSignals::catch().context("signals cannot be caught")?;
    out!("Namehound listens on http://{} (Ctrl-C stops it).", server.address());
    let stopper = server.stopper();
    tokio::spawn(async move {
        signals.next().await;
        note!("Stopping: runs under way may finish. Press Ctrl-C again to stop at once.");
        stopper.stop();
        signals.next().await;
        std::process::exit(130);
    });
    server.serve().await.context("the server broke")?;
    Ok(ExitCode::SUCCESS)
}

/// One line about whom this server asks.
fn announce_sources(config: &Config, app: &App) {
    if config.cases.load.is_empty() && config.providers.whoisxml.api_key.is_none() {
        out!(
            "No API key is configured, so every question is answered from the bundled {}. \"namehound config init\" \
             writes a file to put a key into.",
            app.sources
        );
    } else {
        out!("Questions are answered by: {}.", app.sources);
    }
}

/// Ctrl-C, and on Unix a polite request to end. None is missed from the moment they are caught.
#[cfg(unix)]
struct StopSignals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl StopSignals {
    fn catch() -> std::io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())? })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

/// Ctrl-C. None is missed from the moment it is caught.
#[cfg(windows)]
struct StopSignals(tokio::signal::windows::CtrlC);

#[cfg(windows)]
impl StopSignals {
    fn catch() -> std::io::Result<Self> {
        tokio::signal::windows::ctrl_c().map(Self)
    }

    async fn next(&mut self) {
        self.0.recv().await;
    }
}
