//! What WHOIS records name: people, organisations, mailboxes, numbers, addresses, name servers and registrars.
//!
//! One record may name the same mailbox in four roles, and the records of ten years name it in as many spellings. On a
//! graph that is one node. So everything is compared folded (case, punctuation and legal forms do not matter, of a phone
//! number only its digits do) and shown in its newest spelling, and the link says in which roles and in which years.
//!
//! A year is not claimed because it lies between two others. Records are snapshots; what two neighbouring snapshots both
//! say is taken to have held in between, and a snapshot that says something else ends the stretch. So a mailbox that was
//! gone for a while reads `registrant 2011–2013, 2016`.
//!
//! What stands for nobody is never drawn, and neither is what cannot be read. Both are counted with their reasons, since "nobody is
//! named" and "somebody hides" are different findings. A registrar in its customer's place is drawn and marked, unless the
//! same value also stands where it cannot be the registrar's.

use std::{cmp::Reverse, collections::HashMap};

use intel::{
    Contact, Moment, Provenance, Registrar, Total, WhoisRecord,
    noise::{self, Extent, Verdict},
    observable::{EmailAddress, HostName, OrganizationName, PersonName, PhoneNumber},
};
use jiff::SignedDuration;
use maltego::{Entity, Link, Message, Property, Value, entity_types};

use crate::{
    entities::{Gap, complete, person_entity, with_proof, with_seen, years},
    noise::marked,
    own_types,
    sink::Sink,
    walk::cut_short,
    whois_entity::{Role, contacts},
};

/// A kind of thing that WHOIS records name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Aspect {
    /// Organisations of contacts.
    Organization,
    /// People.
    Person,
    /// Mailboxes.
    Email,
    /// Phone and fax numbers.
    Phone,
    /// Postal addresses.
    Address,
    /// Name servers.
    NameServer,
    /// Registrars.
    Registrar,
}

impl Aspect {
    /// One of the kind, with its article.
    pub(crate) const fn in_words(self) -> &'static str {
        match self {
            Self::Organization => "an organisation",
            Self::Person => "a person",
            Self::Email => "an e-mail address",
            Self::Phone => "a phone number",
            Self::Address => "a postal address",
            Self::NameServer => "a name server",
            Self::Registrar => "a registrar",
        }
    }

    /// Whether a contact says anything of the kind, noise included.
    fn is_stated(self, contact: &Contact) -> bool {
        let fields: &[&Option<String>] = match self {
            Self::Organization => &[&contact.organization],
            Self::Person => &[&contact.name],
            Self::Email => &[&contact.email],
            Self::Phone => &[&contact.phone, &contact.fax],
            Self::Address => &[
                &contact.street,
                &contact.city,
                &contact.postal_code,
                &contact.state,
                &contact.country,
                &contact.country_code,
            ],
            Self::NameServer | Self::Registrar => return true,
        };
        fields.iter().any(|field| !blank(field.as_deref()))
    }
}

/// Everything of some kinds that one or more records name.
#[derive(Debug)]
pub(crate) struct Findings {
    aspects: &'static [Aspect],
    things: Vec<Thing>,
    places: HashMap<(Aspect, String), usize>,
    absences: Vec<Absence>,
    records: u64,
}

/// One node and where it was named.
#[derive(Debug)]
struct Thing {
    /// In the newest spelling.
    entity: Entity,
    parts: Vec<Part>,
    /// When the newest record that names it was observed.
    observed: Option<Moment>,
    provenance: Provenance,
    /// Why it is the registrar's, if it was in every place so far.
    registrars: Option<Verdict>,
    /// How many records name it, and the number of the last of them.
    records: u64,
    last_record: u64,
}

/// One role that something plays, and when.
#[derive(Debug)]
struct Part {
    word: &'static str,
    stretches: Vec<Stretch>,
    last_record: u64,
}

/// A time in which every record said the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Stretch {
    first: Moment,
    last: Moment,
}

