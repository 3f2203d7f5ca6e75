//! The case *leaked-episode* and the case format, as a trainer and a participant meet them.

#![expect(clippy::unwrap_used, clippy::panic, reason = "the helpers of a test are test code too")]

use std::{
    collections::BTreeSet,
    env, fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use intel::{
    Contact, Cursor, Exposure, Lookup, Moment, Page, Provider, ProviderError, Record, ReverseWhoisTerm, Scope,
    Sighting, Step, Total, WhoisRecord,
    noise::{self, NoiseKind},
    observable::{EmailAddress, HostName, OrganizationName, PersonName, PhoneNumber},
    provider::{
        Call,
        case::{Case, CaseProvider, case_schema, record_schema},
    },
    record::DnsData,
};
use serde_json::Value;

const NAME: &str = "Dara Velani";
const EMAIL: &str = "dara.velani@mail.example";
const SEVEN: [&str; 7] = ["cmt-net", "cmt", "dl-app", "farata-co", "shore-vpn", "turq-host", "velani"];

fn cases_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../cases")
}

fn bundled() -> CaseProvider {
    let case = Case::from_folder(&cases_folder().join("leaked-episode")).unwrap_or_else(|errors| panic!("{errors}"));
    CaseProvider::new(vec![Arc::new(case)])
}

fn host(text: &str) -> HostName {
    HostName::parse(text).unwrap()
}

fn ask(provider: &CaseProvider, lookup: &Lookup, step: &Step) -> Page {
    match provider.call(lookup, step).unwrap() {
        Call::Known(page) => page,
        call => panic!("a case went online: {call:?}"),
    }
}

fn first_page(provider: &CaseProvider, lookup: &Lookup) -> Page {
    ask(provider, lookup, &Step::Page(None))
}

fn sightings(page: &Page) -> Vec<Sighting> {
    page.records
        .iter()
        .map(|record| match record {
            Record::Sighting(sighting) => sighting.clone(),
            other => panic!("not a sighting: {other:?}"),
        })
        .collect()
}

fn names(page: &Page) -> Vec<String> {
    sightings(page).into_iter().map(|sighting| sighting.name.to_string()).collect()
}

fn below_example(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| format!("{name}.example")).collect()
}

fn reverse(term: ReverseWhoisTerm, scope: Scope) -> Lookup {
    Lookup::reverse_whois(term, scope)
}

fn person(name: &str) -> ReverseWhoisTerm {
    ReverseWhoisTerm::Person(PersonName::parse(name).unwrap())
}

fn email(address: &str) -> ReverseWhoisTerm {
    ReverseWhoisTerm::Email(EmailAddress::parse(address).unwrap())
}

fn phone(number: &str) -> ReverseWhoisTerm {
    ReverseWhoisTerm::Phone(PhoneNumber::parse(number).unwrap())
}

fn organization(name: &str) -> ReverseWhoisTerm {
    ReverseWhoisTerm::Organization(OrganizationName::parse(name).unwrap())
}

fn history(provider: &CaseProvider, domain: &str) -> Vec<WhoisRecord> {
    let page = first_page(provider, &Lookup::WhoisHistory { domain: host(domain) });
    page.records
        .into_iter()
        .map(|record| match record {
            Record::Whois(record) => *record,
            other => panic!("not a WHOIS record: {other:?}"),
        })
        .collect()
}

fn day(text: &str) -> Option<Moment> {
    Some(text.parse().unwrap())
}

#[test]
fn the_site_of_the_leak_has_nine_different_records_over_2311_days() {
    let records = history(&bundled(), "cmt-net.example");
    assert_eq!(records.len(), 9);
    for (index, record) in records.iter().enumerate() {
        assert!(records[..index].iter().all(|newer| !newer.same_state(record)), "record {index} is a repetition");
    }
    let observed: Vec<Moment> = records.iter().filter_map(|record| record.observed).collect();
    assert!(observed.is_sorted_by(|newer, older| newer > older), "newest first");
    let days = (observed[0].day() - observed[8].day()).get_days();
    assert_eq!(days, 2311);

    let of = |field: fn(&WhoisRecord) -> Option<&str>| records.iter().map(field).collect::<BTreeSet<_>>();
    assert_eq!(of(|record| record.registrar.as_ref()?.name.as_deref()).len(), 1);
    assert_eq!(of(|record| record.registrant.name.as_deref()), [Some(NAME)].into());
    assert_eq!(of(|record| record.registrant.email.as_deref()), [Some(EMAIL)].into());
    assert_eq!(of(|record| record.registrant.organization.as_deref()), [Some("Compute Make Tomorrow")].into());
    assert_eq!(of(|record| record.registrant.phone.as_deref()), [None, Some("+1.5555550142")].into());
    assert!(of(|record| record.registrant.street.as_deref()).len() > 1);
    assert!(records[0].expires < day("2021-05-12"), "it has run out");
}

