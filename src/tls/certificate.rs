//! Reading a certificate: for whom, until when, and what is worrying about it.

use std::net::IpAddr;

use aws_lc_rs::digest;
use ipnet::IpNet;
use jiff::{SignedDuration, Timestamp};
use rustls::pki_types::{CertificateDer, ServerName};
use thiserror::Error;
use x509_parser::{
    certificate::X509Certificate,
    extensions::{GeneralName, GeneralSubtree},
    prelude::FromDer as _,
    time::ASN1Time,
};

use super::{
    names::{Scope, listed},
    shown,
};

/// How long before its end a certificate is worth a warning.
const NEAR_THE_END: SignedDuration = SignedDuration::from_hours(30 * 24);

/// What is known about one certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Certificate {
    der: CertificateDer<'static>,
    /// To whom it was given, as one line.
    pub subject: String,
    /// The host names and addresses it is for (RFC 5280 section 4.2.1.6), as written in it. Other kinds are left out.
    pub names: Vec<String>,
    /// Its number, unique within its issuer: hexadecimal digits in pairs with colons.
    pub serial: String,
    /// When it begins.
    pub not_before: Timestamp,
    /// When it ends.
    pub not_after: Timestamp,
    /// The SHA-256 hash of the whole certificate: upper-case hexadecimal digits in pairs with colons, as browsers,
    /// `keytool` and OpenSSL print it.
    pub fingerprint: String,
    /// Whether it belongs to an authority that may sign others.
    pub is_authority: bool,
    /// The public key, as `SubjectPublicKeyInfo` in DER.
    pub(super) public_key: Vec<u8>,
    /// What it permits an authority to vouch for.
    pub(super) permitted: Vec<Scope>,
    /// What it forbids.
    pub(super) excluded: Vec<Scope>,
    issuer: Vec<u8>,
    subject_der: Vec<u8>,
}

/// Bytes that are no certificate, or one with something in it that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("the certificate cannot be read: {detail}")]
pub struct CertificateError {
    /// Why.
    pub detail: String,
}

/// Something worth a warning about a certificate that can still be used.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Concern {
    /// It begins later. Often the machine's clock is wrong.
    #[error("the certificate is not valid before {}; is this machine's clock right?", shown(*from))]
    NotYetValid {
        /// When it begins.
        from: Timestamp,
    },
    /// It ends soon.
    #[error(
        "the certificate ends on {}, in {days} days; renew it before then (a private one with \"namehound tls init\")",
        shown(*until)
    )]
    EndsSoon {
        /// When it ends.
        until: Timestamp,
        /// Whole days until then.
        days: i64,
    },
    /// It has ended while the server was running.
    #[error(
        "the certificate ended on {}: clients refuse it. Renew it (a private one with \"namehound tls init\")",
        shown(*until)
    )]
    Ended {
        /// When it ended.
        until: Timestamp,
    },
    /// Clients use an address it is not for.
    #[error(
        "server.public_url says that clients use {host}, but the certificate is for {}: clients that come here \
         directly will refuse it",
        listed(names)
    )]
    OtherName {
        /// The host in the public address.
        host: String,
        /// What the certificate is for.
        names: Vec<String>,
    },
    /// The public address is a plain HTTP one.
    #[error("server.public_url begins with http://, but this server speaks HTTPS: write https://")]
    PlainPublicUrl,
}

