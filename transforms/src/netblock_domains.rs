//! Netblock → domains: reverse IP for every address of a small network.
//!
//! Sources answer about one address at a time, so a network is as many questions as it has addresses, and each may
//! cost. All of them are priced first and decided about once. A network that is too large for that is refused with its
//! size: whoever cuts it into parts decides which of them are worth it.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use async_trait::async_trait;
use intel::{Exposure, Lookup, LookupKind, observable::Netblock};
use maltego::{InputKind, Message, MessageKind, TransformDefinition, entity_types};

use crate::{
    declaration::{Declaration, PriceClass},
    entities::name_entity,
    error::RunError,
    gather::{Asked, Finding, gather_each},
    names::seen,
    networks::size,
    observables,
    run::{Run, Transform},
    sets,
    settings::PURCHASE,
    sink::Sink,
};

/// How many addresses are asked about at once: those of a /24, the smallest network that is announced on its own.
const MOST_ADDRESSES: u128 = 256;

/// Netblock, CIDR → the names that point into it.
#[derive(Debug)]
pub(crate) struct NetblockToDomains;

static DECLARATION: Declaration = Declaration {
    definition: TransformDefinition {
        name: "netblock_to_domains",
        display_name: "To Domains [reverse IP of every address]",
        description: "The names that point or pointed to an address of this network, for networks of at most 256 \
                      addresses. Each address is a question of its own, so the price is shown first.",
        inputs: &[&entity_types::NETBLOCK, &entity_types::CIDR],
        input_kind: InputKind::Single,
        outputs: &[&entity_types::DOMAIN, &entity_types::DNS_NAME],
        set: sets::INFRASTRUCTURE,
        settings: PURCHASE,
    },
    lookups: &[LookupKind::ReverseIp],
    exposure: Exposure::ThirdParty,
    price_class: PriceClass::Large,
};

#[async_trait]
impl Transform for NetblockToDomains {
    fn declaration(&self) -> &'static Declaration {
        &DECLARATION
    }

    async fn run(&self, run: &Run, sink: &mut dyn Sink) -> Result<(), RunError> {
        let block = observables::netblock(run.input())?;
        let count = size(&block).saturating_add(1);
        if count > MOST_ADDRESSES {
            let part = if block.first().is_ipv4() { "/24" } else { "/120" };
            sink.say(Message::new(
                MessageKind::PartialError,
                format!(
                    "{block} has {count} addresses, and each is a question of its own: at most {MOST_ADDRESSES} are \
                     asked at once. Nobody was asked. Cut the network into parts of {part} or smaller."
                ),
            ));
            return Ok(());
        }
        let asked: Vec<Asked> = addresses(&block)
            .map(|address| Asked { lookup: Lookup::ReverseIp { address }, subject: address.to_string() })
            .collect();
        let what = format!("names at the addresses of {block}");
        let gathered = gather_each(run, sink, &asked, &what, |asked, records| {
            let sightings = records.iter().filter_map(seen);
            let finding = |sighting: intel::Sighting| {
                let entity = name_entity(&sighting.name);
                Finding::new(entity, asked.subject.as_str()).seen(sighting.first_seen, sighting.last_seen)
            };
            sightings.map(finding).collect()
        })
        .await?;
        if gathered.answered > 0 {
            let text = format!("Names were found at {} of the {count} addresses.", gathered.answered);
            sink.say(Message::inform(text));
        }
        Ok(())
    }
}

/// Every address of a network.
fn addresses(block: &Netblock) -> Box<dyn Iterator<Item = IpAddr> + Send> {
    match (block.first(), block.last()) {
        (IpAddr::V4(first), IpAddr::V4(last)) => {
            Box::new((u32::from(first)..=u32::from(last)).map(|number| Ipv4Addr::from(number).into()))
        }
        (IpAddr::V6(first), IpAddr::V6(last)) => {
            Box::new((u128::from(first)..=u128::from(last)).map(|number| Ipv6Addr::from(number).into()))
        }
        // A network has one family.
        _ => Box::new(std::iter::empty()),
    }
}

