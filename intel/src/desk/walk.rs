//! Page after page of one lookup, source after source.
//!
//! Each page is asked for only when it is wanted, so stopping early costs nothing. What a route's mode means is here: with
//! `fallback` a source that fails or has nothing is followed by the next one, with `all` every source's pages come one
//! after the other. Either way the pages say in their notes who was asked in vain and why, since "nobody knows", "one does
//! not know" and "one did not answer" are different findings.
//!
//! A source may have to be asked several questions for one lookup (see [`Provider::parts`](crate::Provider::parts)): they
//! are walked one after the other, and what they have in common comes more than once.

use std::{
    collections::{HashSet, VecDeque},
    sync::Arc,
};

use super::{
    Context, policy,
    route::{Plan, Route, Stop},
    routing::RouteMode,
};
use crate::{
    answer::{Answer, Page, Provenance},
    credits::Credits,
    error::AskError,
    lookup::Lookup,
    provider::{Cursor, Step},
};

/// Walks through the pages of a lookup.
#[derive(Debug)]
pub struct Walk {
    route: Arc<Route>,
    lookup: Lookup,
    context: Context,
    mode: RouteMode,
    legs: VecDeque<Leg>,
    next: Step,
    seen: HashSet<Cursor>,
    /// Why nobody can be asked.
    refusal: Option<AskError>,
    /// What the next answer has to say about those who were asked before.
    notes: Vec<String>,
    /// Sources that failed, each with its failure.
    failures: Vec<AskError>,
    /// Whether the source that is being walked has answered before.
    under_way: bool,
    /// Where the last answer came from.
    last: Option<Provenance>,
}

/// One source and what it still has to be asked.
#[derive(Debug)]
struct Leg {
    stop: Stop,
    lookups: VecDeque<Lookup>,
}

impl Walk {
    pub(super) fn new(route: Arc<Route>, lookup: Lookup, step: Step, context: Context) -> Self {
        let Plan { mode, stops, barred } = route.plan(&lookup, &context.permit);
        let refusal = match (stops.is_empty(), barred.first()) {
            (false, _) => None,
            (true, Some(first)) => Some(AskError::Barred {
                sources: barred.iter().map(|barred| barred.source.clone()).collect(),
                exposure: first.exposure,
                ceiling: context.permit.ceiling,
            }),
            (true, None) => Some(AskError::NoSource { kind: lookup.kind() }),
        };
        let refusal = policy::refusal(&route, &lookup).or(refusal);
        let legs = stops
            .into_iter()
            // A part may be asked alone where the step says which.
            .map(|stop| Leg {
                lookups: if step == Step::Page(None) {
                    stop.provider.parts(&lookup).into()
                } else {
                    VecDeque::from([lookup.clone()])
                },
                stop,
            })
            .collect();
        Self {
            route,
            lookup,
            context,
            mode,
            legs,
            next: step,
            seen: HashSet::new(),
            refusal,
            notes: Vec::new(),
            failures: Vec::new(),
            under_way: false,
            last: None,
        }
    }

    /// The next page, `None` after the last one. After an error the walk stands where it was: asking again repeats the
    /// page that failed.
    pub async fn next(&mut self) -> Option<Result<Answer, AskError>> {
        if let Some(refusal) = &self.refusal {
            return Some(Err(refusal.clone()));
        }
        loop {
            let Some(leg) = self.legs.front() else { return self.closing_words() };
            let Some(lookup) = leg.lookups.front().cloned() else {
                self.leave();
                continue;
            };
            let stop = leg.stop.clone();
            if let Some(refusal) = policy::refusal_at(&stop.offer, &lookup) {
                return Some(Err(refusal));
            }
            match self.route.fetch(&stop, lookup, self.next.clone(), &self.context).await {
                Err(error) if self.may_be_done_without(&error) => self.do_without(&stop, error),
                Err(error) => return Some(Err(self.with_failures(error))),
                Ok(answer) if self.has_nothing(&answer) => self.pass_on(&stop),
                Ok(answer) => return Some(Ok(self.arrive(answer))),
            }
        }
    }

