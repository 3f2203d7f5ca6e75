//! Values that say nothing about anybody.
//!
//! A redaction marker or a privacy service's mailbox stands in millions of WHOIS records. As a node on a graph it would
//! join strangers, and a reverse WHOIS search for it would match half of the world. So every contact value is judged
//! before it can become an answer's matter, and the verdict carries its reason: noise is marked, never silently dropped.
//!
//! Judging goes by whole, normalised values and by the exact names of known services, never by substrings alone:
//! *Private Limited* is a company, *Redacted Records Ltd* is a label, and somebody at `proxy@acme.example` reads that
//! mailbox. Only where a service itself appends something to its name, such as a customer's number, does the beginning
//! decide. The values are data in one place, `noise/lists.rs`.

mod lists;
mod sieve;

pub(crate) use sieve::Sieve;

use std::{collections::HashMap, sync::LazyLock};

use crate::observable::{EmailAddress, HostName, PhoneNumber, SpecialUseKind};

/// What kind of noise a value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NoiseKind {
    /// A registry or registrar wrote a marker in the value's place.
    Redacted,
    /// A privacy or proxy service stands in the owner's place.
    PrivacyService,
    /// A filler that means unknown: `N/A`, `-`, all zeros.
    Placeholder,
}

impl NoiseKind {
    /// The word used in logs and properties.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Redacted => "redacted",
            Self::PrivacyService => "privacy-service",
            Self::Placeholder => "placeholder",
        }
    }

    /// Why such a value cannot be asked about.
    pub(crate) const fn why_not(self) -> &'static str {
        match self {
            Self::Redacted => {
                "it is a redaction marker, written in place of the value in millions of records; searching for it would \
                 join strangers"
            }
            Self::PrivacyService => {
                "it is a privacy service, which stands in place of many owners; searching for it would join strangers"
            }
            Self::Placeholder => "it is a filler that means unknown; searching for it would join strangers",
        }
    }
}

/// A verdict with its reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Noise {
    /// The kind.
    pub kind: NoiseKind,
    /// Why, in words for the analyst: `redaction marker "REDACTED FOR PRIVACY"`.
    pub reason: String,
}

impl Noise {
    /// The verdict on a value that is of the kind as a whole.
    fn whole(kind: NoiseKind, text: &str) -> Self {
        let what = match kind {
            NoiseKind::Redacted => "redaction marker",
            NoiseKind::PrivacyService => "privacy service",
            NoiseKind::Placeholder => "filler",
        };
        Self { kind, reason: format!("{what} \"{}\"", excerpt(text)) }
    }
}

/// Judges one contact value (a name, organisation, mailbox, phone number, address line). `None` means it may say
/// something about somebody.
#[must_use]
pub fn judge(text: &str) -> Option<Noise> {
    let text = text.trim();
    judge_one(text).or_else(|| {
        // Several fields joined to one, each of them noise: "REDACTED FOR PRIVACY, REDACTED FOR PRIVACY".
        let mut verdicts = text.split([',', ';', '|', '\n']).filter(|part| !part.trim().is_empty()).map(judge_one);
        let first = verdicts.next()??;
        verdicts.all(|verdict| verdict.is_some()).then_some(first)
    })
}

fn judge_one(text: &str) -> Option<Noise> {
    let text = text.trim();
    let folded = fold(text);
    if folded.is_empty() {
        return Some(without_letters(text));
    }
    judge_phone(text)
        .or_else(|| known_value(text, &folded))
        .or_else(|| known_beginning(text, &folded))
        .or_else(|| on_behalf(text))
        .or_else(|| mailbox(text))
        .or_else(|| phone_of_service(text))
}

/// Judges a phone number for zeros and asterisks; what it means otherwise is not looked at.
pub(crate) fn judge_phone(text: &str) -> Option<Noise> {
    let is_sign = |c: char| c.is_whitespace() || "+-./()*".contains(c);
    if !text.chars().all(|c| c.is_ascii_digit() || is_sign(c)) {
        return None;
    }
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    if digits.is_empty() {
        return None;
    }
    if text.matches('*').count() >= 3 {
        return Some(Noise::whole(NoiseKind::Redacted, text));
    }
    let country = digits.trim_end_matches('0').len();
    let zeros = digits.len().saturating_sub(country);
    // A country code of up to three digits may stand before the zeros. Vendors drop the plus, and then only a full
    // number's worth of zeros is enough: 100000 is a postal code.
    let is_filler = match country {
        0 => true,
        1..=3 => zeros >= if text.starts_with('+') { 6 } else { 9 },
        _ => false,
    };
    is_filler.then(|| Noise {
        kind: NoiseKind::Placeholder,
        reason: format!("filler \"{}\": a number of zeros", excerpt(text)),
    })
}

