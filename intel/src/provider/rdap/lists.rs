//! Which server knows what: IANA's lists (RFC 9224), kept as long as HTTP says.
//!
//! A list that is missing or too old is asked for before the question itself; one that was asked for a moment ago is not
//! asked for again, so that many questions at the first start are no storm. What IANA does not answer is not missed for
//! long: an older list serves, and before there is any, a small table of the large registries that ships.
//!
//! A list is cleaned when it is read. One unreadable entry among thousands must not cost the others, and a server's
//! address that is none is no server. Endings are compared by whole labels.
//!
//! With a folder, lists survive a restart there, one file each, written aside and moved into place.

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    sync::{Arc, LazyLock, Mutex, PoisonError},
};

use http::{HeaderMap, HeaderValue, header};
use icann_rdap_common::iana::{BootstrapRegistry, IanaRegistry, RdapBootstrapRegistry};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use url::Url;

use super::target::Target;
use crate::{
    error::ProviderError,
    provider::lenient::{self, Node},
    upstream::{HttpRequest, HttpResponse},
};

/// The shortest time for which a list is good, whatever its headers say: it changes a few times a week.
const SHORTEST_LIFE: SignedDuration = SignedDuration::from_hours(24);

/// The longest.
const LONGEST_LIFE: SignedDuration = SignedDuration::from_hours(24 * 14);

/// How long nobody else asks for a list after somebody did.
const PATIENCE: SignedDuration = SignedDuration::from_secs(60);

/// One of IANA's lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum List {
    Dns,
    Ipv4,
    Ipv6,
    Asn,
    ObjectTags,
}

impl List {
    /// The name of its file.
    const fn file(self) -> &'static str {
        match self {
            Self::Dns => "dns.json",
            Self::Ipv4 => "ipv4.json",
            Self::Ipv6 => "ipv6.json",
            Self::Asn => "asn.json",
            Self::ObjectTags => "object-tags.json",
        }
    }

    /// Where it is below a base.
    pub(super) fn url(self, base: &Url) -> Url {
        let mut url = base.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().push(self.file());
        }
        url
    }
}

/// The lists that ship, by the name of their file.
static BUILT_IN: LazyLock<HashMap<String, IanaRegistry>> = LazyLock::new(|| {
    let lists = serde_json::from_str::<HashMap<String, Value>>(include_str!("built_in.json")).unwrap_or_default();
    lists.into_iter().filter_map(|(name, list)| Some((name, registry(&list)?))).collect()
});

/// The lists as they are known.
#[derive(Debug)]
pub(super) struct Lists {
    folder: Option<PathBuf>,
    known: Mutex<HashMap<List, Known>>,
}

#[derive(Debug, Default)]
struct Known {
    kept: Option<Kept>,
    /// When somebody asked for it last.
    asked: Option<Timestamp>,
}

/// A list with what HTTP says of it; also what is written to disk.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Kept {
    fresh_until: Timestamp,
    entity_tag: Option<String>,
    list: Arc<IanaRegistry>,
}

impl Lists {
    pub(super) fn new(folder: Option<PathBuf>) -> Self {
        Self { folder, known: Mutex::default() }
    }

    /// The request for a list, where it is missing or too old and nobody else has just asked for it.
    pub(super) fn refresh(&self, list: List, base: &Url, now: Timestamp) -> Option<HttpRequest> {
        self.with(list, |known| {
            let is_fresh = known.kept.as_ref().is_some_and(|kept| kept.fresh_until > now);
            let is_asked_for = known.asked.is_some_and(|asked| now.duration_since(asked).abs() < PATIENCE);
            if is_fresh || is_asked_for {
                return None;
            }
            known.asked = Some(now);
            let mut request = HttpRequest::get(list.url(base));
            let tag = known.kept.as_ref().and_then(|kept| kept.entity_tag.as_deref());
            if let Some(tag) = tag.and_then(|tag| HeaderValue::from_str(tag).ok()) {
                request.headers.insert(header::IF_NONE_MATCH, tag);
            }
            Some(request)
        })
    }

