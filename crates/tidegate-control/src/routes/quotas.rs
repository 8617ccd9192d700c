//! `/v1/quotas`

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde::Deserialize;
use tidegate_client::wire::{Changed, Operation, SetQuota, Usage, form};
use utoipa::IntoParams;

use super::answer::Answer;
use super::extract::Terms;
use super::refusals::{AskRefusals, ChangeRefusals};
use super::usage::window;
use super::{Body, Caller, Params, Refusal, Rules, change};

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Query {
    /// A principal or organization.
    #[param(value_type = form::ObjectName, inline)]
    account: String,
    /// The account of the organization's anonymous readers instead of its own.
    #[serde(default)]
    #[param(required = false)]
    anonymous: bool,
}

/// Sets limits of an account. What was used stays used.
#[utoipa::path(
    patch, path = "/v1/quotas", operation_id = "setQuota", tag = "quotas",
    params(Terms),
    request_body = SetQuota,
    responses((status = 200, description = "Done, or so already.", body = Changed), ChangeRefusals),
)]
pub(crate) async fn set(
    State(rules): Rules,
    Caller(actor): Caller,
    terms: Terms,
    Body(request): Body<SetQuota>,
) -> Result<Response, Refusal> {
    change::one(&rules, actor, terms, Operation::SetQuota(request)).await
}

/// The limits of an account, and its use in the window in force.
#[utoipa::path(
    get, path = "/v1/quotas", operation_id = "getQuota", tag = "quotas",
    params(Query),
    responses((status = 200, description = "Found.", body = Usage), AskRefusals),
)]
pub(crate) async fn get(
    State(rules): Rules,
    Caller(actor): Caller,
    Params(Query { account, anonymous }): Params<Query>,
) -> Result<Response, Refusal> {
    let usage = rules.quota(&actor, &account, anonymous).await?;
    Ok(Answer(StatusCode::OK, window(&usage)).into_response())
}
