//! Sources that need no key, on loopback: an authoritative DNS server and WHOIS servers.

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
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, UdpSocket},
};

/// A WHOIS server that says one thing.
pub struct WhoisServer {
    pub address: SocketAddr,
    connections: Arc<AtomicUsize>,
}

impl WhoisServer {
    pub async fn saying(text: &'static str) -> Self {
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

    pub fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }
}

pub const IANA: &str = "% IANA WHOIS server\n\nrefer:        whois.nic.story\n\ndomain:       EXAMPLE\n";
pub const REGISTRY: &str = "Domain Name: LANTERN-SHOP.EXAMPLE\r\nRegistrar: Brightlabel Names\r\nCreation Date: \
                        2012-03-04T10:00:00Z\r\nRegistry Expiry Date: 2027-03-04T10:00:00Z\r\nDomain Status: ok\r\nName Server: \
                        NS1.HOST.EXAMPLE\r\nRegistrant Name: Dara Velani\r\nRegistrant Email: dara@mail.example\r\n";

fn name(text: &str) -> Name {
    Name::from_ascii(format!("{text}.")).unwrap()
}

fn add_zone(catalog: &mut Catalog, origin: &str, records: Vec<(&str, RData)>) {
    let start = rdata::SOA::new(name("ns1.host.example"), name("hostmaster.host.example"), 7, 1, 1, 1, 60);
    let mut zone: InMemoryZoneHandler = InMemoryZoneHandler::empty(name(origin), ZoneType::Primary, AxfrPolicy::Deny);
    zone.upsert_mut(Resource::from_rdata(name(origin), 300, RData::SOA(start)), 7);
    for (owner, data) in records {
        zone.upsert_mut(Resource::from_rdata(name(owner), 300, data), 7);
    }
    catalog.upsert(LowerName::new(&name(origin)), vec![Arc::new(zone)]);
}

/// An authoritative server: a shop's zone, the names of its addresses, and Team Cymru's.
pub async fn zone() -> (SocketAddr, DnsServer<Catalog>) {
    let text = |text: &str| RData::TXT(rdata::TXT::new(vec![text.to_owned()]));
    let mut catalog = Catalog::new();
    let shop = vec![
        ("lantern-shop.example", RData::A(rdata::A("192.0.2.10".parse().unwrap()))),
        ("lantern-shop.example", RData::NS(rdata::NS(name("ns1.host.example")))),
        ("lantern-shop.example", text("v=spf1 ip4:192.0.2.25 -all")),
    ];
    add_zone(&mut catalog, "lantern-shop.example", shop);
    let pointer = RData::PTR(rdata::PTR(name("lantern-shop.example")));
    add_zone(&mut catalog, "2.0.192.in-addr.arpa", vec![("10.2.0.192.in-addr.arpa", pointer)]);
    let origins = vec![
        ("10.2.0.192.origin.asn.cymru.com", text("64500 | 192.0.2.0/24 | ZZ | arin | 2002-01-04")),
        ("as64500.asn.cymru.com", text("64500 | ZZ | arin | 2002-01-04 | EXAMPLE-AS - Example Org, ZZ")),
    ];
    add_zone(&mut catalog, "asn.cymru.com", origins);
    let mut server = DnsServer::new(catalog);
    // A port that is free for one protocol need not be for the other.
    loop {
        let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        let address = socket.local_addr().unwrap();
        let Ok(listener) = TcpListener::bind(address).await else { continue };
        server.register_listener(listener, Duration::from_secs(5), 4096);
        server.register_socket(socket);
        return (address, server);
    }
}
