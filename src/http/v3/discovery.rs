//! What there is: documents generated from the catalogue.

use axum::{
    extract::{Path, Query, State},
    http::{HeaderMap, HeaderValue, StatusCode},
    response::Response,
};
use maltego::v3::{
    discovery::{
        Assets, CapabilityDocument, HubItem, HubProvider, Icon, Machine, Publisher, Status, Transform, TransformSet,
        Transforms, transform_sets,
    },
    negotiate::Need,
};
use serde::Deserialize;
use transforms::{Declaration, NAMESPACE};

use super::{CAPABILITIES, Speaker, document, refuse};
use crate::{
    http::Doors,
    install::{DESCRIPTION, PUBLISHER},
};

/// Announces the form of OAuth tokens this server would read.
const OAUTH_FORMATS: &str = "maltego-transform-supported-oauth-formats";

/// What a client may ask of a list.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Filter {
    /// Only transforms with all of these capabilities, separated by commas.
    capabilities: String,
}

pub(in crate::http) fn publisher() -> Publisher {
    Publisher {
        namespace: NAMESPACE.to_owned(),
        author: Some(PUBLISHER.author.to_owned()),
        owner: Some(PUBLISHER.owner.to_owned()),
        version: Some(PUBLISHER.version.to_owned()),
        // The dialect wants the address of a page here, and there is none.
        disclaimer: None,
    }
}

/// A transform that may cost something asks before it buys. It is listed as one that *may* ask and not as one that
/// *must*: a client without questions gets the price as a message and can allow it by a setting, so nothing is hidden
/// from it.
fn needs(_declaration: &Declaration) -> Vec<Need> {
    Vec::new()
}

fn definition(declaration: &Declaration) -> Transform {
    let mut transform = Transform::new(&declaration.definition, &publisher(), &needs(declaration));
    transform.metadata.insert("exposure".to_owned(), declaration.exposure.as_str().to_owned());
    transform.metadata.insert("price".to_owned(), declaration.price_class.as_str().to_owned());
    transform
}

pub(super) async fn status(State(doors): State<Doors>, headers: HeaderMap) -> Response {
    let count = doors.app.catalogue.declarations().count();
    let offered = offered(&doors);
    document::json(
        &headers,
        &Status {
            startup_time: doors.started,
            classic_transform_count: doors.app.catalogue.listings().len(),
            transform_count: count,
            entity_count: offered.entities.len(),
            entity_category_count: usize::from(!offered.entities.is_empty()),
            transform_set_count: offered.transform_sets.len(),
            icon_count: offered.icons.len(),
            machine_count: offered.machines.len(),
        },
    )
}

pub(super) async fn hub_item(State(doors): State<Doors>, headers: HeaderMap) -> Response {
    let owner = publisher().owner;
    document::json(
        &headers,
        &HubItem {
            id: NAMESPACE.to_owned(),
            display_name: doors.server_name.to_string(),
            description: Some(DESCRIPTION.to_owned()),
            icon_url: None,
            preview_image_url: None,
            provider: Some(HubProvider { name: owner, website: None, email: None, phone: None }),
        },
    )
}

pub(super) async fn capabilities(headers: HeaderMap) -> Response {
    document::json(&headers, &CapabilityDocument::new(CAPABILITIES))
}

pub(super) async fn transforms(
    State(doors): State<Doors>,
    Speaker(client): Speaker,
    Query(filter): Query<Filter>,
    headers: HeaderMap,
) -> Response {
    let wanted: Vec<&str> = filter.capabilities.split(',').map(str::trim).filter(|name| is_known(name)).collect();
    let transforms = doors
        .app
        .catalogue
        .declarations()
        .filter(|declaration| {
            let needs = needs(declaration);
            client.may_see(&needs) && wanted.iter().all(|name| needs.iter().any(|need| need_name(*need) == *name))
        })
        .map(definition)
        .collect();
    with_oauth_formats(document::json(&headers, &Transforms { transforms, oauth: Vec::new() }))
}

