//! Promise: with no key and no network, the bundled cases answer, and *leaked-episode* answers every pivot of its story with
//! exactly these counts.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a failed unwrap in a test is a failed test, which is the point"
)]

mod support;

use support::{Running, bundled_config, client::Request, post};

const NS17: &str = "ns17.tala-host.example";

async fn ask(server: &Running, transform: &str, request: Request) -> support::client::Reply {
    let reply = post(&server.url(&format!("/run/{transform}")), &request).await;
    assert_eq!(reply.status, 200, "{transform}: {}", reply.body);
    for entity in &reply.entities {
        for property in ["namehound.source", "namehound.observed", "namehound.retrieved"] {
            assert!(entity.fields.contains_key(property), "{transform}: {} lacks {property}", entity.value);
        }
    }
    reply
}

fn names(labels: &[&str]) -> Vec<String> {
    labels.iter().map(|label| format!("{label}.example")).collect()
}

fn sorted(reply: &support::client::Reply) -> Vec<String> {
    let mut values: Vec<String> = reply.values().into_iter().map(str::to_owned).collect();
    values.sort();
    values
}

#[tokio::test]
async fn nine_records_no_two_alike_newest_first() {
    let server = Running::start(bundled_config());
    let reply = ask(&server, "domain_to_whois_history", Request::new("maltego.Domain", "cmt-net.example")).await;
    assert_eq!(reply.entities.len(), 9, "{:?}", reply.messages);
    assert!(reply.entities.iter().all(|entity| entity.entity_type == "maltego.WHOISRecord"));
    let observed: Vec<&str> =
        reply.entities.iter().map(|entity| entity.fields["namehound.observed"].as_str()).collect();
    assert!(observed.is_sorted_by(|newer, older| newer >= older), "{observed:?}");
    let day = |text: &str| text[..10].parse::<jiff::civil::Date>().unwrap();
    assert_eq!(day(observed[8]).until(day(observed[0])).unwrap().get_days(), 2311);
    for entity in &reply.entities {
        assert_eq!(entity.fields["registrantName"], "Dara Velani");
        assert_eq!(entity.fields["registrantOrganization"], "Compute Make Tomorrow");
        assert_eq!(entity.fields["registrantEmail"], "dara.velani@mail.example");
    }
    let registrars: std::collections::BTreeSet<_> =
        reply.entities.iter().map(|entity| entity.fields["registrar"].clone()).collect();
    assert_eq!(registrars.len(), 1);
}

#[tokio::test]
async fn a_record_names_its_contacts_and_no_noise() {
    let server = Running::start(bundled_config());
    let history = ask(&server, "domain_to_whois_history", Request::new("maltego.Domain", "cmt-net.example")).await;
    let record = history.entities.iter().find(|entity| entity.fields.contains_key("registrantPhone")).unwrap();
    let mut request = Request::new("maltego.WHOISRecord", &record.value);
    for (name, value) in &record.fields {
        request = request.field(name, value);
    }
    let reply = ask(&server, "whois_record_to_contacts", request).await;
    for (entity_type, value) in [
        ("maltego.Person", "Dara Velani"),
        ("maltego.Organization", "Compute Make Tomorrow"),
        ("maltego.EmailAddress", "dara.velani@mail.example"),
        ("maltego.PhoneNumber", "+1.5555550142"),
    ] {
        let found = reply.entities.iter().find(|entity| entity.entity_type == entity_type && entity.value == value);
        let found = found.unwrap_or_else(|| panic!("{entity_type} {value} is missing: {:?}", reply.values()));
        assert_eq!(found.fields["namehound.source"], "case leaked-episode");
        assert_eq!(found.fields["namehound.observed"], record.fields["namehound.observed"]);
    }

    let hidden = Request::new("maltego.WHOISRecord", "x.example 2024-01-01")
        .field("registrantName", "REDACTED FOR PRIVACY")
        .field("registrantOrganization", "Private Limited")
        .field("registrantPhone", "+1.0000000000");
    let reply = ask(&server, "whois_record_to_contacts", hidden).await;
    assert_eq!(reply.values(), ["Private Limited"]);
    assert!(reply.says("Inform", "2 left out as noise"), "{:?}", reply.messages);
}

