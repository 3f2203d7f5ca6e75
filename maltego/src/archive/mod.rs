//! Configuration archives (`.mtz`): everything a client can import in one go.
//!
//! An archive is a ZIP of small XML documents and pictures: entity types, their icons and palette groups, transform
//! sets, machines, seeds, servers and transforms. Every part is optional. [`ConfigurationArchive`] is that content as
//! plain data; [`ConfigurationArchive::to_bytes`] writes it. Two functions fill it from a catalogue:
//!
//! * [`remote_archive`] is for clients that talk to a server. It has no server and no transforms in it: the seed leads
//!   the client to them, discovery always knows better than a file what a server offers today, and a transform that
//!   was imported *and* discovered is a second source of truth on the user's disk. Sets and machines may name
//!   transforms before they are discovered. Without a seed the same archive is what a server hands out beside its
//!   discovery documents.
//! * [`local_archive`] is for clients that start a program on their own machine. Nothing can be discovered there, so
//!   the archive has the server entry, every transform and the settings that name the program.
//!
//! A client's export of a server it has already discovered ([`ConfigurationArchive::remote`]) can be written too, for
//! networks where clients may import files but not discover.
//!
//! The same content makes the same bytes, on every machine and in every year: dates are part of the content.

mod container;
mod entities;
mod transforms;
mod xml;

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use thiserror::Error;

pub use entities::{Icon, IconSize};
pub(crate) use transforms::setting_type;
pub use transforms::{LocalServer, LocalTransform, RemoteServer, RemoteTransform, TransformHead, TransformSet};

use self::{container::Container, xml::Element};
use crate::{
    config_data::{ConfigData, Machine, OwnType, UnresolvedMachine},
    listing::{Listing, Publisher},
};

/// What clients of the 4.6 line write about themselves; the one that every importer looks at is the `mtz` version.
const VERSION: &str = "\
#
maltego.client.version=4.6.0
maltego.client.subtitle=
maltego.pandora.version=1.4.2
maltego.client.name=Maltego
maltego.mtz.version=1.0
maltego.graph.version=1.2
";

/// Beside every machine: it may run, and is nobody's favourite yet.
const MACHINE_PROPERTIES: &str = "favorite=false\nenabled=true\n";

