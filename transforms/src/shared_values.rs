//! What do the selected domains have in common?
//!
//! The one transform that needs a selection: it compares everything that is known about each domain with everything that
//! is known about the others (see [`intel::crossmatch`]), and draws each shared value once, linked to those of the
//! selected domains that share it. The link says since when and until when *that* domain held the value, and the node
//! whether they held it at the same time: two shops that used one address in different years have nothing in common, and
//! the link of a shop that was there when none of the others was says so. So does one whose domain has been registered
//! anew since: whoever has it now need not be whoever was there.
//!
//! Values that join strangers as well (a registrar, a content network) are left out unless asked for, since twelve links
//! to one registrar hide the one link that matters; they are named with the reason.

use std::collections::HashMap;

use async_trait::async_trait;
use intel::{
    Exposure, LookupKind, Moment, Provenance, Total,
    crossmatch::{self, Depth, Measuring, Plan, Report, Shared, SharedKind, Sharer},
    lookup::DateRange,
    observable::HostName,
};
use jiff::civil::Date;
use maltego::{
    Entity, EntityType, Input, InputKind, LineStyle, Link, Message, MessageKind, Property, SettingDefinition,
    SettingError, SettingKind, TransformDefinition, Value, entity_types,
};

use crate::{
    consent::agree_on,
    declaration::{Declaration, PriceClass},
    entities::{Gap, person_entity, seen_between, with_proof, with_years, years},
    error::RunError,
    noise::{common, marked},
    observables,
    own_types::REGISTRAR,
    run::{Run, Transform},
    sets,
    settings::{CASE, CONFIRM_PURCHASE, INCLUDE_COMMON, MAX_CREDITS_PER_RUN, REFRESH, REPLAY},
    sink::{Progress, Sink},
    walk::{tell_remembered, tell_spent},
};

/// How many common values, notes and failures are told one by one.
const TOLD: usize = 10;

/// Several domains → what they share.
#[derive(Debug)]
pub(crate) struct DomainsToSharedValues;

/// How much of the past counts.
static DEPTH: SettingDefinition = SettingDefinition {
    name: "depth",
    display_name: "Depth (historic or current)",
    description: "historic compares everything that was ever so, current only what is so now, which costs less",
    kind: SettingKind::Choice,
    choices: &["historic", "current"],
    default: Some("historic"),
    popup: false,
    global: false,
    secret: false,
};

/// The first day that counts.
static FROM: SettingDefinition = SettingDefinition {
    name: "from",
    display_name: "From (a day, such as 2019-01-01)",
    description: "only what was so on this day or later counts; empty for any time",
    kind: SettingKind::Text,
    choices: &[],
    default: None,
    popup: false,
    global: false,
    secret: false,
};

/// The last day that counts.
static TO: SettingDefinition = SettingDefinition {
    name: "to",
    display_name: "To (a day, such as 2021-12-31)",
    description: "only what was so on this day or earlier counts; empty for any time",
    kind: SettingKind::Text,
    choices: &[],
    default: None,
    popup: false,
    global: false,
    secret: false,
};

static DECLARATION: Declaration = Declaration {
    definition: TransformDefinition {
        name: "domains_to_shared_values",
        display_name: "To What They Share [comparison]",
        description: "Select several domains: contacts, servers, addresses, certificates and identifiers that at least two \
                      of them have or had, each with its dates and with how much it tells.",
        inputs: &[&entity_types::DOMAIN, &entity_types::DNS_NAME],
        input_kind: InputKind::List,
        outputs: &[
            &entity_types::EMAIL_ADDRESS,
            &entity_types::PHONE_NUMBER,
            &entity_types::PERSON,
            &entity_types::ORGANIZATION,
            &entity_types::LOCATION,
            &entity_types::NS_RECORD,
            &entity_types::MX_RECORD,
            &entity_types::DNS_NAME,
            &entity_types::IPV4_ADDRESS,
            &entity_types::IPV6_ADDRESS,
            &entity_types::NETBLOCK,
            &entity_types::CIDR,
            &entity_types::X509_CERTIFICATE,
            &entity_types::UNIQUE_IDENTIFIER,
            &entity_types::PHRASE,
            &REGISTRAR,
        ],
        set: sets::REGISTRATION,
        settings: &[
            &DEPTH,
            &FROM,
            &TO,
            &INCLUDE_COMMON,
            &CONFIRM_PURCHASE,
            &MAX_CREDITS_PER_RUN,
            &REFRESH,
            &CASE,
            &REPLAY,
        ],
    },
    lookups: &[
        LookupKind::WhoisCurrent,
        LookupKind::WhoisHistory,
        LookupKind::DnsRecords,
        LookupKind::DnsHistory,
        LookupKind::Certificates,
        LookupKind::IpOwner,
        LookupKind::ReverseWhois,
        LookupKind::ReverseNs,
        LookupKind::ReverseMx,
        LookupKind::ReverseIp,
        LookupKind::ReverseDns,
    ],
    exposure: Exposure::Touch,
    price_class: PriceClass::Large,
};

