//! Rule: a special-use name or a local address never leaves the machine.

use super::route::Route;
use crate::{
    error::AskError,
    lookup::Lookup,
    provider::{Exposure, Offer},
};

/// Why a question does not leave the machine, if it does not and would have to.
pub(super) fn refusal(route: &Route, lookup: &Lookup) -> Option<AskError> {
    let widest = route.exposure(lookup)?;
    if widest == Exposure::Local { None } else { reason(lookup) }
}

/// Why a question is not sent to a source on these terms. A part of a question may be about something else than the whole.
pub(super) fn refusal_at(offer: &Offer, lookup: &Lookup) -> Option<AskError> {
    if offer.exposure == Exposure::Local { None } else { reason(lookup) }
}

fn reason(lookup: &Lookup) -> Option<AskError> {
    let name = || lookup.special_use().map(|name| AskError::SpecialUse { name });
    let address = || lookup.local_address().map(|address| AskError::LocalAddress { address });
    name().or_else(address)
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Bench, count, history_of};
    use crate::{
        error::AskError,
        lookup::{Lookup, NetworkSubject},
        observable::Netblock,
    };

    #[tokio::test(start_paused = true)]
    async fn a_special_use_name_reaches_no_socket() {
        for name in ["hidden.onion", "eepsite.i2p", "printer.local", "box.home.arpa", "app.internal"] {
            let bench = Bench::new();
            let outcome = bench.ask(history_of(name)).await;
            assert!(matches!(outcome, Err(AskError::SpecialUse { .. })), "{name}: {outcome:?}");
            assert_eq!(bench.transport.sent(), 0, "{name}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_local_address_reaches_no_socket() {
        for address in ["10.1.2.3", "127.0.0.1", "192.168.0.7", "169.254.1.1", "fe80::1", "fc00::1", "::1"] {
            let bench = Bench::new();
            let address: std::net::IpAddr = address.parse().unwrap();
            let outcome = bench.ask(Lookup::ReverseIp { address }).await;
            assert_eq!(outcome, Err(AskError::LocalAddress { address }));
            let block = Netblock::parse(&format!("{address}/31")).unwrap();
            let outcome = bench.ask(Lookup::IpOwner { subject: NetworkSubject::Netblock(block) }).await;
            assert!(matches!(outcome, Err(AskError::LocalAddress { .. })), "{address}: {outcome:?}");
            assert_eq!(bench.transport.sent(), 0, "{address}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn documentation_names_are_ordinary() {
        let bench = Bench::new();
        bench.transport.push_ok(&count(0));
        assert!(bench.ask(history_of("cmt-net.example")).await.is_ok());
    }
}
