//! WHOIS History API.

use crate::support::*;

#[test]
fn history_is_asked_for_by_post() {
    for (step, mode) in [(Step::Preview, "preview"), (FIRST, "purchase")] {
        let request = request(&history(), &step);
        assert_eq!(request.method, Method::POST);
        assert_eq!(request.url.as_str(), "https://whois-history.whoisxmlapi.com/api/v1");
        assert_eq!(body_of(&request), json!({"domainName": "example.com", "mode": mode, "outputFormat": "JSON"}));
        assert_eq!(request.headers.get("content-type").expect("a type"), "application/json");
    }
}

#[test]
fn recorded_history_is_read() {
    let Some(body) = fixture("whois_history_record_field_names.json") else { return };
    let page = provider().read(&history(), &FIRST, &response(200, body)).expect("a page");
    let text = |text: &str| Some(text.to_owned());
    let contact = |name: &str| Contact { name: text(name), ..Contact::default() };
    assert_eq!(
        page,
        Page {
            records: vec![Record::Whois(Box::new(WhoisRecord {
                domain: "domainname".to_owned(),
                observed: moment("2020-04-25T17:25:49Z"),
                created: moment("2020-04-25T17:25:00Z"),
                updated: moment("2020-04-25T17:25:01Z"),
                expires: moment("2020-04-25T17:25:02Z"),
                registrar: Some(Registrar { name: text("registrarName"), ..Registrar::default() }),
                whois_server: text("whoisServer"),
                name_servers: vec!["nameservers".to_owned()],
                statuses: vec!["status".to_owned()],
                registrant: contact("registrantContact"),
                administrative: contact("administrativeContact"),
                technical: contact("technicalContact"),
                billing: contact("billingContact"),
                zone: contact("zoneContact"),
                raw_text: None,
            }))],
            next: None,
            total: Some(Total::Exactly(1)),
            notes: vec![],
            source: None,
        }
    );
}

#[test]
fn records_of_the_other_services_shape_are_read_too() {
    let (Some(current), Some(bulk)) = (fixture("whois_cnn.com.json"), fixture("bulk_records.json")) else { return };
    let current: Value = serde_json::from_slice(&current).expect("JSON");
    let bulk: Value = serde_json::from_slice(&bulk).expect("JSON");
    let body = json!({"recordsCount": 2, "records": [bulk["whoisRecords"][0]["whoisRecord"], current["WhoisRecord"]]});
    let page = read(&history(), &FIRST, &body).expect("a page");
    let records = whois(&page);
    let text = |text: &str| Some(text.to_owned());

    let cnn = records.iter().find(|record| record.domain == "cnn.com").expect("a record");
    assert_eq!(cnn.observed, moment("2018-02-01T03:20:33Z"));
    assert_eq!(cnn.created, moment("1993-09-22T04:00:00Z"));
    assert_eq!(cnn.updated, moment("2017-02-15T16:01:26Z"));
    assert_eq!(cnn.expires, moment("2018-09-21T04:00:00Z"));
    assert_eq!(
        cnn.registrar,
        Some(Registrar {
            name: text("CSC CORPORATE DOMAINS, INC."),
            iana_id: text("299"),
            url: text("www.cscprotectsbrands.com"),
            abuse_email: text("domainabuse@cscglobal.com"),
        })
    );
    assert_eq!(cnn.whois_server, text("whois.corporatedomains.com"));
    assert_eq!(
        cnn.name_servers,
        ["ns-47.awsdns-05.com", "ns-576.awsdns-08.net", "ns-1086.awsdns-07.org", "ns-1630.awsdns-11.co.uk"]
    );
    assert_eq!(
        cnn.statuses,
        ["clientTransferProhibited", "serverDeleteProhibited", "serverTransferProhibited", "serverUpdateProhibited"]
    );
    let owner = Contact {
        name: text("Domain Name Manager"),
        organization: text("Turner Broadcasting System, Inc."),
        street: text("One CNN Center"),
        city: text("Atlanta"),
        state: text("GA"),
        postal_code: text("30303"),
        country: text("UNITED STATES"),
        email: text("tmgroup@turner.com"),
        phone: text("14048275000"),
        fax: text("14048271995"),
        ..Contact::default()
    };
    let technical = Contact {
        name: text("TBS Server Operations"),
        email: text("hostmaster@turner.com"),
        fax: text("14048271593"),
        ..owner.clone()
    };
    assert_eq!((&cnn.registrant, &cnn.administrative, &cnn.technical), (&owner, &owner, &technical));
    assert_eq!((&cnn.billing, &cnn.zone, &cnn.raw_text), (&Contact::default(), &Contact::default(), &None));

    let foo = records.iter().find(|record| record.domain == "foo.bar").expect("a record");
    assert_eq!(foo.observed, None);
    assert_eq!(foo.created, moment("1997-09-15T07:00:00Z"));
    assert_eq!(foo.updated, moment("2019-09-09T15:39:04Z"));
    assert_eq!(foo.expires, moment("2028-09-13T07:00:00Z"));
    assert_eq!(foo.name_servers, ["ns1.foo.bar"]);
    assert_eq!(foo.statuses, ["clientUpdateProhibited"]);
    assert_eq!(foo.registrant.state, text("CA"));
    assert_eq!(foo.registrant.country, text("UNITED STATES"));
    let registrar = foo.registrar.as_ref().expect("a registrar");
    assert_eq!((&registrar.iana_id, &registrar.abuse_email), (&text("111111111111111"), &text("foo@bar.baz")));
}