#[test]
fn the_name_leads_to_seven_domains_the_mailbox_to_six_and_the_phone_to_three() {
    let provider = bundled();
    let found = |term| names(&first_page(&provider, &reverse(term, Scope::Historic)));
    assert_eq!(found(person(NAME)), below_example(&SEVEN));
    let six: Vec<&str> = SEVEN.into_iter().filter(|name| *name != "dl-app").collect();
    assert_eq!(found(email(EMAIL)), below_example(&six));
    assert_eq!(found(phone("+1 (555) 555-0142")), below_example(&["cmt-net", "cmt", "shore-vpn"]));
    // The organisation stands in the records of the four domains that were bought for its business: not in those of
    // the private one (velani) nor of the two with a firm's name of their own (farata-co, shore-vpn).
    let four = below_example(&["cmt-net", "cmt", "dl-app", "turq-host"]);
    assert_eq!(found(organization("Compute Make Tomorrow")), four);
    assert_eq!(found(ReverseWhoisTerm::Text("make tomorrow".to_owned())), four);
}

#[test]
fn three_domains_are_still_registered_in_the_name() {
    let provider = bundled();
    let current = |term| names(&first_page(&provider, &reverse(term, Scope::Current)));
    let three = below_example(&["cmt", "farata-co", "velani"]);
    assert_eq!(current(person("dara velani")), three);
    assert_eq!(current(email("Dara.Velani@mail.example")), three);
    assert_eq!(current(organization("Compute Make Tomorrow")), below_example(&["cmt"]));
}

#[test]
fn a_reverse_whois_sighting_spans_the_records_that_match() {
    let page = first_page(&bundled(), &reverse(phone("+1.5555550142"), Scope::Historic));
    let site = sightings(&page).into_iter().find(|sighting| sighting.name == host("cmt-net.example")).unwrap();
    assert_eq!((site.first_seen, site.last_seen), (day("2013-03-19"), day("2016-01-15")));
}

#[test]
fn one_domain_was_sold_to_somebody_with_one_more() {
    let provider = bundled();
    let records = history(&provider, "turq-host.example");
    let owners: Vec<_> = records.iter().map(|record| (record.registrant.name.as_deref(), record.observed)).collect();
    let sold = day("2019-10-28");
    assert!(owners.iter().all(|(name, observed)| *name == Some(if *observed >= sold { "M. Zargan" } else { NAME })));
    assert!(owners.contains(&(Some("M. Zargan"), sold)) && owners.iter().any(|(name, _)| *name == Some(NAME)));
    for scope in [Scope::Current, Scope::Historic] {
        let page = first_page(&provider, &reverse(email("b.zargan@post.example"), scope));
        assert_eq!(names(&page), below_example(&["turq-host", "zargan-shop"]), "{scope:?}");
    }
}

#[test]
fn the_shared_name_server_serves_79_domains() {
    let provider = bundled();
    for server in ["ns17.tala-host.example", "ns18.tala-host.example"] {
        let page = first_page(&provider, &Lookup::ReverseNs { name_server: host(server) });
        assert_eq!((page.total, page.next.clone()), (Some(Total::Exactly(79)), None));
        let found = sightings(&page);
        assert_eq!(found.len(), 79);
        assert!(found.iter().all(|sighting| sighting.first_seen.is_some() && sighting.last_seen.is_some()));
        assert!(found.is_sorted_by(|one, other| one.name < other.name));
        let of_the_trail: Vec<String> = names(&page)
            .into_iter()
            .filter(|name| SEVEN.iter().any(|trail| name == &format!("{trail}.example")))
            .collect();
        assert_eq!(of_the_trail, below_example(&["farata-co", "velani"]));
    }
    for server in ["ns15.tala-host.example", "ns16.tala-host.example"] {
        let page = first_page(&provider, &Lookup::ReverseNs { name_server: host(server) });
        assert!(names(&page).contains(&"cmt.example".to_owned()), "{server}");
        assert!(!names(&page).contains(&"velani.example".to_owned()), "{server}");
    }
}

