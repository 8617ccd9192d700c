//! Secrets.

use serde::{Deserialize, Serialize};

/// `POST /v1/secrets`
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct IssueSecret {
    /// Whose: a user or a service.
    pub subject: String,
    /// A kind that the system defines; may be left out where the subject's type has exactly one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// What it is for. At most 200 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// How long it holds; the kind's default when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_in_s: Option<u64>,
}

/// `DELETE /v1/secrets?jti=`
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct RevokeSecret {
    /// Which.
    pub jti: String,
}

/// Answer to `POST /v1/secrets` (201). The text is shown this once.
#[derive(Clone, PartialEq, Eq, Deserialize, Serialize)]
pub struct IssuedSecret {
    /// The secret's text; none in the answer to a repeated request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret: Option<String>,
    /// Its id.
    pub jti: String,
    /// Whose.
    pub subject: String,
    /// Its kind.
    pub kind: String,
    /// When it ends; none: it does not expire.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at_s: Option<u64>,
    /// The revision that contains it.
    pub revision: u64,
}

impl std::fmt::Debug for IssuedSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self {
            secret,
            jti,
            subject,
            kind,
            expires_at_s,
            revision,
        } = self;
        f.debug_struct("IssuedSecret")
            .field("secret", &secret.as_ref().map(|_| "…"))
            .field("jti", jti)
            .field("subject", subject)
            .field("kind", kind)
            .field("expires_at_s", expires_at_s)
            .field("revision", revision)
            .finish()
    }
}

/// An item of `GET /v1/secrets?subject=`. `DELETE /v1/secrets?jti=` revokes it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub struct SecretInfo {
    /// Its id.
    pub jti: String,
    /// Whose.
    pub subject: String,
    /// Its kind.
    pub kind: String,
    /// What it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// When it was issued.
    pub issued_at_s: u64,
    /// When it ends; none: it does not expire.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at_s: Option<u64>,
    /// When it was revoked; none: it holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revoked_at_s: Option<u64>,
    /// Who issued it.
    pub issued_by: String,
}
