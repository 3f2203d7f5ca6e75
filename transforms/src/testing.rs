//! Doubles for the transforms' own tests: a desk over a source that holds its answers itself, and a sink that forgets
//! nothing.
//!
//! [`Bench`] answers lookups from a table, for free unless a test names a price, in pages where a test says so. What is
//! asked of it, it remembers. [`Found`] is what a run left behind.

use std::{
    collections::HashMap,
    path::Path,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use intel::{
    Contact, Credits, Cursor, Exposure, HttpRequest, HttpResponse, Lookup, LookupKind, Moment, Offer, Page, Provenance,
    Provider, ProviderError, Record, Sighting, Step, WhoisRecord,
    clock::{Clock, ManualClock},
    desk::{Desk, DeskSettings, Transport},
    noise::Judge,
    observable::HostName,
    provider::{
        Call,
        case::{Case, CaseProvider},
    },
};
use maltego::{Entity, Input, Link, Message, MessageKind, Settings};
use tokio::time::Instant;

use crate::{
    RunError,
    noise::{NOISE_LIMIT, NoiseMarker},
    run::{Run, Transform},
    sink::{Collector, Consent, Progress, Purchase, Sink},
};

/// The name that the answers of a table go by.
pub(crate) const SOURCE_NAME: &str = "Test Source";

/// What a source says to a lookup.
pub(crate) type Outcome = (Lookup, Result<Vec<Record>, ProviderError>);

/// A transform's surroundings. What was asked of a clone and what is remembered of it are shared with the original.
#[derive(Debug, Clone)]
pub(crate) struct Bench {
    source: Source,
    desk: Desk,
    clock: Arc<dyn Clock>,
    settings: Settings,
    limit: usize,
    noise_limit: usize,
    consent: Consent,
}

impl Bench {
    /// A source that gives these records to whatever it is asked.
    pub(crate) fn answering(records: Vec<Record>) -> Self {
        Self::of(Source { otherwise: page(records), ..Source::default() })
    }

    /// A source that knows the answers to some lookups, and finds nothing for any other.
    pub(crate) fn knowing(answers: Vec<(Lookup, Vec<Record>)>) -> Self {
        let answers = answers.into_iter().map(|(lookup, records)| (lookup.key(), Ok(vec![page(records)]))).collect();
        Self::of(Source { answers, ..Source::default() })
    }

    /// Several sources, each with its name in settings and for people, and what it answers to some lookups.
    pub(crate) fn of_several(sources: Vec<(&'static str, Vec<Outcome>)>) -> Self {
        let providers = sources.into_iter().map(|(called, answers)| -> Arc<dyn Provider> {
            let answers = answers.into_iter();
            let answers = answers.map(|(lookup, records)| (lookup.key(), records.map(|records| vec![page(records)])));
            Arc::new(Source { called: Some(called), answers: answers.collect(), ..Source::default() })
        });
        Self::over_all(Source::default(), providers.collect())
    }

    /// A bundled case in the place of the table.
    pub(crate) fn with_case() -> Self {
        let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../cases/leaked-episode"));
        let case = Case::from_folder(folder).unwrap();
        Self::over(Source::default(), Arc::new(CaseProvider::new(vec![Arc::new(case)])))
    }

    fn of(source: Source) -> Self {
        let provider = Arc::new(source.clone());
        Self::over(source, provider)
    }

    fn over(source: Source, provider: Arc<dyn Provider>) -> Self {
        Self::over_all(source, vec![provider])
    }

    fn over_all(source: Source, providers: Vec<Arc<dyn Provider>>) -> Self {
        let clock: Arc<dyn Clock> = Arc::new(ManualClock::starting_at("2024-02-29T12:00:00Z".parse().unwrap()));
        let network = Arc::new(Network::default());
        let desk = Desk::new(providers, network, Arc::clone(&clock), &DeskSettings::default());
        Self {
            source,
            desk,
            clock,
            settings: Settings::default(),
            limit: 100,
            noise_limit: NOISE_LIMIT,
            consent: Consent::CannotAsk,
        }
    }

    /// The same with another source, of which nothing is remembered yet.
    fn with_source(self, change: impl FnOnce(&mut Source)) -> Self {
        let mut source = self.source;
        change(&mut source);
        Self {
            settings: self.settings,
            limit: self.limit,
            noise_limit: self.noise_limit,
            consent: self.consent,
            ..Self::of(source)
        }
    }

    /// The same with pages for one lookup.
    pub(crate) fn with_pages(self, lookup: &Lookup, pages: Vec<Vec<Record>>) -> Self {
        let pages = pages.into_iter().map(page).collect();
        self.with_source(|source| _ = source.answers.insert(lookup.key(), Ok(pages)))
    }

    /// The same where one lookup fails.
    pub(crate) fn failing(self, lookup: &Lookup, error: ProviderError) -> Self {
        self.with_source(|source| _ = source.answers.insert(lookup.key(), Err(error)))
    }

    /// The same where every page costs so many credits.
    pub(crate) fn priced(self, credits: u64) -> Self {
        self.with_source(|source| source.price = Credits(credits))
    }

    /// The same over a network where whoever asks first waits longest. For a paused clock of tokio.
    pub(crate) fn far_away(self) -> Self {
        self.with_source(|source| source.is_remote = true)
    }

    /// The same with room for so many entities.
    pub(crate) fn limited(self, limit: usize) -> Self {
        Self { limit, ..self }
    }

    /// The same where more noise of one kind than this is put together.
    pub(crate) fn with_noise_limit(self, noise_limit: usize) -> Self {
        Self { noise_limit, ..self }
    }

    /// The same with a setting.
    pub(crate) fn with_setting(mut self, name: &str, value: &str) -> Self {
        self.settings.put(name, value);
        self
    }

    /// The same with somebody who can be asked.
    pub(crate) fn consenting(self, consent: Consent) -> Self {
        Self { consent, ..self }
    }

    /// The keys of what the source was asked so far, in that order.
    pub(crate) fn asked(&self) -> Vec<String> {
        self.source.asked.lock().unwrap().clone()
    }

    /// Runs a transform on one entity; what was found and said before an error is lost with it.
    pub(crate) async fn run(&self, transform: &dyn Transform, input: Input) -> Result<Found, RunError> {
        self.run_on(transform, vec![input]).await
    }

    /// Runs a transform on a selection; what was found and said before an error is lost with it.
    pub(crate) async fn run_on(&self, transform: &dyn Transform, inputs: Vec<Input>) -> Result<Found, RunError> {
        let (found, outcome) = self.run_through(transform, inputs).await;
        outcome.map(|()| found)
    }

    /// Runs a transform on a selection and keeps what was found before an error.
    pub(crate) async fn run_through(
        &self,
        transform: &dyn Transform,
        inputs: Vec<Input>,
    ) -> (Found, Result<(), RunError>) {
        let deadline = Instant::now() + Duration::from_secs(60);
        let run =
            Run::new(inputs, self.settings.clone(), self.desk.clone(), Arc::clone(&self.clock), deadline).unwrap();
        let run = run.judging_by(Judge::built_in(), self.noise_limit);
        let mut sink = TestSink {
            collector: Collector::new(self.limit),
            links: Vec::new(),
            consent: self.consent,
            purchases: Vec::new(),
            progress: Vec::new(),
        };
        let mut marker = NoiseMarker::new(transform.declaration(), &run, &mut sink);
        let outcome = transform.run(&run, &mut marker).await;
        marker.finish();
        let TestSink { collector: Collector { entities, messages, .. }, links, purchases, progress, .. } = sink;
        // No transform returns what it does not declare.
        let outputs = transform.declaration().definition.outputs;
        for entity in &entities {
            assert!(outputs.contains(&entity.entity_type), "{} is not declared", entity.entity_type.name);
        }
        (Found { entities, links, messages, purchases, progress, spent: run.spent() }, outcome)
    }
}

/// What a run left behind.
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) entities: Vec<Entity>,
    /// The links of each entity to members of the selection, by their positions; none where it belongs to all of them.
    pub(crate) links: Vec<Vec<(usize, Link)>>,
    pub(crate) messages: Vec<Message>,
    pub(crate) purchases: Vec<Purchase>,
    pub(crate) progress: Vec<Progress>,
    pub(crate) spent: Credits,
}