impl Certificate {
    /// Reads one certificate.
    ///
    /// # Errors
    /// When the bytes are no X.509 certificate or its names or dates cannot be read.
    pub fn from_der(der: &[u8]) -> Result<Self, CertificateError> {
        let failed = |detail: String| CertificateError { detail };
        let (rest, parsed) = X509Certificate::from_der(der).map_err(|error| failed(error.to_string()))?;
        if !rest.is_empty() {
            return Err(failed("there is something behind its end".to_owned()));
        }
        let extension = |error: x509_parser::error::X509Error| failed(error.to_string());
        let names = parsed
            .subject_alternative_name()
            .map_err(extension)?
            .map(|names| names.value.general_names.iter().filter_map(shown_name).collect())
            .unwrap_or_default();
        let limits = parsed.name_constraints().map_err(extension)?.map(|limits| limits.value);
        let scopes = |trees: Option<&Vec<GeneralSubtree<'_>>>| -> Vec<Scope> {
            trees.into_iter().flatten().filter_map(|tree| scope(&tree.base)).collect()
        };
        Ok(Self {
            der: CertificateDer::from(der.to_vec()),
            subject: parsed.subject().to_string(),
            names,
            serial: parsed.raw_serial_as_string(),
            not_before: timestamp(&parsed.validity().not_before)?,
            not_after: timestamp(&parsed.validity().not_after)?,
            fingerprint: fingerprint(der),
            is_authority: parsed.is_ca(),
            public_key: parsed.public_key().raw.to_vec(),
            permitted: scopes(limits.and_then(|limits| limits.permitted_subtrees.as_ref())),
            excluded: scopes(limits.and_then(|limits| limits.excluded_subtrees.as_ref())),
            issuer: parsed.issuer().as_raw().to_vec(),
            subject_der: parsed.subject().as_raw().to_vec(),
        })
    }

    /// What an authority's certificate may vouch for; empty means no limit.
    #[must_use]
    pub fn permitted(&self) -> &[Scope] {
        &self.permitted
    }

    /// The certificate itself.
    #[must_use]
    pub fn der(&self) -> &CertificateDer<'static> {
        &self.der
    }

    /// Whether it names `other` as its issuer. Names only; a signature is checked by whoever relies on it.
    #[must_use]
    pub fn names_as_issuer(&self, other: &Self) -> bool {
        self.issuer == other.subject_der
    }

    /// Whether a client that was told to connect to `host` accepts this certificate's names: the check of RFC 6125 as
    /// clients do it, with wildcards and without the old fallback to the subject's common name.
    #[must_use]
    pub fn is_for(&self, host: &str) -> bool {
        let host = host.trim_start_matches('[').trim_end_matches(']');
        let Ok(name) = ServerName::try_from(host) else { return false };
        rustls::server::ParsedCertificate::try_from(&self.der)
            .and_then(|parsed| rustls::client::verify_server_name(&parsed, &name))
            .is_ok()
    }

    /// What is worrying about its dates at this time.
    #[must_use]
    pub fn concern_about_dates(&self, now: Timestamp) -> Option<Concern> {
        let left = now.until(self.not_after).map_or(0, |span| span.get_seconds());
        if now < self.not_before {
            Some(Concern::NotYetValid { from: self.not_before })
        } else if now > self.not_after {
            Some(Concern::Ended { until: self.not_after })
        } else if left < NEAR_THE_END.as_secs() {
            Some(Concern::EndsSoon { until: self.not_after, days: left / 86_400 })
        } else {
            None
        }
    }

    /// What is worrying about it as the certificate of a server that clients reach under `public_url`.
    #[must_use]
    pub fn concerns(&self, now: Timestamp, public_url: Option<&str>) -> Vec<Concern> {
        let public = public_url.and_then(|text| url::Url::parse(text).ok());
        let plain = public.as_ref().is_some_and(|url| url.scheme() == "http").then_some(Concern::PlainPublicUrl);
        let other = public
            .as_ref()
            .and_then(url::Url::host_str)
            .filter(|host| !self.is_for(host))
            .map(|host| Concern::OtherName { host: host.to_owned(), names: self.names.clone() });
        self.concern_about_dates(now).into_iter().chain(plain).chain(other).collect()
    }
}

/// A name or an address; other kinds of names are nothing a server is reached by.
fn shown_name(name: &GeneralName<'_>) -> Option<String> {
    match name {
        GeneralName::DNSName(name) => Some((*name).to_owned()),
        GeneralName::IPAddress(bytes) => address(bytes).map(|address| address.to_string()),
        _ => None,
    }
}

