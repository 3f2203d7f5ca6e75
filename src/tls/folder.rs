//! The folder that holds a private authority and the server certificate it signed.
//!
//! Four files: `ca.pem` is what people trust, `ca.key` signs and may well be kept elsewhere, `server.pem` (the server's
//! certificate followed by the authority's) and `server.key` are what the server needs.
//!
//! Making a certificate again is a renewal: keys that are there are used again and never overwritten, so whoever trusts
//! `ca.pem` goes on trusting, and a server that is running at that moment sees one file change instead of two that must
//! fit together. Only `force` makes new keys.

use std::{
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use jiff::Timestamp;
use rcgen::KeyPair;
use rustls::pki_types::{CertificateDer, pem::PemObject as _};
use secrecy::{ExposeSecret as _, SecretString};
use thiserror::Error;

use super::{
    authority::{Authority, AuthorityError},
    certificate::Certificate,
    files::PemFiles,
    names::{HostName, Scope},
};

/// A folder with an authority and a server certificate, or one where they shall be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Folder {
    path: PathBuf,
}

/// What somebody wants a certificate for.
#[derive(Debug, Clone, Default)]
pub struct Wish {
    /// The names and addresses of the server.
    pub names: Vec<HostName>,
    /// What a *new* authority may vouch for later, besides the names.
    pub later: Vec<Scope>,
    /// For how many days, at most [`super::LONGEST_DAYS`].
    pub days: u16,
    /// Whether keys that are there may be overwritten with new ones.
    pub force: bool,
}

/// What was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Made {
    /// The authority.
    pub authority: Certificate,
    /// Whether it is a new one, which people have to trust.
    pub authority_is_new: bool,
    /// The server's certificate.
    pub server: Certificate,
}

/// Why no certificate was made. Displays with the next step.
#[derive(Debug, Error)]
pub enum InitError {
    /// Half an authority.
    #[error(
        "{} is there, but {} is not. Put it back, or use --force to make a new authority, which everybody has to trust \
         again",
        there.display(),
        missing.display()
    )]
    HalfAnAuthority {
        /// The file that is there.
        there: PathBuf,
        /// The file that is not.
        missing: PathBuf,
    },
    /// The authority cannot do it.
    #[error(
        "the authority in {} cannot be used: {error}. With --force a new one is made, which everybody has to \
         trust again",
        file.display()
    )]
    Authority {
        /// Its certificate.
        file: PathBuf,
        /// Why.
        error: AuthorityError,
    },
    /// No new authority could be made.
    #[error(transparent)]
    Making(AuthorityError),
    /// A server certificate of somebody else.
    #[error(
        "{} was not signed by the authority in this folder, so it is not overwritten. Use --dir with another folder, \
         or --force",
        file.display()
    )]
    Foreign {
        /// The file.
        file: PathBuf,
    },
    /// The server's key cannot be used.
    #[error("{} holds no private key that can be used. Take it away, or use --force to make a new one", file.display())]
    ServerKey {
        /// The file.
        file: PathBuf,
    },
    /// A file cannot be read.
    #[error("{} cannot be read: {error}", file.display())]
    Unreadable {
        /// The file.
        file: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// A file or the folder cannot be written.
    #[error("{} cannot be written: {error}", file.display())]
    Unwritable {
        /// The file.
        file: PathBuf,
        /// Why.
        error: io::Error,
    },
}

