use std::collections::BTreeSet;

use super::*;
use crate::{
    answers::AnswerError,
    testing::{Bench, answer, intent, name},
};

const DAY: i64 = DAY_IN_MILLISECONDS;

fn terms() -> CaseTerms {
    CaseTerms {
        ceiling: Exposure::Infrastructure,
        providers: Some(BTreeSet::from(["rdap".to_owned(), "whoisxml".to_owned()])),
        budget: Some(Credits(200)),
        retention_days: Some(30),
    }
}

#[tokio::test]
async fn a_case_is_read_back_as_it_was_made() {
    let bench = Bench::new().await;
    let cases = bench.cases();
    let made = cases.create(name("leaked-episode"), terms()).await.unwrap();
    assert_eq!((&made.terms, made.created, made.sealed), (&terms(), bench.clock.now(), None));
    cases.create(name("another"), CaseTerms::default()).await.unwrap();
    assert_eq!(cases.get(&made.name).await.unwrap(), made);
    let listed = cases.list().await.unwrap();
    assert_eq!(listed.iter().map(|case| case.name.as_str()).collect::<Vec<_>>(), ["another", "leaked-episode"]);

    let wider = CaseTerms { budget: None, ceiling: Exposure::Touch, ..terms() };
    assert_eq!(cases.set_terms(&made.name, wider.clone()).await.unwrap().terms, wider);
    let error = cases.get(&name("nothing")).await.unwrap_err();
    assert!(matches!(error, CaseError::Refused(CaseRefusal::NoSuchCase { .. })), "{error}");
}

#[tokio::test]
async fn a_case_allows_what_its_terms_say() {
    let bench = Bench::new().await;
    let case = bench.cases().create(name("leaked-episode"), terms()).await.unwrap();
    assert_eq!(case.allows(Exposure::Infrastructure, "rdap"), Ok(()));
    let exposed = case.allows(Exposure::Touch, "rdap").unwrap_err();
    assert!(matches!(exposed, CaseRefusal::TooExposed { ceiling: Exposure::Infrastructure, .. }), "{exposed}");
    assert!(exposed.analyst_message().contains("the target's own machine would learn of it"));
    let provider = case.allows(Exposure::Local, "crtsh").unwrap_err();
    assert!(matches!(provider, CaseRefusal::ProviderNotAllowed { .. }), "{provider}");

    let nobody = CaseTerms { providers: Some(BTreeSet::new()), ..terms() };
    let case = bench.cases().create(name("nobody"), nobody).await.unwrap();
    assert!(case.allows(Exposure::Local, "rdap").is_err(), "an empty list is not the same as no list");
}

#[tokio::test]
async fn nothing_is_added_to_a_sealed_case_and_nothing_is_bought_for_it() {
    let bench = Bench::new().await;
    let (cases, answers) = (bench.cases(), bench.answers());
    let case = name("leaked-episode");
    cases.create(case.clone(), CaseTerms::default()).await.unwrap();
    answers.put(answer("seen", "before", Some(&case))).await.unwrap();
    answers.put(answer("unseen", "before", None)).await.unwrap();
    let sealed = cases.seal(&case).await.unwrap();
    assert_eq!(sealed.sealed, Some(bench.clock.now()));
    bench.clock.pass(1000);
    assert_eq!(cases.seal(&case).await.unwrap(), sealed, "a seal keeps its time");

    let put = answers.put(answer("seen", "after", Some(&case))).await.unwrap_err();
    assert!(matches!(put, AnswerError::Case(CaseRefusal::Sealed { .. })), "{put}");
    let get = answers.get("unseen", Some(&case)).await.unwrap_err();
    assert!(matches!(get, AnswerError::Case(CaseRefusal::Sealed { .. })), "{get}");
    let mut purchase = intent("key", 1);
    purchase.buyer.case = Some(case.clone());
    let bought = bench.spending().intend(purchase).await.unwrap_err();
    assert!(bought.analyst_message().contains("sealed since 2026-11-02"), "{bought}");
    let changed = cases.set_terms(&case, CaseTerms::default()).await.unwrap_err();
    assert!(matches!(changed, CaseError::Refused(CaseRefusal::Sealed { .. })), "{changed}");
    assert!(sealed.allows(Exposure::Local, "rdap").is_err());

    assert_eq!(answers.get_for_case(&case, "seen").await.unwrap().unwrap().value, b"before");
    assert_eq!(answers.get("seen", None).await.unwrap().unwrap().value, b"before", "a refused put leaves nothing");
}

