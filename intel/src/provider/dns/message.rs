//! Reading an answer in wire format (RFC 1035 §4).

use hickory_resolver::proto::{
    op::{Message, ResponseCode},
    rr::{Name, RData, Record as Resource},
};

use crate::{
    error::ProviderError,
    observable::HostName,
    provider::Heard,
    record::{DnsData, DnsRecord},
    upstream::{DnsSecurity, Response},
};

/// What an answer says.
#[derive(Debug)]
pub(super) struct Reply {
    /// Whether the name exists at all.
    pub(super) exists: bool,
    pub(super) security: DnsSecurity,
    /// The records, in the order of the message.
    pub(super) records: Vec<DnsRecord>,
    /// The targets of PTR records with their time to live.
    pub(super) pointers: Vec<(HostName, u32)>,
    /// How many records could not be read: names that are no host names.
    pub(super) unreadable: usize,
}

/// Reads what was heard.
pub(super) fn read(heard: &Heard) -> Result<Reply, ProviderError> {
    let response = match &heard.outcome {
        Ok(Response::Dns(response)) => response,
        Ok(_) => return Err(ProviderError::malformed("the answer is not of the DNS")),
        Err(error) => return Err(error.clone()),
    };
    let message = Message::from_vec(&response.message).map_err(|error| ProviderError::malformed(error.to_string()))?;
    let mut reply = Reply {
        exists: message.metadata.response_code != ResponseCode::NXDomain,
        security: response.security,
        records: Vec::new(),
        pointers: Vec::new(),
        unreadable: 0,
    };
    for resource in &message.answers {
        match &resource.data {
            RData::PTR(target) => match host(&target.0) {
                Some(name) => reply.pointers.push((name, resource.ttl)),
                None => reply.unreadable += 1,
            },
            // Signatures and the like say nothing about anybody.
            RData::A(_)
            | RData::AAAA(_)
            | RData::CNAME(_)
            | RData::NS(_)
            | RData::MX(_)
            | RData::SOA(_)
            | RData::TXT(_)
            | RData::CAA(_) => match record(resource, response.security) {
                Some(record) => reply.records.push(record),
                None => reply.unreadable += 1,
            },
            _ => {}
        }
    }
    Ok(reply)
}

fn record(resource: &Resource, security: DnsSecurity) -> Option<DnsRecord> {
    Some(DnsRecord {
        owner: host(&resource.name)?,
        data: data(&resource.data)?,
        ttl: Some(resource.ttl),
        first_seen: None,
        last_seen: None,
        security: Some(security),
    })
}

fn data(data: &RData) -> Option<DnsData> {
    Some(match data {
        RData::A(address) => DnsData::Address(address.0.into()),
        RData::AAAA(address) => DnsData::Address(address.0.into()),
        RData::CNAME(target) => DnsData::Alias(host(&target.0)?),
        RData::NS(server) => DnsData::NameServer(host(&server.0)?),
        RData::MX(server) => DnsData::MailServer { preference: server.preference, exchange: host(&server.exchange)? },
        RData::SOA(zone) => DnsData::StartOfAuthority {
            primary: host(&zone.mname)?,
            mailbox: mailbox(&zone.rname)?,
            serial: zone.serial,
        },
        RData::TXT(text) => {
            let joined: Vec<u8> = text.txt_data.iter().flat_map(|part| part.iter().copied()).collect();
            DnsData::Text(String::from_utf8_lossy(&joined).into_owned())
        }
        RData::CAA(allowed) => DnsData::CertificationAuthority {
            flags: allowed.flags(),
            tag: allowed.tag.to_lowercase(),
            value: String::from_utf8_lossy(&allowed.value).into_owned(),
        },
        _ => return None,
    })
}

/// A host name. The root (a mail server `.` that takes no mail, RFC 7505) is none.
fn host(name: &Name) -> Option<HostName> {
    let text = name.to_ascii();
    HostName::parse(text.trim_end_matches('.')).ok()
}

/// The mailbox of a zone: its first label stands before the `@` (RFC 1035 §8).
fn mailbox(name: &Name) -> Option<String> {
    let mut labels = name.iter();
    let local = String::from_utf8(labels.next()?.to_vec()).ok()?;
    let domain: Option<Vec<&str>> = labels.map(|label| std::str::from_utf8(label).ok()).collect();
    let domain = HostName::parse(&domain?.join(".")).ok()?;
    Some(format!("{local}@{domain}"))
}