#[async_trait]
impl Transform for DomainsToSharedValues {
    fn declaration(&self) -> &'static Declaration {
        &DECLARATION
    }

    async fn run(&self, run: &Run, sink: &mut dyn Sink) -> Result<(), RunError> {
        let window = window(run)?;
        let include_common = run.settings.boolean(&INCLUDE_COMMON)?.unwrap_or_default();
        let depth = match run.settings.choice(&DEPTH)? {
            Some("current") => Depth::Current,
            _ => Depth::Historic,
        };
        let selection = Selection::read(run.inputs(), sink)?;
        // Not an error: a single domain shares nothing with itself, and classic clients cannot send more than one.
        if let [_alone] = selection.domains.as_slice() {
            sink.say(Message::new(MessageKind::PartialError, ALONE));
            return Ok(());
        }
        let (plan, context) = (Plan::new(depth), run.context());
        let estimate = crossmatch::quote(&run.desk, &selection.domains, &plan, &context).await;
        agree_on(run, sink, &estimate.domains).await?;

        let collected = {
            let mut report = |progress: crossmatch::Progress| {
                let total = Some(Total::Exactly(progress.total as u64));
                sink.progress(Progress { done: progress.done as u64, total });
            };
            crossmatch::collect(&run.desk, &selection.domains, &plan, &context, &mut report).await
        };
        let (answers, remembered) = (collected.answers, collected.remembered);
        let mut report = Report::new(collected, window);
        // Where nobody answered, that is what happened: nothing can be said of the domains.
        if report.sources.is_empty()
            && let Some(failure) = report.failures.first()
        {
            return Err(failure.error.clone().into());
        }
        let measured = crossmatch::measure(&run.desk, &mut report.shared, Measuring::default(), &context).await;
        report.add_measured(measured);
        draw(&report, &selection, include_common, run, sink);
        tell(&report, &selection, include_common, sink);
        tell_remembered(sink, remembered, answers);
        tell_spent(run, sink, &report.sources.join(", "));
        tell_failures(&report, sink);
        Ok(())
    }
}

/// The days that count.
fn window(run: &Run) -> Result<Option<DateRange>, RunError> {
    let day = |setting: &'static SettingDefinition| {
        let moment = run.settings.text(setting).map(str::parse::<Moment>).transpose();
        let error = SettingError { name: setting.name, expected: "a day such as 2019-01-01".to_owned() };
        moment.map(|moment| moment.map(|moment| moment.day())).map_err(|_| error)
    };
    let range = DateRange { from: day(&FROM)?, to: day(&TO)? };
    match (range.from, range.to) {
        (Some(from), Some(to)) if from > to => {
            Err(RunError::Unusable { reason: format!("no day is both after {from} and before {to}") })
        }
        _ => Ok((!range.is_open()).then_some(range)),
    }
}

/// What is said about a selection of one domain.
const ALONE: &str = "Nothing was compared: one domain has nothing to be compared with. Select at least two and run this on \
                     all of them at once (in classic clients, which run transforms one by one, use \"namehound crossmatch\" \
                     at the terminal).";

/// The domains that were selected, each once, and the places in the selection that it answers for.
#[derive(Default)]
struct Selection {
    domains: Vec<HostName>,
    places: HashMap<HostName, Vec<usize>>,
}

