//! The private authority: an ECDSA P-256 key and a certificate that says what it may vouch for.
//!
//! The certificate follows RFC 5280: `CA:TRUE` with a path length of zero (it signs servers, not further authorities),
//! key usage for certificates and revocation lists, server authentication as the only purpose, and critical name
//! constraints (section 4.2.1.10). Constraints speak about one kind of name at a time and leave every other kind free,
//! so loopback names and addresses of both families are always among the permitted ones: that way there is no kind left
//! about which nothing is said.

use std::ops::RangeInclusive;

use ipnet::IpNet;
use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use rcgen::{
    BasicConstraints, CertificateParams, CidrSubnet, DistinguishedName, DnType, ExtendedKeyUsagePurpose,
    GeneralSubtree, IsCa, Issuer, KeyPair, KeyUsagePurpose, NameConstraints, PublicKeyData as _, SanType, SerialNumber,
};
use rustls::pki_types::{CertificateDer, pem::PemObject as _};
use secrecy::SecretString;
use thiserror::Error;
use x509_parser::time::ASN1Time;

use super::{
    certificate::{Certificate, CertificateError},
    names::{HostName, Scope, listed, loopback_names},
    shown,
};

/// The longest life of a server certificate, in days: one more than a year and a month, below the 398 days from which
/// browsers refuse certificates of public authorities.
pub const LONGEST_DAYS: u16 = 397;
/// How long the authority itself lives, in days.
const AUTHORITY_DAYS: i64 = 3650;
/// How far certificates reach back, so that a client whose clock is a little slow accepts a new one.
const BACK: SignedDuration = SignedDuration::from_hours(1);
/// The longest common name (RFC 5280 appendix A.1, `ub-common-name`), in characters.
const LONGEST_COMMON_NAME: usize = 64;
/// The years that can be written in a certificate.
const YEARS: RangeInclusive<i16> = 1950..=9999;

/// An authority that can sign server certificates.
#[derive(Debug)]
pub struct Authority {
    issuer: Issuer<'static, KeyPair>,
    certificate: Certificate,
    pem: String,
}

/// A certificate that was just signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signed {
    /// What it says.
    pub certificate: Certificate,
    /// The certificate in PEM form.
    pub pem: String,
}

/// Why an authority cannot be made, read or used. Displays as one sentence.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum AuthorityError {
    /// The certificate is not in PEM form.
    #[error("it holds no certificate in PEM form")]
    NoCertificate,
    /// The certificate cannot be read.
    #[error(transparent)]
    Certificate(#[from] CertificateError),
    /// The certificate belongs to something that may not sign.
    #[error("the certificate of {subject} is no authority's")]
    NoAuthority {
        /// Whose it is.
        subject: String,
    },
    /// The key cannot be read. What stands in it is not repeated.
    #[error("its key cannot be read")]
    Key,
    /// The key belongs to another certificate.
    #[error("its key belongs to another certificate")]
    OtherKey,
    /// It has ended.
    #[error("it ended on {}", shown(*until))]
    Ended {
        /// When.
        until: Timestamp,
    },
    /// It was not made for such names.
    #[error("it may vouch for {} only, not for {}", listed(permitted), listed(names))]
    OutOfScope {
        /// The names it may not vouch for.
        names: Vec<HostName>,
        /// What it may vouch for.
        permitted: Vec<Scope>,
    },
    /// The operating system gives no random numbers.
    #[error("no random numbers from the operating system")]
    Randomness,
    /// Making the certificate failed.
    #[error("the certificate cannot be made: {detail}")]
    Making {
        /// Why.
        detail: String,
    },
}

impl From<rcgen::Error> for AuthorityError {
    fn from(error: rcgen::Error) -> Self {
        Self::Making { detail: error.to_string() }
    }
}

