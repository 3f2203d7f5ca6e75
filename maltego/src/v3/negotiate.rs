//! What a client says about itself, and what follows from it.
//!
//! Clients differ in what they can draw and ask. A browser client lists its capabilities in a header; a desktop client
//! only names its version in the `User-Agent`, and what it can do is looked up; a script says nothing at all. From
//! that follow two questions with two different answers for the silent one:
//!
//! * *May this client see it?* A catalogue hides what a client cannot use. Who says nothing is shown everything.
//! * *Can this client do it?* A run must know before it asks a question. Who says nothing can do nothing.
//!
//! A capability header is authoritative, even an empty one. A version is only asked where there is no such header.
//! Every answer that depends on this names [`VARY`], or a cache would serve one client's catalogue to another.

use std::fmt;

use serde::{Serialize, Serializer};

/// The request and answer header with the protocol version.
pub const PROTOCOL_HEADER: &str = "maltego-protocol-version";
/// The request header with the capability list.
pub const CAPABILITIES_HEADER: &str = "maltego-client-capabilities";
/// The request header with the client's name.
pub const IDENTIFIER_HEADER: &str = "maltego-client-identifier";
/// The request header with the client's version.
pub const CLIENT_VERSION_HEADER: &str = "maltego-client-version";
/// The answer header with the largest event page, on `OPTIONS` of the seed.
pub const PAGE_SIZE_HEADER: &str = "v3-page-size";

/// The request headers that decide about the answers of discovery and results, for `Vary`.
pub const VARY: [&str; 5] = [
    "Maltego-Client-Capabilities",
    "Maltego-Protocol-Version",
    "Maltego-Client-Identifier",
    "Maltego-Client-Version",
    "User-Agent",
];

const DESKTOP: &str = "Maltego Desktop";

/// A protocol version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum ProtocolVersion {
    /// The base.
    V3_1,
    /// Adds composite entities.
    V3_2,
    /// Adds the properties that vary an entity's label and icon.
    #[default]
    V3_3,
}

impl ProtocolVersion {
    /// The version that an answer to this request speaks: the one asked for if it is known, the newest otherwise.
    #[must_use]
    pub fn normalise(asked: Option<&str>) -> Self {
        match asked.map(str::trim) {
            Some("3.1") => Self::V3_1,
            Some("3.2") => Self::V3_2,
            _ => Self::V3_3,
        }
    }

    /// The text in headers and documents.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::V3_1 => "3.1",
            Self::V3_2 => "3.2",
            Self::V3_3 => "3.3",
        }
    }
}

impl fmt::Display for ProtocolVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for ProtocolVersion {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// Something that a client can do beyond the base protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Capability {
    /// Offers a transform only where its input constraint holds.
    InputConstraints,
    /// Draws entities that consist of entities.
    CompositeEntities,
    /// Shows a prompt.
    PromptBase,
    /// Shows the control that a choice prompt names.
    ChoiceControlType,
    /// Shows several controls in one prompt; transforms that ask questions need it to be listed.
    MultiChoiceControls,
    /// Takes composite entities with their references as plain text.
    FlattenedCompositeEntities,
    /// Ignores input constraints of kinds that it does not know.
    InputConstraintsUnknownSafe,
}

