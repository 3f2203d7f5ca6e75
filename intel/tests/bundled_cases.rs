//! Promise: every number and name in the answers to the exercises of *one-mailbox* and *the-phone-number* is what a
//! participant finds, also while all bundled cases are loaded together. (*leaked-episode* has `case.rs`.)

#![expect(clippy::unwrap_used, clippy::panic, reason = "the helpers of a test are test code too")]

mod case_support;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    net::IpAddr,
    sync::{Arc, LazyLock},
    time::Duration,
};

use case_support::{
    cases_folder, day, email, first_page, host, names, note, organization, person, phone, sightings, whois,
};
use intel::{
    Credits, HttpRequest, HttpResponse, Lookup, LookupKind, Page, Provider, ProviderError, Record, ReverseWhoisTerm,
    Scope, Step, Total, WhoisRecord,
    clock::ManualClock,
    desk::{Context, Desk, DeskSettings, Question, RunBudget, Transport},
    lookup::{
        ContactField, ContactRole, DateRange, DiscoveryQuery, FieldTerm, HostOrAddress, Indicator, NetworkSubject,
        ReverseDnsTerm, ReverseDnsType, WhoisDates, WhoisField, WhoisSubject,
    },
    observable::Netblock,
    provider::case::{Case, CaseProvider, case_schema, record_schema},
    record::{Certificate, DnsData, IpLocation, MailboxCheck, Network, WebsiteContacts},
};
use serde_json::Value;
use tokio::time::Instant;

const ALL: [&str; 3] = ["leaked-episode", "one-mailbox", "the-phone-number"];

const MAILBOX: &str = "ledger.desk@paperboat-mail.example";
const CARROW: [&str; 4] = ["boot-and-briar", "lampblack-prints", "oat-and-anchor", "third-kettle"];
const TARNBY: [&str; 4] = ["gull-street-bikes", "pocket-orrery", "quince-and-copper", "velvet-ledger"];
const PELLING: [&str; 4] = ["northlight-frames", "paper-heron", "saddlemoss", "tinder-and-tallow"];

const LOTTERY: &str = "lantern-lottery.example";
const NUMBER: &str = "+1 555 555 0173";

/// Read once, since a case is not small.
static CASES: LazyLock<[Arc<Case>; 3]> = LazyLock::new(|| ALL.map(case_support::bundled));

fn bundled(name: &str) -> Arc<Case> {
    CASES.iter().find(|case| case.about().name == name).cloned().unwrap()
}

/// All bundled cases, as they are loaded where nothing is configured.
fn everything() -> CaseProvider {
    CaseProvider::new(CASES.to_vec())
}

fn only(name: &str) -> CaseProvider {
    CaseProvider::new(vec![bundled(name)])
}

/// Each case by itself and among the others: an answer must not depend on that.
fn both(name: &str) -> [CaseProvider; 2] {
    [only(name), everything()]
}

fn below_example(labels: &[&str]) -> Vec<String> {
    labels.iter().map(|label| format!("{label}.example")).collect()
}

fn twelve() -> Vec<String> {
    let mut shops = below_example(&[CARROW, TARNBY, PELLING].concat());
    shops.sort();
    shops
}

fn address(text: &str) -> IpAddr {
    text.parse().unwrap()
}

fn found(provider: &CaseProvider, term: ReverseWhoisTerm, scope: Scope) -> Vec<String> {
    names(&first_page(provider, &Lookup::reverse_whois(term, scope)))
}

fn ever(provider: &CaseProvider, term: ReverseWhoisTerm) -> Vec<String> {
    found(provider, term, Scope::Historic)
}

fn today(provider: &CaseProvider, term: ReverseWhoisTerm) -> Vec<String> {
    found(provider, term, Scope::Current)
}

fn text(words: &str) -> ReverseWhoisTerm {
    ReverseWhoisTerm::Text(words.to_owned())
}

fn history(provider: &CaseProvider, domain: &str) -> Vec<WhoisRecord> {
    whois(&first_page(provider, &Lookup::WhoisHistory { domain: host(domain) }))
}

fn current(provider: &CaseProvider, domain: &str) -> Option<WhoisRecord> {
    let lookup = Lookup::WhoisCurrent { subject: WhoisSubject::Domain(host(domain)) };
    whois(&first_page(provider, &lookup)).pop()
}

fn behind(provider: &CaseProvider, name_server: &str) -> Vec<String> {
    names(&first_page(provider, &Lookup::ReverseNs { name_server: host(name_server) }))
}

fn at(provider: &CaseProvider, at: &str) -> Vec<String> {
    names(&first_page(provider, &Lookup::ReverseIp { address: address(at) }))
}

/// The addresses of a name with the days they were seen between, the latest first.
fn addresses(provider: &CaseProvider, name: &str) -> Vec<(String, String, String)> {
    let page = first_page(provider, &Lookup::DnsHistory { host: host(name), family: None });
    page.records
        .iter()
        .map(|record| match record {
            Record::Dns(record) => {
                let DnsData::Address(address) = record.data else { panic!("{record:?}") };
                let [first, last] = [record.first_seen, record.last_seen].map(|seen| seen.unwrap().to_string());
                (address.to_string(), first, last)
            }
            other => panic!("{other:?}"),
        })
        .collect()
}

fn networks(provider: &CaseProvider, of: &str) -> Vec<Network> {
    let page = first_page(provider, &Lookup::IpOwner { subject: NetworkSubject::Address(address(of)) });
    page.records
        .into_iter()
        .map(|record| match record {
            Record::Network(network) => *network,
            other => panic!("{other:?}"),
        })
        .collect()
}

/// The one network of an address: its organisation and AS number.
fn holder(provider: &CaseProvider, of: &str) -> (String, String) {
    let networks = networks(provider, of);
    let [network] = networks.as_slice() else { panic!("{of}: {networks:?}") };
    let organization = network.organization.as_ref().unwrap().name.clone().unwrap();
    (organization, network.routing.as_ref().unwrap().system.to_string())
}

