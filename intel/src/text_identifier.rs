//! What TXT records say about who runs a domain.
//!
//! To prove that a domain is theirs, people publish a token that a service gave to their *account*. Whoever proves two
//! domains with one account publishes the same token twice, and leaves it there for years. SPF policies name who may
//! send mail for a domain, DMARC policies name the mailbox that reads the reports, DKIM keys belong to whoever holds the
//! private half. All of these join domains of one operator, and most of them can be searched for.
//!
//! [`identifiers`] reads them out of one text. Known services are recognised by their key, whatever the token looks
//! like; of unknown keys only a token counts that is long and mixed enough to be one. Names, dates, greetings and
//! policies that everybody copies are left alone.
//!
//! Tokens are kept as they are, since services tell `a` from `A`. Names and addresses are normalised.

use std::{collections::HashSet, net::IpAddr, ops::RangeInclusive};

use crate::{
    noise::{Confidence, NoiseKind, Verdict, infrastructure},
    observable::{EmailAddress, HostName, Netblock, is_public_address},
};

/// The longest text that is read, in octets. A TXT record has no more (RFC 1035 §3.3.14, with the length of the data).
const LONGEST: usize = 65_535;

/// How long the token of an unknown key has to be.
const LONG_TOKEN: usize = 16;

/// What kind of identifier it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TextIdentifierKind {
    /// A token by which a service knows the owner's account.
    Verification,
    /// The account number of a measuring or advertising service.
    Tracking,
    /// A name whose servers may send mail for the domain (SPF, RFC 7208 §5.2, §6.1 and §5.3).
    MailSender,
    /// An address or network that may send mail for the domain (SPF, RFC 7208 §5.6).
    MailAddress,
    /// A mailbox that reads reports (DMARC, RFC 7489 §6.2; TLSRPT, RFC 8460 §3).
    ReportMailbox,
    /// A public key by which mail is signed (DKIM, RFC 6376 §3.6.1).
    PublicKey,
    /// A long token whose service is not known.
    Token,
}

impl TextIdentifierKind {
    /// The name used in sentences.
    #[must_use]
    pub const fn in_words(self) -> &'static str {
        match self {
            Self::Verification => "verification token",
            Self::Tracking => "tracking number",
            Self::MailSender => "mail sender (SPF)",
            Self::MailAddress => "mail address range (SPF)",
            Self::ReportMailbox => "report mailbox",
            Self::PublicKey => "signing key (DKIM)",
            Self::Token => "token",
        }
    }
}

/// One identifier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextIdentifier {
    /// What kind it is.
    pub kind: TextIdentifierKind,
    /// Whose it is, as people know it (`Google`), or the key as it was found; `None` for a token without a key.
    pub service: Option<String>,
    /// The token, name, network or mailbox alone.
    pub value: String,
    /// The part of the text it was read from, to show and to search for: `google-site-verification=…`.
    pub text: String,
    /// Why strangers share it, where they do.
    pub common: Option<Verdict>,
}

impl TextIdentifier {
    /// The form for comparison: equal for identifiers that are the same one.
    #[must_use]
    pub fn key(&self) -> String {
        let service = self.service.as_deref().unwrap_or_default().to_lowercase();
        match self.kind {
            TextIdentifierKind::ReportMailbox => format!("mailbox {}", self.value.to_lowercase()),
            TextIdentifierKind::MailSender => format!("sender {}", self.value),
            TextIdentifierKind::MailAddress => format!("address {}", self.value),
            TextIdentifierKind::PublicKey => format!("key {}", self.value),
            _ => format!("{service} {}", self.value),
        }
    }
}