/// Something that stands in a record and is not drawn.
#[derive(Debug)]
struct Absence {
    why: Why,
    reason: String,
    roles: Vec<&'static str>,
    records: u64,
    last_record: u64,
}

/// Why something is not drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Why {
    /// It is noise, or noise stands in its place.
    Hidden,
    /// Of an address, no more than a region or a country.
    OnlyARegion,
    /// It cannot be read.
    Unreadable,
}

/// What became of the findings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Drawn {
    /// How many things were found.
    pub(crate) found: usize,
    /// How many of them there was room for.
    pub(crate) shown: usize,
}

/// What a registry or registrar did that left no marker.
const REDACTION: &str = "redaction";

/// How many reasons for absences are told one by one.
const REASONS_TOLD: usize = 5;

/// When one record says something, and who says so.
#[derive(Clone, Copy)]
struct Witness<'a> {
    when: Option<Moment>,
    observed: Option<Moment>,
    provenance: &'a Provenance,
    /// How much of the contact is the registrar's, and why.
    registrars: Option<&'a (Extent, Verdict)>,
}

impl Witness<'_> {
    /// Why a value of the contact is the registrar's.
    fn verdict(&self, aspect: Aspect) -> Option<&Verdict> {
        let (extent, verdict) = self.registrars?;
        (*extent == Extent::Contact || aspect == Aspect::Email).then_some(verdict)
    }
}

impl Findings {
    /// Nothing yet, looking for these kinds.
    pub(crate) fn new(aspects: &'static [Aspect]) -> Self {
        Self { aspects, things: Vec::new(), places: HashMap::new(), absences: Vec::new(), records: 0 }
    }

    /// How many records were read.
    pub(crate) fn records(&self) -> u64 {
        self.records
    }

    /// Whether something that stands in the records is not drawn.
    pub(crate) fn leaves_out_something(&self) -> bool {
        !self.absences.is_empty()
    }

    /// Whether one reason for not drawing something holds for every record, so that saying it says all.
    pub(crate) fn leaves_out_something_everywhere(&self) -> bool {
        self.absences.iter().any(|absence| absence.records == self.records)
    }

    /// Reads a record. Records are read oldest first; `when` is where in time the record stands, `None` where that does
    /// not matter.
    pub(crate) fn read(&mut self, record: &WhoisRecord, when: Option<Moment>, provenance: &Provenance) {
        self.records += 1;
        let witness = Witness { when, observed: record.observed, provenance, registrars: None };
        for (role, contact) in contacts(record) {
            let registrars = noise::registrar_contact(contact, record);
            self.contact(role, contact, Witness { registrars: registrars.as_ref(), ..witness });
        }
        if self.aspects.contains(&Aspect::NameServer) {
            for name in &record.name_servers {
                self.name_server(name, witness);
            }
        }
        if let (true, Some(registrar)) = (self.aspects.contains(&Aspect::Registrar), &record.registrar) {
            self.registrar(registrar, witness);
        }
    }

    fn contact(&mut self, role: Role, contact: &Contact, witness: Witness<'_>) {
        for aspect in self.aspects {
            match aspect {
                Aspect::Organization => self.organization(role, contact, witness),
                Aspect::Person => self.person(role, contact, witness),
                Aspect::Email => self.email(role, contact, witness),
                Aspect::Phone => {
                    self.phone(role.word, contact.phone.as_deref(), witness);
                    self.phone(role.fax, contact.fax.as_deref(), witness);
                }
                Aspect::Address => self.address(role, contact, witness),
                Aspect::NameServer | Aspect::Registrar => continue,
            }
            if !aspect.is_stated(contact) {
                if let Some(service) = &contact.privacy_service {
                    self.leave_out(Why::Hidden, role.word, format!("privacy service \"{service}\""));
                } else if contact.redacted {
                    self.leave_out(Why::Hidden, role.word, REDACTION.to_owned());
                }
            }
        }
    }

