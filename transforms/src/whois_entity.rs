//! WHOIS records as entities.
//!
//! Current records, past ones and those of a whole selection look the same on the graph, so that whatever runs on one runs
//! on the others: one WHOISRecord with the vendor's standard property names, named by its domain and its day.

use std::{cmp::Reverse, collections::HashMap};

use intel::{Contact, Moment, Provenance, Record, WhoisRecord, observable::HostName};
use maltego::{Entity, Input, Link, Message, entity_types};

use crate::{
    entities::{value_of, with_proof},
    error::RunError,
    noise::NOISE,
    observables,
    sink::Sink,
    walk::Shown,
};

/// The part that a contact plays in a WHOIS record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Role {
    /// What the standard properties of its fields begin with.
    pub(crate) prefix: &'static str,
    /// What it is called on a link.
    pub(crate) word: &'static str,
    /// What its fax number is called on a link.
    pub(crate) fax: &'static str,
}

/// Every part, the owner first.
pub(crate) const ROLES: [Role; 5] = [
    Role { prefix: "registrant", word: "registrant", fax: "registrant's fax" },
    Role { prefix: "admin", word: "administrative contact", fax: "administrative contact's fax" },
    Role { prefix: "tech", word: "technical contact", fax: "technical contact's fax" },
    Role { prefix: "billing", word: "billing contact", fax: "billing contact's fax" },
    Role { prefix: "zone", word: "zone contact", fax: "zone contact's fax" },
];

/// The contacts of a record with their parts.
pub(crate) fn contacts(record: &WhoisRecord) -> impl Iterator<Item = (Role, &Contact)> {
    let WhoisRecord { registrant, administrative, technical, billing, zone, .. } = record;
    ROLES.into_iter().zip([registrant, administrative, technical, billing, zone])
}

/// The registered domain that the input is or lies below. WHOIS knows no other names, so where the two differ it is said.
pub(crate) fn registered_domain(input: &Input, sink: &mut dyn Sink) -> Result<HostName, RunError> {
    let host = observables::host(input)?;
    let domain = registered(&host);
    if domain != host {
        sink.say(Message::inform(format!("WHOIS is kept per registered domain, so {domain} was asked about.")));
    }
    Ok(domain)
}

/// The name that WHOIS keeps a record of.
pub(crate) fn registered(host: &HostName) -> HostName {
    host.registry_domain().unwrap_or_else(|| host.clone())
}

/// Draws a page of records, one WHOISRecord a state.
pub(crate) fn draw_states(
    timeline: &mut Timeline,
    records: &[Record],
    provenance: &Provenance,
    sink: &mut dyn Sink,
) -> Shown {
    let mut shown = Shown::default();
    for state in states(records) {
        if sink.room() == 0 {
            shown.cut += 1;
            continue;
        }
        sink.add(timeline.entity(&state, provenance));
        shown.entities += 1;
    }
    shown
}

/// A stretch of time in which every record said the same.
#[derive(Debug)]
pub(crate) struct State {
    /// The newest record of the stretch.
    newest: WhoisRecord,
    /// When the oldest record of the stretch was observed.
    since: Option<Moment>,
    /// How many records were folded into it.
    records: u64,
}

/// The states of one page, newest first.
pub(crate) fn states(records: &[Record]) -> Vec<State> {
    let mut records: Vec<&WhoisRecord> = records
        .iter()
        .filter_map(|record| match record {
            Record::Whois(record) => Some(record.as_ref()),
            _ => None,
        })
        .collect();
    // A stable sort: undated records stay where the source put them, at the end.
    records.sort_by_key(|record| Reverse(when(record)));
    let mut states: Vec<State> = Vec::new();
    for record in records {
        match states.last_mut() {
            Some(state) if state.newest.same_state(record) => {
                state.since = when(record).or(state.since);
                state.records += 1;
            }
            _ => states.push(State { newest: record.clone(), since: when(record), records: 1 }),
        }
    }
    states
}

/// Gives each state of a run a value that no other has: Maltego merges nodes of equal value.
#[derive(Debug, Default)]
pub(crate) struct Timeline {
    names: HashMap<String, u32>,
}

impl Timeline {
    /// A state as an entity.
    pub(crate) fn entity(&mut self, state: &State, provenance: &Provenance) -> Entity {
        let name = self.name(&state.newest);
        record_entity(state, name, provenance)
    }

    /// `cmt-net.example 2017-05-02`, with a number behind it where one day saw several states.
    fn name(&mut self, record: &WhoisRecord) -> String {
        let day = when(record).map_or_else(|| "undated".to_owned(), |moment| moment.day().to_string());
        let name = format!("{} {day}", record.domain);
        let seen = self.names.entry(name.clone()).or_default();
        *seen += 1;
        if *seen == 1 { name } else { format!("{name} ({seen})") }
    }
}

/// The date a record is sorted and named by.
pub(crate) fn when(record: &WhoisRecord) -> Option<Moment> {
    record.observed.or(record.updated).or(record.created)
}

