//! What do the sources say, each for itself?
//!
//! A pivot shows the answer of the first source that has one. Whoever is about to print a date or a name wants to know
//! whether the others say the same. So this transform asks every source of current WHOIS that may be asked, and the
//! history for its newest record, and lays their words side by side (see [`intel::comparison`] for what counts as the
//! same): one WHOISRecord with each field from the first source that says it, a table of what each says, and a sentence
//! for every field on which they differ.
//!
//! A source that fails is told and does not spoil the others: how they stand to each other is the finding, and one voice
//! less is still one.

use async_trait::async_trait;
use intel::{
    Answer, AskError, Exposure, Lookup, LookupKind, Provenance, Record, WhoisRecord,
    comparison::{self, Accord, Account, Row, Said},
    desk::Context,
    lookup::WhoisSubject,
    observable::HostName,
};
use maltego::{DisplayInformation, InputKind, Link, Message, MessageKind, TransformDefinition, Value, entity_types};

use crate::{
    consent::is_agreed_to,
    declaration::{Declaration, PriceClass},
    entities::{value_of, with_proof},
    error::RunError,
    noise::NOISE,
    run::{Run, Transform},
    sets,
    settings::PURCHASE,
    sink::{Progress, Sink},
    walk::tell_spent,
    whois_entity::{described, registered_domain, when},
};

/// Domain → one WHOISRecord with what every source says.
#[derive(Debug)]
pub(crate) struct DomainToWhoisComparison;

static DECLARATION: Declaration = Declaration {
    definition: TransformDefinition {
        name: "domain_to_whois_comparison",
        display_name: "To WHOIS Record, Sources Compared [RDAP, WHOIS, history]",
        description: "What every source says of the registration, side by side: the registry (RDAP), its WHOIS server, \
                      vendors and the newest record of the history. Fields on which they differ, or which one hides and \
                      another shows, are named.",
        inputs: &[&entity_types::DOMAIN, &entity_types::DNS_NAME],
        input_kind: InputKind::Single,
        outputs: &[&entity_types::WHOIS_RECORD],
        set: sets::REGISTRATION,
        settings: PURCHASE,
    },
    lookups: &[LookupKind::WhoisCurrent, LookupKind::WhoisHistory],
    exposure: Exposure::ThirdParty,
    price_class: PriceClass::Large,
};

#[async_trait]
impl Transform for DomainToWhoisComparison {
    fn declaration(&self) -> &'static Declaration {
        &DECLARATION
    }

    async fn run(&self, run: &Run, sink: &mut dyn Sink) -> Result<(), RunError> {
        let domain = registered_domain(run.input(), sink)?;
        compare(run, sink, &domain, true).await
    }
}

/// Asks every source of current WHOIS, and perhaps the history for its newest record, and shows one record with what all
/// of them say.
pub(crate) async fn compare(
    run: &Run,
    sink: &mut dyn Sink,
    domain: &HostName,
    with_history: bool,
) -> Result<(), RunError> {
    let lookup = Lookup::WhoisCurrent { subject: WhoisSubject::Domain(domain.clone()) };
    let context = run.context();
    let respondents = run.desk.respondents(&lookup, &context.permit);
    let mut heard = Hearing::default();
    let mut failures: Vec<AskError> = Vec::new();
    for (done, respondent) in respondents.iter().enumerate() {
        sink.progress(Progress { done: done as u64, total: None });
        let context = Context { permit: context.permit.only(respondent.provider), ..context.clone() };
        match ask_one(run, sink, lookup.clone(), context).await {
            Ok(answers) => heard.take(&answers, &respondent.source, sink),
            Err(error) => failures.push(error),
        }
    }
    if respondents.is_empty() {
        // Asking in vain says why nobody may be asked.
        _ = ask_one(run, sink, lookup, context.clone()).await?;
    }
    if with_history && !run.desk.sources(LookupKind::WhoisHistory).is_empty() {
        match ask_one(run, sink, Lookup::WhoisHistory { domain: domain.clone() }, context).await {
            Ok(answers) => heard.take_history(&answers),
            Err(error) => failures.push(error),
        }
    }
    if heard.accounts.is_empty() {
        if let Some(first) = failures.into_iter().next() {
            return Err(first.into());
        }
        sink.say(Message::inform(format!("Nobody who was asked knows {domain}.")));
        return Ok(());
    }
    for error in failures {
        sink.say(Message::new(MessageKind::PartialError, error.analyst_message()));
    }
    heard.draw(domain, run, sink);
    Ok(())
}

