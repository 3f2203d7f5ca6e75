//! What all doors share: the catalogue, the desk, the clock and the limits.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use anyhow::Context as _;
use intel::{
    Clock, LookupKind, Provider, SystemClock,
    desk::{
        Desk, DeskSettings, DeskStores, DnsTransport, HttpTransport, NetworkTransport, Transport, TransportSettings,
        WhoisTransport,
    },
    noise::{Judge, LoadProblem},
    provider::{
        case::{Case, CaseProvider},
        certspotter::CertSpotter,
        circl::Circl,
        crtsh::CrtSh,
        cymru::Cymru,
        dns::Dns,
        hackertarget::HackerTarget,
        mmdb::Mmdb,
        rdap::Rdap,
        viewdns::ViewDns,
        whois43::Whois43,
        whoisxml::WhoisXml,
    },
};
use transforms::Catalogue;

use crate::{bundled, config::Config, oidc::Oidc, stores::Stores};

/// What all doors share. Cheap to clone.
#[derive(Debug, Clone)]
pub struct App {
    /// The transforms.
    pub catalogue: Arc<Catalogue>,
    /// The one way to ask anything.
    pub desk: Desk,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// Who judges what is noise.
    pub judge: Judge,
    /// What of the team's warning lists could not be read.
    pub list_problems: Arc<[LoadProblem]>,
    /// More noise of one kind in one run than this becomes one entity.
    pub noise_limit: usize,
    /// How long one run may take.
    pub run_time: Duration,
    /// How many results a request gets that does not say how many it wants.
    pub default_limit: usize,
    /// How many results any request gets at most.
    pub max_limit: usize,
    /// Whom this app asks, in one line for people.
    pub sources: String,
    /// The folder for everything that is kept, where there is one.
    pub data_dir: Option<PathBuf>,
    /// What is kept, where something is.
    pub stores: Option<Stores>,
    /// Who validates the tokens of an identity provider, where there is one.
    pub oidc: Option<Arc<Oidc>>,
}

impl App {
    /// Puts everything together as configured.
    ///
    /// # Errors
    /// When a case cannot be read or the transport cannot be made. The message says what to do.
    pub fn new(config: &Config) -> anyhow::Result<Self> {
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let providers = providers(config, None, &clock)?;
        Ok(Self::assemble(Catalogue::standard(), providers, Arc::new(transport(config)?), clock, config))
    }

    /// Puts everything together as configured, with a folder for everything that is kept.
    ///
    /// # Errors
    /// As [`App::new`]; when what is kept cannot be opened.
    pub async fn open(config: &Config, data_dir: &Path) -> anyhow::Result<Self> {
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let providers = providers(config, Some(data_dir), &clock)?;
        let stores = match config.keep.enabled {
            true => Some(Stores::open(config, data_dir, Arc::clone(&clock)).await?),
            false => None,
        };
        let oidc = oidc(config, &clock)?;
        let for_desk = stores.as_ref().map(|stores| stores.for_desk(config)).unwrap_or_default();
        let transport = Arc::new(transport(config)?);
        let app = Self::assemble_with(Catalogue::standard(), providers, transport, clock, config, for_desk);
        Ok(Self { data_dir: Some(data_dir.to_path_buf()), stores, oidc, ..app })
    }

    /// Whether there is anybody to ask.
    #[must_use]
    pub fn has_sources(&self) -> bool {
        LookupKind::ALL.into_iter().any(|kind| !self.desk.sources(kind).is_empty())
    }

    /// Puts given parts together: what tests and extensions use.
    #[must_use]
    pub fn assemble(
        catalogue: Catalogue,
        providers: Vec<Arc<dyn Provider>>,
        transport: Arc<dyn Transport>,
        clock: Arc<dyn Clock>,
        config: &Config,
    ) -> Self {
        Self::assemble_with(catalogue, providers, transport, clock, config, DeskStores::default())
    }

    /// The same, with what the desk writes down.
    #[must_use]
    pub fn assemble_with(
        catalogue: Catalogue,
        providers: Vec<Arc<dyn Provider>>,
        transport: Arc<dyn Transport>,
        clock: Arc<dyn Clock>,
        config: &Config,
        stores: DeskStores,
    ) -> Self {
        let settings = DeskSettings {
            cache: config.cache.settings(),
            retry: config.retry.settings(),
            breaker: config.breaker.settings(),
            routing: config.routing.settings(),
        };
        let (judge, list_problems) = config.noise.judge();
        for problem in &list_problems {
            tracing::warn!(file = %problem.file.display(), reason = problem.reason, "a warning list cannot be used in full");
        }
        let sources: Vec<_> = providers.iter().map(|provider| provider.source().to_owned()).collect();
        Self {
            catalogue: Arc::new(catalogue),
            desk: Desk::with_stores(providers, transport, Arc::clone(&clock), &settings, stores),
            clock,
            judge,
            list_problems: list_problems.into(),
            noise_limit: config.noise.collapse_above,
            run_time: Duration::from_secs(config.server.run_seconds),
            default_limit: config.server.default_limit,
            max_limit: config.server.max_limit,
            sources: if sources.is_empty() { "nobody".to_owned() } else { sources.join(", ") },
            data_dir: None,
            stores: None,
            oidc: None,
        }
    }
}

