//! `/v1/leases`: quota that nodes hold.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use tidegate_client::wire::{LeaseAnswer, LeaseCall};

use super::answer::Answer;
use super::refusals::ActRefusals;
use super::{Body, Caller, Refusal, Rules};

/// Settles leases of quota, and takes others. For nodes.
///
/// An `Idempotency-Key` is not heeded: the node chooses the ids of its leases and says totals of them, so that
/// whatever it repeats is done once.
#[utoipa::path(
    post, path = "/v1/leases", operation_id = "lease", tag = "nodes",
    request_body = LeaseCall,
    responses((status = 200, description = "Done.", body = LeaseAnswer), ActRefusals),
)]
pub(crate) async fn call(
    State(rules): Rules,
    Caller(actor): Caller,
    Body(call): Body<LeaseCall>,
) -> Result<Response, Refusal> {
    let answer = rules.leases(&actor, call).await?;
    Ok(Answer(StatusCode::OK, answer).into_response())
}
