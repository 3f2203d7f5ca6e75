//! The JSON dialect against recorded traffic of a server that works with real clients.
//!
//! Requests of the recording must be read, or refused with the recorded status and at the recorded places. Documents
//! that are made from the same content must come out equal, member for member and in any order. Where a difference is
//! meant, the test says which and why.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "helpers of tests may be as blunt as tests; lints know only the functions that are marked as tests"
)]

#[path = "../../tests/support/recorded.rs"]
mod recorded;

use std::{collections::BTreeMap, fs, path::PathBuf};

use base64::{Engine, engine::general_purpose::STANDARD};
use jiff::Timestamp;
use maltego::{
    Bookmark, Colour, DateRange, DisplayContent, DisplayInformation, Entity, EntityType, InputKind, LineStyle, Link,
    LinkDirection, MatchingRule, Message, MessageKind, Overlay, OverlayKind, OverlayPosition, PropertyDefinition,
    SettingDefinition, SettingKind, TransformDefinition, Value, ValueType,
    entity_types::{DOMAIN, PHRASE},
    v3::{
        discovery::{
            Action, ActionKind, Application, Assets, CapabilityDocument, EntityDefinition, Health, HubItem,
            HubProvider, Icon, Machine, MachineReferences, OverlayDefinition, Publisher, RegexConverter, Seed, Status,
            Transform, Transforms, transform_sets,
        },
        event::{self, Answer, ChoiceControl, ChoiceOption, ChoicePrompt},
        negotiate::{Capability, Client, ClientHeaders, Need, ProtocolVersion, VARY},
        problem::{AuthenticationFailure, AuthenticationOrigin, AuthenticationProblem},
        request::{Bounds, GraphError, RequestError, RunRequest, matching_inputs},
        run::{Page, RunSnapshot, RunState, RunSummary},
    },
};
use proptest::prelude::*;
use serde_json::{Value as Json, json, to_value};

/// The recorded cases whose file names begin with the text, or nothing where there is no recording.
fn cases(prefix: &str) -> Vec<Json> {
    let Some(folder) = recorded::folder(concat!(env!("CARGO_MANIFEST_DIR"), "/.."), "../reference/v3-traffic") else {
        return Vec::new();
    };
    let mut files: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "json"))
        .filter(|path| path.file_name().unwrap().to_str().unwrap().starts_with(prefix))
        .collect();
    files.sort();
    assert!(!files.is_empty(), "no case {prefix}");
    files.iter().map(|file| serde_json::from_str(&fs::read_to_string(file).unwrap()).unwrap()).collect()
}

/// The exchanges of one case.
fn exchanges(prefix: &str) -> Vec<Json> {
    cases(prefix).iter().flat_map(|case| case["exchanges"].as_array().unwrap().clone()).collect()
}

/// The body of the first successful answer of a case to a request whose target ends like this.
fn answer(prefix: &str, target: &str) -> Option<Json> {
    let exchanges = exchanges(prefix);
    let found = exchanges.iter().find(|exchange| exchange["request"]["target"].as_str().unwrap().ends_with(target));
    assert!(found.is_some() || exchanges.is_empty(), "no answer to {target}");
    found.map(|exchange| exchange["response"]["body"].clone())
}

fn request_bytes(exchange: &Json) -> Vec<u8> {
    let request = &exchange["request"];
    match (&request["bodyText"], request.get("body")) {
        (Json::String(text), _) => text.clone().into_bytes(),
        (_, Some(body)) => body.to_string().into_bytes(),
        _ => Vec::new(),
    }
}

/// Every member of the one in the other with the same kind of value, and the other way round. Members of lists are
/// compared one by one as far as both lists go.
fn assert_same_shape(ours: &Json, theirs: &Json, place: &str) {
    match (ours, theirs) {
        (Json::Object(ours), Json::Object(theirs)) => {
            let names = |members: &serde_json::Map<String, Json>| members.keys().cloned().collect::<Vec<_>>();
            assert_eq!(names(ours), names(theirs), "members at {place}");
            for (name, value) in ours {
                assert_same_shape(value, &theirs[name], &format!("{place}.{name}"));
            }
        }
        (Json::Array(ours), Json::Array(theirs)) => {
            for (index, (ours, theirs)) in ours.iter().zip(theirs).enumerate() {
                assert_same_shape(ours, theirs, &format!("{place}.{index}"));
            }
        }
        _ => assert_eq!(
            std::mem::discriminant(ours),
            std::mem::discriminant(theirs),
            "kinds of {ours} and {theirs} at {place}"
        ),
    }
}

fn event_json(event: &event::Event) -> Json {
    serde_json::from_str(event.as_str()).unwrap()
}

fn instant(text: &str) -> Timestamp {
    text.parse().unwrap()
}

static PHRASES: [&EntityType; 1] = [&PHRASE];
static PHRASES_AND_DOMAINS: [&EntityType; 2] = [&PHRASE, &DOMAIN];

const fn transform(
    name: &'static str,
    display_name: &'static str,
    description: &'static str,
    input_kind: InputKind,
) -> TransformDefinition {
    TransformDefinition {
        name,
        display_name,
        description,
        inputs: &[],
        input_kind,
        outputs: &[],
        set: "Demo Set",
        settings: &[],
    }
}

fn echo() -> TransformDefinition {
    TransformDefinition {
        inputs: &PHRASES,
        outputs: &PHRASES,
        ..transform("echo", "Echo [Acme]", "Returns the input as a phrase", InputKind::Single)
    }
}

