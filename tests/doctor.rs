//! Promise: what is wrong with an installation is found and told, with what to do, and no key is ever shown.

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
    collections::HashMap,
    io,
    net::{IpAddr, SocketAddr},
    path::{Path, PathBuf},
    process::{Command, Output},
};

use async_trait::async_trait;
use axum::response::IntoResponse as _;
use intel::{
    Clock, SystemClock,
    desk::{HttpTransport, Transport},
};
use jiff::{SignedDuration, Timestamp};
use namehound::{
    auth::NewToken,
    config::{Config, Sources},
    doctor::{Check, Examination, Finding, Reply, Report, Surroundings, ThisMachine, Unreachable, Verdict, examine},
};
use serde_json::{Value, json};
use support::{
    Running, Upstream, bundled_config,
    upstream::{json as answer, status},
    vendor_config,
};
use url::Url;

/// A key of the usual form.
const KEY: &str = "at_abcdefghijklmnopqrstuvwxyz012";

/// A system clock that is off.
#[derive(Debug)]
struct Off(SignedDuration);

impl Clock for Off {
    fn now(&self) -> Timestamp {
        Timestamp::now() + self.0
    }
}

/// A machine on which every port is free, one name is known, and nothing answers.
#[derive(Debug)]
struct Quiet;

#[async_trait]
impl Surroundings for Quiet {
    async fn get(&self, _: &Url, _: Option<SocketAddr>) -> Result<Reply, Unreachable> {
        Err(Unreachable { detail: "nobody is there".to_owned() })
    }

    async fn resolve(&self, host: &str) -> io::Result<Vec<IpAddr>> {
        match host {
            "hub.example" => Ok(vec!["192.0.2.7".parse().unwrap()]),
            _ => Err(io::Error::other("no such name")),
        }
    }

    fn try_port(&self, _: SocketAddr) -> io::Result<()> {
        Ok(())
    }
}

/// A folder of its own for each test.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        let folder = std::env::temp_dir().join(format!("namehound-doctor-test-{}", uuid::Uuid::new_v4()));
        std::fs::create_dir(&folder).unwrap();
        Self(folder)
    }

    /// Runs the program in this folder, with nothing of this process's environment.
    async fn run(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_namehound"));
        // No test goes online.
        command.env_clear().env("NAMEHOUND_PROVIDERS__KEYLESS", "false");
        command.current_dir(&self.0).arg("--data-dir").arg(&self.0).args(arguments);
        tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        std::fs::remove_dir_all(&self.0).unwrap();
    }
}

async fn look(config: &Config, surroundings: &dyn Surroundings, clock: &dyn Clock) -> Report {
    let folder = Folder::new();
    let transport = HttpTransport::new(config.upstream.settings().unwrap()).unwrap();
    let examination = Examination {
        sources: &Sources::default(),
        config: Ok(config),
        data_dir: &folder.0,
        clock,
        surroundings,
        upstream: Ok(&transport as &dyn Transport),
    };
    examine(&examination).await
}

/// The one finding of a check.
fn only(report: &Report, check: Check) -> &Finding {
    let findings: Vec<_> = report.findings.iter().filter(|finding| finding.check == check).collect();
    assert_eq!(findings.len(), 1, "{findings:?}");
    findings[0]
}

/// The balance of an account with every product that pays for something.
fn balance(suite: i64, dns: i64) -> Value {
    let others = [1, 7, 8, 20, 21, 23, 29, 61].map(|product| json!({ "product_id": product, "credits": 300 }));
    let mut data = vec![
        json!({ "product_id": 14, "product": { "id": 14, "name": "Domain Research Suite" }, "credits": suite }),
        json!({ "product_id": 26, "product": { "id": 26, "name": "DNS Lookup" }, "credits": dns }),
    ];
    data.extend(others);
    json!({ "data": data })
}

async fn vendor(suite: i64, dns: i64) -> Upstream {
    Upstream::start(move |_| answer(balance(suite, dns))).await
}

fn keyed(upstream: &Upstream, key: &str) -> Config {
    let mut config = vendor_config(upstream);
    config.providers.whoisxml.api_key = Some(key.to_owned().into());
    config.server.public_url = Some("https://hub.example".to_owned());
    config.auth.tokens = vec![NewToken::from_random([7; 32]).hash];
    config
}

