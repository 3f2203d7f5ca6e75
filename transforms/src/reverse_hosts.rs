//! Reverse NS, reverse MX and reverse IP: the names behind a name server, a mail server or an address.
//!
//! Who shares a server may share an owner, or only a hosting company. So each of them comes with a transform that tells
//! how many there are, and a pivot that would flood the graph says its size first (see [`crate::names`]).

use async_trait::async_trait;
use intel::{Exposure, Lookup, LookupKind};
use maltego::{EntityType, Input, InputKind, TransformDefinition, entity_types};

use crate::{
    declaration::{Declaration, PriceClass},
    error::RunError,
    names::{show_count, show_names},
    observables,
    own_types::SUMMARY,
    run::{Run, Transform},
    sets,
    settings::PURCHASE,
    sink::Sink,
};

/// A transform from a host to the names behind it.
#[derive(Debug)]
pub(crate) struct NamesBehind {
    declaration: Declaration,
    lookup: fn(&Input) -> Result<Lookup, RunError>,
    /// What stands on the links.
    label: &'static str,
    /// Whether only their number is wanted.
    count: bool,
}

static NS_DOMAINS: NamesBehind = NamesBehind {
    declaration: declaration(
        "ns_to_domains",
        "To Domains [reverse NS]",
        "The domains that this name server serves or served, each with the time it was first and last seen there.",
        &[&entity_types::NS_RECORD, &entity_types::DNS_NAME],
        &[LookupKind::ReverseNs],
        false,
    ),
    lookup: name_server,
    label: "name server",
    count: false,
};

static NS_COUNT: NamesBehind = NamesBehind {
    declaration: declaration(
        "ns_to_domain_count",
        "To Number of Domains [reverse NS]",
        "How many domains this name server serves or served, as far as one page of results tells.",
        &[&entity_types::NS_RECORD, &entity_types::DNS_NAME],
        &[LookupKind::ReverseNs],
        true,
    ),
    lookup: name_server,
    label: "name server",
    count: true,
};

static MX_DOMAINS: NamesBehind = NamesBehind {
    declaration: declaration(
        "mx_to_domains",
        "To Domains [reverse MX]",
        "The domains whose mail this server takes or took, each with the time it was first and last seen there.",
        &[&entity_types::MX_RECORD, &entity_types::DNS_NAME],
        &[LookupKind::ReverseMx],
        false,
    ),
    lookup: mail_server,
    label: "mail server",
    count: false,
};

static MX_COUNT: NamesBehind = NamesBehind {
    declaration: declaration(
        "mx_to_domain_count",
        "To Number of Domains [reverse MX]",
        "How many domains have or had their mail taken by this server, as far as one page of results tells.",
        &[&entity_types::MX_RECORD, &entity_types::DNS_NAME],
        &[LookupKind::ReverseMx],
        true,
    ),
    lookup: mail_server,
    label: "mail server",
    count: true,
};

static IP_DOMAINS: NamesBehind = NamesBehind {
    declaration: declaration(
        "ip_to_domains",
        "To Domains [reverse IP]",
        "The names that point or pointed to this address, each with the time it was first and last seen there.",
        &[&entity_types::IPV4_ADDRESS, &entity_types::IPV6_ADDRESS],
        &[LookupKind::ReverseIp],
        false,
    ),
    lookup: address,
    label: "address",
    count: false,
};

static IP_COUNT: NamesBehind = NamesBehind {
    declaration: declaration(
        "ip_to_domain_count",
        "To Number of Domains [reverse IP]",
        "How many names point or pointed to this address, as far as one page of results tells.",
        &[&entity_types::IPV4_ADDRESS, &entity_types::IPV6_ADDRESS],
        &[LookupKind::ReverseIp],
        true,
    ),
    lookup: address,
    label: "address",
    count: true,
};

/// Every transform of the family, in the order of menus.
pub(crate) static ALL: [&NamesBehind; 6] = [&NS_DOMAINS, &NS_COUNT, &MX_DOMAINS, &MX_COUNT, &IP_DOMAINS, &IP_COUNT];

const SUMMARY_ONLY: &[&EntityType] = &[&SUMMARY];
const NAMES: &[&EntityType] = &[&entity_types::DOMAIN, &entity_types::DNS_NAME, &SUMMARY];

const fn declaration(
    name: &'static str,
    display_name: &'static str,
    description: &'static str,
    inputs: &'static [&'static EntityType],
    lookups: &'static [LookupKind],
    count: bool,
) -> Declaration {
    Declaration {
        definition: TransformDefinition {
            name,
            display_name,
            description,
            inputs,
            input_kind: InputKind::Single,
            outputs: if count { SUMMARY_ONLY } else { NAMES },
            set: sets::REVERSE_LOOKUPS,
            settings: PURCHASE,
        },
        lookups,
        exposure: Exposure::ThirdParty,
        price_class: PriceClass::Small,
    }
}

fn name_server(input: &Input) -> Result<Lookup, RunError> {
    Ok(Lookup::ReverseNs { name_server: observables::host(input)? })
}

fn mail_server(input: &Input) -> Result<Lookup, RunError> {
    Ok(Lookup::ReverseMx { mail_server: observables::host(input)? })
}

fn address(input: &Input) -> Result<Lookup, RunError> {
    Ok(Lookup::ReverseIp { address: observables::ip_address(input)? })
}

#[async_trait]
impl Transform for &'static NamesBehind {
    fn declaration(&self) -> &'static Declaration {
        &self.declaration
    }

    async fn run(&self, run: &Run, sink: &mut dyn Sink) -> Result<(), RunError> {
        let lookup = (self.lookup)(run.input())?;
        let what = match &lookup {
            Lookup::ReverseNs { name_server } => format!("domains behind {name_server}"),
            Lookup::ReverseMx { mail_server } => format!("domains whose mail goes to {mail_server}"),
            Lookup::ReverseIp { address } => format!("names at {address}"),
            other => format!("names of {}", other.key()),
        };
        if self.count {
            show_count(run, sink, lookup, &what).await
        } else {
            show_names(run, sink, lookup, &what, self.label).await
        }
    }
}
