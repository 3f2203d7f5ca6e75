//! The sections of the sources.
//!
//! Sources that need no key answer from the first day on: they are asked unless somebody turns them off, one by one or all
//! together. Where a proxy or a gateway hides who asks, those that would go past it are not asked by themselves, and
//! whoever turns one on by name is told why that cannot be.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    time::Duration,
};

use intel::{
    desk::{DnsTransportSettings, TransportSettings, WhoisTransportSettings},
    provider::{
        Rate, certspotter::CertSpotterSettings, circl::CirclSettings, crtsh::CrtShSettings, cymru::CymruSettings,
        dns::DnsSettings, hackertarget::HackerTargetSettings, rdap::RdapSettings, viewdns::ViewDnsSettings,
        whois43::Whois43Settings,
    },
};
use serde::{Deserialize, Serialize};

use super::{
    ConfigError, SecretText, UpstreamSection, WhoisXmlSection,
    sections::{list_or_commas, url},
};

/// Data vendors and other sources.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ProvidersSection {
    /// Whether the sources that need no key are asked, where nothing else is said of one.
    pub keyless: bool,
    /// WhoisXML API.
    pub whoisxml: WhoisXmlSection,
    /// Registries' RDAP servers.
    pub rdap: RdapSection,
    /// WHOIS servers on port 43.
    pub whois43: Whois43Section,
    /// The live DNS.
    pub dns: DnsSection,
    /// Cert Spotter.
    pub certspotter: CertSpotterSection,
    /// crt.sh.
    pub crtsh: CrtShSection,
    /// Team Cymru.
    pub cymru: CymruSection,
    /// Files of addresses.
    pub mmdb: MmdbSection,
    /// Passive DNS of CIRCL or a compatible server.
    pub circl: CirclSection,
    /// HackerTarget.
    pub hackertarget: HackerTargetSection,
    /// ViewDNS.
    pub viewdns: ViewDnsSection,
}

impl Default for ProvidersSection {
    fn default() -> Self {
        Self {
            keyless: true,
            whoisxml: WhoisXmlSection::default(),
            rdap: RdapSection::default(),
            whois43: Whois43Section::default(),
            dns: DnsSection::default(),
            certspotter: CertSpotterSection::default(),
            crtsh: CrtShSection::default(),
            cymru: CymruSection::default(),
            mmdb: MmdbSection::default(),
            circl: CirclSection::default(),
            hackertarget: HackerTargetSection::default(),
            viewdns: ViewDnsSection::default(),
        }
    }
}

/// Which sources are asked besides data vendors.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "one for each source, and each by itself")]
pub struct Asked {
    /// Registries' RDAP servers.
    pub rdap: bool,
    /// WHOIS servers on port 43.
    pub whois43: bool,
    /// The live DNS.
    pub dns: bool,
    /// Cert Spotter.
    pub certspotter: bool,
    /// crt.sh.
    pub crtsh: bool,
    /// Team Cymru.
    pub cymru: bool,
    /// Files of addresses.
    pub mmdb: bool,
    /// Passive DNS.
    pub circl: bool,
    /// HackerTarget.
    pub hackertarget: bool,
    /// ViewDNS.
    pub viewdns: bool,
}

impl Asked {
    /// Whether there is any.
    #[must_use]
    pub fn any(self) -> bool {
        self.needs_dns()
            || self.rdap
            || self.whois43
            || self.certspotter
            || self.crtsh
            || self.mmdb
            || self.circl
            || self.hackertarget
            || self.viewdns
    }

    /// Whether DNS resolvers are asked by somebody.
    #[must_use]
    pub const fn needs_dns(self) -> bool {
        self.dns || self.cymru
    }
}

