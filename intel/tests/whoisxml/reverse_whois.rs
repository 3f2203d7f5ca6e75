//! Reverse WHOIS API: every search, every page.

use intel::lookup::{ContactField, ContactRole, DateRange, FieldTerm, PostalAddress, WhoisDates, WhoisField};
use jiff::civil::date;

use crate::support::*;

#[test]
fn reverse_whois_searches_each_term_in_its_own_way() {
    let advanced = |field: &str, term: &str, exact: bool| json!({"advancedSearchTerms": [{"field": field, "term": term, "exactMatch": exact, "exclude": false}]});
    let basic = |term: &str| json!({"basicSearchTerms": {"include": [term]}});
    let email = EmailAddress::parse("Ann@Example.org").expect("a mailbox");
    let phone = PhoneNumber::parse("+1 (555) 555-0100").expect("a number");
    let person = PersonName::parse("Ann Example").expect("a name");
    let organization = OrganizationName::parse("Example Org").expect("a name");
    for (term, search) in [
        (ReverseWhoisTerm::Email(email), advanced("Email", "ann@example.org", true)),
        (ReverseWhoisTerm::Phone(phone), basic("15555550100")),
        (ReverseWhoisTerm::Person(person), advanced("RegistrantContact.Name", "Ann Example", false)),
        (
            ReverseWhoisTerm::Organization(organization),
            advanced("RegistrantContact.Organization", "Example Org", false),
        ),
        (ReverseWhoisTerm::Text(" 1 Example Street ".to_owned()), basic("1 Example Street")),
    ] {
        for (scope, word) in [(Scope::Current, "current"), (Scope::Historic, "historic")] {
            for (step, mode, cursor) in [
                (Step::Preview, "preview", None),
                (FIRST, "purchase", None),
                (after("1234567890"), "purchase", Some(json!(1_234_567_890))),
                (after("opaque"), "purchase", Some(json!("opaque"))),
            ] {
                let request = request(&Lookup::reverse_whois(term.clone(), scope), &step);
                assert_eq!(request.method, Method::POST);
                assert_eq!(request.url.as_str(), "https://reverse-whois.whoisxmlapi.com/api/v2");
                let mut expected = json!({
                    "searchType": word, "mode": mode, "punycode": true, "includeAuditDates": true,
                    "responseFormat": "json"
                });
                let fields = expected.as_object_mut().expect("an object");
                fields.extend(search.as_object().expect("an object").clone());
                fields.extend(cursor.map(|cursor| ("searchAfter".to_owned(), cursor)));
                assert_eq!(body_of(&request), expected);
            }
        }
    }
}

#[test]
fn a_term_that_is_too_short_is_not_sent() {
    for text in ["", " ", " x "] {
        let error = provider().call(&reverse_whois(ReverseWhoisTerm::Text(text.to_owned())), &FIRST).expect_err(text);
        assert!(matches!(error, ProviderError::InvalidInput { .. }), "{error:?}");
    }
    assert!(provider().call(&reverse_whois(ReverseWhoisTerm::Text("\u{e9}\u{e9}".to_owned())), &FIRST).is_ok());
}

#[test]
fn recorded_reverse_whois_is_read_in_both_shapes() {
    let (Some(plain), Some(dated)) = (fixture("reverse_whois.json"), fixture("reverse_whois_with_dates.json")) else {
        return;
    };
    for (body, seen) in [(plain, None), (dated, moment("2021-01-10T18:52:41Z"))] {
        assert_eq!(
            provider().read(&by_email(), &FIRST, &response(200, body)).expect("a page"),
            Page {
                records: vec![sighting("airbnb.app", seen, seen), sighting("airbnbhost.app", seen, seen)],
                next: None,
                total: Some(Total::Exactly(2)),
                notes: vec![],
                source: None,
            }
        );
    }
}

#[test]
fn reverse_whois_goes_on_while_the_cursor_moves() {
    let body = |next: &Value| {
        json!({"nextPageSearchAfter": next, "domainsCount": 10_000, "domainsList": [
            {"domainName": "example.com", "audit": {"createdDate": "2021-01-10T18:52:41+00:00", "updatedDate": null}}
        ]})
    };
    let page = read(&by_email(), &FIRST, &body(&json!(1_234_567_890))).expect("a page");
    assert_eq!(page.next, Some(Cursor("1234567890".to_owned())));
    assert_eq!((page.total, page.notes), (Some(Total::AtLeast(10_000)), vec![]));
    assert_eq!(page.records, [sighting("example.com", moment("2021-01-10T18:52:41Z"), None)]);

    for (next, step, cursor) in [
        (json!("1234567890"), FIRST, Some("1234567890")),
        (json!(1_234_567_890.0), FIRST, Some("1234567890")),
        (json!(2), after("1"), Some("2")),
        (json!(null), after("1"), None),
        (json!(0), after("1"), None),
        (json!("0"), after("1"), None),
        (json!(""), after("1"), None),
    ] {
        let page = read(&by_email(), &step, &body(&next)).expect("a page");
        assert_eq!(page.next, cursor.map(|cursor| Cursor(cursor.to_owned())), "{next}");
        assert_eq!(page.notes, [""; 0], "{next}");
    }
}

