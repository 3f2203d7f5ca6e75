//! DNS records: what a name points at, all types at once or one type alone.
//!
//! All of them ask the same question, which is remembered: whoever looked at one type has the others for free.

use std::collections::BTreeSet;

use async_trait::async_trait;
use intel::{
    DnsRecord, DnsRecordType, Exposure, Lookup, LookupKind, Provenance, Record,
    observable::{EmailAddress, HostName, Observable},
    record::DnsData,
};
use maltego::{Entity, EntityType, InputKind, Link, Message, Property, TransformDefinition, Value, entity_types};

use crate::{
    declaration::{Declaration, PriceClass},
    entities::{value_of, with_proof},
    error::RunError,
    gather::{Finding, gather},
    observables,
    own_types::SUMMARY,
    run::{Run, Transform},
    sets,
    settings::PURCHASE,
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

/// A record with its type, its time to live and when it was seen on the link.
fn record_entity(record: &DnsRecord, provenance: &Provenance) -> Entity {
    let mut link = Link::labelled(record.data.record_type().as_str());
    link.properties.extend(time_to_live(record));
    for (name, title, moment) in
        [("first_seen", "First seen", record.first_seen), ("last_seen", "Last seen", record.last_seen)]
    {
        if let Some(moment) = moment {
            link.properties.push(Property::loose(name, title, value_of(moment)));
        }
    }
    let entity = with_security(data_entity(&record.data), record);
    with_proof(entity, provenance, record.last_seen.or(record.first_seen)).linked_by(link)
}

/// What DNSSEC said about the answer, where somebody looked.
fn with_security(entity: Entity, record: &DnsRecord) -> Entity {
    entity.with_some_dynamic("namehound.dnssec", "DNSSEC", record.security.map(|security| security.as_str()))
}

fn time_to_live(record: &DnsRecord) -> Option<Property> {
    record.ttl.map(|ttl| Property::loose("ttl", "TTL (seconds)", i64::from(ttl)))
}

/// What a record points at.
fn data_entity(data: &DnsData) -> Entity {
    let host = |entity_type: &'static EntityType, name: &HostName| Entity::new(entity_type, name.as_str());
    match data {
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
    }
}

/// Domain → what its records of one type hold.
#[derive(Debug, Clone, Copy)]
pub(crate) struct DomainToRecords {
    declaration: &'static Declaration,
    record_type: DnsRecordType,
    /// The records in words, after "has no".
    in_words: &'static str,
    /// Whether such records stand at a zone's top only.
    only_at_the_top: bool,
}

const HOSTS: &[&EntityType] = &[&entity_types::DOMAIN, &entity_types::DNS_NAME];

/// What the members of the family have in common.
const fn declaration(
    name: &'static str,
    display_name: &'static str,
    description: &'static str,
    outputs: &'static [&'static EntityType],
) -> Declaration {
    Declaration {
        definition: TransformDefinition {
            name,
            display_name,
            description,
            inputs: HOSTS,
            input_kind: InputKind::Single,
            outputs,
            set: sets::LIVE,
            settings: PURCHASE,
        },
        lookups: &[LookupKind::DnsRecords],
        exposure: Exposure::Infrastructure,
        price_class: PriceClass::Small,
    }
}

static IPV4_ADDRESSES: Declaration = declaration(
    "domain_to_ipv4_addresses",
    "To IPv4 Addresses [DNS: A]",
    "The IPv4 addresses that the name points to now, also by way of an alias.",
    &[&entity_types::IPV4_ADDRESS, &SUMMARY],
);

static IPV6_ADDRESSES: Declaration = declaration(
    "domain_to_ipv6_addresses",
    "To IPv6 Addresses [DNS: AAAA]",
    "The IPv6 addresses that the name points to now, also by way of an alias.",
    &[&entity_types::IPV6_ADDRESS, &SUMMARY],
);

static NAME_SERVERS: Declaration = declaration(
    "domain_to_name_servers",
    "To Name Servers [DNS: NS]",
    "The name servers that answer for the domain now.",
    &[&entity_types::NS_RECORD, &SUMMARY],
);

static MAIL_SERVERS: Declaration = declaration(
    "domain_to_mail_servers",
    "To Mail Servers [DNS: MX]",
    "The servers that take the domain's mail now, with their preference: lower is tried first.",
    &[&entity_types::MX_RECORD, &SUMMARY],
);

