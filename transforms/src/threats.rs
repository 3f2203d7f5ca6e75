//! Threats: what a name, an address, a link or a file is accused of.
//!
//! The accusation is the node, so that everything that is accused of phishing hangs together; who was accused of it and
//! when stands on the link. Sources match by pattern and by parent, so an accusation of another name than the one asked
//! about is shown with that name.

use async_trait::async_trait;
use intel::{Exposure, Lookup, LookupKind, Record, lookup::Indicator, record::Threat};
use maltego::{Colour, Entity, InputKind, Message, TransformDefinition, entity_types};

use crate::{
    declaration::{Declaration, PriceClass},
    error::RunError,
    gather::{Finding, gather},
    observables,
    run::{Run, Transform},
    sets,
    settings::PURCHASE,
    sink::Sink,
};

/// The colour of an accusation's link.
const RED: Colour = Colour::new(0xc0, 0x39, 0x2b);

/// Domain, DNSName, IPv4Address, IPv6Address, Netblock, CIDR, URL, Hash → a Tag for each kind of accusation.
#[derive(Debug)]
pub(crate) struct DomainToThreats;

static DECLARATION: Declaration = Declaration {
    definition: TransformDefinition {
        name: "domain_to_threats",
        display_name: "To Threats [threat intelligence]",
        description: "What the name, address, network, link or file is accused of (phishing, malware, botnet and so \
                      on), with the years. An accusation is a reason to look closer, not a proof.",
        inputs: &[
            &entity_types::DOMAIN,
            &entity_types::DNS_NAME,
            &entity_types::IPV4_ADDRESS,
            &entity_types::IPV6_ADDRESS,
            &entity_types::NETBLOCK,
            &entity_types::CIDR,
            &entity_types::URL,
            &entity_types::HASH,
        ],
        input_kind: InputKind::Single,
        outputs: &[&entity_types::TAG],
        set: sets::INFRASTRUCTURE,
        settings: PURCHASE,
    },
    lookups: &[LookupKind::Threats],
    exposure: Exposure::ThirdParty,
    price_class: PriceClass::Small,
};

#[async_trait]
impl Transform for DomainToThreats {
    fn declaration(&self) -> &'static Declaration {
        &DECLARATION
    }

    async fn run(&self, run: &Run, sink: &mut dyn Sink) -> Result<(), RunError> {
        let indicator = observables::indicator(run.input())?;
        let what = format!("accusations against {indicator}");
        let asked = indicator.clone();
        let mut others = Vec::new();
        gather(run, sink, Lookup::Threats { indicator }, &what, |records| {
            let threats = records.iter().filter_map(|record| match record {
                Record::Threat(threat) if !threat.threat.trim().is_empty() => Some(threat),
                _ => None,
            });
            let finding = |threat: &Threat| {
                let itself = is_about(threat, &asked);
                if !itself && !others.contains(&threat.indicator) {
                    others.push(threat.indicator.clone());
                }
                finding(threat, itself)
            };
            threats.map(finding).collect()
        })
        .await?;
        if !others.is_empty() {
            let shown = crate::gather::enumerated(&others);
            sink.say(Message::inform(format!("Some accusations are about a part or a parent of {asked}: {shown}.")));
        }
        Ok(())
    }
}

fn finding(threat: &Threat, itself: bool) -> Finding {
    let mut entity = Entity::new(&entity_types::TAG, threat.threat.trim().to_lowercase());
    entity.link.colour = Some(RED);
    let kind = threat.indicator_kind.as_deref().map(|kind| format!(" ({kind})")).unwrap_or_default();
    let label = if itself { "accused".to_owned() } else { format!("accused: {}{kind}", threat.indicator) };
    Finding::new(entity, label).seen(threat.first_seen, threat.last_seen)
}

/// Whether an accusation names exactly what was asked about, however the source spells it.
fn is_about(threat: &Threat, asked: &Indicator) -> bool {
    let plain = |text: &str| text.trim().trim_end_matches(['/', '.']).to_lowercase();
    plain(&threat.indicator) == plain(&asked.to_string())
}

#[cfg(test)]
mod tests {
    use intel::Moment;
    use maltego::Input;

    use super::*;
    use crate::testing::{Bench, label, moment, text_of, text_of_link};

    fn threat(indicator: &str, threat: &str, first: &str, last: &str) -> Record {
        let seen = |day: &str| -> Option<Moment> { moment(day) };
        Record::Threat(Threat {
            indicator: indicator.to_owned(),
            indicator_kind: Some("domain".to_owned()),
            threat: threat.to_owned(),
            first_seen: seen(first),
            last_seen: seen(last),
        })
    }

    #[tokio::test(start_paused = true)]
    async fn each_kind_of_accusation_is_one_tag_with_its_years() {
        let bench = Bench::answering(vec![
            threat("Phish.example.", "phishing", "2019-01-02", "2020-03-04"),
            threat("phish.example", "Phishing", "2023-05-06", "2023-05-06"),
            threat("phish.example", "malware", "", ""),
            threat("phish.example", " ", "", ""),
        ]);
        let found = bench.run(&DomainToThreats, Input::new(&entity_types::DOMAIN, "phish.example")).await.unwrap();
        assert_eq!(found.values(), [("maltego.Tag", "phishing"), ("maltego.Tag", "malware")]);
        assert_eq!(label(&found.entities[0]), "accused (2019\u{2013}2020, 2023)");
        assert_eq!(text_of_link(&found.entities[0].link, "first_seen"), "2019-01-02");
        assert_eq!(text_of(&found.entities[0], "namehound.last_seen"), "2023-05-06");
        assert_eq!(label(&found.entities[1]), "accused");
        assert!(!found.said("a part or a parent"));
    }

    #[tokio::test(start_paused = true)]
    async fn accusations_of_a_part_or_a_parent_are_shown_with_its_name() {
        let bench = Bench::answering(vec![
            threat("192.0.2.7", "botnet", "2021-01-02", "2021-03-04"),
            threat("192.0.2.8", "botnet", "2022-01-02", "2022-03-04"),
        ]);
        let found = bench.run(&DomainToThreats, Input::new(&entity_types::CIDR, "192.0.2.0/24")).await.unwrap();
        assert_eq!(found.values(), [("maltego.Tag", "botnet")]);
        assert_eq!(
            label(&found.entities[0]),
            "accused: 192.0.2.7 (domain), accused: 192.0.2.8 (domain) (2021\u{2013}2022)"
        );
        assert!(found.said("a part or a parent of 192.0.2.0/24: 192.0.2.7, 192.0.2.8."), "{:?}", found.messages);
    }

    #[tokio::test(start_paused = true)]
    async fn innocence_is_said() {
        let found = Bench::answering(Vec::new())
            .run(&DomainToThreats, Input::new(&entity_types::URL, "https://cmt-net.example/a"))
            .await
            .unwrap();
        assert!(
            found.said("Test Source knows no accusations against https://cmt-net.example/a."),
            "{:?}",
            found.messages
        );
    }
}
