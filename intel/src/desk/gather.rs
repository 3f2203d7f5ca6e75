//! Rule: questions that come close together go to the source as one job, where that is worth it.
//!
//! An analyst who runs a transform on five hundred domains sends five hundred questions, and each comes here alone. So a
//! question whose source takes jobs waits a moment for others like it. When none has come for a while, whoever has
//! gathered is counted: a few are asked one by one, many are handed in as a job, and each gets its own answer out of it.
//!
//! What a job costs is decided above: every question has set its price aside already. A question that its asker gave up
//! is a part of the job all the same, as any purchase under way is finished, and its answer is remembered.
//!
//! If a job cannot be handed in and certainly was not charged, its questions are asked one by one after all, unless the
//! key is bad: that would be said to each of them. If nobody knows whether it was charged, they all fail as purchases of
//! unknown outcome do, and nothing is asked again.
//!
//! Once a job is taken it is paid for, so a source that stumbles afterwards is asked again until the job's time is over.
//! Asking after a job and fetching it are free.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use tokio::{sync::oneshot, time::Instant};
use tracing::Instrument;

use super::{
    Fetch, Routed,
    exchange::{Exchange, Purpose, Reading, Trade},
    job::JobState,
    witness::Trail,
};
use crate::{
    answer::{Answer, Page, Provenance},
    clock::Clock,
    error::{AskError, ProviderError},
    lookup::Lookup,
    provider::{BatchReading, BatchStep, BatchTerms, Step},
};

/// Puts questions together.
#[derive(Debug)]
pub(super) struct Gather {
    next: Box<dyn Fetch>,
    jobs: Arc<Jobs>,
}

/// What gathers and how jobs are carried through.
#[derive(Debug)]
struct Jobs {
    trades: Arc<dyn Trade>,
    clock: Arc<dyn Clock>,
    groups: Mutex<HashMap<&'static str, Group>>,
}

/// Questions that wait for others like them.
#[derive(Debug)]
struct Group {
    members: Vec<Member>,
    opened: Instant,
    newest: Instant,
}

/// A question and who waits for its answer.
#[derive(Debug)]
struct Member {
    routed: Routed,
    reply: oneshot::Sender<Reply>,
}

/// What became of a question.
#[derive(Debug)]
enum Reply {
    /// It is to be asked alone.
    Alone,
    /// The job brought its answer, or failed.
    Answered(Result<Answer, AskError>),
}

impl Gather {
    pub(super) fn new(next: impl Fetch + 'static, trades: Arc<dyn Trade>, clock: Arc<dyn Clock>) -> Self {
        Self { next: Box::new(next), jobs: Arc::new(Jobs { trades, clock, groups: Mutex::default() }) }
    }
}

#[async_trait]
impl Fetch for Gather {
    async fn fetch(&self, routed: &Routed) -> Result<Answer, AskError> {
        let first_page = routed.question.step == Step::Page(None);
        let terms = routed.provider.batch().and_then(|batch| batch.terms(&routed.question.lookup));
        let (true, Some(terms)) = (first_page, terms) else { return self.next.fetch(routed).await };
        match self.jobs.join(routed, terms).await {
            Ok(Reply::Answered(outcome)) => outcome,
            Ok(Reply::Alone) => self.next.fetch(routed).await,
            Err(_) => Err(AskError::Crashed { detail: "a job ended without answering".to_owned() }),
        }
    }
}