/// A value of signs alone: `-`, `***`, or nothing.
fn without_letters(text: &str) -> Noise {
    if text.is_empty() {
        return Noise { kind: NoiseKind::Placeholder, reason: "empty value".to_owned() };
    }
    Noise::whole(if text.contains('*') { NoiseKind::Redacted } else { NoiseKind::Placeholder }, text)
}

fn known_value(text: &str, folded: &str) -> Option<Noise> {
    static VALUES: LazyLock<HashMap<String, NoiseKind>> = LazyLock::new(|| {
        [
            (lists::FILLERS, NoiseKind::Placeholder),
            (lists::PRIVACY_SERVICES, NoiseKind::PrivacyService),
            (lists::REDACTION_MARKERS, NoiseKind::Redacted),
        ]
        .into_iter()
        .flat_map(|(values, kind)| values.iter().map(move |value| (fold(value), kind)))
        .collect()
    });
    let kind = VALUES.get(folded).or_else(|| {
        // First and last name filled in alike: "None None".
        let mut words = folded.split(' ');
        let first = words.next()?;
        words.all(|word| word == first).then(|| VALUES.get(first)).flatten()
    })?;
    Some(Noise::whole(*kind, text))
}

fn known_beginning(text: &str, folded: &str) -> Option<Noise> {
    static PREFIXES: LazyLock<Vec<(String, lists::Tail, NoiseKind)>> = LazyLock::new(|| {
        lists::PREFIXES.iter().map(|(prefix, tail, kind)| (format!("{} ", fold(prefix)), *tail, *kind)).collect()
    });
    PREFIXES.iter().find_map(|(prefix, tail, kind)| {
        let rest = folded.strip_prefix(prefix)?;
        let fits = match tail {
            lists::Tail::Anything => !rest.is_empty(),
            lists::Tail::Code => is_code(rest),
        };
        fits.then(|| Noise::whole(*kind, text))
    })
}

/// One word with a digit in it.
fn is_code(text: &str) -> bool {
    text.chars().all(char::is_alphanumeric) && text.contains(|c: char| c.is_ascii_digit())
}

/// `On behalf of cmt-net.example owner`.
fn on_behalf(text: &str) -> Option<Noise> {
    let (opening, rest) = text.split_at_checked("on behalf of ".len())?;
    let (domain, role) = rest.trim().rsplit_once(' ')?;
    let is_domain = HostName::parse(domain).is_ok_and(|name| name.as_str().contains('.'));
    let fits = opening.eq_ignore_ascii_case("on behalf of ")
        && lists::ON_BEHALF_ROLES.iter().any(|known| role.eq_ignore_ascii_case(known))
        && is_domain;
    fits.then(|| Noise::whole(NoiseKind::PrivacyService, text))
}

fn mailbox(text: &str) -> Option<Noise> {
    static DOMAINS: LazyLock<HashMap<&str, &str>> = LazyLock::new(|| lists::MAILBOX_DOMAINS.iter().copied().collect());
    if !text.contains('@') {
        return None;
    }
    let email = EmailAddress::parse(text).ok()?;
    let mut domain = email.domain().as_str();
    loop {
        if let Some(service) = DOMAINS.get(domain) {
            let reason = format!("mailbox of a privacy service: {service} ({domain})");
            return Some(Noise { kind: NoiseKind::PrivacyService, reason });
        }
        match domain.split_once('.') {
            Some((_, above)) => domain = above,
            None => break,
        }
    }
    if !email.local_part().contains(char::is_alphanumeric) {
        return Some(Noise::whole(NoiseKind::Redacted, text));
    }
    // RFC 2606 §2: names below .invalid are invalid at a glance, which is what fillers are made for.
    let is_invalid = email.domain().special_use().is_some_and(|name| name.kind == SpecialUseKind::NeverValid);
    is_invalid.then(|| Noise::whole(NoiseKind::Placeholder, text))
}

fn phone_of_service(text: &str) -> Option<Noise> {
    static NUMBERS: LazyLock<HashMap<&str, &str>> = LazyLock::new(|| lists::PHONE_DIGITS.iter().copied().collect());
    let phone = PhoneNumber::parse(text).ok()?;
    let service = NUMBERS.get(phone.digits())?;
    Some(Noise {
        kind: NoiseKind::PrivacyService,
        reason: format!("phone number of a privacy service: {service} ({})", excerpt(text)),
    })
}

/// Words of letters and digits in lower case with single blanks between them.
fn fold(text: &str) -> String {
    let lower = text.to_lowercase();
    let words: Vec<&str> = lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    words.join(" ")
}

