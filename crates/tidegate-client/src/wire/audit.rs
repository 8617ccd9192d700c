//! What was done.

use serde::{Deserialize, Serialize};

#[cfg(feature = "openapi")]
use super::form;

/// An item of `GET /v1/audit?object=`, the newest first: one operation that was done.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AuditEntry {
    /// The revision that contains it.
    pub revision: u64,
    /// Which operation of that revision, from 0.
    pub ordinal: u64,
    /// When.
    pub at_s: u64,
    /// Who.
    #[cfg_attr(feature = "openapi", schema(value_type = form::ObjectName))]
    pub actor: String,
    /// Who, for good (UUIDv7).
    #[cfg_attr(feature = "openapi", schema(value_type = form::Id))]
    pub actor_uid: String,
    /// By which secret.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<form::Id>))]
    pub jti: Option<String>,
    /// What was done, for example `grant`.
    pub operation: String,
    /// To what.
    #[cfg_attr(feature = "openapi", schema(value_type = form::ObjectName))]
    pub object: String,
    /// What held before, as far as it changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Object>))]
    pub before: Option<serde_json::Value>,
    /// What held after.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Object>))]
    pub after: Option<serde_json::Value>,
}
