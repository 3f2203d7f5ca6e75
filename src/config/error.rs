//! What is wrong with a configuration, and what to write instead.

use std::{io, path::Path};

use thiserror::Error;

/// A configuration that cannot be used. Displays as one sentence with the next step.
#[derive(Debug, Error)]
pub enum ConfigError {
    /// A file cannot be read.
    #[error("{file} cannot be read: {detail}")]
    Unreadable {
        /// The file.
        file: String,
        /// Why.
        detail: String,
    },
    /// A key or a value in the file.
    #[error("{file}, line {line}: {what}")]
    InFile {
        /// The file.
        file: String,
        /// The line, from 1.
        line: usize,
        /// What is wrong.
        what: String,
    },
    /// A key or a value in the environment.
    #[error("in the environment (NAMEHOUND_…): {what}")]
    InEnvironment {
        /// What is wrong.
        what: String,
    },
    /// Two keys that exclude each other.
    #[error("{keys} are both set; keep one of them")]
    Conflict {
        /// The keys.
        keys: &'static str,
    },
    /// A value that is of the right type and still cannot be used.
    #[error("{key}: {problem}")]
    Unusable {
        /// The key with its section.
        key: &'static str,
        /// What is wrong and what would be right.
        problem: String,
    },
    /// A value that cannot be written as TOML.
    #[error("the configuration cannot be shown: {detail}")]
    Unwritable {
        /// Why.
        detail: String,
    },
}

impl ConfigError {
    pub(super) fn unreadable(file: &Path, error: &io::Error) -> Self {
        Self::Unreadable { file: file.display().to_string(), detail: error.to_string() }
    }

    pub(super) fn in_file(file: &Path, text: &str, error: &toml::de::Error) -> Self {
        let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
        let line = before.bytes().filter(|byte| *byte == b'\n').count() + 1;
        // A key may stand on the line, so the library's own rendering, which quotes the line, is not used.
        Self::InFile { file: file.display().to_string(), line, what: in_words(error.message()) }
    }

    pub(super) fn in_environment(error: &config::ConfigError) -> Self {
        Self::InEnvironment { what: in_words(&error.to_string()) }
    }
}

/// What a library says about a key or a value, for people.
fn in_words(message: &str) -> String {
    let message = message.lines().next().unwrap_or_default();
    without_value(message).unwrap_or_else(|| with_nearest(message))
}

/// Takes the value out of serde's "invalid type: string "…", expected a boolean": somebody may have put a key there.
fn without_value(message: &str) -> Option<String> {
    if let Some((_, quoted)) = message.split_once(" does not have variant constructor ") {
        let key = quoted.split_once(" for key ").map(|(_, key)| format!(" for key {key}")).unwrap_or_default();
        return Some(format!("the value cannot be used: expected another one{key}"));
    }
    let quotes_it = ["invalid type: ", "invalid value: ", "invalid length ", "unknown variant "];
    quotes_it.iter().any(|start| message.starts_with(start)).then(|| {
        let expected = match message.rsplit_once(", expected ") {
            Some((_, section)) if section.starts_with("struct ") => "a section with keys of its own",
            Some((_, expected)) => expected,
            None => "something else",
        };
        format!("the value cannot be used: expected {expected}")
    })
}

/// Turns serde's "unknown field `lisen`, expected one of `listen`, `max_runs`" into a question a person can answer.
fn with_nearest(message: &str) -> String {
    let Some((_, rest)) = message.split_once("unknown field `") else {
        return message.to_owned();
    };
    let Some((unknown, expected)) = rest.split_once('`') else {
        return message.to_owned();
    };
    let known = expected.split('`').skip(1).step_by(2);
    let nearest = known
        .map(|key| (key, strsim::jaro_winkler(key, unknown)))
        .filter(|(_, likeness)| *likeness > 0.7)
        .max_by(|(_, left), (_, right)| left.total_cmp(right));
    match nearest {
        Some((key, _)) => format!("there is no key \"{unknown}\" here; did you mean \"{key}\"?"),
        None => format!("there is no key \"{unknown}\" here; namehound config init writes a file with all keys"),
    }
}
