//! IP Netblocks API, version 2: the networks that an address is in, or that an AS number or an organisation has, as the
//! regional registries hold them.
//!
//! Networks lie within each other, down from a registry's own to a customer's, and the smallest says most about who is
//! behind an address: it comes first here, whatever the source's order.
//!
//! A network is written as a range; beside it stand its ends as numbers of 128 bits, IPv4 in its mapped form, once as a
//! JSON number, which is exact only below 2^53, and once as text. The text of the range is read first, then the texts
//! of the numbers, then the numbers where they are exact. Several mailboxes stand in one text with line breaks between.
//!
//! A page that does not fit says in `next` which network the following page starts after, in no promised form, so it is
//! handed back as it came. Searches for organisations have no such cursor: they get the largest page that there is.
//!
//! A network is asked for by address and prefix length. A range that is no single prefix is asked for by its first
//! address, since every network that holds the range holds that address too: what is missed is networks within the
//! range that begin further up, and the page says so. The prefixes of such a range can be sixty, each for a price of
//! its own.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use serde_json::Value;
use url::Url;

use super::{key::Key, rows, single_page, values, with_query};
use crate::{
    answer::{Page, Total},
    error::ProviderError,
    lookup::NetworkSubject,
    observable::{Netblock, parse_address},
    provider::{Cursor, Step, lenient::Node},
    record::{Network, NetworkContact, Record},
    upstream::HttpRequest,
};

/// How many networks a page has where there can be a next one.
const PAGE: u64 = 100;

/// How many networks a page has at most.
const LARGEST_PAGE: u64 = 1000;

pub(super) fn request(
    base: &Url,
    key: &Key,
    subject: &NetworkSubject,
    step: &Step,
) -> Result<HttpRequest, ProviderError> {
    let from = from(subject, step)?;
    let mut query = match subject {
        NetworkSubject::Address(address) => vec![("ip", address.to_string())],
        NetworkSubject::Netblock(block) => match block.cidr() {
            Some(prefix) => vec![("ip", prefix.network().to_string()), ("mask", prefix.prefix_len().to_string())],
            None => vec![("ip", block.first().to_string())],
        },
        NetworkSubject::AutonomousSystem(system) => vec![("asn", system.number().to_string())],
        NetworkSubject::Organization(organization) => vec![("org", organization.as_str().to_owned())],
    };
    query.push(("limit", limit(subject).to_string()));
    query.extend(from.map(|Cursor(from)| ("from", from.clone())));
    query.push(("outputFormat", "JSON".to_owned()));
    let query: Vec<(&str, &str)> = query.iter().map(|(name, value)| (*name, value.as_str())).collect();
    Ok(HttpRequest::get(with_query(base, &query)).with_secret(key.in_query()))
}

const fn limit(subject: &NetworkSubject) -> u64 {
    if has_pages(subject) { PAGE } else { LARGEST_PAGE }
}

const fn has_pages(subject: &NetworkSubject) -> bool {
    !matches!(subject, NetworkSubject::Organization(_))
}

/// Where a step starts; `None` is the first page.
fn from<'a>(subject: &NetworkSubject, step: &'a Step) -> Result<Option<&'a Cursor>, ProviderError> {
    match step {
        Step::Page(from) if has_pages(subject) => Ok(from.as_ref()),
        Step::Preview if has_pages(subject) => Err(super::no_preview()),
        single => single_page(single).map(|()| None),
    }
}

pub(super) fn read(subject: &NetworkSubject, step: &Step, body: &Value) -> Result<Page, ProviderError> {
    let from = from(subject, step)?;
    let body = Node::new(body);
    let result = body.get("result");
    let announced = result.get("count").count();
    let list = match (values::table(result.get("inetnums")), announced) {
        (Some(list), _) => list,
        (None, Some(0)) => Vec::new(),
        (None, Some(count)) => {
            return Err(ProviderError::malformed(format!("{count} networks announced and none sent")));
        }
        // An empty result next to the question it answers.
        (None, None) if result.is_blank() && !body.get("search").is_blank() => Vec::new(),
        (None, None) => return Err(ProviderError::malformed("neither inetnums nor count nor an error")),
    };
    let mut networks: Vec<Network> = list.iter().filter_map(|row| network(*row)).collect();
    let left_out = list.len() - networks.len();
    networks.sort_by_key(|network| size(&network.block));
    let mut notes = Vec::new();
    if let NetworkSubject::Netblock(block) = subject
        && block.cidr().is_none()
    {
        let first = block.first();
        notes.push(format!(
            "The range is no single prefix, so the networks of its first address, {first}, were asked for."
        ));
    }
    notes.extend(rows::left_out_note(left_out, "is no network", "are no networks"));
    let sent = list.len() as u64;
    let offered = result.get("next");
    let goes_on = !ends(offered) || (!has_pages(subject) && sent >= limit(subject));
    let next = match subject {
        NetworkSubject::Organization(_) => {
            if goes_on {
                notes.push("There may be more: the source sends one page of an organisation's networks.".to_owned());
            }
            None
        }
        _ => next(from, offered, list.is_empty(), &mut notes),
    };
    let count = announced.map_or(sent, |announced| announced.max(sent));
    if from.is_none() && !goes_on && count > sent {
        notes.push(format!("The source announced {count} networks and sent {sent}."));
    }
    // The count is that of the page.
    let total = match (from, goes_on) {
        (Some(_), _) => None,
        (None, true) => Some(Total::AtLeast(count)),
        (None, false) => Some(Total::Exactly(count)),
    };
    let records = networks.into_iter().map(|network| Record::Network(Box::new(network))).collect();
    Ok(Page { records, next, total, notes, ..Page::default() })
}

