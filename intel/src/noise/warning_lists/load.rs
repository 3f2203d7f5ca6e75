//! Reading a folder of lists.

use std::{
    fs,
    io::Read as _,
    path::{Path, PathBuf},
    sync::Arc,
};

use aho_corasick::AhoCorasick;
use ipnet::IpNet;
use regex::RegexBuilder;

use super::{
    ListId, Listed, LoadProblem, WarningLists,
    format::{Applies, Comparison, ListFile},
};
use crate::{noise::Basis, observable::HostName};

/// How much is read at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// Files.
    pub files: usize,
    /// Bytes of one file.
    pub file_bytes: u64,
    /// Entries of all lists together.
    pub entries: usize,
    /// Regular expressions of all lists together; each is tried for every value.
    pub expressions: usize,
    /// Bytes that one compiled regular expression may take.
    pub expression_bytes: usize,
    /// Substrings of all lists together.
    pub substrings: usize,
}

impl Default for Bounds {
    /// Enough for the MISP project's lists several times over.
    fn default() -> Self {
        Self {
            files: 2_000,
            file_bytes: 128 * 1024 * 1024,
            entries: 8_000_000,
            expressions: 500,
            expression_bytes: 1024 * 1024,
            substrings: 20_000,
        }
    }
}

/// A substring that is shorter is in too much.
const SHORTEST_SUBSTRING: usize = 4;

impl WarningLists {
    /// Reads the lists in a folder: `lists/<name>/list.json` below it as in the MISP project's repository, or
    /// `<name>/list.json`, or `<name>.json`. A file that cannot be used is told and left out.
    #[must_use]
    pub fn load(folder: &Path) -> (Self, Vec<LoadProblem>) {
        Self::load_within(folder, &Bounds::default())
    }

    /// [`WarningLists::load`] within other bounds.
    #[must_use]
    pub fn load_within(folder: &Path, bounds: &Bounds) -> (Self, Vec<LoadProblem>) {
        let mut loading =
            Loading { lists: Self::default(), problems: Vec::new(), bounds: *bounds, substrings: Vec::new() };
        match files(folder) {
            Ok(files) => {
                if files.is_empty() {
                    loading.problem(folder, "there is no list in it (lists/<name>/list.json)", true);
                }
                let surplus = files.len().saturating_sub(bounds.files);
                if surplus > 0 {
                    loading.problem(
                        folder,
                        format!("{surplus} of {} files are not read: too many", files.len()),
                        false,
                    );
                }
                files.iter().take(bounds.files).for_each(|file| loading.file(file));
            }
            Err(error) => loading.problem(folder, format!("it cannot be read: {error}"), true),
        }
        loading.finish(folder)
    }
}

/// The files, in the order of their names.
fn files(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let below = folder.join("lists");
    let folder = if below.is_dir() { below } else { folder.to_path_buf() };
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            let list = path.join("list.json");
            files.extend(list.is_file().then_some(list));
        } else if path.extension().is_some_and(|extension| extension == "json") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

struct Loading {
    lists: WarningLists,
    problems: Vec<LoadProblem>,
    bounds: Bounds,
    substrings: Vec<(String, ListId)>,
}

/// Entries of a file that were left out: how many, and one of them with what is wrong.
#[derive(Default)]
struct LeftOut {
    count: usize,
    first: Option<String>,
}

impl LeftOut {
    fn add(&mut self, entry: &str, why: impl std::fmt::Display) {
        self.count += 1;
        self.first.get_or_insert_with(|| format!("\"{}\": {why}", entry.chars().take(60).collect::<String>()));
    }
}

impl Loading {
    fn problem(&mut self, file: &Path, reason: impl Into<String>, is_whole: bool) {
        self.problems.push(LoadProblem { file: file.to_path_buf(), reason: reason.into(), is_whole });
    }

    fn file(&mut self, path: &Path) {
        match self.read(path) {
            Ok(file) => self.take(path, &file),
            Err(reason) => self.problem(path, reason, true),
        }
    }

    fn read(&self, path: &Path) -> Result<ListFile, String> {
        let file = fs::File::open(path).map_err(|error| format!("it cannot be read: {error}"))?;
        let mut bytes = Vec::new();
        let most = self.bounds.file_bytes;
        file.take(most.saturating_add(1))
            .read_to_end(&mut bytes)
            .map_err(|error| format!("it cannot be read: {error}"))?;
        if bytes.len() as u64 > most {
            return Err(format!("it is larger than {most} bytes"));
        }
        serde_json::from_slice(&bytes).map_err(|error| format!("it is not a warning list: {error}"))
    }

