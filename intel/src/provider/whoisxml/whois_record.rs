//! WHOIS records in both shapes that the vendor has for them.
//!
//! The current-WHOIS shape (also inside bulk answers) has `registrant`, a `nameServers` object and one text of status
//! words; the history shape has `registrantContact`, a `nameServers` list and a list of statuses. Both may keep half of
//! their content inside `registryData`, which is what the registry said while the outer record is what the registrar
//! said. The reader looks for every spelling of a field in the outer record and then in the inner one, so one function
//! serves both shapes and whatever mixture comes next.
//!
//! Of dates, the normalised spelling comes first, then ISO 8601, then what the registry wrote, as far as that has one
//! reading only. The raw text is not kept: a history of thousands of states would hold it thousands of times, and every
//! field that the answer shows has been read from it already.

use std::net::IpAddr;

use crate::{
    moment::Moment,
    noise::{self, NoiseKind},
    provider::{lenient::Node, whoisxml::contact},
    record::{Contact, Registrar, WhoisRecord},
};

/// The outer record and the registry's.
type Layers<'a> = [Node<'a>; 2];

/// Reads a record. `None` if nothing but perhaps a domain's name is in it. A record without a name is about the domain
/// that was asked for.
pub(super) fn read(record: Node<'_>, asked: &str) -> Option<WhoisRecord> {
    let layers = [record, record.get("registryData")];
    let contact = |names: &[&str]| first_contact(layers, names);
    let state = WhoisRecord {
        domain: String::new(),
        observed: observed(layers),
        created: date(layers, "created"),
        updated: date(layers, "updated"),
        expires: date(layers, "expires"),
        registrar: registrar(layers),
        whois_server: meaningful(layers, &["whoisServer"]),
        name_servers: first_list(layers, |layer| name_servers(layer.get("nameServers"))),
        statuses: first_list(layers, |layer| statuses(layer.get("status"))),
        registrant: contact(&["registrantContact", "registrant"]),
        administrative: contact(&["administrativeContact", "adminContact"]),
        technical: contact(&["technicalContact", "techContact"]),
        billing: contact(&["billingContact"]),
        zone: contact(&["zoneContact"]),
        raw_text: None,
    };
    if state == WhoisRecord::default() {
        return None;
    }
    let domain = layers.iter().find_map(|layer| layer.get("domainName").text());
    Some(WhoisRecord { domain: host_text(domain.as_deref().unwrap_or(asked)), ..state })
}

/// When the vendor last looked. `createdDate` of an audit is when it first saw this state.
fn observed(layers: Layers<'_>) -> Option<Moment> {
    let names = ["updatedDate", "createdDate"];
    layers.iter().find_map(|layer| names.iter().find_map(|name| layer.get("audit").get(name).moment()))
}

fn date(layers: Layers<'_>, event: &str) -> Option<Moment> {
    let names = ["DateNormalized", "DateISO8601", "Date", "DateRaw"].map(|suffix| format!("{event}{suffix}"));
    layers.iter().find_map(|layer| names.iter().find_map(|name| layer.get(name).moment()))
}

fn registrar(layers: Layers<'_>) -> Option<Registrar> {
    let custom = |name| layers.iter().find_map(|layer| custom_field(*layer, name)).filter(|text| !is_noise(text));
    let registrar = Registrar {
        name: meaningful(layers, &["registrarName"]),
        iana_id: meaningful(layers, &["registrarIANAID"]),
        url: meaningful(layers, &["registrarURL", "referralURL"]).or_else(|| custom("RegistrarURL")),
        abuse_email: custom("RegistrarContactEmail"),
    };
    (registrar != Registrar::default()).then_some(registrar)
}

/// The value of one of the numbered custom fields, which have been spelt in two ways.
fn custom_field(layer: Node<'_>, wanted: &str) -> Option<String> {
    (1..=3).find_map(|number| {
        let part = |part: &str| {
            layer.first(&[&format!("customField{number}{part}"), &format!("custom{number}Field{part}")]).text()
        };
        part("Name").filter(|name| name.eq_ignore_ascii_case(wanted)).and_then(|_| part("Value"))
    })
}

/// The first text under one of the names that is neither a marker nor a filler.
fn meaningful(layers: Layers<'_>, names: &[&str]) -> Option<String> {
    layers
        .iter()
        .flat_map(|layer| names.iter().map(|name| layer.get(name)))
        .filter_map(Node::text)
        .find(|text| !is_noise(text))
}

