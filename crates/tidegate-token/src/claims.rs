//! What a secret says.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The claims of a secret.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Claims {
    /// Issuer.
    pub iss: String,
    /// Audiences: `control`, `gateway`, or a named third-party layer.
    pub aud: Vec<String>,
    /// The principal, `type:id`.
    pub sub: String,
    /// The principal's uid.
    pub uid: Uuid,
    /// The secret's own id (UUIDv7).
    pub jti: Uuid,
    /// Issued at. Seconds since the epoch, UTC.
    pub iat: u64,
    /// Not before. Seconds since the epoch, UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nbf: Option<u64>,
    /// Expires at. Seconds since the epoch, UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exp: Option<u64>,
    /// The kind, a name that the profile defines.
    pub kind: String,
    /// Further limits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub narrow: Option<Narrow>,
}

/// Limits of one secret below those of its kind.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Narrow {
    /// Only these actions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actions: Option<Vec<String>>,
    /// Only these objects and what lies below them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub objects: Option<Vec<String>>,
    /// A budget of its own, in bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub budget_bytes: Option<u64>,
}
