//! A result on its way to the graph: one entity and the link that joins it to the entity that was asked about.
//!
//! An [`Entity`] is made from an [`EntityType`] and a value. Everything a type already says (the value property's
//! name, label, type and matching rule) is looked up there, so that two transforms can never disagree about it.
//!
//! **Matching.** Maltego merges two nodes when type, value and every *strict* property are equal. Whatever is not
//! identity (a date, a source, an evidence id) must therefore be *loose*, or the same mailbox found twice becomes
//! two nodes. [`Entity::with`] follows the type's declaration; [`Entity::with_dynamic`] is always loose.

use crate::{
    entity_types::EntityType,
    value::{Colour, Value},
};

/// Whether a property takes part in deciding that two nodes are the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum MatchingRule {
    /// Nodes merge only if this property is equal.
    Strict,
    /// Nodes merge whatever this property says; the newer text wins.
    #[default]
    Loose,
}

/// A named value of an entity or of a link.
#[derive(Debug, Clone, PartialEq)]
pub struct Property {
    /// The wire name.
    pub name: String,
    /// The label that the analyst reads.
    pub display_name: String,
    /// The value.
    pub value: Value,
    /// The merge rule. It has no meaning on a link's property.
    pub matching_rule: MatchingRule,
}

impl Property {
    /// A loose property, the right kind for everything that is not identity.
    #[must_use]
    pub fn loose(name: impl Into<String>, display_name: impl Into<String>, value: impl Into<Value>) -> Self {
        Self {
            name: name.into(),
            display_name: display_name.into(),
            value: value.into(),
            matching_rule: MatchingRule::Loose,
        }
    }
}

/// One result.
#[derive(Debug, Clone, PartialEq)]
pub struct Entity {
    /// The type; it names the value property.
    pub entity_type: &'static EntityType,
    /// The value property's value: what the node shows and merges on.
    pub value: Value,
    /// Relative importance, 100 unless a transform knows better.
    pub weight: u32,
    /// All properties but the value property, each name at most once.
    pub properties: Vec<Property>,
    /// Blocks of the detail view. They are write-only: no client ever sends them back.
    pub display_information: Vec<DisplayInformation>,
    /// Small marks on the node, at most one a position.
    pub overlays: Vec<Overlay>,
    /// A picture that replaces the type's icon. The *client* fetches it, so its host learns of the graph.
    pub icon_url: Option<String>,
    /// The star on the node.
    pub bookmark: Option<Bookmark>,
    /// A note on the node, line breaks kept.
    pub note: Option<String>,
    /// The link between the input and this result.
    pub link: Link,
}

impl Entity {
    /// An entity of a type with its value, weight 100 and nothing else.
    #[must_use]
    pub fn new(entity_type: &'static EntityType, value: impl Into<Value>) -> Self {
        Self {
            entity_type,
            value: value.into(),
            weight: 100,
            properties: Vec::new(),
            display_information: Vec::new(),
            overlays: Vec::new(),
            icon_url: None,
            bookmark: None,
            note: None,
            link: Link::default(),
        }
    }

    /// Sets a property that the type or one of its parents declares, with its declared label and matching rule.
    /// A name that nothing declares becomes a loose dynamic property labelled by its name.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        let value = value.into();
        let property = match self.entity_type.property(name) {
            Some(declared) => Property {
                name: declared.name.to_owned(),
                display_name: declared.display_name.to_owned(),
                value,
                matching_rule: declared.matching_rule,
            },
            None => Property::loose(name, name, value),
        };
        self.put(property);
        self
    }

    /// [`Entity::with`] if there is a value, nothing otherwise.
    #[must_use]
    pub fn with_some(self, name: &str, value: Option<impl Into<Value>>) -> Self {
        match value {
            Some(value) => self.with(name, value),
            None => self,
        }
    }

    /// Sets a dynamic, loose property with its own label.
    #[must_use]
    pub fn with_dynamic(mut self, name: &str, display_name: &str, value: impl Into<Value>) -> Self {
        self.put(Property::loose(name, display_name, value));
        self
    }

    /// [`Entity::with_dynamic`] if there is a value, nothing otherwise.
    #[must_use]
    pub fn with_some_dynamic(self, name: &str, display_name: &str, value: Option<impl Into<Value>>) -> Self {
        match value {
            Some(value) => self.with_dynamic(name, display_name, value),
            None => self,
        }
    }

    /// Replaces the link to the input.
    #[must_use]
    pub fn linked_by(mut self, link: Link) -> Self {
        self.link = link;
        self
    }

    /// Adds or replaces a property by name: a name may appear only once in a message.
    pub fn put(&mut self, property: Property) {
        match self.properties.iter_mut().find(|known| known.name == property.name) {
            Some(known) => *known = property,
            None => self.properties.push(property),
        }
    }

    /// A property by name; the value property is not among them.
    #[must_use]
    pub fn property(&self, name: &str) -> Option<&Property> {
        self.properties.iter().find(|property| property.name == name)
    }
}

