//! From IANA to the registry, from the registry to the registrar.

use std::sync::Arc;

use jiff::Timestamp;

use super::{
    Whois43Settings,
    servers::{IANA, query, server_of},
};
use crate::{
    answer::{Page, Total},
    comparison::{Account, merged},
    error::ProviderError,
    moment::Moment,
    observable::HostName,
    provider::{Conversation, Heard, Inquiry, Turn},
    record::{Contact, Record, WhoisRecord},
    upstream::{Request, Response, WhoisRequest},
    whois_text::{Class, Origin, Parsed, decode, parse},
};

/// Asks about one domain.
#[derive(Debug)]
pub(super) struct Talk {
    domain: HostName,
    settings: Arc<Whois43Settings>,
    now: Timestamp,
    /// Who has been asked, in that order.
    asked: Vec<String>,
    stage: Stage,
}

#[derive(Debug)]
enum Stage {
    Begin,
    /// IANA was asked for the registry's server.
    Iana,
    /// The registry was asked.
    Registry,
    /// The registrar was asked; this is what the registry said.
    Registrar(Box<WhoisRecord>),
}

impl Talk {
    pub(super) fn new(domain: HostName, settings: Arc<Whois43Settings>, now: Timestamp) -> Self {
        Self { domain, settings, now, asked: Vec::new(), stage: Stage::Begin }
    }

    fn ask(&mut self, server: &str, what: String, guarded: bool, stage: Stage) -> Turn {
        let server = server.to_lowercase();
        let (host, port, is_configured) = self.settings.place(&server);
        let request =
            Request::Whois(WhoisRequest { server: host, port, query: what, guarded: guarded && !is_configured });
        let service: Arc<str> = server.as_str().into();
        self.asked.push(server);
        self.stage = stage;
        Turn::Ask(vec![Inquiry { request, service, rate: Some(self.settings.rate()), one_at_a_time: true }])
    }

    fn begin(&mut self) -> Turn {
        match server_of(&self.domain) {
            Some(server) => self.ask(server, query(server, self.domain.as_str()), false, Stage::Registry),
            None => {
                let ending = self.domain.as_str().rsplit('.').next().unwrap_or_default().to_owned();
                self.ask(IANA, ending, false, Stage::Iana)
            }
        }
    }

    fn after_iana(&mut self, heard: &Heard) -> Result<Turn, ProviderError> {
        let parsed = self.read(heard)?;
        let ending = self.domain.as_str().rsplit('.').next().unwrap_or_default();
        let Some(server) = parsed.referral.filter(|server| !self.asked.contains(server)) else {
            let reason = format!("IANA names no WHOIS server for .{ending}");
            return Err(ProviderError::InvalidInput { reason });
        };
        let what = query(&server, self.domain.as_str());
        Ok(self.ask(&server, what, true, Stage::Registry))
    }

    fn after_registry(&mut self, heard: &Heard) -> Result<Turn, ProviderError> {
        let parsed = self.read(heard)?;
        let server = self.asked.last().cloned().unwrap_or_default();
        let domain = &self.domain;
        let record = match (parsed.class, parsed.record) {
            (Class::Registered, Some(record)) => record,
            (Class::Available, _) => return Ok(self.nothing(format!("{server} says that {domain} is not registered."))),
            (Class::Reserved, _) => {
                return Ok(self.nothing(format!("{server} says that {domain} is reserved: nobody can register it.")));
            }
            (Class::Error, _) => {
                return Err(ProviderError::upstream(None, "the WHOIS server did not understand the question"));
            }
            _ => return Err(ProviderError::malformed(format!("{server} answered no WHOIS record"))),
        };
        let referral = parsed.referral.or_else(|| record.whois_server.clone());
        let next = referral.map(|next| next.to_lowercase()).filter(|next| !self.asked.contains(next));
        match next.filter(|next| names_nobody(&record) && is_server(next)) {
            Some(next) => {
                let what = query(&next, self.domain.as_str());
                Ok(self.ask(&next, what, true, Stage::Registrar(Box::new(record))))
            }
            None => Ok(Turn::Done(self.page(record, Vec::new()))),
        }
    }