impl ProvidersSection {
    /// Which sources are asked, given the way that requests take out of this machine.
    #[must_use]
    pub fn asked(&self, upstream: &UpstreamSection) -> Asked {
        let is_direct = upstream.gateway.is_none() && upstream.proxy.is_none();
        let carries_whois =
            upstream.gateway.is_none() && upstream.proxy.as_deref().is_none_or(|proxy| proxy.starts_with("socks5"));
        let has = |key: &Option<SecretText>| key.as_ref().is_some_and(|key| !key.expose().trim().is_empty());
        Asked {
            rdap: self.rdap.enabled.unwrap_or(self.keyless),
            whois43: self.whois43.enabled.unwrap_or(self.keyless && carries_whois),
            dns: self.dns.enabled.unwrap_or(self.keyless && is_direct),
            certspotter: self.certspotter.enabled.unwrap_or(self.keyless),
            crtsh: self.crtsh.enabled.unwrap_or(self.keyless),
            cymru: self.cymru.enabled.unwrap_or(self.keyless && is_direct),
            mmdb: !self.mmdb.files.is_empty(),
            circl: self.circl.enabled.unwrap_or_else(|| has(&self.circl.password)),
            // Its free questions are few and counted by address, so nobody's are used up unasked.
            hackertarget: self.hackertarget.enabled.unwrap_or_else(|| has(&self.hackertarget.api_key)),
            viewdns: has(&self.viewdns.api_key) && self.viewdns.enabled.unwrap_or(true),
        }
    }

    /// Refuses what would go past the way that all requests have to take.
    ///
    /// # Errors
    /// With the source and what to do.
    pub(super) fn check(&self, upstream: &UpstreamSection) -> Result<(), ConfigError> {
        let unusable = |key, problem: &str| Err(ConfigError::Unusable { key, problem: problem.to_owned() });
        let is_hidden = upstream.gateway.is_some() || upstream.proxy.is_some();
        for (enabled, key) in
            [(self.dns.enabled, "providers.dns.enabled"), (self.cymru.enabled, "providers.cymru.enabled")]
        {
            if enabled == Some(true) && is_hidden {
                return unusable(
                    key,
                    "the DNS is asked past upstream.gateway and upstream.proxy, which would show the network what they \
                     are there to hide; leave it off, or take them out",
                );
            }
        }
        if self.whois43.enabled == Some(true) && upstream.gateway.is_some() {
            return unusable(
                "providers.whois43.enabled",
                "WHOIS does not go through upstream.gateway; leave it off, or use a SOCKS5 proxy (upstream.proxy)",
            );
        }
        Ok(())
    }

    /// Reads the keys that stand in files of their own.
    pub(super) fn read_key_files(&mut self, folder: &Path) -> Result<(), ConfigError> {
        let keys: [(&mut Option<SecretText>, &Option<String>, &'static str); 5] = [
            (&mut self.whoisxml.api_key, &self.whoisxml.api_key_file, "providers.whoisxml.api_key and api_key_file"),
            (
                &mut self.certspotter.api_key,
                &self.certspotter.api_key_file,
                "providers.certspotter.api_key and api_key_file",
            ),
            (&mut self.circl.password, &self.circl.password_file, "providers.circl.password and password_file"),
            (
                &mut self.hackertarget.api_key,
                &self.hackertarget.api_key_file,
                "providers.hackertarget.api_key and api_key_file",
            ),
            (&mut self.viewdns.api_key, &self.viewdns.api_key_file, "providers.viewdns.api_key and api_key_file"),
        ];
        for (key, file, keys) in keys {
            let Some(file) = file else { continue };
            if key.is_some() {
                return Err(ConfigError::Conflict { keys });
            }
            let file = folder.join(file);
            let text = std::fs::read_to_string(&file).map_err(|error| ConfigError::unreadable(&file, &error))?;
            *key = Some(SecretText::from(text.trim().to_owned()));
        }
        Ok(())
    }
}

/// An address that a source has to have.
fn base(key: &'static str, text: &str, usual: &str) -> Result<url::Url, ConfigError> {
    let problem = || format!("it is empty; the public service is {usual}");
    url(key, Some(text), &["http", "https"])?.ok_or_else(|| ConfigError::Unusable { key, problem: problem() })
}

/// Where IANA's lists of RDAP servers are.
const IANA_LISTS: &str = "https://data.iana.org/rdap/";

/// Registries' RDAP servers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RdapSection {
    /// Whether they are asked; unset: as all sources that need no key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enabled: Option<bool>,
    /// Where the lists of servers are.
    pub lists_url: String,
    /// How many questions a second each server gets.
    pub rate: u32,
    /// Where servers really are, by their name.
    pub servers: BTreeMap<String, String>,
}

