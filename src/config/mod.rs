//! Configuration: one commented file, every key also an environment variable.
//!
//! What is set is looked for in three places, later ones winning: the built-in defaults, the file `namehound.toml`, and
//! environment variables `NAMEHOUND_<SECTION>__<KEY>`. Command-line flags win over all of them. A key that nobody knows
//! is an error that names the nearest known one: a typo must never silently become a default.
//!
//! The shipped file (`namehound.toml` beside this module) is what `config init` writes. A test reads it with every
//! commented key switched on, so it cannot say anything that the program would not read.

mod error;
mod keeping;
mod providers;
mod sections;
mod shown;

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

pub use error::ConfigError;
pub use keeping::{AllowancesSection, KeepSection, MembersSection};
pub use providers::{
    Asked, CertSpotterSection, CirclSection, CrtShSection, CymruSection, DnsSection, HackerTargetSection, MmdbSection,
    ProvidersSection, RdapSection, ViewDnsSection, Whois43Section,
};
pub use sections::{
    AuthSection, BreakerSection, CacheSection, CasesSection, LogFormat, LogSection, NoiseSection, OidcSection,
    RequestSection, RetrySection, RoutingSection, SecretText, ServerSection, TlsSection, UpstreamSection, V3Section,
    WhoisXmlSection,
};

/// The commented file that `namehound config init` writes.
pub const TEMPLATE: &str = include_str!("namehound.toml");

/// The name of the configuration file.
pub const FILE_NAME: &str = "namehound.toml";

/// The whole configuration.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// The server: addresses, limits, time.
    pub server: ServerSection,
    /// The JSON dialect: runs and the browser client.
    pub v3: V3Section,
    /// Who may use it.
    pub auth: AuthSection,
    /// How much members may ask of the server.
    pub members: MembersSection,
    /// Workshop cases.
    pub cases: CasesSection,
    /// What is kept in the data folder.
    pub keep: KeepSection,
    /// What may be spent.
    pub allowances: AllowancesSection,
    /// What is noise, and what becomes of it on a graph.
    pub noise: NoiseSection,
    /// Data vendors and other sources.
    pub providers: ProvidersSection,
    /// Who is asked for which kind of question.
    pub routing: RoutingSection,
    /// How requests leave this machine.
    pub upstream: UpstreamSection,
    /// How long answers are remembered.
    pub cache: CacheSection,
    /// How failures are tried again.
    pub retry: RetrySection,
    /// When a failing source is left alone.
    pub breaker: BreakerSection,
    /// What is logged.
    pub log: LogSection,
}

/// Where the configuration comes from.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    /// The file, if there is one. One that was named must exist.
    pub file: Option<PathBuf>,
    /// The environment.
    pub environment: HashMap<String, String>,
}

impl Sources {
    /// The named file, or else `namehound.toml` in the current folder, or else in the data folder; and the process's
    /// environment.
    #[must_use]
    pub fn of_process(named: Option<&Path>, data_dir: &Path) -> Self {
        let usual = || {
            let here = PathBuf::from(FILE_NAME);
            [here, data_dir.join(FILE_NAME)].into_iter().find(|candidate| candidate.is_file())
        };
        let environment = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect();
        Self { file: named.map(Path::to_path_buf).or_else(usual), environment }
    }
}

