//! Reputation: how far a source trusts a name or an address.
//!
//! A score is about the node that was clicked and not a thing of its own, so the result is that node again, the same
//! type and value: Maltego merges the two, and the score stands where the analyst looks, as properties, as a mark
//! and, where it is bad, as a note. What the source found fault with is a Tag each, so that the same fault of two
//! names joins them.

use async_trait::async_trait;
use intel::{
    Exposure, Lookup, LookupKind, Record, lookup::HostOrAddress, record::Reputation, record::ReputationWarning,
};
use maltego::{
    Entity, EntityType, Input, InputKind, Overlay, OverlayKind, OverlayPosition, TransformDefinition, entity_types,
};

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

const SCORE: &str = "namehound.reputation.score";

/// Below this score (0 is bad, 100 is good) a name is marked and gets a note. The middle of the scale: sources publish
/// no threshold of their own.
const BAD_BELOW: f64 = 50.0;

/// The colour of the mark on a bad name.
const BAD_COLOUR: &str = "#c0392b";

/// Domain, DNSName, IPv4Address, IPv6Address → itself with its score, and a Tag for each fault.
#[derive(Debug)]
pub(crate) struct DomainToReputation;

static DECLARATION: Declaration = Declaration {
    definition: TransformDefinition {
        name: "domain_to_reputation",
        display_name: "To Reputation [reputation score]",
        description: "Puts a trust score from 0 (bad) to 100 (good) on the node itself, and shows each fault that the \
                      source found as a tag.",
        inputs: &[
            &entity_types::DOMAIN,
            &entity_types::DNS_NAME,
            &entity_types::IPV4_ADDRESS,
            &entity_types::IPV6_ADDRESS,
        ],
        input_kind: InputKind::Single,
        outputs: &[
            &entity_types::DOMAIN,
            &entity_types::DNS_NAME,
            &entity_types::WEBSITE,
            &entity_types::NS_RECORD,
            &entity_types::MX_RECORD,
            &entity_types::IPV4_ADDRESS,
            &entity_types::IPV6_ADDRESS,
            &entity_types::TAG,
        ],
        set: sets::INFRASTRUCTURE,
        settings: PURCHASE,
    },
    lookups: &[LookupKind::Reputation],
    exposure: Exposure::ThirdParty,
    price_class: PriceClass::Small,
};

#[async_trait]
impl Transform for DomainToReputation {
    fn declaration(&self) -> &'static Declaration {
        &DECLARATION
    }

    async fn run(&self, run: &Run, sink: &mut dyn Sink) -> Result<(), RunError> {
        let subject = observables::host_or_address(run.input())?;
        let what = match &subject {
            HostOrAddress::Host(host) => format!("reputation of {host}"),
            HostOrAddress::Address(address) => format!("reputation of {address}"),
        };
        let itself = itself(run.input(), &subject);
        gather(run, sink, Lookup::Reputation { subject }, &what, |records| {
            let reputations = records.iter().filter_map(|record| match record {
                Record::Reputation(reputation) => Some(reputation),
                _ => None,
            });
            reputations.flat_map(|reputation| findings(&itself, reputation)).collect()
        })
        .await?;
        Ok(())
    }
}

/// The entity that was clicked, the same type and value, so that it merges. A type that is not known here is shown as
/// the type that its value has.
fn itself(input: &Input, subject: &HostOrAddress) -> Entity {
    let known = entity_types::by_name(&input.type_name);
    let declared = known.filter(|known| DECLARATION.definition.outputs.iter().any(|output| output.name == known.name));
    let (of_value, normal): (&'static EntityType, String) = match subject {
        HostOrAddress::Host(host) if host.registrable().as_ref() == Some(host) => {
            (&entity_types::DOMAIN, host.to_string())
        }
        HostOrAddress::Host(host) => (&entity_types::DNS_NAME, host.to_string()),
        HostOrAddress::Address(address) if address.is_ipv4() => (&entity_types::IPV4_ADDRESS, address.to_string()),
        HostOrAddress::Address(address) => (&entity_types::IPV6_ADDRESS, address.to_string()),
    };
    // The text as it was sent: a tidier one would be another node.
    let value = if input.value.trim().is_empty() { normal } else { input.value.clone() };
    Entity::new(declared.unwrap_or(of_value), value)
}

