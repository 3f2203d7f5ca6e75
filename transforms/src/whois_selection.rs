//! Current WHOIS for a whole selection in one go.
//!
//! Somebody who has five hundred domains on a graph does not want five hundred runs, each with its own price and its own
//! messages. So the selection is one run: one price for all of it, told before the first purchase; all questions under way
//! at once, at the pace that the source allows; one sentence for whatever happened to many.
//!
//! Answers come in any order and are drawn in the order of the selection, each as soon as everything before it is there. A
//! failure costs its own domain and no other.

use std::collections::HashMap;

use async_trait::async_trait;
use futures_util::{StreamExt, stream};
use intel::{
    Answer, AskError, Exposure, Lookup, LookupKind, Step, Total,
    desk::{Context, Desk, JobProgress, JobState, Question},
    lookup::WhoisSubject,
    observable::{HostName, ObservableError},
};
use maltego::{Input, InputKind, Message, MessageKind, TransformDefinition, entity_types};

use crate::{
    consent::agree_on,
    declaration::{Declaration, PriceClass},
    error::RunError,
    gather::enumerated,
    observables,
    run::{Run, Transform},
    sets,
    settings::PURCHASE,
    sink::{Progress, Sink},
    walk::{tell_remembered, tell_spent},
    whois_entity::{Timeline, registered, states},
};

/// How many questions are under way at once. The desk paces them; more would only wait.
const AT_ONCE: usize = 1000;

/// How many notes of a source are told one by one.
const TOLD: usize = 5;

/// Domains → WHOISRecords.
#[derive(Debug)]
pub(crate) struct DomainsToWhois;

static DECLARATION: Declaration = Declaration {
    definition: TransformDefinition {
        name: "domains_to_whois",
        display_name: "To WHOIS Records [current WHOIS, whole selection]",
        description: "The current WHOIS record of every selected domain in one run, with one price for all of them that is \
                      told before anything is bought. Names below one registered domain are asked about once.",
        inputs: &[&entity_types::DOMAIN, &entity_types::DNS_NAME],
        input_kind: InputKind::List,
        outputs: &[&entity_types::WHOIS_RECORD],
        set: sets::REGISTRATION,
        settings: PURCHASE,
    },
    lookups: &[LookupKind::WhoisCurrent],
    exposure: Exposure::ThirdParty,
    price_class: PriceClass::Large,
};

#[async_trait]
impl Transform for DomainsToWhois {
    fn declaration(&self) -> &'static Declaration {
        &DECLARATION
    }

    async fn run(&self, run: &Run, sink: &mut dyn Sink) -> Result<(), RunError> {
        let mut selection = Selection::read(run.inputs());
        if let (true, Some(error)) = (selection.domains.is_empty(), selection.unreadable.first()) {
            return Err(error.clone().into());
        }
        selection.say_what_is_asked(sink);
        selection.cut_to(sink.room(), sink);
        let lookups: Vec<_> = selection.domains.iter().map(|wanted| whois_of(wanted.domain.clone())).collect();
        agree_on(run, sink, &run.desk.quote(&lookups, &run.context()).await).await?;

        let total = selection.domains.len();
        // Many questions become one job at the source, which is over all at once: until then its progress is ours.
        let (job, mut news) = JobProgress::channel();
        let context = Context { progress: job, ..run.context() };
        let questions: Vec<_> = (selection.domains.iter().enumerate())
            .map(|(index, wanted)| {
                let (desk, context, domain) = (run.desk.clone(), context.clone(), wanted.domain.clone());
                async move { (index, ask(&desk, domain, context).await) }
            })
            .collect();
        let mut answers = stream::iter(questions).buffer_unordered(AT_ONCE);
        let mut arrived: Vec<Option<Result<Answer, AskError>>> = vec![None; total];
        let mut waiting = selection.domains.iter().enumerate().peekable();
        let mut story = Story::default();
        let mut done = 0;
        loop {
            let answered = tokio::select! {
                answered = answers.next() => answered,
                Ok(()) = news.changed() => {
                    if let Some(JobState { done, total }) = *news.borrow_and_update() {
                        sink.progress(Progress { done, total: Some(Total::Exactly(total)) });
                    }
                    continue;
                }
            };
            let Some((index, outcome)) = answered else { break };
            if let Some(place) = arrived.get_mut(index) {
                *place = Some(outcome);
            }
            while let Some((index, wanted)) = waiting.peek()
                && let Some(outcome) = arrived.get_mut(*index).and_then(Option::take)
            {
                story.tell_of(wanted, outcome, sink);
                waiting.next();
            }
            done += 1;
            sink.progress(Progress { done, total: Some(Total::Exactly(total as u64)) });
        }
        story.end(run, total, sink)
    }
}

