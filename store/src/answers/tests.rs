use super::*;
use crate::{
    CaseRefusal,
    cases::{CaseTerms, Delete},
    testing::{Bench, answer, name},
};

const HOUR: i64 = 60 * 60 * 1000;

async fn with_case(case: &Name) -> (Bench, Answers) {
    let bench = Bench::new().await;
    bench.cases().create(case.clone(), CaseTerms::default()).await.unwrap();
    let answers = bench.answers();
    (bench, answers)
}

async fn value(answers: &Answers, key: &str) -> Option<String> {
    let kept = answers.get(key, None).await.unwrap();
    kept.map(|kept| String::from_utf8(kept.value).unwrap())
}

async fn value_for(answers: &Answers, case: &Name, key: &str) -> Option<String> {
    let kept = answers.get_for_case(case, key).await.unwrap();
    kept.map(|kept| String::from_utf8(kept.value).unwrap())
}

#[tokio::test]
async fn an_answer_comes_back_as_it_was_put_also_after_it_has_gone_stale_and_elsewhere() {
    let bench = Bench::new().await;
    let answers = bench.answers();
    let new = answer("key", &"a long answer ".repeat(1000), None);
    answers.put(new.clone()).await.unwrap();
    let kept = answers.get("key", None).await.unwrap().unwrap();
    assert_eq!((&kept.value, &kept.origin, kept.fresh_until), (&new.value, &new.origin, new.fresh_until));
    assert!(kept.is_fresh(bench.clock.now()));
    assert!(answers.usage().await.unwrap().bytes < 1000, "it is compressed");

    bench.clock.pass(HOUR);
    let elsewhere = Answers::new(bench.open_again().await, bench.clock(), AnswerLimits::default());
    let later = elsewhere.get("key", None).await.unwrap().unwrap();
    assert!(!later.is_fresh(bench.clock.now()));
    assert_eq!(later, kept);
    assert_eq!(value(&answers, "another key").await, None);
}

#[tokio::test]
async fn a_case_sees_the_answer_that_it_saw_last_whatever_came_later() {
    let case = name("leaked-episode");
    let (_bench, answers) = with_case(&case).await;
    answers.put(answer("key", "first", None)).await.unwrap();
    assert_eq!(value_for(&answers, &case, "key").await, None, "it has not looked yet");
    answers.get("key", Some(&case)).await.unwrap().unwrap();
    answers.put(answer("key", "second", None)).await.unwrap();
    answers.put(answer("key", "third", None)).await.unwrap();
    assert_eq!(value_for(&answers, &case, "key").await.as_deref(), Some("first"));
    assert_eq!(answers.usage().await.unwrap().answers, 2, "nobody has seen the second one");

    assert_eq!(answers.get("key", Some(&case)).await.unwrap().unwrap().value, b"third");
    assert_eq!(value_for(&answers, &case, "key").await.as_deref(), Some("third"));
    answers.put(answer("key", "fourth", Some(&case))).await.unwrap();
    assert_eq!(value_for(&answers, &case, "key").await.as_deref(), Some("fourth"));
    assert_eq!(answers.usage().await.unwrap().answers, 1);
}

#[tokio::test]
async fn an_unknown_case_takes_nothing_and_leaves_nothing() {
    let bench = Bench::new().await;
    let answers = bench.answers();
    let error = answers.put(answer("key", "value", Some(&name("typo")))).await.unwrap_err();
    assert!(matches!(error, AnswerError::Case(CaseRefusal::NoSuchCase { .. })), "{error}");
    assert_eq!(value(&answers, "key").await, None);
}

#[tokio::test]
async fn a_refreshed_answer_is_stale_but_there() {
    let bench = Bench::new().await;
    let answers = bench.answers();
    answers.put(answer("key", "value", None)).await.unwrap();
    assert!(answers.refresh("key").await.unwrap());
    let kept = answers.get("key", None).await.unwrap().unwrap();
    assert!(!kept.is_fresh(bench.clock.now()));
    bench.clock.pass(HOUR);
    answers.refresh("key").await.unwrap();
    assert_eq!(answers.get("key", None).await.unwrap().unwrap(), kept, "one that is stale does not become less so");
    assert!(!answers.refresh("another").await.unwrap());
}

