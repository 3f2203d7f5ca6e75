//! Observables from the outside: what people paste, and what no text may do.

use std::net::IpAddr;

use intel::{
    noise,
    observable::{
        AutonomousSystem, EmailAddress, HostName, Netblock, Observable, OrganizationName, PersonName, PhoneNumber,
        SpecialUseKind, is_public_address, parse_address, refang,
    },
};
use proptest::prelude::*;

#[expect(clippy::panic, reason = "a helper of tests: what it is given are names")]
fn host(text: &str) -> HostName {
    HostName::parse(text).unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn host_names_are_read_in_every_spelling_people_paste() {
    for (pasted, name) in [
        ("cmt-net.example", "cmt-net.example"),
        ("CMT-Net.Example", "cmt-net.example"),
        ("cmt-net.example.", "cmt-net.example"),
        ("cmt-net.example...", "cmt-net.example"),
        (" \"cmt-net.example\", ", "cmt-net.example"),
        ("(cmt-net.example)", "cmt-net.example"),
        ("<cmt-net.example>;", "cmt-net.example"),
        ("\u{2018}cmt-net.example\u{2019}", "cmt-net.example"),
        ("cmt-net[.]example", "cmt-net.example"),
        ("cmt-net(.)example", "cmt-net.example"),
        ("cmt-net{.}example", "cmt-net.example"),
        ("cmt-net[dot]example", "cmt-net.example"),
        ("cmt-net dot example", "cmt-net.example"),
        ("cmt-net\u{3002}example", "cmt-net.example"),
        ("cmt-net\u{ff0e}example", "cmt-net.example"),
        ("cmt-net\u{ff61}example", "cmt-net.example"),
        ("\u{ff43}\u{ff4d}\u{ff54}-net.example", "cmt-net.example"),
        ("cmt\u{200b}-net\u{feff}.example", "cmt-net.example"),
        ("hxxps://cmt-net[.]example/x", "cmt-net.example"),
        ("hXXp://cmt-net.example?x=y", "cmt-net.example"),
        ("https[:]//cmt-net.example", "cmt-net.example"),
        ("https[://]cmt-net.example:8443/a#b", "cmt-net.example"),
        ("ftp://user:secret@cmt-net.example/", "cmt-net.example"),
        ("//cmt-net.example/x", "cmt-net.example"),
        ("cmt-net.example/?u=http://other.example", "cmt-net.example"),
        ("cmt-net.example:443", "cmt-net.example"),
        ("cmt-net.example.:443", "cmt-net.example"),
        ("user@mail.example", "mail.example"),
        ("mailto:user@mail.example?subject=a@b", "mail.example"),
        ("*.cmt-net.example", "cmt-net.example"),
        (".cmt-net.example", "cmt-net.example"),
        ("_dmarc.cmt-net.example", "_dmarc.cmt-net.example"),
        ("-a-.cmt-net.example", "-a-.cmt-net.example"),
        ("b\u{fc}cher.example", "xn--bcher-kva.example"),
        ("BU\u{308}CHER.example", "xn--bcher-kva.example"),
        ("XN--BCHER-KVA.example", "xn--bcher-kva.example"),
        ("fa\u{df}.example", "xn--fa-hia.example"),
        ("xn--zz.example", "xn--zz.example"),
        ("\u{43f}\u{440}\u{438}\u{43c}\u{435}\u{440}.\u{440}\u{444}", "xn--e1afmkfd.xn--p1ai"),
        ("1.example", "1.example"),
        ("2.0.192.in-addr.arpa", "2.0.192.in-addr.arpa"),
        ("localhost", "localhost"),
    ] {
        assert_eq!(host(pasted).as_str(), name, "{pasted:?}");
    }
}

#[test]
fn what_is_no_host_name_says_why() {
    let long_label = format!("{}.example", "a".repeat(64));
    let long_name = format!("{}example", "abcdefg.".repeat(31));
    for (text, why) in [
        ("", "nothing is left of it"),
        ("...", "nothing is left of it"),
        ("https://", "nothing is left of it"),
        ("*.", "it has a character that names cannot have"),
        ("cmt net.example", "it has a blank in it"),
        ("cmt-net.example, other.example", "it has a blank in it"),
        ("cmt!net.example", "it has a character that names cannot have"),
        ("cmt%2enet.example", "it has a character that names cannot have"),
        ("a,b.example", "it has a character that names cannot have"),
        ("cmt-net..example", "it has two dots in a row"),
        ("cmt-net.example:http", "what follows the colon is not a port"),
        ("cmt-net.example:99999", "what follows the colon is not a port"),
        ("192.0.2.1", "it is an address, not a name"),
        ("http://192.0.2.1:80/", "it is an address, not a name"),
        ("2001:db8::1", "it is an address, not a name"),
        ("[2001:db8::1]", "it is an address, not a name"),
        ("http://[2001:db8::1]:443/", "it is an address, not a name"),
        ("12345", "it ends in a number, as addresses do and names do not"),
        ("1.2.3", "it ends in a number, as addresses do and names do not"),
        ("127.0.0.0x1", "it ends in a number, as addresses do and names do not"),
        (long_label.as_str(), "a label is longer than 63 octets"),
        (long_name.as_str(), "it is longer than 253 octets"),
        ("\u{fffd}.example", "it has characters that names cannot have"),
    ] {
        let error = HostName::parse(text).unwrap_err();
        assert_eq!(error.reason, why, "{text:?}");
        assert_eq!(error.expected, "a host name");
    }
    // One octet less, and both are names.
    assert!(HostName::parse(&format!("{}.example", "a".repeat(63))).is_ok());
    assert!(HostName::parse(&format!("{}examp", "abcdefg.".repeat(31))).is_ok());
}

#[test]
fn the_form_for_people_is_in_the_names_own_script() {
    assert_eq!(host("xn--bcher-kva.example").unicode(), "b\u{fc}cher.example");
    assert_eq!(host("cmt-net.example").unicode(), "cmt-net.example");
    assert_eq!(host("xn--zz.example").unicode(), "xn--zz.example");
}

#[test]
fn the_registrable_domain_is_one_label_below_the_public_suffix() {
    for (name, registrable, registry) in [
        ("www.example.co.uk", Some("example.co.uk"), Some("example.co.uk")),
        ("WWW.EXAMPLE.CO.UK", Some("example.co.uk"), Some("example.co.uk")),
        ("co.uk", None, None),
        ("com", None, None),
        ("a.b.cmt-net.example", Some("cmt-net.example"), Some("cmt-net.example")),
        ("cmt-net.example", Some("cmt-net.example"), Some("cmt-net.example")),
        ("example", None, None),
        ("www.somebody.github.io", Some("somebody.github.io"), Some("github.io")),
        ("github.io", None, Some("github.io")),
        (
            "x.y.s3.dualstack.eu-west-1.amazonaws.com",
            Some("y.s3.dualstack.eu-west-1.amazonaws.com"),
            Some("amazonaws.com"),
        ),
        ("www.b\u{fc}cher.de", Some("xn--bcher-kva.de"), Some("xn--bcher-kva.de")),
        (
            "a.\u{98df}\u{72ee}.\u{516c}\u{53f8}.cn",
            Some("xn--85x722f.xn--55qx5d.cn"),
            Some("xn--85x722f.xn--55qx5d.cn"),
        ),
    ] {
        let name = host(name);
        assert_eq!(name.registrable().as_ref().map(HostName::as_str), registrable, "{name}");
        assert_eq!(name.registry_domain().as_ref().map(HostName::as_str), registry, "{name}");
    }
}

#[test]
fn lying_below_goes_by_labels() {
    assert!(host("a.cmt-net.example").is_within(&host("cmt-net.example")));
    assert!(host("cmt-net.example").is_within(&host("cmt-net.example")));
    assert!(!host("othercmt-net.example").is_within(&host("cmt-net.example")));
}

#[test]
fn no_spelling_lets_a_special_use_name_slip_through() {
    for (spelling, kind) in [
        ("hidden.onion", SpecialUseKind::Onion),
        ("hidden.ONION.", SpecialUseKind::Onion),
        ("hidden.onion..", SpecialUseKind::Onion),
        ("hidden[.]onion", SpecialUseKind::Onion),
        ("hidden\u{3002}onion", SpecialUseKind::Onion),
        ("hidden\u{ff61}\u{ff4f}\u{ff4e}\u{ff49}\u{ff4f}\u{ff4e}", SpecialUseKind::Onion),
        ("hidden.o\u{200b}nion", SpecialUseKind::Onion),
        ("hidden.on\u{ad}ion", SpecialUseKind::Onion),
        ("hidden.on\u{200d}ion", SpecialUseKind::Onion),
        ("hidden.\u{24de}\u{24dd}\u{24d8}\u{24de}\u{24dd}", SpecialUseKind::Onion),
        ("http://user@hidden.onion:80/x", SpecialUseKind::Onion),
        ("*.hidden.onion", SpecialUseKind::Onion),
        ("hidden.i2p", SpecialUseKind::I2p),
        ("name.alt", SpecialUseKind::Alternative),
        ("printer.local", SpecialUseKind::MulticastDns),
        ("LOCALHOST", SpecialUseKind::Localhost),
        ("db.localhost.", SpecialUseKind::Localhost),
        ("files.internal", SpecialUseKind::Private),
        ("nas.home.arpa", SpecialUseKind::Private),
        ("x.invalid", SpecialUseKind::NeverValid),
        ("x.test", SpecialUseKind::NeverValid),
        ("1.0.168.192.IN-ADDR.ARPA", SpecialUseKind::PrivateReverse),
        ("1.0.0.16.172.in-addr.arpa.", SpecialUseKind::PrivateReverse),
        ("0.d.f.IP6.ARPA", SpecialUseKind::PrivateReverse),
        ("fileserver", SpecialUseKind::SingleLabel),
        ("fileserver.", SpecialUseKind::SingleLabel),
    ] {
        let special = host(spelling).special_use().unwrap_or_else(|| panic!("{spelling:?} slips through"));
        assert_eq!(special.kind, kind, "{spelling:?}");
    }
    for ordinary in ["cmt-net.example", "www.cmt-net.example", "2.0.192.in-addr.arpa", "onion.example", "example.com"] {
        assert_eq!(host(ordinary).special_use(), None, "{ordinary}");
    }
}

#[test]
fn pasted_texts_are_told_apart() {
    for (pasted, kind, shown) in [
        ("cmt-net.example", "domain", "cmt-net.example"),
        ("CMT-NET.EXAMPLE.", "domain", "cmt-net.example"),
        ("cmt-net[.]example", "domain", "cmt-net.example"),
        ("cmt-net dot example", "domain", "cmt-net.example"),
        ("(cmt-net.example),", "domain", "cmt-net.example"),
        ("*.cmt-net.example", "domain", "cmt-net.example"),
        ("example.co.uk", "domain", "example.co.uk"),
        ("github.io", "domain", "github.io"),
        ("somebody.github.io", "domain", "somebody.github.io"),
        ("b\u{fc}cher.example", "domain", "xn--bcher-kva.example"),
        ("hidden.onion", "domain", "hidden.onion"),
        ("cmt-net[.]unheardof", "domain", "cmt-net.unheardof"),
        ("www.cmt-net.example", "host", "www.cmt-net.example"),
        ("ns1.cmt-net.example:53", "host", "ns1.cmt-net.example"),
        ("_dmarc.cmt-net.example", "host", "_dmarc.cmt-net.example"),
        ("www.cmt-net.example/login", "host", "www.cmt-net.example"),
        ("co.uk", "host", "co.uk"),
        ("dc01.unheardof:389", "domain", "dc01.unheardof"),
        ("2.0.192.in-addr.arpa", "host", "2.0.192.in-addr.arpa"),
        ("user@mail.example", "email", "user@mail.example"),
        ("user[at]mail[.]example", "email", "user@mail.example"),
        ("user (at) mail (dot) example", "email", "user@mail.example"),
        ("Jo Doe <user@mail.example>", "email", "user@mail.example"),
        ("mailto:user@mail.example?subject=x", "email", "user@mail.example"),
        ("+1 555 555 0142", "phone", "+1 555 555 0142"),
        ("+1.5555550142", "phone", "+1.5555550142"),
        ("0044 20 7946 0018", "phone", "0044 20 7946 0018"),
        ("tel:+1-555-555-0142", "phone", "tel:+1-555-555-0142"),
        ("(+1) 555 555 0142", "phone", "(+1) 555 555 0142"),
        ("192.0.2.1", "ip", "192.0.2.1"),
        ("192[.]0[.]2[.]1", "ip", "192.0.2.1"),
        ("192.0.2.1:8080", "ip", "192.0.2.1"),
        ("2001:DB8::1", "ip", "2001:db8::1"),
        ("[2001:db8::1]", "ip", "2001:db8::1"),
        ("::ffff:192.0.2.1", "ip", "192.0.2.1"),
        ("192.0.2.0/24", "netblock", "192.0.2.0/24"),
        ("192.0.2.0 - 192.0.2.255", "netblock", "192.0.2.0/24"),
        ("192.0.2.1-192.0.2.6", "netblock", "192.0.2.1-192.0.2.6"),
        ("2001:db8::/32", "netblock", "2001:db8::/32"),
        ("AS64500", "as", "AS64500"),
        ("asn 64500", "as", "AS64500"),
        ("AS 64500.", "as", "AS64500"),
        ("AS1.10", "as", "AS65546"),
        ("https://cmt-net.example/x", "url", "https://cmt-net.example/x"),
        ("hxxps://cmt-net[.]example/x", "url", "https://cmt-net.example/x"),
        ("<hxxp://cmt-net.example/a_(b)>.", "url", "http://cmt-net.example/a_(b)"),
        ("http://[2001:db8::1]:8080/", "url", "http://[2001:db8::1]:8080/"),
        ("https://cmt-net.example/?to=user@mail.example", "url", "https://cmt-net.example/?to=user@mail.example"),
        ("Acme Networks Ltd.", "phrase", "Acme Networks Ltd."),
        ("  Jo Doe ", "phrase", "Jo Doe"),
        ("Mr.Smith", "phrase", "Mr.Smith"),
        ("report.pdf", "phrase", "report.pdf"),
        ("e.g.", "phrase", "e.g."),
        ("The dot com boom at Acme", "phrase", "The dot com boom at Acme"),
        ("localhost", "phrase", "localhost"),
        ("64500", "phrase", "64500"),
        ("5555550142", "phrase", "5555550142"),
        ("1.10", "phrase", "1.10"),
        ("As you like it", "phrase", "As you like it"),
        ("\u{6771}\u{4eac}\u{3002}\u{5927}\u{962a}", "phrase", "\u{6771}\u{4eac}\u{3002}\u{5927}\u{962a}"),
        ("user@localhost", "phrase", "user@localhost"),
        ("a.example, b.example", "phrase", "a.example, b.example"),
        ("REDACTED FOR PRIVACY", "phrase", "REDACTED FOR PRIVACY"),
        ("+1.0000000000", "phrase", "+1.0000000000"),
        ("", "phrase", ""),
    ] {
        let observable = Observable::guess(pasted);
        let guessed = match &observable {
            Observable::Domain(_) => "domain",
            Observable::Host(_) => "host",
            Observable::Email(_) => "email",
            Observable::Phone(_) => "phone",
            Observable::Person(_) => "person",
            Observable::Organization(_) => "organization",
            Observable::Ip(_) => "ip",
            Observable::Netblock(_) => "netblock",
            Observable::AutonomousSystem(_) => "as",
            Observable::Url(_) => "url",
            Observable::Phrase(_) => "phrase",
        };
        assert_eq!((guessed, observable.to_string().as_str()), (kind, shown), "{pasted:?}");
    }
}

#[test]
fn error_messages_name_the_text_and_stay_short() {
    let error = HostName::parse("cmt!net.example").unwrap_err();
    assert_eq!(error.to_string(), "\"cmt!net.example\" is not a host name: it has a character that names cannot have");
    let error = HostName::parse(&"!".repeat(100_000)).unwrap_err();
    assert!(error.to_string().len() < 200);
}

/// Any text, and texts made of the pieces that the parsers look for, which random characters rarely form.
fn pasted() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("[.]"),
        Just("[dot]"),
        Just(" dot "),
        Just(" at "),
        Just("(at)"),
        Just("["),
        Just("]"),
        Just("("),
        Just(")"),
        Just("{"),
        Just("}"),
        Just("<"),
        Just(">"),
        Just("[:]"),
        Just("[://]"),
        Just("//"),
        Just("://"),
        Just(":"),
        Just("hxxp"),
        Just("hXXps://"),
        Just("http://"),
        Just("mailto:"),
        Just("tel:"),
        Just("@"),
        Just("."),
        Just(".."),
        Just("\u{3002}"),
        Just("\u{ff0e}"),
        Just("\u{200b}"),
        Just("\u{200c}"),
        Just("\u{200d}"),
        Just("\u{ad}"),
        Just("\u{6cc}"),
        Just("\u{94d}"),
        Just("\""),
        Just("'"),
        Just("\u{201c}"),
        Just(","),
        Just(" "),
        Just("*."),
        Just("xn--"),
        Just("xn--bcher-kva"),
        Just("b\u{fc}cher"),
        Just("example"),
        Just("com"),
        Just("co.uk"),
        Just("github.io"),
        Just("onion"),
        Just("a"),
        Just("A"),
        Just("_"),
        Just("-"),
        Just("1"),
        Just("0"),
        Just("00"),
        Just("(0)"),
        Just("+"),
        Just("+1.5555550142"),
        Just("+7812"),
        Just("+39"),
        Just("x12"),
        Just("ext. 5"),
        Just(";ext=1"),
        Just(";phone-context="),
        Just("\u{661}"),
        Just("\u{ff11}"),
        Just("192.0.2.1"),
        Just("/24"),
        Just("2001:db8::1"),
        Just("AS"),
        Just("64500"),
        Just("?"),
        Just("%"),
        Just("%41"),
        Just("#"),
        Just("Ltd"),
        Just("S.A."),
        Just("***"),
        Just("n/a"),
        Just("On behalf of "),
        Just(" owner"),
        Just("\u{130}"),
        Just("\u{df}"),
        Just("\u{3a3}"),
        Just("e\u{301}"),
        Just("\u{0}"),
        Just("\n"),
    ];
    prop_oneof![
        1 => any::<String>(),
        4 => prop::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat()),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_parser_panics_and_every_normal_form_is_read_as_itself(text in pasted()) {
        if let Ok(name) = HostName::parse(&text) {
            prop_assert_eq!(&HostName::parse(name.as_str()).unwrap(), &name);
            prop_assert!((1..=253).contains(&name.as_str().len()), "{}", name);
            for label in name.as_str().split('.') {
                prop_assert!((1..=63).contains(&label.len()), "{}", name);
                prop_assert!(
                    label.bytes().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == b'-' || c == b'_'),
                    "{}", name
                );
            }
            prop_assert!(name.as_str().parse::<IpAddr>().is_err());
            if let Some(domain) = name.registrable() {
                prop_assert!(name.is_within(&domain));
                prop_assert_eq!(domain.registrable(), Some(domain));
            }
            if let Some(domain) = name.registry_domain() {
                prop_assert!(name.is_within(&domain));
                prop_assert_eq!(domain.registry_domain(), Some(domain));
            }
            if let Some(special) = name.special_use() {
                prop_assert!(special.analyst_message().contains(name.as_str()));
            }
            let _ = name.unicode();
        }
        if let Ok(email) = EmailAddress::parse(&text) {
            prop_assert_eq!(&EmailAddress::parse(email.as_str()).unwrap(), &email);
            prop_assert!(email.domain().as_str().contains('.'));
        }
        if let Ok(phone) = PhoneNumber::parse(&text) {
            prop_assert_eq!(&PhoneNumber::parse(phone.as_str()).unwrap(), &phone);
            prop_assert!((5..=15).contains(&phone.digits().len()));
            prop_assert!(phone.digits().bytes().all(|digit| digit.is_ascii_digit()));
            let spellings = phone.spellings();
            for (index, spelling) in spellings.iter().enumerate() {
                prop_assert!(!spellings.iter().take(index).any(|earlier| earlier == spelling));
            }
        }
        if let Ok(person) = PersonName::parse(&text) {
            prop_assert_eq!(&PersonName::parse(person.as_str()).unwrap(), &person);
            prop_assert!(!person.folded().is_empty());
        }
        if let Ok(organization) = OrganizationName::parse(&text) {
            prop_assert_eq!(&OrganizationName::parse(organization.as_str()).unwrap(), &organization);
            prop_assert!(!organization.folded().is_empty());
        }
        if let Ok(block) = Netblock::parse(&text) {
            prop_assert_eq!(Netblock::parse(&block.to_string()).unwrap(), block);
            prop_assert_eq!(Netblock::parse(&block.range()).unwrap(), block);
        }
        if let Ok(system) = AutonomousSystem::parse(&text) {
            prop_assert_eq!(AutonomousSystem::parse(&system.to_string()).unwrap(), system);
        }
        if let Ok(address) = parse_address(&text) {
            prop_assert_eq!(parse_address(&address.to_string()).unwrap(), address);
            let _ = is_public_address(address);
        }
        let _ = noise::judge(&text);
        let _ = noise::Judge::built_in().verdicts_on_text(&text);
        let observable = Observable::guess(&text);
        let again = Observable::guess(&observable.to_string());
        match &observable {
            // Defanging is evidence that the plain name does not carry any more.
            Observable::Domain(name) | Observable::Host(name) => {
                prop_assert!(again == observable || again == Observable::Phrase(name.to_string()), "{:?}", again);
            }
            Observable::Url(_) | Observable::Phrase(_) => {}
            _ => prop_assert_eq!(&again, &observable),
        }
    }

    #[test]
    fn refanging_twice_is_refanging_once(text in pasted()) {
        let once = refang(&text);
        prop_assert_eq!(refang(&once), once);
    }

    #[test]
    fn prose_is_never_refanged(
        before in prop::collection::vec("[a-z]{1,8}|dot|at|Dot", 0..5),
        after in prop::collection::vec("[a-z]{1,8}|dot|at|Dot", 0..5),
    ) {
        // Two words side by side that are no separators make it prose, whatever else is in it.
        let prose = [before, vec!["plain".to_owned(), "words".to_owned()], after].concat().join(" ");
        prop_assert_eq!(refang(&prose), prose);
    }

    #[test]
    fn any_number_after_a_plus_is_read_or_refused(digits in "[0-9]{1,20}", extension in prop::option::of("[0-9]{1,6}")) {
        let plain = format!("+{digits}");
        let spelled = extension.as_ref().map_or_else(|| plain.clone(), |extension| format!("{plain} ext. {extension}"));
        match (PhoneNumber::parse(&plain), PhoneNumber::parse(&spelled)) {
            (Ok(one), Ok(other)) => {
                prop_assert_eq!(one.digits(), other.digits());
                prop_assert_eq!(other.extension(), extension.as_deref());
                // What is shown as the number is read as the same number.
                for spelling in one.e164().into_iter().chain(one.spellings().into_iter().filter(|_| one.e164().is_some())) {
                    let again = PhoneNumber::parse(&spelling).unwrap();
                    prop_assert_eq!(again.digits(), one.digits());
                }
            }
            (Err(_), Err(_)) => {}
            (one, other) => prop_assert!(false, "{:?} {:?}", one, other),
        }
    }

    #[test]
    fn every_prefix_and_every_range_of_addresses_is_read_back(first: u32, last: u32, length in 0_u8..=32) {
        let (first, last) = (first.min(last), first.max(last));
        let (first, last) = (IpAddr::from(first.to_be_bytes()), IpAddr::from(last.to_be_bytes()));
        let block = Netblock::parse(&format!("{first} - {last}")).unwrap();
        prop_assert_eq!((block.first(), block.last()), (first, last));
        let cidrs = block.cidrs();
        prop_assert!(cidrs.len() <= 62);
        prop_assert_eq!(cidrs.first().map(ipnet::IpNet::network), Some(first));
        prop_assert_eq!(cidrs.last().map(ipnet::IpNet::broadcast), Some(last));
        let net = Netblock::parse(&format!("{first}/{length}")).unwrap();
        prop_assert!(net.contains(first));
        prop_assert_eq!(net.cidr().map(|cidr| cidr.prefix_len()), Some(length));
    }
}
