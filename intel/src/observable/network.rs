//! Networks and autonomous systems.

use std::{
    fmt,
    net::{IpAddr, Ipv4Addr},
};

use ipnet::{IpNet, Ipv4Subnets, Ipv6Subnets};
use serde::{Deserialize, Serialize};

use super::{ObservableError, is_public_address, pasted};

/// A network: all addresses from a first to a last one.
///
/// Registries give out ranges, routing knows prefixes, and not every range is one prefix. So the range is kept as it is,
/// and [`Netblock::cidrs`] says of which prefixes it consists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Netblock {
    first: IpAddr,
    last: IpAddr,
}

impl Netblock {
    /// Reads `192.0.2.0/24` (host bits are cut off), `192.0.2.0/255.255.255.0`, `192.0.2.0 - 192.0.2.255` as registries
    /// write it, `192.0.2.0-192.0.2.255` as Maltego does, and the short form `192.0.2.0-255`; also defanged.
    ///
    /// # Errors
    /// When the text is no network: a single address is none (write `192.0.2.1/32`), nor is a range that ends before it
    /// begins or mixes IPv4 and IPv6.
    pub fn parse(text: &str) -> Result<Self, ObservableError> {
        let error = |reason| ObservableError::new(text, "a network", reason);
        if text.len() > pasted::LONGEST {
            return Err(error("it is too long for one"));
        }
        let plain = pasted::plain(text);
        if let Some((address, length)) = plain.split_once('/') {
            return prefix(address.trim(), length.trim()).ok_or_else(|| error("it is not of the form address/prefix"));
        }
        let Some((first, last)) = plain.split_once(['-', '\u{2010}', '\u{2011}', '\u{2012}', '\u{2013}', '\u{2014}'])
        else {
            return Err(error("it is neither of the form address/prefix nor a range of two addresses"));
        };
        let not_two_addresses = || error("it is not a range of two addresses");
        let first: IpAddr = first.trim().parse().map_err(|_| not_two_addresses())?;
        let last = last_address(first, last.trim()).ok_or_else(not_two_addresses)?;
        Self::from_range(first, last).ok_or_else(|| error("it ends before it begins, or it mixes IPv4 with IPv6"))
    }

    /// The network from a first to a last address, both in it. `None` if the last is before the first or of the other
    /// family.
    #[must_use]
    pub fn from_range(first: IpAddr, last: IpAddr) -> Option<Self> {
        (first.is_ipv4() == last.is_ipv4() && first <= last).then_some(Self { first, last })
    }

    /// The lowest address.
    #[must_use]
    pub const fn first(&self) -> IpAddr {
        self.first
    }

    /// The highest address.
    #[must_use]
    pub const fn last(&self) -> IpAddr {
        self.last
    }

    /// The fewest prefixes that make up the network, in ascending order: at most 62 for IPv4 and 254 for IPv6.
    #[must_use]
    pub fn cidrs(&self) -> Vec<IpNet> {
        match (self.first, self.last) {
            (IpAddr::V4(first), IpAddr::V4(last)) => Ipv4Subnets::new(first, last, 0).map(IpNet::V4).collect(),
            (IpAddr::V6(first), IpAddr::V6(last)) => Ipv6Subnets::new(first, last, 0).map(IpNet::V6).collect(),
            _ => Vec::new(),
        }
    }

    /// The network as one prefix, if it is one.
    #[must_use]
    pub fn cidr(&self) -> Option<IpNet> {
        match self.cidrs().as_slice() {
            [one] => Some(*one),
            _ => None,
        }
    }

    /// The form `first-last` without blanks, which Maltego's netblock entities hold (`ipv4-range`).
    #[must_use]
    pub fn range(&self) -> String {
        format!("{}-{}", self.first, self.last)
    }

    /// Whether the address lies within.
    #[must_use]
    pub fn contains(&self, address: IpAddr) -> bool {
        self.first.is_ipv4() == address.is_ipv4() && self.first <= address && address <= self.last
    }

