//! The cases that come with the program, so that one binary is enough for a first pivot.
//!
//! Every folder of `cases/` that has a `case.toml` is one. They tell of different domains, addresses and people, so all
//! of them can be loaded at once.

use std::{collections::BTreeSet, sync::Arc};

use intel::provider::case::{Case, CaseErrors};

#[derive(rust_embed::Embed)]
#[folder = "cases"]
#[include = "*/case.toml"]
#[include = "*/*.jsonl"]
struct Files;

/// The names of the bundled cases, in alphabetical order.
pub(crate) fn names() -> BTreeSet<String> {
    let name = |path: &str| path.strip_suffix("/case.toml").filter(|name| !name.contains('/')).map(str::to_owned);
    Files::iter().filter_map(|path| name(&path)).collect()
}

/// Reads a bundled case; `None` if there is none of that name.
pub(crate) fn case(name: &str) -> Option<Result<Arc<Case>, CaseErrors>> {
    if !names().contains(name) {
        return None;
    }
    let files = Files::iter().filter_map(|path| {
        let within = path.strip_prefix(name)?.strip_prefix('/')?.to_owned();
        Some((within, Files::get(&path)?.data.into_owned()))
    });
    Some(Case::from_files(files).map(Arc::new))
}

/// Reads all of them.
pub(crate) fn cases() -> Result<Vec<Arc<Case>>, CaseErrors> {
    names().iter().filter_map(|name| case(name)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_folder_with_a_case_is_bundled_under_its_own_name() {
        let names = names();
        assert_eq!(names, ["leaked-episode", "one-mailbox", "the-phone-number"].map(str::to_owned).into());
        let cases = cases().unwrap();
        assert_eq!(cases.iter().map(|case| case.about().name.clone()).collect::<BTreeSet<_>>(), names);
        assert!(case("schema").is_none() && case("").is_none() && case("leaked-episode/").is_none());
    }
}
