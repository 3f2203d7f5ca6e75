//! SSL Certificates API.

use crate::support::*;

fn read_all(body: &Value) -> Vec<Certificate> {
    let page = read(&certificates(), &FIRST, body).expect("a page");
    let certificate = |record| if let Record::Certificate(inner) = record { *inner } else { panic!("{record:?}") };
    page.records.into_iter().map(certificate).collect()
}

/// The one certificate with these fields, which has a serial number besides.
fn one(fields: &Value) -> Certificate {
    let mut fields = fields.clone();
    fields.as_object_mut().expect("an object").entry("serialNumber").or_insert(json!("01"));
    let [certificate] = &read_all(&json!({"certificates": [fields]}))[..] else { panic!("{fields}") };
    certificate.clone()
}

fn text(text: &str) -> Option<String> {
    Some(text.to_owned())
}

#[test]
fn certificates_are_asked_for_by_get() {
    let request = request(&certificates(), &FIRST);
    assert_eq!((&request.method, &request.body), (&Method::GET, &None));
    assert_eq!(
        request.url.as_str(),
        "https://ssl-certificates.whoisxmlapi.com/api/v1?domainName=www.example.com&outputFormat=JSON"
    );
}

#[test]
fn the_documented_shape_is_read() {
    let page = read(&certificates(), &FIRST, &chain()).expect("a page");
    assert_eq!((page.total, page.next, page.notes), (Some(Total::Exactly(2)), None, vec![]));
    let seen = moment("2022-02-16T07:29:50Z");
    assert_eq!(
        read_all(&chain()),
        [
            Certificate {
                subject: text("www.example.com"),
                names: vec!["www.example.com".to_owned(), "*.example.com".to_owned()],
                issuer: text("Example CA 1"),
                serial: text("D47F658B0001"),
                not_before: moment("2022-01-17T03:05:49Z"),
                not_after: moment("2022-04-11T03:05:48Z"),
                fingerprint: None,
                organization: text("Example Org"),
                country_code: text("US"),
                validation: text("organization"),
                end_entity: true,
                first_seen: None,
                last_seen: seen,
            },
            Certificate {
                subject: text("Example CA 1"),
                issuer: text("Example Trust"),
                serial: text("0203"),
                not_before: moment("2020-08-13T00:00:42Z"),
                end_entity: false,
                last_seen: seen,
                ..Certificate::default()
            },
        ]
    );
}

#[test]
fn the_list_may_stand_elsewhere_or_be_one_certificate() {
    let certificate = json!({"serialNumber": "0a:0b", "subject": "CN=example.com"});
    for body in [
        json!({"certificates": [certificate]}),
        json!({"Certificates": certificate}),
        json!({"result": [certificate]}),
        json!({"result": {"certificates": [certificate]}}),
        json!({"data": {"result": [certificate]}, "domain": "example.com"}),
        json!({"certificate": certificate}),
        json!({"certificates": {"0": certificate}}),
        certificate.clone(),
    ] {
        let found = read_all(&body);
        let [found] = &found[..] else { panic!("{body} {found:?}") };
        assert_eq!((&found.subject, &found.serial), (&text("example.com"), &text("0A0B")), "{body}");
        assert!(found.end_entity, "{body}");
    }
}

#[test]
fn subject_and_issuer_come_as_objects_or_texts() {
    for subject in [
        json!({"commonName": "example.com", "organization": "Example, Inc.", "country": "US"}),
        json!({"CN": "example.com", "O": "Example, Inc.", "C": "us"}),
        json!({"common_name": ["example.com", "example.net"], "organizationName": "Example, Inc.", "countryName": "US"}),
        json!([{"commonName": "example.com", "organization": "Example, Inc.", "countryCode": "US"}]),
        json!({"commonName": "example.com", "organization": "Example, Inc.", "country": "UNITED STATES", "countryCode": "us"}),
        json!("CN=example.com, O=\"Example, Inc.\", C=US"),
        json!("C = US, O = \"Example, Inc.\", CN = example.com"),
        json!("/C=US/O=Example, Inc./CN=example.com"),
    ] {
        let found = one(&json!({"subject": subject, "issuer": subject}));
        assert_eq!(found.subject, text("example.com"), "{subject}");
        assert_eq!(found.organization, text("Example, Inc."), "{subject}");
        assert_eq!(found.country_code, text("US"), "{subject}");
        assert_eq!(found.issuer, text("example.com"), "{subject}");
    }
    for (issuer, name) in [
        (json!({"organization": "Example Trust"}), text("Example Trust")),
        (json!("O=Example Trust, C=US"), text("Example Trust")),
        (json!("Example CA 1"), text("Example CA 1")),
        (json!({"commonName": null, "organization": ""}), None),
        (json!(null), None),
        (json!(true), None),
        (json!([]), None),
        (json!("C=US"), None),
    ] {
        assert_eq!(one(&json!({"issuer": issuer})).issuer, name, "{issuer}");
    }
    let odd =
        one(&json!({"subject": {"commonName": {"odd": 1}, "organization": ["", null], "country": "United States"}}));
    assert_eq!((odd.subject, odd.organization, odd.country_code), (None, None, None));
}

