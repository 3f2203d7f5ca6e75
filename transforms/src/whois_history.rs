//! WHOIS history: what a domain's registration said, and when.

use async_trait::async_trait;
use intel::{Exposure, Lookup, LookupKind};
use maltego::{InputKind, TransformDefinition, entity_types};

use crate::{
    declaration::{Declaration, PriceClass},
    error::RunError,
    run::{Run, Transform},
    sets,
    settings::PURCHASE,
    sink::Sink,
    walk::walk,
    whois_entity::{Timeline, draw_states, registered_domain},
};

/// Domain → one WHOISRecord a state, newest first.
#[derive(Debug)]
pub(crate) struct DomainToWhoisHistory;

static DECLARATION: Declaration = Declaration {
    definition: TransformDefinition {
        name: "domain_to_whois_history",
        display_name: "To WHOIS History [WHOIS history]",
        description: "Every known state of the domain's registration, newest first; neighbouring records that say the \
                      same are one.",
        inputs: &[&entity_types::DOMAIN, &entity_types::DNS_NAME],
        input_kind: InputKind::Single,
        outputs: &[&entity_types::WHOIS_RECORD],
        set: sets::REGISTRATION,
        settings: PURCHASE,
    },
    lookups: &[LookupKind::WhoisHistory],
    exposure: Exposure::ThirdParty,
    price_class: PriceClass::Large,
};

#[async_trait]
impl Transform for DomainToWhoisHistory {
    fn declaration(&self) -> &'static Declaration {
        &DECLARATION
    }

    async fn run(&self, run: &Run, sink: &mut dyn Sink) -> Result<(), RunError> {
        let domain = registered_domain(run.input(), sink)?;
        let question = format!("the WHOIS history of {domain}");
        let mut timeline = Timeline::default();
        walk(run, sink, Lookup::WhoisHistory { domain }, &question, |records, provenance, sink| {
            draw_states(&mut timeline, records, provenance, sink)
        })
        .await
    }
}
