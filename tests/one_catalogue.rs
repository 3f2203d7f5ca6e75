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
    v3::{Drained, drain, http, request, start},
};
use transforms::Catalogue;

/// An entity with everything that must be the same by every door.
type Shown = (String, String, BTreeMap<String, String>);

/// What a run says and shows.
type Told = (Vec<Shown>, Vec<(String, String)>);

/// A value and properties.
type Sample = (&'static str, Vec<(&'static str, &'static str)>);

/// An input for every type that a transform takes, from the bundled case.
fn samples() -> BTreeMap<&'static str, Sample> {
    BTreeMap::from([
        ("maltego.Domain", ("velani.example", vec![("fqdn", "velani.example")])),
        // A name server by the wrong type, and a domain by the wrong type: what people really have on their graphs.
        ("maltego.DNSName of ns_to_domains", ("ns17.tala-host.example", vec![("fqdn", "ns17.tala-host.example")])),
        ("maltego.DNSName", ("velani.example", vec![("fqdn", "velani.example")])),
        ("maltego.NSRecord", ("ns17.tala-host.example", vec![("fqdn", "ns17.tala-host.example")])),
        ("maltego.EmailAddress", ("dara.velani@mail.example", vec![("email", "dara.velani@mail.example")])),
        ("maltego.PhoneNumber", ("+1.5555550142", vec![("phonenumber", "+1.5555550142")])),
        ("maltego.Person", ("Dara Velani", vec![("person.firstnames", "Dara"), ("person.lastname", "Velani")])),
        ("maltego.Organization", ("Compute Make Tomorrow", vec![("title", "Compute Make Tomorrow")])),
        (
            "maltego.WHOISRecord",
            (
                "cmt-net.example 2013-03-01",
                vec![
                    ("registrantName", "Dara Velani"),
                    ("registrantEmail", "dara.velani@mail.example"),
                    ("techName", "REDACTED FOR PRIVACY"),
                ],
            ),
        ),
    ])
}

/// The time of asking differs from run to run by its nature.
const RETRIEVED: &str = "namehound.retrieved";

fn of_classic(reply: &Reply) -> Told {
    let entities = reply.entities.iter().map(|entity| {
        let known = maltego::entity_types::by_name(&entity.entity_type).unwrap();
        let fields = entity.fields.iter().filter(|(name, _)| *name != RETRIEVED && *name != known.value_property);
        let fields = fields.map(|(name, text)| (name.clone(), text.clone())).collect();
        (entity.entity_type.clone(), entity.value.clone(), fields)
    });
    (entities.collect(), reply.messages.clone())
}

fn of_json(run: &Drained) -> Told {
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
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
                    .filter(|(name, _)| name != RETRIEVED)
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

fn local(transform: &str, value: &str, fields: &[(&str, &str)]) -> Reply {
    let properties: Vec<_> = fields
        .iter()
        .map(|(name, text)| format!("{name}={}", text.replace('\\', "\\\\").replace('#', "\\#").replace('=', "\\=")))
        .collect();
    let mut command = Command::new(env!("CARGO_BIN_EXE_namehound"));
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("NAMEHOUND_")) {
        command.env_remove(name);
    }
    let output = command
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
    let samples = samples();
    let mut asked = 0;
    for listing in Catalogue::standard().listings() {
        let special = format!("{} of {}", listing.input.name, listing.definition.name);
        let (value, fields) = samples.get(special.as_str()).unwrap_or_else(|| &samples[listing.input.name]);
        // A local transform has no channel for a limit, so every door gets the server's default.
        let limit = namehound::config::ServerSection::default().default_limit;
        let mut classic = Request::new(listing.input.name, value).limit(limit);
        for (name, text) in fields {
            classic = classic.field(name, text);
        }
        let by_run = of_classic(&post(&server.url(&format!("/run/{}", listing.name)), &classic).await);
        assert!(!by_run.0.is_empty(), "{} has no answer in the bundled case: {:?}", listing.name, by_run.1);

        let command = format!("/runner?Command=_RUN&TransformToRun={}", listing.name);
        assert_eq!(of_classic(&post(&server.url(&command), &classic).await), by_run, "{}: _RUN", listing.name);

        let properties: Vec<_> = std::iter::once((listing.input.value_property, *value))
            .chain(fields.iter().copied())
            .map(|(name, text)| serde_json::json!({ "name": name, "type": "STRING", "value": text }))
            .collect();
        let entity = serde_json::json!({
            "id": "in0", "type": listing.input.name, "valueRef": listing.input.value_property, "properties": properties,
        });
        let path = start(&server, &client, listing.definition.name, &request(vec![entity], &[], limit)).await;
        let run = drain(&server, &client, &path, None).await;
        assert_eq!(run.state, "COMPLETED", "{}", listing.name);
        assert_eq!(of_json(&run), by_run, "{}: the JSON dialect", listing.name);

        assert_eq!(of_classic(&local(listing.name, value, fields)), by_run, "{}: local", listing.name);

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
