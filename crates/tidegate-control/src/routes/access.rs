//! `/access/v1/evaluation` (OpenID AuthZEN 1.0)

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use tidegate_client::wire::{Action, Entity, Evaluation, EvaluationAnswer};

use super::answer::Answer;
use super::{Body, Caller, Refusal, Rules};
use crate::domain::Question;

pub(crate) async fn evaluate(
    State(rules): Rules,
    Caller(actor): Caller,
    Body(request): Body<Evaluation>,
) -> Result<Response, Refusal> {
    // Properties and context are no part of these systems' models.
    let Evaluation {
        subject,
        action,
        resource,
        context: _,
    } = request;
    let Action {
        name,
        properties: _,
    } = action;
    let question = Question {
        subject: entity(subject),
        action: name,
        resource: entity(resource),
    };
    let decision = rules.check(&actor, &question)?;
    Ok(Answer(StatusCode::OK, EvaluationAnswer { decision }).into_response())
}

fn entity(entity: Entity) -> (String, String) {
    let Entity {
        type_name,
        id,
        properties: _,
    } = entity;
    (type_name, id)
}
