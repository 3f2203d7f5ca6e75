//! A certificate that can be renewed while the server runs.
//!
//! The files are looked at every few seconds, and at once on a hang-up signal from a service manager. Looking is cheap
//! (when was each changed, how long is it); only a change is read. New files that cannot be used leave the old
//! certificate in force and say so once: a server that answers with yesterday's certificate is better than one that
//! answers nobody. Connections under way keep the certificate they began with.
//!
//! The files are polled rather than watched: change notifications do not arrive from network drives and from the
//! symbolic links by which containers receive their secrets.

use std::{
    convert::Infallible,
    fmt,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use axum_server::tls_rustls::RustlsConfig;
use intel::Clock;
use jiff::{SignedDuration, Timestamp};
use tokio::time::{MissedTickBehavior, interval};

use super::{
    certificate::Certificate,
    files::{PemError, PemFiles, Stamp},
    names::listed,
    shown,
};

/// How often the files are looked at.
const EVERY: Duration = Duration::from_secs(5);
/// How often somebody is reminded of a certificate that ends soon or has ended.
const REMIND: SignedDuration = SignedDuration::from_hours(24);

/// The certificate that new connections get. Cheap to clone; all clones are the same one.
#[derive(Clone)]
pub struct Live {
    inner: Arc<Inner>,
}

struct Inner {
    files: PemFiles,
    clock: Arc<dyn Clock>,
    config: RustlsConfig,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    stamp: Stamp,
    certificate: Certificate,
    reminded: Timestamp,
}

/// What a look at the files brought.
#[derive(Debug)]
pub enum Look {
    /// They are as before.
    Unchanged,
    /// There is a new certificate, and new connections get it.
    Replaced,
    /// There is something new that cannot be used; the old certificate stays.
    Kept(PemError),
}

impl Live {
    /// Reads the files for the first time.
    ///
    /// # Errors
    /// When they cannot be served with, see [`PemError`].
    pub fn open(files: PemFiles, clock: Arc<dyn Clock>) -> Result<Self, PemError> {
        // Before reading, so that a change while reading is noticed by the next look.
        let stamp = files.stamp();
        let now = clock.now();
        let loaded = files.load(now)?;
        let state = Mutex::new(State { stamp, certificate: loaded.certificate, reminded: now });
        let config = RustlsConfig::from_config(loaded.config);
        Ok(Self { inner: Arc::new(Inner { files, clock, config, state }) })
    }

    /// The certificate that new connections get now.
    #[must_use]
    pub fn certificate(&self) -> Certificate {
        self.with_state(|state| state.certificate.clone())
    }

    /// What axum-server serves with; it follows every change.
    pub(super) fn config(&self) -> RustlsConfig {
        self.inner.config.clone()
    }

    /// Looks at the files now. `anyway` reads them even if they seem unchanged.
    #[must_use]
    pub fn look(&self, anyway: bool) -> Look {
        let Inner { files, clock, config, .. } = &*self.inner;
        let stamp = files.stamp();
        let changed = self.with_state(|state| std::mem::replace(&mut state.stamp, stamp) != stamp);
        if !changed && !anyway {
            return Look::Unchanged;
        }
        match files.load(clock.now()) {
            Ok(loaded) => {
                config.reload_from_config(loaded.config);
                self.with_state(|state| state.certificate = loaded.certificate.clone());
                tracing::info!(
                    names = listed(&loaded.certificate.names),
                    until = shown(loaded.certificate.not_after),
                    fingerprint = loaded.certificate.fingerprint,
                    "new connections get the certificate that is in the files now"
                );
                Look::Replaced
            }
            Err(error) => {
                tracing::error!(%error, "the new certificate cannot be used, so the old one stays");
                Look::Kept(error)
            }
        }
    }

    /// Looks at the files again and again, for as long as it is polled.
    pub(crate) async fn watch(&self) -> Infallible {
        let mut hang_up = HangUp::listen();
        let mut ticks = interval(EVERY);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let asked = tokio::select! {
                _ = ticks.tick() => false,
                () = hang_up.received() => true,
            };
            let live = self.clone();
            // Files may lie on a slow drive. A look that panicked has said so; the next one is a new chance.
            let _panicked = tokio::task::spawn_blocking(move || live.look(asked)).await;
            self.remind();
        }
    }

    /// Says once a day that the certificate ends soon.
    fn remind(&self) {
        let now = self.inner.clock.now();
        let concern = self.with_state(|state| {
            let due = state.reminded.duration_until(now) >= REMIND;
            let concern = state.certificate.concern_about_dates(now).filter(|_| due)?;
            state.reminded = now;
            Some(concern)
        });
        if let Some(concern) = concern {
            tracing::warn!("{concern}");
        }
    }

    fn with_state<T>(&self, f: impl FnOnce(&mut State) -> T) -> T {
        f(&mut self.inner.state.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl fmt::Debug for Live {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Live").field("files", &self.inner.files).finish_non_exhaustive()
    }
}

/// The signal by which service managers say "read your files again".
///
/// A terminal sends the same signal when its window is closed, and then the program has to end as everybody expects. So
/// it is listened to only where no terminal is attached.
struct HangUp {
    #[cfg(unix)]
    signal: Option<tokio::signal::unix::Signal>,
}

impl HangUp {
    #[cfg(unix)]
    fn listen() -> Self {
        use std::io::IsTerminal as _;
        use tokio::signal::unix::{SignalKind, signal};
        let signal = if std::io::stdin().is_terminal() { None } else { signal(SignalKind::hangup()).ok() };
        Self { signal }
    }

    #[cfg(not(unix))]
    fn listen() -> Self {
        Self {}
    }

    async fn received(&mut self) {
        #[cfg(unix)]
        if let Some(signal) = &mut self.signal
            && signal.recv().await.is_some()
        {
            return;
        }
        std::future::pending().await
    }
}
