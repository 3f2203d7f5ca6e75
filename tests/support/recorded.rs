//! Where recorded traffic lies, and what is said where it does not.
//!
//! Recordings are no part of the project. Every test that reads them, in whichever crate, asks here, so that all of them
//! look in the same place, say the same where there is nothing, and fail together in CI.

use std::{
    io::Write,
    path::{Path, PathBuf},
};

/// A folder, named from the fixtures' one, or `None` where this machine has no recordings. A relative
/// `NAMEHOUND_FIXTURES` counts from the workspace's folder, since each package's tests run in the package's own.
pub(crate) fn folder(workspace: &str, folder: &str) -> Option<PathBuf> {
    let fixtures = std::env::var_os("NAMEHOUND_FIXTURES").unwrap_or_else(|| "../shared/fixtures".into());
    let path = Path::new(workspace).join(fixtures).join(folder);
    if path.is_dir() {
        return Some(path);
    }
    assert!(std::env::var_os("CI").is_none(), "CI must have the recordings, but there are none at {}", path.display());
    // Not by a macro: the test harness would swallow it, since the test passes.
    let _closed_pipe = writeln!(std::io::stderr(), "skipped: no recordings at {}", path.display());
    None
}