impl Selection {
    fn read(inputs: &[Input], sink: &mut dyn Sink) -> Result<Self, RunError> {
        let mut selection = Self::default();
        for (position, input) in inputs.iter().enumerate() {
            match observables::host(input) {
                Ok(host) => {
                    let places = selection.places.entry(host.clone()).or_default();
                    if places.is_empty() {
                        selection.domains.push(host);
                    }
                    places.push(position);
                }
                Err(error) => sink.say(Message::new(MessageKind::PartialError, format!("Left out: {error}."))),
            }
        }
        if selection.domains.is_empty() {
            return Err(RunError::Unusable { reason: "there is no domain in the selection".to_owned() });
        }
        Ok(selection)
    }

    /// The places in the selection that a domain answers for.
    fn of(&self, domain: &HostName) -> impl Iterator<Item = usize> {
        self.places.get(domain).into_iter().flatten().copied()
    }
}

fn draw(report: &Report, selection: &Selection, include_common: bool, run: &Run, sink: &mut dyn Sink) {
    let wanted = || report.shared.iter().filter(|shared| include_common || shared.common.is_none());
    let (mut shown, total) = (0, wanted().count());
    for shared in wanted() {
        if sink.room() == 0 {
            break;
        }
        shown += 1;
        let links = shared
            .sharers
            .iter()
            .flat_map(|sharer| selection.of(&sharer.domain).map(|position| (position, link(shared, sharer))));
        sink.add_linked(entity(shared, run), links.collect());
    }
    if shown < total {
        sink.say(Message::inform(format!(
            "{shown} of {total} shared values shown (soft limit), the most telling first: raise the limit to see more."
        )));
    }
}

/// A shared value with everything that makes it a lead or not.
fn entity(shared: &Shared, run: &Run) -> Entity {
    let moment = |day: Option<Date>| day.map(Moment::Day);
    let overlap = shared.overlap.in_words(shared.sharers.len());
    let held: Vec<Value> = shared.sharers.iter().map(|sharer| Value::from(held(sharer))).collect();
    let entity = value_entity(shared)
        .with_dynamic("namehound.crossmatch.score", "How much it tells (0 to 100)", i64::from(shared.score))
        .with_dynamic(
            "namehound.crossmatch.sharers",
            "How many share it",
            i64::try_from(shared.sharers.len()).unwrap_or(i64::MAX),
        )
        .with_dynamic("namehound.crossmatch.held", "Who had it when", Value::List(held))
        .with_dynamic("namehound.crossmatch.overlap", "At the same time", overlap)
        .with_some_dynamic(
            "namehound.crossmatch.population",
            "How many domains in the world have it",
            shared.population.map(|count| i64::try_from(count).unwrap_or(i64::MAX)),
        );
    let entity = match &shared.common {
        Some(told) => marked(entity, &common(&*told.reason, told.confidence)),
        None => entity,
    };
    // What is remembered was asked for earlier.
    let retrieved = shared.sharers.iter().filter_map(|sharer| sharer.retrieved).max();
    let provenance = Provenance::of(shared.sources().join(", "), retrieved.unwrap_or_else(|| run.clock.now()));
    with_proof(entity, &provenance, moment(shared.last()))
}

/// How one domain is tied to a value: by what, and when. A value that strangers have as well, or that this domain held
/// when none of the others did, is a dashed line.
fn link(shared: &Shared, sharer: &Sharer) -> Link {
    let moments = || sharer.spans.iter().map(|span| (Moment::Day(span.first), Moment::Day(span.last)));
    let label = with_years(shared.kind.in_words(), years(moments(), Gap::SameYear));
    let apart = sharer.at_the_same_time == Some(false);
    let note = if apart { ", not at the same time" } else { "" };
    let anew = sharer.registered_anew.map(|day| format!(", registered anew in {}", day.year())).unwrap_or_default();
    let mut link = Link::labelled(format!("{label}{note}{anew}"));
    if shared.common.is_some() || apart {
        link.style = LineStyle::Dashed;
    }
    let (first, last) = (moments().next().map(|(first, _)| first), moments().next_back().map(|(_, last)| last));
    let mut link = seen_between(link, first, last);
    link.properties.push(Property::loose("sources", "Sources", sharer.sources.join(", ")));
    link
}

