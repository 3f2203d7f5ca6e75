//! Who comes in.
//!
//! Every request is identified once, before any door: by a token in its path or in its header, which is one of those that
//! the configuration names or a member's. What came of that travels with the request, and each door's guard refuses in its
//! own dialect. A member's token is looked up each time, so one that was revoked a moment ago opens nothing.
//!
//! A member gets so many requests a minute and so many at once. Wrong tokens are counted by address: whoever tries many is
//! told to wait, and learns no more from that than from being refused.

use std::{
    collections::HashMap,
    fmt,
    net::{IpAddr, SocketAddr},
    num::NonZeroU32,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use axum::{
    Json,
    extract::{ConnectInfo, Request, State},
    http::{Extensions, HeaderValue, StatusCode, Uri, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use maltego::{
    Message, MessageKind,
    trx::write_response,
    v3::problem::{AuthenticationFailure, AuthenticationProblem, Refusal},
};
use secrecy::{ExposeSecret, SecretString};
use store::{
    members::Role,
    tokens::{Admission, Denied},
};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::Doors;
use crate::{
    auth::Tokens,
    config::MembersSection,
    execution::Whom,
    oidc::{Oidc, OidcFailure},
    stores::Stores,
};

/// The first part of a path that carries a token.
const PATH_PREFIX: &str = "/t/";

/// How many addresses and members are remembered before those that did nothing lately are forgotten.
const MOST_REMEMBERED: usize = 10_000;

/// A token that a request carried in its path.
#[derive(Debug, Clone)]
pub(super) struct PathToken(pub(super) SecretString);

/// Who somebody is, as far as limits go: the beginning of their token's hash, or a member's name.
#[derive(Debug, Clone)]
pub(super) struct Identity(String);

impl fmt::Display for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Who comes in, and how much of it.
pub(super) struct Gate {
    configured: Tokens,
    stores: Option<Stores>,
    oidc: Option<Arc<Oidc>>,
    requests: DefaultKeyedRateLimiter<String>,
    wrong: DefaultKeyedRateLimiter<IpAddr>,
    at_once: Mutex<HashMap<String, Arc<Semaphore>>>,
    most_at_once: usize,
}

impl fmt::Debug for Gate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Gate").field("configured", &self.configured).finish_non_exhaustive()
    }
}

/// Somebody who may come in.
#[derive(Debug, Clone)]
pub(super) struct Admitted {
    identity: Identity,
    whom: Whom,
}

impl Gate {
    pub(super) fn new(
        configured: Tokens,
        stores: Option<Stores>,
        oidc: Option<Arc<Oidc>>,
        section: &MembersSection,
    ) -> Self {
        let per_minute = |count: u32| {
            let count = NonZeroU32::new(count).unwrap_or(NonZeroU32::MIN);
            RateLimiter::keyed(Quota::per_minute(count))
        };
        Self {
            configured,
            stores,
            oidc,
            requests: per_minute(section.requests_per_minute),
            wrong: RateLimiter::keyed(Quota::per_minute(
                NonZeroU32::new(section.wrong_tokens_per_minute).unwrap_or(NonZeroU32::MIN),
            )),
            at_once: Mutex::default(),
            most_at_once: section.requests_at_once.max(1),
        }
    }

    /// Whether nobody needs a token.
    async fn is_open(&self) -> bool {
        if !self.configured.is_open() || self.oidc.is_some() {
            return false;
        }
        match &self.stores {
            // A file that cannot be read opens nothing.
            Some(stores) => !stores.tokens.any().await.unwrap_or(true),
            None => true,
        }
    }

    /// Whom a token lets in.
    async fn admit(&self, token: &str) -> Option<Admitted> {
        if self.configured.admit(token) {
            let hash: String = blake3::hash(token.as_bytes()).to_hex().chars().take(16).collect();
            return Some(Admitted { identity: Identity(hash), whom: Whom::default() });
        }
        match self.stores.as_ref()?.tokens.admit(token).await {
            Ok(Admission { member, role, default_case, .. }) => {
                let whom = Whom {
                    member: Some(member.as_str().into()),
                    case: default_case.map(|case| case.as_str().into()),
                    is_guest: role == Role::Guest,
                };
                Some(Admitted { identity: Identity(format!("member {member}")), whom })
            }
            Err(Denied::Store(error)) => {
                tracing::error!(%error, "a token could not be looked up");
                None
            }
            Err(_) => None,
        }
    }

    /// Whom a token of the identity provider lets in.
    async fn admit_signed_on(&self, token: &str) -> Result<Admitted, OidcFailure> {
        let oidc = self.oidc.as_ref().ok_or(OidcFailure::Invalid)?;
        let who = oidc.admit(token).await?;
        let mut whom = Whom { member: Some(as_name(&who).into()), ..Whom::default() };
        if let Some(stores) = &self.stores {
            let members = stores.members.list().await.map_err(|_| OidcFailure::Unavailable)?;
            if let Some(member) = members.iter().find(|member| Some(member.name.as_str()) == whom.member.as_deref()) {
                if member.revoked.is_some() {
                    return Err(OidcFailure::Invalid);
                }
                whom.is_guest = member.role == Role::Guest;
            }
        }
        let identity = Identity(format!("member {}", whom.member.as_deref().unwrap_or_default()));
        Ok(Admitted { identity, whom })
    }

    /// A place among a member's requests; `None` when there are too many.
    fn place(&self, identity: &Identity) -> Option<OwnedSemaphorePermit> {
        let key = identity.0.clone();
        self.requests.check_key(&key).ok()?;
        if self.requests.len() > MOST_REMEMBERED {
            self.requests.retain_recent();
        }
        let mut at_once = self.at_once.lock().unwrap_or_else(PoisonError::into_inner);
        if at_once.len() > MOST_REMEMBERED {
            at_once.retain(|_, places| places.available_permits() < self.most_at_once);
        }
        let places = at_once.entry(key).or_insert_with(|| Arc::new(Semaphore::new(self.most_at_once)));
        Arc::clone(places).try_acquire_owned().ok()
    }

    /// Counts a wrong token. Whether whoever sent it has to wait now.
    fn has_to_wait(&self, from: Option<IpAddr>) -> bool {
        let Some(from) = from else { return false };
        if self.wrong.len() > MOST_REMEMBERED {
            self.wrong.retain_recent();
        }
        self.wrong.check_key(&from).is_err()
    }
}

/// What a claim says, as a name: small letters, digits, and hyphens for everything else.
fn as_name(who: &str) -> String {
    let folded: String =
        who.to_lowercase().chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).take(64).collect();
    folded.trim_matches('-').to_owned()
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
pub(super) fn token_path(request: &Extensions) -> SecretString {
    let token = match request.get::<Standing>() {
        Some(Standing::Admitted { in_path: Some(token), .. }) => Some(token.0.expose_secret()),
        _ => None,
    };
    SecretString::from(token.map(|token| format!("{PATH_PREFIX}{token}")).unwrap_or_default())
}

/// How a request stands towards the tokens.
#[derive(Debug, Clone)]
pub(super) enum Standing {
    /// Nobody needs a token.
    Open,
    /// With a good token.
    Admitted {
        /// The token, if it stood in the path.
        in_path: Option<PathToken>,
        /// Who it lets in.
        who: Box<Admitted>,
    },
    /// Without any.
    NoToken,
    /// With none that is good.
    WrongToken,
    /// With none that is good, after many such.
    Waiting,
    /// With one of the identity provider that was good once.
    Expired,
    /// With one that nobody can judge, since the identity provider does not answer.
    Unavailable,
    /// With a token in its path on a server that has none: such a path is simply unknown.
    Nowhere,
}

/// Identifies a request. A good token counts wherever it stands, whatever stands in the other place.
pub(super) async fn identify(State(doors): State<Doors>, mut request: Request, next: Next) -> Response {
    let presented = Presented::of(&request);
    let standing = standing(&doors.gate, presented).await;
    request.extensions_mut().insert(standing);
    next.run(request).await
}

/// What a request brings to be identified by.
struct Presented {
    in_path: Option<PathToken>,
    in_header: Option<SecretString>,
    /// A token of an identity provider, in either of the two headers that are for such.
    signed_on: Option<SecretString>,
    from: Option<IpAddr>,
}

impl Presented {
    fn of(request: &Request) -> Self {
        let text = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok()).map(str::trim);
        let bearer = |value: &str| {
            let (scheme, token) = value.split_once(' ')?;
            scheme.eq_ignore_ascii_case("bearer").then(|| SecretString::from(token.trim().to_owned()))
        };
        let in_header = text(header::AUTHORIZATION.as_str()).and_then(bearer);
        let by_provider = text("maltego-upstream-identity-method").is_some_and(|how| how.eq_ignore_ascii_case("oidc"));
        let of_identity = text("maltego-identity-authorization")
            .map(|value| bearer(value).unwrap_or_else(|| SecretString::from(value.to_owned())));
        Self {
            in_path: request.extensions().get::<PathToken>().cloned(),
            signed_on: of_identity.or_else(|| in_header.clone().filter(|_| by_provider)),
            in_header,
            from: request.extensions().get::<ConnectInfo<SocketAddr>>().map(|peer| peer.0.ip()),
        }
    }
}

