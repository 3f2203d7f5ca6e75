//! What an error looks like.
//!
//! Two shapes cover everything outside authentication: a sentence (`{"detail": "…"}`) and, for a body that does not
//! have the form of a request, a list of problems that says for each where it is and what is wrong. The peer repeats
//! the offending input in such a list. This one never does: a request holds settings, settings hold keys, and error
//! bodies end up in logs and screenshots.
//!
//! Refused credentials have a document of their own in the form of RFC 9457 with extension members.

use std::fmt;

use serde::Serialize;
use thiserror::Error;

/// An error in one sentence: status 400, 404, 409, 410, 412, 413, 429 and whatever else needs no list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Refusal {
    /// The sentence, for people.
    pub detail: String,
}

impl Refusal {
    /// A refusal with its sentence.
    #[must_use]
    pub fn new(detail: impl Into<String>) -> Self {
        Self { detail: detail.into() }
    }
}

/// Everything that is wrong with the form of a request: status 422.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Error)]
#[error("the request is malformed: {}", .detail.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
pub struct Malformed {
    /// The problems in the order in which they were met, never empty.
    pub detail: Vec<Problem>,
}

/// One thing that is wrong, and where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// What kind of problem, for programs.
    #[serde(rename = "type")]
    pub kind: ProblemKind,
    /// The way to the member, outermost first; it begins with `body` or `query`.
    #[serde(rename = "loc")]
    pub location: Vec<Step>,
    /// What is wrong, for people. Never the value that was sent.
    #[serde(rename = "msg")]
    pub message: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, step) in self.location.iter().enumerate() {
            let dot = if index == 0 { "" } else { "." };
            write!(f, "{dot}{step}")?;
        }
        write!(f, ": {}", self.message)
    }
}

/// What kind of problem: the names that the peer's validator uses, as far as this reader needs them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ProblemKind {
    /// A member that must be there is not.
    Missing,
    /// The bytes are not JSON.
    JsonInvalid,
    /// Something else where an object should be.
    ModelAttributesType,
    /// Something else where a list should be.
    ListType,
    /// Something else where a text should be.
    StringType,
    /// Something else where a whole number should be.
    IntType,
    /// Not one of the allowed numbers.
    Enum,
    /// Not one of the allowed texts.
    LiteralError,
    /// A number below the least allowed one.
    GreaterThanEqual,
    /// A number or text that has the right type and the wrong meaning.
    ValueError,
}

/// One step on the way to a member. Names are those the reader looks for, never text from outside.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Step {
    /// A member of an object.
    Member(&'static str),
    /// A member of a list, counted from 0.
    Item(usize),
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Member(name) => f.write_str(name),
            Self::Item(index) => write!(f, "{index}"),
        }
    }
}

/// Why a credential was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AuthenticationFailure {
    /// There was none.
    CredentialsMissing,
    /// There was one, and it is not good.
    CredentialsInvalid,
    /// It was good once.
    TokenExpired,
    /// The same for a SAML assertion.
    AssertionExpired,
    /// It is good, and it does not open this door.
    AccessDenied,
    /// Nobody could say, because the identity provider did not answer.
    ProviderUnavailable,
    /// Nobody could say, because of a fault in the server.
    InternalError,
}

struct FailureFacts {
    status: u16,
    name: &'static str,
    error_code: &'static str,
    reason: &'static str,
    title: &'static str,
    detail: &'static str,
    challenge: Option<&'static str>,
}

const INVALID_TOKEN: &str = "Bearer error=\"invalid_token\"";
const EXPIRED_TOKEN: &str = "Bearer error=\"invalid_token\", error_description=\"The access token expired\"";

impl AuthenticationFailure {
    const fn facts(self) -> FailureFacts {
        match self {
            Self::CredentialsMissing => FailureFacts {
                status: 401,
                name: "urn:maltego-transforms:problem:auth:credentials-missing",
                error_code: "auth.credentials_missing",
                reason: "missing",
                title: "Credentials are missing",
                detail: "This server answers only with a credential, and the request carried none.",
                challenge: Some("Bearer"),
            },
            Self::CredentialsInvalid => FailureFacts {
                status: 401,
                name: "urn:maltego-transforms:problem:auth:credentials-invalid",
                error_code: "auth.credentials_invalid",
                reason: "invalid",
                title: "Credentials are invalid",
                detail: "This server does not accept the credential that the request carried.",
                challenge: Some(INVALID_TOKEN),
            },
            Self::TokenExpired => FailureFacts {
                status: 401,
                name: "urn:maltego-transforms:problem:auth:token-expired",
                error_code: "auth.token_expired",
                reason: "expired",
                title: "The token has expired",
                detail: "The token is no longer valid. Sign in again and repeat the request.",
                challenge: Some(EXPIRED_TOKEN),
            },
            Self::AssertionExpired => FailureFacts {
                status: 401,
                name: "urn:maltego-transforms:problem:auth:assertion-expired",
                error_code: "auth.assertion_expired",
                reason: "expired",
                title: "The assertion has expired",
                detail: "The assertion is no longer valid. Sign in again and repeat the request.",
                challenge: Some(EXPIRED_TOKEN),
            },
            Self::AccessDenied => FailureFacts {
                status: 403,
                name: "urn:maltego-transforms:problem:auth:access-denied",
                error_code: "auth.access_denied",
                reason: "access_denied",
                title: "Access is denied",
                detail: "The credential is valid, but it does not give access to this server.",
                challenge: None,
            },
            Self::ProviderUnavailable => FailureFacts {
                status: 503,
                name: "urn:maltego-transforms:problem:auth:provider-unavailable",
                error_code: "auth.provider_unavailable",
                reason: "provider_unavailable",
                title: "The identity provider does not answer",
                detail: "The credential could not be checked. Repeat the request later.",
                challenge: None,
            },
            Self::InternalError => FailureFacts {
                status: 500,
                name: "urn:maltego-transforms:problem:auth:internal-error",
                error_code: "auth.internal_error",
                reason: "internal_error",
                title: "The credential could not be checked",
                detail: "A fault in the server kept it from checking the credential.",
                challenge: None,
            },
        }
    }