    fn organization(&mut self, role: Role, contact: &Contact, witness: Witness<'_>) {
        let Some(text) = self.telling(role.word, contact.organization.as_deref()) else { return };
        match OrganizationName::parse(text) {
            Ok(name) => {
                let entity = Entity::new(&entity_types::ORGANIZATION, name.as_str());
                self.put(Aspect::Organization, name.folded(), role.word, entity, witness);
            }
            Err(error) => self.leave_out(Why::Unreadable, role.word, error.to_string()),
        }
    }

    /// Many registrants repeat the organisation in the name field: that is not a person.
    fn person(&mut self, role: Role, contact: &Contact, witness: Witness<'_>) {
        let Some(text) = self.telling(role.word, contact.name.as_deref()) else { return };
        if contact.organization.as_deref().is_some_and(|organization| is_same_name(organization, text)) {
            return;
        }
        match PersonName::parse(text) {
            Ok(name) => self.put(Aspect::Person, name.folded(), role.word, person_entity(&name), witness),
            Err(error) => self.leave_out(Why::Unreadable, role.word, error.to_string()),
        }
    }

    fn email(&mut self, role: Role, contact: &Contact, witness: Witness<'_>) {
        let Some(text) = self.telling(role.word, contact.email.as_deref()) else { return };
        let mut emails: Vec<EmailAddress> = Vec::new();
        match EmailAddress::parse(text) {
            Ok(email) => emails.push(email),
            Err(error) => {
                // Some registries put several mailboxes into one field.
                for part in text.split([',', ';', ' ', '\t', '\n']) {
                    if let Some(part) = self.telling(role.word, Some(part)) {
                        emails.extend(EmailAddress::parse(part));
                    }
                }
                if emails.is_empty() {
                    self.leave_out(Why::Unreadable, role.word, error.to_string());
                }
            }
        }
        for email in emails {
            let folded = email.folded();
            let entity = Entity::new(&entity_types::EMAIL_ADDRESS, folded.as_str());
            self.put(Aspect::Email, folded, role.word, entity, witness);
        }
    }

    fn phone(&mut self, word: &'static str, text: Option<&str>, witness: Witness<'_>) {
        let Some(text) = self.telling(word, text) else { return };
        match PhoneNumber::parse(text) {
            Ok(phone) => {
                let entity = Entity::new(&entity_types::PHONE_NUMBER, phone.as_str());
                self.put(Aspect::Phone, phone.digits().to_owned(), word, entity, witness);
            }
            Err(error) => self.leave_out(Why::Unreadable, word, error.to_string()),
        }
    }

    /// A country alone is no address: as a node it would join everybody who lives there.
    fn address(&mut self, role: Role, contact: &Contact, witness: Witness<'_>) {
        let mut field = |text: &Option<String>| self.telling(role.word, text.as_deref()).map(str::to_owned);
        let street = field(&contact.street);
        let city = field(&contact.city);
        let postal_code = field(&contact.postal_code);
        let region = field(&contact.state);
        let country = field(&contact.country);
        let country_code = field(&contact.country_code);
        let land = country.as_ref().or(country_code.as_ref());
        let Some(exact) = city.as_ref().or(street.as_ref()).or(postal_code.as_ref()) else {
            let known: Vec<_> = region.iter().chain(land).map(String::as_str).collect();
            if !known.is_empty() {
                self.leave_out(Why::OnlyARegion, role.word, known.join(", "));
            }
            return;
        };
        // The client puts the name together from city and country.
        let name = [Some(exact), land].into_iter().flatten().map(String::as_str).collect::<Vec<_>>().join(", ");
        // The same street in two records is the same address, whether or not both say in which country.
        let is_exact = street.is_some() && (city.is_some() || postal_code.is_some());
        let within = if is_exact { None } else { country_code.as_ref().or(country.as_ref()) };
        let key = [street.as_ref(), postal_code.as_ref(), city.as_ref(), within]
            .map(|part| part.map(|part| folded(part)).unwrap_or_default())
            .join(" | ");
        let entity = Entity::new(&entity_types::LOCATION, name)
            .with_some("streetaddress", street)
            .with_some("city", city)
            .with_some("location.area", region)
            .with_some("location.areacode", postal_code)
            .with_some("country", country)
            .with_some("countrycode", country_code);
        self.put(Aspect::Address, key, role.word, entity, witness);
    }

