//! `namehound backup` and `namehound restore`: what is kept, in a folder elsewhere and back.
//!
//! A backup is made while the server runs: it is the database as it was at one moment, with the ledger's key beside it. It
//! holds what people asked about and the key that the ledger is signed with, so it is for its owner only.

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::{Context as _, bail};
use store::FILE_NAME;

use super::{
    Shared, out,
    stores::{advised, look},
};
use crate::stores::LEDGER_KEY;

/// Where to.
#[derive(Debug, clap::Args)]
pub(super) struct BackupArguments {
    /// The folder to write into; it must be empty or missing
    #[arg(value_name = "DIR")]
    folder: PathBuf,
}

/// Where from.
#[derive(Debug, clap::Args)]
pub(super) struct RestoreArguments {
    /// The folder that "namehound backup" wrote
    #[arg(value_name = "DIR")]
    folder: PathBuf,
}

pub(super) fn backup(shared: &Shared, arguments: &BackupArguments) -> anyhow::Result<ExitCode> {
    let target = &arguments.folder;
    if std::fs::read_dir(target).is_ok_and(|mut entries| entries.next().is_some()) {
        bail!("{} is not empty; a backup goes into a folder of its own", target.display());
    }
    make_private(target)?;
    let opened = look(shared)?;
    let file = target.join(FILE_NAME);
    opened
        .runtime
        .block_on(opened.stores.database.copy_to(file.clone()))
        .map_err(|error| advised(format!("{} ({error})", error.analyst_message())))?;
    let key = shared.data_dir().join(LEDGER_KEY);
    if key.exists() {
        std::fs::copy(&key, target.join(LEDGER_KEY)).with_context(|| format!("{} cannot be copied", key.display()))?;
    }
    out!("What is kept is in {} as well now.", target.display());
    Ok(ExitCode::SUCCESS)
}

pub(super) fn restore(shared: &Shared, arguments: &RestoreArguments) -> anyhow::Result<ExitCode> {
    let (source, target) = (&arguments.folder, shared.data_dir());
    let from = source.join(FILE_NAME);
    if !from.exists() {
        bail!("there is no {FILE_NAME} in {}", source.display());
    }
    let to = target.join(FILE_NAME);
    if to.exists() {
        bail!(
            "{} is there already. Stop the server and move it (and the files beside it) away first: nothing is written \
             over",
            to.display()
        );
    }
    make_private(&target)?;
    std::fs::copy(&from, &to).with_context(|| format!("{} cannot be written", to.display()))?;
    let key = source.join(LEDGER_KEY);
    if key.exists() && !target.join(LEDGER_KEY).exists() {
        std::fs::copy(&key, target.join(LEDGER_KEY)).with_context(|| format!("{} cannot be copied", key.display()))?;
    }
    let opened = look(shared)?;
    let said = opened.runtime.block_on(opened.stores.ledger.verify());
    let said = said.map_err(|error| advised(error.analyst_message()))?;
    match said.broken {
        None => out!("Restored: {} entries of the ledger, all of them what they were.", said.entries),
        Some(broken) => bail!("restored, but the ledger is broken: {}", broken.what),
    }
    Ok(ExitCode::SUCCESS)
}

fn make_private(folder: &Path) -> anyhow::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder).with_context(|| format!("{} cannot be made", folder.display()))
}
