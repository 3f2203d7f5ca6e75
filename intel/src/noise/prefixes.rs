//! Addresses looked up in networks.
//!
//! A table of hash maps, one for each length of prefix that occurs. A look-up masks the address once for each of these
//! lengths, of which there are a few dozen at most, so its time does not grow with the number of networks.

use std::{
    collections::{BTreeMap, HashMap},
    net::IpAddr,
};

use ipnet::IpNet;

/// Networks with what is known about each.
#[derive(Debug, Clone)]
pub(super) struct Prefixes<T> {
    by_length: BTreeMap<(bool, u8), HashMap<IpAddr, T>>,
}

impl<T> Default for Prefixes<T> {
    fn default() -> Self {
        Self { by_length: BTreeMap::new() }
    }
}

impl<T> Prefixes<T> {
    /// What is known about exactly this network, to be filled in.
    pub(super) fn entry(&mut self, network: IpNet) -> std::collections::hash_map::Entry<'_, IpAddr, T> {
        let length = (network.addr().is_ipv6(), network.prefix_len());
        self.by_length.entry(length).or_default().entry(network.trunc().addr())
    }

    /// What is known about the networks around an address, the smallest network first.
    pub(super) fn around(&self, address: IpAddr) -> impl Iterator<Item = &T> {
        let address = address.to_canonical();
        let family = address.is_ipv6();
        self.by_length.range((family, 0)..=(family, 128)).rev().filter_map(move |((_, length), networks)| {
            let network = IpNet::new(address, *length).ok()?.trunc();
            networks.get(&network.addr())
        })
    }

    /// How many networks there are.
    #[cfg(test)]
    fn len(&self) -> usize {
        self.by_length.values().map(HashMap::len).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_smallest_network_comes_first_and_families_keep_apart() {
        let mut prefixes = Prefixes::default();
        for network in ["192.0.2.0/24", "192.0.0.0/8", "192.0.2.128/25", "2001:db8::/32", "0.0.0.0/0", "192.0.2.0/24"] {
            prefixes.entry(network.parse().unwrap()).or_insert(network);
        }
        assert_eq!(prefixes.len(), 5);
        let around = |address: &str| prefixes.around(address.parse().unwrap()).copied().collect::<Vec<_>>();
        assert_eq!(around("192.0.2.200"), ["192.0.2.128/25", "192.0.2.0/24", "192.0.0.0/8", "0.0.0.0/0"]);
        assert_eq!(around("::ffff:192.0.2.1"), ["192.0.2.0/24", "192.0.0.0/8", "0.0.0.0/0"]);
        assert_eq!(around("2001:db8::1"), ["2001:db8::/32"]);
        assert_eq!(around("2001:db9::1"), [""; 0]);
    }
}
