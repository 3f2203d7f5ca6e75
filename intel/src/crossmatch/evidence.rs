//! From records to evidence: which domain holds which value, where, and when.
//!
//! A WHOIS history is a row of snapshots, so a value's time there is a *run*: from the first to the last of consecutive
//! snapshots that hold it. A snapshot without it in between ends the run, since the value was gone then, and so does a
//! time in which the domain was nobody's or nobody knows whose (see [`crate::eras`]): what two registrations have in
//! common was not held between them. DNS records say themselves from when to when they were seen, and of such a stretch
//! the time before the domain was registered anew is cut out; certificates say from when to when they are good.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    net::IpAddr,
    sync::Arc,
};

use jiff::{Timestamp, civil::Date};

use super::{
    AddressNetwork, DomainFacts, Fact, Place, SharedKind, Span,
    rarity::{Common, listed},
    surroundings::{is_registrars_contact, own_label},
};
use crate::{
    eras::{self, Lapse, without_lapses},
    lookup::{DateRange, PostalAddress},
    noise::{self, Confidence, NoiseKind, Verdict, infrastructure},
    observable::{EmailAddress, HostName, Netblock, OrganizationName, PersonName, PhoneNumber, legal_form},
    record::{Certificate, Contact, DnsData, DnsRecord, Network, Registrar, WhoisRecord},
    text_identifier::{TextIdentifierKind, identifiers},
};

/// That a domain holds a value, or noise in the place of one.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Evidence {
    pub(super) matter: Matter,
    /// The value as it was found.
    pub(super) text: String,
    pub(super) place: Place,
    /// When; `None` if no source says.
    pub(super) span: Option<Span>,
    pub(super) origin: Origin,
    /// Whether it stands in a contact of the registrar's.
    pub(super) registrars: bool,
    /// How many domains the record itself says there are.
    pub(super) population: Option<u64>,
    /// Why it joins strangers, where the record itself says so.
    pub(super) common: Option<Common>,
    /// The parts of a postal address.
    pub(super) postal: Option<PostalAddress>,
}

/// Who says so, and when they were asked.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Origin {
    pub(super) source: Arc<str>,
    pub(super) retrieved: Option<Timestamp>,
}

impl Origin {
    fn of<T>(fact: &Fact<T>) -> Self {
        Self { source: Arc::clone(&fact.source), retrieved: fact.retrieved }
    }

    /// Where it does not matter who says so.
    fn nobody() -> Self {
        Self { source: Arc::from(""), retrieved: None }
    }
}

/// What is held.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Matter {
    Value {
        kind: SharedKind,
        /// The form for comparison.
        key: String,
    },
    Noise {
        kind: NoiseKind,
        /// The privacy service as it calls itself.
        service: Option<String>,
    },
}

impl Evidence {
    fn new(matter: Matter, text: &str, place: Place, origin: &Origin) -> Self {
        Self {
            matter,
            text: text.to_owned(),
            place,
            span: None,
            origin: origin.clone(),
            registrars: false,
            population: None,
            common: None,
            postal: None,
        }
    }

    fn value(kind: SharedKind, key: impl Into<String>, text: &str, place: Place, origin: &Origin) -> Self {
        Self::new(Matter::Value { kind, key: key.into() }, text, place, origin)
    }

    fn seen(self, span: Option<Span>) -> Self {
        Self { span, ..self }
    }

    /// The same for each part of its time that lies in one registration.
    fn without(self, lapses: &[Lapse]) -> Vec<Self> {
        let Some(span) = self.span.filter(|_| !lapses.is_empty()) else { return vec![self] };
        let parts = without_lapses(span, lapses);
        parts.into_iter().map(|part| self.clone().seen(Some(part))).collect()
    }
}

