//! Promise: people without a certificate get HTTPS that their clients accept once they trust one file, that nobody else
//! accepts, and that goes on while certificates come and go.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a failed unwrap in a test is a failed test, which is the point"
)]

mod support;

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, mpsc},
    time::{Duration, SystemTime},
};

use intel::Clock;
use jiff::{SignedDuration, Timestamp};
use namehound::{
    app::App,
    config::Config,
    http::{ListenError, Server, Stopper},
    tls::{Certificate, Concern, Folder, HostName, InitError, Live, Look, Made, PemError, Wish},
};
use rcgen::{CertificateParams, Issuer, KeyPair};
use rustls::pki_types::{CertificateDer, pem::PemObject as _};
use support::{Upstream, bundled_config, client::Request, post, upstream, vendor_config};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    task::JoinHandle,
    time::timeout,
};
use x509_parser::prelude::{FromDer as _, GeneralName, ParsedExtension, X509Certificate};

const NAME: &str = "hound.lab.example";
/// Nothing here takes long; this only keeps a broken test from hanging.
const PATIENCE: Duration = Duration::from_secs(20);

/// A folder of its own, removed at the end.
struct Place(PathBuf);

impl Place {
    fn new() -> Self {
        Self(std::env::temp_dir().join(format!("namehound-tls-{}", uuid::Uuid::new_v4())))
    }

    fn folder(&self) -> Folder {
        Folder::at(&self.0)
    }

    fn init(&self, names: &[&str]) -> Made {
        self.init_at(names, Timestamp::now())
    }

    fn init_at(&self, names: &[&str], now: Timestamp) -> Made {
        self.folder().init(&wish(names), now).unwrap()
    }

    fn read(&self, file: &str) -> String {
        std::fs::read_to_string(self.0.join(file)).unwrap()
    }

    /// Writes a file as a later one than whatever was there, however quick the test is.
    fn write(&self, file: &str, text: &str) {
        std::fs::write(self.0.join(file), text).unwrap();
        self.age(file, 60);
    }

    /// Gives a file a modification time in the future.
    fn age(&self, file: &str, seconds: u64) {
        let file = std::fs::File::options().append(true).open(self.0.join(file)).unwrap();
        file.set_modified(SystemTime::now() + Duration::from_secs(seconds)).unwrap();
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _never_made = std::fs::remove_dir_all(&self.0);
    }
}

fn wish(names: &[&str]) -> Wish {
    Wish { names: names.iter().map(|name| name.parse().unwrap()).collect(), days: 90, ..Wish::default() }
}

fn with_tls(mut config: Config, folder: &Folder) -> Config {
    let files = folder.server();
    config.server.listen = "127.0.0.1:0".to_owned();
    config.server.tls.certificate = Some(files.certificate.to_string_lossy().into_owned());
    config.server.tls.key = Some(files.key.to_string_lossy().into_owned());
    config
}

/// A running HTTPS server.
struct Secure {
    address: SocketAddr,
    live: Live,
    stopper: Stopper,
    served: JoinHandle<std::io::Result<()>>,
}

impl Secure {
    fn start(place: &Place) -> Self {
        Self::with(&with_tls(bundled_config(), &place.folder()))
    }

    fn with(config: &Config) -> Self {
        let server = Server::bind(App::new(config).unwrap(), config).unwrap();
        assert_eq!(server.url(), format!("https://{}", server.address()));
        let (address, live, stopper) = (server.address(), server.live_certificate().unwrap(), server.stopper());
        Self { address, live, stopper, served: tokio::spawn(server.serve()) }
    }

    fn url(&self, host: &str, path: &str) -> String {
        format!("https://{host}:{}{path}", self.address.port())
    }

    /// A client that trusts one authority and nothing else, and finds every name here on this server.
    fn client(&self, authority: &str) -> reqwest::Client {
        self.builder(authority).build().unwrap()
    }

