//! Promise: every file that installs Namehound is made from the one catalogue, holds nothing that clients do not know, is
//! the same file every time, and what it installs works.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a failed unwrap in a test is a failed test, which is the point"
)]

#[path = "../maltego/tests/support/known_paths.rs"]
mod known_paths;
mod support;

use std::{
    collections::{BTreeMap, BTreeSet},
    ffi::OsStr,
    io::{Cursor, Read},
    net::SocketAddr,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    sync::Arc,
};

use axum::{body::Body, http::StatusCode};
use intel::Exposure;
use known_paths::{DESCRIBED, KNOWN};
use maltego::{EntityType, InputKind, TransformDefinition, entity_types};
use namehound::{
    app::App,
    auth::{NewToken, Tokens},
    config::Config,
    http::router,
    install::{Installer, PUBLISHER},
};
use quick_xml::{Reader, events::Event};
use support::{
    Running, bundled_config,
    client::{self, Reply, Request},
    post,
};
use tower::ServiceExt as _;
use transforms::{Catalogue, Declaration, PriceClass, Run, RunError, Sink, Transform, sets};

const HUB: &str = "https://hub.example";

fn installer() -> Installer {
    Installer::shipped(Arc::new(Catalogue::standard())).unwrap()
}

fn remote() -> Vec<u8> {
    installer().remote_mtz("Namehound", HUB).unwrap()
}

fn local() -> Vec<u8> {
    let folder = Path::new("/var/lib/namehound");
    installer().local_mtz(Path::new("/opt/namehound/namehound"), Some(folder)).unwrap()
}

fn tables() -> Vec<maltego::tds::Table> {
    let mut tables = installer().tds_transforms(HUB, true).unwrap();
    tables.extend(installer().tds_settings().unwrap());
    tables
}

/// Entries in the archive's own order, none of which may leave the folder it is unpacked to.
fn unzipped(bytes: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    (0..archive.len())
        .map(|index| {
            let mut entry = archive.by_index(index).unwrap();
            let name = entry.name().unwrap().into_owned();
            assert!(entry.enclosed_name().is_some() && entry.is_file(), "{name}");
            let mut content = Vec::new();
            entry.read_to_end(&mut content).unwrap();
            assert_eq!(content.len() as u64, entry.size(), "{name}");
            (name, content)
        })
        .collect()
}

fn entry(bytes: &[u8], path: &str) -> String {
    let entries = unzipped(bytes);
    let found = entries.into_iter().find(|(name, _)| name == path).unwrap_or_else(|| panic!("no {path}"));
    String::from_utf8(found.1).unwrap()
}

/// Every element path and `path@attribute` of a document.
fn paths(document: &str) -> BTreeSet<String> {
    let mut reader = Reader::from_str(document);
    let (mut open, mut found) = (Vec::<String>::new(), BTreeSet::new());
    loop {
        let event = reader.read_event().unwrap();
        match &event {
            Event::Start(start) | Event::Empty(start) => {
                open.push(start.name().as_ref().to_owned());
                let path = open.join("/");
                for attribute in start.attributes() {
                    found.insert(format!("{path}@{}", attribute.unwrap().key.as_ref()));
                }
                found.insert(path);
                if matches!(event, Event::Empty(_)) {
                    open.pop();
                }
            }
            Event::End(_) => _ = open.pop(),
            Event::Eof => break,
            _ => {}
        }
    }
    assert!(open.is_empty());
    found
}

/// Compares with a file under `tests/golden/`, or writes it where `NAMEHOUND_BLESS` is set.
fn golden(name: &str, actual: &str) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name);
    if std::env::var_os("NAMEHOUND_BLESS").is_some() {
        std::fs::write(file, actual).unwrap();
        return;
    }
    let expected = std::fs::read_to_string(&file).unwrap_or_default();
    for (number, (expected, actual)) in expected.lines().zip(actual.lines()).enumerate() {
        assert_eq!(actual, expected, "{name}, line {}; NAMEHOUND_BLESS=1 accepts what is made now", number + 1);
    }
    assert_eq!(actual, expected, "{name}; NAMEHOUND_BLESS=1 accepts what is made now");
}

/// What is in an archive, as text. Pictures are named only: how a drawing is rasterised is a library's business.
fn described(bytes: &[u8]) -> String {
    let mut text = String::new();
    for (name, content) in unzipped(bytes) {
        let content =
            if name.ends_with(".png") { "(a picture)\n".to_owned() } else { String::from_utf8(content).unwrap() };
        text.push_str(&format!("==== {name}\n{content}"));
    }
    text
}

