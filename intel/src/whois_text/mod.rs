//! WHOIS texts of port 43, read.
//!
//! RFC 3912 fixes how a WHOIS server is asked and says nothing about its answer. What stands in it is each registry's own
//! idea: keys and values, indented blocks, square brackets, objects joined by handles, sentences; in English or not, in
//! UTF-8 or not. [`decode`] makes a text of the bytes, [`parse`] a [`WhoisRecord`] of the text, if it is one.
//!
//! The way: `line` gives each line a shape, rules (data, see `rules/vocabulary.toml`) give the shapes a meaning,
//! one walk puts the meanings together, and a verdict says what kind of answer it was. What no rule reads is kept
//! ([`Parsed::unparsed`]), except for comments and the registry's terms of use: nobody should have to trust that a parser
//! saw everything.
//!
//! Nothing here knows a socket. Which server is asked, and how often, is somebody else's matter.

mod contact;
mod date;
mod decode;
#[cfg(test)]
mod formats;
#[cfg(test)]
mod formats_of_registrars;
#[cfg(test)]
mod formats_of_small_registries;
mod line;
mod prose;
mod reader;
mod rules;
mod verdict;

pub use decode::decode;

use std::time::Duration;

use self::{
    line::{Line, Shape, fold},
    reader::Reading,
    rules::{Library, Role, Rules},
};
use crate::record::{Contact, Registrar, WhoisRecord};

/// No registry asks for more patience; what says so is a joke or an attack.
const LONGEST_WAIT: u64 = 100_000_000;

/// What kind of answer a text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Class {
    /// The name is registered; there is a record.
    Registered,
    /// The name is free.
    Available,
    /// Nobody can register the name: it is reserved, blocked or prohibited.
    Reserved,
    /// The server was asked too often, or has no time.
    Throttled,
    /// The server did not understand the question, or failed.
    Error,
    /// None of these can be told from the text.
    Unknown,
}

impl Class {
    /// The word for it, in lower case.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Registered => "registered",
            Self::Available => "available",
            Self::Reserved => "reserved",
            Self::Throttled => "throttled",
            Self::Error => "error",
            Self::Unknown => "unknown",
        }
    }
}

/// What is known about a text besides the text. All of it is optional, and all of it helps.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Origin<'a> {
    /// The host name of the server that answered. It chooses the rules; without it the text's own marks do.
    pub server: Option<&'a str>,
    /// The domain that was asked about. It is taken where the text does not name one.
    pub domain: Option<&'a str>,
}

/// The contacts of a text as it writes them. A record leaves out privacy services, since whoever searches for one joins
/// strangers; whoever wants to know what a text says finds them here. Redaction marks and fillers are in neither.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Written {
    /// The registrant.
    pub registrant: Contact,
    /// The administrative contact.
    pub administrative: Contact,
    /// The technical contact.
    pub technical: Contact,
    /// The billing contact.
    pub billing: Contact,
}

/// What a text says.
#[derive(Debug, Clone, PartialEq)]
pub struct Parsed {
    /// What kind of answer it is.
    pub class: Class,
    /// The record; only of registered names.
    pub record: Option<WhoisRecord>,
    /// The record's contacts as they are written.
    pub written: Written,
    /// The lines that no rule reads, in their order: neither comments nor terms of use, nor what tells who asked.
    pub unparsed: String,
    /// How long the server wants to be left alone, where it says so.
    pub wait: Option<Duration>,
    /// The host name of the server that knows more, in lower case: the registrar's, or that of the top-level domain.
    pub referral: Option<String>,
}

