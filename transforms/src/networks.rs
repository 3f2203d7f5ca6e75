//! Networks: who holds an address, in which networks it lies, who announces it, whom to complain to.
//!
//! Registries hand out networks within networks, from a region's down to a customer's. The smallest one around an
//! address is the one whose holder matters; the larger ones are shown too, dashed, with their range on the link. All of
//! these transforms ask the same question, which is remembered: whoever looked at the owner has the rest for free.

use std::net::IpAddr;

use async_trait::async_trait;
use intel::{
    Exposure, Lookup, LookupKind, Network, Record,
    lookup::NetworkSubject,
    noise::{Confidence, NoiseKind, Verdict, infrastructure},
    observable::{Netblock, OrganizationName},
    record::{NetworkContact, Routing, SystemRegistration},
};
use maltego::{Entity, EntityType, InputKind, LineStyle, Message, TransformDefinition, Value, entity_types};

use crate::{
    contacts::Contacts,
    declaration::{Declaration, PriceClass},
    entities::value_of,
    error::RunError,
    gather::{Finding, Gathered, gather},
    noise::marked,
    observables,
    own_types::SUMMARY,
    run::{Run, Transform},
    sets,
    settings::PURCHASE,
    sink::Sink,
};

const ADDRESSES_AND_NETWORKS: &[&EntityType] =
    &[&entity_types::IPV4_ADDRESS, &entity_types::IPV6_ADDRESS, &entity_types::NETBLOCK, &entity_types::CIDR];
const SYSTEMS: &[&EntityType] = &[&entity_types::AS];
const OWNERS: &[&EntityType] = &[&entity_types::ORGANIZATION];
const NETWORKS: &[&EntityType] = &[&entity_types::NETBLOCK, &entity_types::CIDR];

/// The registries that give out the address space, by the names they go by (RFC 7020 §3). They hold nearly every
/// network at the outermost level and use none of it.
const REGISTRIES: [&str; 14] = [
    "AFRINIC",
    "African Network Information Center",
    "African Network Information Centre",
    "American Registry for Internet Numbers",
    "APNIC",
    "ARIN",
    "Asia Pacific Network Information Centre",
    "IANA",
    "Internet Assigned Numbers Authority",
    "LACNIC",
    "Latin American and Caribbean IP address Regional Registry",
    "Latin American and Caribbean Internet Addresses Registry",
    "RIPE NCC",
    "RIPE Network Coordination Centre",
];

/// What the members of the family have in common.
const fn declaration(
    name: &'static str,
    display_name: &'static str,
    description: &'static str,
    inputs: &'static [&'static EntityType],
    outputs: &'static [&'static EntityType],
) -> Declaration {
    Declaration {
        definition: TransformDefinition {
            name,
            display_name,
            description,
            inputs,
            input_kind: InputKind::Single,
            outputs,
            set: sets::INFRASTRUCTURE,
            settings: PURCHASE,
        },
        lookups: &[LookupKind::IpOwner],
        exposure: Exposure::ThirdParty,
        price_class: PriceClass::Small,
    }
}

static IP_TO_NETWORK_OWNER: Declaration = declaration(
    "ip_to_network_owner",
    "To Network Owner [IP WHOIS]",
    "The organisation that holds the smallest network around the address, and those with the larger ones (dashed).",
    ADDRESSES_AND_NETWORKS,
    OWNERS,
);

static AS_TO_OWNER: Declaration = declaration(
    "as_to_owner",
    "To Network Owners [IP WHOIS]",
    "The organisation that holds the autonomous system, and those that hold its networks.",
    SYSTEMS,
    OWNERS,
);

static IP_TO_NETBLOCKS: Declaration = declaration(
    "ip_to_netblocks",
    "To Netblocks [IP WHOIS]",
    "The networks around the address, from the smallest outward, as registries gave them out.",
    ADDRESSES_AND_NETWORKS,
    NETWORKS,
);

