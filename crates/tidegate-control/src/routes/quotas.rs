//! `/v1/quotas`

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde::Deserialize;
use tidegate_client::wire::{Operation, SetQuota};

use super::answer::Answer;
use super::extract::Terms;
use super::usage::window;
use super::{Body, Caller, Params, Refusal, Rules, change};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Query {
    account: String,
    #[serde(default)]
    anonymous: bool,
}

pub(crate) async fn set(
    State(rules): Rules,
    Caller(actor): Caller,
    terms: Terms,
    Body(request): Body<SetQuota>,
) -> Result<Response, Refusal> {
    change::one(&rules, actor, terms, Operation::SetQuota(request)).await
}

pub(crate) async fn get(
    State(rules): Rules,
    Caller(actor): Caller,
    Params(Query { account, anonymous }): Params<Query>,
) -> Result<Response, Refusal> {
    let usage = rules.quota(&actor, &account, anonymous).await?;
    Ok(Answer(StatusCode::OK, window(&usage)).into_response())
}
