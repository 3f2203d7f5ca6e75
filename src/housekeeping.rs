//! What a server does by itself now and then: forget what is too old, sign what is new, measure what is left.
//!
//! Each task stands for itself: one that fails is told in the log and tried again next time, and keeps nobody from being
//! answered.

use std::{sync::Arc, time::Duration};

use intel::{
    LookupKind, Provider,
    clock::Clock,
    desk::{HttpTransport, Transport},
};
use jiff::SignedDuration;
use metrics::gauge;

use crate::{app, config::Config, doctor, stores::Stores};

/// How often it is done.
const EVERY: Duration = Duration::from_secs(10 * 60);

/// How long a vendor has to tell the balance.
const PATIENCE: Duration = Duration::from_secs(30);

/// Does it now and then, until it is dropped.
pub async fn keep_house(config: Config, stores: Stores, clock: Arc<dyn Clock>) {
    let transport = match config.upstream.settings().ok().and_then(|settings| HttpTransport::new(settings).ok()) {
        Some(transport) => transport,
        None => return,
    };
    let vendors = app::vendors(&config);
    let mut interval = tokio::time::interval(EVERY);
    interval.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        interval.tick().await;
        forget(&config, &stores, clock.as_ref()).await;
        match stores.ledger.checkpoint().await {
            Ok(Some(checkpoint)) => tracing::info!(entry = checkpoint.entry, "the ledger is signed"),
            Ok(None) => {}
            Err(error) => tracing::warn!(%error, "the ledger could not be signed"),
        }
        measure(&stores).await;
        for vendor in &vendors {
            balance(vendor.as_ref(), &transport, &stores).await;
        }
    }
}

/// Forgets what is kept for longer than somebody said.
async fn forget(config: &Config, stores: &Stores, clock: &dyn Clock) {
    match stores.cases.expire().await {
        Ok(expired) => expired.iter().for_each(|case| tracing::info!(%case, "a case has come to its end")),
        Err(error) => tracing::warn!(%error, "cases could not be looked through"),
    }
    if let Err(error) = stores.answers.prune().await {
        tracing::warn!(%error, "old answers could not be removed");
    }
    let before = config
        .keep
        .body_days
        .and_then(|days| clock.now().checked_sub(SignedDuration::from_hours(24 * i64::from(days))).ok());
    if let Some(before) = before {
        match stores.ledger.retire_bodies(before).await {
            Ok(retired) if retired.bodies > 0 => tracing::info!(bodies = retired.bodies, "old bodies were removed"),
            Ok(_) => {}
            Err(error) => tracing::warn!(%error, "old bodies could not be removed"),
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "a gauge is a floating-point number, and these are far below 2^53")]
async fn measure(stores: &Stores) {
    match stores.ledger.size().await {
        Ok(size) => {
            gauge!("namehound_ledger_entries").set(size.entries as f64);
            gauge!("namehound_ledger_body_bytes").set(size.bytes as f64);
        }
        Err(error) => tracing::warn!(%error, "the ledger could not be measured"),
    }
    match stores.spending.unresolved(None).await {
        Ok(purchases) => gauge!("namehound_purchases_unsettled").set(purchases.len() as f64),
        Err(error) => tracing::warn!(%error, "the spend book could not be read"),
    }
}

/// Asks a vendor what is left, where that is free, and writes it down for each pool of credits, which goes by the kind of
/// question that it pays for.
#[expect(clippy::cast_precision_loss, reason = "a gauge is a floating-point number, and credits are far below 2^53")]
async fn balance(vendor: &dyn Provider, transport: &HttpTransport, stores: &Stores) {
    let Some(request) = vendor.balance_call() else { return };
    let response = match transport.send(&request, PATIENCE).await {
        Ok(response) => response,
        Err(error) => {
            tracing::warn!(vendor = vendor.name(), %error, "the balance could not be asked for");
            return;
        }
    };
    for kind in [LookupKind::WhoisCurrent, LookupKind::ReverseWhois, LookupKind::DnsHistory] {
        let Some(lookup) = doctor::some_question(kind) else { continue };
        let Ok(Some(left)) = vendor.read_balance(&lookup, &response) else { continue };
        gauge!("namehound_credits_left", "provider" => vendor.name(), "pays" => kind.as_str()).set(left.0 as f64);
        if let Err(error) = stores.spending.record_balance(vendor.name(), kind.as_str(), left).await {
            tracing::warn!(%error, "a balance could not be written down");
        }
    }
}
