//! The graph of a request: entities with their properties, links, and who is a part of whom.

use std::collections::{HashMap, HashSet};

use serde_json::Value;

use super::{
    Bounds, GraphError, InputLink, RequestError, RunRequest, bounded,
    reader::{Members, Place, Reader, lenient_integer, optional, text_of},
    within,
};
use crate::{
    entity_types,
    input::{Input, InputProperty},
    v3::problem::ProblemKind,
};

/// What one entity refers to.
pub(super) struct Reference {
    /// The entity that refers.
    owner: String,
    /// The ids it names, or `None` where a property of type `ENTITY` holds no ids.
    parts: Option<Vec<String>>,
}

/// Reads the entities into the request's inputs; [`resolve`] later takes the parts out again.
pub(super) fn read_entities(
    reader: &mut Reader,
    graph: &Members,
    place: &Place<'_>,
    bounds: &Bounds,
    request: &mut RunRequest,
) -> Result<Vec<Reference>, RequestError> {
    let mut references = Vec::new();
    let Some((place, list)) = reader.required(graph, place, &["entities"]) else { return Ok(references) };
    let Some(list) = reader.list(list, &place) else { return Ok(references) };
    within(list.len(), bounds.entities, "entities")?;
    for (index, entity) in list.iter().enumerate() {
        let place = place.item(index);
        let Some(entity) = reader.object(entity, &place) else { continue };
        let id = reader.required_text(entity, &place, &["id"]).map(|id| bounded(id, bounds)).transpose()?;
        let input = read_entity(reader, entity, &place, bounds, &mut references, id.as_deref())?;
        if let Some(id) = id {
            request.inputs.push((id, input));
        }
    }
    Ok(references)
}

fn read_entity(
    reader: &mut Reader,
    entity: &Members,
    place: &Place<'_>,
    bounds: &Bounds,
    references: &mut Vec<Reference>,
    id: Option<&str>,
) -> Result<Input, RequestError> {
    let text = |text: Option<&str>| text.map(|text| bounded(text, bounds)).transpose();
    let mut input = Input {
        type_name: text(reader.optional_text(entity, place, &["type"]))?.unwrap_or_default(),
        weight: entity.get("weight").and_then(lenient_integer).unwrap_or_default(),
        ..Input::default()
    };
    let value_reference = reader.optional_text(entity, place, &["valueRef", "value_ref"]);
    if let Some((place, bases)) = optional(entity, place, &["baseEntities", "base_entities"])
        && let Some(bases) = reader.list(bases, &place)
    {
        within(bases.len(), bounds.properties, "base types of one entity")?;
        for (index, base) in bases.iter().enumerate() {
            input.base_types.extend(text(reader.text(base, &place.item(index)))?);
        }
    }
    if let Some((place, bookmark)) = optional(entity, place, &["bookmark"])
        && !lenient_integer(bookmark).is_some_and(|number| (-1..=4).contains(&number))
    {
        reader.problem(&place, ProblemKind::Enum, "This should be a whole number from -1 to 4");
    }
    input.properties = read_properties(reader, entity, place, bounds, |value| {
        if let Some(owner) = id {
            references.push(Reference { owner: owner.to_owned(), parts: ids(value) });
        }
    })?;
    input.value = value_of(&input, value_reference).to_owned();
    Ok(input)
}

/// Reads properties in the order they came, the last one of each name. References are also handed to the caller.
fn read_properties(
    reader: &mut Reader,
    owner: &Members,
    place: &Place<'_>,
    bounds: &Bounds,
    mut refers: impl FnMut(&Value),
) -> Result<Vec<InputProperty>, RequestError> {
    let mut properties: Vec<InputProperty> = Vec::new();
    let Some((place, list)) = optional(owner, place, &["properties"]) else { return Ok(properties) };
    let Some(list) = reader.list(list, &place) else { return Ok(properties) };
    within(list.len(), bounds.properties, "properties of one entity or link")?;
    let mut positions = HashMap::new();
    for (index, property) in list.iter().enumerate() {
        let place = place.item(index);
        let Some(property) = reader.object(property, &place) else { continue };
        let name = reader.required_text(property, &place, &["name"]);
        let kind = reader.required_text(property, &place, &["type"]);
        let (Some(name), Some(value)) = (name, property.get("value")) else { continue };
        let Some(text) = text_of(value) else { continue };
        if kind.is_some_and(|kind| kind.eq_ignore_ascii_case("ENTITY")) {
            refers(value);
        }
        let (name, value) = (bounded(name, bounds)?, bounded(&text, bounds)?);
        let position = *positions.entry(name.clone()).or_insert(properties.len());
        match properties.get_mut(position) {
            Some(known) => known.value = value,
            None => properties.push(InputProperty { name, value }),
        }
    }
    Ok(properties)
}