    fn builder(&self, authority: &str) -> reqwest::ClientBuilder {
        reqwest::Client::builder()
            .no_proxy()
            .tls_info(true)
            .tls_certs_only([reqwest::Certificate::from_pem(authority.as_bytes()).unwrap()])
            .resolve(NAME, self.address)
            .resolve("other.example", self.address)
            .resolve("bank.example", self.address)
    }

    /// The number of the certificate that a new connection gets.
    async fn serial(&self, authority: &str) -> String {
        let reply = self.client(authority).get(self.url(NAME, "/health")).send().await.unwrap();
        let shown = reply.extensions().get::<reqwest::tls::TlsInfo>().unwrap().peer_certificate().unwrap();
        Certificate::from_der(shown).unwrap().serial
    }
}

impl Drop for Secure {
    fn drop(&mut self) {
        self.served.abort();
    }
}

/// A clock that stands still.
#[derive(Debug)]
struct Standing(Timestamp);

impl Clock for Standing {
    fn now(&self) -> Timestamp {
        self.0
    }
}

fn first_of(pem: &str) -> CertificateDer<'static> {
    CertificateDer::from_pem_slice(pem.as_bytes()).unwrap()
}

#[tokio::test]
async fn who_trusts_the_authority_reaches_the_server_by_name_and_by_address() {
    let place = Place::new();
    place.init(&[NAME, "127.0.0.1"]);
    let server = Secure::start(&place);
    let client = server.client(&place.read("ca.pem"));
    for host in [NAME, "127.0.0.1"] {
        let reply = client.get(server.url(host, "/health")).send().await.unwrap();
        assert_eq!((reply.status().as_u16(), reply.version()), (200, reqwest::Version::HTTP_2), "{host}");
    }
    let old = server.builder(&place.read("ca.pem")).http1_only().build().unwrap();
    let reply = old
        .post(server.url(NAME, "/run/domain_to_whois_history"))
        .body(Request::new("maltego.Domain", "cmt-net.example").message())
        .send()
        .await
        .unwrap();
    assert_eq!(reply.version(), reqwest::Version::HTTP_11);
    assert_eq!(reply.text().await.unwrap().matches("<Entity ").count(), 9);
}

#[tokio::test]
async fn nobody_else_accepts_it() {
    let (place, stranger) = (Place::new(), Place::new());
    place.init(&[NAME]);
    stranger.init(&[NAME]);
    let server = Secure::start(&place);
    for (authority, host) in [
        (stranger.read("ca.pem"), NAME),
        // Trusted, but the certificate is for another name.
        (place.read("ca.pem"), "other.example"),
        (place.read("ca.pem"), "127.0.0.1"),
    ] {
        let error = server.client(&authority).get(server.url(host, "/health")).send().await.unwrap_err();
        assert!(error.is_connect(), "{host}: {error:?}");
    }
}

#[tokio::test]
async fn a_stolen_authority_cannot_pose_as_anybody_else() {
    let place = Place::new();
    place.init(&[NAME]);
    let thief = Issuer::from_ca_cert_pem(&place.read("ca.pem"), KeyPair::from_pem(&place.read("ca.key")).unwrap());
    let thief = thief.unwrap();
    let key = KeyPair::generate().unwrap();
    for (host, accepted) in [("bank.example", false), ("127.0.0.1", true), (NAME, true)] {
        let forged = CertificateParams::new([host.to_owned()]).unwrap().signed_by(&key, &thief).unwrap();
        place.write("server.pem", &forged.pem());
        place.write("server.key", &key.serialize_pem());
        let server = Secure::start(&place);
        let outcome = server.client(&place.read("ca.pem")).get(server.url(host, "/health")).send().await;
        assert_eq!(outcome.is_ok(), accepted, "{host}");
    }
}