/// At most 80 characters on one line.
fn excerpt(text: &str) -> String {
    let line = |c: char| if c.is_control() { ' ' } else { c };
    let mut excerpt: String = text.chars().take(80).map(line).collect();
    if text.chars().nth(80).is_some() {
        excerpt.push('\u{2026}');
    }
    excerpt
}

#[cfg(test)]
mod tests {
    use super::{
        NoiseKind::{Placeholder, PrivacyService, Redacted},
        *,
    };

    #[test]
    fn noise_is_recognised_in_every_spelling() {
        for (text, kind) in [
            ("REDACTED FOR PRIVACY", Redacted),
            ("  Redacted  for\tPrivacy. ", Redacted),
            ("redacted-for-privacy", Redacted),
            ("REDACTED FOR PRIVACY (DT)", Redacted),
            ("Redacted for Privacy Purposes", Redacted),
            ("REDACTED FOR PRIVACY, REDACTED FOR PRIVACY", Redacted),
            ("REDACTED", Redacted),
            ("REDACTED REDACTED", Redacted),
            ("DATA REDACTED", Redacted),
            ("Data Protected", Redacted),
            ("GDPR Masked", Redacted),
            ("GDPR Redacted", Redacted),
            ("Not Disclosed", Redacted),
            ("NOT DISCLOSED!", Redacted),
            ("<data not disclosed>", Redacted),
            ("[PRIVATE]", Redacted),
            ("Non-Public Data", Redacted),
            ("Statutory Masking Enabled", Redacted),
            ("MASKED_WHOIS_DATA", Redacted),
            ("Registration Private", Redacted),
            ("Hidden upon user request", Redacted),
            ("Ano Nymous", Redacted),
            (
                "Please query the RDDS service of the Registrar of Record identified in this output for information on \
                 how to contact the Registrant, Admin, or Tech contact of the queried domain name.",
                Redacted,
            ),
            (
                "Select Contact Domain Holder link at https://www.registrar.example/whois/results.aspx?domain=x.example",
                Redacted,
            ),
            ("***", Redacted),
            ("*", Redacted),
            ("***@mail.example", Redacted),
            ("+1.555*******", Redacted),
            ("Domains By Proxy, LLC", PrivacyService),
            ("DOMAINS BY PROXY, LLC", PrivacyService),
            ("DomainsByProxy.com", PrivacyService),
            ("Contact Privacy Inc. Customer 0123456789", PrivacyService),
            ("CONTACT PRIVACY INC. CUSTOMER 7151571251", PrivacyService),
            ("c/o whoisproxy.com", PrivacyService),
            ("c/o whoisproxy.com Ltd.", PrivacyService),
            ("Whois Privacy Protection Service, Inc.", PrivacyService),
            ("Whois Privacy Protection Service by registrar.example", PrivacyService),
            ("Withheld for Privacy ehf", PrivacyService),
            ("Privacy service provided by Withheld for Privacy ehf", PrivacyService),
            ("PrivacyGuardian.org", PrivacyService),
            ("See PrivacyGuardian.org", PrivacyService),
            ("Super Privacy Service LTD c/o Dynadot", PrivacyService),
            ("Perfect Privacy, LLC", PrivacyService),
            ("Domain Protection Services, Inc.", PrivacyService),
            ("WhoisGuard, Inc.", PrivacyService),
            ("WhoisGuard Protected", PrivacyService),
            ("Identity Protection Service", PrivacyService),
            ("Jewella Privacy LLC", PrivacyService),
            ("Jewella Privacy LLC Privacy ID# 12406208", PrivacyService),
            ("Jewella Privacy - c4d76", PrivacyService),
            ("Whois Privacy", PrivacyService),
            ("On behalf of cmt-net.example owner", PrivacyService),
            ("On behalf of cmt-net.example OWNER", PrivacyService),
            ("on behalf of cmt-net.example admin", PrivacyService),
            ("Hidden Owner Privacy Service", PrivacyService),
            ("cmt-net.example@domainsbyproxy.com", PrivacyService),
            ("0123abc.protect@whoisguard.com", PrivacyService),
            ("0123abc.protect@WITHHELDFORPRIVACY.com", PrivacyService),
            ("cmt-net.example@contactprivacy.com", PrivacyService),
            ("pw-0123@privacyguardian.org", PrivacyService),
            ("x@whoisprivacyprotect.com", PrivacyService),
            ("contact@privacyprotect.org", PrivacyService),
            ("x@domainprivacygroup.com", PrivacyService),
            ("0123@identity-protect.org", PrivacyService),
            ("cmt-net.example-Registrant@anonymised.email", PrivacyService),
            ("x@superprivacyservice.com", PrivacyService),
            ("admin@dnstinations.com", PrivacyService),
            ("x@whoisproxy.com", PrivacyService),
            ("0123@cmt-net.example.whoisproxy.org", PrivacyService),
            ("x@1and1-private-registration.com", PrivacyService),
            ("0123@q.o-w-o.info", PrivacyService),
            ("someone@hidden-owner.example", PrivacyService),
            ("+1.4806242599", PrivacyService),
            ("14806242599", PrivacyService),
            ("+44 (0)1483 307527", PrivacyService),
            ("N/A", Placeholder),
            ("n.a.", Placeholder),
            ("-", Placeholder),
            ("--", Placeholder),
            ("-, -", Placeholder),
            (".", Placeholder),
            ("", Placeholder),
            ("  ", Placeholder),
            ("none", Placeholder),
            ("None None", Placeholder),
            ("unknown", Placeholder),
            ("(null)", Placeholder),
            ("null, null", Placeholder),
            ("Not Available From Registry", Placeholder),
            ("+1.0000000000", Placeholder),
            ("10000000000", Placeholder),
            ("+000000000", Placeholder),
            ("+86.000000000", Placeholder),
            ("000-000-0000", Placeholder),
            ("0", Placeholder),
            ("nobody@filler.invalid", Placeholder),
        ] {
            let noise = judge(text).unwrap_or_else(|| panic!("{text:?} is not recognised"));
            assert_eq!(noise.kind, kind, "{text:?}: {}", noise.reason);
            assert!(!noise.reason.is_empty());
        }
    }

