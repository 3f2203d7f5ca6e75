//! Promise: the doors let the right requests in under every name they go by, and stand against the wrong ones.
//!
//! What single recorded requests are answered is the business of `reference_server`; here is what no recording shows.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a failed unwrap in a test is a failed test, which is the point"
)]

mod support;

use std::time::Duration;

use namehound::config::Config;
use support::{
    Running, assert_healthy,
    client::{Reply, Request},
    post,
    purpose::{self, Gate},
    raw::{self, Message, PATIENCE, request},
    run,
};
use tokio::{
    io::AsyncWriteExt,
    net::TcpStream,
    time::{Instant, sleep, timeout},
};

fn ada() -> Request {
    Request::new("maltego.Phrase", "Ada")
}

fn started(change: impl FnOnce(&mut Config)) -> Running {
    let mut config = Config::default();
    change(&mut config);
    Running::with_catalogue(purpose::catalogue(), config)
}

#[tokio::test]
async fn a_transform_is_found_however_its_name_is_written() {
    let server = started(|_| ());
    for name in [
        "greet_person",
        "greetperson",
        "Greet-Person",
        "GREET_PERSON/",
        "namehound.greet_person",
        "Namehound.GreetPerson",
        "paterva.v2.greetperson",
        "paterva.v2.namehound.greet_person",
        "greet%5Fperson",
        "greet_person?Command=_RUN",
    ] {
        let reply = run(&server, name, &ada()).await;
        assert_eq!(reply.values(), ["Greetings, Ada"], "{name}");
        let exists = request(server.address, "GET", &format!("/run/{name}"), &[], b"").await;
        assert_eq!(exists.status(), 200, "{name}");
        assert!(exists.text().starts_with("greet_person (To Phrase [test]) is here"), "{name}: {}", exists.text());
    }
}

#[tokio::test]
async fn an_unknown_name_is_told_in_plain_text_and_not_sent_back() {
    let server = started(|_| ());
    let body = ada().message();
    for name in ["no_such_transform", "<script>alert(1)</script>", "%3Cscript%3E", "greet_person.exe", "%FF%00"] {
        for method in ["GET", "POST"] {
            let path = format!("/run/{}", name.replace('<', "%3C").replace('>', "%3E"));
            let answer = request(server.address, method, &path, &[], body.as_bytes()).await;
            assert!(matches!(answer.status(), 404 | 400), "{method} {name}: {}", answer.status());
            assert_eq!(answer.header("content-type"), Some("text/plain; charset=utf-8"), "{method} {name}");
            for word in ["script", "no_such", "exe"] {
                assert!(!answer.text().contains(word), "{method} {name}: {}", answer.text());
            }
        }
    }
    for path in ["/run", "/run/", "/run/greet_person/x", "/nowhere", "/favicon.ico", "//run/greet_person"] {
        assert_eq!(request(server.address, "GET", path, &[], b"").await.status(), 404, "{path}");
    }
}

#[tokio::test]
async fn methods_are_the_documented_ones() {
    let server = started(|_| ());
    let allowed = |answer: &Message| {
        let mut methods: Vec<String> =
            answer.header("allow").unwrap_or_default().split(',').map(|method| method.trim().to_owned()).collect();
        methods.sort();
        methods
    };
    let all = ["GET", "HEAD", "OPTIONS", "POST"];
    for path in ["/run/greet_person", "/run/greet_person/"] {
        for method in ["PUT", "DELETE", "PATCH", "TRACE", "PROPFIND"] {
            let answer = request(server.address, method, path, &[], b"").await;
            assert_eq!((answer.status(), allowed(&answer)), (405, all.map(str::to_owned).to_vec()), "{method} {path}");
        }
        let options = request(server.address, "OPTIONS", path, &[], b"").await;
        assert_eq!((options.status(), allowed(&options)), (200, all.map(str::to_owned).to_vec()));
        let head = request(server.address, "HEAD", path, &[], b"").await;
        let get = request(server.address, "GET", path, &[], b"").await;
        assert_eq!((head.status(), head.body.len()), (200, 0));
        assert_eq!(head.header("content-length").unwrap(), get.body.len().to_string());
    }
}

