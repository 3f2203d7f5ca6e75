//! Single sign-on: an identity provider on loopback, and bearer tokens by the headers that the JSON dialect describes.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a failed unwrap in a test is a failed test, which is the point"
)]

mod support;

use std::sync::{Arc, Mutex};

use aws_lc_rs::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use namehound::config::Config;
use serde_json::{Value, json};
use store::{Name, members::Role};
use support::{Running, Upstream, folder::Folder, upstream::json as answer};

/// A key of the provider.
struct Key {
    id: &'static str,
    signing: EncodingKey,
    public: Value,
}

fn key(id: &'static str) -> Key {
    let pkcs8 = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new()).unwrap();
    let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8.as_ref()).unwrap();
    // An uncompressed point: a byte that says so, then both coordinates (SEC 1 §2.3.3).
    let point = pair.public_key().as_ref().to_vec();
    let public = json!({
        "kty": "EC", "crv": "P-256", "kid": id, "use": "sig", "alg": "ES256",
        "x": URL_SAFE_NO_PAD.encode(&point[1..33]), "y": URL_SAFE_NO_PAD.encode(&point[33..65])
    });
    Key { id, signing: EncodingKey::from_ec_der(pkcs8.as_ref()), public }
}

fn token(key: &Key, claims: &Value) -> String {
    let header = Header { kid: Some(key.id.to_owned()), ..Header::new(Algorithm::ES256) };
    encode(&header, claims, &key.signing).unwrap()
}

/// A provider with these keys; its issuer is its own address.
async fn provider(keys: Arc<Mutex<Vec<Value>>>) -> Upstream {
    let place: Arc<Mutex<String>> = Arc::default();
    let own = Arc::clone(&place);
    let upstream = Upstream::start(move |asked| {
        let issuer = own.lock().unwrap().clone();
        match asked.host.as_str() {
            ".well-known" => answer(json!({"issuer": issuer, "jwks_uri": format!("{issuer}/keys/all")})),
            _ => answer(json!({"keys": keys.lock().unwrap().clone()})),
        }
    })
    .await;
    *place.lock().unwrap() = upstream.url();
    upstream
}

struct Bench {
    server: Running,
    provider: Upstream,
    key: Key,
    keys: Arc<Mutex<Vec<Value>>>,
    folder: Folder,
}

async fn bench() -> Bench {
    let key = key("one");
    let keys = Arc::new(Mutex::new(vec![key.public.clone()]));
    let provider = provider(Arc::clone(&keys)).await;
    let folder = Folder::new();
    let mut config = Config::default();
    config.providers.keyless = false;
    config.auth.oidc.issuer = Some(provider.url());
    let server = Running::open(config, folder.path()).await;
    Bench { server, provider, key, keys, folder }
}

impl Bench {
    fn claims(&self, seconds: i64) -> Value {
        let now = jiff::Timestamp::now().as_second();
        json!({"iss": self.provider.url(), "aud": "namehound", "sub": "1", "exp": now + seconds, "iat": now,
               "preferred_username": "Ada.Example"})
    }

    async fn ask(&self, headers: &[(&str, String)]) -> (u16, String, String) {
        let mut request = reqwest::Client::new().get(self.server.url("/transforms"));
        for (name, value) in headers {
            request = request.header(*name, value);
        }
        let answer = request.send().await.unwrap();
        let challenge = answer.headers().get("www-authenticate").map(|value| value.to_str().unwrap().to_owned());
        (answer.status().as_u16(), challenge.unwrap_or_default(), answer.text().await.unwrap())
    }

    async fn with(&self, token: &str) -> (u16, String, String) {
        let bearer = format!("Bearer {token}");
        self.ask(&[("authorization", bearer), ("maltego-upstream-identity-method", "OIDC".to_owned())]).await
    }
}