/// Whether what is offered as the next page is none.
fn ends(offered: Node<'_>) -> bool {
    offered.is_blank() || offered.boolean() == Some(false)
}

fn next(from: Option<&Cursor>, offered: Node<'_>, empty: bool, notes: &mut Vec<String>) -> Option<Cursor> {
    if ends(offered) {
        return None;
    }
    // A number that was rounded on the way would start the next page anywhere.
    let exact = offered.text().filter(|_| offered.as_str().is_some() || number(offered).is_some());
    let Some(next) = exact else {
        notes.push(
            "The source offers a further page in a form that is not understood, so paging ended here.".to_owned(),
        );
        return None;
    };
    if from.is_some_and(|Cursor(from)| is_same_place(from, &next)) {
        notes.push("The source offers the same page again as its next one, so paging ended here.".to_owned());
        return None;
    }
    if empty {
        notes.push("The source offers a further page after an empty one, so paging ended here.".to_owned());
        return None;
    }
    Some(Cursor(next))
}

/// Whether two cursors mean the same: the same text, or the same network in two spellings.
fn is_same_place(one: &str, other: &str) -> bool {
    let plain = |text: &str| text.split_whitespace().collect::<String>().to_lowercase();
    plain(one) == plain(other) || Netblock::parse(one).is_ok_and(|block| Netblock::parse(other) == Ok(block))
}

fn network(row: Node<'_>) -> Option<Network> {
    let contacts = |name: &str| row.get(name).items().filter_map(contact).collect();
    Some(Network {
        name: values::said(row.get("netname")),
        handle: values::said(row.get("nethandle")),
        descriptions: values::lines(row.get("description")),
        country_code: values::country_code(row.get("country")),
        city: values::said(row.get("city")),
        updated: row.get("modified").moment(),
        routing: values::routing(row.get("as")),
        organization: row.get("org").items().find_map(contact),
        abuse: contacts("abuseContact"),
        administrative: contacts("adminContact"),
        technical: contacts("techContact"),
        maintainers: row.get("mntBy").items().filter_map(maintainer).collect(),
        registry: values::said(row.get("source")),
        ..Network::of(block(row)?)
    })
}

/// The addresses: from the range as text, else from its ends as numbers.
fn block(row: Node<'_>) -> Option<Netblock> {
    let written = row.text().or_else(|| row.get("inetnum").text());
    let written = written.and_then(|text| {
        let single = || parse_address(&text).ok().and_then(|address| Netblock::from_range(address, address));
        Netblock::parse(&text).ok().or_else(single)
    });
    written.or_else(|| numbered(row)).map(unmapped)
}

fn numbered(row: Node<'_>) -> Option<Netblock> {
    let end = |names: [&str; 2]| names.iter().find_map(|name| number(row.get(name)));
    let first = end(["inetnumFirstString", "inetnumFirst"])?;
    let last = end(["inetnumLastString", "inetnumLast"])?;
    match (u32::try_from(first), u32::try_from(last)) {
        // Two zeros are a missing value. Nobody holds networks in the lowest range of IPv6 (RFC 4291 §2.5.5.1): these
        // are IPv4 addresses that were not mapped.
        (Ok(0), Ok(0)) => None,
        (Ok(first), Ok(last)) => {
            let [first, last] = [first, last].map(|bits| IpAddr::V4(Ipv4Addr::from_bits(bits)));
            Netblock::from_range(first, last)
        }
        _ => {
            let [first, last] = [first, last].map(|bits| IpAddr::V6(Ipv6Addr::from_bits(bits)));
            Netblock::from_range(first, last)
        }
    }
}

/// A number of up to 128 bits, where it is exact.
fn number(node: Node<'_>) -> Option<u128> {
    let exact = node.text()?.parse().ok();
    exact.or_else(|| node.integer().and_then(|number| u128::try_from(number).ok()))
}

/// IPv4 networks in their IPv6 form (`::ffff:192.0.2.0`) as IPv4 networks.
fn unmapped(block: Netblock) -> Netblock {
    match (block.first().to_canonical(), block.last().to_canonical()) {
        (first @ IpAddr::V4(_), last @ IpAddr::V4(_)) => Netblock::from_range(first, last).unwrap_or(block),
        _ => block,
    }
}

/// How many addresses lie between the ends.
fn size(block: &Netblock) -> u128 {
    let bits = |address| match address {
        IpAddr::V4(address) => u128::from(Ipv4Addr::to_bits(address)),
        IpAddr::V6(address) => Ipv6Addr::to_bits(address),
    };
    bits(block.last()).saturating_sub(bits(block.first()))
}

/// A person, role or organisation: an object, or a mailbox or a name alone. `None` if nothing of it is known.
fn contact(node: Node<'_>) -> Option<NetworkContact> {
    let emails = values::emails(if node.is_object() { node.get("email") } else { node });
    let contact = if node.is_object() {
        NetworkContact {
            handle: values::said(node.first(&["id", "org"])),
            name: values::said(node.first(&["person", "name"])),
            role: values::said(node.get("role")),
            emails,
            phone: values::said(node.get("phone")),
            address: values::lines(node.get("address")),
            city: values::said(node.get("city")),
            postal_code: values::said(node.get("postalCode")),
            country_code: values::country_code(node.get("country")),
        }
    } else {
        let name = values::said(node).filter(|_| emails.is_empty());
        NetworkContact { name, emails, ..NetworkContact::default() }
    };
    (contact != NetworkContact::default()).then_some(contact)
}

/// The key of a maintainer.
fn maintainer(node: Node<'_>) -> Option<String> {
    values::said(if node.is_object() { node.get("mntner") } else { node })
}