/// The times in which each domain was nobody's, as far as its WHOIS records tell.
pub(super) fn lapses(facts: &[DomainFacts]) -> BTreeMap<&HostName, Vec<Lapse>> {
    let mut records: BTreeMap<&HostName, Vec<&WhoisRecord>> = BTreeMap::new();
    for facts in facts {
        records.entry(&facts.domain).or_default().extend(facts.whois.iter().map(|fact| &fact.record));
    }
    records.into_iter().map(|(domain, records)| (domain, eras::lapses(records))).collect()
}

/// All evidence that counts within a window, cut to it. Each domain's is in no particular order and without repetition.
pub(super) fn within<'a>(
    facts: &'a [DomainFacts],
    lapses: &BTreeMap<&HostName, Vec<Lapse>>,
    window: Option<DateRange>,
) -> Vec<(&'a HostName, Evidence)> {
    let window = window.filter(|window| !window.is_open());
    let mut domains: BTreeMap<&HostName, Vec<&DomainFacts>> = BTreeMap::new();
    for facts in facts {
        domains.entry(&facts.domain).or_default().push(facts);
    }
    let mut named = named_in_certificates(facts, &domains);
    let mut all = Vec::new();
    for (domain, facts) in domains {
        let lapses = lapses.get(domain).map(Vec::as_slice).unwrap_or_default();
        let mut evidence = whois(&facts, lapses);
        let dns = facts.iter().flat_map(|facts| &facts.dns).flat_map(of_dns);
        evidence.extend(dns.flat_map(|evidence| evidence.without(lapses)));
        evidence.extend(facts.iter().flat_map(|facts| &facts.certificates).flat_map(of_certificate));
        evidence.extend(named.remove(domain).unwrap_or_default());
        evidence.extend(networks(&facts).into_iter().flat_map(|evidence| evidence.without(lapses)));
        let mut seen = HashSet::new();
        all.extend(evidence.into_iter().filter_map(|evidence| clipped(evidence, window)).filter_map(|evidence| {
            let new = seen.insert(evidence.clone());
            new.then_some((domain, evidence))
        }));
    }
    all
}

fn clipped(evidence: Evidence, window: Option<DateRange>) -> Option<Evidence> {
    match (window, evidence.span) {
        (None, _) => Some(evidence),
        (Some(_), None) => None,
        (Some(window), Some(span)) => Some(Evidence { span: Some(span.within(window)?), ..evidence }),
    }
}

/// The evidence of all snapshots, each with the run that it belongs to.
fn whois(facts: &[&DomainFacts], lapses: &[Lapse]) -> Vec<Evidence> {
    let mut days: BTreeMap<Date, Vec<Evidence>> = BTreeMap::new();
    let mut evidence = Vec::new();
    let mut read = Contacts::default();
    for fact in facts.iter().flat_map(|facts| &facts.whois) {
        let mentions = of_snapshot(&fact.record, &Origin::of(fact), &mut read);
        match fact.record.observed {
            // Snapshots of one day are one: several sources saw the same state.
            Some(observed) => days.entry(observed.day()).or_default().extend(mentions),
            None => evidence.extend(mentions),
        }
    }
    let goes_on = |from: Date, to: Date| !lapses.iter().any(|lapse| lapse.parts(from, to));
    let mut runs: HashMap<&Matter, Vec<Run>> = HashMap::new();
    for (index, (day, mentions)) in days.iter().enumerate() {
        for mention in mentions {
            let runs = runs.entry(&mention.matter).or_default();
            match runs.last_mut().filter(|run| index <= run.last_index + 1 && goes_on(run.span.last, *day)) {
                Some(run) => (run.last_index, run.span.last) = (index, *day),
                None => runs.push(Run { last_index: index, span: Span::new(*day, *day) }),
            }
        }
    }
    for (day, mentions) in &days {
        evidence.extend(mentions.iter().map(|mention| {
            let runs = runs.get(&mention.matter).into_iter().flatten();
            let run = runs.map(|run| run.span).find(|span| span.first <= *day && *day <= span.last);
            mention.clone().seen(run)
        }));
    }
    evidence
}

/// Consecutive snapshots that hold a value.
struct Run {
    last_index: usize,
    span: Span,
}