#[test]
fn the_certificates_say_exactly_what_they_are_for() {
    let place = Place::new();
    let made = place.init(&[NAME, "192.0.2.7", "2001:db8::7"]);
    let (authority_der, server_der) = (first_of(&place.read("ca.pem")), first_of(&place.read("server.pem")));
    let (_, authority) = X509Certificate::from_der(&authority_der).unwrap();
    let (_, server) = X509Certificate::from_der(&server_der).unwrap();
    server.verify_signature(Some(authority.public_key())).unwrap();
    authority.verify_signature(None).unwrap();

    let constraints = authority.basic_constraints().unwrap().unwrap();
    assert!(constraints.critical && constraints.value.ca && constraints.value.path_len_constraint == Some(0));
    let usage = authority.key_usage().unwrap().unwrap();
    assert!(usage.critical && usage.value.key_cert_sign() && usage.value.crl_sign());
    assert!(!usage.value.digital_signature());
    let limits = authority.name_constraints().unwrap().unwrap();
    assert!(limits.critical && limits.value.excluded_subtrees.is_none());
    let permitted: Vec<_> = made.authority.permitted().iter().map(ToString::to_string).collect();
    assert_eq!(permitted, [NAME, "192.0.2.7", "2001:db8::7", "localhost", "127.0.0.1", "::1"]);
    let years = made.authority.not_before.duration_until(made.authority.not_after).as_secs() / 86_400;
    assert_eq!(years, 3650);

    let constraints = server.basic_constraints().unwrap().unwrap();
    assert!(!constraints.value.ca && constraints.value.path_len_constraint.is_none());
    let usage = server.key_usage().unwrap().unwrap();
    assert!(usage.critical && usage.value.digital_signature());
    assert_eq!(usage.value.flags, 1, "nothing but digital signatures");
    let purpose = server.extended_key_usage().unwrap().unwrap().value;
    assert!(purpose.server_auth && !purpose.any && !purpose.client_auth && purpose.other.is_empty());
    let names = &server.subject_alternative_name().unwrap().unwrap().value.general_names;
    let v6 = "2001:db8::7".parse::<std::net::Ipv6Addr>().unwrap().octets();
    assert_eq!(
        *names,
        [GeneralName::DNSName(NAME), GeneralName::IPAddress(&[192, 0, 2, 7]), GeneralName::IPAddress(&v6)]
    );
    let key_id = |certificate: &X509Certificate<'_>| {
        certificate.extensions().iter().find_map(|extension| match extension.parsed_extension() {
            ParsedExtension::SubjectKeyIdentifier(id) => Some(id.0.to_vec()),
            _ => None,
        })
    };
    let issuer_id = server.extensions().iter().find_map(|extension| match extension.parsed_extension() {
        ParsedExtension::AuthorityKeyIdentifier(id) => Some(id.key_identifier.as_ref().unwrap().0.to_vec()),
        _ => None,
    });
    assert_eq!(issuer_id, key_id(&authority));
    assert!(key_id(&server).is_some() && key_id(&server) != issuer_id);
    for certificate in [&authority, &server] {
        assert_eq!(certificate.signature_algorithm.algorithm.to_id_string(), "1.2.840.10045.4.3.2", "ECDSA, SHA-256");
    }
    assert_eq!(place.read("server.pem").matches("BEGIN CERTIFICATE").count(), 2, "the authority's comes along");
}

#[test]
fn making_it_again_keeps_the_authority_and_the_keys() {
    let place = Place::new();
    let first = place.init(&[NAME]);
    let (authority, keys) = (place.read("ca.pem"), [place.read("ca.key"), place.read("server.key")]);
    let second = place.init(&[NAME, "localhost"]);
    assert!(first.authority_is_new && !second.authority_is_new);
    assert_eq!(second.authority, first.authority);
    assert_ne!(second.server.serial, first.server.serial);
    assert_eq!(second.server.names, [NAME, "localhost"]);
    assert_eq!((place.read("ca.pem"), [place.read("ca.key"), place.read("server.key")]), (authority, keys.clone()));

    let forced = place.folder().init(&Wish { force: true, ..wish(&[NAME]) }, Timestamp::now()).unwrap();
    assert!(forced.authority_is_new && forced.authority.serial != first.authority.serial);
    let [authority_key, server_key] = keys;
    assert!(place.read("ca.key") != authority_key && place.read("server.key") != server_key);
}

