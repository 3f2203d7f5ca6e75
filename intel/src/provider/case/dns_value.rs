//! DNS values as they stand in zone files (presentation form, RFC 1035 §5.1), read into typed data.
//!
//! Two liberties make them pleasant to write inside JSON, where every quotation mark has to be escaped: a TXT value
//! that does not begin with a quotation mark is the text itself, and the four timers of a SOA value may be left out.

use std::net::{Ipv4Addr, Ipv6Addr};

use super::fields::Name;
use crate::{
    observable::HostName,
    record::{DnsData, DnsRecordType},
};

/// Reads the value of a record of a type.
///
/// # Errors
/// What is wrong and what to write instead, in whole sentences.
pub(super) fn parse(record_type: DnsRecordType, text: &str) -> Result<DnsData, String> {
    data(record_type, text.trim()).map_err(|reason| {
        format!(
            "{reason}. Write for example \"value\": {:?} in a record of type {}.",
            example(record_type),
            record_type.as_str()
        )
    })
}

const fn example(record_type: DnsRecordType) -> &'static str {
    match record_type {
        DnsRecordType::A => "192.0.2.10",
        DnsRecordType::Aaaa => "2001:db8::10",
        DnsRecordType::Cname => "www.shop.example",
        DnsRecordType::Ns => "ns1.tala-host.example",
        DnsRecordType::Mx => "10 mail.shop.example",
        DnsRecordType::Soa => "ns1.tala-host.example hostmaster.tala-host.example 2021051001",
        DnsRecordType::Txt => "v=spf1 mx -all",
        DnsRecordType::Caa => "0 issue letters.example",
    }
}

fn data(record_type: DnsRecordType, text: &str) -> Result<DnsData, String> {
    match record_type {
        DnsRecordType::A => text
            .parse::<Ipv4Addr>()
            .map(|address| DnsData::Address(address.into()))
            .map_err(|_| format!("{text:?} is not an IPv4 address")),
        DnsRecordType::Aaaa => text
            .parse::<Ipv6Addr>()
            .map(|address| DnsData::Address(address.into()))
            .map_err(|_| format!("{text:?} is not an IPv6 address")),
        DnsRecordType::Cname => name(text).map(DnsData::Alias),
        DnsRecordType::Ns => name(text).map(DnsData::NameServer),
        DnsRecordType::Mx => mail_server(text),
        DnsRecordType::Soa => start_of_authority(text),
        DnsRecordType::Txt => character_strings(text).map(DnsData::Text),
        DnsRecordType::Caa => authorisation(text),
    }
}

fn name(text: &str) -> Result<HostName, String> {
    Name::new(text).map(|name| name.0)
}

fn mail_server(text: &str) -> Result<DnsData, String> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let [preference, exchange] = words.as_slice() else {
        return Err(format!("{text:?} is not a preference and a mail server"));
    };
    let preference =
        preference.parse().map_err(|_| format!("{preference:?} is not a preference, a number from 0 to 65535"))?;
    Ok(DnsData::MailServer { preference, exchange: name(exchange)? })
}

fn start_of_authority(text: &str) -> Result<DnsData, String> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let [primary, mailbox, serial, timers @ ..] = words.as_slice() else {
        return Err(format!("{text:?} is not a primary name server, a mailbox and a serial number"));
    };
    if !matches!(timers.len(), 0 | 4) || timers.iter().any(|timer| timer.parse::<u32>().is_err()) {
        return Err(format!("after the serial number, {text:?} has to have four numbers or none"));
    }
    let serial = serial.parse().map_err(|_| format!("{serial:?} is not a serial number"))?;
    Ok(DnsData::StartOfAuthority { primary: name(primary)?, mailbox: responsible_mailbox(mailbox)?, serial })
}

/// The first dot that is not escaped stands for the `@` (RFC 1035 §8).
fn responsible_mailbox(text: &str) -> Result<String, String> {
    let mut local = String::new();
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '\\' => local.extend(letters.next()),
            '.' | '@' => break,
            letter => local.push(letter),
        }
    }
    if local.is_empty() {
        return Err(format!("{text:?} is not a mailbox"));
    }
    Ok(format!("{local}@{}", name(letters.as_str())?))
}

fn authorisation(text: &str) -> Result<DnsData, String> {
    let mut words = text.splitn(3, char::is_whitespace);
    let (Some(flags), Some(tag), Some(value)) = (words.next(), words.next(), words.next()) else {
        return Err(format!("{text:?} is not flags, a tag and a value"));
    };
    let flags = flags.parse().map_err(|_| format!("{flags:?} is not flags, a number from 0 to 255"))?;
    if tag.is_empty() || !tag.chars().all(|c| c.is_ascii_alphanumeric()) {
        return Err(format!("{tag:?} is not a tag such as issue, issuewild or iodef"));
    }
    Ok(DnsData::CertificationAuthority { flags, tag: tag.to_lowercase(), value: character_strings(value.trim())? })
}

