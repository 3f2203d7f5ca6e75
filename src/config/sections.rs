//! The sections of the configuration, each with its defaults and what the rest of the program makes of it.

use std::{collections::BTreeMap, fmt, net::ToSocketAddrs, path::Path, time::Duration};

use intel::{
    LookupKind,
    desk::{BreakerSettings, CacheSettings, FreshFor, KindRoute, RetrySettings, RouteMode, Routing, TransportSettings},
    noise::{Judge, LoadProblem, WarningLists},
    provider::NAMES,
    provider::whoisxml::{BaseUrls, BulkSettings, Prices, Rates, WhoisXmlSettings},
};
use maltego::trx::Bounds;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{ConfigError, shown};
use crate::{
    http::base_url::{BaseUrlError, Scheme, base_url},
    oidc::OidcSettings,
    runs::RunSettings,
    tls::PemFiles,
};

/// The server: addresses, limits, time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ServerSection {
    /// The address and port to listen on.
    pub listen: String,
    /// The address under which clients reach this server, without a slash at its end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub public_url: Option<String>,
    /// The name that clients show for this server.
    pub name: String,
    /// How long one run may take, in seconds.
    pub run_seconds: u64,
    /// How many runs may be under way at once; further ones are told to come back.
    pub max_runs: usize,
    /// How many results a request gets that does not say how many it wants.
    pub default_limit: usize,
    /// How many results any request gets at most.
    pub max_limit: usize,
    /// How long runs under way may go on after the server was told to stop, in seconds.
    pub shutdown_seconds: u64,
    /// How large a request may be.
    pub request: RequestSection,
    /// Whether and with which certificate it speaks HTTPS.
    pub tls: TlsSection,
}

impl Default for ServerSection {
    fn default() -> Self {
        Self {
            listen: "127.0.0.1:8080".to_owned(),
            public_url: None,
            name: "Namehound".to_owned(),
            run_seconds: 50,
            max_runs: 1024,
            default_limit: 256,
            max_limit: 10_000,
            shutdown_seconds: 20,
            request: RequestSection::default(),
            tls: TlsSection::default(),
        }
    }
}

/// Whether and with which certificate the server speaks HTTPS.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TlsSection {
    /// Whether it does. Unset: if a certificate is named.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enabled: Option<bool>,
    /// A PEM file with the server's certificate and those of the authorities in between.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub certificate: Option<String>,
    /// A PEM file with its key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
}

impl TlsSection {
    /// The files to serve with, `None` for plain HTTP.
    ///
    /// # Errors
    /// When HTTPS is wanted and a file is not named.
    pub fn files(&self) -> Result<Option<PemFiles>, ConfigError> {
        let unusable = |problem: &str| ConfigError::Unusable { key: "server.tls", problem: problem.to_owned() };
        match (self.enabled, &self.certificate, &self.key) {
            (Some(false), ..) | (None, None, None) => Ok(None),
            (_, Some(certificate), Some(key)) => {
                Ok(Some(PemFiles { certificate: certificate.into(), key: key.into() }))
            }
            (Some(true), None, None) => Err(unusable("enabled, but neither certificate nor key is named")),
            _ => Err(unusable("certificate and key belong together; name both files")),
        }
    }
}

impl ServerSection {
    /// The base of every URL that is written for clients, as far as it is known before the server has its port.
    ///
    /// # Errors
    /// [`BaseUrlError`]
    pub fn base_url(&self) -> Result<String, BaseUrlError> {
        let address = self.listen.to_socket_addrs().ok().and_then(|mut addresses| addresses.next());
        base_url(self.public_url.as_deref(), self.scheme(), address)
    }

    /// How the server itself is reached. Certificate files that are missing are told when it starts.
    #[must_use]
    pub fn scheme(&self) -> Scheme {
        if matches!(self.tls.files(), Ok(None)) { Scheme::Http } else { Scheme::Https }
    }
}

