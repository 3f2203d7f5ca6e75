//! Telling answers from failures.
//!
//! The vendor's services report failure in four shapes, and some of them with a status of 200, so the body is judged
//! first and the status second:
//!
//! | shape | family |
//! |---|---|
//! | `{"code": 403, "messages": "…"}`; `messages` may be a text, a list or an object of field and text | most services |
//! | `{"code": 403, "error": "…"}` | IP geolocation, IP netblocks |
//! | `{"ErrorMessage": {"errorCode": "WHOIS_01", "msg": "…"}}`, also with `Error` for `msg` | WHOIS, DNS, e-mail |
//! | `{"message": "…", "messageCode": 417}` | bulk WHOIS |
//!
//! A page of HTML in the place of JSON comes from a gateway on the way and says nothing about the question, whatever
//! its status; only the statuses 401, 402 and 429 still mean what they say then. JSON that breaks off is malformed.
//!
//! *Check credits balance or enter the correct API key* is what the vendor answers to a bad key and to an empty account
//! alike: that is [`ProviderError::AccessRefused`], and the desk asks the balance service which of the two it was. Only
//! words that name one of them and not the other are taken at their word. Names of hosts and mailboxes are not part of
//! the words, since the vendor may repeat what was asked for, and `apikey.example` is a fine domain.

use std::{net::IpAddr, time::Duration};

use http::{HeaderMap, StatusCode, header};
use serde_json::Value;

use super::key::Key;
use crate::{
    error::ProviderError,
    provider::lenient::{self, Node},
    upstream::HttpResponse,
};

/// The longest wait that is passed on: more would be a mistake on the other side.
const LONGEST_WAIT: Duration = Duration::from_secs(24 * 60 * 60);

/// How much of the vendor's words an error keeps, in characters.
const EXCERPT: usize = 200;

/// A response that is no answer.
#[derive(Debug)]
pub(super) struct Failure {
    error: ProviderError,
    status: Option<u16>,
    words: String,
}

impl Failure {
    /// Whether the vendor's words begin like this, in lower case.
    pub(super) fn begins_with(&self, words: &str) -> bool {
        self.words.to_lowercase().starts_with(words)
    }

    /// The status that counts: that in the body, or else that of the response, if it means failure.
    pub(super) fn status(&self) -> Option<u16> {
        self.status
    }

    /// Whether the vendor's words are about the key, the credits or the plan.
    pub(super) fn is_about_the_account(&self) -> bool {
        names_account(&self.words)
    }
}

impl From<Failure> for ProviderError {
    fn from(failure: Failure) -> Self {
        failure.error
    }
}

/// The JSON object of a successful answer, also where it is the only thing in a list.
pub(super) fn answer(response: &HttpResponse, key: &Key) -> Result<Value, Failure> {
    let status = response.status;
    let parsed = lenient::parse(&response.body).map(|body| match body {
        Value::Array(mut items) if items.len() == 1 => items.pop().unwrap_or_default(),
        body => body,
    });
    if let Ok(body) = &parsed
        && let Some(said) = Said::find(Node::new(body))
    {
        return Err(said.into_failure(status, &response.headers, key));
    }
    let page = || key.cut_from(&String::from_utf8_lossy(response.body.get(..4096).unwrap_or(&response.body)));
    let without_words = |error| {
        let status = (!status.is_success()).then_some(status.as_u16());
        Failure { error, status, words: String::new() }
    };
    let start = response.body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&response.body).trim_ascii_start();
    if start.starts_with(b"<") {
        let error = match status.as_u16() {
            401 | 402 => ProviderError::AccessRefused,
            429 => ProviderError::RateLimited { wait: retry_after(&response.headers) },
            other => ProviderError::upstream(Some(other), &page()),
        };
        return Err(without_words(error));
    }
    if !status.is_success() {
        let said = Said { code: None, words: page(), blames_key: false };
        return Err(said.into_failure(status, &response.headers, key));
    }
    match parsed {
        Ok(body) if body.is_object() => Ok(body),
        Ok(_) => Err(without_words(ProviderError::malformed("the answer is not a JSON object"))),
        Err(_) if !start.starts_with(b"{") && failed_itself(&page()) => {
            Err(without_words(ProviderError::upstream(Some(status.as_u16()), &page())))
        }
        Err(error) if error.is_eof() => {
            Err(without_words(ProviderError::malformed(format!("the answer breaks off: {error}"))))
        }
        Err(error) => Err(without_words(ProviderError::malformed(format!("the answer is not JSON: {error}")))),
    }
}

