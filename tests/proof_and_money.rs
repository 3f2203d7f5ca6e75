//! Promises about what is kept: every answer of a source has its proof, nothing is bought twice by anybody, and what a case,
//! a member or an allowance forbids does not happen.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a failed unwrap in a test is a failed test, which is the point"
)]

mod support;

use std::{collections::BTreeSet, path::Path, sync::Arc, time::Duration};

use intel::{Clock, Credits, Exposure, SystemClock};
use jiff::Timestamp;
use namehound::{config::Config, stores::Stores};
use serde_json::json;
use store::{
    Name,
    cases::CaseTerms,
    ledger::{Search, SigningKey},
    members::Role,
    spending::ReportBy,
    tokens::{NewToken, TokenSecret},
};
use support::{
    Running, Upstream,
    client::{Reply, Request},
    folder::Folder,
    post,
    program::Machine,
    run,
    upstream::json as answer,
    vendor_config,
};

/// A vendor that sells two domains for whatever it is asked.
async fn vendor() -> Upstream {
    Upstream::start(|asked| match asked.mode().as_deref() {
        Some("preview") => answer(json!({ "domainsCount": 2 })),
        _ => answer(json!({ "domainsCount": 2, "domainsList": ["cmt.example", "velani.example"] })),
    })
    .await
}

async fn server(config: &Config, folder: &Path) -> Running {
    Running::open(config.clone(), folder).await
}

async fn stores(config: &Config, folder: &Path) -> Stores {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    Stores::open(config, folder, clock).await.unwrap()
}

fn name(text: &str) -> Name {
    Name::parse(text).unwrap()
}

fn dara() -> Request {
    Request::new("maltego.Person", "Dara Velani")
}

async fn spent(stores: &Stores) -> (u64, u64, u64) {
    let lines = stores.spending.report(ReportBy::Provider, Timestamp::UNIX_EPOCH, Timestamp::MAX).await.unwrap();
    lines.first().map_or((0, 0, 0), |line| (line.purchases, line.charged.0, line.unsettled_purchases))
}

fn said(reply: &Reply) -> String {
    reply.messages.iter().map(|(_, text)| text.as_str()).collect::<Vec<_>>().join(" | ")
}

#[tokio::test]
async fn an_entity_leads_to_the_bytes_that_its_source_sent_and_a_restart_costs_nothing() {
    let (folder, upstream) = (Folder::new(), vendor().await);
    let config = vendor_config(&upstream);
    let first = server(&config, folder.path()).await;
    let reply = run(&first, "person_to_domains", &dara()).await;
    assert_eq!(reply.values(), ["cmt.example", "velani.example"]);
    let evidence = reply.entities[0].fields["namehound.evidence"].clone();
    assert!(reply.entities.iter().all(|entity| entity.fields["namehound.evidence"] == evidence));

    let page = reqwest::get(first.url(&format!("/evidence/{evidence}"))).await.unwrap();
    assert!(page.headers()["content-security-policy"].to_str().unwrap().starts_with("default-src 'none'"));
    let page = page.text().await.unwrap();
    assert!(page.contains("whoisxml (reverse-whois)") && page.contains("50 credits"), "{page}");
    assert!(!page.contains(support::KEY));
    let body = reqwest::get(first.url(&format!("/evidence/{evidence}/body"))).await.unwrap();
    assert_eq!(body.headers()["content-type"], "application/octet-stream");
    let body: serde_json::Value = serde_json::from_slice(&body.bytes().await.unwrap()).unwrap();
    assert_eq!(body["domainsList"], json!(["cmt.example", "velani.example"]));
    for unknown in ["1-0000000000000000", "..%2f..%2fetc%2fpasswd", "%00", "999999-aaaaaaaaaaaaaaaa", "1"] {
        let status = reqwest::get(first.url(&format!("/evidence/{unknown}"))).await.unwrap().status();
        assert!(status.is_client_error(), "{unknown}: {status}");
    }
    let asked = upstream.asked().len();
    first.stop().await;

    let second = server(&config, folder.path()).await;
    let again = run(&second, "person_to_domains", &dara()).await;
    assert_eq!((again.values(), upstream.asked().len()), (reply.values(), asked), "nothing was asked");
    assert_eq!(again.entities[0].fields["namehound.evidence"], evidence);
    let stores = stores(&config, folder.path()).await;
    assert_eq!(spent(&stores).await, (1, 50, 0));
    let kept = stores.ledger.search(Search::default()).await.unwrap();
    assert!(kept.iter().all(|entry| !entry.text.as_deref().unwrap().contains(support::KEY)));
    assert_eq!(stores.ledger.verify().await.unwrap().broken, None);
}

