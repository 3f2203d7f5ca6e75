//! Reading a WHOISRecord: who and what stands in it.
//!
//! These transforms ask nobody. They read the properties of the record that is already on the graph, whoever put it there,
//! so they work on records of other transform servers as well. What is noise in them, and when two spellings are one, is
//! decided as it is for records that come from a source (see [`crate::whois_findings`]).

use async_trait::async_trait;
use intel::{
    Contact, Exposure, Moment, Provenance, Registrar, Total, WhoisRecord, noise,
    observable::{HostName, OrganizationName},
};
use maltego::{Entity, EntityType, Input, InputKind, Link, Message, TransformDefinition, entity_types};

use crate::{
    declaration::{Declaration, PriceClass},
    entities::{OBSERVED, RETRIEVED, SOURCE, name_entity, with_proof},
    error::RunError,
    noise::NOISE,
    own_types::{self, SUMMARY},
    run::{Run, Transform},
    sets,
    sink::Sink,
    walk::cut_short,
    whois_entity::{ROLES, Role, registered},
    whois_findings::{Aspect, Findings, registrar_entity},
};

const INPUTS: &[&EntityType] = &[&entity_types::WHOIS_RECORD];

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
            settings: &[],
        },
        lookups: &[],
        exposure: Exposure::Local,
        price_class: PriceClass::Free,
    }
}

/// WHOISRecord → everything of some kinds that it names.
#[derive(Debug, Clone, Copy)]
pub(crate) struct WhoisRecordTo {
    declaration: &'static Declaration,
    aspects: &'static [Aspect],
}

static CONTACTS: Declaration = declaration(
    "whois_record_to_contacts",
    "To Contacts [WHOIS record]",
    "The persons, organisations, e-mail addresses and phone numbers that the record names. Privacy services and redaction \
     markers are counted, not drawn. Asks nobody.",
    &[
        &entity_types::PERSON,
        &entity_types::ORGANIZATION,
        &entity_types::EMAIL_ADDRESS,
        &entity_types::PHONE_NUMBER,
        &SUMMARY,
    ],
);

static PERSONS: Declaration = declaration(
    "whois_record_to_persons",
    "To Persons [WHOIS record]",
    "The persons that the record names in any contact, each with its roles. Asks nobody.",
    &[&entity_types::PERSON, &SUMMARY],
);

static ORGANIZATIONS: Declaration = declaration(
    "whois_record_to_organizations",
    "To Organizations [WHOIS record]",
    "The organisations that the record names in any contact, each with its roles. Asks nobody.",
    &[&entity_types::ORGANIZATION, &SUMMARY],
);

static EMAILS: Declaration = declaration(
    "whois_record_to_emails",
    "To E-mail Addresses [WHOIS record]",
    "The e-mail addresses that the record names in any contact, each with its roles. Asks nobody.",
    &[&entity_types::EMAIL_ADDRESS, &SUMMARY],
);

static PHONES: Declaration = declaration(
    "whois_record_to_phones",
    "To Phone Numbers [WHOIS record]",
    "The phone and fax numbers that the record names in any contact, each with its roles. Asks nobody.",
    &[&entity_types::PHONE_NUMBER, &SUMMARY],
);

static ADDRESSES: Declaration = declaration(
    "whois_record_to_addresses",
    "To Postal Addresses [WHOIS record]",
    "The postal addresses that the record names in any contact, each with its roles. Asks nobody.",
    &[&entity_types::LOCATION],
);

static NAME_SERVERS: Declaration = declaration(
    "whois_record_to_name_servers",
    "To Name Servers [WHOIS record]",
    "The name servers that the record names, in the order of the record. Asks nobody.",
    &[&entity_types::NS_RECORD, &SUMMARY],
);

/// Every member of the family that names something in the same way.
pub(crate) const ALL: [WhoisRecordTo; 7] = [
    WhoisRecordTo::CONTACTS,
    WhoisRecordTo::PERSONS,
    WhoisRecordTo::ORGANIZATIONS,
    WhoisRecordTo::EMAILS,
    WhoisRecordTo::PHONES,
    WhoisRecordTo::ADDRESSES,
    WhoisRecordTo::NAME_SERVERS,
];

