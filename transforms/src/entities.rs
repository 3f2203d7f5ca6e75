//! From facts to entities: what several families make.

use intel::{Moment, Provenance, Sighting, observable::HostName};
use maltego::{Entity, Link, Property, Value, entity_types};

/// The property that names the source of a fact.
pub const SOURCE: &str = "namehound.source";
/// The property that says when the source observed the fact.
pub const OBSERVED: &str = "namehound.observed";
/// The property that says when the source was asked.
pub const RETRIEVED: &str = "namehound.retrieved";

const FIRST_SEEN: &str = "namehound.first_seen";
const LAST_SEEN: &str = "namehound.last_seen";

/// A day or an instant as a property value of the right type.
pub(crate) fn value_of(moment: Moment) -> Value {
    match moment {
        Moment::Day(day) => Value::Date(day),
        Moment::Instant(instant) => Value::DateTime(instant),
    }
}

/// Adds the proof to an entity: who says so, when it was so, and when it was asked. All three are loose, or the same
/// mailbox found twice would become two nodes.
pub(crate) fn with_proof(entity: Entity, provenance: &Provenance, observed: Option<Moment>) -> Entity {
    // A source that does not date its facts is quoted as not dating them: the time of asking is not an observation.
    let observed = observed.map_or_else(|| Value::from("not stated by the source"), value_of);
    entity
        .with_dynamic(SOURCE, "Source", provenance.source.as_str())
        .with_dynamic(OBSERVED, "Observed", observed)
        .with_dynamic(RETRIEVED, "Retrieved", provenance.retrieved)
}

/// A Domain for a registrable name, a DNSName for any other.
pub(crate) fn name_entity(name: &HostName) -> Entity {
    let entity_type =
        if name.registrable().as_ref() == Some(name) { &entity_types::DOMAIN } else { &entity_types::DNS_NAME };
    let entity = Entity::new(entity_type, name.as_str());
    let unicode = name.unicode();
    if unicode == name.as_str() { entity } else { entity.with_dynamic("namehound.unicode", "Unicode name", unicode) }
}

/// A name with the time it was seen, on the node and on the link.
pub(crate) fn sighting_entity(sighting: &Sighting, provenance: &Provenance, label: &str) -> Entity {
    let mut link = Link::labelled(label_with_years(label, sighting.first_seen, sighting.last_seen));
    for (name, title, moment) in
        [("first_seen", "First seen", sighting.first_seen), ("last_seen", "Last seen", sighting.last_seen)]
    {
        if let Some(moment) = moment {
            link.properties.push(Property::loose(name, title, value_of(moment)));
        }
    }
    let entity = name_entity(&sighting.name)
        .with_some_dynamic(FIRST_SEEN, "First seen", sighting.first_seen.map(value_of))
        .with_some_dynamic(LAST_SEEN, "Last seen", sighting.last_seen.map(value_of))
        .linked_by(link);
    with_proof(entity, provenance, sighting.last_seen.or(sighting.first_seen))
}

/// `name server (2019-2023)`.
fn label_with_years(label: &str, first: Option<Moment>, last: Option<Moment>) -> String {
    let year = |moment: Moment| moment.day().year();
    match (first.map(year), last.map(year)) {
        (Some(first), Some(last)) if first != last => format!("{label} ({first}\u{2013}{last})"),
        (Some(only), _) | (None, Some(only)) => format!("{label} ({only})"),
        (None, None) => label.to_owned(),
    }
}
