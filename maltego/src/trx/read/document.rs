//! From text to the parts of a request.
//!
//! The XML library delivers events; this module keeps the stack of where in the message it is, since that is what
//! decides what an element means: a `Field` is a property under `AdditionalFields`, a setting under `TransformFields`
//! and nothing anywhere else. Whatever has no meaning at its place is skipped together with everything in it, but is
//! still checked for form.

use std::{borrow::Cow, collections::HashMap};

use quick_xml::{
    XmlVersion,
    escape::resolve_xml_entity,
    events::{BytesStart, Event},
    reader::Reader,
};

use super::{Bound, Bounds, ReadError};
use crate::trx::characters::{first_forbidden, is_allowed};

/// A request as it was written, nothing interpreted yet.
#[derive(Default)]
pub(super) struct Document {
    /// The first entity.
    pub(super) entity: Option<RawEntity>,
    /// Settings by wire name.
    pub(super) settings: Named,
    /// `Limits/@SoftLimit`.
    pub(super) soft_limit: Option<String>,
    /// `Limits/@HardLimit`.
    pub(super) hard_limit: Option<String>,
}

impl Document {
    fn put(&mut self, destination: Destination, text: String) {
        match (destination, &mut self.entity) {
            (Destination::Setting(name), _) => self.settings.put(name, text),
            (Destination::Property(name), Some(entity)) => entity.properties.put(name, text),
            // Of a repeated element the first counts, as with entities.
            (Destination::Value, Some(entity)) => _ = entity.value.get_or_insert(text),
            (Destination::Weight, Some(entity)) => _ = entity.weight.get_or_insert(text),
            // The other destinations exist only inside an entity.
            (_, None) => (),
        }
    }
}

/// An entity as it was written.
#[derive(Default)]
pub(super) struct RawEntity {
    pub(super) type_name: String,
    pub(super) genealogy: Vec<GenealogyStep>,
    pub(super) properties: Named,
    pub(super) value: Option<String>,
    pub(super) weight: Option<String>,
}

/// One `Type` of the genealogy.
pub(super) struct GenealogyStep {
    pub(super) name: String,
    pub(super) old_name: Option<String>,
}

/// Reads a whole document.
pub(super) fn parse(text: &str, bounds: &Bounds) -> Result<Document, ReadError> {
    // Once for all of it: names, values, comments. What remains is references.
    if let Some((offset, character)) = first_forbidden(text) {
        let position = u64::try_from(offset).unwrap_or(u64::MAX);
        return Err(ReadError::ForbiddenCharacter { code_point: character.into(), position });
    }
    let mut reader = Reader::from_str(text);
    reader.config_mut().enable_all_checks(true);
    reader.config_mut().expand_empty_elements = true;

    let mut parser = Parser::new(bounds);
    loop {
        parser.position = reader.buffer_position();
        let event = reader.read_event().map_err(|_| ReadError::Malformed { position: reader.error_position() })?;
        match event {
            Event::Start(element) => parser.start(&element)?,
            Event::End(_) => parser.end()?,
            Event::Text(text) => parser.text(&text.xml10_content())?,
            Event::CData(_) if parser.places.is_empty() => return Err(parser.malformed()),
            Event::CData(text) => parser.text(&text.xml10_content())?,
            Event::GeneralRef(reference) => {
                let character = reference.resolve_char_ref().map_err(|_| parser.malformed())?;
                match character {
                    _ if parser.places.is_empty() => return Err(parser.malformed()),
                    Some(character) if is_allowed(character) => parser.text(character.encode_utf8(&mut [0; 4]))?,
                    Some(character) => return Err(parser.forbidden(character)),
                    None => match resolve_xml_entity(&reference) {
                        Some(text) => parser.text(text)?,
                        None => return Err(ReadError::UnknownReference { position: parser.position }),
                    },
                }
            }
            Event::DocType(_) => return Err(ReadError::DocumentType),
            // Only at the very start; anywhere else it is the reserved processing instruction.
            Event::Decl(_) if parser.position > 0 => return Err(parser.malformed()),
            Event::Decl(_) | Event::Comment(_) | Event::PI(_) => (),
            // The reader is told to send these as a start and an end, so that there is one way in.
            Event::Empty(element) => {
                parser.start(&element)?;
                parser.end()?;
            }
            Event::Eof => return parser.finish(),
        }
    }
}

