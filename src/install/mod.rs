//! Everything that a user imports instead of typing: configuration archives and distribution tables.
//!
//! There are three ways to get Namehound into a client without discovery, and one file for each:
//!
//! * `namehound.mtz` for clients that reach this server: transform sets, machines and the seed that leads to it.
//! * `namehound-local.mtz` for a client on the machine on which this program is: the same, and every transform as a
//!   command that the client starts.
//! * `transforms.csv` and `settings.csv` for the administrator of a transform distribution server.
//!
//! All of them are made from the [`Catalogue`] and the folder `maltego-config/`, nothing else. The same catalogue makes
//! the same bytes, whoever asks and whenever: a checksum of a file means something, and so does an entity tag.
//!
//! **What of the folder is shipped** follows from the catalogue. An own entity type goes out as soon as a transform takes
//! or returns it, with its parents and its drawing, and not a day earlier: in a palette it would be a node that leads
//! nowhere, and once it stands in somebody's graphs neither its name nor its properties can be changed. A machine goes
//! out if all its transforms are there: half a machine is none.

mod data;
mod icons;
mod publisher;

use std::{
    collections::BTreeSet,
    path::Path,
    sync::{Arc, OnceLock},
};

use jiff::Timestamp;
use maltego::{
    archive::{self, ArchiveError, Icon, LocalProgram, Seed},
    config_data::{ConfigData, ConfigErrors, Machine, MachineTemplate},
    tds::{self, Table, TableError, TransformTable},
};
use thiserror::Error;
use transforms::{Catalogue, NAMESPACE};

pub use icons::{IconError, rasterise};
pub use publisher::{AUTHOR, DESCRIPTION, DISCLAIMER, OWNER, PUBLISHER, VERSION};

/// Where the seed stands below the server's public URL.
pub const SEED_PATH: &str = "/seed";

/// The subcommand that runs a local transform.
pub const LOCAL_COMMAND: &str = "local";

/// The moment that archives give for a synchronisation that never takes place, 1980-01-01: the first day that a ZIP
/// can say, as on the archives' entries. A real one would make every archive a different file.
const NEVER_SYNCHRONISED: i64 = 315_532_800;

