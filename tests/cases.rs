//! Promise: each of the three bundled cases can be walked to its end, click by click, in both dialects, with exactly these
//! results.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a failed unwrap in a test is a failed test, which is the point"
)]

mod support;

use std::collections::BTreeSet;

use maltego::entity_types;
use serde_json::Value;
use support::{
    Running, bundled_config,
    client::Request,
    post,
    program::{Done, Machine},
    v3,
};

const MAILBOX: &str = "ledger.desk@paperboat-mail.example";
const OWNERS: [(&str, [&str; 4]); 3] = [
    ("Nell Carrow", ["boot-and-briar", "lampblack-prints", "oat-and-anchor", "third-kettle"]),
    ("Joss Tarnby", ["gull-street-bikes", "pocket-orrery", "quince-and-copper", "velvet-ledger"]),
    ("Ivo Pelling", ["northlight-frames", "paper-heron", "saddlemoss", "tinder-and-tallow"]),
];

/// What came of a click: types and values in order, and what was said.
struct Clicked {
    found: Vec<(String, String)>,
    said: String,
}

impl Clicked {
    fn values(&self) -> Vec<&str> {
        self.found.iter().map(|(_, value)| value.as_str()).collect()
    }

    fn sorted(&self) -> Vec<&str> {
        let mut values = self.values();
        values.sort_unstable();
        values
    }
}

/// Somebody who right-clicks, in both dialects at once.
struct Analyst {
    server: Running,
    client: reqwest::Client,
}

impl Analyst {
    fn new() -> Self {
        Self { server: Running::start(bundled_config()), client: v3::http(false) }
    }

    /// Clicks in both dialects and insists that both show the same.
    async fn click(&self, transform: &str, entity_type: &str, value: &str) -> Clicked {
        self.click_with(transform, entity_type, value, &[]).await
    }

    async fn click_with(&self, transform: &str, entity_type: &str, value: &str, settings: &[(&str, &str)]) -> Clicked {
        let classic = settings
            .iter()
            .fold(Request::new(entity_type, value), |request, (name, setting)| request.setting(name, setting));
        let reply = post(&self.server.url(&format!("/run/{transform}")), &classic).await;
        assert_eq!(reply.status, 200, "{transform}: {}", reply.body);
        let shown = |entity: &support::client::Found| (entity.entity_type.clone(), entity.value.clone());
        let found: Vec<_> = reply.entities.iter().map(shown).collect();

        let property = entity_types::by_name(entity_type).unwrap().value_property;
        let run = self.run(transform, vec![v3::entity("e0", entity_type, property, value)], settings).await;
        let streamed: Vec<_> = run.entities().into_iter().map(type_and_value).collect();
        assert_eq!(streamed, found, "{transform} on {value}: the dialects differ");
        let said: Vec<_> = reply.messages.iter().map(|(_, text)| text.as_str()).collect();
        Clicked { found, said: said.join("\n") }
    }

    async fn run(&self, transform: &str, entities: Vec<Value>, settings: &[(&str, &str)]) -> v3::Drained {
        let settings: Vec<(String, &str)> =
            settings.iter().map(|(name, value)| (format!("namehound.{transform}.{name}"), *value)).collect();
        let settings: Vec<(&str, &str)> = settings.iter().map(|(name, value)| (name.as_str(), *value)).collect();
        let path = v3::start(&self.server, &self.client, transform, &v3::request(entities, &settings, 10_000)).await;
        let run = v3::drain(&self.server, &self.client, &path, None).await;
        assert_eq!(run.state, "COMPLETED", "{transform}: {:?}", run.messages());
        run
    }
}

fn type_and_value(entity: &Value) -> (String, String) {
    let property = entity["valueRef"].as_str().unwrap();
    let properties = entity["properties"].as_array().unwrap();
    let value = properties.iter().find(|known| known["name"] == property).unwrap()["value"].clone();
    let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    (entity["type"].as_str().unwrap().to_owned(), value)
}

fn names(labels: impl IntoIterator<Item = &'static str>) -> Vec<String> {
    let mut names: Vec<String> = labels.into_iter().map(|label| format!("{label}.example")).collect();
    names.sort();
    names
}

fn shops() -> Vec<String> {
    names(OWNERS.into_iter().flat_map(|(_, shops)| shops))
}

