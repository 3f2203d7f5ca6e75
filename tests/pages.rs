//! Promise: what is written about the transforms is true. Pages, data and the bundled case are held against the
//! catalogue, so that none of them can fall behind it.

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
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use maltego::{
    config_data::{ConfigData, ConfigFile},
    entity_types,
};
use support::{Running, bundled_config, client::Request, program::Machine, run};
use transforms::{Catalogue, sets};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn the_readme_shows_the_table_that_the_program_prints() {
    let Ok(readme) = fs::read_to_string(root().join("README.md")) else {
        println!("skipped: there is no README.md");
        return;
    };
    let (_, rest) = readme.split_once("<!-- transforms:begin -->").expect("README.md has no transforms:begin");
    let (shown, _) = rest.split_once("<!-- transforms:end -->").expect("README.md has no transforms:end");
    let printed = Machine::new().run(&["transforms", "--format", "markdown"]).out;
    assert_eq!(shown.trim(), printed.trim(), "put the output of namehound transforms --format markdown there");
}

/// The files of `maltego-config/` with their paths in it.
fn config_files() -> Vec<(String, String)> {
    fn collect(root: &Path, folder: &Path, files: &mut Vec<(String, String)>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path: PathBuf = entry.unwrap().path();
            if path.is_dir() {
                collect(root, &path, files);
            } else {
                let name = path.strip_prefix(root).unwrap().to_str().unwrap().replace('\\', "/");
                files.push((name, fs::read_to_string(&path).unwrap()));
            }
        }
    }
    let (folder, mut files) = (root().join("maltego-config"), Vec::new());
    collect(&folder, &folder, &mut files);
    files
}

fn config_data() -> ConfigData {
    let files = config_files();
    ConfigData::load(files.iter().map(|(path, content)| ConfigFile { path, content })).unwrap()
}

#[test]
fn the_described_sets_are_the_sets_there_are() {
    let described: BTreeSet<_> = config_data().sets.into_iter().map(|set| set.name).collect();
    let there = [sets::REGISTRATION, sets::REVERSE_LOOKUPS, sets::INFRASTRUCTURE, sets::LIVE];
    assert_eq!(described, there.map(str::to_owned).into());
    for declaration in Catalogue::standard().declarations() {
        assert!(described.contains(declaration.definition.set), "{} is in no set", declaration.definition.name);
    }
}

#[test]
fn every_machine_runs_transforms_that_exist() {
    let catalogue = Catalogue::standard();
    let machines = config_data().machines;
    assert!(!machines.is_empty());
    for machine in machines {
        let resolved = machine.resolve(|name| {
            let declaration = catalogue.declarations().find(|declaration| declaration.definition.name == name)?;
            Some(format!("{}.{}", transforms::NAMESPACE, declaration.definition.name))
        });
        assert!(resolved.unwrap().script.contains("run(\"namehound."), "{}", machine.id());
    }
}

/// An input for every transform that the bundled case has an answer to.
fn sample(transform: &str) -> Request {
    match transform {
        "domain_to_whois_history" => Request::new("maltego.Domain", "cmt-net.example"),
        "whois_record_to_contacts" => Request::new("maltego.WHOISRecord", "cmt-net.example 2013-02-11")
            .field("registrantName", "Dara Velani")
            .field("registrantOrganization", "Compute Make Tomorrow")
            .field("registrantEmail", "dara.velani@mail.example")
            .field("registrantPhone", "+1.5555550142"),
        "email_to_domains" => Request::new("maltego.EmailAddress", "dara.velani@mail.example"),
        "phone_to_domains" => Request::new("maltego.PhoneNumber", "+1.5555550142"),
        "person_to_domains" => Request::new("maltego.Person", "Dara Velani"),
        "organization_to_domains" => Request::new("maltego.Organization", "Compute Make Tomorrow"),
        "ns_to_domains" => Request::new("maltego.NSRecord", "ns17.tala-host.example"),
        "domain_to_subdomains" => Request::new("maltego.Domain", "velani.example"),
        "domain_to_dns_records" => Request::new("maltego.Domain", "velani.example"),
        other => panic!("{other} is new: give it an answer in the bundled case and a sample here"),
    }
}

#[tokio::test]
async fn every_transform_has_an_answer_in_the_bundled_case() {
    let server = Running::start(bundled_config());
    for declaration in Catalogue::standard().declarations() {
        let definition = &declaration.definition;
        let name = definition.name;
        let reply = run(&server, name, &sample(name)).await;
        assert!(!reply.entities.is_empty(), "{name}: {:?}", reply.messages);
        assert!(reply.messages.iter().all(|(kind, _)| kind == "Inform"), "{name}: {:?}", reply.messages);
        for entity in &reply.entities {
            let what = format!("{name}: {} {}", entity.entity_type, entity.value);
            let known = entity_types::by_name(&entity.entity_type).unwrap_or_else(|| panic!("{what} is of no type"));
            assert!(definition.outputs.iter().any(|output| output.name == known.name), "{what} is not declared");
            for property in [transforms::SOURCE, transforms::OBSERVED, transforms::RETRIEVED] {
                let proof = entity.fields.get(property).unwrap_or_else(|| panic!("{what} lacks {property}"));
                assert!(!proof.is_empty(), "{what} has an empty {property}");
            }
        }
    }
}

/// What is said of a sample in a page holds only if every declared input type can be run as well.
#[tokio::test]
async fn every_declared_input_type_is_accepted() {
    let server = Running::start(bundled_config());
    for declaration in Catalogue::standard().declarations() {
        let definition = &declaration.definition;
        let value = match definition.name {
            "ns_to_domains" => "ns17.tala-host.example",
            "domain_to_whois_history" | "domain_to_subdomains" | "domain_to_dns_records" => "velani.example",
            _ => continue,
        };
        for input in definition.inputs {
            let reply = run(&server, definition.name, &Request::new(input.name, value)).await;
            assert!(!reply.entities.is_empty(), "{} on {}: {:?}", definition.name, input.name, reply.messages);
        }
    }
}
