//! `/v1/me`

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use tidegate_client::wire::Whoami;

use super::answer::Answer;
use super::extract::Nothing;
use super::refusals::AskRefusals;
use super::{Caller, Params, Refusal, Rules};

/// Who the secret authenticates as.
#[utoipa::path(
    get, path = "/v1/me", operation_id = "whoami", tag = "secrets",
    responses((status = 200, description = "Found.", body = Whoami), AskRefusals),
)]
pub(crate) async fn whoami(
    State(rules): Rules,
    Caller(actor): Caller,
    Params(Nothing {}): Params<Nothing>,
) -> Result<Response, Refusal> {
    Ok(Answer(StatusCode::OK, rules.whoami(&actor).await?).into_response())
}
