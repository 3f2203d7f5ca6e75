//! The live DNS, asked through the desk: an authoritative server in this process, over UDP and TCP.

#![expect(clippy::unwrap_used, clippy::panic, reason = "the helpers of a test are test code too")]

use std::{
    net::{IpAddr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use hickory_resolver::proto::rr::{LowerName, Name, RData, Record as Resource, rdata};
use hickory_server::{
    Server,
    store::in_memory::InMemoryZoneHandler,
    zone_handler::{AxfrPolicy, Catalog, ZoneType},
};
use intel::{
    Answer, AskError, Credits, DnsRecordType, Lookup, ProviderError, Record, SystemClock,
    desk::{Context, Desk, DeskSettings, DnsTransport, DnsTransportSettings, Question, RetrySettings, RunBudget},
    observable::{HostName, Netblock},
    provider::{
        Step,
        dns::{Dns, DnsSettings},
    },
};
use tokio::{
    net::{TcpListener, UdpSocket},
    time::Instant,
};

fn name(text: &str) -> Name {
    Name::from_ascii(format!("{text}.")).unwrap()
}

fn address(text: &str) -> RData {
    match text.parse().unwrap() {
        IpAddr::V4(address) => RData::A(rdata::A(address)),
        IpAddr::V6(address) => RData::AAAA(rdata::AAAA(address)),
    }
}

/// A zone with its start and these records.
fn zone(origin: &str, records: Vec<(&str, RData)>) -> InMemoryZoneHandler {
    let start = rdata::SOA::new(name("ns1.host.example"), name(&format!("host.master.{origin}")), 7, 1, 1, 1, 60);
    let mut zone = InMemoryZoneHandler::empty(name(origin), ZoneType::Primary, AxfrPolicy::Deny);
    zone.upsert_mut(Resource::from_rdata(name(origin), 300, RData::SOA(start)), 7);
    for (owner, data) in records {
        zone.upsert_mut(Resource::from_rdata(name(owner), 300, data), 7);
    }
    zone
}

/// Serves zones on a port of its own, over UDP and TCP.
async fn serve(zones: Vec<(&str, InMemoryZoneHandler)>) -> (SocketAddr, Server<Catalog>) {
    let mut catalog = Catalog::new();
    for (origin, zone) in zones {
        catalog.upsert(LowerName::new(&name(origin)), vec![Arc::new(zone)]);
    }
    let mut server = Server::new(catalog);
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

fn shop() -> InMemoryZoneHandler {
    let text = |text: &str| RData::TXT(rdata::TXT::new(vec![text.to_owned()]));
    let mut records = vec![
        ("shop.example", address("192.0.2.10")),
        ("shop.example", address("2001:db8::10")),
        ("shop.example", RData::NS(rdata::NS(name("ns1.host.example")))),
        ("shop.example", RData::MX(rdata::MX::new(10, name("mail.shop.example")))),
        ("shop.example", text("v=spf1 ip4:192.0.2.25 -all")),
        ("shop.example", RData::CAA(rdata::CAA::new_issue(false, Some(name("ca.example")), Vec::new()))),
        ("mail.shop.example", address("192.0.2.25")),
        ("www.shop.example", RData::CNAME(rdata::CNAME(name("shop.example")))),
        ("empty.shop.example", text("only text")),
        ("*.pages.shop.example", address("192.0.2.99")),
        ("own.pages.shop.example", address("192.0.2.98")),
    ];
    // Too much for one datagram.
    let many: Vec<String> = (0..120).map(|number| format!("{number}-{}", "x".repeat(60))).collect();
    records.extend(many.iter().map(|line| ("large.shop.example", text(line))));
    zone("shop.example", records)
}

fn reverse() -> InMemoryZoneHandler {
    let pointer = |target: &str| RData::PTR(rdata::PTR(name(target)));
    zone(
        "2.0.192.in-addr.arpa",
        vec![
            ("25.2.0.192.in-addr.arpa", pointer("mail.shop.example")),
            ("26.2.0.192.in-addr.arpa", pointer("shop.example")),
            ("27.2.0.192.in-addr.arpa", pointer("printer.local")),
        ],
    )
}

fn desk(resolver: SocketAddr) -> Desk {
    let settings = DnsTransportSettings {
        resolvers: vec![resolver.to_string()],
        timeout: Duration::from_millis(400),
        attempts: 1,
        validate: false,
    };
    let retry = RetrySettings { retries: 0, ..RetrySettings::default() };
    let settings_of_desk = DeskSettings { retry, ..DeskSettings::default() };
    let provider = Dns::new(DnsSettings { rate: 10_000 }, || 7);
    let transport = DnsTransport::new(settings).unwrap();
    Desk::new(vec![Arc::new(provider)], Arc::new(transport), Arc::new(SystemClock), &settings_of_desk)
}

async fn ask(desk: &Desk, lookup: Lookup) -> Result<Answer, AskError> {
    let budget = Arc::new(RunBudget::new(Credits::FREE, false));
    let context = Context::new(Instant::now() + Duration::from_secs(10), budget);
    desk.ask(&Question { lookup, step: Step::Page(None), context }).await
}

fn records_of(host: &str) -> Lookup {
    Lookup::DnsRecords { host: HostName::parse(host).unwrap() }
}

/// Owner, type and data of each record.
fn shown(answer: &Answer) -> Vec<String> {
    let line = |record: &Record| match record {
        Record::Dns(record) => {
            format!("{} {} {:?}", record.owner, record.data.record_type().as_str(), record.data)
        }
        other => panic!("{other:?}"),
    };
    answer.records().iter().map(line).collect()
}

#[tokio::test]
async fn eight_questions_make_one_answer() {
    let (resolver, _server) = serve(vec![("shop.example", shop())]).await;
    let answer = ask(&desk(resolver), records_of("shop.example")).await.unwrap();
    let types: Vec<DnsRecordType> = answer
        .records()
        .iter()
        .map(|record| match record {
            Record::Dns(record) => record.data.record_type(),
            other => panic!("{other:?}"),
        })
        .collect();
    use DnsRecordType::{A, Aaaa, Caa, Mx, Ns, Soa, Txt};
    assert_eq!(types, [A, Aaaa, Ns, Mx, Soa, Txt, Caa], "{:?}", shown(&answer));
    let all = shown(&answer).join("\n");
    for part in ["192.0.2.10", "2001:db8::10", "mail.shop.example", "host@master.shop.example", "ca.example", "v=spf1"]
    {
        assert!(all.contains(part), "{part}: {all}");
    }
    assert_eq!(answer.provenance.source, "DNS");
    assert!(answer.page.notes.is_empty(), "{:?}", answer.page.notes);
}

#[tokio::test]
async fn an_alias_is_shown_with_its_targets_addresses_and_nothing_else_of_it() {
    let (resolver, _server) = serve(vec![("shop.example", shop())]).await;
    let answer = ask(&desk(resolver), records_of("www.shop.example")).await.unwrap();
    let lines = shown(&answer);
    assert_eq!(
        lines.first().unwrap().split(' ').take(2).collect::<Vec<_>>(),
        ["www.shop.example", "CNAME"],
        "{lines:?}"
    );
    assert!(lines.iter().any(|line| line.starts_with("shop.example A ")), "{lines:?}");
    assert!(
        !lines.iter().any(|line| line.contains(" MX ") || line.contains(" NS ") || line.contains(" TXT ")),
        "{lines:?}"
    );
}

#[tokio::test]
async fn no_such_name_and_no_such_records_are_told_apart() {
    let (resolver, _server) = serve(vec![("shop.example", shop())]).await;
    let desk = desk(resolver);
    let answer = ask(&desk, records_of("nowhere.shop.example")).await.unwrap();
    assert_eq!(answer.page.notes, ["nowhere.shop.example does not exist in the DNS (NXDOMAIN)."]);
    // A name that exists only because there are names below it.
    let answer = ask(&desk, records_of("pages.shop.example")).await.unwrap();
    assert!(answer.records().is_empty());
    assert!(
        answer.page.notes.iter().any(|note| note.contains("exists in the DNS and has none")),
        "{:?}",
        answer.page.notes
    );
    // Remembered, also that there is nothing.
    assert!(ask(&desk, records_of("nowhere.shop.example")).await.unwrap().provenance.cached);
}

#[tokio::test]
async fn a_wildcard_is_said_and_an_address_of_its_own_as_well() {
    let (resolver, _server) = serve(vec![("shop.example", shop())]).await;
    let desk = desk(resolver);
    let answer = ask(&desk, records_of("any.pages.shop.example")).await.unwrap();
    assert_eq!(answer.page.notes.len(), 1, "{:?}", answer.page.notes);
    assert!(
        answer
            .page
            .notes
            .iter()
            .any(|note| note.contains("a wildcard): that any.pages.shop.example does says nothing"))
    );
    let answer = ask(&desk, records_of("own.pages.shop.example")).await.unwrap();
    assert!(answer.page.notes.iter().any(|note| note.contains("has addresses of its own")), "{:?}", answer.page.notes);
}

#[tokio::test]
async fn an_answer_too_long_for_a_datagram_comes_over_tcp() {
    let (resolver, _server) = serve(vec![("shop.example", shop())]).await;
    let answer = ask(&desk(resolver), records_of("large.shop.example")).await.unwrap();
    assert_eq!(answer.records().len(), 120);
}

#[tokio::test]
async fn names_of_addresses_say_whether_they_point_back() {
    let (resolver, _server) = serve(vec![("shop.example", shop()), ("2.0.192.in-addr.arpa", reverse())]).await;
    let block = Netblock::parse("192.0.2.24/29").unwrap();
    let answer = ask(&desk(resolver), Lookup::Pointers { block }).await.unwrap();
    let shown: Vec<(String, String, Option<bool>)> = answer
        .records()
        .iter()
        .map(|record| match record {
            Record::Pointer(pointer) => (pointer.address.to_string(), pointer.name.to_string(), pointer.confirmed),
            other => panic!("{other:?}"),
        })
        .collect();
    let of = |address: &str, name: &str, confirmed| (address.to_owned(), name.to_owned(), confirmed);
    assert_eq!(
        shown,
        [
            of("192.0.2.25", "mail.shop.example", Some(true)),
            of("192.0.2.26", "shop.example", Some(false)),
            // Nobody is asked about it.
            of("192.0.2.27", "printer.local", None),
        ]
    );
}

#[tokio::test]
async fn too_large_a_network_is_refused() {
    let (resolver, _server) = serve(vec![("2.0.192.in-addr.arpa", reverse())]).await;
    let block = Netblock::parse("192.0.2.0-192.0.3.255").unwrap();
    let outcome = ask(&desk(resolver), Lookup::Pointers { block }).await;
    let Err(AskError::Provider { error: ProviderError::InvalidInput { reason }, .. }) = outcome else {
        panic!("{outcome:?}")
    };
    assert!(reason.contains("at most 256"), "{reason}");
}

#[tokio::test]
async fn a_resolver_that_is_silent_gone_or_talks_nonsense_is_told() {
    let silent = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let outcome = ask(&desk(silent.local_addr().unwrap()), records_of("shop.example")).await;
    assert!(matches!(outcome, Err(AskError::Provider { error: ProviderError::Timeout { .. }, .. })), "{outcome:?}");

    let babbling = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let resolver = babbling.local_addr().unwrap();
    tokio::spawn(async move {
        let mut buffer = [0; 2048];
        while let Ok((_, from)) = babbling.recv_from(&mut buffer).await {
            babbling.send_to(b"nonsense", from).await.unwrap();
        }
    });
    let outcome = ask(&desk(resolver), records_of("shop.example")).await;
    assert!(matches!(outcome, Err(AskError::Provider { .. })), "{outcome:?}");

    // A server that is responsible for nothing refuses (RFC 2136 §2.2 REFUSED).
    let (resolver, _server) = serve(Vec::new()).await;
    let outcome = ask(&desk(resolver), records_of("shop.example")).await;
    assert!(matches!(outcome, Err(AskError::Provider { error: ProviderError::Upstream { .. }, .. })), "{outcome:?}");
}

#[tokio::test]
async fn special_names_and_private_addresses_reach_no_resolver() {
    let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let desk = desk(socket.local_addr().unwrap());
    for name in ["hidden.onion", "eepsite.i2p", "printer.local", "app.internal"] {
        assert!(matches!(ask(&desk, records_of(name)).await, Err(AskError::SpecialUse { .. })), "{name}");
    }
    for block in ["10.0.0.0/24", "192.168.1.7/32", "fe80::1/128"] {
        let lookup = Lookup::Pointers { block: Netblock::parse(block).unwrap() };
        assert!(matches!(ask(&desk, lookup).await, Err(AskError::LocalAddress { .. })), "{block}");
    }
    let mut buffer = [0; 16];
    let heard = tokio::time::timeout(Duration::from_millis(100), socket.recv_from(&mut buffer)).await;
    assert!(heard.is_err(), "something was asked");
}
