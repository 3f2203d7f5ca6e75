//! Names as sources write them: in rows, and in certificates.

use std::collections::BTreeMap;

use crate::{
    moment::Moment,
    observable::HostName,
    record::{Certificate, Sighting},
};

/// A host name as sources write it. Stricter than what people may paste: an address, a mailbox or a phrase in a row is
/// not the host name that could be found in it.
pub(super) fn host(text: &str) -> Option<HostName> {
    let can_be_in_names = |c: char| !c.is_ascii() || c.is_ascii_alphanumeric() || "-_.*".contains(c);
    text.chars().all(can_be_in_names).then(|| HostName::parse(text).ok()).flatten()
}

/// A host name in a certificate, perhaps behind a star; nothing else that may stand there.
pub(super) fn certified(text: &str) -> Option<String> {
    let (star, name) = match text.strip_prefix("*.") {
        Some(name) => ("*.", name),
        None => ("", text),
    };
    let can_be_in_names = |c: char| !c.is_ascii() || c.is_ascii_alphanumeric() || "-_.".contains(c);
    let name = HostName::parse(name).ok().filter(|_| name.contains('.') && name.chars().all(can_be_in_names))?;
    Some(format!("{star}{name}"))
}

/// The names below a domain, each with the days on which certificates for it began.
pub(super) fn names_below(certificates: &[Certificate], domain: &HostName) -> Vec<Sighting> {
    let mut found: BTreeMap<HostName, (Option<Moment>, Option<Moment>)> = BTreeMap::new();
    let ending = format!(".{domain}");
    for certificate in certificates {
        for name in &certificate.names {
            let name = name.strip_prefix("*.").unwrap_or(name);
            let Some(name) = HostName::parse(name).ok().filter(|name| name.as_str().ends_with(&ending)) else {
                continue;
            };
            let began = certificate.not_before;
            let (first, last) = found.entry(name).or_insert((began, began));
            *first = [*first, began].into_iter().flatten().min();
            *last = [*last, began].into_iter().flatten().max();
        }
    }
    let sighting = |(name, (first_seen, last_seen))| Sighting { name, first_seen, last_seen, registrar: None };
    found.into_iter().map(sighting).collect()
}
