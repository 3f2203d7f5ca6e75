//! The names of addresses: a question for each address, and one for each name that came of it.

use std::{
    collections::{BTreeMap, BTreeSet},
    net::IpAddr,
};

use super::{Asker, MOST_ADDRESSES, message, records::asked_name};
use crate::{
    answer::{Page, Total},
    error::ProviderError,
    observable::{HostName, Netblock},
    provider::{Conversation, Heard, Turn},
    record::{DnsData, Pointer, Record},
    upstream::DnsQueryType,
};

/// Asks about the addresses of a small network.
#[derive(Debug)]
pub(super) struct PointerTalk {
    addresses: Vec<IpAddr>,
    asker: Asker,
    found: Option<Vec<Pointer>>,
    notes: Vec<String>,
}

impl PointerTalk {
    /// # Errors
    /// When there are too many addresses to ask about one by one.
    pub(super) fn new(block: &Netblock, asker: Asker) -> Result<Self, ProviderError> {
        let addresses: Vec<IpAddr> =
            block.cidrs().iter().flat_map(|prefix| addresses(*prefix)).take(MOST_ADDRESSES + 1).collect();
        if addresses.len() > MOST_ADDRESSES {
            return Err(ProviderError::InvalidInput {
                reason: format!(
                    "a network has at most {MOST_ADDRESSES} addresses to be asked about one by one: take a part of it"
                ),
            });
        }
        Ok(Self { addresses, asker, found: None, notes: Vec::new() })
    }

    /// Reads the names, and asks each whether it points back.
    fn names(&mut self, heard: &[Heard]) -> Result<Turn, ProviderError> {
        let mut found = Vec::new();
        let (mut failed, mut failure, mut unreadable) = (0_usize, None, 0);
        for (heard, address) in heard.iter().zip(&self.addresses) {
            match message::read(heard) {
                Ok(reply) => {
                    unreadable += reply.unreadable;
                    let security = Some(reply.security);
                    found.extend(reply.pointers.into_iter().map(|(name, ttl)| Pointer {
                        address: *address,
                        name,
                        confirmed: None,
                        ttl: Some(ttl),
                        security,
                    }));
                }
                Err(error) => {
                    failed += 1;
                    failure.get_or_insert(error);
                }
            }
        }
        if let Some(error) = failure.filter(|_| failed == self.addresses.len()) {
            return Err(error);
        }
        if failed > 0 {
            self.notes.push(format!("No answer about {failed} of {} addresses.", self.addresses.len()));
        }
        if unreadable > 0 {
            self.notes.push(format!("{unreadable} addresses have a name that is no host name."));
        }
        // A name that must not be asked about stays unconfirmed.
        let names: BTreeSet<(&HostName, bool)> = found
            .iter()
            .filter(|pointer| pointer.name.special_use().is_none())
            .map(|pointer| (&pointer.name, pointer.address.is_ipv4()))
            .collect();
        let questions: Vec<_> = names
            .into_iter()
            .map(|(name, is_ipv4)| {
                self.asker.ask(name.as_str(), if is_ipv4 { DnsQueryType::A } else { DnsQueryType::Aaaa })
            })
            .collect();
        if questions.is_empty() {
            return Ok(Turn::Done(self.page(found)));
        }
        self.found = Some(found);
        Ok(Turn::Ask(questions))
    }

    fn page(&mut self, pointers: Vec<Pointer>) -> Page {
        let total = Some(Total::Exactly(pointers.len() as u64));
        let records = pointers.into_iter().map(Record::Pointer).collect();
        Page { records, total, notes: std::mem::take(&mut self.notes), ..Page::default() }
    }
}

/// Marks the names that point back.
fn confirmed(mut found: Vec<Pointer>, heard: &[Heard]) -> Vec<Pointer> {
    let mut known: BTreeMap<String, BTreeSet<IpAddr>> = BTreeMap::new();
    for heard in heard {
        let Ok(reply) = message::read(heard) else { continue };
        let addresses = known.entry(asked_name(heard).to_owned()).or_default();
        addresses.extend(reply.records.iter().filter_map(|record| match record.data {
            DnsData::Address(address) => Some(address),
            _ => None,
        }));
    }
    for pointer in &mut found {
        pointer.confirmed = known.get(pointer.name.as_str()).map(|addresses| addresses.contains(&pointer.address));
    }
    found
}

impl Conversation for PointerTalk {
    fn go_on(&mut self, heard: Vec<Heard>) -> Result<Turn, ProviderError> {
        if let Some(found) = self.found.take() {
            let found = confirmed(found, &heard);
            return Ok(Turn::Done(self.page(found)));
        }
        if !heard.is_empty() {
            return self.names(&heard);
        }
        let questions = self.addresses.iter().map(|address| self.asker.ask(reverse_name(*address), DnsQueryType::Ptr));
        Ok(Turn::Ask(questions.collect()))
    }
}

/// Every address of a prefix, as far as anybody could want to ask about them.
fn addresses(prefix: ipnet::IpNet) -> impl Iterator<Item = IpAddr> {
    let (first, last) = (prefix.network(), prefix.broadcast());
    let (v4, v6) = match (first, last) {
        (IpAddr::V4(first), IpAddr::V4(last)) => (Some(u32::from(first)..=u32::from(last)), None),
        (IpAddr::V6(first), IpAddr::V6(last)) => (None, Some(u128::from(first)..=u128::from(last))),
        _ => (None, None),
    };
    let v4 = v4.into_iter().flatten().map(|number| IpAddr::V4(number.into()));
    v4.chain(v6.into_iter().flatten().map(|number| IpAddr::V6(number.into())))
}

/// The name under which an address has its name (RFC 1035 §3.5, RFC 3596 §2.5).
fn reverse_name(address: IpAddr) -> String {
    match address {
        IpAddr::V4(address) => {
            let [a, b, c, d] = address.octets();
            format!("{d}.{c}.{b}.{a}.in-addr.arpa")
        }
        IpAddr::V6(address) => {
            let digits = address.octets().into_iter().rev().map(|octet| format!("{:x}.{:x}.", octet & 0xf, octet >> 4));
            format!("{}ip6.arpa", digits.collect::<String>())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reverse_names_are_written_backwards() {
        assert_eq!(reverse_name("192.0.2.7".parse().unwrap()), "7.2.0.192.in-addr.arpa");
        assert_eq!(
            reverse_name("2001:db8::25".parse().unwrap()),
            "5.2.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa"
        );
    }

    #[test]
    fn a_network_is_small_or_refused() {
        let asker = || Asker { service: "resolver".into(), rate: crate::provider::Rate::per_second(1) };
        let count = |block: &str| {
            PointerTalk::new(&Netblock::parse(block).unwrap(), asker()).map(|talk| talk.addresses.len()).ok()
        };
        for (block, expected) in [
            ("192.0.2.7/32", Some(1)),
            ("192.0.2.0/24", Some(256)),
            ("192.0.2.0-192.0.3.0", None),
            ("0.0.0.0/0", None),
            ("2001:db8::/120", Some(256)),
            ("2001:db8::/32", None),
        ] {
            assert_eq!(count(block), expected, "{block}");
        }
    }
}
