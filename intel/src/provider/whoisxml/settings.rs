//! What an operator can change about this source, each value with the vendor's as default.
//!
//! Prices belong here because the vendor's pages do not state all of them and plans differ; rates because they are
//! stated for some services only; addresses because an installation may go through a relay, and tests go to loopback.
//! The key is not here: it is a secret, it may come from a file, and [`WhoisXml::new`](super::WhoisXml::new) takes it
//! by itself.
//!
//! There are some twenty services, each with a name, a price, a rate and an address. They stand in one table below, from
//! which [`Service`], [`Prices`], [`Rates`] and [`BaseUrls`] are made. A price or rate that the vendor does not state is
//! the dearer or slower of what is reported, and its line says so.

use serde::{Deserialize, Serialize};
use url::Url;

use crate::credits::Credits;

/// The settings of this source. Every part may be left out.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct WhoisXmlSettings {
    /// What a page costs.
    pub prices: Prices,
    /// How fast each service may be asked.
    pub rates: Rates,
    /// Where each service is.
    pub base_urls: BaseUrls,
    /// When many questions are put into one bulk job.
    pub bulk: BulkSettings,
}

macro_rules! services {
    ($($(#[$doc:meta])* $variant:ident $name:ident $endpoint:literal $price:literal $rate:literal $url:literal;)*) => {
        /// A web service of the vendor.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Service {
            $($(#[$doc])* $variant,)*
        }

        impl Service {
            /// Every service.
            pub const ALL: [Self; [$($rate),*].len()] = [$(Self::$variant),*];

            /// The name used in logs, and what rates and failures are counted by.
            #[must_use]
            pub const fn endpoint(self) -> &'static str {
                match self { $(Self::$variant => $endpoint,)* }
            }
        }

        /// What a page of each service costs, in the credits of the pool that pays for it.
        #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(deny_unknown_fields, default)]
        pub struct Prices {
            $($(#[$doc])* pub $name: Credits,)*
            /// What is added where discovery is to search labels below domains as well. Vendor documentation: 10, and 1
            /// for domains.
            pub discovery_subdomains: Credits,
        }

        impl Default for Prices {
            fn default() -> Self {
                Self { $($name: Credits($price),)* discovery_subdomains: Credits(10) }
            }
        }

        impl Prices {
            /// What a page of a service costs.
            #[must_use]
            pub const fn of(&self, service: Service) -> Credits {
                match service { $(Service::$variant => self.$name,)* }
            }
        }

        /// How many requests a second each service takes. Zero counts as one.
        #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(deny_unknown_fields, default)]
        pub struct Rates {
            $($(#[$doc])* pub $name: u32,)*
        }

        impl Default for Rates {
            fn default() -> Self {
                Self { $($name: $rate,)* }
            }
        }

        impl Rates {
            /// How many requests a second a service takes.
            #[must_use]
            pub const fn of(&self, service: Service) -> u32 {
                match service { $(Service::$variant => self.$name,)* }
            }
        }

        /// Where each service is, without query. The defaults are the vendor's own addresses.
        #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(deny_unknown_fields, default)]
        pub struct BaseUrls {
            $($(#[$doc])* pub $name: Url,)*
        }

        impl Default for BaseUrls {
            fn default() -> Self {
                Self { $($name: literal($url),)* }
            }
        }

        impl BaseUrls {
            /// Where a service is.
            #[must_use]
            pub const fn of(&self, service: Service) -> &Url {
                match service { $(Service::$variant => &self.$name,)* }
            }

            /// The same with every address changed, for example to be shown.
            #[must_use]
            pub fn map(&self, change: impl Fn(&Url) -> Url) -> Self {
                Self { $($name: change(&self.$name),)* }
            }
        }
    };
}

// The columns: service, key in the configuration, name in logs, price, requests a second, address.
services! {
    /// WHOIS API: the record as it is now. Price and rate are those that users report; the vendor's page states none.
    WhoisCurrent whois "whois" 1 50 "https://www.whoisxmlapi.com/whoisserver/WhoisService";
    /// Bulk WHOIS API: many records as one job; the price is that of one domain. Vendor documentation: 1 credit a
    /// domain, 5 requests a second, and whoever is faster is shut out for 30 seconds.
    BulkWhois bulk_whois "bulk-whois" 1 5 "https://www.whoisxmlapi.com/BulkWhoisLookup/bulkServices";
    /// WHOIS History API, version 1: all past records of one domain. Vendor documentation: 50 credits.
    WhoisHistory whois_history "whois-history" 50 30 "https://whois-history.whoisxmlapi.com/api/v1";
    /// Reverse WHOIS API, version 2: a page of up to 10,000 domains. The vendor's pages disagree with what users report
    /// (50 or 1): the default is the dear one, so that nobody is surprised.
    ReverseWhois reverse_whois "reverse-whois" 50 30 "https://reverse-whois.whoisxmlapi.com/api/v2";
    /// Reverse NS API, version 1: a page of up to 300 domains.
    ReverseNs reverse_ns "reverse-ns" 1 30 "https://reverse-ns.whoisxmlapi.com/api/v1";
    /// Reverse MX API, version 1: a page of up to 300 domains. Vendor documentation: 30 requests a second.
    ReverseMx reverse_mx "reverse-mx" 1 30 "https://reverse-mx.whoisxmlapi.com/api/v1";
    /// Reverse IP API, version 1: a page of up to 300 names. Some integrations use the host `dns-history` for the same.
    ReverseIp reverse_ip "reverse-ip" 1 30 "https://reverse-ip.whoisxmlapi.com/api/v1";
    /// Reverse DNS API, version 1: names by the value of a TXT, CNAME or SOA record. No price is stated.
    ReverseDns reverse_dns "reverse-dns" 1 30 "https://reverse-dns.whoisxmlapi.com/api/v1";
    /// DNS Chronicle API, version 1: the history of addresses. Vendor documentation: 10 requests a second. No price is
    /// stated: the default is that of the dearest comparable service.
    DnsHistory dns_history "dns-history" 10 10 "https://dns-history.whoisxmlapi.com/api/v1";
    /// Subdomains Lookup API, version 1: all known names below one domain.
    Subdomains subdomains "subdomains" 10 30 "https://subdomains.whoisxmlapi.com/api/v1";
    /// Domains & Subdomains Discovery API, version 1: names like a pattern; the price is that of searching domains.
    Discovery discovery "discovery" 1 30 "https://domains-subdomains-discovery.whoisxmlapi.com/api/v1";
    /// DNS Lookup API: the DNS records of one name. Paid from a pool of its own.
    DnsLookup dns_lookup "dns-lookup" 1 30 "https://www.whoisxmlapi.com/whoisserver/DNSService";
    /// IP Geolocation API, version 1. Paid from a pool of its own, as everything below.
    IpGeolocation ip_geolocation "ip-geolocation" 1 30 "https://ip-geolocation.whoisxmlapi.com/api/v1";
    /// IP Netblocks API, version 2: a page of up to 1,000 networks.
    IpNetblocks ip_netblocks "ip-netblocks" 1 30 "https://ip-netblocks.whoisxmlapi.com/api/v2";
    /// Domain Reputation API, version 2. No price is stated.
    DomainReputation domain_reputation "domain-reputation" 1 30 "https://domain-reputation.whoisxmlapi.com/api/v2";
    /// Threat Intelligence API, version 1. Vendor documentation: 1 credit for each 100 results started, 30 requests a
    /// second; 100 results are asked for.
    ThreatIntelligence threat_intelligence "threat-intelligence" 1 30 "https://threat-intelligence.whoisxmlapi.com/api/v1";
    /// Website Contacts API, version 1. No price is stated.
    WebsiteContacts website_contacts "website-contacts" 1 30 "https://website-contacts.whoisxmlapi.com/api/v1";
    /// Website Categorization API, version 3. No price is stated.
    WebsiteCategorization website_categorization "website-categorization" 1 30 "https://website-categorization.whoisxmlapi.com/api/v3";
    /// Email Verification API, version 2. No price is stated.
    EmailVerification email_verification "email-verification" 1 30 "https://emailverification.whoisxmlapi.com/api/v2";
    /// SSL Certificates API, version 1. No price is stated.
    SslCertificates ssl_certificates "ssl-certificates" 1 30 "https://ssl-certificates.whoisxmlapi.com/api/v1";
    /// The account balance service, which costs nothing.
    Balance balance "balance" 0 30 "https://user.whoisxmlapi.com/user-service/account-balance";
}

/// When many questions for current WHOIS records are put into one bulk job, and how the job is carried through.
///
/// A bulk job costs as much as the questions one by one. It is worth it where they would take longer: where there are
/// more of them than the WHOIS API takes in the time that a job is expected to take.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct BulkSettings {
    /// Whether bulk jobs are used at all.
    pub enabled: bool,
    /// How long a question waits for others to come, in milliseconds, counted anew from each that comes.
    pub window_milliseconds: u64,
    /// How long the first question waits at most, in milliseconds.
    pub longest_window_milliseconds: u64,
    /// How long a job is expected to take, in seconds: what one by one is compared with.
    pub expected_seconds: u64,
    /// The most domains in one job. Vendor documentation: 500,000.
    pub largest_job: usize,
    /// How many records are fetched with one request. The vendor states no limit.
    pub records_per_request: usize,
    /// How long to wait between two questions whether a job is done, in milliseconds, at first; it doubles from time to
    /// time.
    pub shortest_poll_milliseconds: u64,
    /// The longest wait between two such questions, in milliseconds. The vendor's own example waits 30 seconds.
    pub longest_poll_milliseconds: u64,
    /// How long a job may take until it is given up, in seconds.
    pub job_seconds: u64,
}

impl Default for BulkSettings {
    fn default() -> Self {
        Self {
            enabled: true,
            window_milliseconds: 300,
            longest_window_milliseconds: 5000,
            expected_seconds: 5,
            largest_job: 500_000,
            records_per_request: 1000,
            shortest_poll_milliseconds: 2000,
            longest_poll_milliseconds: 30_000,
            job_seconds: 1800,
        }
    }
}

#[expect(
    clippy::expect_used,
    reason = "the addresses above are the only arguments, and every test passes through here"
)]
fn literal(url: &'static str) -> Url {
    Url::parse(url).expect("an address in the source code is a URL")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_section_is_the_vendors_terms() {
        let settings: WhoisXmlSettings = toml::from_str("").expect("TOML");
        assert_eq!(settings, WhoisXmlSettings::default());
        assert_eq!(settings.prices.whois_history, Credits(50));
        assert_eq!(settings.base_urls.reverse_whois.as_str(), "https://reverse-whois.whoisxmlapi.com/api/v2");
    }

    #[test]
    fn one_value_can_be_set_without_the_others() {
        let settings: WhoisXmlSettings =
            toml::from_str("prices.reverse_whois = 1\nbase_urls.balance = 'http://127.0.0.1:9/b'").expect("TOML");
        assert_eq!(settings.prices, Prices { reverse_whois: Credits(1), ..Prices::default() });
        assert_eq!(settings.base_urls.balance.as_str(), "http://127.0.0.1:9/b");
        assert_eq!(settings.base_urls.reverse_ns, BaseUrls::default().reverse_ns);
    }

    #[test]
    fn every_service_has_a_name_of_its_own_and_an_encrypted_address() {
        let names: std::collections::BTreeSet<_> = Service::ALL.iter().map(|service| service.endpoint()).collect();
        assert_eq!(names.len(), Service::ALL.len());
        for service in Service::ALL {
            assert_eq!(BaseUrls::default().of(service).scheme(), "https", "{service:?}");
            assert!(Rates::default().of(service) > 0, "{service:?}");
            assert_eq!(Prices::default().of(service).is_free(), service == Service::Balance, "{service:?}");
        }
    }

    #[test]
    fn a_misspelt_name_is_an_error() {
        for text in ["price.reverse_whois = 1", "prices.reverse_whios = 1", "rates.all = 1", "base_urls.balanse = 'x'"]
        {
            assert!(toml::from_str::<WhoisXmlSettings>(text).is_err(), "{text}");
        }
    }
}