    /// Leaves out what is left of the question that the walk stands in. Whether there is another one is what
    /// [`Walk::has_more`] says.
    pub fn skip(&mut self) {
        self.next = Step::Page(None);
        self.seen.clear();
        if let Some(leg) = self.legs.front_mut() {
            leg.lookups.pop_front();
            if leg.lookups.is_empty() {
                self.leave();
            }
        }
    }

    /// Whether there are more pages than have been walked.
    #[must_use]
    pub fn has_more(&self) -> bool {
        !self.legs.is_empty()
    }

    /// What is asked.
    #[must_use]
    pub const fn lookup(&self) -> &Lookup {
        &self.lookup
    }

    /// Goes on to the next source.
    fn leave(&mut self) {
        self.legs.pop_front();
        self.next = Step::Page(None);
        self.seen.clear();
        self.under_way = false;
    }

    /// Whether the other sources can do without this answer. A decision that somebody has to take is never passed over.
    fn may_be_done_without(&self, error: &AskError) -> bool {
        let is_failure = matches!(error, AskError::Provider { .. } | AskError::NotTold { .. });
        is_failure && !self.under_way && (self.legs.len() > 1 || self.last.is_some())
    }

    fn do_without(&mut self, stop: &Stop, error: AskError) {
        tracing::info!(provider = stop.provider.name(), %error, "doing without a source");
        self.leave();
        let mut message = error.analyst_message();
        if !message.ends_with(['.', '!', '?']) {
            message.push('.');
        }
        self.notes.push(match self.legs.front() {
            Some(next) if self.mode == RouteMode::Fallback => {
                format!("{message} So {} was asked.", next.stop.provider.source())
            }
            _ => format!("{message} What the other sources know is shown without it."),
        });
        self.failures.push(error);
    }

    /// The error that ends the walk, with those of the sources before.
    fn with_failures(&self, error: AskError) -> AskError {
        if self.failures.is_empty() || self.last.is_some() || !matches!(error, AskError::Provider { .. }) {
            return error;
        }
        AskError::AllFailed { failures: self.failures.iter().cloned().chain([error]).collect() }
    }

    /// Whether an answer is empty and somebody else can still be asked.
    fn has_nothing(&self, answer: &Answer) -> bool {
        let is_last_part = self.legs.front().is_some_and(|leg| leg.lookups.len() == 1);
        let is_empty = answer.records().is_empty()
            && answer.next().is_none()
            && answer.page.total.is_none_or(|total| total.count() == 0);
        self.mode == RouteMode::Fallback && is_empty && is_last_part && !self.under_way && self.legs.len() > 1
    }

    fn pass_on(&mut self, stop: &Stop) {
        self.leave();
        if let Some(next) = self.legs.front() {
            let (source, next) = (stop.provider.source(), next.stop.provider.source());
            self.notes.push(format!("{source} has nothing on it, so {next} was asked."));
        }
    }

    fn arrive(&mut self, mut answer: Answer) -> Answer {
        let empty = answer.records().is_empty() && answer.next().is_none();
        let is_first = !self.under_way;
        self.under_way = true;
        self.last = Some(answer.provenance.clone());
        if self.mode == RouteMode::Fallback {
            if !empty {
                self.legs.truncate(1);
            } else if is_first && !self.notes.is_empty() {
                self.notes.push(format!("{} has nothing on it either.", answer.provenance.source));
            }
        }
        // A source whose cursors go round in a circle would otherwise be walked for ever.
        match answer.next().filter(|cursor| self.seen.insert((*cursor).clone())) {
            Some(cursor) => self.next = Step::Page(Some(cursor.clone())),
            None => {
                self.next = Step::Page(None);
                self.seen.clear();
                if let Some(leg) = self.legs.front_mut() {
                    leg.lookups.pop_front();
                    if leg.lookups.is_empty() {
                        self.leave();
                    }
                }
            }
        }
        if !self.notes.is_empty() {
            let mut page = Page::clone(&answer.page);
            page.notes.splice(0..0, self.notes.drain(..));
            answer.page = Arc::new(page);
        }
        answer
    }

