use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::*;
use crate::{
    entity_types::{DNS_NAME, DOMAIN, EMAIL_ADDRESS, EntityType},
    transform::{InputKind, TransformDefinition},
};

static HOSTS: [&EntityType; 2] = [&EMAIL_ADDRESS, &DNS_NAME];
static DOMAINS: [&EntityType; 1] = [&DOMAIN];

fn body(entities: Value) -> Value {
    json!({
        "input": {"metadata": {"entitiesTypesStat": {}}, "graph": {"entities": entities, "links": []}},
        "transformSettings": []
    })
}

fn domain(id: &str, name: &str) -> Value {
    json!({
        "id": id, "type": "maltego.Domain", "valueRef": "fqdn",
        "properties": [{"name": "fqdn", "type": "STRING", "value": name}]
    })
}

fn read(body: &Value) -> Result<RunRequest, RequestError> {
    RunRequest::read(body.to_string().as_bytes(), &Bounds::default())
}

fn only_input(entity: Value) -> Input {
    let request = read(&body(json!([entity]))).unwrap();
    assert_eq!(request.inputs.len(), 1);
    request.inputs[0].1.clone()
}

/// Each problem as its place and its kind.
fn problems(body: &Value) -> Vec<(String, ProblemKind)> {
    match read(body).unwrap_err() {
        RequestError::Malformed(malformed) => malformed
            .detail
            .iter()
            .map(|problem| {
                let steps: Vec<String> = problem.location.iter().map(ToString::to_string).collect();
                (steps.join("."), problem.kind)
            })
            .collect(),
        other => panic!("{other}"),
    }
}

fn transform(inputs: &'static [&'static EntityType]) -> TransformDefinition {
    TransformDefinition {
        name: "t",
        display_name: "t",
        description: "",
        inputs,
        input_kind: InputKind::Single,
        outputs: &[],
        set: "",
        settings: &[],
    }
}

#[test]
fn a_request_becomes_inputs_links_settings_and_context() {
    let request = read(&json!({
        "input": {
            "metadata": {"entitiesTypesStat": {"maltego.Domain": "2"}, "entitiesTotalCount": "2"},
            "graph": {
                "entities": [domain("a", "one.example"), domain("b", " two.example ")],
                "links": [{"id": "l", "sourceId": "a", "targetId": "b", "style": "SOLID", "properties": [
                    {"name": "maltego.link.label", "type": "STRING", "value": "old"},
                    {"name": "maltego.link.label", "type": "STRING", "value": "see also"}
                ]}]
            }
        },
        "limit": "7", "transformFields": {},
        "transformSettings": [
            {"name": "x.t.words", "value": ["a", "b"]}, {"name": "x.t.flag", "value": true},
            {"name": "x.t.count", "value": 17}, {"name": "x.t.unset", "value": null},
            {"name": "x.t.object", "value": {"a": 1}}
        ],
        "transformRunExecutionContext": {"graphId": "g", "runSource": "MACHINE", "sourceName": null}
    }))
    .unwrap();
    assert_eq!(request.inputs[0], ("a".to_owned(), only_input(domain("a", "one.example"))));
    assert_eq!(request.inputs[1].1.value, " two.example ");
    let link = InputLink {
        id: "l".to_owned(),
        source: Some("a".to_owned()),
        target: Some("b".to_owned()),
        properties: vec![InputProperty { name: "maltego.link.label".to_owned(), value: "see also".to_owned() }],
    };
    assert_eq!(request.links, [link]);
    assert_eq!(request.limit, Some(7));
    let setting = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    assert_eq!(
        request.settings,
        [
            setting("x.t.words", "a,b"),
            setting("x.t.flag", "true"),
            setting("x.t.count", "17"),
            setting("x.t.object", "{\"a\":1}")
        ]
    );
    let context = RunContext { graph_id: Some("g".to_owned()), source: Some(RunSource::Machine), source_name: None };
    assert_eq!(request.context, context);
}

#[test]
fn every_spelling_of_a_member_is_read() {
    let request = read(&json!({
        "input": {
            "metadata": {"entities_types_stat": {}},
            "graph": {
                "entities": [{
                    "id": "a", "type": "acme.Host", "value_ref": "v", "base_entities": ["maltego.DNSName"],
                    "weight": "250",
                    "properties": [{"name": "u", "type": "STRING", "value": "no"}, {"name": "v", "type": "INT", "value": 5}]
                }],
                "links": [{"id": "l", "source_id": "a", "target_id": "a"}]
            }
        },
        "transformsettings": [{"name": "s", "value": "1"}],
        "transformrunexecutioncontext": {"graph_id": "g", "run_source": "SET", "source_name": "All"}
    }))
    .unwrap();
    let input = &request.inputs[0].1;
    assert_eq!((input.value.as_str(), input.weight), ("5", 250));
    assert_eq!(input.base_types, ["maltego.DNSName"]);
    assert_eq!(request.links[0].source.as_deref(), Some("a"));
    assert_eq!(request.settings.len(), 1);
    assert_eq!((request.context.source, request.context.source_name.as_deref()), (Some(RunSource::Set), Some("All")));
}

