//! What a server offers: the seed message and the transform list.
//!
//! A client is given a *seed*, a URL whose answer names *transform applications*; asked with `?Command=_TRANSFORMS`, an
//! application lists its transforms and their settings. Both messages are rendered from the catalogue and hold nothing
//! of their own. How strictly clients insist on each attribute is not known, so all of them are always sent.

use std::collections::HashSet;

use super::markup::Markup;
use crate::{
    listing::{Listing, Publisher},
    setting::{SettingDefinition, SettingKind},
};

/// A place that lists and runs transforms.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Application<'a> {
    /// The server's name in the client; where it is blank the client makes one up.
    pub name: &'a str,
    /// An absolute URL. Without one there is no application, so it is left out.
    pub url: &'a str,
}

/// The seed message: which applications there are.
#[must_use]
pub fn write_seed(source: &str, applications: &[Application<'_>]) -> String {
    Markup::message(|message| {
        message.element("MaltegoTransformDiscoveryMessage", &[("source", source)], |discovery| {
            discovery.element("TransformApplications", &[], |list| {
                for application in applications.iter().filter(|application| !application.url.trim().is_empty()) {
                    let name = or(application.name, "Unknown");
                    let attributes = [("name", name), ("URL", application.url), ("requireAPIKey", "false")];
                    list.leaf("TransformApplication", &attributes, "");
                }
            });
            // Sources disagree about the name of its children; nobody needs them.
            discovery.leaf("OtherSeedServers", &[], "");
        });
    })
}

/// The transform list: what one application can run, with the settings a client shows.
///
/// Of a repeated name only the first listing is written: clients key by it. A client needs an author and a version, so a
/// blank author is written as `Unknown` and a blank version as `0`.
///
/// Every setting is optional to the client: a required one without a default would pop up at each run, and a transform
/// explains a missing setting better itself.
#[must_use]
pub fn write_transform_list(listings: &[Listing<'_>], publisher: &Publisher<'_>) -> String {
    let mut names = HashSet::new();
    Markup::message(|message| {
        message.element("MaltegoTransformListMessage", &[], |body| {
            body.element("Transforms", &[], |list| {
                for listing in listings {
                    if !listing.name.trim().is_empty() && names.insert(listing.name) {
                        write_transform(list, listing, publisher);
                    }
                }
            });
        });
    })
}

fn write_transform(list: &mut Markup, listing: &Listing<'_>, publisher: &Publisher<'_>) {
    let definition = listing.definition;
    let attributes = [
        ("TransformName", listing.name),
        ("UIDisplayName", or(definition.display_name, listing.name)),
        ("Description", definition.description),
        ("Version", or(publisher.version, "0")),
        ("Author", or(publisher.author, "Unknown")),
        ("Owner", publisher.owner),
        ("Disclaimer", publisher.disclaimer),
        ("LocationRelevance", "global"),
        ("MaxEntityInputCount", "0"),
        ("MaxEntityOutputCount", "0"),
    ];
    list.element("Transform", &attributes, |body| {
        body.element("UIInputRequirements", &[], |inputs| {
            definition.settings.iter().for_each(|setting| write_setting(inputs, setting));
        });
        body.element("OutputEntities", &[], |outputs| {
            definition.outputs.iter().for_each(|output| outputs.leaf("OutputEntity", &[], output.name));
        });
        body.leaf("InputEntity", &[], listing.input.name);
    });
}

fn write_setting(inputs: &mut Markup, setting: &SettingDefinition) {
    let name = if setting.global { format!("global#{}", setting.name) } else { setting.name.to_owned() };
    // The dialect knows no choice; the label names what may be typed.
    let kind = match setting.kind {
        SettingKind::Text | SettingKind::Choice => "string",
        SettingKind::Integer => "int",
        SettingKind::Boolean => "boolean",
    };
    let attributes = [
        ("Name", name.as_str()),
        ("Type", kind),
        ("Display", or(setting.display_name, setting.name)),
        ("DefaultValue", setting.default.unwrap_or_default()),
        ("Optional", "true"),
        ("Popup", if setting.popup { "true" } else { "false" }),
    ];
    inputs.leaf("Input", &attributes, "");
}

fn or<'a>(text: &'a str, otherwise: &'a str) -> &'a str {
    if text.trim().is_empty() { otherwise } else { text }
}