impl Capability {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::InputConstraints,
        Self::CompositeEntities,
        Self::PromptBase,
        Self::ChoiceControlType,
        Self::MultiChoiceControls,
        Self::FlattenedCompositeEntities,
        Self::InputConstraintsUnknownSafe,
    ];

    /// The wire name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::InputConstraints => "inputConstraints",
            Self::CompositeEntities => "compositeEntities",
            Self::PromptBase => "promptBase",
            Self::ChoiceControlType => "choiceControlType",
            Self::MultiChoiceControls => "multiChoiceControls",
            Self::FlattenedCompositeEntities => "flattenedCompositeEntities",
            Self::InputConstraintsUnknownSafe => "inputConstraintsUnknownSafe",
        }
    }

    /// What it means, for the capability document.
    #[must_use]
    pub const fn description(self) -> &'static str {
        match self {
            Self::InputConstraints => "Transforms that are offered only where a condition on the input holds",
            Self::CompositeEntities => "Entities that consist of other entities",
            Self::PromptBase => "Questions during a run",
            Self::ChoiceControlType => "Questions that name the control they are asked with",
            Self::MultiChoiceControls => "Questions with several controls",
            Self::FlattenedCompositeEntities => "Composite entities with their references as text",
            Self::InputConstraintsUnknownSafe => "Conditions of unknown kinds are ignored",
        }
    }

    /// The bit in a [`CapabilitySet`].
    const fn bit(self) -> u8 {
        1 << self as u8
    }

    /// The first desktop version that has it; `None` where no version implies it.
    const fn desktop_since(self) -> Option<ClientVersion> {
        match self {
            Self::PromptBase => Some(ClientVersion(4, 6, 0)),
            Self::ChoiceControlType => Some(ClientVersion(4, 6, 1)),
            Self::MultiChoiceControls => Some(ClientVersion(4, 7, 2)),
            Self::InputConstraints => Some(ClientVersion(4, 10, 0)),
            Self::InputConstraintsUnknownSafe => Some(ClientVersion(5, 0, 0)),
            Self::CompositeEntities | Self::FlattenedCompositeEntities => None,
        }
    }

    /// A name from a client's list. `interactive` is what a transform's own list calls the multi-choice controls.
    fn from_listed(name: &str) -> Option<Self> {
        if name.eq_ignore_ascii_case("interactive") {
            return Some(Self::MultiChoiceControls);
        }
        Self::ALL.into_iter().find(|capability| capability.name().eq_ignore_ascii_case(name))
    }
}

/// A set of capabilities.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct CapabilitySet(u8);

impl CapabilitySet {
    /// Reads a comma-separated list. Case does not matter and unknown names are ignored.
    #[must_use]
    pub fn read(list: &str) -> Self {
        list.split(',').filter_map(|name| Capability::from_listed(name.trim())).collect()
    }

    /// Whether it is in the set.
    #[must_use]
    pub const fn contains(self, capability: Capability) -> bool {
        self.0 & capability.bit() != 0
    }
}

impl FromIterator<Capability> for CapabilitySet {
    fn from_iter<I: IntoIterator<Item = Capability>>(capabilities: I) -> Self {
        Self(capabilities.into_iter().fold(0, |bits, capability| bits | capability.bit()))
    }
}

/// A client's version: major, minor, patch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClientVersion(pub u32, pub u32, pub u32);

impl ClientVersion {
    /// Reads `4`, `4.10`, `4.10.0` or `4.10.0-beta`; what follows the third number does not matter.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let mut numbers = text.trim().splitn(3, '.').map(|part| {
            let digits = part.find(|c: char| !c.is_ascii_digit()).and_then(|end| part.get(..end)).unwrap_or(part);
            digits.parse::<u32>().ok()
        });
        let major = numbers.next().flatten()?;
        let mut rest = || numbers.next().map_or(Some(0), |number| number);
        Some(Self(major, rest()?, rest()?))
    }

    /// Reads `Maltego Desktop/4.10.0 (…)`; every other `User-Agent` is an unknown client.
    #[must_use]
    pub fn from_user_agent(user_agent: &str) -> Option<Self> {
        let (_, rest) = user_agent.split_once("Maltego Desktop/")?;
        Self::read(rest.split_whitespace().next()?)
    }
}

/// The headers that say something about a client, as they came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ClientHeaders<'a> {
    /// `User-Agent`.
    pub user_agent: Option<&'a str>,
    /// [`PROTOCOL_HEADER`].
    pub protocol: Option<&'a str>,
    /// [`CAPABILITIES_HEADER`]; an empty one is not the same as none.
    pub capabilities: Option<&'a str>,
    /// [`IDENTIFIER_HEADER`].
    pub identifier: Option<&'a str>,
    /// [`CLIENT_VERSION_HEADER`].
    pub version: Option<&'a str>,
}

