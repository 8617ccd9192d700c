//! Limits and what was used.

use serde::{Deserialize, Serialize};

#[cfg(feature = "openapi")]
use super::form;

/// Limits of an account; a kind that is left out stays as it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct QuotaLimits {
    /// Content of responses to read actions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub read: Option<Limit>,
    /// Content of requests of write actions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub write: Option<Limit>,
}

/// A limit, in JSON a number of bytes or the word `"unlimited"`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(untagged)]
pub enum Limit {
    /// So many bytes in a window.
    Bytes(u64),
    /// No limit.
    Unlimited(Unlimited),
}

/// The word `"unlimited"`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Unlimited {
    /// The word.
    #[serde(rename = "unlimited")]
    Unlimited,
}

/// `PATCH /v1/quotas`
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(example = json!({"account": "organization:acme", "limits": {"read": 100000000, "write": "unlimited"}})))]
#[serde(deny_unknown_fields)]
pub struct SetQuota {
    /// A principal or organization, `type:id`.
    #[cfg_attr(feature = "openapi", schema(value_type = form::ObjectName))]
    pub account: String,
    /// The account of the organization's anonymous readers instead of its own.
    #[serde(default)]
    pub anonymous: bool,
    /// The new limits.
    pub limits: QuotaLimits,
}

/// `GET /v1/quotas?account=&anonymous=`: the window in force; `GET /v1/usage?account=&anonymous=`:
/// one for each window that has an entry, newest first (a page).
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Usage {
    /// `type:id`.
    #[cfg_attr(feature = "openapi", schema(value_type = form::ObjectName))]
    pub account: String,
    /// The account of the organization's anonymous readers instead of its own.
    pub anonymous: bool,
    /// First second of the window.
    pub window_start_s: u64,
    /// First second after it.
    pub window_end_s: u64,
    /// Reads.
    pub read: Balance,
    /// Writes.
    pub write: Balance,
}

/// One kind of one account in one window:
/// `granted = spent + returned + forfeited + outstanding`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Balance {
    /// The limit; none: unlimited.
    pub limit_bytes: Option<u64>,
    /// Debited by leases.
    pub granted_bytes: u64,
    /// Sent.
    pub spent_bytes: u64,
    /// Given back.
    pub returned_bytes: u64,
    /// Lost with a node that went silent; never granted again.
    pub forfeited_bytes: u64,
    /// Held by nodes.
    pub outstanding_bytes: u64,
    /// Requests charged.
    pub requests: u64,
}
