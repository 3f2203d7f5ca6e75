//! Reading a WHOISRecord: who stands in it.
//!
//! This transform asks nobody. It reads the properties of the record that is already on the graph, whoever put it there,
//! so it works on records of other transform servers as well.

use std::collections::HashSet;

use async_trait::async_trait;
use intel::{
    Exposure, Moment, Provenance,
    noise::{self, Noise},
    observable::{EmailAddress, PersonName, PhoneNumber},
};
use maltego::{Entity, Input, InputKind, Link, Message, TransformDefinition, entity_types};

use crate::{
    declaration::{Declaration, PriceClass},
    entities::{OBSERVED, RETRIEVED, SOURCE, with_proof},
    error::RunError,
    run::{Run, Transform},
    sets,
    sink::Sink,
};

/// WHOISRecord → the persons, organisations, mailboxes and phone numbers in it.
#[derive(Debug)]
pub(crate) struct WhoisRecordToContacts;

static DECLARATION: Declaration = Declaration {
    definition: TransformDefinition {
        name: "whois_record_to_contacts",
        display_name: "To Contacts [WHOIS record]",
        description: "The persons, organisations, e-mail addresses and phone numbers that the record names. Privacy \
                      services and redaction markers are counted, not drawn. Asks nobody.",
        inputs: &[&entity_types::WHOIS_RECORD],
        input_kind: InputKind::Single,
        outputs: &[
            &entity_types::PERSON,
            &entity_types::ORGANIZATION,
            &entity_types::EMAIL_ADDRESS,
            &entity_types::PHONE_NUMBER,
        ],
        set: sets::REGISTRATION,
        settings: &[],
    },
    lookups: &[],
    exposure: Exposure::Local,
    price_class: PriceClass::Free,
};

/// The contacts by the prefix of their properties and the word on the link.
const ROLES: [(&str, &str); 5] = [
    ("registrant", "registrant"),
    ("admin", "administrative contact"),
    ("tech", "technical contact"),
    ("billing", "billing contact"),
    ("zone", "zone contact"),
];

#[async_trait]
impl Transform for WhoisRecordToContacts {
    fn declaration(&self) -> &'static Declaration {
        &DECLARATION
    }

    async fn run(&self, run: &Run, sink: &mut dyn Sink) -> Result<(), RunError> {
        let record = run.input();
        let mut found = Findings::default();
        for (prefix, role) in ROLES {
            let field = |suffix: &str| record.property(&format!("{prefix}{suffix}")).map(str::trim).unwrap_or_default();
            found.organization(field("Organization"), role);
            found.person(field("Name"), field("Organization"), role);
            found.email(field("Email"), role);
            found.phone(field("Phone"), role);
        }
        let (provenance, observed) = proof(record, run);
        let total = found.entities.len();
        let shown = total.min(sink.room());
        for found in found.entities {
            let label = found.roles.join(", ");
            sink.add(with_proof(found.entity, &provenance, observed).linked_by(Link::labelled(label)));
        }
        tell(record, sink, total, shown, &found.noise);
        Ok(())
    }
}

/// One contact and every role it has: the same mailbox in four roles is one node with one link.
struct Found {
    entity: Entity,
    roles: Vec<&'static str>,
}

#[derive(Default)]
struct Findings {
    entities: Vec<Found>,
    noise: Vec<(&'static str, Noise)>,
    /// What was already judged noise, so that one marker in four roles is counted once.
    judged: HashSet<String>,
}

impl Findings {
    fn organization(&mut self, text: &str, role: &'static str) {
        if self.says_something(text, role) {
            self.put(Entity::new(&entity_types::ORGANIZATION, text), role);
        }
    }

    /// Many registrants repeat the organisation in the name field: that is not a person.
    fn person(&mut self, text: &str, organization: &str, role: &'static str) {
        let same = !organization.is_empty() && text.to_lowercase() == organization.to_lowercase();
        if same || !self.says_something(text, role) {
            return;
        }
        if let Ok(person) = PersonName::parse(text) {
            self.put(person_entity(&person), role);
        }
    }

    fn email(&mut self, text: &str, role: &'static str) {
        // Some registries put several mailboxes into one field.
        for text in text.split([',', ';', ' ', '\n']).map(str::trim) {
            if self.says_something(text, role)
                && let Ok(email) = EmailAddress::parse(text)
            {
                self.put(Entity::new(&entity_types::EMAIL_ADDRESS, email.folded()), role);
            }
        }
    }

    fn phone(&mut self, text: &str, role: &'static str) {
        if self.says_something(text, role)
            && let Ok(phone) = PhoneNumber::parse(text)
        {
            self.put(Entity::new(&entity_types::PHONE_NUMBER, phone.as_str()), role);
        }
    }

    fn says_something(&mut self, text: &str, role: &'static str) -> bool {
        if text.is_empty() {
            return false;
        }
        match noise::judge(text) {
            Some(noise) => {
                if self.judged.insert(text.to_lowercase()) {
                    self.noise.push((role, noise));
                }
                false
            }
            None => true,
        }
    }

    fn put(&mut self, entity: Entity, role: &'static str) {
        let same = |known: &&mut Found| {
            known.entity.entity_type.name == entity.entity_type.name && known.entity.value == entity.value
        };
        match self.entities.iter_mut().find(same) {
            Some(known) if known.roles.contains(&role) => {}
            Some(known) => known.roles.push(role),
            None => self.entities.push(Found { entity, roles: vec![role] }),
        }
    }
}

/// A Person whose parts are filled, since the client puts the full name together from them.
fn person_entity(person: &PersonName) -> Entity {
    let name = person.as_str();
    let (first, last) = name.rsplit_once(' ').unwrap_or(("", name));
    Entity::new(&entity_types::PERSON, name).with("person.firstnames", first).with("person.lastname", last)
}

/// The record's own proof, as far as it carries one.
fn proof(record: &Input, run: &Run) -> (Provenance, Option<Moment>) {
    let stated = |name| record.property(name).map(str::trim).filter(|text| !text.is_empty());
    let source = stated(SOURCE).map_or_else(|| format!("the record \"{}\"", record.value), str::to_owned);
    // Classic clients send instants back in their own form, which `Moment` reads as well.
    let moment = |name| stated(name).and_then(|text| text.parse::<Moment>().ok());
    let retrieved = moment(RETRIEVED).map_or_else(|| run.clock.now(), |moment| moment.instant());
    let observed = moment(OBSERVED).or_else(|| moment("updatedDate"));
    (Provenance { source, retrieved, paid: intel::Credits::FREE, cached: false }, observed)
}

fn tell(record: &Input, sink: &mut dyn Sink, total: usize, shown: usize, noise: &[(&str, Noise)]) {
    if shown < total {
        sink.say(Message::inform(format!("{shown} of {total} shown (soft limit): raise the limit to see more.")));
    }
    if !noise.is_empty() {
        let told: Vec<_> = noise.iter().map(|(role, noise)| format!("{role}: {}", noise.reason)).collect();
        sink.say(Message::inform(format!("{} left out as noise. {}.", noise.len(), told.join("; "))));
    }
    if total == 0 && noise.is_empty() {
        let text = if record.properties.iter().any(|property| is_contact_property(&property.name)) {
            "The record names no contacts."
        } else {
            "This record carries no contact properties. Run \"To WHOIS History\" on its domain and use the records it \
             returns."
        };
        sink.say(Message::inform(text));
    }
}

fn is_contact_property(name: &str) -> bool {
    ROLES.iter().any(|(prefix, _)| name.starts_with(prefix))
}
