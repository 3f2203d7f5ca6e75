//! Neighbours: other names that share a DNS record with this one.
//!
//! Whoever proves two domains to one service, answers for two zones with one mailbox, or points two names at one host,
//! tends to be one owner. So each of these transforms reads a name's own records first and then asks who else has the
//! value. Values that strangers share by the thousand (the policy of a mail service, the mailbox of a DNS service) join
//! nobody: they are named with the reason and not searched for, unless somebody wants that. What no list knows, a
//! number tells: a value that very many names have is drawn dashed.
//!
//! Names of the same registered domain are left out. That they belong together is known already.

use std::collections::BTreeSet;

use async_trait::async_trait;
use intel::{
    Answer, DnsRecord, Exposure, Lookup, LookupKind, Record,
    lookup::{ReverseDnsTerm, ReverseDnsType},
    noise::{Confidence, Verdict, infrastructure},
    observable::{EmailAddress, HostName},
    record::DnsData,
    text_identifier::{TextIdentifier, TextIdentifierKind, identifiers},
};
use maltego::{EntityType, InputKind, LinkDirection, Message, SettingDefinition, TransformDefinition, entity_types};

use crate::{
    declaration::{Declaration, PriceClass},
    entities::name_entity,
    error::RunError,
    gather::{Asked, Finding, Gathered, ask, enumerated, gather_each},
    names::seen,
    noise::{common, marked},
    observables,
    run::{Run, Transform},
    sets,
    settings::{CASE, CONFIRM_PURCHASE, INCLUDE_COMMON, MAX_CREDITS_PER_RUN, REFRESH, REPLAY},
    sink::Sink,
    walk::{Shown, Story},
};

/// From how many names on a value counts as a service's, whatever the lists say. Owners of hundreds of domains exist;
/// services have their thousands.
const COMMON_FROM: usize = 300;

const HOSTS: &[&EntityType] = &[&entity_types::DOMAIN, &entity_types::DNS_NAME];
const SETTINGS: &[&SettingDefinition] =
    &[&INCLUDE_COMMON, &CONFIRM_PURCHASE, &MAX_CREDITS_PER_RUN, &REFRESH, &CASE, &REPLAY];

/// What the members of the family have in common.
const fn declaration(name: &'static str, display_name: &'static str, description: &'static str) -> Declaration {
    Declaration {
        definition: TransformDefinition {
            name,
            display_name,
            description,
            inputs: HOSTS,
            input_kind: InputKind::Single,
            outputs: HOSTS,
            set: sets::LIVE,
            settings: SETTINGS,
        },
        lookups: &[LookupKind::DnsRecords, LookupKind::ReverseDns],
        // The name's own records are looked up first, which its name servers see.
        exposure: Exposure::Infrastructure,
        price_class: PriceClass::Small,
    }
}

/// Domain → names with the same identifiers in their texts.
#[derive(Debug)]
pub(crate) struct DomainToTxtNeighbours;

static TXT: Declaration = declaration(
    "domain_to_txt_neighbours",
    "To Neighbours [same TXT identifiers]",
    "The names whose TXT records hold the same verification tokens, tracking numbers or mail senders (SPF): proven to \
     one service with one account. What mail services give to everybody is skipped.",
);

/// Domain → zones with the same responsible mailbox.
#[derive(Debug)]
pub(crate) struct DomainToSoaNeighbours;

static SOA: Declaration = declaration(
    "domain_to_soa_neighbours",
    "To Neighbours [same SOA mailbox]",
    "The domains whose zone names the same responsible mailbox. The mailbox of a DNS service is skipped: it stands in \
     every customer's zone.",
);

/// Domain → names that are aliases of it or of what it is an alias of.
#[derive(Debug)]
pub(crate) struct DomainToCnameNeighbours;

static CNAME: Declaration = declaration(
    "domain_to_cname_neighbours",
    "To Neighbours [CNAME]",
    "The names that are aliases of this name, and those that are aliases of the same target. The target that a service \
     gives to all its customers is skipped.",
);