async fn ask(desk: &Desk, domain: HostName, context: Context) -> Result<Answer, AskError> {
    let lookup = whois_of(domain);
    desk.ask(&Question { lookup, step: Step::Page(None), context }).await
}

fn whois_of(domain: HostName) -> Lookup {
    Lookup::WhoisCurrent { subject: WhoisSubject::Domain(domain) }
}

/// A domain that is asked about, and the places in the selection that it answers for.
#[derive(Debug)]
struct Wanted {
    domain: HostName,
    inputs: Vec<usize>,
}

/// What was selected.
#[derive(Debug)]
struct Selection {
    /// Each registered domain once, in the order of the selection.
    domains: Vec<Wanted>,
    unreadable: Vec<ObservableError>,
    selected: usize,
    /// How many of the selected names lie below the domain that is asked about.
    below: usize,
}

impl Selection {
    fn read(inputs: &[Input]) -> Self {
        let mut selection = Self { domains: Vec::new(), unreadable: Vec::new(), selected: inputs.len(), below: 0 };
        let mut places: HashMap<HostName, usize> = HashMap::new();
        for (position, input) in inputs.iter().enumerate() {
            let host = match observables::host(input) {
                Ok(host) => host,
                Err(error) => {
                    selection.unreadable.push(error);
                    continue;
                }
            };
            let domain = registered(&host);
            selection.below += usize::from(domain != host);
            let place = *places.entry(domain.clone()).or_insert(selection.domains.len());
            match selection.domains.get_mut(place) {
                Some(wanted) => wanted.inputs.push(position),
                None => selection.domains.push(Wanted { domain, inputs: vec![position] }),
            }
        }
        selection
    }

    fn say_what_is_asked(&self, sink: &mut dyn Sink) {
        let Self { domains, unreadable, selected, below } = self;
        if *below > 0 {
            let domains = match domains.as_slice() {
                [only] => format!("{} was asked about", only.domain),
                many => format!("{} domains were asked about", many.len()),
            };
            sink.say(Message::inform(format!("WHOIS is kept per registered domain, so {domains}.")));
        }
        if let Some(first) = unreadable.first() {
            let text = format!("{} of {selected} are no domain names and were left out: {first}.", unreadable.len());
            sink.say(Message::new(MessageKind::PartialError, text));
        }
    }

    /// Leaves out what there is no room for: it would be bought and not shown.
    fn cut_to(&mut self, room: usize, sink: &mut dyn Sink) {
        let found = self.domains.len();
        if room < found {
            self.domains.truncate(room);
            sink.say(Message::inform(format!(
                "{room} of {found} domains were asked about (soft limit): raise the limit to ask about all."
            )));
        }
    }
}

/// What happened, for the sentences at the end.
#[derive(Debug, Default)]
struct Story {
    timeline: Timeline,
    answered: usize,
    remembered: u64,
    absent: Vec<HostName>,
    sources: Vec<String>,
    notes: Vec<String>,
    failures: Vec<Failure>,
}

/// A reason why something was not answered, and how often.
#[derive(Debug)]
struct Failure {
    /// What the log would say, which never holds a name.
    kind: String,
    first: AskError,
    /// Whether every one of them reads the same.
    same: bool,
    count: usize,
}

impl Story {
    fn tell_of(&mut self, wanted: &Wanted, outcome: Result<Answer, AskError>, sink: &mut dyn Sink) {
        let answer = match outcome {
            Ok(answer) => answer,
            Err(error) => return self.fail(error),
        };
        self.answered += 1;
        self.remembered += u64::from(answer.provenance.cached);
        if !self.sources.contains(&answer.provenance.source) {
            self.sources.push(answer.provenance.source.clone());
        }
        for note in &answer.page.notes {
            if !self.notes.contains(note) {
                self.notes.push(note.clone());
            }
        }
        let states = states(answer.records());
        // A source that explains an absence is not told of a second time.
        if states.is_empty() && answer.page.notes.is_empty() {
            self.absent.push(wanted.domain.clone());
        }
        for state in states {
            sink.add_for(self.timeline.entity(&state, &answer.provenance), &wanted.inputs);
        }
    }

