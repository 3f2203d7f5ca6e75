//! The configuration: is it read, and does it say what its author meant?

use serde_json::Value as Json;

use super::finding::{Check, Finding};
use crate::config::{Config, FILE_NAME, Sources};

const CHECK: Check = Check::Configuration;

/// Whether the file and the environment were read.
pub(super) fn read(sources: &Sources, config: Result<&Config, &str>) -> Finding {
    match (config, &sources.file) {
        (Ok(_), Some(file)) => {
            Finding::good(CHECK, format!("{} can be read, and every key in it is known.", file.display()))
        }
        (Ok(_), None) => {
            Finding::good(CHECK, format!("There is no {FILE_NAME}: the defaults and the environment hold."))
        }
        (Err(error), _) => Finding::problem(
            CHECK,
            format!("It cannot be used: {error}."),
            "Correct that and run this again. \"namehound config init example.toml\" writes a file with every key to \
             compare with.",
        ),
    }
}

/// Environment variables that look like keys and are not read: the section ends with two underscores, and with one the
/// name is that of a flag, if of anything.
pub(super) fn misspelt_variables(sources: &Sources) -> Vec<Finding> {
    let sections = sections();
    let mut misspelt: Vec<_> = sources
        .environment
        .keys()
        .filter(|name| !name.contains("__"))
        .filter_map(|name| {
            let rest = name.strip_prefix("NAMEHOUND_")?;
            let section = sections.iter().find(|section| {
                rest.strip_prefix(section.as_str()).is_some_and(|key| key.len() > 1 && key.starts_with('_'))
            })?;
            let key = rest.get(section.len() + 1..)?;
            Some((name, format!("NAMEHOUND_{section}__{key}")))
        })
        .collect();
    misspelt.sort();
    misspelt
        .into_iter()
        .map(|(name, right)| {
            Finding::warning(
                CHECK,
                format!("The environment variable {name} is not read."),
                format!("Two underscores stand between a section and its key: {right}."),
            )
        })
        .collect()
}

/// The sections, as they stand in the names of environment variables.
fn sections() -> Vec<String> {
    match serde_json::to_value(Config::default()) {
        Ok(Json::Object(sections)) => sections.keys().map(|section| section.to_uppercase()).collect(),
        _ => Vec::new(),
    }
}

/// Values of the right type that still cannot be used.
pub(super) fn usable(config: &Config) -> Option<Finding> {
    let error = config.upstream.settings().err()?;
    Some(Finding::problem(CHECK, format!("{error}."), "Correct that value, or delete its line to have the default."))
}

#[cfg(test)]
mod tests {
    use super::{super::finding::Verdict, *};

    #[test]
    fn a_variable_with_one_underscore_too_few_is_told() {
        let environment = [
            "NAMEHOUND_SERVER_LISTEN",
            "NAMEHOUND_SERVER__LISTEN",
            "NAMEHOUND_PROVIDERS_WHOISXML_API_KEY",
            "NAMEHOUND_CONFIG",
            "NAMEHOUND_DATA_DIR",
            "NAMEHOUND_SERVER",
            "SERVER_LISTEN",
        ];
        let sources = Sources {
            file: None,
            environment: environment.map(|name| (name.to_owned(), "at_a_secret".to_owned())).into(),
        };
        let findings = misspelt_variables(&sources);
        assert_eq!(findings.len(), 2, "{findings:?}");
        assert!(findings[0].what.contains("NAMEHOUND_PROVIDERS_WHOISXML_API_KEY"));
        assert!(findings[1].next_step.as_deref().unwrap().contains("NAMEHOUND_SERVER__LISTEN"));
        assert!(findings.iter().all(|finding| finding.verdict == Verdict::Warning));
        assert!(!format!("{findings:?}").contains("at_a_secret"));
    }

    #[test]
    fn a_proxy_that_is_none_is_a_problem() {
        let mut config = Config::default();
        assert_eq!(usable(&config), None);
        config.upstream.proxy = Some("gopher://user:password@proxy.example".to_owned());
        let finding = usable(&config).unwrap();
        assert_eq!(finding.verdict, Verdict::Problem);
        assert!(finding.what.contains("upstream.proxy") && !finding.what.contains("password"), "{}", finding.what);
    }
}
