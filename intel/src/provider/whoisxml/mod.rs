//! WhoisXML API.
//!
//! A vendor of WHOIS, DNS and related data: one account, one key, some twenty web services with an address, a spelling
//! and a price of their own each. The facts here are those of the vendor's documentation and client libraries, and of
//! recorded answers where these say something else.
//!
//! One file per service builds its request and reads its answer (`history`, `reverse_whois`, `subdomains`, and so on);
//! what several of them share stands beside them: telling answers from failures (`failure`), rows of names (`rows`),
//! values that they write alike (`values`), pages continued by name, which three services have in common
//! (`name_pages`), WHOIS records (`whois_record`, `contact`), the key (`key`). This file says which lookup goes to which
//! service on which terms; names, prices, rates and addresses of the services are one table in `settings`.
//!
//! The services charge by the page and not by the row, and most of what is unpleasant about them is about money: a page
//! must never be asked for twice because its cursor did not move, an odd field must not cost a whole bought answer, and
//! a refusal must be told apart from a failure, or the desk would repeat a purchase.

mod balance;
mod bulk;
mod contact;
mod discovery;
mod dns_history;
mod dns_lookup;
mod domain_reputation;
mod email_verification;
mod failure;
mod history;
mod ip_geolocation;
mod ip_netblocks;
mod key;
mod name_pages;
mod reverse_dns;
mod reverse_whois;
mod rows;
mod settings;
mod ssl_certificates;
mod subdomains;
mod threat_intelligence;
mod values;
mod website_categorization;
mod website_contacts;
mod whois;
mod whois_record;

use secrecy::SecretString;
use url::Url;

use self::key::Key;
pub use self::settings::{BaseUrls, BulkSettings, Prices, Rates, Service, WhoisXmlSettings};
use super::{Batch, Call, Exposure, Offer, Provider, Rate, Step, lenient::Node};
use std::sync::LazyLock;

use crate::{
    answer::{Page, Total},
    credits::Credits,
    error::ProviderError,
    lookup::{AddressFamily, Lookup, LookupKind, ReverseWhoisTerm},
    upstream::{HttpRequest, HttpResponse},
};

/// The number at which the vendor's services stop counting.
const COUNTS_UP_TO: u64 = 10_000;

/// The provider `whoisxml`.
#[derive(Debug)]
pub struct WhoisXml {
    key: Key,
    settings: WhoisXmlSettings,
}

impl WhoisXml {
    /// A provider that asks with this key on these terms. Surrounding blanks of the key do not count; a key that cannot
    /// be one (empty, with blanks or control characters inside) makes every call a [`ProviderError::BadKey`].
    #[must_use]
    pub fn new(api_key: SecretString, settings: &WhoisXmlSettings) -> Self {
        Self { key: Key::new(&api_key), settings: settings.clone() }
    }
}

