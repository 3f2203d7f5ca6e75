//! Who judges: the lists that ship, and those of the team.
//!
//! A [`Judge`] is made once, when the program starts, and handed to whoever judges; nothing about a team's lists is global.
//! It answers with *every* verdict, the surest first, and of equally sure ones the shipped lists' before the team's: what
//! ships says who runs something, a team's list often only that it is known.

use std::{cmp::Reverse, net::IpAddr, sync::Arc};

use super::{Confidence, NoiseKind, Verdict, WarningLists, contact, infrastructure, warning_lists::Matter};
use crate::observable::{AutonomousSystem, EmailAddress, HostName, PersonName, PhoneNumber, parse_address};

/// What is judged, and as what.
#[derive(Debug, Clone, Copy)]
pub enum Subject<'a> {
    /// A contact value: a name, an organisation, a phone number, a line of an address.
    Contact(&'a str),
    /// A mailbox.
    Mailbox(&'a EmailAddress),
    /// A domain, or the name of a host.
    Host(&'a HostName),
    /// A name server.
    NameServer(&'a HostName),
    /// A mail server.
    MailServer(&'a HostName),
    /// An address.
    Address(IpAddr),
    /// An autonomous system.
    System(AutonomousSystem),
}

/// Judges values by the shipped lists and by those of the team. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Judge {
    team: Option<Arc<WarningLists>>,
}

impl Judge {
    /// A judge who knows the shipped lists only.
    #[must_use]
    pub fn built_in() -> Self {
        Self::default()
    }

    /// A judge who knows a team's lists as well.
    #[must_use]
    pub fn with_team(lists: WarningLists) -> Self {
        Self { team: Some(Arc::new(lists)) }
    }

    /// The team's lists.
    #[must_use]
    pub fn team(&self) -> Option<&WarningLists> {
        self.team.as_deref()
    }

    /// The surest verdict, `None` if the value may say something about somebody.
    #[must_use]
    pub fn judge(&self, subject: Subject<'_>) -> Option<Verdict> {
        self.verdicts(subject).into_iter().next()
    }

    /// Every verdict, the surest first.
    #[must_use]
    pub fn verdicts(&self, subject: Subject<'_>) -> Vec<Verdict> {
        let mut verdicts = shipped(subject);
        if let Some(team) = &self.team {
            verdicts.extend(team.verdicts(matter(subject)));
        }
        // A stable sort: of equally sure ones the first said stays first.
        verdicts.sort_by_key(|verdict| Reverse(verdict.confidence));
        verdicts
    }

    /// Every verdict on a text of which it is not known what it is: an address, an AS number (`AS64500`), a mailbox, a
    /// name in any part that a host can play, else a contact value. Each verdict comes once, the surest first.
    #[must_use]
    pub fn verdicts_on_text(&self, text: &str) -> Vec<Verdict> {
        let text = text.trim();
        if let Ok(address) = parse_address(text) {
            return self.verdicts(Subject::Address(address));
        }
        let is_numbered = text.get(..2).is_some_and(|start| start.eq_ignore_ascii_case("as"));
        if let (true, Ok(system)) = (is_numbered, AutonomousSystem::parse(text)) {
            return self.verdicts(Subject::System(system));
        }
        if let (true, Ok(email)) = (text.contains('@'), EmailAddress::parse(text)) {
            return self.verdicts(Subject::Mailbox(&email));
        }
        // A name with a dot and no blank may be a host's, and a service's that calls itself by its domain.
        let mut verdicts = self.verdicts(Subject::Contact(text));
        if let (true, Ok(host)) = (text.contains('.') && !text.contains(char::is_whitespace), HostName::parse(text)) {
            for subject in [Subject::Host(&host), Subject::NameServer(&host), Subject::MailServer(&host)] {
                for verdict in self.verdicts(subject) {
                    // The same operator stands in several lists.
                    if !verdicts.iter().any(|known| known.kind == verdict.kind && known.reason == verdict.reason) {
                        verdicts.push(verdict);
                    }
                }
            }
        }
        verdicts.sort_by_key(|verdict| Reverse(verdict.confidence));
        verdicts
    }
}

/// What the shipped lists and the rules say.
fn shipped(subject: Subject<'_>) -> Vec<Verdict> {
    let verdicts: [Option<Verdict>; 4] = match subject {
        Subject::Contact(text) => {
            let title =
                || PersonName::parse(text).ok().and_then(|name| infrastructure::judge_role_title(&name.folded()));
            [contact::judge(text).or_else(title), None, None, None]
        }
        Subject::Mailbox(email) => [
            contact::judge(email.as_str()),
            infrastructure::judge_disposable_mailbox(email),
            infrastructure::judge_mailbox(email),
            infrastructure::judge_role_mailbox(email),
        ],
        Subject::Host(host) => {
            [special_use(host), service(host), infrastructure::judge_domain(host), infrastructure::judge_host(host)]
        }
        Subject::NameServer(host) => [special_use(host), infrastructure::judge_name_server(host), None, None],
        Subject::MailServer(host) => [special_use(host), infrastructure::judge_mail_server(host), None, None],
        Subject::Address(address) => [infrastructure::judge_address(address), None, None, None],
        Subject::System(system) => [infrastructure::judge_autonomous_system(system), None, None, None],
    };
    verdicts.into_iter().flatten().collect()
}

/// A name that the public DNS cannot answer. Names for documentation are none of these: workshop cases are made of them.
fn special_use(host: &HostName) -> Option<Verdict> {
    let special = host.special_use()?;
    Some(Verdict::by_rule(
        NoiseKind::SpecialUse,
        format!("{} ({special})", NoiseKind::SpecialUse.in_words()),
        Confidence::Certain,
        "special-use names",
        "the IANA registry of special-use domain names (RFC 6761)",
    ))
}

/// The domain of a privacy service.
fn service(host: &HostName) -> Option<Verdict> {
    let (domain, entry) = contact::service_domain(host)?;
    Some(entry.verdict(format!("the domain of a privacy service: {} ({domain})", entry.operator)))
}

/// What a team's lists compare.
fn matter(subject: Subject<'_>) -> Matter {
    match subject {
        Subject::Contact(text) if PhoneNumber::parse(text).is_ok() => Matter::phone(text),
        Subject::Contact(text) => Matter::name(text),
        Subject::Mailbox(email) => Matter::mailbox(email),
        Subject::Host(host) | Subject::NameServer(host) | Subject::MailServer(host) => Matter::host(host),
        Subject::Address(address) => Matter::address(address),
        Subject::System(system) => Matter::system(system),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(text: &str) -> Vec<(NoiseKind, Confidence)> {
        let verdicts = Judge::built_in().verdicts_on_text(text);
        verdicts.into_iter().map(|verdict| (verdict.kind, verdict.confidence)).collect()
    }

    #[test]
    fn any_value_is_judged_by_what_it_is() {
        use Confidence::{Certain, Likely, Possible};
        for (text, expected) in [
            ("Private Limited", vec![]),
            ("Domain Protection Services Ltd of Acme", vec![]),
            ("proxy@acme.example", vec![]),
            ("notcloudflare.com", vec![]),
            ("shop.example", vec![]),
            ("203.0.113.7", vec![]),
            ("Domain Protection Services, Inc.", vec![(NoiseKind::PrivacyService, Certain)]),
            ("REDACTED FOR PRIVACY", vec![(NoiseKind::Redacted, Certain)]),
            ("+1.4806242599", vec![(NoiseKind::PrivacyService, Certain)]),
            ("Domain Administrator", vec![(NoiseKind::Role, Likely)]),
            ("104.16.1.1", vec![(NoiseKind::ContentNetwork, Certain)]),
            ("2606:4700::6810:101", vec![(NoiseKind::ContentNetwork, Certain)]),
            ("192.168.1.1", vec![(NoiseKind::LocalNetwork, Certain)]),
            ("AS13335", vec![(NoiseKind::ContentNetwork, Certain)]),
            ("ns1.sedoparking.com", vec![(NoiseKind::Parking, Certain)]),
            ("ada.ns.cloudflare.com", vec![(NoiseKind::ContentNetwork, Certain)]),
            ("d3abcdef.cloudfront.net", vec![(NoiseKind::ContentNetwork, Possible)]),
            ("gmail.com", vec![(NoiseKind::FreeMail, Certain)]),
            ("jo@gmail.com", vec![]),
            ("hostmaster@lantern.example", vec![(NoiseKind::RoleMailbox, Likely)]),
            ("abuse@godaddy.com", vec![(NoiseKind::Registrar, Certain), (NoiseKind::RoleMailbox, Likely)]),
            ("abuse@yopmail.com", vec![(NoiseKind::DisposableMail, Certain), (NoiseKind::RoleMailbox, Likely)]),
            ("domainsbyproxy.com", vec![(NoiseKind::PrivacyService, Certain); 2]),
            ("lantern.duckdns.org", vec![(NoiseKind::DynamicDns, Possible)]),
            ("hidden.onion", vec![(NoiseKind::SpecialUse, Certain)]),
            ("printer.local", vec![(NoiseKind::SpecialUse, Certain)]),
        ] {
            assert_eq!(kinds(text), expected, "{text}");
        }
    }

    #[test]
    fn a_text_that_begins_like_a_number_of_a_system_is_not_one() {
        assert_eq!(kinds("ASAP Ltd"), []);
        assert_eq!(kinds("ä"), []);
        assert_eq!(kinds(""), [(NoiseKind::Placeholder, Confidence::Certain)]);
    }
}
