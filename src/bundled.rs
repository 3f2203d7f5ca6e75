//! The case that comes with the program, so that one binary is enough for a first pivot.

use std::sync::Arc;

use intel::provider::case::{Case, CaseErrors};

/// The name of the bundled case.
pub(crate) const NAME: &str = "leaked-episode";

#[derive(rust_embed::Embed)]
#[folder = "cases/leaked-episode"]
struct Files;

/// Reads the bundled case.
pub(crate) fn case() -> Result<Arc<Case>, CaseErrors> {
    let files = Files::iter().filter_map(|path| {
        let file = Files::get(&path)?;
        Some((path.into_owned(), file.data.into_owned()))
    });
    Case::from_files(files).map(Arc::new)
}