fn publisher() -> Publisher {
    Publisher {
        namespace: "acme.demo".to_owned(),
        author: Some("dev@example.com".to_owned()),
        owner: Some("Acme Ltd".to_owned()),
        version: Some("3.1.4".to_owned()),
        disclaimer: None,
    }
}

// Requests

#[test]
fn recorded_run_requests_are_read_or_refused_like_the_peer_does() {
    let mut read = 0;
    let mut refused = 0;
    for exchange in exchanges("") {
        let request = &exchange["request"];
        let note = exchange["note"].as_str().unwrap_or_default();
        let is_run = request["method"] == "POST" && request["target"].as_str().unwrap().ends_with("/run");
        // The content type is the door's business.
        if !is_run || note == "JSON with the wrong content type" {
            continue;
        }
        let result = RunRequest::read(&request_bytes(&exchange), &Bounds::default());
        match exchange["response"]["status"].as_u64().unwrap() {
            // 404, 412 and 500 have other reasons than the body.
            201 | 404 | 412 | 500 => {
                let request = result.unwrap_or_else(|error| panic!("{note}: {error}"));
                assert!(!request.inputs.is_empty());
                read += 1;
            }
            // A null is nothing here, and nothing is the default.
            422 if note == "limit null" => assert_eq!(result.unwrap().limit, None),
            422 => {
                let error = result.unwrap_err();
                assert_eq!(error.status(), 422, "{note}");
                let theirs = exchange["response"]["body"]["detail"].as_array().unwrap().clone();
                let ours = to_value(&error).unwrap()["detail"].as_array().unwrap().clone();
                assert_eq!(ours.len(), theirs.len(), "{note}");
                for (ours, theirs) in ours.iter().zip(&theirs) {
                    assert_eq!(ours["type"], theirs["type"], "{note}");
                    // The peer appends the position in the text to the place; here it is in the message.
                    if theirs["type"] != "json_invalid" {
                        assert_eq!(ours["loc"], theirs["loc"], "{note}");
                    }
                    assert!(ours["msg"].is_string() && ours.get("input").is_none());
                }
                refused += 1;
            }
            400 => {
                let error = match result {
                    Ok(request) => {
                        assert!(matching_inputs(&request, &echo()).is_empty(), "{note}");
                        GraphError::NothingMatches.into()
                    }
                    Err(error) => error,
                };
                assert!(matches!(error, RequestError::Graph(_)), "{note}");
                assert_same_shape(&to_value(&error).unwrap(), &exchange["response"]["body"], note);
                refused += 1;
            }
            other => panic!("{note}: status {other}"),
        }
    }
    assert!((read, refused) == (0, 0) || (read >= 40 && refused >= 15), "{read} read, {refused} refused");
}

#[test]
fn recorded_values_arrive_as_text() {
    for exchange in exchanges("40-").iter().take(1) {
        let request = RunRequest::read(&request_bytes(exchange), &Bounds::default()).unwrap();
        let (id, input) = &request.inputs[0];
        assert_eq!((id.as_str(), input.type_name.as_str(), input.value.as_str()), ("0", "some.Thing", "v"));
        for (name, text) in [
            ("d", Some("2024-02-29")),
            ("dte", Some("1696175006000")),
            ("i", Some("5")),
            ("b", Some("true")),
            ("arr", Some("a,b")),
            ("n", None),
            ("absent", None),
            ("weird", Some("{\"x\":1}")),
        ] {
            assert_eq!(input.property(name), text, "{name}");
        }
        assert_eq!((request.limit, request.context.graph_id.as_deref()), (Some(12), Some("2mh6aq372vn24")));
    }
}

#[test]
fn recorded_settings_reach_their_local_names() {
    for exchange in exchanges("36-").iter().take(1) {
        let request = RunRequest::read(&request_bytes(exchange), &Bounds::default()).unwrap();
        assert_eq!(request.limit, None);
        let settings = maltego::Settings::from_wire(request.settings, "acme.demo", "settings");
        let text = |name| settings.text(&setting(name, SettingKind::Text, None));
        assert_eq!(text("plain"), Some("P"));
        assert_eq!(text("ratio"), Some("2.5"));
        assert_eq!(text("apikey"), Some("K"));
        assert_eq!(text("words"), Some("x,y"));
        assert_eq!(settings.integer(&setting("count", SettingKind::Integer, None)), Ok(Some(17)));
        assert_eq!(settings.boolean(&setting("flag", SettingKind::Boolean, None)), Ok(Some(false)));
    }
}

#[test]
fn parts_of_a_recorded_composite_are_no_inputs() {
    for exchange in exchanges("50-").iter().take(1) {
        let request = RunRequest::read(&request_bytes(exchange), &Bounds::default()).unwrap();
        let ids: Vec<&str> = request.inputs.iter().map(|(id, _)| id.as_str()).collect();
        assert_eq!(ids, ["o"]);
        assert_eq!(request.inputs[0].1.property("owned.parts"), Some("w1,w2"));
    }
}

