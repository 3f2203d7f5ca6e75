//! What several domains have in common, asked at a desk: over a workshop case, and over a vendor that wants money.

#![expect(clippy::unwrap_used, clippy::panic, reason = "the helpers of a test are test code too")]

use std::{fmt::Write as _, net::IpAddr, sync::Arc, time::Duration};

use async_trait::async_trait;
use intel::{
    AskError, Contact, Credits, DnsRecord, Exposure, HttpRequest, HttpResponse, Lookup, LookupKind, Network, Offer,
    Page, Provider, ProviderError, Record, Sighting, Step, Total, WhoisRecord,
    clock::ManualClock,
    crossmatch::{self, COMMON_BELOW, Depth, Measuring, Plan, Progress, Report, SharedKind},
    desk::{Context, Desk, DeskSettings, RunBudget, Transport},
    lookup::{DateRange, NetworkSubject},
    observable::{HostName, Netblock},
    provider::{
        Call,
        case::{Case, CaseProvider},
    },
    record::DnsData,
};
use tokio::time::Instant;

const MAILBOX: &str = "lantern.keeper@post.example";

/// Nothing here goes online.
#[derive(Debug)]
struct NoNetwork;

#[async_trait]
impl Transport for NoNetwork {
    async fn send(&self, request: &HttpRequest, _: Duration) -> Result<HttpResponse, ProviderError> {
        panic!("went online: {request:?}")
    }
}

fn desk(provider: impl Provider + 'static) -> Desk {
    let clock = ManualClock::starting_at("2024-02-29T12:00:00Z".parse().unwrap());
    Desk::new(vec![Arc::new(provider)], Arc::new(NoNetwork), Arc::new(clock), &DeskSettings::default())
}

fn context(limit: u64) -> Context {
    let budget = Arc::new(RunBudget::new(Credits(limit), false));
    Context::new(Instant::now() + Duration::from_secs(120), budget)
}

fn host(text: &str) -> HostName {
    HostName::parse(text).unwrap()
}

fn hosts(names: &[&str]) -> Vec<HostName> {
    names.iter().map(|name| host(name)).collect()
}

/// Twelve shops with three owners' names and, from 2019 on, one mailbox. A name server serves 300 strangers as well.
fn shops() -> (CaseProvider, Vec<HostName>) {
    let owners = ["Ina Brookfen", "Tarek Oldmoor", "Wen Halloway"];
    let mut records = String::new();
    for (number, owner) in owners.iter().cycle().take(12).enumerate() {
        for (observed, email) in
            [("2017-05-01", format!("shop{number}@post.example")), ("2019-03-01", MAILBOX.to_owned())]
        {
            let registrant = serde_json::json!({ "name": owner, "email": email });
            let line = serde_json::json!({
                "record": "whois", "domain": format!("shop-{number}.example"), "observed": observed,
                "expires": "2022-01-01", "registrar": "Great Registrar, Inc.", "registrant": registrant,
            });
            writeln!(records, "{line}").unwrap();
        }
        for (record_type, value) in [
            ("A", format!("203.0.113.{}", number + 1)),
            ("NS", "ada.ns.cloudflare.com".to_owned()),
            ("NS", "ns9.tala-host.example".to_owned()),
        ] {
            let line = serde_json::json!({
                "record": "dns", "name": format!("shop-{number}.example"), "type": record_type, "value": value,
                "first_seen": "2018-01-01", "last_seen": "2021-01-01",
            });
            writeln!(records, "{line}").unwrap();
        }
    }
    for number in 0..300 {
        let line = serde_json::json!({
            "record": "dns", "name": format!("stranger-{number}.example"), "type": "NS",
            "value": "ns9.tala-host.example",
        });
        writeln!(records, "{line}").unwrap();
    }
    let about = "format = 1\nname = \"shops\"\ntitle = \"T\"\nsummary = \"S\"\nas_of = 2021-05-12\n";
    let files = [("case.toml".to_owned(), about.into()), ("records.jsonl".to_owned(), records.into_bytes())];
    let case = Case::from_files(files).unwrap_or_else(|errors| panic!("{errors}"));
    let domains = (0..12).map(|number| host(&format!("shop-{number}.example"))).collect();
    (CaseProvider::new(vec![Arc::new(case)]), domains)
}

