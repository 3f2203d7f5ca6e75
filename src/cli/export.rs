//! `namehound export`: the files that users import, without a server.

use std::{
    fs::{DirBuilder, OpenOptions},
    io::{ErrorKind, Write as _},
    net::{SocketAddr, ToSocketAddrs},
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Arc,
};

use anyhow::{Context as _, bail};
use transforms::Catalogue;

use super::{Shared, note, out};
use crate::{
    config::{Config, FILE_NAME},
    http::base_url::base_url,
    install::Installer,
};

/// The `--out` that means stdout.
const STDOUT: &str = "-";

/// What to export.
#[derive(Debug, clap::Subcommand)]
pub(super) enum ExportCommand {
    /// Write the archive for clients that reach a server: sets, machines and the seed
    Mtz {
        #[command(flatten)]
        public: Public,
        #[command(flatten)]
        target: Target,
    },
    /// Write the archive for a client on this machine: every transform as a command that the client starts
    LocalMtz {
        #[command(flatten)]
        target: Target,
    },
    /// Write the import tables for a transform distribution server: transforms.csv and settings.csv
    Tds {
        #[command(flatten)]
        public: Public,
        /// Leave out the column outputEntities, which older importers refuse
        #[arg(long)]
        without_output_entities: bool,
        /// The folder to write to [default: the current one]
        #[arg(long, value_name = "DIR")]
        out: Option<PathBuf>,
        /// Overwrite files that are there already
        #[arg(long)]
        force: bool,
    },
}

/// Where the server is.
#[derive(Debug, clap::Args)]
pub(super) struct Public {
    /// The address under which clients reach the server, with /t/<token> behind it where it needs a token
    /// [default: as configured, or the address to listen on if only this machine can reach it]
    #[arg(long, value_name = "URL")]
    public_url: Option<String>,
}

/// Where one file goes.
#[derive(Debug, clap::Args)]
pub(super) struct Target {
    /// The file to write, a folder to write it to, or - for stdout [default: its usual name in the current folder]
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Overwrite the file if it is there already
    #[arg(long)]
    force: bool,
}

pub(super) fn export(shared: &Shared, command: &ExportCommand) -> anyhow::Result<ExitCode> {
    let config = shared.load()?;
    let installer = Installer::shipped(Arc::new(Catalogue::standard()))?;
    match command {
        ExportCommand::Mtz { public, target } => {
            let url = public.url(&config)?;
            target.write("namehound.mtz", &installer.remote_mtz(&config.server.name, &url)?)?;
        }
        ExportCommand::LocalMtz { target } => {
            let program = std::env::current_exe().context("where this program is cannot be found out")?;
            let folder =
                std::path::absolute(shared.data_dir()).context("where the data folder is cannot be found out")?;
            let content = installer.local_mtz(&program, Some(&folder))?;
            // Clients start the program there, which they cannot do in a folder that does not exist.
            create_private(&folder).with_context(|| format!("{} cannot be made", folder.display()))?;
            target.write("namehound-local.mtz", &content)?;
            warn_of_other_configuration(shared, &folder);
        }
        ExportCommand::Tds { public, without_output_entities, out, force } => {
            if out.as_deref() == Some(Path::new(STDOUT)) {
                bail!("the tables are several files: give --out a folder");
            }
            let url = public.url(&config)?;
            let mut tables = installer.tds_transforms(&url, !without_output_entities)?;
            tables.extend(installer.tds_settings()?);
            let folder = out.clone().unwrap_or_default();
            if !folder.as_os_str().is_empty() {
                std::fs::create_dir_all(&folder).with_context(|| format!("{} cannot be made", folder.display()))?;
            }
            let files: Vec<_> = tables.iter().map(|table| (folder.join(&table.file_name), &table.content)).collect();
            // All or none: new transforms beside old settings would be worse than nothing.
            if let Some((taken, _)) = files.iter().find(|(file, _)| !force && file.exists()) {
                bail!("{} is there already; --force overwrites it", taken.display());
            }
            for (file, content) in files {
                write(&file, content, *force)?;
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}

impl Public {
    fn url(&self, config: &Config) -> anyhow::Result<String> {
        let section = &config.server;
        let configured = self.public_url.as_deref().or(section.public_url.as_deref());
        let url = match base_url(configured, section.scheme(), listening(&section.listen)) {
            Ok(url) => url,
            Err(error) if self.public_url.is_some() => {
                bail!(error.to_string().replace("server.public_url", "--public-url"))
            }
            Err(error) => bail!("{error}\nOr give it here: --public-url https://hub.example"),
        };
        if !config.auth.tokens.is_empty() && !url.contains("/t/") {
            note!("The server wants a token. Put it behind the address: --public-url {url}/t/<token>");
        }
        Ok(url)
    }
}

/// The address of a server started as configured. A port that is chosen at the start is not known here.
fn listening(listen: &str) -> Option<SocketAddr> {
    listen.to_socket_addrs().ok()?.next()
}

impl Target {
    fn write(&self, usual: &str, content: &[u8]) -> anyhow::Result<()> {
        let file = match &self.out {
            None => PathBuf::from(usual),
            Some(out) if out == Path::new(STDOUT) => {
                return match std::io::stdout().write_all(content) {
                    Err(error) if error.kind() != ErrorKind::BrokenPipe => {
                        Err(error).context("stdout cannot be written")
                    }
                    _ => Ok(()),
                };
            }
            Some(out) if out.is_dir() => out.join(usual),
            Some(out) => out.clone(),
        };
        write(&file, content, self.force)
    }
}

fn write(file: &Path, content: &[u8], force: bool) -> anyhow::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true);
    if force {
        options.create(true).truncate(true)
    } else {
        options.create_new(true)
    };
    let mut opened = options.open(file).map_err(|error| match error.kind() {
        ErrorKind::AlreadyExists => anyhow::anyhow!("{} is there already; --force overwrites it", file.display()),
        _ => anyhow::Error::new(error).context(format!("{} cannot be written", file.display())),
    })?;
    opened.write_all(content).with_context(|| format!("{} cannot be written", file.display()))?;
    let shown = std::path::absolute(file).unwrap_or_else(|_| file.to_path_buf());
    out!("Wrote {}", shown.display());
    Ok(())
}

/// Makes the data folder as the program itself would: it may come to hold keys.
fn create_private(folder: &Path) -> std::io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// Local transforms are started by the client, which knows nothing of the flags given here: they read what stands in
/// their working directory.
fn warn_of_other_configuration(shared: &Shared, folder: &Path) {
    let theirs = folder.join(FILE_NAME);
    let Some(ours) = shared.sources().file else { return };
    let same = |left: &Path, right: &Path| match (left.canonicalize(), right.canonicalize()) {
        (Ok(left), Ok(right)) => left == right,
        _ => false,
    };
    if !same(&ours, &theirs) {
        note!("Local transforms will read {}, not {}.", theirs.display(), ours.display());
    }
}
