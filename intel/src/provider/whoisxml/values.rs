//! Values that several services write alike: country codes, networks' announcers, mailboxes, tables.
//!
//! What stands for nobody ([`noise`]) is unknown here as everywhere: `ZZ` is no country, `+000000000` no
//! number, and a line of hyphens no description.

use crate::{
    noise,
    observable::{AutonomousSystem, EmailAddress, Netblock},
    provider::lenient::Node,
    record::Routing,
};

/// Codes that ISO 3166-1 leaves to users, which registries and vendors write for an unknown country.
const NO_COUNTRIES: [&str; 2] = ["ZZ", "XX"];

/// A text that may say something about somebody.
pub(super) fn said(node: Node<'_>) -> Option<String> {
    node.text().filter(|text| noise::judge(text).is_none())
}

/// The lines of a text or of a list of texts, without those that say nothing.
pub(super) fn lines(node: Node<'_>) -> Vec<String> {
    let texts: Vec<String> = node.items().filter_map(Node::text).collect();
    let lines = texts.iter().flat_map(|text| text.lines()).map(str::trim);
    lines.filter(|line| noise::judge(line).is_none()).map(str::to_owned).collect()
}

/// The mailboxes in a place that holds one or several: as a list, as objects, or in one text with line breaks or commas
/// between them. Each is there once, as the source wrote it.
pub(super) fn emails(node: Node<'_>) -> Vec<String> {
    let between = |c: char| c.is_whitespace() || matches!(c, ',' | ';' | '<' | '>');
    let mut emails: Vec<String> = Vec::new();
    for item in node.items() {
        let text = item.text().or_else(|| item.first(&["email", "emailAddress", "address"]).text());
        for email in text.unwrap_or_default().split(between) {
            let is_new = !emails.iter().any(|known| known.eq_ignore_ascii_case(email));
            if is_new && EmailAddress::parse(email).is_ok() && noise::judge(email).is_none() {
                emails.push(email.to_owned());
            }
        }
    }
    emails
}

/// A country by its two letters (ISO 3166-1), upper case.
pub(super) fn country_code(node: Node<'_>) -> Option<String> {
    let code = node.text()?.to_ascii_uppercase();
    let is_code = code.len() == 2 && code.bytes().all(|letter| letter.is_ascii_uppercase());
    (is_code && !NO_COUNTRIES.contains(&code.as_str())).then_some(code)
}

/// A number with a fraction, from a number or from a text that is one.
pub(super) fn decimal(node: Node<'_>) -> Option<f64> {
    node.text()?.parse::<f64>().ok().filter(|number| number.is_finite())
}

/// Who announces an address or a network: `{"asn", "name", "route", "domain", "type"}`, also the number alone or with
/// the name after it. Without a number there is nothing to tell; 0 is none (RFC 7607).
pub(super) fn routing(node: Node<'_>) -> Option<Routing> {
    let node = node.items().next()?;
    if node.is_object() {
        return Some(Routing {
            system: system(node.first(&["asn", "as", "number"]))?,
            name: said(node.get("name")),
            route: node.get("route").text().and_then(|route| Netblock::parse(&route).ok()),
            url: said(node.first(&["domain", "url"])),
            kind: said(node.get("type")),
        });
    }
    let alone = |system| Routing { system, name: None, route: None, url: None, kind: None };
    if let Some(system) = system(node) {
        return Some(alone(system));
    }
    let text = node.text()?;
    let (number, name) = text.split_once(char::is_whitespace)?;
    let name = Some(name.trim()).filter(|name| noise::judge(name).is_none()).map(str::to_owned);
    Some(Routing { name, ..alone(announced_by(number)?) })
}

fn system(node: Node<'_>) -> Option<AutonomousSystem> {
    // A number with a fraction is no asdot form: 64500.5 went through a floating-point variable.
    let text = node.as_str().map(str::to_owned).or_else(|| node.count().map(|number| number.to_string()))?;
    announced_by(&text)
}

fn announced_by(text: &str) -> Option<AutonomousSystem> {
    AutonomousSystem::parse(text).ok().filter(|system| system.number() != 0)
}

