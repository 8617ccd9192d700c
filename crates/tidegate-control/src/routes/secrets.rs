//! `/v1/secrets`

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde::Deserialize;
use tidegate_client::wire::{
    Changed, IssueSecret, IssuedSecret, Operation, Page, RevokeSecret, SecretInfo, form,
};
use utoipa::IntoParams;

use super::answer::Answer;
use super::extract::Terms;
use super::paging::Paging;
use super::refusals::{AskRefusals, ChangeRefusals};
use super::{Body, Caller, Params, Refusal, Rules, change};
use crate::store::SecretRow;

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct List {
    /// Whose.
    #[param(value_type = form::ObjectName, inline)]
    subject: String,
    /// Items at most; 100 when left out.
    #[param(minimum = 1, maximum = 1000)]
    limit: Option<u32>,
    /// `next` of the page before, with the same query.
    #[param(max_length = 1024)]
    cursor: Option<String>,
}

/// Issues a secret. Its text is in this answer, and nowhere else; a repeated request is answered without it.
#[utoipa::path(
    post, path = "/v1/secrets", operation_id = "issueSecret", tag = "secrets",
    params(Terms),
    request_body = IssueSecret,
    responses((status = 201, description = "Done.", body = IssuedSecret), ChangeRefusals),
)]
pub(crate) async fn issue(
    State(rules): Rules,
    Caller(actor): Caller,
    terms: Terms,
    Body(request): Body<IssueSecret>,
) -> Result<Response, Refusal> {
    change::one(&rules, actor, terms, Operation::IssueSecret(request)).await
}

/// A page of a subject's secrets, without their texts, the oldest first.
#[utoipa::path(
    get, path = "/v1/secrets", operation_id = "listSecrets", tag = "secrets",
    params(List),
    responses((status = 200, description = "Found.", body = Page<SecretInfo>), AskRefusals),
)]
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
    let list = ["secrets", &subject];
    let paging = Paging::of(&rules, &actor, &list, limit, cursor.as_deref())?;
    let rows = rules.secrets(&actor, &subject, paging.rows(), paging.after());
    let place = |row: &SecretRow| row.jti.to_string();
    let page = paging.page(rows.await?, place, info)?;
    Ok(Answer(StatusCode::OK, page).into_response())
}

/// Revokes a secret.
#[utoipa::path(
    delete, path = "/v1/secrets", operation_id = "revokeSecret", tag = "secrets",
    params(RevokeSecret, Terms),
    responses((status = 200, description = "Done, or so already.", body = Changed), ChangeRefusals),
)]
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
