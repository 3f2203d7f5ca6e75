//! People and companies as web sites and network registries name them.
//!
//! Both write contacts as loose texts, several mailboxes to a field and markers in place of values. What is noise is
//! counted and told, never drawn; what cannot be read is left out.

use std::collections::HashSet;

use intel::{
    noise::{self, Verdict, infrastructure},
    observable::{EmailAddress, OrganizationName, PersonName, PhoneNumber},
};
use maltego::{Entity, EntityType, Message, entity_types};

use crate::{entities::person_entity, gather::Finding, sink::Sink};

/// Reads contacts and keeps count of what was noise.
#[derive(Debug, Default)]
pub(crate) struct Contacts {
    noise: Vec<Verdict>,
    /// What was already judged noise, so that one marker in many places is counted once.
    judged: HashSet<String>,
}

impl Contacts {
    /// The mailboxes in a text.
    pub(crate) fn emails(&mut self, text: &str, label: &str) -> Vec<Finding> {
        let texts: Vec<&str> = text.split([',', ';', ' ', '\n', '\r', '\t']).filter(|text| !text.is_empty()).collect();
        let known = texts.into_iter().filter(|text| self.says_something(text));
        known
            .filter_map(|text| EmailAddress::parse(text).ok())
            .map(|email| Finding::new(Entity::new(&entity_types::EMAIL_ADDRESS, email.folded()), label))
            .collect()
    }

    /// A phone number.
    pub(crate) fn phone(&mut self, text: &str, label: &str) -> Option<Finding> {
        let phone = self.says_something(text).then(|| PhoneNumber::parse(text).ok())??;
        Some(Finding::new(Entity::new(&entity_types::PHONE_NUMBER, phone.as_str()), label))
    }

    /// A person. A desk (`Hostmaster`, `Domain Administrator`) is none: there is one in every company.
    pub(crate) fn person(&mut self, text: &str, label: &str) -> Option<Finding> {
        let person = self.says_something(text).then(|| PersonName::parse(text).ok())??;
        if infrastructure::is_role_title(&person.folded()) {
            return None;
        }
        Some(Finding::new(person_entity(&person), label))
    }

    /// An organisation, as an entity of this type.
    pub(crate) fn organization(
        &mut self,
        entity_type: &'static EntityType,
        text: &str,
        label: &str,
    ) -> Option<Finding> {
        let name = self.says_something(text).then(|| OrganizationName::parse(text).ok())??;
        Some(Finding::new(Entity::new(entity_type, name.as_str()), label))
    }

    /// Whether a text is more than blanks and noise.
    pub(crate) fn says_something(&mut self, text: &str) -> bool {
        let text = text.trim();
        if text.is_empty() {
            return false;
        }
        let Some(noise) = noise::judge(text) else { return true };
        if self.judged.insert(text.to_lowercase()) {
            self.noise.push(noise);
        }
        false
    }

    /// Says what was left out.
    pub(crate) fn tell(self, sink: &mut dyn Sink) {
        if self.noise.is_empty() {
            return;
        }
        let reasons: Vec<_> = self.noise.iter().map(|noise| noise.reason.as_str()).collect();
        sink.say(Message::inform(format!("{} left out as noise. {}.", reasons.len(), reasons.join("; "))));
    }
}
