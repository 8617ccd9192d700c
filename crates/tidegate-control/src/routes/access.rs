//! `/access/v1/evaluation`, `/access/v1/evaluations`, `/.well-known/authzen-configuration` (OpenID AuthZEN 1.0)
//!
//! Errors are problem documents: `detail` is the message that the specification asks for.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::{HeaderName, StatusCode};
use tidegate_client::wire::{
    Action, AuthzenConfiguration, DecisionContext, Entity, Evaluation, EvaluationAnswer,
    EvaluationError, Evaluations, EvaluationsAnswer, EvaluationsSemantic, PartialEvaluation,
};

use super::answer::Answer;
use super::refusals::QuestionRefusals;
use super::search::at_work;
use super::{Body, Caller, Refusal, Rules};
use crate::domain::{Fault, Question, well_formed_action, well_formed_entity};

/// Most questions of one request.
const EVALUATIONS_MAX: usize = 100;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Gives each answer the identifier of its request, as the specification demands, refused ones included.
pub(crate) async fn identify(request: Request, next: Next) -> Response {
    let id = request.headers().get(REQUEST_ID).cloned();
    let mut response = next.run(request).await;
    if let Some(id) = id {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    response
}

/// May the subject do the action on the resource?
///
/// About oneself anybody may ask, and is answered as the gateway would decide with the secret that is shown. About
/// another subject, who asks needs `view_access` on the resource. What does not exist is a no. `properties`
/// and `context` are accepted and not used.
#[utoipa::path(
    post, path = "/access/v1/evaluation", operation_id = "evaluate", tag = "access",
    params(("X-Request-ID" = Option<String>, Header, description = "Repeated in the answer.")),
    request_body = Evaluation,
    responses((status = 200, description = "Decided.", body = EvaluationAnswer), QuestionRefusals),
)]
pub(crate) async fn evaluate(
    State(rules): Rules,
    Caller(actor): Caller,
    Body(request): Body<Evaluation>,
) -> Result<Response, Refusal> {
    let Evaluation {
        subject,
        action,
        resource,
        context: _,
    } = request;
    let decision = rules.check(&actor, &question(subject, action, resource))?;
    Ok(Answer(StatusCode::OK, decided(decision)).into_response())
}

/// Several questions at once, at most 100; what is said above them is the default for each.
///
/// A question that cannot be evaluated is a no, whose `context` says why. Without `evaluations` it is one question, and
/// answered as one. All are answered from one revision.
#[utoipa::path(
    post, path = "/access/v1/evaluations", operation_id = "evaluateAll", tag = "access",
    params(("X-Request-ID" = Option<String>, Header, description = "Repeated in the answer.")),
    request_body = Evaluations,
    responses((status = 200, description = "Decided.", body = Evaluated), QuestionRefusals),
)]
pub(crate) async fn evaluate_all(
    State(rules): Rules,
    Caller(actor): Caller,
    Body(request): Body<Evaluations>,
) -> Result<Response, Refusal> {
    let Evaluations {
        subject,
        action,
        resource,
        context: _,
        evaluations,
        options,
    } = request;
    let evaluations = evaluations.unwrap_or_default();
    if evaluations.is_empty() {
        let missing = |field: &'static str| Fault::bad(field, "missing");
        let question = question(
            subject.ok_or_else(|| missing("subject"))?,
            action.ok_or_else(|| missing("action"))?,
            resource.ok_or_else(|| missing("resource"))?,
        );
        let decision = decided(rules.check(&actor, &question)?);
        return Ok(Answer(StatusCode::OK, Evaluated::One(decision)).into_response());
    }
    if evaluations.len() > EVALUATIONS_MAX {
        let detail = format!("at most {EVALUATIONS_MAX}");
        return Err(Fault::bad("evaluations", detail).into());
    }
    well_formed("", subject.as_ref(), action.as_ref(), resource.as_ref())?;
    let whole = |(number, evaluation): (usize, PartialEvaluation)| {
        let missing = |key| {
            let field = format!("evaluations[{number}].{key}");
            Fault::bad(field, "missing, here and above")
        };
        let PartialEvaluation {
            subject: own_subject,
            action: own_action,
            resource: own_resource,
            context: _,
        } = evaluation;
        well_formed(
            &format!("evaluations[{number}]."),
            own_subject.as_ref(),
            own_action.as_ref(),
            own_resource.as_ref(),
        )?;
        Ok(question(
            own_subject
                .or_else(|| subject.clone())
                .ok_or_else(|| missing("subject"))?,
            own_action
                .or_else(|| action.clone())
                .ok_or_else(|| missing("action"))?,
            own_resource
                .or_else(|| resource.clone())
                .ok_or_else(|| missing("resource"))?,
        ))
    };
    let questions = evaluations.into_iter().enumerate().map(whole);
    let questions = questions.collect::<Result<Vec<_>, Fault>>()?;
    let semantic = options.unwrap_or_default().evaluations_semantic;
    let rules = Arc::clone(&rules);
    let answers = at_work(move || {
        rules.checks(&actor, &questions, |answer| match semantic {
            EvaluationsSemantic::ExecuteAll => false,
            EvaluationsSemantic::DenyOnFirstDeny => !matches!(answer, Ok(true)),
            EvaluationsSemantic::PermitOnFirstPermit => matches!(answer, Ok(true)),
        })
    })
    .await?;
    let evaluations = answers
        .into_iter()
        .map(answered)
        .collect::<Result<_, Fault>>()?;
    let answer = Evaluated::Several(EvaluationsAnswer { evaluations });
    Ok(Answer(StatusCode::OK, answer).into_response())
}

