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

/// Lets a panic say where it happened, and not what about: the text of a panic may quote the data that caused it, which
/// is what people asked about. It goes through the log, so that it has the same form and place as everything else.
pub(crate) fn panics_by_place_only() {
    std::panic::set_hook(Box::new(|panic| match panic.location() {
        Some(place) => {
            tracing::error!(file = place.file(), line = place.line(), "a panic, which is a mistake in the program")
        }
        None => tracing::error!("a panic, which is a mistake in the program"),
    }));
}

#[cfg(test)]
mod tests {
    use std::{
        io::Write,
        sync::{Arc, Mutex},
    };

    use super::panics_by_place_only;

    #[derive(Clone, Default)]
    struct Written(Arc<Mutex<Vec<u8>>>);

    impl Write for Written {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_panic_is_logged_with_its_place_and_without_its_text() {
        let written = Written::default();
        let writer = written.clone();
        let log = tracing_subscriber::fmt().with_ansi(false).with_writer(move || writer.clone()).finish();
        let usual = std::panic::take_hook();
        panics_by_place_only();
        let outcome =
            tracing::subscriber::with_default(log, || std::panic::catch_unwind(|| panic!("about Dara Velani")));
        std::panic::set_hook(usual);
        assert!(outcome.is_err());
        let text = String::from_utf8(written.0.lock().unwrap().clone()).unwrap();
        assert!(text.contains("logging.rs") && text.contains("line="), "{text}");
        assert!(!text.contains("Velani"), "{text}");
    }
}