/// How large a request may be.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RequestSection {
    /// Bytes of the whole body.
    pub body_bytes: usize,
    /// Nesting of elements.
    pub depth: usize,
    /// Properties and settings together.
    pub fields: usize,
    /// Bytes of one text.
    pub text_bytes: usize,
    /// How long a client may take to send its request, in seconds.
    pub read_seconds: u64,
}

impl Default for RequestSection {
    fn default() -> Self {
        let bounds = Bounds::default();
        Self {
            body_bytes: bounds.body,
            depth: bounds.depth,
            fields: bounds.fields,
            text_bytes: bounds.text_length,
            read_seconds: 20,
        }
    }
}

impl RequestSection {
    /// The bounds of the request reader.
    #[must_use]
    pub fn bounds(&self) -> Bounds {
        Bounds {
            body: self.body_bytes,
            depth: self.depth,
            fields: self.fields,
            text_length: self.text_bytes,
            ..Bounds::default()
        }
    }
}

/// The JSON dialect: runs and the browser client.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct V3Section {
    /// The most events in one answer.
    pub page_size: usize,
    /// How long a poll that would bring nothing is held open, in milliseconds.
    pub hold_milliseconds: u64,
    /// How long one run may take, in seconds.
    pub run_seconds: u64,
    /// How long a run is kept after the last poll, and how long it goes on without one, in seconds.
    pub retention_seconds: u64,
    /// How many unfinished runs one user may have.
    pub runs_per_user: usize,
    /// How many bytes of results one run may hold.
    pub run_bytes: usize,
    /// How long a question to the user waits for its answer, in seconds.
    pub prompt_seconds: u64,
    /// How many inputs of one run are worked on at once.
    pub parallel_inputs: usize,
    /// The pages that may use this server from a browser.
    #[serde(deserialize_with = "list_or_commas")]
    pub allowed_origins: Vec<String>,
}

impl Default for V3Section {
    fn default() -> Self {
        Self {
            page_size: 1000,
            hold_milliseconds: 1000,
            run_seconds: 600,
            retention_seconds: 60,
            runs_per_user: 64,
            run_bytes: 32 * 1024 * 1024,
            prompt_seconds: 120,
            parallel_inputs: 512,
            allowed_origins: vec!["https://app.maltego.com".to_owned()],
        }
    }
}

impl V3Section {
    /// How runs behave.
    #[must_use]
    pub fn run_settings(&self) -> RunSettings {
        RunSettings {
            run_time: Duration::from_secs(self.run_seconds),
            retention: Duration::from_secs(self.retention_seconds.max(1)),
            per_user: self.runs_per_user,
            bytes: self.run_bytes,
            prompt_time: Duration::from_secs(self.prompt_seconds),
            parallel: self.parallel_inputs,
        }
    }
}

/// Who may use the server.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AuthSection {
    /// Hashes of the tokens that let somebody in, as `namehound token new` prints them.
    #[serde(deserialize_with = "list_or_commas")]
    pub tokens: Vec<String>,
    /// An identity provider whose bearer tokens let somebody in.
    pub oidc: OidcSection,
}

/// An identity provider (OpenID Connect).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct OidcSection {
    /// The issuer, exactly as tokens name it; unset: none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub issuer: Option<String>,
    /// What tokens have to be made for.
    pub audience: String,
    /// The claim that says who somebody is.
    pub member_claim: String,
}

impl Default for OidcSection {
    fn default() -> Self {
        Self { issuer: None, audience: "namehound".to_owned(), member_claim: "preferred_username".to_owned() }
    }
}

impl OidcSection {
    /// Whose tokens are accepted; `None` for nobody's.
    ///
    /// # Errors
    /// When the issuer is no URL.
    pub fn settings(&self) -> Result<Option<OidcSettings>, ConfigError> {
        let issuer = url("auth.oidc.issuer", self.issuer.as_deref(), &["https", "http"])?;
        let (audience, member_claim) = (self.audience.clone(), self.member_claim.clone());
        Ok(issuer.map(|issuer| OidcSettings { issuer, audience, member_claim }))
    }
}