#[async_trait]
impl Transform for DomainToTxtNeighbours {
    fn declaration(&self) -> &'static Declaration {
        &TXT
    }

    async fn run(&self, run: &Run, sink: &mut dyn Sink) -> Result<(), RunError> {
        let host = observables::host(run.input())?;
        let include_common = run.settings.boolean(&INCLUDE_COMMON)?.unwrap_or_default();
        let zone = Zone::of(run, sink, &host).await?;
        let mut shared: Vec<Shared> = Vec::new();
        let mut seen = BTreeSet::new();
        for identifier in zone.texts().flat_map(identifiers).filter(is_searchable) {
            if seen.insert(identifier.key()) {
                shared.push(Shared::Text(identifier));
            }
        }
        if shared.is_empty() {
            zone.tell(run, sink);
            if !zone.records.is_empty() {
                let text = format!("{host} has no TXT record that would tell its owner from others.");
                sink.say(Message::inform(text));
            }
            return Ok(());
        }
        let shared = without_common(shared, include_common, &zone, run, sink);
        search(run, sink, &zone, shared, "other names with the TXT identifiers").await
    }
}

#[async_trait]
impl Transform for DomainToSoaNeighbours {
    fn declaration(&self) -> &'static Declaration {
        &SOA
    }

    async fn run(&self, run: &Run, sink: &mut dyn Sink) -> Result<(), RunError> {
        let host = observables::host(run.input())?;
        let include_common = run.settings.boolean(&INCLUDE_COMMON)?.unwrap_or_default();
        let top = host.registrable().unwrap_or_else(|| host.clone());
        if top != host {
            let text = format!("The responsible mailbox stands at the top of a zone, so {top} was asked about.");
            sink.say(Message::inform(text));
        }
        let zone = Zone::of(run, sink, &top).await?;
        let Some(mailbox) = zone.mailbox() else {
            zone.tell(run, sink);
            if !zone.records.is_empty() {
                sink.say(Message::inform(format!("{top} has no SOA record with a mailbox.")));
            }
            return Ok(());
        };
        let common = zone.judge(&mailbox);
        let shared = without_common(vec![Shared::Mailbox { mailbox, common }], include_common, &zone, run, sink);
        search(run, sink, &zone, shared, "other zones with the SOA mailbox").await
    }
}

#[async_trait]
impl Transform for DomainToCnameNeighbours {
    fn declaration(&self) -> &'static Declaration {
        &CNAME
    }

    async fn run(&self, run: &Run, sink: &mut dyn Sink) -> Result<(), RunError> {
        let host = observables::host(run.input())?;
        let include_common = run.settings.boolean(&INCLUDE_COMMON)?.unwrap_or_default();
        let zone = Zone::of(run, sink, &host).await?;
        let mut shared = vec![Shared::AliasOfIt(host)];
        shared.extend(zone.targets().into_iter().map(Shared::SameTarget));
        let shared = without_common(shared, include_common, &zone, run, sink);
        search(run, sink, &zone, shared, "other aliases").await
    }
}

/// A name's own records.
struct Zone {
    host: HostName,
    records: Vec<DnsRecord>,
    answers: Vec<Answer>,
}

impl Zone {
    async fn of(run: &Run, sink: &mut dyn Sink, host: &HostName) -> Result<Self, RunError> {
        let answers = ask(run, sink, Lookup::DnsRecords { host: host.clone() }).await?;
        let records = answers.iter().flat_map(Answer::records).filter_map(|record| match record {
            Record::Dns(record) => Some(record.clone()),
            _ => None,
        });
        Ok(Self { host: host.clone(), records: records.collect(), answers })
    }

    fn texts(&self) -> impl Iterator<Item = &str> {
        self.records.iter().filter_map(|record| match &record.data {
            DnsData::Text(text) => Some(text.as_str()),
            _ => None,
        })
    }

    fn mailbox(&self) -> Option<EmailAddress> {
        self.records.iter().find_map(|record| match &record.data {
            DnsData::StartOfAuthority { mailbox, .. } => EmailAddress::parse(mailbox).ok(),
            _ => None,
        })
    }

    fn targets(&self) -> BTreeSet<HostName> {
        let targets = self.records.iter().filter_map(|record| match &record.data {
            DnsData::Alias(target) => Some(target.clone()),
            _ => None,
        });
        targets.filter(|target| *target != self.host).collect()
    }

