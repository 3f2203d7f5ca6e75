//! Everybody and everything that a domain's WHOIS history ever named.
//!
//! The history of a domain may be a hundred records, and the question behind them is most often a short one: who has ever
//! stood in there, and when? These transforms read the whole history and draw each answer once, with its years. All of
//! them ask the same lookup, so the history is bought once and the second transform on the same domain costs nothing.

use async_trait::async_trait;
use intel::{Exposure, Lookup, LookupKind, Provenance, Record, WhoisRecord};
use maltego::{EntityType, InputKind, Message, TransformDefinition, entity_types};

use crate::{
    declaration::{Declaration, PriceClass},
    error::RunError,
    own_types::{self, SUMMARY},
    run::{Run, Transform},
    sets,
    settings::PURCHASE,
    sink::Sink,
    walk::{Shown, walk},
    whois_entity::{registered_domain, when},
    whois_findings::{Aspect, Findings},
};

/// Domain → all of one kind that its WHOIS history names.
#[derive(Debug, Clone, Copy)]
pub(crate) struct HistoricWhois {
    declaration: &'static Declaration,
    aspects: &'static [Aspect],
}

const INPUTS: &[&EntityType] = &[&entity_types::DOMAIN, &entity_types::DNS_NAME];

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
            inputs: INPUTS,
            input_kind: InputKind::Single,
            outputs,
            set: sets::REGISTRATION,
            settings: PURCHASE,
        },
        lookups: &[LookupKind::WhoisHistory],
        exposure: Exposure::ThirdParty,
        price_class: PriceClass::Large,
    }
}

static PERSONS: Declaration = declaration(
    "domain_to_historic_persons",
    "To Persons [WHOIS history]",
    "Everybody whom the domain's WHOIS history ever named in any contact, each once, with roles and years.",
    &[&entity_types::PERSON, &SUMMARY],
);

static ORGANIZATIONS: Declaration = declaration(
    "domain_to_historic_organizations",
    "To Organizations [WHOIS history]",
    "Every organisation that the domain's WHOIS history ever named in any contact, each once, with roles and years.",
    &[&entity_types::ORGANIZATION, &SUMMARY],
);

static EMAILS: Declaration = declaration(
    "domain_to_historic_emails",
    "To E-mail Addresses [WHOIS history]",
    "Every e-mail address that the domain's WHOIS history ever named in any contact, each once, with roles and years.",
    &[&entity_types::EMAIL_ADDRESS, &SUMMARY],
);

static PHONES: Declaration = declaration(
    "domain_to_historic_phones",
    "To Phone Numbers [WHOIS history]",
    "Every phone and fax number that the domain's WHOIS history ever named in any contact, each once whatever its \
     spelling, with roles and years.",
    &[&entity_types::PHONE_NUMBER, &SUMMARY],
);

static ADDRESSES: Declaration = declaration(
    "domain_to_historic_addresses",
    "To Postal Addresses [WHOIS history]",
    "Every postal address that the domain's WHOIS history ever named in any contact, each once, with roles and years.",
    &[&entity_types::LOCATION],
);

static NAME_SERVERS: Declaration = declaration(
    "domain_to_historic_name_servers",
    "To Name Servers [WHOIS history]",
    "Every name server that the domain's WHOIS history ever named, each once, with its years.",
    &[&entity_types::NS_RECORD, &SUMMARY],
);

static REGISTRARS: Declaration = declaration(
    "domain_to_historic_registrars",
    "To Registrars [WHOIS history]",
    "Every registrar that the domain's WHOIS history ever named, each once, with its years.",
    &[&own_types::REGISTRAR],
);

/// Every member of the family.
pub(crate) const ALL: [HistoricWhois; 7] = [
    HistoricWhois::PERSONS,
    HistoricWhois::ORGANIZATIONS,
    HistoricWhois::EMAILS,
    HistoricWhois::PHONES,
    HistoricWhois::ADDRESSES,
    HistoricWhois::NAME_SERVERS,
    HistoricWhois::REGISTRARS,
];

impl HistoricWhois {
    /// Domain → Person.
    pub(crate) const PERSONS: Self = Self { declaration: &PERSONS, aspects: &[Aspect::Person] };
    /// Domain → Organization.
    pub(crate) const ORGANIZATIONS: Self = Self { declaration: &ORGANIZATIONS, aspects: &[Aspect::Organization] };
    /// Domain → EmailAddress.
    pub(crate) const EMAILS: Self = Self { declaration: &EMAILS, aspects: &[Aspect::Email] };
    /// Domain → PhoneNumber.
    pub(crate) const PHONES: Self = Self { declaration: &PHONES, aspects: &[Aspect::Phone] };
    /// Domain → Location.
    pub(crate) const ADDRESSES: Self = Self { declaration: &ADDRESSES, aspects: &[Aspect::Address] };
    /// Domain → NSRecord.
    pub(crate) const NAME_SERVERS: Self = Self { declaration: &NAME_SERVERS, aspects: &[Aspect::NameServer] };
    /// Domain → Registrar.
    pub(crate) const REGISTRARS: Self = Self { declaration: &REGISTRARS, aspects: &[Aspect::Registrar] };
}

