//! Names that have no meaning in the public DNS and must never leave the machine.
//!
//! Asking a resolver or a vendor about an onion address tells them which hidden service somebody investigates; asking
//! about `files.corp` tells them what an office network looks like. Neither can answer. The rules are those of the IANA
//! registry of special-use domain names (RFC 6761 and later documents) for names that the public DNS cannot answer, of
//! the registry of locally served zones (RFC 6303), and of the few documents that name private suffixes; each rule
//! cites its own.
//!
//! The documentation names of RFC 6761 §6.5 (`.example`) are *not* here, and neither are the reverse zones of the
//! documentation networks: they are harmless, and workshop cases are made of them. Nor is `ipv4only.arpa` (RFC 8880),
//! which is the same for everybody and says nothing about anyone.

use std::fmt;

/// A special-use name and its kind.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct SpecialUse {
    /// The name in question.
    pub name: String,
    /// Why it is special.
    pub kind: SpecialUseKind,
}

/// Why a name is special.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SpecialUseKind {
    /// A Tor hidden service (`.onion`, RFC 7686).
    Onion,
    /// An I2P service (`.i2p`).
    I2p,
    /// Another name outside the DNS (`.alt`, RFC 9476).
    Alternative,
    /// Link-local multicast DNS (`.local`, RFC 6762).
    MulticastDns,
    /// This machine (`localhost`, RFC 6761).
    Localhost,
    /// A private network (`.internal`, `home.arpa` of RFC 8375).
    Private,
    /// Never valid (`.invalid`, `.test`, RFC 6761).
    NeverValid,
    /// The reverse name of a private, loopback or link-local address (RFC 6303).
    PrivateReverse,
    /// A name without a dot, which only means something within a network.
    SingleLabel,
}

impl SpecialUseKind {
    /// The word used in logs.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Onion => "onion",
            Self::I2p => "i2p",
            Self::Alternative => "alternative",
            Self::MulticastDns => "multicast-dns",
            Self::Localhost => "localhost",
            Self::Private => "private",
            Self::NeverValid => "never-valid",
            Self::PrivateReverse => "private-reverse",
            Self::SingleLabel => "single-label",
        }
    }
}

impl SpecialUse {
    /// What the analyst reads: what the name is, that nobody was told, and what can be done instead.
    #[must_use]
    pub fn analyst_message(&self) -> String {
        let name = &self.name;
        let (what, instead) = match self.kind {
            SpecialUseKind::Onion => (
                "is a Tor onion service: it has no DNS records and no WHOIS entry",
                "Search for its name as a phrase in material you already have, or visit it with the Tor Browser",
            ),
            SpecialUseKind::I2p => (
                "is an I2P service: it has no DNS records and no WHOIS entry",
                "Search for its name as a phrase in material you already have, or visit it with an I2P router",
            ),
            SpecialUseKind::Alternative => (
                "belongs to a naming system outside the DNS (.alt)",
                "Look it up with the software of that naming system",
            ),
            SpecialUseKind::MulticastDns => (
                "is a device's name on a local network (.local)",
                "Ask on the network that it was seen on; its addresses and mailboxes may still be worth a pivot",
            ),
            SpecialUseKind::Localhost => (
                "is this machine itself, whichever machine that was",
                "Look at where the name was found: it often tells of a test installation",
            ),
            SpecialUseKind::Private => (
                "is a name of a private network, which only that network can answer",
                "Ask its administrators, or pivot on the public names and addresses found beside it",
            ),
            SpecialUseKind::NeverValid => (
                "is reserved for tests and never belongs to anybody",
                "Check where it comes from: it is often a filler that somebody forgot to replace",
            ),
            SpecialUseKind::PrivateReverse => (
                "is the reverse name of a private address, which many networks use at the same time",
                "Ask the administrators of the network that it was seen on, or pivot on the public addresses beside it",
            ),
            SpecialUseKind::SingleLabel => (
                "has no dot: it is a device's name on a local network, or a whole top level",
                "If it is the beginning of a longer name, complete it, for example with the domain of the network",
            ),
        };
        format!("{name} {what}. Nothing was sent to a resolver or a data vendor. {instead}.")
    }
}

/// The kind alone: a log is no place for the name of a hidden service.
impl fmt::Display for SpecialUse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.kind.as_str())
    }
}