/// Workshop cases.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CasesSection {
    /// Folders of cases to load, or `none`.
    #[serde(deserialize_with = "list_or_commas")]
    pub load: Vec<String>,
}

/// What is noise, and what becomes of it on a graph.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct NoiseSection {
    /// A folder of warning lists in the format of the MISP project.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub warning_lists: Option<String>,
    /// More noise of one kind in one run than this becomes one entity.
    pub collapse_above: usize,
}

impl Default for NoiseSection {
    fn default() -> Self {
        Self { warning_lists: None, collapse_above: transforms::NOISE_LIMIT }
    }
}

impl NoiseSection {
    /// Reads the lists that are named. What could not be read is told, and the rest is used.
    #[must_use]
    pub fn judge(&self) -> (Judge, Vec<LoadProblem>) {
        match &self.warning_lists {
            None => (Judge::built_in(), Vec::new()),
            Some(folder) => {
                let (lists, problems) = WarningLists::load(Path::new(folder));
                (Judge::with_team(lists), problems)
            }
        }
    }
}

/// WhoisXML API.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct WhoisXmlSection {
    /// The key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub api_key: Option<SecretText>,
    /// A file that holds the key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub api_key_file: Option<String>,
    /// What a page of each service costs, in credits.
    pub prices: Prices,
    /// How many requests a second each service takes.
    pub rates: Rates,
    /// Where each service is.
    #[serde(serialize_with = "shown::base_urls")]
    pub base_urls: BaseUrls,
    /// When many questions are put into one bulk job.
    pub bulk: BulkSettings,
}

impl WhoisXmlSection {
    /// The settings of the provider.
    #[must_use]
    pub fn settings(&self) -> WhoisXmlSettings {
        WhoisXmlSettings {
            prices: self.prices.clone(),
            rates: self.rates.clone(),
            base_urls: self.base_urls.clone(),
            bulk: self.bulk.clone(),
        }
    }
}

/// Who is asked for which kind of question.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(transparent)]
pub struct RoutingSection(BTreeMap<LookupKind, KindRoute>);

impl Default for RoutingSection {
    fn default() -> Self {
        Self(LookupKind::ALL.into_iter().map(|kind| (kind, KindRoute::default_for(kind))).collect())
    }
}

impl RoutingSection {
    /// The desk's routes.
    #[must_use]
    pub fn settings(&self) -> Routing {
        Routing::new(self.0.clone())
    }

    /// Refuses sources that nobody knows: a typo would silently leave one out.
    ///
    /// # Errors
    /// With the kind, the name and the nearest known one.
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        let named = self.0.iter().flat_map(|(kind, route)| route.providers.iter().map(move |name| (kind, name)));
        for (kind, name) in named {
            if NAMES.contains(&name.as_str()) {
                continue;
            }
            let nearest = NAMES
                .iter()
                .map(|known| (known, strsim::jaro_winkler(known, name)))
                .filter(|(_, likeness)| *likeness > 0.7)
                .max_by(|(_, left), (_, right)| left.total_cmp(right));
            let hint = match nearest {
                Some((known, _)) => format!("did you mean \"{known}\"?"),
                None => format!("the sources are {}.", NAMES.join(", ")),
            };
            return Err(ConfigError::Unusable {
                key: "routing",
                problem: format!("{kind} names a source \"{name}\" that does not exist; {hint}"),
            });
        }
        Ok(())
    }
}

/// Naming one kind, or one part of its route, leaves the rest as it is.
impl<'de> Deserialize<'de> for RoutingSection {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Changed {
            mode: Option<RouteMode>,
            #[serde(default, deserialize_with = "list_or_commas")]
            providers: Vec<String>,
        }
        let Self(mut routes) = Self::default();
        for (kind, changed) in BTreeMap::<LookupKind, Changed>::deserialize(deserializer)? {
            let route = routes.entry(kind).or_insert_with(|| KindRoute::default_for(kind));
            route.mode = changed.mode.unwrap_or(route.mode);
            if !changed.providers.is_empty() {
                route.providers = changed.providers;
            }
        }
        Ok(Self(routes))
    }
}

