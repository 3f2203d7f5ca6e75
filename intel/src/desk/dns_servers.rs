//! Which resolvers are asked: reading their addresses out of the configuration.
//!
//! A resolver is written as an address, since somebody would have to be asked where a name is before anybody can be
//! asked anything. With TLS there are two things to say, the address that is connected to and the name that the
//! certificate must hold; one stands where a URL has its host and the other behind `#`, whichever way round.
//!
//! | written | asked |
//! |---|---|
//! | `system` | whatever the machine uses |
//! | `192.0.2.53`, `192.0.2.53:5353`, `[2001:db8::53]:53` | over UDP, and over TCP where an answer is too long |
//! | `tls://192.0.2.53#dns.example`, `tls://192.0.2.53:853` | over TLS (RFC 7858); without a name the certificate is for the address |
//! | `https://192.0.2.53/dns-query#dns.example`, `https://dns.example/dns-query#192.0.2.53` | over HTTPS (RFC 8484) |

use std::{
    net::{IpAddr, SocketAddr},
    sync::Arc,
};

use hickory_resolver::{config::NameServerConfig, system_conf};
use url::Url;

/// The word for the resolvers that the machine uses.
pub(super) const SYSTEM: &str = "system";

/// The resolvers of one entry; the error says what is wrong with it.
pub(super) fn name_servers(written: &str) -> Result<Vec<NameServerConfig>, String> {
    let written = written.trim();
    if written == SYSTEM {
        return Ok(of_the_system());
    }
    if let Ok(ip) = written.parse::<IpAddr>() {
        return Ok(vec![NameServerConfig::udp_and_tcp(ip)]);
    }
    if let Ok(address) = written.parse::<SocketAddr>() {
        return Ok(vec![at_port(NameServerConfig::udp_and_tcp(address.ip()), Some(address.port()))]);
    }
    let wrong = || {
        format!(
            "\"{written}\" is no resolver: write \"{SYSTEM}\", an address such as 192.0.2.53 or 192.0.2.53:5353, \
             tls://192.0.2.53#dns.example, or https://192.0.2.53/dns-query#dns.example"
        )
    };
    let url = Url::parse(written).map_err(|_| wrong())?;
    let (ip, name) = address_and_name(&url).ok_or_else(wrong)?;
    let server = match url.scheme() {
        "tls" if matches!(url.path(), "" | "/") => NameServerConfig::tls(ip, name),
        "https" => NameServerConfig::https(ip, name, Some(Arc::from(url.path()))),
        _ => return Err(wrong()),
    };
    Ok(vec![at_port(server, url.port())])
}

/// None where the configuration of the machine cannot be read: then there is nobody to ask, and each question says so.
fn of_the_system() -> Vec<NameServerConfig> {
    match system_conf::read_system_conf() {
        Ok((config, _)) => config.into_parts().2,
        Err(error) => {
            tracing::warn!(%error, "the system's resolver configuration cannot be read");
            Vec::new()
        }
    }
}

fn at_port(mut server: NameServerConfig, port: Option<u16>) -> NameServerConfig {
    if let Some(port) = port {
        server.connections.iter_mut().for_each(|connection| connection.port = port);
    }
    server
}

/// The address to connect to, and the name that the certificate must hold.
fn address_and_name(url: &Url) -> Option<(IpAddr, Arc<str>)> {
    let host = url.host_str()?;
    let address = |text: &str| text.trim_matches(['[', ']']).parse::<IpAddr>().ok();
    let fragment = url.fragment().filter(|fragment| !fragment.is_empty());
    match (address(host), fragment) {
        (Some(ip), None) => Some((ip, ip.to_string().into())),
        (Some(ip), Some(name)) => Some((ip, name.into())),
        (None, Some(fragment)) => Some((address(fragment)?, host.into())),
        (None, None) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(written: &str) -> String {
        let servers = name_servers(written).unwrap_or_else(|error| panic!("{error}"));
        let [server] = servers.as_slice() else { panic!("{servers:?}") };
        let connections: Vec<String> = server
            .connections
            .iter()
            .map(|connection| format!("{:?} {}", connection.protocol, connection.port))
            .collect();
        format!("{} {}", server.ip, connections.join(", "))
    }

    #[test]
    fn resolvers_are_read_in_every_form() {
        for (written, expected) in [
            ("192.0.2.53", "192.0.2.53 Udp 53, Tcp 53"),
            (" 192.0.2.53:5353 ", "192.0.2.53 Udp 5353, Tcp 5353"),
            ("[2001:db8::53]:5353", "2001:db8::53 Udp 5353, Tcp 5353"),
            ("2001:db8::53", "2001:db8::53 Udp 53, Tcp 53"),
            ("tls://192.0.2.53", "192.0.2.53 Tls { server_name: \"192.0.2.53\" } 853"),
            ("tls://192.0.2.53:8853#dns.example", "192.0.2.53 Tls { server_name: \"dns.example\" } 8853"),
            ("tls://dns.example#192.0.2.53", "192.0.2.53 Tls { server_name: \"dns.example\" } 853"),
            ("tls://[2001:db8::53]#dns.example", "2001:db8::53 Tls { server_name: \"dns.example\" } 853"),
            (
                "https://192.0.2.53/dns-query#dns.example",
                "192.0.2.53 Https { server_name: \"dns.example\", path: \"/dns-query\" } 443",
            ),
            (
                "https://dns.example:8443/ask#192.0.2.53",
                "192.0.2.53 Https { server_name: \"dns.example\", path: \"/ask\" } 8443",
            ),
        ] {
            assert_eq!(shown(written), expected, "{written}");
        }
    }

    #[test]
    fn what_is_no_resolver_is_said_with_what_would_be() {
        for written in [
            "",
            "dns.example",
            "https://dns.example/dns-query",
            "tls://a#b",
            "http://192.0.2.53/",
            "192.0.2.53:x",
            "tls://",
        ] {
            let error = name_servers(written).unwrap_err();
            assert!(error.contains("tls://192.0.2.53#dns.example"), "{error}");
        }
    }
}
