//! `/v1/objects`

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::ETAG;
use serde::Deserialize;
use tidegate_client::wire::{
    CreateObject, DeleteObject, ObjectInfo, Operation, Page, RenameObject,
};

use super::answer::Answer;
use super::extract::Terms;
use super::{Body, Caller, Params, Refusal, Rules, change, page_limit};
use crate::domain::Fault;
use crate::store::ObjectRow;

/// One object, or a page of a type.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Query {
    object: Option<String>,
    #[serde(rename = "type")]
    type_name: Option<String>,
    parent: Option<String>,
    limit: Option<u32>,
    cursor: Option<String>,
}

pub(crate) async fn create(
    State(rules): Rules,
    Caller(actor): Caller,
    terms: Terms,
    Body(request): Body<CreateObject>,
) -> Result<Response, Refusal> {
    change::one(&rules, actor, terms, Operation::Create(request)).await
}

pub(crate) async fn rename(
    State(rules): Rules,
    Caller(actor): Caller,
    terms: Terms,
    Body(request): Body<RenameObject>,
) -> Result<Response, Refusal> {
    change::one(&rules, actor, terms, Operation::Rename(request)).await
}

pub(crate) async fn delete(
    State(rules): Rules,
    Caller(actor): Caller,
    terms: Terms,
    Params(request): Params<DeleteObject>,
) -> Result<Response, Refusal> {
    change::one(&rules, actor, terms, Operation::Delete(request)).await
}

pub(crate) async fn get(
    State(rules): Rules,
    Caller(actor): Caller,
    Params(query): Params<Query>,
) -> Result<Response, Refusal> {
    let Query {
        object,
        type_name,
        parent,
        limit,
        cursor,
    } = query;
    match (object, type_name) {
        (Some(object), None) if parent.is_none() && limit.is_none() && cursor.is_none() => {
            let row = rules.find(&actor, &object).await?;
            let tag = format!("\"{}\"", row.revision);
            Ok(([(ETAG, tag)], Answer(StatusCode::OK, info(row))).into_response())
        }
        (None, Some(type_name)) => {
            let limit = usize::try_from(page_limit(limit)?).unwrap_or(usize::MAX);
            let listed = rules
                .list(
                    &actor,
                    &type_name,
                    parent.as_deref(),
                    limit,
                    cursor.as_deref(),
                )
                .await?;
            let items = listed.objects.into_iter().map(info).collect();
            Ok(Answer(
                StatusCode::OK,
                Page::<ObjectInfo> {
                    items,
                    next: listed.next,
                },
            )
            .into_response())
        }
        _ => {
            let detail = "either `object`, or `type` with `parent`, `limit`, `cursor`";
            Err(Fault::bad("object", detail).into())
        }
    }
}

fn info(row: ObjectRow) -> ObjectInfo {
    let ObjectRow {
        object,
        uid,
        display_name,
        created_at_s,
        revision,
    } = row;
    ObjectInfo {
        object: object.to_string(),
        uid: uid.to_string(),
        display_name,
        created_at_s,
        revision,
    }
}
