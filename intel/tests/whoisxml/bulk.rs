//! Bulk WHOIS API: many records as one job.

use std::{net::IpAddr, time::Duration};

use intel::provider::{Batch, BatchReading, BatchStep, whoisxml::BulkSettings};
use proptest::prelude::*;

use crate::{
    support::*,
    whatever_comes::{any_document, odd_value},
};

const SHUT_OUT: ProviderError = ProviderError::RateLimited { wait: Some(Duration::from_secs(31)) };

fn of(subject: &str) -> Lookup {
    let subject = match subject.parse::<IpAddr>() {
        Ok(address) => WhoisSubject::Address(address),
        Err(_) => WhoisSubject::Domain(host(subject)),
    };
    Lookup::WhoisCurrent { subject }
}

fn all_of(subjects: &[&str]) -> Vec<Lookup> {
    subjects.iter().map(|subject| of(subject)).collect()
}

fn poll() -> BatchStep {
    BatchStep::Poll { job: "12-34".to_owned() }
}

fn fetch(from: u64) -> BatchStep {
    BatchStep::Fetch { job: "12-34".to_owned(), from }
}

fn steps() -> [BatchStep; 3] {
    [BatchStep::Submit, poll(), fetch(0)]
}

fn with_settings(bulk: BulkSettings) -> WhoisXml {
    WhoisXml::new(SecretString::from(KEY), &WhoisXmlSettings { bulk, ..WhoisXmlSettings::default() })
}

fn batch_read(lookups: &[Lookup], step: &BatchStep, body: &Value) -> Result<BatchReading, ProviderError> {
    Batch::read(&provider(), lookups, step, &response(200, body.to_string()))
}

/// How much is done, of how much.
fn progress(body: &Value) -> Result<(u64, u64), ProviderError> {
    match batch_read(&all_of(&["a.example", "b.example", "c.example"]), &poll(), body)? {
        BatchReading::Progress { done, total } => Ok((done, total)),
        other => panic!("{other:?}"),
    }
}

type Pages = Vec<(usize, Result<Page, ProviderError>)>;

fn answers(subjects: &[&str], body: &Value) -> (Pages, u64) {
    match batch_read(&all_of(subjects), &fetch(0), body).expect("answers") {
        BatchReading::Answers { pages, rows } => (pages, rows),
        other => panic!("{other:?}"),
    }
}

fn row(name: &str, organization: &str) -> Value {
    json!({"index": 1, "domainName": name, "domainStatus": "I", "whoisRecordStatus": 0,
        "domainFetchedTime": "1642158864782", "whoisRecord": {"registrant": {"organization": organization}}})
}

fn table(rows: &[Value]) -> Value {
    json!({"noDataAvailable": false, "requestId": "12-34", "whoisRecords": rows})
}

/// The positions and holders of the records.
fn holders(pages: &[(usize, Result<Page, ProviderError>)]) -> Vec<(usize, Option<&str>)> {
    pages
        .iter()
        .map(|(position, page)| {
            let records = whois(page.as_ref().expect("a page"));
            (*position, records.first().and_then(|record| record.registrant.organization.as_deref()))
        })
        .collect()
}

