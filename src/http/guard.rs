//! Who comes in.

use std::fmt;

use axum::{
    Json,
    extract::{Request, State},
    http::{Extensions, HeaderValue, StatusCode, Uri, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use maltego::v3::problem::{AuthenticationFailure, AuthenticationProblem, Refusal};
use secrecy::{ExposeSecret, SecretString};

use super::Doors;
use crate::auth::Tokens;

/// The first part of a path that carries a token.
const PATH_PREFIX: &str = "/t/";

/// A token that a request carried in its path.
#[derive(Debug, Clone)]
pub(super) struct PathToken(SecretString);

/// Who somebody is, as far as limits go: the beginning of their token's hash.
#[derive(Debug, Clone)]
pub(super) struct Identity(String);

impl Identity {
    fn of(token: &SecretString) -> Self {
        Self(blake3::hash(token.expose_secret().as_bytes()).to_hex().chars().take(16).collect())
    }
}

impl fmt::Display for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Takes a token out of the path, so that routes and logs see the path behind it.
pub(super) fn take_token<B>(mut request: axum::http::Request<B>) -> axum::http::Request<B> {
    let Some((token, rest)) = split(request.uri().path()) else { return request };
    let token = PathToken(SecretString::from(token.to_owned()));
    let mut target = rest;
    if let Some(query) = request.uri().query() {
        target = format!("{target}?{query}");
    }
    if let Ok(uri) = target.parse::<Uri>() {
        *request.uri_mut() = uri;
        request.extensions_mut().insert(token);
    }
    request
}

/// `/t/<token>/run/x` becomes the token and `/run/x`.
fn split(path: &str) -> Option<(&str, String)> {
    let rest = path.strip_prefix(PATH_PREFIX)?;
    let (token, rest) = rest.split_once('/').unwrap_or((rest, ""));
    (!token.is_empty()).then(|| (token, format!("/{rest}")))
}

/// The path that leads back in with the token of this request: `/t/<token>`, or nothing if the request came without a
/// token in its path or with one that opens nothing. For URLs that the same client will keep; never for a log.
pub(super) fn token_path(tokens: &Tokens, request: &Extensions) -> SecretString {
    let token = request.get::<PathToken>().map(|token| token.0.expose_secret()).filter(|token| tokens.admit(token));
    SecretString::from(token.map(|token| format!("{PATH_PREFIX}{token}")).unwrap_or_default())
}

/// How a request stands towards the tokens.
#[derive(Debug)]
pub(super) enum Entry {
    /// Nobody needs a token.
    Open,
    /// With a good token in its path.
    WithPathToken(SecretString),
    /// With a good token in its header.
    WithHeaderToken(SecretString),
    /// Without any.
    NoToken,
    /// With none that is good.
    WrongToken,
    /// With a token in its path on a server that has none: such a path is simply unknown.
    Nowhere,
}

/// Judges a request. A good token counts wherever it stands, whatever stands in the other place.
pub(super) fn judge(tokens: &Tokens, request: &Request) -> Entry {
    let in_path = request.extensions().get::<PathToken>().map(|token| &token.0);
    if tokens.is_open() {
        return if in_path.is_some() { Entry::Nowhere } else { Entry::Open };
    }
    let in_header = request
        .headers()
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        .map(|(_, token)| token.trim());
    match (in_path, in_header) {
        (Some(token), _) if tokens.admit(token.expose_secret()) => Entry::WithPathToken(token.clone()),
        (_, Some(token)) if tokens.admit(token) => Entry::WithHeaderToken(SecretString::from(token.to_owned())),
        (None, None) => Entry::NoToken,
        _ => Entry::WrongToken,
    }
}

/// The guard of the classic doors: lets a request through if it needs no token or has a good one.
pub(super) async fn admit(State(doors): State<Doors>, mut request: Request, next: Next) -> Response {
    match judge(&doors.tokens, &request) {
        Entry::Open => next.run(request).await,
        Entry::WithPathToken(token) | Entry::WithHeaderToken(token) => {
            request.extensions_mut().insert(Identity::of(&token));
            next.run(request).await
        }
        Entry::Nowhere => (StatusCode::NOT_FOUND, "Not found.\n").into_response(),
        Entry::NoToken | Entry::WrongToken => (
            StatusCode::UNAUTHORIZED,
            [(header::WWW_AUTHENTICATE, "Bearer")],
            "This server needs a token: /t/<token>/run/<transform>, or the header Authorization: Bearer <token>.\n",
        )
            .into_response(),
    }
}

/// The guard of the JSON dialect's door, which refuses in that dialect's own form.
pub(super) async fn admit_v3(State(doors): State<Doors>, mut request: Request, next: Next) -> Response {
    let failure = match judge(&doors.tokens, &request) {
        Entry::Open => return next.run(request).await,
        Entry::WithPathToken(token) | Entry::WithHeaderToken(token) => {
            request.extensions_mut().insert(Identity::of(&token));
            return next.run(request).await;
        }
        Entry::Nowhere => return (StatusCode::NOT_FOUND, Json(Refusal::new("Not Found"))).into_response(),
        Entry::NoToken => AuthenticationFailure::CredentialsMissing,
        Entry::WrongToken => AuthenticationFailure::CredentialsInvalid,
    };
    // The path behind the token: the problem names what was asked for, never with what.
    let problem = AuthenticationProblem::new(failure, request.uri().path());
    let status = StatusCode::from_u16(failure.status()).unwrap_or(StatusCode::UNAUTHORIZED);
    let mut response = (status, Json(problem)).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    if let Some(challenge) = failure.challenge() {
        headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static(challenge));
    }
    response
}

#[cfg(test)]
mod tests {
    use axum::http::Request;

    use super::*;

    #[test]
    fn the_token_is_taken_out_of_the_path() {
        for (given, token, left) in [
            ("/t/abc/run/x", Some("abc"), "/run/x"),
            ("/t/abc/run/x/?Command=_RUN", Some("abc"), "/run/x/?Command=_RUN"),
            ("/t/abc", Some("abc"), "/"),
            ("/t/", None, "/t/"),
            ("/t//run/x", None, "/t//run/x"),
            ("/run/x", None, "/run/x"),
        ] {
            let request = take_token(Request::builder().uri(given).body(()).unwrap());
            assert_eq!(request.uri().to_string(), left, "{given}");
            let taken = request.extensions().get::<PathToken>().map(|token| token.0.expose_secret().to_owned());
            assert_eq!(taken.as_deref(), token, "{given}");
        }
    }

    #[test]
    fn only_a_token_that_opens_something_is_carried_on() {
        let new = crate::auth::NewToken::from_random([7; 32]);
        let tokens = Tokens::parse(std::slice::from_ref(&new.hash)).unwrap();
        let path = |uri: String| {
            let request = take_token(Request::builder().uri(uri).body(()).unwrap());
            token_path(&tokens, request.extensions()).expose_secret().to_owned()
        };
        assert_eq!(path(format!("/t/{}/seed", new.reveal())), format!("/t/{}", new.reveal()));
        assert_eq!(path("/t/wrong/seed".to_owned()), "");
        assert_eq!(path("/seed".to_owned()), "");
    }
}