fn scope(base: &GeneralName<'_>) -> Option<Scope> {
    match base {
        GeneralName::DNSName(domain) => Some(Scope::Domain(domain.to_ascii_lowercase())),
        // Address and mask, one after the other (RFC 5280 section 4.2.1.10).
        GeneralName::IPAddress(bytes) => {
            let (start, mask) = bytes.split_at_checked(bytes.len() / 2)?;
            IpNet::with_netmask(address(start)?, address(mask)?).ok().map(Scope::Network)
        }
        _ => None,
    }
}

fn address(bytes: &[u8]) -> Option<IpAddr> {
    let four = <[u8; 4]>::try_from(bytes).map(IpAddr::from);
    four.or_else(|_| <[u8; 16]>::try_from(bytes).map(IpAddr::from)).ok()
}

fn timestamp(time: &ASN1Time) -> Result<Timestamp, CertificateError> {
    Timestamp::from_second(time.timestamp()).map_err(|error| CertificateError { detail: error.to_string() })
}

fn fingerprint(der: &[u8]) -> String {
    let hash = digest::digest(&digest::SHA256, der);
    hash.as_ref().iter().map(|byte| format!("{byte:02X}")).collect::<Vec<_>>().join(":")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tls::{Authority, HostName};

    fn certificate(names: &[&str], days: u16) -> Certificate {
        let now: Timestamp = "2026-03-01T12:00:00Z".parse().unwrap();
        let names: Vec<HostName> = names.iter().map(|name| name.parse().unwrap()).collect();
        let scopes: Vec<Scope> = names.iter().map(Scope::from).collect();
        let authority = Authority::make(&scopes, now).unwrap();
        let key = rcgen::KeyPair::generate().unwrap();
        authority.sign(&names, &key, days, now).unwrap().certificate
    }

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn a_certificate_is_for_exactly_its_names() {
        let certificate = certificate(&["hound.lab.example", "192.0.2.7", "2001:db8::7", "desktop_7"], 90);
        assert_eq!(certificate.names, ["hound.lab.example", "192.0.2.7", "2001:db8::7", "desktop_7"]);
        for host in ["hound.lab.example", "HOUND.lab.example", "192.0.2.7", "[2001:db8::7]", "desktop_7"] {
            assert!(certificate.is_for(host), "{host}");
        }
        for host in ["lab.example", "x.hound.lab.example", "192.0.2.8", "localhost", "", "a b"] {
            assert!(!certificate.is_for(host), "{host}");
        }
    }

    #[test]
    fn concerns_name_the_date_and_the_names() {
        let certificate = certificate(&["hound.lab.example"], 90);
        let concerns = |now: &str, url: Option<&str>| -> Vec<String> {
            certificate.concerns(at(now), url).iter().map(ToString::to_string).collect()
        };
        let good = Some("https://hound.lab.example:8443/x");
        assert_eq!(concerns("2026-03-01T12:00:00Z", None), [""; 0]);
        assert_eq!(concerns("2026-03-01T12:00:00Z", good), [""; 0]);
        let early = concerns("2026-02-01T12:00:00Z", good);
        assert!(early[0].contains("not valid before 2026-03-01 11:00 UTC"), "{early:?}");
        let late = concerns("2026-05-10T11:00:00Z", good);
        assert!(late[0].contains("ends on 2026-05-30 10:59 UTC, in 19 days"), "{late:?}");
        let over = concerns("2026-06-10T11:00:00Z", good);
        assert!(over[0].contains("ended on 2026-05-30 10:59 UTC"), "{over:?}");
        let other = concerns("2026-03-01T12:00:00Z", Some("https://other.example"));
        assert!(
            other[0].contains("clients use other.example, but the certificate is for hound.lab.example"),
            "{other:?}"
        );
        let plain = concerns("2026-03-01T12:00:00Z", Some("http://hound.lab.example"));
        assert!(plain[0].contains("write https://") && plain.len() == 1, "{plain:?}");
    }

    #[test]
    fn what_is_no_certificate_is_an_error() {
        let mut der = certificate(&["a.example"], 1).der().to_vec();
        assert!(Certificate::from_der(b"").is_err());
        assert!(Certificate::from_der(&der[..der.len() - 1]).is_err());
        der.push(0);
        assert!(Certificate::from_der(&der).is_err());
    }
}