/// The rows of a table: the items of a list, the thing itself where a single one stands in the list's place. `None` if
/// the value is missing, null, a text or a number.
pub(super) fn table(node: Node<'_>) -> Option<Vec<Node<'_>>> {
    match node.rows() {
        Some(rows) => Some(rows.iter().map(Node::new).collect()),
        None => node.is_object().then(|| vec![node]),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn system_of(value: &Value) -> Option<(u32, Option<String>)> {
        routing(Node::new(value)).map(|routing| (routing.system.number(), routing.name))
    }

    #[test]
    fn an_announcer_is_read_from_every_form() {
        let name = |name: &str| Some(name.to_owned());
        for (value, read) in [
            (json!({"asn": 64500, "name": "EXAMPLE-AS"}), Some((64500, name("EXAMPLE-AS")))),
            (json!({"asn": "64500"}), Some((64500, None))),
            (json!({"ASN": "AS64500", "Name": ""}), Some((64500, None))),
            (json!({"asn": 64500.0}), Some((64500, None))),
            (json!({"asn": 64500.5}), Some((64500, None))),
            (json!([{"asn": 64500}]), Some((64500, None))),
            (json!(64500), Some((64500, None))),
            (json!("AS64500"), Some((64500, None))),
            (json!("AS 64500"), Some((64500, None))),
            (json!("AS64500 Example Org"), Some((64500, name("Example Org")))),
            (json!("AS64500 N/A"), Some((64500, None))),
            (json!({"asn": 0, "name": "EXAMPLE-AS"}), None),
            (json!({"asn": -1}), None),
            (json!({"asn": 4_294_967_296_u64}), None),
            (json!({"asn": null, "name": "EXAMPLE-AS"}), None),
            (json!({"asn": {"number": 64500}}), None),
            (json!("Example Org"), None),
            (json!(""), None),
            (json!([]), None),
            (json!(null), None),
            (json!(true), None),
        ] {
            assert_eq!(system_of(&value), read, "{value}");
        }
    }

    #[test]
    fn the_rest_about_an_announcer_is_read_where_it_is_known() {
        let value = json!({"asn": 64500, "name": "N/A", "route": "192.0.2.0/24", "domain": "https://example.net",
                           "type": "Not Disclosed"});
        assert_eq!(
            routing(Node::new(&value)),
            Some(Routing {
                system: AutonomousSystem::parse("64500").unwrap(),
                name: None,
                route: Netblock::parse("192.0.2.0/24").ok(),
                url: Some("https://example.net".to_owned()),
                kind: None,
            })
        );
        let odd = json!({"asn": 64500, "route": "anywhere", "domain": {"odd": 1}});
        assert_eq!(routing(Node::new(&odd)).map(|routing| (routing.route, routing.url)), Some((None, None)));
    }

    #[test]
    fn mailboxes_are_found_in_every_form_and_once() {
        for (value, read) in [
            (json!("a@example.net\nb@example.net"), &["a@example.net", "b@example.net"][..]),
            (json!("a@example.net\r\nA@Example.net\n\n"), &["a@example.net"]),
            (
                json!("a@example.net, b@example.net; c@example.net"),
                &["a@example.net", "b@example.net", "c@example.net"],
            ),
            (json!("Desk <a@example.net>"), &["a@example.net"]),
            (json!(["a@example.net", null, {"email": "b@example.net"}]), &["a@example.net", "b@example.net"]),
            (json!({"email": "a@example.net"}), &["a@example.net"]),
            (json!("***@example.net"), &[]),
            (json!("no mailbox"), &[]),
            (json!(""), &[]),
            (json!(7), &[]),
            (json!(null), &[]),
        ] {
            assert_eq!(emails(Node::new(&value)), read, "{value}");
        }
    }

    #[test]
    fn countries_are_two_letters_that_mean_one() {
        for (value, read) in [
            (json!("us"), Some("US")),
            (json!(" EU "), Some("EU")),
            (json!("ZZ"), None),
            (json!("xx"), None),
            (json!("USA"), None),
            (json!("\u{df}"), None),
            (json!("1A"), None),
            (json!(""), None),
            (json!(["US"]), Some("US")),
            (json!(["US", "EU"]), None),
        ] {
            assert_eq!(country_code(Node::new(&value)).as_deref(), read, "{value}");
        }
    }

    #[test]
    fn decimals_are_read_from_numbers_and_texts_and_are_finite() {
        for (value, read) in [
            (json!(37.5), Some(37.5)),
            (json!("-122.25"), Some(-122.25)),
            (json!(" 7 "), Some(7.0)),
            (json!("inf"), None),
            (json!("NaN"), None),
            (json!("1e999"), None),
            (json!("north"), None),
            (json!(null), None),
            (json!(true), None),
        ] {
            assert_eq!(decimal(Node::new(&value)), read, "{value}");
        }
    }

    #[test]
    fn lines_come_from_lists_and_from_texts() {
        for (value, read) in [
            (json!(["a", " b ", "", "-----", null, 7]), &["a", "b", "7"][..]),
            (json!("a\r\n\n  b"), &["a", "b"]),
            (json!("N/A"), &[]),
            (json!({"odd": 1}), &[]),
            (json!(null), &[]),
        ] {
            assert_eq!(lines(Node::new(&value)), read, "{value}");
        }
    }

    #[test]
    fn a_single_row_may_stand_in_the_tables_place() {
        let count = |value: Value| table(Node::new(&value)).map(|rows| rows.len());
        assert_eq!(count(json!([1, 2])), Some(2));
        assert_eq!(count(json!({"a": 1})), Some(1));
        assert_eq!(count(json!({})), Some(0));
        assert_eq!(count(json!("")), Some(0));
        assert_eq!(count(json!("text")), None);
        assert_eq!(count(json!(7)), None);
        assert_eq!(count(json!(null)), None);
    }
}
