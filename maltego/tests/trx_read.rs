//! What the classic reader accepts, how it understands it, and what it refuses.

use maltego::trx::{Bound, Bounds, ReadError, Request, read_request};

/// A request around the inside of its one entity.
fn request_with(entity: &str) -> String {
    message(&format!("<Entities><Entity Type=\"maltego.Phrase\">{entity}</Entity></Entities>"))
}

/// A message around the inside of its request.
fn message(request: &str) -> String {
    format!(
        "<MaltegoMessage><MaltegoTransformRequestMessage>{request}</MaltegoTransformRequestMessage></MaltegoMessage>"
    )
}

fn read(body: impl AsRef<[u8]>) -> Result<Request, ReadError> {
    read_request(body.as_ref(), None, &Bounds::default())
}

fn value_of(body: impl AsRef<[u8]>) -> Result<String, ReadError> {
    read(body).map(|request| request.input.value)
}

fn entity_of_type(type_name: &str, inside: &str) -> maltego::Input {
    let body = message(&format!("<Entities><Entity Type=\"{type_name}\">{inside}</Entity></Entities>"));
    read(body).map(|request| request.input).unwrap_or_default()
}

#[test]
fn text_is_joined_from_all_its_parts_and_keeps_its_blanks() {
    let value = "<Value>  a<!-- c --> &lt;&#233;<![CDATA[ <b> & ]]><?p q?>\r\n&#x1F600;<x>not this</x>  </Value>";
    assert_eq!(value_of(request_with(value)).as_deref(), Ok("  a <\u{e9} <b> & \n\u{1F600}  "));
}

#[test]
fn what_is_missing_has_a_plain_meaning() {
    let request = read(request_with("")).unwrap();
    assert_eq!(request.input.type_name, "maltego.Phrase");
    assert_eq!(request.input.value, "");
    assert_eq!(request.input.weight, 0);
    assert!(request.input.base_types.is_empty() && request.input.properties.is_empty());
    assert_eq!((request.settings.len(), request.soft_limit, request.hard_limit), (0, None, None));
}

#[test]
fn the_first_entity_and_the_last_value_of_a_field_count() {
    let request = read(message(
        "<Entities>\
         <Entity Type=\"maltego.Phrase\"><Value>one</Value><Value>two</Value><Weight>7</Weight><AdditionalFields>\
         <Field Name=\"a\">1</Field><Field Name=\"b\">2</Field><Field Name=\"a\">3</Field><Field>nameless</Field>\
         </AdditionalFields></Entity>\
         <Entity Type=\"maltego.Domain\"><Value>x</Value><Weight>9</Weight><AdditionalFields><Field Name=\"a\">4</Field>\
         </AdditionalFields></Entity></Entities>\
         <TransformFields><Field Name=\"s\">old</Field><Field Name=\"global#t\"/><Field Name=\"s\">new</Field>\
         </TransformFields><Field Name=\"a\">nowhere</Field>",
    ))
    .unwrap();
    let properties: Vec<_> =
        request.input.properties.iter().map(|property| (property.name.as_str(), property.value.as_str())).collect();
    assert_eq!(properties, [("a", "3"), ("b", "2")]);
    assert_eq!((request.input.value.as_str(), request.input.weight), ("one", 7));
    assert_eq!(request.settings, [("s".to_owned(), "new".to_owned()), ("global#t".to_owned(), String::new())]);
}

#[test]
fn only_a_whole_number_above_zero_is_a_limit() {
    let limits = |attributes: &str| {
        let request = format!("<Entities><Entity Type=\"a.B\"/></Entities><Limits {attributes}/>");
        read(message(&request)).map(|request| (request.soft_limit, request.hard_limit))
    };
    assert_eq!(limits("SoftLimit=\"12\" HardLimit=\" 256 \""), Ok((Some(12), Some(256))));
    for unusable in ["", "0", "-1", "1.5", "many", "99999999999999999999999999"] {
        assert_eq!(limits(&format!("SoftLimit=\"{unusable}\" HardLimit=\"5\"")), Ok((None, Some(5))), "{unusable}");
    }
}

