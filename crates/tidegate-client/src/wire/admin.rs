//! Signing keys, for operators. Nothing of their private halves travels.

use serde::{Deserialize, Serialize};

/// A key.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct KeyInfo {
    /// Its id.
    pub kid: String,
    /// What it signs: `secret`, `bundle` or `link`.
    pub purpose: String,
    /// `EdDSA` or `ES256`; of links, `HS256`.
    pub algorithm: String,
    /// What it does now.
    pub state: KeyState,
    /// Seconds since the epoch, UTC.
    pub created_at_s: u64,
    /// From when on it signs. Seconds since the epoch, UTC.
    pub activates_at_s: u64,
    /// From when on it only verifies; none: it is the newest. Seconds since the epoch, UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retires_at_s: Option<u64>,
    /// How many secrets hold that it has signed; none where it signs no secrets. What they were exchanged
    /// for is not counted: it ends within an hour.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub living_secrets: Option<u64>,
}

/// What a key does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum KeyState {
    /// Published, so that everybody has it once it signs.
    Published,
    /// Signs.
    Signing,
    /// Signs no more; what it has signed holds.
    Verifying,
}

/// Every key, the oldest first: there are few.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Keys {
    /// The keys.
    pub items: Vec<KeyInfo>,
}

/// `POST /v1/admin/keys`
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct RotateKey {
    /// `secret` (where it is left out), `bundle` or `link`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub purpose: Option<String>,
    /// `EdDSA` (where it is left out) or `ES256`; says nothing of links.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub algorithm: Option<String>,
    /// How long it is only published, 600 where it is left out; links wait for nothing. Seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub activate_in_s: Option<u64>,
}

/// A key that was added.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct RotatedKey {
    /// The new one.
    pub key: KeyInfo,
    /// The revision of the change.
    pub revision: u64,
}

/// A key that was taken away.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct RetiredKey {
    /// How many secrets were revoked with it.
    pub revoked_secrets: u64,
    /// The revision of the change.
    pub revision: u64,
}