#[tokio::test]
async fn every_answer_has_an_id_that_can_be_looked_up_in_the_log() {
    let server = started(|config| config.server.request.body_bytes = 4096);
    let (good, large) = (ada().message(), "x".repeat(5000));
    let mut ids = std::collections::HashSet::new();
    for (method, path, body, status) in [
        ("GET", "/", "", 200),
        ("GET", "/health", "", 200),
        ("GET", "/run/nobody", "", 404),
        ("POST", "/run/greet_person", good.as_str(), 200),
        ("POST", "/run/greet_person", "no xml", 400),
        ("POST", "/run/greet_person", large.as_str(), 413),
        ("DELETE", "/run/greet_person", "", 405),
        ("GET", "/t/x/run/greet_person", "", 404),
    ] {
        let answer = request(server.address, method, path, &[], body.as_bytes()).await;
        assert_eq!(answer.status(), status, "{method} {path}");
        let id = answer.header("x-request-id").unwrap_or_else(|| panic!("{method} {path} has no id"));
        assert!(ids.insert(id.to_owned()), "{id} came twice");
    }
    let answer = request(server.address, "GET", "/health", &["X-Request-Id: from-a-proxy"], b"").await;
    assert_eq!(answer.header("x-request-id"), Some("from-a-proxy"));
}

#[tokio::test]
async fn a_large_body_is_refused_stated_or_not() {
    let server = started(|config| config.server.request.body_bytes = 4096);
    let head = |header: &str| {
        format!("POST /run/greet_person HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{header}\r\n\r\n")
    };
    let stated = raw::send(server.address, head("Content-Length: 99999999999").as_bytes()).await;
    assert_eq!(stated.status(), 413, "refused before a byte of it was read");
    let chunk = format!("{:x}\r\n{}\r\n", 5000, "x".repeat(5000));
    let chunked = raw::send(server.address, (head("Transfer-Encoding: chunked") + &chunk).as_bytes()).await;
    assert_eq!(chunked.status(), 413, "refused before its end");
    for answer in [stated, chunked] {
        assert_eq!(answer.header("content-type"), Some("text/plain; charset=utf-8"));
    }
    assert_eq!(run(&server, "greet_person", &ada()).await.values(), ["Greetings, Ada"]);
}

#[tokio::test]
async fn a_client_that_dawdles_is_cut_off_and_disturbs_nobody() {
    let server = started(|config| config.server.request.read_seconds = 1);
    let head = "POST /run/greet_person HTTP/1.1\r\nHost: localhost\r\n";
    let dawdlers = [
        ("silent from the start", String::new()),
        ("one byte", "P".to_owned()),
        ("half a head", head.to_owned()),
        ("half an HTTP/2 preface", "PRI * HTTP/2.0\r\n".to_owned()),
        ("no body", format!("{head}Content-Length: 100\r\n\r\n")),
        ("half a body", format!("{head}Content-Length: 100\r\n\r\n<MaltegoMessage>")),
        ("half a chunk", format!("{head}Transfer-Encoding: chunked\r\n\r\nff\r\n<Maltego")),
    ];
    let dawdle = dawdlers.map(|(name, sent)| {
        let address = server.address;
        async move {
            let mut stream = TcpStream::connect(address).await.unwrap();
            stream.write_all(sent.as_bytes()).await.unwrap();
            let said = raw::rest(&mut stream).await;
            if !said.is_empty() {
                let status = Message::parse(&said).status();
                assert!(matches!(status, 400 | 408), "{name}: {status}");
            }
        }
    });
    let drip = async {
        let mut stream = TcpStream::connect(server.address).await.unwrap();
        stream.write_all(format!("{head}Content-Length: 1000\r\n\r\n").as_bytes()).await.unwrap();
        let started = Instant::now();
        // Each byte arrives in good time; all of them together would take minutes.
        while stream.write_all(b" ").await.is_ok() {
            assert!(started.elapsed() < PATIENCE, "a dripping client was never cut off");
            sleep(Duration::from_millis(100)).await;
        }
    };
    let others = async {
        assert_eq!(run(&server, "greet_person", &ada()).await.values(), ["Greetings, Ada"]);
        assert_healthy(&server).await;
    };
    tokio::join!(futures_util::future::join_all(dawdle), drip, others);
    assert_healthy(&server).await;
}

