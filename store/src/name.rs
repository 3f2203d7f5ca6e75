//! Names of cases, members and tokens.
//!
//! Such a name is typed in a terminal, becomes part of an address and of a file's name when a case is exported, and
//! stands in reports for years. So it is letters, digits and hyphens and nothing else: no path can be hidden in it and
//! nothing has to be escaped. Capitals count as small letters, since two names that differ only in case would be one
//! file on many disks and one name in many heads.

use std::{fmt, str::FromStr};

use rusqlite::{
    ToSql,
    types::{FromSql, FromSqlError, FromSqlResult, ToSqlOutput, ValueRef},
};
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// The longest name, in characters: a file's name with room for an ending and a date.
const LONGEST: usize = 64;

/// The name of a case, a member or a token: 1 to 64 small ASCII letters, digits and hyphens, beginning with a letter or
/// a digit.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Name(String);

/// A text that cannot be a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum NameError {
    /// It has no character.
    #[error("a name needs at least one letter or digit")]
    Empty,
    /// It has too many.
    #[error("a name has at most {LONGEST} characters")]
    TooLong,
    /// It begins with a hyphen, as options of commands do.
    #[error("a name begins with a letter or a digit")]
    Hyphen,
    /// It holds something else than letters, digits and hyphens.
    #[error("a name consists of the letters a to z, digits and hyphens; {0:?} is none of these")]
    Character(char),
}

impl NameError {
    /// What an analyst reads: plain words and the next step.
    #[must_use]
    pub fn analyst_message(&self) -> String {
        format!("This cannot be a name: {self}. Please choose another one, for example \"leaked-episode-2\".")
    }
}

impl Name {
    /// Reads a name; white space around it is dropped and capitals become small.
    ///
    /// # Errors
    /// [`NameError`] says which rule the text breaks.
    pub fn parse(text: &str) -> Result<Self, NameError> {
        let text = text.trim();
        match text.chars().next() {
            None => return Err(NameError::Empty),
            Some('-') => return Err(NameError::Hyphen),
            Some(_) => {}
        }
        if let Some(odd) = text.chars().find(|character| !character.is_ascii_alphanumeric() && *character != '-') {
            return Err(NameError::Character(odd));
        }
        if text.len() > LONGEST {
            return Err(NameError::TooLong);
        }
        Ok(Self(text.to_ascii_lowercase()))
    }

    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for Name {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        Self::parse(text)
    }
}

impl TryFrom<String> for Name {
    type Error = NameError;

    fn try_from(text: String) -> Result<Self, NameError> {
        Self::parse(&text)
    }
}

impl From<Name> for String {
    fn from(name: Name) -> Self {
        name.0
    }
}

impl ToSql for Name {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(self.as_str().into())
    }
}

impl FromSql for Name {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        Self::parse(value.as_str()?).map_err(|error| FromSqlError::Other(Box::new(error)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_digits_and_hyphens_are_a_name_in_small_letters() {
        assert_eq!(Name::parse(" Leaked-Episode-2 ").unwrap().as_str(), "leaked-episode-2");
        assert_eq!(Name::parse("7").unwrap().as_str(), "7");
        assert!(Name::parse(&"a".repeat(64)).is_ok());
    }

    #[test]
    fn nothing_that_could_be_a_path_or_an_option_is_a_name() {
        for (text, error) in [
            ("", NameError::Empty),
            ("  ", NameError::Empty),
            ("-f", NameError::Hyphen),
            ("..", NameError::Character('.')),
            ("a/b", NameError::Character('/')),
            ("a\\b", NameError::Character('\\')),
            ("a b", NameError::Character(' ')),
            ("a\0", NameError::Character('\0')),
            ("fälle", NameError::Character('ä')),
        ] {
            assert_eq!(Name::parse(text), Err(error), "{text:?}");
        }
        assert_eq!(Name::parse(&"a".repeat(65)), Err(NameError::TooLong));
    }
}