fn place(provider: &CaseProvider, of: &str) -> IpLocation {
    let page = first_page(provider, &Lookup::IpLocation { address: address(of) });
    let [Record::Location(location)] = page.records.as_slice() else { panic!("{of}: {:?}", page.records) };
    (**location).clone()
}

fn names_nobody(record: &WhoisRecord) -> bool {
    let contacts = [&record.registrant, &record.administrative, &record.technical, &record.billing];
    let hidden = record.registrant.redacted || record.registrant.privacy_service.is_some();
    hidden
        && contacts
            .iter()
            .all(|contact| (&contact.name, &contact.organization, &contact.email) == (&None, &None, &None))
}

fn pair(organization: &str, system: &str) -> (String, String) {
    (organization.to_owned(), system.to_owned())
}

// One mailbox.

#[test]
fn the_first_shop_hides_in_a_crowd() {
    for provider in both("one-mailbox") {
        let record = current(&provider, "oat-and-anchor.example").unwrap();
        assert!(names_nobody(&record) && record.registrant.privacy_service.is_some());
        assert_eq!(record.observed, day("2023-01-16"));
        assert_eq!(record.registrar.unwrap().name.as_deref(), Some("Copperline Domains"));
        assert_eq!(record.name_servers, ["fern.wide-awning.example", "moss.wide-awning.example"]);

        let page = first_page(&provider, &Lookup::DnsRecords { host: host("oat-and-anchor.example") });
        let pointed_to = |record: &Record| match record {
            Record::Dns(record) if record.last_seen > day("2023-02-01") => match &record.data {
                DnsData::Address(address) => Some(address.to_string()),
                DnsData::NameServer(server) => Some(server.to_string()),
                _ => None,
            },
            _ => None,
        };
        let pointed_to: BTreeSet<String> = page.records.iter().filter_map(pointed_to).collect();
        let expected = ["203.0.113.97", "203.0.113.98", "fern.wide-awning.example", "moss.wide-awning.example"];
        assert_eq!(pointed_to, expected.map(str::to_owned).into());

        for server in ["fern.wide-awning.example", "moss.wide-awning.example"] {
            assert_eq!(behind(&provider, server).len(), 216, "{server}");
        }
        for shield in ["203.0.113.97", "203.0.113.98"] {
            assert_eq!(at(&provider, shield).len(), 216, "{shield}");
        }
        assert_eq!(today(&provider, text("Copperline Domains")).len(), 324);
        let field = FieldTerm {
            field: WhoisField::RegistrarName,
            text: "Copperline Domains".to_owned(),
            exact: true,
            exclude: false,
        };
        assert_eq!(today(&provider, ReverseWhoisTerm::Fields(vec![field])).len(), 324);
    }
}

#[test]
fn the_first_shop_had_an_address_of_its_own() {
    for provider in both("one-mailbox") {
        let own: Vec<_> = addresses(&provider, "oat-and-anchor.example")
            .into_iter()
            .filter(|(address, _, _)| !address.starts_with("203.0.113."))
            .collect();
        assert_eq!(own, [("192.0.2.133".to_owned(), "2016-02-03".to_owned(), "2021-04-18".to_owned())]);
        assert_eq!(holder(&provider, "192.0.2.133"), pair("Harbour Racks", "AS64501"));
        assert_eq!(at(&provider, "192.0.2.133"), ["mail.oat-and-anchor.example", "oat-and-anchor.example"]);
        let page = first_page(&provider, &Lookup::AddressHistory { address: address("192.0.2.133") });
        let latest = sightings(&page).remove(0);
        assert_eq!((latest.name, latest.last_seen > day("2023-02-01")), (host("mail.oat-and-anchor.example"), true));
    }
}

#[test]
fn the_first_shops_history_shows_an_owner_and_then_the_mailbox() {
    for provider in both("one-mailbox") {
        let records = history(&provider, "oat-and-anchor.example");
        let observed: Vec<_> = records.iter().map(|record| record.observed).collect();
        assert_eq!(observed, ["2023-01-16", "2020-03-02", "2018-04-11", "2016-03-08"].map(day));
        for record in &records[1..] {
            assert_eq!(record.registrant.name.as_deref(), Some("Nell Carrow"));
            assert_eq!(record.registrant.email.as_deref(), Some("hello@oat-and-anchor.example"));
        }
        assert_eq!(records[1].administrative.email.as_deref(), Some(MAILBOX));
        assert_eq!(records[2].technical.email.as_deref(), Some(MAILBOX));
        assert_eq!((records[2].updated, records[3].technical.email.as_deref()), (day("2018-03-06"), None));
    }
}

#[test]
fn the_mailbox_leads_to_twelve_shops_and_each_owner_to_four_of_them() {
    for provider in both("one-mailbox") {
        assert_eq!(ever(&provider, email(MAILBOX)), twelve());
        assert_eq!(today(&provider, email(MAILBOX)), Vec::<String>::new());
        for (owner, shops) in [("Nell Carrow", CARROW), ("Joss Tarnby", TARNBY), ("Ivo Pelling", PELLING)] {
            assert_eq!(ever(&provider, person(owner)), below_example(&shops), "{owner}");
            assert_eq!(today(&provider, person(owner)), Vec::<String>::new(), "{owner}");
        }
        let page = first_page(&provider, &Lookup::reverse_whois(email(MAILBOX), Scope::Historic));
        assert_eq!((page.total, page.source.as_deref()), (Some(Total::Exactly(12)), Some("case one-mailbox")));
        for shop in twelve() {
            let record = current(&provider, &shop).unwrap_or_else(|| panic!("{shop} is not registered"));
            assert!(names_nobody(&record), "{shop}: {record:?}");
        }
    }
}

