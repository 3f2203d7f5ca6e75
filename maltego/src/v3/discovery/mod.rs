//! What clients fetch before the first run: who the server is, what it offers, and what that consists of.
//!
//! Each document is a plain structure with public members: whoever serves it fills in what it knows and the structure
//! takes care of the spelling. Members without a value are left out, with the exceptions that the protocol makes: the
//! hub item writes every null, the seed writes a null disclaimer, and a map of versions keeps the null of a type that
//! has none. Empty lists, `false` and 0 are always written.
//!
//! Nothing here is specific to one client. What a client may not see is decided by [`negotiate`](super::negotiate).

mod asset;
mod entity;
mod server;
mod transform;

pub use asset::{Assets, Icon, IconImage, Machine, MachineReferences, OAuthService, TransformSet, transform_sets};
pub use entity::{Action, ActionKind, EntityDefinition, EntityProperties, Field, OverlayDefinition, RegexConverter};
pub use server::{Application, CapabilityDocument, CapabilityEntry, Health, HubItem, HubProvider, Seed, Status};
pub use transform::{Publisher, Setting, Signature, SignatureKind, Transform, Transforms, setting_name};