    #[test]
    fn what_may_be_somebodys_is_not_noise() {
        for text in [
            "Private Limited",
            "Acme Private Limited",
            "Privacy International",
            "Redacted Records Ltd",
            "Unknown Pleasures Ltd",
            "None of the Above Ltd",
            "Noneman",
            "Hidden Valley Farm",
            "Guard Whois GmbH",
            "Contact Privacy Inc. Customer Care",
            "Contact Energy",
            "Proxy Music",
            "Domains By Proxy Watch",
            "Withheld Goods Inc.",
            "On behalf of the owner",
            "On behalf of cmt-net.example customers",
            "Data Protection Officer",
            "Acme Data Protected Systems",
            "Nullsoft",
            "*** Acme ***",
            "Jo Doe",
            "Jo Doe, Unknown",
            "\u{43f}\u{440}\u{438}\u{43c}\u{435}\u{440}",
            "proxy@acme.example",
            "privacy@acme.example",
            "redacted@acme.example",
            "unknown@acme.example",
            "jo@notdomainsbyproxy.com",
            "domainsbyproxy.com@acme.example",
            "jo@gandi.net",
            "+1.5555550142",
            "15555550142",
            "+1.5550000000",
            "+44 20 7946 0000",
            "100000",
            "10 Example Street",
            "2000",
            "1",
        ] {
            assert_eq!(judge(text), None, "{text}");
        }
    }

    #[test]
    fn verdicts_say_why_in_words() {
        let reason = |text| judge(text).unwrap().reason;
        assert_eq!(reason(" REDACTED FOR PRIVACY "), "redaction marker \"REDACTED FOR PRIVACY\"");
        assert_eq!(reason("Perfect Privacy, LLC"), "privacy service \"Perfect Privacy, LLC\"");
        assert_eq!(
            reason("x@domainsbyproxy.com"),
            "mailbox of a privacy service: Domains By Proxy (domainsbyproxy.com)"
        );
        assert_eq!(reason("+1.4806242599"), "phone number of a privacy service: Domains By Proxy (+1.4806242599)");
        assert_eq!(reason("n/a"), "filler \"n/a\"");
        assert_eq!(reason("+1.0000000000"), "filler \"+1.0000000000\": a number of zeros");
        assert_eq!(reason(""), "empty value");
        assert!(
            reason(&format!("Please query the RDDS service of the Registrar of Record {}", "x".repeat(500))).len()
                < 120
        );
    }

    #[test]
    fn the_lists_are_in_normal_form() {
        for (domain, _) in lists::MAILBOX_DOMAINS {
            assert_eq!(HostName::parse(domain).unwrap().as_str(), *domain);
        }
        for (digits, service) in lists::PHONE_DIGITS {
            assert_eq!(PhoneNumber::parse(&format!("+{digits}")).unwrap().digits(), *digits, "{service}");
        }
        for value in [lists::REDACTION_MARKERS, lists::FILLERS, lists::PRIVACY_SERVICES].concat() {
            assert!(!fold(value).is_empty(), "{value:?} would make everything without letters noise");
            assert!(judge(value).is_some(), "{value}");
        }
        for (prefix, _, _) in lists::PREFIXES {
            assert!(fold(prefix).split(' ').count() > 1, "{prefix} is too short to decide by");
        }
    }
}