#[test]
fn alternative_names_are_found_in_every_place_and_form() {
    let both = ["example.com", "*.example.net"];
    for fields in [
        json!({"extensions": {"subjectAlternativeNames": {"dnsNames": ["example.com", "*.example.net"]}}}),
        json!({"Extensions": {"SubjectAltName": ["EXAMPLE.com.", "*.EXAMPLE.net", "example.com"]}}),
        json!({"extensions": {"subjectAltName": "DNS:example.com, DNS:*.example.net, IP Address:192.0.2.1"}}),
        json!({"extensions": {"subjectAlternativeName": [{"type": "DNS", "value": "example.com"}, {"dns": "*.example.net"}]}}),
        json!({"subjectAlternativeNames": ["example.com", "*.example.net", "192.0.2.1", null, 7, {}]}),
        json!({"san": "example.com\n*.example.net"}),
        json!({"altNames": {"dnsNames": "example.com"}, "dnsNames": ["*.example.net"]}),
        json!({"sans": ["example.com", "email:ann@example.com", "URI:https://example.com/", "*.example.net"]}),
    ] {
        assert_eq!(one(&fields).names, both, "{fields}");
    }
    let names = one(&json!({"dnsNames": ["m\u{fc}ller.example", "two words", "a..b", "*", "_dmarc.example"]})).names;
    assert_eq!(names, ["xn--mller-kva.example", "_dmarc.example"]);
}

#[test]
fn dates_come_in_several_forms() {
    for date in [
        json!("2022-01-07 03:05:49 UTC"),
        json!("2022-01-07T03:05:49Z"),
        json!("2022-01-07T03:05:49.000+00:00"),
        json!(1_641_524_749),
        json!("1641524749"),
        json!(1_641_524_749_000_i64),
        json!("Jan  7 03:05:49 2022 GMT"),
        json!("Jan 07 03:05:49 2022 UTC"),
    ] {
        let expected = moment("2022-01-07T03:05:49Z");
        for fields in [
            json!({"validFrom": date, "validTo": date}),
            json!({"notBefore": date, "notAfter": date}),
            json!({"validity": {"from": date, "to": date}}),
            json!({"validity": {"notBefore": date, "notAfter": date}}),
        ] {
            let found = one(&fields);
            assert_eq!((found.not_before, found.not_after), (expected, expected), "{fields}");
        }
    }
    let found = one(&json!({"validFrom": "2022-01-07", "validTo": "Smarch 7 03:05:49 2022 GMT"}));
    assert_eq!((found.not_before, found.not_after), (moment("2022-01-07"), None));
}

#[test]
fn serial_numbers_and_fingerprints_are_hexadecimal_digits() {
    let sha256 = "AB".repeat(32);
    for (serial, expected) in [
        (json!("d4:7f:65:8b"), text("D47F658B")),
        (json!("D4 7F 65 8B"), text("D47F658B")),
        (json!("0xd47f658b"), text("D47F658B")),
        (json!("d4-7f-65-8b"), text("D47F658B")),
        (json!("0123"), text("0123")),
        (json!(255), text("FF")),
        (json!("not hexadecimal"), None),
        (json!(""), None),
        (json!(0), None),
        (json!({"odd": 1}), None),
    ] {
        assert_eq!(one(&json!({"serialNumber": serial, "subject": "x"})).serial, expected, "{serial}");
    }
    for (fingerprint, expected) in [
        (json!(sha256), Some(sha256.to_lowercase())),
        (json!({"sha256": sha256, "sha1": "00"}), Some(sha256.to_lowercase())),
        (json!("AB:CD"), None),
        (json!(7), None),
    ] {
        assert_eq!(one(&json!({"fingerprint": fingerprint})).fingerprint, expected, "{fingerprint}");
    }
}

#[test]
fn the_hosts_own_certificate_is_told_from_those_above_it() {
    for (word, own) in [
        (json!("end-user"), true),
        (json!("End-Entity"), true),
        (json!("leaf"), true),
        (json!("intermediate"), false),
        (json!("root"), false),
        (json!(null), true),
    ] {
        assert_eq!(one(&json!({"chainHierarchy": word})).end_entity, own, "{word}");
    }
    let own: Vec<bool> = read_all(&json!({"certificates": [{"serial": "01"}, {"serial": "02"}, {"serial": "03"}]}))
        .iter()
        .map(|certificate| certificate.end_entity)
        .collect();
    assert_eq!(own, [true, false, false]);
}

#[test]
fn an_odd_certificate_costs_no_other() {
    let body = json!({"certificates": [null, {}, "PEM", 7, {"chainHierarchy": "end-user", "signatureAlgorithm": "x"},
        {"serialNumber": "01", "subject": 7, "issuer": [], "extensions": "none", "validFrom": {}, "validTo": []}]});
    let page = read(&certificates(), &FIRST, &body).expect("a page");
    assert_eq!((page.records.len(), page.total), (1, Some(Total::Exactly(6))));
    assert_eq!(page.notes, ["5 rows of the answer are no readable certificates and were left out."]);
}