#[test]
fn the_files_are_exactly_the_accepted_ones() {
    golden("namehound.mtz.txt", &described(&remote()));
    golden("namehound-local.mtz.txt", &described(&local()));
    for table in tables() {
        golden(&table.file_name, std::str::from_utf8(&table.content).unwrap());
    }
}

#[test]
fn nothing_in_an_archive_is_unknown_to_clients() {
    let known: BTreeSet<&str> = KNOWN.iter().chain(DESCRIBED).copied().collect();
    for bytes in [remote(), local(), with_a_registrar().remote_mtz("Namehound", HUB).unwrap()] {
        let entries = unzipped(&bytes);
        assert!(entries.iter().any(|(name, _)| name == "version.properties"));
        for (name, content) in entries {
            let extension = name.rsplit('.').next().unwrap();
            if !["properties", "machine", "png"].contains(&extension) {
                let found = paths(std::str::from_utf8(&content).unwrap());
                assert!(!found.is_empty(), "{name}");
                for path in found {
                    assert!(known.contains(path.as_str()), "{name}: {path}");
                }
            }
        }
    }
}

#[test]
fn every_transform_is_in_every_file_and_the_publisher_says_who_and_which_version() {
    let catalogue = Catalogue::standard();
    let listings = catalogue.listings();
    let local = unzipped(&local());
    let written: Vec<String> = tables()
        .into_iter()
        .filter(|table| table.file_name.starts_with("transforms"))
        .map(|table| String::from_utf8(table.content).unwrap())
        .collect();
    let rows = || written.iter().flat_map(|table| table.lines().skip(1));
    for listing in &listings {
        let path = format!("TransformRepositories/Local/namehound.{}.transform", listing.name);
        assert!(local.iter().any(|(name, _)| *name == path), "{path}");
        let url = format!(",{HUB}/run/{},{}", listing.name.replace('_', ""), listing.input.name);
        assert!(rows().any(|row| row.contains(&url)), "{url}");
    }
    assert_eq!(rows().count(), listings.len());
    assert_eq!(PUBLISHER.version, env!("CARGO_PKG_VERSION"));
    assert!(rows().all(|row| row.starts_with(&format!("{},{},", PUBLISHER.owner, PUBLISHER.author))));
}

// --- Own entity types

static REGISTRAR: EntityType = EntityType {
    name: "namehound.Registrar",
    display_name: "Registrar",
    parent: Some(&entity_types::ORGANIZATION),
    old_name: None,
    value_property: "title",
    calculated: false,
    properties: &[],
};

/// A transform that returns a type of our own.
#[derive(Debug)]
struct DomainToRegistrar;

static DOMAIN_TO_REGISTRAR: Declaration = Declaration {
    definition: TransformDefinition {
        name: "domain_to_registrar",
        display_name: "To Registrar [test]",
        description: "A transform of the tests that returns a type of our own.",
        inputs: &[&entity_types::DOMAIN],
        input_kind: InputKind::Single,
        outputs: &[&REGISTRAR],
        set: sets::REGISTRATION,
        settings: &[],
    },
    lookups: &[],
    exposure: Exposure::Local,
    price_class: PriceClass::Free,
};

#[async_trait::async_trait]
impl Transform for DomainToRegistrar {
    fn declaration(&self) -> &'static Declaration {
        &DOMAIN_TO_REGISTRAR
    }

    async fn run(&self, _run: &Run, _sink: &mut dyn Sink) -> Result<(), RunError> {
        Ok(())
    }
}

fn with_a_registrar() -> Installer {
    Installer::shipped(Arc::new(Catalogue::new(vec![Arc::new(DomainToRegistrar)]))).unwrap()
}

