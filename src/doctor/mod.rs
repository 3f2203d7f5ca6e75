//! Finding out why it does not work.
//!
//! Most first hours with a server are lost on the same few things: a key with a quotation mark too many, an empty account,
//! a clock that is off, a name that does not resolve, a certificate for another name, a port that somebody else has.
//! Each of them shows far from its cause, in a client that only says that a transform failed. The doctor looks at all of
//! them at once and says for each what is wrong and what exactly to do.
//!
//! One file per group of checks, each check a small function from facts to a [`Finding`]; [`examine`] only decides which
//! facts to fetch. Facts come from three places that are arguments: the configured [`Transport`] for vendors (so proxies
//! and gateways are tried as the server would use them), the [`Surroundings`] for this machine, and the [`Clock`].
//!
//! Nothing costs credits: vendors are asked for the balance alone. No finding holds any part of a key or a token.

mod access;
mod certificates;
mod clock;
mod configuration;
mod credits;
mod finding;
mod keys;
mod public_url;
mod server;
pub(crate) mod storage;
mod surroundings;

use std::{path::Path, time::Duration};

use intel::{Clock, desk::Transport};

pub use finding::{Check, Finding, Report, Verdict};
pub use server::{OwnAddresses, is_alive};
pub use surroundings::{Reply, Surroundings, ThisMachine, Unreachable};

use crate::{
    app,
    config::{Config, Sources},
};

/// How long a vendor may take to tell a balance.
const PATIENCE: Duration = Duration::from_secs(20);

/// The folder below the data folder that holds the server's own certificates.
pub(crate) const TLS_FOLDER: &str = "tls";

/// What there is to look at, and the means to do so.
#[derive(Debug)]
pub struct Examination<'a> {
    /// Where the configuration came from.
    pub sources: &'a Sources,
    /// The configuration, or why there is none, in one sentence.
    pub config: Result<&'a Config, &'a str>,
    /// The data folder.
    pub data_dir: &'a Path,
    /// The time.
    pub clock: &'a dyn Clock,
    /// This machine: its ports, its names, its server.
    pub surroundings: &'a dyn Surroundings,
    /// The way to vendors, or why nothing may leave this machine, as an ending of "not asked: …".
    pub upstream: Result<&'a dyn Transport, &'a str>,
}

/// Carries out every check that can be.
pub async fn examine(examination: &Examination<'_>) -> Report {
    let mut findings = vec![configuration::read(examination.sources, examination.config)];
    findings.extend(configuration::misspelt_variables(examination.sources));
    let mut seed_url = None;
    if let Ok(config) = examination.config {
        let base = config.server.base_url().ok();
        findings.extend(configuration::usable(config));
        findings.extend(keys::all(config));
        findings.extend(vendors(examination, config).await);
        findings.push(storage::cases(app::cases(config), app::has_others(config)));
        findings.extend(storage::warning_lists(&config.noise));
        findings.push(access::access(config));
        findings.extend(addresses(examination, config, base.as_deref()).await);
        seed_url = base.map(|base| public_url::seed(&base, !config.auth.tokens.is_empty()));
    }
    findings.push(storage::data_folder(examination.data_dir));
    let host = examination.config.ok().and_then(|config| public_url::tls_host(config.server.public_url.as_deref()));
    findings.extend(certificates::all(
        &examination.data_dir.join(TLS_FOLDER),
        examination.clock.now(),
        host.as_deref(),
    ));
    Report { findings, seed_url }
}

/// What the vendors say: credits, and by the way the time.
async fn vendors(examination: &Examination<'_>, config: &Config) -> Vec<Finding> {
    let transport = match examination.upstream {
        Ok(transport) => transport,
        Err(reason) => return vec![credits::not_asked(reason), clock::not_asked(reason)],
    };
    let mut findings = Vec::new();
    let mut time = None;
    for vendor in app::vendors(config) {
        // A key that cannot be one is never sent; the check of the key says what is wrong with it.
        let Some(request) = vendor.balance_call() else { continue };
        let answer = transport.send(&request, PATIENCE).await;
        findings.extend(credits::judge(vendor.as_ref(), &answer));
        time = time.or_else(|| clock::judge(examination.clock.now(), vendor.source(), &answer));
    }
    if findings.is_empty() {
        findings.push(credits::not_asked("no vendor has a key that can be used"));
    }
    findings.push(time.unwrap_or_else(|| clock::not_asked("no vendor told the time")));
    findings
}

/// The port, the public address, and whether one leads to the other.
async fn addresses(examination: &Examination<'_>, config: &Config, base: Option<&str>) -> Vec<Finding> {
    let surroundings = examination.surroundings;
    let own = OwnAddresses::of(config, examination.data_dir);
    let occupant = server::occupant(surroundings, own.as_ref()).await;
    let mut findings = vec![server::port(&config.server.listen, own.as_ref(), &occupant)];
    findings.extend(public_url::judge(config));
    let reason = match (examination.upstream, &occupant) {
        (Err(reason), _) => Some(reason),
        (Ok(_), server::Occupant::Namehound { .. }) => None,
        (Ok(_), _) => Some("no server is running here; start it and ask again"),
    };
    if examination.upstream.is_ok() {
        findings.extend(public_url::resolves(surroundings, config.server.public_url.as_deref()).await);
    }
    findings.push(match (reason, base) {
        (Some(reason), _) => Finding::skipped(Check::Seed, format!("Not asked: {reason}.")),
        (None, None) => Finding::skipped(Check::Seed, "Not asked: there is no public URL."),
        (None, Some(base)) => server::seed(surroundings, base, !config.auth.tokens.is_empty()).await,
    });
    findings
}

/// Some question of a kind, for whoever wants to know what pays for it.
pub(crate) fn some_question(kind: intel::LookupKind) -> Option<intel::Lookup> {
    credits::question(kind)
}