/// Why a file cannot be made.
#[derive(Debug, Error)]
pub enum InstallError {
    /// The archive cannot be written.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    /// A table cannot be written.
    #[error(transparent)]
    Table(#[from] TableError),
    /// A drawing makes no picture.
    #[error(transparent)]
    Icon(#[from] IconError),
    /// A path that no archive can carry: archives are text.
    #[error("{path} has characters that are not Unicode, which an archive cannot carry")]
    Path {
        /// The path, as far as it can be shown.
        path: String,
    },
}

/// Makes the files.
#[derive(Debug)]
pub struct Installer {
    catalogue: Arc<Catalogue>,
    data: ConfigData,
    icons: OnceLock<Result<Vec<Icon>, IconError>>,
}

impl Installer {
    /// An installer for what this program ships.
    ///
    /// # Errors
    /// Every mistake in the shipped folder, each with its file.
    pub fn shipped(catalogue: Arc<Catalogue>) -> Result<Self, ConfigErrors> {
        Ok(Self::new(catalogue, data::shipped()?))
    }

    /// An installer for other data. What the catalogue has no use for is left out.
    #[must_use]
    pub fn new(catalogue: Arc<Catalogue>, mut data: ConfigData) -> Self {
        let used = used_types(&catalogue, &data);
        data.types.retain(|own| used.contains(&own.name));
        let drawn: BTreeSet<&str> = data.types.iter().map(|own| own.icon.as_str()).collect();
        data.icons.retain(|icon| drawn.contains(icon.name.as_str()));
        let known: BTreeSet<&str> = catalogue.declarations().map(|declared| declared.definition.name).collect();
        data.machines.retain(|machine| machine.transforms().all(|name| known.contains(name)));
        Self { catalogue, data, icons: OnceLock::new() }
    }

    /// What is shipped of the folder.
    #[must_use]
    pub fn data(&self) -> &ConfigData {
        &self.data
    }

    /// The icons of the shipped types, drawn when somebody first asks for them.
    ///
    /// # Errors
    /// When a drawing makes no picture.
    pub fn icons(&self) -> Result<&[Icon], IconError> {
        match self.icons.get_or_init(|| self.draw()) {
            Ok(icons) => Ok(icons),
            Err(error) => Err(error.clone()),
        }
    }

    /// One icon for each drawing in each palette group that uses it.
    fn draw(&self) -> Result<Vec<Icon>, IconError> {
        let wanted: BTreeSet<_> = self.data.types.iter().map(|own| (&own.icon, &own.category)).collect();
        let drawing = |name: &str| self.data.icons.iter().find(|icon| icon.name == name);
        wanted
            .into_iter()
            .filter_map(|(name, category)| drawing(name).map(|source| rasterise(source, category)))
            .collect()
    }

    /// `namehound.mtz`: for clients that reach this server under its public URL.
    ///
    /// # Errors
    /// [`InstallError`]
    pub fn remote_mtz(&self, server_name: &str, public_url: &str) -> Result<Vec<u8>, InstallError> {
        let seed = Seed {
            name: server_name.to_owned(),
            url: format!("{}{SEED_PATH}", public_url.trim_end_matches('/')),
            description: DESCRIPTION.to_owned(),
        };
        let listings = self.catalogue.listings();
        Ok(archive::remote_archive(&self.data, self.icons()?, &listings, Some(&seed))?)
    }

    /// The configuration that a server hands out beside its discovery messages: the same archive without a seed, since
    /// whoever gets it has followed one.
    ///
    /// # Errors
    /// [`InstallError`]
    pub fn paired_configuration(&self) -> Result<Vec<u8>, InstallError> {
        Ok(archive::remote_archive(&self.data, self.icons()?, &self.catalogue.listings(), None)?)
    }

    /// The machines with full names of transforms in the place of their own.
    pub fn machines(&self, full_name: impl Fn(&str) -> String) -> Vec<Machine> {
        let resolve = |template: &MachineTemplate| template.resolve(|name| Some(full_name(name))).ok();
        self.data.machines.iter().filter_map(resolve).collect()
    }

    /// `namehound-local.mtz`: for a client on the machine where the program is. Without a working directory the client
    /// chooses one.
    ///
    /// # Errors
    /// [`InstallError`], above all for a working directory that is not absolute.
    pub fn local_mtz(&self, program: &Path, working_directory: Option<&Path>) -> Result<Vec<u8>, InstallError> {
        let program = LocalProgram {
            command: text(program)?,
            parameters: LOCAL_COMMAND.to_owned(),
            working_directory: working_directory.map(text).transpose()?.unwrap_or_default(),
            namespace: NAMESPACE.to_owned(),
            // What the program writes to its error stream is progress and errors: worth seeing.
            debug: true,
            description: "Transforms of the Namehound program on this computer".to_owned(),
            last_sync: Timestamp::constant(NEVER_SYNCHRONISED, 0),
        };
        let listings = self.catalogue.listings();
        Ok(archive::local_archive(&self.data, self.icons()?, &listings, &PUBLISHER, &program)?)
    }

    /// `transforms.csv`, in several files where there are many transforms. Older importers refuse the column of output
    /// types.
    ///
    /// # Errors
    /// [`InstallError`]
    pub fn tds_transforms(&self, public_url: &str, output_column: bool) -> Result<Vec<Table>, InstallError> {
        // Which seeds there are is known only to the administrator of the distribution server.
        let table = TransformTable { publisher: PUBLISHER, base_url: public_url, seeds: &[], output_column };
        Ok(tds::transforms(&table, &self.catalogue.listings())?)
    }

    /// `settings.csv`, the settings that the transforms in `transforms.csv` name.
    ///
    /// # Errors
    /// [`InstallError`]
    pub fn tds_settings(&self) -> Result<Vec<Table>, InstallError> {
        Ok(tds::settings(&self.catalogue.listings())?)
    }
}

/// The own types that a transform takes or returns, and their own parents.
fn used_types(catalogue: &Catalogue, data: &ConfigData) -> BTreeSet<String> {
    let named = catalogue
        .declarations()
        .flat_map(|declared| declared.definition.inputs.iter().chain(declared.definition.outputs))
        .map(|entity_type| entity_type.name);
    let mut used = BTreeSet::new();
    for name in named {
        let mut next = Some(name);
        while let Some(own) = next.and_then(|name| data.types.iter().find(|own| own.name == name)) {
            // Data that were read hold no circles; data that were put together by hand may.
            if !used.insert(own.name.clone()) {
                break;
            }
            next = own.parent.as_deref();
        }
    }
    used
}

fn text(path: &Path) -> Result<String, InstallError> {
    let unreadable = || InstallError::Path { path: path.to_string_lossy().into_owned() };
    path.to_str().map(str::to_owned).ok_or_else(unreadable)
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    fn standard() -> Installer {
        Installer::shipped(Arc::new(Catalogue::standard())).unwrap_or_else(|errors| panic!("{errors}"))
    }

    #[test]
    fn every_shipped_machine_is_complete() {
        let ids: Vec<_> = standard().data().machines.iter().map(|machine| machine.id().to_owned()).collect();
        assert_eq!(
            ids,
            ["namehound.domain_footprint", "namehound.name_server_infrastructure", "namehound.registrant_network"]
        );
    }

    #[test]
    fn a_machine_without_one_of_its_transforms_is_left_out() {
        let all = Catalogue::standard();
        let without = |missing: &str| {
            let kept = all.transforms().filter(|kept| kept.declaration().definition.name != missing).cloned();
            Installer::shipped(Arc::new(Catalogue::new(kept.collect()))).unwrap()
        };
        let installer = without("email_to_domains");
        let ids: Vec<_> = installer.data().machines.iter().map(|machine| machine.id()).collect();
        assert_eq!(ids, ["namehound.domain_footprint", "namehound.name_server_infrastructure"]);
        installer.remote_mtz("Namehound", "https://hub.example").unwrap();
        let installer = without("domain_to_whois_history");
        assert!(installer.data().machines.is_empty());
    }

    #[test]
    fn every_set_of_the_catalogue_is_described() {
        let installer = standard();
        for declared in installer.catalogue.declarations() {
            let set = declared.definition.set;
            assert!(!installer.data().set_description(set).is_empty(), "{set} is not in sets.toml");
        }
    }

    #[test]
    fn a_type_that_no_transform_knows_is_not_shipped() {
        let installer = standard();
        let known: BTreeSet<&str> = installer
            .catalogue
            .declarations()
            .flat_map(|declared| declared.definition.inputs.iter().chain(declared.definition.outputs))
            .map(|entity_type| entity_type.name)
            .collect();
        assert!(installer.data().types.iter().all(|own| known.contains(own.name.as_str())));
        assert_eq!(installer.data().types.len(), known.iter().filter(|name| name.starts_with("namehound.")).count());
        assert_eq!(installer.icons().unwrap().len(), installer.data().types.len());
    }

    #[test]
    fn a_working_directory_must_be_absolute_and_may_be_missing() {
        let installer = standard();
        let program = Path::new("/opt/namehound/namehound");
        assert!(matches!(
            installer.local_mtz(program, Some(Path::new("data"))),
            Err(InstallError::Archive(ArchiveError::WorkingDirectory { .. }))
        ));
        installer.local_mtz(program, None).unwrap();
    }

    #[cfg(unix)]
    #[test]
    fn a_path_that_is_no_text_is_named() {
        use std::os::unix::ffi::OsStringExt;
        let path = PathBuf::from(std::ffi::OsString::from_vec(b"/opt/\xff/namehound".to_vec()));
        let told = standard().local_mtz(&path, None).unwrap_err().to_string();
        assert_eq!(told, "/opt/\u{fffd}/namehound has characters that are not Unicode, which an archive cannot carry");
    }
}
