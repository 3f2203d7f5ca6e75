//! Counts how many domains in the world have a shared value.
//!
//! Whether a mailbox stands in twelve records or in twelve thousand is what tells an owner from a hoster that no list
//! knows. WHOIS values are counted where the count is free, since buying it would cost as much as the domains behind it.
//! Counting name servers, mail servers, addresses and TXT values costs about a credit each, so the most telling
//! candidates are counted first, within the budget of the run.

use std::{collections::BTreeSet, net::IpAddr};

use futures_util::stream::{self, StreamExt};

use super::{Failure, Shared, SharedKind, rarity, sort};
use crate::{
    credits::Credits,
    desk::{Context, Count, Desk},
    error::AskError,
    lookup::{Lookup, ReverseDnsTerm, ReverseDnsType, ReverseWhoisTerm, Scope},
    observable::{EmailAddress, HostName, Netblock, OrganizationName, PersonName, PhoneNumber},
};

/// How many counts are under way at once.
const AT_ONCE: usize = 4;

/// What may be counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Measuring {
    /// How many values at most, the most telling first.
    pub values: usize,
    /// Whether counts may be bought, as far as the budget of the run allows.
    pub buy: bool,
}

/// Twenty-five values, bought where necessary.
impl Default for Measuring {
    fn default() -> Self {
        Self { values: 25, buy: true }
    }
}

/// What counting brought.
#[derive(Debug, Clone, Default)]
pub struct Measured {
    /// How many values were counted.
    pub counted: usize,
    /// How many values could have been counted, but not for free, or not within the budget.
    pub too_dear: usize,
    /// What failed.
    pub failures: Vec<Failure>,
    /// Who counted, each once, by name.
    pub sources: Vec<String>,
    /// What it has cost.
    pub spent: Credits,
}

/// Counts the populations of the most telling values, and gives these their scores and places anew. Values that are
/// common already are not counted: they cannot become rare.
pub async fn measure(desk: &Desk, shared: &mut [Shared], settings: Measuring, context: &Context) -> Measured {
    let mut measured = Measured::default();
    let mut questions = Vec::new();
    for (index, value) in shared.iter().enumerate() {
        if questions.len() >= settings.values {
            break;
        }
        let Some(lookup) = question(value).filter(|lookup| !desk.sources(lookup.kind()).is_empty()) else { continue };
        if desk.counts_for_free(&lookup, context) || (settings.buy && may_be_bought(value.kind)) {
            questions.push((index, lookup));
        } else {
            measured.too_dear += 1;
        }
    }
    let asked = questions.into_iter().map(|(index, lookup)| {
        let (desk, context) = (desk.clone(), context.clone());
        async move {
            let count = desk.count(&lookup, &context).await;
            (index, lookup, count)
        }
    });
    let mut counts: Vec<(usize, Lookup, Result<Count, AskError>)> =
        stream::iter(asked).buffer_unordered(AT_ONCE).collect().await;
    counts.sort_by_key(|(index, ..)| *index);
    let mut sources = BTreeSet::new();
    for (index, lookup, count) in counts {
        let Some(value) = shared.get_mut(index) else { continue };
        match count {
            Ok(count) => {
                for answer in &count.answers {
                    sources.insert(answer.provenance.source.clone());
                    measured.spent = measured.spent + answer.provenance.paid;
                }
                value.population = Some(count.total.count());
                rarity::judge(value);
                measured.counted += 1;
            }
            Err(AskError::NeedsConsent { .. }) => measured.too_dear += 1,
            // Nobody can be asked, or nobody may be: the lists have to do.
            Err(AskError::NoSource { .. } | AskError::SpecialUse { .. } | AskError::LocalAddress { .. }) => {}
            Err(error) => {
                measured.failures.push(Failure { subject: value.value.clone(), kind: lookup.kind(), error });
            }
        }
    }
    crowd(shared);
    measured.sources = sources.into_iter().collect();
    sort(shared);
    measured
}

/// A network has at least the names that any of its addresses has: the crowd at a shared address is its crowd, too.
fn crowd(shared: &mut [Shared]) {
    let addresses: Vec<(IpAddr, u64)> = shared
        .iter()
        .filter(|value| value.kind == SharedKind::IpAddress)
        .filter_map(|value| Some((value.value.parse().ok()?, value.population?)))
        .collect();
    for network in shared.iter_mut().filter(|value| value.kind == SharedKind::Network) {
        let Ok(block) = Netblock::parse(network.key()) else { continue };
        let within =
            addresses.iter().filter(|(address, _)| block.contains(*address)).map(|(_, population)| *population);
        if let Some(population) = within.max() {
            network.population = Some(network.population.unwrap_or_default().max(population));
            rarity::judge(network);
        }
    }
}

/// Whether a count of the kind is worth a credit. WHOIS searches cost many.
const fn may_be_bought(kind: SharedKind) -> bool {
    matches!(
        kind,
        SharedKind::NameServer
            | SharedKind::MailServer
            | SharedKind::IpAddress
            | SharedKind::Alias
            | SharedKind::TextIdentifier
            | SharedKind::MailSender
    )
}

/// What to count for a value; `None` if there is nothing to learn or nothing to ask.
fn question(shared: &Shared) -> Option<Lookup> {
    if shared.common.is_some() || shared.population.is_some() {
        return None;
    }
    let text = shared.value.as_str();
    let whois = |term| Some(Lookup::reverse_whois(term, Scope::Historic));
    let dns =
        |record_type, text: String| Some(Lookup::ReverseDns { record_type, terms: vec![ReverseDnsTerm::value(text)] });
    match shared.kind {
        SharedKind::Email => whois(ReverseWhoisTerm::Email(EmailAddress::parse(text).ok()?)),
        SharedKind::Phone => whois(ReverseWhoisTerm::Phone(PhoneNumber::parse(text).ok()?)),
        SharedKind::Person => whois(ReverseWhoisTerm::Person(PersonName::parse(text).ok()?)),
        SharedKind::Organization => whois(ReverseWhoisTerm::Organization(OrganizationName::parse(text).ok()?)),
        SharedKind::Address => whois(ReverseWhoisTerm::Address(shared.postal.clone()?)),
        SharedKind::NameServer => Some(Lookup::ReverseNs { name_server: HostName::parse(text).ok()? }),
        SharedKind::MailServer => Some(Lookup::ReverseMx { mail_server: HostName::parse(text).ok()? }),
        SharedKind::IpAddress => Some(Lookup::ReverseIp { address: text.parse().ok()? }),
        SharedKind::Alias => dns(ReverseDnsType::Cname, text.to_owned()),
        SharedKind::TextIdentifier => dns(ReverseDnsType::Txt, format!("*{text}*")),
        SharedKind::MailSender => dns(ReverseDnsType::Txt, format!("*:{text}*")),
        SharedKind::Certificate | SharedKind::Network | SharedKind::Registrar => None,
    }
}
