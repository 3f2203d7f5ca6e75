//! What all doors share: the catalogue, the desk, the clock and the limits.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use anyhow::Context as _;
use intel::{
    Clock, Provider, SystemClock,
    desk::{Desk, DeskSettings, HttpTransport, Transport},
    provider::{
        case::{Case, CaseProvider},
        whoisxml::WhoisXml,
    },
};
use transforms::Catalogue;

use crate::{bundled, config::Config};

/// What all doors share. Cheap to clone.
#[derive(Debug, Clone)]
pub struct App {
    /// The transforms.
    pub catalogue: Arc<Catalogue>,
    /// The one way to ask anything.
    pub desk: Desk,
    /// The clock.
    pub clock: Arc<dyn Clock>,
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
}

impl App {
    /// Puts everything together as configured.
    ///
    /// # Errors
    /// When a case cannot be read or the transport cannot be made. The message says what to do.
    pub fn new(config: &Config) -> anyhow::Result<Self> {
        let transport = HttpTransport::new(config.upstream.settings()?)?;
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let providers = providers(config)?;
        Ok(Self::assemble(Catalogue::standard(), providers, Arc::new(transport), clock, config))
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
        let settings = DeskSettings {
            cache: config.cache.settings(),
            retry: config.retry.settings(),
            breaker: config.breaker.settings(),
        };
        let sources: Vec<_> = providers.iter().map(|provider| provider.source().to_owned()).collect();
        Self {
            catalogue: Arc::new(catalogue),
            desk: Desk::new(providers, transport, Arc::clone(&clock), &settings),
            clock,
            run_time: Duration::from_secs(config.server.run_seconds),
            default_limit: config.server.default_limit,
            max_limit: config.server.max_limit,
            sources: if sources.is_empty() { "nobody".to_owned() } else { sources.join(", ") },
            data_dir: None,
        }
    }
}

/// The configured sources, in the order they are asked. A loaded case comes first and answers everything.
fn providers(config: &Config) -> anyhow::Result<Vec<Arc<dyn Provider>>> {
    let mut providers: Vec<Arc<dyn Provider>> = Vec::new();
    let cases = cases(config)?;
    if !cases.is_empty() {
        providers.push(Arc::new(CaseProvider::new(cases)));
    }
    providers.extend(vendors(config));
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

/// The cases to answer from: the configured ones, or the bundled one where nothing else could answer.
pub(crate) fn cases(config: &Config) -> anyhow::Result<Vec<Arc<Case>>> {
    let folders = &config.cases.load;
    if folders.is_empty() && vendors(config).is_empty() {
        return Ok(vec![bundled::case().context("the bundled case cannot be read")?]);
    }
    folders
        .iter()
        .filter(|folder| folder.as_str() != "none")
        .map(|folder| match folder.as_str() {
            bundled::NAME if !Path::new(folder).exists() => Ok(bundled::case()?),
            folder => Case::from_folder(Path::new(folder))
                .map(Arc::new)
                .with_context(|| format!("the case in {folder} cannot be loaded")),
        })
        .collect()
}