#[test]
fn the_authority_signs_later_what_it_was_allowed_to() {
    let place = Place::new();
    let roaming = Wish { later: vec!["192.168.0.0/16".parse().unwrap()], ..wish(&[NAME]) };
    place.folder().init(&roaming, Timestamp::now()).unwrap();
    let moved = place.init(&["192.168.44.2", "second.hound.lab.example"]);
    assert!(!moved.authority_is_new);
    let before = place.read("server.pem");
    let refused = place.folder().init(&wish(&[NAME, "bank.example"]), Timestamp::now()).unwrap_err().to_string();
    assert!(refused.contains("not for bank.example") && refused.contains("--force"), "{refused}");
    assert_eq!(place.read("server.pem"), before, "what was there stays");
}

#[test]
fn what_belongs_to_somebody_else_is_not_overwritten() {
    let (place, stranger) = (Place::new(), Place::new());
    place.init(&[NAME]);
    stranger.init(&[NAME]);
    let init = |place: &Place| place.folder().init(&wish(&[NAME]), Timestamp::now());

    std::fs::copy(stranger.0.join("server.pem"), place.0.join("server.pem")).unwrap();
    // Both authorities have the same name and day, so only another name tells the certificate apart.
    let bought = CertificateParams::new([NAME.to_owned()]).unwrap().self_signed(&KeyPair::generate().unwrap()).unwrap();
    place.write("server.pem", &bought.pem());
    let refused = init(&place).unwrap_err();
    assert!(matches!(refused, InitError::Foreign { .. }), "{refused}");
    assert_eq!(place.read("server.pem"), bought.pem());
    std::fs::remove_file(place.0.join("server.pem")).unwrap();

    std::fs::copy(stranger.0.join("ca.key"), place.0.join("ca.key")).unwrap();
    let refused = init(&place).unwrap_err().to_string();
    assert!(refused.contains("its key belongs to another certificate"), "{refused}");
    std::fs::remove_file(place.0.join("ca.key")).unwrap();
    let refused = init(&place).unwrap_err();
    assert!(matches!(&refused, InitError::HalfAnAuthority { missing, .. } if missing.ends_with("ca.key")), "{refused}");

    stranger.write("server.key", "no key at all");
    let refused = init(&stranger).unwrap_err();
    assert!(matches!(refused, InitError::ServerKey { .. }), "{refused}");
    assert_eq!(stranger.read("server.key"), "no key at all");
}

#[cfg(unix)]
#[test]
fn keys_are_for_their_owner_only() {
    use std::os::unix::fs::PermissionsExt as _;
    let place = Place::new();
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    for force in [false, true] {
        place.folder().init(&Wish { force, ..wish(&[NAME]) }, Timestamp::now()).unwrap();
        assert_eq!(mode(&place.0), 0o700);
        for key in ["ca.key", "server.key"] {
            assert_eq!(mode(&place.0.join(key)), 0o600, "{key}");
            assert!(place.read(key).starts_with("-----BEGIN PRIVATE KEY-----"));
        }
    }
    assert_eq!(std::fs::read_dir(&place.0).unwrap().count(), 4, "nothing is left lying about");
}

