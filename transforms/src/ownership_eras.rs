//! Whose was the domain, and when?
//!
//! A hundred records of a domain's WHOIS history are most often the story of two or three owners. This transform tells
//! that story: one node for each stretch of time in which one owner had the domain (see [`intel::eras`] for the rule),
//! with what stood in its records then, and what parts it from the time before: another owner in the same registration, a
//! domain that ran out and was registered anew, or a time of which nobody knows anything.
//!
//! A node says two things apart: the years in which the era was *seen*, and within them those in which the owner was
//! *named*. Somebody who was named until 2019 and has been hidden since may have sold the domain in between, and a graph
//! that says otherwise would be quoted.
//!
//! The nodes are WHOISRecords, so whatever runs on one runs on them. Their standard properties are those of the last
//! record that names the owner, with all name servers of the era.

use std::collections::HashMap;

use async_trait::async_trait;
use intel::{
    Answer, Credits, DnsRecord, Exposure, Lookup, LookupKind, Moment, Provenance, Record, WhoisRecord,
    crossmatch::{SharedKind, Span},
    eras::{BoundaryKind, Era, Eras, Held, HiddenPlace},
    observable::HostName,
};
use jiff::{civil::Date, tz::TimeZone};
use maltego::{
    DisplayInformation, Entity, InputKind, LineStyle, Link, Message, MessageKind, TransformDefinition, Value,
    entity_types,
};

use crate::{
    declaration::{Declaration, PriceClass},
    entities::{Gap, seen_between, with_proof, with_years, years},
    error::RunError,
    gather::ask,
    noise::NOISE,
    run::{Run, Transform},
    sets,
    settings::PURCHASE,
    sink::Sink,
    walk::{Shown, cut_short, walk},
    whois_entity::{described, registered_domain},
};

/// How many sentences about boundaries and about doubts are said.
const TOLD: usize = 10;

/// How many contacts, name servers and addresses a node names.
const NAMED: usize = 50;

/// Domain → one WHOISRecord an era, newest first.
#[derive(Debug)]
pub(crate) struct DomainToOwnershipEras;

static DECLARATION: Declaration = Declaration {
    definition: TransformDefinition {
        name: "domain_to_ownership_eras",
        display_name: "To Eras of Ownership [WHOIS history]",
        description: "Whose the domain was and when, newest first: one record for each stretch of time with one owner, with \
                      its registrars, name servers, addresses and contacts, and what parts it from the time before.",
        inputs: &[&entity_types::DOMAIN, &entity_types::DNS_NAME],
        input_kind: InputKind::Single,
        outputs: &[&entity_types::WHOIS_RECORD],
        set: sets::REGISTRATION,
        settings: PURCHASE,
    },
    lookups: &[LookupKind::WhoisHistory, LookupKind::DnsHistory],
    exposure: Exposure::ThirdParty,
    price_class: PriceClass::Large,
};

#[async_trait]
impl Transform for DomainToOwnershipEras {
    fn declaration(&self) -> &'static Declaration {
        &DECLARATION
    }

    async fn run(&self, run: &Run, sink: &mut dyn Sink) -> Result<(), RunError> {
        let domain = registered_domain(run.input(), sink)?;
        let question = format!("the WHOIS history of {domain}");
        let mut history: Vec<WhoisRecord> = Vec::new();
        let mut origins: Vec<Provenance> = Vec::new();
        let lookup = Lookup::WhoisHistory { domain: domain.clone() };
        let outcome = walk(run, sink, lookup, &question, |records, provenance, _| {
            for record in records {
                if let Record::Whois(record) = record {
                    history.push(record.as_ref().clone());
                    origins.push(provenance.clone());
                }
            }
            // One record more may part what seemed one, so nothing is drawn before the end.
            Shown::default()
        })
        .await;
        // What was read before a failure was paid for, so it is shown.
        if !history.is_empty() {
            let resolutions = resolutions(run, sink, &domain).await;
            let as_of = run.clock.now().to_zoned(TimeZone::UTC).date();
            let eras = Eras::of(&history, resolutions.iter().map(|(record, _)| record), Some(as_of));
            draw(&Story { domain, history, origins, resolutions, eras }, sink);
        }
        outcome
    }
}