impl Found {
    /// Types and values of everything that was found.
    pub(crate) fn values(&self) -> Vec<(&str, &str)> {
        self.entities.iter().map(|entity| (entity.entity_type.name, entity.value.as_text().unwrap())).collect()
    }

    /// Values of everything that was found, each with the label of its link.
    pub(crate) fn shown(&self) -> Vec<(&str, &str)> {
        let labels = self.entities.iter().map(|entity| entity.link.label.as_deref().unwrap_or_default());
        self.values().into_iter().map(|(_, value)| value).zip(labels).collect()
    }

    /// A property of the first entity with a value, as text.
    pub(crate) fn property(&self, value: &str, name: &str) -> Option<String> {
        let entity = self.entities.iter().find(|entity| entity.value.as_text() == Some(value)).unwrap();
        entity.property(name).map(|property| maltego::trx::render(&property.value).into_owned())
    }

    /// The positions of the inputs that each entity belongs to.
    pub(crate) fn positions(&self) -> Vec<Vec<usize>> {
        self.links.iter().map(|links| links.iter().map(|(position, _)| *position).collect()).collect()
    }

    /// The texts of the messages.
    pub(crate) fn texts(&self) -> Vec<&str> {
        self.messages.iter().map(|message| message.text.as_str()).collect()
    }