/// Asks one question to its end.
async fn ask_one(run: &Run, sink: &mut dyn Sink, lookup: Lookup, context: Context) -> Result<Vec<Answer>, AskError> {
    let mut walk = run.desk.walk(lookup, context);
    let mut answers = Vec::new();
    while let Some(next) = walk.next().await {
        match next {
            Ok(answer) => answers.push(answer),
            Err(error) if is_agreed_to(run, sink, &error).await => {}
            Err(error) => return Err(error),
        }
    }
    Ok(answers)
}

/// Everybody who said something.
#[derive(Default)]
struct Hearing {
    accounts: Vec<Account>,
    provenance: Option<Provenance>,
}

impl Hearing {
    fn take(&mut self, answers: &[Answer], source: &str, sink: &mut dyn Sink) {
        match newest(answers) {
            Some((record, provenance)) => self.put(provenance.source.clone(), record, &provenance),
            None => {
                let notes = answers.iter().flat_map(|answer| &answer.page.notes);
                let notes: Vec<&str> = notes.map(String::as_str).collect();
                let why = if notes.is_empty() { String::new() } else { format!(" ({})", notes.join(" ")) };
                sink.say(Message::inform(format!("{source} has no record of it{why}.")));
            }
        }
    }

    fn take_history(&mut self, answers: &[Answer]) {
        let Some((record, provenance)) = newest(answers) else { return };
        let day = when(&record).map_or_else(|| "undated".to_owned(), |moment| moment.day().to_string());
        self.put(format!("{}, history {day}", provenance.source), record, &provenance);
    }

    fn put(&mut self, source: String, record: WhoisRecord, provenance: &Provenance) {
        self.accounts.push(Account { source, record });
        match &mut self.provenance {
            Some(known) => known.join(provenance),
            None => self.provenance = Some(provenance.clone()),
        }
    }

    fn draw(&self, domain: &HostName, run: &Run, sink: &mut dyn Sink) {
        let Some((whole, provenance)) = comparison::merged(&self.accounts).zip(self.provenance.as_ref()) else {
            return;
        };
        let rows = comparison::compare(&self.accounts);
        let of = |accord: Accord| rows.iter().filter(move |row| row.accord == accord);
        let sources: Vec<&str> = self.accounts.iter().map(|account| account.source.as_str()).collect();
        let differing: Vec<String> = of(Accord::Differ).map(|row| told(row, &sources)).collect();
        let partly: Vec<String> = of(Accord::PartlyHidden).map(|row| told(row, &sources)).collect();
        let list = |texts: &[String]| (!texts.is_empty()).then(|| Value::from(texts.to_vec()));
        let mut entity = described(format!("{domain} (sources compared)"), &whole)
            .with_some_dynamic("namehound.disagreements", "Sources differ on", list(&differing))
            .with_some_dynamic("namehound.partly_hidden", "Hidden by some", list(&partly))
            .with_dynamic("namehound.compared", "Sources compared", sources.join("; "));
        let hidden: Vec<&str> = of(Accord::Hidden).map(|row| row.field).collect();
        let hidden = (!hidden.is_empty()).then(|| format!("hidden: {}", hidden.join(", ")));
        entity = entity.with_some_dynamic(NOISE, "Noise", hidden);
        entity.display_information.push(table(&rows, &sources));
        let label = match differing.len() {
            _ if self.accounts.len() == 1 => "one source".to_owned(),
            0 => "sources agree".to_owned(),
            1 => "sources differ on 1 field".to_owned(),
            several => format!("sources differ on {several} fields"),
        };
        let observed = whole.observed;
        let entity = entity.with_some_dynamic("namehound.first_observed", "Observed", observed.map(value_of));
        sink.add(with_proof(entity, provenance, observed).linked_by(Link::labelled(label)));
        match (self.accounts.len(), differing.is_empty()) {
            (1, _) => sink.say(Message::inform(format!(
                "Only {} has a record, so there is nothing to compare.",
                sources.join("")
            ))),
            (_, true) => sink.say(Message::inform(format!("No difference between {}.", sources.join(" and ")))),
            (_, false) => {}
        }
        for text in &differing {
            sink.say(Message::inform(format!("The sources differ. {text}.")));
        }
        for text in &partly {
            sink.say(Message::inform(format!("Some hide it. {text}.")));
        }
        tell_spent(run, sink, &provenance.source);
    }
}