async fn standing(gate: &Gate, presented: Presented) -> Standing {
    let Presented { in_path, in_header, signed_on, from } = presented;
    if gate.is_open().await {
        return if in_path.is_some() { Standing::Nowhere } else { Standing::Open };
    }
    if let Some(token) = &in_path
        && let Some(who) = gate.admit(token.0.expose_secret()).await
    {
        return Standing::Admitted { in_path: Some(token.clone()), who: Box::new(who) };
    }
    if let Some(token) = &in_header
        && let Some(who) = gate.admit(token.expose_secret()).await
    {
        return Standing::Admitted { in_path: None, who: Box::new(who) };
    }
    if let Some(token) = &signed_on
        && gate.oidc.is_some()
    {
        match gate.admit_signed_on(token.expose_secret()).await {
            Ok(who) => return Standing::Admitted { in_path: None, who: Box::new(who) },
            Err(OidcFailure::Expired) => return Standing::Expired,
            Err(OidcFailure::Unavailable) => return Standing::Unavailable,
            Err(OidcFailure::Invalid) => {}
        }
    }
    if in_path.is_none() && in_header.is_none() && signed_on.is_none() {
        return Standing::NoToken;
    }
    if gate.has_to_wait(from) { Standing::Waiting } else { Standing::WrongToken }
}

