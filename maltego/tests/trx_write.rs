//! What the classic writer makes of results, read back by an independent reader.

#![expect(clippy::unwrap_used, reason = "a test helper fails by panicking")]

mod support {
    pub(crate) mod conformance;
    pub(crate) mod tree;
}

use jiff::Timestamp;
use maltego::{
    Bookmark, Colour, DisplayContent, DisplayInformation, Entity, InputKind, LabelVisibility, LineStyle, Link,
    LinkDirection, Listing, Message, MessageKind, Overlay, OverlayKind, OverlayPosition, Property, Publisher,
    SettingDefinition, SettingKind, TransformDefinition, Value,
    entity_types::{DOMAIN, EMAIL_ADDRESS, IPV4_ADDRESS, LOCATION, NS_RECORD, PERSON, PHRASE},
    trx::{Application, is_writable, write_exception, write_response, write_seed, write_transform_list},
};
use support::{conformance::assert_conforms, tree::Node};

/// An answer, checked, and its response element.
fn respond(entities: &[Entity], messages: &[Message]) -> Node {
    let text = write_response(entities, messages);
    assert!(text.starts_with("<MaltegoMessage>"), "{text}");
    let mut message = Node::parse(&text);
    assert_conforms(&message);
    message.children.remove(0)
}

/// The one entity of an answer.
fn written(entity: Entity) -> Node {
    let mut response = respond(&[entity], &[]);
    let mut entities = response.children.remove(0).children;
    assert_eq!(entities.len(), 1);
    entities.remove(0)
}

/// Name, label, matching rule and text of every field.
fn fields(entity: &Node) -> Vec<(&str, &str, &str, &str)> {
    entity
        .child("AdditionalFields")
        .children
        .iter()
        .map(|field| {
            let attribute = |name| field.attribute(name);
            (attribute("Name"), attribute("DisplayName"), attribute("MatchingRule"), field.text.as_str())
        })
        .collect()
}

fn full_entity() -> Entity {
    let seen: Timestamp = "2024-02-29T12:47:51.584Z".parse().unwrap();
    let mut entity = Entity::new(&NS_RECORD, "ns1.example.net")
        .with("is_unheard_of", true)
        .with_dynamic("last.seen", "Last seen", seen)
        .with_dynamic("ports", "Ports", vec![53_i64, 853]);
    entity.weight = 42;
    entity.put(Property {
        name: "id".into(),
        display_name: "Id".into(),
        value: 7.into(),
        matching_rule: maltego::MatchingRule::Strict,
    });
    entity.display_information = vec![
        DisplayInformation {
            heading: "Source <1>".into(),
            content: DisplayContent::Html("<p>zone &amp; file</p>".into()),
        },
        DisplayInformation { heading: "Raw".into(), content: DisplayContent::Text("a\r\n\tb ]]> c".into()) },
    ];
    entity.overlays = vec![
        Overlay { property: "last.seen".into(), position: OverlayPosition::North, kind: OverlayKind::Text },
        Overlay { property: "#2e8b57".into(), position: OverlayPosition::NorthWest, kind: OverlayKind::Colour },
        Overlay { property: "SE".into(), position: OverlayPosition::SouthWest, kind: OverlayKind::Image },
    ];
    entity.icon_url = Some("https://icons.example/ns.png?a=1&b=2".into());
    entity.bookmark = Some(Bookmark::Red);
    entity.note = Some("first line\nsecond line".into());
    entity.linked_by(Link {
        label: Some("name server".into()),
        label_visibility: LabelVisibility::Show,
        colour: Some(Colour::new(0x33, 0x66, 0x99)),
        style: LineStyle::Dotted,
        thickness: Some(2),
        direction: LinkDirection::OutputToInput,
        properties: vec![Property::loose("first.seen", "First seen", "2019-05-01")],
    })
}

