//! Sources that need no key, end to end: a server over a DNS and WHOIS servers on loopback, asked by a client.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a failed unwrap in a test is a failed test, which is the point"
)]

mod support;

use std::{net::SocketAddr, time::Duration};

use namehound::config::{Config, Sources};
use serde_json::json;
use support::{
    Running, Upstream,
    client::Request,
    live::{IANA, REGISTRY, WhoisServer, zone},
    run,
    upstream::json as answer,
};
use tokio::net::{TcpListener, UdpSocket};

fn config(resolver: SocketAddr, iana: &WhoisServer, registry: &WhoisServer) -> Config {
    let mut config = Config::default();
    config.cases.load = vec!["none".to_owned()];
    config.providers.keyless = false;
    config.providers.dns.enabled = Some(true);
    config.providers.dns.validate = false;
    config.providers.dns.resolvers = vec![resolver.to_string()];
    config.providers.whois43.enabled = Some(true);
    config.providers.whois43.servers = [("whois.iana.org", iana), ("whois.nic.story", registry)]
        .map(|(name, server)| (name.to_owned(), server.address.to_string()))
        .into();
    config.retry.retries = 0;
    config
}

fn values(reply: &support::client::Reply) -> Vec<String> {
    reply.entities.iter().map(|entity| entity.value.clone()).collect()
}

#[tokio::test]
async fn without_a_key_whois_and_dns_answer() {
    let ((resolver, _dns), iana, registry) =
        (zone().await, WhoisServer::saying(IANA).await, WhoisServer::saying(REGISTRY).await);
    let server = Running::start(config(resolver, &iana, &registry));
    let domain = || Request::new("maltego.Domain", "lantern-shop.example");

    let reply = run(&server, "domain_to_whois", &domain()).await;
    let fields = &reply.entities[0].fields;
    assert_eq!(fields["registrantName"], "Dara Velani");
    assert_eq!(fields["namehound.source"], "WHOIS (whois.nic.story)");
    // Its newest state is the one of today.
    assert!(reply.entities[0].value.starts_with("lantern-shop.example 2"), "{}", reply.entities[0].value);

    let reply = run(&server, "domain_to_ipv4_addresses", &domain()).await;
    assert_eq!(values(&reply), ["192.0.2.10"]);
    assert_eq!(reply.entities[0].fields["namehound.source"], "DNS");
    assert_eq!(reply.entities[0].fields["namehound.dnssec"], "unchecked");
    let reply = run(&server, "domain_to_mail_senders", &domain()).await;
    assert_eq!(values(&reply), ["192.0.2.25"]);

    // One source alone cannot disagree, and says so.
    let reply = run(&server, "domain_to_whois_comparison", &domain()).await;
    assert!(reply.body.contains("Only WHOIS (whois.nic.story) has a record"), "{}", reply.body);
    assert_eq!((iana.connections(), registry.connections()), (1, 1), "what was asked is remembered");
}

#[tokio::test]
async fn without_a_key_logged_certificates_lead_to_names() {
    let upstream = Upstream::start(|_| {
        answer(json!([{
            "issuer_name": "C=ZZ, O=Letters Authority, CN=Letters R1", "common_name": "lantern-shop.example",
            "name_value": "lantern-shop.example\nmail.lantern-shop.example", "serial_number": "0a",
            "not_before": "2024-01-01T00:00:00", "not_after": "2025-01-01T00:00:00", "entry_timestamp": null
        }]))
    })
    .await;
    let mut config = Config::default();
    config.cases.load = vec!["none".to_owned()];
    config.providers.keyless = false;
    config.providers.crtsh.enabled = Some(true);
    config.providers.crtsh.base_url = upstream.url();
    let server = Running::start(config);
    let domain = || Request::new("maltego.Domain", "lantern-shop.example");
    assert_eq!(values(&run(&server, "domain_to_subdomains", &domain()).await), ["mail.lantern-shop.example"]);
    let reply = run(&server, "domain_to_issued_certificates", &domain()).await;
    assert_eq!(values(&reply), ["lantern-shop.example"]);
    assert_eq!(reply.entities[0].fields["serial"], "0A");
    assert_eq!(reply.entities[0].fields["namehound.source"], "crt.sh");
    // Nobody is there for the other kind of question, and a host is never connected to in its place.
    let reply = run(&server, "domain_to_certificates", &domain()).await;
    assert!(reply.entities.is_empty());
}

