//! Token exchange (RFC 8693).

use serde::{Deserialize, Serialize};

/// The one grant type that `POST /v1/token` has (RFC 8693 §2.1).
pub const TOKEN_EXCHANGE: &str = "urn:ietf:params:oauth:grant-type:token-exchange";
/// What a secret is called (RFC 8693 §3): as an access token,
pub const ACCESS_TOKEN: &str = "urn:ietf:params:oauth:token-type:access_token";
/// or by its form.
pub const JWT: &str = "urn:ietf:params:oauth:token-type:jwt";

/// `POST /v1/token`, as a form (RFC 8693 §2.1) or as JSON with the same names. What is left out stays as it is
/// in the secret.
#[derive(Clone, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct TokenRequest {
    /// [`TOKEN_EXCHANGE`].
    pub grant_type: String,
    /// The secret.
    pub subject_token: String,
    /// [`ACCESS_TOKEN`] or [`JWT`].
    pub subject_token_type: String,
    /// [`ACCESS_TOKEN`] (where it is left out) or [`JWT`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub requested_token_type: Option<String>,
    /// Of the secret's audiences these alone; in a form the parameter may stand several times.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub audience: Vec<String>,
    /// Actions and objects, with a space between them: words with a colon are objects (`type:id`), and hold
    /// for what lies below them too; words without one are actions. Without a word of either, that stays.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
    /// Bytes of reads, and as many of writes, that it may cost. Ours, not the RFC's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub budget_bytes: Option<u64>,
    /// How long it holds, at most 3600 and no longer than the secret. Seconds. Ours, not the RFC's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_in: Option<u64>,
}

impl TokenRequest {
    /// An exchange that asks for nothing but a shorter life.
    pub fn new(subject_token: &str) -> Self {
        Self {
            grant_type: TOKEN_EXCHANGE.to_owned(),
            subject_token: subject_token.to_owned(),
            subject_token_type: ACCESS_TOKEN.to_owned(),
            requested_token_type: None,
            audience: Vec::new(),
            scope: None,
            budget_bytes: None,
            expires_in: None,
        }
    }
}

/// Does not show the secret.
impl std::fmt::Debug for TokenRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TokenRequest")
            .field("audience", &self.audience)
            .field("scope", &self.scope)
            .field("budget_bytes", &self.budget_bytes)
            .field("expires_in", &self.expires_in)
            .finish_non_exhaustive()
    }
}

/// What comes out (RFC 8693 §2.2.1).
#[derive(Clone, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct TokenAnswer {
    /// The narrower secret, shown this once; none in the answer to a repeated request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub access_token: Option<String>,
    /// As asked for.
    pub issued_token_type: String,
    /// `Bearer`
    pub token_type: String,
    /// How long it holds. Seconds.
    pub expires_in: u64,
    /// What it is narrowed to, as in the request; left out where it is narrowed to nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
    /// Its id, under which the audit log tells what it did. Ours, not the RFC's.
    pub jti: String,
}

/// Does not show the secret.
impl std::fmt::Debug for TokenAnswer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TokenAnswer")
            .field("jti", &self.jti)
            .field("scope", &self.scope)
            .field("expires_in", &self.expires_in)
            .finish_non_exhaustive()
    }
}
