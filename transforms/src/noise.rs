//! Noise on the graph: marked, put together where it would flood, never silently dropped.
//!
//! Nearly every transform may bring something that joins strangers: a content network's address, a registrar's name
//! server, the mailbox of a desk. So no transform looks after that by itself. A [`NoiseMarker`] stands between a transform
//! and its sink and judges every entity that passes, by its type and value.
//!
//! **Marked** means: four loose properties (the kind, the reason, how sure, by which list), the kind as a small text on the
//! node, and a dashed link, a grey one where the verdict is more than possible. A transform that knows more than the value
//! (that a contact is the registrar's in this record, that a thousand names share one token) marks by itself, and what is
//! marked is not judged again.
//!
//! **Put together**: noise waits until the run is over. If there is more of one kind than a limit, it becomes one Summary
//! that says how many there are and which, and a message says so as well; otherwise it follows the other results. Only
//! what helps to reach others is put together: mailboxes, servers, addresses, numbers, people, organisations. *Names* are
//! what most pivots are for, so a domain is marked and shown, however many there are. So is a desk (`abuse@shop.example`),
//! which is somebody's desk and joins no strangers, and what is no more than possibly noise.
//!
//! A transform whose declaration names no Summary among its results gets its noise marked and all of it shown.

use async_trait::async_trait;
use intel::{
    noise::{Confidence, Judge, NoiseKind, Subject, Verdict},
    observable::{AutonomousSystem, EmailAddress, HostName, parse_address},
};
use maltego::{
    Colour, Entity, EntityType, LineStyle, Link, Message, Overlay, OverlayKind, OverlayPosition, Property, Value,
    entity_types,
};

use crate::{
    declaration::Declaration,
    entities::{OBSERVED, RETRIEVED, SOURCE},
    own_types::SUMMARY,
    run::Run,
    sink::{Consent, Progress, Purchase, Sink},
    walk::thousands,
};

/// The property that names the kind of noise. On a WHOISRecord, which is no noise itself, it says what is hidden in it.
pub const NOISE: &str = "namehound.noise";
/// The property that says why something is noise.
pub const NOISE_REASON: &str = "namehound.noise_reason";
/// The property that says how sure that is: `certain`, `likely` or `possible`.
pub const NOISE_CONFIDENCE: &str = "namehound.noise_confidence";
/// The property that names the list or the rule, with its origin and date.
pub const NOISE_SOURCE: &str = "namehound.noise_source";

/// How much noise of one kind is shown one by one, unless somebody says otherwise.
pub const NOISE_LIMIT: usize = 12;

/// How many values a summary of noise names; a node's details have to be readable.
const NAMED: usize = 500;

/// How many values a message names.
const TOLD: usize = 5;

/// The colour of links to noise.
const GREY: Colour = Colour::new(0x9e, 0x9e, 0x9e);

/// The entity with everything that marks it as noise.
pub(crate) fn marked(mut entity: Entity, verdict: &Verdict) -> Entity {
    for (name, title, text) in [
        (NOISE, "Noise", verdict.kind.as_str().to_owned()),
        (NOISE_REASON, "Why it is noise", verdict.reason.clone()),
        (NOISE_CONFIDENCE, "How sure that is", verdict.confidence.as_str().to_owned()),
        (NOISE_SOURCE, "By which list", verdict.basis.to_string()),
    ] {
        entity.put(Property::loose(name, title, text));
    }
    let position = OverlayPosition::NorthWest;
    if !entity.overlays.iter().any(|overlay| overlay.position == position) {
        entity.overlays.push(Overlay { property: NOISE.to_owned(), position, kind: OverlayKind::Text });
    }
    quieten(&mut entity.link, verdict.confidence);
    entity
}

/// A verdict on what very many have in common.
pub(crate) fn common(reason: impl Into<String>, confidence: Confidence) -> Verdict {
    Verdict::by_rule(NoiseKind::Common, reason, confidence, "what strangers share", "the facts that were compared")
}

/// Dashes a link, and greys it where that is more than possible. A style or colour that means something is kept.
fn quieten(link: &mut Link, confidence: Confidence) {
    if link.style == LineStyle::Normal {
        link.style = LineStyle::Dashed;
    }
    if confidence > Confidence::Possible {
        link.colour.get_or_insert(GREY);
    }
}

/// A sink that marks noise on its way to another.
pub struct NoiseMarker<'a> {
    sink: &'a mut dyn Sink,
    judge: Judge,
    limit: usize,
    /// Whether the transform may bring a Summary.
    may_sum_up: bool,
    /// What a summary is of.
    question: String,
    waiting: Vec<Waiting>,
}

/// Noise of one kind and type, until the run is over.
struct Waiting {
    kind: String,
    entity_type: &'static EntityType,
    entities: Vec<(Entity, Links)>,
}

