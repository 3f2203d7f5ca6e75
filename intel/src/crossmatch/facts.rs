//! What is known about one domain, as far as it can be compared.

use std::{net::IpAddr, sync::Arc};

use jiff::Timestamp;

use crate::{
    observable::HostName,
    record::{Certificate, DnsRecord, Network, WhoisRecord},
};

/// Everything about one domain that can be compared. The order within the lists does not matter.
#[derive(Debug, Clone, PartialEq)]
pub struct DomainFacts {
    /// The domain as it was asked about.
    pub domain: HostName,
    /// Its registration at different times.
    pub whois: Vec<Fact<WhoisRecord>>,
    /// Its DNS records, present and past.
    pub dns: Vec<Fact<DnsRecord>>,
    /// Its certificates.
    pub certificates: Vec<Fact<Certificate>>,
    /// The networks of its addresses.
    pub networks: Vec<Fact<AddressNetwork>>,
}

/// An address and a network that it is in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddressNetwork {
    /// The address.
    pub address: IpAddr,
    /// The network.
    pub network: Network,
}

/// A record with its proof.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact<T> {
    /// The record.
    pub record: T,
    /// Who says so, as people know the source.
    pub source: Arc<str>,
    /// When the source was asked; `None` for what was not asked for, such as an imported table.
    pub retrieved: Option<Timestamp>,
}

impl<T> Fact<T> {
    /// A record and who says so.
    #[must_use]
    pub fn new(record: T, source: &str) -> Self {
        Self { record, source: source.into(), retrieved: None }
    }
}

impl DomainFacts {
    /// A domain of which nothing is known.
    #[must_use]
    pub const fn of(domain: HostName) -> Self {
        Self { domain, whois: Vec::new(), dns: Vec::new(), certificates: Vec::new(), networks: Vec::new() }
    }

    /// Who said anything, each once, by name.
    #[must_use]
    pub fn sources(&self) -> Vec<String> {
        let whois = self.whois.iter().map(|fact| &fact.source);
        let dns = self.dns.iter().map(|fact| &fact.source);
        let certificates = self.certificates.iter().map(|fact| &fact.source);
        let networks = self.networks.iter().map(|fact| &fact.source);
        let mut sources: Vec<String> =
            whois.chain(dns).chain(certificates).chain(networks).map(|source| source.as_ref().to_owned()).collect();
        sources.sort_unstable();
        sources.dedup();
        sources
    }
}