    /// Why strangers have the same mailbox: it belongs to a known service, or to whoever runs the name servers and not
    /// to the domain's owner. Then it stands in every customer's zone.
    fn judge(&self, mailbox: &EmailAddress) -> Option<String> {
        let operator = mailbox.domain().registrable()?;
        if self.host.is_within(&operator) {
            return None;
        }
        if let Some(reason) = infrastructure::judge_mailbox(mailbox).and_then(for_certain) {
            return Some(reason);
        }
        // A mailbox at a provider that gives them to anybody is somebody's own, whatever servers it has besides.
        if infrastructure::is_free_mailbox_domain(mailbox.domain()) {
            return None;
        }
        let servers = self.records.iter().filter_map(|record| match &record.data {
            DnsData::NameServer(server) => Some(server),
            DnsData::StartOfAuthority { primary, .. } => Some(primary),
            _ => None,
        });
        let mut own = servers.filter(|server| server.is_within(&operator));
        own.next().map(|server| format!("the mailbox of {operator}, which also runs the name server {server}"))
    }

    /// Says what the sources noted, before other questions are asked.
    fn tell_notes(&self, sink: &mut dyn Sink) {
        for note in self.answers.iter().flat_map(|answer| &answer.page.notes) {
            sink.say(Message::inform(note.as_str()));
        }
    }

    /// Says everything about the name's own records, where nothing else follows.
    fn tell(&self, run: &Run, sink: &mut dyn Sink) {
        let mut story = Story::default();
        self.answers.iter().for_each(|answer| story.add(&answer.page, &answer.provenance, Shown::default()));
        story.tell_of_names(run, sink, &format!("DNS records of {}", self.host), self.records.len() as u64);
    }
}

/// Whether a search can find others with it. Keys are longer than what sources search for, and an address that may send
/// mail has transforms of its own.
fn is_searchable(identifier: &TextIdentifier) -> bool {
    !matches!(identifier.kind, TextIdentifierKind::PublicKey | TextIdentifierKind::MailAddress)
}

/// The reason of a verdict, unless the value may as well be one customer's own.
fn for_certain(verdict: Verdict) -> Option<String> {
    (verdict.confidence > Confidence::Possible).then_some(verdict.reason)
}

/// What other names may share.
#[derive(Debug, Clone, PartialEq)]
enum Shared {
    /// An identifier in a TXT record.
    Text(TextIdentifier),
    /// The mailbox of a zone, and why strangers share it, where they do.
    Mailbox { mailbox: EmailAddress, common: Option<String> },
    /// Being an alias of this very name.
    AliasOfIt(HostName),
    /// The target of an alias.
    SameTarget(HostName),
}

impl Shared {
    /// The value as people know it.
    fn shown(&self) -> String {
        match self {
            Self::Text(identifier) => identifier.text.clone(),
            Self::Mailbox { mailbox, .. } => mailbox.folded(),
            Self::AliasOfIt(host) | Self::SameTarget(host) => host.to_string(),
        }
    }

    fn common(&self) -> Option<String> {
        match self {
            Self::Text(identifier) => identifier.common.clone().and_then(for_certain),
            Self::Mailbox { common, .. } => common.clone(),
            Self::AliasOfIt(_) => None,
            Self::SameTarget(target) => infrastructure::judge_host(target).and_then(for_certain),
        }
    }

    fn lookup(&self) -> Lookup {
        let (record_type, text) = match self {
            Self::Text(identifier) => (ReverseDnsType::Txt, format!("*{}*", identifier.text)),
            Self::Mailbox { mailbox, .. } => (ReverseDnsType::Soa, format!("*{}*", in_domain_form(mailbox))),
            Self::AliasOfIt(host) | Self::SameTarget(host) => (ReverseDnsType::Cname, host.to_string()),
        };
        Lookup::ReverseDns { record_type, terms: vec![ReverseDnsTerm::value(text)] }
    }

    fn label(&self) -> String {
        match self {
            Self::Text(identifier) => format!("same {}: {}", identifier.kind.in_words(), identifier.text),
            Self::Mailbox { mailbox, .. } => format!("same SOA mailbox: {}", mailbox.folded()),
            Self::AliasOfIt(_) => "alias of it".to_owned(),
            Self::SameTarget(target) => format!("also an alias of {target}"),
        }
    }

