//! WhoisXML API as the desk sees it: every request to the byte, every recorded answer to the value, and every way in
//! which an answer can be odd. One file per service, and four for what holds for all of them: `terms`, `failures`,
//! `odd_answers`, `whatever_comes`.

#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "helpers of tests may be as blunt as tests: a panic here is a failed test"
)]

mod balance;
mod bulk;
mod discovery;
mod dns_history;
mod dns_lookup;
mod failures;
mod history;
mod name_pages;
mod odd_answers;
#[path = "../../../tests/support/recorded.rs"]
mod recorded;
mod reverse_dns;
mod reverse_whois;
mod ssl_certificates;
mod subdomains;
mod support;
mod terms;
mod whatever_comes;
mod whois;
