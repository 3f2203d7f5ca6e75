//! A small tree of XML elements, enough for the documents of an archive.
//!
//! Archives hold many little documents of fixed shape, so they are built as trees and written in one go. Escaping is
//! the XML library's; what this module adds is the rule that no character which XML 1.0 forbids ever reaches it: one
//! such character makes the whole document unreadable, even as a numeric reference.

use std::borrow::Cow;

use quick_xml::{
    Writer,
    events::{BytesEnd, BytesStart, BytesText, Event},
};

/// One element with its attributes in the order they are written.
#[derive(Debug, Clone)]
pub(super) struct Element {
    name: &'static str,
    attributes: Vec<(&'static str, String)>,
    content: Content,
}

#[derive(Debug, Clone)]
enum Content {
    Text(String),
    Children(Vec<Element>),
}

impl Element {
    /// An element without attributes and content.
    pub(super) const fn new(name: &'static str) -> Self {
        Self { name, attributes: Vec::new(), content: Content::Children(Vec::new()) }
    }

    /// Adds an attribute.
    pub(super) fn attribute(mut self, name: &'static str, value: &str) -> Self {
        self.attributes.push((name, allowed(value).into_owned()));
        self
    }

    /// Adds several attributes whose values are fixed.
    pub(super) fn constants(mut self, pairs: &[(&'static str, &'static str)]) -> Self {
        self.attributes.extend(pairs.iter().map(|(name, value)| (*name, (*value).to_owned())));
        self
    }

    /// Replaces the content by text.
    pub(super) fn text(mut self, text: &str) -> Self {
        self.content = Content::Text(allowed(text).into_owned());
        self
    }

    /// Adds a child; text that was there is replaced.
    pub(super) fn child(self, child: Self) -> Self {
        self.children([child])
    }

    /// Adds children; text that was there is replaced.
    pub(super) fn children(mut self, new: impl IntoIterator<Item = Self>) -> Self {
        match &mut self.content {
            Content::Children(children) => children.extend(new),
            Content::Text(_) => self.content = Content::Children(new.into_iter().collect()),
        }
        self
    }

    /// The document with this element as its root: no declaration, three blanks a level and a line feed at the end,
    /// as clients export it.
    ///
    /// # Errors
    /// Whatever the writer reports; writing into memory does not fail.
    pub(super) fn document(&self) -> Result<Vec<u8>, std::io::Error> {
        let mut writer = Writer::new_with_indent(Vec::new(), b' ', 3);
        self.write(&mut writer)?;
        let mut document = writer.into_inner();
        document.push(b'\n');
        Ok(document)
    }

    fn write(&self, writer: &mut Writer<Vec<u8>>) -> Result<(), std::io::Error> {
        let start = BytesStart::new(self.name)
            .with_attributes(self.attributes.iter().map(|(name, value)| (*name, value.as_str())));
        match &self.content {
            Content::Children(children) if children.is_empty() => writer.write_event(Event::Empty(start)),
            Content::Children(children) => {
                writer.write_event(Event::Start(start))?;
                children.iter().try_for_each(|child| child.write(writer))?;
                writer.write_event(Event::End(BytesEnd::new(self.name)))
            }
            Content::Text(text) => {
                writer.write_event(Event::Start(start))?;
                writer.write_event(Event::Text(BytesText::new(text)))?;
                writer.write_event(Event::End(BytesEnd::new(self.name)))
            }
        }
    }
}

/// The text with every character that XML 1.0 forbids replaced by U+FFFD (XML 1.0, production 2 `Char`).
fn allowed(text: &str) -> Cow<'_, str> {
    let forbidden =
        |c: char| matches!(c, '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}');
    if text.contains(forbidden) { Cow::Owned(text.replace(forbidden, "\u{fffd}")) } else { Cow::Borrowed(text) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rendered(element: &Element) -> String {
        String::from_utf8(element.document().unwrap()).unwrap()
    }

    #[test]
    fn markup_and_line_breaks_survive_in_attributes_and_text() {
        let element = Element::new("A").attribute("b", "<\"&'>\t\r\n").child(Element::new("C").text("]]> & \r\n<"));
        assert_eq!(
            rendered(&element),
            "<A b=\"&lt;&quot;&amp;&apos;&gt;&#9;&#13;&#10;\">\n   <C>]]&gt; &amp; &#13;\n&lt;</C>\n</A>\n"
        );
    }

    #[test]
    fn forbidden_characters_are_replaced_and_allowed_ones_are_kept() {
        let element = Element::new("A").text("\0\u{1f}\u{fffe}\u{ffff}\t\u{7f}\u{fffd}\u{10000}");
        assert_eq!(rendered(&element), "<A>\u{fffd}\u{fffd}\u{fffd}\u{fffd}\t\u{7f}\u{fffd}\u{10000}</A>\n");
    }

    #[test]
    fn an_element_without_content_is_written_empty() {
        assert_eq!(rendered(&Element::new("A").constants(&[("b", "c")])), "<A b=\"c\"/>\n");
    }
}
