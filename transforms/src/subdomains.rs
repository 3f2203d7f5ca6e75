//! Subdomains: the known names below a domain.

use async_trait::async_trait;
use intel::{Exposure, Lookup, LookupKind};
use maltego::{InputKind, TransformDefinition, entity_types};

use crate::{
    declaration::{Declaration, PriceClass},
    error::RunError,
    names::show_names,
    observables,
    own_types::SUMMARY,
    run::{Run, Transform},
    sets,
    settings::PURCHASE,
    sink::Sink,
};

/// Domain → DNSName.
#[derive(Debug)]
pub(crate) struct DomainToSubdomains;

static DECLARATION: Declaration = Declaration {
    definition: TransformDefinition {
        name: "domain_to_subdomains",
        display_name: "To Subdomains [passive DNS]",
        description: "The host names known below this domain, from collected data: neither the domain's name servers nor \
                      its hosts are asked.",
        inputs: &[&entity_types::DOMAIN, &entity_types::DNS_NAME],
        input_kind: InputKind::Single,
        outputs: &[&entity_types::DNS_NAME, &entity_types::DOMAIN, &SUMMARY],
        set: sets::INFRASTRUCTURE,
        settings: PURCHASE,
    },
    lookups: &[LookupKind::Subdomains],
    exposure: Exposure::ThirdParty,
    price_class: PriceClass::Small,
};

#[async_trait]
impl Transform for DomainToSubdomains {
    fn declaration(&self) -> &'static Declaration {
        &DECLARATION
    }

    async fn run(&self, run: &Run, sink: &mut dyn Sink) -> Result<(), RunError> {
        let domain = observables::host(run.input())?;
        let what = format!("subdomains of {domain}");
        show_names(run, sink, Lookup::Subdomains { domain }, &what, "subdomain").await
    }
}