#[test]
fn the_mailbox_plays_every_part() {
    let provider = only("one-mailbox");
    for role in ContactRole::ALL {
        let field = WhoisField::Contact(role, ContactField::Email);
        let term = FieldTerm { field, text: MAILBOX.to_owned(), exact: true, exclude: false };
        let shops = ever(&provider, ReverseWhoisTerm::Fields(vec![term]));
        assert!(!shops.is_empty() && shops.len() < 12, "{role:?}: {shops:?}");
    }
}

#[test]
fn before_march_2018_the_mailbox_is_nowhere() {
    for provider in both("one-mailbox") {
        let updated = |from: Option<&str>, to: Option<&str>| {
            let day = |text: &str| text.parse().unwrap();
            let updated = DateRange { from: from.map(day), to: to.map(day) };
            let dates = WhoisDates { updated, ..WhoisDates::default() };
            Lookup::ReverseWhois { term: email(MAILBOX), scope: Scope::Historic, dates }
        };
        let said = note(&provider, &updated(None, Some("2018-02-28")));
        assert!(said.ends_with("within the given dates. Without them, it is in records of 12 domains."), "{said}");
        assert_eq!(names(&first_page(&provider, &updated(Some("2018-03-01"), None))), twelve());

        let (mut older, mut others) = (Vec::new(), Vec::new());
        for shop in twelve() {
            let records = history(&provider, &shop);
            let before: Vec<_> = records.iter().filter(|record| record.observed < day("2018-03-01")).collect();
            if !before.is_empty() {
                older.push(shop.clone());
            }
            let owners = ["Nell Carrow", "Joss Tarnby", "Ivo Pelling"];
            let owned = |record: &&WhoisRecord| owners.contains(&record.registrant.name.as_deref().unwrap_or_default());
            if before.iter().any(|record| !owned(record)) {
                others.push(shop);
            }
        }
        assert_eq!(older.len(), 8, "{older:?}");
        assert_eq!(others, below_example(&["gull-street-bikes", "saddlemoss", "third-kettle", "velvet-ledger"]));
    }
}

#[test]
fn what_looks_like_a_link_is_told_apart() {
    for provider in both("one-mailbox") {
        assert_eq!(ever(&provider, person("Wynn Ashgrove")), below_example(&["ashgrove-puppets", "velvet-ledger"]));
        assert_eq!(history(&provider, "ashgrove-puppets.example").len(), 1);

        let mut fourteen = twelve();
        fourteen.extend(below_example(&["saltmarsh-choir", "saltmarsh-choir-tapes"]));
        fourteen.sort();
        assert_eq!(ever(&provider, text(MAILBOX)), fourteen);
        let choir = below_example(&["saltmarsh-choir-tapes", "saltmarsh-choir"]);
        assert_eq!(ever(&provider, email(&format!("the.{MAILBOX}"))), choir);

        let neighbours = at(&provider, "198.51.100.213");
        assert_eq!(neighbours.len(), 11);
        assert!(
            ["saddlemoss.example", "mail.saddlemoss.example"].iter().all(|name| neighbours.contains(&(*name).into()))
        );
        assert_eq!(neighbours.iter().filter(|name| twelve().contains(name)).count(), 1);
        assert_eq!(holder(&provider, "198.51.100.213"), pair("Mistle Hosting", "AS64504"));
    }
}

#[test]
fn nothing_technical_joins_the_twelve_but_what_a_crowd_shares() {
    let provider = only("one-mailbox");
    let (mut own, mut shared): (BTreeSet<String>, BTreeMap<String, BTreeSet<String>>) = Default::default();
    let mut certificates = Vec::new();
    for shop in twelve() {
        let mut hosts = vec![shop.clone()];
        hosts.extend(names(&first_page(&provider, &Lookup::Subdomains { domain: host(&shop) })));
        for name in hosts {
            for record in first_page(&provider, &Lookup::DnsRecords { host: host(&name) }).records {
                let Record::Dns(record) = record else { panic!("{record:?}") };
                let value = match record.data {
                    DnsData::StartOfAuthority { mailbox, .. } => mailbox,
                    DnsData::Address(address) => address.to_string(),
                    other => format!("{other:?}"),
                };
                shared.entry(value).or_default().insert(shop.clone());
            }
        }
        let hers: Vec<_> = addresses(&provider, &shop)
            .into_iter()
            .map(|(address, _, _)| address)
            .filter(|address| holder(&provider, address).0 != "Wide Awning")
            .collect();
        assert_eq!(hers.len(), 1, "{shop}");
        own.extend(hers);
        let page = first_page(&provider, &Lookup::Certificates { host: host(&shop) });
        let [Record::Certificate(certificate)] = page.records.as_slice() else { panic!("{shop}: {:?}", page.records) };
        assert_eq!(certificate.names, [shop.clone(), format!("www.{shop}")]);
        certificates.push((**certificate).clone());
    }
    assert_eq!(own.len(), 12);
    let holders: BTreeSet<_> = own.iter().map(|address| holder(&provider, address)).collect();
    let systems: Vec<_> =
        holders.iter().map(|(_, system)| system.as_str()).collect::<BTreeSet<_>>().into_iter().collect();
    assert_eq!((holders.len(), systems), (5, vec!["AS64501", "AS64502", "AS64503", "AS64504", "AS64505"]));
    assert_eq!(certificates.iter().filter_map(Certificate::identity).collect::<BTreeSet<_>>().len(), 12);

    shared.retain(|_, shops| shops.len() > 1);
    let expected = ["203.0.113.97", "203.0.113.98", "NameServer(HostName(\"fern.wide-awning.example\"))"];
    assert!(expected.iter().all(|value| shared.contains_key(*value)), "{shared:?}");
    assert_eq!(shared.len(), 4, "{shared:?}");
    for shops in shared.values() {
        assert_eq!(shops.len(), 8);
    }
    // Of the 216 behind each of the four, eight are shops.
    let strangers = behind(&provider, "fern.wide-awning.example").into_iter().filter(|name| !twelve().contains(name));
    assert_eq!(strangers.count(), 208);

    let terms = vec![ReverseDnsTerm::value("v=spf1 ip4:*")];
    let page = first_page(&provider, &Lookup::ReverseDns { record_type: ReverseDnsType::Txt, terms });
    let texts: BTreeSet<_> = page.records.iter().map(|record| format!("{record:?}")).collect();
    assert_eq!((page.records.len(), texts.len()), (12, 12));
}