#[test]
fn a_cursor_that_does_not_move_ends_the_paging() {
    let body = json!({"nextPageSearchAfter": 7, "domainsCount": 3, "domainsList": ["example.com"]});
    let page = read(&by_email(), &after("7"), &body).expect("a page");
    assert_eq!((page.next, page.total), (None, Some(Total::AtLeast(3))));
    assert_eq!(page.notes, ["The source offers the same page again as its next one, so paging ended here."]);

    let body = json!({"nextPageSearchAfter": 8, "domainsCount": 10_000, "domainsList": []});
    let page = read(&by_email(), &after("7"), &body).expect("a page");
    assert_eq!(page.next, None);
    assert_eq!(page.notes, ["The source offers a further page after an empty one, so paging ended here."]);
}

#[test]
fn rows_that_are_no_host_names_are_counted() {
    let rows = json!([
        "example.com", "EXAMPLE.net.", "m\u{fc}ller.example", {"domainName": "example.org"}, {"domain": "example.edu"},
        "", "192.0.2.1", "two words", "ann@example.com", "https://example.com/", "a..b", null, true,
        {"domainName": null}, {"audit": {}}, ["example.com", "example.net"],
    ]);
    let page = read(&by_email(), &FIRST, &json!({"domainsCount": 16, "domainsList": rows})).expect("a page");
    assert_eq!(names(&page), ["example.com", "example.net", "xn--mller-kva.example", "example.org", "example.edu"]);
    assert_eq!(page.total, Some(Total::Exactly(16)));
    assert_eq!(page.notes, ["11 rows of the answer are not host names and were left out."]);

    let body = json!({"result": [{"name": "a..b"}, {"name": "example.com"}], "size": 2});
    let page = read(&reverse_ns(), &FIRST, &body).expect("a page");
    assert_eq!(names(&page), ["example.com"]);
    assert_eq!(page.notes, ["1 row of the answer is not a host name and was left out."]);
}

/// What is searched for a term.
fn search(term: ReverseWhoisTerm) -> Value {
    let mut body = body_of(&request(&reverse_whois(term), &FIRST));
    let fields = body.as_object_mut().expect("an object");
    for known in ["searchType", "mode", "punycode", "includeAuditDates", "responseFormat"] {
        assert!(fields.remove(known).is_some(), "{known}");
    }
    body
}

fn field_term(field: WhoisField, text: &str, exact: bool, exclude: bool) -> FieldTerm {
    FieldTerm { field, text: text.to_owned(), exact, exclude }
}

fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

#[test]
fn words_to_include_and_to_exclude_are_a_basic_search() {
    let term = |include: &[&str], exclude: &[&str]| ReverseWhoisTerm::Words {
        include: words(include),
        exclude: words(exclude),
    };
    assert_eq!(
        search(term(&[" Example Org ", "Reston", "VA", "US"], &["Europe", "EU", "three", "four"])),
        json!({"basicSearchTerms": {"include": ["Example Org", "Reston", "VA", "US"], "exclude": ["Europe", "EU", "three", "four"]}})
    );
    assert_eq!(search(term(&["Example Org"], &[])), json!({"basicSearchTerms": {"include": ["Example Org"]}}));
    for odd in [
        term(&[], &[]),
        term(&[], &["Europe"]),
        term(&["a1", "b2", "c3", "d4", "e5"], &[]),
        term(&["a1"], &["a1", "b2", "c3", "d4", "e5"]),
        term(&["a1", "x"], &[]),
        term(&["a1"], &[" y "]),
    ] {
        let error = provider().call(&reverse_whois(odd.clone()), &FIRST).expect_err("no call");
        assert!(matches!(error, ProviderError::InvalidInput { .. }), "{odd:?} {error:?}");
    }
}

#[test]
fn a_spelling_of_a_phone_number_is_searched_as_it_is() {
    let spelling = ReverseWhoisTerm::PhoneSpelling("+1.5555550100".to_owned());
    assert_eq!(search(spelling), json!({"basicSearchTerms": {"include": ["+1.5555550100"]}}));
    let phone = PhoneNumber::parse("+1 (555) 555-0100").expect("a number");
    let parts = provider().parts(&reverse_whois(ReverseWhoisTerm::Phone(phone)));
    assert!(parts.len() > 1, "{parts:?}");
    for part in parts {
        assert!(provider().call(&part, &FIRST).is_ok(), "{part:?}");
    }
}

