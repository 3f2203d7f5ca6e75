//! What a server is asked for, and on which list it is found.

use std::net::IpAddr;

use ipnet::IpNet;

use super::lists::List;
use crate::{
    lookup::{Lookup, NetworkSubject, WhoisSubject},
    observable::{AutonomousSystem, HostName},
};

/// An object of a registry (RFC 9082 §3.1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Target {
    /// A registered domain.
    Domain(HostName),
    /// The smallest network around these addresses, and whether they are all that was asked about.
    Network(IpNet, bool),
    /// An autonomous system.
    System(AutonomousSystem),
    /// A name server.
    NameServer(HostName),
    /// A contact, by its key.
    Entity(String),
}

impl Target {
    /// What a lookup asks for; `None` where no registry has such an object.
    pub(super) fn of(lookup: &Lookup) -> Option<Self> {
        match lookup {
            Lookup::WhoisCurrent { subject: WhoisSubject::Domain(domain) } => Some(Self::Domain(domain.clone())),
            Lookup::IpOwner { subject } => match subject {
                NetworkSubject::Address(address) => Some(Self::Network(IpNet::from(*address), true)),
                NetworkSubject::Netblock(block) => Some(match block.cidr() {
                    Some(prefix) => Self::Network(prefix, true),
                    None => Self::Network(IpNet::from(block.first()), false),
                }),
                NetworkSubject::AutonomousSystem(system) => Some(Self::System(*system)),
                NetworkSubject::Organization(_) => None,
            },
            Lookup::NameServerRegistration { name_server } => Some(Self::NameServer(name_server.clone())),
            Lookup::RegistryContact { handle } => Some(Self::Entity(handle.clone())),
            _ => None,
        }
    }

    /// The list that says which server knows it.
    pub(super) const fn list(&self) -> List {
        match self {
            Self::Domain(_) | Self::NameServer(_) => List::Dns,
            Self::Network(IpNet::V4(_), _) => List::Ipv4,
            Self::Network(IpNet::V6(_), _) => List::Ipv6,
            Self::System(_) => List::Asn,
            Self::Entity(_) => List::ObjectTags,
        }
    }

    /// The segments of its path below a server's base.
    pub(super) fn path(&self) -> Vec<String> {
        match self {
            Self::Domain(domain) => vec!["domain".to_owned(), domain.to_string()],
            Self::Network(prefix, _) if prefix.prefix_len() == prefix.max_prefix_len() => {
                vec!["ip".to_owned(), prefix.addr().to_string()]
            }
            Self::Network(prefix, _) => {
                vec!["ip".to_owned(), prefix.network().to_string(), prefix.prefix_len().to_string()]
            }
            Self::System(system) => vec!["autnum".to_owned(), system.number().to_string()],
            Self::NameServer(name) => vec!["nameserver".to_owned(), name.to_string()],
            Self::Entity(handle) => vec!["entity".to_owned(), handle.clone()],
        }
    }

    /// In words, for messages.
    pub(super) fn in_words(&self) -> String {
        match self {
            Self::Domain(domain) => domain.to_string(),
            Self::Network(prefix, _) if prefix.prefix_len() == prefix.max_prefix_len() => prefix.addr().to_string(),
            Self::Network(prefix, _) => prefix.to_string(),
            Self::System(system) => system.to_string(),
            Self::NameServer(name) => name.to_string(),
            Self::Entity(handle) => handle.clone(),
        }
    }

    /// Why nobody can be asked about it.
    pub(super) fn has_no_server(&self) -> String {
        match self {
            Self::Domain(name) | Self::NameServer(name) => {
                let ending = name.as_str().rsplit('.').next().unwrap_or_default();
                format!("the registry of .{ending} has no RDAP server")
            }
            Self::Network(prefix, _) => format!("no registry is known to hold {}", prefix.addr()),
            Self::System(system) => format!("no registry is known to hold {system}"),
            Self::Entity(handle) => format!(
                "{handle} does not end in a registry's tag (such as -RIPE or -ARIN), so nobody is known to keep it"
            ),
        }
    }

    /// The first address that is asked about.
    pub(super) fn address(&self) -> Option<IpAddr> {
        match self {
            Self::Network(prefix, _) => Some(prefix.addr()),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::observable::Netblock;

    #[test]
    fn objects_are_asked_for_by_their_own_path() {
        let block = |text: &str| Lookup::IpOwner { subject: NetworkSubject::Netblock(Netblock::parse(text).unwrap()) };
        let host = |text: &str| HostName::parse(text).unwrap();
        for (lookup, path, list) in [
            (
                Lookup::WhoisCurrent { subject: WhoisSubject::Domain(host("shop.example")) },
                "domain/shop.example",
                List::Dns,
            ),
            (block("192.0.2.0/24"), "ip/192.0.2.0/24", List::Ipv4),
            (block("192.0.2.9/32"), "ip/192.0.2.9", List::Ipv4),
            // No single prefix.
            (block("192.0.2.1-192.0.2.6"), "ip/192.0.2.1", List::Ipv4),
            (block("2001:db8::/32"), "ip/2001:db8::/32", List::Ipv6),
            (
                Lookup::IpOwner {
                    subject: NetworkSubject::AutonomousSystem(AutonomousSystem::parse("AS64500").unwrap()),
                },
                "autnum/64500",
                List::Asn,
            ),
            (
                Lookup::NameServerRegistration { name_server: host("ns1.shop.example") },
                "nameserver/ns1.shop.example",
                List::Dns,
            ),
            (Lookup::RegistryContact { handle: "ORG-EX1-TEST".to_owned() }, "entity/ORG-EX1-TEST", List::ObjectTags),
        ] {
            let target = Target::of(&lookup).unwrap();
            assert_eq!((target.path().join("/").as_str(), target.list()), (path, list));
        }
        assert_eq!(Target::of(&Lookup::WhoisHistory { domain: host("shop.example") }), None);
    }
}