/// Why an archive cannot be written.
#[derive(Debug, Error)]
pub enum ArchiveError {
    /// Two things of one kind have one name; importing would silently lose one.
    #[error("The archive has two of the {kind} {name}")]
    Duplicate {
        /// What it is.
        kind: &'static str,
        /// The name.
        name: String,
    },
    /// An icon's name cannot be a file name that clients find by size.
    #[error("The icon name {name:?} must be letters and digits with a letter at both ends")]
    IconName {
        /// The name.
        name: String,
    },
    /// An icon's picture is no PNG file of its size.
    #[error("The icon {name} has no PNG picture of {pixels} by {pixels} pixels where it should")]
    IconImage {
        /// The icon's name.
        name: String,
        /// The size, pixels a side.
        pixels: u32,
    },
    /// A client starts programs only in a directory it can find.
    #[error("The working directory {directory:?} is not an absolute path")]
    WorkingDirectory {
        /// The directory.
        directory: String,
    },
    /// A machine names a transform that is not there.
    #[error(transparent)]
    Machine(#[from] UnresolvedMachine),
    /// The ZIP around it cannot be written.
    #[error("The archive cannot be written")]
    Container(#[from] zip::result::ZipError),
    /// A document cannot be written.
    #[error("A document of the archive cannot be written")]
    Document(#[from] std::io::Error),
}

/// Where a client finds servers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seed {
    /// The name in the client's list.
    pub name: String,
    /// The seed's URL, absolute.
    pub url: String,
    /// What it leads to.
    pub description: String,
}

/// The content of an archive.
#[derive(Debug, Clone, Default)]
pub struct ConfigurationArchive<'a> {
    /// Own entity types. Their palette groups are added by themselves.
    pub types: Vec<OwnType>,
    /// Icons.
    pub icons: Vec<Icon>,
    /// Transform sets.
    pub sets: Vec<TransformSet>,
    /// Machines.
    pub machines: Vec<Machine>,
    /// Seeds.
    pub seeds: Vec<Seed>,
    /// Servers that were already discovered, with their transforms.
    pub remote: Vec<RemoteServer<'a>>,
    /// The local server and its transforms.
    pub local: Option<LocalServer>,
}

impl ConfigurationArchive<'_> {
    /// The archive as a file.
    ///
    /// # Errors
    /// [`ArchiveError`], for content that clients could not import or would import in part.
    pub fn to_bytes(&self) -> Result<Vec<u8>, ArchiveError> {
        self.check_names()?;
        let mut container = Container::default();
        container.add_exactly("version.properties".to_owned(), VERSION.into())?;
        for own in &self.types {
            entities::add_type(&mut container, own)?;
        }
        for category in self.types.iter().map(|own| own.category.as_str()).collect::<BTreeSet<_>>() {
            entities::add_category(&mut container, category)?;
        }
        for icon in &self.icons {
            entities::add_icon(&mut container, icon)?;
        }
        for machine in &self.machines {
            let files =
                vec![("machine", machine.script.clone().into_bytes()), ("properties", MACHINE_PROPERTIES.into())];
            container.add("Machines", &machine.id.replace('.', "_"), files);
        }
        for seed in &self.seeds {
            add_seed(&mut container, seed)?;
        }
        for server in &self.remote {
            transforms::add_remote(&mut container, server)?;
        }
        if let Some(server) = &self.local {
            transforms::add_local(&mut container, server)?;
        }
        for set in &self.sets {
            transforms::add_set(&mut container, set)?;
        }
        container.into_bytes()
    }

    /// Names inside the documents are identities, so none may occur twice.
    fn check_names(&self) -> Result<(), ArchiveError> {
        unique("entity type", self.types.iter().map(|own| &own.name))?;
        unique("transform set", self.sets.iter().map(|set| &set.name))?;
        unique("machine", self.machines.iter().map(|machine| &machine.id))?;
        unique("seed", self.seeds.iter().map(|seed| &seed.url))?;
        unique("server", self.remote.iter().map(|server| &server.name))?;
        let remote = self.remote.iter().flat_map(|server| &server.transforms).map(|transform| &transform.head.id);
        let local = self.local.iter().flat_map(|server| &server.transforms).map(|transform| &transform.head.id);
        unique("transform", remote.chain(local))
    }
}

/// The archive for clients that discover a server: own types, icons, sets, machines and, where there is one, the seed
/// with its hub entry.
///
/// # Errors
/// [`ArchiveError`]; above all a machine that needs a transform which is not listed. Leave such machines out of `data`
/// beforehand, see [`MachineTemplate::transforms`](crate::config_data::MachineTemplate::transforms).
pub fn remote_archive(
    data: &ConfigData,
    icons: &[Icon],
    listings: &[Listing<'_>],
    seed: Option<&Seed>,
) -> Result<Vec<u8>, ArchiveError> {
    let archive = ConfigurationArchive {
        seeds: seed.cloned().into_iter().collect(),
        ..shared(data, icons, listings, |listing| listing.remote_id())?
    };
    archive.to_bytes()
}

/// The program behind local transforms.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LocalProgram {
    /// The program's path.
    pub command: String,
    /// Arguments before the transform's server-side name, for example `local`.
    pub parameters: String,
    /// Where it starts: absolute or empty.
    pub working_directory: String,
    /// What stands before the dot in the ids of its transforms, for example `namehound`.
    pub namespace: String,
    /// Whether the client shows what the program writes to its error stream.
    pub debug: bool,
    /// What the user reads about the local server.
    pub description: String,
    /// When the archive is made.
    pub last_sync: Timestamp,
}