#[test]
fn the_parts_of_an_address_are_searched_in_their_fields() {
    let whole = PostalAddress {
        street: Some("1 Example Street".to_owned()),
        city: Some(" Reston ".to_owned()),
        postal_code: Some("20190".to_owned()),
        country: Some("United States".to_owned()),
    };
    let part = |field: &str, term: &str| json!({"field": format!("RegistrantContact.{field}"), "term": term, "exactMatch": false, "exclude": false});
    assert_eq!(
        search(ReverseWhoisTerm::Address(whole)),
        json!({"advancedSearchTerms": [part("StreetAddress", "1 Example Street"), part("City", "Reston"),
            part("PostalCode", "20190"), part("Country", "UNITED STATES")]})
    );
    let blank =
        PostalAddress { street: Some(" ".to_owned()), city: Some("Reston".to_owned()), ..PostalAddress::default() };
    assert_eq!(search(ReverseWhoisTerm::Address(blank)), json!({"advancedSearchTerms": [part("City", "Reston")]}));
    let nothing = reverse_whois(ReverseWhoisTerm::Address(PostalAddress::default()));
    assert!(matches!(provider().call(&nothing, &FIRST), Err(ProviderError::InvalidInput { .. })));
}

/// The fields that the vendor's documentation lists.
const DOCUMENTED_FIELDS: [&str; 54] = [
    "DomainName",
    "NameServers",
    "WhoisServer",
    "Status",
    "RegistrarName",
    "Email",
    "RegistrantContact.City",
    "RegistrantContact.Country",
    "RegistrantContact.Email",
    "RegistrantContact.Fax",
    "RegistrantContact.FaxExtension",
    "RegistrantContact.Name",
    "RegistrantContact.Organization",
    "RegistrantContact.PostalCode",
    "RegistrantContact.State",
    "RegistrantContact.StreetAddress",
    "RegistrantContact.Telephone",
    "RegistrantContact.TelephoneExtension",
    "AdminContact.City",
    "AdminContact.Country",
    "AdminContact.Email",
    "AdminContact.Fax",
    "AdminContact.FaxExtension",
    "AdminContact.Name",
    "AdminContact.Organization",
    "AdminContact.PostalCode",
    "AdminContact.State",
    "AdminContact.StreetAddress",
    "AdminContact.Telephone",
    "AdminContact.TelephoneExtension",
    "BillingContact.City",
    "BillingContact.Country",
    "BillingContact.Email",
    "BillingContact.Fax",
    "BillingContact.FaxExtension",
    "BillingContact.Name",
    "BillingContact.Organization",
    "BillingContact.PostalCode",
    "BillingContact.State",
    "BillingContact.StreetAddress",
    "BillingContact.Telephone",
    "BillingContact.TelephoneExtension",
    "TechContact.City",
    "TechContact.Country",
    "TechContact.Email",
    "TechContact.Fax",
    "TechContact.FaxExtension",
    "TechContact.Name",
    "TechContact.Organization",
    "TechContact.PostalCode",
    "TechContact.State",
    "TechContact.StreetAddress",
    "TechContact.Telephone",
    "TechContact.TelephoneExtension",
];

#[test]
fn every_documented_field_can_be_searched_and_no_other() {
    use ContactField::{
        City, Country, Email, Fax, FaxExtension, Name, Organization, PostalCode, State, StreetAddress, Telephone,
        TelephoneExtension,
    };
    let contact_fields = [
        City,
        Country,
        Email,
        Fax,
        FaxExtension,
        Name,
        Organization,
        PostalCode,
        State,
        StreetAddress,
        Telephone,
        TelephoneExtension,
    ];
    let common = [
        WhoisField::DomainName,
        WhoisField::NameServers,
        WhoisField::WhoisServer,
        WhoisField::Status,
        WhoisField::RegistrarName,
        WhoisField::Email,
    ];
    let of_contacts = ContactRole::ALL
        .into_iter()
        .flat_map(|role| contact_fields.into_iter().map(move |field| WhoisField::Contact(role, field)));
    let sent: Vec<String> = common
        .into_iter()
        .chain(of_contacts)
        .map(|field| {
            let search = search(ReverseWhoisTerm::Fields(vec![field_term(field, "Example", false, false)]));
            search["advancedSearchTerms"][0]["field"].as_str().expect("a field").to_owned()
        })
        .collect();
    assert_eq!(sent, DOCUMENTED_FIELDS);
}