#[tokio::test]
async fn the_name_leads_to_seven_domains_and_to_three_today() {
    let server = Running::start(bundled_config());
    let person = || Request::new("maltego.Person", "Dara Velani");
    let reply = ask(&server, "person_to_domains", person()).await;
    assert_eq!(sorted(&reply), names(&["cmt-net", "cmt", "dl-app", "farata-co", "shore-vpn", "turq-host", "velani"]));
    let reply = ask(&server, "person_to_domains", person().setting("scope", "current")).await;
    assert_eq!(sorted(&reply), names(&["cmt", "farata-co", "velani"]));

    let parts = Request::new("maltego.Person", "")
        .field("person.firstnames", "Dara")
        .field("person.lastname", "Velani")
        .setting("global#scope", "historic");
    assert_eq!(ask(&server, "person_to_domains", parts).await.entities.len(), 7);
}

#[tokio::test]
async fn mailbox_and_phone_lead_to_six_and_three() {
    let server = Running::start(bundled_config());
    let reply =
        ask(&server, "email_to_domains", Request::new("maltego.EmailAddress", "Dara.Velani[at]mail[.]example")).await;
    assert_eq!(sorted(&reply), names(&["cmt-net", "cmt", "farata-co", "shore-vpn", "turq-host", "velani"]));
    for spelling in ["+1.5555550142", "+1 555 555 0142", "15555550142"] {
        let reply = ask(&server, "phone_to_domains", Request::new("maltego.PhoneNumber", spelling)).await;
        assert_eq!(reply.entities.len(), 3, "{spelling}");
        assert!(reply.values().contains(&"cmt-net.example"));
    }
}

#[tokio::test]
async fn the_new_owner_has_one_more_domain() {
    let server = Running::start(bundled_config());
    let history = ask(&server, "domain_to_whois_history", Request::new("maltego.Domain", "turq-host.example")).await;
    let newest = &history.entities[0].fields;
    assert_eq!(
        (newest["registrantName"].as_str(), newest["registrantEmail"].as_str()),
        ("M. Zargan", "b.zargan@post.example")
    );
    let since = history
        .entities
        .iter()
        .filter(|entity| entity.fields["registrantName"] == "M. Zargan")
        .map(|entity| {
            entity.fields.get("namehound.first_observed").unwrap_or(&entity.fields["namehound.observed"])[..10]
                .to_owned()
        })
        .min();
    assert_eq!(since.as_deref(), Some("2019-10-28"));
    let reply = ask(&server, "email_to_domains", Request::new("maltego.EmailAddress", "b.zargan@post.example")).await;
    assert_eq!(sorted(&reply), names(&["turq-host", "zargan-shop"]));
}

#[tokio::test]
async fn seventy_nine_domains_stand_behind_ns17_each_with_its_dates() {
    let server = Running::start(bundled_config());
    let reply = ask(&server, "ns_to_domains", Request::new("maltego.NSRecord", NS17)).await;
    assert_eq!(reply.entities.len(), 79);
    for entity in &reply.entities {
        assert_eq!(entity.entity_type, "maltego.Domain");
        for property in ["namehound.first_seen", "namehound.last_seen", "link#first_seen", "link#last_seen"] {
            assert!(entity.fields.contains_key(property), "{} lacks {property}", entity.value);
        }
    }
    for neighbour in ["farata-co.example", "velani.example"] {
        assert!(reply.values().contains(&neighbour));
    }
}