fn records(provider: &CaseProvider, lookup: &Lookup) -> Vec<Record> {
    first_page(provider, lookup).records
}

/// What is accused and of what, the last seen first.
fn accusations(provider: &CaseProvider, indicator: Indicator) -> Vec<(String, String)> {
    let accusation = |record| match record {
        Record::Threat(threat) => (threat.indicator, threat.threat),
        other => panic!("{other:?}"),
    };
    records(provider, &Lookup::Threats { indicator }).into_iter().map(accusation).collect()
}

/// The score and the number of warnings.
fn reputation(provider: &CaseProvider, subject: HostOrAddress) -> (f64, usize) {
    let records = records(provider, &Lookup::Reputation { subject });
    let [Record::Reputation(reputation)] = records.as_slice() else { panic!("{records:?}") };
    (reputation.score.unwrap(), reputation.warnings.len())
}

fn site(provider: &CaseProvider, name: &str) -> WebsiteContacts {
    let records = records(provider, &Lookup::WebsiteContacts { host: host(name) });
    let [Record::WebsiteContacts(site)] = records.as_slice() else { panic!("{name}: {records:?}") };
    (**site).clone()
}

fn check(provider: &CaseProvider, email: &str) -> MailboxCheck {
    let records = records(provider, &Lookup::EmailVerification { email: case_support::mailbox(email) });
    let [Record::Mailbox(check)] = records.as_slice() else { panic!("{email}: {records:?}") };
    check.clone()
}

#[test]
fn three_behind_the_shield_are_accused_and_one_of_them_is_a_stranger() {
    for provider in both("one-mailbox") {
        let of = |name: &str| accusations(&provider, Indicator::Host(host(name)));
        let behind = behind(&provider, "fern.wide-awning.example");
        assert_eq!(behind.len(), 216);
        let accused: Vec<_> = behind.iter().filter(|name| !of(name).is_empty()).collect();
        assert_eq!(accused, ["moor-books.example", "oat-and-anchor.example", "velvet-ledger.example"]);
        let words = |name: &str| of(name).into_iter().map(|(_, threat)| threat).collect::<Vec<_>>();
        assert_eq!(words("oat-and-anchor.example"), ["fraud", "phishing"]);
        assert_eq!(
            (words("velvet-ledger.example"), words("moor-books.example")),
            (vec!["fraud".to_owned()], vec!["phishing".to_owned()],)
        );
        let lookup = Lookup::Threats { indicator: Indicator::Host(host("moor-books.example")) };
        let records = records(&provider, &lookup);
        let [Record::Threat(threat)] = records.as_slice() else { panic!("{records:?}") };
        assert_eq!((threat.first_seen, threat.last_seen), (day("2021-05-02"), day("2021-05-05")));
        // Two of the twelve, so ten are not.
        assert_eq!(twelve().iter().filter(|shop| !of(shop).is_empty()).count(), 2);

        let score = |name: &str| reputation(&provider, HostOrAddress::Host(host(name)));
        assert_eq!((score("oat-and-anchor.example"), score("velvet-ledger.example")), ((11.5, 2), (19.0, 1)));
        assert_eq!((score("moor-books.example"), score("ashgrove-puppets.example")), ((86.0, 1), (93.0, 0)));
        assert_eq!(reputation(&provider, HostOrAddress::Address(address("203.0.113.97"))), (43.5, 1));
        assert_eq!(at(&provider, "203.0.113.97").iter().filter(|name| accused.contains(name)).count(), 3);

        // Spellings that a graph has.
        assert_eq!(of("www.oat-and-anchor.example").len(), 2);
        let page = Indicator::Url(url::Url::parse("https://www.oat-and-anchor.example/pay").unwrap());
        assert_eq!(accusations(&provider, page).len(), 1);
        let network = Indicator::Netblock(Netblock::parse("198.51.100.208-198.51.100.223").unwrap());
        assert_eq!(accusations(&provider, network), [("198.51.100.208/28".to_owned(), "spam".to_owned())]);
        assert!(accusations(&provider, Indicator::Address(address("198.51.100.213"))).is_empty());
    }
}

