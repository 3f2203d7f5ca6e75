//! Whatever text there is, in whatever place: answers stay well-formed and readable, and reading never panics.

#![expect(clippy::panic, reason = "a test helper fails by panicking")]

mod support {
    pub(crate) mod conformance;
    pub(crate) mod tree;
}

use maltego::{
    DisplayContent, DisplayInformation, Entity, Link, Message, MessageKind, Overlay, OverlayKind, OverlayPosition,
    Property,
    entity_types::PHRASE,
    trx::{Application, Bounds, characters::is_allowed, read_request, write_exception, write_response, write_seed},
};
use proptest::{collection::vec, prelude::*};
use support::{conformance::assert_conforms, tree::Node};

/// Text with much of what breaks messages in it.
fn nasty() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        any::<String>(),
        any::<char>().prop_map(String::from),
        (0_u32..0x20).prop_map(|number| char::from_u32(number).unwrap_or_default().to_string()),
        Just("]]>".to_owned()),
        Just("<![CDATA[".to_owned()),
        Just("</Value>".to_owned()),
        Just("&#1;".to_owned()),
        Just("&amp".to_owned()),
        Just("\"'>".to_owned()),
        Just("\r\n".to_owned()),
        Just("\r".to_owned()),
        Just("\u{FFFE}\u{FFFF}".to_owned()),
        Just("\u{FEFF}".to_owned()),
        Just("\u{85}\u{2028}".to_owned()),
        Just("link#".to_owned()),
        Just(" ".to_owned()),
    ];
    vec(piece, 0..6).prop_map(|pieces| pieces.concat())
}

/// [`nasty`], but more than blanks: what is blank is left out of answers.
fn visible() -> impl Strategy<Value = String> {
    nasty().prop_map(|text| if text.trim().is_empty() { format!("{text}x") } else { text })
}

/// Text that a request can carry.
fn legal() -> impl Strategy<Value = String> {
    nasty().prop_map(|text| text.chars().filter(|character| is_allowed(*character)).collect())
}

/// What a reader must see: forbidden characters replaced one by one, nothing else changed.
fn expected(text: &str) -> String {
    text.chars().map(|character| if is_allowed(character) { character } else { '\u{FFFD}' }).collect()
}

fn field<'a>(entity: &'a Node, name: &str) -> &'a Node {
    let found = entity.child("AdditionalFields").children.iter().find(|field| field.attribute("Name") == name);
    found.unwrap_or_else(|| panic!("no field {name:?} in {entity:?}"))
}