    /// Whether a record really holds the value: sources search by pattern and find longer texts too. A record whose
    /// value was not understood is taken at the source's word.
    fn is_in(&self, record: &Record) -> bool {
        let Record::Dns(DnsRecord { data, .. }) = record else { return true };
        match (self, data) {
            (Self::Text(identifier), DnsData::Text(text)) => {
                identifiers(text).iter().any(|other| other.key() == identifier.key())
            }
            (Self::Mailbox { mailbox, .. }, DnsData::StartOfAuthority { mailbox: other, .. }) => {
                other.trim_end_matches('.').eq_ignore_ascii_case(mailbox.as_str())
            }
            (Self::AliasOfIt(host) | Self::SameTarget(host), DnsData::Alias(target)) => target == host,
            _ => false,
        }
    }
}

/// The mailbox as a zone holds it (RFC 1035 §8): a dot for the `@`, and a backslash before each dot of the local part.
fn in_domain_form(mailbox: &EmailAddress) -> String {
    format!("{}.{}", mailbox.local_part().to_lowercase().replace('.', "\\."), mailbox.domain())
}

/// Leaves out what strangers share and says why.
fn without_common(
    shared: Vec<Shared>,
    include_common: bool,
    zone: &Zone,
    run: &Run,
    sink: &mut dyn Sink,
) -> Vec<Shared> {
    if include_common {
        return shared;
    }
    let (common, own): (Vec<Shared>, Vec<Shared>) = shared.into_iter().partition(|value| value.common().is_some());
    if !common.is_empty() {
        let reasons = common.iter().map(|value| format!("{} ({})", value.shown(), value.common().unwrap_or_default()));
        sink.say(Message::inform(format!(
            "Not searched for, since strangers share it: {}. To search for it all the same, set \"{}\" to true.",
            enumerated(&reasons.collect::<Vec<_>>()),
            INCLUDE_COMMON.name
        )));
    }
    if own.is_empty() {
        zone.tell(run, sink);
    }
    own
}

/// Asks who else has the values and shows them.
async fn search(run: &Run, sink: &mut dyn Sink, zone: &Zone, shared: Vec<Shared>, what: &str) -> Result<(), RunError> {
    if shared.is_empty() {
        return Ok(());
    }
    zone.tell_notes(sink);
    let home = zone.host.registrable().unwrap_or_else(|| zone.host.clone());
    let asked: Vec<Asked> =
        shared.iter().map(|value| Asked { lookup: value.lookup(), subject: value.shown() }).collect();
    let (mut at_home, mut crowded) = (BTreeSet::new(), Vec::new());
    let what = format!("{what} of {}", zone.host);
    let gathered = gather_each(run, sink, &asked, &what, |asked, records| {
        let Some(value) = shared.iter().find(|value| value.lookup() == asked.lookup) else { return Vec::new() };
        let names = records.iter().filter(|record| value.is_in(record)).filter_map(seen);
        let (inside, outside): (Vec<_>, Vec<_>) = names.partition(|sighting| sighting.name.is_within(&home));
        at_home.extend(inside.into_iter().map(|sighting| sighting.name).filter(|name| *name != zone.host));
        let different: BTreeSet<&HostName> = outside.iter().map(|sighting| &sighting.name).collect();
        let is_crowded = different.len() >= COMMON_FROM;
        if is_crowded {
            crowded.push(format!("{} ({} names)", value.shown(), different.len()));
        }
        let finding = |sighting: &intel::Sighting| {
            let mut entity = name_entity(&sighting.name);
            if is_crowded {
                entity = marked(entity, &common("very many names share this record", Confidence::Likely));
            }
            if matches!(value, Shared::AliasOfIt(_)) {
                entity.link.direction = LinkDirection::OutputToInput;
            }
            Finding::new(entity, value.label()).seen(sighting.first_seen, sighting.last_seen)
        };
        outside.iter().map(finding).collect()
    })
    .await?;
    tell_rest(sink, gathered, &home, at_home.len(), &crowded);
    Ok(())
}

