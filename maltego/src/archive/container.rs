//! The ZIP around an archive's entries, the same bytes for the same entries on every machine.
//!
//! Three things usually differ between two runs of a ZIP writer: the order of entries, their time stamps and the
//! attributes of the system that wrote them. Here entries are sorted, stamped 1980-01-01 (the first day a ZIP can
//! say) and marked as plain DOS files. They are stored without compression, since deflate output depends on the
//! encoder's version and even on the processor's instructions. A checksum of an archive thus means something.
//!
//! Entry names are made from display names, which are anybody's text, so every part of a path is reduced to
//! characters that all file systems accept. The names are for humans only: clients read identifiers from inside the
//! documents. Icons are the exception, see [`Container::add_exactly`].

use std::{
    collections::{BTreeMap, BTreeSet},
    io::{Cursor, Write},
};

use zip::{CompressionMethod, DateTime, System, ZipWriter, write::SimpleFileOptions};

use super::ArchiveError;

/// Longest part of an entry's path in bytes, so that unpacking stays below the limits of file systems.
const LONGEST_PART: usize = 120;

/// Entries by path.
#[derive(Debug, Default)]
pub(super) struct Container {
    entries: BTreeMap<String, Vec<u8>>,
    /// Paths in lower case: unpacking on a file system without case must not lose a file.
    taken: BTreeSet<String>,
}

impl Container {
    /// Adds files that share a name and differ by extension, as a machine and its properties do. The name is
    /// sanitised; where another name became the same one, a number is put behind it.
    pub(super) fn add(&mut self, folder: &str, name: &str, files: Vec<(&'static str, Vec<u8>)>) {
        let base = format!("{folder}/{}", sanitised(name));
        let free = |stem: &String| files.iter().all(|(extension, _)| !self.taken.contains(&key(stem, extension)));
        let numbered = (2_u64..).map(|number| format!("{base}_{number}"));
        let Some(stem) = std::iter::once(base.clone()).chain(numbered).find(free) else { return };
        for (extension, content) in files {
            self.taken.insert(key(&stem, extension));
            self.entries.insert(format!("{stem}.{extension}"), content);
        }
    }

    /// Adds a file whose path is its identity.
    ///
    /// # Errors
    /// [`ArchiveError::Duplicate`] if the path is taken.
    pub(super) fn add_exactly(&mut self, path: String, content: Vec<u8>) -> Result<(), ArchiveError> {
        if !self.taken.insert(path.to_lowercase()) {
            return Err(ArchiveError::Duplicate { kind: "entry", name: path });
        }
        self.entries.insert(path, content);
        Ok(())
    }

    /// The archive's bytes.
    ///
    /// # Errors
    /// [`ArchiveError::Container`] if there is more than a plain ZIP can hold.
    pub(super) fn into_bytes(self) -> Result<Vec<u8>, ArchiveError> {
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Stored)
            .last_modified_time(DateTime::default())
            .system(System::Dos)
            .external_attributes(0);
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        for (path, content) in self.entries {
            writer.start_file(path, options)?;
            writer.write_all(&content)?;
        }
        Ok(writer.finish()?.into_inner())
    }
}

fn key(stem: &str, extension: &str) -> String {
    format!("{stem}.{extension}").to_lowercase()
}

/// One part of an entry's path: letters, digits, blanks, `.`, `-` and `_`; everything else becomes `_`. Dots and
/// blanks at either end go, and so do the names that mean devices on Windows.
pub(super) fn sanitised(name: &str) -> String {
    let mut length = 0;
    let replaced: String = name
        .chars()
        .map(|c| if c.is_alphanumeric() || matches!(c, ' ' | '.' | '-' | '_') { c } else { '_' })
        .take_while(|c| {
            length += c.len_utf8();
            length <= LONGEST_PART
        })
        .collect();
    let trimmed = replaced.trim_matches(|c: char| c == '.' || c.is_whitespace());
    let device = trimmed.split('.').next().unwrap_or_default().trim_end();
    if trimmed.is_empty() || is_device(device) { format!("_{trimmed}") } else { trimmed.to_owned() }
}

/// Whether Windows reads the name as a device, whatever its extension.
fn is_device(stem: &str) -> bool {
    let stem = stem.to_ascii_lowercase();
    let numbered = |prefix: &str| {
        stem.strip_prefix(prefix).is_some_and(|rest| rest.chars().count() == 1 && rest.chars().all(char::is_numeric))
    };
    matches!(stem.as_str(), "con" | "prn" | "aux" | "nul") || numbered("com") || numbered("lpt")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_reduced_to_what_every_file_system_accepts() {
        for (name, expected) in [
            ("Namehound: WHOIS", "Namehound_ WHOIS"),
            ("../../etc/passwd", "_.._etc_passwd"),
            ("..", "_"),
            ("", "_"),
            (" . ", "_"),
            ("C:\\x\0y\n", "C__x_y_"),
            ("CON", "_CON"),
            ("com1.machine", "_com1.machine"),
            ("company", "company"),
            ("Über uns 山", "Über uns 山"),
        ] {
            assert_eq!(sanitised(name), expected, "{name:?}");
        }
        assert_eq!(sanitised(&"x".repeat(500)).len(), LONGEST_PART);
        assert_eq!(sanitised(&"山".repeat(500)).len(), LONGEST_PART);
    }

    #[test]
    fn names_that_become_equal_get_a_number() {
        let mut container = Container::default();
        for name in ["a/b", "a:b", "A_B"] {
            container.add("Sets", name, vec![("set", name.as_bytes().to_vec())]);
        }
        let listed: Vec<&str> = container.entries.keys().map(String::as_str).collect();
        assert_eq!(listed, ["Sets/A_B_3.set", "Sets/a_b.set", "Sets/a_b_2.set"]);
    }

    #[test]
    fn files_of_one_thing_keep_one_name() {
        let mut container = Container::default();
        container.add_exactly("M/a.properties".to_owned(), Vec::new()).unwrap();
        container.add("M", "a", vec![("machine", Vec::new()), ("properties", Vec::new())]);
        let listed: Vec<&str> = container.entries.keys().map(String::as_str).collect();
        assert_eq!(listed, ["M/a.properties", "M/a_2.machine", "M/a_2.properties"]);
        assert!(container.add_exactly("m/A_2.machine".to_owned(), Vec::new()).is_err());
    }
}
