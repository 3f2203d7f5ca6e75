//! A builder for the text of one XML message.
//!
//! Escaping is quick-xml's: text through [`partial_escape`], attributes through [`BytesStart`]. Three things are added
//! here. Characters that XML forbids are replaced, because quick-xml passes them on and one of them costs the whole
//! answer. Building is infallible, because the message only ever grows in memory. And elements close themselves, so
//! that a message cannot come out unbalanced.

use quick_xml::{escape::partial_escape, events::BytesStart};

use super::characters::cleaned;

/// A message in the making. Names of elements and attributes are ours and constant; everything else is foreign.
#[derive(Default)]
pub(super) struct Markup {
    text: String,
}

impl Markup {
    /// Builds a message around its document element, which is the same in every message of the dialect. No XML
    /// declaration and no byte order mark: some readers stumble over anything before the first `<`.
    pub(super) fn message(content: impl FnOnce(&mut Self)) -> String {
        let mut markup = Self::default();
        markup.element("MaltegoMessage", &[], content);
        markup.text
    }

    /// An element with attributes and children.
    pub(super) fn element(&mut self, name: &str, attributes: &[(&str, &str)], content: impl FnOnce(&mut Self)) {
        let mut start = BytesStart::new(name);
        for (key, value) in attributes {
            start.push_attribute((*key, cleaned(value).as_ref()));
        }
        self.text.push('<');
        self.text.push_str(&start);
        let before = self.text.len();
        self.text.push('>');
        content(self);
        if self.text.len() == before + 1 {
            self.text.truncate(before);
            self.text.push_str("/>");
        } else {
            self.text.push_str("</");
            self.text.push_str(name);
            self.text.push('>');
        }
    }

    /// An element with attributes and text.
    pub(super) fn leaf(&mut self, name: &str, attributes: &[(&str, &str)], text: &str) {
        self.element(name, attributes, |markup| markup.text.push_str(&partial_escape(cleaned(text))));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn foreign_text_cannot_leave_its_place() {
        let message = Markup::message(|markup| {
            markup.leaf("A", &[("b", "\"'<&>\t\r\n\u{1}")], "]]><x/>&amp;\r\n\t\u{FFFF}");
        });
        assert_eq!(
            message,
            "<MaltegoMessage><A b=\"&quot;&apos;&lt;&amp;&gt;&#9;&#13;&#10;\u{FFFD}\">\
             ]]&gt;&lt;x/&gt;&amp;amp;&#13;\n\t\u{FFFD}</A></MaltegoMessage>"
        );
    }

    #[test]
    fn an_element_without_content_closes_itself() {
        let message = Markup::message(|markup| {
            markup.leaf("A", &[], "");
            markup.element("B", &[("c", "")], |_| ());
        });
        assert_eq!(message, "<MaltegoMessage><A/><B c=\"\"/></MaltegoMessage>");
    }
}