#[test]
fn every_neighbour_has_one_current_record_and_it_is_noise() {
    let provider = bundled();
    let page = first_page(&provider, &Lookup::ReverseNs { name_server: host("ns17.tala-host.example") });
    let (mut services, mut redacted) = (0, 0);
    for neighbour in
        names(&page).iter().filter(|name| !["farata-co.example", "velani.example"].contains(&name.as_str()))
    {
        let records = history(&provider, neighbour);
        let [record] = records.as_slice() else { panic!("{neighbour} has {} records", records.len()) };
        assert!(record.expires >= day("2021-05-12"), "{neighbour}");
        if record.registrant.redacted {
            redacted += 1;
            assert_eq!((&record.registrant.name, &record.registrant.email), (&None, &None), "{neighbour}");
        } else {
            services += 1;
        }
    }
    assert_eq!((services, redacted), (47, 30));
}

#[test]
fn a_privacy_service_that_is_known_as_one_stands_apart_from_the_owner() {
    let service = "Hidden Owner Privacy Service";
    let known = noise::judge(service).is_some_and(|noise| noise.kind == NoiseKind::PrivacyService);
    let record = history(&bundled(), "alderbrook-pottery.example").remove(0);
    if known {
        let expected = Contact { privacy_service: Some(service.to_owned()), ..Contact::default() };
        assert_eq!(record.registrant, expected);
        let part = reverse(ReverseWhoisTerm::Text("hidden owner".to_owned()), Scope::Historic);
        assert_eq!(first_page(&bundled(), &part).records, []);
    } else {
        assert_eq!(record.registrant.name.as_deref(), Some(service));
        assert_eq!(record.registrant.privacy_service, None);
    }
}

#[test]
fn two_of_the_three_have_three_names_below_them() {
    let provider = bundled();
    let below = |domain: &str| names(&first_page(&provider, &Lookup::Subdomains { domain: host(domain) }));
    for domain in ["farata-co.example", "velani.example"] {
        let expected: Vec<String> = ["cpanel", "webdisk", "webmail"].map(|label| format!("{label}.{domain}")).into();
        assert_eq!(below(domain), expected);
    }
    assert_eq!(below("cmt.example"), Vec::<String>::new());
}

#[test]
fn every_active_name_resolves() {
    let provider = bundled();
    let types = |name: &str| -> BTreeSet<String> {
        let page = first_page(&provider, &Lookup::DnsRecords { host: host(name) });
        let record_type = |record: &Record| match record {
            Record::Dns(record) => {
                assert_eq!(record.owner, host(name));
                assert!(record.first_seen.is_some() && record.last_seen.is_some());
                assert_documentation_address(&record.data);
                record.data.record_type().as_str().to_owned()
            }
            other => panic!("not a DNS record: {other:?}"),
        };
        page.records.iter().map(record_type).collect()
    };
    let page = first_page(&provider, &Lookup::ReverseNs { name_server: host("ns17.tala-host.example") });
    let mut domains = names(&page);
    domains.extend(below_example(&["cmt", "turq-host", "zargan-shop", "tala-host", "calder-dns"]));
    let mut with_six = 0;
    for domain in &domains {
        let types = types(domain);
        for wanted in ["A", "NS", "MX", "TXT", "SOA"] {
            assert!(types.contains(wanted), "{domain} has no {wanted}");
        }
        with_six += usize::from(types.contains("AAAA"));
    }
    assert!(with_six > 5 && with_six < domains.len());
    for domain in ["farata-co.example", "velani.example"] {
        for label in ["webmail", "cpanel", "webdisk"] {
            assert!(types(&format!("{label}.{domain}")).contains("A"));
        }
    }
}