/// What is known about a client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Client {
    /// The version to answer in.
    pub protocol: ProtocolVersion,
    /// The desktop client's version, by either way of saying it.
    pub desktop: Option<ClientVersion>,
    /// The capabilities it listed, if it listed any.
    pub listed: Option<CapabilitySet>,
    /// Whether it said nothing at all about itself.
    pub silent: bool,
}

impl Client {
    /// Reads the headers. Nothing in them is an error: what cannot be read was not said.
    #[must_use]
    pub fn read(headers: &ClientHeaders<'_>) -> Self {
        let said = |header: Option<&str>| header.is_some_and(|text| !text.trim().is_empty());
        let by_identifier = match (headers.identifier.map(str::trim), headers.version) {
            (Some(DESKTOP), Some(version)) => ClientVersion::read(version),
            _ => None,
        };
        let by_user_agent = headers.user_agent.and_then(ClientVersion::from_user_agent);
        Self {
            protocol: ProtocolVersion::normalise(headers.protocol),
            desktop: by_identifier.max(by_user_agent),
            listed: headers.capabilities.map(CapabilitySet::read),
            silent: headers.capabilities.is_none()
                && !said(headers.protocol)
                && !said(headers.identifier)
                && !said(headers.version)
                && by_user_agent.is_none(),
        }
    }

    /// Whether a run may rely on it.
    #[must_use]
    pub fn can(&self, capability: Capability) -> bool {
        let said = match self.listed {
            Some(listed) => listed.contains(capability),
            None => {
                matches!((self.desktop, capability.desktop_since()), (Some(desktop), Some(since)) if desktop >= since)
            }
        };
        said && (capability != Capability::CompositeEntities || self.protocol >= ProtocolVersion::V3_2)
    }

    /// Whether something with these needs belongs into this client's catalogue.
    #[must_use]
    pub fn may_see(&self, needs: &[Need]) -> bool {
        self.silent
            || needs.iter().all(|need| match need {
                Need::Prompts => self.can(Capability::MultiChoiceControls),
                Need::InputConstraints => self.can(Capability::InputConstraints),
                Need::CompositeEntities => {
                    self.can(Capability::CompositeEntities) || self.can(Capability::FlattenedCompositeEntities)
                }
            })
    }
}

/// What a transform or machine needs of its client. It is listed in the definition under its own name, and hides the
/// definition from clients without it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
pub enum Need {
    /// It asks questions.
    #[serde(rename = "interactive")]
    Prompts,
    /// It has an input constraint.
    #[serde(rename = "inputConstraints")]
    InputConstraints,
    /// It returns or takes composite entities.
    #[serde(rename = "compositeEntities")]
    CompositeEntities,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn desktop(version: &str) -> Client {
        let user_agent = format!("Maltego Desktop/{version} (Graph Desktop Organization Plan; Mac OS X; 15.0.1; 1)");
        Client::read(&ClientHeaders { user_agent: Some(&user_agent), ..ClientHeaders::default() })
    }

    fn listing(capabilities: &str, protocol: Option<&str>) -> Client {
        Client::read(&ClientHeaders { capabilities: Some(capabilities), protocol, ..ClientHeaders::default() })
    }

    #[test]
    fn an_unknown_protocol_is_answered_in_the_newest() {
        for (asked, spoken) in
            [(Some("3.1"), "3.1"), (Some(" 3.2 "), "3.2"), (Some("3.3"), "3.3"), (Some("abc"), "3.3"), (None, "3.3")]
        {
            assert_eq!(ProtocolVersion::normalise(asked).as_str(), spoken);
        }
    }