    fn name_server(&mut self, text: &str, witness: Witness<'_>) {
        const WORD: &str = "name server";
        let Some(text) = self.telling(WORD, Some(text)) else { return };
        match HostName::parse(text) {
            Ok(host) => {
                let entity = Entity::new(&entity_types::NS_RECORD, host.as_str());
                self.put(Aspect::NameServer, host.as_str().to_owned(), WORD, entity, witness);
            }
            Err(error) => self.leave_out(Why::Unreadable, WORD, error.to_string()),
        }
    }

    fn registrar(&mut self, registrar: &Registrar, witness: Witness<'_>) {
        const WORD: &str = "registrar";
        let Some(text) = self.telling(WORD, registrar.name.as_deref()) else { return };
        match OrganizationName::parse(text) {
            Ok(name) => {
                self.put(Aspect::Registrar, name.folded(), WORD, registrar_entity(&name, registrar), witness);
            }
            Err(error) => self.leave_out(Why::Unreadable, WORD, error.to_string()),
        }
    }

    /// The text if it may say something about somebody; noise is noted.
    fn telling<'a>(&mut self, word: &'static str, text: Option<&'a str>) -> Option<&'a str> {
        let text = text.map(str::trim).filter(|text| !text.is_empty())?;
        match noise::judge(text) {
            Some(noise) => {
                self.leave_out(Why::Hidden, word, noise.reason);
                None
            }
            None => Some(text),
        }
    }

    fn put(&mut self, aspect: Aspect, key: String, word: &'static str, entity: Entity, witness: Witness<'_>) {
        let record = self.records;
        let place = self.places.entry((aspect, key)).or_insert(self.things.len());
        match self.things.get_mut(*place) {
            Some(thing) => {
                thing.name_again(word, entity, record, witness);
                thing.registrars.take_if(|_| witness.verdict(aspect).is_none());
            }
            None => self.things.push(Thing {
                entity,
                parts: vec![Part::new(word, record, witness.when)],
                observed: witness.observed,
                provenance: witness.provenance.clone(),
                registrars: witness.verdict(aspect).cloned(),
                records: 1,
                last_record: record,
            }),
        }
    }

    fn leave_out(&mut self, why: Why, word: &'static str, reason: String) {
        let record = self.records;
        match self.absences.iter_mut().find(|absence| absence.why == why && absence.reason == reason) {
            Some(absence) => {
                if absence.last_record != record {
                    absence.records += 1;
                    absence.last_record = record;
                }
                if !absence.roles.contains(&word) {
                    absence.roles.push(word);
                }
            }
            None => self.absences.push(Absence { why, reason, roles: vec![word], records: 1, last_record: record }),
        }
    }

    /// Draws what was found, the most recently seen first and of those the longest seen, as far as there is room, and
    /// says what was cut.
    pub(crate) fn draw(&mut self, sink: &mut dyn Sink) -> Drawn {
        let mut things = std::mem::take(&mut self.things);
        self.places.clear();
        // A stable sort: what has no date stays in the order of the record.
        things.sort_by_key(|thing| Reverse((thing.last(), thing.length())));
        let drawn = Drawn { found: things.len(), shown: things.len().min(sink.room()) };
        for thing in things.into_iter().take(drawn.shown) {
            sink.add(thing.into_entity());
        }
        if drawn.shown < drawn.found {
            sink.say(cut_short(drawn.shown as u64, Total::Exactly(drawn.found as u64)));
        }
        drawn
    }