/// Whom an entity belongs to.
enum Links {
    /// The whole selection.
    All,
    /// Some members, by the entity's own link.
    Some(Vec<usize>),
    /// Some members, each in its own way.
    Each(Vec<(usize, Link)>),
}

impl<'a> NoiseMarker<'a> {
    /// A marker in front of a sink, for one run of the declared transform.
    pub fn new(declaration: &Declaration, run: &Run, sink: &'a mut dyn Sink) -> Self {
        let definition = &declaration.definition;
        let of = match run.inputs() {
            [one] => one.value.clone(),
            several => format!("{} entities", several.len()),
        };
        Self {
            sink,
            judge: run.judge.clone(),
            limit: run.noise_limit,
            may_sum_up: definition.outputs.iter().any(|output| output.name == SUMMARY.name),
            question: format!("\"{}\" of {of}", definition.display_name),
            waiting: Vec::new(),
        }
    }

    /// Hands on what has waited. To be called when the run is over, however it ended.
    pub fn finish(self) {
        let Self { sink, limit, question, waiting, .. } = self;
        for waiting in waiting {
            if waiting.entities.len() > limit {
                let (summary, links) = waiting.summary(&question);
                sink.say(Message::inform(waiting.told()));
                hand_on(sink, summary, links);
            } else {
                waiting.entities.into_iter().for_each(|(entity, links)| hand_on(sink, entity, links));
            }
        }
    }

    fn pass(&mut self, entity: Entity, links: Links) {
        let entity = match entity.property(NOISE) {
            Some(_) => entity,
            None => match judge(&self.judge, &entity) {
                Some(verdict) => marked(entity, &verdict),
                None => entity,
            },
        };
        let Some(confidence) = confidence(&entity) else { return hand_on(self.sink, entity, links) };
        let links = match links {
            Links::Each(mut links) => {
                links.iter_mut().for_each(|(_, link)| quieten(link, confidence));
                Links::Each(links)
            }
            links => links,
        };
        let kind = entity.property(NOISE).and_then(|noise| noise.value.as_text()).unwrap_or_default().to_owned();
        let is_desk = [NoiseKind::RoleMailbox, NoiseKind::Role].iter().any(|desk| desk.as_str() == kind);
        let is_plain = confidence == Confidence::Possible || is_desk || !is_means(entity.entity_type);
        if !self.may_sum_up || is_plain {
            return hand_on(self.sink, entity, links);
        }
        if self.room() == 0 {
            return;
        }
        let entity_type = entity.entity_type;
        let same = |waiting: &&mut Waiting| waiting.kind == kind && waiting.entity_type.name == entity_type.name;
        match self.waiting.iter_mut().find(same) {
            Some(waiting) => waiting.entities.push((entity, links)),
            None => self.waiting.push(Waiting { kind, entity_type, entities: vec![(entity, links)] }),
        }
    }
}

impl Waiting {
    /// How many entities will come of it.
    fn room(&self, limit: usize) -> usize {
        if self.entities.len() > limit { 1 } else { self.entities.len() }
    }

    fn values(&self) -> impl Iterator<Item = String> {
        self.entities.iter().map(|(entity, _)| maltego::trx::render(&entity.value).into_owned())
    }

    /// `41 of the type NS Record are noise (content-network) and stand in one Summary: a, b and 39 more.`
    fn told(&self) -> String {
        let values: Vec<String> = self.values().take(TOLD).collect();
        let more = match self.entities.len().saturating_sub(TOLD) {
            0 => String::new(),
            more => format!(" and {} more", thousands(more as u64)),
        };
        format!(
            "{} results of the type {} are noise ({}) and stand together in one Summary: {}{more}.",
            thousands(self.entities.len() as u64),
            self.entity_type.display_name,
            self.kind,
            values.join(", "),
        )
    }

    /// One entity in the place of all.
    fn summary(&self, question: &str) -> (Entity, Links) {
        let count = self.entities.len();
        let mut which: Vec<Value> = self
            .entities
            .iter()
            .zip(self.values())
            .take(NAMED)
            .map(|((entity, _), value)| {
                let reason = entity.property(NOISE_REASON).and_then(|reason| reason.value.as_text());
                Value::Text(reason.map_or_else(|| value.clone(), |reason| format!("{value} ({reason})")))
            })
            .collect();
        if count > NAMED {
            which.push(Value::Text(format!("and {} more", thousands((count - NAMED) as u64))));
        }
        let title = self.entity_type.display_name;
        let mut summary = Entity::new(&SUMMARY, format!("{} ({title}) in {question}", self.kind))
            .with("namehound.summary.label", format!("{} {title}: {}", thousands(count as u64), self.kind))
            .with("namehound.summary.count", i64::try_from(count).unwrap_or(i64::MAX))
            .with("namehound.summary.exact", true)
            .with("namehound.summary.buckets", Value::List(which))
            .linked_by(Link::labelled("noise"));
        if let Some((first, _)) = self.entities.first() {
            for name in [NOISE, NOISE_CONFIDENCE, SOURCE, OBSERVED, RETRIEVED] {
                if let Some(property) = first.property(name) {
                    summary.put(property.clone());
                }
            }
        }
        let reason = format!("{} results of one kind, put together", thousands(count as u64));
        summary.put(Property::loose(NOISE_REASON, "Why it is noise", reason));
        quieten(&mut summary.link, Confidence::Certain);
        // It belongs to whomever any of them belongs to.
        let mut members = Vec::new();
        for (_, links) in &self.entities {
            match links {
                Links::All => return (summary, Links::All),
                Links::Some(inputs) => members.extend(inputs.iter().copied()),
                Links::Each(links) => members.extend(links.iter().map(|(input, _)| *input)),
            }
        }
        members.sort_unstable();
        members.dedup();
        (summary, Links::Some(members))
    }
}

