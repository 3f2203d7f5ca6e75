//! With no key and no case: every default route to its end, against doubles of every source on loopback, and what is said
//! when one of them fails or has nothing.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a failed unwrap in a test is a failed test, which is the point"
)]

mod support;

use std::{collections::BTreeSet, net::SocketAddr};

use axum::{
    http::StatusCode,
    response::{IntoResponse, Response},
};
use intel::{LookupKind, desk::KindRoute};
use namehound::config::Config;
use serde_json::json;
use support::{
    Running, Upstream,
    client::{Reply, Request},
    live::{IANA, REGISTRY, WhoisServer, zone},
    run,
    upstream::{Asked, json as answer},
};
use tokio::net::TcpListener;

/// How a source behaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mood {
    Good,
    /// It knows nothing of what is asked.
    Empty,
    /// It fails on its side.
    Failing,
}

/// How every source behaves.
#[derive(Debug, Clone, Copy)]
struct Moods {
    rdap: Mood,
    whois: Mood,
    certspotter: Mood,
    crtsh: Mood,
    dns: Mood,
}

const GOOD: Moods =
    Moods { rdap: Mood::Good, whois: Mood::Good, certspotter: Mood::Good, crtsh: Mood::Good, dns: Mood::Good };

/// Every source that needs no key, and a server that asks them by the default routes.
struct World {
    server: Running,
    http: Upstream,
    iana: WhoisServer,
    registry: WhoisServer,
    _dns: Box<dyn std::any::Any>,
}

async fn world(moods: Moods) -> World {
    let http = Upstream::start(move |asked| http_source(moods, asked)).await;
    let iana = WhoisServer::saying(IANA).await;
    let registry = WhoisServer::saying(match moods.whois {
        Mood::Good => REGISTRY,
        Mood::Empty => "No match for domain\r\n",
        Mood::Failing => "<html>moved</html>",
    })
    .await;
    let (resolver, dns) = zone().await;
    let nobody = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let resolver = if moods.dns == Mood::Failing { nobody } else { resolver };
    let server = Running::start(config(&http, &iana, &registry, resolver));
    World { server, http, iana, registry, _dns: Box::new(dns) }
}

/// The defaults, but for where the sources are. Nothing is turned on or off.
fn config(http: &Upstream, iana: &WhoisServer, registry: &WhoisServer, resolver: SocketAddr) -> Config {
    let mut config = Config::default();
    config.cases.load = vec!["none".to_owned()];
    config.providers.dns.resolvers = vec![resolver.to_string()];
    config.providers.dns.validate = false;
    config.providers.dns.attempt_seconds = 1;
    config.providers.dns.attempts = 1;
    config.providers.rdap.lists_url = format!("{}/iana/", http.url());
    config.providers.rdap.servers = [("rdap.registry.story".to_owned(), format!("{}/rdap/", http.url()))].into();
    config.providers.certspotter.base_url = format!("{}/certspotter/", http.url());
    config.providers.crtsh.base_url = format!("{}/crtsh/", http.url());
    config.providers.whois43.servers = [("whois.iana.org", iana), ("whois.nic.story", registry)]
        .map(|(name, server)| (name.to_owned(), server.address.to_string()))
        .into();
    config.retry.retries = 0;
    config
}

fn http_source(moods: Moods, asked: &Asked) -> Response {
    let mood = match asked.host.as_str() {
        "iana" => return list(&asked.path),
        "rdap" => moods.rdap,
        "certspotter" => moods.certspotter,
        "crtsh" => moods.crtsh,
        other => panic!("somebody else was asked: {other}"),
    };
    match (mood, asked.host.as_str()) {
        (Mood::Failing, _) => StatusCode::BAD_GATEWAY.into_response(),
        (Mood::Empty, "rdap") => StatusCode::NOT_FOUND.into_response(),
        (Mood::Empty, _) => answer(json!([])),
        (Mood::Good, "rdap") => rdap(&asked.path),
        (Mood::Good, "certspotter") if asked.query.contains("after=") => answer(json!([])),
        (Mood::Good, "certspotter") => answer(json!([{
            "id": "1", "tbs_sha256": "t1", "dns_names": ["lantern-shop.example", "mail.lantern-shop.example"],
            "not_before": "2026-01-01T00:00:00Z", "not_after": "2026-04-01T00:00:00Z"
        }])),
        (Mood::Good, _) => answer(json!([{
            "issuer_name": "C=ZZ, O=Letters Authority, CN=Letters R1", "common_name": "lantern-shop.example",
            "name_value": "lantern-shop.example\nold.lantern-shop.example", "serial_number": "0a",
            "not_before": "2024-01-01T00:00:00", "not_after": "2025-01-01T00:00:00", "entry_timestamp": null
        }])),
    }
}