#[test]
fn null_and_a_byte_order_mark_are_nothing() {
    let entity = json!({
        "id": "a", "type": "maltego.Domain", "valueRef": null, "bookmark": null, "weight": null, "note": null,
        "baseEntities": null, "displayInformation": null, "overlays": null,
        "properties": [
            {"name": "fqdn", "type": "STRING", "value": "host.example"},
            {"name": "unset", "type": "STRING", "value": null}, {"name": "absent", "type": "STRING"}
        ]
    });
    let mut body = body(json!([entity]));
    body["limit"] = Value::Null;
    body["transformRunExecutionContext"] = Value::Null;
    let bytes = [b"\xef\xbb\xbf".as_slice(), body.to_string().as_bytes()].concat();
    let request = RunRequest::read(&bytes, &Bounds::default()).unwrap();
    let input = &request.inputs[0].1;
    assert_eq!((request.limit, input.value.as_str(), input.properties.len()), (None, "host.example", 1));
    assert_eq!(request.context, RunContext::default());
}

#[test]
fn a_limit_of_nothing_is_the_servers_choice() {
    for (sent, read_as) in
        [(json!(0), None), (json!("0"), None), (json!(-3), None), (json!(65536), Some(65536)), (json!(5.0), Some(5))]
    {
        let mut body = body(json!([]));
        body["limit"] = sent;
        assert_eq!(read(&body).unwrap().limit, read_as);
    }
}

#[test]
fn the_value_is_found_without_a_reference() {
    let properties = json!([
        {"name": "label", "type": "STRING", "value": "first"}, {"name": "fqdn", "type": "STRING", "value": "host.example"}
    ]);
    let known = only_input(json!({"id": "a", "type": "maltego.Domain", "properties": properties}));
    assert_eq!(known.value, "host.example");
    let derived = only_input(
        json!({"id": "a", "type": "x.Y", "baseEntities": ["x.Z", "maltego.Domain"], "properties": properties}),
    );
    assert_eq!(derived.value, "host.example");
    assert_eq!(only_input(json!({"id": "a", "type": "x.Y", "properties": properties})).value, "first");
    let known_without = only_input(json!({"id": "a", "type": "maltego.Person", "properties": properties}));
    assert_eq!(known_without.value, "", "another property is not the name of a person");
    let dangling = only_input(json!({"id": "a", "type": "x.Y", "valueRef": "gone", "properties": properties}));
    assert_eq!(dangling.value, "");
    assert_eq!(only_input(json!({"id": "a"})), Input::default());
}

#[test]
fn what_is_missing_or_mistyped_is_named_by_its_place() {
    let missing = ProblemKind::Missing;
    assert_eq!(
        problems(&json!({})),
        [("body.input".to_owned(), missing), ("body.transformsettings".to_owned(), missing)]
    );
    assert_eq!(problems(&json!([])), [("body".to_owned(), ProblemKind::ModelAttributesType)]);
    let place = |path: &str| format!("body.input.graph.{path}");
    assert_eq!(
        problems(&body(json!([
            {"type": "maltego.Domain"}, 5, {"id": 7, "baseEntities": "x", "bookmark": 9},
            {"id": "a", "properties": [{"type": "STRING"}, {"name": "n"}, {"name": 1, "type": "STRING"}]}
        ]))),
        [
            (place("entities.0.id"), missing),
            (place("entities.1"), ProblemKind::ModelAttributesType),
            (place("entities.2.id"), ProblemKind::StringType),
            (place("entities.2.baseEntities"), ProblemKind::ListType),
            (place("entities.2.bookmark"), ProblemKind::Enum),
            (place("entities.3.properties.0.name"), missing),
            (place("entities.3.properties.1.type"), missing),
            (place("entities.3.properties.2.name"), ProblemKind::StringType),
        ]
    );
    let mut context = body(json!([]));
    context["transformRunExecutionContext"] = json!({"runSource": "NOWHERE"});
    context["transformSettings"] = json!([{"name": "a"}, {"value": 1}]);
    context["limit"] = json!("many");
    assert_eq!(
        problems(&context),
        [
            ("body.limit".to_owned(), ProblemKind::IntType),
            ("body.transformSettings.0.value".to_owned(), missing),
            ("body.transformSettings.1.name".to_owned(), missing),
            ("body.transformRunExecutionContext.runSource".to_owned(), ProblemKind::LiteralError),
        ]
    );
}

