//! A team's own lists, in the format of the MISP project's warning lists.
//!
//! A clone of <https://github.com/MISP/misp-warninglists>, or any folder like it, says of millions of names and networks
//! that they are well known: popular sites, resolvers, clouds, scanners, security companies. Each list states what its
//! entries are compared with (`type`) and what sort of value they may be compared to (`matching_attributes`), and both are
//! kept to: a list of mailboxes' domains says nothing about an address.
//!
//! | type | compared | confidence |
//! |---|---|---|
//! | `string` | the whole value, case ignored; of a mailbox its domain as well | likely |
//! | `hostname` | whole labels from the right; of a mailbox its domain | likely |
//! | `cidr` | the address within the network | likely |
//! | `regex` | anywhere in the value, as the expression says | likely |
//! | `substring` | anywhere in the value | possible |
//!
//! **Bounded.** Lists are untrusted input. Files, entries, expressions and substrings are counted, and what is over the
//! bounds is a [`LoadProblem`] that names the file; the others still load. A look-up is a hash for each label of a name or
//! each length of a prefix, however many entries there are; only expressions are tried one after the other. Entries that
//! stand in several lists are kept once.

mod format;
mod load;

use std::{collections::HashMap, net::IpAddr, path::PathBuf, sync::Arc};

use aho_corasick::AhoCorasick;
use ipnet::IpNet;
use regex::Regex;

pub use load::Bounds;

use self::format::Applies;
use super::{Basis, Confidence, NoiseKind, Verdict, prefixes::Prefixes};
use crate::observable::{AutonomousSystem, EmailAddress, HostName};

/// Lists in the form they are asked in.
#[derive(Debug, Default)]
pub struct WarningLists {
    lists: Vec<Listed>,
    entries: usize,
    groups: Groups,
    strings: HashMap<Box<str>, GroupId>,
    hosts: HashMap<Box<str>, GroupId>,
    networks: Prefixes<GroupId>,
    expressions: Vec<(Regex, ListId)>,
    substrings: Option<(AhoCorasick, Vec<ListId>)>,
}

/// What went wrong with a file; the others were loaded.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}: {reason}", file.display())]
pub struct LoadProblem {
    /// The file, or the folder.
    pub file: PathBuf,
    /// What is wrong, in words.
    pub reason: String,
    /// Whether nothing of the file could be used.
    pub is_whole: bool,
}

/// The number of a list.
type ListId = u16;
/// The number of a group of lists.
type GroupId = u32;

/// One list.
#[derive(Debug)]
struct Listed {
    basis: Arc<Basis>,
    applies: Applies,
}

/// Groups of lists that have an entry in common, each once. Nearly all entries stand in one list alone.
#[derive(Debug, Default)]
struct Groups {
    members: Vec<Box<[ListId]>>,
    numbers: HashMap<Box<[ListId]>, GroupId>,
}

impl Groups {
    /// The group of these lists and one more.
    fn with(&mut self, group: Option<GroupId>, list: ListId) -> GroupId {
        let mut members: Vec<ListId> = group.map(|group| self.members(group).to_vec()).unwrap_or_default();
        if members.last() != Some(&list) {
            members.push(list);
        }
        let members = members.into_boxed_slice();
        if let Some(number) = self.numbers.get(&members) {
            return *number;
        }
        let number = GroupId::try_from(self.members.len()).unwrap_or(GroupId::MAX);
        self.members.push(members.clone());
        self.numbers.insert(members, number);
        number
    }

    fn members(&self, group: GroupId) -> &[ListId] {
        usize::try_from(group).ok().and_then(|group| self.members.get(group)).map(AsRef::as_ref).unwrap_or_default()
    }
}

/// A value in the forms that lists compare.
#[derive(Debug)]
pub(super) struct Matter {
    sort: Applies,
    /// The whole value, in lower case.
    text: String,
    /// The name whose labels are compared.
    host: Option<String>,
    address: Option<IpAddr>,
}

impl Matter {
    pub(super) fn name(text: &str) -> Self {
        Self { sort: Applies::NAME, text: text.trim().to_lowercase(), host: None, address: None }
    }

