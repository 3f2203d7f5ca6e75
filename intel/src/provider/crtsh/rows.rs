//! The rows of an answer, each one logged certificate.
//!
//! `{"issuer_ca_id", "issuer_name", "common_name", "name_value", "id", "entry_timestamp", "not_before", "not_after",
//! "serial_number"}`. Older rows lack the common name and the serial number, and any field may be null. `name_value` has
//! one name a line: host names with and without a star, mailboxes, names of companies.

use std::{cmp::Reverse, collections::HashMap};

use serde_json::Value;

use crate::{
    error::ProviderError,
    moment::Moment,
    provider::{
        lenient::{self, Node},
        names::certified,
    },
    record::Certificate,
};

/// What was read so far.
#[derive(Debug, Default)]
pub(super) struct Rows {
    /// By issuer and serial number, or whatever else tells certificates apart.
    certificates: HashMap<String, Certificate>,
    /// Entries that are no host names.
    pub(super) left_out: usize,
}

impl Rows {
    /// Reads one more answer.
    pub(super) fn read(&mut self, body: &[u8]) -> Result<(), ProviderError> {
        if body.trim_ascii().is_empty() {
            return Err(ProviderError::upstream(None, "an empty answer where a list should be"));
        }
        let value = lenient::parse(body).map_err(|error| ProviderError::malformed(error.to_string()))?;
        let Value::Array(rows) = &value else {
            return Err(ProviderError::malformed("something else than a list of certificates"));
        };
        for row in rows {
            self.row(Node::new(row));
        }
        Ok(())
    }

    fn row(&mut self, row: Node<'_>) {
        let issuer = row.get("issuer_name").text();
        let serial = row.get("serial_number").text().map(|serial| serial.to_ascii_uppercase());
        let (not_before, not_after) = (moment(row.get("not_before")), moment(row.get("not_after")));
        let common = row.get("common_name").text();
        let listed = row.get("name_value").text().unwrap_or_default();
        let mut names = Vec::new();
        let mut left_out = 0;
        for text in listed.lines().map(str::trim).chain(common.as_deref()).filter(|text| !text.is_empty()) {
            match certified(text) {
                Some(name) if names.contains(&name) => {}
                Some(name) => names.push(name),
                // The subject may as well be a company, and says nothing that is missed.
                None if common.as_deref() == Some(text) => {}
                None => left_out += 1,
            }
        }
        let identity = match &serial {
            Some(serial) => format!("{} {serial}", issuer.as_deref().unwrap_or_default()),
            None => format!("{issuer:?} {not_before:?} {not_after:?} {names:?}"),
        };
        let logged = moment(row.get("entry_timestamp"));
        let known = self.certificates.entry(identity).or_insert_with(|| {
            self.left_out += left_out;
            Certificate {
                subject: common,
                issuer: issuer.as_deref().map(name_of_issuer),
                serial,
                not_before,
                not_after,
                end_entity: true,
                ..Certificate::default()
            }
        });
        for name in names {
            if !known.names.contains(&name) {
                known.names.push(name);
            }
        }
        known.first_seen = [known.first_seen, logged].into_iter().flatten().min();
        known.last_seen = [known.last_seen, logged].into_iter().flatten().max();
    }

    /// The certificates, those that became good last first.
    pub(super) fn certificates(self) -> Vec<Certificate> {
        let mut certificates: Vec<Certificate> = self.certificates.into_values().collect();
        certificates.sort_by(|one, other| {
            let key = |it: &Certificate| (Reverse(it.not_before), it.issuer.clone(), it.serial.clone());
            key(one).cmp(&key(other)).then_with(|| one.names.cmp(&other.names))
        });
        certificates
    }
}

/// The common name of an issuer, or else its organisation, out of a distinguished name (RFC 4514 §3).
fn name_of_issuer(distinguished: &str) -> String {
    let part = |key: &str| {
        distinguished
            .split(", ")
            .find_map(|part| part.trim().strip_prefix(key).map(|name| name.trim_matches('"').to_owned()))
    };
    part("CN=").or_else(|| part("O=")).unwrap_or_else(|| distinguished.to_owned())
}

/// A time in UTC, written without saying so.
fn moment(node: Node<'_>) -> Option<Moment> {
    let text = node.text()?;
    text.parse().ok().or_else(|| format!("{}Z", text.trim().replace(' ', "T")).parse().ok())
}
