//! `/v1/secrets`

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde::Deserialize;
use tidegate_client::wire::{Changed, IssueSecret, IssuedSecret, Page, SecretInfo};
use uuid::Uuid;

use super::answer::Answer;
use super::{Body, Caller, Params, Refusal, Rules, page_limit};
use crate::domain::{Fault, Issue, Issued};
use crate::store::SecretRow;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct List {
    subject: String,
    limit: Option<u32>,
    cursor: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Revoke {
    jti: String,
}

pub(crate) async fn issue(
    State(rules): Rules,
    Caller(actor): Caller,
    Body(request): Body<IssueSecret>,
) -> Result<Response, Refusal> {
    let IssueSecret {
        subject,
        kind,
        description,
        expires_in_s,
    } = request;
    let secret = rules
        .issue(
            actor,
            Issue {
                subject,
                kind,
                description,
                expires_in_s,
            },
        )
        .await?;
    Ok(Answer(StatusCode::CREATED, issued(&secret)).into_response())
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
    Params(Revoke { jti }): Params<Revoke>,
) -> Result<Response, Refusal> {
    let bad = |_| Fault::BadRequest {
        field: "jti",
        detail: "no UUID".to_owned(),
    };
    let jti = Uuid::try_parse(&jti).map_err(bad)?;
    let revision = rules.revoke_secret(actor, jti).await?;
    Ok(Answer(StatusCode::OK, Changed { revision }).into_response())
}

/// The one place where a secret's text leaves.
pub(super) fn issued(issued: &Issued) -> IssuedSecret {
    let Issued {
        secret,
        jti,
        subject,
        kind,
        expires_at_s,
        revision,
    } = issued;
    IssuedSecret {
        secret: secret.expose().to_owned(),
        jti: jti.to_string(),
        subject: subject.to_string(),
        kind: kind.clone(),
        expires_at_s: *expires_at_s,
        revision: *revision,
    }
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
