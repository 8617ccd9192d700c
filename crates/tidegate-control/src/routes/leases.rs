//! `/v1/leases`: quota that nodes hold.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use tidegate_client::wire::LeaseCall;

use super::answer::Answer;
use super::{Body, Caller, Refusal, Rules};

/// `POST /v1/leases`
pub(crate) async fn call(
    State(rules): Rules,
    Caller(actor): Caller,
    Body(call): Body<LeaseCall>,
) -> Result<Response, Refusal> {
    let answer = rules.leases(&actor, call).await?;
    Ok(Answer(StatusCode::OK, answer).into_response())
}
