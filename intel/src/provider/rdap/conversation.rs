//! From IANA's list to the registry, through its redirects, and to the registrar.

use std::sync::Arc;

use http::header;
use jiff::Timestamp;
use serde_json::Value;
use url::Url;

use super::{
    RdapSettings,
    domain::{self, Registration},
    is_not_found,
    lists::Lists,
    network,
    reach::Reach,
    target::Target,
};
use crate::{
    answer::{Page, Total},
    error::ProviderError,
    observable::HostName,
    provider::{
        Conversation, Heard, Inquiry, Turn,
        lenient::{self, Node},
    },
    record::{Record, WhoisRecord},
    upstream::{HttpResponse, Response},
};

/// Asks about one object.
#[derive(Debug)]
pub(super) struct Talk {
    target: Target,
    settings: Arc<RdapSettings>,
    lists: Arc<Lists>,
    now: Timestamp,
    reach: Reach,
    /// Who has been asked about the object, by host name.
    asked: Vec<String>,
    /// The address that is being asked.
    at: Option<Url>,
    notes: Vec<String>,
    stage: Stage,
}

#[derive(Debug)]
enum Stage {
    Begin,
    /// IANA was asked for its list.
    List,
    /// The registry was asked.
    Registry,
    /// The registrar was asked; this is what the registry said.
    Registrar(Box<WhoisRecord>),
}

impl Talk {
    pub(super) fn new(target: Target, settings: Arc<RdapSettings>, lists: Arc<Lists>, now: Timestamp) -> Self {
        Self {
            target,
            settings,
            lists,
            now,
            reach: Reach::default(),
            asked: Vec::new(),
            at: None,
            notes: Vec::new(),
            stage: Stage::Begin,
        }
    }

    fn begin(&mut self) -> Result<Turn, ProviderError> {
        let list = self.target.list();
        let Some(request) = self.lists.refresh(list, &self.settings.lists, self.now) else { return self.registry() };
        let service = request.url.host_str().unwrap_or_default().into();
        self.stage = Stage::List;
        Ok(Turn::Ask(vec![Inquiry {
            request: request.into(),
            service,
            rate: Some(self.settings.rate()),
            one_at_a_time: false,
        }]))
    }

    fn after_list(&mut self, heard: &Heard) -> Result<Turn, ProviderError> {
        let taken = http_response(heard).and_then(|response| self.lists.take(self.target.list(), response, self.now));
        if let Err(error) = taken {
            tracing::info!(%error, "the list of RDAP servers was not renewed");
        }
        self.registry()
    }