fn assert_documentation_address(data: &DnsData) {
    if let DnsData::Address(address) = data {
        let text = address.to_string();
        let reserved = ["192.0.2.", "198.51.100.", "203.0.113.", "2001:db8:"];
        assert!(reserved.iter().any(|prefix| text.starts_with(prefix)), "{text}");
    }
}

#[test]
fn the_bundled_case_has_the_size_it_is_told_to_have() {
    let size = Case::from_folder(&cases_folder().join("leaked-episode")).unwrap().size();
    // Seven domains of the trail, the new owner's other one, two hosting companies, 77 neighbours.
    assert_eq!((size.domains, size.whois_records), (7 + 1 + 2 + 77, 25 + 1 + 2 + 77));
}

#[test]
fn the_exercises_have_questions_and_answers_in_the_order_of_the_story() {
    let case = Case::from_folder(&cases_folder().join("leaked-episode")).unwrap();
    let about = case.about();
    assert_eq!((about.name.as_str(), about.as_of.to_string().as_str()), ("leaked-episode", "2021-05-12"));
    assert_eq!(about.exercises.len(), 8);
    assert!(about.exercises.iter().all(|exercise| exercise.answer.is_some()));
    let answers: Vec<&str> = about.exercises.iter().filter_map(|exercise| exercise.answer.as_deref()).collect();
    for (answer, told) in
        answers.iter().zip(["2,311 days", "Seven", "six", "Three", "M. Zargan", "79", "noise", "webdisk"])
    {
        assert!(answer.contains(told), "{told}: {answer}");
    }
}

#[test]
fn only_reserved_names_occur_in_the_bundled_case() {
    let folder = cases_folder().join("leaked-episode");
    for (file, number, line) in record_lines(&folder) {
        let value: Value = serde_json::from_str(&line).unwrap();
        // A network's name is a registry's label, not a host name.
        let names = if value["record"] == "network" { &[][..] } else { &["domain", "name"][..] };
        for field in names {
            if let Some(name) = value[*field].as_str() {
                assert!(name.ends_with(".example"), "{file}:{number}: {name}");
            }
        }
        for text in strings(&value) {
            if let Some((_, mail_domain)) = text.split_once('@') {
                assert!(mail_domain.ends_with(".example"), "{file}:{number}: {text}");
            }
            if text.starts_with('+') {
                assert!(text.starts_with("+1.55555501"), "{file}:{number}: {text}");
            }
        }
    }
}

fn strings(value: &Value) -> Vec<&str> {
    match value {
        Value::String(text) => vec![text],
        Value::Array(items) => items.iter().flat_map(strings).collect(),
        Value::Object(fields) => fields.values().flat_map(strings).collect(),
        _ => Vec::new(),
    }
}

#[test]
fn a_name_outside_is_not_in_the_case_and_a_name_inside_may_lack_a_record() {
    let provider = bundled();
    let note = |lookup: &Lookup| {
        let page = first_page(&provider, lookup);
        assert_eq!((page.records.len(), page.next, page.total), (0, None, Some(Total::Exactly(0))));
        let [note] = page.notes.as_slice() else { panic!("{:?}", page.notes) };
        note.clone()
    };
    let stranger = || host("stranger.example");
    for lookup in [
        Lookup::WhoisHistory { domain: stranger() },
        Lookup::ReverseNs { name_server: stranger() },
        Lookup::Subdomains { domain: stranger() },
        Lookup::DnsRecords { host: stranger() },
    ] {
        assert_eq!(note(&lookup), "\"stranger.example\" is not in the case leaked-episode.");
    }
    for (lookup, expected) in [
        (
            Lookup::Subdomains { domain: host("cmt.example") },
            "\"cmt.example\" is in the case leaked-episode, but without any name below it.",
        ),
        (
            Lookup::WhoisHistory { domain: host("webmail.velani.example") },
            "\"webmail.velani.example\" is in the case leaked-episode, but without a WHOIS record.",
        ),
        (
            Lookup::ReverseNs { name_server: host("velani.example") },
            "\"velani.example\" is in the case leaked-episode, but not as a name server of any domain.",
        ),
        (
            Lookup::DnsRecords { host: host("shore-vpn.example") },
            "\"shore-vpn.example\" is in the case leaked-episode, but without a DNS record.",
        ),
        (
            // Known only as a name server in a WHOIS record.
            Lookup::DnsRecords { host: host("ns1.greyferry-dns.example") },
            "\"ns1.greyferry-dns.example\" is in the case leaked-episode, but without a DNS record.",
        ),
        (
            reverse(person("Nobody Atall"), Scope::Historic),
            "\"Nobody Atall\" is in no WHOIS record of the case leaked-episode.",
        ),
        (
            reverse(email("downloads.desk@post.example"), Scope::Current),
            "\"downloads.desk@post.example\" is in no current WHOIS record of the case leaked-episode. Earlier records \
             of 1 domain have it: set the scope to historic to see them.",
        ),
    ] {
        assert_eq!(note(&lookup), expected);
    }
}