impl Provider for WhoisXml {
    fn name(&self) -> &'static str {
        "whoisxml"
    }

    fn source(&self) -> &'static str {
        "WhoisXML API"
    }

    fn lookups(&self) -> &'static [LookupKind] {
        static KINDS: LazyLock<Vec<LookupKind>> =
            LazyLock::new(|| LookupKind::ALL.into_iter().filter(|kind| service_of(*kind).is_some()).collect());
        &KINDS
    }

    fn offer(&self, lookup: &Lookup) -> Option<Offer> {
        let WhoisXmlSettings { prices, rates, .. } = &self.settings;
        let service = service(lookup)?;
        Some(Offer {
            endpoint: service.endpoint(),
            exposure: exposure(service),
            price: match lookup {
                Lookup::Discovery { query } => discovery::price(prices, query),
                _ => prices.of(service),
            },
            free_preview: matches!(service, Service::WhoisHistory | Service::ReverseWhois),
            rate: Some(Rate::per_second(rates.of(service))),
        })
    }

    /// The vendor looks for texts, so a phone number has to be asked for in each spelling that records have it in.
    fn parts(&self, lookup: &Lookup) -> Vec<Lookup> {
        match lookup {
            Lookup::ReverseWhois { term: ReverseWhoisTerm::Phone(phone), scope, dates } => phone
                .spellings()
                .into_iter()
                .map(|spelling| Lookup::ReverseWhois {
                    term: ReverseWhoisTerm::PhoneSpelling(spelling),
                    scope: *scope,
                    dates: dates.clone(),
                })
                .collect(),
            Lookup::DnsHistory { host, family: None } => AddressFamily::ALL
                .into_iter()
                .map(|family| Lookup::DnsHistory { host: host.clone(), family: Some(family) })
                .collect(),
            whole => vec![whole.clone()],
        }
    }

    fn call(&self, lookup: &Lookup, step: &Step) -> Result<Call, ProviderError> {
        let key = &self.key;
        key.check()?;
        let service = service(lookup).ok_or_else(not_answered)?;
        let base = self.settings.base_urls.of(service);
        let request = match lookup {
            Lookup::WhoisHistory { domain } => history::request(base, key, domain, step),
            Lookup::ReverseWhois { term, scope, dates } => reverse_whois::request(base, key, term, *scope, dates, step),
            Lookup::ReverseNs { name_server } => name_pages::request(base, key, "ns", name_server.as_str(), step),
            Lookup::ReverseMx { mail_server } => name_pages::request(base, key, "mx", mail_server.as_str(), step),
            Lookup::ReverseIp { address } => name_pages::request(base, key, "ip", &address.to_string(), step),
            Lookup::Subdomains { domain } => subdomains::request(base, key, domain, step),
            Lookup::DnsRecords { host } => dns_lookup::request(base, key, host, step),
            Lookup::IpOwner { subject } => ip_netblocks::request(base, key, subject, step),
            Lookup::IpLocation { address } => ip_geolocation::request(base, key, *address, step),
            Lookup::Reputation { subject } => domain_reputation::request(base, key, subject, step),
            Lookup::Threats { indicator } => threat_intelligence::request(base, key, indicator, step),
            Lookup::WebsiteContacts { host } => website_contacts::request(base, key, host, step),
            Lookup::WebsiteCategories { host } => website_categorization::request(base, key, host, step),
            Lookup::EmailVerification { email } => email_verification::request(base, key, email, step),
            Lookup::WhoisCurrent { subject } => whois::request(base, key, subject, step),
            Lookup::ReverseDns { record_type, terms } => reverse_dns::request(base, key, *record_type, terms, step),
            Lookup::DnsHistory { host, family } => dns_history::request(base, key, host, *family, step),
            Lookup::AddressHistory { address } => dns_history::reverse_request(base, key, *address, step),
            Lookup::Discovery { query } => discovery::request(base, key, query, step),
            Lookup::Certificates { host } => ssl_certificates::request(base, key, host, step),
            Lookup::IssuedCertificates { .. }
            | Lookup::Pointers { .. }
            | Lookup::NameServerRegistration { .. }
            | Lookup::RegistryContact { .. } => Err(not_answered()),
        }?;
        Ok(Call::Http(Box::new(request)))
    }

    fn read(&self, lookup: &Lookup, step: &Step, response: &HttpResponse) -> Result<Page, ProviderError> {
        let body = match failure::answer(response, &self.key) {
            Ok(body) => body,
            Err(failure)
                if matches!(lookup, Lookup::DnsRecords { .. }) && failure.begins_with(dns_lookup::NOTHING_FOUND) =>
            {
                return Ok(dns_lookup::nothing_found());
            }
            Err(failure) => return Err(failure.into()),
        };
        match lookup {
            Lookup::WhoisHistory { domain } => history::read(domain, step, &body),
            Lookup::ReverseWhois { .. } => reverse_whois::read(step, &body),
            Lookup::ReverseNs { .. } | Lookup::ReverseMx { .. } | Lookup::ReverseIp { .. } => {
                name_pages::read(step, &body)
            }
            Lookup::Subdomains { .. } => subdomains::read(step, &body),
            Lookup::DnsRecords { host } => dns_lookup::read(host, step, &body),
            Lookup::IpOwner { subject } => ip_netblocks::read(subject, step, &body),
            Lookup::IpLocation { address } => ip_geolocation::read(*address, step, &body),
            Lookup::Reputation { .. } => domain_reputation::read(step, &body),
            Lookup::Threats { indicator } => threat_intelligence::read(indicator, step, &body),
            Lookup::WebsiteContacts { host } => website_contacts::read(host, step, &body),
            Lookup::WebsiteCategories { .. } => website_categorization::read(step, &body),
            Lookup::EmailVerification { email } => email_verification::read(email, step, &body),
            Lookup::WhoisCurrent { subject } => whois::read(subject, step, &body),
            Lookup::ReverseDns { record_type, .. } => reverse_dns::read(*record_type, step, &body),
            Lookup::DnsHistory { host, .. } => dns_history::read(host, step, &body),
            Lookup::AddressHistory { .. } => dns_history::read_reverse(step, &body),
            Lookup::Discovery { .. } => discovery::read(step, &body),
            Lookup::Certificates { .. } => ssl_certificates::read(step, &body),
            Lookup::IssuedCertificates { .. }
            | Lookup::Pointers { .. }
            | Lookup::NameServerRegistration { .. }
            | Lookup::RegistryContact { .. } => Err(not_answered()),
        }
    }

    fn batch(&self) -> Option<&dyn Batch> {
        Some(self)
    }

    fn balance_call(&self) -> Option<HttpRequest> {
        self.key.check().ok().map(|()| balance::request(&self.settings.base_urls.balance, &self.key))
    }

    fn read_balance(&self, lookup: &Lookup, response: &HttpResponse) -> Result<Option<Credits>, ProviderError> {
        match failure::answer(response, &self.key) {
            Ok(body) => match service(lookup).and_then(balance::pool) {
                Some(pool) => balance::read(pool, &body),
                None => Err(ProviderError::InvalidInput {
                    reason: "which of the account's credits pay for this service is not known.".to_owned(),
                }),
            },
            // This service costs nothing, so it refuses for the key alone, whatever its standard sentence says.
            Err(failure) => Err(match failure.into() {
                ProviderError::AccessRefused | ProviderError::NoCredits => ProviderError::BadKey,
                other => other,
            }),
        }
    }
}

