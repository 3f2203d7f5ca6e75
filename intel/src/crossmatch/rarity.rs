//! How much a shared value tells.
//!
//! The score goes from 0 to 100 and is made of three parts.
//!
//! **Weight.** What a kind of value is worth if nobody but the sharers has it:
//!
//! | kind | weight | why |
//! |---|---|---|
//! | mailbox | 100 | somebody reads it, and has the key to it |
//! | phone number | 95 | somebody answers it; numbers are given out again |
//! | certificate | 90 | one private key serves all its names |
//! | TXT identifier | 90 | one account at a service |
//! | organisation | 85 | names are like other names |
//! | person | 80 | people have namesakes |
//! | postal address | 80 | offices are shared |
//! | IP address | 60 | strangers share machines |
//! | alias target | 60 | as an address |
//! | mail server | 55 | strangers share services |
//! | name server | 50 | strangers share services more often |
//! | allowed mail sender | 50 | as a name server |
//! | network | 25 | hundreds of strangers in each |
//! | registrar | 3 | millions of strangers at each |
//!
//! **Population.** If it was counted how many domains in the world have the value, the sharers that were asked about are
//! taken off and the rest damps the weight: `weight × 100 / (100 + strangers)`, rounded. A hundred strangers halve it,
//! nine hundred leave a tenth. What only the sharers have keeps its full weight, however many they are. A certificate
//! counts itself: its population is the number of registrable domains that it is good for.
//!
//! **Lists.** What is known as shared infrastructure (see [`crate::noise::infrastructure`]), belongs to the registrar or
//! to whoever runs the name servers, or is a role rather than a person, scores at most 2 if that is sure, 10 if it is
//! likely and 15 if it is no more than possible, whatever its weight: a small count does not make a provider private.
//!
//! A value that scores less than [`COMMON_BELOW`], or is on a list, is *common*, with the reason in words. Common values
//! stay in the list: somebody may know better.

use serde::Serialize;

use super::{Shared, SharedKind};
use crate::noise::{Confidence, Verdict};

/// Values that score less are common.
pub const COMMON_BELOW: u8 = 20;

/// Why a value joins strangers.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[non_exhaustive]
pub struct Common {
    /// The reason, in words for the analyst.
    pub reason: String,
    /// How sure that is.
    pub confidence: Confidence,
}

impl Common {
    pub(super) fn new(reason: impl Into<String>, confidence: Confidence) -> Self {
        Self { reason: reason.into(), confidence }
    }
}

/// A list's verdict; one that is no more than possible is none, since the name may be one customer's own.
pub(super) fn listed(verdict: Option<Verdict>) -> Option<Common> {
    let verdict = verdict.filter(|verdict| verdict.confidence > Confidence::Possible)?;
    Some(Common::new(verdict.reason, verdict.confidence))
}

/// What a value of the kind is worth if nobody but the sharers has it.
#[must_use]
pub const fn weight(kind: SharedKind) -> u8 {
    match kind {
        SharedKind::Email => 100,
        SharedKind::Phone => 95,
        SharedKind::Certificate | SharedKind::TextIdentifier => 90,
        SharedKind::Organization => 85,
        SharedKind::Person | SharedKind::Address => 80,
        SharedKind::IpAddress | SharedKind::Alias => 60,
        SharedKind::MailServer => 55,
        SharedKind::NameServer | SharedKind::MailSender => 50,
        SharedKind::Network => 25,
        SharedKind::Registrar => 3,
    }
}

/// The most that a value on a list can score.
const fn ceiling(confidence: Confidence) -> u8 {
    match confidence {
        Confidence::Certain => 2,
        Confidence::Likely => 10,
        Confidence::Possible => 15,
    }
}

