//! Promise: whoever asks why something is noise gets the reason, how sure it is, and the list with its origin and date; a
//! team's own lists count as well, and a broken one among them is named and breaks nothing.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a failed unwrap in a test is a failed test, which is the point"
)]

mod support;

use serde_json::{Value, json};
use support::program::{Done, Machine};

fn good(machine: &Machine, arguments: &[&str]) -> Done {
    let done = machine.run(arguments);
    assert_eq!(done.code, 0, "{arguments:?}: {} {}", done.out, done.err);
    done
}

fn verdicts(machine: &Machine, values: &[&str]) -> Vec<Value> {
    let arguments: Vec<&str> = ["noise", "--format", "json"].into_iter().chain(values.iter().copied()).collect();
    good(machine, &arguments).out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// A machine on which a team keeps lists.
fn with_lists(lists: &[(&str, Value)]) -> Machine {
    let machine = Machine::new();
    for (name, list) in lists {
        std::fs::create_dir_all(machine.home.path().join("lists").join(name)).unwrap();
        machine.home.write(&format!("lists/{name}/list.json"), &list.to_string());
    }
    machine.home.write("namehound.toml", "[noise]\nwarning_lists = \".\"\n");
    machine
}

fn list(kind: &str, entries: &[&str]) -> Value {
    json!({
        "name": format!("Our {kind} list"),
        "description": "What we know",
        "version": 20_261_101,
        "type": kind,
        "matching_attributes": ["domain", "hostname", "ip-src", "ip-dst", "domain|ip"],
        "list": entries,
    })
}

#[test]
fn a_company_is_a_company_and_a_service_is_a_service() {
    let machine = Machine::new();
    for value in verdicts(
        &machine,
        &["Private Limited", "Acme Private Limited", "Domain Protection Services Ltd of Acme", "proxy@acme.example"],
    ) {
        assert_eq!((&value["noise"], &value["verdicts"]), (&json!(false), &json!([])), "{value}");
    }
    for (text, kind, confidence) in [
        ("REDACTED FOR PRIVACY", "redacted", "certain"),
        ("Domain Protection Services, Inc.", "privacy-service", "certain"),
        ("x@domainsbyproxy.com", "privacy-service", "certain"),
        ("n/a", "placeholder", "certain"),
        ("ns1.sedoparking.com", "parking", "certain"),
        ("91.195.240.94", "parking", "certain"),
        ("sinkhole.cert.pl", "sinkhole", "certain"),
        ("199.2.137.20", "sinkhole", "certain"),
        ("ns37.domaincontrol.com", "registrar", "certain"),
        ("104.16.1.1", "content-network", "certain"),
        ("jo@mailinator.com", "disposable-mail", "certain"),
        ("hostmaster@shop.example", "role-mailbox", "likely"),
        ("dns-admin@shop.example", "role-mailbox", "possible"),
        ("gmail.com", "free-mail", "certain"),
        ("lantern.duckdns.org", "dynamic-dns", "possible"),
        ("printer.local", "special-use", "certain"),
        ("10.0.0.1", "local-network", "certain"),
        ("AS13335", "content-network", "certain"),
    ] {
        let told = verdicts(&machine, &[text]).remove(0);
        let first = &told["verdicts"][0];
        assert_eq!((&first["kind"], &first["confidence"]), (&json!(kind), &json!(confidence)), "{told}");
        assert!(!first["reason"].as_str().unwrap().is_empty() && !first["source"]["list"].as_str().unwrap().is_empty());
    }
}

#[test]
fn the_reason_comes_with_its_list_origin_and_date() {
    let machine = Machine::new();
    let told = verdicts(&machine, &["104.16.1.1"]).remove(0);
    let verdict = &told["verdicts"][0];
    assert_eq!(verdict["reason"], "a content network: Cloudflare");
    assert_eq!(verdict["source"]["list"], "networks-content");
    assert!(verdict["source"]["origin"].as_str().unwrap().contains("publish"), "{told}");
    assert!(verdict["source"]["date"].as_str().unwrap().starts_with("20"), "{told}");
    let table = good(&machine, &["noise", "104.16.1.1", "Private Limited"]).out;
    let lines: Vec<&str> = table.lines().collect();
    assert!(lines[0].starts_with("Value") && lines[0].contains("Confidence"), "{table}");
    assert!(table.contains("a content network: Cloudflare") && table.contains("networks-content (20"), "{table}");
    assert!(table.lines().any(|line| line.starts_with("Private Limited") && line.contains(" no ")), "{table}");
}

#[test]
fn a_teams_lists_count_and_a_broken_one_is_named() {
    let machine = with_lists(&[
        ("names", list("hostname", &["popular.example"])),
        ("ranges", list("cidr", &["203.0.113.0/24"])),
        ("broken", json!({"name": "no list in it"})),
    ]);
    let arguments = ["noise", "--format", "json", "www.popular.example", "203.0.113.7", "203.0.114.7"];
    let done = good(&machine, &arguments);
    let told: Vec<Value> = done.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(told[0]["verdicts"][0]["kind"], "warning-list");
    assert_eq!(told[0]["verdicts"][0]["source"]["list"], "Our hostname list");
    assert_eq!(told[0]["verdicts"][0]["source"]["date"], "20261101");
    assert_eq!(told[1]["verdicts"][0]["source"]["list"], "Our cidr list");
    assert_eq!(told[2]["noise"], false);
    assert!(done.err.contains("broken/list.json") && done.err.contains("missing field"), "{}", done.err);
}

#[test]
fn the_check_of_the_configuration_says_how_many_lists_and_which_files_failed() {
    let machine =
        with_lists(&[("names", list("hostname", &["popular.example"])), ("broken", json!({"name": "no list in it"}))]);
    let done = good(&machine, &["config", "check"]);
    assert!(done.out.contains("Warning lists: 1 list with 1 entry."), "{}", done.out);
    assert!(done.out.contains("broken/list.json"), "{}", done.out);
    let report: Value = serde_json::from_str(&machine.run(&["doctor", "--offline", "--format", "json"]).out).unwrap();
    let findings = report["findings"].as_array().unwrap();
    let finding = findings.iter().find(|finding| finding["check"] == "warning_lists").unwrap();
    assert_eq!(finding["verdict"], "warning", "{finding}");
    assert!(finding["what"].as_str().unwrap().contains("broken/list.json"), "{finding}");
}

#[test]
fn a_folder_that_is_not_there_is_told_and_the_shipped_lists_still_judge() {
    let machine = Machine::new();
    machine.home.write("namehound.toml", "[noise]\nwarning_lists = \"nowhere\"\n");
    let done = good(&machine, &["noise", "--format", "json", "REDACTED"]);
    assert!(done.out.contains("redaction marker"), "{}", done.out);
    assert!(done.err.contains("nowhere"), "{}", done.err);
    let report: Value = serde_json::from_str(&machine.run(&["doctor", "--offline", "--format", "json"]).out).unwrap();
    let findings = report["findings"].as_array().unwrap();
    let finding = findings.iter().find(|finding| finding["check"] == "warning_lists").unwrap();
    assert_eq!(finding["verdict"], "problem", "{finding}");
}

/// What a team knows is marked on the graph as what ships is.
#[test]
fn a_run_marks_what_a_teams_list_knows() {
    let machine = with_lists(&[("names", list("hostname", &["greyferry-dns.example"]))]);
    let arguments =
        ["--case", "leaked-episode", "run", "domain_to_historic_name_servers", "cmt-net.example", "--format", "json"];
    let told: Value = serde_json::from_str(&good(&machine, &arguments).out).unwrap();
    let entities = told["entities"].as_array().unwrap();
    assert_eq!(entities.len(), 6);
    for entity in entities {
        let known = entity["value"].as_str().unwrap().ends_with(".greyferry-dns.example");
        let noise = entity["properties"]["namehound.noise"].as_str();
        assert_eq!(noise, known.then_some("warning-list"), "{entity}");
    }
}

#[test]
fn the_examples_in_the_help_work() {
    let machine = Machine::new();
    let help = good(&machine, &["noise", "--help"]).out;
    assert!(help.contains("Nothing is asked over the network"), "{help}");
    good(&machine, &["noise", "Domains By Proxy, LLC", "ns1.sedoparking.com", "104.16.1.1"]);
    assert_eq!(machine.run(&["noise"]).code, 2);
}
