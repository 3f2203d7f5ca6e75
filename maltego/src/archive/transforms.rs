//! Servers, transforms and transform sets.
//!
//! A *local* transform is a program that the client starts, so an archive must carry it: nothing could discover it. A
//! *remote* one is discovered from a seed, and an archive that carries it as well is what a client exports after that
//! discovery. Both are a `.transform` document, which says what the transform is, and a `.transformsettings` document,
//! which says how this user has set it up; values of settings live only in the second.

use jiff::{Timestamp, tz::TimeZone};

use super::{ArchiveError, container::Container, xml::Element};
use crate::{
    listing::{Listing, Publisher},
    setting::{SettingDefinition, SettingKind},
};

/// A set of transforms that the user can switch on and off together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TransformSet {
    /// The name.
    pub name: String,
    /// What its members have in common.
    pub description: String,
    /// Full transform ids.
    pub transforms: Vec<String>,
}

/// What local and remote transforms have in common.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TransformHead {
    /// The full id.
    pub id: String,
    /// The menu text.
    pub display_name: String,
    /// What it does.
    pub description: String,
    /// Usually `Name <mail>`.
    pub author: String,
    /// The one type it may be run on.
    pub input_type: String,
    /// Every type a result can have.
    pub output_types: Vec<String>,
    /// The set it belongs to.
    pub set: String,
}

impl TransformHead {
    /// The head of a listing under a full id.
    #[must_use]
    pub fn new(id: String, listing: &Listing<'_>, publisher: &Publisher<'_>) -> Self {
        let definition = listing.definition;
        Self {
            id,
            display_name: definition.display_name.to_owned(),
            description: definition.description.to_owned(),
            author: publisher.author.to_owned(),
            input_type: listing.input.name.to_owned(),
            output_types: definition.outputs.iter().map(|output| output.name.to_owned()).collect(),
            set: definition.set.to_owned(),
        }
    }
}

/// A transform that the client runs as a program on the user's machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LocalTransform {
    /// What it is.
    pub head: TransformHead,
    /// The program.
    pub command: String,
    /// Arguments before the entity's value, as one text. The client splits it.
    pub parameters: String,
    /// Where the program starts: absolute, and true only on the machine the archive is for. Empty leaves it to the
    /// client.
    pub working_directory: String,
    /// Whether the client shows what the program writes to its error stream.
    pub debug: bool,
}

/// The client's own "server" of local transforms.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LocalServer {
    /// What the user reads about it.
    pub description: String,
    /// When the archive was made; clients show it as the last synchronisation.
    pub last_sync: Timestamp,
    /// Its transforms.
    pub transforms: Vec<LocalTransform>,
}

/// A transform as a client knows it after discovery.
#[derive(Debug, Clone)]
pub struct RemoteTransform<'a> {
    /// What it is.
    pub head: TransformHead,
    /// The organisation behind the server.
    pub owner: String,
    /// The version, free text.
    pub version: String,
    /// What the user must accept, or empty.
    pub disclaimer: String,
    /// What it can be told. Settings that all transforms of a server share are left to discovery: how an archive
    /// carries them is not known.
    pub settings: &'a [&'static SettingDefinition],
}

impl<'a> RemoteTransform<'a> {
    /// The remote transform of a listing.
    #[must_use]
    pub fn new(listing: &Listing<'a>, publisher: &Publisher<'_>) -> Self {
        Self {
            head: TransformHead::new(listing.remote_id(), listing, publisher),
            owner: publisher.owner.to_owned(),
            version: publisher.version.to_owned(),
            disclaimer: publisher.disclaimer.to_owned(),
            settings: listing.definition.settings,
        }
    }
}

/// A transform application as a client knows it after discovery.
#[derive(Debug, Clone)]
pub struct RemoteServer<'a> {
    /// The application's name in the seed document.
    pub name: String,
    /// The application's URL, absolute.
    pub url: String,
    /// The seeds it was found through.
    pub seeds: Vec<String>,
    /// When it was last discovered.
    pub last_sync: Timestamp,
    /// Its transforms.
    pub transforms: Vec<RemoteTransform<'a>>,
}

