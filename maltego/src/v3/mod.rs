//! The JSON dialect: the third generation of the protocol, versions 3.1 to 3.3.
//!
//! A classic client sends one entity and waits for one answer. A client of this dialect *starts a run*, polls it, and
//! applies the events it finds: entities, links, messages and questions, each in the order in which they happened.
//! Everything around that is documents: a seed that says where the server is, a list of transforms, and the assets
//! (entity types, icons, machines, sets) that belong to them.
//!
//! This module is the wire and nothing else. It opens no socket, keeps no run and reads no clock: whoever calls it
//! brings the bytes, the time and the randomness. One file is one side of the conversation:
//!
//! * [`discovery`]: documents that clients fetch before the first run;
//! * [`negotiate`]: what a client says about itself, and what it must therefore not be shown;
//! * [`request`]: a run request, read leniently, into [`Input`](crate::Input)s;
//! * [`event`]: one result, link, message or question, rendered once and never again;
//! * [`run`]: the answers about a run, made of frozen events;
//! * [`problem`]: what an error looks like.
//!
//! There is no published description of this dialect. What is known comes from *the peer*, the vendor's own open
//! source server library, whose behaviour on the wire is what clients have met; rules here are its rules unless a
//! comment says otherwise. Names follow the peer's spelling to the letter, oddities included (`oAuthService` here,
//! `oauth` there), since a client that does not find a member takes a default without a word.

pub mod discovery;
pub mod event;
pub mod negotiate;
pub mod problem;
pub mod request;
pub mod run;

mod time;
mod value;
