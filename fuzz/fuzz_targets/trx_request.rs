//! Bytes into the reader of classic requests, and what it understood out through the writer.
//!
//! Reading must not panic, whatever the bytes. Where they are a request, its texts are the hardest there are, so they go
//! into every place of an answer, which must be well-formed and give the texts back.

#![no_main]

use libfuzzer_sys::fuzz_target;
use maltego::{
    DisplayContent, DisplayInformation, Entity, Input, Link, Message, MessageKind, Overlay, OverlayKind,
    OverlayPosition,
    entity_types::PHRASE,
    trx::{Bounds, characters::is_allowed, is_writable, read_request, write_response},
};
use quick_xml::{XmlVersion, escape::resolve_xml_entity, events::Event, reader::Reader};

fuzz_target!(|bytes: &[u8]| {
    // The first byte chooses what the transport says about the encoding.
    let (charset, body) = match bytes.split_first() {
        Some((0, rest)) => (Some("utf-16le"), rest),
        Some((1, rest)) => (Some("iso-8859-1"), rest),
        Some((2, rest)) => (Some("iso-2022-jp"), rest),
        _ => (None, bytes),
    };
    let Ok(request) = read_request(body, charset, &Bounds::default()) else { return };
    let entity = answer(&request.input);
    let messages = [Message::new(MessageKind::Inform, request.input.value.as_str())];
    let written = is_writable(&entity);
    let text = write_response(&[entity], &messages);
    let value = read_back(&text);
    assert_eq!(value.as_deref(), written.then_some(request.input.value.as_str()), "the value changed in {text}");
});

/// An entity that carries the input's texts wherever a text can be.
fn answer(input: &Input) -> Entity {
    let value = &input.value;
    let mut entity = Entity::new(&PHRASE, value.as_str()).linked_by(Link::labelled(value.as_str()));
    for property in &input.properties {
        entity = entity.with_dynamic(&property.name, &input.type_name, property.value.as_str());
    }
    entity.display_information = vec![
        DisplayInformation { heading: value.clone(), content: DisplayContent::Html(value.clone()) },
        DisplayInformation { heading: value.clone(), content: DisplayContent::Text(value.clone()) },
    ];
    entity.overlays =
        vec![Overlay { property: value.clone(), position: OverlayPosition::Centre, kind: OverlayKind::Text }];
    entity.icon_url = Some(value.clone());
    entity.note = Some(value.clone());
    entity
}

/// The text of the one `Value`, if there is one; panics where the message is not well-formed.
fn read_back(message: &str) -> Option<String> {
    assert!(message.chars().all(is_allowed), "a forbidden character in {message}");
    let mut reader = Reader::from_str(message);
    reader.config_mut().enable_all_checks(true);
    let (mut open, mut roots, mut inside, mut value) = (0_usize, 0_usize, false, None::<String>);
    loop {
        match reader.read_event().expect("well-formed") {
            Event::Start(start) => {
                roots += usize::from(open == 0);
                open += 1;
                check_attributes(&start);
                inside = start.name().as_ref() == "Value";
                if inside {
                    value = Some(String::new());
                }
            }
            Event::Empty(start) => check_attributes(&start),
            Event::End(_) => {
                open = open.checked_sub(1).expect("balanced");
                inside = false;
            }
            Event::Text(text) if inside => value.get_or_insert_default().push_str(&text.xml10_content()),
            Event::GeneralRef(reference) => {
                let character = reference.resolve_char_ref().expect("a character reference");
                let text = match character {
                    Some(character) => character.to_string(),
                    None => resolve_xml_entity(&reference).expect("a predefined entity").to_owned(),
                };
                assert!(text.chars().all(is_allowed));
                if inside {
                    value.get_or_insert_default().push_str(&text);
                }
            }
            Event::Text(_) => (),
            Event::Eof => break,
            other => panic!("unexpected {other:?}"),
        }
    }
    assert_eq!((open, roots), (0, 1));
    value
}

fn check_attributes(start: &quick_xml::events::BytesStart<'_>) {
    for attribute in start.attributes() {
        let value =
            attribute.expect("an attribute").normalized_value(XmlVersion::Explicit1_0).expect("its value").into_owned();
        assert!(value.chars().all(is_allowed));
    }
}
