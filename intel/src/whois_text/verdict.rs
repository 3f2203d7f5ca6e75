//! What kind of answer a text is.
//!
//! A record is the strongest evidence: what names a registrar, a date or a name server is of a registered name, whatever
//! the terms around it talk about. Only where there is none do sentences decide. Those that refuse come first, since a
//! registry that is tired of us says nothing about the name; of the others, *reserved* comes before *available*, since
//! "not available for registration" is the opposite of what half of its words say.

use super::{
    Class,
    line::{Line, Shape, fold},
    reader::Reading,
    rules::Library,
};

/// A paragraph of more lines is the registry's terms.
const LONGEST_ANSWER: usize = 5;

/// A longer line is a paragraph of its own, and of the terms.
const LONGEST_SENTENCE: usize = 250;

/// Decides.
pub(super) fn class(lines: &[Line<'_>], reading: &Reading, library: &Library) -> Class {
    if lines.iter().all(|line| line.shape == Shape::Blank) {
        // A server that closes the connection without a word is one that was asked too often.
        return Class::Throttled;
    }
    let status = reading.statuses.iter().find_map(|status| of_status(&fold(status), library));
    let says_something = reading.says_something();
    match status {
        Some(class @ (Class::Available | Class::Error | Class::Reserved)) if !is_complete(reading) => return class,
        _ => {}
    }
    let said = said(lines, library);
    if is_complete(reading) {
        return Class::Registered;
    }
    // A name and one thing about it: "organisation: Not assigned" weighs more than the date below.
    if says_something && reading.domain.is_some() && said != Some(Class::Available) {
        return Class::Registered;
    }
    if let Some(class) = said {
        return class;
    }
    if let Some(class) = status {
        return if class == Class::Registered && reading.domain.is_none() { Class::Unknown } else { class };
    }
    if says_something { Class::Registered } else { Class::Unknown }
}

/// What the sentences of a text say, the weightiest first: see the head of this file.
fn said(lines: &[Line<'_>], library: &Library) -> Option<Class> {
    let kinds = [
        (&library.throttled, Class::Throttled),
        (&library.invalid, Class::Error),
        (&library.offered, Class::Available),
        (&library.reserved, Class::Reserved),
        (&library.available, Class::Available),
        (&library.error, Class::Error),
    ];
    let text = |line: &Line<'_>| match line.shape {
        Shape::Blank => String::new(),
        Shape::Comment(text) => fold(text),
        Shape::Pair(..) | Shape::Bare => fold(line.text),
    };
    let folded: Vec<String> = lines.iter().map(text).collect();
    folded
        .split(String::is_empty)
        .flat_map(|paragraph| {
            // Terms of use talk about limits and reserved rights; what is said about the question is short.
            let names_terms = |line: &String| library.terms.iter().any(|term| line.contains(term.as_str()));
            let are_terms = paragraph.len() > 2 && paragraph.iter().any(names_terms);
            let heard = if paragraph.len() > LONGEST_ANSWER || are_terms { 2 } else { paragraph.len() };
            paragraph.iter().take(heard)
        })
        .filter(|line| line.len() <= LONGEST_SENTENCE)
        .filter_map(|line| kinds.iter().position(|(phrases, _)| phrases.fit(line)))
        .min()
        .and_then(|kind| kinds.get(kind))
        .map(|(_, class)| *class)
}

/// Enough for nobody to call the name free.
fn is_complete(reading: &Reading) -> bool {
    let dates = [reading.created, reading.updated, reading.expires].iter().flatten().count();
    let rest = usize::from(reading.registrar.name.is_some())
        + usize::from(!reading.name_servers.is_empty())
        + usize::from(!reading.contacts.is_empty());
    dates + rest >= 2
}

/// What a status word says.
fn of_status(status: &str, library: &Library) -> Option<Class> {
    let begins = |words: &[String]| {
        words
            .iter()
            .any(|word| status.strip_prefix(word.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with(' ')))
    };
    let statuses = &library.statuses;
    // "not available" begins like nothing that is available; the longer lists go first.
    if begins(&statuses.registered) {
        return Some(Class::Registered);
    }
    if begins(&statuses.reserved) {
        return Some(Class::Reserved);
    }
    if begins(&statuses.available) {
        return Some(Class::Available);
    }
    if begins(&statuses.invalid) {
        return Some(Class::Error);
    }
    // The status words of EPP (RFC 5731 §2.3) are those of names that exist.
    let epp = ["client", "server", "pending", "auto", "redemption", "add", "transfer", "renew"];
    epp.iter().any(|word| status.starts_with(word)).then_some(Class::Registered)
}
