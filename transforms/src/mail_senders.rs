//! Who may send a domain's mail?
//!
//! A domain's SPF policy (RFC 7208) lists those who may: names of other people's policies that it includes, and addresses
//! and networks of its own. An included policy is a customer's tie to a service, or to a parent company that nobody
//! mentions; an address in a policy is often the owner's own machine, unhidden by any content network. The text itself is
//! one node that leads nowhere, so here each part of it becomes what it is.
//!
//! A policy is read as it stands: what it includes is named and not read in turn, since each of those is a pivot of its
//! own. Services that strangers share by the thousand are marked.

use async_trait::async_trait;
use intel::{
    Exposure, Lookup, LookupKind, Record,
    observable::{HostName, Netblock, parse_address},
    record::DnsData,
    text_identifier::{TextIdentifier, TextIdentifierKind, identifiers},
};
use maltego::{Entity, InputKind, Message, TransformDefinition, entity_types};

use crate::{
    declaration::{Declaration, PriceClass},
    error::RunError,
    gather::{Finding, gather},
    noise::marked,
    observables,
    own_types::SUMMARY,
    run::{Run, Transform},
    sets,
    settings::PURCHASE,
    sink::Sink,
};

/// Domain → the names, addresses and networks in its SPF policy.
#[derive(Debug)]
pub(crate) struct DomainToMailSenders;

static DECLARATION: Declaration = Declaration {
    definition: TransformDefinition {
        name: "domain_to_mail_senders",
        display_name: "To Mail Senders [SPF]",
        description: "Who may send the domain's mail by its SPF policy: the policies it includes, and the addresses and \
                      networks it lists.",
        inputs: &[&entity_types::DOMAIN, &entity_types::DNS_NAME],
        input_kind: InputKind::Single,
        outputs: &[
            &entity_types::DNS_NAME,
            &entity_types::IPV4_ADDRESS,
            &entity_types::IPV6_ADDRESS,
            &entity_types::NETBLOCK,
            &entity_types::CIDR,
            &SUMMARY,
        ],
        set: sets::LIVE,
        settings: PURCHASE,
    },
    lookups: &[LookupKind::DnsRecords],
    exposure: Exposure::Infrastructure,
    price_class: PriceClass::Small,
};

#[async_trait]
impl Transform for DomainToMailSenders {
    fn declaration(&self) -> &'static Declaration {
        &DECLARATION
    }

    async fn run(&self, run: &Run, sink: &mut dyn Sink) -> Result<(), RunError> {
        let host = observables::host(run.input())?;
        let what = format!("DNS records of {host}");
        let mut policies = 0_u32;
        let gathered = gather(run, sink, Lookup::DnsRecords { host: host.clone() }, &what, |records| {
            let mut findings = Vec::new();
            for record in records {
                let Record::Dns(record) = record else { continue };
                let DnsData::Text(text) = &record.data else { continue };
                if !is_policy(text) {
                    continue;
                }
                policies += 1;
                let senders = identifiers(text);
                let found = senders.iter().filter_map(sender_entity);
                findings.extend(
                    found.map(|(entity, label)| Finding::new(entity, label).seen(record.first_seen, record.last_seen)),
                );
            }
            findings
        })
        .await?;
        let text = match (gathered.records, policies, gathered.found) {
            (0, ..) => return Ok(()),
            (_, 0, _) => format!("{host} has no SPF policy."),
            (_, _, 0) => {
                format!("The SPF policy of {host} names no sender: nobody, or only its own servers, may send.")
            }
            (_, 1, _) => return Ok(()),
            (_, policies, _) => {
                format!(
                    "{host} has {policies} SPF policies. More than one is an error (RFC 7208 §4.5), and all were read."
                )
            }
        };
        sink.say(Message::inform(text));
        Ok(())
    }
}

/// Whether a text is an SPF policy (RFC 7208 §4.5).
fn is_policy(text: &str) -> bool {
    let version = text.split(' ').next().unwrap_or_default();
    version.eq_ignore_ascii_case("v=spf1")
}

