//! The promise: whatever processes share a data folder, and however they end, nothing is bought twice and no limit is
//! exceeded.
//!
//! The test starts its own program again as the other processes: with a role in the environment, the test named `child`
//! plays that role and says on its standard output how it went.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    missing_docs,
    reason = "tests may be blunt, and the child speaks to its parent on its standard output"
)]

use std::{
    fs,
    io::{BufRead, BufReader, Write},
    path::{Path, PathBuf},
    process::{Child, ChildStdout, Command, Stdio},
    sync::Arc,
    time::Duration,
};

use intel::{
    clock::{Clock, SystemClock, later},
    credits::Credits,
};
use jiff::Timestamp;
use store::{
    Database,
    answers::{AnswerLimits, Answers, NewAnswer, Origin},
    claims::Claims,
    flights::{Boarded, Boarding, Flights, Landing},
    spending::{Buyer, Hold, Intent, Limit, Period, Refusal, ReportBy, Scope, SpendError, Spending, State, Unknown},
};
use tokio::time::Instant;

const ROLE: &str = "STORE_TEST_ROLE";
const FOLDER: &str = "STORE_TEST_FOLDER";
const HOURS_AHEAD: &str = "STORE_TEST_HOURS_AHEAD";

const KEY: &str = "vendor page reverse-whois";
const PRICE: Credits = Credits(50);

/// How many ask at once in each process.
const ASKERS: usize = 500;

/// The system's clock, so many hours ahead: what happens after a lease is seen without waiting for its end.
#[derive(Debug)]
struct Ahead(u64);

impl Clock for Ahead {
    fn now(&self) -> Timestamp {
        later(SystemClock.now(), Duration::from_secs(self.0 * 3600))
    }
}

#[derive(Clone)]
struct Place {
    folder: PathBuf,
    flights: Flights,
    spending: Spending,
}

async fn place(folder: &Path, hours_ahead: u64) -> Place {
    let clock: Arc<dyn Clock> = Arc::new(Ahead(hours_ahead));
    let database = Database::open(folder.join("data")).await.unwrap();
    let answers = Answers::new(database.clone(), Arc::clone(&clock), AnswerLimits::default());
    let claims = Claims::new(database.clone(), Arc::clone(&clock));
    let spending = Spending::new(database, clock);
    Place { folder: folder.to_owned(), flights: Flights::new(answers, claims, spending.clone()), spending }
}

fn intent(key: &str, price: Credits, hold: Hold) -> Intent {
    Intent {
        key: key.to_owned(),
        provider: "vendor".to_owned(),
        service: "reverse-whois".to_owned(),
        price,
        buyer: Buyer::default(),
        limits: Vec::new(),
        hold,
        unknown: Unknown::Refuse,
    }
}

/// The vendor: each request that reaches it is a line in a file, and is charged.
fn charge(folder: &Path) {
    let mut vendor = fs::OpenOptions::new().create(true).append(true).open(folder.join("vendor")).unwrap();
    vendor.write_all(b"charged\n").unwrap();
}

fn charges(folder: &Path) -> usize {
    fs::read_to_string(folder.join("vendor")).unwrap_or_default().lines().count()
}

fn start(role: &str, folder: &Path, hours_ahead: u64) -> (Child, BufReader<ChildStdout>) {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "child", "--ignored", "--nocapture", "--test-threads=1"])
        .env(ROLE, role)
        .env(FOLDER, folder)
        .env(HOURS_AHEAD, hours_ahead.to_string())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let said = BufReader::new(child.stdout.take().unwrap());
    (child, said)
}

/// Waits until a child says something that begins like this, and gives the rest of the line.
fn hear(said: &mut BufReader<ChildStdout>, word: &str) -> String {
    loop {
        let mut line = String::new();
        assert_ne!(said.read_line(&mut line).unwrap(), 0, "the process ended without saying {word:?}");
        // The test harness may have written the beginning of the line.
        if let Some((_, rest)) = line.split_once(word) {
            return rest.trim().to_owned();
        }
    }
}

/// Lets a child that is ready begin.
fn go(child: &mut Child) {
    child.stdin.take().unwrap().write_all(b"go\n").unwrap();
}

