//! Why a request was not done.

use serde::{Deserialize, Serialize};

/// A problem document (RFC 9457), as a client reads it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub struct ProblemDocument {
    /// Stable.
    #[serde(rename = "type")]
    pub type_uri: String,
    /// For people.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// What happened this time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// The field of the request that is wrong.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// The rule that was broken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<String>,
}
