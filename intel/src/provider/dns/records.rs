//! All records of a name: eight questions, one answer.

use std::collections::BTreeSet;

use super::{Asker, message};
use crate::{
    answer::{Page, Total},
    error::ProviderError,
    observable::HostName,
    provider::{Conversation, Heard, Turn},
    record::{DnsData, DnsRecord, DnsRecordType, Record},
    upstream::{DnsQueryType, DnsSecurity, Request},
};

/// What is asked, in the order in which answers are shown.
const TYPES: [DnsQueryType; 8] = [
    DnsQueryType::A,
    DnsQueryType::Aaaa,
    DnsQueryType::Cname,
    DnsQueryType::Ns,
    DnsQueryType::Mx,
    DnsQueryType::Soa,
    DnsQueryType::Txt,
    DnsQueryType::Caa,
];

/// Asks about one name.
#[derive(Debug)]
pub(super) struct RecordTalk {
    host: HostName,
    asker: Asker,
    /// A sibling of the name that nobody has.
    nobody: Option<String>,
}

impl RecordTalk {
    pub(super) fn new(host: HostName, asker: Asker, random: u64) -> Self {
        let parent = host.as_str().split_once('.').map(|(_, parent)| parent.to_owned());
        let below_a_domain = host.registrable().is_some_and(|domain| domain != host);
        let nobody = parent.filter(|_| below_a_domain).map(|parent| format!("nh{random:016x}.{parent}"));
        Self { host, asker, nobody }
    }

    fn page(&self, heard: &[Heard]) -> Result<Page, ProviderError> {
        let (asked, nobody) = heard.split_at_checked(TYPES.len()).unwrap_or((heard, &[]));
        let mut records: Vec<DnsRecord> = Vec::new();
        let mut notes = Vec::new();
        let (mut failed, mut failure) = (Vec::new(), None);
        let (mut exists, mut unreadable) = (false, 0);
        let mut bogus = false;
        for (heard, asked) in asked.iter().zip(TYPES) {
            match message::read(heard) {
                Ok(reply) => {
                    exists |= reply.exists;
                    unreadable += reply.unreadable;
                    bogus |= reply.security == DnsSecurity::Bogus;
                    for record in reply.records.into_iter().filter(|record| self.belongs(record)) {
                        if !records.iter().any(|known| known.owner == record.owner && known.data == record.data) {
                            records.push(record);
                        }
                    }
                }
                Err(error) => {
                    failed.push(asked.as_str());
                    failure.get_or_insert(error);
                }
            }
        }
        if let Some(error) = failure.filter(|_| failed.len() == TYPES.len()) {
            return Err(error);
        }
        records.sort_by_key(|record| (record.owner != self.host, record.data.record_type()));
        let host = &self.host;
        if !failed.is_empty() {
            notes.push(format!("No answer about the {} records of {host}; the others are shown.", failed.join(", ")));
        } else if !exists && records.is_empty() {
            notes.push(format!("{host} does not exist in the DNS (NXDOMAIN)."));
        } else if records.is_empty() {
            notes.push(format!("{host} exists in the DNS and has none of the records that were asked for."));
        }
        if bogus {
            notes.push(format!(
                "The signatures (DNSSEC) of an answer about {host} are not good: what it says may be forged, or the \
                 zone is broken."
            ));
        }
        if unreadable > 0 {
            notes.push(format!("{unreadable} records name something that is no host name and were left out."));
        }
        notes.extend(self.wildcard(&records, nobody));
        let total = Some(Total::Exactly(records.len() as u64));
        Ok(Page { records: records.into_iter().map(Record::Dns).collect(), total, notes, ..Page::default() })
    }

    /// Whether a record is about the name: its own, or on the way from it to its addresses.
    fn belongs(&self, record: &DnsRecord) -> bool {
        let on_the_way = [DnsRecordType::A, DnsRecordType::Aaaa, DnsRecordType::Cname];
        record.owner == self.host || on_the_way.contains(&record.data.record_type())
    }

    /// What it means that a name resolves which nobody has.
    fn wildcard(&self, records: &[DnsRecord], nobody: &[Heard]) -> Option<String> {
        let addresses = |records: &[DnsRecord]| -> BTreeSet<std::net::IpAddr> {
            let address = |record: &DnsRecord| match record.data {
                DnsData::Address(address) => Some(address),
                _ => None,
            };
            records.iter().filter_map(address).collect()
        };
        let reply = message::read(nobody.first()?).ok()?;
        let (own, anybodys) = (addresses(records), addresses(&reply.records));
        if anybodys.is_empty() {
            return None;
        }
        let parent = self.host.as_str().split_once('.').map_or("", |(_, parent)| parent);
        Some(if anybodys.is_subset(&own) {
            format!(
                "Any name below {parent} resolves to the same addresses (a wildcard): that {} does says nothing.",
                self.host
            )
        } else {
            format!("Any name below {parent} resolves (a wildcard), but {} has addresses of its own.", self.host)
        })
    }
}

impl Conversation for RecordTalk {
    fn go_on(&mut self, heard: Vec<Heard>) -> Result<Turn, ProviderError> {
        if !heard.is_empty() {
            return self.page(&heard).map(Turn::Done);
        }
        let own = TYPES.into_iter().map(|record_type| self.asker.ask(self.host.as_str(), record_type));
        let nobody = self.nobody.iter().map(|name| self.asker.ask(name.as_str(), DnsQueryType::A));
        Ok(Turn::Ask(own.chain(nobody).collect()))
    }
}

/// The name that an inquiry was about.
pub(super) fn asked_name(heard: &Heard) -> &str {
    match &heard.request {
        Request::Dns(request) => &request.name,
        _ => "",
    }
}
