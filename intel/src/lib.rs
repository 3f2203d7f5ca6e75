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
pub mod comparison;
pub mod credits;
pub mod crossmatch;
pub mod desk;
pub mod eras;
pub mod error;
pub mod evidence;
pub mod lookup;
pub mod moment;
pub mod noise;
pub mod observable;
pub mod provider;
pub mod record;
pub mod text_identifier;
pub mod upstream;
pub mod whois_text;

pub use answer::{Answer, Page, Provenance, Total};
pub use clock::{Clock, SystemClock};
pub use credits::Credits;
pub use desk::Count;
pub use error::{AskError, ProviderError};
pub use evidence::EvidenceId;
pub use lookup::{Lookup, LookupKind, ReverseWhoisTerm, Scope, WhoisDates};
pub use moment::Moment;
pub use provider::{Cursor, Exposure, Offer, Provider, Step};
pub use record::{Contact, DnsRecord, DnsRecordType, Network, Record, Registrar, Sighting, WhoisRecord};
pub use upstream::{HttpRequest, HttpResponse};