#[test]
fn a_flood_of_problems_is_cut() {
    assert_eq!(problems(&body(Value::Array(vec![json!({}); 500]))).len(), 20);
}

#[test]
fn errors_and_debug_output_do_not_repeat_what_was_sent() {
    let mut secret = body(json!([{"id": "s3cret", "bookmark": "s3cret", "properties": "s3cret"}]));
    secret["transformSettings"] = json!([{"name": "key", "value": "s3cret"}, {"name": ["s3cret"], "value": 1}]);
    let error = read(&secret).unwrap_err();
    assert_eq!(error.status(), 422);
    let shown = format!("{error} {error:?} {}", serde_json::to_string(&error).unwrap());
    assert!(!shown.contains("s3cret"), "{shown}");
    let broken = RunRequest::read(b"{\"s3cret\": s3cret}", &Bounds::default()).unwrap_err();
    assert!(!format!("{broken:?}").contains("s3cret"));

    let mut sent = body(json!([]));
    sent["transformSettings"] = json!([{"name": "key", "value": "s3cret"}]);
    let shown = format!("{:?}", read(&sent).unwrap());
    assert!(shown.contains("key") && !shown.contains("s3cret"), "{shown}");
}

#[test]
fn parts_of_another_entity_are_no_inputs() {
    let owner = json!({"id": "o", "type": "x.Owned", "properties": [
        {"name": "owner", "type": "ENTITY", "value": "p"}, {"name": "parts", "type": "ENTITY", "value": ["q", "r"]},
        {"name": "none", "type": "ENTITY", "value": null}
    ]});
    let request =
        read(&body(json!([domain("p", "p"), owner, domain("q", "q"), domain("r", "r"), domain("s", "s")]))).unwrap();
    let ids: Vec<&str> = request.inputs.iter().map(|(id, _)| id.as_str()).collect();
    assert_eq!(ids, ["o", "s"]);
}

#[test]
fn a_graph_that_makes_no_sense_is_refused() {
    let refers =
        |id: &str, value: Value| json!({"id": id, "properties": [{"name": "part", "type": "ENTITY", "value": value}]});
    let cases = [
        (json!([domain("a", "x"), domain("a", "y")]), GraphError::DuplicateId),
        (json!([refers("a", json!("b"))]), GraphError::UnknownReference),
        (json!([refers("a", json!(7))]), GraphError::ReferenceWithoutId),
        (json!([refers("a", json!(["a", 7]))]), GraphError::ReferenceWithoutId),
        (json!([refers("a", json!("a"))]), GraphError::CircularReference),
        (
            json!([refers("a", json!("b")), refers("b", json!("c")), refers("c", json!("b"))]),
            GraphError::CircularReference,
        ),
    ];
    for (entities, expected) in cases {
        let error = read(&body(entities)).unwrap_err();
        assert_eq!((error.status(), &error), (400, &RequestError::Graph(expected)));
    }
    let mut linked = body(json!([domain("a", "x")]));
    linked["input"]["graph"]["links"] = json!([{"id": "l", "sourceId": "a", "targetId": "zz"}]);
    assert_eq!(read(&linked).unwrap_err(), RequestError::Graph(GraphError::UnknownLinkEnd));
    assert_eq!(
        serde_json::to_value(read(&linked).unwrap_err()).unwrap(),
        json!({"detail": "A link of the request leads to an entity that was not sent"})
    );
}

#[test]
fn a_part_that_two_share_is_no_circle() {
    let refers = |id: &str, parts: &[&str]| json!({"id": id, "properties": [{"name": "part", "type": "ENTITY", "value": parts}]});
    let diamond = json!([refers("a", &["b", "c"]), refers("b", &["d", "d"]), refers("c", &["d"]), domain("d", "d")]);
    assert_eq!(read(&body(diamond)).unwrap().inputs.len(), 1);
}

#[test]
fn too_much_is_refused_with_its_bound() {
    let bounds = Bounds { entities: 1, links: 1, properties: 1, settings: 1, text: 12 };
    let read = |body: &Value| RunRequest::read(body.to_string().as_bytes(), &bounds);
    assert!(read(&body(json!([domain("a", "host.example")]))).is_err(), "the type name is too long");
    let small = json!({"id": "a", "properties": [{"name": "n", "type": "STRING", "value": "twelve bytes"}]});
    assert!(read(&body(json!([small]))).is_ok());

    let property = json!({"name": "n", "type": "STRING", "value": "v"});
    let mut links = body(json!([small]));
    links["input"]["graph"]["links"] = json!([{"id": "l"}, {"id": "m"}]);
    let mut settings = body(json!([]));
    settings["transformSettings"] = json!([{"name": "a", "value": 1}, {"name": "b", "value": 1}]);
    for (body, what) in [
        (body(json!([{"id": "a"}, {"id": "b"}])), "entities"),
        (body(json!([{"id": "a", "properties": [property, property]}])), "properties of one entity or link"),
        (body(json!([{"id": "thirteen bytes"}])), "bytes in one text"),
        (links, "links"),
        (settings, "settings"),
    ] {
        match read(&body).unwrap_err() {
            error @ RequestError::TooLarge { what: exceeded, .. } => {
                assert_eq!((exceeded, error.status()), (what, 413))
            }
            other => panic!("{other}"),
        }
    }
}