fn hand_on(sink: &mut dyn Sink, entity: Entity, links: Links) {
    match links {
        Links::All => sink.add(entity),
        Links::Some(inputs) => sink.add_for(entity, &inputs),
        Links::Each(links) => sink.add_linked(entity, links),
    }
}

/// How sure an entity's mark is; `None` if it is not marked as noise itself.
fn confidence(entity: &Entity) -> Option<Confidence> {
    let stated = entity.property(NOISE_CONFIDENCE)?.value.as_text()?;
    [Confidence::Possible, Confidence::Likely, Confidence::Certain].into_iter().find(|known| known.as_str() == stated)
}

/// Whether a type is a means to reach somebody, rather than a name that somebody has.
fn is_means(entity_type: &EntityType) -> bool {
    const MEANS: [&EntityType; 10] = [
        &entity_types::EMAIL_ADDRESS,
        &entity_types::PHONE_NUMBER,
        &entity_types::PERSON,
        &entity_types::ORGANIZATION,
        &entity_types::COMPANY,
        &entity_types::NS_RECORD,
        &entity_types::MX_RECORD,
        &entity_types::IPV4_ADDRESS,
        &entity_types::IPV6_ADDRESS,
        &entity_types::AS,
    ];
    MEANS.iter().any(|means| means.name == entity_type.name)
}

/// Judges an entity by its type and value.
fn judge(judge: &Judge, entity: &Entity) -> Option<Verdict> {
    let value = entity.value.as_text()?;
    let is = |entity_type: &EntityType| entity.entity_type.name == entity_type.name;
    let host = || HostName::parse(value).ok();
    if is(&entity_types::EMAIL_ADDRESS) {
        return judge.judge(Subject::Mailbox(&EmailAddress::parse(value).ok()?));
    }
    if is(&entity_types::NS_RECORD) {
        return judge.judge(Subject::NameServer(&host()?));
    }
    if is(&entity_types::MX_RECORD) {
        return judge.judge(Subject::MailServer(&host()?));
    }
    if [&entity_types::DOMAIN, &entity_types::DNS_NAME, &entity_types::WEBSITE].into_iter().any(is) {
        return judge.judge(Subject::Host(&host()?));
    }
    if is(&entity_types::IPV4_ADDRESS) || is(&entity_types::IPV6_ADDRESS) {
        return judge.judge(Subject::Address(parse_address(value).ok()?));
    }
    if is(&entity_types::AS) {
        return judge.judge(Subject::System(AutonomousSystem::parse(value).ok()?));
    }
    let contacts =
        [&entity_types::PERSON, &entity_types::ORGANIZATION, &entity_types::COMPANY, &entity_types::PHONE_NUMBER];
    contacts.into_iter().any(is).then(|| judge.judge(Subject::Contact(value))).flatten()
}

#[async_trait]
impl Sink for NoiseMarker<'_> {
    fn room(&self) -> usize {
        let taken: usize = self.waiting.iter().map(|waiting| waiting.room(self.limit)).sum();
        self.sink.room().saturating_sub(taken)
    }

    fn add(&mut self, entity: Entity) {
        self.pass(entity, Links::All);
    }

    fn add_for(&mut self, entity: Entity, inputs: &[usize]) {
        self.pass(entity, Links::Some(inputs.to_vec()));
    }

    fn add_linked(&mut self, entity: Entity, links: Vec<(usize, Link)>) {
        self.pass(entity, Links::Each(links));
    }

    fn say(&mut self, message: Message) {
        self.sink.say(message);
    }

    fn progress(&mut self, progress: Progress) {
        self.sink.progress(progress);
    }

    async fn consent(&mut self, purchase: &Purchase) -> Consent {
        self.sink.consent(purchase).await
    }
}

impl std::fmt::Debug for NoiseMarker<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NoiseMarker").field("limit", &self.limit).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