fn tell_rest(sink: &mut dyn Sink, gathered: Gathered, home: &HostName, at_home: usize, crowded: &[String]) {
    if gathered.found == 0 && gathered.records > 0 {
        sink.say(Message::inform(format!("No name outside {home} shares this.")));
    }
    match at_home {
        0 => {}
        1 => sink.say(Message::inform(format!("1 name within {home} shares this too and is not shown."))),
        count => sink.say(Message::inform(format!("{count} names within {home} share this too and are not shown."))),
    }
    if !crowded.is_empty() {
        sink.say(Message::inform(format!(
            "Very many names share {}: most likely a service's and not one owner's (dashed).",
            enumerated(crowded)
        )));
    }
}

#[cfg(test)]
mod tests {
    use intel::AskError;
    use maltego::{Input, LineStyle};

    use super::*;
    use crate::{
        sink::Consent,
        testing::{Bench, host, label, moment, sighting},
    };

    fn record(owner: &str, data: DnsData) -> Record {
        Record::Dns(DnsRecord {
            owner: host(owner),
            data,
            ttl: None,
            first_seen: moment("2019-01-02"),
            last_seen: moment("2021-03-04"),
            security: None,
        })
    }

    fn text(owner: &str, text: &str) -> Record {
        record(owner, DnsData::Text(text.to_owned()))
    }

    fn soa(owner: &str, primary: &str, mailbox: &str) -> Record {
        let data = DnsData::StartOfAuthority { primary: host(primary), mailbox: mailbox.to_owned(), serial: 7 };
        record(owner, data)
    }

    fn alias(owner: &str, target: &str) -> Record {
        record(owner, DnsData::Alias(host(target)))
    }

    fn records_of(name: &str) -> Lookup {
        Lookup::DnsRecords { host: host(name) }
    }

    fn holding(record_type: ReverseDnsType, value: &str) -> Lookup {
        Lookup::ReverseDns { record_type, terms: vec![ReverseDnsTerm::value(value)] }
    }

    fn domain() -> Input {
        Input::new(&entity_types::DOMAIN, "cmt-net.example")
    }

    #[tokio::test(start_paused = true)]
    async fn names_that_were_proven_with_one_account_are_neighbours() {
        let token = "google-site-verification=Lantern_0-xyzTOKEN";
        let bench = Bench::knowing(vec![
            (
                records_of("cmt-net.example"),
                vec![
                    text("cmt-net.example", token),
                    text("cmt-net.example", "v=spf1 include:_spf.google.com include:spf.lantern.example -all"),
                    text("cmt-net.example", "hello"),
                ],
            ),
            (
                holding(ReverseDnsType::Txt, &format!("*{token}*")),
                vec![
                    text("cmt-net.example", token),
                    text("www.cmt-net.example", token),
                    text("shop.example", token),
                    // A longer token that the pattern finds too.
                    text("stranger.example", &format!("{token}9")),
                    sighting("unread.example", "", ""),
                ],
            ),
            (
                holding(ReverseDnsType::Txt, "*include:spf.lantern.example*"),
                vec![text("shop.example", "v=spf1 include:spf.lantern.example -all")],
            ),
        ]);
        let found = bench.run(&DomainToTxtNeighbours, domain()).await.unwrap();
        assert_eq!(found.values(), [("maltego.Domain", "shop.example"), ("maltego.Domain", "unread.example")]);
        let label = label(&found.entities[0]);
        assert!(label.contains(&format!("same verification token: {token}")), "{label}");
        assert!(label.contains("include:spf.lantern.example"), "{label}");
        assert!(label.ends_with("(2019\u{2013}2021)"), "{label}");
        assert!(found.said("strangers share it: include:_spf.google.com ("), "{:?}", found.messages);
        assert!(found.said("1 name within cmt-net.example shares this too"), "{:?}", found.messages);
        assert_eq!(bench.asked().len(), 3, "{:?}", bench.asked());
    }

