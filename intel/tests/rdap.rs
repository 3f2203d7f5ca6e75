//! RDAP, asked through the desk: IANA, a registry and a registrar on loopback, each by its own name.

#![expect(clippy::unwrap_used, clippy::panic, reason = "the helpers of a test are test code too")]

#[path = "../../tests/support/recorded.rs"]
mod recorded;

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{
    Router,
    extract::{Request, State},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use intel::{
    Answer, AskError, Credits, Lookup, ProviderError, Record, SystemClock, WhoisRecord,
    desk::{Context, Desk, DeskSettings, HttpTransport, Question, RetrySettings, RunBudget, TransportSettings},
    lookup::{NetworkSubject, WhoisSubject},
    observable::{AutonomousSystem, HostName, Netblock},
    provider::{
        Step,
        rdap::{Rdap, RdapSettings},
    },
};
use serde_json::{Value, json};
use tokio::time::Instant;

/// What a server answers to a path, at the how-manieth time.
type Answers = fn(&str, usize) -> Response;

/// Servers that are all at one place and told apart by the first segment of the path.
struct Upstream {
    desk: Desk,
    asked: Arc<Mutex<Vec<String>>>,
    _folder: tempfile::TempDir,
}

/// The servers that the settings know a place for.
const PLACES: [&str; 4] =
    ["rdap.registry.example", "rdap.registrar.example", "rdap.second.example", "rdap.third.example"];

async fn serve(answers: Answers) -> Upstream {
    let asked: Arc<Mutex<Vec<String>>> = Arc::default();
    let handler = move |State(asked): State<Arc<Mutex<Vec<String>>>>, request: Request| async move {
        let path = request.uri().path().trim_start_matches('/').to_owned();
        let count = {
            let mut asked = asked.lock().unwrap();
            asked.push(path.clone());
            asked.iter().filter(|known| **known == path).count()
        };
        if let Some(slow) = path.strip_prefix("rdap.registry.example/domain/slow") {
            let milliseconds = slow.trim_start_matches('-').split('.').next().and_then(|part| part.parse().ok());
            tokio::time::sleep(Duration::from_millis(milliseconds.unwrap_or(2000))).await;
        }
        answers(&path, count)
    };
    let router = Router::new().fallback(handler).with_state(Arc::clone(&asked));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let place = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await });

    let folder = tempfile::tempdir().unwrap();
    let servers: BTreeMap<_, _> =
        PLACES.iter().map(|host| ((*host).to_owned(), format!("{place}/{host}").parse().unwrap())).collect();
    let settings = RdapSettings {
        servers,
        rate: 1000,
        folder: Some(folder.path().to_owned()),
        ..RdapSettings::with_lists_at(format!("{place}/iana/").parse().unwrap())
    };
    let transport = TransportSettings {
        total_timeout: Duration::from_millis(400),
        body_limit: 256 * 1024,
        ..TransportSettings::default()
    };
    let retry = RetrySettings {
        shortest_wait: Duration::from_millis(1),
        longest_wait: Duration::from_millis(2),
        retries: 2,
        jitter_seed: Some(1),
    };
    let provider = Rdap::new(settings, Arc::new(SystemClock));
    let desk = Desk::new(
        vec![Arc::new(provider)],
        Arc::new(HttpTransport::new(transport).unwrap()),
        Arc::new(SystemClock),
        &DeskSettings { retry, ..DeskSettings::default() },
    );
    Upstream { desk, asked, _folder: folder }
}

impl Upstream {
    async fn ask(&self, lookup: Lookup) -> Result<Answer, AskError> {
        let budget = Arc::new(RunBudget::new(Credits::FREE, false));
        let context = Context::new(Instant::now() + Duration::from_secs(5), budget);
        self.desk.ask(&Question { lookup, step: Step::Page(None), context }).await
    }

    fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

fn domain(name: &str) -> Lookup {
    Lookup::WhoisCurrent { subject: WhoisSubject::Domain(HostName::parse(name).unwrap()) }
}

fn of_address(text: &str) -> Lookup {
    Lookup::IpOwner { subject: NetworkSubject::Address(text.parse().unwrap()) }
}

fn answer(value: &Value) -> Response {
    ([(header::CONTENT_TYPE, "application/rdap+json")], value.to_string()).into_response()
}

fn redirect(place: &str) -> Response {
    (StatusCode::FOUND, [(header::LOCATION, place.to_owned())]).into_response()
}

/// IANA's lists, and "not found" for everything else.
fn lists(path: &str) -> Response {
    let list = |services: Value| answer(&json!({"version": "1.0", "publication": "x", "services": services}));
    match path {
        "iana/dns.json" => list(json!([[["example"], ["https://rdap.registry.example/"]]])),
        "iana/ipv4.json" => list(json!([[["192.0.0.0/8"], ["https://rdap.registry.example/"]]])),
        "iana/ipv6.json" => list(json!([[["2001:db8::/32"], ["https://rdap.registry.example/"]]])),
        "iana/asn.json" => list(json!([[["64496-64511"], ["https://rdap.registry.example/"]]])),
        "iana/object-tags.json" => list(json!([[["x"], ["EX"], ["https://rdap.registry.example/"]]])),
        _ => StatusCode::NOT_FOUND.into_response(),
    }
}

fn thin(link: &str) -> Value {
    json!({
        "objectClassName": "domain", "ldhName": "SHOP.EXAMPLE", "status": ["active"],
        "events": [{"eventAction": "registration", "eventDate": "2019-10-28T09:30:00Z"}],
        "nameservers": [{"ldhName": "ns1.host.example"}],
        "entities": [{"roles": ["registrar"], "vcardArray": ["vcard", [["fn", {}, "text", "Example Registrar"]]]}],
        "links": [{"rel": "related", "type": "application/rdap+json", "href": link}]
    })
}

fn thick() -> Value {
    json!({
        "objectClassName": "domain", "ldhName": "shop.example", "status": ["client hold"],
        "events": [{"eventAction": "registration", "eventDate": "2019-10-29T09:30:00Z"},
                   {"eventAction": "expiration", "eventDate": "2026-10-28T09:30:00Z"}],
        "entities": [{"roles": ["registrant"], "vcardArray": ["vcard", [["fn", {}, "text", "Dara Velani"],
                      ["email", {}, "text", "dara@tala.example"]]]}],
        "redacted": [{"name": {"type": "Registrant Phone"}, "method": "removal"}]
    })
}

const AT_THE_REGISTRAR: &str = "https://rdap.registrar.example/v1/domain/shop.example";

fn good(path: &str, _: usize) -> Response {
    match path {
        "rdap.registry.example/domain/shop.example" => answer(&thin(AT_THE_REGISTRAR)),
        "rdap.registrar.example/v1/domain/shop.example" => answer(&thick()),
        "rdap.registry.example/ip/192.0.2.9" => redirect("https://rdap.second.example/ip/192.0.2.9"),
        "rdap.second.example/ip/192.0.2.9" => answer(&json!({
            "objectClassName": "ip network", "startAddress": "192.0.2.0", "endAddress": "192.0.2.255", "name": "EXAMPLE-NET"
        })),
        "rdap.registry.example/ip/192.0.3.1" => answer(&json!({
            "objectClassName": "ip network", "startAddress": "192.0.2.0", "endAddress": "192.0.2.255"
        })),
        "rdap.registry.example/ip/192.0.2.1" => answer(&json!({
            "objectClassName": "ip network", "cidr0_cidrs": [{"v4prefix": "192.0.2.0", "length": 28}]
        })),
        "rdap.registry.example/autnum/64500" => answer(
            &json!({"objectClassName": "autnum", "startAutnum": 64500, "endAutnum": 64500, "name": "EXAMPLE-AS"}),
        ),
        "rdap.registry.example/nameserver/ns1.host.example" => {
            answer(&json!({"objectClassName": "nameserver", "ipAddresses": {"v4": ["192.0.2.53"]}}))
        }
        "rdap.registry.example/entity/ORG-1-EX" => answer(&json!({"objectClassName": "entity", "handle": "ORG-1-EX",
            "vcardArray": ["vcard", [["fn", {}, "text", "Tala Hosting"], ["kind", {}, "text", "org"]]]})),
        _ => lists(path),
    }
}

fn record(answer: &Answer) -> &WhoisRecord {
    match answer.records() {
        [Record::Whois(record)] => record,
        other => panic!("{other:?}"),
    }
}

fn notes(answer: &Answer) -> String {
    answer.page.notes.join(" ")
}

#[tokio::test]
async fn a_domain_is_asked_for_at_its_registry_and_at_its_registrar() {
    let upstream = serve(good).await;
    let answer = upstream.ask(domain("shop.example")).await.unwrap();
    let record = record(&answer);
    assert_eq!(record.created.unwrap().day().to_string(), "2019-10-28", "the registry is right about dates");
    assert_eq!(record.expires.unwrap().day().to_string(), "2026-10-28", "and the registrar says what it leaves out");
    assert_eq!(
        (record.statuses.as_slice(), record.name_servers.as_slice()),
        (["ok".to_owned()].as_slice(), ["ns1.host.example".to_owned()].as_slice())
    );
    assert_eq!(record.registrant.email.as_deref(), Some("dara@tala.example"));
    assert!(record.registrant.redacted);
    assert_eq!(answer.provenance.source, "RDAP (rdap.registry.example, rdap.registrar.example)");
    assert!(notes(&answer).contains("keeps back: Registrant Phone"), "{}", notes(&answer));
    assert_eq!(
        upstream.asked(),
        ["iana/dns.json", "rdap.registry.example/domain/shop.example", "rdap.registrar.example/v1/domain/shop.example"]
    );
    // The list is known from now on, and the answer is remembered.
    upstream.ask(domain("shop.example")).await.unwrap();
    upstream.ask(domain("nobody.example")).await.unwrap();
    assert_eq!(upstream.asked().len(), 4);
}

#[tokio::test]
async fn not_registered_is_an_answer() {
    let upstream = serve(good).await;
    let answer = upstream.ask(domain("nobody.example")).await.unwrap();
    assert!(answer.records().is_empty());
    assert_eq!(notes(&answer), "rdap.registry.example says that nobody.example is not registered.");
}

#[tokio::test]
async fn a_registry_without_a_server_is_told() {
    let upstream = serve(good).await;
    let error = upstream.ask(domain("shop.test-example.zz")).await.unwrap_err();
    assert_eq!(error.analyst_message(), "RDAP cannot be asked this: the registry of .zz has no RDAP server");
}

#[tokio::test]
async fn networks_systems_name_servers_and_contacts_are_known() {
    let upstream = serve(good).await;
    let answer = upstream.ask(of_address("192.0.2.9")).await.unwrap();
    match answer.records() {
        [Record::Network(network)] => assert_eq!(network.name.as_deref(), Some("EXAMPLE-NET")),
        other => panic!("{other:?}"),
    }
    assert_eq!(
        answer.provenance.source, "RDAP (rdap.registry.example, rdap.second.example)",
        "a redirect was followed"
    );

    let range = Netblock::parse("192.0.2.1-192.0.2.6").unwrap();
    let answer = upstream.ask(Lookup::IpOwner { subject: NetworkSubject::Netblock(range) }).await.unwrap();
    assert!(notes(&answer).contains("no single prefix"), "{}", notes(&answer));

    let error = upstream.ask(of_address("192.0.3.1")).await.unwrap_err();
    assert!(error.to_string().contains("something else than what was asked"), "{error}");

    let system = NetworkSubject::AutonomousSystem(AutonomousSystem::parse("AS64500").unwrap());
    let answer = upstream.ask(Lookup::IpOwner { subject: system }).await.unwrap();
    assert!(matches!(answer.records(), [Record::System(found)] if found.name.as_deref() == Some("EXAMPLE-AS")));

    let name_server = HostName::parse("ns1.host.example").unwrap();
    let answer = upstream.ask(Lookup::NameServerRegistration { name_server }).await.unwrap();
    assert!(matches!(answer.records(), [Record::Dns(_)]));

    let answer = upstream.ask(Lookup::RegistryContact { handle: "ORG-1-EX".to_owned() }).await.unwrap();
    assert!(matches!(answer.records(), [Record::Contact(found)] if found.name.as_deref() == Some("Tala Hosting")));
    let error = upstream.ask(Lookup::RegistryContact { handle: "ORG1".to_owned() }).await.unwrap_err();
    assert!(error.analyst_message().contains("does not end in a registry's tag"), "{error}");
}

#[tokio::test]
async fn without_ianas_list_the_table_that_ships_serves_and_nobody_waits_twice() {
    let upstream = serve(|path, _| match path {
        "iana/dns.json" => StatusCode::SERVICE_UNAVAILABLE.into_response(),
        _ => StatusCode::NOT_FOUND.into_response(),
    })
    .await;
    for name in ["shop.zz", "other.zz"] {
        let error = upstream.ask(domain(name)).await.unwrap_err();
        assert!(error.analyst_message().contains("no RDAP server"), "{error}");
    }
    assert_eq!(upstream.asked(), ["iana/dns.json"; 3], "one question with its retries");
}

#[tokio::test]
async fn what_the_registrar_does_not_say_costs_nothing_of_what_the_registry_said() {
    for (answers, expected) in [
        (
            (|path, count| match path {
                "rdap.registrar.example/v1/domain/shop.example" => StatusCode::BAD_GATEWAY.into_response(),
                _ => good(path, count),
            }) as Answers,
            "did not answer",
        ),
        (
            |path, count| match path {
                "rdap.registrar.example/v1/domain/shop.example" => StatusCode::NOT_FOUND.into_response(),
                _ => good(path, count),
            },
            "has no entry for the domain",
        ),
        (
            |path, count| match path {
                "rdap.registrar.example/v1/domain/shop.example" => {
                    answer(&json!({"objectClassName": "domain", "ldhName": "other.example"}))
                }
                _ => good(path, count),
            },
            "answered about another domain",
        ),
        (
            |path, count| match path {
                "rdap.registrar.example/v1/domain/shop.example" => answer(&json!({"objectClassName": "entity"})),
                _ => good(path, count),
            },
            "something else than a domain",
        ),
        (
            |path, count| match path {
                "rdap.registry.example/domain/shop.example" => {
                    answer(&thin("http://rdap.unknown.example/domain/shop.example"))
                }
                _ => good(path, count),
            },
            "would be asked without encryption",
        ),
        (
            |path, count| match path {
                "rdap.registry.example/domain/shop.example" => answer(&thin("https://127.0.0.1:1/domain/shop.example")),
                _ => good(path, count),
            },
            "not a public one",
        ),
        (
            |path, count| match path {
                "rdap.registrar.example/v1/domain/shop.example" => {
                    redirect("https://rdap.registry.example/domain/shop.example")
                }
                _ => good(path, count),
            },
            "in circles",
        ),
    ] {
        let upstream = serve(answers).await;
        let answer = upstream.ask(domain("shop.example")).await.unwrap();
        let record = record(&answer);
        assert_eq!((record.statuses.len(), record.registrant.email.as_deref()), (1, None), "{expected}");
        let notes = notes(&answer);
        assert!(notes.contains(expected) && notes.contains("only what the registry says is shown"), "{notes}");
    }
}

#[tokio::test]
async fn redirects_are_followed_a_few_times_and_never_round() {
    for (answers, expected) in [
        (
            (|path, _| match path {
                "rdap.registry.example/domain/shop.example" => {
                    redirect("https://rdap.second.example/domain/shop.example")
                }
                "rdap.second.example/domain/shop.example" => {
                    redirect("https://rdap.registry.example/domain/shop.example")
                }
                _ => lists(path),
            }) as Answers,
            "in circles",
        ),
        (
            |path, count| match path {
                "rdap.registry.example/domain/shop.example" => redirect("https://rdap.second.example/x/0"),
                _ if path.starts_with("rdap.second.example") => redirect(&format!(
                    "https://rdap.second.example/{}x{count}",
                    path.trim_start_matches("rdap.second.example/")
                )),
                _ => lists(path),
            },
            "in circles",
        ),
        (
            |path, _| match path {
                "rdap.registry.example/domain/shop.example" => redirect("http://rdap.elsewhere.example/"),
                _ => lists(path),
            },
            "without encryption",
        ),
        (
            |path, _| match path {
                "rdap.registry.example/domain/shop.example" => redirect("https://169.254.169.254/latest/meta-data"),
                _ => lists(path),
            },
            "not a public one",
        ),
        (
            |path, _| match path {
                "rdap.registry.example/domain/shop.example" => StatusCode::FOUND.into_response(),
                _ => lists(path),
            },
            "leads nowhere",
        ),
    ] {
        let upstream = serve(answers).await;
        let error = upstream.ask(domain("shop.example")).await.unwrap_err();
        let said = format!("{error} {}", error.analyst_message());
        assert!(said.contains(expected), "{said}");
        assert!(upstream.asked().len() < 12, "{:?}", upstream.asked());
    }
}

#[tokio::test]
async fn every_failure_is_told_apart() {
    let failing: Answers = |path, count| match path {
        "rdap.registry.example/domain/busy.example" if count == 1 => {
            (StatusCode::TOO_MANY_REQUESTS, [(header::RETRY_AFTER, "0")]).into_response()
        }
        "rdap.registry.example/domain/busy.example" => answer(&json!({"ldhName": "busy.example", "handle": "1"})),
        "rdap.registry.example/domain/closed.example" => StatusCode::FORBIDDEN.into_response(),
        "rdap.registry.example/domain/unknown.example" => StatusCode::NOT_IMPLEMENTED.into_response(),
        "rdap.registry.example/domain/page.example" => "<html>hello</html>".into_response(),
        "rdap.registry.example/domain/garbage.example" => "{\n<html>\n".into_response(),
        "rdap.registry.example/domain/empty.example" => "".into_response(),
        "rdap.registry.example/domain/huge.example" => " ".repeat(300 * 1024).into_response(),
        "rdap.registry.example/domain/down.example" => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        "rdap.registry.example/domain/list.example" => answer(&json!([1, 2])),
        "rdap.registry.example/domain/slow.example" => answer(&thick()),
        _ => lists(path),
    };
    let upstream = serve(failing).await;
    assert!(upstream.ask(domain("busy.example")).await.is_ok(), "tried again after the wait");
    for (name, expected) in [
        ("closed.example", "RDAP cannot be asked this: the server refuses to answer"),
        ("unknown.example", "RDAP cannot be asked this: the server does not answer such questions"),
        ("page.example", "cannot be understood"),
        ("garbage.example", "cannot be understood"),
        ("list.example", "cannot be understood"),
        ("huge.example", "which is not read"),
        ("empty.example", "failed on its side"),
        ("down.example", "failed on its side"),
        ("slow.example", "did not answer within"),
    ] {
        let upstream = serve(failing).await;
        let error = upstream.ask(domain(name)).await.unwrap_err();
        assert!(error.analyst_message().contains(expected), "{name}: {}", error.analyst_message());
    }
}

#[tokio::test]
async fn a_server_that_is_not_there_is_unreachable() {
    let upstream = serve(|path, _| lists(path)).await;
    let provider = Rdap::new(
        RdapSettings {
            servers: [("rdap.registry.example".to_owned(), "http://127.0.0.1:9/".parse().unwrap())].into(),
            ..RdapSettings::with_lists_at("http://127.0.0.1:9/".parse().unwrap())
        },
        Arc::new(SystemClock),
    );
    drop(upstream);
    let retry = RetrySettings { retries: 0, ..RetrySettings::default() };
    let desk = Desk::new(
        vec![Arc::new(provider)],
        Arc::new(HttpTransport::new(TransportSettings::default()).unwrap()),
        Arc::new(SystemClock),
        &DeskSettings { retry, ..DeskSettings::default() },
    );
    let budget = Arc::new(RunBudget::new(Credits::FREE, false));
    let context = Context::new(Instant::now() + Duration::from_secs(5), budget);
    // The table that ships leads to a real server, so an ending is asked for that it does not have.
    let question = Question { lookup: domain("shop.zz"), step: Step::Page(None), context };
    let error = desk.ask(&question).await.unwrap_err();
    assert!(matches!(error, AskError::Provider { error: ProviderError::InvalidInput { .. }, .. }), "{error}");
}

#[tokio::test]
async fn recorded_answers_of_registries_are_read() {
    let Some(folder) = recorded::folder(concat!(env!("CARGO_MANIFEST_DIR"), "/.."), "rdap") else { return };
    let read = |name: &str| -> Vec<u8> { std::fs::read(folder.join(name)).unwrap() };
    for (file, name, registrar, servers) in [
        ("domain_google.com_registry.json", "google.com", "MarkMonitor Inc.", 4),
        ("domain_microsoft.click.json", "microsoft.click", "MarkMonitor Inc.", 4),
    ] {
        let value: Value = serde_json::from_slice(&read(file)).unwrap();
        let body = value.to_string();
        let record = read_alone(&body, domain(name), &format!("domain/{name}")).await;
        let [Record::Whois(record)] = record.as_slice() else { panic!("{record:?}") };
        assert_eq!(record.registrar.as_ref().unwrap().name.as_deref(), Some(registrar), "{file}");
        assert_eq!(record.name_servers.len(), servers, "{file}");
        assert!(record.created.is_some() && record.expires.is_some(), "{file}");
    }
    let value: Value = serde_json::from_slice(&read("ip_1.1.1.0.json")).unwrap();
    let records = read_alone(&value.to_string(), of_address("1.1.1.1"), "ip/1.1.1.1").await;
    let [Record::Network(network)] = records.as_slice() else { panic!("{records:?}") };
    assert_eq!((network.block.to_string().as_str(), network.name.as_deref()), ("1.1.1.0/24", Some("APNIC-LABS")));
    let value: Value = serde_json::from_slice(&read("network_192_198_0_0.json")).unwrap();
    let records = read_alone(&value.to_string(), of_address("192.198.0.9"), "ip/192.198.0.9").await;
    let [Record::Network(network)] = records.as_slice() else { panic!("{records:?}") };
    assert!(network.organization.is_some() && network.routing.is_some() && !network.abuse.is_empty());
    for (file, number) in [("autnum_13335.json", "AS13335"), ("autnum_16509.json", "AS16509")] {
        let value: Value = serde_json::from_slice(&read(file)).unwrap();
        let system = AutonomousSystem::parse(number).unwrap();
        let lookup = Lookup::IpOwner { subject: NetworkSubject::AutonomousSystem(system) };
        let records = read_alone(&value.to_string(), lookup, &format!("autnum/{}", system.number())).await;
        let [Record::System(found)] = records.as_slice() else { panic!("{records:?}") };
        assert!(found.organization.is_some() && found.registered.is_some() && !found.abuse.is_empty(), "{file}");
    }
    let value: Value = serde_json::from_slice(&read("nameserver_ns1_nic_fr.json")).unwrap();
    let name_server = HostName::parse("ns1.nic.fr").unwrap();
    let records =
        read_alone(&value.to_string(), Lookup::NameServerRegistration { name_server }, "nameserver/ns1.nic.fr").await;
    assert!(records.iter().any(|record| matches!(record, Record::Dns(_))));
    for file in ["lookup_with_redaction.json", "domain_afnic_fr.json"] {
        let value: Value = serde_json::from_slice(&read(file)).unwrap();
        let name = value["ldhName"].as_str().unwrap().to_lowercase();
        let records = read_alone(&value.to_string(), domain(&name), &format!("domain/{name}")).await;
        let [Record::Whois(record)] = records.as_slice() else { panic!("{records:?}") };
        let contacts = [&record.registrant, &record.technical, &record.administrative];
        assert!(contacts.iter().any(|contact| contact.redacted || contact.email.is_some()), "{file}: {record:?}");
    }
}

/// Has one recorded answer read as if it came from a registry that knows everything.
async fn read_alone(body: &str, lookup: Lookup, path: &str) -> Vec<Record> {
    static BODY: Mutex<(String, String)> = Mutex::new((String::new(), String::new()));
    *BODY.lock().unwrap() = (path.to_owned(), body.to_owned());
    let upstream = serve(|path, _| {
        let list = |known: Value| {
            answer(&json!({"version": "1.0", "publication": "x", "services": [[known, ["https://rdap.registry.example/"]]]}))
        };
        let (expected, body) = BODY.lock().unwrap().clone();
        match path.strip_prefix("rdap.registry.example/") {
            Some(path) if path == expected => body.into_response(),
            Some(_) => StatusCode::NOT_FOUND.into_response(),
            None => match path {
                "iana/dns.json" => list(json!(["com", "click", "fr", "net", "org", "example"])),
                "iana/ipv4.json" => list(json!(["0.0.0.0/0"])),
                "iana/asn.json" => list(json!(["1-4294967294"])),
                _ => StatusCode::NOT_FOUND.into_response(),
            },
        }
    })
    .await;
    upstream.ask(lookup).await.unwrap().records().to_vec()
}
