//! DNS history: the addresses that a name had, and the names that an address had.
//!
//! Sources date what they saw by the day or by the stretch, and the same address comes back after years. On a graph
//! that is one node, and its link tells every stretch: a name that was at an address in 2016 and again in 2021 was
//! not there in between.
//!
//! An address may have had thousands of names, so those come with their number first, as reverse IP does.

use std::net::IpAddr;

use async_trait::async_trait;
use intel::{DnsRecord, Exposure, Lookup, LookupKind, Record, record::DnsData};
use maltego::{Entity, EntityType, InputKind, TransformDefinition, entity_types};

use crate::{
    declaration::{Declaration, PriceClass},
    error::RunError,
    gather::{Finding, gather},
    names::show_names,
    observables,
    own_types::SUMMARY,
    run::{Run, Transform},
    sets,
    settings::PURCHASE,
    sink::Sink,
};

/// What the members of the family have in common.
const fn declaration(
    definition: (&'static str, &'static str, &'static str),
    inputs: &'static [&'static EntityType],
    outputs: &'static [&'static EntityType],
    lookups: &'static [LookupKind],
) -> Declaration {
    let (name, display_name, description) = definition;
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
        lookups,
        exposure: Exposure::ThirdParty,
        price_class: PriceClass::Small,
    }
}

/// Domain → the addresses it had.
#[derive(Debug)]
pub(crate) struct DomainToIpHistory;

static OF_DOMAIN: Declaration = declaration(
    (
        "domain_to_ip_history",
        "To IP Addresses [DNS history]",
        "The addresses that the name pointed to, each with the years in which it did, from collected data.",
    ),
    &[&entity_types::DOMAIN, &entity_types::DNS_NAME],
    &[&entity_types::IPV4_ADDRESS, &entity_types::IPV6_ADDRESS, &SUMMARY],
    &[LookupKind::DnsHistory],
);

/// IPv4Address, IPv6Address → the names it had.
#[derive(Debug)]
pub(crate) struct IpToHistoricDomains;

static OF_ADDRESS: Declaration = declaration(
    (
        "ip_to_historic_domains",
        "To Domains [DNS history]",
        "The names that pointed to the address, each with the years in which it did, from collected data.",
    ),
    &[&entity_types::IPV4_ADDRESS, &entity_types::IPV6_ADDRESS],
    &[&entity_types::DOMAIN, &entity_types::DNS_NAME, &SUMMARY],
    &[LookupKind::AddressHistory],
);

#[async_trait]
impl Transform for DomainToIpHistory {
    fn declaration(&self) -> &'static Declaration {
        &OF_DOMAIN
    }

    async fn run(&self, run: &Run, sink: &mut dyn Sink) -> Result<(), RunError> {
        let host = observables::host(run.input())?;
        let what = format!("earlier addresses of {host}");
        let lookup = Lookup::DnsHistory { host, family: None };
        gather(run, sink, lookup, &what, |records| records.iter().filter_map(address).collect()).await?;
        Ok(())
    }
}

#[async_trait]
impl Transform for IpToHistoricDomains {
    fn declaration(&self) -> &'static Declaration {
        &OF_ADDRESS
    }

    async fn run(&self, run: &Run, sink: &mut dyn Sink) -> Result<(), RunError> {
        let address = observables::ip_address(run.input())?;
        let what = format!("names that pointed to {address}");
        show_names(run, sink, Lookup::AddressHistory { address }, &what, record_type(address)).await
    }
}

fn address(record: &Record) -> Option<Finding> {
    let Record::Dns(DnsRecord { data: DnsData::Address(address), first_seen, last_seen, .. }) = record else {
        return None;
    };
    let entity_type = if address.is_ipv4() { &entity_types::IPV4_ADDRESS } else { &entity_types::IPV6_ADDRESS };
    let entity = Entity::new(entity_type, address.to_string());
    Some(Finding::new(entity, record_type(*address)).seen(*first_seen, *last_seen))
}