impl Authority {
    /// Makes a new one that may vouch for the scopes and for every machine's names for itself, from an hour before
    /// `now` for ten years.
    ///
    /// # Errors
    /// When there are no random numbers, or `now` is outside the years a certificate can express.
    pub fn make(scopes: &[Scope], now: Timestamp) -> Result<Self, AuthorityError> {
        let mut permitted = scopes.to_vec();
        permitted.extend(loopback_names().iter().map(Scope::from).filter(|scope| !scopes.contains(scope)));
        let mut parameters = CertificateParams::default();
        parameters.distinguished_name = named(title(scopes, now));
        let from = after(now, -BACK);
        parameters.not_before = date(from)?.to_datetime();
        parameters.not_after = date(after(from, SignedDuration::from_hours(24 * AUTHORITY_DAYS)))?.to_datetime();
        parameters.serial_number = Some(serial_number()?);
        parameters.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        parameters.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        parameters.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        parameters.name_constraints = Some(NameConstraints {
            permitted_subtrees: permitted.iter().map(subtree).collect(),
            excluded_subtrees: Vec::new(),
        });
        let key = KeyPair::generate()?;
        let pem = parameters.self_signed(&key)?.pem();
        Self::of(pem, key)
    }

    /// Reads a stored one.
    ///
    /// # Errors
    /// When the texts are no certificate and no key, do not belong together, or are no authority's.
    pub fn read(certificate: &str, key: &str) -> Result<Self, AuthorityError> {
        let key = KeyPair::from_pem(key).map_err(|_| AuthorityError::Key)?;
        Self::of(certificate.to_owned(), key)
    }

    fn of(pem: String, key: KeyPair) -> Result<Self, AuthorityError> {
        let der = CertificateDer::from_pem_slice(pem.as_bytes()).map_err(|_| AuthorityError::NoCertificate)?;
        let certificate = Certificate::from_der(&der)?;
        if !certificate.is_authority {
            return Err(AuthorityError::NoAuthority { subject: certificate.subject });
        }
        if certificate.public_key != key.subject_public_key_info() {
            return Err(AuthorityError::OtherKey);
        }
        Ok(Self { issuer: Issuer::from_ca_cert_der(&der, key)?, certificate, pem })
    }

    /// Its certificate.
    #[must_use]
    pub fn certificate(&self) -> &Certificate {
        &self.certificate
    }

    /// Its certificate in PEM form: what people trust.
    #[must_use]
    pub fn pem(&self) -> &str {
        &self.pem
    }

    /// Its key in PEM form (PKCS #8).
    #[must_use]
    pub fn key_pem(&self) -> SecretString {
        self.issuer.key().serialize_pem().into()
    }

    /// Whether its certificate lets it vouch for a name: nothing excludes it, and where anything is said about that
    /// kind of name, something permits it (RFC 5280 section 4.2.1.10).
    #[must_use]
    pub fn may_vouch_for(&self, name: &HostName) -> bool {
        let covered = |scopes: &[Scope]| scopes.iter().any(|scope| scope.covers(name));
        let limited = self.certificate.permitted.iter().any(|scope| scope.concerns(name));
        !covered(&self.certificate.excluded) && (!limited || covered(&self.certificate.permitted))
    }

    /// Signs a server's certificate for exactly these names, from an hour before `now` for `days` days (at most
    /// [`LONGEST_DAYS`]), but never for longer than the authority itself lives.
    ///
    /// # Errors
    /// When the authority has ended or may not vouch for one of the names.
    pub fn sign(&self, names: &[HostName], key: &KeyPair, days: u16, now: Timestamp) -> Result<Signed, AuthorityError> {
        if now > self.certificate.not_after {
            return Err(AuthorityError::Ended { until: self.certificate.not_after });
        }
        let outside: Vec<_> = names.iter().filter(|name| !self.may_vouch_for(name)).cloned().collect();
        if !outside.is_empty() {
            let permitted = self.certificate.permitted.clone();
            return Err(AuthorityError::OutOfScope { names: outside, permitted });
        }
        // Both ends belong to the life of a certificate, hence the second less.
        let life =
            SignedDuration::from_hours(24 * i64::from(days.clamp(1, LONGEST_DAYS))) - SignedDuration::from_secs(1);
        let mut parameters = CertificateParams::default();
        // Not a host name on purpose: some clients apply name constraints to a common name that looks like one.
        parameters.distinguished_name = named("Namehound server".to_owned());
        let from = after(now, -BACK);
        parameters.not_before = date(from)?.to_datetime();
        parameters.not_after = date(after(from, life).min(self.certificate.not_after))?.to_datetime();
        parameters.serial_number = Some(serial_number()?);
        parameters.subject_alt_names = names.iter().map(alternative_name).collect::<Result<_, _>>()?;
        // Said explicitly, so that the subject key identifier is written as well.
        parameters.is_ca = IsCa::ExplicitNoCa;
        parameters.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        parameters.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        parameters.use_authority_key_identifier_extension = true;
        let signed = parameters.signed_by(key, &self.issuer)?;
        Ok(Signed { certificate: Certificate::from_der(signed.der())?, pem: signed.pem() })
    }
}