#[tokio::test(start_paused = true)]
async fn a_case_of_twelve_shops_is_solved_by_one_question() {
    let (case, domains) = shops();
    let desk = desk(case);
    let mut seen: Vec<Progress> = Vec::new();
    let mut note = |progress| seen.push(progress);
    let collected = crossmatch::collect(&desk, &domains, &Plan::new(Depth::Historic), &context(0), &mut note).await;
    assert_eq!((collected.failures.as_slice(), collected.unanswered.as_slice()), (&[][..], &[][..]));
    assert_eq!((collected.sources.as_slice(), collected.spent), (&["case shops".to_owned()][..], Credits::FREE));
    // Four questions about each domain, and one about each of the twelve addresses.
    assert_eq!(seen.first(), Some(&Progress { done: 0, total: 48 }));
    assert_eq!(seen.last(), Some(&Progress { done: 60, total: 60 }));
    assert!(seen.is_sorted_by(|one, next| one.done <= next.done && one.total <= next.total));

    let facts = collected.facts.clone();
    let mut report = Report::new(collected, None);
    let told = |report: &Report| -> Vec<(String, u8, bool)> {
        let tell = |shared: &crossmatch::Shared| (shared.value.clone(), shared.score, shared.common.is_some());
        report.shared.iter().filter(|shared| shared.kind != SharedKind::Network).map(tell).collect()
    };
    let owner = |name: &str| (name.to_owned(), 80, false);
    let registrar = ("Great Registrar, Inc.".to_owned(), 3, true);
    let content_network = ("ada.ns.cloudflare.com".to_owned(), 2, true);
    assert_eq!(
        told(&report),
        [
            (MAILBOX.to_owned(), 100, false),
            owner("Ina Brookfen"),
            owner("Tarek Oldmoor"),
            owner("Wen Halloway"),
            ("ns9.tala-host.example".to_owned(), 50, false),
            registrar.clone(),
            content_network.clone(),
        ]
    );

    // The hoster that no list knows is known by its number.
    let measured = crossmatch::measure(&desk, &mut report.shared, Measuring::default(), &context(0)).await;
    assert_eq!((measured.counted, measured.too_dear, measured.failures.len()), (5, 0, 0));
    report.add_measured(measured);
    assert_eq!(
        told(&report),
        [
            (MAILBOX.to_owned(), 100, false),
            owner("Ina Brookfen"),
            owner("Tarek Oldmoor"),
            owner("Wen Halloway"),
            ("ns9.tala-host.example".to_owned(), 13, true),
            registrar,
            content_network,
        ]
    );
    let populations: Vec<_> = report.shared.iter().filter_map(|shared| shared.population).collect();
    assert_eq!(populations, [12, 4, 4, 4, 312]);
    assert!(report.common().all(|shared| shared.score < COMMON_BELOW));

    let before = DateRange { from: None, to: Some("2019-02-28".parse().unwrap()) };
    let early = Report::of_facts(&facts, Some(before));
    assert!(early.shared.iter().all(|shared| shared.value != MAILBOX));
    assert!(early.shared.iter().any(|shared| shared.value == "Ina Brookfen"));
}

#[tokio::test(start_paused = true)]
async fn a_domain_that_is_given_twice_is_asked_about_once_and_hosts_are_registered_by_their_domain() {
    let (case, _) = shops();
    let desk = desk(case);
    let domains = hosts(&["shop-1.example", "www.shop-2.example", "shop-1.example"]);
    let plan = Plan::new(Depth::Historic).without(LookupKind::DnsHistory).without(LookupKind::Certificates);
    let collected = crossmatch::collect(&desk, &domains, &plan, &context(0), &mut |_| {}).await;
    let known: Vec<(&str, usize)> =
        collected.facts.iter().map(|facts| (facts.domain.as_str(), facts.whois.len())).collect();
    assert_eq!(known, [("shop-1.example", 2), ("www.shop-2.example", 2)]);
    assert!(collected.facts[0].whois.iter().all(|fact| fact.retrieved.is_some() && &*fact.source == "case shops"));
}