#[tokio::test]
async fn a_good_installation_has_nothing_wrong() {
    let upstream = vendor(480, 20).await;
    let report = look(&keyed(&upstream, KEY), &Quiet, &SystemClock).await;
    assert!(report.is_well(), "{report:?}");
    assert_eq!(report.count(Verdict::Warning), 0, "{report:?}");
    let credits: Vec<_> = report.findings.iter().filter(|finding| finding.check == Check::Credits).collect();
    assert_eq!(credits.len(), 3, "{credits:?}");
    for told in [
        "480 credits left for WHOIS history, reverse WHOIS",
        "20 credits left for DNS records",
        "network ownership, IP location",
    ] {
        assert!(credits.iter().any(|finding| finding.what.contains(told)), "{told}: {credits:?}");
    }
    assert_eq!(only(&report, Check::Clock).verdict, Verdict::Good);
    assert_eq!(only(&report, Check::ApiKey).what, "WhoisXML API: set, 32 characters.");
    assert_eq!(report.seed_url.as_deref(), Some("https://hub.example/t/<token>/seed"));
    let asked = upstream.asked();
    assert_eq!(asked.len(), 1, "nothing but the balance is asked, once");
    assert!(asked[0].path.ends_with("/account-balance"), "{}", asked[0].path);
}

#[tokio::test]
async fn a_refused_key_is_told_and_never_shown() {
    let echo = || {
        let words = format!("Access restricted. Check credits balance or enter the correct API key. {KEY}");
        status(403, json!({ "code": 403, "messages": words }).to_string())
    };
    let upstream = Upstream::start(move |_| echo()).await;
    let report = look(&keyed(&upstream, KEY), &Quiet, &SystemClock).await;
    let credits = only(&report, Check::Credits);
    assert_eq!(credits.verdict, Verdict::Problem);
    assert!(credits.what.contains("does not accept the key (status 403)"), "{}", credits.what);
    assert!(!report.is_well());

    for page in [format!("<html>{KEY}</html>"), format!("{{\"data\": \"{KEY}\"}}"), KEY.to_owned()] {
        for code in [200, 403, 502] {
            let page = page.clone();
            let upstream = Upstream::start(move |_| status(code, page.clone())).await;
            let report = look(&keyed(&upstream, KEY), &Quiet, &SystemClock).await;
            assert!(!format!("{report:?}").contains(&KEY[3..20]), "{report:?}");
            assert_ne!(only(&report, Check::Credits).verdict, Verdict::Good, "{report:?}");
        }
    }
}

#[tokio::test]
async fn an_empty_account_is_told_by_service() {
    let upstream = vendor(0, 20).await;
    let report = look(&keyed(&upstream, KEY), &Quiet, &SystemClock).await;
    let verdicts: Vec<_> = report
        .findings
        .iter()
        .filter(|finding| finding.check == Check::Credits)
        .map(|finding| finding.verdict)
        .collect();
    assert_eq!(verdicts.len(), 3, "{verdicts:?}");
    assert_eq!(verdicts.iter().filter(|verdict| **verdict == Verdict::Problem).count(), 1, "{verdicts:?}");
    assert_eq!(verdicts.iter().filter(|verdict| **verdict == Verdict::Good).count(), 2, "{verdicts:?}");
    assert!(!report.is_well());
}

#[tokio::test]
async fn a_clock_that_is_off_is_told() {
    let upstream = vendor(480, 20).await;
    for (minutes, verdict) in [(-7, Verdict::Problem), (7, Verdict::Problem), (-1, Verdict::Good), (1, Verdict::Good)] {
        let clock = Off(SignedDuration::from_mins(minutes));
        let report = look(&keyed(&upstream, KEY), &Quiet, &clock).await;
        assert_eq!(only(&report, Check::Clock).verdict, verdict, "{minutes} minutes");
    }
}

#[tokio::test]
async fn a_machine_without_network_is_told_about_proxies() {
    let upstream = vendor(480, 20).await;
    let mut config = keyed(&upstream, KEY);
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    config.upstream.gateway = Some(format!("http://{free}"));
    let report = look(&config, &Quiet, &SystemClock).await;
    let credits = only(&report, Check::Credits);
    assert_eq!(credits.verdict, Verdict::Problem);
    assert!(credits.what.contains("cannot be reached") && !credits.what.contains(KEY), "{}", credits.what);
    assert!(credits.next_step.as_deref().unwrap().contains("[upstream]\nproxy = "));
    assert_eq!(only(&report, Check::Clock).verdict, Verdict::Skipped);
}

