//! Web sites: whom they name as their own, and what they are about.
//!
//! A site's contacts are what its owner wants to be known by, and what was forgotten there. The source visits the
//! site, or has visited it a short time ago, so the site's operator may see that somebody looked.

use async_trait::async_trait;
use intel::{
    Exposure, Lookup, LookupKind, Record, noise,
    observable::Observable,
    record::{Described, WebsiteCategory, WebsiteContacts},
};
use maltego::{Entity, EntityType, InputKind, Message, TransformDefinition, Value, entity_types};

use crate::{
    contacts::Contacts,
    declaration::{Declaration, PriceClass},
    error::RunError,
    gather::{Finding, gather},
    observables,
    own_types::SUMMARY,
    run::{Run, Transform},
    sets,
    settings::PURCHASE,
    sink::Sink,
};

const SITES: &[&EntityType] = &[&entity_types::DOMAIN, &entity_types::DNS_NAME, &entity_types::WEBSITE];

/// What the members of the family have in common.
const fn declaration(
    name: &'static str,
    display_name: &'static str,
    description: &'static str,
    outputs: &'static [&'static EntityType],
    lookups: &'static [LookupKind],
) -> Declaration {
    Declaration {
        definition: TransformDefinition {
            name,
            display_name,
            description,
            inputs: SITES,
            input_kind: InputKind::Single,
            outputs,
            set: sets::LIVE,
            settings: PURCHASE,
        },
        lookups,
        exposure: Exposure::Touch,
        price_class: PriceClass::Small,
    }
}

/// Domain, DNSName, Website → the contacts that the site shows.
#[derive(Debug)]
pub(crate) struct DomainToWebsiteContacts;

static CONTACTS: Declaration = declaration(
    "domain_to_website_contacts",
    "To Contacts [web site]",
    "The mailboxes, phone numbers, companies, postal addresses and profiles that the site shows. The source may visit \
     the site.",
    &[
        &entity_types::EMAIL_ADDRESS,
        &entity_types::PHONE_NUMBER,
        &entity_types::COMPANY,
        &entity_types::LOCATION,
        &entity_types::URL,
        &SUMMARY,
    ],
    &[LookupKind::WebsiteContacts],
);

/// Domain, DNSName, Website → what the site is about.
#[derive(Debug)]
pub(crate) struct DomainToWebsiteCategories;

static CATEGORIES: Declaration = declaration(
    "domain_to_website_categories",
    "To Categories [web site]",
    "What the site is about, as a machine judged its text, with how sure it is. The source may visit the site.",
    &[&entity_types::TAG],
    &[LookupKind::WebsiteCategories],
);

#[async_trait]
impl Transform for DomainToWebsiteContacts {
    fn declaration(&self) -> &'static Declaration {
        &CONTACTS
    }

    async fn run(&self, run: &Run, sink: &mut dyn Sink) -> Result<(), RunError> {
        let host = observables::host(run.input())?;
        let what = format!("contacts on the site {host}");
        let mut contacts = Contacts::default();
        let mut silent = false;
        let gathered = gather(run, sink, Lookup::WebsiteContacts { host: host.clone() }, &what, |records| {
            let sites = records.iter().filter_map(|record| match record {
                Record::WebsiteContacts(site) => Some(site.as_ref()),
                _ => None,
            });
            let mut findings = Vec::new();
            for site in sites {
                silent |= site.responded == Some(false);
                findings.extend(contact_findings(site, &mut contacts));
            }
            findings
        })
        .await?;
        if silent {
            sink.say(Message::inform(match gathered.found {
                0 => format!("The site {host} did not answer when the source last looked."),
                _ => format!(
                    "The site {host} did not answer when the source last looked: this is from an earlier visit."
                ),
            }));
        } else if gathered.found == 0 && gathered.records > 0 {
            sink.say(Message::inform(format!("The site {host} shows no contacts.")));
        }
        contacts.tell(sink);
        Ok(())
    }
}