    /// Whether a message has this in it.
    pub(crate) fn said(&self, part: &str) -> bool {
        self.messages.iter().any(|message| message.text.contains(part))
    }

    /// Whether something was said to have failed.
    pub(crate) fn said_failure(&self, part: &str) -> bool {
        self.messages.iter().any(|message| message.kind == MessageKind::PartialError && message.text.contains(part))
    }
}

/// The text on an entity's link.
pub(crate) fn label(entity: &Entity) -> &str {
    entity.link.label.as_deref().unwrap()
}

/// A property as text.
pub(crate) fn text_of(entity: &Entity, property: &str) -> String {
    let property = entity.property(property).unwrap_or_else(|| panic!("{entity:?} has no {property}"));
    maltego::trx::render(&property.value).into_owned()
}

/// A property of a link as text.
pub(crate) fn text_of_link(link: &Link, property: &str) -> String {
    let known = link.properties.iter().find(|known| known.name == property);
    maltego::trx::render(&known.unwrap_or_else(|| panic!("{link:?} has no {property}")).value).into_owned()
}

/// A host name.
pub(crate) fn host(name: &str) -> HostName {
    HostName::parse(name).unwrap()
}

/// A day; an empty text is an unknown one.
pub(crate) fn moment(day: &str) -> Option<Moment> {
    (!day.is_empty()).then(|| day.parse().unwrap())
}

/// A name that was seen from one day to another; an empty text is an unknown day.
pub(crate) fn sighting(name: &str, first: &str, last: &str) -> Record {
    Record::Sighting(Sighting { name: host(name), first_seen: moment(first), last_seen: moment(last), registrar: None })
}

/// A WHOIS record of a day with a registrant.
pub(crate) fn whois(domain: &str, observed: &str, registrant: Contact) -> WhoisRecord {
    WhoisRecord { domain: domain.to_owned(), observed: moment(observed), registrant, ..WhoisRecord::default() }
}

/// WHOIS records as the matter of an answer.
pub(crate) fn records(records: impl IntoIterator<Item = WhoisRecord>) -> Vec<Record> {
    records.into_iter().map(|record| Record::Whois(Box::new(record))).collect()
}

/// Where facts come from that were not asked for on a bench.
pub(crate) fn provenance() -> Provenance {
    Provenance::of(SOURCE_NAME, "2024-02-29T12:00:00Z".parse().unwrap())
}

