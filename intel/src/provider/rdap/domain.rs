//! A domain's registration (RFC 9083 §5.3), and what its registrar adds.

use jiff::Timestamp;
use url::Url;

use super::{
    entities::{self, Entity},
    redaction,
};
use crate::{
    comparison::{Account, merged},
    moment::Moment,
    provider::lenient::Node,
    record::{Contact, Registrar, WhoisRecord},
};

/// A registration as one server has it.
#[derive(Debug)]
pub(super) struct Registration {
    pub(super) record: WhoisRecord,
    pub(super) notes: Vec<String>,
}

/// Reads a domain. `None` if the object is none.
pub(super) fn read(object: Node<'_>, server: &str, now: Timestamp) -> Option<Registration> {
    let is_domain = object.get("objectClassName").text().is_none_or(|class| class.eq_ignore_ascii_case("domain"));
    let name = object.first(&["ldhName", "unicodeName"]).text();
    if !is_domain || (name.is_none() && object.get("handle").is_blank() && object.get("events").is_blank()) {
        return None;
    }
    let people = entities::of(object);
    let events = Events::of(object);
    let mut notes = Vec::new();
    let mut record = WhoisRecord {
        domain: name.as_deref().map(host_text).unwrap_or_default(),
        observed: events.of_copy.filter(|copied| copied.instant() <= now).or(Some(Moment::Instant(now))),
        created: events.created,
        updated: events.updated,
        expires: events.expires,
        registrar: registrar(&people),
        whois_server: object.get("port43").text(),
        name_servers: name_servers(object),
        statuses: object.get("status").items().filter_map(Node::text).map(|status| as_epp(&status)).collect(),
        registrant: contact(&people, &["registrant"], "registrant", &mut notes),
        administrative: contact(&people, &["administrative"], "administrative contact", &mut notes),
        technical: contact(&people, &["technical"], "technical contact", &mut notes),
        billing: contact(&people, &["billing"], "billing contact", &mut notes),
        zone: Contact::default(),
        raw_text: None,
    };
    notes.extend(redaction::apply(object, server, &mut record));
    Some(Registration { record, notes })
}

/// What the registry and the registrar say together: the registry's word holds for dates, statuses and name servers, the
/// registrar's for contacts.
pub(super) fn put_together(registry: WhoisRecord, registrar: WhoisRecord) -> WhoisRecord {
    let better = |registrar: &Contact, registry: &Contact| {
        if says_nothing(registrar) && !says_nothing(registry) { registry.clone() } else { registrar.clone() }
    };
    let contacts = [
        better(&registrar.registrant, &registry.registrant),
        better(&registrar.administrative, &registry.administrative),
        better(&registrar.technical, &registry.technical),
        better(&registrar.billing, &registry.billing),
    ];
    let observed = registry.observed;
    let account = |record| Account { source: String::new(), record };
    let whole = merged(&[account(registry), account(registrar)]).unwrap_or_default();
    let [registrant, administrative, technical, billing] = contacts;
    WhoisRecord { observed, registrant, administrative, technical, billing, ..whole }
}

fn says_nothing(contact: &Contact) -> bool {
    let Contact { name, organization, email, phone, street, privacy_service, .. } = contact;
    [name, organization, email, phone, street, privacy_service].into_iter().all(Option::is_none)
}

/// Where the registrar's answer about a domain is: a link that says so (RFC 9083 §4.2), whatever it says of its type. One
/// that leads to the server and not to the domain is completed.
pub(super) fn registrars_link(object: Node<'_>, domain: &str) -> Option<Url> {
    object.get("links").items().find_map(|link| {
        let relation = link.get("rel").text()?;
        let is_machine_readable = link.get("type").text().is_none_or(|kind| kind.to_lowercase().contains("rdap"));
        let url = Url::parse(&link.get("href").text()?).ok()?;
        let leads_to_a_domain = url.path().to_lowercase().contains("/domain/");
        if !relation.eq_ignore_ascii_case("related") || !(is_machine_readable || leads_to_a_domain) || !url.has_host() {
            return None;
        }
        Some(if leads_to_a_domain { url } else { completed(url, domain) })
    })
}

fn completed(mut url: Url, domain: &str) -> Url {
    url.set_query(None);
    if let Ok(mut segments) = url.path_segments_mut() {
        segments.pop_if_empty().extend(["domain", domain]);
    }
    url
}

/// The dates of an object (RFC 9083 §4.5).
#[derive(Debug, Default)]
pub(super) struct Events {
    pub(super) created: Option<Moment>,
    pub(super) updated: Option<Moment>,
    pub(super) expires: Option<Moment>,
    /// As of when the server's copy of the registry is.
    pub(super) of_copy: Option<Moment>,
}

