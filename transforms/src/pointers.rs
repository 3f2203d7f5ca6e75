//! How does the owner of an address call it?
//!
//! Whoever holds an address can give it a name in the reverse zone (RFC 1035 §3.5). Such a name is a claim by the address's
//! owner, not by the name's: anybody may call an address `mail.bank.example`. So a name whose own records point back is
//! drawn plainly, one that nobody could confirm is drawn dashed, and one that points elsewhere says so.
//!
//! A small network is asked about address by address. How large a network may be is for the source to say.

use async_trait::async_trait;
use intel::{Exposure, Lookup, LookupKind, Record, lookup::NetworkSubject, observable::Netblock, record::Pointer};
use maltego::{InputKind, LineStyle, Link, Property, TransformDefinition, entity_types};

use crate::{
    declaration::{Declaration, PriceClass},
    entities::{name_entity, with_proof},
    error::RunError,
    observables,
    own_types::SUMMARY,
    run::{Run, Transform},
    sets,
    settings::PURCHASE,
    sink::Sink,
    walk::{Shown, walk},
};

/// Address or small network → the names in its reverse zone.
#[derive(Debug)]
pub(crate) struct IpToPointerNames;

static DECLARATION: Declaration = Declaration {
    definition: TransformDefinition {
        name: "ip_to_pointer_names",
        display_name: "To Names [DNS: PTR]",
        description: "The names that the holder of the address, or of each address of a small network, gave it. Dashed \
                      where the name does not point back. The servers of the reverse zone see the question.",
        inputs: &[
            &entity_types::IPV4_ADDRESS,
            &entity_types::IPV6_ADDRESS,
            &entity_types::NETBLOCK,
            &entity_types::CIDR,
        ],
        input_kind: InputKind::Single,
        outputs: &[&entity_types::DOMAIN, &entity_types::DNS_NAME, &SUMMARY],
        set: sets::LIVE,
        settings: PURCHASE,
    },
    lookups: &[LookupKind::Pointers],
    exposure: Exposure::Infrastructure,
    price_class: PriceClass::Small,
};

#[async_trait]
impl Transform for IpToPointerNames {
    fn declaration(&self) -> &'static Declaration {
        &DECLARATION
    }

    async fn run(&self, run: &Run, sink: &mut dyn Sink) -> Result<(), RunError> {
        let (block, what) = match observables::network(run.input())? {
            NetworkSubject::Address(address) => (Netblock::from_range(address, address), address.to_string()),
            NetworkSubject::Netblock(block) => (Some(block), block.to_string()),
            NetworkSubject::AutonomousSystem(_) | NetworkSubject::Organization(_) => (None, String::new()),
        };
        let Some(block) = block else {
            return Err(RunError::Unusable { reason: "it is neither an address nor a network".to_owned() });
        };
        let is_network = block.first() != block.last();
        let question = format!("names of {what}");
        walk(run, sink, Lookup::Pointers { block }, &question, |records, provenance, sink| {
            let mut shown = Shown::default();
            for record in records {
                let Record::Pointer(pointer) = record else { continue };
                if sink.room() == 0 {
                    shown.cut += 1;
                    continue;
                }
                let entity = name_entity(&pointer.name);
                let security = pointer.security.map(|security| security.as_str());
                let entity = entity.with_some_dynamic("namehound.dnssec", "DNSSEC", security);
                sink.add(with_proof(entity, provenance, None).linked_by(link(pointer, is_network)));
                shown.entities += 1;
            }
            shown
        })
        .await
    }
}

fn link(pointer: &Pointer, is_network: bool) -> Link {
    let mut label = "PTR".to_owned();
    if is_network {
        label.push_str(&format!(" of {}", pointer.address));
    }
    label.push_str(match pointer.confirmed {
        Some(true) => ", points back",
        Some(false) => ", does not point back",
        None => "",
    });
    let mut link = Link::labelled(label);
    if pointer.confirmed != Some(true) {
        link.style = LineStyle::Dashed;
    }
    link.properties.push(Property::loose("address", "Address", pointer.address.to_string()));
    link.properties.extend(pointer.ttl.map(|ttl| Property::loose("ttl", "TTL (seconds)", i64::from(ttl))));
    link
}

#[cfg(test)]
mod tests {
    use intel::record::Pointer;
    use maltego::Input;

    use super::*;
    use crate::testing::{Bench, host};

    fn pointer(address: &str, name: &str, confirmed: Option<bool>) -> Record {
        let address = address.parse().unwrap();
        Record::Pointer(Pointer { address, name: host(name), confirmed, ttl: Some(300), security: None })
    }

    #[tokio::test(start_paused = true)]
    async fn a_name_says_whether_it_points_back() {
        let bench = Bench::answering(vec![
            pointer("192.0.2.7", "mail.shop.example", Some(true)),
            pointer("192.0.2.7", "bank.example", Some(false)),
            pointer("192.0.2.7", "pool-7.isp.example", None),
        ]);
        let input = Input::new(&entity_types::IPV4_ADDRESS, "192.0.2.7");
        let found = bench.run(&IpToPointerNames, input).await.unwrap();
        assert_eq!(
            found.shown(),
            [
                ("mail.shop.example", "PTR, points back"),
                ("bank.example", "PTR, does not point back"),
                ("pool-7.isp.example", "PTR"),
            ]
        );
        let styles: Vec<LineStyle> = found.entities.iter().map(|entity| entity.link.style).collect();
        assert_eq!(styles, [LineStyle::Normal, LineStyle::Dashed, LineStyle::Dashed]);
        let asked = Lookup::Pointers { block: Netblock::parse("192.0.2.7/32").unwrap() }.key();
        assert_eq!(bench.asked(), [asked]);
    }

    #[tokio::test(start_paused = true)]
    async fn in_a_network_each_link_names_its_address() {
        let bench = Bench::answering(vec![pointer("192.0.2.9", "mail.shop.example", Some(true))]);
        let input = Input::new(&entity_types::NETBLOCK, "192.0.2.0-192.0.2.15");
        let found = bench.run(&IpToPointerNames, input).await.unwrap();
        assert_eq!(found.shown(), [("mail.shop.example", "PTR of 192.0.2.9, points back")]);
    }
}
