//! Promise: the command line teaches, answers in every form, says what is wrong and how to go on, and tells by its exit
//! code how it went: 0 done, 1 the question could not be answered, 2 the command or the configuration is wrong.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a failed unwrap in a test is a failed test, which is the point"
)]

mod support;

use serde_json::Value;
use support::{
    client,
    program::{Done, Machine},
};

const SEVEN: [&str; 7] = [
    "cmt-net.example",
    "cmt.example",
    "dl-app.example",
    "farata-co.example",
    "shore-vpn.example",
    "turq-host.example",
    "velani.example",
];

fn run(arguments: &[&str]) -> Done {
    Machine::new().run(arguments)
}

fn good(arguments: &[&str]) -> String {
    let done = run(arguments);
    assert_eq!(done.code, 0, "{arguments:?}: {}", done.err);
    done.out
}

/// Insists on a failure that is told on stderr alone, in all of these words.
fn bad(machine: &Machine, arguments: &[&str], code: i32, words: &[&str]) {
    let done = machine.run(arguments);
    assert_eq!(done.code, code, "{arguments:?}: {} {}", done.out, done.err);
    for word in words {
        assert!(done.err.contains(word), "{arguments:?} does not say {word:?}: {}", done.err);
    }
    assert!(!done.err.contains("panicked"), "{}", done.err);
}

#[test]
fn help_teaches_by_example() {
    let help = good(&["--help"]);
    for part in [
        "Examples:",
        "namehound run domain_to_whois_history cmt-net.example",
        "namehound transforms",
        "namehound config init",
        "--case <DIR>",
    ] {
        assert!(help.contains(part), "{part}: {help}");
    }
    for command in ["serve", "run", "transforms", "config", "token", "completions"] {
        assert!(help.contains(&format!("\n  {command} ")), "{command}: {help}");
        assert!(!good(&[command, "--help"]).is_empty());
    }
    assert!(good(&["run", "--help"]).contains("Results go to stdout, messages and progress to stderr."));
    assert_eq!(good(&["--version"]), format!("namehound {}\n", env!("CARGO_PKG_VERSION")));
}

/// Every command line in the help's examples is one that works.
#[test]
fn the_examples_in_the_help_work() {
    let machine = Machine::new();
    machine.home.write("shops.txt", "cmt.example\nfarata-co.example\n");
    let help = machine.run(&["--help"]).out + &machine.run(&["run", "--help"]).out;
    let examples: Vec<_> = help.lines().filter_map(|line| line.trim().strip_prefix("namehound ")).collect();
    assert!(examples.len() >= 7, "{examples:?}");
    for example in examples {
        let command = example.split(" > ").next().unwrap().replace("\"Dara Velani\"", "Dara\u{a0}Velani");
        let arguments: Vec<_> = command.split(' ').map(|argument| argument.replace('\u{a0}', " ")).collect();
        let done = machine.run(&arguments.iter().map(String::as_str).collect::<Vec<_>>());
        assert_eq!(done.code, 0, "{example}: {}", done.err);
        assert!(!done.out.is_empty(), "{example}");
    }
}

#[test]
fn transforms_are_listed_in_every_form() {
    let names: Vec<_> = transforms::Catalogue::standard().declarations().map(|d| d.definition.name).collect();
    let first_cells = |text: &str, cut: usize| -> Vec<String> {
        let cell = |line: &str| line.trim_start_matches("| ").split([' ', '|']).next().unwrap().to_owned();
        text.lines().skip(cut).map(cell).collect()
    };
    assert_eq!(first_cells(&good(&["transforms"]), 1), names);
    let markdown = good(&["transforms", "--format", "markdown"]);
    assert_eq!(first_cells(&markdown, 2), names);
    let columns = |line: &str| line.matches('|').count();
    assert!(markdown.lines().all(|line| columns(line) == columns(markdown.lines().next().unwrap())), "{markdown}");
    let json: Value = serde_json::from_str(&good(&["transforms", "--format", "json"])).unwrap();
    let listed: Vec<_> = json["transforms"].as_array().unwrap().iter().map(|t| t["name"].as_str().unwrap()).collect();
    assert_eq!(listed, names);
    assert!(json["transforms"].as_array().unwrap().iter().all(|t| t["description"].as_str().unwrap().len() > 20));
}