/// How requests leave this machine.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct UpstreamSection {
    /// An origin that gets every upstream request, the original host as first path segment.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "shown::url")]
    pub gateway: Option<String>,
    /// An HTTP or SOCKS5 proxy.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "shown::url")]
    pub proxy: Option<String>,
    /// How long making a connection may take, in seconds.
    pub connect_seconds: u64,
    /// How long a whole exchange may take, in seconds.
    pub total_seconds: u64,
    /// The largest answer that is read, in bytes.
    pub body_bytes: usize,
}

impl Default for UpstreamSection {
    fn default() -> Self {
        let settings = TransportSettings::default();
        Self {
            gateway: None,
            proxy: None,
            connect_seconds: settings.connect_timeout.as_secs(),
            total_seconds: settings.total_timeout.as_secs(),
            body_bytes: settings.body_limit,
        }
    }
}

impl UpstreamSection {
    /// The settings of the transport.
    ///
    /// # Errors
    /// When the gateway or the proxy is no URL of a kind that can be used.
    pub fn settings(&self) -> Result<TransportSettings, ConfigError> {
        Ok(TransportSettings {
            gateway: url("upstream.gateway", self.gateway.as_deref(), &["http", "https"])?,
            proxy: url("upstream.proxy", self.proxy.as_deref(), &["http", "https", "socks5", "socks5h"])?,
            connect_timeout: Duration::from_secs(self.connect_seconds),
            total_timeout: Duration::from_secs(self.total_seconds),
            body_limit: self.body_bytes,
        })
    }
}

pub(super) fn url(key: &'static str, text: Option<&str>, schemes: &[&str]) -> Result<Option<url::Url>, ConfigError> {
    let Some(text) = text.map(str::trim).filter(|text| !text.is_empty()) else { return Ok(None) };
    match url::Url::parse(text) {
        Ok(url) if schemes.contains(&url.scheme()) && url.has_host() => Ok(Some(url)),
        // What was written is not repeated: a proxy's URL may hold a password.
        _ => Err(ConfigError::Unusable {
            key,
            problem: format!("it should be a URL with one of the schemes {}", schemes.join(", ")),
        }),
    }
}

/// How long answers are remembered, in seconds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CacheSection {
    /// Answers with results, by kind of question.
    #[serde(deserialize_with = "over_defaults")]
    pub fresh_seconds: BTreeMap<LookupKind, u64>,
    /// Answers that found nothing, at most.
    pub negative_seconds: u64,
    /// Counts of free previews.
    pub preview_seconds: u64,
    /// Memory for answers, in bytes.
    pub memory_bytes: u64,
}

impl Default for CacheSection {
    fn default() -> Self {
        let settings = CacheSettings::default();
        Self {
            fresh_seconds: fresh_seconds(),
            negative_seconds: settings.negative.as_secs(),
            preview_seconds: settings.preview.as_secs(),
            memory_bytes: settings.memory,
        }
    }
}

impl CacheSection {
    /// The settings of the desk's cache.
    #[must_use]
    pub fn settings(&self) -> CacheSettings {
        let seconds = Duration::from_secs;
        CacheSettings {
            fresh: self
                .fresh_seconds
                .iter()
                .fold(FreshFor::default(), |fresh, (kind, time)| fresh.with(*kind, seconds(*time))),
            negative: seconds(self.negative_seconds),
            preview: seconds(self.preview_seconds),
            memory: self.memory_bytes,
        }
    }
}

fn fresh_seconds() -> BTreeMap<LookupKind, u64> {
    CacheSettings::default().table().into_iter().map(|(kind, time)| (kind, time.as_secs())).collect()
}