/// Keys of known services. The key ends where the token begins; case does not matter. From the services' own manuals and
/// from TXT records as they are seen.
const SERVICES: &[(&str, &str)] = &[
    ("google-site-verification=", "Google"),
    ("google-site-verification:", "Google"),
    ("google-gws-recovery-domain-verification=", "Google"),
    ("ms=", "Microsoft"),
    ("ms-domain-verification=", "Microsoft"),
    ("d365mktkey=", "Microsoft Dynamics"),
    ("facebook-domain-verification=", "Facebook"),
    ("workplace-domain-verification=", "Workplace"),
    ("apple-domain-verification=", "Apple"),
    ("apple-domain=", "Apple"),
    ("yandex-verification:", "Yandex"),
    ("yandex-verification=", "Yandex"),
    ("mailru-verification:", "Mail.ru"),
    ("mailru-domain:", "Mail.ru"),
    ("wmail-verification:", "Mail.ru"),
    ("baidu-site-verification=", "Baidu"),
    ("bing-site-verification=", "Bing"),
    ("pinterest-site-verification=", "Pinterest"),
    ("tiktok-developers-site-verification=", "TikTok"),
    ("twitter-domain-verification=", "Twitter"),
    ("adobe-idp-site-verification=", "Adobe"),
    ("adobe-sign-verification=", "Adobe"),
    ("docusign=", "DocuSign"),
    ("atlassian-domain-verification=", "Atlassian"),
    ("atlassian-sending-domain-verification=", "Atlassian"),
    ("stripe-verification=", "Stripe"),
    ("paypal-verification=", "PayPal"),
    ("square-verification=", "Square"),
    ("shopify-verification-code=", "Shopify"),
    ("zoho-verification=", "Zoho"),
    ("zoom_verify_", "Zoom"),
    ("zoom-domain-verification=", "Zoom"),
    ("have-i-been-pwned-verification=", "Have I Been Pwned"),
    ("amazonses:", "Amazon SES"),
    ("protonmail-verification=", "Proton"),
    ("brevo-code:", "Brevo"),
    ("sendinblue-code:", "Brevo"),
    ("mailerlite-domain-verification=", "MailerLite"),
    ("klaviyo-site-verification=", "Klaviyo"),
    ("hubspot-developer-verification=", "HubSpot"),
    ("mandrill_verify.", "Mailchimp Transactional"),
    ("mgverify=", "Mailgun"),
    ("forward-email=", "Forward Email"),
    ("forward-email-site-verification=", "Forward Email"),
    ("globalsign-domain-verification=", "GlobalSign"),
    ("_globalsign-domain-verification=", "GlobalSign"),
    ("globalsign-smime-dv=", "GlobalSign"),
    ("cisco-ci-domain-verification=", "Cisco"),
    ("citrix-verification-code=", "Citrix"),
    ("logmein-verification-code=", "LogMeIn"),
    ("teamviewer-sso-verification=", "TeamViewer"),
    ("dropbox-domain-verification=", "Dropbox"),
    ("box-domain-verification=", "Box"),
    ("1password-site-verification=", "1Password"),
    ("lastpass-verification-code=", "LastPass"),
    ("keybase-site-verification=", "Keybase"),
    ("slack-domain-verification=", "Slack"),
    ("notion-domain-verification=", "Notion"),
    ("miro-verification=", "Miro"),
    ("canva-site-verification=", "Canva"),
    ("figma-domain-verification=", "Figma"),
    ("asana-domain-verification=", "Asana"),
    ("openai-domain-verification=", "OpenAI"),
    ("mongodb-site-verification=", "MongoDB"),
    ("onetrust-domain-verification=", "OneTrust"),
    ("knowbe4-site-verification=", "KnowBe4"),
    ("detectify-verification=", "Detectify"),
    ("ahrefs-site-verification_", "Ahrefs"),
    ("loaderio=", "loader.io"),
    ("bugcrowd-verification=", "Bugcrowd"),
    ("h1-domain-verification=", "HackerOne"),
    ("cloudflare_dashboard_sso=", "Cloudflare"),
    ("cloudflare-verify=", "Cloudflare"),
    ("status-page-domain-verification=", "Atlassian Statuspage"),
    ("webexdomainverification.", "Webex"),
    ("jamf-site-verification=", "Jamf"),
    ("segment-site-verification=", "Segment"),
    ("fastly-domain-delegation-", "Fastly"),
    ("site24x7-signals-domain-verification=", "Site24x7"),
];

/// The identifiers in the joined strings of a TXT record, in the order of the text, each once.
#[must_use]
pub fn identifiers(text: &str) -> Vec<TextIdentifier> {
    let text = text.trim().trim_matches('"').trim();
    if text.is_empty() || text.len() > LONGEST {
        return Vec::new();
    }
    let mut found = match version(text) {
        Some("spf1") => mail_policy(text),
        Some("dmarc1" | "tlsrptv1") => report_mailboxes(text),
        Some("dkim1") => public_key(text).into_iter().collect(),
        Some(_) => Vec::new(),
        None => match known_token(text) {
            Some(token) => vec![token],
            None => tracking_numbers(text),
        },
    };
    if found.is_empty() && version(text).is_none() {
        found.extend(unknown_token(text));
    }
    let mut seen = HashSet::new();
    found.retain(|identifier| seen.insert((identifier.kind, identifier.key())));
    found
}

