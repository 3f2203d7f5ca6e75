//! Promise: an answer of the vendor that says everything, only not in the way it usually does, is read all the same; and one
//! that does not is told in a sentence. Whatever it is, nothing breaks and the key is seen nowhere.
//!
//! Every kind of question is asked in both dialects, and its answer is bent in every way that vendors bend answers: the
//! case of names, types, lists of one, blanks, rows of nothing, bytes around it. Then each place of each answer is
//! replaced by things that do not belong there.

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
    collections::BTreeSet,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
};

use axum::response::{IntoResponse, Response};
use intel::{Provider as _, provider::whoisxml::WhoisXml};
use namehound::config::Config;
use serde_json::{Map, Value, json};
use support::{
    KEY, Running, Upstream, assert_healthy,
    client::{Reply, post_with},
    tree::Node,
    upstream::{Asked, json as answer, status},
    v3::{self, Drained},
    vendor::{self, Pivot},
    vendor_config,
};
use transforms::Catalogue;

/// One transform at least for each kind of question that the vendor answers.
const PROBES: [&str; 22] = [
    "domain_to_whois",
    "ip_to_whois",
    "domain_to_whois_history",
    "email_to_domains",
    "email_to_verification",
    "ns_to_domains",
    "mx_to_domains",
    "ip_to_domains",
    "domain_to_similar_names",
    "domain_to_subdomains",
    "domain_to_dns_records",
    "domain_to_ip_history",
    "ip_to_historic_domains",
    "domain_to_txt_neighbours",
    "domain_to_certificates",
    "ip_to_netblocks",
    "ip_to_network_contacts",
    "ip_to_location",
    "domain_to_website_contacts",
    "domain_to_website_categories",
    "domain_to_reputation",
    "domain_to_threats",
];

#[test]
fn every_kind_of_question_is_probed() {
    let catalogue = Catalogue::standard();
    let lookups = |name: &str| catalogue.find(name).unwrap().declaration().lookups;
    let probed: BTreeSet<_> = PROBES.iter().flat_map(|name| lookups(name)).map(|kind| kind.as_str()).collect();
    let config = Config::default();
    let vendor = WhoisXml::new("at_test".into(), &config.providers.whoisxml.settings());
    let answered: BTreeSet<_> = vendor.lookups().iter().map(|kind| kind.as_str()).collect();
    assert_eq!(probed, answered);
}

/// Without waits: no rates, no bulk jobs, no second tries, nobody left alone.
fn config(upstream: &Upstream) -> Config {
    let mut config = vendor_config(upstream);
    let rates = serde_json::to_value(&config.providers.whoisxml.rates).unwrap();
    let fast: Map<String, Value> =
        rates.as_object().unwrap().keys().map(|name| (name.clone(), 100_000.into())).collect();
    config.providers.whoisxml.rates = serde_json::from_value(fast.into()).unwrap();
    config.providers.whoisxml.bulk.enabled = false;
    config.breaker.failures = u32::MAX;
    config.retry.retries = 0;
    config
}

/// Counts panics of this process, other than of the tests themselves.
fn panics() -> usize {
    static PANICS: AtomicUsize = AtomicUsize::new(0);
    static HOOK: std::sync::Once = std::sync::Once::new();
    HOOK.call_once(|| {
        let usual = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            let is_ours = panic.location().is_some_and(|place| place.file().starts_with("tests"));
            PANICS.fetch_add(usize::from(!is_ours), Ordering::AcqRel);
            usual(panic);
        }));
    });
    PANICS.load(Ordering::Acquire)
}

/// Asks in the classic dialect, and insists on what holds for every run.
async fn classic(server: &Running, client: &reqwest::Client, pivot: Pivot, number: usize) -> Reply {
    let url = server.url(&format!("/run/{}", pivot.transform));
    let reply = post_with(client, &url, &pivot.request(number)).await;
    assert_eq!(reply.status, 200, "{}: {}", pivot.transform, reply.body);
    assert_eq!(Node::parse(&reply.body).name, "MaltegoMessage");
    assert!(!reply.body.contains(KEY), "{}", pivot.transform);
    let texts: Vec<_> = reply.messages.iter().map(|(_, text)| text.as_str()).collect();
    assert!(!texts.iter().any(|text| text.contains("inside this server")), "{}: {texts:?}", pivot.transform);
    assert!(!reply.entities.is_empty() || !texts.is_empty(), "{}: neither results nor a word", pivot.transform);
    reply
}

/// Asks in the JSON dialect, and insists on the same.
async fn in_json(server: &Running, client: &reqwest::Client, pivot: Pivot, number: usize) -> Drained {
    let path = v3::start(server, client, pivot.transform, &pivot.run(number)).await;
    let run = v3::drain(server, client, &path, None).await;
    assert!(["COMPLETED", "FAILED"].contains(&run.state.as_str()), "{}: {}", pivot.transform, run.state);
    assert!(!json!(run.events).to_string().contains(KEY), "{}", pivot.transform);
    let texts: Vec<_> = run.messages().into_iter().map(|(_, text)| text).collect();
    assert!(!texts.iter().any(|text| text.contains("inside this server")), "{}: {texts:?}", pivot.transform);
    assert!(!run.entities().is_empty() || !texts.is_empty(), "{}: neither results nor a word", pivot.transform);
    run
}

