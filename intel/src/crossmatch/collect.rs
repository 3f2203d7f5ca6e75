//! Asks the desk for everything about the domains that can be compared.
//!
//! Several questions about each domain, a few at a time, and then one about each address that turned up. A question that
//! fails loses only its own answer: the report says what is missing and why. That nobody answers a kind of question is
//! no failure but a fact about the installation, and is said once.
//!
//! Every question may cost. [`quote`] tells the price of all of them before the first is asked, and a [`Plan`] leaves out
//! what is not worth it.

use std::{
    collections::{BTreeMap, BTreeSet},
    net::IpAddr,
    sync::Arc,
};

use futures_util::stream::{self, StreamExt};
use serde::{Serialize, Serializer, ser::SerializeStruct};

use super::{
    DomainFacts,
    facts::{AddressNetwork, Fact},
};
use crate::{
    answer::Answer,
    credits::Credits,
    desk::{Context, Desk, Quote},
    error::AskError,
    lookup::{Lookup, LookupKind, NetworkSubject, WhoisSubject},
    noise::infrastructure,
    observable::HostName,
    record::{DnsData, Record},
};

/// How many questions are under way at once. The desk keeps to the sources' rates; this keeps the queue short, so that a
/// run that is cancelled leaves little behind.
const AT_ONCE: usize = 8;

/// The most pages of one answer. A domain with more history than that is no shop.
const PAGES: usize = 8;

/// The most notes that are kept.
const NOTES: usize = 50;

/// Whether the past counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Depth {
    /// Only what is so now.
    Current,
    /// Also what was so before. WHOIS history holds the present state as well.
    Historic,
}

/// What is asked about each domain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    kinds: Vec<LookupKind>,
    addresses: usize,
}

impl Depth {
    /// The kinds of questions that belong to it, in the order they are asked.
    #[must_use]
    pub const fn kinds(self) -> &'static [LookupKind] {
        match self {
            Self::Current => {
                &[LookupKind::WhoisCurrent, LookupKind::DnsRecords, LookupKind::Certificates, LookupKind::IpOwner]
            }
            Self::Historic => &[
                LookupKind::WhoisHistory,
                LookupKind::DnsRecords,
                LookupKind::DnsHistory,
                LookupKind::Certificates,
                LookupKind::IpOwner,
            ],
        }
    }
}

impl Plan {
    /// Everything that belongs to a depth, and the networks of at most 100 addresses.
    #[must_use]
    pub fn new(depth: Depth) -> Self {
        Self { kinds: depth.kinds().to_vec(), addresses: 100 }
    }

    /// Without a kind of question.
    #[must_use]
    pub fn without(mut self, kind: LookupKind) -> Self {
        self.kinds.retain(|known| *known != kind);
        self
    }

    /// With the networks of at most so many addresses.
    #[must_use]
    pub const fn with_addresses(mut self, most: usize) -> Self {
        self.addresses = most;
        self
    }

    /// The kinds of questions.
    #[must_use]
    pub fn kinds(&self) -> &[LookupKind] {
        &self.kinds
    }

    /// The plan as this desk can carry it out: where nobody has the past of registrations, their present is better than
    /// nothing.
    fn with(&self, desk: &Desk) -> Self {
        let mut plan = self.clone();
        let (past, present) = (LookupKind::WhoisHistory, LookupKind::WhoisCurrent);
        if plan.kinds.contains(&past) && !plan.kinds.contains(&present) && desk.sources(past).is_empty() {
            plan.kinds.push(present);
        }
        plan
    }

    /// The questions about a domain; that about its addresses comes when they are known.
    fn lookups(&self, domain: &HostName) -> Vec<Lookup> {
        // WHOIS is kept per registered domain.
        let registered = || domain.registry_domain().unwrap_or_else(|| domain.clone());
        let host = || domain.clone();
        let lookup = |kind: &LookupKind| match kind {
            LookupKind::WhoisCurrent => Some(Lookup::WhoisCurrent { subject: WhoisSubject::Domain(registered()) }),
            LookupKind::WhoisHistory => Some(Lookup::WhoisHistory { domain: registered() }),
            LookupKind::DnsRecords => Some(Lookup::DnsRecords { host: host() }),
            LookupKind::DnsHistory => Some(Lookup::DnsHistory { host: host(), family: None }),
            LookupKind::Certificates => Some(Lookup::Certificates { host: host() }),
            _ => None,
        };
        self.kinds.iter().filter_map(lookup).collect()
    }
}

/// How far the asking has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// How many questions have been answered or have failed.
    pub done: usize,
    /// How many there are, as far as is known: addresses come on top when the DNS records are there.
    pub total: usize,
}

/// The price of [`collect`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Estimate {
    /// All questions about the domains.
    pub domains: Quote,
    /// One question about the network of an address. How many there will be is known when the DNS records are there;
    /// most domains have one or two.
    pub each_address: Quote,
}