#[tokio::test]
async fn asking_again_is_said_to_and_paid() {
    let (folder, upstream) = (Folder::new(), vendor().await);
    let config = vendor_config(&upstream);
    let server = server(&config, folder.path()).await;
    run(&server, "person_to_domains", &dara()).await;
    let again = run(&server, "person_to_domains", &dara().setting("refresh", "true")).await;
    assert!(again.says("Inform", "50 credits spent"), "{}", said(&again));
    assert_eq!(upstream.count("purchase"), 2);
    assert_eq!(spent(&stores(&config, folder.path()).await).await, (2, 100, 0));
}

#[tokio::test]
async fn a_case_keeps_its_rules_and_is_gone_through_again_without_a_network() {
    let (folder, upstream) = (Folder::new(), vendor().await);
    let config = vendor_config(&upstream);
    let stores = stores(&config, folder.path()).await;
    let terms = |ceiling, providers: Option<&[&str]>, budget| CaseTerms {
        ceiling,
        providers: providers.map(|names| names.iter().map(|name| (*name).to_owned()).collect::<BTreeSet<_>>()),
        budget,
        retention_days: None,
    };
    for (case, terms) in [
        ("open", terms(Exposure::ThirdParty, None, None)),
        ("local", terms(Exposure::Local, None, None)),
        ("rdap-only", terms(Exposure::ThirdParty, Some(&["rdap"]), None)),
        ("poor", terms(Exposure::ThirdParty, None, Some(Credits(10)))),
    ] {
        stores.cases.create(name(case), terms).await.unwrap();
    }
    let server = server(&config, folder.path()).await;
    let ask = |case: &str| dara().setting("case", case);
    for (case, expected) in [
        ("local", "this case allows no more than nobody outside this machine"),
        ("rdap-only", "is not among the sources that this case allows"),
        ("no-such-case", "There is no case \"no-such-case\""),
        ("../etc", "This cannot be a name"),
    ] {
        let reply = run(&server, "person_to_domains", &ask(case)).await;
        assert!(reply.entities.is_empty() && said(&reply).contains(expected), "{case}: {}", said(&reply));
    }
    assert_eq!(upstream.asked().len(), 0, "what a case forbids is refused before anything is sent");
    let reply = run(&server, "person_to_domains", &ask("poor")).await;
    assert!(said(&reply).contains("the case \"poor\""), "{}", said(&reply));
    assert_eq!(upstream.count("purchase"), 0);

    let replay = |request: Request| request.setting("replay", "true");
    let nothing = run(&server, "person_to_domains", &replay(ask("open"))).await;
    assert!(said(&nothing).contains("it never asked"), "{}", said(&nothing));
    let told = run(&server, "person_to_domains", &ask("open")).await;
    assert_eq!(told.values().len(), 2);
    stores.cases.seal(&name("open")).await.unwrap();
    let refused = run(&server, "person_to_domains", &ask("open")).await;
    assert!(refused.entities.is_empty() && said(&refused).contains("has been sealed"), "{}", said(&refused));
    upstream.kill();
    let again = run(&server, "person_to_domains", &replay(ask("open"))).await;
    let shown = |reply: &Reply| -> Vec<(String, String)> {
        let entities = reply.entities.iter();
        entities.map(|entity| (entity.value.clone(), entity.fields["namehound.evidence"].clone())).collect()
    };
    assert_eq!(shown(&again), shown(&told), "the same graph, without anybody being asked");
    let without = run(&server, "person_to_domains", &replay(dara())).await;
    assert!(said(&without).contains("name it in the setting \"case\""), "{}", said(&without));
}

#[tokio::test]
async fn allowances_are_kept_and_explained() {
    let (folder, upstream) = (Folder::new(), vendor().await);
    let mut config = vendor_config(&upstream);
    config.allowances.per_day = Some(60);
    let server = server(&config, folder.path()).await;
    assert_eq!(run(&server, "person_to_domains", &dara()).await.values().len(), 2);
    let other = run(&server, "person_to_domains", &Request::new("maltego.Person", "Rufus Kedge")).await;
    let told = said(&other);
    assert!(told.contains("of the allowance of this server (60 credits) 10 credits is left"), "{told}");
    assert!(told.contains("There is more from"), "{told}");
    assert_eq!(upstream.count("purchase"), 1);
}