impl Jobs {
    /// Joins the group for a question, or opens it.
    fn join(self: &Arc<Self>, routed: &Routed, terms: BatchTerms) -> oneshot::Receiver<Reply> {
        let (reply, answer) = oneshot::channel();
        let now = self.clock.instant();
        let mut groups = self.lock();
        let group = groups.entry(routed.provider.name()).or_insert_with(|| {
            let (jobs, name) = (Arc::clone(self), routed.provider.name());
            tokio::spawn(async move { jobs.close(name, terms).await }.in_current_span());
            Group { members: Vec::new(), opened: now, newest: now }
        });
        group.newest = now;
        group.members.push(Member { routed: routed.clone(), reply });
        answer
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<&'static str, Group>> {
        // The map is only ever inserted into and removed from: a panic elsewhere leaves nothing half done in it.
        self.groups.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until nobody comes any more, then carries out what has gathered.
    async fn close(&self, name: &'static str, terms: BatchTerms) {
        let members = loop {
            let now = self.clock.instant();
            let until = {
                let mut groups = self.lock();
                let Some(group) = groups.get(name) else { return };
                let until = (group.newest + terms.window).min(group.opened + terms.longest_window);
                if until <= now {
                    break groups.remove(name).map(|group| group.members).unwrap_or_default();
                }
                until
            };
            tokio::time::sleep(until.saturating_duration_since(now)).await;
        };
        if members.len() <= terms.worth_above {
            for member in members {
                // An asker that is gone needs no reply.
                let _gone = member.reply.send(Reply::Alone);
            }
            return;
        }
        let mut members = members;
        while !members.is_empty() {
            let rest = members.split_off(members.len().min(terms.largest.max(1)));
            self.carry_out(members, &terms).await;
            members = rest;
        }
    }

    /// Carries a job through and answers everybody in it.
    async fn carry_out(&self, members: Vec<Member>, terms: &BatchTerms) {
        let Some(first) = members.first().map(|member| member.routed.clone()) else { return };
        let lookups: Arc<[Lookup]> = members.iter().map(|member| member.routed.question.lookup.clone()).collect();
        let count = lookups.len();
        let job = Job {
            jobs: self,
            first,
            lookups,
            terms,
            deadline: self.clock.instant() + terms.job_time,
            trail: Trail::default(),
        };
        tracing::info!(provider = job.first.provider.name(), questions = count, "bulk job");
        let mut waiting: Vec<Option<Member>> = members.into_iter().map(Some).collect();
        let (id, refused) = match job.submit().await {
            Ok(submitted) => submitted,
            Err(error) => {
                tracing::warn!(provider = job.first.provider.name(), %error, "bulk job not taken");
                for member in waiting.into_iter().flatten() {
                    let reply = if may_have_been_charged(&error) || error == ProviderError::BadKey {
                        Reply::Answered(Err(member.routed.failed(error.clone())))
                    } else {
                        Reply::Alone
                    };
                    let _gone = member.reply.send(reply);
                }
                return;
            }
        };
        for position in refused {
            if let Some(member) = waiting.get_mut(position).and_then(Option::take) {
                let reason = "it does not take this for a name in a bulk job.".to_owned();
                let error = member.routed.failed(ProviderError::InvalidInput { reason });
                let _gone = member.reply.send(Reply::Answered(Err(error)));
            }
        }
        let outcome = job.collect(&id, &mut waiting).await;
        for member in waiting.into_iter().flatten() {
            let answer = match &outcome {
                Ok(()) => {
                    let note = format!("The bulk job at {} brought nothing on it.", member.routed.provider.source());
                    Ok(self.answer(&member.routed, Page { notes: vec![note], ..Page::default() }, terms, &job.trail))
                }
                Err(error) => Err(member.routed.failed(handed_in(error.clone()))),
            };
            let _gone = member.reply.send(Reply::Answered(answer));
        }
    }

    fn answer(&self, routed: &Routed, page: Page, terms: &BatchTerms, trail: &Trail) -> Answer {
        let provenance = Provenance {
            source: routed.provider.source().to_owned(),
            retrieved: self.clock.now(),
            paid: terms.offer.price,
            cached: false,
            evidence: trail.ids(),
        };
        Answer { page: Arc::new(page), provenance }
    }
}

/// A job on its way.
struct Job<'a> {
    jobs: &'a Jobs,
    /// Any of its questions: who answers is the same for all.
    first: Routed,
    lookups: Arc<[Lookup]>,
    terms: &'a BatchTerms,
    deadline: Instant,
    trail: Trail,
}