impl Events {
    pub(super) fn of(object: Node<'_>) -> Self {
        let mut events = Self::default();
        for event in object.get("events").items() {
            let Some(action) = event.get("eventAction").text() else { continue };
            let place = match action.to_lowercase().as_str() {
                "registration" => &mut events.created,
                "last changed" => &mut events.updated,
                "expiration" => &mut events.expires,
                "last update of rdap database" => &mut events.of_copy,
                _ => continue,
            };
            *place = place.or_else(|| event.get("eventDate").moment());
        }
        events
    }
}

fn registrar(people: &[Entity<'_>]) -> Option<Registrar> {
    let entity = people.iter().find(|entity| entity.is("registrar"))?;
    let inner = entity.inner();
    let abuse = inner.iter().chain(people).find(|contact| contact.is("abuse"));
    let number = entity
        .node
        .get("publicIds")
        .items()
        .find(|id| id.get("type").text().is_some_and(|kind| kind.to_lowercase().contains("iana registrar")));
    let site = entity.node.get("links").items().find_map(|link| {
        let relation = link.get("rel").text()?;
        link.get("href").text().filter(|_| relation.eq_ignore_ascii_case("about"))
    });
    let card = entity.card.as_ref();
    let registrar = Registrar {
        name: card.and_then(|card| card.organization().or_else(|| card.name())),
        iana_id: number.and_then(|id| id.get("identifier").text()),
        url: card.and_then(super::card::Found::url).or(site),
        abuse_email: abuse.and_then(|contact| contact.card.as_ref()?.emails().into_iter().next()),
    };
    (registrar != Registrar::default()).then_some(registrar)
}

fn contact(people: &[Entity<'_>], roles: &[&str], called: &str, notes: &mut Vec<String>) -> Contact {
    let Some(entity) = people.iter().find(|entity| roles.iter().any(|role| entity.is(role))) else {
        return Contact::default();
    };
    let mut contact = entity.card.as_ref().map(super::card::Found::contact).unwrap_or_default();
    contact.redacted |= redaction::is_remarked(entity.node);
    if contact.email.is_none()
        && let Some(place) = entity.card.as_ref().and_then(super::card::Found::contact_uri)
    {
        notes.push(format!("Messages for the {called} are taken at {place}."));
    }
    contact
}

fn name_servers(object: Node<'_>) -> Vec<String> {
    let mut servers: Vec<String> = Vec::new();
    for server in object.get("nameservers").items() {
        let name = server.first(&["ldhName", "unicodeName"]).text().or_else(|| server.text());
        if let Some(name) = name.as_deref().map(host_text).filter(|name| !servers.contains(name)) {
            servers.push(name);
        }
    }
    servers
}

/// A status in the one word that EPP has for it (RFC 8056 §2): `client transfer prohibited` is
/// `clientTransferProhibited`. Others stay as they are.
fn as_epp(status: &str) -> String {
    let words: Vec<String> = status.split_whitespace().map(str::to_lowercase).collect();
    let [first, rest @ ..] = words.as_slice() else { return status.to_owned() };
    if first == "active" && rest.is_empty() {
        return "ok".to_owned();
    }
    let is_epp =
        matches!(first.as_str(), "client" | "server" | "pending") || rest.last().is_some_and(|last| last == "period");
    if rest.is_empty() || !is_epp {
        return status.to_owned();
    }
    let mut word = first.clone();
    for part in rest {
        let mut letters = part.chars();
        word.extend(letters.next().map(|letter| letter.to_ascii_uppercase()));
        word.push_str(letters.as_str());
    }
    word
}

fn host_text(text: &str) -> String {
    text.trim().trim_end_matches('.').to_lowercase()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn now() -> Timestamp {
        "2026-03-01T00:00:00Z".parse().unwrap()
    }

    fn registration(object: &Value) -> Option<Registration> {
        read(Node::new(object), "rdap.registry.example", now())
    }

    #[test]
    fn a_registration_is_read() {
        let object = json!({
            "objectClassName": "domain", "ldhName": "SHOP.EXAMPLE.", "handle": "1-EX",
            "status": ["client transfer prohibited", "active", "redemption period", "associated"],
            "events": [
                {"eventAction": "registration", "eventDate": "2019-10-28T09:30:00Z"},
                {"eventAction": "Expiration", "eventDate": "2026-10-28T09:30:00Z"},
                {"eventAction": "last changed", "eventDate": "2024-10-01T00:00:00+02:00"},
                {"eventAction": "last update of RDAP database", "eventDate": "2026-02-28T23:00:00Z"},
                {"eventAction": "registrar expiration", "eventDate": "2027-10-28T09:30:00Z"}, {"eventAction": 7}, null
            ],
            "nameservers": [{"ldhName": "NS1.Host.example"}, {"ldhName": "ns1.host.example."}, "ns2.host.example", {}],
            "port43": "whois.registry.example",
            "entities": [
                {"roles": "registrar", "publicIds": [{"type": "IANA Registrar ID", "identifier": 9999}],
                 "vcardArray": ["vcard", [["fn", {}, "text", "Example Registrar, Inc."]]],
                 "links": [{"rel": "about", "href": "https://registrar.example"}],
                 "entities": [{"roles": ["abuse"],
                               "vcardArray": ["vcard", [["email", {}, "text", "abuse@registrar.example"]]]}]},
                {"roles": ["registrant", "administrative"], "remarks": [{"title": "REDACTED FOR PRIVACY"}],
                 "vcardArray": ["vcard", [["org", {}, "text", "Tala Trading"],
                                          ["contact-uri", {}, "uri", "https://registrar.example/ask"]]]}
            ]
        });
        let Registration { record, notes } = registration(&object).unwrap();
        let text = |text: &str| Some(text.to_owned());
        let moment = |text: &str| text.parse::<Moment>().ok();
        let tala = Contact { organization: text("Tala Trading"), redacted: true, ..Contact::default() };
        assert_eq!(
            record,
            WhoisRecord {
                domain: "shop.example".to_owned(),
                observed: moment("2026-02-28T23:00:00Z"),
                created: moment("2019-10-28T09:30:00Z"),
                updated: moment("2024-09-30T22:00:00Z"),
                expires: moment("2026-10-28T09:30:00Z"),
                registrar: Some(Registrar {
                    name: text("Example Registrar, Inc."),
                    iana_id: text("9999"),
                    url: text("https://registrar.example"),
                    abuse_email: text("abuse@registrar.example"),
                }),
                whois_server: text("whois.registry.example"),
                name_servers: vec!["ns1.host.example".to_owned(), "ns2.host.example".to_owned()],
                statuses: ["clientTransferProhibited", "ok", "redemptionPeriod", "associated"]
                    .map(str::to_owned)
                    .to_vec(),
                registrant: tala.clone(),
                administrative: tala,
                ..WhoisRecord::default()
            }
        );
        assert_eq!(notes[0], "Messages for the registrant are taken at https://registrar.example/ask.");
    }

    #[test]
    fn what_is_no_domain_is_none() {
        for object in [
            json!({}),
            json!([]),
            json!(null),
            json!("text"),
            json!({"objectClassName": "ip network", "handle": "x"}),
            json!({"objectClassName": "domain"}),
        ] {
            assert!(registration(&object).is_none(), "{object}");
        }
        assert!(registration(&json!({"ldhName": "a.example", "entities": 7, "events": {}, "status": null})).is_some());
    }

    #[test]
    fn the_registrars_answer_is_found_by_its_link() {
        let link = |link: Value| {
            let object =
                json!({"links": [{"rel": "self", "href": "https://rdap.registry.example/domain/a.example"}, link]});
            registrars_link(Node::new(&object), "a.example").map(|url| url.to_string())
        };
        let found = Some("https://rdap.registrar.example/v1/domain/a.example".to_owned());
        let href = "https://rdap.registrar.example/v1/domain/a.example";
        assert_eq!(link(json!({"rel": "related", "type": "application/rdap+json", "href": href})), found);
        assert_eq!(link(json!({"rel": "RELATED", "type": "text/html", "href": href})), found);
        assert_eq!(link(json!({"rel": "related", "href": "https://rdap.registrar.example/v1/"})), found);
        assert_eq!(link(json!({"rel": "related", "type": "text/html", "href": "https://registrar.example/"})), None);
        assert_eq!(link(json!({"rel": "related", "href": "not an address"})), None);
        assert_eq!(link(json!({"rel": "about", "href": href})), None);
    }

    #[test]
    fn the_registry_is_right_about_dates_and_the_registrar_about_people() {
        let text = |text: &str| Some(text.to_owned());
        let registry = WhoisRecord {
            created: "2019-10-28".parse().ok(),
            statuses: vec!["ok".to_owned()],
            registrant: Contact { redacted: true, ..Contact::default() },
            technical: Contact { email: text("tech@registry.example"), ..Contact::default() },
            ..WhoisRecord::default()
        };
        let registrar = WhoisRecord {
            created: "2019-10-29".parse().ok(),
            expires: "2026-10-28".parse().ok(),
            statuses: vec!["clientHold".to_owned()],
            registrant: Contact { name: text("Dara Velani"), ..Contact::default() },
            technical: Contact { redacted: true, ..Contact::default() },
            ..WhoisRecord::default()
        };
        let whole = put_together(registry, registrar);
        assert_eq!(whole.created, "2019-10-28".parse().ok());
        assert_eq!(whole.expires, "2026-10-28".parse().ok());
        assert_eq!(whole.statuses, ["ok"]);
        assert_eq!(whole.registrant.name, text("Dara Velani"));
        assert_eq!(whole.technical.email, text("tech@registry.example"));
    }
}