    fn registry(&mut self) -> Result<Turn, ProviderError> {
        let Some(mut url) = self.lists.server(&self.target) else {
            return Err(ProviderError::InvalidInput { reason: self.target.has_no_server() });
        };
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().extend(self.target.path());
        }
        self.ask(url, false, Stage::Registry)
    }

    fn ask(&mut self, url: Url, from_an_answer: bool, stage: Stage) -> Result<Turn, ProviderError> {
        let inquiry = self.reach.ask(&self.settings, &url, from_an_answer)?;
        let host = inquiry.service.to_string();
        if !self.asked.contains(&host) {
            self.asked.push(host);
        }
        self.at = Some(url);
        self.stage = stage;
        Ok(Turn::Ask(vec![inquiry]))
    }

    /// Where a redirect leads, if a response is one.
    fn redirected(&self, response: &HttpResponse) -> Result<Option<Url>, ProviderError> {
        if !response.status.is_redirection() {
            return Ok(None);
        }
        let place = response.headers.get(header::LOCATION).and_then(|place| place.to_str().ok());
        let url = place.and_then(|place| self.at.as_ref()?.join(place).ok());
        url.map(Some).ok_or_else(|| ProviderError::malformed("a redirect that leads nowhere"))
    }

    fn after_registry(&mut self, heard: &Heard) -> Result<Turn, ProviderError> {
        let response = http_response(heard)?;
        if let Some(url) = self.redirected(response)? {
            return self.ask(url, true, Stage::Registry);
        }
        if is_not_found(response) {
            let (server, target) = (self.server(), self.target.in_words());
            let note = match self.target {
                Target::Domain(_) => format!("{server} says that {target} is not registered."),
                _ => format!("{server} has no entry for {target}."),
            };
            return Ok(Turn::Done(Page { notes: vec![note], ..self.page(Vec::new()) }));
        }
        let value = object(response)?;
        let server = self.server();
        let node = Node::new(&value);
        let unreadable = || ProviderError::malformed(format!("{server} answered something else than what was asked"));
        let records = match &self.target {
            Target::Domain(domain) => {
                let Registration { record, notes } = domain::read(node, &server, self.now)
                    .filter(|it| is_about(&it.record, domain))
                    .ok_or_else(unreadable)?;
                let link = domain::registrars_link(node, domain.as_str());
                self.notes.extend(notes);
                return self.registrar(record, link);
            }
            Target::Network(prefix, _) => {
                let network = network::network(node, &server).ok_or_else(unreadable)?;
                if !network.block.contains(prefix.addr()) {
                    return Err(unreadable());
                }
                vec![Record::Network(Box::new(network))]
            }
            Target::System(system) => {
                vec![Record::System(Box::new(network::system(node, *system, &server).ok_or_else(unreadable)?))]
            }
            Target::NameServer(name) => network::name_server(node, name),
            Target::Entity(_) => {
                vec![Record::Contact(Box::new(network::entity(node).ok_or_else(unreadable)?))]
            }
        };
        if let Target::Network(_, false) = &self.target
            && let Some(first) = self.target.address()
        {
            self.notes.push(format!(
                "The range is no single prefix, so the network of its first address, {first}, was asked for."
            ));
        }
        Ok(Turn::Done(self.page(records)))
    }

    /// Goes on to the registrar, if there is one to go to.
    fn registrar(&mut self, record: WhoisRecord, link: Option<Url>) -> Result<Turn, ProviderError> {
        let Some(url) = link.filter(|url| self.at.as_ref() != Some(url)) else {
            return Ok(Turn::Done(self.page_of(record)));
        };
        match self.ask(url, true, Stage::Registrar(Box::new(record.clone()))) {
            Ok(turn) => Ok(turn),
            Err(error) => {
                let why = why(&error);
                self.notes.push(format!(
                    "The registrar's server was not asked ({why}), so only what the registry says is shown."
                ));
                Ok(Turn::Done(self.page_of(record)))
            }
        }
    }

    fn after_registrar(&mut self, registry: WhoisRecord, heard: &Heard) -> Turn {
        match self.registrars_part(&registry, heard) {
            Ok(Part::Elsewhere(turn)) => turn,
            Ok(Part::Said(record)) => Turn::Done(self.page_of(domain::put_together(registry, *record))),
            Err(why) => {
                let server = self.server();
                self.notes
                    .push(format!("The registrar's server {server} {why}, so only what the registry says is shown."));
                Turn::Done(self.page_of(registry))
            }
        }
    }

    fn registrars_part(&mut self, registry: &WhoisRecord, heard: &Heard) -> Result<Part, String> {
        let failed = |error: ProviderError| format!("did not answer ({})", why(&error));
        let response = http_response(heard).map_err(failed)?;
        if let Some(url) = self.redirected(response).map_err(failed)? {
            let stage = Stage::Registrar(Box::new(registry.clone()));
            return self.ask(url, true, stage).map(Part::Elsewhere).map_err(failed);
        }
        if is_not_found(response) {
            return Err("has no entry for the domain".to_owned());
        }
        let value = object(response).map_err(failed)?;
        let Target::Domain(domain) = &self.target else { return Err("was asked about no domain".to_owned()) };
        match domain::read(Node::new(&value), &self.server(), self.now) {
            Some(Registration { record, notes }) if is_about(&record, domain) => {
                self.notes.extend(notes);
                Ok(Part::Said(Box::new(record)))
            }
            Some(_) => Err("answered about another domain".to_owned()),
            None => Err("answered something else than a domain".to_owned()),
        }
    }

    /// The server that was asked last, by its host name.
    fn server(&self) -> String {
        self.at.as_ref().and_then(Url::host_str).unwrap_or("the server").to_owned()
    }

    fn page_of(&mut self, record: WhoisRecord) -> Page {
        let domain = match &self.target {
            Target::Domain(domain) => domain.as_str().to_owned(),
            _ => record.domain.clone(),
        };
        let record = WhoisRecord { domain, ..record };
        self.page(vec![Record::Whois(Box::new(record))])
    }

    fn page(&mut self, records: Vec<Record>) -> Page {
        Page {
            total: Some(Total::Exactly(records.len() as u64)),
            records,
            next: None,
            notes: std::mem::take(&mut self.notes),
            source: Some(format!("RDAP ({})", self.asked.join(", "))),
        }
    }
}

/// What came of asking the registrar.
enum Part {
    /// Another server is to be asked.
    Elsewhere(Turn),
    /// The registrar's own record.
    Said(Box<WhoisRecord>),
}

/// Whether a record is about the domain; one that names none is about what was asked.
fn is_about(record: &WhoisRecord, domain: &HostName) -> bool {
    record.domain.is_empty() || HostName::parse(&record.domain).is_ok_and(|name| name == *domain)
}

/// A failure in the words that say most.
fn why(error: &ProviderError) -> String {
    match error {
        ProviderError::InvalidInput { reason } => reason.trim_end_matches('.').to_owned(),
        other => other.to_string(),
    }
}

fn object(response: &HttpResponse) -> Result<Value, ProviderError> {
    lenient::parse(&response.body).map_err(|error| ProviderError::malformed(error.to_string()))
}

fn http_response(heard: &Heard) -> Result<&HttpResponse, ProviderError> {
    match &heard.outcome {
        Ok(Response::Http(response)) => Ok(response),
        Ok(_) => Err(ProviderError::malformed("the response is not of RDAP")),
        Err(error) => Err(error.clone()),
    }
}

impl Conversation for Talk {
    fn go_on(&mut self, heard: Vec<Heard>) -> Result<Turn, ProviderError> {
        let Some(heard) = heard.first() else { return self.begin() };
        match std::mem::replace(&mut self.stage, Stage::Begin) {
            Stage::Begin => Err(ProviderError::malformed("an answer before any question")),
            Stage::List => self.after_list(heard),
            Stage::Registry => self.after_registry(heard),
            Stage::Registrar(registry) => Ok(self.after_registrar(*registry, heard)),
        }
    }
}
