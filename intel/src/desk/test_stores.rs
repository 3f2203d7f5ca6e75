//! Doubles of the stores: they keep everything in memory, and fail when they are told to.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;

use super::{
    Allowance, Claim, DeskStores, Kept, Memory, Purchase, PurchaseId, PurchaseOutcome, Refusal, SpendBook,
    StoreFailure, Witness,
};
use crate::{
    credits::Credits,
    evidence::{EvidenceId, Observation},
};

/// All stores in one.
#[derive(Debug, Default)]
pub(super) struct TestStores {
    pub(super) observations: Mutex<Vec<Observation>>,
    answers: Mutex<HashMap<String, Kept>>,
    pub(super) purchases: Mutex<Vec<(Purchase, Option<PurchaseOutcome>)>>,
    claims: Mutex<HashMap<String, String>>,
    pub(super) full: AtomicBool,
    pub(super) exhausted: AtomicBool,
}

impl TestStores {
    pub(super) fn all(self: &Arc<Self>) -> DeskStores {
        DeskStores {
            witness: Some(Arc::clone(self) as Arc<dyn Witness>),
            memory: Some(Arc::clone(self) as Arc<dyn Memory>),
            book: Some(Arc::clone(self) as Arc<dyn SpendBook>),
        }
    }

    fn check(&self) -> Result<(), StoreFailure> {
        if self.full.load(Ordering::Relaxed) {
            return Err(StoreFailure { advice: "The disk is full.".to_owned(), detail: "no space left".to_owned() });
        }
        Ok(())
    }

    pub(super) fn outcomes(&self) -> Vec<Option<PurchaseOutcome>> {
        self.purchases.lock().unwrap().iter().map(|(_, outcome)| outcome.clone()).collect()
    }
}

#[async_trait]
impl Witness for TestStores {
    async fn keep(&self, observation: Observation) -> Result<EvidenceId, StoreFailure> {
        self.check()?;
        let mut observations = self.observations.lock().unwrap();
        observations.push(observation);
        Ok(EvidenceId(format!("E{}", observations.len())))
    }
}

#[async_trait]
impl Memory for TestStores {
    async fn recall(&self, key: &str) -> Result<Option<Kept>, StoreFailure> {
        Ok(self.answers.lock().unwrap().get(key).cloned())
    }

    async fn keep(&self, key: &str, kept: &Kept) -> Result<(), StoreFailure> {
        self.check()?;
        self.answers.lock().unwrap().insert(key.to_owned(), kept.clone());
        Ok(())
    }

    async fn recall_for_case(&self, case: &str, key: &str) -> Result<Option<Kept>, StoreFailure> {
        Ok(self.answers.lock().unwrap().get(&format!("{case} {key}")).cloned())
    }

    async fn keep_for_case(&self, case: &str, key: &str, kept: &Kept) -> Result<(), StoreFailure> {
        self.check()?;
        self.answers.lock().unwrap().insert(format!("{case} {key}"), kept.clone());
        Ok(())
    }
}

#[async_trait]
impl SpendBook for TestStores {
    async fn intend(&self, purchase: &Purchase) -> Result<PurchaseId, Refusal> {
        self.check().map_err(Refusal::Store)?;
        if self.exhausted.load(Ordering::Relaxed) {
            let of = "this day".to_owned();
            return Err(Refusal::Limit(Allowance { of, limit: Credits(10), left: Credits::FREE, resets: None }));
        }
        let mut purchases = self.purchases.lock().unwrap();
        let unknown = |(earlier, outcome): &&(Purchase, Option<PurchaseOutcome>)| {
            earlier.key == purchase.key && matches!(outcome, None | Some(PurchaseOutcome::Unknown { .. }))
        };
        if let Some((earlier, _)) = purchases.iter().find(unknown)
            && !purchase.confirmed
        {
            let since = super::testing::START.parse().unwrap();
            return Err(Refusal::Unresolved { since, price: earlier.price });
        }
        purchases.push((purchase.clone(), None));
        Ok(PurchaseId((purchases.len() - 1).to_string()))
    }

    async fn settle(&self, id: &PurchaseId, outcome: &PurchaseOutcome) -> Result<(), StoreFailure> {
        self.check()?;
        let place: usize = id.0.parse().unwrap();
        self.purchases.lock().unwrap()[place].1 = Some(outcome.clone());
        Ok(())
    }