#[tokio::test]
async fn a_failure_keeps_what_was_found_before() {
    let server = started(|_| ());
    for (transform, found, said) in [
        ("raises_late", "found before the failure", "Something went wrong inside this server"),
        ("panics", "found before the panic", "What was found before is shown"),
    ] {
        let reply = run(&server, transform, &ada()).await;
        assert_eq!(reply.values(), [found]);
        assert!(reply.says("PartialError", said), "{transform}: {:?}", reply.messages);
        assert!(!reply.body.contains("on purpose"), "what broke is for the log");
        assert_healthy(&server).await;
    }
}

#[tokio::test]
async fn a_transform_that_never_ends_is_ended() {
    let mut config = Config::default();
    config.server.run_seconds = 0;
    let server = Running::with_catalogue(purpose::endless(), config);
    let reply = run(&server, "never_ends", &ada()).await;
    assert_eq!(reply.values(), ["found at once"]);
    assert!(reply.says("PartialError", "took longer than a run may take"), "{:?}", reply.messages);
}

#[tokio::test]
async fn limits_come_from_the_client_and_end_at_the_servers() {
    let server = started(|config| {
        config.server.default_limit = 7;
        config.server.max_limit = 20;
    });
    for (limit, expected) in [(12, 12), (20, 20), (1_000_000, 20), (0, 7)] {
        assert_eq!(run(&server, "counts_to_room", &ada().limit(limit)).await.entities.len(), expected, "{limit}");
    }
}

async fn wait(server: &Running) -> Reply {
    run(server, "waits", &ada()).await
}

#[tokio::test]
async fn a_busy_server_says_so_at_once_and_recovers() {
    let gate = Gate::new();
    let mut config = Config::default();
    config.server.max_runs = 2;
    let server = Running::with_catalogue(gate.catalogue(), config);
    let both = async { tokio::join!(wait(&server), wait(&server)) };
    let meanwhile = async {
        gate.wait_for(2).await;
        let refused = wait(&server).await;
        assert!(refused.entities.is_empty());
        assert!(refused.says("PartialError", "working on 2 runs already"), "{:?}", refused.messages);
        assert!(refused.says("PartialError", "Run the transform again in a few seconds"), "{:?}", refused.messages);
        assert_healthy(&server).await;
        gate.open();
        gate.open();
    };
    let ((first, second), ()) = tokio::join!(both, meanwhile);
    assert_eq!((first.entities.len(), second.entities.len()), (2, 2));
    gate.open();
    assert_eq!(wait(&server).await.entities.len(), 2, "a place is free again");
}

#[tokio::test]
async fn a_caller_who_hangs_up_gives_the_place_back() {
    let gate = Gate::new();
    let mut config = Config::default();
    config.server.max_runs = 1;
    let server = Running::with_catalogue(gate.catalogue(), config);
    let url = server.url("/run/waits");
    let request = ada();
    tokio::select! {
        _ = post(&url, &request) => panic!("nobody opened the gate"),
        () = gate.wait_for(1) => {}
    }
    let deadline = Instant::now() + PATIENCE;
    loop {
        tokio::select! {
            refused = wait(&server) => {
                assert!(refused.says("PartialError", "working on 1 runs already"), "{:?}", refused.messages);
                assert!(Instant::now() < deadline, "the place is still taken");
                sleep(Duration::from_millis(10)).await;
            }
            () = gate.wait_for(1) => break,
        }
    }
}