impl Default for RdapSection {
    fn default() -> Self {
        Self { enabled: None, lists_url: IANA_LISTS.to_owned(), rate: 1, servers: BTreeMap::new() }
    }
}

impl RdapSection {
    /// The settings of the provider. The folder is where the lists are kept.
    ///
    /// # Errors
    /// When an address is none.
    pub fn settings(&self, folder: Option<PathBuf>) -> Result<RdapSettings, ConfigError> {
        let place = |(server, place): (&String, &String)| {
            let url = base("providers.rdap.servers", place, "the server itself")?;
            Ok((server.trim().to_lowercase(), url))
        };
        let servers = self.servers.iter().map(place).collect::<Result<_, ConfigError>>()?;
        let lists = base("providers.rdap.lists_url", &self.lists_url, IANA_LISTS)?;
        Ok(RdapSettings { rate: self.rate, servers, folder, ..RdapSettings::with_lists_at(lists) })
    }
}

/// WHOIS servers on port 43.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Whois43Section {
    /// Whether they are asked; unset: as all sources that need no key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enabled: Option<bool>,
    /// How many questions a second each server gets.
    pub rate: u32,
    /// Where servers really are, by their name.
    pub servers: BTreeMap<String, String>,
}

impl Default for Whois43Section {
    fn default() -> Self {
        let Whois43Settings { servers, rate } = Whois43Settings::default();
        Self { enabled: None, rate, servers }
    }
}

impl Whois43Section {
    /// The settings of the provider.
    #[must_use]
    pub fn settings(&self) -> Whois43Settings {
        let servers = self.servers.iter().map(|(server, place)| (server.trim().to_lowercase(), place.clone()));
        Whois43Settings { servers: servers.collect(), rate: self.rate }
    }

    /// The settings of the transport.
    ///
    /// # Errors
    /// When the proxy is no URL of a kind that can be used.
    pub fn transport(&self, upstream: &UpstreamSection) -> Result<WhoisTransportSettings, ConfigError> {
        let TransportSettings { proxy, connect_timeout, total_timeout, .. } = upstream.settings()?;
        Ok(WhoisTransportSettings { proxy, connect_timeout, total_timeout, ..WhoisTransportSettings::default() })
    }
}

/// The live DNS.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DnsSection {
    /// Whether it is asked; unset: as all sources that need no key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enabled: Option<bool>,
    /// The resolvers that are asked.
    #[serde(deserialize_with = "list_or_commas")]
    pub resolvers: Vec<String>,
    /// How many questions a second they get.
    pub rate: u32,
    /// How long an attempt may take, in seconds.
    pub attempt_seconds: u64,
    /// How many attempts there are.
    pub attempts: usize,
    /// Whether signatures (DNSSEC) are checked.
    pub validate: bool,
}

impl Default for DnsSection {
    fn default() -> Self {
        let settings = DnsTransportSettings::default();
        Self {
            enabled: None,
            resolvers: settings.resolvers,
            rate: DnsSettings::default().rate,
            attempt_seconds: settings.timeout.as_secs(),
            attempts: settings.attempts,
            validate: settings.validate,
        }
    }
}

impl DnsSection {
    /// The settings of the provider.
    #[must_use]
    pub const fn settings(&self) -> DnsSettings {
        DnsSettings { rate: self.rate }
    }

    /// The settings of the transport.
    #[must_use]
    pub fn transport(&self) -> DnsTransportSettings {
        DnsTransportSettings {
            resolvers: self.resolvers.clone(),
            timeout: Duration::from_secs(self.attempt_seconds),
            attempts: self.attempts,
            validate: self.validate,
        }
    }
}

