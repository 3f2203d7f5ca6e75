//! What the compared domains' own records tell about registrars and hosters.
//!
//! Lists know the large ones. The small ones tell on themselves: a registrar names its web site and its mailbox for
//! complaints in every record, and whoever runs the name servers writes a mailbox of theirs into the technical contact
//! or into the zone. Such values stand in the records of all their customers, and join strangers as a privacy service
//! does.

use std::{
    collections::{HashMap, HashSet},
    net::IpAddr,
};

use super::{
    DomainFacts, SharedKind,
    evidence::{Evidence, rank},
    rarity::{Common, listed},
};
use crate::{
    noise::{Confidence, NoiseKind, infrastructure, registrar_contact, registrar_domains},
    observable::{EmailAddress, HostName, OrganizationName},
    record::{Contact, DnsData, Network, Registrar, WhoisRecord},
};

/// Who serves the compared domains.
#[derive(Debug, Default)]
pub(super) struct Surroundings<'a> {
    /// Domains of registrars.
    registrars: HashSet<HostName>,
    /// Registrars' names, folded.
    registrar_names: HashSet<String>,
    /// Domains of name servers that are none of the compared ones.
    operators: HashSet<HostName>,
    /// The smallest known network of each address.
    networks: HashMap<IpAddr, &'a Network>,
}

impl<'a> Surroundings<'a> {
    pub(super) fn of(facts: &'a [DomainFacts]) -> Self {
        let mut surroundings = Self::default();
        for facts in facts {
            for fact in &facts.whois {
                surroundings.add_registration(&fact.record);
            }
            for fact in &facts.dns {
                match &fact.record.data {
                    DnsData::NameServer(server) | DnsData::StartOfAuthority { primary: server, .. } => {
                        surroundings.operators.insert(own_label(server));
                    }
                    _ => {}
                }
            }
            for fact in &facts.networks {
                let network = &fact.record.network;
                let known = surroundings.networks.entry(fact.record.address.to_canonical()).or_insert(network);
                if rank(network) < rank(known) {
                    *known = network;
                }
            }
        }
        // Who runs their own name servers is not their own stranger.
        for facts in facts {
            surroundings.operators.remove(&own_label(&facts.domain));
        }
        surroundings
    }

    fn add_registration(&mut self, record: &WhoisRecord) {
        self.registrars.extend(registrar_domains(record));
        self.registrar_names.extend(record.registrar.as_ref().and_then(registrar_name));
        let servers = record.name_servers.iter().filter_map(|server| HostName::parse(server).ok());
        self.operators.extend(servers.map(|server| own_label(&server)));
    }

    /// Why a value joins strangers, if the lists or the records say so.
    pub(super) fn known(&self, kind: SharedKind, key: &str, evidence: &[&Evidence]) -> Option<Common> {
        // A value that stands anywhere else as well is not only the registrar's.
        if evidence.iter().all(|evidence| evidence.registrars) {
            return Some(Common::new("it stands in contacts of the registrar", Confidence::Certain));
        }
        let host = || HostName::parse(key).ok();
        let by_value = match kind {
            SharedKind::Email => EmailAddress::parse(key).ok().and_then(|email| self.mailbox(&email, evidence)),
            SharedKind::Organization => self
                .registrar_names
                .contains(key)
                .then(|| Common::new("it is the registrar itself", Confidence::Certain)),
            SharedKind::Person => infrastructure::is_role_title(key)
                .then(|| Common::new("it is a role, not a person", Confidence::Certain)),
            SharedKind::IpAddress => key.parse().ok().and_then(|address| self.address(address)),
            SharedKind::Alias => host().and_then(|host| listed(infrastructure::judge_host(&host))),
            SharedKind::MailServer => host().and_then(|host| listed(infrastructure::judge_mail_server(&host))),
            SharedKind::NameServer => host().and_then(|host| listed(infrastructure::judge_name_server(&host))),
            SharedKind::Phone
            | SharedKind::Address
            | SharedKind::Certificate
            | SharedKind::TextIdentifier
            | SharedKind::MailSender
            | SharedKind::Network
            | SharedKind::Registrar => None,
        };
        by_value.or_else(|| by_record(evidence))
    }

    fn mailbox(&self, email: &EmailAddress, evidence: &[&Evidence]) -> Option<Common> {
        let domain = own_label(email.domain());
        if self.registrars.contains(&domain) {
            return Some(Common::new(format!("a mailbox of the registrar ({domain})"), Confidence::Certain));
        }
        if let Some(common) = listed(infrastructure::judge_mailbox(email)) {
            return Some(common);
        }
        let is_theirs = infrastructure::is_role(email.local_part())
            || evidence.iter().all(|evidence| evidence.place.is_operators());
        (self.operators.contains(&domain) && is_theirs).then(|| {
            let reason = format!("a mailbox of whoever runs the name servers ({domain})");
            Common::new(reason, Confidence::Likely)
        })
    }

    /// An address at a hoster is a customer's; one at a content network is everybody's.
    fn address(&self, address: IpAddr) -> Option<Common> {
        listed(infrastructure::judge_address(address)).or_else(|| {
            let verdict = infrastructure::judge_network(self.networks.get(&address)?)?;
            (verdict.kind != NoiseKind::Hoster).then(|| listed(Some(verdict))).flatten()
        })
    }
}

/// What the records themselves say, if all of them do; the surest first.
fn by_record(evidence: &[&Evidence]) -> Option<Common> {
    let reasons: Option<Vec<&Common>> = evidence.iter().map(|evidence| evidence.common.as_ref()).collect();
    let surest = |one: &&Common, other: &&Common| {
        one.confidence.cmp(&other.confidence).then_with(|| other.reason.cmp(&one.reason))
    };
    reasons?.into_iter().max_by(surest).cloned()
}

/// The registrable domain, or the name itself where there is none.
pub(super) fn own_label(host: &HostName) -> HostName {
    host.registrable().unwrap_or_else(|| host.clone())
}

fn registrar_name(registrar: &Registrar) -> Option<String> {
    OrganizationName::parse(registrar.name.as_deref()?).ok().map(|name| name.folded())
}

/// Whether a contact is the registrar's own: by its organisation, by its mailbox's domain, by being the mailbox for
/// complaints.
pub(super) fn is_registrars_contact(contact: &Contact, record: &WhoisRecord) -> bool {
    registrar_contact(contact, record).is_some()
}
