//! The program: sockets, terminal, configuration.
//!
//! Everything that can be tested without a socket lives in the crates below: what Maltego speaks in `maltego`, what the
//! world knows in `intel`, the pivots in `transforms`. This crate puts them together and opens the doors: [`http`] for
//! Maltego, [`cli`] for people at a terminal. [`app`] is what the doors share.

pub mod app;
pub mod auth;
mod bundled;
pub mod cli;
pub mod config;
pub mod doctor;
pub mod execution;
pub mod housekeeping;
pub mod http;
pub mod install;
mod logging;
pub mod oidc;
mod present;
pub mod runs;
pub mod stores;
pub mod telemetry;
pub mod tls;