/// WHOIS history costs 5, reverse WHOIS 50 with a free preview, reverse NS 1, DNS and networks nothing. Of
/// `broken.example` it knows nothing but an error.
#[derive(Debug)]
struct Vendor;

impl Provider for Vendor {
    fn name(&self) -> &'static str {
        "vendor"
    }

    fn source(&self) -> &str {
        "Vendor"
    }

    fn lookups(&self) -> &'static [LookupKind] {
        &[
            LookupKind::WhoisHistory,
            LookupKind::ReverseWhois,
            LookupKind::ReverseNs,
            LookupKind::DnsRecords,
            LookupKind::IpOwner,
        ]
    }

    fn offer(&self, lookup: &Lookup) -> Option<Offer> {
        let (price, free_preview) = match lookup.kind() {
            LookupKind::WhoisHistory => (Credits(5), false),
            LookupKind::ReverseWhois => (Credits(50), true),
            LookupKind::ReverseNs => (Credits(1), false),
            LookupKind::DnsRecords => (Credits::FREE, false),
            LookupKind::IpOwner => (Credits(2), false),
            _ => return None,
        };
        Some(Offer { endpoint: "vendor", exposure: Exposure::ThirdParty, price, free_preview, rate: None })
    }

    fn call(&self, lookup: &Lookup, step: &Step) -> Result<Call, ProviderError> {
        let records = match lookup {
            Lookup::WhoisHistory { domain } if domain.as_str() == "broken.example" => {
                return Err(ProviderError::InvalidInput { reason: "broken".to_owned() });
            }
            Lookup::WhoisHistory { domain } => vec![Record::Whois(Box::new(WhoisRecord {
                domain: domain.to_string(),
                observed: Some("2020-01-01".parse().unwrap()),
                registrant: Contact { email: Some(MAILBOX.to_owned()), ..Contact::default() },
                name_servers: vec!["ns1.tala-host.example".to_owned()],
                ..WhoisRecord::default()
            }))],
            Lookup::DnsRecords { host } => vec![Record::Dns(DnsRecord {
                owner: host.clone(),
                data: DnsData::Address(IpAddr::from([203, 0, 113, 7])),
                ttl: None,
                first_seen: None,
                last_seen: None,
                security: None,
            })],
            Lookup::IpOwner { subject: NetworkSubject::Address(_) } => {
                vec![Record::Network(Box::new(Network::of(Netblock::parse("203.0.113.0/24").unwrap())))]
            }
            Lookup::ReverseNs { .. } => (0..40)
                .map(|number| {
                    let name = host(&format!("stranger-{number}.example"));
                    Record::Sighting(Sighting { name, first_seen: None, last_seen: None, registrar: None })
                })
                .collect(),
            _ => Vec::new(),
        };
        let page = match step {
            Step::Preview => Page { total: Some(Total::Exactly(2)), ..Page::default() },
            Step::Page(_) => Page { records, ..Page::default() },
        };
        Ok(Call::Known(page))
    }

    fn read(&self, _: &Lookup, _: &Step, _: &HttpResponse) -> Result<Page, ProviderError> {
        Err(ProviderError::malformed("nothing was sent"))
    }
}

#[tokio::test(start_paused = true)]
async fn the_price_is_known_before_anything_is_asked() {
    let desk = desk(Vendor);
    let domains = hosts(&["one.example", "two.example", "one.example"]);
    let plan = Plan::new(Depth::Historic);
    let estimate = crossmatch::quote(&desk, &domains, &plan, &context(100)).await;
    assert_eq!((estimate.domains.price, estimate.domains.purchases), (Credits(10), 2));
    assert_eq!(estimate.domains.sources, ["Vendor"]);
    assert_eq!(estimate.each_address.price, Credits(2));
    let cheap = plan.without(LookupKind::WhoisHistory).without(LookupKind::IpOwner);
    let estimate = crossmatch::quote(&desk, &domains, &cheap, &context(100)).await;
    assert_eq!((estimate.domains.price, estimate.each_address.price), (Credits::FREE, Credits::FREE));
}