static TXT_RECORDS: Declaration = declaration(
    "domain_to_txt_records",
    "To TXT Records [DNS: TXT]",
    "The texts of the name: who may send its mail (SPF) and whose services it was verified for.",
    &[&entity_types::PHRASE],
);

static START_OF_AUTHORITY: Declaration = declaration(
    "domain_to_soa",
    "To SOA [DNS: SOA]",
    "The primary name server of the domain's zone and the mailbox that is responsible for it.",
    &[&entity_types::NS_RECORD, &entity_types::EMAIL_ADDRESS, &entity_types::PHRASE],
);

static ALIASES: Declaration = declaration(
    "domain_to_aliases",
    "To Alias Target [DNS: CNAME]",
    "The name that this name is an alias of: often the service that hosts it.",
    &[&entity_types::DNS_NAME],
);

static CERTIFICATE_AUTHORITIES: Declaration = declaration(
    "domain_to_certificate_authorities",
    "To Certificate Authorities [DNS: CAA]",
    "The certificate authorities that may issue for the domain, and where they report requests that were refused.",
    &[&entity_types::ORGANIZATION, &entity_types::EMAIL_ADDRESS, &entity_types::URL, &entity_types::PHRASE],
);

/// Every transform of the family, in the order of menus.
pub(crate) static ALL: [DomainToRecords; 8] = [
    DomainToRecords::IPV4_ADDRESSES,
    DomainToRecords::IPV6_ADDRESSES,
    DomainToRecords::NAME_SERVERS,
    DomainToRecords::MAIL_SERVERS,
    DomainToRecords::TXT_RECORDS,
    DomainToRecords::START_OF_AUTHORITY,
    DomainToRecords::ALIASES,
    DomainToRecords::CERTIFICATE_AUTHORITIES,
];

impl DomainToRecords {
    const IPV4_ADDRESSES: Self = Self::of(&IPV4_ADDRESSES, DnsRecordType::A, "IPv4 address", false);
    const IPV6_ADDRESSES: Self = Self::of(&IPV6_ADDRESSES, DnsRecordType::Aaaa, "IPv6 address", false);
    const NAME_SERVERS: Self = Self::of(&NAME_SERVERS, DnsRecordType::Ns, "name server of its own", true);
    const MAIL_SERVERS: Self = Self::of(&MAIL_SERVERS, DnsRecordType::Mx, "mail server", false);
    const TXT_RECORDS: Self = Self::of(&TXT_RECORDS, DnsRecordType::Txt, "TXT record", false);
    const START_OF_AUTHORITY: Self = Self::of(&START_OF_AUTHORITY, DnsRecordType::Soa, "SOA record of its own", true);
    const ALIASES: Self = Self::of(&ALIASES, DnsRecordType::Cname, "CNAME record: it is no alias", false);
    const CERTIFICATE_AUTHORITIES: Self =
        Self::of(&CERTIFICATE_AUTHORITIES, DnsRecordType::Caa, "CAA record: any authority may issue", true);

    const fn of(
        declaration: &'static Declaration,
        record_type: DnsRecordType,
        in_words: &'static str,
        only_at_the_top: bool,
    ) -> Self {
        Self { declaration, record_type, in_words, only_at_the_top }
    }

    /// Why there is nothing although the name has records.
    fn absence(&self, host: &HostName, others: &BTreeSet<DnsRecordType>) -> String {
        let others: Vec<&str> = others.iter().map(|record_type| record_type.as_str()).collect();
        let mut text = format!("{host} has no {} (it has {}).", self.in_words, others.join(", "));
        if let Some(top) = host.registrable().filter(|top| self.only_at_the_top && top != host) {
            text.push_str(&format!(" Such records stand at the top of a zone: run this on {top}."));
        }
        text
    }
}

#[async_trait]
impl Transform for DomainToRecords {
    fn declaration(&self) -> &'static Declaration {
        self.declaration
    }

    async fn run(&self, run: &Run, sink: &mut dyn Sink) -> Result<(), RunError> {
        let host = observables::host(run.input())?;
        let what = format!("DNS records of {host}");
        let mut others = BTreeSet::new();
        let lookup = Lookup::DnsRecords { host: host.clone() };
        let gathered = gather(run, sink, lookup, &what, |records| {
            let records = records.iter().filter_map(|record| match record {
                Record::Dns(record) => Some(record),
                _ => None,
            });
            let (wanted, rest): (Vec<_>, Vec<_>) =
                records.partition(|record| record.data.record_type() == self.record_type);
            others.extend(rest.iter().map(|record| record.data.record_type()));
            wanted.into_iter().flat_map(findings).collect()
        })
        .await?;
        if gathered.found == 0 && !others.is_empty() {
            sink.say(Message::inform(self.absence(&host, &others)));
        }
        Ok(())
    }
}