#[tokio::test]
async fn a_renewed_certificate_is_served_without_a_restart() {
    let place = Place::new();
    let first = place.init(&[NAME]);
    let authority = place.read("ca.pem");
    let server = Secure::start(&place);
    assert_eq!(server.serial(&authority).await, first.server.serial);
    assert!(matches!(server.live.look(false), Look::Unchanged));

    let second = place.init(&[NAME]);
    place.age("server.pem", 30);
    assert!(matches!(server.live.look(false), Look::Replaced));
    assert_eq!(server.serial(&authority).await, second.server.serial);
    assert_ne!(second.server.serial, first.server.serial);

    let good = place.read("server.pem");
    let stranger = Place::new();
    stranger.init(&[NAME]);
    let past = Place::new();
    past.init_at(&[NAME], Timestamp::now() - SignedDuration::from_hours(24 * 100));
    for (broken, told) in [
        ("half a fi".to_owned(), "holds no certificate"),
        (stranger.read("server.pem"), "does not belong to the first certificate"),
        ("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n".to_owned(), "cannot be read"),
    ] {
        place.write("server.pem", &broken);
        match server.live.look(true) {
            Look::Kept(error) => assert!(error.to_string().contains(told), "{error}"),
            other => panic!("{other:?}"),
        }
        assert_eq!(server.serial(&authority).await, second.server.serial);
        assert!(matches!(server.live.look(false), Look::Unchanged), "a broken file is told about once");
    }
    let working_key = place.read("server.key");
    place.write("server.pem", &past.read("server.pem"));
    place.write("server.key", &past.read("server.key"));
    assert!(matches!(server.live.look(true), Look::Kept(PemError::Ended { .. })));
    std::fs::remove_file(place.0.join("server.key")).unwrap();
    assert!(matches!(server.live.look(false), Look::Kept(PemError::Missing { .. })));
    assert_eq!(server.serial(&authority).await, second.server.serial);

    place.write("server.key", &working_key);
    place.write("server.pem", &good);
    assert!(matches!(server.live.look(false), Look::Replaced));
    assert_eq!(server.serial(&authority).await, second.server.serial);
}

