//! WhoisXML API.
//!
//! A vendor of WHOIS, DNS and related data: one account, one key, some twenty web services with an address, a spelling
//! and a price of their own each. The facts here are those of the vendor's documentation and client libraries, and of
//! recorded answers where these say something else.
//!
//! One file per service builds its request and reads its answer (`history`, `reverse_whois`, `reverse_ns`,
//! `subdomains`, `dns_lookup`, `balance`); what several of them share stands beside them: telling answers from
//! failures (`failure`), rows of names (`rows`), pages continued by name (`name_pages`), WHOIS records
//! (`whois_record`, `contact`), the key (`key`). This file says which lookup goes to which service on which terms.
//!
//! The services charge by the page and not by the row, and most of what is unpleasant about them is about money: a page
//! must never be asked for twice because its cursor did not move, an odd field must not cost a whole bought answer, and
//! a refusal must be told apart from a failure, or the desk would repeat a purchase.

mod balance;
mod contact;
mod dns_lookup;
mod failure;
mod history;
mod key;
mod name_pages;
mod reverse_ns;
mod reverse_whois;
mod rows;
mod settings;
mod subdomains;
mod whois_record;

use secrecy::SecretString;
use url::Url;

use self::key::Key;
pub use self::settings::{BaseUrls, Prices, Rates, WhoisXmlSettings};
use super::{Call, Exposure, Offer, Provider, Rate, Step};
use crate::{
    answer::{Page, Total},
    credits::Credits,
    error::ProviderError,
    lookup::{Lookup, LookupKind},
    upstream::{HttpRequest, HttpResponse},
};

/// The number at which the vendor's services stop counting.
const COUNTS_UP_TO: u64 = 10_000;

/// The provider `whoisxml`: WHOIS history, reverse WHOIS, reverse NS, subdomains and DNS records.
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
        &LookupKind::ALL
    }

    fn offer(&self, lookup: &Lookup) -> Option<Offer> {
        let WhoisXmlSettings { prices, rates, .. } = &self.settings;
        let vendor = |endpoint, price, requests_per_second| Offer {
            endpoint,
            exposure: Exposure::ThirdParty,
            price,
            free_preview: false,
            rate: Some(Rate::per_second(requests_per_second)),
        };
        Some(match lookup {
            Lookup::WhoisHistory { .. } => {
                Offer { free_preview: true, ..vendor("whois-history", prices.whois_history, rates.whois_history) }
            }
            Lookup::ReverseWhois { .. } => {
                Offer { free_preview: true, ..vendor("reverse-whois", prices.reverse_whois, rates.reverse_whois) }
            }
            Lookup::ReverseNs { .. } => vendor("reverse-ns", prices.reverse_ns, rates.reverse_ns),
            Lookup::Subdomains { .. } => vendor("subdomains", prices.subdomains, rates.subdomains),
            Lookup::DnsRecords { .. } => {
                let offer = vendor("dns-lookup", prices.dns_lookup, rates.dns_lookup);
                Offer { exposure: Exposure::Infrastructure, ..offer }
            }
        })
    }

    fn call(&self, lookup: &Lookup, step: &Step) -> Result<Call, ProviderError> {
        let Self { key, settings: WhoisXmlSettings { base_urls, .. } } = self;
        key.check()?;
        let request = match lookup {
            Lookup::WhoisHistory { domain } => history::request(&base_urls.whois_history, key, domain, step),
            Lookup::ReverseWhois { term, scope } => {
                reverse_whois::request(&base_urls.reverse_whois, key, term, *scope, step)
            }
            Lookup::ReverseNs { name_server } => reverse_ns::request(&base_urls.reverse_ns, key, name_server, step),
            Lookup::Subdomains { domain } => subdomains::request(&base_urls.subdomains, key, domain, step),
            Lookup::DnsRecords { host } => dns_lookup::request(&base_urls.dns_lookup, key, host, step),
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
            Lookup::ReverseNs { .. } => reverse_ns::read(step, &body),
            Lookup::Subdomains { .. } => subdomains::read(step, &body),
            Lookup::DnsRecords { host } => dns_lookup::read(host, step, &body),
        }
    }

    fn balance_call(&self) -> Option<HttpRequest> {
        self.key.check().ok().map(|()| balance::request(&self.settings.base_urls.balance, &self.key))
    }

    fn read_balance(&self, lookup: &Lookup, response: &HttpResponse) -> Result<Option<Credits>, ProviderError> {
        match failure::answer(response, &self.key) {
            Ok(body) => balance::read(balance::pool(lookup.kind()), &body),
            // This service costs nothing, so it refuses for the key alone, whatever its standard sentence says.
            Err(failure) => Err(match failure.into() {
                ProviderError::AccessRefused | ProviderError::NoCredits => ProviderError::BadKey,
                other => other,
            }),
        }
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