#[test]
fn a_weight_that_is_no_whole_number_is_nought() {
    for (sent, weight) in [("87", 87), (" -3 ", -3), ("", 0), ("abc", 0), ("1.5", 0)] {
        let request = read(request_with(&format!("<Weight>{sent}</Weight>"))).unwrap();
        assert_eq!(request.input.weight, weight, "{sent:?}");
    }
}

#[test]
fn short_type_names_become_full_ones() {
    let genealogy =
        "<Genealogy><Type Name=\"acme.Widget\" OldName=\"Widget\"/><Type Name=\"maltego.Phrase\"/></Genealogy>";
    let by_genealogy = entity_of_type("widget", genealogy);
    assert_eq!(by_genealogy.type_name, "acme.Widget");
    assert_eq!(by_genealogy.base_types, ["maltego.Phrase"]);
    assert_eq!(entity_of_type("DNSName", "").type_name, "maltego.DNSName");
    assert_eq!(entity_of_type("Gadget", "").type_name, "Gadget");
    let full =
        entity_of_type("maltego.Domain", "<Genealogy><Type Name=\"x.Y\" OldName=\"maltego.Domain\"/></Genealogy>");
    assert_eq!(full.type_name, "maltego.Domain");
}

#[test]
fn old_property_names_get_a_copy_under_the_current_one() {
    let fields = |fields: &[(&str, &str)]| {
        let fields: String =
            fields.iter().map(|(name, value)| format!("<Field Name=\"{name}\">{value}</Field>")).collect();
        format!("<AdditionalFields>{fields}</AdditionalFields>")
    };
    let person = entity_of_type("maltego.Person", &fields(&[("firstname", "Ada"), ("lastname", "L")]));
    assert_eq!((person.property("person.firstnames"), person.property("firstname")), (Some("Ada"), Some("Ada")));

    let domain = entity_of_type("maltego.Domain", &fields(&[("whois", "old"), ("whois-info", "new")]));
    assert_eq!(domain.property("whois-info"), Some("new"));

    // A city is a location by our own table, though the client does not say so.
    let city = entity_of_type("maltego.City", &fields(&[("countrysc", "NL"), ("lat", "52.3"), ("area", "x")]));
    assert_eq!((city.property("countrycode"), city.property("url")), (Some("NL"), None));
    assert_eq!((city.property("latitude"), city.property("location.area")), (Some("52.3"), Some("x")));

    // A parent that only the client knows.
    let spock = format!(
        "<Genealogy><Type Name=\"x.Y\"/><Type Name=\"maltego.affiliation.Spock\"/></Genealogy>{}",
        fields(&[("uid", "7"), ("spock_websites", "w")])
    );
    let spock = entity_of_type("x.Y", &spock);
    assert_eq!((spock.property("affiliation.uid"), spock.property("spock.websites")), (Some("7"), Some("w")));

    let phrase = entity_of_type("maltego.Phrase", &fields(&[("whois", "x")]));
    assert_eq!(phrase.properties.len(), 1);
}

#[test]
fn namespaces_and_prefixes_do_no_harm() {
    let prefixed = "<m:MaltegoMessage xmlns:m=\"urn:x\"><m:MaltegoTransformRequestMessage><m:Entities>\
                    <m:Entity Type=\"maltego.Phrase\" m:Type=\"other\"><m:Value>Ada</m:Value></m:Entity></m:Entities>\
                    </m:MaltegoTransformRequestMessage></m:MaltegoMessage>";
    let input = read(prefixed).unwrap().input;
    assert_eq!((input.type_name.as_str(), input.value.as_str()), ("maltego.Phrase", "Ada"));
}