/// Naming one kind leaves the others as they are.
fn over_defaults<'de, D: Deserializer<'de>>(deserializer: D) -> Result<BTreeMap<LookupKind, u64>, D::Error> {
    let mut seconds = fresh_seconds();
    seconds.extend(BTreeMap::<LookupKind, u64>::deserialize(deserializer)?);
    Ok(seconds)
}

/// How failures are tried again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RetrySection {
    /// How many times a failed request is sent again.
    pub retries: usize,
    /// The first wait, in milliseconds.
    pub shortest_wait_milliseconds: u64,
    /// The longest wait of our own, in milliseconds.
    pub longest_wait_milliseconds: u64,
}

impl Default for RetrySection {
    fn default() -> Self {
        let settings = RetrySettings::default();
        let milliseconds = |duration: Duration| u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
        Self {
            retries: settings.retries,
            shortest_wait_milliseconds: milliseconds(settings.shortest_wait),
            longest_wait_milliseconds: milliseconds(settings.longest_wait),
        }
    }
}

impl RetrySection {
    /// The settings of the desk's retry layer.
    #[must_use]
    pub fn settings(&self) -> RetrySettings {
        RetrySettings {
            shortest_wait: Duration::from_millis(self.shortest_wait_milliseconds),
            longest_wait: Duration::from_millis(self.longest_wait_milliseconds),
            retries: self.retries,
            jitter_seed: None,
        }
    }
}

/// When a failing source is left alone.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct BreakerSection {
    /// How many failures in a row it takes.
    pub failures: u32,
    /// The first rest, in seconds.
    pub rest_seconds: u64,
    /// The longest rest, in seconds.
    pub longest_rest_seconds: u64,
}

impl Default for BreakerSection {
    fn default() -> Self {
        let settings = BreakerSettings::default();
        Self {
            failures: settings.failures,
            rest_seconds: settings.rest.as_secs(),
            longest_rest_seconds: settings.longest_rest.as_secs(),
        }
    }
}

impl BreakerSection {
    /// The settings of the desk's breaker.
    #[must_use]
    pub fn settings(&self) -> BreakerSettings {
        BreakerSettings {
            failures: self.failures,
            rest: Duration::from_secs(self.rest_seconds),
            longest_rest: Duration::from_secs(self.longest_rest_seconds),
        }
    }
}

/// What is logged.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LogSection {
    /// A level, or a filter such as `info,intel=debug`.
    pub filter: String,
    /// Lines for people or for machines.
    pub format: LogFormat,
}

impl Default for LogSection {
    fn default() -> Self {
        Self { filter: "info".to_owned(), format: LogFormat::Text }
    }
}

/// The form of log lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// One readable line each.
    Text,
    /// One JSON object a line.
    Json,
}

/// A secret in the configuration. It shows whether it is set, never what it is.
#[derive(Clone, Deserialize)]
#[serde(from = "String")]
pub struct SecretText(secrecy::SecretString);

impl SecretText {
    /// The secret itself, for whoever has to send it.
    #[must_use]
    pub fn expose(&self) -> &str {
        secrecy::ExposeSecret::expose_secret(&self.0)
    }

    /// The secret as the type that the rest of the program passes around.
    #[must_use]
    pub fn secret(&self) -> secrecy::SecretString {
        self.0.clone()
    }
}

impl From<String> for SecretText {
    fn from(text: String) -> Self {
        Self(text.into())
    }
}

impl PartialEq for SecretText {
    fn eq(&self, other: &Self) -> bool {
        self.expose() == other.expose()
    }
}

impl fmt::Debug for SecretText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(set)")
    }
}

impl Serialize for SecretText {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str("(set)")
    }
}

/// A list, or one text with commas: environment variables have no lists.
pub(super) fn list_or_commas<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Either {
        List(Vec<String>),
        Text(String),
    }
    Ok(match Either::deserialize(deserializer)? {
        Either::List(list) => list,
        Either::Text(text) => {
            text.split(',').map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned).collect()
        }
    })
}