    /// Whether both ends are public, see [`is_public_address`].
    #[must_use]
    pub fn is_public(&self) -> bool {
        is_public_address(self.first) && is_public_address(self.last)
    }
}

impl From<IpNet> for Netblock {
    fn from(net: IpNet) -> Self {
        Self { first: net.network(), last: net.broadcast() }
    }
}

/// The end of a range, written in full or as the last octet alone.
fn last_address(first: IpAddr, text: &str) -> Option<IpAddr> {
    match (text.parse(), first) {
        (Ok(last), _) => Some(last),
        (Err(_), IpAddr::V4(first)) => {
            let [a, b, c, _] = first.octets();
            let octet = u8::try_from(number(text)?).ok()?;
            Some(IpAddr::V4(Ipv4Addr::new(a, b, c, octet)))
        }
        _ => None,
    }
}

fn prefix(address: &str, length: &str) -> Option<Netblock> {
    let address: IpAddr = address.parse().ok()?;
    let net = match length.parse::<IpAddr>() {
        Ok(mask) => IpNet::with_netmask(address, mask).ok()?,
        // A sign is no part of a prefix length, though Rust's parser would take it.
        Err(_) if length.bytes().all(|octet| octet.is_ascii_digit()) => {
            IpNet::new(address, length.parse().ok()?).ok()?
        }
        Err(_) => return None,
    };
    Some(Netblock::from(net))
}

/// As `address/prefix` if the network is one prefix, otherwise as `first-last`.
impl fmt::Display for Netblock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.cidr() {
            Some(net) => net.fmt(f),
            None => f.write_str(&self.range()),
        }
    }
}

/// An autonomous system number (RFC 6793).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct AutonomousSystem(u32);

impl AutonomousSystem {
    /// Reads `AS64500`, `asn 64500`, `AS 64500`, `64500` and the dotted form `1.10` (asdot, RFC 5396 §2).
    ///
    /// # Errors
    /// When the text is no 32-bit number.
    pub fn parse(text: &str) -> Result<Self, ObservableError> {
        let error = |reason| ObservableError::new(text, "an AS number", reason);
        if text.len() > pasted::LONGEST {
            return Err(error("it is too long for one"));
        }
        let plain = pasted::plain(text);
        let digits = Self::digits(&plain).unwrap_or(&plain);
        let number = match digits.split_once('.') {
            None => number(digits),
            Some((high, low)) => match (number(high), number(low)) {
                (Some(high @ ..=0xffff), Some(low @ ..=0xffff)) => Some((high << 16) | low),
                _ => None,
            },
        };
        number.map(Self).ok_or_else(|| error("it is not a number of 32 bits"))
    }

    /// What follows `AS` or `ASN`, if the text begins with one of them.
    pub(super) fn digits(plain: &str) -> Option<&str> {
        let (head, rest) = plain.split_at_checked(2)?;
        let rest = head.eq_ignore_ascii_case("as").then_some(rest)?;
        let rest = rest.strip_prefix(['n', 'N']).unwrap_or(rest);
        Some(rest.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, ':' | '#' | '-')))
    }

    /// The number.
    #[must_use]
    pub const fn number(self) -> u32 {
        self.0
    }
}

/// Digits alone: Rust's parser would take a sign too.
fn number(digits: &str) -> Option<u32> {
    digits.bytes().all(|octet| octet.is_ascii_digit()).then(|| digits.parse().ok()).flatten()
}

