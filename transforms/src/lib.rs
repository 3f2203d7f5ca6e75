//! The pivots: which fact becomes which entity.
//!
//! This is the one place where the two vocabularies meet. A transform takes an entity from the graph, makes an
//! observable of it, asks the [desk](intel::desk) one lookup, and turns the records that come back into entities and
//! links. It knows nothing of HTTP, of dialects or of sources.
//!
//! A transform writes into a [`Sink`] and does not know who reads it: the classic dialect collects everything into one
//! message, the JSON dialect streams events, the command line prints. Everything about a transform that anybody else
//! needs to know stands in its [`Declaration`], once; routes, discovery documents, archives, tables and pages are
//! generated from the [`Catalogue`].
//!
//! A family is a module; adding a transform is a declaration, a `run`, and one line in [`Catalogue::standard`].

mod catalogue;
mod consent;
mod contacts;
mod declaration;
mod entities;
mod error;
mod gather;
mod names;
mod noise;
mod observables;
pub mod own_types;
mod run;
pub mod sets;
pub mod settings;
mod sink;
#[cfg(test)]
mod testing;
mod walk;

mod certificates;
mod dns_history;
mod dns_records;
mod ip_location;
mod mail_senders;
mod mailbox;
mod neighbours;
mod netblock_domains;
mod networks;
mod ownership_eras;
mod pointers;
mod registry;
mod reputation;
mod reverse_hosts;
mod reverse_whois;
mod shared_values;
mod similar_names;
mod subdomains;
mod threats;
mod website;
mod whois_comparison;
mod whois_current;
mod whois_entity;
mod whois_findings;
mod whois_historic;
mod whois_history;
mod whois_record;
mod whois_selection;

pub use catalogue::{Catalogue, NAMESPACE};
pub use declaration::{Declaration, PriceClass};
pub use entities::{EVIDENCE, OBSERVED, RETRIEVED, SOURCE};
pub use error::RunError;
pub use noise::{NOISE, NOISE_CONFIDENCE, NOISE_LIMIT, NOISE_REASON, NOISE_SOURCE, NoiseMarker};
pub use run::{Run, Transform};
pub use sink::{Collector, Consent, Progress, Purchase, Sink};