impl Job<'_> {
    async fn trade(&self, step: BatchStep) -> Result<BatchReading, ProviderError> {
        let provider = &self.first.provider;
        let batch = provider.batch().ok_or_else(|| ProviderError::malformed("this source takes no jobs"))?;
        let exchange = Exchange {
            request: batch.call(&self.lookups, &step)?.into(),
            provider: Arc::clone(provider),
            offer: self.terms.offer,
            lookup: self.first.question.lookup.clone(),
            purpose: Purpose::Batch { step, lookups: Arc::clone(&self.lookups) },
            deadline: self.deadline,
            asker: self.first.question.context.asker.clone(),
            trail: self.trail.clone(),
        };
        match self.jobs.trades.trade(&exchange).await? {
            Reading::Batch(reading) => Ok(reading),
            Reading::Page(_) | Reading::Heard(_) | Reading::Balance(_) => Err(unexpected()),
        }
    }

    async fn submit(&self) -> Result<(String, Vec<usize>), ProviderError> {
        match self.trade(BatchStep::Submit).await? {
            BatchReading::Submitted { job, refused } => Ok((job, refused)),
            BatchReading::Progress { .. } | BatchReading::Answers { .. } => Err(unexpected()),
        }
    }

    /// Waits until the job is done, then fetches the answers and hands each to whoever waits for it.
    async fn collect(&self, id: &str, waiting: &mut [Option<Member>]) -> Result<(), ProviderError> {
        if waiting.iter().all(Option::is_none) {
            return Ok(());
        }
        let mut wait = self.terms.shortest_poll;
        loop {
            self.pause(wait).await?;
            wait = wait.saturating_mul(2).min(self.terms.longest_poll);
            match self.insist(BatchStep::Poll { job: id.to_owned() }).await? {
                BatchReading::Progress { done, total } => {
                    for member in waiting.iter().flatten() {
                        member.routed.question.context.progress.report(JobState { done, total });
                    }
                    if done >= total {
                        break;
                    }
                }
                BatchReading::Submitted { .. } | BatchReading::Answers { .. } => return Err(unexpected()),
            }
        }
        let mut fetched = 0;
        while waiting.iter().any(Option::is_some) {
            match self.insist(BatchStep::Fetch { job: id.to_owned(), from: fetched }).await? {
                BatchReading::Answers { rows: 0, .. } => break,
                BatchReading::Answers { pages, rows } => {
                    fetched = fetched.saturating_add(rows);
                    for (position, page) in pages {
                        let Some(member) = waiting.get_mut(position).and_then(Option::take) else { continue };
                        let answer = page
                            .map(|page| self.jobs.answer(&member.routed, page, self.terms, &self.trail))
                            .map_err(|error| member.routed.failed(error));
                        let _gone = member.reply.send(Reply::Answered(answer));
                    }
                }
                BatchReading::Submitted { .. } | BatchReading::Progress { .. } => return Err(unexpected()),
            }
            if fetched >= (self.lookups.len() as u64).saturating_mul(2) {
                // It keeps sending rows that nobody asked for.
                break;
            }
        }
        Ok(())
    }

    /// Carries out a step of a job that is under way. A failure that may pass is waited for as long as there is time.
    async fn insist(&self, step: BatchStep) -> Result<BatchReading, ProviderError> {
        loop {
            match self.trade(step.clone()).await {
                Err(error) if may_pass(&error) => {
                    tracing::info!(provider = self.first.provider.name(), %error, "bulk job held up");
                    self.pause(self.terms.longest_poll).await.map_err(|_| error)?;
                }
                outcome => return outcome,
            }
        }
    }

    async fn pause(&self, wait: Duration) -> Result<(), ProviderError> {
        if self.jobs.clock.instant() + wait >= self.deadline {
            return Err(ProviderError::PurchaseUnknown {
                cause: Box::new(ProviderError::Timeout { after: self.terms.job_time }),
            });
        }
        tokio::time::sleep(wait).await;
        Ok(())
    }
}

/// A failure after the job was taken: it has been paid for by then, whatever went wrong with its answers.
fn handed_in(error: ProviderError) -> ProviderError {
    match error {
        known @ ProviderError::PurchaseUnknown { .. } => known,
        cause => ProviderError::PurchaseUnknown { cause: Box::new(cause) },
    }
}

fn unexpected() -> ProviderError {
    ProviderError::malformed("something else was read where a step of a job was asked for")
}

/// Whether the same may be answered a little later.
const fn may_pass(error: &ProviderError) -> bool {
    error.is_transient() || matches!(error, ProviderError::Resting { .. } | ProviderError::Crowded { .. })
}

/// Whether a job that was not taken may have been charged nevertheless.
const fn may_have_been_charged(error: &ProviderError) -> bool {
    matches!(
        error,
        ProviderError::PurchaseUnknown { .. } | ProviderError::TooLarge { .. } | ProviderError::Malformed { .. }
    )
}

#[cfg(test)]
mod tests {
    use std::{sync::Arc, time::Duration};

    use super::super::testing::{Bench, batch_answers, batch_progress, batch_submitted, names, whois_of};
    use crate::{
        answer::Answer,
        credits::Credits,
        desk::RunBudget,
        error::{AskError, ProviderError},
    };

    /// A run that may spend as much as it likes.
    fn bench() -> Arc<Bench> {
        Arc::new(Bench::with_budget(RunBudget::new(Credits::FREE, true)))
    }

    fn ask(bench: &Arc<Bench>, numbers: std::ops::Range<usize>) -> Vec<tokio::task::JoinHandle<usize>> {
        numbers
            .map(|number| {
                let bench = Arc::clone(bench);
                tokio::spawn(async move { bench.ask(whois_of(number)).await.unwrap().records().len() })
            })
            .collect()
    }