#[test]
fn an_entity_with_everything_reads_back() {
    let entity = written(full_entity());
    assert_eq!(entity.attribute("Type"), "maltego.NSRecord");
    assert_eq!(entity.child("Value").text, "ns1.example.net");
    assert_eq!(entity.child("Weight").text, "42");
    assert_eq!(
        fields(&entity),
        [
            ("fqdn", "NS Record", "strict", "ns1.example.net"),
            ("is_unheard_of", "is_unheard_of", "loose", "true"),
            ("last.seen", "Last seen", "loose", "2024-02-29 12:47:51.584 +0000"),
            ("ports", "Ports", "loose", "53,853"),
            ("id", "Id", "strict", "7"),
            ("link#maltego.link.label", "Label", "loose", "name server"),
            ("link#maltego.link.color", "Colour", "loose", "#336699"),
            ("link#maltego.link.style", "Style", "loose", "2"),
            ("link#maltego.link.thickness", "Thickness", "loose", "2"),
            ("link#maltego.link.show-label", "Show label", "loose", "1"),
            ("link#maltego.link.direction", "Direction", "loose", "output-to-input"),
            ("link#first.seen", "First seen", "loose", "2019-05-01"),
            ("bookmark#", "Bookmark", "loose", "4"),
            ("notes#", "Notes", "loose", "first line\nsecond line"),
        ]
    );
    let labels: Vec<_> = entity
        .child("DisplayInformation")
        .children
        .iter()
        .map(|label| (label.attribute("Name"), label.attribute("Type"), label.text.as_str()))
        .collect();
    assert_eq!(
        labels,
        [("Source <1>", "text/html", "<p>zone &amp; file</p>"), ("Raw", "text/text", "a\r\n\tb ]]> c"),]
    );
    let overlays: Vec<_> = entity
        .child("Overlays")
        .children
        .iter()
        .map(|overlay| (overlay.attribute("propertyName"), overlay.attribute("position"), overlay.attribute("type")))
        .collect();
    assert_eq!(overlays, [("last.seen", "N", "text"), ("#2e8b57", "NW", "colour"), ("SE", "SW", "image")]);
    assert_eq!(entity.child("IconURL").text, "https://icons.example/ns.png?a=1&b=2");
}

#[test]
fn a_plain_entity_carries_nothing_it_was_not_given() {
    assert_eq!(
        write_response(&[Entity::new(&DOMAIN, "example.org")], &[]),
        "<MaltegoMessage><MaltegoTransformResponseMessage><Entities><Entity Type=\"maltego.Domain\">\
         <Value>example.org</Value><Weight>100</Weight><AdditionalFields>\
         <Field Name=\"fqdn\" DisplayName=\"Domain Name\" MatchingRule=\"strict\">example.org</Field>\
         </AdditionalFields></Entity></Entities><UIMessages/></MaltegoTransformResponseMessage></MaltegoMessage>"
    );
}

#[test]
fn no_results_are_an_answer() {
    let response = respond(&[], &[]);
    assert!(response.child("Entities").children.is_empty() && response.child("UIMessages").children.is_empty());
}

#[test]
fn the_parts_of_a_calculated_value_are_sent_without_the_whole() {
    let person = written(Entity::new(&PERSON, "Ada L").with("person.firstnames", "Ada").with("person.fullname", "x"));
    assert_eq!(person.child("Value").text, "Ada L");
    assert_eq!(fields(&person), [("person.firstnames", "First Names", "loose", "Ada")]);
    let nameless = written(Entity::new(&LOCATION, "Nowhere"));
    assert!(nameless.children.iter().all(|child| child.name != "AdditionalFields"));
}

#[test]
fn nothing_contradicts_the_value_and_no_name_comes_twice() {
    let mut entity = Entity::new(&EMAIL_ADDRESS, "a@b.example").with("email", "other@b.example");
    entity.properties.push(Property::loose("x", "X", "1"));
    entity.properties.push(Property::loose("x", "X again", "2"));
    entity.properties.push(Property::loose("y\u{1}", "Y", "3"));
    entity.properties.push(Property::loose("y\u{2}", "Y again", "4"));
    assert_eq!(
        fields(&written(entity)),
        [
            ("email", "Email Address", "strict", "a@b.example"),
            ("x", "X", "loose", "1"),
            ("y\u{FFFD}", "Y", "loose", "3"),
        ]
    );
}

#[test]
fn a_property_cannot_pass_for_a_link_a_star_or_a_note() {
    let mut entity = Entity::new(&PHRASE, "x")
        .with("link#maltego.link.color", "not a colour")
        .with("bookmark#", "9")
        .with("notes#more", "n")
        .with("links#", "kept");
    entity.overlays.push(Overlay {
        property: "bookmark#".into(),
        position: OverlayPosition::Centre,
        kind: OverlayKind::Text,
    });
    entity.overlays.push(Overlay {
        property: "notes#literal".into(),
        position: OverlayPosition::West,
        kind: OverlayKind::Text,
    });
    let entity = written(entity);
    let names: Vec<&str> = fields(&entity).iter().map(|(name, ..)| *name).collect();
    assert_eq!(names, ["text", "link.maltego.link.color", "bookmark.", "notes.more", "links#"]);
    let overlays = &entity.child("Overlays").children;
    assert_eq!(overlays[0].attribute("propertyName"), "bookmark.");
    assert_eq!(overlays[1].attribute("propertyName"), "notes#literal");
}