/// What came back.
#[derive(Debug, Clone, Default)]
pub struct Collected {
    /// The facts, a domain each, in the order they were given.
    pub facts: Vec<DomainFacts>,
    /// What failed.
    pub failures: Vec<Failure>,
    /// The kinds of questions that no configured source answers.
    pub unanswered: Vec<LookupKind>,
    /// Answers of which only the first pages were read, and kinds of which not everything was asked.
    pub cut: Vec<Cut>,
    /// Who answered, each once, by name.
    pub sources: Vec<String>,
    /// What the answers have cost.
    pub spent: Credits,
    /// How many answers there were, and how many of them were remembered.
    pub answers: u64,
    /// How many of the answers were remembered rather than asked for.
    pub remembered: u64,
    /// What the sources said about their answers, each sentence once.
    pub notes: Vec<String>,
}

/// A question that failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// The domain or address that was asked about.
    pub subject: String,
    /// The kind of question.
    pub kind: LookupKind,
    /// Why it failed.
    pub error: AskError,
}

/// Something that was not read to its end.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Cut {
    /// The domain, or what was left out.
    pub subject: String,
    /// The kind of question.
    #[serde(rename = "lookup")]
    pub kind: LookupKind,
}

/// With the sentence for the analyst.
impl Serialize for Failure {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_struct("Failure", 3)?;
        fields.serialize_field("subject", &self.subject)?;
        fields.serialize_field("lookup", &self.kind)?;
        fields.serialize_field("message", &self.error.analyst_message())?;
        fields.end()
    }
}

/// What asking everything would cost now, first pages only.
pub async fn quote(desk: &Desk, domains: &[HostName], plan: &Plan, context: &Context) -> Estimate {
    let plan = plan.with(desk);
    let lookups: Vec<Lookup> = distinct(domains).iter().flat_map(|domain| plan.lookups(domain)).collect();
    // Any address has the same price; this one is reserved for documentation (RFC 5737) and nobody's.
    let address = IpAddr::from([192, 0, 2, 1]);
    let networks = if plan.kinds.contains(&LookupKind::IpOwner) { vec![network_of(address)] } else { Vec::new() };
    Estimate { domains: desk.quote(&lookups, context).await, each_address: desk.quote(&networks, context).await }
}

/// Asks everything in the plan. If nobody answers WHOIS history, the current record is asked for in its place. A domain that is given twice is asked about once.
pub async fn collect(
    desk: &Desk,
    domains: &[HostName],
    plan: &Plan,
    context: &Context,
    progress: &mut (dyn FnMut(Progress) + Send),
) -> Collected {
    let plan = plan.with(desk);
    let domains = distinct(domains);
    let mut gathering = Gathering::new(&domains);
    let questions: Vec<(usize, Lookup)> = domains
        .iter()
        .enumerate()
        .flat_map(|(index, domain)| plan.lookups(domain).into_iter().map(move |lookup| (index, lookup)))
        .collect();
    let mut state = Progress { done: 0, total: questions.len() };
    progress(state);
    for (index, lookup, outcome) in ask_all(desk, questions, context, &mut state, progress).await {
        let subject = domains.get(index).map(ToString::to_string).unwrap_or_default();
        gathering.add(index, &lookup, subject, outcome);
    }
    if plan.kinds.contains(&LookupKind::IpOwner) {
        let addresses = gathering.addresses(plan.addresses);
        let questions: Vec<(usize, Lookup)> =
            addresses.iter().enumerate().map(|(index, (address, _))| (index, network_of(*address))).collect();
        state.total += questions.len();
        progress(state);
        for (index, lookup, outcome) in ask_all(desk, questions, context, &mut state, progress).await {
            if let Some((address, holders)) = addresses.get(index) {
                gathering.add_network(*address, holders, &lookup, outcome);
            }
        }
    }
    gathering.finish()
}

fn network_of(address: IpAddr) -> Lookup {
    Lookup::IpOwner { subject: NetworkSubject::Address(address) }
}

fn distinct(domains: &[HostName]) -> Vec<HostName> {
    let mut seen = BTreeSet::new();
    domains.iter().filter(|domain| seen.insert(*domain)).cloned().collect()
}

/// The pages of one answer, as far as they came.
struct Outcome {
    pages: Vec<Answer>,
    error: Option<AskError>,
    cut: bool,
}

/// Asks several questions at once and gives the answers in the order of the questions.
async fn ask_all(
    desk: &Desk,
    questions: Vec<(usize, Lookup)>,
    context: &Context,
    state: &mut Progress,
    progress: &mut (dyn FnMut(Progress) + Send),
) -> Vec<(usize, Lookup, Outcome)> {
    let asked = questions.into_iter().enumerate().map(|(position, (index, lookup))| {
        let (desk, context) = (desk.clone(), context.clone());
        async move {
            let outcome = ask(&desk, &lookup, context).await;
            (position, (index, lookup, outcome))
        }
    });
    let mut answered = stream::iter(asked).buffer_unordered(AT_ONCE);
    let mut outcomes = BTreeMap::new();
    while let Some((position, outcome)) = answered.next().await {
        outcomes.insert(position, outcome);
        state.done += 1;
        progress(*state);
    }
    outcomes.into_values().collect()
}

