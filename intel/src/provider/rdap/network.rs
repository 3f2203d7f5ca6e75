//! Networks, autonomous systems, name servers and contacts (RFC 9083 §5.1, §5.2, §5.4, §5.5).
//!
//! A network is a range with its ends, or a list of prefixes (the `cidr0` extension), whichever a registry prefers. In the
//! region of Europe those who may change an entry stand among its registrants, told apart by the ending of their handle.

use std::net::IpAddr;

use super::{
    domain::Events,
    entities::{self, Entity},
};
use crate::{
    observable::{AutonomousSystem, HostName, Netblock},
    provider::lenient::Node,
    record::{DnsData, DnsRecord, Network, NetworkContact, Record, Routing, SystemRegistration},
};

/// The most lines of free text that are kept.
const MOST_LINES: usize = 12;

/// The holder of a network or a system, and the contacts for it.
#[derive(Debug, Default)]
struct People {
    organization: Option<NetworkContact>,
    abuse: Vec<NetworkContact>,
    administrative: Vec<NetworkContact>,
    technical: Vec<NetworkContact>,
    maintainers: Vec<String>,
}

impl People {
    fn of(object: Node<'_>) -> Self {
        let mut people = Self::default();
        let mut holders = Vec::new();
        for entity in entities::all(object) {
            if entity.is("registrant") && is_maintainer(&entity) {
                people.maintainers.extend(entity.handle.clone().filter(|handle| !people.maintainers.contains(handle)));
                continue;
            }
            let Some(contact) = contact(&entity) else { continue };
            if entity.is("registrant") {
                holders.push(contact.clone());
            }
            for (list, roles) in [
                (&mut people.abuse, ["abuse", "abuse"]),
                (&mut people.administrative, ["administrative", "registrant contact"]),
                (&mut people.technical, ["technical", "noc"]),
            ] {
                if roles.iter().any(|role| entity.is(role)) && !list.contains(&contact) {
                    list.push(contact.clone());
                }
            }
        }
        // An organisation comes before a person that holds it for one.
        let first = holders.iter().position(|holder| holder.role.is_some()).unwrap_or_default();
        people.organization = (first < holders.len()).then(|| holders.swap_remove(first));
        people
    }
}

/// Whether an entity is a key to change an entry with, rather than somebody (RFC 2622 §3.1).
fn is_maintainer(entity: &Entity<'_>) -> bool {
    let ends =
        |text: &str| text.to_ascii_uppercase().ends_with("-MNT") || text.to_ascii_uppercase().starts_with("MNT-");
    entity.handle.as_deref().is_some_and(ends)
}

fn contact(entity: &Entity<'_>) -> Option<NetworkContact> {
    let contact = match &entity.card {
        Some(card) => card.network_contact(entity.handle.clone()),
        None => NetworkContact { handle: entity.handle.clone(), ..NetworkContact::default() },
    };
    (contact != NetworkContact::default()).then_some(contact)
}

/// Reads a network. `None` if it has no addresses.
pub(super) fn network(object: Node<'_>, server: &str) -> Option<Network> {
    let block = block(object)?;
    let events = Events::of(object);
    let People { organization, abuse, administrative, technical, maintainers } = People::of(object);
    let origins: Vec<AutonomousSystem> = object
        .get("arin_originas0_originautnums")
        .items()
        .filter_map(|number| AutonomousSystem::parse(&number.text()?).ok())
        .collect();
    Some(Network {
        name: object.get("name").text(),
        handle: object.get("handle").text(),
        descriptions: descriptions(object),
        country_code: country(object)
            .or_else(|| organization.as_ref().and_then(|organization| organization.country_code.clone())),
        city: organization.as_ref().and_then(|organization| organization.city.clone()),
        updated: events.updated.or(events.created),
        // Of several nobody can tell which one announces it.
        routing: match origins.as_slice() {
            [system] => Some(Routing { system: *system, name: None, route: None, url: None, kind: None }),
            _ => None,
        },
        organization,
        abuse,
        administrative,
        technical,
        maintainers,
        registry: registry(object, server),
        ..Network::of(block)
    })
}

fn block(object: Node<'_>) -> Option<Netblock> {
    let end = |name: &str| -> Option<IpAddr> {
        let text = object.get(name).text()?;
        // Some write an end as a prefix.
        text.split('/').next()?.trim().parse().ok()
    };
    if let (Some(first), Some(last)) = (end("startAddress"), end("endAddress")) {
        return Netblock::from_range(first, last);
    }
    let prefixes: Vec<Netblock> = object
        .get("cidr0_cidrs")
        .items()
        .filter_map(|prefix| {
            let address = prefix.first(&["v4prefix", "v6prefix"]).text()?;
            Netblock::parse(&format!("{address}/{}", prefix.get("length").count()?)).ok()
        })
        .collect();
    Netblock::from_range(prefixes.first()?.first(), prefixes.last()?.last())
}

