//! The rule, row by row, each with the smallest history that shows it; and what holds for any history.

use proptest::prelude::*;

use super::*;
use crate::{
    moment::Moment,
    observable::HostName,
    record::{Contact, DnsData, Registrar},
};

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

fn moment(text: &str) -> Option<Moment> {
    (!text.is_empty()).then(|| text.parse().unwrap())
}

fn person(name: &str) -> Contact {
    Contact { name: Some(name.to_owned()), ..Contact::default() }
}

fn redacted() -> Contact {
    Contact { redacted: true, ..Contact::default() }
}

fn seen(observed: &str, registrant: Contact) -> WhoisRecord {
    WhoisRecord { observed: moment(observed), registrant, ..WhoisRecord::default() }
}

/// Seen, registered, and paid until.
fn registered(observed: &str, created: &str, expires: &str, registrant: Contact) -> WhoisRecord {
    WhoisRecord { created: moment(created), expires: moment(expires), ..seen(observed, registrant) }
}

fn updated(updated: &str, record: WhoisRecord) -> WhoisRecord {
    WhoisRecord { updated: moment(updated), ..record }
}

fn fold(history: &[WhoisRecord]) -> Eras {
    Eras::of(history, [], None)
}

/// Each era as `kind: owner, observed`.
fn told(history: &[WhoisRecord]) -> Vec<String> {
    let tell = |era: &Era| format!("{}: {}, {}", era.begin.kind.as_str(), era.owner_in_words(), era.observed);
    fold(history).eras.iter().map(tell).collect()
}

fn spans(spans: &[Span]) -> Vec<String> {
    spans.iter().map(ToString::to_string).collect()
}

fn possible(era: &Era) -> (String, String) {
    let text = |day: Option<Date>| day.map_or_else(String::new, |day| day.to_string());
    (text(era.possible.from), text(era.possible.until))
}

#[test]
fn no_records_are_no_eras() {
    assert_eq!(fold(&[]), Eras::default());
}

#[test]
fn a_single_record_is_one_era_of_one_day() {
    let history = [registered("2015-06-01", "2014-03-02", "2016-03-02", person("Jo Doe"))];
    assert_eq!(told(&history), ["beginning: Jo Doe, 2015-06-01"]);
    let eras = fold(&history);
    assert_eq!(possible(&eras.eras[0]), ("2014-03-02".to_owned(), "2016-03-02".to_owned()));
    let eras = Eras::of(&history, [], Some(day("2020-01-01")));
    assert_eq!(possible(&eras.eras[0]).1, "2020-01-01", "it may have been renewed");
}

#[test]
fn another_owner_in_the_same_registration_is_an_owner_change() {
    let history = [
        registered("2015-06-01", "2014-03-02", "2018-03-02", person("Jo Doe")),
        updated("2016-04-01", registered("2016-06-01", "2014-03-02", "2018-03-02", person("Mina Roe"))),
        registered("2017-06-01", "2014-03-02", "2018-03-02", person("MINA ROE")),
    ];
    assert_eq!(told(&history), ["beginning: Jo Doe, 2015-06-01", "owner change: MINA ROE, 2016-06-01 to 2017-06-01"]);
    let eras = fold(&history).eras;
    assert_eq!(
        eras[1].begin.words,
        "Jo Doe until 2015-06-01, Mina Roe from 2016-06-01, in the registration of 2014-03-02; the record was changed on \
         2016-04-01"
    );
    assert_eq!((eras[1].begin.same_owner, eras[1].begin.after), (Some(false), Some(day("2015-06-01"))));
    // The record of the new owner has been as it is since April.
    assert_eq!(possible(&eras[0]), ("2014-03-02".to_owned(), "2016-03-31".to_owned()));
    assert_eq!(possible(&eras[1]).0, "2015-06-02");
    assert_eq!(eras[1].records, [1, 2]);
}

