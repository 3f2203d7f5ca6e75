//! The server on this machine: its port, whether it is alive, and whether its seed can be had.

use std::{
    io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, ToSocketAddrs},
    path::Path,
};

use serde_json::Value as Json;
use url::Url;

use super::{
    TLS_FOLDER,
    finding::{Check, Finding},
    surroundings::{Reply, Surroundings, Unreachable},
};
use crate::{config::Config, http::base_url::Scheme};

/// Where the server on this machine can be asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnAddresses {
    /// The address it listens on.
    pub listen: SocketAddr,
    /// Its addresses for this machine, the likeliest first: whether it speaks TLS shows when it is asked.
    pub urls: Vec<Url>,
}

impl OwnAddresses {
    /// The addresses by the configuration; `None` if it names no address to listen on.
    ///
    /// Over TLS the server is asked for by its public name, which its certificate has, and still at this machine.
    #[must_use]
    pub fn of(config: &Config, data_dir: &Path) -> Option<Self> {
        let listen = config.server.listen.to_socket_addrs().ok()?.next()?;
        let here = SocketAddr::new(from_here(listen.ip()), listen.port());
        let plain = Url::parse(&format!("http://{here}")).ok()?;
        let mut encrypted = Url::parse(&format!("https://{here}")).ok()?;
        let public = config.server.public_url.as_deref().and_then(|url| Url::parse(url.trim()).ok());
        if let Some(public) = public.filter(|url| url.scheme() == "https") {
            encrypted.set_host(public.host_str()).ok()?;
        }
        let has_certificate =
            config.server.scheme() == Scheme::Https || data_dir.join(TLS_FOLDER).join("server.pem").exists();
        let urls = if has_certificate { vec![encrypted, plain] } else { vec![plain, encrypted] };
        Some(Self { listen, urls })
    }

    /// Where a connection has to go, whatever name is asked for.
    #[must_use]
    pub fn here(&self) -> SocketAddr {
        SocketAddr::new(from_here(self.listen.ip()), self.listen.port())
    }
}

/// An address that stands for every interface of a machine cannot be connected to; this one can.
fn from_here(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(any) if any.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(any) if any.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        other => other,
    }
}

/// Asks a server for its health. The URL may be that of the server or of its health itself.
///
/// # Errors
/// When there is no answer, or one that a healthy server does not give.
pub async fn is_alive(surroundings: &dyn Surroundings, url: &Url, at: Option<SocketAddr>) -> Result<(), Unreachable> {
    let mut url = url.clone();
    if !url.path().ends_with("/health") {
        let path = format!("{}/health", url.path().trim_end_matches('/'));
        url.set_path(&path);
    }
    let reply = surroundings.get(&url, at).await?;
    let status = serde_json::from_str::<Json>(&reply.body).ok();
    match status.as_ref().and_then(|body| body.get("status")).and_then(Json::as_str) {
        Some("ok") if reply.status == 200 => Ok(()),
        _ => Err(Unreachable { detail: format!("status {}, and not what a healthy server says", reply.status) }),
    }
}

/// Who has the port.
#[derive(Debug)]
pub(super) enum Occupant {
    /// Nobody.
    Nobody,
    /// One of ours.
    Namehound {
        /// How it introduces itself: name and version.
        name: String,
    },
    /// Somebody else, who says this.
    Stranger(Unreachable),
    /// Nobody, and still nobody may have it.
    Forbidden(io::Error),
    /// There is no port to look at.
    Unknown,
}

/// Finds out who has the port.
pub(super) async fn occupant(surroundings: &dyn Surroundings, own: Option<&OwnAddresses>) -> Occupant {
    let Some(own) = own else { return Occupant::Unknown };
    match surroundings.try_port(own.listen) {
        Ok(()) => return Occupant::Nobody,
        Err(error) if error.kind() == io::ErrorKind::AddrInUse => {}
        Err(error) => return Occupant::Forbidden(error),
    }
    let mut refusal = Unreachable { detail: "it has no address".to_owned() };
    for url in &own.urls {
        match is_alive(surroundings, url, Some(own.here())).await {
            Ok(()) => match introduction(surroundings, url, own.here()).await {
                Some(name) => return Occupant::Namehound { name },
                None => refusal.detail = "it is well, but does not call itself Namehound".to_owned(),
            },
            Err(error) => refusal = error,
        }
    }
    Occupant::Stranger(refusal)
}

