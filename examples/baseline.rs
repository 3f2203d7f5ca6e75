//! The least that any server of the classic dialect has to do, over HTTP, for a load generator to compare with.
//!
//! `cargo run --release --example baseline -- 9000` listens on 127.0.0.1:9000. `benches/README.md` says what to measure.

#[path = "../benches/baseline/mod.rs"]
mod baseline;

use anyhow::Context as _;

#[tokio::main]
#[expect(clippy::print_stdout, reason = "an example talks to whoever started it")]
async fn main() -> anyhow::Result<()> {
    let port = std::env::args().nth(1).context("say which port to listen on")?.parse::<u16>()?;
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", port)).await?;
    println!("POST a request to http://{}/run/baseline", listener.local_addr()?);
    axum::serve(listener, baseline::router(baseline::results().await)).await?;
    Ok(())
}