#[tokio::test]
async fn a_purchase_whose_answer_never_came_is_unknown_and_never_repeated_by_itself() {
    let folder = Folder::new();
    let upstream = vendor().await;
    let mut config = vendor_config(&upstream);
    config.upstream.total_seconds = 1;
    let server = server(&config, folder.path()).await;
    // The preview is answered at once, the purchase too late.
    run(&server, "person_to_domain_count", &dara()).await;
    upstream.delay(Duration::from_millis(2500));
    let lost = run(&server, "person_to_domains", &dara()).await;
    assert!(said(&lost).contains("may have been charged"), "{}", said(&lost));
    upstream.delay(Duration::ZERO);
    let stores = stores(&config, folder.path()).await;
    assert_eq!(spent(&stores).await, (0, 0, 1));
    assert_eq!(upstream.count("purchase"), 1);
    let again = run(&server, "person_to_domains", &dara()).await;
    assert!(said(&again).contains("nobody knows how that ended"), "{}", said(&again));
    assert_eq!(upstream.count("purchase"), 1, "never silently repeated");
    let confirmed = run(&server, "person_to_domains", &dara().setting("confirm_purchase", "true")).await;
    assert_eq!((confirmed.values().len(), upstream.count("purchase")), (2, 2));
    // The book knows of as many purchases as the vendor.
    assert_eq!(spent(&stores).await, (1, 50, 1));
}

#[tokio::test]
async fn members_come_in_by_their_tokens_until_they_are_withdrawn() {
    let (folder, upstream) = (Folder::new(), vendor().await);
    let mut config = vendor_config(&upstream);
    config.members.wrong_tokens_per_minute = 5;
    let stores = stores(&config, folder.path()).await;
    let server = server(&config, folder.path()).await;
    // Nobody needs a token until there is one.
    assert_eq!(post(&server.url("/run/person_to_domains"), &dara()).await.status, 200);
    let mut tokens = Vec::new();
    for (member, role, seed) in [("ada", Role::Member, 1), ("bo", Role::Guest, 2)] {
        stores.members.add(name(member), role).await.unwrap();
        let terms = NewToken { member: name(member), name: name("laptop"), default_case: None, expires: None };
        tokens.push(stores.tokens.issue(terms, [seed; TokenSecret::RANDOM_BYTES]).await.unwrap());
    }
    let (ada, bo) = (&tokens[0], &tokens[1]);
    let at = |token: &str| server.url(&format!("/t/{token}/run/person_to_domains"));
    assert_eq!(post(&server.url("/run/person_to_domains"), &dara()).await.status, 401);
    assert_eq!(post(&at(ada.1.reveal()), &dara()).await.values().len(), 2);
    // A guest sees what is remembered, and buys nothing, whatever they agree to.
    assert_eq!(post(&at(bo.1.reveal()), &dara()).await.values().len(), 2);
    let other = Request::new("maltego.Person", "Rufus Kedge").setting("confirm_purchase", "true");
    let refused = post(&at(bo.1.reveal()), &other).await;
    assert!(said(&refused).contains("the allowance of guests"), "{}", said(&refused));
    // What somebody asked is on their account.
    let by_member = stores.ledger.search(Search { member: Some("bo".to_owned()), ..Search::default() }).await.unwrap();
    assert!(!by_member.is_empty());

    stores.tokens.revoke(&ada.0.id).await.unwrap();
    assert_eq!(post(&at(ada.1.reveal()), &dara()).await.status, 401, "no token works after it is withdrawn");
    stores.members.revoke(&name("bo")).await.unwrap();
    assert_eq!(post(&at(bo.1.reveal()), &dara()).await.status, 401);
    let mut statuses = BTreeSet::new();
    for at_time in 0..12 {
        statuses.insert(post(&at(&format!("nh-{at_time:016x}-wrong")), &dara()).await.status);
    }
    assert_eq!(statuses, BTreeSet::from([401, 429]), "whoever tries many has to wait");
}

#[tokio::test]
async fn a_member_who_asks_too_much_is_told_so_in_the_clients_own_form() {
    let (folder, upstream) = (Folder::new(), vendor().await);
    let mut config = vendor_config(&upstream);
    config.members.requests_per_minute = 3;
    let stores = stores(&config, folder.path()).await;
    stores.members.add(name("ada"), Role::Member).await.unwrap();
    let terms = NewToken { member: name("ada"), name: name("laptop"), default_case: None, expires: None };
    let (_, secret) = stores.tokens.issue(terms, [1; TokenSecret::RANDOM_BYTES]).await.unwrap();
    let server = server(&config, folder.path()).await;
    let url = server.url(&format!("/t/{}/run/person_to_domains", secret.reveal()));
    let mut told = Vec::new();
    for _ in 0..5 {
        let reply = post(&url, &dara()).await;
        assert_eq!(reply.status, 200);
        told.push(said(&reply).contains("more of this server than it does for one member"));
    }
    assert_eq!(told, [false, false, false, true, true]);
}