#[test]
fn recorded_answers_to_a_question_are_read() {
    let prompt = ChoicePrompt {
        message: "Pick one".to_owned(),
        options: vec![ChoiceOption::new("a", "Option A"), ChoiceOption::new("b", "Option B")],
        default: Some("a".to_owned()),
        timeout: Some(20),
        control: Some(ChoiceControl::Radio { label: Some("Choices".to_owned()) }),
    };
    let mut answers = Vec::new();
    for exchange in exchanges("61-") {
        if exchange["request"]["target"].as_str().unwrap().contains("/prompts/") {
            match exchange["response"]["status"].as_u64().unwrap() {
                204 => answers.push(prompt.read_answer(&request_bytes(&exchange)).unwrap()),
                status => {
                    let ours = to_value(prompt.read_answer(&request_bytes(&exchange)).unwrap_err()).unwrap();
                    let theirs = &exchange["response"]["body"]["detail"][0];
                    assert_eq!(status, 422);
                    assert_eq!(ours["detail"][0]["type"], theirs["type"]);
                    assert_eq!(ours["detail"][0]["loc"], theirs["loc"]);
                }
            }
        }
        let recorded = &exchange["response"]["body"]["result"]["events"][0];
        if recorded["data"]["inputType"] == "CHOICE_PROMPT" {
            let id = recorded["data"]["id"].as_str().unwrap();
            let mut ours = event_json(&prompt.event(id, instant("2026-11-21T04:06:54.336602Z")));
            // The name of a control in a choice prompt never comes back, so it is a constant here.
            ours["data"]["control"]["controlId"] = json!("c1");
            assert_eq!(ours, *recorded);
        }
    }
    if !answers.is_empty() {
        assert_eq!(answers, [Answer::Chosen("b".to_owned()), Answer::Chosen("a".to_owned())]);
    }
    for exchange in exchanges("64-") {
        if exchange["request"]["target"].as_str().unwrap().contains("/prompts/") {
            assert_eq!(prompt.read_answer(&request_bytes(&exchange)).unwrap(), Answer::Cancelled);
        }
    }
}

// Discovery

#[test]
fn documents_about_the_server_equal_the_recorded_ones() {
    let seed = Seed {
        applications: vec![Application {
            name: "Acme Demo Server".to_owned(),
            require_api_key: false,
            classic_url: "http://127.0.0.1:3000".to_owned(),
            base_url: "http://127.0.0.1:3000".to_owned(),
            version: "3.1.4".to_owned(),
            disclaimer: None,
        }],
    };
    let hub_item = HubItem {
        id: "acme.demo".to_owned(),
        display_name: "Acme Demo".to_owned(),
        description: Some("Demo integration".to_owned()),
        icon_url: Some("https://example.com/icon.png".to_owned()),
        preview_image_url: Some("https://example.com/preview.png".to_owned()),
        provider: Some(HubProvider {
            name: Some("Acme Ltd".to_owned()),
            website: Some("https://example.com".to_owned()),
            email: Some("dev@example.com".to_owned()),
            phone: Some("+49 30 1234".to_owned()),
        }),
    };
    let status = Status {
        startup_time: instant("2026-11-21T04:01:41.719436Z"),
        classic_transform_count: 0,
        transform_count: 31,
        entity_count: 5,
        entity_category_count: 3,
        transform_set_count: 2,
        icon_count: 2,
        machine_count: 2,
    };
    if let Some(recorded) = answer("01-", "/seed") {
        assert_eq!(to_value(seed).unwrap(), recorded);
    }
    if let Some(recorded) = answer("07-", "/hub_item") {
        assert_eq!(to_value(hub_item).unwrap(), recorded);
    }
    if let Some(recorded) = answer("05-", "/status") {
        let mut ours = to_value(status).unwrap();
        let seconds = |document: &Json| document["startupTime"].as_f64().unwrap();
        assert!((seconds(&ours) - seconds(&recorded)).abs() < 1e-3);
        ours["startupTime"] = recorded["startupTime"].clone();
        assert_eq!(ours, recorded);
    }
    if let Some(recorded) = answer("05-", "/health") {
        assert_eq!(to_value(Health::default()).unwrap(), recorded);
    }
    if let Some(recorded) = answer("06-", "/supported_capabilities") {
        let ours = to_value(CapabilityDocument::new(&Capability::ALL)).unwrap();
        assert_same_shape(&ours, &recorded, "capabilities");
        let names = |document: &Json| -> Vec<String> {
            let list = document["supported_capabilities"].as_array().unwrap();
            list.iter().map(|entry| entry["name"].as_str().unwrap().to_owned()).collect()
        };
        assert_eq!(names(&ours), names(&recorded));
    }
}

const fn setting(name: &'static str, kind: SettingKind, default: Option<&'static str>) -> SettingDefinition {
    SettingDefinition {
        name,
        display_name: name,
        description: "",
        kind,
        choices: &[],
        default,
        popup: false,
        global: false,
        secret: false,
    }
}

static PLAIN: SettingDefinition =
    SettingDefinition { display_name: "Plain string", ..setting("plain", SettingKind::Text, Some("dflt")) };
static COUNT: SettingDefinition =
    SettingDefinition { display_name: "Popup int", popup: true, ..setting("count", SettingKind::Integer, Some("5")) };
static FLAG: SettingDefinition =
    SettingDefinition { display_name: "Flag", ..setting("flag", SettingKind::Boolean, Some("true")) };
static API_KEY: SettingDefinition = SettingDefinition {
    display_name: "API key (global, auth)",
    global: true,
    secret: true,
    ..setting("apikey", SettingKind::Text, None)
};