#[async_trait]
impl Transform for HistoricWhois {
    fn declaration(&self) -> &'static Declaration {
        self.declaration
    }

    async fn run(&self, run: &Run, sink: &mut dyn Sink) -> Result<(), RunError> {
        let domain = registered_domain(run.input(), sink)?;
        let question = format!("the WHOIS history of {domain}");
        let mut history = History::default();
        let outcome = walk(run, sink, Lookup::WhoisHistory { domain }, &question, |records, provenance, _| {
            history.add(records, provenance);
            // Only the whole history says in which years a thing was named, so nothing is drawn before its end.
            Shown::default()
        })
        .await;
        // What was read before a failure was paid for, so it is shown.
        history.tell(self.aspects, sink);
        outcome
    }
}

/// Records of several pages.
#[derive(Default)]
struct History {
    records: Vec<(WhoisRecord, Provenance)>,
}

impl History {
    fn add(&mut self, records: &[Record], provenance: &Provenance) {
        for record in records {
            if let Record::Whois(record) = record {
                self.records.push((record.as_ref().clone(), provenance.clone()));
            }
        }
    }

    fn tell(mut self, aspects: &'static [Aspect], sink: &mut dyn Sink) {
        // A stable sort; undated records count as the oldest.
        self.records.sort_by_key(|(record, _)| when(record));
        let mut findings = Findings::new(aspects);
        for (record, provenance) in &self.records {
            findings.read(record, when(record), provenance);
        }
        let drawn = findings.draw(sink);
        findings.say_what_the_records_leave_out(sink);
        if drawn.found == 0 && findings.records() > 0 && !findings.leaves_out_something_everywhere() {
            let wanted: Vec<_> = aspects.iter().map(|aspect| aspect.in_words()).collect();
            let wanted = wanted.join(" or ");
            sink.say(Message::inform(match findings.records() {
                1 => format!("The only record of the history does not name {wanted}."),
                records => format!("None of the {records} records of the history names {wanted}."),
            }));
        }
    }
}

#[cfg(test)]
mod tests {
    use intel::{Contact, Credits, ProviderError, Registrar};
    use maltego::Input;

    use super::*;
    use crate::testing::{Bench, host, records, whois};

    fn history_of(domain: &str) -> Lookup {
        Lookup::WhoisHistory { domain: host(domain) }
    }

    fn domain(name: &str) -> Input {
        Input::new(&entity_types::DOMAIN, name)
    }

    fn person(name: &str) -> Contact {
        Contact { name: Some(name.to_owned()), ..Contact::default() }
    }

    fn with_history(history: impl IntoIterator<Item = WhoisRecord>) -> Bench {
        Bench::knowing(vec![(history_of("cmt-net.example"), records(history))])
    }