#[test]
fn who_hides_between_is_marked_and_parts_nothing() {
    let service = || Contact { privacy_service: Some("Hidden Owner Privacy Service".to_owned()), ..Contact::default() };
    let history = [
        seen("2015-06-01", redacted()),
        seen("2016-06-01", person("Jo Doe")),
        seen("2017-01-01", service()),
        seen("2017-06-01", service()),
        seen("2018-06-01", person("Jo Doe")),
        seen("2019-06-01", redacted()),
    ];
    let eras = fold(&history).eras;
    assert_eq!(told(&history), ["beginning: Jo Doe, 2015-06-01 to 2019-06-01"]);
    assert_eq!(spans(&eras[0].named), ["2016-06-01", "2018-06-01"]);
    let hidden: Vec<_> = eras[0].hidden.iter().map(|hidden| (hidden.span.to_string(), hidden.place)).collect();
    assert_eq!(
        hidden,
        [
            ("2015-06-01".to_owned(), HiddenPlace::Before),
            ("2017-01-01 to 2017-06-01".to_owned(), HiddenPlace::Between),
            ("2019-06-01".to_owned(), HiddenPlace::After),
        ]
    );
    assert_eq!(eras[0].hidden[1].behind, "the privacy service \"Hidden Owner Privacy Service\"");
    assert_eq!(eras[0].hidden[2].behind, "a redaction");
    assert_eq!(eras[0].representative, 4);
}

#[test]
fn another_owner_after_somebody_hid_is_a_change_at_an_unknown_time() {
    let history =
        [seen("2015-06-01", person("Jo Doe")), seen("2016-06-01", redacted()), seen("2017-06-01", person("Mina Roe"))];
    assert_eq!(told(&history), ["beginning: Jo Doe, 2015-06-01 to 2016-06-01", "owner change: Mina Roe, 2017-06-01"]);
    let eras = fold(&history).eras;
    assert_eq!(spans(&eras[0].named), ["2015-06-01"]);
    assert_eq!(possible(&eras[1]).0, "2015-06-02", "it may have been hers while the owner hid");
    assert_eq!(possible(&eras[0]).1, "2017-05-31");
    assert!(eras[1].begin.words.ends_with("; in between the owner was not named"), "{}", eras[1].begin.words);
}

#[test]
fn an_owner_who_is_never_named_is_an_era_without_one() {
    let history = [seen("2015-06-01", redacted()), seen("2016-06-01", Contact::default())];
    assert_eq!(told(&history), ["beginning: owner not named, 2015-06-01 to 2016-06-01"]);
    let hidden = fold(&history).eras.remove(0).hidden;
    assert!(hidden.iter().all(|hidden| hidden.place == HiddenPlace::Throughout));
    assert_eq!(hidden[1].behind, "no owner in the record");
}

#[test]
fn a_mailbox_that_was_left_confirms_the_owner() {
    let with_mailbox = |contact: Contact| Contact { email: Some("jo@post.example".to_owned()), ..contact };
    let history = [seen("2015-06-01", with_mailbox(person("Jo Doe"))), seen("2016-06-01", with_mailbox(redacted()))];
    let eras = fold(&history).eras;
    assert_eq!(spans(&eras[0].named), ["2015-06-01 to 2016-06-01"]);
    assert_eq!(eras[0].hidden, []);
}