    /// Takes the response to such a request.
    ///
    /// # Errors
    /// When it is no list. What was known before stays.
    pub(super) fn take(&self, list: List, response: &HttpResponse, now: Timestamp) -> Result<(), ProviderError> {
        let fresh_until = now + life(&response.headers);
        if response.status == http::StatusCode::NOT_MODIFIED {
            self.with(list, |known| {
                if let Some(kept) = &mut known.kept {
                    kept.fresh_until = fresh_until;
                }
                self.write(list, known.kept.as_ref());
            });
            return Ok(());
        }
        let value = lenient::parse(&response.body).map_err(|error| ProviderError::malformed(error.to_string()))?;
        let registry = registry(&value).ok_or_else(|| ProviderError::malformed("a list without a single server"))?;
        let tag = response.headers.get(header::ETAG).and_then(|tag| tag.to_str().ok()).map(str::to_owned);
        let kept = Kept { fresh_until, entity_tag: tag, list: Arc::new(registry) };
        self.with(list, |known| {
            self.write(list, Some(&kept));
            known.kept = Some(kept);
        });
        Ok(())
    }

    /// The base address of the server that knows a target.
    pub(super) fn server(&self, target: &Target) -> Option<Url> {
        let list = target.list();
        let kept = self.with(list, |known| known.kept.as_ref().map(|kept| Arc::clone(&kept.list)));
        kept.and_then(|kept| look_up(&kept, target))
            .or_else(|| BUILT_IN.get(list.file()).and_then(|built_in| look_up(built_in, target)))
    }

    fn with<T>(&self, list: List, work: impl FnOnce(&mut Known) -> T) -> T {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        work(known.entry(list).or_insert_with(|| Known { kept: self.read(list), asked: None }))
    }

    fn read(&self, list: List) -> Option<Kept> {
        let text = std::fs::read(self.folder.as_ref()?.join(list.file())).ok()?;
        serde_json::from_slice(&text).ok()
    }

    /// A list that cannot be written is asked for again after the next start, and nothing worse.
    fn write(&self, list: List, kept: Option<&Kept>) {
        let (Some(folder), Some(kept)) = (&self.folder, kept) else { return };
        if let Err(error) = written(folder, list.file(), kept) {
            tracing::warn!(list = list.file(), %error, "the list of RDAP servers cannot be kept on disk");
        }
    }
}

fn written(folder: &Path, file: &str, kept: &Kept) -> std::io::Result<()> {
    std::fs::create_dir_all(folder)?;
    let aside = folder.join(format!("{file}.new"));
    std::fs::write(&aside, serde_json::to_vec(kept)?)?;
    std::fs::rename(aside, folder.join(file))
}

/// How long a list is good (RFC 9111 §4.2.1): by `max-age`, or else by `Expires` and `Date`.
fn life(headers: &HeaderMap) -> SignedDuration {
    let text = |name: header::HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    let max_age = text(header::CACHE_CONTROL)
        .and_then(|control| control.split(',').find_map(|part| part.trim().strip_prefix("max-age=")?.parse().ok()));
    let moment = |name| text(name).and_then(|text| jiff::fmt::rfc2822::parse(text).ok()).map(|at| at.timestamp());
    let by_dates = || Some(moment(header::EXPIRES)?.duration_since(moment(header::DATE)?));
    let stated = max_age.map(|seconds: u32| SignedDuration::from_secs(i64::from(seconds))).or_else(by_dates);
    stated.unwrap_or(SHORTEST_LIFE).clamp(SHORTEST_LIFE, LONGEST_LIFE)
}

/// Reads a list, without what cannot be read of it; `None` if that is all of it.
fn registry(value: &Value) -> Option<IanaRegistry> {
    let node = Node::new(value);
    let services: Vec<Vec<Vec<String>>> =
        node.get("services").rows()?.iter().flat_map(|row| services(Node::new(row))).collect();
    (!services.is_empty()).then(|| {
        IanaRegistry::RdapBootstrapRegistry(RdapBootstrapRegistry {
            version: "1.0".to_owned(),
            publication: node.get("publication").text().unwrap_or_default(),
            description: None,
            services,
        })
    })
}

/// One entry: perhaps whom to write to, then what is known, then where. Of several tags each is an entry of its own, since
/// look-ups see the first one only.
fn services(row: Node<'_>) -> Vec<Vec<Vec<String>>> {
    let parts: Vec<Vec<String>> = row.rows().unwrap_or_default().iter().map(|part| texts(Node::new(part))).collect();
    let (known, servers) = match parts.as_slice() {
        [known, servers] | [_, known, servers] => (known, servers),
        _ => return Vec::new(),
    };
    let known: Vec<String> = known.iter().filter_map(|entry| entry_as_looked_up(entry)).collect();
    let servers: Vec<String> = servers.iter().filter(|server| base(server).is_some()).cloned().collect();
    if known.is_empty() || servers.is_empty() {
        return Vec::new();
    }
    if parts.len() == 3 {
        return known.into_iter().map(|tag| vec![Vec::new(), vec![tag], servers.clone()]).collect();
    }
    vec![vec![known, servers]]
}