/// Cert Spotter, where certificates are logged.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CertSpotterSection {
    /// Whether it is asked; unset: as all sources that need no key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enabled: Option<bool>,
    /// Where it is.
    pub base_url: String,
    /// The key, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub api_key: Option<SecretText>,
    /// A file that holds the key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub api_key_file: Option<String>,
    /// How many questions an hour it takes.
    pub hourly: u32,
}

impl Default for CertSpotterSection {
    fn default() -> Self {
        let base_url = "https://api.certspotter.com/".to_owned();
        Self { enabled: None, base_url, api_key: None, api_key_file: None, hourly: 10 }
    }
}

impl CertSpotterSection {
    /// The settings of the provider.
    ///
    /// # Errors
    /// When the address is none.
    pub fn settings(&self) -> Result<CertSpotterSettings, ConfigError> {
        let at = base("providers.certspotter.base_url", &self.base_url, "https://api.certspotter.com/")?;
        Ok(CertSpotterSettings {
            key: self.api_key.as_ref().map(SecretText::secret),
            rate: Rate { requests: self.hourly.max(1), per: Duration::from_secs(60 * 60) },
            ..CertSpotterSettings::at(at)
        })
    }
}

/// crt.sh, where certificates are logged.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CrtShSection {
    /// Whether it is asked; unset: as all sources that need no key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enabled: Option<bool>,
    /// Where it is.
    pub base_url: String,
}

impl Default for CrtShSection {
    fn default() -> Self {
        Self { enabled: None, base_url: "https://crt.sh/".to_owned() }
    }
}

impl CrtShSection {
    /// The settings of the provider.
    ///
    /// # Errors
    /// When the address is none.
    pub fn settings(&self) -> Result<CrtShSettings, ConfigError> {
        base("providers.crtsh.base_url", &self.base_url, "https://crt.sh/").map(CrtShSettings::at)
    }
}

/// Team Cymru, over the DNS.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CymruSection {
    /// Whether it is asked; unset: as all sources that need no key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enabled: Option<bool>,
    /// The zone below which the answers are.
    pub zone: String,
    /// How many questions a second.
    pub rate: u32,
}

impl Default for CymruSection {
    fn default() -> Self {
        let CymruSettings { zone, rate } = CymruSettings::default();
        Self { enabled: None, zone, rate }
    }
}

impl CymruSection {
    /// The settings of the provider.
    #[must_use]
    pub fn settings(&self) -> CymruSettings {
        CymruSettings { zone: self.zone.trim_matches('.').to_lowercase(), rate: self.rate }
    }
}

/// Files of addresses in MaxMind's format.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct MmdbSection {
    /// The files.
    #[serde(deserialize_with = "list_or_commas")]
    pub files: Vec<String>,
}

/// Passive DNS of CIRCL or a compatible server.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CirclSection {
    /// Whether it is asked; unset: if there is a password.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enabled: Option<bool>,
    /// Where it is, up to where the name is put.
    pub base_url: String,
    /// The user.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// The user's password.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub password: Option<SecretText>,
    /// A file that holds the password.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub password_file: Option<String>,
    /// How many questions a second.
    pub rate: u32,
}

impl Default for CirclSection {
    fn default() -> Self {
        let base_url = "https://www.circl.lu/pdns/query/".to_owned();
        Self { enabled: None, base_url, user: None, password: None, password_file: None, rate: 2 }
    }
}

impl CirclSection {
    /// The settings of the provider.
    ///
    /// # Errors
    /// When the address is none.
    pub fn settings(&self) -> Result<CirclSettings, ConfigError> {
        let at = base("providers.circl.base_url", &self.base_url, "https://www.circl.lu/pdns/query/")?;
        Ok(CirclSettings {
            user: self.user.clone(),
            password: self.password.as_ref().map(SecretText::secret),
            rate: Rate::per_second(self.rate.max(1)),
            ..CirclSettings::at(at)
        })
    }
}