/// Unknown names in the filter are ignored.
fn is_known(name: &str) -> bool {
    [Need::Prompts, Need::InputConstraints, Need::CompositeEntities].into_iter().any(|need| need_name(need) == name)
        || name == "propertyTransform"
}

const fn need_name(need: Need) -> &'static str {
    match need {
        Need::Prompts => "interactive",
        Need::InputConstraints => "inputConstraints",
        Need::CompositeEntities => "compositeEntities",
    }
}

pub(super) async fn transform(State(doors): State<Doors>, Path(id): Path<String>, headers: HeaderMap) -> Response {
    match find(&doors, &id) {
        Some(declaration) => document::json(&headers, &definition(declaration)),
        None => unknown_transform(),
    }
}

/// A transform by its full name; in this dialect names are exact.
pub(super) fn find(doors: &Doors, id: &str) -> Option<&'static Declaration> {
    let name = id.strip_prefix(NAMESPACE)?.strip_prefix('.')?;
    doors.app.catalogue.declarations().find(|declaration| declaration.definition.name == name)
}

pub(super) fn unknown_transform() -> Response {
    refuse(StatusCode::NOT_FOUND, "There is no such transform on this server")
}

fn offered(doors: &Doors) -> Assets {
    let definitions = doors.app.catalogue.declarations().map(|declaration| &declaration.definition);
    Assets {
        // Own types go out as soon as a transform returns one, and none does: see `crate::install`.
        entities: Vec::new(),
        icons: icons_of(doors),
        machines: machines_of(doors),
        transform_sets: with_descriptions(transform_sets(definitions, &publisher()), doors),
        oauth_services: Vec::new(),
    }
}

fn machines_of(doors: &Doors) -> Vec<Machine> {
    let machines = doors.installer.machines(|name| publisher().full_name(name));
    machines.into_iter().map(|machine| Machine::new(machine.id, machine.script)).collect()
}

fn icons_of(doors: &Doors) -> Vec<Icon> {
    let icons = doors.installer.icons().unwrap_or_else(|error| {
        tracing::error!(%error, "icons cannot be drawn");
        &[]
    });
    icons
        .iter()
        .map(|icon| {
            let images = icon.images.iter().map(|(size, image)| (size.pixels(), image.as_slice()));
            Icon::png(&icon.name, &icon.category, images)
        })
        .collect()
}

fn with_descriptions(mut sets: Vec<TransformSet>, doors: &Doors) -> Vec<TransformSet> {
    for set in &mut sets {
        let described = doors.installer.data().sets.iter().find(|described| described.name == set.name);
        set.description = described.map(|described| described.description.clone());
    }
    sets
}

pub(super) async fn assets(State(doors): State<Doors>, headers: HeaderMap) -> Response {
    with_oauth_formats(document::json(&headers, &offered(&doors)))
}

pub(super) async fn entities(State(doors): State<Doors>, Speaker(client): Speaker, headers: HeaderMap) -> Response {
    let entities: Vec<_> =
        offered(&doors).entities.into_iter().map(|entity| entity.for_protocol(client.protocol)).collect();
    document::json(&headers, &entities)
}

pub(super) async fn icons(State(doors): State<Doors>, headers: HeaderMap) -> Response {
    document::json(&headers, &offered(&doors).icons)
}

pub(super) async fn machines(State(doors): State<Doors>, headers: HeaderMap) -> Response {
    document::json(&headers, &offered(&doors).machines)
}

pub(super) async fn sets(State(doors): State<Doors>, headers: HeaderMap) -> Response {
    document::json(&headers, &offered(&doors).transform_sets)
}

pub(super) async fn oauth(headers: HeaderMap) -> Response {
    with_oauth_formats(document::json(&headers, &[(); 0]))
}

fn with_oauth_formats(mut response: Response) -> Response {
    response.headers_mut().insert(OAUTH_FORMATS, HeaderValue::from_static("jwe"));
    response
}
