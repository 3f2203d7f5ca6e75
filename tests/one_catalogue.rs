//! Promise: one catalogue, many faces. Every transform answers the same by every door, and every discovery document is
//! the accepted one.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a failed unwrap in a test is a failed test, which is the point"
)]

mod support;

use std::{collections::BTreeMap, path::Path, process::Command};

use serde_json::Value;
use support::{
    Running, bundled_config,
    client::{Reply, Request, read},
    post,
    samples::{Sample, Samples},
    v3::{Drained, drain, http, request, start},
};
use transforms::Catalogue;

/// An entity with everything that must be the same by every door.
type Shown = (String, String, BTreeMap<String, String>);

/// What a run says and shows.
type Told = (Vec<Shown>, Vec<(String, String)>);

/// The time of asking differs from run to run by its nature.
const RETRIEVED: &str = "namehound.retrieved";

/// Notes and overlays are fields in one dialect and parts of their own in the other; the writers' tests see to them.
fn is_the_same(property: &str) -> bool {
    property != RETRIEVED && property != "notes#" && !property.starts_with("overlay.literal.")
}

fn of_classic(reply: &Reply) -> Told {
    let entities = reply.entities.iter().map(|entity| {
        let own = || transforms::own_types::ALL.iter().copied().find(|known| known.name == entity.entity_type);
        let known = maltego::entity_types::by_name(&entity.entity_type).or_else(own).unwrap();
        let fields = entity.fields.iter().filter(|(name, _)| is_the_same(name) && *name != known.value_property);
        let fields = fields.map(|(name, text)| (name.clone(), text.clone())).collect();
        (entity.entity_type.clone(), entity.value.clone(), fields)
    });
    (entities.collect(), reply.messages.clone())
}

fn of_json(run: &Drained) -> Told {
    let text = |value: &Value| match value {
        Value::String(text) => text.clone(),
        // The classic dialect has no lists.
        Value::Array(members) if members.iter().all(Value::is_string) => {
            members.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(",")
        }
        other => other.to_string(),
    };
    let links: BTreeMap<&str, &Value> =
        run.links().into_iter().map(|link| (link["targetId"].as_str().unwrap(), link)).collect();
    let entities =
        run.entities().into_iter().map(|entity| {
            let value_property = entity["valueRef"].as_str().unwrap();
            let properties = entity["properties"].as_array().unwrap();
            let value = properties.iter().find(|property| property["name"] == value_property).unwrap();
            let own = properties.iter().filter(|property| property["name"] != value_property);
            let linked = links[entity["id"].as_str().unwrap()]["properties"].as_array().unwrap();
            let fields =
                own.map(|property| (property["name"].as_str().unwrap().to_owned(), text(&property["value"])))
                    .chain(linked.iter().map(|property| {
                        (format!("link#{}", property["name"].as_str().unwrap()), text(&property["value"]))
                    }))
                    .filter(|(name, _)| is_the_same(name))
                    .collect();
            (entity["type"].as_str().unwrap().to_owned(), text(&value["value"]), fields)
        });
    let messages = run.messages().into_iter().map(|(kind, text)| {
        let kind = match kind.as_str() {
            "INFO" => "Inform",
            "DEBUG" => "Debug",
            "WARNING" => "PartialError",
            "ERROR" => "FatalError",
            other => panic!("{other}"),
        };
        (kind.to_owned(), text)
    });
    (entities.collect(), messages.collect())
}

fn local(transform: &str, value: &str, fields: &[(String, String)]) -> Reply {
    let properties: Vec<_> = fields
        .iter()
        .map(|(name, text)| format!("{name}={}", text.replace('\\', "\\\\").replace('#', "\\#").replace('=', "\\=")))
        .collect();
    let mut command = Command::new(env!("CARGO_BIN_EXE_namehound"));
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("NAMEHOUND_")) {
        command.env_remove(name);
    }
    let output = command
        .env("NAMEHOUND_PROVIDERS__KEYLESS", "false")
        .env("NAMEHOUND_DATA_DIR", Path::new(env!("CARGO_TARGET_TMPDIR")).join("no-data"))
        .current_dir(env!("CARGO_TARGET_TMPDIR"))
        .args(["local", transform, value, &properties.join("#")])
        .output()
        .unwrap();
    assert!(output.status.success(), "{transform}");
    read(200, String::from_utf8(output.stdout).unwrap())
}