static AS_TO_NETBLOCKS: Declaration = declaration(
    "as_to_netblocks",
    "To Netblocks [IP WHOIS]",
    "The networks that this autonomous system announces, as registries gave them out.",
    SYSTEMS,
    NETWORKS,
);

static IP_TO_AS: Declaration = declaration(
    "ip_to_as",
    "To AS [IP WHOIS]",
    "The autonomous system that announces the network to the rest of the Internet.",
    ADDRESSES_AND_NETWORKS,
    SYSTEMS,
);

const CONTACTS: &[&EntityType] = &[
    &entity_types::ORGANIZATION,
    &entity_types::PERSON,
    &entity_types::EMAIL_ADDRESS,
    &entity_types::PHONE_NUMBER,
    &SUMMARY,
];

static IP_TO_NETWORK_CONTACTS: Declaration = declaration(
    "ip_to_network_contacts",
    "To Network Contacts [IP WHOIS]",
    "The mailboxes, phone numbers, people and organisations that registries name for the network: who takes \
     complaints, who administers it.",
    ADDRESSES_AND_NETWORKS,
    CONTACTS,
);

static AS_TO_CONTACTS: Declaration = declaration(
    "as_to_contacts",
    "To Contacts [AS WHOIS]",
    "The mailboxes, phone numbers, people and organisations that registries name for the autonomous system and its \
     networks.",
    SYSTEMS,
    CONTACTS,
);

/// Address, network or AS → what registries say about its networks.
#[derive(Debug, Clone, Copy)]
pub(crate) struct NetworkTransform {
    declaration: &'static Declaration,
    wanted: Wanted,
}

/// Which of what a registry says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wanted {
    Owners,
    Netblocks,
    Systems,
    Contacts,
}

/// Every transform of the family, in the order of menus.
pub(crate) static ALL: [NetworkTransform; 7] = [
    NetworkTransform::IP_TO_NETWORK_OWNER,
    NetworkTransform::IP_TO_NETBLOCKS,
    NetworkTransform::IP_TO_AS,
    NetworkTransform::IP_TO_NETWORK_CONTACTS,
    NetworkTransform::AS_TO_OWNER,
    NetworkTransform::AS_TO_NETBLOCKS,
    NetworkTransform::AS_TO_CONTACTS,
];

impl NetworkTransform {
    const IP_TO_NETWORK_OWNER: Self = Self::of(&IP_TO_NETWORK_OWNER, Wanted::Owners);
    const AS_TO_OWNER: Self = Self::of(&AS_TO_OWNER, Wanted::Owners);
    const IP_TO_NETBLOCKS: Self = Self::of(&IP_TO_NETBLOCKS, Wanted::Netblocks);
    const AS_TO_NETBLOCKS: Self = Self::of(&AS_TO_NETBLOCKS, Wanted::Netblocks);
    const AS_TO_CONTACTS: Self = Self::of(&AS_TO_CONTACTS, Wanted::Contacts);
    const IP_TO_AS: Self = Self::of(&IP_TO_AS, Wanted::Systems);
    const IP_TO_NETWORK_CONTACTS: Self = Self::of(&IP_TO_NETWORK_CONTACTS, Wanted::Contacts);

    const fn of(declaration: &'static Declaration, wanted: Wanted) -> Self {
        Self { declaration, wanted }
    }
}

