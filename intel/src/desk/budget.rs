//! Rule: preview first, and buy only what may be bought.
//!
//! Where a source tells the count for free, it is asked for that first, and a count of zero is never bought. A purchase
//! that would take the run over its limit is not made unless the run was confirmed: the asker gets the count and the
//! price instead and decides.

use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicU64, Ordering},
};

use async_trait::async_trait;

use super::{Allowance, Fetch, Routed};
use crate::{
    answer::{Answer, Page, Total},
    credits::Credits,
    error::{AskError, ProviderError},
    provider::Step,
};

/// What one run of a transform may spend and has spent.
#[derive(Debug)]
pub struct RunBudget {
    limit: Credits,
    confirmed: AtomicBool,
    spent: AtomicU64,
}

impl RunBudget {
    /// A budget of so many credits; a confirmed one may be exceeded.
    #[must_use]
    pub fn new(limit: Credits, confirmed: bool) -> Self {
        Self { limit, confirmed: AtomicBool::new(confirmed), spent: AtomicU64::new(0) }
    }

    /// Lets the budget be exceeded from now on, after somebody said so.
    pub fn confirm(&self) {
        self.confirmed.store(true, Ordering::Release);
    }

    /// Whether somebody said that the budget may be exceeded.
    #[must_use]
    pub fn is_confirmed(&self) -> bool {
        self.confirmed.load(Ordering::Acquire)
    }

    /// What has been spent so far, purchases under way included.
    #[must_use]
    pub fn spent(&self) -> Credits {
        Credits(self.spent.load(Ordering::Acquire))
    }

    /// What may be spent without asking.
    #[must_use]
    pub const fn limit(&self) -> Credits {
        self.limit
    }

    /// Whether so much more may be spent as things stand. Nothing is set aside: this is for whoever wants one decision
    /// about many purchases before the first of them.
    #[must_use]
    pub fn allows(&self, price: Credits) -> bool {
        self.confirmed.load(Ordering::Acquire) || self.spent() + price <= self.limit
    }

    /// Sets aside the price of a purchase, or says why not. Setting aside before buying keeps two pages that are
    /// bought at the same time from exceeding the limit together.
    fn reserve(&self, price: Credits) -> Result<(), Refused> {
        let confirmed = self.confirmed.load(Ordering::Acquire);
        self.spent
            .fetch_update(Ordering::AcqRel, Ordering::Acquire, |spent| {
                let after = Credits(spent) + price;
                (confirmed || after <= self.limit).then_some(after.0)
            })
            .map(|_| ())
            .map_err(|spent| Refused { spent: Credits(spent), limit: self.limit })
    }

    fn release(&self, price: Credits) {
        self.spent.fetch_sub(price.0, Ordering::AcqRel);
    }

    /// Puts what was paid in the place of what was set aside: an answer may have been remembered or joined, and a part
    /// of a job has a price of its own.
    fn settle(&self, set_aside: Credits, paid: Credits) {
        self.spent.fetch_add(paid.0, Ordering::AcqRel);
        self.release(set_aside);
    }
}

struct Refused {
    spent: Credits,
    limit: Credits,
}

/// Decides about purchases.
#[derive(Debug)]
pub(super) struct Budget {
    next: Box<dyn Fetch>,
}

impl Budget {
    pub(super) fn new(next: impl Fetch + 'static) -> Self {
        Self { next: Box::new(next) }
    }
}

#[async_trait]
impl Fetch for Budget {
    async fn fetch(&self, routed: &Routed) -> Result<Answer, AskError> {
        if !routed.is_purchase() {
            return self.next.fetch(routed).await;
        }
        let mut count = None;
        if routed.offer.free_preview && routed.question.step == Step::Page(None) {
            let preview = self.next.fetch(&routed.with_step(Step::Preview)).await?;
            count = preview.page.total;
            if count == Some(Total::Exactly(0)) {
                let page = Page { total: count, ..Page::default() };
                return Ok(Answer { page: Arc::new(page), provenance: preview.provenance });
            }
        }
        let price = routed.offer.price;
        if !routed.question.context.permit.may_buy {
            let allowance =
                Allowance { of: "guests".to_owned(), limit: Credits::FREE, left: Credits::FREE, resets: None };
            let source_name = routed.provider.source().to_owned();
            return Err(AskError::Allowance { source_name, price, allowance: Box::new(allowance) });
        }
        let budget = &routed.question.context.budget;
        budget.reserve(price).map_err(|refused| AskError::NeedsConsent {
            source_name: routed.provider.source().to_owned(),
            count,
            price,
            spent: refused.spent,
            limit: refused.limit,
        })?;
        let outcome = self.next.fetch(routed).await;
        match &outcome {
            Ok(answer) => budget.settle(price, answer.provenance.paid),
            // It may have been charged, so the run must not spend the same credits again.
            Err(AskError::Deadline) => {}
            Err(AskError::Provider { error, .. }) if may_have_been_charged(error) => {}
            Err(_) => budget.release(price),
        }
        outcome
    }
}

