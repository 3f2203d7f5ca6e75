//! What becomes of noise on its way to the graph.

use intel::{Contact, DnsRecord, Lookup, Record, Registrar, WhoisRecord, record::DnsData};
use maltego::Input;

use super::*;
use crate::{
    dns_records,
    run::Transform,
    testing::{Bench, Found, host, records, text_of, whois},
    whois_historic::HistoricWhois,
    whois_record::WhoisRecordTo,
};

fn name_servers(names: impl IntoIterator<Item = String>) -> Vec<Record> {
    let record = |name: String| {
        Record::Dns(DnsRecord {
            owner: host("cmt-net.example"),
            data: DnsData::NameServer(host(&name)),
            ttl: None,
            first_seen: None,
            last_seen: None,
            security: None,
        })
    };
    names.into_iter().map(record).collect()
}

fn cloudflare(count: usize) -> impl Iterator<Item = String> {
    (0..count).map(|number| format!("n{number}.ns.cloudflare.com"))
}

async fn servers(bench: &Bench) -> Found {
    let transform =
        dns_records::ALL.iter().find(|member| member.declaration().definition.name == "domain_to_name_servers");
    bench.run(transform.unwrap(), Input::new(&entity_types::DOMAIN, "cmt-net.example")).await.unwrap()
}

#[tokio::test(start_paused = true)]
async fn noise_is_marked_with_kind_reason_confidence_and_source() {
    let found =
        servers(&Bench::answering(name_servers(["ns1.cmt-net.example".to_owned()].into_iter().chain(cloudflare(1)))))
            .await;
    let [own, shared] = found.entities.as_slice() else { panic!("{found:?}") };
    assert_eq!(own.property(NOISE), None);
    assert_eq!((own.link.style, own.link.colour, own.overlays.len()), (LineStyle::Normal, None, 0));
    assert_eq!(text_of(shared, NOISE), "content-network");
    assert_eq!(text_of(shared, NOISE_REASON), "a content network: Cloudflare");
    assert_eq!(text_of(shared, NOISE_CONFIDENCE), "certain");
    assert!(text_of(shared, NOISE_SOURCE).starts_with("name-servers (20"), "{}", text_of(shared, NOISE_SOURCE));
    assert_eq!((shared.link.style, shared.link.colour), (LineStyle::Dashed, Some(GREY)));
    assert_eq!(shared.overlays[0].property, NOISE);
    for name in [NOISE, NOISE_REASON, NOISE_CONFIDENCE, NOISE_SOURCE] {
        assert_eq!(shared.property(name).unwrap().matching_rule, maltego::MatchingRule::Loose, "{name}");
    }
}

#[tokio::test(start_paused = true)]
async fn as_much_as_the_limit_is_shown_and_one_more_is_put_together() {
    let own = || ["ns1.cmt-net.example".to_owned()];
    let found = servers(&Bench::answering(name_servers(cloudflare(NOISE_LIMIT).chain(own())))).await;
    assert_eq!(found.entities.len(), NOISE_LIMIT + 1);
    // Noise comes last.
    assert_eq!(found.values()[0], ("maltego.NSRecord", "ns1.cmt-net.example"));
    assert!(!found.said("put together") && !found.said("stand together"), "{:?}", found.messages);

    let found = servers(&Bench::answering(name_servers(cloudflare(NOISE_LIMIT + 1).chain(own())))).await;
    let [_, summary] = found.entities.as_slice() else { panic!("{:?}", found.values()) };
    assert_eq!(summary.entity_type.name, SUMMARY.name);
    assert_eq!(text_of(summary, "namehound.summary.count"), "13");
    assert_eq!(text_of(summary, NOISE), "content-network");
    let which = text_of(summary, "namehound.summary.buckets");
    for name in cloudflare(NOISE_LIMIT + 1) {
        assert!(which.contains(&format!("{name} (a content network: Cloudflare)")), "{name}: {which}");
    }
    assert!(found.said("13 results of the type NS record are noise (content-network)"), "{:?}", found.messages);
    assert!(summary.property("namehound.source").is_some());
}

#[tokio::test(start_paused = true)]
async fn the_limit_is_a_setting_of_the_run() {
    let bench = Bench::answering(name_servers(cloudflare(3))).with_noise_limit(2);
    assert_eq!(servers(&bench).await.values().len(), 1);
    let bench = Bench::answering(name_servers(cloudflare(3))).with_noise_limit(3);
    assert_eq!(servers(&bench).await.values().len(), 3);
}

#[tokio::test(start_paused = true)]
async fn noise_counts_towards_the_room() {
    let found = servers(&Bench::answering(name_servers(cloudflare(5))).limited(2)).await;
    assert_eq!(found.entities.len(), 2);
    assert!(found.said("2 of 5 shown (soft limit)"), "{:?}", found.messages);
}

fn record() -> WhoisRecord {
    let registrar = Registrar {
        name: Some("Brightlabel Names".to_owned()),
        abuse_email: Some("abuse@brightlabel.example".to_owned()),
        ..Registrar::default()
    };
    let owner = Contact {
        organization: Some("Compute Make Tomorrow".to_owned()),
        email: Some("dara.velani@mail.example".to_owned()),
        ..Contact::default()
    };
    let technical = Contact {
        organization: Some("Brightlabel Names, Inc.".to_owned()),
        email: Some("domains@brightlabel.example".to_owned()),
        ..Contact::default()
    };
    WhoisRecord { registrar: Some(registrar), technical, ..whois("cmt-net.example", "2018-01-01", owner) }
}