#[tokio::test(start_paused = true)]
async fn one_failure_loses_nothing_else_and_a_missing_source_is_said_once() {
    let desk = desk(Vendor);
    let domains = hosts(&["one.example", "broken.example", "two.example"]);
    let collected = crossmatch::collect(&desk, &domains, &Plan::new(Depth::Historic), &context(100), &mut |_| {}).await;
    assert_eq!(collected.unanswered, [LookupKind::DnsHistory, LookupKind::Certificates]);
    let failures: Vec<_> = collected.failures.iter().map(|failure| (failure.subject.as_str(), failure.kind)).collect();
    assert_eq!(failures, [("broken.example", LookupKind::WhoisHistory)]);
    // Two histories, and one network for the one address of all three.
    assert_eq!(collected.spent, Credits(5 + 5 + 2));
    let report = Report::new(collected, None);
    let values: Vec<(SharedKind, usize)> =
        report.shared.iter().map(|shared| (shared.kind, shared.sharers.len())).collect();
    assert_eq!(
        values,
        [(SharedKind::Email, 2), (SharedKind::IpAddress, 3), (SharedKind::NameServer, 2), (SharedKind::Network, 3),]
    );
    let document = serde_json::to_value(&report).unwrap();
    assert_eq!(document["unanswered"], serde_json::json!(["dns_history", "certificates"]));
    assert_eq!(document["failures"][0]["subject"], "broken.example");
}

#[tokio::test(start_paused = true)]
async fn a_budget_that_is_used_up_is_a_failure_of_the_rest_alone() {
    let desk = desk(Vendor);
    let domains = hosts(&["one.example", "two.example"]);
    let plan = Plan::new(Depth::Historic).without(LookupKind::IpOwner);
    let collected = crossmatch::collect(&desk, &domains, &plan, &context(5), &mut |_| {}).await;
    assert_eq!(collected.spent, Credits(5));
    assert!(matches!(collected.failures[0].error, AskError::NeedsConsent { .. }), "{:?}", collected.failures);
    assert_eq!(collected.failures.len(), 1);
    assert!(collected.facts.iter().all(|facts| facts.dns.len() == 1));
}

#[tokio::test(start_paused = true)]
async fn counts_are_taken_for_free_or_within_the_budget() {
    let desk = desk(Vendor);
    let domains = hosts(&["one.example", "two.example"]);
    let plan = Plan::new(Depth::Historic).without(LookupKind::IpOwner);
    let collected = crossmatch::collect(&desk, &domains, &plan, &context(10), &mut |_| {}).await;
    let shared = Report::new(collected, None).shared;
    let populations = |shared: &[crossmatch::Shared]| -> Vec<(SharedKind, Option<u64>)> {
        shared.iter().map(|shared| (shared.kind, shared.population)).collect()
    };

    // The mailbox has a free preview; nobody counts addresses; the name server costs a credit.
    let mut frugal = shared.clone();
    let settings = Measuring { buy: false, ..Measuring::default() };
    let measured = crossmatch::measure(&desk, &mut frugal, settings, &context(100)).await;
    assert_eq!((measured.counted, measured.too_dear, measured.spent), (1, 1, Credits::FREE));
    let uncounted = [(SharedKind::Email, Some(2)), (SharedKind::IpAddress, None), (SharedKind::NameServer, None)];
    assert_eq!(populations(&frugal), uncounted);

    let mut broke = shared.clone();
    let measured = crossmatch::measure(&desk, &mut broke, Measuring::default(), &context(0)).await;
    assert_eq!((measured.counted, measured.too_dear, measured.failures.len()), (1, 1, 0));
    assert_eq!(populations(&broke), uncounted);

    let mut first = shared.clone();
    let settings = Measuring { values: 1, ..Measuring::default() };
    assert_eq!(crossmatch::measure(&desk, &mut first, settings, &context(100)).await.counted, 1);

    let mut counted = shared;
    let measured = crossmatch::measure(&desk, &mut counted, Measuring::default(), &context(1)).await;
    assert_eq!((measured.counted, measured.spent, measured.sources), (2, Credits(1), vec!["Vendor".to_owned()]));
    assert_eq!(
        populations(&counted),
        [(SharedKind::Email, Some(2)), (SharedKind::IpAddress, None), (SharedKind::NameServer, Some(40))]
    );
}

