//! WHOIS history: what a domain's registration said, and when.

use async_trait::async_trait;
use intel::{Contact, Exposure, Lookup, LookupKind, Moment, Provenance, Record, WhoisRecord};
use maltego::{Entity, InputKind, Link, Message, TransformDefinition, entity_types};

use crate::{
    declaration::{Declaration, PriceClass},
    entities::{value_of, with_proof},
    error::RunError,
    observables,
    run::{Run, Transform},
    sets,
    settings::{CONFIRM_PURCHASE, MAX_CREDITS_PER_RUN},
    sink::Sink,
    walk::{Shown, walk},
};

/// Domain → one WHOISRecord a state, newest first.
#[derive(Debug)]
pub(crate) struct DomainToWhoisHistory;

static DECLARATION: Declaration = Declaration {
    definition: TransformDefinition {
        name: "domain_to_whois_history",
        display_name: "To WHOIS History [WHOIS history]",
        description: "Every known state of the domain's registration, newest first; neighbouring records that say the \
                      same are one.",
        inputs: &[&entity_types::DOMAIN, &entity_types::DNS_NAME],
        input_kind: InputKind::Single,
        outputs: &[&entity_types::WHOIS_RECORD],
        set: sets::REGISTRATION,
        settings: &[&CONFIRM_PURCHASE, &MAX_CREDITS_PER_RUN],
    },
    lookups: &[LookupKind::WhoisHistory],
    exposure: Exposure::ThirdParty,
    price_class: PriceClass::Large,
};

#[async_trait]
impl Transform for DomainToWhoisHistory {
    fn declaration(&self) -> &'static Declaration {
        &DECLARATION
    }

    async fn run(&self, run: &Run, sink: &mut dyn Sink) -> Result<(), RunError> {
        let host = observables::host(run.input())?;
        let domain = host.registry_domain().unwrap_or_else(|| host.clone());
        if domain != host {
            sink.say(Message::inform(format!("WHOIS is kept per registered domain, so {domain} was asked about.")));
        }
        let question = format!("the WHOIS history of {domain}");
        let mut timeline = Timeline::default();
        walk(run, sink, Lookup::WhoisHistory { domain }, &question, |records, provenance, sink| {
            let mut shown = Shown::default();
            for state in timeline.states(records) {
                if sink.room() == 0 {
                    shown.cut += 1;
                    continue;
                }
                let name = timeline.name(&state.newest);
                sink.add(record_entity(&state, name, provenance));
                shown.entities += 1;
            }
            shown
        })
        .await
    }
}

/// A stretch of time in which every record said the same.
struct State {
    /// The newest record of the stretch.
    newest: WhoisRecord,
    /// When the oldest record of the stretch was observed.
    since: Option<Moment>,
    /// How many records were folded into it.
    records: u64,
}

/// Folds records into states, and gives each state a value that no other has: Maltego merges nodes of equal value.
#[derive(Default)]
struct Timeline {
    names: std::collections::HashMap<String, u32>,
}

impl Timeline {
    /// The states of one page, newest first.
    fn states(&self, records: &[Record]) -> Vec<State> {
        let mut records: Vec<&WhoisRecord> = records
            .iter()
            .filter_map(|record| match record {
                Record::Whois(record) => Some(record.as_ref()),
                _ => None,
            })
            .collect();
        // A stable sort: undated records stay where the source put them, at the end.
        records.sort_by_key(|record| std::cmp::Reverse(when(record)));
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
fn when(record: &WhoisRecord) -> Option<Moment> {
    record.observed.or(record.updated).or(record.created)
}

/// A WHOISRecord entity with the standard property names.
fn record_entity(state: &State, name: String, provenance: &Provenance) -> Entity {
    let record = &state.newest;
    let joined = |values: &[String]| (!values.is_empty()).then(|| values.join(", "));
    let registrar = record.registrar.clone().unwrap_or_default();
    let mut entity = Entity::new(&entity_types::WHOIS_RECORD, name)
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
    for (prefix, contact) in contacts(record) {
        entity = with_contact(entity, prefix, contact);
    }
    let mut noise: Vec<String> = Vec::new();
    for (prefix, contact) in contacts(record) {
        if let Some(service) = &contact.privacy_service {
            noise.push(format!("{prefix}: privacy service {service}"));
        } else if contact.redacted {
            noise.push(format!("{prefix}: redacted"));
        }
    }
    entity = entity.with_some_dynamic("namehound.noise", "Noise", (!noise.is_empty()).then(|| noise.join("; ")));
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

/// The contacts by the prefix that their properties have.
fn contacts(record: &WhoisRecord) -> [(&'static str, &Contact); 5] {
    [
        ("registrant", &record.registrant),
        ("admin", &record.administrative),
        ("tech", &record.technical),
        ("billing", &record.billing),
        ("zone", &record.zone),
    ]
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
        let states = Timeline::default().states(&[
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
        let states = timeline.states(&[record("2019-01-01", "A"), record("2019-01-01T10:00:00Z", "B")]);
        let names: Vec<_> = states.iter().map(|state| timeline.name(&state.newest)).collect();
        assert_eq!(names, ["cmt-net.example 2019-01-01", "cmt-net.example 2019-01-01 (2)"]);
    }
}