/// Contacts that have been read. The snapshots of a history say the same over and over, and reading a phone number means
/// asking the numbering plans.
#[derive(Default)]
struct Contacts<'a>(Vec<(&'a Contact, Vec<Evidence>)>);

impl<'a> Contacts<'a> {
    fn read(&mut self, contact: &'a Contact, place: Place, origin: &Origin) -> Vec<Evidence> {
        if *contact == Contact::default() {
            return Vec::new();
        }
        if let Some((_, evidence)) = self.0.iter().rev().find(|(known, _)| *known == contact) {
            let here = |evidence: &Evidence| Evidence { place, origin: origin.clone(), ..evidence.clone() };
            return evidence.iter().map(here).collect();
        }
        let evidence = of_contact(contact, place, origin);
        self.0.push((contact, evidence.clone()));
        evidence
    }
}

fn of_snapshot<'a>(record: &'a WhoisRecord, origin: &Origin, read: &mut Contacts<'a>) -> Vec<Evidence> {
    let mut evidence = Vec::new();
    for (place, contact) in contacts(record) {
        let found = read.read(contact, place, origin);
        let registrars = !found.is_empty() && is_registrars_contact(contact, record);
        evidence.extend(found.into_iter().map(|evidence| Evidence { registrars, ..evidence }));
    }
    if let Some(registrar) = &record.registrar {
        evidence.extend(of_registrar(registrar, origin));
    }
    evidence.extend(record.name_servers.iter().filter_map(|server| {
        let host = HostName::parse(server).ok()?;
        Some(Evidence::value(SharedKind::NameServer, host.as_str(), host.as_str(), Place::Registration, origin))
    }));
    evidence
}

/// A value in a record, for whoever folds the history of one domain.
#[derive(Debug, Clone)]
pub(crate) struct Mention {
    pub(crate) kind: SharedKind,
    /// The form for comparison.
    pub(crate) key: String,
    /// The value as it was found.
    pub(crate) text: String,
    pub(crate) place: Place,
    /// When, where the record itself says so.
    pub(crate) span: Option<Span>,
}

impl Mention {
    fn of(evidence: Evidence) -> Option<Self> {
        let Evidence { matter, text, place, span, .. } = evidence;
        let Matter::Value { kind, key } = matter else { return None };
        Some(Self { kind, key, text, place, span })
    }
}

/// Reads the values of one domain's WHOIS records.
#[derive(Default)]
pub(crate) struct ValueReader<'a>(Contacts<'a>);

impl<'a> ValueReader<'a> {
    pub(crate) fn registration(&mut self, record: &'a WhoisRecord) -> Vec<Mention> {
        of_snapshot(record, &Origin::nobody(), &mut self.0).into_iter().filter_map(Mention::of).collect()
    }
}

/// The values of a DNS record.
pub(crate) fn mentions_of_dns(record: &DnsRecord) -> Vec<Mention> {
    of_dns_record(record, &Origin::nobody()).into_iter().filter_map(Mention::of).collect()
}

fn contacts(record: &WhoisRecord) -> [(Place, &Contact); 5] {
    [
        (Place::Registrant, &record.registrant),
        (Place::Administrative, &record.administrative),
        (Place::Technical, &record.technical),
        (Place::Billing, &record.billing),
        (Place::Zone, &record.zone),
    ]
}