/// What one record says, taken apart where it says several things.
fn findings(record: &DnsRecord) -> Vec<Finding> {
    let entities = match &record.data {
        DnsData::StartOfAuthority { primary, .. } => vec![
            (Entity::new(&entity_types::NS_RECORD, primary.as_str()), "SOA: primary name server"),
            (data_entity(&record.data), "SOA: responsible mailbox"),
        ],
        DnsData::CertificationAuthority { tag, value, .. } => vec![authority(&record.data, tag, value)],
        data => vec![(data_entity(data), data.record_type().as_str())],
    };
    let finding = |(entity, label): (Entity, &str)| {
        let mut entity = with_security(entity, record);
        entity.link.properties.extend(time_to_live(record));
        Finding::new(entity, label).seen(record.first_seen, record.last_seen)
    };
    entities.into_iter().map(finding).collect()
}

/// What a CAA record allows (RFC 8659 §4.2 to §4.4): an issuer goes by its domain, which parameters may follow. Nobody
/// at all, and tags that are not known, stay the text they are.
fn authority(data: &DnsData, tag: &str, value: &str) -> (Entity, &'static str) {
    let as_text = |label| (data_entity(data), label);
    match tag.to_ascii_lowercase().as_str() {
        "iodef" => {
            if let Ok(email) = EmailAddress::parse(value) {
                return (Entity::new(&entity_types::EMAIL_ADDRESS, email.folded()), "CAA: reports to");
            }
            match Observable::guess(value) {
                Observable::Url(url) => {
                    let url = url.to_string();
                    let entity = Entity::new(&entity_types::URL, Value::Url(url.clone())).with("short-title", url);
                    (entity, "CAA: reports to")
                }
                _ => as_text("CAA"),
            }
        }
        tag @ ("issue" | "issuewild" | "issuemail") => {
            let label = match tag {
                "issue" => "CAA: may issue",
                "issuewild" => "CAA: may issue for wildcards",
                _ => "CAA: may issue for mail",
            };
            match HostName::parse(value.split(';').next().unwrap_or_default()) {
                Ok(issuer) => {
                    let parameters = value.split_once(';').map(|(_, parameters)| parameters.trim());
                    let parameters = parameters.filter(|parameters| !parameters.is_empty());
                    let entity = Entity::new(&entity_types::ORGANIZATION, issuer.as_str());
                    (entity.with_some_dynamic("namehound.caa.parameters", "Parameters", parameters), label)
                }
                Err(_) => as_text("CAA: nobody may issue"),
            }
        }
        _ => as_text("CAA"),
    }
}

#[cfg(test)]
mod tests {
    use maltego::Input;

    use super::*;
    use crate::testing::{Bench, host, label, moment, text_of, text_of_link};

    fn record(data: DnsData) -> Record {
        Record::Dns(DnsRecord {
            owner: host("cmt-net.example"),
            data,
            ttl: Some(3600),
            first_seen: moment("2019-01-02"),
            last_seen: moment("2021-03-04"),
            security: None,
        })
    }

    fn authority(tag: &str, value: &str) -> Record {
        record(DnsData::CertificationAuthority { flags: 0, tag: tag.to_owned(), value: value.to_owned() })
    }

    fn zone() -> Vec<Record> {
        vec![
            record(DnsData::Address("192.0.2.1".parse().unwrap())),
            record(DnsData::Address("2001:db8::1".parse().unwrap())),
            record(DnsData::NameServer(host("ns1.host.example"))),
            record(DnsData::MailServer { preference: 10, exchange: host("mail.host.example") }),
            record(DnsData::Text("v=spf1 -all".to_owned())),
            record(DnsData::StartOfAuthority {
                primary: host("ns1.host.example"),
                mailbox: "Hostmaster@host.example".to_owned(),
                serial: 7,
            }),
            record(DnsData::Alias(host("edge.cdn.example"))),
            authority("issue", "ca.example; validationmethods=dns-01"),
        ]
    }

    fn domain() -> Input {
        Input::new(&entity_types::DOMAIN, "cmt-net.example")
    }