    /// What has to be said after the last page: a source that failed after others had answered.
    fn closing_words(&mut self) -> Option<Result<Answer, AskError>> {
        if self.notes.is_empty() {
            return None;
        }
        let provenance = Provenance { paid: Credits::FREE, ..self.last.clone()? };
        let page = Page { notes: std::mem::take(&mut self.notes), ..Page::default() };
        Some(Ok(Answer { page: Arc::new(page), provenance }))
    }
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeMap, sync::Arc, time::Duration};

    use tokio::time::Instant;

    use super::super::{
        Context, Desk, DeskSettings, KindRoute, Permit, RouteMode, Routing, RunBudget,
        testing::{TestTransport, domains_behind},
    };
    use crate::{
        answer::{Answer, Page},
        clock::ManualClock,
        credits::Credits,
        error::{AskError, ProviderError},
        lookup::{Lookup, LookupKind},
        observable::HostName,
        provider::{Call, Exposure, Offer, Provider, Step},
        record::{Record, Sighting},
    };

    /// A source that says always the same.
    #[derive(Debug)]
    struct Parrot {
        name: &'static str,
        says: Result<Vec<&'static str>, ProviderError>,
        exposure: Exposure,
        closed: bool,
    }

    impl Parrot {
        fn saying(name: &'static str, names: &[&'static str]) -> Self {
            Self { name, says: Ok(names.to_vec()), exposure: Exposure::ThirdParty, closed: false }
        }

        fn failing(name: &'static str) -> Self {
            Self { says: Err(ProviderError::NoCredits), ..Self::saying(name, &[]) }
        }
    }

    impl Provider for Parrot {
        fn name(&self) -> &'static str {
            self.name
        }

        fn source(&self) -> &str {
            self.name
        }

        fn lookups(&self) -> &'static [LookupKind] {
            &[LookupKind::ReverseNs]
        }

        fn offer(&self, _: &Lookup) -> Option<Offer> {
            let (endpoint, exposure, price) = ("parrot", self.exposure, Credits::FREE);
            Some(Offer { endpoint, exposure, price, free_preview: false, rate: None })
        }

        fn is_closed_world(&self) -> bool {
            self.closed
        }

        fn call(&self, _: &Lookup, _: &Step) -> Result<Call, ProviderError> {
            let seen = |name: &&str| {
                let name = HostName::parse(name).unwrap();
                Record::Sighting(Sighting { name, first_seen: None, last_seen: None, registrar: None })
            };
            let records = self.says.clone()?.iter().map(seen).collect();
            Ok(Call::Known(Page { records, ..Page::default() }))
        }
    }

    fn desk(mode: RouteMode, parrots: Vec<Parrot>) -> Desk {
        let providers = parrots.iter().map(|parrot| parrot.name.to_owned()).collect();
        let route = KindRoute { mode, providers };
        let routing = Routing::new(BTreeMap::from([(LookupKind::ReverseNs, route)]));
        let settings = DeskSettings { routing, ..DeskSettings::default() };
        let parrots = parrots.into_iter().map(|parrot| Arc::new(parrot) as Arc<dyn Provider>).collect();
        let clock = Arc::new(ManualClock::starting_at("2024-02-29T12:00:00Z".parse().unwrap()));
        Desk::new(parrots, Arc::new(TestTransport::default()), clock, &settings)
    }

    fn context(permit: Permit) -> Context {
        let budget = Arc::new(RunBudget::new(Credits::FREE, false));
        Context { permit, ..Context::new(Instant::now() + Duration::from_secs(60), budget) }
    }

    async fn walked(desk: &Desk, permit: Permit) -> Vec<Result<Answer, AskError>> {
        let mut walk = desk.walk(domains_behind("ns1.host.example"), context(permit));
        let mut answers = Vec::new();
        while let Some(answer) = walk.next().await {
            let failed = answer.is_err();
            answers.push(answer);
            if failed {
                break;
            }
        }
        answers
    }

    /// Each answer as `source: number of records`, and all notes.
    async fn told(mode: RouteMode, parrots: Vec<Parrot>) -> (Vec<String>, Vec<String>) {
        let answers = walked(&desk(mode, parrots), Permit::default()).await;
        let answers: Vec<Answer> = answers.into_iter().map(Result::unwrap).collect();
        let said = answers.iter().map(|answer| format!("{}: {}", answer.provenance.source, answer.records().len()));
        (said.collect(), answers.iter().flat_map(|answer| answer.page.notes.clone()).collect())
    }

    #[tokio::test(start_paused = true)]
    async fn with_first_nobody_steps_in() {
        let parrots = || vec![Parrot::saying("one", &[]), Parrot::saying("two", &["b.example"])];
        assert_eq!(told(RouteMode::First, parrots()).await.0, ["one: 0"]);
        let desk = desk(RouteMode::First, vec![Parrot::failing("one"), Parrot::saying("two", &[])]);
        let failed = walked(&desk, Permit::default()).await;
        assert!(matches!(failed.as_slice(), [Err(AskError::Provider { .. })]));
    }

    #[tokio::test(start_paused = true)]
    async fn a_source_that_fails_is_followed_by_the_next_and_the_message_says_so() {
        let (said, notes) = told(
            RouteMode::Fallback,
            vec![
                Parrot::failing("one"),
                Parrot::saying("two", &["b.example"]),
                Parrot::saying("three", &["c.example"]),
            ],
        )
        .await;
        assert_eq!(said, ["two: 1"]);
        assert_eq!(notes, ["one: out of credits. Top up the account, or ask another source. So two was asked."]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_source_that_has_nothing_is_followed_by_the_next() {
        let (said, notes) =
            told(RouteMode::Fallback, vec![Parrot::saying("one", &[]), Parrot::saying("two", &["b.example"])]).await;
        assert_eq!(
            (said, notes),
            (vec!["two: 1".to_owned()], vec!["one has nothing on it, so two was asked.".to_owned()])
        );
        let (said, notes) =
            told(RouteMode::Fallback, vec![Parrot::saying("one", &[]), Parrot::saying("two", &[])]).await;
        assert_eq!(said, ["two: 0"]);
        assert_eq!(notes, ["one has nothing on it, so two was asked.", "two has nothing on it either."]);
    }

    #[tokio::test(start_paused = true)]
    async fn when_everybody_fails_each_failure_is_told() {
        for mode in [RouteMode::Fallback, RouteMode::All] {
            let answers =
                walked(&desk(mode, vec![Parrot::failing("one"), Parrot::failing("two")]), Permit::default()).await;
            let [Err(error @ AskError::AllFailed { failures })] = answers.as_slice() else { panic!("{answers:?}") };
            assert_eq!(failures.len(), 2);
            let message = error.analyst_message();
            assert!(message.contains("one: out of credits") && message.contains("two: out of credits"), "{message}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn with_all_everybody_is_asked_and_a_failure_is_a_note_wherever_it_comes() {
        let (said, notes) = told(
            RouteMode::All,
            vec![Parrot::failing("one"), Parrot::saying("two", &["b.example"]), Parrot::saying("three", &[])],
        )
        .await;
        assert_eq!(said, ["two: 1", "three: 0"]);
        assert_eq!(notes.len(), 1);
        let (said, notes) =
            told(RouteMode::All, vec![Parrot::saying("two", &["b.example"]), Parrot::failing("one")]).await;
        assert_eq!(said, ["two: 1", "two: 0"]);
        assert!(notes[0].starts_with("one: out of credits") && notes[0].ends_with("shown without it."), "{notes:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_closed_world_leaves_nobody_else_to_be_asked() {
        let case = Parrot { closed: true, exposure: Exposure::Local, ..Parrot::saying("case", &[]) };
        let (said, _) = told(RouteMode::All, vec![Parrot::saying("one", &["a.example"]), case]).await;
        assert_eq!(said, ["case: 0"]);
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_is_out_of_bounds_is_not_asked() {
        let resolver = || Parrot { exposure: Exposure::Infrastructure, ..Parrot::saying("dns", &["a.example"]) };
        let permit = Permit { ceiling: Exposure::ThirdParty, ..Permit::default() };
        let answers = walked(&desk(RouteMode::Fallback, vec![resolver()]), permit.clone()).await;
        let [Err(error @ AskError::Barred { .. })] = answers.as_slice() else { panic!("{answers:?}") };
        assert!(error.analyst_message().contains("the target's own name servers"), "{}", error.analyst_message());
        let desk = desk(RouteMode::Fallback, vec![resolver(), Parrot::saying("vendor", &["b.example"])]);
        let answers = walked(&desk, permit).await;
        assert_eq!(answers[0].as_ref().unwrap().provenance.source, "vendor");
    }
}
