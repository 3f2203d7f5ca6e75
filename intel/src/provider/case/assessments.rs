//! What others think of something: reputations, accusations, mailboxes that were tried.
//!
//! A subject has one reputation and a mailbox one check, since nobody could tell which of two to believe. Accusations
//! are many. They are kept with the indicator that they are read as, so that they are found however the question is
//! spelt.

use std::collections::HashMap;

use super::names::Names;
use crate::{
    lookup::{HostOrAddress, Indicator},
    observable::{EmailAddress, HostName},
    record::{MailboxCheck, Reputation, Threat},
};

/// The assessments of a case.
#[derive(Debug, Default)]
pub(super) struct Assessments {
    reputations: HashMap<HostOrAddress, Reputation>,
    /// In the order of files (by path) and lines.
    threats: Vec<(Indicator, Threat)>,
    /// By the mailbox as it is compared.
    mailboxes: HashMap<String, MailboxCheck>,
}

impl Assessments {
    /// Adds a reputation; gives `false` if the subject had one already.
    pub(super) fn add_reputation(&mut self, subject: HostOrAddress, reputation: Reputation) -> bool {
        self.reputations.insert(subject, reputation).is_none()
    }

    /// Adds an accusation.
    pub(super) fn add_threat(&mut self, indicator: Indicator, threat: Threat) {
        self.threats.push((indicator, threat));
    }

    /// Adds what is known about a mailbox; gives `false` if something was already.
    pub(super) fn add_mailbox(&mut self, check: MailboxCheck) -> bool {
        self.mailboxes.insert(check.email.folded(), check).is_none()
    }

    /// The same with the mail servers of each mailbox, which nobody has to write down a second time.
    pub(super) fn with_mail_servers(mut self, names: &Names) -> Self {
        for check in self.mailboxes.values_mut() {
            check.mail_servers = names.mail_servers_of(check.email.domain(), check.checked);
            // A name without a known mail server may still have one that nobody has seen.
            check.domain_resolves = (!check.mail_servers.is_empty()).then_some(true);
        }
        self
    }

    /// How many reputations there are.
    pub(super) fn reputations(&self) -> usize {
        self.reputations.len()
    }

    /// How many accusations there are.
    pub(super) fn threats(&self) -> usize {
        self.threats.len()
    }

    /// How many mailboxes something is known about.
    pub(super) fn mailboxes(&self) -> usize {
        self.mailboxes.len()
    }

    /// How far a name or an address is trusted.
    pub(super) fn reputation_of(&self, subject: &HostOrAddress) -> Option<&Reputation> {
        self.reputations.get(subject)
    }

    /// What an indicator is accused of: by itself, or as a name below an accused one.
    pub(super) fn threats_of(&self, asked: &Indicator) -> impl Iterator<Item = &Threat> {
        self.threats.iter().filter(move |(accused, _)| concerns(accused, asked)).map(|(_, threat)| threat)
    }

    /// What is known about a mailbox.
    pub(super) fn mailbox(&self, email: &EmailAddress) -> Option<&MailboxCheck> {
        self.mailboxes.get(&email.folded())
    }

    /// Whether the name has a reputation, is accused, or is the domain of a mailbox.
    pub(super) fn know(&self, name: &HostName) -> bool {
        self.reputations.contains_key(&HostOrAddress::Host(name.clone()))
            || self.threats_of(&Indicator::Host(name.clone())).next().is_some()
            || self.mailboxes.values().any(|check| check.email.domain() == name)
    }
}

/// Whether an accusation concerns what is asked about. Who owns a name owns those below it; but the neighbours in an
/// accused network, or a page of an accused site, are somebody else's or something else, and are not accused by it.
fn concerns(accused: &Indicator, asked: &Indicator) -> bool {
    match (accused, asked) {
        (Indicator::Host(accused), Indicator::Host(asked)) => asked.is_within(accused),
        (Indicator::Hash(accused), Indicator::Hash(asked)) => accused.eq_ignore_ascii_case(asked),
        _ => accused == asked,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::observable::Netblock;

    #[test]
    fn an_accusation_concerns_its_indicator_and_the_names_below_it() {
        let host = |text: &str| Indicator::Host(HostName::parse(text).unwrap());
        let address = |text: &str| Indicator::Address(text.parse().unwrap());
        let block = |text: &str| Indicator::Netblock(Netblock::parse(text).unwrap());
        let url = |text: &str| Indicator::Url(url::Url::parse(text).unwrap());
        let digest = |text: &str| Indicator::Hash(text.repeat(32));
        for (accused, asked, expected) in [
            (host("shop.example"), host("shop.example"), true),
            (host("shop.example"), host("pay.shop.example"), true),
            (host("pay.shop.example"), host("shop.example"), false),
            (host("shop.example"), host("toyshop.example"), false),
            (address("192.0.2.1"), address("192.0.2.1"), true),
            (block("192.0.2.0/24"), block("192.0.2.0 - 192.0.2.255"), true),
            (block("192.0.2.0/24"), address("192.0.2.1"), false),
            (block("192.0.2.0/24"), block("192.0.2.0/25"), false),
            (url("https://shop.example"), url("https://SHOP.example/"), true),
            (host("shop.example"), url("https://shop.example/"), false),
            (digest("a"), digest("A"), true),
            (digest("a"), digest("b"), false),
        ] {
            assert_eq!(concerns(&accused, &asked), expected, "{accused} {asked}");
        }
    }
}