#[test]
fn a_link_says_only_what_differs_from_the_client_s_own_way() {
    let link = Link {
        label: Some(" ".into()),
        label_visibility: LabelVisibility::Hide,
        direction: LinkDirection::Bidirectional,
        properties: vec![
            Property::loose("maltego.link.style", "Style", "9"),
            Property::loose("", "Nameless", "x"),
            Property::loose("source", "", "x"),
        ],
        ..Link::default()
    };
    assert_eq!(
        fields(&written(Entity::new(&PHRASE, "x").linked_by(link))),
        [
            ("text", "Text", "strict", "x"),
            ("link#maltego.link.show-label", "Show label", "loose", "2"),
            ("link#maltego.link.direction", "Direction", "loose", "bidirectional"),
            ("link#source", "source", "loose", "x"),
        ]
    );
}

#[test]
fn blanks_are_left_out_where_the_client_expects_a_text() {
    let mut entity = Entity::new(&PHRASE, "x").with(" ", "nameless").with_dynamic("empty", "\t", f64::NAN);
    entity.note = Some("\n".into());
    entity.icon_url = Some(String::new());
    entity.display_information =
        vec![DisplayInformation { heading: " ".into(), content: DisplayContent::Text(String::new()) }];
    let overlay = |property: &str, kind| Overlay { property: property.into(), position: OverlayPosition::South, kind };
    entity.overlays =
        vec![overlay("", OverlayKind::Text), overlay("a", OverlayKind::Text), overlay("b", OverlayKind::Image)];
    let entity = written(entity);
    assert_eq!(fields(&entity), [("text", "Text", "strict", "x"), ("empty", "empty", "loose", "")]);
    assert_eq!(entity.child("DisplayInformation").child("Label").attribute("Name"), "Info");
    assert_eq!(entity.child("Overlays").child("Overlay").attribute("propertyName"), "a");
    assert!(entity.children.iter().all(|child| child.name != "IconURL"));
}

#[test]
fn an_entity_without_a_value_is_left_out_and_can_be_counted() {
    let entities = [
        Entity::new(&PHRASE, " \n"),
        Entity::new(&PHRASE, Value::Double(f64::NAN)),
        Entity::new(&IPV4_ADDRESS, "192.0.2.1"),
    ];
    assert_eq!(entities.iter().filter(|entity| !is_writable(entity)).count(), 2);
    let response = respond(&entities, &[]);
    assert_eq!(response.child("Entities").child("Entity").attribute("Type"), "maltego.IPv4Address");
}

#[test]
fn every_kind_of_message_has_its_name() {
    let message = |kind, text: &str| Message::new(kind, text);
    let response = respond(
        &[],
        &[
            message(MessageKind::Inform, "300 of 41,322 shown"),
            message(MessageKind::Debug, "cache hit"),
            message(MessageKind::PartialError, "<b> & co"),
            message(MessageKind::FatalError, "no key"),
            message(MessageKind::Inform, " \r\n"),
        ],
    );
    let messages: Vec<_> = response
        .child("UIMessages")
        .children
        .iter()
        .map(|message| (message.attribute("MessageType"), message.text.as_str()))
        .collect();
    assert_eq!(
        messages,
        [
            ("Inform", "300 of 41,322 shown"),
            ("Debug", "cache hit"),
            ("PartialError", "<b> & co"),
            ("FatalError", "no key"),
        ]
    );
}

#[test]
fn an_exception_replaces_the_whole_response() {
    let exception = |code, text: &str| {
        let message = Node::parse(&write_exception(code, text));
        assert_conforms(&message);
        let exception = message.child("MaltegoTransformExceptionMessage").child("Exceptions").child("Exception");
        (exception.attributes.get("code").cloned(), exception.text.clone())
    };
    assert_eq!(exception(Some(600), "refused <key>"), (Some("600".to_owned()), "refused <key>".to_owned()));
    assert_eq!(exception(None, " "), (None, "The transform failed.".to_owned()));
}