#[async_trait]
impl Transform for NetworkTransform {
    fn declaration(&self) -> &'static Declaration {
        self.declaration
    }

    async fn run(&self, run: &Run, sink: &mut dyn Sink) -> Result<(), RunError> {
        let subject = observables::network(run.input())?;
        let what = format!("networks of {}", in_words(&subject));
        let mut contacts = Contacts::default();
        let mut smallest = Smallest::of(&subject);
        let lookup = Lookup::IpOwner { subject: subject.clone() };
        let gathered = gather(run, sink, lookup, &what, |records| {
            let mut networks: Vec<&Network> = records.iter().filter_map(network).collect();
            networks.sort_by_key(|network| size(&network.block));
            let mut findings: Vec<Finding> =
                records.iter().filter_map(registration).flat_map(|held| self.of_system(held, &mut contacts)).collect();
            for network in networks {
                let position = smallest.position(network, self.wanted);
                findings.extend(match self.wanted {
                    Wanted::Owners => owner(network, position, &mut contacts).into_iter().collect(),
                    Wanted::Netblocks => netblocks(network, position),
                    Wanted::Systems => network.routing.iter().map(|routing| system(routing, network)).collect(),
                    Wanted::Contacts => network_contacts(network, &mut contacts),
                });
            }
            findings
        })
        .await?;
        self.tell_absence(&subject, gathered, sink);
        contacts.tell(sink);
        Ok(())
    }
}

impl NetworkTransform {
    /// What a registry says of an autonomous system itself.
    fn of_system(self, held: &SystemRegistration, contacts: &mut Contacts) -> Vec<Finding> {
        let people = People {
            of: held.system.to_string(),
            organization: held.organization.as_ref(),
            abuse: &held.abuse,
            administrative: &held.administrative,
            technical: &held.technical,
        };
        match self.wanted {
            Wanted::Owners => holder(&people, held.country_code.as_deref(), contacts).into_iter().collect(),
            Wanted::Contacts => contacts_of(&people, contacts),
            Wanted::Netblocks | Wanted::Systems => Vec::new(),
        }
    }

    /// Says that the networks are known and what was asked of them is not.
    fn tell_absence(&self, subject: &NetworkSubject, gathered: Gathered, sink: &mut dyn Sink) {
        if gathered.found > 0 || gathered.records == 0 {
            return;
        }
        let missing = match self.wanted {
            Wanted::Owners => "name no owner",
            Wanted::Netblocks => "have no addresses",
            Wanted::Systems => "name no autonomous system",
            Wanted::Contacts => "name no contacts",
        };
        sink.say(Message::inform(format!("The known networks of {} {missing}.", in_words(subject))));
    }
}

fn in_words(subject: &NetworkSubject) -> String {
    match subject {
        NetworkSubject::Address(address) => address.to_string(),
        NetworkSubject::Netblock(block) => block.to_string(),
        NetworkSubject::AutonomousSystem(system) => system.to_string(),
        NetworkSubject::Organization(organization) => organization.to_string(),
    }
}

fn network(record: &Record) -> Option<&Network> {
    match record {
        Record::Network(network) => Some(network),
        _ => None,
    }
}

fn registration(record: &Record) -> Option<&SystemRegistration> {
    match record {
        Record::System(held) => Some(held),
        _ => None,
    }
}

/// How many addresses a network has, less one: good enough to sort by, and it fits.
pub(crate) fn size(block: &Netblock) -> u128 {
    let number = |address: IpAddr| match address {
        IpAddr::V4(address) => u128::from(u32::from(address)),
        IpAddr::V6(address) => u128::from(address),
    };
    number(block.last()).saturating_sub(number(block.first()))
}

/// Where a network lies in relation to what was asked about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Position {
    /// It is the smallest one around it that says what is wanted, or one of those that were asked for.
    Itself,
    /// It lies around the smallest one.
    Around,
}

/// Finds the smallest network that says what is wanted. Sources give networks from the smallest outward.
struct Smallest {
    /// What must lie within; `None` for an AS, whose networks lie side by side.
    within: Option<(IpAddr, IpAddr)>,
    found: Option<u128>,
}

impl Smallest {
    fn of(subject: &NetworkSubject) -> Self {
        let within = match subject {
            NetworkSubject::Address(address) => Some((*address, *address)),
            NetworkSubject::Netblock(block) => Some((block.first(), block.last())),
            NetworkSubject::AutonomousSystem(_) | NetworkSubject::Organization(_) => None,
        };
        Self { within, found: None }
    }