/// The ids that a property of type `ENTITY` holds.
fn ids(value: &Value) -> Option<Vec<String>> {
    match value {
        Value::String(id) => Some(vec![id.clone()]),
        Value::Array(members) => members.iter().map(|member| member.as_str().map(str::to_owned)).collect(),
        _ => None,
    }
}

/// The text that the node shows. The client names the property; where it does not, the type knows it. A type that
/// nobody knows may inherit from one that is known, and otherwise its first property is the best guess there is.
fn value_of<'a>(input: &'a Input, value_reference: Option<&str>) -> &'a str {
    if let Some(name) = value_reference {
        return input.property(name).unwrap_or_default();
    }
    if let Some(known) = entity_types::by_name(&input.type_name) {
        return input.property(known.value_property).unwrap_or_default();
    }
    input
        .base_types
        .iter()
        .filter_map(|base| entity_types::by_name(base))
        .find_map(|base| input.property(base.value_property))
        .or_else(|| input.properties.first().map(|property| property.value.as_str()))
        .unwrap_or_default()
}

/// Reads the links.
pub(super) fn read_links(
    reader: &mut Reader,
    graph: &Members,
    place: &Place<'_>,
    bounds: &Bounds,
    request: &mut RunRequest,
) -> Result<(), RequestError> {
    let Some((place, list)) = reader.required(graph, place, &["links"]) else { return Ok(()) };
    let Some(list) = reader.list(list, &place) else { return Ok(()) };
    within(list.len(), bounds.links, "links")?;
    let text = |text: Option<&str>| text.map(|text| bounded(text, bounds)).transpose();
    for (index, link) in list.iter().enumerate() {
        let place = place.item(index);
        let Some(link) = reader.object(link, &place) else { continue };
        let id = text(reader.required_text(link, &place, &["id"]))?;
        let source = text(reader.optional_text(link, &place, &["sourceId", "source_id"]))?;
        let target = text(reader.optional_text(link, &place, &["targetId", "target_id"]))?;
        let properties = read_properties(reader, link, &place, bounds, |_| {})?;
        if let Some(id) = id {
            request.links.push(InputLink { id, source, target, properties });
        }
    }
    Ok(())
}

/// Checks that ids are unique and lead somewhere, and leaves only entities that are no part of another one.
pub(super) fn resolve(mut request: RunRequest, references: &[Reference]) -> Result<RunRequest, GraphError> {
    let mut known = HashSet::with_capacity(request.inputs.len());
    if !request.inputs.iter().all(|(id, _)| known.insert(id.as_str())) {
        return Err(GraphError::DuplicateId);
    }
    let ends = request.links.iter().flat_map(|link| [&link.source, &link.target]).flatten();
    if ends.into_iter().any(|end| !known.contains(end.as_str())) {
        return Err(GraphError::UnknownLinkEnd);
    }

    let mut parts_of: HashMap<&str, Vec<&str>> = HashMap::new();
    let mut parts = HashSet::new();
    for reference in references {
        for part in reference.parts.as_ref().ok_or(GraphError::ReferenceWithoutId)? {
            if !known.contains(part.as_str()) {
                return Err(GraphError::UnknownReference);
            }
            parts_of.entry(reference.owner.as_str()).or_default().push(part);
            parts.insert(part.as_str());
        }
    }
    if is_circular(&parts_of) {
        return Err(GraphError::CircularReference);
    }
    request.inputs.retain(|(id, _)| !parts.contains(id.as_str()));
    Ok(request)
}

/// Whether somebody is, at any depth, a part of itself. Takes away whoever is a part of nobody left until nobody is
/// left or nobody can be taken, without recursion: the depth is the client's choice.
fn is_circular(parts_of: &HashMap<&str, Vec<&str>>) -> bool {
    let mut owners_of: HashMap<&str, usize> = HashMap::new();
    for part in parts_of.values().flatten() {
        *owners_of.entry(part).or_default() += 1;
    }
    let mut free: Vec<&str> = parts_of.keys().copied().filter(|owner| !owners_of.contains_key(owner)).collect();
    let mut left = owners_of.len();
    while let Some(owner) = free.pop() {
        for part in parts_of.get(owner).into_iter().flatten() {
            if let Some(owners) = owners_of.get_mut(part) {
                *owners = owners.saturating_sub(1);
                if *owners == 0 {
                    left = left.saturating_sub(1);
                    free.push(part);
                }
            }
        }
    }
    left > 0
}
