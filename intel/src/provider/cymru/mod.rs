//! Team Cymru over DNS: which autonomous system announces an address, and what that system is called.
//!
//! The data of the routing system, asked for as TXT records:
//! `7.2.0.192.origin.asn.cymru.com` → `64500 | 192.0.2.0/24 | ZZ | arin | 2002-01-04`, and
//! `AS64500.asn.cymru.com` → `64500 | ZZ | arin | 2002-01-04 | EXAMPLE-AS - Example Org, ZZ`. Several answers are several
//! prefixes around the address, several numbers in one are several systems that announce it. That a name does not exist
//! means that nobody announces the address.
//!
//! What comes is who *announces* a prefix, not who holds it: the network has no owner here. The question is seen by the
//! configured resolvers and by Team Cymru; the target sees nothing.

use std::{net::IpAddr, sync::Arc};

use super::{Call, Conversation, Exposure, Heard, Inquiry, Offer, Provider, Rate, Step, Turn, dns::texts};
use crate::{
    answer::{Page, Total},
    credits::Credits,
    error::ProviderError,
    lookup::{Lookup, LookupKind, NetworkSubject},
    moment::Moment,
    observable::{AutonomousSystem, Netblock},
    record::{Network, NetworkContact, Record, Routing, SystemRegistration},
    upstream::{DnsQueryType, DnsRequest, Request},
};

/// The most systems whose names are asked for.
const MOST_SYSTEMS: usize = 8;

/// How Team Cymru is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CymruSettings {
    /// The zone below which the answers are: `asn.cymru.com`.
    pub zone: String,
    /// How many questions a second.
    pub rate: u32,
}

impl Default for CymruSettings {
    fn default() -> Self {
        Self { zone: "asn.cymru.com".to_owned(), rate: 20 }
    }
}

/// Asks Team Cymru.
#[derive(Debug)]
pub struct Cymru {
    settings: Arc<CymruSettings>,
}

impl Cymru {
    /// A provider with these settings.
    #[must_use]
    pub fn new(settings: CymruSettings) -> Self {
        Self { settings: Arc::new(settings) }
    }
}

/// What is asked about.
#[derive(Debug, Clone)]
enum Target {
    Address(IpAddr, Option<Netblock>),
    System(AutonomousSystem),
}

impl Target {
    fn of(lookup: &Lookup) -> Option<Self> {
        let Lookup::IpOwner { subject } = lookup else { return None };
        match subject {
            NetworkSubject::Address(address) => Some(Self::Address(*address, None)),
            NetworkSubject::Netblock(block) => Some(Self::Address(block.first(), Some(*block))),
            NetworkSubject::AutonomousSystem(system) => Some(Self::System(*system)),
            NetworkSubject::Organization(_) => None,
        }
    }
}

impl Provider for Cymru {
    fn name(&self) -> &'static str {
        "cymru"
    }

    fn source(&self) -> &str {
        "Team Cymru"
    }

    fn lookups(&self) -> &'static [LookupKind] {
        &[LookupKind::IpOwner]
    }

    fn offer(&self, lookup: &Lookup) -> Option<Offer> {
        Target::of(lookup).map(|_| Offer {
            endpoint: "origin",
            exposure: Exposure::ThirdParty,
            price: Credits::FREE,
            free_preview: false,
            rate: None,
        })
    }

    fn call(&self, lookup: &Lookup, step: &Step) -> Result<Call, ProviderError> {
        if *step != Step::Page(None) {
            return Ok(Call::Known(Page::default()));
        }
        let Some(target) = Target::of(lookup) else {
            let reason = "Team Cymru knows addresses and autonomous systems only".to_owned();
            return Err(ProviderError::InvalidInput { reason });
        };
        Ok(Call::Converse(Box::new(Talk { target, settings: Arc::clone(&self.settings), origins: None })))
    }
}

/// Asks for the prefixes of an address, and then for the names of their systems.
#[derive(Debug)]
struct Talk {
    target: Target,
    settings: Arc<CymruSettings>,
    /// The prefixes that were found.
    origins: Option<Vec<Origin>>,
}

impl Talk {
    fn inquiry(&self, name: String) -> Inquiry {
        Inquiry {
            request: Request::Dns(DnsRequest { name, record_type: DnsQueryType::Txt }),
            service: "resolver".into(),
            rate: Some(Rate::per_second(self.settings.rate.max(1))),
            one_at_a_time: false,
        }
    }