#[test]
fn a_type_of_our_own_is_shipped_with_its_pictures_once_a_transform_returns_it() {
    let standard = Catalogue::standard();
    let plain = standard.transforms().filter(|transform| {
        transform.declaration().definition.outputs.iter().all(|output| output.name.starts_with("maltego."))
    });
    let plain = Installer::shipped(Arc::new(Catalogue::new(plain.cloned().collect()))).unwrap();
    let plain = plain.remote_mtz("Namehound", HUB).unwrap();
    let none: Vec<_> = unzipped(&plain).into_iter().map(|(name, _)| name).collect();
    assert!(none.iter().all(|name| !name.starts_with("Entities") && !name.starts_with("Icons")), "{none:?}");

    let entries = unzipped(&with_a_registrar().remote_mtz("Namehound", HUB).unwrap());
    let names: Vec<&str> = entries.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(
        names,
        [
            "Entities/namehound.Registrar.entity",
            "EntityCategories/namehound.category",
            "Icons/Namehound/NamehoundRegistrar.png",
            "Icons/Namehound/NamehoundRegistrar.xml",
            "Icons/Namehound/NamehoundRegistrar24.png",
            "Icons/Namehound/NamehoundRegistrar32.png",
            "Icons/Namehound/NamehoundRegistrar48.png",
            "Icons/Namehound/NamehoundRegistrar96.png",
            "Seeds/namehound.hub",
            "Seeds/namehound.seed",
            "TransformSets/namehound_ registration.set",
            "version.properties",
        ]
    );
    let sizes: Vec<u32> = entries
        .iter()
        .filter(|(name, _)| name.ends_with(".png"))
        .map(|(_, png)| u32::from_be_bytes(png[16..20].try_into().unwrap()))
        .collect();
    assert_eq!(sizes, [16, 24, 32, 48, 96]);
}

// --- The same bytes

#[test]
fn the_same_catalogue_makes_the_same_bytes_in_every_process() {
    assert_eq!((remote(), local(), tables()), (remote(), local(), tables()));
    let registrar = || with_a_registrar().remote_mtz("Namehound", HUB).unwrap();
    assert_eq!(registrar(), registrar());

    let folder = Folder::new();
    let export = |arguments: &[&str]| {
        let output = folder.program().args(arguments).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        output.stdout
    };
    for _process in 0..2 {
        assert_eq!(export(&["export", "mtz", "--public-url", HUB, "--out", "-"]), remote());
        let program = Path::new(env!("CARGO_BIN_EXE_namehound")).canonicalize().unwrap();
        let ours = installer().local_mtz(&program, Some(&folder.data())).unwrap();
        assert_eq!(export(&["export", "local-mtz", "--out=-"]), ours);
    }
}

// --- Over HTTP

async fn get(url: &str) -> reqwest::Response {
    reqwest::get(url).await.unwrap()
}

fn header<'a>(response: &'a reqwest::Response, name: &str) -> &'a str {
    response.headers().get(name).map(|value| value.to_str().unwrap()).unwrap_or_default()
}

#[tokio::test]
async fn the_server_hands_out_every_file() {
    let server = Running::start(Config {
        server: namehound::config::ServerSection { public_url: Some(format!("{HUB}/")), ..Default::default() },
        ..bundled_config()
    });
    let mut files = vec![("namehound.mtz".to_owned(), "application/zip", remote())];
    files.extend(tables().into_iter().map(|table| (table.file_name, "text/csv; charset=utf-8", table.content)));
    for (name, content_type, content) in files {
        let response = get(&server.url(&format!("/maltego/{name}"))).await;
        assert_eq!(response.status(), 200, "{name}");
        assert_eq!(header(&response, "content-type"), content_type);
        assert_eq!(header(&response, "content-disposition"), format!("attachment; filename=\"{name}\""));
        assert_eq!(header(&response, "cache-control"), "private, no-cache");
        let tag = header(&response, "etag").to_owned();
        assert!(response.bytes().await.unwrap() == content, "{name} differs");

        let again = reqwest::Client::new().get(server.url(&format!("/maltego/{name}")));
        let again = again.header("if-none-match", &tag).send().await.unwrap();
        assert_eq!((again.status().as_u16(), header(&again, "etag")), (304, tag.as_str()), "{name}");
        assert!(again.bytes().await.unwrap().is_empty());
        let other = reqwest::Client::new().get(server.url(&format!("/maltego/{name}")));
        assert_eq!(other.header("if-none-match", "\"other\"").send().await.unwrap().status(), 200);
    }
    for name in ["namehound.zip", "transforms_2-3.csv", "settings_.csv", "..%2Fnamehound.mtz", "README.md"] {
        let response = get(&server.url(&format!("/maltego/{name}"))).await;
        assert_eq!(response.status(), 404, "{name}");
        assert!(response.text().await.unwrap().starts_with("There is no such file here"), "{name}");
    }
}

