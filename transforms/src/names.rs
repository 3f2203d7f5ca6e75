//! Names behind something, size before content.
//!
//! A reverse lookup may have two results or two million, and nobody can tell from the question: a name server may be a
//! club's own or a parking company's. So a pivot with more results than the client has room for says its size first. It
//! begins with one entity that tells how many there are and how they are spread (by top-level domain, by the year they
//! were first seen, by registrar where the source says it), and goes on with the most relevant results, as many as there
//! is room for. A pivot that fits is shown as it is, in the order of the source.
//!
//! **Which results are the most relevant.** What is still there says more about somebody than what was there once, and
//! what has been there for long says more than what passed through. So results are ordered
//!
//! 1. by when they were last seen, the most recent day first, those without a date last;
//! 2. by how long they have been seen, the longest first;
//! 3. registered domains before the names below them;
//! 4. by name.
//!
//! No more is read than is needed to fill the room: buying the rest of two million names to rank them would cost more
//! than it tells. The entity says how many were read to make its numbers.
//!
//! The order costs one thing: nothing is shown before everything that will be shown has been read. What had been read is
//! shown when a later page fails, is too dear, or comes too late.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, HashMap},
};

use intel::{AskError, Count, Credits, Lookup, Moment, Provenance, Record, Sighting, Total, observable::HostName};
use maltego::{Entity, Link, Message, Value};

use crate::{
    consent::is_agreed_to,
    entities::{sighting_entity, with_proof},
    error::RunError,
    own_types::SUMMARY,
    run::Run,
    sink::{Progress, Sink},
    walk::{Shown, Story, in_words, thousands},
};

/// How many buckets of a kind a summary has; what is left is put together.
const BUCKETS: usize = 6;

/// Walks a lookup that is answered with names, and shows them.
///
/// `what` completes the sentences "79 ‹what›" and "… knows no ‹what›": *domains behind ns1.host.example*. `label` stands
/// on the links, with the years.
pub(crate) async fn show_names(
    run: &Run,
    sink: &mut dyn Sink,
    lookup: Lookup,
    what: &str,
    label: &str,
) -> Result<(), RunError> {
    let room = sink.room();
    let mut found = Names::default();
    let mut story = Story::default();
    let mut walk = run.desk.walk(lookup, run.context());
    let mut end = Ok(());
    loop {
        let answer = match walk.next().await {
            None => break,
            Some(Ok(answer)) => answer,
            Some(Err(error)) if is_agreed_to(run, sink, &error).await => continue,
            Some(Err(error)) => {
                if let AskError::NeedsConsent { source_name, count, price, .. } = &error
                    && found.len() == 0
                {
                    sink.add(priced(what, *count, *price, source_name, run));
                }
                end = Err(error);
                break;
            }
        };
        story.add(&answer.page, &answer.provenance, Shown::default());
        found.add(answer.records(), &answer.provenance);
        sink.progress(Progress { done: found.len() as u64, total: story.total() });
        // There is more than there is room for, and no need to pay for knowing by how much.
        if found.len() > room || (found.len() == room && walk.has_more()) {
            break;
        }
    }
    let more = walk.has_more();
    let explodes = found.len() > room || (found.len() == room && more);
    let read = found.len() as u64;
    let total = story.in_all(read, more);
    let mut names = found.in_source_order();
    if explodes && let Some((_, provenance)) = names.first() {
        let summary = summary(what, total, &names, more).linked_by(Link::labelled("size"));
        sink.add(with_proof(summary, provenance, None));
        names.sort_by_key(|(sighting, _)| relevance(sighting));
    }
    let mut shown = 0;
    for (sighting, provenance) in &names {
        if sink.room() == 0 {
            break;
        }
        sink.add(sighting_entity(sighting, provenance, label));
        shown += 1;
    }
    if explodes {
        sink.say(Message::inform(cut(shown, total, what)));
    }
    story.tell_of_names(run, sink, what, read);
    end.map_err(RunError::from)
}

/// Shows how many names a lookup would find, without finding them.
pub(crate) async fn show_count(run: &Run, sink: &mut dyn Sink, lookup: Lookup, what: &str) -> Result<(), RunError> {
    let count = loop {
        match run.desk.count(&lookup, &run.context()).await {
            Err(error) if is_agreed_to(run, sink, &error).await => {}
            outcome => break outcome?,
        }
    };
    let Count { total, answers } = count;
    let Some(first) = answers.first() else { return Ok(()) };
    let mut found = Names::default();
    let mut story = Story::default();
    for answer in &answers {
        found.add(answer.records(), &answer.provenance);
        story.add(&answer.page, &answer.provenance, Shown::default());
    }
    let source = &first.provenance.source;
    if total == Total::Exactly(0) {
        story.tell_of_names(run, sink, what, 0);
        return Ok(());
    }
    let names = found.in_source_order();
    let more = answers.iter().any(|answer| answer.next().is_some());
    let mut entity = summary(what, total, &names, more);
    let quote = run.desk.quote(std::slice::from_ref(&lookup), &run.context()).await;
    // A source that has to be asked in several ways is paid only for those that have results.
    let ways = answers.iter().filter(|answer| answer.total().count() > 0).count();
    if let Some(page) = quote.price.0.checked_div(quote.purchases).filter(|page| *page > 0).map(Credits) {
        let each = if ways > 1 { format!(", in each of {ways} spellings") } else { String::new() };
        entity = entity.with("namehound.summary.price", format!("{page} a page at {source}{each}"));
    }
    sink.add(with_proof(entity.linked_by(Link::labelled("count")), &first.provenance, None));
    sink.say(Message::inform(format!("{source}: {}.", counted(total, what))));
    story.tell_costs(run, sink);
    Ok(())
}