/// IANA's lists: one server knows everything below `.example`.
fn list(path: &str) -> Response {
    let known = match path.trim_start_matches('/') {
        "dns.json" => json!([["example"], ["https://rdap.registry.story/"]]),
        "ipv4.json" => json!([["192.0.2.0/24"], ["https://rdap.registry.story/"]]),
        "asn.json" => json!([["64496-64511"], ["https://rdap.registry.story/"]]),
        "object-tags.json" => json!([[], ["EX"], ["https://rdap.registry.story/"]]),
        other => panic!("{other}"),
    };
    answer(json!({"version": "1.0", "publication": "2026-01-01T00:00:00Z", "services": [known]}))
}

fn rdap(path: &str) -> Response {
    let card = |name: &str, kind: &str| json!(["vcard", [["fn", {}, "text", name], ["kind", {}, "text", kind]]]);
    answer(match path.trim_start_matches('/') {
        "domain/lantern-shop.example" => json!({
            "objectClassName": "domain", "ldhName": "lantern-shop.example", "status": ["active"],
            "events": [{"eventAction": "registration", "eventDate": "2012-03-04T10:00:00Z"},
                       {"eventAction": "expiration", "eventDate": "2026-03-04T10:00:00Z"}],
            "entities": [{"roles": ["registrant"], "vcardArray": card("Dara Velani", "individual")}]
        }),
        "ip/192.0.2.10" => json!({
            "objectClassName": "ip network", "startAddress": "192.0.2.0", "endAddress": "192.0.2.255", "name": "EXAMPLE-NET",
            "entities": [{"roles": ["registrant"], "vcardArray": card("Example Hosting Ltd", "org")}]
        }),
        "autnum/64500" => json!({
            "objectClassName": "autnum", "startAutnum": 64500, "endAutnum": 64500, "name": "EXAMPLE-AS",
            "entities": [{"roles": ["registrant"], "vcardArray": card("Example Org", "org")}]
        }),
        "nameserver/ns1.host.example" => {
            json!({"objectClassName": "nameserver", "ipAddresses": {"v4": ["192.0.2.53"]}})
        }
        "entity/ORG-1-EX" => {
            json!({"objectClassName": "entity", "handle": "ORG-1-EX", "vcardArray": card("Tala Hosting", "org")})
        }
        _ => return StatusCode::NOT_FOUND.into_response(),
    })
}

impl World {
    async fn run(&self, transform: &str, entity_type: &str, value: &str) -> Reply {
        run(&self.server, transform, &Request::new(entity_type, value)).await
    }

    async fn about_the_domain(&self, transform: &str) -> Reply {
        self.run(transform, "maltego.Domain", "lantern-shop.example").await
    }

    async fn about_the_address(&self, transform: &str) -> Reply {
        self.run(transform, "maltego.IPv4Address", "192.0.2.10").await
    }
}

fn source(reply: &Reply) -> &str {
    &reply.entities[0].fields["namehound.source"]
}

/// What was said, in one text.
fn said(reply: &Reply) -> String {
    reply.messages.iter().map(|(_, text)| text.as_str()).collect::<Vec<_>>().join(" | ")
}

#[tokio::test]
async fn each_default_route_answers_from_its_first_source() {
    let world = world(GOOD).await;
    let reply = world.about_the_domain("domain_to_whois").await;
    assert_eq!((reply.entities.len(), source(&reply)), (1, "RDAP (rdap.registry.story)"));
    assert_eq!(world.iana.connections(), 0, "who answers leaves nobody else to be asked");

    let reply = world.about_the_domain("domain_to_ipv4_addresses").await;
    assert_eq!((reply.values(), source(&reply)), (vec!["192.0.2.10"], "DNS"));
    let reply = world.about_the_address("ip_to_pointer_names").await;
    assert_eq!((reply.values(), source(&reply)), (vec!["lantern-shop.example"], "DNS"));

    // All that know certificates are asked, and what both say is one entity with both their names.
    let reply = world.about_the_domain("domain_to_subdomains").await;
    let names: BTreeSet<_> = reply.values().into_iter().collect();
    assert_eq!(names, BTreeSet::from(["mail.lantern-shop.example", "old.lantern-shop.example"]));
    let reply = world.about_the_domain("domain_to_issued_certificates").await;
    assert_eq!(reply.entities.len(), 2);

    let reply = world.about_the_address("ip_to_network_owner").await;
    assert_eq!((reply.values(), source(&reply)), (vec!["Example Hosting Ltd"], "RDAP (rdap.registry.story)"));
    let reply = world.about_the_address("ip_to_as").await;
    assert_eq!((reply.values(), source(&reply)), (vec!["64500"], "Team Cymru"));
    let reply = world.run("as_to_owner", "maltego.AS", "64500").await;
    assert_eq!((reply.values(), source(&reply)), (vec!["Example Org"], "RDAP (rdap.registry.story); Team Cymru"));

    let reply = world.run("ns_to_registration", "maltego.NSRecord", "ns1.host.example").await;
    assert_eq!(reply.values(), ["192.0.2.53"]);
    let reply = world.run("handle_to_contact", "maltego.UniqueIdentifier", "ORG-1-EX").await;
    assert_eq!(reply.values(), ["Tala Hosting"]);
}