    #[tokio::test(start_paused = true)]
    async fn each_type_gives_its_own_entities_and_the_second_is_free() {
        let bench = Bench::answering(zone()).priced(1);
        let expected: [(DomainToRecords, &[(&str, &str)]); 8] = [
            (DomainToRecords::IPV4_ADDRESSES, &[("maltego.IPv4Address", "192.0.2.1")]),
            (DomainToRecords::IPV6_ADDRESSES, &[("maltego.IPv6Address", "2001:db8::1")]),
            (DomainToRecords::NAME_SERVERS, &[("maltego.NSRecord", "ns1.host.example")]),
            (DomainToRecords::MAIL_SERVERS, &[("maltego.MXRecord", "mail.host.example")]),
            (DomainToRecords::TXT_RECORDS, &[("maltego.Phrase", "v=spf1 -all")]),
            (
                DomainToRecords::START_OF_AUTHORITY,
                &[("maltego.NSRecord", "ns1.host.example"), ("maltego.EmailAddress", "hostmaster@host.example")],
            ),
            (DomainToRecords::ALIASES, &[("maltego.DNSName", "edge.cdn.example")]),
            (DomainToRecords::CERTIFICATE_AUTHORITIES, &[("maltego.Organization", "ca.example")]),
        ];
        let mut spent = 0;
        for (transform, entities) in expected {
            let name = transform.declaration().definition.name;
            let found = bench.run(&transform, domain()).await.unwrap();
            assert_eq!(found.values(), entities, "{name}");
            assert!(label(&found.entities[0]).ends_with("(2019\u{2013}2021)"), "{name}");
            assert_eq!(text_of_link(&found.entities[0].link, "ttl"), "3600", "{name}");
            assert_eq!(text_of(&found.entities[0], "namehound.observed"), "2021-03-04", "{name}");
            spent += found.spent.0;
        }
        assert_eq!((spent, bench.asked().len()), (1, 1));
    }

    #[tokio::test(start_paused = true)]
    async fn authorities_are_what_their_record_says() {
        let bench = Bench::answering(vec![
            authority("issue", "CA.example."),
            authority("issuewild", ";"),
            authority("iodef", "mailto:security@cmt-net.example"),
            authority("iodef", "https://cmt-net.example/caa"),
            authority("tbs", "unknown"),
        ]);
        let found = bench.run(&DomainToRecords::CERTIFICATE_AUTHORITIES, domain()).await.unwrap();
        assert_eq!(
            found.values(),
            [
                ("maltego.Organization", "ca.example"),
                ("maltego.Phrase", "0 issuewild \";\""),
                ("maltego.EmailAddress", "security@cmt-net.example"),
                ("maltego.URL", "https://cmt-net.example/caa"),
                ("maltego.Phrase", "0 tbs \"unknown\""),
            ]
        );
        assert!(label(&found.entities[1]).starts_with("CAA: nobody may issue"));
        assert!(label(&found.entities[2]).starts_with("CAA: reports to"));
    }

    #[tokio::test(start_paused = true)]
    async fn a_type_that_is_missing_is_said_with_those_that_are_not() {
        let bench = Bench::answering(vec![record(DnsData::Address("192.0.2.1".parse().unwrap()))]);
        let found = bench.run(&DomainToRecords::MAIL_SERVERS, domain()).await.unwrap();
        assert!(found.said("cmt-net.example has no mail server (it has A)."), "{:?}", found.messages);
        let input = Input::new(&entity_types::DNS_NAME, "www.cmt-net.example");
        let found = bench.run(&DomainToRecords::NAME_SERVERS, input).await.unwrap();
        assert!(found.said("at the top of a zone: run this on cmt-net.example."), "{:?}", found.messages);
        let found = Bench::answering(Vec::new()).run(&DomainToRecords::MAIL_SERVERS, domain()).await.unwrap();
        assert!(found.said("Test Source knows no DNS records of cmt-net.example."), "{:?}", found.messages);
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_cut_is_counted_within_the_type() {
        let servers = (0..4).map(|number| record(DnsData::NameServer(host(&format!("ns{number}.host.example")))));
        let bench = Bench::answering(servers.chain(zone()).collect()).limited(2);
        let found = bench.run(&DomainToRecords::NAME_SERVERS, domain()).await.unwrap();
        assert_eq!(found.entities.len(), 2);
        assert!(found.said("2 of 4 shown (soft limit)"), "{:?}", found.messages);
    }
}