    fn fail(&mut self, error: AskError) {
        let kind = error.to_string();
        match self.failures.iter_mut().find(|failure| failure.kind == kind) {
            Some(failure) => {
                failure.count += 1;
                failure.same &= failure.first == error;
            }
            None => self.failures.push(Failure { kind, first: error, same: true, count: 1 }),
        }
    }

    fn end(self, run: &Run, total: usize, sink: &mut dyn Sink) -> Result<(), RunError> {
        let source = self.sources.join(", ");
        if !self.absent.is_empty() {
            let names: Vec<String> = self.absent.iter().map(HostName::to_string).collect();
            let (count, names) = (names.len(), enumerated(&names));
            sink.say(Message::inform(format!("{source} has no WHOIS record of {count} of {total}: {names}.")));
        }
        for note in self.notes.iter().take(TOLD) {
            sink.say(Message::inform(note));
        }
        let further = self.notes.len().saturating_sub(TOLD);
        if further > 0 {
            sink.say(Message::inform(format!("{source} said more of the kind about {further} others.")));
        }
        tell_remembered(sink, self.remembered, total as u64);
        tell_spent(run, sink, &source);
        let mut failures = self.failures.into_iter();
        match (self.answered, failures.len()) {
            // One reason for everything is how the run ended.
            (0, 1) => failures.next().map_or(Ok(()), |only| Err(only.first.into())),
            _ => {
                for Failure { first, same, count, .. } in failures {
                    let message = RunError::Ask(first).message();
                    let example = if same { "" } else { "for example: " };
                    let text = format!("{count} of {total} not answered: {example}{}", message.text);
                    sink.say(Message::new(message.kind, text));
                }
                Ok(())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use intel::{Contact, Credits, ProviderError};

    use super::*;
    use crate::sink::{Consent, Purchase};
    use crate::testing::{Bench, SOURCE_NAME, host, records, whois};

    fn selection(names: &[&str]) -> Vec<Input> {
        names.iter().map(|name| Input::new(&entity_types::DNS_NAME, *name)).collect()
    }

    fn knowing(domains: &[&str]) -> Bench {
        let record = |domain: &&str| records([whois(domain, "2021-04-21", Contact::default())]);
        Bench::knowing(domains.iter().map(|domain| (whois_of(host(domain)), record(domain))).collect())
    }

    fn failing(bench: Bench, domains: &[&str], error: &ProviderError) -> Bench {
        domains.iter().fold(bench, |bench, domain| bench.failing(&whois_of(host(domain)), error.clone()))
    }

    #[tokio::test(start_paused = true)]
    async fn every_record_belongs_to_its_inputs_and_a_domain_is_asked_about_once() {
        let bench = knowing(&["velani.example", "cmt.example"]).priced(1);
        let names = ["webmail.velani.example", "cmt.example", "velani.example", "cpanel.velani.example"];
        let found = bench.run_on(&DomainsToWhois, selection(&names)).await.unwrap();
        let values: Vec<_> = found.shown().into_iter().map(|(value, _)| value).collect();
        assert_eq!(values, ["velani.example 2021-04-21", "cmt.example 2021-04-21"]);
        assert_eq!(found.positions(), [vec![0, 2, 3], vec![1]]);
        assert_eq!((found.spent, bench.asked().len()), (Credits(2), 2));
        assert_eq!(found.progress.last(), Some(&Progress { done: 2, total: Some(Total::Exactly(2)) }));
        assert_eq!(found.progress.len(), 2);
        assert_eq!(
            found.texts(),
            ["WHOIS is kept per registered domain, so 2 domains were asked about.", "2 credits spent at Test Source.",]
        );
    }

    #[tokio::test(start_paused = true)]
    async fn all_are_asked_at_once_and_drawn_in_the_order_of_the_selection() {
        let names: Vec<String> = (0..50).map(|number| format!("d{number}.example")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let bench = knowing(&names).far_away();
        let started = tokio::time::Instant::now();
        let found = bench.run_on(&DomainsToWhois, selection(&names)).await.unwrap();
        // One after the other would take more than half a minute; the last answer comes first.
        assert!(started.elapsed() <= std::time::Duration::from_secs(1), "{:?}", started.elapsed());
        let expected: Vec<String> = names.iter().map(|name| format!("{name} 2021-04-21")).collect();
        assert_eq!(found.shown().into_iter().map(|(value, _)| value).collect::<Vec<_>>(), expected);
        assert_eq!(found.positions(), (0..50).map(|position| vec![position]).collect::<Vec<_>>());
        assert_eq!(
            found.progress.iter().map(|progress| progress.done).collect::<Vec<_>>(),
            (1..=50).collect::<Vec<_>>()
        );
    }

    #[tokio::test(start_paused = true)]
    async fn a_failure_costs_its_own_domain_and_is_summed_up() {
        let bench = knowing(&["a.example", "d.example"]);
        let bench = failing(bench, &["b.example", "c.example"], &ProviderError::PlanForbids);
        let names = ["a.example", "b.example", "hidden.onion", "c.example", "no name", "d.example", "e.example"];
        let found = bench.run_on(&DomainsToWhois, selection(&names)).await.unwrap();
        assert_eq!(found.positions(), [vec![0], vec![5]]);
        let said = found.texts();
        assert_eq!(
            said[0],
            "1 of 7 are no domain names and were left out: \"no name\" is not a host name: it has a blank in it."
        );
        assert_eq!(said[1], "Test Source has no WHOIS record of 1 of 6: e.example.");
        assert!(
            said[2..].iter().any(|text| text.starts_with("2 of 6 not answered: Test Source: the key works")),
            "{said:?}"
        );
        assert!(
            said[2..].iter().any(|text| text.starts_with("1 of 6 not answered: hidden.onion is a Tor")),
            "{said:?}"
        );
        assert!(bench.asked().iter().all(|key| !key.contains("onion")));
    }

    #[tokio::test(start_paused = true)]
    async fn one_reason_for_everything_is_how_the_run_ends() {
        let names = ["b.example", "c.example"];
        let bench = failing(knowing(&[]), &names, &ProviderError::BadKey);
        let (found, outcome) = bench.run_through(&DomainsToWhois, selection(&names)).await;
        let error = AskError::Provider { source_name: SOURCE_NAME.to_owned(), error: ProviderError::BadKey };
        assert_eq!((outcome, found.messages), (Err(RunError::Ask(error)), vec![]));
        let error = knowing(&[]).run_on(&DomainsToWhois, selection(&["no name"])).await.unwrap_err();
        assert!(matches!(error, RunError::Input(_)), "{error:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn the_price_of_all_is_told_before_anything_is_bought() {
        let names: Vec<String> = (0..30).map(|number| format!("d{number}.example")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let bench = knowing(&names).priced(4);
        let (found, outcome) = bench.run_through(&DomainsToWhois, selection(&names)).await;
        let Err(RunError::Ask(AskError::NeedsConsent { source_name, count, price, spent, limit })) = outcome else {
            panic!("{outcome:?}");
        };
        assert_eq!(source_name, SOURCE_NAME);
        assert_eq!((count, price, spent, limit), (Some(Total::Exactly(30)), Credits(120), Credits::FREE, Credits(100)));
        assert_eq!((found.spent, bench.asked().len()), (Credits::FREE, 0));

        let found = bench.clone().consenting(Consent::Buy).run_on(&DomainsToWhois, selection(&names)).await.unwrap();
        let purchase =
            Purchase { source: SOURCE_NAME.to_owned(), count: Some(Total::Exactly(30)), price: Credits(120) };
        assert_eq!(found.purchases, [purchase]);
        assert_eq!((found.spent, found.entities.len()), (Credits(120), 30));
        let expected: Vec<Vec<usize>> = (0..30).map(|position| vec![position]).collect();
        assert_eq!(found.positions(), expected);

        // What is remembered costs nothing, so nobody is asked again.
        let found = bench.consenting(Consent::Decline).run_on(&DomainsToWhois, selection(&names)).await.unwrap();
        assert_eq!((found.purchases.len(), found.spent), (0, Credits::FREE));
        assert_eq!(found.texts(), ["30 of 30 answers were remembered; nothing was spent on them now."]);
    }

    #[tokio::test(start_paused = true)]
    async fn what_there_is_no_room_for_is_not_bought() {
        let names = ["a.example", "b.example", "c.example"];
        let bench = knowing(&names).priced(1).limited(2);
        let found = bench.run_on(&DomainsToWhois, selection(&names)).await.unwrap();
        assert_eq!((found.spent, found.entities.len()), (Credits(2), 2));
        assert_eq!(found.texts()[0], "2 of 3 domains were asked about (soft limit): raise the limit to ask about all.");
    }
}
