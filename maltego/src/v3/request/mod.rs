//! A run request: part of a graph, the settings, and where it came from.
//!
//! Reading is lenient wherever two readers could agree on what was meant. Both spellings of a member's name count,
//! members that nobody here uses are ignored whatever they hold, numbers may be text, null is the same as nothing, and
//! a property's value may be any JSON. It is strict only where guessing would answer another question than the one
//! that was asked: an entity without an id, two with the same one, a link or a reference into nowhere.
//!
//! What is wrong with the *form* is a [`Malformed`] with every place that is wrong; what is wrong with the *graph* is
//! one sentence; what is too much says which bound it exceeds. None of them repeats what was sent.
//!
//! An entity that another one refers to by a property of type `ENTITY` is a part of that one, not a thing that was
//! selected, and therefore no input.

mod graph;
mod matching;
pub(in crate::v3) mod reader;

use std::fmt;

use serde_json::Value;
use thiserror::Error;

use self::reader::{Place, Reader, optional, text_of};
use super::problem::{Malformed, ProblemKind, Refusal};
use crate::input::{Input, InputProperty};

pub use matching::matching_inputs;

/// What one request may hold at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// Entities, children included.
    pub entities: usize,
    /// Links.
    pub links: usize,
    /// Properties of one entity or link.
    pub properties: usize,
    /// Settings.
    pub settings: usize,
    /// One text (a name, an id, a value), in bytes of UTF-8.
    pub text: usize,
}

impl Default for Bounds {
    /// A selection larger than any that a user makes by hand, and values larger than any that fit on a screen.
    fn default() -> Self {
        Self { entities: 10_000, links: 50_000, properties: 1_000, settings: 200, text: 1 << 20 }
    }
}

/// A run request.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct RunRequest {
    /// The selected entities by their ids, in the order they came. Links of results start at these ids.
    pub inputs: Vec<(String, Input)>,
    /// The links between the entities of the request.
    pub links: Vec<InputLink>,
    /// Settings by wire name, for [`Settings::from_wire`](crate::Settings::from_wire). Null settings were not sent.
    pub settings: Vec<(String, String)>,
    /// How many results the user asked for; `None` where the client left it to the server.
    pub limit: Option<usize>,
    /// What started the run.
    pub context: RunContext,
}

/// Settings may carry keys and tokens, so only their names are printed.
impl fmt::Debug for RunRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.settings.iter().map(|(name, _)| name.as_str()).collect();
        f.debug_struct("RunRequest")
            .field("inputs", &self.inputs)
            .field("links", &self.links)
            .field("settings", &names)
            .field("limit", &self.limit)
            .field("context", &self.context)
            .finish()
    }
}

/// A link between two entities of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InputLink {
    /// Its id.
    pub id: String,
    /// The entity at its start, where the client says it.
    pub source: Option<String>,
    /// The entity at its end, where the client says it.
    pub target: Option<String>,
    /// Its properties as text, the last one of each name.
    pub properties: Vec<InputProperty>,
}

/// What started a run.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RunContext {
    /// The graph.
    pub graph_id: Option<String>,
    /// The kind of trigger.
    pub source: Option<RunSource>,
    /// The name of the set or machine.
    pub source_name: Option<String>,
}

/// The kind of thing that started a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RunSource {
    /// All transforms of a set.
    Set,
    /// A machine.
    Machine,
    /// The user, by the context menu.
    Direct,
}

/// Why a request cannot be run.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum RequestError {
    /// It does not have the form of a request: status 422.
    #[error(transparent)]
    Malformed(#[from] Malformed),
    /// It has the form, and its graph makes no sense: status 400.
    #[error(transparent)]
    Graph(#[from] GraphError),
    /// It holds more than the bounds allow: status 413.
    #[error("The request holds too much: at most {most} {what} are allowed")]
    TooLarge {
        /// What there is too much of.
        what: &'static str,
        /// The bound.
        most: usize,
    },
}

impl RequestError {
    /// The HTTP status.
    #[must_use]
    pub const fn status(&self) -> u16 {
        match self {
            Self::Malformed(_) => 422,
            Self::Graph(_) => 400,
            Self::TooLarge { .. } => 413,
        }
    }
}

/// The error body: a list of problems or one sentence.
impl serde::Serialize for RequestError {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Malformed(malformed) => malformed.serialize(serializer),
            other => Refusal::new(other.to_string()).serialize(serializer),
        }
    }
}

/// What is wrong with the graph of a request. Ids are client data and are not repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum GraphError {
    /// Two entities have the same id.
    #[error("Two entities of the request have the same id")]
    DuplicateId,
    /// A link starts or ends at an entity that was not sent.
    #[error("A link of the request leads to an entity that was not sent")]
    UnknownLinkEnd,
    /// A property refers to an entity that was not sent.
    #[error("A property of the request refers to an entity that was not sent")]
    UnknownReference,
    /// A property that should refer to entities holds something else than ids.
    #[error("A property of type ENTITY should hold the id of an entity or a list of ids")]
    ReferenceWithoutId,
    /// An entity is a part of itself.
    #[error("An entity of the request is a part of itself")]
    CircularReference,
    /// [`matching_inputs`] is empty.
    #[error("None of the selected entities is of a type that this transform takes")]
    NothingMatches,
}