#[tokio::test]
async fn stray_blanks_are_seen_and_a_broken_key_is_not_sent() {
    let upstream = vendor(480, 20).await;
    let report = look(&keyed(&upstream, &format!(" {KEY} \n")), &Quiet, &SystemClock).await;
    assert_eq!(only(&report, Check::ApiKey).verdict, Verdict::Warning);
    assert!(report.is_well(), "blanks around a key do no harm: {report:?}");
    assert_eq!(upstream.asked().len(), 1);

    let report = look(&keyed(&upstream, &KEY.replace("mno", "m o")), &Quiet, &SystemClock).await;
    assert_eq!(only(&report, Check::ApiKey).verdict, Verdict::Problem);
    assert_eq!(only(&report, Check::Credits).verdict, Verdict::Skipped);
    assert_eq!(upstream.asked().len(), 1);
}

#[tokio::test]
async fn a_port_is_free_ours_or_taken() {
    let mut config = bundled_config();
    assert_eq!(only(&look(&config, &Quiet, &SystemClock).await, Check::Port).verdict, Verdict::Good);

    let server = Running::start(bundled_config());
    config.server.listen = server.address.to_string();
    let report = look(&config, &ThisMachine::default(), &SystemClock).await;
    let port = only(&report, Check::Port);
    assert_eq!(port.verdict, Verdict::Good, "{port:?}");
    assert!(port.what.starts_with(concat!("Namehound ", env!("CARGO_PKG_VERSION"), " is running")), "{}", port.what);

    let stranger = Upstream::start(|_| answer(json!({ "status": "ok" }))).await;
    config.server.listen = stranger.url().strip_prefix("http://").unwrap().to_owned();
    let report = look(&config, &ThisMachine::default(), &SystemClock).await;
    let port = only(&report, Check::Port);
    assert_eq!(port.verdict, Verdict::Problem, "{port:?}");
    assert!(port.next_step.as_deref().unwrap().contains("namehound --listen 127.0.0.1:"));

    config.server.listen = "somewhere".to_owned();
    assert_eq!(only(&look(&config, &Quiet, &SystemClock).await, Check::Port).verdict, Verdict::Problem);
}

#[tokio::test]
async fn the_seed_is_asked_for_where_clients_would() {
    let front = Upstream::start(|asked| match asked.host.as_str() {
        "good" => ([("content-type", "application/json")], "{}").into_response(),
        "login" => ([("content-type", "text/html")], "<html>").into_response(),
        "locked" => status(401, ""),
        _ => status(404, ""),
    })
    .await;
    let token = NewToken::from_random([7; 32]).hash;
    for (path, tokens, verdict, told) in [
        ("/good", vec![], Verdict::Good, "200, application/json"),
        ("/login", vec![], Verdict::Problem, "no seed"),
        ("/locked", vec![], Verdict::Problem, "401"),
        ("/locked", vec![token.clone()], Verdict::Good, "asks for a token"),
        ("/else", vec![], Verdict::Problem, "404"),
    ] {
        let mut config = bundled_config();
        config.auth.tokens = tokens;
        let server = Running::start(config.clone());
        config.server.listen = server.address.to_string();
        config.server.public_url = Some(format!("{}{path}/", front.url()));
        let report = look(&config, &ThisMachine::default(), &SystemClock).await;
        let seed = only(&report, Check::Seed);
        assert_eq!(seed.verdict, verdict, "{seed:?}");
        assert!(seed.what.contains(told), "{seed:?}");
    }
    let report = look(&bundled_config(), &Quiet, &SystemClock).await;
    assert_eq!(only(&report, Check::Seed).verdict, Verdict::Skipped, "no server runs");
}

#[tokio::test]
async fn a_server_for_others_needs_a_name_that_leads_somewhere() {
    let mut config = bundled_config();
    config.server.listen = "0.0.0.0:8080".to_owned();
    let report = look(&config, &Quiet, &SystemClock).await;
    let public_url = only(&report, Check::PublicUrl);
    assert_eq!(public_url.verdict, Verdict::Problem);
    assert!(public_url.next_step.as_deref().unwrap().contains("public_url = "));
    assert_eq!(only(&report, Check::Access).verdict, Verdict::Problem, "and a token");
    assert_eq!(report.seed_url, None);

    for (url, expected) in [("https://hub.example", Verdict::Good), ("https://typo.example", Verdict::Problem)] {
        config.server.public_url = Some(url.to_owned());
        let report = look(&config, &Quiet, &SystemClock).await;
        let worst = report.findings.iter().filter(|finding| finding.check == Check::PublicUrl);
        assert_eq!(worst.map(|finding| finding.verdict).max(), Some(expected), "{url}");
    }
}