/// Whether a purchase that failed like this may have been charged: nobody knows how it ended, or the source did answer,
/// only not in a way that can be read.
const fn may_have_been_charged(error: &ProviderError) -> bool {
    matches!(
        error,
        ProviderError::PurchaseUnknown { .. }
            | ProviderError::TooLarge { .. }
            | ProviderError::Malformed { .. }
            | ProviderError::NotKept(_)
    )
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::super::testing::{Bench, count, domains_behind, history_of, names};
    use super::RunBudget;
    use crate::{
        answer::Total,
        credits::Credits,
        error::{AskError, ProviderError},
    };

    #[tokio::test(start_paused = true)]
    async fn a_count_of_zero_is_never_bought() {
        let bench = Bench::new();
        bench.transport.push_ok(&count(0));
        let answer = bench.ask(history_of("cmt-net.example")).await.unwrap();
        assert!(answer.records().is_empty());
        assert_eq!((bench.transport.sent(), bench.spent()), (1, Credits::FREE));
    }

    #[tokio::test(start_paused = true)]
    async fn a_purchase_over_the_limit_is_not_made_and_says_count_and_price() {
        let bench = Bench::with_budget(RunBudget::new(Credits(49), false));
        bench.transport.push_ok(&count(41));
        let refused = bench.ask(history_of("cmt-net.example")).await.unwrap_err();
        let AskError::NeedsConsent { count, price, spent, limit, .. } = &refused else {
            panic!("{refused:?}");
        };
        assert_eq!(
            (*count, *price, *spent, *limit),
            (Some(Total::Exactly(41)), Credits(50), Credits::FREE, Credits(49))
        );
        let message = refused.analyst_message();
        for part in ["41 results", "50 credits", "confirm_purchase", "Nothing was bought"] {
            assert!(message.contains(part), "{part} is missing in: {message}");
        }
        assert_eq!(bench.transport.sent(), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn a_confirmed_run_may_buy() {
        let bench = Bench::with_budget(RunBudget::new(Credits(0), true));
        bench.transport.push_ok(&count(2));
        bench.transport.push_ok(&names(2));
        let answer = bench.ask(history_of("cmt-net.example")).await.unwrap();
        assert_eq!((answer.provenance.paid, bench.spent()), (Credits(50), Credits(50)));
    }

    #[tokio::test(start_paused = true)]
    async fn the_limit_counts_for_the_whole_run() {
        let bench = Bench::with_budget(RunBudget::new(Credits(2), false));
        for server in ["ns1.host.example", "ns2.host.example"] {
            bench.transport.push_ok(&names(1));
            bench.ask(domains_behind(server)).await.unwrap();
        }
        let third = bench.ask(domains_behind("ns3.host.example")).await.unwrap_err();
        assert!(matches!(third, AskError::NeedsConsent { spent: Credits(2), .. }), "{third:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_failed_purchase_is_given_back_unless_it_may_have_been_charged() {
        let bench = Bench::new();
        bench.transport.push_error(ProviderError::NoCredits);
        bench.ask(domains_behind("ns1.host.example")).await.unwrap_err();
        assert_eq!(bench.spent(), Credits::FREE);

        bench.transport.push_error(ProviderError::Broken { detail: "reset".to_owned() });
        bench.ask(domains_behind("ns1.host.example")).await.unwrap_err();
        assert_eq!(bench.spent(), Credits(1));

        bench.transport.push_ok("this is no JSON");
        bench.ask(domains_behind("ns1.host.example")).await.unwrap_err();
        assert_eq!(bench.spent(), Credits(2));
    }

    #[test]
    fn many_purchases_can_be_decided_about_at_once() {
        let budget = RunBudget::new(Credits(10), false);
        assert!(budget.reserve(Credits(4)).is_ok());
        assert_eq!((budget.allows(Credits(6)), budget.allows(Credits(7)), budget.limit()), (true, false, Credits(10)));
        assert_eq!(budget.spent(), Credits(4), "asking sets nothing aside");
        budget.confirm();
        assert!(budget.allows(Credits(1000)));
    }

    #[test]
    fn reservations_never_exceed_the_limit_together() {
        let budget = Arc::new(RunBudget::new(Credits(10), false));
        let threads: Vec<_> = (0..8)
            .map(|_| {
                let budget = Arc::clone(&budget);
                std::thread::spawn(move || (0..10).filter(|_| budget.reserve(Credits(1)).is_ok()).count())
            })
            .collect();
        let granted: usize = threads.into_iter().map(|thread| thread.join().unwrap()).sum();
        assert_eq!((granted, budget.spent()), (10, Credits(10)));
    }
}