#[test]
fn transform_documents_equal_the_recorded_ones() {
    let list = TransformDefinition {
        inputs: &PHRASES,
        outputs: &PHRASES,
        ..transform("listin", "List in [Acme]", "", InputKind::List)
    };
    let union = TransformDefinition {
        inputs: &PHRASES_AND_DOMAINS,
        outputs: &PHRASES_AND_DOMAINS,
        ..transform("unionin", "Union in [Acme]", "", InputKind::Single)
    };
    for definition in [echo(), list, union] {
        let ours = to_value(Transform::new(&definition, &publisher(), &[])).unwrap();
        if let Some(recorded) = answer("11-", &format!("acme.demo.{}", definition.name)) {
            assert_eq!(ours, recorded);
        }
    }
    if let Some(recorded) = answer("11-", "acme.demo.rich") {
        let publisher = Publisher { disclaimer: Some("https://example.com/disclaimer".to_owned()), ..publisher() };
        let ours = Transform {
            metadata: BTreeMap::from([("team".to_owned(), "acme".to_owned()), ("tier".to_owned(), "demo".to_owned())]),
            ..Transform::new(&echo(), &publisher, &[])
        };
        let mut ours = to_value(ours).unwrap();
        // Types have no versions here, and these maps have the types' names as members.
        for side in ["input", "output"] {
            ours[side]["typeVersions"] = recorded[side]["typeVersions"].clone();
        }
        assert_same_shape(&ours, &recorded, "transform");
    }
    if let Some(recorded) = answer("08-", "/transforms") {
        let asking = to_value(Transform::new(&echo(), &publisher(), &[Need::Prompts])).unwrap();
        let transforms = recorded["transforms"].as_array().unwrap();
        let theirs = transforms.iter().find(|transform| transform["name"] == "acme.demo.ask_choice").unwrap();
        assert_same_shape(&asking, theirs, "interactive transform");
        assert_eq!(asking["transformCapabilities"], theirs["transformCapabilities"]);
        let ours = to_value(Transforms { transforms: Vec::new(), oauth: Vec::new() }).unwrap();
        assert_same_shape(&ours, &recorded, "transforms");
    }
}

#[test]
fn settings_equal_the_recorded_ones() {
    let settings: [&SettingDefinition; 4] = [&PLAIN, &COUNT, &FLAG, &API_KEY];
    let definition = TransformDefinition {
        settings: Box::leak(Box::new(settings)),
        ..transform("settings", "Settings [Acme]", "", InputKind::Single)
    };
    let Some(recorded) = answer("11-", "acme.demo.settings") else { return };
    let ours = to_value(Transform::new(&definition, &publisher(), &[])).unwrap();
    for ours in ours["transformSettings"].as_array().unwrap() {
        let theirs = recorded["transformSettings"].as_array().unwrap();
        let mut theirs = theirs.iter().find(|theirs| theirs["name"] == ours["name"]).unwrap().clone();
        // Whether a setting may be empty is decided when it is read, so clients are never told to insist.
        theirs["optional"] = json!(true);
        assert_eq!(*ours, theirs);
    }
}

const fn property(
    name: &'static str,
    display_name: &'static str,
    value_type: ValueType,
    list: bool,
    matching_rule: MatchingRule,
) -> PropertyDefinition {
    PropertyDefinition { name, display_name, value_type, list, matching_rule }
}

const fn loose(name: &'static str, display_name: &'static str, value_type: ValueType) -> PropertyDefinition {
    property(name, display_name, value_type, false, MatchingRule::Loose)
}

static WIDGET: EntityType = EntityType {
    name: "acme.Widget",
    display_name: "Widget",
    parent: None,
    old_name: None,
    value_property: "widget.name",
    calculated: false,
    properties: &[
        property("widget.name", "Name", ValueType::Text, false, MatchingRule::Strict),
        loose("widget.label", "Label", ValueType::Text),
        loose("widget.count", "Count", ValueType::Integer),
        loose("widget.ratio", "Ratio", ValueType::Double),
        loose("widget.active", "Active", ValueType::Boolean),
        loose("widget.made", "Made on", ValueType::Date),
        loose("widget.seen", "Seen at", ValueType::DateTime),
        loose("widget.period", "Period", ValueType::DateRange),
        loose("widget.image", "Image", ValueType::Url),
        loose("widget.color", "Colour", ValueType::Colour),
        property("widget.tags", "Tags", ValueType::Text, true, MatchingRule::Loose),
        property("widget.numbers", "Numbers", ValueType::Integer, true, MatchingRule::Loose),
        loose("widget.secret", "Secret", ValueType::Text),
    ],
};

static SUPER_WIDGET: EntityType = EntityType {
    name: "acme.SuperWidget",
    display_name: "Super Widget",
    parent: Some(&WIDGET),
    old_name: None,
    value_property: "widget.name",
    calculated: false,
    properties: &[loose("super.extra", "Extra", ValueType::Text)],
};

fn phrase_definition() -> EntityDefinition {
    let mut phrase = EntityDefinition::new(&PHRASE, "Phrases", "Phrase", "Personal", "Any text or part thereof");
    phrase.properties.fields[0].sample_value = Some(json!("Some phrase"));
    phrase
}