/// What people see in lists of trusted authorities, and look for when they want to remove it.
fn title(scopes: &[Scope], now: Timestamp) -> String {
    let short = format!("Namehound private CA {}", now.strftime("%Y-%m-%d"));
    let loopback: Vec<_> = loopback_names().iter().map(Scope::from).collect();
    match scopes.iter().find(|scope| !loopback.contains(scope)).map(|scope| format!("{short} ({scope})")) {
        Some(long) if long.chars().count() <= LONGEST_COMMON_NAME => long,
        _ => short,
    }
}

fn named(common_name: String) -> DistinguishedName {
    let mut name = DistinguishedName::new();
    name.push(DnType::OrganizationName, "Namehound");
    name.push(DnType::CommonName, common_name);
    name
}

fn subtree(scope: &Scope) -> GeneralSubtree {
    match scope {
        Scope::Domain(domain) => GeneralSubtree::DnsName(domain.clone()),
        Scope::Network(IpNet::V4(network)) => {
            GeneralSubtree::IpAddress(CidrSubnet::V4(network.network().octets(), network.netmask().octets()))
        }
        Scope::Network(IpNet::V6(network)) => {
            GeneralSubtree::IpAddress(CidrSubnet::V6(network.network().octets(), network.netmask().octets()))
        }
    }
}

fn alternative_name(name: &HostName) -> Result<SanType, AuthorityError> {
    Ok(match name {
        HostName::Dns(name) => SanType::DnsName(name.as_str().try_into()?),
        HostName::Address(address) => SanType::IpAddress(*address),
    })
}

/// 127 random bits, positive as RFC 5280 section 4.1.2.2 wants it. A number of its own, not one derived from the key: a
/// key may be used for a renewed certificate, and two certificates of one issuer must never share a number.
fn serial_number() -> Result<SerialNumber, AuthorityError> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|_| AuthorityError::Randomness)?;
    let number = u128::from_be_bytes(bytes) >> 1;
    Ok(SerialNumber::from_slice(&number.to_be_bytes()))
}

/// A time some while after another one, clamped to the years that times can express.
fn after(time: Timestamp, by: SignedDuration) -> Timestamp {
    time.checked_add(by).unwrap_or(if by.is_negative() { Timestamp::MIN } else { Timestamp::MAX })
}

