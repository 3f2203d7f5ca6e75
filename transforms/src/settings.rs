//! The settings that more than one transform reads.

use maltego::{SettingDefinition, SettingKind};

/// Which WHOIS records a reverse lookup searches.
pub static SCOPE: SettingDefinition = SettingDefinition {
    name: "scope",
    display_name: "Scope (historic or current)",
    description: "historic searches all WHOIS records ever seen, current only what is registered now",
    kind: SettingKind::Choice,
    choices: &["historic", "current"],
    default: Some("historic"),
    popup: false,
    global: false,
    secret: false,
};

/// Lets one run buy what is over its limit.
pub static CONFIRM_PURCHASE: SettingDefinition = SettingDefinition {
    name: "confirm_purchase",
    display_name: "Confirm purchase (true or false)",
    description: "true lets this run buy an answer whose price is above max_credits_per_run",
    kind: SettingKind::Boolean,
    choices: &[],
    default: Some("false"),
    popup: false,
    global: false,
    secret: false,
};

/// What a run may spend without asking, in the vendor's credits.
pub static MAX_CREDITS_PER_RUN: SettingDefinition = SettingDefinition {
    name: "max_credits_per_run",
    display_name: "Credits a run may spend without asking",
    description: "a purchase that would take a run over this is not made; its count and price are shown instead",
    kind: SettingKind::Integer,
    choices: &[],
    default: Some("100"),
    popup: false,
    global: true,
    secret: false,
};

/// Asks the sources once more, whatever is remembered.
pub static REFRESH: SettingDefinition = SettingDefinition {
    name: "refresh",
    display_name: "Ask again (true or false)",
    description: "true asks the sources once more instead of giving what is remembered; what was bought is bought again",
    kind: SettingKind::Boolean,
    choices: &[],
    default: Some("false"),
    popup: false,
    global: false,
    secret: false,
};

/// The investigation that a run belongs to.
pub static CASE: SettingDefinition = SettingDefinition {
    name: "case",
    display_name: "Case",
    description: "the investigation that this run belongs to: its rules hold, and what it is told is kept for it",
    kind: SettingKind::Text,
    choices: &[],
    default: None,
    popup: false,
    global: true,
    secret: false,
};

/// Goes through an investigation again.
pub static REPLAY: SettingDefinition = SettingDefinition {
    name: "replay",
    display_name: "Only what the case was told (true or false)",
    description: "true answers from what the case was told before and from nothing else; nobody is asked",
    kind: SettingKind::Boolean,
    choices: &[],
    default: Some("false"),
    popup: false,
    global: true,
    secret: false,
};

/// The settings of every transform that asks: consent, how much one run may spend, and where answers may come from.
pub(crate) const PURCHASE: &[&SettingDefinition] = &[&CONFIRM_PURCHASE, &MAX_CREDITS_PER_RUN, &REFRESH, &CASE, &REPLAY];

/// Whether values that strangers share are followed or drawn, too.
pub static INCLUDE_COMMON: SettingDefinition = SettingDefinition {
    name: "include_common",
    display_name: "Include common values (true or false)",
    description: "true also follows or draws what very many domains share, such as a registrar or a DNS service's mailbox",
    kind: SettingKind::Boolean,
    choices: &[],
    default: Some("false"),
    popup: false,
    global: false,
    secret: false,
};