fn widget_definition() -> EntityDefinition {
    let description = "A demo entity with every property type";
    let mut widget = EntityDefinition::new(&WIDGET, "Widgets", "acme.Widget", "Acme", description);
    widget.variant_label_property = Some("widget.label".to_owned());
    widget.variant_icon_property = Some("widget.image".to_owned());
    widget.overlays = vec![
        OverlayDefinition::new("widget.color", OverlayPosition::NorthWest, OverlayKind::Colour),
        OverlayDefinition::new("widget.count", OverlayPosition::South, OverlayKind::Text),
    ];
    widget.properties.display_value = "widget.label".to_owned();
    widget.properties.image_overlay = Some("widget.image".to_owned());
    widget.actions = vec![Action {
        name: "open".to_owned(),
        display_name: "Open in browser".to_owned(),
        config: "https://example.com/$property(widget.name)".to_owned(),
        kind: ActionKind::Browser,
    }];
    for field in &mut widget.properties.fields {
        match field.name.as_str() {
            "widget.name" => field.sample_value = Some(json!("w-1")),
            "widget.label" => {
                field.readonly = true;
                field.default_value = Some(json!("$trim($property(widget.name))"));
                field.evaluator = Some("maltego.replace".to_owned());
            }
            "widget.count" => field.sample_value = Some(json!(3)),
            "widget.active" => field.default_value = Some(json!(true)),
            "widget.made" => field.sample_value = Some(json!("2024-02-29")),
            "widget.seen" => field.sample_value = Some(json!("2024-02-29T12:30:15.123Z")),
            "widget.period" => field.sample_value = Some(json!("Last 7 days")),
            "widget.secret" => {
                field.nullable = false;
                field.hidden = true;
                field.description = "hidden one".to_owned();
            }
            _ => {}
        }
    }
    widget
}

fn super_widget_definition() -> EntityDefinition {
    let mut widget =
        EntityDefinition::new(&SUPER_WIDGET, "Super Widgets", "acme.Widget", "Acme", "Inherits from Widget");
    widget.variant_label_property = Some("widget.label".to_owned());
    widget.variant_icon_property = Some("widget.image".to_owned());
    widget.properties.display_value = "widget.label".to_owned();
    widget.properties.image_overlay = Some("widget.image".to_owned());
    widget.allowed_root = false;
    widget
}

fn domain_definition() -> EntityDefinition {
    let mut domain = EntityDefinition::new(&DOMAIN, "Domains", "NetworkGlobal", "Infrastructure", "An internet domain");
    domain.conversion_order = 120;
    domain.properties.fields[0].sample_value = Some(json!("example.com"));
    let regex = "([\\w-]+\\.[a-z]{2,8})".to_owned();
    domain.regex_converter = Some(RegexConverter { regex, groups: vec!["fqdn".to_owned()] });
    domain
}

#[test]
fn entity_definitions_equal_the_recorded_ones() {
    let Some(recorded) = answer("13-", "/assets/entities") else { return };
    let definitions = [phrase_definition(), domain_definition(), widget_definition(), super_widget_definition()];
    for definition in definitions {
        let theirs = recorded.as_array().unwrap();
        let mut theirs = theirs.iter().find(|theirs| theirs["id"] == definition.id).unwrap().clone();
        // Types have no versions here.
        theirs.as_object_mut().unwrap().remove("version");
        assert_eq!(to_value(definition).unwrap(), theirs);
    }
}

#[test]
fn icons_machines_and_sets_equal_the_recorded_ones() {
    if let Some(recorded) = answer("15-", "/assets/icons") {
        for theirs in recorded.as_array().unwrap() {
            let files: Vec<(u32, Vec<u8>)> = theirs["data"]
                .as_array()
                .unwrap()
                .iter()
                .map(|file| {
                    let size = u32::try_from(file["size"].as_u64().unwrap()).unwrap();
                    (size, STANDARD.decode(file["blob"].as_str().unwrap()).unwrap())
                })
                .collect();
            let name = theirs["name"].as_str().unwrap();
            let icon = Icon::png(name, "Acme", files.iter().map(|(size, file)| (*size, file.as_slice())));
            assert_eq!(to_value(icon).unwrap(), *theirs);
        }
    }
    if let Some(recorded) = answer("16-", "/assets/machines?include_refs=true") {
        let code = |index: usize| recorded[index]["code"].as_str().unwrap();
        let demo = Machine {
            favorite: true,
            read_only: false,
            refs: Some(MachineReferences {
                transforms: vec!["acme.demo.echo".to_owned(), "acme.demo.rich".to_owned()],
                entities: vec!["maltego.Phrase".to_owned()],
                indeterminate: false,
            }),
            ..Machine::new("acme.machine.demo", code(0))
        };
        let ask = Machine {
            machine_capabilities: vec![Need::Prompts],
            refs: Some(MachineReferences {
                transforms: vec!["acme.demo.ask_choice".to_owned()],
                ..MachineReferences::default()
            }),
            ..Machine::new("acme.machine.ask", code(1))
        };
        assert_eq!(to_value([demo, ask]).unwrap(), recorded);
    }
    if let Some(recorded) = answer("17-", "/assets/sets") {
        let definitions = [echo(), transform("rich", "", "", InputKind::Single)];
        let mut sets = transform_sets(&definitions, &publisher());
        assert_same_shape(&to_value(&sets[0]).unwrap(), &recorded[1], "set");
        sets[0].description = Some("Hand-picked".to_owned());
        assert_same_shape(&to_value(&sets[0]).unwrap(), &recorded[0], "set with a description");
        assert_eq!(sets[0].transforms, ["acme.demo.echo", "acme.demo.rich"]);
    }
    if let Some(recorded) = answer("12-", "/assets") {
        assert_same_shape(&to_value(Assets::default()).unwrap(), &recorded, "assets");
    }
}

// Negotiation

fn client(headers: &Json) -> Client {
    let header = |name: &str| headers.get(name).and_then(Json::as_str);
    Client::read(&ClientHeaders {
        user_agent: header("User-Agent"),
        protocol: header("Maltego-Protocol-Version"),
        capabilities: header("Maltego-Client-Capabilities"),
        identifier: header("Maltego-Client-Identifier"),
        version: header("Maltego-Client-Version"),
    })
}