#[test]
fn what_the_sites_show_leads_nowhere_and_two_mailboxes_are_not_one() {
    for provider in both("one-mailbox") {
        let nowhere = |term: ReverseWhoisTerm| {
            for scope in [Scope::Historic, Scope::Current] {
                assert_eq!(found(&provider, term.clone(), scope), Vec::<String>::new(), "{term:?}");
            }
        };
        let oats = site(&provider, "www.oat-and-anchor.example");
        let [mailbox] = oats.emails.as_slice() else { panic!("{oats:?}") };
        let [number] = oats.phones.as_slice() else { panic!("{oats:?}") };
        let ([company], [street]) = (oats.companies.as_slice(), oats.addresses.as_slice()) else { panic!("{oats:?}") };
        assert_eq!(oats.profiles.len(), 1);
        assert_eq!((company.as_str(), number.value.as_str()), ("Oat and Anchor Provisions", "+1 555 555 0151"));
        nowhere(organization(company));
        nowhere(text(company));
        nowhere(phone(&number.value));
        nowhere(text(street.split(',').next().unwrap()));
        assert_eq!(ever(&provider, email(&mailbox.value)), ["oat-and-anchor.example"]);
        let check_of_oats = check(&provider, &mailbox.value);
        assert_eq!((check_of_oats.deliverable, check_of_oats.catch_all), (Some(true), Some(true)));
        assert_eq!(check_of_oats.mail_servers, [host("mail.oat-and-anchor.example")]);

        let velvet = site(&provider, "velvet-ledger.example");
        let [mailbox] = velvet.emails.as_slice() else { panic!("{velvet:?}") };
        assert!(velvet.phones.is_empty() && velvet.companies.is_empty() && velvet.addresses.is_empty());
        assert_eq!((mailbox.value.as_str(), velvet.profiles.len()), ("velvet.orders@seven-day-inbox.example", 0));
        nowhere(email(&mailbox.value));
        let check_of_velvet = check(&provider, &mailbox.value);
        assert_eq!(check_of_velvet.disposable, Some(true));
        assert_eq!(check_of_velvet.mail_servers, [host("in.seven-day-inbox.example")]);

        for desk in [MAILBOX.to_owned(), format!("the.{MAILBOX}")] {
            let check = check(&provider, &desk);
            let known = (check.deliverable, check.catch_all, check.disposable, check.free);
            assert_eq!(known, (Some(true), Some(false), Some(false), Some(true)), "{desk}");
            assert_eq!(check.mail_servers, [host("mx.paperboat-mail.example")], "{desk}");
        }
        // An honest site leads to whoever it names.
        let puppets = site(&provider, "ashgrove-puppets.example");
        let [mailbox] = puppets.emails.as_slice() else { panic!("{puppets:?}") };
        assert_eq!(today(&provider, email(&mailbox.value)), ["ashgrove-puppets.example"]);
        let categories = records(&provider, &Lookup::WebsiteCategories { host: host("velvet-ledger.example") });
        assert_eq!(categories.len(), 2, "{categories:?}");
    }
}

// The phone number.

fn thirty_four(provider: &CaseProvider) -> BTreeSet<String> {
    [ever(provider, person("Tamsin Orlop")), ever(provider, person("Rufus Kedge"))].concat().into_iter().collect()
}

#[test]
fn the_number_leads_to_one_domain_and_only_through_its_history() {
    for provider in both("the-phone-number") {
        for spelling in [NUMBER, "+1.5555550173", "15555550173", "tel:+1-555-555-0173"] {
            assert_eq!(today(&provider, phone(spelling)), Vec::<String>::new(), "{spelling}");
            assert_eq!(ever(&provider, phone(spelling)), [LOTTERY], "{spelling}");
        }
        let page = first_page(&provider, &Lookup::reverse_whois(phone(NUMBER), Scope::Historic));
        assert_eq!(page.source.as_deref(), Some("case the-phone-number"));
        let seen = sightings(&page).remove(0);
        assert_eq!((seen.first_seen, seen.last_seen), (day("2014-06-03"), day("2015-09-22")));
        let said = note(&provider, &Lookup::reverse_whois(phone(NUMBER), Scope::Current));
        assert!(said.contains("Earlier records of 1 domain have it"), "{said}");

        let spellings: BTreeSet<_> = history(&provider, LOTTERY)
            .into_iter()
            .flat_map(|record| [record.registrant.phone, record.administrative.phone])
            .flatten()
            .collect();
        assert_eq!(spellings, ["+1.5555550173", "15555550173"].map(str::to_owned).into());
    }
}

#[test]
fn the_domain_had_two_owners_and_hides_the_third_state() {
    for provider in both("the-phone-number") {
        let records = history(&provider, LOTTERY);
        let states: Vec<_> =
            records.iter().map(|record| (record.registrant.name.as_deref(), record.observed)).collect();
        let (orlop, kedge) = (Some("Tamsin Orlop"), Some("Rufus Kedge"));
        assert_eq!(
            states,
            [
                (None, day("2022-08-16")),
                (kedge, day("2019-10-08")),
                (kedge, day("2017-09-12")),
                (orlop, day("2017-04-25")),
                (orlop, day("2015-09-22")),
                (orlop, day("2014-06-03")),
                (orlop, day("2013-05-14")),
            ]
        );
        let now = current(&provider, LOTTERY).unwrap();
        assert!(names_nobody(&now) && now.registrant.redacted);
        assert_eq!(now, records[0]);
    }
}

#[test]
fn the_two_owners_lead_to_thirty_four_sites_and_none_of_them_shows_it() {
    for provider in both("the-phone-number") {
        let (orlop, kedge) = (ever(&provider, person("Tamsin Orlop")), ever(&provider, person("Rufus Kedge")));
        assert_eq!((orlop.len(), kedge.len()), (19, 16));
        let common: Vec<_> = orlop.iter().filter(|site| kedge.contains(site)).collect();
        assert_eq!(common, [LOTTERY]);
        assert_eq!(thirty_four(&provider).len(), 34);
        for owner in ["Tamsin Orlop", "Rufus Kedge"] {
            assert_eq!(today(&provider, person(owner)), Vec::<String>::new(), "{owner}");
        }
        let (mut registered, mut ran_out) = (0, 0);
        for site in thirty_four(&provider) {
            match current(&provider, &site) {
                Some(record) => {
                    assert!(names_nobody(&record), "{site}: {record:?}");
                    registered += 1;
                }
                None => {
                    let lookup = Lookup::WhoisCurrent { subject: WhoisSubject::Domain(host(&site)) };
                    assert!(note(&provider, &lookup).contains("ran out on"), "{site}");
                    ran_out += 1;
                }
            }
        }
        assert_eq!((ran_out, registered), (16, 18));
    }
}