    #[tokio::test(start_paused = true)]
    async fn the_bundled_case_says_who_stood_in_the_records_and_when() {
        let bench = Bench::with_case();
        for (transform, expected) in [
            (HistoricWhois::PERSONS, vec![("Dara Velani", "registrant 2011\u{2013}2017")]),
            (HistoricWhois::ORGANIZATIONS, vec![("Compute Make Tomorrow", "registrant 2011\u{2013}2017")]),
            (HistoricWhois::EMAILS, vec![("dara.velani@mail.example", "registrant 2011\u{2013}2017")]),
            (HistoricWhois::PHONES, vec![("+1.5555550142", "registrant 2013\u{2013}2016")]),
            (
                HistoricWhois::ADDRESSES,
                vec![
                    ("Eastmere, Northmark", "registrant 2014\u{2013}2017"),
                    ("Port Marlow, Northmark", "registrant 2011\u{2013}2013"),
                ],
            ),
            (
                HistoricWhois::NAME_SERVERS,
                vec![
                    ("ns15.tala-host.example", "name server 2016\u{2013}2017"),
                    ("ns16.tala-host.example", "name server 2016\u{2013}2017"),
                    ("ns1.greyferry-dns.example", "name server 2012\u{2013}2015"),
                    ("ns2.greyferry-dns.example", "name server 2012\u{2013}2015"),
                    ("ns1.oldharbour-dns.example", "name server 2011\u{2013}2012"),
                    ("ns2.oldharbour-dns.example", "name server 2011\u{2013}2012"),
                ],
            ),
            (HistoricWhois::REGISTRARS, vec![("Brightlabel Names", "registrar 2011\u{2013}2017")]),
        ] {
            let found = bench.run(&transform, domain("cmt-net.example")).await.unwrap();
            assert_eq!(found.shown(), expected);
        }
        let found = bench.run(&HistoricWhois::PHONES, domain("cmt-net.example")).await.unwrap();
        assert_eq!(found.property("+1.5555550142", "namehound.first_seen").as_deref(), Some("2013-03-19"));
        assert_eq!(found.property("+1.5555550142", "namehound.last_seen").as_deref(), Some("2016-01-15"));
        assert_eq!(found.property("+1.5555550142", "namehound.observed").as_deref(), Some("2016-01-15"));
        let link = &found.entities[0].link;
        let names: Vec<_> = link.properties.iter().map(|property| property.name.as_str()).collect();
        assert_eq!(names, ["records", "first_seen", "last_seen"]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_gap_in_the_records_shows_in_the_years_and_a_gap_between_them_does_not() {
        let bench = with_history([
            whois("cmt-net.example", "2016-04-01", person("Jo Doe")),
            whois("cmt-net.example", "2014-04-01", person("Mina Roe")),
            whois("cmt-net.example", "2013-04-01", person("Jo Doe")),
            whois("cmt-net.example", "2011-04-01", person("Jo Doe")),
        ]);
        let found = bench.run(&HistoricWhois::PERSONS, domain("cmt-net.example")).await.unwrap();
        // Nobody looked in 2012, so nothing speaks against it; in 2014 somebody else stood there, and nobody knows of 2015.
        assert_eq!(found.shown(), [("Jo Doe", "registrant 2011\u{2013}2013, 2016"), ("Mina Roe", "registrant 2014")]);
    }

    #[tokio::test(start_paused = true)]
    async fn spellings_are_one_node_in_the_newest_spelling_and_roles_are_one_label() {
        let contact = |organization: &str, email: &str, phone: &str| Contact {
            organization: Some(organization.to_owned()),
            email: Some(email.to_owned()),
            phone: Some(phone.to_owned()),
            ..Contact::default()
        };
        let mut older = whois("cmt-net.example", "2015-01-01", contact("ACME LTD.", "JO@MAIL.example", "15555550142"));
        older.technical = contact("acme", "jo@mail.example", "+1 (555) 555-0142");
        let mut newer =
            whois("cmt-net.example", "2018-01-01", contact("Acme Limited", "Jo@mail.example", "+1.5555550142"));
        newer.administrative = contact("Acme Limited", "jo@mail.example", "");
        let bench = with_history([newer, older]);
        let years = "registrant 2015\u{2013}2018; technical contact 2015; administrative contact 2018";
        let found = bench.run(&HistoricWhois::ORGANIZATIONS, domain("cmt-net.example")).await.unwrap();
        assert_eq!(found.shown(), [("Acme Limited", years)]);
        let found = bench.run(&HistoricWhois::EMAILS, domain("cmt-net.example")).await.unwrap();
        assert_eq!(found.shown(), [("jo@mail.example", years)]);
        let found = bench.run(&HistoricWhois::PHONES, domain("cmt-net.example")).await.unwrap();
        assert_eq!(found.shown(), [("+1.5555550142", "registrant 2015\u{2013}2018; technical contact 2015")]);
    }

    #[tokio::test(start_paused = true)]
    async fn the_most_recent_comes_first_and_of_equals_the_longest() {
        let both = |first: &str, second: &str, day: &str| WhoisRecord {
            administrative: person(second),
            ..whois("cmt-net.example", day, person(first))
        };
        let bench = with_history([
            both("Late Comer", "Long Stay", "2019-01-01"),
            both("Gone Early", "Long Stay", "2012-01-01"),
        ]);
        let found = bench.run(&HistoricWhois::PERSONS, domain("cmt-net.example")).await.unwrap();
        let names: Vec<_> = found.shown().into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["Long Stay", "Late Comer", "Gone Early"]);
    }

    #[tokio::test(start_paused = true)]
    async fn noise_is_counted_with_its_reason_and_not_drawn() {
        let hidden = |day| {
            let service = Some("Hidden Owner Privacy Service".to_owned());
            whois("cmt-net.example", day, Contact { privacy_service: service, ..Contact::default() })
        };
        let redacted = WhoisRecord {
            administrative: Contact { redacted: true, ..Contact::default() },
            ..whois("cmt-net.example", "2022-01-01", Contact { redacted: true, ..Contact::default() })
        };
        let marker = whois("cmt-net.example", "2021-01-01", person("REDACTED FOR PRIVACY"));
        let nobody = with_history([hidden("2020-01-01"), whois("cmt-net.example", "2018-01-01", Contact::default())]);
        let found = nobody.run(&HistoricWhois::PERSONS, domain("cmt-net.example")).await.unwrap();
        assert_eq!(
            found.texts(),
            [
                "1 of 2 records hides the registrant behind the privacy service \"Hidden Owner Privacy Service\".",
                "None of the 2 records of the history names a person.",
            ]
        );
        let bench = with_history([
            redacted,
            marker,
            hidden("2020-01-01"),
            hidden("2019-01-01"),
            whois("cmt-net.example", "2018-01-01", person("Jo Doe")),
        ]);
        let found = bench.run(&HistoricWhois::PERSONS, domain("cmt-net.example")).await.unwrap();
        assert_eq!(found.shown(), [("Jo Doe", "registrant 2018")]);
        assert_eq!(
            found.texts(),
            [
                "2 of 5 records hide the registrant behind the privacy service \"Hidden Owner Privacy Service\".",
                "1 of 5 records hides the registrant behind a redaction marker \"REDACTED FOR PRIVACY\".",
                "1 of 5 records hides the registrant, administrative contact behind a redaction.",
            ]
        );
    }

    #[tokio::test(start_paused = true)]
    async fn the_soft_limit_is_kept_and_said() {
        let bench = Bench::with_case().limited(2);
        let found = bench.run(&HistoricWhois::NAME_SERVERS, domain("cmt-net.example")).await.unwrap();
        assert_eq!(found.entities.len(), 2);
        assert_eq!(found.texts(), ["2 of 6 shown (soft limit): raise the limit to see more."]);
    }

    #[tokio::test(start_paused = true)]
    async fn the_history_is_bought_once_for_all_of_them() {
        let record = whois("cmt-net.example", "2018-01-01", person("Jo Doe"));
        let bench = with_history([record]).priced(50);
        let first = bench.run(&HistoricWhois::PERSONS, domain("cmt-net.example")).await.unwrap();
        let second = bench.run(&HistoricWhois::PHONES, domain("www.cmt-net.example")).await.unwrap();
        assert_eq!((first.spent, second.spent), (Credits(50), Credits::FREE));
        assert_eq!(bench.asked().len(), 1);
        assert_eq!(
            second.texts(),
            [
                "WHOIS is kept per registered domain, so cmt-net.example was asked about.",
                "As of 2024-02-29 12:00 UTC: Test Source was asked then and the answer was remembered; nothing was spent \
                 now.",
                "The only record of the history does not name a phone number.",
            ]
        );
    }

    #[tokio::test(start_paused = true)]
    async fn a_country_alone_is_no_address_and_the_registrars_number_survives_a_record_without_it() {
        let land = Contact { country: Some("Northmark".to_owned()), ..Contact::default() };
        let mut older = whois("cmt-net.example", "2015-01-01", land.clone());
        older.registrar = Some(Registrar {
            name: Some("Quayside Domains".to_owned()),
            iana_id: Some("9999".to_owned()),
            url: Some("quayside.example".to_owned()),
            ..Registrar::default()
        });
        let mut newer = whois("cmt-net.example", "2018-01-01", land);
        newer.registrar = Some(Registrar { name: Some("Quayside Domains, Inc.".to_owned()), ..Registrar::default() });
        let bench = with_history([newer, older]);
        let found = bench.run(&HistoricWhois::ADDRESSES, domain("cmt-net.example")).await.unwrap();
        assert_eq!(found.texts(), ["2 of 2 records give no more of an address of the registrant than \"Northmark\"."]);
        let found = bench.run(&HistoricWhois::REGISTRARS, domain("cmt-net.example")).await.unwrap();
        assert_eq!(found.shown(), [("Quayside Domains, Inc.", "registrar 2015\u{2013}2018")]);
        assert_eq!(found.property("Quayside Domains, Inc.", "namehound.registrar.iana").as_deref(), Some("9999"));
        assert_eq!(found.property("Quayside Domains, Inc.", "namehound.registrar.url"), None);
    }

    #[tokio::test(start_paused = true)]
    async fn an_absent_history_and_a_failure_differ() {
        let failing = history_of("shore-vpn.example");
        let bench = Bench::answering(Vec::new()).failing(&failing, ProviderError::NoCredits);
        let found = bench.run(&HistoricWhois::PERSONS, domain("cmt-net.example")).await.unwrap();
        assert_eq!(found.texts(), ["Test Source has nothing on the WHOIS history of cmt-net.example."]);
        let error = bench.run(&HistoricWhois::PERSONS, domain("shore-vpn.example")).await.unwrap_err();
        assert!(matches!(error, RunError::Ask(_)), "{error:?}");
    }
}
