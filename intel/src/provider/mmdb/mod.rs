//! Files in MaxMind's format on this machine: which system announces an address, and where it is.
//!
//! Nobody learns of the question. The files are the team's own: GeoLite2, IPinfo and whoever else writes that format. Their
//! fields differ and any may be missing, so a record is read by whatever names are there rather than by the kind of file:
//! `autonomous_system_number` or `asn`, `country.iso_code` or `country_code`.
//!
//! A file that changed is opened again, so whoever replaces it once a week restarts nothing. One that cannot be opened or
//! is damaged costs its own part of the answer, which says so; only if no file can be used does the question fail.

use std::{
    net::IpAddr,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::SystemTime,
};

use maxminddb::Reader;
use serde_json::Value;

use super::{Call, Exposure, Offer, Provider, Step, lenient::Node};
use crate::{
    answer::{Page, Total},
    credits::Credits,
    error::ProviderError,
    lookup::{Lookup, LookupKind, NetworkSubject},
    observable::{AutonomousSystem, Netblock},
    record::{IpLocation, Network, Record, Routing},
};

/// Answers from files.
#[derive(Debug)]
pub struct Mmdb {
    files: Vec<File>,
}

#[derive(Debug)]
struct File {
    path: PathBuf,
    open: Mutex<Option<Open>>,
}

/// A file as it was when it was opened.
#[derive(Debug, Clone)]
struct Open {
    reader: Arc<Reader<Vec<u8>>>,
    changed: Option<SystemTime>,
    length: u64,
}

impl Mmdb {
    /// A provider that reads these files. They are opened when they are first needed.
    #[must_use]
    pub fn new(files: impl IntoIterator<Item = PathBuf>) -> Self {
        Self { files: files.into_iter().map(|path| File { path, open: Mutex::default() }).collect() }
    }

    /// What is wrong with the files: each one's path and why it cannot be used.
    #[must_use]
    pub fn problems(&self) -> Vec<(PathBuf, String)> {
        let problem = |file: &File| file.reader().err().map(|why| (file.path.clone(), why));
        self.files.iter().filter_map(problem).collect()
    }

    /// What each file says of an address, with the network that it says it of.
    fn found(&self, address: IpAddr) -> Result<(Vec<Found>, Vec<String>), ProviderError> {
        let (mut found, mut notes) = (Vec::new(), Vec::new());
        for file in &self.files {
            match file.find(address) {
                Ok(said) => found.extend(said),
                Err(why) => {
                    let name = file.path.file_name().unwrap_or_default().to_string_lossy();
                    tracing::warn!(file = %file.path.display(), why, "a file of addresses cannot be used");
                    notes.push(format!("The file {name} cannot be used ({why})."));
                }
            }
        }
        if notes.len() == self.files.len() {
            return Err(ProviderError::upstream(None, "none of the files can be used"));
        }
        Ok((found, notes))
    }
}

/// A record and the network that it is about.
struct Found {
    block: Netblock,
    record: Value,
}

impl File {
    fn reader(&self) -> Result<Arc<Reader<Vec<u8>>>, String> {
        let about = std::fs::metadata(&self.path).map_err(|error| error.kind().to_string())?;
        let (changed, length) = (about.modified().ok(), about.len());
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = open.as_ref().filter(|known| known.changed == changed && known.length == length) {
            return Ok(Arc::clone(&known.reader));
        }
        let reader = Reader::open_readfile(Path::new(&self.path)).map_err(|error| brief(&error))?;
        let reader = Arc::new(reader);
        *open = Some(Open { reader: Arc::clone(&reader), changed, length });
        Ok(reader)
    }

    fn find(&self, address: IpAddr) -> Result<Option<Found>, String> {
        let reader = self.reader()?;
        let result = reader.lookup(address).map_err(|error| brief(&error))?;
        let Some(record) = result.decode::<Value>().map_err(|error| brief(&error))? else { return Ok(None) };
        let network = result.network().map_err(|error| brief(&error))?;
        let block = Netblock::parse(&network.to_string()).unwrap_or_else(|_| alone(address));
        let block = if block.contains(address) { block } else { alone(address) };
        Ok(Some(Found { block, record }))
    }
}

/// An address as a network of its own.
fn alone(address: IpAddr) -> Netblock {
    Netblock::from(ipnet::IpNet::from(address))
}

fn brief(error: &maxminddb::MaxMindDbError) -> String {
    error.to_string().chars().filter(|c| !c.is_control()).take(120).collect()
}