#[test]
fn results_come_in_every_form() {
    let run = |format: &str| good(&["run", "person_to_domains", "Dara Velani", "--format", format]);

    let table = run("table");
    assert_eq!(table.lines().count(), 8, "{table}");
    assert!(SEVEN.iter().all(|name| table.contains(name)), "{table}");
    assert_eq!(good(&["run", "person_to_domains", "Dara Velani"]), table, "the default");

    let json: Value = serde_json::from_str(&run("json")).unwrap();
    let entities = json["entities"].as_array().unwrap();
    assert_eq!(entities.iter().map(|entity| entity["value"].as_str().unwrap()).collect::<Vec<_>>(), SEVEN);
    for entity in entities {
        assert_eq!(entity["type"], "maltego.Domain");
        assert_eq!(entity["properties"]["namehound.source"], "case leaked-episode");
    }
    assert!(json["messages"].is_array());

    let csv = run("csv");
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    assert_eq!(reader.headers().unwrap(), vec!["Type", "Value", "Link", "Observed", "Source"]);
    let rows: Vec<_> = reader.records().map(Result::unwrap).collect();
    assert_eq!(rows.iter().map(|row| &row[1]).collect::<Vec<_>>(), SEVEN);

    let xml = client::read(200, run("xml").trim_end().to_owned());
    assert_eq!(xml.values(), SEVEN);
    support::tree::Node::parse(&xml.body);
}

#[test]
fn messages_are_on_stderr_where_the_form_has_no_place_for_them() {
    let cut = ["run", "ns_to_domains", "ns17.tala-host.example", "--limit", "3", "--format"];
    // The size comes first and takes one of the three places.
    let told = "2 of 79 shown (soft limit)";
    for format in ["table", "csv"] {
        let done = run(&[&cut[..], &[format]].concat());
        assert_eq!((done.code, done.out.lines().count()), (0, 4), "{}", done.err);
        let first = done.out.lines().nth(1).unwrap();
        assert!(first.starts_with("namehound.Summary"), "{}", done.out);
        assert!(done.err.contains(told) && !done.out.contains(told), "{format}: {}", done.err);
    }
    for format in ["json", "xml"] {
        let done = run(&[&cut[..], &[format]].concat());
        assert!(done.out.contains(told) && done.err.is_empty(), "{format}: {}", done.err);
    }
}

#[test]
fn settings_properties_and_types_reach_the_transform() {
    let current = good(&["run", "person_to_domains", "Dara Velani", "--set", "scope=current"]);
    assert_eq!(current.lines().count(), 4, "{current}");
    let parts = ["--property", "person.firstnames=Dara", "--property", "person.lastname=Velani"];
    let by_parts = good(&[&["run", "person_to_domains", ""], &parts[..]].concat());
    assert_eq!(by_parts.lines().count(), 8, "{by_parts}");
    let contact = ["--property", "registrantEmail=a=b@mail.example"];
    let contacts = good(&[&["run", "whois_record_to_contacts", "x"], &contact[..]].concat());
    assert!(contacts.contains("a=b@mail.example"), "only the first = separates: {contacts}");
    let typed = good(&["run", "ns_to_domains", "ns17.tala-host.example", "--type", "maltego.DNSName"]);
    assert_eq!(typed.lines().count(), 80);
    assert_eq!(good(&["run", "ns-to-domains", "NS17.tala-host.example."]), typed, "names as at the doors");
}