#[tokio::test]
async fn the_soft_limit_is_kept_and_says_what_was_cut() {
    let server = Running::start(bundled_config());
    let reply = ask(&server, "ns_to_domains", Request::new("maltego.NSRecord", NS17).limit(12)).await;
    assert_eq!(reply.entities.len(), 12);
    let size = &reply.entities[0];
    assert_eq!(size.entity_type, "namehound.Summary", "more than there is room for: the size comes first");
    assert_eq!((&*size.fields["namehound.summary.count"], &*size.fields["namehound.summary.exact"]), ("79", "true"));
    assert!(reply.entities[1..].iter().all(|entity| entity.entity_type == "maltego.Domain"), "{:?}", reply.values());
    assert!(reply.says("Inform", "11 of 79 shown (soft limit)"), "{:?}", reply.messages);
}

#[tokio::test]
async fn subdomains_and_dns_of_the_active_names() {
    let server = Running::start(bundled_config());
    for domain in ["farata-co", "velani"] {
        let reply =
            ask(&server, "domain_to_subdomains", Request::new("maltego.Domain", &format!("{domain}.example"))).await;
        let expected: Vec<_> =
            ["cpanel", "webdisk", "webmail"].iter().map(|label| format!("{label}.{domain}.example")).collect();
        assert_eq!(sorted(&reply), expected);
    }
    for (name, server_name) in [
        ("cmt.example", "ns15.tala-host.example"),
        ("cmt.example", "ns16.tala-host.example"),
        ("farata-co.example", NS17),
        ("velani.example", "ns18.tala-host.example"),
    ] {
        let reply = ask(&server, "domain_to_dns_records", Request::new("maltego.Domain", name)).await;
        let servers: Vec<_> = reply
            .entities
            .iter()
            .filter(|entity| entity.entity_type == "maltego.NSRecord")
            .map(|entity| entity.value.as_str())
            .collect();
        assert!(servers.contains(&server_name), "{name}: {servers:?}");
        assert!(reply.entities.iter().any(|entity| entity.entity_type == "maltego.IPv4Address"), "{name}");
    }
}

#[tokio::test]
async fn a_name_outside_the_cases_gets_an_honest_answer() {
    let server = Running::start(bundled_config());
    let reply = ask(&server, "domain_to_whois_history", Request::new("maltego.Domain", "somewhere-else.example")).await;
    assert!(reply.entities.is_empty());
    let told = "is in none of the cases leaked-episode, one-mailbox and the-phone-number.";
    assert!(reply.says("Inform", told), "{:?}", reply.messages);
}

#[tokio::test]
async fn what_people_right_click_is_understood() {
    let server = Running::start(bundled_config());
    for (entity_type, value) in [
        ("maltego.DNSName", "webmail.cmt-net.example"),
        ("maltego.Website", "www.cmt-net.example"),
        ("maltego.Domain", "hxxps://cmt-net[.]example/x"),
        ("maltego.Domain", "CMT-NET.example."),
    ] {
        let reply = ask(&server, "domain_to_whois_history", Request::new(entity_type, value)).await;
        assert_eq!(reply.entities.len(), 9, "{entity_type} {value}: {:?}", reply.messages);
    }
}

#[tokio::test]
async fn unusable_input_and_settings_get_a_clear_message() {
    let server = Running::start(bundled_config());
    for (transform, request, told) in [
        ("email_to_domains", Request::new("maltego.EmailAddress", "nobody"), "is not an e-mail address"),
        ("domain_to_whois_history", Request::new("maltego.Domain", ""), "is not a host name"),
        (
            "person_to_domains",
            Request::new("maltego.Person", "Dara Velani").setting("scope", "curent"),
            "one of historic, current",
        ),
        (
            "person_to_domains",
            Request::new("maltego.Person", "Dara Velani").setting("confirm_purchase", "maybe"),
            "true or false",
        ),
    ] {
        let reply = ask(&server, transform, request).await;
        assert!(reply.entities.is_empty());
        assert!(reply.says("PartialError", told), "{transform}: {:?}", reply.messages);
    }
}
