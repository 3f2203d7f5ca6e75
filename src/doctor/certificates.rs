//! The certificates in the data folder, as `namehound tls init` puts them there.
//!
//! Only what a person can do something about is looked at: are the files there, are they in date, does the server's name
//! the host that clients ask for, and is it of the authority beside it. Whether a client accepts them is decided by
//! asking for the seed.

use std::{
    fs, io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    path::Path,
};

use jiff::{SignedDuration, Timestamp};
use x509_parser::{extensions::GeneralName, pem::Pem, prelude::X509Certificate};

use super::finding::{Check, Finding};

const CHECK: Check = Check::Certificates;

/// So long before its end a certificate is worth a word.
const SOON: SignedDuration = SignedDuration::from_hours(14 * 24);

const RENEW: &str = "Run \"namehound tls init\" again, and start the server again if it does not notice by itself.";

/// A finding for each thing that is wrong with the files, or one that nothing is. `host` is what clients ask for.
pub(super) fn all(folder: &Path, now: Timestamp, host: Option<&str>) -> Vec<Finding> {
    let shown = folder.display();
    let files = ["ca.pem", "server.pem", "server.key"];
    let present: Vec<_> = files.into_iter().filter(|file| folder.join(file).exists()).collect();
    if present.is_empty() {
        return vec![Finding::skipped(CHECK, format!("There are none in {shown}."))];
    }
    let missing: Vec<_> = files.into_iter().filter(|file| !present.contains(file)).collect();
    let mut findings = Vec::new();
    if !missing.is_empty() {
        findings.push(Finding::problem(CHECK, format!("{} is missing in {shown}.", missing.join(", ")), RENEW));
    }
    let mut read = |file: &str| -> Option<Certificate> {
        if missing.contains(&file) {
            return None;
        }
        match fs::read(folder.join(file)).map_err(|error| error.to_string()).and_then(|pem| Certificate::read(&pem)) {
            Ok(certificate) => Some(certificate),
            Err(error) => {
                findings.push(Finding::problem(CHECK, format!("{file} cannot be read: {error}."), RENEW));
                None
            }
        }
    };
    let (authority, server) = (read("ca.pem"), read("server.pem"));
    for (file, certificate) in [("ca.pem", &authority), ("server.pem", &server)] {
        findings.extend(certificate.as_ref().and_then(|certificate| in_date(file, certificate, now)));
    }
    if let Some(server) = &server {
        findings.extend(host.and_then(|host| named(server, host)));
        findings.extend(authority.as_ref().and_then(|authority| signed(server, authority)));
    }
    if !missing.contains(&"server.key") {
        findings.extend(key(&folder.join("server.key")));
    }
    if findings.is_empty()
        && let Some(server) = &server
    {
        let names = server.names.join(", ");
        let until = server.not_after.strftime("%Y-%m-%d");
        findings.push(Finding::good(CHECK, format!("The server's is for {names} and good until {until}.")));
    }
    findings
}

/// What counts of a certificate.
#[derive(Debug)]
struct Certificate {
    subject: String,
    issuer: String,
    not_before: Timestamp,
    not_after: Timestamp,
    /// Host names, perhaps with a `*` as first label, and IP addresses.
    names: Vec<String>,
}

impl Certificate {
    /// Reads the first certificate of a PEM file.
    fn read(pem: &[u8]) -> Result<Self, String> {
        let block = Pem::iter_from_buffer(pem)
            .find(|block| !matches!(block, Ok(block) if block.label != "CERTIFICATE"))
            .ok_or("there is no certificate in it")?
            .map_err(|_| "it is no PEM file")?;
        let certificate = block.parse_x509().map_err(|_| "it is no certificate")?;
        let time = |seconds| Timestamp::from_second(seconds).map_err(|_| "its dates are out of all range");
        Ok(Self {
            subject: certificate.subject().to_string(),
            issuer: certificate.issuer().to_string(),
            not_before: time(certificate.validity().not_before.timestamp())?,
            not_after: time(certificate.validity().not_after.timestamp())?,
            names: names(&certificate),
        })
    }

    /// Whether clients that ask for this host accept it (RFC 9525, section 6.3: a `*` stands for one whole first label).
    fn is_for(&self, host: &str) -> bool {
        let host = host.trim_end_matches('.').to_ascii_lowercase();
        self.names.iter().any(|name| {
            let name = name.to_ascii_lowercase();
            match name.strip_prefix("*.") {
                Some(parent) => host.split_once('.').is_some_and(|(_, rest)| rest == parent),
                None => name == host,
            }
        })
    }
}

fn names(certificate: &X509Certificate<'_>) -> Vec<String> {
    let Ok(Some(extension)) = certificate.subject_alternative_name() else { return Vec::new() };
    let name = |name: &GeneralName<'_>| match name {
        GeneralName::DNSName(host) => Some((*host).to_owned()),
        GeneralName::IPAddress(bytes) => address(bytes).map(|address| address.to_string()),
        _ => None,
    };
    extension.value.general_names.iter().filter_map(name).collect()
}

