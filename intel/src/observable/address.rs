//! Single addresses: reading them, and telling the public ones from the others.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::{ObservableError, host, pasted};

/// Reads an address: defanged, in brackets, with a port, or as the host of a web address. IPv4 addresses in their IPv6
/// form (`::ffff:192.0.2.1`) become IPv4 addresses.
///
/// # Errors
/// When the text is no address. Octets with leading zeros are refused rather than guessed: they are octal for some
/// programs and decimal for others (RFC 6943 §3.1.1).
pub fn parse_address(text: &str) -> Result<IpAddr, ObservableError> {
    let error = |reason| ObservableError::new(text, "an IP address", reason);
    if text.len() > pasted::LONGEST {
        return Err(error("it is too long for one"));
    }
    let plain = pasted::plain(text);
    // A prefix length would be taken for a path.
    if host::scheme(&plain).is_none() && plain.contains('/') {
        return Err(error("it is not of the form 192.0.2.1 or 2001:db8::1"));
    }
    let (host, _) = host::split_port(host::authority(&plain)).map_err(error)?;
    let bare = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(host);
    let address: IpAddr = bare.parse().map_err(|_| error("it is not of the form 192.0.2.1 or 2001:db8::1"))?;
    Ok(address.to_canonical())
}

/// Whether an address belongs to the public Internet, so that anybody who is asked about it means the same host. The
/// others (private, shared, loopback, link-local, multicast, unspecified, reserved) mean something different in every
/// network, and a question about them, or a connection to them, must not leave the machine.
///
/// The rule is "globally reachable" in the IANA special-purpose address registries (RFC 6890), with one exception: the
/// documentation networks (RFC 5737, RFC 3849, RFC 9637) count as public. Nobody is behind them, so asking harms nobody,
/// and workshop cases are made of them.
#[must_use]
pub fn is_public_address(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let reserved = match address.octets() {
        // "This" network (RFC 791 §3.2), private use (RFC 1918), loopback (RFC 1122 §3.2.1.3).
        [0 | 10 | 127, ..] => true,
        // Shared by the customers of a carrier: 100.64.0.0/10 (RFC 6598).
        [100, second, ..] => (64..=127).contains(&second),
        // Link-local (RFC 3927).
        [169, 254, ..] => true,
        // Private use (RFC 1918).
        [172, second, ..] => (16..=31).contains(&second),
        [192, 168, ..] => true,
        // Protocol assignments (RFC 6890 §2.1) except the two anycast addresses within (RFC 7723, RFC 8155).
        [192, 0, 0, last] => !matches!(last, 9 | 10),
        // Benchmarks: 198.18.0.0/15 (RFC 2544).
        [198, 18 | 19, ..] => true,
        // Multicast (RFC 5771), reserved (RFC 1112 §4) and the limited broadcast address.
        [224..=255, ..] => true,
        _ => false,
    };
    !reserved
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    // Forms that carry an IPv4 address are judged by it.
    if let Some(embedded) = embedded_v4(address) {
        return is_public_v4(embedded);
    }
    match address.segments() {
        // Benchmarks: 2001:2::/48 (RFC 5180); the first generation of ORCHID: 2001:10::/28 (RFC 4843).
        [0x2001, 0x0002, 0, ..] | [0x2001, 0x0010..=0x001f, ..] => false,
        // Global unicast: 2000::/3 (RFC 4291 §2.4, RFC 3587), the only range that is given out. Everything else is
        // private (fc00::/7), link-local (fe80::/10), multicast (ff00::/8), the discard prefix (100::/64), loopback,
        // unspecified, or nobody's yet.
        [first, ..] => (0x2000..=0x3fff).contains(&first),
    }
}

fn embedded_v4(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let join = |high: u16, low: u16| Ipv4Addr::from_bits((u32::from(high) << 16) | u32::from(low));
    match address.segments() {
        // IPv4-mapped: ::ffff:0:0/96 (RFC 4291 §2.5.5.2); translation: 64:ff9b::/96 (RFC 6052 §2.1).
        [0, 0, 0, 0, 0, 0xffff, high, low] | [0x64, 0xff9b, 0, 0, 0, 0, high, low] => Some(join(high, low)),
        // 6to4: 2002::/16 (RFC 3056 §2).
        [0x2002, high, low, ..] => Some(join(high, low)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_in_every_spelling_people_paste() {
        for (pasted, address) in [
            ("192.0.2.1", "192.0.2.1"),
            ("192[.]0[.]2[.]1", "192.0.2.1"),
            ("(192.0.2.1),", "192.0.2.1"),
            ("192.0.2.1:8080", "192.0.2.1"),
            ("hxxp://192.0.2[.]1/login", "192.0.2.1"),
            ("192\u{ff0e}0\u{3002}2.1", "192.0.2.1"),
            ("2001:DB8:0:0::1", "2001:db8::1"),
            ("[2001:db8::1]", "2001:db8::1"),
            ("[2001:db8::1]:443", "2001:db8::1"),
            ("https://[2001:db8::1]:8443/x", "2001:db8::1"),
            ("2001[:]db8[:][:]1", "2001:db8::1"),
            ("2001:db8::", "2001:db8::"),
            ("::", "::"),
            ("::ffff:192.0.2.1", "192.0.2.1"),
        ] {
            assert_eq!(parse_address(pasted).unwrap().to_string(), address, "{pasted}");
        }
        for no_address in
            ["", "192.0.2", "192.0.2.256", "192.0.2.010", "192.0.2.0/24", "cmt-net.example", "64500", ":", "[]"]
        {
            assert!(parse_address(no_address).is_err(), "{no_address}");
        }
    }

    #[test]
    fn addresses_that_mean_something_else_in_every_network_are_not_public() {
        for private in [
            "0.0.0.0",
            "0.1.2.3",
            "10.0.0.1",
            "100.64.0.1",
            "100.127.255.255",
            "127.0.0.1",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.1",
            "192.168.1.1",
            "198.18.0.1",
            "224.0.0.251",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::ffff:10.0.0.1",
            "::ffff:127.0.0.1",
            "::10.0.0.1",
            "64:ff9b::192.168.0.1",
            "64:ff9b:1::1",
            "2002:c0a8:1::1",
            "2001:2::1",
            "100::1",
            "fc00::1",
            "fd12:3456::1",
            "fe80::1",
            "fec0::1",
            "ff02::fb",
        ] {
            assert!(!is_public_address(private.parse().unwrap()), "{private}");
        }
    }

    #[test]
    fn documentation_networks_and_the_neighbours_of_private_ones_are_public() {
        for public in [
            "192.0.2.1",
            "198.51.100.1",
            "203.0.113.1",
            "2001:db8::1",
            "3fff::1",
            "9.255.255.255",
            "11.0.0.1",
            "100.63.255.255",
            "100.128.0.1",
            "172.15.255.255",
            "172.32.0.1",
            "192.0.0.9",
            "192.167.255.255",
            "198.17.255.255",
            "198.20.0.1",
            "223.255.255.255",
            "2000::1",
            "::ffff:192.0.2.1",
            "64:ff9b::192.0.2.1",
            "2002:c000:201::1",
        ] {
            assert!(is_public_address(public.parse().unwrap()), "{public}");
        }
    }
}