/// Starts so many processes in a role, lets them begin together, and gives what each says in the end.
fn together(role: &str, processes: usize, folder: &Path, hours_ahead: u64) -> Vec<String> {
    let mut children: Vec<_> = (0..processes).map(|_| start(role, folder, hours_ahead)).collect();
    for (_, said) in &mut children {
        hear(said, "ready");
    }
    for (child, _) in &mut children {
        go(child);
    }
    let outcomes = children.iter_mut().map(|(_, said)| hear(said, "done ")).collect();
    for (mut child, _) in children {
        assert!(child.wait().unwrap().success());
    }
    outcomes
}

fn numbers(outcome: &str) -> Vec<usize> {
    outcome.split(' ').map(|number| number.parse().unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_askers_in_two_processes_and_a_restart_end_in_one_purchase_and_one_charge() {
    let folder = tempfile::tempdir().unwrap();
    let outcomes = together("ask", 2, folder.path(), 0);
    let both: Vec<_> = outcomes.iter().map(|outcome| numbers(outcome)).collect();
    assert_eq!(both.iter().map(|numbers| numbers[0]).sum::<usize>(), 2 * ASKERS, "everybody has the answer: {both:?}");
    assert_eq!(both.iter().map(|numbers| numbers[1]).sum::<usize>(), 1, "one of them has bought it: {both:?}");
    assert_eq!(together("ask", 1, folder.path(), 0), [format!("{ASKERS} 0 0")], "after a restart nobody buys");

    assert_eq!(charges(folder.path()), 1);
    let book = place(folder.path(), 0).await.spending;
    let report = book.report(ReportBy::Service, Timestamp::MIN, Timestamp::MAX).await.unwrap();
    assert_eq!(report.len(), 1);
    assert_eq!((report[0].purchases, report[0].charged, report[0].unsettled_purchases), (1, PRICE, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn two_processes_never_spend_more_than_the_limit_together() {
    let folder = tempfile::tempdir().unwrap();
    let outcomes = together("spend", 2, folder.path(), 0);
    let both: Vec<_> = outcomes.iter().map(|outcome| numbers(outcome)).collect();
    let sum = |place: usize| both.iter().map(|numbers| numbers[place]).sum::<usize>();
    assert_eq!((sum(0), sum(2)), (100, 2 * ASKERS - 100), "{both:?}");

    let book = place(folder.path(), 0).await.spending;
    let report = book.report(ReportBy::Provider, Timestamp::MIN, Timestamp::MAX).await.unwrap();
    assert_eq!((report[0].unsettled_purchases, report[0].unsettled), (100, Credits(5000)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_killed_between_intention_and_charge_leaves_an_unknown_purchase_that_nobody_repeats() {
    let folder = tempfile::tempdir().unwrap();
    let (mut child, mut said) = start("die", folder.path(), 0);
    let id: i64 = hear(&mut said, "intended ").parse().unwrap();
    let before = place(folder.path(), 0).await.spending.unresolved(Some(KEY)).await.unwrap();
    assert!(matches!(before[0].state, State::UnderWay { .. }), "{before:?}");
    child.kill().unwrap();
    child.wait().unwrap();

    let book = place(folder.path(), 1).await.spending;
    let unresolved = book.unresolved(Some(KEY)).await.unwrap();
    assert_eq!(
        unresolved.iter().map(|purchase| (purchase.id.0, purchase.state)).collect::<Vec<_>>(),
        [(id, State::Unknown)]
    );
    let limits = vec![Limit { scope: Scope::Provider, period: Period::Ever, credits: Credits(60) }];
    let left = book.allowance(limits, Buyer::default(), "vendor").await.unwrap().left();
    assert_eq!(left, Some(Credits(10)), "it counts as spent");

    assert_eq!(together("ask", 1, folder.path(), 1), [format!("0 0 {ASKERS}")], "everybody is told instead");
    assert_eq!(charges(folder.path()), 1);
    book.charged(unresolved[0].id, PRICE, None).await.unwrap();
    assert!(book.unresolved(None).await.unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "a role that the other tests start"]
async fn child() {
    let (Ok(role), Ok(folder)) = (std::env::var(ROLE), std::env::var(FOLDER)) else { return };
    let hours_ahead = std::env::var(HOURS_AHEAD).unwrap().parse().unwrap();
    let place = place(Path::new(&folder), hours_ahead).await;
    match role.as_str() {
        "ask" => each(place, |_, place| ask(place)).await,
        "spend" => each(place, spend).await,
        "die" => die(place).await,
        other => panic!("no role {other}"),
    }
}

/// Does the same as often as there are askers, at once, and says how many of them ended how.
async fn each<F, R>(place: Place, act: F)
where
    F: Fn(usize, Place) -> R,
    R: Future<Output = usize> + Send + 'static,
{
    println!("\nready");
    let mut line = String::new();
    std::io::stdin().read_line(&mut line).unwrap();
    let askers: Vec<_> = (0..ASKERS).map(|number| tokio::spawn(act(number, place.clone()))).collect();
    let mut ended = [0; 3];
    for asker in askers {
        ended[asker.await.unwrap()] += 1;
    }
    // Whoever has bought has an answer as well.
    println!("\ndone {} {} {}", ended[0] + ended[1], ended[1], ended[2]);
}

/// Asks as the desk does: 0 for an answer, 1 for an answer that had to be bought, 2 for a refusal since nobody knows how
/// an earlier purchase ended.
async fn ask(place: Place) -> usize {
    let boarding = Boarding {
        key: KEY.to_owned(),
        case: None,
        owner: std::process::id().to_string(),
        lease: Duration::from_secs(60),
        deadline: Instant::now() + Duration::from_secs(120),
        unknown: Unknown::Refuse,
    };
    let claim = match place.flights.board(&boarding).await.unwrap() {
        Boarded::Answered(answer) => {
            assert_eq!(answer.value, b"bought");
            return 0;
        }
        Boarded::Pilot(claim) => claim,
        Boarded::Unresolved(_) => return 2,
        Boarded::TimeIsUp { .. } => panic!("nobody answered"),
    };
    let id = place.spending.intend(intent(KEY, PRICE, Hold::Claim(claim.clone()))).await.unwrap();
    charge(&place.folder);
    // Long enough for the others to come and wait.
    tokio::time::sleep(Duration::from_millis(50)).await;
    let now = SystemClock.now();
    let origin = Origin { source: "Vendor".to_owned(), retrieved: now, price: PRICE, evidence: Vec::new() };
    let fresh_until = later(now, Duration::from_secs(24 * 3600));
    let answer = NewAnswer { key: KEY.to_owned(), value: b"bought".to_vec(), origin, fresh_until, case: None };
    place.flights.land(Landing { claim, answer, purchase: Some((id, PRICE)) }).await.unwrap();
    1
}

/// Buys something of its own within a limit that is for everybody: 0 for bought, 2 for refused.
async fn spend(number: usize, place: Place) -> usize {
    let key = format!("{} {number}", std::process::id());
    let limits = vec![Limit { scope: Scope::Everyone, period: Period::Ever, credits: Credits(5049) }];
    let intent = Intent { limits, ..intent(&key, PRICE, Hold::For(Duration::from_secs(60))) };
    match place.spending.intend(intent).await {
        Ok(_) => 0,
        Err(SpendError::Refused(Refusal::OverLimit(over))) => {
            assert_eq!(over.remaining.left, Credits(49));
            2
        }
        Err(error) => panic!("{error}"),
    }
}

/// Sends a request, and never learns what came of it.
async fn die(place: Place) {
    let boarding = Boarding {
        key: KEY.to_owned(),
        case: None,
        owner: "the one that dies".to_owned(),
        lease: Duration::from_secs(60),
        deadline: Instant::now(),
        unknown: Unknown::Refuse,
    };
    let Boarded::Pilot(claim) = place.flights.board(&boarding).await.unwrap() else { panic!("held") };
    let id = place.spending.intend(intent(KEY, PRICE, Hold::Claim(claim))).await.unwrap();
    charge(&place.folder);
    println!("\nintended {id}");
    std::future::pending::<()>().await;
}
