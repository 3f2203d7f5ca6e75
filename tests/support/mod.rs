//! What the promises' tests share: a real server on a free port, a loopback upstream, and a classic client.

#![allow(dead_code, unreachable_pub, reason = "each test file is a crate of its own and uses a part of this")]

pub mod client;
pub mod folder;
pub mod live;
pub mod meaning;
pub mod program;
pub mod purpose;
pub mod raw;
pub mod raw_upstream;
mod recorded;
pub mod samples;
#[path = "../../maltego/tests/support/tree.rs"]
pub mod tree;
pub mod upstream;
pub mod v3;
pub mod vendor;

use std::{net::SocketAddr, path::PathBuf, sync::Arc};

use intel::{Clock, SystemClock, desk::HttpTransport};
use namehound::{
    app::App,
    config::Config,
    http::{Server, Stopper},
};
use tokio::task::JoinHandle;
use transforms::Catalogue;

#[allow(unused_imports, reason = "not every test speaks the classic dialect")]
pub use client::post;
pub use upstream::Upstream;

/// A running server; dropping it stops it.
pub struct Running {
    pub address: SocketAddr,
    stopper: Stopper,
    served: JoinHandle<std::io::Result<()>>,
}

impl Running {
    /// Starts the real server as configured, on a free port.
    pub fn start(mut config: Config) -> Self {
        config.server.listen = "127.0.0.1:0".to_owned();
        Self::serve(App::new(&config).unwrap(), &config)
    }

    /// Starts the real server as configured, on a free port, with a data folder.
    pub async fn open(mut config: Config, data_dir: &std::path::Path) -> Self {
        config.server.listen = "127.0.0.1:0".to_owned();
        Self::serve(App::open(&config, data_dir).await.unwrap(), &config)
    }

    /// Starts the real server with other transforms and no sources.
    pub fn with_catalogue(catalogue: Catalogue, mut config: Config) -> Self {
        config.server.listen = "127.0.0.1:0".to_owned();
        let transport = HttpTransport::new(config.upstream.settings().unwrap()).unwrap();
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        Self::serve(App::assemble(catalogue, Vec::new(), Arc::new(transport), clock, &config), &config)
    }

    fn serve(app: App, config: &Config) -> Self {
        let server = Server::bind(app, config).unwrap();
        let (address, stopper) = (server.address(), server.stopper());
        Self { address, stopper, served: tokio::spawn(server.serve()) }
    }

    /// `http://127.0.0.1:<port><path>`.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Tells the server to stop and waits until it has.
    pub async fn stop(mut self) {
        self.stopper.stop();
        (&mut self.served).await.unwrap().unwrap();
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.served.abort();
    }
}

/// A configuration that asks WhoisXML API through the upstream double, with waits short enough for tests.
pub fn vendor_config(upstream: &Upstream) -> Config {
    vendor_config_at(upstream.url())
}

/// The same for an upstream at any URL.
pub fn vendor_config_at(url: String) -> Config {
    let mut config = Config::default();
    config.cases.load = vec!["none".to_owned()];
    config.providers.keyless = false;
    config.providers.whoisxml.api_key = Some(KEY.to_owned().into());
    config.upstream.gateway = Some(url);
    config.retry.shortest_wait_milliseconds = 20;
    config.retry.longest_wait_milliseconds = 80;
    config
}

/// Posts a request and insists on what holds for every run, however it ends: status 200 and a message that a strict
/// reader accepts.
pub async fn run(server: &Running, transform: &str, request: &client::Request) -> client::Reply {
    let reply = post(&server.url(&format!("/run/{transform}")), request).await;
    assert_eq!(reply.status, 200, "{transform}: {}", reply.body);
    assert_eq!(tree::Node::parse(&reply.body).name, "MaltegoMessage");
    reply
}

/// Insists that the server says it is well.
pub async fn assert_healthy(server: &Running) {
    let answer = reqwest::get(server.url("/health")).await.unwrap();
    assert_eq!((answer.status().as_u16(), answer.text().await.unwrap().as_str()), (200, "{\"status\":\"ok\"}"));
}

/// The key the tests configure. It must never be seen anywhere but in requests to the upstream.
pub const KEY: &str = "at_secret_key_of_the_tests_000000";

/// A configuration that answers from the bundled cases and from nobody else: no test goes online.
pub fn bundled_config() -> Config {
    let mut config = Config::default();
    config.providers.keyless = false;
    config
}

/// A folder beside the recorded fixtures, `None` (said plainly) where this clone has none. In CI it must be there.
pub fn recorded(folder: &str) -> Option<PathBuf> {
    recorded::folder(env!("CARGO_MANIFEST_DIR"), folder)
}