/// The values and the noise of a contact. Sources take noise out themselves and leave a note; what they overlooked is
/// judged here. If the name or the organisation is a privacy service, everything else is the service's too.
fn of_contact(contact: &Contact, place: Place, origin: &Origin) -> Vec<Evidence> {
    let mut evidence = Vec::new();
    let mut hide = |kind, service: Option<&str>| {
        let matter = Matter::Noise { kind, service: service.map(str::to_owned) };
        evidence.push(Evidence::new(matter, service.unwrap_or_default(), place, origin));
    };
    if let Some(service) = &contact.privacy_service {
        hide(NoiseKind::PrivacyService, Some(service));
    }
    if contact.redacted {
        hide(NoiseKind::Redacted, None);
    }
    let mut pass = |field: &Option<String>| {
        let text = field.as_deref().map(str::trim).filter(|text| !text.is_empty())?;
        match noise::judge(text) {
            None => Some(text.to_owned()),
            Some(Verdict { kind: NoiseKind::PrivacyService, .. }) => {
                let service = text.rsplit_once('@').map_or(text, |(_, domain)| domain);
                hide(NoiseKind::PrivacyService, Some(service));
                None
            }
            Some(Verdict { kind, .. }) => {
                hide(kind, None);
                None
            }
        }
    };
    let is_service = |field: &Option<String>| {
        let noise = field.as_deref().and_then(noise::judge);
        noise.is_some_and(|noise| noise.kind == NoiseKind::PrivacyService)
    };
    let stands_in = is_service(&contact.organization) || is_service(&contact.name);
    let (organization, name) = (pass(&contact.organization), pass(&contact.name));
    if stands_in {
        return evidence;
    }
    let [email, phone, fax, street] = [&contact.email, &contact.phone, &contact.fax, &contact.street].map(pass);
    let value = |kind, key: String, text: &str| Evidence::value(kind, key, text, place, origin);
    evidence.extend(names(name, organization).into_iter().map(|(kind, key, text)| value(kind, key, &text)));
    evidence.extend(email.and_then(|text| EmailAddress::parse(&text).ok()).map(|email| mailbox(&email, place, origin)));
    evidence.extend([phone, fax].into_iter().flatten().filter_map(|text| {
        let phone = PhoneNumber::parse(&text).ok()?;
        Some(value(SharedKind::Phone, phone.digits().to_owned(), phone.as_str()))
    }));
    if let Some((key, postal)) = street.and_then(|street| postal_address(&street, contact)) {
        let found = value(SharedKind::Address, key, &postal.to_string());
        evidence.push(Evidence { postal: Some(postal), ..found });
    }
    evidence
}

fn mailbox(email: &EmailAddress, place: Place, origin: &Origin) -> Evidence {
    Evidence::value(SharedKind::Email, email.folded(), email.as_str(), place, origin)
}

/// The name and the organisation of a contact. Many write the organisation into both, or into the field for the name
/// alone: a name with a legal form is an organisation's.
fn names(name: Option<String>, organization: Option<String>) -> Vec<(SharedKind, String, String)> {
    let mut found = Vec::new();
    let organization = organization.and_then(|text| OrganizationName::parse(&text).ok());
    if let Some(organization) = &organization {
        found.push((SharedKind::Organization, organization.folded(), organization.as_str().to_owned()));
    }
    let Some(person) = name.and_then(|text| PersonName::parse(&text).ok()) else { return found };
    let Ok(as_organization) = OrganizationName::parse(person.as_str()) else { return found };
    let has_legal_form = as_organization.folded() != person.folded();
    if organization.is_some_and(|organization| organization.folded() == as_organization.folded()) {
        return found;
    }
    found.push(if has_legal_form {
        (SharedKind::Organization, as_organization.folded(), as_organization.as_str().to_owned())
    } else {
        (SharedKind::Person, person.folded(), person.as_str().to_owned())
    });
    found
}

/// A street alone exists in every town, so a postal code or a town has to stand beside it. The postal code decides, since
/// towns are spelled in many ways.
fn postal_address(street: &str, contact: &Contact) -> Option<(String, PostalAddress)> {
    let field = |field: &Option<String>| field.clone().filter(|text| noise::judge(text).is_none());
    let (postal_code, city) = (field(&contact.postal_code), field(&contact.city));
    let country = field(&contact.country).or_else(|| field(&contact.country_code));
    let folded = folded_street(street);
    if folded.chars().filter(|c| c.is_alphanumeric()).count() < 4 {
        return None;
    }
    let code = postal_code.as_deref().map(|code| noise::fold(code).replace(' ', ""));
    let place = code.or_else(|| city.as_deref().map(noise::fold))?;
    let postal = PostalAddress { street: Some(street.to_owned()), city, postal_code, country };
    Some((format!("{folded} | {place}"), postal))
}

