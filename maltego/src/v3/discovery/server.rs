//! Documents about the server itself.

use jiff::Timestamp;
use serde::{Serialize, Serializer};

use crate::v3::negotiate::{Capability, ProtocolVersion};

/// The document behind the address that a user pastes into a client.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Seed {
    /// The applications; clients expect one.
    #[serde(rename = "TransformApplications")]
    pub applications: Vec<Application>,
}

/// An application in a [`Seed`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Application {
    /// The name that users see.
    pub name: String,
    /// Whether the client should send its licence key. This is no access control.
    #[serde(rename = "requireAPIKey")]
    pub require_api_key: bool,
    /// The base for classic clients.
    #[serde(rename = "URL")]
    pub classic_url: String,
    /// The base for everything in this dialect, as the client reaches it, without a slash at its end.
    #[serde(rename = "V3URL")]
    pub base_url: String,
    /// The application's version.
    pub version: String,
    /// A page that the user must acknowledge; its null is written.
    pub disclaimer: Option<String>,
}

/// The answer to a health check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Health {
    /// `ok`.
    pub status: &'static str,
}

impl Default for Health {
    fn default() -> Self {
        Self { status: "ok" }
    }
}

/// What there is, in numbers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Status {
    /// When the server started; sent as seconds since 1970, with microseconds.
    #[serde(serialize_with = "serialise_seconds")]
    pub startup_time: Timestamp,
    /// Transforms in the classic dialect.
    #[serde(rename = "v2TransformCount")]
    pub classic_transform_count: usize,
    /// Transforms in this dialect.
    #[serde(rename = "v3TransformCount")]
    pub transform_count: usize,
    /// Entity types.
    pub entity_count: usize,
    /// Categories of entity types.
    pub entity_category_count: usize,
    /// Transform sets.
    pub transform_set_count: usize,
    /// Icons.
    pub icon_count: usize,
    /// Machines.
    pub machine_count: usize,
}

fn serialise_seconds<S: Serializer>(at: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
    // 53 bits of a float hold microseconds far beyond the year 2200.
    serializer.serialize_f64(at.as_microsecond() as f64 / 1e6)
}

/// The server as a hub shows it. Every null is written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct HubItem {
    /// The namespace.
    pub id: String,
    /// The title.
    pub display_name: String,
    /// A text below the title.
    pub description: Option<String>,
    /// A picture. Clients fetch it.
    pub icon_url: Option<String>,
    /// A larger picture. Clients fetch it.
    pub preview_image_url: Option<String>,
    /// Who runs the server.
    pub provider: Option<HubProvider>,
}

/// Who runs the server. Every null is written.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct HubProvider {
    /// The name.
    pub name: Option<String>,
    /// The web site.
    pub website: Option<String>,
    /// The mail address.
    pub email: Option<String>,
    /// The telephone number.
    pub phone: Option<String>,
}

/// What the server can do beyond the base protocol. The one document in snake case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CapabilityDocument {
    /// The newest protocol version.
    pub protocol: ProtocolVersion,
    /// The capabilities.
    pub supported_capabilities: Vec<CapabilityEntry>,
}

/// A capability in a [`CapabilityDocument`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CapabilityEntry {
    /// The wire name.
    pub name: &'static str,
    /// What it means.
    pub description: &'static str,
}

impl CapabilityDocument {
    /// The document of a server that can do these.
    #[must_use]
    pub fn new(capabilities: &[Capability]) -> Self {
        let entry = |capability: &Capability| CapabilityEntry {
            name: capability.name(),
            description: capability.description(),
        };
        Self { protocol: ProtocolVersion::default(), supported_capabilities: capabilities.iter().map(entry).collect() }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{json, to_value};

    use super::*;

    #[test]
    fn the_seed_has_its_odd_spellings_and_a_null() {
        let seed = Seed {
            applications: vec![Application {
                name: "Names".to_owned(),
                require_api_key: false,
                classic_url: "https://transforms.example/run".to_owned(),
                base_url: "https://transforms.example".to_owned(),
                version: "1.2.3".to_owned(),
                disclaimer: None,
            }],
        };
        assert_eq!(
            to_value(seed).unwrap(),
            json!({"TransformApplications": [{
                "name": "Names", "requireAPIKey": false, "URL": "https://transforms.example/run",
                "V3URL": "https://transforms.example", "version": "1.2.3", "disclaimer": null
            }]})
        );
    }

    #[test]
    fn the_hub_item_writes_every_null() {
        let item = HubItem {
            id: "names".to_owned(),
            display_name: "Names".to_owned(),
            description: None,
            icon_url: None,
            preview_image_url: None,
            provider: Some(HubProvider { name: Some("Example Ltd".to_owned()), ..HubProvider::default() }),
        };
        assert_eq!(
            to_value(item).unwrap(),
            json!({
                "id": "names", "displayName": "Names", "description": null, "iconUrl": null, "previewImageUrl": null,
                "provider": {"name": "Example Ltd", "website": null, "email": null, "phone": null}
            })
        );
    }

    #[test]
    fn status_health_and_capabilities_have_their_members() {
        let status = Status {
            startup_time: "2026-11-21T04:05:01.719436Z".parse().unwrap(),
            classic_transform_count: 1,
            transform_count: 2,
            entity_count: 3,
            entity_category_count: 4,
            transform_set_count: 5,
            icon_count: 6,
            machine_count: 7,
        };
        assert_eq!(
            to_value(status).unwrap(),
            json!({
                "startupTime": 1795233901.719436, "v2TransformCount": 1, "v3TransformCount": 2, "entityCount": 3,
                "entityCategoryCount": 4, "transformSetCount": 5, "iconCount": 6, "machineCount": 7
            })
        );
        assert_eq!(to_value(Health::default()).unwrap(), json!({"status": "ok"}));
        let capabilities = to_value(CapabilityDocument::new(&[Capability::PromptBase])).unwrap();
        assert_eq!(capabilities["protocol"], json!("3.3"));
        assert_eq!(capabilities["supported_capabilities"][0]["name"], json!("promptBase"));
    }
}