#[tokio::test]
async fn without_a_public_url_a_loopback_server_names_the_address_it_has() {
    let server = Running::start(bundled_config());
    let archive = get(&server.url("/maltego/namehound.mtz")).await.bytes().await.unwrap();
    let seed = entry(&archive, "Seeds/namehound.seed");
    assert!(seed.contains(&format!("url=\"http://{}/seed\"", server.address)), "{seed}");
    let lying = reqwest::Client::new().get(server.url("/maltego/namehound.mtz")).header("host", "evil.example");
    assert_eq!(lying.send().await.unwrap().bytes().await.unwrap(), archive, "the Host header was believed");
}

#[tokio::test]
async fn a_server_that_does_not_know_its_address_says_what_to_set() {
    let config = bundled_config();
    let app = App::new(&config).unwrap();
    let bound: SocketAddr = "192.0.2.7:8080".parse().unwrap();
    let router = router(app, Tokens::default(), &config, installer(), bound);
    for (path, status) in [
        ("/maltego/namehound.mtz", StatusCode::SERVICE_UNAVAILABLE),
        ("/maltego/transforms.csv", StatusCode::SERVICE_UNAVAILABLE),
        ("/maltego/settings.csv", StatusCode::OK),
    ] {
        let request = axum::http::Request::get(path).body(Body::empty()).unwrap();
        let response = router.clone().oneshot(request).await.unwrap();
        assert_eq!(response.status(), status, "{path}");
        let body = axum::body::to_bytes(response.into_body(), 1 << 20).await.unwrap();
        let told = String::from_utf8(body.to_vec()).unwrap();
        assert!(status == StatusCode::OK || told.contains("Set public_url in the section [server]"), "{told}");
    }
}

#[tokio::test]
async fn a_public_url_that_nobody_could_use_stops_the_start() {
    let mut config = bundled_config();
    config.server.listen = "127.0.0.1:0".to_owned();
    config.server.public_url = Some("hub.example".to_owned());
    let error = namehound::http::Server::bind(App::new(&config).unwrap(), &config).unwrap_err();
    assert!(error.to_string().starts_with("server.public_url cannot be used"), "{error}");
}

#[tokio::test]
async fn a_token_is_carried_on_only_by_whoever_brought_it_in_the_path() {
    let token = NewToken::from_random([7; 32]);
    let mut config = bundled_config();
    config.auth.tokens = vec![token.hash.clone()];
    config.server.public_url = Some(HUB.to_owned());
    let server = Running::start(config);
    let token = token.reveal();

    for file in ["namehound.mtz", "namehound-local.mtz", "transforms.csv", "settings.csv"] {
        for path in [format!("/maltego/{file}"), format!("/t/wrong/maltego/{file}")] {
            assert_eq!(get(&server.url(&path)).await.status(), 401, "{path}");
        }
    }
    let fetch = async |path: String, bearer: bool| {
        let mut request = reqwest::Client::new().get(server.url(&path));
        if bearer {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), 200, "{path}");
        response.bytes().await.unwrap().to_vec()
    };
    let seed_url = |archive: &[u8]| {
        let document = entry(archive, "Seeds/namehound.seed");
        document.split('"').nth(1).unwrap().to_owned()
    };
    let by_path = fetch(format!("/t/{token}/maltego/namehound.mtz"), false).await;
    assert_eq!(seed_url(&by_path), format!("{HUB}/t/{token}/seed"));
    assert!(entry(&by_path, "Seeds/namehound.hub").contains(&format!("{HUB}/t/{token}/seed")));
    let by_header = fetch("/maltego/namehound.mtz".to_owned(), true).await;
    assert_eq!(by_header, remote());
    // A wrong token beside a good header came in, but it must not be passed on.
    let by_both = fetch("/t/wrong/maltego/namehound.mtz".to_owned(), true).await;
    assert_eq!(by_both, remote());

    let table = String::from_utf8(fetch(format!("/t/{token}/maltego/transforms.csv"), false).await).unwrap();
    assert!(table.contains(&format!(",{HUB}/t/{token}/run/emailtodomains,")), "{table}");
    assert_eq!(fetch("/maltego/transforms.csv".to_owned(), true).await, tables()[0].content);
}

#[tokio::test]
async fn the_archive_for_this_machine_is_for_this_machine_only() {
    let server = Running::start(bundled_config());
    let url = server.url("/maltego/namehound-local.mtz");
    let response = get(&url).await;
    assert_eq!(response.status(), 200);
    let archive = response.bytes().await.unwrap();
    let program = std::env::current_exe().unwrap();
    let settings = entry(&archive, "TransformRepositories/Local/namehound.domain_to_whois_history.transformsettings");
    assert!(settings.contains(&format!(">{}</Property>", program.display())), "{settings}");
    assert!(settings.contains(">local domain_to_whois_history</Property>"), "{settings}");

    for (name, value) in [("x-forwarded-for", "198.51.100.7"), ("host", "hub.example")] {
        let response = reqwest::Client::new().get(&url).header(name, value).send().await.unwrap();
        assert_eq!(response.status(), 404, "{name}");
        assert!(response.text().await.unwrap().contains("\"namehound export local-mtz\" on the machine itself"));
    }
}

