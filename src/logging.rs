//! Logs: on stderr, structured, without what people ask about.
//!
//! A log line says which transform ran, how long it took, what it cost and how it ended. It never says on what: inputs,
//! settings and answers are the analyst's business.

use std::io::IsTerminal;

use tracing_subscriber::{EnvFilter, fmt};

use crate::config::{ConfigError, LogFormat, LogSection};

/// Starts logging as configured.
///
/// # Errors
/// When the filter cannot be read.
pub(crate) fn start(section: &LogSection) -> Result<(), ConfigError> {
    let filter = EnvFilter::try_new(&section.filter)
        .map_err(|error| ConfigError::Unusable { key: "log.filter", problem: error.to_string() })?;
    // Colours are for a terminal; in a file or a journal they are noise.
    let colours = std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
    let builder = fmt().with_env_filter(filter).with_ansi(colours).with_writer(std::io::stderr);
    // Starting twice keeps the first: tests share one process.
    let _already_started = match section.format {
        LogFormat::Text => builder.try_init(),
        LogFormat::Json => builder.json().flatten_event(true).try_init(),
    };
    Ok(())
}
