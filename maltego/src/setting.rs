//! Transform settings: what a transform declares, and what a client sent.
//!
//! Clients send settings under several spellings. One local name (`scope`) is `scope` or `global#scope` in the
//! classic dialect and `<namespace>.<transform>.scope` or `global#<namespace>.scope` in the JSON dialect, and older
//! clients mix them. [`Settings::from_wire`] undoes all of that once, so that a transform only knows local names.
//!
//! A setting that was not sent and a setting that cannot be read are different things: the first takes its default,
//! the second is an error that names the setting, or a user's typo would silently become the default.

use thiserror::Error;

/// The type a setting is declared with. The names on the wire differ per dialect.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SettingKind {
    /// Any text.
    Text,
    /// One of the texts in [`SettingDefinition::choices`], compared without case.
    Choice,
    /// A whole number, zero or more.
    Integer,
    /// `true` or `false`; `1`, `0`, `yes` and `no` are read as well.
    Boolean,
}

/// A setting that a transform reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SettingDefinition {
    /// The local name.
    pub name: &'static str,
    /// The label in the client, with the choices where there are any.
    pub display_name: &'static str,
    /// What it does, for generated pages and `--help`.
    pub description: &'static str,
    /// Its type.
    pub kind: SettingKind,
    /// The allowed texts of a [`SettingKind::Choice`], empty otherwise.
    pub choices: &'static [&'static str],
    /// The value that a missing setting has.
    pub default: Option<&'static str>,
    /// Whether the client asks before every run.
    pub popup: bool,
    /// Whether one value holds for every transform of the server.
    pub global: bool,
    /// Whether the client must keep it secret.
    pub secret: bool,
}

/// A setting that was sent but cannot be read. The text that was sent is not repeated: it may be a secret.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("The setting \"{name}\" cannot be read: it should be {expected}")]
pub struct SettingError {
    /// The setting's local name.
    pub name: &'static str,
    /// What would have been right, in words.
    pub expected: String,
}

/// The settings of one run, by local name.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Settings {
    pairs: Vec<(String, String)>,
}

/// Settings may carry keys and tokens, so only their names are printed.
impl std::fmt::Debug for Settings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.pairs.iter().map(|(name, _)| name)).finish()
    }
}

impl Settings {
    /// Settings from wire names. `global#` comes off first (twice, for clients that doubled it), then the namespace,
    /// then the transform's name, each followed by a dot and compared without case.
    #[must_use]
    pub fn from_wire<N, V>(pairs: impl IntoIterator<Item = (N, V)>, namespace: &str, transform: &str) -> Self
    where
        N: AsRef<str>,
        V: Into<String>,
    {
        let mut settings = Self::default();
        for (name, value) in pairs {
            settings.put(local_name(name.as_ref(), namespace, transform), value);
        }
        settings
    }

    /// Sets a value under its local name; the last one wins.
    pub fn put(&mut self, name: impl Into<String>, value: impl Into<String>) {
        let (name, value) = (name.into(), value.into());
        match self.pairs.iter_mut().find(|(known, _)| *known == name) {
            Some(known) => known.1 = value,
            None => self.pairs.push((name, value)),
        }
    }