#[test]
fn fields_may_be_exact_or_excluded_and_countries_are_sent_in_capitals() {
    let country = WhoisField::Contact(ContactRole::Technical, ContactField::Country);
    let name = WhoisField::Contact(ContactRole::Registrant, ContactField::Name);
    let terms = vec![
        field_term(WhoisField::NameServers, " ns1.example.net ", true, false),
        field_term(name, "Ann Example", false, true),
        field_term(country, "United States", true, true),
        field_term(WhoisField::DomainName, "example.*", false, false),
    ];
    assert_eq!(
        search(ReverseWhoisTerm::Fields(terms.clone())),
        json!({"advancedSearchTerms": [
            {"field": "NameServers", "term": "ns1.example.net", "exactMatch": true, "exclude": false},
            {"field": "RegistrantContact.Name", "term": "Ann Example", "exactMatch": false, "exclude": true},
            {"field": "TechContact.Country", "term": "UNITED STATES", "exactMatch": true, "exclude": true},
            {"field": "DomainName", "term": "example.*", "exactMatch": false, "exclude": false}]})
    );
    let one_more = [terms, vec![field_term(WhoisField::Status, "ok", false, false)]].concat();
    for odd in [vec![], vec![field_term(WhoisField::Status, "x", false, false)], one_more] {
        let error = provider().call(&reverse_whois(ReverseWhoisTerm::Fields(odd)), &FIRST).expect_err("no call");
        assert!(matches!(error, ProviderError::InvalidInput { .. }), "{error:?}");
    }
}

#[test]
fn limits_on_dates_are_sent_end_by_end() {
    let range = |from, to| DateRange { from, to };
    let asking = |dates| {
        let term = ReverseWhoisTerm::Text("Example Org".to_owned());
        let mut body = body_of(&request(&Lookup::ReverseWhois { term, scope: Scope::Current, dates }, &FIRST));
        body.as_object_mut().expect("an object").retain(|name, _| name.contains("Date") && name != "includeAuditDates");
        body
    };
    let (start, end) = (Some(date(2019, 2, 3)), Some(date(2020, 12, 31)));
    assert_eq!(asking(WhoisDates::default()), json!({}));
    let all = WhoisDates { created: range(start, end), updated: range(start, end), expires: range(start, end) };
    assert_eq!(
        asking(all),
        json!({"createdDateFrom": "2019-02-03", "createdDateTo": "2020-12-31",
            "updatedDateFrom": "2019-02-03", "updatedDateTo": "2020-12-31",
            "expiredDateFrom": "2019-02-03", "expiredDateTo": "2020-12-31"})
    );
    let some = WhoisDates { created: range(start, None), expires: range(None, end), ..WhoisDates::default() };
    assert_eq!(asking(some), json!({"createdDateFrom": "2019-02-03", "expiredDateTo": "2020-12-31"}));
}

#[test]
fn a_cursor_goes_back_as_the_number_it_was() {
    for (cursor, sent) in [
        ("1234567890", json!(1_234_567_890)),
        ("18446744073709551615", json!(u64::MAX)),
        ("-5", json!(-5)),
        ("1.5", json!("1.5")),
        ("opaque", json!("opaque")),
    ] {
        let request = request(&by_email(), &after(cursor));
        assert_eq!(body_of(&request)["searchAfter"], sent);
    }
}

#[test]
fn every_page_is_bought_once() {
    let pages = every_page(&by_email(), |request| {
        let page = body_of(request)["searchAfter"].as_u64().unwrap_or(0);
        let next = if page < 3 { json!(page + 1) } else { json!(0) };
        json!({"domainsCount": 10_000, "nextPageSearchAfter": next, "domainsList": [format!("d{page}.example")]})
    });
    assert_eq!(
        pages.iter().flat_map(names).collect::<Vec<_>>(),
        ["d0.example", "d1.example", "d2.example", "d3.example"]
    );
    assert!(pages.iter().all(|page| page.total == Some(Total::AtLeast(10_000)) && page.notes.is_empty()));
}

#[test]
fn a_next_page_that_cannot_be_asked_for_is_said() {
    for (next, notes) in [
        (json!({"id": 7}), 1),
        (json!(["x", "y"]), 1),
        (json!(true), 1),
        (json!(false), 0),
        (json!(null), 0),
        (json!({}), 0),
        (json!(0), 0),
        (json!("0"), 0),
        (json!("Null"), 0),
        (json!("none"), 0),
    ] {
        let body = json!({"nextPageSearchAfter": next, "domainsCount": 1, "domainsList": ["example.com"]});
        let page = read(&by_email(), &FIRST, &body).expect("a page");
        assert_eq!((page.next, page.notes.len()), (None, notes), "{next}");
    }
}