/// A sender as what it is.
fn sender_entity(sender: &TextIdentifier) -> Option<(Entity, String)> {
    let entity = match sender.kind {
        TextIdentifierKind::MailSender => {
            let name = HostName::parse(&sender.value).ok()?;
            Entity::new(&entity_types::DNS_NAME, name.as_str())
        }
        TextIdentifierKind::MailAddress => {
            let address = parse_address(&sender.value).ok();
            let block = match address {
                Some(address) => Netblock::from_range(address, address)?,
                None => Netblock::parse(&sender.value).ok()?,
            };
            match (block.first() == block.last(), block.first().is_ipv4()) {
                (true, true) => Entity::new(&entity_types::IPV4_ADDRESS, block.first().to_string()),
                (true, false) => Entity::new(&entity_types::IPV6_ADDRESS, block.first().to_string()),
                (false, true) => Entity::new(&entity_types::NETBLOCK, block.range()),
                (false, false) => Entity::new(&entity_types::CIDR, block.to_string()),
            }
        }
        _ => return None,
    };
    let entity = match &sender.common {
        Some(verdict) => marked(entity, verdict),
        None => entity,
    };
    Some((entity, format!("SPF {}", sender.text)))
}

#[cfg(test)]
mod tests {
    use intel::DnsRecord;
    use maltego::{Input, LineStyle};

    use super::*;
    use crate::testing::{Bench, host, label};

    fn text(text: &str) -> Record {
        Record::Dns(DnsRecord {
            owner: host("cmt-net.example"),
            data: DnsData::Text(text.to_owned()),
            ttl: None,
            first_seen: None,
            last_seen: None,
            security: None,
        })
    }

    fn domain() -> Input {
        Input::new(&entity_types::DOMAIN, "cmt-net.example")
    }

    #[tokio::test(start_paused = true)]
    async fn each_part_of_the_policy_is_what_it_is() {
        let policy = "v=spf1 include:spf.lantern.example ip4:192.0.2.7 ip4:198.51.100.64/26 ip6:2001:db8::25 \
                      ip6:2001:db8:7::/48 include:_spf.google.com redirect=_spf.parent.example";
        let bench = Bench::answering(vec![text("google-site-verification=abcdefghijklmnop"), text(policy)]);
        let found = bench.run(&DomainToMailSenders, domain()).await.unwrap();
        let mut values = found.values();
        values.sort_unstable();
        assert_eq!(
            values,
            [
                ("maltego.CIDR", "2001:db8:7::/48"),
                ("maltego.DNSName", "_spf.google.com"),
                ("maltego.DNSName", "_spf.parent.example"),
                ("maltego.DNSName", "spf.lantern.example"),
                ("maltego.IPv4Address", "192.0.2.7"),
                ("maltego.IPv6Address", "2001:db8::25"),
                ("maltego.Netblock", "198.51.100.64-198.51.100.127"),
            ]
        );
        let of = |value: &str| found.entities.iter().find(|entity| entity.value.as_text() == Some(value)).unwrap();
        assert_eq!(label(of("spf.lantern.example")), "SPF include:spf.lantern.example");
        assert_eq!(of("spf.lantern.example").link.style, LineStyle::Normal);
        assert_eq!(of("_spf.google.com").link.style, LineStyle::Dashed);
    }

    #[tokio::test(start_paused = true)]
    async fn no_policy_an_empty_one_and_two_are_told_apart() {
        for (records, expected) in [
            (vec![text("hello")], "cmt-net.example has no SPF policy."),
            (vec![text("v=spf1 -all")], "names no sender"),
            (vec![text("v=spf1 ip4:192.0.2.7 -all"), text("V=SPF1 ip4:192.0.2.8 -all")], "has 2 SPF policies"),
            (vec![text("v=spf10 ip4:192.0.2.7 -all")], "has no SPF policy"),
        ] {
            let found = Bench::answering(records).run(&DomainToMailSenders, domain()).await.unwrap();
            assert!(found.said(expected), "{expected}: {:?}", found.messages);
        }
    }
}
