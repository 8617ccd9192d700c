//! `/v1/audit`

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde::Deserialize;
use tidegate_client::wire::{AuditEntry, Page, form};
use utoipa::IntoParams;

use super::answer::Answer;
use super::paging::Paging;
use super::refusals::AskRefusals;
use super::{Caller, Params, Refusal, Rules};
use crate::domain::{AuditOf, Fault};
use crate::store::AuditRow;

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct List {
    /// What was done to it.
    #[param(value_type = Option<form::ObjectName>, inline)]
    object: Option<String>,
    /// What this one did.
    #[param(value_type = Option<form::ObjectName>, inline)]
    actor: Option<String>,
    /// Items at most; 100 when left out.
    #[param(minimum = 1, maximum = 1000)]
    limit: Option<u32>,
    /// `next` of the page before, with the same query.
    #[param(max_length = 1024)]
    cursor: Option<String>,
}

/// A page of what was done, the newest first: to an object, by an actor, or everything.
#[utoipa::path(
    get, path = "/v1/audit", operation_id = "listAudit", tag = "audit",
    params(List),
    responses((status = 200, description = "Found.", body = Page<AuditEntry>), AskRefusals),
)]
pub(crate) async fn list(
    State(rules): Rules,
    Caller(actor): Caller,
    Params(query): Params<List>,
) -> Result<Response, Refusal> {
    let List {
        object,
        actor: of_actor,
        limit,
        cursor,
    } = query;
    let list = [
        "audit",
        object.as_deref().unwrap_or_default(),
        of_actor.as_deref().unwrap_or_default(),
    ];
    let paging = Paging::of(&rules, &actor, &list, limit, cursor.as_deref())?;
    let of = match (&object, &of_actor) {
        (Some(object), None) => AuditOf::Object(object.clone()),
        (None, Some(actor)) => AuditOf::Actor(actor.clone()),
        (None, None) => AuditOf::All,
        (Some(_), Some(_)) => {
            return Err(Fault::bad("object", "either `object` or `actor`").into());
        }
    };
    let before = match paging.after() {
        None => (i64::MAX.unsigned_abs(), 0),
        Some(after) => {
            place(after).ok_or_else(|| Fault::bad("cursor", "not one that was given"))?
        }
    };
    let rows = rules.audit(&actor, &of, before, paging.rows()).await?;
    let place = |row: &AuditRow| format!("{}.{}", row.revision, row.ordinal);
    let page = paging.page(rows, place, entry)?;
    Ok(Answer(StatusCode::OK, page).into_response())
}

fn place(cursor: &str) -> Option<(u64, u64)> {
    let (revision, ordinal) = cursor.split_once('.')?;
    let number = |text: &str| {
        text.parse()
            .ok()
            .filter(|number| i64::try_from(*number).is_ok())
    };
    Some((number(revision)?, number(ordinal)?))
}

fn entry(row: AuditRow) -> AuditEntry {
    let AuditRow {
        revision,
        ordinal,
        at_s,
        actor,
        actor_uid,
        jti,
        operation,
        object,
        before,
        after,
    } = row;
    AuditEntry {
        revision,
        ordinal,
        at_s,
        actor,
        actor_uid,
        jti,
        operation,
        object,
        before,
        after,
    }
}
