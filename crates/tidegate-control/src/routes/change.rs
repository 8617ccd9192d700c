//! Changes: each route of its own is an operation; a batch is several.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use tidegate_client::wire::{Answer as Done, Batch, BatchAnswer, Operation};

use super::answer::Answer;
use super::extract::Terms;
use super::refusals::ChangeRefusals;
use super::{Body, Caller, Refusal, Rules};
use crate::domain::caller::Actor;
use crate::domain::{Administration, Performed};

/// Does one operation, and answers with its own answer.
pub(super) async fn one(
    rules: &Arc<Administration>,
    actor: Actor,
    Terms(terms): Terms,
    operation: Operation,
) -> Result<Response, Refusal> {
    let Performed { answers, .. } = rules.perform(actor, terms, vec![operation], false).await?;
    let answer = answers.into_iter().next();
    Ok(match answer {
        Some(answer @ (Done::Created(_) | Done::Issued(_) | Done::Invited(_))) => {
            Answer(StatusCode::CREATED, answer).into_response()
        }
        Some(answer @ Done::Changed(_)) => Answer(StatusCode::OK, answer).into_response(),
        None => return Err(Refusal(tidegate_tower::Problem::internal())),
    })
}

/// Does several operations: all of them, at one revision, or none.
///
/// A refused batch is answered by a problem document whose `field` starts with `operations[N].`.
#[utoipa::path(
    post, path = "/v1/batch", operation_id = "batch", tag = "batch",
    params(Terms),
    request_body = Batch,
    responses((status = 200, description = "Done.", body = BatchAnswer), ChangeRefusals),
)]
pub(crate) async fn batch(
    State(rules): Rules,
    Caller(actor): Caller,
    Terms(terms): Terms,
    Body(request): Body<Batch>,
) -> Result<Response, Refusal> {
    let Batch { operations } = request;
    let performed = rules.perform(actor, terms, operations, true).await?;
    let Performed { revision, answers } = performed;
    Ok(Answer(StatusCode::OK, BatchAnswer { revision, answers }).into_response())
}