impl WhoisRecordTo {
    /// WHOISRecord → Person, Organization, EmailAddress, PhoneNumber.
    pub(crate) const CONTACTS: Self =
        Self { declaration: &CONTACTS, aspects: &[Aspect::Organization, Aspect::Person, Aspect::Email, Aspect::Phone] };
    /// WHOISRecord → Person.
    pub(crate) const PERSONS: Self = Self { declaration: &PERSONS, aspects: &[Aspect::Person] };
    /// WHOISRecord → Organization.
    pub(crate) const ORGANIZATIONS: Self = Self { declaration: &ORGANIZATIONS, aspects: &[Aspect::Organization] };
    /// WHOISRecord → EmailAddress.
    pub(crate) const EMAILS: Self = Self { declaration: &EMAILS, aspects: &[Aspect::Email] };
    /// WHOISRecord → PhoneNumber.
    pub(crate) const PHONES: Self = Self { declaration: &PHONES, aspects: &[Aspect::Phone] };
    /// WHOISRecord → Location.
    pub(crate) const ADDRESSES: Self = Self { declaration: &ADDRESSES, aspects: &[Aspect::Address] };
    /// WHOISRecord → NSRecord.
    pub(crate) const NAME_SERVERS: Self = Self { declaration: &NAME_SERVERS, aspects: &[Aspect::NameServer] };
}

#[async_trait]
impl Transform for WhoisRecordTo {
    fn declaration(&self) -> &'static Declaration {
        self.declaration
    }

    async fn run(&self, run: &Run, sink: &mut dyn Sink) -> Result<(), RunError> {
        let input = run.input();
        let (provenance, observed) = proof(input, run);
        let mut findings = Findings::new(self.aspects);
        let domain = stated(input, "domainName").or_else(|| input.value.split_whitespace().next());
        let record = WhoisRecord {
            domain: domain.unwrap_or_default().to_owned(),
            observed,
            // Nobody draws the registrar here; it tells which contacts are its own.
            registrar: Some(registrar(input)),
            whois_server: stated(input, "registrarWhoisServer").map(str::to_owned),
            ..record(input)
        };
        findings.read(&record, None, &provenance);
        let drawn = findings.draw(sink);
        findings.say_what_the_record_leaves_out(sink);
        if drawn.found == 0 && !findings.leaves_out_something() {
            sink.say(Message::inform(nothing(input, self.aspects)));
        }
        Ok(())
    }
}

/// Why there is nothing to draw.
fn nothing(input: &Input, aspects: &[Aspect]) -> String {
    if let Some(hidden) = stated(input, NOISE) {
        return format!("The record hides what it was asked for. {hidden}.");
    }
    let is_whois = |name: &str| name == "nameservers" || ROLES.iter().any(|role| name.starts_with(role.prefix));
    if input.properties.iter().any(|property| is_whois(&property.name)) {
        let wanted: Vec<_> = aspects.iter().map(|aspect| aspect.in_words()).collect();
        format!("The record does not name {}.", wanted.join(", "))
    } else {
        "This record carries nothing of the kind in its properties. Run \"To WHOIS History\" on its domain and use the \
         records it returns."
            .to_owned()
    }
}

/// WHOISRecord → its registrar.
#[derive(Debug)]
pub(crate) struct WhoisRecordToRegistrar;

static REGISTRAR: Declaration = declaration(
    "whois_record_to_registrar",
    "To Registrar [WHOIS record]",
    "The company that the domain was registered with, with its IANA number, site and contacts for complaints. Asks nobody.",
    &[&own_types::REGISTRAR],
);

#[async_trait]
impl Transform for WhoisRecordToRegistrar {
    fn declaration(&self) -> &'static Declaration {
        &REGISTRAR
    }

    async fn run(&self, run: &Run, sink: &mut dyn Sink) -> Result<(), RunError> {
        let input = run.input();
        let registrar = registrar(input);
        let Some(name) = registrar.name.as_deref() else {
            sink.say(Message::inform("The record does not name a registrar."));
            return Ok(());
        };
        if let Some(noise) = noise::judge(name) {
            sink.say(Message::inform(format!("1 left out as noise. registrar: {}.", noise.reason)));
            return Ok(());
        }
        let name = OrganizationName::parse(name)?;
        // A country's name is not what a flag is drawn from.
        let country = stated(input, "registrarCountry").filter(|text| is_country_code(text)).map(str::to_uppercase);
        let entity = registrar_entity(&name, &registrar)
            .with_some("namehound.registrar.country", country)
            .with_some("namehound.registrar.abuse-phone", stated(input, "registrarAbuseContactPhone"));
        let (provenance, observed) = proof(input, run);
        sink.add(with_proof(entity, &provenance, observed).linked_by(Link::labelled("registrar")));
        Ok(())
    }
}

