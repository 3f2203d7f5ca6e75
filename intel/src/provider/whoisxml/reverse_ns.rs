//! Reverse NS API, version 1: the domains that a name server serves or served.
//!
//! Paging and rows are those of [`name_pages`].

use url::Url;

use super::{key::Key, name_pages, with_query};
use crate::{error::ProviderError, observable::HostName, provider::Step, upstream::HttpRequest};

pub(super) use super::name_pages::read;

pub(super) fn request(base: &Url, key: &Key, server: &HostName, step: &Step) -> Result<HttpRequest, ProviderError> {
    let query = [("ns", server.as_str()), ("from", name_pages::from(step)?), ("outputFormat", "JSON")];
    Ok(HttpRequest::get(with_query(base, &query)).with_secret(key.in_query()))
}
