//! Secrets.

use serde::{Deserialize, Serialize};

#[cfg(feature = "openapi")]
use super::form;

/// `POST /v1/secrets`
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(example = json!({"subject": "service:acme/sales/bot", "description": "nightly export"})))]
#[serde(deny_unknown_fields)]
pub struct IssueSecret {
    /// Whose: a user or a service.
    #[cfg_attr(feature = "openapi", schema(value_type = form::ObjectName))]
    pub subject: String,
    /// A kind that the system defines; may be left out where the subject's type has exactly one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<form::KindName>))]
    pub kind: Option<String>,
    /// What it is for. At most 200 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<form::Description>))]
    pub description: Option<String>,
    /// How long it holds; the kind's default when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(minimum = 1, maximum = 3162240000u64))]
    pub expires_in_s: Option<u64>,
}

/// `DELETE /v1/secrets?jti=`
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema, utoipa::IntoParams))]
#[cfg_attr(feature = "openapi", into_params(parameter_in = Query))]
#[serde(deny_unknown_fields)]
pub struct RevokeSecret {
    /// Which.
    #[cfg_attr(feature = "openapi", schema(value_type = form::Id))]
    #[cfg_attr(feature = "openapi", param(value_type = form::Id, inline))]
    pub jti: String,
}

/// Answer to `POST /v1/secrets` (201). The text is shown this once.
#[derive(Clone, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct IssuedSecret {
    /// The secret's text; none in the answer to a repeated request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret: Option<String>,
    /// Its id.
    #[cfg_attr(feature = "openapi", schema(value_type = form::Id))]
    pub jti: String,
    /// Whose.
    #[cfg_attr(feature = "openapi", schema(value_type = form::ObjectName))]
    pub subject: String,
    /// Its kind.
    #[cfg_attr(feature = "openapi", schema(value_type = form::KindName))]
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
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SecretInfo {
    /// Its id.
    #[cfg_attr(feature = "openapi", schema(value_type = form::Id))]
    pub jti: String,
    /// Whose.
    #[cfg_attr(feature = "openapi", schema(value_type = form::ObjectName))]
    pub subject: String,
    /// Its kind.
    #[cfg_attr(feature = "openapi", schema(value_type = form::KindName))]
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
    #[cfg_attr(feature = "openapi", schema(value_type = form::ObjectName))]
    pub issued_by: String,
}