#[test]
fn a_transfer_and_other_name_servers_part_nothing_and_are_told_with_their_times() {
    let at = |observed: &str, registrar: &str, server: &str| WhoisRecord {
        registrar: Some(Registrar { name: Some(registrar.to_owned()), ..Registrar::default() }),
        name_servers: vec![server.to_owned()],
        ..seen(observed, person("Jo Doe"))
    };
    let history = [
        at("2015-06-01", "Brightlabel Names", "ns1.one.example"),
        at("2016-06-01", "Brightlabel Names", "ns1.two.example"),
        at("2017-06-01", "Copperline Domains", "ns1.one.example"),
    ];
    let eras = fold(&history).eras;
    assert_eq!(eras.len(), 1);
    let held = |kind| -> Vec<String> {
        eras[0].of_kind(kind).map(|held| format!("{} {}", held.value, spans(&held.spans).join(", "))).collect()
    };
    assert_eq!(
        held(SharedKind::Registrar),
        ["Brightlabel Names 2015-06-01 to 2016-06-01", "Copperline Domains 2017-06-01"]
    );
    assert_eq!(held(SharedKind::NameServer), ["ns1.one.example 2015-06-01, 2017-06-01", "ns1.two.example 2016-06-01"]);
    assert_eq!(held(SharedKind::Person), ["Jo Doe 2015-06-01 to 2017-06-01"]);
}

#[test]
fn long_silence_is_a_gap_even_if_the_owner_is_the_same() {
    let history = [seen("2012-01-01", person("Jo Doe")), seen("2014-01-01", person("Jo Doe"))];
    assert_eq!(told(&history), ["beginning: Jo Doe, 2012-01-01", "gap: Jo Doe, 2014-01-01"]);
    let eras = fold(&history).eras;
    assert_eq!(eras[1].begin.same_owner, Some(true));
    assert_eq!(
        eras[1].begin.words,
        "no record from 2012-01-01 to 2014-01-01 (731 days), and the later record does not say since when it is registered"
    );
    let within = [seen("2012-01-01", person("Jo Doe")), seen("2013-12-31", person("Jo Doe"))];
    assert_eq!(told(&within), ["beginning: Jo Doe, 2012-01-01 to 2013-12-31"]);
}

#[test]
fn silence_is_no_gap_where_the_registration_is_known_to_have_gone_on() {
    // The later record says since when.
    let history = [seen("2012-01-01", person("Jo Doe")), registered("2018-01-01", "2011-05-01", "", person("Jo Doe"))];
    assert_eq!(told(&history), ["beginning: Jo Doe, 2012-01-01 to 2018-01-01"]);
    assert_eq!(spans(&fold(&history).eras[0].silences), ["2012-01-01 to 2018-01-01"]);
    // It was paid for so long.
    let history = [registered("2012-01-01", "", "2020-01-01", person("Jo Doe")), seen("2018-01-01", redacted())];
    assert_eq!(told(&history), ["beginning: Jo Doe, 2012-01-01 to 2018-01-01"]);
}

#[test]
fn a_term_that_ran_out_is_a_gap_unless_the_owner_is_still_named() {
    let before = || registered("2012-01-01", "2011-03-01", "2012-03-01", person("Jo Doe"));
    for (after, gap) in [
        (seen("2012-05-20", redacted()), false),
        (seen("2012-05-21", redacted()), true),
        (seen("2012-05-21", person("Jo Doe")), false),
        (seen("2012-05-21", person("Mina Roe")), true),
    ] {
        let eras = fold(&[before(), after]).eras;
        let kind = eras.get(1).map(|era| era.begin.kind);
        assert_eq!(kind == Some(BoundaryKind::Gap), gap, "{eras:?}");
        if gap {
            let words = &eras[1].begin.words;
            assert!(words.contains("the last known term ran out on 2012-03-01"), "{words}");
        }
    }
    // A term that was over before the record was seen had been renewed without being noted.
    let stale = registered("2012-04-01", "2011-03-01", "2012-03-01", person("Jo Doe"));
    assert_eq!(fold(&[stale, seen("2012-08-01", redacted())]).eras.len(), 1);
}

