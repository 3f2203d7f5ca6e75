//! WHOIS servers on port 43, asked through the desk: real servers on loopback, well behaved and not.

#![expect(clippy::unwrap_used, clippy::panic, reason = "the helpers of a test are test code too")]

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use intel::{
    Answer, AskError, Credits, Lookup, ProviderError, Record, SystemClock, WhoisRecord,
    desk::{Context, Desk, DeskSettings, Question, RetrySettings, RunBudget, WhoisTransport, WhoisTransportSettings},
    lookup::WhoisSubject,
    observable::HostName,
    provider::{
        Step,
        whois43::{Whois43, Whois43Settings},
    },
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    time::Instant,
};

/// A registry that keeps owners itself.
const THICK: &str = "Domain Name: SHOP.EXAMPLE\r\nRegistrar: Brightlabel Names\r\nRegistrar IANA ID: 9999\r\nCreation Date: \
                     2012-03-04T10:00:00Z\r\nRegistry Expiry Date: 2027-03-04T10:00:00Z\r\nDomain Status: ok \
                     https://icann.org/epp#ok\r\nName Server: NS1.HOST.EXAMPLE\r\nName Server: NS2.HOST.EXAMPLE\r\nRegistrant \
                     Name: Dara Velani\r\nRegistrant Email: dara@mail.example\r\n";

/// A registry that leaves owners to the registrar.
fn thin(server: &str) -> String {
    format!(
        "Domain Name: SHOP.EXAMPLE\r\nRegistrar WHOIS Server: {server}\r\nRegistrar: Brightlabel Names\r\nCreation Date: \
         2012-03-04T10:00:00Z\r\nRegistry Expiry Date: 2027-03-04T10:00:00Z\r\nDomain Status: clientHold \
         https://icann.org/epp#clientHold\r\nName Server: NS1.HOST.EXAMPLE\r\n"
    )
}

const REGISTRAR: &str = "Domain Name: shop.example\r\nRegistrar: Brightlabel Names\r\nCreation Date: \
                         2012-03-05T10:00:00Z\r\nRegistrant Name: Dara Velani\r\nRegistrant Organization: Compute Make \
                         Tomorrow\r\nRegistrant Email: dara@mail.example\r\nRegistrant Phone: +1.5555550142\r\n";

/// How a server behaves.
#[derive(Clone)]
enum Manner {
    Says(String),
    /// One text after the other, the last one for ever.
    SaysInTurn(Vec<String>),
    ClosesAtOnce,
    IsSilent,
    /// A byte now and then, for ever.
    Drips,
    /// More than anybody reads.
    NeverStops,
    Resets,
}

struct Server {
    address: SocketAddr,
    asked: Arc<Mutex<Vec<String>>>,
    connections: Arc<AtomicUsize>,
}

impl Server {
    async fn start(manner: Manner) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (asked, connections) = (Arc::new(Mutex::new(Vec::new())), Arc::new(AtomicUsize::new(0)));
        let (queries, count) = (Arc::clone(&asked), Arc::clone(&connections));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let turn = count.fetch_add(1, Ordering::SeqCst);
                tokio::spawn(serve(stream, manner.clone(), turn, Arc::clone(&queries)));
            }
        });
        Self { address, asked, connections }
    }

    async fn saying(text: impl Into<String>) -> Self {
        Self::start(Manner::Says(text.into())).await
    }

    fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }

    fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }
}

