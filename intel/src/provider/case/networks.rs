//! Networks: whose addresses they are, and where.
//!
//! A case has a handful of networks, so every question looks at all of them. They lie in one order, the most specific
//! first, which is also the order of answers: who holds an address is best said by the smallest network around it.

use std::net::IpAddr;

use crate::{
    lookup::NetworkSubject,
    observable::{Netblock, OrganizationName},
    record::{Contact, IpLocation, Network, WhoisRecord},
};

/// The networks of a case, the most specific first.
#[derive(Debug)]
pub(super) struct Networks(Vec<Network>);

impl Networks {
    pub(super) fn new(mut networks: Vec<Network>) -> Self {
        networks.sort_by_key(|network| specificity(&network.block));
        Self(networks)
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// The networks around an address.
    pub(super) fn around(&self, address: IpAddr) -> impl Iterator<Item = &Network> {
        self.0.iter().filter(move |network| network.block.contains(address))
    }

    /// The networks of a subject. For a network these are the ones around it and the ones in it.
    pub(super) fn of(&self, subject: &NetworkSubject) -> Vec<&Network> {
        let networks = self.0.iter();
        match subject {
            NetworkSubject::Address(address) => self.around(*address).collect(),
            NetworkSubject::Netblock(block) => networks.filter(|network| overlap(&network.block, block)).collect(),
            NetworkSubject::AutonomousSystem(system) => networks
                .filter(|network| network.routing.as_ref().is_some_and(|routing| routing.system == *system))
                .collect(),
            NetworkSubject::Organization(organization) => {
                let wanted = organization.folded();
                networks.filter(|network| holder(network).is_some_and(|holder| holder.folded() == wanted)).collect()
            }
        }
    }

    /// Where an address is, by the most specific network that says it.
    pub(super) fn location_of(&self, address: IpAddr) -> Option<IpLocation> {
        let network = self.around(address).find(|network| network.country_code.is_some() || network.city.is_some())?;
        Some(IpLocation {
            address,
            country_code: network.country_code.clone(),
            region: None,
            city: network.city.clone(),
            postal_code: None,
            latitude: None,
            longitude: None,
            time_zone: None,
            routing: network.routing.clone(),
            provider: organization(network).map(str::to_owned),
            connection: None,
            names: Vec::new(),
        })
    }

    /// What WHOIS says of an address: who holds the most specific network around it.
    pub(super) fn whois_of(&self, address: IpAddr) -> Option<WhoisRecord> {
        let network = self.around(address).next()?;
        let registrant = Contact {
            organization: organization(network).map(str::to_owned),
            city: network.city.clone(),
            country_code: network.country_code.clone(),
            ..Contact::default()
        };
        Some(WhoisRecord { domain: address.to_string(), registrant, ..WhoisRecord::default() })
    }
}

/// How many addresses a network has, less one, and where it begins: the smaller, the more specific.
pub(super) fn specificity(block: &Netblock) -> (u128, IpAddr) {
    let number = |address| match address {
        IpAddr::V4(address) => u128::from(address.to_bits()),
        IpAddr::V6(address) => address.to_bits(),
    };
    (number(block.last()).saturating_sub(number(block.first())), block.first())
}

fn overlap(one: &Netblock, other: &Netblock) -> bool {
    one.contains(other.first()) || other.contains(one.first())
}

fn organization(network: &Network) -> Option<&str> {
    network.organization.as_ref()?.name.as_deref()
}

fn holder(network: &Network) -> Option<OrganizationName> {
    OrganizationName::parse(organization(network)?).ok()
}