/// Adds a set.
pub(super) fn add_set(container: &mut Container, set: &TransformSet) -> Result<(), ArchiveError> {
    let members = set.transforms.iter().map(|id| Element::new("Transform").attribute("name", id));
    let document = Element::new("TransformSet")
        .attribute("name", &set.name)
        .attribute("description", &set.description)
        .child(Element::new("Transforms").children(members))
        .document()?;
    container.add("TransformSets", &set.name.to_lowercase(), vec![("set", document)]);
    Ok(())
}

/// Adds the local server and its transforms.
pub(super) fn add_local(container: &mut Container, server: &LocalServer) -> Result<(), ArchiveError> {
    let document = Element::new("MaltegoServer")
        .attribute("name", "Local")
        .attribute("enabled", "true")
        .attribute("description", &server.description)
        .attribute("url", "http://localhost");
    let ids = server.transforms.iter().map(|transform| &transform.head.id);
    let document = server_tail(document, server.last_sync, "0.0", ids, &[]).document()?;
    container.add_exactly("Servers/Local.tas".to_owned(), document)?;
    for transform in &server.transforms {
        if !is_absolute(&transform.working_directory) {
            return Err(ArchiveError::WorkingDirectory { directory: transform.working_directory.clone() });
        }
        let values = [
            ("transform.local.command", "string", transform.command.as_str()),
            ("transform.local.parameters", "string", &transform.parameters),
            ("transform.local.working-directory", "string", &transform.working_directory),
            ("transform.local.debug", "boolean", if transform.debug { "true" } else { "false" }),
        ];
        let values = values.iter().map(|(name, kind, value)| {
            Element::new("Property")
                .attribute("name", name)
                .attribute("type", kind)
                .attribute("popup", "false")
                .text(value)
        });
        let settings = settings_root().child(Element::new("Properties").children(values)).document()?;
        let files = vec![("transform", local_document(&transform.head).document()?), ("transformsettings", settings)];
        container.add("TransformRepositories/Local", &transform.head.id, files);
    }
    Ok(())
}

/// Adds a remote server and its transforms.
pub(super) fn add_remote(container: &mut Container, server: &RemoteServer<'_>) -> Result<(), ArchiveError> {
    let document = Element::new("MaltegoServer")
        .attribute("name", &server.name)
        .attribute("enabled", "true")
        .attribute("url", &server.url);
    let ids = server.transforms.iter().map(|transform| &transform.head.id);
    let document = server_tail(document, server.last_sync, "2.0", ids, &server.seeds).document()?;
    container.add("Servers", &server.name, vec![("tas", document)]);
    for transform in &server.transforms {
        let files = vec![
            ("transform", remote_document(transform).document()?),
            ("transformsettings", settings_root().document()?),
        ];
        container.add("TransformRepositories/Remote", &transform.head.id, files);
    }
    Ok(())
}

fn server_tail<'a>(
    root: Element,
    last_sync: Timestamp,
    protocol: &str,
    ids: impl Iterator<Item = &'a String>,
    seeds: &[String],
) -> Element {
    let moment = last_sync.to_zoned(TimeZone::UTC).strftime("%Y-%m-%d %H:%M:%S%.3f UTC").to_string();
    let transforms = ids.map(|id| Element::new("Transform").attribute("name", id));
    root.child(Element::new("LastSync").text(&moment))
        .child(Element::new("Protocol").attribute("version", protocol))
        .child(Element::new("Authentication").attribute("type", "none"))
        .child(Element::new("Transforms").children(transforms))
        .child(Element::new("Seeds").children(seeds.iter().map(|seed| Element::new("Seed").text(seed))))
}

fn settings_root() -> Element {
    Element::new("TransformSettings").constants(&[
        ("enabled", "true"),
        ("disclaimerAccepted", "false"),
        ("showHelp", "true"),
        ("runWithAll", "true"),
        ("favorite", "false"),
    ])
}

fn head(head: &TransformHead) -> Element {
    Element::new("MaltegoTransform")
        .attribute("name", &head.id)
        .attribute("displayName", &head.display_name)
        .constants(&[("abstract", "false"), ("template", "false"), ("visibility", "public")])
        .attribute("description", &head.description)
        .attribute("author", &head.author)
}

