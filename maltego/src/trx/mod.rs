//! The classic XML dialect (TRX): desktop clients, transform distribution servers and local transforms speak it.
//!
//! One run is one request message in and one response (or exception) message out; no state, no signature and no
//! request identifier ties them together. This module turns bytes into a [`Request`] and results into text. Sockets,
//! status codes and routes are none of its business: whoever owns those hands over a body and a charset.
//!
//! * [`read`] is suspicious. A request comes from anyone who can reach the server, so it is bounded in every
//!   direction, refuses document types and never repeats in an error what the request carried.
//! * [`mod@write`] is careful. One character that XML forbids makes a client throw away the whole answer, and most text in
//!   an answer was typed by strangers into some register, so every position is filtered and escaped.
//! * [`discovery`] lists what a server offers, in the two messages that clients fetch before they run anything.
//! * [`text`] is how a typed [`Value`](crate::Value) looks here, where everything is text, and [`characters`] is what
//!   XML can carry at all.

pub mod characters;
pub mod discovery;
mod markup;
pub mod read;
pub mod text;
pub mod write;

pub use discovery::{Application, write_seed, write_transform_list};
pub use read::{Bound, Bounds, ReadError, Request, read_request};
pub use text::render;
pub use write::{is_writable, write_exception, write_response};
