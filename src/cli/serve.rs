//! `namehound serve`.

use std::{path::PathBuf, process::ExitCode};

use anyhow::Context as _;

use super::{Shared, note, out};
use crate::{app::App, config::Config, housekeeping, http::Server, logging};

/// How to serve.
#[derive(Debug, Default, clap::Args)]
pub(super) struct ServeArguments {
    /// The address and port to listen on [default: 127.0.0.1:8080]
    #[arg(long, value_name = "ADDRESS:PORT")]
    listen: Option<String>,
    /// Speak HTTPS, with the configured certificate or the one that "namehound tls init" made
    #[arg(long)]
    tls: bool,
}

impl ServeArguments {
    /// These, and where they say nothing the ones given before the subcommand.
    pub(super) fn over(self, earlier: Self) -> Self {
        Self { listen: self.listen.or(earlier.listen), tls: self.tls || earlier.tls }
    }
}

pub(super) fn serve(shared: &Shared, arguments: &ServeArguments) -> anyhow::Result<ExitCode> {
    let mut config = shared.load()?;
    if let Some(listen) = &arguments.listen {
        config.server.listen.clone_from(listen);
    }
    super::tls::choose_files(&mut config, arguments.tls, &shared.data_dir());
    logging::start(&config.log)?;
    logging::panics_by_place_only();
    let runtime = tokio::runtime::Runtime::new().context("the runtime cannot be started")?;
    runtime.block_on(until_stopped(&config, shared.data_dir()))
}

async fn until_stopped(config: &Config, data_dir: PathBuf) -> anyhow::Result<ExitCode> {
    let app = App::open(config, &data_dir).await?;
    announce_sources(config, &app);
    let kept = app.stores.clone().map(|stores| (stores, std::sync::Arc::clone(&app.clock)));
    let server = Server::bind(app, config)?;
    if config.server.public_url.is_some() && config.auth.tokens.is_empty() {
        note!(
            "Note: a public URL is configured and no token is needed, so whoever reaches that URL can use this server \
             and its credits. \"namehound token new\" makes a token."
        );
    }
    // Before anybody can read the address: whoever reads it may stop the server the moment after.
    let mut signals = StopSignals::catch().context("signals cannot be caught")?;
    out!("Namehound listens on {} (Ctrl-C stops it).", server.url());
    super::tls::announce(&server);
    let stopper = server.stopper();
    if let Some((stores, clock)) = kept {
        tokio::spawn(housekeeping::keep_house(config.clone(), stores, clock));
    }
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
    let has_live_sources = crate::app::has_others(config);
    if config.cases.load.is_empty() && !has_live_sources {
        out!(
            "No API key is configured, so every question is answered from the bundled {}. \"namehound config init\" \
             writes a file to put a key into, or to turn on sources that need none.",
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