/// Names with who says so, each once; of a name that comes several times the times it was seen are put together.
#[derive(Debug, Default)]
struct Names {
    found: Vec<(Sighting, Provenance)>,
    positions: HashMap<HostName, usize>,
}

impl Names {
    fn len(&self) -> usize {
        self.found.len()
    }

    fn add(&mut self, records: &[Record], provenance: &Provenance) {
        for record in records {
            let Some(sighting) = seen(record) else { continue };
            match self.positions.get(&sighting.name).and_then(|position| self.found.get_mut(*position)) {
                Some((known, said)) => {
                    said.join(provenance);
                    known.first_seen = known.first_seen.into_iter().chain(sighting.first_seen).min();
                    known.last_seen = known.last_seen.into_iter().chain(sighting.last_seen).max();
                }
                None => {
                    self.positions.insert(sighting.name.clone(), self.found.len());
                    self.found.push((sighting, provenance.clone()));
                }
            }
        }
    }

    fn in_source_order(self) -> Vec<(Sighting, Provenance)> {
        self.found
    }
}

/// The name in a record: a sighting is one, and a DNS record has an owner.
pub(crate) fn seen(record: &Record) -> Option<Sighting> {
    match record {
        Record::Sighting(sighting) => Some(sighting.clone()),
        Record::Dns(record) => Some(Sighting {
            name: record.owner.clone(),
            first_seen: record.first_seen,
            last_seen: record.last_seen,
            registrar: None,
        }),
        _ => None,
    }
}

/// What results are ordered by, the most relevant first.
fn relevance(sighting: &Sighting) -> impl Ord + use<> {
    let last = sighting.last_seen.or(sighting.first_seen).map(|moment| moment.day());
    let days = sighting
        .first_seen
        .zip(sighting.last_seen)
        .map_or(0, |(first, last)| first.day().until(last.day()).map_or(0, |span| span.get_days()));
    let below = sighting.name.registrable().as_ref() != Some(&sighting.name);
    (Reverse(last), Reverse(days), below, sighting.name.clone())
}

/// `79 domains behind ns1.host.example`, or `at least 300 …`.
fn counted(total: Total, what: &str) -> String {
    format!("{} {what}", in_words(total))
}

fn cut(shown: u64, total: Total, what: &str) -> String {
    format!(
        "{} of {} shown (soft limit): the {what} that were seen most recently and for the longest. Raise the limit to see \
         more.",
        thousands(shown),
        in_words(total)
    )
}

/// The entity that says how many there are and how they are spread.
fn summary(what: &str, total: Total, names: &[(Sighting, Provenance)], more: bool) -> Entity {
    let read = names.len() as u64;
    let sightings = || names.iter().map(|(sighting, _)| sighting);
    let mut buckets = Vec::new();
    if read > 0 {
        if more || read < total.count() {
            buckets.push(format!("of the {} that were read:", thousands(read)));
        }
        let suffixes = sightings().filter_map(|sighting| sighting.name.as_str().rsplit('.').next());
        buckets.extend(spread("top level ", suffixes.map(|suffix| format!(".{suffix}"))));
        let years = sightings().filter_map(|sighting| sighting.first_seen).map(|moment| moment.day().year());
        buckets.extend(spread("first seen in ", years.map(|year| year.to_string())));
        buckets.extend(spread("registrar ", sightings().filter_map(|sighting| sighting.registrar.clone())));
    }
    let first = sightings().filter_map(|sighting| sighting.first_seen).min();
    let last = sightings().filter_map(|sighting| sighting.last_seen).max();
    let day = |moment: Option<Moment>| moment.map(|moment| Value::Date(moment.day()));
    let mut entity = sized(what, total)
        .with_some("namehound.summary.first-seen", day(first))
        .with_some("namehound.summary.last-seen", day(last));
    if !buckets.is_empty() {
        entity = entity.with("namehound.summary.buckets", Value::List(buckets.into_iter().map(Value::Text).collect()));
    }
    entity
}