#[tokio::test]
async fn a_sealed_case_is_deleted_only_if_somebody_says_so_and_its_name_is_never_given_again() {
    let bench = Bench::new().await;
    let cases = bench.cases();
    let case = name("leaked-episode");
    cases.create(case.clone(), CaseTerms::default()).await.unwrap();
    cases.seal(&case).await.unwrap();
    let refused = cases.delete(&case, Delete::OnlyOpen).await.unwrap_err();
    assert!(matches!(refused, CaseError::Refused(CaseRefusal::Sealed { .. })), "{refused}");
    cases.delete(&case, Delete::EvenSealed).await.unwrap();
    assert!(cases.get(&case).await.is_err());
    assert!(cases.list().await.unwrap().is_empty());
    let again = cases.create(case, CaseTerms::default()).await.unwrap_err();
    assert!(matches!(again, CaseError::Refused(CaseRefusal::NameTaken { .. })), "{again}");
}

#[tokio::test]
async fn retention_counts_from_the_last_work_or_from_the_seal() {
    let bench = Bench::new().await;
    let (cases, answers) = (bench.cases(), bench.answers());
    let (open, sealed, kept) = (name("open"), name("sealed"), name("kept"));
    for case in [&open, &sealed] {
        cases.create(case.clone(), terms()).await.unwrap();
    }
    cases.create(kept.clone(), CaseTerms::default()).await.unwrap();
    cases.seal(&sealed).await.unwrap();
    bench.clock.pass(20 * DAY);
    answers.put(answer("key", "value", Some(&open))).await.unwrap();
    assert!(cases.get(&open).await.unwrap().expires() > cases.get(&sealed).await.unwrap().expires());

    bench.clock.pass(10 * DAY - 1);
    assert!(cases.expire().await.unwrap().is_empty());
    bench.clock.pass(1);
    assert_eq!(cases.expire().await.unwrap(), [sealed]);
    assert!(answers.get_for_case(&open, "key").await.unwrap().is_some());
    bench.clock.pass(20 * DAY);
    assert_eq!(cases.expire().await.unwrap(), std::slice::from_ref(&open));
    assert!(answers.get_for_case(&open, "key").await.unwrap().is_none());
    bench.clock.pass(1000 * DAY);
    assert!(cases.expire().await.unwrap().is_empty());
    assert_eq!(cases.get(&kept).await.unwrap().expires(), None);
}

#[tokio::test]
async fn a_deleted_case_leaves_its_prices_in_the_book_and_not_its_questions() {
    let bench = Bench::new().await;
    let (cases, spending) = (bench.cases(), bench.spending());
    let case = name("leaked-episode");
    cases.create(case.clone(), CaseTerms::default()).await.unwrap();
    let for_case = |key| {
        let mut intent = intent(key, 5);
        intent.buyer.case = Some(case.clone());
        intent
    };
    let paid = spending.intend(for_case("paid")).await.unwrap();
    spending.charged(paid, Credits(5), None).await.unwrap();
    let unknown = spending.intend(for_case("unknown")).await.unwrap();
    cases.delete(&case, Delete::OnlyOpen).await.unwrap();
    let paid = spending.purchase(paid).await.unwrap();
    assert_eq!((paid.key.as_str(), paid.paid, paid.buyer.case), ("", Some(Credits(5)), Some(case)));
    assert_eq!(spending.purchase(unknown).await.unwrap().key, "unknown");
}