/// `Namehound 1.2.3`, if the server says so of itself.
async fn introduction(surroundings: &dyn Surroundings, url: &Url, at: SocketAddr) -> Option<String> {
    let Reply { body, .. } = surroundings.get(url, Some(at)).await.ok()?;
    let (name, _) = body.split_once(',')?;
    let version = name.strip_prefix("Namehound ")?;
    version.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-')).then(|| name.to_owned())
}

/// What that means for somebody who wants to start a server.
pub(super) fn port(listen: &str, own: Option<&OwnAddresses>, occupant: &Occupant) -> Finding {
    const CHECK: Check = Check::Port;
    let next_port = own.map_or(8090, |own| own.listen.port().checked_add(10).unwrap_or(8090));
    match occupant {
        Occupant::Nobody => Finding::good(CHECK, format!("{listen} is free: \"namehound\" starts the server there.")),
        Occupant::Namehound { name } => Finding::good(CHECK, format!("{name} is running on {listen} and is well.")),
        Occupant::Stranger(detail) => Finding::problem(
            CHECK,
            format!("Another program has {listen}: asked for its health, {detail}."),
            format!("Stop that program, or start with another port: namehound --listen 127.0.0.1:{next_port}"),
        ),
        Occupant::Forbidden(error) if error.kind() == io::ErrorKind::PermissionDenied => Finding::problem(
            CHECK,
            format!("This user may not listen on {listen}."),
            format!(
                "Ports below 1024 belong to the administrator. Use another: namehound --listen 127.0.0.1:{next_port}"
            ),
        ),
        Occupant::Forbidden(error) => Finding::problem(
            CHECK,
            format!("Nothing can listen on {listen}: {error}."),
            "The address must be one that this machine has: 127.0.0.1 for itself, 0.0.0.0 for all that it has.",
        ),
        Occupant::Unknown => Finding::problem(
            CHECK,
            format!("\"{listen}\" is no address to listen on."),
            "Write an address and a port:\n[server]\nlisten = \"127.0.0.1:8080\"",
        ),
    }
}

/// Whether the seed can be had where clients look for it.
pub(super) async fn seed(surroundings: &dyn Surroundings, base: &str, with_token: bool) -> Finding {
    const CHECK: Check = Check::Seed;
    let Ok(url) = Url::parse(&format!("{base}/seed")) else {
        return Finding::skipped(CHECK, "Not asked: the public URL cannot be read.");
    };
    let reply = match surroundings.get(&url, None).await {
        Ok(reply) => reply,
        Err(error) => {
            return Finding::problem(
                CHECK,
                format!("The server runs, but {url} does not answer: {error}."),
                "Look at what stands between: the name in the DNS, the web server in front, the firewall, the \
                 certificate.",
            );
        }
    };
    let content_type = reply.content_type.as_deref().unwrap_or("no content type");
    let essence = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    match reply.status {
        200 if essence.ends_with("json") || essence.ends_with("xml") => {
            Finding::good(CHECK, format!("{url} answers 200, {content_type}."))
        }
        401 if with_token => Finding::good(CHECK, format!("{url} asks for a token, as it should.")),
        200 => Finding::problem(
            CHECK,
            format!("{url} answers 200, but with {content_type}, which is no seed."),
            "Something else answers at this address: a login page, or another site of the web server in front.",
        ),
        status => Finding::problem(
            CHECK,
            format!("{url} answers {status}."),
            "The server runs, so something else answers at this address. Point the web server in front to the port \
             that Namehound listens on, with all paths.",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn own(listen: &str, public_url: Option<&str>) -> Option<Vec<String>> {
        let mut config = Config::default();
        config.server.listen = listen.to_owned();
        config.server.public_url = public_url.map(str::to_owned);
        let own = OwnAddresses::of(&config, Path::new("/nowhere"))?;
        Some(own.urls.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn a_server_is_asked_at_this_machine_by_the_name_its_certificate_has() {
        assert_eq!(own("0.0.0.0:8080", None).unwrap(), ["http://127.0.0.1:8080/", "https://127.0.0.1:8080/"]);
        assert_eq!(own("[::]:8080", None).unwrap(), ["http://[::1]:8080/", "https://[::1]:8080/"]);
        assert_eq!(
            own("192.0.2.1:8443", Some("https://hub.example/x")).unwrap(),
            ["http://192.0.2.1:8443/", "https://hub.example:8443/"]
        );
        assert_eq!(own("nonsense", None), None);
    }
}
