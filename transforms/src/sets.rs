//! The transform sets, cut by who learns of the question: an analyst may run a whole set only if all of them may.
//!
//! The names stand in `maltego-config/sets.toml` with their descriptions; a test of the program holds the two together.

/// Who registered a name, now and before.
pub const REGISTRATION: &str = "Namehound: registration";
/// What else belongs to a person, mailbox, phone, organisation or name server.
pub const REVERSE_LOOKUPS: &str = "Namehound: reverse lookups";
/// Hosts, addresses and networks from collected data.
pub const INFRASTRUCTURE: &str = "Namehound: infrastructure";
/// Answers that the target's own name servers or hosts may see.
pub const LIVE: &str = "Namehound: live";