#[tokio::test]
async fn stopping_finishes_the_runs_under_way_and_takes_no_more() {
    let gate = Gate::new();
    let server = Running::with_catalogue(gate.catalogue(), Config::default());
    let (address, url) = (server.address, server.url("/run/waits"));
    let under_way = tokio::spawn(async move { post(&url, &ada()).await });
    gate.wait_for(1).await;
    let stopped = tokio::spawn(server.stop());
    let refused = async {
        while TcpStream::connect(address).await.is_ok() {
            sleep(Duration::from_millis(5)).await;
        }
    };
    timeout(PATIENCE, refused).await.expect("new connections are still taken");
    assert!(!stopped.is_finished(), "a run is still under way");
    gate.open();
    let reply = timeout(PATIENCE, under_way).await.unwrap().unwrap();
    assert_eq!(reply.values(), ["found before the wait", "found after the wait"]);
    timeout(PATIENCE, stopped).await.expect("the server did not end").unwrap();
}

#[tokio::test]
async fn hostile_xml_is_refused_quickly() {
    let server = started(|_| ());
    let inside = |what: &str| ada().message().replace("Ada", what);
    let laughs: String =
        (1..10).map(|n| format!("<!ENTITY l{n} \"{}\">", format!("&l{};", n - 1).repeat(10))).collect();
    let attributes: String = (0..20_000).map(|n| format!(" a{n}=\"x\"")).collect();
    let fields: String = (0..3_000).map(|n| format!("<Field Name=\"f{n}\">x</Field>")).collect();
    for (name, body, status) in [
        ("a billion laughs", format!("<!DOCTYPE m [<!ENTITY l0 \"lol\">{laughs}]>{}", inside("&l9;")), 400),
        (
            "an external entity",
            format!("<!DOCTYPE m [<!ENTITY x SYSTEM \"file:///etc/passwd\">]>{}", inside("&x;")),
            400,
        ),
        ("an external document type", format!("<!DOCTYPE m SYSTEM \"http://192.0.2.1/x.dtd\">{}", inside("x")), 400),
        ("an undefined entity", inside("&nbsp;"), 400),
        ("deep nesting from the start", "<MaltegoMessage>".repeat(50_000), 413),
        ("deep nesting of something else", "<a>".repeat(100_000), 400),
        ("deep nesting in the value", inside(&"<a>".repeat(100_000)), 413),
        ("many attributes", format!("<MaltegoMessage{attributes}/>"), 413),
        ("many elements", inside(&"<a/>".repeat(50_000)), 413),
        ("many fields", ada().message().replace("<AdditionalFields>", &format!("<AdditionalFields>{fields}")), 413),
        ("a long value", inside(&"x".repeat(500_000)), 413),
        ("a long attribute", format!("<MaltegoMessage a=\"{}\"/>", "x".repeat(500_000)), 413),
        ("an endless tag", format!("<{}", "x".repeat(900_000)), 400),
        ("an endless comment", format!("<!--{}", "-".repeat(900_000)), 400),
        ("two attributes of one name", inside("<a b=\"\" b=\"\"/>"), 400),
        ("zeros", "\0".repeat(900_000), 400),
        ("a request in UTF-16 without a mark", inside("x").bytes().flat_map(|b| [char::from(b), '\0']).collect(), 400),
    ] {
        let answer = request(server.address, "POST", "/run/echo_request", &[], body.as_bytes()).await;
        assert_eq!(answer.status(), status, "{name}: {}", answer.text());
        assert_eq!(answer.header("content-type"), Some("text/plain; charset=utf-8"), "{name}");
        assert!(answer.body.len() < 300, "{name}: {}", answer.text());
        assert!(!answer.text().contains("root:"), "{name}");
    }
    assert_healthy(&server).await;
}
