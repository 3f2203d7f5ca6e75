use super::*;
use crate::{
    cases::CaseTerms,
    spending::{Hold, Intent},
    testing::{Bench, answer, intent, name},
};

const LEASE: Duration = Duration::from_secs(30);

fn flights(bench: &Bench) -> Flights {
    Flights::new(bench.answers(), bench.claims(), bench.spending())
}

fn boarding(case: Option<Name>, wait: Duration) -> Boarding {
    let deadline = Instant::now() + wait;
    Boarding {
        key: "key".to_owned(),
        case,
        owner: "a test".to_owned(),
        lease: LEASE,
        deadline,
        unknown: Unknown::Refuse,
    }
}

async fn pilot(flights: &Flights, case: Option<Name>) -> Claim {
    match flights.board(&boarding(case, Duration::ZERO)).await.unwrap() {
        Boarded::Pilot(claim) => claim,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn who_waits_gets_the_answer_that_the_first_one_brings() {
    let bench = Bench::new().await;
    let (flights, book) = (flights(&bench), bench.spending());
    let claim = pilot(&flights, None).await;
    let id = book.intend(Intent { hold: Hold::Claim(claim.clone()), ..intent("key", 50) }).await.unwrap();
    let waiting = tokio::spawn({
        let flights = flights.clone();
        async move { flights.board(&boarding(None, Duration::from_secs(60))).await.unwrap() }
    });
    let landing = Landing { claim, answer: answer("key", "value", None), purchase: Some((id, Credits(48))) };
    flights.land(landing).await.unwrap();
    let Boarded::Answered(kept) = waiting.await.unwrap() else { panic!("no answer") };
    assert_eq!(kept.value, b"value");
    let purchase = book.purchase(id).await.unwrap();
    assert_eq!((purchase.state, purchase.paid), (State::Charged, Some(Credits(48))));
    assert_eq!(purchase.evidence.as_deref(), Some("evidence-1"));
    assert_eq!(bench.claims().held_until("key").await.unwrap(), None);
}

#[tokio::test]
async fn a_flight_that_does_not_come_back_is_followed_by_the_next_when_its_claim_lapses() {
    let bench = Bench::new().await;
    let (flights, book) = (flights(&bench), bench.spending());
    let claim = pilot(&flights, None).await;
    let claimed = |claim| Intent { hold: Hold::Claim(claim), ..intent("key", 50) };
    let lost = book.intend(claimed(claim.clone())).await.unwrap();
    let until = claim.until;
    let boarded = flights.board(&boarding(None, Duration::ZERO)).await.unwrap();
    assert!(matches!(boarded, Boarded::TimeIsUp { until: held } if held == until), "{boarded:?}");
    bench.clock.pass(30_000);
    let told = flights.board(&boarding(None, Duration::ZERO)).await.unwrap();
    assert!(matches!(&told, Boarded::Unresolved(purchase) if purchase.id == lost), "{told:?}");
    let insisting = Boarding { unknown: Unknown::BuyAgain, ..boarding(None, Duration::ZERO) };
    let Boarded::Pilot(second) = flights.board(&insisting).await.unwrap() else { panic!("not let on board") };
    let refused = book.intend(claimed(second)).await.unwrap_err();
    assert!(refused.analyst_message().contains("nobody knows"), "{refused}");
    assert_eq!(book.purchase(lost).await.unwrap().state, State::Unknown);

    // The first one was only slow. What it brings is kept, and so is what it cost.
    let landing = Landing { claim, answer: answer("key", "late", None), purchase: Some((lost, Credits(50))) };
    flights.land(landing).await.unwrap();
    assert_eq!(book.purchase(lost).await.unwrap().state, State::Charged);
    assert!(bench.claims().held_until("key").await.unwrap().is_some(), "the second claim is not its to give back");
}

#[tokio::test]
async fn a_stale_answer_is_no_answer_here() {
    let bench = Bench::new().await;
    let flights = flights(&bench);
    bench.answers().put(answer("key", "value", None)).await.unwrap();
    let boarded = flights.board(&boarding(None, Duration::ZERO)).await.unwrap();
    assert!(matches!(boarded, Boarded::Answered(_)), "{boarded:?}");
    bench.clock.pass(60 * 60 * 1000);
    pilot(&flights, None).await;
}

#[tokio::test]
async fn an_answer_that_was_paid_for_is_kept_even_if_its_case_was_sealed_meanwhile() {
    let bench = Bench::new().await;
    let (flights, book) = (flights(&bench), bench.spending());
    let case = name("leaked-episode");
    bench.cases().create(case.clone(), CaseTerms::default()).await.unwrap();
    let claim = pilot(&flights, Some(case.clone())).await;
    let id = book.intend(Intent { hold: Hold::Claim(claim.clone()), ..intent("key", 50) }).await.unwrap();
    bench.cases().seal(&case).await.unwrap();
    let landing = Landing { claim, answer: answer("key", "value", Some(&case)), purchase: Some((id, Credits(50))) };
    flights.land(landing).await.unwrap();
    assert_eq!(book.purchase(id).await.unwrap().state, State::Charged);
    assert!(bench.answers().get("key", None).await.unwrap().is_some());
    assert!(bench.answers().get_for_case(&case, "key").await.unwrap().is_none());
}

#[tokio::test]
async fn a_landing_that_fails_settles_nothing() {
    let bench = Bench::new().await;
    let (flights, book) = (flights(&bench), bench.spending());
    let claim = pilot(&flights, None).await;
    let id = book.intend(Intent { hold: Hold::Claim(claim.clone()), ..intent("key", 50) }).await.unwrap();
    book.not_charged(id, "refused").await.unwrap();
    let landing = Landing { claim, answer: answer("key", "value", None), purchase: Some((id, Credits(50))) };
    let error = flights.land(landing).await.unwrap_err();
    assert!(matches!(error, FlightError::Spend(SpendError::Settled { .. })), "{error}");
    assert!(bench.answers().get("key", None).await.unwrap().is_none());
    assert!(bench.claims().held_until("key").await.unwrap().is_some());
}

#[tokio::test]
async fn who_claims_just_after_a_landing_finds_the_answer_and_gives_the_claim_back() {
    let bench = Bench::new().await;
    let flights = flights(&bench);
    let claim = pilot(&flights, None).await;
    bench.answers().put(answer("key", "value", None)).await.unwrap();
    let boarded = flights.second_look(&boarding(None, Duration::ZERO), claim).await.unwrap();
    assert!(matches!(boarded, Boarded::Answered(_)), "{boarded:?}");
    assert_eq!(bench.claims().held_until("key").await.unwrap(), None);
}