#[test]
fn all_sites_and_both_owners_are_in_one_country() {
    for provider in both("the-phone-number") {
        let stays = addresses(&provider, LOTTERY);
        let told: Vec<_> = stays.iter().map(|(address, first, _)| (address.as_str(), first.as_str())).collect();
        let expected =
            [("203.0.113.201", "2021-05-03"), ("198.51.100.231", "2017-08-30"), ("192.0.2.201", "2013-04-10")];
        assert_eq!(told, expected);
        let holders: Vec<_> = stays.iter().map(|(address, _, _)| holder(&provider, address)).collect();
        let (peninsula, salt_quay, brackwater) = (
            pair("Peninsula Net", "AS64509"),
            pair("Salt Quay Servers", "AS64508"),
            pair("Brackwater Hosting", "AS64507"),
        );
        assert_eq!(holders, [peninsula, salt_quay, brackwater]);
        for site in thirty_four(&provider) {
            let stays = addresses(&provider, &site);
            assert!(!stays.is_empty(), "{site}");
            for (address, _, _) in stays {
                assert_eq!(place(&provider, &address).country_code.as_deref(), Some("QZ"), "{site} {address}");
            }
            for record in history(&provider, &site) {
                let owned = [&record.registrant, &record.administrative]
                    .into_iter()
                    .filter(|contact| matches!(contact.name.as_deref(), Some("Tamsin Orlop" | "Rufus Kedge")));
                for contact in owned {
                    assert_eq!(contact.country_code.as_deref(), Some("QZ"), "{site}");
                }
            }
        }
    }
}

#[test]
fn neighbours_and_namesakes_are_told_apart() {
    for provider in both("the-phone-number") {
        let names = at(&provider, "203.0.113.201");
        assert_eq!(names.len(), 8);
        let hers: Vec<_> = names.iter().filter(|name| name.ends_with(LOTTERY)).collect();
        assert_eq!(hers, ["claim.lantern-lottery.example", LOTTERY]);
        assert!(!names.iter().any(|name| *name != LOTTERY && thirty_four(&provider).contains(name)));
        let served = behind(&provider, "ns1.brackwater-dns.example");
        let sites = served.iter().filter(|name| thirty_four(&provider).contains(*name)).count();
        assert_eq!((served.len(), sites), (29, 13));

        let five = ever(&provider, organization("Bright Parcel"));
        let expected = ["bright-parcel", "bright-parcel-toys", "golden-parcel", "parcel-of-plenty", "sunday-tombola"];
        let mut sorted = below_example(&expected);
        sorted.sort();
        assert_eq!(five, sorted);
        let hers: Vec<_> = five.into_iter().filter(|site| thirty_four(&provider).contains(site)).collect();
        assert_eq!(hers, below_example(&["golden-parcel", "parcel-of-plenty", "sunday-tombola"]));

        let mut seventeen = ever(&provider, person("Rufus Kedge"));
        seventeen.push("kedge-boats.example".to_owned());
        seventeen.sort();
        assert_eq!((seventeen.len(), ever(&provider, text("Kedge"))), (17, seventeen));
        assert_eq!(ever(&provider, person("R. Kedge")), ["kedge-boats.example"]);

        for scope in [Scope::Historic, Scope::Current] {
            assert_eq!(found(&provider, phone("+1 555 555 0137"), scope), ["ferry-loaf.example"], "{scope:?}");
        }
        let bakery = current(&provider, "ferry-loaf.example").unwrap();
        assert_eq!((bakery.created, bakery.registrant.country_code.as_deref()), (day("2017-01-30"), Some("QX")));
    }
}

// All of them.

#[test]
fn the_exercises_are_asked_in_order_and_every_one_has_an_answer() {
    for (name, as_of, told) in [
        (
            "one-mailbox",
            "2023-02-14",
            [
                "privacy service",
                "324",
                "192.0.2.133",
                "2018-03-06",
                "Four",
                "Twelve",
                "eight",
                "two domains",
                "Fourteen",
                "eleven",
                "AS64501 to AS64505",
                "Three of the 216",
                "five contacts",
            ]
            .as_slice(),
        ),
        (
            "the-phone-number",
            "2022-09-30",
            ["15555550173", "seven records", "thirty-four", "Sixteen", "QZ", "29", "Five", "Seventeen", "bakery"]
                .as_slice(),
        ),
    ] {
        let case = bundled(name);
        let about = case.about();
        assert_eq!((about.name.as_str(), about.as_of.to_string().as_str()), (name, as_of));
        let answers: Vec<_> = about.exercises.iter().filter_map(|exercise| exercise.answer.as_deref()).collect();
        assert_eq!((about.exercises.len(), answers.len()), (told.len(), told.len()), "{name}");
        for (answer, told) in answers.iter().zip(told) {
            assert!(answer.contains(told), "{name}, {told}: {answer}");
        }
    }
}

/// The records of a case, with their places.
fn lines(case: &str) -> Vec<(String, Value)> {
    let mut lines = Vec::new();
    for entry in fs::read_dir(cases_folder().join(case)).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "jsonl") {
            for (index, line) in fs::read_to_string(&path).unwrap().lines().enumerate() {
                if !line.trim().is_empty() && !line.starts_with('#') {
                    let place = format!("{}:{}", path.display(), index + 1);
                    lines.push((place, serde_json::from_str(line).unwrap()));
                }
            }
        }
    }
    assert!(!lines.is_empty());
    lines
}

#[test]
fn every_line_fits_the_schema() {
    let validator = jsonschema::validator_for(&record_schema()).unwrap();
    let about = jsonschema::validator_for(&case_schema()).unwrap();
    for case in ALL {
        for (place, line) in lines(case) {
            assert!(validator.is_valid(&line), "{place}: {:?}", validator.iter_errors(&line).next());
        }
        let text = fs::read_to_string(cases_folder().join(case).join("case.toml")).unwrap();
        let mut value = serde_json::to_value(toml::from_str::<toml::Table>(&text).unwrap()).unwrap();
        // TOML has dates; JSON Schema sees them as texts.
        value["as_of"] = bundled(case).about().as_of.to_string().into();
        assert!(about.is_valid(&value), "{case}: {:?}", about.iter_errors(&value).next());
    }
}