/// What a failure's body says.
struct Said {
    /// The status in the body, which goes before that of the response.
    code: Option<u16>,
    /// The vendor's words.
    words: String,
    /// Whether the one field that is complained about is the key.
    blames_key: bool,
}

impl Said {
    /// Finds one of the four shapes.
    fn find(body: Node<'_>) -> Option<Self> {
        let wrapped = body.get("ErrorMessage");
        if !wrapped.is_blank() {
            let inner = wrapped.first(&["msg", "Error", "message"]);
            let message = words(if inner.is_blank() { wrapped } else { inner });
            // Codes such as WHOIS_01 are no statuses; the first part of them tells what they are about.
            let code = code_field(wrapped).text().filter(|_| status_in(wrapped).is_none());
            let words = code.map_or_else(|| message.clone(), |code| format!("{message} ({code})"));
            return Some(Self { code: status_in(wrapped).or(status_in(body)), words, blames_key: false });
        }
        let plain = body.first(&["messages", "message"]);
        let error = body.get("error");
        if !error.is_blank() && error.boolean() != Some(false) {
            let inner = error.first(&["message", "msg"]);
            let message = [plain, inner].into_iter().find(|node| !node.is_blank()).unwrap_or(error);
            let code = status_in(body).or(status_in(error));
            return Some(Self { code, words: words(message), blames_key: blames_key(message) });
        }
        let says_success = code_field(body).integer().is_some_and(|code| (200..300).contains(&code));
        let failed = status_in(body).is_some() || (!plain.is_blank() && !says_success);
        failed.then(|| Self { code: status_in(body), words: words(plain), blames_key: blames_key(plain) })
    }

    fn into_failure(self, status: StatusCode, headers: &HeaderMap, key: &Key) -> Failure {
        let shown = || key.cut_from(&self.words);
        let invalid = || ProviderError::InvalidInput { reason: shorten(&shown()) };
        let code = self.code.or_else(|| (!status.is_success()).then_some(status.as_u16()));
        let error = match code {
            Some(401..=403) => refusal(&self.words),
            Some(429) => ProviderError::RateLimited { wait: retry_after(headers) },
            Some(400 | 417 | 422) if self.blames_key => ProviderError::BadKey,
            Some(400 | 417 | 422) => invalid(),
            Some(code) => ProviderError::upstream(Some(code), &shown()),
            None => match refusal(&self.words) {
                ProviderError::AccessRefused if ambiguous(&self.words) => ProviderError::AccessRefused,
                ProviderError::AccessRefused if failed_itself(&self.words) => {
                    ProviderError::upstream(Some(status.as_u16()), &shown())
                }
                ProviderError::AccessRefused => invalid(),
                clear => clear,
            },
        };
        Failure { error, status: code, words: self.words }
    }
}