/// The version tag that policies and keys begin with, in small letters: `v=spf1`, `v=DMARC1;`.
fn version(text: &str) -> Option<&'static str> {
    let (tag, rest) = text.split_once('=')?;
    if !tag.trim().eq_ignore_ascii_case("v") {
        return None;
    }
    let version = rest.trim_start().split([' ', ';', '\t']).next().unwrap_or_default();
    // Others (`v=verifydomain …`, `v=STSv1`) are policies or notes without anybody's token.
    let known = ["spf1", "dmarc1", "dkim1", "tlsrptv1"].into_iter().find(|known| version.eq_ignore_ascii_case(known));
    known.or(Some("other"))
}

fn mail_policy(text: &str) -> Vec<TextIdentifier> {
    text.split_whitespace().skip(1).filter_map(mechanism).collect()
}

/// One term of an SPF policy, if it names somebody (RFC 7208 §4.6.1). Macros (§7) name nobody by themselves.
fn mechanism(term: &str) -> Option<TextIdentifier> {
    let plain = term.trim_start_matches(['+', '-', '~', '?']);
    let (name, target) = plain.split_once([':', '='])?;
    if target.contains('%') {
        return None;
    }
    let identifier =
        |kind, value: String, common| TextIdentifier { kind, service: None, value, text: plain.to_owned(), common };
    match name.to_ascii_lowercase().as_str() {
        "include" | "redirect" | "a" | "mx" | "exists" => {
            // A prefix length may follow: a:mail.shop.example/28.
            let host = HostName::parse(target.split('/').next()?).ok()?;
            let common = infrastructure::judge_mail_sender(&host);
            Some(identifier(TextIdentifierKind::MailSender, host.to_string(), common))
        }
        "ip4" | "ip6" => {
            let (value, first) = sender_network(target)?;
            Some(identifier(TextIdentifierKind::MailAddress, value, infrastructure::judge_address(first)))
        }
        _ => None,
    }
}

/// The network or address in its normal form, and its first address. Local networks are everybody's.
fn sender_network(target: &str) -> Option<(String, IpAddr)> {
    if let Ok(address) = target.parse::<IpAddr>() {
        return is_public_address(address).then(|| (address.to_string(), address));
    }
    let block = Netblock::parse(target).ok().filter(Netblock::is_public)?;
    let single = block.first() == block.last();
    Some((if single { block.first().to_string() } else { block.to_string() }, block.first()))
}

/// `rua=mailto:reports@mail.example!10m,mailto:…` (RFC 7489 §6.2).
fn report_mailboxes(text: &str) -> Vec<TextIdentifier> {
    let tags = text.split(';').filter_map(|tag| tag.split_once('='));
    let lists = tags.filter(|(name, _)| ["rua", "ruf"].iter().any(|known| name.trim().eq_ignore_ascii_case(known)));
    lists
        .flat_map(|(_, uris)| uris.split(','))
        .filter_map(|uri| {
            let uri = uri.trim();
            let address = uri.split('!').next()?;
            let email = EmailAddress::parse(address).ok()?;
            let common = infrastructure::judge_mailbox(&email).or_else(|| judge_report_reader(&email));
            Some(TextIdentifier {
                kind: TextIdentifierKind::ReportMailbox,
                service: None,
                value: email.as_str().to_owned(),
                text: uri.to_owned(),
                common,
            })
        })
        .collect()
}

/// Services that read reports for their customers. Most put the customer's number into the local part, which is then one
/// account; these addresses are the same for everybody.
fn judge_report_reader(email: &EmailAddress) -> Option<Verdict> {
    const READERS: &[(&str, &str)] = &[
        ("rua@dmarc.brevo.com", "Brevo"),
        ("dmarc_rua@onsecureserver.net", "GoDaddy"),
        ("dmarc_rua@emaildefense.proofpoint.com", "Proofpoint"),
        ("dmarc_agg@vali.email", "Valimail"),
        ("mailauth-reports@google.com", "Google"),
    ];
    let (_, operator) = READERS.iter().find(|(address, _)| email.as_str().eq_ignore_ascii_case(address))?;
    let kind = NoiseKind::MailService;
    let reason = format!("{}: {operator}", kind.in_words());
    Some(Verdict::by_rule(kind, reason, Confidence::Certain, "readers of DMARC reports", "the services' instructions"))
}

