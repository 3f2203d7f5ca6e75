//! Judging contact values: names, organisations, mailboxes, phone numbers, address lines.
//!
//! Values are compared whole, after folding; a mailbox goes by its domain, label by label, and a number by its digits. Only
//! where a service itself appends something to its name, such as a customer's number, does the beginning decide.

use std::{
    collections::HashMap,
    sync::{Arc, LazyLock},
};

use super::{
    Basis, Confidence, NoiseKind, Verdict,
    lists::{self, Entry, Tail},
};
use crate::observable::{EmailAddress, HostName, PhoneNumber, SpecialUseKind};

/// Judges one contact value (a name, organisation, mailbox, phone number, address line). `None` means it may say
/// something about somebody.
#[must_use]
pub fn judge(text: &str) -> Option<Verdict> {
    let text = text.trim();
    judge_one(text).or_else(|| {
        // Several fields joined to one, each of them noise: "REDACTED FOR PRIVACY, REDACTED FOR PRIVACY".
        let mut verdicts = text.split([',', ';', '|', '\n']).filter(|part| !part.trim().is_empty()).map(judge_one);
        let first = verdicts.next()??;
        verdicts.all(|verdict| verdict.is_some()).then_some(first)
    })
}

fn judge_one(text: &str) -> Option<Verdict> {
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
pub(crate) fn judge_phone(text: &str) -> Option<Verdict> {
    let is_sign = |c: char| c.is_whitespace() || "+-./()*".contains(c);
    if !text.chars().all(|c| c.is_ascii_digit() || is_sign(c)) {
        return None;
    }
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    if digits.is_empty() {
        return None;
    }
    if text.matches('*').count() >= 3 {
        return Some(by_form(NoiseKind::Redacted, text));
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
    is_filler.then(|| with_form(NoiseKind::Placeholder, format!("filler \"{}\": a number of zeros", excerpt(text))))
}

/// A value of signs alone: `-`, `***`, or nothing.
fn without_letters(text: &str) -> Verdict {
    if text.is_empty() {
        return with_form(NoiseKind::Placeholder, "empty value".to_owned());
    }
    by_form(if text.contains('*') { NoiseKind::Redacted } else { NoiseKind::Placeholder }, text)
}

fn known_value(text: &str, folded: &str) -> Option<Verdict> {
    static VALUES: LazyLock<HashMap<String, Entry>> = LazyLock::new(|| {
        // Later lists win: a marker that is a filler as well is a marker.
        [lists::FILLERS, lists::PRIVACY_SERVICES, lists::REDACTION_MARKERS]
            .into_iter()
            .flat_map(lists::List::entries)
            .map(|entry| (fold(&entry.value), entry))
            .collect()
    });
    let entry = VALUES.get(folded).or_else(|| {
        // First and last name filled in alike: "None None".
        let mut words = folded.split(' ');
        let first = words.next()?;
        words.all(|word| word == first).then(|| VALUES.get(first)).flatten()
    })?;
    Some(entry.verdict(quoted(entry.kind, text)))
}

fn known_beginning(text: &str, folded: &str) -> Option<Verdict> {
    static BEGINNINGS: LazyLock<Vec<(String, Entry)>> = LazyLock::new(|| {
        lists::BEGINNINGS.entries().into_iter().map(|entry| (format!("{} ", fold(&entry.value)), entry)).collect()
    });
    BEGINNINGS.iter().find_map(|(beginning, entry)| {
        let rest = folded.strip_prefix(beginning)?;
        let fits = match entry.tail {
            Some(Tail::Code) => is_code(rest),
            _ => !rest.is_empty(),
        };
        fits.then(|| entry.verdict(quoted(entry.kind, text)))
    })
}

/// One word with a digit in it.
fn is_code(text: &str) -> bool {
    text.chars().all(char::is_alphanumeric) && text.contains(|c: char| c.is_ascii_digit())
}

/// Who is meant in `On behalf of <domain> <role>`.
const ON_BEHALF_ROLES: [&str; 4] = ["owner", "admin", "tech", "billing"];

/// `On behalf of cmt-net.example owner`.
fn on_behalf(text: &str) -> Option<Verdict> {
    let (opening, rest) = text.split_at_checked("on behalf of ".len())?;
    let (domain, role) = rest.trim().rsplit_once(' ')?;
    let is_domain = HostName::parse(domain).is_ok_and(|name| name.as_str().contains('.'));
    let fits = opening.eq_ignore_ascii_case("on behalf of ")
        && ON_BEHALF_ROLES.iter().any(|known| role.eq_ignore_ascii_case(known))
        && is_domain;
    fits.then(|| {
        let reason = quoted(NoiseKind::PrivacyService, text);
        Verdict::by_rule(
            NoiseKind::PrivacyService,
            reason,
            Confidence::Certain,
            "On behalf of <domain> <role>",
            "records of Key-Systems, Amazon and Gandi",
        )
    })
}

fn mailbox(text: &str) -> Option<Verdict> {
    if !text.contains('@') {
        return None;
    }
    let email = EmailAddress::parse(text).ok()?;
    if let Some((domain, entry)) = service_domain(email.domain()) {
        return Some(entry.verdict(format!("mailbox of a privacy service: {} ({domain})", entry.operator)));
    }
    if !email.local_part().contains(char::is_alphanumeric) {
        return Some(by_form(NoiseKind::Redacted, text));
    }
    // RFC 2606 §2: names below .invalid are invalid at a glance, which is what fillers are made for.
    let is_invalid = email.domain().special_use().is_some_and(|name| name.kind == SpecialUseKind::NeverValid);
    is_invalid.then(|| {
        let reason = quoted(NoiseKind::Placeholder, text);
        Verdict::by_rule(NoiseKind::Placeholder, reason, Confidence::Certain, "RFC 2606", "names that are never valid")
    })
}

/// The privacy service that a domain belongs to, with the domain that its list names.
pub(super) fn service_domain(domain: &HostName) -> Option<(&'static str, &'static Entry)> {
    static DOMAINS: LazyLock<HashMap<String, Entry>> = LazyLock::new(|| {
        lists::PRIVACY_MAILBOXES.entries().into_iter().map(|entry| (entry.value.clone(), entry)).collect()
    });
    let mut name = domain.as_str();
    loop {
        if let Some((domain, entry)) = DOMAINS.get_key_value(name) {
            return Some((domain, entry));
        }
        (_, name) = name.split_once('.')?;
    }
}

fn phone_of_service(text: &str) -> Option<Verdict> {
    static NUMBERS: LazyLock<HashMap<String, Entry>> = LazyLock::new(|| {
        lists::PRIVACY_PHONES.entries().into_iter().map(|entry| (entry.value.clone(), entry)).collect()
    });
    let phone = PhoneNumber::parse(text).ok()?;
    let entry = NUMBERS.get(phone.digits())?;
    Some(entry.verdict(format!("phone number of a privacy service: {} ({})", entry.operator, excerpt(text))))
}

/// A verdict by what the text looks like.
fn by_form(kind: NoiseKind, text: &str) -> Verdict {
    with_form(kind, quoted(kind, text))
}

fn with_form(kind: NoiseKind, reason: String) -> Verdict {
    static FORM: LazyLock<Arc<Basis>> = LazyLock::new(|| Basis::rule("the value's form", "nothing but signs or zeros"));
    Verdict::new(kind, reason, Confidence::Certain, &FORM)
}

/// The reason of a verdict on a value as a whole.
fn quoted(kind: NoiseKind, text: &str) -> String {
    let what = match kind {
        NoiseKind::Redacted => "redaction marker",
        NoiseKind::PrivacyService => "privacy service",
        _ => "filler",
    };
    format!("{what} \"{}\"", excerpt(text))
}

/// Words of letters and digits in lower case with single blanks between them.
pub(crate) fn fold(text: &str) -> String {
    let lower = text.to_lowercase();
    let words: Vec<&str> = lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    words.join(" ")
}

/// At most 80 characters on one line.
pub(super) fn excerpt(text: &str) -> String {
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
            "Domain Protection Services Ltd of Acme",
            "Acme Perfect Privacy, LLC",
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
    fn every_entry_of_the_lists_is_recognised() {
        for list in [lists::REDACTION_MARKERS, lists::FILLERS, lists::PRIVACY_SERVICES] {
            for entry in list.entries() {
                assert_eq!(judge(&entry.value).map(|verdict| verdict.kind), Some(entry.kind), "{}", entry.value);
            }
        }
    }

    #[test]
    fn a_verdict_names_its_list_and_date() {
        let verdict = judge("Perfect Privacy, LLC").unwrap();
        assert_eq!(verdict.confidence, Confidence::Certain);
        assert_eq!(verdict.basis.list, "privacy-services");
        assert!(verdict.basis.date.is_some());
        assert_eq!(judge("***").unwrap().basis.date, None);
    }
}
