//! The folder `maltego-config/`, inside the program.

use maltego::config_data::{ConfigData, ConfigError, ConfigErrors, ConfigFile};

#[derive(rust_embed::Embed)]
#[folder = "maltego-config"]
#[exclude = "*.md"]
struct Files;

/// Reads the folder.
///
/// # Errors
/// Every mistake in it, each with its file.
pub(super) fn shipped() -> Result<ConfigData, ConfigErrors> {
    let mut texts = Vec::new();
    let mut unreadable = Vec::new();
    for path in Files::iter() {
        let Some(file) = Files::get(&path) else { continue };
        match String::from_utf8(file.data.into_owned()) {
            Ok(text) => texts.push((path, text)),
            Err(_) => {
                unreadable.push(ConfigError { path: path.into_owned(), problem: "the text is not UTF-8".to_owned() })
            }
        }
    }
    let loaded = ConfigData::load(texts.iter().map(|(path, content)| ConfigFile { path, content }));
    match loaded {
        Ok(data) if unreadable.is_empty() => Ok(data),
        Ok(_) => Err(ConfigErrors(unreadable)),
        Err(ConfigErrors(others)) => Err(ConfigErrors(unreadable.into_iter().chain(others).collect())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_folder_has_no_mistakes() {
        let data = shipped().unwrap_or_else(|errors| panic!("{errors}"));
        assert_eq!((data.types.len(), data.machines.len()), (3, 3));
        assert!(data.icons.iter().any(|icon| icon.name == "Namehound"));
        assert!(!data.sets.is_empty());
    }
}
