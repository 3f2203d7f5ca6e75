//! Asking cases, for the tests that do.

#![allow(dead_code, unreachable_pub, reason = "each test file uses its own part of it")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "the helpers of a test are test code too")]

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use intel::{
    Lookup, Moment, Page, Provider, Record, ReverseWhoisTerm, Sighting, Step, WhoisRecord,
    observable::{EmailAddress, HostName, OrganizationName, PersonName, PhoneNumber},
    provider::{
        Call,
        case::{Case, CaseProvider},
    },
};

/// The folder of the bundled cases.
pub fn cases_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../cases")
}

/// A bundled case.
pub fn bundled(name: &str) -> Arc<Case> {
    let case = Case::from_folder(&cases_folder().join(name)).unwrap_or_else(|errors| panic!("{name}: {errors}"));
    Arc::new(case)
}

/// A case of a few lines.
pub fn small_case(name: &str, as_of: &str, records: &str) -> Arc<Case> {
    let about = format!("format = 1\nname = \"{name}\"\ntitle = \"T\"\nsummary = \"S\"\nas_of = {as_of}\n");
    let files = [("case.toml".to_owned(), about.into_bytes()), ("records.jsonl".to_owned(), records.into())];
    Arc::new(Case::from_files(files).unwrap_or_else(|errors| panic!("{errors}")))
}

pub fn ask(provider: &CaseProvider, lookup: &Lookup, step: &Step) -> Page {
    match provider.call(lookup, step).unwrap() {
        Call::Known(page) => page,
        call => panic!("a case went online: {call:?}"),
    }
}

pub fn first_page(provider: &CaseProvider, lookup: &Lookup) -> Page {
    ask(provider, lookup, &Step::Page(None))
}

/// What an empty answer says.
pub fn note(provider: &CaseProvider, lookup: &Lookup) -> String {
    let page = first_page(provider, lookup);
    assert_eq!(page.records, [], "{lookup:?}");
    let [note] = page.notes.as_slice() else { panic!("{:?}", page.notes) };
    note.clone()
}

pub fn sightings(page: &Page) -> Vec<Sighting> {
    page.records
        .iter()
        .map(|record| match record {
            Record::Sighting(sighting) => sighting.clone(),
            other => panic!("not a sighting: {other:?}"),
        })
        .collect()
}

pub fn names(page: &Page) -> Vec<String> {
    sightings(page).into_iter().map(|sighting| sighting.name.to_string()).collect()
}

pub fn whois(page: &Page) -> Vec<WhoisRecord> {
    page.records
        .iter()
        .map(|record| match record {
            Record::Whois(record) => (**record).clone(),
            other => panic!("not a WHOIS record: {other:?}"),
        })
        .collect()
}

pub fn host(text: &str) -> HostName {
    HostName::parse(text).unwrap()
}

pub fn day(text: &str) -> Option<Moment> {
    Some(text.parse().unwrap())
}

pub fn mailbox(text: &str) -> EmailAddress {
    EmailAddress::parse(text).unwrap()
}

pub fn person(name: &str) -> ReverseWhoisTerm {
    ReverseWhoisTerm::Person(PersonName::parse(name).unwrap())
}

pub fn email(address: &str) -> ReverseWhoisTerm {
    ReverseWhoisTerm::Email(mailbox(address))
}

pub fn phone(number: &str) -> ReverseWhoisTerm {
    ReverseWhoisTerm::Phone(PhoneNumber::parse(number).unwrap())
}

pub fn organization(name: &str) -> ReverseWhoisTerm {
    ReverseWhoisTerm::Organization(OrganizationName::parse(name).unwrap())
}