#[test]
fn a_body_is_decoded_as_it_says() {
    let body = request_with("<Value>b\u{fc}cher \u{20ac}</Value>");
    let utf16 = |mark: char, bytes: fn(u16) -> [u8; 2]| -> Vec<u8> {
        format!("{mark}{body}").encode_utf16().flat_map(bytes).collect()
    };
    let expected = Ok("b\u{fc}cher \u{20ac}");
    assert_eq!(value_of(&body).as_deref(), expected);
    assert_eq!(value_of(format!("\u{FEFF}{body}")).as_deref(), expected);
    assert_eq!(value_of(utf16('\u{FEFF}', u16::to_le_bytes)).as_deref(), expected);
    assert_eq!(value_of(utf16('\u{FEFF}', u16::to_be_bytes)).as_deref(), expected);
    // Converted on the way, declaration forgotten.
    assert_eq!(value_of(format!("<?xml version='1.0' encoding='utf-16'?>{body}")).as_deref(), expected);
    // The mark beats the declaration.
    assert_eq!(value_of(format!("\u{FEFF}<?xml version='1.0' encoding='latin1'?>{body}")).as_deref(), expected);
}

#[test]
fn latin_1_is_read_as_windows_1252() {
    let body = [b"<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>" as &[u8], &latin_1()].concat();
    assert_eq!(value_of(body).as_deref(), Ok("b\u{fc}cher \u{20ac}"));
}

/// `bücher €` in windows-1252, where the euro sign is 0x80.
fn latin_1() -> Vec<u8> {
    let body = request_with("<Value>b\u{fc}cher \u{80}</Value>");
    body.chars().filter_map(|character| u8::try_from(u32::from(character)).ok()).collect()
}

#[test]
fn the_charset_from_outside_counts_last() {
    let with_charset = |body: &[u8], charset| read_request(body, charset, &Bounds::default()).map(|r| r.input.value);
    assert_eq!(with_charset(&latin_1(), Some("iso-8859-1")).as_deref(), Ok("b\u{fc}cher \u{20ac}"));
    assert_eq!(with_charset(&latin_1(), None), Err(ReadError::Undecodable { encoding: "UTF-8" }));
    let declared = [b"<?xml version='1.0' encoding='windows-1252'?>" as &[u8], &latin_1()].concat();
    assert_eq!(with_charset(&declared, Some("utf-8")).as_deref(), Ok("b\u{fc}cher \u{20ac}"));
    let plain = request_with("<Value>a</Value>");
    assert_eq!(with_charset(plain.as_bytes(), Some(" ")).as_deref(), Ok("a"));
    assert_eq!(with_charset(plain.as_bytes(), Some("klingon")), Err(ReadError::UnknownEncoding));
    let unknown = format!("<?xml version='1.0' encoding='klingon'?>{plain}");
    assert_eq!(with_charset(unknown.as_bytes(), Some("utf-8")), Err(ReadError::UnknownEncoding));
}

#[test]
fn each_bound_is_the_last_count_that_is_accepted() {
    let value = request_with("<Value>1234</Value>");
    let attributes = request_with("<Value a='' b=''/>");
    let fields = request_with("<AdditionalFields><Field Name='n'/><Field Name='n'/></AdditionalFields>");
    let settings =
        message("<TransformFields><Field/><Field/></TransformFields><Entities><Entity Type='a'/></Entities>");
    let long_attribute = message("<Entities><Entity Type='maltego.Domain'/></Entities>");
    let lenient = Bounds::default();
    for (body, bound, enough) in [
        (&value, Bound::Body, Bounds { body: value.len(), ..lenient }),
        (&value, Bound::Depth, Bounds { depth: 5, ..lenient }),
        (&value, Bound::Elements, Bounds { elements: 5, ..lenient }),
        (&value, Bound::TextLength, Bounds { text_length: "maltego.Phrase".len(), ..lenient }),
        (&long_attribute, Bound::TextLength, Bounds { text_length: "maltego.Domain".len(), ..lenient }),
        (&attributes, Bound::Attributes, Bounds { attributes: 2, ..lenient }),
        (&fields, Bound::Fields, Bounds { fields: 2, ..lenient }),
        (&settings, Bound::Fields, Bounds { fields: 2, ..lenient }),
    ] {
        assert!(read_request(body.as_bytes(), None, &enough).is_ok(), "{bound:?} in {body}");
        let tight = Bounds {
            body: enough.body - usize::from(bound == Bound::Body),
            depth: enough.depth - usize::from(bound == Bound::Depth),
            elements: enough.elements - usize::from(bound == Bound::Elements),
            fields: enough.fields - usize::from(bound == Bound::Fields),
            attributes: enough.attributes - usize::from(bound == Bound::Attributes),
            text_length: enough.text_length - usize::from(bound == Bound::TextLength),
        };
        match read_request(body.as_bytes(), None, &tight) {
            Err(ReadError::TooLarge { bound: crossed, .. }) => assert_eq!(crossed, bound),
            other => panic!("{bound:?} in {body}: {other:?}"),
        }
    }
}