#[test]
fn only_reserved_values_occur() {
    let reserved = |address: &str| {
        ["192.0.2.", "198.51.100.", "203.0.113.", "2001:db8:"].iter().any(|prefix| address.starts_with(prefix))
    };
    for case in ALL {
        for (place, line) in lines(case) {
            for text in strings(&line) {
                if let Some((_, mail_domain)) = text.split_once('@') {
                    assert!(mail_domain.ends_with(".example"), "{place}: {text}");
                }
                if text.parse::<IpAddr>().is_ok() {
                    assert!(reserved(text), "{place}: {text}");
                }
                let digits: String = text.chars().filter(char::is_ascii_digit).collect();
                if text.starts_with('+') || (digits == text && text.len() > 8) {
                    assert!(digits.starts_with("155555501") && digits.len() == 11, "{place}: {text}");
                }
            }
            for name in ["subject", "site"].iter().filter_map(|field| line[*field].as_str()) {
                assert!(name.ends_with(".example") || reserved(name), "{place}: {name}");
            }
            for web_address in strings(&line).into_iter().filter(|text| text.contains("://")) {
                let url = url::Url::parse(web_address).unwrap();
                assert!(url.host_str().is_some_and(|host| host.ends_with(".example")), "{place}: {web_address}");
            }
            for name in ["domain", "name"].iter().filter_map(|field| line[*field].as_str()) {
                assert!(line["record"] == "network" || name.ends_with(".example"), "{place}: {name}");
            }
            if let Some(network) = line["network"].as_str() {
                assert!(reserved(network), "{place}: {network}");
                assert!((64496..=64511).contains(&line["as"].as_u64().unwrap()), "{place}");
            }
            // Country codes that ISO 3166-1 leaves to its users.
            let codes = line.pointer("/country_code").into_iter().chain(line.pointer("/registrant/country_code"));
            for code in codes.filter_map(Value::as_str) {
                assert!(["QX", "QY", "QZ", "ZZ"].contains(&code), "{place}: {code}");
            }
        }
    }
}

fn strings(value: &Value) -> Vec<&str> {
    match value {
        Value::String(text) => vec![text],
        Value::Array(items) => items.iter().flat_map(strings).collect(),
        Value::Object(fields) => fields.values().flat_map(strings).collect(),
        _ => Vec::new(),
    }
}

#[test]
fn the_cases_share_no_domain_address_number_or_registrar() {
    let mut seen: BTreeMap<String, &str> = BTreeMap::new();
    for case in ALL {
        let mut own = BTreeSet::new();
        for (_, line) in lines(case) {
            for field in ["domain", "name", "site", "subject"] {
                if let (Some(name), true) = (line[field].as_str(), line["record"] != "network") {
                    let domain = name.parse::<IpAddr>().is_err().then(|| host(name).registrable().unwrap().to_string());
                    own.insert(domain.unwrap_or_else(|| name.to_owned()));
                }
            }
            own.extend(
                line["phones"].as_array().into_iter().flatten().map(|number| number.as_str().unwrap().to_owned()),
            );
            if let Some(address) = line["value"].as_str().filter(|value| value.parse::<IpAddr>().is_ok()) {
                own.insert(address.to_owned());
            }
            if let Some(system) = line["as"].as_u64() {
                own.insert(format!("AS{system}"));
            }
            own.extend(line["registrar"].as_str().map(str::to_owned));
            for contact in ["registrant", "administrative", "technical", "billing"] {
                let number = line[contact]["phone"].as_str().filter(|number| *number != "REDACTED FOR PRIVACY");
                // The invented privacy service is the same everywhere.
                own.extend(number.filter(|number| *number != "+1.5555550100").map(str::to_owned));
            }
        }
        for value in own {
            let other = seen.insert(value.clone(), case);
            assert_eq!(other, None, "{value} is in {case}, too");
        }
    }
}

#[test]
fn no_network_of_a_case_holds_an_address_of_another() {
    let all = everything();
    for case in ALL {
        let own = only(case);
        for (place, line) in lines(case) {
            let Some(address) = line["value"].as_str().filter(|value| value.parse::<IpAddr>().is_ok()) else {
                continue;
            };
            assert_eq!(networks(&own, address), networks(&all, address), "{place}");
        }
    }
}

#[test]
fn an_answer_says_which_of_the_bundled_cases_it_comes_from() {
    let provider = everything();
    assert_eq!(provider.source(), "cases leaked-episode, one-mailbox and the-phone-number");
    for (domain, case) in
        [("cmt-net.example", "leaked-episode"), ("paper-heron.example", "one-mailbox"), (LOTTERY, "the-phone-number")]
    {
        let page: Page = first_page(&provider, &Lookup::WhoisHistory { domain: host(domain) });
        assert_eq!((page.source, page.notes), (Some(format!("case {case}")), Vec::new()));
    }
    assert_eq!(
        note(&provider, &Lookup::WhoisHistory { domain: host("stranger.example") }),
        "\"stranger.example\" is in none of the cases leaked-episode, one-mailbox and the-phone-number."
    );
}

/// A network that nobody may touch.
#[derive(Debug)]
struct NoNetwork;

#[async_trait::async_trait]
impl Transport for NoNetwork {
    async fn send(&self, request: &HttpRequest, _at_most: Duration) -> Result<HttpResponse, ProviderError> {
        panic!("a case went online: {request:?}")
    }
}

