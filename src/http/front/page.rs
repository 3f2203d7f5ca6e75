//! What the pages say, before it is markup: everything about transforms comes from the catalogue.

use askama::Template;
use intel::Exposure;
use maltego::{EntityType, SettingDefinition};
use transforms::{Catalogue, Declaration, PriceClass};

use super::{
    links::{self, Access, Caution, Links},
    stylesheet,
};
use crate::app::App;

/// The page for somebody who may use the server.
#[derive(Template)]
#[template(path = "front.html", config = "web/askama.toml")]
pub(super) struct FrontPage<'a> {
    name: &'a str,
    version: &'static str,
    stylesheet: String,
    sources: &'a str,
    links: &'a Links,
    groups: Vec<Group>,
    settings: Vec<&'static SettingDefinition>,
}

/// The page for somebody without a token: what this is, and nothing of what it can do.
#[derive(Debug, Template)]
#[template(path = "locked.html", config = "web/askama.toml")]
pub(super) struct LockedPage<'a> {
    name: &'a str,
    version: &'static str,
    stylesheet: String,
    refused: bool,
}

/// The transforms of a set.
#[derive(Debug)]
struct Group {
    set: &'static str,
    rows: Vec<Row>,
}

/// A transform in words.
#[derive(Debug)]
struct Row {
    name: &'static str,
    display_name: &'static str,
    description: &'static str,
    inputs: String,
    outputs: String,
    settings: Vec<&'static str>,
    exposure: &'static str,
    price: &'static str,
}

impl<'a> FrontPage<'a> {
    pub(super) fn new(name: &'a str, app: &'a App, links: &'a Links, base: Option<&str>) -> Self {
        let catalogue = &app.catalogue;
        Self {
            name,
            version: env!("CARGO_PKG_VERSION"),
            stylesheet: stylesheet::address(&links::path_of(base)),
            sources: &app.sources,
            links,
            groups: groups(catalogue),
            settings: settings(catalogue),
        }
    }
}

impl<'a> LockedPage<'a> {
    pub(super) fn new(name: &'a str, base: Option<&str>, refused: bool) -> Self {
        let stylesheet = stylesheet::address(&links::path_of(base));
        Self { name, version: env!("CARGO_PKG_VERSION"), stylesheet, refused }
    }
}

/// The transforms by set, sets and transforms in the order of the catalogue.
fn groups(catalogue: &Catalogue) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for declaration in catalogue.declarations() {
        let set = declaration.definition.set;
        let row = row(declaration);
        match groups.iter_mut().find(|group| group.set == set) {
            Some(group) => group.rows.push(row),
            None => groups.push(Group { set, rows: vec![row] }),
        }
    }
    groups
}

fn row(declaration: &'static Declaration) -> Row {
    let definition = &declaration.definition;
    let in_words = |types: &[&'static EntityType]| -> String {
        types.iter().map(|entity_type| entity_type.display_name).collect::<Vec<_>>().join(", ")
    };
    Row {
        name: definition.name,
        display_name: definition.display_name,
        description: definition.description,
        inputs: in_words(definition.inputs),
        outputs: in_words(definition.outputs),
        settings: definition.settings.iter().map(|setting| setting.name).collect(),
        exposure: match declaration.exposure {
            Exposure::Local => "nobody",
            Exposure::ThirdParty => "a data vendor",
            Exposure::Infrastructure => "the target's name servers",
            Exposure::Touch => "the target's own host",
        },
        price: match declaration.price_class {
            PriceClass::Free => "nothing",
            PriceClass::Small => "a few credits",
            PriceClass::Large => "tens of credits",
        },
    }
}

/// Every setting once.
fn settings(catalogue: &Catalogue) -> Vec<&'static SettingDefinition> {
    let mut settings: Vec<&'static SettingDefinition> = Vec::new();
    for setting in catalogue.declarations().flat_map(|declaration| declaration.definition.settings) {
        if !settings.iter().any(|known| known.name == setting.name) {
            settings.push(setting);
        }
    }
    settings
}
