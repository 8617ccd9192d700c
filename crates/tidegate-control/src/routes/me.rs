//! `/v1/me`

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::StatusCode;

use super::answer::Answer;
use super::{Caller, Refusal, Rules};

pub(crate) async fn whoami(
    State(rules): Rules,
    Caller(actor): Caller,
) -> Result<Response, Refusal> {
    Ok(Answer(StatusCode::OK, rules.whoami(&actor).await?).into_response())
}
