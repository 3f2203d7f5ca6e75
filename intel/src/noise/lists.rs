//! The lists that ship with the project.
//!
//! Each list is a file in `lists/` beside this module: a title, where its entries come from, when it was put together, how
//! sure it is, and groups of entries of one kind. An origin says so where nobody has re-checked entries at their source. A file is a list of facts that anybody can correct without knowing Rust;
//! tests hold every file to its form (it parses, it is sorted, nothing stands twice, everything is in the form that
//! values are compared in).
//!
//! A file is parsed once, when the first value of its sort is judged. It cannot fail then: the tests have read it.

use std::sync::Arc;

use serde::Deserialize;

use super::{Basis, Confidence, NoiseKind, Verdict};

/// A list as it stands in the program.
#[derive(Debug, Clone, Copy)]
pub(super) struct List {
    /// Its name, which is that of its file.
    pub(super) name: &'static str,
    text: &'static str,
}

macro_rules! lists {
    ($($(#[$doc:meta])* $constant:ident = $name:literal;)*) => {
        $($(#[$doc])* pub(super) const $constant: List =
            List { name: $name, text: include_str!(concat!("lists/", $name, ".toml")) };)*
        /// Every list.
        #[cfg(test)]
        pub(super) const ALL: &[List] = &[$($constant),*];
    };
}

lists! {
    /// Beginnings of markers and services.
    BEGINNINGS = "beginnings";
    /// Domains of disposable mailboxes.
    DISPOSABLE_MAIL = "disposable-mail";
    /// Domains of dynamic DNS services.
    DYNAMIC_DNS = "dynamic-dns";
    /// What means unknown.
    FILLERS = "fillers";
    /// Domains of mailboxes for anybody.
    FREE_MAIL = "free-mail";
    /// What SPF policies include.
    MAIL_SENDERS = "mail-senders";
    /// What takes mail.
    MAIL_SERVERS = "mail-servers";
    /// What zones are served from.
    NAME_SERVERS = "name-servers";
    /// Networks of content networks and site builders.
    NETWORKS_CONTENT = "networks-content";
    /// Networks of parking services.
    NETWORKS_PARKING = "networks-parking";
    /// Addresses of sinkholes.
    NETWORKS_SINKHOLES = "networks-sinkholes";
    /// Mailboxes of privacy services.
    PRIVACY_MAILBOXES = "privacy-mailboxes";
    /// Phone numbers of privacy services.
    PRIVACY_PHONES = "privacy-phones";
    /// Names of privacy services.
    PRIVACY_SERVICES = "privacy-services";
    /// Mailboxes of hosters and registrars.
    PROVIDER_MAILBOXES = "provider-mailboxes";
    /// What stands in place of a redacted value.
    REDACTION_MARKERS = "redaction-markers";
    /// Local parts that are desks.
    ROLE_MAILBOXES = "role-mailboxes";
    /// Names that are desks.
    ROLE_TITLES = "role-titles";
    /// Autonomous systems.
    SYSTEMS = "systems";
    /// What web sites are served from.
    WEB_HOSTS = "web-hosts";
}

/// The form of a file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[cfg_attr(not(test), expect(dead_code, reason = "for people who read the file"))]
    title: String,
    source: String,
    date: String,
    confidence: Confidence,
    groups: Vec<Group>,
}

/// Entries of one kind.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Group {
    kind: NoiseKind,
    /// Instead of the file's.
    confidence: Option<Confidence>,
    /// Instead of the file's.
    source: Option<String>,
    /// Who runs all of `values`.
    operator: Option<String>,
    tail: Option<Tail>,
    #[serde(default)]
    values: Vec<String>,
    /// Value and operator.
    #[serde(default)]
    entries: Vec<(String, String)>,
}

/// What may follow a beginning.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Tail {
    /// One customer number or code: digits, or letters and digits mixed.
    Code,
    /// A sentence or an address of the service's own.
    Anything,
}

/// One entry of a list.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub(super) value: String,
    /// Who runs it; empty where nobody does.
    pub(super) operator: String,
    pub(super) kind: NoiseKind,
    pub(super) confidence: Confidence,
    pub(super) tail: Option<Tail>,
    pub(super) basis: Arc<Basis>,
}

impl Entry {
    /// The entry's verdict with a reason of its own.
    pub(super) fn verdict(&self, reason: impl Into<String>) -> Verdict {
        Verdict::new(self.kind, reason, self.confidence, &self.basis)
    }
}

impl List {
    fn read(self) -> Result<File, toml::de::Error> {
        toml::from_str(self.text)
    }

    /// The entries in the order of the file.
    pub(super) fn entries(self) -> Vec<Entry> {
        let Ok(file) = self.read() else { return Vec::new() };
        let mut entries = Vec::new();
        for group in file.groups {
            let basis = Arc::new(Basis {
                list: self.name.to_owned(),
                origin: group.source.unwrap_or_else(|| file.source.clone()),
                date: Some(file.date.clone()),
            });
            let operator = group.operator.unwrap_or_default();
            let values = group.values.into_iter().map(|value| (value, operator.clone()));
            entries.extend(values.chain(group.entries).map(|(value, operator)| Entry {
                value,
                operator,
                kind: group.kind,
                confidence: group.confidence.unwrap_or(file.confidence),
                tail: group.tail,
                basis: Arc::clone(&basis),
            }));
        }
        entries
    }
}

#[cfg(test)]
mod tests {
    use std::{collections::HashMap, net::IpAddr};

    use super::*;
    use crate::{
        noise::contact::fold,
        observable::{HostName, PersonName, PhoneNumber},
    };

