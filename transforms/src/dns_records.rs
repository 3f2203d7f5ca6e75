//! DNS records: what a name points at.

use async_trait::async_trait;
use intel::{
    DnsRecord, Exposure, Lookup, LookupKind, Provenance, Record,
    observable::{EmailAddress, HostName},
    record::DnsData,
};
use maltego::{Entity, EntityType, InputKind, Link, Property, TransformDefinition, entity_types};

use crate::{
    declaration::{Declaration, PriceClass},
    entities::{value_of, with_proof},
    error::RunError,
    observables,
    run::{Run, Transform},
    sets,
    settings::{CONFIRM_PURCHASE, MAX_CREDITS_PER_RUN},
    sink::Sink,
    walk::{Shown, walk},
};

/// Domain → name servers, mail servers, addresses, aliases, texts and the zone's mailbox.
#[derive(Debug)]
pub(crate) struct DomainToDnsRecords;

static DECLARATION: Declaration = Declaration {
    definition: TransformDefinition {
        name: "domain_to_dns_records",
        display_name: "To DNS Records [DNS]",
        description: "The name's addresses, name servers, mail servers, aliases, texts, authorised certificate issuers and \
                      the mailbox responsible for its zone.",
        inputs: &[&entity_types::DOMAIN, &entity_types::DNS_NAME],
        input_kind: InputKind::Single,
        outputs: &[
            &entity_types::IPV4_ADDRESS,
            &entity_types::IPV6_ADDRESS,
            &entity_types::NS_RECORD,
            &entity_types::MX_RECORD,
            &entity_types::DNS_NAME,
            &entity_types::EMAIL_ADDRESS,
            &entity_types::PHRASE,
        ],
        set: sets::LIVE,
        settings: &[&CONFIRM_PURCHASE, &MAX_CREDITS_PER_RUN],
    },
    lookups: &[LookupKind::DnsRecords],
    exposure: Exposure::Infrastructure,
    price_class: PriceClass::Small,
};

#[async_trait]
impl Transform for DomainToDnsRecords {
    fn declaration(&self) -> &'static Declaration {
        &DECLARATION
    }

    async fn run(&self, run: &Run, sink: &mut dyn Sink) -> Result<(), RunError> {
        let host = observables::host(run.input())?;
        let question = format!("DNS records of {host}");
        walk(run, sink, Lookup::DnsRecords { host }, &question, |records, provenance, sink| {
            let mut shown = Shown::default();
            for record in records {
                let Record::Dns(record) = record else { continue };
                if sink.room() == 0 {
                    shown.cut += 1;
                    continue;
                }
                sink.add(record_entity(record, provenance));
                shown.entities += 1;
            }
            shown
        })
        .await
    }
}

fn record_entity(record: &DnsRecord, provenance: &Provenance) -> Entity {
    let host = |entity_type: &'static EntityType, name: &HostName| Entity::new(entity_type, name.as_str());
    let entity = match &record.data {
        DnsData::Address(address) => {
            let entity_type = if address.is_ipv4() { &entity_types::IPV4_ADDRESS } else { &entity_types::IPV6_ADDRESS };
            Entity::new(entity_type, address.to_string())
        }
        DnsData::Alias(target) => host(&entity_types::DNS_NAME, target),
        DnsData::NameServer(server) => host(&entity_types::NS_RECORD, server),
        DnsData::MailServer { preference, exchange } => {
            host(&entity_types::MX_RECORD, exchange).with("mxrecord.priority", i64::from(*preference))
        }
        DnsData::StartOfAuthority { primary, mailbox, serial } => {
            let entity = match EmailAddress::parse(mailbox) {
                Ok(email) => Entity::new(&entity_types::EMAIL_ADDRESS, email.folded()),
                Err(_) => Entity::new(&entity_types::PHRASE, mailbox.as_str()),
            };
            entity.with_dynamic("namehound.soa.primary", "Primary name server", primary.as_str()).with_dynamic(
                "namehound.soa.serial",
                "Zone serial",
                i64::from(*serial),
            )
        }
        DnsData::Text(text) => Entity::new(&entity_types::PHRASE, text.as_str()),
        DnsData::CertificationAuthority { flags, tag, value } => {
            Entity::new(&entity_types::PHRASE, format!("{flags} {tag} \"{value}\""))
        }
    };
    let mut link = Link::labelled(record.data.record_type().as_str());
    if let Some(ttl) = record.ttl {
        link.properties.push(Property::loose("ttl", "TTL (seconds)", i64::from(ttl)));
    }
    for (name, title, moment) in
        [("first_seen", "First seen", record.first_seen), ("last_seen", "Last seen", record.last_seen)]
    {
        if let Some(moment) = moment {
            link.properties.push(Property::loose(name, title, value_of(moment)));
        }
    }
    with_proof(entity, provenance, record.last_seen.or(record.first_seen)).linked_by(link)
}