/// Where the domain pointed and when, with who says so. Eras without addresses are better than none, so whatever goes
/// wrong is told and no more.
async fn resolutions(run: &Run, sink: &mut dyn Sink, domain: &HostName) -> Vec<(DnsRecord, Provenance)> {
    if run.desk.sources(LookupKind::DnsHistory).is_empty() {
        return Vec::new();
    }
    let spent = run.spent();
    match ask(run, sink, Lookup::DnsHistory { host: domain.clone(), family: None }).await {
        Ok(answers) => {
            let record = |answer: &Answer, record: &Record| match record {
                Record::Dns(record) => Some((record.clone(), answer.provenance.clone())),
                _ => None,
            };
            let spent = Credits(run.spent().0.saturating_sub(spent.0));
            if let Some(answer) = answers.first().filter(|_| !spent.is_free()) {
                sink.say(Message::inform(format!("{spent} spent on addresses at {}.", answer.provenance.source)));
            }
            answers
                .iter()
                .flat_map(|answer| answer.records().iter().filter_map(|known| record(answer, known)))
                .collect()
        }
        Err(error) => {
            let text = format!("The eras come without addresses. {}", error.message().text);
            sink.say(Message::new(MessageKind::PartialError, text));
            Vec::new()
        }
    }
}

/// Everything that is known, and what it was folded into.
struct Story {
    domain: HostName,
    history: Vec<WhoisRecord>,
    origins: Vec<Provenance>,
    resolutions: Vec<(DnsRecord, Provenance)>,
    eras: Eras,
}

fn draw(story: &Story, sink: &mut dyn Sink) {
    let eras = &story.eras.eras;
    let (shown, total) = (eras.len().min(sink.room()), eras.len());
    let mut names = HashMap::new();
    // Names are given from the oldest on, so that a further era changes none of them.
    let entities: Vec<Entity> = (0..total).filter_map(|place| story.entity(place, &mut names)).collect();
    entities.into_iter().rev().take(shown).for_each(|entity| sink.add(entity));
    if shown < total {
        sink.say(cut_short(shown as u64, intel::Total::Exactly(total as u64)));
    }
    let mut say = |text: String| sink.say(Message::inform(text));
    let is_break = |era: &&Era| matches!(era.begin.kind, BoundaryKind::ReRegistration { .. } | BoundaryKind::Gap);
    for era in eras.iter().rev().filter(is_break).take(TOLD) {
        let (domain, words) = (&story.domain, &era.begin.words);
        let owner = match (era.begin.kind, era.begin.same_owner) {
            (_, Some(true)) => ", by the same owner",
            (BoundaryKind::ReRegistration { .. }, Some(false)) => ", by another owner",
            _ => "",
        };
        say(format!("{domain}: {words}{owner}."));
    }
    for doubt in story.eras.doubts.iter().take(TOLD) {
        say(format!("Not taken at its word: {doubt}."));
    }
    let doubts = story.eras.doubts.len();
    if doubts > TOLD {
        say(format!("{} more statements were not taken at their word.", doubts - TOLD));
    }
    let undated = story.eras.undated.len();
    let records = story.history.len();
    match (undated, records) {
        (0, _) => {}
        (1, 1) => say("The only record of the history has no date, so it belongs to no era.".to_owned()),
        (1, _) => say(format!("1 of {records} records has no date and belongs to no era.")),
        (_, _) => say(format!("{undated} of {records} records have no date and belong to no era.")),
    }
}