#[test]
fn each_recorded_client_sees_what_the_peer_showed_it() {
    let needs: [(&str, &[Need]); 8] = [
        ("acme.demo.echo", &[]),
        ("acme.demo.ask_choice", &[Need::Prompts]),
        ("acme.demo.ask_input", &[Need::Prompts]),
        ("acme.demo.ask_multi", &[Need::Prompts]),
        ("acme.demo.ask_button", &[Need::Prompts]),
        ("acme.demo.constrained", &[Need::InputConstraints]),
        ("acme.demo.composite", &[Need::CompositeEntities]),
        ("acme.demo.composite_in", &[Need::CompositeEntities]),
    ];
    for exchange in exchanges("09-") {
        let client = client(&exchange["request"]["headers"]);
        let shown = exchange["response"]["bodyReduced"]["transforms[].name"].as_array().unwrap();
        for (name, needs) in needs {
            assert_eq!(client.may_see(needs), shown.contains(&json!(name)), "{name} for {}", exchange["note"]);
        }
        let vary = exchange["response"]["headers"]["vary"].as_str().unwrap();
        assert_eq!(vary, format!("{}, Origin", VARY.join(", ")));
    }
}

#[test]
fn runs_are_refused_to_clients_that_cannot_take_them() {
    for exchange in exchanges("49-") {
        let client = client(&exchange["request"]["headers"]);
        assert!(!client.can(Capability::CompositeEntities) && !client.can(Capability::FlattenedCompositeEntities));
    }
    for exchange in exchanges("67-") {
        assert!(!client(&exchange["request"]["headers"]).can(Capability::PromptBase));
    }
    for exchange in exchanges("61-") {
        assert!(client(&exchange["request"]["headers"]).can(Capability::ChoiceControlType));
    }
}

#[test]
fn protocol_versions_are_normalised_like_on_the_seed() {
    for exchange in exchanges("02-") {
        let asked = exchange["request"]["headers"].get("Maltego-Protocol-Version").and_then(Json::as_str);
        let spoken = exchange["response"]["headers"]["maltego-protocol-version"].as_str().unwrap();
        assert_eq!(ProtocolVersion::normalise(asked).as_str(), spoken);
        assert_eq!(
            exchange["response"]["headers"]["v3-page-size"],
            json!(maltego::v3::run::PEER_PAGE_SIZE.to_string())
        );
    }
}

// Runs

fn widget() -> Entity {
    let period = DateRange { start: Some(instant("2024-01-01T00:00:00Z")), end: Some(instant("2024-02-01T00:00:00Z")) };
    let mut widget = Entity::new(&WIDGET, "w-1")
        .with("widget.count", 7_i64)
        .with("widget.ratio", 0.25)
        .with("widget.active", false)
        .with("widget.made", jiff::civil::date(2024, 2, 29))
        .with("widget.seen", instant("2024-02-29T13:30:15.123+01:00"))
        .with("widget.period", Value::DateRange(period))
        .with("widget.image", Value::Url("https://example.com/w.png".to_owned()))
        .with("widget.color", Colour::new(0, 255, 0))
        .with("widget.tags", vec!["a", "b,c", "d"])
        .with("widget.numbers", vec![1_i64, 2, 3])
        .with_dynamic("limit.seen", "Limit seen by the transform", 12_i64);
    widget.weight = 250;
    widget.icon_url = Some("https://example.com/i.png".to_owned());
    widget.bookmark = Some(Bookmark::Red);
    widget.note = Some("A note\nwith two lines".to_owned());
    let overlay = |property: &str, position, kind| Overlay { property: property.to_owned(), position, kind };
    widget.overlays = vec![
        overlay("widget.color", OverlayPosition::North, OverlayKind::Colour),
        overlay("widget.name", OverlayPosition::West, OverlayKind::Text),
        overlay("widget.image", OverlayPosition::Centre, OverlayKind::Image),
    ];
    let html = "<b>bold</b><script>alert(1)</script><a href=\"javascript:x\" target=\"_blank\">l</a>";
    let table = "<h1>Title</h1>\n<table>\n<thead>\n<tr>\n<th>a</th>\n</tr>\n</thead>\n</table>";
    widget.display_information = vec![
        DisplayInformation { heading: "Raw HTML".into(), content: DisplayContent::Html(html.into()) },
        DisplayInformation { heading: "Markdown".into(), content: DisplayContent::Html(table.into()) },
        DisplayInformation { heading: "Plain".into(), content: DisplayContent::Text("x < y & z".into()) },
    ];
    widget
}

#[test]
fn a_rich_result_equals_the_recorded_one() {
    let Some(recorded) = answer("33-", "/results") else { return };
    let recorded = &recorded["result"]["events"][3];
    let id = recorded["data"]["entity"]["id"].as_str().unwrap();
    let event = event::entity(&widget(), id, instant("2026-11-21T04:06:41.811590Z")).unwrap();
    let (mut ours, mut theirs) = (event_json(&event), recorded.clone());

    // Colours are written in small letters here.
    let lower = |property: &mut Json| {
        if property["name"] == "widget.color" {
            property["value"] = json!(property["value"].as_str().unwrap().to_lowercase());
        }
    };
    theirs["data"]["entity"]["properties"].as_array_mut().unwrap().iter_mut().for_each(lower);
    let by_name = |event: &mut Json| -> BTreeMap<String, Json> {
        let properties = event["data"]["entity"]["properties"].take();
        let named = |property: &Json| (property["name"].as_str().unwrap().to_owned(), property.clone());
        properties.as_array().unwrap().iter().map(named).collect()
    };
    let (our_properties, mut their_properties) = (by_name(&mut ours), by_name(&mut theirs));
    // An expression for the client to compute, and a range without dates: this model has neither.
    assert!(their_properties.remove("widget.label").is_some() && their_properties.remove("dyn.range").is_some());
    assert_eq!(our_properties, their_properties);

    theirs["data"]["entity"].as_object_mut().unwrap().remove("version");
    // Markdown is not rendered here; the recorded text is longer, and of the same form.
    let markdown = &mut theirs["data"]["entity"]["displayInformation"][1]["value"];
    assert_eq!(event::sanitise(markdown.as_str().unwrap()), *markdown);
    *markdown = ours["data"]["entity"]["displayInformation"][1]["value"].clone();
    assert_eq!(ours, theirs);
}