    fn position(&mut self, network: &Network, wanted: Wanted) -> Position {
        let lies_around =
            self.within.is_some_and(|(first, last)| network.block.contains(first) && network.block.contains(last));
        if !lies_around {
            return Position::Itself;
        }
        let says_it = match wanted {
            Wanted::Owners => owner_name(network).is_some(),
            _ => true,
        };
        let size = size(&network.block);
        match self.found {
            Some(smallest) if size > smallest => Position::Around,
            None if says_it => {
                self.found = Some(size);
                Position::Itself
            }
            _ => Position::Itself,
        }
    }
}

/// Who holds a network: its organisation; where the registry names none, the first line of its description, which is
/// where registries had it before they kept organisations. The second value says which.
fn owner_name(network: &Network) -> Option<(&str, bool)> {
    let stated = |text: &str| OrganizationName::parse(text).is_ok();
    let organization = network.organization.as_ref().and_then(|organization| organization.name.as_deref());
    let described = || network.descriptions.first().map(String::as_str).filter(|text| stated(text));
    organization.filter(|name| stated(name)).map(|name| (name, false)).or_else(|| described().map(|name| (name, true)))
}

fn owner(network: &Network, position: Position, contacts: &mut Contacts) -> Option<Finding> {
    // What is noise is counted even where the description speaks instead.
    if let Some(name) = network.organization.as_ref().and_then(|organization| organization.name.as_deref()) {
        contacts.says_something(name);
    }
    let (name, by_description) = owner_name(network)?;
    let organization = network.organization.as_ref().filter(|_| !by_description);
    let mut entity = organization_entity(name, organization, network.country_code.as_deref())?;
    let mut label = format!("holds {}", network.block);
    if position == Position::Around {
        label.push_str(", around it");
        entity.link.style = LineStyle::Dashed;
    }
    if by_description {
        label.push_str(" (by its description)");
    }
    Some(Finding::new(entity, label))
}

/// Who holds an autonomous system.
fn holder(people: &People<'_>, country: Option<&str>, contacts: &mut Contacts) -> Option<Finding> {
    let organization = people.organization?;
    let name = organization.name.as_deref().filter(|name| contacts.says_something(name))?;
    let entity = organization_entity(name, Some(organization), country)?;
    Some(Finding::new(entity, format!("holds {}", people.of)))
}

/// An organisation with what a registry keeps about it.
fn organization_entity(name: &str, held_by: Option<&NetworkContact>, country: Option<&str>) -> Option<Entity> {
    let name = OrganizationName::parse(name).ok()?;
    let entity = Entity::new(&entity_types::ORGANIZATION, name.as_str())
        .with_some_dynamic("namehound.network.handle", "Handle", held_by.and_then(|known| known.handle.as_deref()))
        .with_some_dynamic(
            "namehound.network.country",
            "Country code",
            held_by.and_then(|known| known.country_code.as_deref()).or(country),
        )
        .with_some_dynamic(
            "namehound.network.address",
            "Address",
            held_by.map(|known| known.address.join(", ")).filter(|address| !address.is_empty()),
        );
    if !REGISTRIES.iter().any(|registry| registry.eq_ignore_ascii_case(name.as_str())) {
        return Some(entity);
    }
    let reason = "a registry: it gives addresses out and does not use them";
    let origin = "the names of the five regional registries and IANA";
    let verdict = Verdict::by_rule(NoiseKind::Registry, reason, Confidence::Certain, "Internet registries", origin);
    Some(marked(entity, &verdict))
}