/// In the plain form (asplain, RFC 5396 §2) with `AS` before it.
impl fmt::Display for AutonomousSystem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AS{}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn networks_are_read_as_prefixes_masks_and_ranges() {
        for (pasted, shown, range) in [
            ("192.0.2.0/24", "192.0.2.0/24", "192.0.2.0-192.0.2.255"),
            ("192.0.2.77/24", "192.0.2.0/24", "192.0.2.0-192.0.2.255"),
            ("192[.]0[.]2[.]0/24", "192.0.2.0/24", "192.0.2.0-192.0.2.255"),
            ("(192.0.2.0 / 24).", "192.0.2.0/24", "192.0.2.0-192.0.2.255"),
            ("192.0.2.0/255.255.255.0", "192.0.2.0/24", "192.0.2.0-192.0.2.255"),
            ("192.0.2.0 - 192.0.2.255", "192.0.2.0/24", "192.0.2.0-192.0.2.255"),
            ("192.0.2.0-192.0.2.255", "192.0.2.0/24", "192.0.2.0-192.0.2.255"),
            ("192.0.2.0 \u{2013} 192.0.2.255", "192.0.2.0/24", "192.0.2.0-192.0.2.255"),
            ("192.0.2.0-255", "192.0.2.0/24", "192.0.2.0-192.0.2.255"),
            ("192.0.2.1-192.0.2.6", "192.0.2.1-192.0.2.6", "192.0.2.1-192.0.2.6"),
            ("192.0.2.1-192.0.2.1", "192.0.2.1/32", "192.0.2.1-192.0.2.1"),
            ("2001:DB8::/32", "2001:db8::/32", "2001:db8::-2001:db8:ffff:ffff:ffff:ffff:ffff:ffff"),
            ("2001:db8::-2001:db8::", "2001:db8::/128", "2001:db8::-2001:db8::"),
            ("2001:db8::1 - 2001:db8::2", "2001:db8::1-2001:db8::2", "2001:db8::1-2001:db8::2"),
        ] {
            let block = Netblock::parse(pasted).unwrap_or_else(|error| panic!("{error}"));
            assert_eq!(block.to_string(), shown, "{pasted}");
            assert_eq!(block.range(), range, "{pasted}");
        }
    }

    #[test]
    fn what_is_no_network_is_an_error() {
        for text in [
            "192.0.2.1",
            "192.0.2.0/33",
            "192.0.2.0/+24",
            "192.0.2.0/255.0.255.0",
            "192.0.2.9-192.0.2.1",
            "192.0.2.0-256",
            "192.0.2.0-2001:db8::1",
            "2001:db8::1-5",
            "cmt-net.example",
            "a-b",
            "-",
            "/",
            "",
        ] {
            assert!(Netblock::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_range_consists_of_the_fewest_prefixes() {
        let block = Netblock::parse("192.0.2.1-192.0.2.6").unwrap();
        let cidrs: Vec<_> = block.cidrs().iter().map(ToString::to_string).collect();
        assert_eq!(cidrs, ["192.0.2.1/32", "192.0.2.2/31", "192.0.2.4/31", "192.0.2.6/32"]);
        assert_eq!(block.cidr(), None);
        assert!(block.contains("192.0.2.6".parse().unwrap()));
        assert!(!block.contains("192.0.2.7".parse().unwrap()));
        assert!(!block.contains("::192.0.2.3".parse().unwrap()));
        let widest = Netblock::parse("0.0.0.1-255.255.255.254").unwrap();
        assert_eq!(widest.cidrs().len(), 62);
        assert!(!widest.is_public());
        assert!(block.is_public());
    }

    #[test]
    fn autonomous_systems_are_read_plain_and_dotted() {
        for (pasted, number) in [
            ("AS64500", 64500),
            ("as64500", 64500),
            ("asn 64500", 64500),
            ("ASN64500", 64500),
            ("AS 64500,", 64500),
            ("AS: 64500", 64500),
            ("64500", 64500),
            ("AS0", 0),
            ("4294967295", u32::MAX),
            ("1.10", 65546),
            ("AS1.10", 65546),
            ("AS65535.65535", u32::MAX),
        ] {
            let system = AutonomousSystem::parse(pasted).unwrap_or_else(|error| panic!("{error}"));
            assert_eq!(system.number(), number, "{pasted}");
            assert_eq!(system.to_string(), format!("AS{number}"));
        }
        for text in
            ["", "AS", "ASx", "sas64500", "AS-1.x", "4294967296", "+5", "AS1.65536", "1.2.3", "AS64500x", "assa64500"]
        {
            assert!(AutonomousSystem::parse(text).is_err(), "{text}");
        }
    }
}
