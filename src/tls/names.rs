//! What a certificate can be for: host names and addresses, and the scopes an authority is limited to.

use std::{fmt, net::IpAddr, str::FromStr};

use ipnet::IpNet;
use thiserror::Error;

/// The longest host name, in characters (RFC 1035 section 2.3.4, without the dots that only the wire needs).
const LONGEST_NAME: usize = 253;
/// The longest part of a host name between two dots, in characters (RFC 1035 section 2.3.4).
const LONGEST_LABEL: usize = 63;

/// One name of a server: what stands in its address between `https://` and the port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HostName {
    /// A host name in lower case and ASCII (international names in their `xn--` form).
    Dns(String),
    /// An address.
    Address(IpAddr),
}

/// A text that is neither a host name nor an address a certificate can be made for.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum NameError {
    /// It is something else.
    #[error(
        "\"{given}\" is neither a host name nor an address. Write what stands between https:// and the port, for \
         example hound.lab.example or 192.0.2.7"
    )]
    Neither {
        /// What was given.
        given: String,
    },
    /// A pattern: every name is written out, so that everybody can see what the certificate is for.
    #[error("\"{given}\" is a pattern; write out each name the server is reached by")]
    Pattern {
        /// What was given.
        given: String,
    },
    /// An address that means "all of them", which nobody can connect to.
    #[error("{given} stands for all addresses of this machine; write the one that clients use")]
    Unspecified {
        /// What was given.
        given: String,
    },
    /// Something with a slash that is no network.
    #[error("\"{given}\" is no network; write for example 192.168.0.0/16")]
    Network {
        /// What was given.
        given: String,
    },
}

impl HostName {
    /// The address, if it is one.
    #[must_use]
    pub fn address(&self) -> Option<IpAddr> {
        match self {
            Self::Dns(_) => None,
            Self::Address(address) => Some(*address),
        }
    }
}

impl FromStr for HostName {
    type Err = NameError;

    fn from_str(given: &str) -> Result<Self, NameError> {
        let text = given.trim();
        let bare = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(text);
        if let Ok(address) = bare.parse::<IpAddr>() {
            return Self::of_address(address, given);
        }
        if text.contains('*') {
            return Err(NameError::Pattern { given: given.to_owned() });
        }
        match url::Host::parse(text) {
            Ok(url::Host::Domain(name)) => {
                let name = name.strip_suffix('.').unwrap_or(&name);
                is_host_name(name)
                    .then(|| Self::Dns(name.to_owned()))
                    .ok_or_else(|| NameError::Neither { given: given.to_owned() })
            }
            Ok(url::Host::Ipv4(address)) => Self::of_address(address.into(), given),
            Ok(url::Host::Ipv6(address)) => Self::of_address(address.into(), given),
            Err(_) => Err(NameError::Neither { given: given.to_owned() }),
        }
    }
}

impl HostName {
    fn of_address(address: IpAddr, given: &str) -> Result<Self, NameError> {
        let address = address.to_canonical();
        if address.is_unspecified() {
            return Err(NameError::Unspecified { given: given.to_owned() });
        }
        Ok(Self::Address(address))
    }
}

impl fmt::Display for HostName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Dns(name) => f.write_str(name),
            Self::Address(address) => write!(f, "{address}"),
        }
    }
}

/// Letters, digits, hyphens and (for Windows machines) underscores, in labels of the right length.
fn is_host_name(name: &str) -> bool {
    let is_label = |label: &str| {
        (1..=LONGEST_LABEL).contains(&label.len())
            && label.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-_".contains(&byte))
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    name.len() <= LONGEST_NAME && name.split('.').all(is_label)
}

/// The names a server usually needs on its own machine: `localhost`, both loopback addresses, and the machine's name if
/// it has a usable one.
#[must_use]
pub fn usual_names(machine: Option<&str>) -> Vec<HostName> {
    let mut names = loopback_names();
    if let Some(machine) = machine.and_then(|name| name.parse().ok())
        && !names.contains(&machine)
    {
        names.push(machine);
    }
    names
}

/// The names of every machine for itself.
pub(super) fn loopback_names() -> Vec<HostName> {
    vec![
        HostName::Dns("localhost".to_owned()),
        HostName::Address(IpAddr::from([127, 0, 0, 1])),
        HostName::Address(std::net::Ipv6Addr::LOCALHOST.into()),
    ]
}

/// A part of the world that an authority may vouch for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    /// A domain and every name below it. With a dot in front: only the names below it. Empty: every name
    /// (RFC 5280 section 4.2.1.10).
    Domain(String),
    /// A network; a single address is a network of one.
    Network(IpNet),
}

