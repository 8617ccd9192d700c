//! `/v1/audit`

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde::Deserialize;
use tidegate_client::wire::{AuditEntry, Page};

use super::answer::Answer;
use super::{Caller, Params, Refusal, Rules, page_limit};
use crate::domain::{AuditOf, Fault};
use crate::store::AuditRow;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct List {
    object: Option<String>,
    actor: Option<String>,
    limit: Option<u32>,
    cursor: Option<String>,
}

/// The newest first; the cursor is where the last one seen stands.
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
    let of = match (object, of_actor) {
        (Some(object), None) => AuditOf::Object(object),
        (None, Some(actor)) => AuditOf::Actor(actor),
        (None, None) => AuditOf::All,
        (Some(_), Some(_)) => {
            return Err(Fault::bad("object", "either `object` or `actor`").into());
        }
    };
    let limit = page_limit(limit)?;
    let before = match cursor {
        None => (i64::MAX.unsigned_abs(), 0),
        Some(cursor) => {
            place(&cursor).ok_or_else(|| Fault::bad("cursor", "not one that was given"))?
        }
    };
    let mut rows = rules.audit(&actor, &of, before, limit + 1).await?;
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = rows.len() > limit;
    rows.truncate(limit);
    let last = rows.last().filter(|_| more);
    let next = last.map(|row| format!("{}.{}", row.revision, row.ordinal));
    let items = rows.into_iter().map(entry).collect();
    Ok(Answer(StatusCode::OK, Page::<AuditEntry> { items, next }).into_response())
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
