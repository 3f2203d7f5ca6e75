//! Which of the selected entities a transform can take.
//!
//! A client offers a transform by its own knowledge of types and sends the whole selection. Types that this server
//! knows are decided here: an unrelated one is left out whatever its `baseEntities` claim. Types it does not know are
//! mostly a user's own, made from a standard one, and their parents may be missing from the request; refusing those
//! would break runs that are perfectly good. So they are taken by their claimed parents, and failing that by the
//! property that the transform needs. In the latter case that property, not whatever the node shows, is the value.

use std::borrow::Cow;

use super::RunRequest;
use crate::{
    entity_types::{self, EntityType},
    input::Input,
    transform::TransformDefinition,
};

/// The type name that stands for all types.
const ANY: &str = "maltego.Unknown";

/// The inputs that the transform takes, with their ids, in the order they came. An empty list is
/// [`GraphError::NothingMatches`](super::GraphError::NothingMatches).
#[must_use]
pub fn matching_inputs<'a>(
    request: &'a RunRequest,
    definition: &TransformDefinition,
) -> Vec<(&'a str, Cow<'a, Input>)> {
    request.inputs.iter().filter_map(|(id, input)| Some((id.as_str(), fit(input, definition.inputs)?))).collect()
}

fn fit<'a>(input: &'a Input, accepted: &[&EntityType]) -> Option<Cow<'a, Input>> {
    let by_type = accepted
        .iter()
        .any(|accepted| accepted.name == ANY || accepted.name == input.type_name || input.is_a(accepted));
    if by_type {
        return Some(Cow::Borrowed(input));
    }
    if entity_types::by_name(&input.type_name).is_some() {
        return None;
    }
    let value = accepted
        .iter()
        .find_map(|accepted| input.property(accepted.value_property).filter(|value| !value.trim().is_empty()))?;
    Some(Cow::Owned(Input { value: value.to_owned(), ..input.clone() }))
}