impl Config {
    /// Reads the configuration. Keys in files named by `…_file` are read as well.
    ///
    /// # Errors
    /// When the file cannot be read, is no TOML, or has a key or a value that cannot be used.
    pub fn load(sources: &Sources) -> Result<Self, ConfigError> {
        let mut builder = config::Config::builder();
        let mut folder = PathBuf::new();
        if let Some(file) = &sources.file {
            let text = std::fs::read_to_string(file).map_err(|error| ConfigError::unreadable(file, &error))?;
            // Reading the file alone first lets a mistake be told with the file's name and line.
            toml::from_str::<Self>(&text).map_err(|error| ConfigError::in_file(file, &text, &error))?;
            builder = builder.add_source(config::File::from_str(&text, config::FileFormat::Toml));
            folder = file.parent().map(Path::to_path_buf).unwrap_or_default();
        }
        // Only names with a section are keys; others, such as NAMEHOUND_CONFIG, belong to flags.
        let keys = sources.environment.iter().filter(|(name, _)| name.contains("__"));
        let environment = config::Environment::with_prefix("NAMEHOUND")
            .prefix_separator("_")
            .separator("__")
            .source(Some(keys.map(|(name, value)| (name.clone(), value.clone())).collect()));
        let mut config: Self = builder
            .add_source(environment)
            .build()
            .and_then(config::Config::try_deserialize)
            .map_err(|error| ConfigError::in_environment(&error))?;
        config.routing.check()?;
        config.providers.check(&config.upstream)?;
        config.resolve(&folder)?;
        Ok(config)
    }

    /// Reads key files and makes paths relative to the configuration file's folder.
    fn resolve(&mut self, folder: &Path) -> Result<(), ConfigError> {
        let bundled = crate::bundled::names();
        for case in &mut self.cases.load {
            if case != "none" && !bundled.contains(case.as_str()) {
                *case = folder.join(&case).to_string_lossy().into_owned();
            }
        }
        if let Some(lists) = &mut self.noise.warning_lists {
            *lists = folder.join(&lists).to_string_lossy().into_owned();
        }
        let tls = &mut self.server.tls;
        for file in [&mut tls.certificate, &mut tls.key].into_iter().flatten() {
            *file = folder.join(&file).to_string_lossy().into_owned();
        }
        for file in &mut self.providers.mmdb.files {
            *file = folder.join(&file).to_string_lossy().into_owned();
        }
        self.providers.read_key_files(folder)?;
        Ok(())
    }

