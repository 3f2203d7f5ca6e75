//! DNS Lookup API.

use std::net::IpAddr;

use crate::support::*;

#[test]
fn recorded_dns_records_are_read() {
    let Some(body) = fixture("dns_lookup.json") else { return };
    let lookup = Lookup::DnsRecords { host: host("youtube.com") };
    let record = |ttl, data| {
        Record::Dns(DnsRecord {
            owner: host("youtube.com"),
            data,
            ttl: Some(ttl),
            first_seen: None,
            last_seen: moment("2021-10-19T17:08:42Z"),
            security: None,
        })
    };
    let address = |text: &str| DnsData::Address(text.parse::<IpAddr>().expect("an address"));
    let text = |text: &str| DnsData::Text(text.to_owned());
    let issuer = DnsData::CertificationAuthority { flags: 0, tag: "issue".to_owned(), value: "pki.goog".to_owned() };
    let authority = DnsData::StartOfAuthority {
        primary: host("ns1.google.com"),
        mailbox: "dns-admin@google.com".to_owned(),
        serial: 403_904_664,
    };
    assert_eq!(
        provider().read(&lookup, &FIRST, &response(200, body)).expect("a page"),
        Page {
            records: vec![
                record(3600, text("google-site-verification=QtQWEwHWM8tHiJ4s-jJWzEQrD_fF3")),
                record(3600, text("v=spf1 include:google.com mx -all")),
                record(300, address("142.250.68.78")),
                record(21600, issuer),
                record(21600, DnsData::NameServer(host("ns2.google.com"))),
                record(21600, DnsData::NameServer(host("ns1.google.com"))),
                record(21600, DnsData::NameServer(host("ns3.google.com"))),
                record(9, authority),
                record(259, address("2607:f8b0:4007:811::200e")),
                record(300, DnsData::MailServer { preference: 11, exchange: host("smtp.google.com") }),
            ],
            next: None,
            total: Some(Total::Exactly(10)),
            notes: vec![],
            source: None,
        }
    );
}

#[test]
fn odd_dns_records_are_counted_and_cost_no_other() {
    let body = json!({"DNSData": {"audit": null, "dnsRecords": [
        {"dnsType": "a", "name": "WWW.example.com.", "ttl": "300", "address": "192.0.2.1"},
        {"type": "28", "name": null, "ttl": -1, "address": "2001:db8:0:0:0:0:0:10"},
        {"dnsType": "CNAME", "name": "www.example.com.", "alias": "www.example.com.", "target": "host.example.net."},
        {"dnsType": "MX", "name": "example.com.", "priority": "10", "target": "mx.example.net."},
        {"dnsType": "TXT", "name": "example.com.", "strings": ["v=spf1 ", "-all"]},
        {"dnsType": "TXT", "name": "example.com.", "strings": "one"},
        {"dnsType": "SOA", "name": "example.com.", "host": "ns1.example.net.", "admin": "first\\.last.example.net.",
         "serial": "2024010101"},
        {"dnsType": "SRV", "name": "_sip._tcp.example.com.", "target": "sip.example.net."},
        {"type": 12, "name": "example.com.", "target": "x.example.net."},
        {"dnsType": "A", "name": "example.com.", "address": "not an address"},
        {"dnsType": "MX", "name": "example.com.", "priority": 0, "target": "."},
        {"dnsType": {"odd": true}}, null, "text",
    ]}});
    let page = read(&dns(), &FIRST, &body).expect("a page");
    let record = |owner: &str, ttl, data| {
        Record::Dns(DnsRecord { owner: host(owner), data, ttl, first_seen: None, last_seen: None, security: None })
    };
    let address = |text: &str| DnsData::Address(text.parse().expect("an address"));
    let authority = DnsData::StartOfAuthority {
        primary: host("ns1.example.net"),
        mailbox: "first.last@example.net".to_owned(),
        serial: 2_024_010_101,
    };
    assert_eq!(
        page.records,
        [
            record("www.example.com", Some(300), address("192.0.2.1")),
            record("www.example.com", None, address("2001:db8::10")),
            record("www.example.com", None, DnsData::Alias(host("host.example.net"))),
            record("example.com", None, DnsData::MailServer { preference: 10, exchange: host("mx.example.net") }),
            record("example.com", None, DnsData::Text("v=spf1 -all".to_owned())),
            record("example.com", None, DnsData::Text("one".to_owned())),
            record("example.com", None, authority),
        ]
    );
    assert_eq!(page.total, Some(Total::Exactly(14)));
    assert_eq!(
        page.notes,
        [
            "5 rows of the answer are no readable DNS records and were left out.",
            "2 records of other types (SRV, TYPE12) were left out.",
        ]
    );
}
