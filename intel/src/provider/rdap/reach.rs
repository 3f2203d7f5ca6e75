//! Where a question goes: from an address as servers write it to the place that is really asked.
//!
//! The first address of a conversation comes from IANA's list, every other one out of an answer. Those lead over HTTPS and to
//! public addresses only, unless the settings say where that server is; and nowhere twice.

use url::Url;

use super::RdapSettings;
use crate::{error::ProviderError, provider::Inquiry, upstream::HttpRequest};

/// The most servers and redirects of one conversation.
const MOST_PLACES: usize = 8;

/// The addresses that a conversation has been to.
#[derive(Debug, Default)]
pub(super) struct Reach {
    been: Vec<Url>,
}

impl Reach {
    /// The question to an address; `from_an_answer` where somebody's answer named it.
    ///
    /// # Errors
    /// When it must not be asked, or has been.
    pub(super) fn ask(
        &mut self,
        settings: &RdapSettings,
        url: &Url,
        from_an_answer: bool,
    ) -> Result<Inquiry, ProviderError> {
        let Some(host) = url.host_str().map(str::to_lowercase) else {
            return Err(ProviderError::malformed("an address without a server"));
        };
        if self.been.contains(url) || self.been.len() >= MOST_PLACES {
            return Err(ProviderError::malformed("the servers send the question round in circles"));
        }
        self.been.push(url.clone());
        let place = settings.servers.get(&host);
        if place.is_none() && from_an_answer && url.scheme() != "https" {
            return Err(ProviderError::malformed(format!("{host} would be asked without encryption")));
        }
        let mut request = HttpRequest::get(place.map_or_else(|| url.clone(), |place| moved(place, url)));
        request.headers.insert(
            http::header::ACCEPT,
            http::HeaderValue::from_static("application/rdap+json, application/json;q=0.9"),
        );
        request.guarded = from_an_answer && place.is_none();
        Ok(Inquiry { request: request.into(), service: host.into(), rate: Some(settings.rate()), one_at_a_time: true })
    }
}

/// The same path and query at another place.
fn moved(place: &Url, url: &Url) -> Url {
    let mut moved = place.clone();
    moved.set_path(&format!("{}{}", place.path().trim_end_matches('/'), url.path()));
    moved.set_query(url.query());
    moved
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::upstream::Request;

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    fn sent(inquiry: &Inquiry) -> (String, bool) {
        match &inquiry.request {
            Request::Http(request) => (request.url.to_string(), request.guarded),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn an_answers_address_is_guarded_unless_the_settings_know_the_place() {
        let mut settings = RdapSettings::with_lists_at(url("https://data.iana.example/rdap/"));
        settings.servers.insert("rdap.registrar.example".to_owned(), url("http://127.0.0.1:4300/relay/"));
        let mut reach = Reach::default();
        let first = reach.ask(&settings, &url("http://rdap.registry.example/domain/a.example"), false).unwrap();
        assert_eq!(sent(&first), ("http://rdap.registry.example/domain/a.example".to_owned(), false));
        let second = reach.ask(&settings, &url("https://rdap.other.example/domain/a.example"), true).unwrap();
        assert_eq!(sent(&second), ("https://rdap.other.example/domain/a.example".to_owned(), true));
        let third = reach.ask(&settings, &url("https://RDAP.Registrar.example/v1/domain/a.example?x=1"), true).unwrap();
        assert_eq!(sent(&third), ("http://127.0.0.1:4300/relay/v1/domain/a.example?x=1".to_owned(), false));
        assert_eq!(third.service.as_ref(), "rdap.registrar.example");
    }

    #[test]
    fn nobody_is_asked_in_the_clear_or_twice_on_somebodys_word() {
        let settings = RdapSettings::with_lists_at(url("https://data.iana.example/rdap/"));
        let mut reach = Reach::default();
        let refused = |outcome: Result<Inquiry, ProviderError>| outcome.unwrap_err().to_string();
        let said = refused(reach.ask(&settings, &url("http://rdap.other.example/domain/a.example"), true));
        assert!(said.contains("without encryption"), "{said}");
        let place = url("https://rdap.other.example/domain/a.example");
        reach.ask(&settings, &place, true).unwrap();
        assert!(refused(reach.ask(&settings, &place, true)).contains("in circles"));
        assert!(refused(reach.ask(&settings, &url("data:x"), true)).contains("without a server"));
        for step in 0..MOST_PLACES {
            let _ = reach.ask(&settings, &url(&format!("https://rdap.example/{step}")), true);
        }
        assert!(refused(reach.ask(&settings, &url("https://rdap.example/more"), true)).contains("in circles"));
    }
}
