//! `/access/v1/search/{subject,resource,action}` (OpenID AuthZEN 1.0)

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use tidegate_client::wire::{
    Action, ActionSearch, Entity, EntityType, NextPage, ResourceSearch, SearchAnswer,
    SearchContext, SearchPage, SubjectSearch,
};
use tidegate_policy::Object;

use super::access::entity;
use super::answer::Answer;
use super::paging::page_limit;
use super::refusals::QuestionRefusals;
use super::{Body, Caller, Refusal, Rules};
use crate::domain::{Fault, Found, Part};

/// Which subjects of a type may do the action on the resource?
///
/// Who asks needs `view_access` on the resource. Where everybody may, `context.everyone` says so.
#[utoipa::path(
    post, path = "/access/v1/search/subject", operation_id = "searchSubjects", tag = "access",
    params(("X-Request-ID" = Option<String>, Header, description = "Repeated in the answer.")),
    request_body = SubjectSearch,
    responses((status = 200, description = "Found.", body = SearchAnswer<Entity>), QuestionRefusals),
)]
pub(crate) async fn subjects(
    State(rules): Rules,
    Caller(actor): Caller,
    Body(request): Body<SubjectSearch>,
) -> Result<Response, Refusal> {
    let SubjectSearch {
        subject: EntityType { type_name },
        action,
        resource,
        context: _,
        page,
    } = request;
    let (action, resource, part) = (name(action), entity(resource), part(page)?);
    let rules = Arc::clone(&rules);
    let search = move || rules.search_subjects(&actor, &type_name, &action, &resource, &part);
    Ok(answer(at_work(search).await?, to_entity))
}

/// On which resources of a type may the subject do the action?
///
/// About oneself anybody may ask. About another subject, only resources are found on which who asks has `view_access`.
/// A page may hold fewer than `limit` before the end.
#[utoipa::path(
    post, path = "/access/v1/search/resource", operation_id = "searchResources", tag = "access",
    params(("X-Request-ID" = Option<String>, Header, description = "Repeated in the answer.")),
    request_body = ResourceSearch,
    responses((status = 200, description = "Found.", body = SearchAnswer<Entity>), QuestionRefusals),
)]
pub(crate) async fn resources(
    State(rules): Rules,
    Caller(actor): Caller,
    Body(request): Body<ResourceSearch>,
) -> Result<Response, Refusal> {
    let ResourceSearch {
        subject,
        action,
        resource: EntityType { type_name },
        context: _,
        page,
    } = request;
    let (subject, action, part) = (entity(subject), name(action), part(page)?);
    let rules = Arc::clone(&rules);
    let search = move || rules.search_resources(&actor, &subject, &action, &type_name, &part);
    Ok(answer(at_work(search).await?, to_entity))
}

/// What may the subject do on the resource?
///
/// Actions are the relations of the resource's type that are asked by convention, `can_…`. About another subject, who
/// asks needs `view_access` on the resource.
#[utoipa::path(
    post, path = "/access/v1/search/action", operation_id = "searchActions", tag = "access",
    params(("X-Request-ID" = Option<String>, Header, description = "Repeated in the answer.")),
    request_body = ActionSearch,
    responses((status = 200, description = "Found.", body = SearchAnswer<Action>), QuestionRefusals),
)]
pub(crate) async fn actions(
    State(rules): Rules,
    Caller(actor): Caller,
    Body(request): Body<ActionSearch>,
) -> Result<Response, Refusal> {
    let ActionSearch {
        subject,
        resource,
        context: _,
        page,
    } = request;
    let (subject, resource, part) = (entity(subject), entity(resource), part(page)?);
    let rules = Arc::clone(&rules);
    let search = move || rules.search_actions(&actor, &subject, &resource, &part);
    Ok(answer(at_work(search).await?, |name: &String| Action {
        name: name.clone(),
        properties: None,
    }))
}

/// Away from the threads that serve requests: a search may take a while.
pub(super) async fn at_work<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Fault> + Send + 'static,
) -> Result<T, Fault> {
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result,
        Err(error) => {
            tracing::error!(%error, "a question did not end");
            Err(Fault::Internal)
        }
    }
}

fn part(page: Option<SearchPage>) -> Result<Part, Fault> {
    let SearchPage { token, limit } = page.unwrap_or_default();
    let limit = page_limit(limit).map_err(|fault| match fault {
        Fault::BadRequest { detail, .. } => Fault::bad("page.limit", detail),
        other => other,
    })?;
    Ok(Part {
        token,
        limit: usize::try_from(limit).unwrap_or(usize::MAX),
    })
}

fn name(action: Action) -> String {
    let Action {
        name,
        properties: _,
    } = action;
    name
}

fn to_entity(object: &Object) -> Entity {
    Entity {
        type_name: object.type_name().to_owned(),
        id: object.id().to_owned(),
        properties: None,
    }
}

fn answer<T, W: serde::Serialize>(found: Found<T>, to_wire: impl Fn(&T) -> W) -> Response {
    let Found {
        results,
        next,
        complete,
        everyone,
        revision,
    } = found;
    let results: Vec<W> = results.iter().map(to_wire).collect();
    let page = NextPage {
        next_token: next.unwrap_or_default(),
        count: u32::try_from(results.len()).unwrap_or(u32::MAX),
    };
    let context = SearchContext {
        complete,
        everyone,
        revision,
    };
    let answer = SearchAnswer {
        page: Some(page),
        context: Some(context),
        results,
    };
    Answer(StatusCode::OK, answer).into_response()
}
