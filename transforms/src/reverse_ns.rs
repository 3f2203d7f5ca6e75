//! Reverse NS: the domains that a name server serves.

use async_trait::async_trait;
use intel::{Exposure, Lookup, LookupKind};
use maltego::{InputKind, TransformDefinition, entity_types};

use crate::{
    declaration::{Declaration, PriceClass},
    error::RunError,
    observables,
    run::{Run, Transform},
    sets,
    settings::{CONFIRM_PURCHASE, MAX_CREDITS_PER_RUN},
    sink::Sink,
    walk::{sightings, walk},
};

/// NSRecord → domains with first and last seen.
#[derive(Debug)]
pub(crate) struct NsToDomains;

static DECLARATION: Declaration = Declaration {
    definition: TransformDefinition {
        name: "ns_to_domains",
        display_name: "To Domains [reverse NS]",
        description: "The domains that this name server serves or served, each with the time it was first and last \
                      seen there.",
        inputs: &[&entity_types::NS_RECORD, &entity_types::DNS_NAME],
        input_kind: InputKind::Single,
        outputs: &[&entity_types::DOMAIN, &entity_types::DNS_NAME],
        set: sets::REVERSE_LOOKUPS,
        settings: &[&CONFIRM_PURCHASE, &MAX_CREDITS_PER_RUN],
    },
    lookups: &[LookupKind::ReverseNs],
    exposure: Exposure::ThirdParty,
    price_class: PriceClass::Small,
};

#[async_trait]
impl Transform for NsToDomains {
    fn declaration(&self) -> &'static Declaration {
        &DECLARATION
    }

    async fn run(&self, run: &Run, sink: &mut dyn Sink) -> Result<(), RunError> {
        let name_server = observables::host(run.input())?;
        let question = format!("domains behind {name_server}");
        walk(run, sink, Lookup::ReverseNs { name_server }, &question, sightings("name server")).await
    }
}
