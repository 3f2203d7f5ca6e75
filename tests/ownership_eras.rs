//! Promise: whose a domain was is told era by era, in both dialects; and no comparison bridges the time between two
//! registrations, on the graph or at the terminal.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a failed unwrap in a test is a failed test, which is the point"
)]

mod support;

use namehound::config::Config;
use serde_json::Value;
use support::{
    Running, bundled_config,
    client::{Found, Request},
    folder::Folder,
    program::Machine,
    run, v3,
};

const ABOUT: &str = "format = 1\nname = \"twice\"\ntitle = \"Registered twice\"\nsummary = \"Two owners, two lives.\"\nas_of = 2020-01-01\n";

/// `twice.example` ran out in 2015 and was registered anew in 2017, both times behind one name server. Two more domains
/// were there in 2016 alone, and one in 2014.
const RECORDS: &str = r#"
{"record": "whois", "domain": "twice.example", "observed": "2014-06-01", "created": "2012-03-02", "expires": "2015-03-02", "name_servers": ["ns1.lamps.example"], "registrant": {"name": "Tamsin Orlop"}}
{"record": "whois", "domain": "twice.example", "observed": "2018-01-01", "created": "2017-05-20", "expires": "2020-05-20", "name_servers": ["ns1.lamps.example"], "registrant": {"name": "Rufus Kedge"}}
{"record": "dns", "name": "twice.example", "type": "A", "value": "192.0.2.201", "first_seen": "2012-04-01", "last_seen": "2019-01-01"}
{"record": "dns", "name": "between.example", "type": "NS", "value": "ns1.lamps.example", "first_seen": "2016-01-01", "last_seen": "2016-12-31"}
{"record": "dns", "name": "between.example", "type": "A", "value": "192.0.2.201", "first_seen": "2016-01-01", "last_seen": "2016-12-31"}
{"record": "dns", "name": "before.example", "type": "A", "value": "192.0.2.201", "first_seen": "2014-01-01", "last_seen": "2014-12-31"}
"#;

fn write_case(folder: &Folder) -> String {
    folder.write("twice/case.toml", ABOUT);
    folder.write("twice/records.jsonl", RECORDS);
    folder.path().join("twice").to_str().unwrap().to_owned()
}

fn field<'a>(found: &'a Found, name: &str) -> &'a str {
    found.fields.get(name).map_or("", String::as_str)
}

#[tokio::test]
async fn the_domain_of_the_phone_number_had_two_owners_one_after_the_other() {
    let server = Running::start(bundled_config());
    let reply =
        run(&server, "domain_to_ownership_eras", &Request::new("maltego.Domain", "lantern-lottery.example")).await;
    assert_eq!(
        reply.values(),
        [
            "lantern-lottery.example 2017\u{2013}2022: Rufus Kedge (named until 2019)",
            "lantern-lottery.example 2013\u{2013}2017: Tamsin Orlop",
        ]
    );
    let [kedge, orlop] = &reply.entities[..] else { panic!("{reply:?}") };
    for (found, name, expected) in [
        (orlop, "link#maltego.link.label", "owner 2013\u{2013}2017"),
        (orlop, "namehound.era.from", "2013-05-14"),
        (orlop, "namehound.era.until", "2017-04-25"),
        (orlop, "namehound.era.possible_from", "2013-04-09"),
        (orlop, "namehound.era.possible_until", "2017-08-29"),
        (orlop, "namehound.era.end", "owner change"),
        (orlop, "namehound.era.registrars", "Tidewrack Names (2013\u{2013}2017)"),
        (orlop, "namehound.era.addresses", "192.0.2.201 (2013\u{2013}2017)"),
        (kedge, "link#maltego.link.label", "owner 2017\u{2013}2019, not named 2022"),
        (kedge, "namehound.era.from", "2017-09-12"),
        (kedge, "namehound.era.until", "2022-08-16"),
        (kedge, "namehound.era.named", "2017-09-12 to 2019-10-08"),
        (kedge, "namehound.era.hidden", "2022-08-16 (a redaction)"),
        (kedge, "namehound.era.begin", "owner change"),
        (kedge, "namehound.era.registrars", "Inlet Registrations (2017\u{2013}2022)"),
        (kedge, "registrantName", "Rufus Kedge"),
    ] {
        assert_eq!(field(found, name), expected, "{}: {name}", found.value);
    }
    assert!(reply.body.contains("<DisplayInformation>"), "{}", reply.body);

    // An era is a WHOIS record like any other, so one can go on from it.
    let request = ["domainName", "registrantName", "nameservers"]
        .into_iter()
        .fold(Request::new("maltego.WHOISRecord", &kedge.value), |request, name| {
            request.field(name, field(kedge, name))
        });
    let people = run(&server, "whois_record_to_persons", &request).await;
    assert_eq!(people.values(), ["Rufus Kedge"]);
    let domain = run(&server, "whois_record_to_domain", &request).await;
    assert_eq!(domain.values(), ["lantern-lottery.example"]);

    let client = v3::http(false);
    let input = v3::entity("e0", "maltego.Domain", "fqdn", "lantern-lottery.example");
    let path = v3::start(&server, &client, "domain_to_ownership_eras", &v3::request(vec![input], &[], 10_000)).await;
    let streamed = v3::drain(&server, &client, &path, None).await;
    assert_eq!((streamed.state.as_str(), streamed.entities().len()), ("COMPLETED", 2));
}