#[test]
fn what_cannot_be_understood_is_told_with_the_nearest_that_can() {
    let machine = Machine::new().with("NAMEHOUND_CASES__LOAD", "none");
    bad(&machine, &["run", "domain_to_whois_histry", "x"], 2, &["did you mean domain_to_whois_history?"]);
    bad(&machine, &["run", "qqq", "x"], 2, &["there is no transform \"qqq\"", "namehound transforms"]);
    bad(
        &machine,
        &["run", "person_to_domains", "x", "--set", "scop=current"],
        2,
        &["no setting \"scop\"", "it has scope"],
    );
    bad(&machine, &["run", "person_to_domains", "x", "--set", "scope"], 2, &["NAME=VALUE"]);
    bad(&machine, &["run", "person_to_domains", "x", "--type", "maltego.Persn"], 2, &["maltego.Persn"]);
    bad(&machine, &["run", "person_to_domains"], 2, &["<VALUE>"]);
    bad(&machine, &["run", "person_to_domains", "x", "--format", "yaml"], 2, &["table, json, csv, xml"]);
    bad(&machine, &["serv"], 2, &["'serve'"]);
    bad(&machine, &["serve", "--listen", "localhost"], 2, &["no address to listen on", "127.0.0.1:8080"]);
    bad(&machine, &["--config", "nowhere.toml", "transforms"], 0, &[]);
    bad(&machine, &["--config", "nowhere.toml", "config", "check"], 2, &["nowhere.toml cannot be read"]);
}

#[test]
fn a_question_without_an_answer_is_exit_code_1() {
    let machine = Machine::new();
    let nobody = ["--case", "none", "run", "ns_to_domains", "ns1.host.example"];
    bad(&machine, &nobody, 1, &["No source for reverse NS is configured", "namehound config init", "load a case"]);
    bad(&machine, &["run", "email_to_domains", "nobody"], 1, &["is not an e-mail address"]);
    bad(&machine, &["run", "person_to_domains", "Ada", "--set", "scope=curent"], 1, &["one of historic, current"]);
    // Nothing found and nothing to be asked are answers.
    bad(&machine, &["run", "ns_to_domains", "ns1.nowhere.example"], 0, &["is in none of the cases leaked-episode"]);
}

#[test]
fn a_configuration_is_written_once_shown_and_checked() {
    let machine = Machine::new();
    let file = machine.home.path().join("namehound.toml");
    let checked = machine.run(&["config", "check"]);
    assert_eq!(checked.code, 0);
    assert!(checked.out.contains("There is no configuration file"), "{}", checked.out);
    assert!(
        checked.out.contains("Questions are answered by: cases leaked-episode, one-mailbox and the-phone-number."),
        "{}",
        checked.out
    );

    let written = machine.run(&["config", "init"]);
    assert_eq!(written.code, 0, "{}", written.err);
    let template = std::fs::read_to_string(&file).unwrap();
    assert_eq!(template, namehound::config::TEMPLATE);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600, "it may hold keys");
    }
    std::fs::write(&file, "[server]\nname = \"Ours\"\n").unwrap();
    bad(&machine, &["config", "init"], 2, &["namehound.toml cannot be written", "exists"]);
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "[server]\nname = \"Ours\"\n");
    assert_eq!(machine.run(&["config", "init", "other.toml"]).code, 0);

    let checked = machine.run(&["config", "check"]);
    assert!(checked.out.contains("namehound.toml can be used"), "{}", checked.out);
    let shown = machine.run(&["config", "show"]);
    assert!(shown.out.contains("name = \"Ours\""), "{}", shown.out);
    let read: namehound::config::Config = toml::from_str(&shown.out).unwrap();
    assert_eq!((read.server.name.as_str(), read.server.max_runs), ("Ours", 1024));
}

#[test]
fn a_typo_in_the_configuration_names_the_nearest_key() {
    let machine = Machine::new();
    machine.home.write("namehound.toml", "[server]\n\nlisen = \"127.0.0.1:1\"\n");
    for command in [&["config", "check"][..], &["config", "show"], &["serve"], &["run", "ns_to_domains", "x.example"]] {
        bad(&machine, command, 2, &["namehound.toml, line 3", "\"lisen\"", "did you mean \"listen\"?"]);
    }
    let machine = Machine::new().with("NAMEHOUND_SERVER__MAX_RUN", "5");
    bad(&machine, &["config", "check"], 2, &["in the environment", "did you mean \"max_runs\"?"]);
}