async fn history(transform: HistoricWhois, history: Vec<WhoisRecord>) -> Vec<(String, String)> {
    let lookup = Lookup::WhoisHistory { domain: host("cmt-net.example") };
    let bench = Bench::knowing(vec![(lookup, records(history))]);
    let found = bench.run(&transform, Input::new(&entity_types::DOMAIN, "cmt-net.example")).await.unwrap();
    let noise = |entity: &Entity| entity.property(NOISE).map(|_| text_of(entity, NOISE)).unwrap_or_default();
    found.entities.iter().map(|entity| (entity.value.as_text().unwrap().to_owned(), noise(entity))).collect()
}

#[tokio::test(start_paused = true)]
async fn the_registrar_in_its_customers_place_is_drawn_and_marked() {
    let told = |value: &str, noise: &str| (value.to_owned(), noise.to_owned());
    assert_eq!(
        history(HistoricWhois::EMAILS, vec![record()]).await,
        [told("dara.velani@mail.example", ""), told("domains@brightlabel.example", "registrar-contact")]
    );
    assert_eq!(
        history(HistoricWhois::ORGANIZATIONS, vec![record()]).await,
        [told("Compute Make Tomorrow", ""), told("Brightlabel Names, Inc.", "registrar-contact")]
    );
    // The same mailbox under another registrar is not the registrar's; a desk it is all the same.
    let mut earlier = record();
    earlier.registrar = Some(Registrar { name: Some("Copperline".to_owned()), ..Registrar::default() });
    earlier.observed = "2016-01-01".parse().ok();
    assert_eq!(
        history(HistoricWhois::EMAILS, vec![record(), earlier]).await,
        [told("dara.velani@mail.example", ""), told("domains@brightlabel.example", "role-mailbox")]
    );
}

#[tokio::test(start_paused = true)]
async fn a_record_on_the_graph_tells_its_registrar_as_well() {
    let mut input = Input::new(&entity_types::WHOIS_RECORD, "cmt-net.example 2018-01-01");
    for (name, text) in [
        ("registrar", "Brightlabel Names"),
        ("registrarAbuseContactEmail", "abuse@brightlabel.example"),
        ("registrantEmail", "proxy@acme.example"),
        ("adminEmail", "jo@yopmail.com"),
        ("techEmail", "abuse@brightlabel.example"),
    ] {
        input.put(name, text);
    }
    let found = Bench::answering(Vec::new()).run(&WhoisRecordTo::EMAILS, input).await.unwrap();
    let noise = |value: &str| found.property(value, NOISE).unwrap_or_default();
    assert_eq!(noise("proxy@acme.example"), "");
    assert_eq!(noise("jo@yopmail.com"), "disposable-mail");
    assert_eq!(noise("abuse@brightlabel.example"), "registrar-contact");
}

#[test]
fn names_are_marked_and_never_put_together() {
    let judge_it = |entity_type: &'static EntityType, value: &str| {
        judge(&Judge::built_in(), &Entity::new(entity_type, value)).map(|verdict| verdict.kind)
    };
    assert_eq!(judge_it(&entity_types::DOMAIN, "gmail.com"), Some(NoiseKind::FreeMail));
    assert_eq!(judge_it(&entity_types::DOMAIN, "cmt-net.example"), None);
    assert_eq!(judge_it(&entity_types::EMAIL_ADDRESS, "jo@gmail.com"), None);
    assert_eq!(judge_it(&entity_types::IPV4_ADDRESS, "104.16.1.1"), Some(NoiseKind::ContentNetwork));
    assert_eq!(judge_it(&entity_types::ORGANIZATION, "Private Limited"), None);
    assert_eq!(judge_it(&entity_types::PERSON, "Domain Administrator"), Some(NoiseKind::Role));
    assert_eq!(judge_it(&entity_types::AS, "13335"), Some(NoiseKind::ContentNetwork));
    assert_eq!(judge_it(&entity_types::PHRASE, "REDACTED FOR PRIVACY"), None);
    assert!(!is_means(&entity_types::DOMAIN) && !is_means(&entity_types::DNS_NAME));
}

#[test]
fn both_dialects_carry_the_mark() {
    let verdict = Judge::built_in().judge(Subject::NameServer(&host("ada.ns.cloudflare.com"))).unwrap();
    let entity = marked(Entity::new(&entity_types::NS_RECORD, "ada.ns.cloudflare.com"), &verdict);
    let classic = maltego::trx::write_response(std::slice::from_ref(&entity), &[]);
    for part in [
        "<Field Name=\"namehound.noise\" DisplayName=\"Noise\" MatchingRule=\"loose\">content-network</Field>",
        "<Overlay propertyName=\"namehound.noise\" position=\"NW\" type=\"text\"",
        "<Field Name=\"link#maltego.link.style\" DisplayName=\"Style\" MatchingRule=\"loose\">1</Field>",
        "#9e9e9e",
    ] {
        assert!(classic.to_lowercase().contains(&part.to_lowercase()), "{part}: {classic}");
    }
    let event =
        maltego::v3::event::entity(&entity, "id", intel::moment::Moment::Day("2024-01-01".parse().unwrap()).instant());
    let event = event.unwrap();
    let json = event.as_str();
    for part in ["\"name\":\"namehound.noise\"", "\"propertyName\":\"namehound.noise\"", "\"position\":\"NW\""] {
        assert!(json.contains(part), "{part}: {json}");
    }
}