/// Who validates the tokens of the configured identity provider.
fn oidc(config: &Config, clock: &Arc<dyn Clock>) -> anyhow::Result<Option<Arc<Oidc>>> {
    let Some(settings) = config.auth.oidc.settings()? else { return Ok(None) };
    // A gateway is there for sources; the provider is the team's own.
    let upstream = TransportSettings { gateway: None, ..config.upstream.settings()? };
    let transport = Arc::new(HttpTransport::new(upstream)?);
    Ok(Some(Arc::new(Oidc::new(settings, transport, Arc::clone(clock)))))
}

/// The ways out of this machine that the configured sources need.
fn transport(config: &Config) -> anyhow::Result<NetworkTransport> {
    let asked = config.providers.asked(&config.upstream);
    let mut network =
        NetworkTransport { http: Arc::new(HttpTransport::new(config.upstream.settings()?)?), whois: None, dns: None };
    if asked.needs_dns() {
        let settings = config.providers.dns.transport();
        network.dns = Some(Arc::new(DnsTransport::new(settings).context("providers.dns.resolvers")?));
    }
    if asked.whois43 {
        network.whois = Some(Arc::new(WhoisTransport::new(config.providers.whois43.transport(&config.upstream)?)));
    }
    Ok(network)
}

/// The configured sources. A case that somebody loaded answers everything; the bundled ones, where they are only there to
/// be tried out, stand beside the sources that need no key.
fn providers(
    config: &Config,
    data_dir: Option<&Path>,
    clock: &Arc<dyn Clock>,
) -> anyhow::Result<Vec<Arc<dyn Provider>>> {
    let mut providers: Vec<Arc<dyn Provider>> = Vec::new();
    let cases = cases(config)?;
    let asked = config.providers.asked(&config.upstream);
    let are_chosen = !config.cases.load.is_empty() || !asked.any();
    if !cases.is_empty() {
        let provider = if are_chosen { CaseProvider::new(cases) } else { CaseProvider::beside_others(cases) };
        providers.push(Arc::new(provider));
    }
    providers.extend(vendors(config));
    let sections = &config.providers;
    if asked.rdap {
        let lists = data_dir.map(|folder| folder.join("rdap"));
        providers.push(Arc::new(Rdap::new(sections.rdap.settings(lists)?, Arc::clone(clock))));
    }
    if asked.whois43 {
        providers.push(Arc::new(Whois43::new(sections.whois43.settings(), Arc::clone(clock))));
    }
    if asked.dns {
        providers.push(Arc::new(Dns::new(sections.dns.settings(), rand::random)));
    }
    if asked.certspotter {
        providers.push(Arc::new(CertSpotter::new(sections.certspotter.settings()?)));
    }
    if asked.crtsh {
        providers.push(Arc::new(CrtSh::new(sections.crtsh.settings()?)));
    }
    if asked.mmdb {
        let files = Mmdb::new(sections.mmdb.files.iter().map(PathBuf::from));
        for (file, problem) in files.problems() {
            tracing::warn!(file = %file.display(), problem, "a file of addresses cannot be used");
        }
        providers.push(Arc::new(files));
    }
    if asked.cymru {
        providers.push(Arc::new(Cymru::new(sections.cymru.settings())));
    }
    if asked.circl {
        providers.push(Arc::new(Circl::new(sections.circl.settings()?)));
    }
    if asked.hackertarget {
        providers.push(Arc::new(HackerTarget::new(sections.hackertarget.settings()?)));
    }
    if asked.viewdns {
        providers.push(Arc::new(ViewDns::new(sections.viewdns.settings()?)));
    }
    Ok(providers)
}

/// The vendors that a key is configured for, in the order they are asked.
pub(crate) fn vendors(config: &Config) -> Vec<Arc<dyn Provider>> {
    let mut vendors: Vec<Arc<dyn Provider>> = Vec::new();
    let section = &config.providers.whoisxml;
    if let Some(key) = section.api_key.as_ref().filter(|key| !key.expose().trim().is_empty()) {
        vendors.push(Arc::new(WhoisXml::new(key.secret(), &section.settings())));
    }
    vendors
}

/// Whether anybody can be asked besides cases.
pub(crate) fn has_others(config: &Config) -> bool {
    !vendors(config).is_empty() || config.providers.asked(&config.upstream).any()
}

/// The cases to answer from: the configured ones, or the bundled ones where nothing else could answer.
pub(crate) fn cases(config: &Config) -> anyhow::Result<Vec<Arc<Case>>> {
    let folders = &config.cases.load;
    if folders.is_empty() && vendors(config).is_empty() {
        return bundled::cases().context("a bundled case cannot be read");
    }
    folders
        .iter()
        .filter(|folder| folder.as_str() != "none")
        .map(|folder| match bundled::case(folder).filter(|_| !Path::new(folder).exists()) {
            Some(bundled) => Ok(bundled?),
            None => Case::from_folder(Path::new(folder))
                .map(Arc::new)
                .with_context(|| format!("the case in {folder} cannot be loaded")),
        })
        .collect()
}