#[tokio::test]
async fn every_kind_of_question_is_answered_for_nothing_without_a_network_and_with_its_case() {
    let clock = Arc::new(ManualClock::starting_at("2026-01-01T00:00:00Z".parse().unwrap()));
    let desk = Desk::new(vec![Arc::new(everything())], Arc::new(NoNetwork), clock, &DeskSettings::default());
    let shop = || host("northlight-frames.example");
    let own = || address("198.51.100.200");
    let names = DiscoveryQuery::domains_like("northlight*");
    let mut kinds = BTreeSet::new();
    for (lookup, count) in [
        (Lookup::WhoisCurrent { subject: WhoisSubject::Domain(shop()) }, 1),
        (Lookup::WhoisHistory { domain: shop() }, 3),
        (Lookup::reverse_whois(person("Ivo Pelling"), Scope::Historic), 4),
        (Lookup::ReverseNs { name_server: host("ns25.kettle-cloud.example") }, 1),
        (Lookup::ReverseMx { mail_server: host("mail.northlight-frames.example") }, 1),
        (Lookup::ReverseIp { address: own() }, 2),
        (
            Lookup::ReverseDns {
                record_type: ReverseDnsType::Cname,
                terms: vec![ReverseDnsTerm::value("northlight-frames.example")],
            },
            1,
        ),
        (Lookup::Subdomains { domain: shop() }, 2),
        (Lookup::Discovery { query: names }, 1),
        (Lookup::DnsRecords { host: shop() }, 6),
        (Lookup::DnsHistory { host: shop(), family: None }, 1),
        (Lookup::AddressHistory { address: own() }, 2),
        (Lookup::Certificates { host: shop() }, 1),
        (Lookup::IssuedCertificates { domain: shop() }, 1),
        // A case has no format for these.
        (Lookup::Pointers { block: Netblock::parse("198.51.100.200/32").unwrap() }, 0),
        (Lookup::NameServerRegistration { name_server: host("ns25.kettle-cloud.example") }, 0),
        (Lookup::RegistryContact { handle: "ORG-EX1-TEST".to_owned() }, 0),
        (Lookup::IpOwner { subject: NetworkSubject::Address(own()) }, 1),
        (Lookup::IpLocation { address: own() }, 1),
        (Lookup::Reputation { subject: HostOrAddress::Host(shop()) }, 0),
        (Lookup::Threats { indicator: Indicator::Host(shop()) }, 0),
        (Lookup::WebsiteContacts { host: shop() }, 0),
        (Lookup::WebsiteCategories { host: shop() }, 0),
        // Nobody has said anything about this shop; of others, there is something to say.
        (Lookup::Reputation { subject: HostOrAddress::Host(host("oat-and-anchor.example")) }, 1),
        (Lookup::Threats { indicator: Indicator::Host(host("oat-and-anchor.example")) }, 2),
        (Lookup::WebsiteContacts { host: host("oat-and-anchor.example") }, 1),
        (Lookup::WebsiteCategories { host: host("oat-and-anchor.example") }, 2),
        (Lookup::EmailVerification { email: case_support::mailbox("nobody@paperboat-mail.example") }, 0),
        (Lookup::EmailVerification { email: case_support::mailbox(MAILBOX) }, 1),
    ] {
        kinds.insert(lookup.kind());
        let context =
            Context::new(Instant::now() + Duration::from_secs(60), Arc::new(RunBudget::new(Credits::FREE, false)));
        let question = Question { lookup: lookup.clone(), step: Step::Page(None), context };
        let answer = desk.ask(&question).await.unwrap();
        assert_eq!(answer.records().len(), count, "{lookup:?}");
        let source =
            if count == 0 { "cases leaked-episode, one-mailbox and the-phone-number" } else { "case one-mailbox" };
        assert_eq!((answer.provenance.source.as_str(), answer.provenance.paid), (source, Credits::FREE), "{lookup:?}");
    }
    assert_eq!(kinds, LookupKind::ALL.into(), "a new kind of question needs an answer here");
}

#[test]
fn the_sizes_are_those_of_the_stories() {
    let size = bundled("one-mailbox").size();
    // Twelve shops, three red herrings, the mail provider, six companies, the crowd.
    assert_eq!(size.domains, 12 + 3 + 1 + 6 + 312);
    assert_eq!((size.networks, size.certificates), (6, 12 + 8));
    // Two shops, the shield's address and two strangers; their sites and one stranger's.
    assert_eq!((size.reputations, size.threats, size.websites, size.mailboxes), (5, 6, 3, 4));
    let size = bundled("the-phone-number").size();
    // The sites, four red herrings, three hosting companies, the neighbours.
    assert_eq!((size.domains, size.networks), (34 + 4 + 3 + 48, 4));
}

#[test]
fn a_case_beside_others_leaves_them_what_it_has_nothing_on() {
    let beside = CaseProvider::beside_others(vec![bundled("one-mailbox")]);
    let whois = |name: &str| Lookup::WhoisCurrent { subject: WhoisSubject::Domain(host(name)) };
    let owner = |block: &str| Lookup::IpOwner { subject: NetworkSubject::Netblock(Netblock::parse(block).unwrap()) };
    let person = |name: &str| Lookup::reverse_whois(person(name), Scope::Historic);
    for (lookup, is_ours) in [
        (whois("northlight-frames.example"), true),
        // Nobody is behind a name that is reserved for stories, so nobody else is asked about one.
        (whois("no-such-shop.example"), true),
        (whois("iana.org"), false),
        (whois("notexample"), false),
        (owner("198.51.100.0/24"), true),
        (owner("2001:db8:ffff::/48"), true),
        (owner("8.8.8.0/24"), false),
        (owner("192.0.2.0-192.0.3.255"), true),
        (person("Ivo Pelling"), true),
        (person("Nobody Inparticular"), false),
    ] {
        assert_eq!(beside.offer(&lookup).is_some(), is_ours, "{lookup:?}");
        assert!(only("one-mailbox").offer(&lookup).is_some(), "{lookup:?}");
    }
}