/// What cannot name anything makes the request wrong, not one question.
fn well_formed(
    at: &str,
    subject: Option<&Entity>,
    action: Option<&Action>,
    resource: Option<&Entity>,
) -> Result<(), Fault> {
    for (key, named) in [("subject", subject), ("resource", resource)] {
        if let Some(named) = named {
            well_formed_entity(&entity(named.clone()), format!("{at}{key}"))?;
        }
    }
    match action {
        Some(action) => well_formed_action(&action.name, format!("{at}action.name")),
        None => Ok(()),
    }
}

/// One answer, or several.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
#[serde(untagged)]
pub(crate) enum Evaluated {
    /// To one question.
    One(EvaluationAnswer),
    /// To several.
    Several(EvaluationsAnswer),
}

/// Where the routes of this API are.
#[utoipa::path(
    get, path = "/.well-known/authzen-configuration", operation_id = "getAuthzenConfiguration", tag = "access",
    security(()),
    params(("X-Request-ID" = Option<String>, Header, description = "Repeated in the answer.")),
    responses((status = 200, description = "Metadata of the policy decision point.", body = AuthzenConfiguration)),
)]
pub(crate) async fn configuration(State(rules): Rules) -> Response {
    let base = rules.issuer().trim_end_matches('/');
    let at = |path: &str| format!("{base}{path}");
    let configuration = AuthzenConfiguration {
        policy_decision_point: rules.issuer().to_owned(),
        access_evaluation_endpoint: at("/access/v1/evaluation"),
        access_evaluations_endpoint: at("/access/v1/evaluations"),
        search_subject_endpoint: at("/access/v1/search/subject"),
        search_resource_endpoint: at("/access/v1/search/resource"),
        search_action_endpoint: at("/access/v1/search/action"),
    };
    Answer(StatusCode::OK, configuration).into_response()
}

// Properties and context are no part of these systems' models.
fn question(subject: Entity, action: Action, resource: Entity) -> Question {
    let Action {
        name,
        properties: _,
    } = action;
    Question {
        subject: entity(subject),
        action: name,
        resource: entity(resource),
    }
}

pub(super) fn entity(entity: Entity) -> (String, String) {
    let Entity {
        type_name,
        id,
        properties: _,
    } = entity;
    (type_name, id)
}

fn decided(decision: bool) -> EvaluationAnswer {
    EvaluationAnswer {
        decision,
        context: None,
    }
}

/// One answer of several; what concerns more than its question concerns all.
fn answered(answer: Result<bool, Fault>) -> Result<EvaluationAnswer, Fault> {
    let (status, message) = match answer {
        Ok(decision) => return Ok(decided(decision)),
        Err(Fault::BadRequest { field, detail }) => {
            (StatusCode::BAD_REQUEST, format!("{field}: {detail}"))
        }
        Err(Fault::Forbidden { rule }) => (StatusCode::FORBIDDEN, format!("not allowed by {rule}")),
        Err(Fault::NotFound { detail, .. }) => (StatusCode::NOT_FOUND, detail),
        Err(fault) => return Err(fault),
    };
    let error = EvaluationError {
        status: status.as_u16(),
        message,
    };
    Ok(EvaluationAnswer {
        decision: false,
        context: Some(DecisionContext { error }),
    })
}