/// A time as certificates write it: whole seconds, and only years they can express (RFC 5280 section 4.1.2.5).
fn date(time: Timestamp) -> Result<ASN1Time, AuthorityError> {
    let making = |detail: String| AuthorityError::Making { detail };
    if !YEARS.contains(&time.to_zoned(TimeZone::UTC).year()) {
        return Err(making("this machine's clock shows a year that no certificate can express".to_owned()));
    }
    ASN1Time::from_timestamp(time.as_second()).map_err(|error| making(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> Timestamp {
        "2026-03-01T12:00:00Z".parse().unwrap()
    }

    fn names(texts: &[&str]) -> Vec<HostName> {
        texts.iter().map(|text| text.parse().unwrap()).collect()
    }

    fn authority(scopes: &[&str]) -> Authority {
        Authority::make(&scopes.iter().map(|scope| scope.parse().unwrap()).collect::<Vec<Scope>>(), now()).unwrap()
    }

    #[test]
    fn it_vouches_for_its_scopes_and_loopback_only() {
        let authority = authority(&["lab.example", "192.168.0.0/16"]);
        let key = KeyPair::generate().unwrap();
        for good in ["lab.example", "hound.lab.example", "192.168.7.9", "localhost", "127.0.0.1", "::1"] {
            assert!(authority.sign(&names(&[good]), &key, 30, now()).is_ok(), "{good}");
        }
        for bad in ["bank.example", "192.0.2.1", "127.0.0.2", "2001:db8::1"] {
            let error = authority.sign(&names(&["localhost", bad]), &key, 30, now()).unwrap_err();
            assert!(
                matches!(&error, AuthorityError::OutOfScope { names: out, .. } if *out == names(&[bad])),
                "{error}"
            );
            assert!(
                error.to_string().contains("lab.example, 192.168.0.0/16, localhost, 127.0.0.1, ::1 only"),
                "{error}"
            );
        }
    }

    #[test]
    fn limits_of_other_authorities_are_understood() {
        let mut authority = authority(&["lab.example"]);
        authority.certificate.permitted = vec!["192.168.0.0/16".parse().unwrap()];
        authority.certificate.excluded = vec!["secret.example".parse().unwrap()];
        // Nothing is said about host names but the exclusion, so every other one is fine.
        for (name, may) in
            [("any.example", true), ("x.secret.example", false), ("192.168.1.1", true), ("10.0.0.1", false)]
        {
            assert_eq!(authority.may_vouch_for(&name.parse().unwrap()), may, "{name}");
        }
        authority.certificate.permitted.clear();
        assert!(authority.may_vouch_for(&"10.0.0.1".parse().unwrap()));
    }

    #[test]
    fn a_stored_authority_signs_as_before() {
        let made = authority(&["lab.example"]);
        let key_pem = made.key_pem();
        let read = Authority::read(made.pem(), secrecy::ExposeSecret::expose_secret(&key_pem)).unwrap();
        assert_eq!(read.certificate(), made.certificate());
        let key = KeyPair::generate().unwrap();
        let (first, second) = (
            made.sign(&names(&["lab.example"]), &key, 30, now()).unwrap().certificate,
            read.sign(&names(&["lab.example"]), &key, 30, now()).unwrap().certificate,
        );
        assert!(second.names_as_issuer(made.certificate()));
        assert_ne!(first.serial, second.serial, "two certificates of one authority never share a number");
        assert!(!format!("{made:?}").contains("PRIVATE"), "keys do not print");
    }

    #[test]
    fn what_does_not_fit_together_is_refused() {
        let (one, two) = (authority(&[]), authority(&[]));
        let key_of = |authority: &Authority| secrecy::ExposeSecret::expose_secret(&authority.key_pem()).to_owned();
        assert_eq!(Authority::read(one.pem(), &key_of(&two)).unwrap_err(), AuthorityError::OtherKey);
        assert_eq!(Authority::read(one.pem(), "nonsense").unwrap_err(), AuthorityError::Key);
        assert_eq!(Authority::read("nonsense", &key_of(&one)).unwrap_err(), AuthorityError::NoCertificate);
        let key = KeyPair::generate().unwrap();
        let leaf = one.sign(&names(&["localhost"]), &key, 30, now()).unwrap();
        let refused = Authority::read(&leaf.pem, &key.serialize_pem()).unwrap_err();
        assert!(matches!(refused, AuthorityError::NoAuthority { .. }), "{refused}");
    }

    #[test]
    fn no_server_certificate_outlives_its_authority_or_the_limit() {
        let authority = authority(&[]);
        let key = KeyPair::generate().unwrap();
        let sign = |days, now| authority.sign(&names(&["localhost"]), &key, days, now);
        let life = |certificate: &Certificate| certificate.not_before.duration_until(certificate.not_after);
        assert_eq!(life(&sign(u16::MAX, now()).unwrap().certificate).as_secs(), 397 * 86_400 - 1);
        assert_eq!(life(&sign(1, now()).unwrap().certificate).as_secs(), 86_400 - 1);
        let end = authority.certificate().not_after;
        assert_eq!(sign(90, after(end, SignedDuration::from_hours(-48))).unwrap().certificate.not_after, end);
        let over = sign(90, after(end, SignedDuration::from_hours(1))).unwrap_err();
        assert!(over.to_string().contains("it ended on 2036-02-27 11:00 UTC"), "{over}");
        assert!(sign(1, Timestamp::MAX).is_err() && Authority::make(&[], Timestamp::MIN).is_err());
    }

    #[test]
    fn the_title_names_what_the_authority_is_for_if_it_fits() {
        assert!(authority(&["hound.lab.example"]).certificate().subject.contains("CA 2026-03-01 (hound.lab.example)"));
        let long = format!("{}.example", "x".repeat(50));
        assert!(authority(&[&long]).certificate().subject.ends_with("Namehound private CA 2026-03-01"));
        assert!(authority(&["localhost"]).certificate().subject.ends_with("Namehound private CA 2026-03-01"));
    }
}