fn sized(what: &str, total: Total) -> Entity {
    Entity::new(&SUMMARY, what)
        .with("namehound.summary.label", counted(total, what))
        .with("namehound.summary.count", i64::try_from(total.count()).unwrap_or(i64::MAX))
        .with("namehound.summary.exact", matches!(total, Total::Exactly(_)))
}

/// What is known of an answer that nobody has paid for yet.
fn priced(what: &str, count: Option<Total>, price: Credits, source: &str, run: &Run) -> Entity {
    let entity = match count {
        Some(total) => sized(what, total),
        None => Entity::new(&SUMMARY, what).with("namehound.summary.label", format!("{what}: not counted")),
    };
    let provenance = Provenance::of(source, run.clock.now());
    let entity = entity.with("namehound.summary.price", format!("{price} a page at {source}"));
    with_proof(entity.linked_by(Link::labelled("count")), &provenance, None)
}

/// The largest groups with their sizes, largest first, the rest put together.
fn spread(before: &str, keys: impl Iterator<Item = String>) -> Vec<String> {
    let mut groups: BTreeMap<String, u64> = BTreeMap::new();
    for key in keys {
        *groups.entry(key).or_default() += 1;
    }
    let mut groups: Vec<(String, u64)> = groups.into_iter().collect();
    groups.sort_by_key(|(key, count)| (Reverse(*count), key.clone()));
    let rest = groups.split_off(groups.len().min(BUCKETS));
    let mut lines: Vec<String> =
        groups.into_iter().map(|(key, count)| format!("{before}{key}: {}", thousands(count))).collect();
    if !rest.is_empty() {
        let count = rest.iter().map(|(_, count)| count).sum();
        lines.push(format!("{before}{} others: {}", rest.len(), thousands(count)));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{host, moment, provenance};

    fn sighting(name: &str, first: &str, last: &str) -> Sighting {
        Sighting { name: host(name), first_seen: moment(first), last_seen: moment(last), registrar: None }
    }

    #[test]
    fn what_is_there_now_and_has_been_for_long_comes_first() {
        let mut names = [
            sighting("undated.example", "", ""),
            sighting("gone.example", "2001-01-01", "2015-01-01"),
            sighting("www.new.example", "2021-01-01", "2021-05-01"),
            sighting("new.example", "2021-01-01", "2021-05-01"),
            sighting("another-new.example", "2021-01-01", "2021-05-01"),
            sighting("old.example", "2011-01-01", "2021-05-01"),
        ];
        names.sort_by_key(relevance);
        let order: Vec<_> = names.iter().map(|sighting| sighting.name.as_str()).collect();
        assert_eq!(
            order,
            ["old.example", "another-new.example", "new.example", "www.new.example", "gone.example", "undated.example"]
        );
    }

    #[test]
    fn groups_are_told_largest_first_and_the_rest_together() {
        let keys = ["a", "b", "b", "c", "d", "e", "f", "g", "h", "b"].map(str::to_owned);
        assert_eq!(
            spread("top level ", keys.into_iter()),
            [
                "top level b: 3",
                "top level a: 1",
                "top level c: 1",
                "top level d: 1",
                "top level e: 1",
                "top level f: 1",
                "top level 2 others: 2"
            ]
        );
    }

    #[test]
    fn a_summary_tells_how_its_names_are_spread() {
        let provenance = Provenance::of("Test Source", "2024-02-29T12:00:00Z".parse().unwrap());
        let names: Vec<_> = [("a.example", "2019-01-01", Some("Copperline")), ("b.test", "2021-01-01", None)]
            .into_iter()
            .map(|(name, first, registrar)| {
                let seen = Sighting { registrar: registrar.map(str::to_owned), ..sighting(name, first, "2021-05-01") };
                (seen, provenance.clone())
            })
            .collect();
        let entity = summary("domains behind ns1.host.example", Total::AtLeast(300), &names, true);
        let Some(Value::List(buckets)) = entity.property("namehound.summary.buckets").map(|known| &known.value) else {
            panic!("{entity:?}");
        };
        let told = [
            "of the 2 that were read:",
            "top level .example: 1",
            "top level .test: 1",
            "first seen in 2019: 1",
            "first seen in 2021: 1",
            "registrar Copperline: 1",
        ];
        assert_eq!(*buckets, told.map(|line| Value::Text(line.to_owned())));
        assert_eq!(entity.property("namehound.summary.exact").unwrap().value, Value::Boolean(false));
    }

    #[test]
    fn a_name_that_comes_twice_is_one_name_seen_for_longer() {
        let mut names = Names::default();
        let records = [
            sighting("shop.example", "2012-01-01", "2013-01-01"),
            sighting("other.example", "", ""),
            sighting("shop.example", "2011-01-01", "2012-06-01"),
        ];
        names.add(&records.map(Record::Sighting), &provenance());
        let names = names.in_source_order();
        assert_eq!(names.len(), 2);
        assert_eq!(names[0].0, sighting("shop.example", "2011-01-01", "2013-01-01"));
    }
}