#[tokio::test]
async fn a_failing_registry_is_stood_in_for_and_the_message_says_so() {
    let world = world(Moods { rdap: Mood::Failing, ..GOOD }).await;
    let reply = world.about_the_domain("domain_to_whois").await;
    assert_eq!((reply.entities.len(), source(&reply)), (1, "WHOIS (whois.nic.story)"));
    assert!(said(&reply).contains("RDAP failed on its side. Try again later. So WHOIS was asked."), "{}", said(&reply));
    let reply = world.about_the_address("ip_to_as").await;
    assert_eq!(reply.values(), ["64500"]);
    let expected = "RDAP failed on its side. Try again later. What the other sources know is shown without it.";
    assert!(said(&reply).contains(expected), "{}", said(&reply));
    let reply = world.run("ns_to_registration", "maltego.NSRecord", "ns1.host.example").await;
    assert!(reply.entities.is_empty() && said(&reply).contains("RDAP failed on its side"), "{}", said(&reply));
}

#[tokio::test]
async fn a_registry_without_a_server_or_without_an_entry_is_stood_in_for() {
    let one = world(Moods { rdap: Mood::Empty, ..GOOD }).await;
    let reply = one.about_the_domain("domain_to_whois").await;
    assert_eq!(source(&reply), "WHOIS (whois.nic.story)");
    assert!(said(&reply).contains("RDAP has nothing on it, so WHOIS was asked."), "{}", said(&reply));

    let reply = one.run("domain_to_whois", "maltego.Domain", "lantern-shop.story").await;
    let expected = "RDAP cannot be asked this: the registry of .story has no RDAP server. So WHOIS was asked.";
    assert!(said(&reply).contains(expected), "{}", said(&reply));
}

#[tokio::test]
async fn that_nobody_knows_and_that_nobody_answered_are_two_things() {
    let nobody_knows = world(Moods { rdap: Mood::Empty, whois: Mood::Empty, ..GOOD }).await;
    let reply = nobody_knows.about_the_domain("domain_to_whois").await;
    assert!(reply.entities.is_empty());
    let told = said(&reply);
    assert!(told.contains("RDAP has nothing on it, so WHOIS was asked."), "{told}");
    assert!(told.contains("whois.nic.story says that lantern-shop.example is not registered."), "{told}");
    assert!(told.contains("has nothing on it either."), "{told}");

    let nobody_answers = world(Moods { rdap: Mood::Failing, whois: Mood::Failing, ..GOOD }).await;
    let reply = nobody_answers.about_the_domain("domain_to_whois").await;
    let told = said(&reply);
    assert!(told.contains("Nobody who was asked could answer. RDAP failed on its side. Try again later."), "{told}");
    assert!(told.contains("WHOIS sent an answer that cannot be understood."), "{told}");

    let one_fails = world(Moods { rdap: Mood::Failing, whois: Mood::Empty, ..GOOD }).await;
    let told = said(&one_fails.about_the_domain("domain_to_whois").await);
    assert!(told.contains("RDAP failed on its side. Try again later. So WHOIS was asked."), "{told}");
    assert!(told.contains("has nothing on it either."), "{told}");
}

#[tokio::test]
async fn of_those_that_are_all_asked_one_may_fail() {
    for (moods, failed, found) in [
        (Moods { certspotter: Mood::Failing, ..GOOD }, "Cert Spotter", "old.lantern-shop.example"),
        (Moods { crtsh: Mood::Failing, ..GOOD }, "crt.sh", "mail.lantern-shop.example"),
    ] {
        let world = world(moods).await;
        let reply = world.about_the_domain("domain_to_subdomains").await;
        assert_eq!(reply.values(), [found]);
        let expected =
            format!("{failed} failed on its side. Try again later. What the other sources know is shown without it.");
        assert!(said(&reply).contains(&expected), "{}", said(&reply));
    }
    let world = world(Moods { certspotter: Mood::Failing, crtsh: Mood::Failing, ..GOOD }).await;
    let reply = world.about_the_domain("domain_to_issued_certificates").await;
    let told = said(&reply);
    assert!(reply.entities.is_empty() && told.contains("Nobody who was asked could answer."), "{told}");
    assert!(told.contains("Cert Spotter failed") && told.contains("crt.sh failed"), "{told}");
    // Certificates that a host shows are another question, and passive data is no live DNS.
    let reply = world.about_the_domain("domain_to_certificates").await;
    assert!(said(&reply).contains("No source for"), "{}", said(&reply));
}

