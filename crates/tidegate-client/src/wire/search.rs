//! The search APIs of OpenID AuthZEN 1.0.

use serde::{Deserialize, Serialize};

#[cfg(feature = "openapi")]
use super::form;

use super::{Action, Entity};

/// `POST /access/v1/search/subject`: who may do this?
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(example = json!({"subject": {"type": "user"}, "action": {"name": "can_read"}, "resource": {"type": "stream", "id": "acme/sales/orders"}})))]
pub struct SubjectSearch {
    /// Which type of subject is searched.
    pub subject: EntityType,
    /// Does what.
    pub action: Action,
    /// On what.
    pub resource: Entity,
    /// Not used by these systems; accepted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Object>))]
    pub context: Option<serde_json::Map<String, serde_json::Value>>,
    /// Which part of the answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page: Option<SearchPage>,
}

/// `POST /access/v1/search/resource`: on what may this be done?
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(example = json!({"subject": {"type": "user", "id": "alice"}, "action": {"name": "can_read"}, "resource": {"type": "stream"}})))]
pub struct ResourceSearch {
    /// Who.
    pub subject: Entity,
    /// Does what.
    pub action: Action,
    /// Which type of resource is searched.
    pub resource: EntityType,
    /// Not used by these systems; accepted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Object>))]
    pub context: Option<serde_json::Map<String, serde_json::Value>>,
    /// Which part of the answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page: Option<SearchPage>,
}

/// `POST /access/v1/search/action`: what may be done?
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(example = json!({"subject": {"type": "user", "id": "alice"}, "resource": {"type": "stream", "id": "acme/sales/orders"}})))]
pub struct ActionSearch {
    /// Who.
    pub subject: Entity,
    /// On what.
    pub resource: Entity,
    /// Not used by these systems; accepted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Object>))]
    pub context: Option<serde_json::Map<String, serde_json::Value>>,
    /// Which part of the answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page: Option<SearchPage>,
}

/// A subject or resource that is searched: an id is not used where one is given.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EntityType {
    /// The type.
    #[serde(rename = "type")]
    #[cfg_attr(feature = "openapi", schema(value_type = form::TypeName))]
    pub type_name: String,
}

/// Which part of an answer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SearchPage {
    /// The `next_token` of the page before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<String>,
    /// Results at most, 1 to 1,000; none: the server's default of 100.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(minimum = 1, maximum = 1000))]
    pub limit: Option<u32>,
}

/// Answer to every search: entities, or actions.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SearchAnswer<T> {
    /// How to go on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page: Option<NextPage>,
    /// What is to be known of the answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub context: Option<SearchContext>,
    /// What was found, in a stable order.
    pub results: Vec<T>,
}

/// What is to be known of a search's answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SearchContext {
    /// Whether this page holds all that there is between the page before and the next one; if not, some
    /// question had no answer within its bounds, and something may be missing.
    pub complete: bool,
    /// Everybody of the type may; then those who are named on the way are in the results, and others
    /// need not be. Only said in a search of subjects.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub everyone: bool,
    /// The revision that it was answered from.
    pub revision: u64,
}

/// How to go on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NextPage {
    /// How many results this page holds.
    #[serde(default)]
    pub count: u32,
    /// To be passed as `token` for the next page; empty at the end.
    pub next_token: String,
}