#[async_trait]
impl Transform for DomainToWebsiteCategories {
    fn declaration(&self) -> &'static Declaration {
        &CATEGORIES
    }

    async fn run(&self, run: &Run, sink: &mut dyn Sink) -> Result<(), RunError> {
        let host = observables::host(run.input())?;
        let what = format!("categories of the site {host}");
        gather(run, sink, Lookup::WebsiteCategories { host }, &what, |records| {
            let categories = records.iter().filter_map(|record| match record {
                Record::WebsiteCategory(category) if !category.name.trim().is_empty() => Some(category),
                _ => None,
            });
            categories.map(category_finding).collect()
        })
        .await?;
        Ok(())
    }
}

fn contact_findings(site: &WebsiteContacts, contacts: &mut Contacts) -> Vec<Finding> {
    let labelled = |what: &str, described: &Described| match stated(described.description.as_deref()) {
        Some(description) => format!("{what} on the site: {description}"),
        None => format!("{what} on the site"),
    };
    let mut findings = Vec::new();
    for company in &site.companies {
        findings.extend(contacts.organization(&entity_types::COMPANY, company, "company on the site"));
    }
    for email in &site.emails {
        findings.extend(contacts.emails(&email.value, &labelled("e-mail", email)));
    }
    for phone in &site.phones {
        findings.extend(contacts.phone(&phone.value, &labelled("phone", phone)));
    }
    for address in &site.addresses {
        if contacts.says_something(address) {
            let address = address.trim();
            let entity = Entity::new(&entity_types::LOCATION, address)
                .with("streetaddress", address)
                .with_some("countrycode", site.country_code.as_deref());
            findings.push(Finding::new(entity, "address on the site"));
        }
    }
    findings.extend(site.profiles.iter().filter_map(profile_finding));
    findings
}

/// A profile on another site. What is no web address is left out: sources fill unused places with blanks.
fn profile_finding(profile: &Described) -> Option<Finding> {
    let Observable::Url(url) = Observable::guess(&profile.value) else { return None };
    let network = stated(profile.description.as_deref());
    let entity = Entity::new(&entity_types::URL, Value::Url(url.to_string()))
        .with("short-title", url.to_string())
        .with_some("title", network);
    let label = match network {
        Some(network) => format!("{network} profile on the site"),
        None => "profile on the site".to_owned(),
    };
    Some(Finding::new(entity, label))
}

fn category_finding(category: &WebsiteCategory) -> Finding {
    // A share of 1; anything else is no confidence.
    let confidence = category.confidence.filter(|confidence| (0.0..=1.0).contains(confidence));
    let entity = Entity::new(&entity_types::TAG, category.name.trim())
        .with_some_dynamic("namehound.category.confidence", "Confidence (0 to 1)", confidence)
        .with_some_dynamic(
            "namehound.category.id",
            "Category number",
            category.id.and_then(|id| i64::try_from(id).ok()),
        );
    let label = match confidence {
        Some(confidence) => format!("category ({:.0} %)", confidence * 100.0),
        None => "category".to_owned(),
    };
    Finding::new(entity, label)
}

/// A text that says something.
fn stated(text: Option<&str>) -> Option<&str> {
    text.map(str::trim).filter(|text| !text.is_empty() && noise::judge(text).is_none())
}

#[cfg(test)]
mod tests {
    use maltego::Input;

    use super::*;
    use crate::testing::{Bench, label, text_of};

    fn described(value: &str, description: &str) -> Described {
        Described { value: value.to_owned(), description: (!description.is_empty()).then(|| description.to_owned()) }
    }

    fn site() -> WebsiteContacts {
        WebsiteContacts {
            site: "cmt-net.example".to_owned(),
            responded: Some(true),
            country_code: Some("ZZ".to_owned()),
            companies: vec!["Compute Make Tomorrow Ltd".to_owned(), "N/A".to_owned()],
            emails: vec![
                described("Info@cmt-net.example", "Support"),
                described("x@domainsbyproxy.com", ""),
                described("no mailbox", ""),
            ],
            phones: vec![described("+1 555 555 0142", ""), described("call us", "")],
            addresses: vec!["14 Lantern Row, Port Marlow".to_owned(), " ".to_owned()],
            profiles: vec![described("https://social.example/cmt", "linkedIn"), described("", "facebook")],
            ..WebsiteContacts::default()
        }
    }

