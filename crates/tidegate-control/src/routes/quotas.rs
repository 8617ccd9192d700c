//! `/v1/quotas`

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde::Deserialize;
use tidegate_client::wire::{Changed, SetQuota};

use super::answer::Answer;
use super::objects::limits;
use super::usage::window;
use super::{Body, Caller, Params, Refusal, Rules};
use crate::domain::SetLimits;

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
    Body(request): Body<SetQuota>,
) -> Result<Response, Refusal> {
    let SetQuota {
        account,
        anonymous,
        limits: asked,
    } = request;
    let revision = rules
        .set_limits(
            actor,
            SetLimits {
                account,
                anonymous,
                limits: limits(asked),
            },
        )
        .await?;
    Ok(Answer(StatusCode::OK, Changed { revision }).into_response())
}

pub(crate) async fn get(
    State(rules): Rules,
    Caller(actor): Caller,
    Params(Query { account, anonymous }): Params<Query>,
) -> Result<Response, Refusal> {
    let usage = rules.quota(&actor, &account, anonymous).await?;
    Ok(Answer(StatusCode::OK, window(&usage)).into_response())
}