/// A network as Maltego has it: `first-last` for IPv4, prefixes for IPv6. A range that is no prefix is several.
fn netblock_entities(block: &Netblock) -> Vec<Entity> {
    if block.first().is_ipv4() {
        let entity = Entity::new(&entity_types::NETBLOCK, block.range());
        let prefixes: Vec<String> = block.cidrs().iter().map(ToString::to_string).collect();
        return vec![entity.with_dynamic("namehound.network.prefixes", "Prefixes", prefixes.join(", "))];
    }
    block.cidrs().iter().map(|prefix| Entity::new(&entity_types::CIDR, prefix.to_string())).collect()
}

fn netblocks(network: &Network, position: Position) -> Vec<Finding> {
    let Network { name, handle, registry, country_code, updated, routing, .. } = network;
    let description = (!network.descriptions.is_empty()).then(|| network.descriptions.join("; "));
    let announced = routing.as_ref().and_then(|routing| routing.route).map(|route| route.to_string());
    let entities = netblock_entities(&network.block).into_iter().map(|entity| {
        let mut entity = entity
            .with_some_dynamic("namehound.network.name", "Network name", name.as_deref())
            .with_some_dynamic("namehound.network.handle", "Handle", handle.as_deref())
            .with_some_dynamic("namehound.network.description", "Description", description.as_deref())
            .with_some_dynamic("namehound.network.owner", "Owner", owner_name(network).map(|(name, _)| name))
            .with_some_dynamic("namehound.network.country", "Country code", country_code.as_deref())
            .with_some_dynamic("namehound.network.registry", "Registry", registry.as_deref())
            .with_some_dynamic("namehound.network.updated", "Updated", updated.map(value_of))
            .with_some_dynamic("namehound.network.route", "Announced prefix", announced.as_deref());
        if let Some(verdict) = infrastructure::judge_network(network) {
            entity = marked(entity, &verdict);
        }
        if position == Position::Around {
            entity.link.style = LineStyle::Dashed;
        }
        entity
    });
    // What is only known from the routing system is no registry's network.
    let is_only_announced =
        name.is_none() && handle.is_none() && routing.as_ref().and_then(|routing| routing.route) == Some(network.block);
    let label = name.as_deref().unwrap_or(if is_only_announced { "announced prefix" } else { "network" });
    entities.map(|entity| Finding::new(entity, label)).collect()
}

fn system(routing: &Routing, network: &Network) -> Finding {
    let url = routing.url.clone().map(Value::Url);
    let entity = Entity::new(&entity_types::AS, routing.system.number().to_string())
        .with_some_dynamic("namehound.as.name", "AS name", routing.name.as_deref())
        .with_some_dynamic("namehound.as.kind", "Kind of network", routing.kind.as_deref())
        .with_some_dynamic("namehound.as.url", "Site", url);
    let entity = match infrastructure::judge_autonomous_system(routing.system) {
        Some(verdict) => marked(entity, &verdict),
        None => entity,
    };
    Finding::new(entity, format!("announces {}", routing.route.unwrap_or(network.block)))
}

/// Whom a registry names for a network or a system.
struct People<'a> {
    /// What they are named for.
    of: String,
    organization: Option<&'a NetworkContact>,
    abuse: &'a [NetworkContact],
    administrative: &'a [NetworkContact],
    technical: &'a [NetworkContact],
}

fn network_contacts(network: &Network, contacts: &mut Contacts) -> Vec<Finding> {
    let people = People {
        of: network.block.to_string(),
        organization: network.organization.as_ref(),
        abuse: &network.abuse,
        administrative: &network.administrative,
        technical: &network.technical,
    };
    contacts_of(&people, contacts)
}