#[test]
fn a_domain_that_is_registered_anew_begins_an_era() {
    let history = [
        registered("2014-06-01", "2012-03-02", "2015-03-02", person("Jo Doe")),
        registered("2016-01-01", "2015-05-20", "2016-05-20", person("Mina Roe")),
    ];
    let eras = fold(&history).eras;
    assert_eq!(
        told(&history),
        ["beginning: Jo Doe, 2014-06-01", "re-registration (perhaps a drop-catch): Mina Roe, 2016-01-01"]
    );
    assert_eq!(
        eras[1].begin.words,
        "registered anew on 2015-05-20, after the record of 2014-06-01 of the registration of 2012-03-02; the last known \
         term had run out on 2015-03-02, 79 days before, about when a name that is not renewed is let go"
    );
    assert_eq!(eras[1].begin.same_owner, Some(false));
    assert_eq!(possible(&eras[0]), ("2012-03-02".to_owned(), "2015-05-19".to_owned()));
    assert_eq!(possible(&eras[1]), ("2015-05-20".to_owned(), "2016-05-20".to_owned()));
    let lapses = lapses(&history);
    assert_eq!(lapses.len(), 1);
    assert_eq!((lapses[0].after, lapses[0].until, lapses[0].anew), (day("2015-03-02"), day("2015-05-20"), true));
}

#[test]
fn the_same_owner_may_register_anew_and_so_may_who_hides() {
    for (after, same_owner) in [(person("Jo Doe"), Some(true)), (redacted(), None)] {
        let history = [
            registered("2014-06-01", "2012-03-02", "2015-03-02", person("Jo Doe")),
            registered("2018-01-01", "2017-05-20", "", after),
        ];
        let eras = fold(&history).eras;
        assert_eq!(eras.len(), 2);
        let anew = BoundaryKind::ReRegistration { created: day("2017-05-20"), caught: false };
        assert_eq!((eras[1].begin.kind, eras[1].begin.same_owner), (anew, same_owner));
    }
}

#[test]
fn registered_on_the_day_of_the_last_record_is_anew_only_if_it_was_registered_before() {
    let after = || registered("2015-01-01", "2014-06-01", "", person("Jo Doe"));
    let known = [registered("2014-06-01", "2012-03-02", "", person("Jo Doe")), after()];
    assert_eq!(fold(&known).eras.len(), 2);
    let unknown = [seen("2014-06-01", person("Jo Doe")), after()];
    assert_eq!(fold(&unknown).eras.len(), 1);
}

#[test]
fn a_slip_in_the_date_of_registration_is_no_registration_and_is_told() {
    let at = |observed: &str, created: &str| registered(observed, created, "", person("Jo Doe"));
    let history = [at("2014-06-01", "2012-03-02"), at("2015-06-01", "2015-01-05"), at("2016-06-01", "2012-03-02")];
    let eras = fold(&history);
    assert_eq!(eras.eras.len(), 1);
    assert_eq!(
        eras.doubts,
        ["1 record says that the domain was registered on 2015-01-05, which other records contradict: not believed"]
    );
    // What stays is no slip.
    let history = [
        at("2014-06-01", "2012-03-02"),
        at("2015-06-01", "2015-01-05"),
        at("2016-06-01", "2015-01-05"),
        at("2017-06-01", "2012-03-02"),
    ];
    assert_eq!(fold(&history).eras.len(), 2);
    // Not even the record itself had been written then.
    let history = [at("2014-06-01", "2012-03-02"), at("2015-06-01", "2016-01-05")];
    let eras = fold(&history);
    assert_eq!((eras.eras.len(), eras.doubts.len()), (1, 1));
}

#[test]
fn another_date_that_is_older_than_the_last_record_is_no_registration() {
    // Some registrars write the day of the transfer.
    let history = [
        registered("2014-06-01", "2012-03-02", "", person("Jo Doe")),
        registered("2015-06-01", "2014-02-01", "", person("Jo Doe")),
    ];
    assert_eq!(fold(&history).eras.len(), 1);
}

