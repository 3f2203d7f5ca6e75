//! The registrar in its customer's place.
//!
//! Many registrars write themselves into the technical or billing contact of every domain, some into all contacts, and
//! resellers forward mail to the mailbox for complaints. Lists know the large ones. The small ones tell on themselves: the
//! same record names the registrar, its web site, its WHOIS server and its mailbox for complaints.
//!
//! A contact whose *organisation or name* is the registrar's is the registrar's as a whole. One that only has a *mailbox*
//! of the registrar's keeps its other fields: an owner's name beside a relaying mailbox is still the owner's. And the
//! registrar's own domains are its own: there the same contact is the owner and no noise at all.

use super::{Confidence, NoiseKind, Verdict, infrastructure::is_free_mailbox_domain};
use crate::{
    observable::{EmailAddress, HostName, OrganizationName},
    record::{Contact, WhoisRecord},
};

/// How much of a contact is the registrar's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// All of it.
    Contact,
    /// The mailbox alone.
    Mailbox,
}

/// Judges a contact against the registrar that its record names.
#[must_use]
pub fn registrar_contact(contact: &Contact, record: &WhoisRecord) -> Option<(Extent, Verdict)> {
    let domains = registrar_domains(record);
    if HostName::parse(&record.domain).is_ok_and(|domain| domains.iter().any(|own| domain.is_within(own))) {
        return None;
    }
    let verdict = |confidence, reason: String| {
        let (rule, origin) = ("registrar in its customer's place", "the same record's registrar");
        Verdict::by_rule(NoiseKind::RegistrarContact, reason, confidence, rule, origin)
    };
    let named = record.registrar.as_ref().and_then(|registrar| registrar.name.as_deref());
    if let Some((named, folded)) = named.and_then(|named| Some((named, folded_name(named)?)))
        && [&contact.organization, &contact.name]
            .into_iter()
            .any(|field| field.as_deref().and_then(folded_name).is_some_and(|name| name == folded))
    {
        let reason = format!("a contact of the registrar: {named} is the registrar itself");
        return Some((Extent::Contact, verdict(Confidence::Likely, reason)));
    }
    let email = EmailAddress::parse(contact.email.as_deref()?).ok()?;
    let abuse = record.registrar.as_ref().and_then(|registrar| registrar.abuse_email.as_deref());
    if abuse.is_some_and(|abuse| abuse.trim().eq_ignore_ascii_case(email.as_str())) {
        let reason = "a contact of the registrar: its mailbox for complaints".to_owned();
        return Some((Extent::Mailbox, verdict(Confidence::Certain, reason)));
    }
    let domain = own_label(email.domain());
    domains.contains(&domain).then(|| {
        let reason = format!("a contact of the registrar: a mailbox of {domain}, which is the registrar's");
        (Extent::Mailbox, verdict(Confidence::Certain, reason))
    })
}

/// The domains that a record shows to be its registrar's: of the web site, of the mailbox for complaints, of the WHOIS
/// server. A registrar with a mailbox at a provider of mailboxes owns no more than that mailbox.
pub(crate) fn registrar_domains(record: &WhoisRecord) -> Vec<HostName> {
    let mut domains = Vec::new();
    if let Some(registrar) = &record.registrar {
        domains.extend(registrar.url.as_deref().and_then(|url| HostName::parse(url).ok()));
        let abuse = registrar.abuse_email.as_deref().and_then(|text| EmailAddress::parse(text).ok());
        domains.extend(abuse.map(|email| email.domain().clone()));
    }
    domains.extend(record.whois_server.as_deref().and_then(|server| HostName::parse(server).ok()));
    domains.retain(|domain| !is_free_mailbox_domain(domain));
    domains.iter().map(own_label).filter(|domain| !is_free_mailbox_domain(domain)).collect()
}

fn folded_name(name: &str) -> Option<String> {
    OrganizationName::parse(name).ok().map(|name| name.folded())
}

fn own_label(host: &HostName) -> HostName {
    host.registrable().unwrap_or_else(|| host.clone())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::Registrar;

    fn record(domain: &str) -> WhoisRecord {
        WhoisRecord {
            domain: domain.to_owned(),
            registrar: Some(Registrar {
                name: Some("Brightlabel Names, Inc.".to_owned()),
                url: Some("https://www.brightlabel.example".to_owned()),
                abuse_email: Some("complaints@brightlabel-abuse.example".to_owned()),
                iana_id: None,
            }),
            ..WhoisRecord::default()
        }
    }

    fn contact(organization: &str, email: &str) -> Contact {
        Contact { organization: Some(organization.to_owned()), email: Some(email.to_owned()), ..Contact::default() }
    }

    fn told(organization: &str, email: &str, domain: &str) -> Option<(Extent, Confidence)> {
        let verdict = registrar_contact(&contact(organization, email), &record(domain));
        verdict.map(|(extent, verdict)| {
            assert_eq!(verdict.kind, NoiseKind::RegistrarContact);
            assert!(verdict.reason.starts_with(NoiseKind::RegistrarContact.in_words()), "{}", verdict.reason);
            (extent, verdict.confidence)
        })
    }

    #[test]
    fn the_record_itself_says_who_the_registrar_is() {
        for (organization, email, expected) in [
            ("BRIGHTLABEL NAMES", "jo@lantern.example", Some((Extent::Contact, Confidence::Likely))),
            ("Acme Ltd", "Complaints@brightlabel-abuse.example", Some((Extent::Mailbox, Confidence::Certain))),
            ("Acme Ltd", "support@mail.brightlabel.example", Some((Extent::Mailbox, Confidence::Certain))),
            ("Acme Ltd", "jo@notbrightlabel.example", None),
            ("Brightlabel Names of Acme", "jo@lantern.example", None),
        ] {
            assert_eq!(told(organization, email, "shop.example"), expected, "{organization} {email}");
        }
    }

    #[test]
    fn on_its_own_domain_the_registrar_is_the_owner() {
        assert_eq!(told("Brightlabel Names", "dns@brightlabel.example", "brightlabel.example"), None);
    }

    #[test]
    fn a_mailbox_for_complaints_at_a_free_provider_makes_nobody_else_a_registrar() {
        let mut record = record("shop.example");
        record.registrar =
            Some(Registrar { abuse_email: Some("brightlabel@gmail.com".to_owned()), ..Registrar::default() });
        assert_eq!(registrar_contact(&contact("Acme Ltd", "jo@gmail.com"), &record), None);
        let (extent, _) = registrar_contact(&contact("Acme Ltd", "brightlabel@gmail.com"), &record).unwrap();
        assert_eq!(extent, Extent::Mailbox);
    }
}