/// A WHOISRecord entity with the standard property names.
fn record_entity(state: &State, name: String, provenance: &Provenance) -> Entity {
    let record = &state.newest;
    let mut entity = described(name, record);
    let mut noise: Vec<String> = Vec::new();
    for (Role { prefix, .. }, contact) in contacts(record) {
        if let Some(service) = &contact.privacy_service {
            noise.push(format!("{prefix}: privacy service {service}"));
        } else if contact.redacted {
            noise.push(format!("{prefix}: redacted"));
        }
    }
    entity = entity.with_some_dynamic(NOISE, "Noise", (!noise.is_empty()).then(|| noise.join("; ")));
    if state.records > 1 {
        entity = entity
            .with_some_dynamic("namehound.first_observed", "First observed", state.since.map(value_of))
            .with_dynamic("namehound.observations", "Observations", i64::try_from(state.records).unwrap_or(i64::MAX));
    }
    let label = match (state.since, when(record)) {
        (Some(since), Some(until)) if since.day() != until.day() => {
            format!("WHOIS {} \u{2013} {}", since.day(), until.day())
        }
        (_, Some(until)) => format!("WHOIS {}", until.day()),
        (_, None) => "WHOIS".to_owned(),
    };
    with_proof(entity, provenance, record.observed).linked_by(Link::labelled(label))
}

/// What a record says, under the standard property names.
pub(crate) fn described(name: String, record: &WhoisRecord) -> Entity {
    let joined = |values: &[String]| (!values.is_empty()).then(|| values.join(", "));
    let registrar = record.registrar.clone().unwrap_or_default();
    let entity = Entity::new(&entity_types::WHOIS_RECORD, name)
        .with("domainName", record.domain.as_str())
        .with_some("creationDate", record.created.map(|date| date.to_string()))
        .with_some("updatedDate", record.updated.map(|date| date.to_string()))
        .with_some("registryExpiryDate", record.expires.map(|date| date.to_string()))
        .with_some("nameservers", joined(&record.name_servers))
        .with_some("domainStatus", joined(&record.statuses))
        .with_some("registrar", registrar.name)
        .with_some("registrarIanaId", registrar.iana_id)
        .with_some("registrarUrl", registrar.url)
        .with_some("registrarAbuseContactEmail", registrar.abuse_email)
        .with_some("registrarWhoisServer", record.whois_server.as_deref())
        .with_some("whoisInfo", record.raw_text.as_deref());
    contacts(record).fold(entity, |entity, (role, contact)| with_contact(entity, role.prefix, contact))
}

fn with_contact(mut entity: Entity, prefix: &str, contact: &Contact) -> Entity {
    let fields = [
        ("Name", &contact.name),
        ("Organization", &contact.organization),
        ("Street", &contact.street),
        ("City", &contact.city),
        ("StateProvince", &contact.state),
        ("PostalCode", &contact.postal_code),
        ("Country", &contact.country),
        ("CountryCode", &contact.country_code),
        ("Phone", &contact.phone),
        ("PhoneExt", &contact.phone_extension),
        ("Fax", &contact.fax),
        ("FaxExt", &contact.fax_extension),
        ("Email", &contact.email),
    ];
    for (suffix, value) in fields {
        if let Some(value) = value {
            entity = entity.with(&format!("{prefix}{suffix}"), value.as_str());
        }
    }
    entity
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(observed: &str, registrar: &str) -> Record {
        Record::Whois(Box::new(WhoisRecord {
            domain: "cmt-net.example".to_owned(),
            observed: observed.parse().ok(),
            registrar: Some(intel::Registrar { name: Some(registrar.to_owned()), ..Default::default() }),
            ..WhoisRecord::default()
        }))
    }

    #[test]
    fn equal_neighbours_are_folded_and_the_newest_comes_first() {
        let states = states(&[
            record("2015-01-01", "A"),
            record("2019-01-01", "A"),
            record("2017-01-01", "B"),
            record("2018-01-01", "A"),
        ]);
        let told: Vec<_> = states
            .iter()
            .map(|state| (when(&state.newest).unwrap().to_string(), state.since.unwrap().to_string(), state.records))
            .collect();
        assert_eq!(
            told,
            [
                ("2019-01-01".to_owned(), "2018-01-01".to_owned(), 2),
                ("2017-01-01".to_owned(), "2017-01-01".to_owned(), 1),
                ("2015-01-01".to_owned(), "2015-01-01".to_owned(), 1),
            ]
        );
    }

    #[test]
    fn two_states_of_one_day_keep_apart() {
        let mut timeline = Timeline::default();
        let states = states(&[record("2019-01-01", "A"), record("2019-01-01T10:00:00Z", "B")]);
        let names: Vec<_> = states.iter().map(|state| timeline.name(&state.newest)).collect();
        assert_eq!(names, ["cmt-net.example 2019-01-01", "cmt-net.example 2019-01-01 (2)"]);
    }
}
