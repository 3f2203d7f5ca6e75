//! What the world knows about names.
//!
//! An investigator asks *who and what stands behind this?* This crate turns that into machinery: the thing asked
//! about is an [`observable`], the question is a [`Lookup`], a source that can answer it is a [`Provider`], what comes
//! back is an [`Answer`] made of [`Record`]s, and the only way to ask anything is the [`desk`]. It knows nothing of
//! Maltego, of entities or of the doors that questions come in through.
//!
//! The clock, the network and randomness are arguments everywhere, so that tests neither sleep nor go online.

pub mod answer;
pub mod clock;
pub mod credits;
pub mod desk;
pub mod error;
pub mod lookup;
pub mod moment;
pub mod noise;
pub mod observable;
pub mod provider;
pub mod record;
pub mod upstream;

pub use answer::{Answer, Page, Provenance, Total};
pub use clock::{Clock, SystemClock};
pub use credits::Credits;
pub use error::{AskError, ProviderError};
pub use lookup::{Lookup, LookupKind, ReverseWhoisTerm, Scope};
pub use moment::Moment;
pub use provider::{Cursor, Exposure, Offer, Provider, Step};
pub use record::{Contact, DnsRecord, DnsRecordType, Record, Registrar, Sighting, WhoisRecord};
pub use upstream::{HttpRequest, HttpResponse};