/// Character strings in quotation marks, joined; a text without quotation marks is itself.
fn character_strings(text: &str) -> Result<String, String> {
    if !text.starts_with('"') {
        return Ok(text.to_owned());
    }
    let mut joined = Vec::new();
    let mut rest = text;
    while let Some(string) = rest.strip_prefix('"') {
        rest =
            character_string(string, &mut joined).ok_or_else(|| format!("{text:?} has no closing quotation mark"))?;
        rest = rest.trim_start();
    }
    if !rest.is_empty() {
        return Err(format!("{rest:?} stands outside the quotation marks"));
    }
    Ok(String::from_utf8_lossy(&joined).into_owned())
}

/// Reads up to the closing quotation mark and gives what follows it. `\"` is the character, `\065` an octet in decimal
/// (RFC 1035 §5.1).
fn character_string<'a>(text: &'a str, joined: &mut Vec<u8>) -> Option<&'a str> {
    let mut rest = text;
    loop {
        let mut letters = rest.chars();
        let letter = match letters.next()? {
            '"' => return Some(letters.as_str()),
            '\\' => {
                let escaped = letters.as_str();
                match escaped.get(..3).and_then(|digits| digits.parse::<u8>().ok()) {
                    Some(octet) => {
                        joined.push(octet);
                        rest = escaped.get(3..)?;
                        continue;
                    }
                    None => letters.next()?,
                }
            }
            letter => letter,
        };
        joined.extend_from_slice(letter.encode_utf8(&mut [0; 4]).as_bytes());
        rest = letters.as_str();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn host(text: &str) -> HostName {
        HostName::parse(text).unwrap()
    }

    #[test]
    fn every_type_is_read_from_its_presentation_form() {
        let start = |mailbox: &str| DnsData::StartOfAuthority {
            primary: host("ns1.tala-host.example"),
            mailbox: mailbox.to_owned(),
            serial: 7,
        };
        for (record_type, text, data) in [
            (DnsRecordType::A, "192.0.2.1", DnsData::Address([192, 0, 2, 1].into())),
            (DnsRecordType::Aaaa, "2001:db8::1", DnsData::Address("2001:db8::1".parse().unwrap())),
            (DnsRecordType::Cname, "WWW.shop.example.", DnsData::Alias(host("www.shop.example"))),
            (DnsRecordType::Ns, "ns1.shop.example", DnsData::NameServer(host("ns1.shop.example"))),
            (
                DnsRecordType::Mx,
                "10  mail.shop.example.",
                DnsData::MailServer { preference: 10, exchange: host("mail.shop.example") },
            ),
            (DnsRecordType::Soa, "ns1.tala-host.example. ops.x.example. 7", start("ops@x.example")),
            (DnsRecordType::Soa, "ns1.tala-host.example a\\.b.x.example 7 1 2 3 4", start("a.b@x.example")),
            (DnsRecordType::Txt, "v=spf1 -all", DnsData::Text("v=spf1 -all".to_owned())),
            (DnsRecordType::Txt, r#""one" "t\"wo\065""#, DnsData::Text("onet\"woA".to_owned())),
            (
                DnsRecordType::Caa,
                "128 issue \"letters.example\"",
                DnsData::CertificationAuthority {
                    flags: 128,
                    tag: "issue".to_owned(),
                    value: "letters.example".to_owned(),
                },
            ),
        ] {
            assert_eq!(parse(record_type, text), Ok(data), "{text}");
        }
    }

    #[test]
    fn the_example_in_each_message_is_right_itself() {
        for record_type in DnsRecordType::ALL {
            let data = parse(record_type, example(record_type)).unwrap();
            assert_eq!(data.record_type(), record_type);
        }
    }

    #[test]
    fn a_wrong_value_says_what_is_wrong_and_what_to_write() {
        for (record_type, text, reason) in [
            (DnsRecordType::A, "2001:db8::1", "is not an IPv4 address"),
            (DnsRecordType::Aaaa, "192.0.2.1", "is not an IPv6 address"),
            (DnsRecordType::Ns, "localname", "has no dot"),
            (DnsRecordType::Mx, "mail.shop.example", "is not a preference and a mail server"),
            (DnsRecordType::Mx, "ten mail.shop.example", "\"ten\" is not a preference"),
            (DnsRecordType::Soa, "ns1.x.example ops.x.example", "a serial number"),
            (DnsRecordType::Soa, "ns1.x.example ops.x.example 1 2 3", "four numbers or none"),
            (DnsRecordType::Soa, "ns1.x.example .x.example 1", "is not a mailbox"),
            (DnsRecordType::Txt, "\"open", "no closing quotation mark"),
            (DnsRecordType::Txt, "\"a\" b", "outside the quotation marks"),
            (DnsRecordType::Caa, "issue letters.example", "is not flags, a tag and a value"),
            (DnsRecordType::Caa, "0 - letters.example", "is not a tag"),
        ] {
            let message = parse(record_type, text).unwrap_err();
            assert!(message.contains(reason) && message.contains("Write for example"), "{text}: {message}");
        }
    }
}
