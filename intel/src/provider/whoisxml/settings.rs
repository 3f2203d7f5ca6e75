//! What an operator can change about this source, each value with the vendor's as default.
//!
//! Prices belong here because the vendor's pages do not state all of them and plans differ; rates because they are
//! stated for some services only; addresses because an installation may go through a relay, and tests go to loopback.
//! The key is not here: it is a secret, it may come from a file, and [`WhoisXml::new`](super::WhoisXml::new) takes it
//! by itself.

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
}

/// What a page of each service costs, in the credits of the pool that pays for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Prices {
    /// All past records of one domain. Vendor documentation: 50.
    pub whois_history: Credits,
    /// A page of up to 10,000 domains. The vendor's pages disagree with what users report (50 or 1): the default is
    /// the dear one, so that nobody is surprised.
    pub reverse_whois: Credits,
    /// A page of up to 300 domains.
    pub reverse_ns: Credits,
    /// All known names below one domain.
    pub subdomains: Credits,
    /// The DNS records of one name. Paid from a pool of its own.
    pub dns_lookup: Credits,
}

impl Default for Prices {
    fn default() -> Self {
        Self {
            whois_history: Credits(50),
            reverse_whois: Credits(50),
            reverse_ns: Credits(1),
            subdomains: Credits(10),
            dns_lookup: Credits(1),
        }
    }
}

/// How many requests a second each service takes. Zero counts as one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Rates {
    /// WHOIS history.
    pub whois_history: u32,
    /// Reverse WHOIS.
    pub reverse_whois: u32,
    /// Reverse NS.
    pub reverse_ns: u32,
    /// Subdomains.
    pub subdomains: u32,
    /// DNS records.
    pub dns_lookup: u32,
}

/// Thirty a second everywhere: the figure the vendor states for those services that it states one for.
impl Default for Rates {
    fn default() -> Self {
        Self { whois_history: 30, reverse_whois: 30, reverse_ns: 30, subdomains: 30, dns_lookup: 30 }
    }
}

/// Where each service is, without query. The defaults are the vendor's own addresses.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct BaseUrls {
    /// WHOIS History API, version 1.
    pub whois_history: Url,
    /// Reverse WHOIS API, version 2.
    pub reverse_whois: Url,
    /// Reverse NS API, version 1.
    pub reverse_ns: Url,
    /// Subdomains Lookup API, version 1.
    pub subdomains: Url,
    /// DNS Lookup API.
    pub dns_lookup: Url,
    /// The account balance service.
    pub balance: Url,
}

impl Default for BaseUrls {
    fn default() -> Self {
        Self {
            whois_history: literal("https://whois-history.whoisxmlapi.com/api/v1"),
            reverse_whois: literal("https://reverse-whois.whoisxmlapi.com/api/v2"),
            reverse_ns: literal("https://reverse-ns.whoisxmlapi.com/api/v1"),
            subdomains: literal("https://subdomains.whoisxmlapi.com/api/v1"),
            dns_lookup: literal("https://www.whoisxmlapi.com/whoisserver/DNSService"),
            balance: literal("https://user.whoisxmlapi.com/user-service/account-balance"),
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
    fn a_misspelt_name_is_an_error() {
        for text in ["price.reverse_whois = 1", "prices.reverse_whios = 1", "rates.all = 1", "base_urls.balanse = 'x'"]
        {
            assert!(toml::from_str::<WhoisXmlSettings>(text).is_err(), "{text}");
        }
    }
}