/// Reads a system. An answer about a range of numbers is one about the number that was asked for.
pub(super) fn system(object: Node<'_>, asked: AutonomousSystem, server: &str) -> Option<SystemRegistration> {
    let number = |name: &str| object.get(name).count();
    if let (Some(first), Some(last)) = (number("startAutnum"), number("endAutnum"))
        && !(first..=last).contains(&u64::from(asked.number()))
    {
        return None;
    }
    let events = Events::of(object);
    let People { organization, abuse, administrative, technical, .. } = People::of(object);
    let registration = SystemRegistration {
        system: asked,
        name: object.get("name").text(),
        descriptions: descriptions(object),
        country_code: country(object)
            .or_else(|| organization.as_ref().and_then(|organization| organization.country_code.clone())),
        registered: events.created,
        updated: events.updated,
        organization,
        abuse,
        administrative,
        technical,
        registry: registry(object, server),
    };
    let says_something = registration.name.is_some() || registration.organization.is_some();
    (says_something || !object.get("handle").is_blank()).then_some(registration)
}

/// Reads a name server: its addresses and whoever registered it.
pub(super) fn name_server(object: Node<'_>, asked: &HostName) -> Vec<Record> {
    let addresses = object.get("ipAddresses");
    let mut records: Vec<Record> = ["v4", "v6"]
        .iter()
        .flat_map(|family| addresses.get(family).items())
        .filter_map(|address| address.text()?.parse().ok())
        .map(|address| {
            Record::Dns(DnsRecord {
                owner: asked.clone(),
                data: DnsData::Address(address),
                ttl: None,
                first_seen: None,
                last_seen: None,
                security: None,
            })
        })
        .collect();
    for entity in entities::of(object) {
        if let Some(mut contact) = contact(&entity) {
            // Whoever sold the name is not whoever runs the server.
            if let Some(role) = entity.roles().first().filter(|role| *role != "registrant") {
                contact.role = Some(role.clone());
            }
            records.push(Record::Contact(Box::new(contact)));
        }
    }
    records
}

/// Reads a contact.
pub(super) fn entity(object: Node<'_>) -> Option<NetworkContact> {
    let wrapper = serde_json::json!({"entities": [object.value().clone()]});
    let mut contact = contact(entities::of(Node::new(&wrapper)).first()?)?;
    // A company's card names the company; what is asked for here is who that is.
    if contact.role.as_deref().is_some_and(|role| Some(role) == contact.name.as_deref()) {
        contact.role = Some("contact".to_owned());
    }
    Some(contact)
}

fn descriptions(object: Node<'_>) -> Vec<String> {
    let remarks = object.get("remarks").items().flat_map(|remark| remark.get("description").items());
    let lines = remarks.filter_map(Node::text).flat_map(|text| {
        text.lines().map(|line| line.trim().to_owned()).filter(|line| !line.is_empty()).collect::<Vec<_>>()
    });
    lines.take(MOST_LINES).collect()
}

fn country(object: Node<'_>) -> Option<String> {
    let code = object.get("country").text()?.to_ascii_uppercase();
    (code.len() == 2 && code.chars().all(|c| c.is_ascii_uppercase())).then_some(code)
}

