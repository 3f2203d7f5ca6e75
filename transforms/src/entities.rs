//! From facts to entities: what several families make.

use intel::{
    Moment, Provenance, Sighting,
    observable::{HostName, PersonName},
};
use maltego::{Entity, Link, Property, Value, entity_types};

/// The property that names the source of a fact.
pub const SOURCE: &str = "namehound.source";
/// The property that says when the source observed the fact.
pub const OBSERVED: &str = "namehound.observed";
/// The property that says when the source was asked.
pub const RETRIEVED: &str = "namehound.retrieved";

/// The property that names the kept exchanges which prove a fact.
pub const EVIDENCE: &str = "namehound.evidence";

const FIRST_SEEN: &str = "namehound.first_seen";
const LAST_SEEN: &str = "namehound.last_seen";

/// A day or an instant as a property value of the right type.
pub(crate) fn value_of(moment: Moment) -> Value {
    match moment {
        Moment::Day(day) => Value::Date(day),
        Moment::Instant(instant) => Value::DateTime(instant),
    }
}

/// Adds the proof to an entity: who says so, when it was so, when it was asked, and where the answer is kept. All are loose, or the same
/// mailbox found twice would become two nodes.
pub(crate) fn with_proof(entity: Entity, provenance: &Provenance, observed: Option<Moment>) -> Entity {
    // A source that does not date its facts is quoted as not dating them: the time of asking is not an observation.
    let observed = observed.map_or_else(|| Value::from("not stated by the source"), value_of);
    let evidence: Vec<&str> = provenance.evidence.iter().map(|id| id.0.as_str()).collect();
    entity
        .with_dynamic(SOURCE, "Source", provenance.source.as_str())
        .with_dynamic(OBSERVED, "Observed", observed)
        .with_dynamic(RETRIEVED, "Retrieved", provenance.retrieved)
        .with_some_dynamic(EVIDENCE, "Evidence", (!evidence.is_empty()).then(|| evidence.join(", ")))
}

/// A Domain for a registrable name, a DNSName for any other.
pub(crate) fn name_entity(name: &HostName) -> Entity {
    let entity_type =
        if name.registrable().as_ref() == Some(name) { &entity_types::DOMAIN } else { &entity_types::DNS_NAME };
    let entity = Entity::new(entity_type, name.as_str());
    let unicode = name.unicode();
    if unicode == name.as_str() { entity } else { entity.with_dynamic("namehound.unicode", "Unicode name", unicode) }
}

/// A Person whose parts are filled, since the client puts the full name together from them.
pub(crate) fn person_entity(person: &PersonName) -> Entity {
    let name = person.as_str();
    let (first, last) = name.rsplit_once(' ').unwrap_or(("", name));
    Entity::new(&entity_types::PERSON, name).with("person.firstnames", first).with("person.lastname", last)
}

/// A name with the time it was seen, on the node and on the link.
pub(crate) fn sighting_entity(sighting: &Sighting, provenance: &Provenance, label: &str) -> Entity {
    let label = label_with_years(label, sighting.first_seen, sighting.last_seen);
    let entity = with_seen(name_entity(&sighting.name), sighting.first_seen, sighting.last_seen, Link::labelled(label));
    with_proof(entity, provenance, sighting.last_seen.or(sighting.first_seen))
}

/// Adds when a fact was first and last seen, to the node and to its link.
pub(crate) fn with_seen(entity: Entity, first: Option<Moment>, last: Option<Moment>, link: Link) -> Entity {
    entity
        .with_some_dynamic(FIRST_SEEN, "First seen", first.map(value_of))
        .with_some_dynamic(LAST_SEEN, "Last seen", last.map(value_of))
        .linked_by(seen_between(link, first, last))
}

/// Adds when a fact was first and last seen to a link.
pub(crate) fn seen_between(mut link: Link, first: Option<Moment>, last: Option<Moment>) -> Link {
    for (name, title, moment) in [("first_seen", "First seen", first), ("last_seen", "Last seen", last)] {
        if let Some(moment) = moment {
            link.properties.push(Property::loose(name, title, value_of(moment)));
        }
    }
    link
}

/// Adds to an entity what only the other one says.
pub(crate) fn complete(entity: &mut Entity, other: &Entity) {
    for property in &other.properties {
        if entity.property(&property.name).is_none() {
            entity.put(property.clone());
        }
    }
}

/// `name server (2019–2023)`.
pub(crate) fn label_with_years(label: &str, first: Option<Moment>, last: Option<Moment>) -> String {
    with_years(label, years(known_stretch(first, last), Gap::SameYear))
}