/// The newest WHOIS record of several answers, with where it came from.
fn newest(answers: &[Answer]) -> Option<(WhoisRecord, Provenance)> {
    let records = answers.iter().flat_map(|answer| {
        answer.records().iter().filter_map(move |record| match record {
            Record::Whois(record) => Some((record.as_ref(), &answer.provenance)),
            _ => None,
        })
    });
    // Of equally old ones the first counts: sources give the newest first.
    let mut newest: Option<(&WhoisRecord, &Provenance)> = None;
    for (record, provenance) in records {
        if newest.is_none_or(|(known, _)| when(record) > when(known)) {
            newest = Some((record, provenance));
        }
    }
    newest.map(|(record, provenance)| (record.clone(), provenance.clone()))
}

/// `Expires: 2027-03-04 (RDAP); 2028-03-04 (WHOIS)`.
fn told(row: &Row, sources: &[&str]) -> String {
    let parts: Vec<String> = row
        .said
        .iter()
        .zip(sources)
        .filter_map(|(said, source)| match said {
            Said::Nothing => None,
            Said::Hidden(behind) => Some(format!("{behind} ({source})")),
            Said::Value(value) => Some(format!("{value} ({source})")),
        })
        .collect();
    format!("{}: {}", row.field, parts.join("; "))
}

/// A column for each source.
fn table(rows: &[Row], sources: &[&str]) -> DisplayInformation {
    let columns: Vec<&str> = ["Field"].into_iter().chain(sources.iter().copied()).chain(["Sources"]).collect();
    let cells = |row: &Row| {
        let said = row.said.iter().map(|said| match said {
            Said::Nothing => "\u{2013}".to_owned(),
            Said::Hidden(behind) => format!("({behind})"),
            Said::Value(value) => value.clone(),
        });
        [row.field.to_owned()].into_iter().chain(said).chain([row.accord.as_str().to_owned()]).collect()
    };
    let rows: Vec<Vec<String>> = rows.iter().map(cells).collect();
    DisplayInformation::grid("Sources compared", &columns, &rows)
}

#[cfg(test)]
mod tests {
    use intel::{Contact, ProviderError};
    use maltego::{DisplayContent, Input};

    use super::*;
    use crate::testing::{Bench, host, label, moment, records, text_of, whois};

    fn current() -> Lookup {
        Lookup::WhoisCurrent { subject: WhoisSubject::Domain(host("velani.example")) }
    }

    fn history() -> Lookup {
        Lookup::WhoisHistory { domain: host("velani.example") }
    }

    fn domain() -> Input {
        Input::new(&entity_types::DOMAIN, "www.velani.example")
    }

    fn expiring(day: &str, registrant: Contact) -> Vec<Record> {
        records([WhoisRecord { expires: moment(day), ..whois("velani.example", "2024-02-01", registrant) }])
    }

