//! A certificate and its key in two PEM files, and what is served with them.

use std::{
    io,
    path::{Path, PathBuf},
    sync::Arc,
    time::SystemTime,
};

use jiff::Timestamp;
use rustls::{
    ServerConfig,
    crypto::aws_lc_rs,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject as _},
};
use thiserror::Error;

use super::{
    certificate::{Certificate, CertificateError},
    shown,
};

/// What clients may choose from once the connection is encrypted, the best first (RFC 7301).
const PROTOCOLS: [&[u8]; 2] = [b"h2", b"http/1.1"];

/// Where the server's certificate and its key are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PemFiles {
    /// The certificate, followed by those of the authorities in between (and, if you like, the top one).
    pub certificate: PathBuf,
    /// The key of the first certificate.
    pub key: PathBuf,
}

/// Two files that were read and fit together.
#[derive(Debug, Clone)]
pub struct Loaded {
    /// What rustls serves with.
    pub config: Arc<ServerConfig>,
    /// The server's own certificate.
    pub certificate: Certificate,
}

/// Why two files cannot be served with. Displays with the next step; what stands in a key file is never repeated.
#[derive(Debug, Error)]
pub enum PemError {
    /// A file is not there.
    #[error(
        "{} is not there. \"namehound tls init\" makes a certificate; if you have one, name its files in the \
         configuration under [server.tls]",
        file.display()
    )]
    Missing {
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
    /// The file of certificates holds none.
    #[error("{} holds no certificate in PEM form (text with a line -----BEGIN CERTIFICATE-----)", file.display())]
    NoCertificate {
        /// The file.
        file: PathBuf,
    },
    /// The first certificate cannot be read.
    #[error("{}: {error}", file.display())]
    Certificate {
        /// The file.
        file: PathBuf,
        /// Why.
        error: CertificateError,
    },
    /// The key file holds no key.
    #[error("{} holds no private key in PEM form (text with a line -----BEGIN PRIVATE KEY-----)", file.display())]
    NoKey {
        /// The file.
        file: PathBuf,
    },
    /// The key is encrypted.
    #[error(
        "the key in {} is protected by a password, which a server that starts by itself cannot type; \"openssl pkey\" \
         writes it without one",
        file.display()
    )]
    ProtectedKey {
        /// The file.
        file: PathBuf,
    },
    /// Certificate and key belong to different pairs.
    #[error(
        "the key in {} does not belong to the first certificate in {}",
        files.key.display(),
        files.certificate.display()
    )]
    OtherKey {
        /// The files.
        files: PemFiles,
    },
    /// The certificate has ended.
    #[error(
        "the certificate in {} ended on {}: no client would accept it. If \"namehound tls init\" made it, run that \
         again; nobody has to trust anything anew",
        file.display(),
        shown(*until)
    )]
    Ended {
        /// The file.
        file: PathBuf,
        /// When.
        until: Timestamp,
    },
    /// The cryptographic library refuses them.
    #[error("{} and its key cannot be used: {detail}", file.display())]
    Unusable {
        /// The file of certificates.
        file: PathBuf,
        /// Why.
        detail: String,
    },
}

/// What tells two versions of the files apart without reading them: when each was changed, and its length.
pub(super) type Stamp = [Option<(SystemTime, u64)>; 2];

impl PemFiles {
    /// Reads both files and checks that they belong together and that the certificate has not ended at `now`.
    ///
    /// TLS 1.2 and 1.3 are offered, and HTTP/2 and HTTP/1.1 inside. A certificate that is not valid *yet* is accepted
    /// ([`Certificate::concerns`] tells): after a reboot the clock may be what is wrong.
    ///
    /// # Errors
    /// See [`PemError`].
    pub fn load(&self, now: Timestamp) -> Result<Loaded, PemError> {
        let file = || self.certificate.clone();
        let chain: Vec<CertificateDer<'static>> = CertificateDer::pem_slice_iter(&read(&self.certificate)?)
            .collect::<Result<_, _>>()
            .map_err(|_| PemError::NoCertificate { file: file() })?;
        let first = chain.first().ok_or_else(|| PemError::NoCertificate { file: file() })?;
        let certificate =
            Certificate::from_der(first).map_err(|error| PemError::Certificate { file: file(), error })?;
        let key = self.read_key()?;
        if now > certificate.not_after {
            return Err(PemError::Ended { file: file(), until: certificate.not_after });
        }
        let unusable = |error: rustls::Error| match error {
            rustls::Error::InconsistentKeys(_) => PemError::OtherKey { files: self.clone() },
            error => PemError::Unusable { file: file(), detail: error.to_string() },
        };
        let mut config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(unusable)?
            .with_no_client_auth()
            .with_single_cert(chain, key)
            .map_err(unusable)?;
        config.alpn_protocols = PROTOCOLS.iter().map(|protocol| protocol.to_vec()).collect();
        Ok(Loaded { config: Arc::new(config), certificate })
    }

    fn read_key(&self) -> Result<PrivateKeyDer<'static>, PemError> {
        let text = read(&self.key)?;
        PrivateKeyDer::from_pem_slice(&text).map_err(|_| {
            let file = self.key.clone();
            let protected = String::from_utf8_lossy(&text).contains("ENCRYPTED");
            if protected { PemError::ProtectedKey { file } } else { PemError::NoKey { file } }
        })
    }

    /// Which version of the files is there.
    pub(super) fn stamp(&self) -> Stamp {
        [&self.certificate, &self.key].map(|file| {
            let about = std::fs::metadata(file).ok()?;
            Some((about.modified().ok()?, about.len()))
        })
    }
}

fn read(file: &Path) -> Result<Vec<u8>, PemError> {
    std::fs::read(file).map_err(|error| {
        let file = file.to_path_buf();
        if error.kind() == io::ErrorKind::NotFound {
            PemError::Missing { file }
        } else {
            PemError::Unreadable { file, error }
        }
    })
}