    #[test]
    fn who_says_nothing_sees_everything_and_can_do_nothing() {
        for user_agent in [None, Some("curl/8.1"), Some("Mozilla/5.0 (X11; Linux x86_64)")] {
            let client = Client::read(&ClientHeaders { user_agent, ..ClientHeaders::default() });
            assert!(client.silent);
            assert!(client.may_see(&[Need::Prompts, Need::CompositeEntities]));
            assert!(!client.can(Capability::PromptBase));
        }
    }

    #[test]
    fn a_desktop_version_implies_its_capabilities() {
        let versions = ["4.5.9", "4.6.0", "4.6.1", "4.7.2", "4.10.0", "5.0.0"];
        let firsts = [
            (Capability::PromptBase, 1),
            (Capability::ChoiceControlType, 2),
            (Capability::MultiChoiceControls, 3),
            (Capability::InputConstraints, 4),
            (Capability::InputConstraintsUnknownSafe, 5),
            (Capability::CompositeEntities, versions.len()),
            (Capability::FlattenedCompositeEntities, versions.len()),
        ];
        for (capability, first) in firsts {
            for (index, version) in versions.iter().enumerate() {
                assert_eq!(desktop(version).can(capability), index >= first, "{} {version}", capability.name());
            }
        }
        assert!(!desktop("4.5.0").may_see(&[Need::Prompts]));
        assert!(desktop("4.8.0").may_see(&[Need::Prompts]) && !desktop("4.8.0").may_see(&[Need::InputConstraints]));
    }

    #[test]
    fn the_identifier_counts_like_the_user_agent() {
        let client = Client::read(&ClientHeaders {
            identifier: Some("Maltego Desktop"),
            version: Some("4.10.0"),
            ..ClientHeaders::default()
        });
        assert!(client.can(Capability::InputConstraints) && !client.silent);
        let browser = Client::read(&ClientHeaders {
            identifier: Some("Maltego Graph Browser"),
            version: Some("9.0.0"),
            ..ClientHeaders::default()
        });
        assert!(!browser.can(Capability::PromptBase) && !browser.may_see(&[Need::Prompts]));
    }

    #[test]
    fn a_capability_header_is_the_last_word() {
        let silent_desktop = Client::read(&ClientHeaders {
            user_agent: Some("Maltego Desktop/5.0.0 (x)"),
            capabilities: Some(""),
            ..ClientHeaders::default()
        });
        assert!(!silent_desktop.can(Capability::PromptBase) && !silent_desktop.may_see(&[Need::Prompts]));
        assert!(listing("promptbase, PROMPTBASE ,flying", None).can(Capability::PromptBase));
        assert!(listing("Interactive", None).may_see(&[Need::Prompts]));
    }

    #[test]
    fn composite_entities_need_protocol_3_2() {
        assert!(!listing("compositeEntities", Some("3.1")).can(Capability::CompositeEntities));
        assert!(listing("compositeEntities", Some("3.2")).can(Capability::CompositeEntities));
        assert!(listing("compositeEntities", None).can(Capability::CompositeEntities));
        assert!(listing("flattenedCompositeEntities", Some("3.1")).may_see(&[Need::CompositeEntities]));
    }

    #[test]
    fn a_lone_protocol_header_switches_negotiation_on() {
        let client = Client::read(&ClientHeaders { protocol: Some("3.1"), ..ClientHeaders::default() });
        assert!(!client.silent && !client.may_see(&[Need::Prompts]));
        assert!(client.may_see(&[]));
    }

    #[test]
    fn versions_are_compared_as_numbers() {
        assert!(ClientVersion::read("4.10.0") > ClientVersion::read("4.9.12"));
        assert_eq!(ClientVersion::read("5"), Some(ClientVersion(5, 0, 0)));
        assert_eq!(ClientVersion::read("4.11.1-beta2"), Some(ClientVersion(4, 11, 1)));
        for nonsense in ["", "x", "4.x", "99999999999.1", "-1"] {
            assert_eq!(ClientVersion::read(nonsense), None, "{nonsense}");
        }
        assert_eq!(ClientVersion::from_user_agent("Maltego Desktop/"), None);
    }
}