#[tokio::test]
async fn the_leaked_episode_leads_from_a_domain_to_a_name_to_seven_domains_to_seventy_nine_neighbours() {
    let analyst = Analyst::new();
    let history = analyst.click("domain_to_whois_history", "maltego.Domain", "cmt-net.example").await;
    assert_eq!(history.found.len(), 9);
    let people = analyst.click("domain_to_historic_persons", "maltego.Domain", "cmt-net.example").await;
    assert_eq!(people.values(), ["Dara Velani"]);
    let domains = analyst.click("person_to_domains", "maltego.Person", "Dara Velani").await;
    let seven = ["cmt-net", "cmt", "dl-app", "farata-co", "shore-vpn", "turq-host", "velani"];
    assert_eq!(domains.sorted(), names(seven));
    let today = analyst.click("person_to_current_domains", "maltego.Person", "Dara Velani").await;
    assert_eq!(today.sorted(), names(["cmt", "farata-co", "velani"]));
    let mailbox = analyst.click("email_to_domains", "maltego.EmailAddress", "dara.velani@mail.example").await;
    let number = analyst.click("phone_to_domains", "maltego.PhoneNumber", "+1.5555550142").await;
    assert_eq!((mailbox.found.len(), number.found.len()), (6, 3));
    let servers = analyst.click("domain_to_name_servers", "maltego.Domain", "velani.example").await;
    assert_eq!(servers.sorted(), ["ns17.tala-host.example", "ns18.tala-host.example"]);
    let size = analyst.click("ns_to_domain_count", "maltego.NSRecord", "ns17.tala-host.example").await;
    assert_eq!(size.values(), ["domains behind ns17.tala-host.example"]);
    assert!(size.said.contains("79 domains behind"), "{}", size.said);
    let neighbours = analyst.click("ns_to_domains", "maltego.NSRecord", "ns17.tala-host.example").await;
    assert_eq!(neighbours.found.len(), 79);
    for domain in ["velani.example", "farata-co.example"] {
        assert_eq!(analyst.click("domain_to_subdomains", "maltego.Domain", domain).await.found.len(), 3, "{domain}");
    }
}

#[tokio::test]
async fn one_mailbox_leads_from_a_shop_to_one_mailbox_to_twelve_shops() {
    let analyst = Analyst::new();
    let shop = "oat-and-anchor.example";
    let now = analyst.click("domain_to_whois", "maltego.Domain", shop).await;
    assert_eq!(now.found.len(), 1);
    assert!(analyst.click("whois_record_to_persons", "maltego.WHOISRecord", &now.found[0].1).await.found.is_empty());

    // What everybody shares leads nowhere, and says so by its size.
    for server in ["fern.wide-awning.example", "moss.wide-awning.example"] {
        assert_eq!(analyst.click("ns_to_domains", "maltego.NSRecord", server).await.found.len(), 216, "{server}");
    }
    assert_eq!(analyst.click("ip_to_domains", "maltego.IPv4Address", "203.0.113.97").await.found.len(), 216);
    let before = analyst.click("domain_to_ip_history", "maltego.Domain", shop).await;
    assert!(before.values().contains(&"192.0.2.133"), "{:?}", before.found);
    assert_eq!(before.found.len(), 3);
    let there = analyst.click("ip_to_domains", "maltego.IPv4Address", "192.0.2.133").await;
    assert_eq!(there.sorted(), [format!("mail.{shop}"), shop.to_owned()]);
    let owner = analyst.click("ip_to_network_owner", "maltego.IPv4Address", "192.0.2.133").await;
    assert_eq!(owner.values()[0], "Harbour Racks");
    assert_eq!(analyst.click("ip_to_as", "maltego.IPv4Address", "192.0.2.133").await.values(), ["64501"]);

    // The history has a mailbox that the owner does not explain.
    assert_eq!(analyst.click("domain_to_whois_history", "maltego.Domain", shop).await.found.len(), 4);
    let mailboxes = analyst.click("domain_to_historic_emails", "maltego.Domain", shop).await;
    assert!(mailboxes.values().contains(&MAILBOX), "{:?}", mailboxes.found);
    let size = analyst.click("email_to_domain_count", "maltego.EmailAddress", MAILBOX).await;
    assert!(size.said.contains("12 domains"), "{}", size.said);
    let domains = analyst.click("email_to_domains", "maltego.EmailAddress", MAILBOX).await;
    assert_eq!(domains.sorted(), shops());
    assert!(analyst.click("email_to_current_domains", "maltego.EmailAddress", MAILBOX).await.found.is_empty());
    for (name, four) in OWNERS {
        let domains = analyst.click("person_to_domains", "maltego.Person", name).await;
        assert_eq!(domains.sorted(), names(four), "{name}");
        assert!(analyst.click("person_to_current_domains", "maltego.Person", name).await.found.is_empty(), "{name}");
    }
}

fn selected(domains: &[String]) -> Vec<Value> {
    let entity =
        |(number, domain): (usize, &String)| v3::entity(&format!("e{number}"), "maltego.Domain", "fqdn", domain);
    domains.iter().enumerate().map(entity).collect()
}

