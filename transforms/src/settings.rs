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

/// The settings of every transform that may buy: consent, and how much one run may spend.
pub(crate) const PURCHASE: &[&SettingDefinition] = &[&CONFIRM_PURCHASE, &MAX_CREDITS_PER_RUN];

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