impl Story {
    /// An era as an entity.
    fn entity(&self, place: usize, names: &mut HashMap<String, u32>) -> Option<Entity> {
        let era = self.eras.eras.get(place)?;
        let next = self.eras.eras.get(place + 1);
        let record = self.history.get(era.representative)?;
        let listed = |kinds: &[SharedKind]| listed(era, kinds);
        let servers: Vec<&str> = era.of_kind(SharedKind::NameServer).map(|held| held.value.as_str()).collect();
        let date = |day: Option<Date>| day.map(Value::Date);
        let hidden: Vec<String> =
            era.hidden.iter().map(|hidden| format!("{} ({})", hidden.span, hidden.behind)).collect();
        // A bound that is the day of asking says nothing about the era.
        let until = next.and(era.possible.until);
        let end = next.map(|next| in_words(next.begin.kind, next.begin.same_owner));
        let mut entity = described(self.name(era, names), record)
            .with("domainName", self.domain.as_str())
            .with_some("creationDate", era.created.map(|day| day.to_string()))
            .with_some("registryExpiryDate", era.expires.map(|day| day.to_string()))
            .with_some("nameservers", (!servers.is_empty()).then(|| servers.join(", ")))
            .with_dynamic("namehound.era.from", "Seen from", Value::Date(era.observed.first))
            .with_dynamic("namehound.era.until", "Seen until", Value::Date(era.observed.last))
            .with_some_dynamic("namehound.era.possible_from", "Possible from", date(era.possible.from))
            .with_some_dynamic("namehound.era.possible_until", "Possible until", date(until))
            .with_dynamic("namehound.era.owner", "Owner", era.owner_in_words())
            .with_some_dynamic("namehound.era.named", "Owner named", spans(&era.named))
            .with_some_dynamic("namehound.era.hidden", "Owner not named", list(hidden.clone()))
            .with_dynamic("namehound.era.begin", "Begins with", in_words(era.begin.kind, era.begin.same_owner))
            .with_dynamic("namehound.era.evidence", "What speaks for it", era.begin.words.as_str())
            .with_some_dynamic("namehound.era.end", "Ends with", end.clone())
            .with_some_dynamic("namehound.era.registrars", "Registrars", list(listed(&[SharedKind::Registrar])))
            .with_some_dynamic("namehound.era.name_servers", "Name servers", list(listed(&[SharedKind::NameServer])))
            .with_some_dynamic("namehound.era.addresses", "Addresses", list(listed(&[SharedKind::IpAddress])))
            .with_some_dynamic("namehound.era.contacts", "Contacts", list(listed(CONTACTS)))
            .with_some_dynamic("namehound.era.silences", "Long without a record", spans(&era.silences))
            .with_dynamic(
                "namehound.observations",
                "Observations",
                i64::try_from(era.records.len()).unwrap_or(i64::MAX),
            );
        let noise = (!hidden.is_empty()).then(|| format!("owner not named: {}", hidden.join("; ")));
        entity = entity.with_some_dynamic(NOISE, "Noise", noise);
        let rows: Vec<(&str, String)> = [
            ("Owner", Some(era.owner_in_words())),
            ("Seen", Some(era.observed.to_string())),
            ("Named", spans(&era.named)),
            ("Not named", joined(hidden)),
            ("Possible", possible(era, until)),
            ("Registered", era.created.map(|day| day.to_string())),
            ("Paid until", era.expires.map(|day| day.to_string())),
            ("Begins with", Some(format!("{}: {}", in_words(era.begin.kind, era.begin.same_owner), era.begin.words))),
            ("Ends with", next.zip(end).map(|(next, end)| format!("{end}: {}", next.begin.words))),
            ("Registrars", joined(listed(&[SharedKind::Registrar]))),
            ("Name servers", joined(listed(&[SharedKind::NameServer]))),
            ("Addresses", joined(listed(&[SharedKind::IpAddress]))),
            ("Contacts", joined(listed(CONTACTS))),
            ("Long without a record", spans(&era.silences)),
        ]
        .into_iter()
        .filter_map(|(name, text)| Some((name, text?)))
        .collect();
        let rows = rows.iter().map(|(name, text)| (*name, text.as_str()));
        entity.display_information.push(DisplayInformation::table("Era of ownership", rows));
        let observed = record_moment(&self.history, era);
        Some(with_proof(entity, &self.provenance(era)?, observed).linked_by(link(era)))
    }