/// An entry in the form that look-ups compare with; `None` for what is neither a network, a range of numbers, a tag nor an
/// ending. An ending gets a dot before it, so that `com` does not match `telecom`.
fn entry_as_looked_up(entry: &str) -> Option<String> {
    let entry = entry.trim();
    if entry.contains('/') {
        return entry.parse::<ipnet::IpNet>().ok().map(|prefix| prefix.trunc().to_string());
    }
    let is_number = |text: &str| text.parse::<u32>().is_ok();
    if let Some((first, last)) = entry.split_once('-')
        && is_number(first)
        && is_number(last)
    {
        return Some(entry.to_owned());
    }
    if is_number(entry) {
        return Some(entry.to_owned());
    }
    let is_label = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '.';
    if entry.is_empty() || !entry.chars().all(is_label) {
        return None;
    }
    // Tags are written in capitals, endings in small letters.
    if entry.chars().all(|c| !c.is_ascii_lowercase()) {
        return Some(entry.to_owned());
    }
    Some(format!(".{}", entry.trim_matches('.').to_ascii_lowercase()))
}

fn texts(node: Node<'_>) -> Vec<String> {
    node.items().filter_map(Node::text).collect()
}

fn look_up(registry: &IanaRegistry, target: &Target) -> Option<Url> {
    let found = match target {
        Target::Domain(name) | Target::NameServer(name) => registry.get_dns_bootstrap_urls(&format!(".{name}")),
        Target::Network(ipnet::IpNet::V4(prefix), _) => registry.get_ipv4_bootstrap_urls(&prefix.to_string()),
        Target::Network(ipnet::IpNet::V6(prefix), _) => registry.get_ipv6_bootstrap_urls(&prefix.to_string()),
        Target::System(system) => registry.get_asn_bootstrap_urls(&system.number().to_string()),
        Target::Entity(handle) => {
            let tag = handle.rsplit_once('-').map(|(_, tag)| tag.to_ascii_uppercase())?;
            registry.get_tag_bootstrap_urls(&tag)
        }
    };
    let servers: Vec<Url> = found.ok()??.iter().filter_map(|server| base(server)).collect();
    let secure = servers.iter().find(|server| server.scheme() == "https");
    secure.or(servers.first()).cloned()
}

