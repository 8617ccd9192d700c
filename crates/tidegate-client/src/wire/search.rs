//! The search APIs of OpenID AuthZEN 1.0.

use serde::{Deserialize, Serialize};

use super::{Action, Entity};

/// `POST /access/v1/search/subject`: who may do this?
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub struct SubjectSearch {
    /// Which type of subject is searched.
    pub subject: EntityType,
    /// Does what.
    pub action: Action,
    /// On what.
    pub resource: Entity,
    /// Not used by these systems; accepted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub context: Option<serde_json::Value>,
    /// Which part of the answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page: Option<SearchPage>,
}

/// `POST /access/v1/search/resource`: on what may this be done?
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub struct ResourceSearch {
    /// Who.
    pub subject: Entity,
    /// Does what.
    pub action: Action,
    /// Which type of resource is searched.
    pub resource: EntityType,
    /// Not used by these systems; accepted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub context: Option<serde_json::Value>,
    /// Which part of the answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page: Option<SearchPage>,
}

/// `POST /access/v1/search/action`: what may be done?
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub struct ActionSearch {
    /// Who.
    pub subject: Entity,
    /// On what.
    pub resource: Entity,
    /// Not used by these systems; accepted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub context: Option<serde_json::Value>,
    /// Which part of the answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page: Option<SearchPage>,
}

/// A subject or resource that is searched: an id is not used where one is given.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub struct EntityType {
    /// The type.
    #[serde(rename = "type")]
    pub type_name: String,
}

/// Which part of an answer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
pub struct SearchPage {
    /// The `next_token` of the page before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<String>,
    /// Results at most, 1 to 1,000; none: the server's default of 100.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
}

/// Answer to every search: entities, or actions.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub struct SearchAnswer<T> {
    /// What was found, in a stable order.
    pub results: Vec<T>,
    /// How to go on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page: Option<NextPage>,
}

/// How to go on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
pub struct NextPage {
    /// To be passed as `token` for the next page; empty at the end.
    pub next_token: String,
}
