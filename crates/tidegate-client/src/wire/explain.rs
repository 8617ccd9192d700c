//! Why a check comes to its answer.

use serde::{Deserialize, Serialize};
use tidegate_policy::Proof;

use super::GrantInfo;

#[cfg(feature = "openapi")]
use super::form;

/// `POST /v1/explain`: why may this be done, or why not?
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(example = json!({"subject": "service:acme/sales/bot", "action": "can_read", "resource": "stream:acme/sales/orders"})))]
pub struct Explain {
    /// Who; none: the caller.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<form::ObjectName>))]
    pub subject: Option<String>,
    /// Does what: a relation, for example `can_read`.
    #[cfg_attr(feature = "openapi", schema(value_type = form::RelationName))]
    pub action: String,
    /// On what.
    #[cfg_attr(feature = "openapi", schema(value_type = form::ObjectName))]
    pub resource: String,
    /// Values of conditions' parameters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Object>))]
    pub context: Option<serde_json::Map<String, serde_json::Value>>,
}

/// The answer to [`Explain`]. An object that the caller may not see is written `type:(hidden)`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Explained {
    /// Yes or no.
    pub decision: bool,
    /// What a yes follows from: a tree of tuples and rules, each with its `kind`. None where that would be too large.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Object>))]
    pub proof: Option<Proof>,
    /// What would turn a no into a yes: sets of tuples, the smallest first. No part of one turns it.
    #[serde(default)]
    pub remedies: Vec<RemedyInfo>,
    /// Conditions that keep the answer a no.
    #[serde(default)]
    pub conditions: Vec<UnmetInfo>,
    /// Whether there is nothing more to say, within the bounds: at most three tuples to add and three to remove, on
    /// objects that exist.
    pub complete: bool,
    /// Why it is a no whatever the model says: what the caller's secret is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The revision that it was answered from.
    pub revision: u64,
}

/// Tuples to write and to delete, together.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RemedyInfo {
    /// To write.
    pub add: Vec<TupleInfo>,
    /// To delete.
    pub remove: Vec<TupleInfo>,
}

/// A tuple of a remedy.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TupleInfo {
    /// `object#relation@subject`, and ` with CONDITION` where it holds under one.
    pub tuple: String,
    /// What it is to grant or to revoke. None for what the system writes itself, and where a name is hidden.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grant: Option<GrantInfo>,
}

/// A tuple whose condition keeps the answer from being a yes.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UnmetInfo {
    /// `object#relation@subject with CONDITION`
    pub tuple: String,
    /// The condition's name.
    pub condition: String,
    /// Its parameters, in the order of their definition.
    pub parameters: Vec<String>,
    /// Those that have no value and should.
    pub missing: Vec<String>,
    /// Why it has no answer, in words; none when it is not met.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}
