//! Who announces an address, without a key: Team Cymru's zones on a DNS server in this process, and files in MaxMind's
//! format, written here.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "the helpers of a test are test code too"
)]

#[path = "../../tests/support/recorded.rs"]
mod recorded;

use std::{
    net::{Ipv4Addr, SocketAddr},
    path::Path,
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
    Answer, AskError, Credits, Exposure, Lookup, Network, Provider, Record, SystemClock,
    desk::{
        Context, Desk, DeskSettings, DnsTransport, DnsTransportSettings, Question, RetrySettings, RunBudget, Transport,
    },
    lookup::NetworkSubject,
    observable::{AutonomousSystem, Netblock},
    provider::{
        Step,
        cymru::{Cymru, CymruSettings},
        mmdb::Mmdb,
    },
};
use tokio::{
    net::{TcpListener, UdpSocket},
    time::Instant,
};

fn name(text: &str) -> Name {
    Name::from_ascii(format!("{text}.")).unwrap()
}

/// Team Cymru's zone with these texts.
async fn zone(texts: &[(&str, &str)]) -> (SocketAddr, Server<Catalog>) {
    let start = rdata::SOA::new(name("ns1.host.example"), name("hostmaster.host.example"), 7, 1, 1, 1, 60);
    let mut zone: InMemoryZoneHandler =
        InMemoryZoneHandler::empty(name("asn.cymru.com"), ZoneType::Primary, AxfrPolicy::Deny);
    zone.upsert_mut(Resource::from_rdata(name("asn.cymru.com"), 300, RData::SOA(start)), 7);
    for (owner, text) in texts {
        let data = RData::TXT(rdata::TXT::new(vec![(*text).to_owned()]));
        zone.upsert_mut(Resource::from_rdata(name(&format!("{owner}.asn.cymru.com")), 300, data), 7);
    }
    let mut catalog = Catalog::new();
    catalog.upsert(LowerName::new(&name("asn.cymru.com")), vec![Arc::new(zone)]);
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

fn transport(resolver: SocketAddr) -> Arc<dyn Transport> {
    let settings = DnsTransportSettings {
        resolvers: vec![resolver.to_string()],
        timeout: Duration::from_millis(400),
        attempts: 1,
        validate: false,
    };
    Arc::new(DnsTransport::new(settings).unwrap())
}

async fn ask(
    provider: impl Provider + 'static,
    transport: Arc<dyn Transport>,
    lookup: Lookup,
) -> Result<Answer, AskError> {
    let retry = RetrySettings { retries: 0, ..RetrySettings::default() };
    let settings = DeskSettings { retry, ..DeskSettings::default() };
    let desk = Desk::new(vec![Arc::new(provider)], transport, Arc::new(SystemClock), &settings);
    let budget = Arc::new(RunBudget::new(Credits::FREE, false));
    let context = Context::new(Instant::now() + Duration::from_secs(10), budget);
    desk.ask(&Question { lookup, step: Step::Page(None), context }).await
}

fn of_address(text: &str) -> Lookup {
    Lookup::IpOwner { subject: NetworkSubject::Address(text.parse().unwrap()) }
}

fn networks(answer: &Answer) -> Vec<&Network> {
    let mut found = Vec::new();
    for record in answer.records() {
        let Record::Network(network) = record else { panic!("{record:?}") };
        found.push(network.as_ref());
    }
    found
}

#[tokio::test]
async fn an_address_has_the_prefixes_that_are_announced_with_the_names_of_their_systems() {
    let (resolver, _server) = zone(&[
        ("7.2.0.192.origin", "64500 | 192.0.2.0/24 | ZZ | arin | 2002-01-04"),
        ("7.2.0.192.origin", "64501 64502 | 192.0.0.0/16 | ZZ | arin | "),
        ("as64500", "64500 | ZZ | arin | 2002-01-04 | EXAMPLE-AS - Example Org, ZZ"),
        ("as64501", "64501 | ZZ | arin | 2002-01-04 | OTHER, ZZ"),
    ])
    .await;
    let cymru = || Cymru::new(CymruSettings::default());
    let answer = ask(cymru(), transport(resolver), of_address("192.0.2.7")).await.unwrap();
    let shown: Vec<String> = networks(&answer)
        .iter()
        .map(|network| {
            let routing = network.routing.as_ref().unwrap();
            format!("{} {} {:?}", network.block, routing.system, routing.name)
        })
        .collect();
    assert_eq!(
        shown,
        [
            "192.0.2.0/24 AS64500 Some(\"EXAMPLE-AS\")",
            "192.0.0.0/16 AS64501 Some(\"OTHER\")",
            "192.0.0.0/16 AS64502 None",
        ]
    );
    let nobody = ask(cymru(), transport(resolver), of_address("192.0.3.7")).await.unwrap();
    assert!(nobody.records().is_empty());
    assert_eq!(nobody.page.notes, ["Nobody announces 192.0.3.7 to the Internet."]);

    let system = NetworkSubject::AutonomousSystem(AutonomousSystem::parse("AS64500").unwrap());
    let answer = ask(cymru(), transport(resolver), Lookup::IpOwner { subject: system }).await.unwrap();
    let [Record::System(found)] = answer.records() else { panic!("{:?}", answer.records()) };
    assert_eq!(found.organization.as_ref().unwrap().name.as_deref(), Some("Example Org"));

    let block = NetworkSubject::Netblock(Netblock::parse("192.0.2.7-192.0.2.9").unwrap());
    let answer = ask(cymru(), transport(resolver), Lookup::IpOwner { subject: block }).await.unwrap();
    assert!(answer.page.notes[0].contains("first address, 192.0.2.7"), "{:?}", answer.page.notes);
}

/// A file in MaxMind's format (version 2) with one record for each IPv4 network.
fn database(kind: &str, networks: &[(&str, Value)]) -> Vec<u8> {
    // The nodes of a binary tree by the bits of an address; a leaf is the number of a record.
    #[derive(Clone, Copy)]
    enum Side {
        Nothing,
        Node(usize),
        Record(usize),
    }
    let mut nodes = vec![[Side::Nothing; 2]];
    for (record, (network, _)) in networks.iter().enumerate() {
        let (address, length) = network.split_once('/').unwrap();
        let bits = u32::from(address.parse::<Ipv4Addr>().unwrap());
        let length: u32 = length.parse().unwrap();
        let mut node = 0;
        for depth in 0..length {
            let side = usize::from(bits & (1 << (31 - depth)) != 0);
            node = match nodes[node][side] {
                _ if depth + 1 == length => {
                    nodes[node][side] = Side::Record(record);
                    break;
                }
                Side::Node(next) => next,
                _ => {
                    nodes.push([Side::Nothing; 2]);
                    let next = nodes.len() - 1;
                    nodes[node][side] = Side::Node(next);
                    next
                }
            };
        }
    }
    let (mut data, mut offsets) = (Vec::new(), Vec::new());
    for (_, value) in networks {
        offsets.push(data.len());
        value.write(&mut data);
    }
    let mut file = Vec::new();
    let count = nodes.len();
    for sides in &nodes {
        for side in sides {
            let number = match side {
                Side::Nothing => count,
                Side::Node(node) => *node,
                Side::Record(record) => count + 16 + offsets[*record],
            };
            file.extend_from_slice(&u32::try_from(number).unwrap().to_be_bytes()[1..]);
        }
    }
    file.extend_from_slice(&[0; 16]);
    file.extend(data);
    file.extend_from_slice(b"\xab\xcd\xefMaxMind.com");
    Value::Map(vec![
        ("binary_format_major_version", Value::Short(2)),
        ("binary_format_minor_version", Value::Short(0)),
        ("build_epoch", Value::Long(1_700_000_000)),
        ("database_type", Value::Text(kind.to_owned())),
        ("description", Value::Map(Vec::new())),
        ("ip_version", Value::Short(4)),
        ("languages", Value::List(Vec::new())),
        ("node_count", Value::Number(u32::try_from(count).unwrap())),
        ("record_size", Value::Short(24)),
    ])
    .write(&mut file);
    file
}

/// A value as the format has it: a byte of type and size, then the value.
enum Value {
    Text(String),
    Short(u16),
    Number(u32),
    Long(u64),
    Double(f64),
    Map(Vec<(&'static str, Value)>),
    List(Vec<Value>),
}

impl Value {
    fn write(&self, out: &mut Vec<u8>) {
        let small = |size: usize| u8::try_from(size).unwrap();
        match self {
            Self::Text(text) => {
                match text.len() {
                    size @ 0..29 => out.push(2 << 5 | small(size)),
                    size => out.extend([2 << 5 | 29, small(size - 29)]),
                }
                out.extend_from_slice(text.as_bytes());
            }
            Self::Short(number) => {
                out.push(5 << 5 | 2);
                out.extend_from_slice(&number.to_be_bytes());
            }
            Self::Number(number) => {
                out.push(6 << 5 | 4);
                out.extend_from_slice(&number.to_be_bytes());
            }
            // A type above seven stands in a byte of its own.
            Self::Long(number) => {
                out.extend([8, 9 - 7]);
                out.extend_from_slice(&number.to_be_bytes());
            }
            Self::Double(number) => {
                out.push(3 << 5 | 8);
                out.extend_from_slice(&number.to_be_bytes());
            }
            Self::Map(fields) => {
                out.push(7 << 5 | small(fields.len()));
                for (name, value) in fields {
                    Self::Text((*name).to_owned()).write(out);
                    value.write(out);
                }
            }
            Self::List(items) => {
                out.extend([small(items.len()), 11 - 7]);
                items.iter().for_each(|item| item.write(out));
            }
        }
    }
}

fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

/// A transport that nothing may be sent over.
fn nowhere() -> Arc<dyn Transport> {
    transport("127.0.0.1:9".parse().unwrap())
}

async fn ask_files(files: &[&Path], lookup: Lookup) -> Result<Answer, AskError> {
    ask(Mmdb::new(files.iter().map(|file| file.to_path_buf())), nowhere(), lookup).await
}

#[tokio::test]
async fn files_of_different_makers_make_one_answer() {
    let folder = tempfile::tempdir().unwrap();
    let [systems, places] = ["as.mmdb", "city.mmdb"].map(|name| folder.path().join(name));
    let by_one = Value::Map(vec![
        ("autonomous_system_number", Value::Number(64500)),
        ("autonomous_system_organization", text("Example Org")),
    ]);
    let by_other = Value::Map(vec![("asn", text("AS64501")), ("as_name", text("OTHER")), ("country_code", text("zz"))]);
    let file = database("GeoLite2-ASN", &[("192.0.2.0/24", by_one), ("198.51.100.0/25", by_other)]);
    std::fs::write(&systems, file).unwrap();
    let names = |name: &str| Value::Map(vec![("names", Value::Map(vec![("de", text("x")), ("en", text(name))]))]);
    let place = Value::Map(vec![
        ("city", names("Port Marlow")),
        ("country", Value::Map(vec![("iso_code", text("ZZ"))])),
        ("subdivisions", Value::List(vec![names("North Shore")])),
        ("location", Value::Map(vec![("latitude", Value::Double(12.5)), ("time_zone", text("Etc/UTC"))])),
    ]);
    std::fs::write(&places, database("GeoLite2-City", &[("192.0.2.0/28", place)])).unwrap();

    let both = [systems.as_path(), places.as_path()];
    let answer = ask_files(&both, of_address("192.0.2.7")).await.unwrap();
    let found = networks(&answer);
    assert_eq!(found.len(), 1, "a file of places names no system");
    let routing = found[0].routing.as_ref().unwrap();
    assert_eq!((found[0].block.to_string().as_str(), routing.system.number()), ("192.0.2.0/24", 64500));
    let answer = ask_files(&both, of_address("198.51.100.9")).await.unwrap();
    let found = networks(&answer);
    assert_eq!(
        (found[0].block.to_string().as_str(), found[0].country_code.as_deref()),
        ("198.51.100.0/25", Some("ZZ"))
    );

    let address = "192.0.2.7".parse().unwrap();
    let answer = ask_files(&both, Lookup::IpLocation { address }).await.unwrap();
    let [Record::Location(place)] = answer.records() else { panic!("{:?}", answer.records()) };
    let shown = [&place.city, &place.region, &place.country_code, &place.time_zone].map(|text| text.clone().unwrap());
    assert_eq!(shown, ["Port Marlow", "North Shore", "ZZ", "Etc/UTC"]);
    assert_eq!(place.routing.as_ref().unwrap().system.number(), 64500);
    let nobody = ask_files(&both, of_address("203.0.113.7")).await.unwrap();
    assert!(nobody.records().is_empty() && nobody.page.notes.is_empty());
}

#[tokio::test]
async fn a_file_that_changed_is_opened_again_and_a_damaged_one_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("as.mmdb");
    let system = |number| Value::Map(vec![("autonomous_system_number", Value::Number(number))]);
    std::fs::write(&file, database("ASN", &[("192.0.2.0/24", system(64500))])).unwrap();
    let provider = Arc::new(Mmdb::new([file.clone()]));
    assert_eq!(provider.offer(&of_address("192.0.2.7")).unwrap().exposure, Exposure::Local);
    let number = |provider: &Mmdb| {
        let call = provider.call(&of_address("192.0.2.7"), &Step::Page(None));
        let Ok(intel::provider::Call::Known(page)) = call else { panic!("{call:?}") };
        let Some(Record::Network(network)) = page.records.first() else { return 0 };
        network.routing.as_ref().unwrap().system.number()
    };
    assert_eq!(provider.problems(), []);
    assert_eq!(number(&provider), 64500);
    std::fs::write(&file, database("ASN", &[("192.0.2.0/24", system(64501)), ("192.0.3.0/24", system(64501))]))
        .unwrap();
    assert_eq!(number(&provider), 64501);
    assert!(provider.problems().is_empty());

    let whole = std::fs::read(&file).unwrap();
    for damaged in [b"garbage".to_vec(), whole[..whole.len() / 2].to_vec(), Vec::new()] {
        std::fs::write(&file, &damaged).unwrap();
        assert_eq!(provider.problems().len(), 1);
        let error = ask_files(&[&file], of_address("192.0.2.7")).await.unwrap_err();
        assert!(error.analyst_message().contains("local files failed"), "{error}");
    }
    let other = folder.path().join("other.mmdb");
    std::fs::write(&other, &whole).unwrap();
    let answer = ask_files(&[&file, &other], of_address("192.0.2.7")).await.unwrap();
    assert_eq!(networks(&answer).len(), 1);
    assert!(answer.page.notes[0].starts_with("The file as.mmdb cannot be used"), "{:?}", answer.page.notes);
    // Whatever a byte is turned into, nothing breaks.
    for place in (0..whole.len()).step_by(3) {
        let mut damaged = whole.clone();
        damaged[place] ^= 0xff;
        std::fs::write(&file, &damaged).unwrap();
        _ = ask_files(&[&file], of_address("192.0.2.7")).await;
    }
}

#[tokio::test]
async fn recorded_files_are_read() {
    let Some(folder) = recorded::folder(concat!(env!("CARGO_MANIFEST_DIR"), "/.."), "mmdb") else { return };
    let [systems, places] = ["GeoLite2-ASN-Test.mmdb", "GeoLite2-City-Test.mmdb"].map(|name| folder.join(name));
    let both = [systems.as_path(), places.as_path()];
    let answer = ask_files(&both, of_address("1.128.0.9")).await.unwrap();
    assert_eq!(networks(&answer)[0].routing.as_ref().unwrap().system.number(), 1221);
    let address = "81.2.69.142".parse().unwrap();
    let answer = ask_files(&both, Lookup::IpLocation { address }).await.unwrap();
    let [Record::Location(place)] = answer.records() else { panic!("{:?}", answer.records()) };
    assert_eq!((place.city.as_deref(), place.country_code.as_deref()), (Some("London"), Some("GB")));
}