/// What a run found, in a form that two runs have in common: everything but when it was asked.
#[derive(Debug, Default, PartialEq)]
struct Found {
    classic: Vec<String>,
    json: Vec<String>,
}

impl Found {
    fn of(reply: &Reply, run: &Drained) -> Self {
        let is_time = |name: &str| name == "namehound.retrieved";
        let classic = reply.entities.iter().map(|entity| {
            let fields: Vec<_> = entity.fields.iter().filter(|(name, _)| !is_time(name)).collect();
            format!("{} {} {fields:?}", entity.entity_type, entity.value)
        });
        let json = run.entities().into_iter().map(|entity| {
            let properties = entity["properties"].as_array().unwrap().iter();
            let known = properties.filter(|property| !is_time(property["name"].as_str().unwrap()));
            let known: Vec<_> = known.map(|property| format!("{}={}", property["name"], property["value"])).collect();
            format!("{} {known:?}", entity["type"])
        });
        Self { classic: classic.collect(), json: json.collect() }
    }
}

type Respond = dyn Fn(&Asked) -> Response + Send + Sync;

/// Asks every probe in both dialects of servers that remember nothing yet.
async fn ask_all(respond: Arc<Respond>) -> Vec<(&'static str, Found, Reply, Drained)> {
    let upstream = Upstream::start(move |asked| respond(asked)).await;
    let servers = [Running::start(config(&upstream)), Running::start(config(&upstream))];
    let (client, json_client) = (reqwest::Client::new(), v3::http(false));
    let mut all = Vec::new();
    for name in PROBES {
        let pivot = vendor::pivot_of(name);
        // Two probes may ask the same question; each number is another one.
        let number = usize::from(name == "ip_to_network_contacts") + usize::from(name == "ip_to_netblocks") * 2;
        let reply = classic(&servers[0], &client, pivot, number).await;
        let run = in_json(&servers[1], &json_client, pivot, number).await;
        all.push((name, Found::of(&reply, &run), reply, run));
    }
    for server in &servers {
        assert_healthy(server).await;
    }
    all
}

/// Changes a document from its leaves to its root.
fn bend(value: Value, change: &dyn Fn(Value) -> Value) -> Value {
    let inner = match value {
        Value::Array(items) => Value::Array(items.into_iter().map(|item| bend(item, change)).collect()),
        Value::Object(fields) => fields.into_iter().map(|(name, field)| (name, bend(field, change))).collect(),
        leaf => leaf,
    };
    change(inner)
}

/// Renames the fields of an object, except where the names are what is told.
fn rename(value: Value, change: fn(&str) -> String) -> Value {
    bend(value, &move |value| match value {
        Value::Object(fields) if !fields.contains_key("linkedIn") => {
            fields.into_iter().map(|(name, field)| (change(&name), field)).collect()
        }
        other => other,
    })
}

fn swap_case(name: &str) -> String {
    let swapped = |c: char| if c.is_ascii_uppercase() { c.to_ascii_lowercase() } else { c.to_ascii_uppercase() };
    name.chars().map(swapped).collect()
}

fn numbers_as_texts(value: Value) -> Value {
    bend(value, &|value| match value {
        Value::Number(number) => Value::String(number.to_string()),
        other => other,
    })
}

fn texts_as_numbers(value: Value) -> Value {
    bend(value, &|value| match &value {
        Value::String(text) if !text.starts_with('0') => match text.parse::<u64>() {
            Ok(number) => number.into(),
            Err(_) => value,
        },
        _ => value,
    })
}

fn whole_numbers_with_fractions(value: Value) -> Value {
    bend(value, &|value| match value.as_i64() {
        Some(_) => value.as_f64().unwrap().into(),
        None => value,
    })
}

fn truth_as_text(value: Value) -> Value {
    bend(value, &|value| match value {
        Value::Bool(truth) => Value::String(if truth { "True" } else { "False" }.to_owned()),
        other => other,
    })
}

fn truth_as_number(value: Value) -> Value {
    bend(value, &|value| match &value {
        Value::Bool(truth) => i32::from(*truth).into(),
        Value::String(text) if text == "true" => 1.into(),
        Value::String(text) if text == "false" => 0.into(),
        _ => value,
    })
}

fn texts_as_truth(value: Value) -> Value {
    bend(value, &|value| match value.as_str() {
        Some("true") => true.into(),
        Some("false") => false.into(),
        _ => value,
    })
}