    fn dara() -> Contact {
        Contact { name: Some("Dara Velani".to_owned()), ..Contact::default() }
    }

    #[tokio::test(start_paused = true)]
    async fn every_source_is_heard_and_what_differs_is_said() {
        let redacted = Contact { redacted: true, ..Contact::default() };
        let bench = Bench::of_several(vec![
            ("registry", vec![(current(), Ok(expiring("2027-03-04", redacted))), (history(), Ok(Vec::new()))]),
            ("server", vec![(current(), Ok(expiring("2028-03-04", dara())))]),
        ]);
        let found = bench.run(&DomainToWhoisComparison, domain()).await.unwrap();
        let [entity] = found.entities.as_slice() else { panic!("{:?}", found.values()) };
        assert_eq!(found.values()[0].1, "velani.example (sources compared)");
        assert_eq!(label(entity), "sources differ on 1 field");
        // The first source that says something is believed.
        assert_eq!(text_of(entity, "registryExpiryDate"), "2027-03-04");
        assert_eq!(text_of(entity, "registrantName"), "Dara Velani");
        assert_eq!(text_of(entity, "namehound.source"), "registry; server");
        assert!(found.said("Expires: 2027-03-04 (registry); 2028-03-04 (server)"), "{:?}", found.texts());
        assert!(found.said("Registrant's name: redacted (registry); Dara Velani (server)"), "{:?}", found.texts());
        let DisplayContent::Html(html) = &entity.display_information[0].content else { panic!() };
        for part in ["<th align=\"left\">registry</th>", "<td align=\"left\">2028-03-04</td>", "(redacted)", "differ"] {
            assert!(html.contains(part), "{part}: {html}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_source_that_fails_is_told_and_spoils_nothing() {
        let bench = Bench::of_several(vec![
            ("registry", vec![(current(), Err(ProviderError::malformed("no JSON")))]),
            ("server", vec![(current(), Ok(expiring("2028-03-04", dara())))]),
        ]);
        let found = bench.run(&DomainToWhoisComparison, domain()).await.unwrap();
        assert_eq!(label(&found.entities[0]), "one source");
        assert!(found.said_failure("registry"), "{:?}", found.texts());
        assert!(found.said("Only server has a record"), "{:?}", found.texts());
    }

    #[tokio::test(start_paused = true)]
    async fn where_all_fail_the_first_failure_is_what_happened() {
        let fails = || vec![(current(), Err(ProviderError::malformed("no JSON"))), (history(), Ok(Vec::new()))];
        let bench = Bench::of_several(vec![("registry", fails()), ("server", fails())]);
        let error = bench.run(&DomainToWhoisComparison, domain()).await.unwrap_err();
        assert!(error.message().text.contains("registry"), "{:?}", error.message());
    }

    #[tokio::test(start_paused = true)]
    async fn the_newest_record_of_the_history_speaks_as_well() {
        let old = whois("velani.example", "2019-02-01", dara());
        let newer = whois("velani.example", "2021-02-01", dara());
        let bench = Bench::of_several(vec![(
            "vendor",
            vec![(current(), Ok(expiring("2028-03-04", Contact::default()))), (history(), Ok(records([old, newer])))],
        )]);
        let found = bench.run(&DomainToWhoisComparison, domain()).await.unwrap();
        assert_eq!(text_of(&found.entities[0], "namehound.compared"), "vendor; vendor, history 2021-02-01");
        assert_eq!(text_of(&found.entities[0], "registrantName"), "Dara Velani");
        assert_eq!(label(&found.entities[0]), "sources agree");
    }

    #[tokio::test(start_paused = true)]
    async fn an_unknown_domain_is_said_to_be_unknown() {
        let found = Bench::answering(Vec::new()).run(&DomainToWhoisComparison, domain()).await.unwrap();
        assert!(found.entities.is_empty());
        assert!(found.said("Nobody who was asked knows velani.example."), "{:?}", found.texts());
    }
}
