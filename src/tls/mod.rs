//! HTTPS for people who have no certificate.
//!
//! Maltego's desktop client refuses plain HTTP before it makes any request, and a browser page served over HTTPS
//! may not talk to plain HTTP either. A server on a laptop or inside a team's network cannot get a certificate from
//! a public authority: nobody outside can reach it, or its name is not public at all. So Namehound makes its own: a
//! small private certificate authority that people trust once, and a server certificate signed by it that can be
//! renewed without asking them again.
//!
//! What keeps this safe is that the authority cannot do much. It is limited, inside its own certificate, to the
//! names it was made for, to the names below them and to this machine itself ([`Scope`]), and to proving the
//! identity of servers. Whoever steals its key can pose as this server; they cannot pose as a bank. (OpenSSL,
//! rustls and Chrome check such limits; Java does not in a certificate that was trusted directly, so the key stays
//! worth guarding.)
//!
//! The parts, from the bottom up: [`HostName`] is what a certificate can be for, [`Certificate`] reads one,
//! [`Authority`] signs them, [`Folder`] keeps the four files in the data folder, [`PemFiles`] turns a pair of files
//! into something to serve with, [`Live`] notices when they change, and [`Acceptor`] receives connections, telling
//! whoever comes with plain HTTP what went wrong.

mod acceptor;
mod authority;
mod certificate;
mod files;
mod folder;
mod names;
mod reload;

use jiff::Timestamp;

pub use acceptor::Acceptor;
pub use authority::{Authority, AuthorityError, LONGEST_DAYS, Signed};
pub use certificate::{Certificate, CertificateError, Concern};
pub use files::{Loaded, PemError, PemFiles};
pub use folder::{Folder, InitError, Made, Wish};
pub use names::{HostName, NameError, Scope, usual_names};
pub use reload::{Live, Look};

/// A time as people read it, to the minute, UTC.
fn shown(time: Timestamp) -> String {
    time.strftime("%Y-%m-%d %H:%M UTC").to_string()
}