/// WHOISRecord → its dates.
#[derive(Debug)]
pub(crate) struct WhoisRecordToDates;

static DATES: Declaration = declaration(
    "whois_record_to_dates",
    "To Dates [WHOIS record]",
    "The days or times at which the domain was registered, changed, transferred and runs out: domains that were \
     registered in one go meet in them. Asks nobody.",
    &[&entity_types::DATE_TIME],
);

/// The dates by the word on the link and their properties.
const DATE_PROPERTIES: [(&str, &str); 5] = [
    ("created", "creationDate"),
    ("updated", "updatedDate"),
    ("transferred", "transferDate"),
    ("expires", "registryExpiryDate"),
    ("expires at the registrar", "registrarRegistrationExpirationDate"),
];

#[async_trait]
impl Transform for WhoisRecordToDates {
    fn declaration(&self) -> &'static Declaration {
        &DATES
    }

    async fn run(&self, run: &Run, sink: &mut dyn Sink) -> Result<(), RunError> {
        let input = run.input();
        let mut dates: Vec<(Moment, Vec<&str>)> = Vec::new();
        let mut unreadable = Vec::new();
        for (word, property) in DATE_PROPERTIES {
            let Some(text) = stated(input, property) else { continue };
            let Ok(moment) = text.parse::<Moment>() else {
                unreadable.push(format!("{word}: \"{text}\""));
                continue;
            };
            match dates.iter_mut().find(|(known, _)| *known == moment) {
                Some((_, words)) => words.push(word),
                None => dates.push((moment, vec![word])),
            }
        }
        let (provenance, observed) = proof(input, run);
        let (found, shown) = (dates.len(), dates.len().min(sink.room()));
        for (moment, words) in dates.into_iter().take(shown) {
            let link = Link::labelled(words.join(", "));
            sink.add(with_proof(date_entity(moment), &provenance, observed).linked_by(link));
        }
        if shown < found {
            sink.say(cut_short(shown as u64, Total::Exactly(found as u64)));
        }
        if !unreadable.is_empty() {
            let count = unreadable.len();
            sink.say(Message::inform(format!("{count} could not be read. {}.", unreadable.join("; "))));
        } else if found == 0 {
            sink.say(Message::inform("The record does not state a date."));
        }
        Ok(())
    }
}

/// A DateTime in the precision of the record: a day is not midnight.
fn date_entity(moment: Moment) -> Entity {
    let day = moment.day();
    let entity = Entity::new(&entity_types::DATE_TIME, moment.to_string())
        .with("date", day.to_string())
        .with("year", format!("{:04}", day.year()))
        .with("month", format!("{:02}", day.month()))
        .with("day", format!("{:02}", day.day()));
    match moment {
        Moment::Day(_) => entity,
        Moment::Instant(instant) => entity
            .with("time", instant.strftime("%H:%M:%S").to_string())
            .with("hour", instant.strftime("%H").to_string())
            .with("minute", instant.strftime("%M").to_string())
            .with("second", instant.strftime("%S").to_string())
            .with("offset", "+00:00"),
    }
}

/// WHOISRecord → the domain it is about.
#[derive(Debug)]
pub(crate) struct WhoisRecordToDomain;

static DOMAIN: Declaration = declaration(
    "whois_record_to_domain",
    "To Domain [WHOIS record]",
    "The domain that the record is about, to go on from a record that came without it. Asks nobody.",
    &[&entity_types::DOMAIN, &entity_types::DNS_NAME],
);

