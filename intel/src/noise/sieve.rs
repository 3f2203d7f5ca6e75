//! One contact's fields, judged one after the other.
//!
//! Every source of WHOIS records needs the same rule: a redaction marker blanks its field and sets the contact's flag, a
//! filler blanks its field, a privacy service blanks its field and is named apart. If the *name* or the *organisation* is
//! a privacy service, every other field is the service's too, so all of them go. A mailbox or a street that belongs to a
//! service goes alone: registrars put relaying mailboxes next to an owner's real name.

use super::{NoiseKind, Verdict};
use crate::record::Contact;

/// What passes judgement, and what was learnt from what did not.
#[derive(Debug)]
pub(crate) struct Sieve<J> {
    judge: J,
    redacted: bool,
    service: Option<String>,
}

impl<J: Fn(&str) -> Option<Verdict>> Sieve<J> {
    /// A sieve with a judge, [`judge`](super::judge) outside tests.
    pub(crate) fn new(judge: J) -> Self {
        Self { judge, redacted: false, service: None }
    }

    /// The text if it may say something about somebody.
    pub(crate) fn pass(&mut self, text: Option<String>) -> Option<String> {
        let text = text?;
        let Some(noise) = (self.judge)(&text) else { return Some(text) };
        match noise.kind {
            NoiseKind::Redacted => self.redacted = true,
            NoiseKind::PrivacyService => {
                // A relaying mailbox is one of millions; its domain is the name that the service goes by.
                let service = text.rsplit_once('@').map_or(text.as_str(), |(_, domain)| domain);
                self.service.get_or_insert_with(|| service.to_owned());
            }
            _ => {}
        }
        None
    }

    /// Whether a privacy service was seen. After organisation and name this decides about the rest of the contact.
    pub(crate) fn saw_a_service(&self) -> bool {
        self.service.is_some()
    }

    /// What was learnt, as a contact without fields: the rest of it comes from what passed.
    pub(crate) fn verdict(self) -> Contact {
        Contact { privacy_service: self.service, redacted: self.redacted, ..Contact::default() }
    }
}
