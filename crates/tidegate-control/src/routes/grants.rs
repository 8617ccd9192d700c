//! `/v1/grants`

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde::Deserialize;
use tidegate_client::wire::{Changed, GrantInfo, GrantRequest, Page};
use tidegate_policy::Tuple;

use super::answer::Answer;
use super::{Body, Caller, Params, Refusal, Rules, page_limit};
use crate::domain::Grant;

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
    Body(request): Body<GrantRequest>,
) -> Result<Response, Refusal> {
    let GrantRequest {
        object,
        relations,
        subject,
    } = request;
    let revision = rules
        .grant(
            actor,
            Grant {
                object,
                relations,
                subject,
            },
        )
        .await?;
    Ok(Answer(StatusCode::OK, Changed { revision }).into_response())
}

pub(crate) async fn revoke(
    State(rules): Rules,
    Caller(actor): Caller,
    Params(query): Params<Revoke>,
) -> Result<Response, Refusal> {
    let Revoke {
        object,
        relations,
        subject,
    } = query;
    let relations = relations.split(',').map(str::to_owned).collect();
    let revision = rules
        .revoke(
            actor,
            Grant {
                object,
                relations,
                subject,
            },
        )
        .await?;
    Ok(Answer(StatusCode::OK, Changed { revision }).into_response())
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