/// Case, punctuation and the usual abbreviations do not matter.
fn folded_street(street: &str) -> String {
    let short = |word: &str| match word {
        "street" => "st".to_owned(),
        "road" => "rd".to_owned(),
        "avenue" => "ave".to_owned(),
        "boulevard" => "blvd".to_owned(),
        "lane" => "ln".to_owned(),
        "drive" => "dr".to_owned(),
        "suite" => "ste".to_owned(),
        "apartment" => "apt".to_owned(),
        "floor" => "fl".to_owned(),
        "building" => "bldg".to_owned(),
        word => {
            let stem = word.strip_suffix("stra\u{df}e").or_else(|| word.strip_suffix("strasse"));
            stem.map_or_else(|| word.to_owned(), |stem| format!("{stem}str"))
        }
    };
    noise::fold(street).split(' ').map(short).collect::<Vec<_>>().join(" ")
}

fn of_registrar(registrar: &Registrar, origin: &Origin) -> Vec<Evidence> {
    let mut evidence = Vec::new();
    let name = registrar.name.as_deref().and_then(|name| OrganizationName::parse(name).ok());
    let number = registrar.iana_id.as_deref().map(str::trim).filter(|id| !id.is_empty());
    match (name, number) {
        (Some(name), _) => evidence.push(Evidence::value(
            SharedKind::Registrar,
            name.folded(),
            name.as_str(),
            Place::Registration,
            origin,
        )),
        (None, Some(number)) => {
            let text = format!("registrar number {number}");
            evidence.push(Evidence::value(SharedKind::Registrar, &*text, &text, Place::Registration, origin));
        }
        (None, None) => {}
    }
    let abuse = registrar.abuse_email.as_deref().filter(|text| noise::judge(text).is_none());
    evidence.extend(
        abuse
            .and_then(|text| EmailAddress::parse(text).ok())
            .map(|email| Evidence { registrars: true, ..mailbox(&email, Place::RegistrarAbuse, origin) }),
    );
    evidence
}

fn of_dns(fact: &Fact<DnsRecord>) -> Vec<Evidence> {
    of_dns_record(&fact.record, &Origin::of(fact))
}

fn of_dns_record(record: &DnsRecord, origin: &Origin) -> Vec<Evidence> {
    let DnsRecord { data, first_seen, last_seen, .. } = record;
    let host = |kind, host: &HostName, place| vec![Evidence::value(kind, host.as_str(), host.as_str(), place, origin)];
    let evidence = match data {
        DnsData::Address(address) => {
            let text = address.to_canonical().to_string();
            vec![Evidence::value(SharedKind::IpAddress, &*text, &text, Place::AddressRecord, origin)]
        }
        DnsData::Alias(target) => host(SharedKind::Alias, target, Place::AliasRecord),
        DnsData::NameServer(server) => host(SharedKind::NameServer, server, Place::NameServerRecord),
        DnsData::MailServer { exchange, .. } => host(SharedKind::MailServer, exchange, Place::MailServerRecord),
        DnsData::StartOfAuthority { mailbox, .. } => contact_mailbox(mailbox, Place::AuthorityRecord, origin),
        DnsData::Text(text) => of_text(text, origin),
        DnsData::CertificationAuthority { tag, value, .. } => of_authorisation(tag, value, origin),
    };
    let span = Span::seen(*first_seen, *last_seen);
    evidence.into_iter().map(|evidence| evidence.seen(span)).collect()
}

fn contact_mailbox(text: &str, place: Place, origin: &Origin) -> Vec<Evidence> {
    let email = noise::judge(text).is_none().then(|| EmailAddress::parse(text).ok()).flatten();
    email.map(|email| mailbox(&email, place, origin)).into_iter().collect()
}