/// Where in the message the parser is.
enum Place {
    Message,
    Request,
    Entities,
    Entity,
    Genealogy,
    Properties,
    Settings,
    /// Inside an element whose text matters.
    Text(Destination),
    /// Inside an element that has no text that matters, and no children that do.
    Other,
}

/// Where a text goes.
enum Destination {
    Value,
    Weight,
    Property(String),
    Setting(String),
}

struct Parser<'b> {
    bounds: &'b Bounds,
    places: Vec<Place>,
    /// The text of the innermost [`Place::Text`]; such places never contain one another.
    text: String,
    elements: usize,
    fields: usize,
    /// Whether the document element was seen.
    message: bool,
    request: bool,
    limits: bool,
    document: Document,
    /// Where the current event began.
    position: u64,
}

impl<'b> Parser<'b> {
    fn new(bounds: &'b Bounds) -> Self {
        Self {
            bounds,
            places: Vec::new(),
            text: String::new(),
            elements: 0,
            fields: 0,
            message: false,
            request: false,
            limits: false,
            document: Document::default(),
            position: 0,
        }
    }

    fn start(&mut self, element: &BytesStart<'_>) -> Result<(), ReadError> {
        self.elements += 1;
        self.bounds.check(Bound::Elements, self.elements)?;
        self.bounds.check(Bound::Depth, self.places.len() + 1)?;
        let attributes = self.attributes(element)?;
        let name = element.local_name();
        let place = match (self.places.last(), name.as_ref()) {
            (None, _) if self.message => return Err(self.malformed()),
            (None, "MaltegoMessage") => {
                self.message = true;
                Place::Message
            }
            (None, _) => return Err(ReadError::NotARequest),
            (Some(Place::Message), "MaltegoTransformRequestMessage") if self.request => {
                return Err(ReadError::SeveralRequests);
            }
            (Some(Place::Message), "MaltegoTransformRequestMessage") => {
                self.request = true;
                Place::Request
            }
            (Some(Place::Request), "Entities") => Place::Entities,
            (Some(Place::Request), "TransformFields") => Place::Settings,
            (Some(Place::Request), "Limits") if !self.limits => {
                self.limits = true;
                self.document.soft_limit = attributes.soft_limit;
                self.document.hard_limit = attributes.hard_limit;
                Place::Other
            }
            (Some(Place::Entities), "Entity") if self.document.entity.is_none() => {
                let type_name = attributes.entity_type.unwrap_or_default();
                self.document.entity = Some(RawEntity { type_name, ..RawEntity::default() });
                Place::Entity
            }
            (Some(Place::Entity), "Genealogy") => Place::Genealogy,
            (Some(Place::Entity), "AdditionalFields") => Place::Properties,
            (Some(Place::Entity), "Value") => Place::Text(Destination::Value),
            (Some(Place::Entity), "Weight") => Place::Text(Destination::Weight),
            (Some(Place::Genealogy), "Type") => {
                let name = attributes.name.filter(|name| !name.trim().is_empty());
                if let (Some(entity), Some(name)) = (&mut self.document.entity, name) {
                    let name = name.trim().to_owned();
                    entity.genealogy.push(GenealogyStep { name, old_name: attributes.old_name });
                }
                Place::Other
            }
            (Some(place @ (Place::Properties | Place::Settings)), "Field") => {
                self.fields += 1;
                self.bounds.check(Bound::Fields, self.fields)?;
                match (place, attributes.name.filter(|name| !name.is_empty())) {
                    (Place::Properties, Some(name)) => Place::Text(Destination::Property(name)),
                    (_, Some(name)) => Place::Text(Destination::Setting(name)),
                    // Nobody could ask for it.
                    (_, None) => Place::Other,
                }
            }
            (Some(_), _) => Place::Other,
        };
        self.places.push(place);
        Ok(())
    }