#[test]
fn every_request_is_what_the_documentation_says() {
    let lookups = all_of(&["b\u{fc}cher.example", "192.0.2.10", "2001:db8::10"]);
    for (step, path, body) in [
        (
            BatchStep::Submit,
            "bulkWhois",
            r#"{"domains":["xn--bcher-kva.example","192.0.2.10","2001:db8::10"],"outputFormat":"JSON"}"#,
        ),
        // The vendor counts from 1, and one record is enough to see how far a job is.
        (poll(), "getRecords", r#"{"maxRecords":1,"outputFormat":"JSON","requestId":"12-34","startIndex":1}"#),
        (fetch(0), "getRecords", r#"{"maxRecords":1000,"outputFormat":"JSON","requestId":"12-34","startIndex":1}"#),
        (
            fetch(1000),
            "getRecords",
            r#"{"maxRecords":1000,"outputFormat":"JSON","requestId":"12-34","startIndex":1001}"#,
        ),
    ] {
        let request = Batch::call(&provider(), &lookups, &step).expect("a request");
        assert_eq!(request.method, Method::POST);
        assert_eq!(request.url.as_str(), format!("https://www.whoisxmlapi.com/BulkWhoisLookup/bulkServices/{path}"));
        assert_eq!(request.headers.get("content-type").expect("a type"), "application/json");
        assert_eq!(request.body.as_deref(), Some(body.as_bytes()), "{step:?}");
        let Some(Secret::Field("apiKey", key)) = &request.secret else { panic!("{:?}", request.secret) };
        assert_eq!(key.expose_secret(), KEY);
        assert!(!format!("{request:?} {:?}", request.secret).contains(KEY));
    }
}

#[test]
fn odd_settings_make_requests_all_the_same() {
    let provider = with_settings(BulkSettings { records_per_request: 0, ..BulkSettings::default() });
    let request = Batch::call(&provider, &all_of(&["a.example"]), &fetch(u64::MAX)).expect("a request");
    assert_eq!(body_of(&request)["maxRecords"], 1);
    assert_eq!(body_of(&request)["startIndex"], u64::MAX);
    let mut settings = WhoisXmlSettings::default();
    settings.base_urls.bulk_whois = "http://127.0.0.1:9/bulk/".parse().expect("a URL");
    let provider = WhoisXml::new(SecretString::from(KEY), &settings);
    let request = Batch::call(&provider, &all_of(&["a.example"]), &poll()).expect("a request");
    assert_eq!(request.url.as_str(), "http://127.0.0.1:9/bulk/getRecords");
}

#[test]
fn a_key_that_cannot_be_one_is_not_sent() {
    let provider = WhoisXml::new(SecretString::from("two words"), &WhoisXmlSettings::default());
    for step in steps() {
        let outcome = Batch::call(&provider, &all_of(&["a.example"]), &step);
        assert_eq!(outcome.expect_err("no request"), ProviderError::BadKey);
    }
}

#[test]
fn domains_and_addresses_are_put_together_and_nothing_else() {
    let provider = provider();
    let terms = |lookup: &Lookup| provider.batch().expect("jobs").terms(lookup);
    for lookup in every_lookup() {
        assert_eq!(terms(&lookup).is_some(), lookup == whois_of_domain() || lookup == whois_of_address(), "{lookup:?}");
    }
    let terms = terms(&whois_of_domain()).expect("terms");
    assert_eq!((terms.offer.endpoint, terms.offer.price), ("bulk-whois", Credits(1)));
    assert_eq!(terms.offer.exposure, Exposure::ThirdParty);
    // Five a second, but never five at once.
    assert_eq!(terms.offer.rate, Some(Rate { requests: 1, per: Duration::from_millis(200) }));
    // What the WHOIS API takes within the five seconds that a job is expected to take.
    assert_eq!((terms.worth_above, terms.largest), (250, 500_000));
    let off = with_settings(BulkSettings { enabled: false, ..BulkSettings::default() });
    assert_eq!(off.terms(&whois_of_domain()), None);
}

#[test]
fn the_recorded_answers_are_read() {
    let (Some(created), Some(records), Some(error), Some(requests)) = (
        fixture("bulk_create.json"),
        fixture("bulk_records.json"),
        fixture("bulk_error.json"),
        fixture("bulk_requests.json"),
    ) else {
        return;
    };
    let lookups = all_of(&["a.example", "foo.bar"]);
    let read = |step: &BatchStep, status, body: &Bytes| {
        Batch::read(&provider(), &lookups, step, &response(status, body.clone()))
    };
    let job = "12345678-1234-1234-1234-123456789012".to_owned();
    assert_eq!(read(&BatchStep::Submit, 200, &created), Ok(BatchReading::Submitted { job, refused: vec![1] }));
    assert_eq!(read(&poll(), 200, &records), Ok(BatchReading::Progress { done: 1, total: 1 }));
    let Ok(BatchReading::Answers { pages, rows: 1 }) = read(&fetch(0), 200, &records) else { panic!("no answers") };
    assert_eq!(holders(&pages), [(1, Some("foo"))]);
    let record = whois(pages[0].1.as_ref().expect("a page"))[0].clone();
    assert_eq!(record.expires, moment("2028-09-13T07:00:00Z"));
    assert_eq!((record.domain.as_str(), &record.name_servers[..]), ("foo.bar", &["ns1.foo.bar".to_owned()][..]));
    for status in [200, 417] {
        let reason = "Domain list can not be empty!".to_owned();
        assert_eq!(read(&BatchStep::Submit, status, &error), Err(ProviderError::InvalidInput { reason }));
    }
    // The list of jobs is an answer to another question.
    for step in steps() {
        let outcome = read(&step, 200, &requests);
        assert!(matches!(outcome, Err(ProviderError::Malformed { .. })), "{step:?} {outcome:?}");
    }
}

#[test]
fn a_job_has_a_number_and_names_that_it_does_not_take() {
    let lookups = all_of(&["a.example", "b\u{fc}cher.example", "c.example", "2001:db8::10"]);
    let submitted = |body: Value| match batch_read(&lookups, &BatchStep::Submit, &body) {
        Ok(BatchReading::Submitted { job, refused }) => (job, refused),
        other => panic!("{other:?}"),
    };
    let refused = json!(["C.EXAMPLE.", "b\u{fc}cher.example", "stranger.example", null, 7, "2001:DB8:0:0:0:0:0:10"]);
    assert_eq!(
        submitted(json!({"requestId": "12-34", "messageCode": "200", "message": "OK", "invalidDomains": refused})),
        ("12-34".to_owned(), vec![2, 1, 3])
    );
    assert_eq!(submitted(json!({"requestId": 17, "invalidDomains": "a.example"})), ("17".to_owned(), vec![0]));
    assert_eq!(submitted(json!({"requestId": "12-34", "invalidDomains": null})), ("12-34".to_owned(), vec![]));
    for body in [json!({"messageCode": 200}), json!({"requestId": " "}), json!({"requestId": ["12-34", "56"]})] {
        let outcome = batch_read(&lookups, &BatchStep::Submit, &body);
        assert!(matches!(outcome, Err(ProviderError::Malformed { .. })), "{body} {outcome:?}");
    }
}

#[test]
fn what_is_left_says_how_far_a_job_is() {
    for (body, expected) in [
        (json!({"totalRecords": 3, "recordsProcessed": 1, "recordsLeft": 2}), (1, 3)),
        (json!({"totalRecords": "3", "recordsProcessed": "1", "recordsLeft": "2"}), (1, 3)),
        (json!({"totalRecords": 3, "recordsProcessed": 3, "recordsLeft": 0}), (3, 3)),
        (json!({"totalRecords": 3, "recordsProcessed": 1, "recordsLeft": 0}), (3, 3)),
        (json!({"recordsLeft": 0}), (3, 3)),
        (json!({"recordsLeft": 2}), (0, 2)),
        (json!({"recordsProcessed": 1, "recordsLeft": 2}), (1, 3)),
        (json!({"totalRecords": 1, "recordsLeft": 2}), (0, 2)),
        (json!({"totalRecords": 3, "recordsProcessed": 1}), (1, 3)),
        (json!({"totalRecords": 3, "recordsProcessed": 9, "recordsLeft": null}), (3, 3)),
        (json!({"totalRecords": 3, "recordsProcessed": 3, "recordsLeft": -1}), (3, 3)),
        // A job that has not begun is not done.
        (json!({"totalRecords": 0, "recordsProcessed": 0}), (0, 3)),
    ] {
        assert_eq!(progress(&body), Ok(expected), "{body}");
    }
    for body in [json!({}), json!({"totalRecords": 3}), json!({"recordsProcessed": 3}), json!({"recordsLeft": "few"})] {
        assert!(matches!(progress(&body), Err(ProviderError::Malformed { .. })), "{body}");
    }
}

#[test]
fn each_record_goes_to_whoever_asked_for_it_in_any_order_and_spelling() {
    let subjects = ["a.example", "b\u{fc}cher.example", "192.0.2.10", "2001:db8::10", "e.example"];
    let (pages, rows) = answers(
        &subjects,
        &table(&[
            row("2001:DB8:0::0:10", "Six"),
            row("stranger.example", "Nobody's"),
            row("B\u{dc}CHER.example.", "Books"),
            row(" A.EXAMPLE ", "Anvils"),
            row("192.0.2.10", "Four"),
            json!({"whoisRecord": {"domainName": "E.example", "registrant": {"organization": "Eaves"}}}),
            json!({"domainName": 7}),
            json!("no row"),
            json!(null),
        ]),
    );
    assert_eq!(rows, 9, "rows that belong to nobody are counted, or they would be fetched again");
    assert_eq!(
        holders(&pages),
        [(3, Some("Six")), (1, Some("Books")), (0, Some("Anvils")), (2, Some("Four")), (4, Some("Eaves"))]
    );
    let domains: Vec<_> =
        pages.iter().map(|(_, page)| whois(page.as_ref().expect("a page"))[0].domain.clone()).collect();
    assert_eq!(domains, ["2001:db8::10", "xn--bcher-kva.example", "a.example", "192.0.2.10", "e.example"]);
}

#[test]
fn the_only_record_may_stand_in_the_tables_place() {
    let body = json!({"whoisRecords": row("a.example", "Anvils")});
    let (pages, rows) = answers(&["a.example"], &body);
    assert_eq!((holders(&pages), rows), (vec![(0, Some("Anvils"))], 1));
}

#[test]
fn no_more_records_and_no_answer_differ() {
    for body in [
        json!({"whoisRecords": []}),
        json!({"whoisRecords": ""}),
        json!({"whoisRecords": {}}),
        json!({"noDataAvailable": true, "whoisRecords": null}),
        json!({"noDataAvailable": "true"}),
    ] {
        assert_eq!(answers(&["a.example"], &body), (vec![], 0), "{body}");
    }
    for body in [json!({}), json!({"whoisRecords": null}), json!({"noDataAvailable": false, "whoisRecords": "many"})] {
        let outcome = batch_read(&all_of(&["a.example"]), &fetch(0), &body);
        assert!(matches!(outcome, Err(ProviderError::Malformed { .. })), "{body} {outcome:?}");
    }
}

#[test]
fn a_row_without_a_record_says_why_and_one_that_cannot_be_read_costs_no_other() {
    let without = |status: Value, record: Value| {
        let odd = json!({"domainName": "a.example", "whoisRecordStatus": status, "whoisRecord": record});
        let (mut pages, _) = answers(&["a.example", "b.example"], &table(&[odd, row("b.example", "Bellows")]));
        let (_, page) = pages.remove(0);
        assert_eq!(holders(&pages), [(1, Some("Bellows"))]);
        page
    };
    for (status, record, note) in [
        (json!(3), json!(null), "The source had not finished this record."),
        (json!("3"), json!({}), "The source had not finished this record."),
        (json!(1), json!(null), "The source marks this record as incomplete or missing."),
        (json!("2"), json!(""), "The source marks this record as incomplete or missing."),
        (json!(0), json!({}), "The source sent a record with nothing in it."),
    ] {
        let page = without(status.clone(), record).expect("a page");
        assert_eq!((page.records.len(), &page.notes[..]), (0, &[note.to_owned()][..]), "{status}");
    }
    // A record is a record, whatever its status says.
    let page = without(json!(3), json!({"registrant": {"organization": "Anvils"}})).expect("a page");
    assert_eq!(whois(&page)[0].registrant.organization.as_deref(), Some("Anvils"));
    let missing = without(
        json!(0),
        json!({"dataError": "MISSING_WHOIS_DATA", "registryData": {"dataError": "MISSING_WHOIS_DATA"}}),
    );
    assert_eq!(missing, Ok(Page { total: Some(Total::Exactly(0)), ..Page::default() }));
    for record in [json!(null), json!("text"), json!(7)] {
        let outcome = without(json!(0), record);
        assert!(matches!(outcome, Err(ProviderError::Malformed { .. })), "{outcome:?}");
    }
}

#[test]
fn too_many_requests_mean_being_shut_out_for_half_a_minute() {
    for step in steps() {
        for (status, body) in [
            (429, String::new()),
            (429, json!({"message": "Too many requests", "messageCode": 429}).to_string()),
            (200, json!({"message": "Too many requests", "messageCode": 429}).to_string()),
            (429, "<html>Too many requests</html>".to_owned()),
        ] {
            let outcome = Batch::read(&provider(), &all_of(&["a.example"]), &step, &response(status, body));
            assert_eq!(outcome, Err(SHUT_OUT), "{step:?} {status}");
        }
        for (asked_for, kept) in [("2", 31), ("60", 60)] {
            let mut response = response(429, "");
            response.headers.insert("retry-after", asked_for.parse().expect("a header"));
            let outcome = Batch::read(&provider(), &all_of(&["a.example"]), &step, &response);
            assert_eq!(outcome, Err(ProviderError::RateLimited { wait: Some(Duration::from_secs(kept)) }));
        }
    }
}

#[test]
fn being_forbidden_is_being_shut_out_unless_it_is_about_the_account() {
    let ambiguous = "Access restricted. Check credits balance or enter the correct API key.";
    let said = |words: &str| json!({"message": words, "messageCode": 403}).to_string();
    let read = |step: &BatchStep, status, body: String| {
        Batch::read(&provider(), &all_of(&["a.example"]), step, &response(status, body)).expect_err("a failure")
    };
    for step in steps() {
        for body in
            [String::new(), said("Your address is blocked"), said("Access restricted."), "<h1>403</h1>".to_owned()]
        {
            assert_eq!(read(&step, 403, body.clone()), SHUT_OUT, "{step:?} {body}");
        }
        assert_eq!(read(&step, 200, said("Your address is blocked")), SHUT_OUT);
        // Clear words are taken at their word.
        assert_eq!(read(&step, 403, said("The API key is not known.")), ProviderError::BadKey);
        assert_eq!(read(&step, 403, said("No credits.")), ProviderError::NoCredits);
        // Other statuses keep their meaning.
        assert_eq!(read(&step, 401, String::new()), ProviderError::AccessRefused);
        assert_eq!(read(&step, 402, "<h1>402</h1>".to_owned()), ProviderError::AccessRefused);
        assert_eq!(read(&step, 503, "<h1>503</h1>".to_owned()), ProviderError::upstream(Some(503), "<h1>503</h1>"));
    }
    // Whoever asks after a job has had key and credits accepted before.
    assert_eq!(read(&BatchStep::Submit, 403, said(ambiguous)), ProviderError::AccessRefused);
    assert_eq!(read(&poll(), 403, said(ambiguous)), SHUT_OUT);
    assert_eq!(read(&fetch(0), 200, said(ambiguous)), SHUT_OUT);
}

#[test]
fn what_the_vendor_repeats_of_the_key_is_cut_out() {
    let body = json!({"message": format!("Bad request: apiKey={KEY}"), "messageCode": 422}).to_string();
    for step in steps() {
        let error = Batch::read(&provider(), &[], &step, &response(422, body.clone())).expect_err("a failure");
        assert!(!format!("{error:?}").contains(KEY), "{error:?}");
    }
}

fn any_step() -> impl Strategy<Value = BatchStep> {
    prop::sample::select(steps().to_vec())
}

proptest! {
    #[test]
    fn no_document_panics(body in any_document(), step in any_step()) {
        let outcome = batch_read(&all_of(&["example.com", "192.0.2.10"]), &step, &body);
        if let Ok(BatchReading::Progress { done, total }) = outcome {
            prop_assert!(done <= total, "{done} of {total}");
        }
    }

    #[test]
    fn no_odd_field_panics_or_leads_to_a_lookup_that_was_not_asked(
        field in prop::sample::select(vec![
            "requestId", "invalidDomains", "totalRecords", "recordsProcessed", "recordsLeft", "whoisRecords",
            "noDataAvailable", "message", "messageCode",
        ]),
        value in odd_value(),
        step in any_step(),
    ) {
        let mut body = table(&[row("example.com", "Example Org")]);
        body["totalRecords"] = json!(2);
        body["recordsLeft"] = json!(1);
        body[field] = value;
        let lookups = all_of(&["example.com", "192.0.2.10"]);
        let known = |position: &usize| *position < lookups.len();
        match batch_read(&lookups, &step, &body) {
            Ok(BatchReading::Submitted { refused, .. }) => prop_assert!(refused.iter().all(known)),
            Ok(BatchReading::Progress { done, total }) => prop_assert!(done <= total),
            Ok(BatchReading::Answers { pages, rows }) => {
                prop_assert!(pages.iter().all(|(position, _)| known(position)));
                prop_assert!(pages.len() as u64 <= rows);
            }
            Err(_) => {}
        }
    }

    #[test]
    fn no_odd_row_panics_or_loses_another(
        field in prop::sample::select(vec!["domainName", "whoisRecordStatus", "whoisRecord", "index", "domainStatus"]),
        value in odd_value(),
    ) {
        let mut odd = row("example.com", "Example Org");
        odd[field] = value;
        let (pages, rows) = answers(&["example.com", "192.0.2.10"], &table(&[odd, row("192.0.2.10", "Example Network Org")]));
        prop_assert_eq!(rows, 2);
        prop_assert!(pages.iter().any(|(position, page)| *position == 1 && page.is_ok()));
    }

    #[test]
    fn no_bytes_panic(
        status in prop::sample::select(vec![200_u16, 204, 302, 400, 401, 403, 404, 417, 422, 429, 500, 503]),
        body in prop::collection::vec(any::<u8>(), 0..200),
        step in any_step(),
    ) {
        let outcome = Batch::read(&provider(), &all_of(&["example.com"]), &step, &response(status, body));
        prop_assert!(outcome.is_err(), "{outcome:?}");
    }
}