/// `shop.example: 2018-03-01 to 2019-05-02, 2020-01-01`, with what makes it less than it seems.
fn held(sharer: &Sharer) -> String {
    let mut spans: Vec<String> = sharer.spans.iter().map(ToString::to_string).collect();
    if sharer.undated {
        spans.push("without a date".to_owned());
    }
    let apart = if sharer.at_the_same_time == Some(false) { "; not at the same time as any other" } else { "" };
    let anew = sharer.registered_anew.map(|day| format!("; registered anew on {day}")).unwrap_or_default();
    format!("{}: {}{apart}{anew}", sharer.domain, spans.join(", "))
}

fn value_entity(shared: &Shared) -> Entity {
    let value = shared.value.as_str();
    let plain = |entity_type: &'static EntityType| Entity::new(entity_type, value);
    match shared.kind {
        SharedKind::Email => plain(&entity_types::EMAIL_ADDRESS),
        SharedKind::Phone => plain(&entity_types::PHONE_NUMBER),
        SharedKind::Person => match intel::observable::PersonName::parse(value) {
            Ok(person) => person_entity(&person),
            Err(_) => plain(&entity_types::PHRASE),
        },
        SharedKind::Organization => plain(&entity_types::ORGANIZATION),
        SharedKind::Address => Entity::new(&entity_types::LOCATION, value).with("streetaddress", value),
        SharedKind::Registrar => plain(&REGISTRAR),
        SharedKind::NameServer => plain(&entity_types::NS_RECORD),
        SharedKind::MailServer => plain(&entity_types::MX_RECORD),
        SharedKind::Alias => plain(&entity_types::DNS_NAME),
        SharedKind::IpAddress if value.contains(':') => plain(&entity_types::IPV6_ADDRESS),
        SharedKind::IpAddress => plain(&entity_types::IPV4_ADDRESS),
        SharedKind::Network => match intel::observable::Netblock::parse(value) {
            Ok(block) if block.first().is_ipv4() => Entity::new(&entity_types::NETBLOCK, block.range()),
            Ok(block) => Entity::new(&entity_types::CIDR, block.to_string()),
            Err(_) => plain(&entity_types::PHRASE),
        },
        SharedKind::Certificate => plain(&entity_types::X509_CERTIFICATE),
        SharedKind::TextIdentifier => plain(&entity_types::UNIQUE_IDENTIFIER),
        SharedKind::MailSender => plain(&entity_types::PHRASE),
    }
}

fn tell(report: &Report, selection: &Selection, include_common: bool, sink: &mut dyn Sink) {
    let domains = selection.domains.len();
    let mut say = |text: String| sink.say(Message::inform(text));
    if report.telling().next().is_none() && !report.sources.is_empty() {
        let window = report.window.map(|window| format!(" in the time {window}")).unwrap_or_default();
        say(format!("Nothing that tells something is shared by any two of the {domains} domains{window}."));
    }
    if !include_common {
        for shared in report.common().take(TOLD) {
            let reason = shared.common.as_ref().map(|common| common.reason.as_str()).unwrap_or_default();
            let (kind, count) = (shared.kind.in_words(), shared.sharers.len());
            say(format!("Shared by {count}, but common: {kind} {} ({reason}).", shared.value));
        }
        let common = report.common().count();
        if common > TOLD {
            say(format!("{} more common values are shared; \"include_common\" = true draws them.", common - TOLD));
        }
    }
    for note in report.notes.iter().take(TOLD) {
        say(note.clone());
    }
    if report.notes.len() > TOLD {
        say(format!("The sources said {} more things about their answers.", report.notes.len() - TOLD));
    }
    for hidden in &report.hidden {
        say(format!("{}.", hidden.in_words(domains)));
    }
    for cut in &report.cut {
        say(format!("{}: only a part of {} was read.", cut.subject, cut.kind.in_words()));
    }
    if !report.unanswered.is_empty() {
        let kinds: Vec<_> = report.unanswered.iter().map(|kind| kind.in_words()).collect();
        say(format!("No source is configured for {}: what stands there was not compared.", kinds.join(", ")));
    }
}