    /// `lantern-lottery.example 2017–2022: Rufus Kedge (named until 2019)`, with a number behind it where an era before
    /// has the same: clients merge nodes of equal value.
    fn name(&self, era: &Era, names: &mut HashMap<String, u32>) -> String {
        let years = years([moments(era.observed)], Gap::SameYear).unwrap_or_default();
        let hidden = |place: HiddenPlace| era.hidden.iter().any(|hidden| hidden.place == place);
        let named = era.named.first().zip(era.named.last());
        let named = named.and_then(|(first, last)| {
            let (first, last) = (first.first.year(), last.last.year());
            match (hidden(HiddenPlace::Before), hidden(HiddenPlace::After)) {
                (false, false) => None,
                (true, false) => Some(format!(" (named from {first})")),
                (false, true) => Some(format!(" (named until {last})")),
                (true, true) if first == last => Some(format!(" (named in {first})")),
                (true, true) => Some(format!(" (named {first}\u{2013}{last})")),
            }
        });
        let name = format!("{} {years}: {}{}", self.domain, era.owner_in_words(), named.unwrap_or_default());
        let seen = names.entry(name.clone()).or_default();
        *seen += 1;
        if *seen == 1 { name } else { format!("{name} ({seen})") }
    }

    /// Who says so: of the records, and of the addresses if there are any.
    fn provenance(&self, era: &Era) -> Option<Provenance> {
        let records = era.records.iter().filter_map(|place| self.origins.get(*place));
        let addresses = era.of_kind(SharedKind::IpAddress).next().is_some();
        let resolutions = self.resolutions.iter().filter(|_| addresses).map(|(_, provenance)| provenance);
        let mut origins = records.chain(resolutions);
        let mut provenance = origins.next()?.clone();
        origins.for_each(|origin| provenance.join(origin));
        Some(provenance)
    }
}

/// What counts as a contact.
const CONTACTS: &[SharedKind] =
    &[SharedKind::Organization, SharedKind::Person, SharedKind::Email, SharedKind::Phone, SharedKind::Address];