#[cfg(test)]
mod tests {
    use intel::{AskError, Credits, ProviderError, Record, Total};
    use maltego::Input;

    use super::*;
    use crate::{
        sink::Consent,
        testing::{Bench, label, sighting, text_of_link},
    };

    fn at(address: &str) -> Lookup {
        Lookup::ReverseIp { address: address.parse().unwrap() }
    }

    fn small() -> Input {
        Input::new(&entity_types::CIDR, "192.0.2.0/30")
    }

    fn known(answers: &[(&str, &[&str])]) -> Bench {
        let names = |names: &[&str]| names.iter().map(|name| sighting(name, "2019-01-02", "2021-03-04")).collect();
        Bench::knowing(answers.iter().map(|(address, list)| (at(address), names(list))).collect()).priced(1)
    }

    #[tokio::test(start_paused = true)]
    async fn every_address_is_asked_and_each_name_says_where_it_is() {
        let bench = known(&[("192.0.2.1", &["shop.example", "www.shop.example"]), ("192.0.2.3", &["shop.example"])]);
        let found = bench.run(&NetblockToDomains, small()).await.unwrap();
        assert_eq!(found.values(), [("maltego.Domain", "shop.example"), ("maltego.DNSName", "www.shop.example")]);
        assert_eq!(label(&found.entities[0]), "192.0.2.1, 192.0.2.3 (2019\u{2013}2021)");
        assert_eq!(text_of_link(&found.entities[0].link, "last_seen"), "2021-03-04");
        assert!(found.said("Names were found at 2 of the 4 addresses."), "{:?}", found.messages);
        assert!(found.said("4 credits spent at Test Source."), "{:?}", found.messages);
        let asked = ["192.0.2.0", "192.0.2.1", "192.0.2.2", "192.0.2.3"].map(|address| format!("reverse_ip {address}"));
        assert_eq!(bench.asked(), asked);
        let last = found.progress.last().unwrap();
        assert_eq!((last.done, last.total), (4, Some(Total::Exactly(4))));
    }