    /// Every name that was sent.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.pairs.iter().map(|(name, _)| name.as_str())
    }

    /// A setting's text without surrounding blanks, or its default. An empty text counts as not sent: classic clients
    /// send every setting, touched or not.
    #[must_use]
    pub fn text<'a>(&'a self, definition: &SettingDefinition) -> Option<&'a str> {
        self.pairs
            .iter()
            .find(|(name, _)| name == definition.name)
            .map(|(_, value)| value.trim())
            .filter(|value| !value.is_empty())
            .or(definition.default)
    }

    /// A [`SettingKind::Boolean`].
    ///
    /// # Errors
    /// When the text is none of the known spellings.
    pub fn boolean(&self, definition: &SettingDefinition) -> Result<Option<bool>, SettingError> {
        self.text(definition)
            .map(|text| match text.to_lowercase().as_str() {
                "true" | "1" | "yes" => Ok(true),
                "false" | "0" | "no" => Ok(false),
                _ => Err(SettingError { name: definition.name, expected: "true or false".to_owned() }),
            })
            .transpose()
    }

    /// A [`SettingKind::Integer`].
    ///
    /// # Errors
    /// When the text is not a whole number of zero or more.
    pub fn integer(&self, definition: &SettingDefinition) -> Result<Option<u64>, SettingError> {
        self.text(definition)
            .map(|text| {
                text.parse().map_err(|_| SettingError {
                    name: definition.name,
                    expected: "a whole number, zero or more".to_owned(),
                })
            })
            .transpose()
    }

    /// A [`SettingKind::Choice`], in the declared spelling.
    ///
    /// # Errors
    /// When the text is none of the choices.
    pub fn choice(&self, definition: &SettingDefinition) -> Result<Option<&'static str>, SettingError> {
        self.text(definition)
            .map(|text| {
                definition.choices.iter().copied().find(|choice| choice.eq_ignore_ascii_case(text)).ok_or_else(|| {
                    SettingError {
                        name: definition.name,
                        expected: format!("one of {}", definition.choices.join(", ")),
                    }
                })
            })
            .transpose()
    }
}

fn local_name(wire: &str, namespace: &str, transform: &str) -> String {
    let mut name = wire.trim();
    while let Some(rest) = strip_prefix_ignoring_case(name, "global#") {
        name = rest;
    }
    for prefix in ["global.", namespace, transform] {
        if let Some(rest) = strip_prefix_ignoring_case(name, prefix) {
            name = if prefix.ends_with('.') { rest } else { rest.strip_prefix('.').unwrap_or(name) };
            while let Some(rest) = strip_prefix_ignoring_case(name, "global#") {
                name = rest;
            }
        }
    }
    name.to_owned()
}

fn strip_prefix_ignoring_case<'a>(text: &'a str, prefix: &str) -> Option<&'a str> {
    let head = text.get(..prefix.len())?;
    (!prefix.is_empty() && head.eq_ignore_ascii_case(prefix)).then(|| text.get(prefix.len()..)).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCOPE: SettingDefinition = SettingDefinition {
        name: "scope",
        display_name: "Scope",
        description: "",
        kind: SettingKind::Choice,
        choices: &["historic", "current"],
        default: Some("historic"),
        popup: false,
        global: false,
        secret: false,
    };

    #[test]
    fn every_wire_spelling_reaches_the_local_name() {
        for wire in [
            "scope",
            "global#scope",
            "namehound.email_to_domains.scope",
            "global#namehound.scope",
            "global.global#namehound.scope",
            "Global#Namehound.Email_To_Domains.scope",
        ] {
            let settings = Settings::from_wire([(wire, " Current ")], "namehound", "email_to_domains");
            assert_eq!(settings.choice(&SCOPE), Ok(Some("current")), "{wire}");
        }
    }

    #[test]
    fn missing_and_unreadable_differ() {
        let missing = Settings::from_wire([("scope", "  ")], "namehound", "email_to_domains");
        assert_eq!(missing.choice(&SCOPE), Ok(Some("historic")));
        let unreadable = Settings::from_wire([("scope", "curent")], "namehound", "email_to_domains");
        let error = unreadable.choice(&SCOPE).unwrap_err();
        assert_eq!(error.to_string(), "The setting \"scope\" cannot be read: it should be one of historic, current");
    }

    #[test]
    fn a_prefix_of_many_bytes_is_not_cut_inside_a_character() {
        let settings = Settings::from_wire([("namehoun\u{e9}.x", "1")], "namehound", "t");
        assert_eq!(settings.names().collect::<Vec<_>>(), ["namehoun\u{e9}.x"]);
    }
}