/// The system in a record.
fn routing(record: Node<'_>, block: &Netblock) -> Option<Routing> {
    let number = record.first(&["autonomous_system_number", "asn", "as_number"]).text()?;
    Some(Routing {
        system: AutonomousSystem::parse(&number).ok()?,
        name: record.first(&["autonomous_system_organization", "as_name", "name"]).text(),
        route: Some(*block),
        url: record.first(&["as_domain", "domain"]).text().map(|domain| format!("https://{domain}/")),
        kind: record.get("as_type").text(),
    })
}

/// A name in English, or whatever stands there.
fn name(node: Node<'_>) -> Option<String> {
    node.text().or_else(|| node.get("names").get("en").text())
}

fn country(record: Node<'_>) -> Option<String> {
    let code = record
        .get("country_code")
        .text()
        .or_else(|| record.get("country").get("iso_code").text())
        .or_else(|| record.get("country").text())
        .or_else(|| record.get("registered_country").get("iso_code").text())?;
    (code.len() == 2).then(|| code.to_ascii_uppercase())
}

fn float(node: Node<'_>) -> Option<f64> {
    node.value().as_f64().or_else(|| node.text()?.parse().ok())
}

fn location(record: Node<'_>, address: IpAddr) -> Option<IpLocation> {
    let place = record.get("location");
    let region = record.get("subdivisions").items().next().and_then(name).or_else(|| record.get("region").text());
    let location = IpLocation {
        address,
        country_code: country(record),
        region,
        city: name(record.get("city")),
        postal_code: record.get("postal").get("code").text().or_else(|| record.get("postal_code").text()),
        latitude: float(place.get("latitude")).or_else(|| float(record.get("latitude"))),
        longitude: float(place.get("longitude")).or_else(|| float(record.get("longitude"))),
        time_zone: place.get("time_zone").text().or_else(|| record.get("timezone").text()),
        routing: None,
        provider: None,
        connection: None,
        names: Vec::new(),
    };
    (location.country_code.is_some() || location.city.is_some()).then_some(location)
}

/// One place out of what several files say.
fn merged(one: IpLocation, other: IpLocation) -> IpLocation {
    IpLocation {
        country_code: one.country_code.or(other.country_code),
        region: one.region.or(other.region),
        city: one.city.or(other.city),
        postal_code: one.postal_code.or(other.postal_code),
        latitude: one.latitude.or(other.latitude),
        longitude: one.longitude.or(other.longitude),
        time_zone: one.time_zone.or(other.time_zone),
        routing: one.routing.or(other.routing),
        ..one
    }
}

impl Provider for Mmdb {
    fn name(&self) -> &'static str {
        "mmdb"
    }

    fn source(&self) -> &str {
        "local files"
    }

    fn lookups(&self) -> &'static [LookupKind] {
        &[LookupKind::IpOwner, LookupKind::IpLocation]
    }

    fn offer(&self, lookup: &Lookup) -> Option<Offer> {
        address(lookup).map(|_| Offer {
            endpoint: "files",
            exposure: Exposure::Local,
            price: Credits::FREE,
            free_preview: false,
            rate: None,
        })
    }

    fn call(&self, lookup: &Lookup, step: &Step) -> Result<Call, ProviderError> {
        let Some(address) = address(lookup) else {
            return Err(ProviderError::InvalidInput { reason: "the files are about addresses only".to_owned() });
        };
        if *step != Step::Page(None) {
            return Ok(Call::Known(Page::default()));
        }
        let (found, notes) = self.found(address)?;
        let records: Vec<Record> = match lookup {
            Lookup::IpLocation { .. } => {
                let places = found.iter().filter_map(|found| location(Node::new(&found.record), address));
                let routing = found.iter().find_map(|found| routing(Node::new(&found.record), &found.block));
                let place = places.reduce(merged);
                place.map(|place| Record::Location(Box::new(IpLocation { routing, ..place }))).into_iter().collect()
            }
            _ => found.iter().filter_map(network).collect(),
        };
        let total = Some(Total::Exactly(records.len() as u64));
        Ok(Call::Known(Page { records, total, notes, ..Page::default() }))
    }
}

/// A file knows of a network who announces it; whose it is, it does not.
fn network(found: &Found) -> Option<Record> {
    let record = Node::new(&found.record);
    let routing = routing(record, &found.block)?;
    Some(Record::Network(Box::new(Network {
        country_code: country(record),
        routing: Some(routing),
        ..Network::of(found.block)
    })))
}

fn address(lookup: &Lookup) -> Option<IpAddr> {
    match lookup {
        Lookup::IpOwner { subject: NetworkSubject::Address(address) } | Lookup::IpLocation { address } => {
            Some(*address)
        }
        _ => None,
    }
}