// --- The program

/// A folder of its own for a run of the program, deleted afterwards.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        let folder = std::env::temp_dir().join(format!("namehound-install-{}", uuid::Uuid::new_v4()));
        std::fs::create_dir_all(&folder).unwrap();
        Self(folder.canonicalize().unwrap())
    }

    fn data(&self) -> PathBuf {
        self.0.join("data")
    }

    fn write(&self, name: &str, content: &str) {
        std::fs::write(self.0.join(name), content).unwrap();
    }

    /// The program in this folder, with nothing of this machine's configuration.
    fn program(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_namehound"));
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("NAMEHOUND_") {
                command.env_remove(name);
            }
        }
        // No test goes online.
        command.env("NAMEHOUND_PROVIDERS__KEYLESS", "false");
        command.current_dir(&self.0).arg("--data-dir").arg(self.data()).stdin(Stdio::null());
        command
    }

    fn export(&self, arguments: &[&str]) -> (bool, String) {
        let output = self.program().arg("export").args(arguments).output().unwrap();
        let told = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        (output.status.success(), told)
    }

    /// Runs a local transform and insists on what every client relies on.
    fn local(&self, arguments: &[impl AsRef<OsStr>], environment: &[(&str, &str)]) -> (Reply, Output) {
        let mut command = self.program();
        command.arg("local").args(arguments).envs(environment.iter().copied());
        let output = command.output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
        let message = String::from_utf8(output.stdout.clone()).unwrap();
        let roots: Vec<_> = paths(&message).into_iter().filter(|path| !path.contains(['/', '@'])).collect();
        assert_eq!(roots, ["MaltegoMessage"]);
        assert!(message.starts_with("<MaltegoMessage>") && message.ends_with("</MaltegoMessage>"), "{message}");
        assert_eq!(message.matches("<MaltegoMessage>").count(), 1, "{message}");
        (client::read(200, message), output)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _gone = std::fs::remove_dir_all(&self.0);
    }
}

#[test]
fn export_writes_where_it_says_and_overwrites_nothing_unasked() {
    let folder = Folder::new();
    let (done, told) = folder.export(&["mtz", "--public-url", HUB]);
    assert!(done && told == format!("Wrote {}\n", folder.0.join("namehound.mtz").display()), "{told}");
    assert_eq!(std::fs::read(folder.0.join("namehound.mtz")).unwrap(), remote());

    folder.write("namehound.mtz", "somebody's");
    let (done, told) = folder.export(&["mtz", "--public-url", HUB]);
    assert!(!done && told.contains("namehound.mtz is there already; --force overwrites it"), "{told}");
    assert_eq!(std::fs::read_to_string(folder.0.join("namehound.mtz")).unwrap(), "somebody's");
    assert!(folder.export(&["mtz", "--public-url", HUB, "--force"]).0);
    assert_eq!(std::fs::read(folder.0.join("namehound.mtz")).unwrap(), remote());

    std::fs::create_dir(folder.0.join("sub")).unwrap();
    assert!(folder.export(&["mtz", "--public-url", HUB, "--out", "sub"]).0);
    assert!(folder.export(&["mtz", "--public-url", HUB, "--out", "sub/other.mtz"]).0);
    assert_eq!(std::fs::read(folder.0.join("sub/namehound.mtz")).unwrap(), remote());
    assert_eq!(std::fs::read(folder.0.join("sub/other.mtz")).unwrap(), remote());
}

#[test]
fn exported_tables_are_written_all_or_none() {
    let folder = Folder::new();
    let (done, told) = folder.export(&["tds", "--public-url", HUB, "--out", "tables"]);
    assert!(done && told.matches("Wrote ").count() == tables().len(), "{told}");
    for table in tables() {
        assert_eq!(std::fs::read(folder.0.join("tables").join(&table.file_name)).unwrap(), table.content);
    }
    let first = format!("tables/{}", tables()[0].file_name);
    std::fs::remove_file(folder.0.join(&first)).unwrap();
    let (done, told) = folder.export(&["tds", "--public-url", HUB, "--out", "tables"]);
    assert!(!done && told.contains(" is there already"), "{told}");
    assert!(!folder.0.join(&first).exists());

    assert!(folder.export(&["tds", "--public-url", HUB, "--out", "tables", "--force", "--without-output-entities"]).0);
    let older = std::fs::read_to_string(folder.0.join(&first)).unwrap();
    assert!(older.lines().next().unwrap().ends_with(",seedIDs"), "{older}");
    let (done, told) = folder.export(&["tds", "--public-url", HUB, "--out", "-"]);
    assert!(!done && told.contains("give --out a folder"), "{told}");
}