#[test]
fn reverse_whois_never_matches_noise_and_says_so() {
    let provider = bundled();
    for text in ["REDACTED FOR PRIVACY", " Redacted for Privacy "] {
        let page = first_page(&provider, &reverse(ReverseWhoisTerm::Text(text.to_owned()), Scope::Historic));
        assert_eq!(page.records, []);
        assert!(page.notes[0].contains("says nothing about anybody"), "{:?}", page.notes);
    }
    let page = first_page(&provider, &reverse(ReverseWhoisTerm::Text("for privacy".to_owned()), Scope::Historic));
    assert_eq!(page.records, [], "a part of a marker is not found either");
}

#[test]
fn the_terms_are_free_local_and_the_same_for_every_lookup() {
    let provider = bundled();
    assert_eq!((provider.name(), provider.source()), ("case", "case leaked-episode"));
    let lookup = Lookup::Subdomains { domain: host("velani.example") };
    let offer = provider.offer(&lookup).unwrap();
    assert_eq!((offer.exposure, offer.price.is_free(), offer.rate), (Exposure::Local, true, None));
    let preview = ask(&provider, &lookup, &Step::Preview);
    assert_eq!((preview.records.len(), preview.total, preview.next), (0, Some(Total::Exactly(3)), None));
    assert_eq!(CaseProvider::new(Vec::new()).offer(&lookup), None);
}

#[test]
fn an_empty_text_and_a_foreign_cursor_are_refused() {
    let provider = bundled();
    let blank = reverse(ReverseWhoisTerm::Text("  ".to_owned()), Scope::Historic);
    assert!(matches!(provider.call(&blank, &Step::Page(None)), Err(ProviderError::InvalidInput { .. })));
    let lookup = Lookup::Subdomains { domain: host("velani.example") };
    for cursor in ["", "-1", "abc", "3", "99999999999999999999999"] {
        let step = Step::Page(Some(Cursor(cursor.to_owned())));
        let outcome = provider.call(&lookup, &step);
        assert!(matches!(outcome, Err(ProviderError::InvalidInput { .. })), "{cursor}: {outcome:?}");
    }
}

fn small_case(name: &str, as_of: &str, records: &str) -> Arc<Case> {
    let about = format!("format = 1\nname = \"{name}\"\ntitle = \"T\"\nsummary = \"S\"\nas_of = {as_of}\n");
    let files = [("case.toml".to_owned(), about.into_bytes()), ("records.jsonl".to_owned(), records.into())];
    Arc::new(Case::from_files(files).unwrap_or_else(|errors| panic!("{errors}")))
}

#[test]
fn paging_gives_every_name_once() {
    let records: String = (0..1234)
        .map(|number| {
            format!(
                "{{\"record\": \"dns\", \"name\": \"shop-{number}.example\", \"type\": \"NS\", \"value\": \
                 \"ns17.big-host.example\"}}\n"
            )
        })
        .collect();
    let provider = CaseProvider::new(vec![small_case("big", "2024-01-01", &records)]);
    let lookup = Lookup::ReverseNs { name_server: host("ns17.big-host.example") };
    let (mut found, mut sizes, mut next) = (Vec::new(), Vec::new(), None);
    loop {
        let page = ask(&provider, &lookup, &Step::Page(next));
        assert_eq!(page.total, Some(Total::Exactly(1234)));
        sizes.push(page.records.len());
        found.extend(names(&page));
        next = page.next;
        if next.is_none() {
            break;
        }
    }
    assert_eq!(sizes, [500, 500, 234]);
    assert!(found.is_sorted_by(|one, other| one < other));
    assert_eq!(found.into_iter().collect::<BTreeSet<_>>(), (0..1234).map(|n| format!("shop-{n}.example")).collect());
}

