//! Values that say nothing about anybody.
//!
//! A redaction marker or a privacy service's mailbox stands in millions of WHOIS records, and half of the world is behind a
//! few name servers. As nodes on a graph such values join strangers, and a search for them matches everything. So every
//! value is judged, and the [`Verdict`] says what kind of noise it is, why, how sure that is, and by which list or rule:
//! noise is marked, never silently dropped.
//!
//! **Evidence, not substrings.** Judging goes by whole, normalised values; by whole labels from the right; by networks and
//! AS numbers; by what the same record says of its registrar. *Private Limited* is a company, *Redacted Records Ltd* is a
//! label, somebody at `proxy@acme.example` reads that mailbox, and `notcloudflare.com` is somebody's own.
//!
//! **How sure.** [`Confidence::Certain`] is everybody's or nobody's. [`Confidence::Likely`] is shared, though not by all
//! who could be meant. [`Confidence::Possible`] may well be one customer's or one person's own, and nothing may be left out
//! of a search or put together on a graph for it.
//!
//! **Where the facts are.** Lists ship with the project (`lists/*.toml`, each with its origin and date). A team can add
//! [`WarningLists`] of its own in the format of the MISP project. A [`Judge`] knows both and is an argument of whoever
//! judges; the functions of this module know the lists that ship, and nothing else.
//!
//! [`judge`] is for contact values, [`infrastructure`] for names, addresses and mailboxes of those who serve strangers,
//! [`registrar_contact`] for a contact in its record, [`redaction_flag`] for what a protocol says by itself.

mod contact;
mod flags;
pub mod infrastructure;
mod judge;
mod lists;
mod prefixes;
mod registrar;
mod sieve;
mod verdict;
pub mod warning_lists;

pub use contact::judge;
pub(crate) use contact::{fold, judge_phone};
pub use flags::{redaction_flag, redaction_remark};
pub use judge::{Judge, Subject};
pub(crate) use registrar::registrar_domains;
pub use registrar::{Extent, registrar_contact};
pub(crate) use sieve::Sieve;
pub use verdict::{Basis, Confidence, NoiseKind, Verdict};
pub use warning_lists::{LoadProblem, WarningLists};