    async fn claim(&self, key: &str, holder: &str, _: Duration) -> Result<Claim, StoreFailure> {
        let mut claims = self.claims.lock().unwrap();
        let held_by = claims.entry(key.to_owned()).or_insert_with(|| holder.to_owned());
        if held_by == holder {
            return Ok(Claim::Ours);
        }
        Ok(Claim::Theirs { until: super::testing::START.parse().unwrap() })
    }

    async fn release(&self, key: &str, holder: &str) -> Result<(), StoreFailure> {
        let mut claims = self.claims.lock().unwrap();
        if claims.get(key).is_some_and(|held_by| held_by == holder) {
            claims.remove(key);
        }
        Ok(())
    }
}

mod tests {
    use super::{super::testing::*, *};
    use crate::{
        desk::{Asker, Reach, RunBudget},
        error::{AskError, ProviderError},
    };

    fn question() -> crate::Lookup {
        domains_behind("ns1.host.example")
    }

    #[tokio::test(start_paused = true)]
    async fn an_answer_names_what_proves_it_also_when_it_is_remembered() {
        let stores = Arc::new(TestStores::default());
        let bench = Bench::with_stores(&stores);
        bench.transport.push_ok(&names(2));
        for cached in [false, true] {
            let answer = bench.ask(question()).await.unwrap();
            assert_eq!(
                (answer.provenance.evidence, answer.provenance.cached),
                (vec![EvidenceId("E1".to_owned())], cached)
            );
        }
        let observations = stores.observations.lock().unwrap();
        let [kept] = observations.as_slice() else { panic!("{observations:?}") };
        assert_eq!((kept.provider, kept.status, kept.price), ("test", Some(200), Credits(1)));
        assert_eq!((kept.body.as_ref(), kept.outcome.as_str()), (names(2).as_bytes(), "2 records"));
    }