    fn about(&self, system: AutonomousSystem) -> Inquiry {
        self.inquiry(format!("as{}.{}", system.number(), self.settings.zone))
    }

    fn after_origins(&mut self, address: IpAddr, heard: &Heard) -> Result<Turn, ProviderError> {
        let mut origins: Vec<Origin> = texts(heard)?.iter().flat_map(|text| origins(text)).collect();
        origins.retain(|origin| origin.prefix.contains(address));
        // The smallest prefix first: it is the one by which packets go.
        origins.sort_by_key(|origin| {
            std::cmp::Reverse(origin.prefix.cidr().map(|prefix| prefix.prefix_len()).unwrap_or_default())
        });
        if origins.is_empty() {
            let note = format!("Nobody announces {address} to the Internet.");
            return Ok(Turn::Done(page(Vec::new(), vec![note])));
        }
        let mut systems: Vec<AutonomousSystem> = Vec::new();
        for origin in &origins {
            if !systems.contains(&origin.system) {
                systems.push(origin.system);
            }
        }
        systems.truncate(MOST_SYSTEMS);
        self.origins = Some(origins);
        Ok(Turn::Ask(systems.into_iter().map(|system| self.about(system)).collect()))
    }

    fn after_names(&self, origins: Vec<Origin>, heard: &[Heard]) -> Page {
        let known: Vec<SystemRegistration> = heard
            .iter()
            .filter_map(|heard| texts(heard).ok())
            .flat_map(|texts| texts.iter().filter_map(|text| system(text)).collect::<Vec<_>>())
            .collect();
        let records = origins
            .into_iter()
            .map(|Origin { system, prefix, country_code, registry, allocated }| {
                let named = known.iter().find(|known| known.system == system);
                let name = named.and_then(|named| named.name.clone());
                let routing = Routing { system, name, route: Some(prefix), url: None, kind: None };
                let network = Network {
                    country_code,
                    registry,
                    updated: allocated,
                    routing: Some(routing),
                    ..Network::of(prefix)
                };
                Record::Network(Box::new(network))
            })
            .collect();
        let notes = match &self.target {
            Target::Address(first, Some(block)) if block.first() != block.last() => {
                vec![format!("Who announces a network was asked for by its first address, {first}.")]
            }
            _ => Vec::new(),
        };
        page(records, notes)
    }
}

fn page(records: Vec<Record>, notes: Vec<String>) -> Page {
    Page { total: Some(Total::Exactly(records.len() as u64)), records, notes, ..Page::default() }
}

impl Conversation for Talk {
    fn go_on(&mut self, heard: Vec<Heard>) -> Result<Turn, ProviderError> {
        let Some(first) = heard.first() else {
            return Ok(Turn::Ask(vec![match &self.target {
                Target::Address(address, _) => self.inquiry(origin_name(*address, &self.settings.zone)),
                Target::System(system) => self.about(*system),
            }]));
        };
        if let Some(origins) = self.origins.take() {
            return Ok(Turn::Done(self.after_names(origins, &heard)));
        }
        match self.target {
            Target::Address(address, _) => self.after_origins(address, first),
            Target::System(asked) => {
                let found = texts(first)?.iter().filter_map(|text| system(text)).find(|found| found.system == asked);
                Ok(Turn::Done(page(
                    found.into_iter().map(|found| Record::System(Box::new(found))).collect(),
                    Vec::new(),
                )))
            }
        }
    }
}

/// The name under which the origin of an address is.
fn origin_name(address: IpAddr, zone: &str) -> String {
    match address {
        IpAddr::V4(address) => {
            let [a, b, c, d] = address.octets();
            format!("{d}.{c}.{b}.{a}.origin.{zone}")
        }
        IpAddr::V6(address) => {
            let digits = address.octets().into_iter().rev().map(|octet| format!("{:x}.{:x}.", octet & 0xf, octet >> 4));
            format!("{}origin6.{zone}", digits.collect::<String>())
        }
    }
}

/// A prefix and one system that announces it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Origin {
    system: AutonomousSystem,
    prefix: Netblock,
    country_code: Option<String>,
    registry: Option<String>,
    allocated: Option<Moment>,
}