    fn ask_each(bench: &Arc<Bench>, questions: usize) -> Vec<tokio::task::JoinHandle<Result<Answer, AskError>>> {
        let ask = |number| {
            let bench = Arc::clone(bench);
            tokio::spawn(async move { bench.ask(whois_of(number)).await })
        };
        (0..questions).map(ask).collect()
    }

    #[tokio::test(start_paused = true)]
    async fn a_few_are_asked_one_by_one() {
        let bench = bench();
        for _ in 0..3 {
            bench.transport.push_ok(&names(1));
        }
        for asker in ask(&bench, 0..3) {
            assert_eq!(asker.await.unwrap(), 1);
        }
        assert_eq!((bench.transport.sent(), bench.spent()), (3, Credits(3)));
    }

    #[tokio::test(start_paused = true)]
    async fn many_are_one_job_and_each_gets_its_own_answer() {
        let bench = bench();
        bench.transport.push_ok(&batch_submitted());
        bench.transport.push_ok(&batch_progress(3, 7));
        bench.transport.push_ok(&batch_progress(7, 7));
        bench.transport.push_ok(&batch_answers(&[(6, 6), (1, 1), (2, 2), (3, 3)]));
        bench.transport.push_ok(&batch_answers(&[(4, 4), (5, 5), (0, 0)]));
        for (number, asker) in ask(&bench, 0..7).into_iter().enumerate() {
            assert_eq!(asker.await.unwrap(), number);
        }
        assert_eq!((bench.transport.sent(), bench.spent()), (5, Credits(7)));
        assert!(bench.ask(whois_of(4)).await.unwrap().provenance.cached);
    }

    #[tokio::test(start_paused = true)]
    async fn callers_that_give_up_change_nothing_for_the_others() {
        let bench = bench();
        bench.transport.push_ok(&batch_submitted());
        bench.transport.push_ok(&batch_progress(7, 7));
        bench.transport.push_ok(&batch_answers(&[(0, 1), (1, 1), (2, 1), (3, 1), (4, 1), (5, 1), (6, 1)]));
        let askers = ask(&bench, 0..7);
        tokio::time::sleep(Duration::from_millis(10)).await;
        askers[0].abort();
        askers[3].abort();
        for (number, asker) in askers.into_iter().enumerate() {
            match asker.await {
                Ok(records) => assert_eq!(records, 1),
                Err(_) => assert!([0, 3].contains(&number)),
            }
        }
        assert!(bench.ask(whois_of(0)).await.unwrap().provenance.cached, "it was paid for, so it is remembered");
        assert_eq!(bench.transport.sent(), 3);
    }