#[test]
fn export_takes_the_address_from_the_configuration_or_says_that_there_is_none() {
    let folder = Folder::new();
    let seed = |folder: &Folder| {
        let output = folder.program().args(["export", "mtz", "--out", "-"]).output().unwrap();
        entry(&output.stdout, "Seeds/the crime desk.seed").split('"').nth(1).unwrap().to_owned()
    };
    folder.write("namehound.toml", "[server]\nname = \"The crime desk\"\n");
    assert_eq!(seed(&folder), "http://127.0.0.1:8080/seed");
    folder.write(
        "namehound.toml",
        "[server]\nname = \"The crime desk\"\npublic_url = \"https://hub.example\"\nlisten = \"0.0.0.0:80\"\n",
    );
    assert_eq!(seed(&folder), format!("{HUB}/seed"));

    folder.write("namehound.toml", "[server]\nlisten = \"0.0.0.0:80\"\n");
    let (done, told) = folder.export(&["mtz"]);
    assert!(!done && told.contains("public_url") && told.contains("--public-url"), "{told}");
    let (done, told) = folder.export(&["mtz", "--public-url", "hub.example"]);
    assert!(!done && told.contains("--public-url cannot be used"), "{told}");

    folder.write("namehound.toml", &format!("[auth]\ntokens = [\"{}\"]\n", NewToken::from_random([7; 32]).hash));
    let (done, told) = folder.export(&["mtz", "--public-url", HUB]);
    assert!(done && told.contains("--public-url https://hub.example/t/<token>"), "{told}");
}

#[test]
fn a_local_archive_is_ready_to_use_where_it_was_made() {
    let folder = Folder::new();
    folder.write("namehound.toml", "");
    let (done, told) = folder.export(&["local-mtz"]);
    assert!(done && folder.data().is_dir(), "{told}");
    assert!(told.contains(&format!("will read {}", folder.data().join("namehound.toml").display())), "{told}");

    // What a client would do with the archive: read the command, start it, read the answer.
    let archive = std::fs::read(folder.0.join("namehound-local.mtz")).unwrap();
    let settings = entry(&archive, "TransformRepositories/Local/namehound.ns_to_domains_dnsname.transformsettings");
    let values: Vec<&str> = settings
        .lines()
        .filter_map(|line| line.trim().strip_prefix("<Property ")?.split_once('>')?.1.strip_suffix("</Property>"))
        .collect();
    let [command, parameters, directory, "true"] = values[..] else { panic!("{settings}") };
    let output = Command::new(command)
        .args(parameters.split(' '))
        .args(["ns17.tala-host.example", "fqdn=ns17.tala-host.example"])
        .current_dir(directory)
        .env("NAMEHOUND_DATA_DIR", folder.data())
        .env_remove("NAMEHOUND_CONFIG")
        .output()
        .unwrap();
    let reply = client::read(200, String::from_utf8(output.stdout).unwrap());
    assert_eq!(reply.entities.len(), 79, "{:?}", reply.messages);
}

// --- Local transforms

/// What a transform is run on: the type, the value, and properties. `one_catalogue` asks all of them by this door, too.
type Asked = (&'static str, &'static str, &'static str, &'static [(&'static str, &'static str)]);