fn origins(text: &str) -> Vec<Origin> {
    let fields: Vec<&str> = text.split('|').map(str::trim).collect();
    let field = |place: usize| fields.get(place).copied().filter(|text| !text.is_empty());
    let Some(prefix) = field(1).and_then(|text| Netblock::parse(text).ok()) else { return Vec::new() };
    let systems = field(0).unwrap_or_default().split_whitespace();
    systems
        .filter_map(|number| AutonomousSystem::parse(number).ok())
        .map(|system| Origin {
            system,
            prefix,
            country_code: field(2).and_then(country),
            registry: field(3).map(str::to_uppercase),
            allocated: field(4).and_then(|text| text.parse().ok()),
        })
        .collect()
}

/// `64500 | ZZ | arin | 2002-01-04 | EXAMPLE-AS - Example Org, ZZ`
fn system(text: &str) -> Option<SystemRegistration> {
    let fields: Vec<&str> = text.splitn(5, '|').map(str::trim).collect();
    let field = |place: usize| fields.get(place).copied().filter(|text| !text.is_empty());
    let system = AutonomousSystem::parse(field(0)?).ok()?;
    let called = field(4);
    // The country stands once more at the end.
    let called = called.map(|text| match text.rsplit_once(',') {
        Some((name, code)) if country(code.trim()).is_some() => name.trim(),
        _ => text,
    });
    let (name, organization) = match called.and_then(|text| text.split_once(" - ")) {
        Some((name, organization)) => (Some(name.trim()), Some(organization.trim())),
        None => (called, None),
    };
    let country_code = field(1).and_then(country);
    let organization = organization.filter(|name| !name.is_empty()).map(|name| NetworkContact {
        name: Some(name.to_owned()),
        country_code: country_code.clone(),
        ..NetworkContact::default()
    });
    Some(SystemRegistration {
        name: name.map(str::to_owned),
        country_code,
        registry: field(2).map(str::to_uppercase),
        registered: field(3).and_then(|text| text.parse().ok()),
        organization,
        ..SystemRegistration::of(system)
    })
}

fn country(text: &str) -> Option<String> {
    (text.len() == 2 && text.chars().all(|c| c.is_ascii_alphabetic())).then(|| text.to_ascii_uppercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_written_backwards() {
        assert_eq!(origin_name("192.0.2.7".parse().unwrap(), "asn.cymru.com"), "7.2.0.192.origin.asn.cymru.com");
        let v6 = origin_name("2001:db8::25".parse().unwrap(), "asn.cymru.com");
        assert!(v6.starts_with("5.2.0.0.") && v6.ends_with("8.b.d.0.1.0.0.2.origin6.asn.cymru.com"), "{v6}");
    }

    #[test]
    fn an_origin_has_one_or_several_systems() {
        let read = origins("64500 64501 | 192.0.2.0/24 | zz | arin | 2002-01-04");
        assert_eq!(read.iter().map(|origin| origin.system.number()).collect::<Vec<_>>(), [64500, 64501]);
        assert_eq!(read[0].country_code.as_deref(), Some("ZZ"));
        assert_eq!(read[0].registry.as_deref(), Some("ARIN"));
        let bare = origins("64500 | 2001:db8::/32 |  |  | ");
        assert_eq!((bare[0].country_code.as_deref(), bare[0].allocated), (None, None));
        for text in ["", "|", "64500", "x | y | z", "64500 | nonsense"] {
            assert_eq!(origins(text), [], "{text}");
        }
    }

    #[test]
    fn a_system_has_a_name_and_perhaps_an_organisation() {
        let read = system("64500 | ZZ | arin | 2002-01-04 | EXAMPLE-AS - Example Org, Inc., ZZ").unwrap();
        assert_eq!(read.name.as_deref(), Some("EXAMPLE-AS"));
        assert_eq!(read.organization.unwrap().name.as_deref(), Some("Example Org, Inc."));
        let read = system("64500 | ZZ | arin | 2002-01-04 | EXAMPLENET, ZZ").unwrap();
        assert_eq!((read.name.as_deref(), read.organization), (Some("EXAMPLENET"), None));
        let read = system("64500 | | | |").unwrap();
        assert_eq!((read.name, read.country_code), (None, None));
        assert_eq!(system("no number"), None);
    }
}