#[test]
fn known_types_match_by_the_table_and_unknown_ones_by_what_they_bring() {
    let entity = |id: &str, type_name: &str, bases: &[&str], reference: &str, properties: &[(&str, &str)]| {
        let properties: Vec<Value> =
            properties.iter().map(|(name, value)| json!({"name": name, "type": "STRING", "value": value})).collect();
        json!({"id": id, "type": type_name, "baseEntities": bases, "valueRef": reference, "properties": properties})
    };
    let request = read(&body(json!([
        entity("exact", "maltego.DNSName", &[], "fqdn", &[("fqdn", "a.example")]),
        entity("derived", "maltego.NSRecord", &[], "fqdn", &[("fqdn", "ns.example")]),
        entity("unrelated", "maltego.Domain", &["maltego.DNSName"], "fqdn", &[("fqdn", "b.example")]),
        entity("claimed", "x.Host", &["maltego.Website"], "label", &[("label", "c.example")]),
        entity("own", "x.Host", &[], "label", &[("label", "Shop"), ("fqdn", "d.example")]),
        entity("empty", "x.Host", &[], "fqdn", &[("fqdn", " ")]),
        entity("other", "x.Thing", &["maltego.Person"], "label", &[("label", "E. Example")]),
    ])))
    .unwrap();
    let matching = matching_inputs(&request, &transform(&HOSTS));
    let found: Vec<(&str, &str)> = matching.iter().map(|(id, input)| (*id, input.value.as_str())).collect();
    assert_eq!(
        found,
        [("exact", "a.example"), ("derived", "ns.example"), ("claimed", "c.example"), ("own", "d.example")]
    );
    assert!(matching_inputs(&RunRequest::default(), &transform(&DOMAINS)).is_empty());
}

#[test]
fn the_unknown_type_takes_all() {
    static UNKNOWN: EntityType = EntityType {
        name: "maltego.Unknown",
        display_name: "Anything",
        parent: None,
        old_name: None,
        value_property: "value",
        calculated: false,
        properties: &[],
    };
    static ANYTHING: [&EntityType; 1] = [&UNKNOWN];
    let request = read(&body(json!([domain("a", "x"), {"id": "b"}]))).unwrap();
    assert_eq!(matching_inputs(&request, &transform(&ANYTHING)).len(), 2);
}

/// Any JSON whose member names are mostly those that the reader looks for.
fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "(?s).{0,8}".prop_map(Value::from),
        prop_oneof!["ENTITY", "a", "maltego.Domain"].prop_map(Value::from),
    ];
    let name = prop_oneof![
        prop::sample::select(vec![
            "input",
            "metadata",
            "entitiesTypesStat",
            "graph",
            "entities",
            "links",
            "transformSettings",
            "limit",
            "id",
            "type",
            "name",
            "value",
            "valueRef",
            "properties",
            "baseEntities",
            "bookmark",
            "sourceId",
            "targetId",
            "transformRunExecutionContext",
            "runSource",
        ])
        .prop_map(str::to_owned),
        "(?s).{0,4}",
    ];
    leaf.prop_recursive(6, 60, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::btree_map(name.clone(), inner, 0..8)
                .prop_map(|members| Value::Object(Map::from_iter(members))),
        ]
    })
}

proptest! {
    #[test]
    fn any_json_is_read_or_refused(json in any_json()) {
        let _ = read(&json);
        let _ = read(&body(json.clone()));
        let mut settings = body(json!([{"id": "a", "properties": json.clone(), "baseEntities": json.clone()}]));
        settings["transformSettings"] = json.clone();
        settings["transformRunExecutionContext"] = json;
        if let Ok(request) = read(&settings) {
            let _ = matching_inputs(&request, &transform(&HOSTS));
        }
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = RunRequest::read(&bytes, &Bounds::default());
    }

    #[test]
    fn any_text_arrives_as_it_was_sent(value in "(?s).{0,40}", name in "(?s).{1,10}") {
        let entity = json!({"id": "a", "valueRef": name, "properties": [{"name": name, "type": "STRING", "value": value}]});
        let input = only_input(entity);
        prop_assert_eq!(input.property(&name), Some(value.as_str()));
        prop_assert_eq!(input.value, value);
    }
}