#[tokio::test(start_paused = true)]
async fn no_more_networks_are_asked_for_than_wanted_and_the_rest_is_said() {
    let (case, domains) = shops();
    let desk = desk(case);
    let plan = Plan::new(Depth::Current).with_addresses(5);
    let mut last = Progress { done: 0, total: 0 };
    let collected = crossmatch::collect(&desk, &domains, &plan, &context(0), &mut |progress| last = progress).await;
    assert_eq!(last, Progress { done: 41, total: 41 });
    let cut: Vec<_> = collected.cut.iter().map(|cut| (cut.subject.as_str(), cut.kind)).collect();
    assert_eq!(cut, [("7 of 12 addresses", LookupKind::IpOwner)]);
}

/// Knows what is, not what was.
#[derive(Debug)]
struct Registry;

impl Provider for Registry {
    fn name(&self) -> &'static str {
        "registry"
    }

    fn source(&self) -> &str {
        "Registry"
    }

    fn lookups(&self) -> &'static [LookupKind] {
        &[LookupKind::WhoisCurrent]
    }

    fn offer(&self, lookup: &Lookup) -> Option<Offer> {
        let terms = Offer {
            endpoint: "registry",
            exposure: Exposure::ThirdParty,
            price: Credits::FREE,
            free_preview: false,
            rate: None,
        };
        (lookup.kind() == LookupKind::WhoisCurrent).then_some(terms)
    }

    fn call(&self, _: &Lookup, _: &Step) -> Result<Call, ProviderError> {
        let registrant = Contact { email: Some(MAILBOX.to_owned()), ..Contact::default() };
        let record = WhoisRecord { registrant, ..WhoisRecord::default() };
        Ok(Call::Known(Page { records: vec![Record::Whois(Box::new(record))], ..Page::default() }))
    }

    fn read(&self, _: &Lookup, _: &Step, _: &HttpResponse) -> Result<Page, ProviderError> {
        Err(ProviderError::malformed("nothing was sent"))
    }
}

#[tokio::test(start_paused = true)]
async fn where_nobody_knows_the_past_the_present_is_asked_for() {
    let desk = desk(Registry);
    let domains = hosts(&["one.example", "two.example"]);
    let collected = crossmatch::collect(&desk, &domains, &Plan::new(Depth::Historic), &context(0), &mut |_| {}).await;
    assert!(collected.unanswered.contains(&LookupKind::WhoisHistory));
    assert!(!collected.unanswered.contains(&LookupKind::WhoisCurrent));
    let report = Report::new(collected, None);
    assert_eq!(report.shared.iter().map(|shared| shared.value.as_str()).collect::<Vec<_>>(), [MAILBOX]);
    assert_eq!(report.shared[0].overlap.in_words(2), "dates unknown");
}

/// The future has to be able to move between threads, or no transform could ask for it.
#[test]
fn the_questions_can_be_asked_from_any_thread() {
    fn sent<T: Send>(_: &T) {}
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
    runtime.block_on(async {
        let desk = desk(Vendor);
        let (domains, context, plan) = (hosts(&["one.example"]), context(0), Plan::new(Depth::Current));
        let mut progress = |_: Progress| {};
        sent(&crossmatch::collect(&desk, &domains, &plan, &context, &mut progress));
        sent(&crossmatch::measure(&desk, &mut [], Measuring::default(), &context));
        sent(&crossmatch::quote(&desk, &domains, &plan, &context));
    });
}
