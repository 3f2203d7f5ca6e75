//! Results as the text of a response message.
//!
//! The shape and the order of everything follow what the vendor's old server wrote: `Value` first, then `Weight`,
//! `DisplayInformation`, `AdditionalFields`, `Overlays`, `IconURL`. Order means nothing to clients, but a message that
//! looks like every other message is easier to compare.
//!
//! The dialect has no element for a link, a bookmark or a note. They travel as fields with special names (`link#…`,
//! `bookmark#`, `notes#`), which has a consequence for safety: a *property* must never be able to pass for one of
//! them. See [`write_response`] for what is done about names that would.

use std::{borrow::Cow, collections::HashSet};

use super::{characters::cleaned, markup::Markup, text::render};
use crate::{
    entity::{
        DisplayContent, DisplayInformation, Entity, LabelVisibility, LineStyle, Link, LinkDirection, MatchingRule,
        Overlay, OverlayKind, OverlayPosition,
    },
    message::{Message, MessageKind},
};

/// Whether an entity can be written: its value must be more than blanks once it is text. A node without a value is an
/// anonymous dot on the graph that merges with every other one, so [`write_response`] leaves such entities out. Ask
/// here *before* writing where the analyst should read how many there were.
#[must_use]
pub fn is_writable(entity: &Entity) -> bool {
    !is_blank(&render(&entity.value))
}

/// A response message.
///
/// Everything that comes out is valid whatever goes in:
///
/// * entities that are not [writable](is_writable) and blank messages are left out;
/// * the value property is repeated as a field with its declared label and rule, except where the client assembles it
///   from other properties: there the parts decide;
/// * a field name appears once. The first one counts, and the value property comes first, so nothing can contradict
///   the value;
/// * a property that is named like one of the special fields (`link#…`, `bookmark#…`, `notes#…`) is written with a dot
///   in place of the `#`: it stays readable and has no effect on link, star or note;
/// * a link's own property under the client's reserved prefix `maltego.link.` is left out: those are [`Link`]'s fields;
/// * properties and overlays without a name are left out; a property without a label is labelled by its name;
/// * of several overlays at one position the first is kept;
/// * characters that XML cannot carry become U+FFFD.
#[must_use]
pub fn write_response(entities: &[Entity], messages: &[Message]) -> String {
    Markup::message(|message| {
        message.element("MaltegoTransformResponseMessage", &[], |response| {
            response.element("Entities", &[], |list| {
                entities.iter().filter(|entity| is_writable(entity)).for_each(|entity| write_entity(list, entity));
            });
            response.element("UIMessages", &[], |list| {
                for message in messages.iter().filter(|message| !is_blank(&message.text)) {
                    list.leaf("UIMessage", &[("MessageType", message_type(message.kind))], &message.text);
                }
            });
        });
    })
}

/// An exception message, which stands in place of a whole response. Clients show it as an error without results, so a
/// response with a [`MessageKind::PartialError`] is nearly always the better answer. A blank text is replaced by a
/// plain sentence: clients would show an empty error.
#[must_use]
pub fn write_exception(code: Option<u16>, text: &str) -> String {
    let code = code.map(|code| code.to_string());
    let attributes: Vec<(&str, &str)> = code.iter().map(|code| ("code", code.as_str())).collect();
    let text = if is_blank(text) { "The transform failed." } else { text };
    Markup::message(|message| {
        message.element("MaltegoTransformExceptionMessage", &[], |exception| {
            exception.element("Exceptions", &[], |list| list.leaf("Exception", &attributes, text));
        });
    })
}

fn write_entity(list: &mut Markup, entity: &Entity) {
    list.element("Entity", &[("Type", entity.entity_type.name)], |node| {
        let value = render(&entity.value);
        node.leaf("Value", &[], &value);
        node.leaf("Weight", &[], &entity.weight.to_string());
        if !entity.display_information.is_empty() {
            node.element("DisplayInformation", &[], |blocks| {
                entity.display_information.iter().for_each(|block| write_label(blocks, block));
            });
        }
        let fields = Fields::of(entity, &value);
        if !fields.list.is_empty() {
            node.element("AdditionalFields", &[], |list| fields.list.iter().for_each(|field| field.write(list)));
        }
        let overlays = placed_overlays(entity);
        if !overlays.is_empty() {
            node.element("Overlays", &[], |list| {
                overlays.iter().for_each(|overlay| write_overlay(list, entity, overlay))
            });
        }
        if let Some(url) = entity.icon_url.as_deref().filter(|url| !is_blank(url)) {
            node.leaf("IconURL", &[], url);
        }
    });
}

fn write_label(blocks: &mut Markup, block: &DisplayInformation) {
    let (kind, content) = match &block.content {
        DisplayContent::Html(html) => ("text/html", html),
        DisplayContent::Text(text) => ("text/text", text),
    };
    let heading = if is_blank(&block.heading) { "Info" } else { &block.heading };
    blocks.leaf("Label", &[("Name", heading), ("Type", kind)], content);
}

fn placed_overlays(entity: &Entity) -> Vec<&Overlay> {
    let mut taken = HashSet::new();
    entity.overlays.iter().filter(|overlay| !is_blank(&overlay.property) && taken.insert(overlay.position)).collect()
}