#[test]
fn a_date_of_registration_may_stand_for_its_year() {
    let at = |observed: &str, created: &str, name: &str| registered(observed, created, "", person(name));
    // The year of a day that others know.
    let history = [
        at("2014-06-01", "2013-04-09", "Jo Doe"),
        at("2015-06-01", "2013-01-01", "Jo Doe"),
        at("2016-06-01", "2013-04-09", "Jo Doe"),
    ];
    assert_eq!((fold(&history).eras.len(), fold(&history).doubts.len()), (1, 0));
    // A new registration in a year that is all that is known, which may be the year of the last record.
    for created in ["2015-01-01", "2014-01-01"] {
        let history = [at("2014-03-01", "2010-05-06", "Jo Doe"), at("2015-06-01", created, "Mina Roe")];
        let eras = fold(&history).eras;
        assert!(matches!(eras[1].begin.kind, BoundaryKind::ReRegistration { .. }), "{eras:?}");
        assert!(eras[1].begin.words.contains("which may stand for the year"), "{}", eras[1].begin.words);
    }
    // The day came to be known later.
    let history = [
        at("2014-03-01", "2010-05-06", "Jo Doe"),
        at("2015-09-01", "2015-01-01", "Mina Roe"),
        at("2016-09-01", "2015-07-08", "Mina Roe"),
    ];
    assert_eq!(
        told(&history),
        ["beginning: Jo Doe, 2014-03-01", "re-registration: Mina Roe, 2015-09-01 to 2016-09-01"]
    );
}

#[test]
fn records_without_dates_belong_to_no_era_and_those_with_a_change_to_its_day() {
    let history = [
        seen("", person("Jo Doe")),
        updated("2015-06-01", seen("", person("Mina Roe"))),
        registered("", "2012-01-01", "2020-01-01", person("Wen Halloway")),
    ];
    let eras = fold(&history);
    assert_eq!(told(&history), ["beginning: Mina Roe, 2015-06-01"]);
    assert_eq!(eras.undated, [0, 2]);
    assert_eq!(fold(&[seen("", person("Jo Doe"))]).eras, []);
}

#[test]
fn an_old_copy_changes_nothing() {
    let jo = |observed: &str, change: &str| updated(change, seen(observed, person("Jo Doe")));
    let mina = |observed: &str, change: &str| updated(change, seen(observed, person("Mina Roe")));
    let history = [
        jo("2015-06-01", "2015-01-01"),
        mina("2016-06-01", "2016-02-01"),
        jo("2016-09-01", "2015-01-01"),
        mina("2017-06-01", "2016-02-01"),
    ];
    assert_eq!(told(&history), ["beginning: Jo Doe, 2015-06-01", "owner change: Mina Roe, 2016-06-01 to 2017-06-01"]);
    let eras = fold(&history);
    assert_eq!(eras.eras[1].records, [1, 2, 3]);
    assert_eq!(spans(&eras.eras[1].named), ["2016-06-01 to 2017-06-01"]);
    assert!(eras.eras[1].of_kind(SharedKind::Person).all(|held| held.value == "Mina Roe"));
    assert_eq!(eras.doubts.len(), 1);
    assert!(eras.doubts[0].contains("taken for an old copy"), "{:?}", eras.doubts);
    // Whoever gets it back has a newer record.
    let history = [jo("2015-06-01", "2015-01-01"), mina("2016-06-01", "2016-02-01"), jo("2017-06-01", "2017-02-01")];
    assert_eq!(fold(&history).eras.len(), 3);
}

#[test]
fn the_records_of_one_day_are_one_state() {
    let history = [
        seen("2015-06-01T10:00:00Z", person("Jo Doe")),
        seen("2015-06-01T11:00:00Z", redacted()),
        seen("2016-06-01", person("Jo Doe")),
    ];
    assert_eq!(told(&history), ["beginning: Jo Doe, 2015-06-01 to 2016-06-01"]);
    assert_eq!(fold(&history).eras[0].hidden, []);
    let history = [
        seen("2015-06-01", person("Jo Doe")),
        seen("2016-06-01T11:00:00Z", person("Mina Roe")),
        seen("2016-06-01T10:00:00Z", person("Jo Doe")),
    ];
    let eras = fold(&history);
    assert_eq!(told(&history), ["beginning: Jo Doe, 2015-06-01", "owner change: Mina Roe, 2016-06-01"]);
    assert_eq!(eras.doubts, ["records of 2016-06-01 name Jo Doe and Mina Roe: the day is counted as Mina Roe's"]);
}