#[test]
fn several_cases_answer_together_and_each_keeps_its_day() {
    let whois = |domain: &str, observed: &str, expires: &str| {
        format!(
            "{{\"record\": \"whois\", \"domain\": \"{domain}\", \"observed\": \"{observed}\", \"expires\": \
             \"{expires}\", \"technical\": {{\"name\": \"Ola Brisk\"}}}}\n"
        )
    };
    let early = whois("lantern.example", "2019-01-01", "2020-06-01");
    let late = whois("lantern.example", "2021-01-01", "2021-06-01") + &whois("tin.example", "2021-01-01", "2021-06-01");
    let provider =
        CaseProvider::new(vec![small_case("early", "2020-01-01", &early), small_case("late", "2022-01-01", &late)]);
    assert_eq!(provider.source(), "cases early and late");
    let page = first_page(&provider, &reverse(person("Ola Brisk"), Scope::Historic));
    assert_eq!(names(&page), ["lantern.example", "tin.example"]);
    assert_eq!((page.source.as_deref(), page.notes.as_slice()), (Some("cases early and late"), &[][..]));
    assert_eq!(sightings(&page)[0].first_seen, day("2019-01-01"));
    assert_eq!(sightings(&page)[0].last_seen, day("2021-01-01"));
    assert_eq!(names(&first_page(&provider, &reverse(person("Ola Brisk"), Scope::Current))), ["lantern.example"]);
    let observed: Vec<_> = history(&provider, "lantern.example").into_iter().map(|record| record.observed).collect();
    assert_eq!(observed, [day("2021-01-01"), day("2019-01-01")]);
    let absent = first_page(&provider, &Lookup::DnsRecords { host: host("x.example") });
    assert_eq!(absent.notes, ["\"x.example\" is in none of the cases early and late."]);
    let partly = first_page(&provider, &Lookup::DnsRecords { host: host("tin.example") });
    assert_eq!(partly.notes, ["\"tin.example\" is in the case late, but without a DNS record."]);
}

#[test]
fn the_order_in_which_files_are_given_does_not_matter() {
    let folder = cases_folder().join("leaked-episode");
    let mut files: Vec<(String, Vec<u8>)> = fs::read_dir(&folder)
        .unwrap()
        .map(|entry| {
            let entry = entry.unwrap();
            (entry.file_name().into_string().unwrap(), fs::read(entry.path()).unwrap())
        })
        .collect();
    let answers = |files: Vec<(String, Vec<u8>)>| {
        let provider = CaseProvider::new(vec![Arc::new(Case::from_files(files).unwrap())]);
        let dns = first_page(&provider, &Lookup::DnsRecords { host: host("turq-host.example") });
        (history(&provider, "cmt-net.example"), dns)
    };
    files.sort();
    let forwards = answers(files.clone());
    files.reverse();
    assert_eq!(answers(files), forwards);
    let types: Vec<_> = forwards
        .1
        .records
        .iter()
        .map(|record| match record {
            Record::Dns(record) => (record.data.record_type(), record.last_seen),
            other => panic!("{other:?}"),
        })
        .collect();
    assert!(types.is_sorted_by(|one, next| one.0 < next.0 || (one.0 == next.0 && one.1 >= next.1)), "{types:?}");
}

/// Every record of a case, with its file and line.
fn record_lines(folder: &Path) -> Vec<(String, usize, String)> {
    let mut lines = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "jsonl") {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            for (index, line) in fs::read_to_string(&path).unwrap().lines().enumerate() {
                if !line.trim().is_empty() && !line.starts_with('#') {
                    lines.push((name.clone(), index + 1, line.to_owned()));
                }
            }
        }
    }
    assert!(!lines.is_empty());
    lines
}

