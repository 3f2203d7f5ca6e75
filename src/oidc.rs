//! Single sign-on for the JSON dialect: bearer tokens of an OpenID Connect provider.
//!
//! This server only validates. It reads the provider's discovery document and keys (OpenID Connect Discovery 1.0 §4, RFC
//! 7517), keeps them for a while, and looks at each token (RFC 7519): signature, issuer, audience and time, with a minute of
//! leeway. The algorithm is one that the key allows; what the token itself says of it has to be the same and decides
//! nothing. A key that is not known is looked for once more at the provider, and not more often than once a minute, so that
//! made-up tokens make no traffic.
//!
//! Who somebody is comes from one claim. It becomes the name that the ledger and the book write down, and a member of that
//! name who was withdrawn is not let in.

use std::{sync::Arc, time::Duration};

use intel::{Clock, HttpRequest, desk::Transport};
use jsonwebtoken::{
    Algorithm, DecodingKey, Validation, decode, decode_header,
    errors::ErrorKind,
    jwk::{Jwk, JwkSet, KeyAlgorithm},
};
use serde::Deserialize;
use serde_json::Value;
use tokio::{sync::Mutex, time::Instant};
use url::Url;

/// For how long the provider's keys are believed.
const KEYS_LIVE: Duration = Duration::from_secs(10 * 60);

/// How often they are looked for at most.
const LOOK_AGAIN: Duration = Duration::from_secs(60);

/// How far clocks may be apart, in seconds.
const LEEWAY: u64 = 60;

/// How long the provider has to answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// Whose tokens are accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OidcSettings {
    /// The issuer, exactly as tokens name it.
    pub issuer: Url,
    /// What tokens have to be made for.
    pub audience: String,
    /// The claim that says who somebody is.
    pub member_claim: String,
}

/// Why a token lets nobody in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OidcFailure {
    /// It is not good.
    Invalid,
    /// It was good once.
    Expired,
    /// The provider does not answer, so nobody can say.
    Unavailable,
}

/// Validates tokens of one provider.
#[derive(Debug)]
pub struct Oidc {
    settings: OidcSettings,
    transport: Arc<dyn Transport>,
    clock: Arc<dyn Clock>,
    keys: Mutex<Keys>,
}

#[derive(Debug, Default)]
struct Keys {
    known: Option<JwkSet>,
    fetched: Option<Instant>,
}

#[derive(Debug, Deserialize)]
struct Discovery {
    issuer: String,
    jwks_uri: Url,
}

impl Oidc {
    /// A validator.
    #[must_use]
    pub fn new(settings: OidcSettings, transport: Arc<dyn Transport>, clock: Arc<dyn Clock>) -> Self {
        Self { settings, transport, clock, keys: Mutex::default() }
    }

    /// Who a token is of.
    ///
    /// # Errors
    /// [`OidcFailure`]
    pub async fn admit(&self, token: &str) -> Result<String, OidcFailure> {
        let header = decode_header(token).map_err(|_| OidcFailure::Invalid)?;
        let key = self.key(header.kid.as_deref()).await?;
        let algorithm = algorithm(&key, header.alg).ok_or(OidcFailure::Invalid)?;
        let decoding = DecodingKey::from_jwk(&key).map_err(|_| OidcFailure::Invalid)?;
        let mut validation = Validation::new(algorithm);
        validation.leeway = LEEWAY;
        validation.validate_nbf = true;
        validation.set_issuer(&[self.issuer()]);
        validation.set_audience(&[self.settings.audience.as_str()]);
        validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
        let claims = decode::<Value>(token, &decoding, &validation).map_err(|error| match error.kind() {
            ErrorKind::ExpiredSignature => OidcFailure::Expired,
            _ => OidcFailure::Invalid,
        })?;
        let said = |claim: &str| claims.claims.get(claim).and_then(Value::as_str).map(str::trim).map(str::to_owned);
        said(&self.settings.member_claim)
            .or_else(|| said("sub"))
            .filter(|who| !who.is_empty())
            .ok_or(OidcFailure::Invalid)
    }

    /// The issuer as it stands in tokens: without the slash that a URL without a path gets.
    fn issuer(&self) -> &str {
        let text = self.settings.issuer.as_str();
        if self.settings.issuer.path() == "/" { text.trim_end_matches('/') } else { text }
    }

    async fn key(&self, id: Option<&str>) -> Result<Jwk, OidcFailure> {
        let mut keys = self.keys.lock().await;
        let now = self.clock.instant();
        let age = keys.fetched.map(|fetched| now.saturating_duration_since(fetched));
        let found = keys.known.as_ref().and_then(|known| find(known, id));
        let is_stale = age.is_none_or(|age| age >= KEYS_LIVE);
        let may_look = age.is_none_or(|age| age >= LOOK_AGAIN);
        if !is_stale && let Some(found) = found {
            return Ok(found);
        }
        if may_look {
            keys.fetched = Some(now);
            match self.fetch().await {
                Ok(set) => keys.known = Some(set),
                Err(why) => tracing::warn!(why, "the keys of the identity provider cannot be read"),
            }
        }
        let known = keys.known.as_ref().ok_or(OidcFailure::Unavailable)?;
        find(known, id).ok_or(OidcFailure::Invalid)
    }

    async fn fetch(&self) -> Result<JwkSet, String> {
        let mut place = self.settings.issuer.clone();
        if let Ok(mut segments) = place.path_segments_mut() {
            segments.pop_if_empty().extend([".well-known", "openid-configuration"]);
        }
        let discovery: Discovery = self.read(place).await?;
        if discovery.issuer.trim_end_matches('/') != self.issuer().trim_end_matches('/') {
            return Err("the discovery document is another issuer's".to_owned());
        }
        self.read(discovery.jwks_uri).await
    }

    async fn read<T: serde::de::DeserializeOwned>(&self, place: Url) -> Result<T, String> {
        let response =
            self.transport.send(&HttpRequest::get(place), PATIENCE).await.map_err(|error| error.to_string())?;
        if !response.status.is_success() {
            return Err(format!("status {}", response.status.as_u16()));
        }
        serde_json::from_slice(&response.body).map_err(|error| error.to_string())
    }
}

/// The key of an id; without one, the only key there is.
fn find(set: &JwkSet, id: Option<&str>) -> Option<Jwk> {
    match (id, set.keys.as_slice()) {
        (Some(id), _) => set.find(id).cloned(),
        (None, [only]) => Some(only.clone()),
        (None, _) => None,
    }
}

/// The algorithm that a key is for. A key that does not say so is for those of its family that the token's header names,
/// never for one with a shared secret.
fn algorithm(key: &Jwk, named: Algorithm) -> Option<Algorithm> {
    use jsonwebtoken::jwk::AlgorithmParameters as Family;
    let of_family = match &key.algorithm {
        Family::RSA(_) => {
            [Algorithm::RS256, Algorithm::RS384, Algorithm::RS512, Algorithm::PS256, Algorithm::PS384, Algorithm::PS512]
                .as_slice()
        }
        Family::EllipticCurve(_) => &[Algorithm::ES256, Algorithm::ES384],
        Family::OctetKeyPair(_) => &[Algorithm::EdDSA],
        // Shared secrets, and whatever families come later.
        _ => &[],
    };
    let fits = match key.common.key_algorithm {
        None => true,
        Some(stated) => stated_as(stated) == Some(named),
    };
    (fits && of_family.contains(&named)).then_some(named)
}

fn stated_as(stated: KeyAlgorithm) -> Option<Algorithm> {
    stated.to_string().parse().ok()
}
