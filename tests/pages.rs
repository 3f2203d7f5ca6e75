//! Promise: what is written about the transforms is true. Pages, data and the bundled cases are held against the
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

use maltego::config_data::{ConfigData, ConfigFile};
use support::{
    Running, bundled_config,
    client::Request,
    program::Machine,
    run,
    samples::{Sample, Samples},
};
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

/// A request with the sample for a transform on a type.
fn sample(samples: &Samples, transform: &str, entity_type: &str) -> Request {
    let Sample { value, properties } = samples.of(transform, entity_type);
    properties.iter().fold(Request::new(entity_type, &value), |request, (name, text)| request.field(name, text))
}

#[tokio::test]
async fn every_transform_has_an_answer_in_a_bundled_case_on_every_type_it_takes() {
    let server = Running::start(bundled_config());
    let samples = Samples::load();
    for declaration in Catalogue::standard().declarations() {
        let definition = &declaration.definition;
        for input in definition.inputs {
            let name = format!("{} on {}", definition.name, input.name);
            let reply = run(&server, definition.name, &sample(&samples, definition.name, input.name)).await;
            if !samples.is_answered(definition.name, input.name) {
                assert!(reply.entities.is_empty(), "{name} is answered now: take it out of without_answer");
                assert!(!reply.messages.is_empty(), "{name} says nothing");
                continue;
            }
            assert!(!reply.entities.is_empty(), "{name}: {:?}", reply.messages);
            assert!(reply.messages.iter().all(|(kind, _)| kind == "Inform"), "{name}: {:?}", reply.messages);
            for entity in &reply.entities {
                let what = format!("{name}: {} {}", entity.entity_type, entity.value);
                let output = definition.outputs.iter().find(|output| output.name == entity.entity_type);
                assert!(output.is_some(), "{what} is not declared");
                for property in [transforms::SOURCE, transforms::OBSERVED, transforms::RETRIEVED] {
                    let proof = entity.fields.get(property).unwrap_or_else(|| panic!("{what} lacks {property}"));
                    assert!(!proof.is_empty(), "{what} has an empty {property}");
                }
            }
        }
    }
}