/// Cuts every list to its first member, so that each is a list of one.
fn lists_of_one(value: Value) -> Value {
    bend(value, &|value| match value {
        Value::Array(items) => Value::Array(items.into_iter().take(1).collect()),
        other => other,
    })
}

fn the_thing_itself(value: Value) -> Value {
    bend(value, &|value| match value {
        Value::Array(mut items) if items.len() == 1 => items.remove(0),
        other => other,
    })
}

/// Every object and every value in a list of its own, the document excepted.
fn everything_a_list(value: Value) -> Value {
    let wrapped = bend(value, &|value| match value {
        Value::Array(items) => {
            // What is in a list already stays as it is there.
            Value::Array(items.into_iter().map(|item| item[0].clone()).collect())
        }
        other => json!([other]),
    });
    wrapped[0].clone()
}

fn blanks_around(value: Value) -> Value {
    bend(value, &|value| match value {
        Value::String(text) if !text.starts_with("google-site") => Value::String(format!(" {text}\r\n")),
        other => other,
    })
}

/// Fields that nobody has heard of, and rows of nothing.
fn more_than_expected(value: Value) -> Value {
    bend(value, &|value| match value {
        Value::Object(mut fields) => {
            fields.insert("somethingNew".to_owned(), json!({ "deep": [{ "deeper": [null, {}, []] }] }));
            fields.insert("aNull".to_owned(), Value::Null);
            Value::Object(fields)
        }
        Value::Array(mut items) => {
            items.insert(0, Value::Null);
            items.push(json!(""));
            Value::Array(items)
        }
        other => other,
    })
}

type Bend = fn(Value) -> Value;

/// Ways to say the same. Some with what has to be done to the usual answer before the two can be compared.
const SAME: &[(&str, Option<Bend>, Bend)] = &[
    ("names in capitals", None, |usual| rename(usual, str::to_uppercase)),
    ("names in small letters", None, |usual| rename(usual, str::to_lowercase)),
    ("names with their case swapped", None, |usual| rename(usual, swap_case)),
    ("numbers as texts", None, numbers_as_texts),
    ("texts as numbers", None, texts_as_numbers),
    ("whole numbers with fractions", None, whole_numbers_with_fractions),
    ("truth values as texts", None, truth_as_text),
    ("truth values as numbers", None, truth_as_number),
    ("texts as truth values", None, texts_as_truth),
    ("lists of one as the thing itself", Some(lists_of_one), |usual| the_thing_itself(lists_of_one(usual))),
    ("everything in a list of its own", None, everything_a_list),
    ("blanks around texts", None, blanks_around),
    ("more than expected", None, more_than_expected),
    ("the document in a list", None, |usual| json!([usual])),
];

fn responding(change: Bend) -> Arc<Respond> {
    Arc::new(move |asked| answer(change(vendor::answer(asked))))
}

