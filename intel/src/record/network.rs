//! Networks: who holds addresses, who routes them, where they are.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use crate::{
    moment::Moment,
    observable::{AutonomousSystem, HostName, Netblock},
};

/// A network as a registry holds it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Network {
    /// Its addresses.
    pub block: Netblock,
    /// The name that the registry gave it, for example `EXAMPLE-NET`.
    pub name: Option<String>,
    /// The registry's key for it.
    pub handle: Option<String>,
    /// Free text about it, line by line.
    pub descriptions: Vec<String>,
    /// The two-letter country code (ISO 3166-1), upper case.
    pub country_code: Option<String>,
    /// The city.
    pub city: Option<String>,
    /// When the entry last changed.
    pub updated: Option<Moment>,
    /// Who announces it.
    pub routing: Option<Routing>,
    /// Who holds it.
    pub organization: Option<NetworkContact>,
    /// Who takes complaints.
    pub abuse: Vec<NetworkContact>,
    /// The administrative contacts.
    pub administrative: Vec<NetworkContact>,
    /// The technical contacts.
    pub technical: Vec<NetworkContact>,
    /// Who may change the entry, by the registry's key.
    pub maintainers: Vec<String>,
    /// The regional registry, for example `ARIN`.
    pub registry: Option<String>,
}

impl Network {
    /// A network of which nothing but its addresses is known.
    #[must_use]
    pub const fn of(block: Netblock) -> Self {
        Self {
            block,
            name: None,
            handle: None,
            descriptions: Vec::new(),
            country_code: None,
            city: None,
            updated: None,
            routing: None,
            organization: None,
            abuse: Vec::new(),
            administrative: Vec::new(),
            technical: Vec::new(),
            maintainers: Vec::new(),
            registry: None,
        }
    }
}

/// A person, role or organisation in a network registry.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct NetworkContact {
    /// The registry's key, for example `ORG-EX1`.
    pub handle: Option<String>,
    /// The name of the person or organisation.
    pub name: Option<String>,
    /// The role, where it is one rather than a person.
    pub role: Option<String>,
    /// Mailboxes.
    pub emails: Vec<String>,
    /// The phone number as the source wrote it.
    pub phone: Option<String>,
    /// The postal address, line by line.
    pub address: Vec<String>,
    /// The city.
    pub city: Option<String>,
    /// The postal code.
    pub postal_code: Option<String>,
    /// The two-letter country code (ISO 3166-1), upper case.
    pub country_code: Option<String>,
}

/// An autonomous system as a registry holds it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SystemRegistration {
    /// The system.
    pub system: AutonomousSystem,
    /// The name that the registry gave it, for example `EXAMPLE-AS`.
    pub name: Option<String>,
    /// Free text about it, line by line.
    pub descriptions: Vec<String>,
    /// The two-letter country code (ISO 3166-1), upper case.
    pub country_code: Option<String>,
    /// When its number was given out.
    pub registered: Option<Moment>,
    /// When the entry last changed.
    pub updated: Option<Moment>,
    /// Who holds it.
    pub organization: Option<NetworkContact>,
    /// Who takes complaints.
    pub abuse: Vec<NetworkContact>,
    /// The administrative contacts.
    pub administrative: Vec<NetworkContact>,
    /// The technical contacts.
    pub technical: Vec<NetworkContact>,
    /// The regional registry, for example `ARIN`.
    pub registry: Option<String>,
}

impl SystemRegistration {
    /// A system of which nothing but its number is known.
    #[must_use]
    pub const fn of(system: AutonomousSystem) -> Self {
        Self {
            system,
            name: None,
            descriptions: Vec::new(),
            country_code: None,
            registered: None,
            updated: None,
            organization: None,
            abuse: Vec::new(),
            administrative: Vec::new(),
            technical: Vec::new(),
            registry: None,
        }
    }
}

/// Who announces a network to the rest of the Internet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Routing {
    /// The autonomous system.
    pub system: AutonomousSystem,
    /// Its name, for example `EXAMPLE-AS`.
    pub name: Option<String>,
    /// The announced prefix.
    pub route: Option<Netblock>,
    /// The web site of whoever runs it.
    pub url: Option<String>,
    /// What kind of network it is, in the source's words (`Content`, `Cable/DSL/ISP`).
    pub kind: Option<String>,
}

/// Where an address is and who provides it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct IpLocation {
    /// The address.
    pub address: IpAddr,
    /// The two-letter country code (ISO 3166-1), upper case.
    pub country_code: Option<String>,
    /// The region or state.
    pub region: Option<String>,
    /// The city.
    pub city: Option<String>,
    /// The postal code.
    pub postal_code: Option<String>,
    /// Degrees north.
    pub latitude: Option<f64>,
    /// Degrees east.
    pub longitude: Option<f64>,
    /// The time zone as the source wrote it.
    pub time_zone: Option<String>,
    /// Who announces the address.
    pub routing: Option<Routing>,
    /// The provider of the connection.
    pub provider: Option<String>,
    /// The kind of connection, in the source's words.
    pub connection: Option<String>,
    /// A few names that point to the address.
    pub names: Vec<HostName>,
}