fn contacts_of(people: &People<'_>, contacts: &mut Contacts) -> Vec<Finding> {
    let roles = [
        ("abuse contact", people.abuse),
        ("administrative contact", people.administrative),
        ("technical contact", people.technical),
    ];
    let mut findings = Vec::new();
    if let Some(organization) = people.organization {
        let label = format!("owner of {}", people.of);
        let name = organization.name.as_deref().unwrap_or_default();
        findings.extend(contacts.organization(&entity_types::ORGANIZATION, name, &label));
        findings.extend(reachable(organization, &label, contacts));
    }
    for (role, list) in roles {
        for contact in list {
            let label = format!("{role} of {}", people.of);
            if let Some(name) = contact.name.as_deref().filter(|name| !is_owner(name, people.organization)) {
                // Registries keep the role apart from the name where it is a desk and not a person.
                findings.extend(match contact.role {
                    None => contacts.person(name, &label),
                    Some(_) => contacts.organization(&entity_types::ORGANIZATION, name, &label),
                });
            }
            findings.extend(reachable(contact, &label, contacts));
        }
    }
    findings
}

/// How a contact can be reached. The role that it stands for is on the link: a desk's name is no person.
pub(crate) fn reachable(contact: &NetworkContact, label: &str, contacts: &mut Contacts) -> Vec<Finding> {
    let label = match contact.role.as_deref().map(str::trim).filter(|role| !role.is_empty()) {
        Some(role) => format!("{label}: {role}"),
        None => label.to_owned(),
    };
    let mut findings: Vec<Finding> = contact.emails.iter().flat_map(|email| contacts.emails(email, &label)).collect();
    findings.extend(contact.phone.as_deref().and_then(|phone| contacts.phone(phone, &label)));
    findings
}

/// Whether a contact's name is the owner's once more.
fn is_owner(name: &str, owner: Option<&NetworkContact>) -> bool {
    let folded = |name: &str| OrganizationName::parse(name).map(|name| name.folded()).ok();
    owner.and_then(|owner| owner.name.as_deref()).is_some_and(|owner| folded(owner) == folded(name))
}

#[cfg(test)]
mod tests {
    use intel::observable::AutonomousSystem;
    use maltego::Input;

    use super::*;
    use crate::testing::{Bench, label, text_of};

    fn contact(name: &str, email: &str) -> NetworkContact {
        let text = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        NetworkContact { name: text(name), emails: text(email).into_iter().collect(), ..NetworkContact::default() }
    }

    fn block(text: &str, owner: &str) -> Network {
        Network {
            organization: (!owner.is_empty()).then(|| contact(owner, "noc@host.example")),
            name: Some("EXAMPLE-NET".to_owned()),
            country_code: Some("ZZ".to_owned()),
            ..Network::of(Netblock::parse(text).unwrap())
        }
    }

    fn records(networks: Vec<Network>) -> Bench {
        Bench::answering(networks.into_iter().map(|network| Record::Network(Box::new(network))).collect())
    }

    fn address() -> Input {
        Input::new(&entity_types::IPV4_ADDRESS, "192.0.2.9")
    }

    #[tokio::test(start_paused = true)]
    async fn the_smallest_network_decides_and_the_larger_ones_are_dashed() {
        let bench = records(vec![
            block("192.0.0.0/8", "RIPE Network Coordination Centre"),
            block("192.0.2.0/24", "Example Hosting Ltd"),
            // Its holder is unknown, so the next larger one decides.
            block("192.0.2.8/30", ""),
        ]);
        let found = bench.run(&NetworkTransform::IP_TO_NETWORK_OWNER, address()).await.unwrap();
        assert_eq!(
            found.values(),
            [
                ("maltego.Organization", "Example Hosting Ltd"),
                ("maltego.Organization", "RIPE Network Coordination Centre"),
            ]
        );
        let [owner, registry] = [&found.entities[0], &found.entities[1]];
        assert_eq!((label(owner), owner.link.style), ("holds 192.0.2.0/24", LineStyle::Normal));
        assert_eq!((label(registry), registry.link.style), ("holds 192.0.0.0/8, around it", LineStyle::Dashed));
        assert!(text_of(registry, "namehound.noise_reason").starts_with("a registry"));
    }