/// Adapter, properties, and types, in the order of exports.
fn body(root: Element, head: &TransformHead, adapter: &str, properties: impl IntoIterator<Item = Element>) -> Element {
    let input = Element::new("Entity").attribute("type", &head.input_type).constants(&[("min", "1"), ("max", "1")]);
    let outputs = head.output_types.iter().map(|name| Element::new("Entity").attribute("type", name));
    root.child(
        Element::new("TransformAdapter").text(&format!("com.paterva.maltego.transform.protocol.v2api.{adapter}")),
    )
    .child(Element::new("Properties").child(Element::new("Fields").children(properties)))
    .child(Element::new("InputConstraints").child(input))
    .child(Element::new("OutputEntities").children(outputs))
}

fn tail(root: Element, head: &TransformHead) -> Element {
    let sets = (!head.set.is_empty()).then(|| Element::new("Set").attribute("name", &head.set));
    root.child(Element::new("defaultSets").children(sets)).child(Element::new("StealthLevel").text("0"))
}

fn local_document(transform: &TransformHead) -> Element {
    let properties = [
        ("transform.local.command", "string", false, "Command line", "The program to start"),
        ("transform.local.parameters", "string", true, "Command parameters", "Arguments before the entity's value"),
        ("transform.local.working-directory", "string", true, "Working directory", "The directory to start in"),
        (
            "transform.local.debug",
            "boolean",
            true,
            "Show debug info",
            "Show the program's messages in the output window",
        ),
    ]
    .map(|(name, kind, nullable, display_name, description)| {
        let sample = if kind == "boolean" { "false" } else { "" };
        property(name, kind, nullable, description, false, false, display_name)
            .child(Element::new("SampleValue").text(sample))
    });
    let root = head(transform).attribute("requireDisplayInfo", "false");
    tail(body(root, transform, "LocalTransformAdapterV2", properties), transform)
}

fn remote_document(transform: &RemoteTransform<'_>) -> Element {
    let root = head(&transform.head)
        .attribute("owner", &transform.owner)
        .attribute("locationRelevance", "global")
        .attribute("version", &transform.version)
        .attribute("requireDisplayInfo", "false");
    let properties = transform.settings.iter().filter(|setting| !setting.global).map(|setting| {
        let element = property(
            setting.name,
            setting_type(setting.kind),
            true,
            setting.description,
            setting.popup,
            setting.secret,
            setting.display_name,
        );
        match setting.default {
            Some(default) => element.child(Element::new("DefaultValue").text(default)),
            None => element,
        }
        .child(Element::new("SampleValue").text(""))
    });
    let root = body(root, &transform.head, "RemoteTransformAdapterV2", properties)
        .child(Element::new("Help").text(""))
        .child(Element::new("Disclaimer").text(&transform.disclaimer));
    tail(root, &transform.head).child(Element::new("ProtocolVersion").text("2.0"))
}

fn property(
    name: &str,
    kind: &str,
    nullable: bool,
    description: &str,
    popup: bool,
    secret: bool,
    display_name: &str,
) -> Element {
    let truth = |truth: bool| if truth { "true" } else { "false" };
    Element::new("Property")
        .attribute("name", name)
        .attribute("type", kind)
        .attribute("nullable", truth(nullable))
        .constants(&[("hidden", "false"), ("readonly", "false")])
        .attribute("description", description)
        .attribute("popup", truth(popup))
        .constants(&[("abstract", "false"), ("visibility", "public")])
        .attribute("auth", truth(secret))
        .attribute("displayName", display_name)
}

/// The classic name of a setting's type.
pub(crate) const fn setting_type(kind: SettingKind) -> &'static str {
    match kind {
        SettingKind::Text | SettingKind::Choice => "string",
        SettingKind::Integer => "int",
        SettingKind::Boolean => "boolean",
    }
}

/// Whether a directory is empty or absolute on any system: the archive may be made on another one.
fn is_absolute(directory: &str) -> bool {
    let mut characters = directory.chars();
    match (characters.next(), characters.next(), characters.next()) {
        (None | Some('/'), ..) | (Some('\\'), Some('\\'), _) => true,
        (Some(drive), Some(':'), Some('\\' | '/')) => drive.is_ascii_alphabetic(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn absolute_directories_of_every_system_are_recognised() {
        for (directory, expected) in [
            ("", true),
            ("/opt/namehound", true),
            ("C:\\Namehound", true),
            ("c:/namehound", true),
            ("\\\\server\\share", true),
            ("namehound", false),
            ("./x", false),
            ("C:x", false),
            ("\\x", false),
        ] {
            assert_eq!(is_absolute(directory), expected, "{directory}");
        }
    }
}