/// The field that holds the code of a failure.
fn code_field(node: Node<'_>) -> Node<'_> {
    node.first(&["code", "messageCode", "errorCode", "statusCode"])
}

/// The status in a body, where it is one that means failure.
fn status_in(node: Node<'_>) -> Option<u16> {
    code_field(node).integer().and_then(|code| u16::try_from(code).ok()).filter(|code| (400..600).contains(code))
}

/// The words in a text, a list or an object of field and text.
fn words(node: Node<'_>) -> String {
    let join = |items: Vec<String>| items.join("; ");
    if node.is_object() {
        return join(node.fields().map(|(field, node)| format!("{field}: {}", words(node))).collect());
    }
    node.text().unwrap_or_else(|| join(node.items().filter_map(inner_words).collect()))
}

/// An item of a list of words; truth values say nothing, and a node that holds itself does not exist.
fn inner_words(node: Node<'_>) -> Option<String> {
    node.text().or_else(|| node.is_object().then(|| words(node)))
}

/// Whether the key is the only field that is complained about.
fn blames_key(messages: Node<'_>) -> bool {
    let mut fields = messages.fields().map(|(field, _)| field);
    fields.next().is_some_and(|field| field.eq_ignore_ascii_case("apiKey")) && fields.next().is_none()
}

/// What a refusal of access is about.
fn refusal(words: &str) -> ProviderError {
    match (names_key(words), names_credits(words), names_plan(words)) {
        (true, false, false) => ProviderError::BadKey,
        (false, true, false) => ProviderError::NoCredits,
        _ => ProviderError::AccessRefused,
    }
}

/// Whether words without any status speak of access, but not of the key or the credits alone.
fn ambiguous(words: &str) -> bool {
    names_account(words) || own_words(words).contains("access restricted")
}

fn names_account(words: &str) -> bool {
    names_key(words) || names_credits(words) || names_plan(words)
}

fn names_key(words: &str) -> bool {
    let words = own_words(words);
    ["api key", "apikey", "api_key", "authenticat"].iter().any(|name| words.contains(name))
}

fn names_credits(words: &str) -> bool {
    let words = own_words(words);
    ["credit", "balance"].iter().any(|name| words.contains(name))
}

fn names_plan(words: &str) -> bool {
    let words = own_words(words);
    ["subscription", "your plan"].iter().any(|name| words.contains(name))
}

/// Whether a text is about a failure on the other side.
fn failed_itself(words: &str) -> bool {
    let words = own_words(words);
    ["gateway", "internal error", "server error", "unavailable", "try again", "timed out", "timeout"]
        .iter()
        .any(|name| words.contains(name))
}

/// The vendor's own words in lower case: without host names, mailboxes and addresses, which may be ours.
fn own_words(words: &str) -> String {
    let trim = |word: &str| word.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
    let ours = |word: &String| word.contains(['.', '@']) || word.parse::<IpAddr>().is_ok();
    words.split_whitespace().map(trim).filter(|word| !ours(word)).collect::<Vec<_>>().join(" ")
}

/// The wait of a `Retry-After` header (RFC 9110 §10.2.3): seconds, or a date, which is compared with the response's own
/// `Date`, so that no clock of ours is needed and a wrong one does no harm. Without `Date`, a date is not used.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = |name| headers.get(name).and_then(|value: &http::HeaderValue| value.to_str().ok()).map(str::trim);
    let wait = text(header::RETRY_AFTER)?;
    let wait = wait.parse().map(Duration::from_secs).ok().or_else(|| {
        let date = |text: &str| jiff::fmt::rfc2822::parse(text).ok().map(|date| date.timestamp());
        let (until, now) = (date(wait)?, date(text(header::DATE)?)?);
        Some(Duration::try_from(until.duration_since(now)).unwrap_or_default())
    })?;
    Some(wait.min(LONGEST_WAIT))
}