#[test]
fn addresses_are_shared_out_among_the_eras() {
    let address = |last: u8, from: &str, until: &str| DnsRecord {
        owner: HostName::parse("owner.example").unwrap(),
        data: DnsData::Address([192, 0, 2, last].into()),
        ttl: None,
        first_seen: moment(from),
        last_seen: moment(until),
        security: None,
    };
    let history = [
        registered("2014-06-01", "2012-03-02", "2015-03-02", person("Jo Doe")),
        registered("2016-01-01", "2015-05-20", "2017-05-20", person("Mina Roe")),
        registered("2017-01-01", "2015-05-20", "2017-05-20", person("Wen Halloway")),
    ];
    let dns = [
        address(1, "2013-01-01", "2014-12-31"),
        address(2, "2014-01-01", "2016-03-01"),
        address(3, "2016-06-01", "2016-07-01"),
        address(4, "", ""),
        address(5, "2001-01-01", "2001-02-01"),
    ];
    let eras = Eras::of(&history, &dns, None).eras;
    let addresses = |era: &Era| -> Vec<String> {
        let tell = |held: &Held| format!("{} {} {}", held.value, spans(&held.spans).join(", "), held.certain);
        era.of_kind(SharedKind::IpAddress).map(tell).collect()
    };
    assert_eq!(
        addresses(&eras[0]),
        ["192.0.2.1 2013-01-01 to 2014-12-31 true", "192.0.2.2 2014-01-01 to 2015-05-19 true"]
    );
    // Who had the domain in June nobody saw, so both may have had the third.
    assert_eq!(
        addresses(&eras[1]),
        ["192.0.2.2 2015-05-20 to 2016-03-01 true", "192.0.2.3 2016-06-01 to 2016-07-01 false"]
    );
    assert_eq!(
        addresses(&eras[2]),
        ["192.0.2.2 2016-01-02 to 2016-03-01 false", "192.0.2.3 2016-06-01 to 2016-07-01 false"]
    );
}

#[test]
fn a_time_that_was_nobodys_is_cut_out_of_a_span() {
    let history = [
        registered("2014-06-01", "2012-03-02", "2015-03-02", person("Jo Doe")),
        registered("2016-06-01", "2016-01-05", "", person("Jo Doe")),
    ];
    let lapses = lapses(&history);
    let cut = |first: &str, last: &str| spans(&without_lapses(Span::new(day(first), day(last)), &lapses));
    assert_eq!(cut("2013-01-01", "2017-01-01"), ["2013-01-01 to 2015-03-02", "2016-01-05 to 2017-01-01"]);
    assert_eq!(cut("2013-01-01", "2015-06-01"), ["2013-01-01 to 2015-06-01"], "it was seen then, wherever it pointed");
    assert_eq!(cut("2015-06-01", "2017-01-01"), ["2015-06-01", "2016-01-05 to 2017-01-01"]);
    assert_eq!(cut("2016-01-05", "2017-01-01"), ["2016-01-05 to 2017-01-01"]);
    assert!(lapses[0].parts(day("2014-06-01"), day("2016-06-01")));
    assert!(!lapses[0].parts(day("2013-06-01"), day("2014-06-01")));
    // That nobody looked says nothing about what others saw.
    let history = [seen("2012-01-01", person("Jo Doe")), seen("2018-01-01", person("Jo Doe"))];
    let gap = super::lapses(&history);
    assert_eq!((gap.len(), gap[0].anew), (1, false));
    assert_eq!(
        spans(&without_lapses(Span::new(day("2011-01-01"), day("2019-01-01")), &gap)),
        ["2011-01-01 to 2019-01-01"]
    );
}

