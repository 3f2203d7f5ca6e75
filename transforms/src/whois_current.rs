//! Current WHOIS: what a registration says now.
//!
//! Where the route asks all sources rather than the first that answers, their words become one record that says on which
//! fields they differ (see [`whois_comparison`](crate::whois_comparison)).
//!
//! The record looks as those of the history do. Where both say the same of the same day they have the same value, so that
//! they are one node.

use async_trait::async_trait;
use intel::{Exposure, Lookup, LookupKind, desk::RouteMode, lookup::WhoisSubject};
use maltego::{EntityType, InputKind, TransformDefinition, entity_types};

use crate::{
    declaration::{Declaration, PriceClass},
    error::RunError,
    observables,
    run::{Run, Transform},
    sets,
    settings::PURCHASE,
    sink::Sink,
    walk::walk,
    whois_comparison::compare,
    whois_entity::{Timeline, draw_states, registered_domain},
};

const OUTPUTS: &[&EntityType] = &[&entity_types::WHOIS_RECORD];

/// What the members of the family have in common.
const fn declaration(
    name: &'static str,
    description: &'static str,
    inputs: &'static [&'static EntityType],
) -> Declaration {
    Declaration {
        definition: TransformDefinition {
            name,
            display_name: "To WHOIS Record [current WHOIS]",
            description,
            inputs,
            input_kind: InputKind::Single,
            outputs: OUTPUTS,
            set: sets::REGISTRATION,
            settings: PURCHASE,
        },
        lookups: &[LookupKind::WhoisCurrent],
        exposure: Exposure::ThirdParty,
        price_class: PriceClass::Small,
    }
}

/// Domain → WHOISRecord.
#[derive(Debug)]
pub(crate) struct DomainToWhois;

static DOMAIN: Declaration = declaration(
    "domain_to_whois",
    "The WHOIS record of the domain as it is now. A registry or a data vendor is asked, not the domain's own servers.",
    &[&entity_types::DOMAIN, &entity_types::DNS_NAME],
);

/// IPv4Address, IPv6Address → WHOISRecord.
#[derive(Debug)]
pub(crate) struct IpToWhois;

static ADDRESS: Declaration = declaration(
    "ip_to_whois",
    "The WHOIS record of the network that the address belongs to, as it is now. The address itself is not contacted.",
    &[&entity_types::IPV4_ADDRESS, &entity_types::IPV6_ADDRESS],
);

#[async_trait]
impl Transform for DomainToWhois {
    fn declaration(&self) -> &'static Declaration {
        &DOMAIN
    }

    async fn run(&self, run: &Run, sink: &mut dyn Sink) -> Result<(), RunError> {
        let domain = registered_domain(run.input(), sink)?;
        // Whoever has all sources asked wants to see where they differ.
        if run.desk.mode(LookupKind::WhoisCurrent) == RouteMode::All {
            return compare(run, sink, &domain, false).await;
        }
        let question = format!("the registration of {domain}");
        current_whois(run, sink, WhoisSubject::Domain(domain), &question).await
    }
}

#[async_trait]
impl Transform for IpToWhois {
    fn declaration(&self) -> &'static Declaration {
        &ADDRESS
    }

    async fn run(&self, run: &Run, sink: &mut dyn Sink) -> Result<(), RunError> {
        let address = observables::ip_address(run.input())?;
        let question = format!("the network of {address}");
        current_whois(run, sink, WhoisSubject::Address(address), &question).await
    }
}

async fn current_whois(run: &Run, sink: &mut dyn Sink, subject: WhoisSubject, question: &str) -> Result<(), RunError> {
    let mut timeline = Timeline::default();
    walk(run, sink, Lookup::WhoisCurrent { subject }, question, |records, provenance, sink| {
        draw_states(&mut timeline, records, provenance, sink)
    })
    .await
}

#[cfg(test)]
mod tests {
    use intel::{Contact, Credits};
    use maltego::Input;

    use super::*;
    use crate::{
        testing::{Bench, host, records, whois},
        whois_history::DomainToWhoisHistory,
    };

    fn current(domain: &str) -> Lookup {
        Lookup::WhoisCurrent { subject: WhoisSubject::Domain(host(domain)) }
    }

    #[tokio::test(start_paused = true)]
    async fn a_name_leads_to_the_record_of_its_registered_domain() {
        let contact = Contact { name: Some("Dara Velani".to_owned()), ..Contact::default() };
        let record = whois("velani.example", "2021-04-21", contact);
        let bench = Bench::knowing(vec![(current("velani.example"), records([record]))]).priced(1);
        let found =
            bench.run(&DomainToWhois, Input::new(&entity_types::DNS_NAME, "webmail.velani.example")).await.unwrap();
        assert_eq!(found.shown(), [("velani.example 2021-04-21", "WHOIS 2021-04-21")]);
        let name = found.property("velani.example 2021-04-21", "registrantName");
        assert_eq!((name.as_deref(), found.spent), (Some("Dara Velani"), Credits(1)));
        assert_eq!(
            found.texts(),
            [
                "WHOIS is kept per registered domain, so velani.example was asked about.",
                "1 credit spent at Test Source.",
            ]
        );
        let found = bench.run(&DomainToWhois, Input::new(&entity_types::DOMAIN, "cmt.example")).await.unwrap();
        assert_eq!(found.texts()[0], "Test Source has nothing on the registration of cmt.example.");
    }

    #[tokio::test(start_paused = true)]
    async fn the_current_record_is_the_same_node_as_the_newest_of_the_history() {
        let bench = Bench::with_case();
        let now = bench.run(&DomainToWhois, Input::new(&entity_types::DOMAIN, "velani.example")).await.unwrap();
        let ever = bench.run(&DomainToWhoisHistory, Input::new(&entity_types::DOMAIN, "velani.example")).await.unwrap();
        assert_eq!((now.shown().len(), ever.shown().len()), (1, 3));
        assert_eq!(now.shown()[0].0, ever.shown()[0].0);
        assert_eq!(now.shown()[0].0, "velani.example 2021-04-21");
    }

    #[tokio::test(start_paused = true)]
    async fn an_address_leads_to_the_record_of_its_network_and_a_local_one_stays_here() {
        let address = "192.0.2.14".parse().unwrap();
        let lookup = Lookup::WhoisCurrent { subject: WhoisSubject::Address(address) };
        let record = whois("192.0.2.14", "2021-04-21", Contact::default());
        let bench = Bench::knowing(vec![(lookup, records([record]))]);
        let found = bench.run(&IpToWhois, Input::new(&entity_types::IPV4_ADDRESS, "192.0.2[.]14")).await.unwrap();
        assert_eq!(found.shown(), [("192.0.2.14 2021-04-21", "WHOIS 2021-04-21")]);
        let mut local = Input::new(&entity_types::IPV4_ADDRESS, "");
        local.put("ipv4-address", "10.0.0.1");
        let error = bench.run(&IpToWhois, local).await.unwrap_err();
        assert!(matches!(error, RunError::Ask(intel::AskError::LocalAddress { .. })), "{error:?}");
        assert_eq!(bench.asked().len(), 1);
    }
}
