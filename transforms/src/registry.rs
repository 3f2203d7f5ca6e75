//! What registries keep beside domains and networks: name servers and contacts.
//!
//! A registry that has name servers in its zone keeps an object for each: its addresses, and who registered it. For a name
//! server that somebody runs under a domain of their own, that is one step nearer to the person. And what WHOIS and RDAP
//! give as a key (`ORG-EX1-RIPE`, `P-ABC123`) is a contact that the registry tells more about when it is asked for.

use async_trait::async_trait;
use intel::{Exposure, Lookup, LookupKind, Record, record::DnsData, record::NetworkContact};
use maltego::{Entity, EntityType, InputKind, TransformDefinition, entity_types};

use crate::{
    contacts::Contacts,
    declaration::{Declaration, PriceClass},
    error::RunError,
    gather::{Finding, gather},
    networks::reachable,
    observables,
    own_types::SUMMARY,
    run::{Run, Transform},
    sets,
    settings::PURCHASE,
    sink::Sink,
};

/// The longest handle that is asked about, in characters; registries' own are far shorter.
const LONGEST_HANDLE: usize = 64;

/// What the members of the family have in common.
const fn declaration(
    name: &'static str,
    display_name: &'static str,
    description: &'static str,
    inputs: &'static [&'static EntityType],
    outputs: &'static [&'static EntityType],
    lookups: &'static [LookupKind],
) -> Declaration {
    Declaration {
        definition: TransformDefinition {
            name,
            display_name,
            description,
            inputs,
            input_kind: InputKind::Single,
            outputs,
            set: sets::REGISTRATION,
            settings: PURCHASE,
        },
        lookups,
        exposure: Exposure::ThirdParty,
        price_class: PriceClass::Small,
    }
}

/// Name server → what the registry keeps about it.
#[derive(Debug)]
pub(crate) struct NsToRegistration;

static NAME_SERVER: Declaration = declaration(
    "ns_to_registration",
    "To Registration [name server]",
    "What the registry keeps about the name server itself: the addresses it was registered with, and who registered it.",
    &[&entity_types::NS_RECORD, &entity_types::DNS_NAME],
    &[
        &entity_types::IPV4_ADDRESS,
        &entity_types::IPV6_ADDRESS,
        &entity_types::ORGANIZATION,
        &entity_types::PERSON,
        &entity_types::EMAIL_ADDRESS,
        &entity_types::PHONE_NUMBER,
        &SUMMARY,
    ],
    &[LookupKind::NameServerRegistration],
);

/// Handle → the contact it stands for.
#[derive(Debug)]
pub(crate) struct HandleToContact;

static HANDLE: Declaration = declaration(
    "handle_to_contact",
    "To Contact [registry handle]",
    "The person or organisation behind a registry's key, such as ORG-EX1-RIPE, with its mailboxes and phone numbers.",
    &[&entity_types::UNIQUE_IDENTIFIER, &entity_types::PHRASE],
    &[
        &entity_types::ORGANIZATION,
        &entity_types::PERSON,
        &entity_types::EMAIL_ADDRESS,
        &entity_types::PHONE_NUMBER,
        &SUMMARY,
    ],
    &[LookupKind::RegistryContact],
);

#[async_trait]
impl Transform for NsToRegistration {
    fn declaration(&self) -> &'static Declaration {
        &NAME_SERVER
    }

    async fn run(&self, run: &Run, sink: &mut dyn Sink) -> Result<(), RunError> {
        let name_server = observables::host(run.input())?;
        let what = format!("registration of {name_server}");
        let mut contacts = Contacts::default();
        gather(run, sink, Lookup::NameServerRegistration { name_server }, &what, |records| {
            records.iter().flat_map(|record| kept(record, &mut contacts)).collect()
        })
        .await?;
        contacts.tell(sink);
        Ok(())
    }
}

#[async_trait]
impl Transform for HandleToContact {
    fn declaration(&self) -> &'static Declaration {
        &HANDLE
    }

    async fn run(&self, run: &Run, sink: &mut dyn Sink) -> Result<(), RunError> {
        let handle = handle(run.input().value.trim())?;
        let what = format!("contact {handle}");
        let mut contacts = Contacts::default();
        gather(run, sink, Lookup::RegistryContact { handle }, &what, |records| {
            records.iter().flat_map(|record| kept(record, &mut contacts)).collect()
        })
        .await?;
        contacts.tell(sink);
        Ok(())
    }
}

