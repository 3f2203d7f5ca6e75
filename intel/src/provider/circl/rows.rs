//! The rows of an answer in the Common Output Format.
//!
//! The times are seconds since 1970, of sensors (`time_first`) or of zones (`zone_time_first`), numbers or texts, and some
//! servers write them as dates. Types are words or numbers (RFC 1035 §3.2.2, RFC 3596).

use std::{collections::BTreeMap, net::IpAddr};

use crate::{
    lookup::AddressFamily,
    moment::Moment,
    observable::HostName,
    provider::{
        lenient::{self, Node},
        names::host,
    },
    record::{DnsData, DnsRecord, Record, Sighting},
};

/// One row and one of its values.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Row {
    name: String,
    record_type: String,
    value: String,
    first: Option<Moment>,
    last: Option<Moment>,
}

/// The rows of an answer.
#[derive(Debug, Default)]
pub(super) struct Rows {
    rows: Vec<Row>,
    /// Lines that are no rows.
    pub(super) left_out: usize,
}

impl Rows {
    pub(super) fn read(body: &[u8]) -> Self {
        let mut read = Self::default();
        for line in body.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii).filter(|line| !line.is_empty()) {
            let rows = lenient::parse(line).map(|value| rows(Node::new(&value))).unwrap_or_default();
            read.left_out += usize::from(rows.is_empty());
            read.rows.extend(rows);
        }
        read
    }

    pub(super) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The addresses that a name had.
    pub(super) fn addresses_of(&self, asked: &HostName, family: Option<AddressFamily>) -> Vec<Record> {
        let mut found: BTreeMap<IpAddr, Times> = BTreeMap::new();
        for row in self.rows.iter().filter(|row| host(&row.name).as_ref() == Some(asked)) {
            let Ok(address) = row.value.parse::<IpAddr>() else { continue };
            let is_wanted = match family {
                None => true,
                Some(AddressFamily::V4) => address.is_ipv4(),
                Some(AddressFamily::V6) => address.is_ipv6(),
            };
            if is_wanted {
                found.entry(address).or_default().add(row);
            }
        }
        let record = |(address, times): (IpAddr, Times)| {
            Record::Dns(DnsRecord {
                owner: asked.clone(),
                data: DnsData::Address(address),
                ttl: None,
                first_seen: times.first,
                last_seen: times.last,
                security: None,
            })
        };
        found.into_iter().map(record).collect()
    }

    /// The names that pointed to an address.
    pub(super) fn names_of(&self, address: IpAddr) -> Vec<Record> {
        self.sightings(|row| row.value.parse::<IpAddr>().is_ok_and(|value| value.to_canonical() == address))
    }

    /// The names with a record that leads to a name.
    pub(super) fn leading_to(&self, target: &HostName, record_type: &str) -> Vec<Record> {
        self.sightings(|row| {
            // Before a mail server stands its preference.
            let value = row.value.rsplit(' ').next().unwrap_or_default();
            row.record_type == record_type && host(value).as_ref() == Some(target)
        })
    }

    fn sightings(&self, is_wanted: impl Fn(&Row) -> bool) -> Vec<Record> {
        let mut found: BTreeMap<HostName, Times> = BTreeMap::new();
        for row in self.rows.iter().filter(|row| is_wanted(row)) {
            if let Some(name) = host(&row.name) {
                found.entry(name).or_default().add(row);
            }
        }
        let sighting = |(name, times): (HostName, Times)| {
            Record::Sighting(Sighting { name, first_seen: times.first, last_seen: times.last, registrar: None })
        };
        found.into_iter().map(sighting).collect()
    }
}

/// From when to when something was seen.
#[derive(Debug, Default)]
struct Times {
    first: Option<Moment>,
    last: Option<Moment>,
}

impl Times {
    fn add(&mut self, row: &Row) {
        self.first = [self.first, row.first].into_iter().flatten().min();
        self.last = [self.last, row.last].into_iter().flatten().max();
    }
}