impl LocalProgram {
    /// The id of one of its transforms.
    fn id(&self, listing: &Listing<'_>) -> String {
        format!("{}.{}", self.namespace, listing.name)
    }
}

/// The archive for clients that start a program on their own machine: own types, icons, sets, machines, the local
/// server and a transform for every listing.
///
/// # Errors
/// As [`remote_archive`], and [`ArchiveError::WorkingDirectory`].
pub fn local_archive(
    data: &ConfigData,
    icons: &[Icon],
    listings: &[Listing<'_>],
    publisher: &Publisher<'_>,
    program: &LocalProgram,
) -> Result<Vec<u8>, ArchiveError> {
    let transforms = listings.iter().map(|listing| LocalTransform {
        head: TransformHead::new(program.id(listing), listing, publisher),
        command: program.command.clone(),
        parameters: format!("{} {}", program.parameters, listing.name).trim_start().to_owned(),
        working_directory: program.working_directory.clone(),
        debug: program.debug,
    });
    let server = LocalServer {
        description: program.description.clone(),
        last_sync: program.last_sync,
        transforms: transforms.collect(),
    };
    let archive =
        ConfigurationArchive { local: Some(server), ..shared(data, icons, listings, |listing| program.id(listing))? };
    archive.to_bytes()
}

/// What both kinds of archive have: everything that only depends on how transforms are called.
fn shared(
    data: &ConfigData,
    icons: &[Icon],
    listings: &[Listing<'_>],
    id: impl Fn(&Listing<'_>) -> String,
) -> Result<ConfigurationArchive<'static>, ArchiveError> {
    let mut members: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for listing in listings.iter().filter(|listing| !listing.definition.set.is_empty()) {
        members.entry(listing.definition.set).or_default().push(id(listing));
    }
    let full_id = |name: &str| {
        let listed = listings.iter().filter(|listing| listing.definition.name == name);
        listed.clone().find(|listing| listing.is_main()).or_else(|| listed.clone().next()).map(&id)
    };
    let machines =
        data.machines.iter().map(|machine| machine.resolve(full_id)).collect::<Result<Vec<_>, UnresolvedMachine>>()?;
    let sets = members.into_iter().map(|(name, transforms)| TransformSet {
        name: name.to_owned(),
        description: data.set_description(name).to_owned(),
        transforms,
    });
    Ok(ConfigurationArchive {
        types: data.types.clone(),
        icons: icons.to_vec(),
        sets: sets.collect(),
        machines,
        ..ConfigurationArchive::default()
    })
}

fn add_seed(container: &mut Container, seed: &Seed) -> Result<(), ArchiveError> {
    let document = Element::new("TransformSeed")
        .attribute("url", &seed.url)
        .attribute("name", &seed.name)
        .attribute("description", &seed.description)
        .attribute("enabled", "true")
        .child(Element::new("GlobalTransformProperties").child(Element::new("Fields")))
        .child(Element::new("GlobalTransformSettings"));
    // The position and `Custom` are what clients write for a seed that the user added by hand.
    let hub = Element::new("Seed")
        .attribute("Name", &seed.name)
        .attribute("Pos", "2147483647")
        .attribute("Display", &seed.name)
        .child(Element::new("Url").attribute("Visible", "false").text(&seed.url))
        .child(Element::new("Modified").text("0"))
        .child(Element::new("Custom").text("true"));
    let files = vec![("seed", document.document()?), ("hub", hub.document()?)];
    container.add("Seeds", &seed.name.to_lowercase(), files);
    Ok(())
}

fn unique<'a>(kind: &'static str, names: impl Iterator<Item = &'a String>) -> Result<(), ArchiveError> {
    let mut seen = BTreeSet::new();
    for name in names {
        if !seen.insert(name) {
            return Err(ArchiveError::Duplicate { kind, name: name.clone() });
        }
    }
    Ok(())
}