/// `A (2016–2019, 2021)`.
pub(crate) fn with_years(label: &str, years: Option<String>) -> String {
    match years {
        Some(years) if label.is_empty() => years,
        Some(years) => format!("{label} ({years})"),
        None => label.to_owned(),
    }
}

/// A stretch of time of which one end at least is known; the other is the same then.
pub(crate) fn known_stretch(first: Option<Moment>, last: Option<Moment>) -> Option<(Moment, Moment)> {
    first.or(last).zip(last.or(first))
}

/// Between which stretches of time no gap is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Gap {
    /// Those that share a year: a year is all that is shown.
    SameYear,
    /// Also those that follow each other from one year to the next.
    NextYear,
}

/// `2016–2019, 2021`: the years of stretches of time. A source may mix up their ends.
pub(crate) fn years(stretches: impl IntoIterator<Item = (Moment, Moment)>, gap: Gap) -> Option<String> {
    let spans = stretches.into_iter().map(|(first, last)| (first.day().year(), last.day().year()));
    let mut spans: Vec<(i16, i16)> = spans.map(|(first, last)| (first.min(last), first.max(last))).collect();
    spans.sort_unstable();
    let reach = match gap {
        Gap::SameYear => 0,
        Gap::NextYear => 1,
    };
    let mut joined: Vec<(i16, i16)> = Vec::new();
    for (first, last) in spans {
        match joined.last_mut() {
            Some((_, until)) if first <= until.saturating_add(reach) => *until = last.max(*until),
            _ => joined.push((first, last)),
        }
    }
    let shown = joined.into_iter().map(|(first, last)| match first == last {
        true => first.to_string(),
        false => format!("{first}\u{2013}{last}"),
    });
    let shown: Vec<String> = shown.collect();
    (!shown.is_empty()).then(|| shown.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::moment;

    fn shown(stretches: &[(&str, &str)], gap: Gap) -> Option<String> {
        years(stretches.iter().filter_map(|(first, last)| known_stretch(moment(first), moment(last))), gap)
    }

    #[test]
    fn years_that_follow_each_other_are_one_stretch() {
        for (stretches, expected) in [
            (vec![], None),
            (vec![("", "")], None),
            (vec![("2016-02-01", "2019-05-01")], Some("2016\u{2013}2019")),
            (vec![("2021-02-01", "2021-05-01"), ("2016-02-01", "2019-05-01")], Some("2016\u{2013}2019, 2021")),
            (vec![("2016-02-01", ""), ("", "2017-02-01")], Some("2016\u{2013}2017")),
            (vec![("2016-02-01", "2020-01-01"), ("2017-02-01", "2018-02-01")], Some("2016\u{2013}2020")),
            // A source that mixes up first and last.
            (vec![("2019-02-01", "2016-01-01")], Some("2016\u{2013}2019")),
        ] {
            assert_eq!(shown(&stretches, Gap::NextYear).as_deref(), expected, "{stretches:?}");
        }
    }

    #[test]
    fn years_join_where_a_year_cannot_show_the_gap() {
        for (stretches, expected) in [
            (vec![], None),
            (vec![("2011-02-01", "2011-12-01")], Some("2011")),
            (vec![("2011-02-01", "2013-12-01"), ("2016-01-01", "2016-01-01")], Some("2011\u{2013}2013, 2016")),
            (vec![("2011-02-01", "2013-03-01"), ("2013-12-01", "2015-01-01")], Some("2011\u{2013}2015")),
            (
                vec![("2011-02-01", "2013-12-31"), ("2014-01-01", "2015-01-01")],
                Some("2011\u{2013}2013, 2014\u{2013}2015"),
            ),
        ] {
            assert_eq!(shown(&stretches, Gap::SameYear).as_deref(), expected, "{stretches:?}");
        }
    }

    #[test]
    fn a_label_has_its_years_behind_it() {
        for (first, last, expected) in [
            ("", "", "name server"),
            ("2019-01-02", "", "name server (2019)"),
            ("", "2023-01-02", "name server (2023)"),
            ("2019-01-02", "2019-03-04", "name server (2019)"),
            ("2019-01-02", "2023-03-04", "name server (2019\u{2013}2023)"),
        ] {
            assert_eq!(label_with_years("name server", moment(first), moment(last)), expected);
        }
        assert_eq!(with_years("", Some("2019".to_owned())), "2019");
    }
}