    /// Says what one record left out.
    pub(crate) fn say_what_the_record_leaves_out(&self, sink: &mut dyn Sink) {
        let list = |why| {
            let told: Vec<_> = self
                .absences
                .iter()
                .filter(|absence| absence.why == why)
                .map(|absence| format!("{}: {}", absence.roles.join(", "), absence.reason))
                .collect();
            (told.len(), told.join("; "))
        };
        let (count, told) = list(Why::Hidden);
        if count > 0 {
            sink.say(Message::inform(format!("{count} left out as noise. {told}.")));
        }
        let (count, told) = list(Why::OnlyARegion);
        if count > 0 {
            sink.say(Message::inform(format!("No more of an address than a region or country is given. {told}.")));
        }
        let (count, told) = list(Why::Unreadable);
        if count > 0 {
            sink.say(Message::inform(format!("{count} could not be read. {told}.")));
        }
    }

    /// Says what the records left out, the most frequent reason first.
    pub(crate) fn say_what_the_records_leave_out(&self, sink: &mut dyn Sink) {
        let mut absences: Vec<_> = self.absences.iter().collect();
        absences.sort_by_key(|absence| Reverse(absence.records));
        for absence in absences.iter().take(REASONS_TOLD) {
            let Absence { why, reason, roles, records, .. } = absence;
            let roles = roles.join(", ");
            let of = match (records, self.records) {
                (1, 1) => "The only record".to_owned(),
                (records, total) => format!("{records} of {total} records"),
            };
            let s = if *records == 1 { "s" } else { "" };
            sink.say(Message::inform(match why {
                Why::Hidden => {
                    let article = if reason.starts_with("privacy service") { "the" } else { "a" };
                    format!("{of} hide{s} the {roles} behind {article} {reason}.")
                }
                Why::OnlyARegion => format!("{of} give{s} no more of an address of the {roles} than \"{reason}\"."),
                Why::Unreadable => format!("{of} cannot be read in full ({roles}): {reason}."),
            }));
        }
        let further = absences.len().saturating_sub(REASONS_TOLD);
        if further > 0 {
            let reasons = if further == 1 { "reason" } else { "reasons" };
            sink.say(Message::inform(format!(
                "Values were left out for {further} more {reasons}: the WHOISRecords of \"To WHOIS History\" show them."
            )));
        }
    }
}

impl Thing {
    fn name_again(&mut self, word: &'static str, entity: Entity, record: u64, witness: Witness<'_>) {
        if self.last_record == record {
            // The contact that comes first in a record spells for the others.
            complete(&mut self.entity, &entity);
        } else {
            let older = std::mem::replace(&mut self.entity, entity);
            complete(&mut self.entity, &older);
            self.observed = witness.observed.or(self.observed);
            self.provenance = witness.provenance.clone();
            self.records += 1;
            self.last_record = record;
        }
        match self.parts.iter_mut().find(|part| part.word == word) {
            Some(part) => part.play_again(record, witness.when),
            None => self.parts.push(Part::new(word, record, witness.when)),
        }
    }

    fn first(&self) -> Option<Moment> {
        self.stretches().map(|stretch| stretch.first).min()
    }

    fn last(&self) -> Option<Moment> {
        self.stretches().map(|stretch| stretch.last).max()
    }

    fn length(&self) -> Option<SignedDuration> {
        Some(self.last()?.instant().duration_since(self.first()?.instant()))
    }

    fn stretches(&self) -> impl Iterator<Item = &Stretch> {
        self.parts.iter().flat_map(|part| &part.stretches)
    }

    /// `registrant, administrative contact 2011–2013, 2016; technical contact 2012`.
    fn label(&self) -> String {
        let mut groups: Vec<(Vec<&str>, String)> = Vec::new();
        for part in &self.parts {
            let stretches = part.stretches.iter().map(|stretch| (stretch.first, stretch.last));
            let years = years(stretches, Gap::SameYear).unwrap_or_default();
            match groups.iter_mut().find(|(_, same)| *same == years) {
                Some((words, _)) => words.push(part.word),
                None => groups.push((vec![part.word], years)),
            }
        }
        let told = groups.into_iter().map(|(words, years)| {
            let words = words.join(", ");
            if years.is_empty() { words } else { format!("{words} {years}") }
        });
        told.collect::<Vec<_>>().join("; ")
    }