fn address(bytes: &[u8]) -> Option<IpAddr> {
    <[u8; 4]>::try_from(bytes)
        .map(|bytes| Ipv4Addr::from(bytes).into())
        .or_else(|_| <[u8; 16]>::try_from(bytes).map(|bytes| Ipv6Addr::from(bytes).into()))
        .ok()
}

fn in_date(file: &str, certificate: &Certificate, now: Timestamp) -> Option<Finding> {
    let day = |time: Timestamp| time.strftime("%Y-%m-%d");
    if now > certificate.not_after {
        let what = format!("{file} was good until {}, which is over.", day(certificate.not_after));
        return Some(Finding::problem(CHECK, what, RENEW));
    }
    if now < certificate.not_before {
        return Some(Finding::problem(
            CHECK,
            format!("{file} is good from {} on, which is still to come.", day(certificate.not_before)),
            "If that day is not in the future, this machine's clock is wrong: set it right.",
        ));
    }
    (certificate.not_after.duration_since(now) < SOON)
        .then(|| Finding::warning(CHECK, format!("{file} is good until {} only.", day(certificate.not_after)), RENEW))
}

fn named(server: &Certificate, host: &str) -> Option<Finding> {
    if server.is_for(host) {
        return None;
    }
    let names = if server.names.is_empty() { "no name at all".to_owned() } else { server.names.join(", ") };
    Some(Finding::problem(
        CHECK,
        format!("server.pem is for {names}, and the public URL says {host}: clients will refuse it."),
        "Run \"namehound tls init\" again with public_url set, or set public_url to a name that the certificate has.",
    ))
}

fn signed(server: &Certificate, authority: &Certificate) -> Option<Finding> {
    (server.issuer != authority.subject).then(|| {
        Finding::problem(
            CHECK,
            "server.pem is not of the authority in ca.pem: who trusts that one will not trust the server.",
            RENEW,
        )
    })
}

fn key(file: &Path) -> Option<Finding> {
    let pem = match fs::read(file) {
        Ok(pem) => pem,
        Err(error) => {
            let what = format!("server.key cannot be read: {error}.");
            return Some(Finding::problem(CHECK, what, "Give the user that the server runs as the right to read it."));
        }
    };
    let is_key = Pem::iter_from_buffer(&pem).flatten().any(|block| block.label.ends_with("PRIVATE KEY"));
    if !is_key {
        return Some(Finding::problem(CHECK, "There is no private key in server.key.", RENEW));
    }
    match is_private(file) {
        Ok(false) => Some(Finding::warning(
            CHECK,
            "Other users of this machine can read server.key.",
            format!("chmod 600 {}", file.display()),
        )),
        Ok(true) | Err(_) => None,
    }
}

/// Whether only its owner can read a file.
#[cfg(unix)]
fn is_private(file: &Path) -> io::Result<bool> {
    use std::os::unix::fs::PermissionsExt as _;
    Ok(fs::metadata(file)?.permissions().mode() & 0o044 == 0)
}