fn findings(itself: &Entity, reputation: &Reputation) -> Vec<Finding> {
    let warnings = reputation.warnings.iter().filter(|warning| !warning.text.trim().is_empty());
    let tags: Vec<Finding> = warnings.clone().map(tag).collect();
    let Some(score) = reputation.score.filter(|score| score.is_finite()) else { return tags };
    let shown = shown(score);
    let mut entity = itself.clone().with_dynamic(SCORE, "Reputation score (0 to 100)", score).with_dynamic(
        "namehound.reputation.warnings",
        "Reputation warnings",
        i64::try_from(tags.len()).unwrap_or(i64::MAX),
    );
    entity.overlays.push(Overlay {
        property: SCORE.to_owned(),
        position: OverlayPosition::NorthWest,
        kind: OverlayKind::Text,
    });
    if score < BAD_BELOW {
        entity.overlays.push(Overlay {
            property: BAD_COLOUR.to_owned(),
            position: OverlayPosition::SouthWest,
            kind: OverlayKind::Colour,
        });
        let reasons: Vec<String> = warnings.map(|warning| format!("\n- {}", warning.text.trim())).collect();
        entity.note = Some(format!("Bad reputation: {shown} of 100.{}", reasons.concat()));
    }
    let mut findings = vec![Finding::new(entity, format!("reputation {shown}"))];
    findings.extend(tags);
    findings
}

fn tag(warning: &ReputationWarning) -> Finding {
    let entity = Entity::new(&entity_types::TAG, warning.text.trim())
        .with_some_dynamic("namehound.reputation.test", "Test", warning.test.as_deref())
        .with_some_dynamic("namehound.reputation.code", "Code", warning.code.as_deref());
    Finding::new(entity, "reputation warning")
}

/// `91` or `91.2`.
fn shown(score: f64) -> String {
    let text = format!("{score:.1}");
    text.strip_suffix(".0").unwrap_or(&text).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Bench, label, text_of};

    fn reputation(score: Option<f64>, warnings: &[&str]) -> Record {
        let warning = |text: &&str| ReputationWarning {
            test: Some("Name servers".to_owned()),
            text: (*text).to_owned(),
            code: Some("1001".to_owned()),
        };
        Record::Reputation(Reputation { score, warnings: warnings.iter().map(warning).collect() })
    }

    #[tokio::test(start_paused = true)]
    async fn the_score_stands_on_the_node_that_was_clicked() {
        let bench = Bench::answering(vec![reputation(Some(91.16), &[])]);
        let found = bench.run(&DomainToReputation, Input::new(&entity_types::MX_RECORD, "MX.cmt-net.example")).await;
        let found = found.unwrap();
        assert_eq!(found.values(), [("maltego.MXRecord", "MX.cmt-net.example")]);
        assert_eq!(text_of(&found.entities[0], SCORE), "91.16");
        assert_eq!(label(&found.entities[0]), "reputation 91.2");
        assert!(found.entities[0].note.is_none());
        assert_eq!(found.entities[0].overlays.len(), 1);
        assert!(found.entities[0].property(SCORE).is_some_and(|score| score.matching_rule == Default::default()));
    }

    #[tokio::test(start_paused = true)]
    async fn a_bad_score_is_marked_and_its_faults_are_tags() {
        let bench = Bench::answering(vec![reputation(Some(12.0), &["The name servers are in one network", " "])]);
        let found = bench.run(&DomainToReputation, Input::new(&entity_types::IPV4_ADDRESS, "192.0.2.1")).await.unwrap();
        assert_eq!(
            found.values(),
            [("maltego.IPv4Address", "192.0.2.1"), ("maltego.Tag", "The name servers are in one network")]
        );
        let note = found.entities[0].note.as_deref().unwrap();
        assert_eq!(note, "Bad reputation: 12 of 100.\n- The name servers are in one network");
        assert!(found.entities[0].overlays.iter().any(|overlay| overlay.kind == OverlayKind::Colour));
        assert_eq!(text_of(&found.entities[1], "namehound.reputation.test"), "Name servers");
    }

    #[tokio::test(start_paused = true)]
    async fn a_type_that_nobody_knows_is_shown_as_what_its_value_is() {
        let bench = Bench::answering(vec![reputation(Some(50.0), &[])]);
        let mut input = Input::new(&entity_types::DOMAIN, "cmt-net.example");
        input.type_name = "somebody.Domain".to_owned();
        let found = bench.run(&DomainToReputation, input).await.unwrap();
        assert_eq!(found.values(), [("maltego.Domain", "cmt-net.example")]);
    }

    #[tokio::test(start_paused = true)]
    async fn without_a_score_there_are_only_the_faults() {
        let bench = Bench::answering(vec![reputation(Some(f64::NAN), &["Young domain"])]);
        let found = bench.run(&DomainToReputation, Input::new(&entity_types::DOMAIN, "cmt-net.example")).await.unwrap();
        assert_eq!(found.values(), [("maltego.Tag", "Young domain")]);
    }
}