/// The key of a DKIM record; an empty one was revoked.
fn public_key(text: &str) -> Option<TextIdentifier> {
    let mut tags = text.split(';').filter_map(|tag| tag.split_once('='));
    let (_, key) = tags.find(|(name, _)| name.trim() == "p")?;
    let value: String = key.chars().filter(|c| !c.is_whitespace()).collect();
    (!value.is_empty()).then(|| TextIdentifier {
        kind: TextIdentifierKind::PublicKey,
        service: None,
        text: format!("p={value}"),
        value,
        common: None,
    })
}

fn known_token(text: &str) -> Option<TextIdentifier> {
    let (service, token) = SERVICES.iter().find_map(|(key, service)| {
        let (head, token) = text.split_at_checked(key.len())?;
        head.eq_ignore_ascii_case(key).then_some((*service, token.trim()))
    })?;
    let is_token = !token.is_empty() && !token.contains(char::is_whitespace);
    is_token.then(|| TextIdentifier {
        kind: TextIdentifierKind::Verification,
        service: Some(service.to_owned()),
        value: token.to_owned(),
        text: text.to_owned(),
        common: None,
    })
}

/// `<word>-verification=<token>` whatever the token, `<key>=<token>` or a token alone if it is long and mixed.
fn unknown_token(text: &str) -> Option<TextIdentifier> {
    let identifier = |kind, service: Option<&str>, value: &str| TextIdentifier {
        kind,
        service: service.map(str::to_lowercase),
        value: value.to_owned(),
        text: text.to_owned(),
        common: None,
    };
    if let Some((key, token)) = text.split_once(['=', ':'])
        && is_key(key)
        // Base64 ends in signs of equality, which make no key of it.
        && !token.trim_matches('=').trim().is_empty()
    {
        let token = token.trim().trim_matches('"');
        let lower = key.to_ascii_lowercase();
        let is_verification = lower.contains("verif") && token.len() >= 4 && is_plain(token);
        if is_verification {
            return Some(identifier(TextIdentifierKind::Verification, Some(key), token));
        }
        return is_mixed(token).then(|| identifier(TextIdentifierKind::Token, Some(key), token));
    }
    is_mixed(text).then(|| identifier(TextIdentifierKind::Token, None, text))
}

fn is_key(key: &str) -> bool {
    (2..=64).contains(&key.len())
        && key.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_')
        && key.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'))
}

/// The signs that tokens are made of: base64, base64url, hexadecimal digits, UUIDs.
fn is_plain(token: &str) -> bool {
    token.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '+' | '/' | '=' | '.'))
}

/// Long, with letters and digits, and not a name: what a machine drew rather than a person wrote. Base64 has no full
/// stops, names and addresses of web pages do.
fn is_mixed(token: &str) -> bool {
    (LONG_TOKEN..=512).contains(&token.len())
        && is_plain(token)
        && !token.contains('.')
        && token.bytes().filter(u8::is_ascii_digit).count() >= 3
        && token.bytes().any(|octet| octet.is_ascii_alphabetic())
}

/// Account numbers of measuring and advertising services, which some people note in TXT records. The number after a
/// property's second hyphen (`UA-1234567-3`) tells properties of one account apart and is left off.
fn tracking_numbers(text: &str) -> Vec<TextIdentifier> {
    let words = text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '-'));
    words.filter_map(|word| tracking_number(word).map(|(service, value)| (word, service, value))).map(number).collect()
}

fn number((word, service, value): (&str, &str, String)) -> TextIdentifier {
    TextIdentifier {
        kind: TextIdentifierKind::Tracking,
        service: Some(service.to_owned()),
        value,
        text: word.to_owned(),
        common: None,
    }
}