    #[tokio::test(start_paused = true)]
    async fn what_the_job_did_not_bring_is_an_empty_answer_that_says_so() {
        let bench = bench();
        bench.transport.push_ok(&batch_submitted());
        bench.transport.push_ok(&batch_progress(7, 7));
        bench.transport.push_ok(&batch_answers(&[(0, 1), (1, 1), (2, 1), (3, 1), (4, 1), (5, 1)]));
        bench.transport.push_ok(&batch_answers(&[]));
        let askers = ask(&bench, 0..6);
        tokio::time::sleep(Duration::from_millis(10)).await;
        let last = bench.ask(whois_of(6)).await.unwrap();
        assert!(last.records().is_empty());
        assert_eq!(last.page.notes, ["The bulk job at Test Source brought nothing on it."]);
        for asker in askers {
            assert_eq!(asker.await.unwrap(), 1);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_job_that_was_refused_is_asked_one_by_one() {
        let bench = bench();
        bench.transport.push_error(ProviderError::PlanForbids);
        for _ in 0..7 {
            bench.transport.push_ok(&names(1));
        }
        for asker in ask(&bench, 0..7) {
            assert_eq!(asker.await.unwrap(), 1);
        }
        assert_eq!(bench.transport.sent(), 8);
    }

    #[tokio::test(start_paused = true)]
    async fn a_bad_key_is_not_tried_with_every_question() {
        let bench = bench();
        bench.transport.push_error(ProviderError::BadKey);
        for asker in ask_each(&bench, 7) {
            let outcome = asker.await.unwrap();
            let refused = matches!(outcome, Err(AskError::Provider { error: ProviderError::BadKey, .. }));
            assert!(refused, "{outcome:?}");
        }
        assert_eq!((bench.transport.sent(), bench.spent()), (1, Credits::FREE));
    }

    #[tokio::test(start_paused = true)]
    async fn a_source_that_stumbles_after_it_took_the_job_is_asked_again() {
        let bench = bench();
        let stumble = |times: usize| {
            for _ in 0..times {
                bench.transport.push_error(ProviderError::upstream(Some(503), "busy"));
            }
        };
        bench.transport.push_ok(&batch_submitted());
        // More often than the layer of retries puts up with.
        stumble(6);
        bench.transport.push_ok(&batch_progress(6, 6));
        stumble(5);
        bench.transport.push_ok(&batch_answers(&[(0, 1), (1, 1), (2, 1), (3, 1), (4, 1), (5, 1)]));
        for asker in ask_each(&bench, 6) {
            assert_eq!(asker.await.unwrap().unwrap().records().len(), 1);
        }
        assert_eq!((bench.transport.sent(), bench.spent()), (14, Credits(6)));
    }

    #[tokio::test(start_paused = true)]
    async fn a_source_that_does_not_recover_is_given_up_when_the_time_of_the_job_is_over() {
        let bench = bench();
        bench.transport.push_ok(&batch_submitted());
        for _ in 0..200 {
            bench.transport.push_error(ProviderError::upstream(Some(503), "busy"));
        }
        let asker = |number| {
            let bench = Arc::clone(&bench);
            tokio::spawn(async move { bench.ask_within(whois_of(number), Duration::from_secs(1000)).await })
        };
        let started = tokio::time::Instant::now();
        for asker in (0..6).map(asker).collect::<Vec<_>>() {
            let outcome = asker.await.unwrap();
            let Err(AskError::Provider { error: ProviderError::PurchaseUnknown { cause }, .. }) = outcome else {
                panic!("{outcome:?}");
            };
            assert!(super::may_pass(&cause), "{cause:?}");
        }
        assert!(started.elapsed() <= Duration::from_secs(601), "{:?}", started.elapsed());
        assert_eq!(bench.spent(), Credits(6));
    }

    #[tokio::test(start_paused = true)]
    async fn a_job_has_a_price_of_its_own() {
        let bench = Arc::new(Bench::with_bulk_price(Credits(3)));
        bench.transport.push_ok(&batch_submitted());
        bench.transport.push_ok(&batch_progress(6, 6));
        bench.transport.push_ok(&batch_answers(&[(0, 1), (1, 1), (2, 1), (3, 1), (4, 1), (5, 1)]));
        for asker in ask_each(&bench, 6) {
            assert_eq!(asker.await.unwrap().unwrap().provenance.paid, Credits(3));
        }
        assert_eq!(bench.spent(), Credits(18));
    }

    #[tokio::test(start_paused = true)]
    async fn a_job_of_unknown_outcome_is_not_repeated() {
        let bench = bench();
        bench.transport.push_error(ProviderError::Timeout { after: Duration::from_secs(30) });
        for asker in ask_each(&bench, 7) {
            let outcome = asker.await.unwrap();
            let unknown =
                matches!(outcome, Err(AskError::Provider { error: ProviderError::PurchaseUnknown { .. }, .. }));
            assert!(unknown, "{outcome:?}");
        }
        assert_eq!((bench.transport.sent(), bench.spent()), (1, Credits(7)));
    }

    #[tokio::test(start_paused = true)]
    async fn a_job_that_is_lost_after_it_was_taken_may_have_been_charged() {
        let bench = bench();
        bench.transport.push_ok(&batch_submitted());
        bench.transport.push_error(ProviderError::BadKey);
        for asker in ask_each(&bench, 6) {
            let outcome = asker.await.unwrap();
            let unknown =
                matches!(outcome, Err(AskError::Provider { error: ProviderError::PurchaseUnknown { .. }, .. }));
            assert!(unknown, "{outcome:?}");
        }
        assert_eq!((bench.transport.sent(), bench.spent()), (2, Credits(6)));
    }

    #[tokio::test(start_paused = true)]
    async fn questions_that_keep_coming_wait_no_longer_than_the_longest_window() {
        let bench = bench();
        bench.transport.push_ok(&batch_submitted());
        bench.transport.push_ok(&batch_progress(9, 9));
        let answers: Vec<_> = (0..30).map(|position| (position, 1)).collect();
        bench.transport.push_ok(&batch_answers(&answers));
        let mut askers = Vec::new();
        // One every 90 ms; the window is 100 ms and the longest one second, so the twelfth comes too late for the job.
        for number in 0..11 {
            askers.extend(ask(&bench, number..number + 1));
            tokio::time::sleep(Duration::from_millis(90)).await;
        }
        for asker in askers {
            asker.await.unwrap();
        }
        assert_eq!(bench.transport.sent(), 3);
    }
}