#[test]
fn a_value_in_pieces_is_measured_as_a_whole() {
    let body = request_with("<Value>12345678<!-- -->12345678<![CDATA[12345678]]>&#49;</Value>");
    let bounds = |text_length| Bounds { text_length, ..Bounds::default() };
    assert!(read_request(body.as_bytes(), None, &bounds(25)).is_ok());
    assert_eq!(
        read_request(body.as_bytes(), None, &bounds(24)),
        Err(ReadError::TooLarge { bound: Bound::TextLength, limit: 24 })
    );
}

#[test]
fn the_defaults_hold_against_bombs() {
    let deep = request_with(&"<x>".repeat(1_000));
    let wide = request_with(&"<x/>".repeat(20_000));
    let attributes: String = (0..10_000).map(|number| format!(" a{number}=''")).collect();
    let bound_of = |body: &str| match read(body) {
        Err(ReadError::TooLarge { bound, .. }) => Some(bound),
        _ => None,
    };
    assert_eq!(bound_of(&deep), Some(Bound::Depth));
    assert_eq!(bound_of(&wide), Some(Bound::Elements));
    assert_eq!(bound_of(&request_with(&format!("<x{attributes}/>"))), Some(Bound::Attributes));
    assert_eq!(bound_of(&request_with(&"x".repeat(2_000_000))), Some(Bound::Body));
}

#[test]
fn only_one_complete_document_is_accepted() {
    let complete = request_with("<Value>x</Value>");
    for malformed in [
        "hello".to_owned(),
        "<MaltegoMessage>".to_owned(),
        "<MaltegoMessage".to_owned(),
        "</MaltegoMessage>".to_owned(),
        complete.replace("</MaltegoMessage>", ""),
        complete.replace("</Value>", "</value>"),
        complete.replace("<Value>", "<Value a='1' a='2'>"),
        complete.replace("<Value>", "<Value a=1>"),
        format!("{complete}{complete}"),
        format!("{complete}<x/>"),
        format!("{complete}text"),
        format!("text{complete}"),
        format!("{complete}&#32;"),
        format!("{complete}<![CDATA[ ]]>"),
        format!("{complete}<?xml version='1.0'?>"),
        format!(" <?xml version='1.0'?>{complete}"),
        request_with("<Value>&amp</Value>"),
        request_with("<Value>&#xD800;</Value>"),
        request_with("<Value>&#;</Value>"),
        request_with("<Value a='&'/>"),
        request_with("<!-- a -- b -->"),
    ] {
        let error = read(&malformed);
        assert!(matches!(error, Err(ReadError::Malformed { .. })), "{malformed}: {error:?}");
    }
    assert!(read(format!("<?xml version='1.0'?>\r\n<!-- c --><?p q?>\t{complete}\n<!-- c --> ")).is_ok());
}