const DAYS: SettingDefinition = SettingDefinition {
    name: "days",
    display_name: "Look back (days)",
    description: "",
    kind: SettingKind::Integer,
    choices: &[],
    default: Some("30"),
    popup: true,
    global: false,
    secret: false,
};
const KEY: SettingDefinition = SettingDefinition {
    name: "key",
    display_name: "",
    kind: SettingKind::Text,
    default: None,
    popup: false,
    global: true,
    secret: true,
    ..DAYS
};
const SCOPE: SettingDefinition = SettingDefinition { name: "scope", kind: SettingKind::Choice, ..DAYS };
const DEEP: SettingDefinition = SettingDefinition { name: "deep", kind: SettingKind::Boolean, ..DAYS };

const DEFINITION: TransformDefinition = TransformDefinition {
    name: "domain_to_name_servers",
    display_name: "To Name Servers [\"DNS\" & co]",
    description: "Line one\nline two",
    inputs: &[&DOMAIN, &NS_RECORD],
    input_kind: InputKind::Single,
    outputs: &[&NS_RECORD, &IPV4_ADDRESS],
    set: "DNS",
    settings: &[&DAYS, &KEY, &SCOPE, &DEEP],
};

#[test]
fn a_seed_names_its_applications() {
    let applications = [
        Application { name: "domain \"intel\"", url: "https://transforms.example/tas?a=1&b=2" },
        Application { name: " ", url: "https://transforms.example/other" },
        Application { name: "nowhere", url: "" },
    ];
    let message = Node::parse(&write_seed("transforms.example", &applications));
    let discovery = message.child("MaltegoTransformDiscoveryMessage");
    assert_eq!(discovery.attribute("source"), "transforms.example");
    assert!(discovery.child("OtherSeedServers").children.is_empty());
    let listed: Vec<_> = discovery
        .child("TransformApplications")
        .children
        .iter()
        .map(|node| (node.attribute("name"), node.attribute("URL"), node.attribute("requireAPIKey")))
        .collect();
    assert_eq!(
        listed,
        [
            ("domain \"intel\"", "https://transforms.example/tas?a=1&b=2", "false"),
            ("Unknown", "https://transforms.example/other", "false"),
        ]
    );
}

#[test]
fn a_transform_is_listed_once_for_each_name() {
    let line = Listing { definition: &DEFINITION, input: &DOMAIN, name: "DomainToNameServers" };
    let again = Listing { name: "NsToNameServers", input: &NS_RECORD, ..line };
    let publisher =
        Publisher { owner: "Example <Ops>", author: "ops@transforms.example", disclaimer: "", version: "1.0" };
    let message = Node::parse(&write_transform_list(&[line, line, again], &publisher));
    let transforms = &message.child("MaltegoTransformListMessage").child("Transforms").children;
    assert_eq!(transforms.len(), 2);

    let first = &transforms[0];
    for (attribute, value) in [
        ("TransformName", "DomainToNameServers"),
        ("UIDisplayName", "To Name Servers [\"DNS\" & co]"),
        ("Description", "Line one\nline two"),
        ("Version", "1.0"),
        ("Author", "ops@transforms.example"),
        ("Owner", "Example <Ops>"),
        ("Disclaimer", ""),
        ("LocationRelevance", "global"),
        ("MaxEntityInputCount", "0"),
        ("MaxEntityOutputCount", "0"),
    ] {
        assert_eq!(first.attribute(attribute), value);
    }
    assert_eq!(first.child("InputEntity").text, "maltego.Domain");
    let outputs: Vec<&str> = first.child("OutputEntities").children.iter().map(|output| output.text.as_str()).collect();
    assert_eq!(outputs, ["maltego.NSRecord", "maltego.IPv4Address"]);
    let inputs: Vec<Vec<&str>> = first
        .child("UIInputRequirements")
        .children
        .iter()
        .map(|input| {
            ["Name", "Type", "Display", "DefaultValue", "Optional", "Popup"].map(|name| input.attribute(name)).to_vec()
        })
        .collect();
    assert_eq!(
        inputs,
        [
            ["days", "int", "Look back (days)", "30", "true", "true"],
            ["global#key", "string", "key", "", "true", "false"],
            ["scope", "string", "Look back (days)", "30", "true", "true"],
            ["deep", "boolean", "Look back (days)", "30", "true", "true"],
        ]
    );

    let second = &transforms[1];
    let anonymous = Publisher { author: " ", version: "", ..publisher };
    let message = Node::parse(&write_transform_list(&[again], &anonymous));
    let unsigned = &message.child("MaltegoTransformListMessage").child("Transforms").children[0];
    assert_eq!((unsigned.attribute("Author"), unsigned.attribute("Version")), ("Unknown", "0"));
    assert_eq!(second.child("InputEntity").text, "maltego.NSRecord");
}