    fn take(&mut self, path: &Path, file: &ListFile) {
        let Some(comparison) = Comparison::named(&file.kind) else {
            let kind: String = file.kind.chars().take(40).collect();
            let known = "string, substring, hostname, cidr and regex are known";
            return self.problem(path, format!("there is no type \"{kind}\": {known}"), true);
        };
        let applies = Applies::of(&file.matching_attributes);
        // Hashes and file names are nothing that is judged here, and that is no mistake of the file.
        if applies == Applies::NOTHING {
            return;
        }
        if self.lists.entries.saturating_add(file.list.len()) > self.bounds.entries {
            let most = self.bounds.entries;
            return self.problem(path, format!("with it there would be more than {most} entries in all"), true);
        }
        let Ok(number) = ListId::try_from(self.lists.lists.len()) else {
            return self.problem(path, "there are too many lists", true);
        };
        let basis = Arc::new(Basis {
            list: one_line(&file.name, 120),
            origin: origin(path, &file.description),
            date: match &file.version {
                serde_json::Value::Number(version) => Some(version.to_string()),
                serde_json::Value::String(version) => Some(one_line(version, 40)),
                _ => None,
            },
        });
        self.lists.lists.push(Listed { basis, applies });
        let mut left_out = LeftOut::default();
        for entry in &file.list {
            let before = left_out.count;
            self.entry(comparison, entry, number, &mut left_out);
            self.lists.entries += usize::from(left_out.count == before);
        }
        if let Some(first) = left_out.first {
            let (count, all) = (left_out.count, file.list.len());
            let reason = format!("{count} of {all} entries are left out, for example {first}");
            self.problem(path, reason, count == all);
        }
    }

    fn entry(&mut self, comparison: Comparison, entry: &str, list: ListId, left_out: &mut LeftOut) {
        let text = entry.trim();
        if text.is_empty() {
            return left_out.add(entry, "it is empty");
        }
        match comparison {
            Comparison::String => self.lists.add_string(text, list),
            Comparison::Hostname => {
                // Some lists write the dot in front of what everything below is meant by.
                match HostName::parse(text.trim_start_matches("*.").trim_start_matches('.')) {
                    Ok(host) => self.lists.add_host(host.as_str(), list),
                    Err(_) => left_out.add(entry, "it is not a host name"),
                }
            }
            Comparison::Cidr => {
                match text.parse::<IpNet>().or_else(|_| text.parse::<std::net::IpAddr>().map(IpNet::from)) {
                    Ok(network) => self.lists.add_network(network, list),
                    Err(_) => left_out.add(entry, "it is not a network"),
                }
            }
            Comparison::Regex => {
                if self.lists.expressions.len() >= self.bounds.expressions {
                    return left_out.add(entry, "there are too many regular expressions in all");
                }
                let (pattern, ignores_case) = without_delimiters(text);
                let expression = RegexBuilder::new(pattern)
                    .case_insensitive(ignores_case)
                    .size_limit(self.bounds.expression_bytes)
                    .dfa_size_limit(self.bounds.expression_bytes)
                    .build();
                match expression {
                    Ok(expression) => self.lists.expressions.push((expression, list)),
                    Err(regex::Error::CompiledTooBig(_)) => left_out.add(entry, "it is too large when compiled"),
                    Err(_) => left_out.add(entry, "it is not a regular expression that can be used here"),
                }
            }
            Comparison::Substring if text.chars().count() < SHORTEST_SUBSTRING => {
                left_out.add(entry, format_args!("it is shorter than {SHORTEST_SUBSTRING} characters"));
            }
            Comparison::Substring if self.substrings.len() >= self.bounds.substrings => {
                left_out.add(entry, "there are too many substrings in all");
            }
            Comparison::Substring => self.substrings.push((text.to_lowercase(), list)),
        }
    }

    fn finish(mut self, folder: &Path) -> (WarningLists, Vec<LoadProblem>) {
        if !self.substrings.is_empty() {
            let lists = self.substrings.iter().map(|(_, list)| *list).collect();
            match AhoCorasick::new(self.substrings.iter().map(|(text, _)| text)) {
                Ok(automaton) => self.lists.substrings = Some((automaton, lists)),
                Err(error) => self.problem(folder, format!("the substrings cannot be used: {error}"), false),
            }
        }
        (self.lists, self.problems)
    }
}

/// The expression between the delimiters that the lists' own software writes, and whether case is ignored:
/// `/^(noc|abuse)@/i`. An expression without delimiters ignores case, as names and mailboxes do.
fn without_delimiters(text: &str) -> (&str, bool) {
    let inner = text.strip_prefix('/').and_then(|rest| rest.rsplit_once('/'));
    match inner.filter(|(_, flags)| flags.chars().all(|flag| flag.is_ascii_alphabetic())) {
        Some((pattern, flags)) => (pattern, flags.contains('i')),
        None => (text, true),
    }
}

/// Where a list is from: the name of its folder, and what it says of itself.
fn origin(path: &Path, description: &str) -> String {
    let is_list = path.file_name().is_some_and(|name| name == "list.json");
    let named = if is_list { path.parent().and_then(Path::file_name) } else { path.file_stem() };
    let named = named.map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let description = one_line(description, 200);
    if description.is_empty() {
        format!("the team's list {named}")
    } else {
        format!("the team's list {named}: {description}")
    }
}

fn one_line(text: &str, most: usize) -> String {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match text.char_indices().nth(most) {
        Some((end, _)) => format!("{}\u{2026}", text.get(..end).unwrap_or_default()),
        None => text,
    }
}