/// Suffixes whose names are special, themselves included. Lower case, A-labels.
const SUFFIXES: [(&str, SpecialUseKind); 25] = [
    // RFC 7686 §2: applications that do not implement Tor should not look the name up; resolvers answer NXDOMAIN.
    ("onion", SpecialUseKind::Onion),
    // The one rule without a standard: the drafts that would have reserved it expired. It is here for what it is, a
    // hidden service's name, which the public DNS cannot answer.
    ("i2p", SpecialUseKind::I2p),
    // RFC 9476 §2: names that are not meant to be resolved in the DNS.
    ("alt", SpecialUseKind::Alternative),
    // RFC 6762 §3: any query for a name ending in ".local." is sent to the link-local multicast address.
    ("local", SpecialUseKind::MulticastDns),
    // RFC 6761 §6.3: should not be sent to name servers, always means the loopback address.
    ("localhost", SpecialUseKind::Localhost),
    // ICANN Board, 29 July 2024: reserved permanently from delegation, for private use.
    ("internal", SpecialUseKind::Private),
    // RFC 8375 §4: resolved within the home network only.
    ("home.arpa", SpecialUseKind::Private),
    // RFC 6762 appendix G: the private top levels found in use (".internal" is among them too). ".home" and ".corp" are
    // also those that ICANN will not delegate because of name collisions.
    ("intranet", SpecialUseKind::Private),
    ("private", SpecialUseKind::Private),
    ("corp", SpecialUseKind::Private),
    ("home", SpecialUseKind::Private),
    ("lan", SpecialUseKind::Private),
    // RFC 9462: queries below it concern the resolver of this network and are not forwarded.
    ("resolver.arpa", SpecialUseKind::Private),
    // RFC 9665: service registration within the local network.
    ("service.arpa", SpecialUseKind::Private),
    // RFC 9031: joining a wireless mesh; the name is not meant to be looked up.
    ("6tisch.arpa", SpecialUseKind::Private),
    // RFC 9140: an identifier's realm in local authentication; not meant to be looked up.
    ("eap-noob.arpa", SpecialUseKind::Private),
    // RFC 6761 §6.4: always NXDOMAIN.
    ("invalid", SpecialUseKind::NeverValid),
    // RFC 6761 §6.2: should not be sent to name servers unless configured for a test.
    ("test", SpecialUseKind::NeverValid),
    // RFC 6303 §4.2: "this" network and the loopback network; the limited broadcast address.
    ("0.in-addr.arpa", SpecialUseKind::PrivateReverse),
    ("127.in-addr.arpa", SpecialUseKind::PrivateReverse),
    ("255.255.255.255.in-addr.arpa", SpecialUseKind::PrivateReverse),
    // RFC 6303 §4.1 with RFC 1918; RFC 6761 §6.1.
    ("10.in-addr.arpa", SpecialUseKind::PrivateReverse),
    ("168.192.in-addr.arpa", SpecialUseKind::PrivateReverse),
    // RFC 6303 §4.2 with RFC 3927: link-local.
    ("254.169.in-addr.arpa", SpecialUseKind::PrivateReverse),
    // RFC 6303 §4.4 with RFC 4193 §4.4: unique local addresses that are in use (fd00::/8).
    ("d.f.ip6.arpa", SpecialUseKind::PrivateReverse),
];

/// The kind of a normalised name, `None` for an ordinary one.
pub(super) fn kind_of(name: &str) -> Option<SpecialUseKind> {
    SUFFIXES
        .into_iter()
        .find_map(|(suffix, kind)| is_within(name, suffix).then_some(kind))
        .or_else(|| private_reverse_range(name))
        // A name without a dot is completed by the search list of whatever network asks, and a question for the bare
        // label that reaches a root server says what is used there (ICANN SSAC, SAC 064).
        .or_else(|| (!name.contains('.')).then_some(SpecialUseKind::SingleLabel))
}

fn is_within(name: &str, suffix: &str) -> bool {
    name.strip_suffix(suffix).is_some_and(|head| head.is_empty() || head.ends_with('.'))
}

/// Reverse zones that come in ranges, counted rather than listed.
fn private_reverse_range(name: &str) -> Option<SpecialUseKind> {
    let private = if let Some(head) = name.strip_suffix(".in-addr.arpa") {
        let mut octets = head.rsplit('.').map_while(|octet| octet.parse::<u8>().ok());
        match (octets.next(), octets.next()) {
            // RFC 6303 §4.1 with RFC 1918; RFC 6761 §6.1.
            (Some(172), Some(second)) => (16..=31).contains(&second),
            // RFC 7793 with RFC 6598: address space shared by the customers of a carrier.
            (Some(100), Some(second)) => (64..=127).contains(&second),
            _ => false,
        }
    } else if let Some(head) = name.strip_suffix(".ip6.arpa") {
        let mut nibbles = head.rsplit('.');
        match (nibbles.next(), nibbles.next(), nibbles.next()) {
            // RFC 6303 §4.5 with RFC 4291 §2.5.6, and RFC 6762 §12: link-local, fe80::/10.
            (Some("f"), Some("e"), Some(third)) => matches!(third, "8" | "9" | "a" | "b"),
            // RFC 4193 §3.1: the other half of fc00::/7, not in use yet and just as private.
            (Some("f"), Some("c"), _) => true,
            // RFC 6303 §4.3: the unspecified address and the loopback address.
            (Some("0"), _, _) => is_unspecified_or_loopback(head),
            _ => false,
        }
    } else {
        false
    };
    private.then_some(SpecialUseKind::PrivateReverse)
}