    pub(super) fn phone(text: &str) -> Self {
        Self { sort: Applies::PHONE, ..Self::name(text) }
    }

    pub(super) fn mailbox(email: &EmailAddress) -> Self {
        let host = Some(email.domain().as_str().to_owned());
        Self { sort: Applies::MAILBOX, text: email.as_str().to_lowercase(), host, address: None }
    }

    pub(super) fn host(host: &HostName) -> Self {
        let text = host.as_str().to_owned();
        Self { sort: Applies::HOST, host: Some(text.clone()), text, address: None }
    }

    pub(super) fn address(address: IpAddr) -> Self {
        let address = address.to_canonical();
        Self { sort: Applies::ADDRESS, text: address.to_string(), host: None, address: Some(address) }
    }

    pub(super) fn system(system: AutonomousSystem) -> Self {
        Self { sort: Applies::SYSTEM, ..Self::name(&format!("as{}", system.number())) }
    }
}

impl WarningLists {
    /// How many lists there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.lists.len()
    }

    /// Whether there is no list.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.lists.is_empty()
    }

    /// How many entries all lists have together; one that stands in two lists counts twice.
    #[must_use]
    pub fn entries(&self) -> usize {
        self.entries
    }

    /// The lists that a value is on, each once, in the order of their files.
    pub(super) fn verdicts(&self, matter: Matter) -> Vec<Verdict> {
        let mut found: Vec<(ListId, Confidence)> = Vec::new();
        let mut add = |list: ListId, confidence: Confidence| match found.iter_mut().find(|(known, _)| *known == list) {
            Some((_, known)) => *known = confidence.max(*known),
            None => found.push((list, confidence)),
        };
        let mut add_group = |group: Option<&GroupId>| {
            for list in group.map(|group| self.groups.members(*group)).unwrap_or_default() {
                add(*list, Confidence::Likely);
            }
        };
        add_group(self.strings.get(matter.text.as_str()));
        if let Some(host) = matter.host.as_deref() {
            if host != matter.text {
                add_group(self.strings.get(host));
            }
            let mut name = Some(host);
            while let Some(suffix) = name {
                add_group(self.hosts.get(suffix));
                name = suffix.split_once('.').map(|(_, above)| above);
            }
        }
        if let Some(address) = matter.address {
            self.networks.around(address).for_each(|group| add_group(Some(group)));
        }
        for (expression, list) in &self.expressions {
            if expression.is_match(&matter.text) {
                add(*list, Confidence::Likely);
            }
        }
        if let Some((substrings, lists)) = &self.substrings {
            for found in substrings.find_overlapping_iter(&matter.text) {
                if let Some(list) = lists.get(found.pattern().as_usize()) {
                    add(*list, Confidence::Possible);
                }
            }
        }
        found.sort_unstable_by_key(|(list, _)| *list);
        let verdict = |(list, confidence): (ListId, Confidence)| {
            let listed = self.lists.get(usize::from(list))?;
            let reason = format!("{}: {}", NoiseKind::WarningList.in_words(), listed.basis.list);
            let applies = listed.applies.includes(matter.sort);
            applies.then(|| Verdict::new(NoiseKind::WarningList, reason, confidence, &listed.basis))
        };
        found.into_iter().filter_map(verdict).collect()
    }

    fn add_string(&mut self, text: &str, list: ListId) {
        let key: Box<str> = text.to_lowercase().into();
        let group = self.groups.with(self.strings.get(&key).copied(), list);
        self.strings.insert(key, group);
    }

    fn add_host(&mut self, name: &str, list: ListId) {
        let group = self.groups.with(self.hosts.get(name).copied(), list);
        self.hosts.insert(name.into(), group);
    }

    fn add_network(&mut self, network: IpNet, list: ListId) {
        use std::collections::hash_map::Entry;
        match self.networks.entry(network) {
            Entry::Occupied(mut known) => {
                let group = self.groups.with(Some(*known.get()), list);
                known.insert(group);
            }
            Entry::Vacant(place) => {
                place.insert(self.groups.with(None, list));
            }
        }
    }
}

#[cfg(test)]
mod tests;
