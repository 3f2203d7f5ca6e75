//! What is wrong with a case, said so that its author can mend it.
//!
//! The author of a case is a trainer with a text editor and a date in the calendar. So nothing stops at the first
//! mistake: all are collected, each with its file, line and field, and each says what to write instead.

use std::fmt;

use thiserror::Error;

/// How many problems are kept in full. Whoever has more than that has made one mistake many times.
const KEPT: usize = 100;

/// The longest message, in characters: a message may quote the file, and a line of a file may be long.
const LONGEST_MESSAGE: usize = 400;

/// The longest name of a file or field in a problem, in characters.
const LONGEST_FIELD: usize = 120;

/// One thing that is wrong with a case.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub struct CaseError {
    /// The file, relative to the case's folder.
    pub file: String,
    /// The line in it, counted from 1, where one can be named.
    pub line: Option<usize>,
    /// The field, with dots between levels: `registrant.email`, `exercises[2].question` (counted from 1).
    pub field: Option<String>,
    /// What is wrong and what to write instead, in whole sentences.
    pub message: String,
}

/// `dns.jsonl, line 12, field "value": …`
impl fmt::Display for CaseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if let Some(line) = self.line {
            write!(f, ", line {line}")?;
        }
        if let Some(field) = &self.field {
            write!(f, ", field \"{field}\"")?;
        }
        write!(f, ": {}", self.message)
    }
}

/// Everything that is wrong with a case: never empty, in the order of files and lines.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub struct CaseErrors {
    /// The problems, at most a hundred.
    pub errors: Vec<CaseError>,
    /// How many more there are.
    pub left_out: usize,
}

/// A heading and one line for each problem.
impl fmt::Display for CaseErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.errors.len() + self.left_out {
            1 => f.write_str("the case cannot be loaded, one thing is wrong with it:")?,
            count => write!(f, "the case cannot be loaded, {count} things are wrong with it:")?,
        }
        for error in &self.errors {
            write!(f, "\n  {error}")?;
        }
        if self.left_out > 0 {
            write!(f, "\n  and {} more", self.left_out)?;
        }
        Ok(())
    }
}

/// Collects problems while a case is read.
#[derive(Debug, Default)]
pub(super) struct Problems {
    errors: Vec<CaseError>,
    left_out: usize,
}

impl Problems {
    pub(super) fn push(&mut self, file: &str, line: Option<usize>, field: Option<&str>, message: impl fmt::Display) {
        if self.is_full() {
            self.left_out += 1;
            return;
        }
        let field = field.map(|field| shown(field, LONGEST_FIELD));
        let message = shown(&message.to_string(), LONGEST_MESSAGE);
        self.errors.push(CaseError { file: shown(file, LONGEST_FIELD), line, field, message });
    }

    /// Whether further problems are only counted.
    pub(super) fn is_full(&self) -> bool {
        self.errors.len() >= KEPT
    }

    /// What was made, if nothing was wrong with it.
    pub(super) fn unless_any<T>(self, made: Option<T>) -> Result<T, CaseErrors> {
        match made {
            Some(made) if self.errors.is_empty() => Ok(made),
            _ => Err(CaseErrors { errors: self.errors, left_out: self.left_out }),
        }
    }
}

/// A text from a file as it can be shown in a terminal and in a log: of limited length, without control characters.
fn shown(text: &str, longest: usize) -> String {
    let mut shown: String = text.chars().take(longest).map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect();
    if text.chars().nth(longest).is_some() {
        shown.push('…');
    }
    shown
}