fn page(records: Vec<Record>) -> Page {
    Page { records, ..Page::default() }
}

/// Holds its answers itself.
#[derive(Debug, Clone, Default)]
struct Source {
    /// What it is called, where there are several.
    called: Option<&'static str>,
    answers: HashMap<String, Result<Vec<Page>, ProviderError>>,
    otherwise: Page,
    price: Credits,
    /// Whether it has to be asked over the network, which takes its time.
    is_remote: bool,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Source {
    fn page(&self, lookup: &Lookup, step: &Step) -> Result<Page, ProviderError> {
        let Some(pages) = self.answers.get(&lookup.key()) else { return Ok(self.otherwise.clone()) };
        let pages = pages.as_ref().map_err(Clone::clone)?;
        let number = match step {
            Step::Page(Some(cursor)) => cursor.0.parse::<usize>().unwrap(),
            _ => 0,
        };
        let next = (number + 1 < pages.len()).then(|| Cursor((number + 1).to_string()));
        Ok(Page { next, ..pages[number].clone() })
    }
}

impl Provider for Source {
    fn name(&self) -> &'static str {
        self.called.unwrap_or("test")
    }

    fn source(&self) -> &'static str {
        self.called.unwrap_or(SOURCE_NAME)
    }

    fn lookups(&self) -> &'static [LookupKind] {
        &LookupKind::ALL
    }

    fn offer(&self, _: &Lookup) -> Option<Offer> {
        Some(Offer {
            endpoint: "test",
            exposure: Exposure::ThirdParty,
            price: self.price,
            free_preview: false,
            rate: None,
        })
    }

    fn call(&self, lookup: &Lookup, step: &Step) -> Result<Call, ProviderError> {
        self.asked.lock().unwrap().push(lookup.key());
        if self.is_remote {
            let address = "https://test.example/".parse().unwrap();
            return Ok(Call::Http(Box::new(HttpRequest::get(address))));
        }
        self.page(lookup, step).map(Call::Known)
    }

    fn read(&self, lookup: &Lookup, step: &Step, _: &HttpResponse) -> Result<Page, ProviderError> {
        self.page(lookup, step)
    }
}

/// A network that brings each response a little faster than the one before, the first after a second.
#[derive(Debug, Default)]
struct Network(AtomicU64);

#[async_trait]
impl Transport for Network {
    async fn send(&self, _: &HttpRequest, _: Duration) -> Result<HttpResponse, ProviderError> {
        let earlier = self.0.fetch_add(1, Ordering::Relaxed);
        tokio::time::sleep(Duration::from_millis(1000 - 10 * earlier)).await;
        Ok(HttpResponse { status: Default::default(), headers: Default::default(), body: Default::default() })
    }
}

/// A collector that remembers what a collector forgets, and beside which somebody sits.
#[derive(Debug)]
struct TestSink {
    collector: Collector,
    links: Vec<Vec<(usize, Link)>>,
    consent: Consent,
    purchases: Vec<Purchase>,
    progress: Vec<Progress>,
}

#[async_trait]
impl Sink for TestSink {
    fn room(&self) -> usize {
        self.collector.room()
    }

    fn add(&mut self, entity: Entity) {
        self.add_linked(entity, Vec::new());
    }

    fn add_for(&mut self, entity: Entity, inputs: &[usize]) {
        let links = inputs.iter().map(|position| (*position, entity.link.clone())).collect();
        self.add_linked(entity, links);
    }

    fn add_linked(&mut self, entity: Entity, links: Vec<(usize, Link)>) {
        if self.room() == 0 {
            return;
        }
        self.collector.add(entity);
        self.links.push(links);
    }

    fn say(&mut self, message: Message) {
        self.collector.say(message);
    }

    fn progress(&mut self, progress: Progress) {
        self.progress.push(progress);
    }

    async fn consent(&mut self, purchase: &Purchase) -> Consent {
        self.purchases.push(purchase.clone());
        self.consent
    }
}