#[test]
fn history_is_sorted_newest_first_and_not_folded() {
    let body = json!({"recordsCount": "6", "records": [
        {"domainName": "example.com", "status": ["undated"]},
        {"domainName": "example.com", "status": ["b"], "audit": {"updatedDate": "2018-06-17 11:23:51.000 UTC"}},
        {"domainName": "example.com", "status": ["d"], "createdDateISO8601": "1995-08-14T04:00:00+00:00"},
        {"domainName": "example.com", "status": ["a"], "audit": {"updatedDate": "2020-04-25T17:25:49+00:00"}},
        {"domainName": "example.com", "status": ["c"], "updatedDateISO8601": "2017-01-01T00:00:00+00:00"},
        {"domainName": "example.com", "status": ["a"], "audit": {"updatedDate": "2020-04-25T17:25:49+00:00"}},
    ]});
    let page = read(&history(), &FIRST, &body).expect("a page");
    let statuses: Vec<&str> = whois(&page).iter().map(|record| record.statuses[0].as_str()).collect();
    assert_eq!(statuses, ["a", "a", "b", "c", "d", "undated"]);
    assert_eq!(whois(&page)[2].observed, moment("2018-06-17T11:23:51Z"));
    assert_eq!((page.total, page.notes), (Some(Total::Exactly(6)), vec![]));
}

#[test]
fn history_marks_what_is_redacted_and_drops_the_raw_text() {
    let body = json!({"recordsCount": 1, "records": [{
        "domainName": "example.com",
        "registrantContact": {"name": "REDACTED FOR PRIVACY", "organization": "Example Org", "email": ""},
        "rawText": "Registrant: Ann Example",
    }]});
    let page = read(&history(), &FIRST, &body).expect("a page");
    let registrant = Contact { organization: Some("Example Org".to_owned()), redacted: true, ..Contact::default() };
    let expected = WhoisRecord { domain: "example.com".to_owned(), registrant, ..WhoisRecord::default() };
    assert_eq!(whois(&page), [&expected]);
}

#[test]
fn one_odd_record_costs_no_other() {
    let body = json!({"recordsCount": 5, "records": [
        null, "text", {}, {"domainName": {"odd": true}, "status": ["ok"], "registrantContact": "odd", "audit": 7,
        "nameServers": {"odd": 1}, "registrarName": ["odd", "odder"], "createdDateISO8601": {"date": "2020-01-01"}},
    ]});
    let page = read(&history(), &FIRST, &body).expect("a page");
    let expected =
        WhoisRecord { domain: "example.com".to_owned(), statuses: vec!["ok".to_owned()], ..WhoisRecord::default() };
    assert_eq!(whois(&page), [&expected]);
    assert_eq!(page.total, Some(Total::Exactly(5)));
    assert_eq!(
        page.notes,
        ["The source announced 5 records and sent 4.", "3 rows of the answer hold no WHOIS record and were left out.",]
    );
}
