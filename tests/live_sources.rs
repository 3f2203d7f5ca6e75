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

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use hickory_resolver::proto::rr::{LowerName, Name, RData, Record as Resource, rdata};
use hickory_server::{
    Server as DnsServer,
    store::in_memory::InMemoryZoneHandler,
    zone_handler::{AxfrPolicy, Catalog, ZoneType},
};
use namehound::config::{Config, Sources};
use serde_json::json;
use support::{Running, Upstream, client::Request, run, upstream::json as answer};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, UdpSocket},
};

/// A WHOIS server that says one thing.
struct WhoisServer {
    address: SocketAddr,
    connections: Arc<AtomicUsize>,
}

impl WhoisServer {
    async fn saying(text: &'static str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let connections = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&connections);
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                count.fetch_add(1, Ordering::SeqCst);
                let mut query = [0; 512];
                _ = stream.read(&mut query).await;
                _ = stream.write_all(text.as_bytes()).await;
            }
        });
        Self { address, connections }
    }

    fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }
}

const IANA: &str = "% IANA WHOIS server\n\nrefer:        whois.nic.story\n\ndomain:       EXAMPLE\n";
const REGISTRY: &str = "Domain Name: LANTERN-SHOP.EXAMPLE\r\nRegistrar: Brightlabel Names\r\nCreation Date: \
                        2012-03-04T10:00:00Z\r\nRegistry Expiry Date: 2027-03-04T10:00:00Z\r\nDomain Status: ok\r\nName Server: \
                        NS1.HOST.EXAMPLE\r\nRegistrant Name: Dara Velani\r\nRegistrant Email: dara@mail.example\r\n";

/// An authoritative server for one zone.
async fn zone() -> (SocketAddr, DnsServer<Catalog>) {
    let name = |text: &str| Name::from_ascii(format!("{text}.")).unwrap();
    let start = rdata::SOA::new(name("ns1.host.example"), name("hostmaster.host.example"), 7, 1, 1, 1, 60);
    let text = rdata::TXT::new(vec!["v=spf1 ip4:192.0.2.25 -all".to_owned()]);
    let mut zone: InMemoryZoneHandler =
        InMemoryZoneHandler::empty(name("lantern-shop.example"), ZoneType::Primary, AxfrPolicy::Deny);
    for data in [
        RData::SOA(start),
        RData::A(rdata::A("192.0.2.10".parse().unwrap())),
        RData::NS(rdata::NS(name("ns1.host.example"))),
        RData::TXT(text),
    ] {
        zone.upsert_mut(Resource::from_rdata(name("lantern-shop.example"), 300, data), 7);
    }
    let mut catalog = Catalog::new();
    catalog.upsert(LowerName::new(&name("lantern-shop.example")), vec![Arc::new(zone)]);
    let mut server = DnsServer::new(catalog);
    let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let address = socket.local_addr().unwrap();
    server.register_listener(TcpListener::bind(address).await.unwrap(), Duration::from_secs(5), 4096);
    server.register_socket(socket);
    (address, server)
}

fn config(resolver: SocketAddr, iana: &WhoisServer, registry: &WhoisServer) -> Config {
    let mut config = Config::default();
    config.cases.load = vec!["none".to_owned()];
    config.providers.dns.enabled = true;
    config.providers.dns.validate = false;
    config.providers.dns.resolvers = vec![resolver.to_string()];
    config.providers.whois43.enabled = true;
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
    config.providers.crtsh.enabled = true;
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