    #[test]
    fn every_list_says_where_it_comes_from_and_as_of_when() {
        for list in ALL {
            let file = list.read().unwrap_or_else(|error| panic!("{}: {error}", list.name));
            assert!(file.title.len() > 5 && file.source.len() > 10, "{}", list.name);
            assert!(
                file.date.parse::<jiff::civil::Date>().is_ok()
                    || format!("{}-01", file.date).parse::<jiff::civil::Date>().is_ok(),
                "{}",
                list.name
            );
            assert!(list.text.starts_with("# "), "{} does not say what it is", list.name);
            assert!(!list.entries().is_empty(), "{}", list.name);
            for group in &file.groups {
                assert!(
                    group.values.is_empty() != group.entries.is_empty(),
                    "{}: a group is values or entries",
                    list.name
                );
                assert!(group.entries.is_empty() || group.operator.is_none(), "{}", list.name);
                assert_eq!(group.tail.is_some(), list.name == BEGINNINGS.name);
            }
        }
    }

    #[test]
    fn every_file_is_a_list() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/noise/lists");
        let mut files: Vec<String> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().path().file_stem().unwrap().to_string_lossy().into_owned())
            .collect();
        files.sort();
        assert_eq!(files, ALL.iter().map(|list| list.name).collect::<Vec<_>>());
    }

    /// What the values of a list are sorted by.
    fn order(list: List, value: &str) -> (bool, u128, String) {
        if let Ok(network) = value.parse::<ipnet::IpNet>() {
            let number = match network.addr() {
                IpAddr::V4(address) => u128::from(u32::from(address)),
                IpAddr::V6(address) => u128::from(address),
            };
            return (network.addr().is_ipv6(), number, String::new());
        }
        if list.name == SYSTEMS.name {
            return (false, value.parse().unwrap(), String::new());
        }
        (false, 0, value.to_lowercase())
    }

    #[test]
    fn every_group_is_sorted_and_nothing_stands_twice_in_a_list() {
        for list in ALL {
            let file = list.read().unwrap();
            let mut seen: HashMap<String, String> = HashMap::new();
            for group in &file.groups {
                let values: Vec<&String> =
                    group.values.iter().chain(group.entries.iter().map(|(value, _)| value)).collect();
                for pair in values.windows(2) {
                    assert!(
                        order(*list, pair[0]) < order(*list, pair[1]),
                        "{}: {} before {}",
                        list.name,
                        pair[0],
                        pair[1]
                    );
                }
                for value in values {
                    // What is compared folded must not stand there in two spellings.
                    let key = match list.name {
                        "beginnings" | "fillers" | "privacy-services" | "redaction-markers" => fold(value),
                        _ => value.clone(),
                    };
                    if let Some(other) = seen.insert(key, value.clone()) {
                        panic!("{}: {value:?} and {other:?} are the same", list.name);
                    }
                }
            }
        }
    }

    #[test]
    fn names_numbers_and_networks_are_in_the_form_they_are_compared_in() {
        for list in [WEB_HOSTS, NAME_SERVERS, MAIL_SERVERS, MAIL_SENDERS, PROVIDER_MAILBOXES] {
            for entry in list.entries() {
                let name = entry.value.strip_prefix("*.").unwrap_or(&entry.value).replace('#', "0");
                assert_eq!(HostName::parse(&name).unwrap().as_str(), name, "{}", list.name);
                assert!(name.contains('.'), "{} would swallow a whole top level", entry.value);
                assert!(!entry.operator.is_empty(), "{}", entry.value);
            }
        }
        for list in [FREE_MAIL, DISPOSABLE_MAIL, DYNAMIC_DNS, PRIVACY_MAILBOXES] {
            for entry in list.entries() {
                assert_eq!(HostName::parse(&entry.value).unwrap().as_str(), entry.value);
                assert!(entry.value.contains('.'), "{}", entry.value);
            }
        }
        for list in [NETWORKS_CONTENT, NETWORKS_PARKING, NETWORKS_SINKHOLES] {
            for entry in list.entries() {
                let network: ipnet::IpNet = entry.value.parse().unwrap_or_else(|_| panic!("{}", entry.value));
                assert_eq!(network.trunc().to_string(), entry.value, "{}", list.name);
                assert!(!entry.operator.is_empty(), "{}", entry.value);
            }
        }
        for entry in PRIVACY_PHONES.entries() {
            assert_eq!(PhoneNumber::parse(&format!("+{}", entry.value)).unwrap().digits(), entry.value);
        }
        for entry in ROLE_TITLES.entries() {
            assert_eq!(PersonName::parse(&entry.value).unwrap().folded(), entry.value);
        }
        for entry in ROLE_MAILBOXES.entries() {
            assert!(entry.value.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit()), "{}", entry.value);
        }
        for list in [FILLERS, PRIVACY_SERVICES, REDACTION_MARKERS] {
            for entry in list.entries() {
                let value = &entry.value;
                assert!(!fold(value).is_empty(), "{value:?} would make everything without letters noise");
            }
        }
        for entry in BEGINNINGS.entries() {
            assert!(fold(&entry.value).split(' ').count() > 1, "{} is too short to decide by", entry.value);
        }
    }

    /// A mailbox for anybody is somebody's own; were its domain on another list as well, it would be taken away from them.
    #[test]
    fn no_domain_gives_mailboxes_to_anybody_and_to_nobody() {
        let free: Vec<String> = FREE_MAIL.entries().into_iter().map(|entry| entry.value).collect();
        for list in [DISPOSABLE_MAIL, PRIVACY_MAILBOXES, DYNAMIC_DNS] {
            for entry in list.entries() {
                assert!(!free.contains(&entry.value), "{} is in {} as well", entry.value, list.name);
            }
        }
    }
}
