//! Quota that nodes hold: `POST /v1/leases`.
//!
//! A call does, in this order, what it holds of: give up, settle, ask. One that holds nothing is a
//! heartbeat. Every call may be repeated when its answer was lost: what is given up stays so, the
//! figures of a settlement are totals, and a lease is asked for under an id that the node chose.

use serde::{Deserialize, Serialize};
use tidegate_quota::{Kind, LeaseId, Window};

#[cfg(feature = "openapi")]
use super::form;

/// `POST /v1/leases`
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct LeaseCall {
    /// Leases that the node asked for and does not know whether it has: they go back whole, and those
    /// that were never granted never are. At most 64.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<form::Id>))]
    pub abandon: Vec<LeaseId>,
    /// What became of leases. At most 256.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub settle: Vec<SettleLease>,
    /// One more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ask: Option<AskLease>,
}

/// What became of a lease so far: totals since it was granted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct SettleLease {
    /// Which.
    #[cfg_attr(feature = "openapi", schema(value_type = form::Id))]
    pub lease: LeaseId,
    /// Spent. Bytes.
    pub spent_bytes: u64,
    /// Given back. Bytes.
    pub returned_bytes: u64,
    /// Requests that were charged to it.
    pub requests: u64,
}

/// A lease that a node wants.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct AskLease {
    /// The same in each repetition, and never used again.
    #[cfg_attr(feature = "openapi", schema(value_type = form::Id))]
    pub id: LeaseId,
    /// Who pays, all or nothing: accounts as their uid, or their uid followed by `.anonymous`. 1 to 4.
    pub chain: Vec<String>,
    /// Read or write.
    #[cfg_attr(feature = "openapi", schema(value_type = form::Metered))]
    pub kind: Kind,
    /// Refuse below this. Bytes.
    pub at_least_bytes: u64,
    /// Do not grant more than this. Bytes.
    pub at_most_bytes: u64,
    /// Debit this window (it may have ended) instead of the current one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<form::Window>))]
    pub window: Option<Window>,
}

/// The answer to a [`LeaseCall`].
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LeaseAnswer {
    /// Whether the settlements were recorded; else none was: one of the leases is not known, or not the
    /// node's, or its totals cannot be.
    pub settled: bool,
    /// The answer to [`LeaseCall::ask`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lease: Option<Leased>,
}

/// What a node gets that asked for a lease.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Leased {
    /// Debited.
    Granted {
        /// The window it counts in.
        #[cfg_attr(feature = "openapi", schema(value_type = form::Window))]
        window: Window,
        /// How much. Bytes.
        bytes: u64,
        /// The smallest limit of the chain; none: unlimited. Bytes.
        limit_bytes: Option<u64>,
        /// What the tightest account had left after it. Bytes.
        left_bytes: Option<u64>,
    },
    /// Nothing debited.
    Refused {
        /// The account that had too little.
        account: String,
        /// Its limit. Bytes.
        limit_bytes: u64,
        /// What it had left. Bytes.
        left_bytes: u64,
        /// Whether others hold enough that may come back.
        contended: bool,
        /// The window.
        #[cfg_attr(feature = "openapi", schema(value_type = form::Window))]
        window: Window,
    },
}