const QUESTIONS: &[Asked] = &[
    ("domain_to_whois_history", "maltego.Domain", "cmt-net.example", &[("fqdn", "cmt-net.example")]),
    (
        "whois_record_to_contacts",
        "maltego.WHOISRecord",
        "cmt-net.example 2013-03-04",
        &[
            ("registrantName", "Dara Velani"),
            ("registrantOrganization", "Compute = Make # Tomorrow \\ <&\">"),
            ("registrantEmail", "dara.velani@mail.example"),
            ("registrantPhone", "+1.5555550142"),
            ("adminName", "REDACTED FOR PRIVACY"),
            ("namehound.source", "case leaked-episode"),
            ("namehound.observed", "2013-03-04"),
        ],
    ),
    ("email_to_domains", "maltego.EmailAddress", "dara.velani@mail.example", &[]),
    ("phone_to_domains", "maltego.PhoneNumber", "+1.5555550142", &[]),
    (
        "person_to_domains",
        "maltego.Person",
        "",
        &[("person.firstnames", "Dara"), ("person.lastname", "Velani"), ("empty", "")],
    ),
    ("organization_to_domains", "maltego.Organization", "Compute Make Tomorrow", &[]),
    ("ns_to_domains", "maltego.NSRecord", "ns17.tala-host.example", &[]),
    ("domain_to_subdomains", "maltego.Domain", "velani.example", &[]),
    ("domain_to_dns_records", "maltego.Domain", "cmt.example", &[]),
];

/// The properties argument as a client writes it.
fn properties(pairs: &[(&str, &str)]) -> String {
    let escaped = |text: &str| text.replace('\\', r"\\").replace('#', r"\#").replace('=', r"\=");
    pairs.iter().map(|(name, value)| format!("{}={}", escaped(name), escaped(value))).collect::<Vec<_>>().join("#")
}

/// A reply without the one thing that depends on when it was asked.
fn timeless(mut reply: Reply) -> (Vec<client::Found>, Vec<(String, String)>) {
    for entity in &mut reply.entities {
        if let Some(retrieved) = entity.fields.get_mut("namehound.retrieved") {
            assert!(!retrieved.is_empty());
            "(when it was asked)".clone_into(retrieved);
        }
    }
    (reply.entities, reply.messages)
}

#[tokio::test]
async fn local_transforms_answer_as_the_server_does_whatever_the_client_writes() {
    let server = Running::start(bundled_config());
    let folder = Folder::new();
    let mut asked = BTreeMap::new();
    for (transform, entity_type, value, pairs) in QUESTIONS {
        let mut request = Request::new(entity_type, value).limit(Config::default().server.default_limit);
        for (name, value) in *pairs {
            request = request.field(name, value);
        }
        let served = post(&server.url(&format!("/run/{transform}")), &request).await;
        assert_eq!(served.status, 200);
        let (local, output) = folder.local(&[transform, value, properties(pairs).as_str(), "--ignored", "x"], &[]);
        assert!(!local.entities.is_empty(), "{transform}: {:?}", local.messages);
        assert_eq!(timeless(local), timeless(served), "{transform}");
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert!(stderr.lines().all(|line| line.starts_with(['%', 'D'])), "{transform}: {stderr}");
        asked.insert(*transform, stderr);
    }
    assert_eq!(asked["ns_to_domains"], "%100\n");
}

#[tokio::test]
async fn hostile_arguments_are_only_text() {
    let server = Running::start(bundled_config());
    let folder = Folder::new();
    for value in [
        "--help",
        "--version",
        "--config=/etc/passwd",
        "--data-dir",
        "--case",
        "--",
        "-",
        "-h",
        " ",
        "$(touch owned)",
        "`touch owned`; touch owned | touch owned",
        "<Value>&amp;</Value>]]><!--",
        "a=b#c\\=d",
        "%s%n%x",
        "\u{202e}elpmaxe.tmc",
        "local",
    ] {
        let (local, _) = folder.local(&["person_to_domains", value, "person.lastname=x"], &[]);
        let request = Request::new("maltego.Person", value).field("person.lastname", "x");
        let served = post(&server.url("/run/person_to_domains"), &request).await;
        assert_eq!(timeless(local), timeless(served), "{value}");
    }
    let long = "a".repeat(100_000);
    for (value, properties) in [
        ("x", "#=#==#\\"),
        ("x", "--set=registrantName"),
        ("x\u{1}\u{7f}\u{fffe}\r\n\u{1b}[2J", "registrantName=\u{1}\u{1b}]0;x\u{7}\r\nD:x\n%100"),
        ("x", "registrantOrganization=</MaltegoMessage><MaltegoMessage>"),
        (long.as_str(), long.as_str()),
    ] {
        let (reply, output) = folder.local(&["whois_record_to_contacts", value, properties], &[]);
        assert!(!reply.messages.is_empty() || !reply.entities.is_empty(), "{properties:.80}");
        assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    }
    #[cfg(unix)]
    {
        use std::os::unix::ffi::OsStrExt as _;
        let bytes = |bytes: &'static [u8]| OsStr::from_bytes(bytes);
        let (reply, _) = folder.local(
            &[bytes(b"whois_record_to_contacts"), bytes(b"\xff\xfe"), bytes(b"registrantOrganization=Caf\xe9 Ltd")],
            &[],
        );
        assert_eq!(reply.values(), ["Caf\u{fffd} Ltd"]);
        let (reply, _) = folder.local(&[bytes(b"\xff"), bytes(b"x")], &[]);
        assert!(reply.says("PartialError", "there is no transform"), "{:?}", reply.messages);
    }
    assert!(!folder.0.join("owned").exists());
}