fn not_answered() -> ProviderError {
    ProviderError::InvalidInput { reason: "it has no service for such questions.".to_owned() }
}

/// Which service answers a lookup, if one does.
const fn service(lookup: &Lookup) -> Option<Service> {
    service_of(lookup.kind())
}

const fn service_of(kind: LookupKind) -> Option<Service> {
    Some(match kind {
        LookupKind::WhoisHistory => Service::WhoisHistory,
        LookupKind::ReverseWhois => Service::ReverseWhois,
        LookupKind::ReverseNs => Service::ReverseNs,
        LookupKind::ReverseMx => Service::ReverseMx,
        LookupKind::ReverseIp => Service::ReverseIp,
        LookupKind::Subdomains => Service::Subdomains,
        LookupKind::DnsRecords => Service::DnsLookup,
        LookupKind::IpOwner => Service::IpNetblocks,
        LookupKind::IpLocation => Service::IpGeolocation,
        LookupKind::Reputation => Service::DomainReputation,
        LookupKind::Threats => Service::ThreatIntelligence,
        LookupKind::WebsiteContacts => Service::WebsiteContacts,
        LookupKind::WebsiteCategories => Service::WebsiteCategorization,
        LookupKind::EmailVerification => Service::EmailVerification,
        LookupKind::WhoisCurrent => Service::WhoisCurrent,
        LookupKind::ReverseDns => Service::ReverseDns,
        LookupKind::DnsHistory | LookupKind::AddressHistory => Service::DnsHistory,
        LookupKind::Discovery => Service::Discovery,
        LookupKind::Certificates => Service::SslCertificates,
        LookupKind::IssuedCertificates
        | LookupKind::Pointers
        | LookupKind::NameServerRegistration
        | LookupKind::RegistryContact => return None,
    })
}

/// Who learns of a question besides the vendor: some services look for themselves when they are asked.
const fn exposure(service: Service) -> Exposure {
    match service {
        // It resolves on request.
        Service::DnsLookup => Exposure::Infrastructure,
        // They visit the site, the host or the mail server, unless they have done so a short time ago.
        Service::WebsiteContacts
        | Service::WebsiteCategorization
        | Service::SslCertificates
        | Service::EmailVerification => Exposure::Touch,
        _ => Exposure::ThirdParty,
    }
}

/// An address with these parameters added.
fn with_query(base: &Url, parameters: &[(&str, &str)]) -> Url {
    let mut url = base.clone();
    url.query_pairs_mut().extend_pairs(parameters);
    url
}

/// A count, which the vendor stops at some point.
const fn counted(count: u64) -> Total {
    if count >= COUNTS_UP_TO { Total::AtLeast(count) } else { Total::Exactly(count) }
}

/// Whether a cursor says that there is no further page: empty, zero, false, or a word for nothing in a text.
fn names_no_page(cursor: Node<'_>) -> bool {
    let is_word = |text: &str| ["null", "none", "false"].iter().any(|word| text.trim().eq_ignore_ascii_case(word));
    cursor.is_blank() || cursor.boolean() == Some(false) || cursor.as_str().is_some_and(is_word)
}

/// Only the one page that there is can be asked for.
fn single_page(step: &Step) -> Result<(), ProviderError> {
    match step {
        Step::Page(None) => Ok(()),
        Step::Page(Some(_)) => {
            Err(ProviderError::InvalidInput { reason: "its answer to this question has one page only.".to_owned() })
        }
        Step::Preview => Err(no_preview()),
    }
}

/// The answer to a preview where there is none.
fn no_preview() -> ProviderError {
    ProviderError::InvalidInput { reason: "it does not count for free here.".to_owned() }
}
