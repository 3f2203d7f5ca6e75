//! The live DNS: what a name points at now, and what the owner of an address calls it.
//!
//! Resolvers are asked, and through them the target's own name servers: whoever runs those can see that somebody is
//! interested. So the exposure is `infrastructure`, and a case whose ceiling is lower does not ask.
//!
//! A name has eight types of records that anybody looks at, and there is no question for all of them (RFC 8482), so eight
//! questions make one answer. What a name is an alias of is shown with it; of the alias's target only the addresses, since
//! its mail and name servers are somebody else's.
//!
//! **Wildcards.** Where any name at all resolves, that this one does says nothing. So below a registered domain one name is
//! asked for as well that nobody can have made up before; if it resolves, a note says so.
//!
//! **Pointers.** Each address of a small network is one question, and each name found is looked up in turn: only a name
//! that points back is more than a claim by the address's owner.

mod message;
mod pointers;
mod records;

use std::sync::Arc;

use self::{pointers::PointerTalk, records::RecordTalk};
use super::{Call, Exposure, Heard, Inquiry, Offer, Provider, Rate, Step};
use crate::{
    answer::Page,
    credits::Credits,
    error::ProviderError,
    lookup::{Lookup, LookupKind},
    record::DnsData,
    upstream::{DnsQueryType, DnsRequest, Request},
};

/// The most addresses of a network that are asked about one by one: a `/24`.
pub const MOST_ADDRESSES: usize = 256;

/// How the DNS is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DnsSettings {
    /// How many questions a second go to the resolvers.
    pub rate: u32,
}

impl Default for DnsSettings {
    fn default() -> Self {
        Self { rate: 50 }
    }
}

/// Asks the DNS.
#[derive(Debug, Clone, Copy)]
pub struct Dns {
    settings: DnsSettings,
    random: fn() -> u64,
}

impl Dns {
    /// A provider with these settings. The random number makes a name that nobody has.
    #[must_use]
    pub const fn new(settings: DnsSettings, random: fn() -> u64) -> Self {
        Self { settings, random }
    }

    fn asker(&self) -> Asker {
        Asker { service: "resolver".into(), rate: Rate::per_second(self.settings.rate.max(1)) }
    }
}

/// Makes inquiries.
#[derive(Debug, Clone)]
struct Asker {
    service: Arc<str>,
    rate: Rate,
}

impl Asker {
    fn ask(&self, name: impl Into<String>, record_type: DnsQueryType) -> Inquiry {
        Inquiry {
            request: Request::Dns(DnsRequest { name: name.into(), record_type }),
            service: Arc::clone(&self.service),
            rate: Some(self.rate),
            one_at_a_time: false,
        }
    }
}

impl Provider for Dns {
    fn name(&self) -> &'static str {
        "dns"
    }

    fn source(&self) -> &str {
        "DNS"
    }

    fn lookups(&self) -> &'static [LookupKind] {
        &[LookupKind::DnsRecords, LookupKind::Pointers]
    }

    fn offer(&self, lookup: &Lookup) -> Option<Offer> {
        matches!(lookup, Lookup::DnsRecords { .. } | Lookup::Pointers { .. }).then_some(Offer {
            endpoint: "resolver",
            exposure: Exposure::Infrastructure,
            price: Credits::FREE,
            free_preview: false,
            rate: None,
        })
    }

    fn call(&self, lookup: &Lookup, step: &Step) -> Result<Call, ProviderError> {
        if *step != Step::Page(None) {
            return Ok(Call::Known(Page::default()));
        }
        match lookup {
            Lookup::DnsRecords { host } => {
                Ok(Call::Converse(Box::new(RecordTalk::new(host.clone(), self.asker(), (self.random)()))))
            }
            Lookup::Pointers { block } => Ok(Call::Converse(Box::new(PointerTalk::new(block, self.asker())?))),
            _ => Err(ProviderError::InvalidInput { reason: "the DNS has no answer to that".to_owned() }),
        }
    }
}

/// The texts of what was heard, for sources that answer over the DNS. None where the name does not exist.
pub(super) fn texts(heard: &Heard) -> Result<Vec<String>, ProviderError> {
    let reply = message::read(heard)?;
    Ok(reply
        .records
        .into_iter()
        .filter_map(|record| match record.data {
            DnsData::Text(text) => Some(text),
            _ => None,
        })
        .collect())
}