async fn serve(mut stream: TcpStream, manner: Manner, turn: usize, asked: Arc<Mutex<Vec<String>>>) {
    if matches!(manner, Manner::ClosesAtOnce) {
        return;
    }
    let mut query = Vec::new();
    while !query.ends_with(b"\r\n") {
        let mut byte = [0];
        match stream.read(&mut byte).await {
            Ok(1) => query.push(byte[0]),
            _ => return,
        }
    }
    asked.lock().unwrap().push(String::from_utf8(query).unwrap().trim_end().to_owned());
    match manner {
        Manner::Says(text) => _ = stream.write_all(text.as_bytes()).await,
        Manner::SaysInTurn(texts) => {
            let text = texts.get(turn).or(texts.last()).unwrap();
            _ = stream.write_all(text.as_bytes()).await;
        }
        Manner::ClosesAtOnce => {}
        Manner::IsSilent => tokio::time::sleep(Duration::from_secs(3600)).await,
        Manner::Drips => {
            while stream.write_all(b".").await.is_ok() {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        }
        Manner::NeverStops => while stream.write_all(&[b'x'; 8192]).await.is_ok() {},
        Manner::Resets => {
            stream.write_all(b"half a li").await.unwrap();
            stream.set_zero_linger().unwrap();
        }
    }
}

/// A desk whose WHOIS servers are these.
fn desk(servers: &[(&str, &Server)]) -> Desk {
    let places = servers.iter().map(|(name, server)| ((*name).to_owned(), server.address.to_string()));
    desk_with(places.collect(), WhoisTransportSettings::default())
}

fn desk_with(servers: BTreeMap<String, String>, transport: WhoisTransportSettings) -> Desk {
    let clock = Arc::new(SystemClock);
    let settings = Whois43Settings { servers, rate: 1000 };
    let provider = Whois43::new(settings, clock.clone());
    let retry = RetrySettings {
        shortest_wait: Duration::from_millis(1),
        longest_wait: Duration::from_millis(2),
        retries: 2,
        jitter_seed: Some(1),
    };
    let settings = DeskSettings { retry, ..DeskSettings::default() };
    Desk::new(vec![Arc::new(provider)], Arc::new(WhoisTransport::new(transport)), clock, &settings)
}

fn whois_of(domain: &str) -> Lookup {
    Lookup::WhoisCurrent { subject: WhoisSubject::Domain(HostName::parse(domain).unwrap()) }
}

async fn ask(desk: &Desk, domain: &str) -> Result<Answer, AskError> {
    let budget = Arc::new(RunBudget::new(Credits::FREE, false));
    let context = Context::new(Instant::now() + Duration::from_secs(5), budget);
    desk.ask(&Question { lookup: whois_of(domain), step: Step::Page(None), context }).await
}

fn record(answer: &Answer) -> &WhoisRecord {
    match answer.records() {
        [Record::Whois(record)] => record,
        other => panic!("{other:?}"),
    }
}

fn failure(outcome: Result<Answer, AskError>) -> ProviderError {
    match outcome {
        Err(AskError::Provider { error, .. }) => error,
        other => panic!("{other:?}"),
    }
}

/// `.example` is in no table, so IANA is asked, which names the registry's server.
async fn iana(server: &str) -> Server {
    Server::saying(format!("% IANA WHOIS server\n\nrefer:        {server}\n\ndomain:       EXAMPLE\n")).await
}

#[tokio::test]
async fn the_registry_is_found_by_asking_iana_and_its_record_read() {
    let (iana, registry) = (iana("whois.nic.story").await, Server::saying(THICK).await);
    let desk = desk(&[("whois.iana.org", &iana), ("whois.nic.story", &registry)]);
    let answer = ask(&desk, "shop.example").await.unwrap();
    let record = record(&answer);
    assert_eq!(record.registrant.name.as_deref(), Some("Dara Velani"));
    assert_eq!(record.name_servers, ["ns1.host.example", "ns2.host.example"]);
    assert_eq!(record.expires.unwrap().day().to_string(), "2027-03-04");
    assert!(record.observed.is_some());
    assert_eq!(answer.provenance.source, "WHOIS (whois.nic.story)");
    assert_eq!((iana.asked(), registry.asked()), (vec!["example".to_owned()], vec!["shop.example".to_owned()]));
}

#[tokio::test]
async fn a_server_of_the_table_is_asked_in_its_own_way() {
    let registry = Server::saying("Domain: shop.de\nStatus: free\n").await;
    let desk = desk(&[("whois.denic.de", &registry)]);
    let answer = ask(&desk, "shop.de").await.unwrap();
    assert!(answer.records().is_empty());
    assert_eq!(answer.page.notes, ["whois.denic.de says that shop.de is not registered."]);
    assert_eq!(registry.asked(), ["-T dn,ace shop.de"]);
}

#[tokio::test]
async fn a_thin_registrys_record_is_completed_by_the_registrar() {
    let (iana, registrar) = (iana("whois.nic.story").await, Server::saying(REGISTRAR).await);
    let registry = Server::saying(thin("whois.brightlabel.story")).await;
    let desk =
        desk(&[("whois.iana.org", &iana), ("whois.nic.story", &registry), ("whois.brightlabel.story", &registrar)]);
    let answer = ask(&desk, "shop.example").await.unwrap();
    let record = record(&answer);
    // Dates and statuses are the registry's, contacts the registrar's.
    assert_eq!(record.created.unwrap().day().to_string(), "2012-03-04");
    assert_eq!(record.statuses, ["clientHold"]);
    assert_eq!(record.registrant.organization.as_deref(), Some("Compute Make Tomorrow"));
    assert_eq!(answer.provenance.source, "WHOIS (whois.nic.story, whois.brightlabel.story)");
    assert!(answer.page.notes.is_empty(), "{:?}", answer.page.notes);
}

#[tokio::test]
async fn without_the_registrar_the_registry_still_speaks() {
    for (manner, why) in [
        (Manner::IsSilent, "did not answer"),
        (Manner::Resets, "did not answer"),
        (Manner::Says("No match for shop.example\r\n".to_owned()), "has no record"),
        (Manner::Says(REGISTRAR.replace("shop.example", "other.example")), "another domain"),
    ] {
        let (iana, registrar) = (iana("whois.nic.story").await, Server::start(manner).await);
        let registry = Server::saying(thin("whois.brightlabel.story")).await;
        let places =
            [("whois.iana.org", &iana), ("whois.nic.story", &registry), ("whois.brightlabel.story", &registrar)];
        let places = places.map(|(name, server)| (name.to_owned(), server.address.to_string())).into();
        let transport =
            WhoisTransportSettings { total_timeout: Duration::from_millis(300), ..WhoisTransportSettings::default() };
        let answer = ask(&desk_with(places, transport), "shop.example").await.unwrap();
        assert_eq!(record(&answer).registrar.as_ref().unwrap().name.as_deref(), Some("Brightlabel Names"));
        assert!(answer.page.notes[0].contains(why), "{why}: {:?}", answer.page.notes);
    }
}

#[tokio::test]
async fn a_referral_goes_round_in_no_circle_and_to_no_private_place() {
    let bystander = Server::saying(REGISTRAR).await;
    let private = bystander.address.ip().to_string();
    for referral in
        ["whois.nic.story", "WHOIS.NIC.STORY", "whois.iana.org", "localhost", private.as_str(), "printer.local", ""]
    {
        let (iana, registry) = (iana("whois.nic.story").await, Server::saying(thin(referral)).await);
        let desk = desk(&[("whois.iana.org", &iana), ("whois.nic.story", &registry)]);
        let answer = ask(&desk, "shop.example").await.unwrap();
        assert_eq!(record(&answer).statuses, ["clientHold"], "{referral}");
        assert_eq!((registry.connections(), iana.connections()), (1, 1), "{referral}");
    }
    assert_eq!(bystander.connections(), 0);
}

#[tokio::test]
async fn iana_that_knows_no_server_is_told() {
    let iana = Server::saying("% IANA WHOIS server\n\ndomain:       EXAMPLE\norganisation: Nobody\n").await;
    let error = failure(ask(&desk(&[("whois.iana.org", &iana)]), "shop.example").await);
    assert!(matches!(&error, ProviderError::InvalidInput { reason } if reason.contains(".example")), "{error:?}");
}

#[tokio::test]
async fn too_often_is_recognised_with_its_wait_and_asked_again_if_there_is_time() {
    let quota = "The WHOIS query quota for 192.0.2.1 has been exceeded\nand will be replenished in 50 seconds.\n";
    let registry = Server::saying(quota).await;
    let error = failure(ask(&desk(&[("whois.nic.uk", &registry)]), "shop.co.uk").await);
    assert_eq!(error, ProviderError::RateLimited { wait: Some(Duration::from_secs(50)) });

    let closing = Server::start(Manner::ClosesAtOnce).await;
    let error = failure(ask(&desk(&[("whois.nic.uk", &closing)]), "shop.co.uk").await);
    assert!(matches!(error, ProviderError::RateLimited { wait: Some(_) } | ProviderError::Broken { .. }), "{error:?}");

    let wait = "Please go away for 1 Seconds\n".to_owned();
    let registry = Server::start(Manner::SaysInTurn(vec![wait, THICK.to_owned()])).await;
    let answer = ask(&desk(&[("whois.registry.net.za", &registry)]), "shop.co.za").await.unwrap();
    assert_eq!(record(&answer).registrant.name.as_deref(), Some("Dara Velani"));
    assert_eq!(registry.connections(), 2);
}

#[tokio::test]
async fn whatever_a_server_does_becomes_an_error_in_time() {
    let transport = || WhoisTransportSettings {
        total_timeout: Duration::from_millis(300),
        body_limit: 64 * 1024,
        ..WhoisTransportSettings::default()
    };
    for (manner, expected) in [
        (Manner::IsSilent, "Timeout"),
        (Manner::Drips, "Timeout"),
        (Manner::NeverStops, "TooLarge"),
        (Manner::Resets, "Broken"),
        (Manner::Says("\u{fffd}\0\u{1}garbage".to_owned()), "Malformed"),
        (Manner::Says("<html><title>captive portal</title></html>".to_owned()), "Malformed"),
    ] {
        let server = Server::start(manner).await;
        let places = BTreeMap::from([("whois.nic.uk".to_owned(), server.address.to_string())]);
        let error = failure(ask(&desk_with(places, transport()), "shop.co.uk").await);
        assert!(format!("{error:?}").starts_with(expected), "{expected}: {error:?}");
    }
    let nobody = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let places = BTreeMap::from([("whois.nic.uk".to_owned(), nobody.to_string())]);
    let error = failure(ask(&desk_with(places, transport()), "shop.co.uk").await);
    assert!(matches!(error, ProviderError::Unreachable { .. }), "{error:?}");
}

#[tokio::test]
async fn what_was_asked_is_remembered_and_equal_questions_are_one() {
    let registry = Server::saying(THICK.replace("SHOP.EXAMPLE", "SHOP.CO.UK")).await;
    let desk = desk(&[("whois.nic.uk", &registry)]);
    let askers = (0..20).map(|_| {
        let desk = desk.clone();
        tokio::spawn(async move { ask(&desk, "shop.co.uk").await.unwrap() })
    });
    for asker in askers.collect::<Vec<_>>() {
        assert_eq!(record(&asker.await.unwrap()).domain, "shop.co.uk");
    }
    assert!(ask(&desk, "shop.co.uk").await.unwrap().provenance.cached);
    assert_eq!(registry.connections(), 1);
}

#[tokio::test]
async fn special_names_and_control_characters_reach_no_server() {
    let (iana, server) = (iana("whois.nic.story").await, Server::saying(THICK).await);
    let desk = desk(&[("whois.iana.org", &iana), ("whois.nic.uk", &server), ("whois.nic.story", &server)]);
    for name in ["hidden.onion", "eepsite.i2p", "printer.local", "app.internal", "box.home.arpa"] {
        let outcome = ask(&desk, name).await;
        assert!(matches!(outcome, Err(AskError::SpecialUse { .. })), "{name}: {outcome:?}");
    }
    assert!(HostName::parse("shop.co.uk\r\nother.co.uk").is_err());
    assert_eq!((iana.connections(), server.connections()), (0, 0));
}