/// The regional registry, by the server that speaks for it.
fn registry(object: Node<'_>, server: &str) -> Option<String> {
    let by = object.get("port43").text().unwrap_or_else(|| server.to_owned()).to_lowercase();
    let known = [("arin", "ARIN"), ("ripe", "RIPE"), ("lacnic", "LACNIC"), ("afrinic", "AFRINIC"), ("apnic", "APNIC")];
    known.iter().find(|(part, _)| by.split('.').any(|label| label == *part)).map(|(_, name)| (*name).to_owned())
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn person(handle: &str, name: &str, kind: &str, roles: &Value) -> Value {
        json!({"handle": handle, "roles": roles, "vcardArray": ["vcard", [
            ["fn", {}, "text", name], ["kind", {}, "text", kind], ["email", {}, "text", format!("{handle}@host.example")]
        ]]})
    }

    #[test]
    fn a_network_is_read_with_its_people() {
        let object = json!({
            "objectClassName": "ip network", "handle": "NET-1", "name": "EXAMPLE-NET", "country": "zz",
            "startAddress": "192.0.2.0", "endAddress": "192.0.2.255", "port43": "whois.ripe.net",
            "remarks": [{"description": ["Example Hosting", "Port Marlow"]}, null, {"title": "x"}],
            "events": [{"eventAction": "last changed", "eventDate": "2024-10-01T00:00:00Z"}],
            "arin_originas0_originautnums": [64500],
            "entities": [
                {"handle": "EXAMPLE-MNT", "roles": ["registrant"]},
                person("P-1", "Dara Velani", "individual", &json!(["registrant", "technical"])),
                {"handle": "ORG-1", "roles": ["registrant"],
                 "vcardArray": ["vcard", [["fn", {}, "text", "Example Hosting Ltd"], ["kind", {}, "text", "org"]]],
                 "entities": [person("AD-1", "Abuse Desk", "group", &json!("Abuse"))]}
            ]
        });
        let network = network(Node::new(&object), "rdap.db.ripe.net").unwrap();
        assert_eq!(network.block.to_string(), "192.0.2.0/24");
        assert_eq!(network.country_code.as_deref(), Some("ZZ"));
        assert_eq!(network.descriptions, ["Example Hosting", "Port Marlow"]);
        assert_eq!(network.organization.unwrap().name.as_deref(), Some("Example Hosting Ltd"));
        assert_eq!(network.abuse[0].role.as_deref(), Some("Abuse Desk"));
        assert_eq!((network.technical[0].name.as_deref(), &network.technical[0].role), (Some("Dara Velani"), &None));
        assert_eq!(network.maintainers, ["EXAMPLE-MNT"]);
        assert_eq!(network.registry.as_deref(), Some("RIPE"));
        assert_eq!(network.routing.unwrap().system.number(), 64500);
    }

    #[test]
    fn addresses_are_written_in_several_ways() {
        let shown = |object: Value| network(Node::new(&object), "x").map(|network| network.block.to_string());
        assert_eq!(
            shown(json!({"cidr0_cidrs": [{"v6prefix": "2001:db8::", "length": "32"}]})).as_deref(),
            Some("2001:db8::/32")
        );
        assert_eq!(
            shown(json!({"startAddress": "192.0.2.1/32", "endAddress": "192.0.2.6"})).as_deref(),
            Some("192.0.2.1-192.0.2.6")
        );
        for object in [
            json!({}),
            json!(null),
            json!({"startAddress": "192.0.2.9", "endAddress": "192.0.2.1"}),
            json!({"startAddress": "192.0.2.1", "endAddress": "2001:db8::1"}),
            json!({"cidr0_cidrs": [{"v4prefix": "192.0.2.0", "length": 77}]}),
            json!({"cidr0_cidrs": "x"}),
        ] {
            assert_eq!(shown(object.clone()), None, "{object}");
        }
    }

    #[test]
    fn a_system_is_the_one_that_was_asked_for() {
        let asked = AutonomousSystem::parse("AS64500").unwrap();
        let read = |object: Value| system(Node::new(&object), asked, "rdap.arin.net");
        let found = read(json!({"startAutnum": 64496, "endAutnum": "64511", "name": "EXAMPLE-AS"})).unwrap();
        assert_eq!((found.system, found.registry.as_deref()), (asked, Some("ARIN")));
        assert!(read(json!({"startAutnum": 1, "endAutnum": 2, "name": "OTHER"})).is_none());
        assert!(read(json!({})).is_none());
    }

    #[test]
    fn a_name_server_has_addresses_and_people() {
        let object = json!({
            "objectClassName": "nameserver", "ldhName": "ns1.host.example",
            "ipAddresses": {"v4": ["192.0.2.53", "garbage"], "v6": "2001:db8::53"},
            "entities": [person("R-1", "Example Registrar", "org", &json!(["registrar"]))]
        });
        let records = name_server(Node::new(&object), &HostName::parse("ns1.host.example").unwrap());
        let shown: Vec<String> = records
            .iter()
            .map(|record| match record {
                Record::Dns(record) => format!("{:?}", record.data),
                Record::Contact(contact) => format!("{:?} {:?}", contact.name, contact.role),
                other => panic!("{other:?}"),
            })
            .collect();
        assert_eq!(
            shown,
            ["Address(192.0.2.53)", "Address(2001:db8::53)", "Some(\"Example Registrar\") Some(\"registrar\")"]
        );
    }

    #[test]
    fn a_contact_is_read_alone() {
        let read = entity(Node::new(&person("P-1", "Dara Velani", "individual", &json!(null)))).unwrap();
        assert_eq!((read.handle.as_deref(), read.role), (Some("P-1"), None));
        assert_eq!(read.emails, ["P-1@host.example"]);
        assert!(entity(Node::new(&json!({}))).is_none());
        assert!(entity(Node::new(&json!("x"))).is_none());
    }
}