#[tokio::test(start_paused = true)]
async fn the_running_server_looks_by_itself() {
    let place = Place::new();
    let first = place.init(&[NAME]);
    let server = Secure::start(&place);
    let second = place.init(&[NAME]);
    place.age("server.pem", 30);
    assert_eq!(server.live.certificate().serial, first.server.serial);
    let renewed = async {
        while server.live.certificate().serial == first.server.serial {
            // The clock is tokio's own and stands still while anything else is to do.
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    };
    timeout(Duration::from_secs(60), renewed).await.unwrap();
    assert_eq!(server.live.certificate().serial, second.server.serial);
}

#[tokio::test]
async fn a_server_does_not_start_with_a_certificate_that_nobody_accepts() {
    let place = Place::new();
    let config = with_tls(bundled_config(), &place.folder());
    let bind = || Server::bind(App::new(&config).unwrap(), &config);
    let missing = bind().unwrap_err();
    assert!(matches!(missing, ListenError::Certificate(PemError::Missing { .. })));
    assert!(missing.to_string().contains("\"namehound tls init\""), "{missing}");

    let made = place.init_at(&[NAME], "2026-01-01T12:00:00Z".parse().unwrap());
    let mut app = App::new(&config).unwrap();
    app.clock = Arc::new(Standing("2026-04-01T11:00:00Z".parse().unwrap()));
    let ended = Server::bind(app, &config).unwrap_err().to_string();
    assert!(ended.contains("ended on 2026-04-01 10:59 UTC") && ended.contains("namehound tls init"), "{ended}");

    // Not valid yet is no reason to stay down: the clock may be what is wrong.
    let early: Timestamp = "2025-12-31T00:00:00Z".parse().unwrap();
    let mut app = App::new(&config).unwrap();
    app.clock = Arc::new(Standing(early));
    let live = Server::bind(app, &config).unwrap().live_certificate().unwrap();
    assert_eq!(live.certificate(), made.server);
    assert_eq!(
        live.certificate().concerns(early, Some("https://other.example/")),
        [
            Concern::NotYetValid { from: "2026-01-01T11:00:00Z".parse().unwrap() },
            Concern::OtherName { host: "other.example".to_owned(), names: vec![NAME.to_owned()] }
        ]
    );

    let key = place.read("server.key");
    place.write("server.key", &key.replace("PRIVATE", "ENCRYPTED PRIVATE"));
    let protected = bind().unwrap_err().to_string();
    assert!(protected.contains("protected by a password"), "{protected}");
    place.write("server.key", "secret words");
    let none = bind().unwrap_err().to_string();
    assert!(none.contains("holds no private key") && !none.contains("secret words"), "{none}");
}

#[tokio::test]
async fn plain_http_is_told_what_is_wrong_and_let_go() {
    let place = Place::new();
    place.init(&["127.0.0.1"]);
    let server = Secure::start(&place);
    for (sent, told) in [
        (&b"GET /t/token/run/x HTTP/1.1\r\nHost: x\r\n\r\n"[..], "Write https://"),
        (&[0, 1, 2, 3, 4, 5, 6, 7][..], ""),
    ] {
        let mut stream = TcpStream::connect(server.address).await.unwrap();
        stream.write_all(sent).await.unwrap();
        let mut answer = Vec::new();
        // A connection that is reset instead of closed has ended as well.
        let _reset = timeout(PATIENCE, stream.read_to_end(&mut answer)).await.expect("the connection hangs");
        let answer = String::from_utf8_lossy(&answer).into_owned();
        assert!(answer.contains(told), "{answer}");
        assert!(!answer.contains("200 OK") && !answer.contains("Location"), "{answer}");
    }
    let reply = post(&format!("http://{}/run/x", server.address), &Request::new("maltego.Domain", "a.example")).await;
    assert_eq!(reply.status, 400);
    assert!(reply.body.contains("speaks HTTPS"), "{}", reply.body);
    let health = server.client(&place.read("ca.pem")).get(server.url("127.0.0.1", "/health")).send().await.unwrap();
    assert_eq!(health.status(), 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_run_under_way_is_finished_before_the_server_stops() {
    let place = Place::new();
    place.init(&[NAME]);
    let (arrived, asked) = tokio::sync::oneshot::channel();
    let (release, wait) = mpsc::channel::<()>();
    let (arrived, wait) = (Mutex::new(Some(arrived)), Mutex::new(wait));
    let upstream = Upstream::start(move |_| {
        if let Some(arrived) = arrived.lock().unwrap().take() {
            arrived.send(()).unwrap();
            tokio::task::block_in_place(|| wait.lock().unwrap().recv().unwrap());
        }
        upstream::json(serde_json::json!({ "result": { "count": 0, "records": [] } }))
    })
    .await;
    let mut server = Secure::with(&with_tls(vendor_config(&upstream), &place.folder()));
    let authority = place.read("ca.pem");
    let run = server
        .client(&authority)
        .post(server.url(NAME, "/run/domain_to_subdomains"))
        .body(Request::new("maltego.Domain", "cmt.example").message())
        .send();
    let run = tokio::spawn(run);
    timeout(PATIENCE, asked).await.unwrap().unwrap();
    server.stopper.stop();
    let closed = async { while TcpStream::connect(server.address).await.is_ok() {} };
    timeout(PATIENCE, closed).await.expect("a stopping server takes no more connections");
    assert!(!server.served.is_finished(), "but it waits for the run");
    release.send(()).unwrap();
    let reply = timeout(PATIENCE, run).await.unwrap().unwrap().unwrap();
    assert_eq!(reply.status(), 200);
    assert!(reply.text().await.unwrap().contains("MaltegoTransformResponseMessage"));
    timeout(PATIENCE, &mut server.served).await.unwrap().unwrap().unwrap();
}

#[test]
fn the_configuration_names_both_files_or_none() {
    let files = |text: &str| {
        let config: Config = toml::from_str(text).unwrap();
        config.server.tls.files().map(|files| files.map(|files| files.key)).map_err(|error| error.to_string())
    };
    let named = "certificate = \"a.pem\"\nkey = \"a.key\"\n";
    assert_eq!(files(""), Ok(None));
    assert_eq!(files(&format!("[server.tls]\n{named}")), Ok(Some(PathBuf::from("a.key"))));
    assert_eq!(files(&format!("[server.tls]\nenabled = false\n{named}")), Ok(None));
    assert!(files("[server.tls]\ncertificate = \"a.pem\"").unwrap_err().contains("belong together"));
    assert!(files("[server.tls]\nenabled = true").unwrap_err().contains("neither"));
    let names: Vec<HostName> = namehound::tls::usual_names(None);
    assert_eq!(names.len(), 3);
}
