//! The files of a case on disk.

use std::{fs, io, io::Read as _, path::Path};

use super::{
    problem::{CaseErrors, Problems},
    read::{CASE_FILE, Limits, is_record_file, looks_misnamed},
};

/// How deep record files may lie below the case's folder.
const DEPTH: usize = 4;

/// Relative paths and contents.
type Files = Vec<(String, Vec<u8>)>;

/// The files that a case is made of, and what is wrong with those that could not be read. Hidden files and folders are
/// left alone.
///
/// # Errors
/// When the folder itself, or one in it, cannot be read.
pub(super) fn read_folder(folder: &Path) -> Result<(Files, Problems), CaseErrors> {
    let mut found = Folder::default();
    if let Err(error) = found.collect(folder, "", DEPTH) {
        let shown = folder.display().to_string();
        found.problems.push(&shown, None, None, format!("the folder cannot be read: {error}."));
        return found.problems.unless_any(None);
    }
    Ok((found.files, found.problems))
}

#[derive(Debug, Default)]
struct Folder {
    files: Files,
    bytes: usize,
    problems: Problems,
}

impl Folder {
    fn collect(&mut self, folder: &Path, prefix: &str, depth: usize) -> io::Result<()> {
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            if name.starts_with('.') {
                continue;
            }
            let path = format!("{prefix}{name}");
            if entry.file_type()?.is_dir() {
                if depth > 0 {
                    self.collect(&entry.path(), &format!("{path}/"), depth - 1)?;
                }
            } else if path == CASE_FILE || is_record_file(&name) {
                self.add(path, &entry.path());
            } else if looks_misnamed(&path).is_some() {
                self.files.push((path, Vec::new()));
            }
        }
        Ok(())
    }

    /// Reads a file, one over the limit just far enough to be refused.
    fn add(&mut self, path: String, file: &Path) {
        let limits = Limits::STANDARD;
        if self.bytes > limits.folder_bytes {
            let message = format!("the files before this one already have more than {} bytes.", limits.folder_bytes);
            self.problems.push(&path, None, None, message);
            return;
        }
        match read_at_most(file, limits.file_bytes + 1) {
            Ok(content) => {
                self.bytes += content.len();
                self.files.push((path, content));
            }
            Err(error) => self.problems.push(&path, None, None, format!("the file cannot be read: {error}.")),
        }
    }
}

fn read_at_most(file: &Path, bytes: usize) -> io::Result<Vec<u8>> {
    // Opening a pipe would wait for somebody to write into it.
    if !fs::metadata(file)?.is_file() {
        return Err(io::Error::other("it is not a regular file"));
    }
    let mut content = Vec::new();
    fs::File::open(file)?.take(u64::try_from(bytes).unwrap_or(u64::MAX)).read_to_end(&mut content)?;
    Ok(content)
}