#[tokio::test]
async fn a_domain_that_was_registered_twice_has_two_eras_and_says_when() {
    let folder = Folder::new();
    let mut config = Config::default();
    config.cases.load = vec![write_case(&folder)];
    let server = Running::start(config);
    let reply = run(&server, "domain_to_ownership_eras", &Request::new("maltego.Domain", "twice.example")).await;
    assert_eq!(reply.values(), ["twice.example 2018: Rufus Kedge", "twice.example 2014: Tamsin Orlop"]);
    let label = field(&reply.entities[0], "link#maltego.link.label");
    assert_eq!(label, "owner 2018; registered anew in 2017");
    assert_eq!(field(&reply.entities[0], "namehound.era.begin"), "re-registration, another owner");
    assert!(reply.says("Inform", "twice.example: registered anew on 2017-05-20"), "{:?}", reply.messages);

    let client = v3::http(false);
    let names = ["twice.example", "between.example", "before.example"];
    let inputs = names.iter().zip(["e0", "e1", "e2"]);
    let inputs: Vec<Value> = inputs.map(|(name, id)| v3::entity(id, "maltego.Domain", "fqdn", name)).collect();
    let path = v3::start(&server, &client, "domains_to_shared_values", &v3::request(inputs, &[], 10_000)).await;
    let run = v3::drain(&server, &client, &path, None).await;
    let label = |link: &Value| {
        let properties = link["properties"].as_array().unwrap();
        let label = properties.iter().find(|property| property["name"] == "maltego.link.label").unwrap();
        (link["sourceId"].as_str().unwrap().to_owned(), label["value"].as_str().unwrap().to_owned())
    };
    let mut links: Vec<(String, String)> = run.links().into_iter().map(label).collect();
    links.sort();
    let expected = [
        ("e0", "IP address (2012\u{2013}2015, 2017\u{2013}2019)"),
        ("e0", "name server (2014, 2018), not at the same time"),
        ("e1", "IP address (2016), not at the same time"),
        ("e1", "name server (2016), not at the same time"),
        ("e2", "IP address (2014)"),
    ];
    assert_eq!(links, expected.map(|(source, label)| (source.to_owned(), label.to_owned())));
}

#[test]
fn the_terminal_says_who_was_there_at_another_time() {
    let machine = Machine::new();
    let case = write_case(&machine.home);
    let crossmatch = |format: &str| {
        machine.run(&[
            "--case",
            &case,
            "crossmatch",
            "twice.example",
            "between.example",
            "before.example",
            "--format",
            format,
        ])
    };
    let table = crossmatch("table");
    let line = |kind: &str| table.out.lines().find(|line| line.contains(kind)).unwrap_or_else(|| panic!("{table:?}"));
    let overlap = "at most 2 at once, 2014-01-01 to 2014-12-31; between.example not at the same time";
    assert!(line("192.0.2.201").contains(overlap), "{table:?}");
    let never = line("ns1.lamps.example");
    assert!(never.contains("never at the same time") && !never.contains("; "), "{table:?}");
    let csv = crossmatch("csv").out;
    assert!(csv.lines().next().unwrap().ends_with(",apart"), "{csv}");
    assert!(csv.contains(",between.example"), "{csv}");
    let report: Value = serde_json::from_str(&crossmatch("json").out).unwrap();
    let address = report["shared"].as_array().unwrap().iter().find(|shared| shared["value"] == "192.0.2.201").unwrap();
    let sharers = address["sharers"].as_array().unwrap();
    let at_once: Vec<(&str, &Value)> =
        sharers.iter().map(|sharer| (sharer["domain"].as_str().unwrap(), &sharer["at_the_same_time"])).collect();
    let (yes, no) = (Value::Bool(true), Value::Bool(false));
    assert_eq!(at_once, [("before.example", &yes), ("between.example", &no), ("twice.example", &yes)]);
}