    #[tokio::test(start_paused = true)]
    async fn what_strangers_share_is_searched_for_only_if_somebody_wants_it() {
        let policy = vec![text("cmt-net.example", "v=spf1 include:_spf.google.com -all")];
        let bench = Bench::knowing(vec![(records_of("cmt-net.example"), policy)]).priced(1);
        let found = bench.run(&DomainToTxtNeighbours, domain()).await.unwrap();
        assert!(found.said("include_common"), "{:?}", found.messages);
        assert!(found.said("1 credit spent"), "{:?}", found.messages);
        assert_eq!(bench.asked().len(), 1);
        bench.clone().with_setting("include_common", "true").run(&DomainToTxtNeighbours, domain()).await.unwrap();
        assert_eq!(bench.asked().len(), 2, "{:?}", bench.asked());
    }

    #[tokio::test(start_paused = true)]
    async fn texts_that_identify_nobody_are_said() {
        let bench = Bench::knowing(vec![(records_of("cmt-net.example"), vec![text("cmt-net.example", "hello world")])]);
        let found = bench.run(&DomainToTxtNeighbours, domain()).await.unwrap();
        assert!(found.said("no TXT record that would tell its owner"), "{:?}", found.messages);
        let found = Bench::answering(Vec::new()).run(&DomainToTxtNeighbours, domain()).await.unwrap();
        assert!(found.said("Test Source knows no DNS records of cmt-net.example."), "{:?}", found.messages);
    }

    #[tokio::test(start_paused = true)]
    async fn zones_with_one_mailbox_are_neighbours() {
        let bench = Bench::knowing(vec![
            (
                records_of("cmt-net.example"),
                vec![soa("cmt-net.example", "ns1.host.example", "Dara.Velani@mail.example")],
            ),
            (
                holding(ReverseDnsType::Soa, "*dara\\.velani.mail.example*"),
                vec![
                    soa("velani.example", "ns1.other.example", "dara.velani@mail.example"),
                    soa("stranger.example", "ns1.other.example", "notdara.velani@mail.example"),
                ],
            ),
        ]);
        let input = Input::new(&entity_types::DNS_NAME, "www.cmt-net.example");
        let found = bench.run(&DomainToSoaNeighbours, input).await.unwrap();
        assert_eq!(found.values(), [("maltego.Domain", "velani.example")]);
        assert_eq!(label(&found.entities[0]), "same SOA mailbox: dara.velani@mail.example (2019\u{2013}2021)");
        assert!(found.said("so cmt-net.example was asked about"), "{:?}", found.messages);
    }

    #[tokio::test(start_paused = true)]
    async fn the_mailbox_of_a_dns_service_joins_nobody() {
        let zone = vec![soa("cmt-net.example", "ns1.host.example", "hostmaster@host.example")];
        let bench = Bench::knowing(vec![(records_of("cmt-net.example"), zone)]);
        let found = bench.run(&DomainToSoaNeighbours, domain()).await.unwrap();
        assert!(found.said("the mailbox of host.example, which also runs"), "{:?}", found.messages);
        assert_eq!(bench.asked().len(), 1);

        let own = vec![soa("host.example", "ns1.host.example", "hostmaster@host.example")];
        let bench = Bench::knowing(vec![(records_of("host.example"), own)]);
        bench.run(&DomainToSoaNeighbours, Input::new(&entity_types::DOMAIN, "host.example")).await.unwrap();
        assert_eq!(bench.asked().len(), 2, "a service's own zone is its own");
    }

    #[tokio::test(start_paused = true)]
    async fn aliases_of_a_name_and_of_its_target_are_told_apart() {
        let bench = Bench::knowing(vec![
            (records_of("www.cmt-net.example"), vec![alias("www.cmt-net.example", "edge.cdn.example")]),
            (
                holding(ReverseDnsType::Cname, "www.cmt-net.example"),
                vec![alias("old.velani.example", "www.cmt-net.example")],
            ),
            (
                holding(ReverseDnsType::Cname, "edge.cdn.example"),
                vec![alias("www.cmt-net.example", "edge.cdn.example"), alias("shop.example", "edge.cdn.example")],
            ),
        ]);
        let input = Input::new(&entity_types::DNS_NAME, "www.cmt-net.example");
        let found = bench.run(&DomainToCnameNeighbours, input).await.unwrap();
        assert_eq!(found.values(), [("maltego.DNSName", "old.velani.example"), ("maltego.Domain", "shop.example")]);
        assert_eq!(found.entities[0].link.direction, LinkDirection::OutputToInput);
        assert!(label(&found.entities[0]).starts_with("alias of it"));
        assert_eq!(found.entities[1].link.direction, LinkDirection::InputToOutput);
        assert!(label(&found.entities[1]).starts_with("also an alias of edge.cdn.example"));
    }