    #[tokio::test(start_paused = true)]
    async fn nothing_found_is_kept_too() {
        let stores = Arc::new(TestStores::default());
        let bench = Bench::with_stores(&stores);
        bench.transport.push_ok(&names(0));
        assert_eq!(bench.ask(question()).await.unwrap().provenance.evidence.len(), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn what_cannot_be_kept_is_not_shown_and_not_forgotten_as_a_purchase() {
        let stores = Arc::new(TestStores::default());
        let bench = Bench::with_stores(&stores);
        bench.transport.push_ok(&names(2));
        bench.transport.answer_after(Duration::from_secs(1));
        let asking = bench.ask(question());
        let filling = async {
            tokio::time::sleep(Duration::from_millis(500)).await;
            stores.full.store(true, Ordering::Relaxed);
        };
        let (outcome, ()) = tokio::join!(asking, filling);
        let error = outcome.unwrap_err();
        assert!(matches!(&error, AskError::Provider { error: ProviderError::NotKept(_), .. }), "{error:?}");
        assert!(error.analyst_message().contains("The disk is full."), "{}", error.analyst_message());
        assert_eq!(stores.outcomes(), [None], "the intention stands in the book");
        stores.full.store(false, Ordering::Relaxed);
        let again = bench.ask(question()).await.unwrap_err();
        assert!(matches!(again, AskError::Unresolved { .. }), "{again:?}");
        assert_eq!(bench.transport.sent(), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn a_purchase_is_written_down_before_and_after() {
        let stores = Arc::new(TestStores::default());
        let bench = Bench::with_stores(&stores);
        bench.transport.push_ok(&names(2));
        bench.ask(question()).await.unwrap();
        let evidence = vec![EvidenceId("E1".to_owned())];
        assert_eq!(stores.outcomes(), [Some(PurchaseOutcome::Charged { price: Credits(1), evidence })]);

        bench.transport.push_error(ProviderError::NoCredits);
        bench.ask(domains_behind("ns2.host.example")).await.unwrap_err();
        bench.transport.push_error(ProviderError::Broken { detail: "reset".to_owned() });
        bench.ask(domains_behind("ns3.host.example")).await.unwrap_err();
        let outcomes = stores.outcomes();
        assert!(matches!(outcomes[1], Some(PurchaseOutcome::NotCharged { .. })), "{outcomes:?}");
        assert!(matches!(outcomes[2], Some(PurchaseOutcome::Unknown { .. })), "{outcomes:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_purchase_of_unknown_outcome_is_repeated_only_when_somebody_says_so() {
        let stores = Arc::new(TestStores::default());
        let bench = Bench::with_stores(&stores);
        bench.transport.push_error(ProviderError::Timeout { after: Duration::from_secs(30) });
        bench.ask(question()).await.unwrap_err();
        let refused = bench.ask(question()).await.unwrap_err();
        assert!(refused.analyst_message().contains("confirm_purchase"), "{}", refused.analyst_message());
        let agreed = Bench { budget: Arc::new(RunBudget::new(Credits(1000), true)), ..bench };
        agreed.transport.push_ok(&names(1));
        assert_eq!(agreed.ask(question()).await.unwrap().provenance.paid, Credits(1));
    }

    #[tokio::test(start_paused = true)]
    async fn an_allowance_that_is_used_up_is_explained() {
        let stores = Arc::new(TestStores::default());
        stores.exhausted.store(true, Ordering::Relaxed);
        let bench = Bench::with_stores(&stores);
        let refused = bench.ask(question()).await.unwrap_err();
        assert!(refused.analyst_message().contains("the allowance of this day"), "{}", refused.analyst_message());
        assert_eq!((bench.transport.sent(), bench.spent()), (0, Credits::FREE));
    }

    #[tokio::test(start_paused = true)]
    async fn a_purchase_outlives_the_process_and_a_year() {
        let stores = Arc::new(TestStores::default());
        let first = Bench::with_stores(&stores);
        first.transport.push_ok(&names(2));
        first.ask(question()).await.unwrap();
        tokio::time::advance(Duration::from_secs(400 * 24 * 60 * 60)).await;
        let second = Bench::with_stores(&stores);
        let answer = second.ask(question()).await.unwrap();
        assert_eq!((answer.records().len(), answer.provenance.cached, second.transport.sent()), (2, true, 0));
    }

    #[tokio::test(start_paused = true)]
    async fn a_refresh_asks_anew_and_is_remembered_in_place_of_the_old() {
        let stores = Arc::new(TestStores::default());
        let bench = Bench::with_stores(&stores);
        bench.transport.push_ok(&names(2));
        bench.ask(question()).await.unwrap();
        bench.transport.push_ok(&names(3));
        let refreshed = bench.ask_as(question(), Asker::default(), Reach::Refresh).await.unwrap();
        assert_eq!((refreshed.records().len(), refreshed.provenance.paid), (3, Credits(1)));
        let later = bench.ask(question()).await.unwrap();
        assert_eq!((later.records().len(), later.provenance.cached), (3, true));
    }

    #[tokio::test(start_paused = true)]
    async fn two_desks_with_one_book_buy_once() {
        let stores = Arc::new(TestStores::default());
        let (one, other) = (Bench::with_stores(&stores), Bench::with_stores(&stores));
        one.transport.answer_after(Duration::from_secs(2));
        one.transport.push_ok(&names(2));
        let late = async {
            tokio::time::sleep(Duration::from_millis(500)).await;
            other.ask(question()).await
        };
        let (first, second) = tokio::join!(one.ask(question()), late);
        assert_eq!(first.unwrap().provenance.paid, Credits(1));
        let second = second.unwrap();
        assert_eq!((second.provenance.paid, second.records().len()), (Credits::FREE, 2));
        assert_eq!((one.transport.sent(), other.transport.sent(), stores.outcomes().len()), (1, 0, 1));
    }

    #[tokio::test(start_paused = true)]
    async fn a_replay_is_told_what_the_case_was_told_and_asks_nobody() {
        let stores = Arc::new(TestStores::default());
        let bench = Bench::with_stores(&stores);
        let asker = |case: &str| Asker { case: Some(case.into()), ..Asker::default() };
        bench.transport.push_ok(&names(2));
        bench.ask(question()).await.unwrap();
        // The case is told what somebody else had bought: it is the case's own from then on.
        bench.ask_as(question(), asker("cmt"), Reach::Usual).await.unwrap();
        let replayed = bench.ask_as(question(), asker("cmt"), Reach::Replay).await.unwrap();
        assert_eq!((replayed.records().len(), replayed.provenance.cached), (2, true));
        let untold = bench.ask_as(question(), asker("other"), Reach::Replay).await.unwrap_err();
        assert!(matches!(untold, AskError::NotTold { .. }), "{untold:?}");
        assert_eq!(bench.transport.sent(), 1);
    }
}