async fn ask(desk: &Desk, lookup: &Lookup, context: Context) -> Outcome {
    let mut walk = desk.walk(lookup.clone(), context);
    let mut outcome = Outcome { pages: Vec::new(), error: None, cut: false };
    while let Some(answer) = walk.next().await {
        match answer {
            Ok(page) => outcome.pages.push(page),
            Err(error) => {
                outcome.error = Some(error);
                break;
            }
        }
        if outcome.pages.len() >= PAGES {
            outcome.cut = walk.has_more();
            break;
        }
    }
    outcome
}

/// What has come back so far.
struct Gathering {
    collected: Collected,
    unanswered: BTreeSet<LookupKind>,
    sources: BTreeSet<String>,
}

impl Gathering {
    fn new(domains: &[HostName]) -> Self {
        let facts = domains.iter().cloned().map(DomainFacts::of).collect();
        let collected = Collected { facts, ..Collected::default() };
        Self { collected, unanswered: BTreeSet::new(), sources: BTreeSet::new() }
    }

    fn add(&mut self, index: usize, lookup: &Lookup, subject: String, outcome: Outcome) {
        for answer in self.account(lookup, subject, outcome) {
            let Some(facts) = self.collected.facts.get_mut(index) else { continue };
            let proof = Proof::of(&answer);
            for record in answer.records() {
                match record {
                    Record::Whois(record) => facts.whois.push(proof.fact(record.as_ref().clone())),
                    Record::Dns(record) => facts.dns.push(proof.fact(record.clone())),
                    Record::Certificate(record) => facts.certificates.push(proof.fact(record.as_ref().clone())),
                    _ => {}
                }
            }
        }
    }

    fn add_network(&mut self, address: IpAddr, holders: &BTreeSet<usize>, lookup: &Lookup, outcome: Outcome) {
        for answer in self.account(lookup, address.to_string(), outcome) {
            let proof = Proof::of(&answer);
            for record in answer.records() {
                let Record::Network(network) = record else { continue };
                let network = AddressNetwork { address, network: network.as_ref().clone() };
                for index in holders {
                    if let Some(facts) = self.collected.facts.get_mut(*index) {
                        facts.networks.push(proof.fact(network.clone()));
                    }
                }
            }
        }
    }

    /// Notes everything about an outcome but its records.
    fn account(&mut self, lookup: &Lookup, subject: String, outcome: Outcome) -> Vec<Answer> {
        let kind = lookup.kind();
        let collected = &mut self.collected;
        for answer in &outcome.pages {
            self.sources.insert(answer.provenance.source.clone());
            collected.spent = collected.spent + answer.provenance.paid;
            collected.answers += 1;
            collected.remembered += u64::from(answer.provenance.cached);
            for note in &answer.page.notes {
                if collected.notes.len() < NOTES && !collected.notes.contains(note) {
                    collected.notes.push(note.clone());
                }
            }
        }
        if outcome.cut {
            collected.cut.push(Cut { subject: subject.clone(), kind });
        }
        match outcome.error {
            None => {}
            Some(AskError::NoSource { kind }) => {
                self.unanswered.insert(kind);
            }
            Some(error) => collected.failures.push(Failure { subject, kind, error }),
        }
        outcome.pages
    }

    /// The addresses whose networks are worth asking for, with the domains that have or had them: those of most domains
    /// first. Of content networks it is known whose they are.
    fn addresses(&mut self, most: usize) -> Vec<(IpAddr, BTreeSet<usize>)> {
        let mut holders: BTreeMap<IpAddr, BTreeSet<usize>> = BTreeMap::new();
        for (index, facts) in self.collected.facts.iter().enumerate() {
            for fact in &facts.dns {
                if let DnsData::Address(address) = fact.record.data
                    && infrastructure::judge_address(address).is_none()
                {
                    holders.entry(address.to_canonical()).or_default().insert(index);
                }
            }
        }
        let mut addresses: Vec<_> = holders.into_iter().collect();
        addresses.sort_by(|(one, ones), (other, others)| others.len().cmp(&ones.len()).then_with(|| one.cmp(other)));
        if addresses.len() > most {
            let subject = format!("{} of {} addresses", addresses.len() - most, addresses.len());
            self.collected.cut.push(Cut { subject, kind: LookupKind::IpOwner });
        }
        addresses.truncate(most);
        addresses
    }

    fn finish(self) -> Collected {
        Collected {
            unanswered: self.unanswered.into_iter().collect(),
            sources: self.sources.into_iter().collect(),
            ..self.collected
        }
    }
}

/// Who says so, and when they were asked.
struct Proof {
    source: Arc<str>,
    retrieved: jiff::Timestamp,
}

impl Proof {
    fn of(answer: &Answer) -> Self {
        Self { source: answer.provenance.source.as_str().into(), retrieved: answer.provenance.retrieved }
    }

    fn fact<T>(&self, record: T) -> Fact<T> {
        Fact { record, source: Arc::clone(&self.source), retrieved: Some(self.retrieved) }
    }
}