fn record_type(address: IpAddr) -> &'static str {
    if address.is_ipv4() { "A" } else { "AAAA" }
}

#[cfg(test)]
mod tests {
    use maltego::Input;

    use super::*;
    use crate::testing::{Bench, host, label, moment, sighting, text_of, text_of_link};

    fn stretch(address: &str, first: &str, last: &str) -> Record {
        Record::Dns(DnsRecord {
            owner: host("cmt-net.example"),
            data: DnsData::Address(address.parse().unwrap()),
            ttl: None,
            first_seen: moment(first),
            last_seen: moment(last),
            security: None,
        })
    }

    fn domain() -> Input {
        Input::new(&entity_types::DOMAIN, "cmt-net.example")
    }

    #[tokio::test(start_paused = true)]
    async fn an_address_that_came_back_is_one_node_with_every_stretch_on_its_link() {
        let bench = Bench::answering(Vec::new()).with_pages(
            &Lookup::DnsHistory { host: host("cmt-net.example"), family: None },
            vec![
                vec![stretch("192.0.2.1", "2021-05-01", "2023-06-01"), stretch("2001:db8::1", "2022-01-01", "")],
                vec![stretch("192.0.2.1", "2016-01-01", "2019-02-03"), sighting("odd.example", "", "")],
            ],
        );
        let found = bench.run(&DomainToIpHistory, domain()).await.unwrap();
        assert_eq!(found.values(), [("maltego.IPv4Address", "192.0.2.1"), ("maltego.IPv6Address", "2001:db8::1")]);
        let address = &found.entities[0];
        assert_eq!(label(address), "A (2016\u{2013}2019, 2021\u{2013}2023)");
        assert_eq!(text_of_link(&address.link, "first_seen"), "2016-01-01");
        assert_eq!(text_of(address, "namehound.last_seen"), "2023-06-01");
        assert_eq!(label(&found.entities[1]), "AAAA (2022)");
    }

    #[tokio::test(start_paused = true)]
    async fn there_is_no_further_page_once_the_room_is_used_up() {
        let lookup = Lookup::DnsHistory { host: host("cmt-net.example"), family: None };
        let pages =
            vec![vec![stretch("192.0.2.1", "", ""), stretch("192.0.2.2", "", "")], vec![stretch("192.0.2.3", "", "")]];
        let bench = Bench::answering(Vec::new()).with_pages(&lookup, pages).limited(1);
        let found = bench.run(&DomainToIpHistory, domain()).await.unwrap();
        assert_eq!(found.values(), [("maltego.IPv4Address", "192.0.2.1")]);
        assert_eq!(bench.asked().len(), 1);
        assert!(found.said("1 of at least 2 shown (soft limit)"), "{:?}", found.messages);
    }

    #[tokio::test(start_paused = true)]
    async fn the_names_of_an_address_are_domains_and_hosts() {
        let bench = Bench::answering(vec![
            sighting("shop.example", "2018-01-01", "2018-01-01"),
            sighting("shop.example", "2020-01-01", "2020-06-01"),
            sighting("www.shop.example", "", ""),
        ]);
        let input = Input::new(&entity_types::IPV4_ADDRESS, "192.0.2[.]1");
        let found = bench.run(&IpToHistoricDomains, input).await.unwrap();
        assert_eq!(found.values(), [("maltego.Domain", "shop.example"), ("maltego.DNSName", "www.shop.example")]);
        assert_eq!((label(&found.entities[0]), label(&found.entities[1])), ("A (2018\u{2013}2020)", "A"));
        assert_eq!(bench.asked(), ["address_history 192.0.2.1"]);
    }

    #[tokio::test(start_paused = true)]
    async fn no_history_is_said() {
        let found = Bench::answering(Vec::new()).run(&DomainToIpHistory, domain()).await.unwrap();
        assert!(found.said("Test Source knows no earlier addresses of cmt-net.example."), "{:?}", found.messages);
    }
}