fn of_text(text: &str, origin: &Origin) -> Vec<Evidence> {
    let evidence = identifiers(text).into_iter().map(|identifier| {
        let kind = match identifier.kind {
            TextIdentifierKind::ReportMailbox => SharedKind::Email,
            TextIdentifierKind::MailSender | TextIdentifierKind::MailAddress => SharedKind::MailSender,
            TextIdentifierKind::Verification
            | TextIdentifierKind::Tracking
            | TextIdentifierKind::PublicKey
            | TextIdentifierKind::Token => SharedKind::TextIdentifier,
        };
        let (key, shown) = match identifier.kind {
            TextIdentifierKind::ReportMailbox => (identifier.value.to_lowercase(), &identifier.value),
            TextIdentifierKind::MailSender | TextIdentifierKind::MailAddress => (identifier.key(), &identifier.value),
            _ => (identifier.key(), &identifier.text),
        };
        let common = listed(identifier.common.clone());
        Evidence { common, ..Evidence::value(kind, key, shown, Place::TextRecord, origin) }
    });
    evidence.collect()
}

/// Whom to tell of violations (`iodef`, RFC 8659 §4.4), and the account that may order certificates (`accounturi`, RFC
/// 8657 §3), which belongs to one customer of the authority.
fn of_authorisation(tag: &str, value: &str, origin: &Origin) -> Vec<Evidence> {
    let place = Place::CertificationAuthorityRecord;
    if tag.eq_ignore_ascii_case("iodef") {
        return contact_mailbox(value, place, origin);
    }
    let parameters = value.split(';').skip(1).filter_map(|parameter| parameter.split_once('='));
    let accounts = parameters.filter(|(name, uri)| name.trim() == "accounturi" && !uri.trim().is_empty());
    accounts
        .map(|(_, uri)| Evidence::value(SharedKind::TextIdentifier, uri.trim(), uri.trim(), place, origin))
        .collect()
}

fn of_certificate(fact: &Fact<Certificate>) -> Vec<Evidence> {
    let certificate = &fact.record;
    let origin = &Origin::of(fact);
    let mut evidence = Vec::new();
    if let Some(identity) = certificate.identity().filter(|identity| !identity.trim().is_empty()) {
        let subject = certificate.subject.as_deref().or(certificate.names.first().map(String::as_str));
        let text = subject.map_or_else(|| identity.clone(), |subject| format!("{subject} ({identity})"));
        let found = Evidence::value(SharedKind::Certificate, identity, &text, Place::Certificate, origin);
        let (population, common) = (Some(registrable_names(certificate)), shared_certificate(certificate));
        evidence.push(Evidence { population, common, ..found });
    }
    if certificate.end_entity
        && let Some(text) = certificate.organization.as_deref()
        && let Ok(organization) = OrganizationName::parse(text)
    {
        let (key, text) = (organization.folded(), organization.as_str());
        let found = Evidence::value(SharedKind::Organization, key, text, Place::Certificate, origin);
        evidence.push(Evidence { common: shared_certificate(certificate), ..found });
    }
    let span = Span::seen(certificate.not_before, certificate.not_after)
        .or_else(|| Span::seen(certificate.first_seen, certificate.last_seen));
    evidence.into_iter().map(|evidence| evidence.seen(span)).collect()
}

/// How many registrable domains a certificate is good for.
fn registrable_names(certificate: &Certificate) -> u64 {
    let names = certificate.names.iter().filter_map(|name| HostName::parse(name).ok());
    names.map(|name| own_label(&name)).collect::<HashSet<_>>().len() as u64
}

/// Why a certificate joins strangers whatever its names.
fn shared_certificate(certificate: &Certificate) -> Option<Common> {
    if !certificate.end_entity {
        let reason = "the certificate of an authority, which stands above very many others";
        return Some(Common::new(reason, Confidence::Certain));
    }
    let subject = HostName::parse(certificate.subject.as_deref()?).ok()?;
    listed(infrastructure::judge_host(&subject))
}

