//! IP Geolocation API, version 1: where an address is, who announces it, and up to five names that point to it.
//!
//! The names come with the answer if `reverseIp` is 1, at no extra price. Fields without a value are empty texts, and a
//! place that is not known has the coordinates 0 and 0, which would draw every unknown address into the Gulf of Guinea.
//! The service answers about the asker's own address if it finds none in the question, so an answer about another
//! address than the one that was asked for is not taken for its answer.

use std::net::IpAddr;

use serde_json::Value;
use url::Url;

use super::{key::Key, rows, single_page, values, with_query};
use crate::{
    answer::{Page, Total},
    error::ProviderError,
    observable::parse_address,
    provider::{Step, lenient::Node},
    record::{IpLocation, Record},
    upstream::HttpRequest,
};

pub(super) fn request(base: &Url, key: &Key, address: IpAddr, step: &Step) -> Result<HttpRequest, ProviderError> {
    single_page(step)?;
    let address = address.to_string();
    let query = [("ipAddress", address.as_str()), ("reverseIp", "1"), ("outputFormat", "JSON")];
    Ok(HttpRequest::get(with_query(base, &query)).with_secret(key.in_query()))
}

pub(super) fn read(address: IpAddr, step: &Step, body: &Value) -> Result<Page, ProviderError> {
    single_page(step)?;
    let body = Node::new(body);
    let stated = body.get("ip");
    let facts = ["location", "as", "isp", "connectionType", "domains"].map(|name| body.get(name));
    let nothing = facts.iter().all(|fact| fact.is_blank());
    if nothing && stated.is_blank() {
        return Err(ProviderError::malformed("neither location nor ip nor an error"));
    }
    let about = stated.text().and_then(|text| parse_address(&text).ok()).unwrap_or(address);
    if about != address.to_canonical() && about != address {
        let notes = vec![format!("The source answered about {about}, which was not asked for, so that was left out.")];
        return Ok(Page { notes, ..nothing_found() });
    }
    if nothing {
        return Ok(nothing_found());
    }
    let [place, routing, provider, connection, domains] = facts;
    let country_code = values::country_code(place.first(&["country", "countryCode"]));
    let (latitude, longitude) = match coordinates(place) {
        // With a country they are odd, but what the source says.
        Some((0.0, 0.0)) if country_code.is_none() => (None, None),
        coordinates => coordinates.unzip(),
    };
    let pointing: Vec<Node<'_>> = domains.items().filter(|row| !row.is_blank()).collect();
    let names: Vec<_> = pointing.iter().filter_map(|row| rows::name(*row).and_then(|name| rows::host(&name))).collect();
    let left_out = pointing.len() - names.len();
    let record = IpLocation {
        address: about,
        country_code,
        region: values::said(place.get("region")),
        city: values::said(place.get("city")),
        postal_code: values::said(place.get("postalCode")),
        latitude,
        longitude,
        time_zone: place.get("timezone").text(),
        routing: values::routing(routing),
        provider: values::said(provider),
        connection: values::said(connection),
        names,
    };
    let notes = rows::left_out_note(left_out, "is not a host name", "are not host names").into_iter().collect();
    Ok(Page {
        records: vec![Record::Location(Box::new(record))],
        next: None,
        total: Some(Total::Exactly(1)),
        notes,
        ..Page::default()
    })
}

fn nothing_found() -> Page {
    Page { total: Some(Total::Exactly(0)), ..Page::default() }
}

/// Latitude and longitude, where both are there and on the globe.
fn coordinates(place: Node<'_>) -> Option<(f64, f64)> {
    let latitude = values::decimal(place.first(&["lat", "latitude"]))?;
    let longitude = values::decimal(place.first(&["lng", "lon", "longitude"]))?;
    ((-90.0..=90.0).contains(&latitude) && (-180.0..=180.0).contains(&longitude)).then_some((latitude, longitude))
}