    fn after_registrar(&self, registry: WhoisRecord, heard: &Heard) -> Page {
        let server = self.asked.last().cloned().unwrap_or_default();
        let told = |why: &str| {
            vec![format!("The registrar's server {server} {why}, so only what the registry says is shown.")]
        };
        match self.read(heard) {
            Ok(Parsed { class: Class::Registered, record: Some(record), .. })
                if record.domain.is_empty() || record.domain == self.domain.as_str() =>
            {
                let accounts =
                    [Account { source: String::new(), record: registry }, Account { source: String::new(), record }];
                let whole = merged(&accounts).unwrap_or_default();
                self.page(whole, Vec::new())
            }
            Ok(Parsed { class: Class::Registered, record: Some(_), .. }) => {
                self.page(registry, told("answered about another domain"))
            }
            Ok(_) => self.page(registry, told("has no record of the domain")),
            Err(error) => self.page(registry, told(&format!("did not answer ({error})"))),
        }
    }

    fn nothing(&self, note: String) -> Turn {
        let source = Some(self.source());
        Turn::Done(Page { total: Some(Total::Exactly(0)), notes: vec![note], source, ..Page::default() })
    }

    fn page(&self, record: WhoisRecord, notes: Vec<String>) -> Page {
        let whois_server = self.asked.last().cloned();
        let record = WhoisRecord {
            domain: self.domain.as_str().to_owned(),
            observed: Some(Moment::Instant(self.now)),
            whois_server: record.whois_server.clone().or(whois_server),
            ..record
        };
        Page {
            records: vec![Record::Whois(Box::new(record))],
            next: None,
            total: Some(Total::Exactly(1)),
            notes,
            source: Some(self.source()),
        }
    }

    /// Everybody who was asked about the domain itself.
    fn source(&self) -> String {
        let servers: Vec<&str> = self.asked.iter().map(String::as_str).filter(|server| *server != IANA).collect();
        format!("WHOIS ({})", servers.join(", "))
    }

    fn read(&self, heard: &Heard) -> Result<Parsed, ProviderError> {
        let server = self.asked.last().map(String::as_str);
        match &heard.outcome {
            Ok(Response::Whois(response)) => {
                let text = decode(&response.body, server);
                Ok(parse(&text, &Origin { server, domain: Some(self.domain.as_str()) }))
            }
            Ok(_) => Err(ProviderError::malformed("the answer is not of a WHOIS server")),
            Err(error) => Err(error.clone()),
        }
    }
}

impl Conversation for Talk {
    fn go_on(&mut self, heard: Vec<Heard>) -> Result<Turn, ProviderError> {
        let Some(heard) = heard.first() else { return Ok(self.begin()) };
        match std::mem::replace(&mut self.stage, Stage::Begin) {
            Stage::Begin => Err(ProviderError::malformed("an answer before any question")),
            Stage::Iana => self.after_iana(heard),
            Stage::Registry => self.after_registry(heard),
            Stage::Registrar(registry) => Ok(Turn::Done(self.after_registrar(*registry, heard))),
        }
    }
}

/// Whether a record leads to nobody: then the registrar may know more.
fn names_nobody(record: &WhoisRecord) -> bool {
    let says_nothing = |contact: &Contact| {
        let Contact { name, organization, email, .. } = contact;
        [name, organization, email].into_iter().all(Option::is_none)
    };
    says_nothing(&record.registrant)
}

/// Whether a referral is a host that can be asked.
fn is_server(text: &str) -> bool {
    HostName::parse(text).is_ok_and(|name| name.as_str() == text && text.contains('.') && name.special_use().is_none())
}