#[test]
fn characters_that_xml_cannot_carry_are_errors_wherever_they_stand() {
    for forbidden in [
        request_with("<Value>a\u{1}b</Value>"),
        request_with("<Value>&#1;</Value>"),
        request_with("<Value>&#x1;</Value>"),
        request_with("<Value a='&#x1;'/>"),
        request_with("<x>&#1;</x>"),
        request_with("<!-- \u{1} -->"),
        request_with("<x\u{1}/>"),
    ] {
        let error = read(&forbidden);
        assert!(matches!(error, Err(ReadError::ForbiddenCharacter { code_point: 1, .. })), "{forbidden}: {error:?}");
    }
    assert!(matches!(
        read(request_with("<Value>&#xFFFE;</Value>")),
        Err(ReadError::ForbiddenCharacter { code_point: 0xFFFE, .. })
    ));
    assert!(matches!(read(request_with("<Value>&#0;</Value>")), Err(ReadError::Malformed { .. })));
}

#[test]
fn document_types_and_their_entities_are_refused() {
    let complete = request_with("<Value>&e;</Value>");
    for doctype in ["<!DOCTYPE MaltegoMessage>", "<!DOCTYPE MaltegoMessage [<!ENTITY e \"x\">]>", "<!doctype html>"] {
        assert_eq!(read(format!("{doctype}{complete}")), Err(ReadError::DocumentType));
    }
    assert!(matches!(read(&complete), Err(ReadError::UnknownReference { .. })));
    assert!(matches!(read(request_with("<x>&nbsp;</x>")), Err(ReadError::UnknownReference { .. })));
    assert!(matches!(read(request_with("<x a='&nbsp;'/>")), Err(ReadError::Malformed { .. })));
}

#[test]
fn a_message_without_a_usable_request_says_what_is_missing() {
    let entity = "<Entities><Entity Type='a.B'/></Entities>";
    assert_eq!(read(""), Err(ReadError::Empty));
    assert_eq!(read(" \r\n"), Err(ReadError::Empty));
    assert_eq!(read("\u{FEFF}"), Err(ReadError::Empty));
    assert_eq!(read("<html/>"), Err(ReadError::NotARequest));
    assert_eq!(read("<MaltegoMessage/>"), Err(ReadError::NotARequest));
    assert_eq!(
        read("<MaltegoMessage><MaltegoTransformResponseMessage/></MaltegoMessage>"),
        Err(ReadError::NotARequest)
    );
    let one = format!("<MaltegoTransformRequestMessage>{entity}</MaltegoTransformRequestMessage>");
    assert_eq!(read(format!("<MaltegoMessage>{one}{one}</MaltegoMessage>")), Err(ReadError::SeveralRequests));
    assert!(read(format!("<MaltegoMessage><x/>{one}</MaltegoMessage>")).is_ok());
    assert_eq!(read(message("")), Err(ReadError::MissingEntity));
    assert_eq!(read(message("<Entities><Entity/></Entities>")), Err(ReadError::MissingType));
    assert_eq!(read(message("<Entities><Entity Type=' '/></Entities>")), Err(ReadError::MissingType));
}

#[test]
fn errors_and_debug_output_keep_secrets() {
    const SECRET: &str = "hunter2";
    let setting = format!("<TransformFields><Field Name='key'>{SECRET}</Field></TransformFields>");
    let request = read(message(&format!("{setting}<Entities><Entity Type='a.B'/></Entities>"))).unwrap();
    let printed = format!("{request:?}");
    assert!(printed.contains("key") && !printed.contains(SECRET), "{printed}");

    for broken in [
        message(&setting.replace(SECRET, "&hunter2;")),
        message(&setting.replace("'key'", "'&hunter2;'")),
        message(&setting.replace("</Field>", "</hunter2>")),
        message(&setting.replace(SECRET, "hunter2&#1;")),
        message(&setting),
    ] {
        let error = read(&broken).unwrap_err();
        assert!(error.to_string().starts_with("The request is not "), "{error}");
        assert!(!format!("{error} {error:?}").contains(SECRET), "{error:?}");
    }
}