/// HackerTarget.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct HackerTargetSection {
    /// Whether it is asked; unset: if there is a key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enabled: Option<bool>,
    /// Where it is.
    pub base_url: String,
    /// The key, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub api_key: Option<SecretText>,
    /// A file that holds the key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub api_key_file: Option<String>,
    /// How many questions a second.
    pub rate: u32,
}

impl Default for HackerTargetSection {
    fn default() -> Self {
        let base_url = "https://api.hackertarget.com/".to_owned();
        Self { enabled: None, base_url, api_key: None, api_key_file: None, rate: 2 }
    }
}

impl HackerTargetSection {
    /// The settings of the provider.
    ///
    /// # Errors
    /// When the address is none.
    pub fn settings(&self) -> Result<HackerTargetSettings, ConfigError> {
        let at = base("providers.hackertarget.base_url", &self.base_url, "https://api.hackertarget.com/")?;
        Ok(HackerTargetSettings {
            key: self.api_key.as_ref().map(SecretText::secret),
            rate: Rate::per_second(self.rate.max(1)),
            ..HackerTargetSettings::at(at)
        })
    }
}

/// ViewDNS.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ViewDnsSection {
    /// Whether it is asked; unset: if there is a key, without which it cannot be.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enabled: Option<bool>,
    /// Where it is.
    pub base_url: String,
    /// The key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub api_key: Option<SecretText>,
    /// A file that holds the key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub api_key_file: Option<String>,
    /// How many questions a second.
    pub rate: u32,
}

impl Default for ViewDnsSection {
    fn default() -> Self {
        let base_url = "https://api.viewdns.info/".to_owned();
        Self { enabled: None, base_url, api_key: None, api_key_file: None, rate: 1 }
    }
}

impl ViewDnsSection {
    /// The settings of the provider.
    ///
    /// # Errors
    /// When the address is none, or there is no key.
    pub fn settings(&self) -> Result<ViewDnsSettings, ConfigError> {
        let base_url = base("providers.viewdns.base_url", &self.base_url, "https://api.viewdns.info/")?;
        let problem = "ViewDNS answers nobody without a key".to_owned();
        let key = self.api_key.as_ref().map(SecretText::secret);
        let key = key.ok_or(ConfigError::Unusable { key: "providers.viewdns.api_key", problem })?;
        Ok(ViewDnsSettings { base_url, key, rate: Rate::per_second(self.rate.max(1)) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sources_without_a_key_are_asked_unless_somebody_says_otherwise() {
        let mut section = ProvidersSection::default();
        let upstream = UpstreamSection::default();
        let asked = section.asked(&upstream);
        assert!(asked.rdap && asked.whois43 && asked.dns && asked.certspotter && asked.crtsh && asked.cymru);
        assert!(!(asked.mmdb || asked.circl || asked.hackertarget || asked.viewdns));
        section.dns.enabled = Some(false);
        section.viewdns.api_key = Some("k".to_owned().into());
        let asked = section.asked(&upstream);
        assert!(!asked.dns && asked.cymru && asked.viewdns);
        section.keyless = false;
        section.rdap.enabled = Some(true);
        let asked = section.asked(&upstream);
        assert!(asked.rdap && !asked.whois43 && !asked.needs_dns());
    }

    #[test]
    fn nothing_goes_past_a_proxy_or_a_gateway_by_itself() {
        let section = ProvidersSection::default();
        let through = |gateway: Option<&str>, proxy: Option<&str>| {
            let upstream = UpstreamSection {
                gateway: gateway.map(str::to_owned),
                proxy: proxy.map(str::to_owned),
                ..UpstreamSection::default()
            };
            section.check(&upstream).unwrap();
            let asked = section.asked(&upstream);
            (asked.dns || asked.cymru, asked.whois43, asked.rdap)
        };
        assert_eq!(through(None, None), (true, true, true));
        assert_eq!(through(None, Some("socks5h://127.0.0.1:9050")), (false, true, true));
        assert_eq!(through(None, Some("http://127.0.0.1:3128")), (false, false, true));
        assert_eq!(through(Some("http://127.0.0.1:9000"), None), (false, false, true));
    }
}