fn tell_failures(report: &Report, sink: &mut dyn Sink) {
    for failure in report.failures.iter().take(TOLD) {
        let text = format!("{}, {}: {}", failure.subject, failure.kind.in_words(), failure.error.analyst_message());
        sink.say(Message::new(MessageKind::PartialError, text));
    }
    if report.failures.len() > TOLD {
        let text = format!("{} more questions failed.", report.failures.len() - TOLD);
        sink.say(Message::new(MessageKind::PartialError, text));
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use intel::{
        AskError, Contact, Credits, DnsRecord, Lookup, ProviderError, Record, Registrar, WhoisRecord, record::DnsData,
    };

    use super::*;
    use crate::{
        sink::Consent,
        testing::{Bench, Found, host, moment, records, text_of, text_of_link, whois},
    };

    const MAILBOX: &str = "lantern.keeper@post.example";

    fn history(domain: &str) -> Lookup {
        Lookup::WhoisHistory { domain: host(domain) }
    }

    fn mailbox() -> Contact {
        Contact { email: Some(MAILBOX.to_owned()), ..Contact::default() }
    }

    /// A snapshot from the mailbox's time, with a registrar that strangers have as well.
    fn snapshot(domain: &str, day: &str) -> WhoisRecord {
        let registrar = Registrar { name: Some("Brightlabel Names".to_owned()), ..Registrar::default() };
        WhoisRecord { registrar: Some(registrar), ..whois(domain, day, mailbox()) }
    }

    /// The mailbox was with one shop from 2016 to 2017 and again in 2020, and with the other from 2017 to 2018.
    fn two_shops() -> Bench {
        let one = [
            snapshot("one.example", "2016-03-01"),
            snapshot("one.example", "2017-05-02"),
            whois("one.example", "2018-01-01", Contact::default()),
            snapshot("one.example", "2020-02-03"),
        ];
        let two = [snapshot("two.example", "2017-04-01"), snapshot("two.example", "2018-06-01")];
        Bench::knowing(vec![(history("one.example"), records(one)), (history("two.example"), records(two))])
    }

    fn selection(names: &[&str]) -> Vec<Input> {
        names.iter().map(|name| Input::new(&entity_types::DOMAIN, *name)).collect()
    }

    fn both() -> Vec<Input> {
        selection(&["one.example", "two.example"])
    }

    async fn compared(bench: &Bench) -> Found {
        bench.run_on(&DomainsToSharedValues, both()).await.unwrap()
    }

    /// The labels on an entity's links, with the places in the selection that they lead to.
    fn labels(links: &[(usize, Link)]) -> Vec<(usize, &str)> {
        links.iter().map(|(position, link)| (*position, link.label.as_deref().unwrap())).collect()
    }

    fn is_dashed(links: &[(usize, Link)]) -> bool {
        links.iter().all(|(_, link)| link.style == LineStyle::Dashed)
    }

    #[tokio::test(start_paused = true)]
    async fn each_sharer_is_linked_with_its_own_years() {
        let names = ["two.example", "one.example", "no name", "ONE.example."];
        let found = two_shops().run_on(&DomainsToSharedValues, selection(&names)).await.unwrap();
        assert_eq!(found.values(), [("maltego.EmailAddress", MAILBOX)]);
        let [links] = &found.links[..] else { panic!("{:?}", found.links) };
        let (one, two) = ("mailbox (2016\u{2013}2017, 2020)", "mailbox (2017\u{2013}2018)");
        assert_eq!(labels(links), [(1, one), (3, one), (0, two)]);
        assert!(links.iter().all(|(_, link)| link.style == LineStyle::Normal));
        let (_, link) = &links[0];
        let properties = ["first_seen", "last_seen", "sources"].map(|name| text_of_link(link, name));
        assert_eq!(properties, ["2016-03-01", "2020-02-03", "Test Source"]);
        for (name, text) in [
            ("namehound.crossmatch.score", "100"),
            ("namehound.crossmatch.sharers", "2"),
            (
                "namehound.crossmatch.held",
                "one.example: 2016-03-01 to 2017-05-02, 2020-02-03,two.example: 2017-04-01 to 2018-06-01",
            ),
            ("namehound.crossmatch.overlap", "both at once, 2017-04-01 to 2017-05-02"),
            ("namehound.observed", "2020-02-03"),
            ("namehound.source", "Test Source"),
        ] {
            assert_eq!(text_of(&found.entities[0], name), text, "{name}");
        }
        assert!(found.said_failure("Left out: \"no name\" is not a host name"), "{:?}", found.texts());
    }

    #[tokio::test(start_paused = true)]
    async fn common_values_are_told_and_drawn_only_if_somebody_wants_them() {
        let bench = two_shops();
        let found = compared(&bench).await;
        let said = "Shared by 2, but common: registrar Brightlabel Names (one registrar serves very many owners).";
        assert!(found.said(said), "{:?}", found.texts());
        let found = compared(&bench.with_setting("include_common", "true")).await;
        let values = [("maltego.EmailAddress", MAILBOX), ("namehound.Registrar", "Brightlabel Names")];
        assert_eq!(found.values(), values);
        assert!(is_dashed(&found.links[1]));
        assert_eq!(text_of(&found.entities[1], "namehound.noise_reason"), "one registrar serves very many owners");
        assert!(!found.said("but common"), "{:?}", found.texts());
    }

    #[tokio::test(start_paused = true)]
    async fn what_was_never_held_at_the_same_time_is_dashed() {
        let bench = Bench::knowing(vec![
            (history("one.example"), records([whois("one.example", "2016-03-01", mailbox())])),
            (history("two.example"), records([whois("two.example", "2018-06-01", mailbox())])),
        ]);
        let found = compared(&bench).await;
        let expected = [(0, "mailbox (2016), not at the same time"), (1, "mailbox (2018), not at the same time")];
        assert_eq!(labels(&found.links[0]), expected);
        assert!(is_dashed(&found.links[0]));
        assert_eq!(text_of(&found.entities[0], "namehound.crossmatch.overlap"), "never at the same time");
    }

    /// A server's name in the DNS from one day to another.
    fn served(domain: &str, first: &str, last: &str) -> (Lookup, Vec<Record>) {
        let record = DnsRecord {
            owner: host(domain),
            data: DnsData::NameServer(host("ns1.lantern.example")),
            ttl: None,
            first_seen: moment(first),
            last_seen: moment(last),
            security: None,
        };
        (Lookup::DnsRecords { host: host(domain) }, vec![Record::Dns(record)])
    }

    #[tokio::test(start_paused = true)]
    async fn of_three_the_one_that_was_there_alone_is_dashed() {
        let bench = Bench::knowing(vec![
            served("one.example", "2015-01-01", "2016-01-01"),
            served("two.example", "2015-06-01", "2017-01-01"),
            served("tri.example", "2019-01-01", "2020-01-01"),
        ]);
        let names = ["one.example", "two.example", "tri.example"];
        let found = bench.run_on(&DomainsToSharedValues, selection(&names)).await.unwrap();
        let (one, two) = ("name server (2015\u{2013}2016)", "name server (2015\u{2013}2017)");
        let three = "name server (2019\u{2013}2020), not at the same time";
        assert_eq!(labels(&found.links[0]), [(0, one), (2, three), (1, two)]);
        let styles: Vec<LineStyle> = found.links[0].iter().map(|(_, link)| link.style).collect();
        assert_eq!(styles, [LineStyle::Normal, LineStyle::Dashed, LineStyle::Normal]);
        let held = text_of(&found.entities[0], "namehound.crossmatch.held");
        assert!(held.contains("tri.example: 2019-01-01 to 2020-01-01; not at the same time as any other"), "{held}");
    }

    /// Registered in 2012 and anew in 2017, both times with the name server.
    fn registered_twice() -> (Lookup, Vec<Record>) {
        let record = |observed: &str, created: &str| WhoisRecord {
            created: moment(created),
            name_servers: vec!["ns1.lantern.example".to_owned()],
            ..whois("one.example", observed, Contact::default())
        };
        (history("one.example"), records([record("2014-06-01", "2012-03-02"), record("2018-01-01", "2017-05-20")]))
    }

    #[tokio::test(start_paused = true)]
    async fn a_time_between_two_registrations_is_not_bridged() {
        let bench = Bench::knowing(vec![registered_twice(), served("two.example", "2016-01-01", "2016-12-31")]);
        let found = compared(&bench).await;
        let expected =
            [(0, "name server (2014, 2018), not at the same time"), (1, "name server (2016), not at the same time")];
        assert_eq!(labels(&found.links[0]), expected);
        assert!(is_dashed(&found.links[0]));
    }

    #[tokio::test(start_paused = true)]
    async fn a_domain_that_was_registered_anew_since_says_so() {
        let (lookup, mut both) = registered_twice();
        if let Some(Record::Whois(record)) = both.last_mut() {
            record.name_servers.clear();
        }
        let bench = Bench::knowing(vec![(lookup, both), served("two.example", "2014-01-01", "2018-12-31")]);
        let found = compared(&bench).await;
        let expected = [(0, "name server (2014), registered anew in 2017"), (1, "name server (2014\u{2013}2018)")];
        assert_eq!(labels(&found.links[0]), expected);
        let held = text_of(&found.entities[0], "namehound.crossmatch.held");
        assert!(held.contains("one.example: 2014-06-01; registered anew on 2017-05-20"), "{held}");
    }

    #[tokio::test(start_paused = true)]
    async fn only_the_time_that_was_asked_for_counts() {
        for (from, to, shown) in [
            (" ", " ", Some("mailbox (2016\u{2013}2017, 2020)")),
            ("2017-05-01", "", Some("mailbox (2017, 2020)")),
            ("", "2017-04-30", Some("mailbox (2016\u{2013}2017)")),
            ("2017-04-15T10:00:00Z", "2017-12-31", Some("mailbox (2017)")),
            ("2019-01-01", "", None),
        ] {
            let found = compared(&two_shops().with_setting("from", from).with_setting("to", to)).await;
            let first = found.links.first().map(|links| labels(links)[0].1);
            assert_eq!(first, shown, "{from}..{to}");
            let nothing = format!("shared by any two of the 2 domains in the time {from}..{to}.");
            assert_eq!(found.said(&nothing), shown.is_none(), "{:?}", found.texts());
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_setting_that_cannot_be_read_is_refused_before_anything_is_asked() {
        let bench = two_shops();
        for (settings, why) in [
            ([("from", "spring"), ("to", "")], "\"from\" cannot be read: it should be a day such as 2019-01-01"),
            ([("from", ""), ("to", "2019-13-01")], "\"to\" cannot be read: it should be a day such as 2019-01-01"),
            ([("from", "2019-01-02"), ("to", "2019-01-01")], "no day is both after 2019-01-02 and before 2019-01-01"),
            ([("depth", "deep"), ("to", "")], "\"depth\" cannot be read: it should be one of historic, current"),
        ] {
            let bench = settings.iter().fold(bench.clone(), |bench, (name, value)| bench.with_setting(name, value));
            let error = bench.run_on(&DomainsToSharedValues, both()).await.unwrap_err();
            assert!(error.message().text.contains(why), "{}", error.message().text);
        }
        assert!(bench.asked().is_empty());
    }

    #[tokio::test(start_paused = true)]
    async fn one_domain_alone_is_told_what_to_do_and_nobody_is_asked() {
        let bench = two_shops();
        for names in [&["one.example"][..], &["one.example", "ONE.example"], &["one.example", "no name"]] {
            let found = bench.run_on(&DomainsToSharedValues, selection(names)).await.unwrap();
            let told = |part: &str| found.messages.iter().any(|message| message.text.contains(part));
            assert!(told("Select at least two") && told("namehound crossmatch"), "{:?}", found.messages);
            assert!(found.entities.is_empty(), "{:?}", found.entities);
        }
        assert!(bench.asked().is_empty());
    }

    #[tokio::test(start_paused = true)]
    async fn noise_is_told_and_joins_nobody() {
        let service = Some("Hidden Owner Privacy Service".to_owned());
        let hidden = Contact { privacy_service: service, ..Contact::default() };
        let redacted = Contact { email: Some("REDACTED FOR PRIVACY".to_owned()), ..hidden.clone() };
        let bench = Bench::knowing(vec![
            (history("one.example"), records([whois("one.example", "2020-01-01", hidden)])),
            (history("two.example"), records([whois("two.example", "2020-01-01", redacted)])),
        ]);
        let found = compared(&bench).await;
        assert!(found.entities.is_empty(), "{:?}", found.values());
        for said in [
            "Nothing that tells something is shared by any two of the 2 domains.",
            "2 of 2 hide behind Hidden Owner Privacy Service.",
            "1 of 2 had values redacted.",
        ] {
            assert!(found.texts().contains(&said), "{said} {:?}", found.texts());
        }
    }

    #[tokio::test(start_paused = true)]
    async fn the_most_telling_values_come_first_and_what_is_cut_is_counted() {
        let named = |domain: &str| (history(domain), records([whois(domain, "2020-01-01", mailbox())]));
        let served = |domain: &str| served(domain, "2019-01-01", "2021-01-01");
        let (one, two) = ("one.example", "two.example");
        let bench = Bench::knowing(vec![served(one), served(two), named(one), named(two)]);
        let found = compared(&bench).await;
        assert_eq!(found.values(), [("maltego.EmailAddress", MAILBOX), ("maltego.NSRecord", "ns1.lantern.example")]);
        let found = compared(&bench.limited(1)).await;
        assert_eq!(found.values(), [("maltego.EmailAddress", MAILBOX)]);
        let said = "1 of 2 shared values shown (soft limit), the most telling first: raise the limit to see more.";
        assert!(found.texts().contains(&said), "{:?}", found.texts());
    }

    #[tokio::test(start_paused = true)]
    async fn the_price_of_all_questions_is_decided_about_once() {
        // Four questions about each of the two domains.
        let bench = two_shops().priced(20);
        for consent in [Consent::CannotAsk, Consent::Decline] {
            let bench = bench.clone().consenting(consent);
            let (found, outcome) = bench.run_through(&DomainsToSharedValues, both()).await;
            let Err(RunError::Ask(AskError::NeedsConsent { price, limit, count, .. })) = outcome else {
                panic!("{outcome:?}");
            };
            assert_eq!((price, limit, count), (Credits(160), Credits(100), Some(Total::Exactly(8))));
            assert_eq!((found.purchases.len(), found.spent), (1, Credits::FREE));
        }
        assert!(bench.asked().is_empty(), "nothing is bought before somebody has decided");

        let found = compared(&bench.clone().consenting(Consent::Buy)).await;
        assert_eq!((found.purchases.len(), found.purchases[0].price), (1, Credits(160)));
        assert!(found.said(&format!("{} spent at Test Source.", found.spent)), "{:?}", found.texts());
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_remembered_is_free_and_as_old_as_it_is() {
        let bench = two_shops().priced(1);
        let found = compared(&bench).await;
        tokio::time::advance(Duration::from_secs(300)).await;
        let again = compared(&bench.with_setting("max_credits_per_run", "0")).await;
        assert_eq!((again.values(), again.spent), (found.values(), Credits::FREE));
        let said = "8 of 8 answers were remembered; nothing was spent on them now.";
        assert!(again.texts().contains(&said) && !found.said("remembered"), "{:?}", again.texts());
        let retrieved = |found: &Found| text_of(&found.entities[0], "namehound.retrieved");
        assert_eq!(retrieved(&again), retrieved(&found));
    }

    #[tokio::test(start_paused = true)]
    async fn a_failure_costs_its_own_answer_and_is_told() {
        let dns = Lookup::DnsRecords { host: host("two.example") };
        let found = compared(&two_shops().failing(&dns, ProviderError::PlanForbids)).await;
        assert_eq!(found.values(), [("maltego.EmailAddress", MAILBOX)]);
        let part = format!("two.example, {}: Test Source: the key works", LookupKind::DnsRecords.in_words());
        assert!(found.said_failure(&part), "{:?}", found.texts());
    }

    #[tokio::test(start_paused = true)]
    async fn where_nobody_answers_nothing_is_said_of_the_domains() {
        let questions = |domain: HostName| {
            [
                Lookup::WhoisHistory { domain: domain.clone() },
                Lookup::DnsRecords { host: domain.clone() },
                Lookup::DnsHistory { host: domain.clone(), family: None },
                Lookup::Certificates { host: domain },
            ]
        };
        let questions = ["one.example", "two.example"].map(|name| questions(host(name)));
        let bench = questions
            .iter()
            .flatten()
            .fold(Bench::answering(Vec::new()), |bench, lookup| bench.failing(lookup, ProviderError::BadKey));
        let (found, outcome) = bench.run_through(&DomainsToSharedValues, both()).await;
        let refused = matches!(outcome, Err(RunError::Ask(AskError::Provider { error: ProviderError::BadKey, .. })));
        assert!(refused && found.messages.is_empty(), "{outcome:?} {:?}", found.texts());
    }
}