#[tokio::test]
async fn without_a_configuration_the_rest_is_still_looked_at() {
    let folder = Folder::new();
    let transport = HttpTransport::new(Config::default().upstream.settings().unwrap()).unwrap();
    let examination = Examination {
        sources: &Sources { file: Some("namehound.toml".into()), environment: HashMap::new() },
        config: Err("namehound.toml, line 2: there is no key \"lisen\" here; did you mean \"listen\"?"),
        data_dir: &folder.0,
        clock: &SystemClock,
        surroundings: &Quiet,
        upstream: Ok(&transport),
    };
    let report = examine(&examination).await;
    assert_eq!(only(&report, Check::Configuration).verdict, Verdict::Problem);
    assert!(only(&report, Check::Configuration).what.contains("did you mean \"listen\"?"));
    assert_eq!(only(&report, Check::DataFolder).verdict, Verdict::Good);
    assert_eq!(only(&report, Check::Certificates).verdict, Verdict::Skipped);
}

fn write(folder: &Path, text: &str) {
    std::fs::write(folder.join("namehound.toml"), text).unwrap();
}

#[tokio::test]
async fn the_program_tells_findings_as_text_and_as_json() {
    let folder = Folder::new();
    let upstream = Upstream::start(|_| status(403, "{\"code\":403,\"messages\":\"Access restricted.\"}")).await;
    let gateway = upstream.url();
    write(
        &folder.0,
        &format!(
            "[server]\nlisten = \"127.0.0.1:0\"\n[providers.whoisxml]\napi_key = \"{KEY}\"\n[upstream]\ngateway = \
             \"{gateway}\"\n"
        ),
    );
    let output = folder.run(&["doctor", "--format", "json"]).await;
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["well"], false);
    let findings = report["findings"].as_array().unwrap();
    let credits = findings.iter().find(|finding| finding["check"] == "credits").unwrap();
    assert_eq!(credits["verdict"], "problem");
    assert!(credits["what"].as_str().unwrap().contains("does not accept the key"));
    assert!(credits["next_step"].is_string());
    assert!(!String::from_utf8_lossy(&output.stdout).contains(&KEY[3..20]));

    let asked = upstream.asked().len();
    let output = folder.run(&["doctor", "--offline"]).await;
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(upstream.asked().len(), asked, "offline asks nobody");
    assert_eq!(output.status.code(), Some(0), "{text}");
    assert!(text.contains("✓ API key        WhoisXML API: set, 32 characters."), "{text}");
    assert!(text.contains("- credits        Not asked: "), "{text}");
    assert!(!text.contains(&KEY[3..20]));

    write(&folder.0, "[server]\nlisen = \"127.0.0.1:0\"\n");
    let output = folder.run(&["doctor", "--offline"]).await;
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(1), "{text}");
    assert!(text.contains("✗ configuration") && text.contains("did you mean \"listen\"?"), "{text}");
}

#[tokio::test]
async fn health_is_a_line_and_an_exit_code() {
    let folder = Folder::new();
    let server = Running::start(bundled_config());
    let well = folder.run(&["health", "--url", &server.url("")]).await;
    assert_eq!(well.status.code(), Some(0), "{well:?}");
    assert_eq!(well.stdout.iter().filter(|byte| **byte == b'\n').count(), 1);

    write(&folder.0, &format!("[server]\nlisten = \"{}\"\n", server.address));
    let configured = folder.run(&["health"]).await;
    assert_eq!(configured.status.code(), Some(0), "{configured:?}");

    let address = server.address;
    server.stop().await;
    for arguments in [&["health"][..], &["health", "--url", &format!("http://{address}")]] {
        let dead = folder.run(arguments).await;
        assert_eq!(dead.status.code(), Some(1), "{dead:?}");
        assert_eq!(dead.stdout.iter().filter(|byte| **byte == b'\n').count(), 1, "{dead:?}");
    }

    let stranger = Upstream::start(|_| status(200, "<html>")).await;
    let other = folder.run(&["health", "--url", &stranger.url()]).await;
    assert_eq!(other.status.code(), Some(1), "{other:?}");

    let nowhere = folder.run(&["health", "--url", "nowhere:80"]).await;
    assert_eq!(nowhere.status.code(), Some(1), "{nowhere:?}");
    write(&folder.0, "nonsense");
    assert_eq!(folder.run(&["health"]).await.status.code(), Some(1), "container engines reserve other codes");
}