/// The base address of a server.
fn base(text: &str) -> Option<Url> {
    let url = Url::parse(text.trim()).ok()?;
    let is_usable = matches!(url.scheme(), "https" | "http") && url.has_host() && !url.path().contains("%%");
    is_usable.then_some(url)
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use http::StatusCode;
    use serde_json::json;

    use super::*;
    use crate::{
        lookup::{Lookup, NetworkSubject},
        observable::{AutonomousSystem, HostName},
    };

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn domain(name: &str) -> Target {
        Target::Domain(HostName::parse(name).unwrap())
    }

    fn response(body: &Value, headers: &[(header::HeaderName, &'static str)]) -> HttpResponse {
        let headers = headers.iter().map(|(name, value)| (name.clone(), HeaderValue::from_static(value))).collect();
        HttpResponse { status: StatusCode::OK, headers, body: Bytes::from(body.to_string()) }
    }

    fn endings() -> Value {
        json!({"version": "1.0", "publication": "2026-01-01T00:00:00Z", "services": [
            [["example"], ["http://old.example/", "https://rdap.example/v1"]],
            [["co.example"], ["https://rdap.co.example/"]],
            [["test"], ["http://rdap.test/%%"]],
            "garbage", [["alone"]], [[7], ["https://rdap.seven.example/"]],
        ]})
    }

    fn base_url() -> Url {
        Url::parse("https://data.iana.example/rdap/").unwrap()
    }

    #[test]
    fn the_longest_ending_by_labels_decides_and_https_comes_first() {
        let lists = Lists::new(None);
        let now = at("2026-03-01T00:00:00Z");
        lists.take(List::Dns, &response(&endings(), &[]), now).unwrap();
        let server = |name: &str| lists.server(&domain(name)).map(|url| url.to_string());
        assert_eq!(server("shop.example").as_deref(), Some("https://rdap.example/v1"));
        assert_eq!(server("shop.co.example").as_deref(), Some("https://rdap.co.example/"));
        assert_eq!(server("shop.notexample"), None);
        assert_eq!(server("shop.test"), None, "its only address is none");
        // The table that ships stands behind the list.
        assert_eq!(server("shop.com").as_deref(), Some("https://rdap.verisign.com/com/v1/"));
        assert_eq!(server("shop.telecom"), None);
    }

    #[test]
    fn networks_numbers_and_tags_are_found_in_the_table_that_ships() {
        let lists = Lists::new(None);
        let server = |subject| {
            let target = Target::of(&Lookup::IpOwner { subject }).unwrap();
            lists.server(&target).map(|url| url.host_str().unwrap_or_default().to_owned())
        };
        let address = |text: &str| NetworkSubject::Address(text.parse().unwrap());
        assert_eq!(server(address("193.0.0.1")).as_deref(), Some("rdap.db.ripe.net"));
        assert_eq!(server(address("2400::1")).as_deref(), Some("rdap.apnic.net"));
        let system = NetworkSubject::AutonomousSystem(AutonomousSystem::parse("AS3333").unwrap());
        assert!(server(system).is_some());
        let entity = Target::Entity("ORG-EX1-ripe".to_owned());
        assert_eq!(lists.server(&entity).map(|url| url.to_string()).as_deref(), Some("https://rdap.db.ripe.net/"));
        assert_eq!(lists.server(&Target::Entity("NOTAG".to_owned())), None);
    }

    #[test]
    fn a_list_is_asked_for_once_and_again_when_it_is_old() {
        let lists = Lists::new(None);
        let now = at("2026-03-01T00:00:00Z");
        let asks = |hours: i64| lists.refresh(List::Dns, &base_url(), now + SignedDuration::from_hours(hours));
        let first = asks(0).unwrap();
        assert_eq!(first.url.as_str(), "https://data.iana.example/rdap/dns.json");
        assert!(first.headers.is_empty());
        assert!(asks(0).is_none(), "somebody has just asked");
        let headers = [(header::ETAG, "\"7\""), (header::CACHE_CONTROL, "public, max-age=172800")];
        lists.take(List::Dns, &response(&endings(), &headers), now).unwrap();
        assert!(asks(47).is_none(), "it is good for two days");
        let again = asks(49).unwrap();
        assert_eq!(again.headers.get(header::IF_NONE_MATCH).map(HeaderValue::as_bytes), Some(b"\"7\"".as_slice()));
        let unchanged =
            HttpResponse { status: StatusCode::NOT_MODIFIED, headers: HeaderMap::new(), body: Bytes::new() };
        lists.take(List::Dns, &unchanged, now + SignedDuration::from_hours(49)).unwrap();
        assert!(asks(50).is_none() && lists.server(&domain("shop.example")).is_some());
    }

    #[test]
    fn a_list_that_is_none_changes_nothing() {
        let lists = Lists::new(None);
        let now = at("2026-03-01T00:00:00Z");
        lists.take(List::Dns, &response(&endings(), &[]), now).unwrap();
        for body in [json!({}), json!([]), json!({"services": []}), json!({"services": [["x"], "y"]}), json!(null)] {
            assert!(lists.take(List::Dns, &response(&body, &[]), now).is_err(), "{body}");
        }
        assert!(lists.server(&domain("shop.example")).is_some());
    }

    #[test]
    fn lives_are_stated_in_two_ways_and_bounded() {
        let life =
            |headers: &[(header::HeaderName, &'static str)]| life(&response(&json!({}), headers).headers).as_hours();
        assert_eq!(life(&[]), 24);
        assert_eq!(life(&[(header::CACHE_CONTROL, "max-age=5")]), 24);
        assert_eq!(life(&[(header::CACHE_CONTROL, "max-age=99999999")]), 24 * 14);
        let dates =
            [(header::DATE, "Sun, 01 Mar 2026 00:00:00 GMT"), (header::EXPIRES, "Wed, 04 Mar 2026 00:00:00 GMT")];
        assert_eq!(life(&dates), 72);
    }

    #[test]
    fn lists_survive_a_restart_in_their_folder() {
        let folder = tempfile::tempdir().unwrap();
        let now = at("2026-03-01T00:00:00Z");
        let place = || Some(folder.path().join("rdap"));
        Lists::new(place()).take(List::Dns, &response(&endings(), &[(header::ETAG, "\"7\"")]), now).unwrap();
        let restarted = Lists::new(place());
        assert!(restarted.server(&domain("shop.example")).is_some());
        assert!(restarted.refresh(List::Dns, &base_url(), now).is_none(), "still fresh");
        std::fs::write(folder.path().join("rdap/dns.json"), "{broken").unwrap();
        let damaged = Lists::new(place());
        assert!(damaged.server(&domain("shop.example")).is_none());
        assert!(damaged.refresh(List::Dns, &base_url(), now).is_some());
    }
}