#[test]
fn links_equal_the_recorded_ones() {
    let Some(recorded) = answer("33-", "/results") else { return };
    let mut plain = Link::labelled("made by");
    plain.colour = Some(Colour::new(0, 255, 0));
    plain.style = LineStyle::Dashed;
    plain.thickness = Some(3);
    let reversed = Link { direction: LinkDirection::OutputToInput, ..Link::default() };
    for (index, link) in [(4, plain), (6, reversed)] {
        let recorded = &recorded["result"]["events"][index];
        let theirs = &recorded["data"]["link"];
        let text = |member: &str| theirs[member].as_str().unwrap();
        let event = event::link(&link, text("id"), text("sourceId"), text("targetId"), instant("2026-11-21T04:06:41Z"));
        let mut ours = event_json(&event);
        ours["timestamp"] = recorded["timestamp"].clone();
        let mut theirs = recorded.clone();
        for event in [&mut ours, &mut theirs] {
            for property in event["data"]["link"]["properties"].as_array_mut().unwrap() {
                // Labels are our own, and colours are written in small letters.
                property.as_object_mut().unwrap().remove("displayName");
                if let Some(text) = property["value"].as_str() {
                    property["value"] = json!(text.to_lowercase());
                }
            }
        }
        assert_eq!(ours, theirs);
    }
}

#[test]
fn messages_equal_the_recorded_ones() {
    let Some(recorded) = answer("33-", "/results") else { return };
    let messages = [
        (MessageKind::Inform, "inform message", "2026-11-21T04:06:41.811522Z"),
        (MessageKind::Debug, "debug message", "2026-11-21T04:06:41.811568Z"),
        (MessageKind::PartialError, "partial message", "2026-11-21T04:06:41.811579Z"),
    ];
    for (index, (kind, text, at)) in messages.into_iter().enumerate() {
        let event = event::message(&Message::new(kind, text), RunState::Initialized, instant(at));
        assert_eq!(event_json(&event), recorded["result"]["events"][index]);
    }
    for exchange in exchanges("54-") {
        for event in exchange["response"]["body"]["result"]["events"].as_array().into_iter().flatten() {
            if event["data"]["inputType"] == "STATUS_MESSAGE" {
                let text = event["data"]["statusMessage"]["text"].as_str().unwrap();
                let message = Message::new(MessageKind::FatalError, text);
                let ours = event_json(&event::message(&message, RunState::Failed, Timestamp::UNIX_EPOCH));
                assert_eq!(ours["data"], event["data"]);
            }
        }
    }
}

#[test]
fn answers_about_a_run_equal_the_recorded_ones() {
    let Some(recorded) = answer("30-", "/results") else { return };
    let their_events = recorded["result"]["events"].as_array().unwrap();
    let id = |event: &Json, kind: &str| event["data"][kind]["id"].as_str().unwrap().to_owned();
    let (entity_id, link_id) = (id(&their_events[0], "entity"), id(&their_events[1], "link"));
    let at = |text: &Json| instant(&format!("{}Z", text.as_str().unwrap()));
    let value = their_events[0]["data"]["entity"]["properties"][0]["value"].as_str().unwrap();
    let events = [
        event::entity(&Entity::new(&PHRASE, value), &entity_id, at(&their_events[0]["timestamp"])).unwrap(),
        event::link(&Link::default(), &link_id, "0", &entity_id, at(&their_events[1]["timestamp"])),
    ];
    let result = &recorded["result"];
    let snapshot = RunSnapshot {
        run_id: result["runId"].as_str().unwrap(),
        state: RunState::Completed,
        started: at(&result["startTime"]),
        updated: at(&result["updateTime"]),
        events: &events,
        entities: 1,
    };
    assert_eq!(to_value(snapshot.page(Page::default())).unwrap(), recorded);
    let text = serde_json::to_string(&snapshot.page(Page::default())).unwrap();
    assert!(events.iter().all(|event| text.contains(event.as_str())), "events are embedded as they were frozen");

    let start = answer("30-", "/run").unwrap();
    assert_same_shape(&to_value(snapshot.started()).unwrap(), &start, "start");

    let exchanges = exchanges("30-");
    let deleted = exchanges.iter().find(|exchange| exchange["request"]["method"] == "DELETE").unwrap();
    let added = BTreeMap::from([("maltego.Phrase".to_owned(), 1)]);
    let duration = deleted["response"]["body"]["duration"].as_u64().unwrap();
    let summary = RunSummary::new(snapshot.run_id, snapshot.state, duration, &added);
    assert_eq!(to_value(&summary).unwrap(), deleted["response"]["body"]);
    let header = deleted["response"]["headers"]["maltego-entities-added"].as_str().unwrap();
    assert_eq!(
        serde_json::from_str::<Json>(&summary.entities_added_header()).unwrap(),
        serde_json::from_str::<Json>(header).unwrap()
    );
}