#[test]
fn no_secret_is_shown() {
    const SECRET: &str = "at_never_to_be_seen";
    let machine = Machine::new()
        .with("NAMEHOUND_RETRY__RETRIES", "0")
        .with("NAMEHOUND_PROVIDERS__WHOISXML__API_KEY", SECRET)
        .with("NAMEHOUND_UPSTREAM__PROXY", &format!("http://somebody:{SECRET}@127.0.0.1:9"))
        .with("NAMEHOUND_UPSTREAM__GATEWAY", &format!("http://{SECRET}@127.0.0.1:9"));
    let shown = machine.run(&["config", "show"]);
    assert_eq!(shown.code, 0, "{}", shown.err);
    assert!(shown.out.contains("api_key = \"(set)\""), "{}", shown.out);
    assert!(shown.out.contains("proxy = ") && shown.out.contains("127.0.0.1:9"), "{}", shown.out);
    let mut told =
        vec![shown, machine.run(&["config", "check"]), machine.run(&["run", "ns_to_domains", "ns1.x.example"])];
    // A key in the wrong place is a mistake that is told without it.
    for (name, text) in [
        ("in_its_section.toml", format!("[providers]\nwhoisxml = \"{SECRET}\"\n")),
        ("alone.toml", format!("{SECRET}\n")),
        ("as_number.toml", format!("[server]\nmax_runs = \"{SECRET}\"\n")),
        ("as_choice.toml", format!("[log]\nformat = \"{SECRET}\"\n")),
        ("as_token.toml", format!("[auth]\ntokens = [\"{SECRET}\"]\n")),
        ("as_proxy.toml", format!("[upstream]\nproxy = \"{SECRET}\"\n")),
        ("without_quotes.toml", format!("[providers.whoisxml]\napi_key = {SECRET}\n")),
    ] {
        let file = machine.home.write(name, &text);
        let wrong = Machine::new().run(&["--config", file.to_str().unwrap(), "config", "check"]);
        assert_eq!(wrong.code, 2, "{name}: {}", wrong.out);
        told.push(wrong);
    }
    for name in ["NAMEHOUND_PROVIDERS__WHOISXML", "NAMEHOUND_SERVER__MAX_RUNS", "NAMEHOUND_LOG__FORMAT"] {
        let wrong = Machine::new().with(name, SECRET).run(&["config", "check"]);
        assert_eq!(wrong.code, 2, "{name}: {}", wrong.out);
        assert!(wrong.err.contains("the value cannot be used: expected "), "{name}: {}", wrong.err);
        told.push(wrong);
    }
    for done in told {
        assert!(!done.out.contains(SECRET) && !done.err.contains(SECRET), "{} {}", done.out, done.err);
    }
}

#[test]
fn a_new_token_comes_with_its_hash() {
    let told = good(&["token", "new"]);
    let token = told.lines().map(str::trim).find(|line| line.len() == 64).unwrap();
    let hash = told.split('"').find(|part| part.starts_with("blake3:")).unwrap();
    let tokens = namehound::auth::Tokens::parse(&[hash.to_owned()]).unwrap();
    assert!(tokens.admit(token));
    assert!(!good(&["token", "new"]).contains(token), "each one is new");
}

#[test]
fn completions_are_there_for_every_usual_shell() {
    for shell in ["bash", "zsh", "fish"] {
        let script = good(&["completions", shell]);
        assert!(script.contains("namehound") && script.contains("transforms"), "{shell}");
    }
}

/// A case with one domain, in a folder of the machine.
fn case(machine: &Machine, name: &str, domain: &str) -> String {
    let head =
        format!("format = 1\nname = \"{name}\"\ntitle = \"A case\"\nsummary = \"One domain.\"\nas_of = 2021-05-12\n");
    let file = machine.home.write(&format!("{name}/case.toml"), &head);
    machine.home.write(
        &format!("{name}/records.jsonl"),
        &format!("{{\"record\": \"whois\", \"domain\": \"{domain}\", \"observed\": \"2020-01-01\", \"registrant\": {{\"name\": \"Ada Example\"}}}}\n"),
    );
    file.parent().unwrap().to_str().unwrap().to_owned()
}

