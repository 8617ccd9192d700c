//! `/v1/explain`

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use tidegate_client::wire::{Explain, Explained};
use tidegate_policy::Context;

use super::answer::Answer;
use super::refusals::QuestionRefusals;
use super::search::at_work;
use super::{Body, Caller, Refusal, Rules};
use crate::domain::{Fault, ToExplain, well_formed_action};

/// Why may the subject do the action on the resource, or why not?
///
/// For a yes: the tuples and rules that it follows from. For a no: sets of tuples to add, and where something is
/// taken away, to remove; each turns the answer, and no part of it does. About oneself anybody may ask; about another
/// subject, who asks needs `view_access` on the resource. What the caller may not see is written `type:(hidden)`.
#[utoipa::path(
    post, path = "/v1/explain", operation_id = "explain", tag = "access",
    request_body = Explain,
    responses((status = 200, description = "Explained.", body = Explained), QuestionRefusals),
)]
pub(crate) async fn explain(
    State(rules): Rules,
    Caller(actor): Caller,
    Body(request): Body<Explain>,
) -> Result<Response, Refusal> {
    let Explain {
        subject,
        action,
        resource,
        context,
    } = request;
    well_formed_action(&action, "action")?;
    let context = Context::new(context.unwrap_or_default());
    let question = ToExplain {
        subject,
        action,
        resource,
        context: context.map_err(|error| Fault::bad("context", error.to_string()))?,
    };
    let rules = Arc::clone(&rules);
    let explained = at_work(move || rules.explain(&actor, &question)).await?;
    Ok(Answer(StatusCode::OK, explained).into_response())
}