#[tokio::test]
async fn the_twelve_shops_share_one_mailbox_and_three_names_in_one_run() {
    let analyst = Analyst::new();
    let shops = shops();
    let run = analyst.run("domains_to_shared_values", selected(&shops), &[]).await;
    let found: Vec<_> = run.entities().into_iter().map(type_and_value).collect();
    assert_eq!(found[0], ("maltego.EmailAddress".to_owned(), MAILBOX.to_owned()), "{found:?}");
    let people: BTreeSet<&str> = found[1..4].iter().map(|(_, value)| value.as_str()).collect();
    assert_eq!(people, OWNERS.iter().map(|(name, _)| *name).collect());
    assert!(found[1..4].iter().all(|(kind, _)| kind == "maltego.Person"));
    // What is common is told and not drawn.
    for common in ["Copperline Domains", "fern.wide-awning.example", "203.0.113.97"] {
        assert!(found.iter().all(|(_, value)| value != common), "{common}");
    }
    assert!(run.says("INFO", "common: registrar Copperline Domains"), "{:?}", run.messages());

    // Each shop has a link of its own to the mailbox, with its own years.
    let mailbox = run.entities()[0]["id"].clone();
    let links: Vec<&Value> = run.links().into_iter().filter(|link| link["targetId"] == mailbox).collect();
    let sources: BTreeSet<&str> = links.iter().map(|link| link["sourceId"].as_str().unwrap()).collect();
    assert_eq!((links.len(), sources.len()), (12, 12));
    let name = run.entities()[1]["id"].clone();
    assert_eq!(run.links().into_iter().filter(|link| link["targetId"] == name).count(), 4);

    // Before it came in, the mailbox joins nothing.
    let earlier = analyst.run("domains_to_shared_values", selected(&shops), &[("to", "2018-02-28")]).await;
    let found: Vec<_> = earlier.entities().into_iter().map(type_and_value).collect();
    assert!(found.iter().all(|(_, value)| value != MAILBOX), "{found:?}");

    let all = analyst.run("domains_to_shared_values", selected(&shops), &[("include_common", "true")]).await;
    let found: Vec<_> = all.entities().into_iter().map(type_and_value).collect();
    assert!(found.contains(&("namehound.Registrar".to_owned(), "Copperline Domains".to_owned())), "{found:?}");

    // A classic client runs transforms on one entity at a time, and is told what to do.
    let alone = post(
        &analyst.server.url("/run/domains_to_shared_values"),
        &Request::new("maltego.Domain", "oat-and-anchor.example"),
    )
    .await;
    assert!(alone.entities.is_empty() && alone.says("PartialError", "at least two"), "{:?}", alone.messages);
}

#[tokio::test]
async fn a_selection_of_domains_gets_its_records_in_one_run() {
    let analyst = Analyst::new();
    let run = analyst.run("domains_to_whois", selected(&shops()), &[]).await;
    assert_eq!((run.entities().len(), run.links().len()), (12, 12), "{:?}", run.messages());
}

#[tokio::test]
async fn the_phone_number_leads_through_a_historic_record_to_two_names_and_thirty_four_sites() {
    let analyst = Analyst::new();
    let number = "+1 555 555 0173";
    let now = analyst.click("phone_to_current_domains", "maltego.PhoneNumber", number).await;
    assert!(now.found.is_empty() && now.said.contains("Earlier records"), "{}", now.said);
    let ever = analyst.click("phone_to_domains", "maltego.PhoneNumber", number).await;
    assert_eq!(ever.values(), ["lantern-lottery.example"]);
    let site = ever.values()[0];
    let now = analyst.click("domain_to_whois", "maltego.Domain", site).await;
    assert_eq!(now.found.len(), 1);
    assert!(analyst.click("whois_record_to_persons", "maltego.WHOISRecord", now.values()[0]).await.found.is_empty());
    assert_eq!(analyst.click("domain_to_whois_history", "maltego.Domain", site).await.found.len(), 7);
    let people = analyst.click("domain_to_historic_persons", "maltego.Domain", site).await;
    assert_eq!(people.sorted(), ["Rufus Kedge", "Tamsin Orlop"]);

    let mut sites = BTreeSet::new();
    for (name, count) in [("Tamsin Orlop", 19), ("Rufus Kedge", 16)] {
        let domains = analyst.click("person_to_domains", "maltego.Person", name).await;
        assert_eq!(domains.found.len(), count, "{name}");
        sites.extend(domains.found.into_iter().map(|(_, value)| value));
        assert!(analyst.click("person_to_current_domains", "maltego.Person", name).await.found.is_empty(), "{name}");
    }
    assert_eq!(sites.len(), 34);

    // All of them are in one country.
    let mut countries = BTreeSet::new();
    for site in &sites {
        let addresses = analyst.click("domain_to_ip_history", "maltego.Domain", site).await;
        assert!(!addresses.found.is_empty(), "{site}");
        for (_, address) in addresses.found {
            let request = Request::new("maltego.IPv4Address", &address);
            let reply = post(&analyst.server.url("/run/ip_to_location"), &request).await;
            countries.insert(reply.entities[0].fields["countrycode"].clone());
        }
    }
    assert_eq!(countries, BTreeSet::from(["QZ".to_owned()]));
}