impl RunRequest {
    /// Reads the body of a run request.
    ///
    /// # Errors
    /// When the body is not a request, its graph makes no sense, or it exceeds the bounds.
    pub fn read(body: &[u8], bounds: &Bounds) -> Result<Self, RequestError> {
        let mut reader = Reader::default();
        let parsed = reader.parse(body);
        let request = match &parsed {
            Some(json) => read_request(&mut reader, json, bounds)?,
            None => None,
        };
        let (request, references) = reader.finish(request)?;
        graph::resolve(request, &references).map_err(RequestError::from)
    }
}

/// A request before its references are resolved: entity ids and the ids that they refer to.
type Unresolved = (RunRequest, Vec<graph::Reference>);

fn read_request(reader: &mut Reader, json: &Value, bounds: &Bounds) -> Result<Option<Unresolved>, RequestError> {
    let body = Place::body();
    let Some(members) = reader.object(json, &body) else { return Ok(None) };

    let mut request = RunRequest::default();
    let mut references = Vec::new();
    if let Some((place, input)) = reader.required(members, &body, &["input"])
        && let Some(input) = reader.object(input, &place)
    {
        // The statistics protect nothing, so that they exist is all that is asked of them.
        if let Some((place, metadata)) = reader.required(input, &place, &["metadata"])
            && let Some(metadata) = reader.object(metadata, &place)
            && let Some((place, counts)) =
                reader.required(metadata, &place, &["entities_types_stat", "entitiesTypesStat"])
        {
            reader.object(counts, &place);
        }
        if let Some((place, graph)) = reader.required(input, &place, &["graph"])
            && let Some(graph) = reader.object(graph, &place)
        {
            references = graph::read_entities(reader, graph, &place, bounds, &mut request)?;
            graph::read_links(reader, graph, &place, bounds, &mut request)?;
        }
    }
    request.limit = optional(members, &body, &["limit"])
        .and_then(|(place, limit)| reader.integer(limit, &place))
        .and_then(|limit| usize::try_from(limit).ok())
        .filter(|limit| *limit > 0);
    request.settings = read_settings(reader, members, &body, bounds)?;
    request.context = read_context(reader, members, &body);
    Ok(Some((request, references)))
}

fn read_settings(
    reader: &mut Reader,
    members: &reader::Members,
    body: &Place<'_>,
    bounds: &Bounds,
) -> Result<Vec<(String, String)>, RequestError> {
    const NAMES: [&str; 3] = ["transformSettings", "transform_settings", "transformsettings"];
    let mut settings = Vec::new();
    let Some((place, list)) = reader.required(members, body, &NAMES) else { return Ok(settings) };
    let Some(list) = reader.list(list, &place) else { return Ok(settings) };
    within(list.len(), bounds.settings, "settings")?;
    for (index, setting) in list.iter().enumerate() {
        let place = place.item(index);
        let Some(setting) = reader.object(setting, &place) else { continue };
        let name = reader.required_text(setting, &place, &["name"]);
        let Some(value) = setting.get("value") else {
            reader.problem(&place.member("value"), ProblemKind::Missing, "This member is required");
            continue;
        };
        if let (Some(name), Some(value)) = (name, text_of(value)) {
            settings.push((bounded(name, bounds)?, bounded(&value, bounds)?));
        }
    }
    Ok(settings)
}

fn read_context(reader: &mut Reader, members: &reader::Members, body: &Place<'_>) -> RunContext {
    const NAMES: [&str; 3] =
        ["transformRunExecutionContext", "transformrunexecutioncontext", "transform_run_execution_context"];
    let Some((place, context)) = optional(members, body, &NAMES) else { return RunContext::default() };
    let Some(context) = reader.object(context, &place) else { return RunContext::default() };
    let source = optional(context, &place, &["runSource", "run_source"]).and_then(|(place, source)| {
        let source = match reader.text(source, &place)? {
            "SET" => RunSource::Set,
            "MACHINE" => RunSource::Machine,
            "DIRECT" => RunSource::Direct,
            _ => {
                reader.problem(&place, ProblemKind::LiteralError, "This should be SET, MACHINE or DIRECT");
                return None;
            }
        };
        Some(source)
    });
    RunContext {
        graph_id: reader.optional_text(context, &place, &["graphId", "graph_id"]).map(str::to_owned),
        source,
        source_name: reader.optional_text(context, &place, &["sourceName", "source_name"]).map(str::to_owned),
    }
}

/// A number within its bound.
fn within(count: usize, most: usize, what: &'static str) -> Result<(), RequestError> {
    if count > most { Err(RequestError::TooLarge { what, most }) } else { Ok(()) }
}

/// A text within its bound.
fn bounded(text: &str, bounds: &Bounds) -> Result<String, RequestError> {
    within(text.len(), bounds.text, "bytes in one text")?;
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests;