/// The reverse names of `::` and `::1`, 32 nibbles each.
fn is_unspecified_or_loopback(nibbles: &str) -> bool {
    let mut highest_first = nibbles.rsplit('.');
    highest_first.by_ref().take(31).filter(|nibble| *nibble == "0").count() == 31
        && highest_first.next().is_some_and(|last| matches!(last, "0" | "1"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_has_its_kind_and_its_near_miss() {
        use SpecialUseKind::{
            Alternative, I2p, Localhost, MulticastDns, NeverValid, Onion, Private, PrivateReverse, SingleLabel,
        };
        for (name, kind) in [
            ("abc.onion", Some(Onion)),
            ("onion", Some(Onion)),
            ("a.b.onion", Some(Onion)),
            ("myonion.example", None),
            ("x.notonion", None),
            ("stats.i2p", Some(I2p)),
            ("x.b32.i2p", Some(I2p)),
            ("gnu.alt", Some(Alternative)),
            ("cobalt.example", None),
            ("printer.local", Some(MulticastDns)),
            ("local.example", None),
            ("localhost", Some(Localhost)),
            ("db.localhost", Some(Localhost)),
            ("files.internal", Some(Private)),
            ("tv.home.arpa", Some(Private)),
            ("dc01.corp", Some(Private)),
            ("nas.lan", Some(Private)),
            ("nas.home", Some(Private)),
            ("wiki.intranet", Some(Private)),
            ("x.private", Some(Private)),
            ("_dns.resolver.arpa", Some(Private)),
            ("default.service.arpa", Some(Private)),
            ("x.6tisch.arpa", Some(Private)),
            ("eap-noob.arpa", Some(Private)),
            ("a.invalid", Some(NeverValid)),
            ("a.test", Some(NeverValid)),
            ("test.example", None),
            ("latest.example", None),
            ("1.0.0.10.in-addr.arpa", Some(PrivateReverse)),
            ("10.in-addr.arpa", Some(PrivateReverse)),
            ("110.in-addr.arpa", None),
            ("15.172.in-addr.arpa", None),
            ("16.172.in-addr.arpa", Some(PrivateReverse)),
            ("9.8.31.172.in-addr.arpa", Some(PrivateReverse)),
            ("32.172.in-addr.arpa", None),
            ("172.in-addr.arpa", None),
            ("1.168.192.in-addr.arpa", Some(PrivateReverse)),
            ("169.192.in-addr.arpa", None),
            ("254.169.in-addr.arpa", Some(PrivateReverse)),
            ("63.100.in-addr.arpa", None),
            ("64.100.in-addr.arpa", Some(PrivateReverse)),
            ("127.100.in-addr.arpa", Some(PrivateReverse)),
            ("1.0.0.127.in-addr.arpa", Some(PrivateReverse)),
            ("2.0.192.in-addr.arpa", None),
            ("1.0.d.f.ip6.arpa", Some(PrivateReverse)),
            ("0.c.f.ip6.arpa", Some(PrivateReverse)),
            ("0.8.e.f.ip6.arpa", Some(PrivateReverse)),
            ("b.e.f.ip6.arpa", Some(PrivateReverse)),
            ("c.e.f.ip6.arpa", None),
            ("8.b.d.0.1.0.0.2.ip6.arpa", None),
            ("1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.ip6.arpa", Some(PrivateReverse)),
            ("2.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.ip6.arpa", None),
            ("0.ip6.arpa", None),
            ("ipv4only.arpa", None),
            ("fileserver", Some(SingleLabel)),
            ("com", Some(SingleLabel)),
            ("cmt-net.example", None),
            ("example.com", None),
        ] {
            assert_eq!(kind_of(name), kind, "{name}");
        }
    }

    #[test]
    fn every_message_names_the_name_says_that_nothing_was_sent_and_offers_a_way_on() {
        for name in ["a.onion", "a.i2p", "a.alt", "a.local", "localhost", "a.lan", "a.test", "10.in-addr.arpa", "host"]
        {
            let kind = kind_of(name).unwrap();
            let message = SpecialUse { name: name.to_owned(), kind }.analyst_message();
            assert!(message.starts_with(&format!("{name} ")), "{message}");
            assert!(message.contains("Nothing was sent to a resolver or a data vendor."), "{message}");
            assert_eq!(message.matches(". ").count(), 2, "three sentences: {message}");
        }
    }

    #[test]
    fn the_log_form_does_not_hold_the_name() {
        let name = SpecialUse { name: "hidden.onion".to_owned(), kind: SpecialUseKind::Onion };
        assert_eq!(name.to_string(), "onion");
    }
}