/// Reads a text. Never fails: a text that nobody understands is [`Class::Unknown`], and all of it is unparsed.
#[must_use]
pub fn parse(text: &str, origin: &Origin<'_>) -> Parsed {
    let library = rules::library();
    let (preface, text) = referring(text);
    let rules = origin.server.and_then(|server| library.for_server(server)).or_else(|| library.for_text(text));
    let lines = lines(text, library, rules);
    let mut reading = reader::read(&lines, library, rules);
    let class = verdict::class(&lines, &reading, library);
    if class == Class::Unknown {
        // What was read is of no use without a record to put it into.
        reading.read.fill(false);
    }
    let above = preface.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('%'));
    let unparsed = above.chain(unparsed(&lines, &reading, library)).collect::<Vec<_>>().join("\n");
    let wait = (class == Class::Throttled).then(|| wait(text)).flatten();
    let referral = reading.referral.clone();
    let mut said = std::mem::take(&mut reading.written);
    let record = (class == Class::Registered).then(|| record(reading, &lines, origin));
    let mut contact = |role: Role| said.remove(&role).filter(|_| record.is_some()).unwrap_or_default();
    let written = Written {
        registrant: contact(Role::Registrant),
        administrative: contact(Role::Administrative),
        technical: contact(Role::Technical),
        billing: contact(Role::Billing),
    };
    Parsed { class, record, written, unparsed, wait, referral }
}

/// Parts the answer of IANA, which says where to ask, from the answer that was got there. Clients that follow referrals
/// print one below the other.
fn referring(text: &str) -> (&str, &str) {
    if !text.trim_start().get(..20).is_some_and(|begin| begin.eq_ignore_ascii_case("% IANA WHOIS server\n")) {
        return ("", text);
    }
    let Some(at) = text.find("\nsource:") else { return ("", text) };
    let Some(length) = text.get(at.saturating_add(1)..).and_then(|rest| rest.find('\n')) else { return ("", text) };
    let Some((preface, rest)) = text.split_at_checked(at.saturating_add(2).saturating_add(length)) else {
        return ("", text);
    };
    let says_something = rest.lines().any(|line| !line.trim().is_empty() && !line.starts_with('%'));
    if says_something { (preface, rest) } else { ("", text) }
}

fn lines<'a>(text: &'a str, library: &Library, rules: Option<&Rules>) -> Vec<Line<'a>> {
    line::lines(text, |key| library.is_key(rules, key), |line| library.lead(line))
}

fn record(reading: Reading, lines: &[Line<'_>], origin: &Origin<'_>) -> WhoisRecord {
    let asked = origin.domain.map(|domain| domain.trim().trim_end_matches('.').to_lowercase());
    let domain = reading.domain.or(asked).or_else(|| named_in_passing(lines)).unwrap_or_default();
    let mut contacts = reading.contacts;
    let mut contact = |role: Role| -> Contact { contacts.remove(&role).unwrap_or_default() };
    WhoisRecord {
        domain,
        observed: None,
        created: reading.created,
        updated: reading.updated,
        expires: reading.expires,
        registrar: Some(reading.registrar).filter(|registrar| *registrar != Registrar::default()),
        whois_server: origin.server.map(str::to_ascii_lowercase),
        name_servers: reading.name_servers,
        statuses: reading.statuses,
        registrant: contact(Role::Registrant),
        administrative: contact(Role::Administrative),
        technical: contact(Role::Technical),
        billing: contact(Role::Billing),
        zone: contact(Role::Zone),
        raw_text: None,
    }
}

/// The name in a line that says what was asked: `% Information related to 'shop.example'`, `query: shop.example`,
/// `shop.example:`.
fn named_in_passing(lines: &[Line<'_>]) -> Option<String> {
    let is_name = |word: &str| {
        let word = word.trim_matches(['\'', '"', '.', ',', ':']);
        let fits = word
            .rsplit_once('.')
            .is_some_and(|(above, last)| !above.is_empty() && last.len() >= 2 && last.chars().all(char::is_alphabetic))
            && word.chars().all(|c| c.is_alphanumeric() || c == '-' || c == '.');
        fits.then(|| word.to_lowercase())
    };
    lines.iter().find_map(|line| {
        let folded = fold(line.text);
        let asks = ["information related to", "query", "reg name", "ace", "domain query", "request"];
        let said = asks.iter().any(|begin| folded.starts_with(begin))
            || matches!(&line.shape, Shape::Pair(_, "") if line.indent == 0 && line.text.split_whitespace().count() == 1);
        said.then(|| line.text.split_whitespace().rev().find_map(is_name)).flatten()
    })
}

/// The lines that nobody read.
fn unparsed<'a>(lines: &[Line<'a>], reading: &Reading, library: &Library) -> Vec<&'a str> {
    let prose = prose::prose(lines, &reading.read, library);
    lines
        .iter()
        .zip(&reading.read)
        .zip(&prose)
        .filter(|((line, read), prose)| {
            !**read && !**prose && matches!(line.shape, Shape::Bare | Shape::Pair(..)) && !tells_who_asked(line.text)
        })
        .map(|((line, _), _)| line.text)
        .collect()
}