pub(super) fn of(request: &Request) -> Standing {
    // Every request is identified before it comes to a guard.
    request.extensions().get::<Standing>().cloned().unwrap_or(Standing::NoToken)
}

/// How long somebody waits who is told to.
const WAIT: Duration = Duration::from_secs(60);

pub(super) fn too_many(text: &'static str) -> Response {
    (StatusCode::TOO_MANY_REQUESTS, [(header::RETRY_AFTER, WAIT.as_secs().to_string())], text).into_response()
}

/// Lets somebody in, within what a member may ask of the server.
async fn enter(doors: &Doors, who: Admitted, mut request: Request, next: Next) -> Response {
    let Some(_place) = doors.gate.place(&who.identity) else {
        // In a run's own form: clients show nothing of another.
        if request.uri().path().starts_with("/run/") {
            let text = "You have asked more of this server than it does for one member at a time. Run the transform again \
                        in a minute.";
            let message = write_response(&[], &[Message::new(MessageKind::PartialError, text)]);
            return ([(header::CONTENT_TYPE, "text/xml; charset=utf-8")], message).into_response();
        }
        return too_many("Too many requests of one member. Wait a minute.\n");
    };
    request.extensions_mut().insert(who.identity);
    request.extensions_mut().insert(who.whom);
    next.run(request).await
}

/// The guard of the classic doors: lets a request through if it needs no token or has a good one.
pub(super) async fn admit(State(doors): State<Doors>, request: Request, next: Next) -> Response {
    match of(&request) {
        Standing::Open => next.run(request).await,
        Standing::Admitted { who, .. } => enter(&doors, *who, request, next).await,
        Standing::Nowhere => (StatusCode::NOT_FOUND, "Not found.\n").into_response(),
        Standing::Waiting => too_many("Too many wrong tokens came from this address. Wait a minute.\n"),
        Standing::NoToken | Standing::WrongToken | Standing::Expired | Standing::Unavailable => (
            StatusCode::UNAUTHORIZED,
            [(header::WWW_AUTHENTICATE, "Bearer")],
            "This server needs a token: /t/<token>/run/<transform>, or the header Authorization: Bearer <token>.\n",
        )
            .into_response(),
    }
}

/// The guard of the JSON dialect's door, which refuses in that dialect's own form.
pub(super) async fn admit_v3(State(doors): State<Doors>, request: Request, next: Next) -> Response {
    let failure = match of(&request) {
        Standing::Open => return next.run(request).await,
        Standing::Admitted { who, .. } => return enter(&doors, *who, request, next).await,
        Standing::Nowhere => return (StatusCode::NOT_FOUND, Json(Refusal::new("Not Found"))).into_response(),
        Standing::Waiting => return too_many("Too many wrong tokens came from this address. Wait a minute.\n"),
        Standing::NoToken => AuthenticationFailure::CredentialsMissing,
        Standing::WrongToken => AuthenticationFailure::CredentialsInvalid,
        Standing::Expired => AuthenticationFailure::TokenExpired,
        Standing::Unavailable => AuthenticationFailure::ProviderUnavailable,
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

    #[tokio::test]
    async fn only_a_token_that_opens_something_is_carried_on() {
        let new = crate::auth::NewToken::from_random([7; 32]);
        let tokens = Tokens::parse(std::slice::from_ref(&new.hash)).unwrap();
        let gate = Gate::new(tokens, None, None, &MembersSection::default());
        for (uri, expected) in [
            (format!("/t/{}/seed", new.reveal()), format!("/t/{}", new.reveal())),
            ("/t/wrong/seed".to_owned(), String::new()),
            ("/seed".to_owned(), String::new()),
        ] {
            let mut request = take_token(Request::builder().uri(uri).body(axum::body::Body::empty()).unwrap());
            let standing = standing(&gate, Presented::of(&request)).await;
            request.extensions_mut().insert(standing);
            assert_eq!(token_path(request.extensions()).expose_secret(), expected);
        }
    }

    #[test]
    fn whoever_tries_many_tokens_has_to_wait_and_others_have_not() {
        let section = MembersSection { wrong_tokens_per_minute: 3, ..MembersSection::default() };
        let gate = Gate::new(Tokens::default(), None, None, &section);
        let from = |text: &str| Some(text.parse().unwrap());
        let waits: Vec<bool> = (0..5).map(|_| gate.has_to_wait(from("192.0.2.7"))).collect();
        assert_eq!(waits, [false, false, false, true, true]);
        assert!(!gate.has_to_wait(from("192.0.2.8")));
    }
}