    #[tokio::test(start_paused = true)]
    async fn the_target_that_a_service_gives_to_everybody_joins_nobody() {
        let zone = vec![alias("www.cmt-net.example", "domains.tumblr.com")];
        let bench = Bench::knowing(vec![(records_of("www.cmt-net.example"), zone)]);
        let input = || Input::new(&entity_types::DNS_NAME, "www.cmt-net.example");
        let found = bench.run(&DomainToCnameNeighbours, input()).await.unwrap();
        assert!(found.said("strangers share it: domains.tumblr.com ("), "{:?}", found.messages);
        assert_eq!(bench.asked().len(), 2, "{:?}", bench.asked());
        let bench = bench.with_setting("include_common", "yes");
        bench.run(&DomainToCnameNeighbours, input()).await.unwrap();
        assert_eq!(bench.asked().len(), 3, "{:?}", bench.asked());
    }

    #[tokio::test(start_paused = true)]
    async fn somebodys_own_mailbox_at_a_free_provider_is_searched_for() {
        let zone = vec![soa("cmt-net.example", "ns1.gmail.com", "dara.velani@gmail.com")];
        let bench = Bench::knowing(vec![(records_of("cmt-net.example"), zone)]);
        bench.run(&DomainToSoaNeighbours, domain()).await.unwrap();
        assert_eq!(bench.asked().len(), 2, "{:?}", bench.asked());
    }

    #[tokio::test(start_paused = true)]
    async fn a_value_that_very_many_share_is_dashed() {
        let crowd = (0..COMMON_FROM).map(|number| alias(&format!("customer{number}.example"), "www.cmt-net.example"));
        let bench = Bench::knowing(vec![
            (records_of("www.cmt-net.example"), Vec::new()),
            (holding(ReverseDnsType::Cname, "www.cmt-net.example"), crowd.collect()),
        ]);
        let input = Input::new(&entity_types::DNS_NAME, "www.cmt-net.example");
        let found = bench.limited(3).run(&DomainToCnameNeighbours, input).await.unwrap();
        assert_eq!(found.entities.len(), 3);
        assert!(found.entities.iter().all(|entity| entity.link.style == LineStyle::Dashed));
        assert!(found.said("Very many names share www.cmt-net.example (300 names)"), "{:?}", found.messages);
        assert!(found.said("3 of 300 shown (soft limit)"), "{:?}", found.messages);
    }

    #[tokio::test(start_paused = true)]
    async fn nobody_else_is_said() {
        let bench = Bench::knowing(vec![(
            holding(ReverseDnsType::Cname, "cmt-net.example"),
            vec![alias("www.cmt-net.example", "cmt-net.example")],
        )]);
        let found = bench.run(&DomainToCnameNeighbours, domain()).await.unwrap();
        assert!(found.said("No name outside cmt-net.example shares this."), "{:?}", found.messages);
    }

    #[tokio::test(start_paused = true)]
    async fn the_searches_are_priced_together() {
        let tokens = (0..4).map(|number| text("cmt-net.example", &format!("lantern-verification=token{number}")));
        let bench = Bench::knowing(vec![(records_of("cmt-net.example"), tokens.collect())])
            .priced(1)
            .with_setting("max_credits_per_run", "3");
        let (_, outcome) = bench.run_through(&DomainToTxtNeighbours, vec![domain()]).await;
        let Err(RunError::Ask(AskError::NeedsConsent { price, .. })) = outcome else { panic!("{outcome:?}") };
        assert_eq!((price.0, bench.asked().len()), (4, 1), "the records are read, the searches are not bought");
        let found = bench.consenting(Consent::Buy).run(&DomainToTxtNeighbours, domain()).await.unwrap();
        assert_eq!((found.purchases.len(), found.spent.0), (1, 4), "the records are remembered");
    }
}
