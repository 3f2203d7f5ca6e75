//! Website Contacts API, version 1: who a web site says is behind it.
//!
//! The service visits the site unless it has done so a short time ago. A field without a value is an empty text.
//! Mailboxes and phone numbers are objects with a description of what they are for, and texts alone are read as well.

use serde_json::Value;
use url::Url;

use super::{key::Key, rows, single_page, values, with_query};
use crate::{
    answer::{Page, Total},
    error::ProviderError,
    noise,
    observable::HostName,
    provider::{Step, lenient::Node},
    record::{Described, Record, WebsiteContacts},
    upstream::HttpRequest,
};

/// The fields of an answer.
const FIELDS: [&str; 9] = [
    "domainName",
    "websiteResponded",
    "meta",
    "countryCode",
    "companyNames",
    "emails",
    "phones",
    "postalAddresses",
    "socialLinks",
];

/// The parts of a postal address that comes as an object, in the order in which they are written.
const ADDRESS_PARTS: [&str; 7] = ["address", "street", "city", "state", "postalCode", "zip", "country"];

pub(super) fn request(base: &Url, key: &Key, host: &HostName, step: &Step) -> Result<HttpRequest, ProviderError> {
    single_page(step)?;
    let query = [("domainName", host.as_str()), ("outputFormat", "JSON")];
    Ok(HttpRequest::get(with_query(base, &query)).with_secret(key.in_query()))
}

pub(super) fn read(host: &HostName, step: &Step, body: &Value) -> Result<Page, ProviderError> {
    single_page(step)?;
    let body = Node::new(body);
    if FIELDS.iter().all(|name| body.get(name).is_null()) {
        return Err(ProviderError::malformed("no field of a site's contacts and no error"));
    }
    let meta = body.get("meta");
    let mut unreadable = 0;
    let mut list = |name: &str, fields: &[&str], read: Reader| {
        described(body.get(name), fields, "description", read, &mut unreadable)
    };
    let companies = list("companyNames", &["name", "companyName"], text);
    let emails = list("emails", &["email", "emailAddress"], mailboxes);
    let phones = list("phones", &["phoneNumber", "phone"], phone);
    let addresses = list("postalAddresses", &ADDRESS_PARTS, one_line);
    let profiles = profiles(body.get("socialLinks"), &mut unreadable);
    let bare = |list: Vec<Described>| list.into_iter().map(|item| item.value).collect();
    let record = WebsiteContacts {
        site: body.get("domainName").text().unwrap_or_else(|| host.to_string()),
        responded: body.get("websiteResponded").boolean(),
        title: meta.get("title").text(),
        description: meta.get("description").text(),
        country_code: values::country_code(body.get("countryCode")),
        companies: bare(companies),
        emails,
        phones,
        addresses: bare(addresses),
        profiles,
    };
    let notes = rows::left_out_note(unreadable, "is no readable contact", "are no readable contacts");
    Ok(Page {
        records: vec![Record::WebsiteContacts(Box::new(record))],
        next: None,
        total: Some(Total::Exactly(1)),
        notes: notes.into_iter().collect(),
        ..Page::default()
    })
}

/// Reads an item of a list, a text or an object that has what is wanted in these fields.
type Reader = fn(Node<'_>, &[&str]) -> Vec<String>;

/// The values of a list, each once, with what they are for.
fn described(list: Node<'_>, fields: &[&str], purpose: &str, read: Reader, unreadable: &mut usize) -> Vec<Described> {
    let mut all: Vec<Described> = Vec::new();
    for item in list.items() {
        let found = read(item, fields);
        *unreadable += usize::from(found.is_empty() && !says_nothing(item, fields));
        let description = item.get(purpose).text();
        for value in found {
            let new = Described { value, description: description.clone() };
            if !all.contains(&new) {
                all.push(new);
            }
        }
    }
    all
}

/// Where the value of an item stands.
fn value<'a>(item: Node<'a>, fields: &[&str]) -> Node<'a> {
    if item.is_object() { item.first(fields) } else { item }
}

/// Whether nothing is lost with an item: it is blank, its value is, or a filler stands there.
fn says_nothing(item: Node<'_>, fields: &[&str]) -> bool {
    let value = value(item, fields);
    let is_known = |name: &str| fields.iter().any(|field| field.eq_ignore_ascii_case(name));
    match value.text() {
        Some(text) => noise::judge(&text).is_some(),
        None => item.is_blank() || (value.is_blank() && item.fields().any(|(name, _)| is_known(name))),
    }
}

fn text(item: Node<'_>, fields: &[&str]) -> Vec<String> {
    values::said(value(item, fields)).into_iter().collect()
}

fn mailboxes(item: Node<'_>, fields: &[&str]) -> Vec<String> {
    values::emails(value(item, fields))
}

/// A phone number as the site writes it; without a digit it is none.
fn phone(item: Node<'_>, fields: &[&str]) -> Vec<String> {
    values::said(value(item, fields)).filter(|text| text.contains(char::is_numeric)).into_iter().collect()
}

/// A postal address on one line: a text, or an object with these parts.
fn one_line(item: Node<'_>, parts: &[&str]) -> Vec<String> {
    let lines: Vec<String> = if item.is_object() {
        parts.iter().flat_map(|part| values::lines(item.get(part))).collect()
    } else {
        values::lines(item)
    };
    if lines.is_empty() { lines } else { vec![lines.join(", ")] }
}

/// The addresses of profiles: an object of network and address, or a list of addresses.
fn profiles(links: Node<'_>, unreadable: &mut usize) -> Vec<Described> {
    let fields = ["url", "link"];
    // A list of one that has neither is the object itself.
    let mut members = links.items().filter(|_| !links.is_object());
    let links = match (members.next(), members.next()) {
        (Some(only), None) if only.is_object() && only.first(&fields).is_blank() => only,
        _ => links,
    };
    if !links.is_object() {
        return described(links, &fields, "name", text, unreadable);
    }
    let mut all = Vec::new();
    for (network, links) in links.fields() {
        let found = described(links, &fields, "name", text, unreadable);
        all.extend(found.into_iter().map(|link| Described { description: Some(network.to_owned()), ..link }));
    }
    all
}