#[test]
fn several_cases_answer_together() {
    let machine = Machine::new();
    let (first, second) = (case(&machine, "first", "one.example"), case(&machine, "second", "two.example"));
    let both = ["run", "--case", &first, "--case", &second, "person_to_domains", "Ada Example", "--format", "csv"];
    let done = machine.run(&both);
    assert_eq!(done.code, 0, "{}", done.err);
    assert!(done.out.contains("one.example") && done.out.contains("two.example"), "{} {}", done.out, done.err);
    let alone = machine.run(&["--case", &second, "run", "domain_to_whois_history", "two.example"]);
    assert!(alone.out.contains("two.example") && alone.out.contains("case second"), "{} {}", alone.out, alone.err);
    let bundled = machine.run(&["--case", "leaked-episode", "run", "email_to_domains", "b.zargan@post.example"]);
    assert_eq!(bundled.out.lines().count(), 3, "{}", bundled.err);
    let mailbox = ["run", "email_to_domains", "ledger.desk@paperboat-mail.example", "--format", "csv"];
    let shops =
        |case: &str| machine.run(&[&["--case", case], &mailbox[..]].concat()).out.matches("case one-mailbox").count();
    assert_eq!((shops("one-mailbox"), shops("the-phone-number")), (12, 0));
}

#[test]
fn a_broken_case_tells_all_that_is_wrong_with_it() {
    let machine = Machine::new();
    let folder = case(&machine, "broken", "one.example");
    machine.home.write("broken/case.toml", "format = 1\nname = \"broken\"\ntitel = \"A case\"\n");
    machine.home.write("broken/more.jsonl", "{\"record\": \"whois\", \"domain\": \"not a domain\"}\n\nnonsense\n");
    let words =
        ["things are wrong with it", "case.toml", "titel", "more.jsonl, line 1", "more.jsonl, line 3", "domain"];
    for command in
        [&["config", "check"][..], &["serve", "--listen", "127.0.0.1:0"], &["run", "ns_to_domains", "x.example"]]
    {
        bad(&machine, &[&["--case", &folder], command].concat(), 2, &words);
    }
    bad(&machine, &["--case", "/nowhere/at/all", "config", "check"], 2, &["/nowhere/at/all", "cannot be loaded"]);
}

#[cfg(unix)]
mod serving {
    use serde_json::json;

    use super::*;
    use crate::support::{
        KEY, Upstream,
        client::{Request, post},
        upstream::{json as answer, status},
    };

    #[test]
    fn serve_says_whom_it_asks_and_where_it_listens_and_ends_well() {
        for (signal, arguments) in
            [("TERM", &["serve", "--listen", "127.0.0.1:0"][..]), ("INT", &["--listen", "127.0.0.1:0"])]
        {
            let machine = Machine::new();
            let serving = machine.serve(arguments);
            assert_eq!(serving.said.len(), 2, "{:?}", serving.said);
            assert!(
                serving.said[0]
                    .contains("answered from the bundled cases leaked-episode, one-mailbox and the-phone-number."),
                "{:?}",
                serving.said
            );
            assert!(serving.said[0].contains("namehound config init"), "{:?}", serving.said);
            assert!(serving.said[1].contains("(Ctrl-C stops it)"), "{:?}", serving.said);
            let (code, log) = serving.end(signal);
            assert_eq!(code, Some(0), "{log}");
            assert!(log.contains("Stopping: runs under way may finish"), "{log}");
        }
    }

    #[test]
    fn serve_ends_well_even_when_told_at_once() {
        for _ in 0..5 {
            let (code, log) = Machine::new().serve(&["--case", "none", "--listen", "127.0.0.1:0"]).end("TERM");
            assert_eq!(code, Some(0), "{log}");
        }
    }

