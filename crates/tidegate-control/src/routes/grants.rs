//! `/v1/grants`

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde::Deserialize;
use tidegate_client::wire::{GrantInfo, GrantRequest, Operation, Page};
use tidegate_policy::Tuple;

use super::answer::Answer;
use super::extract::Terms;
use super::{Body, Caller, Params, Refusal, Rules, change, page_limit};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct List {
    object: String,
    limit: Option<u32>,
    cursor: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Revoke {
    object: String,
    relations: String,
    subject: String,
}

pub(crate) async fn grant(
    State(rules): Rules,
    Caller(actor): Caller,
    terms: Terms,
    Body(request): Body<GrantRequest>,
) -> Result<Response, Refusal> {
    change::one(&rules, actor, terms, Operation::Grant(request)).await
}

pub(crate) async fn change(
    State(rules): Rules,
    Caller(actor): Caller,
    terms: Terms,
    Body(request): Body<GrantRequest>,
) -> Result<Response, Refusal> {
    change::one(&rules, actor, terms, Operation::Change(request)).await
}

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
    let limit = usize::try_from(page_limit(limit)?).unwrap_or(usize::MAX);
    let granted = rules.grants(&actor, &object, limit, cursor.as_deref())?;
    let info = |Tuple {
                    object,
                    relation,
                    subject,
                }: Tuple| GrantInfo {
        object: object.to_string(),
        relation: relation.into(),
        subject: subject.to_string(),
    };
    let items = granted.grants.into_iter().map(info).collect();
    Ok(Answer(
        StatusCode::OK,
        Page::<GrantInfo> {
            items,
            next: granted.next,
        },
    )
    .into_response())
}