/// Elsewhere folders decide about that, and a user's own are private.
#[cfg(not(unix))]
fn is_private(file: &Path) -> io::Result<bool> {
    fs::metadata(file).map(|_| true)
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::{super::finding::Verdict, *};

    /// "Test authority", 2024 to 2034.
    const AUTHORITY: &str = "\
-----BEGIN CERTIFICATE-----
MIIBNjCB3aADAgECAgEBMAoGCCqGSM49BAMCMBkxFzAVBgNVBAMMDlRlc3QgYXV0
aG9yaXR5MB4XDTI0MDEwMTAwMDAwMFoXDTM0MDEwMTAwMDAwMFowGTEXMBUGA1UE
AwwOVGVzdCBhdXRob3JpdHkwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAARwCZLr
N+KrmJTDsHIebW8gUnzr3aBiGZzy18uciVOau4Pe4t7kukgrlznpix0kbbkDJnRi
mLRjrz9r7uIw9nmtoxYwFDASBgNVHRMBAf8ECDAGAQH/AgEAMAoGCCqGSM49BAMC
A0gAMEUCIAzS7nOIdDjtsFQf125011eKVNYkbUlTP6LLB2v49mk0AiEAt/EXpv/s
0uHv9qldudk5zNJDTl3ikIqWP1eDJ+JZSgk=
-----END CERTIFICATE-----
";

    /// For `hub.example`, `*.newsroom.example` and 192.0.2.7, the year 2024.
    const SERVER: &str = "\
-----BEGIN CERTIFICATE-----
MIIBTjCB9qADAgECAgECMAoGCCqGSM49BAMCMBkxFzAVBgNVBAMMDlRlc3QgYXV0
aG9yaXR5MB4XDTI0MDEwMTAwMDAwMFoXDTI1MDEwMTAwMDAwMFowFDESMBAGA1UE
AwwJTmFtZWhvdW5kMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEQf5iLEaBTgBv
V9hKOYZBHXboIw6Wll/XiFeJ5muza+pm2Ggcc70YHcnk66waRoH5RDN4h+GeUuXE
AJVDNBBajaM0MDIwMAYDVR0RBCkwJ4ILaHViLmV4YW1wbGWCEioubmV3c3Jvb20u
ZXhhbXBsZYcEwAACBzAKBggqhkjOPQQDAgNHADBEAiADvVH4Z+um0s5X3aAzgXIq
3dzhCar3ihRto2yk1B/pvwIgbnF8BeGuikoqDynZ0LK874cbjJT3fPF1R44AUgSV
2X8=
-----END CERTIFICATE-----
";

    const KEY: &str = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n";

    struct Folder(PathBuf);

    impl Folder {
        fn with(files: &[(&str, &str)]) -> Self {
            let folder = std::env::temp_dir().join(format!("namehound-tls-{}", uuid::Uuid::new_v4()));
            fs::create_dir(&folder).unwrap();
            for (file, text) in files {
                fs::write(folder.join(file), text).unwrap();
                #[cfg(unix)]
                {
                    use std::os::unix::fs::PermissionsExt as _;
                    fs::set_permissions(folder.join(file), fs::Permissions::from_mode(0o600)).unwrap();
                }
            }
            Self(folder)
        }

        fn findings(&self, now: &str, host: Option<&str>) -> Vec<(Verdict, String)> {
            let findings = all(&self.0, format!("{now}T00:00:00Z").parse().unwrap(), host);
            findings.into_iter().map(|finding| (finding.verdict, finding.what)).collect()
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            fs::remove_dir_all(&self.0).unwrap();
        }
    }

    fn complete() -> Folder {
        Folder::with(&[("ca.pem", AUTHORITY), ("server.pem", SERVER), ("server.key", KEY)])
    }

    #[test]
    fn no_certificates_are_no_fault() {
        assert_eq!(Folder::with(&[]).findings("2024-06-01", Some("hub.example"))[0].0, Verdict::Skipped);
    }

    #[test]
    fn dates_are_compared_with_the_clock() {
        for (now, verdict, told) in [
            ("2024-06-01", Verdict::Good, "192.0.2.7 and good until 2025-01-01"),
            ("2024-12-20", Verdict::Warning, "until 2025-01-01 only"),
            ("2025-01-02", Verdict::Problem, "server.pem was good until 2025-01-01"),
        ] {
            let findings = complete().findings(now, None);
            assert_eq!(findings.len(), 1, "{findings:?}");
            assert_eq!(findings[0].0, verdict);
            assert!(findings[0].1.contains(told), "{findings:?}");
        }
        let early = complete().findings("2023-06-01", None);
        assert_eq!(early.len(), 2, "{early:?}");
        assert!(early.iter().all(|(verdict, what)| *verdict == Verdict::Problem && what.contains("still to come")));
    }

    #[test]
    fn the_server_must_have_the_name_that_clients_ask_for() {
        for (host, verdict) in [
            ("hub.example", Verdict::Good),
            ("HUB.example.", Verdict::Good),
            ("desk.newsroom.example", Verdict::Good),
            ("192.0.2.7", Verdict::Good),
            ("newsroom.example", Verdict::Problem),
            ("a.desk.newsroom.example", Verdict::Problem),
            ("192.0.2.8", Verdict::Problem),
            ("other.example", Verdict::Problem),
        ] {
            let findings = complete().findings("2024-06-01", Some(host));
            assert_eq!(findings.len(), 1, "{findings:?}");
            assert_eq!(findings[0].0, verdict, "{host}: {findings:?}");
        }
    }

    #[test]
    fn files_that_are_missing_broken_or_of_others_are_told() {
        for (files, told) in [
            (&[("server.pem", SERVER), ("server.key", KEY)][..], "ca.pem is missing"),
            (&[("ca.pem", AUTHORITY), ("server.pem", SERVER)], "server.key is missing"),
            (&[("ca.pem", AUTHORITY), ("server.pem", "nothing"), ("server.key", KEY)], "no certificate in it"),
            (&[("ca.pem", AUTHORITY), ("server.pem", KEY), ("server.key", KEY)], "no certificate in it"),
            (
                &[("ca.pem", AUTHORITY.split_once("AwwOVGVz").unwrap().0), ("server.pem", SERVER), ("server.key", KEY)],
                "no PEM file",
            ),
            (&[("ca.pem", SERVER), ("server.pem", SERVER), ("server.key", KEY)], "not of the authority"),
            (&[("ca.pem", AUTHORITY), ("server.pem", SERVER), ("server.key", SERVER)], "no private key"),
        ] {
            let findings = Folder::with(files).findings("2024-06-01", None);
            assert_eq!(findings.len(), 1, "{findings:?}");
            assert_eq!(findings[0].0, Verdict::Problem);
            assert!(findings[0].1.contains(told), "{findings:?}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_key_that_others_can_read_is_told() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = complete();
        fs::set_permissions(folder.0.join("server.key"), fs::Permissions::from_mode(0o644)).unwrap();
        let findings = folder.findings("2024-06-01", None);
        assert_eq!(findings[0].0, Verdict::Warning, "{findings:?}");
    }
}
