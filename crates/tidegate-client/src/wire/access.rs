//! OpenID AuthZEN 1.0.

use serde::{Deserialize, Serialize};

#[cfg(feature = "openapi")]
use super::form;

/// `POST /access/v1/evaluation` (OpenID AuthZEN 1.0).
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(example = json!({"subject": {"type": "user", "id": "alice"}, "action": {"name": "can_read"}, "resource": {"type": "stream", "id": "acme/sales/orders"}})))]
pub struct Evaluation {
    /// Who.
    pub subject: Entity,
    /// Does what.
    pub action: Action,
    /// On what.
    pub resource: Entity,
    /// Not used by these systems; accepted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Object>))]
    pub context: Option<serde_json::Map<String, serde_json::Value>>,
}

/// AuthZEN's subject or resource.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Entity {
    /// The type.
    #[serde(rename = "type")]
    #[cfg_attr(feature = "openapi", schema(value_type = form::TypeName))]
    pub type_name: String,
    /// The id.
    #[cfg_attr(feature = "openapi", schema(value_type = form::EntityId))]
    pub id: String,
    /// Not used by these systems; accepted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Object>))]
    pub properties: Option<serde_json::Map<String, serde_json::Value>>,
}

/// AuthZEN's action.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Action {
    /// A relation, for example `can_read`.
    #[cfg_attr(feature = "openapi", schema(value_type = form::RelationName))]
    pub name: String,
    /// Not used by these systems; accepted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Object>))]
    pub properties: Option<serde_json::Map<String, serde_json::Value>>,
}

/// AuthZEN's answer.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EvaluationAnswer {
    /// Yes or no.
    pub decision: bool,
    /// Why an evaluation of several could not be made: then the decision is no.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub context: Option<DecisionContext>,
}

/// What belongs to a decision.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DecisionContext {
    /// Why there is no evaluation.
    pub error: EvaluationError,
}

/// Why there is no evaluation.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EvaluationError {
    /// What a request of its own would have been answered with.
    #[cfg_attr(feature = "openapi", schema(minimum = 400, maximum = 599))]
    pub status: u16,
    /// What is wrong.
    pub message: String,
}

/// `POST /access/v1/evaluations`: several questions. What is said here is the default for each; without
/// `evaluations` it is one question, answered as `POST /access/v1/evaluation` does.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(example = json!({"subject": {"type": "user", "id": "alice"}, "action": {"name": "can_read"}, "evaluations": [{"resource": {"type": "stream", "id": "acme/sales/orders"}}, {"resource": {"type": "stream", "id": "acme/sales/returns"}}], "options": {"evaluations_semantic": "deny_on_first_deny"}})))]
pub struct Evaluations {
    /// Who.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<Entity>,
    /// Does what.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub action: Option<Action>,
    /// On what.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resource: Option<Entity>,
    /// Not used by these systems; accepted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Object>))]
    pub context: Option<serde_json::Map<String, serde_json::Value>>,
    /// The questions, at most 100.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(max_items = 100))]
    pub evaluations: Option<Vec<PartialEvaluation>>,
    /// How they are evaluated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub options: Option<EvaluationsOptions>,
}

/// One of several questions: what it does not say is said for all.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PartialEvaluation {
    /// Who.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<Entity>,
    /// Does what.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub action: Option<Action>,
    /// On what.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resource: Option<Entity>,
    /// Not used by these systems; accepted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Object>))]
    pub context: Option<serde_json::Map<String, serde_json::Value>>,
}

/// How several questions are evaluated; other options are not used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EvaluationsOptions {
    /// When it ends.
    #[serde(default)]
    pub evaluations_semantic: EvaluationsSemantic,
}

/// When the evaluation of several questions ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum EvaluationsSemantic {
    /// With the last one.
    #[default]
    ExecuteAll,
    /// With the first no, or the first that cannot be evaluated.
    DenyOnFirstDeny,
    /// With the first yes.
    PermitOnFirstPermit,
}

/// Answer to `POST /access/v1/evaluations`: to each question, in order, as far as they were evaluated.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EvaluationsAnswer {
    /// The answers.
    pub evaluations: Vec<EvaluationAnswer>,
}

/// `GET /.well-known/authzen-configuration`
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AuthzenConfiguration {
    /// Who decides: what secrets name as their issuer.
    pub policy_decision_point: String,
    /// `POST /access/v1/evaluation`
    pub access_evaluation_endpoint: String,
    /// `POST /access/v1/evaluations`
    pub access_evaluations_endpoint: String,
    /// `POST /access/v1/search/subject`
    pub search_subject_endpoint: String,
    /// `POST /access/v1/search/resource`
    pub search_resource_endpoint: String,
    /// `POST /access/v1/search/action`
    pub search_action_endpoint: String,
}