fn any_day() -> impl Strategy<Value = Option<Moment>> {
    let day = (0_i64..2000).prop_map(|days| Date::constant(2010, 1, 1).saturating_add(jiff::Span::new().days(days)));
    let far = prop_oneof![Just(Date::MIN), Just(Date::MAX)];
    let day = prop_oneof![8 => day.prop_map(Some), 1 => far.prop_map(Some), 2 => Just(None)];
    day.prop_map(|day| day.map(Moment::Day))
}

fn any_contact() -> impl Strategy<Value = Contact> {
    prop_oneof![
        prop_oneof![Just("Jo Doe"), Just("Mina Roe"), Just("Acme Ltd"), Just("REDACTED FOR PRIVACY")].prop_map(person),
        Just(redacted()),
        Just(Contact::default()),
        any::<String>().prop_map(|text| Contact { organization: Some(text.clone()), email: Some(text), ..redacted() }),
    ]
}

fn any_record() -> impl Strategy<Value = WhoisRecord> {
    (any_day(), any_day(), any_day(), any_day(), any_contact(), proptest::collection::vec("ns[1-3].[ab].example", 0..2))
        .prop_map(|(observed, created, updated, expires, registrant, name_servers)| WhoisRecord {
            observed,
            created,
            updated,
            expires,
            registrant,
            name_servers,
            ..WhoisRecord::default()
        })
}

fn any_sighting() -> impl Strategy<Value = DnsRecord> {
    (any_day(), any_day()).prop_map(|(first_seen, last_seen)| DnsRecord {
        owner: HostName::parse("owner.example").unwrap(),
        data: DnsData::Address([192, 0, 2, 1].into()),
        ttl: None,
        first_seen,
        last_seen,
        security: None,
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn eras_are_in_order_and_every_dated_record_belongs_to_exactly_one(
        history in proptest::collection::vec(any_record(), 0..12),
        dns in proptest::collection::vec(any_sighting(), 0..4),
        as_of in any_day(),
    ) {
        let eras = Eras::of(&history, &dns, as_of.map(|moment| moment.day()));
        prop_assert!(eras.eras.is_sorted_by(|one, next| one.observed.last < next.observed.first));
        let mut places: Vec<usize> = eras.eras.iter().flat_map(|era| era.records.iter().copied()).collect();
        places.extend(&eras.undated);
        places.sort_unstable();
        prop_assert_eq!(places, (0..history.len()).collect::<Vec<_>>());
        for (position, era) in eras.eras.iter().enumerate() {
            prop_assert_eq!(position == 0, era.begin.kind == BoundaryKind::Beginning);
            prop_assert!(era.records.contains(&era.representative));
            prop_assert!(era.possible.from.is_none_or(|from| from <= era.observed.first));
            prop_assert!(era.possible.until.is_none_or(|until| until >= era.observed.last));
            let within = |span: &Span| era.observed.first <= span.first && span.last <= era.observed.last;
            prop_assert!(era.named.iter().chain(era.hidden.iter().map(|hidden| &hidden.span)).all(within));
            for place in &era.records {
                let record = &history[*place];
                let day = record.observed.or(record.updated).unwrap().day();
                prop_assert!(within(&Span::new(day, day)));
            }
            for held in &era.held {
                prop_assert!(!held.spans.is_empty());
                prop_assert!(held.spans.iter().all(|span| era.possible.part_of(*span) == Some(*span)));
            }
        }
    }

    #[test]
    fn the_order_in_which_records_come_does_not_matter(
        history in proptest::collection::vec(any_record(), 0..8).prop_flat_map(|history| {
            (Just(history.clone()), Just(history).prop_shuffle())
        }),
    ) {
        let skeleton = |history: &[WhoisRecord]| -> Vec<_> {
            fold(history).eras.into_iter().map(|era| (era.observed, era.possible, era.begin, era.owner, era.held)).collect()
        };
        prop_assert_eq!(skeleton(&history.0), skeleton(&history.1));
    }
}
