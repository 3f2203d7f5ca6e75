//! What web sites say about who is behind them.

use serde::{Deserialize, Serialize};

/// The contacts on a web site.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct WebsiteContacts {
    /// The site's name as the source wrote it.
    pub site: String,
    /// Whether the site answered.
    pub responded: Option<bool>,
    /// The title of its front page.
    pub title: Option<String>,
    /// The description in its front page.
    pub description: Option<String>,
    /// The two-letter country code (ISO 3166-1), upper case.
    pub country_code: Option<String>,
    /// Names of companies.
    pub companies: Vec<String>,
    /// Mailboxes.
    pub emails: Vec<Described>,
    /// Phone numbers.
    pub phones: Vec<Described>,
    /// Postal addresses, each on one line.
    pub addresses: Vec<String>,
    /// Addresses of profiles, described by the network's name (`linkedIn`).
    pub profiles: Vec<Described>,
}

/// A value with what the site says about it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Described {
    /// The value.
    pub value: String,
    /// What it is for.
    pub description: Option<String>,
}

/// A subject of a web site.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct WebsiteCategory {
    /// The source's number for it.
    pub id: Option<u64>,
    /// Its name.
    pub name: String,
    /// How sure the source is, from 0 to 1.
    pub confidence: Option<f64>,
}