proptest! {
    #[test]
    fn any_text_survives_in_any_place_of_an_entity(
        value in visible(),
        name in visible().prop_filter("a name of its own", |name| !name.contains('#') && name != "text"),
        label in visible(),
        text in nasty(),
        heading in visible(),
        html in nasty(),
        overlay in visible().prop_filter("a literal", |overlay| overlay != "text"),
        note in visible(),
        icon in visible(),
        link_label in visible(),
        link_name in visible().prop_filter("not reserved", |name| !name.starts_with("maltego.link.")),
    ) {
        let mut entity = Entity::new(&PHRASE, value.as_str()).with_dynamic(&name, &label, text.as_str());
        entity.display_information =
            vec![DisplayInformation { heading: heading.clone(), content: DisplayContent::Html(html.clone()) }];
        entity.overlays =
            vec![Overlay { property: overlay.clone(), position: OverlayPosition::South, kind: OverlayKind::Text }];
        entity.note = Some(note.clone());
        entity.icon_url = Some(icon.clone());
        entity.link = Link::labelled(link_label.as_str());
        entity.link.properties.push(Property::loose(link_name.as_str(), label.as_str(), text.as_str()));

        let message = Node::parse(&write_response(&[entity], &[]));
        assert_conforms(&message);
        let entity = message.child("MaltegoTransformResponseMessage").child("Entities").child("Entity");
        prop_assert_eq!(&entity.child("Value").text, &expected(&value));
        prop_assert_eq!(&field(entity, "text").text, &expected(&value));
        let dynamic = field(entity, &expected(&name));
        prop_assert_eq!(dynamic.attribute("DisplayName"), expected(&label));
        prop_assert_eq!(&dynamic.text, &expected(&text));
        let block = entity.child("DisplayInformation").child("Label");
        prop_assert_eq!(block.attribute("Name"), expected(&heading));
        prop_assert_eq!(&block.text, &expected(&html));
        prop_assert_eq!(entity.child("Overlays").child("Overlay").attribute("propertyName"), expected(&overlay));
        prop_assert_eq!(&field(entity, "notes#").text, &expected(&note));
        prop_assert_eq!(&entity.child("IconURL").text, &expected(&icon));
        prop_assert_eq!(&field(entity, "link#maltego.link.label").text, &expected(&link_label));
        prop_assert_eq!(&field(entity, &expected(&format!("link#{link_name}"))).text, &expected(&text));
    }

    #[test]
    fn any_property_and_link_names_give_a_conforming_answer(
        names in vec((nasty(), nasty()), 0..6),
        link_names in vec(nasty(), 0..4),
        values in vec(nasty(), 0..4),
    ) {
        let mut entities: Vec<Entity> = values.iter().map(|value| Entity::new(&PHRASE, value.as_str())).collect();
        for entity in &mut entities {
            for (name, label) in &names {
                entity.properties.push(Property::loose(name.as_str(), label.as_str(), "x"));
            }
            for name in &link_names {
                entity.link.properties.push(Property::loose(name.as_str(), name.as_str(), "x"));
            }
        }
        let message = Node::parse(&write_response(&entities, &[]));
        assert_conforms(&message);
        let written = message.child("MaltegoTransformResponseMessage").child("Entities").children.len();
        prop_assert_eq!(written, values.iter().filter(|value| !value.trim().is_empty()).count());
    }

    #[test]
    fn any_text_survives_in_messages_and_exceptions(text in visible(), code in any::<Option<u16>>()) {
        let messages = [Message::new(MessageKind::PartialError, text.as_str())];
        let message = Node::parse(&write_response(&[], &messages));
        assert_conforms(&message);
        let line = message.child("MaltegoTransformResponseMessage").child("UIMessages").child("UIMessage");
        prop_assert_eq!(&line.text, &expected(&text));

        let message = Node::parse(&write_exception(code, &text));
        assert_conforms(&message);
        let exception = message.child("MaltegoTransformExceptionMessage").child("Exceptions").child("Exception");
        prop_assert_eq!(&exception.text, &expected(&text));
        prop_assert_eq!(exception.attributes.get("code").cloned(), code.map(|code| code.to_string()));
    }

    #[test]
    fn any_text_survives_in_a_seed(source in nasty(), name in visible(), url in visible()) {
        let message = Node::parse(&write_seed(&source, &[Application { name: &name, url: &url }]));
        let discovery = message.child("MaltegoTransformDiscoveryMessage");
        let application = discovery.child("TransformApplications").child("TransformApplication");
        prop_assert_eq!(discovery.attribute("source"), expected(&source));
        prop_assert_eq!(application.attribute("name"), expected(&name));
        prop_assert_eq!(application.attribute("URL"), expected(&url));
    }

    #[test]
    fn any_bytes_are_read_without_panic(
        bytes in vec(any::<u8>(), 0..600),
        charset in proptest::option::of("[a-z0-9-]{0,12}|utf-16(le|be)|iso-2022-jp|gb18030|shift_jis"),
    ) {
        _ = read_request(&bytes, charset.as_deref(), &Bounds::default());
    }

    #[test]
    fn any_markup_is_read_without_panic(
        pieces in vec(
            prop_oneof![
                nasty(),
                Just("<MaltegoMessage>".to_owned()),
                Just("<MaltegoTransformRequestMessage>".to_owned()),
                Just("<Entities><Entity Type='Domain'><Value>".to_owned()),
                Just("</Value><AdditionalFields><Field Name='whois'>".to_owned()),
                Just("</Field></AdditionalFields></Entity></Entities>".to_owned()),
                Just("</MaltegoTransformRequestMessage></MaltegoMessage>".to_owned()),
                Just("<?xml version='1.0' encoding='".to_owned()),
                Just("'?>".to_owned()),
                Just("<!-->".to_owned()),
                Just("<!--->".to_owned()),
                Just("<!DOCTYPE".to_owned()),
                Just("<".to_owned()),
                Just("/>".to_owned()),
                Just("<a b='".to_owned()),
            ],
            0..14,
        ),
    ) {
        _ = read_request(pieces.concat().as_bytes(), None, &Bounds::default());
    }

    #[test]
    fn a_request_with_any_legal_text_reads_back(
        value in legal(),
        property in legal(),
        name in legal(),
        setting in legal(),
        cdata in any::<bool>(),
    ) {
        let text = |text: &str| if cdata { in_cdata(text) } else { escaped(text) };
        let body = format!(
            "<MaltegoMessage><MaltegoTransformRequestMessage><Entities><Entity Type=\"x.Y\"><Value>{}</Value>\
             <AdditionalFields><Field Name=\"n{}\">{}</Field></AdditionalFields></Entity></Entities>\
             <TransformFields><Field Name=\"global#{}\">{}</Field></TransformFields>\
             </MaltegoTransformRequestMessage></MaltegoMessage>",
            text(&value), escaped(&name), text(&property), escaped(&name), text(&setting),
        );
        let request = read_request(body.as_bytes(), None, &Bounds::default());
        let request = request.map_err(|error| TestCaseError::fail(format!("{error} in {body}")))?;
        prop_assert_eq!(&request.input.value, &value);
        prop_assert_eq!(request.input.property(&format!("n{name}")), Some(property.as_str()));
        prop_assert_eq!(&request.settings, &[(format!("global#{name}"), setting)]);

        let utf16: Vec<u8> = format!("\u{FEFF}{body}").encode_utf16().flat_map(u16::to_be_bytes).collect();
        let again = read_request(&utf16, Some("utf-8"), &Bounds::default());
        prop_assert_eq!(again.map(|request| request.input), Ok(request.input));
    }
}

/// Everything but letters and digits as references, so that nothing of the writer's escaping is used to test the reader.
fn escaped(text: &str) -> String {
    text.chars()
        .map(|character| match character {
            'a'..='z' | 'A'..='Z' | '0'..='9' => character.to_string(),
            _ => format!("&#x{:X};", u32::from(character)),
        })
        .collect()
}

/// CDATA sections with references between them, for what CDATA cannot hold: its own end, and CR, which would become LF.
fn in_cdata(text: &str) -> String {
    let inside = text.replace("]]>", "]]]]><![CDATA[>").replace('\r', "]]>&#13;<![CDATA[");
    format!("<![CDATA[{inside}]]>")
}