/// Whether a line greets whoever asked by their address.
fn tells_who_asked(text: &str) -> bool {
    let has_address = text
        .split(|c: char| c.is_whitespace() || "[](),;'\"<>".contains(c))
        .any(|word| word.trim_end_matches(['.', ':']).parse::<std::net::IpAddr>().is_ok());
    let lower = text.to_lowercase();
    has_address
        && [
            "hello",
            "your ip",
            "session",
            "your address",
            "request from",
            "query from",
            "your query",
            "queried from",
            "quota for",
            "client",
        ]
        .iter()
        .any(|word| lower.contains(word))
}

/// The wait that a refusal asks for: a number before a unit of time.
fn wait(text: &str) -> Option<Duration> {
    let lower = text.to_lowercase();
    let words: Vec<&str> = lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    words.windows(2).find_map(|pair| {
        let [number, unit] = pair else { return None };
        let number: u64 = number.parse().ok()?;
        let factor = match *unit {
            "second" | "seconds" | "sec" | "secs" => 1,
            "minute" | "minutes" | "min" => 60,
            "hour" | "hours" => 3600,
            _ => return None,
        };
        let seconds = number.checked_mul(factor).filter(|seconds| *seconds <= LONGEST_WAIT)?;
        Some(Duration::from_secs(seconds))
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn class(text: &str) -> Class {
        parse(text, &Origin::default()).class
    }

    #[test]
    fn a_refusal_is_told_from_a_free_name_and_a_record() {
        for (text, expected) in [
            ("", Class::Throttled),
            ("\r\n\r\n", Class::Throttled),
            ("% Sorry: access control limit reached.", Class::Throttled),
            ("You ask too fast. Please slow down.", Class::Throttled),
            ("WHOIS LIMIT EXCEEDED, SEE HTTP://WHOIS.EXAMPLE/", Class::Throttled),
            ("limit exceeded: 192.0.2.1", Class::Throttled),
            ("Domain: shop.example\nStatus: free", Class::Available),
            ("% No match for shop.example", Class::Available),
            ("NOT FOUND", Class::Available),
            ("shop.example is free", Class::Available),
            ("The domain has not been registered.", Class::Available),
            ("No se encontro el objeto", Class::Available),
            ("This name is reserved by the registry.", Class::Reserved),
            ("Domain Name: shop.example\nDomain Status: reserved", Class::Reserved),
            ("The domain shop.example is not available for registration.", Class::Reserved),
            ("Domain: shop.example\nStatus: invalid", Class::Error),
            ("Invalid query: shop", Class::Error),
            ("Domain: shop.example\nStatus: connect", Class::Registered),
            ("Domain: shop.example\nNserver: ns1.shop.example", Class::Registered),
            ("Hello.", Class::Unknown),
        ] {
            assert_eq!(class(text), expected, "{text}");
        }
    }

    #[test]
    fn terms_of_use_that_speak_of_limits_decide_nothing() {
        let terms =
            "You may not exceed the limits of this service. Names that are reserved are not found here.\n".repeat(8);
        assert_eq!(class(&format!("No match for \"shop.example\".\n\n{terms}")), Class::Available);
        let record = format!("Domain: shop.example\nRegistrar: Example Registrar\nCreated: 2001-02-03\n\n{terms}");
        assert_eq!(class(&record), Class::Registered);
    }

    #[test]
    fn only_a_registered_name_has_a_record() {
        for text in ["NOT FOUND", "too many connections", "", "Hello."] {
            assert_eq!(parse(text, &Origin::default()).record, None, "{text}");
        }
    }

    #[test]
    fn the_wait_is_read_in_seconds() {
        for (text, seconds) in [
            ("Too many requests, come back after 13 Seconds", Some(13)),
            ("The query quota for 192.0.2.1 is used up; there is a new one in 50 seconds.", Some(50)),
            ("Too many requests, try again in 2 minutes", Some(120)),
            ("Too many requests", None),
            ("Limit exceeded, wait 99999999999999999999 seconds", None),
        ] {
            assert_eq!(parse(text, &Origin::default()).wait, seconds.map(Duration::from_secs), "{text}");
        }
    }

    #[test]
    fn the_server_that_knows_more_is_named() {
        let referral = |text: &str| parse(text, &Origin::default()).referral;
        let thin = "   Domain Name: SHOP.EXAMPLE\n   Registrar WHOIS Server: WHOIS.Registrar.example\n";
        assert_eq!(referral(thin).as_deref(), Some("whois.registrar.example"));
        assert_eq!(referral("% IANA WHOIS server\n\nrefer: whois.nic.example\n").as_deref(), Some("whois.nic.example"));
        assert_eq!(referral("Registrar WHOIS Server: \n"), None);
    }

    #[test]
    fn a_name_that_the_text_does_not_say_comes_from_the_question() {
        let text = "Registrar: Example Registrar\nCreated: 2001-02-03\n";
        let record = |origin: &Origin<'_>| parse(text, origin).record.unwrap();
        assert_eq!(record(&Origin { domain: Some("Shop.Example."), server: None }).domain, "shop.example");
        assert_eq!(record(&Origin::default()).domain, "");
    }

    #[test]
    fn what_nobody_reads_is_kept_and_what_is_nobodys_is_not() {
        let text = "% Terms of use apply.\nDomain: shop.example\nNserver: ns1.shop.example\nStrange key: a value\n\n\
                    Hello 192.0.2.7, this session is noted.\n\na lone line\n\n\
                    By submitting a query you agree to the terms of use of this whois database.\n";
        assert_eq!(parse(text, &Origin::default()).unparsed, "Strange key: a value\na lone line");
    }

    proptest! {
        #[test]
        fn no_text_panics(text in "(\\PC{0,30}\n?){0,12}") {
            for server in [None, Some("whois.nic.uk"), Some("whois.jprs.jp"), Some("whois.nic.tr")] {
                let _ = parse(&text, &Origin { server, domain: None });
            }
        }

        /// Lines of fields that nobody knows between lines that everybody does: each of them is kept, in its order.
        #[test]
        fn what_no_rule_knows_is_kept_in_its_order(keys in proptest::collection::vec("[xyz]{4,9}", 1..8)) {
            let unknown: Vec<String> = keys.iter().enumerate().map(|(at, key)| format!("{key}{at}q: zz{at}")).collect();
            let text = format!("Domain: shop.example\nCreated: 2001-02-03\n{}\nNserver: ns1.shop.example\n", unknown.join("\n"));
            let parsed = parse(&text, &Origin::default());
            prop_assert_eq!(parsed.unparsed, unknown.join("\n"));
        }

        /// Texts made of the words that the rules know, in any order and any layout.
        #[test]
        fn no_line_is_lost(lines in proptest::collection::vec(line(), 0..20)) {
            let text = lines.join("\n");
            let parsed = parse(&text, &Origin::default());
            let library = rules::library();
            let rules = library.for_text(&text);
            let shapes = super::lines(&text, library, rules);
            let reading = reader::read(&shapes, library, rules);
            let prose = prose::prose(&shapes, &reading.read, library);
            for ((line, read), prose) in shapes.iter().zip(&reading.read).zip(&prose) {
                let is_matter = matches!(line.shape, Shape::Bare | Shape::Pair(..));
                if is_matter && !read && !prose && !tells_who_asked(line.text) {
                    prop_assert!(parsed.unparsed.lines().any(|kept| kept == line.text), "{}", line.text);
                }
            }
        }

        /// Each value stands in the record or among what no rule read, whatever stands around it and however often its
        /// key comes.
        #[test]
        fn no_value_is_lost(
            lines in proptest::collection::vec((0_usize..KEYS.len(), 0_usize..3, prop::bool::weighted(0.2)), 1..24)
        ) {
            let value = |key: &str, at: usize| match key {
                "Name Server" | "Domain Name" => format!("host{at}.shop.example"),
                key if key.ends_with("mail") => format!("box{at}@shop.example"),
                _ => format!("Value{at} Of Somebody"),
            };
            let mut text = String::new();
            let mut values = Vec::new();
            for (at, (key, indent, blank)) in lines.iter().enumerate() {
                let value = value(KEYS[*key], at);
                text.push_str(&format!("{}{}: {value}\n", " ".repeat(indent * 3), KEYS[*key]));
                text.push_str(if *blank { "\n" } else { "" });
                values.push(value);
            }
            let parsed = parse(&text, &Origin::default());
            prop_assume!(parsed.record.is_some() || parsed.class == Class::Unknown);
            let said = format!("{:?}\n{:?}\n{}", parsed.record, parsed.written, parsed.unparsed);
            for value in values {
                prop_assert!(said.contains(&value), "{value} is lost:\n{text}{said}");
            }
        }

        /// Nothing that is repeated costs much more than it is long.
        #[test]
        fn no_repetition_takes_for_ever(part in "[(:\\[\\]%/. A-Z0-9\n]{1,8}") {
            let _ = parse(&part.repeat(500), &Origin::default());
        }

        #[test]
        fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = parse(&decode(&bytes, None), &Origin::default());
        }
    }

    /// Keys that all registries know.
    const KEYS: [&str; 17] = [
        "Domain Name",
        "Registrar",
        "Registrant",
        "Registrant Name",
        "Registrant Organization",
        "Registrant Street",
        "Registrant City",
        "Registrant Email",
        "Admin Name",
        "Admin Email",
        "Tech Organization",
        "Name Server",
        "Status",
        "Name",
        "Organization",
        "Address",
        "e-mail",
    ];

    fn line() -> impl Strategy<Value = String> {
        let words = prop::sample::select(vec![
            "Domain Name",
            "Registrar",
            "Registrant",
            "Admin Contact",
            "Name Servers",
            "Created",
            "Expires on",
            "Status",
            "nic-hdl",
            "admin-c",
            "person",
            "Address",
            "e-mail",
            "[Holder]",
            "** Registrant",
            "",
            "% comment",
            "changed",
        ]);
        let values = prop::sample::select(vec![
            "",
            "shop.example",
            "ns1.shop.example 192.0.2.1",
            "2001-02-03",
            "Ann Example",
            "AE1-EXAMPLE",
            "free",
            "+1 555 555 0100",
            "ann@shop.example",
            "1 Example Street",
        ]);
        (0_usize..9, words, prop::bool::ANY, values).prop_map(|(indent, word, colon, value)| {
            format!("{}{word}{} {value}", " ".repeat(indent), if colon { ":" } else { "" })
        })
    }
}