#[tokio::test]
async fn a_forgotten_answer_stays_with_the_case_that_has_seen_it() {
    let case = name("leaked-episode");
    let (bench, answers) = with_case(&case).await;
    answers.put(answer("seen", "value", Some(&case))).await.unwrap();
    answers.put(answer("unseen", "value", None)).await.unwrap();
    for key in ["seen", "unseen"] {
        assert!(answers.forget(key).await.unwrap());
        assert!(!answers.forget(key).await.unwrap());
        assert_eq!(value(&answers, key).await, None);
    }
    assert_eq!(value_for(&answers, &case, "seen").await.as_deref(), Some("value"));
    assert_eq!(answers.usage().await.unwrap().answers, 1);
    bench.cases().delete(&case, Delete::OnlyOpen).await.unwrap();
    assert_eq!(answers.usage().await.unwrap(), Usage { answers: 0, bytes: 0 });
}

#[tokio::test]
async fn pruning_never_takes_what_a_case_has_seen() {
    let (open, sealed) = (name("open"), name("sealed"));
    let (bench, _) = with_case(&open).await;
    bench.cases().create(sealed.clone(), CaseTerms::default()).await.unwrap();
    let limits = AnswerLimits { bytes: 0, keep_for: Duration::ZERO, ..AnswerLimits::default() };
    let answers = bench.answers();
    answers.put(answer("open", "old", Some(&open))).await.unwrap();
    answers.put(answer("sealed", "old", Some(&sealed))).await.unwrap();
    for key in ["open", "sealed", "neither"] {
        answers.put(answer(key, "new", None)).await.unwrap();
    }
    bench.cases().seal(&sealed).await.unwrap();
    bench.clock.pass(1000 * 24 * HOUR);
    let pruned = bench.answers_within(limits).prune().await.unwrap();
    assert_eq!(pruned.answers, 3);
    assert_eq!(value_for(&answers, &open, "open").await.as_deref(), Some("old"));
    assert_eq!(value_for(&answers, &sealed, "sealed").await.as_deref(), Some("old"));
    assert_eq!(value(&answers, "open").await, None);
}

#[tokio::test]
async fn what_is_missed_least_goes_first() {
    let bench = Bench::new().await;
    let answers = bench.answers();
    let mut each = 0;
    for (key, price, fresh, minutes) in [
        ("bought-fresh", 50, true, 0),
        ("free-fresh", 0, true, 0),
        ("bought-stale", 50, false, 0),
        ("free-stale-new", 0, false, 10),
        ("free-stale-old", 0, false, 5),
    ] {
        let mut new = answer(&format!("{key:>20}"), "value", None);
        new.origin.price = Credits(price);
        new.origin.retrieved = column::to_time(column::from_time(bench.clock.now()) + minutes * 60_000);
        if !fresh {
            new.fresh_until = bench.clock.now();
        }
        answers.put(new).await.unwrap();
        each = answers.usage().await.unwrap().bytes / answers.usage().await.unwrap().answers;
    }
    for (left, gone) in
        [(4, "free-stale-old"), (3, "free-stale-new"), (2, "bought-stale"), (1, "free-fresh"), (0, "bought-fresh")]
    {
        let limits = AnswerLimits { bytes: left * each, ..AnswerLimits::default() };
        let pruned = bench.answers_within(limits).prune().await.unwrap();
        assert_eq!(pruned, Pruned { answers: 1, bytes: each }, "{gone}");
        assert_eq!(value(&answers, &format!("{gone:>20}")).await, None);
    }
}

#[tokio::test]
async fn the_limit_of_size_holds_without_anybody_pruning() {
    let bench = Bench::new().await;
    let limits = AnswerLimits { bytes: 64 * 1024, ..AnswerLimits::default() };
    let answers = bench.answers_within(limits);
    for number in 0..600 {
        answers.put(answer(&format!("key {number}"), "value", None)).await.unwrap();
    }
    let usage = answers.usage().await.unwrap();
    assert!(usage.bytes <= limits.bytes + limits.bytes / 16 + 1024, "{usage:?}");
    assert!(usage.answers > 100, "{usage:?}");
    assert!(value(&answers, "key 599").await.is_some());
}

#[tokio::test]
async fn what_is_too_large_is_refused_and_what_is_damaged_is_said_to_be() {
    let bench = Bench::new().await;
    let answers = bench.answers_within(AnswerLimits { value: 9, ..AnswerLimits::default() });
    let error = answers.put(answer("key", "ten bytes!", None)).await.unwrap_err();
    assert!(matches!(error, AnswerError::TooLarge { size: 10, limit: 9 }), "{error}");
    answers.put(answer("key", "9 bytes!!", None)).await.unwrap();
    for statement in [
        "UPDATE answers SET length = length + 1",
        "UPDATE answers SET length = 1 << 40",
        "UPDATE answers SET value = x'00'",
    ] {
        bench.database.write(move |c| -> Result<_, StoreError> { Ok(c.execute(statement, [])?) }).await.unwrap();
        assert!(matches!(answers.get("key", None).await, Err(AnswerError::Damaged { .. })), "{statement}");
    }
}