/// A collapsible block of the detail view.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DisplayInformation {
    /// The block's heading.
    pub heading: String,
    /// What it shows.
    pub content: DisplayContent,
}

impl DisplayInformation {
    /// A table of names and what stands for each, both escaped here, so that whoever makes one cannot forget it.
    #[must_use]
    pub fn table<'a>(heading: impl Into<String>, rows: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let row = |(name, text): (&'a str, &'a str)| {
            let [name, text] = [name, text].map(quick_xml::escape::escape);
            format!("<tr><th align=\"left\">{name}</th><td>{text}</td></tr>")
        };
        let rows: String = rows.into_iter().map(row).collect();
        Self { heading: heading.into(), content: DisplayContent::Html(format!("<table>{rows}</table>")) }
    }
}

impl DisplayInformation {
    /// A table with a heading over each column, everything escaped here. A short row has empty cells at its end.
    #[must_use]
    pub fn grid(heading: impl Into<String>, columns: &[&str], rows: &[Vec<String>]) -> Self {
        let cell = |tag: &str, text: &str| format!("<{tag} align=\"left\">{}</{tag}>", quick_xml::escape::escape(text));
        let head: String = columns.iter().map(|column| cell("th", column)).collect();
        let row = |row: &Vec<String>| {
            let texts = (0..columns.len()).map(|place| row.get(place).map_or("", String::as_str));
            let cells: String = texts.map(|text| cell("td", text)).collect();
            format!("<tr>{cells}</tr>")
        };
        let rows: String = rows.iter().map(row).collect();
        Self { heading: heading.into(), content: DisplayContent::Html(format!("<table><tr>{head}</tr>{rows}</table>")) }
    }
}

/// The content of a [`DisplayInformation`] block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DisplayContent {
    /// HTML. Whoever builds it has escaped all foreign text as HTML.
    Html(String),
    /// Plain text.
    Text(String),
}

/// A small mark on a node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Overlay {
    /// The property whose text is used; a literal if the entity has no such property.
    pub property: String,
    /// Where it sits.
    pub position: OverlayPosition,
    /// How the text is understood.
    pub kind: OverlayKind,
}

/// Where an overlay sits. The right side belongs to bookmark and note.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum OverlayPosition {
    /// Top.
    North,
    /// Bottom.
    South,
    /// Left.
    West,
    /// Top left.
    NorthWest,
    /// Bottom left.
    SouthWest,
    /// Middle.
    Centre,
}

/// How an overlay's text is understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum OverlayKind {
    /// Name of an icon the client knows (a two-letter country code shows a flag), or a URL.
    Image,
    /// A colour, `#RRGGBB`.
    Colour,
    /// Shown as it is.
    Text,
}

/// The star on a node, in the order of the client's palette.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Bookmark {
    /// 0, cyan in classic clients.
    Blue,
    /// 1.
    Green,
    /// 2.
    Yellow,
    /// 3, orange in some clients.
    Purple,
    /// 4.
    Red,
}

impl Bookmark {
    /// The number both dialects send.
    #[must_use]
    pub const fn number(self) -> u8 {
        match self {
            Self::Blue => 0,
            Self::Green => 1,
            Self::Yellow => 2,
            Self::Purple => 3,
            Self::Red => 4,
        }
    }
}

/// The link between the input and one result.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Link {
    /// Text on the link.
    pub label: Option<String>,
    /// Whether the label shows.
    pub label_visibility: LabelVisibility,
    /// Line colour.
    pub colour: Option<Colour>,
    /// Line style.
    pub style: LineStyle,
    /// Line width, 0 to 5 are sensible.
    pub thickness: Option<u8>,
    /// Which way the arrow points.
    pub direction: LinkDirection,
    /// Further properties of the link itself.
    pub properties: Vec<Property>,
}

impl Link {
    /// A link with a label that follows the client's own label option.
    #[must_use]
    pub fn labelled(label: impl Into<String>) -> Self {
        Self { label: Some(label.into()), ..Self::default() }
    }
}

/// Whether a link's label shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum LabelVisibility {
    /// As the client is set.
    #[default]
    ClientOption,
    /// Always.
    Show,
    /// Never.
    Hide,
}

/// How a link is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum LineStyle {
    /// A solid line, the client's own default.
    #[default]
    Normal,
    /// Dashed.
    Dashed,
    /// Dotted.
    Dotted,
    /// Dash and dot.
    DashDot,
}

impl LineStyle {
    /// The number both dialects send.
    #[must_use]
    pub const fn number(self) -> u8 {
        match self {
            Self::Normal => 0,
            Self::Dashed => 1,
            Self::Dotted => 2,
            Self::DashDot => 3,
        }
    }
}

/// Which way a link's arrow points.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum LinkDirection {
    /// From what was asked about to what was found.
    #[default]
    InputToOutput,
    /// From what was found to what was asked about.
    OutputToInput,
    /// Both.
    Bidirectional,
}