#[async_trait]
impl Transform for WhoisRecordToDomain {
    fn declaration(&self) -> &'static Declaration {
        &DOMAIN
    }

    async fn run(&self, run: &Run, sink: &mut dyn Sink) -> Result<(), RunError> {
        let input = run.input();
        // The value is the domain and the day, as the history names its records.
        let name = stated(input, "domainName").or_else(|| input.value.split_whitespace().next());
        let domain = registered(&HostName::parse(name.unwrap_or_default())?);
        let (provenance, observed) = proof(input, run);
        sink.add(with_proof(name_entity(&domain), &provenance, observed).linked_by(Link::labelled("domain")));
        Ok(())
    }
}

/// The record that the properties make.
fn record(input: &Input) -> WhoisRecord {
    let contact = |prefix: &str| contact(input, prefix);
    let [registrant, administrative, technical, billing, zone] = ROLES.map(|Role { prefix, .. }| contact(prefix));
    let name_servers = stated(input, "nameservers").unwrap_or_default();
    WhoisRecord {
        // Some servers put one on a line, with addresses behind it.
        name_servers: name_servers
            .split([',', ';', '\n', ' ', '\t'])
            .map(str::trim)
            .filter(|name| !name.is_empty() && name.parse::<std::net::IpAddr>().is_err())
            .map(str::to_owned)
            .collect(),
        registrant,
        administrative,
        technical,
        billing,
        zone,
        ..WhoisRecord::default()
    }
}

fn contact(input: &Input, prefix: &str) -> Contact {
    let field = |suffix: &str| stated(input, &format!("{prefix}{suffix}")).map(str::to_owned);
    let country = field("Country");
    // Some servers write the code where the name belongs.
    let code = field("CountryCode").or_else(|| country.clone().filter(|text| is_country_code(text)));
    Contact {
        name: field("Name"),
        organization: field("Organization"),
        street: field("Street").or_else(|| field("Address")),
        city: field("City"),
        state: field("StateProvince"),
        postal_code: field("PostalCode"),
        country,
        country_code: code.map(|code| code.to_uppercase()),
        email: field("Email"),
        phone: field("Phone"),
        phone_extension: field("PhoneExt"),
        fax: field("Fax"),
        fax_extension: field("FaxExt"),
        privacy_service: None,
        redacted: false,
    }
}

fn registrar(input: &Input) -> Registrar {
    let field = |name| stated(input, name).map(str::to_owned);
    Registrar {
        name: field("registrar").or_else(|| field("sponsoringRegistrar")),
        iana_id: field("registrarIanaId"),
        url: field("registrarUrl"),
        abuse_email: field("registrarAbuseContactEmail"),
    }
}

/// Whether a text has the form of a two-letter country code (ISO 3166-1).
fn is_country_code(text: &str) -> bool {
    text.len() == 2 && text.bytes().all(|octet| octet.is_ascii_alphabetic())
}

/// A property's text, if it says something.
fn stated<'a>(input: &'a Input, name: &str) -> Option<&'a str> {
    input.property(name).map(str::trim).filter(|text| !text.is_empty())
}