#[tokio::test]
async fn what_a_source_wrote_is_text_on_the_page_of_its_proof() {
    let folder = Folder::new();
    let upstream = vendor().await;
    let config = vendor_config(&upstream);
    let server = server(&config, folder.path()).await;
    let phrase = "<script>alert(1)</script> \"x\" & 'y'";
    let reply = run(&server, "phrase_to_domains", &Request::new("maltego.Phrase", phrase)).await;
    let evidence = reply.entities[0].fields["namehound.evidence"].clone();
    let page = reqwest::get(server.url(&format!("/evidence/{evidence}"))).await.unwrap().text().await.unwrap();
    assert!(!page.contains("<script>") && page.contains("&lt;script&gt;alert(1)"), "{page}");
}

/// The real program, twice at once, killed, and once more.
#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_askers_of_two_processes_and_a_restart_make_one_purchase() {
    let upstream = vendor().await;
    upstream.delay(Duration::from_millis(300));
    let machine = Machine::new()
        .with("NAMEHOUND_UPSTREAM__GATEWAY", &upstream.url())
        .with("NAMEHOUND_PROVIDERS__WHOISXML__API_KEY", support::KEY)
        .with("NAMEHOUND_CASES__LOAD", "none");
    let serve = || machine.serve(&["serve", "--listen", "127.0.0.1:0"]);
    let (one, two) = (serve(), serve());
    let mut askers = Vec::new();
    for at in 0..1000 {
        let url = if at % 2 == 0 { &one } else { &two }.url("/run/person_to_domains");
        askers.push(tokio::spawn(async move { post(&url, &dara()).await.values().len() }));
    }
    for asker in askers {
        assert_eq!(asker.await.unwrap(), 2);
    }
    assert_eq!(upstream.count("purchase"), 1, "one purchase for all of them");
    drop((one, two));
    let three = serve();
    assert_eq!(post(&three.url("/run/person_to_domains"), &dara()).await.values().len(), 2);
    assert_eq!(upstream.count("purchase"), 1, "a restart costs nothing");
    drop(three);
    let report = machine.run(&["spend", "report"]);
    assert!(report.out.contains("whoisxml\t1 purchases\t50 credits"), "{}", report.out);
    let verified = machine.run(&["ledger", "verify"]);
    assert_eq!(verified.code, 0, "{}", verified.out);
}

/// The program is killed in the middle of answering, again and again: what was shown can be proved.
#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn what_was_shown_before_a_kill_is_in_the_ledger_after_it() {
    let upstream = vendor().await;
    let machine = Machine::new()
        .with("NAMEHOUND_UPSTREAM__GATEWAY", &upstream.url())
        .with("NAMEHOUND_PROVIDERS__WHOISXML__API_KEY", support::KEY)
        .with("NAMEHOUND_CASES__LOAD", "none");
    let mut shown: BTreeSet<String> = BTreeSet::new();
    for cycle in 0..8 {
        let serving = machine.serve(&["serve", "--listen", "127.0.0.1:0"]);
        let url = serving.url("/run/person_to_domains");
        let (sender, mut evidence) = tokio::sync::mpsc::unbounded_channel();
        let mut askers = Vec::new();
        for at in 0..40 {
            let (url, sender) = (url.clone(), sender.clone());
            askers.push(tokio::spawn(async move {
                let request = Request::new("maltego.Person", &format!("Person {cycle} {at}"));
                let sent = reqwest::Client::new().post(&url).body(request.message()).send().await;
                let Ok(body) = (match sent {
                    Ok(sent) => sent.text().await,
                    Err(error) => Err(error),
                }) else {
                    return;
                };
                let reply = support::client::read(200, body);
                for entity in &reply.entities {
                    _ = sender.send(entity.fields["namehound.evidence"].clone());
                }
            }));
        }
        drop(sender);
        // In the middle: some were answered, others are on their way.
        shown.extend(tokio::time::timeout(Duration::from_secs(10), evidence.recv()).await.unwrap());
        tokio::time::sleep(Duration::from_millis(9 * cycle)).await;
        drop(serving);
        for asker in askers {
            _ = asker.await;
        }
        while let Some(id) = evidence.recv().await {
            shown.insert(id);
        }
    }
    assert!(!shown.is_empty(), "nothing was shown before a kill");
    let verified = machine.run(&["ledger", "verify"]);
    assert_eq!(verified.code, 0, "{}", verified.out);
    let config = Config::default();
    let stores = stores(&config, &machine.home.path().join(".namehound")).await;
    for id in &shown {
        let entry = stores.ledger.get(id).await.unwrap().unwrap_or_else(|| panic!("{id} was shown and is not kept"));
        assert!(stores.ledger.body(&entry).await.unwrap().is_some());
    }
    // Every purchase that the vendor made is in the book: charged, or unknown since its buyer was killed. So are those that
    // were about to be made: an intention is written before its request waits for its turn.
    let (charged, _, unknown) = spent(&stores).await;
    let made = upstream.count("purchase") as u64;
    assert!((charged..=charged + unknown).contains(&made), "{charged} charged, {unknown} unknown, {made} made");
}