    #[tokio::test(start_paused = true)]
    async fn a_description_stands_in_for_an_organisation() {
        let mut network = block("192.0.2.0/24", "");
        network.descriptions = vec!["Example Hosting".to_owned(), "Port Marlow".to_owned()];
        let found = records(vec![network]).run(&NetworkTransform::IP_TO_NETWORK_OWNER, address()).await.unwrap();
        assert_eq!(found.values(), [("maltego.Organization", "Example Hosting")]);
        assert_eq!(label(&found.entities[0]), "holds 192.0.2.0/24 (by its description)");
    }

    #[tokio::test(start_paused = true)]
    async fn networks_that_name_no_owner_are_said_to_and_noise_is_told() {
        let bench = records(vec![block("192.0.2.0/24", "REDACTED FOR PRIVACY")]);
        let found = bench.run(&NetworkTransform::IP_TO_NETWORK_OWNER, address()).await.unwrap();
        assert!(found.entities.is_empty());
        assert!(found.said("The known networks of 192.0.2.9 name no owner."), "{:?}", found.messages);
        assert!(found.said("1 left out as noise. redaction marker"), "{:?}", found.messages);
        let found = records(Vec::new()).run(&NetworkTransform::IP_TO_NETWORK_OWNER, address()).await.unwrap();
        assert!(found.said("Test Source knows no networks of 192.0.2.9."), "{:?}", found.messages);
    }

    #[tokio::test(start_paused = true)]
    async fn networks_have_the_form_that_maltego_reads() {
        let bench = records(vec![
            block("192.0.2.1-192.0.2.6", "Example Hosting Ltd"),
            block("2001:db8::/32", ""),
            block("2001:db8::1 - 2001:db8::2", ""),
        ]);
        let input = Input::new(&entity_types::AS, "64500");
        let found = bench.run(&NetworkTransform::AS_TO_NETBLOCKS, input).await.unwrap();
        assert_eq!(
            found.values(),
            [
                ("maltego.CIDR", "2001:db8::1/128"),
                ("maltego.CIDR", "2001:db8::2/128"),
                ("maltego.Netblock", "192.0.2.1-192.0.2.6"),
                ("maltego.CIDR", "2001:db8::/32"),
            ]
        );
        let netblock = &found.entities[2];
        assert_eq!(
            text_of(netblock, "namehound.network.prefixes"),
            "192.0.2.1/32, 192.0.2.2/31, 192.0.2.4/31, 192.0.2.6/32"
        );
        assert_eq!(text_of(netblock, "namehound.network.owner"), "Example Hosting Ltd");
        assert_eq!((label(netblock), netblock.link.style), ("EXAMPLE-NET", LineStyle::Normal));
        assert_eq!(bench.asked(), ["ip_owner AS64500"]);
    }

    #[tokio::test(start_paused = true)]
    async fn an_as_is_digits_with_its_name_beside_it() {
        let routing = Routing {
            system: AutonomousSystem::parse("AS64500").unwrap(),
            name: Some("EXAMPLE-AS".to_owned()),
            route: Netblock::parse("192.0.2.0/23").ok(),
            url: Some("https://host.example".to_owned()),
            kind: Some("Content".to_owned()),
        };
        let network = Network { routing: Some(routing), ..block("192.0.2.0/24", "") };
        let wider = Network { block: Netblock::parse("192.0.0.0/22").unwrap(), ..network.clone() };
        let bench = records(vec![network, wider, block("192.0.2.0/25", "")]);
        let found = bench.run(&NetworkTransform::IP_TO_AS, address()).await.unwrap();
        assert_eq!(found.values(), [("maltego.AS", "64500")]);
        assert_eq!(text_of(&found.entities[0], "namehound.as.name"), "EXAMPLE-AS");
        assert_eq!(label(&found.entities[0]), "announces 192.0.2.0/23");
    }