/// The record's own proof, as far as it carries one.
fn proof(input: &Input, run: &Run) -> (Provenance, Option<Moment>) {
    let source = stated(input, SOURCE).map_or_else(|| format!("the record \"{}\"", input.value), str::to_owned);
    // Classic clients send instants back in their own form, which `Moment` reads as well.
    let moment = |name| stated(input, name).and_then(|text| text.parse::<Moment>().ok());
    let retrieved = moment(RETRIEVED).map_or_else(|| run.clock.now(), |moment| moment.instant());
    let observed = moment(OBSERVED).or_else(|| moment("updatedDate"));
    (Provenance::of(source, retrieved), observed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Bench;

    fn record_with(properties: &[(&str, &str)]) -> Input {
        let mut input = Input::new(&entity_types::WHOIS_RECORD, "cmt-net.example 2013-03-19");
        for (name, text) in properties {
            input.put(*name, *text);
        }
        input
    }

    const FULL: &[(&str, &str)] = &[
        ("domainName", "cmt-net.example"),
        ("creationDate", "2011-03-04"),
        ("updatedDate", "2013-02-25T09:30:00Z"),
        ("registryExpiryDate", "2015-03-04"),
        ("registrarRegistrationExpirationDate", "2015-03-04"),
        ("transferDate", "before Aug-1996"),
        ("nameservers", "NS1.greyferry-dns.example 192.0.2.53\nns2.greyferry-dns.example., ns1.greyferry-dns.example"),
        ("registrar", "Brightlabel Names"),
        ("registrarIanaId", "9999"),
        ("registrarUrl", "https://brightlabel.example"),
        ("registrarCountry", "zz"),
        ("registrarAbuseContactEmail", "abuse@brightlabel.example"),
        ("registrarAbuseContactPhone", "+1.5555550199"),
        ("registrantName", "Dara Velani"),
        ("registrantOrganization", "Compute Make Tomorrow"),
        ("registrantStreet", "14 Lantern Row"),
        ("registrantCity", "Port Marlow"),
        ("registrantPostalCode", "00142"),
        ("registrantCountry", "Northmark"),
        ("registrantCountryCode", "ZZ"),
        ("registrantEmail", "dara.velani@mail.example, desk@post.example"),
        ("registrantPhone", "+1.5555550142"),
        ("registrantFax", "+1.5555550143"),
        ("adminName", "Compute Make Tomorrow Ltd"),
        ("adminOrganization", "COMPUTE MAKE TOMORROW"),
        ("adminEmail", "Dara.Velani@mail.example"),
        ("techName", "REDACTED FOR PRIVACY"),
        ("techPhone", "call the front desk"),
        ("namehound.source", "Test Source"),
        ("namehound.observed", "2013-03-19"),
    ];

    #[tokio::test(start_paused = true)]
    async fn each_transform_draws_its_own_part_of_the_record() {
        let bench = Bench::answering(Vec::new());
        for (transform, expected) in [
            (WhoisRecordTo::PERSONS, vec![("Dara Velani", "registrant")]),
            (WhoisRecordTo::ORGANIZATIONS, vec![("Compute Make Tomorrow", "registrant, administrative contact")]),
            (
                WhoisRecordTo::EMAILS,
                vec![
                    ("dara.velani@mail.example", "registrant, administrative contact"),
                    ("desk@post.example", "registrant"),
                ],
            ),
            (WhoisRecordTo::PHONES, vec![("+1.5555550142", "registrant"), ("+1.5555550143", "registrant's fax")]),
            (WhoisRecordTo::ADDRESSES, vec![("Port Marlow, Northmark", "registrant")]),
            (
                WhoisRecordTo::NAME_SERVERS,
                vec![("ns1.greyferry-dns.example", "name server"), ("ns2.greyferry-dns.example", "name server")],
            ),
        ] {
            let found = bench.run(&transform, record_with(FULL)).await.unwrap();
            assert_eq!(found.shown(), expected);
            let (value, _) = expected[0];
            assert_eq!(found.property(value, "namehound.source").as_deref(), Some("Test Source"));
            assert_eq!(found.property(value, "namehound.observed").as_deref(), Some("2013-03-19"));
            assert_eq!(found.property(value, "namehound.first_seen"), None);
        }
        assert!(bench.asked().is_empty());
    }

    #[tokio::test(start_paused = true)]
    async fn an_address_has_its_parts() {
        let found = Bench::answering(Vec::new()).run(&WhoisRecordTo::ADDRESSES, record_with(FULL)).await.unwrap();
        for (name, text) in [
            ("streetaddress", "14 Lantern Row"),
            ("city", "Port Marlow"),
            ("location.areacode", "00142"),
            ("country", "Northmark"),
            ("countrycode", "ZZ"),
        ] {
            assert_eq!(found.property("Port Marlow, Northmark", name).as_deref(), Some(text), "{name}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_country_code_in_the_place_of_a_country_still_gives_a_flag() {
        let record =
            record_with(&[("adminAddress", "88 Weir Street"), ("adminCity", "Calder Bridge"), ("adminCountry", "zz")]);
        let found = Bench::answering(Vec::new()).run(&WhoisRecordTo::ADDRESSES, record).await.unwrap();
        assert_eq!(found.shown(), [("Calder Bridge, zz", "administrative contact")]);
        assert_eq!(found.property("Calder Bridge, zz", "countrycode").as_deref(), Some("ZZ"));
        assert_eq!(found.property("Calder Bridge, zz", "streetaddress").as_deref(), Some("88 Weir Street"));
    }

    #[tokio::test(start_paused = true)]
    async fn noise_and_what_cannot_be_read_are_said() {
        let bench = Bench::answering(Vec::new());
        let found = bench.run(&WhoisRecordTo::PERSONS, record_with(FULL)).await.unwrap();
        assert_eq!(
            found.texts(),
            ["1 left out as noise. technical contact: redaction marker \"REDACTED FOR PRIVACY\"."]
        );
        let found = bench.run(&WhoisRecordTo::PHONES, record_with(FULL)).await.unwrap();
        assert_eq!(
            found.texts(),
            [
                "1 could not be read. technical contact: \"call the front desk\" is not a phone number: it has letters in it."
            ]
        );
    }

    #[tokio::test(start_paused = true)]
    async fn a_record_without_contacts_says_why_there_are_none() {
        let bench = Bench::answering(Vec::new());
        for (properties, said) in [
            (vec![("registrantEmail", "jo@mail.example")], "The record does not name a person."),
            (
                vec![("namehound.noise", "registrant: redacted")],
                "The record hides what it was asked for. registrant: redacted.",
            ),
            (vec![], "This record carries nothing of the kind in its properties."),
        ] {
            let found = bench.run(&WhoisRecordTo::PERSONS, record_with(&properties)).await.unwrap();
            assert!(found.texts()[0].starts_with(said), "{:?}", found.texts());
            assert!(found.shown().is_empty());
        }
    }

    #[tokio::test(start_paused = true)]
    async fn the_soft_limit_is_kept_and_said() {
        let bench = Bench::answering(Vec::new()).limited(1);
        let found = bench.run(&WhoisRecordTo::NAME_SERVERS, record_with(FULL)).await.unwrap();
        assert_eq!(found.shown().len(), 1);
        assert_eq!(found.texts(), ["1 of 2 shown (soft limit): raise the limit to see more."]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_registrar_comes_with_what_is_known_about_it() {
        let bench = Bench::answering(Vec::new());
        let found = bench.run(&WhoisRecordToRegistrar, record_with(FULL)).await.unwrap();
        assert_eq!(found.shown(), [("Brightlabel Names", "registrar")]);
        for (name, text) in [
            ("iana", "9999"),
            ("country", "ZZ"),
            ("url", "https://brightlabel.example"),
            ("abuse-email", "abuse@brightlabel.example"),
            ("abuse-phone", "+1.5555550199"),
        ] {
            let property = format!("namehound.registrar.{name}");
            assert_eq!(found.property("Brightlabel Names", &property).as_deref(), Some(text), "{name}");
        }
        let found = bench.run(&WhoisRecordToRegistrar, record_with(&[("registrar", "N/A")])).await.unwrap();
        assert_eq!(found.texts(), ["1 left out as noise. registrar: filler \"N/A\"."]);
        let found = bench.run(&WhoisRecordToRegistrar, record_with(&[])).await.unwrap();
        assert_eq!(found.texts(), ["The record does not name a registrar."]);
    }

    #[tokio::test(start_paused = true)]
    async fn dates_keep_their_precision_and_equal_ones_are_one() {
        let bench = Bench::answering(Vec::new());
        let found = bench.run(&WhoisRecordToDates, record_with(FULL)).await.unwrap();
        assert_eq!(
            found.shown(),
            [
                ("2011-03-04", "created"),
                ("2013-02-25T09:30:00Z", "updated"),
                ("2015-03-04", "expires, expires at the registrar"),
            ]
        );
        assert_eq!(found.property("2011-03-04", "time"), None);
        assert_eq!(found.property("2013-02-25T09:30:00Z", "time").as_deref(), Some("09:30:00"));
        assert_eq!(found.texts(), ["1 could not be read. transferred: \"before Aug-1996\"."]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_record_leads_back_to_its_domain() {
        let bench = Bench::answering(Vec::new());
        let found = bench.run(&WhoisRecordToDomain, record_with(&[("domainName", "CMT-NET.example")])).await.unwrap();
        assert_eq!(found.shown(), [("cmt-net.example", "domain")]);
        let found = bench.run(&WhoisRecordToDomain, record_with(&[])).await.unwrap();
        assert_eq!(found.shown(), [("cmt-net.example", "domain")]);
        let error = bench.run(&WhoisRecordToDomain, Input::new(&entity_types::WHOIS_RECORD, "?!")).await.unwrap_err();
        assert!(matches!(error, RunError::Input(_)), "{error:?}");
    }
}
