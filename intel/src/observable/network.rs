//! Networks and autonomous systems.

use std::fmt;

use ipnet::IpNet;

use super::{ObservableError, refang};

/// A network in prefix form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Netblock(IpNet);

impl Netblock {
    /// Reads `192.0.2.0/24`; host bits are cut off.
    ///
    /// # Errors
    /// When the text is no network.
    pub fn parse(text: &str) -> Result<Self, ObservableError> {
        refang(text.trim())
            .parse::<IpNet>()
            .map(|net| Self(net.trunc()))
            .map_err(|_| ObservableError::new(text, "a network", "it is not of the form address/prefix"))
    }
}

impl fmt::Display for Netblock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// An autonomous system number (RFC 6793).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct AutonomousSystem(u32);

impl AutonomousSystem {
    /// Reads `AS64500`, `as 64500` and `64500`.
    ///
    /// # Errors
    /// When the text is no 32-bit number.
    pub fn parse(text: &str) -> Result<Self, ObservableError> {
        let digits = text.trim().trim_start_matches(['a', 'A', 's', 'S', ' ']);
        digits
            .parse()
            .map(Self)
            .map_err(|_| ObservableError::new(text, "an AS number", "it is not a number of 32 bits"))
    }

    /// The number.
    #[must_use]
    pub fn number(self) -> u32 {
        self.0
    }
}

impl fmt::Display for AutonomousSystem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AS{}", self.0)
    }
}
