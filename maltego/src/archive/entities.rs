//! Own entity types, their palette groups and their icons.
//!
//! A classic definition has no word for matching rules: those travel with every entity in a response. What it does say
//! is which property is the value and which is shown, and there an empty text means "as the parent does".

use std::collections::BTreeMap;

use super::{ArchiveError, container::Container, xml::Element};
use crate::{
    config_data::{OwnProperty, OwnType, is_resource_name},
    entity::{OverlayKind, OverlayPosition},
    value::ValueType,
};

/// "Tried last", the number of types that no pasted text turns into.
const NO_CONVERSION: &str = "2147483647";

/// The first bytes of every PNG file (PNG specification, section 5.2).
const PNG_SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";

/// The sizes in which clients want an icon, in pixels a side.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum IconSize {
    /// 16 pixels.
    Pixels16,
    /// 24 pixels.
    Pixels24,
    /// 32 pixels.
    Pixels32,
    /// 48 pixels.
    Pixels48,
    /// 96 pixels, newer clients only.
    Pixels96,
}

impl IconSize {
    /// Every size, smallest first.
    pub const ALL: [Self; 5] = [Self::Pixels16, Self::Pixels24, Self::Pixels32, Self::Pixels48, Self::Pixels96];

    /// Pixels a side.
    #[must_use]
    pub const fn pixels(self) -> u32 {
        match self {
            Self::Pixels16 => 16,
            Self::Pixels24 => 24,
            Self::Pixels32 => 32,
            Self::Pixels48 => 48,
            Self::Pixels96 => 96,
        }
    }

    /// What stands behind the icon's name in the file's name; the smallest size has nothing there.
    const fn suffix(self) -> &'static str {
        match self {
            Self::Pixels16 => "",
            Self::Pixels24 => "24",
            Self::Pixels32 => "32",
            Self::Pixels48 => "48",
            Self::Pixels96 => "96",
        }
    }
}

/// An icon, already rasterised.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Icon {
    /// The name that entity types refer to: letters and digits, a letter at both ends.
    pub name: String,
    /// The group it is filed under.
    pub category: String,
    /// PNG files by size.
    pub images: BTreeMap<IconSize, Vec<u8>>,
}

/// Adds a type's definition.
pub(super) fn add_type(container: &mut Container, own: &OwnType) -> Result<(), ArchiveError> {
    container.add("Entities", &own.name, vec![("entity", definition(own).document()?)]);
    Ok(())
}

/// Adds a palette group.
pub(super) fn add_category(container: &mut Container, name: &str) -> Result<(), ArchiveError> {
    let document = Element::new("EntityCategory").attribute("name", name).document()?;
    container.add("EntityCategories", &name.to_lowercase(), vec![("category", document)]);
    Ok(())
}

/// Adds an icon in all its sizes. Clients find icons by file name, so these names are checked instead of changed.
pub(super) fn add_icon(container: &mut Container, icon: &Icon) -> Result<(), ArchiveError> {
    if !is_resource_name(&icon.name) {
        return Err(ArchiveError::IconName { name: icon.name.clone() });
    }
    let stem = format!("Icons/{}/{}", super::container::sanitised(&icon.category), icon.name);
    for (size, image) in &icon.images {
        if !is_png_of(image, size.pixels()) {
            return Err(ArchiveError::IconImage { name: icon.name.clone(), pixels: size.pixels() });
        }
        container.add_exactly(format!("{stem}{}.png", size.suffix()), image.clone())?;
    }
    container.add_exactly(format!("{stem}.xml"), Element::new("Icon").child(Element::new("Aliases")).document()?)
}

/// Whether the bytes begin like a PNG file whose header says this width and height (PNG specification, section 11.2.1).
fn is_png_of(image: &[u8], pixels: u32) -> bool {
    let side = pixels.to_be_bytes();
    image.starts_with(PNG_SIGNATURE) && image.get(16..20) == Some(&side) && image.get(20..24) == Some(&side)
}

fn definition(own: &OwnType) -> Element {
    let truth = if own.in_palette { "true" } else { "false" };
    let mut root = Element::new("MaltegoEntity")
        .attribute("id", &own.name)
        .attribute("displayName", &own.display_name)
        .attribute("displayNamePlural", &own.display_name_plural)
        .attribute("description", &own.description)
        .attribute("category", &own.category)
        .attribute("smallIconResource", &own.icon)
        .attribute("largeIconResource", &own.icon)
        .attribute("allowedRoot", truth)
        .attribute("conversionOrder", NO_CONVERSION)
        .attribute("visible", truth);
    if let Some(parent) = &own.parent {
        root = root.child(Element::new("BaseEntities").child(Element::new("BaseEntity").text(parent)));
    }
    let own_or_inherited = |name: &str| if own.property(name).is_some() { name.to_owned() } else { String::new() };
    let shown = own.display_property.as_deref().unwrap_or(&own.value_property);
    root = root.child(
        Element::new("Properties")
            .attribute("value", &own_or_inherited(&own.value_property))
            .attribute("displayValue", &own_or_inherited(shown))
            .child(Element::new("Groups"))
            .child(Element::new("Fields").children(own.properties.iter().map(field))),
    );
    if own.overlays.is_empty() {
        return root;
    }
    root.child(Element::new("Overlays").children(own.overlays.iter().map(|overlay| {
        Element::new("Overlay")
            .attribute("propertyName", &overlay.property)
            .attribute("position", position(overlay.position))
            .attribute("type", kind(overlay.kind))
    })))
}

fn field(property: &OwnProperty) -> Element {
    let list = if property.list { "[]" } else { "" };
    Element::new("Field")
        .attribute("name", &property.name)
        .attribute("type", &format!("{}{list}", type_name(property.value_type)))
        .attribute("nullable", "true")
        .attribute("hidden", if property.hidden { "true" } else { "false" })
        .attribute("readonly", "false")
        .attribute("description", &property.description)
        .attribute("displayName", &property.display_name)
        .child(Element::new("SampleValue").text(property.sample.as_deref().unwrap_or_default()))
}

/// The classic name of a property's type.
pub(super) const fn type_name(value_type: ValueType) -> &'static str {
    match value_type {
        ValueType::Text => "string",
        ValueType::Integer => "int",
        ValueType::Double => "double",
        ValueType::Boolean => "boolean",
        ValueType::Date => "date",
        ValueType::DateTime => "datetime",
        ValueType::DateRange => "daterange",
        ValueType::Url => "url",
        ValueType::Colour => "color",
    }
}

const fn position(position: OverlayPosition) -> &'static str {
    match position {
        OverlayPosition::North => "N",
        OverlayPosition::South => "S",
        OverlayPosition::West => "W",
        OverlayPosition::NorthWest => "NW",
        OverlayPosition::SouthWest => "SW",
        OverlayPosition::Centre => "C",
    }
}

const fn kind(kind: OverlayKind) -> &'static str {
    match kind {
        OverlayKind::Image => "image",
        OverlayKind::Colour => "colour",
        OverlayKind::Text => "text",
    }
}