impl Folder {
    /// The folder at a path; nothing is read or written yet.
    #[must_use]
    pub fn at(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into() }
    }

    /// The usual one, inside the data folder.
    #[must_use]
    pub fn in_data(data: &Path) -> Self {
        Self::at(data.join("tls"))
    }

    /// The same folder by its full path, which means the same wherever it is written down.
    #[must_use]
    pub fn absolute(self) -> Self {
        Self { path: std::path::absolute(&self.path).unwrap_or(self.path) }
    }

    /// The authority's certificate: what people trust.
    #[must_use]
    pub fn authority_certificate(&self) -> PathBuf {
        self.path.join("ca.pem")
    }

    /// The authority's key.
    #[must_use]
    pub fn authority_key(&self) -> PathBuf {
        self.path.join("ca.key")
    }

    /// What the server needs.
    #[must_use]
    pub fn server(&self) -> PemFiles {
        PemFiles { certificate: self.path.join("server.pem"), key: self.path.join("server.key") }
    }

    /// Makes a server certificate, and an authority and keys where there are none yet.
    ///
    /// # Errors
    /// See [`InitError`]. Everything that is there stays as it is then.
    pub fn init(&self, wish: &Wish, now: Timestamp) -> Result<Made, InitError> {
        let stored = if wish.force { None } else { self.stored_authority()? };
        let is_new = stored.is_none();
        let authority = match stored {
            Some(authority) => authority,
            None => {
                let scopes: Vec<_> = wish.names.iter().map(Scope::from).chain(wish.later.iter().cloned()).collect();
                Authority::make(&scopes, now).map_err(InitError::Making)?
            }
        };
        if !wish.force {
            self.refuse_foreign(authority.certificate())?;
        }
        let stored_key = if wish.force { None } else { self.stored_server_key()? };
        let key_is_new = stored_key.is_none();
        let key = match stored_key {
            Some(key) => key,
            None => KeyPair::generate().map_err(|error| InitError::Making(error.into()))?,
        };
        let signed = authority
            .sign(&wish.names, &key, wish.days, now)
            .map_err(|error| InitError::Authority { file: self.authority_certificate(), error })?;

        self.create().map_err(|error| InitError::Unwritable { file: self.path.clone(), error })?;
        if is_new {
            write_key(&self.authority_key(), &authority.key_pem(), wish.force)?;
            write(&self.authority_certificate(), authority.pem())?;
        }
        let PemFiles { certificate, key: key_file } = self.server();
        if key_is_new {
            write_key(&key_file, &key.serialize_pem().into(), wish.force)?;
        }
        // The authority's certificate comes along so that a client's dialogue can show it.
        write(&certificate, &format!("{}{}", signed.pem, authority.pem()))?;
        Ok(Made { authority: authority.certificate().clone(), authority_is_new: is_new, server: signed.certificate })
    }

    fn stored_authority(&self) -> Result<Option<Authority>, InitError> {
        let (file, key_file) = (self.authority_certificate(), self.authority_key());
        match (read::<String>(&file)?, read::<SecretString>(&key_file)?) {
            (None, None) => Ok(None),
            (Some(certificate), Some(key)) => Authority::read(&certificate, key.expose_secret())
                .map(Some)
                .map_err(|error| InitError::Authority { file, error }),
            (Some(_), None) => Err(InitError::HalfAnAuthority { there: file, missing: key_file }),
            (None, Some(_)) => Err(InitError::HalfAnAuthority { there: key_file, missing: file }),
        }
    }

    /// A certificate that was bought or issued elsewhere is not ours to overwrite.
    fn refuse_foreign(&self, authority: &Certificate) -> Result<(), InitError> {
        let file = self.server().certificate;
        let Some(text) = read::<String>(&file)? else { return Ok(()) };
        let ours = CertificateDer::from_pem_slice(text.as_bytes())
            .ok()
            .and_then(|der| Certificate::from_der(&der).ok())
            .is_some_and(|certificate| certificate.names_as_issuer(authority));
        if ours { Ok(()) } else { Err(InitError::Foreign { file }) }
    }

    fn stored_server_key(&self) -> Result<Option<KeyPair>, InitError> {
        let file = self.server().key;
        read::<SecretString>(&file)?
            .map(|text| KeyPair::from_pem(text.expose_secret()).map_err(|_| InitError::ServerKey { file }))
            .transpose()
    }

    /// Makes the folder, which only its owner may look into.
    fn create(&self) -> io::Result<()> {
        let mut builder = std::fs::DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(&self.path)
    }
}

/// A file's text, `None` if there is no such file.
fn read<T: From<String>>(file: &Path) -> Result<Option<T>, InitError> {
    match std::fs::read_to_string(file) {
        Ok(text) => Ok(Some(text.into())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(InitError::Unreadable { file: file.to_path_buf(), error }),
    }
}

/// Writes a key that only its owner may read. Without `replace` a file that is there stops it, even one that appeared
/// this very moment.
fn write_key(file: &Path, key: &SecretString, replace: bool) -> Result<(), InitError> {
    let written =
        if replace { swap(file, key.expose_secret(), 0o600) } else { fresh(file, key.expose_secret(), 0o600) };
    written.map_err(|error| InitError::Unwritable { file: file.to_path_buf(), error })
}

/// Writes a certificate, in one step for whoever reads it meanwhile.
fn write(file: &Path, text: &str) -> Result<(), InitError> {
    swap(file, text, 0o644).map_err(|error| InitError::Unwritable { file: file.to_path_buf(), error })
}

/// Puts a new file in the place of another at once.
fn swap(file: &Path, text: &str, mode: u32) -> io::Result<()> {
    let beside = file.with_added_extension("new");
    // Left over from a write that was interrupted.
    match std::fs::remove_file(&beside) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    fresh(&beside, text, mode)?;
    std::fs::rename(&beside, file)
}

/// Writes a file that must not be there yet, with its permissions from the first byte on.
fn fresh(file: &Path, text: &str, mode: u32) -> io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, mode);
    #[cfg(not(unix))]
    let _inherited_from_the_folder = mode;
    let mut created = options.open(file)?;
    created.write_all(text.as_bytes())?;
    created.sync_all()
}
