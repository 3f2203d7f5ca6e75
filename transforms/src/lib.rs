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
mod declaration;
mod entities;
mod error;
mod observables;
mod run;
pub mod sets;
pub mod settings;
mod sink;
mod walk;

mod dns_records;
mod reverse_ns;
mod reverse_whois;
mod subdomains;
mod whois_history;
mod whois_record;

pub use catalogue::{Catalogue, NAMESPACE};
pub use declaration::{Declaration, PriceClass};
pub use entities::{OBSERVED, RETRIEVED, SOURCE};
pub use error::RunError;
pub use run::{Run, Transform};
pub use sink::{Collector, Consent, Progress, Purchase, Sink};