#[tokio::test]
async fn a_dead_server_and_an_unknown_name_are_told_in_words() {
    let ((resolver, _dns), iana, registry) =
        (zone().await, WhoisServer::saying(IANA).await, WhoisServer::saying("No match for domain\r\n").await);
    let mut config = config(resolver, &iana, &registry);
    let server = Running::start(config.clone());
    let reply = run(&server, "domain_to_whois", &Request::new("maltego.Domain", "lantern-shop.example")).await;
    assert!(reply.entities.is_empty());
    assert!(reply.body.contains("whois.nic.story says that lantern-shop.example is not registered"), "{}", reply.body);
    let reply =
        run(&server, "domain_to_dns_records", &Request::new("maltego.DNSName", "no.lantern-shop.example")).await;
    assert!(reply.body.contains("does not exist in the DNS"), "{}", reply.body);

    let nobody = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    config.providers.whois43.servers.insert("whois.iana.org".to_owned(), nobody.to_string());
    let server = Running::start(config);
    let reply = run(&server, "domain_to_whois", &Request::new("maltego.Domain", "lantern-shop.example")).await;
    assert!(reply.entities.is_empty());
    assert!(reply.body.contains("WHOIS"), "{}", reply.body);
}

#[tokio::test]
async fn a_case_and_special_names_keep_everything_on_the_machine() {
    let ((_, _dns), iana, registry) =
        (zone().await, WhoisServer::saying(IANA).await, WhoisServer::saying(REGISTRY).await);
    let silent = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let resolver = silent.local_addr().unwrap();
    let mut with_case = config(resolver, &iana, &registry);
    with_case.cases.load = vec!["leaked-episode".to_owned()];
    let mut bundled = config(resolver, &iana, &registry);
    bundled.cases.load = Vec::new();
    for (config, names) in [
        // A chosen case is the whole world.
        (with_case, vec!["velani.example", "lantern-shop.example", "iana.org"]),
        // The bundled ones answer what they know, and whatever is asked of names that are reserved for stories.
        (bundled, vec!["velani.example", "lantern-shop.example", "hidden.onion", "printer.local", "app.internal"]),
    ] {
        let server = Running::start(config);
        for name in names {
            for transform in ["domain_to_whois", "domain_to_dns_records"] {
                run(&server, transform, &Request::new("maltego.Domain", name)).await;
            }
        }
    }
    for address in ["10.0.0.1", "127.0.0.1", "192.168.1.7"] {
        let server = Running::start(config(resolver, &iana, &registry));
        run(&server, "ip_to_pointer_names", &Request::new("maltego.IPv4Address", address)).await;
    }
    assert_eq!((iana.connections(), registry.connections()), (0, 0));
    let mut buffer = [0; 16];
    let heard = tokio::time::timeout(Duration::from_millis(100), silent.recv_from(&mut buffer)).await;
    assert!(heard.is_err(), "a resolver was asked");
}

#[test]
fn a_gateway_is_not_walked_around() {
    let load = |section: &str, upstream: &str| {
        let folder = std::env::temp_dir().join(format!("namehound-live-{}", uuid::Uuid::new_v4()));
        std::fs::create_dir_all(&folder).unwrap();
        let file = folder.join("namehound.toml");
        std::fs::write(&file, format!("[providers.{section}]\nenabled = true\n[upstream]\n{upstream}\n")).unwrap();
        let outcome = Config::load(&Sources { file: Some(file), environment: Default::default() });
        std::fs::remove_dir_all(folder).unwrap();
        outcome.map(drop).map_err(|error| error.to_string())
    };
    let (gateway, proxy) = ("gateway = \"http://127.0.0.1:9\"", "proxy = \"socks5h://127.0.0.1:9\"");
    assert!(load("dns", gateway).unwrap_err().contains("providers.dns.enabled"));
    assert!(load("dns", proxy).unwrap_err().contains("providers.dns.enabled"));
    assert!(load("whois43", gateway).unwrap_err().contains("providers.whois43.enabled"));
    assert_eq!(load("whois43", proxy), Ok(()));
    assert_eq!(load("dns", ""), Ok(()));
}