/// `owner 2017–2019, not named 2022`. A change of owner is a plain line, anything less certain a dashed one.
fn link(era: &Era) -> Link {
    let in_years = |spans: &[Span]| years(spans.iter().copied().map(moments), Gap::SameYear);
    let hidden: Vec<Span> = era.hidden.iter().map(|hidden| hidden.span).collect();
    let parts = [
        in_years(&era.named).map(|years| format!("owner {years}")),
        in_years(&hidden).map(|years| format!("not named {years}")),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    let mut label = if parts.is_empty() { "owner".to_owned() } else { parts.join(", ") };
    match era.begin.kind {
        BoundaryKind::ReRegistration { created, .. } => {
            label.push_str(&format!("; registered anew in {}", created.year()))
        }
        BoundaryKind::Gap => label.push_str("; after a gap"),
        _ => {}
    }
    let mut link = Link::labelled(label);
    if era.owner.is_none() {
        link.style = LineStyle::Dashed;
    }
    let (first, last) = moments(era.observed);
    seen_between(link, Some(first), Some(last))
}

/// The kind of a boundary, with what is known about the owner.
fn in_words(kind: BoundaryKind, same_owner: Option<bool>) -> String {
    let word = kind.as_str();
    match (kind, same_owner) {
        (BoundaryKind::ReRegistration { .. } | BoundaryKind::Gap, Some(true)) => format!("{word}, same owner"),
        (BoundaryKind::ReRegistration { .. } | BoundaryKind::Gap, Some(false)) => format!("{word}, another owner"),
        _ => word.to_owned(),
    }
}

/// What an era holds of some kinds, each with its part and its years.
fn listed(era: &Era, kinds: &[SharedKind]) -> Vec<String> {
    let found: Vec<&Held> = kinds.iter().flat_map(|kind| era.of_kind(*kind)).collect();
    let mut listed: Vec<String> = found
        .iter()
        .take(NAMED)
        .map(|held| {
            let places: Vec<&str> = held.places.iter().map(|place| place.in_words()).collect();
            let is_contact = CONTACTS.contains(&held.kind);
            let part = if is_contact { format!("{}: ", places.join(" and ")) } else { String::new() };
            let doubt = if held.certain { "" } else { ", outside the time of the records" };
            let years = years(held.spans.iter().copied().map(moments), Gap::SameYear);
            format!("{part}{}{doubt}", with_years(&held.value, years))
        })
        .collect();
    if found.len() > NAMED {
        listed.push(format!("and {} more", found.len() - NAMED));
    }
    listed
}

/// When the last record of the era was seen, in the precision of the source.
fn record_moment(history: &[WhoisRecord], era: &Era) -> Option<Moment> {
    era.records.iter().filter_map(|place| history.get(*place)?.observed).max()
}

fn possible(era: &Era, until: Option<Date>) -> Option<String> {
    match (era.possible.from, until) {
        (Some(from), Some(until)) => Some(format!("{from} to {until}")),
        (Some(from), None) => Some(format!("from {from}")),
        (None, Some(until)) => Some(format!("until {until}")),
        (None, None) => None,
    }
}

fn moments(span: Span) -> (Moment, Moment) {
    (Moment::Day(span.first), Moment::Day(span.last))
}

fn spans(spans: &[Span]) -> Option<String> {
    joined(spans.iter().map(ToString::to_string).collect())
}

fn joined(texts: Vec<String>) -> Option<String> {
    (!texts.is_empty()).then(|| texts.join("; "))
}

fn list(texts: Vec<String>) -> Option<Value> {
    (!texts.is_empty()).then(|| Value::List(texts.into_iter().map(Value::Text).collect()))
}

#[cfg(test)]
mod tests {
    use intel::{Contact, ProviderError, Registrar, record::DnsData};
    use maltego::{DisplayContent, Input};

    use super::*;
    use crate::testing::{Bench, Found, host, moment, records, whois};

    const DOMAIN: &str = "cmt-net.example";

    fn history_of() -> Lookup {
        Lookup::WhoisHistory { domain: host(DOMAIN) }
    }

    fn addresses_of() -> Lookup {
        Lookup::DnsHistory { host: host(DOMAIN), family: None }
    }

    fn address(address: &str, first: &str, last: &str) -> Record {
        Record::Dns(DnsRecord {
            owner: host(DOMAIN),
            data: DnsData::Address(address.parse().unwrap()),
            ttl: None,
            first_seen: moment(first),
            last_seen: moment(last),
            security: None,
        })
    }

    fn person(name: &str) -> Contact {
        Contact { name: Some(name.to_owned()), email: Some("jo@post.example".to_owned()), ..Contact::default() }
    }

    fn record(observed: &str, created: &str, registrant: Contact) -> WhoisRecord {
        WhoisRecord {
            created: moment(created),
            registrar: Some(Registrar { name: Some("Brightlabel Names".to_owned()), ..Registrar::default() }),
            name_servers: vec!["ns1.greyferry-dns.example".to_owned()],
            ..whois(DOMAIN, observed, registrant)
        }
    }

    /// Jo Doe, a redaction, and after the domain had run out, Mina Roe.
    fn story() -> Vec<WhoisRecord> {
        let redacted = Contact { redacted: true, ..Contact::default() };
        let mut last = record("2014-06-01", "2011-03-04", redacted);
        last.expires = moment("2015-03-04");
        vec![
            record("2018-01-01", "2017-05-20", person("Mina <b>Roe</b>")),
            record("2012-06-01", "2011-03-04", person("Jo Doe")),
            last,
        ]
    }

    fn told(history: Vec<WhoisRecord>) -> Bench {
        let resolutions = vec![address("192.0.2.1", "2012-01-01", "2018-02-01")];
        Bench::knowing(vec![(history_of(), records(history)), (addresses_of(), resolutions)])
    }

    async fn run(bench: &Bench) -> Found {
        bench.run(&DomainToOwnershipEras, Input::new(&entity_types::DOMAIN, DOMAIN)).await.unwrap()
    }

    #[tokio::test(start_paused = true)]
    async fn one_node_an_era_newest_first_with_its_years() {
        let found = run(&told(story())).await;
        let (jo, mina) =
            ("cmt-net.example 2012\u{2013}2014: Jo Doe (named until 2012)", "cmt-net.example 2018: Mina <b>Roe</b>");
        assert_eq!(found.shown(), [(mina, "owner 2018; registered anew in 2017"), (jo, "owner 2012, not named 2014")]);
        for (value, name, expected) in [
            (jo, "domainName", Some(DOMAIN)),
            (jo, "registrantName", Some("Jo Doe")),
            (jo, "registrantEmail", Some("jo@post.example")),
            (jo, "creationDate", Some("2011-03-04")),
            (jo, "registryExpiryDate", Some("2015-03-04")),
            (jo, "nameservers", Some("ns1.greyferry-dns.example")),
            (jo, "registrar", Some("Brightlabel Names")),
            (jo, "namehound.era.from", Some("2012-06-01")),
            (jo, "namehound.era.until", Some("2014-06-01")),
            (jo, "namehound.era.possible_from", Some("2011-03-04")),
            (jo, "namehound.era.possible_until", Some("2017-05-19")),
            (jo, "namehound.era.named", Some("2012-06-01")),
            (jo, "namehound.era.hidden", Some("2014-06-01 (a redaction)")),
            (jo, "namehound.era.begin", Some("beginning")),
            (jo, "namehound.era.end", Some("re-registration, another owner")),
            (jo, "namehound.era.registrars", Some("Brightlabel Names (2012\u{2013}2014)")),
            (jo, "namehound.era.name_servers", Some("ns1.greyferry-dns.example (2012\u{2013}2014)")),
            (jo, "namehound.era.addresses", Some("192.0.2.1 (2012\u{2013}2017)")),
            (jo, "namehound.observed", Some("2014-06-01")),
            (jo, "namehound.noise", Some("owner not named: 2014-06-01 (a redaction)")),
            (mina, "namehound.era.possible_from", Some("2017-05-20")),
            (mina, "namehound.era.possible_until", None),
            (mina, "namehound.era.end", None),
            (mina, "namehound.era.addresses", Some("192.0.2.1 (2017\u{2013}2018)")),
            (mina, "namehound.noise", None),
        ] {
            assert_eq!(found.property(value, name).as_deref(), expected, "{value} {name}");
        }
        let contacts = found.property(jo, "namehound.era.contacts").unwrap();
        assert_eq!(contacts, "registrant: Jo Doe (2012),registrant: jo@post.example (2012)");
        let said = "cmt-net.example: registered anew on 2017-05-20, after the record of 2014-06-01 of the registration of \
                    2011-03-04; the last known term had run out on 2015-03-04, 808 days before, by another owner.";
        assert_eq!(found.texts(), [said]);
    }

    #[tokio::test(start_paused = true)]
    async fn the_detail_view_is_a_table_in_which_foreign_text_is_no_markup() {
        let found = run(&told(story())).await;
        let [block] = &found.entities[0].display_information[..] else { panic!("{found:?}") };
        let DisplayContent::Html(html) = &block.content else { panic!("{block:?}") };
        assert!(html.contains("<th align=\"left\">Owner</th><td>Mina &lt;b&gt;Roe&lt;/b&gt;</td>"), "{html}");
        assert!(
            html.contains("<th align=\"left\">Begins with</th><td>re-registration, another owner: registered anew")
        );
        assert!(!html.contains("<b>"), "{html}");
    }

    #[tokio::test(start_paused = true)]
    async fn eras_of_one_owner_in_one_year_are_different_nodes() {
        let bench = told(vec![
            record("2015-02-01", "2011-03-04", person("Jo Doe")),
            record("2015-09-01", "2015-05-20", person("Jo Doe")),
        ]);
        let found = run(&bench).await;
        let values: Vec<&str> = found.values().into_iter().map(|(_, value)| value).collect();
        assert_eq!(values, ["cmt-net.example 2015: Jo Doe (2)", "cmt-net.example 2015: Jo Doe"]);
        assert!(found.said("by the same owner."), "{:?}", found.texts());
    }

    #[tokio::test(start_paused = true)]
    async fn an_owner_who_is_never_named_is_a_dashed_line() {
        let found = run(&told(vec![record("2015-02-01", "2011-03-04", Contact::default())])).await;
        assert_eq!(found.shown(), [("cmt-net.example 2015: owner not named", "not named 2015")]);
        assert_eq!(found.entities[0].link.style, LineStyle::Dashed);
    }

    #[tokio::test(start_paused = true)]
    async fn what_was_not_believed_and_what_has_no_date_is_said() {
        let bench = told(vec![
            record("2012-02-01", "2011-03-04", person("Jo Doe")),
            record("2013-02-01", "2014-03-04", person("Jo Doe")),
            record("", "2011-03-04", person("Mina Roe")),
        ]);
        let found = run(&bench).await;
        assert_eq!(
            found.texts(),
            [
                "Not taken at its word: 1 record says that the domain was registered on 2014-03-04, which is after the record \
                 itself: not believed.",
                "1 of 3 records has no date and belongs to no era.",
            ]
        );
        let found = run(&told(vec![record("", "2011-03-04", person("Jo Doe"))])).await;
        assert_eq!(found.texts(), ["The only record of the history has no date, so it belongs to no era."]);
        assert!(found.entities.is_empty());
    }

    #[tokio::test(start_paused = true)]
    async fn without_addresses_there_are_eras_all_the_same_and_it_is_said() {
        let bench = told(story()).failing(&addresses_of(), ProviderError::NoCredits);
        let found = run(&bench).await;
        assert_eq!(found.entities.len(), 2);
        assert!(found.said_failure("The eras come without addresses. "), "{:?}", found.texts());
    }

    #[tokio::test(start_paused = true)]
    async fn both_questions_are_paid_for_and_nothing_is_asked_about_an_unknown_domain() {
        let found = run(&told(story()).priced(7)).await;
        assert_eq!(found.spent, Credits(14));
        assert_eq!(
            found.texts()[..2],
            ["7 credits spent at Test Source.", "7 credits spent on addresses at Test Source."]
        );
        let bench = Bench::answering(Vec::new());
        let found = run(&bench).await;
        assert_eq!(found.texts(), ["Test Source has nothing on the WHOIS history of cmt-net.example."]);
        assert_eq!(bench.asked().len(), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn the_newest_eras_are_shown_where_there_is_no_room_for_all() {
        let found = run(&told(story()).limited(1)).await;
        assert_eq!(found.shown().len(), 1);
        assert!(found.shown()[0].0.contains("Mina"));
        assert!(found.said("1 of 2 shown (soft limit): raise the limit to see more."), "{:?}", found.texts());
    }

    #[tokio::test(start_paused = true)]
    async fn what_was_read_before_a_failure_is_shown() {
        let error = Bench::answering(Vec::new()).failing(&history_of(), ProviderError::NoCredits);
        let input = Input::new(&entity_types::DOMAIN, "www.cmt-net.example");
        let (found, outcome) = error.run_through(&DomainToOwnershipEras, vec![input]).await;
        assert!(matches!(outcome, Err(RunError::Ask(_))), "{outcome:?}");
        assert_eq!(found.texts(), ["WHOIS is kept per registered domain, so cmt-net.example was asked about."]);
    }
}