#[tokio::test]
async fn every_transform_answers_the_same_by_every_door() {
    let server = Running::start(bundled_config());
    let client = http(false);
    let samples = Samples::load();
    let mut asked = 0;
    for listing in Catalogue::standard().listings() {
        // A client sends the value as the value property, too, unless it puts that together from others.
        let Sample { value, mut properties } = samples.of(listing.definition.name, listing.input.name);
        if !listing.input.calculated {
            properties.insert(listing.input.value_property.to_owned(), value.clone());
        }
        let fields: Vec<(String, String)> = properties.into_iter().collect();
        // A local transform has no channel for a limit, so every door gets the server's default.
        let limit = namehound::config::ServerSection::default().default_limit;
        let mut classic = Request::new(listing.input.name, &value).limit(limit);
        for (name, text) in &fields {
            classic = classic.field(name, text);
        }
        let by_run = of_classic(&post(&server.url(&format!("/run/{}", listing.name)), &classic).await);
        let answered = samples.is_answered(listing.definition.name, listing.input.name);
        assert_eq!(by_run.0.is_empty(), !answered, "{}: {:?}", listing.name, by_run.1);

        let command = format!("/runner?Command=_RUN&TransformToRun={}", listing.name);
        assert_eq!(of_classic(&post(&server.url(&command), &classic).await), by_run, "{}: _RUN", listing.name);

        let own = |(name, _): &&(String, String)| name != listing.input.value_property;
        let properties: Vec<_> = std::iter::once((listing.input.value_property, value.as_str()))
            .chain(fields.iter().filter(own).map(|(name, text)| (name.as_str(), text.as_str())))
            .map(|(name, text)| serde_json::json!({ "name": name, "type": "STRING", "value": text }))
            .collect();
        let entity = serde_json::json!({
            "id": "in0", "type": listing.input.name, "valueRef": listing.input.value_property, "properties": properties,
        });
        let path = start(&server, &client, listing.definition.name, &request(vec![entity], &[], limit)).await;
        let run = drain(&server, &client, &path, None).await;
        let refused = by_run.1.iter().any(|(kind, _)| kind == "FatalError");
        let ended = if answered || !refused { "COMPLETED" } else { "FAILED" };
        assert_eq!(run.state, ended, "{}", listing.name);
        assert_eq!(of_json(&run), by_run, "{}: the JSON dialect", listing.name);

        // A process for each transform; its other input types take the same way.
        if listing.name == listing.definition.name {
            assert_eq!(of_classic(&local(listing.name, &value, &fields)), by_run, "{}: local", listing.name);
        }

        let outputs: Vec<_> = listing.definition.outputs.iter().map(|output| output.name).collect();
        for (entity_type, value, _) in &by_run.0 {
            assert!(outputs.contains(&entity_type.as_str()), "{} returns {entity_type} {value}", listing.name);
        }
        asked += 1;
    }
    assert_eq!(asked, Catalogue::standard().listings().len());
}

/// Compares a document with the accepted one; `NAMEHOUND_BLESS=1` accepts the present one.
fn golden(name: &str, document: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name);
    if std::env::var_os("NAMEHOUND_BLESS").is_some() {
        std::fs::write(&path, document).unwrap();
    }
    let accepted = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        accepted == document,
        "{name} differs from the accepted document. Look at the difference; if it is meant, run the test again with \
         NAMEHOUND_BLESS=1.\n{document}"
    );
}

#[tokio::test]
async fn discovery_says_exactly_what_was_accepted() {
    let mut config = bundled_config();
    config.server.public_url = Some("https://hub.example".to_owned());
    let server = Running::start(config);
    let client = reqwest::Client::new();
    for (name, path) in [
        ("transforms.json", "/transforms"),
        ("assets.json", "/assets"),
        ("hub_item.json", "/hub_item"),
        ("seed.json", "/seed"),
    ] {
        let document: Value = client
            .get(server.url(path))
            .header("accept", "application/json")
            .send()
            .await
            .unwrap()
            .json()
            .await
            .unwrap();
        golden(name, &format!("{document:#}\n"));
    }
    for (name, path) in [("seed.xml", "/seed/classic"), ("transforms.xml", "/runner?Command=_TRANSFORMS")] {
        let document = client.get(server.url(path)).send().await.unwrap().text().await.unwrap();
        golden(name, &format!("{}\n", document.replace("><", ">\n<")));
    }
}