/// A text that can be a registry's key: letters and digits of ASCII with the signs that registries use.
fn handle(text: &str) -> Result<String, RunError> {
    let is_sign = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let is_handle = text.len() >= 2
        && text.len() <= LONGEST_HANDLE
        && text.chars().all(is_sign)
        && text.chars().any(|c| c.is_ascii_alphanumeric());
    if is_handle {
        return Ok(text.to_owned());
    }
    Err(RunError::Unusable {
        reason: "it is no registry handle: those are letters, digits and hyphens, such as ORG-EX1-RIPE".to_owned(),
    })
}

/// What one record says.
fn kept(record: &Record, contacts: &mut Contacts) -> Vec<Finding> {
    match record {
        Record::Dns(record) => match &record.data {
            DnsData::Address(address) => {
                let entity_type =
                    if address.is_ipv4() { &entity_types::IPV4_ADDRESS } else { &entity_types::IPV6_ADDRESS };
                let entity = Entity::new(entity_type, address.to_string());
                vec![Finding::new(entity, "registered address").seen(record.first_seen, record.last_seen)]
            }
            _ => Vec::new(),
        },
        Record::Contact(contact) => of_contact(contact, contacts),
        _ => Vec::new(),
    }
}

fn of_contact(contact: &NetworkContact, contacts: &mut Contacts) -> Vec<Finding> {
    let handle = contact.handle.as_deref().unwrap_or("contact");
    let mut findings = Vec::new();
    if let Some(name) = contact.name.as_deref() {
        findings.extend(match contact.role {
            None => contacts.person(name, handle),
            Some(_) => contacts.organization(&entity_types::ORGANIZATION, name, handle),
        });
    }
    findings.extend(reachable(contact, handle, contacts));
    findings
}

#[cfg(test)]
mod tests {
    use intel::DnsRecord;
    use maltego::Input;

    use super::*;
    use crate::testing::{Bench, host};

    fn contact(handle: &str, name: &str, role: Option<&str>) -> Record {
        Record::Contact(Box::new(NetworkContact {
            handle: Some(handle.to_owned()),
            name: Some(name.to_owned()),
            role: role.map(str::to_owned),
            emails: vec!["Noc@Host.example".to_owned()],
            phone: Some("+1.5555550142".to_owned()),
            ..NetworkContact::default()
        }))
    }

    #[tokio::test(start_paused = true)]
    async fn a_name_server_leads_to_its_addresses_and_who_registered_it() {
        let bench = Bench::answering(vec![
            Record::Dns(DnsRecord {
                owner: host("ns1.host.example"),
                data: DnsData::Address("192.0.2.53".parse().unwrap()),
                ttl: None,
                first_seen: None,
                last_seen: None,
                security: None,
            }),
            contact("P-1", "Dara Velani", None),
        ]);
        let input = Input::new(&entity_types::NS_RECORD, "NS1.host.example");
        let found = bench.run(&NsToRegistration, input).await.unwrap();
        assert_eq!(
            found.shown(),
            [
                ("192.0.2.53", "registered address"),
                ("Dara Velani", "P-1"),
                ("noc@host.example", "P-1"),
                ("+1.5555550142", "P-1"),
            ]
        );
    }

    #[tokio::test(start_paused = true)]
    async fn a_handle_leads_to_its_contact_and_anything_else_is_refused() {
        let bench = Bench::answering(vec![contact("ORG-EX1-TEST", "Tala Hosting", Some("registrant"))]);
        let found = bench.run(&HandleToContact, Input::new(&entity_types::PHRASE, " ORG-EX1-TEST ")).await.unwrap();
        assert_eq!(found.values()[0], ("maltego.Organization", "Tala Hosting"));
        for text in ["", "a", "two words", "a/b", "%2e%2e", "--", "org\u{e9}"] {
            let refused = bench.run(&HandleToContact, Input::new(&entity_types::PHRASE, text)).await;
            assert!(matches!(refused, Err(RunError::Unusable { .. })), "{text:?}");
        }
    }
}
