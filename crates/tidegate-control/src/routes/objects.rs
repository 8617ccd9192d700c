//! `/v1/objects`

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::ETAG;
use serde::{Deserialize, Serialize};
use tidegate_client::wire::{
    Changed, CreateObject, CreatedObject, DeleteObject, ObjectInfo, Operation, Page, RenameObject,
    form,
};
use utoipa::{IntoParams, ToSchema};

use super::answer::Answer;
use super::extract::Terms;
use super::paging::Paging;
use super::refusals::{AskRefusals, ChangeRefusals};
use super::{Body, Caller, Params, Refusal, Rules, change};
use crate::domain::Fault;
use crate::store::ObjectRow;

/// One object, or a page of a type.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Query {
    /// One object.
    #[param(value_type = Option<form::ObjectName>, inline)]
    object: Option<String>,
    /// The type of the objects that are listed.
    #[serde(rename = "type")]
    #[param(value_type = Option<form::TypeName>, inline)]
    type_name: Option<String>,
    /// Only those right below it.
    #[param(value_type = Option<form::ObjectName>, inline)]
    parent: Option<String>,
    /// Items at most; 100 when left out.
    #[param(minimum = 1, maximum = 1000)]
    limit: Option<u32>,
    /// `next` of the page before, with the same query.
    #[param(max_length = 1024)]
    cursor: Option<String>,
}

/// Creates an object.
///
/// Its id names its parent: `stream:acme/sales/orders` lies below `project:acme/sales`. A new person comes with a first secret.
#[utoipa::path(
    post, path = "/v1/objects", operation_id = "createObject", tag = "objects",
    params(Terms),
    request_body = CreateObject,
    responses((status = 201, description = "Done.", body = CreatedObject), ChangeRefusals),
)]
pub(crate) async fn create(
    State(rules): Rules,
    Caller(actor): Caller,
    terms: Terms,
    Body(request): Body<CreateObject>,
) -> Result<Response, Refusal> {
    change::one(&rules, actor, terms, Operation::Create(request)).await
}

/// Changes the display name of an object.
#[utoipa::path(
    patch, path = "/v1/objects", operation_id = "renameObject", tag = "objects",
    params(Terms),
    request_body = RenameObject,
    responses((status = 200, description = "Done, or so already.", body = Changed), ChangeRefusals),
)]
pub(crate) async fn rename(
    State(rules): Rules,
    Caller(actor): Caller,
    terms: Terms,
    Body(request): Body<RenameObject>,
) -> Result<Response, Refusal> {
    change::one(&rules, actor, terms, Operation::Rename(request)).await
}

/// Deletes an object with everything that hangs on it.
#[utoipa::path(
    delete, path = "/v1/objects", operation_id = "deleteObject", tag = "objects",
    params(DeleteObject, Terms),
    responses((status = 200, description = "Done, or so already.", body = Changed), ChangeRefusals),
)]
pub(crate) async fn delete(
    State(rules): Rules,
    Caller(actor): Caller,
    terms: Terms,
    Params(request): Params<DeleteObject>,
) -> Result<Response, Refusal> {
    change::one(&rules, actor, terms, Operation::Delete(request)).await
}

/// Tells of one object (`object`), or a page of those of a type (`type`, `parent`).
///
/// Only what the caller may see. One object is told with its entity tag, which a change may show as `If-Match`.
#[utoipa::path(
    get, path = "/v1/objects", operation_id = "getObjects", tag = "objects",
    params(Query),
    responses((status = 200, description = "Found.", body = Found, headers(("ETag" = String, description = "The revision of one object, in double quotes."))), AskRefusals),
)]
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
            Ok(([(ETAG, tag)], Answer(StatusCode::OK, Found::One(info(row)))).into_response())
        }
        (None, Some(type_name)) => {
            let list = ["objects", &type_name, parent.as_deref().unwrap_or_default()];
            let paging = Paging::of(&rules, &actor, &list, limit, cursor.as_deref())?;
            let (limit, after) = (paging.limit(), paging.after());
            let listed = rules.list(&actor, &type_name, parent.as_deref(), limit, after);
            let listed = listed.await?;
            let items = listed.objects.into_iter().map(info).collect();
            let page = paging.ending(items, listed.next.as_deref())?;
            Ok(Answer(StatusCode::OK, Found::Page(page)).into_response())
        }
        _ => {
            let detail = "either `object`, or `type` with `parent`, `limit`, `cursor`";
            Err(Fault::bad("object", detail).into())
        }
    }
}

/// One object, or a page of them.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
pub(crate) enum Found {
    /// One object.
    One(ObjectInfo),
    /// A page.
    Page(Page<ObjectInfo>),
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