#[test]
fn the_bundled_case_fits_the_schemas() {
    let validator = jsonschema::validator_for(&record_schema()).unwrap();
    let folder = cases_folder().join("leaked-episode");
    for (file, number, line) in record_lines(&folder) {
        let value: Value = serde_json::from_str(&line).unwrap();
        assert!(validator.is_valid(&value), "{file}:{number}: {:?}", validator.iter_errors(&value).next());
    }
    let about: toml::Table = toml::from_str(&fs::read_to_string(folder.join("case.toml")).unwrap()).unwrap();
    let mut about = serde_json::to_value(about).unwrap();
    // TOML has dates; JSON Schema sees them as texts.
    about["as_of"] = "2021-05-12".into();
    let validator = jsonschema::validator_for(&case_schema()).unwrap();
    assert!(validator.is_valid(&about), "{:?}", validator.iter_errors(&about).next());
}

#[test]
fn the_schemas_refuse_what_the_program_refuses() {
    let validator = jsonschema::validator_for(&record_schema()).unwrap();
    for line in [
        r#"{"record": "whois", "domain": "a.example"}"#,
        r#"{"record": "whois", "domain": "a.example", "observed": "2020-01-01", "registrent": {}}"#,
        r#"{"record": "whois", "domain": "a.example", "observed": "2020-01-01", "registrant": {"mail": "x"}}"#,
        r#"{"record": "whois", "domain": "a.example", "observed": "01/02/2020"}"#,
        r#"{"record": "dns", "name": "a.example", "type": "a", "value": "192.0.2.1"}"#,
        r#"{"record": "dns", "name": "https://a.example/", "type": "A", "value": "192.0.2.1"}"#,
        r#"{"record": "dns", "name": "a.example", "type": "A", "value": "192.0.2.1", "ttl": "3600"}"#,
        r#"{"record": "rdap"}"#,
        r#"{"record": "network", "name": "TALA-NET"}"#,
        r#"{"record": "network", "network": "192.0.2.0/24", "as": "AS64500"}"#,
        r#"{"record": "network", "network": "192.0.2.1"}"#,
        r#"{"record": "certificate", "names": [], "issuer": "R1", "serial": "0A", "not_before": "2020-01-01", "not_after": "2020-04-01"}"#,
        r#"{"record": "certificate", "names": ["a.*.example"], "issuer": "R1", "serial": "0A", "not_before": "2020-01-01", "not_after": "2020-04-01"}"#,
        r#"{"record": "certificate", "names": ["a.example"], "issuer": "R1", "serial": "12 apples", "not_before": "2020-01-01", "not_after": "2020-04-01"}"#,
        r#"{"record": "certificate", "names": ["a.example"], "issuer": "R1", "serial": "0A", "not_before": "2020-01-01", "not_after": "2020-04-01", "fingerprint": "0A"}"#,
        r#"{"record": "reputation", "score": 12.5}"#,
        r#"{"record": "reputation", "subject": "a.example"}"#,
        r#"{"record": "reputation", "subject": "a.example", "score": 100.5}"#,
        r#"{"record": "reputation", "subject": "a.example", "score": "12.5"}"#,
        r#"{"record": "reputation", "subject": "https://a.example/", "score": 12.5}"#,
        r#"{"record": "threat", "indicator": "a.example"}"#,
        r#"{"record": "threat", "indicator": "nodot", "threat": "phishing"}"#,
        r#"{"record": "threat", "indicator": "a.example", "threat": " "}"#,
        r#"{"record": "website", "title": "A"}"#,
        r#"{"record": "website", "site": "https://a.example/"}"#,
        r#"{"record": "website", "site": "a.example", "emails": ["Jo <jo@a.example>"]}"#,
        r#"{"record": "website", "site": "a.example", "phones": ["call us"]}"#,
        r#"{"record": "website", "site": "a.example", "profiles": ["social.example/a"]}"#,
        r#"{"record": "mailbox", "email": "a.example"}"#,
        r#"{"record": "mailbox", "email": "jo@a.example", "deliverable": "yes"}"#,
    ] {
        assert!(!validator.is_valid(&serde_json::from_str(line).unwrap()), "{line}");
        let about = "format = 1\nname = \"a\"\ntitle = \"T\"\nsummary = \"S\"\nas_of = 2024-01-01\n";
        let files = [("case.toml".to_owned(), about.into()), ("r.jsonl".to_owned(), line.into())];
        assert!(Case::from_files(files).is_err(), "{line}");
    }
}