impl Scope {
    /// Whether a name lies inside.
    #[must_use]
    pub fn covers(&self, name: &HostName) -> bool {
        match (self, name) {
            (Self::Domain(domain), HostName::Dns(name)) => match domain.strip_prefix('.') {
                Some(_) => name.ends_with(domain),
                None => {
                    domain.is_empty()
                        || name == domain
                        || name.strip_suffix(domain).is_some_and(|rest| rest.ends_with('.'))
                }
            },
            (Self::Network(network), HostName::Address(address)) => network.contains(address),
            _ => false,
        }
    }

    /// Whether this says anything at all about names of that kind.
    pub(super) fn concerns(&self, name: &HostName) -> bool {
        matches!((self, name), (Self::Domain(_), HostName::Dns(_)) | (Self::Network(_), HostName::Address(_)))
    }
}

impl From<&HostName> for Scope {
    fn from(name: &HostName) -> Self {
        match name {
            HostName::Dns(name) => Self::Domain(name.clone()),
            HostName::Address(address) => Self::Network(IpNet::from(*address)),
        }
    }
}

impl FromStr for Scope {
    type Err = NameError;

    fn from_str(given: &str) -> Result<Self, NameError> {
        if !given.contains('/') {
            return given.parse::<HostName>().map(|name| Self::from(&name));
        }
        let network: IpNet = given.trim().parse().map_err(|_| NameError::Network { given: given.to_owned() })?;
        Ok(Self::Network(network.trunc()))
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Domain(domain) if domain.is_empty() => f.write_str("every name"),
            Self::Domain(domain) => f.write_str(domain),
            Self::Network(network) if network.prefix_len() == network.max_prefix_len() => {
                write!(f, "{}", network.addr())
            }
            Self::Network(network) => write!(f, "{network}"),
        }
    }
}

/// `a, b, c`.
pub(super) fn listed<T: fmt::Display>(items: &[T]) -> String {
    items.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> HostName {
        text.parse().unwrap()
    }

    #[test]
    fn names_are_read_as_people_write_them() {
        for (given, read) in [
            ("Hound.Lab.Example.", "hound.lab.example"),
            (" localhost ", "localhost"),
            ("DESKTOP_7-A", "desktop_7-a"),
            ("hündin.example", "xn--hndin-kva.example"),
            ("192.0.2.7", "192.0.2.7"),
            ("[2001:DB8::1]", "2001:db8::1"),
            ("2001:db8::1", "2001:db8::1"),
            ("::ffff:192.0.2.7", "192.0.2.7"),
        ] {
            assert_eq!(name(given).to_string(), read, "{given}");
        }
    }

    #[test]
    fn what_is_no_name_is_refused_with_the_reason() {
        for given in ["", "https://hound.example", "hound.example:8443", "a b", "-a.example", "a..example", "a/b"] {
            assert!(matches!(given.parse::<HostName>(), Err(NameError::Neither { .. })), "{given}");
        }
        assert!(matches!("x".repeat(64).parse::<HostName>(), Err(NameError::Neither { .. })));
        assert!(matches!("*.example".parse::<HostName>(), Err(NameError::Pattern { .. })));
        for given in ["0.0.0.0", "::"] {
            assert!(matches!(given.parse::<HostName>(), Err(NameError::Unspecified { .. })), "{given}");
        }
    }

    #[test]
    fn a_scope_covers_what_lies_inside_and_nothing_that_only_looks_like_it() {
        let domain: Scope = "lab.example".parse().unwrap();
        assert!(domain.covers(&name("lab.example")) && domain.covers(&name("hound.lab.example")));
        assert!(!domain.covers(&name("evil-lab.example")) && !domain.covers(&name("lab.example.evil.example")));
        let below = Scope::Domain(".lab.example".to_owned());
        assert!(below.covers(&name("hound.lab.example")) && !below.covers(&name("lab.example")));
        assert!(Scope::Domain(String::new()).covers(&name("anything.example")));

        let network: Scope = "192.168.7.1/16".parse().unwrap();
        assert_eq!(network.to_string(), "192.168.0.0/16");
        assert!(network.covers(&name("192.168.200.3")) && !network.covers(&name("192.169.0.1")));
        assert!(!network.covers(&name("lab.example")) && !domain.covers(&name("192.168.0.1")));
        assert_eq!("192.0.2.7".parse::<Scope>().unwrap().to_string(), "192.0.2.7");
        assert!(matches!("192.168.0.0/33".parse::<Scope>(), Err(NameError::Network { .. })));
    }

    #[test]
    fn the_usual_names_are_this_machine_s() {
        let shown = |machine| usual_names(machine).iter().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(shown(Some("Hound-Laptop")), ["localhost", "127.0.0.1", "::1", "hound-laptop"]);
        assert_eq!(shown(Some("localhost")), ["localhost", "127.0.0.1", "::1"]);
        assert_eq!(shown(Some("Dara's laptop")), ["localhost", "127.0.0.1", "::1"]);
        assert_eq!(shown(None), ["localhost", "127.0.0.1", "::1"]);
    }
}
