//! `/v1/objects`

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde::Deserialize;
use tidegate_client::wire::{
    Changed, CreateObject, CreatedObject, Limit, ObjectInfo, Page, QuotaLimits,
};

use super::answer::Answer;
use super::secrets::issued;
use super::{Body, Caller, Params, Refusal, Rules, page_limit};
use crate::domain::{Create, Created, Fault, Limits};
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

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct OneObject {
    object: String,
}

pub(crate) async fn create(
    State(rules): Rules,
    Caller(actor): Caller,
    Body(request): Body<CreateObject>,
) -> Result<Response, Refusal> {
    let CreateObject {
        object,
        display_name,
        owner,
        quota,
    } = request;
    let limits = quota.map(limits).unwrap_or_default();
    let created = rules
        .create(
            actor,
            Create {
                object,
                display_name,
                owner,
                limits,
            },
        )
        .await?;
    let Created {
        object,
        uid,
        revision,
        secret,
    } = created;
    let answer = CreatedObject {
        object: object.to_string(),
        uid: uid.to_string(),
        revision,
        secret: secret.map(|secret| issued(&secret)),
    };
    Ok(Answer(StatusCode::CREATED, answer).into_response())
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
            Ok(Answer(StatusCode::OK, info(row)).into_response())
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
            let detail = "either `object`, or `type` with `parent`, `limit`, `cursor`".to_owned();
            Err(Fault::BadRequest {
                field: "object",
                detail,
            }
            .into())
        }
    }
}

pub(crate) async fn delete(
    State(rules): Rules,
    Caller(actor): Caller,
    Params(OneObject { object }): Params<OneObject>,
) -> Result<Response, Refusal> {
    let revision = rules.delete(actor, object).await?;
    Ok(Answer(StatusCode::OK, Changed { revision }).into_response())
}

fn info(row: ObjectRow) -> ObjectInfo {
    let ObjectRow {
        object,
        uid,
        display_name,
        created_at_s,
    } = row;
    ObjectInfo {
        object: object.to_string(),
        uid: uid.to_string(),
        display_name,
        created_at_s,
    }
}

/// Limits as the rules take them.
pub(super) fn limits(limits: QuotaLimits) -> Limits {
    let QuotaLimits { read, write } = limits;
    let limit = |limit| match limit {
        Limit::Bytes(bytes) => Some(bytes),
        Limit::Unlimited(_) => None,
    };
    Limits {
        read: read.map(limit),
        write: write.map(limit),
    }
}