    fn end(&mut self) -> Result<(), ReadError> {
        match self.places.pop() {
            None => Err(self.malformed()),
            Some(Place::Text(destination)) => {
                let text = std::mem::take(&mut self.text);
                self.document.put(destination, text);
                Ok(())
            }
            Some(_) => Ok(()),
        }
    }

    fn text(&mut self, text: &str) -> Result<(), ReadError> {
        match self.places.last() {
            Some(Place::Text(_)) => {
                self.bounds.check(Bound::TextLength, self.text.len() + text.len())?;
                self.text.push_str(text);
                Ok(())
            }
            Some(_) => Ok(()),
            // Only blanks may stand around the document element.
            None if text.bytes().all(|byte| matches!(byte, b' ' | b'\t' | b'\r' | b'\n')) => Ok(()),
            None => Err(self.malformed()),
        }
    }

    /// Every attribute is checked, few are kept.
    fn attributes(&self, element: &BytesStart<'_>) -> Result<Attributes, ReadError> {
        let mut kept = Attributes::default();
        for (index, attribute) in element.attributes().enumerate() {
            self.bounds.check(Bound::Attributes, index + 1)?;
            let attribute = attribute.map_err(|_| self.malformed())?;
            let value = self.attribute_value(&attribute)?;
            self.bounds.check(Bound::TextLength, value.len())?;
            let slot = match attribute.key.as_ref() {
                "Name" => &mut kept.name,
                "OldName" => &mut kept.old_name,
                "Type" => &mut kept.entity_type,
                "SoftLimit" => &mut kept.soft_limit,
                "HardLimit" => &mut kept.hard_limit,
                _ => continue,
            };
            *slot = Some(value.into_owned());
        }
        Ok(kept)
    }

    fn attribute_value<'a>(
        &self,
        attribute: &quick_xml::events::attributes::Attribute<'a>,
    ) -> Result<Cow<'a, str>, ReadError> {
        let value = attribute
            .normalized_value_with(XmlVersion::Explicit1_0, 1, resolve_xml_entity)
            .map_err(|_| self.malformed())?;
        match first_forbidden(&value) {
            Some((_, character)) => Err(self.forbidden(character)),
            None => Ok(value),
        }
    }

    fn finish(self) -> Result<Document, ReadError> {
        if !self.message || !self.places.is_empty() {
            return Err(self.malformed());
        }
        if !self.request {
            return Err(ReadError::NotARequest);
        }
        Ok(self.document)
    }

    fn malformed(&self) -> ReadError {
        ReadError::Malformed { position: self.position }
    }

    fn forbidden(&self, character: char) -> ReadError {
        ReadError::ForbiddenCharacter { code_point: character.into(), position: self.position }
    }
}

/// The attributes that mean something somewhere.
#[derive(Default)]
struct Attributes {
    name: Option<String>,
    old_name: Option<String>,
    entity_type: Option<String>,
    soft_limit: Option<String>,
    hard_limit: Option<String>,
}

/// Pairs in the order their names first came, each with its last value. Found by hash, or a request full of fields
/// would cost the square of their number.
#[derive(Default)]
pub(super) struct Named {
    pub(super) pairs: Vec<(String, String)>,
    positions: HashMap<String, usize>,
}

impl Named {
    fn put(&mut self, name: String, value: String) {
        match self.positions.get(&name).and_then(|position| self.pairs.get_mut(*position)) {
            Some((_, known)) => *known = value,
            None => {
                self.positions.insert(name.clone(), self.pairs.len());
                self.pairs.push((name, value));
            }
        }
    }
}