/// Whoever is named in another one's certificate shares it, whether or not it was found there as well.
fn named_in_certificates<'a>(
    facts: &'a [DomainFacts],
    domains: &BTreeMap<&'a HostName, Vec<&'a DomainFacts>>,
) -> HashMap<&'a HostName, Vec<Evidence>> {
    let by_name: HashMap<&str, &HostName> = domains.keys().map(|domain| (domain.as_str(), *domain)).collect();
    let mut named: HashMap<&HostName, Vec<Evidence>> = HashMap::new();
    for fact in facts.iter().flat_map(|facts| &facts.certificates) {
        let holders: HashSet<&HostName> = fact
            .record
            .names
            .iter()
            .filter_map(|name| {
                let mut name = name.trim_end_matches('.');
                loop {
                    if let Some(domain) = by_name.get(name) {
                        return Some(*domain);
                    }
                    (_, name) = name.split_once('.')?;
                }
            })
            .collect();
        for holder in holders {
            named.entry(holder).or_default().extend(of_certificate(fact));
        }
    }
    named
}

/// The smallest network of each address, at the times when the domain had the address.
fn networks(facts: &[&DomainFacts]) -> Vec<Evidence> {
    let mut smallest: BTreeMap<IpAddr, &Fact<AddressNetwork>> = BTreeMap::new();
    for fact in facts.iter().flat_map(|facts| &facts.networks) {
        let entry = smallest.entry(fact.record.address.to_canonical()).or_insert(fact);
        if rank(&fact.record.network) < rank(&entry.record.network) {
            *entry = fact;
        }
    }
    let mut evidence = Vec::new();
    for (address, fact) in smallest {
        let network = &fact.record.network;
        let name = network.name.as_deref().map(|name| format!(" {name}")).unwrap_or_default();
        let text = format!("{}{name}", network.block);
        let place = Place::NetworkRegistry;
        let found = Evidence::value(SharedKind::Network, network.block.range(), &text, place, &Origin::of(fact));
        let common = listed(infrastructure::judge_network(network));
        let found = Evidence { common, ..found };
        let held = facts
            .iter()
            .flat_map(|facts| &facts.dns)
            .map(|fact| &fact.record)
            .filter(|record| matches!(record.data, DnsData::Address(held) if held.to_canonical() == address));
        let spans: Vec<Option<Span>> = held.map(|record| Span::seen(record.first_seen, record.last_seen)).collect();
        if spans.is_empty() {
            evidence.push(found);
        } else {
            evidence.extend(spans.into_iter().map(|span| found.clone().seen(span)));
        }
    }
    evidence
}

/// Smaller for smaller networks; of equally small ones the order of addresses and names decides.
pub(super) fn rank(network: &Network) -> (u128, Netblock, Option<&str>) {
    let number = |address: IpAddr| match address {
        IpAddr::V4(address) => u128::from(address.to_bits()),
        IpAddr::V6(address) => address.to_bits(),
    };
    let size = number(network.block.last()).saturating_sub(number(network.block.first()));
    (size, network.block, network.name.as_deref())
}

/// What `On behalf of lantern.example owner` says, of whichever domain.
const ON_BEHALF: &str = "a service that signs on behalf of the owner";

/// One service writes itself with and without its legal form, and with a customer's number.
pub(super) fn folded_service(name: &str) -> String {
    let folded = noise::fold(name);
    if folded.starts_with("on behalf of ") {
        return ON_BEHALF.to_owned();
    }
    let words: Vec<&str> = folded.split(' ').filter(|word| !word.contains(|c: char| c.is_ascii_digit())).collect();
    if words.is_empty() { folded } else { legal_form::without(&words.join(" ")) }
}

/// What a privacy service is called, if its own spelling does not tell.
pub(super) fn shown_service(folded: &str) -> Option<String> {
    (folded == ON_BEHALF).then(|| ON_BEHALF.to_owned())
}