#[tokio::test]
async fn the_same_said_otherwise_is_the_same() {
    let before = panics();
    let usual = ask_all(responding(|usual| usual)).await;
    let mut wrong = Vec::new();
    for (name, base, change) in SAME {
        let cut = match base {
            Some(base) => Some(ask_all(responding(*base)).await),
            None => None,
        };
        let expected = cut.as_ref().unwrap_or(&usual);
        for ((probe, expected, ..), (_, found, reply, _)) in expected.iter().zip(ask_all(responding(*change)).await) {
            if *expected != found {
                let missing = |one: &[String], other: &[String]| -> Vec<String> {
                    one.iter().filter(|line| !other.contains(line)).cloned().collect()
                };
                let first = |lines: Vec<String>| lines.into_iter().next().unwrap_or_default();
                let missing_here = first(missing(&expected.classic, &found.classic));
                let unexpected = first(missing(&found.classic, &expected.classic));
                let told = &reply.messages;
                wrong.push(format!("{name}: {probe}: not {missing_here}, but {unexpected} ({told:?})"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(panics(), before);
}

/// What is put around the bytes of an answer.
type Wrap = fn(Vec<u8>) -> Vec<u8>;

/// Bytes around a document that says everything.
const AROUND: &[(&str, Wrap)] = &[
    ("a byte order mark", |body| [b"\xef\xbb\xbf".to_vec(), body].concat()),
    ("blank lines before it", |body| [b"\r\n\n ".to_vec(), body].concat()),
    ("blank lines after it", |body| [body, b"\r\n\n ".to_vec()].concat()),
    ("a byte order mark and blank lines", |body| [b"\xef\xbb\xbf\r\n".to_vec(), body].concat()),
    ("a comment after it", |body| [body, b"\n<!-- served in 0.2 seconds -->".to_vec()].concat()),
    ("noughts after it", |body| [body, b"\0\0\0".to_vec()].concat()),
    ("words after it", |body| [body, b"\nPHP Notice: undefined index in api.php".to_vec()].concat()),
    ("a broken byte in a field that nobody reads", |mut body| {
        let end = body.iter().rposition(|byte| *byte == b'}').unwrap();
        body.splice(end..end, b",\"note\":\"M\xfcller\"".iter().copied());
        body
    }),
];

#[tokio::test]
async fn bytes_around_an_answer_do_not_matter() {
    let before = panics();
    let usual = ask_all(responding(|usual| usual)).await;
    let mut wrong = Vec::new();
    for (name, around) in AROUND {
        let respond: Arc<Respond> = Arc::new(move |asked| {
            // And the vendor calls it a page.
            ([("content-type", "text/html")], around(vendor::answer(asked).to_string().into_bytes())).into_response()
        });
        for ((probe, expected, ..), (_, found, reply, _)) in usual.iter().zip(ask_all(respond).await) {
            if *expected != found {
                wrong.push(format!("{name}: {probe}: {:?}", reply.messages));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(panics(), before);
}

/// Answers that say nothing, with words that must be in what is told about them. Most of these are purchases.
const NOTHING: &[(&str, &str)] = &[
    ("<!doctype html><html><title>Welcome</title></html>", ""),
    ("\u{feff}<html>Oops, an error in the gateway has occurred.</html>", ""),
    ("Oops, an error in the gateway has occurred.", ""),
    ("", "cannot be understood"),
    ("null", "cannot be understood"),
    ("7", "cannot be understood"),
    ("\"text\"", "cannot be understood"),
    ("[]", "cannot be understood"),
    ("{}", "cannot be understood"),
    ("{\"oops\": ", "cannot be understood"),
    ("{\"result\": \u{1f4a5}}", "cannot be understood"),
];

#[tokio::test]
async fn an_answer_that_is_none_is_told_in_a_sentence() {
    let before = panics();
    for (body, told) in NOTHING {
        for (probe, _, reply, run) in ask_all(Arc::new(move |_| status(200, *body))).await {
            assert!(reply.entities.is_empty() && run.entities().is_empty(), "{probe}: {body}");
            let errors: Vec<_> = reply.messages.iter().filter(|(kind, _)| kind == "PartialError").collect();
            assert!(errors.iter().any(|(_, text)| text.contains(told)), "{probe}: {body}: {:?}", reply.messages);
            assert_eq!(run.state, "FAILED", "{probe}: {body}");
            let text = &errors[0].1;
            assert!(text.starts_with("WhoisXML API ") && text.ends_with('.'), "{probe}: {text}");
            assert!(!text.contains("oops") && !text.contains("html"), "{probe}: {text}");
        }
    }
    assert_eq!(panics(), before);
}

/// Empty answers in the ways that the services have for them.
fn empty(asked: &Asked) -> Value {
    match vendor::service(asked) {
        "whois" => json!({ "WhoisRecord": { "domainName": "x.example", "dataError": "MISSING_WHOIS_DATA",
                                            "registryData": { "dataError": "MISSING_WHOIS_DATA" } } }),
        "whois-history" => json!({ "recordsCount": 0, "records": [] }),
        "reverse-whois" => json!({ "nextPageSearchAfter": null, "domainsCount": 0, "domainsList": [] }),
        "reverse-ns" | "reverse-mx" | "reverse-ip" => json!({ "result": [], "current_page": "0", "size": 0 }),
        "reverse-dns" => json!({ "result": [], "size": 0 }),
        "dns-history" => json!({ "result": { "count": 0, "records": [] } }),
        "subdomains" => json!({ "search": "x.example", "result": { "count": 0, "records": [] } }),
        "discovery" => json!({ "domainsCount": 0, "domainsList": [] }),
        "dns-lookup" => json!({ "ErrorMessage": { "msg": "Unable to retrieve dns record for x.example" } }),
        "ip-netblocks" => json!({ "search": "", "result": { "count": 0, "limit": 100, "inetnums": [] } }),
        "threat-intelligence" => json!({ "total": 0, "results": [] }),
        "website-contacts" => json!({ "domainName": "x.example", "websiteResponded": false, "meta": {},
                                      "companyNames": [], "emails": [], "phones": [], "postalAddresses": [],
                                      "socialLinks": { "facebook": "" } }),
        "website-categorization" => json!({ "domainName": "x.example", "categories": [], "websiteResponded": false }),
        "domain-reputation" => json!({ "mode": "fast", "testResults": [] }),
        "ip-geolocation" => json!({ "ip": "192.0.2.10", "location": { "country": "", "city": "" }, "as": null }),
        "email-verification" => json!({ "emailAddress": "x@mail.example", "formatCheck": null, "smtpCheck": null,
                                        "dnsCheck": null, "freeCheck": null, "disposableCheck": null,
                                        "catchAllCheck": null, "mxRecords": [] }),
        "ssl-certificates" => json!({ "domain": "x.example", "certificates": [] }),
        other => panic!("nobody should ask {other}"),
    }
}

#[tokio::test]
async fn an_empty_answer_is_no_error_and_says_so() {
    for (name, change) in [
        ("as usual", (|usual| usual) as Bend),
        ("nulls for empty lists", |usual| bend(usual, &|value| if value == json!([]) { Value::Null } else { value })),
        ("empty texts for empty lists", |usual| {
            bend(usual, &|value| if value == json!([]) { json!("") } else { value })
        }),
        ("numbers as texts", numbers_as_texts),
    ] {
        let answers = ask_all(Arc::new(move |asked: &Asked| answer(change(empty(asked))))).await;
        for (probe, _, reply, run) in answers {
            // A mailbox of which nothing is known is shown as that.
            let expected = usize::from(probe == "email_to_verification");
            assert_eq!((reply.entities.len(), run.entities().len()), (expected, expected), "{name}: {probe}");
            assert!(reply.messages.iter().all(|(kind, _)| kind == "Inform"), "{name}: {probe}: {:?}", reply.messages);
            assert_eq!(run.state, "COMPLETED", "{name}: {probe}");
        }
    }
}

/// Replaces what stands at a path.
fn with(document: &Value, path: &str, value: Value) -> Value {
    let mut document = document.clone();
    let (parent, name) = path.rsplit_once('/').unwrap();
    match document.pointer_mut(parent).unwrap_or_else(|| panic!("{path}")) {
        Value::Object(fields) => {
            fields.insert(name.to_owned(), value);
        }
        Value::Array(items) => items[name.parse::<usize>().unwrap()] = value,
        other => panic!("{path} is in {other}"),
    }
    document
}

/// Other shapes of the same things: texts where objects are usual, objects where texts are, tables where lists are. Each
/// with the probe, what is changed in the answer about `velani0.example` and the like, and what must be among the results.
fn other_shapes() -> Vec<(&'static str, &'static str, Value, &'static str)> {
    let text = |text: &str| Value::from(text);
    let whois = "domain_to_whois";
    let server = "nameservers=ns1.host.example";
    let site = "domain_to_website_contacts";
    let certificates = "domain_to_certificates";
    let san = "san=velani0.example,*.turq-host.example";
    vec![
        (whois, "/WhoisRecord/nameServers", text("NS1.HOST.EXAMPLE\n"), server),
        (whois, "/WhoisRecord/nameServers", json!(["NS1.HOST.EXAMPLE."]), server),
        (
            whois,
            "/WhoisRecord/nameServers",
            json!({ "hostNames": [{ "numeric": false, "str": "ns1.host.example" }] }),
            server,
        ),
        (whois, "/WhoisRecord/nameServers", json!({ "hostNames": null, "rawText": "ns1.host.example" }), server),
        (whois, "/WhoisRecord/status", json!(["clientTransferProhibited"]), "domainStatus=clientTransferProhibited"),
        (
            whois,
            "/WhoisRecord/status",
            text("clientTransferProhibited https://icann.org/epp#clientTransferProhibited"),
            "domainStatus=clientTransferProhibited",
        ),
        (whois, "/WhoisRecord/createdDateNormalized", json!(1_388_534_400), "creationDate=2014-01-01T00:00:00Z"),
        (whois, "/WhoisRecord/createdDateNormalized", text("1388534400000"), "creationDate=2014-01-01T00:00:00Z"),
        (whois, "/WhoisRecord/createdDateNormalized", json!({ "odd": 1 }), "creationDate=2014-01-01T00:00:00Z"),
        (whois, "/WhoisRecord/registrant/telephone", json!(15_555_550_142_u64), "registrantPhone=15555550142"),
        (whois, "/WhoisRecord/registrant/street1", json!(["1 Example Street"]), "registrantStreet=1 Example Street"),
        (whois, "/WhoisRecord/administrativeContact", text("Dara Velani"), "registrantName=Dara Velani"),
        (whois, "/WhoisRecord/registryData", text("nothing"), "registrantName=Dara Velani"),
        (whois, "/WhoisRecord/audit", text("2024"), "registrantName=Dara Velani"),
        (
            "email_to_domains",
            "/domainsList",
            json!(["cmt.example", { "domain": "turq-host.example" }]),
            "fqdn=turq-host.example",
        ),
        ("email_to_domains", "/domainsList/0", text("CMT.example."), "fqdn=cmt.example"),
        ("email_to_domains", "/domainsCount", Value::Null, "fqdn=cmt.example"),
        ("ns_to_domains", "/result/0", text("cmt.example"), "fqdn=cmt.example"),
        (
            "ns_to_domains",
            "/result/0",
            json!({ "domainName": "cmt.example", "lastSeen": "2021-06-01" }),
            "fqdn=cmt.example",
        ),
        ("ns_to_domains", "/size", Value::Null, "fqdn=cmt.example"),
        ("domain_to_subdomains", "/result/records/0", text("www.velani0.example"), "fqdn=www.velani0.example"),
        (
            "domain_to_similar_names",
            "/domainsList",
            json!([{ "domainName": "velani-shop.example" }]),
            "fqdn=velani-shop.example",
        ),
        ("domain_to_dns_records", "/DNSData/dnsRecords/6/strings", text("v=spf1 -all"), "text=v=spf1 -all"),
        ("domain_to_dns_records", "/DNSData/dnsRecords/3/priority", text("10"), "mxrecord.priority=10"),
        ("domain_to_dns_records", "/DNSData/dnsRecords/0/dnsType", Value::Null, "ipv4-address=192.0.2.10"),
        ("ip_to_netblocks", "/result/inetnums/0/as", text("AS64500 EXAMPLE-AS"), "namehound.network.name=EXAMPLE-NET"),
        ("ip_to_netblocks", "/result/inetnums/0/inetnum", Value::Null, "ipv4-range=192.0.2.0-192.0.2.255"),
        (
            "ip_to_netblocks",
            "/result/inetnums/0/description",
            text("Example network"),
            "namehound.network.description=Example network",
        ),
        (
            "ip_to_netblocks",
            "/result/inetnums/0/org",
            text("Example Transit"),
            "namehound.network.owner=Example Transit",
        ),
        (
            "ip_to_network_contacts",
            "/result/inetnums/0/abuseContact",
            text("abuse@net.example"),
            "email=abuse@net.example",
        ),
        ("ip_to_location", "/as", json!(64_500), "namehound.location.as=AS64500"),
        ("ip_to_location", "/location/lat", text("37.5"), "latitude=37.5"),
        ("domain_to_reputation", "/testResults/0/warnings", json!(["Listed as dangerous"]), "text=Listed as dangerous"),
        ("domain_to_reputation", "/reputationScore", text("41.25"), "namehound.reputation.score=41.25"),
        ("domain_to_threats", "/results/0/threatType", json!(["phishing", "malware"]), "text=malware"),
        (site, "/emails", json!(["office@cmt.example"]), "email=office@cmt.example"),
        (site, "/emails", text("office@cmt.example"), "email=office@cmt.example"),
        (site, "/phones", json!(["+1 555 555 0142"]), "phonenumber=+1 555 555 0142"),
        (site, "/companyNames", json!([{ "name": "Compute Make Tomorrow" }]), "title=Compute Make Tomorrow"),
        (
            site,
            "/postalAddresses",
            json!([{ "street": "1 Example Street", "city": "Exampleton" }]),
            "streetaddress=1 Example Street, Exampleton",
        ),
        (site, "/socialLinks", json!(["https://social.example/cmt"]), "url=https://social.example/cmt"),
        (site, "/meta", text("odd"), "email=office@cmt.example"),
        ("domain_to_website_categories", "/categories", json!(["Hosting"]), "text=Hosting"),
        (
            "domain_to_website_categories",
            "/categories",
            json!([{ "tier1": { "id": "7", "name": "Hosting" } }]),
            "text=Hosting",
        ),
        ("email_to_verification", "/mxRecords", text("mx.mail.example"), "fqdn=mx.mail.example"),
        (
            "email_to_verification",
            "/mxRecords",
            json!([{ "exchange": "mx.mail.example", "preference": 5 }]),
            "fqdn=mx.mail.example",
        ),
        ("email_to_verification", "/smtpCheck", json!(true), "namehound.mailbox.deliverable=true"),
        (
            certificates,
            "/certificates/0/subject",
            text("CN=velani0.example, O=\"Example, Inc.\""),
            "subject=velani0.example",
        ),
        (
            certificates,
            "/certificates/0/extensions",
            json!({ "subjectAltName": "DNS:velani0.example, DNS:*.turq-host.example, IP Address:192.0.2.1" }),
            san,
        ),
        (
            certificates,
            "/certificates/0/extensions",
            json!({ "subjectAlternativeNames": ["velani0.example", "*.turq-host.example"] }),
            san,
        ),
        (certificates, "/certificates/0/validTo", json!(1_709_251_200), "validTo=2024-03-01T00:00:00Z"),
        ("domain_to_ip_history", "/result/records/0/ips", text("192.0.2.10"), "ipv4-address=192.0.2.10"),
        ("domain_to_ip_history", "/result/records/0/ips", json!(["192.0.2.10"]), "ipv4-address=192.0.2.10"),
        ("ip_to_historic_domains", "/result/records/0/domains", text("cmt.example"), "fqdn=cmt.example"),
        ("ip_to_historic_domains", "/result/records/0/domains", json!([{ "name": "cmt.example" }]), "fqdn=cmt.example"),
    ]
}

#[tokio::test]
async fn other_shapes_of_the_same_things_are_read() {
    let before = panics();
    let mut wrong = Vec::new();
    let client = reqwest::Client::new();
    for (probe, path, value, expected) in other_shapes() {
        let upstream = {
            let value = value.clone();
            Upstream::start(move |asked| {
                let usual = vendor::answer(asked);
                let is_preview = asked.mode().as_deref() == Some("preview");
                let is_another_family = asked.json()["recordType"] == "aaaa";
                let usual = if is_preview || is_another_family { usual } else { with(&usual, path, value.clone()) };
                answer(usual)
            })
            .await
        };
        let server = Running::start(config(&upstream));
        let reply = classic(&server, &client, vendor::pivot_of(probe), 0).await;
        let (name, text) = expected.split_once('=').unwrap();
        let found = reply.entities.iter().any(|entity| {
            entity.fields.get(name).is_some_and(|field| field == text)
                || (name == "phonenumber" && entity.value == text)
        });
        if !found || reply.messages.iter().any(|(kind, _)| kind != "Inform") {
            wrong.push(format!("{probe} {path} {value}: no {expected}: {:?} {:?}", reply.values(), reply.messages));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(panics(), before);
}

/// The paths to every place in a document, the document itself left out.
fn paths(value: &Value, path: &str, all: &mut Vec<String>) {
    let mut inner = |name: &str, value: &Value| {
        let path = format!("{path}/{name}");
        all.push(path.clone());
        paths(value, &path, all);
    };
    match value {
        Value::Object(fields) => fields.iter().for_each(|(name, field)| inner(name, field)),
        Value::Array(items) => items.iter().enumerate().for_each(|(place, item)| inner(&place.to_string(), item)),
        _ => {}
    }
}

/// What stands where something else belongs, besides nothing.
fn odd_values() -> Vec<Value> {
    let deep = (0..60).fold(json!("deep"), |inner, _| json!([{ "odd": inner }]));
    vec![
        json!("odd \u{0}\u{1f4a5}<b>&amp;</b> ]]> text"),
        json!([]),
        json!({}),
        json!({ "odd": { "odd": [1, null] } }),
        json!(["odd", 7, null]),
        json!(-1),
        json!(1e300),
        json!(true),
        json!("x".repeat(70_000)),
        deep,
    ]
}

/// Whatever stands in whichever place: there is a well-formed answer with results or a sentence, and the server goes on.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_in_any_place_breaks_anything() {
    let before = panics();
    let damage: Arc<Mutex<Option<(String, Value)>>> = Arc::default();
    let hit = Arc::new(AtomicBool::new(false));
    let upstream = {
        let (damage, hit) = (Arc::clone(&damage), Arc::clone(&hit));
        Upstream::start(move |asked| {
            let usual = vendor::answer(asked);
            let damage = damage.lock().unwrap().clone();
            let Some((path, value)) = damage.filter(|(path, _)| usual.pointer(path).is_some()) else {
                return answer(usual);
            };
            hit.store(true, Ordering::Release);
            answer(with(&usual, &path, value))
        })
        .await
    };
    let server = Running::start(config(&upstream));
    let (client, json_client) = (reqwest::Client::new(), v3::http(false));
    let mut number = 10;
    for probe in PROBES.into_iter().filter(|probe| *probe != "ip_to_whois" && *probe != "ip_to_domains") {
        let pivot = vendor::pivot_of(probe);
        let first = upstream.asked().len();
        number += 1;
        classic(&server, &client, pivot, number).await;
        let mut all = Vec::new();
        for asked in &upstream.asked()[first..] {
            // The neighbours' own records are those of another probe.
            if probe != "domain_to_txt_neighbours" || vendor::service(asked) == "reverse-dns" {
                paths(&vendor::answer(asked), "", &mut all);
            }
        }
        all.sort();
        all.dedup();
        assert!(!all.is_empty());
        for (place, path) in all.into_iter().enumerate() {
            // Nothing at each place, and other things in turn.
            let others = odd_values().into_iter().cycle().skip(place).step_by(3).take(3);
            for value in std::iter::once(Value::Null).chain(others) {
                number += 1;
                *damage.lock().unwrap() = Some((path.clone(), value));
                hit.store(false, Ordering::Release);
                // One dialect after the other: what is read is the same, what is written is not.
                if number % 3 == 0 {
                    in_json(&server, &json_client, pivot, number).await;
                } else {
                    classic(&server, &client, pivot, number).await;
                }
                assert!(hit.load(Ordering::Acquire), "{probe}: {path} was not in any answer");
            }
        }
        *damage.lock().unwrap() = None;
    }
    assert_healthy(&server).await;
    assert_eq!(panics(), before);
}

/// Pages whose cursor leads nowhere: the same page again, a circle, a further page after an empty one.
#[tokio::test]
async fn cursors_that_do_not_move_end_the_paging_and_are_not_paid_for_again() {
    let full = |first: usize| -> Value {
        (first..first + 300).map(|row| json!({ "name": format!("d{row:05}.example") })).collect::<Vec<_>>().into()
    };
    let domains: Value = (0..20).map(|row| format!("d{row:05}.example")).collect::<Vec<_>>().into();
    let networks = |next: Value| {
        json!({ "search": "", "result": { "count": 1, "limit": 100, "next": next,
                                          "inetnums": [{ "inetnum": "192.0.2.0 - 192.0.2.255" }] } })
    };
    let history = |next: Value| {
        json!({ "result": { "count": 1, "next": next,
                            "records": [{ "date": "2023-05-01", "domains": ["cmt.example"] }] } })
    };
    let reverse_whois =
        |next: Value| json!({ "domainsCount": 20, "domainsList": domains, "nextPageSearchAfter": next });
    // The probe, its answers in turn (the last one for ever), how many may be asked for, previews not counted.
    let cases: Vec<(&str, Vec<Value>, usize)> = vec![
        ("ns_to_domains", vec![json!({ "result": full(0), "size": 300 })], 2),
        ("mx_to_domains", vec![json!({ "result": full(0), "size": "300" }), json!({ "result": [], "size": 0 })], 2),
        (
            "ip_to_domains",
            vec![json!({ "result": full(0) }), json!({ "result": full(300) }), json!({ "result": full(0) })],
            3,
        ),
        ("ns_to_domains", vec![json!({ "result": [], "size": 300 })], 1),
        ("email_to_domains", vec![reverse_whois(json!(7))], 2),
        ("email_to_domains", vec![reverse_whois(json!("7"))], 2),
        ("email_to_domains", vec![reverse_whois(json!(7)), reverse_whois(json!(8)), reverse_whois(json!(7))], 3),
        ("email_to_domains", vec![reverse_whois(json!({ "odd": 1 }))], 1),
        ("email_to_domains", vec![reverse_whois(json!(0))], 1),
        ("ip_to_netblocks", vec![networks(json!("192.0.2.0 - 192.0.2.255"))], 2),
        ("ip_to_netblocks", vec![networks(json!("")), networks(json!("x"))], 1),
        ("ip_to_historic_domains", vec![history(json!({ "date": "2023-05-01", "id": 7 }))], 2),
        ("ip_to_historic_domains", vec![history(json!(false))], 1),
    ];
    for (probe, answers, pages) in cases {
        for dialect in ["classic", "JSON"] {
            let (turn, script) = (AtomicUsize::new(0), answers.clone());
            let upstream = Upstream::start(move |asked| {
                if asked.mode().as_deref() == Some("preview") {
                    return answer(json!({ "domainsCount": 20 }));
                }
                let turn = turn.fetch_add(1, Ordering::AcqRel).min(script.len() - 1);
                answer(script[turn].clone())
            })
            .await;
            let server = Running::start(config(&upstream));
            let pivot = vendor::pivot_of(probe);
            let empty = match dialect {
                "classic" => classic(&server, &reqwest::Client::new(), pivot, 0).await.entities.is_empty(),
                _ => in_json(&server, &v3::http(false), pivot, 0).await.entities().is_empty(),
            };
            let asked = upstream.asked().len() - upstream.count("preview");
            assert_eq!(asked, pages, "{probe} {dialect}: {}", answers[0]);
            assert_eq!(empty, answers[0]["result"] == json!([]), "{probe} {dialect}");
        }
    }
}

/// A job in bulk is read as leniently: every place of each of its answers, and every way to say the same.
#[tokio::test]
async fn bulk_jobs_are_read_as_leniently() {
    let before = panics();
    let mut bends: Vec<(&str, Bend)> =
        SAME.iter().filter(|(_, base, _)| base.is_none()).map(|(n, _, b)| (*n, *b)).collect();
    bends.push(("as usual", |usual| usual));
    bends.push(("lists of one as the thing itself", the_thing_itself));
    let mut wrong = Vec::new();
    for (name, change) in bends {
        let upstream = Upstream::start(move |asked| {
            assert_eq!(vendor::service(asked), "bulk-whois");
            answer(change(vendor::answer(asked)))
        })
        .await;
        let mut config = config(&upstream);
        config.providers.whoisxml.bulk.enabled = true;
        config.providers.whoisxml.bulk.expected_seconds = 0;
        config.providers.whoisxml.bulk.window_milliseconds = 50;
        config.providers.whoisxml.bulk.shortest_poll_milliseconds = 5;
        let server = Running::start(config);
        let client = reqwest::Client::new();
        let pivot = vendor::pivot_of("domain_to_whois");
        // A list of one is the thing itself only where there is one.
        let domains = if name.starts_with("lists of one") { 1 } else { 3 };
        let asked = (0..domains).map(|number| classic(&server, &client, pivot, number));
        for (number, reply) in futures_util::future::join_all(asked).await.iter().enumerate() {
            let is_right = reply.entities.len() == 1
                && reply.entities[0].fields.get("domainName") == Some(&format!("velani{number}.example"))
                && reply.entities[0].fields.get("registrantName").is_some_and(|name| name == "Dara Velani");
            if !is_right {
                wrong.push(format!("{name}: {:?} {:?}", reply.entities, reply.messages));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(panics(), before);
}