    /// The HTTP status.
    #[must_use]
    pub const fn status(self) -> u16 {
        self.facts().status
    }

    /// The value of `WWW-Authenticate`, which belongs to status 401 alone (RFC 9110, section 11.6.1).
    #[must_use]
    pub const fn challenge(self) -> Option<&'static str> {
        self.facts().challenge
    }
}

/// Which of the client's two identities a credential belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum AuthenticationOrigin {
    /// The organisation's single sign-on, header `Authorization`.
    Sso,
    /// The vendor's account, header `Maltego-Identity-Authorization`.
    MaltegoId,
}

/// The document for refused credentials, content type `application/problem+json`. Extension members are in snake case
/// here, unlike everywhere else in the dialect.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AuthenticationProblem {
    /// A URN that names the failure.
    #[serde(rename = "type")]
    pub name: &'static str,
    /// The failure in a few words.
    pub title: &'static str,
    /// The HTTP status once more.
    pub status: u16,
    /// What happened and what to do.
    pub detail: &'static str,
    /// The path that was asked for. Leave secrets in paths out.
    pub instance: String,
    /// The name once more, for programs.
    pub error_code: &'static str,
    /// Whose credential was expected, where the server distinguishes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auth_origin: Option<AuthenticationOrigin>,
    /// `jwt`, `oidc` or `saml`, where a provider is set up.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub provider_type: Option<&'static str>,
    /// The failure in one word.
    pub reason: &'static str,
    /// Whether a fresh credential would help.
    pub refresh_required: bool,
    /// Whether repeating the request as it is could help.
    pub retryable: bool,
}

impl AuthenticationProblem {
    /// The document for a failure at a path.
    #[must_use]
    pub fn new(failure: AuthenticationFailure, instance: impl Into<String>) -> Self {
        let facts = failure.facts();
        Self {
            name: facts.name,
            title: facts.title,
            status: facts.status,
            detail: facts.detail,
            instance: instance.into(),
            error_code: facts.error_code,
            auth_origin: None,
            provider_type: None,
            reason: facts.reason,
            refresh_required: matches!(
                failure,
                AuthenticationFailure::TokenExpired | AuthenticationFailure::AssertionExpired
            ),
            retryable: matches!(failure, AuthenticationFailure::ProviderUnavailable),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_list_of_problems_says_where_and_what() {
        let malformed = Malformed {
            detail: vec![Problem {
                kind: ProblemKind::Missing,
                location: vec![Step::Member("body"), Step::Member("input"), Step::Item(3)],
                message: "This member is required".to_owned(),
            }],
        };
        assert_eq!(
            serde_json::to_value(&malformed).unwrap(),
            json!({"detail": [{"type": "missing", "loc": ["body", "input", 3], "msg": "This member is required"}]})
        );
        assert_eq!(malformed.to_string(), "the request is malformed: body.input.3: This member is required");
        assert_eq!(serde_json::to_value(Refusal::new("No such run")).unwrap(), json!({"detail": "No such run"}));
    }

    #[test]
    fn kinds_are_spelled_like_the_peers() {
        assert_eq!(serde_json::to_value(ProblemKind::JsonInvalid).unwrap(), json!("json_invalid"));
        assert_eq!(serde_json::to_value(ProblemKind::ModelAttributesType).unwrap(), json!("model_attributes_type"));
        assert_eq!(serde_json::to_value(ProblemKind::LiteralError).unwrap(), json!("literal_error"));
    }

    #[test]
    fn an_expired_token_asks_for_a_fresh_one() {
        let failure = AuthenticationFailure::TokenExpired;
        let problem = serde_json::to_value(AuthenticationProblem {
            auth_origin: Some(AuthenticationOrigin::Sso),
            provider_type: Some("jwt"),
            ..AuthenticationProblem::new(failure, "/transforms")
        })
        .unwrap();
        assert_eq!(problem["type"], json!("urn:maltego-transforms:problem:auth:token-expired"));
        assert_eq!(problem["error_code"], json!("auth.token_expired"));
        assert_eq!(problem["auth_origin"], json!("sso"));
        assert_eq!((&problem["refresh_required"], &problem["retryable"]), (&json!(true), &json!(false)));
        assert_eq!(problem["status"], json!(failure.status()));
        assert!(failure.challenge().unwrap().contains("expired"));
        assert_eq!(AuthenticationFailure::AccessDenied.challenge(), None);
        assert_eq!(AuthenticationFailure::ProviderUnavailable.status(), 503);
    }
}
