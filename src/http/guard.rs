//! Who comes in.

use axum::{
    extract::{Request, State},
    http::{Extensions, StatusCode, Uri, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use secrecy::{ExposeSecret, SecretString};

use super::Doors;
use crate::auth::Tokens;

/// The first part of a path that carries a token.
const PATH_PREFIX: &str = "/t/";

/// A token that a request carried in its path.
#[derive(Debug, Clone)]
pub(super) struct PathToken(SecretString);

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

/// Lets a request through if it needs no token or has a good one.
pub(super) async fn admit(State(doors): State<Doors>, request: Request, next: Next) -> Response {
    if doors.tokens.is_open() {
        // Without tokens a path that carries one is simply unknown.
        return match request.extensions().get::<PathToken>() {
            Some(_) => (StatusCode::NOT_FOUND, "Not found.\n").into_response(),
            None => next.run(request).await,
        };
    }
    let in_path = request.extensions().get::<PathToken>().map(|token| token.0.expose_secret().to_owned());
    let in_header = request
        .headers()
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        .map(|(_, token)| token.trim().to_owned());
    if [in_path, in_header].into_iter().flatten().any(|token| doors.tokens.admit(&token)) {
        return next.run(request).await;
    }
    (
        StatusCode::UNAUTHORIZED,
        [(header::WWW_AUTHENTICATE, "Bearer")],
        "This server needs a token: /t/<token>/run/<transform>, or the header Authorization: Bearer <token>.\n",
    )
        .into_response()
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