#[test]
fn the_commands_lead_from_a_key_to_an_archive_and_a_backup() {
    let machine = Machine::new();
    let done = |arguments: &[&str]| {
        let done = machine.run(arguments);
        assert_eq!(done.code, 0, "{arguments:?}: {} {}", done.out, done.err);
        done.out
    };
    assert!(done(&["ledger", "init"]).contains("fingerprint"));
    assert_eq!(machine.run(&["ledger", "init"]).code, 2, "a ledger keeps its key");
    done(&["member", "add", "ada", "--role", "admin"]);
    let issued = done(&["token", "issue", "ada", "--label", "laptop", "--days", "30"]);
    let token = issued.lines().nth(1).unwrap().trim().to_owned();
    assert!(token.starts_with("nh-"));
    let listed = done(&["token", "list"]);
    assert!(listed.contains("laptop") && !listed.contains(&token), "{listed}");
    done(&["case", "new", "cmt", "--ceiling", "third-party", "--budget", "100", "--provider", "rdap"]);
    assert!(done(&["case", "list"]).contains("cmt\tup to third-party\tonly rdap\tbudget 100 credits"));
    done(&["run", "domain_to_whois", "velani.example", "--set", "case=cmt"]);
    let found = done(&["ledger", "search", "velani", "--of-case", "cmt"]);
    let id = found.split('\t').next().unwrap().to_owned();
    assert!(done(&["ledger", "show", &id]).contains("domain_to_whois"));
    assert!(done(&["ledger", "diary"]).contains("domain_to_whois on velani.example"));
    done(&["case", "export", "cmt", "--out", "cmt.zip"]);
    assert!(done(&["ledger", "verify", "cmt.zip"]).contains("1 checkpoints are signed"));
    let file = machine.home.path().join("cmt.zip");
    let mut bytes = std::fs::read(&file).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 4;
    std::fs::write(&file, bytes).unwrap();
    let broken = machine.run(&["ledger", "verify", "cmt.zip"]);
    assert!(broken.code == 1 && broken.out.contains("BROKEN"), "{}", broken.out);
    done(&["case", "seal", "cmt"]);
    assert!(done(&["ledger", "verify"]).contains("are what they were"));
    done(&["backup", "copy"]);
    assert_eq!(machine.run(&["backup", "copy"]).code, 2, "nothing is written over");
    assert_eq!(machine.run(&["restore", "copy"]).code, 2, "nothing is written over");
    let elsewhere = machine.run(&["--data-dir", "elsewhere", "restore", "copy"]);
    assert!(elsewhere.out.contains("all of them what they were"), "{} {}", elsewhere.out, elsewhere.err);
    assert!(machine.run(&["--data-dir", "elsewhere", "member", "list"]).out.contains("ada\tadmin"));
    done(&["case", "delete", "cmt", "--even-sealed"]);
    assert!(done(&["ledger", "verify"]).contains("contents"));
    for odd in ["../x", "a b", "-x", ""] {
        assert_ne!(machine.run(&["case", "new", "--", odd]).code, 0, "{odd:?}");
    }
}

#[test]
fn a_key_that_was_replaced_by_something_else_is_refused() {
    let machine = Machine::new();
    let folder = machine.home.path().join(".namehound");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("ledger-key.pem"), "no key").unwrap();
    let refused = machine.run(&["ledger", "checkpoint"]);
    assert!(refused.code == 2 && refused.err.contains("key cannot be used"), "{}", refused.err);
    assert!(SigningKey::from_pem("no key").is_err());
}