/// A privacy service is no noise here: it may be a registrar, too.
fn is_noise(text: &str) -> bool {
    noise::judge(text).is_some_and(|noise| matches!(noise.kind, NoiseKind::Redacted | NoiseKind::Placeholder))
}

fn first_contact(layers: Layers<'_>, names: &[&str]) -> Contact {
    layers
        .iter()
        .map(|layer| contact::read(layer.first(names), noise::judge))
        .find(|contact| *contact != Contact::default())
        .unwrap_or_default()
}

fn first_list<'a>(layers: Layers<'a>, read: impl Fn(Node<'a>) -> Vec<String>) -> Vec<String> {
    layers.into_iter().map(read).find(|list| !list.is_empty()).unwrap_or_default()
}

/// Name servers from a list, a text, or an object with `hostNames` and `rawText`; each item a text or `{"str": …}`.
fn name_servers(node: Node<'_>) -> Vec<String> {
    let inner = node.first(&["hostNames", "rawText", "str"]);
    let node = if node.is_object() || !inner.is_blank() { inner } else { node };
    let mut servers = Vec::new();
    for text in node.items().filter_map(|item| item.text().or_else(|| item.first(&["str", "name"]).text())) {
        if is_noise(&text) {
            continue;
        }
        let words: Vec<&str> = text.split(|c: char| c.is_whitespace() || ",;|".contains(c)).collect();
        // One word is taken as it is. Of several, only names: the others are glue addresses or prose.
        for word in words.iter().filter(|word| words.len() == 1 || word.contains('.')) {
            if word.parse::<IpAddr>().is_err() {
                add_new(&mut servers, host_text(word));
            }
        }
    }
    servers
}

/// Statuses from a text of words or a list, each without the address that explains it.
fn statuses(node: Node<'_>) -> Vec<String> {
    let is_list = node.rows().is_some_and(|rows| !rows.is_empty());
    let mut statuses = Vec::new();
    for text in node.items().filter_map(Node::text).filter(|text| !is_noise(text)) {
        for part in text.split([',', ';', '\n']) {
            let words: Vec<&str> =
                part.split_whitespace().map(without_address).filter(|word| !word.is_empty()).collect();
            if is_list && !words.iter().all(|word| is_epp(word)) {
                add_new(&mut statuses, words.join(" "));
            } else {
                words.iter().for_each(|word| add_new(&mut statuses, (*word).to_owned()));
            }
        }
    }
    statuses
}

/// Whether a word looks like a status of EPP (RFC 5731 §2.3, RFC 3915 §3.1), which are all in one word. Only such are
/// taken apart where several stand in a list's item: other registries' statuses have blanks in them.
fn is_epp(word: &str) -> bool {
    let word = word.to_ascii_lowercase();
    let begins = |start: &str| word.strip_prefix(start).is_some_and(|rest| !rest.is_empty());
    ["ok", "inactive"].contains(&word.as_str())
        || ["client", "server", "pending"].into_iter().any(begins)
        || word.strip_suffix("period").is_some_and(|rest| !rest.is_empty())
}

/// A word up to where an address begins: `ok`, `ok(https://icann.org/epp#ok)`, and nothing of a bare address.
fn without_address(word: &str) -> &str {
    let lower = word.to_ascii_lowercase();
    let start = ["http://", "https://", "www.", "icann.org/"].iter().filter_map(|address| lower.find(address)).min();
    word.get(..start.unwrap_or(word.len())).unwrap_or_default().trim_matches(['(', ')', '[', ']'])
}

fn add_new(list: &mut Vec<String>, text: String) {
    if !text.is_empty() && !list.iter().any(|known| known.eq_ignore_ascii_case(&text)) {
        list.push(text);
    }
}