#[test]
fn the_checked_in_schemas_are_those_of_the_program() {
    for (file, schema) in [("case.schema.json", case_schema()), ("record.schema.json", record_schema())] {
        let path = cases_folder().join("schema").join(file);
        if env::var_os("NAMEHOUND_BLESS").is_some() {
            let text = serde_json::to_string_pretty(&schema).unwrap() + "\n";
            fs::write(&path, text).unwrap();
        }
        let checked_in: Option<Value> =
            fs::read_to_string(&path).ok().and_then(|text| serde_json::from_str(&text).ok());
        assert!(
            checked_in.as_ref() == Some(&schema),
            "cases/schema/{file} is not what the program would write. Refresh it with: NAMEHOUND_BLESS=1 cargo test \
             -p intel --test case"
        );
    }
}

#[test]
fn the_first_case_of_the_guide_works_as_it_says() {
    let guide = fs::read_to_string(cases_folder().join("README.md")).unwrap();
    let blocks = |language: &str| -> String {
        let opening = format!("```{language}\n");
        guide.split(&opening).skip(1).map(|block| block.split("```").next().unwrap()).collect()
    };
    let files = [("case.toml".to_owned(), blocks("toml").into()), ("records.jsonl".to_owned(), blocks("json").into())];
    let case = Case::from_files(files).unwrap_or_else(|errors| panic!("{errors}"));
    assert_eq!(case.about().exercises.len(), 1);
    let provider = CaseProvider::new(vec![Arc::new(case)]);
    let both = ["paper-lantern.example", "tin-lantern.example"];
    assert_eq!(names(&first_page(&provider, &reverse(email("ola@post.example"), Scope::Historic))), both);
    assert_eq!(names(&first_page(&provider, &reverse(email("ola@post.example"), Scope::Current))), both[1..]);
    let served = Lookup::ReverseNs { name_server: host("ns1.cheap-hosting.example") };
    assert_eq!(names(&first_page(&provider, &served)), both[1..]);
    let below = Lookup::Subdomains { domain: host("tin-lantern.example") };
    assert_eq!(names(&first_page(&provider, &below)), ["shop.tin-lantern.example"]);
    let page = first_page(&provider, &Lookup::IpLocation { address: "192.0.2.7".parse().unwrap() });
    let [Record::Location(place)] = page.records.as_slice() else { panic!("{:?}", page.records) };
    assert_eq!((place.provider.as_deref(), place.city.as_deref()), (Some("Cheap Hosting"), Some("Saltwick")));
}

#[test]
fn a_folder_is_read_with_the_folders_in_it_and_without_hidden_files() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("case-folder");
    let _ = fs::remove_dir_all(&folder);
    let errors = Case::from_folder(&folder).unwrap_err();
    assert_eq!(errors.errors.len(), 1);
    assert!(errors.to_string().contains("the folder cannot be read"), "{errors}");

    fs::create_dir_all(folder.join("dns/old")).unwrap();
    fs::create_dir_all(folder.join(".git")).unwrap();
    let about = "format = 1\nname = \"a\"\ntitle = \"T\"\nsummary = \"S\"\nas_of = 2024-01-01\n";
    fs::write(folder.join("case.toml"), about).unwrap();
    fs::write(folder.join("notes.md"), "nothing for Namehound").unwrap();
    fs::write(folder.join(".git/broken.jsonl"), "broken").unwrap();
    let record = r#"{"record": "dns", "name": "a.example", "type": "TXT", "value": "old"}"#;
    fs::write(folder.join("dns/old/records.jsonl"), record).unwrap();
    assert_eq!(Case::from_folder(&folder).unwrap().size().dns_records, 1);

    fs::create_dir(folder.join("more.jsonl.txt")).unwrap();
    fs::write(folder.join("more.jsonl.txt/records.json"), record).unwrap();
    let errors = Case::from_folder(&folder).unwrap_err();
    assert_eq!(errors.errors.len(), 1);
    assert_eq!(errors.errors[0].file, "more.jsonl.txt/records.json");
}