    #[tokio::test(start_paused = true)]
    async fn contacts_have_their_role_on_the_link() {
        let mut network = block("192.0.2.0/24", "Example Hosting Ltd");
        network.abuse = vec![NetworkContact {
            role: Some("Abuse desk".to_owned()),
            phone: Some("+1 555 555 0142".to_owned()),
            ..contact("", "abuse@host.example noc@host.example")
        }];
        network.technical =
            ["Dara Velani", "EXAMPLE HOSTING LTD", "N/A", "Hostmaster"].map(|name| contact(name, "")).to_vec();
        network.technical[0].emails.push("dara@host.example".to_owned());
        let bench = records(vec![network]);
        let input = Input::new(&entity_types::CIDR, "192.0.2.0/24");
        let found = bench.run(&NetworkTransform::IP_TO_NETWORK_CONTACTS, input).await.unwrap();
        assert_eq!(
            found.values(),
            [
                ("maltego.Organization", "Example Hosting Ltd"),
                ("maltego.EmailAddress", "noc@host.example"),
                ("maltego.EmailAddress", "abuse@host.example"),
                ("maltego.PhoneNumber", "+1 555 555 0142"),
                ("maltego.Person", "Dara Velani"),
                ("maltego.EmailAddress", "dara@host.example"),
            ]
        );
        assert_eq!(
            label(&found.entities[1]),
            "owner of 192.0.2.0/24, abuse contact of 192.0.2.0/24: Abuse desk",
            "one mailbox in two roles is one node"
        );
        assert_eq!(text_of(&found.entities[4], "person.lastname"), "Velani");
        assert!(found.said("1 left out as noise"), "{:?}", found.messages);
        assert_eq!(bench.asked(), ["ip_owner 192.0.2.0/24"]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_system_has_a_holder_and_contacts_of_its_own() {
        let held = SystemRegistration {
            organization: Some(contact("Example Hosting Ltd", "")),
            abuse: vec![contact("", "abuse@host.example")],
            ..SystemRegistration::of(AutonomousSystem::parse("AS64500").unwrap())
        };
        let bench = Bench::answering(vec![Record::System(Box::new(held))]);
        let system = || Input::new(&entity_types::AS, "64500");
        let found = bench.run(&NetworkTransform::AS_TO_OWNER, system()).await.unwrap();
        assert_eq!(found.shown(), [("Example Hosting Ltd", "holds AS64500")]);
        let found = bench.run(&NetworkTransform::AS_TO_CONTACTS, system()).await.unwrap();
        assert_eq!(
            found.shown(),
            [("Example Hosting Ltd", "owner of AS64500"), ("abuse@host.example", "abuse contact of AS64500")]
        );
        let found = bench.run(&NetworkTransform::AS_TO_NETBLOCKS, system()).await.unwrap();
        assert!(found.entities.is_empty());
    }

    #[tokio::test(start_paused = true)]
    async fn a_prefix_that_is_only_announced_is_called_so() {
        let routing = Routing {
            system: AutonomousSystem::parse("AS64500").unwrap(),
            name: None,
            route: Netblock::parse("192.0.2.0/24").ok(),
            url: None,
            kind: None,
        };
        let network = Network { routing: Some(routing), ..Network::of(Netblock::parse("192.0.2.0/24").unwrap()) };
        let found = records(vec![network]).run(&NetworkTransform::IP_TO_NETBLOCKS, address()).await.unwrap();
        assert_eq!(found.shown(), [("192.0.2.0-192.0.2.255", "announced prefix")]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_second_look_at_the_same_networks_is_free() {
        let bench = records(vec![block("192.0.2.0/24", "Example Hosting Ltd")]).priced(1);
        let first = bench.run(&NetworkTransform::IP_TO_NETWORK_OWNER, address()).await.unwrap();
        let second = bench.run(&NetworkTransform::IP_TO_NETBLOCKS, address()).await.unwrap();
        assert_eq!((first.spent.0, second.spent.0), (1, 0));
        assert!(second.said("nothing was spent now"), "{:?}", second.messages);
    }
}