    fn record(site: WebsiteContacts) -> Record {
        Record::WebsiteContacts(Box::new(site))
    }

    #[tokio::test(start_paused = true)]
    async fn every_kind_of_contact_becomes_its_own_entity() {
        let bench = Bench::answering(vec![record(site())]);
        let input = Input::new(&entity_types::WEBSITE, "www.cmt-net.example");
        let found = bench.run(&DomainToWebsiteContacts, input).await.unwrap();
        assert_eq!(
            found.values(),
            [
                ("maltego.Company", "Compute Make Tomorrow Ltd"),
                ("maltego.EmailAddress", "info@cmt-net.example"),
                ("maltego.PhoneNumber", "+1 555 555 0142"),
                ("maltego.Location", "14 Lantern Row, Port Marlow"),
                ("maltego.URL", "https://social.example/cmt"),
            ]
        );
        assert_eq!(label(&found.entities[1]), "e-mail on the site: Support");
        assert_eq!(text_of(&found.entities[3], "streetaddress"), "14 Lantern Row, Port Marlow");
        assert_eq!(text_of(&found.entities[3], "countrycode"), "ZZ");
        assert_eq!(label(&found.entities[4]), "linkedIn profile on the site");
        assert!(found.said("2 left out as noise."), "{:?}", found.messages);
        assert!(found.said("Domains By Proxy"), "{:?}", found.messages);
    }

    #[tokio::test(start_paused = true)]
    async fn a_site_without_contacts_and_one_that_is_silent_are_told_apart() {
        let input = || Input::new(&entity_types::DOMAIN, "cmt-net.example");
        let empty = WebsiteContacts { responded: Some(true), ..WebsiteContacts::default() };
        let found = Bench::answering(vec![record(empty)]).run(&DomainToWebsiteContacts, input()).await.unwrap();
        assert!(found.said("shows no contacts"), "{:?}", found.messages);
        let silent = WebsiteContacts { responded: Some(false), ..WebsiteContacts::default() };
        let found = Bench::answering(vec![record(silent)]).run(&DomainToWebsiteContacts, input()).await.unwrap();
        assert!(found.said("did not answer") && !found.said("shows no contacts"), "{:?}", found.messages);
    }

    #[tokio::test(start_paused = true)]
    async fn categories_are_tags_with_how_sure_the_source_is() {
        let category = |name: &str, confidence| {
            Record::WebsiteCategory(WebsiteCategory { id: Some(5), name: name.to_owned(), confidence })
        };
        let bench =
            Bench::answering(vec![category("News", Some(0.853)), category("Odd", Some(17.0)), category(" ", None)]);
        let input = Input::new(&entity_types::DOMAIN, "cmt-net.example");
        let found = bench.run(&DomainToWebsiteCategories, input).await.unwrap();
        assert_eq!(found.values(), [("maltego.Tag", "News"), ("maltego.Tag", "Odd")]);
        assert_eq!((label(&found.entities[0]), label(&found.entities[1])), ("category (85 %)", "category"));
        assert_eq!(text_of(&found.entities[0], "namehound.category.confidence"), "0.853");
    }

    #[tokio::test(start_paused = true)]
    async fn the_soft_limit_is_kept_and_said() {
        let bench = Bench::answering(vec![record(site())]).limited(2);
        let input = Input::new(&entity_types::DOMAIN, "cmt-net.example");
        let found = bench.run(&DomainToWebsiteContacts, input).await.unwrap();
        assert_eq!(found.entities.len(), 2);
        assert!(found.said("2 of 5 shown (soft limit)"), "{:?}", found.messages);
    }
}