/// Runs the program on the bundled cases, with the twelve shops in a file.
fn crossmatch(arguments: &[&str]) -> Done {
    let machine = Machine::new();
    let list = machine.home.path().join("shops.txt");
    std::fs::write(&list, format!("# twelve shops\n\n{}\n", shops().join("\n"))).unwrap();
    let list = list.to_str().unwrap().to_owned();
    let arguments: Vec<&str> = ["crossmatch", &list].into_iter().chain(arguments.iter().copied()).collect();
    machine.run(&arguments)
}

#[test]
fn crossmatch_names_the_mailbox_first_and_marks_what_is_common() {
    let report: Value = serde_json::from_str(&crossmatch(&["--format", "json"]).out).unwrap();
    let shared = report["shared"].as_array().unwrap();
    let value =
        |position: usize| (shared[position]["kind"].as_str().unwrap(), shared[position]["value"].as_str().unwrap());
    assert_eq!(value(0), ("email", MAILBOX));
    assert_eq!((shared[0]["score"].as_u64(), shared[0]["sharers"].as_array().unwrap().len()), (Some(100), 12));
    let people: BTreeSet<&str> = (1..4).map(|position| value(position).1).collect();
    assert_eq!(people, OWNERS.iter().map(|(name, _)| *name).collect());
    let common = |wanted: &str| shared.iter().find(|shared| shared["value"] == wanted).unwrap()["common"].clone();
    for (wanted, reason) in [
        ("Copperline Domains", "serves very many owners"),
        ("fern.wide-awning.example", "known with 216 domains"),
        ("203.0.113.97", "known with 216 domains"),
        ("203.0.113.96/28 WIDE-AWNING-NET", "known with 216 domains"),
    ] {
        assert!(common(wanted)["reason"].as_str().is_some_and(|told| told.contains(reason)), "{wanted}");
    }
    assert!(shared[0]["common"].is_null());
    let score = |wanted: &str| shared.iter().find(|shared| shared["value"] == wanted).unwrap()["score"].as_u64();
    assert!(score("Copperline Domains") < Some(5) && score("fern.wide-awning.example") < Some(20));

    let table = crossmatch(&[]).out;
    let first = table.lines().nth(1).unwrap();
    assert!(first.starts_with("100    mailbox") && first.contains(MAILBOX), "{table}");
    let csv = crossmatch(&["--format", "csv"]).out;
    assert!(csv.lines().nth(1).unwrap().contains(MAILBOX), "{csv}");
}

#[test]
fn a_window_before_the_mailbox_came_makes_it_vanish() {
    let windowed = crossmatch(&["--to", "2018-02-28", "--format", "json"]);
    let report: Value = serde_json::from_str(&windowed.out).unwrap();
    let values: Vec<&str> =
        report["shared"].as_array().unwrap().iter().map(|shared| shared["value"].as_str().unwrap()).collect();
    assert!(!values.is_empty() && !values.contains(&MAILBOX), "{values:?}");
    let report: Value = serde_json::from_str(&crossmatch(&["--from", "2018-03-01", "--format", "json"]).out).unwrap();
    assert_eq!(report["shared"][0]["value"], MAILBOX);
}

#[test]
fn mistakes_on_the_command_line_say_what_to_do() {
    let machine = Machine::new();
    for (arguments, told) in [
        (vec!["crossmatch", "one.example"], "at least two domains"),
        (vec!["crossmatch", "no such file"], "there is no file"),
        (vec!["crossmatch", "a.example", "b.example", "--from", "soon"], "write a day"),
        (vec!["crossmatch", "a.example", "b.example", "--from", "2020-01-01", "--to", "2019-01-01"], "no day is both"),
        (vec!["crossmatch", "a.example", "b.example", "--without", "nothing"], "it is one of"),
    ] {
        let done = machine.run(&arguments);
        assert!(done.code != 0 && done.err.contains(told), "{arguments:?}: {done:?}");
    }
}