fn host_text(text: &str) -> String {
    text.trim().trim_end_matches('.').to_lowercase()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn record(value: &Value) -> WhoisRecord {
        read(Node::new(value), "asked.example").expect("a record")
    }

    fn shown(moment: Option<Moment>) -> Option<String> {
        moment.map(|moment| moment.to_string())
    }

    #[test]
    fn the_current_shape_is_read() {
        let read = record(&json!({
            "domainName": "EXAMPLE.com.",
            "createdDate": "1995-08-14T04:00:00Z", "createdDateNormalized": "1995-08-14 04:00:00 UTC",
            "updatedDate": "2024-08-14T07:01:34+0000", "expiresDate": "unreadable",
            "expiresDateNormalized": "2025-08-13 04:00:00 UTC",
            "registrarName": "Example Registrar, Inc.", "registrarIANAID": 9999, "whoisServer": "whois.registrar.example",
            "customField1Name": "RegistrarContactEmail", "customField1Value": "abuse@registrar.example",
            "custom3FieldName": "RegistrarURL", "custom3FieldValue": "https://registrar.example",
            "status": "clientDeleteProhibited https://icann.org/epp#clientDeleteProhibited clientHold",
            "nameServers": {"rawText": "…", "hostNames": ["NS1.EXAMPLE.NET.", {"numeric": false, "str": "ns2.example.net"}]},
            "registrant": {"name": "REDACTED FOR PRIVACY", "organization": "Example Org", "street1": "1 Example Street"},
            "audit": {"createdDate": "2024-08-01 10:00:00 UTC", "updatedDate": "2024-09-01 10:00:00.000 UTC"},
            "rawText": "Domain Name: example.com"
        }));
        let text = |text: &str| Some(text.to_owned());
        let moment = |text: &str| text.parse::<Moment>().ok();
        assert_eq!(
            read,
            WhoisRecord {
                domain: "example.com".to_owned(),
                observed: moment("2024-09-01T10:00:00Z"),
                created: moment("1995-08-14T04:00:00Z"),
                updated: moment("2024-08-14T07:01:34Z"),
                expires: moment("2025-08-13T04:00:00Z"),
                registrar: Some(Registrar {
                    name: text("Example Registrar, Inc."),
                    iana_id: text("9999"),
                    url: text("https://registrar.example"),
                    abuse_email: text("abuse@registrar.example"),
                }),
                whois_server: text("whois.registrar.example"),
                name_servers: vec!["ns1.example.net".to_owned(), "ns2.example.net".to_owned()],
                statuses: vec!["clientDeleteProhibited".to_owned(), "clientHold".to_owned()],
                registrant: Contact {
                    organization: text("Example Org"),
                    street: text("1 Example Street"),
                    redacted: true,
                    ..Contact::default()
                },
                ..WhoisRecord::default()
            }
        );
    }

    #[test]
    fn field_names_may_have_any_case() {
        let read = record(&json!({
            "DOMAINNAME": "example.com", "registrarname": "Example Registrar", "CreatedDateIso8601": "1995-08-14T04:00:00+00:00",
            "RegistrantContact": {"NAME": "Ann Example"}, "Audit": {"UpdatedDate": "2019-09-01T00:12:00+00:00"}
        }));
        assert_eq!(read.domain, "example.com");
        assert_eq!(read.registrar.and_then(|registrar| registrar.name).as_deref(), Some("Example Registrar"));
        assert_eq!(shown(read.created).as_deref(), Some("1995-08-14T04:00:00Z"));
        assert_eq!(shown(read.observed).as_deref(), Some("2019-09-01T00:12:00Z"));
        assert_eq!(read.registrant.name.as_deref(), Some("Ann Example"));
    }

    #[test]
    fn what_is_only_in_the_registrys_record_is_found_there() {
        let read = record(&json!({
            "domainName": null, "createdDate": "", "status": "", "nameServers": null, "registrant": {},
            "registryData": {
                "domainName": "EXAMPLE.COM", "createdDateNormalized": "1995-08-14 04:00:00 UTC", "status": "ok",
                "nameServers": {"hostNames": [], "rawText": "NS1.EXAMPLE.NET\nNS2.EXAMPLE.NET\n"},
                "registrant": {"name": "Ann Example"}, "referralURL": "http://registrar.example",
                "audit": {"updatedDate": "2018-02-01 03:20:33.000 UTC"}
            }
        }));
        assert_eq!(read.domain, "example.com");
        assert_eq!(shown(read.created).as_deref(), Some("1995-08-14T04:00:00Z"));
        assert_eq!(shown(read.observed).as_deref(), Some("2018-02-01T03:20:33Z"));
        assert_eq!(read.statuses, ["ok"]);
        assert_eq!(read.name_servers, ["ns1.example.net", "ns2.example.net"]);
        assert_eq!(read.registrant.name.as_deref(), Some("Ann Example"));
        assert_eq!(read.registrar.and_then(|registrar| registrar.url).as_deref(), Some("http://registrar.example"));
    }

    #[test]
    fn dates_go_from_normalised_to_raw_and_unreadable_ones_are_skipped() {
        for (value, date) in [
            (json!({"createdDateISO8601": "", "createdDateRaw": "14-aug-1995"}), Some("1995-08-14")),
            (json!({"createdDateISO8601": null, "createdDateRaw": "before Aug-1996", "status": "ok"}), None),
            (
                json!({"createdDateNormalized": "1995-08-14 04:00:00 UTC", "createdDate": "2001-01-01"}),
                Some("1995-08-14T04:00:00Z"),
            ),
            (
                json!({"createdDateNormalized": {"odd": 1}, "createdDate": "1997-09-15T00:00:00-0700"}),
                Some("1997-09-15T07:00:00Z"),
            ),
            (json!({"createdDate": 808_372_800}), Some("1995-08-14T04:00:00Z")),
        ] {
            assert_eq!(shown(record(&value).created).as_deref(), date, "{value}");
        }
    }

    #[test]
    fn statuses_come_as_text_or_list_and_lose_their_addresses() {
        for (value, expected) in [
            (json!("clientTransferProhibited ok"), vec!["clientTransferProhibited", "ok"]),
            (
                json!(["clientTransferProhibited (https://www.icann.org/epp#clientTransferProhibited)"]),
                vec!["clientTransferProhibited"],
            ),
            (
                json!(["clientHold https://icann.org/epp#clientHold", "ok(http://www.icann.org/epp#ok)"]),
                vec!["clientHold", "ok"],
            ),
            (json!(["clientHold redemptionPeriod"]), vec!["clientHold", "redemptionPeriod"]),
            (json!(["Registered until expiry date"]), vec!["Registered until expiry date"]),
            (json!(["ok", "OK", null, 7, {"a": "b"}]), vec!["ok", "7"]),
            (json!("https://icann.org/epp#ok www.icann.org/epp#ok icann.org/epp#ok"), vec![]),
            (json!({"status": "ok"}), vec![]),
        ] {
            assert_eq!(statuses(Node::new(&value)), expected, "{value}");
        }
    }

    #[test]
    fn name_servers_come_in_every_shape() {
        let both = ["ns1.example.net", "ns2.example.net"];
        for (value, expected) in [
            (json!(["NS1.EXAMPLE.NET", "ns2.example.net."]), &both[..]),
            (json!("ns1.example.net ns2.example.net"), &both),
            (json!("ns1.example.net|ns2.example.net"), &both),
            (json!({"hostNames": "ns1.example.net\nns2.example.net"}), &both),
            (json!([{"str": "ns1.example.net", "numeric": false}, {"name": "ns2.example.net"}]), &both),
            (json!(["ns1.example.net 192.0.2.1", "ns2.example.net 2001:db8::1", "NS1.example.net"]), &both),
            (json!(["REDACTED FOR PRIVACY", null, true, ["x", "y"], "no name server"]), &[]),
            (json!({"hostNames": {}, "rawText": ""}), &[]),
        ] {
            assert_eq!(name_servers(Node::new(&value)), expected, "{value}");
        }
    }

    #[test]
    fn markers_are_no_registrar_and_no_server() {
        let read = record(
            &json!({"registrarName": "REDACTED FOR PRIVACY", "whoisServer": "Redacted for Privacy", "status": "ok"}),
        );
        assert_eq!((read.registrar, read.whois_server), (None, None));
    }

    #[test]
    fn a_record_without_a_name_is_about_the_domain_asked_for() {
        assert_eq!(record(&json!({"status": "ok"})).domain, "asked.example");
        assert_eq!(record(&json!({"status": "ok", "domainName": {"odd": true}})).domain, "asked.example");
    }

    #[test]
    fn a_record_that_says_nothing_is_none() {
        for value in [json!(null), json!("text"), json!(7), json!([]), json!({}), json!({"domainName": "example.com"})]
        {
            assert_eq!(read(Node::new(&value), "asked.example"), None, "{value}");
        }
    }
}