/// A row for each value of a line; none if it is no row.
fn rows(node: Node<'_>) -> Vec<Row> {
    let (Some(name), Some(record_type)) = (node.get("rrname").text(), node.get("rrtype").text()) else {
        return Vec::new();
    };
    let time = |names: &[&str]| names.iter().find_map(|name| node.get(name).moment());
    let first = time(&["time_first", "zone_time_first", "time_first_rfc3339"]);
    let last = time(&["time_last", "zone_time_last", "time_last_rfc3339"]);
    let record_type = word(&record_type);
    let values = node.get("rdata").items().filter_map(Node::text);
    let row = |value: String| Row { name: name.clone(), record_type: record_type.clone(), value, first, last };
    values.map(row).collect()
}

/// The word for a type.
fn word(record_type: &str) -> String {
    let word = match record_type {
        "1" => "A",
        "2" => "NS",
        "5" => "CNAME",
        "6" => "SOA",
        "12" => "PTR",
        "15" => "MX",
        "16" => "TXT",
        "28" => "AAAA",
        other => return other.to_ascii_uppercase(),
    };
    word.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINES: &str = r#"
{"rrname": "Shop.example.", "rrtype": "A", "rdata": ["192.0.2.7", "192.0.2.8"], "time_first": "1577836800", "time_last": 1609459200}
{"rrname": "shop.example", "rrtype": 28, "rdata": "2001:db8::7", "zone_time_first": 1577836800, "zone_time_last": 1609459200}
{"rrname": "shop.example", "rrtype": "A", "rdata": "192.0.2.7", "time_first": 1262304000, "time_last": 1293840000}
{"rrname": "mail.example", "rrtype": "a", "rdata": "192.0.2.7"}
{"rrname": "a.example", "rrtype": 15, "rdata": "10 mx.host.example."}
{"rrname": "b.example", "rrtype": "MX", "rdata": "20 mx.other.example"}
{"rrname": "c.example", "rrtype": "NS", "rdata": "mx.host.example"}
{"rrname": "no host!", "rrtype": "A", "rdata": "192.0.2.7"}
{"rrtype": "A"}
garbage
"#;

    fn shown(records: &[Record]) -> Vec<String> {
        let day = |moment: Option<Moment>| moment.map(|moment| moment.day().to_string()).unwrap_or_default();
        records
            .iter()
            .map(|record| match record {
                Record::Dns(record) => {
                    format!("{:?} {} {}", record.data, day(record.first_seen), day(record.last_seen))
                }
                Record::Sighting(seen) => format!("{} {} {}", seen.name, day(seen.first_seen), day(seen.last_seen)),
                other => panic!("{other:?}"),
            })
            .collect()
    }

    #[test]
    fn one_answer_serves_several_pivots() {
        let rows = Rows::read(LINES.as_bytes());
        let host = |text: &str| HostName::parse(text).unwrap();
        assert_eq!(rows.left_out, 2);
        assert_eq!(
            shown(&rows.addresses_of(&host("shop.example"), None)),
            [
                "Address(192.0.2.7) 2010-01-01 2021-01-01",
                "Address(192.0.2.8) 2020-01-01 2021-01-01",
                "Address(2001:db8::7) 2020-01-01 2021-01-01"
            ]
        );
        assert_eq!(rows.addresses_of(&host("shop.example"), Some(AddressFamily::V6)).len(), 1);
        assert_eq!(
            shown(&rows.names_of("192.0.2.7".parse().unwrap())),
            ["mail.example  ", "shop.example 2010-01-01 2021-01-01"]
        );
        assert_eq!(shown(&rows.leading_to(&host("mx.host.example"), "MX")), ["a.example  "]);
        assert_eq!(shown(&rows.leading_to(&host("mx.host.example"), "NS")), ["c.example  "]);
    }
}
