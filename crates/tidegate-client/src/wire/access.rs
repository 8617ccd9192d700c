//! OpenID AuthZEN 1.0.

use serde::{Deserialize, Serialize};

/// `POST /access/v1/evaluation` (OpenID AuthZEN 1.0).
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub struct Evaluation {
    /// Who.
    pub subject: Entity,
    /// Does what.
    pub action: Action,
    /// On what.
    pub resource: Entity,
    /// Not used by these systems; accepted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub context: Option<serde_json::Value>,
}

/// AuthZEN's subject or resource.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub struct Entity {
    /// The type.
    #[serde(rename = "type")]
    pub type_name: String,
    /// The id.
    pub id: String,
    /// Not used by these systems; accepted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub properties: Option<serde_json::Value>,
}

/// AuthZEN's action.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub struct Action {
    /// A relation, for example `can_read`.
    pub name: String,
    /// Not used by these systems; accepted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub properties: Option<serde_json::Value>,
}

/// AuthZEN's answer.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub struct EvaluationAnswer {
    /// Yes or no.
    pub decision: bool,
}