fn write_overlay(list: &mut Markup, entity: &Entity, overlay: &Overlay) {
    // A literal stays as it is; the name of a property must be the name that property is written under.
    let property = match entity.property(&overlay.property) {
        Some(property) => property_field_name(&property.name),
        None => Cow::Borrowed(overlay.property.as_str()),
    };
    let position = match overlay.position {
        OverlayPosition::North => "N",
        OverlayPosition::South => "S",
        OverlayPosition::West => "W",
        OverlayPosition::NorthWest => "NW",
        OverlayPosition::SouthWest => "SW",
        OverlayPosition::Centre => "C",
    };
    let kind = match overlay.kind {
        OverlayKind::Image => "image",
        OverlayKind::Colour => "colour",
        OverlayKind::Text => "text",
    };
    list.leaf("Overlay", &[("propertyName", &property), ("position", position), ("type", kind)], "");
}

/// One `Field` element.
struct Field<'a> {
    name: Cow<'a, str>,
    display_name: Cow<'a, str>,
    matching_rule: MatchingRule,
    text: Cow<'a, str>,
}

impl Field<'_> {
    fn write(&self, list: &mut Markup) {
        let label = if is_blank(&self.display_name) { &self.name } else { &self.display_name };
        let rule = match self.matching_rule {
            MatchingRule::Strict => "strict",
            MatchingRule::Loose => "loose",
        };
        list.leaf("Field", &[("Name", &self.name), ("DisplayName", label), ("MatchingRule", rule)], &self.text);
    }
}

/// The fields of one entity, no name twice.
struct Fields<'a> {
    list: Vec<Field<'a>>,
    names: HashSet<String>,
}

impl<'a> Fields<'a> {
    fn of(entity: &'a Entity, value: &'a str) -> Self {
        let mut fields = Self { list: Vec::new(), names: HashSet::new() };
        let value_property = entity.entity_type.value_property;
        if entity.entity_type.calculated {
            fields.names.insert(value_property.to_owned());
        } else {
            let definition = entity.entity_type.value_definition();
            fields.put(
                Cow::Borrowed(value_property),
                definition.map_or(value_property, |definition| definition.display_name),
                definition.map_or(MatchingRule::Loose, |definition| definition.matching_rule),
                Cow::Borrowed(value),
            );
        }
        for property in &entity.properties {
            fields.put(
                property_field_name(&property.name),
                &property.display_name,
                property.matching_rule,
                render(&property.value),
            );
        }
        fields.put_link(&entity.link);
        if let Some(bookmark) = entity.bookmark {
            fields.put_loose("bookmark#", "Bookmark", bookmark.number().to_string());
        }
        if let Some(note) = entity.note.as_deref().filter(|note| !is_blank(note)) {
            fields.put_loose("notes#", "Notes", note);
        }
        fields
    }

    fn put_link(&mut self, link: &'a Link) {
        if let Some(label) = link.label.as_deref().filter(|label| !is_blank(label)) {
            self.put_loose("link#maltego.link.label", "Label", label);
        }
        if let Some(colour) = link.colour {
            self.put_loose("link#maltego.link.color", "Colour", colour.to_string());
        }
        if link.style != LineStyle::Normal {
            self.put_loose("link#maltego.link.style", "Style", link.style.number().to_string());
        }
        if let Some(thickness) = link.thickness {
            self.put_loose("link#maltego.link.thickness", "Thickness", thickness.to_string());
        }
        match link.label_visibility {
            LabelVisibility::ClientOption => (),
            LabelVisibility::Show => self.put_loose("link#maltego.link.show-label", "Show label", "1"),
            LabelVisibility::Hide => self.put_loose("link#maltego.link.show-label", "Show label", "2"),
        }
        match link.direction {
            LinkDirection::InputToOutput => (),
            LinkDirection::OutputToInput => {
                self.put_loose("link#maltego.link.direction", "Direction", "output-to-input");
            }
            LinkDirection::Bidirectional => self.put_loose("link#maltego.link.direction", "Direction", "bidirectional"),
        }
        for property in &link.properties {
            if is_blank(&property.name) || property.name.starts_with("maltego.link.") {
                continue;
            }
            let label = if is_blank(&property.display_name) { &property.name } else { &property.display_name };
            self.put_loose(format!("link#{}", property.name), label, render(&property.value));
        }
    }

    /// A field whose matching rule has no meaning.
    fn put_loose(&mut self, name: impl Into<Cow<'a, str>>, display_name: &'a str, text: impl Into<Cow<'a, str>>) {
        self.put(name.into(), display_name, MatchingRule::Loose, text.into());
    }

    fn put(
        &mut self,
        name: Cow<'a, str>,
        display_name: &'a str,
        matching_rule: MatchingRule,
        text: impl Into<Cow<'a, str>>,
    ) {
        // Compared as they will be written: two names that differ in a forbidden character only are one name there.
        if !is_blank(&name) && self.names.insert(cleaned(&name).into_owned()) {
            self.list.push(Field { name, display_name: display_name.into(), matching_rule, text: text.into() });
        }
    }
}

/// The name that a property is written under.
fn property_field_name(name: &str) -> Cow<'_, str> {
    ["link", "bookmark", "notes"]
        .iter()
        .find_map(|special| Some(format!("{special}.{}", name.strip_prefix(special)?.strip_prefix('#')?)))
        .map_or(Cow::Borrowed(name), Cow::Owned)
}

fn message_type(kind: MessageKind) -> &'static str {
    match kind {
        MessageKind::Inform => "Inform",
        MessageKind::Debug => "Debug",
        MessageKind::PartialError => "PartialError",
        MessageKind::FatalError => "FatalError",
    }
}

fn is_blank(text: &str) -> bool {
    text.trim().is_empty()
}