    #[tokio::test(start_paused = true)]
    async fn a_large_network_is_refused_with_its_size() {
        for (network, size, part) in [
            ("192.0.0.0/16", "65536 addresses", "/24"),
            ("192.0.2.0-192.0.3.0", "257 addresses", "/24"),
            ("2001:db8::/32", "79228162514264337593543950336 addresses", "/120"),
            ("::/0", "340282366920938463463374607431768211455 addresses", "/120"),
        ] {
            let bench = known(&[]);
            let found = bench.run(&NetblockToDomains, Input::new(&entity_types::CIDR, network)).await.unwrap();
            assert!(found.said_failure(size) && found.said_failure(part), "{:?}", found.messages);
            assert!(bench.asked().is_empty(), "{network}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn the_price_of_all_is_decided_about_once() {
        let bench = known(&[("192.0.2.1", &["shop.example"])]).with_setting("max_credits_per_run", "3");
        let error = bench.run(&NetblockToDomains, small()).await.unwrap_err();
        let RunError::Ask(AskError::NeedsConsent { price, limit, source_name, .. }) = &error else {
            panic!("{error:?}");
        };
        assert_eq!((*price, *limit, source_name.as_str()), (Credits(4), Credits(3), "Test Source"));
        assert!(bench.asked().is_empty(), "nothing is bought before somebody has decided");

        let (found, outcome) =
            bench.clone().consenting(Consent::Decline).run_through(&NetblockToDomains, vec![small()]).await;
        assert!(matches!(outcome, Err(RunError::Ask(AskError::NeedsConsent { .. }))), "{outcome:?}");
        assert_eq!(found.purchases.len(), 1);

        let found = bench.consenting(Consent::Buy).run(&NetblockToDomains, small()).await.unwrap();
        assert_eq!((found.purchases.len(), found.purchases[0].price, found.spent), (1, Credits(4), Credits(4)));
        assert_eq!(found.values(), [("maltego.Domain", "shop.example")]);
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_remembered_costs_nothing_more() {
        let bench = known(&[("192.0.2.1", &["shop.example"])]).with_setting("max_credits_per_run", "4");
        bench.run(&NetblockToDomains, small()).await.unwrap();
        let found = bench.with_setting("max_credits_per_run", "0").run(&NetblockToDomains, small()).await.unwrap();
        assert_eq!((found.spent, found.entities.len()), (Credits::FREE, 1));
        assert!(found.said("nothing was spent now"), "{:?}", found.messages);
    }

    #[tokio::test(start_paused = true)]
    async fn one_address_that_fails_does_not_end_the_others() {
        let bench =
            known(&[("192.0.2.3", &["shop.example"])]).failing(&at("192.0.2.1"), ProviderError::malformed("odd"));
        let found = bench.run(&NetblockToDomains, small()).await.unwrap();
        assert_eq!(found.values(), [("maltego.Domain", "shop.example")]);
        assert!(found.said_failure("No answer about 192.0.2.1. Test Source sent"), "{:?}", found.messages);
    }

    #[tokio::test(start_paused = true)]
    async fn a_failure_that_all_would_share_ends_the_run_and_keeps_what_was_found() {
        let bench = known(&[("192.0.2.0", &["shop.example"])]).failing(&at("192.0.2.1"), ProviderError::NoCredits);
        let (found, outcome) = bench.run_through(&NetblockToDomains, vec![small()]).await;
        assert!(matches!(outcome, Err(RunError::Ask(AskError::Provider { .. }))), "{outcome:?}");
        assert_eq!(found.values(), [("maltego.Domain", "shop.example")]);
    }

    #[tokio::test(start_paused = true)]
    async fn only_the_first_page_of_an_address_is_read_and_it_is_said() {
        let page = |name: &str| vec![sighting(name, "", "")];
        let bench = known(&[]).with_pages(&at("192.0.2.2"), vec![page("a.example"), page("b.example")]);
        let found = bench.run(&NetblockToDomains, small()).await.unwrap();
        assert_eq!(found.values(), [("maltego.Domain", "a.example")]);
        assert_eq!(label(&found.entities[0]), "192.0.2.2");
        assert!(found.said("more than one page of results for 192.0.2.2"), "{:?}", found.messages);
    }

    #[tokio::test(start_paused = true)]
    async fn the_soft_limit_ends_the_asking() {
        let names: Vec<Record> = (0..5).map(|number| sighting(&format!("d{number}.example"), "", "")).collect();
        let bench = Bench::answering(names).priced(1).limited(3);
        let found = bench.run(&NetblockToDomains, Input::new(&entity_types::NETBLOCK, "192.0.2.0-192.0.2.255")).await;
        // 256 credits are more than a run may spend by itself.
        assert!(found.is_err());
        let bench = bench.with_setting("confirm_purchase", "true");
        let found =
            bench.run(&NetblockToDomains, Input::new(&entity_types::NETBLOCK, "192.0.2.0-192.0.2.255")).await.unwrap();
        assert_eq!(found.entities.len(), 3);
        assert!(bench.asked().len() <= 16, "{} were asked", bench.asked().len());
        assert!(found.said("3 of at least 5 shown (soft limit)"), "{:?}", found.messages);
    }

    #[tokio::test(start_paused = true)]
    async fn an_empty_network_is_said_once() {
        let found = known(&[]).run(&NetblockToDomains, small()).await.unwrap();
        let nothing = "Test Source knows no names at the addresses of 192.0.2.0/30.";
        assert_eq!(found.messages.iter().filter(|message| message.text == nothing).count(), 1, "{:?}", found.messages);
    }

    #[tokio::test(start_paused = true)]
    async fn a_private_network_is_refused_before_anybody_is_asked_for_consent() {
        let bench = known(&[]).with_setting("max_credits_per_run", "0").consenting(Consent::Buy);
        let (found, outcome) =
            bench.run_through(&NetblockToDomains, vec![Input::new(&entity_types::CIDR, "192.168.0.0/30")]).await;
        assert!(matches!(outcome, Err(RunError::Ask(AskError::LocalAddress { .. }))), "{outcome:?}");
        assert!(found.purchases.is_empty() && bench.asked().is_empty());
    }
}
