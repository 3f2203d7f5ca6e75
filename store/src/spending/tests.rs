use super::*;
use crate::{
    CaseRefusal,
    cases::CaseTerms,
    claims::Claiming,
    members::Role,
    testing::{Bench, intent, name},
};

const MINUTE: i64 = 60_000;

fn limit(scope: Scope, period: Period, credits: u64) -> Limit {
    Limit { scope, period, credits: Credits(credits) }
}

fn refusal(outcome: Result<PurchaseId, SpendError>) -> Refusal {
    match outcome {
        Err(SpendError::Refused(refusal)) => refusal,
        other => panic!("{other:?}"),
    }
}

fn over(outcome: Result<PurchaseId, SpendError>) -> Remaining {
    match refusal(outcome) {
        Refusal::OverLimit(over) => over.remaining,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_purchase_is_in_the_book_before_and_after_it_is_settled() {
    let bench = Bench::new().await;
    let book = bench.spending();
    let buyer = Buyer { member: Some(name("ana")), case: None, run: Some("run-1".to_owned()) };
    let id = book.intend(Intent { buyer: buyer.clone(), ..intent("key", 50) }).await.unwrap();
    let elsewhere = Spending::new(bench.open_again().await, bench.clock());
    let intended = elsewhere.purchase(id).await.unwrap();
    assert!(matches!(intended.state, State::UnderWay { .. }));
    assert_eq!((&intended.buyer, intended.price, intended.paid), (&buyer, Credits(50), None));

    elsewhere.charged(id, Credits(48), Some("evidence-1".to_owned())).await.unwrap();
    let charged = book.purchase(id).await.unwrap();
    assert_eq!((charged.state, charged.paid), (State::Charged, Some(Credits(48))));
    assert_eq!((charged.evidence.as_deref(), charged.settled), (Some("evidence-1"), Some(bench.clock.now())));
    assert!(book.unresolved(None).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_purchase_is_settled_once() {
    let bench = Bench::new().await;
    let book = bench.spending();
    let id = book.intend(intent("key", 50)).await.unwrap();
    book.not_charged(id, "no connection").await.unwrap();
    book.not_charged(id, "no connection").await.unwrap();
    let error = book.charged(id, Credits(50), None).await.unwrap_err();
    assert!(matches!(error, SpendError::Settled { state: State::NotCharged, .. }), "{error}");
    book.lost(id, "too late").await.unwrap();
    let purchase = book.purchase(id).await.unwrap();
    assert_eq!((purchase.state, purchase.reason.as_deref()), (State::NotCharged, Some("no connection")));
    let error = book.charged(PurchaseId(99), Credits(1), None).await.unwrap_err();
    assert!(matches!(error, SpendError::NoSuchPurchase { .. }), "{error}");
    book.intend(intent("key", 50)).await.unwrap();
}

#[tokio::test]
async fn a_purchase_that_nobody_settles_becomes_unknown_and_is_not_repeated_silently() {
    let bench = Bench::new().await;
    let book = bench.spending();
    let id = book.intend(intent("key", 50)).await.unwrap();
    let allowed = |key| Intent { unknown: Unknown::BuyAgain, ..intent(key, 50) };
    for attempt in [intent("key", 50), allowed("key")] {
        let refused = refusal(book.intend(attempt).await);
        assert!(refused.analyst_message().contains("at this moment"), "{refused}");
    }
    bench.clock.pass(MINUTE);
    let unresolved = book.unresolved(Some("key")).await.unwrap();
    assert_eq!(
        unresolved.iter().map(|purchase| (purchase.id, purchase.state)).collect::<Vec<_>>(),
        [(id, State::Unknown)]
    );
    let refused = refusal(book.intend(intent("key", 50)).await);
    assert!(matches!(&refused, Refusal::Unresolved { purchase } if purchase.id == id), "{refused}");
    for part in ["2026-11-02 09:30", "50 credits", "nobody knows", "settle purchase 1", "Nothing was bought again"] {
        assert!(refused.analyst_message().contains(part), "{part}: {}", refused.analyst_message());
    }
    book.intend(intent("another key", 50)).await.unwrap();

    let second = book.intend(allowed("key")).await.unwrap();
    book.charged(second, Credits(50), None).await.unwrap();
    assert_eq!(book.purchase(id).await.unwrap().repeated_by, Some(second));
    let third = book.intend(intent("key", 50)).await.unwrap();
    book.not_charged(third, "cancelled").await.unwrap();
    assert_eq!(book.unresolved(Some("key")).await.unwrap().len(), 1, "it is still unknown, and no longer in the way");
    book.charged(id, Credits(50), None).await.unwrap();
    assert!(book.unresolved(Some("key")).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_lost_purchase_is_unknown_at_once() {
    let bench = Bench::new().await;
    let book = bench.spending();
    let id = book.intend(intent("key", 50)).await.unwrap();
    book.lost(id, "no answer within 30 s").await.unwrap();
    let purchase = book.purchase(id).await.unwrap();
    assert_eq!((purchase.state, purchase.reason.as_deref()), (State::Unknown, Some("no answer within 30 s")));
}

#[tokio::test]
async fn a_purchase_is_under_way_as_long_as_its_claim_lives() {
    let bench = Bench::new().await;
    let (book, claims) = (bench.spending(), bench.claims());
    let lease = Duration::from_secs(30);
    let Claiming::Claimed(claim) = claims.claim("key", "one", lease).await.unwrap() else { panic!("held") };
    let claimed = |key| Intent { hold: Hold::Claim(claim.clone()), ..intent(key, 50) };
    let id = book.intend(claimed("key")).await.unwrap();
    bench.clock.pass(20_000);
    let renewed = claims.renew(&claim, lease).await.unwrap();
    bench.clock.pass(20_000);
    assert_eq!(book.purchase(id).await.unwrap().state, State::UnderWay { until: renewed.until });
    bench.clock.pass(10_000);
    assert_eq!(book.purchase(id).await.unwrap().state, State::Unknown);
    let refused = refusal(book.intend(claimed("another key")).await);
    assert_eq!(refused, Refusal::ClaimLost);
    let Claiming::Claimed(_) = claims.claim("key", "two", lease).await.unwrap() else { panic!("held") };
    assert_eq!(book.purchase(id).await.unwrap().state, State::Unknown, "the next claim is not its own");
}

#[tokio::test]
async fn each_limit_counts_what_it_is_for() {
    let bench = Bench::new().await;
    let book = bench.spending();
    let buyer = |member, run: &str| Buyer { member: Some(name(member)), case: None, run: Some(run.to_owned()) };
    let mut number = 0;
    let mut buy = |buyer: Buyer, provider: &str, limits: Vec<Limit>| {
        number += 1;
        let key = format!("key {number}");
        book.intend(Intent { buyer, provider: provider.to_owned(), limits, ..intent(&key, 10) })
    };
    buy(buyer("ana", "1"), "whoisxml", vec![]).await.unwrap();
    for (scope, exceeding, fitting) in [
        (Scope::Run, (buyer("ben", "1"), "rdap"), (buyer("ana", "2"), "whoisxml")),
        (Scope::Member, (buyer("ana", "3"), "rdap"), (buyer("ben", "1"), "whoisxml")),
        (Scope::Provider, (buyer("ben", "4"), "whoisxml"), (buyer("ana", "1"), "rdap")),
        (Scope::Everyone, (buyer("cid", "5"), "crtsh"), (buyer("ana", "1"), "")),
    ] {
        // As much as has been spent and 9 more, which is too little for 10.
        let spent =
            book.allowance(vec![limit(scope, Period::Ever, 0)], exceeding.0.clone(), exceeding.1).await.unwrap();
        let limits = vec![limit(scope, Period::Ever, spent.0[0].spent.0 + 9)];
        let remaining = over(buy(exceeding.0, exceeding.1, limits.clone()).await);
        assert_eq!((remaining.limit, remaining.left, remaining.resets), (limits[0], Credits(9), None));
        if scope == Scope::Everyone {
            over(buy(fitting.0, fitting.1, limits).await);
        } else {
            let limits = vec![limit(scope, Period::Ever, 30)];
            buy(fitting.0, fitting.1, limits).await.unwrap();
        }
    }
    buy(Buyer::default(), "whoisxml", vec![limit(Scope::Run, Period::Ever, 0), limit(Scope::Member, Period::Ever, 0)])
        .await
        .expect("limits on what the buyer does not have do not concern it");
}

#[tokio::test]
async fn a_day_ends_at_midnight_in_utc_and_a_month_with_its_last_day() {
    let bench = Bench::new().await;
    let book = bench.spending();
    bench.clock.set("2026-11-28T23:59:00Z");
    let limits = vec![limit(Scope::Everyone, Period::Day, 15), limit(Scope::Everyone, Period::Month, 25)];
    let buy = |key| book.intend(Intent { limits: limits.clone(), ..intent(key, 10) });
    buy("1").await.unwrap();
    let refused = refusal(buy("2").await);
    let message = refused.analyst_message();
    for part in ["10 credits", "this server has 5 credits of 15 credits left today", "2026-11-29 00:00 UTC"] {
        assert!(message.contains(part), "{part}: {message}");
    }
    bench.clock.pass(MINUTE);
    buy("2").await.unwrap();
    let remaining = over(buy("3").await);
    assert_eq!(
        (remaining.limit.period, remaining.left),
        (Period::Month, Credits(5)),
        "both leave 5, the month for longer"
    );
    bench.clock.set("2026-11-30T23:59:59Z");
    assert_eq!(over(buy("3").await).limit.period, Period::Month);
    bench.clock.pass(1000);
    buy("3").await.unwrap();
}

#[tokio::test]
async fn what_counts_is_the_real_price_and_the_highest_one_of_what_is_not_settled() {
    let bench = Bench::new().await;
    let book = bench.spending();
    let limits = vec![limit(Scope::Everyone, Period::Day, 100)];
    let left = || async { book.allowance(limits.clone(), Buyer::default(), "whoisxml").await.unwrap().left() };
    let (cheap, free, unknown) =
        (book.intend(intent("1", 30)).await, book.intend(intent("2", 30)).await, book.intend(intent("3", 30)).await);
    assert_eq!(left().await, Some(Credits(10)));
    book.charged(cheap.unwrap(), Credits(20), None).await.unwrap();
    assert_eq!(left().await, Some(Credits(20)));
    book.not_charged(free.unwrap(), "refused").await.unwrap();
    assert_eq!(left().await, Some(Credits(50)));
    bench.clock.pass(MINUTE);
    assert_eq!(book.purchase(unknown.unwrap()).await.unwrap().state, State::Unknown);
    assert_eq!(left().await, Some(Credits(50)));
    assert_eq!(book.allowance(vec![], Buyer::default(), "whoisxml").await.unwrap().left(), None);
}

#[tokio::test]
async fn a_case_brings_its_own_budget_and_its_own_providers() {
    let bench = Bench::new().await;
    let book = bench.spending();
    let providers = Some(["whoisxml".to_owned()].into());
    let terms = CaseTerms { budget: Some(Credits(60)), providers, ..CaseTerms::default() };
    bench.cases().create(name("leaked-episode"), terms).await.unwrap();
    let buyer = Buyer { case: Some(name("leaked-episode")), ..Buyer::default() };
    let buy = |key, provider: &str| {
        book.intend(Intent { buyer: buyer.clone(), provider: provider.to_owned(), ..intent(key, 50) })
    };
    buy("1", "whoisxml").await.unwrap();
    let refused = refusal(buy("2", "whoisxml").await);
    assert!(refused.analyst_message().contains("the case \"leaked-episode\" has 10 credits of 60 credits left."));
    assert!(refused.to_string().contains("limit case ever of 60 credits: 10 credits left"), "{refused}");
    let refused = refusal(buy("2", "rdap").await);
    assert!(matches!(refused, Refusal::Case(CaseRefusal::ProviderNotAllowed { .. })), "{refused}");
    let left = book.allowance(vec![], buyer.clone(), "whoisxml").await.unwrap().left();
    assert_eq!(left, Some(Credits(10)));
    let unknown = Buyer { case: Some(name("typo")), ..Buyer::default() };
    let refused = refusal(book.intend(Intent { buyer: unknown, ..intent("2", 1) }).await);
    assert!(matches!(refused, Refusal::Case(CaseRefusal::NoSuchCase { .. })), "{refused}");
}

#[tokio::test]
async fn whoever_was_revoked_in_the_middle_of_a_run_buys_nothing_more() {
    let bench = Bench::new().await;
    let (book, members) = (bench.spending(), bench.members());
    members.add(name("ana"), Role::Member).await.unwrap();
    let buyer = Buyer { member: Some(name("ana")), ..Buyer::default() };
    book.intend(Intent { buyer: buyer.clone(), ..intent("1", 1) }).await.unwrap();
    members.revoke(&name("ana")).await.unwrap();
    let refused = refusal(book.intend(Intent { buyer, ..intent("2", 1) }).await);
    assert_eq!(refused, Refusal::MemberRevoked { name: name("ana") });
}

#[tokio::test]
async fn reports_say_who_spent_what() {
    let bench = Bench::new().await;
    let book = bench.spending();
    let from = bench.clock.now();
    let buy = |key, price, member| {
        let buyer = Buyer { member: Option::<&str>::map(member, name), ..Buyer::default() };
        book.intend(Intent { buyer, ..intent(key, price) })
    };
    let first = buy("1", 10, Some("ana")).await.unwrap();
    book.charged(first, Credits(9), None).await.unwrap();
    buy("2", 10, Some("ana")).await.unwrap();
    let third = buy("3", 10, Some("ben")).await.unwrap();
    book.not_charged(third, "refused").await.unwrap();
    bench.clock.set("2026-11-03T00:00:00Z");
    let fourth = buy("4", 5, None).await.unwrap();
    book.charged(fourth, Credits(5), None).await.unwrap();
    let to = bench.clock.now();

    let line = |name: Option<&str>, purchases, charged, unsettled_purchases, unsettled| Line {
        name: name.map(str::to_owned),
        purchases,
        charged: Credits(charged),
        unsettled_purchases,
        unsettled: Credits(unsettled),
    };
    let until_now = later(to, Duration::from_millis(1));
    let report = |by| book.report(by, from, until_now);
    assert_eq!(report(ReportBy::Member).await.unwrap(), [line(None, 1, 5, 0, 0), line(Some("ana"), 1, 9, 1, 10)]);
    assert_eq!(
        report(ReportBy::Day).await.unwrap(),
        [line(Some("2026-11-02"), 1, 9, 1, 10), line(Some("2026-11-03"), 1, 5, 0, 0)]
    );
    assert_eq!(report(ReportBy::Service).await.unwrap(), [line(Some("whoisxml/reverse-whois"), 2, 14, 1, 10)]);
    assert_eq!(report(ReportBy::Provider).await.unwrap(), [line(Some("whoisxml"), 2, 14, 1, 10)]);
    assert_eq!(report(ReportBy::Case).await.unwrap(), [line(None, 2, 14, 1, 10)]);
    assert_eq!(book.report(ReportBy::Day, from, to).await.unwrap().len(), 1, "the end is excluded");
}

#[tokio::test]
async fn measured_balances_are_compared_with_the_book() {
    let bench = Bench::new().await;
    let book = bench.spending();
    let buy = |key, service: &str| book.intend(Intent { service: service.to_owned(), ..intent(key, 50) });
    assert_eq!(book.balance("whoisxml", "drs").await.unwrap(), None);
    book.record_balance("whoisxml", "drs", Credits(500)).await.unwrap();
    assert_eq!(book.reconcile("whoisxml", "drs", &[]).await.unwrap(), None);
    let id = buy("1", "reverse-whois").await.unwrap();
    book.charged(id, Credits(50), None).await.unwrap();
    buy("2", "whois-history").await.unwrap();
    let other = buy("3", "reputation").await.unwrap();
    book.charged(other, Credits(50), None).await.unwrap();
    bench.clock.pass(MINUTE);
    book.record_balance("whoisxml", "drs", Credits(395)).await.unwrap();
    book.record_balance("whoisxml", "another pool", Credits(1)).await.unwrap();

    let services = ["reverse-whois", "whois-history"];
    let compared = book.reconcile("whoisxml", "drs", &services).await.unwrap().unwrap();
    assert_eq!((compared.charged, compared.unsettled), (Credits(50), Credits(50)));
    assert_eq!((compared.fell_by(), compared.unexplained()), (105, 55), "50 of it may be the unknown one");
    assert_eq!(book.reconcile("whoisxml", "drs", &[]).await.unwrap().unwrap().charged, Credits(100));
    bench.clock.pass(MINUTE);
    book.record_balance("whoisxml", "drs", Credits(1000)).await.unwrap();
    assert_eq!(book.reconcile("whoisxml", "drs", &services).await.unwrap().unwrap().fell_by(), -605);
    assert_eq!(book.balance("whoisxml", "drs").await.unwrap().unwrap().credits, Credits(1000));
}
