//! What is kept, for commands that look at it or change it.

use std::sync::Arc;

use anyhow::Context as _;
use intel::{Clock, SystemClock};
use tokio::runtime::Runtime;

use super::Shared;
use crate::{logging, stores::Stores};

/// The database in the data folder, with a runtime to use it in.
pub(super) struct Opened {
    pub(super) runtime: Runtime,
    pub(super) stores: Stores,
    pub(super) clock: Arc<dyn Clock>,
}

/// Opens what is kept; makes it where it is missing.
pub(super) fn open(shared: &Shared) -> anyhow::Result<Opened> {
    opened(shared, false)
}

/// Opens what is kept for reading only: evidence is looked at without touching it.
pub(super) fn look(shared: &Shared) -> anyhow::Result<Opened> {
    opened(shared, true)
}

fn opened(shared: &Shared, only_reads: bool) -> anyhow::Result<Opened> {
    let mut config = shared.load()?;
    // A person at a terminal reads the messages; the log would say the same once more.
    if config.log == crate::config::LogSection::default() {
        config.log.filter = "error".to_owned();
    }
    logging::start(&config.log)?;
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let runtime = Runtime::new().context("the runtime cannot be started")?;
    let folder = shared.data_dir();
    let stores = runtime.block_on(async {
        if only_reads {
            Stores::open_read_only(&config, &folder, Arc::clone(&clock)).await
        } else {
            Stores::open(&config, &folder, Arc::clone(&clock)).await
        }
    })?;
    Ok(Opened { runtime, stores, clock })
}

/// A failure with its advice, for people at a terminal.
pub(super) fn advised(advice: String) -> anyhow::Error {
    anyhow::anyhow!(advice)
}
