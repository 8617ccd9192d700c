//! `/v1/grants`

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde::Deserialize;
use tidegate_client::wire::{Changed, GrantInfo, GrantRequest, Operation, Page, form};
use tidegate_policy::Tuple;
use utoipa::IntoParams;

use super::answer::Answer;
use super::extract::Terms;
use super::paging::Paging;
use super::refusals::{AskRefusals, ChangeRefusals};
use super::{Body, Caller, Params, Refusal, Rules, change};

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct List {
    /// On what.
    #[param(value_type = form::ObjectName, inline)]
    object: String,
    /// Items at most; 100 when left out.
    #[param(minimum = 1, maximum = 1000)]
    limit: Option<u32>,
    /// `next` of the page before, with the same query.
    #[param(max_length = 1024)]
    cursor: Option<String>,
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Revoke {
    /// On what.
    #[param(value_type = form::ObjectName, inline)]
    object: String,
    /// Relations, with commas between them.
    #[param(min_length = 1, max_length = 1024, example = "read,write")]
    relations: String,
    /// From whom.
    #[param(value_type = form::SubjectName, inline)]
    subject: String,
}

/// Grants relations on an object. A level takes the place of the one that the subject has.
#[utoipa::path(
    post, path = "/v1/grants", operation_id = "grant", tag = "grants",
    params(Terms),
    request_body = GrantRequest,
    responses((status = 200, description = "Done, or so already.", body = Changed), ChangeRefusals),
)]
pub(crate) async fn grant(
    State(rules): Rules,
    Caller(actor): Caller,
    terms: Terms,
    Body(request): Body<GrantRequest>,
) -> Result<Response, Refusal> {
    change::one(&rules, actor, terms, Operation::Grant(request)).await
}

/// Gives relations instead of what the subject was granted on the object; 404 when that is nothing.
#[utoipa::path(
    patch, path = "/v1/grants", operation_id = "changeGrants", tag = "grants",
    params(Terms),
    request_body = GrantRequest,
    responses((status = 200, description = "Done, or so already.", body = Changed), ChangeRefusals),
)]
pub(crate) async fn change(
    State(rules): Rules,
    Caller(actor): Caller,
    terms: Terms,
    Body(request): Body<GrantRequest>,
) -> Result<Response, Refusal> {
    change::one(&rules, actor, terms, Operation::Change(request)).await
}

/// Takes grants back.
#[utoipa::path(
    delete, path = "/v1/grants", operation_id = "revokeGrants", tag = "grants",
    params(Revoke, Terms),
    responses((status = 200, description = "Done, or so already.", body = Changed), ChangeRefusals),
)]
pub(crate) async fn revoke(
    State(rules): Rules,
    Caller(actor): Caller,
    terms: Terms,
    Params(query): Params<Revoke>,
) -> Result<Response, Refusal> {
    let Revoke {
        object,
        relations,
        subject,
    } = query;
    let relations = relations.split(',').map(str::to_owned).collect();
    let request = GrantRequest {
        object,
        relations,
        subject,
    };
    change::one(&rules, actor, terms, Operation::Revoke(request)).await
}

/// A page of the grants on an object.
#[utoipa::path(
    get, path = "/v1/grants", operation_id = "listGrants", tag = "grants",
    params(List),
    responses((status = 200, description = "Found.", body = Page<GrantInfo>), AskRefusals),
)]
pub(crate) async fn list(
    State(rules): Rules,
    Caller(actor): Caller,
    Params(query): Params<List>,
) -> Result<Response, Refusal> {
    let List {
        object,
        limit,
        cursor,
    } = query;
    let list = ["grants", &object];
    let paging = Paging::of(&rules, &actor, &list, limit, cursor.as_deref())?;
    let granted = rules.grants(&actor, &object, paging.limit(), paging.after())?;
    let info = |Tuple {
                    object,
                    relation,
                    subject,
                    ..
                }: Tuple| GrantInfo {
        object: object.to_string(),
        relation: relation.into(),
        subject: subject.to_string(),
    };
    let items = granted.grants.into_iter().map(info).collect();
    let page: Page<GrantInfo> = paging.ending(items, granted.next.as_deref())?;
    Ok(Answer(StatusCode::OK, page).into_response())
}