#[test]
fn recorded_states_and_queries_are_understood() {
    let states = [
        RunState::Initialized,
        RunState::Running,
        RunState::Finished,
        RunState::Completed,
        RunState::Failed,
        RunState::Cancelled,
        RunState::TimedOut,
    ];
    for exchange in exchanges("") {
        let response = &exchange["response"];
        let target = exchange["request"]["target"].as_str().unwrap();
        if let Some(header) = response["headers"].get("maltego-run-state").and_then(Json::as_str) {
            assert!(states.iter().any(|state| state.header() == header), "{header}");
        }
        if let Some(body) = response["body"]["result"]["state"].as_str() {
            assert!(states.iter().any(|state| state.body() == body), "{body}");
        }
        let Some((_, query)) = target.split_once("/results?") else { continue };
        let parameter = |name: &str| query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='));
        let page = Page::read(parameter("eventPointer"), parameter("eventLimit"), maltego::v3::run::PEER_PAGE_SIZE);
        let status = response["status"].as_u64().unwrap();
        let negative = parameter("eventPointer").is_some_and(|pointer| pointer.starts_with('-'));
        match page {
            Ok(page) => {
                assert!(status == 200 || status == 404, "{target}");
                if let Some(asked) = response["body"]["result"]["eventPointer"].as_u64() {
                    assert_eq!(page.pointer as u64, asked, "{target}");
                }
            }
            // The peer counts a negative pointer from the end of what happens to exist.
            Err(_) => assert!(status == 422 || negative, "{target}"),
        }
    }
}

// Errors

#[test]
fn refused_credentials_equal_the_recorded_ones() {
    for exchange in exchanges("85-") {
        let theirs = &exchange["response"]["body"];
        let failure = match theirs["error_code"].as_str() {
            Some("auth.credentials_missing") => AuthenticationFailure::CredentialsMissing,
            Some("auth.credentials_invalid") => AuthenticationFailure::CredentialsInvalid,
            Some("auth.token_expired") => AuthenticationFailure::TokenExpired,
            Some(other) => panic!("{other}"),
            None => continue,
        };
        let mut ours = to_value(AuthenticationProblem {
            auth_origin: Some(AuthenticationOrigin::Sso),
            provider_type: Some("jwt"),
            ..AuthenticationProblem::new(failure, theirs["instance"].as_str().unwrap())
        })
        .unwrap();
        // The sentences are our own.
        for sentence in ["title", "detail"] {
            assert!(ours[sentence].is_string());
            ours[sentence] = theirs[sentence].clone();
        }
        assert_eq!(ours, *theirs);
        let challenge = exchange["response"]["headers"]["www-authenticate"].as_str();
        assert_eq!(failure.challenge(), challenge);
        assert_eq!(json!(failure.status()), exchange["response"]["status"]);
    }
}

// Any content

proptest! {
    #[test]
    fn any_text_in_an_entity_is_valid_json_and_reads_back(
        value in "(?s)[^\\s].{0,40}",
        name in "(?s).{1,12}",
        text in "(?s).{0,60}",
        number in any::<f64>(),
    ) {
        let mut entity = Entity::new(&PHRASE, value.as_str())
            .with_dynamic(&name, &text, text.as_str())
            .with_dynamic("list", "List", vec![text.as_str(), "second"])
            .with_dynamic("number", "Number", number);
        entity.note = Some(text.clone());
        entity.icon_url = Some(text.clone());
        entity.link.label = Some(text.clone());
        entity.overlays =
            vec![Overlay { property: text.clone(), position: OverlayPosition::South, kind: OverlayKind::Text }];
        entity.display_information = vec![
            DisplayInformation { heading: text.clone(), content: DisplayContent::Text(text.clone()) },
            DisplayInformation { heading: text.clone(), content: DisplayContent::Html(text.clone()) },
        ];
        let sent = event_json(&event::entity(&entity, &text, Timestamp::UNIX_EPOCH).unwrap());
        let sent = &sent["data"]["entity"];
        prop_assert_eq!(sent["id"].as_str(), Some(text.as_str()));
        prop_assert_eq!(sent["note"].as_str(), Some(text.as_str()));
        prop_assert_eq!(sent["displayInformation"][0]["value"].as_str(), Some(text.as_str()));
        let link = event_json(&event::link(&entity.link, "l", &text, "r", Timestamp::UNIX_EPOCH));
        prop_assert_eq!(link["data"]["link"]["properties"][0]["value"].as_str(), Some(text.as_str()));

        // What was sent can be sent back as an input.
        let request = json!({
            "input": {"metadata": {"entitiesTypesStat": {}}, "graph": {"entities": [sent], "links": []}},
            "transformSettings": []
        });
        let request = RunRequest::read(request.to_string().as_bytes(), &Bounds::default()).unwrap();
        let input = &request.inputs[0].1;
        prop_assert_eq!(&input.value, &value);
        prop_assert_eq!(input.weight, 100);
        if name != "text" && name != "list" && name != "number" {
            prop_assert_eq!(input.property(&name), Some(text.as_str()));
        }
        let read_number = input.property("number").unwrap();
        prop_assert!(read_number.parse() == Ok(number) || (!number.is_finite() && read_number.is_empty()));
        prop_assert_eq!(matching_inputs(&request, &echo()).len(), 1);
    }
}