#[test]
fn whatever_is_wrong_is_a_message_in_a_good_answer() {
    let folder = Folder::new();
    let (reply, _) = folder.local(&["domain_to_whois_histori", "cmt.example"], &[]);
    assert!(reply.says("PartialError", "there is no transform \"domain_to_whois_histori\""), "{:?}", reply.messages);
    assert!(reply.says("PartialError", "did you mean domain_to_whois_history?"), "{:?}", reply.messages);
    let (reply, _) = folder.local(&["domain_to_whois_history"], &[]);
    assert!(reply.says("PartialError", "No value was given to domain_to_whois_history"), "{:?}", reply.messages);
    let (reply, _) = folder.local(&[""; 0], &[]);
    assert!(reply.says("PartialError", "No transform was named"), "{:?}", reply.messages);

    let question = ["person_to_domains", "Dara Velani"];
    let (reply, _) = folder.local(&question, &[("NAMEHOUND_SERVER__LISEN", "x")]);
    assert!(reply.says("FatalError", "did you mean \"listen\"?"), "{:?}", reply.messages);
    let (reply, _) = folder.local(&question, &[("NAMEHOUND_CONFIG", "/nowhere/namehound.toml")]);
    assert!(reply.says("FatalError", "/nowhere/namehound.toml cannot be read"), "{:?}", reply.messages);
    let (reply, _) = folder.local(&question, &[("NAMEHOUND_LOG__FILTER", "a=b=c")]);
    assert!(reply.says("FatalError", "log.filter"), "{:?}", reply.messages);
    let (reply, _) = folder.local(&question, &[("NAMEHOUND_CASES__LOAD", "nowhere")]);
    assert!(reply.says("FatalError", "the case in"), "{:?}", reply.messages);
    folder.write("namehound.toml", "[server\n");
    let (reply, _) = folder.local(&question, &[]);
    assert!(reply.says("FatalError", "namehound.toml"), "{:?}", reply.messages);
}

#[test]
fn settings_come_from_the_environment_and_the_limit_from_the_configuration() {
    let folder = Folder::new();
    let question = ["person_to_domains", "Dara Velani"];
    assert_eq!(folder.local(&question, &[]).0.entities.len(), 7);
    assert_eq!(folder.local(&question, &[("NAMEHOUND_SETTING_SCOPE", "current")]).0.entities.len(), 3);
    let (reply, _) = folder.local(&question, &[("NAMEHOUND_SETTING_SCOPE", "curent")]);
    assert!(reply.entities.is_empty());
    assert!(reply.says("PartialError", "The setting \"scope\" cannot be read"), "{:?}", reply.messages);

    folder.write("namehound.toml", "[server]\ndefault_limit = 5\n");
    let (reply, _) = folder.local(&["paterva.v2.ns_to_domains", "ns17.tala-host.example"], &[]);
    assert_eq!(reply.entities.len(), 5, "the size and four domains");
    assert!(reply.says("Inform", "4 of 79 shown"), "{:?}", reply.messages);
}

#[cfg(unix)]
#[tokio::test]
async fn a_cancelled_local_transform_ends_and_says_nothing() {
    use std::{os::unix::process::ExitStatusExt as _, time::Duration};

    let folder = Folder::new();
    // An upstream that takes the connection and never answers: once it has one, the transform is at work.
    let upstream = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let gateway = format!("http://{}", upstream.local_addr().unwrap());
    let child = folder
        .program()
        .args(["local", "domain_to_subdomains", "cmt.example"])
        .env("NAMEHOUND_CASES__LOAD", "none")
        .env("NAMEHOUND_PROVIDERS__WHOISXML__API_KEY", support::KEY)
        .env("NAMEHOUND_UPSTREAM__GATEWAY", gateway)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let connection = tokio::time::timeout(Duration::from_secs(60), upstream.accept()).await.unwrap().unwrap();
    assert!(Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap().success());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.signal(), Some(15));
    assert!(output.stdout.is_empty());
    drop(connection);
}
