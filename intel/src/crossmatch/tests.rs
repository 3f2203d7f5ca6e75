//! The rules of comparing, each with the smallest facts that show it, and the story that they are for.

use std::net::IpAddr;

use proptest::prelude::*;

use super::*;
use crate::{
    lookup::LookupKind,
    moment::Moment,
    noise::Confidence,
    observable::{AutonomousSystem, Netblock},
    record::{Certificate, Contact, DnsData, DnsRecord, Network, Registrar, Routing, WhoisRecord},
};

const SOURCE: &str = "Test Source";
const MAILBOX: &str = "lantern.keeper@post.example";

fn host(text: &str) -> HostName {
    HostName::parse(text).unwrap()
}

fn moment(text: &str) -> Option<Moment> {
    (!text.is_empty()).then(|| text.parse().unwrap())
}

fn window(from: &str, to: &str) -> Option<DateRange> {
    let day = |text: &str| (!text.is_empty()).then(|| text.parse().unwrap());
    Some(DateRange { from: day(from), to: day(to) })
}

fn some(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

/// A registrant with a name and a mailbox; what is empty is unknown.
fn person(name: &str, email: &str) -> Contact {
    Contact { name: some(name), email: some(email), ..Contact::default() }
}

fn snapshot(observed: &str, registrant: Contact) -> WhoisRecord {
    WhoisRecord { observed: moment(observed), registrant, ..WhoisRecord::default() }
}

fn dns(data: DnsData, first: &str, last: &str) -> DnsRecord {
    DnsRecord {
        owner: host("owner.example"),
        data,
        ttl: None,
        first_seen: moment(first),
        last_seen: moment(last),
        security: None,
    }
}

fn text_record(text: &str) -> DnsRecord {
    dns(DnsData::Text(text.to_owned()), "2020-01-01", "2021-01-01")
}

fn domain(
    name: &str,
    whois: impl IntoIterator<Item = WhoisRecord>,
    dns: impl IntoIterator<Item = DnsRecord>,
) -> DomainFacts {
    DomainFacts {
        whois: whois.into_iter().map(|record| Fact::new(record, SOURCE)).collect(),
        dns: dns.into_iter().map(|record| Fact::new(record, SOURCE)).collect(),
        ..DomainFacts::of(host(name))
    }
}

/// Two domains with one snapshot each.
fn pair(one: WhoisRecord, other: WhoisRecord) -> Vec<DomainFacts> {
    vec![domain("one.example", [one], []), domain("two.example", [other], [])]
}

/// Two domains with the same DNS record.
fn pair_of(record: &DnsRecord) -> Vec<DomainFacts> {
    ["one.example", "two.example"].map(|name| domain(name, [], [record.clone()])).to_vec()
}

fn values(shared: &[Shared]) -> Vec<(SharedKind, &str)> {
    shared.iter().map(|shared| (shared.kind, shared.value.as_str())).collect()
}

fn only(facts: &[DomainFacts]) -> Shared {
    let shared = compare(facts, None);
    assert_eq!(shared.len(), 1, "{shared:?}");
    shared.into_iter().next().unwrap()
}

fn reason(shared: &Shared) -> &str {
    shared.common.as_ref().map_or("telling", |common| common.reason.as_str())
}

/// Twelve shops on twelve addresses in five networks. Three people own four each; from 2019 on one mailbox stands in all
/// twelve; nine hide behind a privacy service since 2021. They share a registrar and a content network.
fn shops() -> Vec<DomainFacts> {
    let owners = ["Ina Brookfen", "Tarek Oldmoor", "Wen Halloway"];
    (0..12_usize)
        .map(|number| {
            let owner = owners[number % 3];
            let registrar = Some(Registrar {
                name: some("Great Registrar, Inc."),
                url: some("https://www.great-registrar.example"),
                abuse_email: some("abuse@great-registrar.example"),
                ..Registrar::default()
            });
            let record = |observed: &str, registrant| WhoisRecord {
                registrar: registrar.clone(),
                ..snapshot(observed, registrant)
            };
            let before = person(owner, &format!("shop{number}@post.example"));
            let shared = person(owner, MAILBOX);
            let service = Some("Hidden Owner Privacy Service".to_owned());
            let hidden = Contact { privacy_service: service, ..Contact::default() };
            let mut whois = vec![
                record("2017-05-01", before),
                record(&format!("2019-03-{:02}", number + 1), shared.clone()),
                record("2020-06-01", shared.clone()),
            ];
            if number < 9 {
                whois.push(record("2021-05-12", hidden));
            } else {
                whois.push(record("2021-05-12", shared));
            }
            let network = u8::try_from(number % 5).unwrap();
            let address = IpAddr::from([203, 0, 113, network * 32 + u8::try_from(number).unwrap()]);
            let name_server = host("ada.ns.cloudflare.com");
            let mut facts = domain(
                &format!("shop-{number}.example"),
                whois,
                [
                    dns(DnsData::Address(address), "2018-01-01", "2021-05-12"),
                    dns(DnsData::NameServer(name_server), "2018-01-01", "2021-05-12"),
                ],
            );
            let block = Netblock::parse(&format!("203.0.113.{}/27", network * 32)).unwrap();
            facts.networks.push(Fact::new(AddressNetwork { address, network: Network::of(block) }, SOURCE));
            facts
        })
        .collect()
}

#[test]
fn twelve_shops_share_one_mailbox_and_the_names_come_second() {
    let report = Report::of_facts(&shops(), None);
    let telling: Vec<(&str, u8, usize)> = report
        .telling()
        .filter(|shared| shared.kind != SharedKind::Network)
        .map(|shared| (shared.value.as_str(), shared.score, shared.sharers.len()))
        .collect();
    assert_eq!(
        telling,
        [(MAILBOX, 100, 12), ("Ina Brookfen", 80, 4), ("Tarek Oldmoor", 80, 4), ("Wen Halloway", 80, 4)]
    );
    let common: Vec<(SharedKind, &str)> = report.common().map(|shared| (shared.kind, reason(shared))).collect();
    assert_eq!(
        common,
        [
            (SharedKind::Registrar, "one registrar serves very many owners"),
            (SharedKind::Email, "it stands in contacts of the registrar"),
            (SharedKind::NameServer, "a content network: Cloudflare"),
        ]
    );
    assert!(report.common().all(|shared| shared.score < COMMON_BELOW));
    let mailbox = report.shared.first().unwrap();
    assert_eq!(mailbox.overlap.in_words(12), "all 12 at once, 2019-03-12 to 2020-06-01");
    let hidden: Vec<String> = report.hidden.iter().map(|hidden| hidden.in_words(12)).collect();
    assert_eq!(hidden, ["9 of 12 hide behind Hidden Owner Privacy Service"]);
}

#[test]
fn before_the_mailbox_appeared_it_is_not_shared() {
    let early = compare(&shops(), window("2016-01-01", "2019-02-28"));
    let telling: Vec<&str> =
        early.iter().filter(|shared| shared.common.is_none()).map(|shared| shared.value.as_str()).collect();
    assert!(telling.starts_with(&["Ina Brookfen", "Tarek Oldmoor", "Wen Halloway"]), "{telling:?}");
    assert!(!telling.contains(&MAILBOX));
    assert_eq!(hidden(&shops(), window("2016-01-01", "2019-02-28")), []);
}

#[test]
fn within_a_window_spans_are_cut_to_it() {
    let shared = compare(&shops(), window("2020-01-01", "2020-12-31"));
    let mailbox = shared.first().unwrap();
    assert_eq!((mailbox.value.as_str(), mailbox.sharers.len()), (MAILBOX, 12));
    let days = |day: Option<jiff::civil::Date>| day.unwrap().to_string();
    // The first nine were last seen with it in June, the other three are seen with it after the window.
    assert_eq!((days(mailbox.first()), days(mailbox.last())), ("2020-01-01".to_owned(), "2020-12-31".to_owned()));
}

#[test]
fn a_snapshot_without_the_value_ends_its_run() {
    let with = |observed| snapshot(observed, person("", MAILBOX));
    let without = |observed| snapshot(observed, person("", "other@post.example"));
    let one = [with("2018-01-01"), with("2018-06-01"), without("2019-01-01"), with("2020-01-01"), with("2021-01-01")];
    let facts =
        vec![domain("one.example", one, []), domain("two.example", [with("2019-01-01"), with("2019-12-31")], [])];
    let shared = only(&facts);
    let spans: Vec<String> = shared.sharers[0].spans.iter().map(ToString::to_string).collect();
    assert_eq!(spans, ["2018-01-01 to 2018-06-01", "2020-01-01 to 2021-01-01"]);
    assert_eq!(shared.sharers[0].overlaps(&shared.sharers[1]), Some(false));
    assert_eq!(shared.overlap.in_words(2), "never at the same time");
}

#[test]
fn snapshots_of_one_day_are_one_state() {
    // Two sources saw the same day; one of them redacts.
    let whois = |observed, email| snapshot(observed, person("", email));
    let one = [
        whois("2018-01-01", MAILBOX),
        whois("2019-01-01", ""),
        whois("2019-01-01", MAILBOX),
        whois("2020-01-01", MAILBOX),
    ];
    let facts = vec![domain("one.example", one, []), domain("two.example", [whois("2019-06-01", MAILBOX)], [])];
    assert_eq!(only(&facts).overlap.in_words(2), "both at once, 2019-06-01");
}

fn name_server(first: &str, last: &str) -> DnsRecord {
    dns(DnsData::NameServer(host("ns1.lamps.example")), first, last)
}

#[test]
fn each_sharer_says_whether_anybody_else_was_there_at_the_time() {
    let facts = [
        domain("one.example", [], [name_server("2015-01-01", "2016-01-01")]),
        domain("two.example", [], [name_server("2015-06-01", "2017-01-01")]),
        domain("tri.example", [], [name_server("2019-01-01", "2020-01-01")]),
    ];
    let at_once = |shared: &Shared| -> Vec<(String, Option<bool>)> {
        shared.sharers.iter().map(|sharer| (sharer.domain.to_string(), sharer.at_the_same_time)).collect()
    };
    let told = |one, two, tri| {
        [("one.example", one), ("tri.example", tri), ("two.example", two)].map(|(name, told)| (name.to_owned(), told))
    };
    let shared = only(&facts);
    assert_eq!(at_once(&shared), told(Some(true), Some(true), Some(false)));
    let report = Report::of_facts(&facts, None);
    assert_eq!(report.rows()[0][11], "tri.example");
    // Whoever is there at an unknown time may have been there at the same time.
    let unknown = domain("two.example", [], [name_server("", "")]);
    let shared = only(&[facts[0].clone(), unknown, facts[2].clone()]);
    assert_eq!(at_once(&shared), told(None, None, None));
    assert_eq!(
        at_once(&only(&facts[1..])),
        [("tri.example".to_owned(), Some(false)), ("two.example".to_owned(), Some(false))]
    );
}

/// Registered from 2012 to 2015, and again from May 2017 on, both times with one name server.
fn registered_twice() -> Vec<WhoisRecord> {
    let record = |observed: &str, created: &str, expires: &str| WhoisRecord {
        created: moment(created),
        expires: moment(expires),
        name_servers: vec!["ns1.lamps.example".to_owned()],
        ..snapshot(observed, Contact::default())
    };
    vec![record("2014-06-01", "2012-03-02", "2015-03-02"), record("2018-01-01", "2017-05-20", "2019-05-20")]
}

#[test]
fn what_two_registrations_have_in_common_was_not_held_between_them() {
    let between = || domain("two.example", [], [name_server("2016-01-01", "2016-12-31")]);
    let whois = domain("one.example", registered_twice(), []);
    let shared = only(&[whois, between()]);
    let spans: Vec<String> = shared.sharers[0].spans.iter().map(ToString::to_string).collect();
    assert_eq!(spans, ["2014-06-01", "2018-01-01"]);
    assert_eq!(shared.overlap.in_words(2), "never at the same time");

    // Nor is it where passive DNS tells the first and the last sighting alone.
    let seen = domain("one.example", registered_twice(), [name_server("2013-01-01", "2018-06-01")]);
    let shared = only(&[seen, between()]);
    let spans: Vec<String> = shared.sharers[0].spans.iter().map(ToString::to_string).collect();
    assert_eq!(spans, ["2013-01-01 to 2015-03-02", "2017-05-20 to 2018-06-01"]);
    assert_eq!(shared.overlap.in_words(2), "never at the same time");
    assert_eq!(shared.sharers[0].registered_anew, None, "it has the name server again");

    // In one registration the same records are one run.
    let one = registered_twice().into_iter().map(|record| WhoisRecord { created: moment("2012-03-02"), ..record });
    let shared = only(&[domain("one.example", one, []), between()]);
    assert_eq!(shared.overlap.in_words(2), "both at once, 2016-01-01 to 2016-12-31");
}

#[test]
fn addresses_and_their_networks_are_not_held_between_registrations_either() {
    let address = IpAddr::from([203, 0, 113, 7]);
    let with = |name: &str, whois: Vec<WhoisRecord>, first: &str, last: &str| {
        let mut facts = domain(name, whois, [dns(DnsData::Address(address), first, last)]);
        let network = Network::of(Netblock::parse("203.0.113.0/24").unwrap());
        facts.networks.push(Fact::new(AddressNetwork { address, network }, SOURCE));
        facts
    };
    let facts = [
        with("one.example", registered_twice(), "2013-01-01", "2018-06-01"),
        with("two.example", Vec::new(), "2016-01-01", "2016-12-31"),
    ];
    let shared = compare(&facts, None);
    assert_eq!(
        shared.iter().map(|shared| shared.kind).collect::<Vec<_>>(),
        [SharedKind::IpAddress, SharedKind::Network]
    );
    assert!(shared.iter().all(|shared| shared.overlap.in_words(2) == "never at the same time"), "{shared:?}");
}

#[test]
fn a_sharer_that_was_registered_anew_since_says_so() {
    let early = domain(
        "one.example",
        registered_twice(),
        [dns(DnsData::Alias(host("shop.lamps.example")), "2013-01-01", "2014-01-01")],
    );
    let other =
        domain("two.example", [], [dns(DnsData::Alias(host("shop.lamps.example")), "2013-06-01", "2020-01-01")]);
    let shared = only(&[early, other]);
    assert_eq!(shared.overlap.in_words(2), "both at once, 2013-06-01 to 2014-01-01");
    let anew: Vec<Option<String>> =
        shared.sharers.iter().map(|sharer| sharer.registered_anew.map(|day| day.to_string())).collect();
    assert_eq!(anew, [Some("2017-05-20".to_owned()), None]);
}

#[test]
fn undated_evidence_counts_only_without_a_window() {
    let facts = pair(snapshot("", person("", MAILBOX)), snapshot("2020-01-01", person("", MAILBOX)));
    let shared = only(&facts);
    assert_eq!((shared.overlap.in_words(2).as_str(), shared.overlap.undated), ("dates unknown", 1));
    assert_eq!(shared.sharers[0].overlaps(&shared.sharers[1]), None);
    assert_eq!(compare(&facts, window("2000-01-01", "")), []);
    assert_eq!(compare(&facts, window("", "")).len(), 1, "an open window is none");
}

#[test]
fn values_are_compared_folded_and_shown_as_most_often_found() {
    let contact = |name: &str, organization: &str, email: &str, phone: &str, street: &str| Contact {
        organization: some(organization),
        phone: some(phone),
        street: some(street),
        postal_code: some("ZZ1 2AB"),
        city: some("Port Marlow"),
        ..person(name, email)
    };
    let common =
        || contact("Ina Brookfen", "Brookfen Lamps Ltd", "Ina@Lamps.example", "+1.5555550142", "10 Example Street");
    let facts = vec![
        domain(
            "one.example",
            [snapshot(
                "2020-01-01",
                contact(
                    "INA BROOKFEN",
                    "Brookfen Lamps Limited",
                    "ina@lamps.example",
                    "+1 (555) 555-0142",
                    "10, Example St.",
                ),
            )],
            [],
        ),
        domain("two.example", [snapshot("2020-01-01", common())], []),
        domain("tri.example", [snapshot("2020-01-01", common())], []),
    ];
    let shared = compare(&facts, None);
    assert_eq!(
        values(&shared),
        [
            (SharedKind::Email, "Ina@lamps.example"),
            (SharedKind::Phone, "+1.5555550142"),
            (SharedKind::Organization, "Brookfen Lamps Ltd"),
            (SharedKind::Person, "Ina Brookfen"),
            (SharedKind::Address, "10 Example Street, ZZ1 2AB, Port Marlow"),
        ]
    );
    assert!(shared.iter().all(|shared| shared.sharers.len() == 3 && shared.common.is_none()));
}

#[test]
fn every_contact_counts_and_its_role_is_kept() {
    let technical = WhoisRecord { technical: person("", MAILBOX), ..snapshot("2020-01-01", Contact::default()) };
    let shared = only(&pair(snapshot("2020-01-01", person("", MAILBOX)), technical));
    let places: Vec<&[Place]> = shared.sharers.iter().map(|sharer| sharer.places.as_slice()).collect();
    assert_eq!(places, [&[Place::Registrant], &[Place::Technical]]);
    assert_eq!(shared.common, None);
}

#[test]
fn an_organisation_is_one_whichever_field_it_stands_in() {
    let facts = pair(
        snapshot("2020-01-01", person("Brookfen Lamps Ltd", "")),
        snapshot("2020-01-01", Contact { organization: some("Brookfen Lamps"), ..person("Brookfen Lamps", "") }),
    );
    assert_eq!(
        values(&compare(&facts, None)).iter().map(|(kind, _)| *kind).collect::<Vec<_>>(),
        [SharedKind::Organization]
    );
}

#[test]
fn a_street_needs_a_town_or_a_postal_code() {
    let at = |street: &str, city: &str| {
        snapshot("2020-01-01", Contact { street: some(street), city: some(city), ..Contact::default() })
    };
    assert_eq!(compare(&pair(at("10 Example Street", ""), at("10 Example Street", "")), None), []);
    assert_eq!(compare(&pair(at("10 Example Street", "Port Marlow"), at("10 Example Street", "Tinwick")), None), []);
    assert_eq!(
        compare(&pair(at("10 Example Street", "Port Marlow"), at("10 example st", "PORT MARLOW")), None).len(),
        1
    );
    assert_eq!(compare(&pair(at("10", "Port Marlow"), at("10", "Port Marlow")), None), []);
}

#[test]
fn noise_is_no_value_but_is_counted() {
    let noisy = || Contact {
        organization: some("REDACTED FOR PRIVACY"),
        phone: some("+1.4806242599"),
        street: some("N/A"),
        city: some("Port Marlow"),
        ..person("Redacted for Privacy", "x@domainsbyproxy.com")
    };
    let facts = pair(snapshot("2020-01-01", noisy()), snapshot("2020-01-01", noisy()));
    assert_eq!(compare(&facts, None), []);
    let told: Vec<String> = hidden(&facts, None).iter().map(|hidden| hidden.in_words(2)).collect();
    assert!(told.contains(&"2 of 2 had values redacted".to_owned()), "{told:?}");
    assert!(told.contains(&"2 of 2 hide behind domainsbyproxy.com".to_owned()), "{told:?}");
    assert!(told.contains(&"2 of 2 had fillers in place of values".to_owned()), "{told:?}");
}

#[test]
fn behind_a_privacy_service_nothing_is_the_owners() {
    let service = |name: &str| Contact {
        organization: some(name),
        phone: some("+1.5555550199"),
        ..person("Jo Doe", "x@y.example")
    };
    let facts = pair(
        snapshot("2020-01-01", service("Withheld for Privacy ehf")),
        snapshot("2020-01-01", service("Withheld for Privacy")),
    );
    assert_eq!(compare(&facts, None), []);
    assert_eq!(hidden(&facts, None)[0].in_words(2), "2 of 2 hide behind Withheld for Privacy");
}

#[test]
fn one_service_is_one_however_it_writes_itself() {
    let behind =
        |service: &str| snapshot("2020-01-01", Contact { privacy_service: some(service), ..Contact::default() });
    for (one, other, told) in [
        (
            "Contact Privacy Inc. Customer 0123456789",
            "Contact Privacy Inc. Customer 9876543210",
            "Contact Privacy Inc. Customer 0123456789",
        ),
        (
            "On behalf of one.example owner",
            "On behalf of two.example OWNER",
            "a service that signs on behalf of the owner",
        ),
        ("Perfect Privacy, LLC", "PERFECT PRIVACY", "PERFECT PRIVACY"),
    ] {
        let hidden = hidden(&pair(behind(one), behind(other)), None);
        assert_eq!(
            hidden.iter().map(|hidden| hidden.in_words(2)).collect::<Vec<_>>(),
            [format!("2 of 2 hide behind {told}")]
        );
    }
}

#[test]
fn contacts_of_the_registrar_are_common() {
    let record = |technical: Contact| WhoisRecord {
        registrar: Some(Registrar {
            url: some("http://www.small-registrar.example/"),
            abuse_email: some("complaints@gmail.com"),
            ..Registrar::default()
        }),
        technical,
        ..snapshot("2020-01-01", Contact::default())
    };
    let contact = |email: &str| Contact { phone: some("+1.5555550142"), ..person("Ola Brisk", email) };
    let shared = |email: &str| compare(&pair(record(contact(email)), record(contact(email))), None);
    for email in ["ola@small-registrar.example", "complaints@gmail.com"] {
        let shared = shared(email);
        assert!(shared.iter().all(|shared| reason(shared) == "it stands in contacts of the registrar"), "{shared:?}");
        assert!(shared.iter().any(|shared| shared.kind == SharedKind::Phone), "{email}");
    }
    let other = shared("ola@gmail.com");
    assert_eq!((other[0].value.as_str(), reason(&other[0])), ("ola@gmail.com", "telling"));

    // Where one record lacks the registrar's web site, the other tells.
    let bare =
        WhoisRecord { technical: contact("ola@small-registrar.example"), ..snapshot("2020-01-01", Contact::default()) };
    let shared = compare(&pair(record(contact("ola@small-registrar.example")), bare), None);
    let mailbox = shared.iter().find(|shared| shared.kind == SharedKind::Email).unwrap();
    assert_eq!(reason(mailbox), "a mailbox of the registrar (small-registrar.example)");
}

#[test]
fn mailboxes_of_whoever_runs_the_name_servers_are_common() {
    let record = |place: fn(Contact) -> WhoisRecord, email: &str| WhoisRecord {
        observed: moment("2020-01-01"),
        name_servers: vec!["ns1.tala-host.example".to_owned()],
        ..place(person("", email))
    };
    let technical = |technical| WhoisRecord { technical, ..WhoisRecord::default() };
    let registrant = |registrant| WhoisRecord { registrant, ..WhoisRecord::default() };
    let mailbox = |place: fn(Contact) -> WhoisRecord, email: &str| {
        let shared = compare(&pair(record(place, email), record(place, email)), None);
        let mailbox = shared.iter().find(|shared| shared.kind == SharedKind::Email).unwrap().clone();
        reason(&mailbox).to_owned()
    };
    let common = "a mailbox of whoever runs the name servers (tala-host.example)";
    assert_eq!(mailbox(technical, "jo@tala-host.example"), common);
    assert_eq!(mailbox(registrant, "hostmaster@tala-host.example"), common);
    assert_eq!(mailbox(registrant, "jo@tala-host.example"), "telling");
    assert_eq!(mailbox(technical, "jo@lamps.example"), "telling");

    // One of the compared domains runs the name servers of both: its mailbox is the owner's.
    let facts = vec![
        domain("tala-host.example", [record(technical, "hostmaster@tala-host.example")], []),
        domain("lamps.example", [record(technical, "hostmaster@tala-host.example")], []),
    ];
    let shared = compare(&facts, None);
    assert_eq!((shared[0].kind, reason(&shared[0])), (SharedKind::Email, "telling"));
}

#[test]
fn the_responsible_mailbox_of_a_zone_counts_unless_it_is_the_operators() {
    let zone = |mailbox: &str| {
        let primary = host("ns1.tala-host.example");
        let start = DnsData::StartOfAuthority { primary, mailbox: mailbox.to_owned(), serial: 7 };
        only(&pair_of(&dns(start, "2020-01-01", "2021-01-01")))
    };
    assert_eq!(reason(&zone("jo@lamps.example")), "telling");
    assert_eq!(zone("jo@lamps.example").sharers[0].places, [Place::AuthorityRecord]);
    assert!(reason(&zone("ops@tala-host.example")).starts_with("a mailbox of whoever runs the name servers"));
    assert_eq!(reason(&zone("dns@cloudflare.com")), "a content network: Cloudflare");
}

#[test]
fn roles_and_the_registrar_are_no_owners() {
    let shared = only(&pair(
        snapshot("2020-01-01", person("Domain Administrator", "")),
        snapshot("2021-01-01", person("DOMAIN ADMINISTRATOR", "")),
    ));
    assert_eq!(reason(&shared), "it is a role, not a person");
    let record = |organization: &str| WhoisRecord {
        registrar: Some(Registrar { name: some("Small Registrar GmbH"), ..Registrar::default() }),
        ..snapshot("2020-01-01", Contact { organization: some(organization), ..Contact::default() })
    };
    let shared = compare(&pair(record("Small Registrar"), record("Small Registrar")), None);
    assert_eq!(values(&shared)[0], (SharedKind::Registrar, "Small Registrar GmbH"));
    assert_eq!(reason(&shared[1]), "it stands in contacts of the registrar");
}

#[test]
fn registrars_are_one_by_name_or_number() {
    let record = |name: &str, iana_id: &str| WhoisRecord {
        registrar: Some(Registrar { name: some(name), iana_id: some(iana_id), ..Registrar::default() }),
        ..snapshot("2020-01-01", Contact::default())
    };
    assert_eq!(
        only(&pair(record("Small Registrar GmbH", ""), record("SMALL REGISTRAR", "9"))).kind,
        SharedKind::Registrar
    );
    assert_eq!(only(&pair(record("", "9999"), record("", "9999"))).value, "registrar number 9999");
    assert_eq!(compare(&pair(record("", "9999"), record("", "9998")), None), []);
}

#[test]
fn dns_records_are_values_with_their_dates() {
    let address = DnsData::Address("203.0.113.7".parse().unwrap());
    for (data, kind, value) in [
        (address.clone(), SharedKind::IpAddress, "203.0.113.7"),
        (DnsData::Address("2001:db8::7".parse().unwrap()), SharedKind::IpAddress, "2001:db8::7"),
        (DnsData::Alias(host("lamps.shop-host.example")), SharedKind::Alias, "lamps.shop-host.example"),
        (DnsData::NameServer(host("ns1.lamps.example")), SharedKind::NameServer, "ns1.lamps.example"),
        (
            DnsData::MailServer { preference: 10, exchange: host("mail.lamps.example") },
            SharedKind::MailServer,
            "mail.lamps.example",
        ),
    ] {
        let shared = only(&pair_of(&dns(data, "2020-01-01", "2021-01-01")));
        assert_eq!((shared.kind, shared.value.as_str(), reason(&shared)), (kind, value, "telling"));
        assert_eq!(shared.overlap.in_words(2), "both at once, 2020-01-01 to 2021-01-01");
    }
    let facts = vec![
        domain("one.example", [], [dns(address.clone(), "2018-01-01", "2019-01-01")]),
        domain("two.example", [], [dns(address, "2020-01-01", "2021-01-01")]),
    ];
    assert_eq!(only(&facts).overlap.in_words(2), "never at the same time");
}

#[test]
fn shared_infrastructure_is_common_and_a_customers_own_name_is_not() {
    for (data, expected) in [
        (DnsData::Address("104.16.9.9".parse().unwrap()), "a content network: Cloudflare"),
        (DnsData::Alias(host("shops.myshopify.com")), "a site builder: Shopify"),
        (DnsData::Alias(host("lamps.myshopify.com")), "telling"),
        (DnsData::NameServer(host("ns37.domaincontrol.com")), "a registrar's own servers: GoDaddy"),
        (
            DnsData::MailServer { preference: 1, exchange: host("aspmx.l.google.com") },
            "a mail service: Google Workspace",
        ),
        (DnsData::MailServer { preference: 1, exchange: host("lamps-example.mail.protection.outlook.com") }, "telling"),
    ] {
        let shared = only(&pair_of(&dns(data, "2020-01-01", "2021-01-01")));
        assert_eq!(reason(&shared), expected);
        assert_eq!(shared.score < COMMON_BELOW, expected != "telling");
    }
}

#[test]
fn name_servers_count_from_both_whois_and_dns() {
    let record = WhoisRecord {
        name_servers: vec!["NS1.lamps.example.".to_owned()],
        ..snapshot("2020-01-01", Contact::default())
    };
    let facts = vec![
        domain("one.example", [record], []),
        domain("two.example", [], [dns(DnsData::NameServer(host("ns1.lamps.example")), "2020-01-01", "2020-01-01")]),
    ];
    let shared = only(&facts);
    assert_eq!((shared.kind, shared.overlap.all), (SharedKind::NameServer, true));
}

#[test]
fn text_records_join_accounts_senders_and_mailboxes() {
    let token = only(&pair_of(&text_record("google-site-verification=Lamps_0-token")));
    assert_eq!(
        (token.kind, token.value.as_str()),
        (SharedKind::TextIdentifier, "google-site-verification=Lamps_0-token")
    );
    let report = only(&pair_of(&text_record("v=DMARC1; p=none; rua=mailto:reports@lamps.example")));
    assert_eq!((report.kind, report.value.as_str()), (SharedKind::Email, "reports@lamps.example"));
    let policy = compare(
        &pair_of(&text_record("v=spf1 include:_spf.google.com include:spf.lamps.example ip4:203.0.113.9 -all")),
        None,
    );
    let told: Vec<_> = policy.iter().map(|shared| (shared.kind, shared.value.as_str(), reason(shared))).collect();
    assert_eq!(
        told,
        [
            (SharedKind::MailSender, "203.0.113.9", "telling"),
            (SharedKind::MailSender, "spf.lamps.example", "telling"),
            (SharedKind::MailSender, "_spf.google.com", "a mail service: Google Workspace"),
        ]
    );
    let account = "https://authority.example/acme/acct/1234";
    let authorisation = DnsData::CertificationAuthority {
        flags: 0,
        tag: "issue".to_owned(),
        value: format!("authority.example; accounturi={account}"),
    };
    let shared = only(&pair_of(&dns(authorisation, "2020-01-01", "2021-01-01")));
    assert_eq!((shared.kind, shared.value.as_str()), (SharedKind::TextIdentifier, account));
}

fn certificate(names: &[&str]) -> Certificate {
    Certificate {
        subject: names.first().map(|name| (*name).to_owned()),
        names: names.iter().map(|name| (*name).to_owned()).collect(),
        fingerprint: some("0af3"),
        not_before: moment("2020-01-01"),
        not_after: moment("2020-04-01"),
        end_entity: true,
        ..Certificate::default()
    }
}

fn certified(name: &str, certificates: &[Certificate]) -> DomainFacts {
    let certificates = certificates.iter().map(|certificate| Fact::new(certificate.clone(), SOURCE)).collect();
    DomainFacts { certificates, ..DomainFacts::of(host(name)) }
}

#[test]
fn whoever_is_named_in_a_certificate_shares_it() {
    let facts = [
        certified("one.example", &[certificate(&["one.example", "*.two.example", "www.one.example"])]),
        certified("two.example", &[]),
        certified("tri.example", &[]),
    ];
    let shared = only(&facts);
    assert_eq!((shared.kind, shared.value.as_str()), (SharedKind::Certificate, "one.example (0af3)"));
    assert_eq!((shared.population, shared.score, shared.common.as_ref()), (Some(2), 90, None));
    let sharers: Vec<&str> = shared.sharers.iter().map(|sharer| sharer.domain.as_str()).collect();
    assert_eq!(sharers, ["one.example", "two.example"]);
    assert_eq!(shared.overlap.in_words(2), "both at once, 2020-01-01 to 2020-04-01");
}

#[test]
fn a_certificate_of_many_strangers_tells_little() {
    let strangers: Vec<String> = (0..900).map(|number| format!("stranger{number}.example")).collect();
    let names: Vec<&str> =
        ["one.example", "two.example"].into_iter().chain(strangers.iter().map(String::as_str)).collect();
    let facts = [certified("one.example", &[certificate(&names)]), certified("two.example", &[])];
    let shared = only(&facts);
    assert_eq!((shared.population, shared.score), (Some(902), 9));
    assert_eq!(reason(&shared), "known with 902 domains");
    let authority = Certificate { end_entity: false, ..certificate(&["authority.example"]) };
    let facts = [certified("one.example", std::slice::from_ref(&authority)), certified("two.example", &[authority])];
    assert!(reason(&only(&facts)).starts_with("the certificate of an authority"));
}

#[test]
fn networks_are_shared_at_the_times_of_their_addresses() {
    let with = |name: &str, address: &str, first: &str, last: &str, system: Option<&str>| {
        let address: IpAddr = address.parse().unwrap();
        let mut facts = domain(name, [], [dns(DnsData::Address(address), first, last)]);
        for block in ["203.0.0.0/16", "203.0.113.0/24"] {
            let routing = system.map(|system| Routing {
                system: AutonomousSystem::parse(system).unwrap(),
                name: None,
                route: None,
                url: None,
                kind: None,
            });
            let network = Network { routing, ..Network::of(Netblock::parse(block).unwrap()) };
            facts.networks.push(Fact::new(AddressNetwork { address, network }, SOURCE));
        }
        facts
    };
    let facts = |system| {
        [
            with("one.example", "203.0.113.7", "2020-01-01", "2020-06-01", system),
            with("two.example", "203.0.113.8", "2020-05-01", "2021-01-01", system),
        ]
    };
    let shared = only(&facts(None));
    assert_eq!((shared.kind, shared.value.as_str(), shared.score), (SharedKind::Network, "203.0.113.0/24", 25));
    assert_eq!(shared.overlap.in_words(2), "both at once, 2020-05-01 to 2020-06-01");
    assert_eq!(reason(&only(&facts(Some("AS24940")))), "a large hoster: Hetzner");

    // At a hoster one address is one customer's; at a content network it is everybody's.
    for (system, expected) in [("AS24940", "telling"), ("AS13335", "a content network: Cloudflare")] {
        let facts = ["one.example", "two.example"]
            .map(|name| with(name, "203.0.113.7", "2020-01-01", "2020-06-01", Some(system)));
        let shared = compare(&facts, None);
        let address = shared.iter().find(|shared| shared.kind == SharedKind::IpAddress).unwrap();
        assert_eq!(reason(address), expected);
    }
}

#[test]
fn sources_are_kept() {
    let mut facts = pair(snapshot("2020-01-01", person("", MAILBOX)), snapshot("2020-01-01", person("", MAILBOX)));
    let retrieved = Some("2024-02-29T12:00:00Z".parse().unwrap());
    let another = Fact::new(snapshot("2020-02-01", person("", MAILBOX)), "Another Source");
    facts[0].whois.push(Fact { retrieved, ..another });
    let shared = only(&facts);
    assert_eq!(shared.sharers[0].sources, ["Another Source", SOURCE]);
    assert_eq!(shared.sharers[1].sources, [SOURCE]);
    assert_eq!((shared.sharers[0].retrieved, shared.sharers[1].retrieved), (retrieved, None));
    assert_eq!(shared.sources(), ["Another Source", SOURCE]);
}

#[test]
fn a_report_is_a_table_and_a_document() {
    let report = Report::of_facts(&shops(), window("2018-01-01", ""));
    let rows = report.rows();
    assert_eq!(rows.len(), report.shared.len());
    let first: Vec<(&str, &str)> = HEADER.into_iter().zip(rows[0].iter().map(String::as_str)).collect();
    let domains = (0..12).map(|number| format!("shop-{number}.example"));
    let mut domains: Vec<String> = domains.collect();
    domains.sort();
    assert_eq!(
        first,
        [
            ("score", "100"),
            ("kind", "mailbox"),
            ("value", MAILBOX),
            ("verdict", "telling"),
            ("sharers", "12"),
            ("domains", domains.join(" ").as_str()),
            ("first", "2019-03-01"),
            ("last", "2021-05-12"),
            ("overlap", "all 12 at once, 2019-03-12 to 2020-06-01"),
            ("population", ""),
            ("sources", SOURCE),
            ("apart", ""),
        ]
    );
    let document = serde_json::to_value(&report).unwrap();
    assert_eq!(document["window"], serde_json::json!({ "from": "2018-01-01", "to": null }));
    assert_eq!(document["shared"][0]["kind"], "email");
    assert_eq!(document["shared"][0]["common"], serde_json::Value::Null);
    assert_eq!(
        document["shared"][0]["sharers"][0],
        serde_json::json!({
            "domain": "shop-0.example",
            "spans": [{ "first": "2019-03-01", "last": "2020-06-01" }],
            "undated": false,
            "at_the_same_time": true,
            "registered_anew": null,
            "places": ["registrant"],
            "sources": [SOURCE],
            "retrieved": null,
        })
    );
    assert_eq!(
        document["shared"][0]["overlap"],
        serde_json::json!({
            "most_at_once": 12,
            "during": { "first": "2019-03-12", "last": "2020-06-01" },
            "all": true,
            "undated": 0,
        })
    );
    assert_eq!(document["hidden"][0]["kind"], "privacy-service");
    assert_eq!(document["spent"], 0);
    let fields =
        ["domains", "window", "shared", "hidden", "failures", "unanswered", "cut", "sources", "spent", "notes"];
    assert_eq!(document.as_object().unwrap().len(), fields.len());
    assert!(fields.iter().all(|field| document.get(field).is_some()));
}

#[test]
fn a_failure_is_told_in_words() {
    let error = crate::AskError::Deadline;
    let failure = Failure { subject: "one.example".to_owned(), kind: LookupKind::WhoisHistory, error: error.clone() };
    assert_eq!(
        serde_json::to_value(&failure).unwrap(),
        serde_json::json!({ "subject": "one.example", "lookup": "whois_history", "message": error.analyst_message() })
    );
}

#[test]
fn a_count_changes_score_verdict_and_place() {
    let mut shared = compare(&shops(), None);
    let mailbox = shared.first_mut().unwrap();
    mailbox.population = Some(9012);
    rarity::judge(mailbox);
    assert_eq!((mailbox.score, reason(mailbox)), (1, "known with 9012 domains"));
    assert_eq!(mailbox.common.as_ref().unwrap().confidence, Confidence::Certain);
    sort(&mut shared);
    assert_eq!(shared[0].value, "Ina Brookfen");
}

/// Texts of which several domains will have the same, and texts of any kind.
fn any_text() -> impl Strategy<Value = Option<String>> {
    let known = [
        MAILBOX,
        "abuse@great-registrar.example",
        "Ina Brookfen",
        "Brookfen Lamps Ltd",
        "REDACTED FOR PRIVACY",
        "Withheld for Privacy ehf",
        "On behalf of one.example owner",
        "+1.5555550142",
        "10 Example Street",
        "x@domainsbyproxy.com",
        "v=spf1 include:spf.lamps.example ip4:203.0.113.9",
        "google-site-verification=abc",
        "one.example",
        "https://great-registrar.example",
    ];
    prop_oneof![
        2 => Just(None),
        5 => proptest::sample::select(known.to_vec()).prop_map(|text| Some(text.to_owned())),
        1 => "\\PC{0,30}".prop_map(Some),
    ]
}

fn any_moment() -> impl Strategy<Value = Option<Moment>> {
    let day = |offset: i32| jiff::civil::Date::constant(2020, 1, 1).saturating_add(jiff::Span::new().days(offset));
    proptest::option::weighted(0.9, (0_i32..400).prop_map(move |offset| Moment::Day(day(offset))))
}

fn any_contact() -> impl Strategy<Value = Contact> {
    (any_text(), any_text(), any_text(), any_text(), any_text(), any_text(), any::<bool>()).prop_map(
        |(name, organization, street, city, email, phone, redacted)| Contact {
            name,
            organization,
            street,
            city,
            email,
            phone,
            redacted,
            ..Contact::default()
        },
    )
}

fn any_snapshot() -> impl Strategy<Value = WhoisRecord> {
    (any_moment(), any_contact(), any_contact(), any_text(), any_text(), any_text(), any_text()).prop_map(
        |(observed, registrant, technical, name, url, abuse_email, server)| WhoisRecord {
            observed,
            registrant,
            technical,
            registrar: Some(Registrar { name, url, abuse_email, iana_id: None }),
            name_servers: server.into_iter().collect(),
            ..WhoisRecord::default()
        },
    )
}

fn any_dns() -> impl Strategy<Value = DnsRecord> {
    let data = prop_oneof![
        any_text().prop_map(|text| DnsData::Text(text.unwrap_or_default())),
        (0_u8..4).prop_map(|last| DnsData::Address(IpAddr::from([203, 0, 113, last]))),
        Just(DnsData::NameServer(host("ns1.lamps.example"))),
        any_text().prop_map(|text| DnsData::StartOfAuthority {
            primary: host("ns1.great-registrar.example"),
            mailbox: text.unwrap_or_default(),
            serial: 1
        }),
        (any_text(), any_text()).prop_map(|(tag, value)| DnsData::CertificationAuthority {
            flags: 0,
            tag: tag.unwrap_or_else(|| "iodef".to_owned()),
            value: value.unwrap_or_default()
        }),
    ];
    (data, any_moment(), any_moment()).prop_map(|(data, first_seen, last_seen)| DnsRecord {
        owner: host("owner.example"),
        data,
        ttl: None,
        first_seen,
        last_seen,
        security: None,
    })
}

fn any_certificate() -> impl Strategy<Value = Certificate> {
    (any_text(), proptest::collection::vec(any_text(), 0..3), any_text(), any_moment(), any::<bool>()).prop_map(
        |(subject, names, fingerprint, not_before, end_entity)| Certificate {
            subject,
            names: names.into_iter().flatten().collect(),
            fingerprint,
            not_before,
            end_entity,
            ..Certificate::default()
        },
    )
}

fn any_facts() -> impl Strategy<Value = DomainFacts> {
    let name = proptest::sample::select(vec!["one.example", "two.example", "tri.example", "shop.lamps.example"]);
    let records = (
        proptest::collection::vec(any_snapshot(), 0..4),
        proptest::collection::vec(any_dns(), 0..3),
        proptest::collection::vec(any_certificate(), 0..2),
    );
    (name, records, 0_u8..4).prop_map(|(name, (whois, dns, certificates), last)| {
        let mut facts = domain(name, whois, dns);
        facts.certificates = certificates.into_iter().map(|certificate| Fact::new(certificate, SOURCE)).collect();
        let network = Network::of(Netblock::parse("203.0.113.0/24").unwrap());
        let address = IpAddr::from([203, 0, 113, last]);
        facts.networks.push(Fact::new(AddressNetwork { address, network }, SOURCE));
        facts
    })
}

fn some_facts() -> impl Strategy<Value = Vec<DomainFacts>> {
    proptest::collection::vec(any_facts(), 0..6)
}

fn keys(shared: &[Shared]) -> BTreeSet<(SharedKind, String)> {
    shared.iter().map(|shared| (shared.kind, shared.key().to_owned())).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_order_of_the_facts_does_not_matter(facts in some_facts()) {
        let mut turned: Vec<DomainFacts> = facts.iter().rev().cloned().collect();
        for facts in &mut turned {
            facts.whois.reverse();
            facts.dns.reverse();
            facts.certificates.reverse();
        }
        prop_assert_eq!(compare(&facts, None), compare(&turned, None));
        prop_assert_eq!(hidden(&facts, None), hidden(&turned, None));
    }

    #[test]
    fn a_domain_that_is_given_twice_counts_once(facts in some_facts()) {
        let twice = [facts.clone(), facts.clone()].concat();
        prop_assert_eq!(compare(&facts, None), compare(&twice, None));
        prop_assert_eq!(hidden(&facts, None), hidden(&twice, None));
    }

    #[test]
    fn another_domain_takes_nothing_away(facts in some_facts(), another in any_facts()) {
        let before = keys(&compare(&facts, None));
        // Another snapshot of a domain that is there may well end a run, so the other one is none of them.
        let another = DomainFacts { domain: host("another.example"), ..another };
        let after = keys(&compare(&[facts, vec![another]].concat(), None));
        prop_assert!(before.is_subset(&after), "{:?}", before.difference(&after).collect::<Vec<_>>());
    }

    #[test]
    fn a_window_shows_nothing_new_and_nothing_outside(facts in some_facts(), from in any_moment(), to in any_moment()) {
        let window = DateRange { from: from.map(|from| from.day()), to: to.map(|to| to.day()) };
        let inside = compare(&facts, Some(window));
        prop_assert!(keys(&inside).is_subset(&keys(&compare(&facts, None))));
        if !window.is_open() {
            for span in inside.iter().flat_map(|shared| &shared.sharers).flat_map(|sharer| &sharer.spans) {
                prop_assert!(window.contains(span.first) && window.contains(span.last));
            }
        }
    }

    #[test]
    fn every_shared_value_has_two_sharers_and_a_score_that_fits_its_verdict(facts in some_facts()) {
        let shared = compare(&facts, None);
        for value in &shared {
            prop_assert!(value.sharers.len() > 1);
            prop_assert!(value.sharers.is_sorted_by(|one, next| one.domain < next.domain));
            prop_assert!(value.common.is_some() || value.score >= COMMON_BELOW);
            prop_assert!(value.score <= 100 && !value.value.is_empty());
            prop_assert!(value.sharers.iter().all(|sharer| sharer.undated || !sharer.spans.is_empty()));
        }
        prop_assert!(shared.is_sorted_by(|one, next| one.score >= next.score));
    }
}