/// One word: `UA-1234567-3`, `G-ABCDEF1234`, `GTM-ABC123`, `AW-123456789`, `ca-pub-1234567890123456`.
fn tracking_number(word: &str) -> Option<(&'static str, String)> {
    let digits = |text: &str, length: RangeInclusive<usize>| {
        length.contains(&text.len()) && text.bytes().all(|octet| octet.is_ascii_digit())
    };
    let code = |text: &str, length: RangeInclusive<usize>| {
        length.contains(&text.len())
            && text.bytes().all(|octet| octet.is_ascii_uppercase() || octet.is_ascii_digit())
            && text.bytes().any(|octet| octet.is_ascii_digit())
    };
    let publisher = word.strip_prefix("ca-").unwrap_or(word);
    if let Some(rest) = publisher.strip_prefix("pub-") {
        return digits(rest, 16..=16).then(|| ("Google AdSense", publisher.to_owned()));
    }
    let (family, rest) = word.split_once('-')?;
    match family {
        "UA" => {
            let account = rest.split('-').next()?;
            let property = rest.split_once('-').map_or("1", |(_, property)| property);
            (digits(account, 4..=10) && digits(property, 1..=4)).then(|| ("Google Analytics", format!("UA-{account}")))
        }
        "G" => code(rest, 8..=12).then(|| ("Google Analytics", word.to_owned())),
        "GTM" => code(rest, 4..=9).then(|| ("Google Tag Manager", word.to_owned())),
        "AW" => digits(rest, 9..=11).then(|| ("Google Ads", word.to_owned())),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{
        TextIdentifierKind::{MailAddress, MailSender, PublicKey, ReportMailbox, Token, Tracking, Verification},
        *,
    };

    fn read(text: &str) -> Vec<(TextIdentifierKind, Option<String>, String)> {
        identifiers(text).into_iter().map(|one| (one.kind, one.service, one.value)).collect()
    }

    #[test]
    fn tokens_of_known_services_are_read() {
        for (text, service, value) in [
            ("google-site-verification=Lantern_0-xyzTOKEN", "Google", "Lantern_0-xyzTOKEN"),
            ("\"google-site-verification=Lantern_0-xyzTOKEN\"", "Google", "Lantern_0-xyzTOKEN"),
            ("Google-Site-Verification: abc", "Google", "abc"),
            ("MS=ms12345678", "Microsoft", "ms12345678"),
            ("facebook-domain-verification=abc123", "Facebook", "abc123"),
            ("apple-domain-verification=AbC", "Apple", "AbC"),
            ("yandex-verification: 0123abcd", "Yandex", "0123abcd"),
            ("adobe-idp-site-verification=xyz", "Adobe", "xyz"),
            ("docusign=0123-abcd", "DocuSign", "0123-abcd"),
            ("atlassian-domain-verification=xyz==", "Atlassian", "xyz=="),
            ("stripe-verification=xyz", "Stripe", "xyz"),
            ("zoho-verification=zb1.zmverify.zoho.com", "Zoho", "zb1.zmverify.zoho.com"),
            ("have-i-been-pwned-verification=dweb_abc", "Have I Been Pwned", "dweb_abc"),
            ("ZOOM_verify_AbC123", "Zoom", "AbC123"),
            ("amazonses:abc+/=", "Amazon SES", "abc+/="),
        ] {
            assert_eq!(read(text), [(Verification, Some(service.to_owned()), value.to_owned())], "{text}");
        }
    }

    #[test]
    fn tokens_of_unknown_services_are_read_if_they_look_like_one() {
        for (text, kind, service, value) in [
            ("lantern-verification=abcd", Verification, Some("lantern-verification"), "abcd"),
            ("Lantern-Site-Verify: abcd1", Verification, Some("lantern-site-verify"), "abcd1"),
            ("lantern=0123456789abcdef", Token, Some("lantern"), "0123456789abcdef"),
            ("0123456789abcdef0123456789abcdef", Token, None, "0123456789abcdef0123456789abcdef"),
        ] {
            assert_eq!(read(text), [(kind, service.map(str::to_owned), value.to_owned())], "{text}");
        }
        for text in [
            "",
            "\"\"",
            "hello world",
            "lantern=bright",
            "name=lantern-shop-of-port-marlow",
            "https://lantern.example/a-long-page-12345678",
            "v=STSv1; id=20240101000000Z",
            "v=verifydomain MS=12345678",
            "google-site-verification=",
            "google-site-verification=two words",
            "this domain is for sale, call +1 555 555 0142",
            "20240101000000000000",
            "|",
        ] {
            assert_eq!(read(text), [], "{text}");
        }
    }

    #[test]
    fn tokens_keep_their_case_and_keys_lose_theirs() {
        let key = |text: &str| identifiers(text)[0].key();
        assert_eq!(key("Google-Site-Verification=AbC"), key("google-site-verification: AbC"));
        assert_ne!(key("google-site-verification=AbC"), key("google-site-verification=abc"));
        assert_ne!(key("stripe-verification=abc"), key("docusign=abc"));
    }

    #[test]
    fn a_mail_policy_names_who_may_send() {
        let text = "v=spf1 a mx include:_spf.google.com ~include:SPF.lantern-mail.example ip4:203.0.113.7 \
                    ip4:203.0.113.7/32 ip4:198.51.100.64/26 ip4:10.0.0.0/8 ip6:2001:db8::25 a:mail.lantern.example/28 \
                    exists:%{i}.spf.lantern.example redirect=_spf.lantern.example -all";
        let expected = [
            (MailSender, "_spf.google.com"),
            (MailSender, "spf.lantern-mail.example"),
            (MailAddress, "203.0.113.7"),
            (MailAddress, "198.51.100.64/26"),
            (MailAddress, "2001:db8::25"),
            (MailSender, "mail.lantern.example"),
            (MailSender, "_spf.lantern.example"),
        ];
        let found = identifiers(text);
        let values: Vec<_> = found.iter().map(|one| (one.kind, one.value.as_str())).collect();
        assert_eq!(values, expected);
        let common: Vec<_> = found.iter().filter(|one| one.common.is_some()).map(|one| one.value.as_str()).collect();
        assert_eq!(common, ["_spf.google.com"]);
        assert_eq!(found[1].text, "include:SPF.lantern-mail.example");
    }

    #[test]
    fn report_mailboxes_and_signing_keys_are_read() {
        let text =
            "v=DMARC1; p=none; rua=mailto:Reports@lantern.example!10m, mailto:dmarc_agg@vali.email; ruf=https://x";
        let found = identifiers(text);
        assert_eq!(found.len(), 2);
        assert_eq!((found[0].kind, found[0].value.as_str()), (ReportMailbox, "Reports@lantern.example"));
        assert_eq!((found[0].common.is_some(), found[1].common.is_some()), (false, true));
        assert_eq!(read("v=DKIM1; k=rsa; p=MIIB IjAN"), [(PublicKey, None, "MIIBIjAN".to_owned())]);
        assert_eq!(read("v=DKIM1; p="), []);
    }

    #[test]
    fn tracking_numbers_are_read_by_account() {
        for (text, value) in [
            ("ga UA-1234567-3", "UA-1234567"),
            ("UA-1234567", "UA-1234567"),
            ("tag: G-ABCDEF1234", "G-ABCDEF1234"),
            ("GTM-ABC123,", "GTM-ABC123"),
            ("ads AW-123456789", "AW-123456789"),
            ("ca-pub-1234567890123456", "pub-1234567890123456"),
        ] {
            let found = read(text);
            assert!(matches!(found.as_slice(), [(Tracking, Some(_), read)] if read == value), "{text}: {found:?}");
        }
        for text in ["UA-ICANN", "G-string", "GTM-time", "UA-12-3"] {
            assert_eq!(read(text), [], "{text}");
        }
    }

    #[test]
    fn every_key_of_a_service_is_in_small_letters_and_leaves_a_token() {
        for (key, service) in SERVICES {
            assert_eq!(*key, key.to_lowercase(), "{service}");
            let found = identifiers(&format!("{key}abc123"));
            assert_eq!(found[0].service.as_deref(), Some(*service), "{key}");
            assert_eq!(found[0].value, "abc123", "{key}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn no_text_panics_and_every_identifier_says_something(
            text in "(v=spf1 |v=DMARC1; rua=|v=DKIM1; p=|[a-z-]{0,12}[=:]|UA-)?\\PC{0,80}"
        ) {
            for identifier in identifiers(&text) {
                prop_assert!(!identifier.value.is_empty());
                prop_assert!(!identifier.key().is_empty());
            }
        }
    }
}