    #[test]
    fn a_taken_port_and_an_open_address_are_told() {
        let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = taken.local_addr().unwrap().to_string();
        bad(&Machine::new(), &["serve", "--listen", &address], 2, &["cannot listen on", &address, "--listen"]);
        bad(&Machine::new(), &["serve", "--listen", "0.0.0.0:0"], 2, &["[auth]", "tokens = [\"blake3:", "127.0.0.1"]);
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_running_server_answers_and_logs_nothing_of_what_it_was_asked() {
        // A source that repeats what it is asked, in failures as well.
        let upstream = Upstream::start(|asked| {
            let repeated = format!("{} {} {}", asked.path, asked.query, String::from_utf8_lossy(&asked.body));
            match asked.host.as_str() {
                "reverse-whois.whoisxmlapi.com" if asked.mode().as_deref() == Some("preview") => {
                    answer(json!({ "domainsCount": 1 }))
                }
                "reverse-whois.whoisxmlapi.com" => {
                    answer(json!({ "domainsCount": 1, "domainsList": ["secret-result.example"] }))
                }
                "reverse-ns.whoisxmlapi.com" => status(500, format!("<html>Cannot serve {repeated}</html>")),
                "subdomains.whoisxmlapi.com" => status(200, format!("{{\"oops\": \"{repeated}\"")),
                "whois-history.whoisxmlapi.com" => status(502, repeated),
                _ => answer(json!({ "ErrorMessage": { "errorCode": "DNS_02", "msg": repeated } })),
            }
        })
        .await;
        let questions = [
            ("person_to_domains", Request::new("maltego.Person", "Secreta Nomen").setting("scope", "current")),
            ("email_to_domains", Request::new("maltego.EmailAddress", "secreta@secret-mail.example")),
            ("phone_to_domains", Request::new("maltego.PhoneNumber", "+1 555 555 0199")),
            ("organization_to_domains", Request::new("maltego.Organization", "Secreta & Sons")),
            ("ns_to_domains", Request::new("maltego.NSRecord", "ns1.secret-host.example")),
            ("domain_to_subdomains", Request::new("maltego.Domain", "secret-name.example")),
            ("domain_to_whois_history", Request::new("maltego.Domain", "secret-name.example")),
            ("domain_to_dns_records", Request::new("maltego.Domain", "secret-name.example")),
            ("email_to_domains", Request::new("maltego.EmailAddress", "secreta (no mailbox)")),
            ("person_to_domains", Request::new("maltego.Person", "x").setting("scope", "secreta")),
            ("domain_to_subdomains", Request::new("maltego.Domain", "secret-service.onion")),
            ("whois_record_to_contacts", Request::new("maltego.WHOISRecord", "x").field("registrantName", "Secreta")),
        ];
        for filter in ["debug", "trace"] {
            let machine = Machine::new()
                .with("NAMEHOUND_PROVIDERS__WHOISXML__API_KEY", KEY)
                .with("NAMEHOUND_UPSTREAM__GATEWAY", &upstream.url())
                .with("NAMEHOUND_RETRY__SHORTEST_WAIT_MILLISECONDS", "1")
                .with("NAMEHOUND_RETRY__LONGEST_WAIT_MILLISECONDS", "2")
                .with("NAMEHOUND_LOG__FILTER", filter);
            let serving = machine.serve(&["serve", "--listen", "127.0.0.1:0"]);
            assert_eq!(serving.said[0], "Questions are answered by: WhoisXML API.");
            for (transform, request) in &questions {
                let reply = post(&serving.url(&format!("/run/{transform}")), request).await;
                assert_eq!(reply.status, 200, "{}", reply.body);
            }
            let (code, log) = serving.end("TERM");
            assert_eq!(code, Some(0));
            assert_eq!(log.matches("run ended").count(), questions.len(), "{log}");
            assert!(log.contains("asked upstream"), "{log}");
            assert!(!log.contains('\u{1b}'), "a log that is no terminal has no colours");
            for leak in ["secret", "Nomen", "nomen", "5550199", "555 0199", KEY] {
                let line = log.lines().find(|line| line.to_lowercase().contains(&leak.to_lowercase()));
                assert_eq!(line, None, "{leak:?} is in the log at {filter}");
            }
        }
    }
}
