//! What enforcement points need of a system beside the model.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

/// What gateway, browser and edge need of a system beside the model.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    /// Kinds of secret by name.
    #[serde(default)]
    pub kinds: BTreeMap<String, SecretKind>,
    /// Which action (a relation that a request asks for) is metered as what.
    #[serde(default)]
    pub metered: BTreeMap<String, Metered>,
    /// By type: the chain of relations to follow to the organization that pays
    /// (for a principal) or that owns (for a resource).
    #[serde(default)]
    pub payer: BTreeMap<String, Vec<String>>,
}

/// What a kind of secret may exercise.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct SecretKind {
    /// Types of principal that may hold this kind.
    pub principals: BTreeSet<String>,
    /// Actions that it may exercise; none means all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actions: Option<BTreeSet<String>>,
    /// Checked as `anonymous` instead of its principal (Beneath: public read).
    #[serde(default)]
    pub anonymous: bool,
    /// Audiences that it is minted for (`control`, `gateway`).
    pub audiences: BTreeSet<String>,
    /// Life in seconds when the issuer does not say; none: does not expire.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default_life_s: Option<u64>,
}

/// What an action is metered as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Metered {
    /// Charged for the content of the response.
    Read,
    /// Charged for the content of the request.
    Write,
}
