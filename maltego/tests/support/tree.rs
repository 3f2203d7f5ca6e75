//! A second opinion on messages: a small strict reader that shares no code with the one under test.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test helper fails by panicking")]

use std::collections::BTreeMap;

use quick_xml::{XmlVersion, escape::resolve_xml_entity, events::Event, reader::Reader};

/// An element.
#[derive(Debug, Default)]
pub(crate) struct Node {
    pub(crate) name: String,
    pub(crate) attributes: BTreeMap<String, String>,
    pub(crate) children: Vec<Node>,
    /// All text directly inside, joined.
    pub(crate) text: String,
}

impl Node {
    /// Reads a document and insists: characters that XML 1.0 allows, one document element, nothing but elements, text
    /// and references. Declarations, comments, CDATA and processing instructions are refused because no message of
    /// ours needs one.
    pub(crate) fn parse(document: &str) -> Self {
        assert!(document.starts_with('<'), "something precedes the document element");
        assert_legal(document);
        let mut reader = Reader::from_str(document);
        reader.config_mut().enable_all_checks(true);
        let mut open: Vec<Self> = Vec::new();
        let mut root = None;
        loop {
            let event = reader.read_event().unwrap_or_else(|error| panic!("{error} in {document}"));
            let closed = match event {
                Event::Start(start) => {
                    open.push(Self::start(&start));
                    None
                }
                Event::Empty(start) => Some(Self::start(&start)),
                Event::End(_) => open.pop(),
                Event::Text(text) => {
                    assert!(!text.contains("]]>"), "a bare ]]> in {document}");
                    append(&mut open, &text.xml10_content());
                    None
                }
                Event::GeneralRef(reference) => {
                    match reference.resolve_char_ref().unwrap() {
                        Some(character) => append(&mut open, &character.to_string()),
                        None => append(&mut open, resolve_xml_entity(&reference).unwrap()),
                    }
                    None
                }
                Event::Eof => break,
                other => panic!("{other:?} in {document}"),
            };
            if let Some(node) = closed {
                match open.last_mut() {
                    Some(parent) => parent.children.push(node),
                    None => assert!(root.replace(node).is_none(), "two document elements in {document}"),
                }
            }
        }
        assert!(open.is_empty(), "open elements at the end of {document}");
        root.unwrap()
    }

    fn start(start: &quick_xml::events::BytesStart<'_>) -> Self {
        let mut node = Self { name: start.name().as_ref().to_owned(), ..Self::default() };
        for attribute in start.attributes() {
            let attribute = attribute.unwrap();
            assert!(!attribute.value.contains('<'), "a bare < in an attribute");
            let value = attribute.normalized_value(XmlVersion::Explicit1_0).unwrap().into_owned();
            assert_legal(&value);
            node.attributes.insert(attribute.key.as_ref().to_owned(), value);
        }
        node
    }

    /// The only child of a name.
    pub(crate) fn child(&self, name: &str) -> &Self {
        let mut found = self.children.iter().filter(|child| child.name == name);
        let first = found.next().unwrap_or_else(|| panic!("no {name} in {}", self.name));
        assert!(found.next().is_none(), "several {name} in {}", self.name);
        first
    }

    pub(crate) fn attribute(&self, name: &str) -> &str {
        self.attributes.get(name).unwrap_or_else(|| panic!("no {name} on {}", self.name))
    }
}

fn append(open: &mut [Node], text: &str) {
    assert_legal(text);
    match open.last_mut() {
        Some(node) => node.text.push_str(text),
        None => assert!(text.trim().is_empty(), "text outside the document element"),
    }
}

/// XML 1.0, production 2.
fn assert_legal(text: &str) {
    for character in text.chars() {
        let number = u32::from(character);
        let legal = matches!(number, 0x9 | 0xA | 0xD | 0x20..=0xD7FF | 0xE000..=0xFFFD | 0x1_0000..=0x10_FFFF);
        assert!(legal, "U+{number:04X} is no XML character");
    }
}