/// The rule of the score.
#[must_use]
pub fn score(kind: SharedKind, sharers: usize, population: Option<u64>, known: Option<Confidence>) -> u8 {
    let strangers = population.unwrap_or_default().saturating_sub(sharers as u64);
    let weight = u64::from(weight(kind));
    let divisor = strangers.saturating_add(100);
    let damped = (weight * 100).saturating_add(divisor / 2) / divisor;
    let damped = u8::try_from(damped).unwrap_or(u8::MAX).min(100);
    known.map_or(damped, |confidence| damped.min(ceiling(confidence)))
}

/// Gives a value its score and its verdict.
pub(super) fn judge(shared: &mut Shared) {
    let known = shared.known.as_ref().map(|known| known.confidence);
    shared.score = score(shared.kind, shared.sharers.len(), shared.population, known);
    shared.common = shared.known.clone().or_else(|| (shared.score < COMMON_BELOW).then(|| by_number(shared)));
}

/// The reason of a value that no list knows.
fn by_number(shared: &Shared) -> Common {
    match shared.population {
        _ if weight(shared.kind) < COMMON_BELOW => {
            Common::new(format!("one {} serves very many owners", shared.kind.in_words()), Confidence::Certain)
        }
        Some(population) => Common::new(format!("known with {population} domains"), Confidence::Certain),
        None => Common::new("values of this kind join strangers", Confidence::Likely),
    }
}

#[cfg(test)]
mod tests {
    use super::{SharedKind::*, *};

    #[test]
    fn a_value_that_only_the_sharers_have_keeps_its_full_weight() {
        for kind in SharedKind::ALL {
            assert_eq!(score(kind, 12, None, None), weight(kind));
            assert_eq!(score(kind, 12, Some(12), None), weight(kind));
            // A source that knows fewer than were asked about knows too little to count against them.
            assert_eq!(score(kind, 12, Some(3), None), weight(kind));
        }
        assert_eq!(score(Email, 5000, Some(5000), None), 100);
    }

    #[test]
    fn strangers_damp_the_weight() {
        for (kind, population, expected) in [
            (Email, 112, 50),
            (Email, 912, 10),
            (Person, 91, 45),
            (NameServer, 91, 28),
            (NameServer, 1_000_012, 0),
            (Email, u64::MAX, 0),
        ] {
            assert_eq!(score(kind, 12, Some(population), None), expected, "{kind:?} {population}");
        }
    }

    #[test]
    fn what_is_on_a_list_scores_near_nothing() {
        assert_eq!(score(Email, 12, None, Some(Confidence::Certain)), 2);
        assert_eq!(score(Email, 12, Some(12), Some(Confidence::Likely)), 10);
        assert_eq!(score(NameServer, 12, Some(1_000_000), Some(Confidence::Likely)), 0);
        assert!(
            [Confidence::Possible, Confidence::Likely, Confidence::Certain]
                .map(ceiling)
                .iter()
                .all(|most| *most < COMMON_BELOW)
        );
    }

    #[test]
    fn the_kinds_stand_in_the_order_of_their_weights() {
        assert!(SharedKind::ALL.map(weight).is_sorted_by(|one, next| one >= next));
        assert!(SharedKind::ALL.is_sorted());
        assert!(weight(Registrar) < COMMON_BELOW);
    }

    #[test]
    fn the_table_in_the_head_says_the_weights() {
        let head = include_str!("rarity.rs");
        for kind in SharedKind::ALL {
            let line = format!("//! | {} | {} |", kind.in_words(), weight(kind));
            assert!(head.contains(&line), "{line}");
        }
    }

    #[test]
    fn a_customers_own_name_is_not_common() {
        let verdict = |confidence| {
            let kind = crate::noise::NoiseKind::ContentNetwork;
            Verdict::by_rule(kind, "a content network: Widecache", confidence, "a list", "a test")
        };
        assert_eq!(listed(Some(verdict(Confidence::Possible))), None);
        assert_eq!(
            listed(Some(verdict(Confidence::Certain))),
            Some(Common::new("a content network: Widecache", Confidence::Certain))
        );
    }
}