    fn into_entity(self) -> Entity {
        let (first, last) = (self.first(), self.last());
        let mut link = Link::labelled(self.label());
        if last.is_some() {
            let records = i64::try_from(self.records).unwrap_or(i64::MAX);
            link.properties.push(Property::loose("records", "Records", records));
        }
        let entity = with_proof(with_seen(self.entity, first, last, link), &self.provenance, self.observed);
        match &self.registrars {
            Some(verdict) => marked(entity, verdict),
            None => entity,
        }
    }
}

impl Part {
    fn new(word: &'static str, record: u64, when: Option<Moment>) -> Self {
        let stretches = when.map(|when| Stretch { first: when, last: when }).into_iter().collect();
        Self { word, stretches, last_record: record }
    }

    fn play_again(&mut self, record: u64, when: Option<Moment>) {
        let goes_on = record.saturating_sub(self.last_record) <= 1;
        self.last_record = record;
        let Some(when) = when else { return };
        match self.stretches.last_mut() {
            Some(stretch) if goes_on => stretch.last = stretch.last.max(when),
            _ => self.stretches.push(Stretch { first: when, last: when }),
        }
    }
}

/// A Registrar. A number that is none and a site that is no address are left out: their properties are typed.
pub(crate) fn registrar_entity(name: &OrganizationName, registrar: &Registrar) -> Entity {
    let number = registrar.iana_id.as_deref().and_then(|number| number.trim().parse::<i64>().ok());
    let site = registrar.url.as_deref().map(str::trim).filter(|url| url.contains("://"));
    Entity::new(&own_types::REGISTRAR, name.as_str())
        .with_some("namehound.registrar.iana", number)
        .with_some("namehound.registrar.url", site.map(|url| Value::Url(url.to_owned())))
        .with_some("namehound.registrar.abuse-email", registrar.abuse_email.as_deref())
}

/// Whether two names of organisations mean the same.
fn is_same_name(left: &str, right: &str) -> bool {
    let name = |text| OrganizationName::parse(text).map_or_else(|_| folded(text), |name| name.folded());
    name(left) == name(right)
}

/// Words of letters and digits in lower case with single blanks between them.
fn folded(text: &str) -> String {
    let lower = text.to_lowercase();
    let words: Vec<_> = lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    words.join(" ")
}

fn blank(text: Option<&str>) -> bool {
    text.is_none_or(|text| text.trim().is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::provenance;

    #[test]
    fn an_address_is_the_same_in_every_spelling_and_a_street_in_two_cities_is_two() {
        const ASPECTS: &[Aspect] = &[Aspect::Address];
        let address = |street: &str, city: &str, country: Option<&str>| WhoisRecord {
            registrant: Contact {
                street: Some(street.to_owned()),
                city: Some(city.to_owned()),
                country_code: country.map(str::to_owned),
                ..Contact::default()
            },
            ..WhoisRecord::default()
        };
        let mut findings = Findings::new(ASPECTS);
        for record in [
            address("14 LANTERN ROW", "PORT MARLOW", Some("ZZ")),
            address("14, Lantern Row.", "Port Marlow", None),
            address("14 Lantern Row", "Eastmere", Some("ZZ")),
        ] {
            findings.read(&record, None, &provenance());
        }
        let mut sink = crate::Collector::new(10);
        assert_eq!(findings.draw(&mut sink), Drawn { found: 2, shown: 2 });
        let texts = |name: &str| -> Vec<_> {
            let property = |entity: &Entity| entity.property(name).and_then(|p| p.value.as_text().map(str::to_owned));
            sink.entities.iter().map(property).collect()
        };
        assert_eq!(texts("streetaddress"), [Some("14, Lantern Row.".to_owned()), Some("14 Lantern Row".to_owned())]);
        // What the newest spelling leaves out is kept from an older one.
        assert_eq!(texts("countrycode"), [Some("ZZ".to_owned()), Some("ZZ".to_owned())]);
        let labels: Vec<_> = sink.entities.iter().map(|entity| entity.link.label.as_deref()).collect();
        assert_eq!(labels, [Some("registrant"), Some("registrant")]);
    }
}