#[tokio::test]
async fn a_good_token_comes_in_by_either_header() {
    let bench = bench().await;
    assert_eq!(bench.ask(&[]).await.0, 401, "nobody comes in without one");
    let good = token(&bench.key, &bench.claims(300));
    assert_eq!(bench.with(&good).await.0, 200);
    let identity = [("maltego-identity-authorization", format!("Bearer {good}"))];
    assert_eq!(bench.ask(&identity).await.0, 200);
    let raw = [("maltego-identity-authorization", good.clone())];
    assert_eq!(bench.ask(&raw).await.0, 200);
    // Without the word for how it was come by, it is not such a token.
    assert_eq!(bench.ask(&[("authorization", format!("Bearer {good}"))]).await.0, 401);
    assert_eq!(bench.provider.asked().len(), 2, "the discovery document and the keys are read once");
}

#[tokio::test]
async fn every_other_token_is_refused_in_the_dialects_form() {
    let bench = bench().await;
    let now = jiff::Timestamp::now().as_second();
    let changed = |field: &str, value: Value| {
        let mut claims = bench.claims(300);
        claims[field] = value;
        token(&bench.key, &claims)
    };
    let without = |field: &str| {
        let mut claims = bench.claims(300);
        claims.as_object_mut().unwrap().remove(field);
        token(&bench.key, &claims)
    };
    let stranger = key("one");
    let unsigned = {
        let header = URL_SAFE_NO_PAD.encode(r#"{"alg":"none","typ":"JWT","kid":"one"}"#);
        format!("{header}.{}.", URL_SAFE_NO_PAD.encode(bench.claims(300).to_string()))
    };
    let with_secret = {
        // The public key as a shared secret: the old trick.
        let header = Header { kid: Some("one".to_owned()), ..Header::new(Algorithm::HS256) };
        let secret = EncodingKey::from_secret(bench.key.public["x"].as_str().unwrap().as_bytes());
        encode(&header, &bench.claims(300), &secret).unwrap()
    };
    for (what, bad) in [
        ("another issuer", changed("iss", json!("https://other.example"))),
        ("another audience", changed("aud", json!("other"))),
        ("not yet", changed("nbf", json!(now + 3600))),
        ("no end", without("exp")),
        ("no subject", without("sub")),
        ("a stranger's signature", token(&stranger, &bench.claims(300))),
        ("no signature", unsigned),
        ("a shared secret", with_secret),
        ("garbage", "a.b.c".to_owned()),
    ] {
        let (status, challenge, body) = bench.with(&bad).await;
        assert_eq!(status, 401, "{what}: {body}");
        assert!(body.contains("auth.credentials_invalid") && challenge.contains("invalid_token"), "{what}: {body}");
    }
    let (status, challenge, body) = bench.with(&token(&bench.key, &bench.claims(-300))).await;
    assert_eq!(status, 401);
    assert!(body.contains("auth.token_expired") && challenge.contains("expired"), "{body} {challenge}");
    assert_eq!(bench.with(&token(&bench.key, &bench.claims(-30))).await.0, 200, "clocks may be a minute apart");
}

#[tokio::test]
async fn unknown_keys_make_no_traffic_and_a_member_who_was_withdrawn_stays_out() {
    let bench = bench().await;
    assert_eq!(bench.with(&token(&bench.key, &bench.claims(300))).await.0, 200);
    let other = key("two");
    bench.keys.lock().unwrap().push(other.public.clone());
    for _ in 0..20 {
        assert_eq!(bench.with(&token(&other, &bench.claims(300))).await.0, 401);
    }
    assert_eq!(bench.provider.asked().len(), 2, "keys are not looked for again within a minute");

    let clock: Arc<dyn intel::Clock> = Arc::new(intel::SystemClock);
    let stores = namehound::stores::Stores::open(&Config::default(), bench.folder.path(), clock).await.unwrap();
    let ada = Name::parse("ada-example").unwrap();
    stores.members.add(ada.clone(), Role::Member).await.unwrap();
    assert_eq!(bench.with(&token(&bench.key, &bench.claims(300))).await.0, 200);
    stores.members.revoke(&ada).await.unwrap();
    assert_eq!(bench.with(&token(&bench.key, &bench.claims(300))).await.0, 401);
}

#[tokio::test]
async fn a_provider_that_does_not_answer_is_told_apart() {
    let bench = bench().await;
    bench.provider.kill();
    let (status, _, body) = bench.with(&token(&bench.key, &bench.claims(300))).await;
    assert_eq!(status, 503, "{body}");
    assert!(body.contains("auth.provider_unavailable"), "{body}");
}
