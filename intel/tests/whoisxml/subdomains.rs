//! Subdomains Lookup API.

use crate::support::*;

#[test]
fn recorded_subdomains_are_read() {
    let Some(body) = fixture("subdomains_lookup.json") else { return };
    let row = |name, first, last| sighting(name, Moment::from_epoch_seconds(first), Moment::from_epoch_seconds(last));
    assert_eq!(
        provider().read(&subdomains(), &FIRST, &response(200, body)).expect("a page"),
        Page {
            records: vec![
                row("alt1.smtp.gmail.com", 1_571_374_592, 1_592_164_815),
                row("alt118.gmail.com", 1_553_876_927, 1_592_164_709),
                row("imap.gmail.com", 1_571_394_086, 1_595_857_361),
                row("mta-sts.gmail.com", 1_571_402_941, 1_592_203_333),
                row("pop.gmail.com", 1_571_399_508, 1_595_857_437),
                row("smtp-relay.gmail.com", 1_571_375_257, 1_595_857_445),
                row("smtp.gmail.com", 1_571_375_229, 1_595_526_061),
                row("www.gmail.com", 1_586_736_000, 1_595_857_483),
            ],
            next: None,
            total: Some(Total::Exactly(8)),
            notes: vec![],
            source: None,
        }
    );
}

#[test]
fn subdomains_beyond_the_cap_or_the_rows_are_said() {
    let body =
        json!({"search": "example.com", "result": {"count": 10_000, "records": [{"domain": "www.example.com"}]}});
    let page = read(&subdomains(), &FIRST, &body).expect("a page");
    assert_eq!(page.total, Some(Total::AtLeast(10_000)));
    assert_eq!(page.notes, ["The source announced 10000 names and sent 1."]);
}
