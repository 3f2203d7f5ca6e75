//! What Maltego speaks.
//!
//! Maltego is a graph program for investigators. It asks *transform servers* questions about one thing on its
//! graph and draws what comes back. This crate is the vocabulary of that conversation and nothing else: it knows
//! no data provider, opens no socket and reads no configuration.
//!
//! There is one model and there are several dialects. The model is [`Entity`] with typed [`Value`]s, what came in
//! is [`Input`] with [`Settings`] and [`Limits`], and what a server offers is [`TransformDefinition`]. A dialect is
//! a module that renders the model and reads requests into it:
//!
//! * [`trx`]: the classic XML messages that desktop clients, transform distribution servers (TDS) and local
//!   transforms exchange.
//! * [`v3`]: the JSON documents, requests and events of the protocol's third generation.
//!
//! What is true of an entity type wherever it appears (which property is *the* value, which properties must be
//! equal before two nodes merge) lives in [`entity_types`], never in the code that makes an entity.

pub mod archive;
pub mod config_data;
pub mod entity;
pub mod entity_types;
pub mod input;
pub mod listing;
pub mod local;
pub mod message;
pub mod setting;
pub mod tds;
pub mod transform;
pub mod trx;
pub mod v3;
pub mod value;

pub use entity::{
    Bookmark, DisplayContent, DisplayInformation, Entity, LabelVisibility, LineStyle, Link, LinkDirection,
    MatchingRule, Overlay, OverlayKind, OverlayPosition, Property,
};
pub use entity_types::{EntityType, PropertyDefinition};
pub use input::{Input, InputProperty, Limits};
pub use listing::{Listing, Publisher};
pub use message::{Message, MessageKind};
pub use setting::{SettingDefinition, SettingError, SettingKind, Settings};
pub use transform::{InputKind, TransformDefinition};
pub use value::{Colour, DateRange, Value, ValueType};