    /// The effective configuration as TOML, secrets masked.
    ///
    /// # Errors
    /// When a value cannot be written as TOML; none of ours can be such a value.
    pub fn to_toml(&self) -> Result<String, ConfigError> {
        toml::to_string_pretty(self).map_err(|error| ConfigError::Unwritable { detail: error.to_string() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(text: &str, environment: &[(&str, &str)]) -> Result<Config, ConfigError> {
        let folder = std::env::temp_dir().join(format!("namehound-config-{}", uuid::Uuid::new_v4()));
        std::fs::create_dir_all(&folder).unwrap();
        let file = folder.join(FILE_NAME);
        std::fs::write(&file, text).unwrap();
        std::fs::write(folder.join("key.txt"), " at_from_a_file \n").unwrap();
        let environment = environment.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let outcome = Config::load(&Sources { file: Some(file), environment });
        std::fs::remove_dir_all(folder).unwrap();
        outcome
    }

    /// `# key = value` without the `# `; prose comments have no ` = ` after their first word.
    fn switched_on(template: &str) -> String {
        let is_key = |line: &str| {
            line.split_once(" = ").is_some_and(|(key, _)| key.chars().all(|c| c.is_ascii_lowercase() || c == '_'))
        };
        template
            .lines()
            .map(|line| line.strip_prefix("# ").filter(|rest| is_key(rest)).unwrap_or(line))
            .collect::<Vec<_>>()
            .join("\n")
    }

    /// Every default stands in the shown table; keys that are only shown by example may stand beside them.
    fn same_values(defaults: &toml::Table, shown: &toml::Table, section: &str) {
        for (key, value) in defaults {
            match (value, shown.get(key)) {
                (toml::Value::Table(defaults), Some(toml::Value::Table(shown))) => {
                    same_values(defaults, shown, &format!("{section}.{key}"));
                }
                (value, shown) => assert_eq!(shown, Some(value), "[{section}] {key} in the shipped file"),
            }
        }
    }

    #[test]
    fn the_shipped_file_changes_nothing_and_shows_the_defaults() {
        assert_eq!(load(TEMPLATE, &[]).unwrap(), Config::default());
        let shown: toml::Table = switched_on(TEMPLATE).parse().unwrap();
        let defaults: toml::Table = Config::default().to_toml().unwrap().parse().unwrap();
        same_values(&defaults, &shown, "");
        // Keys that have no default are shown by example, so the shown file must be readable as well.
        // Files are not there, and a gateway and a proxy rule out sources that go past them.
        let mut text = switched_on(TEMPLATE);
        for key in ["api_key_file", "password_file", "gateway", "proxy"] {
            text = text.replace(&format!("\n{key} = "), &format!("\n# {key} = "));
        }
        load(&text, &[]).unwrap();
    }

    #[test]
    fn the_environment_wins_over_the_file_and_keys_stay_text() {
        let config = load(
            "[server]\nlisten = \"127.0.0.1:9\"\n",
            &[
                ("NAMEHOUND_SERVER__LISTEN", "127.0.0.1:7"),
                ("NAMEHOUND_SERVER__MAX_RUNS", "5"),
                ("NAMEHOUND_PROVIDERS__WHOISXML__API_KEY", "007e5"),
                ("NAMEHOUND_FIXTURES", "not a key"),
                ("NAMEHOUND_AUTH__TOKENS", "blake3:aa,blake3:bb"),
            ],
        )
        .unwrap();
        assert_eq!(config.server.listen, "127.0.0.1:7");
        assert_eq!(config.server.max_runs, 5);
        assert_eq!(config.providers.whoisxml.api_key.as_ref().map(SecretText::expose), Some("007e5"));
        assert_eq!(config.auth.tokens, ["blake3:aa", "blake3:bb"]);
    }

    #[test]
    fn a_typo_names_the_nearest_key() {
        let told = load("[server]\nlisen = \"127.0.0.1:9\"\n", &[]).unwrap_err().to_string();
        assert!(told.contains("\"lisen\"") && told.contains("did you mean \"listen\"?"), "{told}");
        assert!(told.contains("line 2"), "{told}");
        let told = load("", &[("NAMEHOUND_SERVER__LISEN", "x")]).unwrap_err().to_string();
        assert!(told.contains("\"lisen\"") && told.contains("did you mean \"listen\"?"), "{told}");
    }

    #[test]
    fn a_route_names_no_source_that_does_not_exist() {
        let told = |providers: &str| {
            let text = format!("[routing.whois_current]\nproviders = [{providers}]\n");
            load(&text, &[]).map(drop).map_err(|error| error.to_string())
        };
        assert_eq!(told("\"whois43\", \"rdap\""), Ok(()));
        let typo = told("\"whois43\", \"rdpa\"").unwrap_err();
        assert!(typo.contains("whois_current") && typo.contains("did you mean \"rdap\"?"), "{typo}");
        let unknown = told("\"zzz\"").unwrap_err();
        assert!(unknown.contains("the sources are case, whoisxml"), "{unknown}");
    }

    #[test]
    fn a_key_may_stand_in_a_file_but_not_in_two_places() {
        let config = load("[providers.whoisxml]\napi_key_file = \"key.txt\"\n", &[]).unwrap();
        assert_eq!(config.providers.whoisxml.api_key.as_ref().map(SecretText::expose), Some("at_from_a_file"));
        let both = "[providers.whoisxml]\napi_key_file = \"key.txt\"\napi_key = \"x\"\n";
        assert!(matches!(load(both, &[]), Err(ConfigError::Conflict { .. })));
    }

    #[test]
    fn showing_the_configuration_masks_secrets() {
        let config = load("[providers.whoisxml]\napi_key = \"at_very_secret\"\n", &[]).unwrap();
        let shown = config.to_toml().unwrap();
        assert!(shown.contains("api_key = \"(set)\"") && !shown.contains("at_very_secret"), "{shown}");
        assert!(!format!("{config:?}").contains("at_very_secret"));
    }
}
