//! `/v1/secrets`

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde::Deserialize;
use tidegate_client::wire::{IssueSecret, Operation, Page, RevokeSecret, SecretInfo};

use super::answer::Answer;
use super::extract::Terms;
use super::{Body, Caller, Params, Refusal, Rules, change, page_limit};
use crate::store::SecretRow;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct List {
    subject: String,
    limit: Option<u32>,
    cursor: Option<String>,
}

pub(crate) async fn issue(
    State(rules): Rules,
    Caller(actor): Caller,
    terms: Terms,
    Body(request): Body<IssueSecret>,
) -> Result<Response, Refusal> {
    change::one(&rules, actor, terms, Operation::IssueSecret(request)).await
}

pub(crate) async fn list(
    State(rules): Rules,
    Caller(actor): Caller,
    Params(query): Params<List>,
) -> Result<Response, Refusal> {
    let List {
        subject,
        limit,
        cursor,
    } = query;
    let limit = page_limit(limit)?;
    // One more than asked for tells whether there is a next page.
    let mut rows = rules
        .secrets(&actor, &subject, limit + 1, cursor.as_deref())
        .await?;
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = rows.len() > limit;
    rows.truncate(limit);
    let next = rows.last().filter(|_| more).map(|row| row.jti.to_string());
    let items = rows.into_iter().map(info).collect();
    Ok(Answer(StatusCode::OK, Page::<SecretInfo> { items, next }).into_response())
}

pub(crate) async fn revoke(
    State(rules): Rules,
    Caller(actor): Caller,
    terms: Terms,
    Params(request): Params<RevokeSecret>,
) -> Result<Response, Refusal> {
    change::one(&rules, actor, terms, Operation::RevokeSecret(request)).await
}

fn info(row: SecretRow) -> SecretInfo {
    let SecretRow {
        jti,
        subject,
        kind,
        description,
        issued_at_s,
        expires_at_s,
        revoked_at_s,
        issued_by,
    } = row;
    SecretInfo {
        jti: jti.to_string(),
        subject: subject.to_string(),
        kind,
        description,
        issued_at_s,
        expires_at_s,
        revoked_at_s,
        issued_by,
    }
}