#[tokio::test]
async fn a_resolver_that_is_silent_is_told_and_nothing_collected_stands_in_for_it() {
    let world = world(Moods { dns: Mood::Failing, ..GOOD }).await;
    let reply = world.about_the_domain("domain_to_dns_records").await;
    assert!(reply.entities.is_empty());
    assert!(
        said(&reply).contains("DNS cannot be reached") || said(&reply).contains("DNS did not answer"),
        "{}",
        said(&reply)
    );
    let reply = world.about_the_address("ip_to_network_owner").await;
    assert_eq!(reply.values(), ["Example Hosting Ltd"], "the registry answers without it");
    assert!(said(&reply).contains("Team Cymru"), "{}", said(&reply));
}

#[tokio::test]
async fn what_needs_a_key_says_so() {
    let world = world(GOOD).await;
    for (transform, entity_type, value) in [
        ("email_to_domains", "maltego.EmailAddress", "dara@lantern-shop.example"),
        ("domain_to_whois_history", "maltego.Domain", "lantern-shop.example"),
        ("ns_to_domains", "maltego.NSRecord", "ns1.host.example"),
        ("ip_to_location", "maltego.IPv4Address", "192.0.2.10"),
        ("domain_to_reputation", "maltego.Domain", "lantern-shop.example"),
    ] {
        let reply = world.run(transform, entity_type, value).await;
        let told = said(&reply);
        assert!(told.contains("No source for") && told.contains("add an API key"), "{transform}: {told}");
    }
}

#[tokio::test]
async fn a_record_that_all_sources_are_asked_for_says_where_they_differ() {
    let http = Upstream::start(|asked| http_source(GOOD, asked)).await;
    let (iana, registry) = (WhoisServer::saying(IANA).await, WhoisServer::saying(REGISTRY).await);
    let (resolver, _dns) = zone().await;
    let mut config = config(&http, &iana, &registry, resolver);
    let route = json!({"whois_current": {"mode": "all"}});
    config.routing = serde_json::from_value(route).unwrap();
    let server = Running::start(config);
    let reply = run(&server, "domain_to_whois", &Request::new("maltego.Domain", "lantern-shop.example")).await;
    assert_eq!(reply.entities.len(), 1, "one record");
    assert_eq!(source(&reply), "RDAP (rdap.registry.story); WHOIS (whois.nic.story)");
    let told = said(&reply);
    assert!(told.contains("2026-03-04") && told.contains("2027-03-04"), "both dates of expiry are told: {told}");
}

#[tokio::test]
async fn names_that_mean_nothing_outside_reach_no_socket() {
    let world = world(GOOD).await;
    for name in
        ["hidden.onion", "eepsite.i2p", "printer.local", "app.internal", "localhost", "lantern\u{0}shop.example"]
    {
        for transform in [
            "domain_to_whois",
            "domain_to_dns_records",
            "domain_to_subdomains",
            "domain_to_issued_certificates",
            "domain_to_whois_comparison",
        ] {
            // A control character is no XML; whatever the answer is, nobody is asked.
            let request = Request::new("maltego.Domain", name);
            _ = support::post(&world.server.url(&format!("/run/{transform}")), &request).await;
        }
    }
    for address in ["10.0.0.1", "127.0.0.1", "192.168.1.7", "169.254.169.254", "100.64.0.1"] {
        for transform in ["ip_to_network_owner", "ip_to_as", "ip_to_pointer_names", "ip_to_whois"] {
            world.run(transform, "maltego.IPv4Address", address).await;
        }
    }
    assert_eq!((world.http.asked().len(), world.iana.connections(), world.registry.connections()), (0, 0, 0));
}

/// The sources that the default routes name are the ones that answer such questions, in that order.
#[test]
fn every_source_of_a_default_route_can_answer() {
    for kind in LookupKind::ALL {
        for name in KindRoute::default_for(kind).providers {
            assert!(intel::provider::NAMES.contains(&name.as_str()), "{kind}: {name}");
        }
    }
}