/// At most a line.
fn shorten(words: &str) -> String {
    let line: String = words.chars().map(|c| if c.is_control() { ' ' } else { c }).take(EXCERPT).collect();
    match line.trim() {
        "" => "it refuses the question and does not say why".to_owned(),
        line => line.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use http::HeaderValue;
    use secrecy::SecretString;

    use super::*;

    const AMBIGUOUS: &str = "Access restricted. Check credits balance or enter the correct API key.";

    fn key() -> Key {
        Key::new(&SecretString::from("at_secretsecret"))
    }

    fn response(status: u16, body: &[u8]) -> HttpResponse {
        let status = StatusCode::from_u16(status).expect("a status");
        HttpResponse { status, headers: HeaderMap::new(), body: Bytes::copy_from_slice(body) }
    }

    fn error(status: u16, body: &str) -> ProviderError {
        answer(&response(status, body.as_bytes()), &key()).expect_err(body).into()
    }

    fn invalid(reason: &str) -> ProviderError {
        ProviderError::InvalidInput { reason: reason.to_owned() }
    }

    #[test]
    fn the_body_goes_before_the_status() {
        let limited = ProviderError::RateLimited { wait: None };
        for (status, body, expected) in [
            (200, format!(r#"{{"code":403,"messages":"{AMBIGUOUS}"}}"#), ProviderError::AccessRefused),
            (500, r#"{"code":422,"messages":"Input correct domain."}"#.to_owned(), invalid("Input correct domain.")),
            (200, r#"{"code":"429","messages":"Too many requests"}"#.to_owned(), limited.clone()),
            (403, r#"{"code":429,"messages":"Too many requests"}"#.to_owned(), limited.clone()),
            (200, r#"{"code":503}"#.to_owned(), ProviderError::upstream(Some(503), "")),
            (429, r#"{"code":0,"messages":"Slow down"}"#.to_owned(), limited.clone()),
            (429, String::new(), limited),
        ] {
            assert_eq!(error(status, &body), expected, "{status} {body}");
        }
    }

    #[test]
    fn each_error_shape_is_read() {
        for (status, body, expected) in [
            (422, r#"{"code":422,"messages":"Input correct IPv4."}"#, "Input correct IPv4."),
            (400, r#"{"code":400,"messages":["One.","Two."]}"#, "One.; Two."),
            (
                422,
                r#"{"code":422,"messages":{"ns":["Is missing.","Is wrong."],"from":"Is odd."}}"#,
                "from: Is odd.; ns: Is missing.; Is wrong.",
            ),
            (422, r#"{"CODE":"422","Messages":"Shouted."}"#, "Shouted."),
            (422, r#"{"code":422,"error":"Private address."}"#, "Private address."),
            (422, r#"{"error":{"code":422,"message":"Private address."}}"#, "Private address."),
            (
                200,
                r#"{"ErrorMessage":{"errorCode":"WHOIS_01","msg":"The parameter domainName is missing."}}"#,
                "The parameter domainName is missing. (WHOIS_01)",
            ),
            (200, r#"{"ErrorMessage":{"msg":"Not a domain."}}"#, "Not a domain."),
            (200, r#"{"ErrorMessage":{"Error":"Not a mailbox."}}"#, "Not a mailbox."),
            (200, r#"{"ErrorMessage":"Not a domain."}"#, "Not a domain."),
            (417, r#"{"message":"Domain list can not be empty!","messageCode":417}"#, "Domain list can not be empty!"),
            (200, r#"{"message":"Domain list can not be empty!","messageCode":417}"#, "Domain list can not be empty!"),
            (422, "plain words", "plain words"),
            (400, "", "it refuses the question and does not say why"),
            (422, r#"{"code":422,"messages":null}"#, "it refuses the question and does not say why"),
        ] {
            assert_eq!(error(status, body), invalid(expected), "{status} {body}");
        }
    }

    #[test]
    fn only_words_that_name_one_reason_are_taken_at_their_word() {
        for (status, body, expected) in [
            (403, format!(r#"{{"code":403,"messages":"{AMBIGUOUS}"}}"#), ProviderError::AccessRefused),
            (
                403,
                r#"{"code":403,"messages":"Check the DRS credits balance or enter the correct API key."}"#.to_owned(),
                ProviderError::AccessRefused,
            ),
            (401, String::new(), ProviderError::AccessRefused),
            (402, r#"{"error":"Payment required"}"#.to_owned(), ProviderError::AccessRefused),
            (403, "{}".to_owned(), ProviderError::AccessRefused),
            (401, r#"{"code":401,"messages":"The API key is not valid."}"#.to_owned(), ProviderError::BadKey),
            (402, r#"{"code":402,"messages":"Insufficient credits."}"#.to_owned(), ProviderError::NoCredits),
            (
                403,
                r#"{"code":403,"messages":"Insufficient credits, upgrade your plan."}"#.to_owned(),
                ProviderError::AccessRefused,
            ),
            (422, r#"{"code":422,"messages":{"apiKey":["Wrong format."]}}"#.to_owned(), ProviderError::BadKey),
            (
                422,
                r#"{"code":422,"messages":{"apiKey":"Missing.","ns":"Missing."}}"#.to_owned(),
                invalid("apiKey: Missing.; ns: Missing."),
            ),
            (
                200,
                r#"{"ErrorMessage":{"errorCode":"AUTHENTICATE_03","msg":"ApiKey authenticate failed"}}"#.to_owned(),
                ProviderError::BadKey,
            ),
            (200, format!(r#"{{"messages":"{AMBIGUOUS}"}}"#), ProviderError::AccessRefused),
            (200, r#"{"error":"Access restricted."}"#.to_owned(), ProviderError::AccessRefused),
            (
                200,
                r#"{"error":"Internal error, try again later."}"#.to_owned(),
                ProviderError::upstream(Some(200), "Internal error, try again later."),
            ),
            (
                200,
                r#"{"ErrorMessage":{"msg":"Unknown domain apikey.example"}}"#.to_owned(),
                invalid("Unknown domain apikey.example"),
            ),
        ] {
            assert_eq!(error(status, &body), expected, "{status} {body}");
        }
    }

    #[test]
    fn a_gateways_page_is_an_upstream_failure_whatever_its_status() {
        let page = "\u{feff} <!DOCTYPE html><html><body>Oops, an error in the gateway has occurred.</body></html>";
        for status in [200, 403, 404, 422, 500, 502] {
            assert_eq!(error(status, page), ProviderError::upstream(Some(status), page), "{status}");
        }
        assert_eq!(error(401, page), ProviderError::AccessRefused);
        assert_eq!(error(429, page), ProviderError::RateLimited { wait: None });
        let plain = "Oops, an error in the gateway has occurred.";
        assert_eq!(error(200, plain), ProviderError::upstream(Some(200), plain));
        assert_eq!(error(503, plain), ProviderError::upstream(Some(503), plain));
        assert_eq!(error(302, ""), ProviderError::upstream(Some(302), ""));
    }

    #[test]
    fn what_is_no_json_object_is_malformed() {
        for body in [
            "",
            " ",
            "[]",
            "null",
            "7",
            "\"text\"",
            "{\"result\":[{\"name\":\"a.exam",
            "{\"note\":\"gateway unavailable",
            "hello",
        ] {
            assert!(matches!(error(200, body), ProviderError::Malformed { .. }), "{body}");
        }
        let deep = "[".repeat(100_000);
        assert!(matches!(error(200, &deep), ProviderError::Malformed { .. }));
    }

    #[test]
    fn success_is_not_mistaken_for_failure() {
        for body in [
            r#"{"result":[],"error":null,"messages":""}"#,
            r#"{"result":[],"error":false}"#,
            r#"{"result":[],"code":200,"messages":"OK"}"#,
            r#"{"message":"OK","messageCode":200,"requestId":"x"}"#,
            r#"{"ErrorMessage":null,"DNSData":{}}"#,
        ] {
            assert!(answer(&response(200, body.as_bytes()), &key()).is_ok(), "{body}");
        }
    }

    #[test]
    fn the_wait_is_read_from_seconds_or_from_two_dates() {
        let wait = |retry: &str, date: Option<&str>| {
            let mut response = response(429, b"");
            response.headers.insert(header::RETRY_AFTER, HeaderValue::from_str(retry).expect("a value"));
            if let Some(date) = date {
                response.headers.insert(header::DATE, HeaderValue::from_str(date).expect("a value"));
            }
            match answer(&response, &key()).map_err(ProviderError::from) {
                Err(ProviderError::RateLimited { wait }) => wait.map(|wait| wait.as_secs()),
                other => panic!("{other:?}"),
            }
        };
        let (until, now) = ("Fri, 31 Dec 1999 23:59:59 GMT", "Fri, 31 Dec 1999 23:58:59 GMT");
        assert_eq!(wait("31", None), Some(31));
        assert_eq!(wait(" 0 ", None), Some(0));
        assert_eq!(wait(until, Some(now)), Some(60));
        assert_eq!(wait(now, Some(until)), Some(0));
        assert_eq!(wait(until, None), None);
        assert_eq!(wait("soon", Some(now)), None);
        assert_eq!(wait("-5", None), None);
        assert_eq!(wait("99999999999999999", None), Some(86_400));
    }

    #[test]
    fn no_error_repeats_the_key() {
        let long = "x".repeat(300);
        for (status, body) in [
            (502, "<html>GET /api/v1?apiKey=at_secretsecret failed</html>".to_owned()),
            (422, r#"{"code":422,"messages":"at_secretsecret is odd"}"#.to_owned()),
            (500, "at_secretsecret".to_owned()),
            (422, format!(r#"{{"code":422,"messages":"{long}at_secretsecret"}}"#)),
        ] {
            let error = error(status, &body);
            assert!(!format!("{error:?} {error}").contains("at_secret"), "{error:?}");
        }
        assert_eq!(error(422, &format!(r#"{{"code":422,"messages":"{long}"}}"#)), invalid(&"x".repeat(EXCERPT)));
    }
}
